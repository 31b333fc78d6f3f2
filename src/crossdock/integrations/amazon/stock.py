"""The rules of changing stock. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from crossdock.contract.cart.products import BatchAdjustInventoryLine
from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.integrations.amazon import mapping
from crossdock.integrations.amazon.client import Marketplace
from crossdock.integrations.amazon.mapping import DEFAULT
from crossdock.integrations.amazon.models import Listing
from crossdock.integrations.kit.batches import SAME_PLACE

PARENT_REFUSED = "A parent of variations holds no stock of its own; adjust one of them."
HELD_BY_AMAZON = "Amazon holds this stock in its own warehouses and counts it itself."
NO_TYPE = "Amazon has not taken this listing into the store yet, so its stock cannot be changed."
MOST_LINES = 5000
MERGE, REPLACED = "merge", "/attributes/fulfillment_availability"


@dataclass(frozen=True)
class Level:
    """Units that a place is to have of a listing."""

    sku: str
    place: str
    units: int


def check_place(warehouse_id: str, field: str) -> None:
    """Refuses the stock that Amazon holds."""
    if mapping.by_amazon(warehouse_id):
        raise InvalidBody.field(field, HELD_BY_AMAZON)


def reason_against(listing: Listing, place: Marketplace) -> str | None:
    """Why a listing has no stock to change, or None."""
    if mapping.is_parent(listing, place):
        return PARENT_REFUSED
    if mapping.needs_stock(listing):
        # A quantity of one's own would turn it into a listing that the seller ships.
        return HELD_BY_AMAZON
    return None if mapping.product_type(listing, place) else NO_TYPE


def check_countable(listing: Listing, place: Marketplace) -> None:
    """Refuses a listing that has no stock to change."""
    reason = reason_against(listing, place)
    if reason == PARENT_REFUSED:
        raise InvalidBody.field("product_id", reason, "path")
    if reason is not None:
        raise VendorRejected(reason)


def units_there(listing: Listing, warehouse_id: str) -> int:
    """What a place has; one that was never named has nothing."""
    return mapping.levels(listing, None).get(warehouse_id, 0)


def level_after(listing: Listing, kind: Literal["increase", "decrease", "exact"], quantity: int, place: str) -> Level:
    """The level to set. Raises InvalidBody when there is not enough to take away."""
    there = units_there(listing, place)
    units = {"exact": quantity, "increase": there + quantity, "decrease": there - quantity}[kind]
    if units < 0:
        raise InvalidBody.field("quantity", f"Only {there} in stock; stock cannot go below zero.")
    return Level(listing.sku, place, units)


def patch(level: Level) -> dict[str, Any]:
    """The change of one level. `merge` leaves other places, and the lead time, as they are."""
    # https://developer-docs.amazon.com/sp-api/docs/listings-items-api-v2021-08-01-use-case-guide
    value = {"fulfillment_channel_code": level.place, "quantity": level.units}
    return {"op": MERGE, "path": REPLACED, "value": [value]}


def check_lines(lines: Sequence[BatchAdjustInventoryLine]) -> list[Level]:
    """The levels of a batch. Refuses lines that could not be carried out for any seller, all of them at once."""
    problems: dict[str, list[str]] = {}
    made: list[Level] = []
    seen: set[tuple[str, str]] = set()
    if len(lines) > MOST_LINES:
        problems["line_items"] = [f"At most {MOST_LINES} lines."]
    for at, line in enumerate(lines):
        place = line.warehouse_id if isinstance(line.warehouse_id, str) else DEFAULT
        if line.quantity < 0:
            problems[f"line_items.{at}.quantity"] = ["Must not be negative."]
        if mapping.by_amazon(place):
            problems[f"line_items.{at}.warehouse_id"] = [HELD_BY_AMAZON]
        if (line.product_id, place) in seen:
            problems[f"line_items.{at}.product_id"] = [SAME_PLACE]
        seen.add((line.product_id, place))
        made.append(Level(line.product_id, place, line.quantity))
    if problems:
        raise InvalidBody({"json": problems})
    return made


def reasons(levels: Sequence[Level], found: Mapping[str, Listing], place: Marketplace) -> dict[int, str]:
    """The lines that cannot be applied, each with the reason."""
    against: dict[int, str] = {}
    for at, level in enumerate(levels):
        listing = found.get(level.sku)
        reason = f"Amazon has no listing {level.sku}" if listing is None else reason_against(listing, place)
        if reason is not None:
            against[at] = reason
    return against


def as_asked(levels: Sequence[Level], found: Mapping[str, Listing]) -> bool:
    """Whether every level is what a batch wants."""
    return all(
        level.sku in found and mapping.levels(found[level.sku], None).get(level.place) == level.units
        for level in levels
    )


def feed(levels: Sequence[Level], found: Mapping[str, Listing], place: Marketplace, seller_id: str) -> dict[str, Any]:
    """A batch as the content of a feed of the type JSON_LISTINGS_FEED."""
    # https://developer-docs.amazon.com/sp-api/docs/listings-feed-type-values
    messages = [
        {
            "messageId": at,
            "sku": level.sku,
            "operationType": "PATCH",
            "productType": mapping.product_type(found[level.sku], place),
            "patches": [patch(level)],
        }
        for at, level in enumerate(levels, 1)
    ]
    return {"header": {"sellerId": seller_id, "version": "2.0", "issueLocale": "en_US"}, "messages": messages}
