"""What is wrong with a connection, and telling its subscribers when that changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from crossdock.connections import store
from crossdock.connections.store import ErrorRow
from crossdock.contract.catalogue import ACTION_BY_KEY
from crossdock.contract.values import whole_seconds
from crossdock.contract.webhooks_admin import ConnectionErrorData
from crossdock.platform.database import Connection
from crossdock.webhooks import events
from crossdock.webhooks.differences import previous_attributes
from crossdock.webhooks.events import Subject


async def note(
    connection: Connection,
    *,
    organization_id: UUID,
    connection_id: UUID,
    function_name: str,
    message: str,
    failed_url: str,
    preventing_sync: bool,
    now: datetime,
) -> None:
    """Notes that a function met a problem. Subscribers hear of a new or changed one. Call it last."""
    before = await store.error_of(connection, connection_id, function_name)
    await store.save_error(
        connection,
        organization_id=organization_id,
        connection_id=connection_id,
        function_name=function_name,
        message=message,
        failed_url=failed_url,
        preventing_sync=preventing_sync,
    )
    after = await store.error_of(connection, connection_id, function_name)
    if after is None or (before is not None and before.updated_at == after.updated_at):
        return
    subject = await events.subject_of(connection, connection_id)
    said = _data(after, subject)
    if before is None:
        await events.add_admin(connection, subject, "connection-error.created", said, now=now)
        return
    previous = previous_attributes(_plain(_data(before, subject)), _plain(said))
    await events.add_admin(connection, subject, "connection-error.updated", said, now=now, previous=previous)


async def clear(connection: Connection, connection_id: UUID, function_name: str, *, now: datetime) -> None:
    """Notes that a function works again. Subscribers hear of it when it had a problem. Call it last."""
    before = await store.error_of(connection, connection_id, function_name)
    if before is None:
        return
    await store.clear_error(connection, connection_id, function_name)
    subject = await events.subject_of(connection, connection_id)
    await events.add_admin(connection, subject, "connection-error.deleted", _data(before, subject), now=now)


async def clear_all(connection: Connection, connection_id: UUID, *, now: datetime) -> None:
    """Forgets every problem of a connection, as it has new credentials. Call it last."""
    for row in await store.errors_of(connection, [connection_id]):
        await clear(connection, connection_id, row.function_name, now=now)


def _data(row: ErrorRow, subject: Subject) -> ConnectionErrorData:
    return ConnectionErrorData(
        error_message=row.error_message,
        failed_url=row.failed_url,
        affected_endpoints=[ACTION_BY_KEY[f"{subject.integration_type}/{row.function_name}"].url],
        integration_name=subject.integration_name,
        created_date=whole_seconds(row.first_seen),
        updated_date=whole_seconds(row.updated_at),
        last_seen=whole_seconds(row.last_seen),
    )


def _plain(data: ConnectionErrorData) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(data)
    return plain
