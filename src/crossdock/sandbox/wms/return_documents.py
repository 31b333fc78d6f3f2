"""What the warehouse system stores about goods that buyers send back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from crossdock.sandbox.documents import Document, Part
from crossdock.sandbox.wms.documents import CLIENT

ReturnState = Literal["announced", "on_the_way", "unpacking", "done", "cancelled"]
DAMAGED = "damaged"
"""The reason whose units go to quarantine instead of back on the shelf."""


class ReturnLine(Part, kw_only=True, frozen=True):
    """One item that comes back."""

    item_id: str
    sku: str
    units: int
    received: int = 0
    restocked: int = 0
    reason: str | None = None


class UnitState(Part, kw_only=True, frozen=True):
    """How some units arrived, and where they went."""

    units: int
    condition: Literal["good", "damaged"]
    placed: Literal["restocked", "quarantined"]


class ParcelLine(Part, kw_only=True, frozen=True):
    """One item in a parcel."""

    item_id: str
    sku: str
    units: int
    states: list[UnitState] = []


class ReturnParcel(Part, kw_only=True, frozen=True):
    """A parcel that comes back."""

    tracking_number: str | None = None
    carrier: str | None = None
    cost: Decimal | None = None
    sent_at: datetime | None = None
    arrived_at: datetime | None = None
    lines: list[ParcelLine]


class Return(Document, kw_only=True):
    """Goods of an order that come back."""

    kind = "return"
    title = "return"

    client_id: str = CLIENT
    order_id: str
    warehouse_id: str
    state: ReturnState
    lines: list[ReturnLine]
    parcels: list[ReturnParcel] = []
    notes: list[str] = []
