"""How an operation meets HTTP: one wrapper that authorizes, runs, and turns every outcome into an answer."""

from __future__ import annotations

import ipaddress
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Literal, Protocol
from urllib.parse import unquote

import psycopg
import structlog
import xxhash
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import UploadFile
from litestar.exceptions import ClientException, HTTPException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.response.base import ASGIResponse
from litestar.types import Guard

from crossdock.accounts.store import Caller
from crossdock.contract.actions import FORM_TYPE, JSON_TYPE, Action
from crossdock.contract.errors import CrossdockError, RequestRefused, bad_request, not_found
from crossdock.contract.operations import ACCESS_TOKEN_HEADER, API_KEY_HEADER, Operation
from crossdock.contract.resources import Resource
from crossdock.contract.values import ENCODER
from crossdock.integrations.kit.addresses import IPNetwork
from crossdock.integrations.kit.transport import ASGIApp
from crossdock.platform.auth import Authorized, admit, identify
from crossdock.platform.engine import Engine
from crossdock.platform.limits import CallerLimits

log = structlog.get_logger(__name__)

REQUEST_ID_HEADER = "X-Request-Id"
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


@dataclass(frozen=True)
class RecordTarget:
    """The action and resource of a call, the columns its path narrows them by, and the ids in its path."""

    action: Action
    resource: Resource
    scope: Mapping[str, str]
    ids: tuple[str, ...]


@dataclass(frozen=True)
class FormPart:
    """One part of a form: text, or the content of a file."""

    name: str
    value: str | bytes
    file_name: str | None = None


@dataclass(frozen=True)
class PublicCall:
    """One request, whoever made it."""

    request: Request[Any, Any, Any]
    engine: Engine

    @property
    def base_url(self) -> str:
        """Where the caller reaches this server, without a slash at the end; addresses in answers start with it."""
        return (self.engine.settings.public_url or str(self.request.base_url)).rstrip("/")


@dataclass(frozen=True)
class Call:
    """One authorized request of an operation."""

    request: Request[Any, Any, Any]
    operation: Operation
    engine: Engine
    authorized: Authorized
    path: Mapping[str, str]

    @property
    def record(self) -> RecordTarget:
        """What an operation on records is about."""
        operation = self.operation
        if operation.resource is None or operation.action is None:
            raise TypeError(f"{operation.operation_id} is not about records")
        scope = {column: self.path[name] for name, column in operation.scoped.items()}
        ids = tuple(self.path[name] for name in operation.path_parameters)
        return RecordTarget(operation.action, operation.resource, scope, ids)

    @property
    def base_url(self) -> str:
        """Where the caller reaches this server, without a slash at the end; addresses in answers start with it."""
        return PublicCall(self.request, self.engine).base_url

    @property
    def query_string(self) -> bytes:
        raw: bytes = self.request.scope["query_string"]
        return raw

    async def body(self) -> bytes:
        """The JSON body; 415 when it is declared to be something else. Empty when there is none."""
        raw = await self.request.body()
        self.request.scope["state"]["request_body"] = raw
        if raw:
            self._require_type(JSON_TYPE)
        return raw

    async def form(self) -> list[FormPart]:
        """The parts of a form; 415 when the body is declared to be something else, 400 when it is no form."""
        self._require_type(FORM_TYPE)
        try:
            parts = (await self.request.form()).multi_items()
        except (UnicodeDecodeError, LookupError):
            raise bad_request("Invalid form: a part without a file name is not text in a known charset") from None
        except RequestEntityTooLarge:
            raise
        except ClientException as error:
            raise bad_request(f"Invalid form: {error.detail}") from None
        return [await _form_part(name, value) for name, value in parts]

    def _require_type(self, wanted: str) -> None:
        kind = self.request.headers.get("content-type", "")
        if kind.split(";", 1)[0].strip().lower() != wanted:
            raise RequestRefused(415, f"Content-Type must be {wanted}")


async def _form_part(name: str, value: Any) -> FormPart:
    if not isinstance(value, UploadFile):
        return FormPart(name, value)
    content = await value.read()
    await value.close()
    return FormPart(name, content, value.filename)


