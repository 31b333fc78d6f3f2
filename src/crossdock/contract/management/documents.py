"""Documents about the API itself; anybody may read them."""

from __future__ import annotations

from crossdock.contract.operations import Access, Operation
from crossdock.contract.schemas import JSONSchema


def _document(operation_id: str, name: str, summary: str, description: str) -> Operation:
    answer: JSONSchema = {"type": "object", "description": "The document.", "additionalProperties": True}
    return Operation(
        method="GET",
        path=f"/{name}.json",
        operation_id=operation_id,
        summary=summary,
        tags=("Meta",),
        access=Access.PUBLIC,
        description=description,
        answer=answer,
        statuses=(),
    )


GET_OPENAPI = _document(
    "get_openapi",
    "openapi",
    "OpenAPI Document",
    "The whole API as OpenAPI 3.1, with the variants of every write and the payloads of all webhooks.",
)
GET_POSTMAN = _document(
    "get_postman",
    "postman",
    "Postman Collection",
    "The whole API as a Postman collection that runs against the sandboxes; it needs the API key only.",
)
