"""What a caller is told when the connected system fails in the middle of a write, and that nothing happens twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import pytest

from crossdock.platform.app import make_app
from crossdock.platform.engine import Engine
from tests.api.client import DepotConnection, client_of, connected_depot, engine_like
from tests.api.depot_server import HALF, HTML, NOTHING, refusal, running_depot
from tests.api.vendors.depot import Depot
from tests.kit.loopback import Answer

pytestmark = pytest.mark.anyio


@pytest.fixture
async def hasty(engine: Engine) -> AsyncIterator[DepotConnection]:
    """A depot holding `a`, at a server that waits half a second for an answer and gives up a write after one."""
    own = engine_like(engine, vendor_timeout_seconds=0.5, write_deadline_seconds=1)
    async with (
        client_of(make_app(own)) as http,
        running_depot() as depot,
        connected_depot(own, http, depot) as connection,
    ):
        depot.stock("a")
        await connection.sync()
        yield connection
        await own.network.close()


@dataclass(frozen=True)
class Refusal:
    """A fault after which it is certain that nothing took effect."""

    name: str
    answer: Answer
    status: int
    error: str
    headers: dict[str, str] = field(default_factory=dict)


REFUSALS = [
    Refusal("401", refusal(401), 403, "Invalid Depot credentials"),
    Refusal("403", refusal(403, "not your shelf"), 403, "not your shelf"),
    Refusal("404", refusal(404, "gone"), 404, "gone"),
    Refusal("409", refusal(409, "locked"), 409, "locked"),
    Refusal("422", refusal(422, "no room"), 422, "no room"),
    Refusal("429", refusal(429, "slow down", retry_after="7"), 429, "slow down", {"retry-after": "7"}),
    Refusal("429 nonsense", refusal(429, "slow", retry_after="soon"), 429, "slow", {"retry-after": "1"}),
    Refusal("429 forever", refusal(429, "slow", retry_after="1e308"), 429, "slow", {"retry-after": "3600"}),
    Refusal("500", refusal(500, "fell over"), 502, "fell over"),
    Refusal("503 html", b"HTTP/1.1 503 X\r\ncontent-length: 6\r\n\r\n<html>", 502, "Depot answered 503"),
    Refusal("302", b"HTTP/1.1 302 X\r\nlocation: /\r\ncontent-length: 0\r\n\r\n", 502, "Depot answered 302"),
]


class TestNothingHappened:
    @pytest.mark.parametrize("fault", REFUSALS, ids=lambda fault: fault.name)
    async def test_the_refusal_is_passed_on_and_the_key_is_free(self, hasty: DepotConnection, fault: Refusal) -> None:
        hasty.depot.fail("POST", "/adjustments", fault.answer)
        answer = await hasty.adjust(key="key")
        assert answer.status_code == fault.status
        assert answer.json()["error"].startswith(fault.error)
        assert answer.json()["origin"] == "integration"
        assert "write_id" not in answer.json()
        for name, value in fault.headers.items():
            assert answer.headers[name] == value
        assert (await hasty.stored()) == {"a": 10}
        await hasty.end_holds()
        again = await hasty.adjust(key="key")
        assert again.status_code == 200
        assert "idempotent-replayed" not in again.headers
        assert hasty.depot.effects == ["a +1"]

    async def test_the_code_of_the_refusal_stays(self, hasty: DepotConnection) -> None:
        hasty.depot.fail("POST", "/adjustments", refusal(422, "no room", "FULL"))
        assert (await hasty.adjust()).json()["code"] == "FULL"

    async def test_a_system_that_cannot_be_reached(self, hasty: DepotConnection) -> None:
        """Nothing was sent, so this is a 502 that may simply be repeated."""
        hasty.depot.stock("a")
        unreachable = engine_like(hasty.engine, allowed_networks="")
        async with client_of(make_app(unreachable)) as http:
            away = DepotConnection(
                unreachable,
                hasty.depot,
                hasty.organization_id,
                hasty.connection_id,
                hasty.caller.with_(http=http),
            )
            answer = await away.adjust(key="key")
            await unreachable.network.close()
        assert answer.status_code == 502
        assert answer.json()["error"].startswith("Depot cannot be reached")
        assert (await hasty.adjust(key="key")).status_code == 200
        assert hasty.depot.effects == ["a +1"]

    async def test_a_write_is_sent_once(self, hasty: DepotConnection) -> None:
        """A retry behind the caller's back could double a stock change."""
        hasty.depot.fail("POST", "/adjustments", refusal(500), times=9)
        await hasty.adjust()
        assert hasty.depot.requests.count("POST /adjustments") == 1

    @pytest.mark.parametrize("answer", [NOTHING, HALF])
    async def test_also_when_its_method_may_be_repeated(self, hasty: DepotConnection, answer: Answer) -> None:
        """HTTP libraries send a PUT again by themselves when the connection drops; vendors count with PUT too."""
        kit = (await hasty.caller.post("/wms/kits", {"sku": "K"})).json()["id"]
        hasty.depot.fail("PUT", "/kits", answer, applies=True, times=9)
        assert (await hasty.caller.put(f"/wms/kits/{quote(kit)}", {"sku": "L"})).status_code == 504
        assert hasty.depot.effects == ["kit K", f"{kit} is now L"]


