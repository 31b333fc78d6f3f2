"""Reads the stock of many products at once.

Tryton computes a quantity for one location and all products, or for one product and all locations, whichever the
context names; it has no call for both at once. A page of products is therefore read by whichever is fewer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from crossdock.integrations.tryton.client import Domain, TrytonAPI, typed
from crossdock.integrations.tryton.mapping import Layout, LotStock, Stock
from crossdock.integrations.tryton.models import (
    KIT_MODULE,
    LOT_EXPIRY_MODULE,
    LOT_MODULE,
    TrytonLocation,
    TrytonLotQuantity,
    TrytonMoment,
    TrytonMove,
    TrytonProductOf,
    TrytonQuantity,
    TrytonRow,
)

TREE_TYPES = ["warehouse", "storage", "view"]
OPEN_STATES = ["draft", "assigned"]
"""Moves that are planned. `staging` ones are proposals, which nobody has promised yet."""
CLOSED_STATES = ["done", "cancelled"]
MOVES_AT_ONCE = 1000


class StockReader:
    """The stock of one company."""

    def __init__(self, api: TrytonAPI) -> None:
        self._api = api
        self._layout: Layout | None = None

    async def layout(self) -> Layout:
        """The warehouses and the places in them."""
        if self._layout is None:
            domain = [["type", "in", TREE_TYPES]]
            self._layout = Layout(await self._api.every("stock.location", TrytonLocation, domain))
        return self._layout

    async def of(self, products: Sequence[int]) -> dict[int, Stock]:
        """The stock of some products."""
        if not products:
            return {}
        layout = await self.layout()
        quantities = await self._quantities(products, layout)
        lots = await self._lots(products, layout)
        moves: dict[int, list[TrytonMove]] = defaultdict(list)
        for move in await self._api.every("stock.move", TrytonMove, await self._moves(products, OPEN_STATES)):
            moves[move.product].append(move)
        touched = await self._touched(products)
        return {
            number: Stock(
                by_location=quantities.get(number, {}),
                open_moves=moves.get(number, ()),
                lots=lots.get(number, ()),
                touched=touched.get(number),
            )
            for number in products
        }

    async def by_location(self, product: int, lot: int | None = None) -> dict[int, float]:
        """What each place holds of a product, or of one batch of it; places without any are left out."""
        context: dict[str, Any] = {"product": product, "with_childs": False}
        if lot is not None:
            context["lot"] = lot
        domain: Domain = [["type", "=", "storage"], ["quantity", "!=", 0]]
        rows = await self._api.every("stock.location", TrytonQuantity, domain, context=context)
        return {row.id: row.quantity for row in rows}

    async def has_lots(self, product: int) -> bool:
        """Whether there is a batch of the product."""
        if LOT_MODULE not in await self._api.modules():
            return False
        return bool(await self._api.search("stock.lot", TrytonRow, [["product", "=", product]], limit=1))

    async def changed_since(self, moment: datetime, today: date) -> set[int]:
        """Products whose stock may be another than it was: by a move, by a batch, or by a batch that expired since.

        A stock change does not touch the product, and an expiry touches nothing at all.
        """
        company = await self._api.company()
        domain: Domain = [["last_modified_at", ">=", typed(moment)], ["company", "=", company]]
        found = {row.product for row in await self._api.every("stock.move", TrytonProductOf, domain)}
        modules = await self._api.modules()
        if LOT_MODULE in modules:
            batches: Domain = ["OR", ["last_modified_at", ">=", typed(moment)]]
            if LOT_EXPIRY_MODULE in modules:
                limit = "shelf_life_expiration_date"
                # A batch is expired from the day after its last one.
                since = moment.date() - timedelta(days=1)
                batches.append([[limit, ">=", _day(since)], [limit, "<=", _day(today)]])
            found |= {row.product for row in await self._api.every("stock.lot", TrytonProductOf, batches)}
        return found

    async def _quantities(self, products: Sequence[int], layout: Layout) -> dict[int, dict[int, float]]:
        if len(products) < len(layout.storage):
            return {number: await self.by_location(number) for number in products}
        found: dict[int, dict[int, float]] = defaultdict(dict)
        domain: Domain = [["id", "in", list(products)], ["quantity", "!=", 0]]
        for place in layout.storage:
            context = {"locations": [place], "with_childs": False}
            for row in await self._api.every("product.product", TrytonQuantity, domain, context=context):
                found[row.id][place] = row.quantity
        return found

    async def _lots(self, products: Sequence[int], layout: Layout) -> dict[int, list[LotStock]]:
        found: dict[int, list[LotStock]] = defaultdict(list)
        if LOT_MODULE not in await self._api.modules():
            return found
        domain: Domain = [["product", "in", list(products)]]
        if not await self._api.search("stock.lot", TrytonRow, domain, limit=1):
            return found
        for warehouse in layout.warehouses:
            receiving = sorted(place for place in layout.receiving if layout.warehouse_of[place] == warehouse)
            arrived = {row.id: row.quantity for row in await self._lots_in(receiving, domain, with_childs=False)}
            for row in await self._lots_in([warehouse], domain, with_childs=True):
                found[row.product].append(LotStock(row, warehouse, row.quantity, arrived.get(row.id, 0)))
        return found

    async def _lots_in(self, places: list[int], domain: Domain, *, with_childs: bool) -> list[TrytonLotQuantity]:
        if not places:
            return []
        context = {"locations": places, "with_childs": with_childs}
        wanted: Domain = [*domain, ["quantity", "!=", 0]]
        return await self._api.every("stock.lot", TrytonLotQuantity, wanted, context=context)

    async def _touched(self, products: Sequence[int]) -> dict[int, TrytonMoment]:
        """When the latest closed move of each product was last changed.

        The newest moves of all are read until each product was seen; usually that is one request.
        """
        found: dict[int, TrytonMoment] = {}
        missing = set(products)
        while missing:
            rows = await self._api.search(
                "stock.move",
                TrytonMove,
                await self._moves(sorted(missing), CLOSED_STATES),
                order="last_modified_at",
                descending=True,
                limit=MOVES_AT_ONCE,
            )
            for row in rows:
                found.setdefault(row.product, row.last_modified_at)
            if len(rows) < MOVES_AT_ONCE:
                break
            missing -= found.keys()
        return found

    async def _moves(self, products: Sequence[int], states: list[str]) -> Domain:
        company = await self._api.company()
        return [["product", "in", list(products)], ["state", "in", states], ["company", "=", company]]


def products_changed_since(moment: datetime, modules: frozenset[str]) -> Domain:
    """Products that changed themselves, or something shown with them did."""
    paths = ["", "template.", "identifiers."]
    if KIT_MODULE in modules:
        paths += [f"{of}components.{part}" for of in ("", "template.") for part in ("", "product.")]
    return ["OR", *([f"{path}last_modified_at", ">=", typed(moment)] for path in paths)]


def _day(value: date) -> dict[str, Any]:
    return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
