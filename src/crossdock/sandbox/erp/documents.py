"""What the ERP stores.

Amounts are in US dollars. Quantities are whole units; none is stored twice: what a stock card shows follows from its
`stock`, its `demand` and its `incoming`, and the money of an order follows from its lines.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from crossdock.sandbox.documents import Document, Part, RequestPart, Size, Text

CURRENCY = "USD"
FIRST_SALE, FIRST_PURCHASE, FIRST_RECEIPT, FIRST_SHIPMENT = 1000, 2000, 3000, 4000
"""The numbers people use begin here: `SO-1000`, `PO-2000`, `RC-3000`, `SH-4000`."""
TRACKING_PAGE = "https://example.com/track/"


class Contact(RequestPart, kw_only=True, frozen=True, omit_defaults=True):
    """A postal address, and whom to ask for there."""

    name: Text | None = None
    company: Text | None = None
    street: Text | None = None
    street2: Text | None = None
    street3: Text | None = None
    city: Text | None = None
    region: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None
    phone: Text | None = None
    email: Text | None = None


class Bin(Part, kw_only=True, frozen=True):
    """A place inside a location."""

    id: str
    name: str


class Location(Document, kw_only=True):
    """A place of the company. Only some keep stock; a line in the books may name no other."""

    kind = "location"
    title = "location"

    code: str
    name: str
    type: Literal["region", "warehouse", "store", "production_line", "consignment_site"]
    parent_id: str | None = None
    path: str
    address: Contact | None = None
    active: bool = True
    keeps_stock: bool = True
    bins: list[Bin] = []


class Customer(Document, kw_only=True):
    """Somebody who buys, with the reduction they get and the tax they pay."""

    kind = "customer"
    title = "customer"

    number: str
    name: str
    email: str | None = None
    phone: str | None = None
    billing: Contact
    shipping: Contact | None = None
    active: bool = True
    currency: str = CURRENCY
    discount_percent: Decimal = Decimal(0)
    tax_percent: Decimal = Decimal(0)


class Employee(Document, kw_only=True):
    """Somebody who works here. A limit of None: the person may not place, or approve, orders at all."""

    kind = "employee"
    title = "employee"

    number: str
    name: str
    email: str
    phone: str | None = None
    job: str
    order_limit: Decimal | None = None
    approval_limit: Decimal | None = None
    active: bool = True


class Supplier(Document, kw_only=True):
    """Somebody who is bought from, with the tax they charge."""

    kind = "supplier"
    title = "supplier"

    number: str
    name: str
    email: str | None = None
    phone: str | None = None
    address: Contact
    active: bool = True
    currency: str = CURRENCY
    tax_percent: Decimal = Decimal(0)


class Item(Document, kw_only=True):
    """Something that is bought and sold."""

    kind = "item"
    title = "item"

    sku: str
    name: str
    description: str
    active: bool = True
    type: Literal["stocked"] = "stocked"
    barcode: str
    price: Decimal
    cost: Decimal
    size: Size


class Source(Part, kw_only=True, frozen=True):
    """A supplier of an item."""

    supplier_id: str
    supplier_name: str
    supplier_sku: str
    cost: Decimal


class Lot(Part, kw_only=True, frozen=True):
    """Units of an item that expire together. Its number names it."""

    number: str
    expires_at: datetime


class StockPart(Part, kw_only=True, frozen=True):
    """Units of one item in one place: of one bin where the location has bins, of one lot where the item has lots."""

    location_id: str
    bin_id: str | None = None
    lot: str | None = None
    units: int


class OpenUnits(Part, kw_only=True, frozen=True):
    """Units that a line of an order still waits for: to leave, or to arrive."""

    order_id: str
    line_id: str
    location_id: str
    units: int


class StockCard(Document, kw_only=True):
    """Stock of one item."""

    kind = "stock_card"
    title = "stock card"

    item_id: str
    sku: str
    name: str
    active: bool = True
    unit_cost: Decimal
    sources: list[Source] = []
    shelf_life_days: int | None = None
    """None: the item does not expire and is not kept by lot."""
    lots: list[Lot] = []
    locations: list[str] = []
    """Where the item is, was or will be kept."""
    bin_names: dict[str, str] = {}
    """Names of the bins the item is or was in."""
    stock: list[StockPart] = []
    demand: list[OpenUnits] = []
    """What sales orders wait for, in the order in which the sales orders were made: who came first is served first."""
    incoming: list[OpenUnits] = []
    """What purchase orders bring."""


class OrderLine(Part, kw_only=True, frozen=True):
    """An item of an order."""

    id: str
    item_id: str
    sku: str
    description: str
    location_id: str
    units: int
    done: int = 0
    """Units that have left, or arrived."""
    price: Decimal


class Order(Document, kw_only=True):
    """What orders of both directions have in common."""

    number: str
    employee_id: str | None = None
    location_id: str
    ordered_at: datetime
    bill_to: Contact
    ship_to: Contact
    tax_percent: Decimal
    external_reference: str | None = None
    memo: str | None = None
    lines: list[OrderLine]
    lines_made: int
    """How many lines it ever had, so that no id of a line comes twice."""


PurchaseState = Literal[
    "requested", "sent", "confirmed", "part_received", "received", "closed_short", "void", "disputed"
]
ORDERED: frozenset[PurchaseState] = frozenset({"sent", "confirmed", "part_received"})
"""States in which the units that have not arrived yet are on order."""


class PurchaseOrder(Order, kw_only=True):
    """Goods ordered from a supplier."""

    kind = "purchase_order"
    title = "purchase order"

    state: PurchaseState
    supplier_id: str
    expected_at: datetime | None = None


SalesState = Literal["draft", "released", "part_shipped", "shipped", "closed_short", "void", "on_hold"]
COMMITTING: frozenset[SalesState] = frozenset({"released", "part_shipped"})
"""States in which the units that have not left yet are wanted from stock."""


class SalesOrder(Order, kw_only=True):
    """Goods a customer ordered."""

    kind = "sales_order"
    title = "sales order"

    state: SalesState
    customer_id: str
    ship_by: datetime | None = None
    discount_percent: Decimal


class Move(Part, kw_only=True, frozen=True, omit_defaults=True):
    """Units that went into, or came out of, one place."""

    bin_id: str | None = None
    lot: str | None = None
    expires_at: datetime | None = None
    units: int


class MovedLine(Part, kw_only=True, frozen=True):
    """Units of one order line that moved, and where."""

    line_id: str
    item_id: str
    sku: str
    location_id: str
    units: int
    moves: list[Move]


class Receipt(Document, kw_only=True):
    """Goods of a purchase order that arrived."""

    kind = "receipt"
    title = "receipt"

    number: str
    state: Literal["posted"] = "posted"
    order_id: str
    supplier_id: str
    location_id: str
    received_at: datetime
    lines: list[MovedLine]


class Package(Part, kw_only=True, frozen=True):
    """A parcel of a shipment."""

    id: str
    tracking_number: str | None = None
    tracking_url: str | None = None
    size: Size | None = None


class Shipment(Document, kw_only=True):
    """Goods of a sales order that left."""

    kind = "shipment"
    title = "shipment"

    number: str
    state: Literal["posted"] = "posted"
    order_id: str
    location_id: str
    shipped_at: datetime
    carrier: str | None = None
    service: str | None = None
    lines: list[MovedLine]
    packages: list[Package] = []


class Posting(Document, kw_only=True, omit_defaults=True):
    """One change of the books, and the documents it touched. Its id is the reference the caller gave."""

    kind = "posting"
    title = "posting"

    purchase_order_id: str | None = None
    receipt_id: str | None = None
    sales_order_id: str | None = None
    shipment_id: str | None = None
    stock_card_ids: list[str]
