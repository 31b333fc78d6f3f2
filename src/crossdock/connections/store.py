"""Connections, credentials, errors and budgets in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from crossdock.accounts.store import DISABLED
from crossdock.platform.database import Connection


@dataclass(frozen=True)
class ConnectionRow:
    """A connection as stored."""

    id: UUID
    organization_id: UUID
    vertical: str
    integration_name: str
    customer_id: str | None
    created_at: datetime
    last_used: datetime | None
    times_used: int
    webhooks_disabled: bool
    me: str | None
    disabled_functions: list[str] | None
    is_sandbox: bool
    switched_off: list[str]
    """What is off in effect: its own list, or that of its organization."""


_COLUMNS = [name for name in ConnectionRow.__dataclass_fields__ if name != "switched_off"]
_SELECT = f"select {', '.join(f'c.{name}' for name in _COLUMNS)}, {DISABLED} as switched_off from connections c"
"""Every look-up leaves out connections that were removed, whose rows stay."""


@dataclass(frozen=True)
class SealedRow:
    """Everything sealed that belongs to a connection."""

    wrapped_key: bytes
    sealed_credentials: bytes
    sealed_access_token: bytes
    sealed_token: bytes | None
    token_version: int


@dataclass(frozen=True)
class ScheduleRow:
    """How far one function of a connection is."""

    connection_id: UUID
    function_name: str
    frequency_seconds: int
    paused: bool
    lease_until: datetime | None
    last_crawl_start: datetime | None
    last_crawl_end: datetime | None
    latest_data: datetime | None
    first_completed_at: datetime | None


class ErrorRow(msgspec.Struct, frozen=True, kw_only=True):
    """A problem, by its cause, and the functions that met it."""

    connection_id: UUID
    kind: str
    subject: str
    functions: list[str]
    error_message: str
    preventing_sync: bool
    first_seen: datetime
    last_seen: datetime
    failed_url: str
    updated_at: datetime


async def insert_connection(
    connection: Connection,
    *,
    row: ConnectionRow,
    token_hash: bytes,
    master_key_id: str,
    sealed: SealedRow,
) -> None:
    """A new connection with its sealed credentials."""
    await connection.execute(
        "insert into connections (id, organization_id, vertical, integration_name, customer_id, token_hash, me, "
        "disabled_functions, is_sandbox) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            row.id,
            row.organization_id,
            row.vertical,
            row.integration_name,
            row.customer_id,
            token_hash,
            row.me,
            row.disabled_functions,
            row.is_sandbox,
        ),
    )
    await connection.execute(
        "insert into credentials (connection_id, organization_id, master_key_id, wrapped_key, sealed_credentials, "
        "sealed_access_token, sealed_token) values (%s, %s, %s, %s, %s, %s, %s)",
        (
            row.id,
            row.organization_id,
            master_key_id,
            sealed.wrapped_key,
            sealed.sealed_credentials,
            sealed.sealed_access_token,
            sealed.sealed_token,
        ),
    )


async def get_connection(connection: Connection, connection_id: UUID) -> ConnectionRow | None:
    """The connection with this id."""
    cursor = await connection.execute(f"{_SELECT} where c.id = %s and c.deleted_at is null", (connection_id,))
    row = await cursor.fetchone()
    return ConnectionRow(**row) if row else None


async def find_sandbox(connection: Connection, vertical: str) -> ConnectionRow | None:
    """The organization's sandbox connection of a vertical."""
    cursor = await connection.execute(
        f"{_SELECT} where c.vertical = %s and c.is_sandbox and c.deleted_at is null", (vertical,)
    )
    row = await cursor.fetchone()
    return ConnectionRow(**row) if row else None


async def find_by_token(connection: Connection, token_hash: bytes) -> ConnectionRow | None:
    """The connection a token belongs to."""
    cursor = await connection.execute(f"{_SELECT} where c.token_hash = %s", (token_hash,))
    row = await cursor.fetchone()
    return ConnectionRow(**row) if row else None


