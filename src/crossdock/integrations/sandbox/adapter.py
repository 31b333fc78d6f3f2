"""The adapters of the sandbox, each put together from its topics."""

from __future__ import annotations

from crossdock.integrations.sandbox.carrier.invoices import CarrierInvoices
from crossdock.integrations.sandbox.cart.goods import ShopGoods
from crossdock.integrations.sandbox.cart.orders import ShopOrders
from crossdock.integrations.sandbox.freight.shipments import FreightShipments
from crossdock.integrations.sandbox.wms.goods import Goods


class Sandbox(Goods):
    """The warehouse system."""


class CartSandbox(ShopGoods, ShopOrders):
    """The shop."""


class CarrierSandbox(CarrierInvoices):
    """The carrier."""


class FreightSandbox(FreightShipments):
    """The freight forwarder."""
