"""What a refund comes to: lines, taxes, shipping and total, in the shop's amounts. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from msgspec import UNSET, UnsetType

from crossdock.contract.cart.orders import RefundLineItem
from crossdock.contract.errors import InvalidBody
from crossdock.integrations.woocommerce.models import OrderLine, ShippingLine, WooOrder, WooRefund

ORIGINAL_LINE = "_refunded_item_id"
"""Meta field in which a line of a refund names the line of the order."""
_EVERY_LINE_OR_NONE = "WooCommerce puts back into stock all lines of a refund or none; make two refunds."


@dataclass
class Left:
    """What of a line has not been paid back: units, amount without tax, and tax by the id of its rate."""

    units: Decimal
    net: Decimal
    taxes: dict[int, Decimal] = field(default_factory=dict)

    @property
    def gross(self) -> Decimal:
        return self.net + sum(self.taxes.values(), Decimal(0))


@dataclass(frozen=True)
class Payback:
    """One line of the refund to make."""

    line_id: int
    units: Decimal
    net: Decimal
    taxes: Mapping[int, Decimal]

    @property
    def gross(self) -> Decimal:
        return self.net + sum(self.taxes.values(), Decimal(0))

    def shown(self) -> dict[str, Any]:
        """The line as WooCommerce takes it."""
        made: dict[str, Any] = {"id": self.line_id, "quantity": int(self.units), "refund_total": self.net}
        if self.taxes:
            made["refund_tax"] = [{"id": rate, "refund_total": tax} for rate, tax in self.taxes.items()]
        return made


def left_of(order: WooOrder, refunds: Sequence[WooRefund]) -> dict[int, Left]:
    """What is left of every line, those of shipping too."""
    left = {line.id: _whole(line) for line in _lines(order)}
    for line in (line for refund in refunds for line in _lines(refund)):
        original = str(next((item.value for item in line.meta_data if item.key == ORIGINAL_LINE), ""))
        mine = left.get(int(original)) if original.isdecimal() else None
        if mine is None:
            continue
        mine.units -= abs(getattr(line, "quantity", Decimal(0)))
        mine.net -= abs(Decimal(line.total or 0))
        for tax in line.taxes:
            mine.taxes[tax.id] = mine.taxes.get(tax.id, Decimal(0)) - abs(Decimal(tax.total or 0))
    return left


def _lines(found: WooOrder | WooRefund) -> list[OrderLine | ShippingLine]:
    return [*found.line_items, *found.shipping_lines]


def _whole(line: OrderLine | ShippingLine) -> Left:
    taxes = {tax.id: Decimal(tax.total or 0) for tax in line.taxes if tax.total}
    return Left(getattr(line, "quantity", Decimal(0)), Decimal(line.total or 0), taxes)


def everything(left: Mapping[int, Left]) -> list[Payback]:
    """All that is left of all lines."""
    return [Payback(line_id, rest.units, rest.net, rest.taxes) for line_id, rest in left.items() if rest.gross > 0]


def of_lines(order: WooOrder, left: Mapping[int, Left], lines: Sequence[RefundLineItem]) -> list[Payback]:
    """The lines a caller asks for. Raises InvalidBody with every line that cannot be paid back like this."""
    known = {str(line.id): line for line in order.line_items}
    problems: dict[str, list[str]] = {}
    made: list[Payback] = []
    for at, asked in enumerate(lines):
        line = known.get(asked.line_item_id)
        if line is None:
            problems[f"line_items.{at}.line_item_id"] = ["Not a line of the order."]
            continue
        rest = left[line.id]
        if asked.quantity > rest.units:
            problems[f"line_items.{at}.quantity"] = [f"Only {max(rest.units, Decimal(0))} units are left to pay back."]
            continue
        share = Decimal(asked.quantity) / line.quantity if line.quantity else Decimal(0)
        gross = _whole(line).gross * share if isinstance(asked.amount, UnsetType) else asked.amount
        made.append(_split(line.id, Decimal(asked.quantity), gross, rest, digits_of(order)))
    if problems:
        raise InvalidBody({"json": problems})
    return made


def of_shipping(order: WooOrder, left: Mapping[int, Left], asked: Decimal) -> list[Payback]:
    """An amount paid back for shipping, taken from the shipping lines in their order."""
    made = []
    rest_to_pay = asked
    for line in order.shipping_lines:
        gross = min(rest_to_pay, left[line.id].gross)
        if gross > 0:
            made.append(_split(line.id, Decimal(0), gross, left[line.id], digits_of(order)))
            rest_to_pay -= gross
    if rest_to_pay > 0:
        raise InvalidBody.field("shipping_amount", f"Only {asked - rest_to_pay} is left to pay back for shipping.")
    return made


def _split(line_id: int, units: Decimal, gross: Decimal, rest: Left, digits: Decimal) -> Payback:
    """An amount divided into the part without tax and taxes, as the line divides into them."""
    gross = gross.quantize(digits, ROUND_HALF_UP)
    whole = rest.gross
    taxes = {
        rate: (gross * tax / whole).quantize(digits, ROUND_HALF_UP) if whole else Decimal(0)
        for rate, tax in rest.taxes.items()
        if tax
    }
    return Payback(line_id, units, gross - sum(taxes.values(), Decimal(0)), taxes)


def digits_of(order: WooOrder) -> Decimal:
    """One unit in the last place of the shop's amounts."""
    return Decimal(1).scaleb(int(Decimal(order.total).as_tuple().exponent))


def restocks(lines: Sequence[RefundLineItem] | UnsetType) -> bool:
    """Whether the units go back into stock; by default they do not."""
    if isinstance(lines, UnsetType):
        return False
    wanted = {line.restock is True for line in lines}
    if len(wanted) > 1:
        raise InvalidBody.field("line_items", _EVERY_LINE_OR_NONE)
    return wanted == {True}


def text_of(value: str | UnsetType) -> str | None:
    """An optional text."""
    return None if value is UNSET else str(value)
