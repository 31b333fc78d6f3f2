"""What Shopify's fields mean: the usual, zero, empty, missing, unknown, other zones."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.contract.errors import InvalidBody, UnexpectedShape
from crossdock.integrations.kit.mapping import moment
from crossdock.integrations.shopify import client, mapping
from crossdock.integrations.shopify.models import ShopifyOrder, ShopifyProduct, ShopifyVariant

SHOP = "tea"
TIMES = {"createdAt": "2026-03-29T01:30:00+02:00", "updatedAt": "2026-10-25T01:30:00-05:00"}
PRODUCT: dict[str, Any] = {
    "id": "gid://shopify/Product/7",
    "title": "Tea",
    "handle": "tea",
    "status": "ACTIVE",
    "tags": [],
    "productType": "",
    "vendor": "",
    "featuredMedia": None,
    **TIMES,
}
ITEM: dict[str, Any] = {
    "id": "gid://shopify/InventoryItem/9",
    "tracked": True,
    "updatedAt": TIMES["updatedAt"],
    "unitCost": None,
    "measurement": {"weight": None},
    "inventoryLevels": {"nodes": []},
}
VARIANT: dict[str, Any] = {
    "id": "gid://shopify/ProductVariant/8",
    "title": "Red",
    "sku": "T-R",
    "barcode": None,
    "price": "1.50",
    "compareAtPrice": None,
    "inventoryPolicy": "DENY",
    "requiresComponents": False,
    "media": {"nodes": []},
    "selectedOptions": [],
    "product": {"id": PRODUCT["id"]},
    "inventoryItem": ITEM,
    **TIMES,
}


def bag(amount: str) -> dict[str, Any]:
    return {"shopMoney": {"amount": amount}}


ORDER: dict[str, Any] = {
    "id": "gid://shopify/Order/5",
    "name": "#5",
    "cancelledAt": None,
    "email": None,
    "phone": None,
    "note": None,
    "tags": [],
    "currencyCode": "JPY",
    "displayFulfillmentStatus": "UNFULFILLED",
    "displayFinancialStatus": "PENDING",
    "totalPriceSet": bag("1000"),
    "totalTaxSet": None,
    "totalDiscountsSet": None,
    "totalShippingPriceSet": bag("0.0"),
    "totalRefundedSet": bag("0"),
    "shippingAddress": None,
    "billingAddress": None,
    "shippingLine": None,
    "lineItems": {"nodes": []},
    "fulfillments": [],
    "fulfillmentsCount": None,
    "fulfillmentOrders": {"nodes": []},
    **TIMES,
}


def level(place: int, available: int, at: str = "2026-11-01T00:00:00Z") -> dict[str, Any]:
    quantities = [{"name": "available", "quantity": available}, {"name": "on_hand", "quantity": available + 1}]
    return {"updatedAt": at, "location": {"id": f"gid://shopify/Location/{place}"}, "quantities": quantities}


def variant_record(item: dict[str, Any] | None = None, **facts: Any) -> Any:
    made = msgspec.convert({**VARIANT, **facts, "inventoryItem": {**ITEM, **(item or {})}}, ShopifyVariant)
    product = msgspec.convert(PRODUCT, ShopifyProduct)
    return mapping.variant_record(made, product, SHOP, made.inventory_item.inventory_levels.nodes)


VARIANTS: list[tuple[dict[str, Any], str, Any]] = [
    ({}, "name", "Tea - Red"),
    ({"title": "Default Title"}, "name", "Tea"),
    ({"price": "0.00"}, "price", Decimal("0.00")),
    ({"price": "1234.5"}, "price", Decimal("1234.5")),
    ({"sku": ""}, "sku", None),
    ({"sku": None}, "sku", None),
    ({"barcode": "4006381333931"}, "gtin", "4006381333931"),
    ({"requiresComponents": True}, "is_kit", True),
    ({"item": {"tracked": False, "inventoryLevels": {"nodes": [level(1, 4)]}}}, "inventory", None),
    ({"item": {"tracked": False, "inventoryLevels": {"nodes": [level(1, 4)]}}}, "inventory_by_warehouse_id", {}),
    ({"item": {"inventoryLevels": {"nodes": [level(2, 4), level(1, -1)]}}}, "inventory", 3),
    ({"item": {"inventoryLevels": {"nodes": [level(2, 0)]}}}, "inventory_by_warehouse_id", {"2": 0}),
    ({"item": {"inventoryLevels": {"nodes": []}}}, "inventory", 0),
    ({"item": {"inventoryLevels": {"nodes": [level(1, 4)]}}}, "updated_date", moment("2026-11-01T00:00:00Z")),
    ({}, "updated_date", moment("2026-10-25T06:30:00Z")),
    ({}, "created_date", moment("2026-03-28T23:30:00Z")),
    ({"item": {"unitCost": {"amount": "4.25"}}}, "unit_cost", Decimal("4.25")),
]


@pytest.mark.parametrize(("facts", "field", "expected"), VARIANTS)
def test_variant(facts: dict[str, Any], field: str, expected: Any) -> None:
    """A wrong field here is wrong for every merchant."""
    assert getattr(variant_record(**facts), field) == expected


WEIGHTS = [
    ("KILOGRAMS", 2, ("2", "kg")),
    ("GRAMS", 250.0, ("0.2500", "kg")),
    ("POUNDS", 1.5, ("1.5", "lb")),
    ("OUNCES", 3, ("3", "oz")),
    ("GRAMS", 0, (None, None)),
    ("STONES", 3, (None, None)),
]


@pytest.mark.parametrize(("unit", "value", "expected"), WEIGHTS)
def test_weight(unit: str, value: float, expected: tuple[str | None, str | None]) -> None:
    found = variant_record(item={"measurement": {"weight": {"unit": unit, "value": value}}}).measurements
    weight = None if expected[0] is None else Decimal(expected[0])
    assert (found.weight, found.weight_unit) == (weight, expected[1])


STATUSES = [
    ("UNFULFILLED", "PENDING", None, "open"),
    ("UNFULFILLED", "PAID", None, "confirmed"),
    ("UNFULFILLED", None, None, "open"),
    ("IN_PROGRESS", "PAID", None, "processing"),
    ("PARTIALLY_FULFILLED", "PAID", None, "partially_fulfilled"),
    ("FULFILLED", "REFUNDED", None, "fulfilled"),
    ("ON_HOLD", "PAID", None, "exception"),
    ("RESTOCKED", "REFUNDED", None, "cancelled"),
    ("UNFULFILLED", "VOIDED", "2026-11-01T00:00:00Z", "cancelled"),
    ("TELEPORTED", "PAID", None, "other"),
]


@pytest.mark.parametrize(("raw", "financial", "cancelled", "status"), STATUSES)
def test_status(raw: str, financial: str | None, cancelled: str | None, status: str) -> None:
    facts = {"displayFulfillmentStatus": raw, "displayFinancialStatus": financial, "cancelledAt": cancelled}
    made = mapping.order_record(msgspec.convert({**ORDER, **facts}, ShopifyOrder), SHOP)
    assert (made.status, made.raw_status) == (status, raw)


def test_an_order_without_addresses_and_taxes() -> None:
    """Orders of a till have neither; a currency without cents keeps none."""
    made = mapping.order_record(msgspec.convert(ORDER, ShopifyOrder), SHOP)
    assert (made.total_tax, made.total_discount, made.ship_to_address.full_name) == (None, None, None)
    assert str(made.total_price) == "1000"
    assert made.external_system_url == "https://admin.shopify.com/store/tea/orders/5"


@pytest.mark.parametrize("value", ["", "7", "gid://shopify/Order/", "gid://shopify/Order/x"])
def test_something_else_than_a_global_id(value: str) -> None:
    if value == "7":
        assert mapping.number(value) == "7"
        return
    with pytest.raises(UnexpectedShape):
        mapping.number(value)


@pytest.mark.parametrize(
    "typed", ["tea", "tea.myshopify.com", " https://Tea.myshopify.com/admin ", "https://admin.shopify.com/store/tea/x"]
)
def test_shop_as_a_person_types_it(typed: str) -> None:
    assert client.shop_of(client.ShopifyCredentials(shop=typed, access_token="test-token")) == "tea"


@pytest.mark.parametrize("typed", ["", "tea.example.com", "evil.example/?x=.myshopify.com", "a b"])
def test_a_shop_elsewhere_is_refused(typed: str) -> None:
    """The token would be sent to whoever answers there."""
    with pytest.raises(InvalidBody):
        client.shop_of(client.ShopifyCredentials(shop=typed, access_token="test-token"))
