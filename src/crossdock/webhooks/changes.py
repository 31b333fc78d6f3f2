"""What has changed between two versions of a record, as events tell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_NOTHING = object()


def previous_attributes(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The old values of what differs, by dotted path; numbers in it are places in lists, null means there was none."""
    return dict(_differences(old, new, ""))


def _differences(old: Any, new: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(old, dict) and isinstance(new, dict) and (old or new):
        keys: Any = dict.fromkeys([*old, *new])
        pairs = ((key, old.get(key, _NOTHING), new.get(key, _NOTHING)) for key in keys)
    elif isinstance(old, list) and isinstance(new, list):
        places = range(max(len(old), len(new)))
        pairs = ((place, _at(old, place), _at(new, place)) for place in places)
    else:
        if old != new or isinstance(old, bool) is not isinstance(new, bool):
            yield path, None if old is _NOTHING else old
        return
    for name, before, after in pairs:
        yield from _differences(before, after, f"{path}.{name}" if path else str(name))


def _at(values: list[Any], place: int) -> Any:
    return values[place] if place < len(values) else _NOTHING
