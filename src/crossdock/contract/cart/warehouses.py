"""Places a shop ships from."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from crossdock.contract.actions import read
from crossdock.contract.records import (
    AdditionalFields,
    CreatedDate,
    ExternalURL,
    Record,
    UpdatedDate,
    WarehouseAddress,
)
from crossdock.contract.resources import Resource


class Warehouse(Record, kw_only=True):
    """A place whose stock the shop offers."""

    id: Annotated[str, Meta(description="The warehouse's identifier in the shop.", examples=["warehouse_id"])]
    created_date: CreatedDate
    updated_date: UpdatedDate
    name: Annotated[str | None, Meta(description="Name of the warehouse.", examples=["Bethlehem (PA)"])] = None
    code: Annotated[str | None, Meta(description="Short code of the warehouse.", examples=["ABE-1"])] = None
    address: Annotated[WarehouseAddress, Meta(description="Where it stands.")] = WarehouseAddress()
    active: Annotated[bool, Meta(description="Whether it is in use.", examples=[True])] = True
    external_system_url: ExternalURL = None
    additional_fields: AdditionalFields = {}


WAREHOUSES = Resource(
    vertical="cart",
    name="warehouses",
    path="/cart/warehouses",
    id_param="warehouse_id",
    singular="warehouse",
    title="Warehouses",
    event="cart-warehouse",
    schema_name="CartWarehouseApiItemSchema",
    record=Warehouse,
    taggable=True,
    sync_seconds=43200,
    full_first_sync=True,
)
GET_WAREHOUSES = read(WAREHOUSES)
