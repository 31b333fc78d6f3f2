"""What everybody who took part in a round has noted, and what the database holds after it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from crossdock.contract.catalogue import RESOURCE_BY_KEY
from crossdock.platform.database import APP_ROLE, ORGANIZATION_SETTING
from faults.receivers import Receipt
from faults.vendor import KINDS, Account

RESOURCES = tuple(f"wms/{name}" for name in KINDS.values())
Key = tuple[str, str, str]
"""Connection, resource and id of a record."""
_OWNED = ("connections", "credentials", "events", "record_versions", "writes", "webhook_endpoints", "wms_inventory")
"""Tables that the application may see only its own organization's rows of."""


@dataclass
class Operation:
    """One write of a client, sent until it is known what became of it."""

    client: str
    """The client's own name for it, which the vendor is told too."""
    connection: str
    method: str
    path: str
    body: dict[str, Any]
    key: str | None
    answers: list[Answered] = field(default_factory=list)
    twins: int = 0
    """Requests with the same key that were sent at the same time."""

    @property
    def is_tagging(self) -> bool:
        return "trackstar-tags" in self.path

    @property
    def acknowledged(self) -> bool:
        return any(each.status == 200 for each in self.answers)


@dataclass(frozen=True)
class Answered:
    """What a client was answered, and how many effects the vendor noted while it waited."""

    status: int
    """0 where the connection broke."""
    text: str
    effects: int


@dataclass(frozen=True)
class Event:
    """One row of the log; `body` is the record as it was after it."""

    sequence: int
    event_type: str | None
    key: Key | None
    version: int
    change: str
    first_sync: bool
    body: Any


@dataclass(frozen=True)
class Stored:
    """One record as it is stored."""

    version: int
    deleted: bool
    body: Any


@dataclass
class Endpoint:
    """What one endpoint wants and has received."""

    name: str
    types: frozenset[str]
    began: int
    receipts: list[Receipt]


@dataclass
class Organization:
    """One organization after a round: its log since the round before, and who listens to it."""

    id: UUID
    name: str
    """Every id at its vendor accounts begins with it."""
    before: int
    """The last number of the round before."""
    last: int
    events: list[Event]
    endpoints: list[Endpoint]


@dataclass
class Evidence:
    """Everything the checks look at. They look at nothing else, so that a planted fault in it must be found."""

    organizations: list[Organization]
    snapshot: Mapping[Key, Stored]
    """The store after the round before."""
    stored: dict[Key, Stored]
    accounts: dict[str, Account]
    """The vendor's own view, by connection."""
    metered: dict[str, list[float]]
    """When requests came in at accounts with a published rate, by connection."""
    operations: list[Operation]
    writes: dict[str, tuple[str, str, str]]
    """State, connection and action of every write, by the reference that the vendor was given."""
    tags: dict[Key, Any]
    """The tags that were acknowledged last."""
    missing: list[str]
    """What readers missed while the round went on."""
    leaks: list[str]
    """What somebody saw of another organization."""
    texts: dict[str, str]
    secrets: dict[str, str]
    unsettled: list[str]
    """What did not come to an end in time."""


async def read_store(connection: psycopg.AsyncConnection[dict[str, Any]]) -> dict[Key, Stored]:
    """Every record of the rounds."""
    found: dict[Key, Stored] = {}
    for resource in RESOURCES:
        cursor = await connection.execute(
            f"select connection_id, id, version, deleted_at is not null as deleted, body "
            f"from {RESOURCE_BY_KEY[resource].table}",
            binary=True,
        )
        async for row in cursor:
            key = (str(row["connection_id"]), resource, row["id"])
            found[key] = Stored(row["version"], row["deleted"], json.loads(row["body"]))
    return found


async def read_events(
    connection: psycopg.AsyncConnection[dict[str, Any]], organization: UUID, after: int, stored: Mapping[Key, Stored]
) -> tuple[list[Event], int]:
    """The log of an organization after a number, and the last number that was given out."""
    cursor = await connection.execute(
        "select e.sequence, e.event_type, e.kind, e.connection_id, e.resource, e.record_id, e.version, e.change, "
        "e.first_sync, v.body from events e left join record_versions v on v.connection_id = e.connection_id "
        "and v.resource = e.resource and v.id = e.record_id and v.version = e.version "
        "where e.organization_id = %s and e.sequence > %s order by e.sequence",
        (organization, after),
        binary=True,
    )
    events = []
    async for row in cursor:
        key = None if row["kind"] != "record" else (str(row["connection_id"]), row["resource"], row["record_id"])
        body = None if row["body"] is None else json.loads(row["body"])
        if body is None and key is not None and key in stored and stored[key].version == row["version"]:
            body = stored[key].body
        events.append(
            Event(
                row["sequence"],
                row["event_type"],
                key,
                row["version"] or 0,
                row["change"] or "",
                row["first_sync"],
                body,
            )
        )
    cursor = await connection.execute("select last from event_counters where organization_id = %s", (organization,))
    counter = await cursor.fetchone()
    return events, int(counter["last"]) if counter else -1


async def read_writes(connection: psycopg.AsyncConnection[dict[str, Any]]) -> dict[str, tuple[str, str, str]]:
    """Every write that was noted, by its reference."""
    cursor = await connection.execute("select id, state, connection_id, action from writes")
    return {row["id"].hex: (row["state"], str(row["connection_id"]), row["action"]) async for row in cursor}


async def foreign_rows(url: str, organizations: list[UUID]) -> list[str]:
    """What the application's role sees beyond the organization it works for, asked of the database itself."""
    leaks = []
    async with await psycopg.AsyncConnection.connect(url, row_factory=dict_row) as connection:
        await connection.execute(f"set role {APP_ROLE}")
        for organization in ("", *map(str, organizations)):
            await connection.execute("select set_config(%s, %s, true)", (ORGANIZATION_SETTING, organization))
            for table in _OWNED:
                cursor = await connection.execute(
                    f"select count(*) as n from {table} where organization_id::text <> %s", (organization,)
                )
                row = await cursor.fetchone()
                if row is None or row["n"]:
                    leaks.append(f"the application sees {row} rows of {table} as organization '{organization}'")
    return leaks


async def written_down(connection: psycopg.AsyncConnection[dict[str, Any]]) -> dict[str, str]:
    """Texts of the database that people and systems get to see."""
    texts = {}
    for name, query in (
        ("errors of connections", "select coalesce(string_agg(error_message || failed_url, ' '), '') from "),
        ("errors of writes", "select coalesce(string_agg(error, ' '), '') from "),
        ("attempts", "select coalesce(string_agg(concat(error, response_head), ' '), '') from "),
        ("events", "select coalesce(string_agg(convert_from(payload, 'UTF8'), ' '), '') from "),
    ):
        table = {"errors of connections": "connection_errors", "errors of writes": "writes"}.get(name)
        cursor = await connection.execute(f"{query}{table or {'attempts': 'webhook_attempts'}.get(name, name)}")
        row = await cursor.fetchone()
        texts[name] = str(next(iter((row or {"": ""}).values())))
    return texts
