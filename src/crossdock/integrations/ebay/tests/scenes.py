"""Calls that are recorded from the fake account."""

from __future__ import annotations

from typing import Any

from crossdock.integrations.kit.fake.faults import Fault
from crossdock.integrations.kit.fake.scenes import Scene

ORDER, UNPAID, SENT = "17-00001-00001", "17-00001-00002", "17-00001-00003"
INCREASE = {"quantity": 5, "adjustment_type": "increase"}
EXACT = {"quantity": 9, "adjustment_type": "exact"}
EAST = {"quantity": 4, "adjustment_type": "exact", "warehouse_id": "east"}
PARCEL = {"tracking_number": "1Z999AA10123456784", "carrier_name": "UPS"}
ONE_BACK = {"line_items": [{"line_item_id": "10001", "quantity": 1}], "reason": "BUYER_RETURN", "note": "Torn box"}
STOCK = ("POST", "/bulk_update_price_quantity")
SHIP = ("POST", "/order/{orderId}/shipping_fulfillment")
REFUND = ("POST", "/order/{order_id}/issue_refund")
LOST_EXACT = Scene("adjust_inventory", "exact_lost", ("TEA-11",), EXACT, fault=Fault.SLOW, fault_on=STOCK)
LOST_PARCEL = Scene("create_order_shipment", "lost", (ORDER,), PARCEL, fault=Fault.SLOW, fault_on=SHIP)
LOST_PLAIN = Scene("create_order_shipment", "lost_no_tracking", (ORDER,), {}, fault=Fault.SLOW, fault_on=SHIP)
LOST_REFUND = Scene("refund_order", "lost", (ORDER,), ONE_BACK, fault=Fault.SLOW, fault_on=REFUND)


def _lines(*lines: tuple[str, int, str | None]) -> dict[str, Any]:
    return {
        "line_items": [
            {"product_id": sku, "quantity": units, **({"warehouse_id": place} if place else {})}
            for sku, units, place in lines
        ]
    }


def _adjust(name: str, product_id: str, body: dict[str, Any]) -> Scene:
    return Scene("adjust_inventory", name, (product_id,), body)


def _hold(fake: Any) -> None:
    """eBay holds a listing back."""
    fake.offers["5001"]["listing"]["listingOnHold"] = True


