"""What real processes keep when they are killed, and what they refuse to start with."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import socket
import stat
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from crossdock.integrations import registry
from crossdock.platform import settings
from crossdock.platform.database import Database
from crossdock.platform.engine import Engine
from crossdock.platform.sealing import load_master_key
from crossdock.platform.start_errors import StartRefused
from tests.api.client import RELAXED, Caller, DepotConnection, connected_depot
from tests.api.depot_server import KEY, running_depot
from tests.api.processes import PATIENCE_SECONDS, Installation, Running, free_port, installation, until, variables

pytestmark = pytest.mark.anyio


SANDBOXES = [adapter.vertical for adapter in registry.adapters() if adapter.slug == "sandbox"]
MASTER_KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def installed(fresh_database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """An installation on a database of the shared server."""
    own = {"CROSSDOCK_MASTER_KEY": MASTER_KEY, "CROSSDOCK_TICK_SECONDS": "1"}
    with installation(tmp_path, CROSSDOCK_DATABASE_URL=fresh_database_url, **own) as made:
        yield made


@pytest.fixture
async def http(installed: Installation) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks HTTP with the installation, over the network."""
    async with httpx.AsyncClient(timeout=30, base_url=installed.url) as client:
        yield client


@pytest.fixture
async def connected(fresh_database_url: str, http: httpx.AsyncClient) -> AsyncIterator[DepotConnection]:
    """A depot in this process that the installation's processes talk to; it holds eight goods, on three pages."""
    database = Database(fresh_database_url, pool_size=2)
    engine = Engine(RELAXED, database, load_master_key(MASTER_KEY, Path()))
    await engine.open()
    async with running_depot() as depot, connected_depot(engine, http, depot) as connection:
        depot.stock(*"abcdefgh")
        yield connection
        await engine.close()


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


async def _start(installed: Installation, *arguments: str) -> Running:
    return await asyncio.to_thread(installed.start_answering, *arguments)


def _pass_deadlines(url: str) -> None:
    """What two minutes of waiting do: open writes are past their deadline, leases of the dead have ended."""
    with psycopg.connect(url) as database:
        database.execute("update writes set deadline = now() where state = 'sending'")
        database.execute("update sync_schedules set lease_until = now() where lease_until is not null")


