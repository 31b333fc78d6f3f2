"""Inbound shipments, returns, products and the lists of the office, over HTTP: what a client sees before and after."""

from __future__ import annotations

from typing import Any

import pytest

from crossdock.accounts import service as accounts
from crossdock.platform.engine import Engine
from tests.api.client import Account, Caller, violations

pytestmark = pytest.mark.anyio

INBOUND, RETURNS, PRODUCTS = "/wms/inbound-shipments", "/wms/returns", "/wms/products"
INVENTORY, LEDGER, BILLS = "/wms/inventory", "/wms/inventory/ledger", "/wms/billing"
MUG = f"{INVENTORY}/inventory_item_id_10"
SUPPLIER = {"supplier_id": "supplier_id_1", "supplier_name": "Kiln & Clay Works"}


def inbound(**changes: Any) -> dict[str, Any]:
    """A body with every field that the contract shows in its sample."""
    return {
        "supplier_object": SUPPLIER,
        "purchase_order_number": "PO-1",
        "expected_arrival_date": "2030-10-10T01:02:03Z",
        "warehouse_id": "warehouse_id_0",
        "tracking_number": "1Z1",
        "line_items": [{"sku": "MUG-BLUE", "expected_quantity": 6}],
        **changes,
    }


async def record(caller: Caller, path: str) -> dict[str, Any]:
    answer = await caller.get(path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


async def records(caller: Caller, path: str, **params: str) -> list[dict[str, Any]]:
    return [found async for page in caller.pages(path, params, limit=1000) for found in page]


async def written(caller: Caller, method: str, path: str, body: Any = None) -> dict[str, Any]:
    answer = await (caller.post(path, body) if method == "POST" else caller.put(path, body))
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["id"] == said["data"]["id"]
    found: dict[str, Any] = said["data"]
    return found


async def changes_since(engine: Engine, account: Account, sequence: int) -> list[tuple[str, str]]:
    """Resource and change of the events after one."""
    rows = await engine.database.rows(
        account.organization_id, "select resource, change from events where sequence > %s order by 1, 2", [sequence]
    )
    return [(row[0], row[1]) for row in rows]


async def last_event(engine: Engine, account: Account) -> int:
    rows = await engine.database.rows(account.organization_id, "select coalesce(max(sequence), 0) from events", [])
    return int(rows[0][0])


async def returnable(account: Account) -> dict[str, Any]:
    """A body for goods that were shipped and have not come back, taken from the ledger."""
    taken = {back["order_id"] for back in await records(account.warehouse, RETURNS)}
    left = [
        entry
        for entry in await records(account.warehouse, LEDGER, event_type="order_shipment")
        if entry["object_id"] not in taken and entry["quantity"] < -1
    ]
    entry = left[0]
    return {
        "order_id": entry["object_id"],
        "warehouse_id": entry["warehouse_id"],
        "line_items": [{"sku": entry["sku"], "quantity": 1}],
    }


class TestCreateInboundShipment:
    async def test_announced_units_are_awaited_at_once(self, account: Account, engine: Engine) -> None:
        before, mark = await record(account.warehouse, MUG), await last_event(engine, account)
        made = await written(account.warehouse, "POST", INBOUND, inbound(trackstar_tags=["spring"]))
        assert (made["status"], made["receipts"], made["tracking_numbers"]) == ("open", [], ["1Z1"])
        assert made["supplier_object"] == SUPPLIER
        assert made["expected_arrival_date"] == "2030-10-10T01:02:03Z"
        assert made["trackstar_tags"] == ["spring"]
        assert await record(account.warehouse, f"{INBOUND}/{made['id']}") == made
        assert (await record(account.warehouse, MUG))["awaiting"] == before["awaiting"] + 6
        assert await changes_since(engine, account, mark) == [
            ("wms/inbound_shipments", "created"),
            ("wms/inventory", "updated"),
        ]

    async def test_the_least_that_is_needed(self, account: Account) -> None:
        least = {"warehouse_id": "warehouse_id_1", "line_items": inbound()["line_items"]}
        made = await written(account.warehouse, "POST", INBOUND, least)
        assert made["supplier_object"] == {"supplier_id": None, "supplier_name": None}

    async def test_the_deprecated_supplier_still_works(self, account: Account) -> None:
        body = inbound(supplier="Northmill Oats")
        del body["supplier_object"]
        made = await written(account.warehouse, "POST", INBOUND, body)
        assert made["supplier_object"]["supplier_id"] == "supplier_id_2"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"line_items": []}, "line_items"),
            ({"line_items": [{"sku": "NOTHING", "expected_quantity": 1}]}, "line_items.0.sku"),
            ({"line_items": [{"sku": "MUG-BLUE", "expected_quantity": 0}]}, "line_items.0.expected_quantity"),
            ({"warehouse_id": "nowhere"}, "warehouse_id"),
            ({"supplier_object": {}}, "supplier_object"),
            ({"supplier_object": {"supplier_id": None}}, "supplier_object.supplier_id"),
            ({"expected_arrival_date": "tomorrow"}, "expected_arrival_date"),
            ({"notes": ["x"]}, "notes"),
        ],
    )
    async def test_bad_bodies_name_the_field(self, reader: Account, change: dict[str, Any], field: str) -> None:
        assert field in violations(await reader.warehouse.post(INBOUND, inbound(**change)))

    async def test_the_vendors_refusal_is_passed_on(self, reader: Account) -> None:
        body = inbound(supplier_object={"supplier_name": "Nobody"})
        answer = await reader.warehouse.post(INBOUND, body)
        assert (answer.status_code, answer.json()["origin"]) == (422, "integration")
        assert answer.json()["error"] == "There is no supplier Nobody"


