"""Extensiv's shapes of customers, goods, places and stock; only fields that are read. Quantities have decimals."""

from __future__ import annotations

from decimal import Decimal

import msgspec
from msgspec import field

ZERO = Decimal(0)


class Shape(msgspec.Struct, kw_only=True, frozen=True, rename="camel"):
    """A part of an answer."""


class Envelope(Shape, kw_only=True, frozen=True):
    """A list. What is embedded stands under the name of its relation."""

    total_results: int = 0
    embedded: dict[str, msgspec.Raw] | None = field(name="_embedded", default=None)


class Identifier(Shape, kw_only=True, frozen=True):
    id: int
    name: str | None = None


class ItemIdentifier(Shape, kw_only=True, frozen=True):
    id: int | None = None
    sku: str | None = None


class CompanyInfo(Shape, kw_only=True, frozen=True):
    company_name: str | None = None
    name: str | None = None
    email_address: str | None = None
    phone_number: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None


class CustomerFacts(Shape, kw_only=True, frozen=True):
    customer_id: int
    creation_date: str | None = None
    deactivated: bool | None = None


class Customer(Shape, kw_only=True, frozen=True):
    read_only: CustomerFacts
    company_info: CompanyInfo | None = None
    external_id: str | None = None
    facilities: list[Identifier] | None = None


class Size(Shape, kw_only=True, frozen=True):
    """A size: imperial ones in inches and pounds."""

    length: Decimal | None = None
    width: Decimal | None = None
    height: Decimal | None = None
    weight: Decimal | None = None


class InventoryUnit(Shape, kw_only=True, frozen=True):
    unit_identifier: Identifier | None = None
    imperial: Size | None = None


class PackageUnit(Shape, kw_only=True, frozen=True):
    unit_identifier: Identifier | None = None
    inventory_units_per_unit: Decimal | None = None
    imperial: Size | None = None


class ItemOptions(Shape, kw_only=True, frozen=True):
    inventory_unit: InventoryUnit | None = None
    package_unit: PackageUnit | None = None


class KitComponent(Shape, kw_only=True, frozen=True):
    item_identifier: ItemIdentifier | None = None
    qty: Decimal | None = None
    non_sku_material: str | None = None


class Kit(Shape, kw_only=True, frozen=True):
    components: list[KitComponent] | None = None


class ItemFacts(Shape, kw_only=True, frozen=True):
    customer_identifier: Identifier | None = None
    creation_date: str | None = None
    last_modified_date: str | None = None
    deactivated: bool | None = None


class Item(Shape, kw_only=True, frozen=True):
    """A good of a customer."""

    item_id: int
    read_only: ItemFacts
    sku: str | None = None
    upc: str | None = None
    description: str | None = None
    description2: str | None = None
    inventory_category: str | None = None
    classification_identifier: Identifier | None = None
    nmfc: str | None = None
    account_ref: str | None = None
    cost: Decimal | None = None
    price: Decimal | None = None
    country_of_manufacture: str | None = None
    harmonized_code: str | None = None
    kit: Kit | None = None
    options: ItemOptions | None = None


class Contact(Shape, kw_only=True, frozen=True):
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None


class Facility(Shape, kw_only=True, frozen=True):
    facility_id: int
    name: str | None = None
    code: str | None = None
    deactivated: bool | None = None
    time_zone_name: str | None = None
    contact: Contact | None = None


class Location(Shape, kw_only=True, frozen=True):
    location_id: int
    name: str | None = None
    field1: str | None = None
    field2: str | None = None
    field3: str | None = None
    field4: str | None = None
    description: str | None = None
    facility_identifier: Identifier | None = None
    location_type_identifier: Identifier | None = None
    deactivated: bool | None = None
    has_inventory: bool | None = None
    quarantinable: bool | None = None
    non_pickable: bool | None = None


class ShipmentService(Shape, kw_only=True, frozen=True):
    code: str | None = None
    description: str | None = None
    deactivated: bool | None = None


class Carrier(Shape, kw_only=True, frozen=True):
    name: str | None = None
    display_name: str | None = None
    carrier_code: str | None = None
    scac_code: str | None = None
    description: str | None = None
    deactivated: bool | None = None
    shipment_services: list[ShipmentService] | None = None


class Carriers(Shape, kw_only=True, frozen=True):
    """The carriers; documentation has them embedded, a public client in a list of their own."""

    embedded: dict[str, list[Carrier]] | None = field(name="_embedded", default=None)
    resource_list: list[Carrier] | None = None

    @property
    def all(self) -> list[Carrier]:
        return [item for part in (self.embedded or {}).values() for item in part] or self.resource_list or []


class StockSummary(Shape, kw_only=True, frozen=True):
    """An item in a facility. What is allocated counts what was shipped as well, so it says nothing of the present."""

    item_identifier: ItemIdentifier
    qualifier: str | None = None
    facility_id: int
    total_received: Decimal = ZERO
    available: Decimal = ZERO
    on_hold: Decimal = ZERO
    on_hand: Decimal = ZERO
    ordered_not_allocated: Decimal | None = None


class StockSummaries(Shape, kw_only=True, frozen=True):
    total_results: int = 0
    summaries: list[StockSummary] = []


class LocationKey(Shape, kw_only=True, frozen=True):
    name: str | None = None


class LocationIdentifier(Shape, kw_only=True, frozen=True):
    id: int | None = None
    name_key: LocationKey | None = None


class StockDetail(Shape, kw_only=True, frozen=True):
    """What is left of a line that was received."""

    receive_item_id: int
    item_identifier: ItemIdentifier
    on_hand: Decimal = ZERO
    available: Decimal = ZERO
    is_on_hold: bool | None = None
    quarantined: bool | None = None
    lot_number: str | None = None
    serial_number: str | None = None
    expiration_date: str | None = None
    received_date: str | None = None
    location_identifier: LocationIdentifier | None = None


class AdjustmentFacts(Shape, kw_only=True, frozen=True):
    adjustment_id: int
    process_date: str | None = None
    creation_date: str | None = None
    last_modified_date: str | None = None
    status: int | None = None
    sub_type: int | None = None
    customer_identifier: Identifier | None = None
    facility_identifier: Identifier | None = None


class AdjustmentItem(Shape, kw_only=True, frozen=True):
    """Units that an adjustment added, or took from a line that was received."""

    receive_item_id: int | None = None
    item_identifier: ItemIdentifier
    qty: Decimal = ZERO
    lot_number: str | None = None


class Adjustment(Shape, kw_only=True, frozen=True):
    read_only: AdjustmentFacts
    reference_num: str | None = None
    notes: str | None = None
    embedded: dict[str, list[AdjustmentItem]] | None = field(name="_embedded", default=None)