class TestKilledWhileWriting:
    @pytest.mark.parametrize("applies", [True, False], ids=["it took effect", "it never arrived"])
    async def test_neither_a_second_effect_nor_a_lost_one(
        self, installed: Installation, connected: DepotConnection, fresh_database_url: str, applies: bool
    ) -> None:
        """The server dies between sending and answer; the caller repeats with the same key."""
        await connected.sync()
        server = await _start(installed, "api")
        fault = connected.depot.fail("POST", "/adjustments", hold=asyncio.Event(), applies=applies)
        first = asyncio.create_task(connected.adjust("a", key="key"))
        await fault.met.wait()
        await _kill(server)
        assert isinstance((await asyncio.gather(first, return_exceptions=True))[0], httpx.HTTPError)
        assert connected.depot.effects == ["a +1"] * applies

        await _start(installed, "api")
        assert (await connected.adjust("a", key="key")).status_code == 409
        _pass_deadlines(fresh_database_url)
        answer = await connected.adjust("a", key="key")
        assert answer.status_code == 200, answer.text
        assert (answer.headers.get("idempotent-replayed") == "true") is applies
        assert answer.json()["data"]["onhand"] == 11
        assert (await connected.adjust("a", key="key")).content == answer.content
        assert connected.depot.effects == ["a +1"]
        assert (await connected.stored())["a"] == 11

    async def test_one_nobody_can_ask_about_stays_open_and_is_not_made_again(
        self, installed: Installation, connected: DepotConnection, fresh_database_url: str
    ) -> None:
        server = await _start(installed, "api")
        fault = connected.depot.fail("POST", "/kits", hold=asyncio.Event(), applies=True)
        body = {"sku": "K"}
        first = asyncio.create_task(connected.caller.post("/wms/kits", body, "key"))
        await fault.met.wait()
        await _kill(server)
        await asyncio.gather(first, return_exceptions=True)

        await _start(installed, "api")
        assert (await connected.caller.post("/wms/kits", body, "key")).status_code == 409
        _pass_deadlines(fresh_database_url)
        answers = [await connected.caller.post("/wms/kits", body, "key") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [504, 504]
        assert answers[0].json()["write_id"] == answers[1].json()["write_id"]
        assert connected.depot.effects == ["kit K"]

    async def test_the_worker_finds_out_by_itself(
        self, installed: Installation, connected: DepotConnection, fresh_database_url: str
    ) -> None:
        """Callers that never ask again still see the stock as it is."""
        await connected.sync()
        server = await _start(installed, "api")
        fault = connected.depot.fail("POST", "/adjustments", hold=asyncio.Event(), applies=True)
        first = asyncio.create_task(connected.adjust("a"))
        await fault.met.wait()
        await _kill(server)
        await asyncio.gather(first, return_exceptions=True)
        _pass_deadlines(fresh_database_url)
        # Nothing else is due, so what changes the record is the settled write.
        with psycopg.connect(fresh_database_url) as database:
            database.execute("update sync_schedules set due_at = now() + interval '1 day'")
        installed.start("worker")
        await _start(installed, "api")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await connected.stored())["a"] != 11:  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(0.1)

    async def test_a_stop_waits_for_the_answer(self, installed: Installation, connected: DepotConnection) -> None:
        """A restart for an update must not leave writes open."""
        await connected.sync()
        server = await _start(installed, "api")
        held = asyncio.Event()
        fault = connected.depot.fail("POST", "/adjustments", hold=held, applies=True)
        first = asyncio.create_task(connected.adjust("a", key="key"))
        await fault.met.wait()
        server.process.terminate()
        await asyncio.sleep(0.3)
        held.set()
        await asyncio.gather(first, return_exceptions=True)
        await asyncio.to_thread(server.process.wait, PATIENCE_SECONDS)
        assert "Traceback" not in server.said()
        await _start(installed, "api")
        again = await connected.adjust("a", key="key")
        assert again.status_code == 200, again.text
        assert again.headers["idempotent-replayed"] == "true"
        assert connected.depot.effects == ["a +1"]


class TestKilledWhileSyncing:
    async def test_another_worker_goes_on_from_the_cursor(
        self, installed: Installation, connected: DepotConnection, fresh_database_url: str
    ) -> None:
        """A first sync of hours must not begin again because a machine was restarted."""
        fault = connected.depot.fail("GET", "/items?page=1", hold=asyncio.Event())
        worker = installed.start("worker")
        await asyncio.wait_for(fault.met.wait(), PATIENCE_SECONDS)
        await _kill(worker)
        _pass_deadlines(fresh_database_url)
        connected.depot.loopback.received.clear()
        installed.start("worker")
        await _start(installed, "api")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (await connected.shown())["historical_sync_completed"]["get_inventory"]:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        asked = [request.path for request in connected.depot.loopback.received if request.path.startswith("/items")]
        assert asked[:2] == ["/items?page=1", "/items?page=2"]
        assert set(await connected.stored()) == set("abcdefgh")
        with psycopg.connect(fresh_database_url) as database:
            rows = database.execute(
                "select sequence, record_id, first_sync, kind from events order by sequence"
            ).fetchall()
        assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
        rows = [row for row in rows if row[3] == "record"]
        assert sorted(row[1] for row in rows) == sorted("abcdefgh")
        assert all(row[2] for row in rows)

    async def test_another_worker_takes_over_when_the_lease_ends(
        self, installed: Installation, connected: DepotConnection, fresh_database_url: str
    ) -> None:
        """The job that started the run is over; what the survivor finds is the row, and nobody has to help it."""
        lease = {"CROSSDOCK_SYNC_LEASE_SECONDS": "2"}
        fault = connected.depot.fail("GET", "/items?page=1", hold=asyncio.Event())
        worker = installed.start("worker", **lease)
        await asyncio.wait_for(fault.met.wait(), PATIENCE_SECONDS)
        row = "select {} from sync_schedules where function_name = 'get_inventory'"
        async with await psycopg.AsyncConnection.connect(fresh_database_url, autocommit=True) as database:

            async def value(column: str) -> Any:
                found = await (await database.execute(row.format(column))).fetchone()
                return found and found[0]

            await _kill(worker)
            assert await value("lease_id") is not None
            installed.start("worker", **lease)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while await value("first_completed_at") is None:  # noqa: ASYNC110 - another process does it
                    await asyncio.sleep(0.05)
            assert await value("(select count(*) from wms_inventory)") == len("abcdefgh")