class TestUpdateInboundShipment:
    async def test_what_is_awaited_follows(self, account: Account) -> None:
        made = await written(account.warehouse, "POST", INBOUND, inbound())
        before = await record(account.warehouse, MUG)
        path = f"{INBOUND}/{made['id']}"
        lines = [{"sku": "MUG-BLUE", "expected_quantity": 8}]
        changed = await written(account.warehouse, "PUT", path, {"line_items": lines, "tracking_number": "1Z2"})
        assert (changed["status"], changed["tracking_numbers"]) == ("in-transit", ["1Z2"])
        assert changed["purchase_order_number"] == "PO-1"
        assert (await record(account.warehouse, MUG))["awaiting"] == before["awaiting"] + 2

    async def test_an_unknown_one_is_a_404(self, reader: Account) -> None:
        answer = await reader.warehouse.put(f"{INBOUND}/nothing", {"tracking_number": "1"})
        assert (answer.status_code, answer.json()["id"]) == (404, "nothing")


class TestReceiveInboundShipment:
    async def test_stock_ledger_and_bill_are_there_at_once(self, account: Account, engine: Engine) -> None:
        """Whoever sells by this stock must not wait for the next sync."""
        made = await written(account.warehouse, "POST", INBOUND, inbound())
        before, mark = await record(account.warehouse, MUG), await last_event(engine, account)
        body = {
            "warehouse_id": "warehouse_id_0",
            "warehouse_location_id": "location_id_4",
            "line_items": [{"sku": "MUG-BLUE", "quantity": 2}],
        }
        path = f"{INBOUND}/{made['id']}"
        part = await written(account.warehouse, "PUT", f"{path}/receive", body)
        assert (part["status"], part["line_items"][0]["received_quantity"]) == ("receiving", 2)
        assert [line["quantity"] for line in part["receipts"][0]["line_items"]] == [2]
        after = await record(account.warehouse, MUG)
        assert (after["onhand"], after["awaiting"]) == (before["onhand"] + 2, before["awaiting"] - 2)
        assert after["onhand"] == after["committed"] + after["unfulfillable"] + after["fulfillable"]
        entries = [one for one in await records(account.warehouse, LEDGER) if one["object_id"] == made["id"]]
        assert [(one["event_type"], one["quantity"], one["location_id"]) for one in entries] == [
            ("inbound_receipt", 2, "location_id_4")
        ]
        [bill] = [one for one in await records(account.warehouse, BILLS) if one["object_id"] == made["id"]]
        assert (bill["object_type"], bill["charge_type"], bill["amount"]) == ("inbound_shipment", "goods_in", 5.4)
        assert await changes_since(engine, account, mark) == [
            ("wms/bills", "created"),
            ("wms/inbound_shipments", "receipt.created"),
            ("wms/inbound_shipments", "updated"),
            ("wms/inventory", "updated"),
            ("wms/inventory_ledger", "created"),
        ]
        rest = {"line_items": [{"sku": "MUG-BLUE", "quantity": 4}]}
        whole = await written(account.warehouse, "PUT", f"{path}/receive", rest)
        assert (whole["status"], len(whole["receipts"])) == ("received", 2)
        closed = await account.warehouse.put(f"{path}/receive", rest)
        assert (closed.status_code, closed.json()["origin"]) == (409, "integration")

    async def test_a_key_receives_once(self, account: Account) -> None:
        """A retry after a broken connection must not book the pallet twice."""
        made = await written(account.warehouse, "POST", INBOUND, inbound())
        path, body = f"{INBOUND}/{made['id']}/receive", {"line_items": [{"sku": "MUG-BLUE", "quantity": 1}]}
        first = await account.warehouse.put(path, body, "pallet 1")
        again = await account.warehouse.put(path, body, "pallet 1")
        assert again.headers["idempotent-replayed"] == "true"
        assert again.json() == first.json()
        assert (await record(account.warehouse, f"{INBOUND}/{made['id']}"))["line_items"][0]["received_quantity"] == 1


