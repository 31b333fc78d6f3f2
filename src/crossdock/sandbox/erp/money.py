"""The money of an order. Each amount is rounded to the cent where it arises, so that sums add up exactly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from crossdock.sandbox.problems import invalid

CENT = Decimal("0.01")
PRICE_STEP = Decimal("0.0001")
HIGHEST_PRICE = 1_000_000
SHIPPING = Decimal("12.50")
FREE_SHIPPING_FROM = Decimal(250)
"""Orders of this net value ship free."""


def cents(amount: Decimal) -> Decimal:
    """The amount to the cent; half a cent is rounded up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def checked_price(price: Decimal, what: str) -> Decimal:
    """A price that can be kept: not negative, and with at most four decimals."""
    if not price.is_finite() or not 0 <= price <= HIGHEST_PRICE:
        raise invalid(f"A {what} lies between 0 and {HIGHEST_PRICE}", "bad_price")
    if price != price.quantize(PRICE_STEP):
        raise invalid(f"A {what} has at most four decimals", "bad_price")
    # Minus zero would be shown with its sign.
    return abs(price)


@dataclass(frozen=True)
class Amounts:
    """The money of a line: what it costs before and after a reduction, and the tax on that."""

    gross: Decimal
    discount: Decimal
    tax: Decimal

    @property
    def net(self) -> Decimal:
        return self.gross - self.discount


def amounts(units: int, price: Decimal, discount_percent: Decimal, tax_percent: Decimal) -> Amounts:
    """The money of one line."""
    gross = cents(units * price)
    discount = cents(gross * discount_percent / 100)
    return Amounts(gross, discount, cents((gross - discount) * tax_percent / 100))


@dataclass(frozen=True)
class Totals:
    """The money of a whole order."""

    subtotal: Decimal
    discount: Decimal
    tax: Decimal
    shipping: Decimal

    @property
    def total(self) -> Decimal:
        return self.subtotal - self.discount + self.tax + self.shipping


def totals(lines: Iterable[Amounts], *, shipping: bool = False) -> Totals:
    """The sums of the lines, and with `shipping` what is charged for sending them."""
    known = list(lines)
    zero = Decimal("0.00")
    net = sum((line.net for line in known), zero)
    return Totals(
        subtotal=sum((line.gross for line in known), zero),
        discount=sum((line.discount for line in known), zero),
        tax=sum((line.tax for line in known), zero),
        shipping=SHIPPING if shipping and net < FREE_SHIPPING_FROM else zero,
    )
