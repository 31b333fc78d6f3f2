"""Calls that are recorded from the fake account."""

from __future__ import annotations

from typing import Any

from crossdock.integrations.kit.fake.faults import Fault
from crossdock.integrations.kit.fake.scenes import Scene
from crossdock.integrations.shiphero.tests.documents import gid
from crossdock.integrations.shiphero.tests.seed import EAST, MERCHANT, PRIMARY

TEA, POT, SET = gid("Product", 11), gid("Product", 12), gid("Product", 13)
WEB, GONE, HELD = gid("Order", 901), gid("Order", 902), gid("Order", 903)
DENVER = gid("Warehouse", PRIMARY)
INCREASE = {"quantity": 5, "adjustment_type": "increase", "warehouse_id": DENVER, "location_id": gid("Location", 301)}
DECREASE = {"quantity": 2, "adjustment_type": "decrease", "warehouse_id": DENVER, "reason": "damaged"}
EXACT = {"quantity": 9, "adjustment_type": "exact", "warehouse_id": DENVER, "reason": "cycle count"}
NEW_ORDER: dict[str, Any] = {
    "reference_id": "web-2001",
    "order_number": "2001",
    "channel_object": {"channel_name": "web"},
    "shipping_method_id": "ups_ground",
    "service_level": "Standard",
    "invoice_currency_code": "USD",
    "total_price": 29.5,
    "total_tax": 0.5,
    "total_discount": 0,
    "total_shipping": 5,
    "ship_to_address": {"full_name": "Ada Lovelace", "address1": "12 Main St", "city": "Denver", "country": "US"},
    "line_items": [{"sku": "TEA", "quantity": 2, "unit_price": 12}],
}
SHOP = gid("CustomerAccount", MERCHANT)
UNKNOWN = {"sku": "NONE", "quantity": 1, "unit_price": 1}
CHANGED = {"order_number": "1001-B", "service_level": "Express", "total_shipping": 9.5}
PARCEL = {
    "tracking_number": "1Z999AA10123456784",
    "tracking_url": "https://tracking.example.com/1Z999AA10123456784",
    "carrier_id": "ups",
    "shipping_cost": 7.25,
    "measurements": {"length": 10, "width": 5, "height": 5, "unit": "cm", "weight": 1, "weight_unit": "kg"},
}
NEW_PRODUCT: dict[str, Any] = {
    "sku": "CUP",
    "name": "Cup",
    "gtin": "4006381333955",
    "measurements": PARCEL["measurements"],
}
NEW_KIT: dict[str, Any] = {
    "sku": "TRIO",
    "name": "Three teas",
    "warehouse_ids": [DENVER],
    "inventory_items": [{"sku": "TEA", "unit_quantity": 3}, {"sku": "LID", "unit_quantity": 1}],
}
ANNOUNCED: dict[str, Any] = {
    "supplier_object": {"supplier_name": "Tea Traders"},
    "purchase_order_number": "PO-77",
    "expected_arrival_date": "2026-12-24T09:30:00+01:00",
    "warehouse_id": DENVER,
    "tracking_number": "1Z77",
    "line_items": [{"sku": "TEA", "expected_quantity": 12, "unit_cost": 4.25}, {"sku": "LID", "expected_quantity": 3}],
}
EXPECTED, RECEIVED = gid("PurchaseOrder", 61), gid("PurchaseOrder", 62)
FEWER = {
    "expected_arrival_date": "2026-12-02T00:00:00Z",
    "line_items": [{"sku": "TEA", "expected_quantity": 18}, {"sku": "LID", "expected_quantity": 4}],
}
ARRIVED: dict[str, Any] = {
    "warehouse_id": DENVER,
    "warehouse_location_id": gid("Location", 301),
    "line_items": [{"sku": "TEA", "quantity": 6}, {"sku": "LID", "quantity": 1}, {"sku": "TEA", "quantity": 1}],
}
BACK: dict[str, Any] = {
    "warehouse_id": DENVER,
    "order_id": WEB,
    "reason": "Wrong size",
    "tracking_number": "1Z78",
    "line_items": [{"sku": "TEA", "quantity": 1, "return_reason": "Too small"}],
}
OTHER_PARTS = {"name": "Tea set, large", "inventory_items": NEW_KIT["inventory_items"]}
NEW_NAME = {"name": "Sencha, first flush", "gtin": "4006381333948"}


def _on(name: str) -> tuple[str, str]:
    return ("POST", f"mutation {name}")


def _lost(action: str, ids: tuple[str, ...], body: dict[str, Any] | None, mutation: str) -> Scene:
    return Scene(action, "lost", ids, body, fault=Fault.SLOW, fault_on=_on(mutation))


