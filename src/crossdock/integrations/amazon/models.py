"""Amazon's shapes; only fields that are read. Amounts are texts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec


class Shape(msgspec.Struct, kw_only=True, frozen=True, rename="camel"):
    """A part of an answer."""


class Money(Shape, kw_only=True, frozen=True):
    amount: str
    currency_code: str


# -- account and places ------------------------------------------------------------------------------------------------


class Store(Shape, kw_only=True, frozen=True):
    id: str
    name: str
    default_currency_code: str


class Participation(Shape, kw_only=True, frozen=True):
    is_participating: bool
    has_suspended_listings: bool


class Membership(Shape, kw_only=True, frozen=True):
    marketplace: Store
    participation: Participation
    store_name: str


class Memberships(Shape, kw_only=True, frozen=True):
    payload: list[Membership] = []


class SourceAddress(Shape, kw_only=True, frozen=True):
    name: str = ""
    address_line1: str = ""
    address_line2: str = ""
    address_line3: str = ""
    city: str = ""
    state_or_region: str = ""
    postal_code: str = ""
    country_code: str = ""


class SourceRef(Shape, kw_only=True, frozen=True):
    supply_source_id: str


class SupplySources(Shape, kw_only=True, frozen=True):
    supply_sources: list[SourceRef] = []
    next_page_token: str | None = None


class SupplySource(Shape, kw_only=True, frozen=True):
    supply_source_id: str
    supply_source_code: str | None = None
    alias: str | None = None
    status: str | None = None
    address: SourceAddress = SourceAddress()
    created_at: str | None = None
    updated_at: str | None = None


# -- listings ----------------------------------------------------------------------------------------------------------


class Image(Shape, kw_only=True, frozen=True):
    link: str


class Summary(Shape, kw_only=True, frozen=True):
    """A listing in one store. Times are texts with a zone."""

    marketplace_id: str
    asin: str | None = None
    product_type: str = ""
    condition_type: str | None = None
    status: list[str] = []
    item_name: str | None = None
    created_date: str
    last_updated_date: str
    main_image: Image | None = None


class Audience(Shape, kw_only=True, frozen=True):
    value: str | None = None


class Offer(Shape, kw_only=True, frozen=True):
    marketplace_id: str
    offer_type: str
    price: Money
    audience: Audience | None = None


class Availability(Shape, kw_only=True, frozen=True):
    """Units that a network or place has. Amazon's own networks name none."""

    fulfillment_channel_code: str
    quantity: int | None = None


class Relationship(Shape, kw_only=True, frozen=True):
    child_skus: list[str] = []
    parent_skus: list[str] = []
    type: str


class Relationships(Shape, kw_only=True, frozen=True):
    marketplace_id: str
    relationships: list[Relationship] = []


class ProductType(Shape, kw_only=True, frozen=True):
    marketplace_id: str
    product_type: str


class Listing(Shape, kw_only=True, frozen=True):
    """A listing. What its attributes look like depends on the type of product, so each is read by itself."""

    sku: str
    summaries: list[Summary] = []
    attributes: dict[str, msgspec.Raw] = {}
    offers: list[Offer] = []
    fulfillment_availability: list[Availability] = []
    relationships: list[Relationships] = []
    product_types: list[ProductType] = []


class ListingPages(Shape, kw_only=True, frozen=True):
    next_token: str | None = None


class Listings(Shape, kw_only=True, frozen=True):
    items: list[Listing]
    pagination: ListingPages = ListingPages()


class Text(msgspec.Struct, kw_only=True, frozen=True):
    """A value of an attribute; attributes are written with underscores."""

    value: str
    type: str | None = None
    marketplace_id: str | None = None


class Measure(msgspec.Struct, kw_only=True, frozen=True):
    value: Decimal
    unit: str
    marketplace_id: str | None = None


class Size(msgspec.Struct, kw_only=True, frozen=True):
    length: Measure | None = None
    width: Measure | None = None
    height: Measure | None = None
    marketplace_id: str | None = None


class Reserved(Shape, kw_only=True, frozen=True):
    total_reserved_quantity: int = 0


class Unfulfillable(Shape, kw_only=True, frozen=True):
    total_unfulfillable_quantity: int = 0


class Details(Shape, kw_only=True, frozen=True):
    fulfillable_quantity: int = 0
    inbound_working_quantity: int = 0
    inbound_shipped_quantity: int = 0
    inbound_receiving_quantity: int = 0
    reserved_quantity: Reserved = Reserved()
    unfulfillable_quantity: Unfulfillable = Unfulfillable()


class StockSummary(Shape, kw_only=True, frozen=True):
    """Units in Amazon's warehouses."""

    seller_sku: str = ""
    inventory_details: Details | None = None


class StockSummaries(Shape, kw_only=True, frozen=True):
    inventory_summaries: list[StockSummary] = []


