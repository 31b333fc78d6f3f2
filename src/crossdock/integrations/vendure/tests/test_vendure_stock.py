"""The rules of changing stock in a system that can only set it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from crossdock.contract.cart.products import BatchAdjustInventoryLine
from crossdock.contract.errors import InvalidBody, UnexpectedShape, VendorRejected
from crossdock.integrations.vendure import stock
from crossdock.integrations.vendure.models import AdjustedVariant, LedgerOfVariant, Shop, StockAdjustments

LATER = "2026-01-01T00:00:00Z"


def ledger(on_hand: int | None, adjustments: list[int], total: int | None = None) -> dict[str, Any]:
    levels = [] if on_hand is None else [("1", on_hand), ("2", 99)]
    return {
        "stockLevels": [
            {"stockLocationId": place, "stockOnHand": units, "stockAllocated": 0, "updatedAt": LATER}
            for place, units in levels
        ],
        "stockMovements": {
            "totalItems": len(adjustments) if total is None else total,
            "items": [{"id": str(at), "quantity": units} for at, units in enumerate(adjustments)],
        },
    }


@pytest.mark.parametrize(
    ("before", "after", "target", "applied"),
    [
        pytest.param(ledger(10, []), ledger(13, [3]), 13, 3, id="nobody else"),
        pytest.param(ledger(None, []), ledger(3, [3]), 3, 3, id="first stock at the location"),
        pytest.param(ledger(8, []), ledger(13, [5]), 13, 5, id="a sale of two since the reading"),
        pytest.param(ledger(13, [3]), ledger(13, [3]), 13, 0, id="another added the same three just before"),
        pytest.param(ledger(10, []), ledger(8, []), 8, 0, id="a sale of two in the same instant"),
        pytest.param(ledger(10, []), ledger(13, [4]), 13, 4, id="a sale of one in the same instant"),
        pytest.param(ledger(10, [1]), ledger(13, [1, 7, 3]), 13, 3, id="another location adjusted in the same instant"),
        pytest.param(ledger(10, [], 40), ledger(13, [], 41), 13, 3, id="a ledger that is not in order"),
    ],
)
def test_the_ledger_tells_what_a_set_level_changed(
    before: dict[str, Any], after: dict[str, Any], target: int, applied: int
) -> None:
    """Units sold between reading and writing would come back as stock that does not exist."""
    earlier = msgspec.convert(before, LedgerOfVariant)
    later = msgspec.convert(after["stockMovements"], StockAdjustments)
    assert stock.applied_units(earlier, later, "1", target) == applied


def test_a_ledger_that_cannot_be_explained_is_not_guessed_at() -> None:
    earlier = msgspec.convert(ledger(10, []), LedgerOfVariant)
    later = msgspec.convert(ledger(13, [9, 8])["stockMovements"], StockAdjustments)
    with pytest.raises(UnexpectedShape, match="check the stock there"):
        stock.applied_units(earlier, later, "1", 13)


@pytest.mark.parametrize(("on_hand", "units", "level"), [(10, 3, 13), (10, -10, 0), (0, 0, 0), (-4, 5, 1)])
def test_shifted(on_hand: int, units: int, level: int) -> None:
    assert stock.shifted(on_hand, units) == level


@pytest.mark.parametrize(("on_hand", "units"), [(10, -11), (0, -1), (stock.MOST_UNITS, 1)])
def test_no_level_below_zero_or_beyond_what_vendure_holds(on_hand: int, units: int) -> None:
    with pytest.raises(InvalidBody):
        stock.shifted(on_hand, units)


def test_a_shift_mends_what_others_moved() -> None:
    shift = stock.Shift(3)
    assert shift.target(10) == 13
    shift.applied += 5  # two were sold meanwhile, so setting 13 added five
    assert shift.target(13) == 11
    shift.applied -= 2
    assert shift.applied == shift.units
    assert shift.refusal is None


def test_a_shift_that_became_impossible_puts_back_what_it_took() -> None:
    """Stock would stay wrong although the caller was told that nothing happened."""
    shift = stock.Shift(-5)
    assert shift.target(10) == 5
    shift.applied += 3  # eight were sold meanwhile, so setting 5 added three to the two that were left
    assert shift.target(5) == 2
    assert shift.refusal is not None
    assert shift.refusal.violations == {"json": {"quantity": ["Only 2 on hand; stock cannot go below zero."]}}
    assert shift.target(4) == 1  # and goes on putting back when stock moves again


def variant(identifier: str, track: str = "TRUE") -> AdjustedVariant:
    product = {
        "id": "1",
        "createdAt": LATER,
        "updatedAt": LATER,
        "enabled": True,
        "name": "Boot",
        "slug": "boot",
        "featuredAsset": None,
        "facetValues": [],
        "collections": [],
    }
    found = {
        **{key: product[key] for key in ("createdAt", "updatedAt", "enabled", "name", "featuredAsset", "facetValues")},
        "id": identifier,
        "sku": identifier,
        "currencyCode": "USD",
        "prices": [],
        "trackInventory": track,
        "options": [],
        "product": product,
        **ledger(1, []),
    }
    return msgspec.convert(found, AdjustedVariant)


def room(*variants: AdjustedVariant, locations: int = 2) -> stock.StockRoom:
    shop = {
        "globalSettings": {"trackInventory": False, "serverConfig": {"moneyStrategyPrecision": 2}},
        "activeChannel": {"code": "a", "defaultCurrencyCode": "USD", "pricesIncludeTax": False},
    }
    names = {str(number): f"Place {number}" for number in range(1, locations + 1)}
    return stock.StockRoom(msgspec.convert(shop, Shop), {item.id: item for item in variants}, names)


def test_the_only_location_need_not_be_named() -> None:
    assert room(locations=1).location(UNSET) == "1"
    assert room(locations=1).location("1") == "1"


@pytest.mark.parametrize("named", [UNSET, "3"])
def test_several_locations_are_listed_when_none_fits(named: Any) -> None:
    with pytest.raises(InvalidBody) as refused:
        room().location(named)
    [message] = refused.value.violations["json"]["warehouse_id"]
    assert "1 (Place 1), 2 (Place 2)." in message


def test_a_shop_with_many_locations_lists_some() -> None:
    with pytest.raises(InvalidBody) as refused:
        room(locations=300).location(UNSET)
    [message] = refused.value.violations["json"]["warehouse_id"]
    assert message.endswith("20 (Place 20) and more.")


@pytest.mark.parametrize("track", ["FALSE", "INHERIT"])
def test_a_variant_without_counted_stock_is_refused(track: str) -> None:
    with pytest.raises(VendorRejected, match="does not track"):
        room(variant("5", track)).variant("5")


def line(product_id: str, quantity: int = 1, warehouse_id: Any = "1") -> BatchAdjustInventoryLine:
    return BatchAdjustInventoryLine(product_id=product_id, quantity=quantity, warehouse_id=warehouse_id)


def test_every_bad_line_of_a_batch_is_named() -> None:
    with pytest.raises(InvalidBody) as refused:
        stock.check_lines([line("5"), line("product-5"), line("6", -1), line("7", 2**31), line("8", 0)])
    assert sorted(refused.value.violations["json"]) == [
        "line_items.1.product_id",
        "line_items.2.quantity",
        "line_items.3.quantity",
    ]


def test_lines_of_one_variant_go_out_together() -> None:
    levels = room().levels([line("5", 1, "1"), line("6", 2, "1"), line("5", 3, "2")])
    assert stock.levels_input(levels) == [
        {
            "id": "5",
            "stockLevels": [
                {"stockLocationId": "1", "stockOnHand": 1},
                {"stockLocationId": "2", "stockOnHand": 3},
            ],
        },
        {"id": "6", "stockLevels": [{"stockLocationId": "1", "stockOnHand": 2}]},
    ]


def test_a_batch_of_settable_lines_has_no_refusals() -> None:
    assert room(variant("5")).refusals([line("5")]) == {}