class TestReturns:
    async def test_create_update_cancel(self, account: Account) -> None:
        body = await returnable(account)
        made = await written(account.warehouse, "POST", RETURNS, body)
        assert (made["status"], made["shipments"], made["order_id"]) == ("open", [], body["order_id"])
        path = f"{RETURNS}/{made['id']}"
        line = {**body["line_items"][0], "return_reason": "too small"}
        changed = await written(account.warehouse, "PUT", path, {"line_items": [line]})
        assert changed["line_items"][0]["return_reason"] == "too small"
        cancelled = await written(account.warehouse, "PUT", f"{path}/cancel")
        assert (cancelled["status"], cancelled["shipments"]) == ("cancelled", [])
        assert await record(account.warehouse, path) == cancelled
        again = await account.warehouse.put(f"{path}/cancel", None)
        assert (again.status_code, again.json()["origin"]) == (409, "integration")

    async def test_more_than_was_shipped_is_refused(self, account: Account) -> None:
        body = await returnable(account)
        body["line_items"][0]["quantity"] = 500
        answer = await account.warehouse.post(RETURNS, body)
        assert (answer.status_code, answer.json()["origin"]) == (409, "integration")
        assert "can come back" in answer.json()["error"]

    async def test_one_that_arrived_cannot_be_cancelled(self, reader: Account) -> None:
        assert (await reader.warehouse.put(f"{RETURNS}/return_id_3/cancel", None)).status_code == 409

    async def test_a_cancel_has_a_key_like_any_write(self, account: Account) -> None:
        made = await written(account.warehouse, "POST", RETURNS, await returnable(account))
        path = f"{RETURNS}/{made['id']}/cancel"
        first = await account.warehouse.put(path, None, "cancel it")
        again = await account.warehouse.put(path, None, "cancel it")
        assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")


