"""`crossdock serve` as one thing: it starts whole, mends itself, stops in order, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from crossdock.platform.embedded_postgres import EmbeddedPostgres
from crossdock.platform.postgres_processes import server_processes
from crossdock.platform.supervisor import EXIT_CHILD_FAILED, EXIT_DATABASE_FAILED, EXIT_KILLED, RestartPolicy

if TYPE_CHECKING:
    from tests.platform.conftest import ProcessTree, Program, Programs, Wait

# Arguments: data folder (or "none"), journal, grace seconds, and for each child its name and its source.
SERVE = """
import os, sys
from pathlib import Path
from crossdock.platform.embedded_postgres import EmbeddedPostgres
from crossdock.platform.start_errors import StartRefused
from crossdock.platform.supervisor import Child, RestartPolicy, Supervisor
data, journal, grace, *pairs = sys.argv[1:]
database = None if data == "none" else EmbeddedPostgres(Path(data), settings={"fsync": "off"})
def children():
    env = {"JOURNAL": journal, "SOCKET": str(Path(data, "run", ".s.PGSQL.5432"))}
    for name, source in zip(pairs[::2], pairs[1::2]):
        argv = (sys.executable, "-I", "-S", "-c", source) if "\\n" in source else (source,)
        yield Child(name, argv, {**env, "NAME": name}, grace_seconds=float(grace))
policy = RestartPolicy(first_delay_seconds=0.05, longest_delay_seconds=0.2, attempts=4, settled_after_seconds=30)
try:
    code = Supervisor(lambda: list(children()), database=database, restart=policy).run()
except StartRefused as refusal:
    print("refused", refusal)
    code = 2
sys.exit(code)
"""

# Says in the journal that it is up, that it was told to stop, and that it ends with the database still there.
CHILD = """
import os, signal, socket, time
def say(what):
    with open(os.environ["JOURNAL"], "a") as journal:
        journal.write(f"{os.environ['NAME']} {what}\\n")
def database():
    with socket.socket(socket.AF_UNIX) as probe:
        return "with" if probe.connect_ex(os.environ["SOCKET"]) == 0 else "without"
def stop(number, frame):
    say(signal.Signals(number).name)
    time.sleep(0.1)
    say(f"ends {database()} database")
    os._exit(0)
signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, stop)
say("up")
while True:
    time.sleep(600)
"""

DEAF_CHILD = CHILD.replace("signal.signal(signal.SIGTERM, stop)", "signal.signal(signal.SIGTERM, signal.SIG_IGN)")

BROKEN_CHILD = """
import os
open(os.environ["JOURNAL"], "a").write("broken up\\n")
raise SystemExit(3)
"""


class Journal:
    """What the children said, in order."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self) -> list[str]:
        return self.path.read_text().splitlines() if self.path.exists() else []

    def count(self, line: str) -> int:
        return self.lines().count(line)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


@pytest.fixture
def serve(programs: Programs, journal: Journal, wait: Wait) -> Callable[..., Program]:
    """Start a supervisor with an API and a worker on `data`, and wait until both are up."""

    def start(data: object, *, api: str = CHILD, worker: str = CHILD, grace_seconds: float = 0.5) -> Program:
        program = programs.start(SERVE, data, journal.path, grace_seconds, "api", api, "worker", worker)
        wait.until(lambda: {"api up", "worker up"} <= set(journal.lines()) or program.poll() is not None)
        assert program.poll() is None, program.output
        return program

    return start


class TestStop:
    @pytest.mark.parametrize("from_terminal", [False, True])
    def test_the_api_stops_first_then_the_worker_then_the_database(
        self,
        data: Path,
        serve: Callable[..., Program],
        journal: Journal,
        process_tree: ProcessTree,
        from_terminal: bool,
    ) -> None:
        """Stopped in another order, requests and jobs under way would fail. Ctrl-C, which a terminal sends to a whole
        group, must not break it."""
        program = serve(data)
        below = process_tree.below(program.pid)
        if from_terminal:
            os.killpg(program.pid, signal.SIGINT)
        else:
            program.signal(signal.SIGTERM)
        assert program.end() == 0
        ends = ["SIGTERM", "ends with database"]
        assert journal.lines()[2:] == [*(f"api {end}" for end in ends), *(f"worker {end}" for end in ends)]
        assert process_tree.all_ended(below)
        assert not (data / "postgres" / "postmaster.pid").exists(), "it was shut down, not killed"

    def test_a_child_that_does_not_stop_is_killed_and_shows_in_the_exit_code(
        self, serve: Callable[..., Program], journal: Journal
    ) -> None:
        """A stop always ends; that something had to be killed is worth knowing."""
        program = serve("none", api=DEAF_CHILD)
        program.signal(signal.SIGTERM)
        assert program.end() == EXIT_KILLED
        assert journal.count("worker ends without database") == 1

    def test_a_second_signal_does_not_wait_for_the_graces(
        self, serve: Callable[..., Program], process_tree: ProcessTree
    ) -> None:
        """Whoever presses Ctrl-C again is not made to wait for a request that hangs."""
        program = serve("none", api=DEAF_CHILD, grace_seconds=600)
        below = process_tree.below(program.pid)
        program.signal(signal.SIGINT)
        # Closer together, two signals are taken for one that a wrapper has doubled.
        time.sleep(1.1)
        program.signal(signal.SIGINT)
        assert program.end() == EXIT_KILLED
        assert process_tree.all_ended(below)

    def test_a_stop_during_the_first_start_is_clean(
        self, tmp_path: Path, programs: Programs, journal: Journal, wait: Wait
    ) -> None:
        """Whoever mistyped a setting and presses Ctrl-C at once gets the shell back, and nothing else runs on."""
        data = tmp_path / "data"
        program = programs.start(SERVE, data, journal.path, 5, "api", CHILD)
        wait.until((data / "postgres.partial").exists)
        program.signal(signal.SIGTERM)
        assert program.end() == 0
        assert journal.lines() == []
        assert server_processes(data / "postgres") == server_processes(data / "postgres.partial") == []


