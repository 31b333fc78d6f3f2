"""Lanes, deliveries and attempts in the database.

Within a lane, the deliveries of one record are due in the order of their events: what comes later is never due earlier.
So taking what is due in the order of `due_at` and `sequence` keeps the order of every record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from crossdock.contract.events import EVENTS
from crossdock.platform.database import Connection
from crossdock.webhooks.events import SELECTED, EventRow
from crossdock.webhooks.store import ENDPOINT_FIELDS, SECRET_FIELDS, EndpointRow, SecretRow, endpoint_of, secrets_of

_RECORD_KEY = "hashtextextended(concat_ws(' ', e.connection_id, e.resource, e.record_id), 0)"


@dataclass(frozen=True)
class Claim:
    """A lane that one worker drains."""

    endpoint_id: UUID
    organization_id: UUID
    lease_id: UUID
    lease_seconds: float


@dataclass(frozen=True)
class LaneState:
    """A lane at the beginning of a round: its endpoint as it is now, how far it is, and how far there is to go."""

    endpoint: EndpointRow
    secrets: SecretRow
    position: int
    last: int
    failing_since: datetime | None


@dataclass(frozen=True)
class DueDelivery:
    """A delivery that is due. `event` is None when the log no longer holds it."""

    sequence: int
    attempts: int
    earlier_attempts: int
    record_key: int
    event: EventRow | None
    held_back: bool


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one delivery. Without an `attempted_at` nothing was sent."""

    sequence: int
    record_key: int
    state: str
    attempts: int
    retry_seconds: float = 0.0
    attempted_at: datetime | None = None
    duration_ms: float = 0.0
    url: str = ""
    status: int | None = None
    error: str | None = None
    response_head: str | None = None


async def claim_lanes(
    connection: Connection, limit: int, lease_seconds: float, organizations: Sequence[UUID] | None = None
) -> list[Claim]:
    """Claims lanes that have something to do; as the system role. Each is given to one caller only.

    A lease that has ended was not given back, so nobody has said yet when its lane has something to do.
    """
    cursor = await connection.execute(
        "with due as (select l.endpoint_id from webhook_lanes l "
        "join webhook_endpoints e on e.id = l.endpoint_id "
        "join event_counters c on c.organization_id = l.organization_id "
        "where not e.paused and e.disabled_at is null and (l.lease_until < now() "
        "or (l.lease_until is null and (l.due_at <= now() or l.position < c.last))) "
        "and (%(organizations)s::uuid[] is null or l.organization_id = any(%(organizations)s)) "
        "order by l.due_at limit %(limit)s for update of l skip locked) "
        "update webhook_lanes l set lease_id = gen_random_uuid(), "
        "lease_until = now() + make_interval(secs => %(seconds)s) "
        "from due where l.endpoint_id = due.endpoint_id returning l.endpoint_id, l.organization_id, l.lease_id",
        {
            "organizations": None if organizations is None else list(organizations),
            "limit": limit,
            "seconds": lease_seconds,
        },
    )
    return [Claim(**row, lease_seconds=lease_seconds) for row in await cursor.fetchall()]


