"""What ShipHero takes when orders are written, and how it goes out. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import BodyPart, MeasurementsBody, WriteBody, choices, vendor_only
from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.contract.wms.order_bodies import OrderChannelBody, ShipToAddressBody
from crossdock.integrations.shiphero.bodies import dimensions, money, order_address, text
from crossdock.integrations.shiphero.mapping import Units
from crossdock.integrations.shiphero.models import Line, ShipHeroOrder

NO_COST = "0.00"


class OrderLine(BodyPart, kw_only=True):
    """A product to send, by its SKU."""

    sku: str
    quantity: Annotated[int, Meta(ge=1, le=1_000_000)]
    unit_price: Decimal


class OrderFields(WriteBody, kw_only=True):
    """What can be said of an order at any time. A shipping service has a name (`service_level`) and a price."""

    order_number: str | UnsetType = UNSET
    shipping_method_id: str | UnsetType = UNSET
    service_level: str | UnsetType = UNSET
    total_price: Decimal | UnsetType = UNSET
    total_tax: Decimal | UnsetType = UNSET
    total_discount: Decimal | UnsetType = UNSET
    total_shipping: Decimal | UnsetType = UNSET


class CreateOrder(OrderFields, kw_only=True):
    """A new order. Its reference is how it is found again, so no two may have the same."""

    warehouse_customer_id: Annotated[str | UnsetType, choices("warehouse_customers")] = UNSET
    reference_id: str
    channel_object: OrderChannelBody | UnsetType = UNSET
    invoice_currency_code: str | UnsetType = UNSET
    ship_to_address: ShipToAddressBody
    line_items: Annotated[list[OrderLine], Meta(min_length=1, max_length=500)]


class UpdateOrder(OrderFields, kw_only=True):
    """New values of an order. Lines stay: ShipHero changes them one by one, and an order could be left half changed."""

    reference_id: str | UnsetType = UNSET
    ship_to_address: ShipToAddressBody | UnsetType = UNSET


class ShippedLine(BodyPart, kw_only=True):
    """Units of one line that were sent."""

    sku: Annotated[str, Meta(description="SKU of the line.", examples=["sku"])]
    quantity: Annotated[int, Meta(description="Units sent.", examples=[1], ge=1)]


class CreateOrderShipment(WriteBody, kw_only=True):
    """What one warehouse sent of an order, in one parcel; everything that is left, unless lines are named."""

    tracking_number: str | UnsetType = UNSET
    tracking_url: str | UnsetType = UNSET
    carrier_id: str | UnsetType = UNSET
    shipping_method_id: str | UnsetType = UNSET
    shipping_cost: Decimal | UnsetType = UNSET
    measurements: MeasurementsBody | UnsetType = UNSET
    warehouse_id: Annotated[str | UnsetType, choices("warehouses")] = UNSET
    line_items: Annotated[
        list[ShippedLine] | UnsetType, vendor_only("Lines that were sent; left out, all that is left.")
    ] = UNSET


def _fields(body: OrderFields) -> dict[str, Any]:
    return {
        "order_number": text(body.order_number),
        "total_price": money(body.total_price),
        "total_tax": money(body.total_tax),
        "total_discounts": money(body.total_discount),
    }


def _shipping_lines(body: OrderFields, before: ShipHeroOrder | None) -> dict[str, Any] | None:
    """How to send it. ShipHero replaces all of it, so what is not said stays as it is; it wants a name and a price."""
    given = {
        "title": text(body.service_level),
        "method": text(body.shipping_method_id),
        "price": money(body.total_shipping),
    }
    given = {name: value for name, value in given.items() if value is not None}
    if not given:
        return None
    lines = before.shipping_lines if before else None
    kept = {}
    if lines is not None:
        kept = {"title": lines.title, "carrier": lines.carrier, "method": lines.method, "price": lines.price}
    made = {name: value for name, value in kept.items() if value} | given
    return {"title": made.get("method", ""), "price": NO_COST, **made}


def new_order(body: CreateOrder) -> dict[str, Any]:
    """The order as ShipHero takes it."""
    channel = body.channel_object
    shop = None if isinstance(channel, UnsetType) else text(channel.channel_name) or text(channel.channel_id)
    subtotal = sum((line.unit_price * line.quantity for line in body.line_items), Decimal(0))
    return {
        **_fields(body),
        "customer_account_id": text(body.warehouse_customer_id),
        "partner_order_id": body.reference_id,
        "order_number": text(body.order_number) or body.reference_id,
        "shop_name": shop,
        "currency": text(body.invoice_currency_code),
        "subtotal": format(subtotal, "f"),
        "shipping_lines": _shipping_lines(body, None),
        "shipping_address": order_address(body.ship_to_address),
        "line_items": [
            {
                "sku": line.sku,
                "partner_line_item_id": f"{body.reference_id}-{number}",
                "quantity": line.quantity,
                "quantity_pending_fulfillment": line.quantity,
                "price": format(line.unit_price, "f"),
            }
            for number, line in enumerate(body.line_items, 1)
        ],
    }


def changed_order(order: ShipHeroOrder, body: UpdateOrder) -> dict[str, Any]:
    """What is to be changed of an order. An address is replaced as a whole, but for how to reach the recipient."""
    address = None
    if not isinstance(body.ship_to_address, UnsetType):
        before = order.shipping_address
        kept = {"phone": before.phone, "email": before.email} if before else {}
        address = {name: value for name, value in kept.items() if value} | order_address(body.ship_to_address)
    return {
        **_fields(body),
        "order_id": order.id,
        "partner_order_id": text(body.reference_id),
        "shipping_lines": _shipping_lines(body, order),
        "shipping_address": address,
    }


def left(line: Line) -> int:
    """Units of a line that are still to be sent."""
    if line.quantity_pending_fulfillment is not None:
        return line.quantity_pending_fulfillment
    return line.quantity - (line.quantity_shipped or 0)


def drawn(order: ShipHeroOrder, wanted: Sequence[ShippedLine] | UnsetType) -> list[tuple[Line, int]]:
    """The lines that are sent, with units."""
    open_lines = [(line, left(line)) for line in order.line_items.nodes if left(line) > 0]
    if not open_lines:
        raise VendorRejected(f"Nothing of order {order.order_number or order.id} is left to ship")
    if isinstance(wanted, UnsetType):
        return open_lines
    problems: dict[str, list[str]] = {}
    taken: dict[str, int] = {}
    for at, asked in enumerate(wanted):
        missing = asked.quantity
        for line, units in open_lines:
            if line.sku == asked.sku:
                some = min(missing, units - taken.get(line.id, 0))
                taken[line.id] = taken.get(line.id, 0) + some
                missing -= some
        if missing:
            problems[f"line_items.{at}"] = [f"Only {asked.quantity - missing} units of this SKU are left to ship."]
    if problems:
        raise InvalidBody({"json": problems})
    return [(line, taken[line.id]) for line, _ in open_lines if taken.get(line.id)]


def warehouse_of(order: ShipHeroOrder) -> str | None:
    """The warehouse that is to ship an order, when it is only one."""
    known = {item.warehouse_id for item in order.allocations or [] if item and item.warehouse_id}
    return known.pop() if len(known) == 1 else None


def new_shipment(order: ShipHeroOrder, body: CreateOrderShipment, units: Units) -> dict[str, Any]:
    """The shipment as ShipHero takes it; it was sent by somebody else than ShipHero."""
    lines = drawn(order, body.line_items)
    warehouse = text(body.warehouse_id) or warehouse_of(order)
    if warehouse is None:
        raise InvalidBody.field("warehouse_id", "Required, because the order does not wait in exactly one warehouse.")
    address = recipient(order)
    made: dict[str, Any] = {
        "order_id": order.id,
        "warehouse_id": warehouse,
        "address": address,
        "shipped_off_shiphero": True,
        "line_items": [{"line_item_id": line.id, "quantity": count} for line, count in lines],
    }
    if any(not isinstance(value, UnsetType) for value in (body.tracking_number, body.tracking_url, body.carrier_id)):
        made["labels"] = [_label(order, body, units, address, [line.id for line, _ in lines])]
    return made


def _label(
    order: ShipHeroOrder, body: CreateOrderShipment, units: Units, address: dict[str, Any], lines: list[str]
) -> dict[str, Any]:
    before = order.shipping_lines
    carrier = text(body.carrier_id) or (before.carrier if before else None)
    method = text(body.shipping_method_id) or (before.method if before else None)
    missing = {"carrier_id": carrier, "shipping_method_id": method}
    problems = {name: ["Required, because the order does not say it."] for name, value in missing.items() if not value}
    if problems:
        raise InvalidBody({"json": problems})
    tracking = {"tracking_number": text(body.tracking_number), "tracking_url": text(body.tracking_url)}
    return {
        "address": address,
        "carrier": carrier,
        "shipping_method": method,
        "shipping_name": method,
        "cost": money(body.shipping_cost) or NO_COST,
        "dimensions": dimensions(body.measurements, units) or {},
        "label": {},
        "line_item_ids": lines,
        **{name: value for name, value in tracking.items() if value is not None},
    }


def recipient(order: ShipHeroOrder) -> dict[str, Any]:
    """Whom an order goes to, as parcels have it."""
    found = order.shipping_address
    if found is None:
        return {}
    made = {
        "name": " ".join(part for part in (found.first_name, found.last_name) if part),
        "address1": found.address1,
        "address2": found.address2,
        "city": found.city,
        "state": found.state,
        "zip": found.zip,
        "country": found.country,
        "phone": found.phone,
    }
    return {name: value for name, value in made.items() if value}
