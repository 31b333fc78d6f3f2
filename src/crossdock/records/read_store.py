"""Reading records from the database: pages of stored bytes, and single ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crossdock.contract.filters import Condition, FilterKind
from crossdock.contract.resources import Resource
from crossdock.platform.database import Database
from crossdock.records.query import ListQuery
from crossdock.records.store import ARRAY_TYPES

_COMPARISONS = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


@dataclass(frozen=True)
class StoredPage:
    """Bodies of one page as stored, and the row number to go on from; None on the last page."""

    bodies: list[bytes]
    next_seq: int | None
    ids: Sequence[str] = ()
    """Of records that stand for files only, whose addresses are made from them."""


def condition_sql(condition: Condition) -> tuple[str, list[Any]]:
    """The SQL of one filter. A record without a value counts as different from any value."""
    column, operator, values = condition.filter.name, condition.operator, condition.values
    if condition.filter.kind is FilterKind.TAGS:
        if operator == "contains":
            return "tag_words @> %s::text[]", [list(values)]
        return "not coalesce(tag_words && %s::text[], false)", [list(values)]
    if operator in _COMPARISONS:
        return f"{column} {_COMPARISONS[operator]} %s", [values[0]]
    if operator == "neq":
        return f"{column} is distinct from %s", [values[0]]
    kind = ARRAY_TYPES[condition.filter.kind]
    if operator == "in":
        return f"{column} = any(%s::{kind})", [list(values)]
    if operator == "nin":
        return f"({column} = any(%s::{kind})) is not true", [list(values)]
    if operator == "contains":
        return f"strpos({column}, %s) > 0", [values[0]]
    return f"coalesce(strpos({column}, %s), 0) = 0", [values[0]]


async def fetch_page(
    database: Database,
    organization_id: UUID,
    connection_id: UUID,
    resource: Resource,
    query: ListQuery,
    scope: Mapping[str, str],
) -> StoredPage:
    """One page of a list. Rows come in the order of their number, which never changes."""
    where = ["connection_id = %s", "deleted_at is null"]
    values: list[Any] = [connection_id]
    if query.after:
        where.append("seq > %s")
        values.append(query.after)
    for column, value in scope.items():
        where.append(f"{column} = %s")
        values.append(value)
    if query.ids is not None:
        where.append("id = any(%s)")
        values.append(list(query.ids))
    for condition in query.conditions:
        text, parameters = condition_sql(condition)
        where.append(text)
        values.extend(parameters)
    # The limit is part of the text: of a parameter the planner does not know the size, and then plans every call anew.
    statement = (
        f"select seq, body{', id' if resource.downloadable else ''} from {resource.table} "
        f"where {' and '.join(where)} order by seq limit {query.limit + 1}"
    )
    rows = await database.rows(organization_id, statement, values)
    more = len(rows) > query.limit
    if more:
        rows.pop()
    ids = [row[2] for row in rows] if resource.downloadable else []
    return StoredPage([row[1] for row in rows], rows[-1][0] if more else None, ids)


async def fetch_one(
    database: Database,
    organization_id: UUID,
    connection_id: UUID,
    resource: Resource,
    record_id: str,
    scope: Mapping[str, str],
) -> bytes | None:
    """The stored body of one record."""
    scoped = "".join(f" and {column} = %s" for column in scope)
    statement = f"select body from {resource.table} where connection_id = %s and id = %s and deleted_at is null{scoped}"
    values = [connection_id, record_id, *scope.values()]
    rows = await database.rows(organization_id, statement, values)
    body: bytes | None = rows[0][0] if rows else None
    return body


async def fetch_values(
    database: Database, organization_id: UUID, connection_id: UUID, resource: Resource, field: str, limit: int
) -> list[str]:
    """The distinct values of a text column among the stored records of a connection."""
    statement = (
        f"select distinct {field} from {resource.table} "
        f"where connection_id = %s and deleted_at is null and {field} is not null order by 1 limit %s"
    )
    rows = await database.rows(organization_id, statement, [connection_id, limit])
    return [row[0] for row in rows]
