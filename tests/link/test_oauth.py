"""Signing in at a system's own page: state, PKCE, the browser it began in, scopes, rotation and revocation."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from crossdock.accounts import service as accounts
from crossdock.integrations import registry
from crossdock.platform.app import make_app
from crossdock.platform.engine import Engine
from crossdock.platform.settings import oauth_applications
from crossdock.platform.start_errors import StartRefused
from crossdock.syncs import schedules
from crossdock.syncs import service as syncs
from tests.api.client import Caller, client_of, engine_like
from tests.api.vendors.granary import Granary
from tests.link.granary_server import APPLICATION, GranaryServer, running_granary

pytestmark = pytest.mark.anyio

CALLBACK = "/link/oauth/callback"
ENDED = "This sign-in has ended or began in another browser; go back and try again"


@dataclass
class Journey:
    """A customer with a browser, a company, and a granary."""

    engine: Engine
    granary: GranaryServer
    company: Caller
    browser: httpx.AsyncClient
    link_token: str = ""

    async def begin(self, **body: Any) -> None:
        """The company asks for a link token."""
        self.link_token = (await self.company.post("/link/token", body)).json()["link_token"]

    async def ask(self, path: str, **body: Any) -> httpx.Response:
        """A call of the connect window."""
        return await self.browser.post(f"/link/{path}", json={"link_token": self.link_token, **body})

    async def depart(self) -> dict[str, str]:
        """Sets out; gives what the system's page is asked."""
        answer = await self.ask(
            "depart",
            integration_type="wms",
            integration_name="granary",
            credentials={"url": self.granary.url},
        )
        assert answer.status_code == 200, answer.text
        url = answer.json()["authorize_url"]
        assert url.startswith(f"{self.granary.url}/authorize?tenant=north&")
        return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}

    async def arrive(self, url: str, browser: httpx.AsyncClient | None = None) -> httpx.Response:
        """The browser is sent back."""
        return await (browser or self.browser).get(url)

    async def signed_in(self, *scopes: str) -> dict[str, Any]:
        """All the way to the connection."""
        asked = await self.depart()
        assert (await self.arrive(self.granary.decide(asked, scopes))).status_code == 200
        rows = (await self.ask("permissions")).json()["permissions"]
        done = (await self.ask("finish")).json()
        made: dict[str, Any] = (await self.company.post("/link/exchange", {"auth_code": done["auth_code"]})).json()
        return {**made, "rows": {row["label"]: row["outcome"] for row in rows}}

    async def read(self, made: dict[str, Any]) -> httpx.Response:
        """Syncs stock, and reads it with the new token."""
        async with self.engine.database.transaction(self.organization_id) as connection:
            due = await schedules.claim_one(connection, made["connection_id"], "get_inventory")
        assert due is not None
        await syncs.run(self.engine, due)
        return await self.company.with_(token=made["access_token"]).get("/wms/inventory")

    organization_id: Any = None


@pytest.fixture
def known() -> Iterator[None]:
    """The granary is one of the integrations."""
    before = registry.adapters()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "adapters", lambda: (*before, Granary))
        yield


@contextlib.asynccontextmanager
async def _journey(engine: Engine, *, registered: bool) -> AsyncIterator[Journey]:
    own = engine_like(engine)
    own.oauth_applications = {"granary": APPLICATION} if registered else {}
    async with running_granary() as granary, client_of(make_app(own)) as http, client_of(make_app(own)) as browser:
        organization_id = await accounts.create_organization(own.database, "Harbour Goods")
        key = await accounts.create_key(own.database, organization_id, "full")
        made = Journey(own, granary, Caller(http, key), browser, organization_id=organization_id)
        await made.begin()
        yield made
    await own.network.close()


@pytest.fixture
async def journey(engine: Engine, known: None) -> AsyncIterator[Journey]:
    """A customer on the way to a granary."""
    async with _journey(engine, registered=True) as made:
        yield made


async def test_all_the_way(journey: Journey) -> None:
    """The grant of a person becomes a connection that reads."""
    made = await journey.signed_in("stock.read", "products.read")
    assert made["rows"] == {"Read inventory": "granted", "Read products": "granted"}
    assert [record["onhand"] for record in (await journey.read(made)).json()["data"]] == [12]


async def test_what_the_address_says_and_what_it_does_not(journey: Journey) -> None:
    """Nothing in an address that a browser keeps in its history lets anybody in."""
    asked = await journey.depart()
    assert asked["redirect_uri"] == f"http://crossdock.test{CALLBACK}"
    assert (asked["scope"], asked["code_challenge_method"]) == ("stock.read products.read", "S256")
    assert journey.link_token not in str(asked)
    assert APPLICATION.client_secret not in str(asked)
    cookie = journey.browser.cookies.jar._cookies["crossdock.test"]["/"]["crossdock_sign_in"]  # type: ignore[attr-defined]
    assert cookie._rest == {"HttpOnly": None, "SameSite": "lax"}


