"""Orders, what was sent of them, and refunds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from msgspec import UNSET, UnsetType

from crossdock.contract.bodies import WriteBody, plain_text, vendor_only
from crossdock.contract.cart import orders
from crossdock.contract.errors import InvalidBody, UnexpectedShape, VendorRejected
from crossdock.integrations.ebay import mapping, refunds
from crossdock.integrations.ebay.client import FULFILLMENT, ORDERS_KEPT
from crossdock.integrations.ebay.goods import Goods
from crossdock.integrations.ebay.models import EbayOrder, Message, OrderList, Parcel, ParcelList, RefundAnswer
from crossdock.integrations.kit.adapter import (
    Applied,
    Attempt,
    Incremental,
    NotApplied,
    Page,
    Settlement,
    Window,
    implements,
    receives,
    settles,
)
from crossdock.integrations.kit.client import Effect, segment
from crossdock.integrations.kit.mapping import moment
from crossdock.integrations.kit.webhooks import Changed, Delivery

PAGE_SIZE = 100
TAXES = {"fieldGroups": "TAX_BREAKDOWN"}
"""Without it, totals leave out the taxes that eBay collects and pays by itself."""
CLOCK_SLACK = timedelta(minutes=5)
"""How far eBay's clock may be off ours where a date is to prove something."""
BOTH_OR_NONE = "eBay takes a tracking number and a carrier together."
ALPHANUMERIC = "eBay takes letters and digits only."


class CreateOrderShipment(WriteBody, kw_only=True):
    """One parcel; everything that is left of the order, unless lines are named."""

    tracking_number: str | UnsetType = UNSET
    carrier_name: str | UnsetType = UNSET
    line_items: Annotated[
        list[orders.ShippedLine] | UnsetType,
        vendor_only("Lines that were sent; left out, all that is left of the order."),
    ] = UNSET


class RefundOrder(WriteBody, kw_only=True):
    """A refund of lines, or of an amount of the order. Shipping is paid back as an amount."""

    line_items: orders.RefundLineItems | UnsetType = UNSET
    amount: Decimal | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    note: str | UnsetType = UNSET


class Sales(Goods):
    """What buyers ordered, and what became of it."""

    @implements(orders.GET_ORDERS, mode=Incremental(by="lastmodifieddate"))
    async def get_orders(self, window: Window) -> AsyncIterator[Page[orders.Order]]:
        wanted = {**TAXES, "filter": _since(window)}
        # https://developer.ebay.com/api-docs/sell/fulfillment/resources/order/methods/getOrders
        pages = self.walk(f"{FULFILLMENT}/order", OrderList, PAGE_SIZE, int(window.cursor or 0), **wanted)
        async for page, following in pages:
            records = [await self._sold(order) for order in page.orders]
            yield Page(records, None if following is None else str(following))

    # https://developer.ebay.com/api-docs/master/commerce/notification/asyncapi/order_confirmation.yaml
    @receives("ORDER_CONFIRMATION")
    async def hear_of_order(self, delivery: Delivery) -> Sequence[Changed]:
        number = _order_in(delivery.json(Message).notification.data)
        if number is None:
            raise UnexpectedShape(f"a message of {self.display_name} about {delivery.topic} names no order")
        return [Changed(orders.ORDERS, [await self._sold(await self._order(number))])]

    @implements(orders.CREATE_ORDER_SHIPMENT, CreateOrderShipment)
    async def create_order_shipment(self, order_id: str, body: CreateOrderShipment) -> orders.Order:
        tracking = _tracking(body)
        order = await self._order(order_id)
        parcels = await self._parcels(order)
        number = tracking.get("trackingNumber")
        if number is not None and any(parcel.shipment_tracking_number == number for parcel in parcels):
            raise InvalidBody.field("tracking_number", "The order has a shipment with this number already.")
        sent = {
            "lineItems": _lines_to_send(order, parcels, body.line_items),
            "shippedDate": _time(self.now()),
            **tracking,
        }
        # https://developer.ebay.com/api-docs/sell/fulfillment/resources/order/shipping_fulfillment/methods/createShippingFulfillment
        await self.send("POST", f"{FULFILLMENT}/order/{segment(order_id)}/shipping_fulfillment", sent)
        return await self._sold(await self._order(order_id))

    @settles(orders.CREATE_ORDER_SHIPMENT)
    async def settle_create_order_shipment(self, attempt: Attempt) -> Settlement:
        order = await self._order(attempt.ids[0])
        parcels = await self._parcels(order)
        number = plain_text(attempt.body.tracking_number)
        if number is not None:
            # The write refused a number that was there before, so whoever has it now is this one.
            if any(parcel.shipment_tracking_number == number for parcel in parcels):
                return Applied(await self._sold(order))
            return NotApplied()
        earliest = attempt.sent_at - CLOCK_SLACK
        young = [parcel for parcel in parcels if parcel.shipped_date and moment(parcel.shipped_date) >= earliest]
        return None if young else NotApplied()

    @implements(orders.REFUND_ORDER, RefundOrder)
    async def refund_order(self, order_id: str, body: RefundOrder) -> orders.Order:
        words = refunds.reason_and_comment(plain_text(body.reason), plain_text(body.note))
        # Without the breakdown of taxes the total is what the seller can pay back; eBay adds its taxes by itself.
        order = await self._order(order_id, taxes=False)
        sent = {**words, **refunds.request(order, body.line_items, body.amount)}
        # https://developer.ebay.com/api-docs/sell/fulfillment/resources/order/methods/issueRefund
        answer = await self.send("POST", f"{FULFILLMENT}/order/{segment(order_id)}/issue_refund", sent)
        if answer.json(RefundAnswer).refund_status == refunds.FAILED:
            self.client.effect = Effect.NONE
            raise VendorRejected(f"{self.display_name} could not pay back order {order_id}")
        return await self._sold(await self._order(order_id))

    @settles(orders.REFUND_ORDER)
    async def settle_refund_order(self, attempt: Attempt) -> Settlement:
        # A refund carries nothing that tells ours from one that somebody made by hand.
        order = await self._order(attempt.ids[0])
        return None if mapping.refunds_of(order) else NotApplied()

    async def _order(self, order_id: str, *, taxes: bool = True) -> EbayOrder:
        # https://developer.ebay.com/api-docs/sell/fulfillment/resources/order/methods/getOrder
        path = f"{FULFILLMENT}/order/{segment(order_id)}"
        answer = await self.found(path, f"order {order_id}", TAXES if taxes else None)
        found: EbayOrder = answer.json(EbayOrder)
        return found

    async def _parcels(self, order: EbayOrder) -> list[Parcel]:
        """What was sent of an order; most young ones have nothing, and are not asked about."""
        if not order.fulfillment_hrefs:
            return []
        # https://developer.ebay.com/api-docs/sell/fulfillment/resources/order/shipping_fulfillment/methods/getShippingFulfillments
        answer = await self.ask(f"{FULFILLMENT}/order/{segment(order.order_id)}/shipping_fulfillment")
        found: list[Parcel] = answer.json(ParcelList).fulfillments
        return found

    async def _sold(self, order: EbayOrder) -> orders.Order:
        return mapping.order_record(order, await self._parcels(order), self.site)


