"""Whole events: put together from the versions that are kept, and handed out by a signed address.

The id of an event is `evt_` and its number in the sequence of its organization. It is no secret, because every look-up
is within the organization of a key.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from crossdock.contract.catalogue import RESOURCE_BY_KEY
from crossdock.contract.errors import not_found
from crossdock.contract.events import CONNECTION_KIND
from crossdock.contract.values import ENCODER, whole_seconds
from crossdock.contract.webhooks_admin import ConnectionDeletedData
from crossdock.platform import downloads
from crossdock.platform.downloads import Download
from crossdock.platform.engine import Engine
from crossdock.records import files
from crossdock.webhooks import event_store
from crossdock.webhooks.changes import previous_attributes
from crossdock.webhooks.event_store import EventRow

KIND = "webhook_events"
"""What signed addresses call these files."""
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_EVENT_ID = re.compile(r"evt_([1-9][0-9]{0,17})", re.ASCII)


def event_id(sequence: int) -> str:
    """The id of an event, from its number."""
    return f"evt_{sequence}"


def data_url(base_url: str, sequence: int) -> str:
    """Where a subscriber asks for an event that was too large to send."""
    return f"{base_url.rstrip('/')}/webhook-events/{event_id(sequence)}/data"


async def event_body(engine: Engine, organization_id: UUID, identifier: str) -> bytes | None:
    """The whole event; None when there is none with this id that subscribers are told of."""
    found = _EVENT_ID.fullmatch(identifier)
    if found is None:
        return None
    async with engine.database.transaction(organization_id) as connection:
        event = await event_store.get_event(connection, organization_id, int(found[1]))
        if event is None:
            return None
        if event.resource == CONNECTION_KIND:
            return _about_connection(event)
        resource = RESOURCE_BY_KEY[event.resource]
        if event.change not in resource.changes:
            return None
        versions = [event.version, event.version - 1] if event.change == "updated" else [event.version]
        bodies = [
            await event_store.get_version(connection, event.connection_id, resource, event.record_id, version)
            for version in versions
        ]
    if bodies[0] is None:
        return None
    body = bodies[0]
    if resource.downloadable:
        body = files.with_address(engine, engine.public_url, organization_id, event.connection_id, resource, body)
    shown = _envelope(event, resource.event_name(event.change), msgspec.Raw(body))
    if event.change == "updated":
        old, new = _DECODER.decode(bodies[1] or b"{}"), _DECODER.decode(bodies[0])
        shown["previous_attributes"] = previous_attributes(old, new)
    return ENCODER.encode(shown)


def _envelope(event: EventRow, event_type: str, data: Any) -> dict[str, Any]:
    return {
        "connection_id": str(event.connection_id),
        "customer_id": event.customer_id,
        "event_type": event_type,
        "integration_name": event.integration_name,
        "integration_type": event.vertical,
        "data": data,
    }


def _about_connection(event: EventRow) -> bytes | None:
    """An event of a connection itself; so far only its removal is noted."""
    if event.change != "deleted":
        return None
    data = ConnectionDeletedData(deleted_date=whole_seconds(event.created_at))
    return ENCODER.encode(_envelope(event, f"{CONNECTION_KIND}.deleted", data))


async def download_address(engine: Engine, base_url: str, organization_id: UUID, identifier: str) -> str:
    """An address that hands out the event for twenty minutes; 404 when there is no such event."""
    if await event_body(engine, organization_id, identifier) is None:
        raise not_found(identifier)
    return downloads.address(engine, base_url, KIND, organization_id, identifier)


async def download(engine: Engine, organization_id: UUID, identifier: str) -> Download | None:
    """The file behind such an address."""
    body = await event_body(engine, organization_id, identifier)
    return None if body is None else Download(body, f"{identifier}.json", "application/json")
