"""A made database to copy, and a look at processes that trusts no pid alone."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crossdock.platform.embedded_postgres import EmbeddedPostgres

THROW_AWAY = {"fsync": "off"}


@pytest.fixture(scope="session")
def made_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose database was made and stopped; copied, never started in place."""
    data = tmp_path_factory.mktemp("made") / "data"
    with EmbeddedPostgres(data, settings=THROW_AWAY):
        pass
    return data


@pytest.fixture
def data(made_data: Path, tmp_path: Path) -> Iterator[Path]:
    """A data folder of the test's own with a made database."""
    copy = tmp_path / "data"
    subprocess.run(["cp", "-a", "--sparse=always", str(made_data), str(copy)], check=True)
    yield copy
    # pytest keeps the folders of some runs, and 40 MB a test is too much to keep.
    shutil.rmtree(copy, ignore_errors=True)


@dataclass(frozen=True)
class SeenProcess:
    """A process told from a later one of the same number by the time it began."""

    pid: int
    began: int

    def lives(self) -> bool:
        seen = _look(self.pid)
        return seen is not None and seen[0] == self


def _look(pid: int) -> tuple[SeenProcess, int] | None:
    """The process and its parent, unless it has ended; a zombie has."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in (b"Z", b"X") else (SeenProcess(pid, int(fields[19])), int(fields[1]))


class ProcessTree:
    """What a test sees of the processes it caused."""

    def below(self, pid: int) -> list[SeenProcess]:
        """All living descendants of `pid`, its children first."""
        seen = [each for entry in os.listdir("/proc") if entry.isdigit() and (each := _look(int(entry))) is not None]
        found: list[SeenProcess] = []
        parents = {pid}
        while parents:
            generation = [process for process, parent in seen if parent in parents]
            found += generation
            parents = {process.pid for process in generation}
        return found

    def named(self, pid: int, name: str) -> int:
        """The descendant of `pid` whose command line holds `name`; the first generation is looked at first."""
        for process in self.below(pid):
            if name in Path(f"/proc/{process.pid}/cmdline").read_bytes().replace(b"\0", b" ").decode():
                return process.pid
        raise AssertionError(f"no process {name} below {pid}")

    def all_ended(self, processes: list[SeenProcess]) -> bool:
        return not any(process.lives() for process in processes)

    def kill(self, processes: list[SeenProcess]) -> None:
        for process in processes:
            if process.lives():
                os.kill(process.pid, signal.SIGKILL)


@pytest.fixture
def process_tree() -> ProcessTree:
    return ProcessTree()


class Wait:
    """Wait for what another process does, up to a deadline that only a failure reaches."""

    def until(self, what: Callable[[], object], seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not what():
            if time.monotonic() > deadline:
                raise AssertionError(f"did not happen within {seconds} seconds: {what}")
            time.sleep(0.01)


@pytest.fixture
def wait() -> Wait:
    return Wait()


class Program:
    """A Python program that runs beside the test. It stays unreaped, so its pid is its own, until it is polled."""

    def __init__(self, server: ProgramServer, pid: int, output: Path) -> None:
        self.pid = pid
        self._server = server
        self._output = output
        self._exit_code: int | None = None

    @property
    def output(self) -> str:
        return self._output.read_text() if self._output.exists() else ""

    def poll(self) -> int | None:
        if self._exit_code is None:
            self._exit_code = self._server.ask(poll=self.pid)
        return self._exit_code

    def signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def end(self) -> int:
        """Exit code, the negative number of a signal that ended it; an end that does not come fails the test."""
        Wait().until(lambda: self.poll() is not None)
        code = self.poll()
        assert code is not None
        return code

    def kill(self) -> None:
        """What no program can prepare for."""
        self.signal(signal.SIGKILL)
        self.end()


class ProgramServer:
    """The other end of program_server.py."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("program_server.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, **request: object) -> int | None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: int | None = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="session")
def program_server() -> Iterator[ProgramServer]:
    server = ProgramServer()
    yield server
    server.close()


class Programs:
    """Starts programs, and kills what is left of them when the test ends."""

    def __init__(self, server: ProgramServer, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._started: list[Program] = []

    def start(self, source: str, *arguments: object) -> Program:
        output = self._folder / f"output-{len(self._started)}"
        pid = self._server.ask(source=source, arguments=list(map(str, arguments)), output=str(output))
        assert pid is not None
        program = Program(self._server, pid, output)
        self._started.append(program)
        return program

    def end_all(self, tree: ProcessTree) -> None:
        for program in self._started:
            below = tree.below(program.pid)
            program.kill()
            tree.kill(below)


@pytest.fixture
def programs(program_server: ProgramServer, process_tree: ProcessTree, tmp_path: Path) -> Iterator[Programs]:
    programs = Programs(program_server, tmp_path)
    yield programs
    programs.end_all(process_tree)
