"""What every part of the warehouse system's adapter stands on."""

from __future__ import annotations

from crossdock.integrations.sandbox.base import SandboxBase


class WarehouseBase(SandboxBase):
    """The warehouse system; its actions are in the modules beside, one a topic."""

    display_name = "Sandbox"
    vertical = "wms"
    description = "A warehouse system to try things on: two warehouses with real state, filled with example data."
    root = "/v1/wms"
