"""Callers of the application, and the organizations they belong to."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
import stamina

from crossdock.accounts import service as accounts
from crossdock.connections import sandboxes, service
from crossdock.contract.management.sandboxes import SandboxAnswer
from crossdock.integrations import registry
from crossdock.integrations.kit.transport import ASGIApp
from crossdock.platform.engine import Engine
from crossdock.platform.settings import Settings
from crossdock.syncs import schedules
from crossdock.syncs import service as syncs
from tests.api.depot_server import KEY, DepotServer
from tests.api.vendors.depot import Depot, DepotCredentials

Query = Sequence[tuple[str, str]] | Mapping[str, str]

RELAXED = Settings(
    reads_per_second=1_000_000,
    writes_per_second=1_000_000,
    integrations_per_minute=1_000_000,
    public_calls_per_minute=1_000_000,
    sign_ins_per_minute=1_000_000,
    allowed_networks="127.0.0.0/8",
)
"""Settings of most tests: nobody is held back, and vendors on loopback can be reached."""


def client_of(app: ASGIApp) -> httpx.AsyncClient:
    """Speaks HTTP with an application in this process."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://crossdock.test")


def engine_like(engine: Engine, **changes: Any) -> Engine:
    """An engine with other settings on the same database and keys."""
    made = Engine(msgspec.structs.replace(engine.settings, **changes), engine.database, engine.master_key)
    made.servers.update(engine.servers)
    return made


def _pairs(params: Query) -> list[tuple[str, str | int | float | bool | None]]:
    return list(params.items() if isinstance(params, Mapping) else params)


@dataclass(frozen=True)
class Caller:
    """Somebody with a key and perhaps a token. Every answer it gets is an answer of the contract."""

    http: httpx.AsyncClient
    key: str | None = None
    token: str | None = None

    async def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | None = None,
        params: Query | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        given = {} if self.key is None else {"x-trackstar-api-key": self.key}
        if self.token is not None:
            given["x-trackstar-access-token"] = self.token
        if content is not None:
            given["content-type"] = "application/json"
        answer = await self.http.request(
            method,
            path,
            json=json,
            content=content,
            params=None if params is None else httpx.QueryParams(_pairs(params)),
            headers={**given, **(headers or {})},
        )
        assert answer.headers["x-request-id"]
        if answer.status_code >= 400:
            said = answer.json()
            assert said["error"], said
            assert said["origin"] in ("trackstar", "integration")
        return answer

    async def get(self, path: str, params: Query | None = None, **headers: str) -> httpx.Response:
        shown = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.send("GET", path, params=params, headers=shown)

    async def put(self, path: str, json: Any, key: str | None = None) -> httpx.Response:
        return await self.send("PUT", path, json=json, headers={"Idempotency-Key": key} if key is not None else None)

    async def post(self, path: str, json: Any = None, key: str | None = None) -> httpx.Response:
        return await self.send("POST", path, json=json, headers={"Idempotency-Key": key} if key is not None else None)

    async def ids(self, path: str, params: Query | None = None) -> set[str]:
        """The ids of a list that fits on one page."""
        answer = await self.get(path, params)
        assert answer.status_code == 200, answer.text
        assert answer.json()["next_token"] is None
        return {record["id"] for record in answer.json()["data"]}

    async def pages(self, path: str, params: Query = (), limit: int = 5) -> AsyncIterator[list[dict[str, Any]]]:
        """Every page of a list."""
        given = [*(params.items() if isinstance(params, Mapping) else params), ("limit", str(limit))]
        token: str | None = None
        while True:
            answer = await self.get(path, [*given, ("page_token", token)] if token else given)
            assert answer.status_code == 200, answer.text
            said = answer.json()
            assert said["total_count"] == len(said["data"]) <= limit
            yield said["data"]
            token = said["next_token"]
            if token is None:
                return

    def with_(self, **changes: Any) -> Caller:
        return replace(self, **changes)


def violations(answer: httpx.Response, place: str = "json") -> dict[str, list[str]]:
    """What a 422 lists for one place of the request."""
    assert answer.status_code == 422, answer.text
    said = answer.json()
    assert said["error"] == "Validation error"
    assert said["origin"] == "trackstar"
    found: dict[str, list[str]] = said["detail"][place]
    assert all(isinstance(text, str) for texts in found.values() for text in texts)
    return found


