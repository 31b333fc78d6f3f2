"""The shapes of ShipBob's orders and shipments; only fields that are read."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from crossdock.contract.values import Timestamp


class OrderChannel(msgspec.Struct):
    id: int | None = None
    name: str | None = None


class Financials(msgspec.Struct):
    total_price: Decimal | None = None


class OrderAddress(msgspec.Struct):
    address1: str | None = None
    address2: str | None = None
    company_name: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    zip_code: str | None = None


class Recipient(msgspec.Struct):
    name: str | None = None
    full_name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    address: OrderAddress | None = None


class OrderLine(msgspec.Struct):
    """A product ordered."""

    quantity: int
    id: int | None = None
    reference_id: str | None = None
    sku: str | None = None
    unit_price: Decimal | None = None


class Tag(msgspec.Struct):
    name: str
    value: str


class RetailerData(msgspec.Struct):
    retailer_program_type: str | None = None


class Place(msgspec.Struct):
    id: int | None = None
    name: str | None = None


class Measured(msgspec.Struct):
    """Size in inches and weight in ounces; zero until the parcel is measured."""

    length_in: Decimal | None = None
    width_in: Decimal | None = None
    depth_in: Decimal | None = None
    total_weight_oz: Decimal | None = None


class ShippedItem(msgspec.Struct):
    """Units of one inventory item, of one lot where it has lots."""

    id: int
    quantity: int
    lot: str | None = None
    expiration_date: Timestamp | None = None


class ShippedProduct(msgspec.Struct):
    id: int | None = None
    sku: str | None = None
    inventory_items: list[ShippedItem] | None = None


class StatusDetail(msgspec.Struct):
    name: str | None = None


class Tracking(msgspec.Struct):
    carrier: str | None = None
    carrier_service: str | None = None
    scac: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    pro_number: str | None = None


class Shipment(msgspec.Struct):
    """Goods of an order that leave one fulfillment center together, in one parcel or on pallets."""

    id: int
    created_date: Timestamp
    status: str | None = None
    actual_fulfillment_date: Timestamp | None = None
    last_update_at: Timestamp | None = None
    last_tracking_update_at: Timestamp | None = None
    location: Place | None = None
    ship_option: str | None = None
    require_signature: bool | None = None
    invoice_amount: Decimal | None = None
    invoice_currency_code: str | None = None
    measurements: Measured | None = None
    package_material_type: str | None = None
    products: list[ShippedProduct] | None = None
    recipient: Recipient | None = None
    status_details: list[StatusDetail] | None = None
    tracking: Tracking | None = None


class ShipBobOrder(msgspec.Struct):
    """An order with its shipments."""

    id: int
    created_date: Timestamp
    status: str | None = None
    type: str | None = None
    reference_id: str | None = None
    order_number: str | None = None
    channel: OrderChannel | None = None
    financials: Financials | None = None
    purchase_date: Timestamp | None = None
    recipient: Recipient | None = None
    shipping_method: str | None = None
    products: list[OrderLine] | None = None
    tags: list[Tag] | None = None
    retailer_program_data: RetailerData | None = None
    shipments: list[Shipment] | None = None
