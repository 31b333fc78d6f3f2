"""Offers and their stock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

from msgspec import UNSET, UnsetType

from crossdock.contract.bodies import WriteBody
from crossdock.contract.cart import products
from crossdock.contract.errors import AdapterError, InvalidBody, VendorRejected, VendorUnavailable
from crossdock.integrations.kit.adapter import (
    Applied,
    Attempt,
    Incremental,
    Page,
    Settlement,
    Window,
    implements,
    settles,
)
from crossdock.integrations.kit.batches import Batch, BatchWritten, check_levels
from crossdock.integrations.kit.client import Effect
from crossdock.integrations.mirakl import client, mapping, stock
from crossdock.integrations.mirakl.base import PAGE_SIZE, MiraklBase
from crossdock.integrations.mirakl.models import (
    ExportedOffer,
    ExportStarted,
    ExportStatus,
    ImportStarted,
    ImportStatus,
    Offer,
    Offers,
)

BY_TITLE = "productTitle"
"""The order of the list; prices, by which it is sorted otherwise, change while it is read."""
NOT_DONE = "Mirakl has not said yet what became of the stock"
REFUSED = "Mirakl refused the stock of this product"


class AdjustInventory(WriteBody, kw_only=True):
    """Sets the stock of an offer; Mirakl can neither add nor take away."""

    quantity: int
    adjustment_type: Literal["exact"]
    warehouse_id: str | UnsetType = UNSET


class Goods(MiraklBase):
    """Reading offers and setting their stock."""

    @implements(products.GET_PRODUCTS, mode=Incremental(by="last_request_date", full_every=timedelta(days=1)))
    async def get_products(self, window: Window) -> AsyncIterator[Page[products.Product]]:
        if window.start is None:
            # https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3/offers/of21
            async for found, following in self.walk("/offers", Offers, int(window.cursor or 0), sort=BY_TITLE):
                records = [mapping.product_record(offer) for offer in found]
                yield Page(records, str(following) if following else None)
            return
        changed = await self._changed(self.time(window.start))
        gone = [str(number) for number, deleted in changed.items() if deleted]
        there = [str(number) for number, deleted in changed.items() if not deleted]
        offers = await self._offers(there)
        gone += [number for number in there if number not in offers]
        yield Page([mapping.product_record(offer) for offer in offers.values()], deleted=gone)

    async def _changed(self, start: str) -> dict[int, bool]:
        """The numbers of offers that changed, each with whether it was deleted. The list of offers has no such filter,
        and exports have no titles, so an export says which ones are to be read."""
        asked = {
            "export_type": "application/json",
            "include_fields": ["offer_id", "deleted"],
            "last_request_date": start,
        }
        # Mirakl gives the export that is there already when the same is asked again.
        # https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3/offers/of52
        answer = await self.client.request(
            "POST", "/offers/export/async", params=self.asked(), json=asked, changes=False, bucket=client.EXPORT
        )
        changed: dict[int, bool] = {}
        for url in await self._files(answer.json(ExportStarted).tracking_id):
            parts = urlsplit(url)
            # The key goes to the marketplace alone, and never over plain http, whatever the address says.
            place = parts._replace(scheme="", netloc="", fragment="").geturl()
            # https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3/offers/of54
            answer = await self.client.get(f"{client.site(self.credentials)}{place}", self.asked())
            changed |= {item.offer_id: item.deleted for item in answer.json(list[ExportedOffer])}
        return changed

    async def _files(self, tracking_id: str) -> list[str]:
        """The addresses of an export's files, once it is done."""
        for look in range(client.EXPORT_LOOKS):
            if look:
                await self.pause(client.EXPORT_PAUSE_SECONDS)
            # https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3/offers/of53
            answer = await self.client.get(
                f"/offers/export/async/status/{tracking_id}", self.asked(), bucket=client.EXPORT_STATUS
            )
            found = answer.json(ExportStatus)
            if found.status == "COMPLETED":
                return found.urls or []
            if found.status == "FAILED":
                detail = found.error.detail if found.error else None
                message = f"{self.display_name} could not export the offers: {detail or 'it does not say why'}"
                raise VendorUnavailable(message, may_have_applied=False)
        raise VendorUnavailable(f"{self.display_name} is still exporting the offers", may_have_applied=False)

    @implements(products.ADJUST_INVENTORY, AdjustInventory)
    async def adjust_inventory(self, product_id: str, body: AdjustInventory) -> products.Product:
        offer = await self._offer(product_id)
        if body.quantity > stock.MOST_UNITS:
            raise InvalidBody.field("quantity", f"Must not be more than {stock.MOST_UNITS}.")
        if problem := stock.problem_of(offer, body.warehouse_id):
            raise InvalidBody.field("warehouse_id", problem)
        refused = await self._set([stock.level_of(offer, body.quantity, body.warehouse_id)])
        if refused:
            # The report names the line, so nothing was changed.
            self.client.effect = Effect.NONE
            raise VendorRejected(next(iter(refused.values())))
        return mapping.product_record(await self._offer(product_id))

    @settles(products.ADJUST_INVENTORY)
    async def settle_adjust_inventory(self, attempt: Attempt) -> Settlement:
        # Imports are found by their number only, which is lost with the answer; what can be seen is the level.
        offer = await self._offer(attempt.ids[0])
        if stock.reached(offer, attempt.body.quantity, attempt.body.warehouse_id):
            return Applied(mapping.product_record(offer))
        return None

    @implements(products.BATCH_ADJUST_INVENTORY, products.BatchAdjustInventoryBody)
    async def batch_adjust_inventory(self, body: products.BatchAdjustInventoryBody) -> BatchWritten[products.Product]:
        check_levels(body.line_items, most=stock.MOST_UNITS)
        ids = [line.product_id for line in body.line_items]
        batch: Batch[products.Product] = Batch(ids)
        offers = await self._offers(ids)
        reasons: dict[int, str] = {}
        for at, line in enumerate(body.line_items):
            offer = offers.get(line.product_id)
            missing = f"{self.display_name} has no product {line.product_id}"
            if problem := missing if offer is None else stock.problem_of(offer, line.warehouse_id):
                reasons[at] = problem
        batch.require(reasons)
        levels = {
            at: stock.level_of(offers[line.product_id], line.quantity, line.warehouse_id)
            for at, line in enumerate(body.line_items)
        }
        with batch.sending(levels):
            refused = await self._set(list(levels.values()))
            if len(refused) == len(levels):
                self.client.effect = Effect.NONE
            for at, level in levels.items():
                if level.place in refused:
                    batch.refused(at, refused[level.place])
            changed = await self._offers([ids[at] for at, level in levels.items() if level.place not in refused])
            batch.add(*(mapping.product_record(offer) for offer in changed.values()))
        return batch.written()

    async def _set(self, levels: Sequence[stock.Level]) -> Mapping[tuple[str, str], str]:
        """Imports a file of stock and waits a while for what becomes of it; gives the refused lines."""
        kind, form = stock.form_of(stock.file_of(levels), self.reference)
        # https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3/offers/sto01
        answer = await self.client.request(
            "POST",
            "/offers/stock/imports",
            params=self.asked(),
            content=form,
            headers={"content-type": kind},
            bucket=client.STOCK_IMPORT,
        )
        number = answer.json(ImportStarted).import_id
        try:
            return await self._refused(await self._import(number), levels)
        except AdapterError as error:
            message = f"{NOT_DONE} (import {number}): {error.message}"
            raise VendorUnavailable(message, may_have_applied=True) from error

    async def _import(self, number: str) -> ImportStatus:
        """The status of an import that has ended."""
        for look in range(client.STOCK_LOOKS):
            if look:
                await self.pause(client.STOCK_PAUSE_SECONDS)
            # https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3/offers/sto02
            answer = await self.client.get(
                f"/offers/stock/imports/{number}/status", self.asked(), bucket=client.STOCK_STATUS
            )
            found: ImportStatus = answer.json(ImportStatus)
            if found.status in ("COMPLETE", "FAILED"):
                return found
        raise VendorUnavailable("the import is still under way", may_have_applied=True)

    async def _refused(self, found: ImportStatus, levels: Sequence[stock.Level]) -> Mapping[tuple[str, str], str]:
        """The lines that an import did not apply, each with the reason."""
        if found.status == "COMPLETE" and not found.lines_in_error and not found.has_error_report:
            return {}
        nothing = found.status == "FAILED" or not found.lines_in_success
        try:
            reasons = await self._reasons(found)
        except AdapterError:
            if not nothing:
                raise
            reasons = {}
        refused = {level.place: reasons[level.place] for level in levels if level.place in reasons}
        if nothing:
            return {level.place: refused.get(level.place, REFUSED) for level in levels}
        if len(refused) != (found.lines_in_error or 0):
            raise VendorUnavailable("the report does not say which lines were refused", may_have_applied=True)
        return refused

    async def _reasons(self, found: ImportStatus) -> Mapping[tuple[str, str], str]:
        """What the report of an import says against lines."""
        if not found.has_error_report:
            return {}
        # https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3/offers/sto03
        answer = await self.client.get(
            f"/offers/stock/imports/{found.import_id}/error_report",
            self.asked(),
            headers={"accept": "text/csv"},
            bucket=client.STOCK_ERRORS,
        )
        return stock.refusals(answer.body.decode(errors="replace"))

    async def _offer(self, product_id: str) -> Offer:
        offer = await self._found(product_id)
        if offer is None:
            raise VendorRejected(f"{self.display_name} has no product {product_id}", status=404)
        return offer

    async def _found(self, product_id: str) -> Offer | None:
        """An offer by its number; any other text cannot be one."""
        if not (product_id.isascii() and product_id.isdecimal() and str(int(product_id)) == product_id):
            return None
        # https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3/offers/of22
        answer = await self.client.get(f"/offers/{product_id}", self.asked(), allow=frozenset({404}))
        return None if answer.status == 404 else answer.json(Offer)

    async def _offers(self, ids: Sequence[str]) -> dict[str, Offer]:
        """Those of the ids that exist: one by one, or out of the whole list when there are many."""
        wanted = list(dict.fromkeys(ids))
        if len(wanted) > PAGE_SIZE:
            every = [offer async for page, _ in self.walk("/offers", Offers, sort=BY_TITLE) for offer in page]
            by_id = {str(offer.offer_id): offer for offer in every}
            return {number: by_id[number] for number in wanted if number in by_id}
        found = {number: await self._found(number) for number in wanted}
        return {number: offer for number, offer in found.items() if offer is not None}
