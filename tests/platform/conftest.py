"""A made database to copy, and a look at processes that trusts no pid alone."""

from __future__ import annotations

import os
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
def data(made_data: Path, tmp_path: Path) -> Path:
    """A data folder of the test's own with a made database."""
    copy = tmp_path / "data"
    subprocess.run(["cp", "-a", str(made_data), str(copy)], check=True)
    return copy


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


@pytest.fixture
def process_tree() -> ProcessTree:
    return ProcessTree()


class Wait:
    """Wait for what another process does, up to a deadline that only a failure reaches."""

    def until(self, what: Callable[[], object], seconds: float = 15.0) -> None:
        deadline = time.monotonic() + seconds
        while not what():
            if time.monotonic() > deadline:
                raise AssertionError(f"did not happen within {seconds} seconds: {what}")
            time.sleep(0.01)


@pytest.fixture
def wait() -> Wait:
    return Wait()


class Programs:
    """Python programs run beside the test, killed with all below them when it ends."""

    def __init__(self, tree: ProcessTree) -> None:
        self._tree = tree
        self._started: list[subprocess.Popen[str]] = []

    def start(self, source: str, *arguments: object) -> subprocess.Popen[str]:
        program = subprocess.Popen(
            [sys.executable, "-c", source, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # So that a test can send what a terminal sends: a signal to the whole group.
            start_new_session=True,
        )
        self._started.append(program)
        return program

    def end_all(self) -> None:
        for program in self._started:
            if program.poll() is None:
                for process in self._tree.below(program.pid):
                    os.kill(process.pid, 9)
                program.kill()
            program.communicate()


@pytest.fixture
def programs(process_tree: ProcessTree) -> Iterator[Programs]:
    programs = Programs(process_tree)
    yield programs
    programs.end_all()
