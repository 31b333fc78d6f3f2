"""What the warehouse system answers about orders; only fields that are read."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from crossdock.integrations.sandbox.models import SandboxAddress, SandboxPart, SandboxSize
from crossdock.integrations.sandbox.wms.models import SandboxItem
from crossdock.integrations.sandbox.wms.receiving_models import SandboxCharge, SandboxLedgerEntry


class SandboxOrderLine(SandboxPart, kw_only=True, frozen=True):
    """One product of an order."""

    product_id: str
    sku: str
    units: int
    price: Decimal
    discount: Decimal


class SandboxPackedItem(SandboxPart, kw_only=True, frozen=True):
    """Units of one item in a box; of one lot, once they were taken from their bins."""

    item_id: str
    sku: str
    units: int
    kit_id: str | None = None
    lot_id: str | None = None
    expires_at: datetime | None = None


class SandboxPack(SandboxPart, kw_only=True, frozen=True):
    """A box that has not left yet."""

    id: str
    size: SandboxSize
    items: list[SandboxPackedItem]


class SandboxPackage(SandboxPart, kw_only=True, frozen=True):
    """A box that has left."""

    id: str
    tracking_number: str | None = None
    tracking_url: str | None = None
    size: SandboxSize | None = None
    items: list[SandboxPackedItem]


class SandboxShipment(SandboxPart, kw_only=True, frozen=True):
    """Boxes that left together."""

    id: str
    shipped_at: datetime
    warehouse_id: str
    ship_from: SandboxAddress
    shipping_method_id: str | None = None
    shipping_method_name: str | None = None
    carrier: str | None = None
    cost: Decimal | None = None
    packages: list[SandboxPackage]


class SandboxDeliveryAddress(SandboxPart, kw_only=True, frozen=True):
    """Where an order goes."""

    street: str | None = None
    street2: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None


class SandboxRecipient(SandboxPart, kw_only=True, frozen=True):
    """Who gets an order."""

    name: str | None = None
    company: str | None = None
    email: str | None = None
    phone: str | None = None
    address: SandboxDeliveryAddress


class SandboxFile(SandboxPart, kw_only=True, frozen=True):
    """A file that goes with an order."""

    id: str
    name: str
    size_bytes: int
    link: str | None = None


class SandboxOrder(SandboxPart, kw_only=True, frozen=True):
    """Goods to send to somebody."""

    id: str
    created_at: datetime
    updated_at: datetime
    client_id: str
    number: str
    shop_order_id: str | None = None
    channel_id: str | None = None
    channel_name: str | None = None
    trading_partner: str | None = None
    state: str
    warehouse_id: str
    shipping_method_id: str | None = None
    shipping_method_name: str | None = None
    carrier: str | None = None
    service_level: str | None = None
    recipient: SandboxRecipient
    lines: list[SandboxOrderLine]
    shipments: list[SandboxShipment]
    packs: list[SandboxPack]
    files: list[SandboxFile]
    currency: str
    total: Decimal
    tax: Decimal
    discount: Decimal
    shipping: Decimal


class SandboxChannel(SandboxPart, kw_only=True, frozen=True):
    """Where orders come from."""

    id: str
    created_at: datetime
    updated_at: datetime
    client_id: str
    name: str


class SandboxOrderChanged(SandboxPart, kw_only=True, frozen=True):
    """The answer to a change of an order: how it is now, the items whose quantities moved, and what was booked."""

    order: SandboxOrder
    items: list[SandboxItem]
    ledger: list[SandboxLedgerEntry]
    charges: list[SandboxCharge]
