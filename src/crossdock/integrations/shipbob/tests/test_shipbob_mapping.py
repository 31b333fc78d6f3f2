"""What ShipBob's fields mean: the usual, zero, empty, missing, unknown, other time zones."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.contract.records import encode_record
from crossdock.integrations.kit.mapping import moment
from crossdock.integrations.shipbob import mapping
from crossdock.integrations.shipbob.models import Item, Level, Location, PlaceLevel, Product
from crossdock.integrations.shipbob.order_mapping import SHIPMENT_STATUSES, STATUSES, order_record
from crossdock.integrations.shipbob.order_models import ShipBobOrder
from crossdock.integrations.shipbob.tests import documents as made

# Amounts are read from JSON, as they come: a number that was a float before has drifted already.


def read(document: Any, kind: Any) -> Any:
    return msgspec.json.decode(json.dumps(document), type=kind)


def product(**given: Any) -> Any:
    facts = dict(given)
    name = facts.pop("product_name", "Tea")
    found = read(made.product(1, name, {**made.variant(2, "TEA"), **facts}), Product)
    return mapping.product_record(found, found.variants[0], {5: 505})


LISTED_TWICE = [made.listing(12.25), made.listing(11, "EUR")]
PART = {"product_id": 4, "variant_id": 5, "variant_sku": "CUP", "variant_name": None, "quantity": 2}
PRODUCTS: list[tuple[dict[str, Any], str, Any]] = [
    ({}, "id", "2"),
    ({}, "created_date", moment("2026-10-21T12:00:00Z")),
    ({"created_on": "2026-10-21T14:00:00+02:00"}, "created_date", moment("2026-10-21T12:00:00Z")),
    ({"updated_on": "2026-10-29T12:00:00Z"}, "updated_date", moment("2026-10-29T12:00:00Z")),
    ({"updated_on": None}, "updated_date", moment("2026-10-21T12:00:00Z")),
    ({}, "name", "Tea"),
    ({"name": "Tea"}, "name", "Tea"),
    ({"name": "Red"}, "name", "Tea - Red"),
    ({"name": "Tea, red"}, "name", "Tea, red"),
    ({"product_name": None}, "name", "TEA"),
    ({"product_name": None, "sku": None}, "name", "2"),
    ({"sku": ""}, "sku", None),
    ({"gtin": "4006381333931", "upc": "036000291452"}, "gtin", "4006381333931"),
    ({"upc": "036000291452"}, "gtin", "036000291452"),
    ({"status": "Active"}, "active", True),
    ({"status": "Inactive"}, "active", False),
    ({"status": "Quarantined"}, "active", False),
    ({"status": None}, "active", True),
    ({}, "unit_price", None),
    ({"channel_metadata": None}, "unit_price", None),
    ({"channel_metadata": [made.listing(12.10)]}, "unit_price", Decimal("12.1")),
    ({"channel_metadata": [made.listing(0)]}, "unit_price", Decimal(0)),
    ({"channel_metadata": LISTED_TWICE}, "unit_price", None),
    ({"inventory": None}, "inventory_items", []),
    ({"inventory": {"inventory_id": None, "on_hand_qty": 0}}, "inventory_items", []),
    ({"bundle_definition": [PART]}, "is_kit", True),
    ({"bundle_definition": []}, "is_kit", False),
]


@pytest.mark.parametrize(("facts", "field", "expected"), PRODUCTS)
def test_product(facts: dict[str, Any], field: str, expected: Any) -> None:
    """A wrong field here is wrong for every merchant."""
    assert getattr(product(**facts), field) == expected


def test_a_bundle_names_the_items_that_leave_the_shelf() -> None:
    """Who counts a bundle by its own SKU sells what is not there."""
    [item] = product(bundle_definition=[PART], inventory=None).inventory_items
    assert (item.inventory_item_id, item.sku, item.unit_quantity) == ("505", "CUP", 2)


def test_a_component_without_an_item_is_still_named() -> None:
    """Nobody would know otherwise that the bundle holds more than what is on the shelf."""
    found = product(bundle_definition=[{**PART, "variant_id": 6}])
    assert found.inventory_items == []
    assert found.additional_fields["bundle"] == [{"variant_id": "6", "sku": "CUP", "quantity": 2}]


def item(level: dict[str, Any] | None = None, **facts: Any) -> Any:
    found = read({**made.item(7, "TEA", "Tea"), **facts}, Item)
    return mapping.item_record(found, None if level is None else read(level, Level), [])


ITEMS: list[tuple[dict[str, Any], str, Any]] = [
    ({}, "onhand", 0),
    ({"level": made.level(7, [made.place(8, 40, 12, awaiting=5)], exception=3)}, "onhand", 40),
    ({"level": made.level(7, [made.place(8, 40, 12, awaiting=5)], exception=3)}, "committed", 12),
    ({"level": made.level(7, [made.place(8, 40, 12, awaiting=5)], exception=3)}, "fulfillable", 28),
    ({"level": made.level(7, [made.place(8, 40, 12, awaiting=5)], exception=3)}, "unfulfillable", 0),
    ({"level": made.level(7, [made.place(8, 40, 12, awaiting=5)], exception=3)}, "awaiting", 5),
    ({"level": made.level(7, [made.place(8, 40, 12, awaiting=5)], exception=3)}, "sellable", 25),
    ({"name": None}, "name", "TEA"),
    ({"variant": None}, "active", True),
    ({"variant": {"is_active": False}}, "active", False),
]


@pytest.mark.parametrize(("facts", "field", "expected"), ITEMS)
def test_item(facts: dict[str, Any], field: str, expected: Any) -> None:
    """A wrong quantity sells what is not there, or hides what is."""
    assert getattr(item(**facts), field) == expected


@pytest.mark.parametrize(
    ("onhand", "committed", "fulfillable", "shares"),
    [(10, 4, 6, (4, 0)), (10, 4, 5, (4, 1)), (0, 0, 0, (0, 0)), (3, 8, 0, (3, 0)), (10, 0, 0, (0, 10))],
)
def test_the_parts_make_up_what_is_on_hand(
    onhand: int, committed: int, fulfillable: int, shares: tuple[int, int]
) -> None:
    """More may be promised than is there; a sum that does not add up makes every count doubtful."""
    assert mapping.shares(onhand, committed, fulfillable) == shares
    assert sum(shares) + fulfillable == onhand


@pytest.mark.parametrize(
    ("weight", "expected", "unit"),
    [
        ({"value": 8.25, "unit": "oz"}, "8.25", "oz"),
        ({"value": 0.5, "unit": "pounds"}, "0.5", "lb"),
        ({"value": 250, "unit": "Grams"}, "0.250", "kg"),
        ({"value": 0, "unit": "oz"}, "0", "oz"),
        ({"value": 3, "unit": "stone"}, None, None),
        ({"value": 3, "unit": None}, None, None),
        (None, None, None),
    ],
)
def test_weight(weight: Any, expected: str | None, unit: str | None) -> None:
    """A weight in a unit that was guessed buys the wrong label."""
    found = item(weight=weight).measurements
    assert (found.weight, found.weight_unit) == (expected and Decimal(expected), unit)


@pytest.mark.parametrize(("unit", "shown"), [("inches", "in"), ("IN", "in"), ("cm", "cm"), ("ell", None), (None, None)])
def test_length(unit: str | None, shown: str | None) -> None:
    found = item(dimensions={"length": 4.5, "width": 3, "height": 2, "unit": unit}).measurements
    assert (found.length, found.unit) == (Decimal("4.5") if shown else None, shown)


def test_stock_by_fulfillment_center() -> None:
    found = mapping.item_record(
        read(made.item(7, "TEA", "Tea"), Item), None, [read(made.place(8, 5, 1, 2), PlaceLevel)]
    )
    place = found.inventory_by_warehouse_id["8"]
    assert (place.onhand, place.committed, place.fulfillable, place.awaiting, place.sellable) == (5, 1, 4, 2, None)


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        (made.location(8, "Cicero", "ORD-1")["services"], "8 Warehouse Rd"),
        (made.location(8, "Cicero", "ORD-1")["services"][:1], "1 Returns Way"),
        ([{"service_type": "Receiving", "address": None}], None),
        ([], None),
        (None, None),
    ],
)
def test_the_address_of_a_warehouse(services: Any, expected: str | None) -> None:
    """Goods that are sent to where returns go are not received."""
    found = read({**made.location(8, "Cicero (IL)", "ORD-1"), "services": services}, Location)
    assert mapping.warehouse_record(found).address.address1 == expected


def order(*shipments: dict[str, Any], **facts: Any) -> Any:
    return order_record(read({**made.order(1, "Processing", *shipments), **facts}, ShipBobOrder))


SENT = made.shipment(2, 1, "Completed", (101, "TEA", 2), **made.LEFT)
HELD = made.shipment(3, 1, "OnHold", status_details=[{"id": 401, "name": "InvalidAddress"}])
ORDERS: list[tuple[dict[str, Any], str, Any]] = [
    *(({"status": word}, "status", status) for word, status in STATUSES.items()),
    ({"status": "Teleported"}, "status", "other"),
    ({"status": "Teleported"}, "raw_status", "Teleported"),
    ({"status": None}, "status", "other"),
    ({"type": "B2B"}, "type", "b2b"),
    ({"type": "Lease"}, "type", None),
    ({"reference_id": None}, "reference_id", "1"),
    ({"order_number": None}, "order_number", "web-1"),
    ({"financials": None}, "total_price", None),
    ({"financials": {"total_price": 0}}, "total_price", Decimal(0)),
    ({"financials": {"total_price": 1234.10}}, "total_price", Decimal("1234.1")),
    ({"channel": None}, "channel", None),
    ({"tags": [{"name": "gift", "value": "yes"}]}, "tags", ["gift:yes"]),
    ({"retailer_program_data": {"retailer_program_type": "Target"}}, "trading_partner", "Target"),
    ({}, "signature_required", None),
    ({"shipments": [SENT]}, "warehouse_id", "8"),
    ({"shipments": [SENT, {**HELD, "location": {"id": 10}}]}, "warehouse_id", None),
    ({"shipments": [SENT]}, "updated_date", moment("2026-10-22T15:31:00Z")),
    ({"shipments": [{**HELD, "last_update_at": None}]}, "updated_date", moment("2026-10-21T12:00:00Z")),
    ({"shipments": [HELD]}, "shipments", []),
    ({"shipments": None}, "shipments", []),
]


@pytest.mark.parametrize(("facts", "field", "expected"), ORDERS)
def test_order(facts: dict[str, Any], field: str, expected: Any) -> None:
    """A wrong field here is wrong for every merchant, and an unknown status is never guessed."""
    assert getattr(order(**facts), field) == expected


def test_what_has_not_left_is_no_shipment_and_says_what_holds_it_up() -> None:
    """A buyer who is told that a parcel left waits for it; a merchant wants to know why it did not."""
    waiting = order(HELD).additional_fields["waiting_shipments"]
    assert waiting == [{"shipment_id": "3", "status": "OnHold", "warehouse_id": "8", "reasons": ["InvalidAddress"]}]


SHIPMENTS = [
    *((word, status) for word, status in SHIPMENT_STATUSES.items()),
    ("CleanSweeped", "other"),
    ("None", "other"),
    (None, "other"),
]


@pytest.mark.parametrize(("word", "expected"), SHIPMENTS)
def test_status_of_a_shipment(word: str | None, expected: str) -> None:
    """It shows in the record once the goods are on their way, whatever word ShipBob has for that."""
    [shipment] = order({**SENT, "status": word}).shipments
    assert (shipment.status, shipment.raw_status) == (expected, word)


def test_tracking() -> None:
    """The number is what the buyer asks for first."""
    [shipment] = order(SENT).shipments
    [parcel] = shipment.packages
    assert shipment.shipped_date == moment("2026-10-22T15:30:00Z")
    assert (parcel.tracking_number, parcel.carrier_name) == ("9400100000000000000000", "USPS")
    assert parcel.tracking_url == "https://tracking.example.com/9400100000000000000000"
    assert (parcel.shipping_cost, parcel.measurements.weight) == (Decimal("7.95"), Decimal(24))
    assert [(line.inventory_item_id, line.quantity) for line in shipment.line_items] == [("501", 2)]


@pytest.mark.parametrize("tracking", [None, {"carrier": "", "tracking_number": ""}])
def test_a_parcel_without_tracking(tracking: Any) -> None:
    [shipment] = order({**SENT, "tracking": tracking, "measurements": None}).shipments
    assert (shipment.packages[0].tracking_number, shipment.packages[0].carrier_name) == (None, None)


def test_freight_is_tracked_by_its_own_number() -> None:
    """Pallets have no parcel number, and would look lost."""
    [shipment] = order({**SENT, "tracking": {"pro_number": "PRO-1", "scac": "ODFL"}}).shipments
    assert (shipment.packages[0].tracking_number, shipment.packages[0].scac) == ("PRO-1", "ODFL")


def test_a_time_without_a_zone_is_refused() -> None:
    """It could be hours off, and a change that is dated too early is never read."""
    with pytest.raises(msgspec.ValidationError):
        order(created_date="2026-10-21T12:00:00")


def test_amounts_are_served_as_they_were_sent() -> None:
    assert b'"unit_price":12.25' in encode_record(order())
