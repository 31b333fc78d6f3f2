"""Making a sandbox, and steps of its life that a warehouse would take by itself."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from crossdock.contract.management.shapes import DEPRECATED, closed
from crossdock.contract.operations import API_KEY, Access, Operation, Parameter, path_parameter
from crossdock.contract.values import VERTICALS, Vertical


class SandboxAnswer(msgspec.Struct, kw_only=True):
    """A connection to a sandbox, ready to use."""

    access_token: Annotated[str, Meta(description="Token of the connection; it does not end.")]
    connection_id: Annotated[str, Meta(description="The connection; the same after each call.")]
    integration_name: Annotated[str, Meta(description="Always `sandbox`.", examples=["sandbox"])]
    customer_id: Annotated[str | None, Meta(description="Your own identifier of the customer.")]
    available_actions: Annotated[list[str], Meta(description="What can be done with it.")]
    available_endpoints: Annotated[
        list[str],
        Meta(description="Deprecated: the same as `available_actions`.", extra_json_schema=DEPRECATED),
    ]


class SimulatedRecord(msgspec.Struct, kw_only=True):
    """A record after a simulated step."""

    data: Annotated[dict[str, Any], Meta(description="The record, as its own read shows it.")]
    id: Annotated[str, Meta(description="Identifier of the record.", examples=["order_id_0"])]
    unused_fields: Annotated[list[str], Meta(description="Fields of a body that had no effect.", examples=[[]])]


SANDBOX_TYPE = path_parameter(
    "integration_type",
    "The vertical of the sandbox.",
    {"type": "string", "enum": list(VERTICALS)},
)
_ANSWER = closed(SandboxAnswer, "ExchangeResponseSandbox")
GENERATE_SANDBOX = Operation(
    method="POST",
    path="/sandbox/generate-sandbox/{integration_type}",
    operation_id="post_POST__sandbox_generate-sandbox_integration_type",
    summary="Generate Sandbox",
    tags=("Sandbox",),
    access=Access.KEY,
    description="Makes the sandbox of a vertical, or puts its data back to the start. Connection and token stay.",
    parameters=(API_KEY, SANDBOX_TYPE),
    answer=_ANSWER,
    statuses=(401, 403, 404, 422, 429),
)
PARTIAL = Parameter(
    "partial",
    "query",
    {"type": "boolean", "default": False},
    "Whether only a part is shipped: one line, or half of the only line.",
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
    parameters=(API_KEY, path_parameter("order_id", "An order of the sandbox."), PARTIAL),
    answer=closed(SimulatedRecord, "SimulatedRecordResponse"),
    statuses=(400, 401, 403, 404, 409, 422, 429, 502, 504),
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
    answer=closed(SimulatedRecord, "SimulatedRecordResponse"),
    statuses=(400, 401, 403, 404, 409, 422, 429, 502),
)
OLDER_VERTICAL: Vertical = "wms"
"""The vertical that the older form without one is about."""
GENERATE_SANDBOX_OLDER = Operation(
    method="POST",
    path="/sandbox/generate-sandbox",
    operation_id="post_generate_sandbox",
    summary="Generate Sandbox (WMS)",
    tags=("Sandbox",),
    access=Access.KEY,
    description="Older form of the call with a vertical; makes the sandbox of a warehouse system.",
    parameters=(API_KEY,),
    answer=_ANSWER,
    statuses=(401, 403, 422, 429),
    deprecated=True,
)
