"""One request that touches several documents: it counts once, is stored as a whole, and answers everything it touched.

What a request touched is kept under its reference, so that somebody who lost the answer can ask for it:
`GET /v1/wms/requests?reference=` shows the present state of the same documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from crossdock.sandbox.api import existing
from crossdock.sandbox.documents import Document, Part
from crossdock.sandbox.problems import duplicate_reference, invalid
from crossdock.sandbox.store import Objects
from crossdock.sandbox.wms.documents import Bin, Item, Product, Warehouse
from crossdock.sandbox.wms.inbound_documents import InboundShipment
from crossdock.sandbox.wms.ledger import LedgerEntry, StockEvent
from crossdock.sandbox.wms.return_documents import Return
from crossdock.sandbox.wms.shown import ItemShown, show_item
from crossdock.sandbox.wms.stock import change_units
from crossdock.sandbox.wms.work_documents import Charge, Subject

D = TypeVar("D", bound=Document)


class RequestDone(Document, kw_only=True):
    """A request that took effect, and the documents it made or changed. Its id is the reference the caller gave."""

    kind = "request"
    title = "request"

    touched: list[Subject]


class Outcome(Part, kw_only=True, frozen=True):
    """Everything a request made or changed, as it is now; what it was about comes first in its list."""

    inbound_shipments: list[InboundShipment]
    returns: list[Return]
    products: list[Product]
    items: list[ItemShown]
    ledger: list[LedgerEntry]
    charges: list[Charge]


def outcome(documents: Sequence[Document]) -> Outcome:
    """Documents by their kind."""
    return Outcome(
        inbound_shipments=_of(InboundShipment, documents),
        returns=_of(Return, documents),
        products=_of(Product, documents),
        items=[show_item(item) for item in _of(Item, documents)],
        ledger=_of(LedgerEntry, documents),
        charges=_of(Charge, documents),
    )


KINDS: tuple[type[Document], ...] = (InboundShipment, Return, Product, Item, LedgerEntry, Charge)


def _of(kind: type[D], documents: Sequence[Document]) -> list[D]:
    return [document for document in documents if isinstance(document, kind)]


class Work:
    """The changes of one request. `begin` comes first, `finish` last."""

    def __init__(self, objects: Objects, reference: str | None, now: datetime) -> None:
        self.objects = objects
        self.now = now
        self._reference = reference
        self._touched: dict[tuple[str, str], Document] = {}
        self._made: set[tuple[str, str]] = set()

    async def begin(self) -> None:
        """Holds off every other change, and refuses a reference that was used before."""
        await self.objects.lock_for_catalogue()
        if self._reference and await self.objects.get(RequestDone, self._reference):
            raise duplicate_reference(self._reference)

    async def open(self, kind: type[D], identifier: str) -> D:
        """The document that the address names."""
        return self.touch(await existing(self.objects, kind, identifier, lock=True))

    async def take(self, kind: type[D], identifier: str) -> D:
        """A document that the content names; the same object every time."""
        known = self._touched.get((kind.kind, identifier))
        if isinstance(known, kind):
            return known
        found = await self.objects.get(kind, identifier, lock=True)
        if found is None:
            raise invalid(f"There is no {kind.title} {identifier}", f"unknown_{kind.kind}")
        return self.touch(found)

    def touch(self, document: D) -> D:
        """Counts a stored document as changed."""
        self._touched[document.kind, document.id] = document
        return document

    def make(self, document: D) -> D:
        """Counts a new document as made."""
        self._made.add((document.kind, document.id))
        return self.touch(document)

    async def move(self, item: Item, warehouse_id: str, units: int, bin_id: str | None, event: StockEvent) -> str:
        """Puts units of an item on stock, and says into which bin."""
        bins = await self.objects.find(Bin, {"warehouseId": warehouse_id})
        [change] = change_units(item, bins, warehouse_id, units, bin_id, event)
        return change.bin_id

    async def finish(self) -> Outcome:
        """Stores everything and shows it."""
        for key, document in self._touched.items():
            document.updated_at = self.now
            if key in self._made:
                await self.objects.add(document)
            else:
                await self.objects.save(document, self.now)
        if self._reference:
            touched = [Subject(kind=kind, id=identifier) for kind, identifier in self._touched]
            await self.objects.add(
                RequestDone(id=self._reference, created_at=self.now, updated_at=self.now, touched=touched)
            )
        return outcome(list(self._touched.values()))


async def find_outcome(objects: Objects, reference: str) -> Outcome | None:
    """What a request touched, as it is now; None when no such request took effect."""
    done = await objects.get(RequestDone, reference)
    if done is None:
        return None
    kinds = {kind.kind: kind for kind in KINDS}
    documents = [await objects.get(kinds[part.kind], part.id) for part in done.touched]
    return outcome([document for document in documents if document is not None])


async def check_warehouse(objects: Objects, warehouse_id: str) -> None:
    """Refuses a warehouse that does not exist."""
    if await objects.get(Warehouse, warehouse_id) is None:
        raise invalid(f"There is no warehouse {warehouse_id}", "unknown_warehouse")


async def item_of_sku(objects: Objects, sku: str) -> Item:
    """The item with this SKU."""
    found = await objects.find(Item, {"sku": sku})
    if not found:
        raise invalid(f"There is no item with SKU {sku}", "unknown_sku")
    return found[0]
