"""The seed's returns: one in every state, of orders that were shipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from crossdock.sandbox.wms.documents import Order
from crossdock.sandbox.wms.return_documents import (
    DAMAGED,
    ParcelLine,
    Return,
    ReturnLine,
    ReturnParcel,
    ReturnState,
    UnitState,
)

STATES: tuple[ReturnState, ...] = ("announced", "on_the_way", "unpacking", "done", "cancelled")
_REASONS = (DAMAGED, "wrong item", "no longer wanted")


def returns(now: datetime, orders: Sequence[Order]) -> Iterator[Return]:
    """Of the first line of an order, everything comes back."""
    shipped = [order for order in orders if order.state == "shipped"]
    for number, state in enumerate(STATES):
        order = shipped[-5 * (number + 1)]
        created = min(order.updated_at + timedelta(days=3), now - timedelta(days=1))
        reason = _REASONS[number % len(_REASONS)]
        line = order.lines[0]
        parts = [(part, part.units * line.units) for part in line.parts]
        arrived = {part.item_id: _arrived(state, units) for part, units in parts}
        back = Return(
            id=f"return_id_{number}",
            created_at=created,
            updated_at=min(created + timedelta(days=2), now),
            order_id=order.id,
            warehouse_id=order.warehouse_id,
            state=state,
            lines=[
                ReturnLine(
                    item_id=part.item_id,
                    sku=part.sku,
                    units=units,
                    received=arrived[part.item_id],
                    restocked=0 if reason == DAMAGED else arrived[part.item_id],
                    reason=reason,
                )
                for part, units in parts
            ],
            notes=["The buyer sent pictures."] if reason == DAMAGED else [],
        )
        if state in ("on_the_way", "unpacking", "done"):
            back.parcels = [_parcel(number, back, arrived)]
        yield back


def quarantined(returned: Sequence[Return]) -> dict[tuple[str, str], int]:
    """Units that came back damaged, by item and warehouse."""
    found: dict[tuple[str, str], int] = {}
    for back in returned:
        for line in back.lines:
            key = (line.item_id, back.warehouse_id)
            found[key] = found.get(key, 0) + line.received - line.restocked
    return found


def _arrived(state: ReturnState, units: int) -> int:
    """All of a return that is done, a half of one being unpacked."""
    return {"done": units, "unpacking": units // 2}.get(state, 0)


def _parcel(number: int, back: Return, arrived: Mapping[str, int]) -> ReturnParcel:
    return ReturnParcel(
        tracking_number=f"1Z999CC3{number:010d}",
        carrier="UPS",
        cost=Decimal("6.80"),
        sent_at=back.created_at + timedelta(hours=20),
        arrived_at=None if back.state == "on_the_way" else back.updated_at,
        lines=[
            ParcelLine(
                item_id=line.item_id, sku=line.sku, units=line.units, states=_states(arrived[line.item_id], line.reason)
            )
            for line in back.lines
        ],
    )


def _states(units: int, reason: str | None) -> list[UnitState]:
    if not units:
        return []
    if reason == DAMAGED:
        return [UnitState(units=units, condition="damaged", placed="quarantined")]
    return [UnitState(units=units, condition="good", placed="restocked")]
