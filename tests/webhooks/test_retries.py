"""A receiver that is down for a long weekend gets everything on Monday."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crossdock.webhooks.retries import DELAYS, JITTER, LONGEST_WISH, delay_seconds, wished_seconds

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_message_is_tried_for_three_days_at_least() -> None:
    assert sum(DELAYS) >= 72 * 3600
    assert list(DELAYS) == sorted(DELAYS)


def test_delays_are_spread_upwards_only() -> None:
    for number, delay in enumerate(DELAYS, 1):
        found = {delay_seconds(number) for _ in range(20)}
        assert len(found) > 1
        assert all(value is not None and delay <= value <= delay * (1 + JITTER) for value in found)
    assert delay_seconds(len(DELAYS) + 1) is None


def test_a_wish_only_makes_it_later() -> None:
    first, last = delay_seconds(1, 600.0), delay_seconds(len(DELAYS), 1.0)
    assert first == 600.0
    assert last is not None
    assert last >= DELAYS[-1]
    assert delay_seconds(1, 1e9) == LONGEST_WISH
    assert delay_seconds(len(DELAYS) + 1, 5.0) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("120", 120.0),
        ("1.5", 1.5),
        ("-3", 0.0),
        ("nan", 0.0),
        ("soon", None),
        ("Thu, 01 Jan 2026 00:01:00 GMT", 60.0),
        ("Thu, 01 Jan 2026 00:01:00 -0000", None),
        ("Wed, 31 Dec 2025 00:00:00 GMT", 0.0),
        ("Thu, 99 Jan 2026 00:01:00 GMT", None),
    ],
)
def test_how_a_wish_is_read(header: str | None, seconds: float | None) -> None:
    assert wished_seconds(header, NOW) == seconds
