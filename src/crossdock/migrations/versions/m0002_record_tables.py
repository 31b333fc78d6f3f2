"""A table for every resource that had none: the rest of warehouse systems and shops, carriers, freight and ERPs."""

from crossdock.migrations.tables import create_record_table

revision = "0002"
down_revision = "0001"

_CUSTOMER = {"warehouse_customer_id": "text"}


def upgrade() -> None:
    _wms()
    create_record_table("cart_orders", {**_CUSTOMER, "status": "text", "order_number": "text"})
    create_record_table(
        "carrier_invoice_line_items",
        {"transaction_date": "time", "invoice_id": "text", "account_id": "text", "tracking_number": "text"},
    )
    create_record_table("carrier_files", {"file_type": "text", "file_name": "text"})
    create_record_table("freight_shipments", {})
    _erp()


def _wms() -> None:
    create_record_table("wms_inventory_ledger", {**_CUSTOMER, "event_type": "text"})
    create_record_table("wms_order_channels", _CUSTOMER)
    create_record_table(
        "wms_inbound_shipments",
        {
            **_CUSTOMER,
            "status": "text",
            "warehouse_id": "text",
            "purchase_order_number": "text",
            "expected_arrival_date": "time",
        },
    )
    create_record_table("wms_inbound_shipment_suppliers", _CUSTOMER)
    create_record_table("wms_shipping_methods", {})
    create_record_table("wms_returns", {**_CUSTOMER, "status": "text"})
    create_record_table("wms_bills", _CUSTOMER)
    create_record_table("wms_warehouse_customers", {})
    create_record_table(
        "wms_labor_activities",
        {
            **_CUSTOMER,
            "user_id": "text",
            "warehouse_id": "text",
            "activity_type": "text",
            "associated_object_type": "text",
            "associated_object_id": "text",
            "activity_start_time": "time",
            "activity_end_time": "time",
        },
    )


def _erp() -> None:
    create_record_table("erp_customers", {"customer_number": "text", "name": "text"})
    create_record_table("erp_employees", {"name": "text"})
    create_record_table("erp_inventory", {"sku": "text"})
    create_record_table("erp_items", {"sku": "text"})
    create_record_table("erp_locations", {"name": "text"})
    create_record_table("erp_vendors", {"vendor_number": "text", "name": "text"})
    create_record_table("erp_purchase_orders", {"status": "text", "vendor_id": "text", "purchase_order_number": "text"})
    create_record_table("erp_purchase_order_receipts", {"purchase_order_id": "text"})
    create_record_table("erp_sales_orders", {"status": "text", "customer_id": "text", "order_number": "text"})
    create_record_table("erp_sales_order_shipments", {"sales_order_id": "text"})
