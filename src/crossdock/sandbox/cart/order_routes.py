"""Addresses of the shop's orders."""

from __future__ import annotations

from typing import Any

from litestar import Response, post
from litestar.handlers import HTTPRouteHandler

from crossdock.sandbox.api import AnyRequest, answer, body_of, list_route, single_route, vendor_of
from crossdock.sandbox.cart.documents import Product
from crossdock.sandbox.cart.order_changes import NewOrder, NewShipment, place_order, ship_order
from crossdock.sandbox.cart.order_documents import Order
from crossdock.sandbox.cart.refunds import NewRefund, refund_order
from crossdock.sandbox.documents import Part

PATH = "/v1/cart/orders"


class OrderChanged(Part, kw_only=True, frozen=True):
    """An order after a change, and the products whose stock changed with it."""

    order: Order
    products: list[Product]


def _as_stored(order: Order) -> Order:
    return order


def _with_reference(reference: str) -> Any:
    return {"references": [reference]}


@post(PATH)
async def post_order(request: AnyRequest) -> Response[bytes]:
    """Places a test order, as a buyer would."""
    vendor = vendor_of(request)
    async with vendor.objects(request, "cart") as objects:
        wanted = await body_of(request, NewOrder)
        order, products = await place_order(objects, wanted, vendor.now())
        return answer(OrderChanged(order=order, products=products), 201)


@post(f"{PATH}/{{identifier:str}}/shipments")
async def post_shipment(request: AnyRequest) -> Response[bytes]:
    """Ships an order or part of it."""
    vendor = vendor_of(request)
    async with vendor.objects(request, "cart") as objects:
        wanted = await body_of(request, NewShipment)
        identifier = request.path_params["identifier"]
        order, products = await ship_order(objects, identifier, wanted, vendor.now())
        return answer(OrderChanged(order=order, products=products), 201)


@post(f"{PATH}/{{identifier:str}}/refunds")
async def post_refund(request: AnyRequest) -> Response[bytes]:
    """Pays an order back, wholly or in part."""
    vendor = vendor_of(request)
    async with vendor.objects(request, "cart") as objects:
        wanted = await body_of(request, NewRefund)
        identifier = request.path_params["identifier"]
        order, products = await refund_order(objects, identifier, wanted, vendor.now())
        return answer(OrderChanged(order=order, products=products), 201)


ORDER_ROUTES: list[HTTPRouteHandler] = [
    list_route(PATH, "cart", Order, show=_as_stored, having={"reference": _with_reference}),
    single_route(PATH, "cart", Order, show=_as_stored),
    post_order,
    post_shipment,
    post_refund,
]
