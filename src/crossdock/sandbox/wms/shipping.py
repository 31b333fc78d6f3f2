"""Goods that leave: units go out of their bins, the order's lines count them, and boxes get their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from crossdock.sandbox.api import existing
from crossdock.sandbox.problems import conflict, invalid
from crossdock.sandbox.store import Objects
from crossdock.sandbox.wms.changes import check_size
from crossdock.sandbox.wms.charges import for_shipment
from crossdock.sandbox.wms.documents import (
    HOLDING_STOCK,
    Order,
    Pack,
    Package,
    PackLine,
    Shipment,
    ShipmentLine,
    Warehouse,
)
from crossdock.sandbox.wms.ledger import StockEvent
from crossdock.sandbox.wms.order_changes import (
    Changed,
    check_money,
    open_order,
    refuse_closed,
    shipping_method,
    store_order,
)
from crossdock.sandbox.wms.order_requests import NewPackage, NewShipment
from crossdock.sandbox.wms.packing import box, next_box, open_lines, pack, pack_of, part_of, ship_lines, units_of
from crossdock.sandbox.wms.shelves import Shelves
from crossdock.sandbox.wms.work_documents import Charge


@dataclass(frozen=True)
class _Leaving:
    """A box on its way out."""

    pack: Pack
    tracking_number: str | None


async def ship_order(objects: Objects, identifier: str, wanted: NewShipment, now: datetime) -> Changed:
    """Ships what was named of an order, or everything that is left."""
    order = await open_order(objects, identifier, wanted.reference)
    refuse_closed(order, HOLDING_STOCK)
    if wanted.warehouse_id not in (None, order.warehouse_id):
        raise conflict(
            "other_warehouse", f"Order {order.id} leaves from {order.warehouse_id}, not from {wanted.warehouse_id}"
        )
    shelves = Shelves(objects)
    await shelves.load_for(order)
    leaving = _choose(order, wanted, shelves)
    shipment = await _shipment(objects, order, wanted, now)
    event = StockEvent(shipment.id, "dispatch", now, order.kind, order.id)
    for entry in leaving:
        shipment.packages.append(
            Package(
                id=entry.pack.id,
                tracking_number=entry.tracking_number or wanted.tracking_number,
                tracking_url=wanted.tracking_url,
                size=wanted.size if wanted.size is not None and len(leaving) == 1 else entry.pack.size,
                items=await shelves.take(order, entry.pack.items, event),
            )
        )
    gone = [line for entry in leaving for line in entry.pack.lines]
    shipment.lines.extend(
        ShipmentLine(product_id=order.lines[number].product_id, units=units) for number, units in _summed(gone).items()
    )
    was_packed = bool(order.packs)
    order.packs = [entry for entry in order.packs if all(entry is not out.pack for out in leaving)]
    ship_lines(order, gone)
    if was_packed and _opened(wanted):
        pack(order, shelves.sizes)
    order.shipments.append(shipment)
    await store_order(objects, order, wanted.reference, now)
    charges = for_shipment(order, shipment, now, await objects.next_number(Charge))
    for document in (*event.entries, *charges):
        await objects.add(document)
    return Changed(order, await shelves.save(now), event.entries, charges)


def _opened(wanted: NewShipment) -> bool:
    """Whether packs have to be opened, because units were named instead."""
    return bool(wanted.lines) or wanted.part


def _choose(order: Order, wanted: NewShipment, shelves: Shelves) -> list[_Leaving]:
    """The boxes that leave."""
    if wanted.lines and wanted.part:
        raise invalid("Name the units or ask for a part, not both", "two_choices")
    if order.packs and not _opened(wanted):
        return _named_packs(order, wanted.packages)
    named = wanted.packages
    given = [entry.id for entry in named if entry.id is not None]
    if len(set(given)) < len(given):
        raise invalid("A package is named twice", "duplicate_package")
    units = units_of(order, [(entry.product_id, entry.units) for entry in wanted.lines])
    if not units:
        units = part_of(order) if wanted.part else open_lines(order.lines)
    boxes = box(units, len(named) or None)
    details = named or [NewPackage() for _ in boxes]
    return [
        _Leaving(pack_of(order, lines, detail.id or next_box(order), shelves.sizes), detail.tracking_number)
        for lines, detail in zip(boxes, details, strict=True)
    ]


def _named_packs(order: Order, named: list[NewPackage]) -> list[_Leaving]:
    """Packs of the order by name; those without a name are the next ones."""
    if not named:
        return [_Leaving(entry, None) for entry in order.packs]
    packs = {entry.id: entry for entry in order.packs}
    for detail in named:
        if detail.id is not None and detail.id not in packs:
            raise invalid(f"Order {order.id} has no pack {detail.id}", "unknown_pack")
    mentioned = [detail.id for detail in named if detail.id is not None]
    if len(set(mentioned)) < len(mentioned):
        raise invalid("A package is named twice", "duplicate_package")
    others = [entry for entry in order.packs if entry.id not in mentioned]
    if len(named) - len(mentioned) > len(others):
        raise invalid(f"Order {order.id} has only {len(packs)} packs", "too_many_boxes")
    return [_Leaving(packs[detail.id] if detail.id else others.pop(0), detail.tracking_number) for detail in named]


async def _shipment(objects: Objects, order: Order, wanted: NewShipment, now: datetime) -> Shipment:
    """The shipment without its contents."""
    check_size(wanted.size)
    warehouse = await existing(objects, Warehouse, order.warehouse_id)
    identifier, method, carrier = order.shipping_method_id, order.shipping_method_name, order.carrier
    if wanted.shipping_method_id is not None:
        found = await shipping_method(objects, wanted.shipping_method_id)
        identifier, method, carrier = found.id, found.name, found.carrier
    number = order.id.rpartition("_")[2]
    return Shipment(
        id=f"shipment_id_{number}" + (f"_{len(order.shipments)}" if order.shipments else ""),
        tracking_number=wanted.tracking_number,
        shipped_at=now if wanted.shipped_at is None else _in_utc(wanted.shipped_at),
        warehouse_id=warehouse.id,
        ship_from=warehouse.address,
        shipping_method_id=identifier,
        shipping_method_name=method,
        carrier=wanted.carrier or carrier,
        cost=None if wanted.cost is None else check_money(wanted.cost, "cost"),
        lines=[],
        packages=[],
    )


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise invalid("A time needs a zone", "bad_time")
    try:
        return moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        raise invalid("The time lies outside of the calendar", "bad_time") from None


def _summed(lines: list[PackLine]) -> dict[int, int]:
    units: dict[int, int] = {}
    for entry in lines:
        units[entry.line] = units.get(entry.line, 0) + entry.units
    return units
