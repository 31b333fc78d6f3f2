"""The fields of a schema as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crossdock.contract.schemas import JSONSchema

_DEEPEST = 6


@dataclass(frozen=True)
class FieldRow:
    """One field: its dotted path (`[]` after a list, `*` for any key), type, and what it is."""

    path: str
    type: str
    required: bool
    description: str


def resolve(schema: JSONSchema, components: Mapping[str, Any]) -> JSONSchema:
    """The schema behind a reference."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: JSONSchema = components[reference.rsplit("/", 1)[1]]
    return {**found, **{key: value for key, value in schema.items() if key != "$ref"}}


def type_text(schema: JSONSchema) -> str:
    """The type in words."""
    kind = schema.get("type")
    names = kind if isinstance(kind, list) else [kind] if kind else []
    if schema.get("format") == "date-time":
        names = ["time" if name == "string" else name for name in names]
    choices = [f"`{value}`" for value in schema.get("enum", ()) if value is not None]
    if choices and len(choices) <= 12:
        names = [" ".join(choices), *(name for name in names if name == "null")]
    return " or ".join(names) or "any"


def rows(
    schema: JSONSchema, components: Mapping[str, Any], prefix: str = "", required: bool = False
) -> Iterator[FieldRow]:
    """Every field, parents before their parts."""
    schema = resolve(schema, components)
    if prefix.count(".") > _DEEPEST:
        return
    if prefix:
        yield FieldRow(prefix, type_text(schema), required, schema.get("description", ""))
    for part in schema.get("allOf", ()):
        yield from _inside(resolve(part, components), components, prefix)
    yield from _inside(schema, components, prefix)


def _inside(schema: JSONSchema, components: Mapping[str, Any], prefix: str) -> Iterator[FieldRow]:
    dot = f"{prefix}." if prefix else ""
    for name, prop in schema.get("properties", {}).items():
        yield from rows(prop, components, f"{dot}{name}", name in schema.get("required", ()))
    for key, mark in (("items", "[]"), ("additionalProperties", ".*")):
        inner = schema.get(key)
        if isinstance(inner, dict):
            inner = resolve(inner, components)
            if inner.get("properties") or isinstance(inner.get("additionalProperties"), dict):
                yield from _inside(inner, components, f"{prefix}{mark}")
