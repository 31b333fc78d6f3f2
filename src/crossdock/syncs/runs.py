"""Runs of syncs in the database: what each has done so far, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from crossdock.platform.database import Connection
from crossdock.syncs.schedules import Due

RunOutcome = Literal["running", "completed", "failed", "interrupted"]


@dataclass
class RunCount:
    """What a run has done so far. `seen` are the records of its pages, changed or not."""

    pages: int = 0
    seen: int = 0
    created: int = 0
    changed: int = 0
    deleted: int = 0


@dataclass(frozen=True)
class RunRow:
    """A run as stored."""

    connection_id: UUID
    function_name: str
    job_id: UUID | None
    resumed: bool
    started_at: datetime
    ended_at: datetime | None
    outcome: RunOutcome
    pages: int
    seen: int
    created: int
    changed: int
    deleted: int
    error: str | None


_FIELDS = ", ".join(RunRow.__dataclass_fields__)
_COUNTED = ", ".join(f"{name} = %s" for name in RunCount.__dataclass_fields__)


async def begin(connection: Connection, due: Due, run_id: UUID, *, resumed: bool) -> None:
    """A new run. One of the same function that nobody has ended was that of a dead worker."""
    await connection.execute(
        "with left_over as (update sync_runs set outcome = 'interrupted', ended_at = now() where connection_id = %(c)s "
        "and function_name = %(f)s and outcome = 'running' and job_id is not distinct from %(job)s) "
        "insert into sync_runs (id, organization_id, connection_id, function_name, job_id, resumed) "
        "values (%(id)s, %(o)s, %(c)s, %(f)s, %(job)s, %(resumed)s)",
        {
            "c": due.connection_id,
            "f": due.function_name,
            "job": due.job_id,
            "id": run_id,
            "o": due.organization_id,
            "resumed": resumed,
        },
    )


async def save_count(connection: Connection, run_id: UUID, count: RunCount) -> None:
    """Notes how far a run is."""
    await connection.execute(f"update sync_runs set {_COUNTED} where id = %s", [*vars(count).values(), run_id])


async def end(
    connection: Connection, run_id: UUID, count: RunCount, outcome: RunOutcome, error: str | None = None
) -> None:
    """Notes what came of a run, once."""
    await connection.execute(
        f"update sync_runs set {_COUNTED}, outcome = %s, error = %s, ended_at = now() "
        "where id = %s and outcome = 'running'",
        [*vars(count).values(), outcome, error, run_id],
    )


async def find_latest(connection: Connection, connection_id: UUID, limit: int) -> list[RunRow]:
    """Runs of a connection, the latest first."""
    cursor = await connection.execute(
        f"select {_FIELDS} from sync_runs where connection_id = %s order by started_at desc, id limit %s",
        (connection_id, limit),
    )
    return [RunRow(**row) for row in await cursor.fetchall()]


async def prune(connection: Connection, days: int) -> None:
    """Removes runs that began longer ago; as the system role."""
    await connection.execute("delete from sync_runs where started_at < now() - make_interval(days => %s)", (days,))