async def begin_round(connection: Connection, claim: Claim) -> LaneState | None:
    """Extends the lease; None when it is another's, or the endpoint is paused, switched off or gone."""
    columns = ", ".join(f"e.{name}" for name in (*ENDPOINT_FIELDS, *SECRET_FIELDS))
    cursor = await connection.execute(
        "update webhook_lanes l set lease_until = now() + make_interval(secs => %s) "
        "from webhook_endpoints e, event_counters c where l.endpoint_id = %s and l.lease_id = %s "
        "and e.id = l.endpoint_id and c.organization_id = l.organization_id and not e.paused "
        f"and e.disabled_at is null returning {columns}, l.position, l.failing_since, c.last",
        (claim.lease_seconds, claim.endpoint_id, claim.lease_id),
        binary=True,
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    return LaneState(endpoint_of(row), secrets_of(row), row["position"], row["last"], row["failing_since"])


async def release(connection: Connection, claim: Claim) -> None:
    """Gives a lane back, and says when it has something to do again."""
    await connection.execute(
        "update webhook_lanes set lease_id = null, lease_until = null, due_at = (select min(due_at) "
        "from webhook_deliveries where endpoint_id = %(id)s and state = 'pending') "
        "where endpoint_id = %(id)s and lease_id = %(lease)s",
        {"id": claim.endpoint_id, "lease": claim.lease_id},
    )


# -- from events to deliveries -------------------------------------------------------------------------------------

_WANTED = (
    "not e.first_sync and not e.held_back and e.event_type = any(%(types)s) "
    "and (%(connections)s::uuid[] is null or e.connection_id = any(%(connections)s)) "
    "and (%(customers)s::text[] is null or coalesce(e.customer_id, c.customer_id) = any(%(customers)s)) "
    "and (%(environment)s::text is null "
    "or coalesce(e.is_sandbox, c.is_sandbox, false) = (%(environment)s::text = 'test'))"
)


def _filters(endpoint: EndpointRow) -> dict[str, Any]:
    return {
        "endpoint": endpoint.id,
        "organization": endpoint.organization_id,
        "types": list(EVENTS) if endpoint.event_types is None else endpoint.event_types,
        "connections": endpoint.connection_ids,
        "customers": endpoint.customer_ids,
        "environment": endpoint.environment,
    }


# One object, because it is made once. Joined, it was looked for anew for each event, a walk through all that is
# pending, whenever the planner knew too little of the table: with 3,000 pending that took 60 times as long.
_WAITING = (
    "(select jsonb_object_agg(record_key, due_at) from (select record_key, max(due_at) as due_at "
    "from webhook_deliveries where endpoint_id = %(endpoint)s and state = 'pending' and due_at > now() group by 1) w)"
)
"""Until when the records wait whose deliveries are to be tried again; what follows must not overtake them."""
_ADD = (
    "insert into webhook_deliveries as d (organization_id, endpoint_id, sequence, record_key, due_at, created_at) "
    "select e.organization_id, %(endpoint)s, e.sequence, k.key, "
    f"greatest(now(), ({_WAITING} ->> k.key::text)::timestamptz), now() "
    "from events e left join connections c on c.id = e.connection_id "
    f"cross join lateral (select {_RECORD_KEY} as key) k "
    f"where e.organization_id = %(organization)s and {_WANTED} "
)


async def fan_out(connection: Connection, state: LaneState, limit: int) -> int:
    """Makes deliveries of the next events that the endpoint wants, and gives how far it has come."""
    upto = min(state.last, state.position + limit)
    if upto > state.position:
        await connection.execute(
            _ADD + "and e.sequence > %(position)s and e.sequence <= %(upto)s on conflict do nothing",
            {**_filters(state.endpoint), "position": state.position, "upto": upto},
        )
        await connection.execute(
            "update webhook_lanes set position = %s where endpoint_id = %s", (upto, state.endpoint.id)
        )
    return upto


_AGAIN = (
    "on conflict (endpoint_id, sequence) do update set state = 'pending', due_at = excluded.due_at, "
    "finished_at = null, earlier_attempts = d.attempts where d.state <> 'pending'"
)


async def add_again(
    connection: Connection,
    endpoint: EndpointRow,
    *,
    first: int | None = None,
    last: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    missed_only: bool = False,
) -> int:
    """Makes events due again that the endpoint's filters choose, up to where its lane is; gives how many.

    An endpoint cannot have missed what came before it was made, but it may be sent that too.
    """
    missed = (
        " and not exists (select 1 from webhook_deliveries p where p.endpoint_id = %(endpoint)s "
        "and p.sequence = e.sequence and p.state in ('delivered', 'pending', 'cancelled')) "
        "and e.sequence > (select began from webhook_lanes where endpoint_id = %(endpoint)s)"
    )
    cursor = await connection.execute(
        _ADD + "and e.sequence <= (select position from webhook_lanes where endpoint_id = %(endpoint)s) "
        "and (%(first)s::bigint is null or e.sequence >= %(first)s) "
        "and (%(last)s::bigint is null or e.sequence <= %(last)s) "
        "and (%(since)s::timestamptz is null or e.created_at >= %(since)s) "
        "and (%(until)s::timestamptz is null or e.created_at < %(until)s) "
        f"{missed if missed_only else ''} order by e.sequence {_AGAIN}",
        {**_filters(endpoint), "first": first, "last": last, "since": since, "until": until},
    )
    return cursor.rowcount


async def fetch_due(
    connection: Connection, endpoint: EndpointRow, busy: Sequence[int], limit: int
) -> list[DueDelivery]:
    """Deliveries that are due, in order, leaving out those of records that are busy."""
    cursor = await connection.execute(
        "select d.sequence as number, d.attempts, d.earlier_attempts, d.record_key, "
        f"coalesce(c.webhooks_disabled, false) as webhooks_disabled, {SELECTED} from webhook_deliveries d "
        "left join events e on e.organization_id = d.organization_id and e.sequence = d.sequence "
        "left join connections c on c.id = e.connection_id "
        "where d.endpoint_id = %s and d.state = 'pending' and d.due_at <= now() and not (d.record_key = any(%s)) "
        "order by d.due_at, d.sequence limit %s",
        (endpoint.id, list(busy), limit),
        binary=True,
    )
    return [_due(row) for row in await cursor.fetchall()]


def _due(row: dict[str, Any]) -> DueDelivery:
    event = None
    if row["sequence"] is not None:
        event = EventRow(**{name: row[name] for name in EventRow.__struct_fields__})
    return DueDelivery(
        sequence=row["number"],
        attempts=row["attempts"],
        earlier_attempts=row["earlier_attempts"],
        record_key=row["record_key"],
        event=event,
        held_back=row["webhooks_disabled"],
    )


async def settle(connection: Connection, claim: Claim, settlements: Sequence[Settlement]) -> None:
    """Notes what came of deliveries. A record whose delivery is to be tried again waits with all that follows."""
    if not settlements:
        return
    await connection.execute(
        "update webhook_deliveries d set state = u.state, attempts = u.attempts, "
        "due_at = case when u.state = 'pending' then now() + make_interval(secs => u.seconds) else d.due_at end, "
        "finished_at = case when u.state = 'pending' then null else now() end "
        "from unnest(%s::bigint[], %s::text[], %s::integer[], %s::float8[]) as u(sequence, state, attempts, seconds) "
        "where d.endpoint_id = %s and d.sequence = u.sequence and d.state = 'pending'",
        (
            [item.sequence for item in settlements],
            [item.state for item in settlements],
            [item.attempts for item in settlements],
            [item.retry_seconds for item in settlements],
            claim.endpoint_id,
        ),
        binary=True,
    )
    waiting = [item for item in settlements if item.state == "pending"]
    if waiting:
        await connection.execute(
            "update webhook_deliveries d set due_at = now() + make_interval(secs => u.seconds) "
            "from unnest(%s::bigint[], %s::bigint[], %s::float8[]) as u(sequence, record_key, seconds) "
            "where d.endpoint_id = %s and d.state = 'pending' and d.record_key = u.record_key "
            "and d.sequence > u.sequence and d.due_at < now() + make_interval(secs => u.seconds)",
            (
                [item.sequence for item in waiting],
                [item.record_key for item in waiting],
                [item.retry_seconds for item in waiting],
                claim.endpoint_id,
            ),
        )
    await _note_attempts(connection, claim, [item for item in settlements if item.attempted_at is not None])


async def _note_attempts(connection: Connection, claim: Claim, made: Sequence[Settlement]) -> None:
    if not made:
        return
    await connection.execute(
        "insert into webhook_attempts (organization_id, endpoint_id, sequence, number, attempted_at, duration_ms, "
        "url, status, error, response_head) select %s, %s, u.* "
        "from unnest(%s::bigint[], %s::integer[], %s::timestamptz[], %s::real[], %s::text[], %s::smallint[], "
        "%s::text[], %s::text[]) as u on conflict do nothing",
        (
            claim.organization_id,
            claim.endpoint_id,
            [item.sequence for item in made],
            [item.attempts for item in made],
            [item.attempted_at for item in made],
            [item.duration_ms for item in made],
            [item.url for item in made],
            [item.status for item in made],
            [item.error for item in made],
            [item.response_head for item in made],
        ),
        binary=True,
    )


async def note_health(connection: Connection, endpoint_id: UUID, *, works: bool) -> None:
    """Notes since when an endpoint has been failing, or that it works."""
    await connection.execute(
        "update webhook_lanes set failing_since = case when %s then null else coalesce(failing_since, now()) end "
        "where endpoint_id = %s",
        (works, endpoint_id),
    )
