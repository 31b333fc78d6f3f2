"""Writes: checked, noted, sent, and settled.

The intent is committed before the connected system is called and the outcome after it; no transaction is held in
between. A write whose answer never came is `uncertain`: nobody may send it again until a read has settled it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
import structlog

from crossdock.accounts.store import Caller, CallerConnection
from crossdock.connections import problems
from crossdock.connections import service as connections
from crossdock.connections import store as connection_store
from crossdock.contract.actions import SUCCESS, Action, Answer
from crossdock.contract.bodies import TAGS_FIELD
from crossdock.contract.catalogue import ACTION_BY_KEY, RESOURCE_BY_KEY
from crossdock.contract.errors import (
    CrossdockError,
    InvalidBody,
    NotSupported,
    UncertainWrite,
    bad_request,
    conflict,
    disabled,
    not_found,
)
from crossdock.contract.judge import WHOLE, Judge, decode
from crossdock.contract.operations import IDEMPOTENCY_HEADER, MAX_KEY_LENGTH, Operation
from crossdock.contract.records import Record
from crossdock.contract.resources import Resource
from crossdock.contract.schemas import Choices
from crossdock.integrations.describe import body_schema
from crossdock.integrations.kit.adapter import (
    Adapter,
    Applied,
    Attempt,
    NotApplied,
    Written,
)
from crossdock.integrations.kit.batches import BatchFailed, BatchWritten
from crossdock.integrations.kit.budget import Priority
from crossdock.integrations.kit.client import Effect
from crossdock.platform.database import Connection
from crossdock.platform.engine import Engine
from crossdock.records import read_store, store, write_store
from crossdock.records.write_store import WriteRow

log = structlog.get_logger(__name__)

KEPT = timedelta(hours=24)
"""How long a key is remembered."""
MAX_CHOICES = 1000
"""An account with more values than this is not given an enum, which nobody could read."""


@dataclass(frozen=True)
class WriteAnswer:
    """What a write answers with."""

    body: bytes
    replayed: bool = False


def checked_key(value: str | None) -> str | None:
    """The idempotency key of a request; 422 when it cannot be one."""
    if value is None:
        return None
    if not value or len(value) > MAX_KEY_LENGTH or "\0" in value:
        message = f"Must be between 1 and {MAX_KEY_LENGTH} characters long."
        raise InvalidBody.field(IDEMPOTENCY_HEADER, message, "headers")
    return value


def adapter_for(connection: CallerConnection, action: Action) -> type[Adapter]:
    """The adapter that is to carry out an action; 403 when it is switched off, 501 when it cannot."""
    adapter = connections.adapter_of(connection.vertical, connection.integration_name)
    if connections.is_disabled(connection, action) and connection.vertical == action.vertical:
        raise disabled(action.name)
    if not adapter.can(action):
        raise NotSupported.action(action.name, adapter.display_name)
    return adapter


async def account_choices(engine: Engine, organization_id: UUID, connection: CallerConnection) -> Choices:
    """The values of the account, from its stored records; loaded as they are asked for by the schema."""
    adapter = connections.adapter_of(connection.vertical, connection.integration_name)
    wanted: set[tuple[str, str]] = set()

    def note(resource: str, field: str) -> list[str] | None:
        wanted.add((resource, field))
        return None

    for implementation in adapter.implementations.values():
        if implementation.body is not None:
            body_schema(adapter, implementation.action, note)
    values: dict[tuple[str, str], list[str]] = {}
    for name, field in wanted:
        resource = RESOURCE_BY_KEY[f"{connection.vertical}/{name}"]
        found = await read_store.fetch_values(
            engine.database, organization_id, connection.id, resource, field, MAX_CHOICES + 1
        )
        values[name, field] = found if len(found) <= MAX_CHOICES else []
    return lambda name, field: values.get((name, field))


def fingerprint(operation: Operation, ids: tuple[str, ...], body: Any) -> bytes:
    """A value that two requests share when method, address and body are the same, white space and key order aside."""
    text = msgspec.json.encode([operation.method, operation.path, ids, body], order="sorted")
    return hashlib.blake2b(text, digest_size=16).digest()


@dataclass(frozen=True)
class WriteRequest:
    """A write as it came in."""

    caller: Caller
    connection: CallerConnection
    operation: Operation
    action: Action
    resource: Resource
    ids: tuple[str, ...]
    raw: bytes
    key: str | None


async def write(engine: Engine, request: WriteRequest) -> WriteAnswer:
    """Carries out a write at the connected system, once per idempotency key."""
    adapter = adapter_for(request.connection, request.action)
    has_body = adapter.implementations[request.action.key].body is not None
    given = decode(request.raw) if has_body or request.raw else None
    mark = fingerprint(request.operation, request.ids, given)
    earlier = await _earlier_answer(engine, request, mark)
    if earlier is not None:
        return earlier
    body, tags = await _judged(engine, request, adapter, given)
    await _require_record(engine, request)
    row = await _claim(engine, request, mark)
    return await engine.finish(_send(engine, request, adapter, row, body, tags))


async def set_tags(engine: Engine, request: WriteRequest, judge: Judge) -> WriteAnswer:
    """Replaces the tags of a record; the connected system is not involved."""
    adapter_for(request.connection, request.action)
    given = decode(request.raw)
    mark = fingerprint(request.operation, request.ids, given)
    earlier = await _earlier_answer(engine, request, mark)
    if earlier is not None:
        return earlier
    judge.check(given)
    now = engine.now()
    async with engine.database.transaction(request.caller.organization_id) as connection:
        row = _new_row(engine, request, mark)
        if request.key is not None:
            await _insert(connection, row)
        body = await store.set_tags(
            connection,
            organization_id=request.caller.organization_id,
            connection_id=request.connection.id,
            resource=request.resource,
            record_id=request.ids[-1],
            tags=given[TAGS_FIELD],
            now=now,
        )
        if body is None:
            raise not_found(request.ids[-1])
        answer = _envelope(body, request.ids[-1], ())
        if request.key is not None:
            await write_store.finish(connection, row.id, "succeeded", answer=answer)
    return WriteAnswer(answer)


async def _judged(
    engine: Engine, request: WriteRequest, adapter: type[Adapter], given: Any
) -> tuple[Any, list[Any] | None]:
    """The body as the adapter takes it, and the tags that are ours to keep."""
    kind = adapter.implementations[request.action.key].body
    if kind is None:
        return None, None
    choices = await account_choices(engine, request.caller.organization_id, request.connection)
    schema = body_schema(adapter, request.action, choices)
    if schema is None:
        raise TypeError(f"{request.action.key} has a body without a schema")
    Judge(schema).check(given)
    tags = given.get(TAGS_FIELD)
    own = {name: value for name, value in given.items() if name != TAGS_FIELD}
    try:
        return msgspec.convert(own, kind), tags
    except msgspec.ValidationError as error:
        # Times the schema's format lets pass and no clock shows, such as second 60 or the year 0.
        message, _, place = str(error).partition(" - at `$.")
        raise InvalidBody.field(place.rstrip("`") or WHOLE, f"{message}.") from None


async def _require_record(engine: Engine, request: WriteRequest) -> None:
    """404 for an id that is not in our copy; a create has none."""
    if not request.ids:
        return
    found = await read_store.fetch_one(
        engine.database, request.caller.organization_id, request.connection.id, request.resource, request.ids[-1], {}
    )
    if found is None:
        raise not_found(request.ids[-1])


# -- idempotency ---------------------------------------------------------------------------------------------------


async def _earlier_answer(engine: Engine, request: WriteRequest, mark: bytes) -> WriteAnswer | None:
    """The answer of an earlier request with the same key, or the error that it stands in the way with."""
    if request.key is None:
        return None
    async with engine.database.transaction(request.caller.organization_id) as connection:
        row = await write_store.find_by_key(connection, request.connection.id, request.key)
        if row is not None and row.created_at < engine.now() - KEPT:
            await write_store.forget_key(connection, row.id)
            row = None
    if row is None:
        return None
    if row.request_fingerprint != mark:
        raise bad_request(f"This {IDEMPOTENCY_HEADER} was used for another request")
    if row.state == "succeeded":
        return WriteAnswer(row.answer or b"", replayed=True)
    if row.state == "sending" and engine.now() < row.deadline:
        raise conflict(f"A request with this {IDEMPOTENCY_HEADER} is still in progress")
    settled = await settle(engine, row)
    if settled.state == "succeeded":
        return WriteAnswer(settled.answer or b"", replayed=True)
    if settled.state == "failed":
        return None
    raise uncertain(settled)


def uncertain(row: WriteRow) -> UncertainWrite:
    """The answer of a write whose outcome is open."""
    return UncertainWrite(row.error or "The write was sent, but its outcome is not known yet", write_id=row.id.hex)


def _new_row(engine: Engine, request: WriteRequest, mark: bytes) -> WriteRow:
    now = engine.now()
    return WriteRow(
        id=uuid4(),
        organization_id=request.caller.organization_id,
        connection_id=request.connection.id,
        action=request.action.key,
        ids=list(request.ids),
        body=request.raw,
        idempotency_key=request.key,
        request_fingerprint=mark,
        state="sending",
        error=None,
        answer=None,
        created_at=now,
        deadline=now + timedelta(seconds=engine.settings.write_open_seconds),
    )


async def _insert(connection: Connection, row: WriteRow) -> None:
    if not await write_store.insert(connection, row):
        raise conflict(f"A request with this {IDEMPOTENCY_HEADER} is still in progress")


async def _claim(engine: Engine, request: WriteRequest, mark: bytes) -> WriteRow:
    """Commits the intent. Of two requests with one key, one gets through."""
    row = _new_row(engine, request, mark)
    async with engine.database.transaction(request.caller.organization_id) as connection:
        await _insert(connection, row)
    return row


# -- sending -------------------------------------------------------------------------------------------------------


async def _send(
    engine: Engine, request: WriteRequest, adapter_type: type[Adapter], row: WriteRow, body: Any, tags: list[Any] | None
) -> WriteAnswer:
    effect: Callable[[], Effect] = lambda: Effect.NONE  # noqa: E731 - replaced once there is a client to ask
    try:
        async with asyncio.timeout(engine.settings.write_deadline_seconds):
            adapter = await connections.open_adapter(
                engine, row.organization_id, row.connection_id, adapter_type, row.id.hex, priority=Priority.WRITE
            )
            effect = lambda: adapter.client.effect  # noqa: E731
            outcome = await adapter.run_write(request.action, request.ids, body)
    except BatchFailed as error:
        await _record_failure(engine, request, row, error)
        raise
    except BaseException as error:
        if effect() is Effect.NONE:
            await _close(engine, row, "failed", str(error))
            raise
        opened = await _close(engine, row, "uncertain", _reason(error, adapter_type))
        if not isinstance(error, Exception):
            raise
        if not isinstance(error, CrossdockError | TimeoutError):
            # Ours, not the system's. The caller must not take it for a write that may be sent again all the same.
            log.exception("a write failed after it was sent", write_id=row.id.hex)
        raise uncertain(opened) from error
    try:
        return WriteAnswer(await _commit(engine, request.resource, row, outcome, tags))
    except psycopg.Error as error:
        # It was made. The row stays open until a read at the system has settled it.
        log.exception("the outcome of a write could not be noted", write_id=row.id.hex)
        said = f"{adapter_type.display_name} has carried the write out, but its outcome could not be noted"
        raise uncertain(msgspec.structs.replace(row, error=said)) from error


def _reason(error: BaseException, adapter_type: type[Adapter]) -> str:
    said = "an error of ours, which the log has"
    if isinstance(error, TimeoutError | asyncio.CancelledError):
        said = "it took too long"
    elif isinstance(error, CrossdockError):
        said = error.message
    return f"The write was sent to {adapter_type.display_name}, but its outcome is not known: {said}"


async def _close(engine: Engine, row: WriteRow, state: str, error: str) -> WriteRow:
    try:
        async with engine.database.transaction(row.organization_id) as connection:
            await write_store.finish(connection, row.id, state, error=error)
    except psycopg.OperationalError:
        # The caller is told what is known. The row stays open, and is settled like that of a process that died.
        log.exception("the end of a write could not be noted", write_id=row.id.hex, state=state)
    return msgspec.structs.replace(row, state=state, error=error)


async def _record_failure(engine: Engine, request: WriteRequest, row: WriteRow, error: BatchFailed) -> None:
    """Stores the lines of a batch that were applied although the batch as a whole failed."""
    async with engine.database.transaction(row.organization_id) as connection:
        await write_store.finish(connection, row.id, "failed", error=error.message)
        await store.upsert(
            connection,
            organization_id=row.organization_id,
            connection_id=row.connection_id,
            resource=request.resource,
            records=error.records,
            now=engine.now(),
        )


def _envelope(body: bytes, record_id: str, unused: tuple[str, ...]) -> bytes:
    return b'{"data":%b,"id":%b,"unused_fields":%b}' % (
        body,
        msgspec.json.encode(record_id),
        msgspec.json.encode(unused),
    )


async def _commit(
    engine: Engine,
    resource: Resource,
    row: WriteRow,
    outcome: Written[Any] | BatchWritten[Any],
    tags: list[Any] | None,
) -> bytes:
    """Commits the outcome: records, their events, and the answer that the key stands for."""
    async with engine.database.transaction(row.organization_id) as connection:
        settled = await write_store.lock(connection, row.id)
        if settled is not None and settled.state == "succeeded":
            # A read has settled it before its own answer was here. A key stands for one answer.
            return settled.answer or b""
        owner = (row.organization_id, row.connection_id)
        bodies = await _store(connection, owner, resource, outcome, tags, engine.now())
        action = ACTION_BY_KEY[row.action]
        answer = _answer(action, outcome, bodies)
        await write_store.finish(connection, row.id, "succeeded", answer=answer)
        # What went through is allowed, whatever was found out when the connection was made.
        await problems.clear(connection, row.connection_id, action.name, now=engine.now())
    return answer


async def store_change(
    engine: Engine, organization_id: UUID, connection_id: UUID, resource: Resource, outcome: Written[Any]
) -> bytes:
    """Stores what changed at a connected system other than by a write of the caller, and gives a write's answer."""
    async with engine.database.transaction(organization_id) as connection:
        bodies = await _store(connection, (organization_id, connection_id), resource, outcome, None, engine.now())
    return _envelope(bodies[0], outcome.record.id, tuple(outcome.unused_fields))


