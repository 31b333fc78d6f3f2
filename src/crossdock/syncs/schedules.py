"""When each function of a connection is due, who is running it, and how far it is.

A run holds a lease on its row. Any worker may take a lease that has ended; the one that lost it notices with its next
page, because every page is stored only together with a lease that is still its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crossdock.accounts.store import DISABLED
from crossdock.contract.actions import Action
from crossdock.integrations.kit.adapter import Adapter
from crossdock.platform.database import Connection

LEASE_SECONDS = 120.0
MAX_BACKOFF_SECONDS = 3600.0
STUCK_AFTER = 8
"""Failures in a row after which a schedule counts as stuck; about an hour, as runs come ever later. It goes on."""


@dataclass(frozen=True)
class Pace:
    """How long a run may be silent before another worker may take it over, and the longest wait after failures."""

    lease_seconds: float = LEASE_SECONDS
    longest_wait_seconds: float = MAX_BACKOFF_SECONDS


USUAL = Pace()


@dataclass(frozen=True)
class Due:
    """A function that is due, claimed for one run: that of its schedule, or of an on-demand job."""

    organization_id: UUID
    connection_id: UUID
    function_name: str
    lease_id: UUID
    job_id: UUID | None = None
    pace: Pace = USUAL

    @property
    def table(self) -> str:
        """Where the lease and the cursor of the run are kept."""
        return "sync_schedules" if self.job_id is None else "on_demand_syncs"


@dataclass(frozen=True)
class Progress:
    """What a run needs to know of its row."""

    vertical: str
    integration_name: str
    window_start: datetime | None
    window_end: datetime | None
    cursor: str | None
    latest_data: datetime | None
    first_completed_at: datetime | None
    last_full_at: datetime | None
    """When everything there is was read last."""
    has_absences: bool
    """Whether records were missing the last time that everything was read."""
    first_sync_days: int | None
    """How far back the organization wants a first sync to reach; None where it has not said so."""


@dataclass(frozen=True)
class Ending:
    """A run at its end: what it read, whether somebody asked for it, and whether it was the function's first."""

    window_start: datetime | None
    window_end: datetime
    asked_for: bool
    first: bool


OF_THE_FUNCTION = (
    "s.last_full_at, o.first_sync_days, exists (select 1 from sync_absences a where a.connection_id = c.id "
    "and a.function_name = s.function_name) as has_absences"
)
"""What is known of the function of a run, by schedule `s`, connection `c` and organization `o`."""


async def create(connection: Connection, *, organization_id: UUID, connection_id: UUID, adapter: type[Adapter]) -> None:
    """A schedule for every read of the integration, due at once."""
    reads = _reads(adapter)
    await connection.cursor().executemany(
        "insert into sync_schedules (connection_id, function_name, organization_id, frequency_seconds, due_at) "
        "values (%s, %s, %s, %s, now())",
        [(connection_id, action.name, organization_id, action.resource.sync_seconds) for action in reads],
    )


def _reads(adapter: type[Adapter]) -> list[Action]:
    return [item.action for item in adapter.implementations.values() if item.action.is_read]


async def add_missing(connection: Connection, adapter: type[Adapter]) -> int:
    """Schedules for reads that connections were made without, by an older version; as the system role."""
    reads = _reads(adapter)
    cursor = await connection.execute(
        "insert into sync_schedules (connection_id, function_name, organization_id, frequency_seconds, due_at) "
        "select c.id, r.name, c.organization_id, r.seconds, now() "
        "from connections c, unnest(%s::text[], %s::integer[]) as r(name, seconds) "
        "where c.vertical = %s and c.integration_name = %s and c.deleted_at is null "
        "on conflict (connection_id, function_name) do nothing",
        (
            [action.name for action in reads],
            [action.resource.sync_seconds for action in reads],
            adapter.vertical,
            adapter.slug,
        ),
    )
    return cursor.rowcount


