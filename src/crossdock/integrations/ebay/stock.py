"""The rules of changing stock. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from msgspec import UnsetType

from crossdock.contract.bodies import ExactAdjustment
from crossdock.contract.cart.products import BatchAdjustInventoryLine
from crossdock.integrations.ebay.mapping import FIXED_PRICE, GROUP, PUBLISHED
from crossdock.integrations.ebay.models import Distribution, EbayOffer, ShipTo, StockOutcome
from crossdock.integrations.kit.batches import check_levels

MOST_PER_CALL = 25
"""SKUs, and offers, that one call of bulkUpdatePriceQuantity takes."""
PARENT_REFUSED = "A parent product holds no stock of its own; adjust one of its variations."
SEVERAL_PLACES = "The stock of the product is divided among warehouses; name one of: {}."
NO_PLACES = "The stock of the product is not divided among warehouses; leave it out."
UNKNOWN_PLACE = "Not a warehouse of the account."
BELOW_ZERO = "Only {} in stock; stock cannot go below zero."


class Unfit(Exception):
    """A change that cannot be made, with the field that is in the way."""

    def __init__(self, field: Literal["quantity", "warehouse_id"], reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


def changed(stock: ShipTo, quantity: int, kind: ExactAdjustment, wanted: str | UnsetType) -> ShipTo:
    """The stock after a change, which eBay takes as levels. Raises Unfit."""
    total = stock.quantity or 0
    places = {place.merchant_location_key: place for place in stock.availability_distributions}
    if isinstance(wanted, UnsetType) and not places:
        return ShipTo(quantity=_level(total, quantity, kind))
    key = _place(places, total, wanted)
    held = places.get(key, Distribution(merchant_location_key=key, quantity=0))
    level = _level(held.quantity, quantity, kind)
    places[key] = msgspec.structs.replace(held, quantity=level)
    # What is sold is taken from the total, so the rest of it stays as eBay has it.
    return ShipTo(quantity=max(0, total + level - held.quantity), availability_distributions=list(places.values()))


def _place(places: dict[str, Distribution], total: int, wanted: str | UnsetType) -> str:
    """The location that a change is about."""
    if not isinstance(wanted, UnsetType):
        if not places and total:
            raise Unfit("warehouse_id", NO_PLACES)
        return wanted
    if len(places) > 1:
        raise Unfit("warehouse_id", SEVERAL_PLACES.format(", ".join(places)))
    return next(iter(places))


def _level(there: int, quantity: int, kind: ExactAdjustment) -> int:
    if kind == "exact":
        return quantity
    if kind == "increase":
        return there + quantity
    if quantity > there:
        raise Unfit("quantity", BELOW_ZERO.format(there))
    return there - quantity


def level_of(stock: ShipTo, wanted: str | UnsetType) -> int | None:
    """The level that a change without or with a warehouse is about; None where that is not clear."""
    places = {place.merchant_location_key: place.quantity for place in stock.availability_distributions}
    if not isinstance(wanted, UnsetType):
        return places.get(wanted)
    if len(places) > 1:
        return None
    return next(iter(places.values()), stock.quantity)


@dataclass
class Change:
    """The new stock of one SKU, and what its listings are to show of it."""

    sku: str
    before: ShipTo
    after: ShipTo
    offers: Sequence[EbayOffer]

    def limits(self) -> list[dict[str, Any]]:
        """New limits of listings. One that showed all of the stock goes on to; one below it is lowered only."""
        made = []
        for offer in self.offers:
            shown = offer.available_quantity
            if offer.status != PUBLISHED or offer.format != FIXED_PRICE or shown is None:
                continue
            units = self.after.quantity or 0
            level = units if shown == self.before.quantity else min(shown, units)
            if level != shown:
                made.append({"offerId": offer.offer_id, "availableQuantity": level})
        return made

    def offers_after(self) -> list[EbayOffer]:
        """The offers with the limits that were set."""
        levels = {limit["offerId"]: limit["availableQuantity"] for limit in self.limits()}
        return [
            msgspec.structs.replace(offer, available_quantity=levels.get(offer.offer_id, offer.available_quantity))
            for offer in self.offers
        ]

    def request(self) -> dict[str, Any]:
        """The change as eBay takes it. The container replaces the old one, so all of it is sent."""
        container: dict[str, Any] = {"quantity": self.after.quantity}
        if self.after.availability_distributions:
            container["availabilityDistributions"] = msgspec.to_builtins(self.after.availability_distributions)
        limits = self.limits()
        shown = {"sku": self.sku, "shipToLocationAvailability": container}
        return {**shown, "offers": limits} if limits else shown

    def outcomes(self, answered: Sequence[StockOutcome]) -> list[StockOutcome]:
        """What eBay says of the SKU and its offers."""
        offers = {limit["offerId"] for limit in self.limits()}
        return [
            item for item in answered if item.offer_id in offers or (item.offer_id is None and item.sku == self.sku)
        ]


def calls(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """The changes of a batch, as many in a call as eBay takes."""
    part: list[Change] = []
    offers = 0
    for change in changes:
        more = len(change.limits())
        if part and (len(part) == MOST_PER_CALL or offers + more > MOST_PER_CALL):
            yield part
            part, offers = [], 0
        part.append(change)
        offers += more
    if part:
        yield part


def check_lines(lines: Sequence[BatchAdjustInventoryLine]) -> None:
    """Refuses lines that no account could carry out, all of them at once."""

    def own(line: BatchAdjustInventoryLine) -> dict[str, str]:
        return {"product_id": PARENT_REFUSED} if line.product_id.startswith(GROUP) else {}

    check_levels(lines, own=own)
