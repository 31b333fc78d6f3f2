"""Download addresses: whoever holds one gets its file for twenty minutes, and nobody can make one up."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
import time_machine

from crossdock.platform import app as application
from crossdock.platform import downloads
from crossdock.platform.downloads import Download
from crossdock.platform.engine import Engine
from tests.api.client import client_of

pytestmark = pytest.mark.anyio

ORGANIZATION = uuid4()
FILES = {(ORGANIZATION, "invoice-1"): Download(b"a,b\n1,2\n", "Rechnung März.csv", "text/csv")}


async def _source(_engine: Engine, organization_id: UUID, reference: str) -> Download | None:
    return FILES.get((organization_id, reference))


@pytest.fixture
def http(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> httpx.AsyncClient:
    """A caller without any key."""
    monkeypatch.setitem(application.DOWNLOAD_SOURCES, "papers", _source)
    return client_of(application.make_app(engine))


def _address(engine: Engine, reference: str = "invoice-1", organization_id: UUID = ORGANIZATION) -> str:
    return downloads.address(engine, "http://crossdock.test", "papers", organization_id, reference)


class TestDownload:
    async def test_the_address_gives_the_file_without_a_key(self, http: httpx.AsyncClient, engine: Engine) -> None:
        answer = await http.get(_address(engine))
        assert (answer.status_code, answer.content) == (200, b"a,b\n1,2\n")
        assert answer.headers["content-type"].startswith("text/csv")
        assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''Rechnung%20M%C3%A4rz.csv"

    async def test_it_ends_after_twenty_minutes(self, http: httpx.AsyncClient, engine: Engine) -> None:
        address, now = _address(engine), engine.now()
        with time_machine.travel(now + timedelta(minutes=19), tick=False):
            assert (await http.get(address)).status_code == 200
        with time_machine.travel(now + timedelta(minutes=20, seconds=1), tick=False):
            answer = await http.get(address)
        assert answer.status_code == 403
        assert "expired" in answer.json()["error"]

    async def test_a_changed_address_opens_nothing(self, http: httpx.AsyncClient, engine: Engine) -> None:
        address = _address(engine)
        start, token = address.rsplit("/", 1)
        for place in range(0, len(token), 7):
            changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
            answer = await http.get(f"{start}/{changed}")
            assert answer.status_code == 404, place

    @pytest.mark.parametrize("token", ["", "x", "ä", "%00", "A" * 5000])
    async def test_nonsense_is_not_found(self, http: httpx.AsyncClient, token: str) -> None:
        assert (await http.get(f"http://crossdock.test/downloads/{token}")).status_code == 404

    async def test_a_file_of_another_organization_stays_its_own(self, http: httpx.AsyncClient, engine: Engine) -> None:
        assert (await http.get(_address(engine, organization_id=uuid4()))).status_code == 404

    async def test_a_file_that_is_gone_is_not_found(self, http: httpx.AsyncClient, engine: Engine) -> None:
        assert (await http.get(_address(engine, "invoice-2"))).status_code == 404
