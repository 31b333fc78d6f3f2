"""The client of adapters: what is retried, what an answer means, and whether a write may have taken effect."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, ClassVar

import pytest

from crossdock.contract.errors import (
    AdapterError,
    CrossdockError,
    NeedsReconnect,
    RateLimited,
    UnexpectedShape,
    VendorRejected,
    VendorUnavailable,
)
from crossdock.integrations.kit.adapter import Adapter, Runtime, VendorMessage
from crossdock.integrations.kit.addresses import AddressGuard
from crossdock.integrations.kit.auth import AuthScheme, Credentials, bearer, credential
from crossdock.integrations.kit.budget import NoTurn, RateReport, Turn, UnlimitedBudget
from crossdock.integrations.kit.client import Effect, VendorClient, segment
from crossdock.integrations.kit.transport import NetworkTransport, VendorAnswer
from tests.kit.loopback import Answer, Received, Responder, http, serve

pytestmark = pytest.mark.anyio


class AcmeCredentials(Credentials, frozen=True):
    base_url: Annotated[str, credential("Address", "Where the system answers.")]
    key: Annotated[str, credential("Key", "From its settings page.", secret=True)]


class Acme(Adapter):
    slug = "acme"
    display_name = "Acme"
    vertical = "wms"
    description = "A system of these tests."
    docs_url = "https://example.com"
    auth: ClassVar[AuthScheme] = bearer("key")
    credentials_type = AcmeCredentials

    @property
    def base_url(self) -> str:
        return str(self.credentials.base_url)

    def read_error(self, answer: VendorAnswer) -> VendorMessage | None:
        if not answer.headers["content-type"].startswith("application/json"):
            return None
        said = answer.json(dict[str, str])
        return VendorMessage(said["message"], said.get("code"))


@pytest.fixture
async def transport() -> AsyncIterator[NetworkTransport]:
    made = NetworkTransport(AddressGuard([ipaddress.ip_network("127.0.0.0/8")]))
    yield made
    await made.close()


def acme(url: str, transport: NetworkTransport, **options: Any) -> Acme:
    client = VendorClient(transport, **options)
    return Acme(AcmeCredentials(base_url=url, key="test-key"), Runtime(client))


def always(answer: Answer) -> Responder:
    async def respond(_: Received) -> Answer:
        return answer

    return respond


def one_after_another(answers: Sequence[Answer]) -> Responder:
    left = list(answers)

    async def respond(_: Received) -> Answer:
        return left.pop(0)

    return respond


REFUSED = '{"message": "no such bin", "code": "BIN"}'


@pytest.mark.parametrize(
    ("answer", "kind", "status", "message"),
    [
        (http(401, REFUSED), NeedsReconnect, 403, "Invalid Acme credentials"),
        (http(403, REFUSED), VendorRejected, 403, "no such bin"),
        (http(404, REFUSED), VendorRejected, 404, "no such bin"),
        (http(422, REFUSED), VendorRejected, 422, "no such bin"),
        (http(429, REFUSED, retry_after="7"), RateLimited, 429, "no such bin"),
        (http(500, "<html>", "text/html"), VendorUnavailable, 502, "Acme answered 500"),
        (http(302, "", location="https://example.com"), UnexpectedShape, 502, "Acme answered 302"),
    ],
)
async def test_a_refusal_has_its_kind(
    transport: NetworkTransport, answer: bytes, kind: type[AdapterError], status: int, message: str
) -> None:
    """A caller decides by kind whether to mend the body, to wait, or to reconnect."""
    async with serve(always(answer)) as server:
        adapter = acme(server.url, transport)
        with pytest.raises(kind) as caught:
            await adapter.client.post("/stock", {"quantity": 1})
    assert caught.value.status == status
    assert caught.value.message.startswith(message)
    assert caught.value.origin == "integration"
    assert adapter.client.effect is Effect.NONE
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("answer", "effect"),
    [
        (None, Effect.MAYBE),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{", Effect.MAYBE),
        (http(502, "bad gateway", "text/plain"), Effect.MAYBE),
        (http(504, "gateway time-out", "text/plain"), Effect.MAYBE),
        (http(503, "busy", "text/plain"), Effect.NONE),
        (http(500, "failed", "text/plain"), Effect.NONE),
    ],
    ids=["closed", "half an answer", "502", "504", "503", "500"],
)
async def test_a_lost_answer_of_a_write_may_have_applied(
    transport: NetworkTransport, answer: Answer, effect: Effect
) -> None:
    """Taking a lost answer for a failure would make a caller repeat it, and double the stock change."""
    async with serve(always(answer)) as server:
        adapter = acme(server.url, transport)
        with pytest.raises(VendorUnavailable) as caught:
            await adapter.client.post("/stock", {"quantity": 1})
    assert adapter.client.effect is effect
    assert caught.value.may_have_applied is (effect is Effect.MAYBE)
    assert len(server.received) == 1


async def test_a_slow_write_may_have_applied(transport: NetworkTransport) -> None:
    async def respond(_: Received) -> Answer:
        await asyncio.sleep(5)
        return http(200, "{}")

    async with serve(respond) as server:
        adapter = acme(server.url, transport, timeout_seconds=0.2)
        with pytest.raises(VendorUnavailable) as caught:
            await adapter.client.put("/stock", {})
    assert caught.value.may_have_applied
    assert adapter.client.effect is Effect.MAYBE


async def test_a_refused_connection_had_no_effect(transport: NetworkTransport) -> None:
    async with serve(always(None)) as server:
        pass
    adapter = acme(server.url, transport)
    with pytest.raises(VendorUnavailable) as caught:
        await adapter.client.post("/stock", {})
    assert not caught.value.may_have_applied
    assert adapter.client.effect is Effect.NONE


async def test_a_read_is_retried_until_it_succeeds(transport: NetworkTransport) -> None:
    """A sync that gave up at the first hiccup would show old stock for an hour."""
    answers = [http(503, "busy", "text/plain"), None, http(429, REFUSED, retry_after="0"), http(200, '{"ok": true}')]
    async with serve(one_after_another(answers)) as server:
        answer = await acme(server.url, transport).client.get("/stock", {"page": 2, "all": True, "none": None})
    assert answer.json() == {"ok": True}
    assert [request.path for request in server.received] == ["/stock?page=2&all=true"] * 4


async def test_a_post_that_only_reads_is_retried_when_it_says_so(transport: NetworkTransport) -> None:
    async with serve(one_after_another([None, http(200, "{}")])) as server:
        adapter = acme(server.url, transport)
        await adapter.client.post("/graphql", {"query": "{stock}"}, changes=False)
    assert len(server.received) == 2
    assert adapter.client.effect is Effect.NONE


async def test_a_successful_write_is_known_to_have_applied(transport: NetworkTransport) -> None:
    async with serve(always(http(201, "{}"))) as server:
        adapter = acme(server.url, transport)
        await adapter.client.post("/stock", {"quantity": 1})
    assert adapter.client.effect is Effect.DONE
    assert server.received[0].headers["authorization"] == "Bearer test-key"
    assert server.received[0].headers["content-type"] == "application/json"


async def test_html_instead_of_json_names_what_came(transport: NetworkTransport) -> None:
    async with serve(always(http(200, "<html>Sign in</html>", "text/html"))) as server:
        answer = await acme(server.url, transport).client.get("/stock")
    with pytest.raises(UnexpectedShape, match=r"/stock answered 200 with an unexpected body \(text/html\)"):
        answer.json(dict[str, Any])


async def test_a_system_that_asks_for_long_patience_is_not_waited_for(transport: NetworkTransport) -> None:
    async with serve(always(http(429, REFUSED, retry_after="600"))) as server:
        with pytest.raises(RateLimited) as caught:
            await acme(server.url, transport).client.get("/stock")
    assert caught.value.headers() == {"retry-after": "600"}
    assert len(server.received) == 1


class _Told(UnlimitedBudget):
    """A budget of two requests; it notes what it is told."""

    def __init__(self) -> None:
        self.asked: list[tuple[float, str]] = []
        self.turns: list[Turn] = []
        self.held: list[tuple[float, str]] = []

    @asynccontextmanager
    async def turn(self, cost: float, bucket: str) -> AsyncIterator[Turn]:
        self.asked.append((cost, bucket))
        if len(self.asked) > 2:
            raise NoTurn(3600)
        self.turns.append(Turn())
        yield self.turns[-1]

    async def hold(self, seconds: float, bucket: str) -> None:
        self.held.append((seconds, bucket))


async def test_a_request_goes_out_when_it_has_its_turn(transport: NetworkTransport) -> None:
    """Learning a vendor's rate from its refusals would cost the merchant's other tools their share."""
    budget = _Told()
    async with serve(always(http(200, "{}"))) as server:
        adapter = acme(server.url, transport, budget=budget)
        await adapter.client.get("/stock")
        await adapter.client.get("/stock", cost=5, bucket="stock")
        with pytest.raises(RateLimited) as caught:
            await adapter.client.get("/stock")
    assert budget.asked == [(1, ""), (5, "stock"), (1, "")]
    assert caught.value.headers() == {"retry-after": "3600"}
    assert len(server.received) == 2


class _Frank(Acme):
    """Says what is left, and that it is too much, within an answer that counts as a success."""

    def read_rate(self, answer: VendorAnswer) -> RateReport | None:
        return RateReport(available=answer.json(dict[str, float])["left"])

    def find_problem(self, answer: VendorAnswer) -> CrossdockError | None:
        left = answer.json(dict[str, float])["left"]
        return None if left else RateLimited("throttled", origin="integration", retry_after=9)


async def test_what_answers_say_of_the_rate_sets_the_budget_right(transport: NetworkTransport) -> None:
    """A budget that others use too would otherwise be overdrawn until the system refuses."""
    budget = _Told()
    async with serve(one_after_another([http(200, '{"left": 7}'), http(200, '{"left": 0}')])) as server:
        client = VendorClient(transport, budget=budget)
        adapter = _Frank(AcmeCredentials(base_url=server.url, key="test-key"), Runtime(client))
        await adapter.client.post("/graphql", {})
        assert adapter.client.effect is Effect.DONE
        with pytest.raises(RateLimited):
            await adapter.client.post("/graphql", {}, bucket="graph")
    assert [turn.report for turn in budget.turns] == [RateReport(available=7), RateReport(available=0)]
    assert budget.held == [(9, "graph")]


async def test_a_refusal_for_its_rate_is_passed_on(transport: NetworkTransport) -> None:
    budget = _Told()
    async with serve(always(http(429, REFUSED, retry_after="45"))) as server:
        with pytest.raises(RateLimited):
            await acme(server.url, transport, budget=budget).client.get("/stock")
    assert [turn.hold_seconds for turn in budget.turns] == [45]


def test_any_text_is_one_segment() -> None:
    assert segment("a/b c?é") == "a%2Fb%20c%3F%C3%A9"


async def test_the_wait_may_stand_in_a_header_of_another_name(
    transport: NetworkTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked again too soon, some systems make everybody wait from the beginning."""
    monkeypatch.setattr(Acme, "retry_after_header", "x-retry-after")
    async with serve(always(http(429, REFUSED, retry_after="1", x_retry_after="600"))) as server:
        with pytest.raises(RateLimited) as caught:
            await acme(server.url, transport).client.get("/stock")
    assert caught.value.headers() == {"retry-after": "600"}
