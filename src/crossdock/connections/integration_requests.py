"""The endpoints of requests for systems that cannot be connected yet."""

from __future__ import annotations

from uuid import uuid4

from msgspec import UNSET

from crossdock.connections import request_store
from crossdock.contract.errors import InvalidBody, invalid_query
from crossdock.contract.management import integration_requests as contract
from crossdock.contract.management.integration_requests import (
    FlowsAnswer,
    IntegrationRequest,
    IntegrationRequestAnswer,
)
from crossdock.contract.values import VERTICALS, whole_seconds
from crossdock.platform.http import Call, Endpoint, Reply, reply
from crossdock.records import query

_PARAMETER = "integration_type"


async def get_flows(call: Call) -> Reply:
    """What can be asked for."""
    given = query.plain(call.query_string, {_PARAMETER})
    vertical = given.get(_PARAMETER)
    if vertical is not None and vertical not in VERTICALS:
        raise invalid_query(_PARAMETER, f"Must be one of: {', '.join(VERTICALS)}.")
    return reply(FlowsAnswer(data=contract.flows(vertical)))


async def create_request(call: Call) -> Reply:
    """Keeps a request."""
    given = contract.REQUEST_FORM.read(await call.body())
    flows = [] if given.flows is UNSET else given.flows
    known = {item.flow for item in contract.flows(given.integration_type)}
    strange = {f"flows.{place}": flow for place, flow in enumerate(flows) if flow not in known}
    if strange:
        vertical = given.integration_type
        raise InvalidBody({"json": {where: [f"{vertical} has no flow {flow}."] for where, flow in strange.items()}})
    made = IntegrationRequest(
        id=uuid4().hex,
        integration_name=given.integration_name,
        integration_type=given.integration_type,
        flows=flows,
        status="open",
        created_at=whole_seconds(call.engine.now()),
    )
    async with call.engine.database.transaction(call.authorized.caller.organization_id) as transaction:
        await request_store.insert(transaction, call.authorized.caller.organization_id, made, given)
    return reply(IntegrationRequestAnswer(data=made))


ENDPOINTS: dict[str, Endpoint] = {
    contract.GET_FLOWS.operation_id: get_flows,
    contract.CREATE_INTEGRATION_REQUEST.operation_id: create_request,
}
