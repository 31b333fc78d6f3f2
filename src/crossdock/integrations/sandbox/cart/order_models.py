"""What the shop answers about its orders; only fields that are read."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from crossdock.integrations.sandbox.cart.models import ShopProduct
from crossdock.integrations.sandbox.models import SandboxAddress, SandboxPart


class ShopCustomer(SandboxPart, kw_only=True, frozen=True):
    """Who ordered, and where the goods go."""

    name: str
    email: str
    phone: str | None = None
    company: str | None = None
    address: SandboxAddress


class ShopOrderLine(SandboxPart, kw_only=True, frozen=True):
    """A variant ordered; `refunded` units count whether they were shipped or not."""

    id: str
    group_id: str
    product_id: str
    variant_id: str
    sku: str
    title: str
    units: int
    price: Decimal
    discount: Decimal
    tax: Decimal
    shipped: int
    refunded: int


class ShopGroup(SandboxPart, kw_only=True, frozen=True):
    """The lines that one warehouse ships."""

    id: str
    warehouse_id: str
    created_at: datetime
    updated_at: datetime
    state: str


class ShopShippedLine(SandboxPart, kw_only=True, frozen=True):
    """Units of a line in a shipment."""

    line_id: str
    units: int


class ShopShipment(SandboxPart, kw_only=True, frozen=True):
    """Goods that left one warehouse together."""

    id: str
    warehouse_id: str
    shipped_at: datetime
    carrier: str | None = None
    service: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    lines: list[ShopShippedLine]


class ShopRefund(SandboxPart, kw_only=True, frozen=True):
    """Money paid back."""

    id: str
    created_at: datetime
    total: Decimal
    shipping: Decimal
    reason: str | None = None
    note: str | None = None


class ShopOrder(SandboxPart, kw_only=True, frozen=True):
    """An order with its life so far."""

    id: str
    created_at: datetime
    updated_at: datetime
    number: str
    state: str
    customer: ShopCustomer
    service: str
    ship_after: datetime
    ship_before: datetime
    currency: str
    lines: list[ShopOrderLine]
    groups: list[ShopGroup]
    shipping: Decimal
    total: Decimal
    paid: Decimal
    shipments: list[ShopShipment]
    refunds: list[ShopRefund]
    tags: list[str]


class ShopOrderChanged(SandboxPart, kw_only=True, frozen=True):
    """The answer to a change: the order, and the products whose stock changed with it."""

    order: ShopOrder
    products: list[ShopProduct]
