"""JSON Schema (2020-12) of records and write bodies, made from their Structs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import inspect

from crossdock.contract.bodies import BASE_TITLE, TAGS_FIELD, WriteBody
from crossdock.contract.resources import Resource
from crossdock.contract.values import INT64_MAX, INT64_MIN

JSONSchema = dict[str, Any]

REFUSED_WORDS = ["none"]
"""Texts that the contract forbids as a value in a write body, beside the empty text."""
NO_NUL = "^[^\\u0000]*$"
"""No system can store a NUL, so no text field takes one."""
PLACEHOLDER = "N/A - Connect an account to see options"
"""The enum of an account-specific field while no account is known."""
ASK_AUTHENTICATED = "(hit authenticated to get full enum)"

Choices = Callable[[str, str], list[str] | None]
"""Resource name and field to the account's values; None when they are not known."""


def placeholder_choices(_resource: str, _field: str) -> list[str]:
    """What a write-info document without a token shows."""
    return [PLACEHOLDER]


@dataclass
class _Walk:
    """One pass over a type. A write body refuses nulls and empty texts, a record states what may be null."""

    writing: bool
    choices: Choices | None = None
    components: dict[str, JSONSchema] = field(default_factory=dict)

    def schema(self, kind: inspect.Type) -> JSONSchema:
        if isinstance(kind, inspect.Metadata):
            return self._annotated(kind)
        if isinstance(kind, inspect.UnionType):
            return self._union(kind)
        if isinstance(kind, inspect.StructType):
            return self._object(kind)
        if isinstance(kind, inspect.ListType):
            found: JSONSchema = {"type": "array", "items": self.schema(kind.item_type)}
            if kind.min_length is not None:
                found["minItems"] = kind.min_length
            if kind.max_length is not None:
                found["maxItems"] = kind.max_length
            return found
        if isinstance(kind, inspect.DictType):
            return {"type": "object", "additionalProperties": self.schema(kind.value_type)}
        if isinstance(kind, inspect.LiteralType):
            return {"type": "string", "enum": list(kind.values)}
        return self._scalar(kind)

    def _scalar(self, kind: inspect.Type) -> JSONSchema:
        if isinstance(kind, inspect.StrType):
            if self.writing:
                return {"type": "string", "minLength": 1, "pattern": NO_NUL, "not": {"enum": REFUSED_WORDS}}
            return {"type": "string"}
        if isinstance(kind, inspect.BytesType):
            return {"type": "string", "format": "binary", "minLength": kind.min_length or 0}
        if isinstance(kind, inspect.BoolType):
            return {"type": "boolean"}
        if isinstance(kind, inspect.IntType):
            low = INT64_MIN if kind.ge is None else kind.ge
            high = INT64_MAX if kind.le is None else kind.le
            return {"type": "integer", "minimum": low, "maximum": high} if self.writing else {"type": "integer"}
        if isinstance(kind, inspect.DecimalType | inspect.FloatType):
            return {"type": "number"}
        if isinstance(kind, inspect.DateTimeType):
            return {"type": "string", "format": "date-time"}
        if isinstance(kind, inspect.AnyType):
            return {}
        raise TypeError(f"no JSON Schema for {kind!r}")

    def _annotated(self, kind: inspect.Metadata) -> JSONSchema:
        extra = kind.extra or {}
        schema = tags_schema(writing=self.writing) if extra.get("tags") else self.schema(kind.type)
        facts = dict(kind.extra_json_schema or {})
        if "$ref" in schema and facts:
            schema = {"allOf": [schema]}
        schema = {**schema, **facts}
        wanted = extra.get("choices")
        if wanted and self.choices is not None:
            values = self.choices(wanted["resource"], wanted["field"])
            if values:
                schema = {**schema, "enum": values}
        elif wanted:
            schema["x-choices"] = True
        if extra.get("vendor_only"):
            schema["x-vendor-only"] = True
        if extra.get("at_least_one"):
            schema["anyOf"] = [_form(name, prop) for name, prop in schema["properties"].items()]
        return schema

    def _union(self, kind: inspect.UnionType) -> JSONSchema:
        solid = [item for item in kind.types if not isinstance(item, inspect.NoneType)]
        schemas = [self.schema(item) for item in solid]
        nullable = len(solid) != len(kind.types)
        if len(schemas) > 1:
            merged: JSONSchema = {"type": [name for item in schemas for name in _types(item)]}
        else:
            merged = schemas[0]
        return _nullable(merged) if nullable else merged

    def _object(self, kind: inspect.StructType) -> JSONSchema:
        properties = {item.encode_name: self.schema(item.type) for item in kind.fields}
        required = [item.encode_name for item in kind.fields if not self.writing or item.required]
        schema: JSONSchema = {
            "type": "object",
            "properties": properties,
            "required": sorted(required),
            "additionalProperties": False,
        }
        if kind.cls.__doc__:
            schema["description"] = kind.cls.__doc__
        return schema


