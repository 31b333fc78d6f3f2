"""From a change to the message at a receiver."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest
import standardwebhooks

from crossdock.platform.engine import Engine
from crossdock.platform.openapi import document
from crossdock.webhooks import lane_store, retries, tasks
from crossdock.webhooks.tasks import Dispatcher
from tests.api.client import DepotConnection, engine_like, open_account
from tests.kit.loopback import Received, http
from tests.webhooks.conftest import Hooks, Receiver, hooks_of, receiving

pytestmark = pytest.mark.anyio


def _onhand(receiver: Receiver) -> list[tuple[str, int]]:
    return [(message["data"]["id"], message["data"]["onhand"]) for message in receiver.messages]


def _fails(*answers: bytes | None, after: bytes | None = None) -> Any:
    """A receiver that gives these answers, and then takes everything."""
    given = list(answers)

    async def respond(_: Received) -> bytes | None:
        return given.pop(0) if given else (after or http(200, ""))

    return respond


class TestMessages:
    async def test_a_change_reaches_its_subscriber(
        self, hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        await hooks.subscribe(receiver.url)
        await depot_connection.adjust("a", quantity=2)
        await hooks.drain()
        [message] = receiver.messages
        stored = (await depot_connection.caller.get("/wms/inventory/a")).json()["data"]
        assert message == {
            "connection_id": str(depot_connection.connection_id),
            "customer_id": "customer of the depot",
            "event_type": "inventory.updated",
            "integration_name": "depot",
            "integration_type": "wms",
            "data": stored,
            "previous_attributes": message["previous_attributes"],
        }
        assert message["previous_attributes"]["onhand"] == stored["onhand"] - 2
        assert receiver.got[0].headers["content-type"] == "application/json"
        assert await hooks.deliveries() == [("delivered", 1)]

    async def test_it_fits_its_published_schema(
        self, hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        whole = document()
        await hooks.subscribe(receiver.url)
        await depot_connection.adjust("a")
        await depot_connection.caller.post("/wms/kits", {"sku": "K"})
        await depot_connection.caller.post("/connections/sync", {"functions_to_sync": ["get_inventory"]})
        depot_connection.depot.stock("c")
        await depot_connection.sync()
        depot_connection.depot.fail("GET", "/items", http(401, '{"message": "no"}'), times=9)
        await depot_connection.sync()
        depot_connection.depot.faults.clear()
        await depot_connection.sync()
        await hooks.drain()
        assert sorted(receiver.told()) == [
            "connection-error.created",
            "connection-error.deleted",
            "connection.force-sync-completed",
            "inventory.created",
            "inventory.updated",
            "product.created",
        ]
        for message in receiver.messages:
            found = whole["webhooks"][message["event_type"]]["post"]["requestBody"]["content"]
            schema = {**found["application/json"]["schema"], "components": whole["components"]}
            jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(message)

    async def test_one_too_large_says_where_its_data_is(
        self, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        depot_connection.depot.stock("a")
        await depot_connection.sync()
        small = engine_like(
            depot_connection.engine, webhook_max_bytes=1024, public_url="http://crossdock.test", port=8000
        )
        async with hooks_of(small, depot_connection.organization_id) as hooks:
            await hooks.subscribe(receiver.url)
            await depot_connection.caller.put("/wms/inventory/a/trackstar-tags", {"trackstar_tags": ["x" * 2000]})
            await hooks.drain()
        [message] = receiver.messages
        assert len(receiver.got[0].body) < 1024
        assert message["data"] == {"id": "a"}
        assert message["data_truncated"] is True
        assert message["previous_attributes"]["trackstar_tags"] is None
        answer = await depot_connection.caller.get(message["data_url"].removeprefix("http://crossdock.test"))
        whole = await depot_connection.caller.http.get(answer.json()["download_url"])
        assert whole.json()["data"]["trackstar_tags"] == ["x" * 2000]


class TestWhatIsSent:
    async def test_nothing_of_a_first_sync_but_its_end(
        self, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        """Ten thousand old products are no news."""
        async with hooks_of(depot_connection.engine, depot_connection.organization_id) as hooks:
            await hooks.subscribe(receiver.url)
            depot_connection.depot.stock("a", "b")
            await depot_connection.sync()
            await hooks.drain()
        assert receiver.told() == ["connection.historical-sync-completed"]
        assert receiver.messages[0]["data"]["resource"] == "inventory"

    async def test_nothing_while_webhooks_are_disabled_then_or_later(
        self, hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        await hooks.subscribe(receiver.url)
        caller = depot_connection.caller
        await caller.send("PATCH", "/connections", json={"webhooks_disabled": True})
        await depot_connection.adjust("a")
        await caller.send("PATCH", "/connections", json={"webhooks_disabled": False})
        await hooks.drain()
        assert receiver.got == []
        await depot_connection.adjust("b")
        await caller.send("PATCH", "/connections", json={"webhooks_disabled": True})
        await hooks.drain()
        assert receiver.got == []
        assert await hooks.deliveries() == [("cancelled", 0)]

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ({"event_types": ["inventory.updated"]}, ["inventory.updated"]),
            ({"event_types": ["inventory.deleted"]}, ["inventory.deleted"]),
            ({"event_types": ["order.created"]}, []),
            ({"customer_ids": ["customer of the depot"]}, ["inventory.updated"]),
            ({"customer_ids": ["another"]}, []),
            ({"environment": "production"}, ["inventory.updated"]),
            ({"environment": "test"}, []),
            ({}, ["inventory.updated"]),
        ],
    )
    async def test_filters(
        self,
        hooks: Hooks,
        depot_connection: DepotConnection,
        receiver: Receiver,
        given: dict[str, Any],
        told: list[str],
    ) -> None:
        """A deletion is told only to those who ask for it: the contract knows no such event."""
        await hooks.subscribe(receiver.url, **given)
        await depot_connection.adjust("a")
        depot_connection.depot.removed = ["b"]
        await depot_connection.sync()
        await hooks.drain()
        assert receiver.told() == told

    async def test_sandboxes_are_the_test_environment(self, engine: Engine, http: Any, receiver: Receiver) -> None:
        account = await open_account(engine, http)
        async with hooks_of(engine, account.organization_id) as hooks, receiving() as production:
            await hooks.subscribe(receiver.url, environment="test", connection_ids=[UUID(account.wms.connection_id)])
            await hooks.subscribe(production.url, environment="production")
            item = (await account.warehouse.get("/wms/inventory", {"limit": "1"})).json()["data"][0]["id"]
            answer = await account.warehouse.put(
                f"/wms/inventory/{item}/adjust",
                {"quantity": 1, "adjustment_type": "increase", "warehouse_id": "warehouse_id_0"},
            )
            assert answer.status_code == 200, answer.text
            await hooks.drain()
            assert "inventory.updated" in receiver.told()
            assert production.got == []

    async def test_what_was_removed_with_its_connection_is_not_sent_but_that_is(
        self, hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        await hooks.subscribe(receiver.url)
        await depot_connection.adjust("a")
        await depot_connection.caller.send("DELETE", "/connections")
        await hooks.run_sql("delete from wms_inventory")
        await hooks.drain()
        assert receiver.told() == ["connection.deleted"]


class TestOrder:
    async def test_changes_of_one_record_come_in_order_and_alone(
        self, hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        """Whoever stores what comes last must end up with the newest state."""
        await hooks.subscribe(receiver.url)
        under_way: list[str] = []
        together: list[list[str]] = []

        async def respond(request: Received) -> bytes:
            item = svix_record(request)
            together.append([*under_way, item])
            under_way.append(item)
            await asyncio.sleep(0)
            under_way.remove(item)
            return http(200, "")

        receiver.respond = respond
        for _ in range(3):
            await depot_connection.adjust("a")
            await depot_connection.adjust("b")
        await hooks.drain()
        for item in ("a", "b"):
            amounts = [amount for name, amount in _onhand(receiver) if name == item]
            assert amounts == [11, 12, 13]
        assert all(len(set(names)) == len(names) for names in together)

    async def test_a_failed_change_holds_back_its_record_and_no_other(
        self, hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        await hooks.subscribe(receiver.url)
        failed: list[Received] = []

        async def respond(request: Received) -> bytes:
            if svix_record(request) == "a" and not failed:
                failed.append(request)
                return http(500)
            return http(200, "")

        receiver.respond = respond
        for item in ("a", "b", "a"):
            await depot_connection.adjust(item)
        await hooks.drain()
        assert sorted(_onhand(receiver)) == [("a", 11), ("b", 11)]
        await depot_connection.adjust("a")
        await hooks.drain()
        assert len(receiver.got) == 2
        await hooks.all_due()
        await hooks.drain()
        assert _onhand(receiver)[2:] == [("a", 11), ("a", 12), ("a", 13)]
        assert await hooks.deliveries() == [("delivered", 2)] + [("delivered", 1)] * 3


def svix_record(request: Received) -> str:
    import json

    found: str = json.loads(request.body)["data"]["id"]
    return found


class TestFailures:
    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (http(500, "down"), "the receiver answered 500"),
            (http(302, "", location="http://169.254.169.254/"), "the receiver answered 302"),
            (None, "disconnected"),
        ],
    )
    async def test_it_is_noted_and_tried_again(
        self,
        hooks: Hooks,
        depot_connection: DepotConnection,
        receiver: Receiver,
        answer: bytes | None,
        error: str,
    ) -> None:
        receiver.respond = _fails(answer)
        await hooks.subscribe(receiver.url)
        await depot_connection.adjust("a")
        await hooks.drain()
        [attempt] = await hooks.run_sql(
            "select a.error, d.due_at - a.attempted_at as wait from webhook_attempts a "
            "join webhook_deliveries d using (endpoint_id, sequence)"
        )
        assert error in attempt["error"]
        assert timedelta(seconds=4) < attempt["wait"] < timedelta(seconds=10)
        await hooks.all_due()
        await hooks.drain()
        assert await hooks.deliveries() == [("delivered", 2)]
        assert len({request.headers["svix-id"] for request in receiver.got}) == 1

    async def test_a_receiver_that_hangs_is_given_up(
        self, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        depot_connection.depot.stock("a")
        await depot_connection.sync()
        hold = asyncio.Event()

        async def respond(_: Received) -> bytes:
            await hold.wait()
            return http(200)

        receiver.respond = respond
        hasty = engine_like(depot_connection.engine, webhook_timeout_seconds=0.2)
        async with hooks_of(hasty, depot_connection.organization_id) as hooks:
            await hooks.subscribe(receiver.url)
            await depot_connection.adjust("a")
            await hooks.drain()
            assert await hooks.deliveries() == [("pending", 1)]
        hold.set()

    async def test_an_endless_answer_is_not_read(
        self, hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        receiver.respond = _fails(after=http(200, b"x" * 50_000_000))
        await hooks.subscribe(receiver.url)
        await depot_connection.adjust("a")
        await hooks.drain()
        [attempt] = await hooks.run_sql("select length(response_head) as size from webhook_attempts")
        assert attempt["size"] < 2000
        assert await hooks.deliveries() == [("delivered", 1)]

    async def test_a_receiver_that_asks_for_time_gets_it(
        self, hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        receiver.respond = _fails(http(429, "", retry_after="3600"))
        await hooks.subscribe(receiver.url)
        await depot_connection.adjust("a")
        await hooks.drain()
        [row] = await hooks.run_sql("select extract(epoch from due_at - now()) as wait from webhook_deliveries")
        assert 3500 < row["wait"] <= 3600

    async def test_after_the_last_attempt_it_has_failed_and_can_be_replayed(
        self, hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        endpoint, _ = await hooks.subscribe(receiver.url)
        receiver.respond = _fails(after=http(500))
        await depot_connection.adjust("a")
        for _ in range(len(retries.DELAYS) + 2):
            await hooks.drain()
            await hooks.all_due()
        attempts = len(retries.DELAYS) + 1
        assert await hooks.deliveries() == [("failed", attempts)]
        assert len(receiver.got) == attempts
        receiver.respond = _fails(http(500))
        owner = depot_connection.caller.with_(token=None)
        await owner.post(f"/webhook-endpoints/{endpoint.id}/replay", {"missed": True})
        await hooks.drain()
        assert await hooks.deliveries() == [("pending", attempts + 1)]
        await hooks.all_due()
        await hooks.drain()
        assert await hooks.deliveries() == [("delivered", attempts + 2)]

    async def test_gone_switches_the_endpoint_off(
        self, hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        async with receiving() as watcher:
            endpoint, _ = await hooks.subscribe(receiver.url, event_types=["inventory.updated"])
            await hooks.subscribe(watcher.url, event_types=["webhook-endpoint.disabled"])
            receiver.respond = _fails(http(410))
            await depot_connection.adjust("a")
            await hooks.drain()
            await depot_connection.adjust("a")
            await hooks.all_due()
            await hooks.drain()
            assert len(receiver.got) == 1
            [message] = watcher.messages
            assert message["data"] == {
                "endpoint_id": str(endpoint.id),
                "url": receiver.url,
                "reason": "it answered 410 Gone",
            }

    @pytest.mark.parametrize(("days", "active"), [(4, True), (6, False)])
    async def test_five_days_of_failure_switch_it_off(
        self, hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver, days: int, active: bool
    ) -> None:
        endpoint, _ = await hooks.subscribe(receiver.url)
        receiver.respond = _fails(after=http(500))
        await depot_connection.adjust("a")
        await hooks.drain()
        await hooks.run_sql("update webhook_lanes set failing_since = now() - make_interval(days => %s::integer)", days)
        await hooks.all_due()
        await hooks.drain()
        shown = (await depot_connection.caller.get(f"/webhook-endpoints/{endpoint.id}")).json()["data"]
        assert shown["status"] == ("active" if active else "disabled")
        assert (shown["disabled_reason"] or "it has only failed since").startswith("it has only failed since")

    async def test_one_success_starts_the_count_anew(
        self, hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        await hooks.subscribe(receiver.url)
        receiver.respond = _fails(http(500))
        await depot_connection.adjust("a")
        await hooks.drain()
        assert (await hooks.run_sql("select failing_since from webhook_lanes"))[0]["failing_since"] is not None
        await hooks.all_due()
        await hooks.drain()
        assert (await hooks.run_sql("select failing_since from webhook_lanes"))[0]["failing_since"] is None

    async def test_an_address_that_is_no_longer_allowed_is_not_reached(self, depot_connection: DepotConnection) -> None:
        depot_connection.depot.stock("a")
        await depot_connection.sync()
        async with receiving() as inside:
            lax = Hooks(depot_connection.engine, depot_connection.organization_id, Dispatcher(depot_connection.engine))
            await lax.subscribe(inside.url.replace("127.0.0.1", "localhost"))
            strict = engine_like(depot_connection.engine, allowed_networks="")
            async with hooks_of(strict, depot_connection.organization_id) as hooks:
                await depot_connection.adjust("a")
                await hooks.drain()
                [attempt] = await hooks.run_sql("select error from webhook_attempts")
            assert "loopback" in attempt["error"]
            assert inside.got == []


class TestTransformations:
    CODE = """
    function handler(webhook) {
      if (webhook.payload.data.id === 'b') webhook.cancel = true;
      webhook.url = webhook.url + '?from=crossdock';
      webhook.payload = {stock: webhook.payload.data.onhand};
      return webhook;
    }
    """

    async def test_address_and_payload_change_and_the_signature_is_of_what_is_sent(
        self, hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        _, secret = await hooks.subscribe(receiver.url, transformation=self.CODE)
        await depot_connection.adjust("a")
        await depot_connection.adjust("b")
        await hooks.drain()
        [request] = receiver.got
        assert request.path == "/hooks?from=crossdock"
        assert request.body == b'{"stock":11}'
        standardwebhooks.Webhook(secret).verify(request.body, request.headers)
        assert await hooks.deliveries() == [("delivered", 1), ("cancelled", 1)]

    async def test_a_forbidden_address_is_refused(
        self, hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        """A transformation must not be a way around the check of addresses."""
        code = "function handler(webhook) { webhook.url = 'http://169.254.169.254/latest/meta-data'; return webhook }"
        await hooks.subscribe(receiver.url, transformation=code)
        await depot_connection.adjust("a")
        await hooks.drain()
        [attempt] = await hooks.run_sql("select error, url from webhook_attempts")
        assert "link-local" in attempt["error"]
        assert attempt["url"].startswith("http://169.254.169.254/")

    async def test_its_failure_is_noted(
        self, hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        await hooks.subscribe(receiver.url, transformation="function handler(webhook) { return webhook.nothing.here }")
        await depot_connection.adjust("a")
        await hooks.drain()
        [attempt] = await hooks.run_sql("select error from webhook_attempts")
        assert "TypeError" in attempt["error"]
        assert await hooks.deliveries() == [("pending", 1)]


class TestWorkers:
    async def test_a_lane_is_drained_by_one_at_a_time_and_taken_over_when_it_falls_silent(
        self, hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        await hooks.subscribe(receiver.url)
        await depot_connection.adjust("a")
        organizations = [hooks.organization_id]
        async with hooks.engine.database.system() as connection:
            [dead] = await lane_store.claim_lanes(connection, 10, 60, organizations)
            assert await lane_store.claim_lanes(connection, 10, 60, organizations) == []
        await hooks.drain()
        assert receiver.got == []
        await hooks.run_sql("update webhook_lanes set lease_until = now() - interval '1 second'")
        await hooks.drain()
        assert len(receiver.got) == 1
        # The one that was silent finds out with its next round, and does no harm when it gives its lane back.
        async with hooks.engine.database.transaction(hooks.organization_id) as connection:
            assert await lane_store.begin_round(connection, dead) is None

    async def test_what_was_sent_but_not_noted_is_sent_again(
        self, hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A worker that dies may repeat a message, but never lose one."""

        async def die(*_: object) -> None:
            raise ConnectionResetError("the worker dies here")

        await hooks.subscribe(receiver.url)
        await depot_connection.adjust("a")
        with monkeypatch.context() as patch:
            patch.setattr(lane_store, "settle", _second_time(die))
            [task] = await hooks.dispatcher.claim([hooks.organization_id])
            with pytest.raises(ConnectionResetError):
                await task
        await hooks.drain()
        assert len(receiver.got) == 1
        await hooks.run_sql("update webhook_lanes set lease_until = now() - interval '1 second'")
        await hooks.drain()
        assert len(receiver.got) == 2
        assert len({request.headers["svix-id"] for request in receiver.got}) == 1
        assert await hooks.deliveries() == [("delivered", 1)]

    async def test_a_running_dispatcher_hears_of_an_event_at_once(
        self, depot_connection: DepotConnection, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With looking alone nothing would come within this test's patience."""
        monkeypatch.setattr(tasks, "POLL_SECONDS", 3600)
        depot_connection.depot.stock("a")
        await depot_connection.sync()
        arrived = asyncio.Event()

        async def respond(_: Received) -> bytes:
            arrived.set()
            return http(200)

        receiver.respond = respond
        async with hooks_of(depot_connection.engine, depot_connection.organization_id) as hooks:
            await hooks.subscribe(receiver.url)
            dispatcher = Dispatcher(depot_connection.engine)
            running = asyncio.create_task(dispatcher.run())
            async with asyncio.timeout(30):
                while not arrived.is_set():
                    # Until it listens it cannot hear, and when that is nobody says.
                    await depot_connection.adjust("a")
                    await asyncio.sleep(0.05)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def _second_time(work: Any) -> Any:
    """The real function the first time, `work` from then on."""
    real, calls = lane_store.settle, []

    async def run(*arguments: Any) -> None:
        calls.append(arguments)
        await (real if len(calls) == 1 else work)(*arguments)

    return run
