"""Walking lists that do not end well, and converting values without loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest

from crossdock.contract.errors import UnexpectedShape
from crossdock.contract.records import Measurements
from crossdock.contract.values import ENCODER, timestamp_text
from crossdock.integrations.kit import mapping, measures
from crossdock.integrations.kit.paging import by_cursor, by_offset

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("total", [0, 1, 9, 10, 11, 20])
async def test_an_offset_walk_meets_everything_once(total: int) -> None:
    async def fetch(offset: int, size: int) -> Sequence[int]:
        return list(range(total))[offset : offset + size]

    pages = [page async for page in by_offset(fetch, size=10)]
    assert [item for items, _ in pages for item in items] == list(range(total))
    assert all(items for items, _ in pages)


async def test_an_offset_walk_resumes_where_it_stopped() -> None:
    async def fetch(offset: int, size: int) -> Sequence[int]:
        return list(range(25))[offset : offset + size]

    assert [offset async for _, offset in by_offset(fetch, size=10, start=10)] == [20, 25]


async def test_a_page_that_comes_again_is_refused() -> None:
    """A vendor that ignores the offset would keep a sync busy for ever."""

    async def fetch(offset: int, size: int) -> Sequence[int]:
        return list(range(size))

    seen = []
    with pytest.raises(UnexpectedShape, match="same page twice"):  # noqa: PT012 - the walk is the statement
        async for items, _ in by_offset(fetch, size=10):
            seen.append(items)
    assert len(seen) == 1


async def test_a_cursor_walk_ends_with_the_last_page() -> None:
    following = {None: "a", "a": "b", "b": None}

    async def fetch(cursor: str | None) -> tuple[Sequence[str], str | None]:
        return [cursor or "first"], following[cursor]

    assert [list(items) async for items, _ in by_cursor(fetch)] == [["first"], ["a"], ["b"]]


async def test_a_cursor_that_comes_back_is_refused() -> None:
    """A vendor that repeats a page would keep a sync busy for ever."""

    async def fetch(cursor: str | None) -> tuple[Sequence[str], str | None]:
        return ["x"], "same"

    seen = 0
    with pytest.raises(UnexpectedShape, match="same cursor twice"):  # noqa: PT012 - the walk is the statement
        async for _ in by_cursor(fetch):
            seen += 1
    assert seen == 2


@pytest.mark.parametrize(
    ("given", "zone", "expected"),
    [
        ("2026-03-08T12:00:00Z", UTC, "2026-03-08T12:00:00Z"),
        ("2026-03-08T12:00:00.999999Z", UTC, "2026-03-08T12:00:00Z"),
        ("2026-03-08T12:00:00+05:30", UTC, "2026-03-08T06:30:00Z"),
        ("2026-07-01T12:00:00", ZoneInfo("America/New_York"), "2026-07-01T16:00:00Z"),
        ("2026-01-01T12:00:00", ZoneInfo("America/New_York"), "2026-01-01T17:00:00Z"),
        ("2026-01-01", UTC, "2026-01-01T00:00:00Z"),
        (datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2))), UTC, "2025-12-31T23:00:00Z"),
    ],
)
async def test_moments_are_utc_in_whole_seconds(given: str | datetime, zone: ZoneInfo, expected: str) -> None:
    assert timestamp_text(mapping.moment(given, zone)) == expected
    assert msgspec.json.encode(mapping.moment(given, zone)).decode() == f'"{expected}"'


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("10.10", b"10.10"),
        ("0", b"0"),
        ("-0.05", b"-0.05"),
        ("1E+3", b"1000"),
        ("0.000000001", b"0.000000001"),
        ("12345678901234567890.123456789", b"12345678901234567890.123456789"),
        (7, b"7"),
        (None, b"null"),
    ],
)
async def test_money_is_served_as_the_vendor_wrote_it(given: str | int | None, expected: bytes) -> None:
    """A price that drifts by a cent is a wrong price."""
    assert ENCODER.encode(mapping.money(given)) == expected


async def test_minor_units_are_exact() -> None:
    assert mapping.minor_units(1999) == Decimal("19.99")
    assert ENCODER.encode(mapping.minor_units(5, 0)) == b"5"


@pytest.mark.parametrize(
    "convert",
    [
        lambda: mapping.moment("yesterday"),
        lambda: mapping.money("12,50"),
        lambda: mapping.money("NaN"),
        lambda: mapping.whole_units(1.5),
    ],
)
async def test_nonsense_is_refused_rather_than_guessed(convert: Callable[[], object]) -> None:
    with pytest.raises(UnexpectedShape):
        convert()


async def test_empty_text_is_none_and_units_are_whole() -> None:
    assert mapping.text_or_none("") is None
    assert mapping.text_or_none("x") == "x"
    assert mapping.whole_units(5.0) == 5


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("in", ("2.5", "in")),
        ("Inches", ("2.5", "in")),
        ("FEET", ("30", "in")),
        ("yd", ("90", "in")),
        ("mm", ("0.25", "cm")),
        ("CENTIMETER", ("2.5", "cm")),
        ("metres", ("250", "cm")),
        ("furlong", (None, None)),
        ("", (None, None)),
        (None, (None, None)),
    ],
)
def test_lengths_become_centimeters_or_inches(unit: str | None, expected: tuple[str | None, str | None]) -> None:
    """A box in millimeters that is read as centimeters costs a pallet's freight."""
    found, shown = measures.length_in(Decimal("2.5"), unit)
    assert (found, shown) == (None if expected[0] is None else Decimal(expected[0]), expected[1])


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("lbs", ("2.5", "lb")),
        ("Pounds", ("2.5", "lb")),
        ("oz.", ("2.5", "oz")),
        ("g", ("0.0025", "kg")),
        ("GRAMS", ("0.0025", "kg")),
        ("kgs", ("2.5", "kg")),
        ("tonnes", ("2500", "kg")),
        ("stone", (None, None)),
    ],
)
def test_weights_keep_their_system(unit: str, expected: tuple[str | None, str | None]) -> None:
    found, shown = measures.weight_in(Decimal("2.5"), unit)
    assert (found, shown) == (None if expected[0] is None else Decimal(expected[0]), expected[1])


def test_measurements_without_numbers_have_no_units() -> None:
    """A unit alone looks like a size of zero."""
    assert measures.measurements(None, None, None, "in", None, "lb") == Measurements()
    partly = measures.measurements(None, Decimal(2), None, "ft", Decimal(0), "parsec")
    assert partly == Measurements(width=Decimal(24), unit="in")
