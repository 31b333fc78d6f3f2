"""The event log in the database: one sequence an organization, without a gap.

The organization's counter row is taken when events are added and stays locked to the end of the transaction. So numbers
appear in the order in which they commit, and no reader can pass a change that commits later. Adding is the last thing a
transaction does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from crossdock.contract import events as names
from crossdock.contract.resources import Resource
from crossdock.contract.values import ENCODER
from crossdock.platform.database import Connection

_SKEW = timedelta(minutes=1)
"""A version is dated in whole seconds, its event is not."""
CHANNEL = "crossdock_events"
"""What workers listen to; the payload is the organization."""


@dataclass(frozen=True)
class Change:
    """What happened to one record, and which further changes that implies."""

    id: str
    version: int
    change: str
    implied: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """Whom an event about a connection is about. `connection_id` is None where none came into being."""

    organization_id: UUID
    connection_id: UUID | None
    integration_name: str
    integration_type: str
    customer_id: str | None
    is_sandbox: bool = False
    webhooks_disabled: bool = False


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """An event with the connection it is about. Those about connections have a `payload`, the others name a version of
    a record."""

    sequence: int
    kind: str
    event_type: str | None
    connection_id: UUID | None
    customer_id: str | None
    integration_name: str | None
    integration_type: str | None
    resource: str | None
    record_id: str | None
    version: int | None
    change: str | None
    payload: bytes | None
    first_sync: bool
    created_at: datetime


_JOINED = {
    "customer_id": "coalesce(e.customer_id, c.customer_id)",
    "integration_name": "c.integration_name",
    "integration_type": "c.vertical",
}
SELECTED = ", ".join(f"{_JOINED.get(name, f'e.{name}')} as {name}" for name in EventRow.__struct_fields__)
"""The columns of an event, of `events e` with its `connections c`."""


async def _take_numbers(connection: Connection, organization_id: UUID, count: int) -> range:
    cursor = await connection.execute(
        "update event_counters set last = last + %s where organization_id = %s returning last",
        (count, organization_id),
    )
    row = await cursor.fetchone()
    if row is None:
        raise LookupError(f"organization {organization_id} has no event counter")
    return range(row["last"] - count + 1, row["last"] + 1)


async def add_records(
    connection: Connection,
    *,
    organization_id: UUID,
    connection_id: UUID,
    resource: Resource,
    changes: Sequence[Change],
    now: datetime,
    first_sync: bool = False,
) -> None:
    """Numbers changes of records and notes them. Call it last."""
    rows = [(item.id, item.version, change) for item in changes for change in (item.change, *item.implied)]
    if not rows:
        return
    numbers = await _take_numbers(connection, organization_id, len(rows))
    await connection.execute(
        "with added as (insert into events (organization_id, connection_id, resource, first_sync, created_at, "
        "held_back, sequence, record_id, version, change, event_type) "
        "select %(organization)s, %(connection)s, %(resource)s, %(first)s, %(now)s, "
        "coalesce((select webhooks_disabled from connections where id = %(connection)s), false), u.* "
        "from unnest(%(numbers)s::bigint[], %(ids)s::text[], %(versions)s::integer[], %(changes)s::text[], "
        "%(types)s::text[]) as u) "
        "select pg_notify(%(channel)s, %(organization)s::text) "
        "where not %(first)s and exists (select 1 from webhook_lanes where organization_id = %(organization)s)",
        {
            "organization": organization_id,
            "connection": connection_id,
            "resource": resource.key,
            "first": first_sync,
            "now": now,
            "numbers": list(numbers),
            "ids": [row[0] for row in rows],
            "versions": [row[1] for row in rows],
            "changes": [row[2] for row in rows],
            "types": [names.event_type(resource, row[2]) for row in rows],
            "channel": CHANNEL,
        },
        binary=True,
    )


async def subject_of(connection: Connection, connection_id: UUID) -> Subject:
    """The connection that an event is to be about."""
    cursor = await connection.execute(
        "select organization_id, id as connection_id, integration_name, vertical as integration_type, customer_id, "
        "is_sandbox, webhooks_disabled from connections where id = %s",
        (connection_id,),
    )
    row = await cursor.fetchone()
    if row is None:
        raise LookupError(f"there is no connection {connection_id}")
    return Subject(**row)


def envelope(subject: Subject, event_type: str, data: Any, previous: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a subscriber is sent of an event about a connection."""
    shown: dict[str, Any] = {
        "connection_id": None if subject.connection_id is None else str(subject.connection_id),
        "customer_id": subject.customer_id,
        "event_type": event_type,
        "integration_name": subject.integration_name,
        "integration_type": subject.integration_type,
        "data": data,
    }
    return shown if previous is None else {**shown, "previous_attributes": previous}


async def add_admin(
    connection: Connection,
    subject: Subject,
    event_type: str,
    data: msgspec.Struct,
    *,
    now: datetime,
    previous: dict[str, Any] | None = None,
) -> None:
    """Notes an event about a connection, in the same sequence. Call it last. `previous` is for updates only."""
    declared = names.ADMIN_BY_NAME[event_type]
    if not isinstance(data, declared.data) or declared.is_update != (previous is not None):
        raise TypeError(f"{event_type} takes {declared.data.__name__}, and previous attributes only as an update")
    await _add_own(connection, subject, event_type, envelope(subject, event_type, data, previous), now)


