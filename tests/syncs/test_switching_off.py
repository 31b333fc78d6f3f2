"""Pausing schedules and switching functions off: what is off is not read, called or shown, and loses nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from crossdock.connections import policy
from crossdock.contract.catalogue import READ_OF, RESOURCES
from crossdock.contract.errors import RequestRefused
from crossdock.platform.engine import Engine
from crossdock.syncs import service as syncs
from tests.api.client import Account, DepotConnection, open_account, violations
from tests.api.processes import installation
from tests.syncs.worker import ORDERS, Office, Workplace, office

pytestmark = pytest.mark.anyio

OFF = "/schedules/disabled-functions"


@pytest.fixture
async def desk(workplace: Workplace) -> AsyncIterator[Office]:
    async with office(workplace) as made:
        yield made


async def _switch(connection: DepotConnection, names: list[str] | None) -> httpx.Response:
    return await connection.caller.send("PATCH", OFF, json={"disabled_functions": names})


async def _schedule(connection: DepotConnection, name: str) -> dict[str, object]:
    return next(item for item in (await connection.shown())["sync_schedules"] if item["function_name"] == name)


class TestToggle:
    async def test_a_paused_schedule_waits_and_goes_on(self, desk: Office) -> None:
        caller = desk.connection.caller
        answer = await caller.send("PATCH", f"/schedules/{ORDERS}/toggle", json={"paused": True})
        changed = {"id": str(desk.connection.connection_id), "object": "connection", "updated": True}
        assert (answer.status_code, answer.json()) == (200, changed)
        assert (await _schedule(desk.connection, ORDERS))["sync_status"] == "paused"
        await desk.work()
        assert await desk.orders() == set()
        await caller.send("PATCH", f"/schedules/{ORDERS}/toggle", json={"paused": False})
        await desk.work()
        assert await desk.orders() == {"new"}

    async def test_a_function_without_a_schedule_is_a_404(self, desk: Office) -> None:
        for name in ("get_returns", "create_kit", "%00"):
            answer = await desk.connection.caller.send("PATCH", f"/schedules/{name}/toggle", json={"paused": True})
            assert answer.status_code == 404

    @pytest.mark.parametrize("body", [{}, {"paused": None}, {"paused": "yes"}])
    async def test_a_wrong_body_is_refused(self, desk: Office, body: object) -> None:
        answer = await desk.connection.caller.send("PATCH", f"/schedules/{ORDERS}/toggle", json=body)
        assert set(violations(answer)) == {"paused"}


class TestToggleAll:
    async def test_every_schedule_of_the_connection(self, desk: Office) -> None:
        await desk.change("update sync_schedules set due_at = now()")
        for paused, status in ((True, "paused"), (False, "enabled")):
            answer = await desk.connection.caller.send("PATCH", "/schedules/toggle-all", json={"paused": paused})
            assert answer.json()["object"] == "connection"
            shown = await desk.connection.shown()
            assert {item["sync_status"] for item in shown["sync_schedules"]} == {status}
            await desk.work()
            assert any(shown["historical_sync_completed"].values()) is False
        assert all((await desk.connection.shown())["historical_sync_completed"].values())


class TestDisable:
    async def test_what_is_off_is_neither_read_nor_called_nor_shown(self, desk: Office) -> None:
        answer = await _switch(desk.connection, [ORDERS, "create_kit", "adjust_inventory"])
        changed = {"id": str(desk.connection.connection_id), "object": "connection", "updated": True}
        assert (answer.status_code, answer.json()) == (200, changed)
        shown = await desk.connection.shown()
        assert shown["disabled_functions"] == ["adjust_inventory", "create_kit", ORDERS]
        assert shown["available_actions"] == ["get_inventory", "get_products", "update_kit"]
        assert (await _schedule(desk.connection, ORDERS))["sync_status"] == "disabled"
        before = len(desk.connection.depot.requests)
        forced = (await desk.connection.caller.post("/connections/sync")).json()
        assert ORDERS not in forced["functions_to_sync"]
        calls = (("GET", "/wms/orders"), ("POST", "/wms/kits"), ("PUT", "/wms/inventory/a/adjust"))
        for (method, path), name in zip(calls, (ORDERS, "create_kit", "adjust_inventory"), strict=True):
            refused = await desk.connection.caller.send(method, path, headers={"Idempotency-Key": "x" * 300})
            assert refused.status_code == 403
            assert refused.json()["error"] == f"{name} is disabled for this connection"
        assert len(desk.connection.depot.requests) == before
        await desk.change("update sync_schedules set due_at = now() where function_name = 'get_orders'")
        await desk.work()
        assert (await _schedule(desk.connection, ORDERS))["last_crawl_start"] is None

    async def test_what_is_switched_on_again_has_no_gap(self, desk: Office) -> None:
        """A merchant who opens up orders again must find those that came meanwhile."""
        await desk.work()
        await _switch(desk.connection, [ORDERS])
        desk.connection.depot.stock("meanwhile")
        await desk.change("update sync_schedules set due_at = now() where function_name = 'get_orders'")
        await desk.work()
        again: list[list[str] | None] = [[], None]
        for names in again:
            await _switch(desk.connection, [ORDERS])
            await _switch(desk.connection, names)
            assert (await desk.connection.shown())["disabled_functions"] == names
        await desk.work()
        assert await desk.orders() == {"new", "meanwhile"}

    async def test_a_run_that_is_under_way_stores_nothing_more(self, desk: Office) -> None:
        due = await desk.hold()
        await _switch(desk.connection, [ORDERS])
        await syncs.run(desk.connection.engine, due)
        await _switch(desk.connection, [])
        assert await desk.orders() == set()

    async def test_what_another_function_needs_stays_on(self, account: Account) -> None:
        answer = await account.warehouse.send("PATCH", OFF, json={"disabled_functions": ["get_warehouses"]})
        assert answer.status_code == 400
        assert "get_warehouse_locations refers to what get_warehouses reads" in answer.json()["error"]
        both = {"disabled_functions": ["get_warehouses", "get_warehouse_locations"]}
        assert (await account.warehouse.send("PATCH", OFF, json=both)).status_code == 200
        await account.warehouse.send("PATCH", OFF, json={"disabled_functions": None})

    async def test_an_older_spelling_is_understood(self, account: Account) -> None:
        await account.warehouse.send("PATCH", OFF, json={"disabled_functions": ["get_inbound_shipment"]})
        shown = (await account.organization.get(f"/connections/{account.wms.connection_id}")).json()["data"][0]
        assert shown["disabled_functions"] == ["get_inbound_shipments"]
        await account.warehouse.send("PATCH", OFF, json={"disabled_functions": None})

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "disabled_functions"),
            ({"disabled_functions": "get_orders"}, "disabled_functions"),
            ({"disabled_functions": ["get_orders", "get_everything"]}, "disabled_functions.1"),
            ({"disabled_functions": ["refund_order"]}, "disabled_functions.0"),
            ({"disabled_functions": ["\0"]}, "disabled_functions.0"),
        ],
    )
    async def test_a_wrong_body_is_refused(self, account: Account, body: object, field: str) -> None:
        assert set(violations(await account.warehouse.send("PATCH", OFF, json=body))) == {field}


class TestOrganization:
    async def test_its_list_counts_where_a_connection_has_none(
        self, engine: Engine, http: httpx.AsyncClient, account: Account
    ) -> None:
        made = await open_account(engine, http)
        kept = await policy.set_for_organization(engine, made.organization_id, "wms", ["create_kit"])
        assert kept == ["create_kit"] == await policy.of_organization(engine, made.organization_id, "wms")
        assert (await made.warehouse.post("/wms/kits", {})).status_code == 403
        shown = (await made.organization.get(f"/connections/{made.wms.connection_id}")).json()["data"][0]
        assert "create_kit" not in shown["available_actions"]
        assert shown["disabled_functions"] is None
        assert (await account.warehouse.post("/wms/kits", {})).status_code == 422, "another organization's stay on"
        await made.warehouse.send("PATCH", OFF, json={"disabled_functions": []})
        assert (await made.warehouse.post("/wms/kits", {})).status_code == 422
        await made.warehouse.send("PATCH", OFF, json={"disabled_functions": None})
        assert (await made.warehouse.post("/wms/kits", {})).status_code == 403

    async def test_a_sync_that_is_off_for_all_is_not_run(self, desk: Office) -> None:
        organization_id = desk.connection.organization_id
        due = await desk.hold()
        await policy.set_for_organization(desk.connection.engine, organization_id, "wms", [ORDERS])
        await syncs.run(desk.connection.engine, due)
        await desk.work()
        await policy.set_for_organization(desk.connection.engine, organization_id, "wms", [])
        assert await desk.orders() == set()
        await desk.work()
        assert await desk.orders() == {"new"}

    async def test_needs_count_for_it_too(self, engine: Engine, account: Account) -> None:
        with pytest.raises(RequestRefused, match="get_warehouse_locations refers to what get_warehouses reads"):
            await policy.set_for_organization(engine, account.organization_id, "wms", ["get_warehouses"])


class TestCommand:
    def test_it_adds_and_takes_away_and_shows(self, fresh_database_url: str, tmp_path: Path) -> None:
        """Whoever runs the server sets the list without a dashboard."""
        with installation(tmp_path, CROSSDOCK_DATABASE_URL=fresh_database_url) as installed:
            installed.run("keys", "create", "--organization", "shop", "--new-organization")
            assert installed.run("disable", "wms", "create_kit", "update_kit").stdout == "create_kit\nupdate_kit\n"
            assert installed.run("enable", "wms", "create_kit").stdout == "update_kit\n"
            refused = installed.run("disable", "wms", "get_warehouses")
            assert refused.returncode == 1
            assert "get_warehouse_locations refers to what get_warehouses reads" in refused.stderr
            assert installed.run("disable", "wms").stdout == "update_kit\n"


class TestNewReads:
    async def test_a_connection_of_an_older_version_gets_their_schedules(self, desk: Office) -> None:
        """An update that adds a resource must fill it without anybody connecting again."""
        await desk.change("delete from sync_schedules where function_name = 'get_orders'")
        await desk.work()
        assert await desk.orders() == set()
        for _ in range(2):
            await syncs.add_missing_schedules(desk.connection.engine)
        await desk.work()
        assert await desk.orders() == {"new"}


def test_every_need_names_a_resource_that_can_be_read() -> None:
    needs = [(resource, other) for resource in RESOURCES for other in resource.needs]
    assert needs
    assert [other for resource, other in needs if f"{resource.vertical}/{other}" not in READ_OF] == []
