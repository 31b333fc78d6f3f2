"""Walking a paged list of a connected system to its end, without trusting it to end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from typing import TypeVar

from crossdock.contract.errors import UnexpectedShape

T = TypeVar("T")


async def by_offset(
    fetch: Callable[[int, int], Awaitable[Sequence[T]]], *, size: int, start: int = 0
) -> AsyncIterator[tuple[Sequence[T], int]]:
    """Pages of a list read by offset and size, each with the offset after it. A short page ends the walk.

    A list with numbered pages is read with the page `offset // size + 1`. The same page twice in a row is refused.
    """
    offset = start
    before: Sequence[T] = ()
    while True:
        items = await fetch(offset, size)
        if items and items == before:
            raise UnexpectedShape("the list gave the same page twice, so it would never end")
        before = items
        offset += len(items)
        if items:
            yield items, offset
        if len(items) < size:
            return


async def by_cursor(
    fetch: Callable[[str | None], Awaitable[tuple[Sequence[T], str | None]]], *, start: str | None = None
) -> AsyncIterator[tuple[Sequence[T], str | None]]:
    """Pages of a list read by cursor, each with the cursor after it. A cursor that comes back is refused."""
    cursor = start
    seen: set[Hashable] = {cursor}
    while True:
        items, following = await fetch(cursor)
        yield items, following
        if following is None:
            return
        if following in seen:
            raise UnexpectedShape("the list gave the same cursor twice, so it would never end")
        seen.add(following)
        cursor = following
