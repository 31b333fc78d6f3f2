"""Which query parameters a list takes, and what they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

MAX_VALUES = 100
"""Most values an `in`, `nin` or tag filter takes in one request."""

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})", re.ASCII)
"""The documented form ends in Z. Generated clients write the same moment with an offset, and mean no other."""


class FilterKind(Enum):
    """The type of a filter column, which settles its operators."""

    TEXT = "text"
    TIME = "time"
    BOOLEAN = "boolean"
    NUMBER = "number"
    TAGS = "tags"


_ORDERED = ("eq", "neq", "gt", "gte", "lt", "lte", "in", "nin")
OPERATORS: dict[FilterKind, tuple[str, ...]] = {
    FilterKind.TEXT: ("eq", "neq", "in", "nin", "contains", "not_contains"),
    FilterKind.TIME: _ORDERED,
    FilterKind.BOOLEAN: ("eq", "neq"),
    FilterKind.NUMBER: _ORDERED,
    FilterKind.TAGS: ("contains", "not_contains"),
}
LIST_OPERATORS = frozenset({"in", "nin"})

MEANING = {
    "eq": "Equal to this value; the same as the bare parameter.",
    "neq": "Different from this value, or without one.",
    "gt": "Greater than this value.",
    "gte": "Greater than or equal to this value.",
    "lt": "Less than this value.",
    "lte": "Less than or equal to this value.",
    "in": f"Equal to one of these comma-separated values, at most {MAX_VALUES}.",
    "nin": f"Equal to none of these comma-separated values, at most {MAX_VALUES}.",
    "contains": "Holds this text.",
    "not_contains": "Does not hold this text.",
}
TAG_MEANING = {
    "contains": f"Has all of these comma-separated tags, at most {MAX_VALUES}; `key:value` for a keyed tag.",
    "not_contains": f"Has none of these comma-separated tags, at most {MAX_VALUES}; `key:value` for a keyed tag.",
}


@dataclass(frozen=True)
class Filter:
    """One field that a list can be narrowed by; `path` is where its value lies in the record."""

    name: str
    kind: FilterKind
    path: str = ""

    @property
    def operators(self) -> tuple[str, ...]:
        return OPERATORS[self.kind]

    @property
    def field(self) -> str:
        return self.path or self.name


@dataclass(frozen=True)
class OwnParameter:
    """A query parameter of a list that does not take the common filters: one comparison of one column."""

    name: str
    filter: Filter
    operator: str
    description: str
    default_ago: timedelta | None = None
    """What the parameter stands for when it is left out: a moment this long before the call."""


def text(name: str, path: str = "") -> Filter:
    """A filter on a text field."""
    return Filter(name, FilterKind.TEXT, path)


def time(name: str, path: str = "") -> Filter:
    """A filter on a moment."""
    return Filter(name, FilterKind.TIME, path)


def boolean(name: str) -> Filter:
    """A filter on a yes-or-no field."""
    return Filter(name, FilterKind.BOOLEAN)


TAGS = Filter("trackstar_tags", FilterKind.TAGS)
SOURCE_DATES = (time("created_date"), time("updated_date"))
STORE_DATES = (time("trackstar_created_date"), time("trackstar_updated_date"))


class BadFilter(ValueError):
    """A parameter that cannot be used; the text is for the caller."""


@dataclass(frozen=True)
class Condition:
    """One parsed filter: the values already have the type of the column."""

    filter: Filter
    operator: str
    values: tuple[Any, ...]


def _moment(value: str) -> datetime:
    if not _MOMENT.fullmatch(value):
        raise BadFilter("Not a valid datetime; use YYYY-MM-DDTHH:MM:SSZ.")
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadFilter("Not a valid datetime; use YYYY-MM-DDTHH:MM:SSZ.") from error


def _boolean(value: str) -> bool:
    lowered = value.lower()
    if lowered not in ("true", "false"):
        raise BadFilter("Not a valid boolean; use true or false.")
    return lowered == "true"


def _number(value: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise BadFilter("Not a valid number.") from error
    if not number.is_finite():
        raise BadFilter("Not a valid number.")
    return number


def _text(value: str) -> str:
    return value


_PARSERS: dict[FilterKind, Any] = {
    FilterKind.TEXT: _text,
    FilterKind.TIME: _moment,
    FilterKind.BOOLEAN: _boolean,
    FilterKind.NUMBER: _number,
    FilterKind.TAGS: _text,
}


def split_values(value: str) -> list[str]:
    """The values of a comma-separated parameter."""
    values = value.split(",")
    if len(values) > MAX_VALUES:
        raise BadFilter(f"At most {MAX_VALUES} values are allowed.")
    return values


def parse_condition(filter_: Filter, operator: str, value: str) -> Condition:
    """A condition from one query parameter, or `BadFilter` with the reason."""
    if operator not in filter_.operators:
        raise BadFilter(f"Unknown operator {operator!r}; use one of {', '.join(filter_.operators)}.")
    if operator in LIST_OPERATORS or filter_.kind is FilterKind.TAGS:
        raw = split_values(value)
    else:
        raw = [value]
    parse = _PARSERS[filter_.kind]
    return Condition(filter_, operator, tuple(parse(item) for item in raw))
