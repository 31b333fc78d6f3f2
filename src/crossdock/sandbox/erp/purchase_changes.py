"""Requests that buy, each inside one transaction of its caller."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, UnsetType

from crossdock.sandbox.api import existing
from crossdock.sandbox.documents import RequestPart, Text
from crossdock.sandbox.erp import purchasing
from crossdock.sandbox.erp.changes import Change
from crossdock.sandbox.erp.documents import (
    FIRST_PURCHASE,
    FIRST_RECEIPT,
    Contact,
    Employee,
    PurchaseOrder,
    Receipt,
    Supplier,
)
from crossdock.sandbox.erp.orders import Books, NewLines, NewMoves, moved, set_lines, set_place
from crossdock.sandbox.erp.sales_changes import Reference
from crossdock.sandbox.erp.shown import Posted
from crossdock.sandbox.erp.times import Moment, in_utc
from crossdock.sandbox.problems import conflict
from crossdock.sandbox.store import Objects


class NewPurchaseOrder(RequestPart, kw_only=True, frozen=True):
    """An order to place. Costs without a price are the items'; the location is the first that keeps stock."""

    reference: Text | None = None
    supplier_id: Text
    number: Text | None = None
    employee_id: Text | None = None
    location_id: Text | None = None
    ordered_at: Moment | None = None
    expected_at: Moment | None = None
    bill_to: Contact | None = None
    ship_to: Contact | None = None
    memo: Text | None = None
    lines: NewLines


class PurchaseOrderChanges(RequestPart, kw_only=True, frozen=True):
    """New values of an order; what is left out stays. The lines are replaced as a whole."""

    reference: Text | None = None
    supplier_id: Text | UnsetType = UNSET
    number: Text | UnsetType = UNSET
    employee_id: Text | UnsetType = UNSET
    location_id: Text | UnsetType = UNSET
    ordered_at: Moment | UnsetType = UNSET
    expected_at: Moment | UnsetType = UNSET
    bill_to: Contact | UnsetType = UNSET
    ship_to: Contact | UnsetType = UNSET
    memo: Text | UnsetType = UNSET
    lines: NewLines | UnsetType = UNSET


class NewReceipt(RequestPart, kw_only=True, frozen=True):
    """Goods that arrived. Without a time they arrived now."""

    reference: Text | None = None
    order_id: Text
    received_at: Moment | None = None
    location_id: Text | None = None
    lines: NewMoves


async def create_order(objects: Objects, wanted: NewPurchaseOrder, now: datetime) -> Posted:
    """Places an order, or keeps it for approval."""
    change = await Change.begin(objects, wanted.reference, now)
    supplier = await change.partner(Supplier, wanted.supplier_id)
    employee = await change.partner(Employee, wanted.employee_id) if wanted.employee_id else None
    books = await change.books(line.item_id for line in wanted.lines)
    place = books.place(wanted.location_id) if wanted.location_id else books.main_place()
    number = await objects.next_number(PurchaseOrder)
    order = PurchaseOrder(
        id=f"purchase_order_id_{number}",
        created_at=now,
        updated_at=now,
        number=await change.number(PurchaseOrder, wanted.number, "PO", FIRST_PURCHASE + number),
        state="requested",
        supplier_id=supplier.id,
        employee_id=employee.id if employee else None,
        location_id=place.id,
        ordered_at=in_utc(wanted.ordered_at or now),
        expected_at=None if wanted.expected_at is None else in_utc(wanted.expected_at),
        bill_to=wanted.bill_to or books.main_place().address or Contact(),
        ship_to=wanted.ship_to or place.address or Contact(),
        tax_percent=supplier.tax_percent,
        memo=wanted.memo,
        lines=[],
        lines_made=0,
    )
    set_lines(books, order, wanted.lines, buying=True)
    purchasing.bring_up_to_date(books, order, employee)
    await objects.add(order)
    return await change.post(purchase_order=order)


