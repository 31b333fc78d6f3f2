"""What real processes keep when they are killed, and what they refuse to start with."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from crossdock.platform.migrate import migrate
from crossdock.platform.settings import Settings, variable
from tests.api.client import Caller
from tests.api.depot_server import KEY, DepotServer, running_depot
from tests.api.processes import Installation, Running, caller_of, free_port, installation, until, variables
from tests.conftest import at_database

pytestmark = pytest.mark.anyio

DEADLINE_SECONDS = 2


@pytest.fixture
def installed(fresh_database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """An installation on a database of the shared server; a write may take two seconds."""
    with installation(
        tmp_path,
        CROSSDOCK_DATABASE_URL=fresh_database_url,
        CROSSDOCK_WRITE_DEADLINE_SECONDS=str(DEADLINE_SECONDS),
        CROSSDOCK_TICK_SECONDS="1",
    ) as made:
        yield made


@pytest.fixture
async def depot() -> AsyncIterator[DepotServer]:
    """The other side, in this process."""
    async with running_depot() as server:
        server.stock("a")
        yield server


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """Speaks HTTP over the network."""
    async with httpx.AsyncClient(timeout=30) as client:
        yield client


async def _connect(installed: Installation, depot: DepotServer, http: httpx.AsyncClient) -> tuple[Caller, str]:
    """Connects the depot from the command line, and gives its caller and connection."""
    made = await asyncio.to_thread(installed.run, "keys", "create", "--organization", "me", "--new-organization")
    assert made.returncode == 0, made.stderr
    credentials = {"CROSSDOCK_CREDENTIAL_URL": depot.url, "CROSSDOCK_CREDENTIAL_KEY": KEY}
    connected = await asyncio.to_thread(installed.run, "connect", "wms", "depot", **credentials)
    assert connected.returncode == 0, connected.stderr
    assert KEY not in connected.stdout + connected.stderr
    given = variables(connected.stdout)
    return caller_of(installed, http, made.stdout.strip(), given["ACCESS_TOKEN"]), given["CONNECTION_ID"]


async def _sync(installed: Installation, connection_id: str) -> None:
    done = await asyncio.to_thread(installed.run, "sync", connection_id)
    assert done.returncode == 0, done.stdout + done.stderr


async def _kill(running: Running) -> None:
    """Ends the web server's process and its workers at once, as a power cut would."""
    below = await asyncio.to_thread(_below, running.process.pid)
    for pid in (running.process.pid, *below):
        os.kill(pid, signal.SIGKILL)
    await asyncio.to_thread(running.process.wait)


