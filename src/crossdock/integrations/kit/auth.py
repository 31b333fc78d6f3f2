"""How requests prove who they are: key, basic, bearer, OAuth2 and sessions, with renewal under one lock."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from crossdock.contract.errors import NeedsReconnect, VendorUnavailable
from crossdock.integrations.kit.transport import VendorAnswer, VendorRequest

EARLY = timedelta(seconds=60)
"""Tokens are renewed this long before they end, so that none ends on the way."""


class Credentials(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What a person types to connect a system. Fields carry a title, help and whether they are secret."""


def credential(title: str, help_text: str, *, secret: bool = False, example: str | None = None) -> Meta:
    """Describes one field of the connect form: its label, where to find the value, and whether it is hidden."""
    return Meta(title=title, description=help_text, examples=[example] if example else None, extra={"secret": secret})


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token in use. `expires_at` is None when the system does not say."""

    access: str
    expires_at: datetime | None = None
    refresh: str | None = None

    def fresh(self, now: datetime) -> bool:
        return self.expires_at is None or now < self.expires_at - EARLY


Obtain = Callable[[Token | None], Awaitable[Token]]
"""Gets a new token, given the one that no longer serves."""


class TokenStore(Protocol):
    """Keeps the current token of one connection where every process sees it."""

    async def current(self) -> Token | None: ...

    async def renew(self, stale: Token | None, obtain: Obtain) -> Token:
        """Replaces `stale`. Of several callers at once, one obtains; the others get what it obtained."""
        ...


class MemoryTokens:
    """A token store of one process."""

    def __init__(self, token: Token | None = None) -> None:
        self._token = token
        self._lock = asyncio.Lock()

    async def current(self) -> Token | None:
        return self._token

    async def renew(self, stale: Token | None, obtain: Obtain) -> Token:
        async with self._lock:
            if self._token is None or self._token == stale:
                self._token = await obtain(self._token)
            return self._token


@dataclass
class AuthSession:
    """What an auth scheme works with for one request of a connection."""

    credentials: Any
    tokens: TokenStore
    send: Callable[[VendorRequest], Awaitable[VendorAnswer]]
    used: Token | None = None
    """The token the request went out with; only that one is replaced when it is refused."""

    def text(self, field: str) -> str:
        """A credential as text."""
        return str(getattr(self.credentials, field))


class AuthScheme(Protocol):
    """Adds credentials to a request, and renews them when the system no longer takes them."""

    @property
    def install_method(self) -> str: ...

    async def apply(self, request: VendorRequest, session: AuthSession) -> VendorRequest: ...

    async def renew(self, session: AuthSession) -> bool:
        """Called after a 401; true when there is something new to try with."""
        ...


def with_header(request: VendorRequest, name: str, value: str) -> VendorRequest:
    """The request with one more header."""
    return replace(request, headers={**request.headers, name: value})


@dataclass(frozen=True)
class HeaderKey:
    """A fixed key in a header."""

    field: str
    header: str
    prefix: str = ""
    install_method: str = "input"

    async def apply(self, request: VendorRequest, session: AuthSession) -> VendorRequest:
        return with_header(request, self.header, f"{self.prefix}{session.text(self.field)}")

    async def renew(self, session: AuthSession) -> bool:
        return False


def bearer(field: str) -> HeaderKey:
    """A fixed bearer token."""
    return HeaderKey(field, "authorization", "Bearer ")


@dataclass(frozen=True)
class Basic:
    """User name and password on every request."""

    username_field: str
    password_field: str
    install_method: str = "input"

    async def apply(self, request: VendorRequest, session: AuthSession) -> VendorRequest:
        pair = f"{session.text(self.username_field)}:{session.text(self.password_field)}"
        return with_header(request, "authorization", f"Basic {base64.b64encode(pair.encode()).decode()}")

    async def renew(self, session: AuthSession) -> bool:
        return False


class TokenScheme:
    """Base of schemes that trade credentials for a token that ends. Subclasses say how in `obtain`."""

    install_method = "input"
    header = "authorization"
    prefix = "Bearer "

    async def obtain(self, session: AuthSession, stale: Token | None) -> Token:
        """A new token from the connected system."""
        raise NotImplementedError

    async def apply(self, request: VendorRequest, session: AuthSession) -> VendorRequest:
        token = await session.tokens.current()
        if token is None or not token.fresh(datetime.now(UTC)):
            token = await self._renewed(session, token)
        session.used = token
        return with_header(request, self.header, f"{self.prefix}{token.access}")

    async def renew(self, session: AuthSession) -> bool:
        await self._renewed(session, session.used)
        return True

    async def _renewed(self, session: AuthSession, stale: Token | None) -> Token:
        async def obtain(current: Token | None) -> Token:
            return await self.obtain(session, current)

        return await session.tokens.renew(stale, obtain)


class _TokenAnswer(msgspec.Struct):
    access_token: str
    expires_in: float | None = None
    refresh_token: str | None = None


def _read_token(answer: VendorAnswer, display_name: str, previous_refresh: str | None) -> Token:
    if answer.status >= 500:
        raise VendorUnavailable(f"{display_name} gave no token (status {answer.status})", may_have_applied=False)
    if answer.status != 200:
        raise NeedsReconnect.credentials(display_name)
    found = answer.json(_TokenAnswer)
    ends = None if found.expires_in is None else datetime.now(UTC) + timedelta(seconds=found.expires_in)
    return Token(access=found.access_token, expires_at=ends, refresh=found.refresh_token or previous_refresh)


def _form_request(url: str, form: dict[str, str]) -> VendorRequest:
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    return VendorRequest("POST", url, headers, urlencode(form).encode())


@dataclass
class OAuth2ClientCredentials(TokenScheme):
    """Trades a client id and secret for a token (RFC 6749, section 4.4)."""

    token_url: str
    display_name: str
    id_field: str = "client_id"
    secret_field: str = "client_secret"  # noqa: S105 - the name of a field
    scope: str | None = None

    async def obtain(self, session: AuthSession, stale: Token | None) -> Token:
        form = {
            "grant_type": "client_credentials",
            "client_id": session.text(self.id_field),
            "client_secret": session.text(self.secret_field),
        }
        if self.scope:
            form["scope"] = self.scope
        answer = await session.send(_form_request(self.token_url, form))
        return _read_token(answer, self.display_name, None)


@dataclass
class OAuth2Code(TokenScheme):
    """Renews a token that a person granted in the browser (RFC 6749, section 6).

    The first token is stored when the connection is made; from then on the refresh token is traded for the next one,
    and a new refresh token replaces the old one where the system rotates them.
    """

    authorize_url: str
    token_url: str
    display_name: str
    scopes: tuple[str, ...] = ()
    id_field: str = "client_id"
    secret_field: str = "client_secret"  # noqa: S105 - the name of a field

    install_method = "oauth"

    async def obtain(self, session: AuthSession, stale: Token | None) -> Token:
        if stale is None or stale.refresh is None:
            raise NeedsReconnect.credentials(self.display_name)
        form = {
            "grant_type": "refresh_token",
            "refresh_token": stale.refresh,
            "client_id": session.text(self.id_field),
            "client_secret": session.text(self.secret_field),
        }
        answer = await session.send(_form_request(self.token_url, form))
        return _read_token(answer, self.display_name, stale.refresh)
