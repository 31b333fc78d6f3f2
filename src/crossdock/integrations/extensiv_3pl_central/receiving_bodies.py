"""What Extensiv takes when goods are announced, changed and taken in, and how it goes out. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import BodyPart, WriteBody, choices, vendor_only
from crossdock.contract.errors import InvalidBody
from crossdock.contract.values import Timestamp
from crossdock.integrations.extensiv_3pl_central import client

LINES = f"{client.REL}inventory/receiveritem"
L = TypeVar("L")
Units = Annotated[int, Meta(ge=1, le=1_000_000)]
MERCHANT = Annotated[
    str,
    vendor_only("Merchant that owns the goods; required unless the connection is limited to one."),
    choices("warehouse_customers"),
]


class InboundLine(BodyPart, kw_only=True):
    """An item to announce."""

    sku: str
    expected_quantity: Units


Announced = Annotated[list[InboundLine], Meta(min_length=1, max_length=500)]


class CreateInboundShipment(WriteBody, kw_only=True):
    """Goods to announce. Whether they wait for their arrival as an announcement is a setting of the customer."""

    purchase_order_number: str
    expected_arrival_date: Timestamp | UnsetType = UNSET
    warehouse_id: Annotated[str, choices("warehouses")]
    tracking_number: str | UnsetType = UNSET
    line_items: Announced
    warehouse_customer_id: MERCHANT | UnsetType = UNSET


class UpdateInboundShipment(WriteBody, kw_only=True):
    """New values of goods that have not been taken in. Lines can be added and changed, not taken off."""

    purchase_order_number: str | UnsetType = UNSET
    expected_arrival_date: Timestamp | UnsetType = UNSET
    tracking_number: str | UnsetType = UNSET
    line_items: Announced | UnsetType = UNSET


class ReceivedLine(BodyPart, kw_only=True):
    """Units of an item that arrived."""

    sku: str
    quantity: Units


class ReceiveInboundShipment(WriteBody, kw_only=True):
    """Goods that arrived, in one delivery, which names every line."""

    line_items: Annotated[list[ReceivedLine], Meta(min_length=1, max_length=500)]
    warehouse_location_id: Annotated[str, choices("warehouse_locations")]
    warehouse_id: Annotated[str | UnsetType, choices("warehouses")] = UNSET


def numbered(text: str, field: str, what: str) -> int:
    """The number that a field names a record by."""
    number = client.number_in(text)
    if number is None:
        raise InvalidBody.field(field, f"There is no such {what}.")
    return number


def new_receiver(owner: int, place: int, reference: str, mark: str, lines: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """Goods to take in, as Extensiv takes them; `mark` is what names them in the other system."""
    return {
        "customerIdentifier": {"id": owner},
        "facilityIdentifier": {"id": place},
        "referenceNum": reference,
        "externalId": mark,
        "receiveItems": [{"itemIdentifier": {"sku": sku}, "qty": units} for sku, units in lines],
    }


def announced(body: CreateInboundShipment, owner: int, mark: str, zone: ZoneInfo) -> dict[str, Any]:
    place = numbered(body.warehouse_id, "warehouse_id", "warehouse")
    lines = [(line.sku, line.expected_quantity) for line in body.line_items]
    return new_receiver(owner, place, body.purchase_order_number, mark, lines) | _facts(body, zone)


def _facts(body: CreateInboundShipment | UpdateInboundShipment, zone: ZoneInfo) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if not isinstance(body.purchase_order_number, UnsetType):
        made["poNum"] = body.purchase_order_number
    if not isinstance(body.expected_arrival_date, UnsetType):
        made["expectedDate"] = client.written(body.expected_arrival_date, zone)
    if not isinstance(body.tracking_number, UnsetType):
        made["trackingNumber"] = body.tracking_number
    return made


def once_each(lines: Sequence[L], sku: Callable[[L], str], units: Callable[[L], int]) -> dict[str, int]:
    """Units by SKU; a SKU that is listed twice is refused, since nothing says which of its lines is meant."""
    found: dict[str, int] = {}
    for at, line in enumerate(lines):
        if sku(line) in found:
            raise InvalidBody.field(f"line_items.{at}.sku", "This SKU is listed twice.")
        found[sku(line)] = units(line)
    return found


def _by_sku(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The lines of a receiver by their SKUs."""
    found: dict[str, dict[str, Any]] = {}
    for line in (document.get("_embedded") or {}).get(LINES) or []:
        sku = (line.get("itemIdentifier") or {}).get("sku") or ""
        if sku in found:
            raise InvalidBody.field("line_items", f"{sku} stands on several lines, which only the warehouse can tell.")
        found[sku] = line
    return found


def with_lines(document: dict[str, Any], wanted: Mapping[str, int]) -> dict[str, Any]:
    """A receiver with new units of its lines, and new lines. Nobody says what becomes of one that is left out."""
    made = client.sent_back(document)
    there = _by_sku(made)
    if missing := [sku for sku in there if sku not in wanted]:
        raise InvalidBody.field("line_items", f"Lines cannot be taken off, so this has to be listed: {missing[0]}")
    for sku, line in there.items():
        line["qty"] = wanted[sku]
    added = [
        {"readOnly": {"receiveItemId": client.NEW_LINE}, "itemIdentifier": {"sku": sku}, "qty": units}
        for sku, units in wanted.items()
        if sku not in there
    ]
    made["_embedded"] = {**(made.get("_embedded") or {}), LINES: [*there.values(), *added]}
    return made


def changed(document: dict[str, Any], body: UpdateInboundShipment, zone: ZoneInfo) -> dict[str, Any]:
    """The whole receiver as it shall be."""
    made = client.sent_back(document) | _facts(body, zone)
    if isinstance(body.line_items, UnsetType):
        return made
    return with_lines(made, once_each(body.line_items, lambda line: line.sku, lambda line: line.expected_quantity))


def arrived(document: dict[str, Any], body: ReceiveInboundShipment) -> dict[str, Any]:
    """The receiver with what came. Confirming takes in all of its lines, so each has to be named."""
    spot = numbered(body.warehouse_location_id, "warehouse_location_id", "location")
    wanted = once_each(body.line_items, lambda line: line.sku, lambda line: line.quantity)
    there = _by_sku(document)
    for at, line in enumerate(body.line_items):
        if line.sku not in there:
            raise InvalidBody.field(f"line_items.{at}.sku", "This SKU was not announced.")
    made = with_lines(document, wanted)
    for line in made["_embedded"][LINES]:
        line["locationInfo"] = {"locationId": spot}
    return made
