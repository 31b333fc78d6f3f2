"""Whole events: how their records are served, and handing them out by a signed address."""

from __future__ import annotations

from uuid import UUID

from crossdock.contract.catalogue import RESOURCE_BY_KEY
from crossdock.contract.errors import not_found
from crossdock.platform import downloads
from crossdock.platform.downloads import Download
from crossdock.platform.engine import Engine
from crossdock.records import files
from crossdock.webhooks import events, messages, version_store
from crossdock.webhooks.events import EventRow
from crossdock.webhooks.messages import Serve

KIND = "webhook_events"
"""What signed addresses call these files."""


def serving(engine: Engine, organization_id: UUID) -> Serve:
    """Makes a stored body what a read of the record would answer: one that stands for a file gets its address."""

    def served(event: EventRow, body: bytes) -> bytes:
        resource = RESOURCE_BY_KEY[event.resource or ""]
        if not resource.downloadable or event.connection_id is None:
            return body
        owner = (organization_id, event.connection_id)
        [shown] = files.with_addresses(engine, engine.public_url, *owner, resource, [(event.record_id or "", body)])
        return shown

    return served


async def event_body(engine: Engine, organization_id: UUID, identifier: str) -> bytes | None:
    """The whole event; None when there is none with this id that subscribers can be told of."""
    sequence = messages.sequence_of(identifier)
    if sequence is None:
        return None
    async with engine.database.transaction(organization_id) as connection:
        event = await events.get(connection, organization_id, sequence)
        if event is None:
            return None
        found = await version_store.bodies(connection, messages.places_of(event))
    return messages.whole(event, found, serving(engine, organization_id))


async def download_address(engine: Engine, base_url: str, organization_id: UUID, identifier: str) -> str:
    """An address that hands out the event for twenty minutes; 404 when there is no such event."""
    if await event_body(engine, organization_id, identifier) is None:
        raise not_found(identifier)
    return downloads.address(engine, base_url, KIND, organization_id, identifier)


async def download(engine: Engine, organization_id: UUID, identifier: str) -> Download | None:
    """The file behind such an address."""
    body = await event_body(engine, organization_id, identifier)
    return None if body is None else Download(body, f"{identifier}.json", "application/json")
