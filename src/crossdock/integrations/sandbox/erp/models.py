"""What the ERP answers with; only fields that are read."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from crossdock.integrations.sandbox.models import SandboxPart, SandboxSize


class SandboxContact(SandboxPart, kw_only=True, frozen=True):
    """A postal address, and whom to ask for there."""

    name: str | None = None
    company: str | None = None
    street: str | None = None
    street2: str | None = None
    street3: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    phone: str | None = None
    email: str | None = None


class SandboxDocument(SandboxPart, kw_only=True, frozen=True):
    """What every document has."""

    id: str
    created_at: datetime
    updated_at: datetime


class SandboxBinPlace(SandboxPart, kw_only=True, frozen=True):
    """A place inside a location."""

    id: str
    name: str


class SandboxLocation(SandboxDocument, kw_only=True, frozen=True):
    """A place of the company."""

    code: str
    name: str
    type: str
    parent_id: str | None = None
    path: str
    address: SandboxContact | None = None
    active: bool
    keeps_stock: bool
    bins: list[SandboxBinPlace]


class SandboxCustomer(SandboxDocument, kw_only=True, frozen=True):
    """Somebody who buys."""

    number: str
    name: str
    email: str | None = None
    phone: str | None = None
    billing: SandboxContact
    shipping: SandboxContact | None = None
    active: bool
    currency: str
    discount_percent: Decimal
    tax_percent: Decimal


class SandboxEmployee(SandboxDocument, kw_only=True, frozen=True):
    """Somebody who works there."""

    number: str
    name: str
    email: str
    phone: str | None = None
    job: str
    order_limit: Decimal | None = None
    approval_limit: Decimal | None = None
    active: bool


class SandboxSupplier(SandboxDocument, kw_only=True, frozen=True):
    """Somebody who is bought from."""

    number: str
    name: str
    email: str | None = None
    phone: str | None = None
    address: SandboxContact
    active: bool
    currency: str
    tax_percent: Decimal


class SandboxItem(SandboxDocument, kw_only=True, frozen=True):
    """Something that is bought and sold."""

    sku: str
    name: str
    description: str
    active: bool
    type: str
    barcode: str
    price: Decimal
    cost: Decimal
    size: SandboxSize


class SandboxSource(SandboxPart, kw_only=True, frozen=True):
    """A supplier of an item."""

    supplier_id: str
    supplier_name: str
    supplier_sku: str
    cost: Decimal


class SandboxLevel(SandboxPart, kw_only=True, frozen=True):
    """Units at one location: on hand = committed + available."""

    location_id: str
    on_hand: int
    committed: int
    available: int
    backordered: int
    on_order: int


class SandboxLotUnits(SandboxPart, kw_only=True, frozen=True):
    """Units of one lot at one location."""

    number: str
    location_id: str
    expires_at: datetime
    on_hand: int
    committed: int


class SandboxBinUnits(SandboxPart, kw_only=True, frozen=True):
    """Units in one bin."""

    bin_id: str
    name: str
    location_id: str
    lot: str | None = None
    on_hand: int
    committed: int


class SandboxStock(SandboxDocument, kw_only=True, frozen=True):
    """Stock of one item."""

    item_id: str
    sku: str
    name: str
    active: bool
    unit_cost: Decimal
    sources: list[SandboxSource]
    levels: list[SandboxLevel]
    lots: list[SandboxLotUnits]
    bins: list[SandboxBinUnits]


class SandboxOrderLine(SandboxPart, kw_only=True, frozen=True):
    """A line of an order; `done` units have arrived, or left."""

    id: str
    item_id: str
    sku: str
    description: str
    location_id: str
    units: int
    done: int
    closed: bool
    price: Decimal
    discount: Decimal
    tax: Decimal


class SandboxOrder(SandboxDocument, kw_only=True, frozen=True):
    """An order of either direction."""

    number: str
    state: str
    supplier_id: str | None = None
    customer_id: str | None = None
    employee_id: str | None = None
    location_id: str
    ordered_at: datetime
    expected_at: datetime | None = None
    ship_by: datetime | None = None
    currency: str
    subtotal: Decimal
    discount: Decimal
    tax: Decimal
    shipping: Decimal
    total: Decimal
    bill_to: SandboxContact
    ship_to: SandboxContact
    external_reference: str | None = None
    memo: str | None = None
    lines: list[SandboxOrderLine]


class SandboxMove(SandboxPart, kw_only=True, frozen=True):
    """Units that went into, or came out of, one place."""

    bin_id: str | None = None
    lot: str | None = None
    expires_at: datetime | None = None
    units: int


class SandboxMovedLine(SandboxPart, kw_only=True, frozen=True):
    """Units of one order line that moved."""

    line_id: str
    item_id: str
    sku: str
    location_id: str
    units: int
    moves: list[SandboxMove]


class SandboxPackage(SandboxPart, kw_only=True, frozen=True):
    """A parcel."""

    id: str
    tracking_number: str | None = None
    tracking_url: str | None = None
    size: SandboxSize | None = None


class SandboxMovement(SandboxDocument, kw_only=True, frozen=True):
    """A receipt or a shipment."""

    number: str
    state: str
    order_id: str
    supplier_id: str | None = None
    location_id: str
    received_at: datetime | None = None
    shipped_at: datetime | None = None
    carrier: str | None = None
    service: str | None = None
    lines: list[SandboxMovedLine]
    packages: list[SandboxPackage] = []


class SandboxPosting(SandboxPart, kw_only=True, frozen=True):
    """A change of the books; its id is the reference we gave."""

    id: str
    purchase_order_id: str | None = None
    receipt_id: str | None = None
    sales_order_id: str | None = None
    shipment_id: str | None = None
    stock_card_ids: list[str]


class SandboxPosted(SandboxPart, kw_only=True, frozen=True):
    """The documents that a change of the books touched."""

    purchase_order: SandboxOrder | None = None
    receipt: SandboxMovement | None = None
    sales_order: SandboxOrder | None = None
    shipment: SandboxMovement | None = None
    stock: list[SandboxStock]
