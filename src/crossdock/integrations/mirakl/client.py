"""How a marketplace is reached, how often it may be asked, and how it refuses."""

from __future__ import annotations

import math
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from crossdock.contract.errors import InvalidBody
from crossdock.integrations.kit.adapter import VendorMessage
from crossdock.integrations.kit.auth import Credentials, credential
from crossdock.integrations.kit.budget import Budget, Rate
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.mirakl.models import ErrorBody

NAME = "Mirakl"
# The names of the buckets are those of Mirakl's operations. Each description says "Maximum usage". Operations without
# a number there ("at each page display") have none here.
ORDERS, EXPORT, EXPORT_STATUS = "OR11", "OF52", "OF53"
STOCK_IMPORT, STOCK_STATUS, STOCK_ERRORS = "STO01", "STO02", "STO03"
BUDGET = Budget(
    math.inf,
    1,
    "https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3",
    buckets={
        # "Asynchronous: once per minute" is about looking what is new, so a walk over all pages counts once. A few
        # turns that were not used may be made up: a walk that broke off and is begun again is no new look.
        ORDERS: Rate(1, 60, burst=5),
        # "Differential: once per minute", likewise.
        EXPORT: Rate(1, 60, burst=5),
        # "Every 10 seconds" for one export, which the pause between two looks keeps; here, for several at once.
        EXPORT_STATUS: Rate(1, 10, burst=6),
        # "Once per minute", and a second import within the minute is refused.
        STOCK_IMPORT: Rate(1, 60),
        # "Once every 15 seconds" for one import, as above.
        STOCK_STATUS: Rate(1, 15, burst=6),
        # "Once per minute."
        STOCK_ERRORS: Rate(1, 60),
    },
)
EXPORT_LOOKS, EXPORT_PAUSE_SECONDS = 12, 10.0
"""How often an export is looked at before a sync gives up, and how far apart."""
STOCK_LOOKS, STOCK_PAUSE_SECONDS = 4, 15.0
"""How often an import of stock is looked at before its write counts as uncertain, and how far apart."""


class MiraklCredentials(Credentials, kw_only=True, frozen=True):
    """A shop's key at one marketplace."""

    marketplace_url: Annotated[
        str,
        credential(
            "Marketplace address",
            "Address of the marketplace's back office, where the shop signs in.",
            example="https://example.mirakl.net",
        ),
    ]
    api_key: Annotated[
        str,
        credential("Shop API key", "In the back office: your name > API key.", secret=True, example="3f2c9a..."),
    ]
    shop_id: Annotated[
        str,
        credential(
            "Shop number",
            "Only for a user of several shops: which one to connect. Left out, it is the user's default shop.",
            example="2000",
        ),
    ] = ""


def site(credentials: MiraklCredentials) -> str:
    """The marketplace's address, also when a person typed a page of the back office or none of the scheme."""
    typed = credentials.marketplace_url.strip()
    parts = urlsplit(typed if "://" in typed else f"https://{typed}")
    if parts.scheme != "https":
        raise InvalidBody.field("marketplace_url", "Must be https: over plain http anybody could read the key.")
    if not parts.netloc:
        raise InvalidBody.field("marketplace_url", "Not an address.")
    return f"https://{parts.netloc}"


def shop(credentials: MiraklCredentials) -> int | None:
    """The number of the shop, where one was given."""
    typed = credentials.shop_id.strip()
    if typed and not (typed.isascii() and typed.isdecimal()):
        raise InvalidBody.field("shop_id", "Must be a number.")
    return int(typed) if typed else None


def words_of(answer: VendorAnswer) -> VendorMessage | None:
    """Mirakl's words in a refusal."""
    try:
        body = msgspec.json.decode(answer.body, type=ErrorBody)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return VendorMessage(body.message) if body.message else None
