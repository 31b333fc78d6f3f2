"""The processes under test: PostgreSQL, one API and two workers, and what strikes them."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from crossdock.integrations.registry import ENTRY_POINTS
from crossdock.platform.embedded_postgres import EmbeddedPostgres
from crossdock.platform.guarded_process import GuardedProcess
from crossdock.platform.migrate import migrate
from crossdock.platform.process_guard import Order, StopStep
from crossdock.platform.settings import variable

ROOT = Path(__file__).resolve().parents[1]
WORKERS = ("worker-1", "worker-2")
PROCESSES = ("api", *WORKERS)
START_SECONDS = 60.0
LEASE_SECONDS = 2.0
SETTINGS = {
    "reads_per_second": "1000000",
    "writes_per_second": "1000000",
    "allowed_networks": "127.0.0.0/8",
    "tick_seconds": "1",
    "vendor_timeout_seconds": "1",
    "write_deadline_seconds": "1.5",
    "sync_lease_seconds": str(LEASE_SECONDS),
    "sync_retry_seconds": "0.5",
    "settle_seconds": "0.5",
    "webhook_lease_seconds": str(LEASE_SECONDS),
    "webhook_retry_seconds": "0.5",
    "webhook_timeout_seconds": "1",
    "pool_size": "8",
}
"""Everything that takes minutes for users takes seconds here."""
_POSTGRES = {"fsync": "off", "shared_buffers": "32MB", "max_connections": "100"}
"""Only a power cut would need more: what PostgreSQL has written survives its own death in the memory of the machine."""


@dataclass
class Installation:
    """One data folder with everything that runs on it."""

    folder: Path
    postgres: EmbeddedPostgres
    master_key: str
    port: int
    processes: dict[str, GuardedProcess] = field(default_factory=dict)
    logs: list[Path] = field(default_factory=list)
    ended_by_themselves: int = 0
    """Processes that ended although nobody struck them; they are started again as a supervisor does."""
    _struck: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        return self.postgres.url

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CROSSDOCK_", "PYTHON"))}
        own = {
            **SETTINGS,
            "data": str(self.folder / "data"),
            "database_url": self.url,
            "master_key": self.master_key,
            "port": str(self.port),
        }
        kept["PYTHONPATH"] = os.pathsep.join(map(str, (self.folder / "announced", ROOT, ROOT / "src")))
        return {**kept, **{variable(name): value for name, value in own.items()}}

    def start(self, name: str) -> None:
        log = self.folder / f"{name}.log"
        if log not in self.logs:
            self.logs.append(log)
        argv = (sys.executable, "-m", "crossdock.platform.processes", name.partition("-")[0])
        order = Order(argv, (StopStep(signal.SIGTERM, 15),), log=str(log))
        self._struck.discard(name)
        self.processes[name] = GuardedProcess(name, order, env=self.environment())

    def kill(self, name: str) -> None:
        """Ends a process and everything below it at once, as a power cut would."""
        self._struck.add(name)
        process = self.processes[name]
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)

    def kill_below(self, name: str) -> None:
        """Ends only the processes below one, which that one has to notice."""
        for pid in _children(self.processes[name].pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def freeze(self, name: str, *, thaw: bool = False) -> None:
        """Stops a process in its tracks, or lets it go on."""
        if self.processes[name].poll() is None:
            os.kill(self.processes[name].pid, signal.SIGCONT if thaw else signal.SIGSTOP)

    def restart_postgres(self) -> None:
        """What `pg_ctl -m immediate restart` does: connections break, and what was not committed is gone."""
        pid_file = self.postgres.data / "postgres" / "postmaster.pid"
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGQUIT)
        until = time.monotonic() + 10
        while self.postgres.poll() is None:
            if time.monotonic() > until:
                raise TimeoutError("PostgreSQL does not end")
            time.sleep(0.01)
        self.postgres.restart()

    def tend(self) -> None:
        """Starts what has ended."""
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self.ended_by_themselves += name not in self._struck
                self.start(name)

    async def wait_for_api(self) -> None:
        """Until the API answers."""
        until = time.monotonic() + START_SECONDS
        async with aiohttp.ClientSession() as session:
            while time.monotonic() < until:
                self.tend()
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    async with session.get(f"{self.address}/healthz", timeout=aiohttp.ClientTimeout(2)) as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.05)
        raise TimeoutError(f"the API does not answer:\n{self.said('api')[-2000:]}")

    def said(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def everything_said(self) -> dict[str, str]:
        """What all processes and the database have logged so far, by file."""
        paths = [*self.folder.glob("*.log*"), *self.postgres.data.glob("postgres.log*")]
        return {path.name: path.read_text(errors="replace") for path in paths}

    def stop(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGCONT)
            process.kill()
        self.postgres.stop()


def _children(parent: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(path.parent.name))
    return found


def _announce(folder: Path) -> None:
    """What pip leaves behind for a package with an entry point."""
    info = folder / "announced" / "crossdock_stall-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: crossdock-stall\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[{ENTRY_POINTS}]\nstall = faults.stall\n")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def running_installation(folder: Path) -> AsyncIterator[Installation]:
    """An installation with its processes up; nothing of it is left afterwards."""
    _announce(folder)
    key = base64.b64encode(os.urandom(32)).decode()
    made = Installation(folder, EmbeddedPostgres(folder / "data", settings=_POSTGRES), key, _free_port())
    await asyncio.to_thread(made.postgres.start)
    try:
        await asyncio.to_thread(migrate, made.url)
        for name in PROCESSES:
            made.start(name)
        await made.wait_for_api()
        yield made
    finally:
        await asyncio.to_thread(made.stop)
