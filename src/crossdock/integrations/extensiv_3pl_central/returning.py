"""Goods that buyers send back: receivers of their own kind."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import BodyPart, WriteBody, choices
from crossdock.contract.errors import InvalidBody
from crossdock.contract.wms import returns
from crossdock.integrations.extensiv_3pl_central import client, receiving_bodies
from crossdock.integrations.extensiv_3pl_central.receiving import RETURN, Receiving, path_of
from crossdock.integrations.extensiv_3pl_central.receiving_mapping import has_arrived, return_record
from crossdock.integrations.extensiv_3pl_central.receiving_models import Receiver
from crossdock.integrations.extensiv_3pl_central.sales import Sales
from crossdock.integrations.kit.adapter import Applied, Attempt, NotApplied, Settlement, implements, settles
from crossdock.integrations.kit.transport import VendorAnswer


class ReturnedLine(BodyPart, kw_only=True):
    """Units that shall come back."""

    sku: str
    quantity: receiving_bodies.Units


Returned = Annotated[list[ReturnedLine], Meta(min_length=1, max_length=500)]


class CreateReturn(WriteBody, kw_only=True):
    """Goods of an order to take back. The return has the order's reference, and belongs to its merchant."""

    warehouse_id: Annotated[str, choices("warehouses")]
    order_id: str
    line_items: Returned


class UpdateReturn(WriteBody, kw_only=True):
    """New units of a return that has not arrived. Lines can be added and changed, not taken off."""

    line_items: Returned | UnsetType = UNSET


def _units(lines: list[ReturnedLine]) -> dict[str, int]:
    return receiving_bodies.once_each(lines, lambda line: line.sku, lambda line: line.quantity)


def _changed(document: dict[str, Any], body: UpdateReturn) -> dict[str, Any]:
    if isinstance(body.line_items, UnsetType):
        return client.sent_back(document)
    return receiving_bodies.with_lines(document, _units(body.line_items))


class Returning(Receiving, Sales):
    """What comes back."""

    @implements(returns.CREATE_RETURN, CreateReturn)
    async def create_return(self, body: CreateReturn) -> returns.Return:
        place = receiving_bodies.numbered(body.warehouse_id, "warehouse_id", "warehouse")
        order = await self.order(receiving_bodies.numbered(body.order_id, "order_id", "order"))
        owner = order.read_only.customer_identifier
        if owner is None or self.is_foreign(owner):
            raise InvalidBody.field("order_id", "There is no such order.")
        reference = order.reference_num or body.order_id
        lines = list(_units(body.line_items).items())
        made = receiving_bodies.new_receiver(owner.id, place, reference, self.reference, lines)
        # https://3w.extensiv.com/rels/inventory/importasync: what makes a receiver a return.
        return return_record(await self.new_receiver({**made, "isReturn": True}), self.zone)

    @settles(returns.CREATE_RETURN)
    async def settle_create_return(self, attempt: Attempt) -> Settlement:
        found = await self.made_by(attempt)
        return NotApplied() if found is None else Applied(return_record(found, self.zone))

    @implements(returns.UPDATE_RETURN, UpdateReturn)
    async def update_return(self, return_id: str, body: UpdateReturn) -> returns.Return:
        number = self.known(return_id, RETURN)

        def change(before: VendorAnswer) -> tuple[str, str, dict[str, Any]]:
            if has_arrived(self.kept_apart(before, RETURN)) and not isinstance(body.line_items, UnsetType):
                raise InvalidBody.field("line_items", "The goods are there, so their quantities say what arrived.")
            # https://3w.extensiv.com/rels/inventory/receiver
            return "PUT", "", _changed(before.json(), body)

        await self.change(path_of(number), f"Return {number}", change)
        return return_record(await self.receiver(number), self.zone)

    @settles(returns.UPDATE_RETURN)
    async def settle_update_return(self, attempt: Attempt) -> Settlement:
        """Sending the same values again changes nothing, so only whether they are there counts."""
        answer = await self.state(path_of(self.known(attempt.ids[0], RETURN)))
        there = answer.json()
        try:
            wanted = _changed(there, attempt.body)
        except InvalidBody:  # Others added lines since, so nobody can tell.
            return None
        same = there == wanted | client.links(there)
        return Applied(return_record(answer.json(Receiver), self.zone)) if same else NotApplied()

    @implements(returns.CANCEL_RETURN)
    async def cancel_return(self, return_id: str) -> returns.Return:
        number = self.known(return_id, RETURN)

        def change(before: VendorAnswer) -> tuple[str, str, dict[str, Any]]:
            self.kept_apart(before, RETURN)
            # https://3w.extensiv.com/rels/inventory/receivercancel
            return "POST", "/canceler", {"reason": client.REASON}

        await self.change(path_of(number), f"Return {number}", change)
        return return_record(await self.receiver(number), self.zone)

    @settles(returns.CANCEL_RETURN)
    async def settle_cancel_return(self, attempt: Attempt) -> Settlement:
        found = await self.receiver(self.known(attempt.ids[0], RETURN))
        canceled = found.read_only.status == client.CANCELED
        return Applied(return_record(found, self.zone)) if canceled else NotApplied()
