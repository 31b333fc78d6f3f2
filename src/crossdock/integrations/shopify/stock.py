"""The rules of changing stock. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import UnsetType

from crossdock.contract.cart.products import BatchAdjustInventoryLine
from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.integrations.kit.batches import check_levels
from crossdock.integrations.shopify.mapping import AVAILABLE, gid, number
from crossdock.integrations.shopify.models import Level, ShopifyVariant

NO_NUMBER = "Not an id of Shopify: they are numbers."
MOST_UNITS = 1_000_000_000
"""https://shopify.dev/docs/apps/build/orders-fulfillment/inventory-management-apps"""


@dataclass(frozen=True)
class Change:
    """Units to add, or the level to reach."""

    units: int
    exact: bool


@dataclass(frozen=True)
class Target:
    """The level that a line of a batch asks for."""

    variant_id: str
    location_id: str
    units: int


def level_at(levels: Sequence[Level], location_id: str) -> int:
    """What is available at a location. Raises VendorRejected where the item is not stocked."""
    for level in levels:
        if level.location.id == location_id:
            return level.units(AVAILABLE)
    raise VendorRejected(f"Shopify does not stock this variant at location {number(location_id)}")


def change(kind: str, quantity: int, there: int) -> Change:
    """The change to make of what is there. Raises InvalidBody when it is impossible."""
    if kind == "exact":
        return Change(quantity, exact=True)
    units = quantity if kind == "increase" else -quantity
    if units < 0 and there + units < 0:
        raise InvalidBody.field("quantity", f"Only {there} available; stock cannot go below zero.")
    if there + units > MOST_UNITS:
        raise InvalidBody.field("quantity", f"{there} available; Shopify holds at most {MOST_UNITS} units.")
    return Change(units, exact=False)


def document(reference: str) -> str:
    """What the shop's inventory history names as the cause of a change."""
    return f"gid://crossdock/Write/{reference}"


def check_lines(lines: Sequence[BatchAdjustInventoryLine]) -> None:
    """Refuses lines that no shop could carry out, all of them at once."""

    def own(line: BatchAdjustInventoryLine) -> dict[str, str]:
        ids = {"product_id": line.product_id, "warehouse_id": line.warehouse_id}
        return {
            name: NO_NUMBER
            for name, value in ids.items()
            if isinstance(value, str) and not (value.isascii() and value.isdecimal())
        }

    check_levels(lines, most=MOST_UNITS, own=own)


def targets(lines: Sequence[BatchAdjustInventoryLine], active: Sequence[str]) -> list[Target]:
    """The level of each line; a line without a location means the only one there is."""
    problems: dict[str, list[str]] = {}
    made = []
    for at, line in enumerate(lines):
        if not isinstance(line.warehouse_id, UnsetType):
            location = gid("Location", line.warehouse_id)
        elif len(active) == 1:
            location = active[0]
        else:
            known = ", ".join(number(item) for item in active[:20])
            problems[f"line_items.{at}.warehouse_id"] = [f"Required, because the shop has several locations: {known}."]
            continue
        made.append(Target(gid("ProductVariant", line.product_id), location, line.quantity))
    if problems:
        raise InvalidBody({"json": problems})
    return made


def quantity(variant: ShopifyVariant, target: Target, levels: Sequence[Level]) -> dict[str, Any]:
    """A level as Shopify takes it, with what it has to be until then."""
    return {
        "inventoryItemId": variant.inventory_item.id,
        "locationId": target.location_id,
        "quantity": target.units,
        "changeFromQuantity": level_at(levels, target.location_id),
    }
