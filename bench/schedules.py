"""Ten thousand connections that come due within a minute, and systems that answer at once: who is claimed, and when.

Workers are processes of their own, started as `python -m bench.schedules` with the database in the environment.
"""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import structlog

from bench.adapter import BenchCredentials
from bench.report import Report
from crossdock.connections import secrets
from crossdock.contract.wms import warehouses
from crossdock.integrations import registry
from crossdock.integrations.kit.adapter import Adapter, Page, Snapshot, Window, implements
from crossdock.integrations.kit.auth import bearer
from crossdock.integrations.kit.transport import VendorAnswer, VendorRequest
from crossdock.platform import settings as settings_module
from crossdock.platform import start
from crossdock.platform.sealing import MasterKey, load_master_key
from crossdock.platform.settings import variable
from crossdock.syncs.tasks import Worker

CONNECTIONS = 10_000
ORGANIZATIONS = 100
WORKERS = 2
SECONDS = 60
_FUNCTION = "get_warehouses"


class PromptSystem(Adapter):
    """A system inside the worker that answers every request at once."""

    slug = "prompt"
    display_name = "Prompt"
    vertical = "wms"
    description = "Answers at once."
    docs_url = ""
    auth = bearer("api_key")
    credentials_type = BenchCredentials
    in_process = "prompt"

    @property
    def base_url(self) -> str:
        return "http://prompt.invalid"

    @implements(warehouses.GET_WAREHOUSES, mode=Snapshot(because="it is only asked for one page"))
    async def get_warehouses(self, window: Window) -> AsyncIterator[Page[warehouses.Warehouse]]:
        answer = await self.client.get("/warehouses")
        names: list[str] = answer.json(list[str])
        day = datetime(2026, 1, 1, tzinfo=UTC)
        yield Page([warehouses.Warehouse(id=name, name=name, created_date=day, updated_date=day) for name in names])


class _AtOnce:
    async def send(self, request: VendorRequest) -> VendorAnswer:
        return VendorAnswer(200, {"content-type": "application/json"}, b'["north", "south"]', request.url)


async def _work() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    known = (*registry.adapters(), PromptSystem)
    registry.adapters = lambda: known  # type: ignore[assignment]
    settings = settings_module.load()
    engine = start.make_engine(settings, settings.database_url)
    engine.servers["prompt"] = _AtOnce()
    await engine.open()
    await Worker(engine, settings.database_url).run()


def _fill(url: str, key: MasterKey, connections: int) -> None:
    """Connections of a hundred organizations, each with one function that comes due within the minute."""
    owners = [uuid4() for _ in range(ORGANIZATIONS)]
    credentials = BenchCredentials(api_key="prompt")
    with psycopg.connect(url) as database:
        for owner in owners:
            database.execute("insert into organizations (id, name) values (%s, 'bench')", [owner])
            database.execute("insert into event_counters (organization_id) values (%s)", [owner])
        made = [(uuid4(), owners[number % ORGANIZATIONS]) for number in range(connections)]
        with database.cursor() as cursor:
            with cursor.copy(
                "copy connections (id, organization_id, vertical, integration_name, token_hash) from stdin"
            ) as copy:
                for identifier, owner in made:
                    copy.write_row((identifier, owner, "wms", PromptSystem.slug, identifier.bytes))
            with cursor.copy(
                "copy credentials (connection_id, organization_id, master_key_id, wrapped_key, sealed_credentials, "
                "sealed_access_token) from stdin"
            ) as copy:
                for identifier, owner in made:
                    own, wrapped = key.new_data_key(owner, identifier)
                    copy.write_row(
                        (identifier, owner, key.id, wrapped, secrets.seal_credentials(own, credentials), b"")
                    )
        database.execute(
            "insert into sync_schedules (connection_id, function_name, organization_id, frequency_seconds, due_at) "
            "select id, %s, organization_id, 86400, now() + make_interval(secs => random() * %s) from connections "
            "where integration_name = %s",
            [_FUNCTION, SECONDS, PromptSystem.slug],
        )
        database.execute("create table bench_due as select connection_id, due_at from sync_schedules")
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("vacuum (analyze)")


def measure(report: Report, url: str, folder: Path, connections: int = CONNECTIONS) -> None:
    """Prints how many were claimed within a minute of being due, and whether any was claimed twice."""
    key = load_master_key("", folder)
    environment = {
        **os.environ,
        variable("database_url"): url,
        variable("data"): str(folder),
        variable("worker_concurrency"): "50",
    }
    command = [sys.executable, "-m", "bench.schedules"]
    workers = [subprocess.Popen(command, env=environment) for _ in range(WORKERS)]
    try:
        time.sleep(10)
        _fill(url, key, connections)
        _wait(url, connections, 4 * SECONDS)
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait()
    with psycopg.connect(url) as database:
        found = database.execute(
            "select count(distinct r.connection_id), count(*), "
            "count(*) filter (where r.started_at - d.due_at <= make_interval(secs => %s)), "
            "percentile_cont(array[0.5, 0.99]) within group (order by extract(epoch from r.started_at - d.due_at)) "
            "from sync_runs r join bench_due d on d.connection_id = r.connection_id",
            [SECONDS],
        ).fetchone()
        database.execute("drop table bench_due")
    if found is None:
        raise LookupError("nothing was counted")
    reached, runs, in_time, late = found
    report.section(
        f"{connections:,} connections due within {SECONDS} s, {WORKERS} workers, systems that answer at once"
    )
    report.line(f"claimed {reached:,}; runs {runs:,}; half within {late[0]:.1f} s, 99 % within {late[1]:.1f} s")
    report.ratio("claimed within 60 s of being due, share", [in_time / connections], at_least=0.99)
    report.ratio("claimed twice", [runs - reached], at_most=0)


def _wait(url: str, connections: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    with psycopg.connect(url, autocommit=True) as database:
        while time.monotonic() < deadline:
            row = database.execute("select count(*) from sync_runs where outcome = 'completed'").fetchone()
            if row is not None and row[0] >= connections:
                return
            time.sleep(1)


if __name__ == "__main__":
    asyncio.run(_work())
