"""The rate of a system is shared by all processes: nobody is refused, writes go first, and a pause holds everybody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import ClassVar

import httpx
import pytest

from crossdock.connections import service
from crossdock.contract.errors import RateLimited
from crossdock.integrations.kit.adapter import Adapter
from crossdock.integrations.kit.budget import Budget, Priority
from crossdock.platform.database import Database
from crossdock.platform.engine import Engine
from tests.api.client import RELAXED, DepotConnection, connected_depot
from tests.api.depot_server import DepotServer, refusal
from tests.api.vendors.depot import Depot
from tests.kit.loopback import Answer, Received, serve

pytestmark = pytest.mark.anyio

RATE = 30
CONCURRENCY = 3


class CountedDepot(Depot):
    """A depot that counts."""

    slug = "counted-depot"
    display_name = "Counted Depot"
    budget: ClassVar[Budget | None] = Budget(RATE, 1, "the tests", concurrency=CONCURRENCY)


@dataclass
class StrictDepot(DepotServer):
    """Refuses the request too many in any second, and notes how many are under way. An answer takes it a moment."""

    arrivals: list[float] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    refused: int = 0
    under_way: int = 0
    most_under_way: int = 0
    busy: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the depot has been read ten times."""

    async def respond(self, request: Received) -> Answer:
        now = time.monotonic()
        self.arrivals = [moment for moment in self.arrivals if moment > now - 1] + [now]
        self.order.append(request.method)
        if self.order.count("GET") >= 10:
            self.busy.set()
        if len(self.arrivals) > RATE:
            self.refused += 1
            return refusal(429, "too many")
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(0.02)
            return await super().respond(request)
        finally:
            self.under_way -= 1


@pytest.fixture
async def strict(engine: Engine, http: httpx.AsyncClient) -> AsyncIterator[DepotConnection]:
    depot = StrictDepot()
    async with serve(depot.respond) as loopback:
        depot.loopback = loopback
        async with connected_depot(engine, http, depot, CountedDepot) as connection:
            depot.stock(*"abc", onhand=100)
            await connection.sync()
            yield connection


@pytest.fixture
async def processes(strict: DepotConnection, database_url: str) -> AsyncIterator[list[Engine]]:
    """Two engines that share nothing but the database."""
    other = Engine(RELAXED, Database(database_url, pool_size=6), strict.engine.master_key)
    await other.open()
    yield [strict.engine, other]
    await other.close()


async def _open(connection: DepotConnection, engine: Engine, priority: Priority) -> Adapter:
    return await service.open_adapter(
        engine, connection.organization_id, connection.connection_id, CountedDepot, priority=priority
    )


async def test_a_backfill_under_way_lets_writes_go_first_and_nobody_is_refused(
    strict: DepotConnection, processes: list[Engine]
) -> None:
    """An order that waits for a million old ones to be read is an order that ships a day late."""
    depot = strict.depot
    assert isinstance(depot, StrictDepot)
    readers = [await _open(strict, engine, Priority.BACKFILL) for engine in processes for _ in range(4)]
    stopped = False

    async def read(adapter: Adapter) -> int:
        count = 0
        while not stopped:
            await adapter.client.get("/items", {"page": 0})
            count += 1
        return count

    backfill = [asyncio.create_task(read(adapter)) for adapter in readers]
    await depot.busy.wait()
    ahead = []
    for turn in range(12):
        adapter = await _open(strict, processes[turn % 2], Priority.WRITE)
        asked, done = len(depot.order), depot.order.count("POST")
        sent = {"reference": f"write {turn}", "item": "a", "change": 1}
        await adapter.client.post("/adjustments", sent)
        ahead.append(next(at for at in range(asked, len(depot.order)) if depot.order[at] == "POST") - asked)
        assert depot.order.count("POST") == done + 1
    stopped = True
    read_pages = sum(await asyncio.gather(*backfill))
    assert depot.refused == 0
    assert depot.most_under_way <= CONCURRENCY
    assert max(ahead) <= CONCURRENCY, f"requests that arrived before each write: {ahead}"
    assert read_pages > 10, "the backfill goes on meanwhile"
    assert depot.items["a"]["onhand"] == 112


async def test_a_pause_that_one_is_told_holds_every_process(strict: DepotConnection, processes: list[Engine]) -> None:
    """Each process that tried for itself would make the pause longer."""
    first, second = [await _open(strict, engine, Priority.SYNC) for engine in processes]
    strict.depot.fail("GET", "/items", refusal(429, "slow down", retry_after="600"))
    with pytest.raises(RateLimited):
        await first.client.get("/items", {"page": 0})
    seen = len(strict.depot.requests)
    for adapter in (second, await _open(strict, processes[1], Priority.WRITE)):
        with pytest.raises(RateLimited) as caught:
            await adapter.client.post("/adjustments", {})
        assert 590 < caught.value.retry_after <= 600
    assert (await strict.adjust("a")).status_code == 429
    assert len(strict.depot.requests) == seen, "nobody has asked"
    await strict.end_holds()
    assert (await strict.adjust("a")).status_code == 200


async def test_a_caller_that_goes_away_leaves_its_place_to_others(
    strict: DepotConnection, processes: list[Engine]
) -> None:
    """A connection would otherwise stand still after a few time-outs."""
    hold = asyncio.Event()
    faults = [strict.depot.fail("GET", f"/items?page={n}", hold=hold, applies=True) for n in range(CONCURRENCY)]
    adapter = await _open(strict, processes[0], Priority.LIVE)
    calls = [asyncio.create_task(adapter.client.get("/items", {"page": n})) for n in range(CONCURRENCY)]
    await asyncio.gather(*(fault.met.wait() for fault in faults))
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    hold.set()
    other = await _open(strict, processes[1], Priority.WRITE)
    await other.client.get("/items", {"page": 0})
