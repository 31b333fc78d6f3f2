"""How the Selling Partner API is reached, what it allows, and how it refuses. https://developer-docs.amazon.com/sp-api/

What the specifications do not say (marketplaces, hosts, words of refusals, delays) is a constant here, nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from crossdock.contract.errors import VendorRejected
from crossdock.integrations.kit.adapter import VendorMessage
from crossdock.integrations.kit.auth import (
    AuthSession,
    Credentials,
    Token,
    TokenScheme,
    credential,
    form_request,
    read_token,
)
from crossdock.integrations.kit.budget import Rate
from crossdock.integrations.kit.transport import VendorAnswer, VendorRequest

NAME = "Amazon"
LOGIN = "https://api.amazon.com/auth/o2/token"
LIMITS = "https://developer-docs.amazon.com/sp-api/docs/usage-plans-and-rate-limits-in-the-sp-api"

ACCEPTED = "ACCEPTED"
LISTINGS_PER_PAGE, IDENTIFIERS_PER_CALL = 20, 20
LISTINGS_REACH = 1000
"""How many listings one search pages through, however many there are."""
SUMMARIES_PER_CALL = 50
ORDERS_PER_PAGE = 100
SOURCES_PER_PAGE = 10
OLDEST_ORDERS = timedelta(days=730)
"""What is older is not shown, save in a few marketplaces."""
SETTLED_BEFORE = timedelta(minutes=2)
"""The end of a search has to lie so far back."""
PROCESSING = timedelta(minutes=30)
"""How long a change that Amazon has accepted may take until it is shown."""
CLOCK_SLACK = timedelta(minutes=5)
"""How far Amazon's clock may be off ours where its dates are to prove something."""
OTHER_CARRIER = "Other"
# https://developer-docs.amazon.com/sp-api/docs/orders-api-v0-use-case-guide
CARRIERS = (
    "USPS",
    "UPS",
    "FedEx",
    "DHL",
    "DHL eCommerce",
    "OnTrac",
    "Royal Mail",
    "DPD",
    "GLS",
    "Hermes",
    "Canada Post",
)
"""Carriers that Amazon has a code of; any other one is named beside the code `Other`."""

SEARCH_LISTINGS, GET_LISTING, PATCH_LISTING = "searchListingsItems", "getListingsItem", "patchListingsItem"
SUMMARIES, PARTICIPATIONS = "getInventorySummaries", "getMarketplaceParticipations"
SEARCH_ORDERS, GET_ORDER, CONFIRM_SHIPMENT = "searchOrders", "getOrder", "confirmShipment"
CREATE_DOCUMENT, GET_DOCUMENT = "createFeedDocument", "getFeedDocument"
CREATE_FEED, GET_FEEDS = "createFeed", "getFeeds"
RATES: Mapping[str, Rate] = {
    SEARCH_LISTINGS: Rate(5, 1, burst=5),
    GET_LISTING: Rate(5, 1, burst=10),
    PATCH_LISTING: Rate(5, 1, burst=5),
    SUMMARIES: Rate(2, 1, burst=2),
    PARTICIPATIONS: Rate(0.016, 1, burst=15),
    SEARCH_ORDERS: Rate(0.0056, 1, burst=20),
    GET_ORDER: Rate(0.5, 1, burst=30),
    CONFIRM_SHIPMENT: Rate(2, 1, burst=10),
    CREATE_DOCUMENT: Rate(0.5, 1, burst=15),
    GET_DOCUMENT: Rate(0.0222, 1, burst=10),
    CREATE_FEED: Rate(0.0083, 1, burst=15),
    GET_FEEDS: Rate(0.0222, 1, burst=10),
}
"""The usage plans of the operations. That of supply sources names no rate."""

Region = Literal["na", "eu", "fe"]
Country = Literal[
    "US", "CA", "MX", "BR",
    "GB", "IE", "DE", "FR", "IT", "ES", "NL", "BE", "SE", "PL", "TR", "ZA", "EG", "SA", "AE", "IN",
    "JP", "AU", "SG",
]  # fmt: skip