async def set_frequency(connection: Connection, connection_id: UUID, function_name: str, seconds: int) -> bool:
    """Says how often a function is synced; false when it has no schedule.

    What is due, or waits after a failure, stays as it is; else the time since its last run counts.
    """
    cursor = await connection.execute(
        "update sync_schedules set frequency_seconds = %(seconds)s, due_at = case "
        "when due_at > now() and failures = 0 and last_crawl_end is not null "
        "then greatest(now(), last_crawl_end + make_interval(secs => %(seconds)s)) else due_at end "
        "where connection_id = %(connection)s and function_name = %(function)s",
        {"seconds": seconds, "connection": connection_id, "function": function_name},
    )
    return cursor.rowcount == 1


async def set_paused(
    connection: Connection, connection_id: UUID, paused: bool, function_name: str | None = None
) -> bool:
    """Pauses or resumes one schedule or all of them; false when there is none."""
    cursor = await connection.execute(
        "update sync_schedules set paused = %s where connection_id = %s and (%s::text is null or function_name = %s)",
        (paused, connection_id, function_name, function_name),
    )
    return cursor.rowcount > 0


async def stop_disabled(connection: Connection, vertical: str, connection_id: UUID | None = None) -> None:
    """Takes the lease from runs of functions that are switched off, of one connection or all of the organization.

    Window and cursor stay, so that they go on where they stopped.
    """
    for table in ("sync_schedules", "on_demand_syncs"):
        await connection.execute(
            f"update {table} t set lease_id = null, lease_until = null from connections c "
            f"where c.id = t.connection_id and c.vertical = %s and (%s::uuid is null or c.id = %s) "
            f"and t.lease_id is not null and t.function_name = any({DISABLED})",
            (vertical, connection_id, connection_id),
        )


async def make_due(
    connection: Connection, connection_id: UUID, functions: Sequence[str] | None, *, asked_for: bool = False
) -> list[str]:
    """Makes functions due now and gives their names; running and paused ones are left alone.

    Where a caller asked for it, the end of each run is announced.
    """
    cursor = await connection.execute(
        "update sync_schedules set due_at = now(), asked_for = asked_for or %s where connection_id = %s and not paused "
        "and (lease_until is null or lease_until < now()) and (%s::text[] is null or function_name = any(%s)) "
        "returning function_name",
        (asked_for, connection_id, functions, functions),
    )
    return sorted([row["function_name"] for row in await cursor.fetchall()])


_DUE = (
    "s.due_at <= now() and not s.paused and (s.lease_until is null or s.lease_until < now()) "
    "and not (s.function_name = any(coalesce(c.disabled_functions, p.disabled_functions, '{}'))) "
    "and not exists (select 1 from on_demand_syncs j where j.connection_id = s.connection_id "
    "and j.function_name = s.function_name and j.status = 'open')"
)
"""A disabled function stays due, so that it goes on where it stopped as soon as it is enabled again; so does one with
an open on-demand job, which comes first."""
_DUE_FROM = (
    "sync_schedules s join connections c on c.id = s.connection_id left join organization_policies p "
    "on p.organization_id = c.organization_id and p.vertical = c.vertical"
)


def in_turns(source: str, key: str) -> str:
    """The SQL that puts due rows in the order in which they are to run: organizations take turns, and in each its
    connections, the oldest first. Nobody waits for ten thousand functions of somebody else."""
    return (
        f"with due as ({source}), ranked as (select *, row_number() over (partition by organization_id "
        "order by nth, due_at) as turn from (select *, row_number() over (partition by connection_id order by due_at) "
        f"as nth from due) as numbered) select {key} from ranked order by turn, due_at limit %s"
    )


async def find_due(connection: Connection, limit: int) -> list[tuple[UUID, str]]:
    """Functions that are due, in the order in which they are to run; as the system role."""
    source = f"select s.organization_id, s.connection_id, s.function_name, s.due_at from {_DUE_FROM} where {_DUE}"
    cursor = await connection.execute(in_turns(source, "connection_id, function_name"), (limit,))
    return [(row["connection_id"], row["function_name"]) for row in await cursor.fetchall()]


