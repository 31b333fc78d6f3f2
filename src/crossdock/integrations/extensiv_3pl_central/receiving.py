"""Goods that arrive: receivers are inbound shipments, or returns."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import BodyPart, WriteBody, choices, vendor_only
from crossdock.contract.errors import InvalidBody
from crossdock.contract.values import Timestamp
from crossdock.contract.wms import inbound_shipments, returns
from crossdock.integrations.extensiv_3pl_central import client
from crossdock.integrations.extensiv_3pl_central.receiving_mapping import inbound_record, return_record
from crossdock.integrations.extensiv_3pl_central.receiving_models import Receiver
from crossdock.integrations.extensiv_3pl_central.stock import StockKeeping
from crossdock.integrations.kit.adapter import (
    Applied,
    Attempt,
    Incremental,
    NotApplied,
    Page,
    Settlement,
    Window,
    implements,
    settles,
)

CHANGED = Incremental(by="readOnly.lastModifiedDate")
EXTERNAL_ID = "externalid"
"""Name in filters of the id that another system gives a receiver; this one leaves the reference of the write there."""


class InboundLine(BodyPart, kw_only=True):
    """An item to announce."""

    sku: str
    expected_quantity: Annotated[int, Meta(ge=1, le=1_000_000)]


class CreateInboundShipment(WriteBody, kw_only=True):
    """Goods to announce. Whether they wait for their arrival as an announcement is a setting of the customer."""

    purchase_order_number: str
    expected_arrival_date: Timestamp | UnsetType = UNSET
    warehouse_id: Annotated[str, choices("warehouses")]
    tracking_number: str | UnsetType = UNSET
    line_items: Annotated[list[InboundLine], Meta(min_length=1, max_length=500)]
    warehouse_customer_id: Annotated[
        str | UnsetType,
        vendor_only("Merchant that owns the goods; required unless the connection is limited to one."),
        choices("warehouse_customers"),
    ] = UNSET


class Receiving(StockKeeping):
    """What arrives."""

    @implements(inbound_shipments.GET_INBOUND_SHIPMENTS, mode=CHANGED)
    async def get_inbound_shipments(self, window: Window) -> AsyncIterator[Page[inbound_shipments.InboundShipment]]:
        # No kind of receivers is all but returns, so those are left out here.
        async for found, cursor in self._changed_receivers(window, None):
            kept = [item for item in found if item.read_only.receiver_type != client.RETURNED]
            yield Page([inbound_record(item, self.zone) for item in kept], cursor)

    @implements(returns.GET_RETURNS, mode=CHANGED)
    async def get_returns(self, window: Window) -> AsyncIterator[Page[returns.Return]]:
        async for found, cursor in self._changed_receivers(window, client.RETURNED):
            yield Page([return_record(item, self.zone) for item in found], cursor)

    async def _changed_receivers(
        self, window: Window, kind: int | None
    ) -> AsyncIterator[tuple[list[Receiver], str | None]]:
        after = None if window.cursor is None else self.number(window.cursor)
        condition = client.rql(self.own, client.since(window.start, self.zone))
        async for found, last in self.receiver_pages(condition, after, kind):
            yield found, None if last is None else str(last)

    @implements(inbound_shipments.CREATE_INBOUND_SHIPMENT, CreateInboundShipment)
    async def create_inbound_shipment(self, body: CreateInboundShipment) -> inbound_shipments.InboundShipment:
        # https://3w.extensiv.com/rels/inventory/receivers
        answer = await self.client.post("/inventory/receivers", self._new_receiver(body), headers=client.HAL)
        made: Receiver = answer.json(Receiver)
        return inbound_record(await self._receiver(made.read_only.receiver_id), self.zone)

    def _new_receiver(self, body: CreateInboundShipment) -> dict[str, Any]:
        owner = self.owner_of(None if isinstance(body.warehouse_customer_id, UnsetType) else body.warehouse_customer_id)
        place = client.number_in(body.warehouse_id)
        if place is None:
            raise InvalidBody.field("warehouse_id", "There is no such warehouse.")
        made: dict[str, Any] = {
            "customerIdentifier": {"id": owner},
            "facilityIdentifier": {"id": place},
            "referenceNum": body.purchase_order_number,
            "poNum": body.purchase_order_number,
            "externalId": self.reference,
            "receiveItems": [
                {"itemIdentifier": {"sku": line.sku}, "qty": line.expected_quantity} for line in body.line_items
            ],
        }
        if not isinstance(body.expected_arrival_date, UnsetType):
            made["expectedDate"] = client.written(body.expected_arrival_date, self.zone)
        if not isinstance(body.tracking_number, UnsetType):
            made["trackingNumber"] = body.tracking_number
        return made

    @settles(inbound_shipments.CREATE_INBOUND_SHIPMENT)
    async def settle_create_inbound_shipment(self, attempt: Attempt) -> Settlement:
        """A receiver that was made carries the reference of the write."""
        async for found, _ in self.receiver_pages(f"{EXTERNAL_ID}=={client.value(attempt.reference)}"):
            for receiver in found:
                if receiver.external_id == attempt.reference:
                    return Applied(inbound_record(receiver, self.zone))
        return NotApplied()

    async def _receiver(self, number: int) -> Receiver:
        # https://3w.extensiv.com/rels/inventory/receiver
        return await self.ask(f"/inventory/receivers/{number}", Receiver, client.ALL_DETAILS)
