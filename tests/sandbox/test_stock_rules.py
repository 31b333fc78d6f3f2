"""Which bin and lot a change of stock falls on, and that nothing is lost on the way."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.sandbox.problems import Problem
from crossdock.sandbox.wms import stock
from crossdock.sandbox.wms.data import seed
from crossdock.sandbox.wms.documents import Bin, BinChange, BinUnits, Item, ItemLot
from crossdock.sandbox.wms.ledger import StockEvent
from crossdock.sandbox.wms.stock import MOST_UNITS, level, levels

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SEED = list(seed(NOW))
BINS = [item for item in SEED if isinstance(item, Bin)]
HERE = "warehouse_id_0"


def change_units(item: Item, bins: list[Bin], warehouse_id: str, change: int, bin_id: str | None) -> list[BinChange]:
    """A change, whose entries in the ledger say the same as what it answers."""
    event = StockEvent("event", "correction", NOW)
    changes = stock.change_units(item, bins, warehouse_id, change, bin_id, event)
    assert [(entry.bin_id, entry.lot_id, entry.units) for entry in event.entries] == [
        (part.bin_id, part.lot_id, part.change) for part in changes
    ]
    assert len({entry.id for entry in event.entries}) == len(event.entries)
    return changes


def bins_of(warehouse_id: str) -> list[Bin]:
    return [place for place in BINS if place.warehouse_id == warehouse_id]


def fresh(number: int) -> Item:
    """A seeded item that the test may change."""
    return next(item for item in seed(NOW) if isinstance(item, Item) and item.id == f"inventory_item_id_{number}")


def item_with(*stock: tuple[str, str | None, int], allocated: int = 0, lots: tuple[str, ...] = ()) -> Item:
    """An item of the first warehouse; of its lots the first expires last."""
    quarantine = "location_id_8"
    return Item(
        id="i",
        created_at=NOW,
        updated_at=NOW,
        sku="SKU",
        name="n",
        unit_cost=Decimal(1),
        lots=[ItemLot(id=lot, expires_at=datetime(2030 - n, 1, 1, tzinfo=UTC)) for n, lot in enumerate(lots)],
        stock=[
            BinUnits(bin_id=place, warehouse_id=HERE, lot_id=lot, quarantined=place == quarantine, units=units)
            for place, lot, units in stock
        ],
        allocated={HERE: allocated},
        expected={HERE: 0},
    )


def test_takes_from_the_lot_that_expires_first() -> None:
    """Old stock that stays behind spoils."""
    item = item_with(("location_id_0", "late", 5), ("location_id_6", "soon", 5), lots=("late", "soon"))
    assert change_units(item, bins_of(HERE), HERE, -7, None) == [
        BinChange(bin_id="location_id_6", lot_id="soon", change=-5),
        BinChange(bin_id="location_id_0", lot_id="late", change=-2),
    ]
    assert [(part.bin_id, part.units) for part in item.stock] == [("location_id_0", 3)]


def test_adds_to_the_lot_that_expires_last() -> None:
    item = item_with(("location_id_6", "soon", 5), lots=("late", "soon"))
    assert change_units(item, bins_of(HERE), HERE, 3, None) == [
        BinChange(bin_id="location_id_0", lot_id="late", change=3)
    ]


def test_adds_where_the_item_is_picked() -> None:
    item = item_with(("location_id_6", None, 5), ("location_id_3", None, 1))
    assert change_units(item, bins_of(HERE), HERE, 4, None)[0].bin_id == "location_id_3"
    assert [part.units for part in item.stock] == [5, 5]


def test_quarantine_is_left_alone_unless_named() -> None:
    """Damaged units must not be shipped by accident."""
    item = item_with(("location_id_8", None, 5), ("location_id_0", None, 1))
    with pytest.raises(Problem, match="Only 1 units"):
        change_units(item, bins_of(HERE), HERE, -2, None)
    change_units(item, bins_of(HERE), HERE, -2, "location_id_8")
    assert level(item, HERE).quarantined == 3
    change_units(item, bins_of(HERE), HERE, 4, "location_id_8")
    assert (level(item, HERE).quarantined, level(item, HERE).available) == (7, 1)


def test_allocated_units_stay() -> None:
    """Units promised to an order cannot be adjusted away."""
    item = item_with(("location_id_0", None, 10), allocated=8)
    with pytest.raises(Problem, match="Only 2 units of SKU can be taken from location_id_0, not 3"):
        change_units(item, bins_of(HERE), HERE, -3, "location_id_0")
    change_units(item, bins_of(HERE), HERE, -2, None)
    assert level(item, HERE).available == 0


def test_a_warehouse_emptied_is_still_shown() -> None:
    item = item_with(("location_id_0", None, 10))
    change_units(item, bins_of(HERE), HERE, -10, None)
    assert [here.on_hand for here in levels(item)] == [0]
    assert item.stock == []


def test_a_warehouse_that_never_kept_the_item_begins_to() -> None:
    grinder = fresh(9)
    change_units(grinder, bins_of("warehouse_id_1"), "warehouse_id_1", 3, None)
    assert {here.warehouse_id: here.on_hand for here in levels(grinder)}["warehouse_id_1"] == 3


def test_there_is_a_most() -> None:
    item = item_with(("location_id_0", None, 10))
    with pytest.raises(Problem, match="more than"):
        change_units(item, bins_of(HERE), HERE, MOST_UNITS, None)


@given(
    number=st.integers(0, 13),
    steps=st.lists(
        st.tuples(
            st.integers(-200, 200), st.sampled_from([place.id for place in BINS] + [None] * 10), st.integers(0, 1)
        ),
        max_size=12,
    ),
)
def test_any_series_of_changes_adds_up(number: int, steps: list[tuple[int, str | None, int]]) -> None:
    """One unit lost between a bin, a lot and a sum is one nobody finds again."""
    item = fresh(number)
    for change, bin_id, warehouse in steps:
        where = f"warehouse_id_{warehouse}"
        before = list(item.stock)
        on_hand = level(item, where).on_hand
        try:
            changes = change_units(item, bins_of(where), where, change, bin_id)
        except Problem:
            assert item.stock == before
            continue
        assert sum(part.change for part in changes) == change
        assert level(item, where).on_hand == on_hand + change
        assert min(level(item, where).available, level(item, where).quarantined) >= 0
        assert all(part.units > 0 for part in item.stock)
        assert all((part.lot_id is not None) == bool(item.lots) for part in item.stock)
        assert len({(part.bin_id, part.lot_id) for part in item.stock}) == len(item.stock)
