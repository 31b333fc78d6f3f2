"""Passthrough: a call of the connected system as the caller writes it, with the stored credentials."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.management.shapes import closed
from crossdock.contract.operations import ACCESS_TOKEN, API_KEY, Access, Operation
from crossdock.contract.schemas import JSONSchema
from crossdock.contract.values import Vertical

ACTION = "passthrough"
"""What a 501 calls it."""
BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})
OWN_HEADERS = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that say how the message travels; they are not the caller's to set."""


class PassthroughRequest(msgspec.Struct, kw_only=True):
    """A call of the connected system."""

    method: Annotated[
        Literal["GET", "POST", "PUT", "PATCH", "DELETE"], Meta(description="HTTP method.", examples=["GET"])
    ]
    path: Annotated[
        str,
        Meta(
            description="Path at the connected system, after the base address of its API. It goes out exactly as "
            "written, so percent-encode what has to be.",
            examples=["/v1/account"],
        ),
    ]
    data: Annotated[
        Any | UnsetType,
        Meta(description="JSON body; used with POST, PUT and PATCH only.", examples=[{"name": "Test"}]),
    ] = UNSET
    headers: Annotated[
        dict[str, Annotated[str, Meta(description="Value of the header.")]],
        Meta(
            description="More headers. One that is also set by the stored credentials replaces theirs.",
            examples=[{"X-Extra": "value"}],
        ),
    ] = {}
    params: Annotated[
        dict[str, Any],
        Meta(description="Query parameters, added to those of the path. A list repeats one.", examples=[{"page": "1"}]),
    ] = {}


class PassthroughAnswer(msgspec.Struct, kw_only=True):
    """What the connected system answered."""

    status_code: Annotated[int, Meta(description="Its status.", examples=[200])]
    headers: Annotated[
        dict[str, str],
        Meta(
            description="Its headers, in lower case, less cookies and secrets.",
            examples=[{"content-type": "application/json"}],
        ),
    ]
    body: Annotated[
        Any,
        Meta(
            description="Its body: JSON as it was sent, otherwise a text; bytes that are no text come in base64. Null "
            "when there was none.",
            examples=[{"id": "1"}],
        ),
    ]


def _request() -> JSONSchema:
    schema = closed(PassthroughRequest, "PassthroughRequest")
    fields = schema["properties"]
    fields["path"]["pattern"] = r'^/[!"$-~]*$'
    fields["data"] = {name: value for name, value in fields["data"].items() if name != "type"}
    fields["headers"]["propertyNames"] = {"pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"}
    fields["headers"]["additionalProperties"]["pattern"] = "^[ -~]*$"
    scalar = {"type": ["string", "number", "boolean", "null"]}
    fields["params"]["additionalProperties"] = {"anyOf": [scalar, {"type": "array", "items": scalar}]}
    return schema


def _operation(vertical: Vertical, title: str) -> Operation:
    return Operation(
        method="POST",
        path=f"/{vertical}/passthrough",
        operation_id=f"post_{vertical}_passthrough",
        summary=f"{title} Passthrough",
        tags=(vertical, "Passthrough"),
        access=Access.TOKEN,
        description="Calls the connected system with the stored credentials. Once the call went out the answer is 200, "
        "with the system's own status in `status_code`. Nothing is normalized, stored or announced, and an "
        "`Idempotency-Key` has no effect.",
        parameters=(API_KEY, ACCESS_TOKEN),
        body=_request(),
        answer=closed(PassthroughAnswer, "PassthroughResponse"),
        statuses=(400, 401, 403, 413, 415, 422, 429, 501, 502),
        confidential=True,
    )


WMS_PASSTHROUGH = _operation("wms", "WMS")
CART_PASSTHROUGH = _operation("cart", "Cart")
PASSTHROUGHS = (WMS_PASSTHROUGH, CART_PASSTHROUGH)
