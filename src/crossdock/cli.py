"""The `crossdock` command."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Column, Table

from crossdock.accounts import service as accounts
from crossdock.accounts import store as account_store
from crossdock.accounts.store import KeyAccess
from crossdock.connections import policy
from crossdock.connections import service as connections
from crossdock.contract.errors import CrossdockError, InvalidBody
from crossdock.contract.values import VERTICALS
from crossdock.integrations import registry
from crossdock.integrations.kit.adapter import Adapter
from crossdock.integrations.kit.auth import credential_fields
from crossdock.link import brands
from crossdock.platform import backup as backups
from crossdock.platform import migrate as migrations
from crossdock.platform import processes, start
from crossdock.platform import settings as settings_module
from crossdock.platform.embedded_postgres import EmbeddedPostgres
from crossdock.platform.engine import Engine
from crossdock.platform.logs import configure_logging
from crossdock.platform.openapi import document
from crossdock.platform.sealing import SealBroken
from crossdock.platform.settings import Settings
from crossdock.platform.start_errors import StartCancelled, StartRefused, refuse
from crossdock.syncs import commands as sync_commands
from crossdock.webhooks import commands as webhook_commands

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="One API for warehouses, shops and ERPs.")
keys = typer.Typer(no_args_is_help=True, help="API keys.")
app.add_typer(keys, name="keys")
console = Console()

OrganizationOption = Annotated[
    str | None, typer.Option("--organization", help="Name or id of the organization; the first one by default.")
]


def main() -> None:
    """Runs the command; errors a user can mend are one line."""
    try:
        app()
    except (StartRefused, SealBroken) as error:
        refuse(str(error))
    except StartCancelled:
        raise SystemExit(0) from None
    except CrossdockError as error:
        details = error.extra().get("detail", {}).get("json", {})
        lines = [f"{name}: {' '.join(texts)}" for name, texts in details.items()]
        refuse("; ".join([error.message, *lines]), 1)


def _settings() -> Settings:
    settings = settings_module.load()
    configure_logging(settings)
    return settings


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[str]:
    """The address of the configured database, of the running embedded one, or of that one started for now."""
    if settings.database_url:
        yield settings.database_url
        return
    embedded = EmbeddedPostgres(settings.data_folder)
    running = embedded.running_url()
    if running is not None:
        yield running
        return
    with embedded:
        yield embedded.url


@contextlib.asynccontextmanager
async def _open(settings: Settings, url: str) -> AsyncIterator[Engine]:
    engine = start.make_engine(settings, url)
    await engine.open()
    try:
        yield engine
    finally:
        await engine.close()


def _run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


@app.command()
def serve() -> None:
    """Start everything: database, migrations, API and worker."""
    processes.run_serve(_settings())


@app.command()
def api() -> None:
    """Start one API server on the database of CROSSDOCK_DATABASE_URL."""
    processes.run_api(_settings())


@app.command()
def worker() -> None:
    """Start one background worker on the database of CROSSDOCK_DATABASE_URL."""
    processes.run_worker(_settings())


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    with _database(_settings()) as url:
        applied = migrations.migrate(url)
    console.print(f"applied {', '.join(applied)}" if applied else "nothing to apply")


@app.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    sys.stdout.write(json.dumps(document(), indent=2, ensure_ascii=False) + "\n")


@app.command()
def integrations() -> None:
    """List the integrations and what each can do."""
    table = Table("Vertical", "Slug", "Name", "Actions")
    for adapter in registry.adapters():
        table.add_row(adapter.vertical, adapter.slug, adapter.display_name, ", ".join(adapter.action_names()))
    console.print(table)


@keys.command("create")
def create_key(
    organization: OrganizationOption = None,
    name: Annotated[str, typer.Option(help="What the key is for.")] = "key",
    read_only: Annotated[bool, typer.Option("--read-only", help="Allow reads only.")] = False,
    new_organization: Annotated[
        bool, typer.Option("--new-organization", help="Make the organization named with --organization.")
    ] = False,
) -> None:
    """Make an API key and print it once."""
    access: KeyAccess = "read" if read_only else "full"

    async def create(engine: Engine) -> str:
        if new_organization:
            if not organization:
                raise StartRefused("--new-organization needs --organization NAME")
            identifier = await accounts.create_organization(engine.database, organization)
        else:
            identifier = await start.organization(engine, organization)
        return await accounts.create_key(engine.database, identifier, name, access)

    sys.stdout.write(_with_engine(create) + "\n")


@keys.command("list")
def list_keys(organization: OrganizationOption = None) -> None:
    """List the API keys; the keys themselves are not stored."""

    async def find(engine: Engine) -> list[account_store.KeyRow]:
        identifier = await start.organization(engine, organization)
        async with engine.database.transaction(identifier) as connection:
            return await account_store.list_keys(connection)

    # Ids are there to be copied into `keys revoke`, so they are never cut.
    table = Table(Column("Id", no_wrap=True, min_width=36), "Name", "Starts with", "Access", "Made")
    for row in _with_engine(find):
        table.add_row(str(row.id), row.name, row.hint, row.access, f"{row.created_at:%Y-%m-%d %H:%M}")
    console.print(table)


@keys.command("revoke")
def revoke_key(key_id: str, organization: OrganizationOption = None) -> None:
    """End an API key."""

    async def revoke(engine: Engine) -> bool:
        identifier = await start.organization(engine, organization)
        async with engine.database.transaction(identifier) as connection:
            return await account_store.revoke_key(connection, UUID(key_id))

    if not _with_engine(revoke):
        raise StartRefused(f"there is no key {key_id} to revoke")
    console.print("revoked")


@app.command()
def branding(
    color: Annotated[str | None, typer.Option(help="Colour of buttons, such as '#0a7d5a'.")] = None,
    logo: Annotated[Path | None, typer.Option(help="Picture to show: PNG, JPEG, WebP or SVG.")] = None,
    organization: OrganizationOption = None,
) -> None:
    """Choose how the connect window looks. What is left out goes back to the usual look."""
    picture = None if logo is None else logo.read_bytes()

    async def save(engine: Engine) -> None:
        identifier = await start.organization(engine, organization)
        async with engine.database.transaction(identifier) as connection:
            await brands.save(connection, identifier, color, picture)

    try:
        _with_engine(save)
    except InvalidBody as error:
        [(field, texts)] = error.violations["json"].items()
        raise StartRefused(f"{field}: {' '.join(texts)}") from None
    console.print("saved")


FunctionsArgument = Annotated[list[str] | None, typer.Argument(help="Functions, such as get_returns create_return.")]
VerticalArgument = Annotated[str, typer.Argument(help="wms, cart, carrier, freight or erp.")]


@app.command()
def disable(
    vertical: VerticalArgument, functions: FunctionsArgument = None, organization: OrganizationOption = None
) -> None:
    """Switch functions off for all connections of a vertical that have no list of their own; show what is off."""
    _switch(vertical, organization, off=functions or [])


@app.command()
def enable(
    vertical: VerticalArgument, functions: FunctionsArgument = None, organization: OrganizationOption = None
) -> None:
    """Switch functions on again for all connections of a vertical that have no list of their own; show what is off."""
    _switch(vertical, organization, on=functions or [])


def _switch(vertical: str, organization: str | None, *, off: Sequence[str] = (), on: Sequence[str] = ()) -> None:
    if vertical not in VERTICALS:
        raise StartRefused(f"there is no vertical {vertical}; there are {', '.join(VERTICALS)}")

    async def change(engine: Engine) -> list[str]:
        identifier = await start.organization(engine, organization)
        before = await policy.of_organization(engine, identifier, vertical)
        if not off and not on:
            return before
        on_again = policy.checked_names(vertical, on, "functions")
        wanted = sorted({*before, *off} - {*on_again})
        return await policy.set_for_organization(engine, identifier, vertical, wanted)

    for name in _with_engine(change):
        sys.stdout.write(f"{name}\n")


def _with_engine(work: Any) -> Any:
    settings = _settings()
    with _database(settings) as url:
        migrations.migrate(url)

        async def inside() -> Any:
            async with _open(settings, url) as engine:
                await accounts.verify_master_key(engine.database, engine.master_key)
                return await work(engine)

        return _run(inside())


app.add_typer(webhook_commands.make(_with_engine), name="webhooks")
app.add_typer(sync_commands.make(_with_engine), name="schedules")
app.command("sync")(sync_commands.make_sync(_with_engine))


def _adapter(vertical: str, slug: str) -> type[Adapter]:
    found = registry.find(vertical, slug)
    if found is None:
        known = ", ".join(f"{item.vertical}/{item.slug}" for item in registry.adapters())
        raise StartRefused(f"there is no {vertical} integration called {slug}; there are {known}")
    return found


def _ask_credentials(adapter: type[Adapter]) -> dict[str, str]:
    """Credentials from CROSSDOCK_CREDENTIAL_* variables, or typed at a prompt; never from the command line."""
    given = {}
    for item in credential_fields(adapter.credentials_type):
        variable = f"{settings_module.CREDENTIAL_PREFIX}{item.name.upper()}"
        value = os.environ.get(variable)
        if value is None and sys.stdin.isatty():
            if item.help:
                console.print(f"[dim]{item.help}[/dim]")
            value = getpass.getpass(f"{item.label}: ") if item.secret else input(f"{item.label}: ")
        if value:
            given[item.name] = value
        elif item.required:
            raise StartRefused(f"{item.name} is missing; type it at the prompt or set {variable}")
    return given


@app.command()
def connect(
    vertical: Annotated[str, typer.Argument(help="wms, cart, carrier, freight or erp.")],
    slug: Annotated[str, typer.Argument(help="Slug of the integration, as `crossdock integrations` lists it.")],
    organization: OrganizationOption = None,
    customer_id: Annotated[str | None, typer.Option(help="Your own identifier of the customer.")] = None,
) -> None:
    """Connect a system. Credentials are prompted for, or read from CROSSDOCK_CREDENTIAL_<FIELD> variables."""
    adapter = _adapter(vertical, slug)
    if adapter.auth.install_method == "oauth":
        raise StartRefused(f"{adapter.display_name} is signed in to in a browser; make a magic link for it")
    credentials = connections.parse_credentials(adapter, dict(_ask_credentials(adapter)))

    async def create(engine: Engine) -> tuple[str, str]:
        identifier = await start.organization(engine, organization)
        row, token = await connections.create(
            engine, organization_id=identifier, adapter=adapter, credentials=credentials, customer_id=customer_id
        )
        return str(row.id), token

    connection_id, token = _with_engine(create)
    sys.stdout.write(f"CONNECTION_ID={connection_id}\nACCESS_TOKEN={token}\n")
    told = polling_note(adapter, settings_module.load())
    if told:
        sys.stderr.write(f"{told}\n")


def polling_note(adapter: type[Adapter], settings: Settings) -> str | None:
    """What to know of a system that would tell of changes by itself, but has no way to reach this server."""
    if not adapter.receivers or adapter.in_process is not None or settings.public_url:
        return None
    variable = settings_module.variable("public_url")
    return f"{adapter.display_name} is only polled; with {variable} it would tell of changes by itself."


@app.command()
def export(
    connection_id: Annotated[str, typer.Argument(help="The connection.")],
    organization: OrganizationOption = None,
) -> None:
    """Print every stored record of a connection as JSON lines: resource and record."""

    async def run(engine: Engine) -> None:
        identifier = await start.organization(engine, organization)
        await backups.export_records(engine, identifier, UUID(connection_id), sys.stdout)

    _with_engine(run)


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="File to write.")]) -> None:
    """Write a backup of the database; keep `master.key` with it, or the credentials in it cannot be opened."""
    settings = _settings()
    with _database(settings) as url:
        backups.backup(settings, url, file)
    console.print(f"wrote {file} ({file.stat().st_size} bytes)")


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="A file that `crossdock backup` wrote.")]) -> None:
    """Fill an empty database from a backup."""
    settings = _settings()
    with _database(settings) as url:
        try:
            backups.restore(settings, url, file)
        except subprocess.CalledProcessError as error:
            raise StartRefused(f"pg_restore failed: {error.stderr.decode(errors='replace').strip()[:500]}") from None
    console.print("restored")


if __name__ == "__main__":
    main()
