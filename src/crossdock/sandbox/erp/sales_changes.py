"""Requests that sell, each inside one transaction of its caller."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from msgspec import UNSET, Meta, UnsetType

from crossdock.sandbox.api import existing
from crossdock.sandbox.documents import RequestPart, Size, Text
from crossdock.sandbox.erp import sales
from crossdock.sandbox.erp.changes import Change
from crossdock.sandbox.erp.documents import (
    FIRST_SALE,
    FIRST_SHIPMENT,
    TRACKING_PAGE,
    Contact,
    Customer,
    Package,
    SalesOrder,
    Shipment,
)
from crossdock.sandbox.erp.orders import NewLines, NewMoves, moved, set_lines, set_place
from crossdock.sandbox.erp.shown import Posted
from crossdock.sandbox.erp.times import Moment, in_utc
from crossdock.sandbox.problems import conflict, invalid
from crossdock.sandbox.store import Objects


class NewSalesOrder(RequestPart, kw_only=True, frozen=True):
    """An order to take. Addresses, reduction and tax are the customer's; the location is the first that keeps stock."""

    reference: Text | None = None
    customer_id: Text
    number: Text | None = None
    location_id: Text | None = None
    ordered_at: Moment | None = None
    ship_by: Moment | None = None
    bill_to: Contact | None = None
    ship_to: Contact | None = None
    memo: Text | None = None
    lines: NewLines


class SalesOrderChanges(RequestPart, kw_only=True, frozen=True):
    """New values of an order; what is left out stays. The lines are replaced as a whole."""

    reference: Text | None = None
    customer_id: Text | UnsetType = UNSET
    number: Text | UnsetType = UNSET
    location_id: Text | UnsetType = UNSET
    ordered_at: Moment | UnsetType = UNSET
    ship_by: Moment | UnsetType = UNSET
    bill_to: Contact | UnsetType = UNSET
    ship_to: Contact | UnsetType = UNSET
    memo: Text | UnsetType = UNSET
    lines: NewLines | UnsetType = UNSET


class Reference(RequestPart, kw_only=True, frozen=True):
    """A request that says everything with its address."""

    reference: Text | None = None


class NewPackage(RequestPart, kw_only=True, frozen=True):
    """A parcel."""

    tracking_number: Text | None = None
    size: Size | None = None


class NewShipment(RequestPart, kw_only=True, frozen=True):
    """Goods that leave. Without a time they leave now."""

    reference: Text | None = None
    order_id: Text
    shipped_at: Moment | None = None
    location_id: Text | None = None
    carrier: Text | None = None
    service: Text | None = None
    lines: NewMoves
    packages: Annotated[list[NewPackage], Meta(max_length=100)] = []


async def create_order(objects: Objects, wanted: NewSalesOrder, now: datetime) -> Posted:
    """Takes an order and promises stock to it."""
    change = await Change.begin(objects, wanted.reference, now)
    customer = await change.partner(Customer, wanted.customer_id)
    books = await change.books(line.item_id for line in wanted.lines)
    number = await objects.next_number(SalesOrder)
    order = SalesOrder(
        id=f"sales_order_id_{number}",
        created_at=now,
        updated_at=now,
        number=await change.number(SalesOrder, wanted.number, "SO", FIRST_SALE + number),
        state="released",
        customer_id=customer.id,
        location_id=books.place(wanted.location_id).id if wanted.location_id else books.main_place().id,
        ordered_at=in_utc(wanted.ordered_at or now),
        ship_by=None if wanted.ship_by is None else in_utc(wanted.ship_by),
        bill_to=wanted.bill_to or customer.billing,
        ship_to=wanted.ship_to or customer.shipping or customer.billing,
        discount_percent=customer.discount_percent,
        tax_percent=customer.tax_percent,
        memo=wanted.memo,
        lines=[],
        lines_made=0,
    )
    set_lines(books, order, wanted.lines, buying=False)
    sales.bring_up_to_date(books, order)
    await objects.add(order)
    return await change.post(sales_order=order)


