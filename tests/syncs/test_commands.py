"""Syncing from the command line: what a person at a terminal, or a script, is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import typer
from rich.console import Console
from structlog.testing import capture_logs
from typer.testing import CliRunner

from crossdock.accounts import service as accounts
from crossdock.connections import sandboxes
from crossdock.contract.errors import InvalidBody
from crossdock.platform.app import mount_servers
from crossdock.platform.database import Database
from crossdock.platform.engine import Engine
from crossdock.platform.sealing import KEY_BYTES, MasterKey
from crossdock.platform.start_errors import StartRefused
from crossdock.syncs import commands
from tests.api.client import RELAXED


@dataclass(frozen=True)
class CommandLine:
    """The commands, for an organization with two sandboxes."""

    app: typer.Typer
    organization: UUID
    wms: str
    execute: Callable[[Callable[[Engine], Awaitable[Any]]], Any]

    def __call__(self, *words: str, code: int = 0) -> str:
        with capture_logs():
            result = CliRunner().invoke(self.app, [*words, "--organization", str(self.organization)])
        if isinstance(result.exception, StartRefused | InvalidBody):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.output

    def change(self, statement: str) -> None:
        async def work(engine: Engine) -> None:
            async with engine.database.transaction(self.organization) as connection:
                await connection.execute(statement)

        self.execute(work)


@pytest.fixture(scope="module")
def line(database_url: str) -> Iterator[CommandLine]:
    key = MasterKey(b"k" * KEY_BYTES)

    def execute(work: Callable[[Engine], Awaitable[Any]]) -> Any:
        async def inside() -> Any:
            engine = Engine(RELAXED, Database(database_url, pool_size=6), key)
            mount_servers(engine)
            await engine.open()
            try:
                return await work(engine)
            finally:
                await engine.close()

        return asyncio.run(inside())

    async def make(engine: Engine) -> tuple[UUID, str]:
        organization = await accounts.create_organization(engine.database, "command line")
        made = await sandboxes.generate(engine, organization, "wms")
        await sandboxes.generate(engine, organization, "cart")
        return organization, made.connection_id

    organization, wms = execute(make)
    app = typer.Typer()
    app.command("sync")(commands.make_sync(execute))
    app.add_typer(commands.make(execute), name="schedules")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands, "console", Console(width=250))
        yield CommandLine(app, organization, wms, execute)


class TestSync:
    def test_a_function_in_plain_lines(self, line: CommandLine) -> None:
        said = line("sync", line.wms, "--function", "get_products")
        assert said == "get_products completed (1 pages, 0 seen, 0 created, 0 changed, 0 deleted)\n"

    def test_all_of_a_connection_and_all_of_the_organization(self, line: CommandLine) -> None:
        line.change("update sync_schedules set paused = true where function_name = 'get_returns'")
        one, every = line("sync", line.wms).splitlines(), line("sync").splitlines()
        line.change("update sync_schedules set paused = false")
        assert len(every) > len(one) > 8
        assert all(" completed (" in told for told in every)
        assert not [told for told in one if "get_returns" in told]
        assert sum(told.startswith(line.wms) for told in every) == len(one)

    def test_what_fails_is_said_and_the_command_fails(self, line: CommandLine) -> None:
        """A script must notice."""
        line.change("update sandbox_accounts set key_hash = sha256(key_hash) where vertical = 'wms'")
        said = line("sync", line.wms, "--function", "get_orders", code=1)
        line.execute(lambda engine: sandboxes.generate(engine, line.organization, "wms"))
        assert said.startswith("get_orders failed (0 pages")
        assert "Invalid Sandbox credentials" in said

    def test_what_runs_elsewhere_is_left_alone(self, line: CommandLine) -> None:
        line.change("update sync_schedules set lease_until = now() + interval '1 minute'")
        said = line("sync", line.wms, "--function", "get_orders")
        line.change("update sync_schedules set lease_until = null")
        assert said.startswith("get_orders running elsewhere")

    def test_a_terminal_gets_a_table(self, line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        console = Console(width=200, force_terminal=True, record=True)
        monkeypatch.setattr(commands, "console", console)
        line("sync", line.wms, "--function", "get_products")
        shown = console.export_text()
        assert "get_products" in shown
        assert "completed" in shown
        assert "Deleted" in shown

    @pytest.mark.parametrize("words", [("nonsense",), ("00000000-0000-0000-0000-000000000000",), ("--function", "x")])
    def test_what_does_not_exist_is_refused(self, line: CommandLine, words: tuple[str, ...]) -> None:
        with pytest.raises(StartRefused):
            line("sync", *words)


class TestSchedules:
    def test_a_frequency_is_set_and_shown(self, line: CommandLine) -> None:
        assert line("schedules", "frequency", line.wms, "get_inventory", "900").startswith("get_inventory is synced")
        assert "900 s" in next(
            row for row in line("schedules", "list", line.wms).splitlines() if "get_inventory " in row
        )
        with pytest.raises(InvalidBody):
            line("schedules", "frequency", line.wms, "get_inventory", "59")
        with pytest.raises(StartRefused):
            line("schedules", "frequency", line.wms, "get_nothing", "900")

    def test_past_runs_are_shown(self, line: CommandLine) -> None:
        line("sync", line.wms, "--function", "get_products")
        first = next(row for row in line("schedules", "runs", line.wms).splitlines() if "get_products" in row)
        assert "completed" in first

    def test_how_far_back_first_syncs_reach(self, line: CommandLine) -> None:
        assert line("schedules", "first-sync") == "30\n"
        assert line("schedules", "first-sync", "365") == "365\n"
        assert line("schedules", "first-sync") == "365\n"
        assert line("schedules", "first-sync", "default") == "30\n"
        for wrong in ("0", "2000", "many"):
            with pytest.raises(InvalidBody):
                line("schedules", "first-sync", wrong)