@dataclass(frozen=True)
class Marketplace:
    """One of Amazon's stores. `network` is how listings call the stock in Amazon's own warehouses."""

    id: str
    region: Region
    store: str
    seller_pages: str
    network: str


# https://developer-docs.amazon.com/sp-api/docs/marketplace-ids
MARKETPLACES: Mapping[Country, Marketplace] = {
    "US": Marketplace("ATVPDKIKX0DER", "na", "www.amazon.com", "sellercentral.amazon.com", "AMAZON_NA"),
    "CA": Marketplace("A2EUQ1WTGCTBG2", "na", "www.amazon.ca", "sellercentral.amazon.ca", "AMAZON_NA"),
    "MX": Marketplace("A1AM78C64UM0Y8", "na", "www.amazon.com.mx", "sellercentral.amazon.com.mx", "AMAZON_NA"),
    "BR": Marketplace("A2Q3Y263D00KWC", "na", "www.amazon.com.br", "sellercentral.amazon.com.br", "AMAZON_NA"),
    "GB": Marketplace("A1F83G8C2ARO7P", "eu", "www.amazon.co.uk", "sellercentral.amazon.co.uk", "AMAZON_EU"),
    "IE": Marketplace("A28R8C7NBKEWEA", "eu", "www.amazon.ie", "sellercentral.amazon.ie", "AMAZON_EU"),
    "DE": Marketplace("A1PA6795UKMFR9", "eu", "www.amazon.de", "sellercentral.amazon.de", "AMAZON_EU"),
    "FR": Marketplace("A13V1IB3VIYZZH", "eu", "www.amazon.fr", "sellercentral.amazon.fr", "AMAZON_EU"),
    "IT": Marketplace("APJ6JRA9NG5V4", "eu", "www.amazon.it", "sellercentral.amazon.it", "AMAZON_EU"),
    "ES": Marketplace("A1RKKUPIHCS9HS", "eu", "www.amazon.es", "sellercentral.amazon.es", "AMAZON_EU"),
    "NL": Marketplace("A1805IZSGTT6HS", "eu", "www.amazon.nl", "sellercentral.amazon.nl", "AMAZON_EU"),
    "BE": Marketplace("AMEN7PMS3EDWL", "eu", "www.amazon.com.be", "sellercentral.amazon.com.be", "AMAZON_EU"),
    "SE": Marketplace("A2NODRKZP88ZB9", "eu", "www.amazon.se", "sellercentral.amazon.se", "AMAZON_EU"),
    "PL": Marketplace("A1C3SOZRARQ6R3", "eu", "www.amazon.pl", "sellercentral.amazon.pl", "AMAZON_EU"),
    "TR": Marketplace("A33AVAJ2PDY3EV", "eu", "www.amazon.com.tr", "sellercentral.amazon.com.tr", "AMAZON_EU"),
    "ZA": Marketplace("AE08WJ6YKNBMC", "eu", "www.amazon.co.za", "sellercentral.amazon.co.za", "AMAZON_EU"),
    "EG": Marketplace("ARBP9OOSHTCHU", "eu", "www.amazon.eg", "sellercentral.amazon.eg", "AMAZON_EU"),
    "SA": Marketplace("A17E79C6D8DWNP", "eu", "www.amazon.sa", "sellercentral.amazon.sa", "AMAZON_EU"),
    "AE": Marketplace("A2VIGQ35RCS4UG", "eu", "www.amazon.ae", "sellercentral.amazon.ae", "AMAZON_EU"),
    "IN": Marketplace("A21TJRUUN4KGV", "eu", "www.amazon.in", "sellercentral.amazon.in", "AMAZON_IN"),
    "JP": Marketplace("A1VC38T7YXB528", "fe", "www.amazon.co.jp", "sellercentral.amazon.co.jp", "AMAZON_JP"),
    "AU": Marketplace("A39IBJ37TRP1C6", "fe", "www.amazon.com.au", "sellercentral.amazon.com.au", "AMAZON_AU"),
    "SG": Marketplace("A19VAU5U5O7RUS", "fe", "www.amazon.sg", "sellercentral.amazon.sg", "AMAZON_SG"),
}


