"""The seed: what every sandbox account starts with."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import get_args

import msgspec
import pytest

from crossdock.sandbox.cart import data as cart_data
from crossdock.sandbox.cart import documents as cart
from crossdock.sandbox.goods import barcode
from crossdock.sandbox.wms import data as wms_data
from crossdock.sandbox.wms import documents as wms
from crossdock.sandbox.wms import order_data
from crossdock.sandbox.wms.stock import level, levels

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WMS = list(wms_data.seed(NOW))
CART = list(cart_data.seed(NOW))
ITEMS = [item for item in WMS if isinstance(item, wms.Item)]
ORDERS = [order for order in WMS if isinstance(order, wms.Order)]
PRODUCTS = [product for product in WMS if isinstance(product, wms.Product)]
SHOP_PRODUCTS = [product for product in CART if isinstance(product, cart.Product)]


def test_counts() -> None:
    """Tutorials and screens promise these numbers."""
    kinds = Counter(document.kind for document in WMS)
    assert kinds["order"] == 100
    assert kinds["product"] == 17
    assert kinds["return"] == 5
    assert kinds["warehouse"] == 2
    assert kinds["item"] == 14
    assert sum(product.type == "kit" for product in PRODUCTS) == 3
    assert sum(1 + len(product.variants) for product in SHOP_PRODUCTS) == 17
    assert Counter(document.kind for document in CART)["warehouse"] == 2


def test_ids_count_up_from_zero() -> None:
    """Scripts name ids such as order_id_0 without looking them up."""
    assert [item.id for item in ITEMS] == [f"inventory_item_id_{number}" for number in range(14)]
    assert [order.id for order in ORDERS] == [f"order_id_{number}" for number in range(100)]
    assert ORDERS[42].number == "order_number_42"
    assert ORDERS[42].shop_order_id == "shopify_order_id_42"
    shown = [identifier for item in SHOP_PRODUCTS for identifier in (item.id, *(one.id for one in item.variants))]
    assert shown == [f"product_id_{number}" for number in range(17)]


@pytest.mark.parametrize("seed", [wms_data.seed, cart_data.seed])
def test_is_the_same_every_time(seed: object) -> None:
    """Two people who compare notes must see the same sandbox."""
    assert callable(seed)
    assert [msgspec.json.encode(item) for item in seed(NOW)] == [msgspec.json.encode(item) for item in seed(NOW)]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_quantities_add_up(item: wms.Item) -> None:
    """Stock that does not add up teaches wrong things."""
    for here in levels(item):
        assert here.on_hand == here.allocated + here.quarantined + here.available
        assert min(here.on_hand, here.allocated, here.quarantined, here.available, here.expected) >= 0
    assert sum(part.units for part in item.stock) == sum(here.on_hand for here in levels(item))
    assert all((part.lot_id is not None) == bool(item.lots) for part in item.stock)


def test_allocated_units_are_those_of_open_orders() -> None:
    """Committed units without an order behind them could not be explained."""
    allocated = {(item.id, where): units for item in ITEMS for where, units in item.allocated.items()}
    assert allocated == {place: units for place, units in order_data.allocations(ORDERS).items() if units}
    assert sum(allocated.values()) > 20


def test_a_kit_line_allocates_its_components() -> None:
    order = next(item for item in ORDERS if item.state == "new" and any(line.sku == "KIT-OAT-6" for line in item.lines))
    units = sum(line.units for line in order.lines if line.sku == "KIT-OAT-6")
    only_kits = msgspec.structs.replace(order, lines=[line for line in order.lines if line.sku == "KIT-OAT-6"])
    assert order_data.allocations([only_kits]) == {("inventory_item_id_5", order.warehouse_id): 6 * units}


def test_every_order_state_occurs() -> None:
    """A status nobody sees in the sandbox is met in production first."""
    assert {order.state for order in ORDERS} == set(get_args(wms.OrderState))
    for order in ORDERS:
        shipped, wanted = sum(line.shipped for line in order.lines), sum(line.units for line in order.lines)
        assert (shipped == wanted) == (order.state == "shipped")
        assert bool(order.shipments) == bool(shipped)
    assert any(order.shipments for order in ORDERS if order.state == "part_shipped")


def test_special_cases_exist() -> None:
    """Zero, absent and inactive are where integrations break."""
    assert level(ITEMS[8], "warehouse_id_1").available == 0
    assert [here.warehouse_id for here in levels(ITEMS[9])] == ["warehouse_id_0"]
    assert any(not item.active for item in ITEMS)
    assert any(item.substitute_skus for item in ITEMS)
    assert any(item.lots for item in ITEMS)
    assert any(not item.lots for item in ITEMS)


def test_dates_lie_in_the_days_before_the_reset() -> None:
    """An incremental read goes by these dates."""
    for document in [*WMS, *CART]:
        assert NOW - timedelta(days=90) <= document.created_at <= document.updated_at <= NOW, document
        assert document.created_at.microsecond == document.updated_at.microsecond == 0, document


def test_references_between_documents_hold() -> None:
    ids = {kind: {item.id for item in WMS if item.kind == kind} for kind in {item.kind for item in WMS}}
    skus = {item.sku for item in ITEMS}
    for product in PRODUCTS:
        assert {part.item_id for part in product.components} <= ids["item"]
        assert {part.sku for part in product.components} <= skus
    for item in ITEMS:
        assert {part.bin_id for part in item.stock} <= ids["bin"]
        assert set(item.substitute_skus) <= skus - {item.sku}
    for order in ORDERS:
        assert {line.product_id for line in order.lines} <= ids["product"]
        assert len({line.product_id for line in order.lines}) == len(order.lines)
        assert {order.warehouse_id} <= ids["warehouse"]
        assert {order.channel_id} <= ids["channel"]
        assert {order.shipping_method_id} <= ids["shipping_method"]
    for back in (item for item in WMS if isinstance(item, wms.Return)):
        assert back.order_id in ids["order"]
    shop_skus = {variant.sku for product in SHOP_PRODUCTS for variant in product.variants}
    assert shop_skus <= {product.sku for product in PRODUCTS}


@pytest.mark.parametrize("code", [barcode(0), barcode(17), barcode(9999)])
def test_barcode_has_its_check_digit(code: str) -> None:
    """A scanner refuses a barcode whose check digit is wrong."""
    assert len(code) == 13
    assert sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(code)) % 10 == 0
