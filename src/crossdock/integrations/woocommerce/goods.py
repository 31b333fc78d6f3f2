"""Products, variations and their stock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

from crossdock.contract.bodies import ExactAdjustment, WriteBody
from crossdock.contract.cart import products
from crossdock.contract.errors import VendorRejected
from crossdock.integrations.kit.adapter import (
    Applied,
    Attempt,
    Incremental,
    NotApplied,
    Page,
    Settlement,
    Window,
    implements,
    receives,
    settles,
)
from crossdock.integrations.kit.batches import BatchWritten
from crossdock.integrations.kit.webhooks import Changed, Delivery
from crossdock.integrations.woocommerce import mapping, stock
from crossdock.integrations.woocommerce.base import CLOCK_SLACK, PAGE_SIZE, WooCommerceBase
from crossdock.integrations.woocommerce.mapping import Shop
from crossdock.integrations.woocommerce.models import Message, WooProduct, WooVariation, mark_of

CHANGED, OTHERS = "changed", "others"
"""The two walks of a sync, as cursors name them: changed products, then changed variations of the other ones."""
VARIABLE, VARIATION = "variable", "variation"


class AdjustInventory(WriteBody, kw_only=True):
    """Changes the stock of a product or variation. WooCommerce has one stock, without warehouses."""

    quantity: int
    adjustment_type: ExactAdjustment


class Goods(WooCommerceBase):
    """Reading goods and changing their stock."""

    @implements(products.GET_PRODUCTS, mode=Incremental(by="modified_after", full_every=timedelta(days=1)))
    async def get_products(self, window: Window) -> AsyncIterator[Page[products.Product]]:
        shop = await self.shop()
        walk, page = (window.cursor or f"{CHANGED}/1").split("/")
        if walk == CHANGED:
            # https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-products
            async for found, following in self.walk("/products", WooProduct, int(page), **self.since(window)):
                records = [record for product in found for record in await self._with_variations(product, shop)]
                yield Page(records, self._cursor(following, window))
            page = "1"
        if window.start is None:
            return
        # A sale changes a variation without its parent, and variations are listed parent by parent only.
        async for found, following in self.walk("/products", WooProduct, int(page), type=VARIABLE):
            records = []
            for product in found:
                records += await self._variations(product, shop, **self.since(window))
            yield Page(records, f"{OTHERS}/{following}" if following else None)

    @staticmethod
    def _cursor(following: int, window: Window) -> str | None:
        if following:
            return f"{CHANGED}/{following}"
        return None if window.start is None else f"{OTHERS}/1"

    async def _with_variations(self, product: WooProduct, shop: Shop) -> list[products.Product]:
        record = mapping.product_record(product, shop)
        if product.type != VARIABLE or not product.variations:
            return [record]
        return [record, *await self._variations(product, shop)]

    async def _variations(self, parent: WooProduct, shop: Shop, **filters: Any) -> list[products.Product]:
        records = []
        if parent.variations:
            # https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-product-variations
            path = f"/products/{parent.id}/variations"
            async for found, _ in self.walk(path, WooVariation, **filters):
                records += [mapping.variation_record(variation, parent, shop) for variation in found]
        return records

    @receives("product.created", "product.updated", "product.restored", "product.deleted")
    async def hear_of_product(self, delivery: Delivery) -> Sequence[Changed]:
        number = delivery.json(Message).id
        answer = await self.client.get(f"/products/{number}", allow=frozenset({404}))
        found = None if answer.status == 404 else answer.json(WooProduct)
        if found is None or found.status == "trash":
            return [Changed(products.PRODUCTS, deleted=[str(number)])]
        if found.type == VARIATION:
            return [Changed(products.PRODUCTS, [await self._record(found)])]
        return [Changed(products.PRODUCTS, await self._with_variations(found, await self.shop()))]

    @implements(products.ADJUST_INVENTORY, AdjustInventory)
    async def adjust_inventory(self, product_id: str, body: AdjustInventory) -> products.Product:
        found = await self._product(product_id)
        stock.check_countable(found, "product_id", "path")
        change: dict[str, Any] = {"stock_quantity": body.quantity}
        if body.adjustment_type != "exact":
            units = body.quantity if body.adjustment_type == "increase" else -body.quantity
            stock.check_enough(found, units)
            # Not in the documentation, and in the plugin since version 2: the shop adds it to what it has at that
            # moment. WC_REST_Products_Controller::prepare_object_for_database, and that of variations.
            change = {"inventory_delta": units}
        # Everything that the answer is to show is read before, so that nothing can fail once the stock has changed.
        shop, parent = await self.shop(), await self._parent(found)
        if parent is None:
            # https://woocommerce.github.io/woocommerce-rest-api-docs/#update-a-product
            answer = await self.client.put(f"/products/{found.id}", self.marked(change))
            return mapping.product_record(answer.json(WooProduct), shop)
        # https://woocommerce.github.io/woocommerce-rest-api-docs/#update-a-product-variation
        answer = await self.client.put(f"/products/{parent.id}/variations/{found.id}", self.marked(change))
        return mapping.variation_record(answer.json(WooVariation), parent, shop)

    @settles(products.ADJUST_INVENTORY)
    async def settle_adjust_inventory(self, attempt: Attempt) -> Settlement:
        found = await self._product(attempt.ids[0])
        exact = attempt.body.adjustment_type == "exact" and found.stock_quantity == attempt.body.quantity
        if exact or mark_of(found.meta_data) == attempt.reference:
            return Applied(await self._record(found))
        # Another write of ours may have replaced the mark since; only untouched stock proves that nothing was done.
        return NotApplied() if mapping.updated(found) < attempt.sent_at - CLOCK_SLACK else None

    @implements(products.BATCH_ADJUST_INVENTORY, products.BatchAdjustInventoryBody)
    async def batch_adjust_inventory(self, body: products.BatchAdjustInventoryBody) -> BatchWritten[products.Product]:
        stock.check_lines(body.line_items)
        batch = stock.StockBatch(body.line_items, await self._products([line.product_id for line in body.line_items]))
        shop = await self.shop()
        parents = await self._parents(batch.found.values())
        for path, lines in batch.groups():
            for start in range(0, len(lines), PAGE_SIZE):
                part = lines[start : start + PAGE_SIZE]
                await self._send(batch, path, part, parents, shop)
        return batch.written()

    async def _send(
        self, batch: stock.StockBatch, path: str, lines: Sequence[int], parents: dict[int, WooProduct], shop: Shop
    ) -> None:
        """One call of a batch, each line with its own outcome."""
        sent = {"update": [self.marked(batch.change(line)) for line in lines]}
        with batch.sending(lines):
            # https://woocommerce.github.io/woocommerce-rest-api-docs/#batch-update-products
            answer = await self.client.post(path, sent)
            for changed in batch.outcomes(answer, lines):
                if isinstance(changed, WooVariation):
                    parent = parents[batch.found[str(changed.id)].parent_id]
                    batch.add(mapping.variation_record(changed, parent, shop))
                else:
                    batch.add(mapping.product_record(changed, shop))

    async def _product(self, product_id: str) -> WooProduct:
        """A product or variation by its id; both are of the same series."""
        # https://woocommerce.github.io/woocommerce-rest-api-docs/#retrieve-a-product
        answer = await self.client.get(f"/products/{self.number(product_id, 'product')}")
        found: WooProduct = answer.json(WooProduct)
        return found

    async def _products(self, ids: Sequence[str]) -> dict[str, WooProduct]:
        """Those of the ids that exist. The list knows no variations, so these are asked for one by one."""
        numbers = list(dict.fromkeys(value for value in ids if value.isascii() and value.isdecimal()))
        found: dict[str, WooProduct] = {}
        for start in range(0, len(numbers), PAGE_SIZE):
            part = ",".join(numbers[start : start + PAGE_SIZE])
            async for page, _ in self.walk("/products", WooProduct, include=part):
                found |= {str(product.id): product for product in page}
        for value in numbers:
            if value in found:
                continue
            answer = await self.client.get(f"/products/{value}", allow=frozenset({404}))
            if answer.status != 404:
                found[value] = answer.json(WooProduct)
        return found

    async def _parents(self, found: Any) -> dict[int, WooProduct]:
        """The parents of variations."""
        wanted = {product.parent_id for product in found if product.type == VARIATION}
        return {number: await self._product(str(number)) for number in sorted(wanted)}

    async def _parent(self, found: WooProduct) -> WooProduct | None:
        """The parent of a variation; None of anything else."""
        return await self._product(str(found.parent_id)) if found.type == VARIATION else None

    async def _record(self, found: WooProduct) -> products.Product:
        """The record of a product or variation that was read by its id alone."""
        shop, parent = await self.shop(), await self._parent(found)
        if parent is None:
            return mapping.product_record(found, shop)
        # So asked for, a variation has its picture and attributes in another shape.
        # https://woocommerce.github.io/woocommerce-rest-api-docs/#retrieve-a-product-variation
        answer = await self.client.get(f"/products/{parent.id}/variations/{found.id}")
        return mapping.variation_record(answer.json(WooVariation), parent, shop)

    async def product_records(self, ids: Sequence[str]) -> list[products.Product]:
        """Products as they are now; those that no longer exist are left out."""
        records = []
        for value in ids:
            try:
                found = await self._product(value)
            except VendorRejected as error:
                if error.status != 404:
                    raise
                continue
            records.append(await self._record(found))
        return records
