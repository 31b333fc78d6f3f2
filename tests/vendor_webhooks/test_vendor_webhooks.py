"""What a connected system tells by itself: known to be real, kept, worked off once, and never newer data for older."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from crossdock.cli import polling_note
from crossdock.connections import sandboxes
from crossdock.connections import service as connections
from crossdock.connections import store as connection_store
from crossdock.connections.service import Proof
from crossdock.contract.cart.orders import ORDERS
from crossdock.contract.errors import VendorRejected, VendorUnavailable
from crossdock.integrations.kit.adapter import Adapter
from crossdock.integrations.kit.webhooks import Changed, Delivery, HashedChallenge
from crossdock.integrations.sandbox import CartSandbox
from crossdock.platform.engine import Engine
from crossdock.records import store as records
from crossdock.vendor_webhooks import service, store
from tests.api.client import Account, engine_like, open_account
from tests.sandbox.conftest import Caller as Buyer
from tests.syncs.worker import Workplace

pytestmark = pytest.mark.anyio


@dataclass
class Shop:
    """A connection to a shop of the sandbox, and the shop itself as its owner uses it."""

    place: Workplace
    account: Account
    owner: Buyer

    @property
    def engine(self) -> Engine:
        return self.place.engine

    @property
    def connection_id(self) -> UUID:
        return UUID(self.account.cart.connection_id)

    async def work(self) -> None:
        """Two ticks of the worker: one asks for webhooks, the other works messages off."""
        for _ in range(2):
            await self.place.worker.tick()
            while self.place.worker._running:
                await asyncio.wait(self.place.worker._running)

    async def order(self) -> str:
        """A buyer orders at the shop; nobody tells us but the shop."""
        status, made = await self.owner.post("/v1/cart/orders", {})
        assert status == 201, made
        identifier: str = made["order"]["id"]
        return identifier

    async def ask(self, identifier: str) -> Any:
        """An order as the shop has it now."""
        adapter = await connections.open_adapter(
            self.engine, self.account.organization_id, self.connection_id, CartSandbox
        )
        body = json.dumps({"documentId": identifier}).encode()
        [changed] = await adapter.receive(Delivery("order.changed", body))
        return changed.records[0]

    async def sync(self, record: Any, asked_at: datetime) -> None:
        """Stores an order as a sync does that asked for it at this time."""
        async with self.engine.database.transaction(self.account.organization_id) as connection:
            await records.upsert(
                connection,
                organization_id=self.account.organization_id,
                connection_id=self.connection_id,
                resource=ORDERS,
                records=[record],
                now=self.engine.now(),
                fetched_at=asked_at,
            )

    async def hear(self, record: Any, asked_at: datetime) -> None:
        """Stores an order that a message was about, as the shop had it at this time."""
        async with self.engine.database.transaction(self.account.organization_id) as connection:
            await records.upsert_told(
                connection,
                organization_id=self.account.organization_id,
                connection_id=self.connection_id,
                told={ORDERS: ([record], [])},
                now=self.engine.now(),
                asked_at=asked_at,
            )

    async def events(self, identifier: str) -> list[str]:
        """What subscribers were told of a record."""
        wanted = {"record_id": identifier, "connection_id": str(self.connection_id)}
        answer = await self.account.organization.get("/events", wanted)
        return [item["event_type"] for item in answer.json()["data"]]

    async def change(self, statement: str) -> None:
        async with self.engine.database.transaction(self.account.organization_id) as connection:
            await connection.execute(statement)

    async def rows(self, query: str) -> list[dict[str, Any]]:
        async with self.engine.database.transaction(self.account.organization_id) as connection:
            cursor = await connection.execute(query)
            return [dict(row) for row in await cursor.fetchall()]

    async def address(self) -> str:
        """The path that the shop sends its messages to."""
        async with self.engine.database.system() as system:
            row = await store.find(system, self.connection_id)
        assert row is not None
        return service.address(self.engine, row).removeprefix("http://crossdock.internal")

    async def message(self, order_id: str, topic: str = "order.changed", **changes: Any) -> httpx.Response:
        """A message as the shop would send it."""
        async with self.engine.database.system() as system:
            row = await store.find(system, self.connection_id)
        assert row is not None
        body = json.dumps({"documentId": order_id}).encode()
        at = str(changes.get("at", int(time.time())))
        mac = hmac.new(
            service._secret(self.engine, row).encode(), at.encode() + b"." + body, hashlib.sha256
        ).hexdigest()
        headers = {
            "content-type": "application/json",
            "sandbox-topic": topic,
            "sandbox-time": at,
            "sandbox-signature": f"v1={changes.get('signature', mac)}",
            **({"sandbox-delivery": changes["id"]} if "id" in changes else {}),
        }
        path = changes.get("path") or await self.address()
        return await self.place.http.post(path, content=body, headers=headers)


async def _open(place: Workplace) -> Shop:
    account = await open_account(place.engine, place.http)
    async with place.engine.database.transaction(account.organization_id) as connection:
        row = await connection_store.find_sandbox(connection, "cart")
    assert row is not None
    key = await sandboxes._key_of(place.engine, row, CartSandbox)
    made = Shop(place, account, Buyer(place.engine.servers["sandbox"]._app, key))  # type: ignore[attr-defined]
    await made.work()
    return made


async def _close(shop: Shop) -> None:
    for token in (shop.account.wms.access_token, shop.account.cart.access_token):
        await shop.account.organization.with_(token=token).send("DELETE", "/connections")


@pytest.fixture(scope="module")
async def same_shop(workplace: Workplace) -> AsyncIterator[Shop]:
    made = await _open(workplace)
    yield made
    await _close(made)


@pytest.fixture
async def shop(same_shop: Shop) -> Shop:
    """The shop of the module, with nothing left of other tests but their orders."""
    await same_shop.change("delete from vendor_deliveries")
    await same_shop.change("update vendor_subscriptions set received = 0, unknown = 0")
    await same_shop.change("update connections set disabled_functions = null")
    await same_shop.change(
        "update sync_schedules set due_at = now() + interval '1 day', "
        "first_completed_at = coalesce(first_completed_at, now())"
    )
    return same_shop


class TestHeard:
    async def test_an_order_shows_up_without_a_sync(self, shop: Shop) -> None:
        """Stock that was sold must not be sold again in the hour until the next sync."""
        identifier = await shop.order()
        assert (await shop.account.shop.get(f"/cart/orders/{identifier}")).status_code == 404
        await shop.work()
        answer = await shop.account.shop.get(f"/cart/orders/{identifier}")
        assert answer.status_code == 200
        assert await shop.events(identifier) == ["cart-order.created"]
        kept = await shop.rows("select topic, body, finished_at, error from vendor_deliveries order by received_at")
        assert {row["topic"] for row in kept} == {"order.changed", "product.changed"}
        assert all(row["finished_at"] and not row["body"] and row["error"] is None for row in kept)

    async def test_the_same_message_twice_does_nothing_more(self, shop: Shop) -> None:
        identifier = await shop.order()
        for _ in range(2):
            assert (await shop.message(identifier, id="one")).status_code == 200
            assert (await shop.message(identifier)).status_code == 200
        assert len(await shop.rows("select 1 from vendor_deliveries where delivery_key = 'one'")) == 1
        await shop.work()
        assert (await shop.message(identifier, id="one")).status_code == 200
        await shop.work()
        assert await shop.events(identifier) == ["cart-order.created"]

    async def test_one_about_something_that_is_gone_deletes_it(self, shop: Shop) -> None:
        identifier = await shop.order()
        await shop.work()
        await shop.change(f"update sandbox_objects set data = 'null' where id = '{identifier}'")
        await shop.message(identifier)
        await shop.work()
        assert (await shop.account.shop.get(f"/cart/orders/{identifier}")).status_code == 404

    async def test_what_is_switched_off_is_not_stored(self, shop: Shop) -> None:
        off = {"disabled_functions": ["get_orders", "create_order_shipment", "refund_order"]}
        answer = await shop.account.shop.send("PATCH", "/schedules/disabled-functions", json=off)
        assert answer.status_code == 200, answer.text
        identifier = await shop.order()
        await shop.work()
        assert await shop.rows(f"select 1 from cart_orders where id = '{identifier}' and deleted_at is null") == []
        assert await shop.rows("select 1 from vendor_deliveries where finished_at is null") == []

    async def test_before_the_first_sync_it_is_left_to_that(self, shop: Shop) -> None:
        """An old order that changes must not be announced as a new one."""
        async with shop.engine.database.transaction(shop.account.organization_id) as connection:
            await connection.execute(
                "update sync_schedules set first_completed_at = null where function_name = 'get_orders'"
            )
        identifier = await shop.order()
        await shop.work()
        assert await shop.rows(f"select 1 from cart_orders where id = '{identifier}' and deleted_at is null") == []


class TestRefused:
    @pytest.mark.parametrize(
        "change",
        [
            {"signature": "0" * 64},
            {"at": 1_700_000_000},
            {"path": f"/vendor-webhooks/{uuid4().hex}/token"},
            {"path": "/vendor-webhooks/nobody/token"},
            {"path": "/vendor-webhooks/%00/%00"},
        ],
        ids=["signature", "old", "connection", "no id", "nul"],
    )
    async def test_a_message_that_nobody_proves_to_have_sent(self, shop: Shop, change: dict[str, Any]) -> None:
        """The address is open to everybody, and whatever is taken costs a call of the merchant's system."""
        before = await shop.rows("select 1 from vendor_deliveries")
        answer = await shop.message("order_id_1", **change)
        assert (answer.status_code, answer.json()["error"]) == (401, "Invalid signature")
        assert await shop.rows("select 1 from vendor_deliveries") == before

    async def test_the_address_is_secret_too(self, shop: Shop) -> None:
        path, _, token = (await shop.address()).rpartition("/")
        wrong = f"{path}/{token[1:]}x"
        assert (await shop.message("order_id_1", path=wrong)).status_code == 401
        # Nothing of a message to a wrong address is read, however much there is of it.
        assert (await shop.place.http.post(wrong, content=b"x" * (3 * 1024 * 1024))).status_code in (401, 413)

    async def test_one_that_is_too_large(self, shop: Shop) -> None:
        answer = await shop.place.http.post(await shop.address(), content=b"x" * (3 * 1024 * 1024))
        assert answer.status_code == 413

    async def test_a_topic_that_nobody_listens_to_is_counted_and_taken(self, shop: Shop) -> None:
        """A system that is told no switches the whole subscription off."""
        assert (await shop.message("x", topic="weather.changed")).status_code == 200
        [row] = await shop.rows(
            f"select received, unknown from vendor_subscriptions where connection_id = '{shop.connection_id}'"
        )
        assert (row["received"], row["unknown"]) == (1, 1)


