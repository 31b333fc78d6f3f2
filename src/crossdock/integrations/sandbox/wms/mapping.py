"""What the warehouse system's shapes mean in ours, and how a kit goes out."""

from __future__ import annotations

from typing import Any

from crossdock.contract.bodies import MeasurementsBody
from crossdock.contract.wms import inventory, products, warehouses
from crossdock.integrations.kit.mapping import moment, money, text_or_none
from crossdock.integrations.sandbox.mapping import to_address, to_measurements
from crossdock.integrations.sandbox.wms.models import (
    SandboxBin,
    SandboxItem,
    SandboxLevel,
    SandboxProduct,
    SandboxWarehouse,
)


def to_warehouse(found: SandboxWarehouse) -> warehouses.Warehouse:
    """A building."""
    return warehouses.Warehouse(
        id=found.id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        name=found.name,
        code=found.code,
        address=to_address(found.address),
    )


def to_location(found: SandboxBin) -> warehouses.WarehouseLocation:
    """A bin."""
    return warehouses.WarehouseLocation(
        id=found.id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        name=found.name,
        warehouse_id=found.warehouse_id,
        type=found.use,
        measurements=to_measurements(found.size),
    )


def to_inventory_item(found: SandboxItem) -> inventory.InventoryItem:
    """An item; the vendor offers to shops what is available, so that is also what is sellable."""
    available = sum(level.available for level in found.levels)
    return inventory.InventoryItem(
        id=found.id,
        warehouse_customer_id=found.client_id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        name=found.name,
        sku=found.sku,
        unit_cost=money(found.unit_cost),
        active=found.active,
        awaiting=sum(level.expected for level in found.levels),
        onhand=sum(level.on_hand for level in found.levels),
        committed=sum(level.allocated for level in found.levels),
        unfulfillable=sum(level.quarantined for level in found.levels),
        fulfillable=available,
        sellable=available,
        substitute_skus=found.substitute_skus,
        inventory_by_warehouse_id={level.warehouse_id: _to_level(level) for level in found.levels},
        lots=[
            inventory.Lot(
                lot_id=lot.lot_id,
                onhand=lot.units,
                expiration_date=moment(lot.expires_at),
                warehouse_id=lot.warehouse_id,
            )
            for lot in found.lots
        ],
        measurements=to_measurements(found.size),
        locations=[
            inventory.StockLocation(location_id=place.bin_id, quantity=place.units, warehouse_id=place.warehouse_id)
            for place in found.bins
        ],
    )


def _to_level(level: SandboxLevel) -> inventory.InventoryInWarehouse:
    return inventory.InventoryInWarehouse(
        onhand=level.on_hand,
        committed=level.allocated,
        unfulfillable=level.quarantined,
        fulfillable=level.available,
        sellable=level.available,
        awaiting=level.expected,
    )


def to_product(found: SandboxProduct) -> products.Product:
    """A product. Ours has no measurements, so the vendor's are kept beside it."""
    supplier = found.supplier
    return products.Product(
        id=found.id,
        warehouse_customer_id=found.client_id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        name=found.name,
        sku=found.sku,
        gtin=text_or_none(found.barcode),
        unit_price=money(found.price),
        inventory_items=[
            products.ProductInventoryItem(inventory_item_id=part.item_id, sku=part.sku, unit_quantity=part.units)
            for part in found.components
        ],
        is_kit=found.type == "kit",
        active=found.active,
        supplier=supplier.name if supplier else None,
        supplier_object=products.Supplier(supplier_id=supplier.id, supplier_name=supplier.name)
        if supplier
        else products.Supplier(),
        country_of_origin=found.origin_country,
        harmonized_code=found.tariff_code,
        additional_fields={"measurements": to_measurements(found.size)} if found.size else {},
    )


def from_measurements(size: MeasurementsBody) -> dict[str, Any]:
    """Size and weight as the vendor takes them: amounts as text."""
    return {
        "length": str(size.length),
        "width": str(size.width),
        "height": str(size.height),
        "unit": size.unit,
        "weight": str(size.weight),
        "weightUnit": size.weight_unit,
    }
