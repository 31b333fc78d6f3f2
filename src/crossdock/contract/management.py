"""Operations on connections, the integration catalogue and the sandbox, with the shapes they answer."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from crossdock.contract.catalogue import READ_OF
from crossdock.contract.operations import (
    ACCESS_TOKEN,
    API_KEY,
    LIMIT,
    OPTIONAL_ACCESS_TOKEN,
    PAGE_TOKEN,
    Access,
    Operation,
    Parameter,
    path_parameter,
)
from crossdock.contract.schemas import JSONSchema, struct_schema
from crossdock.contract.values import VERTICALS, Timestamp, Vertical

DEPRECATED = {"deprecated": True}


class SyncSchedule(msgspec.Struct, kw_only=True):
    """How one function of a connection keeps up with the connected system."""

    function_name: Annotated[str, Meta(description="The read that is synced.", examples=["get_inventory"])]
    latest_sync: Annotated[
        Timestamp | None, Meta(description="Deprecated: read `last_crawl_end`.", extra_json_schema=DEPRECATED)
    ] = None
    last_crawl_start: Annotated[Timestamp | None, Meta(description="When the last run began.")] = None
    last_crawl_end: Annotated[Timestamp | None, Meta(description="When the last run ended.")] = None
    latest_data: Annotated[Timestamp | None, Meta(description="Up to when the stored data is complete.")] = None
    sync_frequency: Annotated[int, Meta(description="Seconds between two runs.", examples=[3600])]
    in_progress: Annotated[
        bool, Meta(description="Deprecated: whether a run is under way.", extra_json_schema=DEPRECATED)
    ] = False
    sync_status: Annotated[
        str,
        Meta(
            description="`enabled`, `paused`, `in_progress`, `warn` for a problem that does not block, or `error`.",
            examples=["enabled"],
        ),
    ] = "enabled"


class AffectedEndpoint(msgspec.Struct, kw_only=True):
    """An endpoint that a problem touches."""

    endpoint: Annotated[str, Meta(description="Method and path.", examples=["GET /wms/inventory"])]
    preventing_sync: Annotated[bool, Meta(description="Whether nothing of it can be synced.", examples=[False])]


class ConnectionProblem(msgspec.Struct, kw_only=True):
    """Something that is wrong with a connection right now."""

    error_message: Annotated[str, Meta(description="What is wrong.", examples=["Invalid ShipBob credentials"])]
    affected_endpoints: Annotated[list[AffectedEndpoint], Meta(description="What it touches.")]
    first_seen: Annotated[Timestamp, Meta(description="When it was first met.", examples=["2023-01-01T00:00:00Z"])]
    last_seen: Annotated[Timestamp, Meta(description="When it was last met.", examples=["2023-01-01T00:00:00Z"])]


class ConnectionAnswer(msgspec.Struct, kw_only=True):
    """One connected system of one of your customers."""

    connection_id: Annotated[
        str, Meta(description="The connection's identifier.", examples=["07b344db-0304-4866-9ae1-ac8af5292a28"])
    ]
    integration_name: Annotated[str, Meta(description="Slug of the integration.", examples=["shipbob"])]
    integration_display_name: Annotated[str | None, Meta(description="Its name.", examples=["ShipBob"])] = None
    integration_type: Annotated[Vertical, Meta(description="Its vertical.", examples=["wms"])]
    customer_id: Annotated[str | None, Meta(description="Your own identifier of the customer.")]
    created_at: Annotated[Timestamp, Meta(description="When it was made.", examples=["2023-01-01T00:00:00Z"])]
    last_used: Annotated[Timestamp | None, Meta(description="When its token was last used.")]
    times_used: Annotated[int | None, Meta(description="How many calls were made with its token.", examples=[1])]
    latest_sync: Annotated[
        Timestamp | None,
        Meta(description="Deprecated: the end of the latest run of any function.", extra_json_schema=DEPRECATED),
    ] = None
    sync_schedules: Annotated[list[SyncSchedule], Meta(description="One entry a synced function.")]
    historical_sync_completed: Annotated[
        dict[str, Annotated[bool, Meta(description="Whether its first sync has ended.")]],
        Meta(
            description="Function to whether its first sync has ended; its list is empty or partial before.",
            examples=[{"get_orders": True, "get_inventory": False}],
        ),
    ] = {}
    errors: Annotated[list[ConnectionProblem], Meta(description="What is wrong now; empty when all is well.")]
    available_actions: Annotated[
        list[str], Meta(description="What can be done with it.", examples=[["get_inventory", "get_products"]])
    ]
    available_endpoints: Annotated[
        list[str],
        Meta(description="Deprecated: the same as `available_actions`.", extra_json_schema=DEPRECATED),
    ] = []
    webhooks_disabled: Annotated[bool, Meta(description="Whether its events are held back.", examples=[False])]
    me: Annotated[
        dict[str, Any] | None,
        Meta(description="What the connected system says about the account.", examples=[{"marketplaces": ["US"]}]),
    ] = None
    disabled_functions: Annotated[
        list[str] | None,
        Meta(description="Functions switched off for this connection; null when the organization's list applies."),
    ] = None


class ConnectionsAnswer(msgspec.Struct, kw_only=True):
    """A page of connections."""

    data: Annotated[list[ConnectionAnswer], Meta(description="The connections of this page.")]
    next_token: Annotated[str | None, Meta(description="Token of the next page; null on the last.")]
    total_count: Annotated[int, Meta(description="Connections in this answer.", examples=[1])]


class SingleConnectionAnswer(msgspec.Struct, kw_only=True):
    """One connection as an object."""

    data: ConnectionAnswer


class SyncRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which functions to sync now."""

    functions_to_sync: Annotated[list[str], Meta(description="Functions to run; leave out for all.")] = []


