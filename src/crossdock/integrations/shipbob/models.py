"""The shapes that ShipBob answers with; only fields that are read.

The specification names no field as required, so what a record cannot do without is demanded here, and everything else
has a default. Times without a zone are refused.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Generic, TypeVar

import msgspec

from crossdock.contract.values import Timestamp

T = TypeVar("T")


class Listed(msgspec.Struct, Generic[T]):
    """A page of a list; `next` is the address of the next one, relative to the version of the API."""

    items: list[T] | None = None
    next: str | None = None


class Channel(msgspec.Struct):
    """Where a token comes from, and what it may do."""

    id: int
    name: str | None = None
    scopes: list[str] | None = None


class ServiceAddress(msgspec.Struct):
    """Where goods are sent for one service of a location."""

    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    zip_code: str | None = None


class Service(msgspec.Struct):
    """Something that a location does for the merchant."""

    service_type: str | None = None
    address: ServiceAddress | None = None


class Region(msgspec.Struct):
    name: str | None = None


class Location(msgspec.Struct):
    """A fulfillment center or hub."""

    id: int
    name: str | None = None
    abbreviation: str | None = None
    timezone: str | None = None
    is_active: bool | None = None
    is_receiving_enabled: bool | None = None
    is_shipping_enabled: bool | None = None
    region: Region | None = None
    services: list[Service] | None = None


class Component(msgspec.Struct):
    """A variant inside a bundle."""

    product_id: int
    variant_id: int
    quantity: int
    variant_sku: str | None = None


class Customs(msgspec.Struct):
    country_code_of_origin: str | None = None
    hs_tariff_code: str | None = None


class Stocked(msgspec.Struct):
    """The inventory item behind a variant."""

    inventory_id: int | None = None


class ChannelListing(msgspec.Struct):
    """How a sales channel lists a variant."""

    channel_id: int | None = None
    price: Decimal | None = None
    currency: str | None = None
    seller_sku: str | None = None
    legacy_product_id: int | None = None


class Variant(msgspec.Struct):
    """One SKU of a product."""

    id: int
    created_on: Timestamp
    updated_on: Timestamp | None = None
    name: str | None = None
    sku: str | None = None
    gtin: str | None = None
    upc: str | None = None
    status: str | None = None
    is_digital: bool | None = None
    customs: Customs | None = None
    inventory: Stocked | None = None
    bundle_definition: list[Component] | None = None
    channel_metadata: list[ChannelListing] | None = None


class Product(msgspec.Struct):
    """A product with its variants."""

    id: int
    name: str | None = None
    type: str | None = None
    updated_on: Timestamp | None = None
    variants: list[Variant] | None = None


class Dimensions(msgspec.Struct):
    length: Decimal | None = None
    width: Decimal | None = None
    height: Decimal | None = None
    unit: str | None = None


class Weight(msgspec.Struct):
    value: Decimal | None = None
    unit: str | None = None


class ItemVariant(msgspec.Struct):
    is_active: bool | None = None
    is_bundle: bool | None = None
    is_digital: bool | None = None


class Item(msgspec.Struct):
    """A physical good that ShipBob keeps stock of."""

    inventory_id: int
    name: str | None = None
    sku: str | None = None
    barcode: str | None = None
    is_lot: bool | None = None
    dimensions: Dimensions | None = None
    weight: Weight | None = None
    variant: ItemVariant | None = None


class Level(msgspec.Struct):
    """Quantities of an item in the whole network."""

    inventory_id: int
    total_on_hand_quantity: int
    total_fulfillable_quantity: int
    total_committed_quantity: int
    total_awaiting_quantity: int
    total_sellable_quantity: int
    total_exception_quantity: int = 0
    total_backordered_quantity: int = 0
    total_internal_transfer_quantity: int = 0


class PlaceLevel(msgspec.Struct):
    """Quantities of an item in one fulfillment center."""

    location_id: int
    on_hand_quantity: int
    fulfillable_quantity: int
    committed_quantity: int
    awaiting_quantity: int


class PlacedLevels(msgspec.Struct):
    inventory_id: int
    locations: list[PlaceLevel] | None = None
