"""Changing what lies where."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import Adjustment, WriteBody, choices, vendor_only
from crossdock.contract.errors import InvalidBody
from crossdock.contract.wms import inventory
from crossdock.integrations.extensiv_3pl_central import client
from crossdock.integrations.extensiv_3pl_central.models import StockDetail
from crossdock.integrations.extensiv_3pl_central.receiving_bodies import numbered
from crossdock.integrations.extensiv_3pl_central.stock import StockKeeping
from crossdock.integrations.kit.adapter import Applied, Attempt, NotApplied, Settlement, implements, settles
from crossdock.integrations.kit.mapping import whole_units


class AdjustInventory(WriteBody, kw_only=True):
    """A change of what lies of an item in a location."""

    quantity: Annotated[int, Meta(ge=1, le=1_000_000)]
    adjustment_type: Adjustment
    warehouse_id: Annotated[str, choices("warehouses")]
    location_id: Annotated[str | UnsetType, choices("warehouse_locations")] = UNSET
    reason: Annotated[str | UnsetType, vendor_only("Why; the note of the adjustment.", examples=["Broken"])] = UNSET


def taken(details: list[StockDetail], units: int) -> list[dict[str, Any]]:
    """The lines of an adjustment that takes units, oldest receipts first; fewer when there are not as many."""
    lines: list[dict[str, Any]] = []
    for held in sorted(details, key=lambda line: (line.received_date or "", line.receive_item_id)):
        free = min(units, max(0, whole_units(held.available)))
        if free and not (held.is_on_hold or held.quarantined):
            lines.append({"receiveItemId": held.receive_item_id, "qty": -free})
            units -= free
    return lines


class StockWrites(StockKeeping):
    """What is counted anew."""

    @implements(inventory.ADJUST_INVENTORY, AdjustInventory)
    async def adjust_inventory(self, inventory_id: str, body: AdjustInventory) -> inventory.InventoryItem:
        owner, item = await self.found_item(inventory_id)
        place = numbered(body.warehouse_id, "warehouse_id", "warehouse")
        spot = None
        if not isinstance(body.location_id, UnsetType):
            spot = numbered(body.location_id, "location_id", "location")
        if body.adjustment_type == "decrease":
            lines = await self._taken(owner, place, item.item_id, spot, body.quantity)
        elif spot is None:
            raise InvalidBody.field("location_id", "Required for an increase: units have to be put somewhere.")
        else:
            where = {"locationInfo": {"locationId": spot}}
            lines = [{"itemIdentifier": {"id": item.item_id}, "qty": body.quantity, **where}]
        made = {
            "customerId": owner,
            "facilityId": place,
            "referenceNum": self.reference,
            "_embedded": {client.ADJUSTED: lines},
        }
        if not isinstance(body.reason, UnsetType):
            made["notes"] = body.reason
        # https://3w.extensiv.com/rels/inventory/adjustments
        await self.client.post("/inventory/adjustments", made, headers=client.HAL)
        return (await self.stock_of(owner, [item.item_id]))[0]

    async def _taken(self, owner: int, place: int, item: int, spot: int | None, units: int) -> list[dict[str, Any]]:
        details = await self.details(owner, place, [item])
        there = [
            line
            for line in details
            if spot is None or (line.location_identifier and line.location_identifier.id == spot)
        ]
        lines = taken(there, units)
        free = -sum(line["qty"] for line in lines)
        if free < units:
            raise InvalidBody.field("quantity", f"Only {free} units are there that no order has and nobody holds.")
        return lines

    @settles(inventory.ADJUST_INVENTORY)
    async def settle_adjust_inventory(self, attempt: Attempt) -> Settlement:
        """An adjustment that was made carries the reference of the write."""
        async for found, _ in self.adjustments(f"{client.REFERENCE}=={client.value(attempt.reference)}"):
            if any(adjustment.reference_num == attempt.reference for adjustment in found):
                owner, item = await self.found_item(attempt.ids[0])
                return Applied((await self.stock_of(owner, [item.item_id]))[0])
        return NotApplied()
