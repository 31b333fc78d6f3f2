"""Runs one sync: page by page, each stored together with the place to go on from."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import structlog

from crossdock.connections import problems
from crossdock.connections import service as connections
from crossdock.connections import store as connection_store
from crossdock.connections.diagnosis import diagnose
from crossdock.connections.problems import Problem
from crossdock.connections.secrets import ConnectionGone
from crossdock.contract.actions import Action
from crossdock.contract.catalogue import ACTION_BY_KEY
from crossdock.contract.errors import AdapterError, RateLimited
from crossdock.integrations import registry
from crossdock.integrations.kit.adapter import Adapter, Incremental, Page, Snapshot, SyncMode, Window
from crossdock.integrations.kit.budget import Priority
from crossdock.platform.database import Connection
from crossdock.platform.engine import Engine
from crossdock.records import store as records
from crossdock.records.store import Saved
from crossdock.syncs import absences, announcements, jobs, runs, schedules
from crossdock.syncs.runs import RunCount, RunOutcome
from crossdock.syncs.schedules import Due, Progress

log = structlog.get_logger(__name__)

OVERLAP = timedelta(minutes=2)
"""An incremental run asks from a little before the last one ended: clocks differ, and systems show changes late."""


class LeaseLost(Exception):
    """Another worker has taken the run over; nothing more may be stored."""


@dataclass
class Run:
    """A run under way: what it reads, and what it has done so far."""

    id: UUID
    due: Due
    action: Action
    adapter_type: type[Adapter]
    progress: Progress
    window: Window
    replace: bool
    began_at: datetime
    count: RunCount = field(default_factory=RunCount)
    outcome: RunOutcome = "running"
    error: str | None = None

    @property
    def resumed(self) -> bool:
        return self.window.cursor is not None

    @property
    def mode(self) -> SyncMode | None:
        return self.adapter_type.implementations[self.action.key].mode

    @property
    def whole(self) -> bool:
        """Whether it reads everything there is, in one go.

        One that goes on where another stopped does not count: in between, records may have moved from a page that was
        still to come to one that was over, and nobody has seen them.
        """
        full = self.replace or isinstance(self.mode, Snapshot) or self._full_between
        return full and not self.resumed and self.due.job_id is None

    @property
    def _full_between(self) -> bool:
        """Whether it reads everything to find what is gone, although the system tells what has changed."""
        return isinstance(self.mode, Incremental) and bool(self.mode.full_every) and self.window.start is None

    @property
    def priority(self) -> Priority:
        """What is new comes before what is old."""
        old = self.due.job_id is not None or self.progress.first_completed_at is None or self._full_between
        return Priority.BACKFILL if old else Priority.SYNC


Watch = Callable[[Run], None]
"""Is told of a run whenever it has come further."""


def _unwatched(run: Run) -> None:
    """Nobody looks."""


async def run(engine: Engine, due: Due, *, replace: bool = False, watch: Watch = _unwatched) -> Run | None:
    """Runs a claimed sync to its end, and notes what came of it; None when it is no longer its own.

    `replace` reads everything anew, lets it win over what is stored, and removes records that are no longer there.
    """
    started = await _begin(engine, due, replace=replace)
    if started is None:
        return None
    bound = log.bind(connection_id=str(due.connection_id), function=due.function_name)
    if due.job_id is not None:
        bound = bound.bind(job_id=due.job_id.hex)
    keeper = asyncio.create_task(_keep_lease(engine, due))
    watch(started)
    try:
        await _read(engine, started, watch)
    except (LeaseLost, ConnectionGone):
        bound.warning("the sync was ended, or another worker has taken it over")
        started.outcome = "interrupted"
        async with engine.database.transaction(due.organization_id) as connection:
            await runs.end(connection, started.id, started.count, "interrupted")
    except AdapterError as error:
        bound.warning("the sync failed", error=error.message, kind=type(error).__name__)
        started.outcome, started.error = "failed", error.message
        await _note_failure(engine, started, error)
    except BaseException as error:
        # A bug or a shutdown: the lease is given back so that the run goes on where it stopped, and the error goes up.
        started.outcome, started.error = "interrupted", type(error).__name__
        await _release(engine, started)
        raise
    else:
        started.outcome = "completed"
        bound.info("the sync is complete", **vars(started.count))
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
    watch(started)
    return started


async def _begin(engine: Engine, due: Due, *, replace: bool) -> Run | None:
    """Finds out what a run has to read, and notes that it has begun."""
    async with engine.database.transaction(due.organization_id) as connection:
        read_progress = schedules.read_progress if due.job_id is None else jobs.read_progress
        progress = await read_progress(connection, due)
        if progress is None:
            return None
        adapter_type = connections.adapter_of(progress.vertical, progress.integration_name)
        action = ACTION_BY_KEY[f"{progress.vertical}/{due.function_name}"]
        now = engine.now()
        window = _window(engine, due, progress, adapter_type, action, now, replace=replace)
        if due.job_id is None and window.cursor is None:
            await schedules.start_window(connection, due, window.start, window.end)
        started = Run(uuid4(), due, action, adapter_type, progress, window, replace, now)
        await runs.begin(connection, due, started.id, resumed=started.resumed)
    return started


async def _keep_lease(engine: Engine, due: Due) -> None:
    """Extends the lease while the connected system takes its time with a page."""
    while True:
        await asyncio.sleep(due.pace.lease_seconds / 4)
        try:
            async with engine.database.transaction(due.organization_id) as connection:
                await schedules.extend(connection, due)
        except psycopg.OperationalError as error:
            # The database may be back before the lease ends; giving up now would let two workers read at once.
            log.warning("a lease could not be extended", function=due.function_name, error=str(error))


async def _read(engine: Engine, run: Run, watch: Watch) -> None:
    """Reads and stores page after page, then ends the run."""
    due = run.due
    adapter = await connections.open_adapter(
        engine, due.organization_id, due.connection_id, run.adapter_type, priority=run.priority
    )
    seen: set[str] = set()
    fetched_at = engine.now()
    async for read in adapter.read_pages(run.action, run.window):
        page = read if due.job_id is None else _of_the_span(read, run)
        await _store_page(engine, run, page, fetched_at=None if run.replace else fetched_at)
        if run.whole:
            seen.update(record.id for record in page.records)
        watch(run)
        fetched_at = engine.now()
    await _end(engine, run, seen)


async def _end(engine: Engine, run: Run, seen: Collection[str]) -> None:
    """Ends a run that went through: deletions, the row of the run, problems that are over, announcements."""
    due = run.due
    async with engine.database.transaction(due.organization_id) as connection:
        ending = None if due.job_id is not None else await schedules.read_ending(connection, due)
        if not await (schedules.complete if due.job_id is None else jobs.complete)(connection, due):
            raise LeaseLost
        if run.whole:
            await _delete(engine, connection, run, await _gone(connection, run, seen))
        await runs.end(connection, run.id, run.count, "completed")
        # Announcements come last: they hold the event counter.
        if await problems.clear(connection, due.connection_id, due.function_name, now=engine.now()):
            await schedules.go_on(connection, due)
        if ending is not None:
            await announcements.completed(connection, due, run.action, ending, now=engine.now())
        if due.job_id is not None:
            await announcements.job_ended(connection, due.connection_id, due.job_id, now=engine.now())


async def _gone(connection: Connection, run: Run, seen: Collection[str]) -> list[str]:
    """What counts as deleted after a whole read: all that is missing where it replaces, else what was missing twice."""
    due = run.due
    read = absences.Read(
        due.organization_id, due.connection_id, due.function_name, run.began_at, run.progress.has_absences
    )
    twice = await absences.note(connection, read, run.action.resource, seen)
    if not run.replace:
        return twice
    gone = await records.missing_from(connection, due.connection_id, run.action.resource, list(seen))
    await absences.forget(connection, due.connection_id, due.function_name, gone)
    return gone


def _of_the_span(page: Page[Any], run: Run) -> Page[Any]:
    """What an on-demand job stores of a page: the records of its span, and no deletions.

    A system that limits both ends itself is believed. Otherwise a record belongs to the span in which it was last
    changed, or made where no change is known; one without dates belongs to every span.
    """
    mode, window = run.adapter_type.implementations[run.action.key].mode, run.window
    if isinstance(mode, Incremental) and mode.until is not None:
        return Page(page.records, page.cursor)

    def belongs(record: Any) -> bool:
        moment: datetime | None = record.updated_date or record.created_date
        return moment is None or ((window.start is None or window.start <= moment) and moment <= window.end)

    return Page([record for record in page.records if belongs(record)], page.cursor)


async def _delete(engine: Engine, connection: Connection, run: Run, ids: Sequence[str]) -> None:
    if not ids:
        return
    gone = await records.delete(
        connection,
        organization_id=run.due.organization_id,
        connection_id=run.due.connection_id,
        resource=run.action.resource,
        ids=ids,
        now=engine.now(),
    )
    run.count.deleted += len(gone)


def _window(
    engine: Engine,
    due: Due,
    progress: Progress,
    adapter_type: type[Adapter],
    action: Action,
    now: datetime,
    *,
    replace: bool,
) -> Window:
    """What to ask for: the rest of an interrupted run, or what changed since the last complete one."""
    if due.job_id is not None and progress.window_end is not None:
        return Window(progress.window_start, progress.window_end, progress.cursor)
    if progress.window_end is not None and progress.cursor is not None and not replace:
        return Window(progress.window_start, progress.window_end, progress.cursor)
    mode = adapter_type.implementations[action.key].mode
    if replace or not isinstance(mode, Incremental) or _full_is_due(mode, progress, now):
        return Window(None, now)
    if progress.latest_data is not None:
        return Window(progress.latest_data - OVERLAP, now)
    if action.resource.full_first_sync:
        return Window(None, now)
    return Window(now - timedelta(days=progress.first_sync_days or engine.settings.first_sync_days), now)


def _full_is_due(mode: Incremental, progress: Progress, now: datetime) -> bool:
    """Whether it is time to look for records that are no longer there; at once where some were missing last time."""
    if mode.full_every is None or progress.latest_data is None:
        return False
    last = progress.last_full_at
    return progress.has_absences or last is None or now - last >= mode.full_every


async def _store_page(engine: Engine, run: Run, page: Page[Any], *, fetched_at: datetime | None) -> None:
    """Stores one page, its events and the cursor in one transaction, if the run still holds its lease."""
    due, count, before = run.due, run.count, copy.copy(run.count)
    try:
        async with engine.database.transaction(due.organization_id) as connection:
            if not await schedules.save_cursor(connection, due, page.cursor):
                raise LeaseLost
            saved = await records.upsert(
                connection,
                organization_id=due.organization_id,
                connection_id=due.connection_id,
                resource=run.action.resource,
                records=page.records,
                deleted=page.deleted,
                now=engine.now(),
                fetched_at=fetched_at,
                first_sync=run.progress.first_completed_at is None,
            )
            if run.progress.has_absences and not run.whole:
                ids = [record.id for record in page.records]
                await absences.forget(connection, due.connection_id, due.function_name, ids)
            _add(count, page, saved)
            if page.cursor is not None:
                # The last page is counted with the end of the run.
                await runs.save_count(connection, run.id, count)
    except BaseException:
        # What was counted has not been stored.
        run.count = before
        raise


def _add(count: RunCount, page: Page[Any], saved: Saved) -> None:
    created = sum(change.change == "created" for change in saved.changes)
    count.pages += 1
    count.seen += len(page.records)
    count.created += created
    count.changed += len(saved.changes) - created
    count.deleted += saved.deleted


async def _note_failure(engine: Engine, run: Run, error: AdapterError) -> None:
    retry = error.retry_after if isinstance(error, RateLimited) else None
    due = run.due
    try:
        problem = await _find_problem(engine, due, run.adapter_type, error)
    except ConnectionGone:
        return
    async with engine.database.transaction(due.organization_id) as connection:
        await runs.end(connection, run.id, run.count, "failed", error.message)
        if not await _fail(connection, due, retry):
            return
        if problem.kind == "credentials":
            await schedules.hold_back(connection, due)
        await problems.note(
            connection,
            organization_id=due.organization_id,
            connection_id=due.connection_id,
            problem=problem,
            now=engine.now(),
        )
        if due.job_id is None:
            await announcements.failed(connection, due, now=engine.now())


async def _find_problem(engine: Engine, due: Due, adapter_type: type[Adapter], error: AdapterError) -> Problem:
    async with engine.database.transaction(due.organization_id) as connection:
        row = await connection_store.get_connection(connection, due.connection_id)
    if row is None:
        raise ConnectionGone
    adapter = await connections.open_adapter(engine, due.organization_id, due.connection_id, adapter_type)
    reads = [item.action.name for item in adapter_type.implementations.values() if item.action.is_read]
    return await diagnose(adapter, due.function_name, error, {*reads} - {*row.switched_off})


async def _release(engine: Engine, run: Run) -> None:
    async with engine.database.transaction(run.due.organization_id) as connection:
        await runs.end(connection, run.id, run.count, "interrupted", run.error)
        await _fail(connection, run.due, None)


async def _fail(connection: Connection, due: Due, retry_seconds: float | None) -> bool:
    return await (schedules.fail if due.job_id is None else jobs.fail)(connection, due, retry_seconds)


async def add_missing_schedules(engine: Engine) -> None:
    """Gives every connection the schedules of reads that this version has and the one that made it had not."""
    for adapter in registry.adapters():
        async with engine.database.system() as connection:
            added = await schedules.add_missing(connection, adapter)
        if added:
            log.info("new syncs", integration=f"{adapter.vertical}/{adapter.slug}", schedules=added)


async def forget_old_runs(engine: Engine) -> None:
    """Removes runs that are past their time."""
    async with engine.database.system() as connection:
        await runs.prune(connection, engine.settings.sync_run_days)
