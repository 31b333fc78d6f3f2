"""ShipHero's shapes of goods that arrive; only fields that are read."""

from __future__ import annotations

import msgspec

from crossdock.integrations.shiphero.models import Connection, Dimensions, LineOfShipment, Ref


class ProductOfLine(msgspec.Struct, kw_only=True, frozen=True):
    product: Ref | None = None


class PurchaseLine(msgspec.Struct, kw_only=True, frozen=True):
    id: str
    sku: str | None = None
    quantity: int | None = None
    quantity_received: int | None = None
    price: str | None = None
    vendor_sku: str | None = None
    partner_line_item_id: str | None = None
    updated_at: str | None = None
    product: ProductOfLine | None = None


class VendorName(msgspec.Struct, kw_only=True, frozen=True):
    id: str
    name: str | None = None


class Vendor(VendorName, kw_only=True, frozen=True):
    account_id: str | None = None
    created_at: str | None = None


class Purchase(msgspec.Struct, kw_only=True, frozen=True):
    """A purchase order."""

    id: str
    legacy_id: int | None = None
    account_id: str | None = None
    po_number: str | None = None
    partner_order_number: str | None = None
    fulfillment_status: str | None = None
    created_at: str
    po_date: str | None = None
    arrived_at: str | None = None
    date_closed: str | None = None
    warehouse_id: str | None = None
    vendor: VendorName | None = None
    tracking_number: str | None = None
    po_note: str | None = None
    packing_note: str | None = None
    shipping_carrier: str | None = None
    subtotal: str | None = None
    total_price: str | None = None
    line_items: Connection[PurchaseLine]


class ReturnLabel(msgspec.Struct, kw_only=True, frozen=True):
    tracking_number: str | None = None
    carrier: str | None = None
    cost: str | None = None
    created_date: str | None = None
    dimensions: Dimensions | None = None


class ReturnLine(msgspec.Struct, kw_only=True, frozen=True):
    id: str
    quantity: int | None = None
    quantity_received: int | None = None
    restock: int | None = None
    reason: str | None = None
    condition: str | None = None
    updated_at: str | None = None
    warehouse_id: str | None = None
    line_item: LineOfShipment | None = None


class ShipHeroReturn(msgspec.Struct, kw_only=True, frozen=True):
    id: str
    legacy_id: int | None = None
    account_id: str | None = None
    created_at: str
    order_id: str | None = None
    status: str | None = None
    reason: str | None = None
    partner_id: str | None = None
    labels: list[ReturnLabel | None] | None = None
    line_items: list[ReturnLine | None] | None = None
