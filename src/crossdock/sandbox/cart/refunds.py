"""Paying orders back. Nothing is ever paid back beyond what was paid: not for a line, not for shipping, not in all."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from crossdock.sandbox.cart.changes import find_variant, lock_products
from crossdock.sandbox.cart.documents import Product
from crossdock.sandbox.cart.order_changes import commit_units, locked_order, required_line, save_changed
from crossdock.sandbox.cart.order_documents import PROMISING, Order, OrderLine, Refund, RefundedLine
from crossdock.sandbox.cart.placing import cents, checked_amount
from crossdock.sandbox.documents import RequestPart, Text
from crossdock.sandbox.problems import conflict, invalid
from crossdock.sandbox.store import Objects

NOTHING = Decimal("0.00")


class LineToRefund(RequestPart, kw_only=True, frozen=True):
    """Units of a line to pay back; without an amount, what was paid for them."""

    line_id: Text
    units: Annotated[int, Meta(ge=0)]
    amount: Decimal | None = None
    restock: bool = False


class NewRefund(RequestPart, kw_only=True, frozen=True):
    """Money to pay back. Without lines and amounts it is everything that is left.

    `amount` alone is money that belongs to no line. Beside lines or shipping it has to be their sum.
    """

    reference: Text | None = None
    lines: Annotated[list[LineToRefund], Meta(min_length=1)] | None = None
    amount: Decimal | None = None
    shipping: Decimal | None = None
    reason: Text | None = None
    note: Text | None = None


async def refund_order(
    objects: Objects, identifier: str, wanted: NewRefund, now: datetime
) -> tuple[Order, list[Product]]:
    """Pays an order back, wholly or in part. Units that were not shipped yet are shipped no more."""
    order = await locked_order(objects, identifier, wanted.reference)
    if order.left_to_refund <= 0:
        raise conflict("nothing_to_refund", f"Nothing that was paid for order {order.id} is left to pay back")
    refund = _refund(order, wanted, now)
    if not refund.total and not any(line.units for line in refund.lines):
        raise invalid("A refund pays something back or names units", "empty_refund")
    if refund.total > order.left_to_refund:
        raise conflict(
            "more_than_paid", f"Only {order.left_to_refund} can be paid back for order {order.id}, not {refund.total}"
        )
    touched = [line for part in refund.lines if (line := order.line(part.line_id)) is not None]
    products = await lock_products(objects, [line.variant_id for line in touched])
    for part in refund.lines:
        _move_units(order, products, part, now)
    for product in products:
        await objects.save(product, now)
    order.refunds.append(refund)
    await save_changed(objects, order, wanted.reference, now)
    return order, products


def _refund(order: Order, wanted: NewRefund, now: datetime) -> Refund:
    everything = wanted.lines is None and wanted.amount is None and wanted.shipping is None
    lines = _everything_left(order) if everything else _lines(order, wanted.lines or [])
    shipping = _shipping_left(order) if everything else _shipping(order, wanted.shipping)
    itemized = sum((line.amount for line in lines), shipping)
    total = _total(order, wanted, itemized, everything=everything)
    return Refund(
        id=f"{order.id}_refund_{len(order.refunds)}",
        created_at=now,
        lines=lines,
        shipping=shipping,
        other=total - itemized,
        total=total,
        reason=wanted.reason,
        note=wanted.note,
    )


def _total(order: Order, wanted: NewRefund, itemized: Decimal, *, everything: bool) -> Decimal:
    if everything:
        # Money that was paid back before without naming lines is missing now.
        return order.left_to_refund
    if wanted.amount is None:
        return itemized
    amount = checked_amount(wanted.amount, "amount")
    if (wanted.lines is not None or wanted.shipping is not None) and amount != itemized:
        raise invalid(f"The amount is {amount}, but lines and shipping add up to {itemized}", "amounts_differ")
    return amount


def _everything_left(order: Order) -> list[RefundedLine]:
    return [
        RefundedLine(line_id=line.id, units=line.units - line.refunded, amount=_line_left(order, line), restocked=False)
        for line in order.lines
        if line.refunded < line.units
    ]


def _lines(order: Order, wanted: list[LineToRefund]) -> list[RefundedLine]:
    if len({part.line_id for part in wanted}) < len(wanted):
        raise invalid("Each line comes once in a refund", "line_twice")
    return [_line(order, required_line(order, part.line_id), part) for part in wanted]


def _line(order: Order, line: OrderLine, part: LineToRefund) -> RefundedLine:
    left = line.units - line.refunded
    if part.units > left:
        raise conflict("too_many_units", f"Only {left} units of line {line.id} can be paid back, not {part.units}")
    most = _line_left(order, line)
    if part.amount is None:
        # The last units take what rounding left over.
        amount = most if part.units == left > 0 else min(most, cents(line.total * part.units / line.units))
    else:
        amount = checked_amount(part.amount, "The amount of a line")
    if amount > most:
        raise conflict("more_than_paid", f"Only {most} can be paid back for line {line.id}, not {amount}")
    return RefundedLine(line_id=line.id, units=part.units, amount=amount, restocked=part.restock)


def _line_left(order: Order, line: OrderLine) -> Decimal:
    parts = [part.amount for refund in order.refunds for part in refund.lines if part.line_id == line.id]
    return line.total - sum(parts, NOTHING)


def _shipping_left(order: Order) -> Decimal:
    return order.shipping - sum((refund.shipping for refund in order.refunds), NOTHING)


def _shipping(order: Order, wanted: Decimal | None) -> Decimal:
    if wanted is None:
        return NOTHING
    amount, most = checked_amount(wanted, "shipping"), _shipping_left(order)
    if amount > most:
        raise conflict("more_than_paid", f"Only {most} can be paid back for shipping, not {amount}")
    return amount


def _move_units(order: Order, products: list[Product], part: RefundedLine, now: datetime) -> None:
    """Frees units that are shipped no more, and takes shipped ones back into stock where the refund says so."""
    line = required_line(order, part.line_id)
    variant = find_variant(products, line.variant_id)[1]
    where = order.group(line.group_id).warehouse_id
    unshipped = min(part.units, line.open)
    if unshipped and order.state in PROMISING:
        commit_units(variant, where, -unshipped, now)
    line.cancelled += unshipped
    line.refunded += part.units
    returned = part.units - unshipped
    if part.restocked and returned:
        variant.stock[where] = variant.stock.get(where, 0) + returned
        variant.updated_at = now
