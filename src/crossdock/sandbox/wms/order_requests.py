"""What callers ask of orders."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from crossdock.sandbox.documents import RequestPart, Size, Text
from crossdock.sandbox.wms.packing import MOST_BOXES

MOST_UNITS_ON_A_LINE = 1_000_000

Units = Annotated[int, Meta(ge=1, le=MOST_UNITS_ON_A_LINE)]


class NewLine(RequestPart, kw_only=True, frozen=True):
    """A product to send; the SKU, when given, must be its own. Without a price it costs what the product does."""

    product_id: Text
    sku: Text | None = None
    units: Units
    price: Decimal | None = None
    discount: Decimal = Decimal(0)


Lines = Annotated[list[NewLine], Meta(min_length=1, max_length=500)]


class NewAddress(RequestPart, kw_only=True, frozen=True):
    """Where to send it."""

    street: Text | None = None
    street2: Text | None = None
    city: Text | None = None
    region: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None


class NewRecipient(RequestPart, kw_only=True, frozen=True):
    """Who gets it."""

    name: Text | None = None
    company: Text | None = None
    email: Text | None = None
    phone: Text | None = None
    address: NewAddress = NewAddress()


class OrderFields(RequestPart, kw_only=True, frozen=True):
    """What can be said of an order at any time; what is left out of a change stays."""

    reference: Text | None = None
    number: Text | UnsetType = UNSET
    shop_order_id: Text | UnsetType = UNSET
    channel_id: Text | UnsetType = UNSET
    channel_name: Text | UnsetType = UNSET
    trading_partner: Text | UnsetType = UNSET
    warehouse_id: Text | UnsetType = UNSET
    shipping_method_id: Text | UnsetType = UNSET
    service_level: Text | UnsetType = UNSET
    recipient: NewRecipient | UnsetType = UNSET
    currency: Text | UnsetType = UNSET
    total: Decimal | UnsetType = UNSET
    tax: Decimal | UnsetType = UNSET
    discount: Decimal | UnsetType = UNSET
    shipping: Decimal | UnsetType = UNSET


class NewOrder(OrderFields, kw_only=True, frozen=True):
    """An order to make."""

    lines: Lines


class OrderChanges(OrderFields, kw_only=True, frozen=True):
    """New values of an order. The lines are replaced as a whole."""

    lines: Lines | UnsetType = UNSET
    state: Literal["new", "released", "in_work", "picked", "packed", "on_hold"] | UnsetType = UNSET


class Cancellation(RequestPart, kw_only=True, frozen=True):
    """Calls an order off."""

    reference: Text | None = None


class NewPackage(RequestPart, kw_only=True, frozen=True):
    """A box that leaves: a pack of the order, or a name for a box where nothing is packed yet."""

    id: Text | None = None
    tracking_number: Text | None = None


class ShippedUnits(RequestPart, kw_only=True, frozen=True):
    """Units of a product that leave."""

    product_id: Text
    units: Units


class NewShipment(RequestPart, kw_only=True, frozen=True):
    """Goods that leave: the named packs or units, a part that the warehouse chooses, or everything that is left."""

    reference: Text | None = None
    shipped_at: datetime | None = None
    warehouse_id: Text | None = None
    shipping_method_id: Text | None = None
    carrier: Text | None = None
    tracking_number: Text | None = None
    tracking_url: Text | None = None
    cost: Decimal | None = None
    size: Size | None = None
    packages: Annotated[list[NewPackage], Meta(max_length=MOST_BOXES)] = []
    lines: Annotated[list[ShippedUnits], Meta(max_length=500)] = []
    part: bool = False


class NewFile(RequestPart, kw_only=True, frozen=True):
    """A file to keep with an order: its content, the address it can be had from, or both."""

    reference: Text | None = None
    name: Text | None = None
    content: bytes = b""
    link: Text | None = None
