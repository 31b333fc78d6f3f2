"""Rules of stock: what is promised to whom, and which lot and bin a move falls on. Pure functions.

- Sales orders are served in the order they were made. What the earlier ones want of the units at a location is
  committed to them; a later order gets the rest, and what is missing waits for the next receipt.
- On hand = committed + available, at every location. Within a location the committed units are those that leave first.
- Units leave from the lot that expires first, bins in the order they were filled, unless lots or bins are named.
- Units that arrive without a lot, of an item with lots, become a lot of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from msgspec import Meta
from msgspec.structs import replace

from crossdock.sandbox.documents import Part, RequestPart, Text
from crossdock.sandbox.erp.documents import Location, Lot, Move, OpenUnits, StockCard, StockPart
from crossdock.sandbox.erp.times import Moment, in_utc
from crossdock.sandbox.problems import conflict, invalid

MOST_UNITS = 1_000_000
"""Units a line may have."""
MOST_ON_HAND = 1_000_000_000
_NEVER = datetime.max.replace(tzinfo=UTC)

Units = Annotated[int, Meta(ge=1, le=MOST_UNITS)]


class LotUnits(RequestPart, kw_only=True, frozen=True):
    """Units of one lot. The expiry counts when the lot is new; without it, the item's shelf life does."""

    number: Text
    units: Units
    expires_at: Moment | None = None


class BinUnits(RequestPart, kw_only=True, frozen=True):
    """Units in one bin; the lot may be left out when it is clear."""

    bin_id: Text
    units: Units
    lot: Text | None = None


@dataclass(frozen=True)
class Pick:
    """Units of a move that are to fall on this lot and this bin; None leaves the choice to the rules."""

    lot: str | None
    bin_id: str | None
    units: int


class Level(Part, kw_only=True, frozen=True):
    """Quantities at one location."""

    location_id: str
    on_hand: int
    committed: int
    available: int
    backordered: int
    on_order: int


def on_hand(card: StockCard, location_id: str) -> int:
    """Units held at a location."""
    return sum(part.units for part in card.stock if part.location_id == location_id)


def level(card: StockCard, location_id: str) -> Level:
    """The quantities at one location."""
    held = on_hand(card, location_id)
    wanted = sum(demand.units for demand in card.demand if demand.location_id == location_id)
    committed = min(held, wanted)
    return Level(
        location_id=location_id,
        on_hand=held,
        committed=committed,
        available=held - committed,
        backordered=wanted - committed,
        on_order=sum(part.units for part in card.incoming if part.location_id == location_id),
    )


def levels(card: StockCard) -> list[Level]:
    """The quantities at every location of the item."""
    return [level(card, location_id) for location_id in card.locations]


def committed_to(card: StockCard, wanted: OpenUnits) -> int:
    """Units that are there for one line, after the orders before it."""
    left = on_hand(card, wanted.location_id)
    for demand in card.demand:
        if demand.location_id != wanted.location_id:
            continue
        if (demand.order_id, demand.line_id) == (wanted.order_id, wanted.line_id):
            return min(demand.units, max(left, 0))
        left -= demand.units
    return 0


def leaving_order(card: StockCard, location_id: str) -> list[StockPart]:
    """The parts at a location in the order in which units leave."""
    expiry = {lot.number: lot.expires_at for lot in card.lots}
    here = [part for part in card.stock if part.location_id == location_id]
    return sorted(here, key=lambda part: expiry.get(part.lot or "", _NEVER))


def committed_parts(card: StockCard) -> list[tuple[StockPart, int]]:
    """Every part with the units of it that are committed."""
    found = []
    for here in levels(card):
        left = here.committed
        for part in leaving_order(card, here.location_id):
            share = min(part.units, left)
            left -= share
            found.append((part, share))
    return found


def picks_of(units: int, lots: Sequence[LotUnits], bins: Sequence[BinUnits]) -> list[Pick]:
    """The parts of a move of so many units; what is named has to add up."""
    if not lots and not bins:
        return [Pick(None, None, units)]
    if lots and sum(lot.units for lot in lots) != units:
        raise invalid(
            f"The lots of a line of {units} units hold {sum(lot.units for lot in lots)}", "lots_do_not_add_up"
        )
    if not bins:
        return [Pick(lot.number, None, lot.units) for lot in lots]
    if sum(part.units for part in bins) != units:
        raise invalid(
            f"The bins of a line of {units} units hold {sum(part.units for part in bins)}", "bins_do_not_add_up"
        )
    named = {lot.number for lot in lots}
    only = next(iter(named)) if len(named) == 1 else None
    picks = [Pick(part.lot or only, part.bin_id, part.units) for part in bins]
    for number in named:
        in_bins = sum(pick.units for pick in picks if pick.lot == number)
        in_lots = sum(lot.units for lot in lots if lot.number == number)
        if in_bins != in_lots:
            raise invalid(f"The bins hold {in_bins} units of lot {number}, the lots {in_lots}", "bins_do_not_add_up")
    return picks


