"""What the warehouse system stores about goods that suppliers send."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from crossdock.sandbox.documents import Address, Document, Part
from crossdock.sandbox.wms.documents import CLIENT, Supplier

InboundState = Literal["announced", "on_the_way", "unloading", "stored", "cancelled"]
STILL_COMING: frozenset[InboundState] = frozenset({"announced", "on_the_way", "unloading"})
"""States in which units that have not arrived yet are expected."""


class SupplierAccount(Document, kw_only=True):
    """Somebody who delivers goods."""

    kind = "supplier"
    title = "supplier"

    client_id: str = CLIENT
    name: str
    address: Address


class InboundLine(Part, kw_only=True, frozen=True):
    """One item of an inbound shipment."""

    item_id: str
    sku: str
    units: int
    received: int = 0
    unit_cost: Decimal | None = None
    external_id: str | None = None

    @property
    def missing(self) -> int:
        """Units that are still to come. More than announced may arrive."""
        return max(self.units - self.received, 0)


class ReceiptLine(Part, kw_only=True, frozen=True):
    """Units of one item that arrived."""

    item_id: str
    sku: str
    units: int
    bin_id: str


class Receipt(Part, kw_only=True, frozen=True):
    """One arrival of goods."""

    id: str
    arrived_at: datetime
    lines: list[ReceiptLine]


class InboundShipment(Document, kw_only=True):
    """Goods that a supplier sends to a warehouse."""

    kind = "inbound_shipment"
    title = "inbound shipment"

    client_id: str = CLIENT
    purchase_order: str | None = None
    supplier: Supplier | None = None
    warehouse_id: str
    state: InboundState
    expected_at: datetime | None = None
    lines: list[InboundLine]
    receipts: list[Receipt] = []
    ship_from: Address | None = None
    tracking_numbers: list[str] = []
    notes: list[str] = []

    def still_coming(self) -> dict[str, int]:
        """Units to expect, by item."""
        if self.state not in STILL_COMING:
            return {}
        return {line.item_id: line.missing for line in self.lines if line.missing}
