"""The schemas of single writes, in the form that came before write-info. Old clients still ask for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from crossdock.contract.actions import Action
from crossdock.contract.catalogue import PUBLISHED
from crossdock.contract.management.integrations import INTEGRATION_NAME
from crossdock.contract.management.shapes import closed
from crossdock.contract.operations import (
    ACCESS_TOKEN,
    API_KEY,
    READ_STATUSES,
    Access,
    Operation,
    Parameter,
)

METHOD = "method"
_ADDRESS = re.compile(r"(/wms/[^/]+)(/\{\w+\})?")
"""A collection, where records are made, or one record in it, where they are changed."""


class ConnectionMeta(msgspec.Struct, kw_only=True):
    """A JSON Schema of draft 7."""

    dialect: Annotated[
        str, Meta(description="The dialect of the schema.", examples=["http://json-schema.org/draft-07/schema#"])
    ] = msgspec.field(name="$schema")
    definitions: Annotated[dict[str, Any], Meta(description="The body of the write, by name.")]
    reference: Annotated[
        str, Meta(description="Points at the body in `definitions`.", examples=["#/definitions/foo"])
    ] = msgspec.field(name="$ref")


class IntegrationMeta(ConnectionMeta, kw_only=True):
    """A JSON Schema of draft 7, without the values of an account."""

    has_connection_specific_fields: Annotated[
        bool,
        Meta(description="Whether some fields have values that only an account knows.", examples=[True]),
    ]


def _by_address() -> dict[str, dict[str, Action]]:
    """The published creates and changes of warehouse systems: collection, then method, to action."""
    found: dict[str, dict[str, Action]] = {}
    for action in PUBLISHED:
        place = _ADDRESS.fullmatch(action.path)
        if place is not None and action.body is not None and action.vertical == "wms":
            found.setdefault(place[1], {})[action.method] = action
    return found


def _singular(actions: dict[str, Action]) -> str:
    """What the records are called: the noun of their writes."""
    return next(iter(actions.values())).name.partition("_")[2]


METHODS = ("POST", "PUT")
_PARAMETER = Parameter(
    METHOD,
    "query",
    {"type": "string", "enum": list(METHODS)},
    "POST for the body of a create, PUT for that of a change.",
    required=True,
)


def _operations() -> Iterator[tuple[Operation, dict[str, Action]]]:
    for path, actions in sorted(_by_address().items()):
        noun = _singular(actions)
        title = noun.replace("_", " ").title()
        tags = ("wms", next(iter(actions.values())).resource.title)
        said = "Kept for older clients: write-info says the same and more."
        connection = Operation(
            method="GET",
            path=f"{path}/meta",
            operation_id=f"get_wms_get_{noun}_meta",
            summary=f"{title} Schema for Connection",
            tags=tags,
            access=Access.TOKEN,
            description=f"The body of a write as a JSON Schema, with the account's values. {said}",
            parameters=(_PARAMETER, API_KEY, ACCESS_TOKEN),
            answer=closed(ConnectionMeta, "ConnectionMetaResponseSchema"),
            statuses=READ_STATUSES,
            deprecated=True,
        )
        integration = Operation(
            method="GET",
            path=f"{path}/meta/{{integration_name}}",
            operation_id=f"get_wms_get_{noun}_integration_meta",
            summary=f"{title} Schema for Integration",
            tags=tags,
            access=Access.KEY,
            description=f"The body of a write as a JSON Schema, for any account. {said}",
            parameters=(INTEGRATION_NAME, _PARAMETER, API_KEY),
            answer=closed(IntegrationMeta, "IntegrationMetaResponseSchema"),
            statuses=(*READ_STATUSES, 404),
            deprecated=True,
        )
        yield connection, actions
        yield integration, actions


_FOUND = tuple(_operations())
META_OPERATIONS = tuple(operation for operation, _ in _FOUND)
WRITES_OF = {operation.operation_id: actions for operation, actions in _FOUND}
"""Operation to the writes it can describe, by method."""
