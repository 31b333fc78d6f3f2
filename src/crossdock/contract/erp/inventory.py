"""Stock of an ERP's items, by location, lot and bin."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from crossdock.contract import filters
from crossdock.contract.actions import read
from crossdock.contract.erp.shapes import erp_resource
from crossdock.contract.records import AdditionalFields, CreatedDate, ExternalURL, Part, Record, UpdatedDate
from crossdock.contract.values import Timestamp


class InventoryAtLocation(Part, kw_only=True, frozen=True):
    """Quantities at one location, in units."""

    onhand: Annotated[Decimal | None, Meta(description="Units held there.", examples=[4])]
    committed: Annotated[Decimal | None, Meta(description="Units promised to sales orders.", examples=[1])]
    available: Annotated[Decimal | None, Meta(description="Units that can still be promised.", examples=[3])]


class InventoryLot(Part, kw_only=True, frozen=True):
    """Units of one lot at one location."""

    lot_id: Annotated[str | None, Meta(description="Identifier of the lot.", examples=["lot_id_1"])] = None
    lot_number: Annotated[str | None, Meta(description="Number printed on the lot.", examples=["LOT-1"])] = None
    onhand: Annotated[Decimal | None, Meta(description="Units held of the lot.", examples=[2])] = None
    committed: Annotated[
        Decimal | None, Meta(description="Units of it that are promised to sales orders.", examples=[0])
    ] = None
    available: Annotated[Decimal | None, Meta(description="Units of it that can still be promised.", examples=[2])] = (
        None
    )
    expiration_date: Annotated[
        Timestamp | None, Meta(description="When the lot expires.", examples=["2022-01-01T00:00:00Z"])
    ] = None
    location_id: Annotated[
        str | None, Meta(description="Location that holds these units.", examples=["location_id_1"])
    ] = None


class InventoryBin(Part, kw_only=True, frozen=True):
    """Units in one bin, of one lot where lots are kept."""

    bin_id: Annotated[str | None, Meta(description="Identifier of the bin.", examples=["bin_id_1"])] = None
    bin_name: Annotated[str | None, Meta(description="Name of the bin.", examples=["A-01-01"])] = None
    lot_id: Annotated[str | None, Meta(description="Lot of these units.", examples=["lot_id_1"])] = None
    onhand: Annotated[Decimal | None, Meta(description="Units in the bin.", examples=[2])] = None
    committed: Annotated[
        Decimal | None, Meta(description="Units of them that are promised to sales orders.", examples=[0])
    ] = None
    available: Annotated[
        Decimal | None, Meta(description="Units of them that can still be promised.", examples=[2])
    ] = None
    location_id: Annotated[str | None, Meta(description="Location the bin is at.", examples=["location_id_1"])] = None


class InventoryVendor(Part, kw_only=True, frozen=True):
    """A vendor the item can be bought from."""

    vendor_id: Annotated[str, Meta(description="The vendor; the `id` of the vendor list.", examples=["vendor_id"])]
    vendor_name: Annotated[str | None, Meta(description="Name of the vendor.", examples=["Acme Supply"])] = None
    vendor_sku: Annotated[str | None, Meta(description="The vendor's own number of the item.", examples=["AS-1"])] = (
        None
    )
    unit_cost: Annotated[Decimal | None, Meta(description="What the vendor charges for one unit.", examples=[1])] = None


class Inventory(Record, kw_only=True):
    """Stock of one item. `onhand` equals `committed` + `available`, in all and at each location."""

    id: Annotated[
        str, Meta(description="The stock record's identifier in the connected system.", examples=["inventory_id"])
    ]
    created_date: CreatedDate
    updated_date: UpdatedDate
    sku: Annotated[str | None, Meta(description="Stock keeping unit; the item has the same one.", examples=["sku"])] = (
        None
    )
    item_id: Annotated[str | None, Meta(description="The item; the `id` of the item list.", examples=["item_id"])] = (
        None
    )
    name: Annotated[str | None, Meta(description="Name of the item.", examples=["name"])] = None
    active: Annotated[bool, Meta(description="Whether the item is in use.", examples=[True])] = True
    unit_cost: Annotated[
        Decimal | None, Meta(description="Cost of one unit, in the account's currency.", examples=[1])
    ] = None
    onhand: Annotated[Decimal | None, Meta(description="Units held, all locations.", examples=[5])]
    committed: Annotated[
        Decimal | None, Meta(description="Units promised to sales orders, all locations.", examples=[1])
    ]
    available: Annotated[
        Decimal | None, Meta(description="Units that can still be promised, all locations.", examples=[4])
    ]
    inventory_by_location_id: Annotated[
        dict[str, InventoryAtLocation],
        Meta(
            description="Quantities by location id.",
            examples=[{"location_id_1": {"onhand": 5, "committed": 1, "available": 4}}],
        ),
    ] = {}
    lots: Annotated[list[InventoryLot], Meta(description="Units by lot; empty when the item has no lots.")] = []
    bins: Annotated[list[InventoryBin], Meta(description="Units by bin; empty where there are no bins.")] = []
    vendors: Annotated[list[InventoryVendor], Meta(description="Who the item can be bought from.")] = []
    external_system_url: ExternalURL = None
    additional_fields: AdditionalFields = {}


INVENTORY = erp_resource(
    "inventory",
    "inventory_item",
    "Inventory",
    Inventory,
    id_param="inventory_id",
    event="inventory",
    filters=(filters.text("sku"),),
)
GET_INVENTORY = read(INVENTORY)
