"""How requests prove who they are: key, basic, bearer, OAuth2 and sessions, with renewal under one lock."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Protocol, get_args, get_origin
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from crossdock.contract.errors import NeedsReconnect, RateLimited, VendorUnavailable
from crossdock.integrations.kit.transport import VendorAnswer, VendorRequest, retry_after_seconds

EARLY = timedelta(seconds=60)
"""Tokens are renewed this long before they end, so that none ends on the way."""


class Credentials(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What a person types to connect a system. Fields carry a title, help and whether they are secret."""


@dataclass(frozen=True)
class CredentialField:
    """One field of the connect form. Where `choices` is not empty, the value is one of them."""

    name: str
    label: str
    help: str
    secret: bool
    required: bool
    example: str
    choices: tuple[str, ...]


def credential_fields(kind: type[Credentials]) -> list[CredentialField]:
    """The connect form of an integration, in the order of its credentials."""
    found = []
    for item in msgspec.structs.fields(kind):
        meta = next((part for part in getattr(item.type, "__metadata__", ()) if isinstance(part, Meta)), Meta())
        plain = get_args(item.type)[0] if get_origin(item.type) is Annotated else item.type
        found.append(
            CredentialField(
                name=item.encode_name,
                label=meta.title or item.encode_name,
                help=meta.description or "",
                secret=bool((meta.extra or {}).get("secret")),
                required=item.required,
                example=str(meta.examples[0]) if meta.examples else "",
                choices=tuple(str(value) for value in get_args(plain)) if get_origin(plain) is Literal else (),
            )
        )
    return found


def credential(title: str, help_text: str, *, secret: bool = False, example: str | None = None) -> Meta:
    """Describes one field of the connect form: its label, where to find the value, and whether it is hidden."""
    return Meta(title=title, description=help_text, examples=[example] if example else None, extra={"secret": secret})


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token in use. `expires_at` is None when the system does not say; `scopes` is what a person granted, where the
    scheme has scopes."""

    access: str
    expires_at: datetime | None = None
    refresh: str | None = None
    scopes: tuple[str, ...] | None = None

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


@dataclass(frozen=True)
class OAuthApplication:
    """What an installation is known as to a system's OAuth server. A public client has no secret."""

    client_id: str
    client_secret: str = ""


@dataclass
class AuthSession:
    """What an auth scheme works with for one request of a connection."""

    credentials: Any
    tokens: TokenStore
    send: Callable[[VendorRequest], Awaitable[VendorAnswer]]
    application: OAuthApplication | None = None
    """The installation's OAuth application at the system, where it has one."""
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


def basic(user: str, password: str) -> str:
    """A header's value with user name and password (RFC 7617)."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


@dataclass(frozen=True)
class Basic:
    """User name and password on every request."""

    username_field: str
    password_field: str
    install_method: str = "input"

    async def apply(self, request: VendorRequest, session: AuthSession) -> VendorRequest:
        user, password = session.text(self.username_field), session.text(self.password_field)
        return with_header(request, "authorization", basic(user, password))

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
    scope: str | None = None


class _TokenRefusal(msgspec.Struct):
    error: str = ""
    error_description: str | None = None


def _refusal(answer: VendorAnswer) -> _TokenRefusal:
    """Why a token was refused, in the words of RFC 6749, section 5.2, where the system uses them."""
    try:
        return msgspec.json.decode(answer.body, type=_TokenRefusal)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _TokenRefusal()


def read_token(
    answer: VendorAnswer, display_name: str, previous: Token | None = None, *, installed: bool = False
) -> Token:
    """The token in an answer of RFC 6749; keeps what a new one leaves out of the `previous` one.

    A refusal asks for new credentials. Where the application is that of this installation (`installed`), nobody who
    connects a system can help when that is what is refused, so it is said.
    """
    if answer.status == 429:
        wait = retry_after_seconds(answer)
        raise RateLimited(f"{display_name} gives no more tokens right now", origin="integration", retry_after=wait)
    if answer.status >= 500:
        raise VendorUnavailable(f"{display_name} gave no token (status {answer.status})", may_have_applied=False)
    if not 200 <= answer.status < 300:
        said = _refusal(answer)
        if installed and said.error in ("invalid_client", "unauthorized_client"):
            raise NeedsReconnect(
                f"{display_name} does not accept the OAuth application of this installation",
                vendor_code=said.error,
                vendor_message=said.error_description,
            )
        raise NeedsReconnect.credentials(display_name, vendor_message=said.error_description)
    found = answer.json(_TokenAnswer)
    ends = None if found.expires_in is None else datetime.now(UTC) + timedelta(seconds=found.expires_in)
    kept = Token(access="") if previous is None else previous
    return Token(
        access=found.access_token,
        expires_at=ends,
        refresh=found.refresh_token or kept.refresh,
        scopes=kept.scopes if found.scope is None else tuple(found.scope.replace(",", " ").split()),
    )


def form_request(url: str, form: Mapping[str, str], *, user: str = "", password: str = "") -> VendorRequest:
    """A form that is posted, with Basic credentials where a `user` is given."""
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    if user:
        headers["authorization"] = basic(user, password)
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
        answer = await session.send(form_request(self.token_url, form))
        return read_token(answer, self.display_name)


Address = str | Callable[[Any], str]
"""Where a system's OAuth server answers: fixed, or made from what a person typed, such as the name of a shop."""


