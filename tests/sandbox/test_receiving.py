"""Goods that come, and products, at the vendor: the rules, and that stock, expectations and the ledger agree."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.sandbox.conftest import Caller
from tests.sandbox.test_changes import adjustment, check_sums, item

pytestmark = pytest.mark.anyio

INBOUND, RETURNS, PRODUCTS = "/v1/wms/inbound-shipments", "/v1/wms/returns", "/v1/wms/products"
LINES = [{"sku": "MUG-BLUE", "units": 10}]
RETURN: dict[str, Any] = {"orderId": "order_id_6", "warehouseId": "warehouse_id_0"}


async def announced(caller: Caller, **changes: Any) -> dict[str, Any]:
    status, made = await caller.post(INBOUND, {"warehouseId": "warehouse_id_0", "lines": LINES, **changes})
    assert status == 201, made
    shipment: dict[str, Any] = made["inboundShipments"][0]
    return shipment


async def returnable(caller: Caller) -> tuple[str, str, int]:
    """A shipped order of which nothing came back yet: its id, and an item of it with its units."""
    taken = {back["orderId"] for back in await caller.walk(RETURNS)}
    for order in await caller.walk("/v1/wms/orders"):
        line = order["lines"][0]
        if order["state"] == "shipped" and order["id"] not in taken and not line["sku"].startswith("KIT"):
            return order["id"], line["sku"], sum(one["shipped"] for one in order["lines"] if one["sku"] == line["sku"])
    raise AssertionError("no order can come back")


def level(found: dict[str, Any], warehouse: int = 0) -> dict[str, int]:
    levels: dict[str, dict[str, int]] = {here["warehouseId"]: here for here in found["levels"]}
    return levels[f"warehouse_id_{warehouse}"]


async def check_books(caller: Caller) -> None:
    """The ledger adds up to the stock, and what is expected to what is announced."""
    held: Counter[tuple[str, str]] = Counter()
    for entry in await caller.walk("/v1/wms/ledger", size=500):
        held[entry["itemId"], entry["binId"]] += entry["units"]
    coming: Counter[tuple[str, str]] = Counter()
    for shipment in await caller.walk(INBOUND):
        if shipment["state"] in ("announced", "on_the_way", "unloading"):
            for line in shipment["lines"]:
                coming[line["itemId"], shipment["warehouseId"]] += max(line["units"] - line["received"], 0)
    items = await caller.walk("/v1/wms/items")
    for found in items:
        check_sums(found)
    assert +held == {(one["id"], part["binId"]): part["units"] for one in items for part in one["bins"]}
    assert +coming == {
        (one["id"], here["warehouseId"]): here["expected"]
        for one in items
        for here in one["levels"]
        if here["expected"]
    }


class TestInboundShipments:
    async def test_a_life(self, warehouse: Caller) -> None:
        """Announced, expected, received in part, received with more than announced."""
        before = level(await item(warehouse, 10))
        made = await announced(warehouse, supplier={"name": "Kiln & Clay Works"})
        assert (made["state"], made["receipts"], made["supplier"]["id"]) == ("announced", [], "supplier_id_1")
        assert made["shipFrom"]["city"] == "Trenton"
        assert level(await item(warehouse, 10))["expected"] == before["expected"] + 10
        path = f"{INBOUND}/{made['id']}"
        status, part = await warehouse.post(f"{path}/receipts", {"lines": [{"sku": "MUG-BLUE", "units": 4}]})
        assert status == 200
        shipment = part["inboundShipments"][0]
        assert (shipment["state"], shipment["lines"][0]["received"]) == ("unloading", 4)
        now = level(part["items"][0])
        assert (now["onHand"], now["expected"]) == (before["onHand"] + 4, before["expected"] + 6)
        assert [(entry["type"], entry["units"], entry["causeId"]) for entry in part["ledger"]] == [
            ("goods_in", 4, made["id"])
        ]
        assert [(charge["type"], charge["amount"]) for charge in part["charges"]] == [("goods_in", "5.80")]
        whole = {"lines": [{"sku": "MUG-BLUE", "units": 9}], "binId": "location_id_6"}
        _, rest = await warehouse.post(f"{path}/receipts", whole)
        shipment = rest["inboundShipments"][0]
        assert (shipment["state"], shipment["lines"][0]["received"], len(shipment["receipts"])) == ("stored", 13, 2)
        now = level(rest["items"][0])
        assert (now["onHand"], now["expected"]) == (before["onHand"] + 13, before["expected"])
        assert await warehouse.get(path) == (200, shipment)
        await check_books(warehouse)

    async def test_quarantine_takes_goods_too(self, warehouse: Caller) -> None:
        """A pallet that has to be inspected first must not be sold."""
        before = level(await item(warehouse, 10))
        made = await announced(warehouse)
        receipt = {"lines": LINES, "binId": "location_id_8"}
        _, done = await warehouse.post(f"{INBOUND}/{made['id']}/receipts", receipt)
        now = level(done["items"][0])
        assert (now["quarantined"], now["available"]) == (before["quarantined"] + 10, before["available"])
        await check_books(warehouse)

    async def test_a_change_moves_what_is_expected(self, warehouse: Caller) -> None:
        made = await announced(warehouse)
        there = level(await item(warehouse, 11), 1)["expected"]
        changes = {
            "warehouseId": "warehouse_id_1",
            "trackingNumber": "1Z",
            "lines": [{"sku": "MUG-WHITE", "units": 7}],
        }
        status, done = await warehouse.call("PATCH", f"{INBOUND}/{made['id']}", changes)
        assert status == 200
        assert done["inboundShipments"][0]["state"] == "on_the_way"
        assert {found["id"] for found in done["items"]} == {"inventory_item_id_10", "inventory_item_id_11"}
        assert level(await item(warehouse, 11), 1)["expected"] == there + 7
        await check_books(warehouse)

    async def test_fewer_announced_than_arrived_closes_it(self, warehouse: Caller) -> None:
        """A supplier who sends less than announced would otherwise be waited for forever."""
        made = await announced(warehouse)
        path = f"{INBOUND}/{made['id']}"
        await warehouse.post(f"{path}/receipts", {"lines": [{"sku": "MUG-BLUE", "units": 4}]})
        gone = await warehouse.call("PATCH", path, {"lines": [{"sku": "MUG-WHITE", "units": 4}]})
        assert (gone[0], gone[1]["code"]) == (409, "already_arrived")
        moved = await warehouse.call("PATCH", path, {"warehouseId": "warehouse_id_1"})
        assert (moved[0], moved[1]["code"]) == (409, "already_arrived")
        _, done = await warehouse.call("PATCH", path, {"lines": [{"sku": "MUG-BLUE", "units": 4}]})
        assert done["inboundShipments"][0]["state"] == "stored"
        for method, more in (("PATCH", ""), ("POST", "/receipts")):
            status, problem = await warehouse.call(method, f"{path}{more}", {"lines": LINES})
            assert (status, problem["code"]) == (409, "closed")
        await check_books(warehouse)

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"warehouseId": "nowhere"}, 422, "unknown_warehouse"),
            ({"supplier": {"id": "nobody"}}, 422, "unknown_supplier"),
            ({"supplier": {"name": "Nobody"}}, 422, "unknown_supplier"),
            ({"supplier": {"id": "supplier_id_0", "name": "Northmill Oats"}}, 422, "wrong_supplier"),
            ({"expectedAt": "0001-01-01T00:00:00+14:00"}, 422, "bad_time"),
            ({"expectedAt": "2026-12-01T00:00:00"}, 422, "bad_time"),
            ({"lines": []}, 422, "invalid"),
            ({"lines": [{"sku": "NOTHING", "units": 1}]}, 422, "unknown_sku"),
            ({"lines": [{"sku": "KIT-OAT-6", "units": 1}]}, 422, "unknown_sku"),
            ({"lines": [{"sku": "MUG-BLUE", "units": 1, "unitCost": "-1"}]}, 422, "bad_cost"),
            ({"lines": [{"sku": "MUG-BLUE", "units": 10**9}] * 2}, 409, "stock_limit"),
        ],
    )
    async def test_refused(self, warehouse: Caller, change: dict[str, Any], status: int, code: str) -> None:
        sent = {"warehouseId": "warehouse_id_0", "lines": LINES, **change}
        found, problem = await warehouse.post(INBOUND, sent)
        assert (found, problem["code"]) == (status, code)
        found, problem = await warehouse.call("PATCH", f"{INBOUND}/inbound_shipment_id_8", change)
        assert (found, problem["code"]) == (status, code)
        assert len(await warehouse.walk(INBOUND)) == 12

    @pytest.mark.parametrize(
        ("receipt", "status", "code"),
        [
            ({"warehouseId": "warehouse_id_1", "lines": LINES}, 409, "wrong_warehouse"),
            ({"binId": "location_id_9", "lines": LINES}, 422, "unknown_bin"),
            ({"lines": [{"sku": "MUG-WHITE", "units": 1}]}, 422, "not_announced"),
            ({"lines": [{"sku": "MUG-BLUE", "units": 0}]}, 422, "invalid"),
            ({"lines": [{"sku": "MUG-BLUE", "units": 10**9}]}, 409, "stock_limit"),
        ],
    )
    async def test_receipts_refused(self, warehouse: Caller, receipt: dict[str, Any], status: int, code: str) -> None:
        made = await announced(warehouse)
        found, problem = await warehouse.post(f"{INBOUND}/{made['id']}/receipts", receipt)
        assert (found, problem["code"]) == (status, code)
        assert (await warehouse.get(f"{INBOUND}/{made['id']}"))[1] == made
        await check_books(warehouse)

    async def test_concurrent_receipts_and_corrections_are_all_kept(self, warehouse: Caller) -> None:
        made = await announced(warehouse, lines=[{"sku": "MUG-BLUE", "units": 50}])
        receipt = {"lines": [{"sku": "MUG-BLUE", "units": 1}]}
        answers = await asyncio.gather(
            *(warehouse.post(f"{INBOUND}/{made['id']}/receipts", receipt) for _ in range(6)),
            *(warehouse.post("/v1/wms/adjustments", adjustment(1, 10)) for _ in range(6)),
        )
        assert {status for status, _ in answers} == {200, 201}
        shipment = (await warehouse.get(f"{INBOUND}/{made['id']}"))[1]
        assert shipment["lines"][0]["received"] == len(shipment["receipts"]) == 6
        await check_books(warehouse)


class TestReturns:
    async def test_good_units_go_back_on_the_shelf(self, warehouse: Caller) -> None:
        order_id, sku, units = await returnable(warehouse)
        sent = {**RETURN, "orderId": order_id, "lines": [{"sku": sku, "units": units, "reason": "too small"}]}
        status, made = await warehouse.post(RETURNS, sent)
        assert status == 201
        back = made["returns"][0]
        assert (back["state"], back["parcels"]) == ("announced", [])
        _, done = await warehouse.post(f"{RETURNS}/{back['id']}/receipt", {})
        after = done["returns"][0]
        assert (after["state"], after["lines"][0]["received"], after["lines"][0]["restocked"]) == ("done", units, units)
        assert after["parcels"][0]["lines"][0]["states"] == [
            {"units": units, "condition": "good", "placed": "restocked"}
        ]
        assert [(entry["type"], entry["units"], entry["note"]) for entry in done["ledger"]] == [
            ("customer_return", units, "too small")
        ]
        assert [charge["type"] for charge in done["charges"]] == ["return_handling"]
        await check_books(warehouse)

    async def test_damaged_units_go_to_quarantine(self, warehouse: Caller) -> None:
        before = {found["id"]: found for found in await warehouse.walk("/v1/wms/items")}
        status, done = await warehouse.post(f"{RETURNS}/return_id_0/receipt", {})
        assert status == 200
        for found in done["items"]:
            now, then = level(found, 1), level(before[found["id"]], 1)
            assert now["quarantined"] - then["quarantined"] == 3
            assert now["available"] == then["available"]
        assert done["returns"][0]["lines"][0]["restocked"] == 0
        await check_books(warehouse)

    async def test_no_more_than_was_shipped(self, warehouse: Caller) -> None:
        """Two returns of the same goods would credit the buyer twice."""
        order_id, sku, units = await returnable(warehouse)
        sent = {**RETURN, "orderId": order_id, "lines": [{"sku": sku, "units": units}]}
        too_many = {**sent, "lines": [{"sku": sku, "units": units}, {"sku": sku, "units": 1}]}
        assert (await warehouse.post(RETURNS, too_many))[1]["code"] == "more_than_shipped"
        answers = await asyncio.gather(*(warehouse.post(RETURNS, sent) for _ in range(3)))
        assert sorted(status for status, _ in answers) == [201, 409, 409]
        made = next(answer["returns"][0] for status, answer in answers if status == 201)
        same = await warehouse.call("PATCH", f"{RETURNS}/{made['id']}", {"lines": sent["lines"]})
        assert same[0] == 200
        assert (await warehouse.post(f"{RETURNS}/{made['id']}/cancel", {}))[0] == 200
        assert (await warehouse.post(RETURNS, sent))[0] == 201

    async def test_units_of_a_kit_come_back_one_by_one(self, warehouse: Caller) -> None:
        kits = {product["sku"]: product for product in await warehouse.walk(PRODUCTS) if product["type"] == "kit"}
        taken = {back["orderId"] for back in await warehouse.walk(RETURNS)}
        order, line = next(
            (order, line)
            for order in await warehouse.walk("/v1/wms/orders")
            for line in order["lines"]
            if order["state"] == "shipped" and line["sku"] in kits and order["id"] not in taken
        )
        part = kits[line["sku"]]["components"][0]
        sent = {**RETURN, "orderId": order["id"], "lines": [{"sku": part["sku"], "units": 1}]}
        assert (await warehouse.post(RETURNS, sent))[0] == 201

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"orderId": "order_id_999"}, 422, "unknown_order"),
            ({"orderId": "order_id_3"}, 409, "more_than_shipped"),
            ({"warehouseId": "nowhere"}, 422, "unknown_warehouse"),
            ({"lines": [{"sku": "NOTHING", "units": 1}]}, 422, "unknown_sku"),
            ({"lines": []}, 422, "invalid"),
        ],
    )
    async def test_refused(self, warehouse: Caller, change: dict[str, Any], status: int, code: str) -> None:
        order_id, sku, _ = await returnable(warehouse)
        sent = {**RETURN, "orderId": order_id, "lines": [{"sku": sku, "units": 1}], **change}
        found, problem = await warehouse.post(RETURNS, sent)
        assert (found, problem["code"]) == (status, code)
        found, problem = await warehouse.call("PATCH", f"{RETURNS}/return_id_0", change)
        assert (found, problem["code"]) == (status, code)

    @pytest.mark.parametrize(
        ("number", "change", "cancel", "receipt"),
        [(0, 200, 200, 200), (1, 409, 200, 200), (2, 409, 409, 200), (3, 409, 409, 409), (4, 409, 409, 409)],
    )
    async def test_what_each_state_allows(
        self, warehouse: Caller, number: int, change: int, cancel: int, receipt: int
    ) -> None:
        """A return that has arrived cannot be made to never have been."""
        path = f"{RETURNS}/return_id_{number}"
        assert (await warehouse.call("PATCH", path, {"warehouseId": "warehouse_id_0"}))[0] == change
        # Received last: a cancelled one cannot be.
        wanted = receipt if cancel == 409 else 409
        status, done = await warehouse.post(f"{path}/cancel", {})
        assert status == cancel
        if cancel == 200:
            assert (done["returns"][0]["state"], done["returns"][0]["parcels"]) == ("cancelled", [])
        assert (await warehouse.post(f"{path}/receipt", {}))[0] == wanted
        await check_books(warehouse)


class TestProducts:
    async def test_a_new_one_has_an_item_to_stock(self, warehouse: Caller) -> None:
        sent = {"sku": "CUP", "name": "Tasting cup", "barcode": "2000000000183"}
        status, made = await warehouse.post(PRODUCTS, sent)
        assert status == 201
        [product], [found] = made["products"], made["items"]
        assert (product["id"], found["id"], found["unitCost"]) == ("product_id_17", "inventory_item_id_14", None)
        assert product["components"] == [{"itemId": found["id"], "sku": "CUP", "units": 1}]
        assert [here["onHand"] for here in found["levels"]] == [0, 0]
        assert (await warehouse.post("/v1/wms/adjustments", adjustment(5, 14)))[0] == 201
        await announced(warehouse, lines=[{"sku": "CUP", "units": 3}])
        await check_books(warehouse)

    async def test_a_new_sku_is_new_everywhere(self, warehouse: Caller) -> None:
        """A kit that names a SKU nobody knows any more cannot be built."""
        made = await announced(warehouse)
        sent = {"sku": "MUG-COBALT", "name": "Cobalt mug"}
        status, done = await warehouse.call("PATCH", f"{PRODUCTS}/product_id_10", sent)
        assert status == 200
        assert done["products"][0]["id"] == "product_id_10"
        named = {found["id"]: (found["sku"], found["name"]) for found in (*done["products"], *done["items"])}
        assert named["product_id_10"] == named["inventory_item_id_10"] == ("MUG-COBALT", "Cobalt mug")
        kit = (await warehouse.get(f"{PRODUCTS}/product_id_15"))[1]
        assert "MUG-COBALT" in {part["sku"] for part in kit["components"]}
        assert (await item(warehouse, 11))["substituteSkus"] == ["MUG-COBALT"]
        # What was announced under the old name can be received under both.
        for sku in ("MUG-BLUE", "MUG-COBALT"):
            receipt = {"lines": [{"sku": sku, "units": 1}]}
            assert (await warehouse.post(f"{INBOUND}/{made['id']}/receipts", receipt))[0] == 200

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"sku": "KIT-OAT-6"}, 409, "duplicate_sku"),
            ({"sku": ""}, 422, "invalid"),
            ({"size": {"length": "-1", "width": "1", "height": "1", "weight": "1"}}, 422, "bad_size"),
        ],
    )
    async def test_refused(self, warehouse: Caller, change: dict[str, Any], status: int, code: str) -> None:
        found, problem = await warehouse.post(PRODUCTS, {"sku": "CUP", "name": "Cup", **change})
        assert (found, problem["code"]) == (status, code)
        found, problem = await warehouse.call("PATCH", f"{PRODUCTS}/product_id_0", change)
        assert (found, problem["code"]) == (status, code)

    async def test_a_kit_has_an_address_of_its_own(self, warehouse: Caller) -> None:
        status, problem = await warehouse.call("PATCH", f"{PRODUCTS}/product_id_15", {"name": "x"})
        assert (status, problem["code"]) == (409, "is_a_kit")


class TestShipments:
    async def test_what_leaves_can_come_back(self, warehouse: Caller) -> None:
        """Shipped, booked, returned: the shelf holds what it held before."""
        before = (await warehouse.get("/v1/wms/orders/order_id_70"))[1]
        status, made = await warehouse.post("/v1/wms/orders/order_id_70/shipments", {})
        assert status == 201
        await check_books(warehouse)
        parts = Counter[str]()
        for line in before["lines"]:
            parts.update({part["sku"]: part["units"] * line["units"] for part in line["parts"]})
        assert Counter[str]({found["sku"]: 0 for found in made["items"]}).keys() == parts.keys()
        sent = {**RETURN, "orderId": "order_id_70", "lines": [{"sku": sku, "units": n} for sku, n in parts.items()]}
        _, back = await warehouse.post(RETURNS, sent)
        _, done = await warehouse.post(f"{RETURNS}/{back['returns'][0]['id']}/receipt", {})
        assert sum(entry["units"] for entry in (*made["ledger"], *done["ledger"])) == 0
        await check_books(warehouse)


class TestRequests:
    async def test_a_reference_counts_once_whatever_it_was_for(self, warehouse: Caller) -> None:
        """A repeated request whose answer was lost must not announce or receive twice."""
        sent = {"warehouseId": "warehouse_id_0", "lines": LINES, "reference": "same"}
        answers = await asyncio.gather(*(warehouse.post(INBOUND, sent) for _ in range(3)))
        assert sorted(status for status, _ in answers) == [201, 409, 409]
        status, problem = await warehouse.post(PRODUCTS, {"sku": "CUP", "name": "Cup", "reference": "same"})
        assert (status, problem["code"]) == (409, "duplicate_reference")
        assert len(await warehouse.walk(INBOUND)) == 13

    async def test_what_a_request_did_can_be_asked_for(self, warehouse: Caller) -> None:
        made = await announced(warehouse)
        receipt = {"lines": LINES, "reference": "lost"}
        assert (await warehouse.get("/v1/wms/requests", reference="lost"))[1]["data"] == []
        _, done = await warehouse.post(f"{INBOUND}/{made['id']}/receipts", receipt)
        assert (await warehouse.get("/v1/wms/requests", reference="lost"))[1]["data"] == [done]
        await warehouse.post("/v1/wms/adjustments", adjustment(2, 10))
        [later] = (await warehouse.get("/v1/wms/requests", reference="lost"))[1]["data"]
        assert level(later["items"][0])["onHand"] == level(done["items"][0])["onHand"] + 2
        refused = {"warehouseId": "nowhere", "lines": LINES, "reference": "refused"}
        await warehouse.post(INBOUND, refused)
        assert (await warehouse.get("/v1/wms/requests", reference="refused"))[1]["data"] == []
