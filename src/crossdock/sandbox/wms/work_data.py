"""The seed's work and charges, which follow from its orders, inbound shipments and returns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from crossdock.sandbox.documents import Document
from crossdock.sandbox.goods import dates
from crossdock.sandbox.wms.charges import charge_for, for_shipment
from crossdock.sandbox.wms.documents import CLIENT, Item, Order, OrderState, Warehouse
from crossdock.sandbox.wms.inbound_documents import InboundShipment
from crossdock.sandbox.wms.return_documents import Return
from crossdock.sandbox.wms.work_documents import Activity, Charge, ChargeType, Client, Subject, Task, subject_of

_WORKERS = (("Rosa", "Delgado"), ("Ken", "Abara"), ("Mina", "Sato"), ("Otto", "Keller"), ("Grace", "Owusu"))
_SECONDS_A_UNIT = 40
_PICKED: frozenset[OrderState] = frozenset({"picked", "packed"})
_MONTH = timedelta(days=30)


def clients(now: datetime) -> Iterator[Client]:
    """Whose goods these are."""
    created, updated = dates(now, 0)
    yield Client(id=CLIENT, created_at=created, updated_at=updated, name="Hilltop Coffee Roasters")


def activities(
    now: datetime, orders: Sequence[Order], inbound: Sequence[InboundShipment], returned: Sequence[Return]
) -> list[Activity]:
    """What people did, oldest first."""
    found: list[Activity] = []
    for order in orders:
        units = _units(order, sent=bool(order.shipments))
        if order.shipments or order.state in _PICKED:
            middle = (order.created_at + (order.updated_at - order.created_at) / 2).replace(microsecond=0)
            found.append(_activity("pick", order, order.warehouse_id, units, middle))
            if order.shipments or order.state == "packed":
                found.append(_activity("pack", order, order.warehouse_id, units, order.updated_at))
        elif order.state == "in_work":
            found.append(_activity("pick", order, order.warehouse_id, units, order.updated_at, ended=False))
    for shipment in inbound:
        for receipt in shipment.receipts:
            units = sum(line.units for line in receipt.lines)
            found.append(_activity("unload", shipment, shipment.warehouse_id, units, receipt.arrived_at))
            later = min(receipt.arrived_at + timedelta(hours=2), now)
            found.append(_activity("store", shipment, shipment.warehouse_id, units, later))
    for back in returned:
        if units := sum(line.received for line in back.lines):
            found.append(_activity("unload", back, back.warehouse_id, units, back.updated_at))
    found.sort(key=lambda activity: activity.started_at)
    for number, activity in enumerate(found):
        activity.id = f"activity_id_{number}"
        worker = number % len(_WORKERS)
        activity.worker_id = f"worker_id_{worker}"
        activity.first_name, activity.last_name = _WORKERS[worker]
    return found


def charges(
    now: datetime,
    items: Sequence[Item],
    orders: Sequence[Order],
    inbound: Sequence[InboundShipment],
    returned: Sequence[Return],
) -> list[Charge]:
    """What the client owes for it, oldest first."""
    found: list[Charge] = []

    def owe(kind: ChargeType, document: Document, units: int, at: datetime) -> None:
        found.append(charge_for(kind, subject_of(document), units, at, 0))

    for order in orders:
        for parcel in order.shipments:
            found += for_shipment(order, parcel, parcel.shipped_at, 0)
    for shipment in inbound:
        for receipt in shipment.receipts:
            owe("goods_in", shipment, sum(line.units for line in receipt.lines), receipt.arrived_at)
    for back in returned:
        if units := sum(line.received for line in back.lines):
            owe("return_handling", back, units, back.updated_at)
    found += _storage(now, items)
    found.sort(key=lambda charge: charge.created_at)
    for number, charge in enumerate(found):
        charge.id = f"charge_id_{number}"
    return found


def _storage(now: datetime, items: Sequence[Item]) -> Iterator[Charge]:
    """For each warehouse and 30 days, the bins in use."""
    used: dict[str, set[str]] = {}
    for item in items:
        for part in item.stock:
            used.setdefault(part.warehouse_id, set()).add(part.bin_id)
    for months_ago in (2, 1, 0):
        for warehouse_id, bins in used.items():
            subject = Subject(kind=Warehouse.kind, id=warehouse_id)
            yield charge_for("storage", subject, len(bins), now - months_ago * _MONTH, 0)


def _units(order: Order, *, sent: bool) -> int:
    """Pieces of an order: those that left, or all."""
    return sum(part.units * (line.shipped if sent else line.units) for line in order.lines for part in line.parts)


def _activity(
    task: Task, subject: Document, warehouse_id: str, units: int, end: datetime, *, ended: bool = True
) -> Activity:
    """Work that ended then, or that began then and goes on."""
    start = end - timedelta(seconds=_SECONDS_A_UNIT * units) if ended else end
    start = max(start, subject.created_at)
    return Activity(
        id="",
        created_at=start,
        updated_at=end,
        worker_id="",
        first_name="",
        last_name="",
        warehouse_id=warehouse_id,
        task=task,
        started_at=start,
        ended_at=end if ended else None,
        subject_kind=subject.kind,
        subject_id=subject.id,
        units=units,
    )
