"""How a request reaches a connected system: over the network, or inside this process for the sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, overload
from urllib.parse import unquote, urlsplit

import aiohttp
import msgspec
from yarl import URL

from crossdock.contract.errors import UnexpectedShape
from crossdock.integrations.kit.addresses import AddressGuard, AddressRefused

T = TypeVar("T")
MAX_ANSWER_BYTES = 64 * 1024 * 1024
"""Larger answers are refused rather than held in memory."""


class NotSent(Exception):
    """The request never reached the system, so it cannot have had an effect."""


class AnswerLost(Exception):
    """The request was sent and no complete answer came back, so it may have had an effect."""


def shown_url(url: str) -> str:
    """An address as it may be shown: without what may hold a secret, which is user, parameters and fragment."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


@dataclass(frozen=True)
class VendorRequest:
    """One HTTP request as it goes out."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    timeout_seconds: float = 30
    exact: bool = False
    """Whether the address goes out letter by letter, without being brought into its usual form."""
    keep_bytes: int | None = None
    """Where only the beginning of the answer matters: the rest is not read."""


@dataclass(frozen=True)
class VendorAnswer:
    """One complete HTTP answer; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @overload
    def json(self) -> Any: ...

    @overload
    def json(self, kind: type[T]) -> T: ...

    def json(self, kind: Any = Any) -> Any:
        """The body as `kind`; `UnexpectedShape` says where it differs."""
        try:
            return msgspec.json.decode(self.body, type=kind, strict=True)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            place = urlsplit(self.url).path
            shape = self.headers.get("content-type", "no content type")
            found = UnexpectedShape(f"{place} answered {self.status} with an unexpected body ({shape}): {error}")
            found.failed_url = shown_url(self.url)
            raise found from None


def retry_after_seconds(answer: VendorAnswer, header: str = "retry-after", default: float = 1.0) -> float:
    """The seconds an answer asks to wait; a date or nonsense counts as the default."""
    text = answer.headers.get(header, "")
    try:
        return max(0.0, min(float(text), 3600.0))
    except ValueError:
        return default


class Transport(Protocol):
    """Sends one request once. Raises `NotSent` or `AnswerLost`, never anything else."""

    async def send(self, request: VendorRequest) -> VendorAnswer: ...


class NetworkTransport:
    """HTTP over the network. Every connection goes to an address the guard has checked; no proxies, no redirects."""

    def __init__(self, guard: AddressGuard, *, connections: int = 200, per_host: int = 20) -> None:
        self._guard = guard
        self._connections, self._per_host = connections, per_host
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: VendorRequest) -> VendorAnswer:
        try:
            self._guard.check_url(request.url)
        except AddressRefused as error:
            raise NotSent(str(error)) from None
        timeout = aiohttp.ClientTimeout(total=request.timeout_seconds, sock_connect=min(10, request.timeout_seconds))
        try:
            async with self._open().request(
                request.method,
                URL(request.url, encoded=True) if request.exact else request.url,
                headers=dict(request.headers),
                data=request.body,
                timeout=timeout,
                allow_redirects=False,
            ) as answer:
                body = await self._read(answer, request.keep_bytes)
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return VendorAnswer(answer.status, headers, body, request.url)
        except AddressRefused as error:
            raise NotSent(str(error)) from None
        except aiohttp.ClientConnectorError as error:
            # What the resolver has raised; of its own words aiohttp keeps none.
            refused = isinstance(error.os_error, AddressRefused)
            raise NotSent(str(error.os_error) if refused else _reason(error)) from error
        except (aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise NotSent(_reason(error)) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise AnswerLost(_reason(error)) from error

    async def _read(self, answer: aiohttp.ClientResponse, keep: int | None) -> bytes:
        if keep is not None:
            return await _beginning(answer, keep)
        parts: list[bytes] = []
        size = 0
        async for part in answer.content.iter_chunked(256 * 1024):
            size += len(part)
            if size > MAX_ANSWER_BYTES:
                raise AnswerLost(f"the answer is larger than {MAX_ANSWER_BYTES} bytes")
            parts.append(part)
        return b"".join(parts)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(
                resolver=self._guard.resolver(),
                limit=self._connections,
                limit_per_host=self._per_host,
                ttl_dns_cache=30,
            )
            self._session = aiohttp.ClientSession(
                connector=connector, trust_env=False, cookie_jar=aiohttp.DummyCookieJar()
            )
            # aiohttp would send a PUT or DELETE again when the connection drops. Whether that is safe is not for it to
            # say, and it offers no public setting.
            self._session._retry_connection = False
        return self._session

    async def close(self) -> None:
        """Closes pooled connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


async def _beginning(answer: aiohttp.ClientResponse, size: int) -> bytes:
    """So much of the body, or all of it. What is left unread ends with its connection."""
    parts: list[bytes] = []
    while size > 0 and (part := await answer.content.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _reason(error: BaseException) -> str:
    text = str(error)
    return text if text else type(error).__name__


ASGIMessage = MutableMapping[str, Any]
ASGIApp = Callable[[Any, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]


class InProcessTransport:
    """HTTP without a network: calls an ASGI application of this process."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def send(self, request: VendorRequest) -> VendorAnswer:
        parts = urlsplit(request.url)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": parts.scheme,
            "path": unquote(parts.path),
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in request.headers.items()],
            "client": ("127.0.0.1", 0),
            "server": (parts.hostname, 80),
            "state": {},
        }
        incoming = [{"type": "http.request", "body": request.body or b"", "more_body": False}]
        start: dict[str, Any] = {}
        chunks: list[bytes] = []

        async def receive() -> ASGIMessage:
            if incoming:
                return dict(incoming.pop())
            await asyncio.Event().wait()
            raise RuntimeError("unreachable: the application is cancelled while it waits")

        async def send(message: ASGIMessage) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                chunks.append(bytes(message.get("body", b"")))

        try:
            async with asyncio.timeout(request.timeout_seconds):
                await self._app(scope, receive, send)
        except TimeoutError as error:
            raise AnswerLost("no answer in time") from error
        headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        return VendorAnswer(int(start["status"]), headers, b"".join(chunks), request.url)
