"""Calls that are recorded from the fake store."""

from __future__ import annotations

from typing import Any

from crossdock.integrations.kit.fake.faults import Fault
from crossdock.integrations.kit.fake.scenes import Scene

RELATIVE = ("POST", "/inventory/adjustments/relative")
ABSOLUTE = ("PUT", "/inventory/adjustments/absolute")
SHIP = ("POST", "/orders/{order_id}/shipments")
REFUND = ("POST", "/orders/{order_id}/payment_actions/refunds")
PARCEL = {
    "tracking_number": "1Z999AA10123456784",
    "carrier_name": "UPS",
    "tracking_url": "https://tracking.example.com/1Z999AA10123456784",
    "shipping_method_name": "Standard",
}
ONE_BACK = {"line_items": [{"line_item_id": "601", "quantity": 1}], "reason": "damaged"}


def _change(kind: str, quantity: int, warehouse_id: str = "1", reason: str = "received") -> dict[str, Any]:
    return {"quantity": quantity, "adjustment_type": kind, "warehouse_id": warehouse_id, "reason": reason}


def _levels(*lines: tuple[str, int, str | None]) -> dict[str, Any]:
    made = []
    for product_id, quantity, place in lines:
        made.append({"product_id": product_id, "quantity": quantity} | ({"warehouse_id": place} if place else {}))
    return {"line_items": made}


def _sent(line: str, quantity: int) -> dict[str, Any]:
    return {"line_items": [{"line_item_id": line, "quantity": quantity}]}


LOST_PARCEL = Scene("create_order_shipment", "lost", ("501",), PARCEL, fault=Fault.SLOW, fault_on=SHIP)
NAMELESS = Scene("create_order_shipment", "nameless", ("501",), {"carrier_name": "DHL Germany"})
LINE_REFUND = Scene("refund_order", "line", ("501",), ONE_BACK)
LOST_REFUND = Scene("refund_order", "lost", ("501",), ONE_BACK, fault=Fault.SLOW, fault_on=REFUND)
LEVELS = _levels(("12-213", 0, "1"), ("11-211", 30, "1"), ("12-212", 8, "2"))
LOST_BATCH = Scene("batch_adjust_inventory", "lost", body=LEVELS, fault=Fault.SLOW, fault_on=ABSOLUTE)
INCREASE = _change("increase", 5)

SCENES = (
    Scene("check"),
    Scene("check", "wrong_key", wrong_key=True),
    Scene("get_products"),
    Scene("get_products", "wrong_key", wrong_key=True),
    Scene("get_products", "half_a_page", fault=Fault.HALF, fault_on=("GET", "/catalog/products")),
    Scene("get_warehouses"),
    Scene("get_warehouses", "wrong_key", wrong_key=True),
    Scene("get_orders"),
    Scene("get_orders", "changed", start_hours_ago=0.5, before=lambda fake: fake.desk.set_status(502, 9)),
    Scene("get_orders", "nothing_changed", start_hours_ago=0.5),
    Scene("get_orders", "too_fast", fault=Fault.TOO_MANY, fault_on=("GET", "/orders")),
    Scene("adjust_inventory", "increase", ("11-211",), INCREASE),
    Scene("adjust_inventory", "decrease_variant", ("12-212",), _change("decrease", 2, reason="sold")),
    Scene("adjust_inventory", "below_zero", ("12-213",), _change("decrease", 4, reason="damaged")),
    Scene("adjust_inventory", "new_place", ("12-213",), _change("increase", 4, "2")),
    Scene("adjust_inventory", "parent", ("12",), INCREASE),
    Scene("adjust_inventory", "shared_stock", ("14-215",), INCREASE),
    Scene("adjust_inventory", "untracked", ("13-214",), INCREASE),
    Scene("adjust_inventory", "unknown", ("99-1",), INCREASE),
    Scene("adjust_inventory", "no_number", ("tea/11",), INCREASE),
    Scene("adjust_inventory", "unknown_place", ("11-211",), _change("increase", 5, "9")),
    Scene("adjust_inventory", "lost", ("11-211",), INCREASE, fault=Fault.SLOW, fault_on=RELATIVE),
    Scene("batch_adjust_inventory", body=LEVELS),
    LOST_BATCH,
    Scene("batch_adjust_inventory", "settle_applied", body=LEVELS, settle=True, earlier=(LOST_BATCH,)),
    Scene("batch_adjust_inventory", "settle_unknown", body=LEVELS, settle=True),
    Scene("batch_adjust_inventory", "bad_lines", body=_levels(("x", -1, "1"), ("11-211", 1, None), ("11-211", 1, "8"))),
    Scene("batch_adjust_inventory", "same_twice", body=_levels(("11-211", 1, "1"), ("11-211", 2, "1"))),
    Scene(
        "batch_adjust_inventory",
        "refused_lines",
        body=_levels(("11-211", 1, "1"), ("99-1", 1, "1"), ("12", 1, "1"), ("13-214", 1, "1")),
    ),
    Scene(
        "batch_adjust_inventory",
        "forbidden",
        body=_levels(("11-211", 1, "1"), ("12-212", 1, "1")),
        fault=Fault.FORBIDDEN,
        fault_on=ABSOLUTE,
    ),
    Scene("create_order_shipment", "", ("501",), PARCEL),
    Scene("create_order_shipment", "part", ("503",), {**_sent("604", 2), "tracking_number": "94002"}),
    Scene("create_order_shipment", "too_many", ("503",), _sent("604", 4)),
    Scene("create_order_shipment", "several_addresses", ("503",), PARCEL),
    Scene("create_order_shipment", "cancelled", ("502",), PARCEL),
    NAMELESS,
    LOST_PARCEL,
    Scene("create_order_shipment", "settle_applied", ("501",), PARCEL, settle=True, earlier=(LOST_PARCEL,)),
    Scene("create_order_shipment", "settle_not_applied", ("501",), PARCEL, settle=True),
    Scene("create_order_shipment", "settle_unknown", ("501",), {}, settle=True, earlier=(NAMELESS,)),
    LINE_REFUND,
    Scene("refund_order", "everything", ("501",), {}),
    Scene("refund_order", "everything_left", ("501",), {}, earlier=(LINE_REFUND,)),
    Scene("refund_order", "amounts", ("501",), {"amount": 12.5, "shipping_amount": 10, "reason": "late"}),
    Scene(
        "refund_order", "reduced_line", ("501",), {"line_items": [{"line_item_id": "602", "quantity": 1, "amount": 30}]}
    ),
    Scene("refund_order", "paid_by_hand", ("503",), {"amount": 1}),
    Scene("refund_order", "payment_cannot", ("504",), {"amount": 1}),
    Scene("refund_order", "store_credit", ("504",), {"amount": 1, "refund_method": "storecredit"}),
    Scene("refund_order", "too_much", ("501",), {"amount": 90}),
    Scene(
        "refund_order", "restock", ("501",), {"line_items": [{"line_item_id": "601", "quantity": 1, "restock": True}]}
    ),
    Scene("refund_order", "unknown_line", ("501",), {"line_items": [{"line_item_id": "1", "quantity": 1}]}),
    LOST_REFUND,
    Scene("refund_order", "settle_applied", ("501",), ONE_BACK, settle=True, earlier=(LOST_REFUND,)),
    Scene("refund_order", "settle_not_applied", ("501",), ONE_BACK, settle=True),
)
