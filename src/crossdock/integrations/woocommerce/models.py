"""WooCommerce's shapes; only fields that are read. Amounts are texts, empty where there is none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import msgspec

MARK = "_crossdock_write"
"""Meta field that holds the reference of the last write; hidden in WordPress, as every name with an underscore is."""
TRACKING = "_wc_shipment_tracking_items"
"""Meta field of orders in which the tracking plugins keep their parcels."""


class WooStruct(msgspec.Struct, kw_only=True, frozen=True):
    """A part of an answer."""


class Meta(WooStruct, kw_only=True, frozen=True):
    id: int = 0
    key: str
    value: Any = None


class Named(WooStruct, kw_only=True, frozen=True):
    id: int
    name: str


class Image(WooStruct, kw_only=True, frozen=True):
    src: str


class Dimensions(WooStruct, kw_only=True, frozen=True):
    length: str = ""
    width: str = ""
    height: str = ""


class Option(WooStruct, kw_only=True, frozen=True):
    """An attribute of a variation, such as Color: Black."""

    name: str
    option: str


class Stocked(WooStruct, kw_only=True, frozen=True):
    """What products and variations have in common. `manage_stock` is `parent` where the parent's stock counts."""

    id: int
    date_created_gmt: str | None = None
    date_modified_gmt: str | None = None
    status: str
    sku: str = ""
    global_unique_id: str = ""
    price: str = ""
    regular_price: str = ""
    sale_price: str = ""
    manage_stock: bool | Literal["parent"] = False
    stock_quantity: Decimal | None = None
    stock_status: str = ""
    backorders_allowed: bool = False
    weight: str = ""
    dimensions: Dimensions = Dimensions()
    meta_data: list[Meta] = []


class WooProduct(Stocked, kw_only=True, frozen=True):
    """A product; also a variation when it is asked for by its id alone, with type `variation`."""

    name: str
    type: str
    parent_id: int = 0
    categories: list[Named] = []
    tags: list[Named] = []
    images: list[Image] = []
    variations: list[int] = []


class WooVariation(Stocked, kw_only=True, frozen=True):
    image: Image | None = None
    attributes: list[Option] = []


class LineTax(WooStruct, kw_only=True, frozen=True):
    id: int
    total: str = ""


class OrderLine(WooStruct, kw_only=True, frozen=True):
    """A product ordered. `subtotal` is before discounts, `total` after; neither has tax in it."""

    id: int
    product_id: int = 0
    variation_id: int = 0
    quantity: Decimal = Decimal(0)
    subtotal: str = "0"
    total: str = "0"
    total_tax: str = "0"
    taxes: list[LineTax] = []
    meta_data: list[Meta] = []
    sku: str | None = None


class ShippingLine(WooStruct, kw_only=True, frozen=True):
    id: int
    method_title: str = ""
    method_id: str = ""
    total: str = "0"
    total_tax: str = "0"
    taxes: list[LineTax] = []
    meta_data: list[Meta] = []


class Address(WooStruct, kw_only=True, frozen=True):
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address_1: str = ""
    address_2: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""
    phone: str = ""


class BillingAddress(Address, kw_only=True, frozen=True):
    email: str = ""


class RefundSummary(WooStruct, kw_only=True, frozen=True):
    """A refund as its order lists it; `total` is negative."""

    id: int
    reason: str | None = None
    total: str


class WooOrder(WooStruct, kw_only=True, frozen=True):
    id: int
    number: str
    status: str
    currency: str
    date_created_gmt: str | None = None
    date_modified_gmt: str | None = None
    date_paid_gmt: str | None = None
    discount_total: str
    shipping_total: str
    total: str
    total_tax: str
    customer_note: str = ""
    payment_method_title: str = ""
    billing: BillingAddress
    shipping: Address
    line_items: list[OrderLine]
    shipping_lines: list[ShippingLine] = []
    refunds: list[RefundSummary] = []
    meta_data: list[Meta] = []


class WooRefund(WooStruct, kw_only=True, frozen=True):
    """A refund; quantities and totals of its lines are negative."""

    id: int
    amount: str
    date_created_gmt: str | None = None
    meta_data: list[Meta] = []
    line_items: list[OrderLine] = []
    shipping_lines: list[ShippingLine] = []


class TrackingItem(msgspec.Struct, kw_only=True):
    """A parcel as the tracking plugins keep it; `date_shipped` is in seconds of Unix time, sometimes as text."""

    tracking_id: str = ""
    tracking_provider: str = ""
    custom_tracking_provider: str = ""
    custom_tracking_link: str = ""
    tracking_number: str = ""
    date_shipped: str | int = ""


class Setting(WooStruct, kw_only=True, frozen=True):
    value: Any = None


class Hook(WooStruct, kw_only=True, frozen=True):
    """A webhook that the shop keeps, of one topic."""

    id: int
    delivery_url: str = ""


class Message(WooStruct, kw_only=True, frozen=True):
    """What a webhook is about; the rest of it is asked for anew."""

    id: int


class ItemError(WooStruct, kw_only=True, frozen=True):
    code: str = ""
    message: str = ""


class BatchItem(WooStruct, kw_only=True, frozen=True):
    """A line of a batch: what is there now, or the error."""

    id: int
    error: ItemError | None = None


class ErrorBody(WooStruct, kw_only=True, frozen=True):
    """Every refusal of the REST API of WordPress."""

    code: str
    message: str


def mark_of(meta: list[Meta]) -> str | None:
    """The reference that a write of ours left."""
    return next((str(item.value) for item in meta if item.key == MARK), None)
