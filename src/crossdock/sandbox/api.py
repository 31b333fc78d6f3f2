"""What the vendor's routes share: who calls, what was sent, lists, and answers to refused requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

import msgspec
import structlog
from litestar import Request, Response, get
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from crossdock.platform.database import Database
from crossdock.sandbox import accounts
from crossdock.sandbox.documents import Document
from crossdock.sandbox.messages import Messenger
from crossdock.sandbox.problems import Problem, invalid, missing
from crossdock.sandbox.store import Account, Objects, Product

log = structlog.get_logger(__name__)

T = TypeVar("T")
D = TypeVar("D", bound=Document)
AnyRequest = Request[Any, Any, Any]
Clock = Callable[[], datetime]
Preparation = Callable[[Objects, datetime], Awaitable[None]]
"""What happened in an account by itself until a moment."""

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 500


@dataclass(frozen=True)
class Vendor:
    """What requests work with."""

    database: Database
    clock: Clock
    messenger: Messenger

    @asynccontextmanager
    async def objects(
        self, request: AnyRequest, product: Product, before: Preparation | None = None
    ) -> AsyncIterator[Objects]:
        """The documents of the caller's account, in one transaction for the whole request."""
        account = await self.account(request)
        if account.product != product:
            raise Problem(403, "wrong_product", f"This key is for {account.product}, not for {product}")
        async with self.database.transaction(account.organization_id) as connection:
            objects = Objects(connection, account)
            if before is not None:
                await before(objects, self.now())
            yield objects
            told = await objects.hooks() if objects.changed else []
        await self.messenger.tell(account, told, objects.changed, self.now())

    async def account(self, request: AnyRequest) -> Account:
        """The account of the key in the request."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise Problem(401, "no_key", "Send your key as a bearer token")
        account = await accounts.find_by_key(self.database, key)
        if account is None:
            raise Problem(401, "bad_key", "This key is not known")
        needed = right_of(request.method, request.url.path)
        if account.rights is not None and needed is not None and needed not in account.rights:
            raise Problem(403, "no_right", f"This key lacks the right {needed}")
        return account

    def now(self) -> datetime:
        """The time that changes are stamped with, in whole seconds."""
        return self.clock().astimezone(UTC).replace(microsecond=0)


def right_of(method: str, path: str) -> str | None:
    """The right a request takes, such as `orders.read`: the list it is about, and whether it changes anything.

    None for what every key may do, which is to ask about itself.
    """
    parts = path.strip("/").split("/")
    if len(parts) < 3:
        return None
    return f"{parts[2]}.{'read' if method == 'GET' else 'write'}"


def vendor_of(request: AnyRequest) -> Vendor:
    """The vendor that serves a request."""
    return cast(Vendor, request.app.state.vendor)


async def body_of(request: AnyRequest, kind: type[T]) -> T:
    """The body of a request as `kind`."""
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except msgspec.ValidationError as error:
        raise invalid(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(400, "not_json", str(error)) from None


def answer(content: Any, status: int = 200) -> Response[bytes]:
    """JSON as the vendor writes it: camel case, amounts as text, times in UTC."""
    return Response(msgspec.json.encode(content), status_code=status, media_type="application/json")


class Page(msgspec.Struct, kw_only=True):
    """One page of a list."""

    data: list[Any]
    removed: list[str] = []
    next: str | None = None


def list_route(
    path: str,
    product: Product,
    kind: type[D],
    *,
    show: Callable[[D], Any],
    having: Mapping[str, Callable[[str], Any]] | None = None,
    before: Preparation | None = None,
) -> HTTPRouteHandler:
    """`GET path`: documents in the order they were made, `size` a page, going on `after` an id.

    `changedSince` leaves out what has not changed since. `having` are parameters that ask for few documents instead:
    each makes the piece of JSON that they contain. `before` brings the account up to date first.
    """
    lookups = having or {}

    @get(path, name=f"list_{product}_{kind.kind}")
    async def list_documents(request: AnyRequest) -> Response[bytes]:
        query = request.query_params
        async with vendor_of(request).objects(request, product, before) as objects:
            for name in lookups.keys() & query.keys():
                found = await objects.find(kind, lookups[name](_storable(query[name])))
                return answer(Page(data=[show(item) for item in found]))
            after = query.get("after")
            listing = await objects.page(
                kind,
                after=None if after is None else _storable(after),
                size=_size(query.get("size")),
                changed_since=_time(query.get("changedSince")),
            )
            if listing is None:
                raise invalid(f"There is no {kind.title} {after} to go on after", "bad_after")
            data = [show(item) for item in listing.documents]
            return answer(Page(data=data, removed=list(listing.removed), next=listing.following))

    return list_documents


def single_route(
    path: str, product: Product, kind: type[D], *, show: Callable[[D], Any], before: Preparation | None = None
) -> HTTPRouteHandler:
    """`GET path/{id}`: one document."""

    @get(f"{path}/{{identifier:str}}", name=f"show_{product}_{kind.kind}")
    async def show_document(request: AnyRequest) -> Response[bytes]:
        identifier = request.path_params["identifier"]
        async with vendor_of(request).objects(request, product, before) as objects:
            return answer(show(await existing(objects, kind, identifier)))

    return show_document


async def existing(objects: Objects, kind: type[D], identifier: str, *, lock: bool = False) -> D:
    """The document a path names."""
    found = await objects.get(kind, identifier, lock=lock)
    if found is None:
        raise missing(kind.title, identifier)
    return found


def _storable(text: str) -> str:
    if "\x00" in text:
        raise invalid("A NUL is in none of our identifiers")
    return text


def _size(text: str | None) -> int:
    if text is None:
        return DEFAULT_PAGE_SIZE
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= MAX_PAGE_SIZE:
        raise invalid(f"size is a number from 1 to {MAX_PAGE_SIZE}", "bad_size")
    return int(text)


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return msgspec.convert(text, datetime).astimezone(UTC)
    except (msgspec.ValidationError, OverflowError):
        raise invalid("changedSince is a time such as 2026-01-01T00:00:00Z", "bad_time") from None


def refused(_request: AnyRequest, problem: Problem) -> Response[bytes]:
    """The answer to a request that a rule refused."""
    return answer({"code": problem.code, "message": problem.message}, problem.status)


def refused_by_router(_request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """The answer to a request that no route takes."""
    return answer({"code": "no_such_route", "message": error.detail}, error.status_code)


def broken(request: AnyRequest, error: Exception) -> Response[bytes]:
    """The answer to a request that met a defect of ours; its transaction was rolled back."""
    log.error("sandbox.failed", path=request.url.path, exc_info=error)
    return answer({"code": "internal", "message": "Something went wrong on our side; nothing was changed"}, 500)