def take(card: StockCard, place: Location, picks: Sequence[Pick], removable: int) -> list[Move]:
    """Takes units away from a location; `removable` is how many of them may go at most."""
    units = sum(pick.units for pick in picks)
    if units > removable:
        raise conflict(
            "insufficient_stock", f"Only {removable} units of {card.sku} can leave {place.name}, not {units}"
        )
    moves: list[Move] = []
    for pick in picks:
        _check_pick(card, place, pick)
        if pick.lot is not None and all(lot.number != pick.lot for lot in card.lots):
            raise invalid(f"{card.sku} has no lot {pick.lot}", "unknown_lot")
        left = pick.units
        for part in leaving_order(card, place.id):
            if pick.lot not in (None, part.lot) or pick.bin_id not in (None, part.bin_id):
                continue
            taken = min(part.units, left)
            if taken:
                left -= taken
                moves.append(_change(card, part, -taken))
        if left:
            where = " ".join(name for name in (pick.bin_id, pick.lot) if name) or place.name
            raise conflict("insufficient_stock", f"There are only {pick.units - left} units of {card.sku} in {where}")
    return moves


def put(
    card: StockCard, place: Location, picks: Sequence[Pick], lots: Sequence[LotUnits], arrived: datetime, new_lot: str
) -> list[Move]:
    """Adds units at a location. `new_lot` is the number of a lot for units that come without one."""
    if sum(part.units for part in card.stock) + sum(pick.units for pick in picks) > MOST_ON_HAND:
        raise conflict("stock_limit", f"No item may have more than {MOST_ON_HAND} units")
    if place.id not in card.locations:
        card.locations.append(place.id)
    expiry = {lot.number: in_utc(lot.expires_at) for lot in lots if lot.expires_at}
    moves: list[Move] = []
    for pick in picks:
        _check_pick(card, place, pick)
        lot = None
        if card.shelf_life_days is not None:
            lot = pick.lot or new_lot
            _open_lot(card, lot, expiry.get(lot), arrived)
        bin_id = pick.bin_id or _usual_bin(card, place)
        card.bin_names.update({found.id: found.name for found in place.bins if found.id == bin_id})
        moves.append(_change(card, StockPart(location_id=place.id, bin_id=bin_id, lot=lot, units=0), pick.units))
    return moves


def _check_pick(card: StockCard, place: Location, pick: Pick) -> None:
    if pick.lot is not None and card.shelf_life_days is None:
        raise invalid(f"{card.sku} is not kept by lot", "no_lots")
    if pick.bin_id is not None and all(found.id != pick.bin_id for found in place.bins):
        raise invalid(f"{place.name} has no bin {pick.bin_id}", "unknown_bin")


def _open_lot(card: StockCard, number: str, expires_at: datetime | None, arrived: datetime) -> None:
    known = next((lot for lot in card.lots if lot.number == number), None)
    if known is None:
        card.lots.append(Lot(number=number, expires_at=expires_at or _shelf_end(card, arrived)))
    elif expires_at is not None and expires_at != known.expires_at:
        raise conflict("other_expiry", f"Lot {number} of {card.sku} expires on {known.expires_at:%Y-%m-%d}")


def _shelf_end(card: StockCard, arrived: datetime) -> datetime:
    try:
        return arrived + timedelta(days=card.shelf_life_days or 0)
    except OverflowError:
        raise invalid(f"Nothing that arrives at {arrived:%Y-%m-%d} has an expiry", "bad_time") from None


def _usual_bin(card: StockCard, place: Location) -> str | None:
    """The first bin that holds the item, or the first there is; None at a location without bins."""
    if not place.bins:
        return None
    holding = {part.bin_id for part in card.stock if part.location_id == place.id}
    return next((found.id for found in place.bins if found.id in holding), place.bins[0].id)


def _change(card: StockCard, wanted: StockPart, change: int) -> Move:
    """Changes the units of one part, which begins with the first unit and ends with the last."""
    place = (wanted.location_id, wanted.bin_id, wanted.lot)
    expires_at = next((lot.expires_at for lot in card.lots if lot.number == wanted.lot), None)
    move = Move(bin_id=wanted.bin_id, lot=wanted.lot, expires_at=expires_at, units=abs(change))
    for index, part in enumerate(card.stock):
        if (part.location_id, part.bin_id, part.lot) == place:
            units = part.units + change
            card.stock[index : index + 1] = [replace(part, units=units)] if units else []
            return move
    card.stock.append(replace(wanted, units=change))
    return move
