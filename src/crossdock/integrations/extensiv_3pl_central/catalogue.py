"""Customers and their goods, facilities and locations, and ways to send parcels."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from crossdock.contract.errors import UnexpectedShape
from crossdock.contract.wms import customers, products, shipping_methods, warehouses
from crossdock.integrations.extensiv_3pl_central import client, mapping
from crossdock.integrations.extensiv_3pl_central.base import ExtensivBase
from crossdock.integrations.extensiv_3pl_central.models import Carriers, Facility, Item, Location
from crossdock.integrations.kit.adapter import Incremental, Page, Snapshot, Window, implements

CHANGED = Incremental(by="readOnly.lastModifiedDate", full_every=timedelta(days=1))


def cursor_of(outer: int, inner: int | None) -> str:
    """Where a walk through lists inside others stopped: behind `inner`, or with all of `outer` done."""
    return f"{outer}:" if inner is None else f"{outer}:{inner}"


def place_of(cursor: str | None) -> tuple[int, int | None]:
    """What a cursor says; without one, before everything."""
    if cursor is None:
        return -1, None
    outer, _, inner = cursor.partition(":")
    try:
        return int(outer), int(inner) if inner else None
    except ValueError:
        raise UnexpectedShape(f"{cursor!r} is no place in a list of {client.NAME}") from None


class Catalogue(ExtensivBase):
    """What there is, and where it may lie."""

    @implements(
        customers.GET_WAREHOUSE_CUSTOMERS,
        mode=Snapshot(because="customers cannot be filtered by the time of their change"),
    )
    async def get_warehouse_customers(self, window: Window) -> AsyncIterator[Page[customers.WarehouseCustomer]]:
        after = None if window.cursor is None else self.number(window.cursor)
        async for found, last in self.customers(after):
            following = None if last is None else str(last)
            yield Page([mapping.customer_record(item, self.zone) for item in found], following)

    @implements(products.GET_PRODUCTS, mode=CHANGED)
    async def get_products(self, window: Window) -> AsyncIterator[Page[products.Product]]:
        changed = client.since(window.start, self.zone)
        async for owner, found, cursor in self.goods(window.cursor, changed):
            yield Page([mapping.product_record(item, owner, self.zone) for item in found], cursor)

    async def goods(
        self, cursor: str | None, condition: str | None = None
    ) -> AsyncIterator[tuple[int, list[Item], str]]:
        """The goods of all customers by pages, each with its owner and the cursor behind it."""
        done, after = place_of(cursor)
        for number in [item.read_only.customer_id for item in await self.all_customers()]:
            if number < done or (number == done and after is None):
                continue
            start = after if number == done else None
            async for found, last in self.items(number, condition, start):
                yield number, found, cursor_of(number, last)

    async def items(
        self, customer_id: int, condition: str | None, after: int | None = None
    ) -> AsyncIterator[tuple[list[Item], int | None]]:
        # https://3w.extensiv.com/rels/customers/items
        pages = self.walk(
            f"/customers/{customer_id}/items",
            Item,
            lambda item: item.item_id,
            by=client.ITEM_ID,
            size=client.ITEMS_PER_PAGE,
            after=after,
            condition=condition,
        )
        async for page in pages:
            yield page

    async def facilities(self) -> Sequence[Facility]:
        """All facilities; they are few."""
        # https://3w.extensiv.com/rels/properties/facilities
        own = self.credentials.customer_id
        pages = self.walk(
            "/properties/facilities",
            Facility,
            lambda item: item.facility_id,
            by=client.FACILITY_ID,
            size=client.PLACES_PER_PAGE,
            more={"customerId": own} if own else None,
        )
        return [item async for page, _ in pages for item in page]

    @implements(warehouses.GET_WAREHOUSES, mode=Snapshot(because="facilities have no dates"))
    async def get_warehouses(self, window: Window) -> AsyncIterator[Page[warehouses.Warehouse]]:
        yield Page([mapping.warehouse_record(item) for item in await self.facilities()])

    @implements(warehouses.GET_WAREHOUSE_LOCATIONS, mode=Snapshot(because="locations have no dates"))
    async def get_warehouse_locations(self, window: Window) -> AsyncIterator[Page[warehouses.WarehouseLocation]]:
        done, after = place_of(window.cursor)
        for number in [item.facility_id for item in await self.facilities()]:
            if number < done or (number == done and after is None):
                continue
            # https://3w.extensiv.com/rels/properties/locationsbyfac
            pages = self.walk(
                f"/properties/facilities/{number}/locations",
                Location,
                lambda item: item.location_id,
                by=client.LOCATION_ID,
                size=client.PLACES_PER_PAGE,
                after=after if number == done else None,
            )
            async for found, last in pages:
                records = [mapping.location_record(item, number) for item in found]
                yield Page(records, cursor_of(number, last))

    @implements(shipping_methods.GET_SHIPPING_METHODS, mode=Snapshot(because="carriers have no dates"))
    async def get_shipping_methods(self, window: Window) -> AsyncIterator[Page[shipping_methods.ShippingMethod]]:
        # https://3w.extensiv.com/rels/properties/carriers
        found = await self.ask("/properties/carriers", Carriers)
        yield Page(mapping.method_records(found.all))
