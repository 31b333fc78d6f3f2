"""Warehouses and their storage locations."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from crossdock.contract import filters
from crossdock.contract.actions import read
from crossdock.contract.records import (
    AdditionalFields,
    CreatedDate,
    Measurements,
    Record,
    UpdatedDate,
    WarehouseAddress,
)
from crossdock.contract.resources import Parent, Resource


class Warehouse(Record, kw_only=True):
    """A building that holds stock."""

    id: Annotated[
        str, Meta(description="The warehouse's identifier in the connected system.", examples=["warehouse_id"])
    ]
    created_date: CreatedDate
    updated_date: UpdatedDate
    name: Annotated[str, Meta(description="Name of the warehouse.", examples=["Bethlehem (PA)"])]
    code: Annotated[str | None, Meta(description="Short code of the warehouse.", examples=["ABE-1"])] = None
    address: Annotated[WarehouseAddress, Meta(description="Where it stands.")] = WarehouseAddress()
    additional_fields: AdditionalFields = {}


class WarehouseLocation(Record, kw_only=True):
    """A place inside a warehouse where stock lies: a bin, a shelf, a pallet."""

    id: Annotated[str, Meta(description="The location's identifier in the connected system.", examples=["location_id"])]
    created_date: CreatedDate
    updated_date: UpdatedDate
    name: Annotated[str | None, Meta(description="Name of the location.", examples=["Location Name"])] = None
    warehouse_id: Annotated[str, Meta(description="Warehouse it is in.", examples=["warehouse_id"])]
    type: Annotated[
        str | None, Meta(description="Kind of location in the connected system's words.", examples=["pallet"])
    ] = None
    measurements: Annotated[Measurements, Meta(description="Size and load of the location.")] = Measurements()
    additional_fields: AdditionalFields = {}


WAREHOUSES = Resource(
    vertical="wms",
    name="warehouses",
    path="/wms/warehouses",
    id_param="warehouse_id",
    singular="warehouse",
    title="Warehouses",
    event="warehouse",
    schema_name="WmsWarehouseApiItemSchema",
    record=Warehouse,
    filters=(filters.text("name"), filters.text("code")),
    taggable=True,
    sync_seconds=43200,
    full_first_sync=True,
)
GET_WAREHOUSES = read(WAREHOUSES)

WAREHOUSE_LOCATIONS = Resource(
    vertical="wms",
    name="warehouse_locations",
    path="/wms/warehouses/{warehouse_id}/locations",
    id_param="location_id",
    singular="warehouse_location",
    title="Warehouse Locations",
    event="warehouse-location",
    schema_name="WmsWarehouseLocationApiItemSchema",
    record=WarehouseLocation,
    filters=(filters.text("type"),),
    parent=Parent(param="warehouse_id", column="warehouse_id"),
    sync_seconds=43200,
    full_first_sync=True,
    needs=("warehouses",),
)
GET_WAREHOUSE_LOCATIONS = read(WAREHOUSE_LOCATIONS)
