"""Every change of stock, one entry each."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from crossdock.contract import filters
from crossdock.contract.actions import read
from crossdock.contract.records import AdditionalFields, CreatedDate, Record, UpdatedDate
from crossdock.contract.resources import Resource
from crossdock.contract.values import Timestamp

LedgerEventType = Literal[
    "adjustment", "return_receipt", "inbound_receipt", "order_shipment", "supplier_return", "movement", "other"
]


class InventoryLedgerEntry(Record, kw_only=True):
    """A change of one item's stock in one place. The entries of an item add up to what is on hand."""

    id: Annotated[str, Meta(description="The entry's identifier in the connected system.", examples=["inv_id"])]
    warehouse_customer_id: Annotated[
        str | None,
        Meta(
            description="Merchant that owns the stock, where one system holds several.",
            examples=["warehouse_customer_id"],
        ),
    ] = None
    created_date: CreatedDate
    updated_date: UpdatedDate
    entry_date: Annotated[Timestamp, Meta(description="When the stock changed.", examples=["2025-01-01T00:00:00Z"])]
    inventory_item_id: Annotated[
        str, Meta(description="The item; the `id` of the inventory list.", examples=["inventory_item_id"])
    ]
    sku: Annotated[str | None, Meta(description="SKU of the item.", examples=["sku"])] = None
    quantity: Annotated[int, Meta(description="Units that came; negative when they left.", examples=[1])]
    raw_event_type: Annotated[
        str | None,
        Meta(description="Kind of change in the connected system's words.", examples=["receipt_into_system"]),
    ] = None
    event_type: Annotated[LedgerEventType, Meta(description="Kind of change.", examples=["inbound_receipt"])]
    reason: Annotated[str | None, Meta(description="Why, where a reason was given.", examples=["reason"])] = None
    object_id: Annotated[
        str | None, Meta(description="Identifier of what caused the change.", examples=["inbound_shipment_id"])
    ] = None
    object_type: Annotated[str | None, Meta(description="Kind of what caused it.", examples=["inbound_shipment"])] = (
        None
    )
    warehouse_id: Annotated[
        str | None, Meta(description="Warehouse the stock changed in.", examples=["source_warehouse_id"])
    ] = None
    location_id: Annotated[
        str | None, Meta(description="Storage location the stock changed in.", examples=["source_location_id"])
    ] = None
    additional_fields: AdditionalFields = {}


INVENTORY_LEDGER = Resource(
    vertical="wms",
    name="inventory_ledger",
    path="/wms/inventory/ledger",
    id_param="ledger_id",
    singular="inventory_ledger_entry",
    title="Inventory Ledger",
    event="inventory_ledger",
    schema_name="WmsInventoryLedgerApiItemSchema",
    record=InventoryLedgerEntry,
    filters=(filters.text("warehouse_customer_id"), filters.text("event_type")),
    single=False,
    on_demand=True,
    needs=("inventory",),
)
GET_INVENTORY_LEDGER = read(INVENTORY_LEDGER)
