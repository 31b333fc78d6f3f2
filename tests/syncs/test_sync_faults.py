"""Syncs of a system that fails: the connection says what is wrong, nothing stored is lost, the next run catches up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from crossdock.contract.values import timestamp_text
from crossdock.platform.app import make_app
from crossdock.platform.engine import Engine
from tests.api.client import DepotConnection, client_of, connected_depot, engine_like
from tests.api.depot_server import HALF, HTML, NOTHING, refusal, running_depot
from tests.kit.loopback import Answer

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stocked(engine: Engine) -> AsyncIterator[DepotConnection]:
    """A depot of five goods, on two pages, that was synced once; half a second is too long for an answer."""
    own = engine_like(engine, vendor_timeout_seconds=0.5)
    async with (
        client_of(make_app(own)) as http,
        running_depot() as depot,
        connected_depot(own, http, depot) as connection,
    ):
        depot.stock(*"abcde")
        await connection.sync()
        yield connection
        await own.network.close()


@dataclass(frozen=True)
class Trouble:
    """What a sync meets, and what the connection then shows."""

    name: str
    answer: Answer
    message: str
    blocking: bool
    path: str = "/items"
    endpoints: tuple[str, ...] = ("GET /wms/inventory",)


TROUBLES = [
    # Refused at every address, also at the one that credentials are proven at.
    Trouble("401", refusal(401), "Invalid Depot credentials", True, "/", ("GET /wms/inventory", "GET /wms/products")),
    Trouble("401 at one address", refusal(401), "Missing Depot permissions for URL: http://127.0.0.1", False),
    Trouble("403", refusal(403, "no right"), "Missing Depot permissions for URL: http://127.0.0.1", False),
    Trouble("429", refusal(429, "slow down", retry_after="0"), "slow down", False),
    Trouble("500", refusal(500, "fell over"), "fell over", False),
    Trouble("502", refusal(502, "bad gateway"), "bad gateway", False),
    Trouble("html", HTML, "/items answered 200 with an unexpected body (text/html)", True),
    Trouble("nothing", NOTHING, "Depot gave no complete answer", False),
    Trouble("half", HALF, "Depot gave no complete answer", False),
    Trouble("slow", b"slow", "Depot gave no complete answer", False),
]


def _fail(connection: DepotConnection, trouble: Trouble, times: int = 2) -> None:
    hold = asyncio.Event() if trouble.name == "slow" else None
    connection.depot.fail("GET", trouble.path, None if hold else trouble.answer, times=times, hold=hold, applies=True)


class TestTrouble:
    @pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
    async def test_it_is_shown_loses_nothing_and_passes(self, stocked: DepotConnection, trouble: Trouble) -> None:
        before = await stocked.stored()
        stocked.depot.stock("a", "f", onhand=77)
        _fail(stocked, trouble)
        await stocked.sync()

        shown = await stocked.shown()
        [problem] = shown["errors"]
        assert problem["error_message"].startswith(trouble.message)
        assert problem["affected_endpoints"] == [
            {"endpoint": endpoint, "preventing_sync": trouble.blocking} for endpoint in trouble.endpoints
        ]
        schedule = next(item for item in shown["sync_schedules"] if item["function_name"] == "get_inventory")
        assert schedule["sync_status"] == ("error" if trouble.blocking else "warn")
        assert shown["historical_sync_completed"]["get_inventory"] is True
        assert await stocked.stored() == before

        stocked.depot.faults.clear()
        await stocked.sync()
        assert (await stocked.shown())["errors"] == []
        assert await stocked.stored() == {**before, "a": 77, "f": 77}

    async def test_the_same_trouble_keeps_its_beginning(self, stocked: DepotConnection) -> None:
        _fail(stocked, TROUBLES[0], times=9)
        await stocked.sync()
        [first] = (await stocked.shown())["errors"]
        async with stocked.engine.database.transaction(stocked.organization_id) as connection:
            await connection.execute(
                "update connection_errors set first_seen = first_seen - interval '1 hour', "
                "last_seen = last_seen - interval '1 hour'"
            )
        await stocked.sync()
        [again] = (await stocked.shown())["errors"]
        assert again["first_seen"] < first["first_seen"] <= again["last_seen"]

    async def test_a_retry_after_is_kept(self, stocked: DepotConnection) -> None:
        """Asking sooner would have the merchant's account locked."""
        stocked.depot.fail("GET", "/items", refusal(429, retry_after="600"), times=9)
        await stocked.sync()
        assert stocked.depot.requests.count("GET /items") == 2 + 1
        assert 590 <= await _seconds_until_due(stocked) <= 600

    async def test_failures_in_a_row_are_retried_ever_later_but_within_the_hour(self, stocked: DepotConnection) -> None:
        waits = []
        stocked.depot.fail("GET", "/items", refusal(500), times=1000)
        for _ in range(12):
            await stocked.sync()
            waits.append(await _seconds_until_due(stocked))
        assert 10 < waits[0] < 60
        assert [round(wait) for wait in waits] == sorted(round(wait) for wait in waits)
        assert 3500 < waits[-1] <= 3600

    async def test_a_failed_first_sync_is_not_called_complete(self, depot_connection: DepotConnection) -> None:
        """An application would take the empty list for an empty warehouse."""
        depot_connection.depot.stock(*"abcde")
        depot_connection.depot.fail("GET", "/items", refusal(500), times=2)
        await depot_connection.sync()
        assert (await depot_connection.shown())["historical_sync_completed"]["get_inventory"] is False
        await depot_connection.sync()
        assert (await depot_connection.shown())["historical_sync_completed"]["get_inventory"] is True
        assert set(await depot_connection.stored()) == set("abcde")

    async def test_one_function_in_trouble_does_not_stop_another(self, stocked: DepotConnection) -> None:
        _fail(stocked, TROUBLES[3])
        await stocked.sync()
        await stocked.sync("get_products")
        shown = await stocked.shown()
        assert [error["affected_endpoints"][0]["endpoint"] for error in shown["errors"]] == ["GET /wms/inventory"]
        assert shown["historical_sync_completed"]["get_products"] is True


