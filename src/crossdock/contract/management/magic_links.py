"""Links to a hosted page where a customer connects a system."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.forms import Form
from crossdock.contract.management.shapes import Deleted, always, closed
from crossdock.contract.operations import API_KEY, Access, Operation, path_parameter
from crossdock.contract.values import Timestamp, Vertical

DEFAULT_DAYS, MAX_DAYS = 14, 3650
_ALLOW = "Integrations to offer, and no others."
_BLOCK = "Integrations not to offer."
_WITH = "Offer only integrations that can do all of this."
_OFF = "Functions to switch off for the connection, beside those that the organization has switched off."
_ON = "Functions that the organization has switched off and that the connection is to have all the same."


def _about(text: str, example: Any) -> Meta:
    return Meta(description=text, examples=[example])


class MagicLink(msgspec.Struct, kw_only=True):
    """A link to a hosted page where a customer connects a system."""

    id: Annotated[str, _about("The link's identifier.", "c0a4fef52f664ecf9e766c16811c3289")]
    expires_at: Annotated[Timestamp, _about("When it stops working.", "2025-09-17T15:01:41Z")]
    integration_type: Annotated[Vertical, _about("The vertical it offers.", "wms")]
    integration_allow_list: Annotated[list[str] | None, _about(_ALLOW, example=["shipbob"])] = None
    integration_block_list: Annotated[list[str] | None, _about(_BLOCK, example=["extensiv-3pl-central"])] = None
    integrations_with_endpoints: Annotated[list[str] | None, _about(_WITH, ["get_inventory"])] = None
    customer_id: Annotated[str | None, _about("Your own identifier of the customer.", "customer-123")] = None
    url: Annotated[
        str,
        Meta(
            description="The address to send to the customer.",
            examples=["https://example.com/link/magic/c0a4fef52f664ecf9e766c16811c3289"],
            extra_json_schema={"format": "uri"},
        ),
    ] = ""
    connection_id: Annotated[
        str | None,
        _about("The connection it signs in anew; null when it makes one.", "07b344db-0304-4866-9ae1-ac8af5292a28"),
    ] = None
    disabled_functions: Annotated[list[str] | None, _about(_OFF, ["get_returns"])] = None
    enabled_functions: Annotated[list[str] | None, _about(_ON, ["get_bills"])] = None


class CreateMagicLink(msgspec.Struct, kw_only=True):
    """What a new link offers."""

    connection_id: Annotated[
        str | UnsetType | None,
        Meta(description="The connection to sign in anew; then nothing else may be chosen but how long it lasts."),
    ] = UNSET
    integration_allow_list: Annotated[
        list[str] | UnsetType, _about(f"{_ALLOW} Not together with the other two lists.", example=["shipbob"])
    ] = UNSET
    integration_block_list: Annotated[
        list[str] | UnsetType, _about(f"{_BLOCK} Not together with the allow list.", example=["shipbob"])
    ] = UNSET
    integrations_with_endpoints: Annotated[
        list[str] | UnsetType,
        _about(f"{_WITH} Not together with the allow list.", ["get_inventory", "get_products", "create_order"]),
    ] = UNSET
    integration_type: Annotated[
        Vertical | UnsetType,
        Meta(description="The vertical to offer.", examples=["wms"], extra_json_schema={"default": "wms"}),
    ] = UNSET
    link_duration: Annotated[
        int | UnsetType,
        Meta(
            description="Days it works.",
            examples=[7],
            extra_json_schema={"minimum": 1, "maximum": MAX_DAYS, "default": DEFAULT_DAYS},
        ),
    ] = UNSET
    customer_id: Annotated[str | UnsetType | None, _about("Your own identifier of the customer.", "customer_id")] = (
        UNSET
    )
    disabled_functions: Annotated[list[str] | UnsetType, _about(_OFF, ["get_returns"])] = UNSET
    enabled_functions: Annotated[list[str] | UnsetType, _about(_ON, ["get_bills"])] = UNSET


class MagicLinkAnswer(msgspec.Struct, kw_only=True):
    """One link."""

    magic_link: MagicLink


class MagicLinksAnswer(msgspec.Struct, kw_only=True):
    """All links."""

    magic_links: Annotated[list[MagicLink], Meta(description="The links of your organization, oldest first.")]


CREATE_FORM = Form(CreateMagicLink, "CreateMagicLinkRequest")
MAGIC_LINK_ID = path_parameter("magic_link_id", "The link.")

GET_MAGIC_LINKS = Operation(
    method="GET",
    path="/magic-links",
    operation_id="get_get_magic_links_external",
    summary="Get Magic Links",
    tags=("Auth",),
    access=Access.KEY,
    description="Every magic link of your organization, those that have ended included.",
    parameters=(API_KEY,),
    answer=closed(MagicLinksAnswer, "MagicLinksResponseSchema"),
    statuses=(401, 422, 429),
)
CREATE_MAGIC_LINK = Operation(
    method="POST",
    path="/magic-links",
    operation_id="post_create_magic_link_external",
    summary="Create Magic Link",
    tags=("Auth",),
    access=Access.KEY,
    description="A link to send to a customer, who connects a system with it without your application.",
    parameters=(API_KEY,),
    body=CREATE_FORM.schema,
    answer=closed(MagicLinkAnswer, "MagicLinkResponseSchema"),
    statuses=(400, 401, 403, 404, 413, 415, 422, 429),
)
GET_MAGIC_LINK = Operation(
    method="GET",
    path="/magic-links/{magic_link_id}",
    operation_id="get_get_magic_link_external",
    summary="Get Magic Link",
    tags=("Auth",),
    access=Access.KEY,
    description="One magic link.",
    parameters=(API_KEY, MAGIC_LINK_ID),
    answer=closed(MagicLinkAnswer, "MagicLinkResponseSchema"),
    statuses=(401, 404, 422, 429),
)
DELETE_MAGIC_LINK = Operation(
    method="DELETE",
    path="/magic-links/{magic_link_id}",
    operation_id="delete_delete_magic_link_external",
    summary="Delete Magic Link",
    tags=("Auth",),
    access=Access.KEY,
    description="Ends a magic link. Connections made with it stay.",
    parameters=(API_KEY, MAGIC_LINK_ID),
    answer=always(Deleted, "DeleteMagicLinkResponse"),
    statuses=(401, 403, 404, 422, 429),
)