async def list_connections(
    connection: Connection, after: tuple[datetime, UUID] | None, limit: int
) -> list[ConnectionRow]:
    """Connections, oldest first, after a place in that order."""
    where, values = ("and (c.created_at, c.id) > (%s, %s)", list(after)) if after else ("", [])
    cursor = await connection.execute(
        f"{_SELECT} where c.deleted_at is null {where} order by c.created_at, c.id limit %s", [*values, limit]
    )
    return [ConnectionRow(**row) for row in await cursor.fetchall()]


async def update_connection(connection: Connection, connection_id: UUID, changes: Mapping[str, Any]) -> bool:
    """Sets columns of a connection; false when it is gone."""
    sets = ", ".join(f"{name} = %s" for name in changes)
    cursor = await connection.execute(
        f"update connections set {sets} where id = %s and deleted_at is null",
        [*changes.values(), connection_id],
    )
    return cursor.rowcount == 1


async def remove_connection(connection: Connection, connection_id: UUID) -> bool:
    """Takes a connection out of use: its token, credentials, schedules, jobs and problems go. False when it is gone.

    Rows that runs lock come first, so that a run which is storing a page ends it before the rest happens. The row of
    the connection itself stays and tells later what it was.
    """
    for table in ("sync_schedules", "on_demand_syncs"):
        await connection.execute(f"delete from {table} where connection_id = %s", (connection_id,))
    cursor = await connection.execute(
        "update connections set deleted_at = now(), token_hash = null, me = null where id = %s and deleted_at is null",
        (connection_id,),
    )
    for table in (
        *("credentials", "connection_errors", "magic_links", "link_tokens", "auth_codes"),
        *("vendor_subscriptions", "vendor_deliveries"),
    ):
        await connection.execute(f"delete from {table} where connection_id = %s", (connection_id,))
    return cursor.rowcount == 1


async def find_removed(connection: Connection, limit: int) -> list[tuple[UUID, UUID, datetime]]:
    """Organization, id and time of removed connections that may still have records; as the system role."""
    cursor = await connection.execute(
        "select organization_id, id, deleted_at from connections where deleted_at is not null and purged_at is null "
        "order by deleted_at limit %s",
        (limit,),
    )
    return [(row["organization_id"], row["id"], row["deleted_at"]) for row in await cursor.fetchall()]


async def mark_purged(connection: Connection, connection_id: UUID) -> None:
    """Notes that nothing of a removed connection is left."""
    await connection.execute("update connections set purged_at = now() where id = %s", (connection_id,))


async def schedules_of(connection: Connection, connection_ids: Sequence[UUID]) -> list[ScheduleRow]:
    """The schedules of these connections, by name."""
    fields = ", ".join(ScheduleRow.__dataclass_fields__)
    cursor = await connection.execute(
        f"select {fields} from sync_schedules where connection_id = any(%s) order by function_name",
        (list(connection_ids),),
    )
    return [ScheduleRow(**row) for row in await cursor.fetchall()]


_ERROR = ", ".join(ErrorRow.__struct_fields__)


async def errors_of(connection: Connection, connection_ids: Sequence[UUID]) -> list[ErrorRow]:
    """The open problems of these connections, the blocking ones first."""
    cursor = await connection.execute(
        f"select {_ERROR} from connection_errors where connection_id = any(%s) "
        "order by preventing_sync desc, first_seen, kind, subject",
        (list(connection_ids),),
    )
    return [ErrorRow(**row) for row in await cursor.fetchall()]


async def _lock_errors(connection: Connection, connection_id: UUID) -> None:
    """Holds off others that change problems of the connection. There may be no row yet that could be locked, and two
    that note the same problem must agree on who found it."""
    await connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 13))", (connection_id.hex,))


async def lock_error(connection: Connection, connection_id: UUID, kind: str, subject: str) -> ErrorRow | None:
    """An open problem, for a change of it. Whoever wants to note the same one meanwhile waits."""
    await _lock_errors(connection, connection_id)
    cursor = await connection.execute(
        f"select {_ERROR} from connection_errors where connection_id = %s and kind = %s and subject = %s",
        (connection_id, kind, subject),
    )
    row = await cursor.fetchone()
    return ErrorRow(**row) if row else None


