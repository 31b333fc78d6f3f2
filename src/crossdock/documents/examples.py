"""Example values of a schema, from its own examples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crossdock.contract.schemas import JSONSchema

Live = Callable[[tuple[str, ...], JSONSchema], Any]
"""Gives a value to use instead of the schema's example at a dotted path, or None."""
_SCALARS: dict[str, Any] = {"string": "text", "integer": 1, "number": 1, "boolean": True, "null": None}


def _nothing_live(_path: tuple[str, ...], _schema: JSONSchema) -> Any:
    return None


def type_of(schema: JSONSchema) -> str | None:
    """The first type of a schema; of none, what its parts tell."""
    kind = schema.get("type")
    if isinstance(kind, list):
        return str(kind[0])
    if kind is None and "properties" in schema:
        return "object"
    return kind


def example(schema: JSONSchema, live: Live = _nothing_live, *, whole: bool = False, path: tuple[str, ...] = ()) -> Any:
    """A value that fits: required fields only, or all of them when it is to be shown `whole`."""
    found = live(path, schema)
    if found is not None:
        return found
    kind = type_of(schema)
    if kind == "object" and "properties" in schema:
        names = schema["properties"] if whole else _needed(schema)
        return {name: example(schema["properties"][name], live, whole=whole, path=(*path, name)) for name in names}
    if kind == "array" and isinstance(schema.get("items"), dict) and schema["items"].get("properties"):
        return [example(schema["items"], live, whole=whole, path=(*path, "[]"))]
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    if "const" in schema:
        return schema["const"]
    if "default" in schema:
        return schema["default"]
    return _made(schema, kind, live, whole, path)


def _needed(schema: JSONSchema) -> list[str]:
    """The required fields; of a body that requires none, the first that has an example."""
    required = [name for name in schema["properties"] if name in schema.get("required", ())]
    return required or [name for name, prop in schema["properties"].items() if prop.get("examples")][:1]


def _made(schema: JSONSchema, kind: str | None, live: Live, whole: bool, path: tuple[str, ...]) -> Any:
    for key in ("oneOf", "anyOf", "allOf"):
        if schema.get(key):
            return example(schema[key][0], live, whole=whole, path=path)
    if kind == "array":
        items = schema.get("items") or {}
        return [example(items, live, whole=whole, path=(*path, "[]"))] if schema.get("minItems") else []
    if kind == "object":
        return {}
    if schema.get("format") == "date-time":
        return "2026-01-01T00:00:00Z"
    if kind == "integer" and "minimum" in schema:
        return max(1, schema["minimum"])
    return _SCALARS.get(kind or "null")
