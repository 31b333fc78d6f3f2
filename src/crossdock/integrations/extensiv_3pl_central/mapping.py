"""From Extensiv's customers, goods, places and stock to ours. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from crossdock.contract.errors import UnexpectedShape
from crossdock.contract.records import Measurements, WarehouseAddress
from crossdock.contract.wms import customers, inventory, ledger, products, shipping_methods, warehouses
from crossdock.integrations.extensiv_3pl_central import client
from crossdock.integrations.extensiv_3pl_central.models import (
    ZERO,
    Adjustment,
    AdjustmentItem,
    Carrier,
    Contact,
    Customer,
    Facility,
    Item,
    ItemIdentifier,
    Location,
    ShipmentService,
    Size,
    StockDetail,
    StockSummary,
)
from crossdock.integrations.kit import mapping as kit
from crossdock.integrations.kit.mapping import text_or_none, whole_units

UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""The date of things that Extensiv keeps no date of: facilities, locations, carriers."""
METHOD_MARK = ":"
"""Between a carrier's name and the code of its service, in ids of shipping methods."""


def when(value: str, zone: ZoneInfo) -> datetime:
    """A time of the API."""
    return kit.moment(value, zone)


def when_or_none(value: str | None, zone: ZoneInfo) -> datetime | None:
    return when(value, zone) if value else None


def latest(*values: str | None, zone: ZoneInfo) -> datetime:
    """The latest of some times, or no date at all."""
    return max((when(value, zone) for value in values if value), default=UNDATED)