@dataclass(frozen=True)
class Reply:
    """A successful answer; `revalidated` ones carry an ETag and may become a 304."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    revalidated: bool = False
    media_type: str = JSON_TYPE


def client_address(request: ASGIConnection[Any, Any, Any, Any], proxies: Sequence[IPNetwork]) -> str:
    """Where a call came from, as far as it can be believed: what trusted proxies say, or who is at the other end. Of an
    IPv6 address only the network counts, because one customer has all addresses of one."""
    found = request.client.host if request.client else ""
    told = [item.strip() for item in request.headers.get("x-forwarded-for", "").split(",") if item.strip()]
    while told and _lies_in(found, proxies):
        found = told.pop()
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return found
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _lies_in(text: str, networks: Sequence[IPNetwork]) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return any(address in network for network in networks)


def public_guard(engine: Engine, limits: CallerLimits) -> Guard:
    """Counts the calls of an address to what needs no key."""
    proxies = engine.settings.proxies()

    async def count(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        await limits.take_public(client_address(connection, proxies))

    return count


class Endpoint(Protocol):
    """Carries out an operation."""

    def __call__(self, call: Call) -> Awaitable[Reply]: ...


class PublicEndpoint(Protocol):
    """Carries out an operation that anybody may call."""

    def __call__(self, call: PublicCall) -> Awaitable[Reply]: ...


def reply(value: Any) -> Reply:
    """An answer from a Struct or plain value."""
    return Reply(ENCODER.encode(value))


def _segments(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Path parameters decoded from the raw path, so that an id may hold any character, `/` included."""
    found = {}
    for name, raw in request.path_params.items():
        try:
            value = unquote(str(raw), errors="strict")
        except UnicodeDecodeError:
            raise not_found(str(raw)) from None
        if "\0" in value:
            raise not_found(value.replace("\0", ""))
        found[name] = value
    return found


def handler(operation: Operation, endpoint: Endpoint, engine: Engine, limits: CallerLimits) -> HTTPRouteHandler:
    """The route of an operation."""

    async def handle(request: Request[Any, Any, Any]) -> ASGIResponse:
        state, token = request.scope["state"], request.headers.get(ACCESS_TOKEN_HEADER)
        caller = await identify(engine, operation, request.headers.get(API_KEY_HEADER), token)
        # From here on it is known whose log the call belongs to, also when it is refused.
        state["call"] = (operation, caller)
        authorized = await admit(engine, limits, operation, caller, token)
        headers = authorized.window.headers()
        # Errors of a call that was counted carry its budget too.
        state["answer_headers"] = headers
        call = Call(request, operation, engine, authorized, _segments(request))
        return _served(request, await endpoint(call), headers)

    path = re.sub(r"\{(\w+)\}", r"{\1:str}", operation.path)
    # The framework would have DELETE answer 204; here every success says what came of it.
    made = HTTPRouteHandler(path, http_method=operation.method, status_code=200, name=operation.operation_id)  # type: ignore[arg-type]
    return made(handle)


def public_handler(operation: Operation, endpoint: PublicEndpoint, engine: Engine) -> HTTPRouteHandler:
    """The route of an operation that anybody may call."""

    async def handle(request: Request[Any, Any, Any]) -> ASGIResponse:
        return _served(request, await endpoint(PublicCall(request, engine)), {})

    return HTTPRouteHandler(operation.path, http_method=operation.method, name=operation.operation_id)(handle)  # type: ignore[arg-type]


def _served(request: Request[Any, Any, Any], answer: Reply, counted: Mapping[str, str]) -> ASGIResponse:
    headers = {**counted, **answer.headers}
    if answer.revalidated:
        tag = f'"{xxhash.xxh3_128_hexdigest(answer.body)}"'
        headers["ETag"] = tag
        if _matches(request.headers.get("if-none-match"), tag):
            return ASGIResponse(status_code=304, headers=headers)
    return ASGIResponse(body=answer.body, headers=headers, media_type=answer.media_type)


def _matches(given: str | None, tag: str) -> bool:
    if given is None:
        return False
    candidates = [item.strip().removeprefix("W/") for item in given.split(",")]
    return tag in candidates or "*" in candidates


def _answer(
    request: Request[Any, Any, Any], status: int, body: dict[str, Any], headers: Mapping[str, str]
) -> Response[bytes]:
    state = request.scope["state"]
    state["error"] = (body.get("error"), body.get("origin"))
    counted = state.get("answer_headers", {})
    return Response(ENCODER.encode(body), status_code=status, headers={**counted, **headers}, media_type=JSON_TYPE)


def on_crossdock_error(request: Request[Any, Any, Any], error: CrossdockError) -> Response[bytes]:
    """An error with a defined answer."""
    return _answer(request, error.status, error.body(), error.headers())


_TEXTS = {404: "Not found", 405: "Method not allowed", 413: "The body is too large"}


