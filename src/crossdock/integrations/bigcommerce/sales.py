"""Orders, their shipments, and refunds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import WriteBody, plain_text, vendor_only
from crossdock.contract.cart import orders
from crossdock.contract.errors import InvalidBody, UnexpectedShape, VendorRejected
from crossdock.integrations.bigcommerce import mapping, refunds
from crossdock.integrations.bigcommerce.base import PAGE_SIZE
from crossdock.integrations.bigcommerce.goods import Goods
from crossdock.integrations.bigcommerce.models import BigOrder, BigRefund, Message, One, OrderLine, Parcel, Quote
from crossdock.integrations.kit.adapter import (
    Applied,
    Attempt,
    Incremental,
    NotApplied,
    Page,
    Settlement,
    Window,
    implements,
    probes,
    receives,
    settles,
)
from crossdock.integrations.kit.webhooks import Changed, Delivery

WHOLE = {"include": "consignments.line_items", "consignment_structure": "object"}
"""Asks for an order with its lines and addresses, which would be two more calls an order."""
CLOSED = frozenset({0, 4, 5, 6})
"""Statuses of orders that are not shipped: incomplete, refunded, cancelled and declined ones."""
REFUNDED = frozenset({"refunded", "partially refunded"})
REFUND_STATUSES = frozenset({4, mapping.PARTIALLY_REFUNDED})
# https://developer.bigcommerce.com/docs/rest-management/orders/order-shipments
PROVIDERS = frozenset(
    {"auspost", "canadapost", "endicia", "usps", "fedex", "ups", "upsready", "upsonline", "shipperhq", "royalmail"}
)
CLOCK_SLACK = timedelta(minutes=5)
"""How far the store's clock may be off ours where it is to prove that nothing has happened."""


class CreateOrderShipment(WriteBody, kw_only=True):
    """A parcel to one address of an order; everything that is left, unless lines are named."""

    tracking_number: Annotated[str, Meta(max_length=50)] | UnsetType = UNSET
    tracking_url: Annotated[str, Meta(max_length=500)] | UnsetType = UNSET
    carrier_name: str | UnsetType = UNSET
    shipping_method_name: str | UnsetType = UNSET
    line_items: Annotated[
        list[orders.ShippedLine] | UnsetType,
        vendor_only("Lines that were sent, all to one address; left out, all that is left of the order."),
    ] = UNSET


class RefundOrder(WriteBody, kw_only=True):
    """A refund. BigCommerce keeps no remark beside the reason, and does not restock."""

    line_items: orders.RefundLineItems | UnsetType = UNSET
    amount: Decimal | UnsetType = UNSET
    shipping_amount: Decimal | UnsetType = UNSET
    reason: Annotated[str, Meta(max_length=900)] | UnsetType = UNSET
    refund_method: Annotated[
        str | UnsetType,
        vendor_only(
            "How it goes back, by the name that BigCommerce gives it, such as `storecredit` or `custom`; left out, by "
            "the payment of the order. A name that is not offered is refused with those that are.",
            examples=["storecredit"],
        ),
    ] = UNSET


