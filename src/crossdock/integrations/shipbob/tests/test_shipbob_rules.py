"""What is peculiar to ShipBob; the contract suite does the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crossdock.contract.actions import Action
from crossdock.contract.errors import NeedsReconnect
from crossdock.contract.wms import inventory, orders, products
from crossdock.integrations.kit.adapter import Window
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.shipbob.adapter import ShipBob
from crossdock.integrations.shipbob.base import API_VERSION
from crossdock.integrations.shipbob.tests.fake import FakeShipBob

pytestmark = pytest.mark.anyio


@pytest.fixture
def fake() -> FakeShipBob:
    found = FakeShipBob()
    if found.missing():
        pytest.skip(f"{found.missing()[0]} is not here")
    return found


def refusal(body: bytes) -> Any:
    return FakeShipBob().connect().read_error(VendorAnswer(400, {}, body, "https://api.shipbob.com/"))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"": ["Cannot insert order with existing ReferenceId"]}', "Cannot insert order with existing ReferenceId"),
        (b'{"recipient.name": ["is required", "is short"]}', "recipient.name: is required; recipient.name: is short"),
        (b'{"title": "Bad Request", "detail": "PageSize is too large", "status": 400}', "PageSize is too large"),
        (b'{"title": "Not Found", "status": 404}', "Not Found"),
        (b'{"statusCode": 429, "message": "Rate limit is exceeded."}', "Rate limit is exceeded."),
    ],
)
def test_refusals_are_passed_on_in_their_own_words(body: bytes, words: str) -> None:
    """A merchant can mend what ShipBob says, and nothing that is only called refused."""
    assert refusal(body).message == words


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"status": 400}'])
def test_an_answer_without_words_has_none(body: bytes) -> None:
    assert refusal(body) is None


@pytest.mark.parametrize(("environment", "host"), [("production", "api"), ("sandbox", "sandbox-api")])
def test_where_it_asks(environment: str, host: str) -> None:
    """A sandbox's token at the real address would look wrong, and the other way round would write real orders."""
    adapter = FakeShipBob().connect(credentials={"access_token": "test-token", "environment": environment})
    assert adapter.base_url == f"https://{host}.shipbob.com/{API_VERSION}"


async def test_a_channel_that_the_token_does_not_have_does_not_connect(fake: FakeShipBob) -> None:
    """Orders would fail one by one later, long after somebody could have mended it."""
    with pytest.raises(NeedsReconnect, match="no channel 5"):
        await fake.connect(credentials={"access_token": "test-token", "channel_id": "5"}).check()


async def test_rights_are_the_scopes_of_all_channels(fake: FakeShipBob) -> None:
    """What the token may not do is not offered."""
    assert {"orders_read", "orders_write"} <= set(await fake.connect().rights() or ())
    fake.take_writing_away()
    assert "orders_write" not in set(await fake.connect().rights() or ())


LINKS: list[Callable[[str], str]] = [
    lambda link: link,
    lambda link: f"/{API_VERSION}{link}",
    lambda link: f"https://api.shipbob.com/{API_VERSION}{link}",
]


@pytest.mark.parametrize("written", LINKS)
async def test_pages_are_found_however_their_links_are_written(
    fake: FakeShipBob, monkeypatch: pytest.MonkeyPatch, written: Callable[[str], str]
) -> None:
    """ShipBob does not say what its links are relative to, and a page that is not found is stock that is not shown."""
    plain = FakeShipBob._link

    def link(path: str, call: Any, following: int | None) -> str | None:
        found = plain(path, call, following)
        return None if found is None else written(found)

    monkeypatch.setattr(fake, "_link", link)
    fake.crowd()
    pages = fake.connect().read_pages(inventory.GET_INVENTORY, Window(None, fake.now))
    assert {record.id async for page in pages for record in page.records} == fake.held(inventory.INVENTORY)


@pytest.mark.parametrize("action", [orders.GET_ORDERS, products.GET_PRODUCTS], ids=lambda action: action.name)
async def test_what_changed_in_the_first_second_is_read(fake: FakeShipBob, action: Action) -> None:
    """The filters may leave out their own second, and what changed in it would never be read."""
    changed = fake.change(action.resource)
    pages = fake.connect().read_pages(action, Window(fake.now, fake.now))
    assert {record.id async for page in pages for record in page.records} >= changed


@pytest.mark.parametrize(("left", "available"), [("149", 149), ("0", 0), ("", None), ("many", None)])
def test_what_is_left_of_the_rate(left: str, available: int | None) -> None:
    """The rate is shared with everything else that calls for the merchant, so our own count does not suffice."""
    adapter: Any = FakeShipBob().connect()
    assert isinstance(adapter, ShipBob)
    report = adapter.read_rate(VendorAnswer(200, {"x-remaining-calls": left}, b"", "https://api.shipbob.com/"))
    assert (report.available if report else None) == available
