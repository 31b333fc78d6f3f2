"""Writing goods and kits, which are items of a customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import UnsetType

from crossdock.contract.errors import VendorRejected
from crossdock.contract.wms import products
from crossdock.contract.wms.inventory import INVENTORY
from crossdock.integrations.extensiv_3pl_central import client, mapping, product_bodies
from crossdock.integrations.extensiv_3pl_central.models import Item
from crossdock.integrations.extensiv_3pl_central.product_bodies import (
    CreateKit,
    CreateProduct,
    UpdateKit,
    UpdateProduct,
)
from crossdock.integrations.extensiv_3pl_central.stock import StockKeeping
from crossdock.integrations.kit.adapter import (
    Applied,
    Attempt,
    NotApplied,
    Related,
    Settlement,
    Written,
    implements,
    settles,
)
from crossdock.integrations.kit.transport import VendorAnswer

NO_DETAILS: Mapping[str, str] = {}
"""docs, customers/item: an item is whole without being asked for details."""


class ProductWrites(StockKeeping):
    """What there is, written."""

    @implements(products.CREATE_PRODUCT, CreateProduct)
    async def create_product(self, body: CreateProduct) -> Written[products.Product]:
        return await self._create(body)

    @settles(products.CREATE_PRODUCT)
    async def settle_create_product(self, attempt: Attempt) -> Settlement:
        return await self._settle_create(attempt)

    @implements(products.CREATE_KIT, CreateKit)
    async def create_kit(self, body: CreateKit) -> Written[products.Product]:
        return await self._create(body)

    @settles(products.CREATE_KIT)
    async def settle_create_kit(self, attempt: Attempt) -> Settlement:
        return await self._settle_create(attempt)

    async def _create(self, body: CreateProduct | CreateKit) -> Written[products.Product]:
        owner = self._owner(body)
        # https://3w.extensiv.com/rels/customers/items
        answer = await self.client.post(f"/customers/{owner}/items", product_bodies.new_item(body), headers=client.HAL)
        made: Item = answer.json(Item)
        return await self._written(owner, await self._item(owner, made.item_id))

    def _owner(self, body: CreateProduct | CreateKit) -> int:
        return self.owner_of(None if isinstance(body.warehouse_customer_id, UnsetType) else body.warehouse_customer_id)

    async def _settle_create(self, attempt: Attempt) -> Settlement:
        """An item with the SKU and everything that was sent is what was wanted, whoever made it."""
        body: CreateProduct | CreateKit = attempt.body
        owner, wanted = self._owner(body), product_bodies.new_item(body)
        async for found, _ in self.items(owner, f"{client.SKU}=={client.value(body.sku)}"):
            for item in found:
                sent = (item.sku, item.description, item.upc or None) == (
                    wanted["sku"],
                    wanted["description"],
                    wanted.get("upc"),
                )
                if sent and bool(mapping.components(item)) == isinstance(body, CreateKit):
                    written = await self._written(owner, item)
                    return Applied(written.record, written.related)
        return NotApplied()

    @implements(products.UPDATE_PRODUCT, UpdateProduct)
    async def update_product(self, product_id: str, body: UpdateProduct) -> Written[products.Product]:
        return await self._update(product_id, body)

    @settles(products.UPDATE_PRODUCT)
    async def settle_update_product(self, attempt: Attempt) -> Settlement:
        return await self._settle_update(attempt)

    @implements(products.UPDATE_KIT, UpdateKit)
    async def update_kit(self, kit_id: str, body: UpdateKit) -> Written[products.Product]:
        return await self._update(kit_id, body)

    @settles(products.UPDATE_KIT)
    async def settle_update_kit(self, attempt: Attempt) -> Settlement:
        return await self._settle_update(attempt)

    async def _update(self, product_id: str, body: UpdateProduct | UpdateKit) -> Written[products.Product]:
        owner, item = await self.found_item(product_id)
        if isinstance(body, UpdateKit) and not mapping.components(item):
            raise VendorRejected(f"There is no kit {product_id}", status=404)

        def change(before: VendorAnswer) -> tuple[str, str, dict[str, Any]]:
            # https://3w.extensiv.com/rels/customers/item
            return "PUT", "", product_bodies.changed_item(before.json(), body)

        await self.change(_path(owner, item.item_id), f"Product {product_id}", change, NO_DETAILS)
        return await self._written(owner, await self._item(owner, item.item_id))

    async def _settle_update(self, attempt: Attempt) -> Settlement:
        """Sending the same values again changes nothing, so only whether they are there counts."""
        owner, item = await self.found_item(attempt.ids[0])
        answer = await self.state(_path(owner, item.item_id), NO_DETAILS)
        there = answer.json()
        if there != product_bodies.changed_item(there, attempt.body) | client.links(there):
            return NotApplied()
        written = await self._written(owner, answer.json(Item))
        return Applied(written.record, written.related)

    async def _written(self, owner: int, item: Item) -> Written[products.Product]:
        """The product and its stock, which has the same names."""
        stock = await self.stock_of(owner, [item.item_id])
        return Written(mapping.product_record(item, owner, self.zone), related=[Related(INVENTORY, stock)])

    async def _item(self, owner: int, number: int) -> Item:
        # https://3w.extensiv.com/rels/customers/item
        found: Item = (await self.state(_path(owner, number), NO_DETAILS)).json(Item)
        return found


def _path(owner: int, number: int) -> str:
    return f"/customers/{owner}/items/{number}"
