"""The endpoints of connections, the integration catalogue and the sandbox."""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from crossdock.connections import removal, sandboxes, service, simulations
from crossdock.contract.errors import InvalidBody, no_body_taken, not_found
from crossdock.contract.judge import Judge, decode
from crossdock.contract.management import connections, integrations
from crossdock.contract.management import sandboxes as sandbox_operations
from crossdock.contract.management.connections import ConnectionsAnswer, SyncAnswer
from crossdock.contract.management.integrations import IntegrationsAnswer
from crossdock.contract.management.shapes import Deleted, Updated
from crossdock.contract.operations import ACCESS_TOKEN_HEADER, MAX_PAGE
from crossdock.contract.schemas import Choices, placeholder_choices
from crossdock.contract.values import VERTICALS, Vertical
from crossdock.integrations import registry
from crossdock.integrations.describe import integration_info, write_info
from crossdock.integrations.kit.adapter import Adapter
from crossdock.platform.http import Call, Endpoint, Reply, reply
from crossdock.records import query, writes
from crossdock.syncs import schedules

_LIST_PARAMETERS = frozenset({item.name for item in connections.GET_CONNECTIONS.parameters if item.place == "query"})
_SYNC_JUDGE = Judge(connections.SYNC_CONNECTION.body or {})


async def get_connections(call: Call) -> Reply:
    """A page of the organization's connections."""
    given = query.plain(call.query_string, _LIST_PARAMETERS)
    organization_id = call.authorized.caller.organization_id
    if "access_token" in given:
        return reply(await service.show_by_token(call.engine, organization_id, given["access_token"]))
    limit = query.parse_limit(given["limit"]) if "limit" in given else MAX_PAGE
    return reply(await service.show_page(call.engine, organization_id, given.get("page_token"), limit))


async def get_connection(call: Call) -> Reply:
    """One connection, in the envelope that the settings choose."""
    found = await service.show_one(call.engine, call.authorized.caller.organization_id, call.path["connection_id"])
    if call.engine.settings.single_connection_as_list:
        return reply(ConnectionsAnswer(data=[found], next_token=None, total_count=1))
    return reply(connections.SingleConnectionAnswer(data=found))


async def update_connection(call: Call) -> Reply:
    """New facts of the token's connection."""
    given = connections.UPDATE_FORM.read(await call.body())
    changes = {name: value for name, value in msgspec.structs.asdict(given).items() if value is not UNSET}
    connection_id = call.authorized.connection.id
    await service.update(call.engine, call.authorized.caller.organization_id, connection_id, changes)
    return reply(Updated(id=str(connection_id), object="connection"))


async def delete_connection(call: Call) -> Reply:
    """Removes the token's connection."""
    connection_id = call.authorized.connection.id
    await removal.remove(call.engine, call.authorized.caller.organization_id, connection_id)
    return reply(Deleted(id=str(connection_id), object="connection"))


async def sync_connection(call: Call) -> Reply:
    """Makes syncs due now and wakes the workers."""
    connection = call.authorized.connection
    raw = await call.body()
    wanted: list[str] = []
    if raw:
        given = decode(raw)
        _SYNC_JUDGE.check(given)
        wanted = given.get("functions_to_sync", [])
    adapter = service.adapter_of(connection.vertical, connection.integration_name)
    known = {item.action.name for item in adapter.implementations.values() if item.action.is_read}
    strange = [name for name in wanted if name not in known]
    if strange:
        message = f"Not a function of this connection: {', '.join(strange)}."
        raise InvalidBody.field("functions_to_sync", message)
    enabled = sorted((set(wanted) or known) - set(connection.disabled_functions))
    async with call.engine.database.transaction(call.authorized.caller.organization_id) as transaction:
        started = await schedules.make_due(transaction, connection.id, enabled, asked_for=True)
    await call.engine.wake()
    shown = [] if set(started) == known else started
    return reply(SyncAnswer(id=str(connection.id), syncing=bool(started), functions_to_sync=shown))


def _vertical(call: Call) -> Vertical:
    # The older addresses of the catalogue name no vertical; there was only one then.
    asked = call.path.get("integration_type", sandbox_operations.OLDER_VERTICAL)
    for vertical in VERTICALS:
        if vertical == asked:
            return vertical
    raise not_found(asked)


def _adapter(call: Call) -> type[Adapter]:
    name = call.path["integration_name"]
    found = registry.find(_vertical(call), name)
    if found is None:
        raise not_found(name)
    return found


def logo_url(call: Call, adapter: type[Adapter]) -> str:
    """Address of the integration's picture, on this server."""
    return f"{call.base_url}/logos/{adapter.vertical}/{adapter.slug}.svg"


async def _choices(call: Call, adapter: type[Adapter]) -> Choices:
    """The account's values when a token was sent, placeholders otherwise."""
    connection = call.authorized.caller.connection
    if connection is None:
        return placeholder_choices
    if (connection.vertical, connection.integration_name) != (adapter.vertical, adapter.slug):
        message = f"This token belongs to a connection of {connection.integration_name}."
        raise InvalidBody.field(ACCESS_TOKEN_HEADER, message, "headers")
    return await writes.account_choices(call.engine, call.authorized.caller.organization_id, connection)


async def get_integrations(call: Call) -> Reply:
    """The integrations of a vertical."""
    found = registry.of_vertical(_vertical(call))
    return reply(IntegrationsAnswer(data=[integration_info(item, logo_url(call, item)) for item in found]))


async def get_integration(call: Call) -> Reply:
    """One integration, in a list."""
    adapter = _adapter(call)
    choices = await _choices(call, adapter)
    return reply(IntegrationsAnswer(data=[integration_info(adapter, logo_url(call, adapter), choices)]))


async def get_write_info(call: Call) -> Reply:
    """The writes of an integration as a document."""
    adapter = _adapter(call)
    return reply(write_info(adapter, await _choices(call, adapter)))


async def generate_sandbox(call: Call) -> Reply:
    """A sandbox with fresh data."""
    vertical = _vertical(call)
    await _no_body(call)
    work = sandboxes.generate(call.engine, call.authorized.caller.organization_id, vertical)
    return reply(await call.engine.finish(work))


async def _no_body(call: Call) -> None:
    if await call.body():
        raise no_body_taken()


ENDPOINTS: dict[str, Endpoint] = {
    connections.GET_CONNECTIONS.operation_id: get_connections,
    connections.GET_CONNECTION.operation_id: get_connection,
    connections.SYNC_CONNECTION.operation_id: sync_connection,
    connections.UPDATE_CONNECTION.operation_id: update_connection,
    connections.DELETE_CONNECTION.operation_id: delete_connection,
    integrations.GET_INTEGRATIONS.operation_id: get_integrations,
    integrations.GET_INTEGRATION.operation_id: get_integration,
    integrations.GET_WRITE_INFO.operation_id: get_write_info,
    integrations.OLD_GET_INTEGRATIONS.operation_id: get_integrations,
    integrations.OLD_GET_INTEGRATION.operation_id: get_integration,
    sandbox_operations.GENERATE_SANDBOX.operation_id: generate_sandbox,
    sandbox_operations.GENERATE_SANDBOX_OLDER.operation_id: generate_sandbox,
    **simulations.ENDPOINTS,
}