OPEN_ENDS: dict[str, Answer] = {
    "nothing": NOTHING,
    "half": HALF,
    "html": HTML,
    "502": refusal(502, "bad gateway"),
    "504": refusal(504, "gateway time-out"),
    "other json": b'HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{"ok": true}',
    "empty": b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
}


async def _fail(connection: DepotConnection, name: str, path: str, *, applied: bool) -> None:
    if name == "slow":
        connection.depot.fail("POST", path, OPEN_ENDS["nothing"], hold=asyncio.Event(), applies=True)
    else:
        connection.depot.fail("POST", path, OPEN_ENDS[name], applies=applied)


class TestNobodyKnows:
    @pytest.mark.parametrize("name", [*OPEN_ENDS, "slow"])
    async def test_an_effect_without_an_answer_is_found_and_never_made_again(
        self, hasty: DepotConnection, name: str
    ) -> None:
        await _fail(hasty, name, "/adjustments", applied=True)
        answer = await hasty.adjust(key="key")
        said = answer.json()
        assert answer.status_code == 504
        assert said["origin"] == "integration"
        assert len(said["write_id"]) == 32
        again = await hasty.adjust(key="key")
        assert again.status_code == 200, again.text
        assert again.headers["idempotent-replayed"] == "true"
        assert again.json()["data"]["onhand"] == 11
        assert hasty.depot.effects == ["a +1"]
        assert await hasty.stored() == {"a": 11}

    @pytest.mark.parametrize("name", OPEN_ENDS)
    async def test_without_an_effect_the_same_key_waits_for_the_deadline_and_then_writes(
        self, hasty: DepotConnection, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Sooner would be wrong: a slow system might still be carrying it out."""
        await _fail(hasty, name, "/adjustments", applied=False)
        first = await hasty.adjust(key="key")
        again = await hasty.adjust(key="key")
        assert (first.status_code, again.status_code) == (504, 504)
        assert again.json()["write_id"] == first.json()["write_id"]
        assert hasty.depot.effects == []
        later = hasty.engine.now() + timedelta(seconds=2)
        monkeypatch.setattr(hasty.engine, "now", lambda: later)
        assert (await hasty.adjust(key="key")).status_code == 200
        assert hasty.depot.effects == ["a +1"]

    @pytest.mark.parametrize("applied", [True, False])
    async def test_a_write_nobody_can_ask_about_stays_open(
        self, hasty: DepotConnection, applied: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await _fail(hasty, "nothing", "/kits", applied=applied)
        ids = set()
        real_now = hasty.engine.now
        for wait in (timedelta(0), timedelta(seconds=2), timedelta(hours=23)):
            monkeypatch.setattr(hasty.engine, "now", lambda wait=wait: real_now() + wait)
            answer = await hasty.caller.post("/wms/kits", {"sku": "K"}, "key")
            assert answer.status_code == 504
            ids.add(answer.json()["write_id"])
        assert len(ids) == 1
        assert hasty.depot.effects == ["kit K"] * applied

    async def test_another_key_is_another_write(self, hasty: DepotConnection) -> None:
        await _fail(hasty, "nothing", "/adjustments", applied=True)
        await hasty.adjust(key="key")
        assert (await hasty.adjust(key="other")).status_code == 200
        assert hasty.depot.effects == ["a +1", "a +1"]

    async def test_the_next_sync_shows_an_effect_nobody_asked_about(self, hasty: DepotConnection) -> None:
        await _fail(hasty, "nothing", "/adjustments", applied=True)
        assert (await hasty.adjust()).status_code == 504
        assert await hasty.stored() == {"a": 10}
        await hasty.sync()
        assert await hasty.stored() == {"a": 11}

    async def test_the_reason_is_told_without_secrets(self, hasty: DepotConnection) -> None:
        await _fail(hasty, "502", "/adjustments", applied=False)
        said = (await hasty.adjust()).text
        assert "bad gateway" in said
        assert "depot-key" not in said
        assert isinstance(said, str)


async def test_a_slow_write_holds_up_nobody_else(hasty: DepotConnection, http: httpx.AsyncClient) -> None:
    hasty.depot.fail("POST", "/adjustments", hold=asyncio.Event(), applies=True)
    slow = asyncio.create_task(hasty.adjust())
    assert (await asyncio.wait_for(hasty.caller.get("/wms/inventory"), 0.4)).status_code == 200
    assert not slow.done()
    assert (await slow).status_code == 504


class TestAfterTheAnswer:
    async def test_an_outcome_that_cannot_be_noted_is_open(
        self, depot_connection: DepotConnection, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An internal error would make the caller write again, under another key."""
        depot_connection.depot.stock("a")
        await depot_connection.sync()
        hold = asyncio.Event()
        depot_connection.depot.fail("POST", "/adjustments", hold=hold, applies=True)
        writing = asyncio.create_task(depot_connection.adjust(key="key"))
        counter = "select from event_counters where organization_id = %s for update"
        ended = "select pg_terminate_backend(pid) from pg_stat_activity where %s = any(pg_blocking_pids(pid))"
        async with await psycopg.AsyncConnection.connect(database_url) as other:
            await other.execute(counter, (depot_connection.organization_id,))
            hold.set()
            while not await (await other.execute(ended, (other.info.backend_pid,))).fetchall():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            answer = await writing
            await other.rollback()
        assert answer.status_code == 504, answer.text
        assert "could not be noted" in answer.json()["error"]
        later = depot_connection.engine.now() + timedelta(seconds=200)
        monkeypatch.setattr(depot_connection.engine, "now", lambda: later)
        again = await depot_connection.adjust(key="key")
        assert (again.status_code, again.json()["data"]["onhand"]) == (200, 11)
        assert depot_connection.depot.effects == ["a +1"]

    async def test_a_database_that_goes_away_with_the_answer_does_not_hide_it(
        self, depot_connection: DepotConnection, database_url: str
    ) -> None:
        """Told that the database is away, the caller would write again, and the stock would be booked twice."""
        depot_connection.depot.stock("a")
        await depot_connection.sync()
        hold = asyncio.Event()
        fault = depot_connection.depot.fail("POST", "/adjustments", hold=hold, applies=True)
        writing = asyncio.create_task(depot_connection.adjust())
        await fault.met.wait()
        budget = "select from vendor_budgets where connection_id = %s for update"
        ended = "select pg_terminate_backend(pid) from pg_stat_activity where %s = any(pg_blocking_pids(pid))"
        async with await psycopg.AsyncConnection.connect(database_url) as other:
            await other.execute(budget, (depot_connection.connection_id,))
            hold.set()
            while not await (await other.execute(ended, (other.info.backend_pid,))).fetchall():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            answer = await writing
            await other.rollback()
        assert (answer.status_code, answer.json()["data"]["onhand"]) == (200, 11)

    async def test_a_mistake_of_ours_leaves_it_open(
        self, depot_connection: DepotConnection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An internal error says nothing of the write, so the caller would make it again."""
        depot_connection.depot.stock("a")
        await depot_connection.sync()
        adjust = Depot.adjust_inventory

        async def mistaken(self: Depot, *given: Any) -> Any:
            await adjust(self, *given)
            raise LookupError("mistaken")

        monkeypatch.setattr(Depot, "adjust_inventory", mistaken)
        answer = await depot_connection.adjust()
        assert answer.status_code == 504
        assert "an error of ours" in answer.json()["error"]
        assert depot_connection.depot.effects == ["a +1"]

    async def test_one_that_was_settled_meanwhile_has_one_answer(
        self, depot_connection: DepotConnection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Two answers to one key would let a caller book the same stock twice."""
        depot_connection.depot.stock("a")
        await depot_connection.sync()
        hold = asyncio.Event()
        fault = depot_connection.depot.fail("POST", "/adjustments", hold=hold, applies=True)
        writing = asyncio.create_task(depot_connection.adjust(key="key"))
        await fault.met.wait()
        depot_connection.depot.stock("a", onhand=70)
        later = depot_connection.engine.now() + timedelta(seconds=200)
        monkeypatch.setattr(depot_connection.engine, "now", lambda: later)
        settled = await depot_connection.adjust(key="key")
        assert (settled.status_code, settled.json()["data"]["onhand"]) == (200, 70)
        hold.set()
        assert (await writing).content == settled.content
        assert (await depot_connection.stored())["a"] == 70