class TestSimulatedArrival:
    PATH = "/sandbox/simulate/returns/{}/receive"

    async def test_a_return_arrives(self, account: Account, engine: Engine) -> None:
        """Without it nobody could see in the sandbox what a received return does."""
        body = await returnable(account)
        made = await written(account.warehouse, "POST", RETURNS, body)
        [sku] = [line["sku"] for line in body["line_items"]]
        [before] = await records(account.warehouse, INVENTORY, sku=sku)
        mark = await last_event(engine, account)
        answer = await account.organization.put(self.PATH.format(made["id"]), None)
        said = answer.json()
        assert answer.status_code == 200, answer.text
        assert list(said) == ["data", "id", "unused_fields"]
        assert said["data"]["status"] == "received"
        assert said["data"]["line_items"][0]["restocked_quantity"] == 1
        assert await record(account.warehouse, f"{RETURNS}/{made['id']}") == said["data"]
        [after] = await records(account.warehouse, INVENTORY, sku=sku)
        assert (after["onhand"], after["fulfillable"]) == (before["onhand"] + 1, before["fulfillable"] + 1)
        assert await changes_since(engine, account, mark) == [
            ("wms/bills", "created"),
            ("wms/inventory", "updated"),
            ("wms/inventory_ledger", "created"),
            ("wms/returns", "updated"),
        ]
        again = await account.organization.put(self.PATH.format(made["id"]), None)
        assert (again.status_code, again.json()["origin"]) == (409, "integration")

    async def test_an_unknown_return_is_a_404(self, reader: Account) -> None:
        answer = await reader.organization.put(self.PATH.format("nothing"), None)
        assert (answer.status_code, answer.json()["id"]) == (404, "nothing")

    async def test_an_organization_without_a_sandbox_has_no_returns(self, engine: Engine, reader: Account) -> None:
        organization_id = await accounts.create_organization(engine.database, "no sandbox")
        key = await accounts.create_key(engine.database, organization_id, "full")
        answer = await Caller(reader.http, key).put(self.PATH.format("return_id_0"), None)
        assert answer.status_code == 404

    async def test_a_read_only_key_cannot(self, reader: Account) -> None:
        answer = await Caller(reader.http, reader.read_key).put(self.PATH.format("return_id_0"), None)
        assert answer.status_code == 403


class TestShipments:
    async def test_what_leaves_is_in_the_books(self, account: Account, engine: Engine) -> None:
        """Stock that falls without an entry makes the ledger worthless."""
        [order, *_] = await records(account.warehouse, "/wms/orders", status="open")
        mark = await last_event(engine, account)
        shipped = await written(account.warehouse, "POST", f"/wms/orders/{order['id']}/shipments", {})
        left: dict[str, int] = {}
        for package in shipped["shipments"][-1]["packages"]:
            for line in package["line_items"]:
                left[line["inventory_item_id"]] = left.get(line["inventory_item_id"], 0) + line["quantity"]
        booked: dict[str, int] = {}
        for entry in await records(account.warehouse, LEDGER, event_type="order_shipment"):
            if entry["object_id"] == order["id"]:
                booked[entry["inventory_item_id"]] = booked.get(entry["inventory_item_id"], 0) - entry["quantity"]
        assert booked == left != {}
        owed = {
            bill["charge_type"] for bill in await records(account.warehouse, BILLS) if bill["object_id"] == order["id"]
        }
        assert owed == {"pick", "pack", "shipping"}
        assert {name for name, _ in await changes_since(engine, account, mark)} == {
            "wms/bills",
            "wms/inventory",
            "wms/inventory_ledger",
            "wms/orders",
        }


class TestProducts:
    async def test_a_new_product_can_be_stocked_and_renamed(self, account: Account) -> None:
        made = await written(account.warehouse, "POST", PRODUCTS, {"sku": "CUP", "name": "Cup"})
        [part] = made["inventory_items"]
        path = f"{INVENTORY}/{part['inventory_item_id']}"
        assert (await record(account.warehouse, path))["onhand"] == 0
        body = {"quantity": 5, "adjustment_type": "increase", "warehouse_id": "warehouse_id_0"}
        assert (await account.warehouse.put(f"{path}/adjust", body)).json()["data"]["onhand"] == 5
        changed = await written(account.warehouse, "PUT", f"{PRODUCTS}/{made['id']}", {"sku": "CUP-2"})
        assert changed["inventory_items"] == [{**part, "sku": "CUP-2"}]
        stocked = await record(account.warehouse, path)
        assert (stocked["sku"], stocked["onhand"]) == ("CUP-2", 5)

    async def test_the_other_records_that_name_the_sku_change_with_it(self, account: Account) -> None:
        kits = {
            found["id"]
            for found in await records(account.warehouse, PRODUCTS)
            if found["is_kit"] and any(part["sku"] == "MUG-WHITE" for part in found["inventory_items"])
        }
        assert kits
        await written(account.warehouse, "PUT", f"{PRODUCTS}/product_id_11", {"sku": "MUG-CHALK"})
        for kit in kits:
            parts = (await record(account.warehouse, f"{PRODUCTS}/{kit}"))["inventory_items"]
            assert "MUG-CHALK" in {part["sku"] for part in parts}
        assert (await record(account.warehouse, MUG))["substitute_skus"] == ["MUG-CHALK"]

    async def test_a_kit_is_refused_here(self, reader: Account) -> None:
        answer = await reader.warehouse.put(f"{PRODUCTS}/product_id_15", {"name": "x"})
        assert (answer.status_code, answer.json()["origin"]) == (409, "integration")


