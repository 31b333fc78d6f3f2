"""What every part of the shop's adapter stands on."""

from __future__ import annotations

from crossdock.integrations.sandbox.base import SandboxBase


class ShopBase(SandboxBase):
    """The shop; its actions are in the modules beside, one a topic."""

    display_name = "Cart Sandbox"
    vertical = "cart"
    description = "A shop to try things on: products with variants, stock in two places and orders, with example data."
    root = "/v1/cart"
