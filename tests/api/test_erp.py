"""The ERP over HTTP: reading, ordering, receiving and shipping, and what each of them changes beside itself."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from crossdock.connections import sandboxes
from crossdock.contract.catalogue import STORED
from crossdock.platform.engine import Engine
from tests.api.client import Account, Caller, violations

pytestmark = pytest.mark.anyio
SALES, PURCHASES = "/erp/sales-orders", "/erp/purchase-orders"
SHIPMENTS, RECEIPTS = "/erp/sales-order-shipments", "/erp/purchase-order-receipts"
HERE = "location_id_0"
RESOURCES = [resource for resource in STORED if resource.vertical == "erp"]


@pytest.fixture(scope="module")
async def erp(engine: Engine, account: Account) -> Caller:
    """A caller of an ERP of this module."""
    made = await sandboxes.generate(engine, account.organization_id, "erp")
    return Caller(account.http, account.key, made.access_token)


async def stock(erp: Caller, item: int, location: str = HERE) -> dict[str, Any]:
    """What the copy says of an item's stock at a location."""
    found = (await erp.get(f"/erp/inventory/inventory_id_{item}")).json()["data"]
    here = found["inventory_by_location_id"][location]
    return {**here, "on_order": found["additional_fields"]["on_order_by_location_id"][location]}


async def sell(erp: Caller, item: int = 9, units: int = 4, **more: Any) -> dict[str, Any]:
    body = {"customer_id": "customer_id_1", "line_items": [{"item_id": f"item_id_{item}", "quantity": units}], **more}
    return made(await erp.post(SALES, body))


async def buy(erp: Caller, item: int = 9, units: int = 10, **more: Any) -> dict[str, Any]:
    body = {"vendor_id": "vendor_id_1", "line_items": [{"item_id": f"item_id_{item}", "quantity": units}], **more}
    return made(await erp.post(PURCHASES, body))


def made(answer: httpx.Response) -> dict[str, Any]:
    """The record of a write that succeeded."""
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert list(said) == ["data", "id", "unused_fields"]
    assert said["unused_fields"] == []
    found: dict[str, Any] = said["data"]
    assert said["id"] == found["id"]
    return found


def line(order: dict[str, Any], units: int, **more: Any) -> dict[str, Any]:
    return {"line_item_id": order["line_items"][0]["line_item_id"], "quantity": units, **more}


async def events(engine: Engine, account: Account) -> list[tuple[str, str, str]]:
    """What subscribers are told, oldest first."""
    async with engine.database.transaction(account.organization_id) as connection:
        cursor = await connection.execute(
            "select resource, change, record_id from events where not first_sync and resource like 'erp/%%' "
            "order by sequence"
        )
        return [(row["resource"], row["change"], row["record_id"]) for row in await cursor.fetchall()]


class TestReads:
    @pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
    async def test_list_and_single(self, erp: Caller, resource: Any) -> None:
        answer = await erp.get(resource.path, {"limit": "2"})
        assert answer.status_code == 200
        records = answer.json()["data"]
        assert len(records) == 2
        for record in records:
            for name in ("created_date", "updated_date", "trackstar_created_date", "trackstar_updated_date"):
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", record[name])
            assert (await erp.get(f"{resource.path}/{record['id']}")).json() == {"data": record}
        assert (await erp.get(f"{resource.path}/nothing")).status_code == 404

    @pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
    async def test_filters(self, erp: Caller, resource: Any) -> None:
        """A filter that is published but does not work gives a wrong report."""
        records = (await erp.get(resource.path)).json()["data"]
        assert resource.filters
        for narrowed in resource.filters:
            wanted = next(record[narrowed.name] for record in records if record[narrowed.name])
            expected = {record["id"] for record in records if record[narrowed.name] == wanted}
            assert await erp.ids(resource.path, {narrowed.name: wanted}) == expected
            assert (
                await erp.ids(resource.path, {f"{narrowed.name}[neq]": wanted}) == {r["id"] for r in records} - expected
            )

    @pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
    async def test_tags_only_where_they_can_be_set(self, erp: Caller, resource: Any) -> None:
        [record] = (await erp.get(resource.path, {"limit": "1"})).json()["data"]
        answer = await erp.put(f"{resource.path}/{record['id']}/trackstar-tags", {"trackstar_tags": ["mine"]})
        if resource.taggable:
            assert made(answer)["trackstar_tags"] == ["mine"]
            assert await erp.ids(resource.path, {"trackstar_tags[contains]": "mine"}) == {record["id"]}
        else:
            assert answer.status_code in (404, 405)
            assert record["trackstar_tags"] is None
            assert violations(await erp.get(resource.path, {"trackstar_tags[contains]": "mine"}), "query")


