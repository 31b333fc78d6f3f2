"""Orders, their shipments, and refunds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from msgspec import UNSET

from crossdock.contract.cart import orders
from crossdock.contract.errors import UnexpectedShape, VendorRejected
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
    settles,
)
from crossdock.integrations.kit.client import Effect, segment
from crossdock.integrations.kit.mapping import moment
from crossdock.integrations.mirakl import client, mapping, refunds, shipping
from crossdock.integrations.mirakl.base import PAGE_SIZE
from crossdock.integrations.mirakl.goods import Goods
from crossdock.integrations.mirakl.models import Order, Orders, Platform, Reasons, Shipment, Shipments, ShipmentsMade
from crossdock.integrations.mirakl.refunds import RefundOrder
from crossdock.integrations.mirakl.shipping import CreateOrderShipment

IDS_PER_QUERY = 50
"""Orders whose shipments are asked for at once; more would make addresses too long."""
BY_SHIPMENT = "shipments"
"""The second part of a sync, as cursors name it: orders of which nothing but a shipment has changed."""
CLOCK_SLACK = timedelta(minutes=5)
"""How far the marketplace's clock may be off ours where it is to prove that nothing was made."""


class Sales(Goods):
    """What buyers ordered, and what became of it."""

    _several: bool | None = None

    @implements(orders.GET_ORDERS, mode=Incremental(by="start_update_date"))
    async def get_orders(self, window: Window) -> AsyncIterator[Page[orders.Order]]:
        since = None if window.start is None else self.time(window.start)
        given: set[str] = set()
        if window.cursor != BY_SHIPMENT:
            start = int(window.cursor or 0)
            # https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3/orders/or11
            pages = self.walk("/orders", Orders, start, bucket=client.ORDERS, start_update_date=since)
            async for found, following in pages:
                given |= {order.order_id for order in found}
                after = BY_SHIPMENT if since is not None and await self._has_several() else None
                yield Page(await self._records(found), str(following) if following else after)
        if since is None or not await self._has_several():
            return
        # A shipment changes by itself, as when its carrier delivers it.
        moved = [parcel.order_id for parcel in await self._shipments([("last_updated_from", since)])]
        wanted = [order_id for order_id in dict.fromkeys(moved) if order_id not in given]
        for at in range(0, len(wanted), IDS_PER_QUERY):
            found = await self._named(wanted[at : at + IDS_PER_QUERY])
            yield Page(await self._records(found), BY_SHIPMENT if at + IDS_PER_QUERY < len(wanted) else None)

    @probes(orders.GET_ORDERS)
    async def look_at_orders(self) -> None:
        """One order, as a page of the back office would show it: no look at what is new."""
        await self.client.get("/orders", self.asked(max=1))

    @implements(orders.CREATE_ORDER_SHIPMENT, CreateOrderShipment)
    async def create_order_shipment(self, order_id: str, body: CreateOrderShipment) -> orders.Order:
        order = await self._order(order_id)
        shipping.check_open(order)
        if await self._has_several():
            await self._send_part(order, body)
        else:
            await self._send_whole(order, body)
        return await self._record(order_id)

    async def _send_part(self, order: Order, body: CreateOrderShipment) -> None:
        left = shipping.left_of(order, await self._parcels([order.order_id]))
        made = shipping.shipment(order, left, body)
        # https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3/shipments/st01
        answer = await self.client.post("/shipments", {"shipments": [made]}, params=self.asked())
        outcome = answer.json(ShipmentsMade)
        if outcome.shipment_errors:
            # A refusal of the only shipment comes with a success; nothing was made.
            self.client.effect = Effect.NONE
            words = [error.message for error in outcome.shipment_errors if error.message]
            raise VendorRejected("; ".join(words) or f"{self.display_name} refused the shipment")
        if not outcome.shipment_success:
            raise UnexpectedShape(f"{self.display_name} says neither that the shipment was made nor why not")

    async def _send_whole(self, order: Order, body: CreateOrderShipment) -> None:
        shipping.check_whole(body)
        path = f"/orders/{segment(order.order_id)}"
        if tracking := shipping.tracking_of(body, "carrier_url"):
            # https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3/orders/or23
            await self.client.put(f"{path}/tracking", tracking, params=self.asked())
        # https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3/orders/or24
        await self.client.put(f"{path}/ship", params=self.asked())

    @settles(orders.CREATE_ORDER_SHIPMENT)
    async def settle_create_order_shipment(self, attempt: Attempt) -> Settlement:
        order, body = await self._order(attempt.ids[0]), attempt.body
        number = None if body.tracking_number is UNSET else body.tracking_number
        if not await self._has_several():
            if order.order_state == mapping.SHIPPING:
                return NotApplied()
            same = order.order_state in mapping.SENT and (number is None or order.shipping_tracking == number)
            return Applied(mapping.order_record(order)) if same else None
        parcels = await self._parcels([order.order_id])
        since = attempt.sent_at - CLOCK_SLACK
        young = [parcel for parcel in parcels if moment(parcel.created_date) >= since]
        if not young:
            return NotApplied()
        if number and any(parcel.tracking and parcel.tracking.tracking_number == number for parcel in young):
            return Applied(mapping.order_record(order, parcels))
        # A young parcel without a number to tell it by may be of somebody else.
        return None

    @implements(orders.REFUND_ORDER, RefundOrder)
    async def refund_order(self, order_id: str, body: RefundOrder) -> orders.Order:
        order = await self._order(order_id)
        lines = refunds.asked(order, body)
        # https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3/platform-settings/re01
        answer = await self.client.get("/reasons", self.asked())
        reason = refunds.reason_of(answer.json(Reasons).reasons, body.reason)
        sent = {"order_tax_mode": order.order_tax_mode, "refunds": [line.shown(order, reason) for line in lines]}
        # https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3/orders/or28
        await self.client.put("/orders/refund", sent, params=self.asked())
        return await self._record(order_id)

    @settles(orders.REFUND_ORDER)
    async def settle_refund_order(self, attempt: Attempt) -> Settlement:
        """A refund has no place for a mark of ours, so only that there is no young one proves anything."""
        order = await self._order(attempt.ids[0])
        since = attempt.sent_at - CLOCK_SLACK
        made = [refund for line in order.order_lines for refund in line.refunds or ()]
        return None if any(moment(refund.created_date) >= since for refund in made) else NotApplied()

    async def _order(self, order_id: str) -> Order:
        if "," in order_id:
            raise self._no_order(order_id)
        found = next((order for order in await self._named([order_id]) if order.order_id == order_id), None)
        if found is None:
            raise self._no_order(order_id)
        return found

    async def _named(self, order_ids: Sequence[str]) -> list[Order]:
        """Orders by their ids."""
        # OR12 is to be removed; this takes its place, and is a look at some orders, not at what is new.
        # https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3/orders/or11
        query = self.asked(order_ids=",".join(order_ids), max=PAGE_SIZE)
        answer = await self.client.get("/orders", query)
        found: list[Order] = answer.json(Orders).orders
        return found

    def _no_order(self, order_id: str) -> VendorRejected:
        return VendorRejected(f"{self.display_name} has no order {order_id}", status=404)

    async def _record(self, order_id: str) -> orders.Order:
        return (await self._records([await self._order(order_id)]))[0]

    async def _records(self, found: Sequence[Order]) -> list[orders.Order]:
        if not await self._has_several():
            return [mapping.order_record(order) for order in found]
        by_order: dict[str, list[Shipment]] = {order.order_id: [] for order in found}
        for parcel in await self._parcels(list(by_order)):
            by_order.setdefault(parcel.order_id, []).append(parcel)
        return [mapping.order_record(order, by_order[order.order_id]) for order in found]

    async def _has_several(self) -> bool:
        """Whether the marketplace divides orders into shipments."""
        if self._several is None:
            # https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3/platform-settings/pc01
            answer = await self.client.get("/platform/configuration", self.asked())
            self._several = answer.json(Platform).features.shipment.multi_shipment
        return self._several

    async def _parcels(self, order_ids: Sequence[str]) -> list[Shipment]:
        """All shipments of some orders."""
        found: list[Shipment] = []
        for start in range(0, len(order_ids), IDS_PER_QUERY):
            part = order_ids[start : start + IDS_PER_QUERY]
            found += await self._shipments([("order_id", order_id) for order_id in part])
        return found

    async def _shipments(self, filters: Sequence[tuple[str, str]]) -> list[Shipment]:
        """All shipments that the filters leave."""
        found: list[Shipment] = []
        token: str | None = None
        seen: set[str | None] = {None}
        while True:
            place = self.asked(limit=PAGE_SIZE, page_token=token)
            query = [*filters, *((name, value) for name, value in place.items() if value is not None)]
            # https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3/shipments/st11
            page = (await self.client.get("/shipments", query)).json(Shipments)
            found += page.data
            token = page.next_page_token
            if token is None:
                return found
            if token in seen:
                raise UnexpectedShape(f"{self.display_name} gave the same page of shipments twice")
            seen.add(token)
