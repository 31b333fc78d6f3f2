"""What became of messages, to look at: deliveries and the attempts made for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from crossdock.platform.database import Connection


class DeliveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery, and the event it is of."""

    sequence: int
    state: str
    attempts: int
    due_at: datetime
    created_at: datetime
    finished_at: datetime | None
    event_type: str | None
    connection_id: UUID | None
    record_id: str | None


class AttemptRow(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt."""

    number: int
    attempted_at: datetime
    duration_ms: float
    url: str
    status: int | None
    error: str | None
    response_head: str | None


@dataclass(frozen=True)
class DeliveryFilter:
    """Which deliveries are wanted; newest first, before a sequence number."""

    before: int | None = None
    state: str | None = None
    event_type: str | None = None
    connection_id: UUID | None = None
    record_id: str | None = None


_DELIVERY = (
    "select d.sequence, d.state, d.attempts, d.due_at, d.created_at, d.finished_at, e.event_type, e.connection_id, "
    "e.record_id from webhook_deliveries d "
    "left join events e on e.organization_id = d.organization_id and e.sequence = d.sequence "
)


async def list_deliveries(
    connection: Connection, endpoint_id: UUID, wanted: DeliveryFilter, limit: int
) -> list[DeliveryRow]:
    """Deliveries of an endpoint, newest event first."""
    where: list[str] = ["d.endpoint_id = %s"]
    values: list[Any] = [endpoint_id]
    for condition, value in (
        ("d.sequence < %s", wanted.before),
        ("d.state = %s", wanted.state),
        ("e.event_type = %s", wanted.event_type),
        ("e.connection_id = %s", wanted.connection_id),
        ("e.record_id = %s", wanted.record_id),
    ):
        if value is not None:
            where.append(condition)
            values.append(value)
    cursor = await connection.execute(
        f"{_DELIVERY} where {' and '.join(where)} order by d.sequence desc limit %s", [*values, limit]
    )
    return [DeliveryRow(**row) for row in await cursor.fetchall()]


async def find_delivery(connection: Connection, endpoint_id: UUID, sequence: int) -> DeliveryRow | None:
    """The delivery of one event to one endpoint."""
    cursor = await connection.execute(
        f"{_DELIVERY} where d.endpoint_id = %s and d.sequence = %s", (endpoint_id, sequence)
    )
    row = await cursor.fetchone()
    return DeliveryRow(**row) if row else None


async def attempts_of(connection: Connection, endpoint_id: UUID, sequences: Sequence[int]) -> list[AttemptRow]:
    """The attempts made for deliveries, in order."""
    cursor = await connection.execute(
        f"select {', '.join(AttemptRow.__struct_fields__)} from webhook_attempts "
        "where endpoint_id = %s and sequence = any(%s) order by sequence, number",
        (endpoint_id, list(sequences)),
    )
    return [AttemptRow(**row) for row in await cursor.fetchall()]


async def prune(connection: Connection, before: datetime, batch: int) -> bool:
    """Removes old attempts and settled deliveries; as the system role. Gives whether there may be more."""
    more = False
    for table, column in (("webhook_attempts", "attempted_at"), ("webhook_deliveries", "created_at")):
        cursor = await connection.execute(
            f"delete from {table} where ctid in (select ctid from {table} where {column} < %s limit %s)",
            (before, batch),
        )
        more = more or cursor.rowcount == batch
    return more
