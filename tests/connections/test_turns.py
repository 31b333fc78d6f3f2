"""Whose request goes out when: what is decided, as tables."""

from __future__ import annotations

from typing import Any

import pytest

from crossdock.connections import turns
from crossdock.connections.turns import Ask, BudgetState, Decision, decide
from crossdock.integrations.kit.budget import Priority, Rate, RateReport

WRITE, LIVE, SYNC, BACKFILL = Priority
TEN_A_SECOND = Rate(10, 1, burst=14)
"""About eleven at once, then one each tenth of a second."""


def ask(name: str, priority: Priority = SYNC, cost: float = 1, **facts: Any) -> Ask:
    given: dict[str, Any] = {
        "id": name,
        "priority": priority,
        "bucket": "",
        "cost": cost,
        "rate": TEN_A_SECOND,
        "concurrency": 1000,
        "lease_seconds": 60,
        "patience_seconds": 30,
    }
    return Ask(**{**given, **facts})


def granted(state: BudgetState, priority: Priority, now: float = 0, **facts: Any) -> int:
    """How many requests may go out at once."""
    count = 0
    while decide(state, ask(f"{priority}-{count}-{now}", priority, **facts), now).granted:
        count += 1
        assert count < 1000
    return count


@pytest.mark.parametrize(("priority", "most"), [(WRITE, 11), (LIVE, 9), (SYNC, 5), (BACKFILL, 2)])
def test_lower_priorities_leave_room_for_higher_ones(priority: Priority, most: int) -> None:
    """A backfill that used up everything would let a shop's order wait."""
    assert granted(BudgetState(), priority) == most
    state = BudgetState()
    granted(state, BACKFILL)
    assert granted(state, WRITE) == 11 - 2


@pytest.mark.parametrize("rate", [Rate(1, 1), Rate(2, 1), Rate(10, 1), Rate(40, 1), Rate(100, 60), Rate(7, 3)])
def test_no_span_holds_more_than_is_published(rate: Rate) -> None:
    """A system that counts would refuse, and lock the merchant's account in the end."""
    state, now, sent = BudgetState(), 0.0, list[float]()
    while len(sent) < 4 * rate.requests + 10:
        decision = decide(state, ask(f"{len(sent)} {now}", LIVE, rate=rate), now)
        if decision.granted:
            sent.append(now)
        else:
            now += decision.wait_seconds + 1e-6
    worst = max(sum(first <= moment < first + rate.per_seconds for moment in sent) for first in sent)
    assert worst <= rate.requests
    seconds = sent[-1] - sent[0]
    assert len(sent) / seconds * rate.per_seconds > 0.8 * rate.requests * (1 if rate.requests > 2 else 0.9)


def test_writes_that_wait_have_their_places_in_order() -> None:
    state = BudgetState()
    granted(state, LIVE)
    waits = []
    for number in range(5):
        decision = decide(state, ask(f"w{number}", WRITE, rate=Rate(10, 1, burst=2)), 0)
        waits.append(decision.wait_seconds)
        assert decision.paid
        assert not decision.granted
    assert waits == sorted(waits)
    assert len(set(waits)) == len(waits)
    assert decide(state, ask("w0", WRITE, cost=0), waits[0]).granted


def test_a_write_that_would_wait_too_long_takes_nothing() -> None:
    """Its caller is told to come back; the budget must not be gone by then."""
    state, slow = BudgetState(), Rate(1, 3600)
    assert decide(state, ask("a", WRITE, rate=slow), 0).granted
    before = state.buckets[""].free_at
    refused = decide(state, ask("b", WRITE, rate=slow), 0)
    assert (refused.granted, refused.paid, refused.wait_seconds > 3000) == (False, False, True)
    assert state.buckets[""].free_at == before


def test_while_a_higher_one_waits_a_lower_one_gets_nothing() -> None:
    state, narrow = BudgetState(), Rate(1, 1)
    assert decide(state, ask("first", BACKFILL, rate=narrow), 0).granted
    assert not decide(state, ask("caller", LIVE, rate=narrow), 0.5).granted
    assert not decide(state, ask("second", BACKFILL, rate=narrow), 1.1).granted
    assert decide(state, ask("caller", LIVE, rate=narrow), 1.2).granted
    assert decide(state, ask("second", BACKFILL, rate=narrow), 2.4).granted


def test_who_gave_up_is_not_waited_for() -> None:
    state, narrow = BudgetState(), Rate(1, 1)
    decide(state, ask("first", SYNC, rate=narrow), 0)
    decide(state, ask("gone", LIVE, rate=narrow), 0)
    assert decide(state, ask("second", SYNC, rate=narrow), 3).granted
    assert state.buckets[""].waiting == {}


@pytest.mark.parametrize(("priority", "most"), [(WRITE, 4), (LIVE, 4), (SYNC, 3), (BACKFILL, 3)])
def test_only_so_many_are_under_way(priority: Priority, most: int) -> None:
    state = BudgetState()
    assert granted(state, priority, concurrency=4, rate=None) == most
    assert granted(state, WRITE, concurrency=4, rate=None) == 4 - most


def test_with_one_place_a_write_is_next() -> None:
    state = BudgetState()
    assert decide(state, ask("backfill", BACKFILL, concurrency=1), 0).granted
    assert not decide(state, ask("write", WRITE, concurrency=1), 0).granted
    state.in_flight.clear()
    assert not decide(state, ask("more", BACKFILL, concurrency=1), 0.1).granted
    assert decide(state, ask("write", WRITE, concurrency=1), 0.2).granted


def test_a_request_of_a_dead_process_ends_with_its_lease() -> None:
    state = BudgetState()
    assert decide(state, ask("dead", LIVE, concurrency=1), 0).granted
    assert not decide(state, ask("next", LIVE, concurrency=1), 59).granted
    assert decide(state, ask("next", LIVE, concurrency=1), 61).granted


def test_a_hold_stops_everybody_in_its_bucket_only() -> None:
    state = BudgetState()
    turns.hold(state, "orders", now=0, seconds=10)
    turns.hold(state, "orders", now=0, seconds=2)
    for priority in Priority:
        assert decide(state, ask(f"{priority}", priority, bucket="orders"), 4) == Decision(wait_seconds=6)
        assert decide(state, ask(f"other {priority}", priority, bucket="stock", rate=None), 4).granted
    assert decide(state, ask("later", WRITE, bucket="orders"), 11).granted


def test_a_costly_request_goes_out_when_the_bucket_is_full_enough() -> None:
    state, points = BudgetState(), Rate(100, 1, burst=525)
    assert decide(state, ask("all", BACKFILL, cost=400, rate=points), 0).granted
    wait = decide(state, ask("again", BACKFILL, cost=400, rate=points), 0).wait_seconds
    assert wait == pytest.approx(4)
    assert decide(state, ask("write", WRITE, cost=100, rate=points), 0).granted


@pytest.mark.parametrize(
    ("report", "free_at"),
    [
        (RateReport(), 15),
        (RateReport(cost=10), 11),
        (RateReport(available=480), 15),
        (RateReport(available=5000), 15),
        (RateReport(available=100), 50),
        (RateReport(cost=10, available=0), 60),
    ],
)
def test_answers_set_the_rate_right(report: RateReport, free_at: float) -> None:
    """What others use of the same account is known to the system only."""
    points = Rate(100, 10, burst=502.5)
    assert (points.size, points.interval_seconds) == (500, 0.1)
    state = BudgetState(buckets={"": turns.Bucket(free_at=15)})
    turns.correct(state, "", points, 50, report, now=10)
    assert state.buckets[""].free_at == pytest.approx(free_at)
