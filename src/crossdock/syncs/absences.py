"""Records that a complete read did not find, in the database. What two in a row have not found counts as deleted.

Once is not enough: a system that is read page by page may leave a record out while others move. Only missing records
have a row, so a read that finds everything in its place writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crossdock.contract.resources import Resource
from crossdock.platform.database import Connection


@dataclass(frozen=True)
class Read:
    """A read of everything, by one function of one connection, and when it began."""

    organization_id: UUID
    connection_id: UUID
    function_name: str
    since: datetime
    had_absences: bool
    """Whether the one before had found something missing."""


async def forget(connection: Connection, connection_id: UUID, function_name: str, ids: Collection[str]) -> None:
    """Takes back that records were missing, as they have been seen."""
    await connection.execute(
        "delete from sync_absences where connection_id = %s and function_name = %s and id = any(%s)",
        (connection_id, function_name, list(ids)),
    )


async def note(connection: Connection, read: Read, resource: Resource, seen: Collection[str]) -> list[str]:
    """Notes what a complete read has not seen, and gives the ids that the one before had not seen either.

    A record that was written since counts as seen: it is newer than the answer that left it out.
    """
    cursor = await connection.execute(
        "select t.id, coalesce(t.written_at is null or t.written_at < a.since, false) and a.id is not null as again "
        f"from {resource.table} t left join sync_absences a on a.connection_id = t.connection_id "
        "and a.function_name = %s and a.id = t.id where t.connection_id = %s and t.deleted_at is null "
        "and (t.written_at is null or t.written_at < %s) "
        "and not exists (select 1 from unnest(%s::text[]) as s (id) where s.id = t.id)",
        (read.function_name, read.connection_id, read.since, list(seen)),
    )
    rows = await cursor.fetchall()
    once = [row["id"] for row in rows if not row["again"]]
    if read.had_absences:
        await connection.execute(
            "delete from sync_absences where connection_id = %s and function_name = %s and not (id = any(%s))",
            (read.connection_id, read.function_name, once),
        )
    if once:
        await connection.execute(
            "insert into sync_absences (organization_id, connection_id, function_name, id, since) "
            "select %s, %s, %s, u.id, %s from unnest(%s::text[]) as u (id) "
            "on conflict (connection_id, function_name, id) do update set since = excluded.since",
            (read.organization_id, read.connection_id, read.function_name, read.since, once),
        )
    return [row["id"] for row in rows if row["again"]]
