"""Goods that arrive: receivers are inbound shipments, or returns."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from msgspec import UnsetType

from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.contract.wms import inbound_shipments, returns
from crossdock.contract.wms.inventory import INVENTORY
from crossdock.integrations.extensiv_3pl_central import client, receiving_bodies
from crossdock.integrations.extensiv_3pl_central.receiving_bodies import (
    CreateInboundShipment,
    ReceiveInboundShipment,
    UpdateInboundShipment,
)
from crossdock.integrations.extensiv_3pl_central.receiving_mapping import has_arrived, inbound_record, return_record
from crossdock.integrations.extensiv_3pl_central.receiving_models import Receiver
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

CHANGED = Incremental(by="readOnly.lastModifiedDate")
EXTERNAL_ID = "externalid"
"""Name in filters of the id that another system gives a receiver; this one leaves the reference of the write there."""
SHIPMENT, RETURN = "inbound shipment", "return"


def path_of(number: int) -> str:
    return f"/inventory/receivers/{number}"


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
        owner = self.owner_of(None if isinstance(body.warehouse_customer_id, UnsetType) else body.warehouse_customer_id)
        made = receiving_bodies.announced(body, owner, self.reference, self.zone)
        return inbound_record(await self.new_receiver(made), self.zone)

    async def new_receiver(self, body: dict[str, Any]) -> Receiver:
        """Makes a receiver, and gives it with its lines."""
        # https://3w.extensiv.com/rels/inventory/receivers
        answer = await self.client.post("/inventory/receivers", body, headers=client.HAL)
        made: Receiver = answer.json(Receiver)
        return await self.receiver(made.read_only.receiver_id)

    @settles(inbound_shipments.CREATE_INBOUND_SHIPMENT)
    async def settle_create_inbound_shipment(self, attempt: Attempt) -> Settlement:
        found = await self.made_by(attempt)
        return NotApplied() if found is None else Applied(inbound_record(found, self.zone))

    async def made_by(self, attempt: Attempt) -> Receiver | None:
        """The receiver that an attempt made, which carries the reference of the write."""
        async for found, _ in self.receiver_pages(f"{EXTERNAL_ID}=={client.value(attempt.reference)}"):
            for receiver in found:
                if receiver.external_id == attempt.reference:
                    return receiver
        return None

    @implements(inbound_shipments.UPDATE_INBOUND_SHIPMENT, UpdateInboundShipment)
    async def update_inbound_shipment(
        self, inbound_shipment_id: str, body: UpdateInboundShipment
    ) -> inbound_shipments.InboundShipment:
        number = self.known(inbound_shipment_id, SHIPMENT)

        def change(before: VendorAnswer) -> tuple[str, str, dict[str, Any]]:
            found = self.kept_apart(before, SHIPMENT)
            if has_arrived(found) and not isinstance(body.line_items, UnsetType):
                raise InvalidBody.field("line_items", "The goods are there, so their quantities say what arrived.")
            # https://3w.extensiv.com/rels/inventory/receiver
            return "PUT", "", receiving_bodies.changed(before.json(), body, self.zone)

        await self.change(path_of(number), f"Inbound shipment {number}", change)
        return inbound_record(await self.receiver(number), self.zone)

    @settles(inbound_shipments.UPDATE_INBOUND_SHIPMENT)
    async def settle_update_inbound_shipment(self, attempt: Attempt) -> Settlement:
        """Sending the same values again changes nothing, so only whether they are there counts."""
        answer = await self.state(path_of(self.known(attempt.ids[0], SHIPMENT)))
        there = answer.json()
        try:
            wanted = receiving_bodies.changed(there, attempt.body, self.zone)
        except InvalidBody:  # Others added lines since, so nobody can tell.
            return None
        same = there == wanted | client.links(there)
        return Applied(inbound_record(answer.json(Receiver), self.zone)) if same else NotApplied()

    @implements(inbound_shipments.RECEIVE_INBOUND_SHIPMENT, ReceiveInboundShipment)
    async def receive_inbound_shipment(
        self, inbound_shipment_id: str, body: ReceiveInboundShipment
    ) -> Written[inbound_shipments.InboundShipment]:
        number = self.known(inbound_shipment_id, SHIPMENT)
        for _ in range(client.ATTEMPTS):
            before = await self.state(path_of(number))
            self._can_be_taken_in(self.kept_apart(before, SHIPMENT), body)
            # https://3w.extensiv.com/rels/inventory/receiver
            lines = receiving_bodies.arrived(before.json(), body)
            counted = await self.send("PUT", path_of(number), lines, before)
            if counted.status == client.CONFLICT:
                continue
            # https://3w.extensiv.com/rels/inventory/receiverconfirm: what was just counted, and nothing else.
            moment = {"arrivalDate": client.written(self.now(), self.zone)}
            if (await self.send("POST", f"{path_of(number)}/confirmer", moment, counted)).status != client.CONFLICT:
                found = await self.receiver(number)
                return Written(inbound_record(found, self.zone), related=await self._become(found))
        raise self.contested(f"Inbound shipment {number}")

    def _can_be_taken_in(self, found: Receiver, body: ReceiveInboundShipment) -> None:
        place = found.read_only.facility_identifier
        if not isinstance(body.warehouse_id, UnsetType) and (place is None or body.warehouse_id != str(place.id)):
            raise InvalidBody.field("warehouse_id", "The goods are on their way to another warehouse.")
        if found.read_only.receiver_type == client.ANNOUNCED:
            text = "is an announcement, which has to be made a receipt in 3PL Warehouse Manager first"
            raise VendorRejected(f"Inbound shipment {found.read_only.receiver_id} {text}", status=409)

    @settles(inbound_shipments.RECEIVE_INBOUND_SHIPMENT)
    async def settle_receive_inbound_shipment(self, attempt: Attempt) -> Settlement:
        """What is taken in with our quantities is ours; with others it may be somebody else's."""
        answer = await self.state(path_of(self.known(attempt.ids[0], SHIPMENT)))
        found: Receiver = answer.json(Receiver)
        if found.read_only.status != client.CLOSED:
            return NotApplied()
        wanted = {line.sku: line.quantity for line in attempt.body.line_items}
        counted = {line.item_identifier.sku: line.qty for line in found.lines if line.item_identifier}
        if counted != wanted:
            return None
        return Applied(inbound_record(found, self.zone), await self._become(found))

    async def _become(self, found: Receiver) -> list[Related]:
        """The stock that goods have become, as it is now."""
        owner = found.read_only.customer_identifier
        numbers = [line.item_identifier.id for line in found.lines if line.item_identifier]
        if owner is None:
            return []
        items = await self.stock_of(owner.id, [number for number in numbers if number is not None])
        return [Related(INVENTORY, items)] if items else []

    def kept_apart(self, answer: VendorAnswer, what: str) -> Receiver:
        """The receiver, when it is of the kind that is asked for: returns have numbers out of the same row."""
        found: Receiver = answer.json(Receiver)
        own = found.read_only
        if (own.receiver_type == client.RETURNED) != (what == RETURN) or self.is_foreign(own.customer_identifier):
            raise VendorRejected(f"There is no {what} {own.receiver_id}", status=404)
        return found

    async def receiver(self, number: int) -> Receiver:
        # https://3w.extensiv.com/rels/inventory/receiver
        found: Receiver = (await self.state(path_of(number))).json(Receiver)
        return found
