"""What callers are told while the database does not answer."""

from __future__ import annotations

import pytest

from crossdock.platform.app import make_app
from crossdock.platform.database import Database
from crossdock.platform.engine import Engine
from tests.api.client import Account, client_of

pytestmark = pytest.mark.anyio


async def test_a_call_is_to_be_tried_again(engine: Engine, reader: Account, database_url: str) -> None:
    """A client that gets a 500 gives up; one that gets a 503 comes back when the database is there again."""
    own = Engine(engine.settings, Database(database_url, pool_size=2), engine.master_key)
    await own.database.open()
    async with client_of(make_app(own)) as client:
        await own.database.close()
        headers = {"x-trackstar-api-key": reader.key, "x-trackstar-access-token": reader.wms.access_token}
        answer = await client.get("/wms/orders", headers=headers)
    assert answer.status_code == 503, answer.text
    assert answer.headers["retry-after"] == "1"
    said = answer.json()
    assert said["error"] == "The database does not answer; try again"
    assert said["origin"] == "trackstar"
    assert said["request_id"] == answer.headers["x-request-id"]
