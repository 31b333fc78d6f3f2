"""Webhook endpoints in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from crossdock.platform.database import Connection
from crossdock.webhooks.events import CHANNEL


class EndpointRow(msgspec.Struct, frozen=True, kw_only=True):
    """Where events are sent to, and which."""

    id: UUID
    organization_id: UUID
    url: str
    description: str | None
    event_types: list[str] | None
    connection_ids: list[UUID] | None
    customer_ids: list[str] | None
    environment: str | None
    transformation: str | None
    paused: bool
    disabled_at: datetime | None
    disabled_reason: str | None
    created_at: datetime
    updated_at: datetime


class SecretRow(msgspec.Struct, frozen=True, kw_only=True):
    """The sealed secrets of an endpoint. The old one signs too until its time is over."""

    wrapped_key: bytes
    sealed_secret: bytes
    sealed_old_secret: bytes | None
    old_secret_until: datetime | None


ENDPOINT_FIELDS = tuple(EndpointRow.__struct_fields__)
SECRET_FIELDS = tuple(SecretRow.__struct_fields__)
_FIELDS = ", ".join(ENDPOINT_FIELDS)


def endpoint_of(row: Mapping[str, Any]) -> EndpointRow:
    """The endpoint among the columns of a row."""
    return EndpointRow(**{name: row[name] for name in ENDPOINT_FIELDS})


def secrets_of(row: Mapping[str, Any]) -> SecretRow:
    """The secrets among the columns of a row."""
    return SecretRow(**{name: row[name] for name in SECRET_FIELDS})


async def insert(
    connection: Connection, row: EndpointRow, *, master_key_id: str, wrapped_key: bytes, sealed_secret: bytes
) -> None:
    """A new endpoint. Its lane begins with the next event."""
    names = (*ENDPOINT_FIELDS, "master_key_id", "wrapped_key", "sealed_secret")
    values = [*(getattr(row, name) for name in ENDPOINT_FIELDS), master_key_id, wrapped_key, sealed_secret]
    await connection.execute(
        f"insert into webhook_endpoints ({', '.join(names)}) values ({', '.join(['%s'] * len(names))})", values
    )
    await connection.execute(
        "insert into webhook_lanes (endpoint_id, organization_id, began, position) "
        "select %s, organization_id, last, last from event_counters where organization_id = %s",
        (row.id, row.organization_id),
    )


async def find(connection: Connection, endpoint_id: UUID) -> EndpointRow | None:
    """The endpoint with this id."""
    cursor = await connection.execute(f"select {_FIELDS} from webhook_endpoints where id = %s", (endpoint_id,))
    row = await cursor.fetchone()
    return EndpointRow(**row) if row else None


async def lock(connection: Connection, endpoint_id: UUID) -> EndpointRow | None:
    """The same, kept from others until the transaction ends.

    A round of its lane holds the lane and then needs the endpoint, so whoever wants both takes them in this order too.
    """
    await connection.execute("select from webhook_lanes where endpoint_id = %s for update", (endpoint_id,))
    cursor = await connection.execute(
        f"select {_FIELDS} from webhook_endpoints where id = %s for update", (endpoint_id,)
    )
    row = await cursor.fetchone()
    return EndpointRow(**row) if row else None


async def list_all(connection: Connection, after: tuple[datetime, UUID] | None, limit: int) -> list[EndpointRow]:
    """Endpoints, oldest first, after a place in that order."""
    where, values = ("where (created_at, id) > (%s, %s)", list(after)) if after else ("", [])
    cursor = await connection.execute(
        f"select {_FIELDS} from webhook_endpoints {where} order by created_at, id limit %s", [*values, limit]
    )
    return [EndpointRow(**row) for row in await cursor.fetchall()]


async def update(connection: Connection, endpoint_id: UUID, changes: Mapping[str, Any]) -> None:
    """Changes columns of an endpoint."""
    sets = ", ".join(f"{name} = %s" for name in changes)
    await connection.execute(
        f"update webhook_endpoints set {sets} where id = %s",
        [*changes.values(), endpoint_id],
    )


async def delete(connection: Connection, endpoint_id: UUID) -> bool:
    """Removes an endpoint with its lane, deliveries and attempts; false when there is none."""
    if await lock(connection, endpoint_id) is None:
        return False
    cursor = await connection.execute("delete from webhook_endpoints where id = %s", (endpoint_id,))
    return cursor.rowcount == 1


async def secrets(connection: Connection, endpoint_id: UUID) -> SecretRow:
    """What is sealed for an endpoint."""
    cursor = await connection.execute(
        f"select {', '.join(SECRET_FIELDS)} from webhook_endpoints where id = %s", (endpoint_id,), binary=True
    )
    row = await cursor.fetchone()
    if row is None:
        raise LookupError(f"endpoint {endpoint_id} has no secret")
    return SecretRow(**row)


async def replace_secret(connection: Connection, endpoint_id: UUID, sealed: bytes, old_until: datetime) -> None:
    """Gives an endpoint a new secret; the one before signs too until then."""
    await connection.execute(
        "update webhook_endpoints set sealed_old_secret = sealed_secret, sealed_secret = %s, old_secret_until = %s, "
        "updated_at = now() where id = %s",
        (sealed, old_until, endpoint_id),
    )


async def skip_to_now(connection: Connection, endpoint_id: UUID) -> None:
    """Lets a lane go on with the next event; what came before is not sent by itself."""
    await connection.execute(
        "update webhook_lanes l set position = c.last, failing_since = null from event_counters c "
        "where l.endpoint_id = %s and c.organization_id = l.organization_id",
        (endpoint_id,),
    )


async def wake(connection: Connection, organization_id: UUID, endpoint_id: UUID) -> None:
    """Tells the workers that a lane has something to do."""
    await connection.execute("update webhook_lanes set due_at = now() where endpoint_id = %s", (endpoint_id,))
    await connection.execute("select pg_notify(%s, %s)", (CHANNEL, str(organization_id)))


async def connections_known(connection: Connection, connection_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these connections the organization has."""
    cursor = await connection.execute("select id from connections where id = any(%s)", (list(connection_ids),))
    return {row["id"] for row in await cursor.fetchall()}
