"""The rules of changing stock: what can be counted, and where. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import UnsetType

from crossdock.contract.cart.products import BatchAdjustInventoryLine
from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.integrations.bigcommerce.mapping import BY_PRODUCT, BY_VARIANT, identity_of
from crossdock.integrations.bigcommerce.models import BigProduct, StockItem
from crossdock.integrations.kit.batches import SAME_PLACE

Reason = Literal["recount", "received", "sold", "damaged", "other"]
LINES_PER_CALL = 2000
"""https://developer.bigcommerce.com/docs/rest-management/inventory/adjustments"""
MOST_UNITS = 2_147_483_647
PARENT_REFUSED = "A parent product holds no stock of its own; adjust one of its variants."
UNTRACKED = "The store does not count the stock of this product; switch on 'Track inventory' there."
SHARED = "The variants of this product share its stock; switch to tracking on the variant level in the store."
NO_ID = "Not an id of a variant of BigCommerce, such as 77-385."
UNKNOWN_PLACE = "Not a location of the store."


def reason_against(product: BigProduct | None, variant_id: int | None, key: str) -> str | None:
    """Why the stock of something cannot be changed; None where it can."""
    if product is None:
        return f"BigCommerce has no product {key}"
    if variant_id is None:
        return PARENT_REFUSED
    if all(variant.id != variant_id for variant in product.variants):
        return f"BigCommerce has no product {key}"
    if product.inventory_tracking not in (BY_PRODUCT, BY_VARIANT):
        return UNTRACKED
    if product.inventory_tracking == BY_PRODUCT and len(product.variants) > 1:
        return SHARED
    return None


def check_countable(product: BigProduct, variant_id: int | None, key: str) -> None:
    """Refuses a product without stock to change."""
    reason = reason_against(product, variant_id, key)
    if reason == PARENT_REFUSED:
        raise InvalidBody.field("product_id", reason, "path")
    if reason is not None:
        raise VendorRejected(reason, status=404 if reason.startswith("BigCommerce has no") else 400)


def on_hand(item: StockItem | None, location_id: int) -> int | None:
    """Units that lie at a location; None where none were ever counted."""
    levels = item.locations if item else []
    return next((level.total_inventory_onhand for level in levels if level.location_id == location_id), None)


def check_enough(there: int, units: int) -> None:
    """Refuses a change that leads below zero or above what BigCommerce can hold."""
    if there + units < 0:
        raise InvalidBody.field("quantity", f"Only {there} on hand; stock cannot go below zero.")
    if there + units > MOST_UNITS:
        raise InvalidBody.field("quantity", f"{there} on hand; BigCommerce holds at most {MOST_UNITS} units.")


def entry(product: BigProduct, variant_id: int, location_id: int, quantity: int) -> dict[str, Any]:
    """A change as BigCommerce takes it; what is counted by product is not taken by its variant."""
    by_product = product.inventory_tracking == BY_PRODUCT
    counted = {"product_id": product.id} if by_product else {"variant_id": variant_id}
    return {"location_id": location_id, **counted, "quantity": quantity}


def places(lines: Sequence[BatchAdjustInventoryLine], known: Sequence[int]) -> list[int]:
    """The location of each line; a line without one means the only one there is. Refuses lines that no store could
    carry out, all of them at once."""
    problems: dict[str, list[str]] = {}
    seen: set[tuple[str, int]] = set()
    found: list[int] = []
    for at, line in enumerate(lines):
        place = _place(line.warehouse_id, known)
        if isinstance(place, str):
            problems[f"line_items.{at}.warehouse_id"] = [place]
        elif (line.product_id, place) in seen:
            problems[f"line_items.{at}.product_id"] = [SAME_PLACE]
        else:
            seen.add((line.product_id, place))
            found.append(place)
        if not 0 <= line.quantity <= MOST_UNITS:
            problems[f"line_items.{at}.quantity"] = [f"Must be between 0 and {MOST_UNITS}."]
        if identity_of(line.product_id) is None:
            problems[f"line_items.{at}.product_id"] = [NO_ID]
    if problems:
        raise InvalidBody({"json": problems})
    return found


def _place(asked: str | UnsetType, known: Sequence[int]) -> int | str:
    """A location, or what is wrong with it."""
    if isinstance(asked, UnsetType):
        if len(known) == 1:
            return known[0]
        return f"Required, because the store has several locations: {', '.join(str(item) for item in known[:20])}."
    return next((item for item in known if str(item) == asked), UNKNOWN_PLACE)
