"""Organizations and keys in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from crossdock.platform.database import Connection, Database

KeyAccess = Literal["full", "read"]


@dataclass(frozen=True)
class CallerConnection:
    """The connection that an access token stands for."""

    id: UUID
    vertical: str
    integration_name: str
    disabled_functions: tuple[str, ...]
    synced_at: datetime | None = None
    """When the last complete sync of the function that the call reads ended."""


@dataclass(frozen=True)
class Caller:
    """Who is calling: an organization through one of its keys, and a connection when a token was sent."""

    organization_id: UUID
    key_id: UUID
    access: KeyAccess
    connection: CallerConnection | None


@dataclass(frozen=True)
class KeyRow:
    """An API key as it may be shown."""

    id: UUID
    name: str
    hint: str
    access: KeyAccess
    created_at: datetime


DISABLED = (
    "coalesce(c.disabled_functions, (select p.disabled_functions from organization_policies p "
    "where p.organization_id = c.organization_id and p.vertical = c.vertical), '{}')"
)
"""What is switched off for connection `c`: its own list where it has one, or that of its organization."""
_LOOK_UP = f"""
    select k.organization_id, k.id as key_id, k.access,
           c.id as connection_id, c.vertical, c.integration_name, {DISABLED} as disabled_functions,
           (select s.last_crawl_end from sync_schedules s
             where s.connection_id = c.id and s.function_name = %s) as synced_at
      from api_keys k
      left join connections c on c.token_hash = %s and c.organization_id = k.organization_id
     where k.key_hash = %s and k.revoked_at is null
"""


async def find_caller(
    database: Database, key_hash: bytes, token_hash: bytes | None, function_name: str | None = None
) -> Caller | None:
    """The caller behind a key and a token, in one look-up. The token counts only within the key's organization.

    `function_name` is what the call reads, to tell along with it how old that is.
    """
    async with database.system() as connection:
        cursor = await connection.execute(_LOOK_UP, (function_name, token_hash, key_hash), binary=True)
        row = await cursor.fetchone()
    if row is None:
        return None
    found = None
    if row["connection_id"] is not None:
        disabled = tuple(row["disabled_functions"])
        found = CallerConnection(
            row["connection_id"], row["vertical"], row["integration_name"], disabled, row["synced_at"]
        )
    return Caller(row["organization_id"], row["key_id"], row["access"], found)


async def insert_organization(connection: Connection, organization_id: UUID, name: str) -> None:
    """A new organization with its event counter; as the system role."""
    await connection.execute("insert into organizations (id, name) values (%s, %s)", (organization_id, name))
    await connection.execute("insert into event_counters (organization_id) values (%s)", (organization_id,))


async def insert_key(
    connection: Connection,
    *,
    key_id: UUID,
    organization_id: UUID,
    name: str,
    hint: str,
    key_hash: bytes,
    access: KeyAccess,
) -> None:
    """A new API key."""
    await connection.execute(
        "insert into api_keys (id, organization_id, name, hint, key_hash, access) values (%s, %s, %s, %s, %s, %s)",
        (key_id, organization_id, name, hint, key_hash, access),
    )


async def find_organization(connection: Connection, name_or_id: str) -> UUID | None:
    """The organization with this name or id; as the system role."""
    cursor = await connection.execute(
        "select id from organizations where name = %(it)s or id::text = %(it)s order by created_at limit 1",
        {"it": name_or_id},
    )
    row = await cursor.fetchone()
    return row["id"] if row else None


async def organization_name(connection: Connection, organization_id: UUID) -> str:
    """What the organization is called."""
    cursor = await connection.execute("select name from organizations where id = %s", (organization_id,))
    row = await cursor.fetchone()
    if row is None:
        raise LookupError(f"there is no organization {organization_id}")
    name: str = row["name"]
    return name


async def first_organization(connection: Connection) -> UUID | None:
    """The oldest organization; as the system role."""
    cursor = await connection.execute("select id from organizations order by created_at, id limit 1")
    row = await cursor.fetchone()
    return row["id"] if row else None


async def has_keys(connection: Connection) -> bool:
    """Whether any key was ever made; as the system role."""
    cursor = await connection.execute("select exists (select 1 from api_keys) as found")
    row = await cursor.fetchone()
    return bool(row and row["found"])


async def list_keys(connection: Connection) -> list[KeyRow]:
    """The keys of the organization that are not revoked."""
    cursor = await connection.execute(
        "select id, name, hint, access, created_at from api_keys where revoked_at is null order by created_at"
    )
    return [KeyRow(**row) for row in await cursor.fetchall()]


async def revoke_key(connection: Connection, key_id: UUID) -> bool:
    """Ends a key; false when there is none to end."""
    cursor = await connection.execute(
        "update api_keys set revoked_at = now() where id = %s and revoked_at is null", (key_id,)
    )
    return cursor.rowcount == 1


async def check_master_key(connection: Connection, key_id: str, proof: bytes) -> bool:
    """Whether the master key is the one this database was sealed with; the first key seen becomes it."""
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(7233)")
        cursor = await connection.execute("select id, proof from master_keys")
        rows = await cursor.fetchall()
        if not rows:
            await connection.execute("insert into master_keys (id, proof) values (%s, %s)", (key_id, proof))
            return True
        return any(row["id"] == key_id and bytes(row["proof"]) == proof for row in rows)


async def get_disabled(connection: Connection, vertical: str) -> list[str]:
    """What the organization has switched off in a vertical."""
    cursor = await connection.execute(
        "select disabled_functions from organization_policies where vertical = %s", (vertical,)
    )
    row = await cursor.fetchone()
    return row["disabled_functions"] if row else []


async def set_disabled(connection: Connection, organization_id: UUID, vertical: str, functions: Sequence[str]) -> None:
    """Replaces what the organization has switched off in a vertical."""
    await connection.execute(
        "insert into organization_policies (organization_id, vertical, disabled_functions) values (%s, %s, %s) "
        "on conflict (organization_id, vertical) do update set disabled_functions = excluded.disabled_functions",
        (organization_id, vertical, list(functions)),
    )


async def get_first_sync_days(connection: Connection) -> int | None:
    """How far back the organization wants first syncs to reach; None where it has not said so."""
    cursor = await connection.execute("select first_sync_days from organizations")
    row = await cursor.fetchone()
    return row["first_sync_days"] if row else None


async def set_first_sync_days(connection: Connection, days: int | None) -> None:
    """Says how far back first syncs reach."""
    await connection.execute("update organizations set first_sync_days = %s", (days,))
