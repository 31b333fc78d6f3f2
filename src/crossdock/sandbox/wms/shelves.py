"""The items behind an order, locked while it changes: their units are promised, freed and taken here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from crossdock.sandbox.documents import Size
from crossdock.sandbox.problems import missing
from crossdock.sandbox.store import Objects
from crossdock.sandbox.wms.documents import HOLDING_STOCK, Bin, Item, Order, PackedItem
from crossdock.sandbox.wms.ledger import StockEvent
from crossdock.sandbox.wms.packing import needed
from crossdock.sandbox.wms.stock import allocate, level, release, take_allocated


class Shelves:
    """Items by id. Needs the lock for the catalogue, so that nobody waits crosswise."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._items: dict[str, Item] = {}
        self._before: dict[str, Item] = {}

    async def load(self, identifiers: Iterable[str]) -> None:
        """Makes items known that are not yet."""
        for identifier in sorted(set(identifiers) - self._items.keys()):
            item = await self._objects.get(Item, identifier, lock=True)
            if item is None:
                raise missing(Item.title, identifier)
            self._items[identifier] = item
            self._before[identifier] = replace(item, stock=list(item.stock), allocated=dict(item.allocated))

    async def load_for(self, order: Order) -> None:
        """Makes the items of an order known."""
        await self.load(part.item_id for line in order.lines for part in line.parts)

    @property
    def sizes(self) -> dict[str, Size | None]:
        """Size and weight of one unit, by item."""
        return {identifier: item.size for identifier, item in self._items.items()}

    def suffice(self, order: Order, warehouse_id: str) -> bool:
        """Whether a warehouse has all that an order still needs."""
        return all(
            level(self._items[identifier], warehouse_id).available >= units
            for identifier, units in needed(order.lines).items()
        )

    def hold(self, order: Order) -> bool:
        """Promises the order all that it needs, or nothing when something is lacking."""
        if not self.suffice(order, order.warehouse_id):
            return False
        for identifier, units in needed(order.lines).items():
            allocate(self._items[identifier], order.warehouse_id, units)
        return True

    def free(self, order: Order) -> None:
        """Takes back what is promised to the order."""
        if order.state in HOLDING_STOCK:
            for identifier, units in needed(order.lines).items():
                release(self._items[identifier], order.warehouse_id, units)

    async def take(self, order: Order, wanted: Iterable[PackedItem], event: StockEvent) -> list[PackedItem]:
        """Takes promised units from their bins; what comes from different lots is told apart."""
        bins = await self._objects.find(Bin, {"warehouseId": order.warehouse_id})
        taken: list[PackedItem] = []
        for entry in wanted:
            item = self._items[entry.item_id]
            expiry = {lot.id: lot.expires_at for lot in item.lots}
            by_lot: dict[str | None, int] = {}
            for change in take_allocated(item, bins, order.warehouse_id, entry.units, event):
                by_lot[change.lot_id] = by_lot.get(change.lot_id, 0) - change.change
            taken += [
                replace(entry, units=units, lot_id=lot, expires_at=expiry.get(lot or ""))
                for lot, units in by_lot.items()
            ]
        return taken

    async def save(self, now: datetime) -> list[Item]:
        """Stores the items whose stock or promises changed, and gives them."""
        changed = [
            item
            for identifier, item in self._items.items()
            if (item.stock, item.allocated) != (self._before[identifier].stock, self._before[identifier].allocated)
        ]
        for item in changed:
            item.updated_at = now
            await self._objects.save(item, now)
        return changed
