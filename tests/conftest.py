"""What every test shares: one embedded PostgreSQL, one migrated database, and no network but this machine."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from crossdock.platform.app import make_app, mount_servers
from crossdock.platform.database import Database
from crossdock.platform.embedded_postgres import EmbeddedPostgres
from crossdock.platform.engine import Engine
from crossdock.platform.migrate import migrate
from crossdock.platform.sealing import KEY_BYTES, MasterKey
from crossdock.syncs.tasks import Worker
from tests.api.client import RELAXED, Account, DepotConnection, client_of, connected_depot, open_account
from tests.api.depot_server import DepotServer, running_depot
from tests.syncs.worker import Workplace

TEMPLATE = "crossdock_template"
_LOOPBACK = ("127.", "::1", "localhost")


_TOGETHER = ("tests/faults/", "tests/link/", "tests/scaffold/", "tests/docs/", "tests/api/clients/")
"""Folders whose tests share what takes long to set up, so that one process plays all of them."""


class _Together(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each test to whichever process is free, and those of some folders to one."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in _TOGETHER if nodeid.startswith(folder)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Marks cannot say it: this version of pytest does not let xdist see them."""
    return _Together(config, log)


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and not str(address[0]).startswith(_LOOPBACK):
        raise PermissionError(f"a test tried to reach {address[0]}")


sys.addaudithook(_refuse_network)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """One event loop for the whole session, so that pools can be shared."""
    return "asyncio"


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server: the embedded one, or the one CROSSDOCK_TEST_DATABASE_URL names."""
    given = os.environ.get("CROSSDOCK_TEST_DATABASE_URL")
    if given:
        yield given
        return
    # No test of this suite restarts the shared server, so what it writes need not survive a crash.
    settings = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    with EmbeddedPostgres(Path(tmp_path_factory.mktemp("postgres")), settings=settings) as server:
        yield server.url


def at_database(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def template_url(server_url: str) -> Iterator[str]:
    """A migrated database that others are copied from; nothing connects to it any more."""
    name = f"{TEMPLATE}_{secrets.token_hex(4)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    migrate(at_database(server_url, name))
    yield at_database(server_url, name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


def copy_database(server_url: str, template_url: str) -> str:
    """A fresh migrated database."""
    name = f"test_{secrets.token_hex(6)}"
    template = urlsplit(template_url).path.lstrip("/")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"create database {name} template {template}")
    return at_database(server_url, name)


@pytest.fixture(scope="session")
def database_url(server_url: str, template_url: str) -> str:
    """The migrated database that most tests share; each works in an organization of its own."""
    return copy_database(server_url, template_url)


@pytest.fixture
def fresh_database_url(server_url: str, template_url: str) -> Iterator[str]:
    """A migrated database of one test."""
    url = copy_database(server_url, template_url)
    yield url
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"drop database {urlsplit(url).path.lstrip('/')} with (force)")


@pytest.fixture(scope="session")
async def database(database_url: str) -> AsyncIterator[Database]:
    """Pools on the shared database."""
    opened = Database(database_url, pool_size=10)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def organization_id(database: Database) -> UUID:
    """A new organization without any data."""
    identifier = uuid4()
    async with database.system() as connection:
        await connection.execute("insert into organizations (id, name) values (%s, 'test')", (identifier,))
        await connection.execute("insert into event_counters (organization_id) values (%s)", (identifier,))
    return identifier


@pytest.fixture(scope="session")
async def engine(database: Database) -> AsyncIterator[Engine]:
    """The engine of the application in this process."""
    made = Engine(RELAXED, database, MasterKey(secrets.token_bytes(KEY_BYTES)))
    mount_servers(made)
    yield made
    await made.network.close()


@pytest.fixture(scope="session")
async def workplace(server_url: str, template_url: str, engine: Engine) -> AsyncIterator[Workplace]:
    """A worker with a database of its own: a tick claims whatever is due there, whoever it belongs to."""
    url = copy_database(server_url, template_url)
    own = Engine(RELAXED, Database(url, pool_size=6), engine.master_key)
    await own.database.open()
    mount_servers(own)
    async with client_of(make_app(own)) as client:
        yield Workplace(own, client, Worker(own, url))
    await own.network.close()
    await own.database.close()


@pytest.fixture(scope="session")
async def http(engine: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks HTTP with the application in this process."""
    async with client_of(make_app(engine)) as client:
        yield client


@pytest.fixture(scope="session")
async def reader(engine: Engine, http: httpx.AsyncClient) -> Account:
    """An organization with sandboxes that no test changes."""
    return await open_account(engine, http)


@pytest.fixture(scope="module")
async def account(engine: Engine, http: httpx.AsyncClient) -> Account:
    """An organization with sandboxes of one module."""
    return await open_account(engine, http)


@pytest.fixture
async def depot_connection(engine: Engine, http: httpx.AsyncClient) -> AsyncIterator[DepotConnection]:
    """An organization connected to a depot that goes wrong on demand. Retries do not wait."""
    async with running_depot() as depot, connected_depot(engine, http, depot) as connection:
        yield connection


@pytest.fixture
def depot(depot_connection: DepotConnection) -> DepotServer:
    """The depot of `depot_connection`."""
    return depot_connection.depot
