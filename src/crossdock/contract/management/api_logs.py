"""The log of API calls: searching it, and counting what it holds."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from crossdock.contract import filters
from crossdock.contract.management.shapes import closed
from crossdock.contract.operations import (
    API_KEY,
    LIMIT,
    PAGE_TOKEN,
    Access,
    Operation,
    Parameter,
    parameters_of,
)
from crossdock.contract.schemas import JSONSchema
from crossdock.contract.values import Timestamp, Vertical

NEWEST_COUNTED = 100_000
"""The counts look at no more entries than this."""
STATUS = filters.Filter("status_code", filters.FilterKind.NUMBER)
LOG_FILTERS = (
    filters.text("method"),
    filters.text("path"),
    STATUS,
    filters.text("connection_id"),
    filters.text("integration_name"),
    filters.text("request_id"),
    filters.text("action"),
    filters.text("origin"),
    filters.time("timestamp"),
)
FACETS = ("method", "status_code", "integration_name", "connection_id", "action", "origin")


class APILogEntry(msgspec.Struct, kw_only=True):
    """One call."""

    id: Annotated[str, Meta(description="The entry.", examples=["log_1042"])]
    request_id: Annotated[
        str,
        Meta(description="The `X-Request-Id` of the answer.", examples=["0f8fad5bd9cb469fa16570867728950e"]),
    ]
    timestamp: Annotated[Timestamp, Meta(description="When it arrived.", examples=["2026-01-01T00:00:00Z"])]
    method: Annotated[
        Literal["GET", "POST", "PUT", "PATCH", "DELETE"], Meta(description="Its HTTP method.", examples=["GET"])
    ]
    path: Annotated[str, Meta(description="Its path, as it was sent.", examples=["/wms/orders"])]
    query: Annotated[
        dict[str, Any] | None,
        Meta(description="Its query parameters, without secrets.", examples=[{"limit": "10"}]),
    ] = None
    action: Annotated[
        str | None, Meta(description="The action, where the path stands for one.", examples=["get_orders"])
    ] = None
    status_code: Annotated[int, Meta(description="Status of the answer.", examples=[200])]
    duration_ms: Annotated[float | None, Meta(description="Milliseconds until it was answered.", examples=[12.5])]
    connection_id: Annotated[
        str | None,
        Meta(description="The connection of its token.", examples=["07b344db-0304-4866-9ae1-ac8af5292a28"]),
    ] = None
    customer_id: Annotated[
        str | None, Meta(description="Your own identifier of that connection's customer.", examples=["customer-42"])
    ] = None
    integration_name: Annotated[str | None, Meta(description="Slug of the integration.", examples=["shipbob"])] = None
    integration_type: Annotated[Vertical | None, Meta(description="Its vertical.", examples=["wms"])] = None
    origin: Annotated[
        Literal["trackstar", "integration"] | None,
        Meta(description="Who refused: `trackstar` for this API, `integration` for the connected system."),
    ] = None
    error: Annotated[str | None, Meta(description="What was wrong, for a person.", examples=["Validation error"])] = (
        None
    )
    request_body: Annotated[
        Any, Meta(description="The body that came, without secrets. Only where the server is set to keep bodies.")
    ] = None
    response_body: Annotated[
        Any,
        Meta(description="The body that was answered, without secrets; a cut one is a text. Kept like the other."),
    ] = None


class APILogs(msgspec.Struct, kw_only=True):
    """A page of calls."""

    data: Annotated[list[APILogEntry], Meta(description="The calls of this page, newest first.")]
    next_token: Annotated[str | None, Meta(description="Token of the next page; null on the last.")]
    total_count: Annotated[int, Meta(description="Calls in this answer.", examples=[1])]


class FacetValue(msgspec.Struct, kw_only=True):
    """A value, and how many calls have it."""

    value: Annotated[str, Meta(description="The value.", examples=["200"])]
    count: Annotated[int, Meta(description="How many calls have it.", examples=[42])]


class APILogFacets(msgspec.Struct, kw_only=True):
    """What values there are."""

    data: Annotated[
        dict[str, Annotated[list[FacetValue], Meta(description="The values of one field, the most frequent first.")]],
        Meta(
            description=f"Field to its values: {', '.join(f'`{name}`' for name in FACETS)}.",
            examples=[{"method": [{"value": "GET", "count": 42}]}],
        ),
    ]


_OWN_MEANING = {
    "method": "An HTTP method.",
    "path": "A path or the beginning of one.",
    "status_code": "A status.",
    "connection_id": "A connection.",
    "integration_name": "Slug of an integration.",
    "request_id": "An `X-Request-Id`.",
    "action": "An action, such as `get_orders`.",
    "origin": "`trackstar` or `integration`.",
    "timestamp": "When the call arrived.",
}
_STATUS_SCHEMA: JSONSchema = {"type": "string", "pattern": "^[0-9]{3}$", "examples": ["404"]}


def _parameter(given: Parameter) -> Parameter:
    field, bracket, _ = given.name.partition("[")
    schema = given.schema
    if field == STATUS.name:
        schema = {**schema, "items": _STATUS_SCHEMA} if schema["type"] == "array" else _STATUS_SCHEMA
    meaning = given.description if bracket else _OWN_MEANING[field]
    return Parameter(given.name, "query", schema, meaning, comma_separated=given.comma_separated)


_FILTERS = (
    Parameter(
        "search",
        "query",
        {"type": "string", "examples": ["inventory_item_id_0"]},
        "A text that path, error or one of the identifiers holds, upper and lower case alike.",
    ),
    *(_parameter(item) for item in parameters_of(LOG_FILTERS)),
)
SEARCH_API_LOGS = Operation(
    method="GET",
    path="/api-logs",
    operation_id="get_search_api_logs",
    summary="Search API Logs",
    tags=("Logs",),
    access=Access.KEY,
    description="Past calls with the keys of your organization, newest first. A call shows up a second or two after "
    "its answer.",
    parameters=(API_KEY, PAGE_TOKEN, LIMIT, *_FILTERS),
    answer=closed(APILogs, "ApiLogsResponse"),
    statuses=(401, 422, 429),
)
COUNT_API_LOGS = Operation(
    method="GET",
    path="/api-logs/facets",
    operation_id="get_api_log_facets",
    summary="API Log Facets",
    tags=("Logs",),
    access=Access.KEY,
    description="The values that past calls have, with their counts, to build filters from. Of very many calls the "
    f"newest {NEWEST_COUNTED} are counted.",
    parameters=(API_KEY, *_FILTERS),
    answer=closed(APILogFacets, "ApiLogFacetsResponse"),
    statuses=(401, 422, 429),
)