async def _seconds_until_due(connection: DepotConnection) -> float:
    async with connection.engine.database.transaction(connection.organization_id) as transaction:
        cursor = await transaction.execute(
            "select extract(epoch from due_at - now())::float8 as seconds from sync_schedules "
            "where function_name = 'get_inventory'"
        )
        row = await cursor.fetchone()
    assert row is not None
    return float(row["seconds"])


class TestResume:
    async def test_a_run_that_breaks_off_goes_on_where_it_stopped(self, depot_connection: DepotConnection) -> None:
        """A merchant with a million goods would otherwise never get to the end of a first sync."""
        depot = depot_connection.depot
        depot.stock(*"abcdefgh")
        depot.fail("GET", "/items?page=1", refusal(500), times=2)
        await depot_connection.sync()
        assert set(await depot_connection.stored()) == set("abc")
        assert (await depot_connection.shown())["historical_sync_completed"]["get_inventory"] is False
        depot.loopback.received.clear()
        await depot_connection.sync()
        assert [request.path for request in depot.loopback.received] == ["/items?page=1", "/items?page=2"]
        assert set(await depot_connection.stored()) == set("abcdefgh")
        assert (await depot_connection.shown())["historical_sync_completed"]["get_inventory"] is True

    async def test_it_asks_for_the_same_window_again(self, stocked: DepotConnection) -> None:
        """A window that moved on between the two halves would miss what changed in between."""
        stocked.depot.stock(*"abcde", onhand=11)
        stocked.depot.fail("GET", "/items?page=1", refusal(500), times=2)
        stocked.depot.loopback.received.clear()
        await stocked.sync()
        await stocked.sync()
        since = {request.path.partition("since=")[2] for request in stocked.depot.loopback.received}
        assert len(since) == 1
        assert since != {""}

    async def test_a_run_that_lost_its_lease_stores_nothing_more(self, stocked: DepotConnection) -> None:
        """Two workers on one run would overwrite each other's cursor."""
        hold = asyncio.Event()
        stocked.depot.stock("a", onhand=50)
        fault = stocked.depot.fail("GET", "/items", hold=hold, applies=True)
        slow = asyncio.create_task(stocked.sync())
        await fault.met.wait()
        async with stocked.engine.database.transaction(stocked.organization_id) as connection:
            await connection.execute("update sync_schedules set lease_until = now() - interval '1 second'")
        stocked.depot.stock("a", onhand=60)
        await stocked.sync()
        assert (await stocked.stored())["a"] == 60
        hold.set()
        await slow
        assert (await stocked.stored())["a"] == 60
        assert (await stocked.shown())["errors"] == []


class TestRemoved:
    async def test_what_the_system_says_is_gone_is_gone(self, stocked: DepotConnection) -> None:
        """A good that was taken out of the catalogue must not be sold any more."""
        stocked.depot.items.pop("b")
        stocked.depot.removed = ["b", "never seen"]
        await stocked.sync()
        assert set(await stocked.stored()) == set("acde")
        assert (await stocked.caller.get("/wms/inventory/b")).status_code == 404

    async def test_what_is_merely_missing_from_an_answer_stays(self, stocked: DepotConnection) -> None:
        stocked.depot.items.pop("b")
        await stocked.sync()
        assert set(await stocked.stored()) == set("abcde")

    async def test_what_comes_back_is_there_again(self, stocked: DepotConnection) -> None:
        stocked.depot.removed = ["b"]
        await stocked.sync()
        stocked.depot.removed = []
        stocked.depot.stock("b", onhand=3)
        await stocked.sync()
        assert (await stocked.stored())["b"] == 3


class TestWindow:
    async def test_the_next_run_asks_for_changes_only(self, stocked: DepotConnection) -> None:
        stocked.depot.loopback.received.clear()
        await stocked.sync()
        asked = stocked.depot.loopback.received[0].path
        assert "since=" in asked
        assert timestamp_text(stocked.engine.now())[:10] in asked

    async def test_a_write_made_while_a_sync_was_reading_is_not_undone(self, stocked: DepotConnection) -> None:
        """The page that was read before the write is older than the write's own answer."""
        hold = asyncio.Event()
        stocked.depot.stock("a", onhand=20)
        fault = stocked.depot.fail("GET", "/items", hold=hold, applies=True)
        sync = asyncio.create_task(stocked.sync())
        await fault.met.wait()
        answer = await stocked.adjust("a", quantity=5)
        assert answer.json()["data"]["onhand"] == 25
        hold.set()
        await sync
        assert (await stocked.stored())["a"] == 25
        await stocked.sync()
        assert (await stocked.stored())["a"] == 25
