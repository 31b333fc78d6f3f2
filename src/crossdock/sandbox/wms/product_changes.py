"""Changes of single products: each stands for one item, which is made and changed with it."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from crossdock.sandbox.documents import RequestPart, Size, Text
from crossdock.sandbox.problems import conflict
from crossdock.sandbox.store import Objects
from crossdock.sandbox.wms.changes import check_size, refuse_taken_sku
from crossdock.sandbox.wms.documents import Component, Item, Product, Warehouse
from crossdock.sandbox.wms.work import Outcome, Work


class NewProduct(RequestPart, kw_only=True, frozen=True):
    """A product to make."""

    reference: Text | None = None
    sku: Text
    name: Text
    barcode: Text | None = None
    size: Size | None = None


class ProductChanges(RequestPart, kw_only=True, frozen=True):
    """New values of a product; what is left out stays."""

    reference: Text | None = None
    sku: Text | UnsetType = UNSET
    name: Text | UnsetType = UNSET
    barcode: Text | UnsetType = UNSET
    size: Size | UnsetType = UNSET


async def create(objects: Objects, wanted: NewProduct, now: datetime) -> Outcome:
    """Makes a product and its item, which every warehouse keeps."""
    work = Work(objects, wanted.reference, now)
    await work.begin()
    await refuse_taken_sku(objects, wanted.sku)
    check_size(wanted.size)
    item = Item(
        id=f"inventory_item_id_{await objects.next_number(Item)}",
        created_at=now,
        updated_at=now,
        sku=wanted.sku,
        name=wanted.name,
        size=wanted.size,
        expected={warehouse.id: 0 for warehouse in await objects.all(Warehouse)},
    )
    product = Product(
        id=f"product_id_{await objects.next_number(Product)}",
        created_at=now,
        updated_at=now,
        type="single",
        sku=wanted.sku,
        name=wanted.name,
        barcode=wanted.barcode,
        size=wanted.size,
        components=[Component(item_id=item.id, sku=item.sku, units=1)],
    )
    work.make(product)
    work.make(item)
    return await work.finish()


async def change(objects: Objects, identifier: str, wanted: ProductChanges, now: datetime) -> Outcome:
    """Changes a product and its item, and a new SKU wherever the old one is named."""
    work = Work(objects, wanted.reference, now)
    await work.begin()
    product = await work.open(Product, identifier)
    if product.type == "kit":
        raise conflict("is_a_kit", f"Product {identifier} is a kit")
    item = await work.take(Item, product.components[0].item_id)
    if wanted.sku is not UNSET and wanted.sku != product.sku:
        await refuse_taken_sku(objects, wanted.sku)
        await _rename(work, product, item, wanted.sku)
    if wanted.name is not UNSET:
        product.name = item.name = wanted.name
    if wanted.barcode is not UNSET:
        product.barcode = wanted.barcode
    if wanted.size is not UNSET:
        check_size(wanted.size)
        product.size = item.size = wanted.size
    return await work.finish()


async def _rename(work: Work, product: Product, item: Item, sku: str) -> None:
    for kit in await work.objects.find(Product, {"components": [{"itemId": item.id}]}, lock=True):
        owner = product if kit.id == product.id else work.touch(kit)
        owner.components = [replace(part, sku=sku) if part.item_id == item.id else part for part in owner.components]
    for other in await work.objects.find(Item, {"substituteSkus": [item.sku]}, lock=True):
        work.touch(other).substitute_skus = [sku if one == item.sku else one for one in other.substitute_skus]
    product.sku = item.sku = sku
