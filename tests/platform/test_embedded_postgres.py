"""One command starts the database, whatever happened before; and nothing of a user's data is lost on the way."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from crossdock.platform import embedded_postgres
from crossdock.platform.embedded_postgres import EmbeddedPostgres
from crossdock.platform.guarded_process import GuardedProcess
from crossdock.platform.postgres_processes import server_processes
from crossdock.platform.process_guard import Account, Order, StopStep
from crossdock.platform.start_errors import StartCancelled, StartRefused

if TYPE_CHECKING:
    from tests.platform.conftest import ProcessTree, Programs, Wait

THROW_AWAY = {"fsync": "off"}

SERVER = """
import sys, time
from pathlib import Path
import psycopg
from crossdock.platform.embedded_postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), settings={"fsync": "off"})
server.start()
with psycopg.connect(server.url) as connection:
    connection.execute("create table kept (id int)")
    connection.execute("insert into kept values (1)")
print("committed", flush=True)
time.sleep(600)
"""

NO_NAMESPACES = """
import ctypes, os, platform, struct
libc = ctypes.CDLL(None, use_errno=True)
number = {"x86_64": 272, "aarch64": 97}[platform.machine()]
# A filter as container engines set it: unshare answers EPERM. Load the call number, compare, refuse, allow.
steps = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7FFF0000)]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
if os.geteuid() != 0:
    assert libc.prctl(38, 1, 0, 0, 0) == 0
program = Program(len(steps), ctypes.addressof(code))
assert libc.prctl(22, 2, ctypes.byref(program), 0, 0) == 0, os.strerror(ctypes.get_errno())
"""

# The guard and what it starts are executed, and get no more than this set of capabilities: 7 is CAP_SETUID,
# 1 CAP_DAC_OVERRIDE, 2 CAP_DAC_READ_SEARCH.
NO_OTHER_USER = "assert libc.prctl(24, 7, 0, 0, 0) == 0\n"
NO_OVERRIDE = "assert libc.prctl(24, 1, 0, 0, 0) == 0\nassert libc.prctl(24, 2, 0, 0, 0) == 0\n"

START_AND_ASK = """
import sys
from pathlib import Path
import psycopg
from crossdock.platform.embedded_postgres import EmbeddedPostgres
from crossdock.platform.start_errors import StartRefused
try:
    with EmbeddedPostgres(Path(sys.argv[1]), settings={"fsync": "off"}) as server:
        with psycopg.connect(server.url) as connection:
            print("answer", connection.execute("select 41 + 1").fetchone()[0])
except StartRefused as refusal:
    print("refused", refusal)
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="is about what root may do")


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def modes_above(path: Path) -> dict[Path, tuple[int, int]]:
    return {folder: (folder.stat().st_mode, folder.stat().st_uid) for folder in path.parents}


