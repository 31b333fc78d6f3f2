"""What Magento's fields mean: the usual, zero, empty, missing, unknown, and times."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.contract.errors import InvalidBody, UnexpectedShape
from crossdock.contract.values import ENCODER
from crossdock.integrations.kit.mapping import moment
from crossdock.integrations.magento import mapping, refunds, stock
from crossdock.integrations.magento.mapping import Shop
from crossdock.integrations.magento.models import (
    Category,
    MagentoOrder,
    MagentoProduct,
    MagentoShipment,
    SourceItem,
)
from crossdock.integrations.magento.tests import seed

TIMES = {"created_at": "2026-03-29 01:30:00", "updated_at": "2026-10-25 01:30:00"}
SHOP = Shop(
    "kgs",
    "USD",
    "https://shop.example.com/media/",
    {item.id: item for item in msgspec.convert(seed.CATEGORIES, list[Category])},
)
HALF = Decimal("0.5")


def nowhere(path: str) -> str | None:
    return None


def read(document: dict[str, Any], kind: Any) -> Any:
    """A document as the adapter reads it."""
    return msgspec.json.decode(ENCODER.encode(document), type=kind)


def product(**facts: Any) -> MagentoProduct:
    found: MagentoProduct = read(seed.product(1, **{"sku": "TEA", "name": "Tea", **TIMES, **facts}), MagentoProduct)
    return found


def order(*items: dict[str, Any], **facts: Any) -> MagentoOrder:
    lines = list(items) or [seed.item(601, 11, "TEA-11", 2, "21.99")]
    found: MagentoOrder = read(seed.order(5, items=lines, **{**TIMES, **facts}), MagentoOrder)
    return found


def held(*levels: tuple[str, Decimal | int]) -> list[SourceItem]:
    return [SourceItem(sku="TEA", source_code=code, quantity=Decimal(units)) for code, units in levels]


def attribute(code: str, value: Any) -> dict[str, Any]:
    return {"custom_attributes": [{"attribute_code": code, "value": value}]}


PRODUCTS: list[tuple[dict[str, Any], str, Any]] = [
    ({"price": Decimal("1234.5678")}, "price", Decimal("1234.5678")),
    ({"price": 0}, "price", Decimal(0)),
    ({}, "price", None),
    ({"price": 5, "type_id": "configurable"}, "price", None),
    ({"price": 5, "type_id": "bundle"}, "price", Decimal(5)),
    ({"price": 0, "type_id": "bundle", **attribute("price_type", "0")}, "price", None),
    (attribute("cost", "9.500000"), "unit_cost", Decimal("9.500000")),
    (attribute("cost", ""), "unit_cost", None),
    (attribute("ean", "4006381333931"), "gtin", "4006381333931"),
    (attribute("ean", ["1", "2"]), "gtin", None),
    ({"status": 1}, "active", True),
    ({"status": 2}, "active", False),
    ({"type_id": "bundle"}, "is_kit", True),
    ({"type_id": "subscription"}, "is_kit", False),
    ({"name": ""}, "name", "TEA"),
    ({"picture": None}, "image_url", None),
    ({"picture": "/t/tea.jpg"}, "image_url", "https://shop.example.com/media/catalog/product/t/tea.jpg"),
    ({"categories": ["20", "21"]}, "categories", ["Kitchen", "Tea"]),
    ({"categories": ["2"]}, "categories", []),
    ({"categories": ["99"]}, "categories", []),
    # The night in which clocks are set back in Europe: the time is in UTC, and stays.
    ({}, "updated_date", moment("2026-10-25T01:30:00Z")),
    ({"created_at": None}, "created_date", moment("2026-10-25T01:30:00Z")),
]


@pytest.mark.parametrize(("facts", "field", "expected"), PRODUCTS)
def test_a_product_says_what_the_shop_says(facts: dict[str, Any], field: str, expected: Any) -> None:
    assert getattr(mapping.product_record(product(**facts), None, [], SHOP, nowhere), field) == expected


@pytest.mark.parametrize(
    ("kind", "rows", "inventory", "by_warehouse"),
    [
        ("simple", held(("default", 40), ("east", 5)), 45, {"default": 40, "east": 5}),
        ("simple", held(("default", 0)), 0, {"default": 0}),
        ("simple", held(("default", -2), ("east", 5)), 3, {"default": -2, "east": 5}),
        ("simple", [], None, {}),
        ("simple", held(("default", HALF), ("east", 5)), None, {}),
        ("configurable", held(("default", 7)), None, {}),
        ("bundle", held(("default", 7)), None, {}),
    ],
)
def test_stock_is_what_the_sources_have(
    kind: str, rows: list[SourceItem], inventory: int | None, by_warehouse: dict[str, int]
) -> None:
    """A rounded or invented level would be sold."""
    found = mapping.product_record(product(type_id=kind), None, rows, SHOP, nowhere)
    assert (found.inventory, found.inventory_by_warehouse_id) == (inventory, by_warehouse)


def test_parts_of_a_unit_are_told_beside() -> None:
    found = mapping.product_record(product(), None, held(("default", HALF)), SHOP, nowhere)
    assert found.additional_fields["stock"] == {"default": HALF}


@pytest.mark.parametrize(
    ("unit", "weight", "expected"),
    [
        ("kgs", Decimal("0.25"), (Decimal("0.25"), "kg")),
        ("lbs", 0, (Decimal(0), "lb")),
        ("stones", 1, (None, None)),
        ("kgs", None, (None, None)),
    ],
)
def test_a_weight_has_the_unit_of_the_shop(unit: str, weight: Any, expected: tuple[Any, Any]) -> None:
    facts = {} if weight is None else {"weight": weight}
    found = mapping.product_record(product(**facts), None, [], Shop(unit), nowhere).measurements
    assert (found.weight, found.weight_unit) == expected


def test_a_record_without_dates_is_refused() -> None:
    with pytest.raises(UnexpectedShape):
        mapping.product_record(product(created_at=None, updated_at=None), None, [], SHOP, nowhere)


TEA = seed.item(601, 11, "TEA-11", 2, "21.99")
BUNDLE = [
    seed.item(1, 14, "SET", 1, "30", product_type="bundle"),
    seed.item(2, 11, "TEA-11", 1, parent_item_id=1),
    seed.item(3, 31, "MUG-RED", 1, parent_item_id=1),
]


@pytest.mark.parametrize(
    ("state", "items", "expected"),
    [
        ("new", [TEA], "open"),
        ("pending_payment", [TEA], "open"),
        ("processing", [TEA], "confirmed"),
        ("processing", [{**TEA, "qty_shipped": 1}], "partially_fulfilled"),
        ("processing", [{**TEA, "qty_shipped": 2}], "fulfilled"),
        ("processing", [{**TEA, "qty_shipped": 1, "qty_canceled": 1}], "fulfilled"),
        ("processing", [{**TEA, "qty_shipped": 2, "qty_refunded": 2}], "fulfilled"),
        ("processing", [{**TEA, "qty_shipped": 2}, {**TEA, "item_id": 9, "is_virtual": 1}], "fulfilled"),
        ("processing", [BUNDLE[0], {**BUNDLE[1], "qty_shipped": 1}, BUNDLE[2]], "partially_fulfilled"),
        ("payment_review", [TEA], "exception"),
        ("holded", [TEA], "exception"),
        ("complete", [TEA], "fulfilled"),
        ("closed", [TEA], "cancelled"),
        ("canceled", [TEA], "cancelled"),
        ("waiting_for_moon", [TEA], "other"),
        (None, [TEA], "other"),
    ],
)
def test_a_status_is_that_of_the_state(state: str | None, items: list[dict[str, Any]], expected: str) -> None:
    """The words of a shop may be any; they are kept beside."""
    found = mapping.order_record(order(*items, state=state, status="with_the_elves"), [], nowhere)
    assert (found.status, found.raw_status) == (expected, "with_the_elves")


def test_a_configurable_product_is_one_line_with_its_variant() -> None:
    """Two lines for one mug would ship two."""
    lines = seed.ORDERS[501]["items"]
    found = mapping.order_record(order(*lines), [], nowhere).line_items[1]
    assert (found.line_item_id, found.product_id, found.parent_product_id) == ("602", "31", "13")
    assert (found.quantity, found.unit_price, found.discount, found.tax) == (1, Decimal(10), Decimal(1), Decimal(1))


def test_a_part_of_a_unit_counts_as_one() -> None:
    found = mapping.order_record(order({**TEA, "qty_ordered": Decimal("1.5")}), [], nowhere)
    assert found.line_items[0].quantity == 2
    assert found.additional_fields["exact_quantities"] == {"601": Decimal("1.5")}


def test_an_order_without_shipping_and_payment_is_read() -> None:
    """Orders of downloads go nowhere."""
    found = mapping.order_record(
        order(extension_attributes={}, payment=None, billing_address=None, discount_amount=None), [], nowhere
    )
    assert (found.ship_to_address.city, found.bill_to_address.city, found.total_discount) == (None, None, None)


def test_every_parcel_of_a_shipment_is_shown_and_its_lines_once() -> None:
    shipment = read(
        {
            "entity_id": 8,
            "order_id": 5,
            "created_at": "2026-10-25 01:30:00",
            "items": [{"order_item_id": 601, "qty": 2}, {"order_item_id": 999, "qty": 1, "product_id": 4}],
            "tracks": [
                {"entity_id": 1, "track_number": "A", "title": "UPS", "carrier_code": "ups"},
                {"entity_id": 2, "track_number": "B", "title": "UPS", "carrier_code": "ups"},
                {"entity_id": 3, "track_number": None, "title": None, "carrier_code": None},
            ],
        },
        MagentoShipment,
    )
    found = mapping.order_record(order(TEA), [shipment], nowhere).shipments
    assert [(one.shipment_id, one.tracking_number, len(one.line_items)) for one in found] == [
        ("8", "A", 2),
        ("8-2", "B", 0),
    ]
    assert [(line.line_item_id, line.product_id) for line in found[0].line_items] == [("601", "11"), (None, "4")]


def test_skus_with_commas_are_looked_for_alone() -> None:
    """A list is divided at commas, so the stock of such a product would be missing."""
    assert list(stock.batches(["A", "B,C", "D", "A"])) == [("eq", "B,C"), ("in", "A,D")]
    assert list(stock.batches([])) == []
    assert len(list(stock.batches([f"{number:060}" for number in range(100)]))) == 3


@pytest.mark.parametrize(
    ("there", "status", "units", "expected"),
    [(0, 0, 5, 1), (3, 0, 5, 0), (3, 1, 0, 1), (0, 0, 0, 0), (-1, 0, 1, 1)],
)
def test_what_comes_in_is_for_sale(there: int, status: int, units: int, expected: int) -> None:
    """A merchant who stops selling a product has it stay so."""
    row = SourceItem(sku="TEA", source_code="east", quantity=Decimal(there), status=status)
    assert stock.entry("TEA", "east", row, Decimal(units))["status"] == expected


def test_nothing_more_than_was_paid_for_shipping_goes_back() -> None:
    with pytest.raises(InvalidBody):
        refunds.memo(order(shipping_amount=5, shipping_tax_amount=HALF), [], msgspec.UNSET, Decimal("5.51"))
