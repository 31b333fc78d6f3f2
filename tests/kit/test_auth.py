"""Proving who we are, and renewing tokens once however many calls need it."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import msgspec
import pytest

from crossdock.connections import secrets
from crossdock.connections.secrets import StoredTokens
from crossdock.contract.errors import (
    CrossdockError,
    NeedsReconnect,
    RateLimited,
    UnexpectedShape,
    VendorUnavailable,
)
from crossdock.integrations.kit.adapter import Runtime
from crossdock.integrations.kit.auth import (
    AuthScheme,
    AuthSession,
    Basic,
    Credentials,
    HeaderKey,
    MemoryTokens,
    OAuth2ClientCredentials,
    OAuth2Code,
    Token,
    TokenStore,
    read_token,
)
from crossdock.integrations.kit.client import VendorClient
from crossdock.integrations.kit.transport import NetworkTransport, VendorAnswer, VendorRequest
from crossdock.platform.database import Database
from crossdock.platform.engine import Engine
from crossdock.platform.sealing import MasterKey
from crossdock.platform.settings import Settings
from tests.kit.loopback import Answer, Received, http, serve
from tests.kit.test_client import Acme, AcmeCredentials, transport  # noqa: F401 - a fixture

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC)


class App(Credentials, frozen=True):
    client_id: str = "test-id"
    client_secret: str = "test-secret"
    username: str = "ada"
    password: str = "test-päss"


def session(network: NetworkTransport, tokens: TokenStore | None = None) -> AuthSession:
    return AuthSession(App(), tokens or MemoryTokens(), network.send)


REQUEST = VendorRequest("GET", "http://127.0.0.1/stock")


async def test_key_and_basic_are_headers(transport: NetworkTransport) -> None:  # noqa: F811
    keyed = await HeaderKey("client_id", "x-key").apply(REQUEST, session(transport))
    assert keyed.headers["x-key"] == "test-id"
    basic = await Basic("username", "password").apply(REQUEST, session(transport))
    scheme, _, value = basic.headers["authorization"].partition(" ")
    assert (scheme, base64.b64decode(value).decode()) == ("Basic", "ada:test-päss")


def _tokens(lifetime: int = 3600, **more: str) -> tuple[list[str], object]:
    given: list[str] = []

    async def respond(request: Received) -> Answer:
        given.append(request.body.decode())
        body = {"access_token": f"token-{len(given)}", "expires_in": lifetime, **more}
        return http(200, msgspec.json.encode(body))

    return given, respond


async def test_client_credentials_are_traded_once(transport: NetworkTransport) -> None:  # noqa: F811
    """Vendors limit token calls; a token a request would lock the merchant out."""
    given, respond = _tokens()
    async with serve(respond) as server:  # type: ignore[arg-type]
        scheme = OAuth2ClientCredentials(f"{server.url}/token", "Acme", scope="stock")
        work = session(transport)
        sent = await asyncio.gather(*(scheme.apply(REQUEST, work) for _ in range(20)))
    assert {request.headers["authorization"] for request in sent} == {"Bearer token-1"}
    assert len(given) == 1
    assert parse_qs(given[0])["grant_type"] == ["client_credentials"]
    assert parse_qs(given[0])["scope"] == ["stock"]


async def test_a_token_about_to_end_is_renewed_first(transport: NetworkTransport) -> None:  # noqa: F811
    given, respond = _tokens(refresh_token="test-second")
    tokens = MemoryTokens(Token(access="old", expires_at=NOW + timedelta(seconds=30), refresh="test-first"))
    async with serve(respond) as server:  # type: ignore[arg-type]
        scheme = OAuth2Code("https://example.com", f"{server.url}/token", "Acme")
        sent = await scheme.apply(REQUEST, session(transport, tokens))
    assert sent.headers["authorization"] == "Bearer token-1"
    assert parse_qs(given[0])["refresh_token"] == ["test-first"]
    current = await tokens.current()
    assert current is not None
    assert current.refresh == "test-second"


async def test_a_refused_refresh_asks_for_reconnecting(transport: NetworkTransport) -> None:  # noqa: F811
    async def respond(_: Received) -> Answer:
        return http(400, '{"error": "invalid_grant"}')

    async with serve(respond) as server:
        scheme = OAuth2Code("https://example.com", f"{server.url}/token", "Acme")
        tokens = MemoryTokens(Token(access="old", expires_at=NOW, refresh="test-gone"))
        with pytest.raises(NeedsReconnect):
            await scheme.apply(REQUEST, session(transport, tokens))


async def test_a_401_renews_and_tries_once_more(transport: NetworkTransport) -> None:  # noqa: F811
    async def respond(request: Received) -> Answer:
        if request.path == "/token":
            return http(200, '{"access_token": "new"}')
        fits = request.headers["authorization"] == "Bearer new"
        return http(200, "{}") if fits else http(401, '{"message": "expired"}')

    async with serve(respond) as server:

        class Traded(Acme):
            auth: ClassVar[AuthScheme] = OAuth2ClientCredentials(
                f"{server.url}/token", "Acme", id_field="key", secret_field="key"
            )

        client = VendorClient(transport, tokens=MemoryTokens(Token(access="old")))
        adapter = Traded(AcmeCredentials(base_url=server.url, key="test-key"), Runtime(client))
        await adapter.client.post("/stock", {"quantity": 1})
    assert [request.path for request in server.received] == ["/stock", "/token", "/stock"]


# -- across processes ----------------------------------------------------------------------------------------------


@pytest.fixture
def engine(database: Database) -> Engine:
    return Engine(Settings(), database, MasterKey(b"k" * 32))


@pytest.fixture
async def connection_id(engine: Engine, organization_id: UUID) -> UUID:
    """A connection with sealed credentials and no token yet."""
    identifier = uuid4()
    key, wrapped = engine.master_key.new_data_key(organization_id, identifier)
    async with engine.database.transaction(organization_id) as connection:
        await connection.execute(
            "insert into connections (id, organization_id, vertical, integration_name, token_hash) "
            "values (%s, %s, 'wms', 'sandbox', %s)",
            (identifier, organization_id, identifier.bytes),
        )
        await connection.execute(
            "insert into credentials (connection_id, organization_id, master_key_id, wrapped_key, sealed_credentials, "
            "sealed_access_token) values (%s, %s, 'test', %s, %s, %s)",
            (identifier, organization_id, wrapped, secrets.seal_credentials(key, App()), b""),
        )
    return identifier


async def test_of_many_processes_one_renews(
    engine: Engine, database_url: str, organization_id: UUID, connection_id: UUID
) -> None:
    """Two refreshes with one rotating refresh token end the merchant's connection."""
    other = Engine(Settings(), Database(database_url, pool_size=4), engine.master_key)
    await other.open()
    obtained: list[Token | None] = []

    async def obtain(stale: Token | None) -> Token:
        obtained.append(stale)
        await asyncio.sleep(0.2)
        return Token(access="shared", refresh="test-next")

    stores = [StoredTokens((engine, other)[index % 2], organization_id, connection_id) for index in range(6)]
    found = await asyncio.gather(*(store.renew(None, obtain) for store in stores))
    assert {token.access for token in found} == {"shared"}
    assert obtained == [None]
    assert await stores[1].current() == found[0]
    await other.close()