class Sales(Goods):
    """What buyers ordered, and what became of it."""

    @implements(orders.GET_ORDERS, mode=Incremental(by="min_date_modified"))
    async def get_orders(self, window: Window) -> AsyncIterator[Page[orders.Order]]:
        after = int(window.cursor or 0)
        span: dict[str, Any] = {}
        if window.start is not None:
            # Whether the second itself is in it, BigCommerce does not say.
            start = window.start - timedelta(seconds=1)
            span = {"min_date_modified": f"{start:%Y-%m-%dT%H:%M:%S}+00:00"}
        while True:
            # Orders come by ascending id. https://developer.bigcommerce.com/docs/rest-management/orders
            answer = await self.client.get("/v2/orders", {**WHOLE, **span, "min_id": after + 1, "limit": PAGE_SIZE})
            found: list[BigOrder] = [] if answer.status == 204 else answer.json(list[BigOrder])
            after = self.ascending([order.id for order in found], after, "orders")
            last = len(found) < PAGE_SIZE
            kept = [order for order in found if not order.is_deleted]
            gone = [str(order.id) for order in found if order.is_deleted]
            yield Page(await self._order_records(kept), None if last else str(after), gone)
            if last:
                return

    @probes(orders.GET_ORDERS)
    async def probe_orders(self) -> None:
        # https://developer.bigcommerce.com/docs/rest-management/orders
        await self.client.get("/v2/orders", {"limit": 1})

    @receives("store/order/created", "store/order/updated", "store/order/archived", "store/order/refund/created")
    async def hear_of_order(self, delivery: Delivery) -> Sequence[Changed]:
        return await self._changed_order(delivery.json(Message).data.id)

    @receives("store/shipment/created", "store/shipment/updated", "store/shipment/deleted")
    async def hear_of_shipment(self, delivery: Delivery) -> Sequence[Changed]:
        order_id = delivery.json(Message).data.orderId
        return [] if order_id is None else await self._changed_order(order_id)

    async def _changed_order(self, order_id: int) -> list[Changed]:
        # https://developer.bigcommerce.com/docs/rest-management/orders
        answer = await self.client.get(f"/v2/orders/{order_id}", WHOLE, allow=frozenset({404}))
        found: BigOrder | None = None if answer.status == 404 else answer.json(BigOrder)
        if found is None or found.is_deleted:
            return [Changed(orders.ORDERS, deleted=[str(order_id)])]
        return [Changed(orders.ORDERS, await self._order_records([found]))]

    @implements(orders.CREATE_ORDER_SHIPMENT, CreateOrderShipment)
    async def create_order_shipment(self, order_id: str, body: CreateOrderShipment) -> orders.Order:
        order = await self._order(order_id)
        if order.status_id in CLOSED:
            raise VendorRejected(f"Order {order.id} is {order.status}, so nothing of it can be shipped")
        lines = _shipped(order, body.line_items)
        sent: dict[str, Any] = {
            "order_address_id": _address_of([line for line, _ in lines]),
            "items": [{"order_product_id": line.id, "quantity": units} for line, units in lines],
            "tracking_number": plain_text(body.tracking_number) or "",
            "tracking_link": plain_text(body.tracking_url) or "",
            "shipping_method": plain_text(body.shipping_method_name) or "",
            **_carrier(plain_text(body.carrier_name) or ""),
        }
        # https://developer.bigcommerce.com/docs/rest-management/orders/order-shipments
        await self.client.post(f"/v2/orders/{order.id}/shipments", sent)
        return await self._record(order_id)

    @settles(orders.CREATE_ORDER_SHIPMENT)
    async def settle_create_order_shipment(self, attempt: Attempt) -> Settlement:
        # A shipment has no place for a reference that the buyer does not see, so the tracking number has to do.
        parcels = await self._parcels(self.number(attempt.ids[0], "order"))
        young = [parcel for parcel in parcels if _since(mapping.mail_time(parcel.date_created), attempt)]
        if not young:
            return NotApplied()
        body: CreateOrderShipment = attempt.body
        if not plain_text(body.tracking_number):
            return None
        if not any(parcel.tracking_number == body.tracking_number for parcel in young):
            return NotApplied()
        return Applied(await self._record(attempt.ids[0]))

    @implements(orders.REFUND_ORDER, RefundOrder)
    async def refund_order(self, order_id: str, body: RefundOrder) -> orders.Order:
        order = await self._order(order_id)
        made = await self._refunds([order.id])
        rest = refunds.rest_of(order, made)
        if rest <= 0:
            raise VendorRejected(f"Nothing is left to pay back of order {order.id}")
        items, quote = await self._quoted(order, made, rest, body)
        if quote.total_refund_amount > rest:
            raise InvalidBody.field("amount", f"Only {rest} of the order is left to pay back.")
        payments = [
            {"provider_id": one.provider_id, "amount": one.amount, "offline": one.offline}
            for one in refunds.way_back(quote, body.refund_method)
        ]
        # https://developer.bigcommerce.com/docs/rest-management/orders/order-refunds
        path = f"/v3/orders/{order.id}/payment_actions/refunds"
        await self.client.post(path, {"items": items, "payments": payments})
        return await self._record(order_id)

    @settles(orders.REFUND_ORDER)
    async def settle_refund_order(self, attempt: Attempt) -> Settlement:
        made = await self._refunds([self.number(attempt.ids[0], "order")])
        if any(attempt.reference in reason for refund in made for reason in _reasons(refund)):
            return Applied(await self._record(attempt.ids[0]))
        return NotApplied()

    async def _quoted(
        self, order: BigOrder, made: Sequence[BigRefund], rest: Decimal, body: RefundOrder
    ) -> tuple[list[refunds.Item], Quote]:
        """The lines of a refund, and what BigCommerce says they come to."""
        reason = self._reason(plain_text(body.reason))
        items: list[refunds.Item] = []
        shipping = None if isinstance(body.shipping_amount, UnsetType) else body.shipping_amount
        if not isinstance(body.line_items, UnsetType):
            items += refunds.of_lines(order, body.line_items, reason)
        if shipping:
            items += refunds.of_shipping(order, made, shipping, reason)
        wanted: Decimal | None = None if isinstance(body.amount, UnsetType) else body.amount
        if wanted is not None and not 0 < wanted <= rest:
            raise InvalidBody.field("amount", f"Must be above 0 and at most {rest}, what is left to pay back.")
        if items or wanted is not None:
            quote = await self._quote(order, items) if items else None
        elif shipping is not None:
            raise InvalidBody.field("shipping_amount", "Nothing would be paid back.")
        else:
            items, wanted = refunds.everything(order, made, reason), rest
            quote = await self._quote(order, items) if items else None
            if quote is not None and quote.total_refund_amount > rest:
                items, quote = [], None
        more = wanted if quote is None else refunds.missing(wanted, quote.total_refund_amount)
        if more:
            items = [*items, refunds.of_order(order, more, reason)]
            quote = await self._quote(order, items)
        if quote is None:
            raise AssertionError("a refund has lines or an amount")
        return items, quote

    async def _quote(self, order: BigOrder, items: Sequence[refunds.Item]) -> Quote:
        # https://developer.bigcommerce.com/docs/rest-management/orders/order-refunds
        path = f"/v3/orders/{order.id}/payment_actions/refund_quotes"
        answer = await self.client.post(path, {"items": list(items)}, changes=False)
        found: Quote = answer.json(One[Quote]).data
        return found

    def _reason(self, text: str | None) -> str:
        """The reason, with the reference by which the refund can be found again."""
        return " ".join(part for part in (text, self.reference and f"[crossdock {self.reference}]") if part)

    async def _order(self, order_id: str) -> BigOrder:
        # https://developer.bigcommerce.com/docs/rest-management/orders
        answer = await self.client.get(f"/v2/orders/{self.number(order_id, 'order')}", WHOLE)
        found: BigOrder = answer.json(BigOrder)
        return found

    async def _record(self, order_id: str) -> orders.Order:
        """An order as it is now."""
        return (await self._order_records([await self._order(order_id)]))[0]

    async def _order_records(self, found: Sequence[BigOrder]) -> list[orders.Order]:
        """Orders with their shipments, a call for each that has some, and their refunds, one call for all."""
        back = [order.id for order in found if _was_refunded(order)]
        made = await self._refunds(back) if back else []
        return [
            mapping.order_record(
                order,
                await self._parcels(order.id) if order.items_shipped else [],
                [refund for refund in made if refund.order_id == order.id],
                self.admin_page,
            )
            for order in found
        ]

    async def _parcels(self, order_id: int) -> list[Parcel]:
        # https://developer.bigcommerce.com/docs/rest-management/orders/order-shipments
        found = await self.listed(f"/v2/orders/{order_id}/shipments")
        try:
            return msgspec.convert(found, list[Parcel])
        except msgspec.ValidationError as error:
            raise UnexpectedShape(f"{self.display_name} showed shipments in an unexpected shape: {error}") from None

    async def _refunds(self, ids: Sequence[int]) -> list[BigRefund]:
        wanted = {"order_id:in": ",".join(str(number) for number in ids)}
        # https://developer.bigcommerce.com/docs/rest-management/orders/order-refunds
        pages = self.pages("/v3/orders/payment_actions/refunds", BigRefund, wanted)
        return [refund async for page in pages for refund in page]


