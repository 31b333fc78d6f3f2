"""From ShipHero's shapes to warehouse records: goods and places. No I/O."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from crossdock.contract.errors import UnexpectedShape
from crossdock.contract.records import Measurements, WarehouseAddress
from crossdock.contract.values import LengthUnit, WeightUnit
from crossdock.contract.wms import customers, inventory, ledger, products, warehouses
from crossdock.contract.wms.ledger import LedgerEventType
from crossdock.integrations.kit import mapping as kit
from crossdock.integrations.kit import measures
from crossdock.integrations.kit.mapping import NO_DATE, text_or_none
from crossdock.integrations.shiphero import client
from crossdock.integrations.shiphero.models import (
    Address,
    Customer,
    Dimensions,
    Location,
    ProductHead,
    ShipHeroProduct,
    Stock,
    StockChange,
    StockedProduct,
    Warehouse,
    WarehouseProduct,
)

T = TypeVar("T")
CLOSED_INBOUNDS = frozenset({"closed", "canceled", "cancelled"})
"""Statuses of purchase orders that bring nothing any more."""
REASONS: tuple[tuple[str, LedgerEventType], ...] = (
    ("return", "return_receipt"),
    ("purchase order", "inbound_receipt"),
    ("shipment", "order_shipment"),
    ("shipped", "order_shipment"),
    ("order", "order_shipment"),
    ("transfer", "movement"),
    ("moved", "movement"),
    ("cycle count", "adjustment"),
    ("adjust", "adjustment"),
)
"""Words in the text that ShipHero writes to a change of stock; the first that fits counts."""


@dataclass(frozen=True)
class Units:
    """What an account measures in."""

    length: LengthUnit
    weight: WeightUnit


def when(value: str) -> datetime:
    """A time of the API."""
    return kit.moment(value, client.ZONE)


def when_or_none(value: str | None) -> datetime | None:
    return when(value) if value else None


def latest(*values: str | None) -> datetime:
    """The latest of some times, of which at least one is there."""
    return max(when(value) for value in values if value)


def amount(value: str | None) -> Decimal | None:
    """An amount; an empty text is none."""
    return kit.money(value) if value else None


def page_of(kind: str, number: int | None) -> str | None:
    """Where people see a record."""
    return None if number is None else f"{client.PAGES}/{kind}/details/{number}"


def facts(**values: Any) -> dict[str, Any]:
    """Facts without a field of their own; those that are not there are left out."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def measurements(found: Dimensions | None, units: Units) -> Measurements:
    """Sizes in the units of the account; zero is how ShipHero says that nobody measured."""
    if found is None:
        return Measurements()
    length, width, height, weight = (
        amount(value) or None for value in (found.length, found.width, found.height, found.weight)
    )
    return measures.measurements(length, width, height, units.length, weight, units.weight)


def place(address: Address | None) -> WarehouseAddress:
    if address is None:
        return WarehouseAddress()
    return WarehouseAddress(
        address1=text_or_none(address.address1),
        address2=text_or_none(address.address2),
        city=text_or_none(address.city),
        state=text_or_none(address.state),
        postal_code=text_or_none(address.zip),
        country=text_or_none(address.country),
    )


def name_of(product: ProductHead) -> str:
    return product.name or product.sku or product.id


def warehouse_record(found: Warehouse) -> warehouses.Warehouse:
    return warehouses.Warehouse(
        id=found.id,
        created_date=NO_DATE,
        updated_date=NO_DATE,
        name=found.company_alias or found.company_name or found.identifier or found.id,
        code=text_or_none(found.identifier),
        address=place(found.address),
        additional_fields=facts(legacy_id=found.legacy_id, profile=found.profile),
    )


