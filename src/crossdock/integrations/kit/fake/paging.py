"""The usual ways to page a list, held to the vendor's limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from crossdock.integrations.kit.fake.specification import SpecificationViolation
from crossdock.integrations.kit.fake.vendor import Call

T = TypeVar("T")


def numbered(
    call: Call, items: Sequence[T], *, page: str = "page", size: str = "per_page", default: int = 10, most: int = 100
) -> tuple[list[T], int]:
    """The items of a numbered page, and how many pages there are. Pages count from 1."""
    length = _size(call, size, default, most)
    number = int(call.query.get(page, 1))
    if number < 1:
        raise SpecificationViolation(f"{page}={number}: pages count from 1")
    pages = -(-len(items) // length)
    return list(items[(number - 1) * length : number * length]), pages


def offset(
    call: Call, items: Sequence[T], *, start: str = "offset", size: str = "limit", default: int = 10, most: int = 100
) -> tuple[list[T], int | None]:
    """The items from an offset on, and the next offset; None at the end."""
    length = _size(call, size, default, most)
    begin = int(call.query.get(start, 0))
    if begin < 0:
        raise SpecificationViolation(f"{start}={begin} is negative")
    following = begin + length
    return list(items[begin:following]), following if following < len(items) else None


def _size(call: Call, name: str, default: int, most: int) -> int:
    length = int(call.query.get(name, default))
    if not 1 <= length <= most:
        raise SpecificationViolation(f"{name}={length}: a page has 1 to {most} items")
    return length
