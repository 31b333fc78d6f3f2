"""Making a sandbox."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from crossdock.contract.management.shapes import DEPRECATED, closed
from crossdock.contract.operations import API_KEY, Access, Operation, path_parameter
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
