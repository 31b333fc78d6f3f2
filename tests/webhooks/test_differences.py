"""A subscriber learns exactly what a record was before."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.webhooks.differences import decode, escape, previous_attributes, split, undo

KEYS = st.text(alphabet="ab.\\0é", max_size=3)
SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([Decimal("1.5"), Decimal("1"), "", "x", "1"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
FIELDS = ["id", "status", "a.b", "additional_fields"]
RECORDS = st.fixed_dictionaries(dict.fromkeys(FIELDS, VALUES))


def _exact(value: Any) -> Any:
    """A value in a form in which true differs from 1, as it does in JSON."""
    if isinstance(value, dict):
        return {key: _exact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_exact(item) for item in value]
    return (isinstance(value, bool), value)


@given(RECORDS, RECORDS)
def test_the_old_record_follows_from_the_new_one(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Otherwise a subscriber who keeps a history of his own would have a wrong one."""
    previous = previous_attributes(old, new)
    assert _exact(undo(new, previous)) == _exact(old)


@given(RECORDS)
def test_nothing_changed_gives_nothing(record: dict[str, Any]) -> None:
    assert previous_attributes(record, record) == {}


@given(st.lists(KEYS, min_size=1))
def test_a_path_gives_its_keys_back(keys: list[str]) -> None:
    assert split(".".join(map(escape, keys))) == keys


@pytest.mark.parametrize(
    ("old", "new", "previous"),
    [
        ({"status": "open"}, {"status": "shipped"}, {"status": "open"}),
        ({"lines": [{"n": 1}, {"n": 2}]}, {"lines": [{"n": 1}, {"n": 3}]}, {"lines.1.n": 2}),
        ({"lines": ["a", "b"]}, {"lines": ["b", "a"]}, {"lines.0": "a", "lines.1": "b"}),
        ({"lines": ["a"]}, {"lines": ["a", "b"]}, {"lines": ["a"]}),
        ({"lines": ["a", "b"]}, {"lines": ["a"]}, {"lines": ["a", "b"]}),
        ({"to": None}, {"to": {"city": "Ulm"}}, {"to": None}),
        ({"to": {"city": "Ulm"}}, {"to": None}, {"to": {"city": "Ulm"}}),
        ({"more": {"a": 1}}, {"more": {"a": 1, "b": 2}}, {"more": {"a": 1}}),
        ({"more": {"a": 1, "b": 2}}, {"more": {"a": 1}}, {"more.b": 2}),
        ({"more": {"size.eu": 1}}, {"more": {"size.eu": 2}}, {r"more.size\.eu": 1}),
        ({"on": True}, {"on": 1}, {"on": True}),
        ({"price": Decimal("1.10")}, {"price": Decimal("1.1")}, {}),
        ({}, {"added": 1}, {"added": None}),
        ({"removed": 1}, {}, {"removed": 1}),
    ],
)
def test_how_it_is_told(old: dict[str, Any], new: dict[str, Any], previous: dict[str, Any]) -> None:
    assert previous_attributes(old, new) == previous


def test_numbers_stay_as_they_were_written() -> None:
    """A price of 19.10 must not come back as 19.100000000000001."""
    assert decode(b'{"p":19.10,"q":123456789012345678.123456789,"r":0.00000001}') == {
        "p": Decimal("19.10"),
        "q": Decimal("123456789012345678.123456789"),
        "r": Decimal("0.00000001"),
    }
