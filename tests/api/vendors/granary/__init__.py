"""Granary: a warehouse system with a sign-in page of its own. Its server is `tests/link/granary_server.py`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec

from crossdock.contract.wms import inventory, products
from crossdock.integrations.kit.adapter import Adapter, Page, Snapshot, Window, implements
from crossdock.integrations.kit.auth import Credentials, OAuth2Code, credential

MADE = datetime(2026, 1, 1, tzinfo=UTC)
WHOLE = Snapshot(because="the granary does not say what has changed")


class GranaryCredentials(Credentials, kw_only=True, frozen=True):
    """Where a granary answers. The rest is granted there."""

    url: Annotated[str, credential("Address", "The address of your granary.", example="https://granary.example.com")]


class GranaryItem(msgspec.Struct, frozen=True):
    """A good in the granary."""

    id: str
    sku: str
    onhand: int = 0


class Granary(Adapter):
    """A system with OAuth, whose stock and products are scopes of their own."""

    slug = "granary"
    display_name = "Granary"
    vertical = "wms"
    description = "A warehouse system of the tests, with OAuth."
    docs_url = ""
    auth = OAuth2Code(
        lambda credentials: f"{credentials.url}/authorize?tenant=north",
        lambda credentials: f"{credentials.url}/token",
        "Granary",
        scopes=("stock.read", "products.read"),
    )
    credentials_type = GranaryCredentials

    @property
    def base_url(self) -> str:
        return str(self.credentials.url)

    async def check(self) -> dict[str, Any]:
        answer = await self.client.get("/account")
        found: dict[str, Any] = answer.json(dict[str, Any])
        return found

    @implements(inventory.GET_INVENTORY, mode=WHOLE)
    async def get_inventory(self, window: Window) -> AsyncIterator[Page[inventory.InventoryItem]]:
        answer = await self.client.get("/stock")
        yield Page([_item(entry) for entry in answer.json(list[GranaryItem])])

    @implements(products.GET_PRODUCTS, mode=WHOLE)
    async def get_products(self, window: Window) -> AsyncIterator[Page[products.Product]]:
        answer = await self.client.get("/products")
        yield Page([_product(entry) for entry in answer.json(list[GranaryItem])])


def _item(entry: GranaryItem) -> inventory.InventoryItem:
    return inventory.InventoryItem(
        id=entry.id,
        warehouse_customer_id=None,
        created_date=MADE,
        updated_date=MADE,
        name=entry.sku,
        sku=entry.sku,
        active=True,
        awaiting=0,
        onhand=entry.onhand,
        committed=0,
        unfulfillable=0,
        fulfillable=entry.onhand,
        sellable=entry.onhand,
    )


def _product(entry: GranaryItem) -> products.Product:
    return products.Product(
        id=entry.id, created_date=MADE, updated_date=MADE, name=entry.sku, sku=entry.sku, is_kit=False
    )
