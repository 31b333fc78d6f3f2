"""The HTTP client of an adapter: authentication, rate budget, retries and errors in one place.

It also keeps track of whether a write may have taken effect, so that an answer that never came is told apart from a
refusal.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

import stamina
import structlog

from crossdock.contract.errors import (
    AdapterError,
    InvalidBody,
    NeedsReconnect,
    RateLimited,
    UnexpectedShape,
    VendorRejected,
    VendorUnavailable,
)
from crossdock.contract.values import ENCODER
from crossdock.integrations.kit.auth import AuthSession, MemoryTokens, OAuthApplication, TokenStore
from crossdock.integrations.kit.budget import NoTurn, RateBudget, UnlimitedBudget
from crossdock.integrations.kit.transport import (
    AnswerLost,
    NotSent,
    Transport,
    VendorAnswer,
    VendorRequest,
    retry_after_seconds,
    shown_url,
)

if TYPE_CHECKING:
    from crossdock.integrations.kit.adapter import Adapter, VendorMessage

log = structlog.get_logger(__name__)

Query = Mapping[str, str | int | bool | None] | Sequence[tuple[str, str | int | bool]]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST_WAIT_SECONDS = 30.0
"""A wait that a system asks for is not sat out when it is longer than this."""
_GATEWAY_STATUSES = frozenset({502, 504})
"""Answers of something in between, which cannot know whether the system acted."""


class Effect(Enum):
    """What the requests of one action may have changed at the connected system so far."""

    NONE = "none"
    MAYBE = "maybe"
    DONE = "done"


class _NoTurn(RateLimited):
    """Our own budget lets the request wait longer than anybody should; asking again at once would change nothing."""


def segment(value: str) -> str:
    """Any text as one segment of a path."""
    return quote(value, safe="")


@dataclass(frozen=True)
class _Price:
    """What a request takes, and of which budget."""

    cost: float = 1
    bucket: str = ""


class VendorClient:
    """Sends the requests of one connection. Paths are relative to the adapter's `base_url`."""

    def __init__(
        self,
        transport: Transport,
        *,
        tokens: TokenStore | None = None,
        budget: RateBudget | None = None,
        timeout_seconds: float = 30,
        attempts: int = 4,
        application: OAuthApplication | None = None,
    ) -> None:
        self._transport = transport
        self._application = application
        self._tokens = tokens or MemoryTokens()
        self._budget: RateBudget = budget or UnlimitedBudget()
        self._timeout = timeout_seconds
        self._attempts = attempts
        self._adapter: Adapter | None = None
        self.effect = Effect.NONE

    def bind(self, adapter: Adapter) -> None:
        """Ties the client to the adapter whose facts it uses."""
        self._adapter = adapter

    async def get(self, path: str, params: Query | None = None, **options: Any) -> VendorAnswer:
        """A read, retried when the system is busy or unavailable."""
        return await self.request("GET", path, params=params, **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> VendorAnswer:
        """A write, sent once."""
        return await self.request("POST", path, json=json, **options)

    async def put(self, path: str, json: Any = None, **options: Any) -> VendorAnswer:
        """A write, sent once."""
        return await self.request("PUT", path, json=json, **options)

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Query | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        changes: bool | None = None,
        retry: bool | None = None,
        cost: float = 1,
        bucket: str = "",
        allow: frozenset[int] = frozenset(),
    ) -> VendorAnswer:
        """One call. A refused answer raises one of the seven adapter errors.

        `changes` says whether the call may change anything there: by default every method but GET does, while a
        GraphQL query is a POST that does not. `retry` is on by default for calls that change nothing; a call that
        changes something may only be retried when the system recognises the repetition. `cost` is what it takes from
        the budget, of the named `bucket` where the system has several. `allow` are statuses that the caller handles
        itself.
        """
        adapter = self._bound()
        changing = method not in SAFE_METHODS if changes is None else changes
        body = content if json is None else ENCODER.encode(json)
        sent = {"accept": "application/json", **(headers or {})}
        if json is not None:
            sent.setdefault("content-type", "application/json")
        url = self._url(adapter.base_url, path, params)
        request = VendorRequest(method, url, sent, body, self._timeout)
        price = _Price(cost, bucket)
        again = (not changing) if retry is None else retry
        if not again:
            return await self._once(request, price, changing=changing, allow=allow)
        attempts = stamina.retry_context(
            on=_wait_before_retry, attempts=self._attempts, timeout=4 * LONGEST_WAIT_SECONDS, wait_initial=0.2
        )
        async for attempt in attempts:
            with attempt:
                return await self._once(request, price, changing=changing, allow=allow)
        raise AssertionError("stamina ends by returning or raising")

    async def forward(
        self,
        method: str,
        path: str,
        *,
        params: Query,
        headers: Mapping[str, str],
        content: bytes | None,
    ) -> VendorAnswer:
        """One call as somebody else wrote it, sent once: the path letter by letter, `headers` over those of the
        credentials, and every answer a success. It goes to the system's own address and nowhere else."""
        base = self._bound().base_url
        url = self._url(base, path, params)
        if not path.startswith("/") or urlsplit(url)[:2] != urlsplit(base)[:2]:
            raise InvalidBody.field("path", "Not a path at the connected system.")
        sent = {"accept": "application/json"}
        if content is not None:
            sent["content-type"] = "application/json"
        request = VendorRequest(method, url, sent, content, self._timeout, exact=True)
        return await self._exchange(request, _Price(), changing=method not in SAFE_METHODS, over=headers)

    async def _once(
        self, request: VendorRequest, price: _Price, *, changing: bool, allow: frozenset[int]
    ) -> VendorAnswer:
        try:
            return await self._attempt(request, price, changing=changing, allow=allow)
        except AdapterError as error:
            error.failed_url = shown_url(request.url)
            raise

    async def _attempt(
        self, request: VendorRequest, price: _Price, *, changing: bool, allow: frozenset[int]
    ) -> VendorAnswer:
        answer = await self._exchange(request, price, changing=changing)
        if answer.status in allow:
            return answer
        problem = self._problem(answer, changing=changing)
        if isinstance(problem, RateLimited) and answer.status != 429:
            await self._budget.hold(problem.retry_after, price.bucket)
        if problem is not None:
            raise problem
        if changing:
            self.effect = Effect.DONE
        return answer

    async def _exchange(
        self, request: VendorRequest, price: _Price, *, changing: bool, over: Mapping[str, str] | None = None
    ) -> VendorAnswer:
        """Sends a request with the credentials, and again when they had to be renewed."""
        adapter = self._bound()
        session = self.session()
        prepared = await adapter.auth.apply(request, session)
        answer = await self._in_turn(_with_headers(prepared, over), price, changing=changing)
        if adapter.session_ended(answer) and await adapter.auth.renew(session):
            prepared = await adapter.auth.apply(request, session)
            answer = await self._in_turn(_with_headers(prepared, over), price, changing=changing)
        return answer

    def session(self) -> AuthSession:
        """What the auth scheme of the connection works with."""
        return AuthSession(self._bound().credentials, self._tokens, self._send_plain, self._application)

    async def _in_turn(self, request: VendorRequest, price: _Price, *, changing: bool) -> VendorAnswer:
        """Sends a request when the budget lets it, and notes there what its answer says of it."""
        adapter, before = self._bound(), self.effect
        try:
            async with self._budget.turn(price.cost, price.bucket) as turn:
                answer = await self._send(request, changing=changing)
                if changing and answer.status < 400:
                    # Being stopped while the turn is given back must not make a write that was taken look undone.
                    self._maybe()
                if answer.status == 429:
                    turn.hold_seconds = retry_after_seconds(answer, adapter.retry_after_header)
                turn.report = adapter.read_rate(answer)
        except NoTurn as error:
            message = f"{adapter.display_name} allows no more requests right now"
            raise _NoTurn(message, origin="integration", retry_after=math.ceil(error.wait_seconds)) from error
        self.effect = before
        return answer

    async def _send(self, request: VendorRequest, *, changing: bool) -> VendorAnswer:
        name = self._bound().display_name
        try:
            return await self._transport.send(request)
        except NotSent as error:
            raise VendorUnavailable(f"{name} cannot be reached: {error}", may_have_applied=False) from error
        except AnswerLost as error:
            if changing:
                self._maybe()
            raise VendorUnavailable(f"{name} gave no complete answer: {error}", may_have_applied=changing) from error
        except asyncio.CancelledError:
            if changing:
                self._maybe()
            raise

    async def _send_plain(self, request: VendorRequest) -> VendorAnswer:
        """A request of the authentication itself: no credentials added, nothing changed there that a write would.

        It is under way like every other, but rates are not published for it.
        """
        return await self._in_turn(request, _Price(cost=0), changing=False)

    def _maybe(self) -> None:
        if self.effect is Effect.NONE:
            self.effect = Effect.MAYBE

    def _problem(self, answer: VendorAnswer, *, changing: bool) -> Exception | None:
        """The error an answer stands for, or None when it is a success."""
        adapter = self._bound()
        if 200 <= answer.status < 300:
            found = adapter.find_problem(answer)
            if changing and isinstance(found, UnexpectedShape):
                self._maybe()
            return found
        name = adapter.display_name
        words = _words(adapter, answer)
        message = words.message if words else f"{name} answered {answer.status}"
        code = words.code if words else None
        if answer.status == 401:
            return NeedsReconnect.credentials(name, vendor_message=words.message if words else None)
        if answer.status == 429:
            wait = retry_after_seconds(answer, adapter.retry_after_header)
            return RateLimited(message, origin="integration", retry_after=wait)
        if 400 <= answer.status < 500:
            return VendorRejected(message, status=answer.status, vendor_code=code)
        if answer.status >= 500:
            lost = changing and answer.status in _GATEWAY_STATUSES
            if lost:
                self._maybe()
            return VendorUnavailable(message, may_have_applied=lost, vendor_code=code)
        return UnexpectedShape(f"{name} answered {answer.status}, which is neither a success nor an error")

    def _url(self, base: str, path: str, params: Query | None) -> str:
        url = path if path.startswith(("http://", "https://")) else f"{base}{path}"
        if not params:
            return url
        pairs = params.items() if isinstance(params, Mapping) else params
        shown = [(name, _text(value)) for name, value in pairs if value is not None]
        return f"{url}{'&' if '?' in url else '?'}{urlencode(shown, quote_via=quote)}"

    def _bound(self) -> Adapter:
        if self._adapter is None:
            raise RuntimeError("the client is used before its adapter was made")
        return self._adapter


def _with_headers(request: VendorRequest, over: Mapping[str, str] | None) -> VendorRequest:
    """The request with headers put over its own, however they are capitalized."""
    if not over:
        return request
    replaced = {name.lower() for name in over}
    kept = {name: value for name, value in request.headers.items() if name.lower() not in replaced}
    return replace(request, headers={**kept, **over})


def _words(adapter: Adapter, answer: VendorAnswer) -> VendorMessage | None:
    """The system's own words in a refusal; none when the answer does not have the shape they come in."""
    if answer.status < 400:
        return None
    try:
        return adapter.read_error(answer)
    except UnexpectedShape as error:
        log.warning("a refusal without the documented shape", error=error.message)
        return None


def _text(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _wait_before_retry(error: Exception) -> bool | float:
    """Whether to retry, and how long to wait when the system said so."""
    if isinstance(error, _NoTurn):
        return False
    if isinstance(error, RateLimited):
        return error.retry_after if error.retry_after <= LONGEST_WAIT_SECONDS else False
    return isinstance(error, AdapterError) and error.retryable
