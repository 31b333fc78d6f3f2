"""How ShipHero is reached, and the errors that its answers hide. https://developer.shiphero.com/

What the schema does not say (codes, times, addresses of pages, units) is a constant here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Annotated, Any, Literal

import msgspec

from crossdock.contract.errors import (
    CrossdockError,
    RateLimited,
    UnexpectedShape,
    VendorRejected,
    VendorUnavailable,
)
from crossdock.contract.values import ENCODER
from crossdock.integrations.kit.adapter import VendorMessage
from crossdock.integrations.kit.auth import AuthSession, Credentials, Token, TokenScheme, credential, read_token
from crossdock.integrations.kit.transport import VendorAnswer, VendorRequest

NAME = "ShipHero"
HOST = "https://public-api.shiphero.com"
API = "/graphql"
REFRESH = "/auth/refresh"
PAGES = "https://app.shiphero.com/dashboard"
"""Where people see a record; the paths behind it end with its number."""
ZONE = UTC
"""What a time without a zone means; the API writes and reads all of them like that."""
CREDITS, CREDITS_PER_SECOND = 4004, 60
SMALLEST_CHARGE = 4
"""What a request is counted as at least, so that the credits also keep the limit of 7,000 requests in 5 minutes."""
CLOCK_SLACK = timedelta(minutes=5)
"""How far ShipHero's clock may be off ours where its dates are to prove something."""
HMAC_HEADER = "x-shiphero-hmac-sha256"
MESSAGE_HEADER = "x-shiphero-message-id"
"""The number of a message, the same when it is sent again."""
# https://developer.shiphero.com/troubleshooting/error-glossary/
NOT_FOUND, TOO_FEW_CREDITS = 5, 30
_DENIED = frozenset({"not authorized", "unauthorized", "permission", "scope"})
"""Words in refusals of a user who may not do something; they have no code of their own."""
_FAILED = "unexpected error"
READS = frozenset(
    {
        "account",
        "bill",
        "bills",
        "inventory_changes",
        "locations",
        "order",
        "orders",
        "packs_per_day",
        "picks_per_day",
        "product",
        "products",
        "purchase_order",
        "purchase_orders",
        "return",
        "returns",
        "shipment",
        "vendors",
        "warehouse_products",
        "webhooks",
    }
)
"""Operations that change nothing."""
LONGEST_WAIT_SECONDS = CREDITS / CREDITS_PER_SECOND


class ShipHeroCredentials(Credentials, kw_only=True, frozen=True):
    """The refresh token of a developer user, and the units the account measures in, which the API does not tell."""

    refresh_token: Annotated[
        str,
        credential(
            "Refresh token",
            "My Account > Third-Party Developers: add a developer user and copy its refresh token.",
            secret=True,
        ),
    ]
    length_unit: Annotated[
        Literal["in", "cm"], credential("Unit of lengths", "As set in the account; inches unless it was changed.")
    ] = "in"
    weight_unit: Annotated[
        Literal["oz", "lb", "kg"], credential("Unit of weights", "As set in the account; ounces unless it was changed.")
    ] = "oz"


class RefreshedToken(TokenScheme):
    """Trades the refresh token for an access token, which holds for 28 days."""

    async def obtain(self, session: AuthSession, stale: Token | None) -> Token:
        # https://developer.shiphero.com/getting-started/#authentication
        body = ENCODER.encode({"refresh_token": session.text("refresh_token")})
        headers = {"accept": "application/json", "content-type": "application/json"}
        return read_token(await session.send(VendorRequest("POST", f"{HOST}{REFRESH}", headers, body)), NAME)


class Problem(msgspec.Struct, frozen=True):
    """An entry of `errors`; the last two come with a lack of credits."""

    message: str
    code: int | str | None = None
    operation: str | None = None
    path: list[str | int] | None = None
    required_credits: float | None = None
    remaining_credits: float | None = None


class Envelope(msgspec.Struct, frozen=True):
    """What every answer has around its data."""

    data: Any = None
    errors: list[Problem] | None = None


def charge_of(answer: VendorAnswer) -> float | None:
    """The credits that the call took."""
    try:
        data = answer.json(Envelope).data
    except UnexpectedShape:
        return None
    if not isinstance(data, Mapping):
        return None
    told = [item["complexity"] for item in data.values() if isinstance(item, Mapping) and item.get("complexity")]
    return max(float(sum(told)), SMALLEST_CHARGE) if told else None


def problem_in(answer: VendorAnswer) -> CrossdockError | None:
    """The error in an answer with status 200, or None."""
    try:
        found: Envelope = answer.json(Envelope)
    except UnexpectedShape as error:
        return error
    return _error(found.errors, found.data) if found.errors else None


def _error(problems: list[Problem], data: Any) -> CrossdockError:
    first, message = problems[0], "; ".join(problem.message for problem in problems)
    code = None if first.code is None else str(first.code)
    if first.code == TOO_FEW_CREDITS:
        return RateLimited(message, origin="integration", retry_after=_wait(first))
    if any(problem.path and len(problem.path) > 1 for problem in problems):
        # A field below a mutation failed; the change itself was made by then.
        return UnexpectedShape(f"{NAME} could not give the whole answer: {message}")
    words = message.lower()
    if _FAILED in words:
        if _only_read(problems, data):
            return VendorUnavailable(f"{NAME} failed: {message}", may_have_applied=False, vendor_code=code)
        return UnexpectedShape(f"{NAME} failed, and does not say whether anything was changed: {message}")
    if first.code == NOT_FOUND:
        return VendorRejected(message, status=404, vendor_code=code)
    denied = any(word in words for word in _DENIED)
    return VendorRejected(message, status=403 if denied else 400, vendor_code=code)


def _only_read(problems: list[Problem], data: Any) -> bool:
    """Whether the operations that an answer names change nothing."""
    names = {problem.operation for problem in problems if problem.operation} | set(data or {})
    return bool(names) and names <= READS


def _wait(problem: Problem) -> float:
    """Seconds until there are as many credits as the call wants."""
    if problem.required_credits is None or problem.remaining_credits is None:
        return 1.0
    missing = problem.required_credits - problem.remaining_credits
    return min(max(1.0, missing / CREDITS_PER_SECOND), LONGEST_WAIT_SECONDS)


def words_of(answer: VendorAnswer) -> VendorMessage | None:
    """ShipHero's words in an answer with an error status."""
    try:
        found: Envelope = answer.json(Envelope)
    except UnexpectedShape:
        return None
    if not found.errors:
        return None
    first = found.errors[0]
    message = "; ".join(problem.message for problem in found.errors)
    return VendorMessage(message, None if first.code is None else str(first.code))
