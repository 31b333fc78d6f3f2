"""Changes of the warehouse system, each inside one transaction of its caller."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import uuid4

from msgspec import UNSET, Meta, UnsetType

from crossdock.sandbox.api import existing
from crossdock.sandbox.documents import RequestPart, Size, Text
from crossdock.sandbox.problems import conflict, duplicate_reference, invalid, missing
from crossdock.sandbox.store import Objects
from crossdock.sandbox.wms.documents import Adjustment, Bin, Component, Item, Product, Warehouse
from crossdock.sandbox.wms.ledger import LedgerEntry, StockEvent
from crossdock.sandbox.wms.stock import change_units

MOST_UNITS_IN_A_KIT = 1_000_000
"""Units of one item that a component may stand for."""


class NewAdjustment(RequestPart, kw_only=True, frozen=True):
    """A correction of stock to make; 0 records a count that found no difference."""

    reference: Text | None = None
    item_id: Text
    warehouse_id: Text
    bin_id: Text | None = None
    change: int


class NewComponent(RequestPart, kw_only=True, frozen=True):
    """An item of a kit to make; the SKU, when given, must be that item's."""

    item_id: Text
    sku: Text | None = None
    units: Annotated[int, Meta(ge=1, le=MOST_UNITS_IN_A_KIT)]


Components = Annotated[list[NewComponent], Meta(min_length=1)]


class NewKit(RequestPart, kw_only=True, frozen=True):
    """A kit to make; without a name it is called by its SKU."""

    reference: Text | None = None
    sku: Text
    name: Text | None = None
    barcode: Text | None = None
    size: Size | None = None
    components: Components


class KitChanges(RequestPart, kw_only=True, frozen=True):
    """New values of a kit; what is left out stays. The component list is replaced as a whole."""

    reference: Text | None = None
    sku: Text | UnsetType = UNSET
    name: Text | UnsetType = UNSET
    barcode: Text | UnsetType = UNSET
    size: Size | UnsetType = UNSET
    components: Components | UnsetType = UNSET


async def adjust(objects: Objects, wanted: NewAdjustment, now: datetime) -> tuple[Adjustment, Item, list[LedgerEntry]]:
    """Corrects the stock of one item."""
    await objects.lock_for_stock()
    item = await objects.get(Item, wanted.item_id, lock=True)
    if item is None:
        raise missing(Item.title, wanted.item_id)
    if await objects.get(Warehouse, wanted.warehouse_id) is None:
        raise invalid(f"There is no warehouse {wanted.warehouse_id}", "unknown_warehouse")
    bins = await objects.find(Bin, {"warehouseId": wanted.warehouse_id})
    identifier = wanted.reference or uuid4().hex
    event = StockEvent(identifier, "correction", now, Adjustment.kind, identifier)
    changes = change_units(item, bins, wanted.warehouse_id, wanted.change, wanted.bin_id, event)
    item.updated_at = now
    adjustment = Adjustment(
        id=identifier,
        created_at=now,
        updated_at=now,
        item_id=item.id,
        warehouse_id=wanted.warehouse_id,
        change=wanted.change,
        bins=changes,
    )
    if not await objects.add(adjustment):
        raise duplicate_reference(adjustment.id)
    await objects.save(item, now)
    for entry in event.entries:
        await objects.add(entry)
    return adjustment, item, event.entries


async def create_kit(objects: Objects, wanted: NewKit, now: datetime) -> Product:
    """Makes a kit."""
    await objects.lock_for_catalogue()
    await _refuse_repetition(objects, wanted.reference)
    await refuse_taken_sku(objects, wanted.sku)
    check_size(wanted.size)
    kit = Product(
        id=f"product_id_{await objects.next_number(Product)}",
        created_at=now,
        updated_at=now,
        type="kit",
        sku=wanted.sku,
        name=wanted.name or wanted.sku,
        barcode=wanted.barcode,
        size=wanted.size,
        components=await _components(objects, wanted.components),
        references=[wanted.reference] if wanted.reference else [],
    )
    await objects.add(kit)
    return kit


async def change_kit(objects: Objects, identifier: str, wanted: KitChanges, now: datetime) -> Product:
    """Changes a kit."""
    await objects.lock_for_catalogue()
    kit = await existing(objects, Product, identifier, lock=True)
    if kit.type != "kit":
        raise conflict("not_a_kit", f"Product {identifier} is not a kit")
    await _refuse_repetition(objects, wanted.reference)
    if wanted.sku is not UNSET and wanted.sku != kit.sku:
        await refuse_taken_sku(objects, wanted.sku)
        kit.sku = wanted.sku
    if wanted.name is not UNSET:
        kit.name = wanted.name
    if wanted.barcode is not UNSET:
        kit.barcode = wanted.barcode
    if wanted.size is not UNSET:
        check_size(wanted.size)
        kit.size = wanted.size
    if wanted.components is not UNSET:
        kit.components = await _components(objects, wanted.components)
    if wanted.reference:
        kit.references.append(wanted.reference)
    kit.updated_at = now
    await objects.save(kit, now)
    return kit


async def _refuse_repetition(objects: Objects, reference: str | None) -> None:
    if reference and await objects.find(Product, {"references": [reference]}):
        raise duplicate_reference(reference)


async def refuse_taken_sku(objects: Objects, sku: str) -> None:
    """No two products have one SKU."""
    if taken := await objects.find(Product, {"sku": sku}):
        raise conflict("duplicate_sku", f"SKU {sku} is taken by {taken[0].id}")


def check_size(size: Size | None) -> None:
    """Refuses a size that nothing has."""
    if size and min(size.length, size.width, size.height, size.weight) < 0:
        raise invalid("No length and no weight is negative", "bad_size")


async def _components(objects: Objects, wanted: Sequence[NewComponent]) -> list[Component]:
    """The components of a kit, each item once."""
    found: dict[str, Component] = {}
    for part in wanted:
        item = await objects.get(Item, part.item_id)
        if item is None:
            raise invalid(f"There is no item {part.item_id}", "unknown_item")
        if part.sku is not None and part.sku != item.sku:
            raise invalid(f"The SKU of item {item.id} is {item.sku}, not {part.sku}", "wrong_sku")
        units = part.units + (found[item.id].units if item.id in found else 0)
        found[item.id] = Component(item_id=item.id, sku=item.sku, units=units)
    return list(found.values())
