"""What a refund comes to, line by line, in the terms of the order: with taxes in the amounts or beside them. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from msgspec import UNSET, UnsetType

from crossdock.contract.bodies import WriteBody
from crossdock.contract.cart import orders
from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.integrations.mirakl.mapping import TAX_EXCLUDED
from crossdock.integrations.mirakl.models import Order, OrderLine, Reason, Taken, Tax

NO_RESTOCK = "Mirakl puts nothing back into stock; leave it out and adjust the stock of the product."
REFUND = "REFUND"
"""The type of the reasons for refunds."""
# ISO 4217 where the smallest unit is not a hundredth.
DIGITS = {"CLP": 0, "JPY": 0, "KRW": 0, "PYG": 0, "VND": 0, "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3}


class RefundOrder(WriteBody, kw_only=True):
    """A refund. In Mirakl amounts belong to lines, and the reason is one of the marketplace's."""

    line_items: orders.RefundLineItems | UnsetType = UNSET
    shipping_amount: Decimal | UnsetType = UNSET
    reason: str | UnsetType = UNSET


@dataclass
class Sum:
    """An amount and the taxes with it, by code."""

    amount: Decimal
    taxes: dict[str, Decimal]
    apart: bool
    """Whether the taxes are beside the amount, not in it."""

    @property
    def gross(self) -> Decimal:
        return self.amount + (sum(self.taxes.values(), Decimal(0)) if self.apart else 0)

    def less(self, amount: Decimal | None, taxes: Sequence[Tax] | None) -> None:
        """Takes off what was paid back before."""
        self.amount -= amount or 0
        for tax in taxes or ():
            self.taxes[tax.code] = self.taxes.get(tax.code, Decimal(0)) - tax.amount

    def part(self, gross: Decimal, digit: Decimal) -> Sum:
        """As much of it as comes to `gross`, divided as the whole divides."""
        if gross == self.gross:
            return self
        share = gross / self.gross if self.gross else Decimal(0)
        taxes = {code: (tax * share).quantize(digit, ROUND_HALF_UP) for code, tax in self.taxes.items()}
        net = gross - (sum(taxes.values(), Decimal(0)) if self.apart else 0)
        return Sum(net, taxes, self.apart)

    def shown(self) -> list[dict[str, Any]]:
        """The taxes as Mirakl takes them."""
        return [{"code": code, "amount": tax} for code, tax in self.taxes.items()]


@dataclass
class Left:
    """What of a line has not been paid back."""

    units: int
    goods: Sum
    shipping: Sum


@dataclass(frozen=True)
class Payback:
    """What is paid back of one line."""

    line_id: str
    units: int
    goods: Sum
    shipping: Sum

    def shown(self, order: Order, reason: str) -> dict[str, Any]:
        """The line as Mirakl takes it."""
        made: dict[str, Any] = {
            "order_line_id": self.line_id,
            "amount": self.goods.amount,
            "shipping_amount": self.shipping.amount,
            "quantity": self.units,
            "currency_iso_code": order.currency_iso_code,
            "reason_code": reason,
        }
        if self.goods.taxes:
            made["taxes"] = self.goods.shown()
        if self.shipping.taxes:
            made["shipping_taxes"] = self.shipping.shown()
        return made


def digit_of(order: Order) -> Decimal:
    """The smallest unit of the order's currency."""
    return Decimal(1).scaleb(-DIGITS.get(order.currency_iso_code, 2))


def left_of(order: Order) -> dict[str, Left]:
    """What is left of every line."""
    apart = order.order_tax_mode == TAX_EXCLUDED
    return {line.order_line_id: _left(line, line.taken, apart) for line in order.order_lines}


def _whole(line: OrderLine, apart: bool) -> Left:
    return Left(
        line.quantity,
        _sum(line.price, line.taxes, apart),
        _sum(line.shipping_price, line.shipping_taxes, apart),
    )


def _sum(amount: Decimal, taxes: Sequence[Tax] | None, apart: bool) -> Sum:
    made = Sum(amount, {}, apart)
    for tax in taxes or ():
        made.taxes[tax.code] = made.taxes.get(tax.code, Decimal(0)) + tax.amount
    return made


def _left(line: OrderLine, taken: Sequence[Taken], apart: bool) -> Left:
    rest = _whole(line, apart)
    for item in taken:
        rest.units -= item.quantity or 0
        rest.goods.less(item.amount, item.taxes)
        rest.shipping.less(item.shipping_amount, item.shipping_taxes)
    return rest


