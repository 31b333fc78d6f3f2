"""The private folder that holds the socket of the embedded PostgreSQL."""

from __future__ import annotations

import os
import re
import stat
import tempfile
from pathlib import Path
from urllib.parse import quote

SOCKET_PORT = 5432
"""Only names the socket file: nothing listens on TCP."""

_SOCKET_PATH_BYTES = 107


class SocketFolder:
    """`<data>/run`, or, where its path does not fit a socket address, a folder elsewhere that `<data>/run` links to."""

    def __init__(self, data: Path, pgdata: Path) -> None:
        self._data = data
        self._pgdata = pgdata
        self._link = data / "run"

    def make(self) -> Path:
        """The folder, of mode 0700 and ours; the one of an earlier server if it is still there."""
        known = self.known()
        if known is not None:
            return known
        if self._link.is_symlink():
            self._link.unlink()
        if _fits_socket(self._link):
            self._link.mkdir(mode=0o700, exist_ok=True)
            self._link.chmod(0o700)
            return self._link
        if self._link.exists():
            # The data folder was moved to a longer path.
            remove_socket(self._link)
            self._link.rmdir()
        folder = _make_temporary_folder()
        # A copy of the data folder has a copy of the link, and must not take this folder for its own.
        (folder / "data").symlink_to(self._data)
        self._link.symlink_to(folder)
        return folder

    def known(self) -> Path | None:
        """What `<data>/run` is or links to, if its owner and mode say that nobody else can have made it."""
        folder = self._link.readlink() if self._link.is_symlink() else self._link
        try:
            status = folder.lstat()
            if folder != self._link and (folder / "data").readlink() != self._data:
                return None
        except FileNotFoundError:
            return None
        owners = {os.geteuid()}
        if self._pgdata.exists():
            owners.add(self._pgdata.stat().st_uid)
        private = stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == 0o700 and status.st_uid in owners
        return folder if private and _fits_socket(folder) else None

    def remove(self, folder: Path) -> None:
        """Leave nothing outside the data folder."""
        if self._link.is_symlink():
            remove_socket(folder)
            (folder / "data").unlink()
            folder.rmdir()
            self._link.unlink()


def socket_url(folder: Path, user: str, database: str) -> str:
    """URL of a database behind the socket in `folder`, for psycopg and libpq."""
    return f"postgresql://{user}@/{database}?host={quote(str(folder), safe='')}&port={SOCKET_PORT}"


def remove_socket(folder: Path) -> None:
    """Remove the socket that a server left behind."""
    for name in (f".s.PGSQL.{SOCKET_PORT}", f".s.PGSQL.{SOCKET_PORT}.lock"):
        (folder / name).unlink(missing_ok=True)


def _fits_socket(folder: Path) -> bool:
    """Whether a socket in it has an address: a length limit, and no character that libpq or a setting gives meaning."""
    path = f"{folder}/.s.PGSQL.{SOCKET_PORT}"
    return len(os.fsencode(path)) <= _SOCKET_PATH_BYTES and re.fullmatch(r"[A-Za-z0-9/._-]+", path) is not None


def _make_temporary_folder() -> Path:
    for parent in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 mkdtemp makes a new folder of mode 0700
        folder = Path(tempfile.mkdtemp(prefix="crossdock-", dir=parent))
        if _fits_socket(folder):
            return folder
        folder.rmdir()
    raise AssertionError("a socket fits below /tmp")
