"""Changes of the shop's orders, each inside one transaction of its caller that has the account to itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from msgspec import Meta

from crossdock.sandbox.api import existing
from crossdock.sandbox.cart.changes import find_variant, lock_products
from crossdock.sandbox.cart.documents import Product, Variant, Warehouse
from crossdock.sandbox.cart.order_documents import (
    SHIPPABLE,
    Customer,
    Order,
    OrderLine,
    Shipment,
    ShippedLine,
    promised,
    settle_states,
)
from crossdock.sandbox.cart.placing import SERVICES, Wanted, available, buyer, place
from crossdock.sandbox.documents import Address, RequestPart, Text
from crossdock.sandbox.problems import conflict, duplicate_reference, invalid
from crossdock.sandbox.store import Objects

MOST_UNITS_A_LINE = 1000
Units = Annotated[int, Meta(ge=1, le=MOST_UNITS_A_LINE)]


class NewAddress(RequestPart, kw_only=True, frozen=True):
    """Where an order goes; what is left out is that of the usual buyer."""

    street: Text | None = None
    city: Text | None = None
    region: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None


class NewCustomer(RequestPart, kw_only=True, frozen=True):
    """Who orders; what is left out is that of the usual buyer."""

    name: Text | None = None
    email: Text | None = None
    phone: Text | None = None
    company: Text | None = None
    address: NewAddress = NewAddress()


class NewOrderLine(RequestPart, kw_only=True, frozen=True):
    """A variant to order."""

    variant_id: Text
    units: Units = 1


class NewOrder(RequestPart, kw_only=True, frozen=True):
    """A test order. Without lines it is one unit of a variant that is in stock."""

    reference: Text | None = None
    lines: Annotated[list[NewOrderLine], Meta(min_length=1, max_length=100)] | None = None
    customer: NewCustomer = NewCustomer()
    service: Text = "Standard"
    paid: bool = True


class LineToShip(RequestPart, kw_only=True, frozen=True):
    """Units of a line to ship."""

    line_id: Text
    units: Annotated[int, Meta(ge=1)]


class NewShipment(RequestPart, kw_only=True, frozen=True):
    """Goods that were sent; without lines, everything that is left."""

    reference: Text | None = None
    lines: Annotated[list[LineToShip], Meta(min_length=1)] | None = None
    carrier: Text | None = None
    service: Text | None = None
    tracking_number: Text | None = None
    tracking_url: Text | None = None


async def locked_order(objects: Objects, identifier: str, reference: str | None) -> Order:
    """The order to change, with the account locked. A reference that was used before is refused."""
    await objects.lock_for_catalogue()
    order = await existing(objects, Order, identifier, lock=True)
    await refuse_repetition(objects, reference)
    return order


async def refuse_repetition(objects: Objects, reference: str | None) -> None:
    """A reference counts once in an account."""
    if reference and await objects.find(Order, {"references": [reference]}):
        raise duplicate_reference(reference)


async def save_changed(objects: Objects, order: Order, reference: str | None, now: datetime) -> None:
    """Stores an order after a change."""
    settle_states(order, now)
    order.updated_at = now
    if reference:
        order.references.append(reference)
    await objects.save(order, now)


async def place_order(objects: Objects, wanted: NewOrder, now: datetime) -> tuple[Order, list[Product]]:
    """Places an order, and promises its units to the buyer."""
    await objects.lock_for_catalogue()
    await refuse_repetition(objects, wanted.reference)
    if wanted.service not in SERVICES:
        raise invalid(f"There is no service {wanted.service}; use {' or '.join(SERVICES)}", "unknown_service")
    number = await objects.next_number(Order)
    warehouses = [place.id for place in await objects.all(Warehouse) if place.active]
    lines = wanted.lines or [await _usual_line(objects, number, warehouses)]
    products = await lock_products(objects, [line.variant_id for line in lines])
    order = place(
        number,
        _wanted(products, lines),
        warehouses,
        customer=_customer(number, wanted.customer),
        service=wanted.service,
        paid=wanted.paid,
        now=now,
    )
    if wanted.reference:
        order.references.append(wanted.reference)
    await objects.add(order)
    for (variant_id, where), units in promised(order).items():
        commit_units(find_variant(products, variant_id)[1], where, units, now)
    for product in products:
        await objects.save(product, now)
    return order, products


def _wanted(products: list[Product], lines: Iterable[NewOrderLine]) -> list[Wanted]:
    found: dict[str, Wanted] = {}
    for line in lines:
        product, variant = find_variant(products, line.variant_id)
        if not (product.active and variant.active):
            raise conflict("not_for_sale", f"{variant.id} is not for sale")
        units = line.units + (found[variant.id].units if variant.id in found else 0)
        found[variant.id] = Wanted(product, variant, units)
    return list(found.values())


async def _usual_line(objects: Objects, number: int, warehouses: list[str]) -> NewOrderLine:
    """One unit of a variant that is for sale and in stock, another one for each order number."""
    on_offer = [
        variant.id
        for product in await objects.all(Product)
        for variant in product.variants
        if product.active and variant.active and any(available(variant, where) > 0 for where in warehouses)
    ]
    if not on_offer:
        raise conflict("sold_out", "Nothing is in stock; say which variants to order")
    return NewOrderLine(variant_id=on_offer[number % len(on_offer)])


def _customer(number: int, given: NewCustomer) -> Customer:
    usual = buyer(number)
    address = {name: getattr(given.address, name) or getattr(usual.address, name) for name in Address.__struct_fields__}
    return Customer(
        name=given.name or usual.name,
        email=given.email or usual.email,
        phone=given.phone or usual.phone,
        company=given.company,
        address=Address(**address),
    )


def commit_units(variant: Variant, warehouse_id: str, units: int, now: datetime) -> None:
    """Promises units of a variant, or frees them when negative."""
    variant.committed[warehouse_id] = variant.committed.get(warehouse_id, 0) + units
    variant.updated_at = now


async def ship_order(
    objects: Objects, identifier: str, wanted: NewShipment, now: datetime
) -> tuple[Order, list[Product]]:
    """Ships lines of an order: one shipment for each warehouse they lie in."""
    order = await locked_order(objects, identifier, wanted.reference)
    if order.state not in SHIPPABLE:
        raise conflict("not_shippable", f"Order {order.id} is {order.state.replace('_', ' ')}; nothing can be shipped")
    lines = _lines_to_ship(order, wanted)
    products = await lock_products(objects, [line.variant_id for line, _ in lines])
    parts: dict[str, list[ShippedLine]] = {}
    for line, units in lines:
        where = order.group(line.group_id).warehouse_id
        _take(find_variant(products, line.variant_id)[1], where, units, now)
        line.shipped += units
        parts.setdefault(where, []).append(ShippedLine(line_id=line.id, units=units))
    for where, shipped in parts.items():
        order.shipments.append(_shipment(order, where, shipped, wanted, now))
    for product in products:
        await objects.save(product, now)
    await save_changed(objects, order, wanted.reference, now)
    return order, products


def _shipment(order: Order, where: str, lines: list[ShippedLine], wanted: NewShipment, now: datetime) -> Shipment:
    return Shipment(
        id=f"{order.id}_shipment_{len(order.shipments)}",
        warehouse_id=where,
        shipped_at=now,
        carrier=wanted.carrier,
        service=wanted.service,
        tracking_number=wanted.tracking_number,
        tracking_url=wanted.tracking_url,
        lines=lines,
    )


def _lines_to_ship(order: Order, wanted: NewShipment) -> list[tuple[OrderLine, int]]:
    """The lines with the units to ship of each; never more than are left."""
    if wanted.lines is None:
        return [(line, line.open) for line in order.lines if line.open]
    units: dict[str, int] = {}
    for part in wanted.lines:
        units[part.line_id] = units.get(part.line_id, 0) + part.units
    found = []
    for line_id, count in units.items():
        line = required_line(order, line_id)
        if count > line.open:
            raise conflict("too_many_units", f"Only {line.open} units of line {line.id} are left to ship, not {count}")
        found.append((line, count))
    return found


def required_line(order: Order, line_id: str) -> OrderLine:
    """The line a request names."""
    line = order.line(line_id)
    if line is None:
        raise invalid(f"Order {order.id} has no line {line_id}", "unknown_line")
    return line


def _take(variant: Variant, warehouse_id: str, units: int, now: datetime) -> None:
    """Takes promised units out of stock."""
    present = variant.stock.get(warehouse_id, 0)
    if units > present:
        raise conflict(
            "insufficient_stock", f"Only {present} units of {variant.sku} are in {warehouse_id}, not {units}"
        )
    variant.stock[warehouse_id] = present - units
    commit_units(variant, warehouse_id, -units, now)