class SyncAnswer(msgspec.Struct, kw_only=True):
    """What was set going."""

    id: Annotated[str, Meta(description="The connection.", examples=["07b344db-0304-4866-9ae1-ac8af5292a28"])]
    syncing: Annotated[bool, Meta(description="Whether any run was set going.", examples=[True])]
    functions_to_sync: Annotated[
        list[str], Meta(description="The functions set going; empty when all are.", examples=[["get_inventory"]])
    ]


class SpecificFields(msgspec.Struct, kw_only=True):
    """Fields of a write that only this integration has, or whose values depend on the account."""

    type: Annotated[str, Meta(description="Always `object`.", examples=["object"])] = "object"
    properties: Annotated[dict[str, Any], Meta(description="Field to a small schema.")] = {}
    required_fields: Annotated[list[str], Meta(description="Which of them are required.")] = []


class WriteOperation(msgspec.Struct, kw_only=True):
    """A write that an integration supports."""

    action: Annotated[str, Meta(description="The action.", examples=["create_order"])]
    url: Annotated[str, Meta(description="Method and path.", examples=["POST /wms/orders"])]
    required_base_schema_fields: Annotated[
        list[str], Meta(description="Shared fields it requires, as dotted paths.", examples=[["line_items.sku"]])
    ]
    optional_base_schema_fields: Annotated[
        list[str], Meta(description="Shared fields it takes, as dotted paths.", examples=[["order_number"]])
    ]
    integration_specific_fields: SpecificFields


class ListOperation(msgspec.Struct, kw_only=True):
    """A read that an integration supports."""

    action: Annotated[str, Meta(description="The action.", examples=["get_inventory"])]
    url: Annotated[str, Meta(description="Method and path.", examples=["GET /wms/inventory"])]
    implemented_fields: Annotated[
        dict[str, Any],
        Meta(
            description="The record's shape with true where the integration fills the field; a list holds one template "
            "and a map the key `key`.",
            examples=[{"onhand": True, "lots": [{"lot_id": True}]}],
        ),
    ]


