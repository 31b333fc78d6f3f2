"""Stock and its adjustments."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from crossdock.contract.errors import UnexpectedShape, VendorRejected
from crossdock.contract.wms import inventory, ledger
from crossdock.integrations.extensiv_3pl_central import client, mapping
from crossdock.integrations.extensiv_3pl_central.catalogue import Catalogue
from crossdock.integrations.extensiv_3pl_central.models import (
    Adjustment,
    Item,
    StockDetail,
    StockSummaries,
    StockSummary,
)
from crossdock.integrations.extensiv_3pl_central.receiving_mapping import still_to_come
from crossdock.integrations.extensiv_3pl_central.receiving_models import Receiver
from crossdock.integrations.kit.adapter import Incremental, Page, Snapshot, Window, implements


class StockKeeping(Catalogue):
    """What lies where."""

    @implements(
        inventory.GET_INVENTORY, mode=Snapshot(because="stock summaries and stock details do not say when they changed")
    )
    async def get_inventory(self, window: Window) -> AsyncIterator[Page[inventory.InventoryItem]]:
        awaited = await self.awaited()
        async for owner, found, cursor in self.goods(window.cursor):
            yield Page(await self._records(owner, found, awaited), cursor)

    async def stock_of(self, customer_id: int, numbers: Sequence[int]) -> list[inventory.InventoryItem]:
        """The stock of some items of a customer, as it is now."""
        if not numbers:
            return []
        pages = self.items(customer_id, client.one_of(client.ITEM_ID, sorted(set(numbers))))
        found = [item async for page, _ in pages for item in page]
        return await self._records(customer_id, found, await self.awaited())

    async def _records(
        self, customer_id: int, items: Sequence[Item], awaited: mapping.Awaited
    ) -> list[inventory.InventoryItem]:
        summaries = await self._summaries([item.item_id for item in items])
        details: dict[int, list[tuple[int, StockDetail]]] = {}
        for place in sorted({row.facility_id for row in summaries if row.on_hand}):
            there = [row.item_identifier.id for row in summaries if row.facility_id == place and row.on_hand]
            for line in await self.details(customer_id, place, [number for number in there if number is not None]):
                details.setdefault(line.item_identifier.id or 0, []).append((place, line))
        by_item: dict[int | None, list[StockSummary]] = {}
        for row in summaries:
            by_item.setdefault(row.item_identifier.id, []).append(row)
        return [
            mapping.inventory_record(
                item, customer_id, by_item.get(item.item_id, []), details.get(item.item_id, []), awaited, self.zone
            )
            for item in items
        ]

    async def _summaries(self, numbers: Sequence[int]) -> list[StockSummary]:
        """What lies of some items, by facility and qualifier. This list cannot be sorted, so it is read by page."""
        found: dict[tuple[int | None, str | None, int], StockSummary] = {}
        page = 0
        while numbers:
            page += 1
            # https://3w.extensiv.com/rels/inventory/stocksummaries
            condition = client.one_of(client.STOCK_ITEM_ID, numbers)
            asked: dict[str, str | int | None] = {"pgsiz": client.STOCK_PER_PAGE, "pgnum": page, "rql": condition}
            answered = await self.ask("/inventory/stocksummaries", StockSummaries, asked)
            for row in answered.summaries:
                key = (row.item_identifier.id, row.qualifier, row.facility_id)
                if key in found:
                    raise UnexpectedShape(f"{self.display_name} counted stock of item {key[0]} twice")
                found[key] = row
            if len(found) >= answered.total_results:
                break
            if not answered.summaries:
                raise UnexpectedShape(f"{self.display_name} gave fewer stock summaries than it counts")
        return list(found.values())

    async def details(self, customer_id: int, facility_id: int, numbers: Sequence[int]) -> list[StockDetail]:
        """The receipts that stock of some items in a facility is left of, with lots and locations."""
        # https://3w.extensiv.com/rels/inventory/stockdetails
        pages = self.walk(
            "/inventory/stockdetails",
            StockDetail,
            lambda line: line.receive_item_id,
            by=client.STOCK_ID,
            size=client.STOCK_PER_PAGE,
            condition=client.one_of(client.STOCK_ITEM_ID, sorted(set(numbers))),
            more={"customerid": customer_id, "facilityid": facility_id},
        )
        return [line async for page, _ in pages for line in page]

    async def awaited(self) -> mapping.Awaited:
        """Units that open announcements still have to bring."""
        total: dict[tuple[int, int], int] = {}
        async for found, _ in self.receiver_pages(client.rql(self.own, f"{client.STATUS}=={client.OPEN}")):
            for receiver in found:
                for key, units in still_to_come(receiver).items():
                    total[key] = total.get(key, 0) + units
        return total

    async def receiver_pages(
        self, condition: str | None, after: int | None = None, kind: int | None = None
    ) -> AsyncIterator[tuple[list[Receiver], int | None]]:
        # https://3w.extensiv.com/rels/inventory/receivers
        pages = self.walk(
            "/inventory/receivers",
            Receiver,
            lambda item: item.read_only.receiver_id,
            by=client.RECEIVER_ID,
            size=client.RECEIVERS_PER_PAGE,
            after=after,
            condition=condition,
            more={**client.ALL_DETAILS, **({} if kind is None else {"receivertype": str(kind)})},
        )
        async for page in pages:
            yield page

    @implements(ledger.GET_INVENTORY_LEDGER, mode=Incremental(by="readOnly.lastModifiedDate"))
    async def get_inventory_ledger(self, window: Window) -> AsyncIterator[Page[ledger.InventoryLedgerEntry]]:
        after = None if window.cursor is None else self.number(window.cursor)
        condition = client.rql(self.own, client.since(window.start, self.zone))
        async for found, last in self.adjustments(condition, after):
            entries = [entry for item in found for entry in mapping.ledger_records(item, self.zone)]
            yield Page(entries, None if last is None else str(last))

    async def adjustments(
        self, condition: str | None, after: int | None = None
    ) -> AsyncIterator[tuple[list[Adjustment], int | None]]:
        # https://3w.extensiv.com/rels/inventory/adjustments
        pages = self.walk(
            "/inventory/adjustments",
            Adjustment,
            lambda item: item.read_only.adjustment_id,
            by=client.ADJUSTMENT_ID,
            size=client.RECEIVERS_PER_PAGE,
            after=after,
            condition=condition,
        )
        async for page in pages:
            yield page

    async def found_item(self, text: str) -> tuple[int, Item]:
        """An item by its number, and its owner. No list has the items of all customers, so each is asked."""
        number = client.number_in(text)
        for owner in [] if number is None else await self.all_customers():
            customer = owner.read_only.customer_id
            async for found, _ in self.items(customer, f"{client.ITEM_ID}=={number}"):
                if found:
                    return customer, found[0]
        raise VendorRejected(f"There is no item {text}", status=404)
