"""The vendor's HTTP API: keys, errors and lists. The routes of its products are beside their documents."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

import msgspec
import structlog
from litestar import Litestar, Request, Response, get
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from crossdock.platform.database import Database
from crossdock.sandbox import accounts
from crossdock.sandbox.documents import Document
from crossdock.sandbox.problems import Problem, invalid, missing
from crossdock.sandbox.store import Account, Objects, Product

log = structlog.get_logger(__name__)

T = TypeVar("T")
D = TypeVar("D", bound=Document)
AnyRequest = Request[Any, Any, Any]
Clock = Callable[[], datetime]

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 500
_LONGEST_REASON = 500


@dataclass(frozen=True)
class Vendor:
    """What requests work with."""

    database: Database
    clock: Clock

    @asynccontextmanager
    async def objects(self, request: AnyRequest, product: Product) -> AsyncIterator[Objects]:
        """The documents of the caller's account, in one transaction for the whole request."""
        account = await self.account(request)
        if account.product != product:
            raise Problem(403, "wrong_product", f"This key is for {account.product}, not for {product}")
        async with self.database.transaction(account.organization_id) as connection:
            yield Objects(connection, account)

    async def account(self, request: AnyRequest) -> Account:
        """The account of the key in the request."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise Problem(401, "no_key", "Send your key as a bearer token")
        account = await accounts.find_by_key(self.database, key)
        if account is None:
            raise Problem(401, "bad_key", "This key is not known")
        return account

    def now(self) -> datetime:
        """The time that changes are stamped with, in whole seconds."""
        return self.clock().astimezone(UTC).replace(microsecond=0)


def vendor_of(request: AnyRequest) -> Vendor:
    """The vendor that serves a request."""
    return cast(Vendor, request.app.state.vendor)


def make_app(database: Database, *, clock: Clock | None = None, routes: Sequence[HTTPRouteHandler] = ()) -> ASGIApp:
    """The whole API as an ASGI application."""
    from crossdock.sandbox.cart.routes import ROUTES as CART
    from crossdock.sandbox.wms.routes import ROUTES as WMS

    app = Litestar(
        route_handlers=[show_account, *WMS, *CART, *routes],
        exception_handlers={Problem: _problem, HTTPException: _http_problem, Exception: _bug},
        openapi_config=None,
        # The default would take over the logging of the whole process.
        logging_config=None,
    )
    app.state.vendor = Vendor(database, clock or (lambda: datetime.now(UTC)))
    return app
