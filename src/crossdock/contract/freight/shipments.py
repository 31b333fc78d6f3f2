"""Shipments that a freight forwarder moves."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from crossdock.contract.actions import read
from crossdock.contract.records import AdditionalFields, CreatedDate, ExternalURL, Part, Record, UpdatedDate
from crossdock.contract.resources import Resource
from crossdock.contract.statuses import FreightStatus
from crossdock.contract.values import Timestamp


class FreightAddress(Part, kw_only=True, frozen=True):
    """Where freight begins or ends its way."""

    name: Annotated[str | None, Meta(description="Company or place.", examples=["Kiln & Clay Works"])] = None
    address1: Annotated[str | None, Meta(description="First line of the street address.", examples=["123 Main St"])] = (
        None
    )
    address2: Annotated[str | None, Meta(description="Second line.", examples=["Apt 2"])] = None
    address3: Annotated[str | None, Meta(description="Third line.", examples=["Floor 3"])] = None
    city: Annotated[str | None, Meta(description="City.", examples=["New York"])] = None
    state: Annotated[str | None, Meta(description="State, province or region.", examples=["NY"])] = None
    postal_code: Annotated[str | None, Meta(description="Postal code.", examples=["10001"])] = None
    country: Annotated[
        str | None, Meta(description="Country as the connected system writes it.", examples=["United States"])
    ] = None


class Container(Part, kw_only=True, frozen=True):
    """A container that holds the goods."""

    container_id: Annotated[
        str | None, Meta(description="Identifier in the connected system.", examples=["container_id"])
    ] = None
    container_number: Annotated[
        str | None, Meta(description="Number on its door, as in ISO 6346.", examples=["MSCU1234567"])
    ] = None
    container_type: Annotated[str | None, Meta(description="Size and type.", examples=["40HC"])] = None
    seal_number: Annotated[str | None, Meta(description="Number of the seal on its door.", examples=["SL482911"])] = (
        None
    )


class ShipmentLineItem(Part, kw_only=True, frozen=True):
    """Goods on the way."""

    product_id: Annotated[
        str | None, Meta(description="Identifier of the product, when the forwarder knows it.", examples=["product_id"])
    ] = None
    sku: Annotated[str | None, Meta(description="Stock keeping unit.", examples=["sku"])] = None
    quantity: Annotated[Decimal | None, Meta(description="Units on the way.", examples=[1])] = None
    purchase_order_number: Annotated[
        str | None, Meta(description="Purchase order they were bought with.", examples=["po_number"])
    ] = None


class Shipment(Record, kw_only=True):
    """Goods that move from one address to another under one number."""

    id: Annotated[str, Meta(description="The shipment's identifier in the connected system.", examples=["shipment_id"])]
    created_date: CreatedDate
    updated_date: UpdatedDate
    shipment_number: Annotated[
        str | None, Meta(description="Number shown to people.", examples=["shipment_number"])
    ] = None
    status: Annotated[FreightStatus | None, Meta(description="How far it is.", examples=["in-transit"])] = None
    raw_status: Annotated[
        str | None,
        Meta(
            description="Status in the forwarder's own words; tells more when `status` is `other`.",
            examples=["raw_status"],
        ),
    ] = None
    mode: Annotated[str | None, Meta(description="How it travels.", examples=["ocean"])] = None
    carrier_name: Annotated[
        str | None, Meta(description="Shipping line, airline or haulier of the main leg.", examples=["Carrier Name"])
    ] = None
    scac: Annotated[str | None, Meta(description="Its Standard Carrier Alpha Code.", examples=["MAEU"])] = None
    booking_number: Annotated[
        str | None, Meta(description="Number of the booking at the carrier.", examples=["BKG4820193"])
    ] = None
    bill_of_lading_number: Annotated[
        str | None, Meta(description="Number of the bill of lading or air waybill.", examples=["MAEU482019384"])
    ] = None
    tracking_number: Annotated[
        str | None, Meta(description="Number to follow it with.", examples=["tracking_number"])
    ] = None
    tracking_url: Annotated[
        str | None, Meta(description="Page that shows where it is.", examples=["https://www.example.com/tracking"])
    ] = None
    origin_address: Annotated[FreightAddress | None, Meta(description="Where it begins.")] = None
    destination_address: Annotated[FreightAddress | None, Meta(description="Where it ends.")] = None
    estimated_departure_date: Annotated[
        Timestamp | None, Meta(description="When it is planned to depart.", examples=["2022-01-05T00:00:00Z"])
    ] = None
    actual_departure_date: Annotated[
        Timestamp | None, Meta(description="When it departed.", examples=["2022-01-06T00:00:00Z"])
    ] = None
    estimated_arrival_date: Annotated[
        Timestamp | None,
        Meta(description="When it is to arrive at the last port or airport.", examples=["2022-02-01T00:00:00Z"]),
    ] = None
    actual_arrival_date: Annotated[
        Timestamp | None, Meta(description="When it arrived there.", examples=["2022-02-02T00:00:00Z"])
    ] = None
    containers: Annotated[list[Container], Meta(description="What the goods are packed in.")] = []
    line_items: Annotated[list[ShipmentLineItem], Meta(description="The goods.")] = []
    external_system_url: ExternalURL = None
    additional_fields: AdditionalFields = {}


SHIPMENTS = Resource(
    vertical="freight",
    name="shipments",
    path="/freight/shipments",
    id_param="shipment_id",
    singular="shipment",
    title="Shipments",
    event="freight-shipment",
    schema_name="FreightShipmentApiItemSchema",
    record=Shipment,
    # The contract's record has tags and its list filters by them, so there has to be a way to set them.
    taggable=True,
)
GET_SHIPMENTS = read(SHIPMENTS)
