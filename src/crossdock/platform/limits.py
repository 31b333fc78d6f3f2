"""Counts callers: reads and writes of each access token, and calls without a token per key."""

from __future__ import annotations

from dataclasses import dataclass

from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter

from crossdock.contract.errors import RateLimited
from crossdock.platform.settings import Settings


@dataclass(frozen=True)
class Window:
    """The state of one caller's window, as headers tell it."""

    limit: int
    remaining: int
    reset: int

    def headers(self) -> dict[str, str]:
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-reset": str(self.reset),
        }


class TooManyRequests(RateLimited):
    """The caller's budget is used up."""

    def __init__(self, window: Window, retry_after: float) -> None:
        super().__init__(retry_after=retry_after)
        self.window = window

    def headers(self) -> dict[str, str]:
        return {**super().headers(), **self.window.headers()}


class CallerLimits:
    """Budgets of callers, in memory, or in Redis when several processes share them."""

    def __init__(self, settings: Settings) -> None:
        storage: Storage = RedisStorage(f"async+{settings.redis_url}") if settings.redis_url else MemoryStorage()
        self._limiter = FixedWindowRateLimiter(storage)
        self._reads = RateLimitItemPerSecond(settings.reads_per_second)
        self._writes = RateLimitItemPerSecond(settings.writes_per_second)
        self._catalogue = RateLimitItemPerMinute(settings.integrations_per_minute)
        self._public = RateLimitItemPerMinute(settings.public_calls_per_minute)
        self._sign_ins = RateLimitItemPerMinute(settings.sign_ins_per_minute)

    async def take(self, caller: str, *, is_read: bool) -> Window:
        """Takes one call from a budget; `TooManyRequests` when nothing is left."""
        return await self._take(self._reads if is_read else self._writes, caller, "read" if is_read else "write")

    async def take_catalogue(self, caller: str, operation: str) -> Window:
        """Takes one of the rare calls to the integration catalogue."""
        return await self._take(self._catalogue, caller, operation)

    async def take_public(self, address: str) -> Window:
        """Takes one call of an address to what needs no key."""
        return await self._take(self._public, address, "public")

    async def take_sign_in(self, address: str, token_hash: bytes) -> None:
        """Takes one attempt to sign in, of an address and of a link token."""
        for caller, purpose in ((address, "sign-in address"), (token_hash.hex(), "sign-in token")):
            await self._take(self._sign_ins, caller, purpose)

    async def _take(self, item: RateLimitItemPerSecond | RateLimitItemPerMinute, caller: str, purpose: str) -> Window:
        allowed = await self._limiter.hit(item, caller, purpose)
        stats = await self._limiter.get_window_stats(item, caller, purpose)
        reset = int(stats.reset_time) + (stats.reset_time % 1 > 0)
        window = Window(item.amount, max(0, stats.remaining), reset)
        if not allowed:
            import time

            raise TooManyRequests(window, max(1.0, stats.reset_time - time.time()))
        return window
