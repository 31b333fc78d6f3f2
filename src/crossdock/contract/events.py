"""Names of the events a subscriber can receive."""

from __future__ import annotations

from crossdock.contract.catalogue import RESOURCES

ADMIN_EVENTS = (
    "install.failed",
    "connection.created",
    "connection.historical-sync-completed",
    "connection.force-sync-completed",
    "connection.sync-job-completed",
    "connection.sync-job-stuck",
    "connection.schedule-stuck",
    "connection.deleted",
    "connection-error.created",
    "connection-error.updated",
    "connection-error.deleted",
)


def record_events() -> tuple[str, ...]:
    """The events of every resource of the contract, in its own spelling; each name once."""
    names: dict[str, None] = {}
    for resource in RESOURCES:
        for change in (*resource.changes, *resource.more_events):
            names.setdefault(resource.event_name(change))
    return tuple(names)


EVENTS = (*ADMIN_EVENTS, *record_events())
