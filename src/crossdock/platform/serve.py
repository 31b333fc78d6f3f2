"""`crossdock serve`: the supervisor that owns the database, the API and the worker."""

from __future__ import annotations

import asyncio
import os
import socket
import sys

import structlog

from crossdock.accounts import service as accounts
from crossdock.accounts import store as account_store
from crossdock.platform.database import Database
from crossdock.platform.embedded_postgres import EmbeddedPostgres
from crossdock.platform.first_start import CREDENTIALS_FILE, FirstStart, write_secret_file
from crossdock.platform.migrate import migrate
from crossdock.platform.sealing import load_master_key
from crossdock.platform.settings import Settings, variable
from crossdock.platform.start_errors import StartRefused
from crossdock.platform.supervisor import Child, Supervisor

log = structlog.get_logger(__name__)


def serve(settings: Settings) -> int:
    """Runs database, API and worker until told to stop; gives the exit code."""
    _check_port(settings)
    database = None if settings.database_url else EmbeddedPostgres(settings.data_folder)

    def children() -> list[Child]:
        url = settings.database_url if database is None else database.url
        migrate(url)
        _make_folder(settings)
        made = asyncio.run(_prepare(settings, url))
        _say(settings, made)
        environment = {**os.environ, variable("database_url"): url, variable("data"): str(settings.data_folder)}
        command = [sys.executable, "-m", "crossdock.platform.processes"]
        # A write that is under way gets the time to learn its outcome.
        grace = settings.vendor_timeout_seconds + 10
        return [
            Child("api", [*command, "api"], environment, grace),
            Child("worker", [*command, "worker"], environment, grace),
        ]

    return Supervisor(children, database=database).run()


def _check_port(settings: Settings) -> None:
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise StartRefused(
                f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; set {variable('port')}"
            ) from None


def _make_folder(settings: Settings) -> None:
    """Makes the data folder, before a first start makes a key that it could not write down there."""
    folder = settings.data_folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StartRefused(f"cannot make {folder}: {error.strerror}; set {variable('data')}") from None
    if not os.access(folder, os.W_OK):
        raise StartRefused(f"cannot write to {folder}; set {variable('data')}")


async def _prepare(settings: Settings, url: str) -> FirstStart | None:
    """What the very first start makes; None on every other, which is found out without loading what makes it."""
    database = Database(url, pool_size=2)
    await database.open()
    try:
        await accounts.verify_master_key(database, load_master_key(settings.master_key, settings.data_folder))
        async with database.system() as connection:
            if await account_store.has_keys(connection):
                return None
    finally:
        await database.close()
    from crossdock.platform import start

    engine = start.make_engine(settings, url)
    await engine.open()
    try:
        return await start.prepare(engine)
    finally:
        await engine.close()


def _say(settings: Settings, made: FirstStart | None) -> None:
    """Tells the person at the terminal what there is to try."""
    path = settings.data_folder / CREDENTIALS_FILE
    address = f"http://{settings.host}:{settings.port}"
    lines = [f"Crossdock on {address}"]
    if made is None and path.exists():
        lines.append(f"  keys and sandbox tokens: {path}")
    elif made is None:
        lines.append("  another installation made the first key; `crossdock keys create` makes one for you")
    else:
        write_secret_file(path, made.lines())
        token = made.sandbox_tokens.get("wms", "")
        lines += [f"  {line}" for line in made.lines()]
        lines += [
            f"  (written to {path}; shown only this once)",
            "Try:",
            f"  curl '{address}/wms/inventory?limit=2' \\",
            f"    -H 'x-trackstar-api-key: {made.api_key}' \\",
            f"    -H 'x-trackstar-access-token: {token}'",
        ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
