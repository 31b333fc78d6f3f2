"""The integration catalogue: what can be connected, and what each write takes."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import validate

from crossdock.contract.schemas import PLACEHOLDER
from crossdock.integrations import registry
from tests.api.client import Account, violations

pytestmark = pytest.mark.anyio

WRITE_INFO = "/integrations/wms/sandbox/write-info"


def _names(documents: list[dict[str, Any]]) -> list[str]:
    return [item["integration_name"] for item in documents]


class TestCatalogue:
    async def test_a_vertical_lists_its_integrations(self, reader: Account) -> None:
        for vertical in ("wms", "cart", "carrier", "freight", "erp"):
            answer = await reader.organization.get(f"/integrations/{vertical}")
            assert answer.status_code == 200
            assert list(answer.json()) == ["data"]
            assert _names(answer.json()["data"]) == [item.slug for item in registry.of_vertical(vertical)]
        assert {"sandbox", "tryton"} <= set(_names((await reader.organization.get("/integrations/wms")).json()["data"]))

    async def test_older_addresses_answer_the_same(self, reader: Account) -> None:
        for path in ("", "/sandbox"):
            old = await reader.organization.get(f"/wms/integrations{path}")
            assert old.json() == (await reader.organization.get(f"/integrations/wms{path}")).json()
        assert (await reader.organization.get("/wms/integrations/unheard-of")).status_code == 404

    async def test_one_comes_in_a_list_of_one(self, reader: Account) -> None:
        [found] = (await reader.organization.get("/integrations/cart/Sandbox")).json()["data"]
        assert found["display_name"] == "Cart Sandbox"
        assert found["install_method"] == "input"
        writes = {item["action"]: item for item in found["write_operations"]}
        assert writes["adjust_inventory"]["url"] == "PUT /cart/products/{product_id}/adjust-inventory"
        assert writes["adjust_inventory"]["required_base_schema_fields"] == ["quantity", "adjustment_type"]
        reads = {item["action"]: item for item in found["list_operations"]}
        assert reads["get_products"]["implemented_fields"]["sku"] is True
        assert set(found["available_actions"]) == set(writes) | set(reads)

    async def test_its_picture_can_be_fetched(self, reader: Account) -> None:
        [found] = (await reader.organization.get("/integrations/wms/sandbox")).json()["data"]
        answer = await reader.http.get(found["logo_url"])
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("image/svg+xml")

    @pytest.mark.parametrize("path", ["nothing", "wms/nothing", "nothing/sandbox", "carrier/depot", "wms/%00"])
    async def test_what_there_is_not_is_a_404(self, reader: Account, path: str) -> None:
        answer = await reader.organization.get(f"/integrations/{path}")
        assert answer.status_code == 404


class TestWriteInfo:
    async def test_without_a_token_account_values_are_a_placeholder(self, reader: Account) -> None:
        document = (await reader.organization.get(WRITE_INFO)).json()
        validate(document)
        schema = document["components"]["schemas"]["AdjustInventorywmsSandboxSchema"]
        assert schema["properties"]["warehouse_id"]["enum"] == [PLACEHOLDER]

    async def test_with_a_token_they_are_the_account_s_own(self, reader: Account) -> None:
        document = (await reader.warehouse.get(WRITE_INFO)).json()
        validate(document)
        schema = document["components"]["schemas"]["AdjustInventorywmsSandboxSchema"]
        assert schema["properties"]["warehouse_id"]["enum"] == ["warehouse_id_0", "warehouse_id_1"]
        locations = await reader.warehouse.ids("/wms/warehouses/warehouse_id_0/locations")
        assert locations <= set(schema["properties"]["location_id"]["enum"])

    async def test_it_is_the_schema_that_judges(self, account: Account) -> None:
        """A form built from this document must not offer what the write then refuses."""
        document = (await account.warehouse.get(WRITE_INFO)).json()
        schema = document["components"]["schemas"]["AdjustInventorywmsSandboxSchema"]
        assert schema["additionalProperties"] is False
        body = {"quantity": schema["properties"]["quantity"]["minimum"], "adjustment_type": "increase"}
        for warehouse in schema["properties"]["warehouse_id"]["enum"]:
            path = "/wms/inventory/inventory_item_id_0/adjust"
            answer = await account.warehouse.put(path, {**body, "warehouse_id": warehouse})
            assert answer.status_code == 200
        answer = await account.warehouse.put(path, {**body, "warehouse_id": "other"})
        assert set(violations(answer)) == {"warehouse_id"}

    async def test_a_token_of_another_integration_is_refused(self, reader: Account) -> None:
        answer = await reader.shop.get(WRITE_INFO)
        assert set(violations(answer, "headers")) == {"x-trackstar-access-token"}

    async def test_every_integration_has_a_valid_one(self, reader: Account) -> None:
        for adapter in registry.adapters():
            path = f"/integrations/{adapter.vertical}/{adapter.slug}/write-info"
            document = (await reader.organization.get(path)).json()
            validate(document)
            writes = {item.action.operation_id for item in adapter.implementations.values() if item.action.is_write}
            found = {item["operationId"] for path_item in document["paths"].values() for item in path_item.values()}
            assert found == writes
