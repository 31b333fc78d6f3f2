"""The adapters of the sandbox, each put together from its topics."""

from __future__ import annotations

from crossdock.integrations.sandbox.carrier.invoices import CarrierInvoices
from crossdock.integrations.sandbox.cart.goods import ShopGoods
from crossdock.integrations.sandbox.cart.orders import ShopOrders
from crossdock.integrations.sandbox.erp.master_data import MasterData
from crossdock.integrations.sandbox.erp.purchasing import Purchasing
from crossdock.integrations.sandbox.erp.sales import Sales
from crossdock.integrations.sandbox.freight.shipments import FreightShipments
from crossdock.integrations.sandbox.wms.catalogue import Catalogue
from crossdock.integrations.sandbox.wms.goods import Goods
from crossdock.integrations.sandbox.wms.office import Office
from crossdock.integrations.sandbox.wms.orders import Orders
from crossdock.integrations.sandbox.wms.receiving import Receiving


class Sandbox(Goods, Catalogue, Orders, Receiving, Office):
    """The warehouse system."""


class CartSandbox(ShopGoods, ShopOrders):
    """The shop."""


class ErpSandbox(MasterData, Purchasing, Sales):
    """The ERP."""


class CarrierSandbox(CarrierInvoices):
    """The carrier."""


class FreightSandbox(FreightShipments):
    """The freight forwarder."""
