"""`crossdock` as real processes, on a data folder or a database of the test's own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

VENDORS = Path(__file__).with_name("vendors")
COMMAND = [sys.executable, "-m", "crossdock.cli"]
PATIENCE_SECONDS = 90.0
"""How long a test waits for what takes a second or two on an idle machine."""


def free_port() -> int:
    """A port that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(what: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Waits for what another process does."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"did not happen within {seconds} seconds"
        time.sleep(0.05)


@dataclass
class Running:
    """A process that was started."""

    process: subprocess.Popen[bytes]
    output: Path

    def said(self) -> str:
        return self.output.read_text()

    def end(self, number: int = signal.SIGTERM) -> int:
        """Signals it, and gives its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)


@dataclass
class Installation:
    """A data folder and settings, and the commands that are run on them."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    running: list[Running] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings['CROSSDOCK_PORT']}"

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CROSSDOCK_", "PYTHON"))}
        own = {"CROSSDOCK_DATA": str(self.data), "PYTHONPATH": str(VENDORS), **self.settings, **more}
        return {**kept, **{name: value for name, value in own.items() if value}}

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end."""
        return subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def start(self, *arguments: str, **more: str) -> Running:
        """Starts a command that runs until it is ended."""
        output = self.folder / f"output-{len(self.running)}"
        with output.open("wb") as file:
            process = subprocess.Popen(
                [*COMMAND, *arguments], env=self.environment(**more), stdout=file, stderr=file, stdin=subprocess.DEVNULL
            )
        started = Running(process, output)
        self.running.append(started)
        return started

    def answers(self) -> bool:
        """Whether the API takes calls; a process that has ended never will."""
        assert any(each.process.poll() is None for each in self.running), self.running[-1].said()
        try:
            return httpx.get(f"{self.url}/healthz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def start_answering(self, *arguments: str, **more: str) -> Running:
        """Starts `serve` or `api` and waits until it takes calls."""
        started = self.start(*arguments, **more)
        until(self.answers)
        return started

    def end(self) -> None:
        """Ends what is left."""
        for each in self.running:
            if each.process.poll() is None:
                each.process.terminate()
        for each in self.running:
            try:
                each.process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                each.process.kill()
                each.process.wait()


RELAXED = {
    "CROSSDOCK_READS_PER_SECOND": "1000000",
    "CROSSDOCK_WRITES_PER_SECOND": "1000000",
    "CROSSDOCK_INTEGRATIONS_PER_MINUTE": "1000000",
    "CROSSDOCK_PUBLIC_CALLS_PER_MINUTE": "1000000",
    "CROSSDOCK_SIGN_INS_PER_MINUTE": "1000000",
    "CROSSDOCK_ALLOWED_NETWORKS": "127.0.0.0/8",
}


@contextmanager
def installation(folder: Path, **settings: str) -> Iterator[Installation]:
    """An installation whose processes end with the context."""
    made = Installation(folder, {**RELAXED, "CROSSDOCK_PORT": str(free_port()), **settings})
    try:
        yield made
    finally:
        made.end()


def variables(text: str) -> dict[str, str]:
    """The `NAME=value` lines of an output or file."""
    return dict(line.strip().split("=", 1) for line in text.splitlines() if "=" in line and " " not in line.strip())
