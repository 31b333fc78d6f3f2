"""The event log: everything that has happened, in one sequence."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from crossdock.contract.management.shapes import always
from crossdock.contract.operations import API_KEY, LIMIT, Access, Operation, Parameter
from crossdock.contract.values import Timestamp


class Event(msgspec.Struct, kw_only=True):
    """One event."""

    id: Annotated[str, Meta(description="The event.", examples=["evt_42"])]
    sequence: Annotated[
        int, Meta(description="Its number in the sequence of your organization, which has no gap.", examples=[42])
    ]
    kind: Annotated[
        Literal["record", "admin"],
        Meta(description="`record` for a change of a record, `admin` for what happened to a connection."),
    ]
    event_type: Annotated[
        str | None,
        Meta(description="Name of the event; null for changes that no webhook tells of.", examples=["order.updated"]),
    ]
    connection_id: Annotated[
        str | None,
        Meta(description="The connection it is about.", examples=["07b344db-0304-4866-9ae1-ac8af5292a28"]),
    ]
    customer_id: Annotated[
        str | None, Meta(description="Your own identifier of the connection's customer.", examples=["customer-42"])
    ]
    resource: Annotated[str | None, Meta(description="Vertical and resource of the record.", examples=["wms/orders"])]
    record_id: Annotated[str | None, Meta(description="The record.", examples=["order_id_0"])]
    change: Annotated[
        str | None,
        Meta(
            description="`created`, `updated`, `deleted`, or what else it means, such as `shipment.created`.",
            examples=["updated"],
        ),
    ]
    version: Annotated[
        int | None, Meta(description="The version of the record that the change made, from 1 on.", examples=[2])
    ]
    first_sync: Annotated[
        bool, Meta(description="Whether it belongs to a first sync, of which no webhooks are sent.", examples=[False])
    ]
    created_date: Annotated[Timestamp, Meta(description="When it happened.", examples=["2026-01-01T00:00:00Z"])]
    data: Annotated[
        dict[str, Any] | None,
        Meta(
            description="What it says, of an event about a connection; null for a record, which is read where it lies.",
            examples=[{"created_date": "2026-01-01T00:00:00Z"}],
        ),
    ]


class EventsAnswer(msgspec.Struct, kw_only=True):
    """A part of the log."""

    data: Annotated[list[Event], Meta(description="The events after the cursor, in their order.")]
    next_cursor: Annotated[
        str,
        Meta(description="Give it as `after` in the next call, also when there was nothing new.", examples=["42"]),
    ]
    has_more: Annotated[bool, Meta(description="Whether there is more right now.", examples=[False])]
    total_count: Annotated[int, Meta(description="Events in this answer.", examples=[1])]


GET_EVENTS = Operation(
    method="GET",
    path="/events",
    operation_id="get_events",
    summary="Event Log",
    tags=("Webhooks",),
    access=Access.KEY,
    description="Everything that has happened, in the order in which it was stored, for those who would rather ask "
    "than be told. No event is skipped, however many are being written. With filters, an answer may hold nothing and "
    "still have more after it. Old events are dropped after a while; a cursor before them is refused with 410.",
    parameters=(
        API_KEY,
        Parameter(
            "after",
            "query",
            {"type": "string", "pattern": "^[0-9]{1,18}$", "examples": ["0"]},
            "The `next_cursor` of the call before. Without it the oldest events come that are kept.",
        ),
        Parameter("type", "query", {"type": "string", "examples": ["order.updated"]}, "Only events of this name."),
        Parameter("connection_id", "query", {"type": "string", "format": "uuid"}, "Only those about this connection."),
        Parameter("record_id", "query", {"type": "string"}, "Only those about this record."),
        LIMIT,
    ),
    answer=always(EventsAnswer, "EventsResponse"),
    statuses=(401, 410, 422, 429),
)
