"""What a refund comes to, in the order's amounts. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from msgspec import UnsetType

from crossdock.contract.cart.orders import RefundLineItem
from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.integrations.ebay.mapping import refunds_of
from crossdock.integrations.ebay.models import EbayOrder, OrderLine, Refunded

# https://developer.ebay.com/api-docs/sell/fulfillment/types/api:ReasonForRefundEnum
REASONS = frozenset(
    {
        "BUYER_CANCEL",
        "SELLER_CANCEL",
        "ITEM_NOT_RECEIVED",
        "BUYER_RETURN",
        "ITEM_NOT_AS_DESCRIBED",
        "OTHER_ADJUSTMENT",
        "SHIPPING_DISCOUNT",
    }
)
ANY_REASON = "OTHER_ADJUSTMENT"
LONGEST_COMMENT = 100
FAILED = "FAILED"
NO_RESTOCK = "eBay puts nothing back into stock; adjust the stock of the product as well."
_CENT = Decimal("0.01")
_ZERO = Decimal(0)


def request(
    order: EbayOrder, lines: Sequence[RefundLineItem] | UnsetType, amount: Decimal | UnsetType
) -> dict[str, Any]:
    """Lines or total of the refund that a caller asks for, as eBay takes them."""
    currency = order.pricing_summary.total.currency
    if not isinstance(lines, UnsetType):
        asked = _of_lines(order, lines)
        total = sum((money for _, money in asked), _ZERO)
        if not isinstance(amount, UnsetType) and amount != total:
            raise InvalidBody.field("amount", f"The lines come to {total}, and eBay takes no amount beside them.")
        return {"refundItems": [{"lineItemId": line, "refundAmount": _shown(money, currency)} for line, money in asked]}
    rest = left_of(order)
    total = rest if isinstance(amount, UnsetType) else amount
    if rest <= 0:
        raise VendorRejected(f"Nothing is left to pay back of order {order.order_id}")
    if not 0 < total <= rest:
        raise InvalidBody.field("amount", f"Must be above 0 and at most {rest}, which is left to pay back.")
    return {"orderLevelRefundAmount": _shown(_cents(total, "amount"), currency)}


def left_of(order: EbayOrder) -> Decimal:
    """What of the order has not been paid back; refunds that failed do not count."""
    return Decimal(order.pricing_summary.total.value) - _paid_back(refunds_of(order))


def _paid_back(refunds: Sequence[Refunded]) -> Decimal:
    counted = (refund.amount for refund in refunds if refund.refund_status != FAILED)
    return sum((Decimal(amount.value) for amount in counted if amount is not None), _ZERO)


def _of_lines(order: EbayOrder, lines: Sequence[RefundLineItem]) -> list[tuple[str, Decimal]]:
    """The amount of each line; raises InvalidBody with every one that cannot be paid back."""
    known = {line.line_item_id: line for line in order.line_items}
    problems: dict[str, list[str]] = {}
    made = []
    for at, asked in enumerate(lines):
        line = known.get(asked.line_item_id)
        if line is None:
            problems[f"line_items.{at}.line_item_id"] = ["Not a line of the order."]
            continue
        if asked.restock is True:
            problems[f"line_items.{at}.restock"] = [NO_RESTOCK]
        if asked.quantity > line.quantity:
            problems[f"line_items.{at}.quantity"] = [f"Only {line.quantity} units were ordered."]
            continue
        total = _price(line, asked.quantity) if isinstance(asked.amount, UnsetType) else asked.amount
        if total <= 0:
            problems[f"line_items.{at}.amount"] = ["Must be above 0."]
            continue
        made.append((line.line_item_id, _cents(total, f"line_items.{at}.amount")))
    if problems:
        raise InvalidBody({"json": problems})
    return made


def _price(line: OrderLine, units: int) -> Decimal:
    """What was paid for some units of a line, without shipping and taxes that eBay collects."""
    whole = Decimal((line.discounted_line_item_cost or line.line_item_cost).value)
    return (whole * units / line.quantity).quantize(_CENT, ROUND_HALF_UP) if line.quantity else _ZERO


def _cents(amount: Decimal, field: str) -> Decimal:
    if amount != amount.quantize(_CENT):
        raise InvalidBody.field(field, "eBay takes two decimals.")
    return amount.quantize(_CENT)


def _shown(amount: Decimal, currency: str) -> dict[str, str]:
    return {"value": f"{amount:f}", "currency": currency}


def reason_and_comment(reason: str | None, note: str | None) -> dict[str, str]:
    """eBay knows seven reasons; any other text goes to the buyer as a comment."""
    code = (reason or "").strip().upper().replace(" ", "_")
    known = code in REASONS
    comment = "; ".join(text for text in (None if known else reason, note) if text)
    if len(comment) > LONGEST_COMMENT:
        raise InvalidBody.field("note" if note else "reason", f"eBay takes {LONGEST_COMMENT} characters.")
    made = {"reasonForRefund": code if known else ANY_REASON}
    return {**made, "comment": comment} if comment else made
