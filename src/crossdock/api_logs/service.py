"""Searching the log of API calls, and forgetting what is old."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from crossdock.api_logs import store
from crossdock.contract.management.api_logs import FACETS, LOG_FILTERS, APILogEntry, APILogFacets, APILogs, FacetValue
from crossdock.contract.values import whole_seconds
from crossdock.platform.engine import Engine
from crossdock.records import query

FACET_VALUES = 100
"""Most values one field is shown with."""
_DELETED_AT_ONCE = 5_000
_ROUNDS = 40


def _read(organization_id: UUID, parameters: Mapping[str, str]) -> tuple[query.ListQuery, str | None]:
    given = dict(parameters)
    search = given.pop("search", None)
    return query.read(given, LOG_FILTERS, organization_id, ["api-logs", search]), search


def _raw(text: str | None) -> Any:
    return None if text is None else msgspec.Raw(text.encode())


def _entry(row: dict[str, Any]) -> APILogEntry:
    return APILogEntry(
        id=f"log_{row['id']}",
        request_id=row["request_id"],
        timestamp=whole_seconds(row["timestamp"]),
        method=row["method"],
        path=row["path"],
        query=_raw(row["query"]),
        action=row["action"],
        status_code=row["status_code"],
        duration_ms=round(row["duration_ms"], 3),
        connection_id=row["connection_id"],
        customer_id=row["customer_id"],
        integration_name=row["integration_name"],
        integration_type=row["integration_type"],
        origin=row["origin"],
        error=row["error"],
        request_body=_raw(row["request_body"]),
        response_body=_raw(row["response_body"]),
    )


async def search(engine: Engine, organization_id: UUID, parameters: Mapping[str, str]) -> APILogs:
    """A page of calls, newest first."""
    asked, text = _read(organization_id, parameters)
    async with engine.database.transaction(organization_id) as connection:
        rows = await store.find(connection, organization_id, asked, text)
    shown = rows[: asked.limit]
    token = query.make_token(asked.fingerprint, shown[-1]["id"]) if len(rows) > asked.limit else None
    return APILogs(data=[_entry(row) for row in shown], next_token=token, total_count=len(shown))


async def count(engine: Engine, organization_id: UUID, parameters: Mapping[str, str]) -> APILogFacets:
    """The values of each field with their counts, the most frequent first."""
    asked, text = _read(organization_id, parameters)
    async with engine.database.transaction(organization_id) as connection:
        counted = await store.count(connection, organization_id, asked, text)
    found: dict[str, list[FacetValue]] = {name: [] for name in FACETS}
    for name, value, number in counted:
        if len(found[name]) < FACET_VALUES:
            found[name].append(FacetValue(value=value, count=number))
    return APILogFacets(data=found)


async def forget_old(engine: Engine) -> int:
    """Removes calls that are older than the settings keep them, a few thousand at a time; gives their number."""
    before = engine.now() - timedelta(days=engine.settings.api_log_days)
    removed = 0
    async with engine.database.system() as connection:
        for _ in range(_ROUNDS):
            number = await store.delete_before(connection, before, _DELETED_AT_ONCE)
            removed += number
            if number < _DELETED_AT_ONCE:
                break
    return removed
