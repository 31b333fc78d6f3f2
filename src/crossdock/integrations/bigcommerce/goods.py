"""Products with their stock, the locations where it lies, and changes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from crossdock.contract.bodies import Adjustment, WriteBody, choices, vendor_only
from crossdock.contract.cart import products, warehouses
from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.integrations.bigcommerce import mapping, stock
from crossdock.integrations.bigcommerce.base import PAGE_SIZE, BigCommerceBase
from crossdock.integrations.bigcommerce.mapping import NONE, Stock
from crossdock.integrations.bigcommerce.models import (
    BigProduct,
    Identity,
    Listed,
    Location,
    Message,
    One,
    StockItem,
)
from crossdock.integrations.kit.adapter import (
    Attempt,
    Page,
    Settlement,
    Snapshot,
    Window,
    implements,
    probes,
    receives,
    settles,
)
from crossdock.integrations.kit.batches import Batch, BatchWritten
from crossdock.integrations.kit.webhooks import Changed, Delivery

INCLUDED = "variants,primary_image"
LOOKS = 3
"""How often stock is looked at after a change, which BigCommerce carries out a moment later."""
PAUSE_SECONDS = 1.0


class AdjustInventory(WriteBody, kw_only=True):
    """Adds units to a variant's stock at one location or takes them away."""

    quantity: int
    adjustment_type: Adjustment
    warehouse_id: Annotated[str, choices("warehouses")]
    reason: Annotated[stock.Reason, vendor_only("Why the stock changes; the store keeps it.", examples=["received"])]


@dataclass(frozen=True)
class Aim:
    """A level to be reached at one location."""

    product: BigProduct
    wanted: Identity
    place: int
    units: int

    @property
    def key(self) -> str:
        return mapping.variant_key(self.product.id, self.wanted.variant_id or 0)

    def entry(self) -> dict[str, Any]:
        """The level as BigCommerce takes it."""
        return stock.entry(self.product, self.wanted.variant_id or 0, self.place, self.units)


