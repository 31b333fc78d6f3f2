"""What the freight forwarder stores."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from crossdock.sandbox.documents import Address, Document, Part

Mode = Literal["ocean", "air", "road"]
Event = Literal["booked", "picked_up", "departed", "arrived", "customs_cleared", "delivered", "cancelled"]
State = Literal[
    "booked", "picked_up", "under_way", "transshipment", "at_destination_port", "cleared", "delivered", "cancelled"
]


class Party(Part, kw_only=True, frozen=True):
    """Who sends or receives."""

    name: str
    address: Address


class Carrier(Part, kw_only=True, frozen=True):
    """Who moves the main legs."""

    name: str
    scac: str


class Container(Part, kw_only=True, frozen=True):
    """A container that holds the goods."""

    id: str
    number: str
    type: str
    seal: str


class Goods(Part, kw_only=True, frozen=True):
    """Units of one good on the way."""

    sku: str
    units: int
    purchase_order: str


class Leg(Part, kw_only=True, frozen=True):
    """A part of the way, between two ports, airports or terminals."""

    origin: str
    destination: str
    vessel: str


class Milestone(msgspec.Struct, kw_only=True, rename="camel"):
    """Something that is to happen, or has. `leg` is the number of the leg that departs or arrives."""

    event: Event
    place: str
    leg: int | None = None
    planned_at: datetime
    happened_at: datetime | None = None


class Consignment(Document, kw_only=True):
    """Goods that move under one number. Its state follows from the last milestone that was reached."""

    kind = "consignment"
    title = "consignment"

    number: str
    mode: Mode
    carrier: Carrier
    booking_number: str
    bill_of_lading: str
    shipper: Party
    consignee: Party
    legs: list[Leg]
    milestones: list[Milestone]
    containers: list[Container] = []
    goods: list[Goods]
    hours_late: int = 0
    """How much later than planned everything happens from the first departure on; the forwarder learns it then."""

    @property
    def reached(self) -> list[Milestone]:
        return [item for item in self.milestones if item.happened_at is not None]

    @property
    def state(self) -> State:
        last = self.reached[-1]
        if last.event == "departed":
            return "under_way"
        if last.event == "arrived":
            return "at_destination_port" if last.leg == len(self.legs) - 1 else "transshipment"
        return _STATES[last.event]


_STATES: dict[str, State] = {
    "booked": "booked",
    "picked_up": "picked_up",
    "customs_cleared": "cleared",
    "delivered": "delivered",
    "cancelled": "cancelled",
}
