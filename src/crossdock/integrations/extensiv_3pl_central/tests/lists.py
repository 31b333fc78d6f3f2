"""Lists as the API filters, sorts and pages them: https://3w.extensiv.com/Rels/rql"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from crossdock.integrations.extensiv_3pl_central import client
from crossdock.integrations.kit.fake import Call, SpecificationViolation

_CONDITION = re.compile(r"([\w.]+)(==|!=|=gt=|=ge=|=lt=|=le=|=in=)(.*)")
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "=gt=": operator.gt,
    "=ge=": operator.ge,
    "=lt=": operator.lt,
    "=le=": operator.le,
}


def property_of(document: Any, name: str) -> Any:
    """What a dotted name stands for, in any case; None where it is not there."""
    for part in name.lower().split("."):
        if not isinstance(document, dict):
            return None
        document = next((inner for key, inner in document.items() if key.lower() == part), None)
    return document


def matches(document: dict[str, Any], text: str | None) -> bool:
    """Whether all conditions hold."""
    return all(_holds(document, condition) for condition in (text or "").split(";") if condition)


def _holds(document: dict[str, Any], condition: str) -> bool:
    found = _CONDITION.fullmatch(condition)
    if found is None:
        raise SpecificationViolation(f"{condition!r} is no condition of RQL")
    name, sign, given = found.groups()
    there = property_of(document, name)
    if sign == "=in=":
        return str(there) in given.strip("()").split(",")
    wanted: Any = unquote(given)
    if isinstance(there, int | float):
        return _COMPARED[sign](Decimal(str(there)), Decimal(wanted))
    return there is not None and _COMPARED[sign](str(there), wanted)


def page(call: Call, documents: Sequence[dict[str, Any]], most: int) -> tuple[list[dict[str, Any]], int]:
    """The page of a list that is asked for, and how many entries fit in all."""
    size, number = int(call.query.get("pgsiz", 10)), int(call.query.get("pgnum", 1))
    if not 1 <= size <= most or number < 1:
        raise SpecificationViolation(f"page {number} of {size}: pages count from 1 and have 1 to {most} entries")
    found = [item for item in documents if matches(item, call.query.get("rql"))]
    if "sort" in call.query:
        found.sort(key=lambda item: property_of(item, call.query["sort"]))
    return found[(number - 1) * size : number * size], len(found)


def hal(rel: str, shown: Sequence[dict[str, Any]], total: int) -> dict[str, Any]:
    """A list as it is answered."""
    name = rel if rel == "item" else f"{client.REL}{rel}"
    return {"totalResults": total, "_embedded": {name: list(shown)}}
