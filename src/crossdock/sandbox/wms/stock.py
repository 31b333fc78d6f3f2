"""Rules of stock: which bin and lot a change falls on, and the quantities that follow. Pure functions.

- A level is what a warehouse holds of an item: on hand = allocated + quarantined + available.
- Only available units can be taken away, or those in quarantine when that bin is named.
- Without a bin, units are taken from the lot that expires first, bins in the order they were made, and from as many
  bins as it needs; units are added to the first picking bin that holds the item, or the first one there is.
- Added units of an item with lots join the lot that expires last.
- Units change in `change_units` and nowhere else, and every change leaves an entry in the ledger.
- Units promised to an order stay in their bins until they leave; which bin and lot they leave from is settled then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from crossdock.sandbox.documents import Part
from crossdock.sandbox.problems import conflict, invalid
from crossdock.sandbox.wms.documents import Bin, BinChange, BinUnits, Item
from crossdock.sandbox.wms.ledger import StockEvent

MOST_UNITS = 1_000_000_000
"""Units one item may have in all."""
_NEVER = datetime.max.replace(tzinfo=UTC)


class Level(Part, kw_only=True, frozen=True):
    """What one warehouse holds of an item, in units."""

    warehouse_id: str
    on_hand: int
    allocated: int
    quarantined: int
    available: int
    expected: int


def level(item: Item, warehouse_id: str) -> Level:
    """The quantities of an item in one warehouse."""
    here = [part for part in item.stock if part.warehouse_id == warehouse_id]
    on_hand = sum(part.units for part in here)
    quarantined = sum(part.units for part in here if part.quarantined)
    allocated = item.allocated.get(warehouse_id, 0)
    return Level(
        warehouse_id=warehouse_id,
        on_hand=on_hand,
        allocated=allocated,
        quarantined=quarantined,
        available=on_hand - quarantined - allocated,
        expected=item.expected.get(warehouse_id, 0),
    )


def levels(item: Item) -> list[Level]:
    """The quantities in every warehouse that keeps the item."""
    return [level(item, warehouse_id) for warehouse_id in item.expected]


def change_units(
    item: Item, bins: Sequence[Bin], warehouse_id: str, change: int, bin_id: str | None, event: StockEvent
) -> list[BinChange]:
    """Changes the stock of an item in one warehouse, whose bins these are, and says what happened in which bin.

    The ledger's entries are left with the event; whoever stores the item stores them too.
    """
    changes = _changed(item, bins, warehouse_id, change, bin_id)
    for part in changes:
        event.leave_entry(item, warehouse_id, part)
    return changes


def _changed(item: Item, bins: Sequence[Bin], warehouse_id: str, change: int, bin_id: str | None) -> list[BinChange]:
    named = next((place for place in bins if place.id == bin_id), None)
    if bin_id is not None and named is None:
        raise invalid(f"Warehouse {warehouse_id} has no bin {bin_id}", "unknown_bin")
    if change < 0:
        return _take(item, bins, warehouse_id, -change, named)
    if sum(part.units for part in item.stock) + change > MOST_UNITS:
        raise conflict("stock_limit", f"No item may have more than {MOST_UNITS} units")
    item.expected.setdefault(warehouse_id, 0)
    return [_put(item, bins, warehouse_id, change, named)] if change else []


def allocate(item: Item, warehouse_id: str, units: int) -> None:
    """Promises available units to an order."""
    available = level(item, warehouse_id).available
    if units > available:
        raise conflict("insufficient_stock", f"Only {available} units of {item.sku} are available in {warehouse_id}")
    _set_allocated(item, warehouse_id, item.allocated.get(warehouse_id, 0) + units)


def release(item: Item, warehouse_id: str, units: int) -> None:
    """Takes back a promise."""
    _set_allocated(item, warehouse_id, item.allocated.get(warehouse_id, 0) - units)


def take_allocated(
    item: Item, bins: Sequence[Bin], warehouse_id: str, units: int, event: StockEvent
) -> list[BinChange]:
    """Takes promised units out of the warehouse whose bins these are."""
    release(item, warehouse_id, units)
    return change_units(item, bins, warehouse_id, -units, None, event)


def _set_allocated(item: Item, warehouse_id: str, units: int) -> None:
    if units < 0:
        raise ValueError(f"{item.id} has fewer units promised in {warehouse_id} than are taken back")
    others = {where: held for where, held in item.allocated.items() if where != warehouse_id}
    item.allocated = {**others, warehouse_id: units} if units else others


def _take(item: Item, bins: Sequence[Bin], warehouse_id: str, units: int, named: Bin | None) -> list[BinChange]:
    order = {place.id: number for number, place in enumerate(bins)}
    expiry = {lot.id: lot.expires_at for lot in item.lots}
    sources = [
        part
        for part in item.stock
        if part.warehouse_id == warehouse_id and (not part.quarantined if named is None else part.bin_id == named.id)
    ]
    sources.sort(key=lambda part: (expiry.get(part.lot_id or "", _NEVER), order.get(part.bin_id, len(order))))
    removable = sum(part.units for part in sources)
    if named is None or named.use != "quarantine":
        removable = min(removable, level(item, warehouse_id).available)
    if units > removable:
        place = warehouse_id if named is None else named.id
        raise conflict(
            "insufficient_stock", f"Only {removable} units of {item.sku} can be taken from {place}, not {units}"
        )
    changes = []
    for part in sources:
        taken = min(part.units, units)
        if taken:
            _set_units(item, part, part.units - taken)
            changes.append(BinChange(bin_id=part.bin_id, lot_id=part.lot_id, change=-taken))
        units -= taken
    return changes


def _put(item: Item, bins: Sequence[Bin], warehouse_id: str, units: int, named: Bin | None) -> BinChange:
    place = named or _picking_bin(item, bins, warehouse_id)
    newest = max(item.lots, key=lambda lot: lot.expires_at, default=None)
    lot_id = newest.id if newest else None
    there = next((part for part in item.stock if (part.bin_id, part.lot_id) == (place.id, lot_id)), None)
    if there is not None:
        _set_units(item, there, there.units + units)
    else:
        quarantined = place.use == "quarantine"
        item.stock.append(
            BinUnits(bin_id=place.id, warehouse_id=warehouse_id, lot_id=lot_id, quarantined=quarantined, units=units)
        )
    return BinChange(bin_id=place.id, lot_id=lot_id, change=units)


def _picking_bin(item: Item, bins: Sequence[Bin], warehouse_id: str) -> Bin:
    picking = [place for place in bins if place.use == "pick"]
    if not picking:
        raise conflict("no_bin", f"Warehouse {warehouse_id} has no bin to pick from; name one")
    holding = {part.bin_id for part in item.stock}
    return next((place for place in picking if place.id in holding), picking[0])


def _set_units(item: Item, part: BinUnits, units: int) -> None:
    index = item.stock.index(part)
    item.stock[index : index + 1] = [replace(part, units=units)] if units else []
