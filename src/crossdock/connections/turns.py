"""Who may send next, of all processes that talk to one connected system: rates, priorities, holds, requests under way.

The state of a connection is one small document, changed under the lock of its row. What happens to it is decided here,
without a database.

- A rate is kept by `free_at`, when all of it would be free again (the generic cell rate algorithm). Requests of lower
  priority leave a part of what may go out at once to the others.
- A write that has to wait reserves its place ahead. The others ask again, and while one of a higher priority waits, a
  lower one gets nothing. So a write never waits for more than what has gone out already.
- What the system asks everybody to wait holds the bucket, whoever was told.
- A request under way has a lease, so that one of a dead process does not count for ever.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from crossdock.integrations.kit.budget import Priority, Rate, RateReport

LONGEST_SLEEP_SECONDS = 1.0
"""Whoever waits asks again at least this often, so that who has given up is forgotten soon."""
_MARK_SECONDS = 0.5
"""How much longer than until its next question somebody counts as waiting."""
_POLL_SECONDS = {Priority.WRITE: 0.02, Priority.LIVE: 0.05, Priority.SYNC: 0.1, Priority.BACKFILL: 0.2}
"""When to ask again for what no clock tells: that a request ends, or that nobody of higher priority waits."""


class Waiting(msgspec.Struct):
    """Somebody who was turned away and will ask again."""

    priority: int
    until: float


class Bucket(msgspec.Struct):
    """The state of one rate. Times are seconds since 1970, as the database tells them."""

    free_at: float = 0
    held_until: float = 0
    waiting: dict[str, Waiting] = {}


class BudgetState(msgspec.Struct):
    """The state of one connection: its rates by bucket, requests under way with the end of their leases, and who waits
    for one of those to end."""

    buckets: dict[str, Bucket] = {}
    in_flight: dict[str, float] = {}
    waiting: dict[str, Waiting] = {}


@dataclass(frozen=True)
class Ask:
    """A request that wants to go out. A cost of 0 has been paid for, or needs no rate."""

    id: str
    priority: Priority
    bucket: str
    cost: float
    rate: Rate | None
    concurrency: int
    lease_seconds: float
    patience_seconds: float


@dataclass(frozen=True)
class Decision:
    """The request may go out (`granted`), has its place in the rate (`paid`), or neither; and when to ask again."""

    granted: bool = False
    paid: bool = False
    wait_seconds: float = 0


def decide(state: BudgetState, ask: Ask, now: float) -> Decision:
    """Changes the state to what it is after a request has asked."""
    bucket = state.buckets.setdefault(ask.bucket, Bucket())
    _forget_old(state, bucket, now)
    if bucket.held_until > now:
        return _turned_away(bucket.waiting, ask, now, bucket.held_until - now)
    if ask.rate is not None and ask.cost > 0:
        if _outranked(bucket.waiting, ask):
            return _turned_away(bucket.waiting, ask, now, _POLL_SECONDS[ask.priority])
        wait = _rate_wait(bucket, ask, ask.rate, now)
        if wait > 0:
            if ask.priority is Priority.WRITE and wait <= ask.patience_seconds:
                _pay(bucket, ask, ask.rate, now)
                return Decision(paid=True, wait_seconds=wait)
            return _turned_away(bucket.waiting, ask, now, wait)
    if _outranked(state.waiting, ask) or len(state.in_flight) >= _slots(ask):
        return _turned_away(state.waiting, ask, now, _POLL_SECONDS[ask.priority])
    if ask.rate is not None and ask.cost > 0:
        _pay(bucket, ask, ask.rate, now)
    bucket.waiting.pop(ask.id, None)
    state.waiting.pop(ask.id, None)
    state.in_flight[ask.id] = now + ask.lease_seconds
    return Decision(granted=True, paid=True)


def _forget_old(state: BudgetState, bucket: Bucket, now: float) -> None:
    state.in_flight = {name: until for name, until in state.in_flight.items() if until > now}
    for held in (state, bucket):
        held.waiting = {name: one for name, one in held.waiting.items() if one.until > now}


def _outranked(waiting: dict[str, Waiting], ask: Ask) -> bool:
    return any(one.priority < ask.priority for one in waiting.values())


def _turned_away(waiting: dict[str, Waiting], ask: Ask, now: float, wait: float) -> Decision:
    waiting[ask.id] = Waiting(ask.priority, now + min(wait, LONGEST_SLEEP_SECONDS) + _MARK_SECONDS)
    return Decision(wait_seconds=wait)


def _rate_wait(bucket: Bucket, ask: Ask, rate: Rate, now: float) -> float:
    used = max(bucket.free_at - now, 0) + ask.cost * rate.interval_seconds
    return used - max(rate.room(ask.priority), ask.cost) * rate.interval_seconds


def _pay(bucket: Bucket, ask: Ask, rate: Rate, now: float) -> None:
    bucket.free_at = max(bucket.free_at, now) + ask.cost * rate.interval_seconds


def _slots(ask: Ask) -> int:
    """How many requests may be under way. Where nobody waits for the answer, one place stays free for who does."""
    if ask.priority <= Priority.LIVE:
        return ask.concurrency
    return max(1, ask.concurrency - 1)


def hold(state: BudgetState, bucket: str, now: float, seconds: float) -> None:
    """Lets nothing of a bucket out for a while."""
    held = state.buckets.setdefault(bucket, Bucket())
    held.held_until = max(held.held_until, now + seconds)


def correct(state: BudgetState, bucket: str, rate: Rate, paid: float, report: RateReport, now: float) -> None:
    """Sets a rate right by what an answer said. What is left counts only when it is less than was thought: requests
    under way are not in it yet."""
    kept = state.buckets.setdefault(bucket, Bucket())
    if report.cost is not None:
        kept.free_at -= (paid - report.cost) * rate.interval_seconds
    if report.available is not None:
        used = max(rate.size - report.available, 0)
        kept.free_at = max(kept.free_at, now + used * rate.interval_seconds)
