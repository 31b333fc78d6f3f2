"""A database in which nothing is due but what a test wants, and a worker for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from crossdock.platform.app import make_app, mount_servers
from crossdock.platform.database import Database
from crossdock.platform.engine import Engine
from crossdock.syncs.tasks import Worker
from tests.api.client import RELAXED, client_of
from tests.conftest import copy_database


@dataclass(frozen=True)
class Workplace:
    """A worker, its engine, and the API on the same database."""

    engine: Engine
    http: httpx.AsyncClient
    worker: Worker


@pytest.fixture(scope="session")
async def workplace(server_url: str, template_url: str, engine: Engine) -> AsyncIterator[Workplace]:
    """A database of its own: a tick claims whatever is due there, whoever it belongs to."""
    url = copy_database(server_url, template_url)
    database = Database(url, pool_size=6)
    await database.open()
    own = Engine(RELAXED, database, engine.master_key)
    mount_servers(own)
    async with client_of(make_app(own)) as http:
        yield Workplace(own, http, Worker(own, url))
    await own.network.close()
    await database.close()
