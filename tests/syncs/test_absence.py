"""Records that a system no longer lists: gone after two complete reads without them, and never for less."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import LiteralString

import httpx
import pytest
from psycopg.rows import TupleRow

from crossdock.contract.wms import inventory
from crossdock.integrations.kit.adapter import Incremental, Page, Snapshot, Window, implements
from crossdock.platform.engine import Engine
from tests.api.client import DepotConnection, connected_depot
from tests.api.depot_server import refusal, running_depot
from tests.api.vendors.depot import Depot

pytestmark = pytest.mark.anyio

Pages = AsyncIterator[Page[inventory.InventoryItem]]


class ListedDepot(Depot):
    """Lists everything each time, three goods a page."""

    slug = "listed-depot"

    @implements(inventory.GET_INVENTORY, mode=Snapshot(because="it does not say what has changed"))
    async def get_inventory(self, window: Window) -> Pages:
        async for page in super().get_inventory(window):
            yield page


class TracelessDepot(Depot):
    """Tells what has changed, and not what it deletes."""

    slug = "traceless-depot"

    @implements(inventory.GET_INVENTORY, mode=Incremental(by="since", full_every=timedelta(days=1)))
    async def get_inventory(self, window: Window) -> Pages:
        async for page in super().get_inventory(window):
            yield page


@pytest.fixture
async def listed(engine: Engine, http: httpx.AsyncClient) -> AsyncIterator[DepotConnection]:
    """A depot of five goods on two pages, read once."""
    async with running_depot() as depot, connected_depot(engine, http, depot, ListedDepot) as connection:
        depot.stock(*"abcde")
        await connection.sync()
        yield connection


@pytest.fixture
async def traceless(engine: Engine, http: httpx.AsyncClient) -> AsyncIterator[DepotConnection]:
    async with running_depot() as depot, connected_depot(engine, http, depot, TracelessDepot) as connection:
        depot.stock(*"abcde")
        await connection.sync()
        yield connection


async def _rows(connection: DepotConnection, statement: LiteralString) -> list[TupleRow]:
    return await connection.engine.database.rows(connection.organization_id, statement)


async def _break_off(connection: DepotConnection) -> None:
    """A run that gets no further than its first page."""
    connection.depot.fail("GET", "/items?page=1", refusal(500), times=2)
    await connection.sync()
    connection.depot.faults.clear()


class TestListed:
    async def test_what_is_missing_twice_is_gone(self, listed: DepotConnection) -> None:
        """A good that the warehouse no longer has must not be sold for ever."""
        del listed.depot.items["b"]
        await listed.sync()
        assert set(await listed.stored()) == set("abcde")
        await listed.sync()
        assert set(await listed.stored()) == set("acde")
        assert (await listed.caller.get("/wms/inventory/b")).status_code == 404
        events = await _rows(listed, "select record_id from events where event_type = 'inventory.deleted'")
        assert events == [("b",)]
        assert await _rows(listed, "select id from sync_absences") == []

    async def test_twice_means_in_a_row(self, listed: DepotConnection) -> None:
        kept = listed.depot.items.pop("b")
        await listed.sync()
        listed.depot.items["b"] = kept
        await listed.sync()
        del listed.depot.items["b"]
        await listed.sync()
        assert set(await listed.stored()) == set("abcde")

    async def test_a_run_that_broke_off_and_the_one_that_went_on_count_for_nothing(
        self, listed: DepotConnection
    ) -> None:
        """What moved from the second page to the first in between would otherwise be taken for deleted."""
        del listed.depot.items["b"]
        await listed.sync()
        await _break_off(listed)
        assert set(await listed.stored()) == set("abcde")
        await listed.sync()
        assert set(await listed.stored()) == set("abcde")
        assert await _rows(listed, "select id from sync_absences") == [("b",)]
        await listed.sync()
        assert set(await listed.stored()) == set("acde")

    async def test_what_a_resumed_run_sees_is_there(self, listed: DepotConnection) -> None:
        kept = listed.depot.items.pop("e")
        await listed.sync()
        listed.depot.items["e"] = kept
        await _break_off(listed)
        await listed.sync()
        del listed.depot.items["e"]
        await listed.sync()
        assert set(await listed.stored()) == set("abcde")

    async def test_what_is_written_in_between_is_there(self, listed: DepotConnection) -> None:
        """A list that lags behind must not undo a write."""
        kept = listed.depot.items.pop("b")
        await listed.sync()
        listed.depot.items["b"] = kept
        assert (await listed.adjust("b")).status_code == 200
        del listed.depot.items["b"]
        await listed.sync()
        assert "b" in await listed.stored()
        await listed.sync()
        assert "b" not in await listed.stored()

    async def test_a_run_taken_over_from_a_dead_worker_counts_for_nothing(self, listed: DepotConnection) -> None:
        del listed.depot.items["b"]
        await listed.sync()
        hold = asyncio.Event()
        fault = listed.depot.fail("GET", "/items?page=1", hold=hold, applies=True)
        dead = asyncio.create_task(listed.sync())
        await fault.met.wait()
        async with listed.engine.database.transaction(listed.organization_id) as connection:
            await connection.execute("update sync_schedules set lease_until = now() - interval '1 second'")
        await listed.sync()
        hold.set()
        await dead
        assert set(await listed.stored()) == set("abcde")
        outcomes = await _rows(listed, "select outcome, resumed from sync_runs order by started_at desc limit 2")
        assert outcomes == [("completed", True), ("interrupted", False)]

    async def test_a_run_that_finds_everything_in_its_place_writes_no_row(self, listed: DepotConnection) -> None:
        """A million goods that nobody touched must not be a million rows to vacuum."""
        before = await _rows(listed, "select id, xmin::text, ctid::text from wms_inventory order by id")
        await listed.sync()
        assert await _rows(listed, "select id, xmin::text, ctid::text from wms_inventory order by id") == before
        assert await _rows(listed, "select id from sync_absences") == []


class TestTraceless:
    async def test_everything_is_read_now_and_then_and_what_is_missing_twice_is_gone(
        self, traceless: DepotConnection
    ) -> None:
        """Goods deleted there would otherwise stay in stock here."""

        async def asked() -> str:
            traceless.depot.loopback.received.clear()
            await traceless.sync()
            return "changes" if "since=" in traceless.depot.loopback.received[0].path else "everything"

        del traceless.depot.items["b"]
        assert await asked() == "changes"
        assert set(await traceless.stored()) == set("abcde")
        async with traceless.engine.database.transaction(traceless.organization_id) as connection:
            await connection.execute("update sync_schedules set last_full_at = last_full_at - interval '25 hours'")
        assert await asked() == "everything"
        assert set(await traceless.stored()) == set("abcde")
        assert await asked() == "everything", "what was missing once is looked for with the next run"
        assert set(await traceless.stored()) == set("acde")
        assert await asked() == "changes"


class TestRuns:
    async def test_each_run_leaves_what_it_did(self, listed: DepotConnection) -> None:
        """Who wonders why stock is old wants to see when it was read last, and what went wrong."""
        listed.depot.stock("a", "f", onhand=3)
        await _break_off(listed)
        await listed.sync()
        del listed.depot.items["c"]
        await listed.sync()
        await listed.sync()
        found = await _rows(
            listed,
            "select outcome, resumed, pages, seen, created, changed, deleted, error, ended_at is not null "
            "from sync_runs order by started_at",
        )
        assert found == [
            ("completed", False, 2, 5, 5, 0, 0, None, True),
            ("failed", False, 1, 3, 0, 1, 0, "the depot says no", True),
            ("completed", True, 1, 3, 1, 0, 0, None, True),
            ("completed", False, 2, 5, 0, 0, 0, None, True),
            ("completed", False, 2, 5, 0, 0, 1, None, True),
        ]
