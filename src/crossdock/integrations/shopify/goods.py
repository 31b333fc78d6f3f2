"""Products, variants, locations and stock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec

from crossdock.contract.bodies import ExactAdjustment, WriteBody, choices, vendor_only
from crossdock.contract.cart import products, warehouses
from crossdock.contract.errors import VendorRejected, VendorUnavailable
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
    receives,
    settles,
)
from crossdock.integrations.kit.batches import Batch, BatchWritten
from crossdock.integrations.kit.webhooks import Changed, Delivery
from crossdock.integrations.shopify import client, mapping, queries, stock
from crossdock.integrations.shopify.base import ShopifyBase
from crossdock.integrations.shopify.models import (
    Level,
    LevelMessage,
    Message,
    ShopifyLocation,
    ShopifyProduct,
    ShopifyVariant,
    VariantOfProduct,
)

ATTEMPTS = 8
"""How often a change of stock is tried when others change the same stock in the same moment."""
CLOCK_SLACK = timedelta(minutes=5)
"""How far Shopify's clock may be off ours where it is to prove that nothing has changed."""
BATCH_REASON = "correction"
VARIANTS_PER_CALL = 20
Reason = Literal[
    "correction",
    "cycle_count_available",
    "damaged",
    "movement_created",
    "movement_updated",
    "movement_received",
    "payment_canceled",
    "other",
    "promotion",
    "quality_control",
    "received",
    "reservation_created",
    "reservation_updated",
    "reservation_deleted",
    "restock",
    "safety_stock",
    "shrinkage",
]


class AdjustInventory(WriteBody, kw_only=True):
    """Changes what is available of one variant at one location."""

    quantity: int
    adjustment_type: ExactAdjustment
    warehouse_id: Annotated[str, choices("warehouses")]
    reason: Annotated[Reason, vendor_only("Why the stock changes; shown in the shop's inventory history.")]