class TestSalesOrders:
    async def test_create(self, erp: Caller) -> None:
        """What is answered is what is read, and stock is promised at once."""
        before = await stock(erp, 9)
        order = await sell(erp, order_number="MINE-1", memo="first", trackstar_tags=["vip"])
        assert (order["status"], order["raw_status"], order["order_number"]) == ("open", "released", "MINE-1")
        assert order["trackstar_tags"] == ["vip"]
        assert (order["subtotal"], order["total_tax"], order["total_shipping"], order["total_price"]) == (
            356,
            31.36,
            0,
            387.36,
        )
        assert (await erp.get(f"{SALES}/{order['id']}")).json()["data"] == order
        assert await erp.ids(SALES, {"order_number": "MINE-1"}) == {order["id"]}
        after = await stock(erp, 9)
        assert after == {**before, "committed": before["committed"] + 4, "available": before["available"] - 4}

    async def test_update(self, erp: Caller) -> None:
        before = await stock(erp, 10)
        order = await sell(erp, item=10, units=4)
        lines = [{"item_id": "item_id_10", "quantity": 7}, {"item_id": "item_id_11", "quantity": 1, "unit_price": 1.25}]
        changed = made(
            await erp.put(f"{SALES}/{order['id']}", {"line_items": lines, "ship_to_address": {"city": "Rome"}})
        )
        assert [one["line_item_id"] for one in changed["line_items"]][:1] == [order["line_items"][0]["line_item_id"]]
        assert changed["line_items"][1]["unit_price"] == 1.25
        assert changed["ship_to_address"] == {**dict.fromkeys(order["ship_to_address"]), "city": "Rome"}
        assert changed["bill_to_address"] == order["bill_to_address"]
        assert (await stock(erp, 10))["committed"] == before["committed"] + 7

    async def test_cancel_takes_no_body_and_frees_stock(self, erp: Caller) -> None:
        before = await stock(erp, 9)
        order = await sell(erp)
        answer = await erp.send("PUT", f"{SALES}/{order['id']}/cancel")
        assert (made(answer)["status"], answer.json()["data"]["line_items"][0]["is_closed"]) == ("cancelled", True)
        assert await stock(erp, 9) == before
        again = await erp.send("PUT", f"{SALES}/{order['id']}/cancel")
        assert (again.status_code, again.json()["origin"], again.json()["code"]) == (409, "integration", "order_ended")

    async def test_bad_input_is_named(self, erp: Caller) -> None:
        lines = [{"item_id": "item_id_9", "quantity": 0}, {"item_id": "nothing", "quantity": 1}, {"quantity": 1}]
        answer = await erp.post(SALES, {"line_items": lines, "order_date": "yesterday", "colour": "red"})
        assert set(violations(answer)) == {
            *("customer_id", "order_date", "colour", "line_items.0.quantity", "line_items.1.item_id"),
            "line_items.2.item_id",
        }

    @pytest.mark.parametrize("moment", ["1998-12-31T23:59:60Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
    async def test_a_time_no_clock_shows(self, erp: Caller, moment: str) -> None:
        body = {"customer_id": "customer_id_1", "line_items": [{"item_id": "item_id_9", "quantity": 1}]}
        answer = await erp.post(SALES, {**body, "order_date": moment})
        assert answer.status_code == 422

    async def test_the_same_key_orders_once(self, erp: Caller) -> None:
        body = {"customer_id": "customer_id_1", "line_items": [{"item_id": "item_id_11", "quantity": 2}]}
        before = await stock(erp, 11)
        first, second = [await erp.post(SALES, body, "one-order") for _ in range(2)]
        assert first.content == second.content
        assert second.headers["Idempotent-Replayed"] == "true"
        assert (await stock(erp, 11))["committed"] == before["committed"] + 2


class TestShipments:
    async def test_stock_the_order_and_the_shipment_change_together(
        self, erp: Caller, engine: Engine, account: Account
    ) -> None:
        """Whoever hears of the shipment must hear of the stock it took."""
        before = await stock(erp, 6)
        order = await sell(erp, item=6, units=5)
        told = len(await events(engine, account))
        body = {
            "sales_order_id": order["id"],
            "carrier_name": "UPS",
            "line_items": [line(order, 3)],
            "packages": [{"tracking_number": "1Z"}],
        }
        shipment = made(await erp.post(SHIPMENTS, body))
        assert (shipment["status"], shipment["sales_order_id"]) == ("shipped", order["id"])
        assert [(one["tracking_number"], one["carrier_name"]) for one in shipment["packages"]] == [("1Z", "UPS")]
        assert (await erp.get(f"{SHIPMENTS}/{shipment['id']}")).json()["data"] == shipment
        stored = (await erp.get(f"{SALES}/{order['id']}")).json()["data"]
        assert (stored["status"], stored["line_items"][0]["fulfilled_quantity"]) == ("partially_fulfilled", 3)
        after = await stock(erp, 6)
        assert (after["onhand"], after["committed"]) == (before["onhand"] - 3, before["committed"] + 2)
        assert sorted((await events(engine, account))[told:]) == [
            ("erp/inventory", "updated", "inventory_id_6"),
            ("erp/sales_order_shipments", "created", shipment["id"]),
            ("erp/sales_orders", "updated", order["id"]),
        ]
        made(await erp.post(SHIPMENTS, {"sales_order_id": order["id"], "line_items": [line(order, 2)]}))
        assert (await erp.get(f"{SALES}/{order['id']}")).json()["data"]["status"] == "fulfilled"
        refused = await erp.send("PUT", f"{SALES}/{order['id']}/cancel")
        assert refused.status_code == 409

    async def test_lots_and_bins(self, erp: Caller) -> None:
        order = await sell(erp, item=1, units=6)
        named = line(
            order, 6, lots=[{"lot_number": "LOT-01-B", "quantity": 6}], bins=[{"bin_id": "bin_id_0_2", "quantity": 6}]
        )
        shipment = made(await erp.post(SHIPMENTS, {"sales_order_id": order["id"], "line_items": [named]}))
        [moved] = shipment["line_items"]
        assert [(lot["lot_id"], lot["quantity"]) for lot in moved["lots"]] == [("LOT-01-B", 6)]
        assert [(place["bin_id"], place["lot_id"], place["quantity"]) for place in moved["bins"]] == [
            ("bin_id_0_2", "LOT-01-B", 6)
        ]

    async def test_more_than_is_open_is_refused_and_changes_nothing(self, erp: Caller) -> None:
        order = await sell(erp)
        before = await stock(erp, 9)
        answer = await erp.post(SHIPMENTS, {"sales_order_id": order["id"], "line_items": [line(order, 5)]})
        assert (answer.status_code, answer.json()["code"]) == (409, "too_many_units")
        assert await stock(erp, 9) == before

    async def test_an_unknown_order(self, erp: Caller) -> None:
        body = {"sales_order_id": "nothing", "line_items": [{"line_item_id": "x", "quantity": 1}]}
        answer = await erp.post(SHIPMENTS, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_sales_order")


class TestPurchaseOrders:
    async def test_create_update_cancel(self, erp: Caller) -> None:
        before = await stock(erp, 12)
        order = await buy(erp, item=12, expected_date="2030-01-01T01:00:00+01:00", employee_id="employee_id_1")
        assert (order["status"], order["expected_date"], order["total_price"]) == ("open", "2030-01-01T00:00:00Z", 89)
        assert (await stock(erp, 12))["on_order"] == before["on_order"] + 10
        lines = [{"item_id": "item_id_12", "quantity": 3, "unit_cost": 1.005}]
        changed = made(await erp.put(f"{PURCHASES}/{order['id']}", {"line_items": lines, "memo": "fewer"}))
        assert (changed["memo"], changed["total_price"], changed["line_items"][0]["unit_cost"]) == (
            "fewer",
            3.02,
            1.005,
        )
        assert (await stock(erp, 12))["on_order"] == before["on_order"] + 3
        assert made(await erp.send("PUT", f"{PURCHASES}/{order['id']}/cancel"))["status"] == "cancelled"
        assert await stock(erp, 12) == before

    async def test_limits_of_an_employee_are_kept(self, erp: Caller) -> None:
        """The limits that the records show decide whether an order waits for approval."""
        buyer = (await erp.get("/erp/employees/employee_id_0")).json()["data"]
        assert (buyer["purchase_order_limit"], buyer["purchase_order_approval_limit"]) == (150, None)
        order = await buy(erp, employee_id=buyer["id"])
        assert (order["total_price"], order["status"]) == (310, "pending_approval")
        approved = made(await erp.put(f"{PURCHASES}/{order['id']}", {"employee_id": "employee_id_3"}))
        assert approved["status"] == "open"


class TestReceipts:
    async def test_stock_the_order_and_the_receipt_change_together(
        self, erp: Caller, engine: Engine, account: Account
    ) -> None:
        before = await stock(erp, 2)
        order = await buy(erp, item=2, units=8)
        told = len(await events(engine, account))
        lots = [{"lot_number": "NEW", "quantity": 5, "expiration_date": "2030-01-01T00:00:00Z"}]
        body = {"purchase_order_id": order["id"], "line_items": [line(order, 5, lots=lots)]}
        receipt = made(await erp.post(RECEIPTS, body))
        assert (receipt["status"], receipt["vendor_id"]) == ("received", "vendor_id_1")
        assert (await erp.get(f"{RECEIPTS}/{receipt['id']}")).json()["data"] == receipt
        stored = (await erp.get(f"{PURCHASES}/{order['id']}")).json()["data"]
        assert (stored["status"], stored["line_items"][0]["received_quantity"]) == ("partially_received", 5)
        after = await stock(erp, 2)
        assert (after["onhand"], after["on_order"]) == (before["onhand"] + 5, before["on_order"] + 3)
        card = (await erp.get("/erp/inventory/inventory_id_2")).json()["data"]
        assert ("NEW", 5, "2030-01-01T00:00:00Z") in [
            (lot["lot_number"], lot["onhand"], lot["expiration_date"]) for lot in card["lots"]
        ]
        assert sorted((await events(engine, account))[told:]) == [
            ("erp/inventory", "updated", "inventory_id_2"),
            ("erp/purchase_order_receipts", "created", receipt["id"]),
            ("erp/purchase_orders", "updated", order["id"]),
        ]

    async def test_more_than_was_ordered_is_refused(self, erp: Caller) -> None:
        order = await buy(erp)
        answer = await erp.post(RECEIPTS, {"purchase_order_id": order["id"], "line_items": [line(order, 11)]})
        assert (answer.status_code, answer.json()["code"]) == (409, "too_many_units")
        assert (await erp.get(f"{PURCHASES}/{order['id']}")).json()["data"]["status"] == "open"

    async def test_goods_can_arrive_elsewhere(self, erp: Caller) -> None:
        order = await buy(erp, item=7)
        before, elsewhere = await stock(erp, 7), await stock(erp, 7, "location_id_1")
        body = {"purchase_order_id": order["id"], "location_id": "location_id_1", "line_items": [line(order, 10)]}
        assert made(await erp.post(RECEIPTS, body))["location_id"] == "location_id_1"
        after = await stock(erp, 7)
        assert (after["onhand"], after["on_order"]) == (before["onhand"], before["on_order"] - 10)
        assert (await stock(erp, 7, "location_id_1"))["onhand"] == elsewhere["onhand"] + 10


class TestSandbox:
    async def test_generating_it_again_brings_the_seed_back(self, erp: Caller, account: Account) -> None:
        await sell(erp, order_number="GONE")
        answer = await account.organization.post("/sandbox/generate-sandbox/erp")
        assert answer.status_code == 200
        assert answer.json()["access_token"] == erp.token
        assert await erp.ids(SALES, {"order_number": "GONE"}) == set()
        assert len(await erp.ids(SALES)) == 40
