"""What subscribers are told of a run that has ended."""

from __future__ import annotations

from datetime import datetime

from crossdock.contract.actions import Action
from crossdock.contract.values import whole_seconds
from crossdock.contract.webhooks_admin import ForceSyncCompletedData, HistoricalSyncCompletedData
from crossdock.platform.database import Connection
from crossdock.records import store as records
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
