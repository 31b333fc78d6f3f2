"""Vendure's shapes as cart records."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from crossdock.contract.records import encode_record
from crossdock.integrations.vendure import mapping
from crossdock.integrations.vendure.models import Shop, VendureProduct, VendureStockLocation, VendureVariant

SHOP = {
    "globalSettings": {"trackInventory": True, "serverConfig": {"moneyStrategyPrecision": 2}},
    "activeChannel": {"code": "__default_channel__", "defaultCurrencyCode": "USD", "pricesIncludeTax": False},
}
PRODUCT = {
    "id": "1",
    "createdAt": "2026-01-01T00:00:00.000Z",
    "updatedAt": "2026-01-02T00:00:00.900Z",
    "enabled": True,
    "name": "Café-Kanne ☕",
    "slug": "cafe-kanne",
    "featuredAsset": {"preview": "https://shop.example.com/assets/kanne.jpg"},
    "facetValues": [{"code": "emberline", "facet": {"code": "brand"}}],
    "collections": [],
}
VARIANT = {
    "id": "1",
    "createdAt": "2026-01-01T00:00:00.000Z",
    "updatedAt": "2026-01-03T10:00:00.999Z",
    "enabled": True,
    "sku": "KANNE-L",
    "name": "Café-Kanne ☕ L",
    "currencyCode": "USD",
    "prices": [{"currencyCode": "USD", "price": 4500}],
    "trackInventory": "TRUE",
    "featuredAsset": None,
    "facetValues": [],
    "options": [],
    "stockLevels": [],
}


def shop(track: bool = True, digits: int = 2) -> Shop:
    settings = {"trackInventory": track, "serverConfig": {"moneyStrategyPrecision": digits}}
    return msgspec.convert(SHOP | {"globalSettings": settings}, Shop)


def product(**changes: Any) -> VendureProduct:
    return msgspec.convert(PRODUCT | changes, VendureProduct)


def variant(**changes: Any) -> VendureVariant:
    return msgspec.convert(VARIANT | changes, VendureVariant)


def level(location: str, on_hand: int, updated_at: str = "2026-01-01T00:00:00Z") -> dict[str, Any]:
    return {"stockLocationId": location, "stockOnHand": on_hand, "stockAllocated": 1, "updatedAt": updated_at}


def test_a_product_and_its_variant_never_share_an_id() -> None:
    """Vendure gives both the id 1; one would overwrite the other."""
    parent = mapping.parent_record(product())
    child = mapping.variant_record(variant(), product(), shop())
    assert (parent.id, parent.parent_product_id) == ("product-1", "product-1")
    assert (child.id, child.parent_product_id) == ("1", "product-1")
    assert mapping.is_parent(parent.id)
    assert not mapping.is_parent(child.id)


@pytest.mark.parametrize(
    ("prices", "digits", "expected"),
    [
        ([("USD", 4500)], 2, b"45.00"),
        ([("USD", 0)], 2, b"0.00"),
        ([("USD", 1999)], 3, b"1.999"),
        ([("USD", 1)], 0, b"1"),
        ([("USD", 10**12)], 2, b"10000000000.00"),
        ([("USD", 1)], 8, b"0.00000001"),
        ([("EUR", 100), ("USD", 200)], 2, b"2.00"),
        ([("EUR", 100)], 2, b"null"),
        ([], 2, b"null"),
    ],
)
def test_prices_keep_every_digit(prices: list[tuple[str, int]], digits: int, expected: bytes) -> None:
    """An amount that drifted by a cent, or stood in the wrong currency, would be sold at."""
    entered = [{"currencyCode": currency, "price": amount} for currency, amount in prices]
    record = mapping.variant_record(variant(prices=entered), product(), shop(digits=digits))
    assert b'"price":%b,' % expected in encode_record(record)


@pytest.mark.parametrize(
    ("flag", "shop_tracks", "levels", "total", "by_warehouse"),
    [
        ("TRUE", False, [level("1", 12), level("2", 4)], 16, {"1": 12, "2": 4}),
        ("TRUE", True, [level("2", 0), level("1", 0)], 0, {"1": 0, "2": 0}),
        ("TRUE", True, [level("1", -2)], -2, {"1": -2}),
        ("TRUE", True, [], 0, {}),
        ("INHERIT", True, [level("1", 5)], 5, {"1": 5}),
        ("INHERIT", False, [level("1", 5)], None, {}),
        ("FALSE", True, [level("1", 5)], None, {}),
    ],
)
def test_stock_is_stated_only_where_vendure_counts_it(
    flag: str, shop_tracks: bool, levels: list[dict[str, Any]], total: int | None, by_warehouse: dict[str, int]
) -> None:
    """A gift card without stock is not sold out, and a counted variant with none is."""
    record = mapping.variant_record(variant(trackInventory=flag, stockLevels=levels), product(), shop(shop_tracks))
    assert record.inventory == total
    assert list(record.inventory_by_warehouse_id.items()) == list(by_warehouse.items())
    assert record.additional_fields["track_inventory"] is (total is not None)


@pytest.mark.parametrize(
    ("collections", "expected"),
    [
        ([], []),
        ([["root"]], []),
        ([["root", "Outdoor"], ["root", "Outdoor", "Footwear"]], ["Outdoor", "Footwear"]),
        ([["root", "Wool"], ["root", "Outdoor"]], ["Outdoor"]),
        ([["root", "Outdoor"], ["root", "Wool"]], ["Outdoor"]),
    ],
)
def test_categories_are_the_deepest_path_and_do_not_depend_on_order(
    collections: list[list[str]], expected: list[str]
) -> None:
    """Vendure promises no order; a path that flipped at every sync would be an event each time."""
    found = [{"breadcrumbs": [{"name": name} for name in path]} for path in collections]
    assert mapping.parent_record(product(collections=found)).categories == expected


def test_tags_come_from_product_and_variant_once_each() -> None:
    own = [{"code": "large", "facet": {"code": "size"}}, {"code": "emberline", "facet": {"code": "brand"}}]
    record = mapping.variant_record(variant(facetValues=own), product(), shop())
    assert record.tags == ["brand:emberline", "size:large"]


@pytest.mark.parametrize(
    ("product_enabled", "variant_enabled", "active"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_a_variant_of_a_disabled_product_cannot_be_bought(
    product_enabled: bool, variant_enabled: bool, active: bool
) -> None:
    record = mapping.variant_record(variant(enabled=variant_enabled), product(enabled=product_enabled), shop())
    assert record.active is active


def test_an_order_moves_the_time_of_a_variant() -> None:
    """Vendure moves only the level's own time; who pulls by updated_date would miss every sale."""
    levels = [level("1", 3, "2026-02-01T12:00:00.500Z"), level("2", 3, "2026-01-05T00:00:00Z")]
    record = mapping.variant_record(variant(stockLevels=levels), product(), shop())
    assert b'"updated_date":"2026-02-01T12:00:00Z"' in encode_record(record)
    untouched = mapping.variant_record(variant(), product(), shop())
    assert b'"updated_date":"2026-01-03T10:00:00Z"' in encode_record(untouched)


