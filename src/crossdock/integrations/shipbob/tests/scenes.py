"""Calls that are recorded from the fake account."""

from __future__ import annotations

from typing import Any

from crossdock.integrations.kit.fake.faults import Fault
from crossdock.integrations.kit.fake.scenes import Scene
from crossdock.integrations.shipbob.base import API_VERSION, CHANNEL_HEADER

OPEN, SENT, PARTLY = "701", "702", "703"
NEW_ORDER: dict[str, Any] = {
    "reference_id": "web-2001",
    "order_number": "2001",
    "service_level": "Standard",
    "total_price": 29.5,
    "warehouse_id": "8",
    "ship_to_address": {"full_name": "Ada Lovelace", "address1": "12 Main St", "city": "Denver", "country": "US"},
    "line_items": [{"sku": "TEA", "quantity": 2, "unit_price": 12.25}],
}
UNKNOWN_SKU = {**NEW_ORDER, "line_items": [{"sku": "NONE", "quantity": 1}]}
SAME_AGAIN = {**NEW_ORDER, "reference_id": "web-701"}
TWO_REFERENCES = {**NEW_ORDER, "reference_id": "web-2001,web-2002"}
SHOWN = (CHANNEL_HEADER,)
CREATE = ("POST", f"/{API_VERSION}/order")
CANCEL = ("POST", f"/{API_VERSION}/order/{{orderId}}:cancel")
LOST_ORDER = Scene("create_order", "lost", (), NEW_ORDER, fault=Fault.SLOW, fault_on=CREATE)
LOST_CANCEL = Scene("cancel_order", "lost", (OPEN,), fault=Fault.SLOW, fault_on=CANCEL)
LOST_PART = Scene("cancel_order", "a_part_lost", (PARTLY,), fault=Fault.SLOW, fault_on=CANCEL)


def _change(name: str) -> Any:
    return lambda fake: getattr(fake, name)()


SCENES = (
    Scene("check"),
    Scene("check", "wrong_token", wrong_key=True),
    Scene("get_warehouses"),
    Scene("get_warehouses", "denied", fault=Fault.FORBIDDEN),
    Scene("get_products"),
    Scene("get_products", "changed", start_hours_ago=0.5, before=_change("change_products")),
    Scene("get_products", "half_a_page", fault=Fault.HALF, fault_on=("GET", f"/{API_VERSION}/product")),
    Scene("get_inventory"),
    Scene("get_inventory", "busy", fault=Fault.BUSY, fault_on=("GET", f"/{API_VERSION}/inventory-level/locations")),
    Scene("get_orders"),
    Scene("get_orders", "changed", start_hours_ago=0.5, before=_change("change_orders")),
    Scene("get_orders", "too_many", fault=Fault.TOO_MANY),
    Scene("create_order", "", (), NEW_ORDER, show_headers=SHOWN),
    Scene("create_order", "unknown_sku", (), UNKNOWN_SKU),
    Scene("create_order", "same_reference", (), SAME_AGAIN),
    Scene("create_order", "no_channel", (), NEW_ORDER, before=_change("take_writing_away")),
    LOST_ORDER,
    Scene("create_order", "settle_applied", (), NEW_ORDER, settle=True, earlier=(LOST_ORDER,)),
    Scene("create_order", "settle_not_applied", (), NEW_ORDER, settle=True),
    Scene("create_order", "settle_older", (), SAME_AGAIN, settle=True),
    Scene("create_order", "settle_unknown", (), TWO_REFERENCES, settle=True),
    Scene("cancel_order", "", (OPEN,), show_headers=SHOWN),
    Scene("cancel_order", "sent", (SENT,)),
    Scene("cancel_order", "a_part", (PARTLY,)),
    Scene("cancel_order", "half_an_answer", (OPEN,), fault=Fault.HALF, fault_on=CANCEL),
    Scene("cancel_order", "unknown", ("799",)),
    Scene("cancel_order", "no_number", ("web-701",)),
    LOST_CANCEL,
    LOST_PART,
    Scene("cancel_order", "settle_unknown", (PARTLY,), settle=True, earlier=(LOST_PART,)),
    Scene("cancel_order", "settle_applied", (OPEN,), settle=True, earlier=(LOST_CANCEL,)),
    Scene("cancel_order", "settle_not_applied", (OPEN,), settle=True),
)
