"""The guard between Crossdock and one process it runs: nothing of that process outlives Crossdock.

Run as a script (standard library only, so that it is up in milliseconds). Its standard input brings one line, the
order, and then stays open; the end of that stream is the one signal to stop, whether Crossdock closed it or was killed.
A parent-death signal alone would not do: it is tied to the thread that started the process, and a process that hangs or
leaves children of its own survives it. It is set all the same, for the day the guard itself is killed.
"""

from __future__ import annotations

import ctypes
import json
import os
import selectors
import signal
import sys
import time
from collections.abc import Sequence
from typing import Literal, NamedTuple, NoReturn

NOT_STARTED = 125
"""Exit code of a guard whose process never ran; the reason went to the status pipe."""

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_SET_CHILD_SUBREAPER = 36
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CLONE_NEWUSER = 0x10000000
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


class Account(NamedTuple):
    """Whose rights the process has. PostgreSQL refuses to run as root, so root has to give it others."""

    kind: Literal["same", "user_namespace", "other_user"] = "same"
    uid: int = 0
    gid: int = 0
    capability: int | None = None
    """The one capability another user keeps, to enter folders that are closed to it."""


class StopStep(NamedTuple):
    """A signal and the seconds the process has to end after it; after the last step it is killed."""

    signal_number: int
    grace_seconds: float


class Order(NamedTuple):
    """What a guard is told to run."""

    argv: tuple[str, ...]
    stop_steps: tuple[StopStep, ...]
    account: Account = Account()
    must_reach: tuple[str, ...] = ()
    """Paths the account has to be able to reach; what closes the way is named when it is not."""
    log: str | None = None
    """File that takes the process's output; without it the output is Crossdock's own."""
    log_bytes: int = 10 * 1024 * 1024
    """At this size the log becomes `<name>.1` in place of the one before: two of them are all there ever is."""

    def to_json(self) -> str:
        return json.dumps(self._asdict())

    @classmethod
    def from_json(cls, text: str) -> Order:
        fields = json.loads(text)
        steps = tuple(StopStep(*step) for step in fields.pop("stop_steps"))
        return cls(stop_steps=steps, account=Account(*fields.pop("account")), **fields)


class AccountRefused(Exception):
    """The process cannot have these rights here, or cannot reach its files with them."""


class _RotatedLog:
    """Output of the process, bounded on disk."""

    def __init__(self, path: str, limit_bytes: int) -> None:
        self._path = path
        self._limit_bytes = limit_bytes
        self._file = self._open()
        self._lost_bytes = 0

    def write(self, data: bytes) -> None:
        try:
            if os.fstat(self._file).st_size + len(data) > self._limit_bytes:
                os.replace(self._path, self._path + ".1")
                os.close(self._file)
                self._file = self._open()
            if self._lost_bytes:
                os.write(self._file, b"%d bytes of this log could not be written\n" % self._lost_bytes)
                self._lost_bytes = 0
            os.write(self._file, data)
        except OSError:
            # A full disk must not end the process whose log this is; the next line that fits says how much is missing.
            self._lost_bytes += len(data)

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


class Guard:
    """Runs one process, stops it when the control stream ends, and leaves none of its descendants behind."""

    def __init__(self, order: Order, control: int, wakeup: int) -> None:
        self._order = order
        self._control = control
        self._wakeup = wakeup
        self._log = _RotatedLog(order.log, order.log_bytes) if order.log else None
        self._output: int | None = None
        self._process = 0
        self._exit_code: int | None = None
        self._steps = list(order.stop_steps)
        self._deadline: float | None = None
        self._selector = selectors.DefaultSelector()

    def start(self, status: int) -> None:
        """Fork and exec; `status` gets a line with the process id, and one with the reason if it could not start."""
        guard = os.getpid()
        write_end: int | None = None
        if self._log:
            self._output, write_end = os.pipe()
            os.set_blocking(self._output, False)
        self._process = os.fork()
        if self._process == 0:
            _become(self._order, guard, status, write_end)
        if write_end is not None:
            os.close(write_end)
        _report(status, pid=self._process)
        os.close(status)

    def run(self) -> int:
        """Exit code of the process, or 128 and the number of the signal that ended it."""
        for stream in (self._control, self._wakeup, self._output):
            if stream is not None:
                self._selector.register(stream, selectors.EVENT_READ)
        while self._exit_code is None:
            timeout = None if self._deadline is None else max(0.0, self._deadline - time.monotonic())
            for key, _ in self._selector.select(timeout):
                self._read(key.fd)
            self._exit_code = self._reap()
            if self._exit_code is None and self._deadline is not None and time.monotonic() >= self._deadline:
                self._next_stop_step()
        self._end_descendants()
        while self._log_some():
            pass
        return self._exit_code

    def _read(self, stream: int) -> None:
        if stream == self._output:
            self._log_some()
        elif stream == self._wakeup:
            os.read(self._wakeup, 512)
        elif os.read(self._control, 512) == b"":
            self._selector.unregister(self._control)
            self._deadline = time.monotonic()

    def _log_some(self) -> bool:
        """Move what one read gives to the log; False when there is nothing (more) to read."""
        if self._output is None or self._log is None:
            return False
        try:
            data = os.read(self._output, 65536)
        except BlockingIOError:
            return False
        if data:
            self._log.write(data)
        elif self._output in self._selector.get_map():
            self._selector.unregister(self._output)
        return bool(data)

    def _reap(self) -> int | None:
        """Exit code of the process once it has ended; its orphans are reaped on the way."""
        exit_code = None
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return exit_code
            if pid == 0:
                return exit_code
            if pid == self._process:
                code = os.waitstatus_to_exitcode(status)
                exit_code = code if code >= 0 else 128 - code

    def _next_stop_step(self) -> None:
        if self._steps:
            step = self._steps.pop(0)
            os.kill(self._process, step.signal_number)
            self._deadline = time.monotonic() + step.grace_seconds
        else:
            os.kill(self._process, signal.SIGKILL)
            self._deadline = None

    def _end_descendants(self) -> None:
        """Kill what the process left. As subreaper the guard is their parent, so no pid can mean somebody else."""
        while True:
            for pid in _children(os.getpid()):
                os.kill(pid, signal.SIGKILL)
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                return