class TestLists:
    async def test_literal_segments_are_no_ids(self, reader: Account) -> None:
        """`ledger` and `suppliers` stand where ids stand."""
        assert len(await records(reader.warehouse, f"{INBOUND}/suppliers")) == 3
        assert len(await records(reader.warehouse, LEDGER)) > 100

    async def test_the_ledger_adds_up_to_what_is_on_hand(self, account: Account) -> None:
        """Also after all the writes of this module."""
        sums: dict[str, int] = {}
        for entry in await records(account.warehouse, LEDGER):
            sums[entry["inventory_item_id"]] = sums.get(entry["inventory_item_id"], 0) + entry["quantity"]
        stock = {found["id"]: found["onhand"] for found in await records(account.warehouse, INVENTORY)}
        assert {item: sums.get(item, 0) for item in stock} == stock

    @pytest.mark.parametrize(
        ("path", "filters"),
        [
            (INBOUND, {"status": "in-transit"}),
            (INBOUND, {"status": "received", "warehouse_id": "warehouse_id_1"}),
            (INBOUND, {"purchase_order_number": "PO-1001"}),
            (INBOUND, {"warehouse_customer_id": "client_id_0"}),
            (RETURNS, {"status": "cancelled"}),
            (LEDGER, {"event_type": "inbound_receipt"}),
            (BILLS, {"warehouse_customer_id": "client_id_0"}),
            ("/wms/labor-activities", {"associated_object_type": "return"}),
            ("/wms/labor-activities", {"activity_type": "pick", "user_id": "worker_id_0"}),
        ],
    )
    async def test_filters(self, reader: Account, path: str, filters: dict[str, str]) -> None:
        everything = await records(reader.warehouse, path)
        wanted = [one for one in everything if all(one[name] == value for name, value in filters.items())]
        assert await records(reader.warehouse, path, **filters) == wanted != []

    async def test_filters_by_time(self, reader: Account) -> None:
        """What is under way has no end, and no end lies before or after a moment."""
        path, moment = "/wms/labor-activities", "2100-01-01T00:00:00Z"
        everything = await records(reader.warehouse, path)
        ended = [one for one in everything if one["activity_end_time"]]
        assert len(everything) > len(ended) > 0
        assert await records(reader.warehouse, path, **{"activity_end_time[lt]": moment}) == ended
        assert await records(reader.warehouse, path, **{"activity_start_time[gt]": moment}) == []
        expected = await records(reader.warehouse, INBOUND, **{"expected_arrival_date[lt]": moment})
        assert len(expected) == 12

    @pytest.mark.parametrize("path", [BILLS, "/wms/labor-activities", "/wms/shipping-methods", INBOUND, RETURNS])
    async def test_single_records(self, reader: Account, path: str) -> None:
        found = (await records(reader.warehouse, path))[-1]
        assert await record(reader.warehouse, f"{path}/{found['id']}") == found
        assert (await reader.warehouse.get(f"{path}/nothing")).status_code == 404

    async def test_charges_name_what_they_are_for(self, reader: Account) -> None:
        for bill in await records(reader.warehouse, BILLS):
            assert bill["amount"] > 0
            assert bill["currency_code"] == "USD"
        kinds = {bill["object_type"] for bill in await records(reader.warehouse, BILLS)}
        assert kinds == {"order", "inbound_shipment", "return", "warehouse"}

    @pytest.mark.parametrize("path", [f"{INBOUND}/inbound_shipment_id_0", f"{RETURNS}/return_id_0"])
    async def test_tags(self, account: Account, path: str) -> None:
        answer = await account.warehouse.put(f"{path}/trackstar-tags", {"trackstar_tags": ["mine"]})
        assert answer.json()["data"]["trackstar_tags"] == ["mine"]
        found = await records(account.warehouse, path.rpartition("/")[0], **{"trackstar_tags[contains]": "mine"})
        assert [one["id"] for one in found] == [path.rpartition("/")[2]]