class TestKill:
    def test_nothing_survives_a_kill_of_the_supervisor(
        self, data: Path, serve: Callable[..., Program], journal: Journal, process_tree: ProcessTree, wait: Wait
    ) -> None:
        """What survived would hold the port, the data folder and memory, and nobody would own it."""
        program = serve(data, api=DEAF_CHILD)
        below = process_tree.below(program.pid)
        assert len(below) > 8
        program.kill()
        wait.until(lambda: process_tree.all_ended(below))
        assert journal.count("worker SIGTERM") == 1, "who does listen is asked first"

    @pytest.mark.parametrize("victim", ["child", "guard"])
    def test_a_killed_child_is_started_again(
        self, serve: Callable[..., Program], journal: Journal, process_tree: ProcessTree, wait: Wait, victim: str
    ) -> None:
        """A worker ended by the kernel for its memory must come back, and the API not notice."""
        program = serve("none")
        pid = process_tree.named(program.pid, "process_guard.py" if victim == "guard" else "JOURNAL")
        os.kill(pid, signal.SIGKILL)
        wait.until(lambda: journal.count("api up") + journal.count("worker up") == 3)
        assert program.output.count("is started again") == 1
        before = len(journal.lines())
        program.signal(signal.SIGTERM)
        assert program.end() == 0
        assert sorted(journal.lines()[before:]) == sorted(
            f"{name} {what}" for name in ("api", "worker") for what in ("SIGTERM", "ends without database")
        )

    def test_a_killed_database_comes_back_with_its_data_while_the_children_run_on(
        self, data: Path, serve: Callable[..., Program], journal: Journal, process_tree: ProcessTree, wait: Wait
    ) -> None:
        """The URL stays, so API and worker only have to connect again."""
        program = serve(data)
        url = EmbeddedPostgres(data).running_url()
        assert url is not None
        with psycopg.connect(url) as connection:
            connection.execute("create table kept as select 1 as id")
        os.kill(process_tree.named(program.pid, "/postgres -D"), signal.SIGKILL)
        wait.until(lambda: "is started again" in program.output)
        wait.until(lambda: EmbeddedPostgres(data).running_url() == url)
        with psycopg.connect(url) as connection:
            assert connection.execute("select id from kept").fetchone() == (1,)
        program.signal(signal.SIGTERM)
        assert program.end() == 0
        assert journal.count("api up") == journal.count("worker up") == 1


class TestFailure:
    def test_a_child_that_never_comes_up_ends_it_with_a_code_of_its_own(
        self, data: Path, programs: Programs, journal: Journal
    ) -> None:
        """A service manager has to see the failure; an endless loop of restarts would hide it."""
        program = programs.start(SERVE, data, journal.path, 5, "api", CHILD, "broken", BROKEN_CHILD)
        assert program.end() == EXIT_CHILD_FAILED
        assert journal.count("broken up") == 4
        assert journal.count("api ends with database") == 1
        assert program.output.count("is started again") == 3
        assert program.output.count("gave up") == 1
        assert server_processes(data / "postgres") == []

    def test_a_database_that_does_not_come_back_ends_it_with_a_code_of_its_own(
        self, data: Path, serve: Callable[..., Program], journal: Journal, process_tree: ProcessTree
    ) -> None:
        """Without its database nothing works, and the log has to say why it stays away."""
        program = serve(data)
        (data / "postgres").chmod(0o777)
        os.kill(process_tree.named(program.pid, "/postgres -D"), signal.SIGKILL)
        assert program.end() == EXIT_DATABASE_FAILED
        assert "has invalid permissions" in program.output
        assert journal.count("api ends without database") == 1

    def test_a_command_that_does_not_exist_refuses_the_start(
        self, programs: Programs, journal: Journal, wait: Wait
    ) -> None:
        """Trying again cannot help, so the user is told at once, and what was started is stopped."""
        program = programs.start(SERVE, "none", journal.path, 5, "api", CHILD, "worker", "/no/such/program")
        assert program.end() == 2
        assert "refused worker does not start: cannot run /no/such/program: No such file" in program.output

    def test_the_wait_between_restarts_grows_to_a_bound(self) -> None:
        """A database that is down for an hour must not be asked a thousand times, nor forgotten."""
        policy = RestartPolicy(first_delay_seconds=0.5, longest_delay_seconds=10)
        assert [policy.delay_seconds(failures) for failures in range(1, 8)] == [0.5, 1, 2, 4, 8, 10, 10]
