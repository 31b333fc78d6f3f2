"""Changing and removing a connection: what is gone is gone for every caller, and the history stays whole."""

from __future__ import annotations

import asyncio
from uuid import UUID

import httpx
import pytest

from crossdock.connections import removal
from crossdock.contract.catalogue import STORED
from crossdock.platform.engine import Engine
from crossdock.records import purge_store
from tests.api.client import Account, DepotConnection, open_account, violations
from tests.syncs.worker import Workplace, office

pytestmark = pytest.mark.anyio


async def _count(connection: DepotConnection, table: str) -> int:
    async with connection.engine.database.transaction(connection.organization_id) as transaction:
        cursor = await transaction.execute(f"select count(*) as found from {table}")
        row = await cursor.fetchone()
    return int(row["found"]) if row else 0


class TestUpdate:
    async def test_only_what_is_sent_changes(self, depot_connection: DepotConnection) -> None:
        caller = depot_connection.caller
        for body, customer, disabled in (
            ({"webhooks_disabled": True}, "customer of the depot", True),
            ({"customer_id": "new"}, "new", True),
            ({}, "new", True),
            ({"customer_id": None, "webhooks_disabled": False}, None, False),
        ):
            answer = await caller.send("PATCH", "/connections", json=body)
            changed = {"id": str(depot_connection.connection_id), "object": "connection", "updated": True}
            assert (answer.status_code, answer.json()) == (200, changed)
            shown = await depot_connection.shown()
            assert (shown["customer_id"], shown["webhooks_disabled"]) == (customer, disabled)

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"webhooks_disabled": None}, "webhooks_disabled"),
            ({"customer_id": 7}, "customer_id"),
            ({"customer_id": "a\0b"}, "customer_id"),
            ({"me": {}}, "me"),
            ([], "_schema"),
        ],
    )
    async def test_a_wrong_body_is_refused(self, reader: Account, body: object, field: str) -> None:
        assert set(violations(await reader.warehouse.send("PATCH", "/connections", json=body))) == {field}

    async def test_a_body_that_is_no_json_is_refused(self, reader: Account) -> None:
        assert (await reader.warehouse.send("PATCH", "/connections", content=b"{")).status_code == 400
        assert (await reader.warehouse.send("PATCH", "/connections")).status_code == 400


