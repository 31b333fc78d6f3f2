"""Listings, places and stock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from crossdock.contract.bodies import ExactAdjustment, WriteBody, choices
from crossdock.contract.cart import products, warehouses
from crossdock.contract.errors import UnexpectedShape
from crossdock.integrations.amazon import client, mapping, stock
from crossdock.integrations.amazon.base import AmazonBase
from crossdock.integrations.amazon.models import Listing, StockSummary, SupplySource, SupplySources
from crossdock.integrations.kit.adapter import (
    Applied,
    Attempt,
    Incremental,
    NotApplied,
    Page,
    Settlement,
    Snapshot,
    Window,
    implements,
    settles,
)
from crossdock.integrations.kit.client import segment
from crossdock.integrations.kit.paging import by_cursor

SOURCES = "/supplySources/2020-07-01/supplySources"


class Stretch(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far a walk has come. A search ends after so many listings, so the next one starts at the latest of them.

    `held` is the last part: listings of which only the stock in Amazon's warehouses changed.
    """

    since: datetime | None = None
    token: str | None = None
    read: int = 0
    latest: datetime | None = None
    held: bool = False

    def text(self) -> str:
        return msgspec.json.encode(self).decode()


class AdjustInventory(WriteBody, kw_only=True):
    """Changes the stock of one listing in one place."""

    quantity: int
    adjustment_type: ExactAdjustment
    # The seller's own stock is known before an account is; the account adds its supply sources.
    warehouse_id: Annotated[str, choices("warehouses"), Meta(extra_json_schema={"enum": [mapping.DEFAULT]})]


class Goods(AmazonBase):
    """Reading goods and changing their stock."""

    @implements(products.GET_PRODUCTS, mode=Incremental(by="lastUpdatedAfter", full_every=timedelta(days=1)))
    async def get_products(self, window: Window) -> AsyncIterator[Page[products.Product]]:
        at = msgspec.json.decode(window.cursor, type=Stretch) if window.cursor else Stretch(since=window.start)
        seen: set[str] = set()
        while not at.held:
            found, following = await self._page(at)
            seen |= {listing.sku for listing in found}
            last = following is None and window.start is None
            at = following or Stretch(held=True)
            yield Page(await self.records(found), None if last else at.text())
            if last:
                return
        if window.start is not None:
            async for page in self._restocked(window.start, seen, at.text()):
                yield page

    async def _page(self, at: Stretch) -> tuple[list[Listing], Stretch | None]:
        """A page of listings by the time of their change, and where the next one is."""
        since = client.time_text(at.since) if at.since else None
        order = {"sortBy": "lastUpdatedDate", "sortOrder": "ASC"}
        answer = await self.search({"lastUpdatedAfter": since, "pageToken": at.token, **order})
        dates = [date for item in answer.items if (date := mapping.updated(item, self.place))]
        latest = max([*dates, *([at.latest] if at.latest else [])], default=None)
        read, token = at.read + len(answer.items), answer.pagination.next_token
        if token is not None and token == at.token:
            raise UnexpectedShape("Amazon gave the same page token twice, so the list would never end")
        if read < client.LISTINGS_REACH:
            return answer.items, None if token is None else Stretch(at.since, token, read, latest)
        if latest is None or latest == at.since:
            raise UnexpectedShape(f"More than {client.LISTINGS_REACH} listings changed in the same second")
        return answer.items, Stretch(since=latest)

    async def _restocked(self, since: datetime, seen: set[str], cursor: str) -> AsyncIterator[Page[products.Product]]:
        """Listings that were not changed themselves, but their stock in Amazon's warehouses."""
        held: dict[str, StockSummary] = {}
        async for page in self.summaries({"startDateTime": client.time_text(since)}):
            held |= {item.seller_sku: item for item in page if item.seller_sku and item.seller_sku not in seen}
        skus = list(held)
        for start in range(0, len(skus), client.IDENTIFIERS_PER_CALL):
            found = await self.listings(skus[start : start + client.IDENTIFIERS_PER_CALL])
            records = [mapping.product_record(listing, held[sku], self.place) for sku, listing in found.items()]
            yield Page(records, cursor)

    async def records(self, found: Sequence[Listing]) -> list[products.Product]:
        """Listings with their stock, wherever it is."""
        held = await self.held(found)
        return [mapping.product_record(listing, held.get(listing.sku), self.place) for listing in found]

    @implements(
        warehouses.GET_WAREHOUSES,
        mode=Snapshot(because="supply sources cannot be filtered by the time of their change"),
    )
    async def get_warehouses(self, window: Window) -> AsyncIterator[Page[warehouses.Warehouse]]:
        async def fetch(token: str | None) -> tuple[list[SupplySource], str | None]:
            # https://developer-docs.amazon.com/sp-api/reference/getsupplysources
            answer = await self.client.get(SOURCES, {"pageSize": client.SOURCES_PER_PAGE, "nextPageToken": token})
            found: SupplySources = answer.json(SupplySources)
            # The list tells neither dates nor whether a place is in use.
            sources = [await self._source(item.supply_source_id) for item in found.supply_sources]
            return sources, found.next_page_token or None

        first = window.cursor is None
        async for sources, following in by_cursor(fetch, start=window.cursor):
            fixed = mapping.fixed_places(self.place) if first else []
            first = False
            yield Page([*fixed, *(mapping.warehouse_record(source) for source in sources)], following)

    async def _source(self, identifier: str) -> SupplySource:
        # https://developer-docs.amazon.com/sp-api/reference/getsupplysource
        answer = await self.client.get(f"{SOURCES}/{segment(identifier)}")
        found: SupplySource = answer.json(SupplySource)
        return found

    @implements(products.ADJUST_INVENTORY, AdjustInventory)
    async def adjust_inventory(self, product_id: str, body: AdjustInventory) -> products.Product:
        stock.check_place(body.warehouse_id, "warehouse_id")
        found = await self.listing(product_id)
        stock.check_countable(found, self.place)
        level = stock.level_after(found, body.adjustment_type, body.quantity, body.warehouse_id)
        await self.set_level(found, level)
        [record] = await self.records([await self.listing(product_id)])
        return record

    async def set_level(self, listing: Listing, level: stock.Level) -> None:
        """Sets the level of one listing. Amazon can only set, so a sale between a look and this is overwritten."""
        change = {"productType": mapping.product_type(listing, self.place), "patches": [stock.patch(level)]}
        path = f"{self.listings_path}/{segment(level.sku)}"
        # https://developer-docs.amazon.com/sp-api/reference/patchlistingsitem
        await self.client.request(
            "PATCH", path, params={"marketplaceIds": self.place.id}, json=change, bucket=client.PATCH_LISTING
        )

    @settles(products.ADJUST_INVENTORY)
    async def settle_adjust_inventory(self, attempt: Attempt) -> Settlement:
        """No mark can be left at Amazon; a level as it was asked for proves something, or a listing long untouched."""
        found = await self.listing(attempt.ids[0])
        body = attempt.body
        if body.adjustment_type == "exact" and mapping.levels(found, None).get(body.warehouse_id) == body.quantity:
            [record] = await self.records([found])
            return Applied(record)
        changed = mapping.updated(found, self.place)
        untouched = changed is None or changed < attempt.sent_at - client.CLOCK_SLACK
        return NotApplied() if untouched and self.long_ago(attempt) else None

    def long_ago(self, attempt: Attempt) -> bool:
        """Whether a write was sent so long ago that Amazon would show it by now."""
        return self.now() - attempt.sent_at > client.PROCESSING
