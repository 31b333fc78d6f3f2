"""What the warehouse system takes when orders are written, and how it goes out."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import (
    BodyPart,
    MeasurementsBody,
    WriteBody,
    at_least_one,
    choices,
    vendor_only,
)
from crossdock.contract.values import Timestamp
from crossdock.integrations.sandbox.mapping import given
from crossdock.integrations.sandbox.wms.mapping import from_measurements

Units = Annotated[int, Meta(ge=1, le=1_000_000)]
_WAREHOUSE = "Warehouse that is to ship it; without one, the first that has everything."
STATES = {
    "open": "new",
    "confirmed": "released",
    "processing": "in_work",
    "picked": "picked",
    "packed": "packed",
    "exception": "on_hold",
}
"""Statuses an order can be moved to, and what the vendor calls them. The others come about by themselves."""


class OrderLine(BodyPart, kw_only=True):
    """A product to send. A SKU beside it must be the product's; without a price it costs what the product does."""

    product_id: Annotated[str, choices("products")]
    sku: str | UnsetType = UNSET
    quantity: Units
    unit_price: Decimal | UnsetType = UNSET
    discount_amount: Decimal | UnsetType = UNSET


class OrderChannel(BodyPart, kw_only=True):
    """Where the order was sold; say its id or its name."""

    channel_id: Annotated[str | UnsetType, choices("order_channels")] = UNSET
    channel_name: str | UnsetType = UNSET


class ShipTo(BodyPart, kw_only=True):
    """Where the goods go, and to whom."""

    full_name: str | UnsetType = UNSET
    company: str | UnsetType = UNSET
    address1: str | UnsetType = UNSET
    address2: str | UnsetType = UNSET
    city: str | UnsetType = UNSET
    state: str | UnsetType = UNSET
    postal_code: str | UnsetType = UNSET
    country: str | UnsetType = UNSET
    phone_number: Annotated[str | UnsetType, vendor_only("Telephone of the recipient.", examples=["123-456-7890"])] = (
        UNSET
    )
    email_address: Annotated[
        str | UnsetType, vendor_only("E-mail of the recipient.", examples=["johndoe@example.com"])
    ] = UNSET


Lines = Annotated[list[OrderLine], Meta(min_length=1, max_length=500)]


class OrderFields(WriteBody, kw_only=True):
    """What can be said of an order at any time."""

    warehouse_customer_id: str | UnsetType = UNSET
    reference_id: str | UnsetType = UNSET
    order_number: str | UnsetType = UNSET
    channel: Annotated[str | UnsetType, choices("order_channels")] = UNSET
    channel_object: Annotated[OrderChannel | UnsetType, at_least_one()] = UNSET
    trading_partner: str | UnsetType = UNSET
    shipping_method_id: Annotated[str | UnsetType, choices("shipping_methods")] = UNSET
    shipping_method: Annotated[str | UnsetType, choices("shipping_methods")] = UNSET
    service_level: str | UnsetType = UNSET
    invoice_currency_code: str | UnsetType = UNSET
    total_price: Decimal | UnsetType = UNSET
    total_tax: Decimal | UnsetType = UNSET
    total_discount: Decimal | UnsetType = UNSET
    total_shipping: Decimal | UnsetType = UNSET
    ship_to_address: ShipTo | UnsetType = UNSET
    warehouse_id: Annotated[str | UnsetType, choices("warehouses"), vendor_only(_WAREHOUSE)] = UNSET


class CreateOrder(OrderFields, kw_only=True):
    """A new order. It holds the stock it needs, or waits as `backordered` until it is updated and all is there."""

    line_items: Lines


class UpdateOrder(OrderFields, kw_only=True):
    """New values of an order of which nothing has left; lines are replaced as a whole, and stock is promised anew."""

    line_items: Lines | UnsetType = UNSET
    status: Literal["open", "confirmed", "processing", "picked", "packed", "exception"] | UnsetType = UNSET


class ShippedPackage(BodyPart, kw_only=True):
    """A pack of the order; where nothing is packed yet, a name for a box."""

    package_id: str | UnsetType = UNSET
    tracking_number: str | UnsetType = UNSET


class ShippedLine(BodyPart, kw_only=True):
    """Units of a product that leave."""

    product_id: Annotated[str, Meta(description="A product of the order.", examples=["product_id"])]
    quantity: Annotated[int, Meta(description="Units that leave.", examples=[1], ge=1, le=1_000_000)]


