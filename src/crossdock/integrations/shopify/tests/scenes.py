"""Calls that are recorded from the fake shop."""

from __future__ import annotations

from typing import Any

from crossdock.integrations.kit.fake.faults import Fault
from crossdock.integrations.kit.fake.scenes import Scene

INCREASE = {"quantity": 5, "adjustment_type": "increase", "warehouse_id": "1001", "reason": "received"}
DECREASE = {"quantity": 2, "adjustment_type": "decrease", "warehouse_id": "1001", "reason": "damaged"}
EXACT = {"quantity": 9, "adjustment_type": "exact", "warehouse_id": "1001", "reason": "cycle_count_available"}
PARCEL = {
    "tracking_number": "1Z999AA10123456784",
    "carrier_name": "UPS",
    "tracking_url": "https://tracking.example.com/1Z999AA10123456784",
    "warehouse_id": "1001",
}
ONE_BACK = {"line_items": [{"line_item_id": "601", "quantity": 1, "restock": True}], "reason": "damaged", "note": "Box"}
ADJUST = ("POST", "mutation inventoryAdjustQuantities")
SET = ("POST", "mutation inventorySetQuantities")
SHIP = ("POST", "mutation fulfillmentCreate")
REFUND = ("POST", "mutation refundCreate")
LOST_INCREASE = Scene("adjust_inventory", "lost", ("22",), INCREASE, fault=Fault.SLOW, fault_on=ADJUST)
LOST_EXACT = Scene("adjust_inventory", "exact_lost", ("22",), EXACT, fault=Fault.SLOW, fault_on=SET)
LOST_PARCEL = Scene("create_order_shipment", "lost", ("501",), PARCEL, fault=Fault.SLOW, fault_on=SHIP)
LOST_REFUND = Scene("refund_order", "lost", ("501",), ONE_BACK, fault=Fault.SLOW, fault_on=REFUND)
LINE_REFUND = Scene("refund_order", "line", ("501",), ONE_BACK, reference="5eed0000000000000000000000000002")


def _lines(*rows: tuple[str, int, str | None]) -> dict[str, Any]:
    return {
        "line_items": [
            {"product_id": variant, "quantity": units, **({"warehouse_id": place} if place else {})}
            for variant, units, place in rows
        ]
    }


SCENES = (
    Scene("check"),
    Scene("check", "wrong_token", wrong_key=True),
    Scene("get_products"),
    Scene("get_products", "changed", start_hours_ago=0.5, before=lambda fake: fake.sell()),
    Scene("get_products", "access_denied", fault=Fault.FORBIDDEN),
    Scene("get_products", "throttled", fault=Fault.TOO_MANY),
    Scene("get_warehouses"),
    Scene("get_warehouses", "wrong_token", wrong_key=True),
    Scene("get_orders"),
    Scene("get_orders", "half_a_page", fault=Fault.HALF),
    Scene("adjust_inventory", "increase", ("22",), INCREASE),
    Scene("adjust_inventory", "decrease", ("23",), DECREASE),
    Scene("adjust_inventory", "exact", ("22",), EXACT),
    Scene("adjust_inventory", "below_zero", ("23",), {**DECREASE, "quantity": 4}),
    Scene("adjust_inventory", "not_stocked", ("23",), {**INCREASE, "warehouse_id": "1002"}),
    Scene("adjust_inventory", "parent", ("11",), INCREASE),
    LOST_INCREASE,
    LOST_EXACT,
    Scene("adjust_inventory", "settle_exact", ("22",), EXACT, settle=True, earlier=(LOST_EXACT,)),
    Scene("adjust_inventory", "settle_changed_since", ("22",), INCREASE, settle=True, earlier=(LOST_INCREASE,)),
    Scene("adjust_inventory", "settle_not_applied", ("22",), INCREASE, settle=True),
    Scene("batch_adjust_inventory", body=_lines(("21", 30, "1001"), ("22", 0, "1002"))),
    Scene("batch_adjust_inventory", "bad_lines", body=_lines(("21", -1, "1001"), ("tea", 1, "1001"))),
    Scene("batch_adjust_inventory", "no_warehouse", body=_lines(("21", 3, None))),
    Scene("batch_adjust_inventory", "unknown_variant", body=_lines(("21", 3, "1001"), ("99", 1, "1001"))),
    Scene("create_order_shipment", "", ("501",), PARCEL),
    Scene(
        "create_order_shipment",
        "lines",
        ("501",),
        {"line_items": [{"line_item_id": "601", "quantity": 1}], "warehouse_id": "1001", "notify_customer": True},
    ),
    Scene("create_order_shipment", "several_locations", ("501",), {}),
    Scene(
        "create_order_shipment",
        "too_many",
        ("501",),
        {"line_items": [{"line_item_id": "601", "quantity": 3}], "warehouse_id": "1001"},
    ),
    Scene("create_order_shipment", "nothing_left", ("503",), {}),
    LOST_PARCEL,
    Scene("create_order_shipment", "settle_applied", ("501",), PARCEL, settle=True, earlier=(LOST_PARCEL,)),
    Scene("create_order_shipment", "settle_not_applied", ("501",), PARCEL, settle=True),
    LINE_REFUND,
    Scene("refund_order", "everything_left", ("501",), {}, earlier=(LINE_REFUND,)),
    Scene("refund_order", "amount", ("501",), {"amount": 12.5, "note": "Late"}),
    Scene("refund_order", "shipping", ("501",), {"shipping_amount": 4}),
    Scene("refund_order", "too_much", ("501",), {"amount": 500}),
    Scene("refund_order", "unknown_line", ("501",), {"line_items": [{"line_item_id": "1", "quantity": 1}]}),
    LOST_REFUND,
    Scene("refund_order", "settle_not_applied", ("501",), ONE_BACK, settle=True),
    Scene("refund_order", "settle_young_refund", ("501",), ONE_BACK, settle=True, earlier=(LOST_REFUND,)),
)
