"""Calls that are recorded from the fake seller."""

from __future__ import annotations

from typing import Any

from crossdock.integrations.amazon.tests import seed
from crossdock.integrations.kit.fake.faults import Fault
from crossdock.integrations.kit.fake.scenes import Scene

SEARCH = ("GET", "/listings/2021-08-01/items/{sellerId}")
SOURCES = ("GET", "/supplySources/2020-07-01/supplySources")
PATCH = ("PATCH", "/listings/2021-08-01/items/{sellerId}/{sku}")
CONFIRM = ("POST", "/orders/v0/orders/{orderId}/shipmentConfirmation")
NEW_FEED = ("POST", "/feeds/2021-06-30/feeds")


def _change(quantity: int, kind: str) -> dict[str, Any]:
    return {"quantity": quantity, "adjustment_type": kind, "warehouse_id": "DEFAULT"}


def _lines(*lines: tuple[str, int], place: str | None = None) -> dict[str, Any]:
    extra = {} if place is None else {"warehouse_id": place}
    return {"line_items": [{"product_id": sku, "quantity": units, **extra} for sku, units in lines]}


PARCEL = {"tracking_number": "1Z999AA10123456784", "carrier_name": "ups", "shipping_method_name": "Ground"}
PART = {
    "tracking_number": "94001",
    "carrier_name": "Courier Co",
    "shipped_date": "2026-11-20T10:30:00+02:00",
    "warehouse_id": seed.EAST,
    "line_items": [{"line_item_id": "05015851154158", "quantity": 1}],
}
TOO_MUCH = {
    "tracking_number": "94002",
    "carrier_name": "UPS",
    "line_items": [{"line_item_id": "05015851154158", "quantity": 3}, {"line_item_id": "7", "quantity": 1}],
}
MANY = _lines(("TEA-RED", 11), *((f"CARD-{number}", number) for number in range(104, 123)), ("TEA-GREEN", 0))
MANY_REFUSED = _lines(("TEA-RED", 11), *((f"CARD-{number}", 1) for number in range(104, 123)), ("MUG-1", 1))
LOST_EXACT = Scene("adjust_inventory", "lost", ("TEA-RED",), _change(9, "exact"), fault=Fault.SLOW, fault_on=PATCH)
LOST_PARCEL = Scene("create_order_shipment", "lost", (seed.OPEN,), PARCEL, fault=Fault.SLOW, fault_on=CONFIRM)
FEED = Scene("batch_adjust_inventory", "feed", body=MANY, before=lambda fake: fake.crowd())


def _crowd(fake: Any) -> None:
    fake.crowd()


def _not_here(fake: Any) -> None:
    fake.sells_here = False


SCENES = (
    Scene("check", show_headers=("x-amz-access-token",)),
    Scene("check", "wrong_key", wrong_key=True),
    Scene("check", "other_store", before=_not_here),
    Scene("get_products"),
    Scene("get_products", "changed", start_hours_ago=0.5, before=lambda fake: fake.sell()),
    Scene("get_products", "wrong_key", wrong_key=True),
    Scene("get_products", "half_a_page", fault=Fault.HALF, fault_on=SEARCH),
    Scene("get_warehouses"),
    Scene("get_warehouses", "forbidden", fault=Fault.FORBIDDEN, fault_on=SOURCES),
    Scene("get_orders"),
    Scene("get_orders", "no_buyers", before=lambda fake: fake.hide_buyers()),
    Scene("get_orders", "wrong_key", wrong_key=True),
    Scene("adjust_inventory", "increase", ("TEA-RED",), _change(5, "increase")),
    Scene("adjust_inventory", "decrease", ("TEA-RED",), _change(5, "decrease")),
    Scene("adjust_inventory", "exact", ("TEA-GREEN",), _change(0, "exact")),
    Scene("adjust_inventory", "below_zero", ("TEA-GREEN",), _change(7, "decrease")),
    Scene("adjust_inventory", "parent", ("TEA",), _change(1, "increase")),
    Scene("adjust_inventory", "held_by_amazon", ("POT-1",), _change(1, "increase")),
    Scene("adjust_inventory", "draft", ("CUP DRAFT/1",), _change(1, "increase")),
    Scene("adjust_inventory", "not_accepted", ("MUG-1",), _change(1, "increase")),
    Scene("adjust_inventory", "unknown", ("NOTHING",), _change(1, "increase")),
    LOST_EXACT,
    Scene("adjust_inventory", "settle_applied", ("TEA-RED",), _change(9, "exact"), settle=True, earlier=(LOST_EXACT,)),
    Scene("adjust_inventory", "settle_unknown", ("TEA-RED",), _change(9, "exact"), settle=True),
    Scene("batch_adjust_inventory", body=_lines(("TEA-RED", 30), ("TEA-GREEN", 0))),
    Scene("batch_adjust_inventory", "bad_lines", body=_lines(("TEA-RED", -1), ("TEA-RED", 2))),
    Scene("batch_adjust_inventory", "network", body=_lines(("POT-1", 1), place=seed.NETWORK)),
    Scene("batch_adjust_inventory", "refused_lines", body=_lines(("TEA-RED", 1), ("NOTHING", 1), ("TEA", 1))),
    Scene("batch_adjust_inventory", "line_not_accepted", body=_lines(("TEA-RED", 1), ("MUG-1", 1))),
    FEED,
    Scene("batch_adjust_inventory", "feed_not_made", body=MANY, before=_crowd, fault=Fault.BUSY, fault_on=NEW_FEED),
    Scene("batch_adjust_inventory", "settle_queued", body=MANY, settle=True, before=_crowd, earlier=(FEED,)),
    Scene("create_order_shipment", "", (seed.OPEN,), PARCEL),
    Scene("create_order_shipment", "part", (seed.OPEN,), PART),
    Scene("create_order_shipment", "too_much", (seed.OPEN,), TOO_MUCH),
    Scene("create_order_shipment", "cancelled", (seed.GONE,), PARCEL),
    Scene("create_order_shipment", "by_amazon", (seed.BY_AMAZON,), PARCEL),
    LOST_PARCEL,
    Scene("create_order_shipment", "settle_applied", (seed.OPEN,), PARCEL, settle=True, earlier=(LOST_PARCEL,)),
    Scene("create_order_shipment", "settle_unknown", (seed.OPEN,), PARCEL, settle=True),
)
