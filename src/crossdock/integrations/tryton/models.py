"""Tryton's records as it answers them, and only the fields that are read.

A name that ends in a dot is a related record read along with this one; the list of fields to ask for is made from
these Structs, so there is no second one. SQLite answers booleans as 1 and 0, PostgreSQL as true and false.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta, field, inspect

Flag = bool | int
KIT_MODULE = "product_kit"
LOT_MODULE = "stock_lot"
LOT_EXPIRY_MODULE = "stock_lot_sled"
MEASUREMENTS_MODULE = "product_measurements"
OPTIONAL_MODULES = (KIT_MODULE, LOT_MODULE, LOT_EXPIRY_MODULE, MEASUREMENTS_MODULE)


def of_module(name: str) -> Meta:
    """Marks a field that exists only where the module is activated; asking for it elsewhere is a server error."""
    return Meta(extra={"module": name})


class TrytonMoment(msgspec.Struct, frozen=True):
    """A `datetime`, in UTC."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int

    def utc(self) -> datetime:
        return datetime(self.year, self.month, self.day, self.hour, self.minute, self.second, tzinfo=UTC)


class TrytonDate(msgspec.Struct, frozen=True):
    """A `date`."""

    year: int
    month: int
    day: int

    def date(self) -> date:
        return date(self.year, self.month, self.day)


class TrytonDecimal(msgspec.Struct, frozen=True):
    """A `Decimal`."""

    decimal: Decimal


class TrytonUnit(msgspec.Struct, frozen=True):
    """A unit of measure. `factor` is its size in the reference unit of its category, such as 0.001 for a gram."""

    id: int
    symbol: str
    factor: float
    xml_id: str | None = None


class TrytonIdentifier(msgspec.Struct, frozen=True):
    """Another number of a product, such as its EAN."""

    id: int
    type: str | None
    code: str
    last_modified_at: TrytonMoment


class TrytonComponentProduct(msgspec.Struct, frozen=True):
    """The variant a component is."""

    id: int
    code: str | None
    last_modified_at: TrytonMoment
    default_uom: TrytonUnit = field(name="default_uom.")


class TrytonComponent(msgspec.Struct, frozen=True):
    """A part of a kit: of all variants of its template, or of one where `parent_product` says so."""

    id: int
    quantity: float
    fixed: Flag
    parent_product: int | None
    last_modified_at: TrytonMoment
    product: TrytonComponentProduct = field(name="product.")
    unit: TrytonUnit = field(name="unit.")


class TrytonTemplate(msgspec.Struct, frozen=True):
    """What the variants of a product share."""

    id: int
    name: str
    code: str | None
    active: Flag
    products: list[int]
    last_modified_at: TrytonMoment
    components: Annotated[list[TrytonComponent], of_module(KIT_MODULE)] = field(
        name="components.", default_factory=list
    )


class TrytonProduct(msgspec.Struct, frozen=True):
    """A variant, which is what stock is kept of."""

    id: int
    code: str | None
    type: str
    active: Flag
    create_date: TrytonMoment
    last_modified_at: TrytonMoment
    list_price_used: TrytonDecimal | None
    cost_price: TrytonDecimal | None
    template: TrytonTemplate = field(name="template.")
    default_uom: TrytonUnit = field(name="default_uom.")
    identifiers: list[TrytonIdentifier] = field(name="identifiers.")
    components: Annotated[list[TrytonComponent], of_module(KIT_MODULE)] = field(
        name="components.", default_factory=list
    )
    lot_required: Annotated[list[str] | None, of_module(LOT_MODULE)] = None
    length: Annotated[float | None, of_module(MEASUREMENTS_MODULE)] = None
    width: Annotated[float | None, of_module(MEASUREMENTS_MODULE)] = None
    height: Annotated[float | None, of_module(MEASUREMENTS_MODULE)] = None
    weight: Annotated[float | None, of_module(MEASUREMENTS_MODULE)] = None
    length_uom: Annotated[TrytonUnit | None, of_module(MEASUREMENTS_MODULE)] = field(name="length_uom.", default=None)
    width_uom: Annotated[TrytonUnit | None, of_module(MEASUREMENTS_MODULE)] = field(name="width_uom.", default=None)
    height_uom: Annotated[TrytonUnit | None, of_module(MEASUREMENTS_MODULE)] = field(name="height_uom.", default=None)
    weight_uom: Annotated[TrytonUnit | None, of_module(MEASUREMENTS_MODULE)] = field(name="weight_uom.", default=None)

    @property
    def parts(self) -> list[TrytonComponent]:
        """What the kit is made of: the variant's own components replace those of the template."""
        return self.components or [part for part in self.template.components if part.parent_product is None]


