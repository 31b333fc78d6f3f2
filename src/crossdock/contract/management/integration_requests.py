"""Asking for a system that cannot be connected yet."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.catalogue import ACTIONS
from crossdock.contract.forms import Form
from crossdock.contract.management.shapes import closed
from crossdock.contract.operations import API_KEY, Access, Operation, Parameter
from crossdock.contract.values import VERTICALS, Timestamp, Vertical


def _about(text: str, example: Any) -> Meta:
    return Meta(description=text, examples=[example])


class IntegrationRequestFlow(msgspec.Struct, kw_only=True):
    """Something a system can be asked to do."""

    flow: Annotated[str, _about("Its name, as in lists of actions.", "get_orders")]
    display_name: Annotated[str, _about("The same for people.", "Read orders")] = ""
    integration_type: Annotated[Vertical, _about("The vertical it belongs to.", "wms")]


class FlowsAnswer(msgspec.Struct, kw_only=True):
    """What can be asked for."""

    data: Annotated[list[IntegrationRequestFlow], Meta(description="The flows, by vertical and name.")]


class CreateIntegrationRequest(msgspec.Struct, kw_only=True):
    """A system that somebody needs."""

    integration_name: Annotated[str, _about("Name of the system.", "Some WMS")]
    integration_type: Annotated[Vertical, _about("Its vertical.", "wms")]
    flows: Annotated[
        list[str] | UnsetType, _about("What it should do, by names of the flows list.", ["get_orders", "create_order"])
    ] = UNSET
    website_url: Annotated[str | UnsetType | None, _about("Its web site.", "https://example.com")] = UNSET
    api_docs_url: Annotated[
        str | UnsetType | None, _about("Where its interface is described.", "https://example.com/docs")
    ] = UNSET
    contact_email: Annotated[str | UnsetType | None, _about("Whom to answer.", "ops@example.com")] = UNSET
    notes: Annotated[str | UnsetType | None, _about("Anything else.", "Several merchants wait for it.")] = UNSET


class IntegrationRequest(msgspec.Struct, kw_only=True):
    """A request as it is kept."""

    id: Annotated[str, _about("The request's identifier.", "c0a4fef52f664ecf9e766c16811c3289")]
    integration_name: Annotated[str, _about("Name of the system.", "Some WMS")]
    integration_type: Annotated[Vertical, _about("Its vertical.", "wms")]
    flows: Annotated[list[str], _about("What it should do.", ["get_orders"])] = []
    status: Annotated[str, _about("`open` until somebody takes it up.", "open")]
    created_at: Annotated[Timestamp, _about("When it was made.", "2023-01-01T00:00:00Z")]


class IntegrationRequestAnswer(msgspec.Struct, kw_only=True):
    """One request."""

    data: IntegrationRequest


def flows(vertical: str | None = None) -> list[IntegrationRequestFlow]:
    """Every action of the contract as something to ask for."""
    found = sorted(ACTIONS, key=lambda action: (VERTICALS.index(action.vertical), action.name))
    return [
        IntegrationRequestFlow(
            flow=action.name, display_name=_display_name(action.name), integration_type=action.vertical
        )
        for action in found
        if vertical in (None, action.vertical)
    ]


def _display_name(name: str) -> str:
    verb, _, noun = name.partition("_")
    return f"{'Read' if verb == 'get' else verb.title()} {noun.replace('_', ' ')}"


REQUEST_FORM = Form(CreateIntegrationRequest, "CreateIntegrationRequest", integration_name={"minLength": 1})
CREATE_INTEGRATION_REQUEST = Operation(
    method="POST",
    path="/integration-requests",
    operation_id="post_create_integration_request",
    summary="Create Integration Request",
    tags=("Integrations",),
    access=Access.KEY,
    description="Notes that you need a system that cannot be connected yet. Whoever runs this server finds it in the "
    "database.",
    parameters=(API_KEY,),
    body=REQUEST_FORM.schema,
    answer=closed(IntegrationRequestAnswer, "IntegrationRequestResponse"),
    statuses=(400, 401, 403, 413, 415, 422, 429),
)
GET_FLOWS = Operation(
    method="GET",
    path="/integration-requests/flows",
    operation_id="get_integration_request_flows",
    summary="Integration Request Flows",
    tags=("Integrations",),
    access=Access.KEY,
    description="What a request may name as flows.",
    parameters=(
        API_KEY,
        Parameter(
            "integration_type",
            "query",
            {"type": "string", "enum": list(VERTICALS), "examples": ["wms"]},
            "Only the flows of this vertical.",
        ),
    ),
    answer=closed(FlowsAnswer, "IntegrationRequestFlowsResponse"),
    statuses=(401, 422, 429),
)