def _below(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    children = [int(line) for line in found.stdout.split()]
    return children + [each for child in children for each in _below(child)]


async def _adjust(caller: Caller, key: str = "key") -> httpx.Response:
    return await caller.put("/wms/inventory/a/adjust", {"quantity": 1, "adjustment_type": "increase"}, key)


class TestKilledWhileWriting:
    @pytest.mark.parametrize("applies", [True, False], ids=["it took effect", "it never arrived"])
    async def test_neither_a_second_effect_nor_a_lost_one(
        self, installed: Installation, depot: DepotServer, http: httpx.AsyncClient, applies: bool
    ) -> None:
        """The server dies between sending and answer; the caller repeats with the same key."""
        caller, connection_id = await _connect(installed, depot, http)
        await _sync(installed, connection_id)
        server = await asyncio.to_thread(installed.start_answering, "api")
        fault = depot.fail("POST", "/adjustments", hold=asyncio.Event(), applies=applies)
        first = asyncio.create_task(_adjust(caller))
        await fault.met.wait()
        await _kill(server)
        await asyncio.gather(first, return_exceptions=True)
        assert depot.effects == ["a +1"] * applies

        await asyncio.to_thread(installed.start_answering, "api")
        early = await _adjust(caller)
        assert early.status_code == 409, early.text
        statuses = set()
        while True:
            answer = await _adjust(caller)
            if answer.status_code == 200:
                break
            statuses.add(answer.status_code)
            await asyncio.sleep(0.1)
        assert statuses <= {409, 504}
        assert depot.effects == ["a +1"]
        assert answer.json()["data"]["onhand"] == 11
        assert (answer.headers.get("idempotent-replayed") == "true") is applies
        assert (await _adjust(caller)).content == answer.content
        assert depot.effects == ["a +1"]
        assert (await caller.get("/wms/inventory/a")).json()["data"]["onhand"] == 11

    async def test_a_stop_waits_for_the_answer(
        self, installed: Installation, depot: DepotServer, http: httpx.AsyncClient
    ) -> None:
        """A restart for an update must not leave writes open."""
        caller, connection_id = await _connect(installed, depot, http)
        await _sync(installed, connection_id)
        server = await asyncio.to_thread(installed.start_answering, "api")
        held = asyncio.Event()
        fault = depot.fail("POST", "/adjustments", hold=held, applies=True)
        first = asyncio.create_task(_adjust(caller))
        await fault.met.wait()
        server.process.terminate()
        await asyncio.sleep(0.3)
        held.set()
        await asyncio.gather(first, return_exceptions=True)
        await asyncio.to_thread(server.process.wait, 30)
        assert "Traceback" not in server.said()
        await asyncio.to_thread(installed.start_answering, "api")
        again = await _adjust(caller)
        assert again.status_code == 200, again.text
        assert again.headers["idempotent-replayed"] == "true"
        assert depot.effects == ["a +1"]


class TestKilledWhileSyncing:
    async def test_another_worker_goes_on_from_the_cursor(
        self, installed: Installation, depot: DepotServer, http: httpx.AsyncClient, fresh_database_url: str
    ) -> None:
        depot.stock(*"abcdefgh")
        held = asyncio.Event()
        fault = depot.fail("GET", "/items?page=1", hold=held, applies=True)
        caller, connection_id = await _connect(installed, depot, http)
        worker = await asyncio.to_thread(installed.start, "worker")
        await asyncio.wait_for(fault.met.wait(), 30)
        await _kill(worker)
        held.set()
        with psycopg.connect(fresh_database_url) as database:
            # The dead worker's lease would end by itself after two minutes.
            database.execute("update sync_schedules set lease_until = now() - interval '1 second'")
        depot.loopback.received.clear()
        await asyncio.to_thread(installed.start, "worker")
        await asyncio.to_thread(installed.start_answering, "api")

        async def complete() -> bool:
            shown = (await caller.get(f"/connections/{connection_id}")).json()["data"][0]
            return bool(shown["historical_sync_completed"]["get_inventory"])

        for _ in range(300):
            if await complete():
                break
            await asyncio.sleep(0.1)
        items = [request.path for request in depot.loopback.received if request.path.startswith("/items")]
        assert items[0].startswith("/items?page=1"), items
        assert await caller.ids("/wms/inventory") == set("abcdefgh")
        with psycopg.connect(fresh_database_url) as database:
            rows = database.execute("select sequence, record_id from events order by sequence").fetchall()
        assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
        assert sorted(row[1] for row in rows) == sorted("abcdefgh")


class TestTwoServers:
    async def test_two_on_one_database_make_one_first_start(
        self, installed: Installation, tmp_path: Path, http: httpx.AsyncClient, fresh_database_url: str
    ) -> None:
        """Whoever starts a second machine expects it to serve the same merchants, not to make new ones."""
        master = (await asyncio.to_thread(installed.run, "keys", "list")).returncode
        assert master == 2
        key = {variable("master_key"): (installed.data / "master.key").read_text().strip()}
        other_folder = tmp_path / "other"
        other_folder.mkdir()
        with installation(other_folder, CROSSDOCK_DATABASE_URL=fresh_database_url) as other:
            starts = [each.start("serve", **key) for each in (installed, other)]
            await asyncio.to_thread(until, installed.answers)
            await asyncio.to_thread(until, other.answers)
            files = [path for path in (installed.data, other.data) if (path / "credentials.env").exists()]
            assert len(files) == 1
            given = variables((files[0] / "credentials.env").read_text())
            for each in (installed, other):
                caller = caller_of(each, http, given["CROSSDOCK_API_KEY"], given["CROSSDOCK_WMS_SANDBOX_TOKEN"])
                assert len(await caller.ids("/wms/warehouses")) == 2
            with psycopg.connect(fresh_database_url) as database:
                counts = database.execute(
                    "select (select count(*) from organizations), (select count(*) from api_keys), "
                    "(select count(*) from connections)"
                ).fetchone()
            assert counts == (1, 1, 2)
            codes = [await asyncio.to_thread(each.end) for each in starts]
        assert codes == [0, 0]


class TestRefusedStart:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("CROSSDOCK_PROT", "8000"),
            ("CROSSDOCK_PORT", "eighty"),
            ("CROSSDOCK_PORT", "70000"),
            ("CROSSDOCK_TICK_SECONDS", "0"),
            ("CROSSDOCK_LOG_FORMAT", "xml"),
            ("CROSSDOCK_ALLOWED_NETWORKS", "10.0.0.0/40"),
            ("CROSSDOCK_DATABASE_URL", "mysql://localhost/x"),
            ("CROSSDOCK_MASTER_KEY", "not base64!"),
            ("CROSSDOCK_MASTER_KEY", "dG9vIHNob3J0"),
        ],
    )
    def test_a_bad_setting_is_named_in_one_line(
        self, tmp_path: Path, fresh_database_url: str, name: str, value: str
    ) -> None:
        made = Installation(tmp_path, {"CROSSDOCK_DATABASE_URL": fresh_database_url})
        refused = made.run("serve", **{"CROSSDOCK_PORT": str(free_port()), name: value})
        assert refused.returncode == 2
        lines = [line for line in refused.stderr.splitlines() if line.strip()]
        assert len(lines) == 1, refused.stderr
        assert (
            name in lines[0]
            or (name.endswith("MASTER_KEY") and "master key" in lines[0])
            or "postgresql://" in lines[0]
        )

    def test_every_bad_setting_is_named_at_once(self, tmp_path: Path) -> None:
        refused = Installation(tmp_path).run("serve", CROSSDOCK_PORT="x", CROSSDOCK_COLOUR="red")
        assert "CROSSDOCK_PORT" in refused.stderr
        assert "CROSSDOCK_COLOUR" in refused.stderr
        assert set(Settings.__struct_fields__).isdisjoint({"colour"})

    def test_another_master_key_is_refused(self, installed: Installation, tmp_path: Path) -> None:
        """Started with it, every stored credential would look broken."""
        made = installed.run("keys", "create", "--organization", "me", "--new-organization")
        assert made.returncode == 0, made.stderr
        (installed.data / "master.key").unlink()
        refused = installed.run("serve")
        assert refused.returncode == 2
        assert "master key" in refused.stderr
        assert "Traceback" not in refused.stderr

    def test_a_newer_database_is_refused(self, installed: Installation, fresh_database_url: str) -> None:
        with psycopg.connect(fresh_database_url) as database:
            database.execute("update alembic_version set version_num = '9999'")
        refused = installed.run("serve")
        assert refused.returncode == 2
        assert "9999" in refused.stderr
        assert "newer" in refused.stderr
        assert "Traceback" not in refused.stderr

    def test_a_port_in_use_is_refused_before_anything_is_made(self, installed: Installation) -> None:
        import socket

        with socket.socket() as taken:
            taken.bind(("127.0.0.1", int(installed.settings["CROSSDOCK_PORT"])))
            taken.listen()
            refused = installed.run("serve")
        assert refused.returncode == 2
        assert "CROSSDOCK_PORT" in refused.stderr
        assert not (installed.data / "credentials.env").exists()

    def test_api_and_worker_ask_for_a_database(self, tmp_path: Path) -> None:
        for command in ("api", "worker"):
            refused = Installation(tmp_path).run(command)
            assert refused.returncode == 2
            assert "CROSSDOCK_DATABASE_URL" in refused.stderr


