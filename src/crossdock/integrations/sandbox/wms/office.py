"""What the office of a warehouse looks at: the ledger, bills, work, merchants and ways to ship."""

from __future__ import annotations

from collections.abc import AsyncIterator

from crossdock.contract.wms import billing, customers, labor, ledger, shipping_methods
from crossdock.integrations.kit.adapter import Page, Window, implements
from crossdock.integrations.sandbox.base import CHANGED, each
from crossdock.integrations.sandbox.wms import receiving_mapping as office
from crossdock.integrations.sandbox.wms.base import WarehouseBase
from crossdock.integrations.sandbox.wms.receiving_models import (
    SandboxActivity,
    SandboxCharge,
    SandboxClient,
    SandboxLedgerEntry,
    SandboxShippingMethod,
)


class Office(WarehouseBase):
    """Lists that nobody writes through the API."""

    @implements(ledger.GET_INVENTORY_LEDGER, mode=CHANGED)
    async def get_inventory_ledger(self, window: Window) -> AsyncIterator[Page[ledger.InventoryLedgerEntry]]:
        async for page in self.walk("ledger", SandboxLedgerEntry, window, each(office.to_ledger_entry)):
            yield page

    @implements(billing.GET_BILLS, mode=CHANGED)
    async def get_bills(self, window: Window) -> AsyncIterator[Page[billing.Bill]]:
        async for page in self.walk("charges", SandboxCharge, window, each(office.to_bill)):
            yield page

    @implements(labor.GET_LABOR_ACTIVITIES, mode=CHANGED)
    async def get_labor_activities(self, window: Window) -> AsyncIterator[Page[labor.LaborActivity]]:
        async for page in self.walk("activities", SandboxActivity, window, each(office.to_labor_activity)):
            yield page

    @implements(customers.GET_WAREHOUSE_CUSTOMERS, mode=CHANGED)
    async def get_warehouse_customers(self, window: Window) -> AsyncIterator[Page[customers.WarehouseCustomer]]:
        async for page in self.walk("clients", SandboxClient, window, each(office.to_customer)):
            yield page

    @implements(shipping_methods.GET_SHIPPING_METHODS, mode=CHANGED)
    async def get_shipping_methods(self, window: Window) -> AsyncIterator[Page[shipping_methods.ShippingMethod]]:
        convert = each(office.to_shipping_method)
        async for page in self.walk("shipping-methods", SandboxShippingMethod, window, convert):
            yield page
