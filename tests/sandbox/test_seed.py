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
from crossdock.sandbox.wms.inbound_documents import InboundShipment, InboundState, SupplierAccount
from crossdock.sandbox.wms.ledger import LedgerEntry
from crossdock.sandbox.wms.return_documents import Return, ReturnState
from crossdock.sandbox.wms.stock import level, levels
from crossdock.sandbox.wms.work_documents import Activity, Charge

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WMS = list(wms_data.seed(NOW))
CART = list(cart_data.seed(NOW))
ITEMS = [item for item in WMS if isinstance(item, wms.Item)]
ORDERS = [order for order in WMS if isinstance(order, wms.Order)]
PRODUCTS = [product for product in WMS if isinstance(product, wms.Product)]
INBOUND = [shipment for shipment in WMS if isinstance(shipment, InboundShipment)]
RETURNS = [back for back in WMS if isinstance(back, Return)]
LEDGER = [entry for entry in WMS if isinstance(entry, LedgerEntry)]
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
    assert ORDERS[42].shop_order_id == "shop_order_id_42"
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


def test_expected_units_are_those_of_open_inbound_shipments() -> None:
    """Awaited stock that nobody sends would be waited for in vain."""
    coming: Counter[tuple[str, str]] = Counter()
    for shipment in INBOUND:
        coming.update({(item_id, shipment.warehouse_id): units for item_id, units in shipment.still_coming().items()})
    assert coming == {(item.id, where): units for item in ITEMS for where, units in item.expected.items() if units}
    assert sum(coming.values()) > 100


def test_received_units_are_those_of_the_receipts() -> None:
    for shipment in INBOUND:
        arrived: Counter[str] = Counter()
        for receipt in shipment.receipts:
            assert shipment.created_at <= receipt.arrived_at <= shipment.updated_at
            arrived.update({line.item_id: line.units for line in receipt.lines})
        assert arrived == {line.item_id: line.received for line in shipment.lines if line.received}


def test_the_ledger_adds_up_to_the_stock_and_never_falls_below_zero() -> None:
    """A ledger is believed only as long as its sum is what lies on the shelf."""
    held: Counter[tuple[str, str, str | None]] = Counter()
    for entry in LEDGER:
        key = (entry.item_id, entry.bin_id, entry.lot_id)
        held[key] += entry.units
        assert held[key] >= 0, entry
    assert +held == {(item.id, part.bin_id, part.lot_id): part.units for item in ITEMS for part in item.stock}
    assert {entry.type for entry in LEDGER} == {"opening", "goods_in", "customer_return", "dispatch"}
    assert [entry.created_at for entry in LEDGER] == sorted(entry.created_at for entry in LEDGER)


def test_work_and_charges_follow_from_what_happened() -> None:
    """Every order that left was picked, packed, sent and charged once."""
    sent = {order.id for order in ORDERS if order.shipments}
    tasks = Counter((done.task, done.subject_id) for done in WMS if isinstance(done, Activity))
    owed = Counter((charge.type, charge.subject_id) for charge in WMS if isinstance(charge, Charge))
    for order_id in sent:
        assert [tasks[task, order_id] for task in ("pick", "pack")] == [1, 1]
        assert [owed[kind, order_id] for kind in ("pick", "pack", "shipping")] == [1, 1, 1]
    arrivals = sum(len(shipment.receipts) for shipment in INBOUND)
    assert sum(count for (kind, _), count in owed.items() if kind == "goods_in") == arrivals
    assert sum(count for (kind, _), count in owed.items() if kind == "storage") == 6
    assert all(charge.amount > 0 for charge in WMS if isinstance(charge, Charge))
    assert any(done.ended_at is None for done in WMS if isinstance(done, Activity))


def test_every_state_of_arriving_goods_occurs() -> None:
    assert {shipment.state for shipment in INBOUND} == set(get_args(InboundState))
    assert {back.state for back in RETURNS} == set(get_args(ReturnState))
    assert sum(isinstance(item, SupplierAccount) for item in WMS) == 3


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
    for back in RETURNS:
        assert back.order_id in ids["order"]
        assert {line.item_id for line in back.lines} <= ids["item"]
    for shipment in INBOUND:
        assert {line.item_id for line in shipment.lines} <= ids["item"]
        assert shipment.supplier is not None
        assert shipment.supplier.id in ids["supplier"]
    for entry in LEDGER:
        assert entry.cause_kind is None or entry.cause_id in ids[entry.cause_kind]
    for done in (item for item in WMS if isinstance(item, Activity | Charge)):
        assert done.subject_id in ids[done.subject_kind]
    shop_skus = {variant.sku for product in SHOP_PRODUCTS for variant in product.variants}
    assert shop_skus <= {product.sku for product in PRODUCTS}


@pytest.mark.parametrize("code", [barcode(0), barcode(17), barcode(9999)])
def test_barcode_has_its_check_digit(code: str) -> None:
    """A scanner refuses a barcode whose check digit is wrong."""
    assert len(code) == 13
    assert sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(code)) % 10 == 0
