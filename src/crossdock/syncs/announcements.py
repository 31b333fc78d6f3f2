"""What subscribers are told of a run that has ended."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from crossdock.contract.actions import Action
from crossdock.contract.values import whole_seconds
from crossdock.contract.webhooks_admin import (
    ForceSyncCompletedData,
    HistoricalSyncCompletedData,
    ScheduleStuckData,
    SyncJobData,
)
from crossdock.platform.database import Connection
from crossdock.records import store as records
from crossdock.syncs import jobs, schedules
from crossdock.syncs.schedules import Due, Ending
from crossdock.webhooks import events


async def completed(connection: Connection, due: Due, action: Action, ending: Ending, *, now: datetime) -> None:
    """Tells of a first sync that is over, and of one that somebody asked for. Call it last."""
    if not ending.first and not ending.asked_for:
        return
    subject = await events.subject_of(connection, due.connection_id)
    resource = due.function_name.removeprefix("get_")
    newest = whole_seconds(ending.window_end)
    if ending.first:
        oldest = ending.window_start or await records.oldest_date(connection, due.connection_id, action.resource)
        first = HistoricalSyncCompletedData(
            resource=resource, oldest_data_date=whole_seconds(oldest or newest), newest_data_date=newest
        )
        await events.add_admin(connection, subject, "connection.historical-sync-completed", first, now=now)
    if ending.asked_for:
        done = ForceSyncCompletedData(
            resource=resource,
            function_name=due.function_name,
            latest_data=newest,
            completed_at=whole_seconds(now),
        )
        await events.add_admin(connection, subject, "connection.force-sync-completed", done, now=now)


async def failed(connection: Connection, due: Due, *, now: datetime) -> None:
    """Tells of a schedule that has failed so often in a row that its data is getting old. Call it last."""
    progress = await schedules.read_failures(connection, due)
    if progress is None or progress.failures != schedules.STUCK_AFTER:
        return
    said = ScheduleStuckData(
        latest_data=None if progress.latest_data is None else whole_seconds(progress.latest_data),
        resource=due.function_name.removeprefix("get_"),
        function_name=due.function_name,
    )
    subject = await events.subject_of(connection, due.connection_id)
    await events.add_admin(connection, subject, "connection.schedule-stuck", said, now=now)


async def job_ended(connection: Connection, connection_id: UUID, job_id: UUID, *, now: datetime) -> None:
    """Tells of an on-demand sync that went through, or that came to a halt. Call it last."""
    row = await jobs.get(connection, connection_id, job_id)
    if row is None or row.status not in ("completed", "stuck"):
        raise LookupError(f"on-demand sync {job_id} has not ended")
    said = SyncJobData(
        id=str(row.id),
        connection_id=str(connection_id),
        function_name=row.function_name,
        resource=row.function_name.removeprefix("get_"),
        status=row.status,
        requested_start_time=whole_seconds(row.requested_start_time),
        requested_end_time=whole_seconds(row.requested_end_time),
        created_at=whole_seconds(row.created_at),
    )
    subject = await events.subject_of(connection, connection_id)
    await events.add_admin(connection, subject, f"connection.sync-job-{row.status}", said, now=now)
