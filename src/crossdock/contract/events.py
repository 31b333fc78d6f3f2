"""Names of the events a subscriber can receive."""

from __future__ import annotations

from crossdock.contract.catalogue import RESOURCES
from crossdock.contract.webhooks_admin import ADMIN

CONNECTION_KIND = "connection"
"""What events of connections themselves are filed under, as those of records are under the key of their resource."""
ADMIN_EVENTS = tuple(event.name for event in ADMIN)


def record_events() -> tuple[str, ...]:
    """The events of every resource of the contract, in its own spelling."""
    return tuple(
        resource.event_name(change) for resource in RESOURCES for change in (*resource.changes, *resource.more_events)
    )


EVENTS = (*ADMIN_EVENTS, *record_events())
