"""`crossdock sync` and `crossdock schedules`: syncing now, how often, how far back, and what came of it."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Annotated, Any
from uuid import UUID

import msgspec
import typer
from rich.console import Console
from rich.live import Live
from rich.table import Column, Table

from crossdock.accounts import store as accounts
from crossdock.connections import store as connections
from crossdock.connections.store import ScheduleRow
from crossdock.contract.errors import InvalidBody
from crossdock.contract.management import schedules as schedule_contract
from crossdock.contract.management import sync_settings as settings_contract
from crossdock.platform import start
from crossdock.platform.engine import Engine
from crossdock.platform.start_errors import StartRefused
from crossdock.syncs import runs, schedules, service
from crossdock.syncs.runs import RunCount

Execute = Callable[[Callable[[Engine], Awaitable[Any]]], Any]
"""Runs work with an engine on the configured database."""
Organization = Annotated[
    str | None, typer.Option("--organization", help="Name or id of the organization; the first one by default.")
]
ConnectionArgument = Annotated[str, typer.Argument(help="The connection.")]
AT_ONCE = 4
"""Connections that `crossdock sync` works on at a time."""
_LISTED = 1000
_COUNTED = ("pages", "seen", "created", "changed", "deleted")
_LINE_EVERY_PAGES = 25
console = Console()


def _identifier(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise StartRefused(f"{text} is not the id of a connection") from None


# -- sync ----------------------------------------------------------------------------------------------------------


class Board:
    """What is going on, function by function: a table that moves on a terminal, plain lines elsewhere."""

    def __init__(self, several: bool) -> None:
        self._several = several
        self._rows: dict[tuple[UUID, str], tuple[str, RunCount, str]] = {}
        self._live: Live | None = None
        self.failed = 0

    @contextlib.contextmanager
    def shown(self) -> Iterator[Board]:
        """Shows the board for as long as the work lasts."""
        if not console.is_terminal:
            yield self
            return
        with Live(get_renderable=self._table, console=console, refresh_per_second=8) as live:
            self._live = live
            yield self
            live.refresh()

    def watch(self, run: service.Run) -> None:
        """Takes in how far a run is."""
        ended = run.outcome != "running"
        if ended or run.count.pages % _LINE_EVERY_PAGES == 0:
            self.say(run.due.connection_id, run.action.name, run.outcome, run.count, run.error or "")
        else:
            self._rows[run.due.connection_id, run.action.name] = (run.outcome, run.count, "")

    def say(self, connection_id: UUID, name: str, state: str, count: RunCount | None = None, note: str = "") -> None:
        """Shows the state of a function."""
        counted = count or RunCount()
        self._rows[connection_id, name] = (state, counted, note)
        self.failed += state in ("failed", "interrupted")
        if self._live is None and (state != "running" or counted.pages):
            numbers = ", ".join(f"{getattr(counted, field)} {field}" for field in _COUNTED)
            where = f"{connection_id} " if self._several else ""
            told = f": {note}" if note else ""
            sys.stdout.write(f"{where}{name} {state} ({numbers}){told}\n")
            sys.stdout.flush()

    def _table(self) -> Table:
        first = [Column("Connection", no_wrap=True)] if self._several else []
        numbers = [Column(field.title(), justify="right") for field in _COUNTED]
        table = Table(*first, "Function", "State", *numbers, "Error")
        for (connection_id, name), (state, count, note) in self._rows.items():
            cells = [f"{getattr(count, field):,}" for field in _COUNTED]
            table.add_row(*([str(connection_id)] if self._several else []), name, state, *cells, note)
        return table


def make_sync(execute: Execute) -> Callable[..., None]:
    """The command that syncs now."""

    def sync(
        connection_id: Annotated[
            str | None, typer.Argument(help="The connection; all of the organization by default.")
        ] = None,
        function: Annotated[list[str] | None, typer.Option(help="Function to sync; all by default.")] = None,
        organization: Organization = None,
    ) -> None:
        """Sync now, in this process: one connection or all, one function or all. Fails when one did not go through."""

        async def work(engine: Engine) -> int:
            owner = await start.organization(engine, organization)
            wanted = None if connection_id is None else _identifier(connection_id)
            found = await _find(engine, owner, wanted, function or [])
            if not found:
                raise StartRefused("there is nothing to sync: no such connection or function")
            with Board(several=len(found) > 1).shown() as board:
                await _sync_all(engine, owner, found, board)
            return board.failed

        raise SystemExit(1 if execute(work) else 0)

    return sync


async def _find(
    engine: Engine, organization_id: UUID, connection_id: UUID | None, functions: list[str]
) -> dict[UUID, list[str]]:
    """What is to be synced, by connection; paused and disabled functions only when they are named."""
    async with engine.database.transaction(organization_id) as connection:
        if connection_id is None:
            rows = await connections.list_connections(connection, None, _LISTED)
        else:
            row = await connections.get_connection(connection, connection_id)
            rows = [] if row is None else [row]
        found = await connections.schedules_of(connection, [row.id for row in rows])
    off = {row.id: row.switched_off for row in rows}
    wanted: dict[UUID, list[str]] = {}
    for item in found:
        is_on = not item.paused and item.function_name not in off[item.connection_id]
        if item.function_name in functions or (not functions and is_on):
            wanted.setdefault(item.connection_id, []).append(item.function_name)
    return wanted


async def _sync_all(engine: Engine, organization_id: UUID, wanted: dict[UUID, list[str]], board: Board) -> None:
    free = asyncio.Semaphore(AT_ONCE)

    async def one(connection_id: UUID, names: list[str]) -> None:
        async with free:
            for name in names:
                await _sync_one(engine, organization_id, connection_id, name, board)

    await asyncio.gather(*(one(connection_id, names) for connection_id, names in wanted.items()))


async def _sync_one(engine: Engine, organization_id: UUID, connection_id: UUID, name: str, board: Board) -> None:
    async with engine.database.transaction(organization_id) as connection:
        due = await schedules.claim_one(connection, connection_id, name)
    if due is None:
        board.say(connection_id, name, "running elsewhere")
        return
    await service.run(engine, due, watch=board.watch)


# -- schedules -----------------------------------------------------------------------------------------------------


def make(execute: Execute) -> typer.Typer:
    """The commands about schedules."""
    app = typer.Typer(no_args_is_help=True, help="How often connections are synced, and what came of it.")
    _add_showing(app, execute)
    _add_changing(app, execute)
    return app


def _add_showing(app: typer.Typer, execute: Execute) -> None:
    @app.command("list")
    def list_schedules(connection_id: ConnectionArgument, organization: Organization = None) -> None:
        """List the functions of a connection: how often they are synced, and how far they are."""

        async def work(engine: Engine) -> list[ScheduleRow]:
            owner = await start.organization(engine, organization)
            async with engine.database.transaction(owner) as connection:
                return await connections.schedules_of(connection, [_identifier(connection_id)])

        table = Table("Function", "Every", "Paused", "Last sync", "Data until")
        for row in execute(work):
            until = [
                f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "" for moment in (row.last_crawl_end, row.latest_data)
            ]
            table.add_row(row.function_name, f"{row.frequency_seconds} s", "yes" if row.paused else "", *until)
        console.print(table)

    @app.command("runs")
    def list_runs(
        connection_id: ConnectionArgument,
        limit: Annotated[int, typer.Option(help="How many, the latest first.", min=1, max=1000)] = 20,
        organization: Organization = None,
    ) -> None:
        """List the latest runs of a connection and what each did."""

        async def work(engine: Engine) -> list[runs.RunRow]:
            owner = await start.organization(engine, organization)
            async with engine.database.transaction(owner) as connection:
                return await runs.find_latest(connection, _identifier(connection_id), limit)

        table = Table("Began", "Function", "Outcome", *(field.title() for field in _COUNTED), "Error")
        for row in execute(work):
            numbers = [str(getattr(row, field)) for field in _COUNTED]
            outcome = f"{row.outcome}, resumed" if row.resumed else row.outcome
            table.add_row(f"{row.started_at:%Y-%m-%d %H:%M:%S}", row.function_name, outcome, *numbers, row.error or "")
        console.print(table)


def _add_changing(app: typer.Typer, execute: Execute) -> None:
    @app.command("frequency")
    def set_frequency(
        connection_id: ConnectionArgument,
        function: Annotated[str, typer.Argument(help="The function, such as get_inventory.")],
        seconds: Annotated[int, typer.Argument(help="Seconds between two runs at most; 60 to 2592000.")],
        organization: Organization = None,
    ) -> None:
        """Say how often a function of a connection is synced."""
        body = msgspec.json.encode({"sync_frequency": seconds})
        checked = schedule_contract.UPDATE_FORM.read(body).sync_frequency

        async def work(engine: Engine) -> bool:
            owner = await start.organization(engine, organization)
            async with engine.database.transaction(owner) as connection:
                return await schedules.set_frequency(connection, _identifier(connection_id), function, checked)

        if not execute(work):
            raise StartRefused(f"{connection_id} has no function {function}")
        sys.stdout.write(f"{function} is synced every {checked} seconds\n")

    @app.command("first-sync")
    def first_sync(
        days: Annotated[
            str | None, typer.Argument(help="Days, up to 1096; `default` for that of the installation.")
        ] = None,
        organization: Organization = None,
    ) -> None:
        """Say how far back first syncs of the organization reach; without days, show it."""
        checked = None if days in (None, "default") else _days(days or "")

        async def work(engine: Engine) -> int:
            owner = await start.organization(engine, organization)
            async with engine.database.transaction(owner) as connection:
                if days is not None:
                    await accounts.set_first_sync_days(connection, checked)
                return await accounts.get_first_sync_days(connection) or engine.settings.first_sync_days

        sys.stdout.write(f"{execute(work)}\n")


def _days(text: str) -> int | None:
    try:
        body = msgspec.json.encode({"first_sync_days": int(text)})
    except ValueError:
        raise InvalidBody.field("first_sync_days", "Not a valid integer.") from None
    return settings_contract.UPDATE_FORM.read(body).first_sync_days
