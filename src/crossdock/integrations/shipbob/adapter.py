"""ShipBob: facts on top, then one short method an action."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta

from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.contract.wms import inventory, orders, products, warehouses
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
from crossdock.integrations.kit.paging import by_offset
from crossdock.integrations.shipbob import mapping, order_bodies
from crossdock.integrations.shipbob.base import CHANNEL_HEADER, CLOCK_SLACK, ShipBobBase, number
from crossdock.integrations.shipbob.models import (
    Item,
    Level,
    Listed,
    Location,
    PlacedLevels,
    PlaceLevel,
    Product,
)
from crossdock.integrations.shipbob.order_bodies import CreateOrder
from crossdock.integrations.shipbob.order_mapping import order_record, shipment_status
from crossdock.integrations.shipbob.order_models import ShipBobOrder

PRODUCTS_PER_PAGE = 250
ITEMS_PER_PAGE = 100
"""Their ids travel in the address of the calls for their levels."""
ORDERS_PER_PAGE = 250


class ShipBob(ShipBobBase):
    slug = "shipbob"

    @implements(warehouses.GET_WAREHOUSES, mode=Snapshot(because="locations have no dates"), needs=["locations_read"])
    async def get_warehouses(self, window: Window) -> AsyncIterator[Page[warehouses.Warehouse]]:
        # https://developer.shipbob.com/2026-01/api/locations/get-locations
        # Stock and shipments may name a location that has been closed since.
        answer = await self.client.get("/location", {"AccessGranted": True, "IncludeInactive": True})
        yield Page([mapping.warehouse_record(found) for found in answer.json(list[Location])])

    @implements(
        products.GET_PRODUCTS,
        mode=Incremental(by="LastUpdatedTimestamp", full_every=timedelta(days=1)),
        needs=["products_read"],
    )
    async def get_products(self, window: Window) -> AsyncIterator[Page[products.Product]]:
        # https://developer.shipbob.com/2026-01/api/products/get-products
        query = {"PageSize": str(PRODUCTS_PER_PAGE), **self.since(window, "LastUpdatedTimestamp")}
        async for found, following in self.walk("/product", Listed[Product], query, window.cursor):
            items = await self._items_of_variants(found)
            records = [
                mapping.product_record(product, variant, items)
                for product in found
                for variant in product.variants or []
            ]
            yield Page(records, following)

    async def _items_of_variants(self, found: Sequence[Product]) -> Mapping[int, int | None]:
        """The inventory items of these products, and of what their bundles are made of."""
        items = _items(found)
        parts = [
            part for product in found for variant in product.variants or [] for part in variant.bundle_definition or []
        ]
        for part in parts:
            if part.variant_id not in items:
                # https://developer.shipbob.com/2026-01/api/products/get-product
                answer = await self.client.get(f"/product/{part.product_id}", allow=frozenset({404}))
                items |= {} if answer.status == 404 else _items([answer.json(Product)])
                items.setdefault(part.variant_id, None)
        return items

    @implements(
        inventory.GET_INVENTORY,
        mode=Snapshot(because="neither items nor levels can be filtered by the time of their change"),
        needs=["inventory_read"],
    )
    async def get_inventory(self, window: Window) -> AsyncIterator[Page[inventory.InventoryItem]]:
        # https://developer.shipbob.com/2026-01/api/inventory/get-all-inventories
        query = {"PageSize": str(ITEMS_PER_PAGE)}
        async for found, following in self.walk("/inventory", Listed[Item], query, window.cursor):
            levels, places = await self._levels(found), await self._places(found)
            yield Page(
                [
                    mapping.item_record(item, levels.get(item.inventory_id), places.get(item.inventory_id, ()))
                    for item in found
                ],
                following,
            )

    async def _levels(self, items: Sequence[Item]) -> Mapping[int, Level]:
        # https://developer.shipbob.com/2026-01/api/inventory/get-all-inventory-levels
        walk = self.walk("/inventory-level", Listed[Level], _of(items))
        return {level.inventory_id: level async for page, _ in walk for level in page}

    async def _places(self, items: Sequence[Item]) -> Mapping[int, Sequence[PlaceLevel]]:
        # https://developer.shipbob.com/2026-01/api/inventory/get-all-inventory-levels-grouped-by-fulfillment-center
        walk = self.walk("/inventory-level/locations", Listed[PlacedLevels], _of(items))
        return {found.inventory_id: found.locations or [] async for page, _ in walk for found in page}

    @implements(orders.GET_ORDERS, mode=Incremental(by="LastUpdateStartDate"), needs=["orders_read"])
    async def get_orders(self, window: Window) -> AsyncIterator[Page[orders.Order]]:
        # A list that is limited to the end of the window would lose orders that change while it is read, and with them
        # shift its pages. This one only grows, at its end.
        changed = self.since(window, "LastUpdateStartDate")

        async def fetch(offset: int, size: int) -> list[ShipBobOrder]:
            return await self._orders({"Page": offset // size + 1, "SortOrder": "Oldest", **changed})

        async for found, offset in by_offset(fetch, size=ORDERS_PER_PAGE, start=int(window.cursor or 0)):
            yield Page([order_record(order) for order in found], str(offset))

    @implements(orders.CREATE_ORDER, CreateOrder, needs=["orders_write"])
    async def create_order(self, body: CreateOrder) -> orders.Order:
        headers = {CHANNEL_HEADER: await self.channel("orders_write")}
        names: dict[str, str] = {}
        for at, line in enumerate(body.line_items):
            names[line.sku] = names.get(line.sku) or await self._name(line.sku, at)
        # https://developer.shipbob.com/2026-01/api/orders/create-order
        answer = await self.client.post("/order", order_bodies.new_order(body, names), headers=headers)
        return order_record(answer.json(ShipBobOrder))

    async def _name(self, sku: str, at: int) -> str:
        """The name of a product. ShipBob would make a new product of a SKU that it does not know."""
        query = {"Search": sku, "PageSize": str(PRODUCTS_PER_PAGE)}
        async for found, _ in self.walk("/product", Listed[Product], query):
            for product in found:
                if any(variant.sku == sku for variant in product.variants or []):
                    return product.name or sku
        raise InvalidBody.field(f"line_items.{at}.sku", "ShipBob has no product with this SKU.")

    @settles(orders.CREATE_ORDER)
    async def settle_create_order(self, attempt: Attempt) -> Settlement:
        """An order that was made carries the reference of the body. An older one with it was there before."""
        reference = attempt.body.reference_id
        if "," in reference:
            return None  # The filter takes a list, so it cannot find such a reference.
        for order in await self._orders({"ReferenceIds": reference}):
            if order.reference_id == reference:
                old = order.created_date < attempt.sent_at - CLOCK_SLACK
                return NotApplied() if old else Applied(order_record(order))
        return NotApplied()

    @implements(orders.CANCEL_ORDER, needs=["orders_write"])
    async def cancel_order(self, order_id: str) -> orders.Order:
        place = f"/order/{number(order_id, 'order')}"
        headers = {CHANNEL_HEADER: await self.channel("orders_write")}
        # https://developer.shipbob.com/2026-01/api/orders/cancel-order
        await self.client.post(f"{place}:cancel", headers=headers)
        return order_record(await self._order(order_id))

    @settles(orders.CANCEL_ORDER)
    async def settle_cancel_order(self, attempt: Attempt) -> Settlement:
        order = await self._order(attempt.ids[0])
        record = order_record(order)
        if record.status == "cancelled":
            return Applied(record)
        # Some shipments may have been cancelled and others not.
        return None if any(shipment_status(item) == "cancelled" for item in order.shipments or []) else NotApplied()

    async def _orders(self, query: Mapping[str, str | int]) -> list[ShipBobOrder]:
        # https://developer.shipbob.com/2026-01/api/orders/get-orders
        answer = await self.client.get("/order", {**query, "Limit": ORDERS_PER_PAGE})
        found: list[ShipBobOrder] = answer.json(list[ShipBobOrder])
        return found

    async def _order(self, order_id: str) -> ShipBobOrder:
        # https://developer.shipbob.com/2026-01/api/orders/get-order
        answer = await self.client.get(f"/order/{number(order_id, 'order')}", allow=frozenset({404}))
        if answer.status == 404:
            raise VendorRejected(f"ShipBob has no order {order_id}", status=404)
        return answer.json(ShipBobOrder)


def _items(found: Sequence[Product]) -> dict[int, int | None]:
    """The inventory items of the variants of these products."""
    return {
        variant.id: variant.inventory.inventory_id if variant.inventory else None
        for product in found
        for variant in product.variants or []
    }


def _of(items: Sequence[Item]) -> dict[str, str]:
    """The filter for the levels of these items."""
    return {"InventoryIds": ",".join(str(item.inventory_id) for item in items), "PageSize": str(ITEMS_PER_PAGE)}
