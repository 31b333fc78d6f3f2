"""The seed of the shop: the same for every account, its dates counted back from the reset. It sells some of the goods
that the warehouse system stores, under the same SKUs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from crossdock.sandbox.cart.documents import Product, Variant, Warehouse
from crossdock.sandbox.cart.order_data import seed_orders
from crossdock.sandbox.documents import Address, Document, Size
from crossdock.sandbox.goods import BUNDLES, GOODS, barcode, dates

WAREHOUSES = (
    (
        "SHOP-EAST",
        "East coast stock",
        Address(street="2400 Commerce Way", city="Bethlehem", region="PA", postal_code="18015", country="US"),
    ),
    (
        "SHOP-WEST",
        "West coast stock",
        Address(street="815 Longley Lane", city="Reno", region="NV", postal_code="89502", country="US"),
    ),
)

_SOLD_OUT = {(4, 1), (11, 0)}
"""Variants that lie in one of the warehouses only, so that an order of both needs two shipments."""


@dataclass(frozen=True)
class Shown:
    """One product of the shop; `variants` are titles with the index of the good, bundles after the goods."""

    name: str
    category: tuple[str, ...]
    tags: tuple[str, ...]
    variants: tuple[tuple[str, int], ...]


CATALOGUE = (
    Shown("House blend beans", ("Coffee", "Blends"), ("bestseller", "roast:medium"), (("1 kg", 0), ("250 g", 1))),
    Shown("Decaf beans", ("Coffee", "Decaf"), ("roast:medium",), (("250 g", 2),)),
    Shown("Sidamo beans", ("Coffee", "Single origin"), ("roast:light",), (("250 g", 3),)),
    Shown("Oat drink, barista", ("Pantry",), ("vegan",), (("1 l", 5), ("Case of 6", 16))),
    Shown("Stoneware mug", ("Tableware", "Mugs"), ("handmade",), (("Blue", 10), ("White", 11))),
    Shown("Pour-over dripper", ("Brewing",), (), (("Ceramic", 6),)),
    Shown("Gooseneck kettle", ("Brewing",), ("new",), (("0.9 l", 8),)),
)


def seed(now: datetime) -> Iterator[Document]:
    """Every document of a fresh account."""
    for number, (code, name, address) in enumerate(WAREHOUSES):
        created, updated = dates(now, number)
        yield Warehouse(
            id=f"warehouse_id_{number}", created_at=created, updated_at=updated, code=code, name=name, address=address
        )
    products = list(_products(now))
    # Orders come first: they promise units of the products' stock.
    orders = list(seed_orders(products, [f"warehouse_id_{number}" for number in range(len(WAREHOUSES))], now))
    yield from products
    yield from orders


def _products(now: datetime) -> Iterator[Product]:
    number = 0
    for shown in CATALOGUE:
        created, updated = dates(now, number)
        first = number + 1
        yield Product(
            id=f"product_id_{number}",
            created_at=created,
            updated_at=updated,
            name=shown.name,
            image_url=f"https://example.com/images/{number}.jpg",
            tags=list(shown.tags),
            category=list(shown.category),
            variants=[_variant(first + index, title, good, now) for index, (title, good) in enumerate(shown.variants)],
        )
        number = first + len(shown.variants)


def _units(number: int, place: int) -> int:
    return 0 if (number, place) in _SOLD_OUT else 5 + (number * 11 + place * 17) % 60


def _variant(number: int, title: str, good: int, now: datetime) -> Variant:
    created, updated = dates(now, number)
    if good < len(GOODS):
        entry = GOODS[good]
        sku, price, cost, size = entry.sku, entry.price, Decimal(entry.cost), entry.size
    else:
        bundle = BUNDLES[good - len(GOODS)]
        sku, price = bundle.sku, bundle.price
        cost = sum((Decimal(GOODS[part].cost) * units for part, units in bundle.parts), Decimal(0))
        size = Size(length=Decimal(22), width=Decimal(15), height=Decimal(21), weight=Decimal("6.5"))
    return Variant(
        id=f"product_id_{number}",
        created_at=created,
        updated_at=updated,
        title=title,
        sku=sku,
        barcode=barcode(good),
        price=Decimal(price),
        cost=cost,
        size=size,
        stock={f"warehouse_id_{place}": _units(number, place) for place in range(len(WAREHOUSES))},
    )
