"""What somebody else does at a connected system, done at a sandbox to try an application on it: a buyer who orders, a
warehouse that ships."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import BodyPart, WriteBody
from crossdock.contract.cart.orders import ORDERS as CART_ORDERS
from crossdock.contract.cart.products import PRODUCTS as CART_PRODUCTS
from crossdock.contract.management.shapes import closed
from crossdock.contract.operations import API_KEY, Access, Operation, Parameter, path_parameter
from crossdock.contract.resources import Resource
from crossdock.contract.schemas import JSONSchema, base_schema
from crossdock.contract.wms.orders import ORDERS as WAREHOUSE_ORDERS
from crossdock.contract.wms.returns import RETURNS

NOT_NEGATIVE = {"minimum": 0}


class SimulatedOrderLine(BodyPart, kw_only=True):
    """A product to order."""

    product_id: Annotated[str, Meta(description="The variant to order.", examples=["product_id_9"])]
    quantity: Annotated[
        Annotated[int, Meta(ge=1, le=1000)] | UnsetType,
        Meta(description="Units to order; left out, one.", examples=[2]),
    ] = UNSET


class SimulatedAddress(BodyPart, kw_only=True):
    """Who orders, and where the goods go. What is left out is that of an invented buyer."""

    full_name: Annotated[str | UnsetType, Meta(description="Name of the buyer.", examples=["John Doe"])] = UNSET
    company: Annotated[str | UnsetType, Meta(description="Company of the buyer.", examples=["Company"])] = UNSET
    address1: Annotated[str | UnsetType, Meta(description="Street address.", examples=["123 Main St"])] = UNSET
    city: Annotated[str | UnsetType, Meta(description="City.", examples=["New York"])] = UNSET
    state: Annotated[str | UnsetType, Meta(description="State, province or region.", examples=["NY"])] = UNSET
    postal_code: Annotated[str | UnsetType, Meta(description="Postal code.", examples=["10001"])] = UNSET
    country: Annotated[str | UnsetType, Meta(description="Country.", examples=["US"])] = UNSET
    phone_number: Annotated[str | UnsetType, Meta(description="Telephone.", examples=["123-456-7890"])] = UNSET
    email_address: Annotated[str | UnsetType, Meta(description="E-mail.", examples=["john.doe@example.com"])] = UNSET


class SimulateCartOrderBody(WriteBody, kw_only=True):
    """Facts of the order; each may be left out. Fields that are not named here have no effect."""

    line_items: Annotated[
        Annotated[list[SimulatedOrderLine], Meta(min_length=1)] | UnsetType,
        Meta(description="What is ordered; left out, one unit of something in stock."),
    ] = UNSET
    ship_to_address: Annotated[
        SimulatedAddress | UnsetType, Meta(description="Who orders, and where the goods go.")
    ] = UNSET
    requested_shipping_method: Annotated[
        str | UnsetType, Meta(description="`Standard` or `Express`; left out, `Standard`.", examples=["Express"])
    ] = UNSET
    paid: Annotated[
        bool | UnsetType, Meta(description="Whether the buyer has paid; left out, yes.", examples=[True])
    ] = UNSET


class SimulateCartProductBody(WriteBody, kw_only=True):
    """Facts of the product; each may be left out. Fields that are not named here have no effect."""

    name: Annotated[str | UnsetType, Meta(description="Name shown to buyers.", examples=["Enamel mug"])] = UNSET
    sku: Annotated[
        str | UnsetType, Meta(description="Stock keeping unit; no other product has it.", examples=["MUG-ENAMEL"])
    ] = UNSET
    gtin: Annotated[str | UnsetType, Meta(description="Global trade item number.", examples=["2000000000176"])] = UNSET
    price: Annotated[
        Decimal | UnsetType, Meta(description="Price of one unit.", examples=[18], extra_json_schema=NOT_NEGATIVE)
    ] = UNSET
    unit_cost: Annotated[
        Decimal | UnsetType, Meta(description="Cost of one unit.", examples=[6.4], extra_json_schema=NOT_NEGATIVE)
    ] = UNSET
    inventory: Annotated[
        Annotated[int, Meta(ge=0, le=1_000_000)] | UnsetType,
        Meta(description="Units in stock, in the first warehouse.", examples=[25]),
    ] = UNSET
    image_url: Annotated[
        str | UnsetType, Meta(description="Address of its picture.", examples=["https://example.com/mug.jpg"])
    ] = UNSET
    tags: Annotated[list[str] | UnsetType, Meta(description="Tags of the shop.", examples=[["new"]])] = UNSET
    categories: Annotated[
        list[str] | UnsetType, Meta(description="Category path from the root.", examples=[["Tableware", "Mugs"]])
    ] = UNSET
    active: Annotated[bool | UnsetType, Meta(description="Whether it can be bought.", examples=[True])] = UNSET


class SimulatedRecord(msgspec.Struct, kw_only=True):
    """The record that came of it."""

    data: Annotated[dict[str, Any], Meta(description="The record, as its own read shows it.")]
    id: Annotated[str, Meta(description="Identifier of the record.", examples=["order_id_0"])]
    unused_fields: Annotated[list[str], Meta(description="Fields of a body that had no effect.", examples=[[]])]


def _request(body: type[WriteBody], title: str) -> JSONSchema:
    return {**base_schema(body), "title": title}


_ANSWER = closed(SimulatedRecord, "SimulatedRecordResponse")
_STATUSES = (400, 401, 403, 404, 409, 415, 422, 429, 502)
SIMULATE_CART_ORDER = Operation(
    method="POST",
    path="/sandbox/simulate/cart/orders",
    operation_id="post_sandbox_simulate_cart_order",
    summary="Sandbox Simulate Cart Order",
    tags=("Sandbox",),
    access=Access.KEY,
    description="Places an order in the shop's sandbox, as a buyer would. It promises stock to the buyer.",
    parameters=(API_KEY,),
    body=_request(SimulateCartOrderBody, "SimulateCartOrderRequest"),
    body_required=False,
    answer=_ANSWER,
    statuses=_STATUSES,
)
SIMULATE_CART_PRODUCT = Operation(
    method="POST",
    path="/sandbox/simulate/cart/products",
    operation_id="post_sandbox_simulate_cart_product",
    summary="Sandbox Simulate Cart Product",
    tags=("Sandbox",),
    access=Access.KEY,
    description="Puts a product with one variant up for sale in the shop's sandbox. The answer is the variant.",
    parameters=(API_KEY,),
    body=_request(SimulateCartProductBody, "SimulateCartProductRequest"),
    body_required=False,
    answer=_ANSWER,
    statuses=_STATUSES,
)

SIMULATE_FULFILL = Operation(
    method="PUT",
    path="/sandbox/simulate/orders/{order_id}/fulfill",
    operation_id="put_sandbox_simulate_fulfill",
    summary="Sandbox Simulate Fulfill",
    tags=("Sandbox",),
    access=Access.KEY,
    description="Ships an order of the warehouse sandbox, or a part of it, as its warehouse would. "
    "Stock, events and records follow as for any other shipment.",
    parameters=(
        API_KEY,
        path_parameter("order_id", "An order of the sandbox."),
        Parameter(
            "partial",
            "query",
            {"type": "boolean", "default": False},
            "Whether only a part is shipped: one line, or half of the only line.",
        ),
    ),
    answer=_ANSWER,
    statuses=_STATUSES,
)
SIMULATE_RECEIVE_RETURN = Operation(
    method="PUT",
    path="/sandbox/simulate/returns/{return_id}/receive",
    operation_id="put_sandbox_simulate_receive_return",
    summary="Sandbox Simulate Receive Return",
    tags=("Sandbox",),
    access=Access.KEY,
    description="Everything of a return arrives in the warehouse sandbox; units go back to stock or to quarantine.",
    parameters=(API_KEY, path_parameter("return_id", "A return of the sandbox.")),
    answer=_ANSWER,
    statuses=_STATUSES,
)


@dataclass(frozen=True)
class Simulation:
    """Something to do at a sandbox in somebody's stead: its operation, the records that come of it, and its body.

    Without a body its path names the record that it happens to, and its query says how.
    """

    operation: Operation
    resource: Resource
    body: type[WriteBody] | None = None

    @property
    def switches(self) -> list[str]:
        """Names of the query's parameters, which are all true or false."""
        return [item.name for item in self.operation.parameters if item.place == "query"]


SIMULATIONS = (
    Simulation(SIMULATE_CART_ORDER, CART_ORDERS, SimulateCartOrderBody),
    Simulation(SIMULATE_CART_PRODUCT, CART_PRODUCTS, SimulateCartProductBody),
    Simulation(SIMULATE_FULFILL, WAREHOUSE_ORDERS),
    Simulation(SIMULATE_RECEIVE_RETURN, RETURNS),
)
