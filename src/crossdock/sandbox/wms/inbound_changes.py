"""Changes of inbound shipments: announcing goods, and taking them into stock.

Announced units are expected in their warehouse until they arrive. More than announced may arrive, because a supplier
sends what he sends; items that were not announced are refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from crossdock.sandbox.documents import RequestPart, Text
from crossdock.sandbox.problems import conflict, invalid
from crossdock.sandbox.store import Objects
from crossdock.sandbox.wms.charges import charge_for
from crossdock.sandbox.wms.documents import Item, Supplier
from crossdock.sandbox.wms.inbound_documents import (
    STILL_COMING,
    InboundLine,
    InboundShipment,
    Receipt,
    ReceiptLine,
    SupplierAccount,
)
from crossdock.sandbox.wms.ledger import StockEvent
from crossdock.sandbox.wms.stock import MOST_UNITS
from crossdock.sandbox.wms.work import Outcome, Work, check_warehouse, item_of_sku
from crossdock.sandbox.wms.work_documents import Charge, subject_of

Units = Annotated[int, Meta(ge=1, le=MOST_UNITS)]


class SupplierNamed(RequestPart, kw_only=True, frozen=True):
    """A supplier by id or by name; both must fit when both are given."""

    id: Text | None = None
    name: Text | None = None


class NewInboundLine(RequestPart, kw_only=True, frozen=True):
    """Units of an item to announce."""

    sku: Text
    units: Units
    unit_cost: Decimal | None = None
    external_id: Text | None = None


InboundLines = Annotated[list[NewInboundLine], Meta(min_length=1)]


class NewInboundShipment(RequestPart, kw_only=True, frozen=True):
    """Goods to announce."""

    reference: Text | None = None
    warehouse_id: Text
    supplier: SupplierNamed | None = None
    purchase_order: Text | None = None
    expected_at: datetime | None = None
    tracking_number: Text | None = None
    lines: InboundLines


class InboundChanges(RequestPart, kw_only=True, frozen=True):
    """New values of an inbound shipment; what is left out stays, and the lines are replaced as a whole."""

    reference: Text | None = None
    warehouse_id: Text | UnsetType = UNSET
    supplier: SupplierNamed | UnsetType = UNSET
    purchase_order: Text | UnsetType = UNSET
    expected_at: datetime | UnsetType = UNSET
    tracking_number: Text | UnsetType = UNSET
    lines: InboundLines | UnsetType = UNSET


class ArrivedLine(RequestPart, kw_only=True, frozen=True):
    """Units of an item that arrived."""

    sku: Text
    units: Units


class NewReceipt(RequestPart, kw_only=True, frozen=True):
    """Goods that arrived. Without a bin, each item goes where it is picked."""

    reference: Text | None = None
    warehouse_id: Text | None = None
    bin_id: Text | None = None
    lines: Annotated[list[ArrivedLine], Meta(min_length=1)]


_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


async def announce(objects: Objects, wanted: NewInboundShipment, now: datetime) -> Outcome:
    """Makes an inbound shipment."""
    work = Work(objects, wanted.reference, now)
    await work.begin()
    await check_warehouse(objects, wanted.warehouse_id)
    _check_arrival(wanted.expected_at)
    account = await _supplier(objects, wanted.supplier)
    made = work.make(
        InboundShipment(
            id=f"inbound_shipment_id_{await objects.next_number(InboundShipment)}",
            created_at=now,
            updated_at=now,
            purchase_order=wanted.purchase_order,
            supplier=Supplier(id=account.id, name=account.name) if account else None,
            warehouse_id=wanted.warehouse_id,
            state="announced",
            expected_at=wanted.expected_at,
            lines=await _lines(objects, wanted.lines, {}),
            ship_from=account.address if account else None,
            tracking_numbers=[wanted.tracking_number] if wanted.tracking_number else [],
        )
    )
    await _expect(work, made, {}, made.warehouse_id)
    return await work.finish()


async def change(objects: Objects, identifier: str, wanted: InboundChanges, now: datetime) -> Outcome:
    """Changes what was announced."""
    work = Work(objects, wanted.reference, now)
    await work.begin()
    shipment = await work.open(InboundShipment, identifier)
    _check_open(shipment)
    before, warehouse_before = shipment.still_coming(), shipment.warehouse_id
    if wanted.warehouse_id is not UNSET and wanted.warehouse_id != shipment.warehouse_id:
        if shipment.receipts:
            raise conflict("already_arrived", f"Goods of {identifier} have arrived at {shipment.warehouse_id}")
        await check_warehouse(objects, wanted.warehouse_id)
        shipment.warehouse_id = wanted.warehouse_id
    if wanted.supplier is not UNSET and (account := await _supplier(objects, wanted.supplier)):
        shipment.supplier = Supplier(id=account.id, name=account.name)
        shipment.ship_from = account.address
    if wanted.purchase_order is not UNSET:
        shipment.purchase_order = wanted.purchase_order
    if wanted.expected_at is not UNSET:
        _check_arrival(wanted.expected_at)
        shipment.expected_at = wanted.expected_at
    if wanted.tracking_number is not UNSET:
        shipment.tracking_numbers = [wanted.tracking_number]
        if shipment.state == "announced":
            shipment.state = "on_the_way"
    if wanted.lines is not UNSET:
        arrived = {line.item_id: line.received for line in shipment.lines if line.received}
        shipment.lines = await _lines(objects, wanted.lines, arrived)
        _close_when_complete(shipment)
    await _expect(work, shipment, before, warehouse_before)
    return await work.finish()


async def receive(objects: Objects, identifier: str, wanted: NewReceipt, now: datetime) -> Outcome:
    """Takes goods into stock."""
    work = Work(objects, wanted.reference, now)
    await work.begin()
    shipment = await work.open(InboundShipment, identifier)
    _check_open(shipment)
    if wanted.warehouse_id is not None and wanted.warehouse_id != shipment.warehouse_id:
        raise conflict("wrong_warehouse", f"{identifier} goes to {shipment.warehouse_id}, not to {wanted.warehouse_id}")
    before = shipment.still_coming()
    units = await _arrived(objects, shipment, wanted.lines)
    receipt_id = f"receipt_id_{identifier.removeprefix('inbound_shipment_id_')}_{len(shipment.receipts)}"
    event = StockEvent(receipt_id, "goods_in", now, shipment.kind, shipment.id)
    received = []
    for item_id, arrived in units.items():
        item = await work.take(Item, item_id)
        place = await work.move(item, shipment.warehouse_id, arrived, wanted.bin_id, event)
        received.append(ReceiptLine(item_id=item_id, sku=item.sku, units=arrived, bin_id=place))
    shipment.lines = [replace(line, received=line.received + units[line.item_id]) for line in shipment.lines]
    shipment.receipts.append(Receipt(id=receipt_id, arrived_at=now, lines=received))
    shipment.state = "unloading"
    _close_when_complete(shipment)
    await _expect(work, shipment, before, shipment.warehouse_id)
    for entry in event.entries:
        work.make(entry)
    number = await objects.next_number(Charge)
    work.make(charge_for("goods_in", subject_of(shipment), units.total(), now, number))
    return await work.finish()


def _check_arrival(expected_at: datetime | None) -> None:
    if expected_at is not None and (expected_at.tzinfo is None or not _EARLIEST <= expected_at < _LATEST):
        raise invalid("An arrival is expected between the years 2000 and 2100, and its time has a zone", "bad_time")


def _check_open(shipment: InboundShipment) -> None:
    if shipment.state not in STILL_COMING:
        raise conflict("closed", f"{shipment.id} is {shipment.state}; nothing more can come or change")


def _close_when_complete(shipment: InboundShipment) -> None:
    if shipment.receipts and not shipment.still_coming():
        shipment.state = "stored"


async def _supplier(objects: Objects, named: SupplierNamed | None) -> SupplierAccount | None:
    if named is None or (named.id is None and named.name is None):
        return None
    found = await objects.find(SupplierAccount, {"id": named.id} if named.id else {"name": named.name})
    if not found:
        raise invalid(f"There is no supplier {named.id or named.name}", "unknown_supplier")
    if named.name is not None and named.name != found[0].name:
        raise invalid(f"The name of supplier {found[0].id} is {found[0].name}, not {named.name}", "wrong_supplier")
    return found[0]


async def _lines(objects: Objects, wanted: Sequence[NewInboundLine], arrived: dict[str, int]) -> list[InboundLine]:
    """The lines, each item once, with what arrived of it already."""
    found: dict[str, InboundLine] = {}
    for line in wanted:
        item = await item_of_sku(objects, line.sku)
        units = line.units + (found[item.id].units if item.id in found else 0)
        if units > MOST_UNITS:
            raise conflict("stock_limit", f"No item may have more than {MOST_UNITS} units")
        if line.unit_cost is not None and line.unit_cost < 0:
            raise invalid("A unit cost is not negative", "bad_cost")
        found[item.id] = InboundLine(
            item_id=item.id,
            sku=item.sku,
            units=units,
            received=arrived.get(item.id, 0),
            unit_cost=line.unit_cost,
            external_id=line.external_id,
        )
    for item_id, units in arrived.items():
        if item_id not in found:
            raise conflict("already_arrived", f"{units} units of {item_id} have arrived; its line cannot go")
    return list(found.values())


async def _arrived(objects: Objects, shipment: InboundShipment, lines: Sequence[ArrivedLine]) -> Counter[str]:
    """Units that arrived, by item. A line is found by the SKU it was announced with, or by the item's present one."""
    by_sku = {line.sku: line.item_id for line in shipment.lines}
    announced = set(by_sku.values())
    units: Counter[str] = Counter()
    for line in lines:
        item_id = by_sku.get(line.sku) or (await item_of_sku(objects, line.sku)).id
        if item_id not in announced:
            raise invalid(f"{line.sku} was not announced with {shipment.id}", "not_announced")
        units[item_id] += line.units
    return units


async def _expect(work: Work, shipment: InboundShipment, before: dict[str, int], warehouse_before: str) -> None:
    """Makes the items expect what is still to come, instead of what was before."""
    now = shipment.still_coming()
    moved = shipment.warehouse_id != warehouse_before
    for item_id in dict.fromkeys([*before, *now]):
        if not moved and before.get(item_id) == now.get(item_id):
            continue
        item = await work.take(Item, item_id)
        item.expected[warehouse_before] = item.expected.get(warehouse_before, 0) - before.get(item_id, 0)
        item.expected[shipment.warehouse_id] = item.expected.get(shipment.warehouse_id, 0) + now.get(item_id, 0)
