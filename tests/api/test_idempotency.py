"""Idempotency keys: a repeated write is answered, not made again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from crossdock.platform.app import make_app
from crossdock.platform.engine import Engine
from crossdock.records import writes
from tests.api.client import Account, DepotConnection, client_of, connected_depot, engine_like, violations
from tests.api.depot_server import NOTHING, running_depot

pytestmark = pytest.mark.anyio

REPLAYED = "idempotent-replayed"


@dataclass
class Shelf:
    """A depot with one good, at a server whose clock can be moved."""

    connection: DepotConnection
    engine: Engine
    moved: timedelta = timedelta(0)

    @property
    def effects(self) -> list[str]:
        return self.connection.depot.effects

    async def adjust(self, key: str | None = "key", item: str = "a", **body: Any) -> httpx.Response:
        return await self.connection.adjust(item, key=key, **body)


@pytest.fixture
async def shelf(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shelf]:
    """A depot that holds `a` and `b`."""
    own = engine_like(engine)
    real_now = own.now
    async with (
        client_of(make_app(own)) as http,
        running_depot() as depot,
        connected_depot(own, http, depot) as connection,
    ):
        shelf = Shelf(connection, own)
        monkeypatch.setattr(own, "now", lambda: real_now() + shelf.moved)
        depot.stock("a", "b")
        await connection.sync()
        yield shelf
        await own.network.close()


class TestReplay:
    async def test_the_first_answer_is_given_again_and_nothing_is_written(self, shelf: Shelf) -> None:
        """A retried stock correction would otherwise count twice."""
        first = await shelf.adjust()
        again = await shelf.adjust()
        assert (first.status_code, again.status_code) == (200, 200)
        assert again.content == first.content
        assert REPLAYED not in first.headers
        assert again.headers[REPLAYED] == "true"
        assert shelf.effects == ["a +1"]

    async def test_without_a_key_each_write_counts(self, shelf: Shelf) -> None:
        await shelf.adjust(None)
        await shelf.adjust(None)
        assert shelf.effects == ["a +1", "a +1"]

    async def test_white_space_and_the_order_of_members_do_not_matter(self, shelf: Shelf) -> None:
        await shelf.adjust()
        content = b'\n{ "adjustment_type" :"increase",\t"quantity": 1 }'
        path, headers = "/wms/inventory/a/adjust", {"Idempotency-Key": "key"}
        again = await shelf.connection.caller.send("PUT", path, content=content, headers=headers)
        assert again.headers[REPLAYED] == "true"
        assert shelf.effects == ["a +1"]

    async def test_another_body_or_address_is_a_400(self, shelf: Shelf) -> None:
        await shelf.adjust()
        caller = shelf.connection.caller
        answers = [
            await shelf.adjust(quantity=2),
            await shelf.adjust(note="x"),
            await shelf.adjust(item="b"),
            await caller.post("/wms/kits", {"sku": "k"}, "key"),
            await caller.put("/wms/inventory/a/trackstar-tags", {"trackstar_tags": []}, "key"),
        ]
        assert [answer.status_code for answer in answers] == [400] * 5
        assert {answer.json()["error"] for answer in answers} == {"This Idempotency-Key was used for another request"}
        assert shelf.effects == ["a +1"]

    async def test_the_order_inside_lists_matters(self, account: Account) -> None:
        path = "/wms/inventory/inventory_item_id_5/trackstar-tags"
        statuses = [
            (await account.warehouse.put(path, {"trackstar_tags": tags}, "order")).status_code
            for tags in (["a", "b"], ["a", "b"], ["b", "a"])
        ]
        assert statuses == [200, 200, 400]

    async def test_a_key_belongs_to_one_connection(self, shelf: Shelf, depot_connection: DepotConnection) -> None:
        depot_connection.depot.stock("a")
        await depot_connection.sync()
        await shelf.adjust()
        other = await depot_connection.adjust("a", key="key")
        assert REPLAYED not in other.headers
        assert depot_connection.depot.effects == ["a +1"]

    async def test_tags_and_batches_have_keys_too(self, account: Account) -> None:
        variant = next(
            record["id"]
            for record in (await account.shop.get("/cart/products")).json()["data"]
            if record["parent_product_id"] != record["id"]
        )
        line = {"product_id": variant, "quantity": 3, "warehouse_id": "warehouse_id_0"}
        batch = ("/cart/products/batch-adjust-inventory", {"line_items": [line]})
        tags = (f"/cart/products/{variant}/trackstar-tags", {"trackstar_tags": ["x"]})
        for number, (path, body) in enumerate((batch, tags)):
            first = await account.shop.put(path, body, f"again {number}")
            again = await account.shop.put(path, body, f"again {number}")
            assert again.content == first.content
            assert again.headers[REPLAYED] == "true"

    @pytest.mark.parametrize(("hours", "effects"), [(23.9, 1), (24.1, 2)])
    async def test_a_key_is_kept_for_24_hours(self, shelf: Shelf, hours: float, effects: int) -> None:
        await shelf.adjust()
        shelf.moved = timedelta(hours=hours)
        again = await shelf.adjust()
        assert (REPLAYED in again.headers) is (effects == 1)
        assert len(shelf.effects) == effects

    async def test_an_expired_key_may_stand_for_another_request(self, shelf: Shelf) -> None:
        await shelf.adjust()
        shelf.moved = timedelta(hours=25)
        assert (await shelf.adjust(quantity=9)).status_code == 200


class TestKey:
    @pytest.mark.parametrize("key", ["", "x" * 256])
    async def test_one_that_cannot_be_kept_is_a_422(self, shelf: Shelf, key: str) -> None:
        found = violations(await shelf.adjust(key), "headers")
        assert found == {"Idempotency-Key": ["Must be between 1 and 255 characters long."]}
        assert shelf.effects == []

    async def test_255_characters_are_kept(self, shelf: Shelf) -> None:
        await shelf.adjust("x" * 255)
        assert (await shelf.adjust("x" * 255)).headers[REPLAYED] == "true"


class TestFailure:
    async def test_a_refused_write_gives_the_key_back(self, shelf: Shelf) -> None:
        bad = {"quantity": -1, "adjustment_type": "increase"}
        caller = shelf.connection.caller
        assert (await caller.put("/wms/inventory/a/adjust", bad, "key")).status_code == 422
        assert (await shelf.adjust(item="unknown")).status_code == 404
        shelf.connection.depot.fail("POST", "/adjustments", b"HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n")
        assert (await shelf.adjust()).status_code == 502
        assert (await shelf.adjust()).status_code == 200
        assert shelf.effects == ["a +1"]

    async def test_tags_of_an_unknown_record_give_the_key_back(self, shelf: Shelf) -> None:
        caller = shelf.connection.caller
        for item, status in (("unknown", 404), ("a", 200)):
            path = f"/wms/inventory/{item}/trackstar-tags"
            assert (await caller.put(path, {"trackstar_tags": []}, "key")).status_code == status


class TestStillRunning:
    async def test_a_repetition_meanwhile_is_a_409(self, shelf: Shelf) -> None:
        hold = asyncio.Event()
        fault = shelf.connection.depot.fail("POST", "/adjustments", hold=hold, applies=True)
        first = asyncio.create_task(shelf.adjust())
        await fault.met.wait()
        meanwhile = await shelf.adjust()
        assert meanwhile.status_code == 409
        assert meanwhile.json()["origin"] == "trackstar"
        hold.set()
        assert (await first).status_code == 200
        assert (await shelf.adjust()).headers[REPLAYED] == "true"
        assert shelf.effects == ["a +1"]

    async def test_of_many_at_once_one_is_made(self, shelf: Shelf) -> None:
        answers = await asyncio.gather(*(shelf.adjust() for _ in range(8)))
        assert {answer.status_code for answer in answers} <= {200, 409}
        assert shelf.effects == ["a +1"]

    async def test_a_write_goes_on_when_its_caller_hangs_up(self, shelf: Shelf) -> None:
        """A phone that loses its signal must not leave half a write behind."""
        hold = asyncio.Event()
        fault = shelf.connection.depot.fail("POST", "/adjustments", hold=hold, applies=True)
        first = asyncio.create_task(shelf.adjust())
        await fault.met.wait()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        assert (await shelf.adjust()).status_code == 409
        hold.set()
        for _ in range(500):
            if (again := await shelf.adjust()).status_code != 409:
                break
            await asyncio.sleep(0.01)
        assert again.headers[REPLAYED] == "true"
        assert shelf.effects == ["a +1"]
        assert (await shelf.connection.stored())["a"] == 11


class TestOpenEnd:
    """A server that died in the middle leaves a write behind of which only the connected system knows the outcome."""

    async def _left_behind(self, shelf: Shelf, *, applied: bool) -> None:
        shelf.connection.depot.fail("POST", "/adjustments", NOTHING, applies=applied)
        assert (await shelf.adjust()).status_code == 504
        async with shelf.engine.database.transaction(shelf.connection.organization_id) as connection:
            await connection.execute("update writes set state = 'sending', error = null, finished_at = null")

    @pytest.mark.parametrize("applied", [True, False])
    async def test_until_the_deadline_it_counts_as_running(self, shelf: Shelf, applied: bool) -> None:
        await self._left_behind(shelf, applied=applied)
        shelf.moved = timedelta(seconds=shelf.engine.settings.write_open_seconds - 5)
        assert (await shelf.adjust()).status_code == 409

    async def test_an_effect_that_is_found_becomes_the_answer(self, shelf: Shelf) -> None:
        await self._left_behind(shelf, applied=True)
        shelf.moved = timedelta(seconds=shelf.engine.settings.write_open_seconds + 1)
        again = await shelf.adjust()
        assert again.status_code == 200
        assert again.headers[REPLAYED] == "true"
        assert again.json()["data"]["onhand"] == 11
        assert shelf.effects == ["a +1"]
        assert (await shelf.connection.stored())["a"] == 11

    async def test_one_that_never_arrived_is_made_now(self, shelf: Shelf) -> None:
        await self._left_behind(shelf, applied=False)
        shelf.moved = timedelta(seconds=shelf.engine.settings.write_open_seconds + 1)
        again = await shelf.adjust()
        assert again.status_code == 200
        assert REPLAYED not in again.headers
        assert shelf.effects == ["a +1"]

    async def test_it_stays_open_while_the_connected_system_is_away(self, shelf: Shelf) -> None:
        await self._left_behind(shelf, applied=True)
        shelf.moved = timedelta(seconds=shelf.engine.settings.write_open_seconds + 1)
        shelf.connection.depot.fail("GET", "/adjustments", NOTHING, times=10)
        again = await shelf.adjust()
        assert again.status_code == 504
        assert again.json()["origin"] == "integration"
        shelf.connection.depot.faults.clear()
        assert (await shelf.adjust()).headers[REPLAYED] == "true"
        assert shelf.effects == ["a +1"]

    async def test_the_worker_settles_it_without_being_asked(self, shelf: Shelf) -> None:
        await self._left_behind(shelf, applied=True)
        shelf.moved = timedelta(seconds=shelf.engine.settings.write_open_seconds + 1)
        while (await self._state(shelf)) == "sending":
            await writes.settle_due(shelf.engine)
        assert await self._state(shelf) == "succeeded"
        assert (await shelf.connection.stored())["a"] == 11

    async def _state(self, shelf: Shelf) -> str:
        async with shelf.engine.database.transaction(shelf.connection.organization_id) as connection:
            row = await (await connection.execute("select state from writes")).fetchone()
        assert row is not None
        return str(row["state"])
