"""From ShipBob's products, stock and locations to ours. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crossdock.contract.records import Measurements, WarehouseAddress
from crossdock.contract.wms import inventory, products, warehouses
from crossdock.integrations.kit import measures
from crossdock.integrations.kit.mapping import NO_DATE, moment, money, text_or_none
from crossdock.integrations.shipbob.models import (
    Dimensions,
    Item,
    Level,
    Location,
    PlaceLevel,
    Product,
    Service,
    Variant,
    Weight,
)

ACTIVE = "active"
"""Status of a variant that is in use."""
RECEIVING = "Receiving"
"""The service whose address is that of the building; returns may go elsewhere."""
"""Our unit, and how many of it are in one of theirs."""


def facts(**given: object) -> dict[str, Any]:
    """Facts that are there, for `additional_fields`."""
    return {name: value for name, value in given.items() if value not in (None, "", [])}


def product_record(product: Product, variant: Variant, items: Mapping[int, int | None]) -> products.Product:
    """A variant as a product of its own; `items` are the inventory items of the variants that bundles are made of."""
    listings = variant.channel_metadata or []
    prices = {listing.price for listing in listings if listing.price is not None}
    customs = variant.customs
    components = variant.bundle_definition or []
    # A product that changes may not touch its variants.
    changed = [date for date in (variant.created_on, variant.updated_on, product.updated_on) if date is not None]
    return products.Product(
        id=str(variant.id),
        created_date=moment(variant.created_on),
        updated_date=moment(max(changed)),
        name=_name(product, variant),
        sku=text_or_none(variant.sku),
        gtin=text_or_none(variant.gtin) or text_or_none(variant.upc),
        unit_price=money(prices.pop()) if len(prices) == 1 else None,
        inventory_items=_contents(variant, items),
        is_kit=bool(components),
        active=(variant.status or ACTIVE).lower() == ACTIVE,
        country_of_origin=text_or_none(customs.country_code_of_origin) if customs else None,
        harmonized_code=text_or_none(customs.hs_tariff_code) if customs else None,
        additional_fields=facts(
            product_id=str(product.id),
            type=product.type,
            status=variant.status,
            is_digital=variant.is_digital or None,
            bundle=[
                {"variant_id": str(part.variant_id), "sku": part.variant_sku, "quantity": part.quantity}
                for part in components
            ],
            channels=[
                facts(
                    channel_id=listing.channel_id,
                    price=listing.price,
                    currency=listing.currency,
                    seller_sku=listing.seller_sku,
                    legacy_product_id=listing.legacy_product_id,
                )
                for listing in listings
            ],
        ),
    )


def _name(product: Product, variant: Variant) -> str:
    """The name of both, where the variant's is only what tells it from the others."""
    whole, own = product.name or "", variant.name or ""
    if not own or own in whole:
        return whole or variant.sku or str(variant.id)
    return own if whole in own else f"{whole} - {own}"


def _contents(variant: Variant, items: Mapping[int, int | None]) -> list[products.ProductInventoryItem]:
    """The items behind a variant. A component without an item, such as a digital one, is only in the bundle's facts."""
    if variant.bundle_definition:
        return [
            products.ProductInventoryItem(
                inventory_item_id=str(item), sku=text_or_none(part.variant_sku), unit_quantity=part.quantity
            )
            for part in variant.bundle_definition
            if (item := items.get(part.variant_id)) is not None
        ]
    item = variant.inventory.inventory_id if variant.inventory else None
    if item is None:
        return []
    return [products.ProductInventoryItem(inventory_item_id=str(item), sku=text_or_none(variant.sku), unit_quantity=1)]


def item_record(item: Item, level: Level | None, places: Sequence[PlaceLevel]) -> inventory.InventoryItem:
    """An item with its stock. One that ShipBob has no level of was never in stock."""
    onhand = level.total_on_hand_quantity if level else 0
    fulfillable = level.total_fulfillable_quantity if level else 0
    committed, unfulfillable = shares(onhand, level.total_committed_quantity if level else 0, fulfillable)
    kind = item.variant
    return inventory.InventoryItem(
        id=str(item.inventory_id),
        created_date=NO_DATE,
        updated_date=NO_DATE,
        name=item.name or item.sku or str(item.inventory_id),
        sku=text_or_none(item.sku),
        active=kind is None or kind.is_active is not False,
        awaiting=level.total_awaiting_quantity if level else 0,
        onhand=onhand,
        committed=committed,
        unfulfillable=unfulfillable,
        fulfillable=fulfillable,
        sellable=level.total_sellable_quantity if level else 0,
        inventory_by_warehouse_id={str(place.location_id): _place(place) for place in places},
        measurements=measurements(item),
        additional_fields=facts(
            barcode=item.barcode,
            is_lot=item.is_lot or None,
            is_digital=(kind.is_digital or None) if kind else None,
            exception_quantity=level.total_exception_quantity if level else None,
            backordered_quantity=level.total_backordered_quantity if level else None,
            internal_transfer_quantity=level.total_internal_transfer_quantity if level else None,
        ),
    )


def shares(onhand: int, committed: int, fulfillable: int) -> tuple[int, int]:
    """What of the units on hand is committed, and what is not usable.

    The three parts make up what is on hand. More may be promised than is there, and only units that are there count.
    """
    unfulfillable = max(onhand - committed - fulfillable, 0)
    return onhand - fulfillable - unfulfillable, unfulfillable


def _place(place: PlaceLevel) -> inventory.InventoryInWarehouse:
    committed, unfulfillable = shares(place.on_hand_quantity, place.committed_quantity, place.fulfillable_quantity)
    return inventory.InventoryInWarehouse(
        onhand=place.on_hand_quantity,
        committed=committed,
        unfulfillable=unfulfillable,
        fulfillable=place.fulfillable_quantity,
        awaiting=place.awaiting_quantity,
    )


def measurements(item: Item) -> Measurements:
    """Size and weight."""
    size, weight = item.dimensions or Dimensions(), item.weight or Weight()
    sides = (money(size.length), money(size.width), money(size.height))
    return measures.measurements(*sides, size.unit, weight.value, weight.unit)


def warehouse_record(location: Location) -> warehouses.Warehouse:
    return warehouses.Warehouse(
        id=str(location.id),
        created_date=NO_DATE,
        updated_date=NO_DATE,
        name=location.name or location.abbreviation or str(location.id),
        code=text_or_none(location.abbreviation),
        address=_address(location.services or []),
        additional_fields=facts(
            timezone=location.timezone,
            region=location.region.name if location.region else None,
            is_active=location.is_active,
            is_receiving_enabled=location.is_receiving_enabled,
            is_shipping_enabled=location.is_shipping_enabled,
        ),
    )


def _address(services: Sequence[Service]) -> WarehouseAddress:
    """A location has an address for each of its services only."""
    ordered = sorted(services, key=lambda service: service.service_type != RECEIVING)
    found = next((service.address for service in ordered if service.address is not None), None)
    if found is None:
        return WarehouseAddress()
    return WarehouseAddress(
        address1=text_or_none(found.address1),
        address2=text_or_none(found.address2),
        city=text_or_none(found.city),
        state=text_or_none(found.state),
        postal_code=text_or_none(found.zip_code),
        country=text_or_none(found.country),
    )
