"""Warehouses, products and stock of the shop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from msgspec import Meta

from crossdock.contract.bodies import Adjustment, WriteBody
from crossdock.contract.cart import products as cart_products
from crossdock.contract.cart import warehouses as cart_warehouses
from crossdock.contract.errors import UnexpectedShape
from crossdock.integrations.kit.adapter import (
    Applied,
    Attempt,
    NotApplied,
    Page,
    Settlement,
    Window,
    implements,
    receives,
    settles,
)
from crossdock.integrations.kit.batches import BatchFailed, BatchWritten, LineOutcome
from crossdock.integrations.kit.webhooks import Changed, Delivery
from crossdock.integrations.sandbox.base import CHANGED, each
from crossdock.integrations.sandbox.cart import mapping as shop
from crossdock.integrations.sandbox.cart.base import ShopBase
from crossdock.integrations.sandbox.cart.models import (
    ShopLevelsSet,
    ShopProduct,
    ShopStockChange,
    ShopStockChanged,
    ShopWarehouse,
)
from crossdock.integrations.sandbox.mapping import given, signed


class AdjustCartInventory(WriteBody, kw_only=True):
    """A change of one variant's stock; the shop chooses the warehouse."""

    quantity: Annotated[int, Meta(ge=0)]
    adjustment_type: Adjustment


class ShopGoods(ShopBase):
    """Reading goods and changing their stock."""

    @implements(cart_warehouses.GET_WAREHOUSES, mode=CHANGED)
    async def get_warehouses(self, window: Window) -> AsyncIterator[Page[cart_warehouses.Warehouse]]:
        async for page in self.walk("warehouses", ShopWarehouse, window, each(shop.to_warehouse)):
            yield page

    @implements(cart_products.GET_PRODUCTS, mode=CHANGED)
    async def get_products(self, window: Window) -> AsyncIterator[Page[cart_products.Product]]:
        async for page in self.walk("products", ShopProduct, window, shop.to_records):
            yield page

    @receives("product.changed")
    async def hear_of_product(self, delivery: Delivery) -> Sequence[Changed]:
        _, found = await self.told(delivery, "products", ShopProduct)
        # What its variants were is known to nobody once it is gone; the next sync names them.
        return [] if found is None else [Changed(cart_products.PRODUCTS, shop.to_records(found))]

    @implements(cart_products.ADJUST_INVENTORY, AdjustCartInventory, needs=["stock-changes.write"])
    async def adjust_inventory(self, product_id: str, body: AdjustCartInventory) -> cart_products.Product:
        change = {
            "reference": self.reference,
            "variantId": product_id,
            "change": signed(body.quantity, body.adjustment_type),
        }
        answer = await self.client.post(f"{self.root}/stock-changes", change)
        changed: ShopStockChanged = answer.json(ShopStockChanged)
        return _variant([changed.product], product_id)

    @settles(cart_products.ADJUST_INVENTORY)
    async def settle_adjust_inventory(self, attempt: Attempt) -> Settlement:
        made = await self.look_up("stock-changes", ShopStockChange, reference=attempt.reference)
        if made is None:
            return NotApplied()
        found = await self.look_up("products", ShopProduct, variantId=made.variant_id)
        return Applied(_variant([found] if found else [], made.variant_id))

    @implements(
        cart_products.BATCH_ADJUST_INVENTORY, cart_products.BatchAdjustInventoryBody, needs=["stock-levels.write"]
    )
    async def batch_adjust_inventory(
        self, body: cart_products.BatchAdjustInventoryBody
    ) -> BatchWritten[cart_products.Product]:
        lines = [
            given({"variantId": line.product_id, "units": line.quantity, "warehouseId": line.warehouse_id})
            for line in body.line_items
        ]
        answer = await self.client.put(f"{self.root}/stock-levels", {"lines": lines})
        result: ShopLevelsSet = answer.json(ShopLevelsSet)
        outcomes = [
            LineOutcome(number, line.variant_id, "applied" if line.applied else "refused", line.message)
            for number, line in enumerate(result.lines)
        ]
        records = [_variant(result.products, line.variant_id) for line in result.lines if line.applied]
        refused = [line for line in outcomes if line.outcome == "refused"]
        if refused:
            message = f"{len(refused)} of {len(outcomes)} lines were refused: {refused[0].error}"
            raise BatchFailed(message, lines=outcomes, records=records)
        return BatchWritten(records)


def _variant(found: Sequence[ShopProduct], variant_id: str) -> cart_products.Product:
    """The record of one variant among these products."""
    for product in found:
        for variant in product.variants:
            if variant.id == variant_id:
                return shop.to_variant(product, variant)
    raise UnexpectedShape(f"the shop changed {variant_id} without showing it")
