"""Orders at the vendor: what they hold, what leaves, and that no unit is promised or counted twice."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossdock.integrations.kit.transport import ASGIApp
from crossdock.platform.database import Database
from crossdock.sandbox.wms.documents import Order
from crossdock.sandbox.wms.order_data import allocations
from tests.sandbox.conftest import Caller, open_account
from tests.sandbox.test_changes import adjustment, check_sums

pytestmark = pytest.mark.anyio

ORDERS = "/v1/wms/orders"


def line(product: int, units: int, **more: Any) -> dict[str, Any]:
    return {"productId": f"product_id_{product}", "units": units, **more}


async def made(warehouse: Caller, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A new order."""
    status, found = await warehouse.post(ORDERS, {"lines": list(lines), **more})
    assert status == 201, found
    return dict(found["order"])


async def change(warehouse: Caller, identifier: str, **wanted: Any) -> tuple[int, Any]:
    return await warehouse.call("PATCH", f"{ORDERS}/{identifier}", wanted)


async def shipped(warehouse: Caller, identifier: str, **wanted: Any) -> dict[str, Any]:
    status, found = await warehouse.post(f"{ORDERS}/{identifier}/shipments", wanted)
    assert status == 201, found
    return dict(found["order"])


async def level(warehouse: Caller, number: int, place: int = 0) -> dict[str, int]:
    _, found = await warehouse.get(f"/v1/wms/items/inventory_item_id_{number}")
    check_sums(found)
    return next(here for here in found["levels"] if here["warehouseId"] == f"warehouse_id_{place}")


class TestCreate:
    async def test_it_holds_what_its_products_are_made_of(self, warehouse: Caller) -> None:
        """A kit is promised as its components, or the shelf would be sold twice."""
        oats, mug = await level(warehouse, 5), await level(warehouse, 10)
        order = await made(warehouse, line(16, 2), line(5, 3), line(10, 1), warehouseId="warehouse_id_0")
        assert order["state"] == "new"
        assert (await level(warehouse, 5))["allocated"] == oats["allocated"] + 15
        assert (await level(warehouse, 5))["onHand"] == oats["onHand"]
        assert (await level(warehouse, 10))["available"] == mug["available"] - 1

    async def test_without_enough_stock_it_waits_and_holds_nothing(self, warehouse: Caller) -> None:
        before = await level(warehouse, 6)
        order = await made(warehouse, line(6, 1), line(7, 5000))
        assert order["state"] == "waiting_for_stock"
        assert await level(warehouse, 6) == before

    async def test_the_warehouse_that_has_everything_is_chosen(self, warehouse: Caller) -> None:
        taken = (await level(warehouse, 6))["available"]
        await made(warehouse, line(6, taken), warehouseId="warehouse_id_0")
        assert (await made(warehouse, line(6, 1)))["warehouseId"] == "warehouse_id_1"

    async def test_amounts_are_added_up(self, warehouse: Caller) -> None:
        order = await made(
            warehouse, line(0, 2, price="10.50", discount="1"), line(1, 1), tax="2.30", shipping="4", discount="0.80"
        )
        assert order["total"] == "34.00"

    @pytest.mark.parametrize(
        ("sent", "status", "code"),
        [
            ({"lines": []}, 422, "invalid"),
            ({"lines": [line(99, 1)]}, 422, "unknown_product"),
            ({"lines": [line(0, 1, sku="MUG-BLUE")]}, 422, "wrong_sku"),
            ({"lines": [line(0, 0)]}, 422, "invalid"),
            ({"lines": [line(13, 1)]}, 409, "inactive_product"),
            ({"lines": [line(0, 1, price="-1")]}, 422, "bad_amount"),
            ({"lines": [line(0, 1)], "number": "order_number_3"}, 409, "duplicate_number"),
            ({"lines": [line(0, 1)], "shopOrderId": "shop_order_id_3"}, 409, "duplicate_shop_order"),
            ({"lines": [line(0, 1)], "channelId": "nowhere"}, 422, "unknown_channel"),
            ({"lines": [line(0, 1)], "channelId": "channel_A", "channelName": "Wholesale"}, 422, "unknown_channel"),
            ({"lines": [line(0, 1)], "shippingMethodId": "mule"}, 422, "unknown_shipping_method"),
            ({"lines": [line(0, 1)], "warehouseId": "nowhere"}, 422, "unknown_warehouse"),
        ],
    )
    async def test_refused(self, warehouse: Caller, sent: dict[str, Any], status: int, code: str) -> None:
        found, problem = await warehouse.post(ORDERS, sent)
        assert (found, problem["code"]) == (status, code)
        assert len(await warehouse.walk(ORDERS)) == 100

    async def test_a_reference_counts_once(self, warehouse: Caller) -> None:
        order = await made(warehouse, line(6, 1), reference="r")
        again = await warehouse.post(ORDERS, {"lines": [line(6, 1)], "reference": "r"})
        assert (again[0], again[1]["code"]) == (409, "duplicate_reference")
        assert (await warehouse.get(ORDERS, reference="r"))[1]["data"] == [order]


