"""Every adapter with a fake is tried against its vendor's own specification.

Without the specifications on this machine these tests are skipped, each by its name, and the recorded exchanges of the
folders still run. Where the specifications are, or CI is set, there has to be something to run.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from typing import Any

import pytest
import stamina

from crossdock.contract.actions import Action
from crossdock.contract.catalogue import ACTION_BY_KEY, READ_OF
from crossdock.contract.errors import CrossdockError, NeedsReconnect, RateLimited, UnexpectedShape, VendorUnavailable
from crossdock.integrations import registry
from crossdock.integrations.kit import exchanges
from crossdock.integrations.kit.adapter import Adapter, Incremental, Window
from crossdock.integrations.kit.client import Effect
from crossdock.integrations.kit.fake import FakeVendor, Fault, Scene, find, specifications_folder
from crossdock.integrations.kit.fake.scenes import record
from crossdock.integrations.kit.webhooks import AddressOnly, Delivery, Incoming, Subscription

pytestmark = pytest.mark.anyio
FAKES = [fake for adapter in registry.adapters() if (fake := find(adapter)) is not None]
MAX_PAGES = 1000
URL, SECRET = "https://crossdock.example.com/vendor-webhooks/x/y", "test-webhook-secret"
REFUSED_FAULTS = {
    Fault.UNAUTHORIZED: NeedsReconnect,
    Fault.FORBIDDEN: CrossdockError,
    Fault.TOO_MANY: RateLimited,
    Fault.BROKEN: VendorUnavailable,
    Fault.BUSY: VendorUnavailable,
    Fault.UNREACHABLE: VendorUnavailable,
}

PASSING_FAULTS = [Fault.TOO_MANY, Fault.BROKEN, Fault.BUSY, Fault.SLOW]


def name_of(kind: type[FakeVendor]) -> str:
    return f"{kind.adapter.vertical}-{kind.adapter.slug}"


def scenes() -> list[Any]:
    listed = [(kind, scene) for kind in FAKES for scene in kind.scenes]
    return [pytest.param(kind, scene, id=f"{name_of(kind)}-{scene.cassette}") for kind, scene in listed]


def reads() -> list[Any]:
    return [
        pytest.param(kind, made.action, id=f"{name_of(kind)}-{made.action.name}")
        for kind in FAKES
        for made in kind.adapter.implementations.values()
        if made.action.is_read
    ]


def writes() -> list[Any]:
    """The first scene of each write that nothing is meant to disturb."""
    found: dict[tuple[type[FakeVendor], str], Scene] = {}
    for kind in FAKES:
        for scene in kind.scenes:
            action = ACTION_BY_KEY.get(f"{kind.adapter.vertical}/{scene.action}")
            if action is not None and action.is_write and scene.succeeds:
                found.setdefault((kind, scene.action), scene)
    return [pytest.param(kind, scene, id=f"{name_of(kind)}-{scene.action}") for (kind, _), scene in found.items()]


@pytest.fixture(autouse=True)
def specified(request: pytest.FixtureRequest) -> None:
    """Skips a test whose vendor's specification is not here."""
    kind = request.node.callspec.params.get("kind") if hasattr(request.node, "callspec") else None
    if kind is not None and (missing := kind.missing()):
        pytest.skip(f"{missing[0]} is not in {specifications_folder()}")


@pytest.fixture(autouse=True)
def hurry() -> Any:
    """Nobody waits between two attempts."""
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)


def test_specifications_are_there_where_they_have_to_be() -> None:
    """A build that lost its specifications would prove nothing and look green."""
    if not specifications_folder().exists() and not os.environ.get("CI"):
        pytest.skip(f"there is no {specifications_folder()}")
    assert FAKES
    assert {name_of(kind): kind.missing() for kind in FAKES if kind.missing()} == {}


