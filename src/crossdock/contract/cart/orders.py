"""Orders of a shop, what was sent of them, and what was paid back."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract import filters
from crossdock.contract.actions import read, write
from crossdock.contract.bodies import BodyPart, WriteBody
from crossdock.contract.records import (
    AdditionalFields,
    CreatedDate,
    ExternalURL,
    Part,
    Record,
    ShipToAddress,
    UpdatedDate,
)
from crossdock.contract.resources import Resource
from crossdock.contract.statuses import CartOrderStatus
from crossdock.contract.values import Timestamp

FulfilmentStatus = Literal["open", "shipped", "cancelled", "other"]
"""Status of a shipping group and of a shipment."""

RawStatus = Annotated[str | None, Meta(description="Status in the shop's own words.", examples=["raw_status"])]
ShippingMethodID = Annotated[
    str | None, Meta(description="Identifier of the shipping method used.", examples=["shipping_method_id"])
]
ShippingMethodName = Annotated[str | None, Meta(description="Its name.", examples=["Standard Shipping"])]
CarrierID = Annotated[str | None, Meta(description="Identifier of the carrier.", examples=["carrier_id"])]
CarrierName = Annotated[str | None, Meta(description="Name of the carrier.", examples=["Carrier Name"])]
ProductID = Annotated[
    str | None, Meta(description="The variant; an `id` of the product list.", examples=["product_id"])
]
ProductSKU = Annotated[str | None, Meta(description="Stock keeping unit of the variant.", examples=["sku"])]
ParentProductID = Annotated[
    str | None, Meta(description="The product the variant belongs to.", examples=["parent_product_id"])
]
ParentProductSKU = Annotated[
    str | None, Meta(description="Stock keeping unit of that product.", examples=["parent_sku"])
]
OrderLineID = Annotated[str, Meta(description="The line of the order.", examples=["line_item_id"])]
NOT_NEGATIVE = {"minimum": 0}


class BillToAddress(Part, kw_only=True, frozen=True):
    """Who pays, and where the invoice goes."""

    full_name: Annotated[str | None, Meta(description="Name of the payer.", examples=["John Doe"])] = None
    address1: Annotated[str | None, Meta(description="First line of the street address.", examples=["123 Main St"])] = (
        None
    )
    address2: Annotated[str | None, Meta(description="Second line.", examples=["Apt 2"])] = None
    address3: Annotated[str | None, Meta(description="Third line.", examples=["Floor 3"])] = None
    city: Annotated[str | None, Meta(description="City.", examples=["New York"])] = None
    state: Annotated[str | None, Meta(description="State, province or region.", examples=["NY"])] = None
    postal_code: Annotated[str | None, Meta(description="Postal code.", examples=["10001"])] = None
    country: Annotated[str | None, Meta(description="Country as the shop writes it.", examples=["United States"])] = (
        None
    )


class OrderLineItem(Part, kw_only=True, frozen=True):
    """A product ordered."""

    line_item_id: Annotated[str, Meta(description="Identifier of the line.", examples=["line_item_id"])]
    product_id: ProductID = None
    product_sku: ProductSKU = None
    parent_product_id: ParentProductID = None
    parent_product_sku: ParentProductSKU = None
    quantity: Annotated[int, Meta(description="Units ordered.", examples=[1])]
    unit_price: Annotated[
        Decimal | None, Meta(description="Price of one unit, in the order's currency.", examples=[10.99])
    ] = None
    discount: Annotated[Decimal | None, Meta(description="Reduction on the whole line.", examples=[1.5])] = None
    tax: Annotated[Decimal | None, Meta(description="Tax on the whole line.", examples=[0.5])] = None


class ShippingGroupLineItem(Part, kw_only=True, frozen=True):
    """Units of one line in a shipping group."""

    line_item_id: OrderLineID
    product_id: ProductID = None
    product_sku: ProductSKU = None
    parent_product_id: ParentProductID = None
    quantity: Annotated[int, Meta(description="Units in the group.", examples=[1])]


class ShippingGroup(Part, kw_only=True, frozen=True):
    """Lines that the shop wants shipped together from one place."""

    shipping_group_id: Annotated[str, Meta(description="Identifier of the group.", examples=["shipping_group_id"])]
    created_date: Annotated[
        Timestamp | None, Meta(description="When the shop made it.", examples=["2022-01-01T00:00:00Z"])
    ] = None
    updated_date: Annotated[
        Timestamp | None, Meta(description="When the shop last changed it.", examples=["2022-01-02T05:05:05Z"])
    ] = None
    raw_status: RawStatus = None
    status: Annotated[
        FulfilmentStatus | None, Meta(description="Whether the group was sent.", examples=["shipped"])
    ] = None
    warehouse_id: Annotated[
        str | None, Meta(description="Warehouse that is to ship it.", examples=["warehouse_id"])
    ] = None
    line_items: Annotated[list[ShippingGroupLineItem], Meta(description="What is in the group.")] = []


class ShipmentLineItem(Part, kw_only=True, frozen=True):
    """Units of one line in a shipment."""

    line_item_id: Annotated[
        str | None, Meta(description="The line of the order, when the shop says.", examples=["line_item_id"])
    ] = None
    product_id: ProductID = None
    product_sku: ProductSKU = None
    parent_product_id: ParentProductID = None
    parent_product_sku: ParentProductSKU = None
    quantity: Annotated[int, Meta(description="Units shipped.", examples=[1])]


class Shipment(Part, kw_only=True, frozen=True):
    """Goods of an order that left together."""

    shipment_id: Annotated[str, Meta(description="Identifier of the shipment.", examples=["shipment_id"])]
    raw_status: RawStatus = None
    status: Annotated[FulfilmentStatus | None, Meta(description="How far the shipment is.", examples=["shipped"])] = (
        None
    )
    warehouse_id: Annotated[
        str | None, Meta(description="Warehouse the goods left from.", examples=["warehouse_id"])
    ] = None
    shipped_date: Annotated[
        Timestamp | None, Meta(description="When they left.", examples=["2022-05-06T01:02:03Z"])
    ] = None
    shipping_method_id: ShippingMethodID = None
    shipping_method_name: ShippingMethodName = None
    carrier_id: CarrierID = None
    carrier_name: CarrierName = None
    tracking_number: Annotated[
        str | None, Meta(description="The carrier's number of the parcel.", examples=["1Z999AA10123456784"])
    ] = None
    tracking_url: Annotated[
        str | None,
        Meta(description="Page that shows where the parcel is.", examples=["https://www.example.com/tracking"]),
    ] = None
    line_items: Annotated[list[ShipmentLineItem], Meta(description="What was shipped.")] = []


class Order(Record, kw_only=True):
    """What a buyer ordered in a shop. Amounts are in `invoice_currency_code`."""

    id: Annotated[str, Meta(description="The order's identifier in the shop.", examples=["order_id"])]
    order_number: Annotated[str | None, Meta(description="Number shown to the buyer.", examples=["order_number"])] = (
        None
    )
    warehouse_customer_id: Annotated[
        str | None,
        Meta(
            description="Merchant that owns the order, where one system holds several.",
            examples=["warehouse_customer_id"],
        ),
    ] = None
    created_date: CreatedDate
    updated_date: UpdatedDate
    status: Annotated[CartOrderStatus, Meta(description="How far the order is.", examples=["open"])]
    raw_status: Annotated[
        str | None,
        Meta(
            description="Status in the shop's own words; tells more when `status` is `other`.", examples=["raw_status"]
        ),
    ] = None
    requested_shipping_method: Annotated[
        str | None, Meta(description="Shipping method the buyer asked for.", examples=["Standard"])
    ] = None
    shipping_method_id: ShippingMethodID = None
    shipping_method_name: ShippingMethodName = None
    carrier_id: CarrierID = None
    carrier_name: CarrierName = None
    invoice_currency_code: Annotated[
        str | None, Meta(description="Currency of every amount, as in ISO 4217.", examples=["USD"])
    ] = None
    total_price: Annotated[
        Decimal | None, Meta(description="What the buyer pays in all, taxes and shipping included.", examples=[13.49])
    ] = None
    total_tax: Annotated[Decimal | None, Meta(description="Taxes in it.", examples=[1.5])] = None
    total_discount: Annotated[Decimal | None, Meta(description="Reductions in all.", examples=[2.5])] = None
    total_shipping: Annotated[Decimal | None, Meta(description="What the buyer pays for shipping.", examples=[3.5])] = (
        None
    )
    ship_to_address: Annotated[ShipToAddress, Meta(description="Where the goods go.")] = ShipToAddress()
    bill_to_address: Annotated[BillToAddress, Meta(description="Where the invoice goes.")] = BillToAddress()
    earliest_ship_date: Annotated[
        Timestamp | None, Meta(description="Not to be shipped before this.", examples=["2022-10-10T01:02:03Z"])
    ] = None
    latest_ship_date: Annotated[
        Timestamp | None, Meta(description="To be shipped before this.", examples=["2022-10-12T01:02:03Z"])
    ] = None
    line_items: Annotated[list[OrderLineItem], Meta(description="Products ordered.")] = []
    shipping_groups: Annotated[
        list[ShippingGroup], Meta(description="How the shop divides the order among its warehouses.")
    ] = []
    shipments: Annotated[list[Shipment], Meta(description="What was shipped so far; empty on a new order.")] = []
    tags: Annotated[
        list[str],
        Meta(description="The shop's own tags; a keyed tag is written `key:value`.", examples=[["tag_0"]]),
    ] = []
    external_system_url: ExternalURL = None
    additional_fields: AdditionalFields = {}


class CreateOrderShipmentBody(WriteBody, kw_only=True):
    """Goods of an order that were sent. What a shop lets ship beside all that is left is a field of its own."""

    tracking_number: Annotated[
        str | UnsetType, Meta(description="The carrier's number of the parcel.", examples=["1Z999AA10123456784"])
    ] = UNSET
    tracking_url: Annotated[
        str | UnsetType,
        Meta(description="Page that shows where the parcel is.", examples=["https://www.example.com/tracking"]),
    ] = UNSET
    carrier_name: Annotated[str | UnsetType, Meta(description="Name of the carrier.", examples=["Carrier Name"])] = (
        UNSET
    )
    shipping_method_name: Annotated[
        str | UnsetType, Meta(description="Name of the carrier's service.", examples=["Standard Shipping"])
    ] = UNSET


class ShippedLine(BodyPart, kw_only=True):
    """Units of one line that were sent, for systems that ship orders in parts."""

    line_item_id: Annotated[str, Meta(description="The line of the order.", examples=["line_item_id"])]
    quantity: Annotated[int, Meta(description="Units sent.", examples=[1], ge=1)]


class RefundLineItem(BodyPart, kw_only=True):
    """Units of one line to pay back."""

    line_item_id: Annotated[str, Meta(description="The line of the order.", examples=["line_item_id"])]
    quantity: Annotated[int, Meta(description="Units that are paid back.", examples=[1], ge=0)]
    amount: Annotated[
        Decimal | UnsetType,
        Meta(
            description="What is paid back for them; left out, what was paid for them.",
            examples=[10.99],
            extra_json_schema=NOT_NEGATIVE,
        ),
    ] = UNSET
    restock: Annotated[
        bool | UnsetType, Meta(description="Whether the units go back into stock.", examples=[False])
    ] = UNSET


RefundLineItems = Annotated[list[RefundLineItem], Meta(min_length=1)]


class RefundOrderBody(WriteBody, kw_only=True):
    """Money to pay back. A body without lines and amounts pays back everything that is left."""

    line_items: Annotated[
        RefundLineItems | UnsetType, Meta(description="Lines to pay back, in part or as a whole.")
    ] = UNSET
    amount: Annotated[
        Decimal | UnsetType,
        Meta(
            description="What is paid back in all, shipping included.", examples=[13.49], extra_json_schema=NOT_NEGATIVE
        ),
    ] = UNSET
    shipping_amount: Annotated[
        Decimal | UnsetType,
        Meta(description="What of it is paid back for shipping.", examples=[3.5], extra_json_schema=NOT_NEGATIVE),
    ] = UNSET
    reason: Annotated[
        str | UnsetType, Meta(description="Why it is paid back, in a word.", examples=["customer_request"])
    ] = UNSET
    note: Annotated[
        str | UnsetType, Meta(description="A remark that the shop keeps with it.", examples=["Cracked in transit"])
    ] = UNSET


ORDERS = Resource(
    vertical="cart",
    name="orders",
    path="/cart/orders",
    id_param="order_id",
    singular="order",
    title="Orders",
    event="cart-order",
    schema_name="CartOrderApiItemSchema",
    record=Order,
    filters=(
        filters.text("status"),
        filters.text("order_number"),
        filters.text("warehouse_customer_id"),
    ),
    taggable=True,
    more_events=("cart-shipment.created",),
    on_demand=True,
)
GET_ORDERS = read(ORDERS)
CREATE_ORDER_SHIPMENT = write(
    "create_order_shipment",
    "POST",
    "/cart/orders/{order_id}/shipments",
    ORDERS,
    "Create Order Shipment",
    body=CreateOrderShipmentBody,
    description="Tells the shop that goods of an order were sent.",
)
REFUND_ORDER = write(
    "refund_order",
    "POST",
    "/cart/orders/{order_id}/refund",
    ORDERS,
    "Refund Order",
    body=RefundOrderBody,
    description="Pays back an order or part of it.",
)
