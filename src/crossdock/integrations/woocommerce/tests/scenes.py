"""Calls that are recorded from the fake shop."""

from __future__ import annotations

from typing import Any

from crossdock.integrations.kit.fake.faults import Fault
from crossdock.integrations.kit.fake.scenes import Scene

INCREASE = {"quantity": 5, "adjustment_type": "increase"}
DECREASE = {"quantity": 2, "adjustment_type": "decrease"}
EXACT = {"quantity": 9, "adjustment_type": "exact"}
PARCEL = {
    "tracking_number": "1Z999AA10123456784",
    "carrier_name": "UPS",
    "tracking_url": "https://tracking.example.com/1Z999AA10123456784",
}
ONE_BACK = {"line_items": [{"line_item_id": "601", "quantity": 1, "restock": True}], "reason": "damaged"}
PUT_PRODUCT = ("PUT", "/products/{id}")
PUT_ORDER = ("PUT", "/orders/{id}")
REFUND = ("POST", "/orders/{order_id}/refunds")
LOST_INCREASE = Scene("adjust_inventory", "lost", ("11",), INCREASE, fault=Fault.SLOW, fault_on=PUT_PRODUCT)
LOST_PARCEL = Scene("create_order_shipment", "lost", ("501",), PARCEL, fault=Fault.SLOW, fault_on=PUT_ORDER)
LINE_REFUND = Scene("refund_order", "line", ("501",), ONE_BACK)
LOST_REFUND = Scene("refund_order", "lost", ("501",), ONE_BACK, fault=Fault.SLOW, fault_on=REFUND)


def _lines(*pairs: tuple[str, int]) -> dict[str, Any]:
    return {"line_items": [{"product_id": number, "quantity": units} for number, units in pairs]}


def _hide_settings(fake: Any) -> None:
    fake.settings_hidden = True


SCENES = (
    Scene("check"),
    Scene("check", "wrong_key", wrong_key=True),
    Scene("get_products"),
    Scene("get_products", "changed", start_hours_ago=0.5, before=lambda fake: fake.change_goods()),
    Scene("get_products", "units_unknown", before=_hide_settings),
    Scene("get_products", "wrong_key", wrong_key=True),
    Scene("get_products", "half_a_page", fault=Fault.HALF, fault_on=("GET", "/products")),
    Scene("get_orders"),
    Scene("get_orders", "wrong_key", wrong_key=True),
    Scene("adjust_inventory", "increase", ("11",), INCREASE),
    Scene("adjust_inventory", "decrease_variation", ("32",), DECREASE),
    Scene("adjust_inventory", "exact", ("31",), EXACT),
    Scene("adjust_inventory", "below_zero", ("32",), {"quantity": 4, "adjustment_type": "decrease"}),
    Scene("adjust_inventory", "parent", ("13",), INCREASE),
    Scene("adjust_inventory", "stock_of_parent", ("33",), INCREASE),
    Scene("adjust_inventory", "untracked", ("12",), INCREASE),
    Scene("adjust_inventory", "unknown", ("99",), INCREASE),
    Scene("adjust_inventory", "no_number", ("tea/11",), INCREASE),
    LOST_INCREASE,
    Scene("adjust_inventory", "settle_applied", ("11",), INCREASE, settle=True, earlier=(LOST_INCREASE,)),
    Scene("adjust_inventory", "settle_not_applied", ("11",), INCREASE, settle=True),
    Scene("batch_adjust_inventory", body=_lines(("11", 30), ("32", 8), ("31", 0))),
    Scene("batch_adjust_inventory", "bad_lines", body=_lines(("11", -1), ("11", 2))),
    Scene("batch_adjust_inventory", "refused_lines", body=_lines(("11", 1), ("99", 1), ("13", 1), ("12", 1))),
    Scene(
        "batch_adjust_inventory",
        "later_call_fails",
        body=_lines(("11", 1), ("32", 1)),
        fault=Fault.FORBIDDEN,
        fault_on=("POST", "/products/{product_id}/variations/batch"),
    ),
    Scene("create_order_shipment", "", ("501",), PARCEL),
    Scene("create_order_shipment", "second_parcel", ("503",), {"tracking_number": "94002"}),
    Scene("create_order_shipment", "cancelled", ("502",), PARCEL),
    LOST_PARCEL,
    Scene("create_order_shipment", "settle_applied", ("501",), PARCEL, settle=True, earlier=(LOST_PARCEL,)),
    Scene("create_order_shipment", "settle_not_applied", ("501",), PARCEL, settle=True),
    LINE_REFUND,
    Scene("refund_order", "everything_left", ("501",), {}, earlier=(LINE_REFUND,)),
    Scene("refund_order", "amounts", ("501",), {"amount": 12.5, "shipping_amount": 10, "reason": "late"}),
    Scene("refund_order", "by_hand", ("503",), {"amount": 1, "refund_payment": False}),
    Scene("refund_order", "payment_cannot", ("503",), {"amount": 1}),
    Scene("refund_order", "too_much", ("501",), {"amount": 90}),
    Scene("refund_order", "unknown_line", ("501",), {"line_items": [{"line_item_id": "1", "quantity": 1}]}),
    LOST_REFUND,
    Scene("refund_order", "settle_applied", ("501",), ONE_BACK, settle=True, earlier=(LOST_REFUND,)),
    Scene("refund_order", "settle_not_applied", ("501",), ONE_BACK, settle=True),
)
