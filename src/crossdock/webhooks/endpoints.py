"""The HTTP endpoints of webhooks and of the event log."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from crossdock.contract.errors import InvalidBody, RequestRefused, forbidden, invalid_query, not_found
from crossdock.contract.management import events as log_contract
from crossdock.contract.management import webhook_endpoints as contract
from crossdock.contract.management.events import Event, EventsAnswer
from crossdock.contract.management.shapes import Deleted
from crossdock.contract.management.webhook_endpoints import (
    AttemptAnswer,
    DeliveriesAnswer,
    Delivery,
    DeliveryAnswer,
    NewWebhookEndpointAnswer,
    ReplayAnswer,
    TestAnswer,
    WebhookEndpoint,
    WebhookEndpointAnswer,
    WebhookEndpointsAnswer,
    WebhookSecretAnswer,
)
from crossdock.contract.management.webhook_events import GET_WEBHOOK_EVENT_DATA, WebhookDataAnswer
from crossdock.contract.operations import MAX_PAGE, Operation
from crossdock.contract.values import whole_seconds
from crossdock.platform import page_tokens
from crossdock.platform.downloads import Source
from crossdock.platform.http import Call, Endpoint, Reply, reply
from crossdock.records import query
from crossdock.webhooks import delivery_log, event_data, events, messages, service, store
from crossdock.webhooks.deliver import Attempt, Outcome
from crossdock.webhooks.delivery_log import AttemptRow, DeliveryFilter, DeliveryRow
from crossdock.webhooks.events import EventRow, LogFilter
from crossdock.webhooks.store import EndpointRow

_KIND = "webhook_endpoint"


def _organization(call: Call) -> UUID:
    return call.authorized.caller.organization_id


def _endpoint_id(call: Call) -> UUID:
    given = call.path["endpoint_id"]
    try:
        return UUID(given)
    except ValueError:
        raise not_found(given) from None


def _query(call: Call) -> dict[str, str]:
    operation: Operation = call.operation
    return query.plain(call.query_string, {item.name for item in operation.parameters if item.place == "query"})


def _limit(given: dict[str, str]) -> int:
    return query.parse_limit(given["limit"]) if "limit" in given else MAX_PAGE


def _uuid(given: dict[str, str], name: str) -> UUID | None:
    try:
        return UUID(given[name]) if name in given else None
    except ValueError:
        raise invalid_query(name, "Not a valid UUID.") from None


# -- endpoints -----------------------------------------------------------------------------------------------------


def _shown(row: EndpointRow) -> WebhookEndpoint:
    status = "disabled" if row.disabled_at is not None else "paused" if row.paused else "active"
    return WebhookEndpoint(
        id=str(row.id),
        url=row.url,
        description=row.description,
        event_types=row.event_types,
        connection_ids=None if row.connection_ids is None else [str(item) for item in row.connection_ids],
        customer_ids=row.customer_ids,
        environment=row.environment,  # type: ignore[arg-type]
        transformation=row.transformation,
        status=status,  # type: ignore[arg-type]
        disabled_reason=row.disabled_reason,
        created_date=whole_seconds(row.created_at),
        updated_date=whole_seconds(row.updated_at),
    )


def _values(given: msgspec.Struct) -> dict[str, Any]:
    """What was sent, as the store has it."""
    found = {name: value for name, value in msgspec.structs.asdict(given).items() if value is not UNSET}
    if found.get("connection_ids") is not None:
        found["connection_ids"] = [UUID(item) for item in found["connection_ids"]]
    return found


async def list_endpoints(call: Call) -> Reply:
    """A page of endpoints."""
    given = _query(call)
    limit = _limit(given)
    after = page_tokens.read(given["page_token"]) if given.get("page_token") else None
    async with call.engine.database.transaction(_organization(call)) as connection:
        rows = await store.list_all(connection, after, limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    token = None if last is None else page_tokens.make((last.created_at, last.id))
    shown = [_shown(row) for row in rows[:limit]]
    return reply(WebhookEndpointsAnswer(data=shown, next_token=token, total_count=len(shown)))


async def create_endpoint(call: Call) -> Reply:
    """A new endpoint with its secret."""
    given = contract.CREATE_FORM.read(await call.body())
    row, secret = await service.create(call.engine, _organization(call), _values(given))
    return reply(NewWebhookEndpointAnswer(data=_shown(row), secret=secret))


async def get_endpoint(call: Call) -> Reply:
    """One endpoint."""
    row = await service.find(call.engine, _organization(call), _endpoint_id(call))
    return reply(WebhookEndpointAnswer(data=_shown(row)))


async def update_endpoint(call: Call) -> Reply:
    """A changed endpoint."""
    values = _values(contract.UPDATE_FORM.read(await call.body()))
    disabled = values.pop("disabled", None)
    row = await service.update(call.engine, _organization(call), _endpoint_id(call), values, disabled=disabled)
    return reply(WebhookEndpointAnswer(data=_shown(row)))


async def delete_endpoint(call: Call) -> Reply:
    """Removes an endpoint."""
    identifier = _endpoint_id(call)
    await service.delete(call.engine, _organization(call), identifier)
    return reply(Deleted(id=str(identifier), object=_KIND))


def _secret(found: service.Secret) -> Reply:
    until = None if found.old_until is None else whole_seconds(found.old_until)
    return reply(WebhookSecretAnswer(secret=found.secret, old_secret_until=until))


async def get_secret(call: Call) -> Reply:
    """The secret. Whoever has it can forge messages, so a key that may only read does not get it."""
    if call.authorized.caller.access == "read":
        raise forbidden("This API key is read only")
    return _secret(await service.secret_of(call.engine, _organization(call), _endpoint_id(call)))


async def rotate_secret(call: Call) -> Reply:
    """A new secret."""
    return _secret(await service.rotate(call.engine, _organization(call), _endpoint_id(call)))


async def test_endpoint(call: Call) -> Reply:
    """Sends a test message."""
    given = contract.TEST_FORM.read(await call.body(), optional=True)
    tested = await service.test(call.engine, _organization(call), _endpoint_id(call), given.event_type)
    return reply(
        TestAnswer(
            delivered=tested.attempt.outcome is Outcome.DELIVERED,
            message_id=tested.message_id,
            attempt=_attempt(tested.attempt),
        )
    )


def _plain(value: Any) -> Any:
    return None if isinstance(value, UnsetType) else value


async def replay(call: Call) -> Reply:
    """Sends events again."""
    given = contract.REPLAY_FORM.read(await call.body())
    if given.event_id is not UNSET and (given.since is not UNSET or given.until is not UNSET or given.missed):
        raise InvalidBody.field("event_id", "Goes with nothing else.")
    queued = await service.replay(
        call.engine,
        _organization(call),
        _endpoint_id(call),
        event_id=_plain(given.event_id),
        since=_plain(given.since),
        until=_plain(given.until),
        missed=given.missed,
    )
    return reply(ReplayAnswer(queued=queued))


# -- deliveries ----------------------------------------------------------------------------------------------------


def _attempt(row: AttemptRow | Attempt) -> AttemptAnswer:
    return AttemptAnswer(
        attempted_date=whole_seconds(row.attempted_at),
        duration_ms=round(row.duration_ms, 3),
        url=row.url,
        status_code=row.status,
        error=row.error,
        response_head=row.response_head,
    )


def _delivery(organization_id: UUID, row: DeliveryRow) -> Delivery:
    return Delivery(
        event_id=messages.event_id(row.sequence),
        message_id=messages.message_id(organization_id, row.sequence),
        event_type=row.event_type,
        connection_id=None if row.connection_id is None else str(row.connection_id),
        record_id=row.record_id,
        state=row.state,  # type: ignore[arg-type]
        attempts=row.attempts,
        next_attempt_date=whole_seconds(row.due_at) if row.state == "pending" else None,
        created_date=whole_seconds(row.created_at),
        finished_date=None if row.finished_at is None else whole_seconds(row.finished_at),
    )


def _before(token: str | None) -> int | None:
    """The page token of deliveries: the last event that was shown."""
    if not token:
        return None
    found = messages.sequence_of(token)
    if found is None:
        raise invalid_query("page_token", "Not a valid page token.")
    return found


async def list_deliveries(call: Call) -> Reply:
    """A page of deliveries."""
    given = _query(call)
    limit = _limit(given)
    if given.get("state", contract.STATES[0]) not in contract.STATES:
        raise invalid_query("state", f"Must be one of: {', '.join(contract.STATES)}.")
    wanted = DeliveryFilter(
        before=_before(given.get("page_token")),
        state=given.get("state"),
        event_type=given.get("event_type"),
        connection_id=_uuid(given, "connection_id"),
        record_id=given.get("record_id"),
    )
    endpoint = await service.find(call.engine, _organization(call), _endpoint_id(call))
    async with call.engine.database.transaction(_organization(call)) as connection:
        rows = await delivery_log.list_deliveries(connection, endpoint.id, wanted, limit + 1)
    shown = [_delivery(_organization(call), row) for row in rows[:limit]]
    token = shown[-1].event_id if len(rows) > limit else None
    return reply(DeliveriesAnswer(data=shown, next_token=token, total_count=len(shown)))


async def get_delivery(call: Call) -> Reply:
    """One delivery with its attempts."""
    given = call.path["event_id"]
    sequence = messages.sequence_of(given)
    endpoint = await service.find(call.engine, _organization(call), _endpoint_id(call))
    if sequence is None:
        raise not_found(given)
    async with call.engine.database.transaction(_organization(call)) as connection:
        row = await delivery_log.find_delivery(connection, endpoint.id, sequence)
        if row is None:
            raise not_found(given)
        attempts = await delivery_log.attempts_of(connection, endpoint.id, [sequence])
    return reply(
        DeliveryAnswer(data=_delivery(_organization(call), row), attempts=[_attempt(item) for item in attempts])
    )


# -- the log -------------------------------------------------------------------------------------------------------


def _event(row: EventRow) -> Event:
    said = None if row.payload is None else msgspec.json.decode(row.payload)
    return Event(
        id=messages.event_id(row.sequence),
        sequence=row.sequence,
        kind=row.kind,  # type: ignore[arg-type]
        event_type=row.event_type,
        connection_id=None if row.connection_id is None else str(row.connection_id),
        customer_id=row.customer_id,
        resource=row.resource,
        record_id=row.record_id,
        change=row.change,
        version=row.version,
        first_sync=row.first_sync,
        created_date=whole_seconds(row.created_at),
        data=None if said is None else said["data"],
    )


def _cursor(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise invalid_query("after", "Not a valid cursor.")
    return int(text)


async def get_events(call: Call) -> Reply:
    """The next events after a cursor."""
    given = _query(call)
    after = _cursor(given.get("after"))
    wanted = LogFilter(given.get("type"), _uuid(given, "connection_id"), given.get("record_id"))
    limit = _limit(given)
    async with call.engine.database.transaction(_organization(call)) as connection:
        page = await events.read_log(connection, _organization(call), after or 0, wanted, limit)
    if after is not None and after < page.pruned:
        message = f"The events up to {page.pruned} are no longer kept; go on from there, or read the records anew"
        raise RequestRefused(410, message, oldest_cursor=str(page.pruned))
    shown = [_event(row) for row in page.events]
    answer = EventsAnswer(data=shown, next_cursor=str(page.last), has_more=page.more, total_count=len(shown))
    return reply(answer)


async def get_webhook_event_data(call: Call) -> Reply:
    """Where an event can be fetched from."""
    address = await event_data.download_address(call.engine, call.base_url, _organization(call), call.path["event_id"])
    return reply(WebhookDataAnswer(download_url=address))


ENDPOINTS: dict[str, Endpoint] = {
    GET_WEBHOOK_EVENT_DATA.operation_id: get_webhook_event_data,
    log_contract.GET_EVENTS.operation_id: get_events,
    contract.LIST_ENDPOINTS.operation_id: list_endpoints,
    contract.CREATE_ENDPOINT.operation_id: create_endpoint,
    contract.GET_ENDPOINT.operation_id: get_endpoint,
    contract.UPDATE_ENDPOINT.operation_id: update_endpoint,
    contract.DELETE_ENDPOINT.operation_id: delete_endpoint,
    contract.GET_SECRET.operation_id: get_secret,
    contract.ROTATE_SECRET.operation_id: rotate_secret,
    contract.TEST_ENDPOINT.operation_id: test_endpoint,
    contract.REPLAY.operation_id: replay,
    contract.LIST_DELIVERIES.operation_id: list_deliveries,
    contract.GET_DELIVERY.operation_id: get_delivery,
}
DOWNLOAD_SOURCES: dict[str, Source] = {event_data.KIND: event_data.download}
