"""What BigCommerce's fields mean: the usual, zero, empty, missing, unknown."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.contract.cart.orders import Order
from crossdock.contract.errors import UnexpectedShape
from crossdock.integrations.bigcommerce import mapping
from crossdock.integrations.bigcommerce.mapping import Stock
from crossdock.integrations.bigcommerce.models import (
    BigOrder,
    BigProduct,
    BigRefund,
    Location,
    Parcel,
    StockItem,
    Store,
)
from crossdock.integrations.bigcommerce.tests import seed

STORE = msgspec.convert(seed.STORE, Store)
DATES = {"date_created": "2026-03-29T01:30:00-05:00", "date_modified": "2026-10-25T01:30:00+00:00"}
MAILED = {"date_created": "Tue, 20 Nov 2012 00:00:00 +0000", "date_modified": "Wed, 21 Nov 2012 01:00:00 -0500"}
NOTHING = Stock({}, {})


def page(path: str) -> str:
    return f"https://store.example.com/manage/{path}"


def product(variants: list[dict[str, Any]] | None = None, **facts: Any) -> BigProduct:
    made = [seed.variant(5, product_id=1)] if variants is None else variants
    document = {**seed.product(1, name="Tea"), **DATES, **facts, "variants": made}
    return msgspec.json.decode(msgspec.json.encode(document), type=BigProduct)


def variant(facts: dict[str, Any], stock: Stock = NOTHING, **own: Any) -> Any:
    found = product([seed.variant(5, **{"product_id": 1, **own})], **facts)
    return mapping.variant_record(found, found.variants[0], stock, STORE, page)


def counted(levels: dict[int, tuple[int, int]], **identity: int) -> StockItem:
    places = [
        {"location_id": place, "total_inventory_onhand": there, "available_to_sell": free}
        for place, (there, free) in levels.items()
    ]
    return msgspec.convert({"identity": identity, "locations": places}, StockItem)


def order(lines: list[dict[str, Any]] | None = None, **facts: Any) -> BigOrder:
    made = seed.order(7, status_id=11, lines=[], addresses={}, payment="Cash")
    way = {**seed.BUYER, "id": 9, "shipping_method": "Express", "line_items": lines or []}
    return msgspec.convert({**made["shown"], **MAILED, "consignments": {"shipping": [way]}, **facts}, BigOrder)


def record(found: BigOrder, parcels: list[Parcel] | None = None, refunds: list[BigRefund] | None = None) -> Order:
    return mapping.order_record(found, parcels or [], refunds or [], page)


PARENTS: list[tuple[dict[str, Any], str, Any]] = [
    ({}, "id", "1"),
    ({}, "parent_product_id", "1"),
    ({"price": 9}, "price", None),
    ({"inventory_tracking": "product"}, "inventory", None),
    ({"sku": ""}, "sku", None),
    ({"upc": "036000291452"}, "gtin", "036000291452"),
    ({"gtin": "4006381333931", "upc": "036000291452"}, "gtin", "4006381333931"),
    ({"is_visible": False}, "active", False),
    ({"availability": "disabled"}, "active", False),
    ({"availability": "preorder"}, "active", True),
    ({"primary_image": None}, "image_url", None),
    ({}, "created_date", datetime(2026, 3, 29, 6, 30, tzinfo=UTC)),
    ({}, "external_system_url", "https://store.example.com/manage/products/edit/1"),
]


@pytest.mark.parametrize(("facts", "field", "expected"), PARENTS)
def test_parent(facts: dict[str, Any], field: str, expected: Any) -> None:
    """A parent with a price or stock of its own would be counted twice beside its variants."""
    assert getattr(mapping.parent_record(product(**facts), page), field) == expected


VARIANTS: list[tuple[dict[str, Any], dict[str, Any], str, Any]] = [
    ({}, {}, "id", "1-5"),
    ({}, {"calculated_price": 19.99}, "price", Decimal("19.99")),
    ({"price": 0.1}, {}, "price", Decimal("0.1")),
    ({"price": 4}, {"price": 0}, "price", Decimal(0)),
    ({"cost_price": 2.5}, {}, "unit_cost", Decimal("2.5")),
    ({"cost_price": 2.5}, {"cost_price": 0}, "unit_cost", Decimal(0)),
    ({}, {"option": ("Color", "Red")}, "name", "Tea - Red"),
    ({"sku": "TEA"}, {"sku": None}, "sku", "TEA"),
    ({"is_visible": False}, {}, "active", False),
    ({}, {"purchasing_disabled": True}, "active", False),
    ({}, {"image_url": "https://x.example.com/a.jpg"}, "image_url", "https://x.example.com/a.jpg"),
]


@pytest.mark.parametrize(("facts", "own", "field", "expected"), VARIANTS)
def test_variant(facts: dict[str, Any], own: dict[str, Any], field: str, expected: Any) -> None:
    """What a variant leaves open is the product's; a zero is not left open."""
    assert getattr(variant(facts, **own), field) == expected


