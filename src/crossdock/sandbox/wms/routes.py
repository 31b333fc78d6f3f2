"""Addresses of the warehouse system."""

from __future__ import annotations

from typing import Any

from litestar import Response, patch, post
from litestar.handlers import HTTPRouteHandler

from crossdock.sandbox.api import AnyRequest, answer, body_of, list_route, single_route, vendor_of
from crossdock.sandbox.documents import Document, Part
from crossdock.sandbox.wms import changes
from crossdock.sandbox.wms.documents import (
    Adjustment,
    Bin,
    Channel,
    Item,
    Product,
    ShippingMethod,
    Warehouse,
)
from crossdock.sandbox.wms.ledger import LedgerEntry
from crossdock.sandbox.wms.more_routes import MORE_ROUTES
from crossdock.sandbox.wms.shown import ItemShown, show_item

ROOT = "/v1/wms"


class AdjustmentMade(Part, kw_only=True, frozen=True):
    """An adjustment, the item as it is after it, and the entries it left in the ledger."""

    adjustment: Adjustment
    item: ItemShown
    ledger: list[LedgerEntry]


def _as_stored(document: Document) -> Document:
    return document


def _reading(name: str, kind: type[Document]) -> list[HTTPRouteHandler]:
    path = f"{ROOT}/{name}"
    return [
        list_route(path, "wms", kind, show=_as_stored),
        single_route(path, "wms", kind, show=_as_stored),
    ]


def _with_reference(reference: str) -> Any:
    return {"references": [reference]}


def _made_by(reference: str) -> Any:
    return {"id": reference}


@post(f"{ROOT}/adjustments")
async def post_adjustment(request: AnyRequest) -> Response[bytes]:
    """Corrects stock."""
    vendor = vendor_of(request)
    async with vendor.objects(request, "wms") as objects:
        wanted = await body_of(request, changes.NewAdjustment)
        adjustment, item, entries = await changes.adjust(objects, wanted, vendor.now())
        return answer(AdjustmentMade(adjustment=adjustment, item=show_item(item), ledger=entries), 201)


@post(f"{ROOT}/kits")
async def post_kit(request: AnyRequest) -> Response[bytes]:
    """Makes a kit."""
    vendor = vendor_of(request)
    async with vendor.objects(request, "wms") as objects:
        wanted = await body_of(request, changes.NewKit)
        return answer(await changes.create_kit(objects, wanted, vendor.now()), 201)


@patch(f"{ROOT}/kits/{{identifier:str}}")
async def patch_kit(request: AnyRequest) -> Response[bytes]:
    """Changes a kit."""
    vendor = vendor_of(request)
    async with vendor.objects(request, "wms") as objects:
        wanted = await body_of(request, changes.KitChanges)
        return answer(await changes.change_kit(objects, request.path_params["identifier"], wanted, vendor.now()))


ROUTES: list[HTTPRouteHandler] = [
    list_route(f"{ROOT}/items", "wms", Item, show=show_item),
    single_route(f"{ROOT}/items", "wms", Item, show=show_item),
    list_route(f"{ROOT}/products", "wms", Product, show=_as_stored, having={"reference": _with_reference}),
    single_route(f"{ROOT}/products", "wms", Product, show=_as_stored),
    list_route(f"{ROOT}/adjustments", "wms", Adjustment, show=_as_stored, having={"reference": _made_by}),
    *_reading("warehouses", Warehouse),
    *_reading("bins", Bin),
    *_reading("shipping-methods", ShippingMethod),
    *_reading("channels", Channel),
    post_adjustment,
    post_kit,
    patch_kit,
    *MORE_ROUTES,
]