class TestDelete:
    async def test_the_token_ends_and_nothing_is_shown_any_more(self, depot_connection: DepotConnection) -> None:
        depot_connection.depot.stock("a", "b")
        await depot_connection.sync()
        answer = await depot_connection.caller.send("DELETE", "/connections")
        gone = {"id": str(depot_connection.connection_id), "object": "connection", "deleted": True}
        assert (answer.status_code, answer.json()) == (200, gone)
        for method, path in (("GET", "/wms/inventory"), ("DELETE", "/connections"), ("PUT", "/wms/inventory/a/adjust")):
            refused = await depot_connection.caller.send(method, path)
            assert refused.status_code == 401
            assert refused.json()["error"] == "Invalid access token"
        organization = depot_connection.caller.with_(token=None)
        assert (await organization.get(f"/connections/{depot_connection.connection_id}")).status_code == 404
        assert (await organization.get("/connections")).json()["data"] == []

    async def test_secrets_go_at_once_and_records_soon(self, depot_connection: DepotConnection) -> None:
        """A merchant who leaves wants the copy of their data gone, and their password first of all."""
        depot_connection.depot.stock("a", "b")
        await depot_connection.sync()
        await depot_connection.adjust("a", key="once")
        await depot_connection.caller.send("DELETE", "/connections")
        for table in ("credentials", "sync_schedules", "connection_errors"):
            assert await _count(depot_connection, table) == 0
        await removal.purge(depot_connection.engine)
        assert {table: await _count(depot_connection, table) for table in purge_store.TABLES} == dict.fromkeys(
            purge_store.TABLES, 0
        )

    def test_every_table_of_records_is_purged(self) -> None:
        assert {resource.table for resource in STORED} <= set(purge_store.TABLES)

    async def test_many_records_go_in_batches(
        self, depot_connection: DepotConnection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(purge_store, "BATCH", 2)
        depot_connection.depot.stock(*"abcde")
        await depot_connection.sync()
        await depot_connection.caller.send("DELETE", "/connections")
        await removal.purge(depot_connection.engine)
        assert await _count(depot_connection, "wms_inventory") == 0

    async def test_the_history_of_the_organization_has_no_gap(self, depot_connection: DepotConnection) -> None:
        """Whoever rebuilds a copy from the events must learn that the connection is gone, and miss nothing."""
        depot_connection.depot.stock("a", "b")
        await depot_connection.sync()
        await depot_connection.caller.send("DELETE", "/connections")
        await removal.purge(depot_connection.engine)
        async with depot_connection.engine.database.transaction(depot_connection.organization_id) as transaction:
            cursor = await transaction.execute(
                "select e.sequence, e.event_type, c.integration_name, c.customer_id, c.me "
                "from events e join connections c on c.id = e.connection_id order by sequence"
            )
            events = await cursor.fetchall()
        organization = depot_connection.caller.with_(token=None)
        address = (await organization.get("/webhook-events/evt_5/data")).json()["download_url"]
        told = (await organization.http.get(address)).json()
        assert (told["event_type"], list(told["data"])) == ("connection.deleted", ["deleted_date"])
        assert [event["sequence"] for event in events] == [1, 2, 3, 4, 5]
        assert events[-1] == {
            "sequence": 5,
            "event_type": "connection.deleted",
            "integration_name": "depot",
            "customer_id": "customer of the depot",
            "me": None,
        }

    async def test_a_sync_that_is_under_way_stores_nothing_more(self, workplace: Workplace) -> None:
        async with office(workplace) as desk:
            hold = asyncio.Event()
            fault = desk.connection.depot.fail("GET", "/items", hold=hold, applies=True)
            running = asyncio.create_task(desk.work())
            await fault.met.wait()
            await desk.connection.caller.send("DELETE", "/connections")
            hold.set()
            await running
            assert await _count(desk.connection, "wms_orders") == 0
            assert await _count(desk.connection, "connection_errors") == 0

    async def test_a_write_that_ends_after_it_leaves_nothing(self, depot_connection: DepotConnection) -> None:
        depot_connection.depot.stock("a")
        await depot_connection.sync()
        hold = asyncio.Event()
        fault = depot_connection.depot.fail("POST", "/adjustments", hold=hold, applies=True)
        writing = asyncio.create_task(depot_connection.adjust("a"))
        await fault.met.wait()
        await depot_connection.caller.send("DELETE", "/connections")
        await removal.purge(depot_connection.engine)
        hold.set()
        assert (await writing).status_code == 200
        await removal.purge(depot_connection.engine)
        assert await _count(depot_connection, "wms_inventory") == 0
        async with depot_connection.engine.database.transaction(depot_connection.organization_id) as transaction:
            await transaction.execute("update connections set deleted_at = now() - interval '1 hour'")
        await removal.purge(depot_connection.engine)
        assert await _count(depot_connection, "connections where purged_at is null") == 0

    async def test_a_sandbox_can_be_made_again(self, engine: Engine, http: httpx.AsyncClient) -> None:
        made = await open_account(engine, http)
        await made.warehouse.send("DELETE", "/connections")
        again = (await made.organization.post("/sandbox/generate-sandbox/wms")).json()
        assert UUID(again["connection_id"]) != UUID(made.wms.connection_id)
        assert again["access_token"] != made.wms.access_token
        assert len(await made.warehouse.with_(token=again["access_token"]).ids("/wms/products")) == 17
        assert (await made.shop.get("/cart/products")).status_code == 200, "the other connection stays"