def asked(order: Order, body: RefundOrder) -> list[Payback]:
    """The refund that a caller asks for. Raises InvalidBody with everything that cannot be paid back like this."""
    left = left_of(order)
    digit, zero = digit_of(order), Decimal(0)
    if isinstance(body.line_items, UnsetType) and isinstance(body.shipping_amount, UnsetType):
        made = [
            Payback(line_id, max(rest.units, 0), rest.goods, rest.shipping)
            for line_id, rest in left.items()
            if rest.goods.gross + rest.shipping.gross > 0
        ]
        if not made:
            raise VendorRejected(f"Nothing is left to pay back of order {order.order_id}")
        return made
    goods = {} if isinstance(body.line_items, UnsetType) else _goods(order, left, body.line_items)
    shipping = {} if isinstance(body.shipping_amount, UnsetType) else _shipping(order, left, body.shipping_amount)
    made = []
    for line_id, rest in left.items():
        if line_id in goods or line_id in shipping:
            # Also of what is not paid back, Mirakl wants the taxes.
            units, sums = goods.get(line_id) or (0, rest.goods.part(zero, digit))
            made.append(Payback(line_id, units, sums, shipping.get(line_id) or rest.shipping.part(zero, digit)))
    if not sum((item.goods.gross + item.shipping.gross for item in made), zero):
        raise VendorRejected("A refund of nothing is none")
    return made


def _goods(order: Order, left: dict[str, Left], lines: Sequence[orders.RefundLineItem]) -> dict[str, tuple[int, Sum]]:
    known = {line.order_line_id: line for line in order.order_lines}
    digit = digit_of(order)
    problems: dict[str, list[str]] = {}
    found: dict[str, tuple[int, Sum]] = {}
    for at, wanted in enumerate(lines):
        line, place = known.get(wanted.line_item_id), f"line_items.{at}"
        if line is None or wanted.line_item_id in found:
            message = "Not a line of the order." if line is None else "Another line pays back the same."
            problems[f"{place}.line_item_id"] = [message]
            continue
        rest = left[line.order_line_id]
        if wanted.restock is True:
            problems[f"{place}.restock"] = [NO_RESTOCK]
        if wanted.quantity > rest.units:
            problems[f"{place}.quantity"] = [f"Only {max(rest.units, 0)} units are left to pay back."]
            continue
        gross = _price(line, wanted, rest, order).quantize(digit, ROUND_HALF_UP)
        if gross > rest.goods.gross:
            problems[f"{place}.amount"] = [
                f"Only {max(rest.goods.gross, Decimal(0))} is left to pay back of this line."
            ]
            continue
        found[line.order_line_id] = (wanted.quantity, rest.goods.part(gross, digit))
    if problems:
        raise InvalidBody({"json": problems})
    return found


def _price(line: OrderLine, wanted: orders.RefundLineItem, rest: Left, order: Order) -> Decimal:
    """What to pay back for the units: what was said, or what was paid for them."""
    if not isinstance(wanted.amount, UnsetType):
        return wanted.amount
    if wanted.quantity == rest.units:
        return rest.goods.gross
    whole = _whole(line, order.order_tax_mode == TAX_EXCLUDED)
    return whole.goods.gross * wanted.quantity / line.quantity


def _shipping(order: Order, left: dict[str, Left], amount: Decimal) -> dict[str, Sum]:
    """An amount paid back for shipping, taken from the lines in their order."""
    digit = digit_of(order)
    found: dict[str, Sum] = {}
    rest = amount.quantize(digit, ROUND_HALF_UP)
    for line_id, line in left.items():
        gross = min(rest, line.shipping.gross)
        if gross > 0:
            found[line_id] = line.shipping.part(gross, digit)
            rest -= gross
    if rest > 0:
        raise InvalidBody.field("shipping_amount", f"Only {amount - rest} is left to pay back for shipping.")
    return found


def reason_of(reasons: Sequence[Reason], wanted: str | UnsetType) -> str:
    """The code of the reason: by its code or name, or the first one that a shop may give."""
    own = [reason for reason in reasons if reason.type == REFUND and reason.is_shop_right]
    if wanted is UNSET:
        if not own:
            raise VendorRejected("The marketplace has no reason for which a shop may pay back")
        return own[0].code
    for reason in own:
        if str(wanted).casefold() in (reason.code.casefold(), reason.label.casefold()):
            return reason.code
    known = ", ".join(f"{reason.code} ({reason.label})" for reason in own)
    raise InvalidBody.field("reason", f"Not a reason of this marketplace. It has: {known}.")
