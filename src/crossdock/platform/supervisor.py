"""`crossdock serve`: the database and the processes that use it, started, watched and stopped as one."""

from __future__ import annotations

import contextlib
import math
import os
import select
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType

import structlog

from crossdock.platform.embedded_postgres import EmbeddedPostgres
from crossdock.platform.guarded_process import GuardedProcess, ProcessNotStarted
from crossdock.platform.process_guard import Order, StopStep
from crossdock.platform.start_errors import StartCancelled, StartRefused

EXIT_STOPPED = 0
EXIT_KILLED = 1
"""It was told to stop, but something did not end in its grace time and was killed."""
EXIT_DATABASE_FAILED = 69
EXIT_CHILD_FAILED = 70

_ONE_SIGNAL_SECONDS = 1.0
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Child:
    """A process to run: its name in the log, its command (an absolute path first) and its whole environment."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    grace_seconds: float = 20.0
    """How long it may take to end after SIGTERM before it is killed."""


@dataclass(frozen=True)
class RestartPolicy:
    """How a process that ended by itself is started again."""

    first_delay_seconds: float = 0.5
    longest_delay_seconds: float = 30.0
    attempts: int = 6
    """So many failures in a row, and the supervisor gives up."""
    settled_after_seconds: float = 30.0
    """A process that ran this long came up, so its next failure counts as the first."""

    def delay_seconds(self, failures: int) -> float:
        return min(self.longest_delay_seconds, self.first_delay_seconds * 2.0 ** (failures - 1))


class GaveUp(Exception):
    """A process failed too often."""

    def __init__(self, name: str, exit_code: int) -> None:
        super().__init__(f"{name} does not stay up")
        self.exit_code = exit_code


class _Kept:
    """One process that is kept running: how it is started and looked at, and what its failures have come to."""

    def __init__(
        self,
        name: str,
        gave_up_code: int,
        policy: RestartPolicy,
        poll: Callable[[], int | None],
        start: Callable[[], None],
    ) -> None:
        self.name = name
        self._gave_up_code = gave_up_code
        self._policy = policy
        self._poll = poll
        self._start = start
        self._started_at = time.monotonic()
        self._failures = 0
        self._due: float | None = None

    def tend(self) -> float | None:
        """Start what is down and due. Monotonic time at which it wants to be tended again, None for at its end."""
        if self._due is None:
            exit_code = self._poll()
            if exit_code is None:
                return None
            if time.monotonic() - self._started_at >= self._policy.settled_after_seconds:
                self._failures = 0
            self._failed(exit_code=exit_code)
        if self._due is not None and time.monotonic() >= self._due:
            self._due = None
            self._started_at = time.monotonic()
            try:
                self._start()
            except (StartRefused, ProcessNotStarted) as error:
                self._failed(reason=str(error))
        return self._due

    def _failed(self, **why: int | str) -> None:
        self._failures += 1
        if self._failures >= self._policy.attempts:
            _log.error("gave up: a process does not stay up", process=self.name, failures=self._failures, **why)
            raise GaveUp(self.name, self._gave_up_code)
        delay = self._policy.delay_seconds(self._failures)
        self._due = time.monotonic() + delay
        _log.warning("a process ended and is started again", process=self.name, delay_seconds=delay, **why)


class Supervisor:
    """Runs `children` on `database` until a signal says to stop.

    `children` is called once the database answers: the place to migrate it and to put its URL into environments. They
    start in the order given and stop in the same one, each in its turn; the database starts before and stops after all.
    """

    def __init__(
        self,
        children: Callable[[], Sequence[Child]],
        *,
        database: EmbeddedPostgres | None = None,
        restart: RestartPolicy | None = None,
    ) -> None:
        self._children = children
        self._database = database
        self._restart = restart or RestartPolicy()
        self._running: dict[str, GuardedProcess] = {}
        self._kept: list[_Kept] = []
        self._signals = 0
        self._last_signal_at = -math.inf
        self._killed = False

    def run(self) -> int:
        """Exit code for the process. Only in the main thread, as it takes the signals.

        Raises StartRefused when the database cannot start, and whatever `children` raises; nothing is left running.
        """
        with self._signals_taken() as wakeup:
            try:
                self._start()
                self._watch(wakeup)
                code = EXIT_STOPPED
            except StartCancelled:
                code = EXIT_STOPPED
            except GaveUp as error:
                code = error.exit_code
            finally:
                self._stop()
        return code if code != EXIT_STOPPED or not self._killed else EXIT_KILLED

    def _start(self) -> None:
        database = self._database
        if database is not None:
            database.start(self._stopping)
            self._kept.append(
                _Kept(
                    "database",
                    EXIT_DATABASE_FAILED,
                    self._restart,
                    database.poll,
                    lambda: database.restart(self._stopping),
                )
            )
        for child in self._children():
            if self._stopping():
                raise StartCancelled
            self._keep(child)

    def _keep(self, child: Child) -> None:
        def start() -> None:
            self._running[child.name] = GuardedProcess(
                child.name,
                Order(tuple(child.argv), (StopStep(signal.SIGTERM, child.grace_seconds),)),
                env=child.env,
            )

        try:
            start()
        except ProcessNotStarted as error:
            raise StartRefused(f"{child.name} does not start: {error}") from error
        _log.info("a process is started", process=child.name, pid=self._running[child.name].pid)
        self._kept.append(
            _Kept(child.name, EXIT_CHILD_FAILED, self._restart, lambda: self._running[child.name].poll(), start)
        )

    def _watch(self, wakeup: int) -> None:
        while not self._stopping():
            due = [at for kept in self._kept if (at := kept.tend()) is not None]
            self._sleep(wakeup, max(0.0, min(due) - time.monotonic()) if due else None)

    def _sleep(self, wakeup: int, seconds: float | None) -> None:
        """Until a signal, which the end of a process is too, or for `seconds`."""
        if select.select([wakeup], [], [], seconds)[0]:
            os.read(wakeup, 512)

    def _stop(self) -> None:
        for name, process in self._running.items():
            self._stop_child(name, process)
        self._running.clear()
        if self._database is not None:
            self._database.stop()

    def _stop_child(self, name: str, process: GuardedProcess) -> None:
        if process.poll() is not None:
            return
        process.request_stop()
        while process.poll() is None:
            # Whoever signals again while it stops does not want to wait for it.
            if self._signals > 1:
                process.kill()
            time.sleep(0.01)
        self._killed = self._killed or process.poll() == 128 + signal.SIGKILL
        _log.info("a process is stopped", process=name, exit_code=process.poll())

    def _stopping(self) -> bool:
        return self._signals > 0

    @contextlib.contextmanager
    def _signals_taken(self) -> Iterator[int]:
        """Count stop signals and wake up at each of them and at the end of a process; undone afterwards."""

        def count(_number: int, _frame: FrameType | None) -> None:
            # A wrapper that forwards what the terminal has sent already makes two signals out of one.
            if time.monotonic() - self._last_signal_at > _ONE_SIGNAL_SECONDS:
                self._signals += 1
            self._last_signal_at = time.monotonic()

        wakeup, wakeup_write = os.pipe()
        os.set_blocking(wakeup_write, False)
        earlier_wakeup = signal.set_wakeup_fd(wakeup_write, warn_on_full_buffer=False)
        earlier = {number: signal.getsignal(number) for number in (*_STOP_SIGNALS, signal.SIGCHLD)}
        for number in _STOP_SIGNALS:
            # nohup ignores SIGHUP on purpose.
            if earlier[number] != signal.SIG_IGN:
                signal.signal(number, count)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        try:
            yield wakeup
        finally:
            for number, handler in earlier.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(earlier_wakeup)
            os.close(wakeup)
            os.close(wakeup_write)
