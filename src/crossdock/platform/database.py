"""Database access: two roles, one pool each, and the organization set for every transaction.

Requests and tasks use `crossdock_app`, which row-level security confines to one organization. `crossdock_system` is
used only to find out who is calling, to find what is due, and by migrations; its policies name it.
"""

from __future__ import annotations

import select
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, LiteralString, cast
from uuid import UUID

from psycopg import AsyncConnection, sql
from psycopg.rows import DictRow, TupleRow, dict_row, tuple_row
from psycopg_pool import AsyncConnectionPool

from crossdock.platform.start_errors import StartRefused

APP_ROLE = "crossdock_app"
SYSTEM_ROLE = "crossdock_system"
JOBS_SCHEMA = "jobs"
"""Where the job engine keeps its tables."""
ORGANIZATION_SETTING = "crossdock.organization_id"
_SET_ORGANIZATION = f"select set_config('{ORGANIZATION_SETTING}', %s, true)"

_READ_BUFFER_BYTES = 256 * 1024

Connection = AsyncConnection[DictRow]


class Database:
    """The pools of one process."""

    def __init__(self, url: str, *, pool_size: int = 20) -> None:
        self._url = url
        self._app = _pool(url, APP_ROLE, pool_size)
        self._system = _pool(url, SYSTEM_ROLE, max(2, pool_size // 2))

    async def open(self) -> None:
        """Connects, and refuses a role that row-level security would not hold back."""
        for pool in (self._app, self._system):
            await pool.open(wait=True, timeout=30)
        for pool, role in ((self._app, APP_ROLE), (self._system, SYSTEM_ROLE)):
            async with pool.connection() as connection:
                await _refuse_privileged(connection, role)

    async def close(self) -> None:
        """Closes every connection."""
        await self._app.close()
        await self._system.close()

    @asynccontextmanager
    async def transaction(self, organization_id: UUID) -> AsyncIterator[Connection]:
        """One transaction that sees the rows of one organization."""
        # One round trip, with the organization as a literal: several statements at once take no parameters. The pool
        # commits what it gets back, or rolls it back after an error.
        begin = f"begin; select set_config('{ORGANIZATION_SETTING}', '{organization_id!s}', true)"
        async with self._app.connection() as connection:
            await connection.execute(begin, prepare=False)
            yield connection

    async def rows(
        self,
        organization_id: UUID,
        query: LiteralString | sql.Composed,
        parameters: Sequence[Any] | dict[str, Any] = (),
    ) -> list[TupleRow]:
        """The rows of one query for one organization, in one round trip."""
        async with self._app.connection() as connection:
            # Without an explicit BEGIN a pipeline is one implicit transaction, so the setting ends with it.
            async with connection.pipeline():
                await connection.execute(_SET_ORGANIZATION, (str(organization_id),))
                cursor = connection.cursor(binary=True, row_factory=tuple_row)
                await cursor.execute(query, parameters)
            # Asked for within the pipeline, the rows would cost a round trip beside the one that ends it.
            return await cursor.fetchall()

    @asynccontextmanager
    async def system(self) -> AsyncIterator[Connection]:
        """A connection of the system role, each statement a transaction of its own unless one is opened."""
        async with self._system.connection() as connection:
            yield connection

    async def listen(self, channel: LiteralString) -> AsyncIterator[str]:
        """What is told on a channel from now on, over a connection of its own."""
        async with await AsyncConnection.connect(
            self._url, autocommit=True, application_name="crossdock listen"
        ) as connection:
            await connection.execute(sql.SQL("set role {}").format(sql.Identifier(SYSTEM_ROLE)))
            await connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
            async for told in connection.notifies():
                yield told.payload


def _pool(url: str, role: str, size: int) -> AsyncConnectionPool[Connection]:
    async def configure(connection: Connection) -> None:
        await connection.set_autocommit(True)
        await connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
        await connection.execute("set statement_timeout = '60s'")
        # libpq reads into a buffer of 16 kB until one value has needed more, and never shrinks it. Each read is a turn
        # of the event loop, 140 for a page of 1,000 records; with this buffer a page takes a third of the time.
        await connection.execute("select repeat(' ', %s)", (_READ_BUFFER_BYTES,))

    return AsyncConnectionPool(
        url,
        connection_class=cast(type[Connection], AsyncConnection),
        kwargs={"row_factory": dict_row, "application_name": "crossdock"},
        min_size=1,
        max_size=size,
        configure=configure,
        check=_refuse_closed,
        open=False,
        name=role,
    )


async def _refuse_closed(connection: Connection) -> None:
    """Lets the pool replace a connection that the server has closed, as it does when it is restarted.

    Nothing comes in on an idle connection but its end, so one look at the socket tells, without a round trip.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    if poll.poll(0):
        await connection.execute("")


async def _refuse_privileged(connection: Connection, role: str) -> None:
    cursor = await connection.execute(
        "select rolsuper or rolbypassrls as privileged, "
        "exists (select 1 from pg_class where relnamespace = 'public'::regnamespace and relowner = r.oid) as owner "
        "from pg_roles r where rolname = current_user"
    )
    row = await cursor.fetchone()
    if row is None or row["privileged"] or row["owner"]:
        raise StartRefused(f"the database role {role} is a superuser, bypasses row-level security or owns tables")
