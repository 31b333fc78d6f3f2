"""Connections as an application sees them: list, one, and syncs on demand."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import httpx
import pytest

from crossdock.connections import service
from crossdock.integrations.sandbox import Sandbox
from crossdock.platform.app import make_app
from crossdock.platform.engine import Engine
from crossdock.sandbox import accounts as sandbox_accounts
from tests.api.client import Account, Caller, DepotConnection, client_of, engine_like, open_account, violations

pytestmark = pytest.mark.anyio

FIELDS = {
    *("connection_id", "integration_name", "integration_display_name", "integration_type", "customer_id"),
    *("created_at", "last_used", "times_used", "latest_sync", "sync_schedules", "historical_sync_completed"),
    *("errors", "available_actions", "available_endpoints", "webhooks_disabled", "me", "disabled_functions"),
}


class TestList:
    async def test_it_shows_the_connections_of_the_organization_oldest_first(self, reader: Account) -> None:
        answer = await reader.organization.get("/connections")
        said = answer.json()
        assert answer.status_code == 200
        assert list(said) == ["data", "next_token", "total_count"]
        assert [item["connection_id"] for item in said["data"]] == [reader.wms.connection_id, reader.cart.connection_id]
        assert said["next_token"] is None
        assert said["total_count"] == 2
        assert all(set(item) == FIELDS for item in said["data"])

    async def test_a_synced_sandbox_is_well(self, reader: Account) -> None:
        found = (await reader.organization.get("/connections")).json()["data"][0]
        assert found["integration_name"] == "sandbox"
        assert found["integration_type"] == "wms"
        assert found["errors"] == []
        assert all(found["historical_sync_completed"].values())
        assert set(found["historical_sync_completed"]) == {item["function_name"] for item in found["sync_schedules"]}
        assert {item["sync_status"] for item in found["sync_schedules"]} == {"enabled"}
        frequency = {item["function_name"]: item["sync_frequency"] for item in found["sync_schedules"]}
        assert frequency["get_inventory"] == frequency["get_products"] == 3600
        assert frequency["get_warehouses"] == 43200
        assert found["available_actions"] == Sandbox.action_names() == found["available_endpoints"]

    async def test_pages_walk_every_connection_once(self, engine: Engine, http: httpx.AsyncClient) -> None:
        made = await open_account(engine, http)
        key = await sandbox_accounts.reset(engine.database, made.organization_id, "wms")
        credentials = service.parse_credentials(Sandbox, {"api_key": key})
        for number in range(3):
            await service.create(
                engine,
                organization_id=made.organization_id,
                adapter=Sandbox,
                credentials=credentials,
                customer_id=f"customer {number}",
            )
        walked: list[str] = []
        params: dict[str, str] = {"limit": "2"}
        while True:
            said = (await made.organization.get("/connections", params)).json()
            walked += [item["connection_id"] for item in said["data"]]
            if said["next_token"] is None:
                break
            params = {"limit": "2", "page_token": said["next_token"]}
        assert len(walked) == len(set(walked)) == 5

    async def test_the_one_of_a_token_is_found(self, reader: Account) -> None:
        for token, ids in ((reader.cart.access_token, [reader.cart.connection_id]), ("cdt_unknown", [])):
            said = (await reader.organization.get("/connections", {"access_token": token})).json()
            assert [item["connection_id"] for item in said["data"]] == ids

    async def test_another_organization_sees_none_of_them(self, reader: Account, account: Account) -> None:
        mine = {item["connection_id"] for item in (await account.organization.get("/connections")).json()["data"]}
        assert mine == {account.wms.connection_id, account.cart.connection_id}
        theirs = {"access_token": reader.wms.access_token}
        assert (await account.organization.get("/connections", theirs)).json()["data"] == []

    @pytest.mark.parametrize("name", ["page_token", "limit", "customer_id"])
    async def test_a_bad_parameter_is_named(self, reader: Account, name: str) -> None:
        answer = await reader.organization.get("/connections", {name: "@"})
        assert set(violations(answer, "query")) == {name}

    @pytest.mark.parametrize("token", ["AAAA", "A" * 32, "_" * 32, "f_________8" + "A" * 21])
    async def test_a_token_nobody_made_is_a_422_or_an_empty_page(self, reader: Account, token: str) -> None:
        answer = await reader.organization.get("/connections", {"page_token": token})
        assert answer.status_code in (200, 422)

    async def test_a_repeated_parameter_is_refused(self, reader: Account) -> None:
        answer = await reader.organization.get("/connections", [("limit", "1"), ("limit", "2")])
        assert violations(answer, "query") == {"limit": ["Given more than once."]}


class TestOne:
    async def test_it_comes_in_the_list_envelope(self, reader: Account) -> None:
        answer = await reader.organization.get(f"/connections/{reader.wms.connection_id}")
        said = answer.json()
        assert list(said) == ["data", "next_token", "total_count"]
        assert (said["next_token"], said["total_count"]) == (None, 1)
        [found] = said["data"]
        assert found["connection_id"] == reader.wms.connection_id

    async def test_a_setting_answers_an_object_instead(self, engine: Engine, reader: Account) -> None:
        other = engine_like(engine, single_connection_as_list=False)
        async with client_of(make_app(other)) as client:
            answer = await Caller(client, reader.key).get(f"/connections/{reader.wms.connection_id}")
        assert list(answer.json()) == ["data"]
        assert answer.json()["data"]["connection_id"] == reader.wms.connection_id

    async def test_dashed_and_plain_identifiers_are_the_same(self, reader: Account) -> None:
        plain = UUID(reader.wms.connection_id).hex
        answer = await reader.organization.get(f"/connections/{plain}")
        assert answer.json()["data"][0]["connection_id"] == reader.wms.connection_id

    async def test_an_unknown_one_is_a_404(self, reader: Account, account: Account) -> None:
        for identifier in (str(uuid4()), "not-an-id", account.wms.connection_id, "%00"):
            answer = await reader.organization.get(f"/connections/{identifier}")
            assert answer.status_code == 404
            assert answer.json()["origin"] == "trackstar"

    async def test_calls_with_its_token_are_counted(self, engine: Engine, account: Account) -> None:
        async def used() -> tuple[int, str | None]:
            answer = await account.organization.get(f"/connections/{account.wms.connection_id}")
            return answer.json()["data"][0]["times_used"], answer.json()["data"][0]["last_used"]

        before, _ = await used()
        for _ in range(3):
            await account.warehouse.get("/wms/warehouses")
        assert (await used())[0] == before + 3
        await engine.write_usage()
        after, last = await used()
        assert after == before + 3
        assert last is not None
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", last)

    async def test_what_the_system_says_of_the_account_is_shown(self, depot_connection: DepotConnection) -> None:
        shown = await depot_connection.shown()
        assert shown["me"] == {"depot": "north"}
        assert shown["customer_id"] == "customer of the depot"

    async def test_no_credential_is_shown(self, depot_connection: DepotConnection) -> None:
        answer = await depot_connection.caller.get(f"/connections/{depot_connection.connection_id}")
        assert "depot-key" not in answer.text
        assert str(depot_connection.caller.token) not in answer.text


class TestSync:
    async def test_everything_is_set_going(self, account: Account) -> None:
        for content in (None, b"{}", b'{"functions_to_sync": []}'):
            answer = await account.warehouse.send("POST", "/connections/sync", content=content)
            assert answer.status_code == 200
            assert answer.json() == {"id": account.wms.connection_id, "syncing": True, "functions_to_sync": []}

    async def test_only_what_is_named(self, account: Account, engine: Engine) -> None:
        answer = await account.warehouse.post("/connections/sync", {"functions_to_sync": ["get_products"]})
        assert answer.json()["functions_to_sync"] == ["get_products"]

    async def test_what_is_running_or_paused_is_left_alone(
        self, engine: Engine, depot_connection: DepotConnection
    ) -> None:
        async with engine.database.transaction(depot_connection.organization_id) as connection:
            await connection.execute(
                "update sync_schedules set lease_until = now() + interval '1 minute' "
                "where function_name = 'get_products'"
            )
        answer = await depot_connection.caller.post("/connections/sync")
        assert answer.json()["functions_to_sync"] == ["get_inventory"]
        shown = {item["function_name"]: item for item in (await depot_connection.shown())["sync_schedules"]}
        assert shown["get_products"]["in_progress"] is True
        assert shown["get_products"]["sync_status"] == "in_progress"
        async with engine.database.transaction(depot_connection.organization_id) as connection:
            await connection.execute("update sync_schedules set lease_until = null, paused = true")
        answer = await depot_connection.caller.post("/connections/sync")
        assert answer.json()["syncing"] is False

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"functions_to_sync": ["get_everything"]}, "functions_to_sync.0"),
            ({"functions_to_sync": ["create_kit"]}, "functions_to_sync.0"),
            ({"functions_to_sync": ["get_employees"]}, "functions_to_sync"),
            ({"functions_to_sync": "get_products"}, "functions_to_sync"),
            ({"functions_to_sync": None}, "functions_to_sync"),
            ({"functions": []}, "functions"),
            ([], "_schema"),
        ],
    )
    async def test_a_wrong_body_is_refused(self, account: Account, body: object, field: str) -> None:
        assert set(violations(await account.warehouse.post("/connections/sync", body))) == {field}

    async def test_a_disabled_function_is_skipped(self, engine: Engine, depot_connection: DepotConnection) -> None:
        async with engine.database.transaction(depot_connection.organization_id) as connection:
            await connection.execute("update connections set disabled_functions = array['get_products']")
        answer = await depot_connection.caller.post("/connections/sync")
        assert answer.json()["functions_to_sync"] == ["get_inventory"]
