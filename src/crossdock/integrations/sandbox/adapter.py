"""The adapters of the sandbox, each put together from its topics."""

from __future__ import annotations

from crossdock.integrations.sandbox.cart.goods import ShopGoods
from crossdock.integrations.sandbox.wms.goods import Goods
from crossdock.integrations.sandbox.wms.orders import Orders


class Sandbox(Goods, Orders):
    """The warehouse system."""


class CartSandbox(ShopGoods):
    """The shop."""
