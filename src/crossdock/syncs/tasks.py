"""The worker: jobs of the engine only wake work; what is due is always a row in a table of ours.

A lost job loses nothing, because the next tick finds the row; a job that runs twice does nothing, because the row is
claimed with a lease.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import procrastinate
import psycopg
import structlog
from procrastinate import PsycopgConnector

from crossdock.api_logs import service as api_logs
from crossdock.connections import removal
from crossdock.link import service as link
from crossdock.platform.database import JOBS_SCHEMA, SYSTEM_ROLE
from crossdock.platform.engine import Engine
from crossdock.records import writes
from crossdock.syncs import service
from crossdock.syncs.claims import Claims
from crossdock.vendor_webhooks import service as vendor_webhooks
from crossdock.webhooks import tasks as webhooks

log = structlog.get_logger(__name__)

TICK = "tick"
QUEUE = "ticks"
DRAINS = 4
"""How many messages of connected systems are worked off at a time."""
STALLED_SECONDS = 30
"""A job whose worker has been silent this long is given to another."""


def connector(url: str) -> PsycopgConnector:
    """The job engine's connection to its own schema, with the rights of the system role."""
    options = f"-c search_path={JOBS_SCHEMA} -c role={SYSTEM_ROLE}"
    return PsycopgConnector(conninfo=url, kwargs={"options": options}, min_size=1, max_size=4)


class Worker:
    """Runs what is due, in this process."""

    def __init__(self, engine: Engine, url: str) -> None:
        self._engine = engine
        self._running: set[asyncio.Task[Any]] = set()
        self._runs: set[asyncio.Task[Any]] = set()
        self._claims = Claims(engine)
        self._claiming = asyncio.Lock()
        self._stopping = False
        self._webhooks = webhooks.Dispatcher(engine)
        self._drains = 0
        self.jobs = procrastinate.App(connector=connector(url))
        self._declare()

    def _declare(self) -> None:
        every = f"* * * * * */{self._engine.settings.tick_seconds}"

        @self.jobs.periodic(cron=every)
        @self.jobs.task(name="periodic_tick", queue=QUEUE)
        async def periodic_tick(timestamp: int) -> None:
            await self.tick()

        @self.jobs.task(name=TICK, queue=QUEUE)
        async def tick() -> None:
            await self.tick()

        @self.jobs.periodic(cron="* * * * *")
        @self.jobs.task(name="housekeeping", queue=QUEUE)
        async def housekeeping(timestamp: int) -> None:
            await self.housekeeping()

    async def tick(self) -> None:
        """Claims what is due, as much as there is room for, and runs it in the background."""
        await self._claim(look=True)
        for claim in await vendor_webhooks.claim_subscriptions(self._engine):
            self._start(vendor_webhooks.subscribe(self._engine, claim))
        if self._drains < DRAINS:
            self._drains += 1
            self._start(self._drain())
        self._start(writes.settle_due(self._engine))

    async def _claim(self, *, look: bool) -> None:
        # One at a time, or each would count on the same room.
        async with self._claiming:
            room = self._engine.settings.worker_concurrency - len(self._runs)
            if room <= 0:
                return
            for due in await self._claims.claim(room, look=look):
                self._runs.add(self._start(service.run(self._engine, due)))

    def _go_on(self, task: asyncio.Task[Any]) -> None:
        """After a run that has ended: takes more of what is known to be due, when there is room for a few."""
        self._runs.discard(task)
        most = self._engine.settings.worker_concurrency
        if self._claims.has_more and most - len(self._runs) >= max(1, most // 4) and not self._claiming.locked():
            self._start(self._claim(look=False))

    async def _drain(self) -> None:
        """Works off what connected systems told, a few at a time beside each other."""
        try:
            await vendor_webhooks.drain(self._engine)
        finally:
            self._drains -= 1

    async def housekeeping(self) -> None:
        """Frees jobs of dead workers, and forgets answers, jobs and logged calls that are past their time."""
        stalled = await self.jobs.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS)
        for job in stalled:
            await self.jobs.job_manager.retry_job(job)
        await self.jobs.job_manager.delete_old_jobs(nb_hours=1, include_failed=True)
        await writes.forget_old(self._engine)
        await link.forget_old(self._engine)
        self._start(removal.purge(self._engine))
        await api_logs.forget_old(self._engine)
        await webhooks.prune(self._engine)
        await vendor_webhooks.forget_old(self._engine)
        await service.forget_old_runs(self._engine)

    def _start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if task in self._runs and not self._stopping:
            self._go_on(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background work failed", exc_info=error)
            # What stopped it is in the log; its row is due again, and waking early costs nothing.

    async def run(self) -> None:
        """Works until cancelled; then gives back what is under way."""
        await service.add_missing_schedules(self._engine)
        await vendor_webhooks.want_everywhere(self._engine)
        deliveries = asyncio.create_task(self._deliver())
        try:
            while True:
                await self._listen()
                # Syncs and deliveries go on meanwhile, and what is due waits in its table.
                await asyncio.sleep(self._engine.settings.tick_seconds)
        finally:
            self._stopping = True
            for task in (deliveries, *self._running):
                task.cancel()
            await asyncio.gather(deliveries, *self._running, return_exceptions=True)

    async def _listen(self) -> None:
        """Does the jobs of the engine until it gives up, as it does when the database is restarted."""
        try:
            async with self.jobs.open_async():
                await self.jobs.run_worker_async(
                    queues=[QUEUE], concurrency=4, install_signal_handlers=False, listen_notify=True
                )
        except (procrastinate.exceptions.ConnectorException, psycopg.Error) as error:
            log.warning("the job engine has lost the database, and is started again", error=str(error).strip())
        else:
            log.warning("the job engine has ended, and is started again")

    async def _deliver(self) -> None:
        """Delivers webhooks until cancelled. A mistake of ours there must not stop the syncs, nor the deliveries."""
        while True:
            task = asyncio.create_task(self._webhooks.run())
            try:
                await asyncio.wait([task])
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            log.error("the delivery of webhooks failed and goes on", exc_info=task.exception())
            await asyncio.sleep(self._engine.settings.tick_seconds)


def attach_waker(engine: Engine, url: str) -> None:
    """Lets an engine wake the workers. A wake that fails is only logged: the next tick finds what is due."""
    jobs = procrastinate.App(connector=connector(url))
    opened = asyncio.Lock()
    is_open = False

    async def wake() -> None:
        nonlocal is_open
        try:
            async with opened:
                if not is_open:
                    await jobs.open_async()
                    is_open = True
            await jobs.configure_task(TICK, queue=QUEUE).defer_async()
        except (procrastinate.exceptions.ConnectorException, psycopg.Error) as error:
            log.warning("the workers could not be woken", error=str(error))

    async def close() -> None:
        if is_open:
            await jobs.close_async()

    engine.wake_worker = wake
    engine.on_close.append(close)
