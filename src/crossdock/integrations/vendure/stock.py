"""The rules of changing stock: which variant, which location, which level, and what came of it. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET, UnsetType

from crossdock.contract.cart.products import BatchAdjustInventoryLine
from crossdock.contract.errors import InvalidBody, UnexpectedShape, VendorRejected
from crossdock.integrations.kit.batches import SAME_PLACE
from crossdock.integrations.vendure import mapping
from crossdock.integrations.vendure.models import AdjustedVariant, LedgerOfVariant, Shop, StockAdjustments

MOST_UNITS = 2**31 - 1
"""Vendure's integers have 32 bits."""
LISTED_LOCATIONS = 20
PARENT_REFUSED = "A parent product holds no stock of its own; adjust one of its variants."
UNTRACKED_REFUSED = "Vendure does not track the inventory of this variant, so it has no stock to adjust."


@dataclass(frozen=True)
class Level:
    """Units on hand of one variant at one location."""

    variant_id: str
    location_id: str
    on_hand: int


@dataclass(frozen=True)
class StockRoom:
    """What is known of a shop before its stock is changed; `locations` are names by id."""

    shop: Shop
    variants: Mapping[str, AdjustedVariant]
    locations: Mapping[str, str]

    def variant(self, product_id: str) -> AdjustedVariant:
        """The variant with that id. Raises VendorRejected when there is none, or when its stock is not counted."""
        found = self.variants.get(product_id)
        if found is None:
            raise VendorRejected(f"Vendure has no product variant {product_id}", status=404)
        if not mapping.tracks_inventory(found, self.shop):
            raise VendorRejected(UNTRACKED_REFUSED)
        return found

    def location(self, warehouse_id: str | UnsetType, field: str = "warehouse_id") -> str:
        """The location meant; the only one there is when the caller names none."""
        some = list(self.locations.items())[:LISTED_LOCATIONS]
        known = ", ".join(f"{location_id} ({name})" for location_id, name in some)
        known += " and more" if len(self.locations) > len(some) else ""
        if warehouse_id is UNSET:
            if len(self.locations) == 1:
                return next(iter(self.locations))
            raise InvalidBody.field(field, f"Required, because the shop has several stock locations: {known}.")
        if warehouse_id not in self.locations:
            raise InvalidBody.field(field, f"Not a stock location of the shop; it has {known}.")
        return warehouse_id

    def levels(self, lines: Sequence[BatchAdjustInventoryLine]) -> list[Level]:
        """The level each line asks for. Raises InvalidBody with every line whose location cannot be told."""
        levels: list[Level] = []
        problems: dict[str, list[str]] = {}
        for at, line in enumerate(lines):
            try:
                location_id = self.location(line.warehouse_id, f"line_items.{at}.warehouse_id")
            except InvalidBody as error:
                problems |= {name: list(texts) for name, texts in error.violations["json"].items()}
                continue
            level = Level(line.product_id, location_id, line.quantity)
            if any(item.variant_id == level.variant_id and item.location_id == location_id for item in levels):
                problems[f"line_items.{at}.product_id"] = [SAME_PLACE]
            levels.append(level)
        if problems:
            raise InvalidBody({"json": problems})
        return levels

    def refusals(self, lines: Sequence[BatchAdjustInventoryLine]) -> dict[int, str]:
        """Why lines cannot be applied that name a variant whose stock cannot be set."""
        reasons: dict[int, str] = {}
        for at, line in enumerate(lines):
            try:
                self.variant(line.product_id)
            except VendorRejected as error:
                reasons[at] = error.message
        return reasons


def shifted(on_hand: int, units: int) -> int:
    """The level after adding `units`, which may be negative. Raises InvalidBody where there is no such level."""
    if on_hand + units < 0:
        raise InvalidBody.field("quantity", f"Only {on_hand} on hand; stock cannot go below zero.")
    if on_hand + units > MOST_UNITS:
        raise InvalidBody.field("quantity", f"{on_hand} on hand; Vendure holds at most {MOST_UNITS} units.")
    return on_hand + units


@dataclass
class Shift:
    """A change of stock by `units`, carried out by setting levels until `applied` units have been added in all.

    When others turn out to have taken the units that were to be removed, `refusal` says so, and what was applied is
    put back.
    """

    units: int
    applied: int = 0
    refusal: InvalidBody | None = None

    @property
    def left(self) -> int:
        """Units still to add."""
        return (0 if self.refusal else self.units) - self.applied

    def target(self, on_hand: int) -> int:
        """The level to set next. Raises InvalidBody when the change is impossible and nothing has been applied."""
        without_ours = on_hand - self.applied
        if self.refusal is None:
            try:
                return shifted(without_ours, self.units)
            except InvalidBody as error:
                if self.applied == 0:
                    raise
                self.refusal = error
        return max(0, without_ours)


def check_lines(lines: Sequence[BatchAdjustInventoryLine]) -> None:
    """Refuses lines that no shop could carry out, all of them at once."""
    problems: dict[str, list[str]] = {}
    for at, line in enumerate(lines):
        if mapping.is_parent(line.product_id):
            problems[f"line_items.{at}.product_id"] = [PARENT_REFUSED]
        if not 0 <= line.quantity <= MOST_UNITS:
            problems[f"line_items.{at}.quantity"] = [f"Must be between 0 and {MOST_UNITS}."]
    if problems:
        raise InvalidBody({"json": problems})


def levels_input(levels: Sequence[Level]) -> list[dict[str, Any]]:
    """Levels as Vendure's input, one entry a variant."""
    by_variant: dict[str, list[dict[str, Any]]] = {}
    for level in levels:
        entry = {"stockLocationId": level.location_id, "stockOnHand": level.on_hand}
        by_variant.setdefault(level.variant_id, []).append(entry)
    return [{"id": variant_id, "stockLevels": stock_levels} for variant_id, stock_levels in by_variant.items()]


def applied_units(before: LedgerOfVariant, after: StockAdjustments, location_id: str, target: int) -> int:
    """By how many units setting the level to `target` really changed the stock.

    That is what Vendure's ledger says it recorded between the two looks, and differs from what was planned when stock
    moved in the moment between reading the level and setting it.
    """
    known = {item.id for item in before.stock_movements.items}
    recorded = [item.quantity for item in after.items if item.id not in known]
    planned = target - sum(
        level.stock_on_hand for level in before.stock_levels if level.stock_location_id == location_id
    )
    if after.total_items == before.stock_movements.total_items:
        return 0
    if len(recorded) == 1:
        return recorded[0]
    if not recorded or planned in recorded:
        # Others adjusted the variant in the same instant, or the ledger came in another order than it was written in.
        return planned
    raise UnexpectedShape(f"Vendure recorded {recorded} where a change of {planned} was made; check the stock there")
