"""Ways to send parcels."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from crossdock.contract.actions import read
from crossdock.contract.records import AdditionalFields, CreatedDate, Record, UpdatedDate
from crossdock.contract.resources import Resource


class ShippingMethod(Record, kw_only=True):
    """A service of a carrier that orders can be sent with."""

    id: Annotated[
        str,
        Meta(description="The method's identifier in the connected system.", examples=["shipping_method_id"]),
    ]
    created_date: CreatedDate
    updated_date: UpdatedDate
    name: Annotated[str, Meta(description="Name of the method.", examples=["Priority Overnight"])]
    carrier: Annotated[
        str | None, Meta(description="The carrier's name; older than `carrier_name`.", examples=["FedEx"])
    ] = None
    carrier_id: Annotated[str | None, Meta(description="Identifier of the carrier.", examples=["fedex"])] = None
    carrier_name: Annotated[str | None, Meta(description="Name of the carrier.", examples=["FedEx"])] = None
    additional_fields: AdditionalFields = {}


SHIPPING_METHODS = Resource(
    vertical="wms",
    name="shipping_methods",
    path="/wms/shipping-methods",
    id_param="shipping_method_id",
    singular="shipping_method",
    title="Shipping Methods",
    event="shipping-method",
    schema_name="WmsShippingMethodApiItemSchema",
    record=ShippingMethod,
    sync_seconds=43200,
    full_first_sync=True,
)
GET_SHIPPING_METHODS = read(SHIPPING_METHODS)
