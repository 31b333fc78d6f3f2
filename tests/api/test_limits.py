"""Budgets of callers: what the headers say, when a call is refused, and whose budget it is."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from crossdock.platform.app import make_app
from crossdock.platform.engine import Engine
from crossdock.platform.settings import Settings
from tests.api.client import Account, Caller, client_of, engine_like

pytestmark = pytest.mark.anyio

DEFAULTS = Settings()


@pytest.fixture
async def strict(engine: Engine, reader: Account) -> AsyncIterator[Account]:
    """The shared organization at a server with the published limits, where nobody has called yet."""
    limited = engine_like(
        engine,
        reads_per_second=DEFAULTS.reads_per_second,
        writes_per_second=DEFAULTS.writes_per_second,
        integrations_per_minute=DEFAULTS.integrations_per_minute,
    )
    async with client_of(make_app(limited)) as client:
        yield Account(reader.organization_id, reader.key, reader.read_key, reader.wms, reader.cart, client)


@dataclass
class Clock:
    """The wall clock as counters see it; it stands still unless moved."""

    now: float = 1_800_000_000.25

    def move(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A machine under load must not spread one second's calls over two."""
    made = Clock()
    monkeypatch.setattr(time, "time", lambda: made.now)
    return made


async def _burst(caller: Caller, count: int, method: str, path: str) -> list[httpx.Response]:
    """Calls within one second."""
    return [await caller.send(method, path, json={} if method != "GET" else None) for _ in range(count)]


class TestBudgets:
    async def test_ten_reads_a_second(self, strict: Account) -> None:
        answers = await _burst(strict.warehouse, 11, "GET", "/wms/warehouses/warehouse_id_0")
        assert [answer.status_code for answer in answers] == [200] * 10 + [429]
        assert [answer.headers["x-ratelimit-limit"] for answer in answers] == ["10"] * 11
        assert [answer.headers["x-ratelimit-remaining"] for answer in answers[:10]] == [str(9 - n) for n in range(10)]
        refused = answers[-1]
        assert refused.json() == {"error": "Too Many Requests", "origin": "trackstar"}
        assert refused.headers["x-ratelimit-remaining"] == "0"
        assert refused.headers["retry-after"] == "1"
        assert int(refused.headers["x-ratelimit-reset"]) - 1_800_000_000 in (1, 2)

    async def test_fifty_writes_a_second_in_a_budget_of_their_own(self, strict: Account) -> None:
        """Reads that are used up must not stop a stock correction."""
        answers = await _burst(strict.warehouse, 51, "PUT", "/wms/inventory/unknown/trackstar-tags")
        assert [answer.status_code for answer in answers] == [422] * 50 + [429]
        assert answers[0].headers["x-ratelimit-limit"] == "50"
        assert (await strict.warehouse.get("/wms/warehouses")).headers["x-ratelimit-limit"] == "10"

    async def test_each_token_has_its_own_budget(self, strict: Account) -> None:
        answers = await _burst(strict.warehouse, 11, "GET", "/wms/warehouses/warehouse_id_0")
        assert answers[-1].status_code == 429
        assert (await strict.shop.get("/cart/warehouses")).status_code == 200
        assert (await strict.organization.get("/connections")).status_code == 200

    async def test_the_budget_comes_back(self, strict: Account, clock: Clock) -> None:
        answers = await _burst(strict.warehouse, 11, "GET", "/wms/warehouses/warehouse_id_0")
        assert answers[-1].status_code == 429
        clock.move(float(answers[-1].headers["retry-after"]) + 0.1)
        assert (await strict.warehouse.get("/wms/warehouses")).status_code == 200

    async def test_organization_calls_count_for_the_key(self, strict: Account) -> None:
        answers = await _burst(strict.organization, 11, "GET", "/connections?limit=1")
        assert answers[-1].status_code == 429
        other = strict.organization.with_(key=strict.read_key)
        assert (await other.get("/connections")).status_code == 200

    async def test_the_integration_catalogue_is_read_once_a_minute(self, strict: Account, clock: Clock) -> None:
        caller = strict.organization
        assert (await caller.get("/integrations/wms")).status_code == 200
        refused = await caller.get("/integrations/wms")
        assert refused.status_code == 429
        assert refused.headers["x-ratelimit-limit"] == "1"
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert (await caller.get("/integrations/wms/sandbox")).status_code == 200
        assert (await caller.get("/integrations/wms/sandbox")).status_code == 429
        assert (await caller.get("/integrations/wms/sandbox/write-info")).status_code == 200
        clock.move(61)
        assert (await caller.get("/integrations/wms")).status_code == 200

    async def test_a_refused_write_is_not_made(self, engine: Engine, account: Account) -> None:
        limited = engine_like(engine, writes_per_second=1)
        path = "/wms/inventory/inventory_item_id_0/trackstar-tags"
        async with client_of(make_app(limited)) as client:
            caller = Caller(client, account.key, account.wms.access_token)
            statuses = [(await caller.put(path, {"trackstar_tags": [tag]})).status_code for tag in ("one", "two")]
        assert statuses == [200, 429]
        stored = await account.warehouse.get("/wms/inventory/inventory_item_id_0")
        assert stored.json()["data"]["trackstar_tags"] == ["one"]

    async def test_every_answer_of_a_counted_call_tells_the_budget(self, reader: Account) -> None:
        for path in ("/wms/inventory", "/wms/inventory/unknown", "/wms/inventory?limit=x", "/connections"):
            answer = await reader.warehouse.get(path)
            for name in ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"):
                assert answer.headers[name].isdigit(), (path, name)
