"""Goods on their way to a warehouse: what was announced, and what arrived."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract import filters
from crossdock.contract.actions import read, write
from crossdock.contract.bodies import BodyPart, Tags, WriteBody, at_least_one
from crossdock.contract.records import (
    AdditionalFields,
    CreatedDate,
    ExternalURL,
    Part,
    Record,
    UpdatedDate,
    WarehouseAddress,
)
from crossdock.contract.resources import Resource
from crossdock.contract.statuses import ReceivingStatus
from crossdock.contract.values import Timestamp
from crossdock.contract.wms.products import Supplier

_DEPRECATED = {"deprecated": True}


class InboundShipmentLineItem(Part, kw_only=True, frozen=True):
    """An item that was announced."""

    inventory_item_id: Annotated[
        str, Meta(description="The item; the `id` of the inventory list.", examples=["item_id"])
    ]
    sku: Annotated[str | None, Meta(description="Stock keeping unit.", examples=["sku"])] = None
    expected_quantity: Annotated[int, Meta(description="Units announced.", examples=[2])]
    received_quantity: Annotated[int, Meta(description="Units that arrived so far.", examples=[1])]
    unit_cost: Annotated[
        Decimal | None, Meta(description="What one unit cost, in the account's currency.", examples=[1])
    ] = None
    external_id: Annotated[
        str | None,
        Meta(description="Name of the line in another system, such as the supplier's SKU.", examples=["external_sku"]),
    ] = None


class ReceiptLineItem(Part, kw_only=True, frozen=True):
    """Units of one item that arrived together."""

    inventory_item_id: Annotated[
        str, Meta(description="The item; the `id` of the inventory list.", examples=["item_id"])
    ]
    sku: Annotated[str | None, Meta(description="Stock keeping unit.", examples=["sku"])] = None
    quantity: Annotated[int, Meta(description="Units that arrived.", examples=[1])]


class Receipt(Part, kw_only=True, frozen=True):
    """One arrival of goods."""

    id: Annotated[str, Meta(description="The receipt's identifier in the connected system.", examples=["receipt_id"])]
    arrived_date: Annotated[Timestamp, Meta(description="When the goods arrived.", examples=["2022-10-10T01:02:03Z"])]
    line_items: Annotated[list[ReceiptLineItem], Meta(description="What arrived.")] = []


class InboundShipment(Record, kw_only=True):
    """Goods that somebody sends to a warehouse."""

    id: Annotated[
        str, Meta(description="The inbound shipment's identifier in the connected system.", examples=["inbound_id"])
    ]
    warehouse_customer_id: Annotated[
        str | None,
        Meta(
            description="Merchant that owns the goods, where one system holds several.",
            examples=["warehouse_customer_id"],
        ),
    ] = None
    created_date: CreatedDate
    updated_date: UpdatedDate
    purchase_order_number: Annotated[
        str | None, Meta(description="Number of the order placed with the supplier.", examples=["po_number"])
    ] = None
    status: Annotated[ReceivingStatus, Meta(description="How far it is.", examples=["open"])]
    raw_status: Annotated[
        str | None,
        Meta(
            description="Status in the connected system's words; tells more when `status` is `other`.",
            examples=["raw_status"],
        ),
    ] = None
    supplier: Annotated[
        str | None,
        Meta(description="Deprecated: read `supplier_object`.", examples=["supplier"], extra_json_schema=_DEPRECATED),
    ] = None
    supplier_object: Annotated[Supplier, Meta(description="Who sends the goods.")] = Supplier()
    expected_arrival_date: Annotated[
        Timestamp | None, Meta(description="When it should arrive.", examples=["2022-10-10T01:02:03Z"])
    ] = None
    warehouse_id: Annotated[
        str | None, Meta(description="Warehouse that it goes to.", examples=["warehouse_id123"])
    ] = None
    line_items: Annotated[list[InboundShipmentLineItem], Meta(description="What was announced.")] = []
    receipts: Annotated[
        list[Receipt], Meta(description="What arrived and when; empty until the first goods are there.")
    ] = []
    ship_from_address: Annotated[WarehouseAddress, Meta(description="Where the goods come from.")] = WarehouseAddress()
    tracking_numbers: Annotated[
        list[str], Meta(description="The carriers' numbers.", examples=[["tracking_number_1", "tracking_number_2"]])
    ] = []
    notes: Annotated[list[str], Meta(description="Remarks of people.", examples=[["note_1", "note_2"]])] = []
    external_system_url: ExternalURL = None
    additional_fields: AdditionalFields = {}


class InboundShipmentSupplier(Record, kw_only=True):
    """Who sends goods."""

    id: Annotated[
        str,
        Meta(
            description="The supplier's identifier in the connected system.", examples=["inbound_shipment_supplier_id"]
        ),
    ]
    name: Annotated[
        str | None, Meta(description="The supplier's name.", examples=["inbound_shipment_supplier_name"])
    ] = None
    warehouse_customer_id: Annotated[
        str | None,
        Meta(
            description="Merchant the supplier delivers to, where one system holds several.",
            examples=["warehouse_customer_id"],
        ),
    ] = None
    created_date: CreatedDate
    updated_date: UpdatedDate


class SupplierBody(BodyPart, kw_only=True):
    """Who sends the goods."""

    supplier_id: Annotated[str | UnsetType, Meta(description="The supplier's id.", examples=["supplier_id"])] = UNSET
    supplier_name: Annotated[str | UnsetType, Meta(description="The supplier's name.", examples=["supplier_name"])] = (
        UNSET
    )


SupplierChoice = Annotated[SupplierBody, Meta(description="Who sends the goods, by id or by name."), at_least_one()]


class InboundLineBody(BodyPart, kw_only=True):
    """An item to announce."""

    sku: Annotated[str, Meta(description="SKU of the item.", examples=["sku"])]
    expected_quantity: Annotated[int, Meta(description="Units to announce.", examples=[1], ge=1)]


ExpectedArrival = Annotated[Timestamp, Meta(description="When it should arrive.", examples=["2022-10-10T01:02:03Z"])]
PurchaseOrderNumber = Annotated[
    str, Meta(description="Number of the order placed with the supplier.", examples=["po_number_123"])
]
DeprecatedSupplier = Annotated[
    str,
    Meta(description="Deprecated: send `supplier_object`.", examples=["supplier"], extra_json_schema=_DEPRECATED),
]
ReceivingWarehouse = Annotated[str, Meta(description="Warehouse that it goes to.", examples=["warehouse_id123"])]
TrackingNumber = Annotated[str, Meta(description="The carrier's number.", examples=["tracking_number"])]


class CreateInboundShipmentBody(WriteBody, kw_only=True):
    """Goods to announce to a warehouse."""

    supplier: DeprecatedSupplier | UnsetType = UNSET
    supplier_object: SupplierChoice
    purchase_order_number: PurchaseOrderNumber
    expected_arrival_date: ExpectedArrival
    warehouse_id: ReceivingWarehouse
    tracking_number: TrackingNumber
    line_items: Annotated[list[InboundLineBody], Meta(description="What is sent.")]
    trackstar_tags: Tags | UnsetType = UNSET


class UpdateInboundShipmentBody(WriteBody, kw_only=True):
    """New values of an inbound shipment; the lines replace the old ones."""

    supplier: DeprecatedSupplier | UnsetType = UNSET
    supplier_object: SupplierChoice | UnsetType = UNSET
    purchase_order_number: PurchaseOrderNumber | UnsetType = UNSET
    expected_arrival_date: ExpectedArrival | UnsetType = UNSET
    warehouse_id: ReceivingWarehouse | UnsetType = UNSET
    tracking_number: TrackingNumber | UnsetType = UNSET
    line_items: Annotated[list[InboundLineBody] | UnsetType, Meta(description="What is sent.")] = UNSET
    trackstar_tags: Tags | UnsetType = UNSET


class ReceiptLineBody(BodyPart, kw_only=True):
    """Units of one item that arrived."""

    sku: Annotated[str, Meta(description="SKU of the item.", examples=["item_id"])]
    quantity: Annotated[int, Meta(description="Units that arrived.", examples=[1], ge=1)]


class ReceiveInboundShipmentBody(WriteBody, kw_only=True):
    """Goods that arrived, and where they were put."""

    line_items: Annotated[list[ReceiptLineBody], Meta(description="What arrived.")]
    warehouse_location_id: Annotated[
        str, Meta(description="Storage location the goods were put into.", examples=["location"])
    ]
    warehouse_id: Annotated[str, Meta(description="Warehouse they arrived at.", examples=["warehouse_id123"])]


INBOUND_SHIPMENTS = Resource(
    vertical="wms",
    name="inbound_shipments",
    path="/wms/inbound-shipments",
    id_param="inbound_shipment_id",
    singular="inbound_shipment",
    title="Inbound Shipments",
    event="inbound-shipment",
    schema_name="WmsInboundShipmentApiItemSchema",
    record=InboundShipment,
    filters=(
        filters.text("warehouse_customer_id"),
        filters.text("status"),
        filters.text("warehouse_id"),
        filters.text("purchase_order_number"),
        filters.time("expected_arrival_date"),
    ),
    taggable=True,
    more_events=("receipt.created",),
    on_demand=True,
    needs=("inventory",),
)
GET_INBOUND_SHIPMENTS = read(INBOUND_SHIPMENTS)
CREATE_INBOUND_SHIPMENT = write(
    "create_inbound_shipment",
    "POST",
    "/wms/inbound-shipments",
    INBOUND_SHIPMENTS,
    "Create Inbound Shipment",
    body=CreateInboundShipmentBody,
    description="Announces goods to a warehouse.",
)
UPDATE_INBOUND_SHIPMENT = write(
    "update_inbound_shipment",
    "PUT",
    "/wms/inbound-shipments/{inbound_shipment_id}",
    INBOUND_SHIPMENTS,
    "Update Inbound Shipment",
    body=UpdateInboundShipmentBody,
    description="Changes what was announced.",
)
RECEIVE_INBOUND_SHIPMENT = write(
    "receive_inbound_shipment",
    "PUT",
    "/wms/inbound-shipments/{inbound_shipment_id}/receive",
    INBOUND_SHIPMENTS,
    "Receive Inbound Shipment",
    body=ReceiveInboundShipmentBody,
    operation_id="put_wms_create_receipt",
    description="Takes announced goods into stock, all of them or a part; each call adds one receipt.",
)

INBOUND_SHIPMENT_SUPPLIERS = Resource(
    vertical="wms",
    name="inbound_shipment_suppliers",
    path="/wms/inbound-shipments/suppliers",
    id_param="supplier_id",
    singular="inbound_shipment_supplier",
    title="Inbound Shipment Suppliers",
    event="inbound-shipment",
    schema_name="WmsInboundShipmentSupplierApiItemSchema",
    record=InboundShipmentSupplier,
    filters=(filters.text("warehouse_customer_id"),),
    single=False,
    # The contract has no events of suppliers, and the names above belong to the shipments.
    changes=(),
    full_first_sync=True,
)
GET_INBOUND_SHIPMENT_SUPPLIERS = read(INBOUND_SHIPMENT_SUPPLIERS)
