"""Products, the places of their stock, and changes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from msgspec import UNSET, UnsetType

from crossdock.contract.bodies import ExactAdjustment, WriteBody
from crossdock.contract.cart import products, warehouses
from crossdock.contract.errors import InvalidBody, UnexpectedShape, VendorRejected
from crossdock.integrations.kit.adapter import (
    Applied,
    Attempt,
    Page,
    Settlement,
    Snapshot,
    Window,
    implements,
    probes,
    settles,
)
from crossdock.integrations.kit.batches import Batch, BatchWritten, check_levels
from crossdock.integrations.magento import mapping, stock
from crossdock.integrations.magento.base import PAGE_SIZE, MagentoBase, criteria
from crossdock.integrations.magento.mapping import CONFIGURABLE, HIDDEN, Shop
from crossdock.integrations.magento.models import Category, Found, MagentoProduct, Source, SourceItem

NEAR = 300
"""How far below a variant its parent is looked for first: they are mostly made together."""
LINES_PER_CALL = 20
"""What a shop takes at once where its input limits are switched on, as they come.

https://developer.adobe.com/commerce/webapi/get-started/api-security/
"""
Stock = dict[str, list[SourceItem]]
"""Source items by SKU, in small letters: Magento tells SKUs apart without case."""


class AdjustInventory(WriteBody, kw_only=True):
    """Changes the stock of a product in one source. Magento takes levels only."""

    quantity: int
    adjustment_type: ExactAdjustment
    warehouse_id: str | UnsetType = UNSET


class Goods(MagentoBase):
    """Reading goods and changing their stock."""

    _read_shop: Shop | None = None

    @implements(
        products.GET_PRODUCTS,
        mode=Snapshot(because="Stock has no time of change, and changing it does not touch the product."),
    )
    async def get_products(self, window: Window) -> AsyncIterator[Page[products.Product]]:
        families = await self._families()
        # https://developer.adobe.com/commerce/webapi/rest/use-rest/performing-searches/
        async for found, following in self.walk("/products", MagentoProduct, after=int(window.cursor or 0)):
            records = await self.product_records(found, families)
            yield Page(records, None if following is None else str(following))

    @probes(products.GET_PRODUCTS)
    async def probe_products(self) -> None:
        nothing = ("entity_id", "eq", "0")
        for path in ("/products", "/categories/list"):
            # https://developer.adobe.com/commerce/webapi/rest/use-rest/performing-searches/
            await self.client.get(path, criteria([nothing], sort="entity_id"))
        await self._stock(["0"])

    @implements(
        warehouses.GET_WAREHOUSES, mode=Snapshot(because="Sources have no time of change, and there are few of them.")
    )
    async def get_warehouses(self, window: Window) -> AsyncIterator[Page[warehouses.Warehouse]]:
        page = int(window.cursor or 1)
        seen = (page - 1) * PAGE_SIZE
        while True:
            # https://developer.adobe.com/commerce/webapi/rest/inventory/manage-sources/
            answer = await self.client.get("/inventory/sources", criteria([], sort="source_code", page=page))
            found = answer.json(Found[Source])
            items = found.items or []
            seen += len(items)
            # Behind the last page Magento gives the last page again, so the total says where the end is.
            last = seen >= found.total_count or len(items) < PAGE_SIZE
            page += 1
            records = [mapping.warehouse_record(item, self.admin_page) for item in items]
            yield Page(records, None if last else str(page))
            if last:
                return

    @implements(products.ADJUST_INVENTORY, AdjustInventory)
    async def adjust_inventory(self, product_id: str, body: AdjustInventory) -> products.Product:
        product = await self._product(product_id)
        stock.check_countable(product, "product_id", "path")
        # Everything that the answer is to show is read before, so that little can fail once the stock has changed.
        await self._shop()
        families = await self._parents([product])
        rows = (await self._stock([product.sku])).get(product.sku.casefold(), [])
        try:
            source = stock.source_for(rows, body.warehouse_id)
        except ValueError as error:
            raise InvalidBody.field("warehouse_id", str(error)) from None
        row = next((item for item in rows if item.source_code == source), None)
        if row is None and source not in await self._source_codes():
            raise InvalidBody.field("warehouse_id", stock.UNKNOWN_SOURCE)
        units = stock.level(row, body.quantity, body.adjustment_type)
        await self._set_levels([stock.entry(product.sku, str(source), row, units)])
        return (await self.product_records([product], families))[0]

    @settles(products.ADJUST_INVENTORY)
    async def settle_adjust_inventory(self, attempt: Attempt) -> Settlement:
        # A level carries no trace of who set it, so only a level that is reached can be told.
        body: AdjustInventory = attempt.body
        if body.adjustment_type != "exact":
            return None
        product = await self._product(attempt.ids[0])
        rows = (await self._stock([product.sku])).get(product.sku.casefold(), [])
        try:
            source = stock.source_for(rows, body.warehouse_id)
        except ValueError:
            return None
        if not any(row.source_code == source and row.quantity == body.quantity for row in rows):
            return None
        return Applied((await self.product_records([product], await self._parents([product])))[0])

    @implements(products.BATCH_ADJUST_INVENTORY, products.BatchAdjustInventoryBody)
    async def batch_adjust_inventory(self, body: products.BatchAdjustInventoryBody) -> BatchWritten[products.Product]:
        lines = body.line_items
        check_levels(lines)
        found = await self.products_by_id([line.product_id for line in lines])
        batch: Batch[products.Product] = Batch([line.product_id for line in lines])
        entries = await self._entries(batch, lines, found)
        families = await self._parents(found.values())
        await self._shop()
        for start in range(0, len(lines), LINES_PER_CALL):
            part = range(start, min(start + LINES_PER_CALL, len(lines)))
            with batch.sending(part):
                await self._set_levels([entries[at] for at in part])
            batch.add(*await self.product_records([found[lines[at].product_id] for at in part], families))
        return batch.written()

    async def _entries(
        self,
        batch: Batch[products.Product],
        lines: Sequence[products.BatchAdjustInventoryLine],
        found: Mapping[str, MagentoProduct],
    ) -> list[dict[str, Any]]:
        """The lines as Magento takes them; raises BatchFailed when one cannot be applied."""
        rows = await self._stock([product.sku for product in found.values()])
        codes = await self._source_codes()
        entries: list[dict[str, Any]] = []
        reasons: dict[int, str] = {}
        for at, line in enumerate(lines):
            product = found.get(line.product_id)
            if product is None:
                reasons[at] = f"{self.display_name} has no product {line.product_id}"
                continue
            try:
                stock.check_countable(product, "product_id", "json")
                own = rows.get(product.sku.casefold(), [])
                source = stock.source_for(own, line.warehouse_id)
            except InvalidBody:
                reasons[at] = stock.PARENT_REFUSED
                continue
            except ValueError as error:
                reasons[at] = str(error)
                continue
            if source not in codes:
                reasons[at] = stock.UNKNOWN_SOURCE
                continue
            row = next((item for item in own if item.source_code == source), None)
            units = stock.level(row, line.quantity, "exact")
            entries.append(stock.entry(product.sku, str(source), row, units))
        batch.require(reasons)
        return entries

    async def _set_levels(self, entries: Sequence[dict[str, Any]]) -> None:
        """Sets levels, all of a call or none."""
        # https://developer.adobe.com/commerce/webapi/rest/inventory/manage-source-items/
        await self.client.post("/inventory/source-items", {"sourceItems": list(entries)})

    async def product_records(
        self, found: Sequence[MagentoProduct], families: Mapping[int, int]
    ) -> list[products.Product]:
        """Products with their present stock. A product that is shown by itself is its own parent."""
        shop = await self._shop()
        rows = await self._stock([item.sku for item in found if item.type_id not in mapping.STOCKLESS_TYPES])
        return [
            mapping.product_record(
                item,
                families.get(item.id) if item.visibility == HIDDEN else None,
                rows.get(item.sku.casefold(), []),
                shop,
                self.admin_page,
            )
            for item in found
        ]

    async def records_by_id(self, ids: Sequence[str]) -> list[products.Product]:
        """Products as they are now; those that no longer exist are left out."""
        found = list((await self.products_by_id(ids)).values())
        return await self.product_records(found, await self._parents(found))

    async def products_by_id(self, ids: Sequence[str]) -> dict[str, MagentoProduct]:
        """Those of the ids that exist."""
        numbers = list(dict.fromkeys(value for value in ids if value.isascii() and value.isdecimal()))
        found: dict[str, MagentoProduct] = {}
        for start in range(0, len(numbers), PAGE_SIZE):
            wanted = ("entity_id", "in", ",".join(numbers[start : start + PAGE_SIZE]))
            # https://developer.adobe.com/commerce/webapi/rest/use-rest/performing-searches/
            found |= {str(item.id): item for item in await self.gathered("/products", MagentoProduct, wanted)}
        return found

    async def _product(self, product_id: str) -> MagentoProduct:
        self.number(product_id, "product")
        found = (await self.products_by_id([product_id])).get(str(int(product_id)))
        if found is None:
            raise VendorRejected(f"{self.display_name} has no product {product_id}", status=404)
        return found

    async def _stock(self, skus: Sequence[str]) -> Stock:
        """What the sources have of these SKUs."""
        found: Stock = {}
        for condition, value in stock.batches(skus):
            page, seen = 1, 0
            while True:
                query = criteria([("sku", condition, value)], sort="source_item_id", page=page)
                # https://developer.adobe.com/commerce/webapi/rest/inventory/manage-source-items/
                answer = (await self.client.get("/inventory/source-items", query)).json(Found[SourceItem])
                for item in answer.items or ():
                    found.setdefault(item.sku.casefold(), []).append(item)
                seen += len(answer.items or ())
                if not answer.items or seen >= answer.total_count:
                    break
                page += 1
        return found

    async def _source_codes(self) -> set[str]:
        now = self.now()
        return {item.id async for page in self.get_warehouses(Window(None, now)) for item in page.records}

    async def _families(self) -> dict[int, int]:
        """The parent of every variant. A variant does not name it, so all configurable products are asked."""
        parents: dict[int, int] = {}
        async for page, _ in self.walk("/products", MagentoProduct, ("type_id", "eq", CONFIGURABLE)):
            for item in page:
                for child in item.children:
                    _note(parents, child, item.id)
        return parents

    async def _parents(self, found: Iterable[MagentoProduct]) -> dict[int, int]:
        """The parents of a few variants: those made shortly before and after them are asked first."""
        missing = {item.id for item in found if item.visibility == HIDDEN}
        parents: dict[int, int] = {}
        near = max(0, min(missing, default=0) - NEAR)
        for start in dict.fromkeys((near, 0)) if missing else ():
            async for page, _ in self.walk("/products", MagentoProduct, ("type_id", "eq", CONFIGURABLE), after=start):
                for item in page:
                    for child in missing & set(item.children):
                        _note(parents, child, item.id)
                if all(parents.get(child, 0) > child - NEAR for child in missing):
                    return parents
        return parents

    async def _shop(self) -> Shop:
        """Units, currency and categories, read once."""
        if self._read_shop is None:
            stores = await self.store_configs()
            own = next((store for store in stores if store.code == self.credentials.store_code), None)
            store = own or min(stores, key=lambda item: item.id, default=None)
            # https://developer.adobe.com/commerce/webapi/rest/use-rest/performing-searches/
            listed = await self.gathered("/categories/list", Category)
            categories = {item.id: item for item in listed}
            if store is None:
                raise UnexpectedShape(f"{self.display_name} names no store view")
            media = store.secure_base_media_url or store.base_media_url
            self._read_shop = Shop(store.weight_unit, store.base_currency_code, media, categories)
        return self._read_shop


def _note(parents: dict[int, int], child: int, parent: int) -> None:
    """Of several parents, the first one made not long before the variant counts, and else the first."""
    held = parents.get(child)
    if held is None or (held <= child - NEAR and parent > child - NEAR) or (parent < held and parent > child - NEAR):
        parents[child] = parent
