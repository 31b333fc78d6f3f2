"""What is due, and who gets it."""

from __future__ import annotations

import asyncio

import pytest

from crossdock.syncs import schedules
from tests.api.client import DepotConnection

pytestmark = pytest.mark.anyio


async def _claimed(connection: DepotConnection) -> list[str]:
    """The functions of a connection that a worker would claim now; nothing is really claimed."""
    async with connection.engine.database.system() as system, system.transaction(force_rollback=True):
        found = await schedules.claim_due(system, 1_000_000)
    return sorted(due.function_name for due in found if due.connection_id == connection.connection_id)


async def _change(connection: DepotConnection, statement: str) -> None:
    async with connection.engine.database.transaction(connection.organization_id) as transaction:
        await transaction.execute(statement)


async def test_a_new_connection_is_due_at_once(depot_connection: DepotConnection) -> None:
    assert await _claimed(depot_connection) == ["get_inventory", "get_products"]


async def test_what_has_run_is_due_after_its_frequency(depot_connection: DepotConnection) -> None:
    await depot_connection.sync()
    assert await _claimed(depot_connection) == ["get_products"]
    await _change(depot_connection, "update sync_schedules set due_at = now() - interval '1 second'")
    assert await _claimed(depot_connection) == ["get_inventory", "get_products"]


async def test_a_disabled_function_is_not_synced_and_goes_on_when_enabled(depot_connection: DepotConnection) -> None:
    """A merchant who switched a resource off does not want it read."""
    await _change(depot_connection, "update connections set disabled_functions = array['get_inventory']")
    assert await _claimed(depot_connection) == ["get_products"]
    await _change(depot_connection, "update connections set disabled_functions = null")
    assert await _claimed(depot_connection) == ["get_inventory", "get_products"]


async def test_what_is_paused_or_running_is_left_alone(depot_connection: DepotConnection) -> None:
    await _change(depot_connection, "update sync_schedules set paused = true where function_name = 'get_products'")
    await _change(depot_connection, "update sync_schedules set lease_until = now() + interval '1 minute'")
    assert await _claimed(depot_connection) == []
    await _change(depot_connection, "update sync_schedules set lease_until = now() - interval '1 second'")
    assert await _claimed(depot_connection) == ["get_inventory"]


async def test_of_many_claims_one_gets_it(depot_connection: DepotConnection) -> None:
    async def claim() -> schedules.Due | None:
        database = depot_connection.engine.database
        async with database.transaction(depot_connection.organization_id) as transaction:
            return await schedules.claim_one(transaction, depot_connection.connection_id, "get_inventory")

    assert [due is None for due in await asyncio.gather(*(claim() for _ in range(6)))].count(False) == 1
