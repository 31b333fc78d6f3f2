"""The budget of one connection, shared by every process that talks to its system."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Callable
from typing import TypeVar
from uuid import UUID, uuid4

import psycopg
import structlog

from crossdock.connections import budget_store, turns
from crossdock.connections.turns import Ask, BudgetState, Decision
from crossdock.integrations.kit.budget import Budget, NoTurn, Priority, Rate, Turn
from crossdock.platform.engine import Engine

T = TypeVar("T")
log = structlog.get_logger(__name__)

PATIENCE_SECONDS = {Priority.WRITE: 30.0, Priority.LIVE: 30.0, Priority.SYNC: 300.0, Priority.BACKFILL: 300.0}
"""How long a request waits for its turn in all. A caller is told to come back rather than made to wait longer."""
LONGEST_WAIT_SECONDS = 30.0
"""A wait that is known to be longer is not begun, so that a sync gives its worker back meanwhile."""
_LEASE_SECONDS = 15.0
"""How much longer than a request may take it counts as under way, when nobody says that it has ended."""


class StoredBudget:
    """Gives the requests of one connection their turns. `budget` is None where the system publishes no rate: then only
    the number of requests under way is limited, and what the system asks for by itself is kept."""

    def __init__(
        self, engine: Engine, organization_id: UUID, connection_id: UUID, budget: Budget | None, priority: Priority
    ) -> None:
        self._engine = engine
        self._organization_id = organization_id
        self._connection_id = connection_id
        self._budget = budget
        self._priority = priority
        most = engine.settings.connection_concurrency
        own = budget.concurrency if budget is not None else None
        self._concurrency = most if own is None else min(most, own)

    @contextlib.asynccontextmanager
    async def turn(self, cost: float, bucket: str) -> AsyncIterator[Turn]:
        ask = self._ask(cost, bucket)
        await self._wait(ask)
        turn = Turn()
        try:
            yield turn
        finally:
            # Also when the caller is gone: a place that is not given back is missing until its lease ends.
            await self._engine.finish(self._end(ask, turn))

    async def hold(self, seconds: float, bucket: str) -> None:
        await self._change(lambda state, now: turns.hold(state, bucket, now, seconds))

    def _ask(self, cost: float, bucket: str) -> Ask:
        return Ask(
            id=uuid4().hex,
            priority=self._priority,
            bucket=bucket,
            cost=cost,
            rate=self._rate(bucket),
            concurrency=self._concurrency,
            lease_seconds=self._engine.settings.vendor_timeout_seconds + _LEASE_SECONDS,
            patience_seconds=self._patience(),
        )

    def _patience(self) -> float:
        """A call that ends before its turn comes would not say why, so waiting takes half of its time at most."""
        wanted = PATIENCE_SECONDS[self._priority]
        if self._priority > Priority.LIVE:
            return wanted
        return min(wanted, self._engine.settings.write_deadline_seconds / 2)

    def _rate(self, bucket: str) -> Rate | None:
        return None if self._budget is None else self._budget.rate(bucket)

    async def _wait(self, ask: Ask) -> None:
        """Asks until the request may go out. Of those in this process that nobody waits for, one asks at a time."""
        if ask.priority is Priority.WRITE:
            await self._wait_here(ask)
            return
        key = (self._connection_id, ask.bucket, ask.priority)
        lock = self._engine.turn_locks.setdefault(key, asyncio.Lock())
        async with lock:
            await self._wait_here(ask)

    async def _wait_here(self, ask: Ask) -> None:
        clock = asyncio.get_running_loop().time
        deadline = clock() + ask.patience_seconds
        while True:
            decision: Decision = await self._change(functools.partial(_decide, ask=ask))
            if decision.granted:
                return
            if decision.wait_seconds > LONGEST_WAIT_SECONDS or clock() + decision.wait_seconds > deadline:
                raise NoTurn(decision.wait_seconds)
            if decision.paid:
                # Its place in the rate is reserved; what is left is a place among the requests under way.
                await asyncio.sleep(decision.wait_seconds)
                ask = _paid(ask)
            else:
                await asyncio.sleep(min(decision.wait_seconds, turns.LONGEST_SLEEP_SECONDS))

    async def _end(self, ask: Ask, turn: Turn) -> None:
        try:
            await self._give_back(ask, turn)
        except psycopg.OperationalError:
            # The answer is here, and counts whatever becomes of the place: that is free again when its lease ends.
            log.exception("the end of a request could not be noted", connection_id=str(self._connection_id))

    async def _give_back(self, ask: Ask, turn: Turn) -> None:
        if turn.report is None and turn.hold_seconds <= 0:
            await budget_store.end_request(self._engine.database, self._organization_id, self._connection_id, ask.id)
            return
        await self._change(functools.partial(_finish, ask=ask, turn=turn))

    async def _change(self, step: Callable[[BudgetState, float], T]) -> T:
        async with self._engine.database.transaction(self._organization_id) as connection:
            return await budget_store.change(connection, self._organization_id, self._connection_id, step)


def _decide(state: BudgetState, now: float, *, ask: Ask) -> Decision:
    return turns.decide(state, ask, now)


def _paid(ask: Ask) -> Ask:
    return Ask(**{**vars(ask), "cost": 0})


def _finish(state: BudgetState, now: float, *, ask: Ask, turn: Turn) -> None:
    state.in_flight.pop(ask.id, None)
    if turn.hold_seconds > 0:
        turns.hold(state, ask.bucket, now, turn.hold_seconds)
    if turn.report is not None and ask.rate is not None:
        turns.correct(state, ask.bucket, ask.rate, ask.cost, turn.report, now)
