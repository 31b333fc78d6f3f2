"""The seed's ledger: what came and left in the days shown, and an opening entry for what lay there before.

Stock is what the seed says it is; the opening entries are what makes the rest add up to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crossdock.sandbox.goods import DAYS_SHOWN
from crossdock.sandbox.wms.documents import Bin, BinChange, Item, Order
from crossdock.sandbox.wms.inbound_documents import InboundShipment
from crossdock.sandbox.wms.ledger import LedgerEntry, StockEvent
from crossdock.sandbox.wms.places import bins_in, picking_bin
from crossdock.sandbox.wms.return_documents import Return


@dataclass(frozen=True)
class Move:
    """Units of an item that one event moved."""

    event: StockEvent
    item_id: str
    warehouse_id: str
    bin_id: str
    units: int


def dispatches(orders: Sequence[Order], bins: Sequence[Bin]) -> Iterator[Move]:
    """What left with orders."""
    for order in orders:
        here = bins_in(bins, order.warehouse_id)
        for shipment in order.shipments:
            event = StockEvent(shipment.id, "dispatch", shipment.shipped_at, order.kind, order.id)
            for package in shipment.packages:
                for packed in package.items:
                    place = picking_bin(packed.item_id, here)
                    yield Move(event, packed.item_id, order.warehouse_id, place.id, -packed.units)


def arrivals(inbound: Sequence[InboundShipment]) -> Iterator[Move]:
    """What suppliers brought."""
    for shipment in inbound:
        for receipt in shipment.receipts:
            event = StockEvent(receipt.id, "goods_in", receipt.arrived_at, shipment.kind, shipment.id)
            for line in receipt.lines:
                yield Move(event, line.item_id, shipment.warehouse_id, line.bin_id, line.units)


def comings_back(returned: Sequence[Return], bins: Sequence[Bin]) -> Iterator[Move]:
    """What buyers sent back."""
    for back in returned:
        here = bins_in(bins, back.warehouse_id)
        [quarantine] = [place for place in here if place.use == "quarantine"]
        event = StockEvent(f"{back.id}_arrival", "customer_return", back.updated_at, back.kind, back.id)
        for line in back.lines:
            event.note = line.reason
            for place, units in (
                (picking_bin(line.item_id, here), line.restocked),
                (quarantine, line.received - line.restocked),
            ):
                if units:
                    yield Move(event, line.item_id, back.warehouse_id, place.id, units)


def ledger(now: datetime, items: Sequence[Item], bins: Sequence[Bin], moves: Sequence[Move]) -> list[LedgerEntry]:
    """All entries, oldest first."""
    by_id = {item.id: item for item in items}
    entries: list[LedgerEntry] = []
    for move in moves:
        item = by_id[move.item_id]
        # The older lot is the one at hand.
        lot_id = item.lots[0].id if item.lots else None
        change = BinChange(bin_id=move.bin_id, lot_id=lot_id, change=move.units)
        before = len(move.event.entries)
        move.event.leave_entry(item, move.warehouse_id, change)
        entries += move.event.entries[before:]
    entries += _openings(now, items, bins, entries)
    return sorted(entries, key=lambda entry: entry.created_at)


def _openings(
    now: datetime, items: Sequence[Item], bins: Sequence[Bin], entries: Sequence[LedgerEntry]
) -> Iterator[LedgerEntry]:
    homes = {place.id: place.warehouse_id for place in bins}
    at = now - timedelta(days=DAYS_SHOWN)
    for item in items:
        units = {(part.bin_id, part.lot_id): part.units for part in item.stock}
        for entry in entries:
            if entry.item_id == item.id:
                key = (entry.bin_id, entry.lot_id)
                units[key] = units.get(key, 0) - entry.units
        event = StockEvent(f"opening_{item.id}", "opening", at, note="Taken over from the system before")
        for (bin_id, lot_id), count in units.items():
            if count:
                event.leave_entry(item, homes[bin_id], BinChange(bin_id=bin_id, lot_id=lot_id, change=count))
        yield from event.entries