def _answer(action: Action, outcome: Written[Any] | BatchWritten[Any], bodies: list[bytes]) -> bytes:
    """What a write answers with."""
    if isinstance(outcome, BatchWritten):
        unused = msgspec.json.encode(list(outcome.unused_fields))
        return b'{"data":[%b],"unused_fields":%b}' % (b",".join(bodies), unused)
    shown = msgspec.json.encode(SUCCESS) if action.answer is Answer.WORD else bodies[0]
    return _envelope(shown, outcome.record.id, tuple(outcome.unused_fields))


async def _store(
    connection: Connection,
    owner: tuple[UUID, UUID],
    resource: Resource,
    outcome: Written[Any] | BatchWritten[Any],
    tags: list[Any] | None,
    now: datetime,
) -> list[bytes]:
    """Stores records with their events, and gives their bodies. `owner` is the organization and the connection."""
    organization_id, connection_id = owner
    found = list(outcome.records) if isinstance(outcome, BatchWritten) else [outcome.record]
    written: dict[Resource, list[Record]] = {resource: list(found)}
    for related in () if isinstance(outcome, BatchWritten) else outcome.related:
        written.setdefault(related.resource, []).extend(related.records)
    await store.upsert_written(
        connection, organization_id=organization_id, connection_id=connection_id, written=written, now=now
    )
    if tags is not None:
        await store.set_tags(
            connection,
            organization_id=organization_id,
            connection_id=connection_id,
            resource=resource,
            record_id=found[0].id,
            tags=tags,
            now=now,
            as_change=False,
        )
    return [await _stored(connection, connection_id, resource, record.id) for record in found]


