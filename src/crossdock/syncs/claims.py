"""What one worker runs next: on-demand jobs and schedules that are due, in turns, each claimed before it runs."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from uuid import UUID

import structlog

from crossdock.platform.engine import Engine
from crossdock.syncs import announcements, jobs, schedules
from crossdock.syncs.schedules import Due, Pace

log = structlog.get_logger(__name__)

PLANNED = 500
"""How many runs are looked up at a time. Putting all that is due in order is the expensive part, claiming is not."""
FRESH_SECONDS = 0.5
"""A plan that was made just now is not made again, however often the worker is woken."""
_Key = UUID | tuple[UUID, str]
"""A job, or a function of a connection."""


class Claims:
    """The plan of one worker. It is only a hint: what counts is the lease in the row, taken when a run is claimed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pace = Pace(engine.settings.sync_lease_seconds, engine.settings.sync_retry_seconds)
        self._plan: deque[_Key] = deque()
        self._planned_at = 0.0
        self._may_be_more = False

    @property
    def has_more(self) -> bool:
        """Whether more was due when the plan was made."""
        return bool(self._plan) or self._may_be_more

    async def claim(self, room: int, *, look: bool = True) -> list[Due]:
        """Claims at most `room` runs. `look` looks for what has become due meanwhile."""
        now = asyncio.get_running_loop().time()
        if (look and now - self._planned_at >= FRESH_SECONDS) or not self._plan:
            await self._make_plan()
        found = await self._claim_planned(room)
        if not found and self._may_be_more:
            # Other workers were faster with all of it.
            await self._make_plan()
            found = await self._claim_planned(room)
        return found

    async def _claim_planned(self, room: int) -> list[Due]:
        found: list[Due] = []
        while self._plan and len(found) < room:
            some = [self._plan.popleft() for _ in range(min(room - len(found), len(self._plan)))]
            async with self._engine.database.system() as connection:
                if chosen := [key for key in some if isinstance(key, UUID)]:
                    found += await jobs.claim(connection, chosen, self._pace)
                if others := [key for key in some if not isinstance(key, UUID)]:
                    found += await schedules.claim(connection, others, self._pace)
        return found

    async def _make_plan(self) -> None:
        """Jobs and schedules take turns: neither a thousand spans of the past nor a thousand shops stop the others."""
        await _end_stuck_jobs(self._engine)
        async with self._engine.database.system() as connection:
            first = await jobs.find_due(connection, PLANNED)
            then = await schedules.find_due(connection, PLANNED)
        pairs = itertools.zip_longest(first, then)
        self._plan = deque(key for pair in pairs for key in pair if key is not None)
        self._may_be_more = len(first) == PLANNED or len(then) == PLANNED
        self._planned_at = asyncio.get_running_loop().time()


async def _end_stuck_jobs(engine: Engine) -> None:
    """Ends jobs that have got nowhere for too long, and tells of it."""
    async with engine.database.system() as system:
        found = await jobs.find_stuck(system)
    for organization_id, connection_id, job_id in found:
        async with engine.database.transaction(organization_id) as connection:
            if await jobs.mark_stuck(connection, job_id):
                log.warning("an on-demand sync is stuck", job_id=job_id.hex)
                await announcements.job_ended(connection, connection_id, job_id, now=engine.now())