class IntegrationInfo(msgspec.Struct, kw_only=True):
    """A system that can be connected."""

    integration_name: Annotated[str, Meta(description="Slug, as used everywhere else.", examples=["shipbob"])]
    display_name: Annotated[str, Meta(description="Its name.", examples=["ShipBob"])]
    install_method: Annotated[
        str, Meta(description="`input` for a form, `oauth` for a sign-in at the system.", examples=["input"])
    ]
    description: Annotated[str, Meta(description="What it is, in one sentence.")]
    logo_url: Annotated[
        str,
        Meta(
            description="Address of its picture.",
            examples=["https://example.com/logo.svg"],
            extra_json_schema={"format": "uri"},
        ),
    ]
    write_operations: Annotated[list[WriteOperation], Meta(description="Writes it supports.")]
    list_operations: Annotated[list[ListOperation], Meta(description="Reads it supports.")]
    available_actions: Annotated[
        list[str], Meta(description="Everything it supports.", examples=[["create_order", "get_inventory"]])
    ]


class IntegrationsAnswer(msgspec.Struct, kw_only=True):
    """Integrations; a single one comes in a list too."""

    data: Annotated[list[IntegrationInfo], Meta(description="The integrations.")]


class SandboxAnswer(msgspec.Struct, kw_only=True):
    """A connection to a sandbox, ready to use."""

    access_token: Annotated[str, Meta(description="Token of the connection; it does not end.")]
    connection_id: Annotated[str, Meta(description="The connection; the same after each call.")]
    integration_name: Annotated[str, Meta(description="Always `sandbox`.", examples=["sandbox"])]
    customer_id: Annotated[str | None, Meta(description="Your own identifier of the customer.")]
    available_actions: Annotated[list[str], Meta(description="What can be done with it.")]
    available_endpoints: Annotated[
        list[str],
        Meta(description="Deprecated: the same as `available_actions`.", extra_json_schema=DEPRECATED),
    ]


def sync_functions() -> list[str]:
    """Every function that can be synced, in any vertical."""
    return sorted({action.name for action in READ_OF.values()})


def _closed(struct: type[msgspec.Struct], title: str) -> JSONSchema:
    return {**struct_schema(struct, title), "additionalProperties": False}


def _sync_request() -> JSONSchema:
    schema = _closed(SyncRequest, "SyncConnectionRequest")
    schema["properties"]["functions_to_sync"]["items"] = {
        "type": "string",
        "description": "A function of the connection's vertical.",
        "enum": sync_functions(),
    }
    return schema


def _write_info() -> JSONSchema:
    return {
        "type": "object",
        "title": "WriteInfoDocument",
        "properties": {
            "openapi": {"type": "string", "description": "Version of OpenAPI.", "examples": ["3.1.0"]},
            "info": {"type": "object", "description": "Title and version.", "additionalProperties": True},
            "paths": {
                "type": "object",
                "description": "The paths of the writes it supports.",
                "additionalProperties": True,
            },
            "components": {
                "type": "object",
                "title": "WriteInfoComponents",
                "properties": {
                    "schemas": {
                        "type": "object",
                        "description": "The bodies, by name, with the account's values when a token was sent.",
                        "additionalProperties": True,
                    }
                },
                "required": ["schemas"],
                "additionalProperties": False,
            },
        },
        "required": ["components", "openapi", "paths"],
        "additionalProperties": False,
    }


INTEGRATION_TYPE = path_parameter("integration_type", "A vertical.", {"type": "string", "enum": list(VERTICALS)})
INTEGRATION_NAME = path_parameter("integration_name", "Slug of an integration.")
SANDBOX_TYPE = path_parameter(
    "integration_type",
    "The vertical of the sandbox.",
    {"type": "string", "enum": list(VERTICALS)},
)

