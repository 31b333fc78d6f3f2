"""Single products of the warehouse system; kits are with the goods."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType

from crossdock.contract.bodies import MeasurementsBody, WriteBody
from crossdock.contract.wms import products
from crossdock.integrations.kit.adapter import Attempt, Settlement, Written, implements, settles
from crossdock.integrations.kit.client import segment
from crossdock.integrations.sandbox.wms.mapping import from_measurements
from crossdock.integrations.sandbox.wms.requests import Requests


class CreateProduct(WriteBody, kw_only=True):
    """A new product, and the item that its stock is kept as."""

    sku: str
    name: str
    gtin: str | UnsetType = UNSET
    measurements: MeasurementsBody | UnsetType = UNSET


class UpdateProduct(WriteBody, kw_only=True):
    """New values of a product and its item; what is left out stays as it is."""

    sku: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    gtin: str | UnsetType = UNSET
    measurements: MeasurementsBody | UnsetType = UNSET


class Catalogue(Requests):
    """Making and changing products."""

    @implements(products.CREATE_PRODUCT, CreateProduct, needs=["products.write"])
    async def create_product(self, body: CreateProduct) -> Written[products.Product]:
        return await self.ask("POST", "products", products.PRODUCTS, _product(body))

    @implements(products.UPDATE_PRODUCT, UpdateProduct, needs=["products.write"])
    async def update_product(self, product_id: str, body: UpdateProduct) -> Written[products.Product]:
        return await self.ask("PATCH", f"products/{segment(product_id)}", products.PRODUCTS, _product(body))

    @settles(products.CREATE_PRODUCT, products.UPDATE_PRODUCT)
    async def settle_product(self, attempt: Attempt) -> Settlement:
        return await self.ask_again(attempt, products.PRODUCTS)


def _product(body: CreateProduct | UpdateProduct) -> dict[str, Any]:
    size = body.measurements
    return {
        "sku": body.sku,
        "name": body.name,
        "barcode": body.gtin,
        "size": UNSET if isinstance(size, UnsetType) else from_measurements(size),
    }
