"""Purchase orders and receipts of the ERP."""

from __future__ import annotations

from collections.abc import AsyncIterator

from crossdock.contract.erp import purchasing
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
    CreatePurchaseOrder,
    CreateReceipt,
    UpdatePurchaseOrder,
    from_moved_lines,
    from_purchase_order,
)
from crossdock.integrations.sandbox.erp.models import SandboxMovement, SandboxOrder, SandboxPosted
from crossdock.integrations.sandbox.mapping import given

Ordered = Written[purchasing.PurchaseOrder]


class Purchasing(ErpBase):
    """Buying."""

    @implements(purchasing.GET_PURCHASE_ORDERS, mode=CHANGED)
    async def get_purchase_orders(self, window: Window) -> AsyncIterator[Page[purchasing.PurchaseOrder]]:
        async for page in self.walk("purchase-orders", SandboxOrder, window, each(mapping.to_purchase_order)):
            yield page

    @implements(purchasing.GET_PURCHASE_ORDER_RECEIPTS, mode=CHANGED)
    async def get_purchase_order_receipts(self, window: Window) -> AsyncIterator[Page[purchasing.PurchaseOrderReceipt]]:
        async for page in self.walk("receipts", SandboxMovement, window, each(mapping.to_receipt)):
            yield page

    @implements(purchasing.CREATE_PURCHASE_ORDER, CreatePurchaseOrder, needs=["purchase-orders.write"])
    async def create_purchase_order(self, body: CreatePurchaseOrder) -> Ordered:
        return _ordered(await self.post_change("POST", "purchase-orders", from_purchase_order(body)))

    @implements(purchasing.UPDATE_PURCHASE_ORDER, UpdatePurchaseOrder, needs=["purchase-orders.write"])
    async def update_purchase_order(self, purchase_order_id: str, body: UpdatePurchaseOrder) -> Ordered:
        path = f"purchase-orders/{segment(purchase_order_id)}"
        return _ordered(await self.post_change("PATCH", path, from_purchase_order(body)))

    @implements(purchasing.CANCEL_PURCHASE_ORDER, needs=["purchase-orders.write"])
    async def cancel_purchase_order(self, purchase_order_id: str) -> Ordered:
        return _ordered(await self.post_change("POST", f"purchase-orders/{segment(purchase_order_id)}/cancel", {}))

    @implements(purchasing.CREATE_PURCHASE_ORDER_RECEIPT, CreateReceipt, needs=["receipts.write"])
    async def create_purchase_order_receipt(self, body: CreateReceipt) -> Written[purchasing.PurchaseOrderReceipt]:
        receipt = given(
            {
                "orderId": body.purchase_order_id,
                "receivedAt": body.received_date,
                "locationId": body.location_id,
                "lines": from_moved_lines(body.line_items),
            }
        )
        return _received(await self.post_change("POST", "receipts", receipt))

    @settles(purchasing.CREATE_PURCHASE_ORDER, purchasing.UPDATE_PURCHASE_ORDER, purchasing.CANCEL_PURCHASE_ORDER)
    async def settle_purchase_order(self, attempt: Attempt) -> Settlement:
        return await self.settle_change(attempt, _ordered)

    @settles(purchasing.CREATE_PURCHASE_ORDER_RECEIPT)
    async def settle_create_purchase_order_receipt(self, attempt: Attempt) -> Settlement:
        return await self.settle_change(attempt, _received)


def _ordered(posted: SandboxPosted) -> Ordered:
    """The order, and the stock that expects its goods."""
    return Written(mapping.to_purchase_order(named(posted.purchase_order)), related=stock_of(posted))


def _received(posted: SandboxPosted) -> Written[purchasing.PurchaseOrderReceipt]:
    """The receipt, its order, and the stock that the goods joined."""
    order = mapping.to_purchase_order(named(posted.purchase_order))
    related = [Related(purchasing.PURCHASE_ORDERS, [order]), *stock_of(posted)]
    return Written(mapping.to_receipt(named(posted.receipt)), related=related)
