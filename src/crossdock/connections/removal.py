"""Removing a connection: at once for everybody who calls, and then, in the background, everything stored of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog

from crossdock.connections import store
from crossdock.contract.errors import unauthorized
from crossdock.contract.values import whole_seconds
from crossdock.contract.webhooks_admin import ConnectionDeletedData
from crossdock.platform.engine import Engine
from crossdock.records import purge_store
from crossdock.vendor_webhooks import service as vendor_webhooks
from crossdock.webhooks import events

log = structlog.get_logger(__name__)

_AT_ONCE = 20
"""Removed connections that one round of the worker looks at."""


async def remove(engine: Engine, organization_id: UUID, connection_id: UUID) -> None:
    """Takes a connection out of use. Its token is refused from now on, and one event says that it is gone.

    The connected system hears of it only where it sends us webhooks, which it is asked to stop first.
    """
    await vendor_webhooks.unsubscribe(engine, connection_id)
    async with engine.database.transaction(organization_id) as connection:
        if not await store.remove_connection(connection, connection_id):
            raise unauthorized("Invalid access token")
        now = engine.now()
        gone = ConnectionDeletedData(deleted_date=whole_seconds(now))
        await events.add_admin(
            connection, await events.subject_of(connection, connection_id), "connection.deleted", gone, now=now
        )
    engine.usage.pop(connection_id, None)


async def purge(engine: Engine) -> None:
    """Removes what is stored of removed connections.

    A write that was under way may still store its outcome, so a connection is looked at until none can any more.
    """
    async with engine.database.system() as system:
        found = await store.find_removed(system, _AT_ONCE)
    for organization_id, connection_id, removed_at in found:
        for table in purge_store.TABLES:
            while True:
                async with engine.database.transaction(organization_id) as connection:
                    more = await purge_store.purge_batch(connection, table, connection_id)
                if not more:
                    break
        if engine.now() - removed_at > timedelta(seconds=2 * engine.settings.write_deadline_seconds):
            async with engine.database.transaction(organization_id) as connection:
                await store.mark_purged(connection, connection_id)
            log.info("nothing of a removed connection is left", connection_id=str(connection_id))
