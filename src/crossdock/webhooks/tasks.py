"""The worker's part: finds lanes with something to do, as soon as an event is noted or a retry is due."""

from __future__ import annotations

import asyncio
import functools
from datetime import timedelta
from uuid import UUID

import psycopg
import structlog

from crossdock.integrations.kit.addresses import AddressGuard
from crossdock.integrations.kit.transport import NetworkTransport
from crossdock.platform.engine import Engine
from crossdock.webhooks import delivery_log, events, lane_store
from crossdock.webhooks.deliver import Sender
from crossdock.webhooks.lanes import Lane
from crossdock.webhooks.transform import Transformer

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
"""How often lanes are looked for without a sign that there are any: retries, and events whose sign was lost."""
_AGAIN_SECONDS = 1.0
_PRUNED_AT_ONCE = 5000


class Dispatcher:
    """Runs the lanes of one process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        settings = engine.settings
        # Each lane limits itself, so that endpoints that hang cannot use up the connections of others.
        self._transport = NetworkTransport(AddressGuard(settings.networks()), connections=0, per_host=0)
        self._transformer = Transformer()
        self._sender = Sender(self._transport, self._transformer, settings.webhook_timeout_seconds)
        self._lanes: dict[UUID, tuple[Lane, asyncio.Task[None]]] = {}
        self._noted: set[UUID] = set()
        self._sign = asyncio.Event()

    async def run(self) -> None:
        """Works until cancelled; then gives the lanes back."""
        listener = asyncio.create_task(self._listen())
        try:
            while True:
                await self._look()
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
            await self.close()

    async def close(self) -> None:
        """Stops the lanes that run, and closes what they share."""
        tasks = [task for _, task in self._lanes.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._transformer.close()
        await self._transport.close()

    async def _look(self) -> None:
        """Waits for a sign or for the next regular look, and runs the lanes that are found."""
        try:
            await asyncio.wait_for(self._sign.wait(), POLL_SECONDS)
        except TimeoutError:
            organizations = None
        else:
            organizations, self._noted = list(self._noted), set()
        self._sign.clear()
        try:
            await self.claim(organizations)
        except psycopg.OperationalError as error:
            log.warning("lanes of webhooks cannot be looked for", error=str(error))
            await asyncio.sleep(_AGAIN_SECONDS)

    async def claim(self, organizations: list[UUID] | None = None) -> list[asyncio.Task[None]]:
        """Runs lanes that have something to do, as many as there is room for, and gives the tasks that do."""
        room = self._engine.settings.webhook_lanes - len(self._lanes)
        if room <= 0:
            return []
        async with self._engine.database.system() as connection:
            claims = await lane_store.claim_lanes(
                connection, room, self._engine.settings.webhook_lease_seconds, organizations
            )
        started = []
        for claim in claims:
            lane = Lane(self._engine, self._sender, claim)
            task = asyncio.create_task(lane.run())
            self._lanes[claim.endpoint_id] = (lane, task)
            task.add_done_callback(functools.partial(self._ended, lane))
            started.append(task)
        return started

    def _ended(self, lane: Lane, task: asyncio.Task[None]) -> None:
        claim = lane.claim
        self._lanes.pop(claim.endpoint_id, None)
        if lane.woken:
            # An event came just when it gave up waiting.
            self._note(claim.organization_id)
        if not task.cancelled() and (error := task.exception()) is not None:
            # Its lease ends, and what it had not noted is sent again.
            log.error("a lane of webhooks failed", endpoint_id=str(claim.endpoint_id), exc_info=error)

    async def _listen(self) -> None:
        while True:
            try:
                async for payload in self._engine.database.listen(events.CHANNEL):
                    self._note(UUID(payload))
            except psycopg.OperationalError as error:
                # Until it is back, lanes are found by looking.
                log.warning("events cannot be listened to", error=str(error))
                await asyncio.sleep(_AGAIN_SECONDS)

    def _note(self, organization_id: UUID) -> None:
        for lane, _ in self._lanes.values():
            if lane.claim.organization_id == organization_id:
                lane.wake()
        self._noted.add(organization_id)
        self._sign.set()


async def prune(engine: Engine) -> None:
    """Forgets events and deliveries that are past their time, a few thousand at a time."""
    before = engine.now() - timedelta(days=engine.settings.event_days)
    more = True
    while more:
        async with engine.database.system() as connection:
            more = await events.prune(connection, before, _PRUNED_AT_ONCE)
            more = await delivery_log.prune(connection, before, _PRUNED_AT_ONCE) or more
