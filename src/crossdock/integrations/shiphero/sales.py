"""Orders and what is sent of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from msgspec import UNSET

from crossdock.contract.errors import UnexpectedShape
from crossdock.contract.wms import orders
from crossdock.contract.wms.inventory import INVENTORY
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
from crossdock.integrations.shiphero import client, order_bodies, queries
from crossdock.integrations.shiphero.mapping import amount, when
from crossdock.integrations.shiphero.models import Line, ShipHeroOrder, Shipment, ShipmentLine, whole
from crossdock.integrations.shiphero.order_bodies import CreateOrder, CreateOrderShipment, UpdateOrder
from crossdock.integrations.shiphero.order_mapping import order_record
from crossdock.integrations.shiphero.stock import StockKeeping


class Sales(StockKeeping):
    """What is to be sent, and what has left."""

    @implements(orders.GET_ORDERS, mode=Incremental(by="updated_from", until="updated_to"))
    async def get_orders(self, window: Window) -> AsyncIterator[Page[orders.Order]]:
        asked = {"first": queries.ORDERS_PER_PAGE, **self.span(window)}
        async for found, following in self.walk(queries.ORDERS, "orders", ShipHeroOrder, asked, window.cursor):
            yield Page([await self._record(order) for order in found], following)

    @implements(orders.CREATE_ORDER, CreateOrder)
    async def create_order(self, body: CreateOrder) -> orders.Order:
        made = await self.change(queries.CREATE_ORDER, order_bodies.new_order(body))
        return await self._record(await self._order(self.read(made["order"], dict[str, str])["id"]))

    @settles(orders.CREATE_ORDER)
    async def settle_create_order(self, attempt: Attempt) -> Settlement:
        """An order that was made carries the reference of the body, which no two orders share."""
        body: CreateOrder = attempt.body
        customer = None if body.warehouse_customer_id is UNSET else body.warehouse_customer_id
        asked = {"reference": body.reference_id, "customer": customer, "first": queries.ORDERS_PER_PAGE}
        async for found, _ in self.walk(queries.ORDERS_BY_REFERENCE, "orders", ShipHeroOrder, asked):
            for order in found:
                if order.partner_order_id == body.reference_id:
                    return Applied(await self._record(order))
        return NotApplied()

    @implements(orders.UPDATE_ORDER, UpdateOrder)
    async def update_order(self, order_id: str, body: UpdateOrder) -> orders.Order:
        order = await self._order(order_id)
        asked = order_bodies.changed_order(order, body)
        owner = await self.customer(order.account_id)
        await self.change(queries.UPDATE_ORDER, {**asked, "customer_account_id": owner})
        return await self.order_now(order_id)

    @settles(orders.UPDATE_ORDER)
    async def settle_update_order(self, attempt: Attempt) -> Settlement:
        """Sending the same values again changes nothing, so only whether they are there counts."""
        order = await self._order(attempt.ids[0])
        wanted = order_bodies.changed_order(order, attempt.body)
        for name, value in wanted.items():
            if value is None or name == "order_id":
                continue
            if not _holds(msgspec.to_builtins(getattr(order, name)), value):
                return NotApplied()
        return Applied(await self._record(order))

    @implements(orders.CANCEL_ORDER)
    async def cancel_order(self, order_id: str) -> orders.Order:
        order = await self._order(order_id)
        owner = await self.customer(order.account_id)
        await self.change(queries.CANCEL_ORDER, {"order_id": order.id, "customer_account_id": owner})
        return await self.order_now(order_id)

    @settles(orders.CANCEL_ORDER)
    async def settle_cancel_order(self, attempt: Attempt) -> Settlement:
        record = await self._record(await self._order(attempt.ids[0]))
        return Applied(record) if record.status == "cancelled" else NotApplied()

    @implements(orders.CREATE_ORDER_SHIPMENT, CreateOrderShipment)
    async def create_order_shipment(self, order_id: str, body: CreateOrderShipment) -> Written[orders.Order]:
        order = await self.order_with_lines(order_id)
        asked = order_bodies.new_shipment(order, body, self.units)
        owner = await self.customer(order.account_id)
        await self.change(queries.CREATE_SHIPMENT, {**asked, "customer_account_id": owner})
        sent = {line["line_item_id"] for line in asked["line_items"]}
        items = [line.product.id for line in order.line_items.nodes if line.id in sent and line.product]
        record = await self.order_now(order_id)
        return Written(record, related=[Related(INVENTORY, await self.stock_of(items))])

    @settles(orders.CREATE_ORDER_SHIPMENT)
    async def settle_create_order_shipment(self, attempt: Attempt) -> Settlement:
        """A parcel made since with the same tracking number is ours; one without a number cannot be told apart."""
        order = await self._order(attempt.ids[0])
        earliest = (attempt.sent_at - client.CLOCK_SLACK).replace(microsecond=0)
        young = [item for item in order.shipments or [] if item and when(item.created_date) >= earliest]
        number = attempt.body.tracking_number
        labels = [label for item in young for label in item.shipping_labels or [] if label]
        if number is not UNSET and any(label.tracking_number == number for label in labels):
            return Applied(await self._record(order))
        return None if young else NotApplied()

    async def order_now(self, order_id: str) -> orders.Order:
        """An order as it is now."""
        return await self._record(await self._order(order_id))

    async def order_with_lines(self, order_id: str) -> ShipHeroOrder:
        """An order with all of its lines and parcels."""
        return await self._complete(await self._order(order_id))

    async def _order(self, order_id: str) -> ShipHeroOrder:
        return await self.one(queries.ORDER_BY_ID, "order", order_id, ShipHeroOrder)

    async def _record(self, order: ShipHeroOrder) -> orders.Order:
        return order_record(await self._complete(order), self.units)

    async def _complete(self, order: ShipHeroOrder) -> ShipHeroOrder:
        """The order with everything that did not fit into its page."""
        asked = {"id": order.id}
        lines = await self.rest(order.line_items, queries.ORDER_LINES, asked, Line, ("order", "data", "line_items"))
        shipments = [await self._complete_shipment(item) for item in order.shipments or [] if item]
        return msgspec.structs.replace(order, line_items=whole(lines), shipments=shipments)

    async def _complete_shipment(self, shipment: Shipment) -> Shipment:
        lines = await self.rest(
            shipment.line_items,
            queries.SHIPMENT_LINES,
            {"id": shipment.id},
            ShipmentLine,
            ("shipment", "data", "line_items"),
        )
        return msgspec.structs.replace(shipment, line_items=whole(lines))


def _holds(there: Any, wanted: Any) -> bool:
    """Whether what is there has every value that was sent."""
    if isinstance(wanted, dict):
        return isinstance(there, dict) and all(there.get(name) == value for name, value in wanted.items())
    if there == wanted:
        return True
    try:
        return amount(there) == amount(wanted)
    except UnexpectedShape:
        return False
