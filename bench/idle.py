"""What `crossdock serve` costs while nothing happens: all of its processes, the database included."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from bench.processor import below
from bench.report import Report
from crossdock.platform.settings import variable

SETTLING_SECONDS = 240
LOOK_SECONDS = 12.0
"""Longer than a worker's look for what is due."""
QUIET = 0.05
"""A share of one core under which a start counts as over."""
FEWEST_PROCESSES = 4
SECONDS = 60


def _settle(root: int) -> None:
    """Waits until what a first start does is over: sandboxes are filled and synced."""
    deadline = time.monotonic() + SETTLING_SECONDS
    while time.monotonic() < deadline:
        before = _used(root)
        time.sleep(LOOK_SECONDS)
        if len(below(root)) >= FEWEST_PROCESSES and _used(root) - before < QUIET * LOOK_SECONDS:
            return


def _used(root: int) -> float:
    return sum(seconds for _, seconds in below(root).values())


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
        _settle(server.pid)
        before = below(server.pid)
        started = time.monotonic()
        time.sleep(SECONDS)
        after = below(server.pid)
        seconds = time.monotonic() - started
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
    if len(after) < FEWEST_PROCESSES:
        raise AssertionError(f"the server was not up: {after}")
    used: dict[str, float] = {}
    for number, (name, spent) in after.items():
        used[name] = used.get(name, 0) + spent - before.get(number, ("", 0))[1]
    report.section(f"`crossdock serve` with nothing to do, {len(after)} processes")
    for name, spent in sorted(used.items()):
        report.line(f"{name:<16} {100 * spent / seconds:5.2f} % of a core")
    report.ratio("idle, % of one core", [100 * sum(used.values()) / seconds], at_most=3)