class TestDurable:
    async def test_a_system_that_is_away_is_asked_again(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        identifier = await shop.order()

        async def away(self: Adapter, delivery: Any) -> Any:
            raise VendorUnavailable("away", may_have_applied=False)

        with monkeypatch.context() as patch:
            patch.setattr(CartSandbox, "receive", away)
            await shop.work()
        kept = await shop.rows("select attempts, due_at > now() as later, lease_id, error from vendor_deliveries")
        assert {(row["attempts"], row["later"], row["lease_id"], row["error"]) for row in kept} == {
            (1, True, None, "VendorUnavailable")
        }
        await self._pass_time(shop)
        await shop.work()
        assert (await shop.account.shop.get(f"/cart/orders/{identifier}")).status_code == 200

    async def test_one_that_stays_away_is_given_up(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        await shop.order()

        async def away(self: Adapter, delivery: Any) -> Any:
            raise VendorUnavailable("away", may_have_applied=False)

        monkeypatch.setattr(CartSandbox, "receive", away)
        for _ in range(service.GIVE_UP_AFTER):
            await self._pass_time(shop)
            await shop.work()
        assert await shop.rows("select 1 from vendor_deliveries where finished_at is null") == []

    async def test_a_worker_that_dies_loses_nothing(self, shop: Shop) -> None:
        identifier = await shop.order()
        dead = await service.claim_deliveries(shop.engine, 50)
        assert dead
        await shop.work()
        assert (await shop.account.shop.get(f"/cart/orders/{identifier}")).status_code == 404
        async with shop.engine.database.transaction(shop.account.organization_id) as connection:
            await connection.execute("update vendor_deliveries set lease_until = now() - interval '1 second'")
        await shop.work()
        assert (await shop.account.shop.get(f"/cart/orders/{identifier}")).status_code == 200
        # The dead one comes back to life and finds that there is nothing of its own left to do.
        for claim in dead:
            await service.work_off(shop.engine, claim)
        assert await shop.events(identifier) == ["cart-order.created"]

    async def test_ids_of_messages_are_forgotten_after_a_while(self, shop: Shop) -> None:
        await shop.order()
        await shop.work()
        await service.forget_old(shop.engine)
        assert await shop.rows("select 1 from vendor_deliveries")
        async with shop.engine.database.transaction(shop.account.organization_id) as connection:
            await connection.execute("update vendor_deliveries set received_at = now() - interval '8 days'")
        await service.forget_old(shop.engine)
        assert await shop.rows("select 1 from vendor_deliveries") == []

    async def _pass_time(self, shop: Shop) -> None:
        await shop.change("update vendor_deliveries set due_at = now() where finished_at is null")


class TestNewerStays:
    """Two answers of a system cross; what was asked for later counts, whoever stores it first."""

    async def test_a_sync_that_asked_before_does_not_undo_what_was_heard(self, shop: Shop) -> None:
        identifier = await shop.order()
        await shop.work()
        asked_at, old = shop.engine.now(), await shop.ask(identifier)
        await shop.owner.post(f"/v1/cart/orders/{identifier}/refunds", {})
        await shop.work()
        await shop.sync(old, asked_at)
        assert await self._status(shop, identifier) == "cancelled"
        # One that asks later is believed again.
        await shop.sync(old, shop.engine.now())
        assert await self._status(shop, identifier) == old.status != "cancelled"

    async def test_what_was_heard_does_not_undo_a_later_answer(self, shop: Shop) -> None:
        identifier = await shop.order()
        await shop.work()
        asked_at, old = shop.engine.now(), await shop.ask(identifier)
        await shop.owner.post(f"/v1/cart/orders/{identifier}/refunds", {})
        await shop.work()
        await shop.hear(old, asked_at)
        assert await self._status(shop, identifier) == "cancelled"

    async def test_one_that_meets_a_sync_on_a_new_record(self, shop: Shop) -> None:
        """Both store the same new order at once; the later answer has to win, whichever commits first."""
        identifier = await shop.order()
        asked_at, old = shop.engine.now(), await shop.ask(identifier)
        await shop.owner.post(f"/v1/cart/orders/{identifier}/refunds", {})
        later, new = shop.engine.now(), await shop.ask(identifier)
        database, organization_id = shop.engine.database, shop.account.organization_id
        async with database.transaction(organization_id) as connection:
            await records.upsert(
                connection,
                organization_id=organization_id,
                connection_id=shop.connection_id,
                resource=ORDERS,
                records=[old],
                now=shop.engine.now(),
                fetched_at=asked_at,
            )
            heard = asyncio.create_task(shop.hear(new, later))
            while not await shop.rows(  # noqa: ASYNC110 - the database tells nobody who waits for whom
                "select 1 from pg_locks where not granted and locktype = 'transactionid'"
            ):
                await asyncio.sleep(0)
        await heard
        assert await self._status(shop, identifier) == "cancelled"

    async def _status(self, shop: Shop, identifier: str) -> str:
        answer = await shop.account.shop.get(f"/cart/orders/{identifier}")
        status: str = answer.json()["data"]["status"]
        return status


class TestSubscription:
    async def _hooks(self, shop: Shop) -> list[dict[str, Any]]:
        _, found = await shop.owner.get("/v1/account/hooks")
        hooks: list[dict[str, Any]] = found["data"]
        return hooks

    async def test_it_is_asked_for_once_connected(self, shop: Shop) -> None:
        [hook] = await self._hooks(shop)
        assert hook["topics"] == ["order.changed", "product.changed"]
        assert hook["url"] == f"http://crossdock.internal{await shop.address()}"

    async def test_signing_in_anew_gives_it_a_new_address(self, shop: Shop) -> None:
        """Whoever has learnt the old address can do nothing with it any more."""
        before = await shop.address()
        async with shop.engine.database.transaction(shop.account.organization_id) as connection:
            row = await connection_store.get_connection(connection, shop.connection_id)
            assert row is not None
            credentials = connections.parse_credentials(CartSandbox, {"api_key": shop.owner.key})
            await connections.reinstall(shop.engine, connection, row, credentials, Proof(row.me))
            await connection.execute("update sync_schedules set due_at = now() + interval '1 day'")
        await shop.work()
        [hook] = await self._hooks(shop)
        assert hook["url"].endswith(await shop.address())
        assert await shop.address() != before
        assert (await shop.message("order_id_1", path=before)).status_code == 401

    async def test_removing_the_connection_ends_it(self, workplace: Workplace) -> None:
        shop = await _open(workplace)
        path = await shop.address()
        assert (await shop.account.shop.send("DELETE", "/connections")).status_code == 200
        assert await self._hooks(shop) == []
        assert await shop.rows(f"select 1 from vendor_subscriptions where connection_id = '{shop.connection_id}'") == []
        assert (await shop.place.http.post(path, content=b"{}")).status_code == 401
        await _close(shop)

    async def test_a_refusal_is_tried_again_later(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        async def refuse(self: Adapter, wanted: Any) -> Any:
            raise VendorRejected(f"no hooks for {wanted.secret}", status=403)

        await shop.change("update vendor_subscriptions set due_at = now(), reference = null")
        with monkeypatch.context() as patch:
            patch.setattr(CartSandbox, "subscribe", refuse)
            await shop.work()
        query = "select error, due_at > now() as later from vendor_subscriptions where error is not null"
        assert await shop.rows(query) == [{"error": "no hooks for ***", "later": True}]
        await shop.change("update vendor_subscriptions set due_at = now()")
        await shop.work()
        assert await shop.rows(query) == []

    async def test_a_server_without_a_public_address_only_asks(self, shop: Shop) -> None:
        class Outside(CartSandbox):
            in_process = None  # type: ignore[assignment]

        assert connections.webhook_url(shop.engine, Outside) is None
        said = polling_note(Outside, shop.engine.settings)
        assert said == "Cart Sandbox is only polled; with CROSSDOCK_PUBLIC_URL it would tell of changes by itself."
        public = engine_like(shop.engine, public_url="https://api.example.com/")
        assert connections.webhook_url(public, Outside) == "https://api.example.com"
        assert polling_note(Outside, public.settings) is polling_note(CartSandbox, shop.engine.settings) is None

    async def test_connections_of_an_older_version_get_theirs(self, shop: Shop) -> None:
        await shop.change("delete from vendor_subscriptions")
        await service.want_everywhere(shop.engine)
        await shop.work()
        assert len(await shop.rows("select 1 from vendor_subscriptions where subscribed_at is not null")) == 2
        await service.want_everywhere(shop.engine)
        assert await shop.rows("select 1 from vendor_subscriptions where due_at is not null") == []


class TestProof:
    """Systems whose messages only they can prove, and that want to know whose address it is."""

    async def test_one_that_the_system_did_not_send(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whoever learns the address could otherwise make us ask the system for anything."""
        asked: list[str] = []

        async def disproves(self: Adapter, delivery: Delivery) -> bool:
            asked.append(delivery.headers["sandbox-delivery"])
            return False

        heard: list[Delivery] = []

        async def receive(self: Adapter, delivery: Delivery) -> list[Changed]:
            heard.append(delivery)
            return []

        assert CartSandbox.webhooks is not None
        monkeypatch.setattr(CartSandbox, "webhooks", replace(CartSandbox.webhooks, kept_headers=("sandbox-delivery",)))
        monkeypatch.setattr(CartSandbox, "proves", disproves)
        monkeypatch.setattr(CartSandbox, "receive", receive)
        answer = await shop.message("1", id="a proof")
        assert answer.status_code == 200
        await shop.work()
        assert asked == ["a proof"]
        assert heard == []

    async def test_a_system_gets_the_answer_that_it_reads(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        """Some take any other body for a failure, send the message again, and give the address up."""
        assert CartSandbox.webhooks is not None
        monkeypatch.setattr(CartSandbox, "webhooks", replace(CartSandbox.webhooks, answer=b'{"code":"200"}'))
        assert (await shop.message("1")).json() == {"code": "200"}

    async def test_an_address_proves_that_it_is_ours(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        """Systems that ask first send nothing to an address without the answer."""
        assert CartSandbox.webhooks is not None
        challenge = HashedChallenge("code", "response")
        monkeypatch.setattr(CartSandbox, "webhooks", replace(CartSandbox.webhooks, challenge=challenge))
        address = await shop.address()
        answer = await shop.place.http.get(address, params={"code": "abc"})
        assert answer.status_code == 200
        assert len(answer.json()["response"]) == 64
        for wrong in (await shop.place.http.get(address), await shop.place.http.get(f"{address}x?code=abc")):
            assert wrong.status_code == 401