def location_record(found: Location, units: Units) -> warehouses.WarehouseLocation:
    made = when_or_none(found.created_at) or NO_DATE
    return warehouses.WarehouseLocation(
        id=found.id,
        created_date=made,
        updated_date=made,
        name=text_or_none(found.name),
        warehouse_id=found.warehouse_id,
        type=found.type.name if found.type else None,
        measurements=measurements(found.dimensions, units),
        additional_fields=facts(
            legacy_id=found.legacy_id,
            zone=found.zone,
            pickable=found.pickable,
            sellable=found.sellable,
            is_cart=found.is_cart,
            last_counted=found.last_counted,
        ),
    )


def customer_record(found: Customer) -> customers.WarehouseCustomer:
    return customers.WarehouseCustomer(
        id=found.id,
        created_date=NO_DATE,
        updated_date=NO_DATE,
        name=found.username or found.email or found.id,
        additional_fields=facts(legacy_id=found.legacy_id, email=found.email, status=found.status),
    )


def first(values: Iterable[T | None]) -> T | None:
    """The first value that is there."""
    return next((value for value in values if value is not None), None)


def is_active(stocks: Iterable[WarehouseProduct]) -> bool:
    """In use while any warehouse uses it; ShipHero keeps that by warehouse."""
    told = [stock.active for stock in stocks if stock.active is not None]
    return any(told) if told else True


def product_record(found: ShipHeroProduct) -> products.Product:
    stocks = found.warehouse_products or []
    prices = {stock.warehouse_id: price for stock in stocks if (price := amount(stock.price)) is not None}
    return products.Product(
        id=found.id,
        warehouse_customer_id=found.account_id,
        created_date=when(found.created_at),
        updated_date=latest(found.created_at, found.updated_at),
        name=name_of(found),
        sku=text_or_none(found.sku),
        gtin=text_or_none(found.barcode),
        unit_price=first(prices.values()),
        inventory_items=_inventory_items(found),
        is_kit=bool(found.kit),
        active=is_active(stocks),
        country_of_origin=text_or_none(found.country_of_manufacture),
        harmonized_code=text_or_none(found.tariff_code),
        external_system_url=page_of("products", found.legacy_id),
        additional_fields=facts(
            legacy_id=found.legacy_id,
            kit_build=found.kit_build,
            tags=found.tags,
            images=[image.src for image in found.images or [] if image.src],
            prices_by_warehouse_id={key: str(value) for key, value in prices.items()} or None,
            vendors=[
                facts(vendor_id=item.vendor_id, vendor_sku=item.vendor_sku, price=item.price)
                for item in found.vendors or []
            ],
        ),
    )


def _inventory_items(found: ShipHeroProduct) -> list[products.ProductInventoryItem]:
    """A product is its own item; a kit is made of others, which are named by SKU."""
    if not found.kit:
        return [products.ProductInventoryItem(inventory_item_id=found.id, sku=text_or_none(found.sku), unit_quantity=1)]
    ids = {item.sku: item.id for item in found.components or []}
    return [
        products.ProductInventoryItem(
            inventory_item_id=ids.get(item.sku, item.id), sku=text_or_none(item.sku), unit_quantity=item.quantity or 1
        )
        for item in found.kit_components or []
    ]


def awaiting(stock: Stock) -> int:
    """Units on purchase orders that are still to come."""
    left = 0
    for item in stock.inbounds.nodes:
        if (item.status or "").lower() not in CLOSED_INBOUNDS:
            gone = (item.quantity_received or 0) + (item.quantity_rejected or 0)
            left += max(0, (item.quantity or 0) - gone)
    return left


def stock_in(stock: Stock) -> inventory.InventoryInWarehouse:
    """What lies in a warehouse: promised, not for sale, and the rest."""
    onhand, committed, unusable = stock.on_hand or 0, stock.allocated or 0, stock.non_sellable_quantity or 0
    return inventory.InventoryInWarehouse(
        onhand=onhand,
        committed=committed,
        unfulfillable=unusable,
        fulfillable=onhand - committed - unusable,
        sellable=max(0, (stock.available or 0) - (stock.reserve_inventory or 0)),
        awaiting=awaiting(stock),
    )


