"""What a refund comes to: lines, shipping and total, and the way it goes back. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from msgspec import UnsetType

from crossdock.contract.cart.orders import RefundLineItem
from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.integrations.bigcommerce.models import ZERO, BigOrder, BigRefund, OrderLine, Quote, RefundMethod

PRODUCT, SHIPPING, ORDER = "PRODUCT", "SHIPPING", "ORDER"
STORE_CREDIT = "storecredit"
NO_RESTOCK = "BigCommerce does not put units back into stock with a refund; adjust the inventory of the product."
_CENT = Decimal("0.01")
Item = dict[str, Any]
"""A line of a refund as BigCommerce takes it."""


def paid_back(refunds: Sequence[BigRefund]) -> Decimal:
    """What went back so far."""
    return sum((refund.total_amount for refund in refunds), ZERO)


def rest_of(order: BigOrder, refunds: Sequence[BigRefund]) -> Decimal:
    """What is left to pay back."""
    return (order.total_inc_tax - paid_back(refunds)).quantize(_CENT, ROUND_HALF_UP)


def everything(order: BigOrder, refunds: Sequence[BigRefund], reason: str) -> list[Item]:
    """All units and shipping that are left. After an amount that belongs to no line, lines would come to too much."""
    if any(item.item_type == ORDER for refund in refunds for item in refund.items):
        return [of_order(order, rest_of(order, refunds), reason)]
    lines = [
        _of_line(line, left, reason) for line in order.lines if (left := line.quantity - line.quantity_refunded) > 0
    ]
    return [*lines, *of_shipping(order, refunds, None, reason)]


def of_lines(order: BigOrder, asked: Sequence[RefundLineItem], reason: str) -> list[Item]:
    """The lines a caller asks for. Raises InvalidBody with every line that cannot be paid back like this."""
    known = {str(line.id): line for line in order.lines}
    problems: dict[str, list[str]] = {}
    made: list[Item] = []
    for at, one in enumerate(asked):
        line = known.get(one.line_item_id)
        if line is None:
            problems[f"line_items.{at}.line_item_id"] = ["Not a line of the order."]
            continue
        left = line.quantity - line.quantity_refunded
        if not 0 < one.quantity <= left:
            problems[f"line_items.{at}.quantity"] = [f"Must be between 1 and {left}, what is left to pay back."]
        if one.restock is True:
            problems[f"line_items.{at}.restock"] = [NO_RESTOCK]
        item = _of_line(line, one.quantity, reason)
        if not isinstance(one.amount, UnsetType):
            less = one.amount - gross_of(line, one.quantity)
            if less > 0:
                paid = gross_of(line, one.quantity)
                problems[f"line_items.{at}.amount"] = [f"Only {paid} was paid for them; name the rest in `amount`."]
            elif less < 0:
                item["adjustments"] = [{"amount": less, "description": "Reduced refund"}]
        made.append(item)
    if problems:
        raise InvalidBody({"json": problems})
    return made


def gross_of(line: OrderLine, quantity: int) -> Decimal:
    """What was paid for some units of a line, with tax and after discounts."""
    if not line.quantity:
        return ZERO
    whole = line.total_inc_tax if line.discounted_total_inc_tax is None else line.discounted_total_inc_tax
    return (whole * quantity / line.quantity).quantize(_CENT, ROUND_HALF_UP)


def _of_line(line: OrderLine, quantity: int, reason: str) -> Item:
    return {"item_type": PRODUCT, "item_id": line.id, "quantity": quantity, "reason": reason}


def of_order(order: BigOrder, amount: Decimal, reason: str) -> Item:
    """An amount that belongs to no line."""
    return {"item_type": ORDER, "item_id": order.id, "amount": amount.quantize(_CENT, ROUND_HALF_UP), "reason": reason}


def of_shipping(order: BigOrder, refunds: Sequence[BigRefund], asked: Decimal | None, reason: str) -> list[Item]:
    """An amount paid back for shipping, taken from the addresses in their order; None for all that is left."""
    made: list[Item] = []
    to_pay = asked
    for way in order.consignments.shipping:
        before = sum(
            (
                item.requested_amount or ZERO
                for refund in refunds
                for item in refund.items
                if item.item_type == SHIPPING and item.item_id == way.address_id
            ),
            ZERO,
        )
        left = (way.cost_inc_tax - before).quantize(_CENT, ROUND_HALF_UP)
        amount = left if to_pay is None else min(to_pay, left)
        if amount > 0:
            made.append({"item_type": SHIPPING, "item_id": way.address_id, "amount": amount, "reason": reason})
        if to_pay is not None:
            to_pay -= max(amount, ZERO)
    if to_pay is not None and asked is not None and to_pay > 0:
        raise InvalidBody.field("shipping_amount", f"Only {asked - to_pay} is left to pay back for shipping.")
    return made


def missing(wanted: Decimal | None, quoted: Decimal) -> Decimal:
    """What has to be added to lines to come to the total that is asked for."""
    if wanted is None:
        return ZERO
    if wanted < quoted:
        raise InvalidBody.field("amount", f"The lines come to {quoted} already.")
    return wanted - quoted


def way_back(quote: Quote, asked: str | UnsetType) -> list[RefundMethod]:
    """The payments of a refund: those of the payment itself, unless the caller names another one that is offered."""
    offered = [methods for methods in quote.refund_methods if methods]
    names = ", ".join(sorted({"+".join(one.provider_id for one in methods) for methods in offered}))
    if not offered:
        raise VendorRejected("BigCommerce offers no way to pay this order back")
    if not isinstance(asked, UnsetType):
        for methods in offered:
            if any(one.provider_id == asked for one in methods):
                return methods
        raise InvalidBody.field("refund_method", f"BigCommerce offers for this order: {names}.")
    for methods in offered:
        if all(one.provider_id != STORE_CREDIT and (not one.offline or one.offline_provider) for one in methods):
            return methods
    raise InvalidBody.field("refund_method", f"The payment cannot be sent back; choose one of: {names}.")
