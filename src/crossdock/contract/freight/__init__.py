"""Freight forwarders: shipments. Their record schema is not part of this version."""

from __future__ import annotations

from crossdock.contract.actions import read
from crossdock.contract.resources import Resource

SHIPMENTS = Resource(
    vertical="freight",
    name="shipments",
    path="/freight/shipments",
    id_param="shipment_id",
    singular="shipment",
    title="Shipments",
    event="freight-shipment",
)
GET_SHIPMENTS = read(SHIPMENTS)