LOST_INCREASE = _lost("adjust_inventory", (TEA,), INCREASE, "inventory_add")
LOST_ORDER = _lost("create_order", (), NEW_ORDER, "order_create")
LOST_CHANGE = _lost("update_order", (WEB,), CHANGED, "order_update")
LOST_CANCEL = _lost("cancel_order", (WEB,), None, "order_cancel")
LOST_PARCEL = _lost("create_order_shipment", (WEB,), PARCEL, "shipment_create")
LOST_PRODUCT = _lost("create_product", (), NEW_PRODUCT, "product_create")
LOST_KIT = _lost("create_kit", (), NEW_KIT, "kit_build")
HALF_A_KIT = _lost("create_kit", (), NEW_KIT, "product_create")
LOST_PARTS = _lost("update_kit", (SET,), OTHER_PARTS, "kit_build")
LOST_ANNOUNCED = _lost("create_inbound_shipment", (), ANNOUNCED, "purchase_order_create")
LOST_FEWER = _lost("update_inbound_shipment", (EXPECTED,), FEWER, "purchase_order_update")
LOST_ARRIVED = _lost("receive_inbound_shipment", (EXPECTED,), ARRIVED, "purchase_order_update")
NOT_COUNTED = Scene(
    "receive_inbound_shipment",
    "not_counted",
    (EXPECTED,),
    ARRIVED,
    fault=Fault.BROKEN,
    fault_on=_on("purchase_order_update"),
)
LOST_BACK = _lost("create_return", (), BACK, "return_create")
LOST_NAME = _lost("update_product", (TEA,), NEW_NAME, "product_update")


def _settled(lost: Scene) -> tuple[Scene, Scene]:
    """What is found out after a lost answer, and when nothing ever arrived."""
    return (
        Scene(lost.action, "settle_applied", lost.ids, lost.body, settle=True, earlier=(lost,)),
        Scene(lost.action, "settle_not_applied", lost.ids, lost.body, settle=True),
    )


