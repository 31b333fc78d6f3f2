"""How eBay is reached, and how it refuses. https://developer.ebay.com/api-docs/static/oauth-tokens.html

What the specifications do not say (hosts, quotas, codes, addresses of pages) is a constant here, and nowhere else.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from crossdock.integrations.ebay.models import ErrorBody
from crossdock.integrations.kit.adapter import VendorMessage
from crossdock.integrations.kit.auth import (
    AuthSession,
    Credentials,
    Token,
    TokenScheme,
    credential,
    form_request,
    read_token,
    with_header,
)
from crossdock.integrations.kit.budget import Budget, Rate
from crossdock.integrations.kit.transport import VendorAnswer, VendorRequest

NAME = "eBay"
HOSTS = {"production": "https://api.ebay.com", "sandbox": "https://api.sandbox.ebay.com"}
SITES = {"production": "https://www.ebay.com", "sandbox": "https://www.sandbox.ebay.com"}
"""Where people see listings and orders; the site leads on to that of the country."""
TOKEN = "/identity/v1/oauth2/token"  # noqa: S105 - an address
INVENTORY, FULFILLMENT, NOTIFICATION = "/sell/inventory/v1", "/sell/fulfillment/v1", "/commerce/notification/v1"
APPLICATION_PATHS = tuple(f"{NOTIFICATION}/{name}" for name in ("config", "destination", "public_key", "topic"))
"""What belongs to the application, not to a seller, and takes a token of the application itself."""
APPLICATION_SCOPE = "https://api.ebay.com/oauth/api_scope"
_DAY = 24 * 3600
# https://developer.ebay.com/develop/get-started/api-call-limits
BUCKETS = {INVENTORY: "inventory", FULFILLMENT: "fulfillment", NOTIFICATION: "notification"}
BUDGET = Budget(
    math.inf,
    1,
    "https://developer.ebay.com/develop/get-started/api-call-limits",
    buckets={
        "inventory": Rate(2_000_000, _DAY),
        "fulfillment": Rate(100_000, _DAY),
        "notification": Rate(10_000, _DAY),
    },
)
NOT_FOUND = frozenset({"25702", "25705", "25710", "25713", "32100", "34913", "195001", "195002"})
"""Codes that mean that there is no such thing; eBay sends some of them with status 400."""
KEY_LIFE = timedelta(hours=1)
"""How long a public key may be kept. https://developer.ebay.com/api-docs/commerce/notification/overview.html"""
ORDERS_KEPT = timedelta(days=729)
"""How far back orders can be read: eBay keeps them for two years."""


class EbayCredentials(Credentials, kw_only=True, frozen=True):
    """The keys of an application, and the consent that a seller gave it."""

    client_id: Annotated[
        str,
        credential(
            "App ID (client ID)", "developer.ebay.com > Application Keys, of the production keyset.", secret=True
        ),
    ]
    client_secret: Annotated[
        str, credential("Cert ID (client secret)", "Beside the App ID in the same keyset.", secret=True)
    ]
    refresh_token: Annotated[
        str,
        credential(
            "Refresh token",
            "What the seller's consent gave to this application, with the scopes sell.inventory, sell.fulfillment, "
            "sell.finances and commerce.notification.subscription. It holds for 18 months.",
            secret=True,
        ),
    ]
    alert_email: Annotated[
        str,
        credential(
            "Alert e-mail",
            "Where eBay writes when its messages do not arrive. It wants one of every application before the first "
            "message; leave it empty when that was done.",
            example="ops@example.com",
        ),
    ] = ""
    environment: Annotated[
        Literal["production", "sandbox"], credential("Environment", "Which of eBay's systems the keys are of.")
    ] = "production"


class SellerToken(TokenScheme):
    """Trades the refresh token of a seller for an access token of two hours, and asks for one of the application where
    the Notification API takes no other. Those are needed a few times a day and not kept."""

    async def apply(self, request: VendorRequest, session: AuthSession) -> VendorRequest:
        if not urlsplit(request.url).path.startswith(APPLICATION_PATHS):
            return await super().apply(request, session)
        form = {"grant_type": "client_credentials", "scope": APPLICATION_SCOPE}
        token = await _ask(session, form)
        return with_header(request, self.header, f"{self.prefix}{token.access}")

    async def renew(self, session: AuthSession) -> bool:
        # A request with the application's token used none of the seller's.
        return session.used is not None and await super().renew(session)

    async def obtain(self, session: AuthSession, stale: Token | None) -> Token:
        # Without a list of scopes the token may do all that the seller consented to.
        return await _ask(session, {"grant_type": "refresh_token", "refresh_token": session.text("refresh_token")})


async def _ask(session: AuthSession, form: dict[str, str]) -> Token:
    # https://developer.ebay.com/api-docs/static/oauth-refresh-token-request.html
    application = {"user": session.text("client_id"), "password": session.text("client_secret")}
    url = f"{HOSTS[session.text('environment')]}{TOKEN}"
    return read_token(await session.send(form_request(url, form, **application)), NAME)


def words_of(answer: VendorAnswer) -> VendorMessage | None:
    """eBay's words in a refusal."""
    try:
        body = msgspec.json.decode(answer.body, type=ErrorBody)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if not body.errors:
        return None
    return VendorMessage("; ".join(error.words for error in body.errors), str(body.errors[0].error_id))
