"""Products, warehouses, storage locations and merchants."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from msgspec import UNSET, UnsetType

from crossdock.contract.bodies import MeasurementsBody, WriteBody
from crossdock.contract.wms import customers, products, warehouses
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
from crossdock.integrations.shiphero import mapping, queries
from crossdock.integrations.shiphero.base import ShipHeroBase
from crossdock.integrations.shiphero.bodies import dimensions, text
from crossdock.integrations.shiphero.models import Connection, Customer, Location, ShipHeroProduct, Warehouse

CHANGED = Incremental(by="updated_from", until="updated_to", full_every=timedelta(days=1))


class UpdateProduct(WriteBody, kw_only=True):
    """New values of a product. ShipHero knows a product by its SKU, so that stays."""

    name: str | UnsetType = UNSET
    gtin: products.ProductGTIN | UnsetType = UNSET
    measurements: MeasurementsBody | UnsetType = UNSET


class Catalogue(ShipHeroBase):
    """What there is, and where it may lie."""

    @implements(products.GET_PRODUCTS, mode=CHANGED)
    async def get_products(self, window: Window) -> AsyncIterator[Page[products.Product]]:
        asked = {"first": queries.PRODUCTS_PER_PAGE, **self.span(window)}
        async for found, following in self.walk(queries.PRODUCTS, "products", ShipHeroProduct, asked, window.cursor):
            yield Page([mapping.product_record(product) for product in found], following)

    @implements(products.UPDATE_PRODUCT, UpdateProduct)
    async def update_product(self, product_id: str, body: UpdateProduct) -> products.Product:
        await self.change_product(await self.product(product_id), body.name, body.gtin, body.measurements)
        return mapping.product_record(await self.product(product_id))

    async def change_product(
        self,
        product: ShipHeroProduct,
        name: str | UnsetType,
        gtin: str | UnsetType,
        measurements: MeasurementsBody | UnsetType,
    ) -> None:
        """Changes what was given of a product, if anything was."""
        changed = {"name": text(name), "barcode": text(gtin), "dimensions": dimensions(measurements, self.units)}
        if any(value is not None for value in changed.values()):
            owner = await self.customer(product.account_id)
            asked = {"sku": product.sku, "customer_account_id": owner, **changed}
            await self.change(queries.UPDATE_PRODUCT, asked)

    @settles(products.UPDATE_PRODUCT)
    async def settle_update_product(self, attempt: Attempt) -> Settlement:
        """Sending the same values again changes nothing, so only whether they are there counts."""
        product = await self.product(attempt.ids[0])
        body: UpdateProduct = attempt.body
        wanted = {"name": text(body.name), "barcode": text(body.gtin)}
        if body.measurements is not UNSET:
            return None
        there = all(getattr(product, name) == value for name, value in wanted.items() if value is not None)
        return Applied(mapping.product_record(product)) if there else NotApplied()

    async def product(self, product_id: str) -> ShipHeroProduct:
        """A product as it is now."""
        return await self.one(queries.PRODUCT_BY_ID, "product", product_id, ShipHeroProduct)

    @implements(warehouses.GET_WAREHOUSES, mode=Snapshot(because="warehouses are a part of the account, without dates"))
    async def get_warehouses(self, window: Window) -> AsyncIterator[Page[warehouses.Warehouse]]:
        data = await self.ask(queries.WAREHOUSES, {}, dict[str, Any])
        found = self.read(self.inside(data, ("account", "data", "warehouses")), list[Warehouse])
        yield Page([mapping.warehouse_record(warehouse) for warehouse in found])

    @implements(
        warehouses.GET_WAREHOUSE_LOCATIONS,
        mode=Snapshot(because="locations cannot be filtered by the time of their change"),
    )
    async def get_warehouse_locations(self, window: Window) -> AsyncIterator[Page[warehouses.WarehouseLocation]]:
        asked = {"first": queries.ENTRIES_PER_PAGE}
        async for found, following in self.walk(queries.LOCATIONS, "locations", Location, asked, window.cursor):
            yield Page([mapping.location_record(location, self.units) for location in found], following)

    @implements(
        customers.GET_WAREHOUSE_CUSTOMERS,
        mode=Snapshot(because="customers are a part of the account, without dates"),
    )
    async def get_warehouse_customers(self, window: Window) -> AsyncIterator[Page[customers.WarehouseCustomer]]:
        after = window.cursor
        while True:
            asked = {"first": queries.ENTRIES_PER_PAGE, "after": after}
            data = await self.ask(queries.CUSTOMERS, asked, dict[str, Any])
            # An account that is no 3PL has none.
            given = self.inside(data, ("account", "data")).get("customers") or {"edges": []}
            found: Connection[Customer] = self.read(given, Connection[Customer])
            following = self.onward(after, found)
            yield Page([mapping.customer_record(item) for item in found.nodes], following)
            if following is None:
                return
            after = following
