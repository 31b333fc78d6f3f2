"""Backing a database up and filling one again, and exporting records as lines."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TextIO
from uuid import UUID

import msgspec
import psycopg

from crossdock.contract.catalogue import STORED
from crossdock.platform.database import APP_ROLE, JOBS_SCHEMA, SYSTEM_ROLE
from crossdock.platform.embedded_postgres import EmbeddedPostgres
from crossdock.platform.engine import Engine
from crossdock.platform.settings import Settings
from crossdock.platform.start_errors import StartRefused

_EXPORT_PAGE = 1000


def _program(settings: Settings, name: str) -> str:
    """The PostgreSQL program to use: the one that came with the embedded server, which reads older servers too."""
    return str(EmbeddedPostgres(settings.data_folder).bin(name))


def backup(settings: Settings, url: str, file: Path) -> None:
    """Writes everything but the job engine's tables, which hold nothing that cannot be made again."""
    command = [_program(settings, "pg_dump"), "--format=custom", f"--exclude-schema={JOBS_SCHEMA}", f"--dbname={url}"]
    partial = file.with_name(f"{file.name}.partial")
    partial.touch(mode=0o600)
    try:
        subprocess.run([*command, f"--file={partial}"], check=True, capture_output=True)  # noqa: S603 - our own program
    except subprocess.CalledProcessError as error:
        partial.unlink(missing_ok=True)
        raise StartRefused(f"pg_dump failed: {error.stderr.decode(errors='replace').strip()[:500]}") from None
    partial.rename(file)


def restore(settings: Settings, url: str, file: Path) -> None:
    """Fills an empty database; refuses one that holds anything."""
    if not file.exists():
        raise StartRefused(f"{file} does not exist")
    with psycopg.connect(url) as connection:
        row = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
        if row is None or row[0]:
            raise StartRefused("the database is not empty; restore into a new one")
        # A dump holds grants but not the roles they are for.
        for role in (APP_ROLE, SYSTEM_ROLE):
            if connection.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone() is None:
                connection.execute(f"create role {role}")
            connection.execute(f"grant {role} to current_user")
    command = [_program(settings, "pg_restore"), "--exit-on-error", "--no-owner", f"--dbname={url}", str(file)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own program


async def export_records(engine: Engine, organization_id: UUID, connection_id: UUID, out: TextIO) -> None:
    """Writes every stored record of a connection, one JSON object a line."""
    for resource in STORED:
        after = 0
        while True:
            rows = await engine.database.rows(
                organization_id,
                f"select seq, body from {resource.table} where connection_id = %s and deleted_at is null "
                "and seq > %s order by seq limit %s",
                [connection_id, after, _EXPORT_PAGE],
            )
            for _, body in rows:
                line = msgspec.json.encode({"resource": resource.key, "record": msgspec.Raw(body)})
                out.write(line.decode() + "\n")
            if len(rows) < _EXPORT_PAGE:
                break
            after = rows[-1][0]
