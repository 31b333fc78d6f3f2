"""Work done by the people of a warehouse."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from crossdock.contract import filters
from crossdock.contract.actions import read
from crossdock.contract.records import CreatedDate, Record, UpdatedDate
from crossdock.contract.resources import Resource
from crossdock.contract.values import Timestamp

ActivityType = Literal["pick", "pack", "put_away", "transfer", "receive"]
WorkedOn = Literal["order", "inbound_shipment", "return", "inventory"]


class LaborActivity(Record, kw_only=True):
    """One piece of work of one person."""

    id: Annotated[str, Meta(description="The activity's identifier in the connected system.", examples=["id"])]
    warehouse_customer_id: Annotated[
        str | None,
        Meta(
            description="Merchant the work was done for, where one system holds several.",
            examples=["warehouse_customer_id"],
        ),
    ] = None
    created_date: CreatedDate
    updated_date: UpdatedDate
    user_id: Annotated[str, Meta(description="Who did it.", examples=["user_id"])]
    user_first_name: Annotated[str | None, Meta(description="First name.", examples=["user_first_name"])] = None
    user_last_name: Annotated[str | None, Meta(description="Last name.", examples=["user_last_name"])] = None
    warehouse_id: Annotated[str, Meta(description="Warehouse it was done in.", examples=["warehouse"])]
    activity_type: Annotated[ActivityType, Meta(description="Kind of work.", examples=["pick"])]
    activity_start_time: Annotated[Timestamp, Meta(description="When it began.", examples=["2022-01-01T00:00:00Z"])]
    activity_end_time: Annotated[
        Timestamp | None, Meta(description="When it ended; null while it goes on.", examples=["2022-01-01T00:00:00Z"])
    ] = None
    associated_object_type: Annotated[
        WorkedOn | None, Meta(description="Kind of what was worked on.", examples=["order"])
    ] = None
    associated_object_id: Annotated[
        str | None, Meta(description="Identifier of what was worked on.", examples=["associated_object_id"])
    ] = None
    quantity: Annotated[int | None, Meta(description="Units handled.", examples=[1])] = None


LABOR_ACTIVITIES = Resource(
    vertical="wms",
    name="labor_activities",
    path="/wms/labor-activities",
    id_param="labor_activity_id",
    singular="labor_activity",
    title="Labor Activities",
    event="labor_activity",
    schema_name="WmsLaborActivityApiItemSchema",
    record=LaborActivity,
    filters=(
        filters.text("warehouse_customer_id"),
        filters.text("user_id"),
        filters.text("warehouse_id"),
        filters.text("activity_type"),
        filters.text("associated_object_type"),
        filters.text("associated_object_id"),
        filters.time("activity_start_time"),
        filters.time("activity_end_time"),
    ),
)
GET_LABOR_ACTIVITIES = read(LABOR_ACTIVITIES)
