"""Live reads: asked of the connected system while the caller waits, and not stored."""

from __future__ import annotations

import asyncio
from uuid import UUID

from crossdock.accounts.store import CallerConnection
from crossdock.connections import service as connections
from crossdock.contract.actions import Action
from crossdock.contract.errors import VendorUnavailable, not_found
from crossdock.contract.records import Record
from crossdock.platform.engine import Engine
from crossdock.records import read_store
from crossdock.records.writes import adapter_for


async def read(
    engine: Engine, organization_id: UUID, connection: CallerConnection, action: Action, ids: tuple[str, ...]
) -> Record:
    """What the connected system says now. The record it is about must be in our copy, as for a write."""
    adapter_type = adapter_for(connection, action)
    if action.parent is None:
        raise TypeError(f"{action.key} names no record")
    if await read_store.fetch_one(engine.database, organization_id, connection.id, action.parent, ids[-1], {}) is None:
        raise not_found(ids[-1])
    try:
        async with asyncio.timeout(engine.settings.write_deadline_seconds):
            adapter = await connections.open_adapter(engine, organization_id, connection.id, adapter_type)
            return await adapter.run_live(action, ids)
    except TimeoutError as error:
        raise VendorUnavailable(f"{adapter_type.display_name} takes too long", may_have_applied=False) from error
