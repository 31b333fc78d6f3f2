"""What an ERP buys: purchase orders, and the receipts of their goods."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract import filters
from crossdock.contract.actions import read, write
from crossdock.contract.bodies import BodyPart, Tags, WriteBody
from crossdock.contract.erp.shapes import (
    Address,
    AddressBody,
    BinAllocationBody,
    LotAllocationBody,
    MovedLineItem,
    NoTags,
    erp_resource,
)
from crossdock.contract.records import AdditionalFields, CreatedDate, ExternalURL, Part, Record, UpdatedDate
from crossdock.contract.values import Timestamp

PurchaseOrderStatus = Literal[
    "pending_approval", "pending_supplier", "open", "partially_received", "received", "closed", "cancelled", "other"
]
ReceiptStatus = Literal["open", "received", "cancelled", "other"]


class PurchaseOrderLineItem(Part, kw_only=True, frozen=True):
    """An item ordered from a vendor."""

    line_item_id: Annotated[
        str, Meta(description="Identifier of the line; receipts name it.", examples=["line_item_id"])
    ]
    item_id: Annotated[str | None, Meta(description="The item; the `id` of the item list.", examples=["item_id"])]
    sku: Annotated[str | None, Meta(description="Stock keeping unit.", examples=["sku"])] = None
    description: Annotated[str | None, Meta(description="Text of the line.", examples=["description"])] = None
    quantity: Annotated[Decimal, Meta(description="Units ordered.", examples=[1])]
    received_quantity: Annotated[Decimal | None, Meta(description="Units received so far.", examples=[0])] = None
    unit_cost: Annotated[
        Decimal | None, Meta(description="Cost of one unit, in the order's currency.", examples=[1])
    ] = None
    tax: Annotated[Decimal | None, Meta(description="Tax on the whole line.", examples=[0.5])] = None
    expected_date: Annotated[
        Timestamp | None, Meta(description="When the units are expected.", examples=["2022-01-01T00:00:00Z"])
    ] = None
    is_closed: Annotated[
        bool, Meta(description="Whether units that are still missing will not come any more.", examples=[False])
    ] = False
    location_id: Annotated[
        str | None, Meta(description="Location the units are ordered for.", examples=["location_id"])
    ] = None


class PurchaseOrder(Record, kw_only=True):
    """An order placed with a vendor."""

    id: Annotated[
        str, Meta(description="The order's identifier in the connected system.", examples=["purchase_order_id"])
    ]
    created_date: CreatedDate
    updated_date: UpdatedDate
    purchase_order_number: Annotated[
        str | None, Meta(description="Number of the order that people use.", examples=["po_number"])
    ] = None
    status: Annotated[PurchaseOrderStatus, Meta(description="How far the order is.", examples=["open"])]
    raw_status: Annotated[
        str | None,
        Meta(
            description="Status in the connected system's words; tells more when `status` is `other`.",
            examples=["raw_status"],
        ),
    ] = None
    vendor_id: Annotated[str | None, Meta(description="Who is to deliver.", examples=["vendor_id"])] = None
    employee_id: Annotated[
        str | None, Meta(description="Who requested the order or has to approve it.", examples=["employee_id"])
    ] = None
    location_id: Annotated[
        str | None, Meta(description="Location the goods are ordered for.", examples=["location_id"])
    ] = None
    order_date: Annotated[
        Timestamp | None, Meta(description="Date of the order.", examples=["2022-01-01T00:00:00Z"])
    ] = None
    expected_date: Annotated[
        Timestamp | None, Meta(description="When the goods are expected.", examples=["2022-01-01T00:00:00Z"])
    ] = None
    currency_code: Annotated[str | None, Meta(description="Currency of every amount.", examples=["USD"])] = None
    total_price: Annotated[
        Decimal | None, Meta(description="Amount to pay in all: costs and taxes.", examples=[13.49])
    ] = None
    bill_to_address: Annotated[Address | None, Meta(description="Where the invoice goes.")] = None
    ship_to_address: Annotated[Address | None, Meta(description="Where the goods go.")] = None
    reference_id: Annotated[
        str | None, Meta(description="Reference from outside the connected system.", examples=["reference_id"])
    ] = None
    memo: Annotated[str | None, Meta(description="Free text.", examples=["Deliver to dock 3"])] = None
    line_items: Annotated[list[PurchaseOrderLineItem], Meta(description="Items ordered.")] = []
    external_system_url: ExternalURL = None
    additional_fields: AdditionalFields = {}


class ReceiptLineItem(MovedLineItem, kw_only=True, frozen=True):
    """Units of one order line that arrived."""


class PurchaseOrderReceipt(Record, kw_only=True):
    """Goods of a purchase order that arrived together."""

    id: Annotated[
        str,
        Meta(description="The receipt's identifier in the connected system.", examples=["purchase_order_receipt_id"]),
    ]
    created_date: CreatedDate
    updated_date: UpdatedDate
    purchase_order_id: Annotated[
        str, Meta(description="The order that the goods belong to.", examples=["purchase_order_id"])
    ]
    receipt_number: Annotated[
        str | None, Meta(description="Number of the receipt that people use.", examples=["receipt_number"])
    ] = None
    status: Annotated[ReceiptStatus | None, Meta(description="How far the receipt is.", examples=["received"])] = None
    raw_status: Annotated[
        str | None, Meta(description="Status in the connected system's words.", examples=["raw_status"])
    ] = None
    received_date: Annotated[
        Timestamp | None, Meta(description="When the goods arrived.", examples=["2022-05-06T01:02:03Z"])
    ] = None
    location_id: Annotated[str | None, Meta(description="Where the goods arrived.", examples=["location_id"])] = None
    vendor_id: Annotated[str | None, Meta(description="Who delivered.", examples=["vendor_id"])] = None
    line_items: Annotated[list[ReceiptLineItem], Meta(description="What arrived.")] = []
    external_system_url: ExternalURL = None
    additional_fields: AdditionalFields = {}
    trackstar_tags: NoTags = None


class PurchaseOrderLineBody(BodyPart, kw_only=True):
    """An item to order."""

    item_id: Annotated[str, Meta(description="The item; the `id` of the item list.", examples=["item_id"])]
    quantity: Annotated[Decimal, Meta(description="Units to order.", examples=[1])]
    unit_cost: Annotated[
        Decimal | UnsetType, Meta(description="Cost of one unit, in the order's currency.", examples=[1])
    ] = UNSET
    location_id: Annotated[
        str | UnsetType, Meta(description="Location to order for, when not the order's.", examples=["location_id"])
    ] = UNSET


class UpdatePurchaseOrderBody(WriteBody, kw_only=True):
    """New values of a purchase order; the line list replaces the old one."""

    vendor_id: Annotated[str | UnsetType, Meta(description="Who is to deliver.", examples=["vendor_id"])] = UNSET
    purchase_order_number: Annotated[
        str | UnsetType, Meta(description="Number of the order.", examples=["po_number"])
    ] = UNSET
    employee_id: Annotated[
        str | UnsetType, Meta(description="Who requests the order or approves it.", examples=["employee_id"])
    ] = UNSET
    location_id: Annotated[
        str | UnsetType, Meta(description="Location the goods are for.", examples=["location_id"])
    ] = UNSET
    order_date: Annotated[
        Timestamp | UnsetType, Meta(description="Date of the order.", examples=["2022-01-01T00:00:00Z"])
    ] = UNSET
    expected_date: Annotated[
        Timestamp | UnsetType, Meta(description="When the goods are expected.", examples=["2022-01-01T00:00:00Z"])
    ] = UNSET
    currency_code: Annotated[str | UnsetType, Meta(description="Currency of every amount.", examples=["USD"])] = UNSET
    bill_to_address: Annotated[AddressBody | UnsetType, Meta(description="Where the invoice goes.")] = UNSET
    ship_to_address: Annotated[AddressBody | UnsetType, Meta(description="Where the goods go.")] = UNSET
    memo: Annotated[str | UnsetType, Meta(description="Free text.", examples=["Deliver to dock 3"])] = UNSET
    line_items: Annotated[list[PurchaseOrderLineBody] | UnsetType, Meta(description="Items to order.")] = UNSET


class CreatePurchaseOrderBody(UpdatePurchaseOrderBody, kw_only=True):
    """A new purchase order."""

    vendor_id: Annotated[str, Meta(description="Who is to deliver.", examples=["vendor_id"])]
    line_items: Annotated[list[PurchaseOrderLineBody], Meta(description="Items to order.")]
    trackstar_tags: Tags | UnsetType = UNSET


class ReceiptLineBody(BodyPart, kw_only=True):
    """Units of one order line that arrived."""

    line_item_id: Annotated[str, Meta(description="The line of the order.", examples=["line_item_id"])]
    quantity: Annotated[Decimal, Meta(description="Units that arrived.", examples=[1])]
    location_id: Annotated[
        str | UnsetType, Meta(description="Where they are put, when not the receipt's location.", examples=["loc_id"])
    ] = UNSET
    lots: Annotated[list[LotAllocationBody] | UnsetType, Meta(description="The units by lot.")] = UNSET
    bins: Annotated[list[BinAllocationBody] | UnsetType, Meta(description="The units by bin.")] = UNSET


class CreateReceiptBody(WriteBody, kw_only=True):
    """Goods that arrived for a purchase order."""

    purchase_order_id: Annotated[
        str, Meta(description="The order that the goods belong to.", examples=["purchase_order_id"])
    ]
    received_date: Annotated[
        Timestamp | UnsetType, Meta(description="When they arrived.", examples=["2022-01-01T00:00:00Z"])
    ] = UNSET
    location_id: Annotated[str | UnsetType, Meta(description="Where they arrived.", examples=["location_id"])] = UNSET
    line_items: Annotated[list[ReceiptLineBody], Meta(description="What arrived.")]


PURCHASE_ORDERS = erp_resource(
    "purchase_orders",
    "purchase_order",
    "Purchase Orders",
    PurchaseOrder,
    filters=(filters.text("status"), filters.text("vendor_id"), filters.text("purchase_order_number")),
)
GET_PURCHASE_ORDERS = read(PURCHASE_ORDERS)
CREATE_PURCHASE_ORDER = write(
    "create_purchase_order",
    "POST",
    "/erp/purchase-orders",
    PURCHASE_ORDERS,
    "Create Purchase Order",
    body=CreatePurchaseOrderBody,
    description="Orders items from a vendor.",
)
UPDATE_PURCHASE_ORDER = write(
    "update_purchase_order",
    "PUT",
    "/erp/purchase-orders/{purchase_order_id}",
    PURCHASE_ORDERS,
    "Update Purchase Order",
    body=UpdatePurchaseOrderBody,
    description="Changes a purchase order; what is left out stays, the line list is replaced as a whole.",
)
CANCEL_PURCHASE_ORDER = write(
    "cancel_purchase_order",
    "PUT",
    "/erp/purchase-orders/{purchase_order_id}/cancel",
    PURCHASE_ORDERS,
    "Cancel Purchase Order",
    description="Calls off a purchase order.",
    takes_body=False,
)
PURCHASE_ORDER_RECEIPTS = erp_resource(
    "purchase_order_receipts",
    "purchase_order_receipt",
    "Purchase Order Receipts",
    PurchaseOrderReceipt,
    id_param="receipt_id",
    filters=(filters.text("purchase_order_id"),),
    taggable=False,
    needs=("purchase_orders",),
)
GET_PURCHASE_ORDER_RECEIPTS = read(PURCHASE_ORDER_RECEIPTS)
CREATE_PURCHASE_ORDER_RECEIPT = write(
    "create_purchase_order_receipt",
    "POST",
    "/erp/purchase-order-receipts",
    PURCHASE_ORDER_RECEIPTS,
    "Create Purchase Order Receipt",
    body=CreateReceiptBody,
    description="Receives goods of a purchase order: stock rises and the order's lines count what arrived.",
)
