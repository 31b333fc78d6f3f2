"""What ShipBob takes when an order is made, and how it goes out. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import BodyPart, WriteBody, choices, plain_text, vendor_only
from crossdock.contract.errors import InvalidBody

DIRECT = "DTC"
"""The kind of order that needs no agreement with a retailer."""


class OrderLineBody(BodyPart, kw_only=True):
    """A product to send, by its SKU."""

    sku: Annotated[str, Meta(min_length=1)]
    quantity: Annotated[int, Meta(ge=1)]
    unit_price: Decimal | UnsetType = UNSET


class ShipTo(BodyPart, kw_only=True):
    """Where the goods go, and to whom."""

    full_name: str
    company: str | UnsetType = UNSET
    address1: str
    address2: str | UnsetType = UNSET
    city: str
    state: str | UnsetType = UNSET
    postal_code: str | UnsetType = UNSET
    country: str


class CreateOrder(WriteBody, kw_only=True):
    """A new order to a consumer. Its reference is how it is found again, and ShipBob takes each only once."""

    reference_id: Annotated[str, Meta(min_length=1, max_length=300)]
    order_number: Annotated[str, Meta(max_length=400)] | UnsetType = UNSET
    service_level: Annotated[str, Meta(min_length=1)]
    total_price: Decimal | UnsetType = UNSET
    ship_to_address: ShipTo
    line_items: Annotated[list[OrderLineBody], Meta(min_length=1)]
    warehouse_id: Annotated[
        str | UnsetType,
        vendor_only("Fulfillment center to send from; left out, ShipBob chooses."),
        choices("warehouses"),
    ] = UNSET


def new_order(body: CreateOrder, names: Mapping[str, str]) -> dict[str, Any]:
    """The order as ShipBob takes it; `names` are the names of the products by SKU."""
    to = body.ship_to_address
    address = {
        "address1": to.address1,
        "address2": plain_text(to.address2),
        "company_name": plain_text(to.company),
        "city": to.city,
        "state": plain_text(to.state),
        "zip_code": plain_text(to.postal_code),
        "country": to.country,
    }
    made: dict[str, Any] = {
        "type": DIRECT,
        "reference_id": body.reference_id,
        "order_number": plain_text(body.order_number),
        "shipping_method": body.service_level,
        "recipient": {"name": to.full_name, "address": _given(address)},
        "products": [_line(line, names[line.sku]) for line in body.line_items],
        "location_id": None if body.warehouse_id is UNSET else location_number(body.warehouse_id),
        "financials": None if body.total_price is UNSET else {"total_price": body.total_price},
    }
    return _given(made)


def location_number(warehouse_id: str) -> int:
    """A warehouse's id as ShipBob has them."""
    if not (warehouse_id.isascii() and warehouse_id.isdecimal()):
        raise InvalidBody.field("warehouse_id", "Not a fulfillment center of ShipBob: its ids are numbers.")
    return int(warehouse_id)


def _line(line: OrderLineBody, name: str) -> dict[str, Any]:
    price = None if line.unit_price is UNSET else line.unit_price
    return _given({"reference_id": line.sku, "name": name, "quantity": line.quantity, "unit_price": price})


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
