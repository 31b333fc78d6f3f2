"""Records in the database: the one upsert that every change goes through, deletions, tags and versions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from crossdock.contract.events import implied
from crossdock.contract.filters import FilterKind
from crossdock.contract.records import Record, encode_record
from crossdock.contract.resources import Resource
from crossdock.contract.values import timestamp_text, whole_seconds
from crossdock.platform.database import Connection
from crossdock.webhooks import events
from crossdock.webhooks.events import Change

ARRAY_TYPES = {
    FilterKind.TEXT: "text[]",
    FilterKind.TIME: "timestamptz[]",
    FilterKind.BOOLEAN: "boolean[]",
    FilterKind.NUMBER: "numeric[]",
}


@dataclass(frozen=True)
class Saved:
    """The outcome of an upsert: changes made, and how many records were the same already."""

    changes: list[Change]
    unchanged: int
    deleted: int = 0


def fingerprint_of(content: bytes) -> bytes:
    """A short value that differs when the content does."""
    return hashlib.blake2b(content, digest_size=16).digest()


def compose(resource: Resource, content: bytes, tags: bytes | None, created: datetime, updated: datetime) -> bytes:
    """The body as it is stored: the adapter's content, then the store's fields."""
    if not resource.dated:
        return content
    shown = b',"trackstar_tags":' + (tags or b"null") if resource.taggable else b""
    dates = (
        f',"trackstar_created_date":"{timestamp_text(created)}","trackstar_updated_date":"{timestamp_text(updated)}"}}'
    )
    return content[:-1] + shown + dates.encode()


def tag_words(tags: Sequence[Any]) -> list[str]:
    """Tags as filters name them: the text, or `key:value`."""
    words = []
    for tag in tags:
        if isinstance(tag, dict):
            key, value = next(iter(tag.items()))
            shown = value if isinstance(value, str) else msgspec.json.encode(value).decode()
            words.append(f"{key}:{shown}")
        else:
            words.append(str(tag))
    return words


@dataclass
class _Incoming:
    record: Record
    id: str
    content: bytes
    fingerprint: bytes


def _columns(resource: Resource) -> list[tuple[str, str]]:
    own = [(item.name, ARRAY_TYPES[item.kind]) for item in resource.columns]
    dates = [("created_date", "timestamptz[]"), ("updated_date", "timestamptz[]")] if resource.dated else []
    return [*dates, *own]


def _column_value(record: Record, name: str) -> Any:
    value = getattr(record, name)
    # PostgreSQL text cannot hold a NUL; the body keeps it, as an escape.
    return value.replace("\0", "") if isinstance(value, str) else value


def _prepare(records: Iterable[Record]) -> dict[str, _Incoming]:
    """Records by id; of two with the same id the later one counts."""
    found: dict[str, _Incoming] = {}
    for record in records:
        content = encode_record(record)
        identifier: str = record.id  # type: ignore[attr-defined]
        found[identifier] = _Incoming(record, identifier, content, fingerprint_of(content))
    return found


async def upsert(
    connection: Connection,
    *,
    organization_id: UUID,
    connection_id: UUID,
    resource: Resource,
    records: Iterable[Record],
    deleted: Sequence[str] = (),
    now: datetime,
    fetched_at: datetime | None = None,
    first_sync: bool = False,
) -> Saved:
    """Stores what differs, marks what is gone, keeps what either replaces, and notes an event for each change.

    `fetched_at` is when a sync asked for the records: rows written since by the API are newer and stay. None marks a
    write, whose outcome always counts.
    """
    owner = (organization_id, connection_id)
    saved = await _save(connection, *owner, resource, records, now, fetched_at, first_sync=first_sync)
    gone = await _mark_deleted(connection, connection_id, resource, deleted, now)
    await _add_events(connection, owner, {resource: [*saved.changes, *gone]}, now, first_sync=first_sync)
    return replace(saved, deleted=len(gone))


async def upsert_written(
    connection: Connection,
    *,
    organization_id: UUID,
    connection_id: UUID,
    written: Mapping[Resource, Sequence[Record]],
    now: datetime,
) -> None:
    """Stores what one write changed in several resources."""
    owner = (organization_id, connection_id)
    changes = {
        resource: (await _save(connection, *owner, resource, written[resource], now, None)).changes
        for resource in _in_order(written)
    }
    await _add_events(connection, owner, changes, now)


async def upsert_told(
    connection: Connection,
    *,
    organization_id: UUID,
    connection_id: UUID,
    told: Mapping[Resource, tuple[Sequence[Record], Sequence[str]]],
    now: datetime,
    asked_at: datetime,
) -> None:
    """Stores what a connected system has told of: records of each resource as it had them at `asked_at`, and ids of
    those that it had no more.

    Nobody will ask for these records again soon, as a sync does: they are stored for certain unless newer ones are,
    and no sync that asked before may undo them.
    """
    owner = (organization_id, connection_id)
    changes = {}
    for resource in _in_order(told):
        records, deleted = told[resource]
        saved = await _save(connection, *owner, resource, records, now, asked_at, alone=True)
        gone = await _mark_deleted(connection, connection_id, resource, deleted, now)
        await _mark_written(connection, connection_id, resource, deleted, asked_at)
        changes[resource] = [*saved.changes, *gone]
    await _add_events(connection, owner, changes, now)


def _in_order(resources: Iterable[Resource]) -> list[Resource]:
    """In the order in which every transaction takes rows of several resources, so that none wait crosswise."""
    return sorted(resources, key=lambda item: item.table)


async def _add_events(
    connection: Connection,
    owner: tuple[UUID, UUID],
    changes: Mapping[Resource, Sequence[Change]],
    now: datetime,
    *,
    first_sync: bool = False,
) -> None:
    """Notes an event for each change, after all rows are taken: from here on the organization's counter is held, and
    whoever held it while waiting for a row could wait for ever. `owner` is the organization and the connection."""
    organization_id, connection_id = owner
    for resource, found in changes.items():
        await events.add_records(
            connection,
            organization_id=organization_id,
            connection_id=connection_id,
            resource=resource,
            changes=found,
            now=now,
            first_sync=first_sync,
        )


async def _save(
    connection: Connection,
    organization_id: UUID,
    connection_id: UUID,
    resource: Resource,
    records: Iterable[Record],
    now: datetime,
    fetched_at: datetime | None,
    *,
    first_sync: bool = False,
    alone: bool = False,
) -> Saved:
    incoming = _prepare(records)
    if not incoming:
        return Saved([], 0)
    table = resource.table
    cursor = await connection.execute(
        f"select id, fingerprint, version, written_at, deleted_at from {table} "
        f"where connection_id = %s and id = any(%s){' order by id for update' if alone else ''}",
        (connection_id, list(incoming)),
        binary=True,
    )
    known = {row["id"]: row for row in await cursor.fetchall()}
    new = [item for item in incoming.values() if item.id not in known]
    changed = [
        item
        for item in incoming.values()
        if (row := known.get(item.id)) is not None
        and (row["fingerprint"] != item.fingerprint or row["deleted_at"] is not None)
        and not (fetched_at is not None and row["written_at"] is not None and row["written_at"] >= fetched_at)
    ]
    stamp = whole_seconds(now)
    written_at = now if fetched_at is None else fetched_at if alone else None
    changes = await _insert(connection, organization_id, connection_id, resource, new, stamp, written_at)
    if resource.more_events and not first_sync:
        changes = [replace(item, implied=tuple(implied(resource, incoming[item.id].record, None))) for item in changes]
    changes += await _update(connection, connection_id, resource, changed, known, stamp, written_at)
    late = {item.id for item in new} - {item.id for item in changes} if alone else set()
    if late:
        # Somebody stored them since they were looked for above; only now it can be seen whether theirs are newer.
        again = [incoming[identifier].record for identifier in sorted(late)]
        more = await _save(connection, organization_id, connection_id, resource, again, now, fetched_at, alone=True)
        changes += more.changes
    if written_at is not None:
        await _mark_written(connection, connection_id, resource, sorted(incoming.keys() - late), written_at)
    return Saved(changes, len(incoming) - len(changes))


async def _mark_written(
    connection: Connection, connection_id: UUID, resource: Resource, ids: Sequence[str], at: datetime
) -> None:
    """Notes a write also where nothing differed, so that a sync that asked before it cannot undo it."""
    statement = (
        f"update {resource.table} set written_at = greatest(written_at, %s) where connection_id = %s and id = any(%s)"
    )
    await connection.execute(statement, (at, connection_id, list(ids)))


async def _insert(
    connection: Connection,
    organization_id: UUID,
    connection_id: UUID,
    resource: Resource,
    items: list[_Incoming],
    stamp: datetime,
    written_at: datetime | None,
) -> list[Change]:
    if not items:
        return []
    columns = _columns(resource)
    names = "".join(f", {name}" for name, _ in columns)
    arrays = "".join(f", %s::{kind}" for _, kind in columns)
    statement = (
        f"insert into {resource.table} (organization_id, connection_id, trackstar_created_date, "
        f"trackstar_updated_date, written_at, id, body, content_length, fingerprint{names}) "
        "select %s, %s, %s, %s, %s, u.* "
        f"from unnest(%s::text[], %s::bytea[], %s::integer[], %s::bytea[]{arrays}) as u "
        "on conflict (connection_id, id) do nothing returning id"
    )
    values: list[Any] = [organization_id, connection_id, stamp, stamp, written_at]
    values += [
        [item.id for item in items],
        [compose(resource, item.content, None, stamp, stamp) for item in items],
        [len(item.content) for item in items],
        [item.fingerprint for item in items],
    ]
    values += [[_column_value(item.record, name) for item in items] for name, _ in columns]
    cursor = await connection.execute(statement, values, binary=True)
    return [Change(row["id"], 1, "created") for row in await cursor.fetchall()]


async def _update(
    connection: Connection,
    connection_id: UUID,
    resource: Resource,
    items: list[_Incoming],
    known: Mapping[str, Mapping[str, Any]],
    stamp: datetime,
    written_at: datetime | None,
) -> list[Change]:
    if not items:
        return []
    by_id = {item.id: item for item in items}
    old = ", body" if resource.more_events else ""
    cursor = await connection.execute(
        f"select id, version, tags, trackstar_created_date, deleted_at{old} from {resource.table} "
        "where connection_id = %s and id = any(%s) order by id for update",
        (connection_id, list(by_id)),
        binary=True,
    )
    # Whoever changed a row since it was read above knows better: a sync sees it again, a write holds the newer state.
    rows = [row for row in await cursor.fetchall() if row["version"] == known[row["id"]]["version"] or written_at]
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    await _keep_versions(connection, connection_id, resource, ids, stamp)
    columns = _columns(resource)
    names = "".join(f", {name}" for name, _ in columns)
    sets = "".join(f", {name} = u.{name}" for name, _ in columns)
    arrays = "".join(f", %s::{kind}" for _, kind in columns)
    statement = (
        f"update {resource.table} as t set version = t.version + 1, deleted_at = null, trackstar_updated_date = %s, "
        f"written_at = coalesce(%s, t.written_at), body = u.body, content_length = u.content_length, "
        f"fingerprint = u.fingerprint{sets} "
        f"from unnest(%s::text[], %s::bytea[], %s::integer[], %s::bytea[]{arrays}) "
        f"as u(id, body, content_length, fingerprint{names}) where t.connection_id = %s and t.id = u.id"
    )
    chosen = [by_id[identifier] for identifier in ids]
    values: list[Any] = [stamp, written_at, ids]
    values += [
        [
            compose(resource, item.content, row["tags"], row["trackstar_created_date"], stamp)
            for item, row in zip(chosen, rows, strict=True)
        ],
        [len(item.content) for item in chosen],
        [item.fingerprint for item in chosen],
    ]
    values += [[_column_value(item.record, name) for item in chosen] for name, _ in columns]
    values.append(connection_id)
    await connection.execute(statement, values, binary=True)
    return [
        Change(
            row["id"],
            row["version"] + 1,
            "created" if row["deleted_at"] else "updated",
            _implied(resource, by_id[row["id"]], row) if old else (),
        )
        for row in rows
    ]


def _implied(resource: Resource, item: _Incoming, row: Mapping[str, Any]) -> tuple[str, ...]:
    """What else a change means. A record that is back after a deletion counts as new."""
    return tuple(implied(resource, item.record, None if row["deleted_at"] else row["body"]))


async def _keep_versions(
    connection: Connection, connection_id: UUID, resource: Resource, ids: list[str], stamp: datetime
) -> None:
    """Copies bodies that are about to be replaced into the history."""
    statement = (
        "insert into record_versions (organization_id, connection_id, resource, id, version, body, replaced_at) "
        f"select organization_id, connection_id, %s, id, version, body, %s from {resource.table} "
        "where connection_id = %s and id = any(%s)"
    )
    await connection.execute(statement, (resource.key, stamp, connection_id, ids))


async def oldest_date(connection: Connection, connection_id: UUID, resource: Resource) -> datetime | None:
    """From when the oldest record of a connection is, as the connected system dates it."""
    cursor = await connection.execute(
        f"select min(coalesce(updated_date, created_date)) as oldest from {resource.table} where connection_id = %s",
        (connection_id,),
    )
    row = await cursor.fetchone()
    return row["oldest"] if row else None


async def missing_from(
    connection: Connection, connection_id: UUID, resource: Resource, present: Sequence[str]
) -> list[str]:
    """Ids of stored records that are not among `present`."""
    cursor = await connection.execute(
        f"select id from {resource.table} where connection_id = %s and deleted_at is null and not (id = any(%s))",
        (connection_id, list(present)),
    )
    return [row["id"] for row in await cursor.fetchall()]


async def delete(
    connection: Connection,
    *,
    organization_id: UUID,
    connection_id: UUID,
    resource: Resource,
    ids: Sequence[str],
    now: datetime,
) -> list[Change]:
    """Marks records as deleted and notes an event for each; their last body stays in the history."""
    changes = await _mark_deleted(connection, connection_id, resource, ids, now)
    await _add_events(connection, (organization_id, connection_id), {resource: changes}, now)
    return changes


async def _mark_deleted(
    connection: Connection, connection_id: UUID, resource: Resource, ids: Sequence[str], now: datetime
) -> list[Change]:
    if not ids:
        return []
    cursor = await connection.execute(
        f"select id from {resource.table} where connection_id = %s and deleted_at is null and id = any(%s) "
        "order by id for update",
        (connection_id, list(ids)),
    )
    found = [row["id"] for row in await cursor.fetchall()]
    if not found:
        return []
    stamp = whole_seconds(now)
    await _keep_versions(connection, connection_id, resource, found, stamp)
    cursor = await connection.execute(
        f"update {resource.table} set deleted_at = %s, version = version + 1, trackstar_updated_date = %s "
        "where connection_id = %s and id = any(%s) returning id, version",
        (now, stamp, connection_id, found),
    )
    return [Change(row["id"], row["version"], "deleted") for row in await cursor.fetchall()]


async def set_tags(
    connection: Connection,
    *,
    organization_id: UUID,
    connection_id: UUID,
    resource: Resource,
    record_id: str,
    tags: Sequence[Any] | None,
    now: datetime,
    as_change: bool = True,
) -> bytes | None:
    """Replaces the tags of a record and gives its new body; None when there is no such record.

    `as_change` is false right after a create in the same transaction, where the creation already has its event.
    """
    cursor = await connection.execute(
        f"select body, content_length, trackstar_created_date, version from {resource.table} "
        "where connection_id = %s and id = %s and deleted_at is null for update",
        (connection_id, record_id),
        binary=True,
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    stamp = whole_seconds(now)
    if as_change:
        await _keep_versions(connection, connection_id, resource, [record_id], stamp)
    encoded = None if tags is None else msgspec.json.encode(tags)
    content = row["body"][: row["content_length"] - 1] + b"}"
    body = compose(resource, content, encoded, row["trackstar_created_date"], stamp)
    version = row["version"] + (1 if as_change else 0)
    await connection.execute(
        f"update {resource.table} set body = %s, tags = %s, tag_words = %s, version = %s, "
        "trackstar_updated_date = %s where connection_id = %s and id = %s",
        (body, encoded, None if tags is None else tag_words(tags), version, stamp, connection_id, record_id),
    )
    if as_change:
        await events.add_records(
            connection,
            organization_id=organization_id,
            connection_id=connection_id,
            resource=resource,
            changes=[Change(record_id, version, "updated")],
            now=now,
        )
    return body


async def get_body(connection: Connection, connection_id: UUID, resource: Resource, record_id: str) -> bytes | None:
    """The stored body of a record, within a transaction."""
    cursor = await connection.execute(
        f"select body from {resource.table} where connection_id = %s and id = %s and deleted_at is null",
        (connection_id, record_id),
        binary=True,
    )
    row = await cursor.fetchone()
    return row["body"] if row else None
