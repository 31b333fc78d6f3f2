"""What a refund comes to: Shopify suggests, the caller may say less. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from msgspec import UnsetType

from crossdock.contract.cart.orders import RefundLineItem
from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.integrations.shopify.mapping import number
from crossdock.integrations.shopify.models import ShopifyOrder, SuggestedRefund, SuggestedTransaction

ALL_OR_NONE = "Shopify pays back a sum, not lines: give an amount for every line or for none."


class Asked(Protocol):
    """What a caller wants paid back."""

    line_items: list[RefundLineItem] | UnsetType
    amount: Decimal | UnsetType
    shipping_amount: Decimal | UnsetType
    reason: str | UnsetType
    note: str | UnsetType


@dataclass(frozen=True)
class Line:
    """A line to pay back; with a location, its units go back into stock there."""

    line_id: str
    quantity: int
    location_id: str | None

    def asked(self) -> dict[str, Any]:
        """The line as Shopify takes it."""
        made: dict[str, Any] = {"lineItemId": self.line_id, "quantity": self.quantity, "restockType": "NO_RESTOCK"}
        return made if self.location_id is None else {**made, "restockType": "RETURN", "locationId": self.location_id}


def is_everything(body: Asked) -> bool:
    """Whether a caller wants all that is left."""
    given = (body.line_items, body.amount, body.shipping_amount)
    return all(isinstance(value, UnsetType) for value in given)


def lines(order: ShopifyOrder, asked: Sequence[RefundLineItem] | UnsetType) -> list[Line]:
    """The lines of a refund. Raises InvalidBody with every one that is not of the order."""
    if isinstance(asked, UnsetType):
        return []
    known = {number(line.id): line for line in order.line_items.nodes}
    problems: dict[str, list[str]] = {}
    made = []
    for at, item in enumerate(asked):
        line = known.get(item.line_item_id)
        if line is None:
            problems[f"line_items.{at}.line_item_id"] = ["Not a line of the order."]
            continue
        if item.quantity > line.quantity:
            problems[f"line_items.{at}.quantity"] = [f"Only {line.quantity} were ordered."]
        place = _place(order, line.id) if item.restock is True else None
        if item.restock is True and place is None:
            problems[f"line_items.{at}.restock"] = ["No location has this line, so it cannot go back into stock."]
        made.append(Line(line.id, item.quantity, place))
    if len({isinstance(item.amount, UnsetType) for item in asked}) > 1:
        problems["line_items"] = [ALL_OR_NONE]
    if problems:
        raise InvalidBody({"json": problems})
    return [line for line in made if line.quantity]


def _place(order: ShopifyOrder, line_id: str) -> str | None:
    """The location that ships or shipped a line."""
    for group in order.fulfillment_orders.nodes:
        place = group.assigned_location.location
        if place and any(part.line_item.id == line_id for part in group.line_items.nodes):
            return place.id
    return None


def refund(order: ShopifyOrder, chosen: Sequence[Line], suggested: SuggestedRefund, body: Asked) -> dict[str, Any]:
    """The refund as Shopify takes it."""
    total = _total(suggested, body)
    most = suggested.maximum_refundable_set.shop_money.amount
    if total > most:
        raise InvalidBody.field("amount", f"Only {most} of the order is left to pay back.")
    if total <= 0:
        raise VendorRejected(f"Nothing is left to pay back of order {order.name}")
    asked: dict[str, Any] = {
        "orderId": order.id,
        "refundLineItems": [line.asked() for line in chosen],
        "transactions": _transactions(order, suggested.suggested_transactions, total),
    }
    if is_everything(body):
        asked["refundLineItems"] = [
            Line(line.line_item.id, line.quantity, None).asked() for line in suggested.refund_line_items
        ]
        asked["shipping"] = {"fullRefund": True}
    elif not isinstance(body.shipping_amount, UnsetType):
        asked["shipping"] = {"amount": str(body.shipping_amount)}
    text = ": ".join(str(part) for part in (body.reason, body.note) if not isinstance(part, UnsetType))
    return asked | ({"note": text} if text else {})


def _total(suggested: SuggestedRefund, body: Asked) -> Decimal:
    if not isinstance(body.amount, UnsetType):
        return body.amount
    total = suggested.amount_set.shop_money.amount
    if isinstance(body.line_items, UnsetType):
        return total if isinstance(body.shipping_amount, UnsetType) else body.shipping_amount
    if isinstance(body.line_items[0].amount, UnsetType):
        return total
    given = sum((line.amount for line in body.line_items if not isinstance(line.amount, UnsetType)), Decimal(0))
    return given + (Decimal(0) if isinstance(body.shipping_amount, UnsetType) else body.shipping_amount)


def _transactions(
    order: ShopifyOrder, suggested: Sequence[SuggestedTransaction], total: Decimal
) -> list[dict[str, Any]]:
    """The sum, divided among the payments that it can go back to."""
    left = total
    made = []
    for item in suggested:
        most = (item.maximum_refundable_set or item.amount_set).shop_money.amount
        amount = min(left, most)
        if amount <= 0:
            continue
        left -= amount
        transaction = {"orderId": order.id, "kind": "REFUND", "gateway": item.gateway or "", "amount": str(amount)}
        made.append(transaction | ({"parentId": item.parent_transaction.id} if item.parent_transaction else {}))
    if left > 0:
        raise VendorRejected(f"The payments of order {order.name} can take back only {total - left}")
    return made
