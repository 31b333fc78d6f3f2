"""Calls that are recorded from the fake marketplace."""

from __future__ import annotations

from typing import Any

from crossdock.integrations.kit.fake.faults import Fault
from crossdock.integrations.kit.fake.scenes import Scene

LEVEL = {"quantity": 9, "adjustment_type": "exact"}
PARCEL = {
    "tracking_number": "1Z999AA10123456784",
    "carrier_name": "UPS",
    "tracking_url": "https://tracking.example.com/1Z999AA10123456784",
}
PART = {
    "tracking_number": "94002",
    "carrier_code": "DHL",
    "line_items": [{"line_item_id": "Order_1-A-2", "quantity": 1}],
}
ONE_BACK = {"line_items": [{"line_item_id": "Order_1-A-1", "quantity": 1}], "reason": "item damaged"}
IMPORT = ("POST", "/api/offers/stock/imports")
SHIP = ("PUT", "/api/orders/{order_id}/ship")
PARCELS = ("POST", "/api/shipments")
REFUND = ("PUT", "/api/orders/refund")


def _lines(*lines: tuple[str, int, str | None]) -> dict[str, Any]:
    made = [{"product_id": number, "quantity": units, "warehouse_id": place} for number, units, place in lines]
    return {"line_items": [{name: value for name, value in line.items() if value is not None} for line in made]}


def _divide(fake: Any) -> None:
    fake.divide()


def _break(fake: Any) -> None:
    fake.broken = True


LOST_LEVEL = Scene("adjust_inventory", "lost", ("2130",), LEVEL, fault=Fault.SLOW, fault_on=IMPORT)
LOST_SHIP = Scene("create_order_shipment", "lost", ("Order_1-A",), PARCEL, fault=Fault.SLOW, fault_on=SHIP)
LINE_REFUND = Scene("refund_order", "line", ("Order_1-A",), ONE_BACK)
LOST_REFUND = Scene("refund_order", "lost", ("Order_1-A",), ONE_BACK, fault=Fault.SLOW, fault_on=REFUND)
LOST_PART = Scene(
    "create_order_shipment", "lost_part", ("Order_1-A",), PART, before=_divide, fault=Fault.SLOW, fault_on=PARCELS
)
SCENES = (
    Scene("check"),
    Scene("check", "wrong_key", wrong_key=True),
    Scene("get_products"),
    Scene("get_products", "changed", start_hours_ago=0.5, before=lambda fake: fake.drop_offer()),
    Scene("get_products", "export_failed", start_hours_ago=0.5, before=_break),
    Scene("get_products", "wrong_key", wrong_key=True),
    Scene("get_products", "half_a_page", fault=Fault.HALF, fault_on=("GET", "/api/offers")),
    Scene("get_orders"),
    Scene("get_orders", "several_shipments", before=_divide),
    Scene("get_orders", "shipment_delivered", start_hours_ago=0.5, before=lambda fake: fake.deliver()),
    Scene("get_orders", "wrong_key", wrong_key=True),
    Scene("adjust_inventory", "", ("2130",), LEVEL),
    Scene("adjust_inventory", "awkward_sku", ("2132",), LEVEL),
    Scene("adjust_inventory", "warehouse", ("2131",), {**LEVEL, "warehouse_id": "PARIS"}),
    Scene("adjust_inventory", "which_warehouse", ("2131",), LEVEL),
    Scene("adjust_inventory", "unknown_warehouse", ("2131",), {**LEVEL, "warehouse_id": "ROME"}),
    Scene("adjust_inventory", "import_failed", ("2130",), LEVEL, before=_break),
    Scene("adjust_inventory", "unknown", ("99",), LEVEL),
    Scene("adjust_inventory", "no_number", ("tea/11",), LEVEL),
    LOST_LEVEL,
    Scene("adjust_inventory", "settle_applied", ("2130",), LEVEL, settle=True, earlier=(LOST_LEVEL,)),
    Scene("adjust_inventory", "settle_unknown", ("2130",), LEVEL, settle=True),
    Scene("batch_adjust_inventory", body=_lines(("2130", 30, None), ("2131", 8, "LYON"), ("2131", 0, "PARIS"))),
    Scene("batch_adjust_inventory", "bad_lines", body=_lines(("2130", -1, None), ("2130", 2, None))),
    Scene(
        "batch_adjust_inventory", "refused_lines", body=_lines(("2130", 1, None), ("99", 1, None), ("2131", 1, None))
    ),
    Scene("batch_adjust_inventory", "refused_there", body=_lines(("2130", 1, None), ("2131", 1, "ROME"))),
    Scene("create_order_shipment", "", ("Order_1-A",), PARCEL),
    Scene("create_order_shipment", "without_tracking", ("Order_2-A",), {}),
    Scene("create_order_shipment", "part_of_whole", ("Order_1-A",), PART),
    Scene("create_order_shipment", "no_carrier", ("Order_1-A",), {"tracking_number": "94002"}),
    Scene("create_order_shipment", "to_be_accepted", ("Order_3-A",), PARCEL),
    Scene("create_order_shipment", "unknown", ("Order_9-A",), PARCEL),
    Scene("create_order_shipment", "part", ("Order_1-A",), PART, before=_divide),
    Scene("create_order_shipment", "rest", ("Order_1-A",), {**PARCEL, "warehouse_id": "LYON"}, before=_divide),
    Scene("create_order_shipment", "refused_part", ("Order_1-A",), {"warehouse_id": "ROME"}, before=_divide),
    LOST_SHIP,
    Scene("create_order_shipment", "settle_applied", ("Order_1-A",), PARCEL, settle=True, earlier=(LOST_SHIP,)),
    Scene("create_order_shipment", "settle_not_applied", ("Order_1-A",), PARCEL, settle=True),
    LOST_PART,
    Scene(
        "create_order_shipment",
        "settle_part_applied",
        ("Order_1-A",),
        PART,
        before=_divide,
        settle=True,
        earlier=(LOST_PART,),
    ),
    Scene("create_order_shipment", "settle_part_not_applied", ("Order_1-A",), PART, before=_divide, settle=True),
    LINE_REFUND,
    Scene("refund_order", "everything_left", ("Order_1-A",), {}, earlier=(LINE_REFUND,)),
    Scene("refund_order", "taxes_inside", ("Order_2-A",), {"shipping_amount": 1.5}),
    Scene("refund_order", "too_much", ("Order_1-A",), {"shipping_amount": 90}),
    Scene("refund_order", "unknown_reason", ("Order_1-A",), {**ONE_BACK, "reason": "moon phase"}),
    Scene("refund_order", "not_paid", ("Order_3-A",), {}),
    LOST_REFUND,
    Scene("refund_order", "settle_unknown", ("Order_1-A",), ONE_BACK, settle=True, earlier=(LOST_REFUND,)),
    Scene("refund_order", "settle_not_applied", ("Order_1-A",), ONE_BACK, settle=True),
)
