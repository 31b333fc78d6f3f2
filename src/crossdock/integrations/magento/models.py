"""Magento's shapes; only fields that are read. Times are in UTC and do not say so; amounts are numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")
ZERO = Decimal(0)


class MagentoStruct(msgspec.Struct, kw_only=True, frozen=True):
    """A part of an answer."""


class Found(msgspec.Struct, Generic[T], kw_only=True, frozen=True):
    """A page of a list."""

    items: list[T] | None = None
    total_count: int = 0


class Attribute(MagentoStruct, kw_only=True, frozen=True):
    attribute_code: str
    value: Any = None


class Picture(MagentoStruct, kw_only=True, frozen=True):
    media_type: str = ""
    disabled: bool = False
    types: list[str] | None = None
    file: str | None = None


class CategoryLink(MagentoStruct, kw_only=True, frozen=True):
    category_id: str | int


class ProductExtension(MagentoStruct, kw_only=True, frozen=True):
    category_links: list[CategoryLink] | None = None
    configurable_product_links: list[int] | None = None


class MagentoProduct(MagentoStruct, kw_only=True, frozen=True):
    id: int
    sku: str
    name: str = ""
    price: Decimal | None = None
    status: int = 1
    visibility: int = 4
    type_id: str
    created_at: str | None = None
    updated_at: str | None = None
    weight: Decimal | None = None
    media_gallery_entries: list[Picture] | None = None
    custom_attributes: list[Attribute] | None = None
    extension_attributes: ProductExtension = ProductExtension()

    @property
    def number(self) -> int:
        return self.id

    @property
    def children(self) -> list[int]:
        return self.extension_attributes.configurable_product_links or []

    def attribute(self, *codes: str) -> str | None:
        """The text of the first of these attributes that is filled in."""
        held = {item.attribute_code: item.value for item in self.custom_attributes or ()}
        values = (held.get(code) for code in codes)
        return next((str(value) for value in values if isinstance(value, str | int) and value != ""), None)


class Category(MagentoStruct, kw_only=True, frozen=True):
    """`path` are the ids from the root to the category itself, as in 1/2/20."""

    id: int
    name: str = ""
    level: int = 0
    path: str = ""

    @property
    def number(self) -> int:
        return self.id


class StoreConfig(MagentoStruct, kw_only=True, frozen=True):
    id: int
    code: str
    base_currency_code: str | None = None
    weight_unit: str = ""
    base_media_url: str = ""
    secure_base_media_url: str = ""


class Source(MagentoStruct, kw_only=True, frozen=True):
    """A place with stock."""

    source_code: str
    name: str | None = None
    enabled: bool = True
    description: str | None = None
    country_id: str | None = None
    region: str | None = None
    city: str | None = None
    street: str | None = None
    postcode: str | None = None


class SourceItem(MagentoStruct, kw_only=True, frozen=True):
    """Stock of one SKU in one source; `status` is 1 where it is for sale."""

    sku: str
    source_code: str
    quantity: Decimal = ZERO
    status: int = 1


class OrderAddress(MagentoStruct, kw_only=True, frozen=True):
    prefix: str | None = None
    firstname: str | None = None
    middlename: str | None = None
    lastname: str | None = None
    suffix: str | None = None
    company: str | None = None
    street: list[str] | None = None
    city: str | None = None
    region: str | None = None
    postcode: str | None = None
    country_id: str | None = None
    telephone: str | None = None
    email: str | None = None


class OrderItem(MagentoStruct, kw_only=True, frozen=True):
    """A product ordered. Of a configurable product there are two: it, with the price, and below it the variant."""

    item_id: int
    parent_item_id: int | None = None
    product_id: int | None = None
    product_type: str | None = None
    sku: str = ""
    is_virtual: int = 0
    price: Decimal | None = None
    row_total: Decimal = ZERO
    discount_amount: Decimal = ZERO
    discount_tax_compensation_amount: Decimal = ZERO
    tax_amount: Decimal = ZERO
    qty_ordered: Decimal = ZERO
    qty_canceled: Decimal = ZERO
    qty_shipped: Decimal = ZERO
    qty_refunded: Decimal = ZERO
    qty_invoiced: Decimal = ZERO


class Shipping(MagentoStruct, kw_only=True, frozen=True):
    address: OrderAddress | None = None
    method: str | None = None


class Assignment(MagentoStruct, kw_only=True, frozen=True):
    shipping: Shipping = Shipping()


class OrderExtension(MagentoStruct, kw_only=True, frozen=True):
    shipping_assignments: list[Assignment] | None = None


class Payment(MagentoStruct, kw_only=True, frozen=True):
    method: str | None = None


class MagentoOrder(MagentoStruct, kw_only=True, frozen=True):
    """`state` is one of Magento's own; `status` is a word of the shop for it."""

    entity_id: int
    increment_id: str | None = None
    state: str | None = None
    status: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    customer_email: str | None = None
    base_currency_code: str | None = None
    order_currency_code: str | None = None
    grand_total: Decimal
    tax_amount: Decimal | None = None
    discount_amount: Decimal | None = None
    shipping_amount: Decimal | None = None
    shipping_tax_amount: Decimal | None = None
    shipping_refunded: Decimal | None = None
    shipping_description: str | None = None
    total_paid: Decimal | None = None
    total_refunded: Decimal | None = None
    coupon_code: str | None = None
    store_name: str | None = None
    customer_note: str | None = None
    items: list[OrderItem]
    billing_address: OrderAddress | None = None
    payment: Payment | None = None
    extension_attributes: OrderExtension = OrderExtension()

    @property
    def number(self) -> int:
        return self.entity_id


class Remark(MagentoStruct, kw_only=True, frozen=True):
    comment: str | None = None


class Track(MagentoStruct, kw_only=True, frozen=True):
    entity_id: int | None = None
    track_number: str | None = None
    title: str | None = None
    carrier_code: str | None = None


class ShipmentItem(MagentoStruct, kw_only=True, frozen=True):
    order_item_id: int
    product_id: int | None = None
    sku: str | None = None
    qty: Decimal


class ShipmentExtension(MagentoStruct, kw_only=True, frozen=True):
    source_code: str | None = None


class MagentoShipment(MagentoStruct, kw_only=True, frozen=True):
    entity_id: int
    order_id: int
    created_at: str | None = None
    items: list[ShipmentItem] | None = None
    tracks: list[Track] | None = None
    comments: list[Remark] | None = None
    extension_attributes: ShipmentExtension = ShipmentExtension()

    @property
    def number(self) -> int:
        return self.entity_id


class Invoice(MagentoStruct, kw_only=True, frozen=True):
    """`state` is 2 when it is paid; `transaction_id` is the payment provider's, where there was one."""

    entity_id: int
    state: int | None = None
    base_grand_total: Decimal = ZERO
    base_total_refunded: Decimal | None = None
    transaction_id: str | None = None

    @property
    def number(self) -> int:
        return self.entity_id


class CreditMemo(MagentoStruct, kw_only=True, frozen=True):
    entity_id: int
    comments: list[Remark] | None = None

    @property
    def number(self) -> int:
        return self.entity_id


class ErrorBody(MagentoStruct, kw_only=True, frozen=True):
    """Every refusal of the REST API."""

    message: str
    parameters: Any = None
    errors: list[Any] | None = None
