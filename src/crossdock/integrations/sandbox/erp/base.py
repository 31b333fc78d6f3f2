"""What every part of the ERP's adapter stands on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from crossdock.contract.erp import inventory
from crossdock.contract.errors import UnexpectedShape
from crossdock.integrations.kit.adapter import Applied, Attempt, NotApplied, Related, Settlement, Written
from crossdock.integrations.kit.client import segment
from crossdock.integrations.sandbox.base import SandboxBase
from crossdock.integrations.sandbox.erp import mapping
from crossdock.integrations.sandbox.erp.models import (
    SandboxMovement,
    SandboxOrder,
    SandboxPosted,
    SandboxPosting,
    SandboxStock,
)

V = TypeVar("V")


class ErpBase(SandboxBase):
    """The ERP; its actions are in the modules beside, one a topic. Every change of its books is a posting, which names
    the documents it touched and carries our reference."""

    display_name = "ERP Sandbox"
    vertical = "erp"
    description = "An ERP to try things on: purchasing, sales and stock whose books add up, filled with example data."
    root = "/v1/erp"

    async def post_change(self, method: str, path: str, body: dict[str, Any]) -> SandboxPosted:
        """Sends a change of the books."""
        answer = await self.client.request(method, f"{self.root}/{path}", json={"reference": self.reference, **body})
        posted: SandboxPosted = answer.json(SandboxPosted)
        return posted

    async def settle_change(self, attempt: Attempt, convert: Callable[[SandboxPosted], Written[Any]]) -> Settlement:
        """What became of a change of the books whose answer never came."""
        posted = await self._find_change(attempt)
        if posted is None:
            return NotApplied()
        made = convert(posted)
        return Applied(made.record, made.related)

    async def _find_change(self, attempt: Attempt) -> SandboxPosted | None:
        """What a change of the books touched, as it is now; None when the change was never made."""
        posting = await self.look_up("postings", SandboxPosting, reference=attempt.reference)
        if posting is None:
            return None
        return SandboxPosted(
            purchase_order=await self._maybe("purchase-orders", SandboxOrder, posting.purchase_order_id),
            receipt=await self._maybe("receipts", SandboxMovement, posting.receipt_id),
            sales_order=await self._maybe("sales-orders", SandboxOrder, posting.sales_order_id),
            shipment=await self._maybe("shipments", SandboxMovement, posting.shipment_id),
            stock=[await self._one("stock", SandboxStock, identifier) for identifier in posting.stock_card_ids],
        )

    async def _maybe(self, name: str, kind: type[V], identifier: str | None) -> V | None:
        return None if identifier is None else await self._one(name, kind, identifier)

    async def _one(self, name: str, kind: type[V], identifier: str) -> V:
        answer = await self.client.get(f"{self.root}/{name}/{segment(identifier)}")
        found: V = answer.json(kind)
        return found


def named(document: V | None) -> V:
    """The document that an answer has to hold."""
    if document is None:
        raise UnexpectedShape("the ERP changed its books without showing what it changed")
    return document


def stock_of(posted: SandboxPosted) -> list[Related]:
    """The stock that a change touched."""
    return [Related(inventory.INVENTORY, [mapping.to_inventory(card) for card in posted.stock])] if posted.stock else []
