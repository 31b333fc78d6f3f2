"""The full data of an event that was too large to send."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from crossdock.contract.management.shapes import closed
from crossdock.contract.operations import API_KEY, Access, Operation, path_parameter


class WebhookDataAnswer(msgspec.Struct, kw_only=True):
    """Where the event lies."""

    download_url: Annotated[
        str,
        Meta(
            description="Address of the whole event as JSON. It needs no key and serves for twenty minutes.",
            examples=["https://crossdock.example.com/downloads/AbC"],
            extra_json_schema={"format": "uri"},
        ),
    ]


GET_WEBHOOK_EVENT_DATA = Operation(
    method="GET",
    path="/webhook-events/{event_id}/data",
    operation_id="get_webhook_event_data",
    summary="Get Truncated Event Data",
    tags=("Webhooks",),
    access=Access.KEY,
    description="Where the `data_url` of a truncated event leads.",
    parameters=(
        API_KEY,
        path_parameter("event_id", "The event, as its `data_url` has it.", {"type": "string", "examples": ["evt_1"]}),
    ),
    answer=closed(WebhookDataAnswer, "WebhookDataResponse"),
    statuses=(401, 404, 422, 429),
)
