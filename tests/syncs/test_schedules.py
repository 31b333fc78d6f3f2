"""What is due, and who gets it."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import psycopg
import pytest

from crossdock.platform.database import Database
from crossdock.platform.engine import Engine
from crossdock.syncs import schedules
from crossdock.syncs.claims import Claims
from crossdock.syncs.tasks import Worker
from tests.api.client import DepotConnection, engine_like
from tests.syncs.worker import Workplace, office

pytestmark = pytest.mark.anyio


async def _claimed(connection: DepotConnection) -> list[str]:
    """The functions of a connection that a worker would claim now; nothing is really claimed."""
    async with connection.engine.database.system() as system, system.transaction(force_rollback=True):
        found = await schedules.claim(system, await schedules.find_due(system, 1_000_000))
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


def _due(url: str, organization_id: UUID, connections: int, functions: int, minutes: int, jobs: int = 0) -> list[UUID]:
    """An organization with connections whose functions have been due for so long."""
    made = [uuid4() for _ in range(connections)]
    with psycopg.connect(url) as connection:
        connection.execute("insert into organizations (id, name) values (%s, 'due')", [organization_id])
        for identifier in made:
            connection.execute(
                "insert into connections (id, organization_id, vertical, integration_name, token_hash) "
                "values (%s, %s, 'wms', 'depot', %s)",
                [identifier, organization_id, identifier.bytes],
            )
            connection.execute(
                "insert into sync_schedules (connection_id, function_name, organization_id, frequency_seconds, due_at) "
                "select %s, 'get_' || n, %s, 3600, now() - make_interval(mins => %s) from generate_series(1, %s) n",
                [identifier, organization_id, minutes, functions],
            )
            connection.execute(
                "insert into on_demand_syncs (id, organization_id, connection_id, function_name, requested_start_time, "
                "requested_end_time) select gen_random_uuid(), %s, %s, 'get_job_' || n, now(), now() "
                "from generate_series(1, %s) n",
                [organization_id, identifier, jobs],
            )
    return made


class TestTurns:
    @pytest.fixture
    async def own(self, fresh_database_url: str, engine: Engine) -> Engine:
        return Engine(engine.settings, Database(fresh_database_url, pool_size=4), engine.master_key)

    async def test_organizations_and_their_connections_take_turns(self, own: Engine, fresh_database_url: str) -> None:
        """Ten thousand functions of one merchant would otherwise let all others wait for hours."""
        many, few = uuid4(), uuid4()
        first, second = _due(fresh_database_url, many, connections=2, functions=60, minutes=60)
        [late] = _due(fresh_database_url, few, connections=1, functions=3, minutes=1)
        await own.open()
        async with own.database.system() as system:
            found = [identifier for identifier, _ in await schedules.find_due(system, 8)]
        await own.close()
        assert found[:6].count(late) == 3
        assert found.count(first) - found.count(second) in (-1, 0, 1)

    async def test_jobs_and_schedules_take_turns_and_nothing_is_given_out_twice(
        self, own: Engine, fresh_database_url: str
    ) -> None:
        _due(fresh_database_url, uuid4(), connections=3, functions=10, minutes=5, jobs=10)
        await own.open()
        claims = [Claims(own), Claims(own)]
        first = await claims[0].claim(10)
        assert [due.job_id is None for due in first].count(True) == 5
        rest = await asyncio.gather(*(one.claim(7) for one in claims for _ in range(3)))
        everything = [due.lease_id for due in first] + [due.lease_id for found in rest for due in found]
        keys = {(due.connection_id, due.function_name) for found in (first, *rest) for due in found}
        await own.close()
        assert len(keys) == len(everything) > 30

    async def test_a_worker_goes_on_without_waiting_for_its_next_look(self, workplace: Workplace) -> None:
        """With one run at a time and a look every ten seconds, a thousand shops would take three hours."""
        async with office(workplace) as desk:
            await desk.change("update sync_schedules set due_at = now()")
            narrow = Worker(engine_like(workplace.engine, worker_concurrency=1), "")
            await narrow.tick()
            while narrow._running:
                await asyncio.wait(narrow._running)
            shown = await desk.connection.shown()
            assert shown["historical_sync_completed"] == dict.fromkeys(shown["historical_sync_completed"], True)
            assert len(shown["historical_sync_completed"]) == 3
