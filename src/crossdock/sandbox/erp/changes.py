"""What every change of the books does around the rules: read what it needs, and store and name what it touched."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

import msgspec

from crossdock.sandbox.documents import Document
from crossdock.sandbox.erp.documents import (
    Customer,
    Employee,
    Item,
    Location,
    Posting,
    PurchaseOrder,
    Receipt,
    SalesOrder,
    Shipment,
    StockCard,
    Supplier,
)
from crossdock.sandbox.erp.orders import Books
from crossdock.sandbox.erp.shown import Posted, show_card, show_purchase_order, show_sales_order
from crossdock.sandbox.problems import conflict, duplicate_reference, invalid
from crossdock.sandbox.store import Objects

Partner = TypeVar("Partner", Customer, Supplier, Employee)
Numbered = TypeVar("Numbered", PurchaseOrder, SalesOrder)


class Change:
    """One change of the books. It holds off every other change of the account."""

    def __init__(self, objects: Objects, posting: Posting) -> None:
        self.objects = objects
        self.now = posting.created_at
        self._posting = posting
        self._books = Books({}, {}, {})
        self._before: dict[str, bytes] = {}

    @classmethod
    async def begin(cls, objects: Objects, reference: str | None, now: datetime) -> Change:
        """Takes the books; a reference counts once."""
        await objects.lock_for_catalogue()
        if reference and await objects.get(Posting, reference):
            raise duplicate_reference(reference)
        number = await objects.next_number(Posting)
        identifier = reference or f"posting_id_{number}"
        return cls(objects, Posting(id=identifier, created_at=now, updated_at=now, stock_card_ids=[]))

    async def books(self, item_ids: Iterable[str]) -> Books:
        """The part of the books about these items, and all locations."""
        self._books.locations = {found.id: found for found in await self.objects.all(Location)}
        for identifier in dict.fromkeys(item_ids):
            item = await self.objects.get(Item, identifier)
            if item is None:
                continue
            [card] = await self.objects.find(StockCard, {"itemId": identifier}, lock=True)
            self._books.items[identifier] = item
            self._books.cards[identifier] = card
            self._before[identifier] = msgspec.json.encode(card)
        return self._books

    async def partner(self, kind: type[Partner], identifier: str) -> Partner:
        """Somebody a request names for a new order."""
        found = await self.objects.get(kind, identifier)
        if found is None:
            raise invalid(f"There is no {kind.title} {identifier}", f"unknown_{kind.kind}")
        if not found.active:
            raise conflict("inactive", f"{found.name} is not active any more")
        return found

    async def parent(self, kind: type[Numbered], identifier: str) -> Numbered:
        """The order that goods belong to."""
        found = await self.objects.get(kind, identifier)
        if found is None:
            raise invalid(f"There is no {kind.title} {identifier}", f"unknown_{kind.kind}")
        return found

    async def number(self, kind: type[Numbered], wanted: str | None, prefix: str, first: int) -> str:
        """The number of an order: the wanted one if it is free, else the next of the house."""
        if wanted is not None:
            if taken := await self.objects.find(kind, {"number": wanted}):
                raise conflict("duplicate_number", f"Number {wanted} is taken by {taken[0].id}")
            return wanted
        while await self.objects.find(kind, {"number": f"{prefix}-{first}"}):
            first += 1
        return f"{prefix}-{first}"

    async def save(self, document: Document) -> None:
        """Stores the new state of a document."""
        document.updated_at = self.now
        await self.objects.save(document, self.now)

    async def post(
        self,
        *,
        purchase_order: PurchaseOrder | None = None,
        receipt: Receipt | None = None,
        sales_order: SalesOrder | None = None,
        shipment: Shipment | None = None,
    ) -> Posted:
        """Stores the stock cards that changed and the posting itself; everything else is stored already."""
        changed = []
        for item_id, card in self._books.cards.items():
            if msgspec.json.encode(card) != self._before[item_id]:
                await self.save(card)
                changed.append(card)
        posting = self._posting
        posting.purchase_order_id = purchase_order.id if purchase_order else None
        posting.receipt_id = receipt.id if receipt else None
        posting.sales_order_id = sales_order.id if sales_order else None
        posting.shipment_id = shipment.id if shipment else None
        posting.stock_card_ids = [card.id for card in changed]
        await self.objects.add(posting)
        return Posted(
            posting=posting,
            purchase_order=show_purchase_order(purchase_order) if purchase_order else None,
            receipt=receipt,
            sales_order=show_sales_order(sales_order) if sales_order else None,
            shipment=shipment,
            stock=[show_card(card) for card in changed],
        )
