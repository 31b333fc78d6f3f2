"""A process that ends when Crossdock ends, however Crossdock ends: the near side of `process_guard`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from crossdock.platform import process_guard
from crossdock.platform.process_guard import Order

_KILL_SECONDS = 5.0
"""How long a guard may take, past the last stop step, to clear up before its whole group is killed."""


class ProcessNotStarted(Exception):
    """The process never ran; the message says why in one line."""


class GuardedProcess:
    """One running process in a session of its own, under its guard. Constructing it starts it.

    Raises ProcessNotStarted when the program cannot be executed or the account cannot be taken.
    """

    pid: int
    """Process id of the process itself, not of its guard."""

    def __init__(
        self,
        name: str,
        order: Order,
        *,
        env: Mapping[str, str],
        cwd: Path | None = None,
        inherited: Sequence[int] = (),
    ) -> None:
        self.name = name
        self._stop_seconds = sum(step.grace_seconds for step in order.stop_steps) + _KILL_SECONDS
        self._stop_deadline: float | None = None
        self._returncode: int | None = None
        status_read, status_write = os.pipe()
        # The arguments are this interpreter, our own script, a number and a name.
        self._guard = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", process_guard.__file__, str(status_write), name],
            stdin=subprocess.PIPE,
            env=dict(env),
            cwd=cwd,
            # Its own session: a Ctrl-C in the terminal reaches Crossdock alone, which then stops all in order.
            start_new_session=True,
            pass_fds=(status_write, *inherited),
        )
        os.close(status_write)
        with os.fdopen(status_read, "rb") as status:
            try:
                os.write(self._control, order.to_json().encode() + b"\n")
            except BrokenPipeError:
                report = {}
            else:
                # The stream ends with exec, so a report without an error means that the program runs.
                report = {key: value for line in status for key, value in json.loads(line).items()}
        if "error" in report or "pid" not in report:
            self.stop()
            raise ProcessNotStarted(report.get("error", f"the guard of {name} ended at once"))
        self.pid = report["pid"]

    @property
    def _control(self) -> int:
        stream = self._guard.stdin
        if stream is None:
            raise AssertionError("the guard was started with a pipe")
        return stream.fileno()

    def poll(self) -> int | None:
        """Exit code (128 and the number for a signal) once the process and all it left have ended."""
        if self._returncode is None:
            ended = os.waitid(os.P_PID, self._guard.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is not None:
                self._finish()
            elif self._stop_deadline is not None and time.monotonic() > self._stop_deadline:
                self.kill()
        return self._returncode

    def request_stop(self) -> None:
        """Have the guard go through the stop steps. Returns at once; poll until it has ended."""
        if self._guard.stdin is not None and not self._guard.stdin.closed:
            self._guard.stdin.close()
            self._stop_deadline = time.monotonic() + self._stop_seconds

    def kill(self) -> None:
        """End the process and its group now."""
        if self._returncode is None:
            self._kill_group()
            self._finish()

    def stop(self) -> int:
        """Stop, with the graces of the order, and return the exit code."""
        self.request_stop()
        while (code := self.poll()) is None:
            time.sleep(0.01)
        return code

    def _finish(self) -> None:
        # Before the guard is reaped, so that its id still names our group: a guard that was killed leaves members.
        self._kill_group()
        self.request_stop()
        code = self._guard.wait()
        self._returncode = code if code >= 0 else 128 - code

    def _kill_group(self) -> None:
        os.killpg(self._guard.pid, signal.SIGKILL)
