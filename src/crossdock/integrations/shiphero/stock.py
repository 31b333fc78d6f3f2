"""Stock, its changes, and changing it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import ExactAdjustment, WriteBody, choices, vendor_only
from crossdock.contract.errors import InvalidBody
from crossdock.contract.wms import inventory, ledger
from crossdock.integrations.kit.adapter import (
    Applied,
    Attempt,
    Incremental,
    NotApplied,
    Page,
    Settlement,
    Window,
    implements,
    settles,
)
from crossdock.integrations.shiphero import client, mapping, queries
from crossdock.integrations.shiphero.base import ShipHeroBase, time_text
from crossdock.integrations.shiphero.models import Inbound, ItemLocation, Stock, StockChange, StockedProduct, whole

CHANGES = {"increase": queries.ADD_STOCK, "decrease": queries.REMOVE_STOCK, "exact": queries.REPLACE_STOCK}
OF_PRODUCTS, OF_STOCK = "p:", "s:"
"""Marks of cursors: a run reads changed products first and changed stock behind them."""
INSIDE = ("warehouse_products", "data", "edges", 0, "node")
"""Where an answer has the stock of one product in one warehouse."""


class AdjustInventory(WriteBody, kw_only=True):
    """Changes what lies of one product in one warehouse."""

    quantity: int
    adjustment_type: ExactAdjustment
    warehouse_id: Annotated[str, choices("warehouses")]
    location_id: Annotated[
        str | UnsetType, Meta(description="Storage location; required where the account uses dynamic slotting.")
    ] = UNSET
    reason: Annotated[str | UnsetType, vendor_only("Why; shown in ShipHero's inventory log.", examples=["damaged"])] = (
        UNSET
    )


class _Changed(msgspec.Struct, kw_only=True, frozen=True):
    product: StockedProduct | None = None


class StockKeeping(ShipHeroBase):
    """What lies where."""

    @implements(
        inventory.GET_INVENTORY,
        mode=Incremental(by="updated_from", until="updated_to", full_every=timedelta(days=1)),
    )
    async def get_inventory(self, window: Window) -> AsyncIterator[Page[inventory.InventoryItem]]:
        # A change of stock is dated in its warehouse only, one of the name in the product only.
        cursor = window.cursor or OF_PRODUCTS
        if cursor.startswith(OF_PRODUCTS):
            start = cursor.removeprefix(OF_PRODUCTS) or None
            asked = {"first": queries.STOCKS_PER_PAGE, **self.span(window)}
            async for found, following in self.walk(queries.STOCKS, "products", StockedProduct, asked, start):
                behind = None if window.start is None else OF_STOCK
                yield Page(
                    await self.stock_records(found), behind if following is None else f"{OF_PRODUCTS}{following}"
                )
            cursor = OF_STOCK
        if window.start is None:
            return
        asked = {"first": queries.STOCK_CHANGES_PER_PAGE, **self.span(window)}
        start = cursor.removeprefix(OF_STOCK) or None
        async for changed, following in self.walk(queries.CHANGED_STOCKS, "warehouse_products", _Changed, asked, start):
            unique = {item.product.id: item.product for item in changed if item.product}
            yield Page(await self.stock_records(list(unique.values())), following and f"{OF_STOCK}{following}")

    async def stock_records(self, found: Sequence[StockedProduct]) -> list[inventory.InventoryItem]:
        return [mapping.inventory_record(await self._complete_product(product), self.units) for product in found]

    async def _complete_product(self, product: StockedProduct) -> StockedProduct:
        """The product with everything that did not fit into its page."""
        stocks = [await self._complete_stock(product, stock) for stock in product.warehouse_products or []]
        return msgspec.structs.replace(product, warehouse_products=stocks)

    async def _complete_stock(self, product: StockedProduct, stock: Stock) -> Stock:
        if stock.inbounds.following is None and stock.locations.following is None:
            return stock
        owner = await self.customer(product.account_id)
        asked = {"sku": product.sku, "warehouse": stock.warehouse_id, "customer": owner}
        inbounds = await self.rest(stock.inbounds, queries.STOCK_INBOUNDS, asked, Inbound, (*INSIDE, "inbounds"))
        places = await self.rest(stock.locations, queries.STOCK_PLACES, asked, ItemLocation, (*INSIDE, "locations"))
        return msgspec.structs.replace(stock, inbounds=whole(inbounds), locations=whole(places))

    @implements(ledger.GET_INVENTORY_LEDGER, mode=Incremental(by="date_from", until="date_to"))
    async def get_inventory_ledger(self, window: Window) -> AsyncIterator[Page[ledger.InventoryLedgerEntry]]:
        asked = {"first": queries.ENTRIES_PER_PAGE, **self.span(window)}
        pages = self.walk(queries.LEDGER, "inventory_changes", StockChange, asked, window.cursor)
        async for found, following in pages:
            # Products that were deleted leave their changes behind.
            yield Page([mapping.ledger_record(item) for item in found if item.product], following)

    @implements(inventory.ADJUST_INVENTORY, AdjustInventory)
    async def adjust_inventory(self, inventory_id: str, body: AdjustInventory) -> inventory.InventoryItem:
        product = await self._stocked(inventory_id)
        if all(stock.warehouse_id != body.warehouse_id for stock in product.warehouse_products or []):
            raise InvalidBody.field("warehouse_id", "This warehouse does not hold the item.")
        asked: dict[str, Any] = {
            "sku": product.sku,
            "customer_account_id": await self.customer(product.account_id),
            "warehouse_id": body.warehouse_id,
            "location_id": None if isinstance(body.location_id, UnsetType) else body.location_id,
            "quantity": body.quantity,
            "reason": self._reason(body),
        }
        await self.change(CHANGES[body.adjustment_type], asked)
        return (await self.stock_records([await self._stocked(inventory_id)]))[0]

    def _reason(self, body: AdjustInventory) -> str | None:
        """The reason with the write's reference, by which the change is found again."""
        parts = [] if isinstance(body.reason, UnsetType) else [body.reason]
        return " ".join(parts + ([f"[{self.reference}]"] if self.reference else [])) or None

    @settles(inventory.ADJUST_INVENTORY)
    async def settle_adjust_inventory(self, attempt: Attempt) -> Settlement:
        """The inventory log keeps the reference of every change that was made."""
        product = await self._stocked(attempt.ids[0])
        owner = await self.customer(product.account_id)
        if await self.logged(attempt, product.sku, attempt.body.warehouse_id, owner) is None:
            return NotApplied()
        return Applied((await self.stock_records([product]))[0])

    async def logged(
        self, attempt: Attempt, sku: str | None, warehouse_id: str | None, owner: str | None
    ) -> StockChange | None:
        """The entry of the stock log that an attempt left."""
        asked = {
            "first": queries.ENTRIES_PER_PAGE,
            "since": time_text(attempt.sent_at - client.CLOCK_SLACK),
            "sku": sku,
            "warehouse": warehouse_id,
            "customer": owner,
        }
        async for found, _ in self.walk(queries.LEDGER, "inventory_changes", StockChange, asked):
            for entry in found:
                if f"[{attempt.reference}]" in (entry.reason or ""):
                    return entry
        return None

    async def stock_of(self, product_ids: Sequence[str]) -> list[inventory.InventoryItem]:
        """The stock of some products, as it is now."""
        return await self.stock_records([await self._stocked(identifier) for identifier in dict.fromkeys(product_ids)])

    async def _stocked(self, product_id: str) -> StockedProduct:
        return await self.one(queries.STOCK_BY_ID, "product", product_id, StockedProduct)