def _since(window: Window) -> str:
    """The filter of a read. Without one, eBay gives orders of the last 90 days only."""
    oldest = window.end - ORDERS_KEPT
    if window.start is None:
        return f"creationdate:[{_time(oldest)}..]"
    return f"lastmodifieddate:[{_time(max(window.start, oldest))}..]"


def _time(at: datetime) -> str:
    """A time as eBay writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _order_in(data: Any) -> str | None:
    """The order that a message names, wherever in it that is."""
    if isinstance(data, dict):
        own = data.get("orderId")
        if isinstance(own, str) and own:
            return own
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return next((found for item in inner if (found := _order_in(item)) is not None), None)


def _tracking(body: CreateOrderShipment) -> dict[str, str]:
    number, carrier = plain_text(body.tracking_number), plain_text(body.carrier_name)
    if (number is None) is not (carrier is None):
        raise InvalidBody.field("carrier_name" if carrier is None else "tracking_number", BOTH_OR_NONE)
    if number is None or carrier is None:
        return {}
    if not (number.isascii() and number.isalnum()):
        raise InvalidBody.field("tracking_number", ALPHANUMERIC)
    return {"trackingNumber": number, "shippingCarrierCode": carrier}


def _lines_to_send(
    order: EbayOrder, parcels: Sequence[Parcel], wanted: Sequence[orders.ShippedLine] | UnsetType
) -> list[dict[str, Any]]:
    """The lines of a parcel; raises InvalidBody with every one that cannot be in it."""
    left = {line.line_item_id: line.quantity for line in order.line_items}
    for part in (part for parcel in parcels for part in parcel.line_items):
        left[part.line_item_id] = left.get(part.line_item_id, 0) - part.quantity
    if isinstance(wanted, UnsetType):
        rest = [{"lineItemId": key, "quantity": units} for key, units in left.items() if units > 0]
        if not rest:
            raise VendorRejected(f"Nothing is left to send of order {order.order_id}")
        return rest
    problems: dict[str, list[str]] = {}
    for at, line in enumerate(wanted):
        if line.line_item_id not in left:
            problems[f"line_items.{at}.line_item_id"] = ["Not a line of the order, or named twice."]
            continue
        units = max(0, left.pop(line.line_item_id))
        if line.quantity > units:
            problems[f"line_items.{at}.quantity"] = [f"Only {units} units are left to send."]
    if problems:
        raise InvalidBody({"json": problems})
    return [{"lineItemId": line.line_item_id, "quantity": line.quantity} for line in wanted]
