"""What credentials are allowed to do: found out when a connection is made, shown by action, noted where it lacks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from typing import Any
from uuid import UUID

import pytest

from crossdock.connections import service
from crossdock.connections.permissions import Permission, probe
from crossdock.contract.errors import VendorRejected, VendorUnavailable
from crossdock.contract.wms import inventory, products
from crossdock.integrations.kit.adapter import Adapter, Page, Runtime, Snapshot, Window, implements, probes
from crossdock.integrations.kit.client import VendorClient
from crossdock.integrations.sandbox import CartSandbox, Sandbox
from crossdock.platform.database import Database
from crossdock.platform.engine import Engine
from crossdock.sandbox import accounts
from crossdock.sandbox.app import make_app
from crossdock.syncs import schedules
from crossdock.syncs import service as syncs
from tests.api.client import Account, DepotConnection
from tests.api.depot_server import KEY, DepotServer, refusal, running_depot
from tests.api.vendors.depot import Depot, DepotCredentials
from tests.sandbox.conftest import Caller

pytestmark = pytest.mark.anyio


def _rows(found: list[Permission]) -> dict[str, str]:
    return {row.action: row.outcome for row in found}


def _depot(engine: Engine, depot: DepotServer, adapter: type[Depot] = Depot, key: str = KEY) -> Depot:
    client = VendorClient(engine.network, timeout_seconds=5, attempts=1)
    return adapter(DepotCredentials(url=depot.url, key=key), Runtime(client, engine.now))


@pytest.fixture
async def server() -> AsyncIterator[DepotServer]:
    async with running_depot() as depot:
        yield depot


class TestProbe:
    """A customer sees at once what the software will not get, instead of finding an empty list next week."""

    async def test_reads_are_tried_and_writes_nobody_can_know(self, engine: Engine, server: DepotServer) -> None:
        server.stock(*"abcdefgh")
        server.fail("GET", "/kits", refusal(403, "not for you"))
        found = await probe(_depot(engine, server))
        assert _rows(found) == {
            "adjust_inventory": "unknown",
            "create_kit": "unknown",
            "get_inventory": "granted",
            "get_products": "missing",
            "update_kit": "unknown",
        }
        lacking = next(row for row in found if row.outcome == "missing")
        assert lacking.endpoint == "GET /wms/products"
        assert lacking.failed_url == f"{server.url}/kits"
        assert lacking.reason == f"Missing Depot permissions for URL: {server.url}/kits."
        # One page each, however many there are.
        assert sorted(server.requests) == ["GET /items", "GET /kits"]

    async def test_what_is_switched_off_is_not_looked_at(self, engine: Engine, server: DepotServer) -> None:
        found = await probe(_depot(engine, server), disabled=["get_products", "create_kit"])
        assert set(_rows(found)) == {"adjust_inventory", "get_inventory", "update_kit"}
        assert server.requests == ["GET /items"]

    @pytest.mark.parametrize(
        ("answer", "outcome"),
        [
            (refusal(401), "missing"),
            (refusal(404), "unknown"),
            (refusal(429, "slow down", retry_after="600"), "unknown"),
            (refusal(500), "unknown"),
            (None, "unknown"),
        ],
        ids=["401", "404", "429", "500", "no answer"],
    )
    async def test_what_went_wrong_otherwise_is_unknown(
        self, engine: Engine, server: DepotServer, answer: Any, outcome: str
    ) -> None:
        """The credentials were taken a moment ago, so a refusal of them here is about this address."""
        server.fail("GET", "/items", answer, times=9)
        found = await probe(_depot(engine, server))
        row = next(row for row in found if row.action == "get_inventory")
        assert row.outcome == outcome
        assert row.reason
        assert row.failed_url == f"{server.url}/items"

    async def test_a_slow_answer_is_not_waited_for(self, engine: Engine, server: DepotServer) -> None:
        fault = server.fail("GET", "/items", hold=asyncio.Event())
        found = await probe(_depot(engine, server), seconds=0.05)
        row = next(row for row in found if row.action == "get_inventory")
        assert (row.outcome, row.reason) == ("unknown", "Depot did not answer in time.")
        assert fault.met.is_set()

    async def test_a_mistake_of_an_adapter_spoils_only_its_row(self, engine: Engine, server: DepotServer) -> None:
        class Broken(Depot):
            @implements(inventory.GET_INVENTORY, mode=Snapshot(because="it is broken"))
            async def get_inventory(self, window: Window) -> AsyncIterator[Page[inventory.InventoryItem]]:
                raise KeyError("oops")
                yield Page([])  # type: ignore[unreachable]

            async def rights(self) -> Collection[str] | None:
                raise VendorUnavailable("no rights today", may_have_applied=False)

        assert _rows(await probe(_depot(engine, server, Broken))) == {
            "adjust_inventory": "unknown",
            "create_kit": "unknown",
            "get_inventory": "unknown",
            "get_products": "granted",
            "update_kit": "unknown",
        }

    async def test_no_more_than_allowed_are_tried_at_a_time(self, engine: Engine, server: DepotServer) -> None:
        held = asyncio.Event()
        fault = server.fail("GET", "/", hold=held, answer=refusal(403), times=2)
        task = asyncio.create_task(probe(_depot(engine, server), concurrency=1))
        await fault.met.wait()
        assert len(server.requests) == 1
        held.set()
        assert _rows(await task)["get_inventory"] == "missing"

    async def test_a_cheaper_way_that_an_adapter_declares_is_taken(self, engine: Engine, server: DepotServer) -> None:
        class Cheap(Depot):
            @probes(inventory.ADJUST_INVENTORY)
            async def may_adjust(self) -> None:
                raise VendorRejected("not you", status=403)

            @probes(inventory.GET_INVENTORY)
            async def may_read(self) -> None:
                await self.client.get("/account")

        found = await probe(_depot(engine, server, Cheap))
        assert _rows(found)["adjust_inventory"] == "missing"
        assert _rows(found)["get_inventory"] == "granted"
        assert sorted(server.requests) == ["GET /account", "GET /kits"]

    async def test_credentials_are_in_no_row(self, engine: Engine, server: DepotServer) -> None:
        """Rows are shown in a browser and end up in logs and webhooks."""

        class KeyInPath(Depot):
            @probes(products.GET_PRODUCTS)
            async def may_read(self) -> None:
                await self.client.get(f"/{self.credentials.key}/kits")

        server.fail("GET", f"/{KEY}", refusal(403, f"key {KEY} may not"))
        server.fail("GET", "/items", refusal(500, f"key {KEY} broke it"), times=9)
        found = await probe(_depot(engine, server, KeyInPath))
        assert KEY not in str(found)
        assert _rows(found)["get_products"] == "missing"


class TestSandboxKeys:
    """The sandbox can show what a customer with too few rights looks like."""

    async def _key(self, database: Database, organization_id: UUID, vertical: Any, rights: list[str]) -> str:
        main = Caller(make_app(database), await accounts.reset(database, organization_id, vertical))
        status, made = await main.post("/v1/account/keys", {"rights": rights})
        assert status == 201
        key: str = made["key"]
        return key

    async def test_a_key_may_do_only_what_it_says(self, database: Database, organization_id: UUID) -> None:
        key = await self._key(database, organization_id, "cart", ["products.read"])
        caller = Caller(make_app(database), key)
        assert (await caller.get("/v1/account"))[1]["rights"] == ["products.read"]
        assert (await caller.get("/v1/cart/products"))[0] == 200
        for method, path in (("GET", "/v1/cart/orders"), ("POST", "/v1/cart/products"), ("POST", "/v1/account/keys")):
            status, said = await caller.call(method, path, {})
            assert (status, said["code"]) == (403, "no_right")

    async def test_rights_are_changed_and_keys_end(self, database: Database, organization_id: UUID) -> None:
        main = Caller(make_app(database), await accounts.reset(database, organization_id, "cart"))
        _, made = await main.post("/v1/account/keys", {"rights": []})
        caller, path = Caller(main.app, made["key"]), f"/v1/account/keys/{made['id']}"
        assert (await caller.get("/v1/cart/orders"))[0] == 403
        assert (await main.call("PUT", path, {"rights": ["orders.read"]}))[0] == 200
        assert (await caller.get("/v1/cart/orders"))[0] == 200
        assert (await main.call("DELETE", path))[0] == 200
        assert (await caller.get("/v1/cart/orders"))[0] == 401
        assert [(await main.call("DELETE", f"/v1/account/keys/{name}"))[0] for name in (made["id"], "x")] == [404, 404]

    @pytest.mark.parametrize("adapter", [Sandbox, CartSandbox])
    async def test_writes_are_known_too(self, engine: Engine, organization_id: UUID, adapter: type[Adapter]) -> None:
        key = await accounts.reset(engine.database, organization_id, adapter.vertical)
        every = _rows(await probe(self._open(engine, adapter, key)))
        assert set(every.values()) == {"granted"}
        assert set(every) == set(adapter.action_names())
        lesser = await self._key(engine.database, organization_id, adapter.vertical, ["orders.read", "products.read"])
        found = await probe(self._open(engine, adapter, lesser))
        granted = {row.action for row in found if row.outcome == "granted"}
        assert granted == {"get_orders", "get_products"} | ({"get_order_packs"} if adapter is Sandbox else set())
        assert {row.outcome for row in found} == {"granted", "missing"}
        told = {row.failed_url for row in found if row.action in ("create_order", "refund_order")}
        assert told == {"orders.write"}

    def _open(self, engine: Engine, adapter: type[Adapter], key: str) -> Adapter:
        credentials = service.parse_credentials(adapter, {"api_key": key})
        return adapter(credentials, Runtime(VendorClient(engine.transport("sandbox")), engine.now))


class TestConnecting:
    """What is missing is known from the first minute, and it does not keep anybody from connecting."""

    async def test_missing_permissions_are_problems_at_once(self, engine: Engine, account: Account) -> None:
        main = Caller(make_app(engine.database), await accounts.reset(engine.database, account.organization_id, "cart"))
        _, made = await main.post("/v1/account/keys", {"rights": ["products.read", "warehouses.read", "orders.read"]})
        row, _ = await service.create(
            engine,
            organization_id=account.organization_id,
            adapter=CartSandbox,
            credentials=service.parse_credentials(CartSandbox, {"api_key": made["key"]}),
        )
        shown = (await account.organization.get(f"/connections/{row.id}")).json()["data"][0]
        assert {
            item["error_message"]: [each["endpoint"] for each in item["affected_endpoints"]] for item in shown["errors"]
        } == {
            "Missing Cart Sandbox permissions for URL: orders.write.": [
                "POST /cart/orders/{order_id}/shipments",
                "POST /cart/orders/{order_id}/refund",
            ],
            "Missing Cart Sandbox permissions for URL: stock-changes.write.": [
                "PUT /cart/products/{product_id}/adjust-inventory"
            ],
            "Missing Cart Sandbox permissions for URL: stock-levels.write.": [
                "PUT /cart/products/batch-adjust-inventory"
            ],
        }
        assert not any(each["preventing_sync"] for item in shown["errors"] for each in item["affected_endpoints"])
        assert {item["sync_status"] for item in shown["sync_schedules"]} == {"enabled"}
        log = (await account.organization.get("/events", {"connection_id": str(row.id)})).json()["data"]
        assert [item["event_type"] for item in log] == ["connection.created", *["connection-error.created"] * 3]

    async def test_a_write_that_goes_through_was_allowed(self, engine: Engine, account: Account) -> None:
        """The merchant gave the right meanwhile; nobody should have to connect anew to get rid of the warning."""
        main = Caller(make_app(engine.database), await accounts.reset(engine.database, account.organization_id, "wms"))
        _, made = await main.post("/v1/account/keys", {"rights": ["items.read"]})
        row, token = await service.create(
            engine,
            organization_id=account.organization_id,
            adapter=Sandbox,
            credentials=service.parse_credentials(Sandbox, {"api_key": made["key"]}),
        )
        async with engine.database.transaction(account.organization_id) as connection:
            due = await schedules.claim_one(connection, row.id, "get_inventory")
        assert due is not None
        await syncs.run(engine, due)
        caller = account.organization.with_(token=token)

        async def lacks_adjustments() -> bool:
            shown = (await caller.get(f"/connections/{row.id}")).json()["data"][0]
            return any("adjustments.write" in item["error_message"] for item in shown["errors"])

        item = (await caller.get("/wms/inventory", {"limit": "1"})).json()["data"][0]["id"]
        body = {"quantity": 0, "adjustment_type": "increase", "warehouse_id": "warehouse_id_0"}
        refused = await caller.put(f"/wms/inventory/{item}/adjust", body)
        assert (refused.status_code, refused.json()["origin"]) == (403, "integration")
        assert refused.json()["error"] == "This key lacks the right adjustments.write"
        assert await lacks_adjustments()
        await main.call("PUT", f"/v1/account/keys/{made['id']}", {"rights": ["items.read", "adjustments.write"]})
        assert (await caller.put(f"/wms/inventory/{item}/adjust", body)).status_code == 200
        assert not await lacks_adjustments()

    async def test_a_generated_sandbox_has_every_right(self, account: Account) -> None:
        shown = (await account.organization.get(f"/connections/{account.cart.connection_id}")).json()["data"][0]
        assert shown["errors"] == []

    async def test_no_read_of_a_connection_is_stored_by_trying_it(self, depot_connection: DepotConnection) -> None:
        assert (await depot_connection.shown())["historical_sync_completed"] == {
            "get_inventory": False,
            "get_products": False,
        }
