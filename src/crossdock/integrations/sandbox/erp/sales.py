"""Sales orders and shipments of the ERP."""

from __future__ import annotations

from collections.abc import AsyncIterator

from crossdock.contract.erp import sales
from crossdock.integrations.kit.adapter import (
    Attempt,
    Page,
    Related,
    Settlement,
    Window,
    Written,
    implements,
    settles,
)
from crossdock.integrations.kit.client import segment
from crossdock.integrations.sandbox.base import CHANGED, each
from crossdock.integrations.sandbox.erp import mapping
from crossdock.integrations.sandbox.erp.base import ErpBase, named, stock_of
from crossdock.integrations.sandbox.erp.bodies import (
    CreateSalesOrder,
    CreateShipment,
    UpdateSalesOrder,
    from_moved_lines,
    from_packages,
    from_sales_order,
)
from crossdock.integrations.sandbox.erp.models import SandboxMovement, SandboxOrder, SandboxPosted
from crossdock.integrations.sandbox.mapping import given

Sold = Written[sales.SalesOrder]


class Sales(ErpBase):
    """Selling."""

    @implements(sales.GET_SALES_ORDERS, mode=CHANGED)
    async def get_sales_orders(self, window: Window) -> AsyncIterator[Page[sales.SalesOrder]]:
        async for page in self.walk("sales-orders", SandboxOrder, window, each(mapping.to_sales_order)):
            yield page

    @implements(sales.GET_SALES_ORDER_SHIPMENTS, mode=CHANGED)
    async def get_sales_order_shipments(self, window: Window) -> AsyncIterator[Page[sales.SalesOrderShipment]]:
        async for page in self.walk("shipments", SandboxMovement, window, each(mapping.to_shipment)):
            yield page

    @implements(sales.CREATE_SALES_ORDER, CreateSalesOrder, needs=["sales-orders.write"])
    async def create_sales_order(self, body: CreateSalesOrder) -> Sold:
        return _sold(await self.post_change("POST", "sales-orders", from_sales_order(body)))

    @implements(sales.UPDATE_SALES_ORDER, UpdateSalesOrder, needs=["sales-orders.write"])
    async def update_sales_order(self, sales_order_id: str, body: UpdateSalesOrder) -> Sold:
        path = f"sales-orders/{segment(sales_order_id)}"
        return _sold(await self.post_change("PATCH", path, from_sales_order(body)))

    @implements(sales.CANCEL_SALES_ORDER, needs=["sales-orders.write"])
    async def cancel_sales_order(self, sales_order_id: str) -> Sold:
        return _sold(await self.post_change("POST", f"sales-orders/{segment(sales_order_id)}/cancel", {}))

    @implements(sales.CREATE_SALES_ORDER_SHIPMENT, CreateShipment, needs=["shipments.write"])
    async def create_sales_order_shipment(self, body: CreateShipment) -> Written[sales.SalesOrderShipment]:
        shipment = given(
            {
                "orderId": body.sales_order_id,
                "shippedAt": body.shipped_date,
                "locationId": body.location_id,
                "carrier": body.carrier_name,
                "service": body.shipping_method_name,
                "lines": from_moved_lines(body.line_items),
                "packages": from_packages(body.packages),
            }
        )
        return _shipped(await self.post_change("POST", "shipments", shipment))

    @settles(sales.CREATE_SALES_ORDER, sales.UPDATE_SALES_ORDER, sales.CANCEL_SALES_ORDER)
    async def settle_sales_order(self, attempt: Attempt) -> Settlement:
        return await self.settle_change(attempt, _sold)

    @settles(sales.CREATE_SALES_ORDER_SHIPMENT)
    async def settle_create_sales_order_shipment(self, attempt: Attempt) -> Settlement:
        return await self.settle_change(attempt, _shipped)


def _sold(posted: SandboxPosted) -> Sold:
    """The order, and the stock that is promised to it."""
    return Written(mapping.to_sales_order(named(posted.sales_order)), related=stock_of(posted))


def _shipped(posted: SandboxPosted) -> Written[sales.SalesOrderShipment]:
    """The shipment, its order, and the stock that the goods left."""
    order = mapping.to_sales_order(named(posted.sales_order))
    related = [Related(sales.SALES_ORDERS, [order]), *stock_of(posted)]
    return Written(mapping.to_shipment(named(posted.shipment)), related=related)
