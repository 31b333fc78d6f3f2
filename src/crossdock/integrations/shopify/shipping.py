"""Which fulfillment orders a shipment draws on. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from msgspec import UnsetType

from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.integrations.shopify.mapping import gid, number
from crossdock.integrations.shopify.models import Group, ShopifyOrder

SHIPPABLE = frozenset({"OPEN", "IN_PROGRESS"})
"""Statuses of fulfillment orders that can be fulfilled; one on hold or scheduled has to be released first."""


class SentLine(Protocol):
    """Units of one line that were sent."""

    line_item_id: str
    quantity: int


class Sent(Protocol):
    """What a caller says was sent."""

    tracking_number: str | UnsetType
    tracking_url: str | UnsetType
    carrier_name: str | UnsetType
    warehouse_id: str | UnsetType
    notify_customer: bool | UnsetType

    @property
    def line_items(self) -> Sequence[SentLine] | UnsetType: ...


def fulfillment(order: ShopifyOrder, body: Sent) -> dict[str, Any]:
    """The shipment as Shopify takes it. All of it has to come from one location."""
    groups = _groups(order, body.warehouse_id)
    if isinstance(body.line_items, UnsetType):
        drawn = [{"fulfillmentOrderId": group.id} for group in groups]
    else:
        drawn = _drawn(groups, body.line_items)
    asked: dict[str, Any] = {
        "lineItemsByFulfillmentOrder": drawn,
        "notifyCustomer": body.notify_customer is True,
    }
    given = {"number": body.tracking_number, "url": body.tracking_url, "company": body.carrier_name}
    tracking = {name: value for name, value in given.items() if not isinstance(value, UnsetType)}
    return asked | ({"trackingInfo": tracking} if tracking else {})


def _groups(order: ShopifyOrder, warehouse_id: str | UnsetType) -> list[Group]:
    """The fulfillment orders of one location that have anything left to send."""
    left = [group for group in order.fulfillment_orders.nodes if group.status in SHIPPABLE and _left(group)]
    if not left:
        raise VendorRejected(f"Nothing of order {order.name} is left to ship")
    by_place: dict[str | None, list[Group]] = {}
    for group in left:
        place = group.assigned_location.location
        by_place.setdefault(place.id if place else None, []).append(group)
    if isinstance(warehouse_id, UnsetType):
        if len(by_place) == 1:
            return left
        known = ", ".join(sorted(number(place) for place in by_place if place))
        raise InvalidBody.field("warehouse_id", f"Required, because several locations have to ship: {known}.")
    found = by_place.get(gid("Location", warehouse_id))
    if found is None:
        raise InvalidBody.field("warehouse_id", "This location has nothing of the order left to ship.")
    return found


def _left(group: Group) -> int:
    return sum(line.remaining_quantity for line in group.line_items.nodes)


def _drawn(groups: Sequence[Group], lines: Sequence[SentLine]) -> list[dict[str, Any]]:
    """The named lines, taken from the fulfillment orders in their order."""
    problems: dict[str, list[str]] = {}
    taken: dict[str, dict[str, int]] = {}
    for at, asked in enumerate(lines):
        wanted = asked.quantity
        for group in groups:
            for line in group.line_items.nodes:
                if number(line.line_item.id) != asked.line_item_id:
                    continue
                already = taken.setdefault(group.id, {})
                units = min(wanted, line.remaining_quantity - already.get(line.id, 0))
                if units > 0:
                    already[line.id] = already.get(line.id, 0) + units
                    wanted -= units
        if wanted:
            problems[f"line_items.{at}"] = [f"Only {asked.quantity - wanted} units of this line are left to ship here."]
    if problems:
        raise InvalidBody({"json": problems})
    return [
        {
            "fulfillmentOrderId": group_id,
            "fulfillmentOrderLineItems": [{"id": line_id, "quantity": units} for line_id, units in parts.items()],
        }
        for group_id, parts in taken.items()
        if parts
    ]