async def lock_errors_of_function(connection: Connection, connection_id: UUID, function_name: str) -> list[ErrorRow]:
    """The open problems that touch a function, for a change of them."""
    statement = (
        f"select {_ERROR} from connection_errors "
        "where connection_id = %s and %s = any(functions) order by kind, subject"
    )
    cursor = await connection.execute(statement, (connection_id, function_name))
    if await cursor.fetchone() is None:
        return []
    await _lock_errors(connection, connection_id)
    cursor = await connection.execute(statement, (connection_id, function_name))
    return [ErrorRow(**row) for row in await cursor.fetchall()]


async def save_error(connection: Connection, organization_id: UUID, row: ErrorRow) -> None:
    """Stores a problem as it is now."""
    names = ErrorRow.__struct_fields__
    changed = ", ".join(f"{name} = excluded.{name}" for name in names if name not in _ERROR_KEY)
    await connection.execute(
        f"insert into connection_errors (organization_id, {_ERROR}) values (%s{', %s' * len(names)}) "
        f"on conflict ({', '.join(_ERROR_KEY)}) do update set {changed}",
        [organization_id, *(getattr(row, name) for name in names)],
    )


_ERROR_KEY = ("connection_id", "kind", "subject")


async def update_functions(connection: Connection, row: ErrorRow) -> None:
    """Stores which functions a problem still touches."""
    await connection.execute(
        "update connection_errors set functions = %s, updated_at = %s "
        "where connection_id = %s and kind = %s and subject = %s",
        (row.functions, row.updated_at, row.connection_id, row.kind, row.subject),
    )


async def delete_error(connection: Connection, row: ErrorRow) -> bool:
    """Removes a problem that is gone; false when somebody else has."""
    cursor = await connection.execute(
        "delete from connection_errors where connection_id = %s and kind = %s and subject = %s",
        (row.connection_id, row.kind, row.subject),
    )
    return cursor.rowcount == 1


async def get_sealed(connection: Connection, connection_id: UUID) -> SealedRow | None:
    """What is sealed for a connection."""
    fields = ", ".join(SealedRow.__dataclass_fields__)
    cursor = await connection.execute(
        f"select {fields} from credentials where connection_id = %s", (connection_id,), binary=True
    )
    row = await cursor.fetchone()
    return SealedRow(**row) if row else None


async def replace_credentials(
    connection: Connection, connection_id: UUID, sealed: bytes, sealed_token: bytes | None
) -> None:
    """Stores new credentials, and the token they obtained in place of the old ones'."""
    await connection.execute(
        "update credentials set sealed_credentials = %s, sealed_token = %s, token_version = token_version + 1, "
        "renewing_until = null where connection_id = %s",
        (sealed, sealed_token, connection_id),
    )


async def claim_renewal(connection: Connection, connection_id: UUID, version: int, seconds: float) -> bool:
    """Takes the right to renew the token, unless someone holds it or the token has changed since."""
    cursor = await connection.execute(
        "update credentials set renewing_until = now() + make_interval(secs => %s) where connection_id = %s "
        "and token_version = %s and (renewing_until is null or renewing_until < now())",
        (seconds, connection_id, version),
    )
    return cursor.rowcount == 1


async def save_token(connection: Connection, connection_id: UUID, version: int, sealed: bytes) -> bool:
    """Stores a renewed token, unless the credentials have changed since `version`."""
    cursor = await connection.execute(
        "update credentials set sealed_token = %s, token_version = token_version + 1, renewing_until = null "
        "where connection_id = %s and token_version = %s",
        (sealed, connection_id, version),
    )
    return cursor.rowcount == 1


async def release_renewal(connection: Connection, connection_id: UUID) -> None:
    """Gives back the right to renew after it failed."""
    await connection.execute("update credentials set renewing_until = null where connection_id = %s", (connection_id,))
