"""The vendor's own API: keys, lists, errors and resets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from crossdock.integrations.kit.transport import ASGIApp
from crossdock.platform.database import Database
from crossdock.sandbox import accounts
from crossdock.sandbox.app import make_app
from crossdock.sandbox.store import Product
from tests.sandbox.conftest import Caller, open_account

pytestmark = pytest.mark.anyio
WMS_LISTS = {
    "items": 14,
    "products": 17,
    "warehouses": 2,
    "bins": 18,
    "orders": 100,
    "returns": 5,
    "shipping-methods": 3,
    "channels": 3,
    "inbound-shipments": 12,
    "suppliers": 3,
    "clients": 1,
    "activities": 169,
    "charges": 219,
    "ledger": 258,
    "adjustments": 0,
}
ADJUSTMENT = {"itemId": "inventory_item_id_6", "warehouseId": "warehouse_id_0", "change": 3}


class TestKeys:
    @pytest.mark.parametrize(("key", "code"), [("", "no_key"), ("sbx_unknown", "bad_key")])
    @pytest.mark.parametrize("path", ["/v1/account", "/v1/wms/items", "/v1/cart/products/product_id_0"])
    async def test_a_wrong_key_is_refused(self, app: ASGIApp, key: str, code: str, path: str) -> None:
        status, problem = await Caller(app, key).get(path)
        assert (status, problem["code"]) == (401, code)

    async def test_a_key_opens_one_product(self, warehouse: Caller, shop: Caller) -> None:
        assert (await warehouse.get("/v1/cart/products"))[0] == 403
        assert (await shop.get("/v1/wms/items"))[0] == 403
        assert (await shop.get("/v1/account"))[1]["product"] == "cart"

    async def test_another_account_sees_nothing_of_a_change(
        self, app: ASGIApp, database: Database, warehouse: Caller
    ) -> None:
        """One merchant's stock must never show up at another's."""
        other = uuid4()
        async with database.system() as connection:
            await connection.execute("insert into organizations (id, name) values (%s, 'other')", (other,))
        stranger = await open_account(app, database, other, "wms")
        before = await stranger.walk("/v1/wms/items")
        made = await warehouse.post("/v1/wms/adjustments", {**ADJUSTMENT, "reference": "theirs"})
        assert made[0] == 201
        assert await stranger.walk("/v1/wms/items") == before
        assert (await stranger.get("/v1/wms/adjustments", reference="theirs"))[1]["data"] == []
        assert (await stranger.post("/v1/wms/adjustments", {**ADJUSTMENT, "reference": "theirs"}))[0] == 201

    async def test_only_a_hash_of_the_key_is_stored(self, database_url: str, warehouse: Caller) -> None:
        """A leaked backup must not open accounts."""
        with psycopg.connect(database_url) as connection:
            rows = connection.execute("select key_hash from sandbox_accounts").fetchall()
        assert rows
        assert all(warehouse.key.encode() not in bytes(row[0]) for row in rows)


class TestLists:
    @pytest.mark.parametrize(("name", "count"), WMS_LISTS.items())
    async def test_walk_in_pages(self, warehouse: Caller, name: str, count: int) -> None:
        whole = await warehouse.walk(f"/v1/wms/{name}", size=500)
        assert len(whole) == count
        assert await warehouse.walk(f"/v1/wms/{name}", size=7) == whole

    @pytest.mark.parametrize("name", [name for name, count in WMS_LISTS.items() if count])
    async def test_single(self, warehouse: Caller, name: str) -> None:
        _, page = await warehouse.get(f"/v1/wms/{name}", size=1)
        assert await warehouse.get(f"/v1/wms/{name}/{page['data'][0]['id']}") == (200, page["data"][0])
        assert (await warehouse.get(f"/v1/wms/{name}/nothing"))[1]["code"] == "not_found"

    async def test_changed_since(self, warehouse: Caller) -> None:
        """An incremental read that gets everything is slow; one that misses a change shows wrong stock."""
        since = (datetime.now(UTC) - timedelta(days=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
        everything = await warehouse.walk("/v1/wms/orders")
        recent = await warehouse.walk("/v1/wms/orders", changedSince=since, size=3)
        assert 0 < len(recent) < len(everything)
        assert recent == [order for order in everything if order["updatedAt"] >= since]

    async def test_a_change_counts_as_one(self, warehouse: Caller) -> None:
        since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert await warehouse.walk("/v1/wms/items", changedSince=since) == []
        await warehouse.post("/v1/wms/adjustments", ADJUSTMENT)
        assert [item["id"] for item in await warehouse.walk("/v1/wms/items", changedSince=since)] == [
            "inventory_item_id_6"
        ]

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"size": "0"}, "bad_size"),
            ({"size": "501"}, "bad_size"),
            ({"size": "-1"}, "bad_size"),
            ({"size": "x"}, "bad_size"),
            ({"size": "²"}, "bad_size"),
            ({"after": "nothing"}, "bad_after"),
            ({"after": "\x00"}, "invalid"),
            ({"changedSince": "yesterday"}, "bad_time"),
            ({"changedSince": "0001-01-01T00:00:00+14:00"}, "bad_time"),
        ],
    )
    async def test_bad_queries(self, warehouse: Caller, query: dict[str, str], code: str) -> None:
        status, problem = await warehouse.get("/v1/wms/items", **query)
        assert (status, problem["code"]) == (422, code)


class TestErrors:
    async def test_no_such_route(self, warehouse: Caller) -> None:
        assert (await warehouse.get("/v1/nothing"))[1]["code"] == "no_such_route"
        assert (await warehouse.call("DELETE", "/v1/wms/items"))[0] == 405
        assert (await warehouse.get("/v1/wms/items/%00"))[0] == 404

    @pytest.mark.parametrize(
        ("raw", "status"),
        [
            (b"", 400),
            (b"{", 400),
            (b"\xff", 400),
            (b"[]", 422),
            (b"{}", 422),
            (b'{"itemId": "i", "warehouseId": "w", "change": 1.5}', 422),
            (b'{"itemId": "i\\u0000", "warehouseId": "w", "change": 1}', 422),
            (b'{"itemId": "i", "warehouseId": "w", "change": 1, "more": 1}', 422),
            (b'{"itemId": "i", "warehouseId": "w", "change": 1}', 404),
            (b'{"itemId": "inventory_item_id_0", "warehouseId": "w", "change": 1}', 422),
            (b'{"itemId": "inventory_item_id_0", "warehouseId": "warehouse_id_0", "change": 1e99}', 422),
            (b'{"itemId": "inventory_item_id_0", "warehouseId": "warehouse_id_0", "change": 9223372036854775807}', 409),
        ],
    )
    async def test_bad_bodies(self, warehouse: Caller, raw: bytes, status: int) -> None:
        found, problem = await warehouse.call("POST", "/v1/wms/adjustments", raw=raw)
        assert found == status, problem
        assert set(problem) == {"code", "message"}

    async def test_a_defect_is_a_500_that_says_nothing_private(
        self, database_url: str, organization_id: UUID, database: Database
    ) -> None:
        """What went wrong inside belongs in the log."""
        key = await accounts.reset(database, organization_id, "wms")
        broken = make_app(database, clock=lambda: 1 / 0)  # type: ignore[arg-type, return-value]
        status, problem = await Caller(broken, key).post("/v1/wms/adjustments", ADJUSTMENT)
        assert (status, problem["code"]) == (500, "internal")
        assert "division" not in problem["message"]


class TestReset:
    async def test_brings_back_the_seed(self, app: ASGIApp, database: Database, organization_id: UUID) -> None:
        now = datetime(2026, 11, 20, 12, tzinfo=UTC)
        key = await accounts.reset(database, organization_id, "wms", now=now)
        caller = Caller(app, key)
        before = {name: await caller.walk(f"/v1/wms/{name}") for name in WMS_LISTS}
        account = await caller.get("/v1/account")
        await caller.post("/v1/wms/adjustments", {**ADJUSTMENT, "reference": "once"})
        await caller.post("/v1/wms/kits", {"sku": "NEW", "components": [{"itemId": "inventory_item_id_0", "units": 1}]})
        assert {name: await caller.walk(f"/v1/wms/{name}") for name in WMS_LISTS} != before
        assert await accounts.reset(database, organization_id, "wms", api_key=key, now=now) == key
        assert {name: await caller.walk(f"/v1/wms/{name}") for name in WMS_LISTS} == before
        assert await caller.get("/v1/account") == account
        assert (await caller.post("/v1/wms/adjustments", {**ADJUSTMENT, "reference": "once"}))[0] == 201

    async def test_is_seen_by_a_reader_of_changes(
        self, database: Database, organization_id: UUID, app: ASGIApp
    ) -> None:
        """A reset nobody notices leaves a copy that no longer matches."""
        caller = await open_account(app, database, organization_id, "wms")
        kit = {"sku": "NEW", "components": [{"itemId": "inventory_item_id_0", "units": 1}]}
        made = (await caller.post("/v1/wms/kits", kit))[1]
        since = (datetime.now(UTC) - timedelta(seconds=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
        await accounts.reset(database, organization_id, "wms", api_key=caller.key)
        _, page = await caller.get("/v1/wms/products", changedSince=since)
        assert page["removed"] == [made["id"]]
        assert len(page["data"]) == 17
        assert (await caller.get(f"/v1/wms/products/{made['id']}"))[0] == 404
        again = (await caller.post("/v1/wms/kits", kit))[1]
        assert again["id"] == made["id"]
        assert (await caller.get("/v1/wms/products"))[1]["removed"] == []

    async def test_a_new_key_replaces_the_old_one(
        self, app: ASGIApp, database: Database, organization_id: UUID
    ) -> None:
        old = await open_account(app, database, organization_id, "cart")
        new = await open_account(app, database, organization_id, "cart")
        assert (await old.get("/v1/account"))[0] == 401
        assert (await new.get("/v1/account"))[0] == 200

    @pytest.mark.parametrize("product", ["wms", "cart"])
    async def test_leaves_the_other_product_alone(
        self, database: Database, organization_id: UUID, warehouse: Caller, shop: Caller, product: Product
    ) -> None:
        await warehouse.post("/v1/wms/adjustments", ADJUSTMENT)
        await shop.post("/v1/cart/stock-changes", {"variantId": "product_id_1", "change": 1})
        kept, path = (shop, "/v1/cart/products") if product == "wms" else (warehouse, "/v1/wms/items")
        before: list[Any] = await kept.walk(path)
        await accounts.reset(database, organization_id, product)
        assert await kept.walk(path) == before
