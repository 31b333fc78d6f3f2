"""Connections: their state, and syncing one now."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.catalogue import READ_OF
from crossdock.contract.forms import Form
from crossdock.contract.management.shapes import DEPRECATED, Deleted, Updated, always, closed
from crossdock.contract.operations import (
    ACCESS_TOKEN,
    API_KEY,
    LIMIT,
    PAGE_TOKEN,
    Access,
    Operation,
    Parameter,
    path_parameter,
)
from crossdock.contract.schemas import JSONSchema
from crossdock.contract.values import Timestamp, Vertical


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
            description="`enabled`, `paused`, `disabled`, `in_progress`, `warn` for a problem that does not block, or "
            "`error`.",
            examples=["enabled"],
        ),
    ] = "enabled"


class AffectedEndpoint(msgspec.Struct, kw_only=True):
    """An endpoint that a problem touches."""

    endpoint: Annotated[str, Meta(description="Method and path.", examples=["GET /wms/inventory"])]
    preventing_sync: Annotated[bool, Meta(description="Whether nothing of it can be synced.", examples=[False])]


class ConnectionProblem(msgspec.Struct, kw_only=True):
    """Something that is wrong with a connection right now; one cause is one entry."""

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


class UpdateConnection(msgspec.Struct, kw_only=True):
    """New facts of a connection; what is left out stays as it is."""

    customer_id: Annotated[
        str | UnsetType | None,
        Meta(description="Your own identifier of the customer; null for none.", examples=["customer_id"]),
    ] = UNSET
    webhooks_disabled: Annotated[
        bool | UnsetType, Meta(description="Whether its events are held back.", examples=[True])
    ] = UNSET


UPDATE_FORM = Form(UpdateConnection, "UpdateConnectionRequest")


def sync_functions() -> list[str]:
    """Every function that can be synced, in any vertical."""
    return sorted({action.name for action in READ_OF.values()})


def _sync_request() -> JSONSchema:
    schema = closed(SyncRequest, "SyncConnectionRequest")
    schema["properties"]["functions_to_sync"]["items"] = {
        "type": "string",
        "description": "A function of the connection's vertical.",
        "enum": sync_functions(),
    }
    return schema


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
    answer=closed(ConnectionsAnswer, "GetConnectionsResponse"),
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
            closed(ConnectionsAnswer, "GetConnectionsResponse"),
            closed(SingleConnectionAnswer, "GetConnectionObjectResponse"),
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
    answer=closed(SyncAnswer, "SyncConnectionResponse"),
    statuses=(400, 401, 403, 413, 415, 422, 429),
)
UPDATE_CONNECTION = Operation(
    method="PATCH",
    path="/connections",
    operation_id="patch_update_connection",
    summary="Update Connection",
    tags=("Auth",),
    access=Access.TOKEN,
    description="Changes your identifier of the token's connection, or whether its events are delivered.",
    parameters=(API_KEY, ACCESS_TOKEN),
    body=UPDATE_FORM.schema,
    answer=always(Updated, "UpdateConnectionResponse"),
    statuses=(400, 401, 403, 413, 415, 422, 429),
)
DELETE_CONNECTION = Operation(
    method="DELETE",
    path="/connections",
    operation_id="delete_delete_connection",
    summary="Delete Connection",
    tags=("Auth",),
    access=Access.TOKEN,
    description="Removes the token's connection with its credentials, schedules and stored records. The token ends, "
    "and nothing changes in the connected system, except that it sends no more webhooks.",
    parameters=(API_KEY, ACCESS_TOKEN),
    answer=always(Deleted, "DeleteConnectionResponse"),
    statuses=(401, 403, 422, 429),
)