async def test_an_answer_serves_once_and_only_where_it_began(journey: Journey) -> None:
    """Somebody else's browser cannot be made to connect its system to this company, nor an answer be played again."""
    asked = await journey.depart()
    back = journey.granary.decide(asked, ("stock.read",))
    async with client_of(make_app(journey.engine)) as stranger:
        stranger.cookies.set("crossdock_sign_in", "x" * 43)
        refused = await journey.arrive(back, stranger)
    made_up = await journey.arrive(f"{CALLBACK}?code=1&state=made-up")
    assert (await journey.arrive(back)).status_code == 200
    again = await journey.arrive(back)
    for answer in (refused, made_up, again):
        assert answer.status_code == 400
        assert ENDED in answer.text
        assert answer.text == refused.text
    assert (await journey.ask("progress")).json() == {"waiting": False, "problem": None}


async def test_of_two_answers_at_once_one_counts(journey: Journey) -> None:
    """A code that is redeemed twice makes careful systems end the grant."""
    back = journey.granary.decide(await journey.depart(), ("stock.read",))
    answers = await asyncio.gather(*(journey.arrive(back) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400]
    assert len(journey.granary.grants) == 1


async def test_a_refusal_is_told_and_costs_nothing(journey: Journey) -> None:
    """A person who says no can still say yes, and the company hears of it."""
    denied = await journey.arrive(journey.granary.decide(await journey.depart(), None))
    assert "Access was not granted at Granary" in denied.text
    assert (await journey.ask("progress")).json() == {"waiting": False, "problem": "Access was not granted at Granary"}
    assert (await journey.ask("finish")).status_code == 409
    told = (await journey.company.get("/events")).json()["data"]
    assert [event["event_type"] for event in told] == ["install.failed"]
    assert (await journey.signed_in("stock.read"))["rows"]["Read products"] == "missing"


async def test_a_wrong_verifier_is_refused(journey: Journey) -> None:
    """PKCE is in earnest: a code that somebody else asked for is worth nothing here."""
    first = await journey.depart()
    second = await journey.depart()
    mixed = journey.granary.decide({**first, "state": second["state"]}, ("stock.read",))
    assert "Invalid Granary credentials" in (await journey.arrive(mixed)).text


async def test_tokens_rotate_and_end(journey: Journey) -> None:
    """A connection outlives its tokens, until the merchant withdraws it; then a reinstall mends it."""
    made = await journey.signed_in("stock.read", "products.read")
    for _ in range(2):
        journey.granary.expire()
        assert len((await journey.read(made)).json()["data"]) == 1
    assert journey.granary.grants[0].revoked is False
    journey.granary.revoke()
    await journey.read(made)
    shown = (await journey.company.get(f"/connections/{made['connection_id']}")).json()["data"][0]
    assert [error["error_message"] for error in shown["errors"]] == ["Invalid Granary credentials"]
    await journey.begin(connection_id=made["connection_id"])
    again = await journey.signed_in("stock.read", "products.read")
    assert (again["connection_id"], again["access_token"]) == (made["connection_id"], made["access_token"])
    shown = (await journey.company.get(f"/connections/{made['connection_id']}")).json()["data"][0]
    assert shown["errors"] == []
    assert len((await journey.read(made)).json()["data"]) == 1


async def test_nothing_is_stored_in_the_clear(journey: Journey) -> None:
    """A copy of the database gives nobody the merchant's tokens."""
    await journey.arrive(journey.granary.decide(await journey.depart(), ("stock.read",)))
    [grant] = journey.granary.grants
    async with journey.engine.database.transaction(journey.organization_id) as connection:
        cursor = await connection.execute("select s::text as row from sign_ins s")
        [row] = await cursor.fetchall()
    for secret in (grant.access, grant.refresh, journey.link_token):
        assert secret.encode().hex() not in row["row"]
        assert secret not in row["row"]


async def test_a_missing_application_is_said(engine: Engine, known: None) -> None:
    """Whoever runs this installation learns which variables to set, before a customer is sent anywhere."""
    async with _journey(engine, registered=False) as journey:
        offered = (await journey.ask("session")).json()["integrations"]
        problem = next(item["problem"] for item in offered if item["name"] == "granary")
        assert "CROSSDOCK_OAUTH_GRANARY_CLIENT_ID and CROSSDOCK_OAUTH_GRANARY_CLIENT_SECRET" in problem
        answer = await journey.ask(
            "depart", integration_type="wms", integration_name="granary", credentials={"url": journey.granary.url}
        )
        assert (answer.status_code, answer.json()["error"]) == (409, problem)


async def test_an_address_that_is_no_web_page_is_refused(journey: Journey) -> None:
    """What a customer types as an address is never run as a script."""
    answer = await journey.ask(
        "depart", integration_type="wms", integration_name="granary", credentials={"url": "javascript:alert(1)//"}
    )
    assert answer.status_code == 422


def test_applications_come_from_the_environment() -> None:
    """A misspelt variable is refused at the start rather than found out by a customer."""
    given = {"CROSSDOCK_OAUTH_A_B_CLIENT_ID": "id", "CROSSDOCK_OAUTH_A_B_CLIENT_SECRET": "secret"}
    found = oauth_applications(["a-b", "c"], given)
    assert (found["a-b"].client_id, found["a-b"].client_secret) == ("id", "secret")
    assert list(found) == ["a-b"]
    for wrong in ("CROSSDOCK_OAUTH_AB_CLIENT_ID", "CROSSDOCK_OAUTH_C_CLIENT_SECRET"):
        with pytest.raises(StartRefused, match=wrong):
            oauth_applications(["a-b", "c"], {**given, wrong: "x"})