BY_VARIANT = counted({1: (5, 3), 2: (0, 0)}, product_id=1, variant_id=5)
BY_PRODUCT = counted({1: (8, 8)}, product_id=1)
LEVELS: list[tuple[str, StockItem | None, int | None, dict[str, int]]] = [
    ("variant", BY_VARIANT, 5, {"1": 5, "2": 0}),
    ("product", BY_PRODUCT, 8, {"1": 8}),
    ("product", BY_VARIANT, 5, {"1": 5, "2": 0}),
    ("none", BY_VARIANT, None, {}),
    ("variant", None, None, {}),
    ("variant", counted({}, product_id=1, variant_id=5), 0, {}),
    ("variant", counted({1: (-2, -2)}, product_id=1, variant_id=5), -2, {"1": -2}),
    ("something new", BY_VARIANT, None, {}),
]


@pytest.mark.parametrize(("tracking", "item", "units", "places"), LEVELS)
def test_stock(tracking: str, item: StockItem | None, units: int | None, places: dict[str, int]) -> None:
    """What is not counted is unknown, not zero: a shop would stop selling it."""
    made = variant({"inventory_tracking": tracking}, Stock.of([item] if item else []))
    assert (made.inventory, made.inventory_by_warehouse_id) == (units, places)


def test_shared_stock_belongs_to_no_variant() -> None:
    """Shown on each of them, it would be offered several times."""
    both = [seed.variant(number, product_id=1) for number in (5, 6)]
    found = product(both, inventory_tracking="product")
    made = [mapping.variant_record(found, one, Stock.of([BY_PRODUCT]), STORE, page) for one in found.variants]
    assert [one.inventory for one in made] == [None, None]
    assert [one.additional_fields["stock_of_product"] for one in made] == [8, 8]


UNITS: list[tuple[str, Any, str | None, str | None]] = [
    ("Grams", 250, "0.250", "kg"),
    ("KGS", 1.5, "1.5", "kg"),
    ("LBS", 2, "2", "lb"),
    ("Ounces", 3, "3", "oz"),
    ("Ounces", 0, None, None),
    ("Ounces", None, None, None),
    ("Stones", 3, None, None),
    ("", 3, None, None),
]


@pytest.mark.parametrize(("unit", "weight", "expected", "shown"), UNITS)
def test_weight(unit: str, weight: Any, expected: str | None, shown: str | None) -> None:
    store = Store(id="x", weight_units=unit)
    made = product(weight=weight)
    found = mapping.measurements(made, made.variants[0], store)
    assert (found.weight, found.weight_unit) == (expected and Decimal(expected), shown)


STATUSES: list[tuple[dict[str, Any], str]] = [
    ({"status_id": 0}, "open"),
    ({"status_id": 7}, "open"),
    ({"status_id": 11}, "confirmed"),
    ({"status_id": 9}, "processing"),
    ({"status_id": 3}, "partially_fulfilled"),
    ({"status_id": 2}, "fulfilled"),
    ({"status_id": 10}, "fulfilled"),
    ({"status_id": 5}, "cancelled"),
    ({"status_id": 13}, "exception"),
    ({"status_id": 14, "items_total": 2, "items_shipped": 2}, "fulfilled"),
    ({"status_id": 14, "items_total": 2, "items_shipped": 1}, "partially_fulfilled"),
    ({"status_id": 14, "items_total": 2, "items_shipped": 0}, "confirmed"),
    ({"status_id": 14, "items_total": 0, "items_shipped": 0}, "confirmed"),
    ({"status_id": 99}, "other"),
]


@pytest.mark.parametrize(("facts", "status"), STATUSES)
def test_status(facts: dict[str, Any], status: str) -> None:
    """Stores rename the words, so only the number tells; a new number is not guessed."""
    made = record(order(**facts, status="Renamed by the store"))
    assert (made.status, made.raw_status) == (status, "Renamed by the store")


