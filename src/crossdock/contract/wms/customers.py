"""Merchants whose goods one warehouse system holds."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from crossdock.contract.actions import read
from crossdock.contract.records import AdditionalFields, CreatedDate, Record, UpdatedDate
from crossdock.contract.resources import Resource


class WarehouseCustomer(Record, kw_only=True):
    """A merchant that owns goods in the warehouse."""

    id: Annotated[
        str,
        Meta(
            description="The merchant's identifier; what `warehouse_customer_id` of other records names.",
            examples=["warehouse_customer_id"],
        ),
    ]
    created_date: CreatedDate
    updated_date: UpdatedDate
    name: Annotated[str, Meta(description="Name of the merchant.", examples=["Customer Name"])]
    additional_fields: AdditionalFields = {}


WAREHOUSE_CUSTOMERS = Resource(
    vertical="wms",
    name="warehouse_customers",
    path="/wms/warehouse-customers",
    id_param="warehouse_customer_id",
    singular="warehouse_customer",
    title="Warehouse Customers",
    event="warehouse-customer",
    schema_name="WmsWarehouseCustomerApiItemSchema",
    record=WarehouseCustomer,
    sync_seconds=43200,
    full_first_sync=True,
)
GET_WAREHOUSE_CUSTOMERS = read(WAREHOUSE_CUSTOMERS)
