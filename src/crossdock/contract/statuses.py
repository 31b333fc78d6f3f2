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

WMS_ORDER_STATUSES: tuple[str, ...] = get_args(WmsOrderStatus)
CART_ORDER_STATUSES: tuple[str, ...] = get_args(CartOrderStatus)
RECEIVING_STATUSES: tuple[str, ...] = get_args(ReceivingStatus)