TIMES: list[tuple[str, datetime | None]] = [
    ("Tue, 20 Nov 2012 00:00:00 +0000", datetime(2012, 11, 20, tzinfo=UTC)),
    ("Thu, 20 Apr 2017 11:32:00 -0400", datetime(2017, 4, 20, 15, 32, tzinfo=UTC)),
    ("Sun, 29 Mar 2026 03:30:00 +0200", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ("Thu, 20 Apr 2017 11:32:00 -0000", datetime(2017, 4, 20, 11, 32, tzinfo=UTC)),
    ("", None),
]


@pytest.mark.parametrize(("text", "expected"), TIMES)
def test_times_of_mail(text: str, expected: datetime | None) -> None:
    assert mapping.mail_time(text) == expected


@pytest.mark.parametrize("facts", [{"date_created": ""}, {"date_created": "yesterday"}])
def test_an_order_without_a_date_is_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(UnexpectedShape):
        record(order(**facts))


def test_amounts_stay_as_they_were_sent() -> None:
    """Floats would drift, and a currency that is only shown would be billed."""
    made = record(
        order(total_inc_tax="0.3000", total_tax=0.1, discount_amount="0.1000", coupon_discount="0.2000"),
    )
    assert [str(one) for one in (made.total_price, made.total_tax, made.total_discount)] == ["0.3000", "0.1", "0.3000"]
    assert made.invoice_currency_code == "EUR"


LINES: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((1, 11, 211, 2, "4.50", "0", 9), {"product_id": "11-211", "parent_product_id": "11", "unit_price": "4.5000"}),
    ((1, 0, 0, 1, "4.50", "0", 9), {"product_id": None, "parent_product_id": None, "product_sku": None}),
    ((1, 11, 211, 3, "10.00", "5.50", 9), {"discount": "5.5000", "tax": "2.4500"}),
    ((1, 11, 211, 1, "0", "0", 9), {"unit_price": "0.0000", "discount": "0.0000", "tax": "0.0000"}),
]


@pytest.mark.parametrize(("entry", "expected"), LINES)
def test_line(entry: Any, expected: dict[str, Any]) -> None:
    [made] = record(order([seed.line(entry, 7)])).line_items
    found = {name: getattr(made, name) for name in expected}
    assert {name: str(value) if isinstance(value, Decimal) else value for name, value in found.items()} == expected


PARCELS: list[tuple[dict[str, Any], str, Any]] = [
    ({"shipping_provider": "ups", "shipping_provider_display_name": "UPS"}, "carrier_name", "UPS"),
    ({"tracking_carrier": "dhl-germany"}, "carrier_name", "dhl-germany"),
    ({"shipping_provider": "carrier_1234567"}, "carrier_name", "carrier_1234567"),
    ({}, "carrier_name", None),
    (
        {"tracking_link": "", "generated_tracking_link": "https://t.example.com"},
        "tracking_url",
        "https://t.example.com",
    ),
    ({"tracking_number": ""}, "tracking_number", None),
    ({}, "shipped_date", datetime(2012, 11, 20, tzinfo=UTC)),
]


@pytest.mark.parametrize(("facts", "field", "expected"), PARCELS)
def test_parcel(facts: dict[str, Any], field: str, expected: Any) -> None:
    parcel = msgspec.convert({"id": 3, "date_created": MAILED["date_created"], **facts}, Parcel)
    [made] = record(order(), [parcel]).shipments
    assert getattr(made, field) == expected


def test_a_parcel_names_the_lines_inside() -> None:
    """A line that left the order since is still named by its id."""
    items = [{"order_product_id": 1, "quantity": 2}, {"order_product_id": 4, "quantity": 1}]
    parcel = msgspec.convert({"id": 3, "date_created": MAILED["date_created"], "items": items}, Parcel)
    [made] = record(order([seed.line((1, 11, 211, 2, "4.50", "0", 9), 7)]), [parcel]).shipments
    shown = [(line.line_item_id, line.product_id, line.quantity) for line in made.line_items]
    assert shown == [("1", "11-211", 2), ("4", None, 1)]


def test_refunds_are_added_up() -> None:
    """The order itself says that nothing was paid back."""
    refunds = [
        msgspec.convert({"id": n, "order_id": 7, "created": "", "total_amount": amount}, BigRefund)
        for n, amount in ((1, 0.1), (2, 0.2))
    ]
    assert record(order(), [], refunds).additional_fields["amount_refunded"] == Decimal("0.3")
    assert record(order()).additional_fields["amount_refunded"] == 0


def test_gift_certificates_and_downloads_are_lines_too() -> None:
    ways = {
        "shipping": [],
        "pickups": [{"line_items": [seed.line((3, 11, 211, 1, "1", "0", 0), 7)]}],
        "downloads": [{"line_items": [seed.line((2, 0, 0, 1, "1", "0", 0), 7)]}],
        "email": {"gift_certificates": [{"line_items": [seed.line((1, 0, 0, 1, "1", "0", 0), 7)]}]},
    }
    made = record(order(consignments=ways))
    assert [line.line_item_id for line in made.line_items] == ["1", "2", "3"]
    assert made.requested_shipping_method is None
    assert made.ship_to_address.address1 is None


def test_a_location_without_an_address() -> None:
    made = mapping.warehouse_record(
        Location(id=1, enabled=False, created_at="2026-01-05T08:00:00Z", updated_at="2026-01-05T09:00:00+01:00"), page
    )
    assert (made.active, made.address.city, made.updated_date) == (False, None, datetime(2026, 1, 5, 8, tzinfo=UTC))


@pytest.mark.parametrize("text", ["", "-", "7-", "-7", "a", "7-8-9", "\u0667", "7 8"])
def test_what_is_no_id(text: str) -> None:
    assert mapping.identity_of(text) is None
