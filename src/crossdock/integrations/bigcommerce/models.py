"""BigCommerce's shapes; only fields that are read. Amounts are texts in some places and numbers in others."""

from __future__ import annotations

from decimal import Decimal
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")
ZERO = Decimal(0)


class BigStruct(msgspec.Struct, kw_only=True, frozen=True):
    """A part of an answer."""


class Pagination(BigStruct, kw_only=True, frozen=True):
    current_page: int = 1
    total_pages: int | None = None


class ListMeta(BigStruct, kw_only=True, frozen=True):
    pagination: Pagination = Pagination()


class Listed(msgspec.Struct, Generic[T], frozen=True):
    """A page of a list of version 3."""

    data: list[T]
    meta: ListMeta = ListMeta()


class One(msgspec.Struct, Generic[T], frozen=True):
    """A single thing of version 3."""

    data: T


class Store(BigStruct, kw_only=True, frozen=True):
    """What the store says of itself."""

    id: str
    name: str = ""
    domain: str = ""
    currency: str = ""
    plan_name: str = ""
    weight_units: str = ""
    dimension_units: str = ""


class Option(BigStruct, kw_only=True, frozen=True):
    """What a variant is of an option, such as Color: Beige."""

    option_display_name: str
    label: str


class Variant(BigStruct, kw_only=True, frozen=True):
    """Something to buy. A product without options has one, and its measures and costs are the product's."""

    id: int
    product_id: int
    sku: str | None = None
    upc: str | None = None
    gtin: str | None = None
    price: Decimal | None = None
    calculated_price: Decimal | None = None
    cost_price: Decimal | None = None
    sale_price: Decimal | None = None
    retail_price: Decimal | None = None
    weight: Decimal | None = None
    width: Decimal | None = None
    depth: Decimal | None = None
    height: Decimal | None = None
    purchasing_disabled: bool = False
    image_url: str | None = None
    option_values: list[Option] = []


class Picture(BigStruct, kw_only=True, frozen=True):
    url_standard: str | None = None


class BigProduct(BigStruct, kw_only=True, frozen=True):
    id: int
    name: str
    type: str = ""
    sku: str | None = None
    price: Decimal | None = None
    cost_price: Decimal | None = None
    weight: Decimal | None = None
    width: Decimal | None = None
    depth: Decimal | None = None
    height: Decimal | None = None
    categories: list[int] = []
    inventory_tracking: str = "none"
    is_visible: bool = True
    availability: str = "available"
    upc: str | None = None
    gtin: str | None = None
    date_created: str
    date_modified: str
    primary_image: Picture | None = None
    variants: list[Variant] = []


class Identity(BigStruct, kw_only=True, frozen=True):
    """What an inventory item counts: a variant, or a product whose variants share their stock."""

    product_id: int | None = None
    variant_id: int | None = None


class Level(BigStruct, kw_only=True, frozen=True):
    """Units at one location; what can be sold is what lies there less the safety stock."""

    location_id: int
    available_to_sell: int = 0
    total_inventory_onhand: int = 0


class StockItem(BigStruct, kw_only=True, frozen=True):
    identity: Identity
    locations: list[Level] = []


class LocationAddress(BigStruct, kw_only=True, frozen=True):
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country_code: str | None = None


class Location(BigStruct, kw_only=True, frozen=True):
    id: int
    code: str | None = None
    label: str | None = None
    type_id: str | None = None
    enabled: bool = True
    managed_by_external_source: bool = False
    time_zone: str | None = None
    created_at: str
    updated_at: str
    address: LocationAddress | None = None


class Address(BigStruct, kw_only=True, frozen=True):
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    street_1: str = ""
    street_2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""


class Discount(BigStruct, kw_only=True, frozen=True):
    amount: Decimal = ZERO


class OrderLine(BigStruct, kw_only=True, frozen=True):
    """A product ordered. One that was typed in by hand has no product."""

    id: int
    product_id: int = 0
    variant_id: int | None = None
    order_address_id: int = 0
    name: str = ""
    sku: str = ""
    type: str = ""
    quantity: int = 0
    quantity_shipped: int = 0
    quantity_refunded: int = 0
    price_ex_tax: Decimal = ZERO
    total_inc_tax: Decimal = ZERO
    total_tax: Decimal = ZERO
    discounted_total_inc_tax: Decimal | None = None
    applied_discounts: list[Discount] = []


