"""What `crossdock serve` costs while nothing happens: all of its processes, the database included."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from bench.report import Report
from crossdock.platform.settings import variable

SETTLING_SECONDS = 45
SECONDS = 60


def _processes(root: int) -> dict[int, tuple[int, str, float]]:
    """Every process below one: its parent, its name, and the processor time it has used."""
    tick = os.sysconf("SC_CLK_TCK")
    found: dict[int, tuple[int, str, float]] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            text = (folder / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        name, _, rest = text.partition(" (")[2].rpartition(") ")
        fields = rest.split()
        # Time of the process itself and of children that have ended.
        found[int(folder.name)] = (int(fields[1]), name, sum(map(int, fields[11:15])) / tick)
    below = {root}
    while more := {number for number, (parent, _, _) in found.items() if parent in below} - below:
        below |= more
    return {number: found[number] for number in below if number in found}


def measure(report: Report, folder: Path) -> None:
    """Starts a server with a database of its own and prints its share of one core."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(variable(""))}
    environment |= {variable("data"): str(folder), variable("port"): str(port)}
    server = subprocess.Popen(
        [sys.executable, "-m", "crossdock", "serve"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(SETTLING_SECONDS)
        before = _processes(server.pid)
        started = time.monotonic()
        time.sleep(SECONDS)
        after = _processes(server.pid)
        seconds = time.monotonic() - started
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
    if len(after) < 4:
        raise AssertionError(f"the server was not up: {after}")
    used: dict[str, float] = {}
    known = {number: spent for number, (_, _, spent) in before.items()}
    for number, (_, name, spent) in after.items():
        used[name] = used.get(name, 0) + spent - known.get(number, 0)
    report.section(f"`crossdock serve` with nothing to do, {len(after)} processes")
    for name, spent in sorted(used.items()):
        report.line(f"{name:<16} {100 * spent / seconds:5.2f} % of a core")
    report.ratio("idle, % of one core", [100 * sum(used.values()) / seconds], at_most=3)
