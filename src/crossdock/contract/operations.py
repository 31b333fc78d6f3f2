"""HTTP operations: what is routed and documented. Those of records are computed from the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from crossdock.contract import filters
from crossdock.contract.actions import Action
from crossdock.contract.bodies import TrackstarTagsBody
from crossdock.contract.catalogue import PUBLISHED, READ_OF, STORED
from crossdock.contract.filters import Filter, FilterKind
from crossdock.contract.resources import Resource
from crossdock.contract.schemas import JSONSchema

MAX_PAGE = 1000
MAX_KEY_LENGTH = 255
API_KEY_HEADER = "x-trackstar-api-key"
ACCESS_TOKEN_HEADER = "x-trackstar-access-token"  # noqa: S105 - the name of a header
IDEMPOTENCY_HEADER = "Idempotency-Key"
SYNCED_AT_HEADER = "X-Crossdock-Synced-At"


class Access(Enum):
    """Which credentials a call needs beside the API key."""

    PUBLIC = "nothing, not even the key"
    KEY = "key"
    OPTIONAL_TOKEN = "optional token"  # noqa: S105 - a description
    TOKEN = "token"  # noqa: S105 - a description


class Kind(Enum):
    """What an operation on records does."""

    LIST = "list"
    SINGLE = "single"
    LIVE = "live"
    WRITE = "write"
    TAGS = "tags"
    MANAGEMENT = "management"


@dataclass(frozen=True)
class Parameter:
    """One parameter of a path, query or header."""

    name: str
    place: Literal["path", "query", "header"]
    schema: JSONSchema
    description: str
    required: bool = False
    comma_separated: bool = False
    deprecated: bool = False


@dataclass(frozen=True)
class Operation:
    """One method at one path. `body` and `answer` are schemas; record operations leave them to the document."""

    method: str
    path: str
    operation_id: str
    summary: str
    tags: tuple[str, ...]
    access: Access
    kind: Kind = Kind.MANAGEMENT
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    body: JSONSchema | None = None
    body_required: bool = True
    answer: JSONSchema | None = None
    statuses: tuple[int, ...] = (401, 422, 429)
    deprecated: bool = False
    action: Action | None = None
    resource: Resource | None = None
    scoped: dict[str, str] = field(default_factory=dict)
    """Path parameter to the column it narrows a list by."""
    confidential: bool = False
    """Whether its bodies hold credentials or what a connected system sent, and are never kept in the log of calls."""

    @property
    def path_parameters(self) -> list[str]:
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


def path_parameter(name: str, description: str, schema: JSONSchema | None = None) -> Parameter:
    """A parameter of the path; always required."""
    return Parameter(name, "path", schema or {"type": "string"}, description, required=True)


API_KEY = Parameter(
    API_KEY_HEADER,
    "header",
    {"type": "string", "examples": ["<x-trackstar-api-key>"]},
    "Key of your organization.",
    required=True,
)
ACCESS_TOKEN = Parameter(
    ACCESS_TOKEN_HEADER,
    "header",
    {"type": "string", "examples": ["<x-trackstar-access-token>"]},
    "Token of the connection that the call is about.",
    required=True,
)
OPTIONAL_ACCESS_TOKEN = Parameter(
    ACCESS_TOKEN_HEADER,
    "header",
    {"type": "string", "examples": ["<x-trackstar-access-token>"]},
    "Token of a connection; with it, values of that account are filled in.",
)
IDEMPOTENCY_KEY = Parameter(
    IDEMPOTENCY_HEADER,
    "header",
    {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_KEY_LENGTH,
        "examples": ["5f0c7c4e-9d5e-4b59-9a4e-1f5f7c6b2a10"],
    },
    "Your own key of this write. A repetition within 24 hours gets the first answer and changes nothing.",
)
PAGE_TOKEN = Parameter(
    "page_token",
    "query",
    {"type": ["string", "null"], "examples": ["page_token"]},
    "The `next_token` of the page before; repeat the filters with it.",
)


def _limit(default: int) -> Parameter:
    schema = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": default, "examples": [default]}
    return Parameter("limit", "query", schema, f"Records a page; more than {MAX_PAGE} counts as {MAX_PAGE}.")


LIMIT = _limit(MAX_PAGE)
_IDS = Parameter(
    "ids[in]",
    "query",
    {"type": "array", "maxItems": filters.MAX_VALUES, "items": {"type": "string", "examples": ["resource_id_1"]}},
    f"Ids, comma-separated, at most {filters.MAX_VALUES}. Every other filter is ignored then.",
    comma_separated=True,
)
_VALUE_SCHEMAS: dict[FilterKind, JSONSchema] = {
    FilterKind.TEXT: {"type": "string"},
    FilterKind.TIME: {
        "type": "string",
        "format": "date-time",
        "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$",
        "examples": ["2022-03-10T13:00:00Z"],
    },
    FilterKind.BOOLEAN: {"type": "boolean"},
    FilterKind.NUMBER: {"type": "number"},
    FilterKind.TAGS: {"type": "string", "examples": ["tag1,key:value"]},
}


def filter_parameters(resource: Resource) -> Iterator[Parameter]:
    """The query parameters of a list: paging, ids, and every operator of every filter, or the list's own ones."""
    yield PAGE_TOKEN
    yield LIMIT if resource.page_size is None else _limit(resource.page_size)
    if resource.own_parameters:
        for own in resource.own_parameters:
            yield Parameter(own.name, "query", _VALUE_SCHEMAS[own.filter.kind], own.description)
        return
    yield _IDS
    yield from parameters_of(resource.all_filters)


