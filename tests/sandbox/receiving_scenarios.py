"""What is recorded of inbound shipments, returns, products and the office of the warehouse system."""

from __future__ import annotations

from tests.sandbox.recorder import SIZED_KIT, Scenario, again, wms

INBOUND = {
    "warehouse_id": "warehouse_id_0",
    "supplier_object": {"supplier_id": "supplier_id_1", "supplier_name": "Kiln & Clay Works"},
    "purchase_order_number": "PO-77",
    "expected_arrival_date": "2026-12-01T08:00:00+01:00",
    "tracking_number": "1Z77",
    "line_items": [
        {"sku": "MUG-BLUE", "expected_quantity": 10, "unit_cost": 4.6, "external_id": "KCW-10"},
        {"sku": "MUG-BLUE", "expected_quantity": 2},
    ],
}
INBOUND_CHANGE = {
    "supplier": "Northmill Oats",
    "tracking_number": "1Z78",
    "line_items": [{"sku": "OAT-BAR-1L", "expected_quantity": 40}],
}
PART = {"line_items": [{"sku": "TEA-SENCHA-100", "quantity": 4}]}
OPEN, UNLOADING, STORED = (f"inbound_shipment_id_{number}" for number in (7, 9, 0))
LOST_INBOUND = wms("create_inbound_shipment", body=INBOUND, lost=True)
LOST_INBOUND_CHANGE = wms("update_inbound_shipment", "inbound_shipment_id_11", body=INBOUND_CHANGE, lost=True)
LOST_RECEIPT = wms("receive_inbound_shipment", OPEN, body=PART, lost=True)

RETURN = {
    "order_id": "order_id_5",
    "warehouse_id": "warehouse_id_1",
    "line_items": [{"sku": "DRP-CERAMIC", "quantity": 1, "return_reason": "damaged"}],
}
LOST_RETURN = wms("create_return", body=RETURN, lost=True)
LOST_RETURN_CHANGE = wms("update_return", "return_id_0", body={"warehouse_id": "warehouse_id_0"}, lost=True)
LOST_CANCEL = wms("cancel_return", "return_id_1", lost=True)

PRODUCT = {
    "sku": "CUP-TASTING",
    "name": "Tasting cup",
    "gtin": "2000000000183",
    "measurements": SIZED_KIT["measurements"],
}
LOST_PRODUCT = wms("create_product", body=PRODUCT, lost=True)
LOST_PRODUCT_CHANGE = wms("update_product", "product_id_10", body={"sku": "MUG-COBALT"}, lost=True)