def on_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """An error of the web framework: no such route, wrong method, body too large."""
    text = _TEXTS.get(error.status_code) or HTTPStatus(error.status_code).phrase
    headers = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    return _answer(request, error.status_code, {"error": text, "origin": "trackstar"}, headers)


def on_database_away(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The database does not answer, as while it is restarted. A write that was sent by then says so itself."""
    request_id = request.scope["state"].get("request_id", "")
    log.error("the database does not answer", request_id=request_id, path=request.scope["path"], error=str(error))
    body = {"error": "The database does not answer; try again", "origin": "trackstar", "request_id": request_id}
    return _answer(request, 503, body, {"retry-after": "1"})


def on_bug(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Anything else is a mistake of ours; the answer names the request so that the log can be found."""
    request_id = request.scope["state"].get("request_id", "")
    log.error("unexpected error", request_id=request_id, path=request.scope["path"], exc_info=error)
    body = {"error": "Internal error", "origin": "trackstar", "request_id": request_id}
    return _answer(request, 500, body, {})


EXCEPTION_HANDLERS: dict[int | type[Exception], Callable[[Request[Any, Any, Any], Any], Response[Any]]] = {
    CrossdockError: on_crossdock_error,
    HTTPException: on_http_error,
    psycopg.OperationalError: on_database_away,
    Exception: on_bug,
}
"""What becomes of every error that leaves an endpoint."""

Message = MutableMapping[str, Any]


@dataclass(frozen=True)
class FinishedCall:
    """One call of an operation by a known caller, as its log gets it. Bodies are None when they are not kept."""

    request_id: str
    operation: Operation
    caller: Caller
    path: str
    query_string: bytes
    started_at: datetime
    seconds: float
    status: int
    error: str | None
    origin: str | None
    request_body: bytes | None
    response_body: bytes | None


class CallLog(Protocol):
    """Where finished calls are noted. Noting one neither waits nor fails."""

    kept_bodies: Literal["none", "errors", "all"]

    def note(self, call: FinishedCall) -> None: ...


class RequestShell:
    """The outermost layer: gives each request an id, routes on the path as it was sent, and notes the call.

    The server decodes the path before routing, which would split an id at an encoded slash. Routing sees the encoded
    path instead, and handlers decode their parameters one by one.
    """

    def __init__(self, app: ASGIApp, calls: CallLog) -> None:
        self._app = app
        self._calls = calls

    async def __call__(
        self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started_at, started = datetime.now(UTC), time.perf_counter()
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        scope["path"] = raw.partition(b"?")[0].decode("latin-1")
        request_id = _request_id(scope["headers"])
        scope.setdefault("state", {})
        scope["state"]["request_id"] = request_id
        shown = (b"x-request-id", request_id.encode())
        answer = _Answer(self._calls.kept_bodies)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], shown]
            answer.see(message)
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            self._note(scope, started_at, time.perf_counter() - started, answer)

    def _note(self, scope: Any, started_at: datetime, seconds: float, answer: _Answer) -> None:
        state = scope["state"]
        if answer.status is None or "call" not in state:
            return
        operation, caller = state["call"]
        error, origin = state.get("error", (None, None))
        kept = answer.keeps_bodies and not operation.confidential
        call = FinishedCall(
            request_id=state["request_id"],
            operation=operation,
            caller=caller,
            path=scope["path"],
            query_string=scope["query_string"],
            started_at=started_at,
            seconds=seconds,
            status=answer.status,
            error=error,
            origin=origin,
            request_body=state.get("request_body") if kept else None,
            response_body=b"".join(answer.parts) if kept else None,
        )
        self._calls.note(call)


class _Answer:
    """What is remembered of an answer on its way out."""

    def __init__(self, kept: Literal["none", "errors", "all"]) -> None:
        self._kept = kept
        self.status: int | None = None
        self.parts: list[bytes] = []

    @property
    def keeps_bodies(self) -> bool:
        return self._kept == "all" or (self._kept == "errors" and self.status is not None and self.status >= 400)

    def see(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif self.keeps_bodies:
            self.parts.append(message.get("body", b""))


def _request_id(headers: list[tuple[bytes, bytes]]) -> str:
    """The caller's own id of the request when it sent a usable one, or a new one."""
    for name, value in headers:
        if name == b"x-request-id":
            text = value.decode("latin-1")
            if _GIVEN_ID.fullmatch(text):
                return text
    return secrets.token_hex(16)