def test_times_in_another_zone_become_utc() -> None:
    record = mapping.parent_record(product(createdAt="2026-01-01T01:30:00+02:00"))
    assert b'"created_date":"2025-12-31T23:30:00Z"' in encode_record(record)


def test_a_variant_without_a_picture_shows_that_of_its_product() -> None:
    assert mapping.variant_record(variant(), product(), shop()).image_url == PRODUCT["featuredAsset"]["preview"]  # type: ignore[index]
    own = {"preview": "https://shop.example.com/assets/l.jpg"}
    assert mapping.variant_record(variant(featuredAsset=own), product(), shop()).image_url == own["preview"]
    assert mapping.variant_record(variant(), product(featuredAsset=None), shop()).image_url is None


def test_an_empty_sku_is_none() -> None:
    assert mapping.variant_record(variant(sku=""), product(), shop()).sku is None


@pytest.mark.parametrize(("description", "extra"), [("", {}), ("By the river", {"description": "By the river"})])
def test_a_stock_location_is_a_warehouse(description: str, extra: dict[str, str]) -> None:
    found = {"id": "2", "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z", "name": "West"}
    location = msgspec.convert(found | {"description": description}, VendureStockLocation)
    record = mapping.warehouse_record(location)
    assert (record.id, record.name, record.active, record.additional_fields) == ("2", "West", True, extra)
