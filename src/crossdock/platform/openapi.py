"""The OpenAPI document, assembled from operations, records and adapters."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from crossdock import __version__
from crossdock.contract.actions import JSON_TYPE, SUCCESS, Answer
from crossdock.contract.catalogue import LIVE, STORED
from crossdock.contract.management import MANAGEMENT_OPERATIONS
from crossdock.contract.operations import (
    RECORD_OPERATIONS,
    SYNCED_AT_HEADER,
    TAGS_BODY,
    Access,
    Kind,
    Operation,
    Parameter,
)
from crossdock.contract.resources import Resource
from crossdock.contract.schemas import JSONSchema, record_schema, struct_schema, tags_schema
from crossdock.contract.webhooks import HEADERS as WEBHOOK_HEADERS
from crossdock.contract.webhooks import webhook_operation, webhooks
from crossdock.integrations import registry
from crossdock.integrations.describe import variants

OPERATIONS: tuple[Operation, ...] = (*RECORD_OPERATIONS, *MANAGEMENT_OPERATIONS)

_HEADERS: dict[str, tuple[str, str]] = {
    "X-Request-Id": ("Identifier of this call; name it when you ask for help.", "01JD3F7Z6M8K2Q4R5T6V7W8X9Y"),
    "x-ratelimit-limit": ("Calls allowed in the window.", "10"),
    "x-ratelimit-remaining": ("Calls left in the window.", "9"),
    "x-ratelimit-reset": ("When the window ends, in seconds since 1970.", "1746126611"),
    "retry-after": ("Seconds to wait.", "1"),
    "Idempotent-Replayed": ("`true` when the answer is that of an earlier call with the same key.", "true"),
    SYNCED_AT_HEADER: (
        "When the last complete sync of these records ended; what has changed at the connected system since may be "
        "missing. Left out before the first.",
        "2026-01-01T00:00:00Z",
    ),
    "ETag": ("Names this exact answer; send it in `If-None-Match`.", '"8f14e45f"'),
}
_LIMIT_HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
_ERRORS: dict[int, tuple[str, str]] = {
    400: ("The request is refused, here or by the connected system.", "HTTPError"),
    401: ("The API key or the access token is missing or wrong.", "HTTPError"),
    403: ("The action is switched off, the key is read only, or the connected system refuses.", "HTTPError"),
    404: ("Not found", "HTTPError"),
    409: (
        "The first call with this Idempotency-Key is still running, or the state of the record stands in the way.",
        "HTTPError",
    ),
    410: ("What was asked for is no longer kept.", "HTTPError"),
    413: ("The body is too large.", "HTTPError"),
    415: ("The body is not of the content type that this call takes.", "HTTPError"),
    422: ("Validation error", "ValidationError"),
    429: ("Too many requests.", "HTTPError"),
    501: ("The connected system cannot do this.", "HTTPError"),
    502: ("The connected system gave no usable answer; nothing took effect.", "HTTPError"),
    504: ("The write was sent and its outcome is not known yet; `write_id` names it.", "UncertainWriteError"),
}


def _reference(name: str) -> JSONSchema:
    return {"$ref": f"#/components/schemas/{name}"}


def _header(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/headers/{name}"}


def _error_schemas() -> dict[str, JSONSchema]:
    error = {"type": "string", "description": "What is wrong, for a person.", "examples": ["Invalid API key"]}
    origin = {
        "type": "string",
        "enum": ["trackstar", "integration"],
        "description": "`trackstar` when this API refused, `integration` when the connected system did.",
    }
    texts = {"type": "array", "items": {"type": "string"}, "description": "What is wrong with the field."}
    location = {
        "type": "object",
        "description": "Messages by dotted field.",
        "properties": {"<field_name>": texts},
        "additionalProperties": texts,
    }
    plain: JSONSchema = {"type": "object", "properties": {"error": error, "origin": origin}}

    def with_more(title: str, required: list[str], **more: JSONSchema) -> JSONSchema:
        properties = {**plain["properties"], **more}
        return {**plain, "title": title, "properties": properties, "required": required, "additionalProperties": True}

    return {
        "HTTPError": with_more(
            "HTTPError",
            ["error", "origin"],
            id={"type": "string", "description": "The identifier that was not found; on 404 only."},
        ),
        "ValidationError": with_more(
            "ValidationError",
            ["error", "origin"],
            detail={
                "type": "object",
                "description": "Messages by place in the request (`json`, `query`, `headers`, `path`), then by field.",
                "properties": {"<location>": location},
                "additionalProperties": location,
            },
        ),
        "UncertainWriteError": with_more(
            "UncertainWriteError",
            ["error", "origin", "write_id"],
            write_id={"type": "string", "description": "Names the write whose outcome is open."},
        ),
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "description": parameter.description,
        "schema": parameter.schema,
    }
    if parameter.comma_separated:
        shown |= {"style": "form", "explode": False}
    if parameter.deprecated:
        shown["deprecated"] = True
    return shown


def list_schema(resource: Resource) -> JSONSchema:
    """The envelope of a list."""
    return {
        "type": "object",
        "title": f"{resource.schema_name.removesuffix('ApiItemSchema')}ListEndpoint",
        "properties": {
            "data": {
                "type": "array",
                "description": "The records of this page.",
                "items": _reference(resource.schema_name),
            },
            "next_token": {
                "type": ["string", "null"],
                "description": "Token of the next page; null on the last.",
                "examples": ["next_token"],
            },
            "total_count": {"type": "integer", "description": "Records in this answer.", "examples": [1]},
        },
        "required": ["data", "next_token", "total_count"],
        "additionalProperties": False,
    }


def _write_schema(operation: Operation, resource: Resource) -> JSONSchema:
    unused = {
        "type": "array",
        "description": "Fields of the body that were taken but had no effect in the connected system.",
        "items": {"type": "string"},
    }
    record = _reference(resource.schema_name)
    answer = operation.action.answer if operation.action is not None and operation.kind is Kind.WRITE else None
    if answer is Answer.RECORDS:
        properties: dict[str, Any] = {
            "data": {"type": "array", "description": "The changed records, in line order.", "items": record},
            "unused_fields": unused,
        }
        required = ["data", "unused_fields"]
    else:
        identifier = {"type": "string", "description": "Identifier of the record.", "examples": ["id"]}
        word = {"type": "string", "enum": [SUCCESS], "description": "Says that it was done.", "examples": [SUCCESS]}
        data = word if answer is Answer.WORD else record
        properties = {"data": data, "id": identifier, "unused_fields": unused}
        required = ["data", "id", "unused_fields"]
    return {
        "type": "object",
        "title": f"{operation.operation_id}_response",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _answer_schema(operation: Operation) -> JSONSchema:
    resource = operation.resource
    if resource is None:
        return operation.answer or {}
    if operation.kind is Kind.LIST:
        return list_schema(resource)
    if operation.kind in (Kind.SINGLE, Kind.LIVE):
        return {
            "type": "object",
            "title": f"{resource.schema_name.removesuffix('ApiItemSchema')}SingleItemEndpoint",
            "properties": {"data": _reference(resource.schema_name)},
            "required": ["data"],
            "additionalProperties": False,
        }
    return _write_schema(operation, resource)


def tags_body_schema() -> JSONSchema:
    """The body that replaces tags."""
    schema = struct_schema(TAGS_BODY, "UpdateTrackstarTagsSchema")
    prop = schema["properties"]["trackstar_tags"]
    schema["properties"]["trackstar_tags"] = {**prop, **tags_schema(writing=True)}
    return schema


def _body_schema(operation: Operation) -> JSONSchema | None:
    if operation.kind is Kind.TAGS:
        return tags_body_schema()
    if operation.kind is Kind.WRITE and operation.action is not None:
        found = variants(operation.action, registry.adapters())
        return found[0] if len(found) == 1 else {"oneOf": found} if found else None
    return operation.body


def _link_targets(operation: Operation) -> list[Operation]:
    """What can be called next with the id of the record that this operation answers with."""
    resource = operation.resource
    if resource is None or not resource.single or operation.kind is Kind.SINGLE:
        return []
    if operation.action is not None and operation.kind is Kind.WRITE and operation.action.answer is not Answer.RECORD:
        return []
    roots = {resource.path, operation.path.split("/{")[0]}
    return [
        other
        for other in RECORD_OPERATIONS
        if other is not operation
        and other.resource is resource
        and len(other.path_parameters) == len(resource.path.split("{"))
        and other.path.split("/{")[0] in roots
    ]


def _links(operation: Operation) -> dict[str, Any]:
    """Links to those operations; of a list, with the id of its first record."""
    listed = operation.kind is Kind.LIST
    value = "$response.body#/data/0/id" if listed else "$response.body#/id"
    found = {}
    for other in _link_targets(operation):
        shared = {name: f"$request.path.{name}" for name in other.path_parameters[:-1]}
        found[other.operation_id] = {
            "operationId": other.operation_id,
            "description": f"{other.summary} with the id of {'the first record' if listed else 'the record'}.",
            "parameters": {**shared, other.path_parameters[-1]: value},
        }
    return found


def _responses(operation: Operation) -> dict[str, Any]:
    read = operation.method == "GET"
    links = _links(operation)
    is_public = operation.access is Access.PUBLIC
    names = ["X-Request-Id"] if is_public else ["X-Request-Id", *_LIMIT_HEADERS]
    # An answer with download addresses is another one each time.
    downloadable = operation.resource is not None and operation.resource.downloadable
    revalidated = is_public or (operation.kind in (Kind.LIST, Kind.SINGLE) and not downloadable)
    if revalidated:
        names.append("ETag")
    if operation.kind in (Kind.LIST, Kind.SINGLE):
        names.append(SYNCED_AT_HEADER)
    if operation.kind in (Kind.WRITE, Kind.TAGS):
        names.append("Idempotent-Replayed")
    found: dict[str, Any] = {
        "200": {
            "description": "Successful response",
            "headers": {name: _header(name) for name in names},
            "content": {"application/json": {"schema": _answer_schema(operation)}},
        }
    }
    if links:
        found["200"]["links"] = links
    if read and revalidated:
        found["304"] = {"description": "The answer is still the one that `If-None-Match` names."}
    for status in operation.statuses:
        found[str(status)] = {"$ref": f"#/components/responses/{HTTPStatus(status).name.title().replace('_', '')}"}
    return found


def _operation(operation: Operation) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "operationId": operation.operation_id,
        "summary": operation.summary,
        "description": operation.description,
        "tags": list(operation.tags),
        "parameters": [_parameter(item) for item in operation.parameters],
        "responses": _responses(operation),
    }
    if operation.deprecated:
        shown["deprecated"] = True
    body = _body_schema(operation)
    if body is not None:
        required = operation.body_required
        kind = operation.action.media_type if operation.kind is Kind.WRITE and operation.action else JSON_TYPE
        shown["requestBody"] = {"required": required, "content": {kind: {"schema": body}}}
    return shown


def _error_responses() -> dict[str, Any]:
    found = {}
    for status, (description, schema) in _ERRORS.items():
        headers = {"X-Request-Id": _header("X-Request-Id")}
        if status == 429:
            headers |= {name: _header(name) for name in (*_LIMIT_HEADERS, "retry-after")}
        found[HTTPStatus(status).name.title().replace("_", "")] = {
            "description": description,
            "headers": headers,
            "content": {"application/json": {"schema": _reference(schema)}},
        }
    return found


def document() -> dict[str, Any]:
    """The whole API as OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in sorted(OPERATIONS, key=lambda item: item.path):
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    events = webhooks()
    tags = [tag for operation in OPERATIONS for tag in operation.tags] + [event.tag for event in events]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Crossdock",
            "version": __version__,
            "description": "One API for warehouse systems, shops, carriers and ERPs.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(tags)],
        "paths": paths,
        "webhooks": {event.name: {"post": webhook_operation(event)} for event in events},
        "components": {
            "schemas": {
                **{resource.schema_name: record_schema(resource) for resource in (*STORED, *LIVE)},
                **{event.schema_name: event.schema for event in events},
                **_error_schemas(),
            },
            "parameters": {header.name: _parameter(header) for header in WEBHOOK_HEADERS},
            "responses": _error_responses(),
            "headers": {
                name: {"description": text, "schema": {"type": "string", "examples": [example]}}
                for name, (text, example) in _HEADERS.items()
            },
        },
    }