def _form(name: str, prop: JSONSchema) -> JSONSchema:
    """An object in which this field is there."""
    title = "".join(part.capitalize() for part in name.split("_"))
    return {"type": "object", "title": title, "properties": {name: prop}, "required": [name]}


def _types(schema: JSONSchema) -> list[str]:
    kind = schema["type"]
    return list(kind) if isinstance(kind, list) else [kind]


def _nullable(schema: JSONSchema) -> JSONSchema:
    if "type" not in schema:
        return schema
    widened = {**schema, "type": [*_types(schema), "null"]}
    if "enum" in widened:
        widened["enum"] = [*widened["enum"], None]
    return widened


def tags_schema(*, writing: bool, nullable: bool = False) -> JSONSchema:
    """A list of tags: each a text or an object with one key."""
    word: JSONSchema = {"type": "string"}
    if writing:
        word = {"type": "string", "minLength": 1, "pattern": NO_NUL, "not": {"enum": REFUSED_WORDS}}
    keyed: JSONSchema = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": {"anyOf": [word, {"type": ["number", "boolean"]}]} if writing else True,
    }
    if writing:
        keyed["propertyNames"] = word
    return {"type": ["array", "null"] if nullable else "array", "items": {"oneOf": [word, keyed]}}


def store_fields(resource: Resource) -> dict[str, JSONSchema]:
    """The fields the store adds to every record it serves, after the adapter's own."""
    day: JSONSchema = {"type": "string", "format": "date-time"}
    fields: dict[str, JSONSchema] = {}
    if resource.dated:
        fields["trackstar_created_date"] = {**day, "description": "When this copy was first stored."}
        fields["trackstar_updated_date"] = {
            **day,
            "description": "When this copy last changed; the field to pull increments by.",
        }
    if resource.downloadable:
        fields["download_url"] = {
            "type": "string",
            "description": "Address that gives the file to whoever calls it; made anew with every answer.",
            "examples": ["https://crossdock.example.com/downloads/4fQ2"],
        }
        fields["download_url_expires_at"] = {
            **day,
            "description": "When `download_url` ends, 20 minutes after the answer.",
            "examples": ["2025-01-15T10:50:00Z"],
        }
    if resource.taggable:
        fields[TAGS_FIELD] = {
            **tags_schema(writing=False, nullable=True),
            "description": "Your own tags, kept only here and never sent to the connected system. "
            "Each is a text or an object with exactly one key.",
            "examples": [["tag1", "tag2", {"tag3": "value3"}]],
        }
    return fields


def record_schema(resource: Resource) -> JSONSchema:
    """The schema of a record as it is served: the adapter's fields and the store's."""
    if resource.record is None:
        raise TypeError(f"{resource.key} has no record schema")
    schema = _Walk(writing=False).schema(inspect.type_info(resource.record))
    if resource.stored:
        schema["properties"].update(store_fields(resource))
    schema["required"] = sorted(schema["properties"])
    schema["title"] = resource.schema_name
    return schema