class AmazonCredentials(Credentials, kw_only=True, frozen=True):
    """An application that a seller has authorized, and the store that this connection is about."""

    refresh_token: Annotated[
        str,
        credential(
            "Refresh token",
            "Seller Central > Apps and Services > Develop Apps: authorize the application and copy the token.",
            secret=True,
            example="Atzr|...",
        ),
    ]
    client_id: Annotated[
        str,
        credential(
            "LWA client id",
            "Of the application, under 'LWA credentials'.",
            example="amzn1.application-oa2-client.0123456789abcdef",
        ),
    ]
    client_secret: Annotated[str, credential("LWA client secret", "Shown beside the client id.", secret=True)]
    seller_id: Annotated[
        str,
        credential(
            "Seller id",
            "Seller Central > Settings > Account Info > Your Merchant Token.",
            example="A2EXAMPLE7SELLER",
        ),
    ]
    marketplace: Annotated[
        Country, credential("Marketplace", "Country of the store. A seller in several stores connects each.")
    ]


def host(region: Region) -> str:
    """The address of a region's API."""
    return f"https://sellingpartnerapi-{region}.amazon.com"


class LoginWithAmazon(TokenScheme):
    """Trades the refresh token for an access token, which holds for an hour."""

    header = "x-amz-access-token"
    prefix = ""

    async def obtain(self, session: AuthSession, stale: Token | None) -> Token:
        # https://developer-docs.amazon.com/sp-api/docs/connect-to-the-selling-partner-api
        form = {
            "grant_type": "refresh_token",
            "refresh_token": session.text("refresh_token"),
            "client_id": session.text("client_id"),
            "client_secret": session.text("client_secret"),
        }
        return read_token(await session.send(form_request(LOGIN, form)), NAME)

    async def apply(self, request: VendorRequest, session: AuthSession) -> VendorRequest:
        place = MARKETPLACES[session.credentials.marketplace]
        if urlsplit(request.url)[:2] != urlsplit(host(place.region))[:2]:
            # The address of a feed's document proves itself, and leads to a store of files: no place for our token.
            return request
        return await super().apply(request, session)


class Refusal(msgspec.Struct, frozen=True):
    """One of the errors in a refused answer."""

    code: str
    message: str = ""
    details: str | None = None


class _Refused(msgspec.Struct, frozen=True):
    errors: list[Refusal] = []


def refusals(answer: VendorAnswer) -> list[Refusal]:
    """What a refused answer says, where it has the usual shape."""
    try:
        return msgspec.json.decode(answer.body, type=_Refused).errors
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []


def words_of(answer: VendorAnswer) -> VendorMessage | None:
    """Amazon's words in a refusal."""
    found = refusals(answer)
    if not found:
        return None
    first = found[0]
    text = "; ".join(part for part in (first.message, first.details) if part)
    return VendorMessage(text or first.code, first.code)


class _Issue(msgspec.Struct, frozen=True):
    code: str
    message: str
    severity: str


class _Submission(msgspec.Struct, frozen=True, rename="camel"):
    status: str
    submission_id: str
    issues: list[_Issue] = []


def problem_in(answer: VendorAnswer) -> VendorRejected | None:
    """The refusal in an answer about a change of a listing, whose status is that of a success."""
    if b'"submissionId"' not in answer.body:
        return None
    found: _Submission = answer.json(_Submission)
    if found.status == ACCEPTED:
        return None
    errors = [item for item in found.issues if item.severity == "ERROR"]
    said = "; ".join(item.message for item in errors) or f"{NAME} did not accept the change: {found.status}"
    return VendorRejected(said, vendor_code=errors[0].code if errors else None)


def token_ended(answer: VendorAnswer) -> bool:
    """Whether the access token no longer serves; Amazon says so with 403 as well."""
    if answer.status == 401:
        return True
    said = " ".join(f"{item.message} {item.details or ''}" for item in refusals(answer)).lower()
    return answer.status == 403 and "token" in said and any(word in said for word in ("expired", "revoked", "invalid"))


def time_text(moment: datetime) -> str:
    """A time as the API takes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
