"""What the job engine does when a worker is killed, which is why it only wakes work and decides nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import procrastinate
import psycopg
import pytest

from crossdock.platform.engine import Engine
from crossdock.syncs.tasks import Worker, connector
from tests.syncs.worker import Workplace

pytestmark = pytest.mark.anyio

LOCK = "one at a time"
HANGS = """
import asyncio, sys
import procrastinate
from crossdock.syncs.tasks import connector

jobs = procrastinate.App(connector=connector(sys.argv[1]))

@jobs.task(name="hangs", queue="hanging", lock="one at a time")
async def hangs() -> None:
    print("running", flush=True)
    await asyncio.Event().wait()

async def main() -> None:
    async with jobs.open_async():
        await hangs.defer_async()
        await jobs.run_worker_async(queues=["hanging"], install_signal_handlers=False)

asyncio.run(main())
"""
"""A worker of the engine whose job never ends."""


async def _killed_worker(url: str) -> None:
    """Runs it in a process of its own, and kills that while the job runs."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", HANGS, url, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"running\n"
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()


async def _status(url: str) -> list[str]:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        cursor = await connection.execute(
            "select status::text from jobs.procrastinate_jobs where task_name = 'hangs' order by id"
        )
        return [row[0] for row in await cursor.fetchall()]


@asynccontextmanager
async def _another(url: str, done: list[str]) -> AsyncIterator[procrastinate.App]:
    """The engine in this process, with the same task; this one ends."""
    jobs = procrastinate.App(connector=connector(url))

    @jobs.task(name="hangs", queue="hanging", lock=LOCK)
    async def hangs() -> None:
        done.append("done")

    async with jobs.open_async():
        yield jobs


async def test_a_killed_worker_leaves_its_job_and_lock_behind_until_housekeeping(
    workplace: Workplace, fresh_database_url: str
) -> None:
    """Were syncs jobs with a lock, the death of one worker would stop a connection for as long as this lasts."""
    url, done = fresh_database_url, list[str]()
    await _killed_worker(url)
    assert await _status(url) == ["doing"]
    async with _another(url, done) as jobs:
        await jobs.tasks["hangs"].defer_async()
        await jobs.run_worker_async(queues=["hanging"], wait=False, install_signal_handlers=False)
        assert done == []
        assert await _status(url) == ["doing", "todo"]

        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            await connection.execute("update jobs.procrastinate_workers set last_heartbeat = now() - interval '1 hour'")
        own = Engine(workplace.engine.settings, workplace.engine.database, workplace.engine.master_key)
        worker = Worker(own, url)
        async with worker.jobs.open_async():
            await worker.housekeeping()
        assert "doing" not in await _status(url)
        await jobs.run_worker_async(queues=["hanging"], wait=False, install_signal_handlers=False)
    assert done == ["done", "done"]