def struct_schema(struct: type[msgspec.Struct], title: str | None = None) -> JSONSchema:
    """The schema of an answer that is not a record; fields with a default are optional."""
    info = inspect.type_info(struct)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{struct.__name__} is not a Struct")
    schema = _Walk(writing=False).schema(info)
    schema["required"] = sorted(item.encode_name for item in info.fields if item.required)
    if title:
        schema["title"] = title
    return schema


def base_schema(body: type[WriteBody]) -> JSONSchema:
    """The base body of a write: what all integrations draw from; open to fields of single integrations."""
    schema = _Walk(writing=True).schema(inspect.type_info(body))
    return _with_nullable_tags({**schema, "title": BASE_TITLE, "additionalProperties": True})


def variant_schema(
    variant: type[WriteBody], base: type[WriteBody] | None, title: str, choices: Choices | None = None
) -> JSONSchema:
    """One integration's form of a write body, closed, with descriptions taken over from the base body."""
    schema = _Walk(writing=True, choices=choices).schema(inspect.type_info(variant))
    if base is not None:
        original = base_schema(base)
        _inherit(schema, original)
        if TAGS_FIELD in original["properties"]:
            schema["properties"].setdefault(TAGS_FIELD, original["properties"][TAGS_FIELD])
    if base is variant:
        description = schema.get("description")
    else:
        description = variant.__doc__
    schema = {**schema, "title": title}
    if description:
        schema["description"] = description
    return _with_nullable_tags(schema)


def _with_nullable_tags(schema: JSONSchema) -> JSONSchema:
    tags = schema["properties"].get(TAGS_FIELD)
    if tags is not None and TAGS_FIELD not in schema["required"]:
        schema["properties"][TAGS_FIELD] = {**tags, "type": ["array", "null"]}
    return schema


def _inherit(schema: JSONSchema, original: Mapping[str, Any]) -> None:
    for name, prop in schema.get("properties", {}).items():
        source = original.get("properties", {}).get(name)
        if source is None:
            continue
        for key in ("description", "examples"):
            if key in source:
                prop.setdefault(key, source[key])
        if "minimum" in source and "minimum" in prop:
            prop["minimum"] = max(prop["minimum"], source["minimum"])
        _inherit(prop, source)
    for form, source in zip(schema.get("anyOf", ()), original.get("anyOf", ()), strict=False):
        _inherit(form, source)
    if isinstance(schema.get("items"), dict):
        _inherit(schema["items"], original.get("items", {}))


def published(schema: JSONSchema) -> JSONSchema:
    """The schema as documents show it: the internal marks turned into words."""
    shown = {key: value for key, value in schema.items() if key not in ("x-choices", "x-vendor-only")}
    if schema.get("x-choices"):
        shown["description"] = f"{schema.get('description', '')} {ASK_AUTHENTICATED}".strip()
    for key in ("properties", "$defs"):
        if key in shown:
            shown[key] = {name: published(value) for name, value in shown[key].items()}
    if isinstance(shown.get("items"), dict):
        shown["items"] = published(shown["items"])
    if "anyOf" in shown:
        shown["anyOf"] = [published(form) for form in shown["anyOf"]]
    return shown


def field_paths(schema: JSONSchema, *, only_required: bool | None = None, prefix: str = "") -> list[str]:
    """Dotted paths of a body's fields; required ones, optional ones, or both."""
    paths: list[str] = []
    required = set(schema.get("required", ()))
    for name, prop in schema.get("properties", {}).items():
        path = f"{prefix}{name}"
        needed = name in required
        if only_required is None or only_required is needed:
            paths.append(path)
        inner = prop.get("items") if prop.get("type") == "array" else prop
        if isinstance(inner, dict) and "properties" in inner:
            paths.extend(field_paths(inner, only_required=only_required, prefix=f"{path}."))
    return paths
