"""Many levels at once: a few one by one, more of them as a feed that Amazon works off later."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from datetime import timedelta

import msgspec

from crossdock.contract.cart import products
from crossdock.contract.errors import UnexpectedShape, VendorRejected, VendorUnavailable
from crossdock.integrations.amazon import client, stock
from crossdock.integrations.amazon.goods import Goods
from crossdock.integrations.amazon.models import Feed, FeedDocument, FeedRef, Feeds, Listing, Report
from crossdock.integrations.amazon.stock import Level
from crossdock.integrations.kit.adapter import Attempt, NotApplied, Settlement, implements, settles
from crossdock.integrations.kit.batches import Batch, BatchWritten
from crossdock.integrations.kit.client import segment

FEEDS = "/feeds/2021-06-30"
FEED_TYPE = "JSON_LISTINGS_FEED"
CONTENT_TYPE = "application/json; charset=UTF-8"
ONE_BY_ONE = 20
"""So many lines are changed one by one, which says at once what became of each."""
LONGEST_WRITE = timedelta(minutes=20)
"""After this a write of ours can no longer have made a feed."""
AT_WORK = frozenset({"IN_QUEUE", "IN_PROGRESS"})
DONE, CANCELLED = "DONE", "CANCELLED"


class Batches(Goods):
    """Setting the levels of many listings."""

    @implements(products.BATCH_ADJUST_INVENTORY, products.BatchAdjustInventoryBody)
    async def batch_adjust_inventory(self, body: products.BatchAdjustInventoryBody) -> BatchWritten[products.Product]:
        levels = stock.check_lines(body.line_items)
        found = await self._found(levels)
        batch: Batch[products.Product] = Batch([level.sku for level in levels])
        batch.require(stock.reasons(levels, found, self.place))
        if len(levels) > ONE_BY_ONE:
            feed_id = await self._feed(levels, found)
            message = f"Amazon has taken the levels as feed {feed_id} and works it off later"
            raise VendorUnavailable(message, may_have_applied=True)
        for at, level in enumerate(levels):
            with batch.sending([at]):
                try:
                    await self.set_level(found[level.sku], level)
                except VendorRejected as error:
                    batch.refused(at, error.message)
        changed = await self.listings(list(found))
        batch.add(*await self.records(list(changed.values())))
        return batch.written()

    async def _feed(self, levels: Sequence[Level], found: Mapping[str, Listing]) -> str:
        """Hands levels over as a feed, and gives its id. Nothing happens before the last of the three calls."""
        # https://developer-docs.amazon.com/sp-api/reference/createfeeddocument
        answer = await self.client.post(
            f"{FEEDS}/documents", {"contentType": CONTENT_TYPE}, changes=False, bucket=client.CREATE_DOCUMENT
        )
        document: FeedDocument = answer.json(FeedDocument)
        content = msgspec.json.encode(stock.feed(levels, found, self.place, self.credentials.seller_id))
        await self.client.request(
            "PUT", document.url, content=content, headers={"content-type": CONTENT_TYPE}, changes=False
        )
        wanted = {
            "feedType": FEED_TYPE,
            "marketplaceIds": [self.place.id],
            "inputFeedDocumentId": document.feed_document_id,
        }
        # https://developer-docs.amazon.com/sp-api/reference/createfeed
        made = await self.client.post(f"{FEEDS}/feeds", wanted, bucket=client.CREATE_FEED)
        return str(made.json(FeedRef).feed_id)

    @settles(products.BATCH_ADJUST_INVENTORY)
    async def settle_batch_adjust_inventory(self, attempt: Attempt) -> Settlement:
        """No mark can be left in a feed either, so it is found by its type, its time and the number of its lines."""
        levels = stock.check_lines(attempt.body.line_items)
        feeds = await self._feeds(attempt) if len(levels) > ONE_BY_ONE else []
        if any(feed.processing_status in AT_WORK for feed in feeds):
            return None
        report = await self._report(feeds[0]) if len(feeds) == 1 else None
        if report is not None and report.summary.messages_processed == len(levels):
            accepted = report.summary.messages_accepted
            if accepted == len(levels):
                return await self._applied(levels, await self._found(levels))
            # Lines that were refused in part are neither an answer of a success nor of a failure.
            return None if accepted else NotApplied()
        found = await self._found(levels)
        if stock.as_asked(levels, found):
            return await self._applied(levels, found)
        never = len(levels) > ONE_BY_ONE and all(feed.processing_status == CANCELLED for feed in feeds)
        return NotApplied() if never and self.long_ago(attempt) else None

    async def _found(self, levels: Sequence[Level]) -> dict[str, Listing]:
        return await self.listings([level.sku for level in levels])

    async def _applied(self, levels: Sequence[Level], found: Mapping[str, Listing]) -> Settlement:
        """The listings of a batch as they are now; nothing is known of it once none of them is left."""
        order = [found[sku] for sku in dict.fromkeys(level.sku for level in levels) if sku in found]
        records = await self.records(order)
        return BatchWritten(records) if records else None

    async def _feeds(self, attempt: Attempt) -> list[Feed]:
        """The feeds of listings that were made while the write was under way."""
        query: dict[str, str | int] = {
            "feedTypes": FEED_TYPE,
            "marketplaceIds": self.place.id,
            "createdSince": client.time_text(attempt.sent_at - client.CLOCK_SLACK),
            "createdUntil": client.time_text(attempt.sent_at + LONGEST_WRITE),
            "pageSize": 100,
        }
        # https://developer-docs.amazon.com/sp-api/reference/getfeeds
        answer = await self.client.get(f"{FEEDS}/feeds", query, bucket=client.GET_FEEDS)
        found: Feeds = answer.json(Feeds)
        if found.next_token is not None:
            raise UnexpectedShape("More feeds were made at that time than can be told apart")
        return found.feeds

    async def _report(self, feed: Feed) -> Report | None:
        """What became of the lines of a feed; None while it is not done."""
        if feed.processing_status != DONE or feed.result_feed_document_id is None:
            return None
        # https://developer-docs.amazon.com/sp-api/reference/getfeeddocument
        path = f"{FEEDS}/documents/{segment(feed.result_feed_document_id)}"
        document: FeedDocument = (await self.client.get(path, bucket=client.GET_DOCUMENT)).json(FeedDocument)
        content = (await self.client.get(document.url)).body
        if document.compression_algorithm == "GZIP":
            content = gzip.decompress(content)
        try:
            return msgspec.json.decode(content, type=Report)
        except msgspec.DecodeError as error:
            raise UnexpectedShape(f"Amazon reported about a feed in an unexpected shape: {error}") from None
