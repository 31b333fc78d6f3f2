"""The endpoints of the schemas of single writes."""

from __future__ import annotations

from crossdock.connections import service as connections
from crossdock.contract.actions import Action
from crossdock.contract.errors import InvalidBody, NotSupported, not_found
from crossdock.contract.management.meta import META_OPERATIONS, METHOD, METHODS, WRITES_OF
from crossdock.contract.operations import Access
from crossdock.integrations import registry
from crossdock.integrations.describe import write_meta
from crossdock.integrations.kit.adapter import Adapter
from crossdock.platform.http import Call, Endpoint, Reply, reply
from crossdock.records import query, writes


def _method(call: Call) -> str:
    given = query.merge(query.parse_pairs(call.query_string))
    violations = {name: ["Unknown field."] for name in sorted(set(given) - {METHOD})}
    if METHOD not in given:
        violations[METHOD] = ["Missing data for required field."]
    elif given[METHOD] not in METHODS:
        violations[METHOD] = [f"Must be one of: {', '.join(METHODS)}."]
    if violations:
        raise InvalidBody({"query": violations})
    return given[METHOD]


def _action(call: Call, adapter: type[Adapter]) -> Action:
    """The write that is asked about; 501 where this version or the integration has none."""
    method, found = _method(call), WRITES_OF[call.operation.operation_id]
    action = found.get(method)
    if action is None or not adapter.can(action):
        noun = next(iter(found.values())).name.partition("_")[2]
        verb = "create" if method == "POST" else "update"
        raise NotSupported.action(f"{verb}_{noun}", adapter.display_name)
    return action


async def for_connection(call: Call) -> Reply:
    """The body that the connection of the token takes, with the account's values."""
    connection = call.authorized.connection
    adapter = connections.adapter_of(connection.vertical, connection.integration_name)
    action = _action(call, adapter)
    writes.adapter_for(connection, action)
    choices = await writes.account_choices(call.engine, call.authorized.caller.organization_id, connection)
    return reply(write_meta(adapter, action, choices))


async def for_integration(call: Call) -> Reply:
    """The body that an integration takes."""
    name = call.path["integration_name"]
    adapter = registry.find("wms", name)
    if adapter is None:
        raise not_found(name)
    return reply(write_meta(adapter, _action(call, adapter)))


ENDPOINTS: dict[str, Endpoint] = {
    operation.operation_id: for_connection if operation.access is Access.TOKEN else for_integration
    for operation in META_OPERATIONS
}
