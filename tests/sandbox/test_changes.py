"""Writes at the vendor: stock and kits of the warehouse, stock of the shop."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.sandbox.conftest import Caller

pytestmark = pytest.mark.anyio

KIT: dict[str, Any] = {
    "sku": "KIT-NEW",
    "components": [{"itemId": "inventory_item_id_4", "units": 1}, {"itemId": "inventory_item_id_10", "units": 2}],
}


def adjustment(change: int, item: int = 6, warehouse: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "itemId": f"inventory_item_id_{item}",
        "warehouseId": f"warehouse_id_{warehouse}",
        "change": change,
        **more,
    }


async def item(caller: Caller, number: int = 6) -> dict[str, Any]:
    status, found = await caller.get(f"/v1/wms/items/inventory_item_id_{number}")
    assert status == 200
    assert isinstance(found, dict)
    return found


def check_sums(found: dict[str, Any]) -> None:
    """Bins, lots and levels tell the same story."""
    for here in found["levels"]:
        where = here["warehouseId"]
        assert here["onHand"] == here["allocated"] + here["quarantined"] + here["available"]
        assert here["onHand"] == sum(part["units"] for part in found["bins"] if part["warehouseId"] == where)
        if found["lots"]:
            assert here["onHand"] == sum(part["units"] for part in found["lots"] if part["warehouseId"] == where)


class TestAdjustments:
    @pytest.mark.parametrize("number", [5, 6])
    @pytest.mark.parametrize("change", [-60, -1, 0, 1, 500])
    async def test_change_keeps_every_sum(self, warehouse: Caller, number: int, change: int) -> None:
        before = await item(warehouse, number)
        status, made = await warehouse.post("/v1/wms/adjustments", adjustment(change, number, 1))
        assert status == 201
        after = await item(warehouse, number)
        assert made["item"] == after
        check_sums(after)
        moved = Counter({here["warehouseId"]: here["onHand"] for here in after["levels"]})
        moved.subtract({here["warehouseId"]: here["onHand"] for here in before["levels"]})
        assert moved == {"warehouse_id_0": 0, "warehouse_id_1": change}
        assert sum(part["change"] for part in made["adjustment"]["bins"]) == change

    async def test_too_many_changes_nothing(self, warehouse: Caller) -> None:
        before = await item(warehouse)
        status, problem = await warehouse.post("/v1/wms/adjustments", adjustment(-10_000, reference="r"))
        assert (status, problem["code"]) == (409, "insufficient_stock")
        assert await item(warehouse) == before
        assert (await warehouse.get("/v1/wms/adjustments", reference="r"))[1]["data"] == []

    async def test_concurrent_changes_are_all_kept(self, warehouse: Caller) -> None:
        """Two people who count at the same time must both be heard."""
        before = await item(warehouse)
        answers = await asyncio.gather(
            *(warehouse.post("/v1/wms/adjustments", adjustment(1, warehouse=n % 2)) for n in range(30))
        )
        assert {status for status, _ in answers} == {201}
        after = await item(warehouse)
        check_sums(after)
        found = [now["onHand"] - then["onHand"] for now, then in zip(after["levels"], before["levels"], strict=True)]
        assert found == [15, 15]

    async def test_the_last_units_are_taken_once(self, warehouse: Caller) -> None:
        """Selling a unit twice is what a warehouse system is there to prevent."""
        available = (await item(warehouse))["levels"][0]["available"]
        answers = await asyncio.gather(
            *(warehouse.post("/v1/wms/adjustments", adjustment(-available)) for _ in range(5))
        )
        assert sorted(status for status, _ in answers) == [201, 409, 409, 409, 409]
        assert (await item(warehouse))["levels"][0]["available"] == 0

    async def test_a_reference_counts_once(self, warehouse: Caller) -> None:
        """A repeated request whose answer was lost must not change stock twice."""
        before = (await item(warehouse))["levels"][0]["onHand"]
        sent = adjustment(4, reference="same")
        answers = await asyncio.gather(*(warehouse.post("/v1/wms/adjustments", sent) for _ in range(4)))
        assert sorted(status for status, _ in answers) == [201, 409, 409, 409]
        assert {problem["code"] for status, problem in answers if status == 409} == {"duplicate_reference"}
        assert (await item(warehouse))["levels"][0]["onHand"] == before + 4
        _, page = await warehouse.get("/v1/wms/adjustments", reference="same")
        assert [made["change"] for made in page["data"]] == [4]

    async def test_a_reference_counts_once_over_different_items(self, warehouse: Caller) -> None:
        first = await warehouse.post("/v1/wms/adjustments", adjustment(4, 6, reference="same"))
        second = await warehouse.post("/v1/wms/adjustments", adjustment(4, 7, reference="same"))
        assert (first[0], second[0]) == (201, 409)


class TestKits:
    async def test_create(self, warehouse: Caller) -> None:
        size = {"length": "1.50", "width": "2", "height": "3", "unit": "in", "weight": "0.1", "weightUnit": "oz"}
        sent = {**KIT, "name": "New", "barcode": "123", "size": size, "reference": "r"}
        status, made = await warehouse.post("/v1/wms/kits", sent)
        assert status == 201
        assert (made["id"], made["type"], made["name"], made["size"]) == ("product_id_17", "kit", "New", size)
        assert [part["sku"] for part in made["components"]] == ["TEA-SENCHA-100", "MUG-BLUE"]
        assert await warehouse.get("/v1/wms/products/product_id_17") == (200, made)
        assert (await warehouse.get("/v1/wms/products", reference="r"))[1]["data"] == [made]

    async def test_without_a_name_it_is_called_by_its_sku(self, warehouse: Caller) -> None:
        assert (await warehouse.post("/v1/wms/kits", KIT))[1]["name"] == "KIT-NEW"

    async def test_the_same_item_twice_is_added_up(self, warehouse: Caller) -> None:
        twice = [{"itemId": "inventory_item_id_4", "units": 1}, {"itemId": "inventory_item_id_4", "units": 2}]
        _, made = await warehouse.post("/v1/wms/kits", {**KIT, "components": twice})
        assert made["components"] == [{"itemId": "inventory_item_id_4", "sku": "TEA-SENCHA-100", "units": 3}]

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"sku": "KIT-OAT-6"}, 409, "duplicate_sku"),
            ({"sku": "MUG-BLUE"}, 409, "duplicate_sku"),
            ({"sku": ""}, 422, "invalid"),
            ({"components": []}, 422, "invalid"),
            ({"components": [{"itemId": "nothing", "units": 1}]}, 422, "unknown_item"),
            ({"components": [{"itemId": "inventory_item_id_0", "units": 0}]}, 422, "invalid"),
            ({"components": [{"itemId": "inventory_item_id_0", "sku": "MUG-BLUE", "units": 1}]}, 422, "wrong_sku"),
            ({"size": {"length": "-1", "width": "1", "height": "1", "weight": "1"}}, 422, "bad_size"),
        ],
    )
    async def test_refused(self, warehouse: Caller, change: dict[str, Any], status: int, code: str) -> None:
        found, problem = await warehouse.post("/v1/wms/kits", {**KIT, **change})
        assert (found, problem["code"]) == (status, code)
        assert len(await warehouse.walk("/v1/wms/products")) == 17
        changed = await warehouse.call("PATCH", "/v1/wms/kits/product_id_15", {**change})
        assert (changed[0], changed[1]["code"]) == (status, code)

    async def test_concurrent_kits_have_one_sku_and_their_own_ids(self, warehouse: Caller) -> None:
        same = await asyncio.gather(*(warehouse.post("/v1/wms/kits", KIT) for _ in range(4)))
        assert sorted(status for status, _ in same) == [201, 409, 409, 409]
        different = await asyncio.gather(
            *(warehouse.post("/v1/wms/kits", {**KIT, "sku": f"KIT-{number}"}) for number in range(6))
        )
        assert len({made["id"] for status, made in different if status == 201}) == 6

    async def test_a_reference_counts_once(self, warehouse: Caller) -> None:
        assert (await warehouse.post("/v1/wms/kits", {**KIT, "reference": "r"}))[0] == 201
        again = await warehouse.post("/v1/wms/kits", {**KIT, "sku": "OTHER", "reference": "r"})
        assert (again[0], again[1]["code"]) == (409, "duplicate_reference")

    async def test_change_replaces_what_is_given(self, warehouse: Caller) -> None:
        before = (await warehouse.get("/v1/wms/products/product_id_15"))[1]
        path = "/v1/wms/kits/product_id_15"
        status, after = await warehouse.call("PATCH", path, {"components": KIT["components"], "reference": "r"})
        assert status == 200
        differing = {name for name in before if before[name] != after[name]}
        assert differing == {"components", "references", "updatedAt"}
        assert (await warehouse.get("/v1/wms/products", reference="r"))[1]["data"] == [after]

    async def test_a_single_product_is_no_kit(self, warehouse: Caller) -> None:
        status, problem = await warehouse.call("PATCH", "/v1/wms/kits/product_id_0", {"name": "x"})
        assert (status, problem["code"]) == (409, "not_a_kit")


class TestShopStock:
    @staticmethod
    async def stock(shop: Caller, variant_id: str = "product_id_1") -> dict[str, int]:
        _, page = await shop.get("/v1/cart/products", variantId=variant_id)
        found = [variant["stock"] for variant in page["data"][0]["variants"] if variant["id"] == variant_id]
        assert len(found) == 1
        return dict(found[0])

    async def test_increase_and_decrease(self, shop: Caller) -> None:
        before = await self.stock(shop)
        path = "/v1/cart/stock-changes"
        assert (await shop.post(path, {"variantId": "product_id_1", "change": 4}))[0] == 201
        assert await self.stock(shop) == {**before, "warehouse_id_0": before["warehouse_id_0"] + 4}
        everything = sum(before.values()) + 4
        status, made = await shop.post(path, {"variantId": "product_id_1", "change": -(everything - 1)})
        assert status == 201
        assert sum(made["change"]["byWarehouse"].values()) == -(everything - 1)
        assert await self.stock(shop) == {"warehouse_id_0": 0, "warehouse_id_1": 1}
        status, problem = await shop.post(path, {"variantId": "product_id_1", "change": -2})
        assert (status, problem["code"]) == (409, "insufficient_stock")
        assert await self.stock(shop) == {"warehouse_id_0": 0, "warehouse_id_1": 1}

    @pytest.mark.parametrize(
        ("sent", "status", "code"),
        [
            ({"variantId": "product_id_0", "change": 1}, 422, "no_stock_of_its_own"),
            ({"variantId": "product_id_99", "change": 1}, 404, "not_found"),
            ({"variantId": "product_id_1", "change": 1, "warehouseId": "nowhere"}, 422, "unknown_warehouse"),
            ({"variantId": "product_id_1", "change": 2**63 - 1}, 409, "stock_limit"),
        ],
    )
    async def test_refused(self, shop: Caller, sent: dict[str, Any], status: int, code: str) -> None:
        found, problem = await shop.post("/v1/cart/stock-changes", sent)
        assert (found, problem["code"]) == (status, code)

    async def test_a_variant_leaves_its_siblings_alone(self, shop: Caller) -> None:
        before = await self.stock(shop, "product_id_2")
        await shop.post("/v1/cart/stock-changes", {"variantId": "product_id_1", "change": 4})
        assert await self.stock(shop, "product_id_2") == before

    async def test_concurrent_changes_of_siblings_are_all_kept(self, shop: Caller) -> None:
        before = [sum((await self.stock(shop, f"product_id_{n}")).values()) for n in (1, 2)]
        changes = [{"variantId": f"product_id_{1 + n % 2}", "change": 1} for n in range(20)]
        answers = await asyncio.gather(*(shop.post("/v1/cart/stock-changes", change) for change in changes))
        assert {status for status, _ in answers} == {201}
        after = [sum((await self.stock(shop, f"product_id_{n}")).values()) for n in (1, 2)]
        assert [now - then for now, then in zip(after, before, strict=True)] == [10, 10]

    async def test_a_reference_counts_once(self, shop: Caller) -> None:
        before = await self.stock(shop)
        sent = {"variantId": "product_id_1", "change": 4, "reference": "r"}
        answers = await asyncio.gather(*(shop.post("/v1/cart/stock-changes", sent) for _ in range(3)))
        assert sorted(status for status, _ in answers) == [201, 409, 409]
        assert sum((await self.stock(shop)).values()) == sum(before.values()) + 4

    async def test_levels_are_set_line_by_line(self, shop: Caller) -> None:
        """One bad line must neither hold up the others nor go unnoticed."""
        here = await self.stock(shop, "product_id_4")
        lines = [
            {"variantId": "product_id_1", "units": 7},
            {"variantId": "product_id_0", "units": 7},
            {"variantId": "nothing", "units": 7},
            {"variantId": "product_id_4", "units": 0, "warehouseId": "warehouse_id_1"},
            {"variantId": "product_id_4", "units": -1},
            {"variantId": "product_id_4", "units": 1, "warehouseId": "nowhere"},
        ]
        status, result = await shop.call("PUT", "/v1/cart/stock-levels", {"lines": lines})
        assert status == 200
        assert [(line["applied"], line["code"]) for line in result["lines"]] == [
            (True, None),
            (False, "no_stock_of_its_own"),
            (False, "not_found"),
            (True, None),
            (False, "negative_level"),
            (False, "unknown_warehouse"),
        ]
        assert [product["id"] for product in result["products"]] == ["product_id_0", "product_id_3"]
        assert sum((await self.stock(shop)).values()) == 7
        assert await self.stock(shop, "product_id_4") == {**here, "warehouse_id_1": 0}

    async def test_batches_that_cross_do_not_block_each_other(self, shop: Caller) -> None:
        """Two batches with the same products in opposite order would otherwise wait for each other forever."""
        variants = ["product_id_1", "product_id_4", "product_id_6", "product_id_9"]
        batches = [
            {"lines": [{"variantId": name, "units": number} for name in variants[:: 1 if number % 2 else -1]]}
            for number in range(10)
        ]
        answers = await asyncio.gather(*(shop.call("PUT", "/v1/cart/stock-levels", batch) for batch in batches))
        assert {status for status, _ in answers} == {200}
        levels = {sum((await self.stock(shop, name)).values()) for name in variants}
        assert len(levels) == 1
