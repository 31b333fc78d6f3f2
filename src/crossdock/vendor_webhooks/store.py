"""What connected systems are asked to tell, and what they told, in the database.

Both kinds of rows are worked off under a lease: whoever holds it does the work, and any worker takes one that has
ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from crossdock.platform.database import Connection

LEASE_SECONDS = 300
"""How long one message or subscription may take before another worker may take it over."""
MAX_BACKOFF_SECONDS = 3600


def _backoff(earlier: str) -> str:
    """The wait after a failure, by how many there were before."""
    return f"make_interval(secs => least({MAX_BACKOFF_SECONDS}, 15 * power(2, least({earlier}, 10)))::float8)"


@dataclass(frozen=True)
class SubscriptionRow:
    """What one connection's system is asked to tell. `generation` counts its addresses: only the last one is good."""

    connection_id: UUID
    organization_id: UUID
    vertical: str
    integration_name: str
    wanted_url: str
    generation: int
    reference: str | None
    sealed_secret: bytes | None


@dataclass(frozen=True)
class Claim:
    """A row that is this worker's for a while."""

    organization_id: UUID
    connection_id: UUID
    lease_id: UUID


@dataclass(frozen=True)
class DeliveryClaim(Claim):
    """A message that is to be worked off."""

    id: UUID
    topic: str
    body: bytes
    headers: dict[str, str]
    received_at: datetime
    attempts: int


# -- subscriptions -------------------------------------------------------------------------------------------------


async def want(connection: Connection, organization_id: UUID, connection_id: UUID, url: str) -> None:
    """Makes it due to ask the system of a connection; asked before, it gets a new address."""
    await connection.execute(
        "insert into vendor_subscriptions (connection_id, organization_id, wanted_url) values (%s, %s, %s) "
        "on conflict (connection_id) do update set wanted_url = excluded.wanted_url, due_at = now(), attempts = 0, "
        "generation = vendor_subscriptions.generation + 1, lease_id = null, lease_until = null",
        (connection_id, organization_id, url),
    )


async def want_everywhere(connection: Connection, vertical: str, integration_name: str, url: str) -> int:
    """Makes it due for connections that were never asked for, or for another server address; as the system role."""
    cursor = await connection.execute(
        "insert into vendor_subscriptions as s (connection_id, organization_id, wanted_url) "
        "select id, organization_id, %(url)s from connections where vertical = %(vertical)s "
        "and integration_name = %(name)s and deleted_at is null "
        "on conflict (connection_id) do update set wanted_url = excluded.wanted_url, due_at = now(), attempts = 0, "
        "generation = s.generation + 1, lease_id = null, lease_until = null where s.wanted_url <> excluded.wanted_url",
        {"url": url, "vertical": vertical, "name": integration_name},
    )
    return cursor.rowcount


_SELECT = (
    "select s.connection_id, s.organization_id, c.vertical, c.integration_name, s.wanted_url, s.generation, "
    "s.reference, s.sealed_secret from vendor_subscriptions s join connections c on c.id = s.connection_id "
    "where s.connection_id = %s and c.deleted_at is null"
)


async def find(connection: Connection, connection_id: UUID) -> SubscriptionRow | None:
    """The subscription of a connection that is in use; whoever's it is, as the system role."""
    cursor = await connection.execute(_SELECT, (connection_id,), binary=True)
    row = await cursor.fetchone()
    return SubscriptionRow(**row) if row else None


async def claim_subscriptions(connection: Connection, limit: int) -> list[Claim]:
    """Claims what is to be asked for; as the system role."""
    cursor = await connection.execute(
        "with due as (select connection_id from vendor_subscriptions where due_at <= now() "
        "and (lease_until is null or lease_until < now()) order by due_at limit %s for update skip locked) "
        "update vendor_subscriptions s set lease_id = gen_random_uuid(), attempts = attempts + 1, "
        "lease_until = now() + make_interval(secs => %s) from due where s.connection_id = due.connection_id "
        "returning s.organization_id, s.connection_id, s.lease_id",
        (limit, LEASE_SECONDS),
    )
    return [Claim(**row) for row in await cursor.fetchall()]


async def subscribed(connection: Connection, claim: Claim, reference: str, sealed_secret: bytes | None) -> bool:
    """Notes what the system made of it; false when the claim is no longer its own."""
    cursor = await connection.execute(
        "update vendor_subscriptions set reference = %s, sealed_secret = %s, subscribed_at = now(), error = null, "
        "due_at = null, attempts = 0, lease_id = null, lease_until = null where connection_id = %s and lease_id = %s",
        (reference, sealed_secret, claim.connection_id, claim.lease_id),
    )
    return cursor.rowcount == 1


