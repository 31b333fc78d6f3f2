"""Making a sandbox, and moving its records on as people in the warehouse would."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from crossdock.contract.management.shapes import DEPRECATED, closed
from crossdock.contract.operations import API_KEY, Access, Operation, path_parameter
from crossdock.contract.resources import Resource
from crossdock.contract.schemas import JSONSchema
from crossdock.contract.values import VERTICALS
from crossdock.contract.wms.returns import RETURNS


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


SANDBOX_TYPE = path_parameter(
    "integration_type",
    "The vertical of the sandbox.",
    {"type": "string", "enum": list(VERTICALS)},
)
GENERATE_SANDBOX = Operation(
    method="POST",
    path="/sandbox/generate-sandbox/{integration_type}",
    operation_id="post_POST__sandbox_generate-sandbox_integration_type",
    summary="Generate Sandbox",
    tags=("Sandbox",),
    access=Access.KEY,
    description="Makes the sandbox of a vertical, or puts its data back to the start. Connection and token stay.",
    parameters=(API_KEY, SANDBOX_TYPE),
    answer=closed(SandboxAnswer, "ExchangeResponseSandbox"),
    statuses=(401, 403, 404, 422, 429),
)


def simulated(resource: Resource) -> JSONSchema:
    """The answer of a simulated step: the record after it."""
    texts = {"type": "array", "items": {"type": "string", "description": "Name of a field."}}
    return {
        "type": "object",
        "title": "SimulatedRecordResponse",
        "properties": {
            "data": {"$ref": f"#/components/schemas/{resource.schema_name}"},
            "id": {"type": "string", "description": "Identifier of the record.", "examples": [resource.id_param]},
            "unused_fields": {**texts, "description": "Always empty; here because writes have it."},
        },
        "required": ["data", "id", "unused_fields"],
        "additionalProperties": False,
    }


SIMULATE_RECEIVE_RETURN = Operation(
    method="PUT",
    path="/sandbox/simulate/returns/{return_id}/receive",
    operation_id="put_sandbox_simulate_receive_return",
    summary="Sandbox Simulate Receive Return",
    tags=("Sandbox",),
    access=Access.KEY,
    description="Everything of a return arrives in the organization's warehouse sandbox; units go back to stock or to "
    "quarantine.",
    parameters=(API_KEY, path_parameter("return_id", "A return of the sandbox.")),
    answer=simulated(RETURNS),
    statuses=(401, 403, 404, 409, 422, 429),
)
