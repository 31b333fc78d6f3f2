"""What a connected system allows: its published rates, and whose requests go first when they do not suffice for all.

An adapter declares `budget = Budget(...)` and says with each request what it costs where that is not one:

    budget = Budget(20, 1, "https://example.com/limits")                     20 requests in any second
    budget = Budget(2, 1, "...", burst=40)                                   a bucket of 40 that refills with 2 a second
    budget = Budget(math.inf, 1, "...", buckets={"orders": Rate(1, 60, burst=20), "stock": Rate(2, 1)})

    await self.client.get("/orders", bucket="orders")
    await self.client.post("/graphql", query, changes=False, cost=120)

Where answers say what is left, the adapter's `read_rate` gives it as a `RateReport`, and the budget is set right.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

_SHARES = (1.0, 0.8, 0.5, 0.25)
"""How much of what may go out at once each priority may use up; the rest waits for those before it."""


class Priority(IntEnum):
    """Whose request goes first. Somebody waits for writes and live reads; nobody for a backfill."""

    WRITE = 0
    LIVE = 1
    SYNC = 2
    BACKFILL = 3


@dataclass(frozen=True)
class Rate:
    """`requests` in `per_seconds`, in the unit that requests cost.

    With `burst` the system keeps a bucket of that size, which refills at this rate. Without, it counts: no span of
    `per_seconds` may hold more than `requests`, so a tenth of them may go out at once and the rest are spread.
    """

    requests: float
    per_seconds: float
    burst: float | None = None

    @property
    def size(self) -> float:
        """What may go out at once. A declared bucket is not used to its brim: requests do not arrive evenly."""
        if self.burst is None:
            return max(1.0, self.requests // 10)
        return max(1.0, self.burst - max(1.0, 0.25 * self.requests / self.per_seconds))

    @property
    def interval_seconds(self) -> float:
        """Seconds that each unit takes to be free again."""
        if self.burst is not None:
            return self.per_seconds / self.requests
        late = min(0.25, 0.05 * self.per_seconds)
        return (self.per_seconds + late) / (self.requests - self.size + 1)

    def room(self, priority: Priority) -> float:
        """What requests of this priority may use up at once."""
        return max(1.0, self.size * _SHARES[priority])


@dataclass(frozen=True)
class Budget:
    """What a connected system publishes for one connection: a rate, and how many requests may be under way.

    `requests` is `math.inf` where only the named `buckets` have rates; a request says which one it belongs to.
    """

    requests: float
    per_seconds: float
    source: str
    """Where the system says so."""
    burst: float | None = None
    concurrency: int | None = None
    buckets: Mapping[str, Rate] = field(default_factory=dict)

    def rate(self, bucket: str) -> Rate | None:
        """The rate of a bucket, the empty name being the connection's own; None where there is none."""
        if bucket:
            return self.buckets[bucket]
        return Rate(self.requests, self.per_seconds, self.burst) if math.isfinite(self.requests) else None


@dataclass(frozen=True)
class RateReport:
    """What an answer says of the budget: what its request really cost, and what is left now."""

    cost: float | None = None
    available: float | None = None


@dataclass
class Turn:
    """One request's turn to go out; what was learned from its answer is noted here."""

    hold_seconds: float = 0
    """How long the system asks everybody to wait."""
    report: RateReport | None = None


class NoTurn(Exception):
    """The request would have to wait longer than anybody should."""

    def __init__(self, wait_seconds: float) -> None:
        super().__init__(f"no turn for {wait_seconds:.1f} s")
        self.wait_seconds = wait_seconds


class RateBudget(Protocol):
    """Gives the requests of one connection their turns."""

    def turn(self, cost: float, bucket: str) -> AbstractAsyncContextManager[Turn]:
        """Waits until a request may go out, and counts it as under way inside; raises `NoTurn`."""
        ...

    async def hold(self, seconds: float, bucket: str) -> None:
        """Lets no request of the bucket out for a while, whoever makes it."""
        ...


class UnlimitedBudget:
    """The budget where nothing is counted."""

    @asynccontextmanager
    async def turn(self, cost: float, bucket: str) -> AsyncIterator[Turn]:
        yield Turn()

    async def hold(self, seconds: float, bucket: str) -> None:
        """Nobody is held."""