class Goods(ShopifyBase):
    """Reading goods and changing their stock."""

    @implements(
        products.GET_PRODUCTS,
        mode=Incremental(by="updated_at", full_every=timedelta(days=1)),
        needs=["read_products", "read_inventory"],
    )
    async def get_products(self, window: Window) -> AsyncIterator[Page[products.Product]]:
        # A change of stock moves the product's updatedAt, so its variants are read with it.
        asked = {"first": queries.PRODUCTS_PER_PAGE, "filter": self.since(window)}
        # https://shopify.dev/docs/api/admin-graphql/2026-10/queries/products
        pages = self.walk(queries.PRODUCTS, "products", ShopifyProduct, asked, window.cursor)
        async for found, following in pages:
            yield Page(await self._records(found), following)

    async def _records(self, found: Sequence[ShopifyProduct]) -> list[products.Product]:
        """Products, each followed by its variants."""
        variants: dict[str, list[products.Product]] = {product.id: [] for product in found}
        by_id = {product.id: product for product in found}
        if found:
            wanted = ",".join(mapping.number(product.id) for product in found)
            asked = {"first": queries.VARIANTS_PER_PAGE, "filter": f"product_ids:{wanted}"}
            # https://shopify.dev/docs/api/admin-graphql/2026-10/queries/productVariants
            async for page, _ in self.walk(queries.VARIANTS, "productVariants", ShopifyVariant, asked):
                for variant in page:
                    # The search may know a product that changed its mind in the meantime.
                    if variant.product.id in by_id:
                        record = await self._variant_record(variant, by_id[variant.product.id])
                        variants[variant.product.id].append(record)
        return [
            record for product in found for record in (mapping.parent_record(product, self.shop), *variants[product.id])
        ]

    async def _variant_record(self, variant: ShopifyVariant, product: ShopifyProduct) -> products.Product:
        return mapping.variant_record(variant, product, self.shop, await self._levels(variant))

    async def _levels(self, variant: ShopifyVariant) -> list[Level]:
        """The stock of a variant at every location."""
        item = variant.inventory_item
        # https://shopify.dev/docs/api/admin-graphql/2026-10/queries/inventoryItem
        return await self.whole(
            item.inventory_levels, queries.LEVELS, item.id, Level, lambda data: data["inventoryItem"]["inventoryLevels"]
        )

    @receives("products/create", "products/update", "products/delete")
    async def hear_of_product(self, delivery: Delivery) -> Sequence[Changed]:
        identifier = mapping.gid("Product", str(delivery.json(Message).id))
        # https://shopify.dev/docs/api/admin-graphql/2026-10/queries/product
        data = await self.ask(queries.PRODUCT_BY_ID, {"id": identifier}, dict[str, ShopifyProduct | None])
        found = data["product"]
        if found is None:
            # What its variants were is known to nobody once it is gone; the next full read misses them.
            return [Changed(products.PRODUCTS, deleted=[mapping.number(identifier)])]
        return [Changed(products.PRODUCTS, await self._records([found]))]

    @receives("inventory_levels/connect", "inventory_levels/update")
    async def hear_of_level(self, delivery: Delivery) -> Sequence[Changed]:
        identifier = mapping.gid("InventoryItem", str(delivery.json(LevelMessage).inventory_item_id))
        # https://shopify.dev/docs/api/admin-graphql/2026-10/queries/inventoryItem
        data = await self.ask(queries.ITEM_VARIANT, {"id": identifier}, dict[str, Any])
        item = data["inventoryItem"]
        ids = [node["id"] for node in item["variants"]["nodes"]] if item else []
        return [Changed(products.PRODUCTS, await self.variant_records(ids))]

    @receives("locations/create", "locations/update", "locations/activate", "locations/deactivate", "locations/delete")
    async def hear_of_location(self, delivery: Delivery) -> Sequence[Changed]:
        identifier = mapping.gid("Location", str(delivery.json(Message).id))
        # https://shopify.dev/docs/api/admin-graphql/2026-10/queries/location
        data = await self.ask(queries.LOCATION_BY_ID, {"id": identifier}, dict[str, ShopifyLocation | None])
        found = data["location"]
        if found is None:
            return [Changed(warehouses.WAREHOUSES, deleted=[mapping.number(identifier)])]
        return [Changed(warehouses.WAREHOUSES, [mapping.warehouse_record(found, self.shop)])]

    @implements(
        warehouses.GET_WAREHOUSES,
        mode=Snapshot(because="locations cannot be filtered by the time of their change"),
        needs=["read_locations"],
    )
    async def get_warehouses(self, window: Window) -> AsyncIterator[Page[warehouses.Warehouse]]:
        asked = {"first": queries.LOCATIONS_PER_PAGE}
        # https://shopify.dev/docs/api/admin-graphql/2026-10/queries/locations
        async for found, following in self.walk(queries.LOCATIONS, "locations", ShopifyLocation, asked, window.cursor):
            yield Page([mapping.warehouse_record(location, self.shop) for location in found], following)

    @implements(products.ADJUST_INVENTORY, AdjustInventory, needs=["write_inventory", "read_products"])
    async def adjust_inventory(self, product_id: str, body: AdjustInventory) -> products.Product:
        identifier = self.global_id("ProductVariant", product_id)
        location = self.global_id("Location", body.warehouse_id)
        for attempt in range(ATTEMPTS):
            variant = await self._variant(identifier)
            there = stock.level_at(await self._levels(variant), location)
            change = stock.change(body.adjustment_type, body.quantity, there)
            try:
                await self._set(variant, location, there, change, body.reason, attempt)
            except VendorRejected as error:
                # Others changed the same stock between the look and the change, so look again.
                if error.vendor_code != client.STALE:
                    raise
                continue
            changed = await self._variant(identifier)
            return await self._variant_record(changed, changed.product)
        raise VendorUnavailable("Others kept changing the same stock; nothing was changed", may_have_applied=False)

    async def _set(
        self, variant: ShopifyVariant, location: str, there: int, change: stock.Change, reason: str, attempt: int
    ) -> None:
        """One change, which holds only while the stock is still what was seen."""
        line = {"inventoryItemId": variant.inventory_item.id, "locationId": location, "changeFromQuantity": there}
        asked: dict[str, Any] = {"name": mapping.AVAILABLE, "reason": reason}
        if self.reference:
            asked["referenceDocumentUri"] = stock.document(self.reference)
        if change.exact:
            # https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/inventorySetQuantities
            query, asked["quantities"] = queries.SET, [{**line, "quantity": change.units}]
        else:
            # https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/inventoryAdjustQuantities
            query, asked["changes"] = queries.ADJUST, [{**line, "delta": change.units}]
        variables = {"input": asked, "key": self.key(attempt)}
        await self.ask(query, variables, dict[str, Any], changes=True, again=True)

    @settles(products.ADJUST_INVENTORY)
    async def settle_adjust_inventory(self, attempt: Attempt) -> Settlement:
        """Nothing that can be read says whose a change was; stock untouched since proves that there was none."""
        variant = await self._variant(self.global_id("ProductVariant", attempt.ids[0]))
        location = self.global_id("Location", attempt.body.warehouse_id)
        levels = await self._levels(variant)
        if attempt.body.adjustment_type == "exact" and stock.level_at(levels, location) == attempt.body.quantity:
            return Applied(await self._variant_record(variant, variant.product))
        changed = [level.updated_at for level in levels if level.location.id == location]
        return None if any(moment > attempt.sent_at - CLOCK_SLACK for moment in changed) else NotApplied()

    @implements(
        products.BATCH_ADJUST_INVENTORY,
        products.BatchAdjustInventoryBody,
        needs=["write_inventory", "read_products", "read_locations"],
    )
    async def batch_adjust_inventory(self, body: products.BatchAdjustInventoryBody) -> BatchWritten[products.Product]:
        lines = body.line_items
        stock.check_lines(lines)
        targets = stock.targets(lines, await self._location_ids(lines))
        batch: Batch[products.Product] = Batch([line.product_id for line in lines])
        for start in range(0, len(lines), VARIANTS_PER_CALL):
            part = targets[start : start + VARIANTS_PER_CALL]
            with batch.sending(range(start, start + len(part))):
                batch.add(*await self._set_levels(part, start))
        return batch.written()

    async def _set_levels(self, targets: Sequence[stock.Target], start: int) -> list[products.Product]:
        """Sets levels in one call, which Shopify carries out whole or not at all."""
        for attempt in range(ATTEMPTS):
            found = await self._variants([target.variant_id for target in targets])
            quantities = []
            for target in targets:
                variant = found.get(target.variant_id)
                if variant is None:
                    raise VendorRejected(f"Shopify has no variant {mapping.number(target.variant_id)}", status=404)
                quantities.append(stock.quantity(variant, target, await self._levels(variant)))
            asked: dict[str, Any] = {"name": mapping.AVAILABLE, "reason": BATCH_REASON, "quantities": quantities}
            if self.reference:
                asked["referenceDocumentUri"] = stock.document(self.reference)
            variables = {"input": asked, "key": self.key(start * ATTEMPTS + attempt)}
            try:
                # https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/inventorySetQuantities
                await self.ask(queries.SET, variables, dict[str, Any], changes=True, again=True)
            except VendorRejected as error:
                if error.vendor_code != client.STALE:
                    raise
                continue
            changed = await self._variants(list(found))
            return [await self._variant_record(variant, variant.product) for variant in changed.values()]
        raise VendorUnavailable("Others kept changing the same stock; nothing was changed", may_have_applied=False)

    async def _location_ids(self, lines: Sequence[products.BatchAdjustInventoryLine]) -> list[str]:
        """The shop's active locations, where a line does not say which one."""
        if all(isinstance(line.warehouse_id, str) for line in lines):
            return []
        asked = {"first": queries.LOCATIONS_PER_PAGE}
        pages = self.walk(queries.LOCATIONS, "locations", ShopifyLocation, asked)
        return [location.id async for found, _ in pages for location in found if location.is_active]

    async def _variant(self, identifier: str) -> VariantOfProduct:
        found = await self._variants([identifier])
        if identifier not in found:
            raise VendorRejected(f"Shopify has no variant {mapping.number(identifier)}", status=404)
        return found[identifier]

    async def _variants(self, ids: Sequence[str]) -> dict[str, VariantOfProduct]:
        """Those of the variants that exist, in the order asked for."""
        # https://shopify.dev/docs/api/admin-graphql/2026-10/queries/nodes
        data = await self.ask(queries.VARIANTS_BY_ID, {"ids": list(dict.fromkeys(ids))}, dict[str, list[Any]])
        found = [msgspec.convert(node, VariantOfProduct) for node in data["nodes"] if node]
        return {variant.id: variant for variant in found}

    async def variant_records(self, ids: Sequence[str]) -> list[products.Product]:
        """Variants as they are now."""
        records = []
        for start in range(0, len(ids), VARIANTS_PER_CALL):
            for variant in (await self._variants(ids[start : start + VARIANTS_PER_CALL])).values():
                records.append(await self._variant_record(variant, variant.product))
        return records
