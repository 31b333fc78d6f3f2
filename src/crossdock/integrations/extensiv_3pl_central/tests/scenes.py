"""Calls that are recorded from the fake."""

from __future__ import annotations

from typing import Any

from crossdock.contract.wms.inbound_shipments import INBOUND_SHIPMENTS
from crossdock.contract.wms.ledger import INVENTORY_LEDGER
from crossdock.contract.wms.orders import ORDERS
from crossdock.contract.wms.products import PRODUCTS
from crossdock.contract.wms.returns import RETURNS
from crossdock.integrations.kit.fake.faults import Fault
from crossdock.integrations.kit.fake.scenes import Scene


def _changed(resource: Any) -> Any:
    return lambda fake: fake.change(resource)


NEW_ORDER = {
    "warehouse_customer_id": "5",
    "warehouse_id": "1",
    "reference_id": "WEB-1 (a;b)",
    "shipping_method_id": "UPS:03",
    "notes": "Leave at the door",
    "ship_to_address": {
        "full_name": "Ann Lee",
        "address1": "12 Oak St",
        "city": "Portland",
        "state": "OR",
        "postal_code": "97201",
        "country": "US",
    },
    "line_items": [{"product_id": "11", "quantity": 2}, {"sku": "MUG-1", "quantity": 1}],
}
NEW_VALUES = {
    "shipping_method_id": "UPS:02",
    "notes": "Ring twice",
    "ship_to_address": {"full_name": "Bob Lee", "address1": "1 Elm St", "city": "Salem", "state": "OR"},
}
SENT = {"tracking_number": "1Z42", "shipped_date": "2026-11-20T11:30:00Z"}
ANNOUNCED = {
    "warehouse_customer_id": "5",
    "warehouse_id": "1",
    "purchase_order_number": "PO-77",
    "expected_arrival_date": "2026-12-01T17:00:00Z",
    "tracking_number": "1ZPO77",
    "line_items": [{"sku": "TEA-1", "expected_quantity": 30}, {"sku": "MUG-1", "expected_quantity": 4}],
}
UPDATED = {
    "purchase_order_number": "PO-12-B",
    "expected_arrival_date": "2026-12-03T17:00:00Z",
    "tracking_number": "1ZPO12",
    "line_items": [
        {"sku": "MUG-1", "expected_quantity": 5},
        {"sku": "TEA-1", "expected_quantity": 10},
        {"sku": "GIFT", "expected_quantity": 1},
    ],
}
TAKEN_IN = {
    "warehouse_id": "1",
    "warehouse_location_id": "301",
    "line_items": [{"sku": "TEA-1", "quantity": 11}, {"sku": "MUG-1", "quantity": 3}],
}
NEW_PRODUCT = {
    "warehouse_customer_id": "5",
    "sku": "CUP (a;b)",
    "name": "Cup",
    "gtin": "4006381333948",
    "measurements": {"length": 10, "width": 8, "height": 9.5, "unit": "cm", "weight": 0.3, "weight_unit": "kg"},
}
NEW_KIT = {
    "warehouse_customer_id": "5",
    "sku": "DUO",
    "name": "Tea for two",
    "inventory_items": [{"sku": "TEA-1", "unit_quantity": 1}, {"inventory_item_id": "12", "unit_quantity": 2}],
}
KIT_VALUES = {
    "name": "Large gift set",
    "inventory_items": [{"sku": "TEA-1", "unit_quantity": 4}, {"inventory_item_id": "12", "unit_quantity": 1}],
}
PRODUCT_VALUES = {"name": "Sencha", "gtin": "4006381333955"}
NEW_RETURN = {"warehouse_id": "1", "order_id": "702", "line_items": [{"sku": "TEA-1", "quantity": 2}]}
RETURN_LINES = {"line_items": [{"sku": "TEA-1", "quantity": 2}, {"sku": "MUG-1", "quantity": 1}]}
MORE = {"quantity": 5, "adjustment_type": "increase", "warehouse_id": "1", "location_id": "301", "reason": "Found"}
LESS = {"quantity": 3, "adjustment_type": "decrease", "warehouse_id": "1"}
ADD_ORDER = ("POST", "/orders")
PUT_ORDER = ("PUT", "/orders/{orderId}")
CANCEL = ("POST", "/orders/{orderId}/canceler")
CONFIRM = ("POST", "/orders/{orderId}/confirmer")
ADD_RECEIVER = ("POST", "/inventory/receivers")
PUT_RECEIVER = ("PUT", "/inventory/receivers/{receiverId}")
TAKE_IN = ("POST", "/inventory/receivers/{receiverId}/confirmer")
CALL_OFF = ("POST", "/inventory/receivers/{receiverId}/canceler")
ADD_ITEM = ("POST", "/customers/{customerId}/items")
PUT_ITEM = ("PUT", "/customers/{customerId}/items/{itemId}")
ADJUST = ("POST", "/inventory/adjustments")
TAGS = ("if-match",)
LOST_ORDER = Scene("create_order", "lost", body=NEW_ORDER, fault=Fault.SLOW, fault_on=ADD_ORDER)
LOST_VALUES = Scene(
    "update_order", "lost", ("701",), NEW_VALUES, fault=Fault.SLOW, fault_on=PUT_ORDER, show_headers=TAGS
)
LOST_CANCEL = Scene("cancel_order", "lost", ("701",), fault=Fault.SLOW, fault_on=CANCEL)
LOST_SHIPMENT = Scene("create_order_shipment", "lost", ("701",), SENT, fault=Fault.SLOW, fault_on=CONFIRM)
LOST_RECEIVER = Scene("create_inbound_shipment", "lost", body=ANNOUNCED, fault=Fault.SLOW, fault_on=ADD_RECEIVER)


