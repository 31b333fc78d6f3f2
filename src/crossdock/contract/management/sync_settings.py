"""What an organization says about all of its syncs."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from crossdock.contract.forms import Form
from crossdock.contract.management.shapes import always
from crossdock.contract.operations import API_KEY, Access, Operation

LONGEST_DAYS = 1096
"""Three years."""
_EXTENSION = "An extension of Crossdock."


class SyncSettings(msgspec.Struct, kw_only=True):
    """What holds for the connections of the organization."""

    first_sync_days: Annotated[
        int,
        Meta(description="How many days a first sync of what happens, such as orders, goes back.", examples=[30]),
    ]


class SyncSettingsUpdate(msgspec.Struct, kw_only=True):
    """What is to hold."""

    first_sync_days: Annotated[
        Annotated[int, Meta(ge=1, le=LONGEST_DAYS)] | None,
        Meta(
            description="How many days a first sync reaches back, up to three years; null for the default of the "
            "installation.",
            examples=[365],
        ),
    ]


UPDATE_FORM = Form(SyncSettingsUpdate, "UpdateSyncSettingsRequest")

GET_SYNC_SETTINGS = Operation(
    method="GET",
    path="/sync-settings",
    operation_id="get_get_sync_settings",
    summary="Get Sync Settings",
    tags=("Auth",),
    access=Access.KEY,
    description=f"What holds for the syncs of all connections. {_EXTENSION}",
    parameters=(API_KEY,),
    answer=always(SyncSettings, "SyncSettingsResponse"),
    statuses=(401, 429),
)
UPDATE_SYNC_SETTINGS = Operation(
    method="PATCH",
    path="/sync-settings",
    operation_id="patch_update_sync_settings",
    summary="Update Sync Settings",
    tags=("Auth",),
    access=Access.KEY,
    description="Changes what holds for the syncs of all connections. First syncs that have begun or ended stay as "
    f"they are. {_EXTENSION}",
    parameters=(API_KEY,),
    body=UPDATE_FORM.schema,
    answer=always(SyncSettings, "SyncSettingsResponse"),
    statuses=(400, 401, 403, 413, 415, 422, 429),
)