class TestChange:
    async def test_new_lines_hold_other_stock(self, warehouse: Caller) -> None:
        filters, mugs = await level(warehouse, 7), await level(warehouse, 10)
        order = await made(warehouse, line(7, 4), warehouseId="warehouse_id_0")
        status, found = await change(warehouse, order["id"], lines=[line(10, 2)])
        assert status == 200
        assert {item["id"] for item in found["items"]} == {"inventory_item_id_7", "inventory_item_id_10"}
        assert await level(warehouse, 7) == filters
        assert (await level(warehouse, 10))["available"] == mugs["available"] - 2

    async def test_a_waiting_order_gets_its_stock_when_it_is_looked_at_again(self, warehouse: Caller) -> None:
        missing = (await level(warehouse, 7))["available"] + 1
        order = await made(warehouse, line(7, missing), warehouseId="warehouse_id_0")
        assert order["state"] == "waiting_for_stock"
        assert (await change(warehouse, order["id"], state="picked"))[1]["code"] == "insufficient_stock"
        await warehouse.post("/v1/wms/adjustments", adjustment(1, 7))
        assert (await change(warehouse, order["id"], state="new"))[1]["order"]["state"] == "new"
        assert (await level(warehouse, 7))["available"] == 0

    async def test_on_hold_gives_the_stock_back(self, warehouse: Caller) -> None:
        before = await level(warehouse, 7)
        order = await made(warehouse, line(7, 4), warehouseId="warehouse_id_0")
        await change(warehouse, order["id"], state="on_hold")
        assert await level(warehouse, 7) == before

    async def test_packed_orders_have_packs_until_they_are_unpacked(self, warehouse: Caller) -> None:
        order = await made(warehouse, line(16, 4), line(6, 5))
        packed = (await change(warehouse, order["id"], state="packed"))[1]["order"]
        assert [[part["units"] for part in pack["lines"]] for pack in packed["packs"]] == [[4, 1], [4]]
        assert [[part["units"] for part in pack["items"]] for pack in packed["packs"]] == [[24, 1], [4]]
        refused = await change(warehouse, order["id"], lines=[line(6, 1)])
        assert (refused[0], refused[1]["code"]) == (409, "already_picked")
        opened = (await change(warehouse, order["id"], state="new", lines=[line(6, 1)]))[1]["order"]
        assert (opened["state"], opened["packs"]) == ("new", [])

    @pytest.mark.parametrize(
        ("number", "code"), [(0, "already_shipped"), (75, "already_shipped"), (3, "already_cancelled")]
    )
    async def test_what_has_left_or_is_called_off_stays(self, warehouse: Caller, number: int, code: str) -> None:
        """Goods on a lorry cannot be called back by a request."""
        for answer in (
            await change(warehouse, f"order_id_{number}", serviceLevel="Express"),
            await warehouse.post(f"{ORDERS}/order_id_{number}/cancellation", {}),
        ):
            assert (answer[0], answer[1]["code"]) == (409, code)