class TestFirstStart:
    async def test_the_whole_life_of_an_installation(self, tmp_path: Path, http: httpx.AsyncClient) -> None:
        """First start, printed credentials that work, stop, second start, backup, restore elsewhere."""
        with installation(tmp_path) as made:
            serve = await asyncio.to_thread(made.start_answering, "serve")
            credentials = made.data / "credentials.env"
            assert stat.S_IMODE(credentials.stat().st_mode) == 0o600
            assert stat.S_IMODE((made.data / "master.key").stat().st_mode) == 0o600
            given = variables(credentials.read_text())
            assert set(given) == {
                "CROSSDOCK_API_KEY",
                "CROSSDOCK_WMS_SANDBOX_TOKEN",
                "CROSSDOCK_CART_SANDBOX_TOKEN",
            }
            assert given["CROSSDOCK_API_KEY"] in serve.said()
            caller = caller_of(made, http, given["CROSSDOCK_API_KEY"], given["CROSSDOCK_WMS_SANDBOX_TOKEN"])
            assert len(await caller.ids("/wms/warehouses")) == 2
            body = {"quantity": 4, "adjustment_type": "increase", "warehouse_id": "warehouse_id_0"}
            adjusted = (await caller.put("/wms/inventory/inventory_item_id_0/adjust", body)).json()["data"]

            below = await asyncio.to_thread(_below, serve.process.pid)
            assert await asyncio.to_thread(serve.end) == 0
            assert [pid for pid in below if Path(f"/proc/{pid}").exists()] == []

            again = await asyncio.to_thread(made.start_answering, "serve")
            assert given["CROSSDOCK_API_KEY"] not in again.said()
            assert str(credentials) in again.said()
            assert (await caller.get("/wms/inventory/inventory_item_id_0")).json()["data"] == adjusted

            file = tmp_path / "backup"
            saved = await asyncio.to_thread(made.run, "backup", str(file))
            assert saved.returncode == 0, saved.stderr
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            assert await asyncio.to_thread(again.end) == 0

            other_folder = tmp_path / "other"
            other_folder.mkdir()
            with installation(other_folder) as other:
                other.data.mkdir()
                (other.data / "master.key").write_text((made.data / "master.key").read_text())
                restored = await asyncio.to_thread(other.run, "restore", str(file))
                assert restored.returncode == 0, restored.stderr
                refused = await asyncio.to_thread(other.run, "restore", str(file))
                assert refused.returncode == 2
                assert "not empty" in refused.stderr
                await asyncio.to_thread(other.start_answering, "serve")
                moved = caller_of(other, http, caller.key or "", caller.token)
                assert (await moved.get("/wms/inventory/inventory_item_id_0")).json()["data"] == adjusted
                more = await moved.put("/wms/inventory/inventory_item_id_0/adjust", body)
                assert more.json()["data"]["onhand"] == adjusted["onhand"] + 4


