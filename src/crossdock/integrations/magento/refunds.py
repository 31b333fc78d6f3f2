"""What a credit memo comes to: lines, shipping and what is put on top or taken off. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from msgspec import UNSET, UnsetType

from crossdock.contract.cart.orders import RefundLineItem
from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.integrations.magento.mapping import lines_of
from crossdock.integrations.magento.models import ZERO, MagentoOrder, OrderItem

LINES_NEEDED = "Magento pays back lines; name the lines it belongs to, with quantity 0 if no unit comes back."
FOREIGN = "Magento takes amounts in {} only, and the order is in {}; name lines and quantities."
_CENT = Decimal("0.01")


def memo(
    order: MagentoOrder,
    lines: Sequence[RefundLineItem] | UnsetType,
    amount: Decimal | UnsetType,
    shipping: Decimal | UnsetType,
) -> dict[str, Any]:
    """The credit memo that a caller asks for; empty for everything that is left."""
    if isinstance(lines, UnsetType):
        for name, value in (("amount", amount), ("shipping_amount", shipping)):
            if value is not UNSET:
                raise InvalidBody.field(name, LINES_NEEDED)
        return {}
    items = _items(order, lines)
    gross = sum((_gross(item, line.quantity) for item, line in items), ZERO)
    asked = sum(
        (_gross(item, line.quantity) if isinstance(line.amount, UnsetType) else line.amount for item, line in items),
        ZERO,
    )
    to_ship = ZERO if isinstance(shipping, UnsetType) else shipping
    total = asked + to_ship if isinstance(amount, UnsetType) else amount
    if total < asked + to_ship:
        raise InvalidBody.field("amount", f"Lines and shipping come to {asked + to_ship} already.")
    arguments: dict[str, Any] = {"shipping_amount": _net_shipping(order, to_ship)}
    beside = (total - gross - to_ship).quantize(_CENT, ROUND_HALF_UP)
    if beside:
        arguments["adjustment_positive" if beside > 0 else "adjustment_negative"] = abs(beside)
    if (beside or to_ship) and order.order_currency_code != order.base_currency_code:
        field = "amount" if beside else "shipping_amount"
        raise InvalidBody.field(field, FOREIGN.format(order.base_currency_code, order.order_currency_code))
    restocked = [item.item_id for item, line in items if line.restock is True]
    if restocked:
        arguments["extension_attributes"] = {"return_to_stock_items": restocked}
    return {
        "items": [{"order_item_id": item.item_id, "qty": line.quantity} for item, line in items],
        # Left out, all of the shipping would be paid back.
        "arguments": arguments,
    }


def _items(order: MagentoOrder, lines: Sequence[RefundLineItem]) -> list[tuple[OrderItem, RefundLineItem]]:
    """The lines asked for with those of the order; raises InvalidBody with every one that cannot be paid back."""
    known = {str(item.item_id): item for item in lines_of(order)}
    problems: dict[str, list[str]] = {}
    found = []
    for at, line in enumerate(lines):
        item = known.get(line.line_item_id)
        if item is None:
            problems[f"line_items.{at}.line_item_id"] = ["Not a line of the order."]
        elif line.quantity > item.qty_ordered - item.qty_refunded - item.qty_canceled:
            left = item.qty_ordered - item.qty_refunded - item.qty_canceled
            problems[f"line_items.{at}.quantity"] = [f"Only {left.normalize():f} units are left to pay back."]
        else:
            found.append((item, line))
    if problems:
        raise InvalidBody({"json": problems})
    return found


def _gross(item: OrderItem, quantity: int) -> Decimal:
    """What was paid for some units of a line, with tax and after discounts."""
    if not item.qty_ordered:
        return ZERO
    whole = item.row_total - abs(item.discount_amount) + item.tax_amount + item.discount_tax_compensation_amount
    return (whole * quantity / item.qty_ordered).quantize(_CENT, ROUND_HALF_UP)


def _net_shipping(order: MagentoOrder, gross: Decimal) -> Decimal:
    """An amount for shipping without the tax in it, as Magento adds that again."""
    net, tax = order.shipping_amount or ZERO, order.shipping_tax_amount or ZERO
    if gross > net + tax:
        raise InvalidBody.field("shipping_amount", f"Only {net + tax} was paid for shipping.")
    return (gross * net / (net + tax)).quantize(_CENT, ROUND_HALF_UP) if gross else ZERO


def check_refundable(order: MagentoOrder) -> None:
    """Refuses orders of which nothing was paid, or of which everything went back."""
    paid, back = order.total_paid or ZERO, order.total_refunded or ZERO
    if paid <= back:
        raise VendorRejected(f"Nothing is left to pay back of order {order.increment_id}")
