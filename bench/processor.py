"""Processor time of processes and of all below them, so that what else the machine does does not count."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg


def below(root: int) -> dict[int, tuple[str, float]]:
    """A process and every one below it: its name, and the seconds that it and its ended children have used."""
    tick = os.sysconf("SC_CLK_TCK")
    found: dict[int, tuple[int, str, float]] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            text = (folder / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        name, _, rest = text.partition(" (")[2].rpartition(") ")
        fields = rest.split()
        found[int(folder.name)] = (int(fields[1]), name, sum(map(int, fields[11:15])) / tick)
    known = {root}
    while more := {number for number, (parent, _, _) in found.items() if parent in known} - known:
        known |= more
    return {number: found[number][1:] for number in known if number in found}


class Meter:
    """What this process and a database server use."""

    def __init__(self, url: str) -> None:
        with psycopg.connect(url) as connection:
            row = connection.execute("select pg_backend_pid()").fetchone()
            if row is None:
                raise LookupError("the server has no process")
            self._server = int(Path(f"/proc/{row[0]}/stat").read_text().rpartition(") ")[2].split()[1])

    def seconds(self) -> float:
        """Processor time used so far."""
        own = os.times()
        mine = own.user + own.system + own.children_user + own.children_system
        return mine + sum(seconds for _, seconds in below(self._server).values())
