"""The webhooks as a document shows them: one an event, computed from the catalogue and the admin events.

A resource appears with its record schema; the events of one that has none yet are named in `events` only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crossdock.contract.catalogue import STORED
from crossdock.contract.operations import Parameter
from crossdock.contract.resources import Resource
from crossdock.contract.schemas import JSONSchema, struct_schema
from crossdock.contract.values import VERTICALS
from crossdock.contract.webhooks_admin import ADMIN, AdminEvent

ADMIN_TAG = "admin"
ANSWER_SECONDS = 15
"""How long a receiver may take."""
HEADERS = (
    Parameter(
        "svix-id",
        "header",
        {"type": "string", "examples": ["msg_2b1cVxqYB0xQv6m0m3r9hT"]},
        "The message, the same on every attempt; drop what you have seen.",
        required=True,
    ),
    Parameter(
        "svix-timestamp",
        "header",
        {"type": "string", "examples": ["1746126611"]},
        "When this attempt was made, in seconds since 1970; refuse one that is more than five minutes off.",
        required=True,
    ),
    Parameter(
        "svix-signature",
        "header",
        {"type": "string", "examples": ["v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="]},
        "Signatures separated by blanks, each `v1,` and the base64 HMAC-SHA256 of id, timestamp and body joined by "
        "dots, with the bytes of your endpoint's secret as the key.",
        required=True,
    ),
)


@dataclass(frozen=True)
class Webhook:
    """One event as its receiver meets it: `data` is the schema of what it is about."""

    name: str
    tag: str
    schema_name: str
    when: str
    data: JSONSchema
    integration_types: tuple[str, ...]
    is_update: bool
    connected: bool = True

    @property
    def operation_id(self) -> str:
        return "webhook_" + re.sub(r"\W", "_", self.name)

    @property
    def schema(self) -> JSONSchema:
        """The body of the request."""
        required = ["connection_id", "data", "event_type", "integration_name", "integration_type"]
        properties = {**_envelope(self), "data": self.data}
        if self.is_update:
            required.append("previous_attributes")
            properties["previous_attributes"] = _PREVIOUS
        return {
            "type": "object",
            "title": self.schema_name,
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }


_PREVIOUS: JSONSchema = {
    "type": "object",
    "title": "PreviousAttributes",
    "description": "The old values of what changed. The keys are dotted paths in which a number is a place in a list; "
    "a dot within a key is written `\\.`. A list that changed its length, or an object that gained a key, is "
    "there as a whole.",
    "additionalProperties": True,
    "examples": [{"status": "open", "line_items.1.received_quantity": 1}],
}


def _envelope(webhook: Webhook) -> dict[str, JSONSchema]:
    """What every event has around its data."""
    return {
        "connection_id": {
            "type": "string" if webhook.connected else ["string", "null"],
            "description": "The connection it is about.",
            "examples": ["07b344db-0304-4866-9ae1-ac8af5292a28"],
        },
        "customer_id": {
            "type": ["string", "null"],
            "description": "Your own identifier of the connection's customer.",
            "examples": ["customer-42"],
        },
        "event_type": {
            "type": "string",
            "description": "Name of the event.",
            "const": webhook.name,
            "examples": [webhook.name],
        },
        "integration_name": {"type": "string", "description": "Slug of the integration.", "examples": ["shipbob"]},
        "integration_type": {
            "type": "string",
            "description": "Its vertical.",
            "enum": list(webhook.integration_types),
            "examples": [webhook.integration_types[0]],
        },
        "data_truncated": {
            "type": "boolean",
            "description": "There and true when the event was too large to send; `data` holds only the `id` then.",
            "examples": [True],
        },
        "data_url": {
            "type": "string",
            "format": "uri",
            "description": "Where a truncated event is asked for: called with your API key it answers a "
            "`download_url`, which serves for twenty minutes.",
            "examples": ["https://crossdock.example.com/webhook-events/evt_1/data"],
        },
    }


def _camel(text: str) -> str:
    return "".join(part.capitalize() for part in re.split(r"\W+", text))


def _record_data(resource: Resource, parent: bool) -> JSONSchema:
    singular = resource.singular.replace("_", " ")
    whole = f"The whole {singular} that it belongs to" if parent else f"The whole {singular}"
    return {
        "type": "object",
        "description": f"{whole}, as `GET {resource.path}` serves it; only its `id` when the event is truncated.",
        "oneOf": [
            {"$ref": f"#/components/schemas/{resource.schema_name}"},
            {
                "type": "object",
                "properties": {
                    "id": {"type": "string", "description": "Identifier of the record.", "examples": ["id"]}
                },
                "required": ["id"],
                "additionalProperties": False,
            },
        ],
    }


def _when(resource: Resource, change: str) -> str:
    singular = resource.singular.replace("_", " ")
    part, _, verb = change.rpartition(".")
    if part:
        return f"A {part.replace('-', ' ')} was added to a stored {singular}."
    if verb == "created":
        return f"A {singular} was met for the first time after the first sync, or made through this API."
    return f"A stored {singular} has changed."


def _of_resource(resource: Resource) -> Iterator[Webhook]:
    prefix = resource.vertical.capitalize() if resource.event.startswith(f"{resource.vertical}-") else ""
    for change in (*resource.changes, *resource.more_events):
        yield Webhook(
            name=resource.event_name(change),
            tag=resource.vertical,
            schema_name=f"{prefix}{_camel(resource.title)}{_camel(change)}WebhookSchema",
            when=_when(resource, change),
            data=_record_data(resource, parent="." in change),
            integration_types=(resource.vertical,),
            is_update=change == "updated",
        )


def _of_admin(event: AdminEvent) -> Webhook:
    return Webhook(
        name=event.name,
        tag=ADMIN_TAG,
        schema_name=f"{_camel(event.name)}WebhookSchema",
        when=event.when,
        data=struct_schema(event.data),
        # Receivers made for older events compare with this word too.
        integration_types=(*VERTICALS, "general"),
        is_update=event.is_update,
        connected=event.connected,
    )


def webhooks() -> tuple[Webhook, ...]:
    """Every event with a payload schema."""
    admin = (_of_admin(event) for event in ADMIN)
    return (*admin, *(webhook for resource in STORED for webhook in _of_resource(resource)))


def webhook_operation(webhook: Webhook) -> dict[str, Any]:
    """A webhook in a document, its schema and headers by reference."""
    return {
        "operationId": webhook.operation_id,
        "summary": webhook.name,
        "description": webhook.when,
        "tags": [webhook.tag],
        "parameters": [{"$ref": f"#/components/parameters/{header.name}"} for header in HEADERS],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": f"#/components/schemas/{webhook.schema_name}"}},
            },
        },
        "responses": {
            "2XX": {
                "description": f"Taken. Any other answer, or none in {ANSWER_SECONDS} seconds, is tried again later."
            }
        },
    }
