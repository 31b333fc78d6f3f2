"""The budgets of connections in the database, one row a connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import msgspec

from crossdock.connections.turns import BudgetState
from crossdock.platform.database import Connection, Database

T = TypeVar("T")

_SELECT = (
    "select state::text as state, extract(epoch from clock_timestamp())::float8 as now "
    "from vendor_budgets where connection_id = %s for update"
)


async def change(
    connection: Connection, organization_id: UUID, connection_id: UUID, step: Callable[[BudgetState, float], T]
) -> T:
    """Changes the state of a connection under its lock, by a step that is given the database's time too."""
    row = await (await connection.execute(_SELECT, (connection_id,))).fetchone()
    if row is None:
        await connection.execute(
            "insert into vendor_budgets (connection_id, organization_id) values (%s, %s) on conflict do nothing",
            (connection_id, organization_id),
        )
        row = await (await connection.execute(_SELECT, (connection_id,))).fetchone()
    if row is None:
        raise LookupError(f"the budget of connection {connection_id} cannot be seen")
    state = msgspec.json.decode(row["state"], type=BudgetState)
    found = step(state, row["now"])
    await connection.execute(
        "update vendor_budgets set state = %s::jsonb where connection_id = %s",
        (msgspec.json.encode(state).decode(), connection_id),
    )
    return found


async def end_request(database: Database, organization_id: UUID, connection_id: UUID, request_id: str) -> None:
    """Counts a request as under way no more; in one round trip, as nothing has to be decided."""
    await database.rows(
        organization_id,
        "update vendor_budgets set state = state #- array['in_flight', %s] where connection_id = %s returning 1",
        (request_id, connection_id),
    )
