"""Nothing that Crossdock runs outlives it, and a log never fills the disk."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crossdock.platform.guarded_process import GuardedProcess, ProcessNotStarted
from crossdock.platform.process_guard import Order, StopStep

if TYPE_CHECKING:
    from tests.platform.conftest import ProcessTree, Programs, SeenProcess, Wait

STUBBORN_PARENT = """
import os, signal, sys, time
from pathlib import Path
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        Path(sys.argv[1]).touch()
time.sleep(600)
"""

OWNER = """
import os, sys, time
from crossdock.platform.guarded_process import GuardedProcess
from crossdock.platform.process_guard import Order, StopStep
order = Order((sys.executable, "-c", sys.argv[1], sys.argv[2]), (StopStep(15, 0.3),))
process = GuardedProcess("stubborn", order, env=os.environ)
time.sleep(600)
"""


def test_a_process_that_ignores_sigterm_and_its_daemons_end_when_the_owner_is_killed(
    tmp_path: Path, programs: Programs, process_tree: ProcessTree, wait: Wait
) -> None:
    """A hanging API would keep its port, and every later start would fail."""
    ready = tmp_path / "ready"
    owner = programs.start(OWNER, STUBBORN_PARENT, ready)
    wait.until(ready.exists)
    below = process_tree.below(owner.pid)
    assert len(below) == 4, "guard, process, its child in a session of its own, and that one's child"
    owner.kill()
    wait.until(lambda: process_tree.all_ended(below))


def kill_guard(process: GuardedProcess, tree: ProcessTree) -> SeenProcess:
    """The process as it was seen below the guard that is killed."""
    for guard in tree.below(os.getpid()):
        for child in tree.below(guard.pid):
            if child.pid == process.pid:
                os.kill(guard.pid, signal.SIGKILL)
                return child
    raise AssertionError("the process has no guard")


def test_a_process_is_told_to_stop_when_its_guard_is_killed(process_tree: ProcessTree, wait: Wait) -> None:
    """The guard is a process like any other, and Crossdock may have been killed with it."""
    order = Order((sys.executable, "-c", "import time; time.sleep(600)"), (StopStep(signal.SIGTERM, 5),))
    process = GuardedProcess("sleeper", order, env=os.environ)
    seen = kill_guard(process, process_tree)
    wait.until(lambda: not seen.lives())
    assert process.stop() == 128 + signal.SIGKILL


def test_a_process_that_does_not_listen_ends_when_its_guard_is_killed(
    tmp_path: Path, process_tree: ProcessTree, wait: Wait
) -> None:
    """Else it would hold its port against the one that is started in its place."""
    ready = tmp_path / "ready"
    source = "import pathlib, signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    source += "; pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"
    order = Order((sys.executable, "-c", source, str(ready)), (StopStep(signal.SIGTERM, 5),))
    process = GuardedProcess("deaf", order, env=os.environ)
    wait.until(ready.exists)
    seen = kill_guard(process, process_tree)
    wait.until(lambda: process.poll() == 128 + signal.SIGKILL)
    wait.until(lambda: not seen.lives())


def test_a_clean_end_tells_its_own_exit_code() -> None:
    """A failure of the process must show as its own code, or nobody finds the reason."""
    process = GuardedProcess("exits", Order((sys.executable, "-c", "raise SystemExit(7)"), ()), env=os.environ)
    while process.poll() is None:
        time.sleep(0.01)
    assert process.poll() == 7
    assert process.stop() == 7


def test_a_program_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(ProcessNotStarted, match="cannot run /no/such/program: No such file or directory"):
        GuardedProcess("none", Order(("/no/such/program",), ()), env={})


def test_a_log_stays_bounded_and_keeps_the_latest_lines(tmp_path: Path) -> None:
    """A server that complains for weeks must not fill the disk its database is on."""
    source = "for number in range(10_000): print(f'{number:063d}')"
    log = tmp_path / "process.log"
    order = Order((sys.executable, "-u", "-c", source), (), log=str(log), log_bytes=100_000)
    process = GuardedProcess("talker", order, env=os.environ)
    while process.poll() is None:
        time.sleep(0.01)
    written = [path.stat().st_size for path in tmp_path.iterdir()]
    assert len(written) == 2
    assert max(written) <= 100_000
    assert log.read_text().endswith(f"{9_999:063d}\n")
