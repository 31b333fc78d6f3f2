"""What an ERP sells: sales orders, and the shipments of their goods."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract import filters
from crossdock.contract.actions import read, write
from crossdock.contract.bodies import BodyPart, MeasurementsBody, Tags, WriteBody
from crossdock.contract.erp.shapes import (
    Address,
    AddressBody,
    BinAllocationBody,
    LotAllocationBody,
    MovedLineItem,
    NoTags,
    erp_resource,
)
from crossdock.contract.records import (
    AdditionalFields,
    CreatedDate,
    ExternalURL,
    Measurements,
    Part,
    Record,
    UpdatedDate,
)
from crossdock.contract.values import Timestamp

SalesOrderStatus = Literal[
    "pending_approval", "open", "partially_fulfilled", "fulfilled", "closed", "cancelled", "other"
]
ShipmentStatus = Literal["open", "shipped", "cancelled", "other"]


class SalesOrderLineItem(Part, kw_only=True, frozen=True):
    """An item sold."""

    line_item_id: Annotated[
        str, Meta(description="Identifier of the line; shipments name it.", examples=["line_item_id"])
    ]
    item_id: Annotated[str | None, Meta(description="The item; the `id` of the item list.", examples=["item_id"])]
    sku: Annotated[str | None, Meta(description="Stock keeping unit.", examples=["sku"])] = None
    description: Annotated[str | None, Meta(description="Text of the line.", examples=["description"])] = None
    quantity: Annotated[Decimal, Meta(description="Units ordered.", examples=[1])]
    fulfilled_quantity: Annotated[Decimal | None, Meta(description="Units shipped so far.", examples=[0])] = None
    unit_price: Annotated[
        Decimal | None, Meta(description="Price of one unit, in the order's currency.", examples=[10.99])
    ] = None
    discount: Annotated[Decimal | None, Meta(description="Reduction on the whole line.", examples=[1.5])] = None
    tax: Annotated[Decimal | None, Meta(description="Tax on the whole line.", examples=[0.5])] = None
    is_closed: Annotated[
        bool, Meta(description="Whether units that are still missing will not be shipped any more.", examples=[False])
    ] = False
    location_id: Annotated[
        str | None, Meta(description="Location that is to ship the units.", examples=["location_id"])
    ] = None


class SalesOrder(Record, kw_only=True):
    """An order of a customer."""

    id: Annotated[str, Meta(description="The order's identifier in the connected system.", examples=["sales_order_id"])]
    created_date: CreatedDate
    updated_date: UpdatedDate
    order_number: Annotated[
        str | None, Meta(description="Number of the order that people use.", examples=["order_number"])
    ] = None
    status: Annotated[SalesOrderStatus, Meta(description="How far the order is.", examples=["open"])]
    raw_status: Annotated[
        str | None,
        Meta(
            description="Status in the connected system's words; tells more when `status` is `other`.",
            examples=["raw_status"],
        ),
    ] = None
    customer_id: Annotated[str | None, Meta(description="Who buys.", examples=["customer_id"])] = None
    location_id: Annotated[
        str | None, Meta(description="Location that ships, where a line names none.", examples=["location_id"])
    ] = None
    employee_id: Annotated[str | None, Meta(description="Who looks after the order.", examples=["employee_id"])] = None
    order_date: Annotated[
        Timestamp | None, Meta(description="Date of the order.", examples=["2022-01-01T00:00:00Z"])
    ] = None
    required_ship_date: Annotated[
        Timestamp | None, Meta(description="When it has to leave at the latest.", examples=["2022-01-05T00:00:00Z"])
    ] = None
    currency_code: Annotated[str | None, Meta(description="Currency of every amount.", examples=["USD"])] = None
    subtotal: Annotated[
        Decimal | None, Meta(description="Sum of the lines before reductions, taxes and shipping.", examples=[10.99])
    ] = None
    total_tax: Annotated[Decimal | None, Meta(description="Taxes in all.", examples=[1.5])] = None
    total_discount: Annotated[Decimal | None, Meta(description="Reductions in all.", examples=[2.5])] = None
    total_shipping: Annotated[Decimal | None, Meta(description="What the buyer pays for shipping.", examples=[3.5])] = (
        None
    )
    total_price: Annotated[Decimal | None, Meta(description="Amount to pay in all.", examples=[13.49])] = None
    bill_to_address: Annotated[Address | None, Meta(description="Where the invoice goes.")] = None
    ship_to_address: Annotated[Address | None, Meta(description="Where the goods go.")] = None
    reference_id: Annotated[
        str | None, Meta(description="Reference from outside the connected system.", examples=["reference_id"])
    ] = None
    memo: Annotated[str | None, Meta(description="Free text.", examples=["Call before delivery"])] = None
    line_items: Annotated[list[SalesOrderLineItem], Meta(description="Items sold.")] = []
    external_system_url: ExternalURL = None
    additional_fields: AdditionalFields = {}


class SalesOrderShipmentLineItem(MovedLineItem, kw_only=True, frozen=True):
    """Units of one order line that left."""


class ShipmentPackage(Part, kw_only=True, frozen=True):
    """One parcel of a shipment."""

    package_id: Annotated[str | None, Meta(description="Identifier of the parcel.", examples=["package_id"])] = None
    tracking_number: Annotated[
        str | None, Meta(description="The carrier's number of the parcel.", examples=["tracking_number"])
    ] = None
    tracking_url: Annotated[
        str | None,
        Meta(description="Page that shows where the parcel is.", examples=["https://example.com/track/1"]),
    ] = None
    carrier_name: Annotated[str | None, Meta(description="Who carries it.", examples=["Carrier Name"])] = None
    measurements: Annotated[Measurements | None, Meta(description="Size and weight of the parcel.")] = None


class SalesOrderShipment(Record, kw_only=True):
    """Goods of a sales order that left together."""

    id: Annotated[
        str,
        Meta(description="The shipment's identifier in the connected system.", examples=["sales_order_shipment_id"]),
    ]
    created_date: CreatedDate
    updated_date: UpdatedDate
    sales_order_id: Annotated[str, Meta(description="The order that the goods belong to.", examples=["sales_order_id"])]
    shipment_number: Annotated[
        str | None, Meta(description="Number of the shipment that people use.", examples=["shipment_number"])
    ] = None
    status: Annotated[ShipmentStatus | None, Meta(description="How far the shipment is.", examples=["shipped"])] = None
    raw_status: Annotated[
        str | None, Meta(description="Status in the connected system's words.", examples=["raw_status"])
    ] = None
    shipped_date: Annotated[Timestamp | None, Meta(description="When it left.", examples=["2022-05-06T01:02:03Z"])] = (
        None
    )
    location_id: Annotated[str | None, Meta(description="Where it left from.", examples=["location_id"])] = None
    carrier_name: Annotated[str | None, Meta(description="Who carries it.", examples=["Carrier Name"])] = None
    shipping_method_name: Annotated[
        str | None, Meta(description="Service that carries it.", examples=["Standard Shipping"])
    ] = None
    line_items: Annotated[list[SalesOrderShipmentLineItem], Meta(description="What left.")] = []
    packages: Annotated[list[ShipmentPackage], Meta(description="Its parcels.")] = []
    external_system_url: ExternalURL = None
    additional_fields: AdditionalFields = {}
    trackstar_tags: NoTags = None


class SalesOrderLineBody(BodyPart, kw_only=True):
    """An item to sell."""

    item_id: Annotated[str, Meta(description="The item; the `id` of the item list.", examples=["item_id"])]
    quantity: Annotated[Decimal, Meta(description="Units to sell.", examples=[1])]
    unit_price: Annotated[
        Decimal | UnsetType, Meta(description="Price of one unit, in the order's currency.", examples=[10.99])
    ] = UNSET
    location_id: Annotated[
        str | UnsetType, Meta(description="Location that is to ship, when not the order's.", examples=["location_id"])
    ] = UNSET


class UpdateSalesOrderBody(WriteBody, kw_only=True):
    """New values of a sales order; the line list replaces the old one."""

    customer_id: Annotated[str | UnsetType, Meta(description="Who buys.", examples=["customer_id"])] = UNSET
    order_number: Annotated[str | UnsetType, Meta(description="Number of the order.", examples=["order_number"])] = (
        UNSET
    )
    location_id: Annotated[
        str | UnsetType,
        Meta(description="Location that ships, where a line names none.", examples=["location_id"]),
    ] = UNSET
    order_date: Annotated[
        Timestamp | UnsetType, Meta(description="Date of the order.", examples=["2022-01-01T00:00:00Z"])
    ] = UNSET
    required_ship_date: Annotated[
        Timestamp | UnsetType,
        Meta(description="When it has to leave at the latest.", examples=["2022-01-01T00:00:00Z"]),
    ] = UNSET
    currency_code: Annotated[str | UnsetType, Meta(description="Currency of every amount.", examples=["USD"])] = UNSET
    bill_to_address: Annotated[AddressBody | UnsetType, Meta(description="Where the invoice goes.")] = UNSET
    ship_to_address: Annotated[AddressBody | UnsetType, Meta(description="Where the goods go.")] = UNSET
    memo: Annotated[str | UnsetType, Meta(description="Free text.", examples=["Call before delivery"])] = UNSET
    line_items: Annotated[list[SalesOrderLineBody] | UnsetType, Meta(description="Items to sell.")] = UNSET


class CreateSalesOrderBody(UpdateSalesOrderBody, kw_only=True):
    """A new sales order."""

    customer_id: Annotated[str, Meta(description="Who buys.", examples=["customer_id"])]
    line_items: Annotated[list[SalesOrderLineBody], Meta(description="Items to sell.")]
    trackstar_tags: Tags | UnsetType = UNSET


class ShipmentLineBody(BodyPart, kw_only=True):
    """Units of one order line that leave."""

    line_item_id: Annotated[str, Meta(description="The line of the order.", examples=["line_item_id"])]
    quantity: Annotated[Decimal, Meta(description="Units that leave.", examples=[1])]
    location_id: Annotated[
        str | UnsetType,
        Meta(description="Where they are taken from, when not the shipment's location.", examples=["location_id"]),
    ] = UNSET
    lots: Annotated[list[LotAllocationBody] | UnsetType, Meta(description="The units by lot.")] = UNSET
    bins: Annotated[list[BinAllocationBody] | UnsetType, Meta(description="The units by bin.")] = UNSET


class ShipmentPackageBody(BodyPart, kw_only=True):
    """One parcel of a shipment."""

    tracking_number: Annotated[
        str | UnsetType, Meta(description="The carrier's number of the parcel.", examples=["tracking_number"])
    ] = UNSET
    measurements: Annotated[MeasurementsBody | UnsetType, Meta(description="Size and weight of the parcel.")] = UNSET


class CreateShipmentBody(WriteBody, kw_only=True):
    """Goods of a sales order that leave."""

    sales_order_id: Annotated[str, Meta(description="The order that the goods belong to.", examples=["sales_order_id"])]
    shipped_date: Annotated[
        Timestamp | UnsetType, Meta(description="When they left.", examples=["2022-05-06T01:02:03Z"])
    ] = UNSET
    location_id: Annotated[str | UnsetType, Meta(description="Where they leave from.", examples=["location_id"])] = (
        UNSET
    )
    carrier_name: Annotated[str | UnsetType, Meta(description="Who carries them.", examples=["Carrier Name"])] = UNSET
    shipping_method_name: Annotated[
        str | UnsetType, Meta(description="Service that carries them.", examples=["Standard Shipping"])
    ] = UNSET
    line_items: Annotated[list[ShipmentLineBody], Meta(description="What leaves.")]
    packages: Annotated[list[ShipmentPackageBody] | UnsetType, Meta(description="The parcels.")] = UNSET


SALES_ORDERS = erp_resource(
    "sales_orders",
    "sales_order",
    "Sales Orders",
    SalesOrder,
    filters=(filters.text("status"), filters.text("customer_id"), filters.text("order_number")),
)
GET_SALES_ORDERS = read(SALES_ORDERS)
CREATE_SALES_ORDER = write(
    "create_sales_order",
    "POST",
    "/erp/sales-orders",
    SALES_ORDERS,
    "Create Sales Order",
    body=CreateSalesOrderBody,
    description="Takes an order of a customer.",
)
UPDATE_SALES_ORDER = write(
    "update_sales_order",
    "PUT",
    "/erp/sales-orders/{sales_order_id}",
    SALES_ORDERS,
    "Update Sales Order",
    body=UpdateSalesOrderBody,
    description="Changes a sales order; what is left out stays, the line list is replaced as a whole.",
)
CANCEL_SALES_ORDER = write(
    "cancel_sales_order",
    "PUT",
    "/erp/sales-orders/{sales_order_id}/cancel",
    SALES_ORDERS,
    "Cancel Sales Order",
    description="Calls off a sales order; the stock promised to it is free again.",
    takes_body=False,
)
SALES_ORDER_SHIPMENTS = erp_resource(
    "sales_order_shipments",
    "sales_order_shipment",
    "Sales Order Shipments",
    SalesOrderShipment,
    id_param="shipment_id",
    filters=(filters.text("sales_order_id"),),
    taggable=False,
    needs=("sales_orders",),
)
GET_SALES_ORDER_SHIPMENTS = read(SALES_ORDER_SHIPMENTS)
CREATE_SALES_ORDER_SHIPMENT = write(
    "create_sales_order_shipment",
    "POST",
    "/erp/sales-order-shipments",
    SALES_ORDER_SHIPMENTS,
    "Create Sales Order Shipment",
    body=CreateShipmentBody,
    description="Ships goods of a sales order: stock falls and the order's lines count what left.",
)