async def _stored(connection: Connection, connection_id: UUID, resource: Resource, record_id: str) -> bytes:
    body = await store.get_body(connection, connection_id, resource, record_id)
    if body is None:
        raise LookupError(f"{resource.key} {record_id} was stored but cannot be read")
    return body


# -- settling ------------------------------------------------------------------------------------------------------


async def settle(engine: Engine, row: WriteRow) -> WriteRow:
    """Asks the connected system what became of a write, and notes the answer; gives the row as it is then.

    Before the write's deadline only "it took effect" counts: a slow system might still be at it.
    """
    action = ACTION_BY_KEY[row.action]
    async with engine.database.transaction(row.organization_id) as connection:
        stored = await connection_store.get_connection(connection, row.connection_id)
    if stored is None:
        return row
    adapter_type = connections.adapter_of(stored.vertical, stored.integration_name)
    attempt_body, tags = _decoded(adapter_type, action, row)
    attempt = Attempt(tuple(row.ids), attempt_body, row.id.hex, row.created_at)
    try:
        adapter = await connections.open_adapter(engine, row.organization_id, row.connection_id, adapter_type)
        settled = await adapter.settle(action, attempt)
    except CrossdockError as error:
        log.warning("a write could not be settled", write_id=row.id.hex, error=error.message)
        settled = None
    outcome = Written(settled.record, related=settled.related) if isinstance(settled, Applied) else settled
    if isinstance(outcome, Written | BatchWritten):
        answer = await _commit(engine, action.resource, row, outcome, tags)
        return msgspec.structs.replace(row, state="succeeded", answer=answer)
    if isinstance(outcome, NotApplied) and engine.now() >= row.deadline:
        return await _close(engine, row, "failed", "The connected system never carried it out")
    if row.state == "sending" and engine.now() >= row.deadline:
        return await _close(engine, row, "uncertain", "The write was sent, but its outcome is not known")
    return row


def _decoded(adapter: type[Adapter], action: Action, row: WriteRow) -> tuple[Any, list[Any] | None]:
    kind = adapter.implementations[action.key].body
    if kind is None:
        return None, None
    given = msgspec.json.decode(row.body)
    own = {name: value for name, value in given.items() if name != TAGS_FIELD}
    return msgspec.convert(own, kind), given.get(TAGS_FIELD)


async def settle_due(engine: Engine) -> None:
    """Settles every open write whose deadline has passed; the worker calls it with each tick."""
    async with engine.database.system() as connection:
        rows = await write_store.find_overdue(connection, engine.now(), engine.now() - KEPT, limit=20)
    again = timedelta(seconds=engine.settings.settle_seconds)
    for row in rows:
        settled = await settle(engine, row)
        if settled.state == "uncertain":
            async with engine.database.transaction(row.organization_id) as connection:
                await write_store.postpone(connection, row.id, engine.now() + again)


async def forget_old(engine: Engine) -> None:
    """Removes writes whose key is past its time. Uncertain ones stay until they are settled or a month old."""
    now: datetime = engine.now()
    async with engine.database.system() as connection:
        await write_store.delete_old(connection, now - KEPT, now - timedelta(days=30))
