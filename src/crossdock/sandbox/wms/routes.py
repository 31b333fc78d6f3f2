"""Addresses of the warehouse system."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from litestar import Response, patch, post
from litestar.handlers import HTTPRouteHandler

from crossdock.sandbox.api import AnyRequest, answer, body_of, list_route, single_route, vendor_of
from crossdock.sandbox.documents import Document, Part, Size
from crossdock.sandbox.wms import changes
from crossdock.sandbox.wms.documents import (
    Adjustment,
    Bin,
    Channel,
    Item,
    Product,
    Return,
    ShippingMethod,
    Warehouse,
)
from crossdock.sandbox.wms.stock import Level, levels

ROOT = "/v1/wms"


class LotShown(Part, kw_only=True, frozen=True):
    """Units of one lot in one warehouse."""

    lot_id: str
    warehouse_id: str
    expires_at: datetime
    units: int


class BinShown(Part, kw_only=True, frozen=True):
    """Units in one bin, all lots."""

    bin_id: str
    warehouse_id: str
    units: int


class ItemShown(Part, kw_only=True, frozen=True):
    """An item with the quantities that follow from its stock."""

    id: str
    created_at: datetime
    updated_at: datetime
    sku: str
    name: str
    active: bool
    unit_cost: Decimal
    size: Size | None
    substitute_skus: list[str]
    levels: list[Level]
    bins: list[BinShown]
    lots: list[LotShown]


class AdjustmentMade(Part, kw_only=True, frozen=True):
    """An adjustment and the item as it is after it."""

    adjustment: Adjustment
    item: ItemShown


def show_item(item: Item) -> ItemShown:
    """An item as the API shows it."""
    bins: dict[tuple[str, str], int] = {}
    lots: dict[tuple[str, str], int] = {}
    for part in item.stock:
        place = (part.bin_id, part.warehouse_id)
        bins[place] = bins.get(place, 0) + part.units
        if part.lot_id is not None:
            batch = (part.lot_id, part.warehouse_id)
            lots[batch] = lots.get(batch, 0) + part.units
    expiry = {lot.id: lot.expires_at for lot in item.lots}
    return ItemShown(
        id=item.id,
        created_at=item.created_at,
        updated_at=item.updated_at,
        sku=item.sku,
        name=item.name,
        active=item.active,
        unit_cost=item.unit_cost,
        size=item.size,
        substitute_skus=item.substitute_skus,
        levels=levels(item),
        bins=[BinShown(bin_id=place, warehouse_id=where, units=units) for (place, where), units in bins.items()],
        lots=[
            LotShown(lot_id=lot, warehouse_id=where, expires_at=expiry[lot], units=units)
            for (lot, where), units in lots.items()
        ],
    )


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
        adjustment, item = await changes.adjust(objects, wanted, vendor.now())
        return answer(AdjustmentMade(adjustment=adjustment, item=show_item(item)), 201)


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
    *_reading("returns", Return),
    *_reading("shipping-methods", ShippingMethod),
    *_reading("channels", Channel),
    post_adjustment,
    post_kit,
    patch_kit,
]
