"""Processes and pid files that an earlier PostgreSQL left on a database folder."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import structlog

_log = structlog.get_logger(__name__)


def server_processes(pgdata: Path) -> list[int]:
    """Processes that run a `postgres` program inside `pgdata`, the postmaster and everything of its.

    A server changes into its data folder, so this holds however it was started and whatever its pid file says.
    """
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and _is_server_process(int(entry), pgdata)]


def _is_server_process(pid: int, pgdata: Path) -> bool:
    try:
        # The kernel marks a program whose file was replaced, as an upgrade of the wheel does.
        program = os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")
        return program.endswith("/postgres") and pgdata.samefile(f"/proc/{pid}/cwd")
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return False


def signal_server(pgdata: Path, number: int) -> bool:
    """Signal the postmaster of `pgdata`, or what is left without one. False when nothing of it is to be seen."""
    pids = server_processes(pgdata)
    for pid in pids:
        try:
            process = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            # Looked at once more behind the descriptor, which can mean no other process even if the number is reused.
            parent = int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[1])
            if _is_server_process(pid, pgdata) and parent not in pids:
                _log.warning("an orphaned PostgreSQL is ended", pid=pid, signal=signal.Signals(number).name)
                signal.pidfd_send_signal(process, number)
        except (FileNotFoundError, ProcessLookupError):
            continue
        finally:
            os.close(process)
    return bool(pids)


def remove_stale_pid_file(pgdata: Path) -> None:
    """PostgreSQL refuses to start while the number in its pid file is alive, whoever has that number today.

    Only for who has made sure that no server is left.
    """
    pid_file = pgdata / "postmaster.pid"
    if pid_file.exists():
        _log.info("a stale pid file is removed", file=str(pid_file))
        pid_file.unlink()