def _address(address: Address, credentials: Any) -> str:
    return address if isinstance(address, str) else address(credentials)


def new_verifier() -> str:
    """A secret that proves later that whoever redeems a code also asked for it (RFC 7636)."""
    return secrets.token_urlsafe(48)


def challenge_of(verifier: str) -> str:
    """What of a verifier may be shown beforehand."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass
class OAuth2Code(TokenScheme):
    """A token that a person grants in the browser, and its renewal (RFC 6749, sections 4.1 and 6, with RFC 7636).

    The application is the one the credentials name in `id_field` and `secret_field`, for systems where every customer
    makes one, or else the installation's. The refresh token is traded for the next token, and a new refresh token
    replaces the old one where the system rotates them.
    """

    authorize_url: Address
    token_url: Address
    display_name: str
    scopes: tuple[str, ...] = ()
    id_field: str = "client_id"
    secret_field: str = "client_secret"  # noqa: S105 - the name of a field
    extra: Mapping[str, str] = field(default_factory=dict)
    """Parameters that the system wants in the authorization address beside those of the standard."""

    install_method = "oauth"

    def application(self, credentials: Any, installed: OAuthApplication | None) -> OAuthApplication | None:
        """The application to sign in with; None when nobody has made one."""
        own = getattr(credentials, self.id_field, None)
        if own:
            return OAuthApplication(str(own), str(getattr(credentials, self.secret_field, "")))
        return installed

    def authorization(
        self, credentials: Any, application: OAuthApplication, *, redirect_uri: str, state: str, verifier: str
    ) -> str:
        """The address where a person grants access."""
        asked = {
            "response_type": "code",
            "client_id": application.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self.scopes),
            "state": state,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
            **self.extra,
        }
        url = _address(self.authorize_url, credentials)
        return f"{url}{'&' if '?' in url else '?'}{urlencode({name: text for name, text in asked.items() if text})}"

    async def redeem(self, session: AuthSession, *, code: str, verifier: str, redirect_uri: str) -> Token:
        """The first token, for the code that came back from the browser."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        return await self._ask(session, form, Token(access="", scopes=self.scopes))

    async def obtain(self, session: AuthSession, stale: Token | None) -> Token:
        if stale is None or stale.refresh is None:
            raise NeedsReconnect.credentials(self.display_name)
        return await self._ask(session, {"grant_type": "refresh_token", "refresh_token": stale.refresh}, stale)

    async def _ask(self, session: AuthSession, form: dict[str, str], previous: Token) -> Token:
        application = self.application(session.credentials, session.application)
        if application is None:
            raise NeedsReconnect(f"This installation has no OAuth application for {self.display_name}")
        form["client_id"] = application.client_id
        if application.client_secret:
            form["client_secret"] = application.client_secret
        answer = await session.send(form_request(_address(self.token_url, session.credentials), form))
        return read_token(answer, self.display_name, previous, installed=application is session.application)
