"""Writes whose answer holds everything they made or changed, and how such a write is settled."""

from __future__ import annotations

from typing import Any

from crossdock.contract.resources import Resource
from crossdock.integrations.kit.adapter import Applied, Attempt, NotApplied, Settlement, Written
from crossdock.integrations.sandbox.mapping import given
from crossdock.integrations.sandbox.wms.base import WarehouseBase
from crossdock.integrations.sandbox.wms.receiving_mapping import split
from crossdock.integrations.sandbox.wms.receiving_models import SandboxOutcome


class Requests(WarehouseBase):
    """What these writes share."""

    async def ask(self, method: str, path: str, about: Resource, fields: dict[str, Any] | None = None) -> Written[Any]:
        """Sends a write with its reference, and what it changed. Fields that the caller left out are not sent."""
        body = given({"reference": self.reference, **(fields or {})})
        answer = await self.client.request(method, f"{self.root}/{path}", json=body)
        found: SandboxOutcome = answer.json(SandboxOutcome)
        record, related = split(found, about)
        return Written(record, related=related)

    async def ask_again(self, attempt: Attempt, about: Resource) -> Settlement:
        """Looks up by its reference what a write changed."""
        found = await self.look_up("requests", SandboxOutcome, reference=attempt.reference)
        if found is None:
            return NotApplied()
        record, related = split(found, about)
        return Applied(record, related)
