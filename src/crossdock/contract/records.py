"""What every stored record has in common."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from crossdock.contract.values import ENCODER, LengthUnit, Timestamp, WeightUnit

ExternalURL = Annotated[
    str | None,
    Meta(
        description="Page of this record in the connected system, when one can be built.",
        examples=["https://example.com/record/123"],
    ),
]
AdditionalFields = Annotated[
    dict[str, Any],
    Meta(description="Facts of the connected system that have no field of their own.", examples=[{"key": "value"}]),
]
CreatedDate = Annotated[
    Timestamp, Meta(description="When the connected system created it.", examples=["2022-01-01T00:00:00Z"])
]
UpdatedDate = Annotated[
    Timestamp, Meta(description="When the connected system last changed it.", examples=["2022-01-02T05:05:05Z"])
]


class Part(msgspec.Struct, kw_only=True, frozen=True):
    """An object inside a record."""


class Record(msgspec.Struct, kw_only=True):
    """A normalized record as an adapter makes it, without the fields the store adds.

    `id` is the connected system's own identifier, any Unicode text.
    """


class Measurements(Part, kw_only=True, frozen=True):
    """Size and weight of one unit."""

    length: Annotated[Decimal | None, Meta(description="Length, in `unit`.", examples=[1.5])] = None
    width: Annotated[Decimal | None, Meta(description="Width, in `unit`.", examples=[1.5])] = None
    height: Annotated[Decimal | None, Meta(description="Height, in `unit`.", examples=[1.5])] = None
    unit: Annotated[LengthUnit | None, Meta(description="Unit of the three lengths.", examples=["in"])] = None
    weight: Annotated[Decimal | None, Meta(description="Weight, in `weight_unit`.", examples=[2.5])] = None
    weight_unit: Annotated[WeightUnit | None, Meta(description="Unit of the weight.", examples=["lb"])] = None


class WarehouseAddress(Part, kw_only=True, frozen=True):
    """Where a warehouse stands."""

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


class ShipToAddress(Part, kw_only=True, frozen=True):
    """Where the goods go, and to whom."""

    full_name: Annotated[str | None, Meta(description="Name of the recipient.", examples=["John Doe"])] = None
    company: Annotated[str | None, Meta(description="Company of the recipient.", examples=["Company"])] = None
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
    phone_number: Annotated[str | None, Meta(description="Telephone of the recipient.", examples=["123-456-7890"])] = (
        None
    )
    email_address: Annotated[
        str | None, Meta(description="E-mail of the recipient.", examples=["johndoe@example.com"])
    ] = None


def encode_record(record: Record) -> bytes:
    """The adapter's part of a record as JSON; what change detection compares."""
    return ENCODER.encode(record)
