"""What the shop answers with; only fields that are read."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from crossdock.integrations.sandbox.models import SandboxAddress, SandboxPart, SandboxSize


class ShopWarehouse(SandboxPart, kw_only=True, frozen=True):
    """A place whose stock the shop offers."""

    id: str
    created_at: datetime
    updated_at: datetime
    code: str
    name: str
    address: SandboxAddress
    active: bool


class ShopVariant(SandboxPart, kw_only=True, frozen=True):
    """A form of a product that can be bought; `stock` is units by warehouse, of which some are promised to orders."""

    id: str
    created_at: datetime
    updated_at: datetime
    title: str
    sku: str
    barcode: str
    active: bool
    price: Decimal
    cost: Decimal
    size: SandboxSize
    stock: dict[str, int]
    committed: dict[str, int]


class ShopProduct(SandboxPart, kw_only=True, frozen=True):
    """A product with its variants, whose ids are of the same series."""

    id: str
    created_at: datetime
    updated_at: datetime
    name: str
    active: bool
    image_url: str
    tags: list[str]
    category: list[str]
    variants: list[ShopVariant]


class ShopStockChange(SandboxPart, kw_only=True, frozen=True):
    """A change of stock; its id is the reference we gave."""

    id: str
    variant_id: str


class ShopStockChanged(SandboxPart, kw_only=True, frozen=True):
    """The answer to a change of stock: the product as it is after it."""

    product: ShopProduct


class ShopLineResult(SandboxPart, kw_only=True, frozen=True):
    """What became of one line of a batch."""

    variant_id: str
    applied: bool
    message: str | None = None


class ShopLevelsSet(SandboxPart, kw_only=True, frozen=True):
    """The answer to a batch: every line, and the products that changed."""

    lines: list[ShopLineResult]
    products: list[ShopProduct]
