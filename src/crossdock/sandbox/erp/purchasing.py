"""Rules of buying: how a purchase order, its approval, its receipts and stock go together. Pure functions.

An order needs an employee whose limit for placing or approving orders covers its total; without an employee it is
placed by the company itself. Until then it waits as `requested`. Suppliers confirm at once. Once goods have arrived,
approval is not asked for again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from crossdock.sandbox.erp import stock
from crossdock.sandbox.erp.documents import ORDERED, Employee, MovedLine, PurchaseOrder, PurchaseState
from crossdock.sandbox.erp.money import Totals, amounts, totals
from crossdock.sandbox.erp.orders import Books, NewMove, count_move, is_complete, line_of, moved, with_open_units
from crossdock.sandbox.problems import conflict

_ENDED: frozenset[PurchaseState] = frozenset({"received", "closed_short", "void"})


def totals_of(order: PurchaseOrder) -> Totals:
    """The money of a purchase order."""
    return totals(amounts(line.units, line.price, Decimal(0), order.tax_percent) for line in order.lines)


def covers(employee: Employee | None, total: Decimal) -> bool:
    """Whether an order of this total may be placed."""
    if employee is None:
        return True
    return any(limit is not None and limit >= total for limit in (employee.order_limit, employee.approval_limit))


def bring_up_to_date(books: Books, order: PurchaseOrder, employee: Employee | None) -> None:
    """Makes the state of the order, and what stock knows of it, follow from its lines and its employee."""
    if order.state not in ("void", "closed_short", "disputed"):
        order.state = _state(order, employee)
    counts = order.state in ORDERED
    for item_id, card in books.cards.items():
        card.incoming = with_open_units(card.incoming, order, item_id, counts=counts, card=card)


def _state(order: PurchaseOrder, employee: Employee | None) -> PurchaseState:
    if is_complete(order):
        return "received"
    if moved(order):
        return "part_received"
    if not covers(employee, totals_of(order).total):
        return "requested"
    return "sent" if order.state == "sent" else "confirmed"


def require_open(order: PurchaseOrder, what: str) -> None:
    """Refuses a change of an order that has ended."""
    if order.state in _ENDED:
        raise conflict("order_ended", f"Order {order.number} is {order.state} and cannot be {what}")


def cancel(books: Books, order: PurchaseOrder) -> None:
    """Calls an order off; nothing of it is expected any more."""
    require_open(order, "cancelled")
    if moved(order):
        raise conflict("already_moved", f"{moved(order)} units of order {order.number} have arrived")
    order.state = "void"
    bring_up_to_date(books, order, None)


def receive(
    books: Books,
    order: PurchaseOrder,
    wanted: Sequence[NewMove],
    location_id: str | None,
    *,
    arrived: datetime,
    new_lot: str,
) -> list[MovedLine]:
    """Puts units of an order into stock. More than was ordered is refused: the order has to be changed first."""
    require_open(order, "received")
    if order.state not in ORDERED:
        raise conflict("not_ordered", f"Order {order.number} is {order.state}; nothing of it can arrive yet")
    if location_id is not None:
        books.place(location_id)
    found = []
    for move in wanted:
        line = line_of(order, move.line_id)
        place = books.place(move.location_id or location_id or line.location_id)
        count_move(order, line, move.units, "received")
        picks = stock.picks_of(move.units, move.lots, move.bins)
        moves = stock.put(books.cards[line.item_id], place, picks, move.lots, arrived, new_lot)
        found.append(
            MovedLine(
                line_id=line.id,
                item_id=line.item_id,
                sku=line.sku,
                location_id=place.id,
                units=move.units,
                moves=moves,
            )
        )
    # Goods have arrived, so that no approval is needed any more.
    bring_up_to_date(books, order, None)
    return found
