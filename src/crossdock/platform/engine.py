"""What one process works with: settings, database, keys and the ways out. Made at start, closed at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from crossdock.integrations.kit.addresses import AddressGuard
from crossdock.integrations.kit.auth import OAuthApplication
from crossdock.integrations.kit.transport import NetworkTransport, Transport
from crossdock.platform.database import Database
from crossdock.platform.sealing import MasterKey
from crossdock.platform.settings import Settings

T = TypeVar("T")


@dataclass
class Engine:
    """The shared parts of a process. `servers` are the vendors inside it, by name."""

    settings: Settings
    database: Database
    master_key: MasterKey
    servers: dict[str, Transport] = field(default_factory=dict)
    oauth_applications: Mapping[str, OAuthApplication] = field(default_factory=dict)
    """What this installation is known as to the OAuth servers of connected systems, by slug."""
    wake_worker: Callable[[], Awaitable[None]] | None = None
    """Tells the workers that something is due now; without it they find out with their next tick."""
    on_close: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    usage: dict[UUID, tuple[int, datetime]] = field(default_factory=dict)
    turn_locks: WeakValueDictionary[Any, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """Let those of this process that wait for the same turn at a connected system ask one at a time, in their order."""
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.network = NetworkTransport(AddressGuard(self.settings.networks()))

    def now(self) -> datetime:
        """The clock."""
        return datetime.now(UTC)

    @property
    def public_url(self) -> str:
        """Where callers reach this server, as far as is known without a request of theirs."""
        return (self.settings.public_url or f"http://{self.settings.host}:{self.settings.port}").rstrip("/")

    def transport(self, in_process: str | None) -> Transport:
        """The way to a connected system."""
        return self.network if in_process is None else self.servers[in_process]

    async def wake(self) -> None:
        """Wakes the workers."""
        if self.wake_worker is not None:
            await self.wake_worker()

    async def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs work to its end even when the caller goes away; closing the engine waits for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    def count_use(self, connection_id: UUID) -> None:
        """Notes one call with a connection's token; written to the database in batches."""
        count, _ = self.usage.get(connection_id, (0, None))
        self.usage[connection_id] = (count + 1, self.now())

    async def write_usage(self) -> None:
        """Adds the noted calls to the connections."""
        noted, self.usage = self.usage, {}
        if not noted:
            return
        async with self.database.system() as connection, connection.transaction():
            await connection.cursor().executemany(
                "update connections set times_used = times_used + %s, last_used = greatest(last_used, %s) "
                "where id = %s",
                [(count, last, identifier) for identifier, (count, last) in sorted(noted.items())],
            )

    async def open(self) -> None:
        """Connects to the database."""
        await self.database.open()

    async def close(self) -> None:
        """Waits for work under way, then closes every pool."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self.settings.write_deadline_seconds)
        await self.write_usage()
        for close in self.on_close:
            await close()
        await self.network.close()
        await self.database.close()