class TestTwoServers:
    async def test_two_on_one_database_make_one_first_start(
        self, installed: Installation, tmp_path: Path, http: httpx.AsyncClient, fresh_database_url: str
    ) -> None:
        """Whoever starts a second machine expects it to serve the same merchants, not to make new ones."""
        other_folder = tmp_path / "other"
        other_folder.mkdir()
        with installation(other_folder, **{**installed.settings, "CROSSDOCK_PORT": str(free_port())}) as other:
            starts = [each.start("serve") for each in (installed, other)]
            await asyncio.to_thread(until, installed.answers)
            await asyncio.to_thread(until, other.answers)
            files = [path for path in (installed.data, other.data) if (path / "credentials.env").exists()]
            assert len(files) == 1
            given = variables((files[0] / "credentials.env").read_text())
            for each in (installed, other):
                http.base_url = httpx.URL(each.url)
                caller = Caller(http, given["CROSSDOCK_API_KEY"], given["CROSSDOCK_WMS_SANDBOX_TOKEN"])
                assert len(await caller.ids("/wms/warehouses")) == 2
            with psycopg.connect(fresh_database_url) as database:
                counts = database.execute(
                    "select (select count(*) from organizations), (select count(*) from api_keys), "
                    "(select count(*) from connections)"
                ).fetchone()
            assert counts == (1, 1, len(SANDBOXES))
            codes = [await asyncio.to_thread(each.end) for each in starts]
        assert codes == [0, 0]


