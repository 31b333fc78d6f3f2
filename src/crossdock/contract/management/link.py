"""Connecting a customer's system from the browser: the token it starts with, and the code it ends with."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.forms import Form
from crossdock.contract.management.shapes import DEPRECATED, closed
from crossdock.contract.operations import API_KEY, Access, Operation

CustomerID = Annotated[
    str | UnsetType | None,
    Meta(description="Your own identifier of the customer, kept with the connection.", examples=["customer_id"]),
]


class LinkTokenRequest(msgspec.Struct, kw_only=True):
    """What the token is for."""

    connection_id: Annotated[
        str | UnsetType,
        Meta(
            description="The connection to sign in anew; leave out to make a new one.",
            examples=["existing_connection_id"],
        ),
    ] = UNSET
    customer_id: CustomerID = UNSET


class LinkTokenAnswer(msgspec.Struct, kw_only=True):
    """A token for the browser."""

    link_token: Annotated[
        str, Meta(description="Serves for one sign-in within 30 minutes.", examples=["your_link_token"])
    ]


class ExchangeRequest(msgspec.Struct, kw_only=True):
    """The code to trade."""

    auth_code: Annotated[
        str, Meta(description="The code of a sign-in; it serves once, within ten minutes.", examples=["auth_code"])
    ]
    customer_id: CustomerID = UNSET
    connection_id: Annotated[
        str | UnsetType,
        Meta(
            description="Deprecated: name the connection when you ask for the link token.",
            extra_json_schema=DEPRECATED,
        ),
    ] = UNSET


class ExchangeAnswer(msgspec.Struct, kw_only=True):
    """A connection, ready to use."""

    access_token: Annotated[
        str, Meta(description="Token of the connection; it does not end.", examples=["your_permanent_access_token"])
    ]
    connection_id: Annotated[str, Meta(description="The connection.", examples=["unique_connection_id"])]
    integration_name: Annotated[str, Meta(description="Slug of the integration.", examples=["shipbob"])]
    customer_id: Annotated[
        str | None, Meta(description="Your own identifier of the customer.", examples=["customer_id"])
    ]
    available_actions: Annotated[
        list[str], Meta(description="What can be done with it.", examples=[["get_inventory", "get_products"]])
    ]
    available_endpoints: Annotated[
        list[str],
        Meta(description="Deprecated: the same as `available_actions`.", extra_json_schema=DEPRECATED),
    ]


LINK_TOKEN_FORM = Form(LinkTokenRequest, "LinkTokenRequest")
EXCHANGE_FORM = Form(ExchangeRequest, "ExchangeInputSchema")

CREATE_LINK_TOKEN = Operation(
    method="POST",
    path="/link/token",
    operation_id="post_create_link_token",
    summary="Create Link Token",
    tags=("Auth",),
    access=Access.KEY,
    description="A token that lets a browser connect one system. With `connection_id` it signs that connection in "
    "anew: its identifier, token and records stay.",
    parameters=(API_KEY,),
    body=LINK_TOKEN_FORM.schema,
    body_required=False,
    answer=closed(LinkTokenAnswer, "LinkTokenResponseSchema"),
    confidential=True,
    statuses=(400, 401, 403, 404, 413, 415, 422, 429),
)
EXCHANGE_AUTH_CODE = Operation(
    method="POST",
    path="/link/exchange",
    operation_id="post_exchange_auth_code",
    summary="Exchange Auth Code",
    tags=("Auth",),
    access=Access.KEY,
    description="Trades the code of a sign-in for the connection and its access token. The first sync starts with it. "
    "For a sandbox its data is made anew.",
    parameters=(API_KEY,),
    body=EXCHANGE_FORM.schema,
    answer=closed(ExchangeAnswer, "ExchangeResponse"),
    confidential=True,
    statuses=(400, 401, 403, 404, 413, 415, 422, 429),
)