class TestCancel:
    async def test_the_stock_is_free_again(self, warehouse: Caller) -> None:
        before = await level(warehouse, 7)
        order = await made(warehouse, line(7, 4), warehouseId="warehouse_id_0")
        status, found = await warehouse.post(f"{ORDERS}/{order['id']}/cancellation", {"reference": "r"})
        assert (status, found["order"]["state"], found["order"]["shipments"]) == (200, "cancelled", [])
        assert await level(warehouse, 7) == before
        assert (await warehouse.get(ORDERS, reference="r"))[1]["data"] == [found["order"]]


class TestShip:
    async def test_units_leave_the_oldest_lot_and_are_counted(self, warehouse: Caller) -> None:
        """The lot of a recalled batch must be found again."""
        before = await level(warehouse, 3)
        order = await made(warehouse, line(3, 60), warehouseId="warehouse_id_0")
        done = await shipped(warehouse, order["id"], trackingNumber="T")
        assert (done["state"], done["lines"][0]["shipped"]) == ("shipped", 60)
        [shipment] = done["shipments"]
        items = [item for package in shipment["packages"] for item in package["items"]]
        by_lot: Counter[str] = Counter()
        for item in items:
            by_lot[item["lotId"]] += item["units"]
        assert by_lot == {"lot_id_3_0": 40, "lot_id_3_1": 20}
        assert all(item["expiresAt"] for item in items)
        after = await level(warehouse, 3)
        assert (after["onHand"], after["allocated"]) == (before["onHand"] - 60, before["allocated"])

    async def test_a_part_leaves_the_rest_promised(self, warehouse: Caller) -> None:
        before = await level(warehouse, 6)
        order = await made(warehouse, line(6, 5), line(7, 1), warehouseId="warehouse_id_0")
        lines = [{"productId": "product_id_6", "units": 3}]
        part = await shipped(warehouse, order["id"], lines=lines)
        assert (part["state"], [entry["shipped"] for entry in part["lines"]]) == ("part_shipped", [3, 0])
        here = await level(warehouse, 6)
        assert (here["onHand"], here["allocated"]) == (before["onHand"] - 3, before["allocated"] + 2)
        half = await shipped(warehouse, order["id"], part=True)
        assert [entry["shipped"] for entry in half["lines"]] == [5, 0]
        refused = await warehouse.post(f"{ORDERS}/{order['id']}/shipments", {"part": True})
        assert (refused[0], refused[1]["code"]) == (409, "one_unit_left")
        done = await shipped(warehouse, order["id"])
        assert (done["state"], len(done["shipments"])) == ("shipped", 3)
        assert len({shipment["id"] for shipment in done["shipments"]}) == 3

    async def test_packs_leave_by_name(self, warehouse: Caller) -> None:
        order = await made(warehouse, line(6, 8))
        packed = (await change(warehouse, order["id"], state="packed"))[1]["order"]
        first, second = (pack["id"] for pack in packed["packs"])
        part = await shipped(warehouse, order["id"], packages=[{"id": second, "trackingNumber": "T2"}])
        assert [pack["id"] for pack in part["packs"]] == [first]
        [package] = part["shipments"][0]["packages"]
        assert (package["id"], package["trackingNumber"]) == (second, "T2")
        again = await warehouse.post(f"{ORDERS}/{order['id']}/shipments", {"packages": [{"id": second}]})
        assert (again[0], again[1]["code"]) == (422, "unknown_pack")
        done = await shipped(warehouse, order["id"], packages=[{"trackingNumber": "T1"}])
        assert (done["state"], done["packs"]) == ("shipped", [])

    async def test_packs_that_were_opened_are_packed_anew(self, warehouse: Caller) -> None:
        order = await made(warehouse, line(6, 8))
        await change(warehouse, order["id"], state="packed")
        part = await shipped(warehouse, order["id"], lines=[{"productId": "product_id_6", "units": 1}])
        assert sum(entry["units"] for pack in part["packs"] for entry in pack["lines"]) == 7

    @pytest.mark.parametrize(
        ("number", "sent", "status", "code"),
        [
            (0, {}, 409, "already_shipped"),
            (3, {}, 409, "already_cancelled"),
            (77, {}, 409, "waiting_for_stock"),
            (78, {}, 409, "on_hold"),
            (70, {"warehouseId": "warehouse_id_1"}, 409, "other_warehouse"),
            (70, {"lines": [{"productId": "product_id_9", "units": 99}]}, 409, "too_many_units"),
            (70, {"lines": [{"productId": "product_id_99", "units": 1}]}, 409, "too_many_units"),
            (70, {"part": True, "lines": [{"productId": "product_id_9", "units": 1}]}, 422, "two_choices"),
            (70, {"packages": [{"id": "a"}, {"id": "a"}]}, 422, "duplicate_package"),
            (70, {"packages": [{}] * 20}, 422, "too_many_boxes"),
            (84, {"packages": [{}] * 9}, 422, "too_many_boxes"),
            (70, {"shippedAt": "0001-01-01T00:00:00+14:00"}, 422, "bad_time"),
            (70, {"shippedAt": "2026-01-01T00:00:00"}, 422, "bad_time"),
            (70, {"cost": "-1"}, 422, "bad_amount"),
            (70, {"size": {"length": "-1", "width": "1", "height": "1", "weight": "1"}}, 422, "bad_size"),
            (70, {"shippingMethodId": "mule"}, 422, "unknown_shipping_method"),
            (999, {}, 404, "not_found"),
        ],
    )
    async def test_refused(self, warehouse: Caller, number: int, sent: dict[str, Any], status: int, code: str) -> None:
        before = await warehouse.walk("/v1/wms/items")
        found, problem = await warehouse.post(f"{ORDERS}/order_id_{number}/shipments", sent)
        assert (found, problem["code"]) == (status, code)
        assert await warehouse.walk("/v1/wms/items") == before


