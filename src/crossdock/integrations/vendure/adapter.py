"""The Vendure adapter: products with their variants, stock per location, and changes to it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, TypeVar
from weakref import WeakValueDictionary

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import ExactAdjustment, WriteBody, choices
from crossdock.contract.cart import products, warehouses
from crossdock.contract.errors import CrossdockError, InvalidBody, VendorUnavailable
from crossdock.integrations.kit.adapter import (
    Adapter,
    Applied,
    Attempt,
    NotApplied,
    Page,
    Settlement,
    Snapshot,
    VendorMessage,
    Window,
    implements,
    settles,
)
from crossdock.integrations.kit.batches import Batch, BatchWritten
from crossdock.integrations.kit.client import Effect
from crossdock.integrations.kit.paging import by_offset
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.vendure import client, mapping, queries, stock
from crossdock.integrations.vendure.models import (
    AccountFacts,
    AdjustedVariant,
    ChangedVariants,
    GraphQLAnswer,
    ProductPage,
    ShiftedVariant,
    StockLocationPage,
    VariantOfProduct,
    VariantsToAdjust,
    VendureStockLocation,
)

T = TypeVar("T")

PRODUCTS_PER_PAGE = 50
LOCATIONS_PER_PAGE = 100
VARIANTS_PER_CALL = 100
SHIFT_ATTEMPTS = 10
"""How often a change of stock is mended when others change the same stock in the same moment."""
SHIFT_PAUSE_SECONDS = 0.2
CLOCK_SLACK = timedelta(hours=1)
"""How far Vendure's times may be off ours when they are to prove that stock has not changed."""

_writer_locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
"""One writer at a time for a variant in this process, so that the writes of one do not disturb each other."""


class AdjustInventory(WriteBody, kw_only=True):
    """Changes the stock on hand of one variant at one stock location."""

    quantity: Annotated[int, Meta(le=stock.MOST_UNITS)]
    adjustment_type: ExactAdjustment
    warehouse_id: Annotated[
        str | UnsetType,
        Meta(description="Stock location to change the stock at; may be left out when the shop has only one."),
        choices("warehouses"),
    ] = UNSET


