"""Runs one sync: page by page, each stored together with the place to go on from."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg
import structlog

from crossdock.connections import problems
from crossdock.connections import service as connections
from crossdock.connections.secrets import ConnectionGone
from crossdock.contract.actions import Action
from crossdock.contract.catalogue import ACTION_BY_KEY
from crossdock.contract.errors import AdapterError, NeedsReconnect, RateLimited, UnexpectedShape
from crossdock.integrations import registry
from crossdock.integrations.kit.adapter import Adapter, Incremental, Page, Window
from crossdock.platform.database import Connection
from crossdock.platform.engine import Engine
from crossdock.records import store as records
from crossdock.syncs import announcements, jobs, schedules
from crossdock.syncs.schedules import Due, Pace, Progress

log = structlog.get_logger(__name__)

OVERLAP = timedelta(minutes=2)
"""An incremental run asks from a little before the last one ended: clocks differ, and systems show changes late."""


class LeaseLost(Exception):
    """Another worker has taken the run over; nothing more may be stored."""


async def run(engine: Engine, due: Due, *, replace: bool = False) -> None:
    """Runs a claimed sync to its end, and notes what came of it.

    `replace` reads everything anew, lets it win over what is stored, and removes records that are no longer there.
    """
    async with engine.database.transaction(due.organization_id) as connection:
        read_progress = schedules.read_progress if due.job_id is None else jobs.read_progress
        progress = await read_progress(connection, due)
    if progress is None:
        return
    adapter_type = connections.adapter_of(progress.vertical, progress.integration_name)
    action = ACTION_BY_KEY[f"{progress.vertical}/{due.function_name}"]
    bound = log.bind(connection_id=str(due.connection_id), function=due.function_name)
    if due.job_id is not None:
        bound = bound.bind(job_id=due.job_id.hex)
    keeper = asyncio.create_task(_keep_lease(engine, due))
    try:
        await _run(engine, due, progress, adapter_type, action, replace=replace)
    except (LeaseLost, ConnectionGone):
        bound.warning("the sync was ended, or another worker has taken it over")
    except AdapterError as error:
        bound.warning("the sync failed", error=error.message, kind=type(error).__name__)
        await _note_failure(engine, due, error)
    except BaseException:
        # A bug or a shutdown: the lease is given back so that the run goes on where it stopped, and the error goes up.
        await _release(engine, due)
        raise
    else:
        bound.info("the sync is complete")
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)


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


async def _run(
    engine: Engine, due: Due, progress: Progress, adapter_type: type[Adapter], action: Action, *, replace: bool
) -> None:
    window = await _window(engine, due, progress, adapter_type, action, replace=replace)
    adapter = await connections.open_adapter(engine, due.organization_id, due.connection_id, adapter_type)
    first = progress.first_completed_at is None
    present: list[str] = []
    fetched_at = engine.now()
    async for read in adapter.read_pages(action, window):
        page = read if due.job_id is None else _of_the_span(read, window, adapter_type, action)
        await _store_page(engine, due, action, page, fetched_at=None if replace else fetched_at, first=first)
        if replace:
            present += [record.id for record in page.records]
        fetched_at = engine.now()
    async with engine.database.transaction(due.organization_id) as connection:
        ending = None if due.job_id is not None else await schedules.read_ending(connection, due)
        if not await (schedules.complete if due.job_id is None else jobs.complete)(connection, due):
            raise LeaseLost
        if replace:
            gone = await records.missing_from(connection, due.connection_id, action.resource, present)
            await _delete(engine, connection, due, action, gone)
        # Announcements come last: they hold the event counter.
        await problems.clear(connection, due.connection_id, due.function_name, now=engine.now())
        if ending is not None:
            await announcements.completed(connection, due, action, ending, now=engine.now())
        if due.job_id is not None:
            await announcements.job_ended(connection, due.connection_id, due.job_id, now=engine.now())


def _of_the_span(page: Page[Any], window: Window, adapter_type: type[Adapter], action: Action) -> Page[Any]:
    """What an on-demand job stores of a page: the records of its span, and no deletions.

    A system that limits both ends itself is believed. Otherwise a record belongs to the span in which it was last
    changed, or made where no change is known; one without dates belongs to every span.
    """
    mode = adapter_type.implementations[action.key].mode
    if isinstance(mode, Incremental) and mode.until is not None:
        return Page(page.records, page.cursor)

    def belongs(record: Any) -> bool:
        moment: datetime | None = record.updated_date or record.created_date
        return moment is None or ((window.start is None or window.start <= moment) and moment <= window.end)

    return Page([record for record in page.records if belongs(record)], page.cursor)


async def _delete(engine: Engine, connection: Connection, due: Due, action: Action, ids: Sequence[str]) -> None:
    if not ids:
        return
    await records.delete(
        connection,
        organization_id=due.organization_id,
        connection_id=due.connection_id,
        resource=action.resource,
        ids=ids,
        now=engine.now(),
    )


async def _window(
    engine: Engine, due: Due, progress: Progress, adapter_type: type[Adapter], action: Action, *, replace: bool
) -> Window:
    """What to ask for: the rest of an interrupted run, or what changed since the last complete one."""
    if due.job_id is not None and progress.window_end is not None:
        return Window(progress.window_start, progress.window_end, progress.cursor)
    if progress.window_end is not None and progress.cursor is not None and not replace:
        return Window(progress.window_start, progress.window_end, progress.cursor)
    end = engine.now()
    start = None
    if isinstance(adapter_type.implementations[action.key].mode, Incremental) and not replace:
        if progress.latest_data is not None:
            start = progress.latest_data - OVERLAP
        elif not action.resource.full_first_sync:
            start = end - timedelta(days=engine.settings.first_sync_days)
    async with engine.database.transaction(due.organization_id) as connection:
        await schedules.start_window(connection, due, start, end)
    return Window(start, end)


async def _store_page(
    engine: Engine, due: Due, action: Action, page: Page[Any], *, fetched_at: datetime | None, first: bool
) -> None:
    """Stores one page, its events and the cursor in one transaction, if the run still holds its lease."""
    async with engine.database.transaction(due.organization_id) as connection:
        if not await schedules.save_cursor(connection, due, page.cursor):
            raise LeaseLost
        await records.upsert(
            connection,
            organization_id=due.organization_id,
            connection_id=due.connection_id,
            resource=action.resource,
            records=page.records,
            now=engine.now(),
            fetched_at=fetched_at,
            first_sync=first,
        )
        await _delete(engine, connection, due, action, page.deleted)


async def _note_failure(engine: Engine, due: Due, error: AdapterError) -> None:
    retry = error.retry_after if isinstance(error, RateLimited) else None
    blocking = isinstance(error, NeedsReconnect | UnexpectedShape)
    async with engine.database.transaction(due.organization_id) as connection:
        if not await _fail(connection, due, retry):
            return
        await problems.note(
            connection,
            organization_id=due.organization_id,
            connection_id=due.connection_id,
            function_name=due.function_name,
            message=error.message,
            failed_url=error.failed_url,
            preventing_sync=blocking,
            now=engine.now(),
        )
        if due.job_id is None:
            await announcements.failed(connection, due, now=engine.now())


async def _release(engine: Engine, due: Due) -> None:
    async with engine.database.transaction(due.organization_id) as connection:
        await _fail(connection, due, None)


async def _fail(connection: Connection, due: Due, retry_seconds: float | None) -> bool:
    return await (schedules.fail if due.job_id is None else jobs.fail)(connection, due, retry_seconds)


async def claim(engine: Engine, limit: int) -> list[Due]:
    """Claims what is due: on-demand jobs, then schedules. Jobs that get nowhere are ended first."""
    await _end_stuck_jobs(engine)
    pace = Pace(engine.settings.sync_lease_seconds, engine.settings.sync_retry_seconds)
    async with engine.database.system() as connection:
        found = await jobs.claim_due(connection, limit, pace)
        if len(found) < limit:
            found += await schedules.claim_due(connection, limit - len(found), pace)
    return found


async def _end_stuck_jobs(engine: Engine) -> None:
    """Ends jobs that have got nowhere for too long, and tells of it."""
    async with engine.database.system() as system:
        found = await jobs.find_stuck(system)
    for organization_id, connection_id, job_id in found:
        async with engine.database.transaction(organization_id) as connection:
            if await jobs.mark_stuck(connection, job_id):
                log.warning("an on-demand sync is stuck", job_id=job_id.hex)
                await announcements.job_ended(connection, connection_id, job_id, now=engine.now())


async def add_missing_schedules(engine: Engine) -> None:
    """Gives every connection the schedules of reads that this version has and the one that made it had not."""
    for adapter in registry.adapters():
        async with engine.database.system() as connection:
            added = await schedules.add_missing(connection, adapter)
        if added:
            log.info("new syncs", integration=f"{adapter.vertical}/{adapter.slug}", schedules=added)
