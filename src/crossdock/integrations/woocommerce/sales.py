"""Orders, parcels noted on them, and refunds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from crossdock.contract.bodies import WriteBody, vendor_only
from crossdock.contract.cart import orders, products
from crossdock.contract.errors import InvalidBody, VendorRejected, VendorUnavailable
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
    receives,
    settles,
)
from crossdock.integrations.kit.client import Effect
from crossdock.integrations.kit.mapping import moment
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.kit.webhooks import Changed, Delivery
from crossdock.integrations.woocommerce import client, mapping, refunds
from crossdock.integrations.woocommerce.goods import Goods
from crossdock.integrations.woocommerce.mapping import Shop
from crossdock.integrations.woocommerce.models import TRACKING, Message, TrackingItem, WooOrder, WooRefund, mark_of

CLOSED = frozenset({"cancelled", "refunded", "failed", "trash"})
"""Statuses of orders that are not shipped any more."""
REFUND_REFUSED = "woocommerce_rest_cannot_create_order_refund"


class CreateOrderShipment(WriteBody, kw_only=True):
    """A parcel with everything that is ordered. WooCommerce knows no parcel with a part of an order."""

    tracking_number: str | UnsetType = UNSET
    tracking_url: str | UnsetType = UNSET
    carrier_name: str | UnsetType = UNSET


class RefundOrder(WriteBody, kw_only=True):
    """A refund. WooCommerce keeps no remark beside the reason."""

    line_items: orders.RefundLineItems | UnsetType = UNSET
    amount: Decimal | UnsetType = UNSET
    shipping_amount: Decimal | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    refund_payment: Annotated[
        bool | UnsetType,
        vendor_only(
            "Whether the payment provider is told to pay the money back, which is so when left out. `false` notes the "
            "refund only, for payments that are paid back by hand.",
            examples=[True],
        ),
    ] = UNSET


class Sales(Goods):
    """What buyers ordered, and what became of it."""

    @implements(orders.GET_ORDERS, mode=Incremental(by="modified_after"))
    async def get_orders(self, window: Window) -> AsyncIterator[Page[orders.Order]]:
        shop = self._site()
        # https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-orders
        async for found, following in self.walk("/orders", WooOrder, int(window.cursor or 1), **self.since(window)):
            yield Page([mapping.order_record(order, shop) for order in found], str(following) if following else None)

    @receives("order.created", "order.updated", "order.restored", "order.deleted")
    async def hear_of_order(self, delivery: Delivery) -> Sequence[Changed]:
        number = delivery.json(Message).id
        answer = await self.client.get(f"/orders/{number}", allow=frozenset({404}))
        if answer.status == 404:
            return [Changed(orders.ORDERS, deleted=[str(number)])]
        return [Changed(orders.ORDERS, [mapping.order_record(answer.json(WooOrder), self._site())])]

    @implements(orders.CREATE_ORDER_SHIPMENT, CreateOrderShipment)
    async def create_order_shipment(self, order_id: str, body: CreateOrderShipment) -> orders.Order:
        order = await self._order(order_id)
        if order.status in CLOSED:
            raise VendorRejected(f"Order {order.number} is {order.status}, so nothing of it can be shipped")
        parcels = [*mapping.tracking_items(order), self._parcel(body)]
        change = {
            "status": "completed",
            "meta_data": [{"key": TRACKING, "value": [msgspec.to_builtins(item) for item in parcels]}],
        }
        # https://woocommerce.github.io/woocommerce-rest-api-docs/#update-an-order
        answer = await self.client.put(f"/orders/{order.id}", change)
        return mapping.order_record(answer.json(WooOrder), self._site())

    @settles(orders.CREATE_ORDER_SHIPMENT)
    async def settle_create_order_shipment(self, attempt: Attempt) -> Settlement:
        order = await self._order(attempt.ids[0])
        if any(item.tracking_id == attempt.reference for item in mapping.tracking_items(order)):
            return Applied(mapping.order_record(order, self._site()))
        return NotApplied()

    @implements(orders.REFUND_ORDER, RefundOrder)
    async def refund_order(self, order_id: str, body: RefundOrder) -> Written[orders.Order]:
        order = await self._order(order_id)
        made = await self._refunds(order.id)
        restock = refunds.restocks(body.line_items)
        lines, total = _asked(order, refunds.left_of(order, made), body)
        sent = {
            "amount": str(total),
            "reason": refunds.text_of(body.reason) or "",
            "line_items": [line.shown() for line in lines],
            "api_refund": body.refund_payment is not False,
            "api_restock": restock,
        }
        # https://woocommerce.github.io/woocommerce-rest-api-docs/#create-a-refund
        answer = await self.client.post(f"/orders/{order.id}/refunds", self.marked(sent), allow=frozenset({500}))
        self._check_refund(answer)
        changed = await self._order(order_id)
        related = await self._restocked(order, lines) if restock else []
        return Written(mapping.order_record(changed, self._site()), related=related)

    @settles(orders.REFUND_ORDER)
    async def settle_refund_order(self, attempt: Attempt) -> Settlement:
        order = await self._order(attempt.ids[0])
        made = await self._refunds(order.id)
        if any(mark_of(refund.meta_data) == attempt.reference for refund in made):
            return Applied(mapping.order_record(order, self._site()))
        # The mark is set right after the refund is made, so a young one without a mark may be ours.
        unknown = any(
            refund.date_created_gmt is not None
            and moment(refund.date_created_gmt) >= attempt.sent_at.replace(microsecond=0)
            and mark_of(refund.meta_data) is None
            for refund in made
        )
        return None if unknown else NotApplied()

    def _check_refund(self, answer: VendorAnswer) -> None:
        """A refund that is refused comes with status 500; WooCommerce has taken it back by then."""
        if answer.status != 500:
            self.client.effect = Effect.DONE
            return
        words = client.words_of(answer)
        if words is not None and words.code == REFUND_REFUSED:
            raise VendorRejected(words.message, status=400, vendor_code=words.code)
        message = words.message if words else f"{self.display_name} answered 500"
        raise VendorUnavailable(message, may_have_applied=False)

    async def _restocked(self, order: WooOrder, lines: Sequence[refunds.Payback]) -> list[Related]:
        """Products whose stock the refund changed."""
        wanted = {line.line_id for line in lines}
        ids = [str(line.variation_id or line.product_id) for line in order.line_items if line.id in wanted]
        return [Related(products.PRODUCTS, await self.product_records(list(dict.fromkeys(ids))))]

    def _parcel(self, body: CreateOrderShipment) -> TrackingItem:
        """A parcel as the tracking plugins keep it."""
        now = self.now()
        day = datetime.combine(now.date(), time(), now.tzinfo)
        return TrackingItem(
            tracking_id=self.reference,
            custom_tracking_provider=refunds.text_of(body.carrier_name) or "",
            custom_tracking_link=refunds.text_of(body.tracking_url) or "",
            tracking_number=refunds.text_of(body.tracking_number) or "",
            date_shipped=str(int(day.timestamp())),
        )

    async def _order(self, order_id: str) -> WooOrder:
        # https://woocommerce.github.io/woocommerce-rest-api-docs/#retrieve-an-order
        answer = await self.client.get(f"/orders/{self.number(order_id, 'order')}")
        found: WooOrder = answer.json(WooOrder)
        return found

    async def _refunds(self, order_id: int) -> list[WooRefund]:
        # https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-refunds
        return [refund async for page, _ in self.walk(f"/orders/{order_id}/refunds", WooRefund) for refund in page]

    def _site(self) -> Shop:
        """What orders need to know of the shop."""
        return Shop(client.site(self.credentials))


def _asked(order: WooOrder, left: dict[int, refunds.Left], body: RefundOrder) -> tuple[list[refunds.Payback], Decimal]:
    """Lines and total of the refund that a caller asks for."""
    paid_back = -sum((Decimal(item.total) for item in order.refunds), Decimal(0))
    rest = Decimal(order.total) - paid_back
    lines: list[refunds.Payback] = []
    if not isinstance(body.line_items, UnsetType):
        lines += refunds.of_lines(order, left, body.line_items)
    if not isinstance(body.shipping_amount, UnsetType):
        lines += refunds.of_shipping(order, left, body.shipping_amount)
    sum_of_lines: Any = sum((line.gross for line in lines), Decimal(0))
    total = sum_of_lines if isinstance(body.amount, UnsetType) else body.amount
    if not lines and body.amount is UNSET:
        lines, total = refunds.everything(left), rest
    if total < sum_of_lines:
        raise InvalidBody.field("amount", f"The lines come to {sum_of_lines} already.")
    if total <= 0:
        raise VendorRejected(f"Nothing is left to pay back of order {order.number}")
    if total > rest:
        raise InvalidBody.field("amount", f"Only {rest} of the order is left to pay back.")
    return lines, total.quantize(refunds.digits_of(order))
