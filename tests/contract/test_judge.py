"""The judge of write bodies: what it takes, what it refuses, and that a form can rely on the published schema."""

from __future__ import annotations

import contextlib
from decimal import Decimal
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET, UnsetType

from crossdock.contract.bodies import Tags, WriteBody, vendor_only
from crossdock.contract.errors import InvalidBody, RequestRefused
from crossdock.contract.judge import MAX_DEPTH, MAX_VIOLATIONS, Judge, decode
from crossdock.contract.schemas import variant_schema
from crossdock.contract.values import INT64_MAX, INT64_MIN, Timestamp


class Everything(WriteBody, kw_only=True):
    """One field of each type."""

    text: Annotated[str | UnsetType, vendor_only("A text.")] = UNSET
    whole: Annotated[int | UnsetType, vendor_only("A whole number.")] = UNSET
    amount: Annotated[Decimal | UnsetType, vendor_only("An amount.")] = UNSET
    moment: Annotated[Timestamp | UnsetType, vendor_only("A moment.")] = UNSET
    yes: Annotated[bool | UnsetType, vendor_only("Yes or no.")] = UNSET
    several: Annotated[list[str] | UnsetType, vendor_only("Texts.")] = UNSET
    trackstar_tags: Tags | UnsetType = UNSET


JUDGE = Judge(variant_schema(Everything, None, "Everything"))


def _violations(body: Any) -> dict[str, list[str]]:
    with pytest.raises(InvalidBody) as caught:
        JUDGE.check(body)
    return {name: list(texts) for name, texts in caught.value.violations["json"].items()}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", "x"),
        ("text", "None"),
        ("text", " "),
        ("text", "☃"),
        ("whole", INT64_MAX),
        ("whole", INT64_MIN),
        ("amount", 1),
        ("amount", 1.5),
        ("moment", "2026-01-01T00:00:00Z"),
        ("moment", "2026-02-28T23:59:59.5+05:30"),
        ("moment", "2024-02-29T00:00:00-00:00"),
        ("yes", False),
        ("several", []),
        ("trackstar_tags", None),
        ("trackstar_tags", ["a", {"b": "c"}, {"d": 1}, {"e": True}]),
    ],
)
def test_it_takes(field: str, value: Any) -> None:
    JUDGE.check({field: value})


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("text", None, "Field may not be null."),
        ("text", "", "Field may not be empty."),
        ("text", "none", "Field may not be 'none'."),
        ("text", "a\0b", "Holds a character that no system stores."),
        ("text", 1, "Not a valid string."),
        ("whole", None, "Field may not be null."),
        ("whole", "", "Field may not be empty."),
        ("whole", "none", "Not a valid integer."),
        ("whole", 1.0, "Not a valid integer."),
        ("whole", 1e3, "Not a valid integer."),
        ("whole", INT64_MAX + 1, f"Must be less than or equal to {INT64_MAX}."),
        ("whole", INT64_MIN - 1, f"Must be greater than or equal to {INT64_MIN}."),
        ("amount", "1.5", "Not a valid number."),
        ("amount", None, "Field may not be null."),
        ("yes", "true", "Not a valid boolean."),
        ("yes", 0, "Not a valid boolean."),
        ("several", "a", "Not a valid list."),
        ("moment", "2026-01-01", "Not a valid datetime"),
        ("moment", "2026-01-01T00:00:00", "Not a valid datetime"),
        ("moment", "2026-02-30T00:00:00Z", "Not a valid datetime"),
        ("moment", "2026-01-01T24:00:00Z", "Not a valid datetime"),
        ("moment", "2026-01-01T00:00Z", "Not a valid datetime"),
        ("moment", "yesterday", "Not a valid datetime"),
        ("moment", "none", "Not a valid datetime"),
        ("moment", 1, "Not a valid string."),
        ("other", 1, "Unknown field."),
    ],
)
def test_it_refuses(field: str, value: Any, said: str) -> None:
    found = _violations({field: value})
    assert list(found) == [field]
    assert found[field][0].startswith(said)


@pytest.mark.parametrize("value", [None, "", "none", "a\0"])
def test_refused_values_are_refused_at_any_depth(value: Any) -> None:
    """What looks empty to one system is a value to another; none may slip through inside a list or a tag."""
    assert set(_violations({"several": ["a", value]})) == {"several.1"}
    assert _violations({"trackstar_tags": [value]})
    assert _violations({"trackstar_tags": [{"key": value}]})


def test_messages_are_counted_not_errors() -> None:
    found = _violations({f"field_{number}": 1 for number in range(500)})
    assert sum(len(texts) for texts in found.values()) == MAX_VIOLATIONS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([*Everything.__struct_fields__, "other"]), JSON, max_size=4) | JSON)
def test_any_json_is_taken_or_refused_with_texts(body: Any) -> None:
    """Whatever is sent, the answer is a verdict, never a crash."""
    try:
        JUDGE.check(body)
    except InvalidBody as error:
        _assert_texts(error)


def _assert_texts(error: InvalidBody) -> None:
    fields = error.violations["json"]
    assert fields
    assert all(text for texts in fields.values() for text in texts)
    assert 1 <= sum(len(texts) for texts in fields.values()) <= MAX_VIOLATIONS


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_any_bytes_are_json_or_refused(raw: bytes) -> None:
    with contextlib.suppress(RequestRefused, InvalidBody):
        decode(raw)


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_deep_nesting_is_refused_at_its_border(opening: bytes) -> None:
    closing = b"]" if opening == b"[" else b"}"
    decode(opening * MAX_DEPTH + b"1" + closing * MAX_DEPTH)
    for depth in (MAX_DEPTH + 1, 200, 100_000):
        with pytest.raises(InvalidBody, match="Validation error"):
            decode(opening * depth + b"1" + closing * depth)