class Goods(BigCommerceBase):
    """Reading goods and changing their stock."""

    @implements(
        products.GET_PRODUCTS,
        mode=Snapshot(because="Changing a variant or its stock does not touch the date that products are filtered by."),
    )
    async def get_products(self, window: Window) -> AsyncIterator[Page[products.Product]]:
        after = int(window.cursor or 0)
        while True:
            # https://developer.bigcommerce.com/docs/rest-catalog/products
            query: dict[str, Any] = {
                "include": INCLUDED,
                "sort": "id",
                "direction": "asc",
                "id:greater": after,
                "limit": PAGE_SIZE,
            }
            answer = await self.client.get("/v3/catalog/products", query)
            found: list[BigProduct] = answer.json(Listed[BigProduct]).data
            after = self.ascending([product.id for product in found], after, "products")
            last = len(found) < PAGE_SIZE
            yield Page(await self.product_records(found), None if last else str(after))
            if last:
                return

    @probes(products.GET_PRODUCTS)
    async def probe_products(self) -> None:
        await self.store()
        for path in ("/v3/catalog/products", "/v3/inventory/items"):
            # https://developer.bigcommerce.com/docs/rest-catalog/products
            # https://developer.bigcommerce.com/docs/rest-management/inventory/items
            await self.client.get(path, {"limit": 1})

    @implements(
        warehouses.GET_WAREHOUSES, mode=Snapshot(because="Locations cannot be filtered by time, and there are few.")
    )
    async def get_warehouses(self, window: Window) -> AsyncIterator[Page[warehouses.Warehouse]]:
        number = int(window.cursor or 1)
        # https://developer.bigcommerce.com/docs/rest-management/inventory/locations
        async for found in self.pages("/v3/inventory/locations", Location, start=number):
            number += 1
            yield Page([mapping.warehouse_record(item, self.admin_page) for item in found], str(number))

    @receives(
        "store/product/created",
        "store/product/updated",
        "store/product/deleted",
        "store/product/inventory/updated",
        "store/product/inventory/order/updated",
    )
    async def hear_of_product(self, delivery: Delivery) -> Sequence[Changed]:
        return [await self._changed(delivery.json(Message).data.id)]

    @receives(
        "store/sku/created",
        "store/sku/updated",
        "store/sku/deleted",
        "store/sku/inventory/updated",
        "store/sku/inventory/order/updated",
    )
    async def hear_of_variant(self, delivery: Delivery) -> Sequence[Changed]:
        # The id is one of an older interface; the product and variant are named beside it.
        subject = delivery.json(Message).data
        named = subject.sku or subject.inventory
        if named is None or named.product_id is None:
            return []
        changed = await self._changed(named.product_id)
        if named.variant_id is None:
            return [changed]
        key = mapping.variant_key(named.product_id, named.variant_id)
        if key in {record.id for record in changed.records if isinstance(record, products.Product)}:
            return [changed]
        return [changed, Changed(products.PRODUCTS, deleted=[key])]

    async def _changed(self, product_id: int) -> Changed:
        """A product as it is now, with all its variants."""
        found = await self._product(product_id)
        if found is None:
            return Changed(products.PRODUCTS, deleted=[str(product_id)])
        return Changed(products.PRODUCTS, await self.product_records([found]))

    @implements(products.ADJUST_INVENTORY, AdjustInventory)
    async def adjust_inventory(self, product_id: str, body: AdjustInventory) -> products.Product:
        wanted = mapping.identity_of(product_id)
        product = await self._product(wanted.product_id or 0) if wanted else None
        if wanted is None or product is None:
            raise VendorRejected(f"{self.display_name} has no product {product_id}", status=404)
        stock.check_countable(product, wanted.variant_id, product_id)
        place = next((item for item in await self._location_ids() if str(item) == body.warehouse_id), None)
        if place is None:
            raise InvalidBody.field("warehouse_id", stock.UNKNOWN_PLACE)
        # Everything that the answer is to show is read before, so that little can fail once the stock has changed.
        await self.store()
        before = self._at(await self._stock([product]), product, wanted, place)
        units = body.quantity if body.adjustment_type == "increase" else -body.quantity
        stock.check_enough(before or 0, units)
        sent = {"reason": body.reason, "items": [stock.entry(product, wanted.variant_id or 0, place, units)]}
        # https://developer.bigcommerce.com/docs/rest-management/inventory/adjustments
        if before is None:
            # Where nothing was ever counted, nothing can be sold meanwhile, and BigCommerce only takes a level.
            await self.client.put("/v3/inventory/adjustments/absolute", sent)
        else:
            # It is added to what is there at that moment, so that no sale is lost.
            await self.client.post("/v3/inventory/adjustments/relative", sent)
        found = await self._stock([product])
        for _ in range(LOOKS - 1):
            if units == 0 or self._at(found, product, wanted, place) != before:
                break
            await asyncio.sleep(PAUSE_SECONDS)
            found = await self._stock([product])
        return next(item for item in await self._records([product], found) if item.id == product_id)

    @implements(products.BATCH_ADJUST_INVENTORY, products.BatchAdjustInventoryBody)
    async def batch_adjust_inventory(self, body: products.BatchAdjustInventoryBody) -> BatchWritten[products.Product]:
        lines = body.line_items
        places = stock.places(lines, await self._location_ids())
        wanted = [mapping.identity_of(line.product_id) or Identity() for line in lines]
        found = await self._products([item.product_id or 0 for item in wanted])
        batch: Batch[products.Product] = Batch([line.product_id for line in lines])
        reasons = {
            at: reason
            for at, (line, item) in enumerate(zip(lines, wanted, strict=True))
            if (reason := stock.reason_against(found.get(item.product_id or 0), item.variant_id, line.product_id))
        }
        batch.require(reasons)
        await self.store()
        aims = _aims(lines, wanted, places, found)
        for start in range(0, len(aims), stock.LINES_PER_CALL):
            part = aims[start : start + stock.LINES_PER_CALL]
            with batch.sending(range(start, start + len(part))):
                sent = {"reason": "recount", "items": [aim.entry() for aim in part]}
                # https://developer.bigcommerce.com/docs/rest-management/inventory/adjustments
                await self.client.put("/v3/inventory/adjustments/absolute", sent)
            batch.add(*await self._when_set(part))
        return batch.written()

    @settles(products.BATCH_ADJUST_INVENTORY)
    async def settle_batch_adjust_inventory(self, attempt: Attempt) -> Settlement:
        # Levels carry no trace of who set them, so only levels that are all reached can be told.
        lines = attempt.body.line_items
        places = stock.places(lines, await self._location_ids())
        wanted = [mapping.identity_of(line.product_id) or Identity() for line in lines]
        found = await self._products([item.product_id or 0 for item in wanted])
        for line, item in zip(lines, wanted, strict=True):
            if stock.reason_against(found.get(item.product_id or 0), item.variant_id, line.product_id):
                return None
        aims = _aims(lines, wanted, places, found)
        counted = await self._stock(list(found.values()))
        if not self._reached(aims, counted):
            return None
        return BatchWritten(await self._aimed(aims, counted))

    async def _when_set(self, aims: Sequence[Aim]) -> list[products.Product]:
        """Variants whose levels were set, as soon as BigCommerce shows it."""
        touched = list({aim.product.id: aim.product for aim in aims}.values())
        counted = await self._stock(touched)
        for _ in range(LOOKS - 1):
            if self._reached(aims, counted):
                break
            await asyncio.sleep(PAUSE_SECONDS)
            counted = await self._stock(touched)
        return await self._aimed(aims, counted)

    def _reached(self, aims: Sequence[Aim], counted: Stock) -> bool:
        return all(self._at(counted, aim.product, aim.wanted, aim.place) == aim.units for aim in aims)

    async def _aimed(self, aims: Sequence[Aim], counted: Stock) -> list[products.Product]:
        """The variants of a batch, in the order of its lines."""
        touched = list({aim.product.id: aim.product for aim in aims}.values())
        records = {record.id: record for record in await self._records(touched, counted)}
        return [records[key] for key in dict.fromkeys(aim.key for aim in aims)]

    async def product_records(self, found: Sequence[BigProduct]) -> list[products.Product]:
        """Products with all their variants and present stock."""
        return await self._records(found, await self._stock(found))

    async def _records(self, found: Sequence[BigProduct], counted: Stock) -> list[products.Product]:
        store = await self.store()
        return [
            record
            for product in found
            for record in (
                mapping.parent_record(product, self.admin_page),
                *(
                    mapping.variant_record(product, variant, counted, store, self.admin_page)
                    for variant in product.variants
                ),
            )
        ]

    async def _stock(self, found: Sequence[BigProduct]) -> Stock:
        """The inventory items of products, of those that are counted."""
        numbers = [str(product.id) for product in found if product.inventory_tracking != NONE]
        items: list[StockItem] = []
        if numbers:
            wanted = {"product_id:in": ",".join(numbers)}
            # https://developer.bigcommerce.com/docs/rest-management/inventory/items
            async for page in self.pages("/v3/inventory/items", StockItem, wanted):
                items += page
        return Stock.of(items)

    @staticmethod
    def _at(counted: Stock, product: BigProduct, wanted: Identity, place: int) -> int | None:
        """Units of a variant on hand at a location; None where none were ever counted."""
        variant = next(item for item in product.variants if item.id == wanted.variant_id)
        return stock.on_hand(counted.item(product, variant), place)

    async def _product(self, number: int) -> BigProduct | None:
        # https://developer.bigcommerce.com/docs/rest-catalog/products
        path = f"/v3/catalog/products/{number}"
        answer = await self.client.get(path, {"include": INCLUDED}, allow=frozenset({404}))
        return None if answer.status == 404 else answer.json(One[BigProduct]).data

    async def _products(self, numbers: Sequence[int]) -> dict[int, BigProduct]:
        """Those of the products that exist, by their ids."""
        wanted = list(dict.fromkeys(numbers))
        found: list[BigProduct] = []
        for start in range(0, len(wanted), PAGE_SIZE):
            part = ",".join(str(number) for number in wanted[start : start + PAGE_SIZE])
            # https://developer.bigcommerce.com/docs/rest-catalog/products
            async for page in self.pages("/v3/catalog/products", BigProduct, {"id:in": part, "include": INCLUDED}):
                found += page
        return {product.id: product for product in found}

    async def _location_ids(self) -> list[int]:
        # https://developer.bigcommerce.com/docs/rest-management/inventory/locations
        return [item.id async for page in self.pages("/v3/inventory/locations", Location) for item in page]


def _aims(
    lines: Sequence[products.BatchAdjustInventoryLine],
    wanted: Sequence[Identity],
    places: Sequence[int],
    found: Mapping[int, BigProduct],
) -> list[Aim]:
    """What the lines of a batch ask for, once all of them can be applied."""
    return [
        Aim(found[item.product_id or 0], item, place, line.quantity)
        for line, item, place in zip(lines, wanted, places, strict=True)
    ]
