"""On-demand syncs in the database: asked for by a caller, run like scheduled ones, one at a time for each function.

A job holds a lease as a schedule does, in a table of its own. `attempts` counts runs since the last stored page; a job
that gets nowhere is stuck in the end, and stays so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crossdock.contract.management.on_demand_syncs import JobStatus
from crossdock.platform.database import Connection
from crossdock.platform.page_tokens import Place
from crossdock.syncs.schedules import OF_THE_FUNCTION, USUAL, Due, Pace, Progress, in_turns

STUCK_AFTER = 8
"""Runs in a row that store nothing before a job counts as stuck; about an hour, as they come ever later."""


@dataclass(frozen=True)
class JobRow:
    """A job as stored."""

    id: UUID
    connection_id: UUID
    function_name: str
    status: JobStatus
    requested_start_time: datetime
    requested_end_time: datetime
    created_at: datetime


_FIELDS = ", ".join(JobRow.__dataclass_fields__)


async def insert(connection: Connection, organization_id: UUID, row: JobRow) -> None:
    """A new job, due at once."""
    names = list(JobRow.__dataclass_fields__)
    await connection.execute(
        f"insert into on_demand_syncs (organization_id, {_FIELDS}) values (%s{', %s' * len(names)})",
        [organization_id, *(getattr(row, name) for name in names)],
    )


async def get(connection: Connection, connection_id: UUID, job_id: UUID) -> JobRow | None:
    """One job of a connection."""
    cursor = await connection.execute(
        f"select {_FIELDS} from on_demand_syncs where connection_id = %s and id = %s", (connection_id, job_id)
    )
    row = await cursor.fetchone()
    return JobRow(**row) if row else None


async def find_page(connection: Connection, connection_id: UUID, before: Place | None, limit: int) -> list[JobRow]:
    """Jobs of a connection, newest first, after a place in that order."""
    where, values = ("and (created_at, id) < (%s, %s) ", list(before)) if before else ("", [])
    cursor = await connection.execute(
        f"select {_FIELDS} from on_demand_syncs where connection_id = %s {where}"
        "order by created_at desc, id desc limit %s",
        [connection_id, *values, limit],
    )
    return [JobRow(**row) for row in await cursor.fetchall()]


async def cancel(connection: Connection, connection_id: UUID, job_id: UUID) -> bool:
    """Ends an open job; a run that is under way stores nothing more. False when there is none to end."""
    cursor = await connection.execute(
        "update on_demand_syncs set status = 'cancelled', ended_at = now(), lease_id = null, lease_until = null "
        "where connection_id = %s and id = %s and status = 'open'",
        (connection_id, job_id),
    )
    return cursor.rowcount == 1


_STUCK = "status = 'open' and attempts >= %s and (lease_until is null or lease_until < now())"


async def find_stuck(connection: Connection) -> list[tuple[UUID, UUID, UUID]]:
    """Organization, connection and id of jobs that have got nowhere for too long; as the system role."""
    cursor = await connection.execute(
        f"select organization_id, connection_id, id from on_demand_syncs where {_STUCK} order by created_at",
        (STUCK_AFTER,),
    )
    return [(row["organization_id"], row["connection_id"], row["id"]) for row in await cursor.fetchall()]


async def mark_stuck(connection: Connection, job_id: UUID) -> bool:
    """Ends such a job; false when it is none any more."""
    cursor = await connection.execute(
        "update on_demand_syncs set status = 'stuck', ended_at = now(), lease_id = null, lease_until = null "
        f"where id = %s and {_STUCK}",
        (job_id, STUCK_AFTER),
    )
    return cursor.rowcount == 1


_DUE = (
    "j.status = 'open' and j.due_at <= now() and (j.lease_until is null or j.lease_until < now()) "
    "and not (j.function_name = any(coalesce(c.disabled_functions, p.disabled_functions, '{}'))) "
    "and not exists (select 1 from sync_schedules s where s.connection_id = j.connection_id "
    "and s.function_name = j.function_name and s.lease_until > now()) "
    "and not exists (select 1 from on_demand_syncs o where o.connection_id = j.connection_id "
    "and o.function_name = j.function_name and o.status = 'open' and (o.created_at, o.id) < (j.created_at, j.id))"
)
"""A job waits for a scheduled run of its function that is under way, and for older jobs of the same function."""
_DUE_FROM = (
    "on_demand_syncs j join connections c on c.id = j.connection_id left join organization_policies p "
    "on p.organization_id = c.organization_id and p.vertical = c.vertical"
)


async def find_due(connection: Connection, limit: int) -> list[UUID]:
    """Jobs that are due, in the order in which they are to run; as the system role."""
    source = f"select j.organization_id, j.connection_id, j.id, j.due_at from {_DUE_FROM} where {_DUE}"
    cursor = await connection.execute(in_turns(source, "id"), (limit,))
    return [row["id"] for row in await cursor.fetchall()]


async def claim(connection: Connection, wanted: Sequence[UUID], pace: Pace = USUAL) -> list[Due]:
    """Claims those of these jobs that are still due; as the system role."""
    cursor = await connection.execute(
        f"with due as (select j.id from {_DUE_FROM} where j.id = any(%s) and {_DUE} for update of j skip locked) "
        "update on_demand_syncs j set lease_id = gen_random_uuid(), attempts = attempts + 1, "
        "lease_until = now() + make_interval(secs => %s) from due where j.id = due.id "
        "returning j.organization_id, j.connection_id, j.function_name, j.lease_id, j.id as job_id",
        (list(wanted), pace.lease_seconds),
    )
    return [Due(**row, pace=pace) for row in await cursor.fetchall()]


async def read_progress(connection: Connection, due: Due) -> Progress | None:
    """The state of a run that still holds its lease."""
    cursor = await connection.execute(
        "select c.vertical, c.integration_name, j.requested_start_time as window_start, "
        f"j.requested_end_time as window_end, j.cursor, s.latest_data, s.first_completed_at, {OF_THE_FUNCTION} "
        "from on_demand_syncs j join connections c on c.id = j.connection_id "
        "join organizations o on o.id = c.organization_id "
        "left join sync_schedules s on s.connection_id = j.connection_id and s.function_name = j.function_name "
        "where j.id = %s and j.lease_id = %s",
        (due.job_id, due.lease_id),
    )
    row = await cursor.fetchone()
    return Progress(**row) if row else None


async def complete(connection: Connection, due: Due) -> bool:
    """Ends a job that went through."""
    found = await connection.execute(
        "update on_demand_syncs set status = 'completed', ended_at = now(), lease_id = null, lease_until = null, "
        "cursor = null where id = %s and lease_id = %s",
        (due.job_id, due.lease_id),
    )
    return found.rowcount == 1


async def fail(connection: Connection, due: Due, retry_seconds: float | None) -> bool:
    """Ends a run that did not go through; the next one goes on where this one stopped."""
    found = await connection.execute(
        "update on_demand_syncs set lease_id = null, lease_until = null, "
        "due_at = now() + make_interval(secs => coalesce(%s::float8, "
        "least(%s, 15 * power(2, greatest(attempts - 1, 0)))::float8)) where id = %s and lease_id = %s",
        (retry_seconds, due.pace.longest_wait_seconds, due.job_id, due.lease_id),
    )
    return found.rowcount == 1