class TrytonName(msgspec.Struct, frozen=True):
    """A related record of which only the name is read."""

    id: int
    name: str


class TrytonAddress(msgspec.Struct, frozen=True):
    """A postal address; `street` has several lines."""

    id: int
    street: str | None
    city: str | None
    postal_code: str | None
    last_modified_at: TrytonMoment
    country: TrytonName | None = field(name="country.")
    subdivision: TrytonName | None = field(name="subdivision.")


class TrytonLocation(msgspec.Struct, frozen=True):
    """A node of the tree of places: a warehouse, a storage location below one, or a view that groups locations."""

    id: int
    name: str
    code: str | None
    type: str
    parent: int | None
    active: Flag
    create_date: TrytonMoment
    last_modified_at: TrytonMoment
    input_location: int | None
    storage_location: int | None
    picking_location: int | None


class TrytonWarehouse(TrytonLocation, frozen=True):
    """A location of type warehouse, with where it stands."""

    address: TrytonAddress | None = field(name="address.")


class TrytonQuantity(msgspec.Struct, frozen=True):
    """The stock of a product or a location, whichever was asked for in the context of the other."""

    id: int
    quantity: float


class TrytonMove(msgspec.Struct, frozen=True):
    """A movement of stock. `internal_quantity` is in the product's default unit."""

    id: int
    product: int
    internal_quantity: float
    from_location: int
    to_location: int
    last_modified_at: TrytonMoment


class TrytonLot(msgspec.Struct, frozen=True):
    """A batch. Past `shelf_life_expiration_date` Tryton refuses to ship it."""

    id: int
    product: int
    number: str
    expiration_date: Annotated[TrytonDate | None, of_module(LOT_EXPIRY_MODULE)] = None
    shelf_life_expiration_date: Annotated[TrytonDate | None, of_module(LOT_EXPIRY_MODULE)] = None


class TrytonLotQuantity(TrytonLot, frozen=True, kw_only=True):
    """A batch with its stock in the place asked about."""

    quantity: float


class TrytonRow(msgspec.Struct, frozen=True):
    """Any record of which only the id matters."""

    id: int


class TrytonProductOf(msgspec.Struct, frozen=True):
    """A record of which only its product matters."""

    id: int
    product: int


class TrytonModule(msgspec.Struct, frozen=True):
    """A module of the database."""

    id: int
    name: str


class TrytonPreferences(msgspec.Struct, frozen=True):
    """Whom the key acts for. Without a company Tryton answers every stock as zero."""

    language: str | None = None
    company: int | None = None
    company_name: str | None = field(name="company.rec_name", default=None)


class TrytonInventory(msgspec.Struct, frozen=True):
    """The document of a stock count; `lines` are the ids of its lines."""

    id: int
    state: str
    lines: list[int]


class TrytonNote(msgspec.Struct, frozen=True):
    """A note on another record; `resource` is its model and id."""

    id: int
    resource: str


class NewInventoryLine(msgspec.Struct, frozen=True):
    """A line of a count just begun, with the stock that Tryton believes to be there."""

    id: int
    expected_quantity: float


class NewInventory(msgspec.Struct, frozen=True):
    """A count just begun."""

    id: int
    lines: list[NewInventoryLine]


class NewTemplate(msgspec.Struct, frozen=True):
    """A template just made; `products` are the ids of its variants."""

    id: int
    products: list[int]


def fields_of(kind: type[msgspec.Struct], modules: frozenset[str]) -> list[str]:
    """The names to ask Tryton for to fill a Struct, with dots for fields of related records."""
    return sorted(_names(inspect.type_info(kind), modules, ""))


def _names(kind: inspect.Type, modules: frozenset[str], prefix: str) -> Iterator[str]:
    if not isinstance(kind, inspect.StructType):
        raise TypeError(f"{kind!r} is no record")
    for item in kind.fields:
        inner, module = _unwrapped(item.type)
        if module is not None and module not in modules:
            continue
        if item.encode_name.endswith("."):
            yield from _names(inner, modules, prefix + item.encode_name)
        elif item.encode_name != "id":
            yield prefix + item.encode_name


def _unwrapped(kind: inspect.Type) -> tuple[Any, str | None]:
    """The record type inside an optional, a list or a mark, and the module the mark names."""
    module = None
    while True:
        if isinstance(kind, inspect.Metadata):
            module = (kind.extra or {}).get("module", module)
            kind = kind.type
        elif isinstance(kind, inspect.ListType):
            kind = kind.item_type
        elif isinstance(kind, inspect.UnionType):
            kind = next(item for item in kind.types if not isinstance(item, inspect.NoneType))
        else:
            return kind, module