class TestFiles:
    async def test_what_is_sent_is_kept(self, warehouse: Caller) -> None:
        sent = {"name": "label.pdf", "content": "AP8=", "link": "https://files.example/label.pdf"}
        status, found = await warehouse.post(f"{ORDERS}/order_id_70/files", sent)
        assert status == 201
        [file] = found["order"]["files"]
        assert (file["name"], file["sizeBytes"]) == ("label.pdf", 2)
        _, kept = await warehouse.get(f"/v1/wms/files/{file['id']}")
        assert {name: kept[name] for name in sent} == sent

    @pytest.mark.parametrize(
        ("sent", "code"),
        [
            ({}, "no_file"),
            ({"name": "x"}, "no_file"),
            ({"content": "!"}, "invalid"),
            ({"link": "ftp://files.example/x"}, "bad_link"),
            ({"link": "http://[::1"}, "bad_link"),
            ({"link": "https://"}, "bad_link"),
        ],
    )
    async def test_refused(self, warehouse: Caller, sent: dict[str, Any], code: str) -> None:
        status, problem = await warehouse.post(f"{ORDERS}/order_id_70/files", sent)
        assert (status, problem["code"]) == (422, code)


# -- any series of writes --------------------------------------------------------------------------------------------

_PRODUCTS = st.sampled_from([0, 5, 6, 9, 14, 15, 16])
_LINES = st.lists(st.builds(line, _PRODUCTS, st.sampled_from([1, 2, 7, 90])), min_size=1, max_size=3)
_SOME_ORDER = st.sampled_from([70, 73, 74, 75, 77, 78, 100, 101, 102])
_STATES = ["new", "released", "in_work", "picked", "packed", "on_hold"]
_SHIPMENTS = st.sampled_from([{}, {"part": True}, {"packages": [{}]}, {"packages": [{}, {}]}])
_STEPS: st.SearchStrategy[tuple[str, Any, dict[str, Any]]] = st.one_of(
    st.tuples(st.just("POST"), st.just(""), st.fixed_dictionaries({"lines": _LINES})),
    st.tuples(
        st.just("PATCH"),
        _SOME_ORDER,
        st.fixed_dictionaries({}, optional={"lines": _LINES, "state": st.sampled_from(_STATES)}),
    ),
    st.tuples(st.just("cancellation"), _SOME_ORDER, st.just({})),
    st.tuples(st.just("shipments"), _SOME_ORDER, _SHIPMENTS),
    st.tuples(st.just("adjust"), st.just(""), st.builds(adjustment, st.integers(-60, 60), st.sampled_from([0, 5, 6]))),
)


