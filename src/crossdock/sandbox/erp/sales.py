"""Rules of selling: how a sales order, its shipments and the stock promised to it go together. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from crossdock.sandbox.erp import stock
from crossdock.sandbox.erp.documents import COMMITTING, MovedLine, OpenUnits, OrderLine, SalesOrder, SalesState
from crossdock.sandbox.erp.orders import Books, NewMove, count_move, is_complete, line_of, moved, with_open_units
from crossdock.sandbox.problems import conflict

_ENDED: frozenset[SalesState] = frozenset({"shipped", "closed_short", "void"})
_KEPT: frozenset[SalesState] = frozenset({"draft", "on_hold"})
"""States that only a person at the ERP ends."""


def bring_up_to_date(books: Books, order: SalesOrder) -> None:
    """Makes the state of the order, and what stock knows of it, follow from its lines."""
    if order.state not in _KEPT | {"void", "closed_short"}:
        order.state = "shipped" if is_complete(order) else "part_shipped" if moved(order) else "released"
    counts = order.state in COMMITTING
    for item_id, card in books.cards.items():
        card.demand = with_open_units(card.demand, order, item_id, counts=counts, card=card)


def require_open(order: SalesOrder, what: str) -> None:
    """Refuses a change of an order that has ended."""
    if order.state in _ENDED:
        raise conflict("order_ended", f"Order {order.number} is {order.state} and cannot be {what}")


def cancel(books: Books, order: SalesOrder) -> None:
    """Calls an order off; the stock promised to it is free again."""
    require_open(order, "cancelled")
    if moved(order):
        raise conflict("already_moved", f"{moved(order)} units of order {order.number} have been shipped")
    order.state = "void"
    bring_up_to_date(books, order)


def ship(books: Books, order: SalesOrder, wanted: Sequence[NewMove], location_id: str | None) -> list[MovedLine]:
    """Takes units of an order from stock. At the location a line is promised stock at, it gets what is promised to it;
    anywhere else, what is promised to nobody."""
    require_open(order, "shipped")
    if order.state not in COMMITTING:
        raise conflict("not_released", f"Order {order.number} is {order.state}; it has to be released before it ships")
    if location_id is not None:
        books.place(location_id)
    found = []
    for move in wanted:
        line = line_of(order, move.line_id)
        place = books.place(move.location_id or location_id or line.location_id)
        card = books.cards[line.item_id]
        removable = _removable(books, order, line, place.id)
        count_move(order, line, move.units, "shipped")
        moves = stock.take(card, place, stock.picks_of(move.units, move.lots, move.bins), removable)
        bring_up_to_date(books, order)
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
    return found


def _removable(books: Books, order: SalesOrder, line: OrderLine, location_id: str) -> int:
    card = books.cards[line.item_id]
    if location_id != line.location_id:
        return stock.level(card, location_id).available
    own = OpenUnits(order_id=order.id, line_id=line.id, location_id=location_id, units=line.units - line.done)
    return stock.committed_to(card, own)
