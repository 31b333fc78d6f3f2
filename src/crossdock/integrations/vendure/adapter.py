"""The Vendure adapter: products with their variants, stock per location, and changes to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, TypeVar

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import ExactAdjustment, WriteBody, choices
from crossdock.contract.cart import products, warehouses
from crossdock.contract.errors import (
    AdapterError,
    CrossdockError,
    InvalidBody,
    VendorRejected,
    VendorUnavailable,
)
from crossdock.integrations.kit.adapter import (
    Adapter,
    Applied,
    Attempt,
    BatchFailed,
    BatchWritten,
    LineOutcome,
    NotApplied,
    Page,
    Settlement,
    Snapshot,
    VendorMessage,
    Window,
    implements,
    settles,
)
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.vendure import client, mapping, queries
from crossdock.integrations.vendure.models import (
    AccountFacts,
    AdjustedVariant,
    ChangedVariants,
    GraphQLAnswer,
    LedgerAnswer,
    ProductPage,
    ShiftedVariant,
    StockAdjustment,
    StockLocationPage,
    VariantOfProduct,
    VariantsToAdjust,
    VendureStockLocation,
)

T = TypeVar("T")

PRODUCTS_PER_PAGE = 50
LOCATIONS_PER_PAGE = 100
LINES_PER_CALL = 100
"""Lines of a batch that go out in one mutation, which Vendure carries out whole or not at all."""
MOST_UNITS = 2**31 - 1
"""Vendure's integers have 32 bits."""
SHIFT_ATTEMPTS = 5
LEDGER_TAIL = 50
CLOCK_SLACK = timedelta(minutes=5)
LONGEST_WRITE = timedelta(minutes=2)


class AdjustInventory(WriteBody, kw_only=True):
    """Changes the stock of one variant at one stock location."""

    quantity: Annotated[int, Meta(ge=0, le=MOST_UNITS)]
    adjustment_type: ExactAdjustment
    warehouse_id: Annotated[
        str | UnsetType,
        choices("warehouses"),
        Meta(description="Stock location to change the stock at; may be left out when the shop has only one."),
    ] = UNSET


class Vendure(Adapter):
    slug = "vendure"
    display_name = client.NAME
    vertical = "cart"
    description = "Open-source commerce server"
    docs_url = "https://docs.vendure.io/reference/graphql-api/admin/queries"
    auth = client.SessionLogin()
    credentials_type = client.VendureCredentials

    credentials: client.VendureCredentials

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
            because="an order changes stock without moving a variant's updatedAt, and stock movements are listed only "
            "variant by variant"
        ),
    )
    async def get_products(self, window: Window) -> AsyncIterator[Page[products.Product]]:
        # https://docs.vendure.io/reference/graphql-api/admin/queries#products
        skip, known_total = _walk_position(window.cursor)
        while True:
            page = await self._ask(queries.PRODUCTS, {"skip": skip, "take": PRODUCTS_PER_PAGE}, ProductPage)
            found = page.products
            if found.total_items < known_total and skip:
                # Products deleted behind the walk moved the rest forward, past it. Step back and read them again.
                skip = max(0, skip - (known_total - found.total_items))
                known_total = found.total_items
                continue
            known_total = found.total_items
            skip += len(found.items)
            records = [record for item in found.items for record in mapping.product_records(item, page)]
            more = len(found.items) > 0 and skip < known_total
            yield Page(records, f"{skip}/{known_total}" if more else None)
            if not more:
                return

    @implements(
        warehouses.GET_WAREHOUSES,
        mode=Snapshot(because="assigning a location to the channel does not move its updatedAt"),
    )
    async def get_warehouses(self, window: Window) -> AsyncIterator[Page[warehouses.Warehouse]]:
        async for locations in self._stock_locations(int(window.cursor or 0)):
            yield Page([mapping.warehouse_record(location) for location in locations])

    @implements(products.ADJUST_INVENTORY, AdjustInventory)
    async def adjust_inventory(self, product_id: str, body: AdjustInventory) -> products.Product:
        if mapping.is_parent(product_id):
            raise InvalidBody.field("product_id", NO_STOCK_OF_PARENT, "path")
        shop = await self._shop_to_adjust([product_id])
        variant = shop.counted(product_id)
        location_id = shop.location(body.warehouse_id)
        if body.adjustment_type == "exact":
            changed: VariantOfProduct = (await self._set_levels([(product_id, location_id, body.quantity)]))[product_id]
        else:
            units = body.quantity if body.adjustment_type == "increase" else -body.quantity
            changed = await self._shift_level(variant, location_id, units)
        return mapping.variant_record(changed, changed.product, shop.facts)

    @settles(products.ADJUST_INVENTORY)
    async def settle_adjust_inventory(self, attempt: Attempt) -> Settlement:
        """Nothing marks an adjustment as ours, so the ledger can only prove that there was none."""
        [product_id] = attempt.ids
        body: AdjustInventory = attempt.body
        shop = await self._shop_to_adjust([product_id])
        variant = shop.counted(product_id)
        if body.adjustment_type == "exact" and variant.on_hand(shop.location(body.warehouse_id)) == body.quantity:
            return Applied(mapping.variant_record(variant, variant.product, shop.facts))
        if self.now() - attempt.sent_at < LONGEST_WRITE:
            return None
        tail, clock_ahead = await self._ledger_tail(variant)
        since = attempt.sent_at + clock_ahead - CLOCK_SLACK
        return None if any(item.created_at >= since for item in tail) else NotApplied()

    @implements(products.BATCH_ADJUST_INVENTORY, products.BatchAdjustInventoryBody)
    async def batch_adjust_inventory(
        self, body: products.BatchAdjustInventoryBody
    ) -> BatchWritten[products.Product]:
        """Sets levels in calls of up to 100 lines. Each call is all or nothing; a failure ends the batch."""
        lines = body.line_items
        _refuse_impossible_lines(lines)
        shop = await self._shop_to_adjust(list(dict.fromkeys(line.product_id for line in lines)))
        levels = shop.levels(lines)
        outcomes: list[LineOutcome] = []
        records: dict[str, products.Product] = {}
        for start in range(0, len(lines), LINES_PER_CALL):
            part = levels[start : start + LINES_PER_CALL]
            try:
                changed = await self._set_levels(part)
            except AdapterError as error:
                raise _batch_failed(lines, outcomes, len(part), list(records.values()), error) from error
            outcomes += [LineOutcome(start + at, item[0], "applied") for at, item in enumerate(part)]
            for product_id, variant in changed.items():
                records[product_id] = mapping.variant_record(variant, variant.product, shop.facts)
        return BatchWritten(list(records.values()))

    async def _ask(self, query: str, variables: Mapping[str, Any], kind: type[T], *, changes: bool = False) -> T:
        answer = await self._send(query, variables, changes=changes)
        return answer.json(GraphQLAnswer[kind]).data  # type: ignore[valid-type]

    async def _send(self, query: str, variables: Mapping[str, Any], *, changes: bool = False) -> VendorAnswer:
        return await self.client.post(client.ADMIN_API, {"query": query, "variables": variables}, changes=changes)
