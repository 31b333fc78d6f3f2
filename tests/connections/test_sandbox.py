"""`POST /sandbox/generate-sandbox/{type}`: always the same connection, with fresh data."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from crossdock.accounts import service as accounts
from crossdock.platform.engine import Engine
from tests.api.client import Account, Caller

pytestmark = pytest.mark.anyio

GENERATE = "/sandbox/generate-sandbox/wms"


async def test_it_answers_a_connection_that_is_ready_to_read(engine: Engine, http: httpx.AsyncClient) -> None:
    organization_id = await accounts.create_organization(engine.database, "fresh")
    key = await accounts.create_key(engine.database, organization_id, "full")
    answer = await Caller(http, key).post(GENERATE)
    said = answer.json()
    assert answer.status_code == 200
    assert said["integration_name"] == "sandbox"
    assert said["customer_id"] is None
    caller = Caller(http, key, said["access_token"])
    assert len(await caller.ids("/wms/warehouses")) == 2
    assert len(await caller.ids("/wms/products")) == 17
    shown = (await caller.get(f"/connections/{said['connection_id']}")).json()["data"][0]
    assert said["available_actions"] == shown["available_actions"]


async def test_connection_and_token_stay_and_the_data_is_put_back(account: Account) -> None:
    """Whoever tries things out wants to begin again without changing their configuration."""
    item = "/wms/inventory/inventory_item_id_0"
    before = (await account.warehouse.get(item)).json()["data"]["onhand"]
    body = {"quantity": 5, "adjustment_type": "increase", "warehouse_id": "warehouse_id_0"}
    assert (await account.warehouse.put(f"{item}/adjust", body)).json()["data"]["onhand"] == before + 5
    kit = {"sku": "TEMP", "inventory_items": [{"inventory_item_id": "inventory_item_id_0", "unit_quantity": 1}]}
    assert (await account.warehouse.post("/wms/kits", kit)).status_code == 200
    again = (await account.organization.post(GENERATE)).json()
    assert again["connection_id"] == account.wms.connection_id
    assert again["access_token"] == account.wms.access_token
    assert (await account.warehouse.get(item)).json()["data"]["onhand"] == before
    assert await account.warehouse.ids("/wms/products", {"sku": "TEMP"}) == set()


async def test_many_at_once_give_one_connection(engine: Engine, http: httpx.AsyncClient) -> None:
    organization_id = await accounts.create_organization(engine.database, "impatient")
    caller = Caller(http, await accounts.create_key(engine.database, organization_id, "full"))
    answers = await asyncio.gather(*(caller.post(GENERATE) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["access_token"] for answer in answers}) == 1
    [connection] = (await caller.get("/connections")).json()["data"]
    assert connection["errors"] == []
    token = answers[0].json()["access_token"]
    assert len(await caller.with_(token=token).ids("/wms/products")) == 17


@pytest.mark.parametrize("vertical", ["unknown", "WMS"])
async def test_a_vertical_without_a_sandbox_is_a_404(reader: Account, vertical: str) -> None:
    answer = await reader.organization.post(f"/sandbox/generate-sandbox/{vertical}")
    assert answer.status_code == 404
    assert answer.json()["id"] == vertical


async def test_a_body_is_refused(reader: Account) -> None:
    assert (await reader.organization.post(GENERATE, {"orders": 5})).status_code == 422


async def test_each_organization_has_data_of_its_own(reader: Account, account: Account) -> None:
    assert account.wms.connection_id != reader.wms.connection_id
    path = "/wms/inventory/inventory_item_id_2/trackstar-tags"
    await account.warehouse.put(path, {"trackstar_tags": ["mine"]})
    found = (await reader.warehouse.get("/wms/inventory/inventory_item_id_2")).json()["data"]
    assert found["trackstar_tags"] != ["mine"]