async def pages(fake: FakeVendor, action: Action, window: Window, attempts: int = 3) -> AsyncIterator[Any]:
    adapter = fake.connect(attempts=attempts)
    count = 0
    async for page in adapter.read_pages(action, window):
        count += 1
        assert count < MAX_PAGES, "the read does not end"
        exchanges.checked(action, list(page.records))
        yield page


async def ids(fake: FakeVendor, action: Action, window: Window, attempts: int = 3) -> list[str]:
    return [record.id async for page in pages(fake, action, window, attempts) for record in page.records]


def start_of(fake: FakeVendor) -> Window:
    return Window(None, fake.now)


class TestScenes:
    @pytest.mark.parametrize(("kind", "scene"), scenes())
    async def test_the_fake_still_answers_like_this(self, kind: type[FakeVendor], scene: Scene) -> None:
        """A cassette that the specification does not allow would keep a broken adapter green."""
        stamina.set_testing(True, attempts=1)  # A cassette is replayed without second attempts.
        recorded = await record(kind, scene)
        path = exchanges.cassette_folder(kind.adapter) / f"{scene.cassette}.json"
        if os.environ.get("CROSSDOCK_RECORD_CASSETTES"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(recorded)
        assert path.read_text() == recorded

    @pytest.mark.parametrize("kind", FAKES, ids=name_of)
    def test_every_scene_has_a_name_of_its_own(self, kind: type[FakeVendor]) -> None:
        names = [scene.cassette for scene in kind.scenes]
        assert len(names) == len(set(names))
        assert names


class TestReading:
    @pytest.mark.parametrize(("kind", "action"), reads())
    async def test_a_walk_finds_everything_once(self, kind: type[FakeVendor], action: Action) -> None:
        """What a walk leaves out is missing from the merchant's data, and nobody notices."""
        fake = kind()
        fake.crowd()
        found = await ids(fake, action, start_of(fake))
        assert sorted(found) == sorted(fake.held(action.resource))
        assert len(found) > 1
        assert fake.requests_checked
        assert fake.answers_checked
        assert fake.violations == []

    @pytest.mark.parametrize(("kind", "action"), reads())
    async def test_a_walk_resumes_where_it_stopped(self, kind: type[FakeVendor], action: Action) -> None:
        """A worker that is killed goes on from its cursor, and would otherwise lose what lies between."""
        fake = kind()
        fake.crowd()
        seen: set[str] = set()
        cursors = []
        async for page in pages(fake, action, start_of(fake)):
            seen |= {found.id for found in page.records}
            if page.cursor is not None:
                cursors.append((page.cursor, set(seen)))
        for cursor, before in cursors[:3]:
            rest = await ids(fake, action, Window(None, fake.now, cursor))
            assert before | set(rest) >= fake.held(action.resource)

    @pytest.mark.parametrize(("kind", "action"), reads())
    async def test_a_sync_asks_only_for_what_changed(self, kind: type[FakeVendor], action: Action) -> None:
        """Reading everything each hour eats the merchant's rate; missing a change shows old stock."""
        fake = kind()
        fake.crowd()
        since = fake.now
        changed = fake.change(action.resource)
        mode = kind.adapter.implementations[action.key].mode
        found = set(await ids(fake, action, Window(since, fake.now)))
        assert found >= changed
        if isinstance(mode, Incremental):
            assert changed, "the fake changes nothing"
            assert found < fake.held(action.resource)


class TestTrouble:
    @pytest.mark.parametrize("fault", REFUSED_FAULTS, ids=lambda fault: fault.name.lower())
    @pytest.mark.parametrize(("kind", "action"), reads())
    async def test_a_read_says_what_is_wrong(self, kind: type[FakeVendor], action: Action, fault: Fault) -> None:
        """A page that failed and counts as empty would hide everything behind it."""
        fake = kind()
        fake.fail(fault, times=MAX_PAGES, retry_after=0)
        with pytest.raises(REFUSED_FAULTS[fault]):
            await ids(fake, action, start_of(fake), attempts=2)
        assert fake.violations == []

    @pytest.mark.parametrize("fault", PASSING_FAULTS, ids=lambda fault: fault.name.lower())
    @pytest.mark.parametrize(("kind", "action"), reads())
    async def test_a_read_gets_over_it(self, kind: type[FakeVendor], action: Action, fault: Fault) -> None:
        """A vendor is down for a moment now and then, which is no reason to lose a sync."""
        fake = kind()
        fake.fail(fault, times=1, retry_after=0)
        assert sorted(await ids(fake, action, start_of(fake))) == sorted(fake.held(action.resource))

    @pytest.mark.parametrize(("kind", "action"), reads())
    async def test_half_an_answer_is_no_answer(self, kind: type[FakeVendor], action: Action) -> None:
        fake = kind()
        fake.fail(Fault.HALF, times=MAX_PAGES)
        with pytest.raises((UnexpectedShape, VendorUnavailable)):
            await ids(fake, action, start_of(fake), attempts=1)

    @pytest.mark.parametrize(("kind", "action"), reads())
    async def test_a_page_that_comes_again_neither_hangs_nor_breaks(
        self, kind: type[FakeVendor], action: Action
    ) -> None:
        """A walk that does not end takes a worker with it."""
        fake = kind()
        fake.crowd()
        fake.fail(Fault.DUPLICATED, times=MAX_PAGES, after=1)
        try:
            found = await ids(fake, action, start_of(fake))
        except UnexpectedShape:
            return
        assert set(found) <= fake.held(action.resource)

    @pytest.mark.parametrize("kind", FAKES, ids=name_of)
    async def test_wrong_credentials_do_not_connect(self, kind: type[FakeVendor]) -> None:
        fake = kind()
        with pytest.raises(NeedsReconnect):
            await fake.connect(credentials=kind.wrong_credentials).check()
        assert await kind().connect().check()


async def write(fake: FakeVendor, adapter: Adapter, scene: Scene) -> Any:
    return await exchanges.run(adapter, exchanges.as_call(scene.ids, scene.body, fake.now, scene.action))


class TestWriting:
    @pytest.mark.parametrize(("kind", "scene"), writes())
    async def test_what_is_written_is_read_back(self, kind: type[FakeVendor], scene: Scene) -> None:
        """An answer that shows what was asked for, instead of what is there, hides that nothing happened."""
        fake = kind()
        if scene.before is not None:
            scene.before(fake)
        outcome = await write(fake, fake.connect(reference=scene.reference), scene)
        written = outcome["records"] if "records" in outcome else [outcome["record"]]
        action = ACTION_BY_KEY[f"{kind.adapter.vertical}/{scene.action}"]
        read = READ_OF[action.resource.key]
        if kind.adapter.can(read):
            later = {
                found["id"]: found
                async for page in pages(fake, read, start_of(fake))
                for found in exchanges.checked(read, list(page.records))
            }
            assert [later[one["id"]] for one in written] == written
        assert fake.violations == []

    @pytest.mark.parametrize("fault", REFUSED_FAULTS, ids=lambda fault: fault.name.lower())
    @pytest.mark.parametrize(("kind", "scene"), writes())
    async def test_a_refused_write_did_nothing(self, kind: type[FakeVendor], scene: Scene, fault: Fault) -> None:
        """A write that is called off although it took effect would be sent again."""
        fake = kind()
        if scene.before is not None:
            scene.before(fake)
        adapter = fake.connect(reference=scene.reference)
        fake.fail(fault, times=MAX_PAGES, retry_after=0)
        with pytest.raises(REFUSED_FAULTS[fault]):
            await write(fake, adapter, scene)
        assert adapter.client.effect is Effect.NONE
        assert fake.calls == []

    @pytest.mark.parametrize(("kind", "scene"), writes())
    async def test_a_lost_answer_leaves_the_write_open(self, kind: type[FakeVendor], scene: Scene) -> None:
        """Nobody knows whether it took effect, so nobody may say that it did not."""
        fake = kind()
        if scene.before is not None:
            scene.before(fake)
        adapter = fake.connect(reference=scene.reference)
        where = await _changing_request(kind, scene)
        fake.fail(Fault.SLOW, method=where[0], path=where[1], times=MAX_PAGES)
        with pytest.raises(CrossdockError):
            await write(fake, adapter, scene)
        assert adapter.client.effect is not Effect.NONE


def listeners() -> list[Any]:
    """Every read of a vendor with webhooks that it sends messages about."""
    return [
        item
        for item in reads()
        if item.values[0].adapter.receivers and item.values[1].resource not in item.values[0].silent
    ]


def listening() -> list[type[FakeVendor]]:
    return [kind for kind in FAKES if kind.adapter.receivers]


class TestWebhooks:
    @pytest.mark.parametrize("kind", listening(), ids=name_of)
    async def test_asking_twice_subscribes_once(self, kind: type[FakeVendor]) -> None:
        """Two subscriptions would double every message, and the older one would outlive the connection."""
        fake = kind()
        adapter = fake.connect()
        wanted = Subscription(URL, SECRET, sorted(kind.adapter.receivers))
        await adapter.subscribe(wanted)
        made = await adapter.subscribe(wanted)
        assert fake.subscribed() == sorted(kind.adapter.receivers)
        await adapter.unsubscribe(made.reference)
        assert fake.subscribed() == []
        await adapter.unsubscribe(made.reference)

    @pytest.mark.parametrize(("kind", "action"), listeners())
    async def test_a_message_brings_what_changed(self, kind: type[FakeVendor], action: Action) -> None:
        """A message that is misread, or believed although somebody else sent it, shows stock that is not there."""
        fake = kind()
        adapter = fake.connect()
        made = await adapter.subscribe(Subscription(URL, SECRET, sorted(kind.adapter.receivers)))
        webhooks, secret = kind.adapter.webhooks, made.secret or SECRET
        assert webhooks is not None
        changed = fake.change(action.resource)
        messages = fake.tell(action.resource, changed)
        assert messages
        found: set[str] = set()
        for message in messages:
            assert await _is_real(fake, adapter, message, secret)
            if webhooks.verifier.covers_body or kind.adapter.proves is not Adapter.proves:
                altered = Incoming(message.headers, message.body + b" ")
                assert not await _is_real(fake, adapter, altered, secret)
            if not isinstance(webhooks.verifier, AddressOnly):
                assert not await _is_real(fake, adapter, message, secret.replace("e", "x"))
            for told in await adapter.receive(_delivery(adapter, message)):
                assert told.resource is action.resource
                found |= {record["id"] for record in exchanges.checked(action, list(told.records))}
        assert found >= changed
        assert fake.violations == []


def _delivery(adapter: Adapter, message: Incoming) -> Delivery:
    webhooks = adapter.webhooks
    assert webhooks is not None
    return Delivery(
        webhooks.topic(message), message.body, {name: message.headers[name] for name in webhooks.kept_headers}
    )


async def _is_real(fake: FakeVendor, adapter: Adapter, message: Incoming, secret: str) -> bool:
    assert adapter.webhooks is not None
    if not adapter.webhooks.verifier.accepts(message, secret, fake.now):
        return False
    return await adapter.proves(_delivery(adapter, message))


async def _changing_request(kind: type[FakeVendor], scene: Scene) -> tuple[str, str]:
    """Where the request goes with which a write changes something."""
    fake = kind()
    if scene.before is not None:
        scene.before(fake)
    await write(fake, fake.connect(reference=scene.reference), scene)
    changing = [call for call in fake.calls if fake.changes(call)]
    assert changing, "the write changes nothing"
    return changing[0].method, changing[0].path