def parameters_of(known: Iterable[Filter]) -> Iterator[Parameter]:
    """The query parameters of filters: each with every operator."""
    for item in known:
        value = _VALUE_SCHEMAS[item.kind]
        if item.kind is not FilterKind.TAGS:
            yield Parameter(item.name, "query", value, filters.MEANING["eq"])
        for operator in item.operators:
            name = f"{item.name}[{operator}]"
            if item.kind is FilterKind.TAGS:
                yield Parameter(name, "query", value, filters.TAG_MEANING[operator])
            elif operator in filters.LIST_OPERATORS:
                schema: dict[str, Any] = {"type": "array", "maxItems": filters.MAX_VALUES, "items": value}
                yield Parameter(name, "query", schema, filters.MEANING[operator], comma_separated=True)
            else:
                yield Parameter(name, "query", value, filters.MEANING[operator])


READ_STATUSES = (400, 401, 403, 422, 429, 501)
LIVE_STATUSES = (*READ_STATUSES, 404, 502)
WRITE_STATUSES = (400, 401, 403, 404, 409, 413, 415, 422, 429, 501, 502, 504)


def _path_parameters(path: str, resource: Resource) -> tuple[Parameter, ...]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return tuple(path_parameter(name, "Identifier in the connected system, percent-encoded.") for name in names)


def _reads(action: Action) -> Iterator[Operation]:
    resource = action.resource
    parent = resource.parent
    shared = _path_parameters(resource.path, resource)
    scoped = {parent.param: parent.column} if parent else {}
    yield Operation(
        method="GET",
        path=resource.path,
        operation_id=action.operation_id,
        summary=action.summary,
        tags=(resource.vertical, resource.title),
        access=Access.TOKEN,
        kind=Kind.LIST,
        description=f"Lists the stored {resource.title.lower()} of the connection. The connected system is not called.",
        parameters=(*shared, API_KEY, ACCESS_TOKEN, *filter_parameters(resource)),
        statuses=(*READ_STATUSES, 404) if parent else READ_STATUSES,
        action=action,
        resource=resource,
        scoped=scoped,
    )
    if resource.single:
        path = f"{resource.path}/{{{resource.id_param}}}"
        yield Operation(
            method="GET",
            path=path,
            operation_id=f"get_{resource.vertical}_get_{resource.singular}",
            summary=f"Get {resource.singular.replace('_', ' ').title()}",
            tags=(resource.vertical, resource.title),
            access=Access.TOKEN,
            kind=Kind.SINGLE,
            description=f"The stored {resource.singular.replace('_', ' ')} with this identifier.",
            parameters=(*_path_parameters(path, resource), API_KEY, ACCESS_TOKEN),
            statuses=(*READ_STATUSES, 404),
            action=action,
            resource=resource,
            scoped=scoped,
        )


def _live(action: Action) -> Operation:
    return Operation(
        method=action.method,
        path=action.path,
        operation_id=action.operation_id,
        summary=action.summary,
        tags=(action.vertical, action.resource.title),
        access=Access.TOKEN,
        kind=Kind.LIVE,
        description=f"{action.description} The connected system is asked with every call.",
        parameters=(*_path_parameters(action.path, action.resource), API_KEY, ACCESS_TOKEN),
        statuses=LIVE_STATUSES,
        action=action,
        resource=action.resource,
    )


def _write(action: Action) -> Operation:
    return Operation(
        method=action.method,
        path=action.path,
        operation_id=action.operation_id,
        summary=action.summary,
        tags=(action.vertical, action.resource.title),
        access=Access.TOKEN,
        kind=Kind.WRITE,
        description=f"{action.description} The change is made in the connected system at once.".strip(),
        parameters=(*_path_parameters(action.path, action.resource), API_KEY, ACCESS_TOKEN, IDEMPOTENCY_KEY),
        statuses=WRITE_STATUSES,
        action=action,
        resource=action.resource,
    )


def _tags(resource: Resource) -> Operation:
    singular = resource.singular.removesuffix("_item")
    path = f"{resource.path}/{{{resource.id_param}}}/trackstar-tags"
    return Operation(
        method="PUT",
        path=path,
        operation_id=f"put_{resource.vertical}_update_{singular}_trackstar_tags",
        summary=f"Update {singular.replace('_', ' ').title()} Trackstar Tags",
        tags=(resource.vertical, resource.title),
        access=Access.TOKEN,
        kind=Kind.TAGS,
        description="Replaces the whole list of tags. Tags are kept here only; the connected system is not called.",
        parameters=(*_path_parameters(path, resource), API_KEY, ACCESS_TOKEN, IDEMPOTENCY_KEY),
        statuses=WRITE_STATUSES,
        action=READ_OF[resource.key],
        resource=resource,
    )


TAGS_BODY = TrackstarTagsBody


def record_operations() -> tuple[Operation, ...]:
    """Every operation on records, computed from actions and resources."""
    found: list[Operation] = []
    for action in PUBLISHED:
        if action.is_read:
            found.extend(_reads(action))
        else:
            found.append(_live(action) if action.is_live else _write(action))
    found.extend(_tags(resource) for resource in STORED if resource.taggable)
    return tuple(found)


RECORD_OPERATIONS = record_operations()
