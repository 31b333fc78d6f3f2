"""The orders of the shop's seed: the same for every account, in every state, their dates counted back from the reset.

Older orders are done with; the newest are in all stages. What they promise is written to the variants, so that stock
and orders tell the same story.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from crossdock.sandbox.cart.documents import Product
from crossdock.sandbox.cart.order_documents import (
    Order,
    OrderState,
    Refund,
    RefundedLine,
    Shipment,
    ShippedLine,
    promised,
    settle_states,
)
from crossdock.sandbox.cart.placing import Wanted, available, buyer, cents, place
from crossdock.sandbox.goods import DAYS_SHOWN

ORDERS = 60
_PAST_ORDERS = 36
"""Orders old enough to be finished."""
_RECENT_STATES: tuple[OrderState, ...] = (
    "paid",
    "placed",
    "packing",
    "part_shipped",
    "fulfilled",
    "waiting_for_stock",
    "payment_review",
    "refunded",
    "paid",
    "fulfilled",
    "cancelled",
    "packing",
)
_CARRIER, _SERVICE_NAMES = "UPS", {"Standard": "Ground", "Express": "Two-day air"}
_DISCOUNT_PERCENT = 10


def seed_orders(products: Sequence[Product], warehouses: Sequence[str], now: datetime) -> Iterator[Order]:
    """Every order of a fresh account. The variants of `products` are given what the orders promise."""
    offers = [(product, variant) for product in products for variant in product.variants]
    for number in range(ORDERS):
        # One order in four has a reduction on its first line.
        percent = 0 if number % 4 else _DISCOUNT_PERCENT
        wanted = []
        for index in range(1 + number % 3):
            product, variant = offers[(number * 3 + index * 4) % len(offers)]
            units = 1 + (number + index) % 2
            if index == 0 and _state(number) == "waiting_for_stock":
                # A cafe that wants more than any warehouse has.
                units = 2 + max(available(variant, where) for where in warehouses)
            discount = cents(variant.price * units * percent / 100) if index == 0 else Decimal("0.00")
            wanted.append(Wanted(product, variant, units, discount))
        order = _order(number, wanted, warehouses, now)
        for (variant_id, where), units in promised(order).items():
            variant = next(variant for _, variant in offers if variant.id == variant_id)
            variant.committed[where] = variant.committed.get(where, 0) + units
        yield order


def _order(number: int, wanted: Sequence[Wanted], warehouses: Sequence[str], now: datetime) -> Order:
    placed = now - timedelta(days=DAYS_SHOWN) + number * timedelta(days=DAYS_SHOWN) / (ORDERS + 1)
    placed = placed.replace(microsecond=0)
    state = _state(number)
    paid = state not in ("placed", "payment_review", "cancelled")
    order = place(
        number,
        wanted,
        warehouses if number % 3 else warehouses[::-1],
        customer=buyer(number),
        service="Express" if number % 5 == 4 else "Standard",
        paid=paid,
        now=placed,
    )
    order.tags = ["gift"] if number % 7 == 3 else []
    order.state = "paid" if paid else state
    if state in ("fulfilled", "part_shipped"):
        _ship(order, min(placed + timedelta(days=1, hours=4), now), everything=state == "fulfilled")
    elif state == "refunded" or state == "cancelled":
        _end(order, min(placed + timedelta(hours=6), now), cancelled=state == "cancelled")
    elif paid:
        order.state = state
        order.updated_at = min(placed + timedelta(hours=2), now)
    if number % 11 == 2 and state == "fulfilled":
        _pay_shipping_back(order, min(order.updated_at + timedelta(days=2), now))
    return order


def _state(number: int) -> OrderState:
    if number >= _PAST_ORDERS:
        return _RECENT_STATES[number % len(_RECENT_STATES)]
    if number % 13 == 5:
        return "cancelled"
    return "refunded" if number % 17 == 6 else "fulfilled"


def _ship(order: Order, at: datetime, *, everything: bool) -> None:
    """Ships all lines, or one unit of the first that then still has something left in the order."""
    parts: dict[str, list[ShippedLine]] = {}
    for index, line in enumerate(order.lines):
        units = line.units if everything else 1 if index == 0 else 0
        if units:
            line.shipped = units
            where = order.group(line.group_id).warehouse_id
            parts.setdefault(where, []).append(ShippedLine(line_id=line.id, units=units))
    number = int(order.id.rsplit("_", 1)[1])
    for index, (where, lines) in enumerate(parts.items()):
        tracking = f"1Z999AA2{number:08d}{index:02d}"
        order.shipments.append(
            Shipment(
                id=f"{order.id}_shipment_{index}",
                warehouse_id=where,
                shipped_at=at,
                carrier=_CARRIER,
                service=_SERVICE_NAMES[order.service],
                tracking_number=tracking,
                tracking_url=f"https://tracking.example.com/{tracking}",
                lines=lines,
            )
        )
    settle_states(order, at)
    order.updated_at = at


def _end(order: Order, at: datetime, *, cancelled: bool) -> None:
    """Ends an order that nothing was shipped of: nobody paid, or the money is back."""
    for line in order.lines:
        line.cancelled = line.units
        line.refunded = 0 if cancelled else line.units
    if not cancelled:
        lines = [
            RefundedLine(line_id=line.id, units=line.units, amount=line.total, restocked=False) for line in order.lines
        ]
        order.refunds.append(
            Refund(
                id=f"{order.id}_refund_0",
                created_at=at,
                lines=lines,
                shipping=order.shipping,
                other=Decimal("0.00"),
                total=order.total,
                reason="customer_request",
            )
        )
    settle_states(order, at)
    if cancelled:
        order.state = "cancelled"
    order.updated_at = at


def _pay_shipping_back(order: Order, at: datetime) -> None:
    if order.shipping:
        order.refunds.append(
            Refund(
                id=f"{order.id}_refund_0",
                created_at=at,
                lines=[],
                shipping=order.shipping,
                other=Decimal("0.00"),
                total=order.shipping,
                reason="late",
            )
        )
        order.updated_at = at
