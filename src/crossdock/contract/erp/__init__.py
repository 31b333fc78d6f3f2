"""ERPs: master data, purchasing and sales. Their record schemas are not part of this version."""

from __future__ import annotations

from crossdock.contract.actions import read, write
from crossdock.contract.resources import Resource


def _resource(
    name: str, id_param: str, singular: str, title: str, *, taggable: bool = True, needs: tuple[str, ...] = ()
) -> Resource:
    """An ERP resource; its path and event follow from its name."""
    dashed = name.replace("_", "-")
    return Resource(
        vertical="erp",
        name=name,
        path=f"/erp/{dashed}",
        id_param=id_param,
        singular=singular,
        title=title,
        event="erp-" + ("inventory" if name == "inventory" else singular.replace("_", "-")),
        taggable=taggable,
        full_first_sync=not needs and not name.endswith("_orders"),
        needs=needs,
    )


CUSTOMERS = _resource("customers", "customer_id", "customer", "Customers")
GET_CUSTOMERS = read(CUSTOMERS)
EMPLOYEES = _resource("employees", "employee_id", "employee", "Employees")
GET_EMPLOYEES = read(EMPLOYEES)
INVENTORY = _resource("inventory", "inventory_id", "inventory_item", "Inventory")
GET_INVENTORY = read(INVENTORY)
ITEMS = _resource("items", "item_id", "item", "Items")
GET_ITEMS = read(ITEMS)
LOCATIONS = _resource("locations", "location_id", "location", "Locations")
GET_LOCATIONS = read(LOCATIONS)
VENDORS = _resource("vendors", "vendor_id", "vendor", "Vendors")
GET_VENDORS = read(VENDORS)
PURCHASE_ORDERS = _resource("purchase_orders", "purchase_order_id", "purchase_order", "Purchase Orders")
GET_PURCHASE_ORDERS = read(PURCHASE_ORDERS)
PURCHASE_ORDER_RECEIPTS = _resource(
    "purchase_order_receipts",
    "receipt_id",
    "purchase_order_receipt",
    "Purchase Order Receipts",
    taggable=False,
    needs=("purchase_orders",),
)
GET_PURCHASE_ORDER_RECEIPTS = read(PURCHASE_ORDER_RECEIPTS)
SALES_ORDERS = _resource("sales_orders", "sales_order_id", "sales_order", "Sales Orders")
GET_SALES_ORDERS = read(SALES_ORDERS)
SALES_ORDER_SHIPMENTS = _resource(
    "sales_order_shipments",
    "shipment_id",
    "sales_order_shipment",
    "Sales Order Shipments",
    taggable=False,
    needs=("sales_orders",),
)
GET_SALES_ORDER_SHIPMENTS = read(SALES_ORDER_SHIPMENTS)

CREATE_PURCHASE_ORDER = write(
    "create_purchase_order", "POST", "/erp/purchase-orders", PURCHASE_ORDERS, "Create Purchase Order"
)
UPDATE_PURCHASE_ORDER = write(
    "update_purchase_order",
    "PUT",
    "/erp/purchase-orders/{purchase_order_id}",
    PURCHASE_ORDERS,
    "Update Purchase Order",
)
CANCEL_PURCHASE_ORDER = write(
    "cancel_purchase_order",
    "PUT",
    "/erp/purchase-orders/{purchase_order_id}/cancel",
    PURCHASE_ORDERS,
    "Cancel Purchase Order",
)
CREATE_PURCHASE_ORDER_RECEIPT = write(
    "create_purchase_order_receipt",
    "POST",
    "/erp/purchase-order-receipts",
    PURCHASE_ORDER_RECEIPTS,
    "Create Purchase Order Receipt",
)
CREATE_SALES_ORDER = write("create_sales_order", "POST", "/erp/sales-orders", SALES_ORDERS, "Create Sales Order")
UPDATE_SALES_ORDER = write(
    "update_sales_order", "PUT", "/erp/sales-orders/{sales_order_id}", SALES_ORDERS, "Update Sales Order"
)
CANCEL_SALES_ORDER = write(
    "cancel_sales_order", "PUT", "/erp/sales-orders/{sales_order_id}/cancel", SALES_ORDERS, "Cancel Sales Order"
)
CREATE_SALES_ORDER_SHIPMENT = write(
    "create_sales_order_shipment",
    "POST",
    "/erp/sales-order-shipments",
    SALES_ORDER_SHIPMENTS,
    "Create Sales Order Shipment",
)
