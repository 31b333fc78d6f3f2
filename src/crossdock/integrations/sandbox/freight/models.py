"""What the freight forwarder answers with; only fields that are read."""

from __future__ import annotations

from datetime import datetime

from crossdock.integrations.sandbox.models import SandboxAddress, SandboxPart


class FreightParty(SandboxPart, kw_only=True, frozen=True):
    """Who sends or receives."""

    name: str
    address: SandboxAddress


class FreightCarrier(SandboxPart, kw_only=True, frozen=True):
    """Who moves the main legs."""

    name: str
    scac: str


class FreightContainer(SandboxPart, kw_only=True, frozen=True):
    """A container that holds the goods."""

    id: str
    number: str
    type: str
    seal: str


class FreightGoods(SandboxPart, kw_only=True, frozen=True):
    """Units of one good on the way."""

    sku: str
    units: int
    purchase_order: str


class FreightLeg(SandboxPart, kw_only=True, frozen=True):
    """A part of the way."""

    origin: str
    destination: str
    vessel: str


class FreightMilestone(SandboxPart, kw_only=True, frozen=True):
    """Something that is to happen, or has."""

    event: str
    place: str
    leg: int | None = None
    planned_at: datetime
    happened_at: datetime | None = None


class FreightConsignment(SandboxPart, kw_only=True, frozen=True):
    """Goods that move under one number."""

    id: str
    created_at: datetime
    updated_at: datetime
    number: str
    state: str
    mode: str
    carrier: FreightCarrier
    booking_number: str
    bill_of_lading: str
    shipper: FreightParty
    consignee: FreightParty
    legs: list[FreightLeg]
    milestones: list[FreightMilestone]
    containers: list[FreightContainer]
    goods: list[FreightGoods]
