"""The endpoints of records: one a kind of operation, made for every resource of the catalogue."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from crossdock.contract.actions import Action
from crossdock.contract.errors import not_found
from crossdock.contract.judge import Judge
from crossdock.contract.management.passthrough import PASSTHROUGHS
from crossdock.contract.operations import IDEMPOTENCY_HEADER, SYNCED_AT_HEADER, Kind, Operation
from crossdock.contract.records import encode_record
from crossdock.contract.values import timestamp_text, whole_seconds
from crossdock.platform.http import Call, Endpoint, Reply, reply
from crossdock.platform.openapi import tags_body_schema
from crossdock.records import files, forms, live, passthrough, query, read_store, writes
from crossdock.records.writes import WriteRequest

_EMPTY_PAGE = b'{"data":[],"next_token":null,"total_count":0}'


async def list_records(call: Call) -> Reply:
    """A page of stored records, straight from their bytes."""
    target, connection = call.record, call.authorized.connection
    writes.adapter_for(connection, target.action)
    asked = query.parse(call.query_string, target.resource, connection.id, target.scope, call.engine.now())
    page = await read_store.fetch_page(
        call.engine.database,
        call.authorized.caller.organization_id,
        connection.id,
        target.resource,
        asked,
        target.scope,
    )
    revalidated = not target.resource.downloadable
    if not page.bodies:
        return Reply(_EMPTY_PAGE, _age(call), revalidated=revalidated)
    token = b"null"
    if page.next_seq is not None:
        token = b'"%b"' % query.make_token(asked.fingerprint, page.next_seq).encode()
    # One join: formatting would copy megabytes more than once.
    parts = list(page.bodies)
    if target.resource.downloadable:
        parts = _with_addresses(call, zip(page.ids, parts, strict=True))
    tail = b'],"next_token":%b,"total_count":%d}' % (token, len(parts))
    parts[0] = b'{"data":[' + parts[0]
    parts[-1] += tail
    return Reply(b",".join(parts), _age(call), revalidated=revalidated)


def _age(call: Call) -> dict[str, str]:
    """Says how old what is stored may be. It was found out with who is calling."""
    synced_at = call.authorized.connection.synced_at
    return {} if synced_at is None else {SYNCED_AT_HEADER: timestamp_text(whole_seconds(synced_at))}


def _with_addresses(call: Call, records: Iterable[tuple[str, bytes]]) -> list[bytes]:
    """Records that stand for files, given with their ids, each with an address for this answer."""
    caller, connection = call.authorized.caller, call.authorized.connection
    return files.with_addresses(
        call.engine, call.base_url, caller.organization_id, connection.id, call.record.resource, records
    )


async def get_record(call: Call) -> Reply:
    """One stored record."""
    target, connection = call.record, call.authorized.connection
    writes.adapter_for(connection, target.action)
    record_id = target.ids[-1]
    organization_id = call.authorized.caller.organization_id
    body = await read_store.fetch_one(
        call.engine.database, organization_id, connection.id, target.resource, record_id, target.scope
    )
    if body is None:
        raise not_found(record_id)
    if target.resource.downloadable:
        [body] = _with_addresses(call, [(record_id, body)])
    return Reply(b'{"data":%b}' % body, _age(call), revalidated=not target.resource.downloadable)


async def read_live(call: Call) -> Reply:
    """One object, asked of the connected system."""
    target, caller = call.record, call.authorized.caller
    found = await live.read(call.engine, caller.organization_id, call.authorized.connection, target.action, target.ids)
    return Reply(b'{"data":%b}' % encode_record(found))


async def _sent(call: Call, action: Action) -> bytes:
    """The body of a write as JSON, however it was sent."""
    if call.operation.kind is Kind.WRITE and action.form and action.body is not None:
        return forms.as_json(await call.form(), action.body)
    return await call.body()


async def _write_request(call: Call) -> WriteRequest:
    target = call.record
    # What is switched off or cannot be done is said before anything is said of the request.
    writes.adapter_for(call.authorized.connection, target.action)
    return WriteRequest(
        caller=call.authorized.caller,
        connection=call.authorized.connection,
        operation=call.operation,
        action=target.action,
        resource=target.resource,
        ids=target.ids,
        raw=await _sent(call, target.action),
        key=writes.checked_key(call.request.headers.get(IDEMPOTENCY_HEADER)),
    )


def _written(answer: writes.WriteAnswer) -> Reply:
    return Reply(answer.body, {"Idempotent-Replayed": "true"} if answer.replayed else {})


async def write_record(call: Call) -> Reply:
    """A write, made in the connected system at once."""
    return _written(await writes.write(call.engine, await _write_request(call)))


@functools.cache
def _tags_judge() -> Judge:
    return Judge(tags_body_schema())


async def set_tags(call: Call) -> Reply:
    """New tags of one record."""
    return _written(await writes.set_tags(call.engine, await _write_request(call), _tags_judge()))


ENDPOINTS: dict[Kind, Endpoint] = {
    Kind.LIST: list_records,
    Kind.SINGLE: get_record,
    Kind.LIVE: read_live,
    Kind.WRITE: write_record,
    Kind.TAGS: set_tags,
}


async def pass_through(call: Call) -> Reply:
    """A call of the connected system as the caller wrote it."""
    vertical = call.operation.path.split("/")[1]
    request = passthrough.read_request(call.operation.operation_id, await call.body())
    organization_id = call.authorized.caller.organization_id
    work = passthrough.forward(call.engine, organization_id, call.authorized.connection, vertical, request)
    return reply(await call.engine.finish(work))


MANAGEMENT_ENDPOINTS: dict[str, Endpoint] = {operation.operation_id: pass_through for operation in PASSTHROUGHS}
"""The endpoints here that are not about records."""


def endpoint_of(operation: Operation) -> Endpoint:
    """The endpoint of a record operation."""
    return ENDPOINTS[operation.kind]
