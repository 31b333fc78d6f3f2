"""The event log holds events about connections too, and the names that subscribers know events by."""

from alembic import op

from crossdock.migrations.tables import SYSTEM, open_to_system

revision = "0010"
down_revision = "0007"

_NAMES = {
    "carrier_files": "carrier-file",
    "carrier_invoice_line_items": "carrier-invoice-line-item",
    "cart_orders": "cart-order",
    "cart_products": "cart-product",
    "cart_warehouses": "cart-warehouse",
    "erp_customers": "erp-customer",
    "erp_employees": "erp-employee",
    "erp_inventory": "erp-inventory",
    "erp_items": "erp-item",
    "erp_locations": "erp-location",
    "erp_purchase_order_receipts": "erp-purchase-order-receipt",
    "erp_purchase_orders": "erp-purchase-order",
    "erp_sales_order_shipments": "erp-sales-order-shipment",
    "erp_sales_orders": "erp-sales-order",
    "erp_vendors": "erp-vendor",
    "freight_shipments": "freight-shipment",
    "wms_bills": "bill",
    "wms_inbound_shipments": "inbound-shipment",
    "wms_inventory": "inventory",
    "wms_inventory_ledger": "inventory_ledger",
    "wms_labor_activities": "labor_activity",
    "wms_orders": "order",
    "wms_products": "product",
    "wms_returns": "return",
    "wms_shipping_methods": "shipping-method",
    "wms_warehouse_customers": "warehouse-customer",
    "wms_warehouse_locations": "warehouse-location",
    "wms_warehouses": "warehouse",
}
"""The resources that subscribers are told of, by their tables."""


def upgrade() -> None:
    _events()
    _pruning()
    _causes()


def _events() -> None:
    op.execute("alter table events drop constraint events_change_check")
    for column in ("connection_id", "resource", "record_id", "version", "change"):
        op.execute(f"alter table events alter column {column} drop not null")
    op.execute(
        "alter table events add column kind text not null default 'record' check (kind in ('record', 'admin')), "
        "add column event_type text, add column payload bytea, add column customer_id text, "
        "add column is_sandbox boolean, add column held_back boolean not null default false, "
        "add constraint events_of_records check (kind <> 'record' or (connection_id is not null and resource is not "
        "null and record_id is not null and version is not null and change is not null)), "
        "add constraint events_of_connections check (kind <> 'admin' or (event_type is not null and payload is not "
        "null))"
    )
    for table, name in _NAMES.items():
        resource = table.replace("_", "/", 1)
        op.execute(f"update events set event_type = '{name}.' || change where resource = '{resource}'")
    # The removal of a connection was noted without a payload before.
    op.execute(
        "update events e set kind = 'admin', event_type = 'connection.deleted', resource = null, record_id = null, "
        "version = null, change = null, customer_id = c.customer_id, is_sandbox = c.is_sandbox, "
        "payload = convert_to(json_build_object('connection_id', c.id, 'customer_id', c.customer_id, 'event_type', "
        "'connection.deleted', 'integration_name', c.integration_name, 'integration_type', c.vertical, 'data', "
        "json_build_object('deleted_date', to_char(e.created_at at time zone 'UTC', "
        "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')))::text, 'UTF8') "
        "from connections c where c.id = e.connection_id and e.resource = 'connection'"
    )
    op.execute("create index events_record on events (connection_id, resource, record_id, sequence)")


def _pruning() -> None:
    """Old events go, oldest first; `pruned` is the last one that went."""
    # Rows come in the order of time, so a few pages of summaries find the old ones.
    op.execute("create index events_age on events using brin (created_at) with (pages_per_range = 16)")
    op.execute(
        "create index record_versions_age on record_versions using brin (replaced_at) with (pages_per_range = 16)"
    )
    op.execute("alter table event_counters add column pruned bigint not null default 0")
    op.execute(f"grant select, update (pruned) on event_counters to {SYSTEM}")
    open_to_system("events", "select, delete")
    open_to_system("record_versions", "select, delete")


def _causes() -> None:
    """What has to be known to tell that a sync was asked for, and that a problem has changed."""
    op.execute("alter table sync_schedules add column asked_for boolean not null default false")
    op.execute(
        "alter table connection_errors add column updated_at timestamptz not null default now(), "
        "add column failed_url text not null default ''"
    )
