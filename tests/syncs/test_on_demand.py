"""On-demand syncs: a span of the past is read again, whatever happens to the worker, and nothing else is disturbed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from crossdock.syncs import jobs
from tests.api.client import Account, violations
from tests.api.depot_server import refusal
from tests.syncs.worker import ORDERS, Office, SpanDepot, Workplace, at, office

pytestmark = pytest.mark.anyio

PATH = "/connections/on-demand-syncs"
SPAN = {"start_time": at("02-01"), "end_time": at("03-01"), "function_name": ORDERS}


@pytest.fixture
async def desk(workplace: Workplace) -> AsyncIterator[Office]:
    """A connection whose orders were synced once: only the one that changed lately is stored."""
    async with office(workplace) as made:
        await made.work()
        assert await made.orders() == {"new"}
        yield made


class TestCreate:
    async def test_the_span_and_nothing_else_is_stored(self, desk: Office) -> None:
        """A merchant who joins late wants the orders of February."""
        job = await desk.ask()
        assert job == {**job, "connection_id": str(desk.connection.connection_id), "status": "open"}
        assert job["function_name"] == ORDERS
        assert (job["requested_start_time"], job["requested_end_time"]) == (at("02-01"), at("03-01"))
        desk.connection.depot.removed = ["new"]
        await desk.work()
        assert await desk.status(job) == "completed"
        assert await desk.orders() == {"new", "a", "b", "c", "d"}

    async def test_a_system_that_limits_the_end_itself_is_believed(self, workplace: Workplace) -> None:
        async with office(workplace, SpanDepot) as desk:
            desk.connection.depot.loopback.received.clear()
            job = await desk.ask()
            await desk.work()
            assert await desk.status(job) == "completed"
            asked = [request.path for request in desk.connection.depot.loopback.received]
            assert all("until=2025-03-01" in path and "since=2025-02-01" in path for path in asked)
            assert "new" in await desk.orders()

    @pytest.mark.parametrize("function", ["get_products", "get_returns", "get_invoice_line_items"])
    async def test_a_function_that_is_not_offered_is_refused_in_words(self, desk: Office, function: str) -> None:
        answer = await desk.connection.caller.post(PATH, {**SPAN, "function_name": function})
        assert answer.status_code == 400
        assert answer.json()["error"] == f"On-demand sync is not enabled for order-depot {function}"

    async def test_a_disabled_function_is_refused(self, desk: Office) -> None:
        await desk.connection.caller.send(
            "PATCH", "/schedules/disabled-functions", json={"disabled_functions": [ORDERS]}
        )
        answer = await desk.connection.caller.post(PATH, SPAN)
        assert answer.status_code == 400
        assert answer.json()["error"] == "get_orders is disabled for this connection"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"function_name": "get_inventory"}, "function_name"),
            ({"start_time": "yesterday"}, "start_time"),
            ({"start_time": "2025-02-30T00:00:00Z"}, "start_time"),
            ({"start_time": "0001-01-01T00:00:00Z"}, "start_time"),
            ({"end_time": "9999-12-31T23:59:59-12:00"}, "end_time"),
            ({"end_time": at("02-01")}, "end_time"),
            ({"end_time": None}, "end_time"),
            ({"colour": "red"}, "colour"),
        ],
    )
    async def test_a_wrong_body_is_refused(self, account: Account, changes: dict[str, object], field: str) -> None:
        assert set(violations(await account.warehouse.post(PATH, {**SPAN, **changes}))) == {field}


class TestRun:
    async def test_the_schedule_of_the_function_waits_and_then_catches_up(self, desk: Office) -> None:
        job = await desk.ask()
        desk.connection.depot.fail("GET", "/items?page=0&since=2025-02", refusal(500), times=2)
        await desk.change("update sync_schedules set due_at = now()")
        desk.connection.depot.loopback.received.clear()
        await desk.work()
        assert await desk.status(job) == "open"
        assert [path for path in desk.connection.depot.requests if path == "GET /kits"], "others go on"
        orders = [request.path for request in desk.connection.depot.loopback.received if "since=2025" in request.path]
        desk.connection.depot.stock("late")
        await desk.change("update on_demand_syncs set due_at = now()")
        await desk.work()
        assert await desk.status(job) == "completed"
        assert orders
        assert "late" not in await desk.orders()
        await desk.work()
        assert "late" in await desk.orders()

    async def test_a_job_waits_for_a_scheduled_run_that_is_under_way(self, desk: Office) -> None:
        await desk.hold()
        job = await desk.ask()
        await desk.work()
        assert await desk.status(job) == "open"
        await desk.change("update sync_schedules set lease_until = null")
        await desk.work()
        assert await desk.status(job) == "completed"

    async def test_jobs_of_one_function_run_one_after_the_other(self, desk: Office) -> None:
        first, second = await desk.ask(), await desk.ask(start=at("01-01"), end=at("02-01"))
        await desk.work()
        assert [await desk.status(first), await desk.status(second)] == ["completed", "open"]
        await desk.work()
        assert await desk.status(second) == "completed"
        assert "old" in await desk.orders()

    async def test_a_job_that_breaks_off_goes_on_where_it_stopped(self, desk: Office) -> None:
        """A span of a million orders would otherwise never end."""
        job = await desk.ask()
        desk.connection.depot.fail("GET", "/items?page=1", refusal(500), times=2)
        await desk.work()
        assert await desk.status(job) == "open"
        [problem] = (await desk.connection.shown())["errors"]
        assert problem["affected_endpoints"][0]["endpoint"] == "GET /wms/orders"
        await desk.change("update on_demand_syncs set due_at = now()")
        desk.connection.depot.loopback.received.clear()
        await desk.work()
        received = desk.connection.depot.loopback.received
        assert [request.path.partition("&")[0] for request in received] == ["/items?page=1"]
        assert await desk.status(job) == "completed"
        assert (await desk.connection.shown())["errors"] == []
        assert await desk.orders() == {"new", "a", "b", "c", "d"}

    async def test_a_job_of_a_dead_worker_is_taken_over(self, desk: Office) -> None:
        job = await desk.ask()
        async with desk.connection.engine.database.system() as system:
            [lost] = await jobs.claim(system, await jobs.find_due(system, 10))
        await desk.work()
        assert await desk.status(job) == "open"
        await desk.change("update on_demand_syncs set lease_until = now() - interval '1 second'")
        await desk.work()
        assert await desk.status(job) == "completed"
        async with desk.connection.engine.database.transaction(desk.connection.organization_id) as transaction:
            assert not await jobs.complete(transaction, lost)

    async def test_a_job_that_gets_nowhere_is_stuck_and_lets_the_schedule_go_on(self, desk: Office) -> None:
        job = await desk.ask()
        desk.connection.depot.fail("GET", "/items", refusal(500), times=1000)
        for _ in range(jobs.STUCK_AFTER):
            await desk.change("update on_demand_syncs set due_at = now()")
            await desk.work()
        assert await desk.status(job) == "open"
        desk.connection.depot.faults.clear()
        desk.connection.depot.stock("late")
        await desk.change("update sync_schedules set due_at = now()")
        await desk.work()
        assert await desk.status(job) == "stuck"
        assert "late" in await desk.orders()

    async def test_what_was_written_meanwhile_is_not_undone(self, desk: Office) -> None:
        """A page that was read before a change is older than it."""
        job = await desk.ask(function_name=ORDERS)
        await desk.work()
        assert await desk.status(job) == "completed"
        await desk.connection.caller.put("/wms/orders/a/trackstar-tags", {"trackstar_tags": ["mine"]})
        await desk.ask()
        await desk.work()
        found = (await desk.connection.caller.get("/wms/orders/a")).json()["data"]
        assert found["trackstar_tags"] == ["mine"]


class TestList:
    async def test_pages_walk_every_job_newest_first(self, desk: Office) -> None:
        made = [(await desk.ask())["id"] for _ in range(5)]
        pages = [page async for page in desk.connection.caller.pages(PATH, limit=2)]
        assert [len(page) for page in pages] == [2, 2, 1]
        assert [job["id"] for page in pages for job in page] == made[::-1]

    @pytest.mark.parametrize("name", ["page_token", "limit", "status"])
    async def test_a_bad_parameter_is_named(self, reader: Account, name: str) -> None:
        assert set(violations(await reader.warehouse.get(PATH, {name: "@"}), "query")) == {name}


class TestOne:
    async def test_another_connection_has_no_such_job(self, desk: Office, reader: Account) -> None:
        job = await desk.ask()
        for identifier in (job["id"], "not-an-id"):
            answer = await reader.warehouse.get(f"{PATH}/{identifier}")
            assert answer.status_code == 404
            assert answer.json()["id"] == identifier


class TestCancel:
    async def test_a_job_that_runs_stores_nothing_more(self, desk: Office) -> None:
        job = await desk.ask()
        hold = asyncio.Event()
        fault = desk.connection.depot.fail("GET", "/items?page=1", hold=hold, applies=True)
        running = asyncio.create_task(desk.work())
        await fault.met.wait()
        answer = await desk.connection.caller.post(f"{PATH}/{job['id']}/cancel")
        assert answer.status_code == 200
        assert answer.json() == {**job, "status": "cancelled"}
        hold.set()
        await running
        assert await desk.status(job) == "cancelled"
        assert await desk.orders() == {"new", "a", "b", "c"}

    async def test_only_an_open_one(self, desk: Office) -> None:
        job = await desk.ask()
        await desk.work()
        answer = await desk.connection.caller.post(f"{PATH}/{job['id']}/cancel", {})
        assert answer.status_code == 400
        assert answer.json()["error"] == "Only an open on-demand sync can be cancelled; this one is completed"

    async def test_an_unknown_one_is_a_404(self, reader: Account) -> None:
        answer = await reader.warehouse.post(f"{PATH}/{'0' * 32}/cancel")
        assert answer.status_code == 404
