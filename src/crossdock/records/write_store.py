"""Writes and their idempotency keys in the database."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
import psycopg

from crossdock.platform.database import Connection


class WriteRow(msgspec.Struct, frozen=True, kw_only=True):
    """A write: what was asked, and what is known of its outcome."""

    id: UUID
    organization_id: UUID
    connection_id: UUID
    action: str
    ids: list[str]
    body: bytes
    idempotency_key: str | None
    request_fingerprint: bytes
    state: str
    error: str | None
    answer: bytes | None
    created_at: datetime
    deadline: datetime


_FIELDS = ", ".join(WriteRow.__struct_fields__)


async def insert(connection: Connection, row: WriteRow) -> bool:
    """Notes a write that is about to be sent; false when its key is taken."""
    try:
        async with connection.transaction():
            await connection.execute(
                f"insert into writes ({_FIELDS}) values ({', '.join(['%s'] * len(WriteRow.__struct_fields__))})",
                [getattr(row, name) for name in WriteRow.__struct_fields__],
            )
    except psycopg.errors.UniqueViolation:
        return False
    return True


async def find_by_key(connection: Connection, connection_id: UUID, key: str) -> WriteRow | None:
    """The write a key stands for; a failed one has given its key back."""
    cursor = await connection.execute(
        f"select {_FIELDS} from writes where connection_id = %s and idempotency_key = %s and state <> 'failed'",
        (connection_id, key),
        binary=True,
    )
    row = await cursor.fetchone()
    return WriteRow(**row) if row else None


async def lock(connection: Connection, write_id: UUID) -> WriteRow | None:
    """The write as it is now; whoever else wants to finish it waits until the end of the transaction."""
    cursor = await connection.execute(
        f"select {_FIELDS} from writes where id = %s for update", (write_id,), binary=True
    )
    row = await cursor.fetchone()
    return WriteRow(**row) if row else None


async def forget_key(connection: Connection, write_id: UUID) -> None:
    """Frees the key of a write that is past its time."""
    await connection.execute("update writes set idempotency_key = null where id = %s", (write_id,))


async def finish(
    connection: Connection, write_id: UUID, state: str, *, answer: bytes | None = None, error: str | None = None
) -> None:
    """Notes what became of a write; one that has been settled meanwhile stays as it is."""
    await connection.execute(
        "update writes set state = %s, answer = %s, error = %s, finished_at = now() where id = %s "
        "and state in ('sending', 'uncertain')",
        (state, answer, error, write_id),
    )


async def postpone(connection: Connection, write_id: UUID, until: datetime) -> None:
    """Leaves an open write alone for a while."""
    await connection.execute("update writes set deadline = %s where id = %s", (until, write_id))


async def find_overdue(connection: Connection, now: datetime, not_before: datetime, limit: int) -> list[WriteRow]:
    """Open writes past their deadline, oldest first; as the system role."""
    cursor = await connection.execute(
        f"select {_FIELDS} from writes where state in ('sending', 'uncertain') and deadline < %s and created_at > %s "
        "order by created_at limit %s",
        (now, not_before, limit),
        binary=True,
    )
    return [WriteRow(**row) for row in await cursor.fetchall()]


async def delete_old(connection: Connection, before: datetime, uncertain_before: datetime) -> None:
    """Removes closed writes made before a time, and open ones made before an earlier time; as the system role."""
    await connection.execute(
        "delete from writes where created_at < case when state in ('sending', 'uncertain') then %s::timestamptz "
        "else %s::timestamptz end",
        (uncertain_before, before),
    )
