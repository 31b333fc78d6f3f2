"""Endpoints of webhooks: where events are sent to, which, and what became of them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.events import SUBSCRIBABLE
from crossdock.contract.forms import Form
from crossdock.contract.management.shapes import Deleted, always
from crossdock.contract.operations import (
    API_KEY,
    LIMIT,
    PAGE_TOKEN,
    Access,
    Operation,
    Parameter,
    path_parameter,
)
from crossdock.contract.schemas import JSONSchema
from crossdock.contract.values import Timestamp

Environment = Literal["test", "production"]
State = Literal["pending", "delivered", "failed", "cancelled"]
STATES: tuple[State, ...] = ("pending", "delivered", "failed", "cancelled")
MAX_TRANSFORMATION = 64 * 1024
MAX_CHOSEN = 500
_DAY = "2026-01-01T00:00:00Z"
_CONNECTION = "07b344db-0304-4866-9ae1-ac8af5292a28"
_URL = "https://example.com/webhooks"
_EVENT_TYPES: JSONSchema = {"items": {"type": "string", "enum": sorted(SUBSCRIBABLE), "description": "An event."}}
_CODE = "function handler(webhook) { webhook.payload.seen = true; return webhook; }"


def _about(text: str, example: object, **facts: object) -> Meta:
    return Meta(description=text, examples=[example], extra_json_schema=dict(facts) or None)


_Types = _about("Events to send; null for all of them.", ["order.created", "order.updated"], maxItems=MAX_CHOSEN)
_Connections = _about("Connections to send events of; null for all.", [_CONNECTION], maxItems=MAX_CHOSEN)
_Customers = _about("Your own identifiers of customers to send events of; null for all.", ["42"], maxItems=MAX_CHOSEN)
_Environment = _about("`test` for events of sandboxes, `production` for those of others; null for both.", "production")
_Transformation = _about(
    "JavaScript with a `function handler(webhook)` that may change `webhook.url` and `webhook.payload`, or set "
    "`webhook.cancel`; null for none.",
    _CODE,
    maxLength=MAX_TRANSFORMATION,
)
_Description = _about("What it is for.", "Orders into our ERP")
_Paused = _about("Whether events wait until it is resumed.", False)


class WebhookEndpoint(msgspec.Struct, kw_only=True):
    """Where events are sent to."""

    id: Annotated[str, _about("The endpoint.", "3d5b4f0e-5b7e-4c39-9ab2-6f0b8f3c1a77")]
    url: Annotated[str, _about("Its address.", _URL, format="uri")]
    description: Annotated[str | None, _Description]
    event_types: Annotated[list[str] | None, _Types]
    connection_ids: Annotated[list[str] | None, _Connections]
    customer_ids: Annotated[list[str] | None, _Customers]
    environment: Annotated[Environment | None, _Environment]
    transformation: Annotated[str | None, _Transformation]
    status: Annotated[
        Literal["active", "paused", "disabled"],
        _about("Whether it gets events now. A disabled one gets none until it is enabled again.", "active"),
    ]
    disabled_reason: Annotated[str | None, _about("Why it is disabled.", "it answered 410 Gone")]
    created_date: Annotated[Timestamp, _about("When it was made.", _DAY)]
    updated_date: Annotated[Timestamp, _about("When it was last changed.", _DAY)]


_Secret = _about(
    "What its messages are signed with, as verifiers take it. Keep it to yourself.",
    "whsec_bm90IGEgc2VjcmV0LCBvbmx5IGFuIGV4YW1wbGUgb2Ygb25l",
)


class WebhookEndpointAnswer(msgspec.Struct, kw_only=True):
    """One endpoint."""

    data: Annotated[WebhookEndpoint, Meta(description="The endpoint.")]


class NewWebhookEndpointAnswer(msgspec.Struct, kw_only=True):
    """A new endpoint with its secret."""

    data: Annotated[WebhookEndpoint, Meta(description="The endpoint.")]
    secret: Annotated[str, _Secret]


class WebhookEndpointsAnswer(msgspec.Struct, kw_only=True):
    """A page of endpoints."""

    data: Annotated[list[WebhookEndpoint], Meta(description="The endpoints of this page.")]
    next_token: Annotated[str | None, Meta(description="Token of the next page; null on the last.")]
    total_count: Annotated[int, _about("Endpoints in this answer.", 1)]


class WebhookSecretAnswer(msgspec.Struct, kw_only=True):
    """The secret of an endpoint."""

    secret: Annotated[str, _Secret]
    old_secret_until: Annotated[
        Timestamp | None, _about("Until when the secret before signs too; null when it no longer does.", _DAY)
    ]


class CreateWebhookEndpoint(msgspec.Struct, kw_only=True):
    """A new endpoint."""

    url: Annotated[str, _about("Its address, http or https.", _URL, minLength=1, maxLength=2048)]
    description: Annotated[str | None, _Description] = None
    event_types: Annotated[list[str] | None, _Types] = None
    connection_ids: Annotated[list[str] | None, _Connections] = None
    customer_ids: Annotated[list[str] | None, _Customers] = None
    environment: Annotated[Environment | None, _Environment] = None
    transformation: Annotated[str | None, _Transformation] = None
    paused: Annotated[bool, _Paused] = False


class UpdateWebhookEndpoint(msgspec.Struct, kw_only=True):
    """What is to change; what is left out stays as it is."""

    url: Annotated[str | UnsetType, _about("Its address, http or https.", _URL, minLength=1, maxLength=2048)] = UNSET
    description: Annotated[str | UnsetType | None, _Description] = UNSET
    event_types: Annotated[list[str] | UnsetType | None, _Types] = UNSET
    connection_ids: Annotated[list[str] | UnsetType | None, _Connections] = UNSET
    customer_ids: Annotated[list[str] | UnsetType | None, _Customers] = UNSET
    environment: Annotated[Environment | UnsetType | None, _Environment] = UNSET
    transformation: Annotated[str | UnsetType | None, _Transformation] = UNSET
    paused: Annotated[bool | UnsetType, _Paused] = UNSET
    disabled: Annotated[
        bool | UnsetType,
        _about(
            "False enables it again: it gets what comes from now on, and what it missed can be sent by a replay.", False
        ),
    ] = UNSET


class TestMessage(msgspec.Struct, kw_only=True):
    """Which example to send."""

    event_type: Annotated[str, _about("The event to send an example of.", "connection.created")] = "connection.created"


class AttemptAnswer(msgspec.Struct, kw_only=True):
    """One attempt to deliver a message."""

    attempted_date: Annotated[Timestamp, _about("When it was made.", _DAY)]
    duration_ms: Annotated[float, _about("Milliseconds until it was answered or given up.", 12.5)]
    url: Annotated[str, _about("Where it was sent to, after the transformation.", _URL)]
    status_code: Annotated[int | None, _about("Status of the answer; null when there was none.", 200)]
    error: Annotated[str | None, _about("Why it did not succeed.", "the receiver answered 500")]
    response_head: Annotated[
        str | None, _about("The beginning of the answer: status, some headers and text.", "HTTP 200\n\nok")
    ]


class TestAnswer(msgspec.Struct, kw_only=True):
    """What came of a test message."""

    delivered: Annotated[bool, _about("Whether the receiver took it.", True)]
    message_id: Annotated[str, _about("Its `svix-id`.", "msg_test_0f8fad5bd9cb469fa16570867728950e")]
    attempt: Annotated[AttemptAnswer, Meta(description="The attempt. A test is sent once.")]


class Replay(msgspec.Struct, kw_only=True):
    """What to send again: one event, a span of time, or everything that was missed."""

    event_id: Annotated[str | UnsetType, _about("One event.", "evt_1")] = UNSET
    since: Annotated[Timestamp | UnsetType, _about("Events from this time on.", _DAY)] = UNSET
    until: Annotated[Timestamp | UnsetType, _about("Events before this time.", _DAY)] = UNSET
    missed: Annotated[
        bool,
        _about("Only events that were not delivered: those that failed, or came while it was disabled.", True),
    ] = False


class ReplayAnswer(msgspec.Struct, kw_only=True):
    """What is on its way again."""

    queued: Annotated[int, _about("Messages that will be sent. Those that are waiting anyway do not count.", 12)]


class Delivery(msgspec.Struct, kw_only=True):
    """What became of one event at one endpoint."""

    event_id: Annotated[str, _about("The event.", "evt_42")]
    message_id: Annotated[str, _about("Its `svix-id`.", "msg_0f8fad5bd9cb469fa16570867728950e_42")]
    event_type: Annotated[str | None, _about("Its name; null once the log no longer holds it.", "order.updated")]
    connection_id: Annotated[str | None, _about("The connection it is about.", _CONNECTION)]
    record_id: Annotated[str | None, _about("The record it is about.", "order_id_0")]
    state: Annotated[
        State,
        _about(
            "`pending` until an attempt succeeds, `failed` after the last one, `cancelled` when it is not to be sent.",
            "delivered",
        ),
    ]
    attempts: Annotated[int, _about("Attempts so far.", 1)]
    next_attempt_date: Annotated[Timestamp | None, _about("When it is tried next; null when it is not.", _DAY)]
    created_date: Annotated[Timestamp, _about("When it was due first.", _DAY)]
    finished_date: Annotated[Timestamp | None, _about("When it came to its end.", _DAY)]


class DeliveriesAnswer(msgspec.Struct, kw_only=True):
    """A page of deliveries."""

    data: Annotated[list[Delivery], Meta(description="The deliveries of this page, newest event first.")]
    next_token: Annotated[str | None, Meta(description="Token of the next page; null on the last.")]
    total_count: Annotated[int, _about("Deliveries in this answer.", 1)]


class DeliveryAnswer(msgspec.Struct, kw_only=True):
    """One delivery with its attempts."""

    data: Annotated[Delivery, Meta(description="The delivery.")]
    attempts: Annotated[list[AttemptAnswer], Meta(description="Every attempt, in order.")]


_IDS: JSONSchema = {"items": {"type": "string", "format": "uuid", "description": "A connection."}}
CREATE_FORM = Form(CreateWebhookEndpoint, "CreateWebhookEndpointRequest", event_types=_EVENT_TYPES, connection_ids=_IDS)
UPDATE_FORM = Form(UpdateWebhookEndpoint, "UpdateWebhookEndpointRequest", event_types=_EVENT_TYPES, connection_ids=_IDS)
TEST_FORM = Form(TestMessage, "TestWebhookEndpointRequest")
REPLAY_FORM = Form(Replay, "ReplayWebhookEventsRequest")

_PATH = "/webhook-endpoints"
_ONE = f"{_PATH}/{{endpoint_id}}"
_ENDPOINT = path_parameter("endpoint_id", "The endpoint.")
_TAGS = ("Webhooks",)
_READ = (401, 404, 422, 429)
_WRITE = (400, 401, 403, 404, 413, 415, 422, 429)

LIST_ENDPOINTS = Operation(
    method="GET",
    path=_PATH,
    operation_id="get_webhook_endpoints",
    summary="List Webhook Endpoints",
    tags=_TAGS,
    access=Access.KEY,
    description="The endpoints of your organization, oldest first.",
    parameters=(API_KEY, PAGE_TOKEN, LIMIT),
    answer=always(WebhookEndpointsAnswer, "WebhookEndpointsResponse"),
    statuses=(401, 422, 429),
)
CREATE_ENDPOINT = Operation(
    method="POST",
    path=_PATH,
    operation_id="post_create_webhook_endpoint",
    summary="Create Webhook Endpoint",
    tags=_TAGS,
    access=Access.KEY,
    description="Sends events to an address, from now on. The answer holds the secret that signs them.",
    parameters=(API_KEY,),
    body=CREATE_FORM.schema,
    answer=always(NewWebhookEndpointAnswer, "CreateWebhookEndpointResponse"),
    statuses=(400, 401, 403, 413, 415, 422, 429),
    confidential=True,
)
GET_ENDPOINT = Operation(
    method="GET",
    path=_ONE,
    operation_id="get_webhook_endpoint",
    summary="Get Webhook Endpoint",
    tags=_TAGS,
    access=Access.KEY,
    description="One endpoint.",
    parameters=(API_KEY, _ENDPOINT),
    answer=always(WebhookEndpointAnswer, "WebhookEndpointResponse"),
    statuses=_READ,
)
UPDATE_ENDPOINT = Operation(
    method="PATCH",
    path=_ONE,
    operation_id="patch_update_webhook_endpoint",
    summary="Update Webhook Endpoint",
    tags=_TAGS,
    access=Access.KEY,
    description="Changes an endpoint, pauses or resumes it, or enables it again. Filters count for events that have "
    "not been looked at yet.",
    parameters=(API_KEY, _ENDPOINT),
    body=UPDATE_FORM.schema,
    answer=always(WebhookEndpointAnswer, "WebhookEndpointResponse"),
    statuses=_WRITE,
)
DELETE_ENDPOINT = Operation(
    method="DELETE",
    path=_ONE,
    operation_id="delete_webhook_endpoint",
    summary="Delete Webhook Endpoint",
    tags=_TAGS,
    access=Access.KEY,
    description="Removes an endpoint with its log. What was waiting for it is not sent.",
    parameters=(API_KEY, _ENDPOINT),
    answer=always(Deleted, "DeleteWebhookEndpointResponse"),
    statuses=(401, 403, 404, 422, 429),
)
GET_SECRET = Operation(
    method="GET",
    path=f"{_ONE}/secret",
    operation_id="get_webhook_endpoint_secret",
    summary="Get Webhook Secret",
    tags=_TAGS,
    access=Access.KEY,
    description="The secret that an endpoint's messages are signed with. A read-only key may not see it.",
    parameters=(API_KEY, _ENDPOINT),
    answer=always(WebhookSecretAnswer, "WebhookSecretResponse"),
    statuses=(401, 403, 404, 422, 429),
    confidential=True,
)
ROTATE_SECRET = Operation(
    method="POST",
    path=f"{_ONE}/rotate-secret",
    operation_id="post_rotate_webhook_secret",
    summary="Rotate Webhook Secret",
    tags=_TAGS,
    access=Access.KEY,
    description="Gives an endpoint a new secret. The one before signs too for 24 hours, so that no message is refused "
    "while receivers change over.",
    parameters=(API_KEY, _ENDPOINT),
    answer=always(WebhookSecretAnswer, "WebhookSecretResponse"),
    statuses=(401, 403, 404, 422, 429),
    confidential=True,
)
TEST_ENDPOINT = Operation(
    method="POST",
    path=f"{_ONE}/test",
    operation_id="post_test_webhook_endpoint",
    summary="Send Test Message",
    tags=_TAGS,
    access=Access.KEY,
    description="Sends an example of an event, signed and transformed like any other, once, and says what came of it.",
    parameters=(API_KEY, _ENDPOINT),
    body=TEST_FORM.schema,
    body_required=False,
    answer=always(TestAnswer, "TestWebhookEndpointResponse"),
    statuses=_WRITE,
)
REPLAY = Operation(
    method="POST",
    path=f"{_ONE}/replay",
    operation_id="post_replay_webhook_events",
    summary="Replay Events",
    tags=_TAGS,
    access=Access.KEY,
    description="Sends events again under the same `svix-id`: one, those of a span of time, or all that were missed. "
    "The endpoint's filters count as they are now.",
    parameters=(API_KEY, _ENDPOINT),
    body=REPLAY_FORM.schema,
    answer=always(ReplayAnswer, "ReplayWebhookEventsResponse"),
    statuses=_WRITE,
)
_DELIVERY_FILTERS = (
    Parameter("state", "query", {"type": "string", "enum": list(STATES)}, "Only deliveries in this state."),
    Parameter("event_type", "query", {"type": "string"}, "Only deliveries of this event."),
    Parameter("connection_id", "query", {"type": "string", "format": "uuid"}, "Only those about this connection."),
    Parameter("record_id", "query", {"type": "string"}, "Only those about this record."),
)
LIST_DELIVERIES = Operation(
    method="GET",
    path=f"{_ONE}/deliveries",
    operation_id="get_webhook_deliveries",
    summary="List Deliveries",
    tags=_TAGS,
    access=Access.KEY,
    description="What became of events at an endpoint, newest event first.",
    parameters=(API_KEY, _ENDPOINT, PAGE_TOKEN, LIMIT, *_DELIVERY_FILTERS),
    answer=always(DeliveriesAnswer, "WebhookDeliveriesResponse"),
    statuses=_READ,
)
GET_DELIVERY = Operation(
    method="GET",
    path=f"{_ONE}/deliveries/{{event_id}}",
    operation_id="get_webhook_delivery",
    summary="Get Delivery",
    tags=_TAGS,
    access=Access.KEY,
    description="One delivery with every attempt that was made.",
    parameters=(
        API_KEY,
        _ENDPOINT,
        path_parameter("event_id", "The event.", {"type": "string", "examples": ["evt_1"]}),
    ),
    answer=always(DeliveryAnswer, "WebhookDeliveryResponse"),
    statuses=_READ,
)
