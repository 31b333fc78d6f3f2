"""Where stock is changed when the caller leaves that open, and what is refused before anything is sent."""

from __future__ import annotations

import msgspec
import pytest

from crossdock.contract.errors import InvalidBody
from crossdock.integrations.tryton.adjustment import choose_place
from crossdock.integrations.tryton.mapping import Layout
from crossdock.integrations.tryton.models import TrytonLocation, TrytonMoment

MOMENT = TrytonMoment(2026, 1, 1, 0, 0, 0)


def place(number: int, kind: str = "storage", parent: int | None = None, **zones: int) -> TrytonLocation:
    row = {"id": number, "name": "", "code": None, "type": kind, "parent": parent, "active": True}
    facts = {"input_location": None, "storage_location": None, "picking_location": None, **zones}
    return msgspec.convert({**row, **facts, "create_date": MOMENT, "last_modified_at": MOMENT}, TrytonLocation)


# 10 stores in 12 and on the shelf 13; 20 stores only in the bins 23 and 24; 30 is like 10 and picks from 33.
LAYOUT = Layout(
    [
        place(10, "warehouse", input_location=11, storage_location=12),
        place(11, parent=10),
        place(12, parent=10),
        place(13, parent=12),
        place(20, "warehouse", input_location=21, storage_location=22),
        place(21, parent=20),
        place(22, "view", parent=20),
        place(23, parent=22),
        place(24, parent=22),
        place(30, "warehouse", input_location=31, storage_location=32, picking_location=33),
        place(31, parent=30),
        place(32, parent=30),
        place(33, parent=32),
        place(40),
    ]
)


@pytest.mark.parametrize(
    ("warehouse", "location", "held", "delta", "chosen"),
    [
        pytest.param("10", None, {}, 5, 12, id="added to storage"),
        pytest.param("30", None, {}, 5, 33, id="added where it is picked"),
        pytest.param("10", "13", {}, 5, 13, id="added where the caller says"),
        pytest.param("10", None, {12: 5, 13: 9}, -5, 12, id="taken from storage"),
        pytest.param("10", None, {12: 4, 13: 9}, -5, 13, id="taken from the shelf that has enough"),
        pytest.param("20", None, {23: 6, 24: 7}, -5, 24, id="taken from the fullest bin"),
        pytest.param("20", None, {23: 7, 24: 7}, -5, 23, id="the same bin each time when two are alike"),
        pytest.param("10", "13", {13: 5}, -5, 13, id="taken to the last unit"),
        pytest.param("10", "12", {12: -3}, 1, 12, id="added to less than nothing"),
        pytest.param("10", "11", {11: 2}, -1, 11, id="taken from what was just received, when named"),
    ],
)
def test_place(warehouse: str, location: str | None, held: dict[int, float], delta: int, chosen: int) -> None:
    assert choose_place(LAYOUT, warehouse, location, held, delta) == chosen


@pytest.mark.parametrize(
    ("warehouse", "location", "held", "delta", "field"),
    [
        pytest.param("99", None, {}, 5, "warehouse_id", id="no such warehouse"),
        pytest.param("12", None, {}, 5, "warehouse_id", id="a shelf is no warehouse"),
        pytest.param("x", None, {}, 5, "warehouse_id", id="no id at all"),
        pytest.param("10", "23", {}, 5, "location_id", id="a bin of another warehouse"),
        pytest.param("20", "22", {}, 5, "location_id", id="a view holds nothing"),
        pytest.param("10", "10", {}, 5, "location_id", id="a warehouse is no bin"),
        pytest.param("10", "40", {}, 5, "location_id", id="outside of any warehouse"),
        pytest.param("20", None, {}, 5, "location_id", id="bins only, none named"),
        pytest.param("10", "13", {13: 4}, -5, "quantity", id="too few at the place named"),
        pytest.param("10", None, {12: 3, 13: 4, 23: 50}, -5, "quantity", id="enough only together or elsewhere"),
        pytest.param("10", None, {}, -1, "quantity", id="none at all"),
    ],
)
def test_refused(warehouse: str, location: str | None, held: dict[int, float], delta: int, field: str) -> None:
    """The caller learns which field to change, and nothing has happened in Tryton."""
    with pytest.raises(InvalidBody) as refused:
        choose_place(LAYOUT, warehouse, location, held, delta)
    assert list(refused.value.violations["json"]) == [field]
