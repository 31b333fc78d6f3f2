"""What a warehouse charges."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from crossdock.contract import filters
from crossdock.contract.actions import read
from crossdock.contract.records import AdditionalFields, CreatedDate, Record, UpdatedDate
from crossdock.contract.resources import Resource


class Bill(Record, kw_only=True):
    """A single charge of a warehouse."""

    id: Annotated[str, Meta(description="The bill's identifier in the connected system.", examples=["bill_id_1"])]
    warehouse_customer_id: Annotated[
        str | None,
        Meta(
            description="Merchant that is charged, where one system holds several.",
            examples=["warehouse_customer_id"],
        ),
    ] = None
    created_date: CreatedDate
    updated_date: UpdatedDate
    object_id: Annotated[
        str | None, Meta(description="Identifier of what caused the charge.", examples=["object_id"])
    ] = None
    object_type: Annotated[str | None, Meta(description="Kind of what caused it.", examples=["order"])] = None
    charge_type: Annotated[str, Meta(description="What is charged for.", examples=["shipping"])]
    amount: Annotated[Decimal, Meta(description="Amount, in `currency_code`.", examples=[10.5])]
    currency_code: Annotated[str, Meta(description="Currency of the amount.", examples=["USD"])] = "USD"
    additional_fields: AdditionalFields = {}


BILLS = Resource(
    vertical="wms",
    name="bills",
    path="/wms/billing",
    id_param="bill_id",
    singular="bill",
    title="Bills",
    event="bill",
    schema_name="WmsBillApiItemSchema",
    record=Bill,
    filters=(filters.text("warehouse_customer_id"),),
    on_demand=True,
)
GET_BILLS = read(BILLS)
