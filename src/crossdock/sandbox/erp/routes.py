"""Addresses of the ERP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Response, patch, post
from litestar.handlers import HTTPRouteHandler

from crossdock.sandbox.api import AnyRequest, answer, body_of, list_route, single_route, vendor_of
from crossdock.sandbox.documents import Document
from crossdock.sandbox.erp import purchase_changes, sales_changes
from crossdock.sandbox.erp.documents import (
    Customer,
    Employee,
    Item,
    Location,
    Posting,
    PurchaseOrder,
    Receipt,
    SalesOrder,
    Shipment,
    StockCard,
    Supplier,
)
from crossdock.sandbox.erp.shown import show_card, show_purchase_order, show_sales_order

ROOT = "/v1/erp"


def _as_stored(document: Document) -> Document:
    return document


def _reading(
    name: str, kind: type[Any], show: Callable[[Any], Any] = _as_stored, **having: Callable[[str], Any]
) -> list[HTTPRouteHandler]:
    path = f"{ROOT}/{name}"
    return [list_route(path, "erp", kind, show=show, having=having), single_route(path, "erp", kind, show=show)]


def _made_by(reference: str) -> Any:
    return {"id": reference}


@post(f"{ROOT}/purchase-orders")
async def post_purchase_order(request: AnyRequest) -> Response[bytes]:
    """Places a purchase order."""
    vendor = vendor_of(request)
    async with vendor.objects(request, "erp") as objects:
        wanted = await body_of(request, purchase_changes.NewPurchaseOrder)
        return answer(await purchase_changes.create_order(objects, wanted, vendor.now()), 201)


@patch(f"{ROOT}/purchase-orders/{{identifier:str}}")
async def patch_purchase_order(request: AnyRequest) -> Response[bytes]:
    """Changes a purchase order."""
    vendor, identifier = vendor_of(request), request.path_params["identifier"]
    async with vendor.objects(request, "erp") as objects:
        wanted = await body_of(request, purchase_changes.PurchaseOrderChanges)
        return answer(await purchase_changes.change_order(objects, identifier, wanted, vendor.now()))


@post(f"{ROOT}/purchase-orders/{{identifier:str}}/cancel")
async def cancel_purchase_order(request: AnyRequest) -> Response[bytes]:
    """Calls a purchase order off."""
    vendor, identifier = vendor_of(request), request.path_params["identifier"]
    async with vendor.objects(request, "erp") as objects:
        wanted = await body_of(request, sales_changes.Reference)
        return answer(await purchase_changes.cancel_order(objects, identifier, wanted, vendor.now()))


@post(f"{ROOT}/receipts")
async def post_receipt(request: AnyRequest) -> Response[bytes]:
    """Receives goods."""
    vendor = vendor_of(request)
    async with vendor.objects(request, "erp") as objects:
        wanted = await body_of(request, purchase_changes.NewReceipt)
        return answer(await purchase_changes.create_receipt(objects, wanted, vendor.now()), 201)


@post(f"{ROOT}/sales-orders")
async def post_sales_order(request: AnyRequest) -> Response[bytes]:
    """Takes a sales order."""
    vendor = vendor_of(request)
    async with vendor.objects(request, "erp") as objects:
        wanted = await body_of(request, sales_changes.NewSalesOrder)
        return answer(await sales_changes.create_order(objects, wanted, vendor.now()), 201)


@patch(f"{ROOT}/sales-orders/{{identifier:str}}")
async def patch_sales_order(request: AnyRequest) -> Response[bytes]:
    """Changes a sales order."""
    vendor, identifier = vendor_of(request), request.path_params["identifier"]
    async with vendor.objects(request, "erp") as objects:
        wanted = await body_of(request, sales_changes.SalesOrderChanges)
        return answer(await sales_changes.change_order(objects, identifier, wanted, vendor.now()))


@post(f"{ROOT}/sales-orders/{{identifier:str}}/cancel")
async def cancel_sales_order(request: AnyRequest) -> Response[bytes]:
    """Calls a sales order off."""
    vendor, identifier = vendor_of(request), request.path_params["identifier"]
    async with vendor.objects(request, "erp") as objects:
        wanted = await body_of(request, sales_changes.Reference)
        return answer(await sales_changes.cancel_order(objects, identifier, wanted, vendor.now()))


@post(f"{ROOT}/shipments")
async def post_shipment(request: AnyRequest) -> Response[bytes]:
    """Ships goods."""
    vendor = vendor_of(request)
    async with vendor.objects(request, "erp") as objects:
        wanted = await body_of(request, sales_changes.NewShipment)
        return answer(await sales_changes.create_shipment(objects, wanted, vendor.now()), 201)


ROUTES: list[HTTPRouteHandler] = [
    *_reading("locations", Location),
    *_reading("customers", Customer),
    *_reading("employees", Employee),
    *_reading("suppliers", Supplier),
    *_reading("items", Item),
    *_reading("stock", StockCard, show_card),
    *_reading("purchase-orders", PurchaseOrder, show_purchase_order),
    *_reading("receipts", Receipt),
    *_reading("sales-orders", SalesOrder, show_sales_order),
    *_reading("shipments", Shipment),
    *_reading("postings", Posting, reference=_made_by),
    post_purchase_order,
    patch_purchase_order,
    cancel_purchase_order,
    post_receipt,
    post_sales_order,
    patch_sales_order,
    cancel_sales_order,
    post_shipment,
]
