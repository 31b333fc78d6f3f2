"""Orders and what is sent of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from msgspec import UNSET, UnsetType

from crossdock.contract.errors import VendorRejected
from crossdock.contract.wms import orders
from crossdock.contract.wms.inventory import INVENTORY
from crossdock.integrations.extensiv_3pl_central import client, order_bodies
from crossdock.integrations.extensiv_3pl_central.base import Change
from crossdock.integrations.extensiv_3pl_central.order_bodies import CreateOrder, CreateOrderShipment, UpdateOrder
from crossdock.integrations.extensiv_3pl_central.order_mapping import order_record, status_code
from crossdock.integrations.extensiv_3pl_central.order_models import ExtensivOrder
from crossdock.integrations.extensiv_3pl_central.stock import StockKeeping
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
from crossdock.integrations.kit.transport import VendorAnswer


class Sales(StockKeeping):
    """What is to be sent, and what has left."""

    @implements(orders.GET_ORDERS, mode=Incremental(by="readOnly.lastModifiedDate"))
    async def get_orders(self, window: Window) -> AsyncIterator[Page[orders.Order]]:
        pages = self.order_pages(
            client.rql(self.own, client.since(window.start, self.zone)),
            None if window.cursor is None else self.number(window.cursor),
        )
        async for found, last in pages:
            yield Page([order_record(item, self.zone) for item in found], None if last is None else str(last))

    async def order_pages(
        self, condition: str | None, after: int | None = None
    ) -> AsyncIterator[tuple[list[ExtensivOrder], int | None]]:
        # https://3w.extensiv.com/rels/orders/orders
        pages = self.walk(
            "/orders",
            ExtensivOrder,
            lambda item: item.read_only.order_id,
            by=client.ORDER_ID,
            size=client.ORDERS_PER_PAGE,
            after=after,
            condition=condition,
            more=client.ALL_DETAILS,
        )
        async for page in pages:
            yield page

    @implements(orders.CREATE_ORDER, CreateOrder)
    async def create_order(self, body: CreateOrder) -> orders.Order:
        owner = self.owner_of(None if isinstance(body.warehouse_customer_id, UnsetType) else body.warehouse_customer_id)
        # https://3w.extensiv.com/rels/orders/orders
        answer = await self.client.post("/orders", order_bodies.new_order(body, owner), headers=client.HAL)
        made: ExtensivOrder = answer.json(ExtensivOrder)
        return order_record(await self.order(made.read_only.order_id), self.zone)

    @settles(orders.CREATE_ORDER)
    async def settle_create_order(self, attempt: Attempt) -> Settlement:
        """An order that was made carries the reference of the body, which no two orders of a customer share."""
        body: CreateOrder = attempt.body
        owner = self.owner_of(None if isinstance(body.warehouse_customer_id, UnsetType) else body.warehouse_customer_id)
        condition = client.rql(f"{client.OWNER_ID}=={owner}", f"{client.REFERENCE}=={client.value(body.reference_id)}")
        async for found, _ in self.order_pages(condition):
            for order in found:
                if order.reference_num == body.reference_id:
                    return Applied(order_record(order, self.zone))
        return NotApplied()

    @implements(orders.UPDATE_ORDER, UpdateOrder)
    async def update_order(self, order_id: str, body: UpdateOrder) -> orders.Order:
        def change(before: VendorAnswer) -> tuple[str, str, dict[str, Any]]:
            # https://3w.extensiv.com/rels/orders/order
            return "PUT", "", order_bodies.changed_order(before.json(), body)

        return await self._changed(order_id, change)

    @settles(orders.UPDATE_ORDER)
    async def settle_update_order(self, attempt: Attempt) -> Settlement:
        """Sending the same values again changes nothing, so only whether they are there counts."""
        number = self.known(attempt.ids[0], "order")
        answer = await self.state(f"/orders/{number}")
        there = answer.json()
        if there == order_bodies.changed_order(there, attempt.body) | client.links(there):
            return Applied(order_record(answer.json(ExtensivOrder), self.zone))
        return NotApplied()

    @implements(orders.CANCEL_ORDER)
    async def cancel_order(self, order_id: str) -> orders.Order:
        def change(before: VendorAnswer) -> tuple[str, str, dict[str, Any]]:
            # https://3w.extensiv.com/rels/orders/ordercancel
            return "POST", "/canceler", {"reason": client.REASON}

        return await self._changed(order_id, change)

    @settles(orders.CANCEL_ORDER)
    async def settle_cancel_order(self, attempt: Attempt) -> Settlement:
        record = order_record(await self.order(self.known(attempt.ids[0], "order")), self.zone)
        return Applied(record) if record.status == "cancelled" else NotApplied()

    @implements(orders.CREATE_ORDER_SHIPMENT, CreateOrderShipment)
    async def create_order_shipment(self, order_id: str, body: CreateOrderShipment) -> Written[orders.Order]:
        def change(before: VendorAnswer) -> tuple[str, str, dict[str, Any]]:
            # https://3w.extensiv.com/rels/orders/orderconfirm
            return "POST", "/confirmer", order_bodies.confirmation(body, self.zone)

        record = await self._changed(order_id, change)
        return Written(record, related=await self._stock(record))

    @settles(orders.CREATE_ORDER_SHIPMENT)
    async def settle_create_order_shipment(self, attempt: Attempt) -> Settlement:
        """A confirmed order with the tracking number that was sent is ours; another one may be somebody else's."""
        order = await self.order(self.known(attempt.ids[0], "order"))
        if status_code(order.read_only) != client.CLOSED:
            return NotApplied()
        number, routing = attempt.body.tracking_number, order.routing_info
        if number is UNSET or routing is None or routing.tracking_number != number:
            return None
        record = order_record(order, self.zone)
        return Applied(record, await self._stock(record))

    async def _stock(self, record: orders.Order) -> list[Related]:
        """The stock that an order took, as it is now."""
        numbers = [client.number_in(line.product_id) for line in record.line_items]
        owner = client.number_in(record.warehouse_customer_id or "")
        if owner is None:
            return []
        found = await self.stock_of(owner, [number for number in numbers if number is not None])
        return [Related(INVENTORY, found)] if found else []

    async def _changed(self, order_id: str, change: Change) -> orders.Order:
        """Changes an order, and gives it as it is then."""
        number = self.known(order_id, "order")

        def ours(before: VendorAnswer) -> tuple[str, str, dict[str, Any]]:
            if self.is_foreign(before.json(ExtensivOrder).read_only.customer_identifier):
                raise VendorRejected(f"There is no order {order_id}", status=404)
            return change(before)

        await self.change(f"/orders/{number}", f"Order {order_id}", ours)
        return order_record(await self.order(number), self.zone)

    async def order(self, number: int) -> ExtensivOrder:
        # https://3w.extensiv.com/rels/orders/order
        found: ExtensivOrder = (await self.state(f"/orders/{number}")).json(ExtensivOrder)
        return found
