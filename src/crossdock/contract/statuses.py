"""The status words of the contract. A word nobody mapped becomes `other`, with `raw_status` beside it."""

from typing import Literal, get_args

WmsOrderStatus = Literal[
    "open",
    "confirmed",
    "processing",
    "picked",
    "packed",
    "partially_fulfilled",
    "fulfilled",
    "backordered",
    "exception",
    "cancelled",
    "other",
]
CartOrderStatus = Literal[
    "open",
    "confirmed",
    "processing",
    "partially_fulfilled",
    "fulfilled",
    "backordered",
    "exception",
    "cancelled",
    "other",
]
ReceivingStatus = Literal["open", "in-transit", "receiving", "received", "cancelled", "other"]
"""Status of an inbound shipment and of a return."""
FreightStatus = Literal["open", "in-transit", "arrived", "delivered", "cancelled", "other"]
"""Status of a freight shipment: arrived is at the last port or airport, delivered at the door."""

WMS_ORDER_STATUSES: tuple[str, ...] = get_args(WmsOrderStatus)
CART_ORDER_STATUSES: tuple[str, ...] = get_args(CartOrderStatus)
RECEIVING_STATUSES: tuple[str, ...] = get_args(ReceivingStatus)
FREIGHT_STATUSES: tuple[str, ...] = get_args(FreightStatus)