SCENES = (
    Scene("check"),
    Scene("check", "wrong_key", wrong_key=True),
    Scene("get_products"),
    Scene("get_products", "wrong_key", wrong_key=True),
    Scene("get_products", "half_a_page", fault=Fault.HALF, fault_on=("GET", "/inventory_item")),
    Scene("get_warehouses"),
    Scene("get_warehouses", "wrong_key", wrong_key=True),
    Scene("get_orders"),
    Scene("get_orders", "changed", start_hours_ago=0.5, before=lambda fake: fake.change_orders()),
    Scene("get_orders", "wrong_key", wrong_key=True),
    _adjust("increase", "TEA-11", INCREASE),
    _adjust("decrease_variation", "MUG-RED", {"quantity": 2, "adjustment_type": "decrease"}),
    _adjust("exact_in_warehouse", "MUG-BLUE", EAST),
    _adjust("new_warehouse", "MUG-BLUE", {**INCREASE, "warehouse_id": "shop"}),
    _adjust("limited_listing", "BOOK 7/A", {"quantity": 2, "adjustment_type": "exact"}),
    _adjust("first_stock", "MUG", INCREASE),
    _adjust("below_zero", "MUG-RED", {"quantity": 6, "adjustment_type": "decrease"}),
    _adjust("which_warehouse", "MUG-BLUE", INCREASE),
    _adjust("not_divided", "TEA-11", EAST),
    _adjust("unknown_warehouse", "MUG-BLUE", {**INCREASE, "warehouse_id": "west"}),
    _adjust("parent", "group:MUG", INCREASE),
    _adjust("unknown", "NONE", INCREASE),
    Scene("adjust_inventory", "listing_on_hold", ("TEA-11",), INCREASE, before=_hold),
    LOST_EXACT,
    Scene("adjust_inventory", "settle_reached", ("TEA-11",), EXACT, settle=True, earlier=(LOST_EXACT,)),
    Scene("adjust_inventory", "settle_not_reached", ("TEA-11",), EXACT, settle=True),
    Scene("adjust_inventory", "settle_increase", ("TEA-11",), INCREASE, settle=True),
    Scene(
        "batch_adjust_inventory",
        body=_lines(("TEA-11", 30, None), ("MUG-BLUE", 1, "main"), ("MUG-BLUE", 0, "east"), ("MUG-RED", 0, None)),
    ),
    Scene(
        "batch_adjust_inventory",
        "bad_lines",
        body=_lines(("TEA-11", -1, None), ("TEA-11", 2, None), ("group:MUG", 1, None)),
    ),
    Scene(
        "batch_adjust_inventory",
        "refused_lines",
        body=_lines(("NONE", 1, None), ("MUG-BLUE", 1, None), ("TEA-11", 1, "main"), ("MUG-RED", 1, None)),
    ),
    Scene(
        "batch_adjust_inventory",
        "one_on_hold",
        body=_lines(("TEA-11", 30, None), ("MUG-RED", 3, None)),
        before=_hold,
    ),
    Scene(
        "batch_adjust_inventory",
        "later_call_fails",
        body=_lines(*((f"CARD-{number:03}", 1, None) for number in range(26))),
        before=lambda fake: fake.crowd(),
        fault=Fault.FORBIDDEN,
        fault_on=STOCK,
        fault_after=1,
    ),
    Scene("create_order_shipment", "", (ORDER,), PARCEL),
    Scene(
        "create_order_shipment",
        "line",
        (ORDER,),
        {**PARCEL, "line_items": [{"line_item_id": "10001", "quantity": 2}]},
    ),
    Scene("create_order_shipment", "no_tracking", (ORDER,), {}),
    Scene("create_order_shipment", "unpaid", (UNPAID,), PARCEL),
    Scene("create_order_shipment", "nothing_left", (SENT,), PARCEL),
    Scene("create_order_shipment", "same_number", (SENT,), {"tracking_number": "9400111", "carrier_name": "USPS"}),
    Scene("create_order_shipment", "no_carrier", (ORDER,), {"tracking_number": "1Z999"}),
    Scene("create_order_shipment", "odd_number", (ORDER,), {**PARCEL, "tracking_number": "1Z 999"}),
    Scene(
        "create_order_shipment",
        "too_many",
        (ORDER,),
        {**PARCEL, "line_items": [{"line_item_id": "10001", "quantity": 4}, {"line_item_id": "1", "quantity": 1}]},
    ),
    Scene("create_order_shipment", "unknown", ("1",), PARCEL),
    LOST_PARCEL,
    Scene("create_order_shipment", "settle_applied", (ORDER,), PARCEL, settle=True, earlier=(LOST_PARCEL,)),
    Scene("create_order_shipment", "settle_not_applied", (ORDER,), PARCEL, settle=True),
    Scene("create_order_shipment", "settle_no_tracking", (ORDER,), {}, settle=True, earlier=(LOST_PLAIN,)),
    Scene("create_order_shipment", "settle_no_tracking_not_applied", (ORDER,), {}, settle=True),
    Scene("refund_order", "line", (ORDER,), ONE_BACK),
    Scene("refund_order", "everything", (ORDER,), {}),
    Scene("refund_order", "amount", (ORDER,), {"amount": 4.5, "reason": "late delivery"}),
    Scene("refund_order", "too_much", (ORDER,), {"amount": 100}),
    Scene("refund_order", "unpaid", (UNPAID,), {}),
    Scene(
        "refund_order",
        "bad_lines",
        (ORDER,),
        {
            "line_items": [
                {"line_item_id": "10001", "quantity": 4},
                {"line_item_id": "10002", "quantity": 1, "restock": True},
                {"line_item_id": "1", "quantity": 1},
            ]
        },
    ),
    Scene("refund_order", "amount_beside_lines", (ORDER,), {**ONE_BACK, "amount": 30}),
    LOST_REFUND,
    Scene("refund_order", "settle_unknown", (ORDER,), ONE_BACK, settle=True, earlier=(LOST_REFUND,)),
    Scene("refund_order", "settle_not_applied", (ORDER,), ONE_BACK, settle=True),
)
