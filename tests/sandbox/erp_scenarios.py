"""What is recorded of the ERP: a success and a failure of every action, and the settling of every write."""

from __future__ import annotations

from typing import Any

from crossdock.integrations.sandbox import ErpSandbox
from tests.sandbox.recorder import KEYS, Call, Scenario, again


def erp(action: str, *ids: str, **rest: Any) -> Call:
    return Call(ErpSandbox, action, ids, **rest)


PURCHASE = {
    "vendor_id": "vendor_id_2",
    "purchase_order_number": "PO-OATS",
    "employee_id": "employee_id_1",
    "location_id": "location_id_1",
    "order_date": "2026-11-20T08:00:00-05:00",
    "expected_date": "2026-12-01T00:00:00Z",
    "currency_code": "USD",
    "ship_to_address": {"full_name": "Goods in", "address1": "815 Longley Lane", "city": "Reno", "country": "US"},
    "memo": "Oats for the winter",
    "line_items": [
        {"item_id": "item_id_5", "quantity": 100, "unit_cost": 1.0125},
        {"item_id": "item_id_8", "quantity": 2, "location_id": "location_id_0"},
    ],
}
SALE = {
    "customer_id": "customer_id_4",
    "order_number": "SO-HARBOR",
    "location_id": "location_id_0",
    "required_ship_date": "2026-11-25T00:00:00Z",
    "bill_to_address": {"company": "Harbor Hotel Group", "address1": "1 Pier Road", "city": "Portland"},
    "line_items": [
        {"item_id": "item_id_1", "quantity": 7, "unit_price": 8.333},
        {"item_id": "item_id_10", "quantity": 3},
    ],
}
RECEIPT = {
    "purchase_order_id": "purchase_order_id_19",
    "received_date": "2026-11-19T15:00:00Z",
    "line_items": [
        {
            "line_item_id": "purchase_line_id_19_1",
            "quantity": 5,
            "bins": [{"bin_id": "bin_id_1_1", "quantity": 5}],
        }
    ],
}
LOT_RECEIPT = {
    "purchase_order_id": "purchase_order_id_24",
    "line_items": [
        {
            "line_item_id": "purchase_line_id_24_0",
            "quantity": 40,
            "lots": [
                {"lot_number": "LOT-NEW", "quantity": 30, "expiration_date": "2027-10-01T00:00:00Z"},
                {"lot_number": "LOT-05-A", "quantity": 10},
            ],
        }
    ],
}
SHIPMENT = {
    "sales_order_id": "sales_order_id_38",
    "carrier_name": "UPS",
    "shipping_method_name": "Ground",
    "line_items": [
        {"line_item_id": "sales_line_id_38_0", "quantity": 2},
        {"line_item_id": "sales_line_id_38_2", "quantity": 2, "lots": [{"lot_number": "LOT-03-B", "quantity": 2}]},
    ],
    "packages": [
        {
            "tracking_number": "1Z 999/AA",
            "measurements": {"length": 30, "width": 20, "height": 15, "unit": "cm", "weight": 2.5, "weight_unit": "kg"},
        }
    ],
}
PURCHASE_CHANGE = {"memo": "Half of it", "line_items": [{"item_id": "item_id_9", "quantity": 30}]}
SALE_CHANGE = {"line_items": [{"item_id": "item_id_12", "quantity": 5}, {"item_id": "item_id_0", "quantity": 1}]}
WRITES = (
    erp("create_purchase_order", body=PURCHASE),
    erp("update_purchase_order", "purchase_order_id_18", body={"memo": "Call first", "employee_id": "employee_id_3"}),
    erp("cancel_purchase_order", "purchase_order_id_10"),
    erp("create_purchase_order_receipt", body=RECEIPT),
    erp("create_sales_order", body=SALE),
    erp("update_sales_order", "sales_order_id_38", body=SALE_CHANGE),
    erp("cancel_sales_order", "sales_order_id_38"),
    erp("create_sales_order_shipment", body=SHIPMENT),
)
REFUSED = (
    Scenario(
        "create_purchase_order_closed_vendor",
        erp("create_purchase_order", body={**PURCHASE, "vendor_id": "vendor_id_3"}),
    ),
    Scenario("update_purchase_order_received", erp("update_purchase_order", "purchase_order_id_0", body={"memo": "x"})),
    Scenario("cancel_purchase_order_arrived", erp("cancel_purchase_order", "purchase_order_id_19")),
    Scenario(
        "create_purchase_order_receipt_too_many",
        erp(
            "create_purchase_order_receipt",
            body={
                "purchase_order_id": "purchase_order_id_19",
                "line_items": [{"line_item_id": "purchase_line_id_19_1", "quantity": 500}],
            },
        ),
    ),
    Scenario(
        "create_purchase_order_receipt_not_approved",
        erp(
            "create_purchase_order_receipt",
            body={
                "purchase_order_id": "purchase_order_id_16",
                "line_items": [{"line_item_id": "purchase_line_id_16_0", "quantity": 1}],
            },
        ),
    ),
    Scenario(
        "create_sales_order_unknown_item",
        erp("create_sales_order", body={**SALE, "line_items": [{"item_id": "nothing", "quantity": 1}]}),
    ),
    Scenario("create_sales_order_number_taken", erp("create_sales_order", body={**SALE, "order_number": "SO-1003"})),
    Scenario(
        "update_sales_order_line_gone",
        erp("update_sales_order", "sales_order_id_31", body={"line_items": [{"item_id": "item_id_9", "quantity": 1}]}),
    ),
    Scenario("cancel_sales_order_shipped", erp("cancel_sales_order", "sales_order_id_31")),
    Scenario(
        "create_sales_order_shipment_not_there",
        erp(
            "create_sales_order_shipment",
            body={
                "sales_order_id": "sales_order_id_39",
                "line_items": [{"line_item_id": "sales_line_id_39_1", "quantity": 300}],
            },
        ),
    ),
)
READS = (
    Scenario("get_customers", erp("get_customers", cursor="customer_id_4")),
    Scenario("get_employees", erp("get_employees")),
    Scenario("get_inventory", erp("get_inventory", cursor="inventory_id_10")),
    Scenario("get_items", erp("get_items", cursor="item_id_11")),
    Scenario("get_locations", erp("get_locations", cursor="location_id_4")),
    Scenario("get_vendors", erp("get_vendors")),
    Scenario("get_purchase_orders", erp("get_purchase_orders", cursor="purchase_order_id_19")),
    Scenario("get_purchase_order_receipts", erp("get_purchase_order_receipts", cursor="receipt_id_11")),
    Scenario("get_sales_orders", erp("get_sales_orders", cursor="sales_order_id_35")),
    Scenario("get_sales_order_shipments", erp("get_sales_order_shipments", cursor="shipment_id_24")),
)
ERP_SCENARIOS = (
    Scenario("check", erp("check")),
    Scenario("check_wrong_key", erp("check", key="test-wrong-key")),
    *READS,
    *(Scenario(f"{read.call.action}_key_of_the_shop", erp(read.call.action, key=KEYS["cart"])) for read in READS),
    Scenario(
        "get_inventory_shipped",
        erp("get_inventory", start_days_ago=0),
        before=[erp("create_sales_order_shipment", body=SHIPMENT)],
    ),
    Scenario(
        "get_sales_orders_removed",
        erp("get_sales_orders", start_days_ago=0, cursor="sales_order_id_39"),
        before=[erp("create_sales_order", body=SALE)],
        reset_before=True,
    ),
    *(Scenario(write.action, write) for write in WRITES),
    Scenario("update_purchase_order_lines", erp("update_purchase_order", "purchase_order_id_10", body=PURCHASE_CHANGE)),
    Scenario(
        "create_purchase_order_receipt_lots",
        erp("create_purchase_order_receipt", body=LOT_RECEIPT),
        before=[Call(ErpSandbox, "create_purchase_order", body=PURCHASE, reference="5eed0000000000000000000000000002")],
    ),
    *REFUSED,
    *(
        Scenario(
            f"{write.action}_settle_applied",
            again(write),
            before=[Call(ErpSandbox, write.action, write.ids, write.body, lost=True)],
        )
        for write in WRITES
    ),
    *(Scenario(f"{write.action}_settle_not_applied", again(write)) for write in WRITES),
    Scenario("create_sales_order_lost", erp("create_sales_order", body=SALE, lost=True)),
)
