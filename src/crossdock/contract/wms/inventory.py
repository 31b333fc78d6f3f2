"""Stock of physical goods in a warehouse system."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from crossdock.contract import filters
from crossdock.contract.actions import read, write
from crossdock.contract.bodies import Adjustment, WriteBody
from crossdock.contract.records import (
    AdditionalFields,
    CreatedDate,
    ExternalURL,
    Measurements,
    Part,
    Record,
    UpdatedDate,
)
from crossdock.contract.resources import Resource
from crossdock.contract.values import Timestamp


class InventoryInWarehouse(Part, kw_only=True, frozen=True):
    """Quantities in one warehouse, in units."""

    onhand: Annotated[int, Meta(description="Units held in this warehouse.", examples=[0])]
    committed: Annotated[int | None, Meta(description="Units promised to orders.", examples=[0])] = None
    unfulfillable: Annotated[
        int | None, Meta(description="Units held but not usable, such as damaged ones.", examples=[0])
    ] = None
    fulfillable: Annotated[int | None, Meta(description="Units that can be shipped.", examples=[0])] = None
    unsellable: Annotated[
        int | None, Meta(description="Deprecated.", examples=[0], extra_json_schema={"deprecated": True})
    ] = None
    sellable: Annotated[int | None, Meta(description="Units offered to shops.", examples=[0])] = None
    awaiting: Annotated[int | None, Meta(description="Units expected to arrive.", examples=[0])] = None


class Lot(Part, kw_only=True, frozen=True):
    """A batch of units that expire together."""

    lot_id: Annotated[str, Meta(description="The batch's identifier.", examples=["lot_id_1"])]
    onhand: Annotated[int, Meta(description="Units held in the batch.", examples=[2])]
    expiration_date: Annotated[
        Timestamp | None, Meta(description="When the batch expires.", examples=["2022-01-01T00:00:00Z"])
    ] = None
    warehouse_id: Annotated[
        str | None, Meta(description="Warehouse that holds the batch.", examples=["warehouse_id1"])
    ] = None


class StockLocation(Part, kw_only=True, frozen=True):
    """Units at one storage location."""

    location_id: Annotated[str, Meta(description="The storage location.", examples=["location_id_1"])]
    quantity: Annotated[int, Meta(description="Units there.", examples=[2])]
    warehouse_id: Annotated[str, Meta(description="Warehouse the location is in.", examples=["warehouse_id1"])]


class InventoryItem(Record, kw_only=True):
    """Stock of one physical good. `onhand` equals `committed` + `unfulfillable` + `fulfillable`."""

    id: Annotated[str, Meta(description="The item's identifier in the connected system.", examples=["inv_id"])]
    warehouse_customer_id: Annotated[
        str | None,
        Meta(description="Merchant that owns the stock, where one system holds several.", examples=["customer_id"]),
    ] = None
    created_date: CreatedDate
    updated_date: UpdatedDate
    name: Annotated[str, Meta(description="Name of the good.", examples=["name"])]
    sku: Annotated[str | None, Meta(description="Stock keeping unit.", examples=["sku"])] = None
    unit_cost: Annotated[
        Decimal | None, Meta(description="Cost of one unit, in the account's currency.", examples=[1])
    ] = None
    active: Annotated[bool, Meta(description="Whether the item is in use.", examples=[True])] = True
    awaiting: Annotated[int, Meta(description="Units expected to arrive, all warehouses.", examples=[0])]
    onhand: Annotated[int, Meta(description="Units held, all warehouses.", examples=[5])]
    committed: Annotated[int, Meta(description="Units promised to orders.", examples=[1])]
    unfulfillable: Annotated[int, Meta(description="Units held but not usable.", examples=[0])]
    fulfillable: Annotated[int, Meta(description="Units that can be shipped.", examples=[4])]
    unsellable: Annotated[
        int, Meta(description="Deprecated.", examples=[0], extra_json_schema={"deprecated": True})
    ] = 0
    sellable: Annotated[int, Meta(description="Units offered to shops.", examples=[2])]
    substitute_skus: Annotated[
        list[str],
        Meta(description="SKUs that may be shipped instead when this one is out of stock.", examples=[["sub_sku_1"]]),
    ] = []
    inventory_by_warehouse_id: Annotated[
        dict[str, InventoryInWarehouse], Meta(description="Quantities by warehouse id.")
    ] = {}
    lots: Annotated[list[Lot], Meta(description="Batches on hand; empty when the good has none.")] = []
    measurements: Annotated[Measurements, Meta(description="Size and weight of one unit.")] = Measurements()
    locations: Annotated[list[StockLocation], Meta(description="Units by storage location.")] = []
    external_system_url: ExternalURL = None
    additional_fields: AdditionalFields = {}


class AdjustInventoryBody(WriteBody, kw_only=True):
    """A change of stock in one place."""

    quantity: Annotated[
        int,
        Meta(description="Units to add or remove, or the level to reach where `exact` is offered.", examples=[1], ge=0),
    ]
    adjustment_type: Annotated[Adjustment, Meta(description="Direction of the change.", examples=["increase"])]
    warehouse_id: Annotated[str, Meta(description="Warehouse to change the stock in.")]
    location_id: Annotated[str, Meta(description="Storage location to change the stock in.")]


INVENTORY = Resource(
    vertical="wms",
    name="inventory",
    path="/wms/inventory",
    id_param="inventory_id",
    singular="inventory_item",
    title="Inventory",
    event="inventory",
    schema_name="WmsInventoryApiItemSchema",
    record=InventoryItem,
    filters=(filters.text("warehouse_customer_id"), filters.boolean("active"), filters.text("sku")),
    taggable=True,
    full_first_sync=True,
)
GET_INVENTORY = read(INVENTORY)
ADJUST_INVENTORY = write(
    "adjust_inventory",
    "PUT",
    "/wms/inventory/{inventory_id}/adjust",
    INVENTORY,
    "Adjust Inventory",
    body=AdjustInventoryBody,
    description="Adds or removes units of one item in a warehouse.",
)