SCENES = (
    Scene("check"),
    Scene("check", "wrong_token", wrong_key=True),
    Scene("get_products"),
    Scene("get_products", "changed", start_hours_ago=0.5, before=lambda fake: fake.rename()),
    Scene("get_products", "denied", fault=Fault.FORBIDDEN, fault_on=("POST", "query products")),
    Scene("get_inventory"),
    Scene("get_inventory", "changed", start_hours_ago=0.5, before=lambda fake: fake.sell()),
    Scene("get_inventory", "half_a_page", fault=Fault.HALF, fault_on=("POST", "query products")),
    Scene("get_inventory_ledger"),
    Scene("get_inventory_ledger", "throttled", fault=Fault.TOO_MANY, fault_on=("POST", "query inventory_changes")),
    Scene("get_warehouses"),
    Scene("get_warehouses", "wrong_token", wrong_key=True),
    Scene("get_warehouse_locations"),
    Scene("get_warehouse_locations", "broken", fault=Fault.BROKEN, fault_on=("POST", "query locations")),
    Scene("get_warehouse_customers"),
    Scene("get_warehouse_customers", "busy", fault=Fault.BUSY, fault_on=("POST", "query account")),
    Scene("get_orders"),
    Scene("get_orders", "changed", start_hours_ago=0.5, before=lambda fake: fake.release()),
    Scene("get_orders", "half_a_page", fault=Fault.HALF, fault_on=("POST", "query orders")),
    Scene("get_inbound_shipments"),
    Scene("get_inbound_shipments", "half_a_page", fault=Fault.HALF, fault_on=("POST", "query purchase_orders")),
    Scene("get_inbound_shipment_suppliers"),
    Scene("get_inbound_shipment_suppliers", "busy", fault=Fault.BUSY, fault_on=("POST", "query vendors")),
    Scene("get_returns"),
    Scene("get_returns", "denied", fault=Fault.FORBIDDEN, fault_on=("POST", "query returns")),
    Scene("get_bills"),
    Scene("get_bills", "denied", fault=Fault.FORBIDDEN, fault_on=("POST", "query bills")),
    Scene("get_labor_activities"),
    Scene("get_labor_activities", "changed", start_hours_ago=0.5, before=lambda fake: fake.work()),
    Scene("get_labor_activities", "throttled", fault=Fault.TOO_MANY, fault_on=("POST", "query packs_per_day")),
    Scene("update_product", "", (TEA,), NEW_NAME),
    Scene("update_product", "measured", (POT,), {"measurements": PARCEL["measurements"]}),
    Scene("update_product", "unknown", (gid("Product", 99),), NEW_NAME),
    LOST_NAME,
    *_settled(LOST_NAME),
    Scene("create_product", "", (), NEW_PRODUCT),
    Scene("create_product", "of_a_merchant", (), {**NEW_PRODUCT, "warehouse_customer_id": SHOP}),
    Scene("create_product", "sku_taken", (), {**NEW_PRODUCT, "sku": "TEA"}),
    LOST_PRODUCT,
    *_settled(LOST_PRODUCT),
    Scene("create_kit", "", (), NEW_KIT),
    Scene("create_kit", "unknown_component", (), {**NEW_KIT, "inventory_items": [{"sku": "NONE", "unit_quantity": 1}]}),
    LOST_KIT,
    *_settled(LOST_KIT),
    Scene("create_kit", "settle_half_made", (), NEW_KIT, settle=True, earlier=(HALF_A_KIT,)),
    Scene("update_kit", "", (SET,), OTHER_PARTS),
    Scene("update_kit", "no_kit", (TEA,), OTHER_PARTS),
    LOST_PARTS,
    *_settled(LOST_PARTS),
    Scene("create_inbound_shipment", "", (), ANNOUNCED),
    Scene(
        "create_inbound_shipment",
        "unknown_sku",
        (),
        {**ANNOUNCED, "line_items": [{"sku": "?", "expected_quantity": 1}]},
    ),
    Scene(
        "create_inbound_shipment", "unknown_vendor", (), {**ANNOUNCED, "supplier_object": {"supplier_name": "Nobody"}}
    ),
    LOST_ANNOUNCED,
    *_settled(LOST_ANNOUNCED),
    Scene("update_inbound_shipment", "", (EXPECTED,), FEWER),
    Scene("update_inbound_shipment", "other_lines", (EXPECTED,), {"line_items": FEWER["line_items"][:1]}),
    LOST_FEWER,
    *_settled(LOST_FEWER),
    Scene("receive_inbound_shipment", "", (EXPECTED,), ARRIVED),
    Scene("receive_inbound_shipment", "closed", (RECEIVED,), ARRIVED),
    Scene("receive_inbound_shipment", "elsewhere", (EXPECTED,), {**ARRIVED, "warehouse_id": gid("Warehouse", EAST)}),
    LOST_ARRIVED,
    *_settled(LOST_ARRIVED),
    NOT_COUNTED,
    Scene("receive_inbound_shipment", "settle_not_counted", (EXPECTED,), ARRIVED, settle=True, earlier=(NOT_COUNTED,)),
    Scene("create_return", "", (), BACK),
    Scene("create_return", "too_many", (), {**BACK, "line_items": [{"sku": "TEA", "quantity": 9}]}),
    Scene("create_return", "not_ordered", (), {**BACK, "order_id": HELD}),
    LOST_BACK,
    *_settled(LOST_BACK),
    Scene("adjust_inventory", "increase", (TEA,), INCREASE),
    Scene("adjust_inventory", "decrease_of_a_merchant", (POT,), DECREASE),
    Scene("adjust_inventory", "exact", (TEA,), EXACT),
    Scene("adjust_inventory", "below_zero", (POT,), {**DECREASE, "quantity": 6}),
    Scene("adjust_inventory", "not_held", (POT,), {**INCREASE, "warehouse_id": gid("Warehouse", EAST)}),
    LOST_INCREASE,
    *_settled(LOST_INCREASE),
    Scene("create_order", "", (), NEW_ORDER),
    Scene(
        "create_order", "of_a_merchant", (), {**NEW_ORDER, "warehouse_customer_id": gid("CustomerAccount", MERCHANT)}
    ),
    Scene(
        "create_order", "unknown_sku", (), {**NEW_ORDER, "line_items": [{"sku": "?", "quantity": 1, "unit_price": 1}]}
    ),
    LOST_ORDER,
    *_settled(LOST_ORDER),
    Scene("update_order", "", (WEB,), CHANGED),
    Scene("update_order", "address", (HELD,), {"ship_to_address": NEW_ORDER["ship_to_address"], "total_tax": 1.25}),
    Scene("update_order", "unknown", (gid("Order", 99),), CHANGED),
    LOST_CHANGE,
    *_settled(LOST_CHANGE),
    Scene("cancel_order", "", (WEB,)),
    Scene("cancel_order", "shipped", (WEB,), before=lambda fake: fake.ship(901)),
    LOST_CANCEL,
    *_settled(LOST_CANCEL),
    Scene("create_order_shipment", "", (WEB,), PARCEL),
    Scene("create_order_shipment", "a_part", (WEB,), {"line_items": [{"sku": "TEA", "quantity": 1}]}),
    Scene("create_order_shipment", "too_many", (WEB,), {"line_items": [{"sku": "TEA", "quantity": 3}]}),
    Scene("create_order_shipment", "no_carrier", (HELD,), {"tracking_number": "1Z1"}),
    Scene("create_order_shipment", "nothing_left", (WEB,), PARCEL, before=lambda fake: fake.ship(901)),
    LOST_PARCEL,
    *_settled(LOST_PARCEL),
)
