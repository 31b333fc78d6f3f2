"""Reading a span of a function's past again, on demand."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from crossdock.contract.catalogue import READ_OF, RESOURCES
from crossdock.contract.forms import Form
from crossdock.contract.management.shapes import closed
from crossdock.contract.operations import ACCESS_TOKEN, API_KEY, LIMIT, PAGE_TOKEN, Access, Operation, path_parameter
from crossdock.contract.values import Timestamp

JobStatus = Literal["open", "completed", "cancelled", "stuck"]
WITHDRAWN = ("get_products",)
"""Functions that older clients may still name; no integration offers them on demand any more."""


def on_demand_functions() -> list[str]:
    """Every function that may be named in a request, in any vertical."""
    return sorted({READ_OF[resource.key].name for resource in RESOURCES if resource.on_demand} | set(WITHDRAWN))


class CreateSyncJob(msgspec.Struct, kw_only=True):
    """A span of a function's past to read again."""

    start_time: Annotated[Timestamp, Meta(description="Where the span begins.", examples=["2025-12-01T00:00:00Z"])]
    end_time: Annotated[Timestamp, Meta(description="Where it ends.", examples=["2026-01-01T00:00:00Z"])]
    function_name: Annotated[str, Meta(description="What to read.", examples=["get_orders"])]


class CancelSyncJob(msgspec.Struct, kw_only=True):
    """Nothing: the address says it all."""


class SyncJob(msgspec.Struct, kw_only=True):
    """An on-demand sync."""

    id: Annotated[str, Meta(description="The job's identifier.", examples=["5f0c6a5a8b6c4f0f9d7a2c1e3b4d5f60"])]
    connection_id: Annotated[
        str, Meta(description="The connection it reads.", examples=["07b344db-0304-4866-9ae1-ac8af5292a28"])
    ]
    function_name: Annotated[str, Meta(description="What it reads.", examples=["get_orders"])]
    status: Annotated[
        JobStatus,
        Meta(
            description="`open` until it has read everything, was cancelled, or has failed too often to go on.",
            examples=["open"],
        ),
    ]
    requested_start_time: Annotated[
        Timestamp, Meta(description="Where the span begins, as asked for.", examples=["2025-12-01T00:00:00Z"])
    ]
    requested_end_time: Annotated[
        Timestamp, Meta(description="Where the span ends, as asked for.", examples=["2026-01-01T00:00:00Z"])
    ]
    created_at: Annotated[Timestamp, Meta(description="When it was asked for.", examples=["2023-01-01T00:00:00Z"])]


class SyncJobsAnswer(msgspec.Struct, kw_only=True):
    """A page of on-demand syncs."""

    data: Annotated[list[SyncJob], Meta(description="The jobs of this page, newest first.")]
    next_token: Annotated[str | None, Meta(description="Token of the next page; null on the last.")] = None
    total_count: Annotated[int, Meta(description="Jobs in this answer.", examples=[1])] = 0


CREATE_FORM = Form(CreateSyncJob, "CreateSyncJobRequest", function_name={"enum": on_demand_functions()})
CANCEL_FORM = Form(CancelSyncJob, "CancelSyncJobRequest")
EARLIEST, LATEST = 1970, 9998
"""The years a span may lie in; dates at the very ends of the calendar cannot be calculated with."""
SYNC_JOB_ID = path_parameter("sync_job_id", "The job.")
_PATH = "/connections/on-demand-syncs"

CREATE_ON_DEMAND_SYNC = Operation(
    method="POST",
    path=_PATH,
    operation_id="post_create_on_demand_sync",
    summary="Create On-Demand Sync",
    tags=("Auth",),
    access=Access.TOKEN,
    description="Reads a span of a function's past again, in the background. The function's own schedule waits until "
    "the job has ended. Nothing is ever deleted by it.",
    parameters=(API_KEY, ACCESS_TOKEN),
    body=CREATE_FORM.schema,
    answer=closed(SyncJob, "SyncJob"),
    statuses=(400, 401, 403, 413, 415, 422, 429),
)
LIST_ON_DEMAND_SYNCS = Operation(
    method="GET",
    path=_PATH,
    operation_id="get_list_on_demand_syncs",
    summary="List On-Demand Syncs",
    tags=("Auth",),
    access=Access.TOKEN,
    description="The on-demand syncs of the token's connection, newest first.",
    parameters=(API_KEY, ACCESS_TOKEN, PAGE_TOKEN, LIMIT),
    answer=closed(SyncJobsAnswer, "SyncJobList"),
    statuses=(401, 422, 429),
)
GET_ON_DEMAND_SYNC = Operation(
    method="GET",
    path=f"{_PATH}/{{sync_job_id}}",
    operation_id="get_get_on_demand_sync",
    summary="Get On-Demand Sync",
    tags=("Auth",),
    access=Access.TOKEN,
    description="How far one on-demand sync is.",
    parameters=(API_KEY, ACCESS_TOKEN, SYNC_JOB_ID),
    answer=closed(SyncJob, "SyncJob"),
    statuses=(401, 404, 422, 429),
)
CANCEL_ON_DEMAND_SYNC = Operation(
    method="POST",
    path=f"{_PATH}/{{sync_job_id}}/cancel",
    operation_id="post_cancel_on_demand_sync",
    summary="Cancel On-Demand Sync",
    tags=("Auth",),
    access=Access.TOKEN,
    description="Ends an open on-demand sync. What it has stored stays.",
    parameters=(API_KEY, ACCESS_TOKEN, SYNC_JOB_ID),
    answer=closed(SyncJob, "SyncJob"),
    statuses=(400, 401, 403, 404, 422, 429),
)
