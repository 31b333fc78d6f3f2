"""The freight forwarder's consignments."""

from __future__ import annotations

from collections.abc import AsyncIterator

from crossdock.contract.freight import shipments
from crossdock.integrations.kit.adapter import Page, Window, implements
from crossdock.integrations.sandbox.base import CHANGED, SandboxBase, each
from crossdock.integrations.sandbox.freight import mapping
from crossdock.integrations.sandbox.freight.models import FreightConsignment


class FreightShipments(SandboxBase):
    """Reading what is on the way."""

    display_name = "Freight Sandbox"
    vertical = "freight"
    description = "A freight forwarder to try things on: suppliers' goods on their way, which move on as time goes by."
    root = "/v1/freight"

    @implements(shipments.GET_SHIPMENTS, mode=CHANGED)
    async def get_shipments(self, window: Window) -> AsyncIterator[Page[shipments.Shipment]]:
        async for page in self.walk("consignments", FreightConsignment, window, each(mapping.to_shipment)):
            yield page
