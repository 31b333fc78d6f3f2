"""Events about connections themselves: their names and what their `data` holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from crossdock.contract.values import Timestamp

_Resource = Annotated[str, Meta(description="The resource: its sync function without `get_`.", examples=["orders"])]
_Function = Annotated[str, Meta(description="The function that was synced.", examples=["get_orders"])]


class ConnectionCreatedData(msgspec.Struct, kw_only=True):
    """A connection that was made."""

    created_date: Annotated[Timestamp, Meta(description="When it was made.", examples=["2026-01-01T00:00:00Z"])]


class ConnectionDeletedData(msgspec.Struct, kw_only=True):
    """A connection that is gone."""

    deleted_date: Annotated[Timestamp, Meta(description="When it was removed.", examples=["2026-01-01T00:00:00Z"])]


class HistoricalSyncCompletedData(msgspec.Struct, kw_only=True):
    """The first sync of a resource."""

    resource: _Resource
    oldest_data_date: Annotated[
        Timestamp, Meta(description="From when on records were read.", examples=["2025-01-01T00:00:00Z"])
    ]
    newest_data_date: Annotated[
        Timestamp, Meta(description="Up to when records were read.", examples=["2025-05-01T00:00:00Z"])
    ]


class ConnectionErrorData(msgspec.Struct, kw_only=True):
    """A problem of a connection."""

    error_message: Annotated[
        str,
        Meta(
            description="What is wrong.", examples=["Missing ShipBob permissions for URL: https://api.example.com/x."]
        ),
    ]
    failed_url: Annotated[
        str, Meta(description="The call at the connected system that failed.", examples=["https://api.example.com/x"])
    ]
    affected_endpoints: Annotated[
        list[Annotated[str, Meta(description="Method and path.", examples=["GET /wms/inventory"])]],
        Meta(description="The calls of this API that it touches.", examples=[["GET /wms/inventory"]]),
    ]
    integration_name: Annotated[str, Meta(description="Slug of the integration.", examples=["shipbob"])]
    created_date: Annotated[Timestamp, Meta(description="When it was first met.", examples=["2026-01-01T00:00:00Z"])]
    updated_date: Annotated[Timestamp, Meta(description="When it last changed.", examples=["2026-01-02T05:05:05Z"])]
    last_seen: Annotated[Timestamp, Meta(description="When it was last met.", examples=["2026-01-02T05:05:05Z"])]


class ForceSyncCompletedData(msgspec.Struct, kw_only=True):
    """A function of a sync that was asked for."""

    resource: _Resource
    function_name: _Function
    latest_data: Annotated[
        Timestamp | None,
        Meta(description="Up to when the stored data is complete now.", examples=["2026-01-01T00:00:00Z"]),
    ] = None
    completed_at: Annotated[Timestamp, Meta(description="When the run ended.", examples=["2026-01-01T00:00:00Z"])]


class SyncJobData(msgspec.Struct, kw_only=True):
    """An on-demand sync that has ended, well or not."""

    id: Annotated[str, Meta(description="The job.", examples=["9b2f6f0e-3f0e-4b51-8f4e-2f2b3c9f7a10"])]
    connection_id: Annotated[
        str, Meta(description="Its connection.", examples=["07b344db-0304-4866-9ae1-ac8af5292a28"])
    ]
    function_name: _Function
    resource: _Resource
    status: Annotated[
        Literal["completed", "stuck"],
        Meta(description="How it ended; a stuck one never goes on.", examples=["completed"]),
    ]
    requested_start_time: Annotated[
        Timestamp, Meta(description="Start of the window it reads.", examples=["2025-12-01T00:00:00Z"])
    ]
    requested_end_time: Annotated[
        Timestamp, Meta(description="End of the window it reads.", examples=["2026-01-01T00:00:00Z"])
    ]
    created_at: Annotated[Timestamp, Meta(description="When it was asked for.", examples=["2026-01-01T00:00:00Z"])]


class ScheduleStuckData(msgspec.Struct, kw_only=True):
    """A scheduled sync that has stopped coming forward."""

    latest_data: Annotated[
        Timestamp | None,
        Meta(
            description="Up to when the stored data is complete.",
            examples=["2026-01-01T00:00:00Z"],
        ),
    ]
    resource: _Resource
    function_name: _Function


class InstallFailedData(msgspec.Struct, kw_only=True):
    """An attempt to connect that did not succeed."""

    error_message: Annotated[str, Meta(description="Why it failed.", examples=["Invalid ShipBob credentials"])]
    integration_name: Annotated[str, Meta(description="Slug of the integration.", examples=["shipbob"])]
    customer_id: Annotated[
        str | None, Meta(description="Your own identifier of the customer.", examples=["customer-42"])
    ] = None
    magic_link_id: Annotated[
        str | None,
        Meta(description="The magic link that was used, if any.", examples=["07b344db-0304-4866-9ae1-ac8af5292a28"]),
    ] = None
    created_date: Annotated[Timestamp, Meta(description="When it happened.", examples=["2026-01-01T00:00:00Z"])]


@dataclass(frozen=True)
class AdminEvent:
    """One kind of event about a connection. `connected` is false where none may exist."""

    name: str
    data: type[msgspec.Struct]
    when: str
    connected: bool = True

    @property
    def is_update(self) -> bool:
        """Whether the event says what was there before."""
        return self.name.endswith(".updated")


ADMIN = (
    AdminEvent("install.failed", InstallFailedData, "A customer tried to connect and it failed.", connected=False),
    AdminEvent("connection.created", ConnectionCreatedData, "A connection was made, in whatever way."),
    AdminEvent(
        "connection.historical-sync-completed",
        HistoricalSyncCompletedData,
        "The first sync of one resource has ended. Sent although the records of that sync are not announced.",
    ),
    AdminEvent(
        "connection.force-sync-completed",
        ForceSyncCompletedData,
        "One function of a sync that was asked for has ended.",
    ),
    AdminEvent("connection.sync-job-completed", SyncJobData, "An on-demand sync has ended."),
    AdminEvent("connection.sync-job-stuck", SyncJobData, "An on-demand sync came to a halt and will not go on."),
    AdminEvent(
        "connection.schedule-stuck",
        ScheduleStuckData,
        "The scheduled sync of one resource came to a halt; it goes on once the cause is gone.",
    ),
    AdminEvent("connection.deleted", ConnectionDeletedData, "A connection was removed."),
    AdminEvent("connection-error.created", ConnectionErrorData, "A problem of credentials or permissions was met."),
    AdminEvent("connection-error.updated", ConnectionErrorData, "A known problem has changed."),
    AdminEvent("connection-error.deleted", ConnectionErrorData, "A problem is gone."),
)