def _uncertain(action: str, ids: tuple[str, ...], body: Any, lost_on: tuple[str, str]) -> tuple[Scene, ...]:
    """A write that took effect without an answer, and what is found of it afterwards, and of one that never arrived."""
    tags = TAGS if ids else ()
    lost = Scene(action, "lost", ids, body, fault=Fault.SLOW, fault_on=lost_on, show_headers=tags)
    applied = Scene(action, "settle_applied", ids, body, settle=True, earlier=(lost,))
    return lost, applied, Scene(action, "settle_not_applied", ids, body, settle=True)


def _meddled(fake: Any) -> None:
    fake.meddle()


INBOUND_WRITES = (
    Scene("update_inbound_shipment", "", ("507",), UPDATED, show_headers=TAGS),
    Scene("update_inbound_shipment", "announcement", ("502",), {"tracking_number": "1ZASN"}),
    Scene("update_inbound_shipment", "line_left_out", ("507",), {"line_items": UPDATED["line_items"][:1]}),
    Scene("update_inbound_shipment", "received", ("501",), {"tracking_number": "1Z"}),
    Scene("update_inbound_shipment", "a_return", ("504",), {"tracking_number": "1Z"}),
    *_uncertain("update_inbound_shipment", ("507",), UPDATED, PUT_RECEIVER),
    Scene("receive_inbound_shipment", "", ("507",), TAKEN_IN, show_headers=TAGS),
    Scene("receive_inbound_shipment", "changed_meanwhile", ("507",), TAKEN_IN, before=_meddled, show_headers=TAGS),
    Scene("receive_inbound_shipment", "announcement", ("502",), TAKEN_IN),
    Scene("receive_inbound_shipment", "unknown_location", ("507",), {**TAKEN_IN, "warehouse_location_id": "303"}),
    *_uncertain("receive_inbound_shipment", ("507",), TAKEN_IN, TAKE_IN),
)
PRODUCT_WRITES = (
    Scene("create_product", body=NEW_PRODUCT),
    Scene("create_product", "same_sku", body={**NEW_PRODUCT, "sku": "TEA-1"}),
    Scene("create_product", "unknown_unit", body={**NEW_PRODUCT, "unit": "Dozen"}),
    *_uncertain("create_product", (), NEW_PRODUCT, ADD_ITEM),
    Scene("update_product", "", ("11",), PRODUCT_VALUES, show_headers=TAGS),
    Scene("update_product", "changed_meanwhile", ("11",), PRODUCT_VALUES, before=_meddled, show_headers=TAGS),
    Scene("update_product", "unknown", ("99",), PRODUCT_VALUES),
    *_uncertain("update_product", ("11",), PRODUCT_VALUES, PUT_ITEM),
    Scene("create_kit", body=NEW_KIT),
    Scene("create_kit", "unknown_part", body={**NEW_KIT, "inventory_items": [{"sku": "NONE", "unit_quantity": 1}]}),
    *_uncertain("create_kit", (), NEW_KIT, ADD_ITEM),
    Scene("update_kit", "", ("13",), KIT_VALUES, show_headers=TAGS),
    Scene("update_kit", "no_kit", ("11",), KIT_VALUES),
    *_uncertain("update_kit", ("13",), KIT_VALUES, PUT_ITEM),
)
RETURN_WRITES = (
    Scene("create_return", body=NEW_RETURN),
    Scene("create_return", "unknown_order", body={**NEW_RETURN, "order_id": "799"}),
    *_uncertain("create_return", (), NEW_RETURN, ADD_RECEIVER),
    Scene("update_return", "", ("504",), RETURN_LINES, show_headers=TAGS),
    Scene("update_return", "received", ("503",), RETURN_LINES),
    *_uncertain("update_return", ("504",), RETURN_LINES, PUT_RECEIVER),
    Scene("cancel_return", "", ("504",), show_headers=TAGS),
    Scene("cancel_return", "received", ("503",)),
    *_uncertain("cancel_return", ("504",), None, CALL_OFF),
)
STOCK_WRITES = (
    Scene("adjust_inventory", "more", ("11",), MORE),
    Scene("adjust_inventory", "less", ("11",), LESS),
    Scene("adjust_inventory", "too_few", ("11",), {**LESS, "quantity": 500}),
    Scene("adjust_inventory", "unknown_location", ("11",), {**MORE, "location_id": "303"}),
    *_uncertain("adjust_inventory", ("11",), LESS, ADJUST),
)

