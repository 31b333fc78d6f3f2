"""Times of requests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

from crossdock.sandbox.problems import invalid

Moment = Annotated[datetime, Meta(tz=True)]


def in_utc(moment: datetime) -> datetime:
    """A time as it is stored: in UTC and whole seconds."""
    try:
        return moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        raise invalid(f"{moment.isoformat()} is not a time in UTC", "bad_time") from None
