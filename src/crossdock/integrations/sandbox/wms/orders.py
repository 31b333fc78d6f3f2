"""Orders of the warehouse system, their packs, shipments and files, and the channels they come from."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from typing import Any

from msgspec import UNSET, UnsetType

from crossdock.contract.management.simulations import SIMULATE_FULFILL
from crossdock.contract.wms import order_bodies, orders
from crossdock.contract.wms.billing import BILLS
from crossdock.contract.wms.inventory import INVENTORY, InventoryItem
from crossdock.contract.wms.ledger import INVENTORY_LEDGER
from crossdock.contract.wms.orders import Order
from crossdock.integrations.kit.adapter import (
    Applied,
    Attempt,
    NotApplied,
    Page,
    Related,
    Settlement,
    Window,
    Written,
    implements,
    receives,
    settles,
    simulates,
)
from crossdock.integrations.kit.client import segment
from crossdock.integrations.kit.webhooks import Changed, Delivery
from crossdock.integrations.sandbox.base import CHANGED, each
from crossdock.integrations.sandbox.mapping import given
from crossdock.integrations.sandbox.wms import mapping as warehouse
from crossdock.integrations.sandbox.wms.base import WarehouseBase
from crossdock.integrations.sandbox.wms.models import SandboxItem
from crossdock.integrations.sandbox.wms.order_bodies import (
    STATES,
    CreateOrder,
    CreateOrderShipment,
    UpdateOrder,
    from_order,
    from_shipment,
    without_effect,
)
from crossdock.integrations.sandbox.wms.order_mapping import to_channel, to_order, to_packs
from crossdock.integrations.sandbox.wms.order_models import SandboxChannel, SandboxOrder, SandboxOrderChanged
from crossdock.integrations.sandbox.wms.receiving_mapping import to_bill, to_ledger_entry
from crossdock.integrations.sandbox.wms.receiving_models import SandboxCharge, SandboxLedgerEntry


class Orders(WarehouseBase):
    """Reading and changing orders."""

    @implements(orders.GET_ORDERS, mode=CHANGED)
    async def get_orders(self, window: Window) -> AsyncIterator[Page[Order]]:
        async for page in self.walk("orders", SandboxOrder, window, each(to_order)):
            yield page

    @receives("order.changed")
    async def hear_of_order(self, delivery: Delivery) -> Sequence[Changed]:
        identifier, found = await self.told(delivery, "orders", SandboxOrder)
        if found is None:
            return [Changed(orders.ORDERS, deleted=[identifier])]
        return [Changed(orders.ORDERS, [to_order(found)])]

    @implements(orders.GET_ORDER_CHANNELS, mode=CHANGED)
    async def get_order_channels(self, window: Window) -> AsyncIterator[Page[orders.Channel]]:
        async for page in self.walk("channels", SandboxChannel, window, each(to_channel)):
            yield page

    @implements(orders.GET_ORDER_PACKS, needs=["orders.read"])
    async def get_order_packs(self, order_id: str) -> orders.OrderPacks:
        answer = await self.client.get(f"{self.root}/orders/{segment(order_id)}")
        return to_packs(answer.json(SandboxOrder))

    @implements(orders.CREATE_ORDER, CreateOrder, needs=["orders.write"])
    async def create_order(self, body: CreateOrder) -> Written[Order]:
        return await self._send("POST", "", from_order(body), without_effect(body))

    @implements(orders.UPDATE_ORDER, UpdateOrder, needs=["orders.write"])
    async def update_order(self, order_id: str, body: UpdateOrder) -> Written[Order]:
        state = {} if isinstance(body.status, UnsetType) else {"state": STATES[body.status]}
        return await self._send("PATCH", f"/{segment(order_id)}", {**from_order(body), **state}, without_effect(body))

    @implements(orders.CANCEL_ORDER, needs=["orders.write"])
    async def cancel_order(self, order_id: str) -> Written[Order]:
        return await self._send("POST", f"/{segment(order_id)}/cancellation", {})

    @implements(orders.CREATE_ORDER_SHIPMENT, CreateOrderShipment, needs=["orders.write"])
    async def create_order_shipment(self, order_id: str, body: CreateOrderShipment) -> Written[Order]:
        written = await self._send("POST", f"/{segment(order_id)}/shipments", from_shipment(body), without_effect(body))
        boxes = written.record.shipments[-1].packages
        # The size of a shipment is that of its box; of several boxes each has its own.
        ignored = ["measurements"] if body.measurements is not UNSET and len(boxes) > 1 else []
        return Written(written.record, [*written.unused_fields, *ignored], written.related)

    @simulates(SIMULATE_FULFILL.operation_id)
    async def fulfill_order(self, order_id: str, *, partial: bool) -> Written[Order]:
        return await self.create_order_shipment(order_id, CreateOrderShipment(partial=partial))

    @implements(orders.CREATE_ORDER_FILE, order_bodies.CreateOrderFileBody, needs=["orders.write"])
    async def create_order_file(self, order_id: str, body: order_bodies.CreateOrderFileBody) -> Written[Order]:
        content = UNSET if isinstance(body.file, UnsetType) else base64.b64encode(body.file).decode()
        file = given({"name": body.file_name, "content": content, "link": body.file_url})
        return await self._send("POST", f"/{segment(order_id)}/files", file)

    async def _send(
        self, method: str, path: str, body: dict[str, Any], unused: list[str] | None = None
    ) -> Written[Order]:
        """Sends a change of an order; its answer also holds the items whose quantities moved."""
        sent = {"reference": self.reference, **body}
        answer = await self.client.request(method, f"{self.root}/orders{path}", json=sent)
        changed: SandboxOrderChanged = answer.json(SandboxOrderChanged)
        return Written(to_order(changed.order), unused or [], _related(changed.items, changed.ledger, changed.charges))

    @settles(
        orders.CREATE_ORDER,
        orders.UPDATE_ORDER,
        orders.CANCEL_ORDER,
        orders.CREATE_ORDER_SHIPMENT,
        orders.CREATE_ORDER_FILE,
    )
    async def settle_order(self, attempt: Attempt) -> Settlement:
        """An order names the references of every request that made or changed it. Which items a request moved is not
        kept, so all that changed since it was sent are read again."""
        found = await self.look_up("orders", SandboxOrder, reference=attempt.reference)
        if found is None:
            return NotApplied()
        items: list[InventoryItem] = []
        window = Window(attempt.sent_at, self.now())
        async for page in self.walk("items", SandboxItem, window, each(warehouse.to_inventory_item)):
            items += page.records
        entries = await self.look_up_all("ledger", SandboxLedgerEntry, causeId=found.id)
        charges = await self.look_up_all("charges", SandboxCharge, subjectId=found.id)
        return Applied(to_order(found), [Related(INVENTORY, items), *_related([], entries, charges)])


def _related(
    items: list[SandboxItem], entries: list[SandboxLedgerEntry], charges: list[SandboxCharge]
) -> list[Related]:
    found = (
        Related(INVENTORY, [warehouse.to_inventory_item(item) for item in items]),
        Related(INVENTORY_LEDGER, [to_ledger_entry(entry) for entry in entries]),
        Related(BILLS, [to_bill(charge) for charge in charges]),
    )
    return [related for related in found if related.records]
