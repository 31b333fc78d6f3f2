"""Changes of returns. Nobody sends back more than was shipped; what arrived damaged goes to quarantine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from crossdock.sandbox.documents import RequestPart, Text
from crossdock.sandbox.problems import conflict, invalid
from crossdock.sandbox.store import Objects
from crossdock.sandbox.wms.charges import charge_for
from crossdock.sandbox.wms.documents import Bin, Item, Order
from crossdock.sandbox.wms.ledger import StockEvent
from crossdock.sandbox.wms.return_documents import (
    DAMAGED,
    ParcelLine,
    Return,
    ReturnLine,
    ReturnParcel,
    UnitState,
)
from crossdock.sandbox.wms.stock import MOST_UNITS
from crossdock.sandbox.wms.work import Outcome, Work, check_warehouse, item_of_sku
from crossdock.sandbox.wms.work_documents import Charge, subject_of


class NewReturnLine(RequestPart, kw_only=True, frozen=True):
    """Units of an item that come back."""

    sku: Text
    units: Annotated[int, Meta(ge=1, le=MOST_UNITS)]
    reason: Text | None = None


ReturnLines = Annotated[list[NewReturnLine], Meta(min_length=1)]


class NewReturn(RequestPart, kw_only=True, frozen=True):
    """A return to announce."""

    reference: Text | None = None
    order_id: Text
    warehouse_id: Text
    lines: ReturnLines


class ReturnChanges(RequestPart, kw_only=True, frozen=True):
    """New values of a return; what is left out stays, and the lines are replaced as a whole."""

    reference: Text | None = None
    order_id: Text | UnsetType = UNSET
    warehouse_id: Text | UnsetType = UNSET
    lines: ReturnLines | UnsetType = UNSET


class Referenced(RequestPart, kw_only=True, frozen=True):
    """A request that says nothing but its reference."""

    reference: Text | None = None


async def announce(objects: Objects, wanted: NewReturn, now: datetime) -> Outcome:
    """Makes a return."""
    work = Work(objects, wanted.reference, now)
    await work.begin()
    await check_warehouse(objects, wanted.warehouse_id)
    back = Return(
        id=f"return_id_{await objects.next_number(Return)}",
        created_at=now,
        updated_at=now,
        order_id=wanted.order_id,
        warehouse_id=wanted.warehouse_id,
        state="announced",
        lines=await _lines(objects, wanted.lines),
    )
    await _check_shipped(objects, back)
    work.make(back)
    return await work.finish()


async def change(objects: Objects, identifier: str, wanted: ReturnChanges, now: datetime) -> Outcome:
    """Changes a return that nobody has sent yet."""
    work = Work(objects, wanted.reference, now)
    await work.begin()
    back = await work.open(Return, identifier)
    if back.state != "announced":
        raise conflict("not_announced", f"{identifier} is {back.state}; only an announced return can be changed")
    if wanted.order_id is not UNSET:
        back.order_id = wanted.order_id
    if wanted.warehouse_id is not UNSET:
        await check_warehouse(objects, wanted.warehouse_id)
        back.warehouse_id = wanted.warehouse_id
    if wanted.lines is not UNSET:
        back.lines = await _lines(objects, wanted.lines)
    await _check_shipped(objects, back)
    return await work.finish()


async def cancel(objects: Objects, identifier: str, wanted: Referenced, now: datetime) -> Outcome:
    """Calls off a return that has not arrived."""
    work = Work(objects, wanted.reference, now)
    await work.begin()
    back = await work.open(Return, identifier)
    if back.state not in ("announced", "on_the_way"):
        raise conflict("too_late", f"{identifier} is {back.state} and cannot be cancelled")
    back.state = "cancelled"
    back.parcels = []
    return await work.finish()


async def receive(objects: Objects, identifier: str, wanted: Referenced, now: datetime) -> Outcome:
    """Takes everything that is missing of a return into stock."""
    work = Work(objects, wanted.reference, now)
    await work.begin()
    back = await work.open(Return, identifier)
    if back.state not in ("announced", "on_the_way", "unpacking"):
        raise conflict("closed", f"{identifier} is {back.state} and cannot be received")
    event = StockEvent(f"{back.id}_receipt", "customer_return", now, back.kind, back.id)
    states: dict[str, UnitState] = {}
    for line in back.lines:
        if missing := line.units - line.received:
            states[line.item_id] = await _put_away(work, back, line, missing, event)
    back.lines = [_received(line, states.get(line.item_id)) for line in back.lines]
    back.parcels = _arrived(back, states, now)
    back.state = "done"
    for entry in event.entries:
        work.make(entry)
    units = sum(state.units for state in states.values())
    work.make(charge_for("return_handling", subject_of(back), units, now, await objects.next_number(Charge)))
    return await work.finish()


async def _put_away(work: Work, back: Return, line: ReturnLine, units: int, event: StockEvent) -> UnitState:
    item = await work.take(Item, line.item_id)
    bin_id = None
    if line.reason == DAMAGED:
        places = await work.objects.find(Bin, {"warehouseId": back.warehouse_id, "use": "quarantine"})
        if not places:
            raise conflict("no_bin", f"Warehouse {back.warehouse_id} has no quarantine")
        bin_id = places[0].id
    event.note = line.reason
    await work.move(item, back.warehouse_id, units, bin_id, event)
    if bin_id:
        return UnitState(units=units, condition="damaged", placed="quarantined")
    return UnitState(units=units, condition="good", placed="restocked")


def _received(line: ReturnLine, state: UnitState | None) -> ReturnLine:
    if state is None:
        return line
    restocked = line.restocked + (state.units if state.placed == "restocked" else 0)
    return replace(line, received=line.received + state.units, restocked=restocked)


def _arrived(back: Return, states: dict[str, UnitState], now: datetime) -> list[ReturnParcel]:
    """The parcels after what was missing arrived in the last of them, or in one that nobody announced."""
    coming = [ParcelLine(item_id=line.item_id, sku=line.sku, units=line.units) for line in back.lines]
    *others, last = back.parcels or [ReturnParcel(lines=coming)]
    lines = [
        replace(line, states=[*line.states, states[line.item_id]]) if line.item_id in states else line
        for line in last.lines
    ]
    return [*others, replace(last, arrived_at=last.arrived_at or now, lines=lines)]


async def _lines(objects: Objects, wanted: Sequence[NewReturnLine]) -> list[ReturnLine]:
    """The lines, each item once; of two reasons the first counts."""
    found: dict[str, ReturnLine] = {}
    for line in wanted:
        item = await item_of_sku(objects, line.sku)
        known = found.get(item.id) or ReturnLine(item_id=item.id, sku=item.sku, units=0)
        found[item.id] = replace(known, units=known.units + line.units, reason=known.reason or line.reason)
    return list(found.values())


async def _check_shipped(objects: Objects, back: Return) -> None:
    """Refuses more units than left with the order and are in none of its other returns."""
    order = await objects.get(Order, back.order_id)
    if order is None:
        raise invalid(f"There is no order {back.order_id}", "unknown_order")
    left: Counter[str] = Counter()
    for line in order.lines:
        for part in line.parts:
            left[part.item_id] += part.units * line.shipped
    for other in await objects.find(Return, {"orderId": order.id}):
        if other.id != back.id and other.state != "cancelled":
            left.subtract({line.item_id: line.units for line in other.lines})
    for wanted in back.lines:
        if wanted.units > left[wanted.item_id]:
            raise conflict(
                "more_than_shipped",
                f"Of {wanted.sku} in {order.id} {max(left[wanted.item_id], 0)} units can come back, not {wanted.units}",
            )