@dataclass(frozen=True)
class Account:
    """An organization with a full key, a read-only key and both sandboxes."""

    organization_id: UUID
    key: str
    read_key: str
    wms: SandboxAnswer
    cart: SandboxAnswer
    http: httpx.AsyncClient

    @property
    def organization(self) -> Caller:
        return Caller(self.http, self.key)

    @property
    def warehouse(self) -> Caller:
        return Caller(self.http, self.key, self.wms.access_token)

    @property
    def shop(self) -> Caller:
        return Caller(self.http, self.key, self.cart.access_token)


async def open_account(engine: Engine, http: httpx.AsyncClient) -> Account:
    """A new organization."""
    organization_id = await accounts.create_organization(engine.database, f"test {uuid4().hex[:6]}")
    key = await accounts.create_key(engine.database, organization_id, "full")
    read_key = await accounts.create_key(engine.database, organization_id, "read", "read")
    wms = await sandboxes.generate(engine, organization_id, "wms")
    cart = await sandboxes.generate(engine, organization_id, "cart")
    return Account(organization_id, key, read_key, wms, cart, http)


@dataclass(frozen=True)
class DepotConnection:
    """A connection to a depot, and the depot itself."""

    engine: Engine
    depot: DepotServer
    organization_id: UUID
    connection_id: UUID
    caller: Caller

    async def sync(self, function: str = "get_inventory") -> None:
        """Runs one sync to its end, as the worker does."""
        async with self.engine.database.transaction(self.organization_id) as connection:
            due = await schedules.claim_one(connection, self.connection_id, function)
        assert due is not None, f"{function} is running"
        await syncs.run(self.engine, due)

    async def end_holds(self) -> None:
        """The time is over that the depot asked to wait."""
        async with self.engine.database.transaction(self.organization_id) as connection:
            await connection.execute("update vendor_budgets set state = '{}'")

    async def stored(self) -> dict[str, int]:
        """What the API says is on hand, by item."""
        answer = await self.caller.get("/wms/inventory")
        return {record["id"]: record["onhand"] for record in answer.json()["data"]}

    async def shown(self) -> dict[str, Any]:
        """The connection as `GET /connections/{connection_id}` shows it."""
        answer = await self.caller.get(f"/connections/{self.connection_id}")
        found: dict[str, Any] = answer.json()["data"][0]
        return found

    async def adjust(self, item: str = "a", quantity: int = 1, key: str | None = None, **body: Any) -> httpx.Response:
        """Increases the stock of an item."""
        sent = {"quantity": quantity, "adjustment_type": "increase", **body}
        return await self.caller.put(f"/wms/inventory/{item}/adjust", sent, key)


@contextlib.contextmanager
def depot_known(adapter: type[Depot] = Depot) -> Iterator[None]:
    """The depot is one of the integrations of this process, and nobody waits between two attempts at it."""
    known = registry.adapters()
    with pytest.MonkeyPatch.context() as patch:
        if adapter not in known:
            patch.setattr(registry, "adapters", lambda: (*known, adapter))
        stamina.set_testing(True, attempts=2)
        try:
            yield
        finally:
            stamina.set_testing(False)


@contextlib.asynccontextmanager
async def connected_depot(
    engine: Engine, http: httpx.AsyncClient, depot: DepotServer, adapter: type[Depot] = Depot
) -> AsyncIterator[DepotConnection]:
    """A new organization connected to a depot."""
    with depot_known(adapter):
        organization_id = await accounts.create_organization(engine.database, f"depot {uuid4().hex[:6]}")
        key = await accounts.create_key(engine.database, organization_id, "full")
        row, token = await service.create(
            engine,
            organization_id=organization_id,
            adapter=adapter,
            credentials=DepotCredentials(url=depot.url, key=KEY),
            customer_id="customer of the depot",
        )
        # What the depot was asked before anything was read is not what tests are about.
        depot.loopback.received.clear()
        yield DepotConnection(engine, depot, organization_id, row.id, Caller(http, key, token))
