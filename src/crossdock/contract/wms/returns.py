"""Goods that buyers send back."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract import filters
from crossdock.contract.actions import read, write
from crossdock.contract.bodies import BodyPart, Tags, WriteBody
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
from crossdock.contract.statuses import ReceivingStatus
from crossdock.contract.values import Timestamp

_DEPRECATED = {"deprecated": True}


class ReturnLineItem(Part, kw_only=True, frozen=True):
    """An item that comes back."""

    inventory_item_id: Annotated[
        str, Meta(description="The item; the `id` of the inventory list.", examples=["item_id"])
    ]
    sku: Annotated[str | None, Meta(description="Stock keeping unit.", examples=["sku"])] = None
    expected_quantity: Annotated[int | None, Meta(description="Units announced.", examples=[1])] = None
    received_quantity: Annotated[int | None, Meta(description="Units that arrived.", examples=[1])] = None
    restocked_quantity: Annotated[
        int | None, Meta(description="Units of them that can be sold again.", examples=[1])
    ] = None
    return_reason: Annotated[str | None, Meta(description="Why they come back.", examples=["Too Small"])] = None
    quantity: Annotated[
        int,
        Meta(
            description="Deprecated: read `expected_quantity`. Always 0.",
            examples=[0],
            extra_json_schema=_DEPRECATED,
        ),
    ] = 0
    warehouse_id: Annotated[
        str | None,
        Meta(
            description="Deprecated: read it in `shipments`. Always null.",
            examples=["deprecated"],
            extra_json_schema=_DEPRECATED,
        ),
    ] = None
    returned_date: Annotated[
        str | None,
        Meta(
            description="Deprecated: read `arrived_date` in `shipments`. Always null.",
            examples=["deprecated"],
            extra_json_schema=_DEPRECATED,
        ),
    ] = None


class ReceivingDetail(Part, kw_only=True, frozen=True):
    """Units that arrived in one state."""

    quantity: Annotated[int, Meta(description="Units in this state.", examples=[1])]
    condition: Annotated[
        str | None, Meta(description="State of the units in the connected system's words.", examples=["good"])
    ] = None
    disposition: Annotated[
        str | None,
        Meta(description="What was done with them, in the connected system's words.", examples=["restocked"]),
    ] = None


class ReturnShipmentLineItem(Part, kw_only=True, frozen=True):
    """Units of one item in a parcel that comes back."""

    inventory_item_id: Annotated[
        str, Meta(description="The item; the `id` of the inventory list.", examples=["item_id"])
    ]
    sku: Annotated[str | None, Meta(description="Stock keeping unit.", examples=["sku"])] = None
    quantity: Annotated[int, Meta(description="Units sent back.", examples=[4])]
    receiving_details: Annotated[
        list[ReceivingDetail], Meta(description="In which states the units arrived; empty before they do.")
    ] = []


class ReturnShipment(Part, kw_only=True, frozen=True):
    """A parcel that comes back."""

    tracking_number: Annotated[str | None, Meta(description="The carrier's number.", examples=["tracking_number"])] = (
        None
    )
    shipped_date: Annotated[
        Timestamp | None, Meta(description="When the buyer sent it.", examples=["2023-02-03T02:04:06Z"])
    ] = None
    arrived_date: Annotated[
        Timestamp | None, Meta(description="When it arrived.", examples=["2023-02-03T02:04:06Z"])
    ] = None
    warehouse_id: Annotated[str | None, Meta(description="Warehouse it goes to.", examples=["warehouse_id"])] = None
    carrier: Annotated[
        str | None,
        Meta(
            description="Deprecated: read `carrier_id` and `carrier_name`.",
            examples=["carrier"],
            extra_json_schema=_DEPRECATED,
        ),
    ] = None
    carrier_id: Annotated[str | None, Meta(description="Identifier of the carrier.", examples=["carrier_id"])] = None
    carrier_name: Annotated[str | None, Meta(description="Name of the carrier.", examples=["carrier_name"])] = None
    scac: Annotated[str | None, Meta(description="Standard Carrier Alpha Code.", examples=["FDXG"])] = None
    shipping_cost: Annotated[
        Decimal | None, Meta(description="What sending it back costs, in the account's currency.", examples=[1.23])
    ] = None
    measurements: Annotated[Measurements, Meta(description="Size and weight of the parcel.")] = Measurements()
    line_items: Annotated[list[ReturnShipmentLineItem], Meta(description="What is inside.")] = []


class Return(Record, kw_only=True):
    """Goods of an order that come back."""

    id: Annotated[str, Meta(description="The return's identifier in the connected system.", examples=["return_id"])]
    warehouse_customer_id: Annotated[
        str | None,
        Meta(
            description="Merchant that owns the goods, where one system holds several.",
            examples=["warehouse_customer_id"],
        ),
    ] = None
    created_date: CreatedDate
    updated_date: UpdatedDate
    status: Annotated[ReceivingStatus, Meta(description="How far it is.", examples=["open"])]
    raw_status: Annotated[
        str | None,
        Meta(
            description="Status in the connected system's words; tells more when `status` is `other`.",
            examples=["raw_status"],
        ),
    ] = None
    order_id: Annotated[str | None, Meta(description="The order that comes back.", examples=["order_id"])] = None
    notes: Annotated[list[str], Meta(description="Remarks of people.", examples=[["This is a note"]])] = []
    line_items: Annotated[list[ReturnLineItem], Meta(description="What comes back.")] = []
    shipments: Annotated[
        list[ReturnShipment], Meta(description="Parcels on their way back; empty on a new or cancelled return.")
    ] = []
    external_system_url: ExternalURL = None
    additional_fields: AdditionalFields = {}


class ReturnLineBody(BodyPart, kw_only=True):
    """An item that shall come back."""

    sku: Annotated[str, Meta(description="SKU of the item.", examples=["sku"])]
    quantity: Annotated[int, Meta(description="Units that come back.", examples=[1], ge=1)]


ReturnWarehouse = Annotated[str, Meta(description="Warehouse the goods go to.", examples=["warehouse"])]
ReturnedOrder = Annotated[str, Meta(description="The order that comes back.", examples=["order_id"])]


class CreateReturnBody(WriteBody, kw_only=True):
    """Goods of an order to take back."""

    warehouse_id: ReturnWarehouse
    order_id: ReturnedOrder
    line_items: Annotated[list[ReturnLineBody], Meta(description="What comes back.")]
    trackstar_tags: Tags | UnsetType = UNSET


class UpdateReturnBody(WriteBody, kw_only=True):
    """New values of a return; the lines replace the old ones."""

    warehouse_id: ReturnWarehouse | UnsetType = UNSET
    order_id: ReturnedOrder | UnsetType = UNSET
    line_items: Annotated[list[ReturnLineBody] | UnsetType, Meta(description="What comes back.")] = UNSET
    trackstar_tags: Tags | UnsetType = UNSET


RETURNS = Resource(
    vertical="wms",
    name="returns",
    path="/wms/returns",
    id_param="return_id",
    singular="return",
    title="Returns",
    event="return",
    schema_name="WmsReturnApiItemSchema",
    record=Return,
    filters=(filters.text("warehouse_customer_id"), filters.text("status")),
    taggable=True,
    on_demand=True,
    needs=("inventory", "orders"),
)
GET_RETURNS = read(RETURNS)
CREATE_RETURN = write(
    "create_return",
    "POST",
    "/wms/returns",
    RETURNS,
    "Create Return",
    body=CreateReturnBody,
    description="Announces goods of a shipped order that come back.",
)
UPDATE_RETURN = write(
    "update_return",
    "PUT",
    "/wms/returns/{return_id}",
    RETURNS,
    "Update Return",
    body=UpdateReturnBody,
    description="Changes what is to come back.",
)
CANCEL_RETURN = write(
    "cancel_return",
    "PUT",
    "/wms/returns/{return_id}/cancel",
    RETURNS,
    "Cancel Return",
    takes_body=False,
    description="Calls off a return that has not arrived.",
)
