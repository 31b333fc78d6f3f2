"""What WooCommerce's fields mean: the usual, zero, empty, missing, unknown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.contract.errors import InvalidBody, UnexpectedShape
from crossdock.integrations.kit.mapping import moment
from crossdock.integrations.woocommerce import client, mapping
from crossdock.integrations.woocommerce.mapping import Shop
from crossdock.integrations.woocommerce.models import WooOrder, WooProduct, WooVariation
from crossdock.integrations.woocommerce.tests.seed import order_document, product_document, variation_document

SHOP = Shop("https://shop.example.com", "g", "mm")
TIMES = {"date_created_gmt": "2026-03-29T01:30:00", "date_modified_gmt": "2026-10-25T01:30:00"}


def product(**facts: Any) -> WooProduct:
    return msgspec.convert(product_document.make(1, **{"name": "Tea", **TIMES, **facts}), WooProduct)


def variation(**facts: Any) -> WooVariation:
    made = variation_document.make(2, **{"colour": "Red", "price": "1.00", "manage_stock": False, **TIMES, **facts})
    return msgspec.convert(made, WooVariation)


def order(**facts: Any) -> WooOrder:
    return msgspec.convert(order_document.make(3, **{**TIMES, **facts}), WooOrder)


PRODUCTS: list[tuple[dict[str, Any], str, Any]] = [
    ({}, "price", Decimal("1.50")),
    ({"price": ""}, "price", None),
    ({"price": "0"}, "price", Decimal(0)),
    ({"price": "1234.5678"}, "price", Decimal("1234.5678")),
    ({"type": "variable", "price": "9.00"}, "price", None),
    ({"manage_stock": True, "stock_quantity": 0}, "inventory", 0),
    ({"manage_stock": True, "stock_quantity": -2}, "inventory", -2),
    ({"manage_stock": False, "stock_quantity": None}, "inventory", None),
    ({"manage_stock": True, "stock_quantity": None}, "inventory", None),
    ({"type": "variable", "manage_stock": True, "stock_quantity": 5}, "inventory", None),
    ({"sku": ""}, "sku", None),
    ({"global_unique_id": "4006381333931"}, "gtin", "4006381333931"),
    ({"status": "publish"}, "active", True),
    ({"status": "private"}, "active", False),
    ({"status": "future"}, "active", False),
    ({"type": "bundle"}, "is_kit", True),
    ({"type": "subscription"}, "is_kit", False),
    ({"name": "A &amp; B &#8211; C"}, "name", "A & B – C"),
    ({"images": []}, "image_url", None),
    ({"date_created_gmt": None}, "created_date", moment("2026-10-25T01:30:00Z")),
    ({}, "updated_date", moment("2026-10-25T01:30:00Z")),
]


@pytest.mark.parametrize(("facts", "field", "expected"), PRODUCTS)
def test_product(facts: dict[str, Any], field: str, expected: Any) -> None:
    """A wrong field here is wrong for every merchant; times without a zone are UTC, also when clocks are changed."""
    assert getattr(mapping.product_record(product(**facts), SHOP), field) == expected


def test_a_record_without_any_date_is_refused() -> None:
    with pytest.raises(UnexpectedShape):
        mapping.product_record(product(date_created_gmt=None, date_modified_gmt=None), SHOP)


def test_a_fraction_of_a_unit_is_refused() -> None:
    """Rounding would sell what is not there."""
    with pytest.raises(UnexpectedShape):
        mapping.product_record(product(manage_stock=True, stock_quantity=1.5), SHOP)


UNITS: list[tuple[str | None, str, str | None, str | None]] = [
    ("kg", "2", "2", "kg"),
    ("g", "250", "0.250", "kg"),
    ("lbs", "1.5", "1.5", "lb"),
    ("oz", "3", "3", "oz"),
    ("oz", "0", "0", "oz"),
    ("oz", "", None, None),
    ("stone", "3", None, None),
    (None, "3", None, None),
]


@pytest.mark.parametrize(("unit", "weight", "expected", "shown"), UNITS)
def test_weight(unit: str | None, weight: str, expected: str | None, shown: str | None) -> None:
    found = mapping.measurements(product(weight=weight), Shop("", unit))
    assert (found.weight, found.weight_unit) == (expected and Decimal(expected), shown)


@pytest.mark.parametrize(
    ("unit", "expected", "shown"), [("m", 200, "cm"), ("mm", Decimal("0.2"), "cm"), ("in", 2, "in"), ("yd", 72, "in")]
)
def test_length(unit: str, expected: Any, shown: str) -> None:
    found = mapping.measurements(product(dimensions={"length": "2", "width": "", "height": ""}), Shop("", None, unit))
    assert (found.length, found.width, found.unit) == (expected, None, shown)


VARIATIONS: list[tuple[dict[str, Any], str, Any]] = [
    ({}, "name", "Tea - Red"),
    ({"attributes": []}, "name", "Tea"),
    ({"manage_stock": "parent", "stock_quantity": 7}, "inventory", None),
    ({"manage_stock": True, "stock_quantity": 7}, "inventory", 7),
    ({"status": "private"}, "active", False),
    ({"image": None}, "image_url", None),
    ({}, "parent_product_id", "1"),
]


@pytest.mark.parametrize(("facts", "field", "expected"), VARIATIONS)
def test_variation(facts: dict[str, Any], field: str, expected: Any) -> None:
    assert getattr(mapping.variation_record(variation(**facts), product(type="variable"), SHOP), field) == expected


def test_a_variation_of_a_hidden_parent_cannot_be_bought() -> None:
    assert not mapping.variation_record(variation(), product(type="variable", status="draft"), SHOP).active


STATUSES = [
    ("pending", "open"),
    ("processing", "confirmed"),
    ("on-hold", "exception"),
    ("completed", "fulfilled"),
    ("refunded", "cancelled"),
    ("wc-shipped-by-plugin", "other"),
    ("", "other"),
]


@pytest.mark.parametrize(("raw", "status"), STATUSES)
def test_status(raw: str, status: str) -> None:
    """Plugins add statuses; nobody knows what they mean, so none is guessed."""
    made = mapping.order_record(order(status=raw), SHOP)
    assert (made.status, made.raw_status) == (status, raw)


LINES: list[tuple[tuple[Any, ...], str | None, str]] = [
    (((1, 12, 0, 2, "3.00", "3.00", "0.00")), "1.50", "0.00"),
    (((1, 12, 0, 3, "10.00", "9.00", "0.00")), "3.3333", "1.00"),
    (((1, 12, 0, 1, "0.00", "0.00", "0.00")), "0.00", "0.00"),
    (((1, 12, 0, 4, "0.1", "0.1", "0.00")), "0.0250", "0.0"),
]


@pytest.mark.parametrize(("line", "price", "discount"), LINES)
def test_line(line: tuple[Any, ...], price: str, discount: str) -> None:
    """Amounts are those of the shop, without the drift of floats."""
    [made] = mapping.order_record(order(line_items=[order_document.line(*line)]), SHOP).line_items
    assert (str(made.unit_price), str(made.discount)) == (price, discount)


def test_a_line_of_a_deleted_product_names_none() -> None:
    [made] = mapping.order_record(order(line_items=[order_document.line(1, 0, 0, 1, "1", "1", "0")]), SHOP).line_items
    assert (made.product_id, made.parent_product_id) == (None, None)


@pytest.mark.parametrize("value", ["", None, 7, {"a": 1}, [1], [{"tracking_number": 5}]])
def test_a_tracking_field_of_another_plugin_is_left_alone(value: Any) -> None:
    """A plugin that keeps something else there must not stop the merchant's orders."""
    meta = [{"id": 1, "key": "_wc_shipment_tracking_items", "value": value}]
    assert mapping.order_record(order(meta_data=meta), SHOP).shipments == []


ADDRESSES = [
    ("https://shop.example.com", "https://shop.example.com"),
    (" shop.example.com/ ", "https://shop.example.com"),
    ("https://example.com/shop/wp-json/wc/v3/", "https://example.com/shop"),
    ("https://example.com/wp-admin/admin.php?page=wc", "https://example.com"),
]


@pytest.mark.parametrize(("typed", "site"), ADDRESSES)
def test_store_address(typed: str, site: str) -> None:
    made = client.WooCommerceCredentials(store_url=typed, consumer_key="test-key", consumer_secret="test-secret")
    assert client.site(made) == site


def test_a_store_without_encryption_is_refused() -> None:
    """The key would be readable by anybody on the way."""
    made = client.WooCommerceCredentials(
        store_url="http://shop.example.com", consumer_key="test-key", consumer_secret="test-secret"
    )
    with pytest.raises(InvalidBody):
        client.site(made)
