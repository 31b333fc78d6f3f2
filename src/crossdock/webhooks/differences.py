"""What a record was before: the old values of what changed, by path.

A path is the keys on the way, joined by dots; a number in it is a place in a list. In a key, a dot is written `\\.` and
a backslash `\\\\`. Values are JSON. Where something cannot be told place by place, the whole old value stands at the
path of what holds it: a list that has become longer or shorter, an object that has gained a key, a value of another
type. So the old record follows exactly from the new one: put every value at its path.

Only at the top, where the keys of a record are fixed, an old null also stands for a key that was not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from typing import Any

import msgspec

from crossdock.contract.values import plain_decimal


def _number(text: str) -> Decimal:
    return plain_decimal(Decimal(text))


_DECODER = msgspec.json.Decoder(float_hook=_number)


def decode(body: bytes) -> Any:
    """A stored body, its numbers exactly as they are written."""
    return _DECODER.decode(body)


def escape(key: str) -> str:
    """A key as it stands in a path."""
    return key.replace("\\", "\\\\").replace(".", "\\.")


def split(path: str) -> list[str]:
    """The keys of a path."""
    keys, escaped = [""], False
    for letter in path:
        if escaped or letter not in "\\.":
            keys[-1] += letter
            escaped = False
        elif letter == "\\":
            escaped = True
        else:
            keys.append("")
    return keys


def _same(old: Any, new: Any) -> bool:
    """Equality as JSON sees it: true is not 1."""
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(_same(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_same, old, new))
    return bool(old == new)


def _walk(old: Any, new: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(old, dict) and isinstance(new, dict) and new.keys() <= old.keys():
        for key, value in old.items():
            inner = f"{path}.{escape(key)}"
            if key not in new:
                yield inner, value
            else:
                yield from _walk(value, new[key], inner)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, value in enumerate(old):
            yield from _walk(value, new[place], f"{path}.{place}")
    elif not _same(old, new):
        yield path, old


def previous_attributes(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The old values of what differs, by path."""
    found: dict[str, Any] = {}
    for key, value in old.items():
        if key in new:
            found.update(_walk(value, new[key], escape(key)))
        else:
            found[escape(key)] = value
    return {**found, **{escape(key): None for key in new if key not in old}}


def undo(new: dict[str, Any], previous: dict[str, Any]) -> dict[str, Any]:
    """The old record, from the new one and the old values."""
    old: Any = deepcopy(new)
    for path, value in previous.items():
        *way, last = split(path)
        holder = old
        for key in way:
            holder = holder[int(key)] if isinstance(holder, list) else holder[key]
        holder[int(last) if isinstance(holder, list) else last] = value
    result: dict[str, Any] = old
    return result
