"""Pausing schedules, and switching functions off."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from crossdock.contract.forms import Form
from crossdock.contract.management.shapes import Updated, always
from crossdock.contract.operations import ACCESS_TOKEN, API_KEY, Access, Operation, path_parameter


class ToggleSchedule(msgspec.Struct, kw_only=True):
    """Whether to pause."""

    paused: Annotated[bool, Meta(description="True pauses, false lets it go on where it stopped.", examples=[True])]


class DisabledFunctions(msgspec.Struct, kw_only=True):
    """What to switch off."""

    disabled_functions: Annotated[
        list[str] | None,
        Meta(
            description="Everything that is to be off; an empty list switches all on, null goes back to the "
            "organization's list.",
            examples=[["get_returns", "create_return"]],
        ),
    ]


FASTEST_SECONDS, SLOWEST_SECONDS = 60, 30 * 24 * 3600


class ScheduleUpdate(msgspec.Struct, kw_only=True):
    """How often to sync."""

    sync_frequency: Annotated[
        int,
        Meta(
            ge=FASTEST_SECONDS,
            le=SLOWEST_SECONDS,
            description="Seconds from the end of a run until the next one is due, at most; from a minute to 30 days.",
            examples=[900],
        ),
    ]


TOGGLE_FORM = Form(ToggleSchedule, "ToggleScheduleRequest")
UPDATE_FORM = Form(ScheduleUpdate, "UpdateScheduleRequest")
DISABLED_FORM = Form(DisabledFunctions, "DisabledFunctionsRequest")
FUNCTION_NAME = path_parameter("function_name", "The function.", {"type": "string", "examples": ["get_orders"]})

TOGGLE_SCHEDULE = Operation(
    method="PATCH",
    path="/schedules/{function_name}/toggle",
    operation_id="patch_toggle_schedule",
    summary="Toggle Schedule",
    tags=("Auth",),
    access=Access.TOKEN,
    description="Pauses or resumes one schedule of the token's connection. A run that is under way ends first.",
    parameters=(API_KEY, ACCESS_TOKEN, FUNCTION_NAME),
    body=TOGGLE_FORM.schema,
    answer=always(Updated, "ToggleScheduleResponse"),
    statuses=(400, 401, 403, 404, 413, 415, 422, 429),
)
UPDATE_SCHEDULE = Operation(
    method="PATCH",
    path="/schedules/{function_name}",
    operation_id="patch_update_schedule",
    summary="Update Schedule",
    tags=("Auth",),
    access=Access.TOKEN,
    description="Says how often a function of the token's connection is synced. An extension of Crossdock.",
    parameters=(API_KEY, ACCESS_TOKEN, FUNCTION_NAME),
    body=UPDATE_FORM.schema,
    answer=always(Updated, "UpdateScheduleResponse"),
    statuses=(400, 401, 403, 404, 413, 415, 422, 429),
)
TOGGLE_ALL = Operation(
    method="PATCH",
    path="/schedules/toggle-all",
    operation_id="patch_toggle_all_schedules",
    summary="Toggle All Schedules",
    tags=("Auth",),
    access=Access.TOKEN,
    description="Pauses or resumes every schedule of the token's connection.",
    parameters=(API_KEY, ACCESS_TOKEN),
    body=TOGGLE_FORM.schema,
    answer=always(Updated, "ToggleScheduleResponse"),
    statuses=(400, 401, 403, 413, 415, 422, 429),
)
UPDATE_DISABLED_FUNCTIONS = Operation(
    method="PATCH",
    path="/schedules/disabled-functions",
    operation_id="patch_update_disabled_functions",
    summary="Update Disabled Functions",
    tags=("Auth",),
    access=Access.TOKEN,
    description="Says which functions of the token's connection are off. They are not synced, and calls of them answer "
    "403. Refused when a function that stays on needs one that would be off. What is switched on again goes on where "
    "it stopped.",
    parameters=(API_KEY, ACCESS_TOKEN),
    body=DISABLED_FORM.schema,
    answer=always(Updated, "DisabledFunctionsResponse"),
    statuses=(400, 401, 403, 413, 415, 422, 429),
)
