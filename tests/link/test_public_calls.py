"""What anybody on the network can call: nobody learns from it, tires it out, or uses a customer's browser for it."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any
from uuid import uuid4

import httpx
import pytest

from crossdock.link import brands
from crossdock.platform.app import make_app
from crossdock.platform.engine import Engine
from crossdock.platform.settings import OWN_MACHINE, load
from crossdock.platform.start_errors import StartRefused
from tests.api.client import Account, Caller, DepotConnection, client_of, engine_like
from tests.api.depot_server import KEY
from tests.link.signing_in import complete

pytestmark = pytest.mark.anyio

CALLS: dict[str, dict[str, Any]] = {
    "session": {},
    "sign-in": {"integration_type": "wms", "integration_name": "depot", "credentials": {"url": "x", "key": "y"}},
    "depart": {"integration_type": "wms", "integration_name": "depot"},
    "progress": {},
    "permissions": {},
    "finish": {},
}
"""Every call of the connect window that shows a link token."""
PUBLIC_PAGES = ("/main.js", "/link/modal", "/link/magic/x", "/link/oauth/start", "/link/assets/connect.js", "/docs")


async def _token(caller: Caller, **body: Any) -> str:
    return str((await caller.post("/link/token", body)).json()["link_token"])


def _told(answer: httpx.Response) -> tuple[int, str, list[str]]:
    """All of an answer that a caller could learn something from."""
    return answer.status_code, answer.text, sorted(name for name in answer.headers if name != "x-request-id")


async def test_every_call_of_the_window_is_looked_at(engine: Engine) -> None:
    """A call that is added later and forgotten here would escape the comparison below."""
    found = {
        path.removeprefix("/link/")
        for path in _paths(engine)
        if path.startswith("/link/") and path.count("/") == 2 and path not in ("/link/token", "/link/exchange")
    }
    assert found - {"modal", "magic-session"} == set(CALLS)


def _paths(engine: Engine) -> list[str]:
    shell: Any = make_app(engine)
    return [route.path for route in shell._app.routes]


async def test_no_answer_tells_a_link_token_that_was_real_from_one_that_never_was(
    depot_connection: DepotConnection,
) -> None:
    """Whoever guesses or steals used tokens must not learn which were real."""
    organization = depot_connection.caller.with_(token=None)
    engine = depot_connection.engine
    used, ended, ended_link = await _token(organization), await _token(organization), str(uuid4())
    await complete(engine, used, "wms", "depot", {"url": depot_connection.depot.url, "key": KEY})
    async with engine.database.transaction(depot_connection.organization_id) as connection:
        await connection.execute(
            "update link_tokens set expires_at = now() - interval '1 second' where used_at is null"
        )
    for call, body in CALLS.items():
        answers = [
            await organization.http.post(f"/link/{call}", json={"link_token": token, **body})
            for token in (used, ended, "cdl_" + "x" * 43, "", ended_link)
        ]
        assert {answer.json()["error"] for answer in answers} == {"Invalid or expired link token"}
        assert len({str(_told(answer)) for answer in answers}) == 1


async def test_no_answer_tells_a_code_that_was_real_from_one_that_never_was(
    depot_connection: DepotConnection, reader: Account
) -> None:
    """The same for auth codes, those of other organizations included."""
    organization = depot_connection.caller.with_(token=None)
    typed = {"url": depot_connection.depot.url, "key": KEY}
    engine = depot_connection.engine
    done = await complete(engine, await _token(organization), "wms", "depot", typed)
    strangers = await reader.organization.post("/link/exchange", {"auth_code": done.auth_code})
    assert (await organization.post("/link/exchange", {"auth_code": done.auth_code})).status_code == 200
    ended = await complete(engine, await _token(organization), "wms", "depot", typed)
    async with engine.database.transaction(depot_connection.organization_id) as connection:
        await connection.execute("update auth_codes set expires_at = now() - interval '1 second'")
    said = [
        (answer.status_code, answer.json())
        for answer in (
            strangers,
            await organization.post("/link/exchange", {"auth_code": done.auth_code}),
            await organization.post("/link/exchange", {"auth_code": ended.auth_code}),
            await organization.post("/link/exchange", {"auth_code": "cdc_" + "x" * 43}),
        )
    ]
    assert said == [(400, {"error": "Invalid or expired auth code", "origin": "trackstar"})] * 4


async def test_of_many_exchanges_at_once_one_gets_the_connection(depot_connection: DepotConnection) -> None:
    """Two connections from one sign-in would sync and be billed twice."""
    organization = depot_connection.caller.with_(token=None)
    typed = {"url": depot_connection.depot.url, "key": KEY}
    done = await complete(depot_connection.engine, await _token(organization), "wms", "depot", typed)
    answers = await asyncio.gather(
        *(organization.post("/link/exchange", {"auth_code": done.auth_code}) for _ in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
    assert len((await organization.get("/connections")).json()["data"]) == 2


async def test_of_many_endings_at_once_one_gets_the_code(depot_connection: DepotConnection) -> None:
    """A link token is good for one sign-in, however often its window is open."""
    organization = depot_connection.caller.with_(token=None)
    token = await _token(organization)
    body = {"integration_type": "wms", "integration_name": "depot"}
    typed = {"url": depot_connection.depot.url, "key": KEY}
    await organization.http.post("/link/sign-in", json={"link_token": token, **body, "credentials": typed})
    answers = await asyncio.gather(
        *(organization.http.post("/link/finish", json={"link_token": token}) for _ in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 5


async def test_a_form_of_another_site_gets_nowhere(reader: Account) -> None:
    """A browser sends forms anywhere; it asks first before it sends JSON, and nobody answers that."""
    token = await _token(reader.organization)
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"):
        for call in [*CALLS, "magic-session"]:
            content = f'{{"link_token": "{token}"}}'
            answer = await reader.http.post(f"/link/{call}", content=content, headers={"content-type": kind})
            assert answer.status_code == 415
    asked = await reader.http.options(
        "/link/sign-in", headers={"origin": "https://evil.test", "access-control-request-method": "POST"}
    )
    assert "access-control-allow-origin" not in asked.headers


async def test_one_address_is_held_back(engine: Engine) -> None:
    """Nobody wears out the pages, and nobody tries passwords of other systems through us."""
    own = engine_like(engine, public_calls_per_minute=8, sign_ins_per_minute=3, trusted_proxies="127.0.0.1/32")
    async with client_of(make_app(own)) as client:
        for path in (*PUBLIC_PAGES, "/openapi.json", "/logos/wms/sandbox.svg"):
            await client.get(path)
        refused = [await client.get(path) for path in PUBLIC_PAGES]
        assert {answer.status_code for answer in refused} == {429}
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
        assert (await client.get("/healthz")).status_code == 200
        elsewhere = {"x-forwarded-for": "203.0.113.7"}
        spoofed = {"x-forwarded-for": "198.51.100.1, 203.0.113.7"}
        body = {"link_token": "guessed", **CALLS["sign-in"]}
        answers = [await client.post("/link/sign-in", json=body, headers=elsewhere) for _ in range(3)]
        assert {answer.status_code for answer in answers} == {400}
        assert (await client.post("/link/sign-in", json=body, headers=spoofed)).status_code == 429
        other = {**body, "link_token": "another"}
        for number in range(3):
            told = {"x-forwarded-for": f"203.0.113.{20 + number}"}
            assert (await client.post("/link/sign-in", json=other, headers=told)).status_code == 400
        last = {"x-forwarded-for": "203.0.113.30"}
        assert (await client.post("/link/sign-in", json=other, headers=last)).status_code == 429
        network = [{"x-forwarded-for": f"2001:db8::{number}"} for number in range(9)]
        assert [(await client.get("/main.js", headers=told)).status_code for told in network] == [200] * 8 + [429]


async def test_who_may_show_the_window(engine: Engine) -> None:
    """Pages that nobody allowed cannot lay anything over it, and nothing of anybody else runs in it."""
    own = engine_like(engine, link_origins="https://app.example.com, https://*.example.org/")
    async with client_of(make_app(engine)) as usual, client_of(make_app(own)) as chosen:
        policy = (await usual.get("/link/modal")).headers["content-security-policy"]
        assert policy.endswith(f"frame-ancestors 'self' {' '.join(OWN_MACHINE)}")
        answer = await chosen.get("/link/modal")
        policy = answer.headers["content-security-policy"]
        assert policy.endswith("frame-ancestors 'self' https://app.example.com https://*.example.org")
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        for path in ("/link/magic/x", "/link/oauth/start", "/?link_token=x", "/link/oauth/callback?state=x"):
            policy = (await chosen.get(path)).headers["content-security-policy"]
            assert policy.endswith("frame-ancestors 'none'")
    with pytest.raises(StartRefused, match=r"CROSSDOCK_LINK_ORIGINS: app\.example\.com is not an origin"):
        load({"CROSSDOCK_LINK_ORIGINS": "app.example.com"})


async def test_the_script_is_small_and_may_be_shown_anywhere(reader: Account) -> None:
    """Every page with a button loads it, also pages that isolate themselves from everybody else."""
    answer = await reader.http.get("/main.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert len(gzip.compress(answer.content)) < 30_000
    assert "http://" not in answer.text
    assert "https://" not in answer.text


async def test_the_root_leads_to_the_documents(reader: Account) -> None:
    answer = await reader.http.get("/")
    assert (answer.status_code, answer.headers["location"]) == (302, "/docs")


async def test_the_window_looks_like_the_organization(reader: Account, engine: Engine) -> None:
    """A customer recognises whom they give access to."""
    token = await _token(reader.organization)
    picture = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    async with engine.database.transaction(reader.organization_id) as connection:
        await brands.save(connection, reader.organization_id, "#0a7d5a", picture)
    shown = (await reader.http.post("/link/session", json={"link_token": token})).json()
    assert shown["color"] == "#0a7d5a"
    assert shown["logo"].startswith("data:image/svg+xml;base64,PHN2Zy")
    async with engine.database.transaction(reader.organization_id) as connection:
        await brands.save(connection, reader.organization_id, None, None)
    shown = (await reader.http.post("/link/session", json={"link_token": token})).json()
    assert (shown["color"], shown["logo"]) == (None, None)


async def test_made_up_messages_of_systems_are_held_back(engine: Engine) -> None:
    """Whoever floods the address of vendors' webhooks is told to wait, by the address they come from."""
    strict = engine_like(engine, public_calls_per_minute=2)
    async with client_of(make_app(strict)) as client:
        path = f"/vendor-webhooks/{uuid4().hex}/made-up"
        answers = [(await client.post(path, content=b"{}")).status_code for _ in range(3)]
    assert answers == [401, 401, 429]
