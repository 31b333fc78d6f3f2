"""Addresses of the shop."""

from __future__ import annotations

from typing import Any

from litestar import Response, post, put
from litestar.handlers import HTTPRouteHandler

from crossdock.sandbox.api import AnyRequest, answer, body_of, list_route, single_route, vendor_of
from crossdock.sandbox.cart import changes
from crossdock.sandbox.cart.documents import Product, StockChange, Warehouse
from crossdock.sandbox.cart.new_products import NewProduct, add_product
from crossdock.sandbox.cart.order_routes import ORDER_ROUTES
from crossdock.sandbox.documents import Document, Part

ROOT = "/v1/cart"


class StockChangeMade(Part, kw_only=True, frozen=True):
    """A change of stock and the product as it is after it."""

    change: StockChange
    product: Product


class LevelsSet(Part, kw_only=True, frozen=True):
    """What became of each line, and the products that changed."""

    lines: list[changes.LineResult]
    products: list[Product]


def _as_stored(document: Document) -> Document:
    return document


def _with_variant(variant_id: str) -> Any:
    return {"variants": [{"id": variant_id}]}


def _with_reference(reference: str) -> Any:
    return {"id": reference}


@post(f"{ROOT}/stock-changes")
async def post_stock_change(request: AnyRequest) -> Response[bytes]:
    """Changes the stock of one variant."""
    vendor = vendor_of(request)
    async with vendor.objects(request, "cart") as objects:
        wanted = await body_of(request, changes.NewStockChange)
        change, product = await changes.change_stock(objects, wanted, vendor.now())
        return answer(StockChangeMade(change=change, product=product), 201)


@put(f"{ROOT}/stock-levels")
async def put_stock_levels(request: AnyRequest) -> Response[bytes]:
    """Sets levels; each line stands for itself."""
    vendor = vendor_of(request)
    async with vendor.objects(request, "cart") as objects:
        wanted = await body_of(request, changes.NewLevels)
        lines, products = await changes.set_levels(objects, wanted, vendor.now())
        return answer(LevelsSet(lines=lines, products=products))


@post(f"{ROOT}/products")
async def post_product(request: AnyRequest) -> Response[bytes]:
    """Puts a product up for sale."""
    vendor = vendor_of(request)
    async with vendor.objects(request, "cart") as objects:
        wanted = await body_of(request, NewProduct)
        return answer(await add_product(objects, wanted, vendor.now()), 201)


ROUTES: list[HTTPRouteHandler] = [
    *ORDER_ROUTES,
    post_product,
    list_route(f"{ROOT}/products", "cart", Product, show=_as_stored, having={"variantId": _with_variant}),
    single_route(f"{ROOT}/products", "cart", Product, show=_as_stored),
    list_route(f"{ROOT}/warehouses", "cart", Warehouse, show=_as_stored),
    single_route(f"{ROOT}/warehouses", "cart", Warehouse, show=_as_stored),
    list_route(f"{ROOT}/stock-changes", "cart", StockChange, show=_as_stored, having={"reference": _with_reference}),
    post_stock_change,
    put_stock_levels,
]