async def claim(connection: Connection, wanted: Sequence[tuple[UUID, str]], pace: Pace = USUAL) -> list[Due]:
    """Claims those of these functions that are still due; as the system role. Each is given to one caller only."""
    cursor = await connection.execute(
        f"with due as (select s.connection_id, s.function_name from {_DUE_FROM} "
        "join unnest(%s::uuid[], %s::text[]) as w (connection_id, function_name) "
        f"on w.connection_id = s.connection_id and w.function_name = s.function_name where {_DUE} "
        "for update of s skip locked) "
        "update sync_schedules s set lease_id = gen_random_uuid(), "
        "lease_until = now() + make_interval(secs => %s) from due "
        "where s.connection_id = due.connection_id and s.function_name = due.function_name "
        "returning s.organization_id, s.connection_id, s.function_name, s.lease_id",
        ([key[0] for key in wanted], [key[1] for key in wanted], pace.lease_seconds),
    )
    return [Due(**row, pace=pace) for row in await cursor.fetchall()]


async def claim_one(connection: Connection, connection_id: UUID, function_name: str, pace: Pace = USUAL) -> Due | None:
    """Claims one function whether or not it is due; None when it is running."""
    cursor = await connection.execute(
        "update sync_schedules set lease_id = gen_random_uuid(), lease_until = now() + make_interval(secs => %s) "
        "where connection_id = %s and function_name = %s and (lease_until is null or lease_until < now()) "
        "returning organization_id, connection_id, function_name, lease_id",
        (pace.lease_seconds, connection_id, function_name),
    )
    row = await cursor.fetchone()
    return Due(**row, pace=pace) if row else None


async def read_progress(connection: Connection, due: Due) -> Progress | None:
    """The state of a run that still holds its lease."""
    cursor = await connection.execute(
        "select c.vertical, c.integration_name, s.window_start, s.window_end, s.cursor, "
        f"s.latest_data, s.first_completed_at, {OF_THE_FUNCTION} "
        "from sync_schedules s join connections c on c.id = s.connection_id "
        "join organizations o on o.id = c.organization_id "
        "where s.connection_id = %s and s.function_name = %s and s.lease_id = %s",
        (due.connection_id, due.function_name, due.lease_id),
    )
    row = await cursor.fetchone()
    return Progress(**row) if row else None


async def start_window(connection: Connection, due: Due, start: datetime | None, end: datetime) -> None:
    """Notes what a fresh run asks for, so that a resumed one asks for the same."""
    await connection.execute(
        "update sync_schedules set window_start = %s, window_end = %s, cursor = null, last_crawl_start = now() "
        "where connection_id = %s and function_name = %s and lease_id = %s",
        (start, end, due.connection_id, due.function_name, due.lease_id),
    )


async def extend(connection: Connection, due: Due) -> None:
    """Keeps a lease that is still its own from ending."""
    await connection.execute(
        f"update {due.table} set lease_until = now() + make_interval(secs => %s) "
        "where connection_id = %s and function_name = %s and lease_id = %s",
        (due.pace.lease_seconds, due.connection_id, due.function_name, due.lease_id),
    )


async def save_cursor(connection: Connection, due: Due, cursor: str | None) -> bool:
    """Moves a run on and extends its lease; false when the lease is no longer its own, and nothing may be stored."""
    moved = "" if due.job_id is None else "attempts = 0, "
    found = await connection.execute(
        f"update {due.table} set {moved}cursor = %s, lease_until = now() + make_interval(secs => %s) "
        "where connection_id = %s and function_name = %s and lease_id = %s",
        (cursor, due.pace.lease_seconds, due.connection_id, due.function_name, due.lease_id),
    )
    return found.rowcount == 1


@dataclass(frozen=True)
class Failures:
    """How often a function has failed in a row, and up to when its data is complete."""

    failures: int
    latest_data: datetime | None


async def read_failures(connection: Connection, due: Due) -> Failures | None:
    """The failures of the function of a run."""
    cursor = await connection.execute(
        "select failures, latest_data from sync_schedules where connection_id = %s and function_name = %s",
        (due.connection_id, due.function_name),
    )
    row = await cursor.fetchone()
    return Failures(**row) if row else None


