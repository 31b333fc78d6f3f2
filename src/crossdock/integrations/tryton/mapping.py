"""Tryton's records as ours. What each number is made of stands in the README beside this file."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from crossdock.contract.records import Measurements, WarehouseAddress
from crossdock.contract.values import LengthUnit, WeightUnit, plain_decimal
from crossdock.contract.wms.inventory import InventoryInWarehouse, InventoryItem, Lot, StockLocation
from crossdock.contract.wms.products import Product, ProductInventoryItem
from crossdock.contract.wms.warehouses import Warehouse, WarehouseLocation
from crossdock.integrations.kit.mapping import money, text_or_none
from crossdock.integrations.tryton.models import (
    TrytonAddress,
    TrytonComponent,
    TrytonDecimal,
    TrytonIdentifier,
    TrytonLocation,
    TrytonLot,
    TrytonMoment,
    TrytonMove,
    TrytonProduct,
    TrytonUnit,
    TrytonWarehouse,
)

GTIN_TYPES = ("ean", "isbn")
"""Kinds of identifier that are global trade item numbers, the preferred one first."""
LENGTH_UNITS: Mapping[str | None, LengthUnit] = {"product.uom_centimeter": "cm", "product.uom_inch": "in"}
WEIGHT_UNITS: Mapping[str | None, WeightUnit] = {
    "product.uom_kilogram": "kg",
    "product.uom_ounce": "oz",
    "product.uom_pound": "lb",
}
CENTIMETRES_PER_METRE = 100
LARGEST_ID = 2**31 - 1
NO_RECORD = -1
DIGITS = 6
"""Tryton keeps quantities as binary floats; more decimal places than these are noise."""


@dataclass(frozen=True)
class LotStock:
    """The stock of a batch in one warehouse, and how much of it still lies in the receiving zone."""

    lot: TrytonLot
    warehouse: int
    onhand: float
    receiving: float


@dataclass(frozen=True)
class Stock:
    """Everything that is known of the stock of one product. Quantities are in its default unit."""

    by_location: Mapping[int, float]
    open_moves: Sequence[TrytonMove] = ()
    lots: Sequence[LotStock] = ()
    touched: TrytonMoment | None = None
    """When its latest finished or cancelled move was last changed."""


class Layout:
    """The warehouses and the places in them."""

    def __init__(self, locations: Iterable[TrytonLocation]) -> None:
        self.locations = {location.id: location for location in locations}
        self.warehouse_of = {
            number: warehouse for number in self.locations if (warehouse := self._warehouse_above(number)) is not None
        }
        self.receiving = {
            number for number, warehouse in self.warehouse_of.items() if self._is_receiving(number, warehouse)
        }

    @property
    def warehouses(self) -> list[int]:
        """Ids of the warehouses."""
        return [number for number, location in self.locations.items() if location.type == "warehouse"]

    @property
    def storage(self) -> list[int]:
        """Ids of the places in warehouses that can hold stock."""
        return [number for number in self.warehouse_of if self.locations[number].type == "storage"]

    def _path(self, number: int) -> list[int]:
        """The place and everything above it, as far as it is known, upwards."""
        path: list[int] = []
        above: int | None = number
        while above is not None and above in self.locations and above not in path:
            path.append(above)
            above = self.locations[above].parent
        return path

    def _warehouse_above(self, number: int) -> int | None:
        return next((above for above in self._path(number) if self.locations[above].type == "warehouse"), None)

    def _is_receiving(self, number: int, warehouse: int) -> bool:
        """Whether stock there has arrived but was not put away. A warehouse may receive straight into its storage."""
        zones = self.locations[warehouse]
        if zones.input_location == zones.storage_location:
            return False
        nearest = next((above for above in self._path(number) if above in _zones(zones)), None)
        return nearest == zones.input_location


def _zones(warehouse: TrytonLocation) -> set[int | None]:
    return {warehouse.input_location, warehouse.storage_location}


@dataclass
class _Counts:
    """Quantities of one product in one warehouse, before they are whole units."""

    onhand: float = 0
    receiving: float = 0
    expired: float = 0
    outgoing: float = 0
    incoming: float = 0
    places: list[StockLocation] = field(default_factory=list)

    @property
    def backordered(self) -> int:
        """Units promised beyond those that can be shipped."""
        return max(0, ceil_units(self.outgoing) - self._available())

    @property
    def nothing(self) -> bool:
        return not (self.onhand or self.outgoing or self.incoming or self.places)

    def _unfulfillable(self) -> int:
        return min(ceil_units(self.receiving + self.expired), max(0, floor_units(self.onhand)))

    def _available(self) -> int:
        return max(0, floor_units(self.onhand) - self._unfulfillable())

    def in_warehouse(self) -> InventoryInWarehouse:
        """The parts of what is on hand: orders take only what is there, so that the parts add up."""
        onhand = floor_units(self.onhand)
        unfulfillable = self._unfulfillable()
        committed = min(ceil_units(self.outgoing), self._available())
        fulfillable = onhand - unfulfillable - committed
        return InventoryInWarehouse(
            onhand=onhand,
            committed=committed,
            unfulfillable=unfulfillable,
            fulfillable=fulfillable,
            sellable=fulfillable,
            unsellable=0,
            awaiting=floor_units(self.incoming),
        )


def record_id(text: str) -> int:
    """A text as a Tryton id; one that cannot be an id becomes one that no record has."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_ID)) else NO_RECORD
    return number if number <= LARGEST_ID else NO_RECORD


