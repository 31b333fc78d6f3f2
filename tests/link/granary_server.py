"""The granary as a server: its goods, and an OAuth 2 server with PKCE, scopes, rotation and revocation."""

from __future__ import annotations

import contextlib
import html
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from crossdock.integrations.kit.auth import OAuthApplication, challenge_of
from tests.kit.loopback import Answer, Loopback, Received, http, serve

APPLICATION = OAuthApplication("crossdock-at-granary", "granary-application-secret")
SCOPES = {"stock.read": "See what is in stock", "products.read": "See your products"}
_PAGE = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Granary</title>
<body style="font: 16px system-ui; max-width: 30rem; margin: 3rem auto">
<h1>Granary</h1><p>Crossdock asks for access to your granary.</p>
<form method="post" action="/decide">{hidden}{boxes}
<p><button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></p></form>"""


@dataclass
class Grant:
    """What one person granted, and the tokens that stand for it."""

    scopes: tuple[str, ...]
    access: str = ""
    refresh: str = ""
    spent: set[str] = field(default_factory=set)
    revoked: bool = False

    def renew(self) -> None:
        """New tokens in place of the old ones."""
        self.spent.add(self.refresh)
        self.access, self.refresh = secrets.token_urlsafe(16), secrets.token_urlsafe(16)


@dataclass
class GranaryServer:
    """One granary."""

    grants: list[Grant] = field(default_factory=list)
    codes: dict[str, tuple[Grant, dict[str, str]]] = field(default_factory=dict)
    lifetime: int = 3600
    """Seconds that an access token lasts, as it says."""
    loopback: Loopback = field(default_factory=lambda: Loopback(""))

    @property
    def url(self) -> str:
        return self.loopback.url

    def revoke(self) -> None:
        """The merchant withdraws the application's access."""
        for grant in self.grants:
            grant.revoked = True

    def expire(self) -> None:
        """Access tokens end now; refresh tokens serve."""
        for grant in self.grants:
            grant.access = ""

    def decide(self, asked: dict[str, str], granted: tuple[str, ...] | None) -> str:
        """Where the browser goes once a person has decided; None says no."""
        said = {"state": asked["state"]}
        if granted is None:
            return f"{asked['redirect_uri']}?{urlencode({**said, 'error': 'access_denied'})}"
        code, grant = secrets.token_urlsafe(16), Grant(granted)
        self.codes[code] = (grant, asked)
        return f"{asked['redirect_uri']}?{urlencode({**said, 'code': code})}"

    async def respond(self, request: Received) -> Answer:
        parts = urlsplit(request.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        form = parse_qs(request.body.decode())
        match request.method, parts.path:
            case "GET", "/authorize":
                return self._consent(query)
            case "POST", "/decide":
                asked = json.loads(form["asked"][0])
                allowed = form["decision"] == ["allow"]
                return http(303, location=self.decide(asked, tuple(form.get("scope", ())) if allowed else None))
            case "POST", "/token":
                return self._token({name: values[0] for name, values in form.items()})
            case "GET", "/account":
                return self._served(request, None, {"granary": "north"})
            case "GET", "/stock":
                return self._served(request, "stock.read", [{"id": "g-1", "sku": "wheat", "onhand": 12}])
            case "GET", "/products":
                return self._served(request, "products.read", [{"id": "g-1", "sku": "wheat"}])
        return http(404, "{}")

    def _consent(self, asked: dict[str, str]) -> bytes:
        known = asked.get("client_id") == APPLICATION.client_id and asked.get("tenant") == "north"
        if not known or asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256":
            return http(400, "This application is not known here.", "text/plain")
        hidden = f'<input type="hidden" name="asked" value="{html.escape(json.dumps(asked))}">'
        boxes = "".join(
            f'<p><label><input type="checkbox" name="scope" value="{name}" checked> {SCOPES[name]}</label></p>'
            for name in asked["scope"].split()
        )
        return http(200, _PAGE.format(hidden=hidden, boxes=boxes), "text/html")

    def _token(self, sent: dict[str, str]) -> bytes:
        if (sent.get("client_id"), sent.get("client_secret")) != (APPLICATION.client_id, APPLICATION.client_secret):
            return _refused("invalid_client", 401)
        grant = self._by_code(sent) if sent.get("grant_type") == "authorization_code" else self._by_refresh(sent)
        if grant is None or grant.revoked:
            return _refused("invalid_grant")
        grant.renew()
        said = {
            "access_token": grant.access,
            "refresh_token": grant.refresh,
            "expires_in": self.lifetime,
            "scope": " ".join(grant.scopes),
        }
        return http(200, json.dumps(said))

    def _by_code(self, sent: dict[str, str]) -> Grant | None:
        grant, asked = self.codes.pop(sent.get("code", ""), (None, {}))
        if grant is None or asked["redirect_uri"] != sent.get("redirect_uri"):
            return None
        if challenge_of(sent.get("code_verifier", "")) != asked["code_challenge"]:
            return None
        self.grants.append(grant)
        return grant

    def _by_refresh(self, sent: dict[str, str]) -> Grant | None:
        token = sent.get("refresh_token")
        for grant in self.grants:
            if token in grant.spent:
                # Somebody uses a token twice: it may have been stolen, so the whole grant ends.
                grant.revoked = True
                return None
            if token == grant.refresh:
                return grant
        return None

    def _served(self, request: Received, scope: str | None, value: object) -> bytes:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        grant = next((one for one in self.grants if token and one.access == token and not one.revoked), None)
        if grant is None:
            return http(401, '{"error": "invalid_token"}')
        if scope is not None and scope not in grant.scopes:
            return http(403, '{"error": "insufficient_scope"}')
        return http(200, json.dumps(value))


def _refused(error: str, status: int = 400) -> bytes:
    return http(status, json.dumps({"error": error}))


@contextlib.asynccontextmanager
async def running_granary() -> AsyncIterator[GranaryServer]:
    """A granary that answers on loopback."""
    granary = GranaryServer()
    async with serve(granary.respond) as loopback:
        granary.loopback = loopback
        yield granary
