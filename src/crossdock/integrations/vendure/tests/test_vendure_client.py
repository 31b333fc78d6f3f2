"""Vendure's login and the errors its answers hide."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crossdock.contract.errors import NeedsReconnect, UnexpectedShape, VendorRejected, VendorUnavailable
from crossdock.integrations.kit.adapter import VendorMessage
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.vendure import client

HTML = "<html><body>Bad gateway</body></html>"


def answer(body: Any, status: int = 200, token: str | None = None) -> VendorAnswer:
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {} if token is None else {client.TOKEN_HEADER: token}
    return VendorAnswer(status, headers, text.encode(), "https://shop.example.com/admin-api")


def failed(code: str | None, path: list[Any] | None = None, message: str = "no") -> dict[str, Any]:
    error: dict[str, Any] = {"message": message, "path": path or ["updateProductVariants"]}
    if code:
        error["extensions"] = {"code": code}
    return {"errors": [error], "data": None}


@pytest.mark.parametrize(
    ("found", "kind", "status"),
    [
        (answer(failed("FORBIDDEN")), VendorRejected, 403),
        (answer(failed("FORBIDDEN"), token=""), NeedsReconnect, 403),
        (answer(failed("ENTITY_NOT_FOUND")), VendorRejected, 404),
        (answer(failed("USER_INPUT_ERROR")), VendorRejected, 400),
        (answer(failed("BAD_USER_INPUT")), VendorRejected, 400),
        (answer(failed("INTERNAL_SERVER_ERROR")), VendorUnavailable, 502),
        (answer(failed(None, message="SqliteError: FOREIGN KEY constraint failed")), VendorUnavailable, 502),
        (answer(failed(None, ["after", 0, "stockLevels"])), UnexpectedShape, 502),
        (answer(HTML), UnexpectedShape, 502),
        (answer(""), UnexpectedShape, 502),
        (answer('{"data": {"prod'), UnexpectedShape, 502),
    ],
)
def test_an_error_behind_a_success_status_is_seen(found: VendorAnswer, kind: type[Exception], status: int) -> None:
    """GraphQL answers 200; a refused stock change would be reported as done."""
    problem = client.problem_in(found)
    assert type(problem) is kind
    assert problem.status == status


def test_an_answer_without_errors_has_no_problem() -> None:
    assert client.problem_in(answer({"data": {"products": {"totalItems": 0, "items": []}}})) is None


def test_a_rolled_back_mutation_is_known_to_have_done_nothing() -> None:
    problem = client.problem_in(answer(failed(None)))
    assert isinstance(problem, VendorUnavailable)
    assert not problem.may_have_applied


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            answer(failed("GRAPHQL_VALIDATION_FAILED", message="Cannot query field"), 400),
            VendorMessage("Cannot query field", "GRAPHQL_VALIDATION_FAILED"),
        ),
        (answer({"statusCode": 404, "message": "Cannot POST /admin"}, 404), VendorMessage("Cannot POST /admin")),
        (answer(HTML, 502), None),
        (answer("", 500), None),
        (answer({"detail": "of something else"}, 500), None),
    ],
)
def test_words_of_both_error_shapes(found: VendorAnswer, words: VendorMessage | None) -> None:
    assert client.words_of(found) == words


@pytest.mark.parametrize(
    ("found", "ended"),
    [
        (answer(failed("FORBIDDEN"), token=""), True),
        (answer(failed("FORBIDDEN")), False),
        (answer(failed("UNAUTHORIZED"), 401), True),
        (answer({"data": {}}, token="test-next"), False),
    ],
)
def test_an_ended_session_is_told_from_a_missing_permission(found: VendorAnswer, ended: bool) -> None:
    """Both are FORBIDDEN; only one is cured by logging in again."""
    assert client.session_ended(found) is ended


LOGGED_IN = {"data": {"login": {"__typename": "CurrentUser"}}}
WRONG = {"data": {"login": {"__typename": "InvalidCredentialsError", "message": "The credentials are invalid"}}}


def test_a_login_gives_a_token() -> None:
    assert client.session_token(answer(LOGGED_IN, token="test-session")).access == "test-session"


@pytest.mark.parametrize(
    ("found", "kind", "message"),
    [
        (answer(WRONG), NeedsReconnect, "Invalid Vendure credentials"),
        (answer(LOGGED_IN), NeedsReconnect, "tokenMethod"),
        (answer(HTML, 404), NeedsReconnect, "it answered 404"),
        (answer("", 301), NeedsReconnect, "it answered 301"),
        (answer(HTML), UnexpectedShape, "unexpected body"),
        (answer(HTML, 503), VendorUnavailable, "status 503"),
        (answer(HTML, 429), VendorUnavailable, "status 429"),
        (answer(failed("INTERNAL_SERVER_ERROR", ["login"])), VendorUnavailable, "no"),
    ],
)
def test_a_failed_login_says_what_to_mend(found: VendorAnswer, kind: type[Exception], message: str) -> None:
    """A shop that is down must not ask a person to reconnect, and a wrong password must."""
    with pytest.raises(kind, match=message):
        client.session_token(found)


@pytest.mark.parametrize(
    "typed",
    [
        "https://shop.example.com",
        "https://shop.example.com/",
        " https://shop.example.com/admin-api ",
        "https://shop.example.com/admin-api/",
    ],
)
def test_the_address_may_be_typed_in_several_ways(typed: str) -> None:
    credentials = client.VendureCredentials(base_url=typed, username="a", password="test-b")
    assert client.server_address(credentials) == "https://shop.example.com"