@pytest.fixture(scope="module")
def shared(made_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A running server for tests that only look. Whoever can reach its socket may open it."""
    data = tmp_path_factory.mktemp("shared") / "data"
    subprocess.run(["cp", "-a", "--sparse=always", str(made_data), str(data)], check=True)
    with EmbeddedPostgres(data, settings={"unix_socket_permissions": "0777"}) as server:
        yield server


class TestStart:
    def test_a_new_folder_below_a_closed_one_gets_a_private_server(self, tmp_path: Path) -> None:
        """The first start of all, as root below /root too: safe, on no port, and no folder above it changed."""
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        data = closed / "new" / "data"
        before = modes_above(closed / "any")
        with EmbeddedPostgres(data, settings=THROW_AWAY) as server:
            assert ask(server.url, "show listen_addresses") == ""
            assert ask(server.url, "show data_checksums") == "on"
            assert ask(server.url, "show server_encoding") == "UTF8"
            assert (
                ask(server.url, "select upper('é') || (array_agg(x order by x))[1] from (values ('a'),('B')) v(x)")
                == "ÉB"
            )
            assert ask(server.url, "select current_database() || current_user") == "crossdockpostgres"
            assert stat.S_IMODE(data.stat().st_mode) == 0o700
            assert stat.S_IMODE((data / "run").stat().st_mode) == 0o700
        after = modes_above(data / "any")
        assert {folder: after[folder] for folder in before} == before
        assert server_processes(data / "postgres") == []

    def test_what_an_admin_tunes_survives_a_restart(self, data: Path) -> None:
        """A setting changed with ALTER SYSTEM is the admin's, not to be put back by the next start."""
        with (
            EmbeddedPostgres(data, settings=THROW_AWAY) as server,
            psycopg.connect(server.url, autocommit=True) as admin,
        ):
            admin.execute("alter system set max_connections = 33")
        with EmbeddedPostgres(data, settings=THROW_AWAY) as server:
            assert ask(server.url, "show max_connections") == "33"

    def test_a_path_too_long_for_a_socket_works(self, data: Path) -> None:
        """A socket address holds 107 bytes; a data folder deep in a home directory needs more. A comma in a path is
        two addresses for a client."""
        deep = data.parent / ("long" * 20) / ("path" * 10) / "data"
        deep.parent.mkdir(parents=True)
        data.rename(deep)
        assert len(str(deep)) > 120
        with EmbeddedPostgres(deep, settings=THROW_AWAY) as server:
            socket_folder = (deep / "run").readlink()
            assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700
            assert ask(server.url, "select 1") == 1
            assert EmbeddedPostgres(deep).running_url() == server.url
            subprocess.run(["cp", "-a", str(deep), str(data.with_name("copy, too"))], check=True)
            with EmbeddedPostgres(data.with_name("copy, too"), settings=THROW_AWAY) as copy:
                assert copy.url != server.url
                assert ask(server.url, "select 1") == 1, "a copied folder does not take the socket of the first"
        assert not socket_folder.exists()

    def test_the_server_outlives_the_thread_that_started_it(self, data: Path) -> None:
        """A parent-death signal is tied to a thread; a database must not end with a worker thread."""
        server = EmbeddedPostgres(data, settings=THROW_AWAY)
        starter = threading.Thread(target=server.start)
        starter.start()
        starter.join()
        try:
            assert server.poll() is None
            assert ask(server.url, "select 1") == 1
        finally:
            server.stop()


class TestRunning:
    def test_durability_is_on_unless_it_is_a_throw_away_server(self, shared: EmbeddedPostgres) -> None:
        """A power cut must not lose an acknowledged write."""
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            assert ask(shared.url, f"show {setting}") == "on"

    def test_a_dump_can_be_made_with_its_own_programs(self, shared: EmbeddedPostgres) -> None:
        """A dump needs programs of the server's own version, which the machine may not have."""
        with psycopg.connect(shared.url) as connection:
            connection.execute("create table dumped (id int)")
        dump = subprocess.run([shared.bin("pg_dump"), shared.url], capture_output=True, text=True, check=True)
        assert "CREATE TABLE public.dumped" in dump.stdout

    def test_a_second_start_names_the_folder_and_who_holds_it(self, shared: EmbeddedPostgres) -> None:
        """Two servers on one folder would destroy the database."""
        second = EmbeddedPostgres(shared.data)
        with pytest.raises(StartRefused) as refusal:
            second.start()
        assert ask(shared.url, "select 1") == 1
        assert second.running_url() == shared.url, "a command beside it finds the server it may not start"
        assert str(shared.data) in str(refusal.value)
        assert f"process {os.getpid()}" in str(refusal.value)
        assert "\n" not in str(refusal.value)

    @as_root
    def test_another_user_of_the_machine_gets_no_connection(self, shared: EmbeddedPostgres, tmp_path: Path) -> None:
        """Nobody else is trusted: not even one who may enter every folder and open the socket gets in."""
        may_enter_all = Account("other_user", 12345, 12345, capability=2)
        # The packet that begins a connection as user postgres; the answer says why it is refused.
        source = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])\n"
        source += "s.sendall(bytes.fromhex('0000001700030000') + b'user\\0postgres\\0\\0'); print(s.recv(200))"
        argv = (sys.executable, "-c", source, str(shared.data / "run" / ".s.PGSQL.5432"))
        order = Order(argv, (), account=may_enter_all, log=str(tmp_path / "answer"))
        stranger = GuardedProcess("stranger", order, env={})
        while stranger.poll() is None:
            time.sleep(0.01)
        assert "Peer authentication failed" in (tmp_path / "answer").read_text()
        assert ask(shared.url, "select 1") == 1


