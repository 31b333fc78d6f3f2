"""What an integration can do, computed from its adapter: catalogue entries, write-info and published variants."""

from __future__ import annotations

import ast
import functools
import inspect
from pathlib import Path
from typing import Any

from msgspec import inspect as type_inspect

from crossdock.contract.actions import Action
from crossdock.contract.bodies import TAGS_FIELD
from crossdock.contract.management.integrations import IntegrationInfo, ListOperation, SpecificFields, WriteOperation
from crossdock.contract.records import Record
from crossdock.contract.schemas import (
    Choices,
    JSONSchema,
    base_schema,
    field_paths,
    placeholder_choices,
    published,
    store_fields,
    variant_schema,
)
from crossdock.contract.values import VERTICALS, Vertical
from crossdock.integrations.kit.adapter import Adapter, Implementation


def writes_of(adapter: type[Adapter]) -> list[Implementation]:
    """The writes of an adapter, in the order of their addresses."""
    found = [item for item in adapter.implementations.values() if item.action.is_write]
    return sorted(found, key=lambda item: (item.action.path, item.action.method))


def reads_of(adapter: type[Adapter]) -> list[Implementation]:
    """The reads of an adapter, live ones too, in the order of their addresses."""
    found = [item for item in adapter.implementations.values() if not item.action.is_write]
    return sorted(found, key=lambda item: item.action.path)


def body_schema(adapter: type[Adapter], action: Action, choices: Choices | None = None) -> JSONSchema | None:
    """The schema that judges a write of this integration; None for a write without a body."""
    body = adapter.implementations[action.key].body
    if body is None:
        return None
    return variant_schema(body, action.body, adapter.display_name, choices)


def variants(action: Action, adapters: tuple[type[Adapter], ...]) -> list[JSONSchema]:
    """The base schema of a write and one variant an integration, as the whole API's document shows them."""
    if action.body is None:
        return []
    if not action.varies:
        return [{**base_schema(action.body), "additionalProperties": False, "title": f"{action.camel}Schema"}]
    found = [published(base_schema(action.body))]
    for adapter in sorted(adapters, key=lambda item: item.display_name.lower()):
        schema = body_schema(adapter, action) if adapter.can(action) else None
        if schema is not None:
            found.append(published(schema))
    return found


def _specific(schema: JSONSchema, base: JSONSchema) -> SpecificFields:
    known = base.get("properties", {})
    own = {
        name: {"title": name, **published(prop)}
        for name, prop in schema.get("properties", {}).items()
        if name not in known or prop.get("enum") != known[name].get("enum")
    }
    return SpecificFields(properties=own, required_fields=[name for name in schema.get("required", ()) if name in own])


def _write_operation(adapter: type[Adapter], made: Implementation, choices: Choices) -> WriteOperation:
    schema = body_schema(adapter, made.action, choices) or {"properties": {}, "required": []}
    base = base_schema(made.action.body) if made.action.body else {}
    shared = set(field_paths(base))
    return WriteOperation(
        action=made.action.name,
        url=made.action.url,
        required_base_schema_fields=[p for p in field_paths(schema, only_required=True) if p in shared],
        optional_base_schema_fields=[p for p in field_paths(schema, only_required=False) if p in shared],
        integration_specific_fields=_specific(schema, base),
    )


def integration_info(adapter: type[Adapter], logo_url: str, choices: Choices = placeholder_choices) -> IntegrationInfo:
    """The catalogue entry of an integration."""
    return IntegrationInfo(
        integration_name=adapter.slug,
        display_name=adapter.display_name,
        install_method=adapter.auth.install_method,
        description=adapter.description,
        logo_url=logo_url,
        write_operations=[_write_operation(adapter, made, choices) for made in writes_of(adapter)],
        list_operations=[
            ListOperation(
                action=made.action.name,
                url=made.action.url,
                implemented_fields=implemented_fields(adapter, made.action),
            )
            for made in reads_of(adapter)
        ],
        available_actions=adapter.action_names(),
    )


_VERTICAL_NAMES: dict[Vertical, str] = {
    "wms": "WMS",
    "erp": "ERP",
    "cart": "Cart",
    "carrier": "Carrier",
    "freight": "Freight",
}


def schema_name(adapter: type[Adapter], action: Action) -> str:
    """What documents call the body of a write of this integration."""
    slug = "".join(part.capitalize() for part in adapter.slug.split("-"))
    return f"{action.camel}{action.vertical}{slug}Schema"


def _asks_the_account(schema: Any) -> bool:
    """Whether a body has a field whose values only an account knows."""
    parts = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    return (isinstance(schema, dict) and "x-choices" in schema) or any(_asks_the_account(part) for part in parts)


