"""What a carrier charged, line by line."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta

from crossdock.contract import filters
from crossdock.contract.actions import read
from crossdock.contract.records import AdditionalFields, Record
from crossdock.contract.resources import Resource
from crossdock.contract.values import Timestamp


class InvoiceLineItem(Record, kw_only=True):
    """One charge on an invoice. A shipment costs the sum of the charges with its tracking number."""

    id: Annotated[str, Meta(description="The charge's identifier.", examples=["invoice_line_item_id"])]
    created_date: Annotated[
        Timestamp | None,
        Meta(description="When the carrier wrote it down, if it says.", examples=["2022-01-01T00:00:00Z"]),
    ] = None
    updated_date: Annotated[
        Timestamp | None,
        Meta(description="When the carrier last changed it, if it says.", examples=["2022-01-02T05:05:05Z"]),
    ] = None
    transaction_date: Annotated[
        Timestamp | None, Meta(description="When the charge arose.", examples=["2026-03-31T00:00:00Z"])
    ] = None
    account_id: Annotated[
        str | None, Meta(description="Account at the carrier that was charged.", examples=["196946120"])
    ] = None
    invoice_id: Annotated[str | None, Meta(description="Number of the invoice.", examples=["2684030563"])] = None
    tracking_number: Annotated[
        str | None,
        Meta(
            description="The shipment it is for; empty on charges that belong to none.",
            examples=["794612345678"],
        ),
    ] = None
    gross_cost: Annotated[Decimal | None, Meta(description="Amount before discounts.", examples=[40.21])] = None
    net_cost: Annotated[Decimal | None, Meta(description="Amount to pay.", examples=[36.91])] = None
    charge_description: Annotated[str | None, Meta(description="What is charged.", examples=["Fuel Surcharge"])] = None
    invoice_currency_code: Annotated[
        str | None, Meta(description="Currency of the amounts, as in ISO 4217.", examples=["USD"])
    ] = None
    raw: Annotated[
        dict[str, Any] | None,
        Meta(description="The row as the carrier delivers it, by column.", examples=[{"Charge": "Fuel Surcharge"}]),
    ] = None
    additional_fields: AdditionalFields = {}


INVOICE_LINE_ITEMS = Resource(
    vertical="carrier",
    name="invoice_line_items",
    path="/carrier/invoice-line-items",
    id_param="invoice_line_item_id",
    singular="invoice_line_item",
    title="Invoice Line Items",
    event="carrier-invoice-line-item",
    schema_name="CarrierInvoiceLineItemApiItemSchema",
    record=InvoiceLineItem,
    filters=(
        filters.time("transaction_date"),
        filters.text("invoice_id"),
        filters.text("account_id"),
        filters.text("tracking_number"),
    ),
    taggable=True,
    on_demand=True,
    sync_seconds=86400,
)
GET_INVOICE_LINE_ITEMS = read(INVOICE_LINE_ITEMS)