class TestRefusal:
    def test_a_database_of_another_major_version_is_left_alone(self, tmp_path: Path) -> None:
        """After an upgrade the user reads what to do, and the old database is still whole."""
        (tmp_path / "postgres").mkdir()
        (tmp_path / "postgres" / "PG_VERSION").write_text("15\n")
        with pytest.raises(StartRefused, match=r"is of PostgreSQL 15, this Crossdock runs PostgreSQL \d+: back it up"):
            EmbeddedPostgres(tmp_path).start()
        assert [path.name for path in (tmp_path / "postgres").iterdir()] == ["PG_VERSION"]

    def test_a_damaged_database_is_not_made_anew(self, tmp_path: Path) -> None:
        """A new empty database in place of a damaged one would look as if all data were gone."""
        (tmp_path / "postgres" / "global").mkdir(parents=True)
        with pytest.raises(StartRefused, match="holds no PostgreSQL database"):
            EmbeddedPostgres(tmp_path).start()
        assert [path.name for path in (tmp_path / "postgres").iterdir()] == ["global"]

    def test_why_the_server_does_not_start_is_in_the_message(self, data: Path) -> None:
        """The user should not have to find a log first."""
        with pytest.raises(StartRefused, match="shared_buffers") as refusal:
            EmbeddedPostgres(data, settings={"shared_buffers": "nonsense"}).start()
        assert "\n" not in str(refusal.value)
        with EmbeddedPostgres(data, settings=THROW_AWAY) as server:
            assert ask(server.url, "select 1") == 1

    def test_a_data_folder_that_cannot_be_made_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(StartRefused, match=f"cannot use the data folder {tmp_path}/file/data: Not a directory"):
            EmbeddedPostgres(tmp_path / "file" / "data").start()


class TestAccidents:
    def test_committed_data_survives_a_kill_of_everything(
        self, data: Path, programs: Programs, process_tree: ProcessTree, wait: Wait
    ) -> None:
        """As after a power cut: files of the dead server lie about, and the next start just works."""
        program = programs.start(SERVER, data)
        wait.until(lambda: "committed" in program.output.splitlines())
        below = process_tree.below(program.pid)
        for process in below:
            os.kill(process.pid, signal.SIGSTOP)
        program.kill()
        for process in below:
            os.kill(process.pid, signal.SIGKILL)
        wait.until(lambda: process_tree.all_ended(below))
        assert (data / "postgres" / "postmaster.pid").exists()
        with EmbeddedPostgres(data, settings=THROW_AWAY) as server:
            assert ask(server.url, "select id from kept") == 1

    def test_the_server_ends_when_its_owner_is_killed(
        self, data: Path, programs: Programs, process_tree: ProcessTree, wait: Wait
    ) -> None:
        """An orphan would keep the memory and the folder; a start right after the kill waits for its end."""
        program = programs.start(SERVER, data)
        wait.until(lambda: EmbeddedPostgres(data).running_url() is not None)
        below = process_tree.below(program.pid)
        assert len(below) > 5
        program.kill()
        with EmbeddedPostgres(data, settings=THROW_AWAY):
            assert process_tree.all_ended(below)

    def test_an_orphan_that_does_not_end_is_ended(
        self,
        data: Path,
        programs: Programs,
        process_tree: ProcessTree,
        wait: Wait,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """A stuck server of a killed Crossdock must not need an expert with a process list."""
        program = programs.start(SERVER, data)
        wait.until(lambda: EmbeddedPostgres(data).running_url() is not None)
        below = process_tree.below(program.pid)
        os.kill(process_tree.named(program.pid, "/postgres -D"), signal.SIGSTOP)
        os.kill(process_tree.named(program.pid, "process_guard.py"), signal.SIGKILL)
        program.kill()
        steps = (StopStep(0, 0.2), StopStep(signal.SIGINT, 0.2), StopStep(signal.SIGKILL, 10))
        monkeypatch.setattr(embedded_postgres, "_ORPHAN_STEPS", steps)
        try:
            with EmbeddedPostgres(data, settings=THROW_AWAY) as server:
                assert process_tree.all_ended(below)
                assert ask(server.url, "select 1") == 1
        finally:
            process_tree.kill(below)

    def test_a_stale_pid_file_with_a_number_that_lives_again(self, data: Path) -> None:
        """After a reboot the number may belong to anybody, here to this test; it must be neither believed nor ended."""
        with EmbeddedPostgres(data, settings=THROW_AWAY) as server:
            lines = (data / "postgres" / "postmaster.pid").read_text().splitlines()
            socket_lock = (data / "run" / ".s.PGSQL.5432.lock").read_text().splitlines()
            assert ask(server.url, "select 1") == 1
        (data / "postgres" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:], ""]))
        (data / "run" / ".s.PGSQL.5432.lock").write_text("\n".join([str(os.getpid()), *socket_lock[1:], ""]))
        (data / "run" / ".s.PGSQL.5432").touch()
        with EmbeddedPostgres(data, settings=THROW_AWAY) as server:
            assert ask(server.url, "select 1") == 1

    def test_a_killed_server_is_started_again_in_place(self, data: Path, wait: Wait) -> None:
        """The same URL answers again, with what was committed."""
        with EmbeddedPostgres(data, settings=THROW_AWAY) as server:
            with psycopg.connect(server.url) as connection:
                connection.execute("create table kept as select 1 as id")
            url = server.url
            pid = int((data / "postgres" / "postmaster.pid").read_text().splitlines()[0])
            os.kill(pid, signal.SIGKILL)
            wait.until(lambda: server.poll() == 128 + signal.SIGKILL)
            server.restart()
            assert server.poll() is None
            assert server.url == url
            assert ask(url, "select id from kept") == 1

    def test_an_interrupted_initdb_is_made_anew(
        self, tmp_path: Path, programs: Programs, process_tree: ProcessTree, wait: Wait
    ) -> None:
        """A user who loses patience at the first start, and kills it, starts again and all is well."""
        data = tmp_path / "data"
        program = programs.start(SERVER, data)
        wait.until((data / "postgres.partial" / "global").exists)
        below = process_tree.below(program.pid)
        program.kill()
        wait.until(lambda: process_tree.all_ended(below))
        assert not (data / "postgres").exists()
        with EmbeddedPostgres(data, settings=THROW_AWAY) as server:
            assert ask(server.url, "select 1") == 1
        assert not (data / "postgres.partial").exists()

    def test_a_start_can_be_given_up_and_leaves_nothing(self, tmp_path: Path) -> None:
        """Ctrl-C during a long first start or recovery must not have to wait for its end."""
        data = tmp_path / "data"
        server = EmbeddedPostgres(data, settings=THROW_AWAY)
        with pytest.raises(StartCancelled):
            server.start(cancelled=(data / "postgres.partial" / "global").exists)
        assert not (data / "postgres").exists()
        assert server_processes(data / "postgres.partial") == []


