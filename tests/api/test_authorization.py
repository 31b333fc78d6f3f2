"""Who may call what: keys, tokens, read-only keys, disabled functions, and what an integration cannot do."""

from __future__ import annotations

import httpx
import pytest

from crossdock.contract.operations import Access, Operation
from crossdock.platform.engine import Engine
from crossdock.platform.openapi import OPERATIONS
from tests.api.client import Account, DepotConnection, open_account

pytestmark = pytest.mark.anyio

WRITES = [operation for operation in OPERATIONS if operation.method != "GET"]
WITH_KEY = [operation for operation in OPERATIONS if operation.access is not Access.PUBLIC]
WITH_TOKEN = [operation for operation in OPERATIONS if operation.access is Access.TOKEN]
ADJUSTMENT = {"quantity": 1, "adjustment_type": "increase", "warehouse_id": "warehouse_id_0"}


def _path(operation: Operation) -> str:
    path = operation.path.replace("{integration_type}", "wms").replace("{integration_name}", "sandbox")
    return path.replace("{", "").replace("}", "")


def _name(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


@pytest.fixture(scope="module")
async def stranger(engine: Engine, http: httpx.AsyncClient) -> Account:
    """Another organization."""
    return await open_account(engine, http)


class TestUnauthorized:
    @pytest.mark.parametrize("operation", WITH_KEY, ids=_name)
    async def test_no_operation_answers_without_a_key(self, reader: Account, operation: Operation) -> None:
        answer = await reader.warehouse.with_(key=None).send(operation.method, _path(operation))
        assert answer.status_code == 401
        assert answer.json() == {"error": "Missing x-trackstar-api-key header", "origin": "trackstar"}

    @pytest.mark.parametrize("operation", WITH_KEY, ids=_name)
    async def test_no_operation_answers_to_a_wrong_key(self, reader: Account, operation: Operation) -> None:
        answer = await reader.warehouse.with_(key="cdk_wrong").send(operation.method, _path(operation))
        assert answer.status_code == 401
        assert answer.json() == {"error": "Invalid API key", "origin": "trackstar"}

    @pytest.mark.parametrize("operation", WITH_TOKEN, ids=_name)
    async def test_a_token_is_asked_for(self, reader: Account, operation: Operation) -> None:
        answer = await reader.organization.send(operation.method, _path(operation))
        assert answer.status_code == 401
        assert answer.json()["error"] == "Missing x-trackstar-access-token header"

    @pytest.mark.parametrize("operation", WITH_TOKEN, ids=_name)
    async def test_a_token_of_another_organization_opens_nothing(
        self, reader: Account, stranger: Account, operation: Operation
    ) -> None:
        """One merchant's software provider must never read another one's merchants."""
        caller = reader.warehouse.with_(token=stranger.wms.access_token)
        answer = await caller.send(operation.method, _path(operation))
        assert answer.status_code == 401
        assert answer.json() == {"error": "Invalid access token", "origin": "trackstar"}

    @pytest.mark.parametrize("token", ["", "cdt_wrong", "Größe", "x" * 10_000])
    async def test_a_wrong_token_is_refused(self, reader: Account, token: str) -> None:
        answer = await reader.http.get(
            "/wms/inventory",
            headers=[(b"x-trackstar-api-key", reader.key.encode()), (b"x-trackstar-access-token", token.encode())],
        )
        assert answer.status_code == 401

    async def test_a_wrong_token_is_refused_where_it_is_optional(self, reader: Account) -> None:
        caller = reader.organization.with_(token="cdt_wrong")
        assert (await caller.get("/integrations/wms/sandbox/write-info")).status_code == 401

    async def test_key_and_token_are_not_interchangeable(self, reader: Account) -> None:
        caller = reader.organization.with_(key=reader.wms.access_token, token=reader.key)
        assert (await caller.get("/wms/inventory")).status_code == 401

    async def test_a_revoked_key_is_refused_at_once(self, engine: Engine, http: httpx.AsyncClient) -> None:
        made = await open_account(engine, http)
        assert (await made.warehouse.get("/wms/warehouses")).status_code == 200
        async with engine.database.transaction(made.organization_id) as connection:
            await connection.execute("update api_keys set revoked_at = now()")
        assert (await made.warehouse.get("/wms/warehouses")).status_code == 401

    async def test_nothing_secret_is_in_an_error(self, reader: Account) -> None:
        answer = await reader.warehouse.with_(key="cdk_secret_thing").get("/wms/inventory")
        assert "secret_thing" not in answer.text
        assert reader.wms.access_token not in answer.text


class TestForbidden:
    @pytest.mark.parametrize("operation", WRITES, ids=_name)
    async def test_a_read_only_key_changes_nothing(self, reader: Account, operation: Operation) -> None:
        caller = reader.warehouse.with_(key=reader.read_key)
        answer = await caller.send(operation.method, _path(operation), json={})
        assert answer.status_code == 403
        assert answer.json() == {"error": "This API key is read only", "origin": "trackstar"}

    async def test_a_read_only_key_reads(self, reader: Account) -> None:
        answer = await reader.warehouse.with_(key=reader.read_key).get("/wms/warehouses")
        assert answer.status_code == 200

    async def test_a_disabled_write_does_not_reach_the_connected_system(
        self, depot_connection: DepotConnection
    ) -> None:
        await _disable(depot_connection, ["adjust_inventory"])
        depot_connection.depot.stock("a")
        before = len(depot_connection.depot.requests)
        answer = await depot_connection.adjust("a")
        assert answer.status_code == 403
        assert answer.json() == {
            "error": "adjust_inventory is disabled for this connection",
            "origin": "trackstar",
        }
        assert len(depot_connection.depot.requests) == before
        assert "adjust_inventory" not in (await depot_connection.shown())["available_actions"]

    async def test_a_disabled_read_answers_403_for_list_and_single(self, depot_connection: DepotConnection) -> None:
        await _disable(depot_connection, ["get_inventory"])
        for path in ("/wms/inventory", "/wms/inventory/a"):
            answer = await depot_connection.caller.get(path)
            assert answer.status_code == 403
            assert answer.json()["error"] == "get_inventory is disabled for this connection"

    async def test_disabled_comes_before_a_bad_body(self, depot_connection: DepotConnection) -> None:
        await _disable(depot_connection, ["adjust_inventory"])
        assert (await depot_connection.caller.put("/wms/inventory/a/adjust", {"x": 1})).status_code == 403


async def _disable(connection: DepotConnection, functions: list[str]) -> None:
    async with connection.engine.database.transaction(connection.organization_id) as transaction:
        await transaction.execute(
            "update connections set disabled_functions = %s where id = %s", (functions, connection.connection_id)
        )


class TestNotImplemented:
    async def test_an_action_the_integration_lacks(self, depot_connection: DepotConnection) -> None:
        for method, path, action in (
            ("GET", "/wms/warehouses", "get_warehouses"),
            ("GET", "/wms/warehouses/x", "get_warehouses"),
            ("GET", "/wms/warehouses/x/locations", "get_warehouse_locations"),
            ("PUT", "/wms/warehouses/x/trackstar-tags", "get_warehouses"),
        ):
            answer = await depot_connection.caller.send(method, path, json={"anything": None})
            assert answer.status_code == 501, path
            assert answer.json()["error"] == f"Endpoint {action} is not implemented for Depot"

    @pytest.mark.parametrize(
        ("method", "path", "action"),
        [
            ("GET", "/cart/products", "get_products"),
            ("GET", "/cart/products/x", "get_products"),
            ("PUT", "/cart/products/x/adjust-inventory", "adjust_inventory"),
            ("PUT", "/cart/products/batch-adjust-inventory", "batch_adjust_inventory"),
        ],
    )
    async def test_a_warehouse_token_on_shop_addresses(
        self, reader: Account, method: str, path: str, action: str
    ) -> None:
        answer = await reader.warehouse.send(method, path, json={} if method == "PUT" else None)
        assert answer.status_code == 501
        assert answer.json()["error"] == f"Endpoint {action} is not implemented for Sandbox"

    async def test_a_shop_token_on_warehouse_addresses(self, reader: Account) -> None:
        answer = await reader.shop.get("/wms/inventory")
        assert answer.status_code == 501
        assert answer.json()["error"] == "Endpoint get_inventory is not implemented for Cart Sandbox"
