"""Warehouses, stock, products and kits of the warehouse system."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import Adjustment, BodyPart, MeasurementsBody, WriteBody, choices
from crossdock.contract.wms import inventory, products, warehouses
from crossdock.contract.wms.ledger import INVENTORY_LEDGER
from crossdock.integrations.kit.adapter import (
    Applied,
    Attempt,
    NotApplied,
    Page,
    Related,
    Settlement,
    Window,
    Written,
    implements,
    receives,
    settles,
)
from crossdock.integrations.kit.client import segment
from crossdock.integrations.kit.webhooks import Changed, Delivery
from crossdock.integrations.sandbox.base import CHANGED, each
from crossdock.integrations.sandbox.mapping import given, signed
from crossdock.integrations.sandbox.wms import mapping as warehouse
from crossdock.integrations.sandbox.wms.base import WarehouseBase
from crossdock.integrations.sandbox.wms.models import (
    SandboxAdjustment,
    SandboxBin,
    SandboxItem,
    SandboxProduct,
    SandboxWarehouse,
)
from crossdock.integrations.sandbox.wms.receiving_mapping import to_ledger_entry
from crossdock.integrations.sandbox.wms.receiving_models import SandboxAdjusted, SandboxLedgerEntry


class AdjustInventory(WriteBody, kw_only=True):
    """A change of one item's stock in a warehouse. Without a location, the warehouse chooses where."""

    quantity: Annotated[int, Meta(ge=0)]
    adjustment_type: Adjustment
    warehouse_id: Annotated[str, choices("warehouses")]
    location_id: Annotated[str | UnsetType, choices("warehouse_locations")] = UNSET


class KitItem(BodyPart, kw_only=True):
    """A component of a kit. The SKU may be left out; when it is sent, it must be that item's."""

    inventory_item_id: Annotated[str, choices("inventory")]
    sku: str | UnsetType = UNSET
    unit_quantity: Annotated[int, Meta(ge=1, le=1_000_000)]


KitItems = Annotated[list[KitItem], Meta(min_length=1)]


class CreateKit(WriteBody, kw_only=True):
    """A new kit. Without a name it is called by its SKU."""

    sku: str
    name: str | UnsetType = UNSET
    gtin: str | UnsetType = UNSET
    measurements: MeasurementsBody | UnsetType = UNSET
    inventory_items: KitItems


class UpdateKit(WriteBody, kw_only=True):
    """New values of a kit; what is left out stays as it is, and the component list is replaced as a whole."""

    sku: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    gtin: str | UnsetType = UNSET
    measurements: MeasurementsBody | UnsetType = UNSET
    inventory_items: KitItems | UnsetType = UNSET


class Goods(WarehouseBase):
    """Reading and changing goods and where they lie."""

    @implements(warehouses.GET_WAREHOUSES, mode=CHANGED)
    async def get_warehouses(self, window: Window) -> AsyncIterator[Page[warehouses.Warehouse]]:
        async for page in self.walk("warehouses", SandboxWarehouse, window, each(warehouse.to_warehouse)):
            yield page

    @implements(warehouses.GET_WAREHOUSE_LOCATIONS, mode=CHANGED)
    async def get_warehouse_locations(self, window: Window) -> AsyncIterator[Page[warehouses.WarehouseLocation]]:
        async for page in self.walk("bins", SandboxBin, window, each(warehouse.to_location)):
            yield page

    @implements(inventory.GET_INVENTORY, mode=CHANGED)
    async def get_inventory(self, window: Window) -> AsyncIterator[Page[inventory.InventoryItem]]:
        async for page in self.walk("items", SandboxItem, window, each(warehouse.to_inventory_item)):
            yield page

    @receives("item.changed")
    async def hear_of_item(self, delivery: Delivery) -> Sequence[Changed]:
        identifier, found = await self.told(delivery, "items", SandboxItem)
        if found is None:
            return [Changed(inventory.INVENTORY, deleted=[identifier])]
        return [Changed(inventory.INVENTORY, [warehouse.to_inventory_item(found)])]

    @implements(products.GET_PRODUCTS, mode=CHANGED)
    async def get_products(self, window: Window) -> AsyncIterator[Page[products.Product]]:
        async for page in self.walk("products", SandboxProduct, window, each(warehouse.to_product)):
            yield page

    @implements(inventory.ADJUST_INVENTORY, AdjustInventory, needs=["adjustments.write"])
    async def adjust_inventory(self, inventory_id: str, body: AdjustInventory) -> Written[inventory.InventoryItem]:
        adjustment = {
            "reference": self.reference,
            "itemId": inventory_id,
            "warehouseId": body.warehouse_id,
            "binId": body.location_id,
            "change": signed(body.quantity, body.adjustment_type),
        }
        answer = await self.client.post(f"{self.root}/adjustments", given(adjustment))
        adjusted: SandboxAdjusted = answer.json(SandboxAdjusted)
        return Written(warehouse.to_inventory_item(adjusted.item), related=_in_ledger(adjusted.ledger))

    @settles(inventory.ADJUST_INVENTORY)
    async def settle_adjust_inventory(self, attempt: Attempt) -> Settlement:
        made = await self.look_up("adjustments", SandboxAdjustment, reference=attempt.reference)
        if made is None:
            return NotApplied()
        answer = await self.client.get(f"{self.root}/items/{segment(made.item_id)}")
        item: SandboxItem = answer.json(SandboxItem)
        entries = await self.look_up_all("ledger", SandboxLedgerEntry, causeId=made.id)
        return Applied(warehouse.to_inventory_item(item), _in_ledger(entries))

    @implements(products.CREATE_KIT, CreateKit, needs=["kits.write"])
    async def create_kit(self, body: CreateKit) -> products.Product:
        answer = await self.client.post(f"{self.root}/kits", self._kit(body))
        made: SandboxProduct = answer.json(SandboxProduct)
        return warehouse.to_product(made)

    @implements(products.UPDATE_KIT, UpdateKit, needs=["kits.write"])
    async def update_kit(self, kit_id: str, body: UpdateKit) -> products.Product:
        answer = await self.client.request("PATCH", f"{self.root}/kits/{segment(kit_id)}", json=self._kit(body))
        changed: SandboxProduct = answer.json(SandboxProduct)
        return warehouse.to_product(changed)

    @settles(products.CREATE_KIT, products.UPDATE_KIT)
    async def settle_kit(self, attempt: Attempt) -> Settlement:
        """A kit names the references of every request that made or changed it."""
        found = await self.look_up("products", SandboxProduct, reference=attempt.reference)
        return NotApplied() if found is None else Applied(warehouse.to_product(found))

    def _kit(self, body: CreateKit | UpdateKit) -> dict[str, Any]:
        items, size = body.inventory_items, body.measurements
        return given(
            {
                "reference": self.reference,
                "sku": body.sku,
                "name": body.name,
                "barcode": body.gtin,
                "size": UNSET if isinstance(size, UnsetType) else warehouse.from_measurements(size),
                "components": UNSET if isinstance(items, UnsetType) else [_component(item) for item in items],
            }
        )


def _in_ledger(entries: list[SandboxLedgerEntry]) -> list[Related]:
    return [Related(INVENTORY_LEDGER, [to_ledger_entry(entry) for entry in entries])]


def _component(item: KitItem) -> dict[str, Any]:
    return given({"itemId": item.inventory_item_id, "sku": item.sku, "units": item.unit_quantity})
