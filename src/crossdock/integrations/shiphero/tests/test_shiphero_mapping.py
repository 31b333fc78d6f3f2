"""What ShipHero's fields mean: the usual, zero, empty, missing, unknown, other zones."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.contract.bodies import MeasurementsBody
from crossdock.contract.errors import InvalidBody, UnexpectedShape
from crossdock.contract.wms.order_bodies import ShipToAddressBody
from crossdock.integrations.kit.mapping import moment
from crossdock.integrations.shiphero import bodies, mapping, order_bodies, order_mapping, receiving
from crossdock.integrations.shiphero.mapping import Units
from crossdock.integrations.shiphero.models import Dimensions, ShipHeroOrder, ShipHeroProduct, StockedProduct
from crossdock.integrations.shiphero.receiving_models import Purchase, ShipHeroReturn

UNITS = Units("in", "oz")
HEAD = {"id": "P1", "account_id": "A1", "sku": "TEA", "name": "Tea", "created_at": "2026-03-01T10:00:00"}
EMPTY_LIST: dict[str, Any] = {"edges": [], "pageInfo": {"hasNextPage": False}}
STOCK = {"id": "WP1", "warehouse_id": "W1", "inbounds": EMPTY_LIST, "locations": EMPTY_LIST}
LINE = {"id": "L1", "sku": "TEA", "quantity": 3, "price": "1.50", "product": {"id": "P1"}}
ORDER = {"id": "O1", "order_date": "2026-03-01T10:00:00", "line_items": EMPTY_LIST, "shipments": []}


def listed(*nodes: dict[str, Any]) -> dict[str, Any]:
    return {**EMPTY_LIST, "edges": [{"node": node} for node in nodes]}


SENT, WAITING = listed({**LINE, "quantity_shipped": 1}), listed({**LINE, "backorder_quantity": 1})


def product(**facts: Any) -> Any:
    return mapping.product_record(msgspec.convert({**HEAD, **facts}, ShipHeroProduct))


def stocked(*stocks: dict[str, Any], **facts: Any) -> Any:
    given = {**HEAD, **facts, "warehouse_products": [{**STOCK, **stock} for stock in stocks]}
    return mapping.inventory_record(msgspec.convert(given, StockedProduct), UNITS)


def order(**facts: Any) -> ShipHeroOrder:
    return msgspec.convert({**ORDER, **facts}, ShipHeroOrder)


@pytest.mark.parametrize(
    ("facts", "field", "expected"),
    [
        ({}, "name", "Tea"),
        ({"name": ""}, "name", "TEA"),
        ({"name": None, "sku": None}, "name", "P1"),
        ({"sku": ""}, "sku", None),
        ({"barcode": ""}, "gtin", None),
        ({"legacy_id": 7}, "external_system_url", "https://app.shiphero.com/dashboard/products/details/7"),
        ({}, "external_system_url", None),
        ({}, "updated_date", moment("2026-03-01T10:00:00Z")),
        ({"updated_at": "2026-03-02T10:00:00.123"}, "updated_date", moment("2026-03-02T10:00:00Z")),
        ({"updated_at": "2026-03-02T10:00:00-05:00"}, "updated_date", moment("2026-03-02T15:00:00Z")),
        ({}, "active", True),
        ({"warehouse_products": [{"id": "1", "warehouse_id": "W1", "active": False}]}, "active", False),
        ({"warehouse_products": [{"id": "1", "warehouse_id": "W1", "price": "0.00"}]}, "unit_price", Decimal("0.00")),
        ({"warehouse_products": [{"id": "1", "warehouse_id": "W1", "price": ""}]}, "unit_price", None),
        ({"kit": None}, "is_kit", False),
    ],
)
def test_product(facts: dict[str, Any], field: str, expected: Any) -> None:
    assert getattr(product(**facts), field) == expected


def test_a_kit_is_made_of_products_found_by_sku() -> None:
    """A component that names the entry of the list instead of the product leads nowhere."""
    parts = [{"id": "K1", "sku": "TEA", "quantity": 2}, {"id": "K2", "sku": "GONE", "quantity": None}]
    found = product(kit=True, kit_components=parts, components=[{"id": "P9", "sku": "TEA"}])
    assert [(item.inventory_item_id, item.unit_quantity) for item in found.inventory_items] == [("P9", 2), ("K2", 1)]


@pytest.mark.parametrize(
    ("stock", "expected"),
    [
        ({}, (0, 0, 0, 0, 0)),
        ({"on_hand": 40, "allocated": 3, "non_sellable_quantity": 2, "available": 35}, (40, 3, 2, 35, 35)),
        ({"on_hand": 40, "allocated": 3, "available": 37, "reserve_inventory": 5}, (40, 3, 0, 37, 32)),
        ({"on_hand": 5, "allocated": 5, "available": 0, "reserve_inventory": 5}, (5, 5, 0, 0, 0)),
        ({"on_hand": 2, "allocated": 3, "available": -1}, (2, 3, 0, -1, 0)),
    ],
)
def test_stock(stock: dict[str, Any], expected: tuple[int, ...]) -> None:
    found = stocked(stock)
    shown = (found.onhand, found.committed, found.unfulfillable, found.fulfillable, found.sellable)
    assert shown == expected


def test_stock_of_several_warehouses_adds_up() -> None:
    found = stocked(
        {"on_hand": 4}, {"id": "WP2", "warehouse_id": "W2", "on_hand": 6, "updated_at": "2026-04-01T00:00:00"}
    )
    assert found.onhand == 10
    assert {key: part.onhand for key, part in found.inventory_by_warehouse_id.items()} == {"W1": 4, "W2": 6}
    assert found.updated_date == moment("2026-04-01T00:00:00Z")


@pytest.mark.parametrize(
    ("inbound", "expected"),
    [
        ({"quantity": 20, "quantity_received": 5, "quantity_rejected": 1}, 14),
        ({"quantity": 20}, 20),
        ({"quantity": 2, "quantity_received": 3}, 0),
        ({"quantity": 20, "status": "Closed"}, 0),
        ({"quantity": None}, 0),
    ],
)
def test_awaiting(inbound: dict[str, Any], expected: int) -> None:
    """Units that arrived, or never will, are not still to come."""
    assert stocked({"inbounds": listed(inbound)}).awaiting == expected


def test_lots_are_counted_over_locations() -> None:
    lot = {"id": "LOT", "name": "L", "expires_at": None}
    places = [{"location_id": "B1", "quantity": 2, "expiration_lot": lot}]
    places += [{"location_id": "B2", "quantity": 3, "expiration_lot": lot}, {"location_id": "B3", "quantity": 1}]
    found = stocked({"locations": listed(*places)})
    assert [(item.lot_id, item.onhand, item.expiration_date) for item in found.lots] == [("LOT", 5, None)]
    assert [(item.location_id, item.quantity) for item in found.locations] == [("B1", 2), ("B2", 3), ("B3", 1)]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("Purchase order 41 received", "inbound_receipt"),
        ("Return RMA-1", "return_receipt"),
        ("Order #1003 shipped", "order_shipment"),
        ("Transfer to A-02", "movement"),
        ("Cycle Count", "adjustment"),
        ("because", "other"),
        ("", "other"),
        (None, "other"),
    ],
)
def test_kind_of_a_stock_change(reason: str | None, expected: str) -> None:
    assert mapping.event_type(reason) == expected


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"fulfillment_status": "pending"}, "open"),
        ({"fulfillment_status": "Pending", "holds": {"fraud_hold": False}}, "open"),
        ({"fulfillment_status": "pending", "holds": {"fraud_hold": True}}, "exception"),
        (
            {"fulfillment_status": "pending", "line_items": listed({**LINE, "quantity_shipped": 1})},
            "partially_fulfilled",
        ),
        ({"fulfillment_status": "pending", "line_items": listed({**LINE, "backorder_quantity": 1})}, "backordered"),
        (
            {
                "fulfillment_status": "pending",
                "line_items": listed({**LINE, "backorder_quantity": 1, "quantity_allocated": 2}),
            },
            "open",
        ),
        ({"fulfillment_status": "fulfilled", "holds": {"fraud_hold": True}}, "fulfilled"),
        ({"fulfillment_status": "canceled"}, "cancelled"),
        ({"fulfillment_status": "cancelled"}, "cancelled"),
        ({"fulfillment_status": "Engraving"}, "other"),
        ({"fulfillment_status": ""}, "other"),
        ({}, "other"),
    ],
)
def test_status(facts: dict[str, Any], status: str) -> None:
    found = order_mapping.order_record(order(**facts), UNITS)
    assert found.status == status
    assert found.raw_status == (facts.get("fulfillment_status") or None)


@pytest.mark.parametrize(
    ("facts", "field", "expected"),
    [
        ({"total_price": "19.990"}, "total_price", Decimal("19.990")),
        ({"total_price": "0.00"}, "total_price", Decimal("0.00")),
        ({"total_price": ""}, "total_price", None),
        ({}, "total_price", None),
        ({}, "reference_id", "O1"),
        ({"partner_order_id": "web-1"}, "order_number", "web-1"),
        ({"allocations": [{"warehouse_id": "W1"}, {"warehouse_id": "W1"}]}, "warehouse_id", "W1"),
        ({"allocations": [{"warehouse_id": "W1"}, {"warehouse_id": "W2"}]}, "warehouse_id", None),
        ({"order_date": None, "updated_at": "2026-05-01T00:00:00"}, "created_date", moment("2026-05-01T00:00:00Z")),
        ({"updated_at": "2026-02-01T00:00:00"}, "updated_date", moment("2026-03-01T10:00:00Z")),
    ],
)
def test_order(facts: dict[str, Any], field: str, expected: Any) -> None:
    assert getattr(order_mapping.order_record(order(**facts), UNITS), field) == expected


@pytest.mark.parametrize(
    ("raw", "received", "expected"),
    [
        ("pending", 0, "open"),
        ("Pending", 1, "receiving"),
        ("pending", None, "open"),
        ("closed", 1, "received"),
        ("canceled", 1, "cancelled"),
        ("Customs", 0, "other"),
        (None, 0, "other"),
    ],
)
def test_status_of_a_purchase_order(raw: str | None, received: int | None, expected: str) -> None:
    line = {"id": "PL1", "quantity": 2, "quantity_received": received, "updated_at": "2026-04-01T00:00:00"}
    given = {"id": "PO1", "created_at": "2026-03-01T00:00:00", "fulfillment_status": raw, "line_items": listed(line)}
    found = receiving.purchase_record(msgspec.convert(given, Purchase))
    assert (found.status, found.raw_status) == (expected, raw)
    assert found.updated_date == moment("2026-04-01T00:00:00Z")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("pending", "open"),
        ("Warehouse_Complete", "received"),
        ("cancelled", "cancelled"),
        ("", "other"),
        (None, "other"),
    ],
)
def test_a_return_without_labels_and_lines(raw: str | None, expected: str) -> None:
    given = {"id": "R1", "created_at": "2026-03-01T00:00:00", "status": raw, "labels": None, "line_items": None}
    found = receiving.return_record(msgspec.convert(given, ShipHeroReturn), UNITS)
    assert (found.status, found.shipments, found.line_items) == (expected, [], [])


@pytest.mark.parametrize(
    ("states", "expected"),
    [([], "shipped"), (["valid"], "shipped"), (["voided", "valid"], "shipped"), (["Void", "voided"], "cancelled")],
)
def test_a_shipment_is_called_off_with_its_last_label(states: list[str], expected: str) -> None:
    labels = [{"id": str(at), "status": state} for at, state in enumerate(states)]
    parcel = {"id": "S1", "created_date": "2026-03-02T00:00:00", "line_items": EMPTY_LIST, "shipping_labels": labels}
    [found] = order_mapping.order_record(order(shipments=[parcel]), UNITS).shipments
    assert found.status == expected


def test_an_amount_that_is_none_is_refused() -> None:
    with pytest.raises(UnexpectedShape):
        product(warehouse_products=[{"id": "1", "warehouse_id": "W1", "price": "ten"}])


def test_nobody_measured_what_measures_zero() -> None:
    found = mapping.measurements(Dimensions(height="0.00", length="0", width="", weight=None), UNITS)
    assert (found.length, found.unit, found.weight, found.weight_unit) == (None, None, None, None)


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        (Units("cm", "kg"), ("10", "1")),
        (Units("in", "oz"), ("3.937", "35.274")),
        (Units("cm", "lb"), ("10", "2.2046")),
    ],
)
def test_sizes_go_out_in_the_units_of_the_account(units: Units, expected: tuple[str, str]) -> None:
    """ShipHero takes bare numbers, so another unit would be off by a factor."""
    ten, one = Decimal(10), Decimal(1)
    given = MeasurementsBody(length=ten, width=ten, height=ten, unit="cm", weight=one, weight_unit="kg")
    made = bodies.dimensions(given, units)
    assert made is not None
    assert (made["length"], made["weight"]) == expected


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ada Maria Lovelace", {"first_name": "Ada Maria", "last_name": "Lovelace"}),
        ("Ada", {"first_name": "Ada"}),
        ("", {}),
    ],
)
def test_a_name_is_split_at_its_last_word(name: str, parts: dict[str, str]) -> None:
    assert bodies.order_address(ShipToAddressBody(full_name=name)) == parts


def test_a_part_is_drawn_over_lines_of_one_sku() -> None:
    """Two lines may sell the same SKU, and both have to be closed."""
    lines = [{**LINE, "quantity_pending_fulfillment": 2}, {**LINE, "id": "L2", "quantity_shipped": 1}]
    found = order(line_items=listed(*lines))
    wanted = [order_bodies.ShippedLine(sku="TEA", quantity=3)]
    assert [(line.id, units) for line, units in order_bodies.drawn(found, wanted)] == [("L1", 2), ("L2", 1)]
    with pytest.raises(InvalidBody):
        order_bodies.drawn(found, [order_bodies.ShippedLine(sku="TEA", quantity=5)])