def write_meta(adapter: type[Adapter], action: Action, choices: Choices | None = None) -> dict[str, Any]:
    """The body of one write as a JSON Schema of draft 7, for clients that know write-info's predecessor.

    Without `choices` it is the integration's, with placeholders for the values of an account.
    """
    schema = body_schema(adapter, action, choices or placeholder_choices)
    if schema is None:
        raise TypeError(f"{action.key} takes no body")
    name = schema_name(adapter, action)
    document: dict[str, Any] = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$ref": f"#/definitions/{name}",
        "definitions": {name: published(schema)},
    }
    if choices is None:
        document["has_connection_specific_fields"] = _asks_the_account(body_schema(adapter, action))
    return document


def write_info(adapter: type[Adapter], choices: Choices = placeholder_choices) -> dict[str, Any]:
    """An OpenAPI document of the writes of one integration."""
    paths: dict[str, Any] = {}
    schemas: dict[str, JSONSchema] = {}
    for made in writes_of(adapter):
        action = made.action
        operation: dict[str, Any] = {"operationId": action.operation_id}
        names = [part[1:-1] for part in action.path.split("/") if part.startswith("{")]
        if names:
            operation["parameters"] = [
                {"in": "path", "name": name, "required": True, "schema": {"type": "string"}} for name in names
            ]
        schema = body_schema(adapter, action, choices)
        if schema is not None:
            name = schema_name(adapter, action)
            schemas[name] = published(schema)
            content = {action.media_type: {"schema": {"$ref": f"#/components/schemas/{name}"}}}
            operation["requestBody"] = {"required": True, "content": content}
        verb, _, noun = action.name.partition("_")
        said = f"{verb.title()} {_VERTICAL_NAMES[action.vertical]} {noun.replace('_', ' ').title()} output"
        operation["responses"] = {"200": {"description": said}}
        paths.setdefault(action.path, {})[action.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Writes of {adapter.display_name}", "version": "1.0.0"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _sources(folder: Path, vertical: Vertical) -> list[Path]:
    """The modules of an adapter's folder: not its tests, nor a subfolder that belongs to another vertical."""
    others = {"tests", *VERTICALS} - {vertical}
    return [path for path in sorted(folder.rglob("*.py")) if path.relative_to(folder).parts[0] not in others]


@functools.cache
def _keywords_used(folder: Path, vertical: Vertical, names: frozenset[str]) -> dict[str, frozenset[str]]:
    """Which keyword arguments the code in a folder gives to each of these classes."""
    used: dict[str, set[str]] = {name: set() for name in names}
    for source in _sources(folder, vertical):
        for node in ast.walk(ast.parse(source.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in used:
                used[called].update(item.arg for item in node.keywords if item.arg)
    return {name: frozenset(found) for name, found in used.items()}


def _structs(kind: type_inspect.Type) -> set[type]:
    found: set[type] = set()
    if isinstance(kind, type_inspect.Metadata):
        return _structs(kind.type)
    if isinstance(kind, type_inspect.StructType):
        found.add(kind.cls)
        for item in kind.fields:
            found |= _structs(item.type)
    elif isinstance(kind, type_inspect.UnionType):
        found = {struct for item in kind.types for struct in _structs(item)}
    elif isinstance(kind, type_inspect.ListType):
        found = _structs(kind.item_type)
    elif isinstance(kind, type_inspect.DictType):
        found = _structs(kind.value_type)
    return found


def _shape(kind: type_inspect.Type, used: dict[str, frozenset[str]], filled: bool) -> Any:
    if isinstance(kind, type_inspect.Metadata):
        return _shape(kind.type, used, filled)
    if isinstance(kind, type_inspect.UnionType):
        solid = [item for item in kind.types if not isinstance(item, type_inspect.NoneType)]
        return _shape(solid[0], used, filled)
    if isinstance(kind, type_inspect.StructType):
        given = used.get(kind.cls.__name__, frozenset())
        return {item.encode_name: _shape(item.type, used, filled and item.name in given) for item in kind.fields}
    if isinstance(kind, type_inspect.ListType):
        inner = _shape(kind.item_type, used, filled)
        return [inner] if isinstance(inner, dict) else filled
    if isinstance(kind, type_inspect.DictType):
        inner = _shape(kind.value_type, used, filled)
        return {"key": inner} if isinstance(inner, dict) else filled
    return filled


def implemented_fields(adapter: type[Adapter], action: Action) -> dict[str, Any]:
    """The record's shape with true where the adapter's code fills the field.

    Read from the code itself: a field counts as filled when the folder gives it by name to the record or its parts.
    """
    record = action.resource.record
    if record is None or action.is_write:
        return {}
    info = type_inspect.type_info(record)
    folder = Path(inspect.getfile(adapter)).parent
    used = _keywords_used(folder, adapter.vertical, frozenset(struct.__name__ for struct in _structs(info)))
    shape: dict[str, Any] = _shape(info, used, True)
    if not action.resource.stored:
        return shape
    return shape | {name: True for name in store_fields(action.resource) if name != TAGS_FIELD}


def record_type(action: Action) -> type[Record]:
    """The record class of an action; a programming error when its schema is not declared."""
    if action.resource.record is None:
        raise TypeError(f"{action.key} has no record schema")
    return action.resource.record
