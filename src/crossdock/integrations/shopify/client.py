"""How a shop is reached, and the errors that its answers hide. https://shopify.dev/docs/api/admin-graphql#status_and_error_codes"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from crossdock.contract.errors import (
    CrossdockError,
    InvalidBody,
    RateLimited,
    UnexpectedShape,
    VendorRejected,
    VendorUnavailable,
)
from crossdock.integrations.kit.adapter import VendorMessage
from crossdock.integrations.kit.auth import Credentials, credential
from crossdock.integrations.kit.budget import RateReport
from crossdock.integrations.kit.transport import VendorAnswer

NAME = "Shopify"
VERSION = "2026-10"
"""Versions live a year; https://shopify.dev/docs/api/usage/versioning"""
API = f"/admin/api/{VERSION}/graphql.json"
DOMAIN = ".myshopify.com"
STALE = "CHANGE_FROM_QUANTITY_STALE"
_UNAVAILABLE = frozenset({"SERVICE_UNAVAILABLE", "INTERNAL_SERVER_ERROR", "TIMEOUT"})
_STATUSES = {"ACCESS_DENIED": 403, "SHOP_INACTIVE": 403, "MAX_COST_EXCEEDED": 400, "BAD_REQUEST": 400}
# A second call with the same key, while the first one is still under way.
_UNDER_WAY = "IDEMPOTENCY_CONCURRENT_REQUEST"


class ShopifyCredentials(Credentials, kw_only=True, frozen=True):
    """The access token of an app in a shop."""

    shop: Annotated[
        str,
        credential("Shop", "Name of the shop, the part before .myshopify.com.", example="my-shop.myshopify.com"),
    ]
    access_token: Annotated[
        str,
        credential(
            "Admin API access token",
            "Settings > Apps > Develop apps: make an app with the scopes of the actions you want, install it, and copy "
            "its token.",
            secret=True,
            example="shpat_...",
        ),
    ]

    api_secret: Annotated[
        str,
        credential(
            "API secret key",
            "Beside the token; Shopify signs its webhooks with it. Without it there are no webhooks, and changes come "
            "with the next sync.",
            secret=True,
        ),
    ] = ""


def shop_of(credentials: ShopifyCredentials) -> str:
    """The shop's name, also when a person typed an address."""
    typed = credentials.shop.strip().lower().removeprefix("https://").removeprefix("http://")
    name = typed.removeprefix("admin.shopify.com/store/").partition("/")[0].removesuffix(DOMAIN)
    if not name or not all(character.isalnum() or character == "-" for character in name):
        raise InvalidBody.field("shop", f"Not the name of a shop, such as my-shop{DOMAIN}.")
    return name


class ErrorExtensions(msgspec.Struct, frozen=True):
    code: str | None = None


class Problem(msgspec.Struct, frozen=True):
    message: str
    extensions: ErrorExtensions = ErrorExtensions()
    path: list[str | int] | None = None


class ThrottleStatus(msgspec.Struct, frozen=True, rename="camel"):
    currently_available: float
    restore_rate: float


class Cost(msgspec.Struct, frozen=True, rename="camel"):
    requested_query_cost: float = 0
    actual_query_cost: float | None = None
    throttle_status: ThrottleStatus | None = None


class AnswerExtensions(msgspec.Struct, frozen=True):
    cost: Cost | None = None


class Envelope(msgspec.Struct, frozen=True):
    """What every answer has around its data; `errors` is a text where the request never reached GraphQL."""

    data: Any = None
    errors: list[Problem] | str | None = None
    extensions: AnswerExtensions = AnswerExtensions()


class UserError(msgspec.Struct, frozen=True):
    """What a mutation says of its input; `field` leads to the part that is wrong."""

    message: str
    code: str | None = None
    field: list[str] | None = None


def rate_of(answer: VendorAnswer) -> RateReport | None:
    """What the call really cost and what is left."""
    try:
        cost = answer.json(Envelope).extensions.cost
    except UnexpectedShape:
        return None
    if cost is None or cost.throttle_status is None:
        return None
    return RateReport(cost.actual_query_cost, cost.throttle_status.currently_available)


def problem_in(answer: VendorAnswer) -> CrossdockError | None:
    """The error in an answer with status 200, or None."""
    try:
        found: Envelope = answer.json(Envelope)
    except UnexpectedShape as error:
        return error
    if isinstance(found.errors, str):
        return VendorRejected(found.errors)
    if found.errors:
        return _error(found.errors, found.extensions.cost)
    try:
        return _refusal(_user_errors(found.data))
    except msgspec.ValidationError as error:
        return UnexpectedShape(f"{NAME} lists errors in an unexpected shape: {error}")


def _error(problems: list[Problem], cost: Cost | None) -> CrossdockError:
    message, code = "; ".join(problem.message for problem in problems), problems[0].extensions.code
    if code == "THROTTLED":
        return RateLimited(message, origin="integration", retry_after=_wait(cost))
    if code in _STATUSES:
        return VendorRejected(message, status=_STATUSES[code], vendor_code=code)
    if code in _UNAVAILABLE:
        return VendorUnavailable(f"{NAME} failed: {message}", may_have_applied=True, vendor_code=code)
    if any(problem.path and len(problem.path) > 1 for problem in problems):
        # A field below a mutation failed; the change itself was made by then.
        return UnexpectedShape(f"{NAME} could not give the whole answer: {message}")
    return VendorRejected(message, vendor_code=code)


def _wait(cost: Cost | None) -> float:
    """Seconds until the bucket holds what the call wants."""
    if cost is None or cost.throttle_status is None or cost.throttle_status.restore_rate <= 0:
        return 1.0
    missing = cost.requested_query_cost - cost.throttle_status.currently_available
    return max(0.1, missing / cost.throttle_status.restore_rate)


def _user_errors(data: Any) -> list[UserError]:
    if not isinstance(data, dict):
        return []
    listed = [item.get("userErrors") for item in data.values() if isinstance(item, dict)]
    return [msgspec.convert(entry, UserError) for entries in listed if entries for entry in entries]


def _refusal(errors: list[UserError]) -> CrossdockError | None:
    """What a mutation refused; nothing of it was carried out."""
    if not errors:
        return None
    message, code = "; ".join(error.message for error in errors), errors[0].code
    if code == _UNDER_WAY:
        return VendorUnavailable(message, may_have_applied=True, vendor_code=code)
    if code in _UNAVAILABLE:
        return VendorUnavailable(message, may_have_applied=False, vendor_code=code)
    return VendorRejected(message, status=404 if _unknown(errors[0]) else 400, vendor_code=code)


def _unknown(error: UserError) -> bool:
    return error.code in {"INVALID_INVENTORY_ITEM", "INVALID_LOCATION", "NOT_FOUND"}


def words_of(answer: VendorAnswer) -> VendorMessage | None:
    """Shopify's words in an answer with an error status."""
    try:
        found: Envelope = answer.json(Envelope)
    except UnexpectedShape:
        return None
    if isinstance(found.errors, str):
        return VendorMessage(found.errors)
    if found.errors:
        return VendorMessage("; ".join(item.message for item in found.errors), found.errors[0].extensions.code)
    return None