async def test_a_failed_renewal_lets_the_next_one_try(
    engine: Engine, organization_id: UUID, connection_id: UUID
) -> None:
    store = StoredTokens(engine, organization_id, connection_id)

    async def fail(_: Token | None) -> Token:
        raise NeedsReconnect.credentials("Acme")

    async def succeed(_: Token | None) -> Token:
        return Token(access="again")

    with pytest.raises(NeedsReconnect):
        await store.renew(None, fail)
    assert (await store.renew(None, succeed)).access == "again"


async def test_a_token_renewed_meanwhile_is_used_rather_than_replaced(transport: NetworkTransport) -> None:  # noqa: F811
    """Ten parallel calls refused at once would otherwise log in ten times."""
    given, respond = _tokens()
    tokens = MemoryTokens(Token(access="old"))
    async with serve(respond) as server:  # type: ignore[arg-type]
        scheme = OAuth2ClientCredentials(f"{server.url}/token", "Acme")
        sessions = [session(transport, tokens) for _ in range(10)]
        for work in sessions:
            await scheme.apply(REQUEST, work)
        await asyncio.gather(*(scheme.renew(work) for work in sessions))
    assert len(given) == 1


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": "invalid_grant", "error_description": "expired"}, NeedsReconnect),
        (401, {"error": "invalid_client"}, NeedsReconnect),
        (403, "<html>", NeedsReconnect),
        (429, {}, RateLimited),
        (503, {}, VendorUnavailable),
        (200, {"token": "?"}, UnexpectedShape),
    ],
)
def test_a_refused_token(status: int, body: Any, kind: type[CrossdockError]) -> None:
    """Only credentials that are really refused may ask a merchant to connect again."""
    answer = VendorAnswer(status, {"content-type": "application/json"}, json.dumps(body).encode(), "https://x.example")
    with pytest.raises(kind):
        read_token(answer, "Acme")


def test_an_application_of_the_installation_is_not_the_merchants_to_mend() -> None:
    """Told that the credentials are wrong, a merchant would type the right ones again and again."""
    answer = VendorAnswer(401, {}, b'{"error":"invalid_client"}', "https://x.example")
    with pytest.raises(NeedsReconnect, match="Invalid Acme credentials"):
        read_token(answer, "Acme")
    with pytest.raises(NeedsReconnect, match="OAuth application of this installation"):
        read_token(answer, "Acme", installed=True)
