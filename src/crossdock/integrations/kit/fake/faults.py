"""What can go wrong on the way to a vendor and back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Fault(Enum):
    """One way for a request to fail."""

    UNAUTHORIZED = "401: the credentials no longer hold"
    FORBIDDEN = "403: they do not allow this"
    TOO_MANY = "429: too fast, with the seconds to wait"
    BROKEN = "500: the vendor failed and did nothing"
    BUSY = "503: the vendor takes no requests"
    UNREACHABLE = "the request never arrives"
    SLOW = "the vendor acts, and its answer comes too late"
    HALF = "the answer is cut off in the middle"
    DUPLICATED = "a page that was served before comes again instead of the next one"


STATUSES = {
    Fault.UNAUTHORIZED: 401,
    Fault.FORBIDDEN: 403,
    Fault.TOO_MANY: 429,
    Fault.BROKEN: 500,
    Fault.BUSY: 503,
}
"""Faults that are an answer with a status, without the request being carried out."""


@dataclass
class Planned:
    """A fault to come: `times` of the requests that fit, after letting `after` of them pass."""

    fault: Fault
    method: str | None
    path: str | None
    times: int
    after: int
    retry_after: float

    def strikes(self, method: str, path: str) -> bool:
        """Whether it hits this request; counts the request when it fits."""
        fits = self.method in (None, method) and (self.path is None or self.path == path)
        if not fits or self.times <= 0:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1
        return True
