"""ShipHero's shapes; only fields that are read. Amounts are texts, times have no zone, much may be null."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class PageInfo(msgspec.Struct, kw_only=True, frozen=True, rename="camel"):
    has_next_page: bool
    end_cursor: str | None = None


class Edge(msgspec.Struct, Generic[T], kw_only=True, frozen=True):
    node: T


class Connection(msgspec.Struct, Generic[T], kw_only=True, frozen=True, rename="camel"):
    """A part of a list."""

    edges: list[Edge[T]]
    page_info: PageInfo = PageInfo(has_next_page=False)

    @property
    def nodes(self) -> list[T]:
        return [edge.node for edge in self.edges]

    @property
    def following(self) -> str | None:
        return self.page_info.end_cursor if self.page_info.has_next_page else None


def whole(nodes: list[T]) -> Connection[T]:
    """A list that has been read to its end."""
    return Connection(edges=[Edge(node=node) for node in nodes])


class Ref(msgspec.Struct, kw_only=True, frozen=True):
    id: str


class Dimensions(msgspec.Struct, kw_only=True, frozen=True):
    height: str | None = None
    length: str | None = None
    width: str | None = None
    weight: str | None = None


class Address(msgspec.Struct, kw_only=True, frozen=True):
    name: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    zip: str | None = None
    phone: str | None = None


class Customer(msgspec.Struct, kw_only=True, frozen=True):
    id: str
    legacy_id: int | None = None
    username: str | None = None
    email: str | None = None
    status: str | None = None


class Warehouse(msgspec.Struct, kw_only=True, frozen=True):
    id: str
    legacy_id: int | None = None
    identifier: str | None = None
    company_name: str | None = None
    company_alias: str | None = None
    profile: str | None = None
    address: Address | None = None


class LocationKind(msgspec.Struct, kw_only=True, frozen=True):
    name: str | None = None


class Location(msgspec.Struct, kw_only=True, frozen=True):
    id: str
    legacy_id: int | None = None
    warehouse_id: str
    name: str | None = None
    zone: str | None = None
    type: LocationKind | None = None
    pickable: bool | None = None
    sellable: bool | None = None
    is_cart: bool | None = None
    created_at: str | None = None
    last_counted: str | None = None
    dimensions: Dimensions | None = None


class Lot(msgspec.Struct, kw_only=True, frozen=True):
    id: str
    name: str | None = None
    expires_at: str | None = None


class ItemLocation(msgspec.Struct, kw_only=True, frozen=True):
    """Units of a product in a location."""

    location_id: str | None = None
    quantity: int | None = None
    expiration_lot: Lot | None = None


class Inbound(msgspec.Struct, kw_only=True, frozen=True):
    """Units of a product on a purchase order."""

    status: str | None = None
    quantity: int | None = None
    quantity_received: int | None = None
    quantity_rejected: int | None = None


class WarehouseProduct(msgspec.Struct, kw_only=True, frozen=True):
    """A product in one warehouse."""

    id: str
    warehouse_id: str
    active: bool | None = None
    price: str | None = None
    value: str | None = None
    value_currency: str | None = None
    updated_at: str | None = None


class Stock(WarehouseProduct, kw_only=True, frozen=True):
    """A product in one warehouse, with its quantities."""

    on_hand: int | None = None
    allocated: int | None = None
    available: int | None = None
    backorder: int | None = None
    non_sellable_quantity: int | None = None
    reserve_inventory: int | None = None
    inbounds: Connection[Inbound]
    locations: Connection[ItemLocation]


class Image(msgspec.Struct, kw_only=True, frozen=True):
    src: str | None = None
    position: int | None = None


class ProductVendor(msgspec.Struct, kw_only=True, frozen=True):
    vendor_id: str | None = None
    vendor_sku: str | None = None
    price: str | None = None


class KitComponent(msgspec.Struct, kw_only=True, frozen=True):
    id: str
    sku: str | None = None
    quantity: int | None = None


class ComponentProduct(msgspec.Struct, kw_only=True, frozen=True):
    id: str
    sku: str | None = None


class ProductHead(msgspec.Struct, kw_only=True, frozen=True):
    """What a product and its stock have in common."""

    id: str
    legacy_id: int | None = None
    account_id: str | None = None
    sku: str | None = None
    name: str | None = None
    created_at: str
    updated_at: str | None = None
    dimensions: Dimensions | None = None


class ShipHeroProduct(ProductHead, kw_only=True, frozen=True):
    barcode: str | None = None
    kit: bool | None = None
    kit_build: bool | None = None
    country_of_manufacture: str | None = None
    tariff_code: str | None = None
    tags: list[str] | None = None
    images: list[Image] | None = None
    vendors: list[ProductVendor] | None = None
    kit_components: list[KitComponent] | None = None
    components: list[ComponentProduct] | None = None
    warehouse_products: list[WarehouseProduct] | None = None


class StockedProduct(ProductHead, kw_only=True, frozen=True):
    """A product with its stock everywhere."""

    warehouse_products: list[Stock] | None = None


class StockChange(msgspec.Struct, kw_only=True, frozen=True):
    created_at: str
    account_id: str | None = None
    sku: str | None = None
    warehouse_id: str | None = None
    location_id: str | None = None
    user_id: str | None = None
    previous_on_hand: int | None = None
    change_in_on_hand: int | None = None
    reason: str | None = None
    cycle_counted: bool | None = None
    product: Ref | None = None


class OrderAddress(msgspec.Struct, kw_only=True, frozen=True):
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    zip: str | None = None
    phone: str | None = None
    email: str | None = None


class ShippingLines(msgspec.Struct, kw_only=True, frozen=True):
    title: str | None = None
    carrier: str | None = None
    method: str | None = None
    price: str | None = None


class Holds(msgspec.Struct, kw_only=True, frozen=True):
    address_hold: bool | None = None
    client_hold: bool | None = None
    fraud_hold: bool | None = None
    operator_hold: bool | None = None
    payment_hold: bool | None = None
    shipping_method_hold: bool | None = None


class Allocation(msgspec.Struct, kw_only=True, frozen=True):
    warehouse_id: str | None = None


class Shipper(msgspec.Struct, kw_only=True, frozen=True):
    account_number: str | None = None


class Line(msgspec.Struct, kw_only=True, frozen=True):
    """A line of an order."""

    id: str
    sku: str | None = None
    quantity: int
    price: str | None = None
    promotion_discount: str | None = None
    quantity_allocated: int | None = None
    quantity_shipped: int | None = None
    quantity_pending_fulfillment: int | None = None
    backorder_quantity: int | None = None
    product: Ref | None = None


class LineOfShipment(msgspec.Struct, kw_only=True, frozen=True):
    sku: str | None = None
    product: Ref | None = None


class ShipmentLine(msgspec.Struct, kw_only=True, frozen=True):
    quantity: int
    line_item_id: str | None = None
    shipping_label_id: str | None = None
    line_item: LineOfShipment | None = None


class Label(msgspec.Struct, kw_only=True, frozen=True):
    """A parcel."""

    id: str
    carrier: str | None = None
    shipping_name: str | None = None
    shipping_method: str | None = None
    cost: str | None = None
    status: str | None = None
    box_name: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    dimensions: Dimensions | None = None


class Shipment(msgspec.Struct, kw_only=True, frozen=True):
    id: str
    created_date: str
    warehouse_id: str | None = None
    address: Address | None = None
    line_items: Connection[ShipmentLine]
    shipping_labels: list[Label | None] | None = None


class ShipHeroOrder(msgspec.Struct, kw_only=True, frozen=True):
    id: str
    legacy_id: int | None = None
    account_id: str | None = None
    order_number: str | None = None
    partner_order_id: str | None = None
    shop_name: str | None = None
    source: str | None = None
    profile: str | None = None
    fulfillment_status: str | None = None
    order_date: str | None = None
    updated_at: str | None = None
    required_ship_date: str | None = None
    hold_until_date: str | None = None
    currency: str | None = None
    total_price: str | None = None
    total_tax: str | None = None
    total_discounts: str | None = None
    email: str | None = None
    saturday_delivery: bool | None = None
    require_signature: bool | None = None
    priority_flag: bool | None = None
    incoterms: str | None = None
    packing_note: str | None = None
    gift_note: str | None = None
    tags: list[str] | None = None
    holds: Holds | None = None
    third_party_shipper: Shipper | None = None
    shipping_lines: ShippingLines | None = None
    shipping_address: OrderAddress | None = None
    allocations: list[Allocation | None] | None = None
    line_items: Connection[Line]
    shipments: list[Shipment | None] | None = None
