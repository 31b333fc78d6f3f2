"""What is left to ship of an order, and a shipment as Mirakl takes it. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from msgspec import UNSET, UnsetType

from crossdock.contract.bodies import WriteBody, plain_text, vendor_only
from crossdock.contract.cart import orders
from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.integrations.mirakl.mapping import SHIPPING
from crossdock.integrations.mirakl.models import Order, Shipment

WHOLE_ORDERS = "This marketplace takes one shipment for a whole order; leave it out."


class CreateOrderShipment(WriteBody, kw_only=True):
    """A parcel. Marketplaces without several shipments take one for the whole order."""

    tracking_number: str | UnsetType = UNSET
    tracking_url: str | UnsetType = UNSET
    carrier_name: str | UnsetType = UNSET
    carrier_code: Annotated[
        str | UnsetType,
        vendor_only(
            "Code of a carrier that the marketplace has registered, which then makes the tracking address itself. "
            "`carrier_name` is for any other.",
            examples=["UPS"],
        ),
    ] = UNSET
    line_items: Annotated[
        list[orders.ShippedLine] | UnsetType,
        vendor_only(
            "Lines that were sent; left out, all that is left. Only where the marketplace takes several shipments."
        ),
    ] = UNSET
    warehouse_id: Annotated[
        str | UnsetType,
        vendor_only("Code of the warehouse that sent them. Only where the marketplace takes several shipments."),
    ] = UNSET


def check_open(order: Order) -> None:
    """Refuses an order that is not to be shipped."""
    if order.order_state != SHIPPING:
        raise VendorRejected(f"Order {order.order_id} is {order.order_state}; only orders in SHIPPING can be shipped")


def check_whole(body: CreateOrderShipment) -> None:
    """Refuses parts of an order where the marketplace has none."""
    problems = {name: [WHOLE_ORDERS] for name in ("line_items", "warehouse_id") if getattr(body, name) is not UNSET}
    if problems:
        raise InvalidBody({"json": problems})


def tracking_of(body: CreateOrderShipment, address: str) -> dict[str, str]:
    """Carrier and number; `address` is the field of the tracking page, which the two operations name differently."""
    given = {
        "carrier_code": plain_text(body.carrier_code),
        "carrier_name": plain_text(body.carrier_name),
        "tracking_number": plain_text(body.tracking_number),
        address: plain_text(body.tracking_url),
    }
    return {name: value for name, value in given.items() if value}


def left_of(order: Order, parcels: Sequence[Shipment]) -> dict[str, int]:
    """Units of each line that are in no shipment yet."""
    left = {line.order_line_id: line.quantity for line in order.order_lines if line.order_line_state == SHIPPING}
    for parcel in parcels:
        if parcel.status == "CANCELED":
            continue
        for line in parcel.shipment_lines or ():
            if line.order_line_id in left:
                left[line.order_line_id] -= line.quantity
    return left


def shipment(order: Order, left: Mapping[str, int], body: CreateOrderShipment) -> dict[str, Any]:
    """The shipment as Mirakl takes it, sent at once: made and confirmed apart, it could end between the two."""
    made: dict[str, Any] = {
        "order_id": order.order_id,
        "shipment_lines": _lines(order, left, body.line_items),
        "shipped": True,
    }
    if tracking := tracking_of(body, "tracking_url"):
        made["tracking"] = tracking
    if not isinstance(body.warehouse_id, UnsetType):
        made["shipping_from"] = {"warehouse": {"code": body.warehouse_id}}
    return made


def _lines(
    order: Order, left: Mapping[str, int], asked: Sequence[orders.ShippedLine] | UnsetType
) -> list[dict[str, Any]]:
    if isinstance(asked, UnsetType):
        rest = [{"order_line_id": line_id, "quantity": units} for line_id, units in left.items() if units > 0]
        if not rest:
            raise VendorRejected(f"Nothing of order {order.order_id} is left to ship")
        return rest
    problems: dict[str, list[str]] = {}
    units: dict[str, int] = {}
    for at, line in enumerate(asked):
        units[line.line_item_id] = units.get(line.line_item_id, 0) + line.quantity
        rest_of_line = max(left.get(line.line_item_id, 0), 0)
        if units[line.line_item_id] > rest_of_line:
            problems[f"line_items.{at}"] = [f"Only {rest_of_line} units of this line are left to ship."]
    if problems:
        raise InvalidBody({"json": problems})
    return [{"order_line_id": line_id, "quantity": count} for line_id, count in units.items()]
