"""The catalogue of systems that can be connected, and what each can do."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from crossdock.contract.management.shapes import INTEGRATION_TYPE, closed
from crossdock.contract.operations import API_KEY, OPTIONAL_ACCESS_TOKEN, Access, Operation, path_parameter
from crossdock.contract.schemas import JSONSchema


class SpecificFields(msgspec.Struct, kw_only=True):
    """Fields of a write that only this integration has, or whose values depend on the account."""

    type: Annotated[str, Meta(description="Always `object`.", examples=["object"])] = "object"
    properties: Annotated[dict[str, Any], Meta(description="Field to a small schema.")] = {}
    required_fields: Annotated[list[str], Meta(description="Which of them are required.")] = []


class WriteOperation(msgspec.Struct, kw_only=True):
    """A write that an integration supports."""

    action: Annotated[str, Meta(description="The action.", examples=["create_order"])]
    url: Annotated[str, Meta(description="Method and path.", examples=["POST /wms/orders"])]
    required_base_schema_fields: Annotated[
        list[str], Meta(description="Shared fields it requires, as dotted paths.", examples=[["line_items.sku"]])
    ]
    optional_base_schema_fields: Annotated[
        list[str], Meta(description="Shared fields it takes, as dotted paths.", examples=[["order_number"]])
    ]
    integration_specific_fields: SpecificFields


class ListOperation(msgspec.Struct, kw_only=True):
    """A read that an integration supports."""

    action: Annotated[str, Meta(description="The action.", examples=["get_inventory"])]
    url: Annotated[str, Meta(description="Method and path.", examples=["GET /wms/inventory"])]
    implemented_fields: Annotated[
        dict[str, Any],
        Meta(
            description="The record's shape with true where the integration fills the field; a list holds one template "
            "and a map the key `key`.",
            examples=[{"onhand": True, "lots": [{"lot_id": True}]}],
        ),
    ]


class IntegrationInfo(msgspec.Struct, kw_only=True):
    """A system that can be connected."""

    integration_name: Annotated[str, Meta(description="Slug, as used everywhere else.", examples=["shipbob"])]
    display_name: Annotated[str, Meta(description="Its name.", examples=["ShipBob"])]
    install_method: Annotated[
        str, Meta(description="`input` for a form, `oauth` for a sign-in at the system.", examples=["input"])
    ]
    description: Annotated[str, Meta(description="What it is, in one sentence.")]
    logo_url: Annotated[
        str,
        Meta(
            description="Address of its picture.",
            examples=["https://example.com/logo.svg"],
            extra_json_schema={"format": "uri"},
        ),
    ]
    write_operations: Annotated[list[WriteOperation], Meta(description="Writes it supports.")]
    list_operations: Annotated[list[ListOperation], Meta(description="Reads it supports.")]
    available_actions: Annotated[
        list[str], Meta(description="Everything it supports.", examples=[["create_order", "get_inventory"]])
    ]


class IntegrationsAnswer(msgspec.Struct, kw_only=True):
    """Integrations; a single one comes in a list too."""

    data: Annotated[list[IntegrationInfo], Meta(description="The integrations.")]


def _write_info() -> JSONSchema:
    return {
        "type": "object",
        "title": "WriteInfoDocument",
        "properties": {
            "openapi": {"type": "string", "description": "Version of OpenAPI.", "examples": ["3.1.0"]},
            "info": {"type": "object", "description": "Title and version.", "additionalProperties": True},
            "paths": {
                "type": "object",
                "description": "The paths of the writes it supports.",
                "additionalProperties": True,
            },
            "components": {
                "type": "object",
                "title": "WriteInfoComponents",
                "properties": {
                    "schemas": {
                        "type": "object",
                        "description": "The bodies, by name, with the account's values when a token was sent.",
                        "additionalProperties": True,
                    }
                },
                "required": ["schemas"],
                "additionalProperties": False,
            },
        },
        "required": ["components", "openapi", "paths"],
        "additionalProperties": False,
    }


INTEGRATION_NAME = path_parameter("integration_name", "Slug of an integration.")
GET_INTEGRATIONS = Operation(
    method="GET",
    path="/integrations/{integration_type}",
    operation_id="get_get_integrations",
    summary="Integration Info",
    tags=("Integrations",),
    access=Access.KEY,
    description="The systems of one vertical that can be connected. One call a minute.",
    parameters=(API_KEY, INTEGRATION_TYPE),
    answer=closed(IntegrationsAnswer, "IntegrationsResponseSchema"),
    statuses=(401, 404, 422, 429),
)
GET_INTEGRATION = Operation(
    method="GET",
    path="/integrations/{integration_type}/{integration_name}",
    operation_id="get_get_integration",
    summary="Integration Info for Single Integration",
    tags=("Integrations",),
    access=Access.OPTIONAL_TOKEN,
    description="One system, in a list of one. One call a minute.",
    parameters=(API_KEY, OPTIONAL_ACCESS_TOKEN, INTEGRATION_TYPE, INTEGRATION_NAME),
    answer=closed(IntegrationsAnswer, "IntegrationsResponseSchema"),
    statuses=(401, 404, 422, 429),
)
GET_WRITE_INFO = Operation(
    method="GET",
    path="/integrations/{integration_type}/{integration_name}/write-info",
    operation_id="get_get_integration_write_info",
    summary="Integration Write Info",
    tags=("Integrations",),
    access=Access.OPTIONAL_TOKEN,
    description="An OpenAPI document of the writes of one system. The schemas are those that judge a write.",
    parameters=(API_KEY, OPTIONAL_ACCESS_TOKEN, INTEGRATION_TYPE, INTEGRATION_NAME),
    answer=_write_info(),
    statuses=(401, 404, 422, 429),
)
OLD_GET_INTEGRATIONS = Operation(
    method="GET",
    path="/wms/integrations",
    operation_id="get_wms_get_integrations",
    summary="Warehouse Integration Info",
    tags=("Integrations",),
    access=Access.KEY,
    description="Deprecated: an older address of `GET /integrations/wms`.",
    parameters=(API_KEY,),
    answer=closed(IntegrationsAnswer, "IntegrationsResponseSchema"),
    statuses=(401, 422, 429),
    deprecated=True,
)
OLD_GET_INTEGRATION = Operation(
    method="GET",
    path="/wms/integrations/{integration_name}",
    operation_id="get_wms_get_integration",
    summary="Warehouse Integration Info for Single Integration",
    tags=("Integrations",),
    access=Access.OPTIONAL_TOKEN,
    description="Deprecated: an older address of `GET /integrations/wms/{integration_name}`.",
    parameters=(API_KEY, OPTIONAL_ACCESS_TOKEN, INTEGRATION_NAME),
    answer=closed(IntegrationsAnswer, "IntegrationsResponseSchema"),
    statuses=(401, 404, 422, 429),
    deprecated=True,
)