async def not_subscribed(connection: Connection, claim: Claim, error: str, *, again: bool) -> None:
    """Notes that the system did not do it; it is asked once more after a while, or not `again`."""
    await connection.execute(
        "update vendor_subscriptions set error = %s, "
        f"due_at = case when %s then now() + {_backoff('attempts - 1')} end, "
        "lease_id = null, lease_until = null where connection_id = %s and lease_id = %s",
        (error, again, claim.connection_id, claim.lease_id),
    )


async def count(connection: Connection, connection_id: UUID, *, unknown: bool) -> None:
    """Counts a message."""
    await connection.execute(
        "update vendor_subscriptions set received = received + 1, unknown = unknown + %s where connection_id = %s",
        (int(unknown), connection_id),
    )


# -- messages ------------------------------------------------------------------------------------------------------


async def add_delivery(
    connection: Connection,
    *,
    organization_id: UUID,
    connection_id: UUID,
    delivery_id: UUID,
    topic: str,
    key: str | None,
    body: bytes,
    headers: Mapping[str, str],
    received_at: datetime,
) -> bool:
    """Keeps a message until it is worked off; false when it came before."""
    cursor = await connection.execute(
        "insert into vendor_deliveries (id, organization_id, connection_id, topic, delivery_key, body, headers, "
        "received_at, due_at) values (%s, %s, %s, %s, %s, %s, %s, %s, now()) "
        "on conflict (connection_id, delivery_key) where delivery_key is not null do nothing",
        (delivery_id, organization_id, connection_id, topic, key, body, Jsonb(headers), received_at),
    )
    return cursor.rowcount == 1


async def claim_deliveries(connection: Connection, limit: int) -> list[DeliveryClaim]:
    """Claims messages that are due, oldest first; as the system role."""
    cursor = await connection.execute(
        "with due as (select id from vendor_deliveries where due_at <= now() "
        "and (lease_until is null or lease_until < now()) order by due_at limit %s for update skip locked) "
        "update vendor_deliveries d set lease_id = gen_random_uuid(), "
        "lease_until = now() + make_interval(secs => %s) from due where d.id = due.id "
        "returning d.organization_id, d.connection_id, d.lease_id, d.id, d.topic, d.body, d.headers, d.received_at, "
        "d.attempts",
        (limit, LEASE_SECONDS),
        binary=True,
    )
    found = [DeliveryClaim(**row) for row in await cursor.fetchall()]
    return sorted(found, key=lambda claim: claim.received_at)


async def lock_delivery(connection: Connection, claim: DeliveryClaim) -> bool:
    """Takes a message for the rest of the transaction; false when it is no longer this worker's."""
    cursor = await connection.execute(
        "select 1 from vendor_deliveries where id = %s and lease_id = %s for update", (claim.id, claim.lease_id)
    )
    return await cursor.fetchone() is not None


async def finish_delivery(connection: Connection, claim: DeliveryClaim, error: str | None = None) -> None:
    """Ends a message. Its id is kept for a while, so that it is known when it comes again; what it held is not."""
    await connection.execute(
        "update vendor_deliveries set finished_at = now(), due_at = null, body = '', headers = '{}', error = %s, "
        "lease_id = null, lease_until = null where id = %s and lease_id = %s",
        (error, claim.id, claim.lease_id),
    )


async def postpone_delivery(connection: Connection, claim: DeliveryClaim, error: str) -> None:
    """Lets a message be worked off later, ever later each time."""
    await connection.execute(
        f"update vendor_deliveries set attempts = attempts + 1, due_at = now() + {_backoff('attempts')}, error = %s, "
        "lease_id = null, lease_until = null where id = %s and lease_id = %s",
        (error, claim.id, claim.lease_id),
    )


async def first_syncs(connection: Connection, connection_id: UUID) -> Sequence[str]:
    """The functions of a connection whose first sync is over."""
    cursor = await connection.execute(
        "select function_name from sync_schedules where connection_id = %s and first_completed_at is not null",
        (connection_id,),
    )
    return [row["function_name"] for row in await cursor.fetchall()]


async def delete_old(connection: Connection, before: datetime, batch: int) -> bool:
    """Forgets messages that were worked off, a batch at a time; whether there may be more. As the system role."""
    cursor = await connection.execute(
        "delete from vendor_deliveries where id = any(array(select id from vendor_deliveries "
        "where received_at < %s and finished_at is not null limit %s))",
        (before, batch),
    )
    return cursor.rowcount == batch
