"""Receivers of webhooks on loopback, and the worker's part run by hand."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from crossdock.platform.engine import Engine
from crossdock.webhooks import service
from crossdock.webhooks.store import EndpointRow
from crossdock.webhooks.tasks import Dispatcher
from tests.api.client import DepotConnection
from tests.kit.loopback import Received, http, serve

Respond = Callable[[Received], Awaitable[bytes | None]]


async def accept(_: Received) -> bytes:
    return http(200, "")


@dataclass
class Receiver:
    """Somebody's server that gets webhooks. `respond` may be replaced while it runs."""

    url: str = ""
    respond: Respond = accept
    got: list[Received] = field(default_factory=list)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(request.body) for request in self.got]

    def told(self) -> list[str]:
        return [message["event_type"] for message in self.messages]


@contextlib.asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()

    async def respond(request: Received) -> bytes | None:
        receiver.got.append(request)
        return await receiver.respond(request)

    async with serve(respond) as server:
        receiver.url = f"{server.url}/hooks"
        yield receiver


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@dataclass
class Hooks:
    """Endpoints of one organization, and the lanes of the worker."""

    engine: Engine
    organization_id: UUID
    dispatcher: Dispatcher

    async def subscribe(self, url: str, **given: Any) -> tuple[EndpointRow, str]:
        return await service.create(self.engine, self.organization_id, {"url": url, **given})

    async def drain(self) -> None:
        """Lets every lane run until it has nothing left to do now."""
        tasks = await self.dispatcher.claim([self.organization_id])
        await asyncio.gather(*tasks)

    async def run_sql(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        async with self.engine.database.transaction(self.organization_id) as connection:
            cursor = await connection.execute(statement, values)
            return list(await cursor.fetchall()) if cursor.description else []

    async def all_due(self) -> None:
        """Lets the time pass until every retry is due."""
        await self.run_sql("update webhook_deliveries set due_at = now() where state = 'pending'")
        await self.run_sql("update webhook_lanes set due_at = now()")

    async def deliveries(self) -> list[tuple[str, int]]:
        rows = await self.run_sql("select state, attempts from webhook_deliveries order by sequence")
        return [(row["state"], row["attempts"]) for row in rows]


@contextlib.asynccontextmanager
async def hooks_of(engine: Engine, organization_id: UUID) -> AsyncIterator[Hooks]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crossdock.webhooks.lanes.LINGER_SECONDS", 0)
        dispatcher = Dispatcher(engine)
        try:
            yield Hooks(engine, organization_id, dispatcher)
        finally:
            await dispatcher.close()


@pytest.fixture
async def hooks(depot_connection: DepotConnection) -> AsyncIterator[Hooks]:
    """Webhooks of the organization that is connected to the depot; its first sync is over."""
    depot_connection.depot.stock("a", "b")
    await depot_connection.sync()
    async with hooks_of(depot_connection.engine, depot_connection.organization_id) as made:
        yield made
