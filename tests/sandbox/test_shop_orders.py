"""Orders at the vendor: placed, shipped and paid back, with stock and money that always add up."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossdock.platform.database import Database
from crossdock.sandbox.cart import data
from crossdock.sandbox.cart import documents as shop_documents
from crossdock.sandbox.cart.order_documents import PROMISING, Order, OrderState, promised
from tests.sandbox.conftest import Caller, open_account

pytestmark = pytest.mark.anyio

ORDERS = "/v1/cart/orders"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SEED = list(data.seed(NOW))
SEEDED = [item for item in SEED if isinstance(item, Order)]


def check_order(order: Order) -> None:
    """Units and money of an order tell one story."""
    lines = sum((line.total for line in order.lines), Decimal(0))
    assert order.total == lines + order.shipping
    assert order.paid in (Decimal(0), order.total)
    assert Decimal(0) <= order.refunded <= order.paid
    assert sum((refund.shipping for refund in order.refunds), Decimal(0)) <= order.shipping
    for line in order.lines:
        sent = sum(part.units for shipment in order.shipments for part in shipment.lines if part.line_id == line.id)
        back = [part for refund in order.refunds for part in refund.lines if part.line_id == line.id]
        assert line.shipped == sent
        assert line.open >= 0
        assert line.shipped + line.cancelled <= line.units
        assert line.refunded <= line.units
        assert sum((part.amount for part in back), Decimal(0)) <= line.total
        if order.state != "cancelled":
            assert line.refunded == sum(part.units for part in back) >= line.cancelled
    left, shipped = sum(line.open for line in order.lines), sum(line.shipped for line in order.lines)
    assert (order.state in PROMISING) == bool(left)
    assert (order.state == "fulfilled") == (not left and shipped > 0)
    assert (order.state == "part_shipped") == (left > 0 and shipped > 0)
    for refund in order.refunds:
        itemized = sum((part.amount for part in refund.lines), refund.shipping)
        assert refund.total == itemized + refund.other


def check_promises(orders: list[Order], products: list[shop_documents.Product]) -> None:
    """What variants have promised is what orders wait for."""
    wanted: dict[tuple[str, str], int] = {}
    for order in orders:
        for key, units in promised(order).items():
            wanted[key] = wanted.get(key, 0) + units
    variants = [variant for product in products for variant in product.variants]
    found = {(one.id, where): units for one in variants for where, units in one.committed.items() if units}
    assert found == wanted
    assert all(units >= 0 for one in variants for units in one.stock.values())


class TestSeed:
    @pytest.mark.parametrize("order", SEEDED, ids=lambda order: order.id)
    def test_every_order_adds_up(self, order: Order) -> None:
        check_order(order)

    def test_promises_are_those_of_the_orders(self) -> None:
        """Stock that nobody ordered must not look sold."""
        check_promises(SEEDED, [item for item in SEED if isinstance(item, shop_documents.Product)])

    def test_every_state_and_special_case_occurs(self) -> None:
        """A status nobody sees in the sandbox is met in production first."""
        assert {order.state for order in SEEDED} == set(get_args(OrderState))
        assert any(len(order.groups) > 1 for order in SEEDED if order.state == "paid")
        assert any(refund.shipping and not refund.lines for order in SEEDED for refund in order.refunds)
        assert any(line.discount for order in SEEDED for line in order.lines)
        assert {len(order.lines) for order in SEEDED} == {1, 2, 3}
        assert [order.id for order in SEEDED] == [f"order_id_{number}" for number in range(60)]


async def read(caller: Caller, identifier: str) -> Order:
    status, found = await caller.get(f"{ORDERS}/{identifier}")
    assert status == 200, found
    return msgspec.convert(found, Order)


async def everything(caller: Caller) -> tuple[list[Order], list[shop_documents.Product]]:
    orders = [msgspec.convert(one, Order) for one in await caller.walk(ORDERS)]
    products = [msgspec.convert(one, shop_documents.Product) for one in await caller.walk("/v1/cart/products")]
    return orders, products


def in_stock(products: list[shop_documents.Product]) -> int:
    """Units of everything, everywhere."""
    return sum(sum(variant.stock.values()) for product in products for variant in product.variants)


def parts(order: Order, units: int = 1) -> list[dict[str, Any]]:
    """The first line of an order, as requests name it."""
    return [{"lineId": order.lines[0].id, "units": units}]


class TestPlacing:
    async def test_a_test_order_needs_nothing(self, shop: Caller) -> None:
        status, made = await shop.post(ORDERS, {})
        assert status == 201
        order = msgspec.convert(made["order"], Order)
        assert (order.id, order.number, order.state) == ("order_id_60", "order_number_60", "paid")
        check_order(order)
        check_promises(*await everything(shop))

    async def test_what_is_not_there_waits(self, shop: Caller) -> None:
        lines = [{"variantId": "product_id_9", "units": 900}]
        _, made = await shop.post(ORDERS, {"lines": lines})
        assert made["order"]["state"] == "waiting_for_stock"
        status, problem = await shop.post(f"{ORDERS}/{made['order']['id']}/shipments", {})
        assert (status, problem["code"]) == (409, "insufficient_stock")
        check_promises(*await everything(shop))

    async def test_goods_of_two_warehouses_are_shipped_twice(self, shop: Caller) -> None:
        lines = [{"variantId": "product_id_4"}, {"variantId": "product_id_11"}]
        _, made = await shop.post(ORDERS, {"lines": lines, "service": "Express"})
        assert len(made["order"]["groups"]) == 2
        _, shipped = await shop.post(f"{ORDERS}/{made['order']['id']}/shipments", {"trackingNumber": "T"})
        assert [one["warehouseId"] for one in shipped["order"]["shipments"]] == ["warehouse_id_0", "warehouse_id_1"]
        assert shipped["order"]["state"] == "fulfilled"

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"lines": [{"variantId": "product_id_99"}]}, 404, "not_found"),
            ({"lines": [{"variantId": "product_id_0"}]}, 422, "no_stock_of_its_own"),
            ({"lines": []}, 422, "invalid"),
            ({"lines": [{"variantId": "product_id_1", "units": 0}]}, 422, "invalid"),
            ({"service": "Drone"}, 422, "unknown_service"),
        ],
    )
    async def test_what_cannot_be_ordered(self, shop: Caller, body: Any, status: int, code: str) -> None:
        answer, problem = await shop.post(ORDERS, body)
        assert (answer, problem["code"]) == (status, code)
        assert len(await shop.walk(ORDERS)) == 60


class TestShipping:
    async def test_a_part_then_the_rest(self, shop: Caller) -> None:
        order = await read(shop, "order_id_47")
        before = in_stock((await everything(shop))[1])
        status, made = await shop.post(f"{ORDERS}/{order.id}/shipments", {"lines": parts(order)})
        assert (status, made["order"]["state"]) == (201, "part_shipped")
        _, made = await shop.post(f"{ORDERS}/{order.id}/shipments", {})
        assert made["order"]["state"] == "fulfilled"
        check_order(msgspec.convert(made["order"], Order))
        orders, products = await everything(shop)
        check_promises(orders, products)
        assert in_stock(products) == before - sum(line.units for line in order.lines)

    async def test_no_more_than_was_ordered(self, shop: Caller) -> None:
        """Shipping more than was sold gives goods away."""
        order = await read(shop, "order_id_47")
        twice = parts(order, 1) * 3
        status, problem = await shop.post(f"{ORDERS}/{order.id}/shipments", {"lines": twice})
        assert (status, problem["code"]) == (409, "too_many_units")
        assert await read(shop, order.id) == order

    @pytest.mark.parametrize(
        ("identifier", "code"),
        [
            ("order_id_37", "not_shippable"),
            ("order_id_42", "not_shippable"),
            ("order_id_40", "not_shippable"),
            ("order_id_43", "not_shippable"),
            ("order_id_46", "not_shippable"),
            ("order_id_41", "insufficient_stock"),
            ("order_id_99", "not_found"),
        ],
    )
    async def test_what_cannot_be_shipped(self, shop: Caller, identifier: str, code: str) -> None:
        assert (await shop.post(f"{ORDERS}/{identifier}/shipments", {}))[1]["code"] == code

    async def test_a_reference_counts_once(self, shop: Caller) -> None:
        """A repeated request whose answer was lost must not ship twice."""
        order = await read(shop, "order_id_47")
        sent = {"lines": parts(order), "reference": "same"}
        assert (await shop.post(f"{ORDERS}/{order.id}/shipments", sent))[0] == 201
        status, problem = await shop.post(f"{ORDERS}/{order.id}/shipments", sent)
        assert (status, problem["code"]) == (409, "duplicate_reference")
        status, problem = await shop.post(f"{ORDERS}/order_id_48/refunds", {"reference": "same"})
        assert (status, problem["code"]) == (409, "duplicate_reference")
        assert [one["id"] for one in (await shop.get(ORDERS, reference="same"))[1]["data"]] == [order.id]


class TestRefunds:
    async def test_everything_left(self, shop: Caller) -> None:
        order = await read(shop, "order_id_47")
        assert (await shop.post(f"{ORDERS}/{order.id}/refunds", {"amount": "10.00", "reason": "late"}))[0] == 201
        status, made = await shop.post(f"{ORDERS}/{order.id}/refunds", {})
        after = msgspec.convert(made["order"], Order)
        assert (status, after.state, after.refunded) == (201, "refunded", order.total)
        assert after.refunds[1].other == Decimal("-10.00")
        check_order(after)
        check_promises(*await everything(shop))
        assert (await shop.post(f"{ORDERS}/{order.id}/refunds", {}))[1]["code"] == "nothing_to_refund"

    async def test_units_one_by_one_are_worth_the_line(self, shop: Caller) -> None:
        """Rounding must neither keep a cent back nor pay one twice."""
        lines = [{"variantId": "product_id_9", "units": 3}]
        order = msgspec.convert((await shop.post(ORDERS, {"lines": lines}))[1]["order"], Order)
        for _ in range(3):
            assert (await shop.post(f"{ORDERS}/{order.id}/refunds", {"lines": parts(order)}))[0] == 201
        after = await read(shop, order.id)
        assert after.refunded == order.lines[0].total
        assert after.left_to_refund == order.shipping

    @pytest.mark.parametrize("restock", [True, False])
    async def test_shipped_units_go_back_into_stock_when_asked(self, shop: Caller, restock: bool) -> None:
        order = await read(shop, "order_id_40")
        where = order.groups[0].warehouse_id
        before = (await shop.get("/v1/cart/products/product_id_0"))[1]["variants"][0]["stock"][where]
        sent = {"lines": [{**parts(order)[0], "restock": restock}]}
        status, made = await shop.post(f"{ORDERS}/{order.id}/refunds", sent)
        assert status == 201
        assert made["products"][0]["variants"][0]["stock"][where] == before + restock
        assert made["order"]["state"] == "fulfilled"

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"amount": "5000.00"}, "more_than_paid"),
            ({"shipping": "4.91"}, "more_than_paid"),
            ({"lines": [{"lineId": "order_id_40_line_0", "units": 2}]}, "too_many_units"),
            ({"lines": [{"lineId": "order_id_40_line_0", "units": 1, "amount": "24.00"}]}, "more_than_paid"),
            ({"lines": [{"lineId": "order_id_41_line_0", "units": 1}]}, "unknown_line"),
            ({"lines": [{"lineId": "order_id_40_line_0", "units": 1}] * 2}, "line_twice"),
            ({"lines": [{"lineId": "order_id_40_line_0", "units": 1}], "amount": "1.00"}, "amounts_differ"),
            ({"lines": [{"lineId": "order_id_40_line_0", "units": 0}]}, "empty_refund"),
            ({"amount": "0"}, "empty_refund"),
            ({"amount": "-1"}, "bad_amount"),
            ({"amount": "0.001"}, "bad_amount"),
            ({"amount": "1e300"}, "bad_amount"),
            ({"amount": "NaN"}, "bad_amount"),
            ({"lines": []}, "invalid"),
        ],
    )
    async def test_what_cannot_be_paid_back(self, shop: Caller, body: Any, code: str) -> None:
        """Money that was never paid must not be paid back."""
        before = await read(shop, "order_id_40")
        assert (await shop.post(f"{ORDERS}/order_id_40/refunds", body))[1]["code"] == code
        assert await read(shop, "order_id_40") == before

    @pytest.mark.parametrize("identifier", ["order_id_37", "order_id_43", "order_id_46"])
    async def test_an_order_without_money_left(self, shop: Caller, identifier: str) -> None:
        assert (await shop.post(f"{ORDERS}/{identifier}/refunds", {}))[1]["code"] == "nothing_to_refund"


class TestProducts:
    async def test_a_new_product_counts_on(self, shop: Caller) -> None:
        status, made = await shop.post("/v1/cart/products", {})
        assert status == 201
        assert (made["id"], made["variants"][0]["id"]) == ("product_id_17", "product_id_18")
        assert (await shop.post("/v1/cart/products", {}))[1]["id"] == "product_id_19"
        sku = made["variants"][0]["sku"]
        assert (await shop.post("/v1/cart/products", {"sku": sku}))[1]["code"] == "duplicate_sku"
        assert (await shop.post("/v1/cart/products", {"price": "1e-9"}))[1]["code"] == "bad_amount"
        order = (await shop.post(ORDERS, {"lines": [{"variantId": "product_id_18"}]}))[1]["order"]
        assert order["lines"][0]["price"] == "18.00"


UNITS = st.integers(1, 3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("place"), st.sampled_from(["product_id_4", "product_id_11", "product_id_12"]), UNITS),
        st.tuples(st.just("ship"), st.integers(0, 4), st.none() | UNITS),
        st.tuples(st.just("refund"), st.integers(0, 4), st.none() | UNITS),
        st.tuples(st.just("pay back"), st.integers(0, 4), st.integers(1, 3000)),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_whatever_happens_it_adds_up(app: Any, database: Database, steps: list[tuple[Any, ...]]) -> None:
    """Stock that is promised to nobody, or money that is paid back twice, shows up only after many changes."""
    organization_id: UUID = uuid4()
    async with database.system() as connection:
        await connection.execute("insert into organizations (id, name) values (%s, 'test')", (organization_id,))
    caller = await open_account(app, database, organization_id, "cart")
    made = ["order_id_36", "order_id_39", "order_id_47", "order_id_56", "order_id_40"]
    for what, chosen, amount in steps:
        if what == "place":
            status, said = await caller.post(ORDERS, {"lines": [{"variantId": chosen, "units": amount}]})
            made[0] = said["order"]["id"]
        else:
            order = await read(caller, made[chosen])
            body: dict[str, Any] = (
                {} if amount is None else {"lines": [{"lineId": order.lines[-1].id, "units": amount}]}
            )
            if what == "pay back":
                body = {"amount": str(Decimal(amount) / 100)}
            kind = "shipments" if what == "ship" else "refunds"
            status, said = await caller.post(f"{ORDERS}/{order.id}/{kind}", body)
        assert status in (201, 409), said
    orders, products = await everything(caller)
    for order in orders:
        check_order(order)
    check_promises(orders, products)
