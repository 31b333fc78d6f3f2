"""What the warehouse system stores."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from crossdock.sandbox.documents import Address, Document, Part, Size

CLIENT = "client_id_0"
"""The one merchant of an account, whom everything in it belongs to."""
BinUse = Literal["pick", "bulk", "quarantine"]
"""Units in quarantine are held, but not offered to orders."""


class Warehouse(Document, kw_only=True):
    """A building."""

    kind = "warehouse"
    title = "warehouse"

    code: str
    name: str
    address: Address


class Bin(Document, kw_only=True):
    """A place inside a warehouse."""

    kind = "bin"
    title = "bin"

    warehouse_id: str
    name: str
    use: BinUse
    size: Size | None = None
    """How much goes in: inner size, and weight it may carry."""


class BinUnits(Part, kw_only=True, frozen=True):
    """Units of one item in one bin, of one lot where the item has lots."""

    bin_id: str
    warehouse_id: str
    lot_id: str | None = None
    quarantined: bool = False
    units: int


class ItemLot(Part, kw_only=True, frozen=True):
    """Units of an item that expire together."""

    id: str
    expires_at: datetime


class Item(Document, kw_only=True):
    """One physical good. Quantities follow from `stock` and `allocated`; none is stored twice."""

    kind = "item"
    title = "item"

    client_id: str = CLIENT
    sku: str
    name: str
    active: bool = True
    unit_cost: Decimal | None = None
    size: Size | None = None
    substitute_skus: list[str] = []
    lots: list[ItemLot] = []
    stock: list[BinUnits] = []
    allocated: dict[str, int] = {}
    """Units promised to orders, by warehouse."""
    expected: dict[str, int] = {}
    """Units announced by suppliers, by every warehouse that keeps the item."""


class Component(Part, kw_only=True, frozen=True):
    """An item inside a product."""

    item_id: str
    sku: str
    units: int


class Supplier(Part, kw_only=True, frozen=True):
    """Who delivers a product."""

    id: str
    name: str


class Product(Document, kw_only=True):
    """Something that can be ordered: one item, or a kit of several."""

    kind = "product"
    title = "product"

    client_id: str = CLIENT
    type: Literal["single", "kit"]
    sku: str
    name: str
    active: bool = True
    barcode: str | None = None
    price: Decimal | None = None
    components: list[Component]
    size: Size | None = None
    supplier: Supplier | None = None
    origin_country: str | None = None
    tariff_code: str | None = None
    references: list[str] = []
    """References of the requests that made or changed it."""


class BinChange(Part, kw_only=True, frozen=True):
    """What an adjustment did in one bin; negative when units left it."""

    bin_id: str
    lot_id: str | None = None
    change: int


class Adjustment(Document, kw_only=True):
    """A correction of stock. Its id is the reference the caller gave."""

    kind = "adjustment"
    title = "adjustment"

    item_id: str
    warehouse_id: str
    change: int
    bins: list[BinChange]


OrderState = Literal[
    "new",
    "released",
    "in_work",
    "picked",
    "packed",
    "part_shipped",
    "shipped",
    "waiting_for_stock",
    "on_hold",
    "cancelled",
]
HOLDING_STOCK: frozenset[OrderState] = frozenset({"new", "released", "in_work", "picked", "packed", "part_shipped"})
"""States in which the units that have not left yet are promised to the order."""


CHANGEABLE: frozenset[OrderState] = HOLDING_STOCK - {"part_shipped"} | {"waiting_for_stock", "on_hold"}
"""States of orders of which nothing has left and which are not called off."""


class OrderLine(Part, kw_only=True, frozen=True):
    """One product of an order."""

    product_id: str
    sku: str
    units: int
    shipped: int = 0
    price: Decimal
    discount: Decimal = Decimal(0)
    """On the whole line."""
    kit: bool = False
    parts: list[Component] = []
    """What one unit was made of when it was ordered; later changes of the product do not touch the order."""

    @property
    def open(self) -> int:
        """Units that have not left yet."""
        return self.units - self.shipped


class PackLine(Part, kw_only=True, frozen=True):
    """Units of the order's line with this number, counted from 0."""

    line: int
    units: int


class PackedItem(Part, kw_only=True, frozen=True):
    """Units of one item in a box."""

    item_id: str
    sku: str
    units: int
    kit_id: str | None = None
    """The kit they are part of."""
    lot_id: str | None = None
    """Known once they are taken from their bins."""
    expires_at: datetime | None = None


class Pack(Part, kw_only=True, frozen=True):
    """A box that is packed and has not left yet."""

    id: str
    size: Size
    lines: list[PackLine]
    items: list[PackedItem]


class Package(Part, kw_only=True, frozen=True):
    """A box that has left."""

    id: str
    tracking_number: str | None = None
    tracking_url: str | None = None
    size: Size | None = None
    items: list[PackedItem]


class ShipmentLine(Part, kw_only=True, frozen=True):
    """One product of a shipment."""

    product_id: str
    units: int


class Shipment(Part, kw_only=True, frozen=True):
    """Boxes of an order that left together."""

    id: str
    tracking_number: str | None = None
    shipped_at: datetime
    warehouse_id: str
    ship_from: Address
    shipping_method_id: str | None = None
    shipping_method_name: str | None = None
    carrier: str | None = None
    cost: Decimal | None = None
    lines: list[ShipmentLine]
    packages: list[Package]


class DeliveryAddress(Part, kw_only=True, frozen=True):
    """Where an order goes, as far as the caller said."""

    street: str | None = None
    street2: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None


class Recipient(Part, kw_only=True, frozen=True):
    """Who gets an order."""

    name: str | None = None
    company: str | None = None
    email: str | None = None
    phone: str | None = None
    address: DeliveryAddress = DeliveryAddress()


class AttachedFile(Part, kw_only=True, frozen=True):
    """A file that goes with an order. Its content is kept apart, under the same id."""

    id: str
    name: str
    size_bytes: int
    link: str | None = None
    attached_at: datetime


class Order(Document, kw_only=True):
    """Goods to send to somebody. Names of channel, method and carrier are those of the moment it was ordered."""

    kind = "order"
    title = "order"

    client_id: str = CLIENT
    number: str
    shop_order_id: str | None = None
    channel_id: str | None = None
    channel_name: str | None = None
    trading_partner: str | None = None
    state: OrderState
    warehouse_id: str
    shipping_method_id: str | None = None
    shipping_method_name: str | None = None
    carrier: str | None = None
    service_level: str | None = None
    recipient: Recipient = Recipient()
    lines: list[OrderLine]
    shipments: list[Shipment] = []
    packs: list[Pack] = []
    boxes_made: int = 0
    """How many boxes were ever packed; the next one is named after it."""
    files: list[AttachedFile] = []
    currency: str = "USD"
    total: Decimal
    tax: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    references: list[str] = []
    """References of the requests that made or changed it."""


class FileContent(Document, kw_only=True):
    """The bytes of a file that goes with an order; none when only its address is known."""

    kind = "order_file"
    title = "file"

    order_id: str
    name: str
    content: bytes = b""
    link: str | None = None


class ShippingMethod(Document, kw_only=True):
    """A way to send parcels."""

    kind = "shipping_method"
    title = "shipping method"

    name: str
    carrier: str


class Channel(Document, kw_only=True):
    """Where orders come from."""

    kind = "channel"
    title = "channel"

    client_id: str = CLIENT
    name: str
