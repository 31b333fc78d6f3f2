"""Addresses of inbound shipments, returns, products, the ledger, and what the warehouse does and charges."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

from litestar import Response, get, patch, post
from litestar.handlers import HTTPRouteHandler

from crossdock.sandbox.api import AnyRequest, Page, answer, body_of, list_route, single_route, vendor_of
from crossdock.sandbox.documents import Document
from crossdock.sandbox.store import Objects
from crossdock.sandbox.wms import inbound_changes, product_changes, return_changes
from crossdock.sandbox.wms.inbound_documents import InboundShipment, SupplierAccount
from crossdock.sandbox.wms.ledger import LedgerEntry
from crossdock.sandbox.wms.return_documents import Return
from crossdock.sandbox.wms.work import Outcome, find_outcome
from crossdock.sandbox.wms.work_documents import Activity, Charge, Client

ROOT = "/v1/wms"
T = TypeVar("T")


def _as_stored(document: Document) -> Document:
    return document


def _caused_by(identifier: str) -> Any:
    return {"causeId": identifier}


def _about(identifier: str) -> Any:
    return {"subjectId": identifier}


def _making(path: str, kind: type[T], make: Callable[[Objects, T, datetime], Awaitable[Outcome]]) -> HTTPRouteHandler:
    """`POST path`: makes something."""

    @post(path, name=f"make {path}")
    async def make_it(request: AnyRequest) -> Response[bytes]:
        vendor = vendor_of(request)
        async with vendor.objects(request, "wms") as objects:
            wanted = await body_of(request, kind)
            return answer(await make(objects, wanted, vendor.now()), 201)

    return make_it


def _changing(
    method: Callable[..., Any],
    path: str,
    kind: type[T],
    change: Callable[[Objects, str, T, datetime], Awaitable[Outcome]],
) -> HTTPRouteHandler:
    """A request about what the path names."""

    async def change_it(request: AnyRequest) -> Response[bytes]:
        vendor = vendor_of(request)
        async with vendor.objects(request, "wms") as objects:
            wanted = await body_of(request, kind)
            return answer(await change(objects, request.path_params["identifier"], wanted, vendor.now()))

    route: HTTPRouteHandler = method(path, name=f"change {path}", status_code=200)(change_it)
    return route


@get(f"{ROOT}/requests")
async def find_request(request: AnyRequest) -> Response[bytes]:
    """What the request with a reference made or changed, as it is now."""
    async with vendor_of(request).objects(request, "wms") as objects:
        found = await find_outcome(objects, request.query_params.get("reference", ""))
        return answer(Page(data=[found] if found else []))


def _lists(name: str, kind: type[Document]) -> list[HTTPRouteHandler]:
    path = f"{ROOT}/{name}"
    return [list_route(path, "wms", kind, show=_as_stored), single_route(path, "wms", kind, show=_as_stored)]


_INBOUND, _RETURNS, _PRODUCTS = f"{ROOT}/inbound-shipments", f"{ROOT}/returns", f"{ROOT}/products"
_ONE = "{identifier:str}"
MORE_ROUTES: list[HTTPRouteHandler] = [
    *_lists("inbound-shipments", InboundShipment),
    *_lists("returns", Return),
    *_lists("suppliers", SupplierAccount),
    *_lists("clients", Client),
    *_lists("activities", Activity),
    list_route(f"{ROOT}/charges", "wms", Charge, show=_as_stored, having={"subjectId": _about}),
    single_route(f"{ROOT}/charges", "wms", Charge, show=_as_stored),
    list_route(f"{ROOT}/ledger", "wms", LedgerEntry, show=_as_stored, having={"causeId": _caused_by}),
    single_route(f"{ROOT}/ledger", "wms", LedgerEntry, show=_as_stored),
    find_request,
    _making(_INBOUND, inbound_changes.NewInboundShipment, inbound_changes.announce),
    _changing(patch, f"{_INBOUND}/{_ONE}", inbound_changes.InboundChanges, inbound_changes.change),
    _changing(post, f"{_INBOUND}/{_ONE}/receipts", inbound_changes.NewReceipt, inbound_changes.receive),
    _making(_RETURNS, return_changes.NewReturn, return_changes.announce),
    _changing(patch, f"{_RETURNS}/{_ONE}", return_changes.ReturnChanges, return_changes.change),
    _changing(post, f"{_RETURNS}/{_ONE}/cancel", return_changes.Referenced, return_changes.cancel),
    _changing(post, f"{_RETURNS}/{_ONE}/receipt", return_changes.Referenced, return_changes.receive),
    _making(_PRODUCTS, product_changes.NewProduct, product_changes.create),
    _changing(patch, f"{_PRODUCTS}/{_ONE}", product_changes.ProductChanges, product_changes.change),
]
