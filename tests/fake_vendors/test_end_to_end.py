"""What a user of the API goes through with every vendor that has a fake: connect, sync, write, read, pass through."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
import stamina

from crossdock.accounts import service as accounts
from crossdock.connections import service
from crossdock.contract.actions import Action, Answer
from crossdock.contract.catalogue import ACTION_BY_KEY
from crossdock.integrations.kit.adapter import Incremental
from crossdock.integrations.kit.budget import Budget, Rate
from crossdock.integrations.kit.fake import FakeVendor, Fault, specifications_folder
from crossdock.platform.app import make_app
from crossdock.platform.engine import Engine
from crossdock.syncs import schedules
from crossdock.syncs import service as syncs
from crossdock.vendor_webhooks import service as vendor_webhooks
from crossdock.vendor_webhooks import store as subscriptions
from tests.api.client import Caller, client_of, engine_like
from tests.contract_suite.test_fake_vendors import FAKES, _changing_request, listening, name_of, writes

pytestmark = pytest.mark.anyio
HASTE = 100


@pytest.fixture(autouse=True)
def specified(request: pytest.FixtureRequest) -> None:
    """Skips a test whose vendor's specification is not here."""
    kind = request.node.callspec.params["kind"]
    if missing := kind.missing():
        pytest.skip(f"{missing[0]} is not in {specifications_folder()}")


