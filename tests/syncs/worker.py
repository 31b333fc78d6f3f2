"""An office: a connection to a depot that knows orders, and the worker that syncs it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from crossdock.contract.values import timestamp_text
from crossdock.contract.wms import orders
from crossdock.integrations.kit.adapter import Incremental, Page, Window, implements
from crossdock.platform.engine import Engine
from crossdock.syncs import schedules
from crossdock.syncs.tasks import Worker
from tests.api.client import DepotConnection, connected_depot
from tests.api.depot_server import running_depot
from tests.api.vendors.depot import Depot, DepotItem, DepotPage

ORDERS = "get_orders"


def _order(entry: DepotItem) -> orders.Order:
    return orders.Order(
        id=entry.id,
        created_date=entry.made,
        updated_date=entry.changed,
        reference_id=entry.id,
        order_number=entry.sku,
        status="open",
        raw_status="open",
    )


class OrderDepot(Depot):
    """Every good of the depot is an order too. It can be asked for what changed since a moment, not up to one."""

    slug = "order-depot"
    display_name = "Order Depot"

    @implements(orders.GET_ORDERS, mode=Incremental(by="since"))
    async def get_orders(self, window: Window) -> AsyncIterator[Page[orders.Order]]:
        async for page in self._read(window, {}):
            yield page

    async def _read(self, window: Window, more: dict[str, str]) -> AsyncIterator[Page[orders.Order]]:
        since = None if window.start is None else timestamp_text(window.start)
        number = int(window.cursor or 0)
        while True:
            answer = await self.client.get("/items", {"page": number, "since": since, **more})
            page: DepotPage = answer.json(DepotPage)
            following = None if page.next is None else str(page.next)
            yield Page([_order(entry) for entry in page.items], following, page.removed)
            if page.next is None:
                return
            number = page.next


class SpanDepot(OrderDepot):
    """Limits the end of a window itself."""

    slug = "span-depot"

    @implements(orders.GET_ORDERS, mode=Incremental(by="since", until="until"))
    async def get_orders(self, window: Window) -> AsyncIterator[Page[orders.Order]]:
        async for page in self._read(window, {"until": timestamp_text(window.end)}):
            yield page


def at(day: str) -> str:
    """A day of 2025 as the depot writes it."""
    return f"2025-{day}T12:00:00Z"


@dataclass(frozen=True)
class Workplace:
    """A worker, its engine, and the API on the same database."""

    engine: Engine
    http: httpx.AsyncClient
    worker: Worker


@dataclass(frozen=True)
class Office:
    """A connection, and the one worker of its database."""

    connection: DepotConnection
    worker: Worker

    async def work(self) -> None:
        """What the worker does with one tick, to its end."""
        await self.worker.tick()
        while self.worker._running:
            await asyncio.wait(self.worker._running)

    async def ask(self, start: str = at("02-01"), end: str = at("03-01"), **changes: Any) -> dict[str, Any]:
        """Asks for a span of the past on demand."""
        body = {"start_time": start, "end_time": end, "function_name": ORDERS, **changes}
        answer = await self.connection.caller.post("/connections/on-demand-syncs", body)
        assert answer.status_code == 200, answer.text
        job: dict[str, Any] = answer.json()
        return job

    async def status(self, job: dict[str, Any]) -> str:
        answer = await self.connection.caller.get(f"/connections/on-demand-syncs/{job['id']}")
        return str(answer.json()["status"])

    async def orders(self) -> set[str]:
        return await self.connection.caller.ids("/wms/orders")

    async def change(self, statement: str) -> None:
        async with self.connection.engine.database.transaction(self.connection.organization_id) as transaction:
            await transaction.execute(statement)

    async def only_orders_are_due(self) -> None:
        """Lets every other function wait."""
        await self.change(
            "update sync_schedules set due_at = now() + interval '1 day' where function_name <> 'get_orders'"
        )

    async def hold(self) -> schedules.Due:
        """Another worker takes the scheduled run of the orders."""
        async with self.connection.engine.database.transaction(self.connection.organization_id) as transaction:
            due = await schedules.claim_one(transaction, self.connection.connection_id, ORDERS)
        assert due is not None
        return due


@contextlib.asynccontextmanager
async def office(place: Workplace, adapter: type[Depot] = OrderDepot) -> AsyncIterator[Office]:
    """An organization with a connection to a depot; nothing of it is due once it is left."""
    async with running_depot() as depot, connected_depot(place.engine, place.http, depot, adapter) as connection:
        depot.stock("old", changed=at("01-15"))
        depot.stock("a", "b", "c", "d", changed=at("02-10"))
        depot.stock("new", changed=timestamp_text(datetime.now(UTC)))
        made = Office(connection, place.worker)
        await made.only_orders_are_due()
        try:
            yield made
        finally:
            await connection.caller.send("DELETE", "/connections")