class TestCommands:
    def test_keys_are_made_listed_and_ended(self, installed: Installation) -> None:
        made = installed.run("keys", "create", "--organization", "shop one", "--new-organization", "--name", "ci")
        key = made.stdout.strip()
        assert key.startswith("cdk_")
        listed = installed.run("keys", "list", "--organization", "shop one").stdout
        assert "ci" in listed
        assert key not in listed
        missing = installed.run("keys", "create", "--organization", "nobody")
        assert missing.returncode == 2
        assert "nobody" in missing.stderr

    def test_connect_names_what_is_missing(self, installed: Installation) -> None:
        installed.run("keys", "create", "--organization", "me", "--new-organization")
        refused = installed.run("connect", "wms", "depot", CROSSDOCK_CREDENTIAL_URL="http://127.0.0.1:1")
        assert refused.returncode == 2
        assert "CROSSDOCK_CREDENTIAL_KEY" in refused.stderr
        unknown = installed.run("connect", "wms", "nothing")
        assert unknown.returncode == 2
        assert "wms/depot" in unknown.stderr

    async def test_connect_proves_the_credentials_first(self, installed: Installation, depot: DepotServer) -> None:
        await asyncio.to_thread(installed.run, "keys", "create", "--organization", "me", "--new-organization")
        given = {"CROSSDOCK_CREDENTIAL_URL": depot.url, "CROSSDOCK_CREDENTIAL_KEY": "a wrong secret"}
        refused = await asyncio.to_thread(installed.run, "connect", "wms", "depot", **given)
        assert refused.returncode == 1
        assert "Invalid Depot credentials" in refused.stderr
        assert "a wrong secret" not in refused.stdout + refused.stderr


def test_a_migrated_database_needs_nothing(fresh_database_url: str) -> None:
    assert migrate(fresh_database_url) == []
    assert at_database(fresh_database_url, "x").endswith("x") or "/x?" in at_database(fresh_database_url, "x")
