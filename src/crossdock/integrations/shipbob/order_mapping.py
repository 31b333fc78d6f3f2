"""From ShipBob's orders to ours. No I/O."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from crossdock.contract.records import Measurements, ShipToAddress
from crossdock.contract.statuses import WmsOrderStatus
from crossdock.contract.wms import orders
from crossdock.integrations.kit.mapping import moment, money, text_or_none
from crossdock.integrations.shipbob.mapping import facts
from crossdock.integrations.shipbob.order_models import (
    Measured,
    OrderLine,
    Recipient,
    ShipBobOrder,
    Shipment,
    ShippedItem,
    ShippedProduct,
)

# https://developer.shipbob.com/status-reference
STATUSES: dict[str, WmsOrderStatus] = {
    "ImportReview": "open",
    "Processing": "processing",
    "Exception": "exception",
    "PartiallyFulfilled": "partially_fulfilled",
    "Fulfilled": "fulfilled",
    "Cancelled": "cancelled",
}
SHIPMENT_STATUSES: dict[str, orders.ShipmentStatus] = {
    "ImportReview": "open",
    "Processing": "open",
    "LabeledCreated": "open",
    "OnHold": "open",
    "Exception": "open",
    "Completed": "shipped",
    "Cancelled": "cancelled",
}
TYPES: dict[str, orders.OrderType] = {"DTC": "d2c", "B2B": "b2b", "DropShip": "dropship"}


def shipment_status(shipment: Shipment) -> orders.ShipmentStatus:
    return SHIPMENT_STATUSES.get(shipment.status or "", "other")


def has_left(shipment: Shipment) -> bool:
    """Whether the goods are on their way. ShipBob makes shipments as soon as there is an order."""
    return shipment_status(shipment) == "shipped" or shipment.actual_fulfillment_date is not None


def order_record(order: ShipBobOrder) -> orders.Order:
    shipments = order.shipments or []
    channel, retailer = order.channel, order.retailer_program_data
    reference = order.reference_id or str(order.id)
    places = {item.location.id for item in shipments if item.location and item.location.id is not None}
    service = text_or_none(order.shipping_method)
    return orders.Order(
        id=str(order.id),
        warehouse_id=str(places.pop()) if len(places) == 1 else None,
        created_date=moment(order.created_date),
        updated_date=moment(max([order.created_date, *(date for item in shipments for date in _dates(item))])),
        reference_id=reference,
        order_number=order.order_number or reference,
        status=STATUSES.get(order.status or "", "other"),
        raw_status=text_or_none(order.status),
        channel=str(channel.id) if channel and channel.id is not None else None,
        channel_object=orders.OrderChannel(
            channel_id=str(channel.id) if channel and channel.id is not None else None,
            channel_name=text_or_none(channel.name) if channel else None,
        ),
        type=TYPES.get(order.type or ""),
        trading_partner=text_or_none(retailer.retailer_program_type) if retailer else None,
        shipping_method=service,
        service_level=service,
        shipping_method_name=service,
        total_price=money(order.financials.total_price) if order.financials else None,
        ship_to_address=_recipient(order.recipient),
        line_items=[_line(line) for line in order.products or []],
        tags=[f"{tag.name}:{tag.value}" for tag in order.tags or []],
        signature_required=any(item.require_signature for item in shipments) if shipments else None,
        shipments=[_shipment(item) for item in shipments if has_left(item)],
        additional_fields=facts(
            purchase_date=moment(order.purchase_date) if order.purchase_date else None,
            type=order.type,
            waiting_shipments=[_waiting(item) for item in shipments if not has_left(item)],
        ),
    )


def _dates(shipment: Shipment) -> list[datetime]:
    """When a shipment changed. An order has no such date of its own."""
    found = (shipment.created_date, shipment.last_update_at, shipment.last_tracking_update_at)
    return [date for date in found if date is not None]


def _waiting(shipment: Shipment) -> dict[str, object]:
    """A shipment that has not left, with what holds it up."""
    return facts(
        shipment_id=str(shipment.id),
        status=shipment.status,
        warehouse_id=str(shipment.location.id) if shipment.location and shipment.location.id is not None else None,
        reasons=[detail.name for detail in shipment.status_details or [] if detail.name],
    )


def _line(line: OrderLine) -> orders.OrderLineItem:
    sku = text_or_none(line.sku) or text_or_none(line.reference_id)
    return orders.OrderLineItem(
        product_id=str(line.id) if line.id is not None else sku or "unknown",
        sku=sku,
        quantity=line.quantity,
        unit_price=money(line.unit_price),
    )


def _recipient(found: Recipient | None) -> ShipToAddress:
    if found is None:
        return ShipToAddress()
    address = found.address
    return ShipToAddress(
        full_name=text_or_none(found.name) or text_or_none(found.full_name),
        company=text_or_none(address.company_name) if address else None,
        address1=text_or_none(address.address1) if address else None,
        address2=text_or_none(address.address2) if address else None,
        city=text_or_none(address.city) if address else None,
        state=text_or_none(address.state) if address else None,
        postal_code=text_or_none(address.zip_code) if address else None,
        country=text_or_none(address.country) if address else None,
        phone_number=text_or_none(found.phone_number),
        email_address=text_or_none(found.email),
    )


def _shipment(shipment: Shipment) -> orders.OrderShipment:
    left = shipment.actual_fulfillment_date or shipment.last_update_at or shipment.created_date
    inside = [(product, item) for product in shipment.products or [] for item in product.inventory_items or []]
    place = shipment.location
    return orders.OrderShipment(
        shipment_id=str(shipment.id),
        warehouse_id=str(place.id) if place and place.id is not None else "",
        shipped_date=moment(left),
        raw_status=text_or_none(shipment.status),
        status=shipment_status(shipment),
        shipping_method=text_or_none(shipment.ship_option),
        line_items=[
            orders.ShipmentLineItem(
                inventory_item_id=str(item.id), sku=text_or_none(product.sku), quantity=item.quantity
            )
            for product, item in inside
        ],
        ship_to_address=_recipient(shipment.recipient),
        packages=[_package(shipment, inside)],
    )


def _package(shipment: Shipment, inside: list[tuple[ShippedProduct, ShippedItem]]) -> orders.Package:
    """The parcel. ShipBob makes a shipment for each; a freight shipment has one tracking number for all of it."""
    tracking = shipment.tracking
    carrier = text_or_none(tracking.carrier) if tracking else None
    service = text_or_none(tracking.carrier_service) if tracking else None
    number = (text_or_none(tracking.tracking_number) or text_or_none(tracking.pro_number)) if tracking else None
    return orders.Package(
        package_id=str(shipment.id),
        package_name=text_or_none(shipment.package_material_type),
        tracking_number=number,
        tracking_url=text_or_none(tracking.tracking_url) if tracking else None,
        shipping_method=service,
        carrier=carrier,
        shipping_method_name=service,
        carrier_name=carrier,
        scac=text_or_none(tracking.scac) if tracking else None,
        shipping_cost=money(shipment.invoice_amount),
        measurements=_measurements(shipment.measurements),
        line_items=[
            orders.PackageLineItem(
                inventory_item_id=str(item.id),
                sku=text_or_none(product.sku),
                quantity=item.quantity,
                lot_id=text_or_none(item.lot),
                expiration_date=moment(item.expiration_date) if item.expiration_date else None,
            )
            for product, item in inside
        ],
    )


def _measurements(found: Measured | None) -> Measurements:
    """Size and weight of a parcel; zero stands for not measured yet."""
    if found is None:
        return Measurements()
    length, width, height, weight = (
        _measured(value) for value in (found.length_in, found.width_in, found.depth_in, found.total_weight_oz)
    )
    return Measurements(
        length=length,
        width=width,
        height=height,
        unit="in" if (length, width, height) != (None, None, None) else None,
        weight=weight,
        weight_unit="oz" if weight is not None else None,
    )


def _measured(value: Decimal | None) -> Decimal | None:
    return money(value) if value else None