GET_CONNECTIONS = Operation(
    method="GET",
    path="/connections",
    operation_id="get_get_connections",
    summary="Get Connections",
    tags=("Auth",),
    access=Access.KEY,
    description="Lists the connections of your organization, oldest first.",
    parameters=(
        API_KEY,
        PAGE_TOKEN,
        LIMIT,
        Parameter(
            "access_token",
            "query",
            {"type": "string"},
            "The one connection that this token belongs to.",
            deprecated=True,
        ),
    ),
    answer=_closed(ConnectionsAnswer, "GetConnectionsResponse"),
    statuses=(401, 422, 429),
)
GET_CONNECTION = Operation(
    method="GET",
    path="/connections/{connection_id}",
    operation_id="get_get_connection",
    summary="Get Connection",
    tags=("Auth",),
    access=Access.KEY,
    description="One connection, in the list envelope unless the server is set to answer one object.",
    parameters=(API_KEY, path_parameter("connection_id", "The connection.")),
    answer={
        "title": "GetConnectionResponse",
        "oneOf": [
            _closed(ConnectionsAnswer, "GetConnectionsResponse"),
            _closed(SingleConnectionAnswer, "GetConnectionObjectResponse"),
        ],
    },
    statuses=(401, 404, 422, 429),
)
SYNC_CONNECTION = Operation(
    method="POST",
    path="/connections/sync",
    operation_id="post_sync_connection",
    summary="Sync Connection",
    tags=("Auth",),
    access=Access.TOKEN,
    description="Runs the connection's syncs now instead of when they are due. A function that is running, paused or "
    "disabled is left alone.",
    parameters=(API_KEY, ACCESS_TOKEN),
    body=_sync_request(),
    body_required=False,
    answer=_closed(SyncAnswer, "SyncConnectionResponse"),
    statuses=(400, 401, 403, 413, 415, 422, 429),
)
GET_INTEGRATIONS = Operation(
    method="GET",
    path="/integrations/{integration_type}",
    operation_id="get_get_integrations",
    summary="Integration Info",
    tags=("Integrations",),
    access=Access.KEY,
    description="The systems of one vertical that can be connected. One call a minute.",
    parameters=(API_KEY, INTEGRATION_TYPE),
    answer=_closed(IntegrationsAnswer, "IntegrationsResponseSchema"),
    statuses=(401, 404, 422, 429),
)
GET_INTEGRATION = Operation(
    method="GET",
    path="/integrations/{integration_type}/{integration_name}",
    operation_id="get_get_integration",
    summary="Integration Info for Single Integration",
    tags=("Integrations",),
    access=Access.OPTIONAL_TOKEN,
    description="One system, in a list of one. One call a minute.",
    parameters=(API_KEY, OPTIONAL_ACCESS_TOKEN, INTEGRATION_TYPE, INTEGRATION_NAME),
    answer=_closed(IntegrationsAnswer, "IntegrationsResponseSchema"),
    statuses=(401, 404, 422, 429),
)
GET_WRITE_INFO = Operation(
    method="GET",
    path="/integrations/{integration_type}/{integration_name}/write-info",
    operation_id="get_get_integration_write_info",
    summary="Integration Write Info",
    tags=("Integrations",),
    access=Access.OPTIONAL_TOKEN,
    description="An OpenAPI document of the writes of one system. The schemas are those that judge a write.",
    parameters=(API_KEY, OPTIONAL_ACCESS_TOKEN, INTEGRATION_TYPE, INTEGRATION_NAME),
    answer=_write_info(),
    statuses=(401, 404, 422, 429),
)
GENERATE_SANDBOX = Operation(
    method="POST",
    path="/sandbox/generate-sandbox/{integration_type}",
    operation_id="post_POST__sandbox_generate-sandbox_integration_type",
    summary="Generate Sandbox",
    tags=("Sandbox",),
    access=Access.KEY,
    description="Makes the sandbox of a vertical, or puts its data back to the start. Connection and token stay.",
    parameters=(API_KEY, SANDBOX_TYPE),
    answer=_closed(SandboxAnswer, "ExchangeResponseSandbox"),
    statuses=(401, 403, 404, 422, 429),
)

MANAGEMENT_OPERATIONS = tuple(value for value in list(globals().values()) if isinstance(value, Operation))
