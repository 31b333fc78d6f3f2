"""Shopify's shapes; only fields that are read. Ids are global: gid://shopify/Product/7."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class ShopifyStruct(msgspec.Struct, kw_only=True, frozen=True, rename="camel"):
    """A part of an answer."""


class PageInfo(ShopifyStruct, kw_only=True, frozen=True):
    has_next_page: bool
    end_cursor: str | None = None


class Connection(ShopifyStruct, Generic[T], kw_only=True, frozen=True):
    """A part of a list."""

    nodes: list[T]
    page_info: PageInfo = PageInfo(has_next_page=False)


class Ref(ShopifyStruct, kw_only=True, frozen=True):
    id: str


class Image(ShopifyStruct, kw_only=True, frozen=True):
    url: str


class Preview(ShopifyStruct, kw_only=True, frozen=True):
    image: Image | None


class Media(ShopifyStruct, kw_only=True, frozen=True):
    preview: Preview | None


class ShopifyProduct(ShopifyStruct, kw_only=True, frozen=True):
    id: str
    title: str
    handle: str
    status: str
    created_at: datetime
    updated_at: datetime
    tags: list[str]
    product_type: str
    vendor: str
    featured_media: Media | None


class Option(ShopifyStruct, kw_only=True, frozen=True):
    name: str
    value: str


class Amount(ShopifyStruct, kw_only=True, frozen=True):
    amount: Decimal


class MoneyBag(ShopifyStruct, kw_only=True, frozen=True):
    """An amount in the shop's currency."""

    shop_money: Amount


class Weight(ShopifyStruct, kw_only=True, frozen=True):
    unit: str
    value: Decimal


class ItemMeasurement(ShopifyStruct, kw_only=True, frozen=True):
    weight: Weight | None


class Quantity(ShopifyStruct, kw_only=True, frozen=True):
    name: str
    quantity: int


class Level(ShopifyStruct, kw_only=True, frozen=True):
    """Stock of one item at one location, by what state it is in."""

    updated_at: datetime
    location: Ref
    quantities: list[Quantity]

    def units(self, name: str) -> int:
        return next((item.quantity for item in self.quantities if item.name == name), 0)


class StockItem(ShopifyStruct, kw_only=True, frozen=True):
    id: str
    tracked: bool
    updated_at: datetime
    unit_cost: Amount | None
    measurement: ItemMeasurement
    inventory_levels: Connection[Level]


class ShopifyVariant(ShopifyStruct, kw_only=True, frozen=True):
    id: str
    title: str
    sku: str | None
    barcode: str | None
    price: str
    compare_at_price: str | None
    created_at: datetime
    updated_at: datetime
    inventory_policy: str
    requires_components: bool
    media: Connection[Media]
    selected_options: list[Option]
    product: Ref
    inventory_item: StockItem


class VariantOfProduct(ShopifyVariant, kw_only=True, frozen=True):
    """A variant with its product."""

    product: ShopifyProduct  # type: ignore[assignment]


class LocationAddress(ShopifyStruct, kw_only=True, frozen=True):
    address1: str | None
    address2: str | None
    city: str | None
    province: str | None
    zip: str | None
    country: str | None
    phone: str | None


class ShopifyLocation(ShopifyStruct, kw_only=True, frozen=True):
    id: str
    name: str
    is_active: bool
    created_at: datetime
    updated_at: datetime
    fulfills_online_orders: bool
    ships_inventory: bool
    address: LocationAddress


class TaxLine(ShopifyStruct, kw_only=True, frozen=True):
    price_set: MoneyBag


class ShopifyLine(ShopifyStruct, kw_only=True, frozen=True):
    id: str
    quantity: int
    sku: str | None
    variant: Ref | None
    product: Ref | None
    original_unit_price_set: MoneyBag
    total_discount_set: MoneyBag
    tax_lines: list[TaxLine]


class Address(ShopifyStruct, kw_only=True, frozen=True):
    name: str | None
    company: str | None
    address1: str | None
    address2: str | None
    city: str | None
    province: str | None
    zip: str | None
    country: str | None
    phone: str | None


class ShippingLine(ShopifyStruct, kw_only=True, frozen=True):
    title: str
    code: str | None
    carrier_identifier: str | None


class Tracking(ShopifyStruct, kw_only=True, frozen=True):
    company: str | None
    number: str | None
    url: str | None


class ParcelLine(ShopifyStruct, kw_only=True, frozen=True):
    id: str
    quantity: int | None
    line_item: Ref


class Parcel(ShopifyStruct, kw_only=True, frozen=True):
    """A fulfillment: what left together."""

    id: str
    status: str
    created_at: datetime
    location: Ref | None
    tracking_info: list[Tracking]
    fulfillment_line_items: Connection[ParcelLine]


class AssignedLocation(ShopifyStruct, kw_only=True, frozen=True):
    location: Ref | None


class GroupLine(ShopifyStruct, kw_only=True, frozen=True):
    id: str
    total_quantity: int
    remaining_quantity: int
    line_item: Ref


class Group(ShopifyStruct, kw_only=True, frozen=True):
    """A fulfillment order: lines that one location is to ship."""

    id: str
    status: str
    created_at: datetime
    updated_at: datetime
    fulfill_by: datetime | None
    assigned_location: AssignedLocation
    line_items: Connection[GroupLine]


class Count(ShopifyStruct, kw_only=True, frozen=True):
    count: int


class ShopifyOrder(ShopifyStruct, kw_only=True, frozen=True):
    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    cancelled_at: datetime | None
    email: str | None
    phone: str | None
    note: str | None
    tags: list[str]
    currency_code: str
    display_fulfillment_status: str
    display_financial_status: str | None
    total_price_set: MoneyBag
    total_tax_set: MoneyBag | None
    total_discounts_set: MoneyBag | None
    total_shipping_price_set: MoneyBag
    total_refunded_set: MoneyBag
    shipping_address: Address | None
    billing_address: Address | None
    shipping_line: ShippingLine | None
    line_items: Connection[ShopifyLine]
    fulfillments: list[Parcel]
    fulfillments_count: Count | None
    fulfillment_orders: Connection[Group]


class SuggestedTransaction(ShopifyStruct, kw_only=True, frozen=True):
    amount_set: MoneyBag
    maximum_refundable_set: MoneyBag | None
    gateway: str | None
    parent_transaction: Ref | None


class SuggestedLine(ShopifyStruct, kw_only=True, frozen=True):
    quantity: int
    line_item: Ref


class SuggestedShipping(ShopifyStruct, kw_only=True, frozen=True):
    amount_set: MoneyBag


class SuggestedRefund(ShopifyStruct, kw_only=True, frozen=True):
    """What Shopify makes of lines and shipping to pay back."""

    amount_set: MoneyBag
    maximum_refundable_set: MoneyBag
    refund_line_items: list[SuggestedLine]
    shipping: SuggestedShipping
    suggested_transactions: list[SuggestedTransaction]


class MadeRefund(ShopifyStruct, kw_only=True, frozen=True):
    id: str
    created_at: datetime | None


class Message(msgspec.Struct, frozen=True):
    """What a webhook is about; the rest of it is asked for anew."""

    id: int


class LevelMessage(msgspec.Struct, frozen=True):
    """A webhook about stock."""

    inventory_item_id: int
