"""What the shop stores."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

from crossdock.sandbox.documents import Address, Document, Size


class Warehouse(Document, kw_only=True):
    """A place whose stock the shop offers."""

    kind = "warehouse"
    title = "warehouse"

    code: str
    name: str
    address: Address
    active: bool = True


class Variant(msgspec.Struct, kw_only=True, rename="camel"):
    """A form of a product that can be bought. Its id is unique among products and variants."""

    id: str
    created_at: datetime
    updated_at: datetime
    title: str
    sku: str
    barcode: str
    active: bool = True
    price: Decimal
    cost: Decimal
    size: Size
    stock: dict[str, int]
    """Units by warehouse, promised ones included."""
    committed: dict[str, int] = {}
    """Units promised to orders, by warehouse."""


class Product(Document, kw_only=True):
    """What the shop shows; it is bought, and stocked, as one of its variants."""

    kind = "product"
    title = "product"

    name: str
    active: bool = True
    image_url: str
    tags: list[str]
    category: list[str]
    """From the root."""
    variants: list[Variant]
    references: list[str] = []
    """References of the request that made it."""


class StockChange(Document, kw_only=True):
    """A change of one variant's stock. Its id is the reference the caller gave."""

    kind = "stock_change"
    title = "stock change"

    variant_id: str
    change: int
    by_warehouse: dict[str, int]
