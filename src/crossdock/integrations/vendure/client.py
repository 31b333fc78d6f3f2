"""Vendure's session login, and the errors its answers hide.

A login gives a session token in the header `vendure-auth-token`, provided that the shop's `authOptions.tokenMethod`
includes `bearer`. https://docs.vendure.io/guides/core-concepts/auth/
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from crossdock.contract.errors import (
    CrossdockError,
    NeedsReconnect,
    UnexpectedShape,
    VendorRejected,
    VendorUnavailable,
)
from crossdock.contract.values import ENCODER
from crossdock.integrations.kit.adapter import VendorMessage
from crossdock.integrations.kit.auth import AuthSession, Credentials, Token, TokenScheme, credential
from crossdock.integrations.kit.transport import VendorAnswer, VendorRequest
from crossdock.integrations.vendure import queries
from crossdock.integrations.vendure.models import GraphQLAnswer, GraphQLError, GraphQLErrors, HTTPErrorBody

NAME = "Vendure"
ADMIN_API = "/admin-api"
TOKEN_HEADER = "vendure-auth-token"  # noqa: S105 - the name of a header
LOGGED_IN = "CurrentUser"

# Codes of errors that no repetition cures. https://docs.vendure.io/guides/developer-guide/error-handling/
REJECTIONS = {
    "FORBIDDEN": 403,
    "ENTITY_NOT_FOUND": 404,
    "CHANNEL_NOT_FOUND": 404,
    "USER_INPUT_ERROR": 400,
    "ILLEGAL_OPERATION": 400,
    "BAD_REQUEST": 400,
    "BAD_USER_INPUT": 400,
    "GRAPHQL_VALIDATION_FAILED": 400,
    "GRAPHQL_PARSE_FAILED": 400,
}


class VendureCredentials(Credentials, kw_only=True, frozen=True):
    """An administrator of the shop."""

    base_url: Annotated[
        str,
        credential(
            "Shop address",
            "Address of the Vendure server, without the path of its admin API.",
            example="https://shop.example.com",
        ),
    ]
    username: Annotated[
        str,
        credential("User name", "User name or e-mail address of an administrator.", example="crossdock@example.com"),
    ]
    password: Annotated[str, credential("Password", "Password of that administrator.", secret=True)]


def server_address(credentials: VendureCredentials) -> str:
    """The server's address, also when a person typed the admin API's."""
    return credentials.base_url.strip().rstrip("/").removesuffix(ADMIN_API)


class LoginResult(msgspec.Struct, frozen=True):
    """`CurrentUser`, or the name and words of an error."""

    kind: str = msgspec.field(name="__typename")
    message: str = ""


class LoginData(msgspec.Struct, frozen=True):
    login: LoginResult


class SessionLogin(TokenScheme):
    """Trades user name and password for a session token. Vendure does not say when a session ends."""

    async def obtain(self, session: AuthSession, stale: Token | None) -> Token:
        # https://docs.vendure.io/reference/graphql-api/admin/mutations#login
        url = f"{server_address(session.credentials)}{ADMIN_API}"
        variables = {"username": session.text("username"), "password": session.text("password")}
        body = ENCODER.encode({"query": queries.LOGIN, "variables": variables})
        headers = {"accept": "application/json", "content-type": "application/json"}
        return session_token(await session.send(VendorRequest("POST", url, headers, body)))


def session_token(answer: VendorAnswer) -> Token:
    """The token a login gave, or what a person has to mend."""
    if answer.status == 429 or answer.status >= 500:
        raise VendorUnavailable(f"{NAME} gave no session (status {answer.status})", may_have_applied=False)
    if answer.status != 200:
        raise NeedsReconnect(f"There is no {NAME} admin API at the shop address: it answered {answer.status}")
    problem = problem_in(answer)
    if problem is not None:
        raise problem
    found: GraphQLAnswer[LoginData] = answer.json(GraphQLAnswer[LoginData])
    result = found.data.login
    if result.kind != LOGGED_IN:
        raise NeedsReconnect.credentials(NAME, vendor_message=result.message)
    token = answer.headers.get(TOKEN_HEADER)
    if not token:
        raise NeedsReconnect(
            f"{NAME} took the password but gave no token; the shop must allow bearer tokens (authOptions.tokenMethod)"
        )
    return Token(access=token)


def session_ended(answer: VendorAnswer) -> bool:
    """Whether the session is over. Vendure then blanks the token it was sent; the status stays 200."""
    return answer.status == 401 or answer.headers.get(TOKEN_HEADER) == ""


def problem_in(answer: VendorAnswer) -> CrossdockError | None:
    """The error in an answer with status 200, or None."""
    try:
        errors = errors_of(answer)
    except UnexpectedShape as error:
        return error
    if not errors:
        return None
    if session_ended(answer):
        return NeedsReconnect.credentials(NAME, vendor_message=errors[0].message)
    message = "; ".join(error.message for error in errors)
    if any(error.path and len(error.path) > 1 for error in errors):
        # A field of the result failed. Whatever the mutation did has been committed by then.
        return UnexpectedShape(f"{NAME} could not give the whole answer: {message}")
    code = errors[0].extensions.code
    status = REJECTIONS.get(code or "")
    if status is None:
        # Vendure rolls back a mutation that throws.
        # https://docs.vendure.io/reference/typescript-api/request/transaction-decorator/
        return VendorUnavailable(f"{NAME} failed: {message}", may_have_applied=False, vendor_code=code)
    return VendorRejected(message, status=status, vendor_code=code)


def errors_of(answer: VendorAnswer) -> list[GraphQLError]:
    """The errors an answer lists."""
    found: GraphQLErrors = answer.json(GraphQLErrors)
    return found.errors


def words_of(answer: VendorAnswer) -> VendorMessage | None:
    """Vendure's words in an answer with an error status, in either of its two shapes."""
    try:
        errors = errors_of(answer)
        if errors:
            return VendorMessage("; ".join(error.message for error in errors), errors[0].extensions.code)
        body: HTTPErrorBody = answer.json(HTTPErrorBody)
        return VendorMessage(body.message)
    except UnexpectedShape:
        return None
