"""A fresh account of each product, and a caller that speaks HTTP with the vendor inside this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest

from crossdock.integrations.kit.transport import ASGIApp, InProcessTransport, VendorRequest
from crossdock.platform.database import Database
from crossdock.sandbox import accounts
from crossdock.sandbox.app import make_app
from crossdock.sandbox.store import Product


@dataclass(frozen=True)
class Caller:
    """Somebody with a key of the vendor. Calls give the status and the JSON of the answer."""

    app: Any
    key: str

    async def call(self, method: str, path: str, body: Any = None, raw: bytes | None = None) -> tuple[int, Any]:
        content = raw if raw is not None or body is None else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {self.key}"} if self.key else {}
        request = VendorRequest(method, f"http://sandbox.internal{path}", headers, content)
        answer = await InProcessTransport(self.app).send(request)
        return answer.status, json.loads(answer.body)

    async def get(self, path: str, **query: Any) -> tuple[int, Any]:
        return await self.call("GET", f"{path}?{urlencode(query)}" if query else path)

    async def post(self, path: str, body: Any) -> tuple[int, Any]:
        return await self.call("POST", path, body)

    async def walk(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Every entry of a list, page by page."""
        found: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        while True:
            status, page = await self.get(path, **query, **after)
            assert status == 200, page
            found += page["data"]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}


@pytest.fixture(scope="session")
def app(database: Database) -> ASGIApp:
    """The vendor."""
    return make_app(database)


async def open_account(app: ASGIApp, database: Database, organization_id: UUID, product: Product) -> Caller:
    """A caller with a fresh account."""
    return Caller(app, await accounts.reset(database, organization_id, product))


@pytest.fixture
async def warehouse(app: ASGIApp, database: Database, organization_id: UUID) -> Caller:
    """A caller of the warehouse system."""
    return await open_account(app, database, organization_id, "wms")


@pytest.fixture
async def shop(app: ASGIApp, database: Database, organization_id: UUID) -> Caller:
    """A caller of the shop."""
    return await open_account(app, database, organization_id, "cart")


@pytest.fixture
async def erp(app: ASGIApp, database: Database, organization_id: UUID) -> Caller:
    """A caller of the ERP."""
    return await open_account(app, database, organization_id, "erp")
