"""Rules that sales and purchase orders share: their lines, and the books a change works on. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from msgspec import Meta
from msgspec.structs import replace

from crossdock.sandbox.documents import RequestPart, Text
from crossdock.sandbox.erp.documents import Item, Location, OpenUnits, Order, OrderLine, StockCard
from crossdock.sandbox.erp.money import checked_price
from crossdock.sandbox.erp.stock import BinUnits, LotUnits, Units
from crossdock.sandbox.problems import conflict, invalid


@dataclass
class Books:
    """The part of the books that one change needs. Cards are by the id of their item."""

    locations: dict[str, Location]
    items: dict[str, Item]
    cards: dict[str, StockCard]

    def item(self, identifier: str) -> Item:
        """The item a request names."""
        found = self.items.get(identifier)
        if found is None:
            raise invalid(f"There is no item {identifier}", "unknown_item")
        return found

    def place(self, identifier: str) -> Location:
        """The location a request names, which has to be one for stock."""
        found = self.locations.get(identifier)
        if found is None:
            raise invalid(f"There is no location {identifier}", "unknown_location")
        if not found.keeps_stock or not found.active:
            raise conflict("no_stock_here", f"{found.name} keeps no stock")
        return found

    def main_place(self) -> Location:
        """Where stock is kept when nobody says where."""
        return next(found for found in self.locations.values() if found.keeps_stock and found.active)


class NewLine(RequestPart, kw_only=True, frozen=True):
    """An item to sell or to buy. Without a price it is the item's; without a location, the order's."""

    item_id: Text
    units: Units
    price: Decimal | None = None
    location_id: Text | None = None


NewLines = Annotated[list[NewLine], Meta(min_length=1)]


class NewMove(RequestPart, kw_only=True, frozen=True):
    """Units of an order's line that arrive or leave."""

    line_id: Text
    units: Units
    location_id: Text | None = None
    lots: list[LotUnits] = []
    bins: list[BinUnits] = []


NewMoves = Annotated[list[NewMove], Meta(min_length=1)]


def set_lines(books: Books, order: Order, wanted: Sequence[NewLine], *, buying: bool) -> None:
    """Replaces the lines of an order. A line for an item the order has already stays that line, whatever else changes;
    one whose units have moved cannot be dropped, nor cut below what has moved."""
    left = list(order.lines)
    lines = []
    for line in wanted:
        item = books.item(line.item_id)
        known = next((old for old in left if old.item_id == item.id), None)
        place = books.place(line.location_id or (known.location_id if known else order.location_id))
        price = None if line.price is None else checked_price(line.price, "cost" if buying else "price")
        if known is None:
            lines.append(_new_line(order, item, line.units, place, price, buying=buying))
            continue
        left.remove(known)
        if line.units < known.done:
            raise conflict(
                "already_moved", f"{known.done} units of {item.sku} have moved, so its line cannot have {line.units}"
            )
        lines.append(
            replace(known, units=line.units, location_id=place.id, price=known.price if price is None else price)
        )
    for dropped in left:
        if dropped.done:
            raise conflict(
                "already_moved", f"{dropped.done} units of {dropped.sku} have moved, so its line has to stay"
            )
    order.lines = lines


def _new_line(
    order: Order, item: Item, units: int, place: Location, price: Decimal | None, *, buying: bool
) -> OrderLine:
    if not item.active:
        raise conflict("inactive", f"{item.sku} is not {'bought' if buying else 'sold'} any more")
    # `purchase_order_id_7` has the lines `purchase_line_id_7_0` and on: unique in the whole account.
    word, _, number = order.id.rpartition("_order_id_")
    made = OrderLine(
        id=f"{word}_line_id_{number}_{order.lines_made}",
        item_id=item.id,
        sku=item.sku,
        description=item.name,
        location_id=place.id,
        units=units,
        price=price if price is not None else item.cost if buying else item.price,
    )
    order.lines_made += 1
    return made


def set_place(books: Books, order: Order, identifier: str) -> None:
    """Gives an order another location; lines that were at its old one go along."""
    place = books.place(identifier)
    order.lines = [
        replace(line, location_id=place.id) if line.location_id == order.location_id else line for line in order.lines
    ]
    order.location_id = place.id


def line_of(order: Order, identifier: str) -> OrderLine:
    """The line a move names."""
    for line in order.lines:
        if line.id == identifier:
            return line
    raise invalid(f"Order {order.number} has no line {identifier}", "unknown_line")


def count_move(order: Order, line: OrderLine, units: int, word: str) -> None:
    """Notes units of a line as moved; no more than were ordered."""
    if units > line.units - line.done:
        raise conflict(
            "too_many_units",
            f"{line.units - line.done} of {line.units} units of {line.sku} are open, so {units} cannot be {word}",
        )
    order.lines[order.lines.index(line)] = replace(line, done=line.done + units)


def moved(order: Order) -> int:
    """Units of an order that have arrived or left."""
    return sum(line.done for line in order.lines)


def is_complete(order: Order) -> bool:
    """Whether everything has arrived or left."""
    return all(line.done == line.units for line in order.lines)


def open_units(order: Order, item_id: str) -> Iterator[OpenUnits]:
    """What the lines for one item still wait for."""
    for line in order.lines:
        if line.item_id == item_id and line.units > line.done:
            units = line.units - line.done
            yield OpenUnits(order_id=order.id, line_id=line.id, location_id=line.location_id, units=units)


def with_open_units(
    known: Iterable[OpenUnits], order: Order, item_id: str, *, counts: bool, card: StockCard
) -> list[OpenUnits]:
    """The open units of an item with those of one order brought up to date, older orders first."""
    own = list(open_units(order, item_id)) if counts else []
    for part in own:
        if part.location_id not in card.locations:
            card.locations.append(part.location_id)
    others = [part for part in known if part.order_id != order.id]
    return sorted([*others, *own], key=lambda part: int(part.order_id.rpartition("_")[2]))
