"""When a message is tried again: soon at first, then less and less often, for more than three days."""

from __future__ import annotations

import random
from datetime import datetime
from email.utils import parsedate_to_datetime

_SECOND, _MINUTE, _HOUR = 1.0, 60.0, 3600.0
DELAYS = (
    5 * _SECOND,
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    16 * _HOUR,
    18 * _HOUR,
)
"""Seconds between attempts; after the last one a message has failed."""
JITTER = 0.1
"""Each delay is up to a tenth longer, so that what failed together does not come back together."""
LONGEST_WISH = 24 * _HOUR
"""A receiver that asks for more gets this."""


def delay_seconds(failures: int, wish: float | None = None, longest: float = DELAYS[-1]) -> float | None:
    """Seconds until the next attempt after so many failures; None when that was the last one.

    `wish` is what the receiver asked for; it is never tried earlier than that. Otherwise nothing waits for more than
    `longest`.
    """
    if failures > len(DELAYS):
        return None
    delay = min(DELAYS[failures - 1], longest) * (1 + JITTER * random.random())  # noqa: S311 - nothing secret depends on it
    return delay if wish is None else max(delay, min(wish, LONGEST_WISH))


def wished_seconds(retry_after: str | None, now: datetime) -> float | None:
    """What a Retry-After header asks for, in seconds or as a date; None when it says nothing usable."""
    if not retry_after:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
