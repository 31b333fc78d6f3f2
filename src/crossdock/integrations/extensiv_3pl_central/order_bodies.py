"""What Extensiv takes when orders are written, and how it goes out. No I/O."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import BodyPart, WriteBody, at_least_one, choices, vendor_only
from crossdock.contract.errors import InvalidBody
from crossdock.contract.values import Timestamp
from crossdock.contract.wms.order_bodies import ShipToAddressBody
from crossdock.integrations.extensiv_3pl_central import client
from crossdock.integrations.extensiv_3pl_central.mapping import METHOD_MARK

_ADDRESS = {
    "full_name": "name",
    "company": "companyName",
    "address1": "address1",
    "address2": "address2",
    "city": "city",
    "state": "state",
    "postal_code": "zip",
    "country": "country",
}
DEFAULT_BILLING = "Prepaid"
"""docs, orders/orders: an order has a billing code; this one is of every account."""
METHOD = Annotated[
    str,
    Meta(
        description="Carrier and service; an `id` of the shipping methods.",
        examples=["UPS:03"],
        pattern=f"^[^{METHOD_MARK}]*{METHOD_MARK}[^{METHOD_MARK}]*$",
    ),
]
NOTES = Annotated[str, vendor_only("Remarks for the warehouse.", examples=["Handle with care."])]
BILLING = Annotated[str, vendor_only("Who pays the carrier; a billing code of the account.", examples=["Prepaid"])]


class OrderLine(BodyPart, kw_only=True):
    """A product to send, by its id or its SKU."""

    product_id: str | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    quantity: Annotated[int, Meta(ge=1, le=1_000_000)]


class CreateOrder(WriteBody, kw_only=True):
    """A new order. Its reference is how it is found again, so no two of a customer may have the same."""

    warehouse_customer_id: Annotated[str | UnsetType, choices("warehouse_customers")] = UNSET
    reference_id: str
    shipping_method_id: METHOD | UnsetType = UNSET
    ship_to_address: ShipToAddressBody
    line_items: Annotated[list[OrderLine], Meta(min_length=1, max_length=500)]
    warehouse_id: Annotated[str, vendor_only("Warehouse that is to ship it."), choices("warehouses")]
    notes: NOTES | UnsetType = UNSET
    billing_code: BILLING | UnsetType = UNSET


class UpdateOrder(WriteBody, kw_only=True):
    """New values of an order that has not been confirmed. Its lines stay."""

    reference_id: str | UnsetType = UNSET
    shipping_method_id: METHOD | UnsetType = UNSET
    ship_to_address: Annotated[ShipToAddressBody | UnsetType, at_least_one()] = UNSET
    notes: NOTES | UnsetType = UNSET
    billing_code: BILLING | UnsetType = UNSET


class CreateOrderShipment(WriteBody, kw_only=True):
    """Confirms an order: all of it has left."""

    shipped_date: Timestamp | UnsetType = UNSET
    tracking_number: str | UnsetType = UNSET


def _text(value: str | UnsetType) -> str | None:
    return None if isinstance(value, UnsetType) else value


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def address(body: ShipToAddressBody) -> dict[str, str]:
    """Where it goes, as Extensiv names the parts."""
    texts = {theirs: _text(getattr(body, ours)) for ours, theirs in _ADDRESS.items()}
    return {name: text for name, text in texts.items() if text is not None}


def routing(method: str | UnsetType) -> dict[str, str]:
    """The carrier and the service of a shipping method."""
    if isinstance(method, UnsetType):
        return {}
    carrier, _, service = method.partition(METHOD_MARK)
    return {"carrier": carrier, "mode": service}


def _item(line: OrderLine, at: int) -> dict[str, Any]:
    if not isinstance(line.product_id, UnsetType):
        number = client.number_in(line.product_id)
        if number is None:
            raise InvalidBody.field(f"line_items.{at}.product_id", "There is no such product.")
        return {"id": number}
    if not isinstance(line.sku, UnsetType):
        return {"sku": line.sku}
    raise InvalidBody.field(f"line_items.{at}", "A line names its product by product_id or sku.")


def new_order(body: CreateOrder, customer_id: int) -> dict[str, Any]:
    """The order as Extensiv takes it."""
    place = client.number_in(body.warehouse_id)
    if place is None:
        raise InvalidBody.field("warehouse_id", "There is no such warehouse.")
    return _given(
        customerIdentifier={"id": customer_id},
        facilityIdentifier={"id": place},
        referenceNum=body.reference_id,
        billingCode=_text(body.billing_code) or DEFAULT_BILLING,
        notes=_text(body.notes),
        routingInfo=routing(body.shipping_method_id) or None,
        shipTo=address(body.ship_to_address),
        orderItems=[
            {"itemIdentifier": _item(line, at), "qty": line.quantity} for at, line in enumerate(body.line_items)
        ],
    )


def changed_order(order: dict[str, Any], body: UpdateOrder) -> dict[str, Any]:
    """The whole order as it shall be: Extensiv replaces it, so what is not changed goes back as it was read.

    An address is replaced as a whole but for how to reach the recipient.
    """
    made = client.sent_back(order)
    made |= _given(referenceNum=_text(body.reference_id), notes=_text(body.notes), billingCode=_text(body.billing_code))
    if not isinstance(body.shipping_method_id, UnsetType):
        made["routingInfo"] = {**(made.get("routingInfo") or {}), **routing(body.shipping_method_id)}
    if not isinstance(body.ship_to_address, UnsetType):
        before = made.get("shipTo") or {}
        kept = {name: before[name] for name in ("phoneNumber", "emailAddress") if before.get(name)}
        made["shipTo"] = {**kept, **address(body.ship_to_address)}
    return made


def confirmation(body: CreateOrderShipment, zone: ZoneInfo) -> dict[str, Any]:
    """What is told of an order that left."""
    left = None if isinstance(body.shipped_date, UnsetType) else client.written(body.shipped_date, zone)
    return _given(confirmDate=left, trackingNumber=_text(body.tracking_number))
