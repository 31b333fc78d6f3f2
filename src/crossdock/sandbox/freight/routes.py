"""Addresses of the freight forwarder. It is read only; what it shows moves on as time goes by."""

from __future__ import annotations

from datetime import datetime

from litestar.handlers import HTTPRouteHandler

from crossdock.sandbox.api import list_route, single_route
from crossdock.sandbox.documents import Part
from crossdock.sandbox.freight.documents import (
    Carrier,
    Consignment,
    Container,
    Goods,
    Leg,
    Milestone,
    Mode,
    Party,
    State,
)
from crossdock.sandbox.freight.moving import move_all

ROOT = "/v1/freight"


class ConsignmentShown(Part, kw_only=True, frozen=True):
    """A consignment with its state, without what nobody knows beforehand."""

    id: str
    created_at: datetime
    updated_at: datetime
    number: str
    state: State
    mode: Mode
    carrier: Carrier
    booking_number: str
    bill_of_lading: str
    shipper: Party
    consignee: Party
    legs: list[Leg]
    milestones: list[Milestone]
    containers: list[Container]
    goods: list[Goods]


def show_consignment(found: Consignment) -> ConsignmentShown:
    """A consignment as the API shows it."""
    return ConsignmentShown(
        id=found.id,
        created_at=found.created_at,
        updated_at=found.updated_at,
        number=found.number,
        state=found.state,
        mode=found.mode,
        carrier=found.carrier,
        booking_number=found.booking_number,
        bill_of_lading=found.bill_of_lading,
        shipper=found.shipper,
        consignee=found.consignee,
        legs=found.legs,
        milestones=found.milestones,
        containers=found.containers,
        goods=found.goods,
    )


ROUTES: list[HTTPRouteHandler] = [
    list_route(f"{ROOT}/consignments", "freight", Consignment, show=show_consignment, before=move_all),
    single_route(f"{ROOT}/consignments", "freight", Consignment, show=show_consignment, before=move_all),
]