def floor_units(quantity: float) -> int:
    """Whole units in stock; a broken unit cannot be promised to anyone."""
    return math.floor(round(quantity, DIGITS))


def ceil_units(quantity: float) -> int:
    """Whole units taken; a broken unit takes a whole one."""
    return math.ceil(round(quantity, DIGITS))


def latest(*moments: TrytonMoment | None) -> datetime:
    """The latest of several moments of which at least one is known."""
    return max(moment.utc() for moment in moments if moment is not None)


def is_active(product: TrytonProduct) -> bool:
    """Deactivating a template leaves its variants marked as active."""
    return bool(product.active) and bool(product.template.active)


def gtin_of(product: TrytonProduct) -> TrytonIdentifier | None:
    """The identifier that is a global trade item number, if there is one."""
    for kind in GTIN_TYPES:
        for identifier in product.identifiers:
            if identifier.type == kind:
                return identifier
    return None


def amount(value: TrytonDecimal | None) -> Decimal | None:
    """An amount of money."""
    return None if value is None else money(value.decimal)


def per_kit(part: TrytonComponent) -> float:
    """The quantity of a component in the default unit of its product, in which its stock is kept."""
    return round(part.quantity * part.unit.factor / part.product.default_uom.factor, DIGITS)


def product(row: TrytonProduct, url: str) -> Product:
    """A variant as a product. One that is no kit is made of its own inventory item."""
    is_kit = row.type == "kit"
    parts = row.parts if is_kit else []
    if is_kit:
        items = [
            ProductInventoryItem(
                inventory_item_id=str(part.product.id),
                sku=text_or_none(part.product.code),
                unit_quantity=ceil_units(per_kit(part)),
            )
            for part in parts
        ]
    else:
        items = [ProductInventoryItem(inventory_item_id=str(row.id), sku=text_or_none(row.code), unit_quantity=1)]
    identifier = gtin_of(row)
    return Product(
        id=str(row.id),
        created_date=row.create_date.utc(),
        updated_date=latest(
            row.last_modified_at,
            row.template.last_modified_at,
            *(item.last_modified_at for item in row.identifiers),
            *(part.last_modified_at for part in parts),
            *(part.product.last_modified_at for part in parts),
        ),
        name=row.template.name,
        sku=text_or_none(row.code),
        gtin=None if identifier is None else identifier.code,
        unit_price=amount(row.list_price_used),
        inventory_items=items,
        is_kit=is_kit,
        active=is_active(row),
        external_system_url=url,
        additional_fields=_facts(row) | _inexact_parts(parts),
    )


def _facts(row: TrytonProduct) -> dict[str, Any]:
    return {"template_id": str(row.template.id), "unit": row.default_uom.symbol}


def _inexact_parts(parts: Sequence[TrytonComponent]) -> dict[str, Any]:
    """Components whose quantity is no whole number, or is the same however many kits are made."""
    exact = {str(part.product.id): per_kit(part) for part in parts if per_kit(part) != int(per_kit(part))}
    fixed = [str(part.product.id) for part in parts if part.fixed]
    return ({"exact_unit_quantities": exact} if exact else {}) | ({"fixed_components": fixed} if fixed else {})


def measurements(row: TrytonProduct) -> Measurements:
    """Size and weight. Units that the contract does not know become centimetres and kilograms."""
    lengths = [(row.length, row.length_uom), (row.width, row.width_uom), (row.height, row.height_uom)]
    given = [unit for value, unit in lengths if value is not None and unit is not None]
    names = {LENGTH_UNITS.get(unit.xml_id) for unit in given}
    kept = names.pop() if len(names) == 1 else None
    unit: LengthUnit | None = (kept or "cm") if given else None
    length, width, height = (_length(value, of, kept) for value, of in lengths)
    weight, weight_unit = _weight(row.weight, row.weight_uom)
    return Measurements(length=length, width=width, height=height, unit=unit, weight=weight, weight_unit=weight_unit)


def _length(value: float | None, unit: TrytonUnit | None, kept: LengthUnit | None) -> Decimal | None:
    if value is None or unit is None:
        return None
    return _rounded(value if kept else value * unit.factor * CENTIMETRES_PER_METRE)


def _weight(value: float | None, unit: TrytonUnit | None) -> tuple[Decimal | None, WeightUnit | None]:
    if value is None or unit is None:
        return None, None
    known = WEIGHT_UNITS.get(unit.xml_id)
    return (_rounded(value), known) if known else (_rounded(value * unit.factor), "kg")


def _rounded(value: float) -> Decimal:
    return plain_decimal(Decimal(str(round(value, DIGITS))).normalize())