class TestRefusedStart:
    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("CROSSDOCK_PROT", "8000", "CROSSDOCK_PROT is not a setting"),
            ("CROSSDOCK_DATABASE_URL", "mysql://localhost/x", "postgresql://"),
            ("CROSSDOCK_MASTER_KEY", "not base64!", "CROSSDOCK_MASTER_KEY is not base64"),
        ],
    )
    def test_a_bad_setting_is_named_in_one_line(
        self, installed: Installation, name: str, value: str, said: str
    ) -> None:
        refused = installed.run("serve", **{name: value})
        assert refused.returncode == 2
        [line] = [line for line in refused.stderr.splitlines() if line.strip()]
        assert said in line

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("CROSSDOCK_PORT", "eighty"),
            ("CROSSDOCK_PORT", "70000"),
            ("CROSSDOCK_TICK_SECONDS", "0"),
            ("CROSSDOCK_LOG_FORMAT", "xml"),
            ("CROSSDOCK_SINGLE_CONNECTION_AS_LIST", "perhaps"),
            ("CROSSDOCK_ALLOWED_NETWORKS", "10.0.0.0/40"),
        ],
    )
    def test_a_value_that_cannot_be_used_is_named(self, name: str, value: str) -> None:
        with pytest.raises(StartRefused, match=name) as caught:
            settings.load({name: value})
        assert "\n" not in str(caught.value)

    def test_every_bad_setting_is_named_at_once(self) -> None:
        with pytest.raises(StartRefused) as caught:
            settings.load({"CROSSDOCK_PORT": "x", "CROSSDOCK_COLOUR": "red", "CROSSDOCK_HOST": "::1"})
        assert "CROSSDOCK_PORT" in str(caught.value)
        assert "CROSSDOCK_COLOUR" in str(caught.value)
        assert "CROSSDOCK_HOST" not in str(caught.value)

    def test_another_master_key_is_refused(self, installed: Installation, tmp_path: Path) -> None:
        """Started with it, every stored credential would look broken."""
        made = installed.run("keys", "create", "--organization", "me", "--new-organization")
        assert made.returncode == 0, made.stderr
        refused = installed.run("serve", CROSSDOCK_MASTER_KEY=base64.b64encode(b"x" * 32).decode())
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
            tokens = {f"CROSSDOCK_{vertical.upper()}_SANDBOX_TOKEN" for vertical in SANDBOXES}
            assert set(given) == {"CROSSDOCK_API_KEY", *tokens}
            assert given["CROSSDOCK_API_KEY"] in serve.said()
            http.base_url = httpx.URL(made.url)
            caller = Caller(http, given["CROSSDOCK_API_KEY"], given["CROSSDOCK_WMS_SANDBOX_TOKEN"])
            assert len(await caller.ids("/wms/warehouses")) == 2
            connections = (await caller.get("/connections")).json()["data"]
            connection_id = next(item["connection_id"] for item in connections if item["integration_type"] == "wms")
            body = {"quantity": 4, "adjustment_type": "increase", "warehouse_id": "warehouse_id_0"}
            adjusted = (await caller.put("/wms/inventory/inventory_item_id_0/adjust", body)).json()["data"]

            below = await asyncio.to_thread(_below, serve.process.pid)
            assert len(below) >= 3
            assert await asyncio.to_thread(serve.end) == 0
            assert [pid for pid in below if os.path.exists(f"/proc/{pid}")] == []  # noqa: ASYNC240 - not a file

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
                exported = (await asyncio.to_thread(other.run, "export", connection_id)).stdout
                assert adjusted in [json.loads(line)["record"] for line in exported.splitlines()]
                # The sync opens the credentials that came with the backup, and reads from the restored sandbox.
                synced = await asyncio.to_thread(other.run, "sync", connection_id)
                assert synced.returncode == 0, synced.stdout + synced.stderr


class TestCommands:
    async def test_a_key_is_made_and_a_system_connected_from_the_environment(
        self, installed: Installation, http: httpx.AsyncClient
    ) -> None:
        """Credentials on a command line would be in the process list and the shell's history."""

        async def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
            return await asyncio.to_thread(installed.run, *arguments, **more)

        made = await run("keys", "create", "--organization", "me", "--new-organization", "--name", "ci")
        key = made.stdout.strip()
        assert key.startswith("cdk_")
        listed = (await run("keys", "list", "--organization", "me")).stdout
        assert "ci" in listed
        assert key not in listed
        async with running_depot() as depot:
            depot.stock("a")
            given = {"CROSSDOCK_CREDENTIAL_URL": depot.url}
            missing = await run("connect", "wms", "depot", **given)
            assert missing.returncode == 2
            assert "CROSSDOCK_CREDENTIAL_KEY" in missing.stderr
            wrong = await run("connect", "wms", "depot", **given, CROSSDOCK_CREDENTIAL_KEY="a wrong secret")
            assert wrong.returncode == 1
            assert "Invalid Depot credentials" in wrong.stderr
            assert "a wrong secret" not in wrong.stdout + wrong.stderr
            right = await run("connect", "wms", "depot", **given, CROSSDOCK_CREDENTIAL_KEY=KEY)
            assert right.returncode == 0, right.stderr
            shown = variables(right.stdout)
            assert (await run("sync", shown["CONNECTION_ID"])).returncode == 0
            exported = (await run("export", shown["CONNECTION_ID"])).stdout
        assert [json.loads(line)["record"]["id"] for line in exported.splitlines()] == ["a"]
        await _start(installed, "api")
        assert await Caller(http, key, shown["ACCESS_TOKEN"]).ids("/wms/inventory") == {"a"}
