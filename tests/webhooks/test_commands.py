"""Endpoints from the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from crossdock.accounts import service as accounts
from crossdock.platform.app import mount_servers
from crossdock.platform.database import Database
from crossdock.platform.engine import Engine
from crossdock.platform.sealing import KEY_BYTES, MasterKey
from crossdock.platform.start_errors import StartRefused
from crossdock.webhooks import commands
from tests.api.client import RELAXED

Invoke = Callable[..., str]


@pytest.fixture
def invoke(database_url: str) -> Invoke:
    """Runs a command of an organization of its own, with an engine as the real command line makes one."""
    key = MasterKey(b"k" * KEY_BYTES)

    def run(work: Callable[[Engine], Awaitable[Any]]) -> Any:
        async def inside() -> Any:
            engine = Engine(RELAXED, Database(database_url, pool_size=2), key)
            mount_servers(engine)
            await engine.open()
            try:
                return await work(engine)
            finally:
                await engine.close()

        return asyncio.run(inside())

    async def make(engine: Engine) -> UUID:
        return await accounts.create_organization(engine.database, "command line")

    organization = str(run(make))
    app = commands.make(run)

    def call(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, [*words, "--organization", organization])
        if isinstance(result.exception, StartRefused):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.output

    return call


def test_an_endpoint_from_its_making_to_its_end(invoke: Invoke, tmp_path: Path) -> None:
    """Whoever runs a server without the dashboard can do all that is needed."""
    code = tmp_path / "handler.js"
    code.write_text("function handler(webhook) { return webhook }")
    made = dict(line.split("=", 1) for line in invoke("create", "http://127.0.0.1:9/hooks").splitlines())
    endpoint = made["ENDPOINT_ID"]
    assert invoke("secret", endpoint).strip() == made["WEBHOOK_SECRET"]
    assert invoke("secret", endpoint, "--rotate").strip() != made["WEBHOOK_SECRET"]
    assert endpoint in invoke("list")
    assert "paused" in invoke("pause", endpoint)
    assert "active" in invoke("resume", endpoint)
    assert "active" in invoke("transform", endpoint, str(code))
    assert "active" in invoke("enable", endpoint)
    # Nobody listens on that port.
    assert "Cannot connect" in invoke("test", endpoint, code=1)
    assert "0 queued" in invoke("replay", endpoint, "--missed")
    assert "0 queued" in invoke("replay", endpoint, "--since", "2026-01-01T00:00:00Z")
    invoke("deliveries", endpoint, "--state", "failed")
    assert "deleted" in invoke("delete", endpoint)
    assert endpoint not in invoke("list")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("pause", "nonsense"), "not the id of an endpoint"),
        (("create", "http://127.0.0.1/", "--transformation", "/no/such/file"), "cannot read"),
        (("replay", "07b344db-0304-4866-9ae1-ac8af5292a28", "--since", "yesterday"), "not a time"),
    ],
)
def test_a_mistake_is_one_line(invoke: Invoke, words: tuple[str, ...], reason: str) -> None:
    with pytest.raises(StartRefused, match=reason):
        invoke(*words)
