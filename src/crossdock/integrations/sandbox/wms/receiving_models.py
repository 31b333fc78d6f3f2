"""What the warehouse system answers about goods that come and about the office; only fields that are read."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from crossdock.integrations.sandbox.models import SandboxAddress, SandboxPart
from crossdock.integrations.sandbox.wms.models import SandboxItem, SandboxProduct, SandboxSupplier


class SandboxInboundLine(SandboxPart, kw_only=True, frozen=True):
    """One item of an inbound shipment."""

    item_id: str
    sku: str
    units: int
    received: int
    unit_cost: Decimal | None = None
    external_id: str | None = None


class SandboxReceiptLine(SandboxPart, kw_only=True, frozen=True):
    """Units of one item that arrived."""

    item_id: str
    sku: str
    units: int


class SandboxReceipt(SandboxPart, kw_only=True, frozen=True):
    """One arrival of goods."""

    id: str
    arrived_at: datetime
    lines: list[SandboxReceiptLine]


class SandboxInboundShipment(SandboxPart, kw_only=True, frozen=True):
    """Goods that a supplier sends."""

    id: str
    created_at: datetime
    updated_at: datetime
    client_id: str
    purchase_order: str | None = None
    supplier: SandboxSupplier | None = None
    warehouse_id: str
    state: str
    expected_at: datetime | None = None
    lines: list[SandboxInboundLine]
    receipts: list[SandboxReceipt]
    ship_from: SandboxAddress | None = None
    tracking_numbers: list[str]
    notes: list[str]


class SandboxSupplierAccount(SandboxPart, kw_only=True, frozen=True):
    """Somebody who delivers goods."""

    id: str
    created_at: datetime
    updated_at: datetime
    client_id: str
    name: str


class SandboxReturnLine(SandboxPart, kw_only=True, frozen=True):
    """One item that comes back."""

    item_id: str
    sku: str
    units: int
    received: int
    restocked: int
    reason: str | None = None


class SandboxUnitState(SandboxPart, kw_only=True, frozen=True):
    """How some units arrived, and where they went."""

    units: int
    condition: str
    placed: str


class SandboxParcelLine(SandboxPart, kw_only=True, frozen=True):
    """One item in a parcel."""

    item_id: str
    sku: str
    units: int
    states: list[SandboxUnitState]


class SandboxReturnParcel(SandboxPart, kw_only=True, frozen=True):
    """A parcel that comes back."""

    tracking_number: str | None = None
    carrier: str | None = None
    cost: Decimal | None = None
    sent_at: datetime | None = None
    arrived_at: datetime | None = None
    lines: list[SandboxParcelLine]


class SandboxReturn(SandboxPart, kw_only=True, frozen=True):
    """Goods of an order that come back."""

    id: str
    created_at: datetime
    updated_at: datetime
    client_id: str
    order_id: str
    warehouse_id: str
    state: str
    lines: list[SandboxReturnLine]
    parcels: list[SandboxReturnParcel]
    notes: list[str]


class SandboxLedgerEntry(SandboxPart, kw_only=True, frozen=True):
    """Units that came to a bin or left it."""

    id: str
    created_at: datetime
    updated_at: datetime
    client_id: str
    type: str
    item_id: str
    sku: str
    warehouse_id: str
    bin_id: str
    lot_id: str | None = None
    units: int
    note: str | None = None
    cause_kind: str | None = None
    cause_id: str | None = None


class SandboxCharge(SandboxPart, kw_only=True, frozen=True):
    """A single amount that a client owes."""

    id: str
    created_at: datetime
    updated_at: datetime
    client_id: str
    type: str
    subject_kind: str
    subject_id: str
    amount: Decimal
    currency: str


class SandboxActivity(SandboxPart, kw_only=True, frozen=True):
    """Work of one person on one document."""

    id: str
    created_at: datetime
    updated_at: datetime
    client_id: str
    worker_id: str
    first_name: str
    last_name: str
    warehouse_id: str
    task: str
    started_at: datetime
    ended_at: datetime | None = None
    subject_kind: str
    subject_id: str
    units: int


class SandboxClient(SandboxPart, kw_only=True, frozen=True):
    """A merchant whose goods the warehouses hold."""

    id: str
    created_at: datetime
    updated_at: datetime
    name: str


class SandboxShippingMethod(SandboxPart, kw_only=True, frozen=True):
    """A way to send parcels."""

    id: str
    created_at: datetime
    updated_at: datetime
    name: str
    carrier: str


class SandboxOutcome(SandboxPart, kw_only=True, frozen=True):
    """Everything a request made or changed; what it was about comes first in its list."""

    inbound_shipments: list[SandboxInboundShipment]
    returns: list[SandboxReturn]
    products: list[SandboxProduct]
    items: list[SandboxItem]
    ledger: list[SandboxLedgerEntry]
    charges: list[SandboxCharge]


class SandboxAdjusted(SandboxPart, kw_only=True, frozen=True):
    """The answer to an adjustment: the item as it is after it, and the entries it left in the ledger."""

    item: SandboxItem
    ledger: list[SandboxLedgerEntry]
