"""Whole events, handed out by a signed address."""

from __future__ import annotations

from uuid import UUID

from crossdock.contract.errors import not_found
from crossdock.platform import downloads
from crossdock.platform.downloads import Download
from crossdock.platform.engine import Engine
from crossdock.webhooks import events, messages, version_store

KIND = "webhook_events"
"""What signed addresses call these files."""


async def event_body(engine: Engine, organization_id: UUID, identifier: str) -> bytes | None:
    """The whole event; None when there is none with this id that subscribers can be told of."""
    sequence = messages.sequence_of(identifier)
    if sequence is None:
        return None
    async with engine.database.transaction(organization_id) as connection:
        event = await events.get(connection, organization_id, sequence)
        if event is None:
            return None
        return messages.whole(event, await version_store.bodies(connection, messages.places_of(event)))


async def download_address(engine: Engine, base_url: str, organization_id: UUID, identifier: str) -> str:
    """An address that hands out the event for twenty minutes; 404 when there is no such event."""
    if await event_body(engine, organization_id, identifier) is None:
        raise not_found(identifier)
    return downloads.address(engine, base_url, KIND, organization_id, identifier)


async def download(engine: Engine, organization_id: UUID, identifier: str) -> Download | None:
    """The file behind such an address."""
    body = await event_body(engine, organization_id, identifier)
    return None if body is None else Download(body, f"{identifier}.json", "application/json")
