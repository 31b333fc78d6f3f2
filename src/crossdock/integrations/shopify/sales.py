"""Orders, what is sent of them, and refunds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import UnsetType

from crossdock.contract.bodies import WriteBody, choices, vendor_only
from crossdock.contract.cart import orders, products
from crossdock.contract.errors import UnexpectedShape, VendorRejected
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
from crossdock.integrations.kit.webhooks import Changed, Delivery
from crossdock.integrations.shopify import mapping, queries, refunds, shipping
from crossdock.integrations.shopify.goods import CLOCK_SLACK, Goods
from crossdock.integrations.shopify.models import (
    Connection,
    Group,
    GroupLine,
    MadeRefund,
    Message,
    Parcel,
    ParcelLine,
    ShopifyLine,
    ShopifyOrder,
    SuggestedRefund,
)

FULFILMENT_SCOPES = ("write_merchant_managed_fulfillment_orders", "read_orders")


class CreateOrderShipment(WriteBody, kw_only=True):
    """What one location sent of an order; everything that is left there, unless lines are named."""

    tracking_number: str | UnsetType = msgspec.UNSET
    tracking_url: str | UnsetType = msgspec.UNSET
    carrier_name: str | UnsetType = msgspec.UNSET
    line_items: Annotated[
        list[orders.ShippedLine] | UnsetType,
        vendor_only("Lines that were sent; left out, all that the location has left."),
    ] = msgspec.UNSET
    warehouse_id: Annotated[
        str | UnsetType,
        vendor_only("Location that sent them; may be left out when only one has anything left to send."),
        choices("warehouses"),
    ] = msgspec.UNSET
    notify_customer: Annotated[
        bool | UnsetType,
        vendor_only("Whether Shopify writes to the buyer; it does not when left out.", examples=[True]),
    ] = msgspec.UNSET


class RefundOrder(WriteBody, kw_only=True):
    """A refund. Shopify keeps one text with it: the reason, and the note behind it."""

    line_items: orders.RefundLineItems | UnsetType = msgspec.UNSET
    amount: Decimal | UnsetType = msgspec.UNSET
    shipping_amount: Decimal | UnsetType = msgspec.UNSET
    reason: str | UnsetType = msgspec.UNSET
    note: str | UnsetType = msgspec.UNSET


class Sales(Goods):
    """What buyers ordered, and what became of it."""

    @implements(orders.GET_ORDERS, mode=Incremental(by="updated_at"), needs=["read_orders"])
    async def get_orders(self, window: Window) -> AsyncIterator[Page[orders.Order]]:
        asked = {"first": queries.ORDERS_PER_PAGE, "filter": self.since(window)}
        # https://shopify.dev/docs/api/admin-graphql/2026-10/queries/orders
        async for found, following in self.walk(queries.ORDERS, "orders", ShopifyOrder, asked, window.cursor):
            yield Page([await self._record(order) for order in found], following)

    @receives("orders/create", "orders/updated", "orders/delete")
    async def hear_of_order(self, delivery: Delivery) -> Sequence[Changed]:
        number = str(delivery.json(Message).id)
        try:
            order = await self._order(number)
        except VendorRejected as error:
            if error.status != 404:
                raise
            return [Changed(orders.ORDERS, deleted=[number])]
        return [Changed(orders.ORDERS, [mapping.order_record(order, self.shop)])]

    @implements(orders.CREATE_ORDER_SHIPMENT, CreateOrderShipment, needs=FULFILMENT_SCOPES)
    async def create_order_shipment(self, order_id: str, body: CreateOrderShipment) -> orders.Order:
        order = await self._order(order_id)
        asked = shipping.fulfillment(order, body)
        # https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/fulfillmentCreate
        await self.ask(queries.SHIP, {"fulfillment": asked}, dict[str, Any], changes=True)
        return mapping.order_record(await self._order(order_id), self.shop)

    @settles(orders.CREATE_ORDER_SHIPMENT)
    async def settle_create_order_shipment(self, attempt: Attempt) -> Settlement:
        """A parcel made since with the same tracking number is ours; one without a number cannot be told apart."""
        order = await self._order(attempt.ids[0])
        young = [parcel for parcel in order.fulfillments if parcel.created_at >= attempt.sent_at - CLOCK_SLACK]
        number = attempt.body.tracking_number
        if isinstance(number, str) and any(item.number == number for parcel in young for item in parcel.tracking_info):
            return Applied(mapping.order_record(order, self.shop))
        return None if young else NotApplied()

    @implements(orders.REFUND_ORDER, RefundOrder, needs=["write_orders"])
    async def refund_order(self, order_id: str, body: RefundOrder) -> Written[orders.Order]:
        order = await self._order(order_id)
        lines = refunds.lines(order, body.line_items)
        suggested = await self._suggested(order, lines, body)
        asked = refunds.refund(order, lines, suggested, body)
        # https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/refundCreate
        await self.ask(queries.REFUND, {"input": asked, "key": self.key()}, dict[str, Any], changes=True, again=True)
        changed = await self._order(order_id)
        return Written(mapping.order_record(changed, self.shop), related=await self._restocked(order, lines))

    @settles(orders.REFUND_ORDER)
    async def settle_refund_order(self, attempt: Attempt) -> Settlement:
        """A refund has no place for a mark of ours, so only that there is no young one proves anything."""
        identifier = self.global_id("Order", attempt.ids[0])
        # https://shopify.dev/docs/api/admin-graphql/2026-10/queries/order
        data = await self.ask(queries.REFUNDS, {"id": identifier}, dict[str, Any])
        made = msgspec.convert(data["order"]["refunds"], list[MadeRefund])
        young = [item for item in made if item.created_at and item.created_at >= attempt.sent_at - CLOCK_SLACK]
        return None if young else NotApplied()

    async def _suggested(
        self, order: ShopifyOrder, lines: Sequence[refunds.Line], body: RefundOrder
    ) -> SuggestedRefund:
        """What Shopify makes of the lines and shipping that are to be paid back."""
        asked: dict[str, Any] = {
            "id": order.id,
            "lines": [line.asked() for line in lines],
            "shipping": None if isinstance(body.shipping_amount, UnsetType) else str(body.shipping_amount),
            # Without lines Shopify suggests nothing; what a full refund comes to says where a sum can go back to.
            "full": isinstance(body.line_items, UnsetType),
        }
        # https://shopify.dev/docs/api/admin-graphql/2026-10/objects/Order#field-Order.fields.suggestedRefund
        data = await self.ask(queries.SUGGESTED_REFUND, asked, dict[str, Any])
        found = data["order"]["suggestedRefund"]
        if found is None:
            raise VendorRejected(f"Shopify can pay nothing back of order {order.name}")
        try:
            return msgspec.convert(found, SuggestedRefund)
        except msgspec.ValidationError as error:
            raise UnexpectedShape(f"Shopify suggested a refund in an unexpected shape: {error}") from None

    async def _restocked(self, order: ShopifyOrder, lines: Sequence[refunds.Line]) -> list[Related]:
        """Variants whose stock the refund changed."""
        wanted = {line.line_id for line in lines if line.location_id is not None}
        ids = [line.variant.id for line in order.line_items.nodes if line.id in wanted and line.variant]
        return [Related(products.PRODUCTS, await self.variant_records(ids))] if ids else []

    async def _order(self, order_id: str) -> ShopifyOrder:
        identifier = self.global_id("Order", order_id)
        # https://shopify.dev/docs/api/admin-graphql/2026-10/queries/order
        data = await self.ask(queries.ORDER_BY_ID, {"id": identifier}, dict[str, ShopifyOrder | None])
        found = data["order"]
        if found is None:
            raise VendorRejected(f"Shopify has no order {order_id}", status=404)
        return await self._complete(found)

    async def _record(self, order: ShopifyOrder) -> orders.Order:
        return mapping.order_record(await self._complete(order), self.shop)

    async def _complete(self, order: ShopifyOrder) -> ShopifyOrder:
        """The order with everything that did not fit into its page."""
        lines = await self.whole(
            order.line_items, queries.ORDER_LINES, order.id, ShopifyLine, lambda data: data["order"]["lineItems"]
        )
        groups = await self.whole(
            order.fulfillment_orders, queries.ORDER_GROUPS, order.id, Group, lambda d: d["order"]["fulfillmentOrders"]
        )
        parcels = order.fulfillments
        if order.fulfillments_count is not None and order.fulfillments_count.count > len(parcels):
            data = await self.ask(queries.ORDER_PARCELS, {"id": order.id}, dict[str, Any])
            parcels = msgspec.convert(data["order"]["fulfillments"], list[Parcel])
        return msgspec.structs.replace(
            order,
            line_items=Connection(nodes=lines),
            fulfillments=[await self._complete_parcel(parcel) for parcel in parcels],
            fulfillment_orders=Connection(nodes=[await self._complete_group(group) for group in groups]),
        )

    async def _complete_parcel(self, parcel: Parcel) -> Parcel:
        found = await self.whole(
            parcel.fulfillment_line_items,
            queries.PARCEL_LINES,
            parcel.id,
            ParcelLine,
            lambda data: data["fulfillment"]["fulfillmentLineItems"],
        )
        return msgspec.structs.replace(parcel, fulfillment_line_items=Connection(nodes=found))

    async def _complete_group(self, group: Group) -> Group:
        found = await self.whole(
            group.line_items, queries.GROUP_LINES, group.id, GroupLine, lambda d: d["fulfillmentOrder"]["lineItems"]
        )
        return msgspec.structs.replace(group, line_items=Connection(nodes=found))
