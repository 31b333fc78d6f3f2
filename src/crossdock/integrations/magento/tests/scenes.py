"""Calls that are recorded from the fake shop."""

from __future__ import annotations

from typing import Any

from crossdock.integrations.kit.fake.faults import Fault
from crossdock.integrations.kit.fake.scenes import Scene

INCREASE = {"quantity": 5, "adjustment_type": "increase"}
EAST = {**INCREASE, "warehouse_id": "east"}
EXACT = {"quantity": 9, "adjustment_type": "exact", "warehouse_id": "default"}
PARCEL = {"tracking_number": "1Z999AA10123456784", "carrier_name": "UPS"}
ONE_BACK = {
    "line_items": [{"line_item_id": "601", "quantity": 1, "restock": True}],
    "reason": "damaged",
}
STOCK = ("POST", "/V1/inventory/source-items")
SHIP = ("POST", "/V1/order/{orderId}/ship")
REFUND = ("POST", "/V1/invoice/{invoiceId}/refund")
LOST_EXACT = Scene("adjust_inventory", "exact_lost", ("11",), EXACT, fault=Fault.SLOW, fault_on=STOCK)
LOST_PARCEL = Scene("create_order_shipment", "lost", ("501",), PARCEL, fault=Fault.SLOW, fault_on=SHIP)
LINE_REFUND = Scene("refund_order", "line", ("501",), ONE_BACK)
LOST_REFUND = Scene("refund_order", "lost", ("501",), ONE_BACK, fault=Fault.SLOW, fault_on=REFUND)


def _lines(*lines: tuple[str, int, str | None]) -> dict[str, Any]:
    return {
        "line_items": [
            {"product_id": number, "quantity": units, **({"warehouse_id": place} if place else {})}
            for number, units, place in lines
        ]
    }


def _adjust(name: str, product_id: str, body: dict[str, Any]) -> Scene:
    return Scene("adjust_inventory", name, (product_id,), body)


SCENES = (
    Scene("check"),
    Scene("check", "wrong_key", wrong_key=True),
    Scene("get_products"),
    Scene("get_products", "wrong_key", wrong_key=True),
    Scene("get_products", "half_a_page", fault=Fault.HALF, fault_on=("GET", "/V1/products")),
    Scene("get_warehouses"),
    Scene("get_warehouses", "wrong_key", wrong_key=True),
    Scene("get_orders"),
    Scene("get_orders", "changed", start_hours_ago=0.5, before=lambda fake: fake.change_orders()),
    Scene("get_orders", "wrong_key", wrong_key=True),
    _adjust("increase", "31", INCREASE),
    _adjust("increase_in_warehouse", "11", EAST),
    _adjust("new_warehouse", "31", EAST),
    _adjust("exact", "11", EXACT),
    _adjust("comes_in_again", "15", INCREASE),
    _adjust("decrease_comma_in_sku", "32", {"quantity": 2, "adjustment_type": "decrease"}),
    _adjust("below_zero", "32", {"quantity": 4, "adjustment_type": "decrease"}),
    _adjust("which_warehouse", "11", INCREASE),
    _adjust("no_warehouse", "12", INCREASE),
    _adjust("unknown_warehouse", "31", {**INCREASE, "warehouse_id": "west"}),
    _adjust("parent", "13", INCREASE),
    _adjust("unknown", "99", INCREASE),
    _adjust("no_number", "tea/11", INCREASE),
    LOST_EXACT,
    Scene("adjust_inventory", "settle_reached", ("11",), EXACT, settle=True, earlier=(LOST_EXACT,)),
    Scene("adjust_inventory", "settle_not_reached", ("11",), EXACT, settle=True),
    Scene("adjust_inventory", "settle_increase", ("11",), EAST, settle=True),
    Scene("batch_adjust_inventory", body=_lines(("11", 30, "east"), ("32", 8, None), ("31", 0, None))),
    Scene("batch_adjust_inventory", "bad_lines", body=_lines(("11", -1, "east"), ("11", 2, "east"))),
    Scene(
        "batch_adjust_inventory",
        "refused_lines",
        body=_lines(("31", 1, None), ("99", 1, None), ("13", 1, None), ("11", 1, None), ("31", 1, "west")),
    ),
    Scene(
        "batch_adjust_inventory",
        "later_call_fails",
        body=_lines(*((str(number), 1, None) for number in range(1001, 1022))),
        before=lambda fake: fake.crowd(),
        fault=Fault.FORBIDDEN,
        fault_on=STOCK,
        fault_after=1,
    ),
    Scene("create_order_shipment", "", ("501",), PARCEL),
    Scene(
        "create_order_shipment",
        "line_from_warehouse",
        ("501",),
        {**PARCEL, "line_items": [{"line_item_id": "601", "quantity": 1}], "warehouse_id": "east"},
    ),
    Scene("create_order_shipment", "without_parcel", ("501",), {"carrier_name": "Own van"}),
    Scene("create_order_shipment", "cancelled", ("502",), PARCEL),
    Scene("create_order_shipment", "too_little_stock", ("503",), PARCEL),
    Scene(
        "create_order_shipment",
        "too_many",
        ("501",),
        {"line_items": [{"line_item_id": "601", "quantity": 3}, {"line_item_id": "1", "quantity": 1}]},
    ),
    LOST_PARCEL,
    Scene("create_order_shipment", "settle_applied", ("501",), PARCEL, settle=True, earlier=(LOST_PARCEL,)),
    Scene("create_order_shipment", "settle_not_applied", ("501",), PARCEL, settle=True),
    LINE_REFUND,
    Scene("refund_order", "everything", ("501",), {}),
    Scene(
        "refund_order",
        "amounts",
        ("501",),
        {"line_items": [{"line_item_id": "602", "quantity": 1, "amount": 8}], "shipping_amount": 5.5, "amount": 15},
    ),
    Scene("refund_order", "by_hand", ("501",), {**ONE_BACK, "refund_payment": False}),
    Scene("refund_order", "several_invoices", ("501",), {}, before=lambda fake: fake.desk.split_invoice(501)),
    Scene("refund_order", "paid_offline", ("506",), {"reason": "returned"}),
    Scene("refund_order", "paid_offline_no_provider", ("506",), {"refund_payment": True}),
    Scene("refund_order", "amount_without_lines", ("501",), {"amount": 5}),
    Scene(
        "refund_order",
        "foreign_currency",
        ("505",),
        {"line_items": [{"line_item_id": "641", "quantity": 1}], "amount": 12},
    ),
    Scene("refund_order", "unpaid", ("503",), {}),
    Scene(
        "refund_order",
        "too_much",
        ("501",),
        {"line_items": [{"line_item_id": "601", "quantity": 1}], "amount": 90},
    ),
    Scene("refund_order", "unknown_line", ("501",), {"line_items": [{"line_item_id": "1", "quantity": 1}]}),
    LOST_REFUND,
    Scene("refund_order", "settle_applied", ("501",), ONE_BACK, settle=True, earlier=(LOST_REFUND,)),
    Scene("refund_order", "settle_not_applied", ("501",), ONE_BACK, settle=True),
)