def inventory_record(found: StockedProduct, units: Units) -> inventory.InventoryItem:
    stocks = found.warehouse_products or []
    by_warehouse = {stock.warehouse_id: stock_in(stock) for stock in stocks}
    parts = list(by_warehouse.values())
    return inventory.InventoryItem(
        id=found.id,
        warehouse_customer_id=found.account_id,
        created_date=when(found.created_at),
        updated_date=latest(found.created_at, found.updated_at, *(stock.updated_at for stock in stocks)),
        name=name_of(found),
        sku=text_or_none(found.sku),
        unit_cost=first(amount(stock.value) for stock in stocks),
        active=is_active(stocks),
        awaiting=sum(part.awaiting or 0 for part in parts),
        onhand=sum(part.onhand for part in parts),
        committed=sum(part.committed or 0 for part in parts),
        unfulfillable=sum(part.unfulfillable or 0 for part in parts),
        fulfillable=sum(part.fulfillable or 0 for part in parts),
        sellable=sum(part.sellable or 0 for part in parts),
        inventory_by_warehouse_id=by_warehouse,
        lots=_lots(stocks),
        measurements=measurements(found.dimensions, units),
        locations=[
            inventory.StockLocation(
                location_id=item.location_id, quantity=item.quantity or 0, warehouse_id=stock.warehouse_id
            )
            for stock in stocks
            for item in stock.locations.nodes
            if item.location_id
        ],
        external_system_url=page_of("products", found.legacy_id),
        additional_fields=facts(
            legacy_id=found.legacy_id,
            backorder_by_warehouse_id={stock.warehouse_id: stock.backorder for stock in stocks if stock.backorder}
            or None,
        ),
    )


def _lots(stocks: Iterable[Stock]) -> list[inventory.Lot]:
    """Batches, each with what lies of it in a warehouse."""
    held: dict[tuple[str, str], int] = {}
    ends: dict[str, str | None] = {}
    for stock in stocks:
        for item in stock.locations.nodes:
            if item.expiration_lot is not None:
                key = (item.expiration_lot.id, stock.warehouse_id)
                held[key] = held.get(key, 0) + (item.quantity or 0)
                ends[item.expiration_lot.id] = item.expiration_lot.expires_at
    return [
        inventory.Lot(lot_id=lot, onhand=units, expiration_date=when_or_none(ends[lot]), warehouse_id=warehouse)
        for (lot, warehouse), units in held.items()
    ]


def event_type(reason: str | None) -> LedgerEventType:
    """What kind of change a text tells of."""
    words = (reason or "").lower()
    return next((kind for word, kind in REASONS if word in words), "other")


def ledger_id(found: StockChange) -> str:
    """ShipHero gives a change of stock no id, so what cannot be twice the same makes one."""
    parts = (
        found.created_at,
        found.account_id,
        found.sku,
        found.warehouse_id,
        found.location_id,
        found.previous_on_hand,
        found.change_in_on_hand,
        found.reason,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def ledger_record(found: StockChange) -> ledger.InventoryLedgerEntry:
    """A change of stock."""
    if found.product is None:
        raise UnexpectedShape(f"{client.NAME} lists a change of stock of no product")
    made = when(found.created_at)
    return ledger.InventoryLedgerEntry(
        id=ledger_id(found),
        warehouse_customer_id=found.account_id,
        created_date=made,
        updated_date=made,
        entry_date=made,
        inventory_item_id=found.product.id,
        sku=text_or_none(found.sku),
        quantity=found.change_in_on_hand or 0,
        event_type="adjustment" if found.cycle_counted else event_type(found.reason),
        reason=text_or_none(found.reason),
        warehouse_id=found.warehouse_id,
        location_id=found.location_id,
        additional_fields=facts(
            previous_on_hand=found.previous_on_hand, user_id=found.user_id, cycle_counted=found.cycle_counted
        ),
    )