async def add_endpoint_disabled(
    connection: Connection, organization_id: UUID, data: dict[str, Any], *, now: datetime
) -> None:
    """Notes that an endpoint was switched off. There is no connection that it would be about."""
    subject = Subject(organization_id, None, "", "general", None)
    payload = envelope(subject, names.ENDPOINT_DISABLED, data)
    await _add_own(connection, subject, names.ENDPOINT_DISABLED, payload, now)


async def _add_own(
    connection: Connection, subject: Subject, event_type: str, payload: dict[str, Any], now: datetime
) -> None:
    number = (await _take_numbers(connection, subject.organization_id, 1))[0]
    await connection.execute(
        "with added as (insert into events (organization_id, sequence, kind, event_type, connection_id, customer_id, "
        "is_sandbox, held_back, payload, first_sync, created_at) "
        "values (%(organization)s, %(number)s, 'admin', %(type)s, %(connection)s, %(customer)s, %(sandbox)s, "
        "%(held)s, %(payload)s, false, %(now)s)) "
        "select pg_notify(%(channel)s, %(organization)s::text) "
        "where exists (select 1 from webhook_lanes where organization_id = %(organization)s)",
        {
            "organization": subject.organization_id,
            "number": number,
            "type": event_type,
            "connection": subject.connection_id,
            "customer": subject.customer_id,
            "sandbox": subject.is_sandbox if subject.connection_id else None,
            "held": subject.webhooks_disabled,
            "payload": ENCODER.encode(payload),
            "now": now,
            "channel": CHANNEL,
        },
    )


# -- reading -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LogFilter:
    """Which events a reader wants."""

    event_type: str | None = None
    connection_id: UUID | None = None
    record_id: str | None = None


_LOOKED_AT = 50_000
"""Events that one page looks at; a filter that rarely fits must not make a call that never ends."""


@dataclass(frozen=True)
class LogPage:
    """Events after a cursor, in order; `last` is the number to go on from, `pruned` the last one that is gone."""

    events: list[EventRow] = field(default_factory=list)
    last: int = 0
    more: bool = False
    pruned: int = 0


async def read_log(connection: Connection, organization_id: UUID, after: int, wanted: LogFilter, limit: int) -> LogPage:
    """The next events after a number."""
    # The counter is read first: every number up to it has committed, so a page can be without gaps as well.
    cursor = await connection.execute(
        "select last, pruned from event_counters where organization_id = %s", (organization_id,)
    )
    counter = await cursor.fetchone()
    if counter is None:
        raise LookupError(f"organization {organization_id} has no event counter")
    last = max(counter["last"], after)
    upto = min(last, max(after, counter["pruned"]) + _LOOKED_AT)
    where = ["e.organization_id = %s", "e.sequence > %s", "e.sequence <= %s"]
    values: list[Any] = [organization_id, after, upto]
    for column, value in (
        ("event_type", wanted.event_type),
        ("connection_id", wanted.connection_id),
        ("record_id", wanted.record_id),
    ):
        if value is not None:
            where.append(f"e.{column} = %s")
            values.append(value)
    cursor = await connection.execute(
        f"select {SELECTED} from events e left join connections c on c.id = e.connection_id "
        f"where {' and '.join(where)} order by e.sequence limit %s",
        [*values, limit + 1],
        binary=True,
    )
    rows = [EventRow(**row) for row in await cursor.fetchall()]
    if len(rows) > limit:
        return LogPage(rows[:limit], rows[limit - 1].sequence, True, counter["pruned"])
    return LogPage(rows, upto, upto < last, counter["pruned"])


async def get(connection: Connection, organization_id: UUID, sequence: int) -> EventRow | None:
    """The event with this number."""
    cursor = await connection.execute(
        f"select {SELECTED} from events e left join connections c on c.id = e.connection_id "
        "where e.organization_id = %s and e.sequence = %s",
        (organization_id, sequence),
        binary=True,
    )
    row = await cursor.fetchone()
    return EventRow(**row) if row else None


async def prune(connection: Connection, before: datetime, batch: int) -> bool:
    """Removes old events of every organization, oldest first, at most `batch` each; as the system role.

    Gives whether there may be more.
    """
    async with connection.transaction():
        cursor = await connection.execute(
            "with old as (select organization_id, sequence from events where created_at < %s "
            "order by created_at limit %s), upto as "
            "(select organization_id, max(sequence) as sequence from old group by 1), gone as "
            "(delete from events e using upto where e.organization_id = upto.organization_id "
            "and e.sequence <= upto.sequence) "
            "update event_counters c set pruned = greatest(c.pruned, upto.sequence) from upto "
            "where c.organization_id = upto.organization_id returning c.organization_id",
            (before, batch),
        )
        events = cursor.rowcount
        # A version that was replaced before is named by no event that is left.
        cursor = await connection.execute(
            "delete from record_versions where ctid in (select ctid from record_versions where replaced_at < %s "
            "limit %s)",
            (before - _SKEW, batch),
        )
    return events > 0 or cursor.rowcount == batch
