"""Announcing goods that buyers send back."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import BodyPart, WriteBody, choices, vendor_only
from crossdock.contract.errors import InvalidBody
from crossdock.contract.wms import returns
from crossdock.integrations.kit.adapter import Applied, Attempt, NotApplied, Settlement, implements, settles
from crossdock.integrations.shiphero import arrival_queries
from crossdock.integrations.shiphero.bodies import text
from crossdock.integrations.shiphero.models import ShipHeroOrder
from crossdock.integrations.shiphero.order_bodies import recipient
from crossdock.integrations.shiphero.receiving import Receiving, return_record
from crossdock.integrations.shiphero.sales import Sales

UNSAID = "Other"
"""The reason where none is given; ShipHero wants one."""
OWN_LABEL, NO_COST = "SELF_RETURN", "0.00"
"""A parcel that the buyer sends; ShipHero makes no label and charges none."""


class ReturnLine(BodyPart, kw_only=True):
    """Units of a product of the order, by its SKU."""

    sku: str
    quantity: Annotated[int, Meta(ge=1, le=1_000_000)]
    return_reason: Annotated[str | UnsetType, vendor_only("Why they come back.", examples=["Too small"])] = UNSET


class CreateReturn(WriteBody, kw_only=True):
    """Goods of an order to take back. The buyer sends them; ShipHero makes no label."""

    warehouse_id: Annotated[str, choices("warehouses")]
    order_id: str
    reason: Annotated[str | UnsetType, vendor_only("Why they come back, all in all.", examples=["Wrong size"])] = UNSET
    tracking_number: Annotated[
        str | UnsetType, vendor_only("The carrier's number of the parcel.", examples=["1Z999AA10123456784"])
    ] = UNSET
    carrier_id: Annotated[
        str | UnsetType, vendor_only("Carrier that brings it; left out, that of the order.", examples=["ups"])
    ] = UNSET
    shipping_method_id: Annotated[
        str | UnsetType, vendor_only("Its service; left out, that of the order.", examples=["ups_ground"])
    ] = UNSET
    line_items: Annotated[list[ReturnLine], Meta(min_length=1, max_length=500)]


class Returning(Sales, Receiving):
    """Writing returns."""

    @implements(returns.CREATE_RETURN, CreateReturn)
    async def create_return(self, body: CreateReturn) -> returns.Return:
        order = await self.order_with_lines(body.order_id)
        asked = {**new_return(order, body), "partner_id": self.reference or None}
        owner = await self.customer(order.account_id)
        made = await self.change(arrival_queries.CREATE_RETURN, {**asked, "customer_account_id": owner})
        return await self.return_now(self.read(made["return"], dict[str, str])["id"])

    @settles(returns.CREATE_RETURN)
    async def settle_create_return(self, attempt: Attempt) -> Settlement:
        """A return that was made carries the reference of the write as its partner's id."""
        async for found, _ in self.returns_of({"order": attempt.body.order_id}):
            for item in found:
                if item.partner_id == attempt.reference:
                    return Applied(return_record(item, self.units))
        return NotApplied()


def new_return(order: ShipHeroOrder, body: CreateReturn) -> dict[str, Any]:
    """The return as ShipHero takes it."""
    known = {line.sku for line in order.line_items.nodes}
    problems = {
        f"line_items.{at}.sku": ["The order has no line with this SKU."]
        for at, line in enumerate(body.line_items)
        if line.sku not in known
    }
    before = order.shipping_lines
    carrier = text(body.carrier_id) or (before.carrier if before else None)
    method = text(body.shipping_method_id) or (before.method if before else None)
    for name, value in {"carrier_id": carrier, "shipping_method_id": method}.items():
        if not value:
            problems[name] = ["Required, because the order does not say it."]
    if problems:
        raise InvalidBody({"json": problems})
    return {
        "order_id": order.id,
        "warehouse_id": body.warehouse_id,
        "address": recipient(order),
        "dimensions": {},
        "label_type": OWN_LABEL,
        "label_cost": NO_COST,
        "create_label": False,
        "return_reason": text(body.reason) or UNSAID,
        "shipping_carrier": carrier,
        "shipping_method": method,
        "tracking_number": text(body.tracking_number),
        "line_items": [
            {"sku": line.sku, "quantity": line.quantity, "return_reason": text(line.return_reason) or UNSAID}
            for line in body.line_items
        ],
    }
