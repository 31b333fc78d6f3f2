"""What Amazon's fields mean: the usual, zero, empty, missing, unknown, other zones."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.integrations.amazon import mapping, order_mapping
from crossdock.integrations.amazon.client import MARKETPLACES
from crossdock.integrations.amazon.models import AmazonOrder, Listing, Package, StockSummary, SupplySource
from crossdock.integrations.amazon.tests import seed
from crossdock.integrations.kit.mapping import NO_DATE, moment

US = MARKETPLACES["US"]
AT = "2026-03-29T01:30:00Z"
CANADA = "A2EUQ1WTGCTBG2"


def read(kind: Any, value: Any) -> Any:
    """A shape as it comes through JSON."""
    return msgspec.json.decode(msgspec.json.encode(value), type=kind)


def listing(**facts: Any) -> dict[str, Any]:
    made = seed.listing("TEA", "Tea", AT, stock={"DEFAULT": 4}, offers=(seed.offer("1.50"),))
    return {**made, **facts}


def summary(**facts: Any) -> dict[str, Any]:
    return {"summaries": [{**listing()["summaries"][0], **facts}]}


def channel(code: str, **units: int) -> dict[str, Any]:
    return {"fulfillmentAvailability": [{"fulfillmentChannelCode": code, **units}]}


def attribute(name: str, value: Any) -> dict[str, Any]:
    return {"attributes": {name: value}}


def family(**links: Any) -> dict[str, Any]:
    return {"relationships": [{"marketplaceId": US.id, "relationships": [{"type": "VARIATION", **links}]}]}


ELSEWHERE = [{**seed.offer("9.00"), "marketplaceId": CANADA}]
FOR_A_GROUP = [
    {**seed.offer("1.00"), "audience": {"value": "PRIME"}},
    {**seed.offer("2.00"), "audience": {"value": "ALL"}},
]
PRODUCTS: list[tuple[dict[str, Any], str, Any]] = [
    ({}, "price", Decimal("1.50")),
    ({"offers": []}, "price", None),
    ({"offers": [seed.offer("0")]}, "price", Decimal(0)),
    ({"offers": [seed.offer("1234.5678")]}, "price", Decimal("1234.5678")),
    ({"offers": [seed.offer("5.00", "B2B")]}, "price", None),
    ({"offers": ELSEWHERE}, "price", None),
    ({"offers": FOR_A_GROUP}, "price", Decimal("2.00")),
    (family(childSkus=["A"]), "price", None),
    (family(childSkus=["A"]), "inventory", None),
    (family(parentSkus=["P"]), "parent_product_id", "P"),
    ({"relationships": []}, "parent_product_id", "TEA"),
    ({}, "inventory", 4),
    (channel("DEFAULT", quantity=0), "inventory", 0),
    (channel("DEFAULT"), "inventory", None),
    ({"fulfillmentAvailability": []}, "inventory", None),
    (channel("AMAZON_NA"), "inventory", None),
    (channel("AMAZON_NA"), "inventory_by_warehouse_id", {}),
    (summary(status=["DISCOVERABLE"]), "active", False),
    (summary(status=[]), "active", False),
    (summary(status=["BUYABLE"]), "active", True),
    ({"summaries": []}, "active", False),
    ({"summaries": []}, "updated_date", NO_DATE),
    ({"summaries": [], "attributes": {}}, "name", "TEA"),
    ({"summaries": [], **attribute("item_name", seed.value("Black tea"))}, "name", "Black tea"),
    ({"summaries": [], **attribute("item_name", "of another shape")}, "name", "TEA"),
    (summary(lastUpdatedDate="2026-10-25T01:30:00.123-07:00"), "updated_date", moment("2026-10-25T08:30:00Z")),
    (summary(marketplaceId=CANADA), "external_system_url", None),
    ({}, "external_system_url", "https://www.amazon.com/dp/B0TEA00001"),
    (attribute("externally_assigned_product_identifier", seed.value("0123", type="upc")), "gtin", "0123"),
    (attribute("externally_assigned_product_identifier", seed.value("x", type="asin")), "gtin", None),
    ({}, "gtin", None),
    (summary(productType=""), "categories", []),
]


@pytest.mark.parametrize(("facts", "field", "expected"), PRODUCTS)
def test_product(facts: dict[str, Any], field: str, expected: Any) -> None:
    """A wrong field here is wrong for every seller."""
    assert getattr(mapping.product_record(read(Listing, listing(**facts)), None, US), field) == expected


def test_stock_that_amazon_holds_counts_what_can_be_sold() -> None:
    """What is on its way, reserved or broken cannot be sold, and is told beside."""
    found = read(Listing, listing(**channel("AMAZON_NA")))
    made = mapping.product_record(found, read(StockSummary, seed.held("TEA", AT, 7)), US)
    assert (made.inventory, made.inventory_by_warehouse_id) == (7, {"AMAZON_NA": 7})
    assert made.additional_fields["fba"] == {"fulfillable": 7, "reserved": 2, "unfulfillable": 1, "inbound": 15}


WEIGHTS: list[tuple[Any, Decimal | None, str | None]] = [
    (seed.value(8.8, unit="ounces"), Decimal("8.8"), "oz"),
    (seed.value(250, unit="grams"), Decimal("0.250"), "kg"),
    (seed.value(0, unit="pounds"), Decimal(0), "lb"),
    (seed.value(3, unit="stones"), None, None),
    (seed.value("heavy", unit="pounds"), None, None),
    ([], None, None),
    ([{"value": 1, "unit": "kilograms", "marketplace_id": CANADA}], None, None),
    ([{"value": 1, "unit": "kilograms"}], Decimal(1), "kg"),
]


@pytest.mark.parametrize(("value", "expected", "unit"), WEIGHTS)
def test_weight(value: Any, expected: Decimal | None, unit: str | None) -> None:
    found = mapping.measurements(read(Listing, listing(**attribute("item_package_weight", value))), US)
    assert (found.weight, found.weight_unit) == (expected, unit)


SIZES: list[tuple[dict[str, Any], Any, str | None]] = [
    ({"length": seed.side(7.5), "width": seed.side(3)}, (Decimal("7.5"), Decimal(3), None), "in"),
    ({"length": seed.side(2, "feet")}, (Decimal(24), None, None), "in"),
    ({"length": seed.side(5, "millimeters")}, (Decimal("0.5"), None, None), "cm"),
    ({"length": seed.side(5, "cubits")}, (None, None, None), None),
    ({"length": seed.side(5), "width": seed.side(5, "centimeters")}, (None, None, None), None),
]


@pytest.mark.parametrize(("sides", "expected", "unit"), SIZES)
def test_size(sides: dict[str, Any], expected: Any, unit: str | None) -> None:
    found = mapping.measurements(read(Listing, listing(**attribute("item_dimensions", [sides]))), US)
    assert ((found.length, found.width, found.height), found.unit) == (expected, unit)


def test_the_package_counts_before_the_item() -> None:
    """Whoever ships it pays for the package."""
    both = {"item_weight": seed.value(1, unit="pounds"), "item_package_weight": seed.value(2, unit="pounds")}
    assert mapping.measurements(read(Listing, listing(attributes=both)), US).weight == 2


PLACES: list[tuple[dict[str, Any], str, Any]] = [
    ({"status": "Active"}, "active", True),
    ({"status": "Inactive"}, "active", False),
    ({"status": "Archived"}, "active", False),
    ({}, "active", True),
    ({}, "name", None),
    ({}, "created_date", NO_DATE),
    ({"createdAt": "2026-01-01T01:00:00+02:00"}, "created_date", moment("2025-12-31T23:00:00Z")),
]


@pytest.mark.parametrize(("facts", "field", "expected"), PLACES)
def test_place(facts: dict[str, Any], field: str, expected: Any) -> None:
    made = mapping.warehouse_record(read(SupplySource, {"supplySourceId": "s", **facts}))
    assert getattr(made, field) == expected


def status(name: str) -> dict[str, Any]:
    return {"fulfillment": {"fulfillmentStatus": name}}


def proceeds(*parts: tuple[str, str]) -> dict[str, Any]:
    return {"proceeds": {"breakdowns": [seed.part(*item) for item in parts]}}


ORDERS: list[tuple[dict[str, Any], str, Any]] = [
    (status("PENDING_AVAILABILITY"), "status", "open"),
    (status("PENDING"), "status", "open"),
    (status("UNSHIPPED"), "status", "confirmed"),
    (status("PARTIALLY_SHIPPED"), "status", "partially_fulfilled"),
    (status("SHIPPED"), "status", "fulfilled"),
    (status("CANCELLED"), "status", "cancelled"),
    (status("UNFULFILLABLE"), "status", "exception"),
    (status("NEW_WORD"), "status", "other"),
    (status("NEW_WORD"), "raw_status", "NEW_WORD"),
    ({"fulfillment": None}, "status", "other"),
    ({}, "total_price", None),
    ({}, "invoice_currency_code", "USD"),
    ({"proceeds": {"grandTotal": seed.usd("0.00")}}, "total_price", Decimal("0.00")),
    (proceeds(("TAX", "1.10"), ("TAX", "0.05")), "total_tax", Decimal("1.15")),
    (proceeds(("ITEM", "3.00")), "total_tax", None),
    (proceeds(("DISCOUNT", "-2.00")), "total_discount", Decimal("2.00")),
    (proceeds(("DISCOUNT", "2.00")), "total_discount", Decimal("2.00")),
    (proceeds(("SHIPPING", "0")), "total_shipping", Decimal(0)),
    ({"createdTime": "2026-10-25T01:30:00.5+02:00"}, "created_date", moment("2026-10-24T23:30:00Z")),
    ({"fulfillment": {"fulfillmentStatus": "PENDING"}}, "latest_ship_date", None),
    ({}, "external_system_url", "https://sellercentral.amazon.com/orders-v3/order/902-1"),
]


@pytest.mark.parametrize(("facts", "field", "expected"), ORDERS)
def test_order(facts: dict[str, Any], field: str, expected: Any) -> None:
    """A wrong status ships what was cancelled; a wrong amount is a wrong invoice."""
    cleaned = {name: value for name, value in facts.items() if value is not None}
    made = seed.order("902-1", "UNSHIPPED", AT, (seed.item("1", "TEA", 2, "1.50"),)) | cleaned
    if "fulfillment" in facts and facts["fulfillment"] is None:
        del made["fulfillment"]
    assert getattr(order_mapping.order_record(read(AmazonOrder, made), US), field) == expected


def test_an_order_without_buyer_is_still_an_order() -> None:
    """An application that may not see buyers gets orders all the same."""
    made = seed.order("902-1", "UNSHIPPED", AT, (seed.item("1", "", 1, "1.50"),))
    del made["buyer"], made["recipient"]
    found = order_mapping.order_record(read(AmazonOrder, made), US)
    assert found.ship_to_address.full_name is None
    assert found.line_items[0].product_id is None


PARCELS = [
    ("PENDING", "open"),
    ("IN_TRANSIT", "shipped"),
    ("SHIPPED", "shipped"),
    ("DELIVERED", "shipped"),
    ("CANCELLED", "cancelled"),
    ("UNDELIVERABLE", "other"),
]


@pytest.mark.parametrize(("word", "expected"), PARCELS)
def test_parcel(word: str, expected: str) -> None:
    sent = {
        "packageReferenceId": "1",
        "packageStatus": {"status": word},
        "packageItems": [{"orderItemId": "1", "quantity": 2}, {"orderItemId": "gone", "quantity": 1}],
    }
    whole = read(AmazonOrder, seed.order("902-1", "SHIPPED", AT, (seed.item("1", "TEA", 2, "1.50"),)))
    made = order_mapping.shipment(read(Package, sent), whole)
    assert (made.status, made.raw_status, made.shipped_date) == (expected, word, None)
    assert [line.product_id for line in made.line_items] == ["TEA", None]
