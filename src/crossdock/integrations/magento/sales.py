"""Orders, shipments and refunds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Annotated, Any

from msgspec import UNSET, UnsetType

from crossdock.contract.bodies import WriteBody, choices, plain_text, vendor_only
from crossdock.contract.cart import orders, products
from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.integrations.kit.adapter import (
    Applied,
    Attempt,
    Incremental,
    NotApplied,
    Page,
    Related,
    Settlement,
    Window,
    Written,
    implements,
    settles,
)
from crossdock.integrations.magento import mapping, refunds
from crossdock.integrations.magento.goods import Goods
from crossdock.integrations.magento.models import (
    CreditMemo,
    Invoice,
    MagentoOrder,
    MagentoShipment,
    OrderItem,
    Remark,
)

CLOSED = frozenset({"canceled", "closed", "complete", "holded", "payment_review"})
"""States of orders of which nothing can be shipped."""
PAID = 2
"""The state of invoices that are paid."""
CARRIERS = ("dhl", "fedex", "ups", "usps")
"""Carriers that Magento knows; it shows where their parcels are."""
OTHER_CARRIER = "custom"
OFFLINE = "The order was paid without a payment provider, so there is none to tell; pay it back by hand."


class CreateOrderShipment(WriteBody, kw_only=True):
    """What one source sent of an order; everything that is left, unless lines are named."""

    tracking_number: str | UnsetType = UNSET
    carrier_name: str | UnsetType = UNSET
    line_items: Annotated[
        list[orders.ShippedLine] | UnsetType,
        vendor_only("Lines that were sent; left out, all that is left of the order."),
    ] = UNSET
    warehouse_id: Annotated[
        str | UnsetType,
        vendor_only("Source that sent them; may be left out in a shop with a single one."),
        choices("warehouses"),
    ] = UNSET
    notify_customer: Annotated[
        bool | UnsetType,
        vendor_only("Whether Magento writes to the buyer; it does not when left out.", examples=[True]),
    ] = UNSET


class RefundOrder(WriteBody, kw_only=True):
    """A credit memo. Amounts belong to lines; Magento keeps the reason as a remark that the buyer does not see."""

    line_items: orders.RefundLineItems | UnsetType = UNSET
    amount: Decimal | UnsetType = UNSET
    shipping_amount: Decimal | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    refund_payment: Annotated[
        bool | UnsetType,
        vendor_only(
            "Whether the payment provider is told to pay the money back. Left out, it is, unless the order was paid "
            "without one; `false` notes the refund only.",
            examples=[True],
        ),
    ] = UNSET


class Sales(Goods):
    """What buyers ordered, and what became of it."""

    @implements(orders.GET_ORDERS, mode=Incremental(by="updated_at"))
    async def get_orders(self, window: Window) -> AsyncIterator[Page[orders.Order]]:
        # https://developer.adobe.com/commerce/webapi/rest/use-rest/performing-searches/
        pages = self.walk("/orders", MagentoOrder, *self.since(window), after=int(window.cursor or 0))
        async for found, following in pages:
            yield Page(await self._records(found), None if following is None else str(following))

    @implements(orders.CREATE_ORDER_SHIPMENT, CreateOrderShipment)
    async def create_order_shipment(self, order_id: str, body: CreateOrderShipment) -> Written[orders.Order]:
        order = await self._order(order_id)
        if order.state in CLOSED:
            raise VendorRejected(f"Order {order.increment_id} is {order.state}, so nothing of it can be shipped")
        lines = _shipped(order, body.line_items)
        sent: dict[str, Any] = {"notify": body.notify_customer is True, "comment": self._remark(None)}
        if not isinstance(body.line_items, UnsetType):
            sent["items"] = [{"order_item_id": int(i.line_item_id), "qty": i.quantity} for i in body.line_items]
        number = plain_text(body.tracking_number)
        if number:
            sent["tracks"] = [_track(number, plain_text(body.carrier_name))]
        if not isinstance(body.warehouse_id, UnsetType):
            sent["arguments"] = {"extension_attributes": {"source_code": body.warehouse_id}}
        # https://developer.adobe.com/commerce/webapi/rest/tutorials/orders/order-create-shipment/
        await self.client.post(f"/order/{order.entity_id}/ship", sent)
        # Without a parcel there is no place for the carrier.
        unused = ["carrier_name"] if body.carrier_name is not UNSET and not number else []
        return Written(await self._record(order_id), unused, await self._stock_of(order, lines))

    @settles(orders.CREATE_ORDER_SHIPMENT)
    async def settle_create_order_shipment(self, attempt: Attempt) -> Settlement:
        order = await self._order(attempt.ids[0])
        made = await self._shipments([order])
        if not any(_carries(shipment.comments, attempt.reference) for shipment in made):
            return NotApplied()
        return Applied(await self._record(attempt.ids[0]), await self._stock_of(order, mapping.lines_of(order)))

    @implements(orders.REFUND_ORDER, RefundOrder)
    async def refund_order(self, order_id: str, body: RefundOrder) -> Written[orders.Order]:
        order = await self._order(order_id)
        refunds.check_refundable(order)
        sent = refunds.memo(order, body.line_items, body.amount, body.shipping_amount)
        sent = {**sent, "notify": False, "comment": self._remark(plain_text(body.reason))}
        invoice = await self._online_invoice(order)
        if invoice is None and body.refund_payment is True:
            raise InvalidBody.field("refund_payment", OFFLINE)
        # Each of the two refuses what is the other's.
        # https://developer.adobe.com/commerce/webapi/rest/modules/sales/refunds/
        if invoice is None:
            await self.client.post(f"/order/{order.entity_id}/refund", sent)
        else:
            online = body.refund_payment is not False
            await self.client.post(f"/invoice/{invoice.entity_id}/refund", {**sent, "isOnline": online})
        back = sent.get("arguments", {}).get("extension_attributes", {}).get("return_to_stock_items", ())
        lines = [item for item in mapping.lines_of(order) if item.item_id in back]
        return Written(await self._record(order_id), related=await self._stock_of(order, lines))

    @settles(orders.REFUND_ORDER)
    async def settle_refund_order(self, attempt: Attempt) -> Settlement:
        order = await self._order(attempt.ids[0])
        wanted = ("order_id", "eq", str(order.entity_id))
        # https://developer.adobe.com/commerce/webapi/rest/use-rest/performing-searches/
        memos = await self.gathered("/creditmemos", CreditMemo, wanted)
        if not any(_carries(memo.comments, attempt.reference) for memo in memos):
            return NotApplied()
        return Applied(await self._record(attempt.ids[0]), await self._stock_of(order, mapping.lines_of(order)))

    def _remark(self, text: str | None) -> dict[str, Any]:
        """A remark that the buyer does not see, with the reference by which the write can be found again."""
        parts = [text, self.reference and f"[crossdock {self.reference}]"]
        return {"comment": " ".join(part for part in parts if part) or "crossdock", "is_visible_on_front": 0}

    async def _online_invoice(self, order: MagentoOrder) -> Invoice | None:
        """The invoice whose payment is paid back; None of an order that no payment provider knows of."""
        wanted = ("order_id", "eq", str(order.entity_id))
        # https://developer.adobe.com/commerce/webapi/rest/use-rest/performing-searches/
        paid = [
            item
            for item in await self.gathered("/invoices", Invoice, wanted)
            if item.state == PAID and (item.base_total_refunded or 0) < item.base_grand_total
        ]
        if not any(item.transaction_id for item in paid):
            return None
        if len(paid) != 1:
            message = f"Order {order.increment_id} has {len(paid)} paid invoices, and Magento pays back one of them"
            raise VendorRejected(f"{message}; choose it there")
        return paid[0]

    async def _order(self, order_id: str) -> MagentoOrder:
        # https://developer.adobe.com/commerce/webapi/rest/quick-reference/
        answer = await self.client.get(f"/orders/{self.number(order_id, 'order')}")
        found: MagentoOrder = answer.json(MagentoOrder)
        return found

    async def _record(self, order_id: str) -> orders.Order:
        """An order as it is now."""
        return (await self._records([await self._order(order_id)]))[0]

    async def _records(self, found: Sequence[MagentoOrder]) -> list[orders.Order]:
        """Orders with their shipments, which are a list of their own."""
        made = await self._shipments([order for order in found if any(item.qty_shipped for item in order.items)])
        return [
            mapping.order_record(order, [one for one in made if one.order_id == order.entity_id], self.admin_page)
            for order in found
        ]

    async def _shipments(self, found: Sequence[MagentoOrder]) -> list[MagentoShipment]:
        if not found:
            return []
        wanted = ("order_id", "in", ",".join(str(order.entity_id) for order in found))
        # https://developer.adobe.com/commerce/webapi/rest/use-rest/performing-searches/
        return await self.gathered("/shipments", MagentoShipment, wanted)

    async def _stock_of(self, order: MagentoOrder, lines: Sequence[OrderItem]) -> list[Related]:
        """Products whose stock a write changed: what is taken from the shelf for these lines."""
        goods = [part for line in lines for part in (mapping.below(order, line) or [line])]
        ids = [str(item.product_id) for item in goods if item.product_id and not item.is_virtual]
        return [Related(products.PRODUCTS, await self.records_by_id(ids))] if ids else []


def _shipped(order: MagentoOrder, asked: Sequence[orders.ShippedLine] | UnsetType) -> list[OrderItem]:
    """The lines of the order that are in the shipment; raises InvalidBody with every one that cannot be."""
    known = {str(item.item_id): item for item in mapping.lines_of(order)}
    if isinstance(asked, UnsetType):
        return list(known.values())
    problems: dict[str, list[str]] = {}
    for at, line in enumerate(asked):
        item = known.get(line.line_item_id)
        if item is None:
            problems[f"line_items.{at}.line_item_id"] = ["Not a line of the order."]
        elif line.quantity > (left := mapping.left_to_ship(item)):
            problems[f"line_items.{at}.quantity"] = [f"Only {left.normalize():f} units are left to ship."]
    if problems:
        raise InvalidBody({"json": problems})
    return [known[line.line_item_id] for line in asked]


def _track(number: str, carrier: str | None) -> dict[str, Any]:
    """A parcel as Magento takes it."""
    code = next((name for name in CARRIERS if name == (carrier or "").strip().lower()), OTHER_CARRIER)
    return {"track_number": number, "title": carrier or "Carrier", "carrier_code": code}


def _carries(comments: Sequence[Remark] | None, reference: str) -> bool:
    """Whether one of the remarks has the reference of a write."""
    return any(reference in (item.comment or "") for item in comments or ())
