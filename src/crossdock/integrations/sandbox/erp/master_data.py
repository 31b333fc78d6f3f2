"""Master data and stock of the ERP."""

from __future__ import annotations

from collections.abc import AsyncIterator

from crossdock.contract.erp import inventory, master_data
from crossdock.integrations.kit.adapter import Page, Window, implements
from crossdock.integrations.sandbox.base import CHANGED, each
from crossdock.integrations.sandbox.erp import mapping
from crossdock.integrations.sandbox.erp.base import ErpBase
from crossdock.integrations.sandbox.erp.models import (
    SandboxCustomer,
    SandboxEmployee,
    SandboxItem,
    SandboxLocation,
    SandboxStock,
    SandboxSupplier,
)


class MasterData(ErpBase):
    """Reading what the documents refer to."""

    @implements(master_data.GET_CUSTOMERS, mode=CHANGED)
    async def get_customers(self, window: Window) -> AsyncIterator[Page[master_data.Customer]]:
        async for page in self.walk("customers", SandboxCustomer, window, each(mapping.to_customer)):
            yield page

    @implements(master_data.GET_EMPLOYEES, mode=CHANGED)
    async def get_employees(self, window: Window) -> AsyncIterator[Page[master_data.Employee]]:
        async for page in self.walk("employees", SandboxEmployee, window, each(mapping.to_employee)):
            yield page

    @implements(inventory.GET_INVENTORY, mode=CHANGED)
    async def get_inventory(self, window: Window) -> AsyncIterator[Page[inventory.Inventory]]:
        async for page in self.walk("stock", SandboxStock, window, each(mapping.to_inventory)):
            yield page

    @implements(master_data.GET_ITEMS, mode=CHANGED)
    async def get_items(self, window: Window) -> AsyncIterator[Page[master_data.Item]]:
        async for page in self.walk("items", SandboxItem, window, each(mapping.to_item)):
            yield page

    @implements(master_data.GET_LOCATIONS, mode=CHANGED)
    async def get_locations(self, window: Window) -> AsyncIterator[Page[master_data.Location]]:
        async for page in self.walk("locations", SandboxLocation, window, each(mapping.to_location)):
            yield page

    @implements(master_data.GET_VENDORS, mode=CHANGED)
    async def get_vendors(self, window: Window) -> AsyncIterator[Page[master_data.Vendor]]:
        async for page in self.walk("suppliers", SandboxSupplier, window, each(mapping.to_vendor)):
            yield page