async def change_order(objects: Objects, identifier: str, wanted: SalesOrderChanges, now: datetime) -> Posted:
    """Changes an order; stock is promised to it anew."""
    change = await Change.begin(objects, wanted.reference, now)
    order = await existing(objects, SalesOrder, identifier, lock=True)
    sales.require_open(order, "changed")
    new_lines = [] if isinstance(wanted.lines, UnsetType) else wanted.lines
    books = await change.books([*(line.item_id for line in order.lines), *(line.item_id for line in new_lines)])
    if wanted.number is not UNSET and wanted.number != order.number:
        order.number = await change.number(SalesOrder, wanted.number, "SO", FIRST_SALE)
    if wanted.customer_id is not UNSET and wanted.customer_id != order.customer_id:
        if moved(order):
            raise conflict("already_moved", f"Goods of order {order.number} have left, so its customer has to stay")
        customer = await change.partner(Customer, wanted.customer_id)
        order.customer_id, order.discount_percent = customer.id, customer.discount_percent
        order.tax_percent = customer.tax_percent
        order.bill_to, order.ship_to = customer.billing, customer.shipping or customer.billing
    if wanted.location_id is not UNSET:
        set_place(books, order, wanted.location_id)
    if wanted.ordered_at is not UNSET:
        order.ordered_at = in_utc(wanted.ordered_at)
    if wanted.ship_by is not UNSET:
        order.ship_by = in_utc(wanted.ship_by)
    if wanted.bill_to is not UNSET:
        order.bill_to = wanted.bill_to
    if wanted.ship_to is not UNSET:
        order.ship_to = wanted.ship_to
    if wanted.memo is not UNSET:
        order.memo = wanted.memo
    if new_lines:
        set_lines(books, order, new_lines, buying=False)
    sales.bring_up_to_date(books, order)
    await change.save(order)
    return await change.post(sales_order=order)


async def cancel_order(objects: Objects, identifier: str, wanted: Reference, now: datetime) -> Posted:
    """Calls an order off."""
    change = await Change.begin(objects, wanted.reference, now)
    order = await existing(objects, SalesOrder, identifier, lock=True)
    sales.cancel(await change.books(line.item_id for line in order.lines), order)
    await change.save(order)
    return await change.post(sales_order=order)


async def create_shipment(objects: Objects, wanted: NewShipment, now: datetime) -> Posted:
    """Ships goods of an order."""
    change = await Change.begin(objects, wanted.reference, now)
    order = await change.parent(SalesOrder, wanted.order_id)
    books = await change.books(line.item_id for line in order.lines)
    lines = sales.ship(books, order, wanted.lines, wanted.location_id)
    number = await objects.next_number(Shipment)
    shipment = Shipment(
        id=f"shipment_id_{number}",
        created_at=now,
        updated_at=now,
        number=f"SH-{FIRST_SHIPMENT + number}",
        order_id=order.id,
        location_id=wanted.location_id or lines[0].location_id,
        shipped_at=in_utc(wanted.shipped_at or now),
        carrier=wanted.carrier,
        service=wanted.service,
        lines=lines,
        packages=[_package(number, index, package) for index, package in enumerate(wanted.packages)],
    )
    await objects.add(shipment)
    await change.save(order)
    return await change.post(sales_order=order, shipment=shipment)


def _package(shipment: int, index: int, wanted: NewPackage) -> Package:
    size = wanted.size
    if size and min(size.length, size.width, size.height, size.weight) < 0:
        raise invalid("No length and no weight is negative", "bad_size")
    number = wanted.tracking_number
    return Package(
        id=f"package_id_{shipment}_{index}",
        tracking_number=number,
        tracking_url=TRACKING_PAGE + quote(number, safe="") if number else None,
        size=size,
    )