async def _take_step(warehouse: Caller, step: tuple[str, Any, dict[str, Any]]) -> tuple[int, Any]:
    kind, order, body = step
    if kind == "adjust":
        return await warehouse.post("/v1/wms/adjustments", body)
    if kind == "POST":
        return await warehouse.post(ORDERS, body)
    path = f"{ORDERS}/order_id_{order}"
    return await (warehouse.call("PATCH", path, body) if kind == "PATCH" else warehouse.post(f"{path}/{kind}", body))


def _check_order(order: Order) -> None:
    assert all(0 <= entry.shipped <= entry.units for entry in order.lines)
    left, gone = sum(entry.open for entry in order.lines), sum(entry.shipped for entry in order.lines)
    assert gone == sum(entry.units for shipment in order.shipments for entry in shipment.lines)
    assert (order.state == "shipped") == (left == 0)
    assert (order.state == "part_shipped") == (left > 0 and gone > 0)
    if order.packs:
        assert left == sum(entry.units for pack in order.packs for entry in pack.lines)
    boxes = [box.id for shipment in order.shipments for box in shipment.packages] + [box.id for box in order.packs]
    assert len(set(boxes)) == len(boxes)


def _gone(orders: list[Order]) -> Counter[str]:
    gone: Counter[str] = Counter()
    for order in orders:
        for shipment in order.shipments:
            for package in shipment.packages:
                for item in package.items:
                    gone[item.item_id] += item.units
    return gone


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(_STEPS, min_size=2, max_size=8))
async def test_any_series_of_writes_keeps_every_unit(
    app: ASGIApp, database: Database, organization_id: UUID, steps: list[tuple[str, Any, dict[str, Any]]]
) -> None:
    """Stock that is promised to nobody, or sold twice, or lost on its way out, is found by a customer."""
    warehouse = await open_account(app, database, organization_id, "wms")
    on_hand = {item["id"]: sum(here["onHand"] for here in item["levels"]) for item in await _items(warehouse)}
    on_hand = Counter(on_hand) + _gone(await _orders(warehouse))
    for step in steps:
        status, answer = await _take_step(warehouse, step)
        assert status in (200, 201, 404, 409, 422), answer
        if step[0] == "adjust" and status == 201:
            on_hand[answer["item"]["id"]] += step[2]["change"]
        items, orders = await _items(warehouse), await _orders(warehouse)
        for item in items:
            check_sums(item)
            assert all(min(part for part in here.values() if isinstance(part, int)) >= 0 for here in item["levels"])
        held = {(item["id"], here["warehouseId"]): here["allocated"] for item in items for here in item["levels"]}
        assert {place: units for place, units in held.items() if units} == {
            place: units for place, units in allocations(orders).items() if units
        }
        now = Counter({item["id"]: sum(here["onHand"] for here in item["levels"]) for item in items})
        assert now + _gone(orders) == on_hand
        for order in orders:
            _check_order(order)


async def _items(warehouse: Caller) -> list[dict[str, Any]]:
    return await warehouse.walk("/v1/wms/items", size=500)


async def _orders(warehouse: Caller) -> list[Order]:
    return msgspec.convert(await warehouse.walk(ORDERS, size=500), list[Order])