class StockAnswer(Shape, kw_only=True, frozen=True):
    payload: StockSummaries = StockSummaries()
    pagination: ListingPages = ListingPages()


# -- orders ------------------------------------------------------------------------------------------------------------


class Breakdown(Shape, kw_only=True, frozen=True):
    type: str
    subtotal: Money


class OrderProceeds(Shape, kw_only=True, frozen=True):
    grand_total: Money | None = None
    breakdowns: list[Breakdown] = []


class ItemProceeds(Shape, kw_only=True, frozen=True):
    breakdowns: list[Breakdown] = []


class Buyer(Shape, kw_only=True, frozen=True):
    buyer_name: str | None = None
    buyer_email: str | None = None
    buyer_company_name: str | None = None
    buyer_purchase_order_number: str | None = None


class Address(Shape, kw_only=True, frozen=True):
    name: str | None = None
    company_name: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    address_line3: str | None = None
    city: str | None = None
    state_or_region: str | None = None
    postal_code: str | None = None
    country_code: str | None = None
    phone: str | None = None


class Recipient(Shape, kw_only=True, frozen=True):
    delivery_address: Address | None = None


class Span(Shape, kw_only=True, frozen=True):
    earliest_date_time: str | None = None
    latest_date_time: str | None = None


class OrderFulfillment(Shape, kw_only=True, frozen=True):
    fulfillment_status: str
    fulfilled_by: str | None = None
    fulfillment_service_level: str | None = None
    ship_by_window: Span | None = None
    deliver_by_window: Span | None = None


class UnitPrice(Shape, kw_only=True, frozen=True):
    unit_price: Money | None = None


class Ordered(Shape, kw_only=True, frozen=True):
    asin: str | None = None
    title: str | None = None
    seller_sku: str | None = None
    price: UnitPrice | None = None


class ItemFulfillment(Shape, kw_only=True, frozen=True):
    quantity_fulfilled: int = 0
    quantity_unfulfilled: int | None = None


class OrderItem(Shape, kw_only=True, frozen=True):
    order_item_id: str
    quantity_ordered: int
    product: Ordered
    proceeds: ItemProceeds | None = None
    fulfillment: ItemFulfillment | None = None

    @property
    def left(self) -> int:
        """Units that are still to be sent."""
        if self.fulfillment is None or self.fulfillment.quantity_unfulfilled is None:
            return self.quantity_ordered - (self.fulfillment.quantity_fulfilled if self.fulfillment else 0)
        return self.fulfillment.quantity_unfulfilled


class PackageStatus(Shape, kw_only=True, frozen=True):
    status: str
    detailed_status: str | None = None


class PackageItem(Shape, kw_only=True, frozen=True):
    order_item_id: str
    quantity: int


class Package(Shape, kw_only=True, frozen=True):
    package_reference_id: str
    package_status: PackageStatus | None = None
    carrier: str | None = None
    ship_time: str | None = None
    shipping_service: str | None = None
    tracking_number: str | None = None
    package_items: list[PackageItem] = []


class SalesChannel(Shape, kw_only=True, frozen=True):
    channel_name: str
    marketplace_id: str | None = None


class AmazonOrder(Shape, kw_only=True, frozen=True):
    """An order with the data sets that are asked for."""

    order_id: str
    created_time: str
    last_updated_time: str
    programs: list[str] = []
    sales_channel: SalesChannel
    buyer: Buyer | None = None
    recipient: Recipient | None = None
    proceeds: OrderProceeds | None = None
    fulfillment: OrderFulfillment | None = None
    order_items: list[OrderItem]
    packages: list[Package] = []


class OrderPages(Shape, kw_only=True, frozen=True):
    next_token: str | None = None


class Orders(Shape, kw_only=True, frozen=True):
    orders: list[AmazonOrder]
    pagination: OrderPages = OrderPages()


class OneOrder(Shape, kw_only=True, frozen=True):
    order: AmazonOrder


# -- feeds -------------------------------------------------------------------------------------------------------------


class FeedDocument(Shape, kw_only=True, frozen=True):
    """Where the content of a document is put or lies."""

    feed_document_id: str
    url: str
    compression_algorithm: str | None = None


class FeedRef(Shape, kw_only=True, frozen=True):
    feed_id: str


class Feed(Shape, kw_only=True, frozen=True):
    feed_id: str
    processing_status: str
    created_time: str
    result_feed_document_id: str | None = None


class Feeds(Shape, kw_only=True, frozen=True):
    feeds: list[Feed]
    next_token: str | None = None


class ReportTotals(Shape, kw_only=True, frozen=True):
    messages_processed: int = 0
    messages_accepted: int = 0
    messages_invalid: int = 0


class Report(Shape, kw_only=True, frozen=True):
    """What became of the lines of a feed; `issues` are of single lines."""

    summary: ReportTotals = ReportTotals()
    issues: list[dict[str, Any]] = []