async def change_order(objects: Objects, identifier: str, wanted: PurchaseOrderChanges, now: datetime) -> Posted:
    """Changes an order, which asks for approval anew."""
    change = await Change.begin(objects, wanted.reference, now)
    order = await existing(objects, PurchaseOrder, identifier, lock=True)
    purchasing.require_open(order, "changed")
    new_lines = [] if isinstance(wanted.lines, UnsetType) else wanted.lines
    books = await change.books([*(line.item_id for line in order.lines), *(line.item_id for line in new_lines)])
    if wanted.number is not UNSET and wanted.number != order.number:
        order.number = await change.number(PurchaseOrder, wanted.number, "PO", FIRST_PURCHASE)
    await _set_supplier(change, order, wanted)
    if wanted.location_id is not UNSET:
        _move_order(books, order, wanted.location_id)
    if wanted.ordered_at is not UNSET:
        order.ordered_at = in_utc(wanted.ordered_at)
    if wanted.expected_at is not UNSET:
        order.expected_at = in_utc(wanted.expected_at)
    if wanted.bill_to is not UNSET:
        order.bill_to = wanted.bill_to
    if wanted.ship_to is not UNSET:
        order.ship_to = wanted.ship_to
    if wanted.memo is not UNSET:
        order.memo = wanted.memo
    if new_lines:
        set_lines(books, order, new_lines, buying=True)
    if wanted.employee_id is not UNSET and wanted.employee_id != order.employee_id:
        order.employee_id = (await change.partner(Employee, wanted.employee_id)).id
    employee = await objects.get(Employee, order.employee_id) if order.employee_id else None
    purchasing.bring_up_to_date(books, order, employee)
    await change.save(order)
    return await change.post(purchase_order=order)


async def _set_supplier(change: Change, order: PurchaseOrder, wanted: PurchaseOrderChanges) -> None:
    if wanted.supplier_id is UNSET or wanted.supplier_id == order.supplier_id:
        return
    if moved(order):
        raise conflict("already_moved", f"Goods of order {order.number} have arrived, so its supplier has to stay")
    supplier = await change.partner(Supplier, wanted.supplier_id)
    order.supplier_id, order.tax_percent = supplier.id, supplier.tax_percent


def _move_order(books: Books, order: PurchaseOrder, location_id: str) -> None:
    """Gives an order another location; goods still to come go there."""
    if location_id != order.location_id:
        set_place(books, order, location_id)
        order.ship_to = books.place(location_id).address or order.ship_to


async def cancel_order(objects: Objects, identifier: str, wanted: Reference, now: datetime) -> Posted:
    """Calls an order off."""
    change = await Change.begin(objects, wanted.reference, now)
    order = await existing(objects, PurchaseOrder, identifier, lock=True)
    purchasing.cancel(await change.books(line.item_id for line in order.lines), order)
    await change.save(order)
    return await change.post(purchase_order=order)


async def create_receipt(objects: Objects, wanted: NewReceipt, now: datetime) -> Posted:
    """Receives goods of an order."""
    change = await Change.begin(objects, wanted.reference, now)
    order = await change.parent(PurchaseOrder, wanted.order_id)
    books = await change.books(line.item_id for line in order.lines)
    number = await objects.next_number(Receipt)
    arrived = in_utc(wanted.received_at or now)
    lines = purchasing.receive(
        books, order, wanted.lines, wanted.location_id, arrived=arrived, new_lot=f"RC-{FIRST_RECEIPT + number}"
    )
    receipt = Receipt(
        id=f"receipt_id_{number}",
        created_at=now,
        updated_at=now,
        number=f"RC-{FIRST_RECEIPT + number}",
        order_id=order.id,
        supplier_id=order.supplier_id,
        location_id=wanted.location_id or lines[0].location_id,
        received_at=arrived,
        lines=lines,
    )
    await objects.add(receipt)
    await change.save(order)
    return await change.post(purchase_order=order, receipt=receipt)