def facts(**values: Any) -> dict[str, Any]:
    """Facts without a field of their own; those that are not there are left out."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def plain(number: Decimal) -> str:
    """A quantity as people write it."""
    return format(number.normalize(), "f")


def measurements(found: Size | None) -> Measurements:
    """An imperial size; zero is how Extensiv says that nobody measured."""
    if found is None:
        return Measurements()
    length, width, height, weight = (
        kit.money(value) if value else None for value in (found.length, found.width, found.height, found.weight)
    )
    sized = any(value is not None for value in (length, width, height))
    return Measurements(
        length=length,
        width=width,
        height=height,
        unit="in" if sized else None,
        weight=weight,
        weight_unit="lb" if weight is not None else None,
    )


def item_id(found: ItemIdentifier | None, *otherwise: str | None) -> str:
    """What names an item; answers have all of its names."""
    if found is not None and found.id is not None:
        return str(found.id)
    named = next((text for text in (found.sku if found else None, *otherwise) if text), None)
    if named is None:
        raise UnexpectedShape(f"{client.NAME} lists a line of no item")
    return named


def sku_of(found: ItemIdentifier | None) -> str | None:
    return text_or_none(found.sku) if found else None


def customer_record(found: Customer, zone: ZoneInfo) -> customers.WarehouseCustomer:
    company, own = found.company_info, found.read_only
    made = when_or_none(own.creation_date, zone) or UNDATED
    name = (text_or_none(company.company_name) or text_or_none(company.name)) if company else None
    return customers.WarehouseCustomer(
        id=str(own.customer_id),
        created_date=made,
        updated_date=made,
        name=name or text_or_none(found.external_id) or str(own.customer_id),
        additional_fields=facts(
            external_id=found.external_id,
            deactivated=own.deactivated or None,
            email=company.email_address if company else None,
            facility_ids=[str(item.id) for item in found.facilities or []],
        ),
    )


def address(found: Contact | None) -> WarehouseAddress:
    if found is None:
        return WarehouseAddress()
    return WarehouseAddress(
        address1=text_or_none(found.address1),
        address2=text_or_none(found.address2),
        city=text_or_none(found.city),
        state=text_or_none(found.state),
        postal_code=text_or_none(found.zip),
        country=text_or_none(found.country),
    )


def warehouse_record(found: Facility) -> warehouses.Warehouse:
    return warehouses.Warehouse(
        id=str(found.facility_id),
        created_date=UNDATED,
        updated_date=UNDATED,
        name=text_or_none(found.name) or str(found.facility_id),
        code=text_or_none(found.code),
        address=address(found.contact),
        additional_fields=facts(time_zone_name=found.time_zone_name, deactivated=found.deactivated or None),
    )


def location_record(found: Location, facility_id: int) -> warehouses.WarehouseLocation:
    fields = [part for part in (found.field1, found.field2, found.field3, found.field4) if part]
    kind = found.location_type_identifier
    return warehouses.WarehouseLocation(
        id=str(found.location_id),
        created_date=UNDATED,
        updated_date=UNDATED,
        name=text_or_none(found.name) or " ".join(fields) or None,
        warehouse_id=str(facility_id),
        type=text_or_none(kind.name) if kind else None,
        additional_fields=facts(
            description=found.description,
            deactivated=found.deactivated or None,
            has_inventory=found.has_inventory,
            quarantine=found.quarantinable or None,
            pickable=False if found.non_pickable else None,
        ),
    )


def method_id(carrier: str | None, service: str | None) -> str | None:
    """A shipping method is a carrier and one of its services."""
    return f"{carrier or ''}{METHOD_MARK}{service or ''}" if carrier or service else None


def method_records(carriers: Iterable[Carrier]) -> list[shipping_methods.ShippingMethod]:
    """The services of all carriers, each once."""
    found: dict[str, shipping_methods.ShippingMethod] = {}
    for carrier in carriers:
        for service in carrier.shipment_services or []:
            identifier = method_id(carrier.name, service.code)
            if identifier is not None:
                found[identifier] = _method(identifier, carrier, service)
    return list(found.values())


def _method(identifier: str, carrier: Carrier, service: ShipmentService) -> shipping_methods.ShippingMethod:
    shown = text_or_none(carrier.display_name) or text_or_none(carrier.description) or text_or_none(carrier.name)
    return shipping_methods.ShippingMethod(
        id=identifier,
        created_date=UNDATED,
        updated_date=UNDATED,
        name=text_or_none(service.description) or identifier,
        carrier=shown,
        carrier_id=text_or_none(carrier.name),
        carrier_name=shown,
        additional_fields=facts(
            code=service.code,
            scac=carrier.scac_code,
            deactivated=(carrier.deactivated or service.deactivated) or None,
        ),
    )


def name_of(item: Item) -> str:
    return item.description or item.sku or str(item.item_id)


def product_record(item: Item, customer_id: int, zone: ZoneInfo) -> products.Product:
    own, parts = item.read_only, components(item)
    itself = products.ProductInventoryItem(
        inventory_item_id=str(item.item_id), sku=text_or_none(item.sku), unit_quantity=1
    )
    return products.Product(
        id=str(item.item_id),
        warehouse_customer_id=str(customer_id),
        created_date=when_or_none(own.creation_date, zone) or UNDATED,
        updated_date=latest(own.creation_date, own.last_modified_date, zone=zone),
        name=name_of(item),
        sku=text_or_none(item.sku),
        gtin=text_or_none(item.upc),
        unit_price=kit.money(item.price),
        inventory_items=parts or [itself],
        is_kit=bool(parts),
        active=not item.read_only.deactivated,
        country_of_origin=text_or_none(item.country_of_manufacture),
        harmonized_code=text_or_none(item.harmonized_code),
        additional_fields=facts(
            description2=item.description2,
            inventory_category=item.inventory_category,
            classification=item.classification_identifier.name if item.classification_identifier else None,
            nmfc=item.nmfc,
            account_ref=item.account_ref,
            unit=_unit(item),
        ),
    )


def _unit(item: Item) -> str | None:
    unit = item.options.inventory_unit if item.options else None
    return unit.unit_identifier.name if unit and unit.unit_identifier else None


def components(item: Item) -> list[products.ProductInventoryItem]:
    """What a kit is made of; material without a SKU is no stock."""
    listed = (item.kit.components if item.kit else None) or []
    return [
        products.ProductInventoryItem(
            inventory_item_id=item_id(part.item_identifier),
            sku=sku_of(part.item_identifier),
            unit_quantity=whole_units(part.qty if part.qty is not None else 1),
        )
        for part in listed
        if part.item_identifier is not None and (part.item_identifier.id or part.item_identifier.sku)
    ]


Awaited = Mapping[tuple[int, int], int]
"""Units that announced goods still have to bring, by item and facility."""


def stock_in(rows: Sequence[StockSummary], awaiting: int) -> inventory.InventoryInWarehouse:
    """What lies of an item in a facility. What is neither free nor on hold is promised to orders."""
    onhand = whole_units(sum((row.on_hand for row in rows), ZERO))
    held = min(onhand, whole_units(sum((row.on_hold for row in rows), ZERO)))
    free = min(onhand - held, whole_units(sum((row.available for row in rows), ZERO)))
    wanted = whole_units(sum((row.ordered_not_allocated or ZERO for row in rows), ZERO))
    return inventory.InventoryInWarehouse(
        onhand=onhand,
        committed=onhand - held - free,
        unfulfillable=held,
        fulfillable=free,
        sellable=max(0, free - wanted),
        awaiting=awaiting,
    )


def inventory_record(
    item: Item,
    customer_id: int,
    summaries: Sequence[StockSummary],
    details: Sequence[tuple[int, StockDetail]],
    awaited: Awaited,
    zone: ZoneInfo,
) -> inventory.InventoryItem:
    """The stock of an item; `details` name the facility of each line."""
    places = sorted({row.facility_id for row in summaries} | {place for key, place in awaited if key == item.item_id})
    by_warehouse = {
        str(place): stock_in(
            [row for row in summaries if row.facility_id == place], awaited.get((item.item_id, place), 0)
        )
        for place in places
    }
    parts, own = list(by_warehouse.values()), item.read_only
    unit = item.options.inventory_unit if item.options else None
    return inventory.InventoryItem(
        id=str(item.item_id),
        warehouse_customer_id=str(customer_id),
        created_date=when_or_none(own.creation_date, zone) or UNDATED,
        updated_date=latest(
            own.creation_date, own.last_modified_date, *(line.received_date for _, line in details), zone=zone
        ),
        name=name_of(item),
        sku=text_or_none(item.sku),
        unit_cost=kit.money(item.cost),
        active=not own.deactivated,
        awaiting=sum(part.awaiting or 0 for part in parts),
        onhand=sum(part.onhand for part in parts),
        committed=sum(part.committed or 0 for part in parts),
        unfulfillable=sum(part.unfulfillable or 0 for part in parts),
        fulfillable=sum(part.fulfillable or 0 for part in parts),
        sellable=sum(part.sellable or 0 for part in parts),
        inventory_by_warehouse_id=by_warehouse,
        lots=_lots(details, zone),
        measurements=measurements(unit.imperial if unit else None),
        locations=_locations(details),
        additional_fields=facts(
            unit=_unit(item),
            onhand_by_qualifier=_qualifiers(summaries),
            serial_numbers=[line.serial_number for _, line in details if line.serial_number and line.on_hand],
        ),
    )


def _qualifiers(summaries: Sequence[StockSummary]) -> dict[str, str]:
    held: dict[str, Decimal] = {}
    for row in summaries:
        if row.qualifier:
            held[row.qualifier] = held.get(row.qualifier, ZERO) + row.on_hand
    return {name: plain(units) for name, units in held.items()}


def _lots(details: Sequence[tuple[int, StockDetail]], zone: ZoneInfo) -> list[inventory.Lot]:
    """Batches, each with what lies of it in a facility."""
    held: dict[tuple[str, int], Decimal] = {}
    ends: dict[tuple[str, int], str] = {}
    for place, line in details:
        if line.lot_number and line.on_hand:
            key = (line.lot_number, place)
            held[key] = held.get(key, ZERO) + line.on_hand
            if line.expiration_date:
                ends[key] = min(ends.get(key, line.expiration_date), line.expiration_date)
    return [
        inventory.Lot(
            lot_id=lot,
            onhand=whole_units(units),
            expiration_date=when_or_none(ends.get((lot, place)), zone),
            warehouse_id=str(place),
        )
        for (lot, place), units in held.items()
    ]


def _locations(details: Sequence[tuple[int, StockDetail]]) -> list[inventory.StockLocation]:
    held: dict[tuple[int, int], Decimal] = {}
    for place, line in details:
        spot = line.location_identifier.id if line.location_identifier else None
        if spot is not None and line.on_hand:
            held[spot, place] = held.get((spot, place), ZERO) + line.on_hand
    return [
        inventory.StockLocation(location_id=str(spot), quantity=whole_units(units), warehouse_id=str(place))
        for (spot, place), units in held.items()
    ]


def ledger_records(found: Adjustment, zone: ZoneInfo) -> list[ledger.InventoryLedgerEntry]:
    """The lines of an adjustment. One that takes units from several receipts of an item has a line for each."""
    if found.embedded is None:
        raise UnexpectedShape(f"{client.NAME} lists adjustment {found.read_only.adjustment_id} without its lines")
    lines = [line for part in found.embedded.values() for line in part]
    return [_entry(found, line, number, zone) for number, line in enumerate(lines, 1)]


def _entry(found: Adjustment, line: AdjustmentItem, number: int, zone: ZoneInfo) -> ledger.InventoryLedgerEntry:
    own = found.read_only
    made = when_or_none(own.creation_date or own.process_date, zone) or UNDATED
    owner, place = own.customer_identifier, own.facility_identifier
    return ledger.InventoryLedgerEntry(
        id=f"{own.adjustment_id}-{line.receive_item_id or number}",
        warehouse_customer_id=str(owner.id) if owner else None,
        created_date=made,
        updated_date=max(made, latest(own.last_modified_date, zone=zone)),
        entry_date=when_or_none(own.process_date, zone) or made,
        inventory_item_id=item_id(line.item_identifier),
        sku=sku_of(line.item_identifier),
        quantity=0 if own.status == client.CANCELED else whole_units(line.qty),
        raw_event_type="Adjustment",
        event_type="movement" if own.sub_type else "adjustment",
        reason=text_or_none(found.notes),
        object_id=str(own.adjustment_id),
        object_type="adjustment",
        warehouse_id=str(place.id) if place else None,
        additional_fields=facts(
            reference=found.reference_num, lot_number=line.lot_number, receive_item_id=line.receive_item_id
        ),
    )
