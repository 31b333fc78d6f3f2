"""The ERP's own API: what its requests change, and what they refuse."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.sandbox.conftest import Caller

pytestmark = pytest.mark.anyio

LISTS = {
    "locations": 8,
    "customers": 8,
    "employees": 5,
    "suppliers": 4,
    "items": 14,
    "stock": 14,
    "purchase-orders": 24,
    "receipts": 14,
    "sales-orders": 40,
    "shipments": 27,
    "postings": 0,
}
SALE: dict[str, Any] = {"customerId": "customer_id_1", "lines": [{"itemId": "item_id_9", "units": 4}]}
PURCHASE: dict[str, Any] = {"supplierId": "vendor_id_1", "lines": [{"itemId": "item_id_9", "units": 10}]}


async def level(erp: Caller, item: int = 9, location: int = 0) -> dict[str, Any]:
    """The quantities of an item at a location."""
    _, card = await erp.get(f"/v1/erp/stock/inventory_id_{item}")
    found: dict[str, Any] = next(here for here in card["levels"] if here["locationId"] == f"location_id_{location}")
    return found


def shipment(order: dict[str, Any], units: int, **more: Any) -> dict[str, Any]:
    return {"orderId": order["id"], "lines": [{"lineId": order["lines"][0]["id"], "units": units}], **more}


async def sell(erp: Caller, **changes: Any) -> dict[str, Any]:
    status, posted = await erp.post("/v1/erp/sales-orders", {**SALE, **changes})
    assert status == 201, posted
    found: dict[str, Any] = posted["salesOrder"]
    return found


async def buy(erp: Caller, **changes: Any) -> dict[str, Any]:
    status, posted = await erp.post("/v1/erp/purchase-orders", {**PURCHASE, **changes})
    assert status == 201, posted
    found: dict[str, Any] = posted["purchaseOrder"]
    return found


class TestLists:
    async def test_every_list_and_single(self, erp: Caller) -> None:
        for name, count in LISTS.items():
            whole = await erp.walk(f"/v1/erp/{name}", size=10)
            assert len(whole) == count, name
            if whole:
                assert await erp.get(f"/v1/erp/{name}/{whole[-1]['id']}") == (200, whole[-1])

    async def test_it_needs_a_key_of_its_own(self, shop: Caller, erp: Caller) -> None:
        assert (await shop.get("/v1/erp/items"))[1]["code"] == "wrong_product"
        assert (await erp.get("/v1/account"))[1]["product"] == "erp"


class TestSales:
    async def test_an_order_takes_the_terms_of_its_customer(self, erp: Caller) -> None:
        order = await sell(erp, lines=[{"itemId": "item_id_9", "units": 2}])
        assert (order["state"], order["number"], order["locationId"]) == ("released", "SO-1040", "location_id_0")
        assert (order["subtotal"], order["tax"], order["shipping"], order["total"]) == (
            "178.00",
            "15.68",
            "12.50",
            "206.18",
        )
        wholesale = await sell(
            erp, customerId="customer_id_4", lines=[{"itemId": "item_id_9", "units": 3, "price": "88.888"}]
        )
        assert (wholesale["subtotal"], wholesale["discount"], wholesale["total"]) == ("266.66", "20.00", "259.16")
        assert wholesale["shipTo"]["street2"] == "Dock 2"

    async def test_stock_follows_an_order_through_its_life(self, erp: Caller) -> None:
        before = await level(erp)
        order = await sell(erp)
        assert (await level(erp))["committed"] == before["committed"] + 4
        path = f"/v1/erp/sales-orders/{order['id']}"
        status, posted = await erp.call("PATCH", path, {"lines": [{"itemId": "item_id_9", "units": 6}], "memo": "more"})
        assert (status, posted["salesOrder"]["memo"], posted["salesOrder"]["lines"][0]["id"]) == (
            200,
            "more",
            order["lines"][0]["id"],
        )
        assert (await level(erp))["committed"] == before["committed"] + 6
        status, posted = await erp.post("/v1/erp/shipments", shipment(order, 5, carrier="UPS"))
        assert (status, posted["salesOrder"]["state"], posted["shipment"]["number"]) == (201, "part_shipped", "SH-4027")
        after = await level(erp)
        assert (after["onHand"], after["committed"]) == (before["onHand"] - 5, before["committed"] + 1)
        assert (await erp.post(f"{path}/cancel", {}))[1]["code"] == "already_moved"
        assert (await erp.post("/v1/erp/shipments", shipment(order, 1)))[1]["salesOrder"]["state"] == "shipped"
        assert (await erp.call("PATCH", path, {"memo": "late"}))[1]["code"] == "order_ended"

    async def test_a_change_of_the_location_takes_the_lines_along(self, erp: Caller) -> None:
        order = await sell(erp)
        before = await level(erp, location=1)
        path = f"/v1/erp/sales-orders/{order['id']}"
        _, posted = await erp.call("PATCH", path, {"locationId": "location_id_1"})
        assert [line["locationId"] for line in posted["salesOrder"]["lines"]] == ["location_id_1"]
        assert (await level(erp, location=1))["committed"] == before["committed"] + 4

    async def test_the_customer_stays_once_goods_have_left(self, erp: Caller) -> None:
        order = await sell(erp)
        path = f"/v1/erp/sales-orders/{order['id']}"
        _, posted = await erp.call("PATCH", path, {"customerId": "customer_id_4"})
        assert posted["salesOrder"]["discount"] == "26.70"
        await erp.post("/v1/erp/shipments", shipment(order, 1))
        assert (await erp.call("PATCH", path, {"customerId": "customer_id_1"}))[1]["code"] == "already_moved"

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"customerId": "nobody"}, 422, "unknown_customer"),
            ({"customerId": "customer_id_7"}, 409, "inactive"),
            ({"number": "SO-1003"}, 409, "duplicate_number"),
            ({"locationId": "location_id_4"}, 409, "no_stock_here"),
            ({"locationId": "nowhere"}, 422, "unknown_location"),
            ({"lines": []}, 422, "invalid"),
            ({"lines": [{"itemId": "item_id_9", "units": 0}]}, 422, "invalid"),
            ({"lines": [{"itemId": "item_id_9", "units": 1, "price": "-1"}]}, 422, "bad_price"),
            ({"lines": [{"itemId": "nothing", "units": 1}]}, 422, "unknown_item"),
            ({"orderedAt": "0001-01-01T00:00:00+14:00"}, 422, "bad_time"),
            ({"orderedAt": "2026-01-01T00:00:00"}, 422, "invalid"),
            ({"memo": "a\x00b"}, 422, "invalid"),
        ],
    )
    async def test_refused(self, erp: Caller, change: dict[str, Any], status: int, code: str) -> None:
        """A refused order leaves nothing behind, neither on a list nor in stock."""
        before = await level(erp)
        found, problem = await erp.post("/v1/erp/sales-orders", {**SALE, "reference": "r", **change})
        assert (found, problem["code"]) == (status, code)
        assert await level(erp) == before
        assert (await erp.get("/v1/erp/postings", reference="r"))[1]["data"] == []
        changed, problem = await erp.call("PATCH", "/v1/erp/sales-orders/sales_order_id_38", change)
        assert (changed, problem["code"]) == (status, code)

    async def test_the_last_units_leave_once(self, erp: Caller) -> None:
        """Shipping a unit twice is what books are there to prevent."""
        free = (await level(erp))["available"]
        orders = [await sell(erp, lines=[{"itemId": "item_id_9", "units": free}]) for _ in range(3)]
        answers = await asyncio.gather(
            *(erp.post("/v1/erp/shipments", shipment(order, free)) for order in orders[::-1])
        )
        assert sorted(status for status, _ in answers) == [201, 409, 409]
        assert (await level(erp))["available"] == 0

    async def test_a_parcel_of_negative_size_is_refused(self, erp: Caller) -> None:
        order = await sell(erp)
        size = {"length": "-1", "width": "1", "height": "1", "weight": "1"}
        _, problem = await erp.post("/v1/erp/shipments", shipment(order, 1, packages=[{"size": size}]))
        assert problem["code"] == "bad_size"


class TestPurchasing:
    async def test_stock_follows_an_order_through_its_life(self, erp: Caller) -> None:
        before = await level(erp)
        order = await buy(erp)
        assert (order["state"], order["number"], order["total"]) == ("confirmed", "PO-2024", "310.00")
        assert (await level(erp))["onOrder"] == before["onOrder"] + 10
        status, posted = await erp.post("/v1/erp/receipts", shipment(order, 4))
        assert (status, posted["purchaseOrder"]["state"], posted["receipt"]["number"]) == (
            201,
            "part_received",
            "RC-3014",
        )
        after = await level(erp)
        assert (after["onHand"], after["onOrder"]) == (before["onHand"] + 4, before["onOrder"] + 6)
        path = f"/v1/erp/purchase-orders/{order['id']}"
        assert (await erp.post(f"{path}/cancel", {}))[1]["code"] == "already_moved"
        assert (await erp.post("/v1/erp/receipts", shipment(order, 7)))[1]["code"] == "too_many_units"
        _, posted = await erp.call("PATCH", path, {"lines": [{"itemId": "item_id_9", "units": 4, "price": "30"}]})
        assert (posted["purchaseOrder"]["state"], posted["purchaseOrder"]["total"]) == ("received", "120.00")
        assert (await level(erp))["onOrder"] == before["onOrder"]

    async def test_approval(self, erp: Caller) -> None:
        """Nobody may spend more than they are trusted with."""
        order = await buy(erp, employeeId="employee_id_0")
        assert order["state"] == "requested"
        assert (await erp.post("/v1/erp/receipts", shipment(order, 1)))[1]["code"] == "not_ordered"
        path = f"/v1/erp/purchase-orders/{order['id']}"
        _, posted = await erp.call("PATCH", path, {"employeeId": "employee_id_3"})
        assert posted["purchaseOrder"]["state"] == "confirmed"
        _, posted = await erp.call("PATCH", path, {"employeeId": "employee_id_0"})
        assert posted["purchaseOrder"]["state"] == "requested"
        _, posted = await erp.call("PATCH", path, {"lines": [{"itemId": "item_id_9", "units": 4}]})
        assert (posted["purchaseOrder"]["state"], posted["purchaseOrder"]["total"]) == ("confirmed", "124.00")
        assert (await erp.post(f"{path}/cancel", {}))[1]["purchaseOrder"]["state"] == "void"

    async def test_a_change_of_the_location_changes_where_goods_go(self, erp: Caller) -> None:
        order = await buy(erp)
        _, posted = await erp.call(
            "PATCH",
            f"/v1/erp/purchase-orders/{order['id']}",
            {"locationId": "location_id_2", "supplierId": "vendor_id_2"},
        )
        changed = posted["purchaseOrder"]
        assert (changed["shipTo"]["city"], changed["lines"][0]["locationId"]) == ("Brooklyn", "location_id_2")
        assert (changed["supplierId"], changed["tax"]) == ("vendor_id_2", "7.75")

    async def test_a_receipt_far_in_the_future_has_no_shelf_life(self, erp: Caller) -> None:
        order = await buy(erp, lines=[{"itemId": "item_id_1", "units": 4}])
        _, problem = await erp.post("/v1/erp/receipts", shipment(order, 1, receivedAt="9999-12-31T00:00:00Z"))
        assert problem["code"] == "bad_time"

    @pytest.mark.parametrize(
        ("sent", "code"),
        [
            ({"orderId": "nothing", "lines": [{"lineId": "x", "units": 1}]}, "unknown_purchase_order"),
            ({"orderId": "purchase_order_id_18", "lines": [{"lineId": "x", "units": 1}]}, "unknown_line"),
            (
                {
                    "orderId": "purchase_order_id_18",
                    "locationId": "location_id_5",
                    "lines": [{"lineId": "purchase_line_id_18_0", "units": 1, "locationId": "location_id_0"}],
                },
                "no_stock_here",
            ),
            ({"orderId": "purchase_order_id_18", "lines": []}, "invalid"),
        ],
    )
    async def test_refused_receipts(self, erp: Caller, sent: dict[str, Any], code: str) -> None:
        assert (await erp.post("/v1/erp/receipts", sent))[1]["code"] == code
        assert len(await erp.walk("/v1/erp/receipts")) == LISTS["receipts"]


class TestReferences:
    async def test_a_reference_counts_once_whatever_it_was_for(self, erp: Caller) -> None:
        """A repeated request whose answer was lost must not change the books twice."""
        before = await level(erp)
        sent = {**SALE, "reference": "same"}
        answers = await asyncio.gather(*(erp.post("/v1/erp/sales-orders", sent) for _ in range(4)))
        assert sorted(status for status, _ in answers) == [201, 409, 409, 409]
        assert (await level(erp))["committed"] == before["committed"] + 4
        other = await erp.post("/v1/erp/purchase-orders", {**PURCHASE, "reference": "same"})
        assert (other[0], other[1]["code"]) == (409, "duplicate_reference")

    async def test_a_posting_names_what_it_touched(self, erp: Caller) -> None:
        order = await sell(erp)
        await erp.post("/v1/erp/shipments", shipment(order, 2, reference="r"))
        [posting] = (await erp.get("/v1/erp/postings", reference="r"))[1]["data"]
        assert posting["salesOrderId"] == order["id"]
        assert posting["shipmentId"] == "shipment_id_27"
        assert posting["stockCardIds"] == ["inventory_id_9"]

    async def test_stock_that_did_not_change_is_not_touched(self, erp: Caller) -> None:
        """Whoever follows changes would read everything again after each memo."""
        card = (await erp.get("/v1/erp/stock/inventory_id_8"))[1]
        _, posted = await erp.call("PATCH", "/v1/erp/sales-orders/sales_order_id_38", {"memo": "x"})
        assert posted["stock"] == []
        assert (await erp.get("/v1/erp/stock/inventory_id_8"))[1] == card