class Vendure(Adapter):
    """A Vendure shop's default channel, by way of its admin API."""

    slug = "vendure"
    display_name = client.NAME
    vertical = "cart"
    description = "Open-source commerce server with a GraphQL API."
    docs_url = "https://docs.vendure.io/reference/graphql-api/admin/queries"
    auth = client.SessionLogin()
    credentials_type = client.VendureCredentials

    @property
    def base_url(self) -> str:
        return client.server_address(self.credentials)

    def read_error(self, answer: VendorAnswer) -> VendorMessage | None:
        return client.words_of(answer)

    def find_problem(self, answer: VendorAnswer) -> CrossdockError | None:
        return client.problem_in(answer)

    def session_ended(self, answer: VendorAnswer) -> bool:
        return client.session_ended(answer)

    async def check(self) -> dict[str, Any]:
        # https://docs.vendure.io/reference/graphql-api/admin/queries#activechannel
        channel = (await self._ask(queries.ACCOUNT, {}, AccountFacts)).active_channel
        return {
            "administrator": self.credentials.username,
            "channel": channel.code,
            "currency": channel.default_currency_code,
        }

    @implements(
        products.GET_PRODUCTS,
        mode=Snapshot(
            because="an order moves stock without touching the variant's updatedAt, and stock movements are listed "
            "variant by variant only"
        ),
    )
    async def get_products(self, window: Window) -> AsyncIterator[Page[products.Product]]:
        skip, known_total = [int(part) for part in (window.cursor or "0/0").split("/")]
        while True:
            # https://docs.vendure.io/reference/graphql-api/admin/queries#products
            page = await self._ask(queries.PRODUCTS, {"skip": skip, "take": PRODUCTS_PER_PAGE}, ProductPage)
            found = page.products
            deleted, known_total = known_total - found.total_items, found.total_items
            if deleted > 0:
                # The products behind the deleted ones moved up, some of them past the walk: read those again.
                skip = max(0, skip - deleted)
                continue
            skip += len(found.items)
            done = not found.items or skip >= known_total
            records = [record for product in found.items for record in mapping.product_records(product, page)]
            yield Page(records, None if done else f"{skip}/{known_total}")
            if done:
                return

    @implements(
        warehouses.GET_WAREHOUSES,
        mode=Snapshot(because="assigning a location to the channel does not touch its updatedAt"),
    )
    async def get_warehouses(self, window: Window) -> AsyncIterator[Page[warehouses.Warehouse]]:
        async for locations, offset in by_offset(
            self._stock_locations, size=LOCATIONS_PER_PAGE, start=int(window.cursor or 0)
        ):
            done = len(locations) < LOCATIONS_PER_PAGE
            yield Page([mapping.warehouse_record(location) for location in locations], None if done else str(offset))

    @implements(products.ADJUST_INVENTORY, AdjustInventory)
    async def adjust_inventory(self, product_id: str, body: AdjustInventory) -> products.Product:
        if mapping.is_parent(product_id):
            raise InvalidBody.field("product_id", stock.PARENT_REFUSED, "path")
        async with _writer_locks.setdefault((self.base_url, product_id), asyncio.Lock()):
            room = await self._stock_room([product_id])
            variant, location_id = room.variant(product_id), room.location(body.warehouse_id)
            changed: VariantOfProduct
            if body.adjustment_type == "exact":
                [changed] = await self._set_levels([stock.Level(product_id, location_id, body.quantity)])
            else:
                units = body.quantity if body.adjustment_type == "increase" else -body.quantity
                changed = await self._shift_level(variant, location_id, units)
        return mapping.variant_record(changed, changed.product, room.shop)

    @settles(products.ADJUST_INVENTORY)
    async def settle_adjust_inventory(self, attempt: Attempt) -> Settlement:
        """Nothing in Vendure tells whose a change of stock is, so it can prove only that there was none."""
        [product_id] = attempt.ids
        room = await self._stock_room([product_id])
        variant, location_id = room.variant(product_id), room.location(attempt.body.warehouse_id)
        if attempt.body.adjustment_type == "exact" and variant.on_hand(location_id) == attempt.body.quantity:
            return Applied(mapping.variant_record(variant, variant.product, room.shop))
        changed = [level.updated_at for level in variant.stock_levels if level.stock_location_id == location_id]
        return None if any(moment > attempt.sent_at - CLOCK_SLACK for moment in changed) else NotApplied()

    @implements(products.BATCH_ADJUST_INVENTORY, products.BatchAdjustInventoryBody)
    async def batch_adjust_inventory(self, body: products.BatchAdjustInventoryBody) -> BatchWritten[products.Product]:
        lines = body.line_items
        stock.check_lines(lines)
        room = await self._stock_room(list(dict.fromkeys(line.product_id for line in lines)))
        levels = room.levels(lines)
        batch: Batch[products.Product] = Batch([line.product_id for line in lines])
        batch.require(room.refusals(lines))
        for start in range(0, len(levels), VARIANTS_PER_CALL):
            part = levels[start : start + VARIANTS_PER_CALL]
            with batch.sending(range(start, start + len(part))):
                changed = await self._set_levels(part)
            batch.add(*(mapping.variant_record(item, item.product, room.shop) for item in changed))
        return batch.written()

    async def _ask(self, query: str, variables: Mapping[str, Any], kind: type[T], *, changes: bool = False) -> T:
        """The data of a GraphQL answer."""
        body = {"query": query, "variables": variables}
        answer = await self.client.post(client.ADMIN_API, body, changes=changes)
        found: GraphQLAnswer[T] = answer.json(GraphQLAnswer[kind])  # type: ignore[valid-type]
        return found.data

    async def _stock_locations(self, skip: int, take: int) -> Sequence[VendureStockLocation]:
        # https://docs.vendure.io/reference/graphql-api/admin/queries#stocklocations
        page = await self._ask(queries.STOCK_LOCATIONS, {"skip": skip, "take": take}, StockLocationPage)
        return page.stock_locations.items

    async def _stock_room(self, product_ids: Sequence[str]) -> stock.StockRoom:
        """The variants as they are now, and all stock locations."""
        # The variants come last, so that their stock is as fresh as can be when it is changed.
        walk = by_offset(self._stock_locations, size=LOCATIONS_PER_PAGE)
        locations = {location.id: location.name async for page, _ in walk for location in page}
        variants: dict[str, AdjustedVariant] = {}
        for start in range(0, len(product_ids), VARIANTS_PER_CALL):
            found = await self._variants(product_ids[start : start + VARIANTS_PER_CALL])
            variants |= {variant.id: variant for variant in found.product_variants.items}
        return stock.StockRoom(found, variants, locations)

    async def _variants(self, ids: Sequence[str]) -> VariantsToAdjust:
        # https://docs.vendure.io/reference/graphql-api/admin/queries#productvariants
        return await self._ask(queries.VARIANTS_TO_ADJUST, {"ids": ids, "take": len(ids)}, VariantsToAdjust)

    async def _set_levels(self, levels: Sequence[stock.Level]) -> list[VariantOfProduct]:
        """Sets levels in one mutation, which Vendure carries out whole or not at all. Variants in order of levels."""
        # https://docs.vendure.io/reference/graphql-api/admin/mutations#updateproductvariants
        changes = {"levels": stock.levels_input(levels)}
        changed = await self._ask(queries.SET_LEVELS, changes, ChangedVariants, changes=True)
        by_id = {variant.id: variant for variant in changed.update_product_variants}
        return [by_id[variant_id] for variant_id in dict.fromkeys(level.variant_id for level in levels)]

    async def _shift_level(self, variant: AdjustedVariant, location_id: str, units: int) -> AdjustedVariant:
        """Adds units to a level that can only be set: sets it, sees by how much that moved it, and mends the rest."""
        shift = stock.Shift(units)
        for attempt in range(SHIFT_ATTEMPTS):
            target = shift.target(variant.on_hand(location_id))
            change = {
                "nothing": [{"id": variant.id}],
                "level": stock.levels_input([stock.Level(variant.id, location_id, target)]),
                "seen": variant.stock_movements.total_items,
            }
            # https://docs.vendure.io/reference/graphql-api/admin/mutations#updateproductvariants
            shifted = await self._ask(queries.SHIFT_LEVEL, change, ShiftedVariant, changes=True)
            [before], [after] = shifted.before, shifted.after
            shift.applied += stock.applied_units(before, after.stock_movements, location_id, target)
            if shift.left == 0 and shift.refusal is None:
                return after
            if shift.left == 0 and shift.refusal is not None:
                self.client.effect = Effect.NONE  # What the first attempt changed has been put back.
                raise shift.refusal
            await asyncio.sleep(random.uniform(0, SHIFT_PAUSE_SECONDS * (attempt + 1)))  # noqa: S311 - spreads retries
            [variant] = (await self._variants([variant.id])).product_variants.items
        raise VendorUnavailable(
            f"Others kept changing the same stock: {shift.applied} units were added instead of {units}",
            may_have_applied=True,
        )