class TestAccount:
    """PostgreSQL refuses to run as root, and a fresh machine often has nobody else."""

    def test_a_kernel_that_forbids_user_namespaces(self, data: Path, programs: Programs) -> None:
        """Root in a container, the most common fresh machine, with its data below the closed /root."""
        data.parent.chmod(0o700)
        before = modes_above(data)
        program = programs.start(NO_NAMESPACES + START_AND_ASK, data)
        assert program.end() == 0, program.output
        assert "answer 42" in program.output
        assert modes_above(data) == before
        with EmbeddedPostgres(data, settings=THROW_AWAY) as server:
            assert ask(server.url, "select 1") == 1, "what it made starts where namespaces are allowed, too"

    @as_root
    def test_root_without_a_way_is_told_so(self, tmp_path: Path, programs: Programs) -> None:
        """One line with the remedy, where neither a namespace nor another user can be had."""
        program = programs.start(NO_NAMESPACES + NO_OTHER_USER + START_AND_ASK, tmp_path / "data")
        assert program.end() == 0, program.output
        line = program.output.splitlines()[-1]
        assert line.startswith("refused PostgreSQL cannot run for user 0 here: the kernel does not let it become user")
        assert "CROSSDOCK_DATABASE_URL" in line
        assert "Traceback" not in program.output

    @as_root
    def test_a_folder_that_stays_closed_is_named(self, tmp_path: Path, programs: Programs) -> None:
        """Root of a container that may not override file modes, with its data in a closed folder."""
        tmp_path.chmod(0o700)
        program = programs.start(NO_NAMESPACES + NO_OVERRIDE + START_AND_ASK, tmp_path / "data")
        assert program.end() == 0, program.output
        line = program.output.splitlines()[-1]
        assert line.startswith("refused PostgreSQL cannot run for user 0 here: the folder")
        assert "is closed to it" in line
        assert "set CROSSDOCK_DATA to a folder" in line