def inventory_item(row: TrytonProduct, stock: Stock, layout: Layout, today: date, url: str) -> InventoryItem:
    """The stock of a variant, in whole units by warehouse; the totals are the sums of the warehouses."""
    counts = _counts(row, stock, layout, today)
    warehouses = {str(number): found.in_warehouse() for number, found in sorted(counts.items()) if not found.nothing}

    def total(name: str) -> int:
        return sum(getattr(place, name) for place in warehouses.values())

    moves = [move.last_modified_at for move in stock.open_moves]
    return InventoryItem(
        id=str(row.id),
        created_date=row.create_date.utc(),
        updated_date=latest(row.last_modified_at, row.template.last_modified_at, stock.touched, *moves),
        name=row.template.name,
        sku=text_or_none(row.code),
        unit_cost=amount(row.cost_price),
        active=is_active(row),
        awaiting=total("awaiting"),
        onhand=total("onhand"),
        committed=total("committed"),
        unfulfillable=total("unfulfillable"),
        fulfillable=total("fulfillable"),
        sellable=total("sellable"),
        unsellable=0,
        inventory_by_warehouse_id=warehouses,
        lots=[_lot(found) for found in stock.lots],
        locations=[place for _, found in sorted(counts.items()) for place in found.places],
        measurements=measurements(row),
        external_system_url=url,
        additional_fields=_facts(row) | _stock_facts(stock, counts),
    )


def _counts(row: TrytonProduct, stock: Stock, layout: Layout, today: date) -> dict[int, _Counts]:
    counts: dict[int, _Counts] = {number: _Counts() for number in layout.warehouses}
    for place, quantity in sorted(stock.by_location.items()):
        warehouse = layout.warehouse_of.get(place)
        if warehouse is None:
            continue
        found = counts[warehouse]
        found.onhand += quantity
        if place in layout.receiving:
            found.receiving += quantity
        found.places.append(
            StockLocation(location_id=str(place), quantity=floor_units(quantity), warehouse_id=str(warehouse))
        )
    for move in stock.open_moves:
        origin = layout.warehouse_of.get(move.from_location)
        target = layout.warehouse_of.get(move.to_location)
        if origin == target:
            continue
        if origin is not None:
            counts[origin].outgoing += move.internal_quantity
        if target is not None:
            counts[target].incoming += move.internal_quantity
    for batch in stock.lots:
        limit = batch.lot.shelf_life_expiration_date
        if limit is not None and limit.date() < today:
            counts[batch.warehouse].expired += batch.onhand - batch.receiving
    return counts


def _lot(found: LotStock) -> Lot:
    expires = found.lot.expiration_date or found.lot.shelf_life_expiration_date
    return Lot(
        lot_id=str(found.lot.id),
        onhand=floor_units(found.onhand),
        expiration_date=None if expires is None else datetime.combine(expires.date(), time(), UTC),
        warehouse_id=str(found.warehouse),
    )


def _stock_facts(stock: Stock, counts: Mapping[int, _Counts]) -> dict[str, Any]:
    """What whole units and fixed fields cannot say."""
    facts: dict[str, Any] = {}
    if stock.lots:
        facts["lot_numbers"] = {str(found.lot.id): found.lot.number for found in stock.lots}
    short = {str(number): found.backordered for number, found in sorted(counts.items()) if found.backordered}
    if short:
        facts["backordered_by_warehouse_id"] = short
    broken = {
        str(place): round(quantity, DIGITS)
        for place, quantity in sorted(stock.by_location.items())
        if round(quantity, DIGITS) != floor_units(quantity)
    }
    if broken:
        facts["exact_quantity_by_location_id"] = broken
    return facts


def warehouse(row: TrytonWarehouse) -> Warehouse:
    """A location of type warehouse."""
    address = row.address
    return Warehouse(
        id=str(row.id),
        created_date=row.create_date.utc(),
        updated_date=latest(row.last_modified_at, None if address is None else address.last_modified_at),
        name=row.name,
        code=text_or_none(row.code),
        address=WarehouseAddress() if address is None else _address(address),
        additional_fields={"active": bool(row.active)},
    )


def _address(row: TrytonAddress) -> WarehouseAddress:
    lines: list[str | None] = [line.strip() for line in (row.street or "").splitlines() if line.strip()]
    # A street of more than three lines keeps them all, the last ones joined.
    if len(lines) > 3:
        lines = [*lines[:2], ", ".join(str(line) for line in lines[2:])]
    first, second, third = [*lines, None, None, None][:3]
    return WarehouseAddress(
        address1=first,
        address2=second,
        address3=third,
        city=text_or_none(row.city),
        state=None if row.subdivision is None else row.subdivision.name,
        postal_code=text_or_none(row.postal_code),
        country=None if row.country is None else row.country.name,
    )


def warehouse_location(row: TrytonLocation, warehouse_id: int) -> WarehouseLocation:
    """A place below a warehouse; of type `view` when it only groups others."""
    return WarehouseLocation(
        id=str(row.id),
        created_date=row.create_date.utc(),
        updated_date=row.last_modified_at.utc(),
        name=row.name,
        warehouse_id=str(warehouse_id),
        type=row.type,
        additional_fields={"code": row.code, "active": bool(row.active)},
    )