class Consignment(Address, kw_only=True, frozen=True):
    """Lines that go one way: to an address, to a pickup point, by e-mail or as a download."""

    id: int | None = None
    shipping_method: str = ""
    cost_inc_tax: Decimal = ZERO
    line_items: list[OrderLine] = []

    @property
    def address_id(self) -> int | None:
        """The address it goes to, as its lines name it."""
        return next((line.order_address_id for line in self.line_items if line.order_address_id), self.id)


class MailedCertificates(BigStruct, kw_only=True, frozen=True):
    gift_certificates: list[Consignment] = []


class Consignments(BigStruct, kw_only=True, frozen=True):
    shipping: list[Consignment] = []
    pickups: list[Consignment] = []
    downloads: list[Consignment] = []
    email: MailedCertificates = MailedCertificates()


class BigOrder(BigStruct, kw_only=True, frozen=True):
    """An order with its consignments; times are as in RFC 2822, or empty."""

    id: int
    status_id: int
    status: str = ""
    date_created: str
    date_modified: str = ""
    date_shipped: str = ""
    is_deleted: bool = False
    default_currency_code: str = ""
    currency_code: str = ""
    total_inc_tax: Decimal
    total_tax: Decimal
    discount_amount: Decimal = ZERO
    coupon_discount: Decimal = ZERO
    shipping_cost_inc_tax: Decimal = ZERO
    items_total: int = 0
    items_shipped: int = 0
    payment_method: str = ""
    payment_status: str = ""
    staff_notes: str | None = None
    customer_message: str | None = None
    order_source: str | None = None
    channel_id: int | None = None
    external_id: str | None = None
    external_order_id: str | None = None
    billing_address: Address
    consignments: Consignments = Consignments()

    @property
    def lines(self) -> list[OrderLine]:
        """All lines, whichever way they go."""
        ways = self.consignments
        found = [*ways.shipping, *ways.pickups, *ways.downloads, *ways.email.gift_certificates]
        return sorted((line for way in found for line in way.line_items), key=lambda line: line.id)


class ShippedItem(BigStruct, kw_only=True, frozen=True):
    order_product_id: int
    quantity: int


class Parcel(BigStruct, kw_only=True, frozen=True):
    """A shipment of an order."""

    id: int
    date_created: str
    tracking_number: str = ""
    tracking_link: str = ""
    generated_tracking_link: str = ""
    tracking_carrier: str = ""
    shipping_provider: str = ""
    shipping_provider_display_name: str = ""
    shipping_method: str = ""
    items: list[ShippedItem] = []


class RefundItem(BigStruct, kw_only=True, frozen=True):
    item_type: str
    item_id: int = 0
    quantity: int = 0
    requested_amount: Decimal | None = None
    reason: str | None = None


class RefundPayment(BigStruct, kw_only=True, frozen=True):
    provider_id: str = ""
    amount: Decimal = Decimal(0)
    offline: bool = False
    is_declined: bool = False


class BigRefund(BigStruct, kw_only=True, frozen=True):
    id: int
    order_id: int
    created: str
    reason: str | None = None
    total_amount: Decimal
    items: list[RefundItem] = []
    payments: list[RefundPayment] = []


class RefundMethod(BigStruct, kw_only=True, frozen=True):
    """A way to pay back. `offline_provider` means that the buyer paid by hand, `offline` that it has to go back so."""

    provider_id: str
    amount: Decimal
    offline: bool = False
    offline_provider: bool = False


class Quote(BigStruct, kw_only=True, frozen=True):
    """What lines come to, and the ways to pay it back, each of one or several payments."""

    total_refund_amount: Decimal
    refund_methods: list[list[RefundMethod]] = []


class Hook(BigStruct, kw_only=True, frozen=True):
    id: int
    destination: str = ""


class Subject(BigStruct, kw_only=True, frozen=True):
    """What a message is about, in the shapes of all topics."""

    id: int
    orderId: int | None = None  # noqa: N815 - as BigCommerce writes it
    inventory: Identity | None = None
    sku: Identity | None = None


class Message(BigStruct, kw_only=True, frozen=True):
    """A webhook's body."""

    scope: str
    data: Subject