class CreateOrderShipment(WriteBody, kw_only=True):
    """Goods that leave: packs named in `packages`, units named in `line_items`, a part, or everything that is left."""

    shipped_date: Timestamp | UnsetType = UNSET
    tracking_number: str | UnsetType = UNSET
    tracking_url: str | UnsetType = UNSET
    carrier_id: str | UnsetType = UNSET
    carrier: str | UnsetType = UNSET
    shipping_method_id: Annotated[str | UnsetType, choices("shipping_methods")] = UNSET
    shipping_method: Annotated[str | UnsetType, choices("shipping_methods")] = UNSET
    shipping_cost: Decimal | UnsetType = UNSET
    measurements: MeasurementsBody | UnsetType = UNSET
    warehouse_id: Annotated[str | UnsetType, choices("warehouses")] = UNSET
    packages: Annotated[list[ShippedPackage], Meta(max_length=20)] | UnsetType = UNSET
    line_items: Annotated[
        Annotated[list[ShippedLine], Meta(min_length=1, max_length=500)] | UnsetType,
        vendor_only("Units that leave, when it is not everything that is left."),
    ] = UNSET
    partial: Annotated[
        bool | UnsetType,
        vendor_only("Whether only a part leaves, of the warehouse's choice: one line, or half of the only line."),
    ] = UNSET


def from_order(body: CreateOrder | UpdateOrder) -> dict[str, Any]:
    """An order as the vendor takes it."""
    channel, lines = body.channel_object, body.line_items
    return given(
        {
            "number": body.order_number,
            "shopOrderId": body.reference_id,
            "channelId": body.channel if isinstance(channel, UnsetType) else channel.channel_id,
            "channelName": UNSET if isinstance(channel, UnsetType) else channel.channel_name,
            "tradingPartner": body.trading_partner,
            "warehouseId": body.warehouse_id,
            "shippingMethodId": first(body.shipping_method_id, body.shipping_method),
            "serviceLevel": body.service_level,
            "recipient": UNSET if isinstance(body.ship_to_address, UnsetType) else _from_address(body.ship_to_address),
            "currency": body.invoice_currency_code,
            "total": _text(body.total_price),
            "tax": _text(body.total_tax),
            "discount": _text(body.total_discount),
            "shipping": _text(body.total_shipping),
            "lines": UNSET if isinstance(lines, UnsetType) else [_from_line(line) for line in lines],
        }
    )


def without_effect(body: CreateOrder | UpdateOrder | CreateOrderShipment) -> list[str]:
    """Fields that were taken and count for nothing: another one says the same, or the vendor has no such thing."""
    pairs = (
        ("shipping_method_id", "shipping_method"),
        ("channel_object", "channel"),
        ("carrier_id", "carrier"),
    )
    unused = [weak for strong, weak in pairs if _sent(body, strong) and _sent(body, weak)]
    if _sent(body, "warehouse_customer_id"):
        unused.append("warehouse_customer_id")
    return unused


def from_shipment(body: CreateOrderShipment) -> dict[str, Any]:
    """A shipment as the vendor takes it."""
    size, packages, lines = body.measurements, body.packages, body.line_items
    date = body.shipped_date
    return given(
        {
            "shippedAt": UNSET if isinstance(date, UnsetType) else date.isoformat(),
            "trackingNumber": body.tracking_number,
            "trackingUrl": body.tracking_url,
            "carrier": first(body.carrier_id, body.carrier),
            "shippingMethodId": first(body.shipping_method_id, body.shipping_method),
            "cost": _text(body.shipping_cost),
            "size": UNSET if isinstance(size, UnsetType) else from_measurements(size),
            "warehouseId": body.warehouse_id,
            "packages": UNSET
            if isinstance(packages, UnsetType)
            else [given({"id": box.package_id, "trackingNumber": box.tracking_number}) for box in packages],
            "lines": UNSET
            if isinstance(lines, UnsetType)
            else [{"productId": line.product_id, "units": line.quantity} for line in lines],
            "part": body.partial,
        }
    )


def first(*values: str | UnsetType) -> str | UnsetType:
    """The first value that was sent."""
    return next((value for value in values if value is not UNSET), UNSET)


def _sent(body: WriteBody, name: str) -> bool:
    return getattr(body, name, UNSET) is not UNSET


def _text(amount: Decimal | UnsetType) -> str | UnsetType:
    return UNSET if isinstance(amount, UnsetType) else str(amount)


def _from_line(line: OrderLine) -> dict[str, Any]:
    return given(
        {
            "productId": line.product_id,
            "sku": line.sku,
            "units": line.quantity,
            "price": _text(line.unit_price),
            "discount": _text(line.discount_amount),
        }
    )


def _from_address(address: ShipTo) -> dict[str, Any]:
    place = {
        "street": address.address1,
        "street2": address.address2,
        "city": address.city,
        "region": address.state,
        "postalCode": address.postal_code,
        "country": address.country,
    }
    return given(
        {
            "name": address.full_name,
            "company": address.company,
            "email": address.email_address,
            "phone": address.phone_number,
            "address": given(place),
        }
    )
