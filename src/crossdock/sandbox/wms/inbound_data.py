"""The seed's inbound shipments: those that arrived explain a part of the stock, the others all that is expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from crossdock.sandbox.documents import Address
from crossdock.sandbox.goods import GOODS, SUPPLIERS, dates
from crossdock.sandbox.wms.documents import Bin, Item, Supplier
from crossdock.sandbox.wms.inbound_documents import (
    InboundLine,
    InboundShipment,
    InboundState,
    Receipt,
    ReceiptLine,
    SupplierAccount,
)
from crossdock.sandbox.wms.places import bins_in, number_of, picking_bin

_ADDRESSES = (
    Address(street="Rua das Palmeiras 210", city="Varginha", region="MG", postal_code="37002", country="BR"),
    Address(street="48 Furnace Road", city="Trenton", region="NJ", postal_code="08611", country="US"),
    Address(street="6 Millrace Street", city="Portland", region="ME", postal_code="04101", country="US"),
)
_WAREHOUSES = ("warehouse_id_0", "warehouse_id_1")
_PAIRS = [(where, supplier) for supplier in range(len(SUPPLIERS)) for where in _WAREHOUSES]
_OPEN_STATES: tuple[InboundState, ...] = ("on_the_way", "announced", "unloading", "on_the_way", "announced")
_FIRST_PALLET = 6
"""Units of each line that a half unloaded shipment has brought."""


def suppliers(now: datetime) -> Iterator[SupplierAccount]:
    """Who delivers."""
    for number, (name, address) in enumerate(zip(SUPPLIERS, _ADDRESSES, strict=True)):
        created, updated = dates(now, number)
        yield SupplierAccount(
            id=f"supplier_id_{number}", created_at=created, updated_at=updated, name=name, address=address
        )


def inbound_shipments(now: datetime, items: Sequence[Item], bins: Sequence[Bin]) -> Iterator[InboundShipment]:
    """Past ones first, one of them cancelled; then those that are still to come."""
    number = 0
    for index, (where, supplier) in enumerate(_PAIRS):
        lines = [_line(item, 10 + number_of(item.id) % 3 * 2) for item in _delivered(items, supplier, where)]
        if lines:
            arrived = now - timedelta(days=70 - 8 * index)
            yield _stored(_shipment(number, where, supplier, arrived - timedelta(days=12), lines), arrived, bins)
            number += 1
    cancelled = _shipment(number, "warehouse_id_0", 1, now - timedelta(days=25), [_line(items[6], 60)])
    cancelled.state = "cancelled"
    cancelled.updated_at = now - timedelta(days=24)
    cancelled.notes = ["The kiln is down for repairs; ordered again for next month."]
    yield cancelled
    number += 1
    states = iter(_OPEN_STATES)
    for index, (where, supplier) in enumerate(_PAIRS):
        coming = [item for item in _delivered(items, supplier, where, empty_too=True) if item.expected.get(where)]
        if coming:
            lines = [_line(item, item.expected[where]) for item in coming]
            made = _shipment(number, where, supplier, now - timedelta(days=9 - index), lines)
            yield _coming(made, next(states), now, bins)
            number += 1


def _delivered(items: Sequence[Item], supplier: int, where: str, *, empty_too: bool = False) -> list[Item]:
    """The items a supplier delivers to a warehouse; without `empty_too` only those that still lie there."""
    return [
        item
        for item in items
        if GOODS[number_of(item.id)].supplier == supplier
        and where in item.expected
        and (empty_too or max((part.units for part in item.stock if part.warehouse_id == where), default=0) >= 20)
    ]


def _line(item: Item, units: int) -> InboundLine:
    return InboundLine(
        item_id=item.id,
        sku=item.sku,
        units=units,
        unit_cost=item.unit_cost,
        external_id=f"{item.sku}-{GOODS[number_of(item.id)].supplier}",
    )


def _shipment(number: int, where: str, supplier: int, announced: datetime, lines: list[InboundLine]) -> InboundShipment:
    return InboundShipment(
        id=f"inbound_shipment_id_{number}",
        created_at=announced,
        updated_at=announced,
        purchase_order=f"PO-{1000 + number}",
        supplier=Supplier(id=f"supplier_id_{supplier}", name=SUPPLIERS[supplier]),
        warehouse_id=where,
        state="announced",
        expected_at=announced + timedelta(days=14),
        lines=lines,
        ship_from=_ADDRESSES[supplier],
    )


def _stored(shipment: InboundShipment, arrived: datetime, bins: Sequence[Bin]) -> InboundShipment:
    """The shipment after everything arrived, in two goes when it has several lines."""
    half = (len(shipment.lines) + 1) // 2
    goes = [part for part in (shipment.lines[:half], shipment.lines[half:]) if part]
    for index, lines in enumerate(goes):
        units = {line.item_id: line.units for line in lines}
        _take_in(shipment, units, arrived + timedelta(days=index), bins)
    shipment.state = "stored"
    shipment.tracking_numbers = _numbers(shipment, 2)
    return shipment


def _coming(shipment: InboundShipment, state: InboundState, now: datetime, bins: Sequence[Bin]) -> InboundShipment:
    shipment.state = state
    if state != "announced":
        shipment.tracking_numbers = _numbers(shipment, 1)
        shipment.updated_at = shipment.created_at + timedelta(days=2)
    if state == "unloading":
        # What is expected stays what it is, so the pallet that is here was announced on top of it.
        shipment.lines = [replace(line, units=line.units + _FIRST_PALLET) for line in shipment.lines]
        units = {line.item_id: _FIRST_PALLET for line in shipment.lines}
        _take_in(shipment, units, now - timedelta(hours=3), bins)
    return shipment


def _take_in(shipment: InboundShipment, units: dict[str, int], at: datetime, bins: Sequence[Bin]) -> None:
    here = bins_in(bins, shipment.warehouse_id)
    number = number_of(shipment.id)
    shipment.receipts.append(
        Receipt(
            id=f"receipt_id_{number}_{len(shipment.receipts)}",
            arrived_at=at,
            lines=[
                ReceiptLine(item_id=item_id, sku=sku, units=units[item_id], bin_id=picking_bin(item_id, here).id)
                for item_id, sku in ((line.item_id, line.sku) for line in shipment.lines)
                if item_id in units
            ],
        )
    )
    shipment.lines = [replace(line, received=line.received + units.get(line.item_id, 0)) for line in shipment.lines]
    shipment.updated_at = at


def _numbers(shipment: InboundShipment, count: int) -> list[str]:
    number = number_of(shipment.id)
    return [f"1Z999BB2{number * 10 + index:010d}" for index in range(count)]