async def read_ending(connection: Connection, due: Due) -> Ending | None:
    """What a run that is about to end was; None when its lease is no longer its own."""
    cursor = await connection.execute(
        "select window_start, window_end, asked_for, first_completed_at is null as first from sync_schedules "
        "where connection_id = %s and function_name = %s and lease_id = %s for update",
        (due.connection_id, due.function_name, due.lease_id),
    )
    row = await cursor.fetchone()
    return Ending(**row) if row else None


_EARLY = "case when first_completed_at is null then 0.5 else 0.1 end"
"""How much earlier than its frequency says a run may be due. Connections that were made at once would otherwise come
due at once for ever."""


async def complete(connection: Connection, due: Due) -> bool:
    """Ends a run that went through, and says when the next one is due."""
    found = await connection.execute(
        "update sync_schedules set last_crawl_end = now(), latest_data = window_end, failures = 0, "
        "first_completed_at = coalesce(first_completed_at, now()), lease_id = null, lease_until = null, "
        "last_full_at = case when window_start is null then now() else last_full_at end, "
        "window_start = null, window_end = null, cursor = null, asked_for = false, "
        f"due_at = now() + make_interval(secs => frequency_seconds * (1 - random() * {_EARLY})) "
        "where connection_id = %s and function_name = %s and lease_id = %s",
        (due.connection_id, due.function_name, due.lease_id),
    )
    return found.rowcount == 1


async def fail(connection: Connection, due: Due, retry_seconds: float | None) -> bool:
    """Ends a run that did not go through. Window and cursor stay, so the next one goes on where this one stopped.

    Without `retry_seconds` the next run waits for its turn, sooner after the first failures than after many. False when
    the lease is no longer its own.
    """
    found = await connection.execute(
        "update sync_schedules set failures = failures + 1, lease_id = null, lease_until = null, "
        "due_at = now() + make_interval(secs => coalesce(%s::float8, "
        "least(frequency_seconds, %s, 15 * power(2, least(failures, 10)))::float8)) "
        "where connection_id = %s and function_name = %s and lease_id = %s",
        (retry_seconds, due.pace.longest_wait_seconds, due.connection_id, due.function_name, due.lease_id),
    )
    return found.rowcount == 1


_APART = "interval '1 minute'"


async def hold_back(connection: Connection, due: Due) -> None:
    """Lets everything else of the connection wait until after the next try of the run that has just failed.

    So credentials that are refused are tried once in a while, by one function. Rows that are being changed are left
    alone: their runs end by themselves.
    """
    own = "function_name = %(function)s and connection_id = %(connection)s"
    mine = f"select due_at + {_APART} as until from {due.table} where {'id = %(job)s' if due.job_id else own}"
    for table, key, more in (
        ("sync_schedules", "function_name", f"(function_name <> %(function)s or {due.job_id is not None})"),
        ("on_demand_syncs", "id", "status = 'open' and id is distinct from %(job)s"),
    ):
        await connection.execute(
            f"with mine as ({mine}), held as (select t.{key} from {table} t, mine "
            f"where t.connection_id = %(connection)s and t.due_at < mine.until and {more} "
            "and (t.lease_until is null or t.lease_until < now()) for update of t skip locked) "
            f"update {table} t set due_at = mine.until from mine, held "
            f"where t.connection_id = %(connection)s and t.{key} = held.{key}",
            {"connection": due.connection_id, "function": due.function_name, "job": due.job_id},
        )


async def go_on(connection: Connection, due: Due) -> None:
    """Makes everything else of the connection due, as its credentials are taken again."""
    for table, key, more in (
        ("sync_schedules", "function_name", "function_name <> %(function)s"),
        ("on_demand_syncs", "id", "status = 'open' and id is distinct from %(job)s"),
    ):
        await connection.execute(
            f"update {table} set due_at = now() where connection_id = %(connection)s and {key} = any(array("
            f"select {key} from {table} where connection_id = %(connection)s and due_at > now() and {more} "
            "for update skip locked))",
            {"connection": due.connection_id, "function": due.function_name, "job": due.job_id},
        )