def _children(parent: int) -> list[int]:
    """Processes whose parent is `parent`. Read from every stat, as /proc/*/task/*/children is not in every kernel."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", "rb") as file:
                stat = file.read()
        except (FileNotFoundError, ProcessLookupError):
            continue
        # The name stands in parentheses and may hold any character, so the fields are counted from its end.
        if int(stat.rpartition(b")")[2].split()[1]) == parent:
            found.append(int(entry))
    return found


def _become(order: Order, guard: int, status: int, output: int | None) -> NoReturn:
    """In the forked child: take the account, tie its life to the guard's, and exec."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if output is not None:
        os.dup2(output, 1)
        os.dup2(output, 2)
    try:
        take_account(order.account)
        check_reach(order.must_reach)
        # After the change of account, because a change of credentials clears it.
        _prctl(_PR_SET_PDEATHSIG, order.stop_steps[0].signal_number if order.stop_steps else signal.SIGKILL)
        if os.getppid() == guard:
            os.execv(order.argv[0], order.argv)  # noqa: S606 the order comes from Crossdock alone
    except AccountRefused as refusal:
        _report(status, error=str(refusal))
    except OSError as error:
        _report(status, error=f"cannot run {order.argv[0]}: {error.strerror}")
    os._exit(NOT_STARTED)


def _report(status: int, **fields: int | str) -> None:
    os.write(status, json.dumps(fields).encode() + b"\n")


def take_account(account: Account) -> None:
    """Give up the rights of the caller for those of `account`.

    Raises AccountRefused when the kernel forbids it.
    """
    try:
        if account.kind == "user_namespace":
            _enter_user_namespace(account.uid, account.gid)
        elif account.kind == "other_user":
            _become_other_user(account.uid, account.gid, account.capability)
    except OSError as error:
        way = "enter a user namespace" if account.kind == "user_namespace" else f"become user {account.uid}"
        raise AccountRefused(f"the kernel does not let it {way} ({error.strerror})") from error


def check_reach(paths: Sequence[str]) -> None:
    """Raise AccountRefused naming the first folder on the way to one of `paths` that is closed to this process."""
    for path in paths:
        parts = path.split("/")
        for folder in ("/".join(parts[:count]) + "/" for count in range(1, len(parts) + 1)):
            try:
                os.stat(f"{folder}.")
            except PermissionError as error:
                raise AccountRefused(f"the folder {folder.rstrip('/') or '/'} is closed to it") from error
            except (NotADirectoryError, FileNotFoundError):
                break


def _enter_user_namespace(uid: int, gid: int) -> None:
    """Be `uid` in a namespace of one user, and outside it still the caller, whose files stay its own."""
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    _checked(_libc.unshare(_CLONE_NEWUSER))
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {outer_uid} 1")
    _write("/proc/self/gid_map", f"{gid} {outer_gid} 1")
    # exec would drop them; dropped now, what follows sees what the process will see.
    _set_capabilities(0)


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _become_other_user(uid: int, gid: int, capability: int | None) -> None:
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    if capability is not None:
        _prctl(_PR_SET_KEEPCAPS, 1)
    os.setresuid(uid, uid, uid)
    if capability is not None:
        _set_capabilities(1 << capability)
        _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability)


def _set_capabilities(mask: int) -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    low = mask & 0xFFFFFFFF
    high = mask >> 32
    data = (ctypes.c_uint32 * 6)(low, low, low, high, high, high)
    _checked(_libc.capset(header, data))


def _prctl(option: int, value: int, argument: int = 0) -> None:
    _checked(_libc.prctl(option, *(ctypes.c_ulong(each) for each in (value, argument, 0, 0))))


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def main() -> int:
    """`process_guard.py <status descriptor> <name>`; the name is only for whoever reads the list of processes."""
    status = int(sys.argv[1])
    os.set_inheritable(status, False)
    # The pipe alone says when to stop, so a signal meant for the whole group or terminal cannot break the order.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    wakeup, wakeup_write = os.pipe()
    os.set_blocking(wakeup_write, False)
    signal.set_wakeup_fd(wakeup_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    # Read byte by byte from the descriptor: a buffered reader could swallow the end of the stream.
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            return NOT_STARTED
        line += byte
    try:
        guard = Guard(Order.from_json(line.decode()), control=0, wakeup=wakeup)
    except OSError as error:
        _report(status, error=f"cannot write {error.filename}: {error.strerror}")
        return NOT_STARTED
    guard.start(status)
    return guard.run()


if __name__ == "__main__":
    sys.exit(main())
