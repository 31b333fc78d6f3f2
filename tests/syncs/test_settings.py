"""How often and how far back, and how old the data is: what an application may ask for and is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from tests.api.client import Account, DepotConnection, violations
from tests.syncs.worker import ORDERS, Office, Workplace, office

pytestmark = pytest.mark.anyio

SYNCED_AT = "x-crossdock-synced-at"


@pytest.fixture
async def desk(workplace: Workplace) -> AsyncIterator[Office]:
    async with office(workplace) as made:
        yield made


async def _minutes_until_due(connection: DepotConnection, function: str = "get_inventory") -> float:
    rows = await connection.engine.database.rows(
        connection.organization_id,
        "select extract(epoch from due_at - now())::float8 / 60 from sync_schedules where function_name = %s",
        [function],
    )
    return float(rows[0][0])


class TestFrequency:
    async def test_it_counts_from_the_last_run_and_is_shown(self, depot_connection: DepotConnection) -> None:
        """A shop that sells out within minutes cannot wait an hour for its stock."""
        await depot_connection.sync()
        path = "/schedules/get_inventory"
        answer = await depot_connection.caller.send("PATCH", path, json={"sync_frequency": 600})
        changed = {"id": str(depot_connection.connection_id), "object": "connection", "updated": True}
        assert (answer.status_code, answer.json()) == (200, changed)
        assert 9 < await _minutes_until_due(depot_connection) <= 10
        shown = {item["function_name"]: item for item in (await depot_connection.shown())["sync_schedules"]}
        assert shown["get_inventory"]["sync_frequency"] == 600
        await depot_connection.caller.send("PATCH", path, json={"sync_frequency": 7200})
        assert 119 < await _minutes_until_due(depot_connection) <= 120

    async def test_what_is_due_stays_due(self, depot_connection: DepotConnection) -> None:
        answer = await depot_connection.caller.send("PATCH", "/schedules/get_inventory", json={"sync_frequency": 86400})
        assert answer.status_code == 200
        assert await _minutes_until_due(depot_connection) <= 0

    @pytest.mark.parametrize(
        "body",
        [{}, {"sync_frequency": 59}, {"sync_frequency": 2592001}, {"sync_frequency": "1"}, {"sync_frequency": None}],
    )
    async def test_a_wrong_body_is_refused(self, account: Account, body: object) -> None:
        answer = await account.warehouse.send("PATCH", f"/schedules/{ORDERS}", json=body)
        assert set(violations(answer)) == {"sync_frequency"}

    async def test_a_function_without_a_schedule_is_a_404(self, account: Account) -> None:
        answer = await account.warehouse.send("PATCH", "/schedules/create_kit", json={"sync_frequency": 600})
        assert answer.status_code == 404

    async def test_connections_made_at_once_do_not_come_due_at_once(self, depot_connection: DepotConnection) -> None:
        """Ten thousand requests in one second would be refused, every hour anew."""
        waits = []
        for _ in range(8):
            async with depot_connection.engine.database.transaction(depot_connection.organization_id) as connection:
                await connection.execute("update sync_schedules set first_completed_at = null")
            await depot_connection.sync()
            waits.append(await _minutes_until_due(depot_connection))
        assert min(waits) > 29
        assert max(waits) <= 60
        assert max(waits) - min(waits) > 1
        await depot_connection.sync()
        assert 53 < await _minutes_until_due(depot_connection) <= 60


class TestSyncSettings:
    async def test_a_first_sync_reaches_as_far_back_as_the_organization_says(self, desk: Office) -> None:
        """A merchant who joins wants last year's orders at once."""
        caller = desk.connection.caller.with_(token=None)
        assert (await caller.get("/sync-settings")).json() == {"first_sync_days": 30}
        answer = await caller.send("PATCH", "/sync-settings", json={"first_sync_days": 1000})
        assert (answer.status_code, answer.json()) == (200, {"first_sync_days": 1000})
        assert (await caller.get("/sync-settings")).json() == {"first_sync_days": 1000}
        desk.connection.depot.loopback.received.clear()
        await desk.work()
        since = desk.connection.depot.loopback.received[0].path.partition("since=")[2][:10]
        wanted = desk.connection.engine.now() - timedelta(days=1000)
        assert abs(datetime.fromisoformat(since).date() - wanted.date()) <= timedelta(days=1)
        assert "a" in await desk.orders()
        answer = await caller.send("PATCH", "/sync-settings", json={"first_sync_days": None})
        assert answer.json() == {"first_sync_days": 30}

    async def test_each_organization_has_its_own(self, account: Account, reader: Account) -> None:
        await account.organization.send("PATCH", "/sync-settings", json={"first_sync_days": 90})
        assert (await reader.organization.get("/sync-settings")).json() == {"first_sync_days": 30}
        assert (await account.organization.get("/sync-settings")).json() == {"first_sync_days": 90}

    @pytest.mark.parametrize("days", [0, 1097, "90", 1.5])
    async def test_a_wrong_number_is_refused(self, account: Account, days: object) -> None:
        answer = await account.organization.send("PATCH", "/sync-settings", json={"first_sync_days": days})
        assert set(violations(answer)) == {"first_sync_days"}


class TestAge:
    async def test_lists_and_records_say_when_they_were_synced(self, depot_connection: DepotConnection) -> None:
        """An application that shows stock wants to say how old it is."""
        caller = depot_connection.caller
        assert SYNCED_AT not in (await caller.get("/wms/inventory")).headers
        depot_connection.depot.stock("a")
        await depot_connection.sync()
        answer = await caller.get("/wms/inventory")
        synced = datetime.fromisoformat(answer.headers[SYNCED_AT])
        assert timedelta(0) <= depot_connection.engine.now() - synced < timedelta(minutes=1)
        assert (await caller.get("/wms/inventory/a")).headers[SYNCED_AT] == answer.headers[SYNCED_AT]
        same = await caller.get("/wms/inventory", if_none_match=answer.headers["etag"])
        assert (same.status_code, same.headers[SYNCED_AT]) == (304, answer.headers[SYNCED_AT])

    async def test_of_each_function_its_own(self, depot_connection: DepotConnection) -> None:
        await depot_connection.sync("get_products")
        assert SYNCED_AT in (await depot_connection.caller.get("/wms/products")).headers
        assert SYNCED_AT not in (await depot_connection.caller.get("/wms/inventory")).headers
