"""The endpoints of the log of API calls."""

from __future__ import annotations

from crossdock.api_logs import service
from crossdock.contract.errors import InvalidBody
from crossdock.contract.management.api_logs import COUNT_API_LOGS, SEARCH_API_LOGS
from crossdock.platform.http import Call, Endpoint, Reply, reply
from crossdock.records import query


async def search_api_logs(call: Call) -> Reply:
    """A page of past calls."""
    given = query.merge(query.parse_pairs(call.query_string))
    return reply(await service.search(call.engine, call.authorized.caller.organization_id, given))


async def count_api_logs(call: Call) -> Reply:
    """What values past calls have."""
    given = query.merge(query.parse_pairs(call.query_string))
    paging = sorted({"limit", "page_token"} & set(given))
    if paging:
        raise InvalidBody({"query": {name: ["Unknown field."] for name in paging}})
    return reply(await service.count(call.engine, call.authorized.caller.organization_id, given))


ENDPOINTS: dict[str, Endpoint] = {
    SEARCH_API_LOGS.operation_id: search_api_logs,
    COUNT_API_LOGS.operation_id: count_api_logs,
}
