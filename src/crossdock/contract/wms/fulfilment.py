"""Inbound shipments, returns and the smaller lists of a warehouse system: their names, addresses and events.

Their record schemas are not part of this version, so nothing here is routed, stored or published yet.
"""

from __future__ import annotations

from crossdock.contract.actions import read, write
from crossdock.contract.resources import Resource

INBOUND_SHIPMENTS = Resource(
    vertical="wms",
    name="inbound_shipments",
    path="/wms/inbound-shipments",
    id_param="inbound_shipment_id",
    singular="inbound_shipment",
    title="Inbound Shipments",
    event="inbound-shipment",
    taggable=True,
    more_events=("receipt.created",),
    on_demand=True,
    needs=("inventory",),
)
GET_INBOUND_SHIPMENTS = read(INBOUND_SHIPMENTS)
CREATE_INBOUND_SHIPMENT = write(
    "create_inbound_shipment", "POST", "/wms/inbound-shipments", INBOUND_SHIPMENTS, "Create Inbound Shipment"
)
UPDATE_INBOUND_SHIPMENT = write(
    "update_inbound_shipment",
    "PUT",
    "/wms/inbound-shipments/{inbound_shipment_id}",
    INBOUND_SHIPMENTS,
    "Update Inbound Shipment",
)
RECEIVE_INBOUND_SHIPMENT = write(
    "receive_inbound_shipment",
    "PUT",
    "/wms/inbound-shipments/{inbound_shipment_id}/receive",
    INBOUND_SHIPMENTS,
    "Receive Inbound Shipment",
    operation_id="put_wms_create_receipt",
)
INBOUND_SHIPMENT_SUPPLIERS = Resource(
    vertical="wms",
    name="inbound_shipment_suppliers",
    path="/wms/inbound-shipments/suppliers",
    id_param="supplier_id",
    singular="inbound_shipment_supplier",
    title="Inbound Shipment Suppliers",
    changes=(),
    event="inbound-shipment",
    single=False,
    full_first_sync=True,
)
GET_INBOUND_SHIPMENT_SUPPLIERS = read(INBOUND_SHIPMENT_SUPPLIERS)

RETURNS = Resource(
    vertical="wms",
    name="returns",
    path="/wms/returns",
    id_param="return_id",
    singular="return",
    title="Returns",
    event="return",
    taggable=True,
    on_demand=True,
    needs=("inventory", "orders"),
)
GET_RETURNS = read(RETURNS)
CREATE_RETURN = write("create_return", "POST", "/wms/returns", RETURNS, "Create Return")
UPDATE_RETURN = write("update_return", "PUT", "/wms/returns/{return_id}", RETURNS, "Update Return")
CANCEL_RETURN = write("cancel_return", "PUT", "/wms/returns/{return_id}/cancel", RETURNS, "Cancel Return")

SHIPPING_METHODS = Resource(
    vertical="wms",
    name="shipping_methods",
    path="/wms/shipping-methods",
    id_param="shipping_method_id",
    singular="shipping_method",
    title="Shipping Methods",
    event="shipping-method",
    sync_seconds=43200,
    full_first_sync=True,
)
GET_SHIPPING_METHODS = read(SHIPPING_METHODS)
BILLS = Resource(
    vertical="wms",
    name="bills",
    path="/wms/billing",
    id_param="bill_id",
    singular="bill",
    title="Bills",
    event="bill",
    on_demand=True,
)
GET_BILLS = read(BILLS)
WAREHOUSE_CUSTOMERS = Resource(
    vertical="wms",
    name="warehouse_customers",
    path="/wms/warehouse-customers",
    id_param="warehouse_customer_id",
    singular="warehouse_customer",
    title="Warehouse Customers",
    event="warehouse-customer",
    sync_seconds=43200,
    full_first_sync=True,
)
GET_WAREHOUSE_CUSTOMERS = read(WAREHOUSE_CUSTOMERS)
LABOR_ACTIVITIES = Resource(
    vertical="wms",
    name="labor_activities",
    path="/wms/labor-activities",
    id_param="labor_activity_id",
    singular="labor_activity",
    title="Labor Activities",
    event="labor_activity",
)
GET_LABOR_ACTIVITIES = read(LABOR_ACTIVITIES)