RECEIVING_SCENARIOS = (
    Scenario("get_inbound_shipments", wms("get_inbound_shipments", cursor="inbound_shipment_id_8")),
    Scenario("get_inbound_shipments_wrong_key", wms("get_inbound_shipments", key="test-wrong-key")),
    Scenario("get_inbound_shipment_suppliers", wms("get_inbound_shipment_suppliers")),
    Scenario("get_inbound_shipment_suppliers_lost", wms("get_inbound_shipment_suppliers", lost=True)),
    Scenario("create_inbound_shipment", wms("create_inbound_shipment", body=INBOUND)),
    Scenario(
        "create_inbound_shipment_least",
        wms("create_inbound_shipment", body={"warehouse_id": "warehouse_id_1", "line_items": INBOUND["line_items"]}),
    ),
    Scenario(
        "create_inbound_shipment_unknown_supplier",
        wms("create_inbound_shipment", body={**INBOUND, "supplier_object": {"supplier_name": "Nobody"}}),
    ),
    Scenario("create_inbound_shipment_lost", LOST_INBOUND),
    Scenario("create_inbound_shipment_settle_applied", again(LOST_INBOUND), before=[LOST_INBOUND]),
    Scenario("create_inbound_shipment_settle_not_applied", again(LOST_INBOUND)),
    Scenario(
        "update_inbound_shipment",
        wms("update_inbound_shipment", "inbound_shipment_id_11", body=INBOUND_CHANGE),
    ),
    Scenario(
        "update_inbound_shipment_stored",
        wms("update_inbound_shipment", STORED, body={"purchase_order_number": "PO-1"}),
    ),
    Scenario("update_inbound_shipment_settle_applied", again(LOST_INBOUND_CHANGE), before=[LOST_INBOUND_CHANGE]),
    Scenario("update_inbound_shipment_settle_not_applied", again(LOST_INBOUND_CHANGE)),
    Scenario("receive_inbound_shipment_part", wms("receive_inbound_shipment", OPEN, body=PART)),
    Scenario(
        "receive_inbound_shipment_more_than_announced",
        wms(
            "receive_inbound_shipment",
            "inbound_shipment_id_11",
            body={
                "warehouse_id": "warehouse_id_0",
                "warehouse_location_id": "location_id_7",
                "line_items": [{"sku": "OAT-BAR-1L", "quantity": 50}],
            },
        ),
    ),
    Scenario(
        "receive_inbound_shipment_not_announced",
        wms("receive_inbound_shipment", UNLOADING, body={"line_items": [{"sku": "GRD-HAND", "quantity": 1}]}),
    ),
    Scenario("receive_inbound_shipment_lost", LOST_RECEIPT),
    Scenario("receive_inbound_shipment_settle_applied", again(LOST_RECEIPT), before=[LOST_RECEIPT]),
    Scenario("receive_inbound_shipment_settle_not_applied", again(LOST_RECEIPT)),
    Scenario("get_returns", wms("get_returns")),
    Scenario("get_returns_lost", wms("get_returns", lost=True)),
    Scenario("create_return", wms("create_return", body=RETURN)),
    Scenario(
        "create_return_too_many",
        wms("create_return", body={**RETURN, "line_items": [{"sku": "DRP-CERAMIC", "quantity": 99}]}),
    ),
    Scenario("create_return_lost", LOST_RETURN),
    Scenario("create_return_settle_applied", again(LOST_RETURN), before=[LOST_RETURN]),
    Scenario("create_return_settle_not_applied", again(LOST_RETURN)),
    Scenario("update_return", wms("update_return", "return_id_0", body={"warehouse_id": "warehouse_id_0"})),
    Scenario("update_return_done", wms("update_return", "return_id_3", body={"warehouse_id": "warehouse_id_0"})),
    Scenario("update_return_settle_applied", again(LOST_RETURN_CHANGE), before=[LOST_RETURN_CHANGE]),
    Scenario("update_return_settle_not_applied", again(LOST_RETURN_CHANGE)),
    Scenario("cancel_return", wms("cancel_return", "return_id_1")),
    Scenario("cancel_return_done", wms("cancel_return", "return_id_3")),
    Scenario("cancel_return_settle_applied", again(LOST_CANCEL), before=[LOST_CANCEL]),
    Scenario("cancel_return_settle_not_applied", again(LOST_CANCEL)),
    Scenario("create_product", wms("create_product", body=PRODUCT)),
    Scenario("create_product_sku_taken", wms("create_product", body={**PRODUCT, "sku": "MUG-BLUE"})),
    Scenario("create_product_lost", LOST_PRODUCT),
    Scenario("create_product_settle_applied", again(LOST_PRODUCT), before=[LOST_PRODUCT]),
    Scenario("create_product_settle_not_applied", again(LOST_PRODUCT)),
    Scenario("update_product", wms("update_product", "product_id_10", body={"sku": "MUG-COBALT"})),
    Scenario("update_product_a_kit", wms("update_product", "product_id_15", body={"name": "Two mugs"})),
    Scenario("update_product_settle_applied", again(LOST_PRODUCT_CHANGE), before=[LOST_PRODUCT_CHANGE]),
    Scenario("update_product_settle_not_applied", again(LOST_PRODUCT_CHANGE)),
    Scenario(
        "get_inventory_ledger",
        wms("get_inventory_ledger", start_days_ago=0),
        before=[wms("receive_inbound_shipment", UNLOADING, body={"line_items": [{"sku": "MUG-BLUE", "quantity": 3}]})],
    ),
    Scenario("get_inventory_ledger_wrong_key", wms("get_inventory_ledger", key="test-wrong-key")),
    Scenario("get_bills", wms("get_bills", start_days_ago=0)),
    Scenario("get_bills_wrong_key", wms("get_bills", key="test-wrong-key")),
    Scenario("get_labor_activities", wms("get_labor_activities", start_days_ago=1)),
    Scenario("get_labor_activities_wrong_key", wms("get_labor_activities", key="test-wrong-key")),
    Scenario("get_warehouse_customers", wms("get_warehouse_customers")),
    Scenario("get_warehouse_customers_lost", wms("get_warehouse_customers", lost=True)),
    Scenario("get_shipping_methods", wms("get_shipping_methods")),
    Scenario("get_shipping_methods_wrong_key", wms("get_shipping_methods", key="test-wrong-key")),
)
