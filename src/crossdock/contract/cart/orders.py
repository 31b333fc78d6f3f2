"""Orders of a shop: names, addresses and events. Their record schema is not part of this version."""

from __future__ import annotations

from crossdock.contract.actions import read, write
from crossdock.contract.resources import Resource

ORDERS = Resource(
    vertical="cart",
    name="orders",
    path="/cart/orders",
    id_param="order_id",
    singular="order",
    title="Orders",
    event="cart-order",
    taggable=True,
    more_events=("cart-shipment.created",),
    on_demand=True,
)
GET_ORDERS = read(ORDERS)
CREATE_ORDER_SHIPMENT = write(
    "create_order_shipment", "POST", "/cart/orders/{order_id}/shipments", ORDERS, "Create Order Shipment"
)
REFUND_ORDER = write("refund_order", "POST", "/cart/orders/{order_id}/refund", ORDERS, "Refund Order")
