"""The log of API calls in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from crossdock.contract.filters import Condition
from crossdock.contract.management.api_logs import FACETS, NEWEST_COUNTED
from crossdock.platform.database import Connection
from crossdock.records.query import ListQuery
from crossdock.records.read_store import condition_sql


@dataclass(frozen=True)
class CallRow:
    """One call as it is stored; query and bodies are JSON."""

    request_id: str
    timestamp: datetime
    method: str
    path: str
    template: str
    query: str | None
    operation_id: str
    action: str | None
    status_code: int
    duration_ms: float
    key_id: UUID
    connection_id: str | None
    integration_name: str | None
    integration_type: str | None
    origin: str | None
    error: str | None
    request_body: str | None
    response_body: str | None


_COLUMNS = tuple(CallRow.__dataclass_fields__)
_TYPES = {"timestamp": "timestamptz", "status_code": "smallint", "duration_ms": "real", "key_id": "uuid"}
_INSERT = (
    f"insert into api_logs (organization_id, {', '.join(_COLUMNS)}) select %s, u.* from unnest("
    + ", ".join(f"%s::{_TYPES.get(name, 'text')}[]" for name in _COLUMNS)
    + ") as u"
)
_SEARCHED = ("path", "error", "request_id", "connection_id", "action", "integration_name")


async def insert(connection: Connection, organization_id: UUID, rows: Sequence[CallRow]) -> None:
    """Adds calls of one organization. (PostgreSQL refuses COPY into a table under row-level security.)"""
    columns: list[Any] = [list(column) for column in zip(*(astuple(row) for row in rows), strict=True)]
    await connection.execute(_INSERT, (organization_id, *columns))


def _condition(condition: Condition) -> tuple[str, list[Any]]:
    if condition.filter.name == "path" and condition.operator == "eq":
        return "starts_with(path, %s)", [condition.values[0]]
    return condition_sql(condition)


def _where(organization_id: UUID, query: ListQuery, search: str | None) -> tuple[str, list[Any]]:
    where: list[str] = ["organization_id = %s"]
    values: list[Any] = [organization_id]
    for condition in query.conditions:
        text, parameters = _condition(condition)
        where.append(text)
        values.extend(parameters)
    if search:
        where.append("(" + " or ".join(f"strpos(lower({name}), lower(%s)) > 0" for name in _SEARCHED) + ")")
        values.extend([search] * len(_SEARCHED))
    return " and ".join(where), values


async def find(
    connection: Connection, organization_id: UUID, query: ListQuery, search: str | None
) -> list[dict[str, Any]]:
    """A page of calls and one more, newest first, with the customers of their connections."""
    where, values = _where(organization_id, query, search)
    if query.after:
        where, values = f"{where} and id < %s", [*values, query.after]
    cursor = await connection.execute(
        f"select l.*, (select customer_id from connections c where c.id::text = l.connection_id) as customer_id "
        f"from (select * from api_logs where {where} order by id desc limit %s) as l order by l.id desc",
        [*values, query.limit + 1],
    )
    return list(await cursor.fetchall())


async def count(
    connection: Connection, organization_id: UUID, query: ListQuery, search: str | None
) -> list[tuple[str, str, int]]:
    """Field, value and number of calls, of the newest calls that fit."""
    where, values = _where(organization_id, query, search)
    fields = ", ".join(FACETS)
    named = ", ".join(f"({position}, {name}::text)" for position, name in enumerate(FACETS))
    cursor = await connection.execute(
        f"select v.position, v.value, count(*) as number from (select {fields} from api_logs where {where} "
        f"order by id desc limit {NEWEST_COUNTED}) as l, lateral (values {named}) as v(position, value) "
        "where v.value is not null group by 1, 2 order by 1, 3 desc, 2",
        values,
    )
    return [(FACETS[row["position"]], row["value"], row["number"]) for row in await cursor.fetchall()]


async def delete_before(connection: Connection, moment: datetime, limit: int) -> int:
    """Removes some of the calls before a moment, of any organization; as the system role. Gives their number."""
    cursor = await connection.execute(
        "delete from api_logs where ctid = any(array(select ctid from api_logs where timestamp < %s limit %s))",
        (moment, limit),
    )
    return cursor.rowcount
