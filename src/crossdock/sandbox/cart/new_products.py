"""Putting a product up for sale."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from crossdock.sandbox.cart.changes import MOST_UNITS
from crossdock.sandbox.cart.documents import Product, Variant, Warehouse
from crossdock.sandbox.cart.placing import checked_amount
from crossdock.sandbox.documents import RequestPart, Size, Text
from crossdock.sandbox.goods import barcode
from crossdock.sandbox.problems import conflict, duplicate_reference
from crossdock.sandbox.store import Objects


class NewProduct(RequestPart, kw_only=True, frozen=True):
    """A product with one variant; what is left out is that of a mug of a small series."""

    reference: Text | None = None
    name: Text | None = None
    sku: Text | None = None
    barcode: Text | None = None
    price: Decimal = Decimal("18.00")
    cost: Decimal = Decimal("6.40")
    units: Annotated[int, Meta(ge=0, le=MOST_UNITS)] = 25
    """In the first warehouse."""
    image_url: Text | None = None
    tags: tuple[Text, ...] = ("new",)
    category: tuple[Text, ...] = ("Tableware", "Mugs")
    active: bool = True


async def add_product(objects: Objects, wanted: NewProduct, now: datetime) -> Product:
    """Puts a product with one variant up for sale."""
    await objects.lock_for_catalogue()
    every = await objects.all(Product)
    if wanted.reference and any(wanted.reference in product.references for product in every):
        raise duplicate_reference(wanted.reference)
    number = _next_number(every)
    sku = wanted.sku or f"MUG-SERIES-{number:03d}"
    taken = [variant.id for product in every for variant in product.variants if variant.sku == sku]
    if taken:
        raise conflict("duplicate_sku", f"SKU {sku} is taken by {taken[0]}")
    warehouse = next(place for place in await objects.all(Warehouse) if place.active)
    product = Product(
        id=f"product_id_{number}",
        created_at=now,
        updated_at=now,
        name=wanted.name or f"Stoneware mug, series {number}",
        active=wanted.active,
        image_url=wanted.image_url or f"https://example.com/images/{number}.jpg",
        tags=list(wanted.tags),
        category=list(wanted.category),
        variants=[_variant(number + 1, sku, wanted, warehouse.id, now)],
        references=[wanted.reference] if wanted.reference else [],
    )
    await objects.add(product)
    return product


def _next_number(every: list[Product]) -> int:
    """One more than the highest number of a product or variant; both count in one series."""
    ids = [identifier for item in every for identifier in (item.id, *(variant.id for variant in item.variants))]
    return 1 + max((int(identifier.rsplit("_", 1)[1]) for identifier in ids), default=-1)


def _variant(number: int, sku: str, wanted: NewProduct, warehouse_id: str, now: datetime) -> Variant:
    return Variant(
        id=f"product_id_{number}",
        created_at=now,
        updated_at=now,
        title="One size",
        sku=sku,
        barcode=wanted.barcode or barcode(number),
        active=wanted.active,
        price=checked_amount(wanted.price, "price"),
        cost=checked_amount(wanted.cost, "cost"),
        size=Size(length=Decimal(12), width=Decimal(9), height=Decimal(10), weight=Decimal("0.38")),
        stock={warehouse_id: wanted.units},
    )