def _was_refunded(order: BigOrder) -> bool:
    units = any(line.quantity_refunded for line in order.lines)
    return order.payment_status in REFUNDED or order.status_id in REFUND_STATUSES or units


def _reasons(refund: BigRefund) -> list[str]:
    return [text for text in (refund.reason, *(item.reason for item in refund.items)) if text]


def _since(moment_there: Any, attempt: Attempt) -> bool:
    return moment_there is None or moment_there >= attempt.sent_at - CLOCK_SLACK


def _shipped(order: BigOrder, asked: Sequence[orders.ShippedLine] | UnsetType) -> list[tuple[OrderLine, int]]:
    """The units in the shipment by their lines; raises InvalidBody with every line that cannot be in it."""
    known = {str(line.id): line for line in order.lines if line.order_address_id}
    if isinstance(asked, UnsetType):
        rest = [(line, left) for line in known.values() if (left := line.quantity - line.quantity_shipped) > 0]
        if not rest:
            raise VendorRejected(f"Nothing is left to ship of order {order.id}")
        return rest
    problems: dict[str, list[str]] = {}
    for at, one in enumerate(asked):
        line = known.get(one.line_item_id)
        if line is None:
            problems[f"line_items.{at}.line_item_id"] = ["Not a line of the order that is shipped to an address."]
        elif one.quantity > (left := line.quantity - line.quantity_shipped):
            problems[f"line_items.{at}.quantity"] = [f"Only {left} units are left to ship."]
    if problems:
        raise InvalidBody({"json": problems})
    return [(known[one.line_item_id], one.quantity) for one in asked]


def _address_of(lines: Sequence[OrderLine]) -> int:
    """The address of a shipment; BigCommerce makes one for each."""
    found = {line.order_address_id for line in lines}
    if len(found) != 1:
        raise InvalidBody.field("line_items", "The lines go to several addresses; make a shipment for each of them.")
    return found.pop()


def _carrier(name: str) -> dict[str, str]:
    """The carrier as one that BigCommerce links to, or else by its name at AfterShip, such as `dhl-germany`."""
    slug = "-".join(name.lower().split())
    plain = slug.replace("-", "")
    return (
        {"shipping_provider": plain}
        if plain in PROVIDERS or not plain
        else {
            "shipping_provider": "",
            "tracking_carrier": slug,
        }
    )
