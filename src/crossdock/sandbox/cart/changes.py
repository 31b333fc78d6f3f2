"""Changes of the shop's stock, each inside one transaction of its caller.

Without a warehouse, units are added to the first active warehouse, and taken from the warehouses in their order until
there are enough. A count is believed even when it finds less than orders were promised.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import uuid4

from msgspec import Meta

from crossdock.sandbox.api import existing
from crossdock.sandbox.cart.documents import Product, StockChange, Variant, Warehouse
from crossdock.sandbox.documents import Part, RequestPart, Text
from crossdock.sandbox.problems import Problem, conflict, duplicate_reference, invalid
from crossdock.sandbox.store import Objects

MOST_UNITS = 1_000_000_000
"""Units one variant may have in one warehouse."""


class NewStockChange(RequestPart, kw_only=True, frozen=True):
    """Units to add, or to take away when negative; 0 records a count that found no difference."""

    reference: Text | None = None
    variant_id: Text
    warehouse_id: Text | None = None
    change: int


class NewLevel(RequestPart, kw_only=True, frozen=True):
    """The units a variant shall have: in one warehouse, or in all together."""

    variant_id: Text
    warehouse_id: Text | None = None
    units: int


class NewLevels(RequestPart, kw_only=True, frozen=True):
    """Levels to set, in order."""

    lines: Annotated[list[NewLevel], Meta(min_length=1)]


class LineResult(Part, kw_only=True, frozen=True):
    """What became of one line; a refused one changed nothing."""

    variant_id: str
    applied: bool
    code: str | None = None
    message: str | None = None


async def change_stock(objects: Objects, wanted: NewStockChange, now: datetime) -> tuple[StockChange, Product]:
    """Adds units of one variant, or takes them away."""
    await objects.lock_for_stock()
    product, variant = find_variant(await lock_products(objects, [wanted.variant_id]), wanted.variant_id)
    places = _places(await objects.all(Warehouse), wanted.warehouse_id)
    parts = _change(variant, places, wanted.change, now)
    change = StockChange(
        id=wanted.reference or uuid4().hex,
        created_at=now,
        updated_at=now,
        variant_id=variant.id,
        change=wanted.change,
        by_warehouse=parts,
    )
    if not await objects.add(change):
        raise duplicate_reference(change.id)
    await objects.save(product, now)
    return change, product


async def set_levels(objects: Objects, wanted: NewLevels, now: datetime) -> tuple[list[LineResult], list[Product]]:
    """Sets every level that can be set, and says what became of each line. The products are those that changed."""
    await objects.lock_for_stock()
    products = await lock_products(objects, [line.variant_id for line in wanted.lines])
    warehouses = await objects.all(Warehouse)
    results: list[LineResult] = []
    changed: dict[str, Product] = {}
    for line in wanted.lines:
        try:
            product = _set_level(products, warehouses, line, now)
        except Problem as problem:
            refusal = LineResult(variant_id=line.variant_id, applied=False, code=problem.code, message=problem.message)
            results.append(refusal)
            continue
        changed[product.id] = product
        results.append(LineResult(variant_id=line.variant_id, applied=True))
    for product in changed.values():
        await objects.save(product, now)
    return results, list(changed.values())


def _set_level(products: Sequence[Product], warehouses: Sequence[Warehouse], line: NewLevel, now: datetime) -> Product:
    product, variant = find_variant(products, line.variant_id)
    if line.units < 0:
        raise invalid("No level is below 0", "negative_level")
    places = _places(warehouses, line.warehouse_id)
    present = sum(variant.stock.get(place, 0) for place in places)
    _change(variant, places, line.units - present, now)
    return product


async def lock_products(objects: Objects, variant_ids: Sequence[str]) -> list[Product]:
    """The products these ids belong to, locked in the order of the list, so that two requests never wait in a ring."""
    wanted = set(variant_ids)
    every = await objects.all(Product)
    touched = [item.id for item in every if item.id in wanted or wanted & {variant.id for variant in item.variants}]
    return [await existing(objects, Product, identifier, lock=True) for identifier in touched]


def find_variant(products: Sequence[Product], variant_id: str) -> tuple[Product, Variant]:
    """A variant among these products, with the product it belongs to."""
    for product in products:
        if product.id == variant_id:
            raise invalid(f"{variant_id} is a parent product; stock is kept on its variants", "no_stock_of_its_own")
        for variant in product.variants:
            if variant.id == variant_id:
                return product, variant
    raise Problem(404, "not_found", f"There is no variant {variant_id}")


def _places(warehouses: Sequence[Warehouse], warehouse_id: str | None) -> list[str]:
    places = [place.id for place in warehouses if (place.active if warehouse_id is None else place.id == warehouse_id)]
    if not places:
        raise invalid(f"There is no warehouse {warehouse_id}", "unknown_warehouse")
    return places


def _change(variant: Variant, places: Sequence[str], change: int, now: datetime) -> dict[str, int]:
    """Changes the stock of a variant in these warehouses, and gives the change of each."""
    parts: dict[str, int] = {}
    if change >= 0:
        parts[places[0]] = change
    left = -change
    for place in places:
        if left > 0:
            taken = min(variant.stock.get(place, 0), left)
            left -= taken
            if taken:
                parts[place] = -taken
    if left > 0:
        raise conflict(
            "insufficient_stock", f"Only {-change - left} units of {variant.sku} can be taken, not {-change}"
        )
    if any(variant.stock.get(place, 0) + part > MOST_UNITS for place, part in parts.items()):
        raise conflict("stock_limit", f"No variant may have more than {MOST_UNITS} units in one warehouse")
    for place, part in parts.items():
        variant.stock[place] = variant.stock.get(place, 0) + part
    variant.updated_at = now
    return parts
