"""Products, variations, their stock, and the places it is in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from msgspec import UNSET, UnsetType

from crossdock.contract.bodies import ExactAdjustment, WriteBody, choices
from crossdock.contract.cart import products, warehouses
from crossdock.contract.errors import InvalidBody, UnexpectedShape, VendorRejected
from crossdock.integrations.ebay import mapping, stock
from crossdock.integrations.ebay.base import EbayBase, bucket_of
from crossdock.integrations.ebay.client import INVENTORY, NOT_FOUND
from crossdock.integrations.ebay.models import (
    EbayGroup,
    EbayItem,
    EbayOffer,
    ItemAnswers,
    ItemList,
    LocationList,
    OfferList,
    StockOutcome,
    StockOutcomes,
)
from crossdock.integrations.kit.adapter import (
    Applied,
    Attempt,
    Page,
    Settlement,
    Snapshot,
    Window,
    implements,
    settles,
)
from crossdock.integrations.kit.batches import Batch, BatchWritten
from crossdock.integrations.kit.client import Effect, segment

PAGE_SIZE = 100
"""Half of what a page may have: each item on it takes one more call, and a run resumes after a page."""


class AdjustInventory(WriteBody, kw_only=True):
    """Changes the stock of a product or variation, in one location where the stock is divided among them."""

    quantity: int
    adjustment_type: ExactAdjustment
    warehouse_id: Annotated[str | UnsetType, choices("warehouses")] = UNSET


class Goods(EbayBase):
    """Reading goods and changing their stock."""

    @implements(products.GET_PRODUCTS, mode=Snapshot(because="inventory items have no dates and no filter by change"))
    async def get_products(self, window: Window) -> AsyncIterator[Page[products.Product]]:
        groups: dict[str, EbayGroup | None] = {}
        start = int(window.cursor or 0)
        # https://developer.ebay.com/api-docs/sell/inventory/resources/inventory_item/methods/getInventoryItems
        async for page, following in self.walk(f"{INVENTORY}/inventory_item", ItemList, PAGE_SIZE, start):
            records = []
            for item in page.inventory_items:
                # There is no list of groups, so a parent comes with the first of its variations.
                for key in item.groups:
                    if key not in groups:
                        groups[key] = group = await self._group(key)
                        records += [mapping.group_record(key, group)] if group else []
                parent = groups[item.groups[0]] if item.groups else None
                offers = await self._offers(item.sku)
                records.append(mapping.product_record(item, offers, parent, self.site))
            yield Page(records, None if following is None else str(following))

    @implements(warehouses.GET_WAREHOUSES, mode=Snapshot(because="locations have no dates and no filter by change"))
    async def get_warehouses(self, window: Window) -> AsyncIterator[Page[warehouses.Warehouse]]:
        # https://developer.ebay.com/api-docs/sell/inventory/resources/location/methods/getInventoryLocations
        pages = self.walk(f"{INVENTORY}/location", LocationList, PAGE_SIZE, int(window.cursor or 0))
        async for page, following in pages:
            records = [mapping.warehouse_record(found) for found in page.locations]
            yield Page(records, None if following is None else str(following))

    @implements(products.ADJUST_INVENTORY, AdjustInventory)
    async def adjust_inventory(self, product_id: str, body: AdjustInventory) -> products.Product:
        if product_id.startswith(mapping.GROUP):
            raise InvalidBody.field("product_id", stock.PARENT_REFUSED, "path")
        item = await self._item(product_id)
        offers = await self._offers(product_id)
        try:
            after = stock.changed(item.stock, body.quantity, body.adjustment_type, body.warehouse_id)
            await self._check_place(item, body.warehouse_id, {})
        except stock.Unfit as error:
            raise InvalidBody.field(error.field, error.reason) from error
        change = stock.Change(product_id, item.stock, after, offers)
        failed = [outcome for outcome in await self._update([change]) if outcome.refused]
        if failed:
            raise VendorRejected(_words(failed), vendor_code=_code(failed))
        return await self._record(product_id)

    @settles(products.ADJUST_INVENTORY)
    async def settle_adjust_inventory(self, attempt: Attempt) -> Settlement:
        if attempt.body.adjustment_type != "exact":
            # Levels are all there is to see, and a sale changes them as well.
            return None
        item = await self._item(attempt.ids[0])
        if stock.level_of(item.stock, attempt.body.warehouse_id) != attempt.body.quantity:
            return None
        return Applied(await self._record(item.sku))

    @implements(products.BATCH_ADJUST_INVENTORY, products.BatchAdjustInventoryBody)
    async def batch_adjust_inventory(self, body: products.BatchAdjustInventoryBody) -> BatchWritten[products.Product]:
        stock.check_lines(body.line_items)
        batch = Batch[products.Product]([line.product_id for line in body.line_items])
        changes = await self._changes(body.line_items, batch)
        lines: dict[str, list[int]] = {}
        for at, line in enumerate(body.line_items):
            lines.setdefault(line.product_id, []).append(at)
        groups: dict[str, EbayGroup | None] = {}
        for part in stock.calls(list(changes.values())):
            applied: dict[str, stock.Change] = {}
            with batch.sending([at for change in part for at in lines[change.sku]]):
                answered = await self._update(part)
                for change in part:
                    failed = [outcome for outcome in change.outcomes(answered) if outcome.refused]
                    for at in lines[change.sku] if failed else ():
                        batch.refused(at, _words(failed))
                    applied |= {} if failed else {change.sku: change}
            for item in (await self._items(list(applied))).values():
                if item.groups and item.groups[0] not in groups:
                    groups[item.groups[0]] = await self._group(item.groups[0])
                group = groups[item.groups[0]] if item.groups else None
                batch.add(mapping.product_record(item, applied[item.sku].offers_after(), group, self.site))
        return batch.written()

    async def _changes(
        self, lines: Sequence[products.BatchAdjustInventoryLine], batch: Batch[products.Product]
    ) -> dict[str, stock.Change]:
        """The new stock of each SKU; raises BatchFailed when a line cannot be applied."""
        changes: dict[str, stock.Change] = {}
        reasons: dict[int, str] = {}
        places: dict[str, bool] = {}
        items = await self._items([line.product_id for line in lines])
        for at, line in enumerate(lines):
            item = items.get(line.product_id)
            if item is None:
                reasons[at] = f"{self.display_name} has no product {line.product_id}"
                continue
            try:
                change = changes.get(item.sku)
                if change is None:
                    change = stock.Change(item.sku, item.stock, item.stock, await self._offers(item.sku))
                after = stock.changed(change.after, line.quantity, "exact", line.warehouse_id)
                await self._check_place(change, line.warehouse_id, places)
                change.after = after
                changes[item.sku] = change
            except stock.Unfit as error:
                reasons[at] = error.reason
        batch.require(reasons)
        return changes

    async def _check_place(
        self, found: EbayItem | stock.Change, wanted: str | UnsetType, known: dict[str, bool]
    ) -> None:
        """Raises Unfit when a location that is new to a product does not exist."""
        held = found.before if isinstance(found, stock.Change) else found.stock
        places = {place.merchant_location_key for place in held.availability_distributions}
        if isinstance(wanted, UnsetType) or wanted in places:
            return
        if wanted not in known:
            try:
                # https://developer.ebay.com/api-docs/sell/inventory/resources/location/methods/getInventoryLocation
                await self.found(f"{INVENTORY}/location/{segment(wanted)}", f"location {wanted}")
                known[wanted] = True
            except VendorRejected as error:
                if error.status != 404:
                    raise
                known[wanted] = False
        if not known[wanted]:
            raise stock.Unfit("warehouse_id", stock.UNKNOWN_PLACE)

    async def _update(self, changes: Sequence[stock.Change]) -> list[StockOutcome]:
        """Sets levels, and gives what became of each. A SKU that the answer leaves out is no success."""
        before = self.client.effect
        requests = [change.request() for change in changes]
        # https://developer.ebay.com/api-docs/sell/inventory/resources/inventory_item/methods/bulkUpdatePriceQuantity
        path = f"{INVENTORY}/bulk_update_price_quantity"
        answer = await self.send("POST", path, {"requests": requests}, allow={207})
        self.client.effect = Effect.DONE
        answered: list[StockOutcome] = answer.json(StockOutcomes).responses
        silent = [change.sku for change in changes if not change.outcomes(answered)]
        if silent:
            raise UnexpectedShape(f"{self.display_name} does not say what became of {', '.join(silent)}")
        if all(outcome.refused for outcome in answered):
            self.client.effect = before
        return answered

    async def _item(self, sku: str) -> EbayItem:
        # https://developer.ebay.com/api-docs/sell/inventory/resources/inventory_item/methods/getInventoryItem
        answer = await self.found(f"{INVENTORY}/inventory_item/{segment(sku)}", f"product {sku}")
        found: EbayItem = answer.json(EbayItem)
        return found

    async def _items(self, skus: Sequence[str]) -> dict[str, EbayItem]:
        """Those of the SKUs that exist."""
        wanted = list(dict.fromkeys(skus))
        found: dict[str, EbayItem] = {}
        path = f"{INVENTORY}/bulk_get_inventory_item"
        for start in range(0, len(wanted), stock.MOST_PER_CALL):
            part = {"requests": [{"sku": sku} for sku in wanted[start : start + stock.MOST_PER_CALL]]}
            # https://developer.ebay.com/api-docs/sell/inventory/resources/inventory_item/methods/bulkGetInventoryItem
            answer = await self.client.post(path, part, changes=False, bucket=bucket_of(path))
            for told in answer.json(ItemAnswers).responses:
                code = str(told.errors[0].error_id) if told.errors else None
                if told.inventory_item is not None:
                    found[told.inventory_item.sku] = told.inventory_item
                elif told.status_code != 404 and code not in NOT_FOUND:
                    words = "; ".join(error.words for error in told.errors)
                    raise VendorRejected(words or f"{self.display_name} does not show {told.sku}", vendor_code=code)
        return found

    async def _record(self, sku: str) -> products.Product:
        """A product as it is now."""
        item = await self._item(sku)
        group = await self._group(item.groups[0]) if item.groups else None
        return mapping.product_record(item, await self._offers(sku), group, self.site)

    async def _group(self, key: str) -> EbayGroup | None:
        """A group; None when it is gone."""
        try:
            # https://developer.ebay.com/api-docs/sell/inventory/resources/inventory_item_group/methods/getInventoryItemGroup
            answer = await self.found(f"{INVENTORY}/inventory_item_group/{segment(key)}", f"group {key}")
        except VendorRejected as error:
            if error.status != 404:
                raise
            return None
        found: EbayGroup = answer.json(EbayGroup)
        return found

    async def _offers(self, sku: str) -> list[EbayOffer]:
        """What a SKU is offered for. There are one or two, so a page holds them all; of none eBay says status 404."""
        try:
            # https://developer.ebay.com/api-docs/sell/inventory/resources/offer/methods/getOffers
            answer = await self.found(f"{INVENTORY}/offer", f"offer of {sku}", {"sku": sku})
        except VendorRejected as error:
            if error.status != 404:
                raise
            return []
        found: list[EbayOffer] = answer.json(OfferList).offers
        if any(offer.sku != sku for offer in found):
            raise UnexpectedShape(f"{self.display_name} gave offers of another product than {sku}")
        return found


def _words(failed: Sequence[StockOutcome]) -> str:
    said = [error.words for outcome in failed for error in outcome.errors]
    return "; ".join(dict.fromkeys(said)) or f"eBay refused with status {failed[0].status_code}"


def _code(failed: Sequence[StockOutcome]) -> str | None:
    return next((str(error.error_id) for outcome in failed for error in outcome.errors), None)
