"""What is peculiar to Shopify: points, keys of repeated calls, stock that others change at the same moment."""

from __future__ import annotations

from typing import Any

import pytest

from crossdock.contract.cart import products
from crossdock.contract.errors import VendorUnavailable
from crossdock.integrations.kit.fake import Call, Fault, Reply
from crossdock.integrations.shopify import queries
from crossdock.integrations.shopify.goods import AdjustInventory
from crossdock.integrations.shopify.queries import Query
from crossdock.integrations.shopify.tests.costs import MOST, Pricing
from crossdock.integrations.shopify.tests.fake import FakeShopify

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(bool(FakeShopify.missing()), reason="the schema of Shopify is not beside this project"),
]
SIZES = {"PRODUCTS": 60, "VARIANTS": 20, "LOCATIONS": 100, "ORDERS": 3}
QUERIES = {name: value for name, value in vars(queries).items() if isinstance(value, Query)}
INCREASE = AdjustInventory(quantity=5, adjustment_type="increase", warehouse_id="1001", reason="received")
DECREASE = AdjustInventory(quantity=2, adjustment_type="decrease", warehouse_id="1001", reason="damaged")
EXACT = AdjustInventory(quantity=9, adjustment_type="exact", warehouse_id="1001", reason="correction")


class BusyShop(FakeShopify):
    """Somebody else sells a unit right before each of the first changes."""

    sales = 2

    def answer(self, call: Call) -> Reply:
        if call.path.startswith("mutation inventory") and self.sales:
            self.sales -= 1
            units, committed = self.variants[22]["stock"][1001]
            self._stock(22, 1001, units - 1, committed + 1)
        return super().answer(call)


def sent(fake: FakeShopify) -> list[Call]:
    return [call for call in fake.calls if fake.changes(call)]


@pytest.mark.parametrize("name", QUERIES)
def test_a_document_costs_what_it_says(name: str) -> None:
    """A call that is more expensive than reserved runs into the limit, and one over 1,000 points is refused."""
    query = QUERIES[name]
    variables = {"first": SIZES.get(name), "ids": ["x"] * 20}
    asked = Pricing(FakeShopify().schema, query.text, variables).cost()
    assert asked == query.cost
    assert query.cost <= MOST


@pytest.mark.parametrize(
    ("body", "expected"),
    [(INCREASE, 12 - 2 + 5), (DECREASE, 12 - 2 - 2), (EXACT, 9)],
    ids=["increase", "decrease", "exact"],
)
async def test_a_sale_in_the_same_moment_is_not_lost(body: AdjustInventory, expected: int) -> None:
    """A change that overwrites a sale sells units twice."""
    fake = BusyShop()
    record: Any = await fake.connect(reference="r").run_write(products.ADJUST_INVENTORY, ("22",), body)
    assert record.record.inventory_by_warehouse_id["1001"] == expected
    keys = [call.body["variables"]["key"] for call in sent(fake)]
    assert len(keys) == len(set(keys)) == 3


async def test_a_stock_that_never_rests_is_left_alone() -> None:
    fake = BusyShop()
    fake.sales = 99
    adapter = fake.connect(reference="r")
    with pytest.raises(VendorUnavailable) as caught:
        await adapter.run_write(products.ADJUST_INVENTORY, ("22",), INCREASE)
    assert not caught.value.may_have_applied


async def test_a_lost_answer_is_asked_for_again_with_the_same_key() -> None:
    """Shopify recognises the key, so the stock changes once although the call was sent twice."""
    fake = FakeShopify()
    fake.fail(Fault.SLOW, path="mutation inventoryAdjustQuantities")
    adapter = fake.connect(reference="r", attempts=3)
    record: Any = await adapter.run_write(products.ADJUST_INVENTORY, ("22",), INCREASE)
    assert record.record.inventory_by_warehouse_id["1001"] == 17
    first, second = sent(fake)
    assert first.body == second.body


async def test_rights_include_reading_what_may_be_written() -> None:
    rights = await FakeShopify().connect().rights()
    assert rights is not None
    assert {"read_products", "read_inventory", "read_orders", "read_locations", "write_orders"} <= set(rights)
    assert "write_locations" not in rights


@pytest.mark.parametrize("write", [products.ADJUST_INVENTORY, products.BATCH_ADJUST_INVENTORY], ids=lambda a: a.name)
async def test_every_action_says_which_rights_it_takes(write: Any) -> None:
    assert FakeShopify.adapter.implementations[write.key].needs
