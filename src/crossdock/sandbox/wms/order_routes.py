"""Addresses of orders."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

from litestar import Response, patch, post
from litestar.handlers import HTTPRouteHandler

from crossdock.sandbox.api import AnyRequest, answer, body_of, list_route, single_route, vendor_of
from crossdock.sandbox.documents import Part, RequestPart
from crossdock.sandbox.store import Objects
from crossdock.sandbox.wms import order_changes, shipping
from crossdock.sandbox.wms.documents import FileContent, Order
from crossdock.sandbox.wms.ledger import LedgerEntry
from crossdock.sandbox.wms.order_changes import Changed
from crossdock.sandbox.wms.order_requests import Cancellation, NewFile, NewOrder, NewShipment, OrderChanges
from crossdock.sandbox.wms.routes import ROOT
from crossdock.sandbox.wms.shown import ItemShown, show_item
from crossdock.sandbox.wms.work_documents import Charge

T = TypeVar("T", bound=RequestPart)


class OrderShown(Part, kw_only=True, frozen=True):
    """An order after a change, the items whose quantities the change moved, and what that left in the books."""

    order: Order
    items: list[ItemShown]
    ledger: list[LedgerEntry]
    charges: list[Charge]


def _as_stored(order: Order) -> Order:
    return order


def _with_reference(reference: str) -> Any:
    return {"references": [reference]}


async def _changed(
    request: AnyRequest, kind: type[T], change: Callable[[Objects, str, T, datetime], Awaitable[Changed]], status: int
) -> Response[bytes]:
    vendor = vendor_of(request)
    async with vendor.objects(request, "wms") as objects:
        wanted = await body_of(request, kind)
        made = await change(objects, request.path_params.get("identifier", ""), wanted, vendor.now())
        shown = OrderShown(
            order=made.order,
            items=[show_item(item) for item in made.items],
            ledger=list(made.ledger),
            charges=list(made.charges),
        )
        return answer(shown, status)


async def _create(objects: Objects, _: str, wanted: NewOrder, now: datetime) -> Changed:
    return await order_changes.create_order(objects, wanted, now)


@post(f"{ROOT}/orders")
async def post_order(request: AnyRequest) -> Response[bytes]:
    """Makes an order."""
    return await _changed(request, NewOrder, _create, 201)


@patch(f"{ROOT}/orders/{{identifier:str}}")
async def patch_order(request: AnyRequest) -> Response[bytes]:
    """Changes an order."""
    return await _changed(request, OrderChanges, order_changes.change_order, 200)


@post(f"{ROOT}/orders/{{identifier:str}}/cancellation")
async def post_cancellation(request: AnyRequest) -> Response[bytes]:
    """Calls an order off."""
    return await _changed(request, Cancellation, order_changes.cancel_order, 200)


@post(f"{ROOT}/orders/{{identifier:str}}/shipments")
async def post_shipment(request: AnyRequest) -> Response[bytes]:
    """Ships an order or a part of it."""
    return await _changed(request, NewShipment, shipping.ship_order, 201)


@post(f"{ROOT}/orders/{{identifier:str}}/files")
async def post_file(request: AnyRequest) -> Response[bytes]:
    """Keeps a file with an order."""
    return await _changed(request, NewFile, order_changes.attach_file, 201)


def _show_file(file: FileContent) -> FileContent:
    return file


ROUTES: list[HTTPRouteHandler] = [
    list_route(f"{ROOT}/orders", "wms", Order, show=_as_stored, having={"reference": _with_reference}),
    single_route(f"{ROOT}/orders", "wms", Order, show=_as_stored),
    single_route(f"{ROOT}/files", "wms", FileContent, show=_show_file),
    post_order,
    patch_order,
    post_cancellation,
    post_shipment,
    post_file,
]
