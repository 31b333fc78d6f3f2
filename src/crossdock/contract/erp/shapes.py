"""What several records and write bodies of an ERP share."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import BodyPart
from crossdock.contract.filters import Filter
from crossdock.contract.records import Part, Record
from crossdock.contract.resources import Resource
from crossdock.contract.values import Timestamp


class Address(Part, kw_only=True, frozen=True):
    """A postal address, and whom to ask for there."""

    full_name: Annotated[str | None, Meta(description="Name of the person.", examples=["John Doe"])] = None
    company: Annotated[str | None, Meta(description="Name of the company.", examples=["Company"])] = None
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
    phone_number: Annotated[str | None, Meta(description="Telephone.", examples=["123-456-7890"])] = None
    email_address: Annotated[str | None, Meta(description="E-mail.", examples=["john.doe@example.com"])] = None


class AddressBody(BodyPart, kw_only=True):
    """A postal address; leave out what it does not have."""

    full_name: Annotated[str | UnsetType, Meta(description="Name of the person.", examples=["John Doe"])] = UNSET
    company: Annotated[str | UnsetType, Meta(description="Name of the company.", examples=["Company"])] = UNSET
    address1: Annotated[
        str | UnsetType, Meta(description="First line of the street address.", examples=["123 Main St"])
    ] = UNSET
    address2: Annotated[str | UnsetType, Meta(description="Second line.", examples=["Apt 2"])] = UNSET
    address3: Annotated[str | UnsetType, Meta(description="Third line.", examples=["Floor 3"])] = UNSET
    city: Annotated[str | UnsetType, Meta(description="City.", examples=["New York"])] = UNSET
    state: Annotated[str | UnsetType, Meta(description="State, province or region.", examples=["NY"])] = UNSET
    postal_code: Annotated[str | UnsetType, Meta(description="Postal code.", examples=["10001"])] = UNSET
    country: Annotated[str | UnsetType, Meta(description="Country.", examples=["United States"])] = UNSET
    phone_number: Annotated[str | UnsetType, Meta(description="Telephone.", examples=["123-456-7890"])] = UNSET
    email_address: Annotated[str | UnsetType, Meta(description="E-mail.", examples=["john.doe@example.com"])] = UNSET


class LotAllocation(Part, kw_only=True, frozen=True):
    """Units of a line that belong to one lot."""

    lot_id: Annotated[str | None, Meta(description="Identifier of the lot.", examples=["lot_id_1"])] = None
    quantity: Annotated[Decimal | None, Meta(description="Units of the line in this lot.", examples=[1])] = None
    expiration_date: Annotated[
        Timestamp | None, Meta(description="When the lot expires.", examples=["2022-01-01T00:00:00Z"])
    ] = None
    lot_number: Annotated[str | None, Meta(description="Number printed on the lot.", examples=["LOT-1"])] = None


class BinAllocation(Part, kw_only=True, frozen=True):
    """Units of a line that went into, or came out of, one bin."""

    bin_id: Annotated[str | None, Meta(description="Identifier of the bin.", examples=["bin_id_1"])] = None
    quantity: Annotated[Decimal | None, Meta(description="Units of the line in this bin.", examples=[1])] = None
    lot_id: Annotated[
        str | None, Meta(description="Lot of these units, where lots are kept.", examples=["lot_id_1"])
    ] = None


class MovedLineItem(Part, kw_only=True, frozen=True):
    """Units of one order line that moved."""

    line_item_id: Annotated[str, Meta(description="The line of the order.", examples=["line_item_id"])]
    item_id: Annotated[str | None, Meta(description="The item; the `id` of the item list.", examples=["item_id"])] = (
        None
    )
    sku: Annotated[str | None, Meta(description="Stock keeping unit.", examples=["sku"])] = None
    quantity: Annotated[Decimal, Meta(description="Units that moved.", examples=[1])]
    location_id: Annotated[
        str | None, Meta(description="Where they were put, or taken from.", examples=["location_id"])
    ] = None
    lots: Annotated[list[LotAllocation], Meta(description="The units by lot.")] = []
    bins: Annotated[list[BinAllocation], Meta(description="The units by bin.")] = []


class LotAllocationBody(BodyPart, kw_only=True):
    """Units of a line that belong to one lot. Which of id and number names it depends on the integration."""

    lot_id: Annotated[str | UnsetType, Meta(description="Identifier of the lot.", examples=["lot_id_1"])] = UNSET
    quantity: Annotated[Decimal | UnsetType, Meta(description="Units of the line in this lot.", examples=[1])] = UNSET
    expiration_date: Annotated[
        Timestamp | UnsetType, Meta(description="When the lot expires.", examples=["2030-01-01T00:00:00Z"])
    ] = UNSET
    lot_number: Annotated[str | UnsetType, Meta(description="Number printed on the lot.", examples=["LOT-1"])] = UNSET


class BinAllocationBody(BodyPart, kw_only=True):
    """Units of a line that go into, or come out of, one bin."""

    bin_id: Annotated[str | UnsetType, Meta(description="Identifier of the bin.", examples=["bin_id_1"])] = UNSET
    quantity: Annotated[Decimal | UnsetType, Meta(description="Units of the line in this bin.", examples=[1])] = UNSET
    lot_id: Annotated[
        str | UnsetType, Meta(description="Lot of these units, where lots are kept.", examples=["lot_id_1"])
    ] = UNSET


NoTags = Annotated[
    list[Any] | None,
    Meta(description="Always null: these records take no tags of yours.", examples=[None]),
]
"""The field is published for every record of an ERP, also for those whose tags cannot be set."""


def erp_resource(
    name: str,
    singular: str,
    title: str,
    record: type[Record],
    *,
    id_param: str = "",
    event: str = "",
    filters: tuple[Filter, ...] = (),
    taggable: bool = True,
    needs: tuple[str, ...] = (),
) -> Resource:
    """A resource of an ERP; its address, its event and the name of its schema follow from its name.

    What needs another resource is history, as orders are; everything else is read in full at first.
    """
    return Resource(
        vertical="erp",
        name=name,
        path=f"/erp/{name.replace('_', '-')}",
        id_param=id_param or f"{singular}_id",
        singular=singular,
        title=title,
        event=f"erp-{(event or singular).replace('_', '-')}",
        schema_name=f"Erp{record.__name__}ApiItemSchema",
        record=record,
        filters=filters,
        taggable=taggable,
        full_first_sync=not needs and not name.endswith("_orders"),
        needs=needs,
    )