SCENES = (
    Scene("check"),
    Scene("check", "wrong_secret", wrong_key=True),
    Scene("get_warehouse_customers"),
    Scene("get_warehouse_customers", "denied", fault=Fault.FORBIDDEN, fault_on=("GET", "/customers")),
    Scene("get_products"),
    Scene("get_products", "changed", start_hours_ago=0.5, before=_changed(PRODUCTS)),
    Scene("get_products", "half_a_page", fault=Fault.HALF, fault_on=("GET", "/customers/{customerId}/items")),
    Scene("get_warehouses"),
    Scene("get_warehouses", "broken", fault=Fault.BROKEN, fault_on=("GET", "/properties/facilities")),
    Scene("get_warehouse_locations"),
    Scene(
        "get_warehouse_locations",
        "busy",
        fault=Fault.BUSY,
        fault_on=("GET", "/properties/facilities/{id}/locations"),
    ),
    Scene("get_shipping_methods"),
    Scene("get_shipping_methods", "too_fast", fault=Fault.TOO_MANY, fault_on=("GET", "/properties/carriers")),
    Scene("get_inventory"),
    Scene("get_inventory", "half_a_page", fault=Fault.HALF, fault_on=("GET", "/inventory/stocksummaries")),
    Scene("get_inventory", "denied", fault=Fault.FORBIDDEN, fault_on=("GET", "/inventory/stockdetails")),
    Scene("get_inventory_ledger"),
    Scene("get_inventory_ledger", "changed", start_hours_ago=0.5, before=_changed(INVENTORY_LEDGER)),
    Scene("get_inventory_ledger", "denied", fault=Fault.FORBIDDEN, fault_on=("GET", "/inventory/adjustments")),
    Scene("get_orders"),
    Scene("get_orders", "changed", start_hours_ago=0.5, before=_changed(ORDERS)),
    Scene("get_orders", "half_a_page", fault=Fault.HALF, fault_on=("GET", "/orders")),
    Scene("create_order", body=NEW_ORDER),
    Scene("create_order", "no_customer", body={k: v for k, v in NEW_ORDER.items() if k != "warehouse_customer_id"}),
    Scene("create_order", "unknown_sku", body={**NEW_ORDER, "line_items": [{"sku": "NONE", "quantity": 1}]}),
    Scene("create_order", "same_reference", body={**NEW_ORDER, "reference_id": "SO-701"}),
    LOST_ORDER,
    Scene("create_order", "settle_applied", body=NEW_ORDER, settle=True, earlier=(LOST_ORDER,)),
    Scene("create_order", "settle_not_applied", body=NEW_ORDER, settle=True),
    Scene("update_order", "", ("701",), NEW_VALUES, show_headers=TAGS),
    Scene(
        "update_order",
        "changed_meanwhile",
        ("701",),
        {"reference_id": "SO-701-B"},
        before=lambda fake: fake.meddle(),
        show_headers=TAGS,
    ),
    Scene("update_order", "sent", ("702",), NEW_VALUES),
    Scene("update_order", "no_number", ("A-1",), NEW_VALUES),
    LOST_VALUES,
    Scene("update_order", "settle_applied", ("701",), NEW_VALUES, settle=True, earlier=(LOST_VALUES,)),
    Scene("update_order", "settle_not_applied", ("701",), NEW_VALUES, settle=True),
    Scene("cancel_order", "", ("701",), show_headers=TAGS),
    Scene("cancel_order", "sent", ("702",)),
    LOST_CANCEL,
    Scene("cancel_order", "settle_applied", ("701",), settle=True, earlier=(LOST_CANCEL,)),
    Scene("cancel_order", "settle_not_applied", ("701",), settle=True),
    Scene("create_order_shipment", "", ("701",), SENT, show_headers=TAGS),
    Scene("create_order_shipment", "not_allocated", ("704",), SENT),
    Scene("create_order_shipment", "in_future", ("701",), {"shipped_date": "2026-11-21T12:00:00Z"}),
    LOST_SHIPMENT,
    Scene("create_order_shipment", "settle_applied", ("701",), SENT, settle=True, earlier=(LOST_SHIPMENT,)),
    Scene("create_order_shipment", "settle_not_applied", ("701",), SENT, settle=True),
    Scene("get_inbound_shipments"),
    Scene("get_inbound_shipments", "changed", start_hours_ago=0.5, before=_changed(INBOUND_SHIPMENTS)),
    Scene("get_inbound_shipments", "busy", fault=Fault.BUSY, fault_on=("GET", "/inventory/receivers")),
    Scene("create_inbound_shipment", body=ANNOUNCED),
    Scene("create_inbound_shipment", "unknown_warehouse", body={**ANNOUNCED, "warehouse_id": "9"}),
    LOST_RECEIVER,
    Scene("create_inbound_shipment", "settle_applied", body=ANNOUNCED, settle=True, earlier=(LOST_RECEIVER,)),
    Scene("create_inbound_shipment", "settle_not_applied", body=ANNOUNCED, settle=True),
    Scene("get_returns"),
    Scene("get_returns", "changed", start_hours_ago=0.5, before=_changed(RETURNS)),
    Scene("get_returns", "denied", fault=Fault.FORBIDDEN, fault_on=("GET", "/inventory/receivers")),
    *INBOUND_WRITES,
    *PRODUCT_WRITES,
    *RETURN_WRITES,
    *STOCK_WRITES,
)
