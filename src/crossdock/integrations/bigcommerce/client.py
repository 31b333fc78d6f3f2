"""How a store is reached, how it refuses, and what it says of its rate."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from crossdock.contract.errors import InvalidBody
from crossdock.integrations.kit.adapter import VendorMessage
from crossdock.integrations.kit.auth import Credentials, credential
from crossdock.integrations.kit.budget import Budget, RateReport
from crossdock.integrations.kit.transport import VendorAnswer

NAME = "BigCommerce"
API = "https://api.bigcommerce.com/stores"
BUDGET = Budget(150, 30, "https://developer.bigcommerce.com/docs/start/best-practices/api-rate-limits")
"""The quota of the smallest plans. Larger ones have more, which no answer says."""
_LEFT, _RESET = "x-rate-limit-requests-left", "x-rate-limit-time-reset-ms"


class BigCommerceCredentials(Credentials, kw_only=True, frozen=True):
    """A store-level API account."""

    store_hash: Annotated[
        str,
        credential(
            "Store hash",
            "The part of the API path after /stores/, shown when the API account is made; it is also in the address of "
            "the control panel.",
            example="abc123def4",
        ),
    ]
    access_token: Annotated[
        str,
        credential(
            "Access token",
            "Settings > API > Store-level API accounts. Scopes: Orders modify, Products read-only, Store "
            "inventory modify, Store locations read-only, Information & settings read-only.",
            secret=True,
            example="...",
        ),
    ]


def store_of(credentials: BigCommerceCredentials) -> str:
    """The store hash, also when a person typed the API path or the control panel's address."""
    typed = credentials.store_hash.strip().lower()
    typed = typed.removeprefix("https://").removeprefix("store-").partition(".mybigcommerce.com")[0]
    if "/stores/" in typed:
        typed = typed.partition("/stores/")[2]
    found = typed.removeprefix("stores/").partition("/")[0]
    if not (found and found.isascii() and found.replace("-", "").isalnum()):
        raise InvalidBody.field("store_hash", "Not a store hash, such as abc123def4.")
    return found


class ErrorBody(msgspec.Struct, frozen=True):
    """A refusal: version 3 has a title and errors by field, version 2 a message."""

    title: str = ""
    message: str = ""
    error: str = ""
    status: int | None = None
    errors: Any = None
    data: list[Any] | None = None


def words_of(answer: VendorAnswer) -> VendorMessage | None:
    """BigCommerce's words in a refusal. Version 2 and refunds list several; the first is taken."""
    try:
        body = msgspec.json.decode(answer.body, type=ErrorBody | list[ErrorBody])
        if isinstance(body, ErrorBody) and body.data:
            body = msgspec.convert(body.data[:1], list[ErrorBody])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    if isinstance(body, list):
        if not body:
            return None
        body = body[0]
    details = [str(text) for text in body.errors.values()] if isinstance(body.errors, dict) else []
    words = ": ".join(part for part in (body.title or body.message or body.error, "; ".join(details)) if part)
    return VendorMessage(words) if words else None


def rate_of(answer: VendorAnswer) -> RateReport | None:
    """What is left of the quota, which all apps of the store share. An empty one holds until its window ends."""
    left, reset = answer.headers.get(_LEFT, ""), answer.headers.get(_RESET, "")
    if not left.isdecimal():
        return None
    rate = BUDGET.rate("")
    if left == "0" and reset.isdecimal() and rate is not None:
        return RateReport(available=rate.size - int(reset) / 1000 / rate.interval_seconds)
    return RateReport(available=float(left))