@pytest.fixture(autouse=True)
def hurry(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody waits between two attempts, and what a vendor allows in a minute it allows in less than a second."""
    adapter = request.node.callspec.params["kind"].adapter
    if adapter.budget is not None:
        monkeypatch.setattr(adapter, "budget", hastened(adapter.budget))
    stamina.set_testing(True, attempts=2)
    yield
    stamina.set_testing(False)


def hastened(budget: Budget) -> Budget:
    """The same rates in a time that passes faster."""

    def faster(rate: Rate) -> Rate:
        return replace(rate, per_seconds=rate.per_seconds / HASTE)

    own = faster(Rate(budget.requests, budget.per_seconds, budget.burst))
    buckets = {name: faster(rate) for name, rate in budget.buckets.items()}
    return replace(budget, per_seconds=own.per_seconds, buckets=buckets)


@dataclass(frozen=True)
class Place:
    """A connection to a fake vendor, and the API on top of it."""

    engine: Engine
    fake: FakeVendor
    organization_id: UUID
    connection_id: UUID
    caller: Caller

    @property
    def reads(self) -> list[Action]:
        return [made.action for made in self.fake.adapter.implementations.values() if made.action.is_read]

    async def sync(self) -> None:
        """Runs every sync to its end, as the worker does."""
        for action in self.reads:
            async with self.engine.database.transaction(self.organization_id) as connection:
                due = await schedules.claim_one(connection, self.connection_id, action.name)
            assert due is not None
            await syncs.run(self.engine, due)
        shown = (await self.caller.get(f"/connections/{self.connection_id}")).json()["data"][0]
        assert shown["errors"] == []

    async def subscribe(self) -> str:
        """Asks the vendor for its webhooks, as the worker does; the path that it sends them to."""
        while claims := await vendor_webhooks.claim_subscriptions(self.engine):
            for claim in claims:
                if claim.connection_id == self.connection_id:
                    await vendor_webhooks.subscribe(self.engine, claim)
        async with self.engine.database.system() as system:
            row = await subscriptions.find(system, self.connection_id)
        assert row is not None
        return vendor_webhooks.address(self.engine, row).removeprefix(row.wanted_url)

    async def stored(self, action: Action) -> dict[str, dict[str, Any]]:
        """The records of a list, by id; of a list inside other records, those inside all of them."""
        outside, inside, rest = action.path.partition("/{")
        if inside:
            owners = await self._listed(outside)
            paths = [f"{outside}/{owner}{rest.partition('}')[2]}" for owner in owners]
        else:
            paths = [action.path]
        return {key: record for path in paths for key, record in (await self._listed(path)).items()}

    async def _listed(self, path: str) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        async for page in self.caller.pages(path, limit=200):
            found |= {record["id"]: record for record in page}
        return found


@contextlib.asynccontextmanager
async def connected(engine: Engine, fake: FakeVendor) -> AsyncIterator[Place]:
    """A new organization with a connection to the fake."""
    own = engine_like(engine, public_url="https://crossdock.example.com")
    real = own.network
    own.network = fake  # type: ignore[assignment]
    own.now = lambda: fake.now  # type: ignore[method-assign]
    try:
        async with client_of(make_app(own)) as http:
            yield await _connect(own, fake, http)
    finally:
        await real.close()
    assert fake.violations == []


async def _connect(engine: Engine, fake: FakeVendor, http: httpx.AsyncClient) -> Place:
    organization_id = await accounts.create_organization(engine.database, f"fake {uuid4().hex[:6]}")
    key = await accounts.create_key(engine.database, organization_id, "full")
    row, token = await service.create(
        engine,
        organization_id=organization_id,
        adapter=fake.adapter,
        credentials=msgspec.convert(fake.credentials, fake.adapter.credentials_type),
        customer_id="customer",
    )
    return Place(engine, fake, organization_id, row.id, Caller(http, key, token))


@pytest.mark.parametrize("kind", FAKES, ids=name_of)
class TestSyncing:
    async def test_everything_comes_and_then_what_changed(self, engine: Engine, kind: type[FakeVendor]) -> None:
        """The first thing a user sees are the merchant's records, all of them and then as they are."""
        async with connected(engine, kind()) as place:
            await place.sync()
            for action in place.reads:
                before = await place.stored(action)
                assert set(before) == place.fake.held(action.resource)
                changed = place.fake.change(action.resource)
                place.fake.pass_time(minutes=5)
                await place.sync()
                after = await place.stored(action)
                assert set(after) == place.fake.held(action.resource)
                for identifier in changed & set(before):
                    assert after[identifier] != before[identifier]
                if isinstance(place.fake.adapter.implementations[action.key].mode, Incremental):
                    assert changed

    async def test_a_failed_sync_loses_nothing(self, engine: Engine, kind: type[FakeVendor]) -> None:
        async with connected(engine, kind()) as place:
            await place.sync()
            kept = {action.key: await place.stored(action) for action in place.reads}
            place.fake.pass_time(minutes=5)
            place.fake.fail(Fault.BROKEN, times=50)
            with pytest.raises(AssertionError):
                await place.sync()
            assert {action.key: await place.stored(action) for action in place.reads} == kept
            place.fake.heal()
            await place.sync()


@pytest.mark.parametrize("kind", listening(), ids=name_of)
async def test_what_the_vendor_tells_is_shown_without_a_sync(engine: Engine, kind: type[FakeVendor]) -> None:
    """A sale that waits for the next sync is sold a second time meanwhile."""
    async with connected(engine, kind()) as place:
        await place.sync()
        path = await place.subscribe()
        assert place.fake.subscribed() == sorted(kind.adapter.receivers)
        for action in place.reads:
            if action.resource in kind.silent:
                continue
            before = await place.stored(action)
            place.fake.pass_time(minutes=5)
            changed = place.fake.change(action.resource)
            for message in place.fake.tell(action.resource, changed):
                answer = await place.caller.http.post(path, content=message.body, headers=dict(message.headers))
                assert answer.status_code == 200, answer.text
            await vendor_webhooks.drain(place.engine)
            after = await place.stored(action)
            assert changed
            for identifier in changed:
                assert after[identifier] != before.get(identifier)


@pytest.mark.parametrize("kind", [kind for kind in FAKES if kind.adapter.plain_http], ids=name_of)
async def test_a_call_is_passed_through(engine: Engine, kind: type[FakeVendor]) -> None:
    """What the API does not cover has to be reachable with the stored credentials all the same."""
    assert kind.passthrough is not None
    async with connected(engine, kind()) as place:
        answer = await place.caller.post(f"/{kind.adapter.vertical}/passthrough", kind.passthrough)
        assert answer.status_code == 200, answer.text
        assert answer.json()["status_code"] == 200
        assert answer.json()["body"]


@pytest.mark.parametrize(("kind", "scene"), writes())
async def test_a_write_is_seen_at_once_and_after_the_next_sync(
    engine: Engine, kind: type[FakeVendor], scene: Any
) -> None:
    """A user who changes something has to find it changed, here and at the vendor."""
    fake = kind()
    if scene.before is not None:
        scene.before(fake)
    action = ACTION_BY_KEY[f"{kind.adapter.vertical}/{scene.action}"]
    async with connected(engine, fake) as place:
        await place.sync()
        path = action.path
        for identifier in scene.ids:
            name = path[path.index("{") : path.index("}") + 1]
            path = path.replace(name, identifier)
        answer = await place.caller.send(action.method, path, json=scene.body)
        assert answer.status_code in (200, 201), answer.text
        said = answer.json()
        records = said["data"] if isinstance(said["data"], list) else [said["data"]]
        fake.pass_time(minutes=5)
        await place.sync()
        for record in records:
            shown = await place.caller.get(f"{action.resource.path}/{record['id']}")
            stored = shown.json()["data"]
            stored = stored[0] if isinstance(stored, list) else stored
            own = {"trackstar_updated_date", "trackstar_created_date"}
            assert {k: v for k, v in stored.items() if k not in own} == {
                k: v for k, v in record.items() if k not in own
            }


def settled_batches() -> list[Any]:
    """The first scene of each batch whose lost answer is settled."""

    def is_settled(kind: type[FakeVendor], scene: Any) -> bool:
        made = kind.adapter.implementations[f"{kind.adapter.vertical}/{scene.action}"]
        return made.settler is not None and made.action.answer is Answer.RECORDS

    return [item for item in writes() if is_settled(*item.values)]


@pytest.mark.parametrize(("kind", "scene"), settled_batches())
async def test_a_batch_that_is_settled_answers_as_a_batch(engine: Engine, kind: type[FakeVendor], scene: Any) -> None:
    """Whoever sends a batch a second time reads a list, whether its first answer was lost or not."""
    fake = kind()
    action = ACTION_BY_KEY[f"{kind.adapter.vertical}/{scene.action}"]
    body = {"line_items": scene.body["line_items"][:1]}
    method, path = await _changing_request(kind, scene)
    async with connected(engine, fake) as place:
        await place.sync()
        fake.fail(Fault.SLOW, method=method, path=path, times=9)
        lost = await place.caller.send(action.method, action.path, json=body, headers={"Idempotency-Key": "batch"})
        assert lost.status_code == 504, lost.text
        fake.heal()
        again = await place.caller.send(action.method, action.path, json=body, headers={"Idempotency-Key": "batch"})
        assert again.status_code == 200, again.text
        assert [record["id"] for record in again.json()["data"]] == [body["line_items"][0]["product_id"]]
