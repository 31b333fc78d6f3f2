"""Notes finished calls without making any of them wait: a bounded queue, emptied in batches on the side."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Literal
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
import psycopg
import structlog

from crossdock.api_logs import store
from crossdock.api_logs.redaction import clean, clean_body, clean_text
from crossdock.api_logs.store import CallRow
from crossdock.platform.engine import Engine
from crossdock.platform.http import FinishedCall

log = structlog.get_logger(__name__)

CAPACITY = 10_000
"""Calls that may wait for the database; later ones are dropped and counted."""
BATCH = 1_000
FLUSH_SECONDS = 1.0


class CallRecorder:
    """The log of calls of one API process."""

    def __init__(self, engine: Engine, *, capacity: int = CAPACITY) -> None:
        self._engine = engine
        self._capacity = capacity
        self._waiting: deque[FinishedCall] = deque()
        self.kept_bodies: Literal["none", "errors", "all"] = engine.settings.api_log_bodies
        self.dropped = 0
        """Calls that were never written down, since the start."""
        self._told = 0

    def note(self, call: FinishedCall) -> None:
        """Takes a call in, or counts it as dropped when too many wait."""
        if len(self._waiting) >= self._capacity:
            self.dropped += 1
            return
        self._waiting.append(call)

    async def run(self) -> None:
        """Writes down what waits, again and again, until cancelled."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Writes down what waits. What the database cannot take now waits on."""
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            by_organization: dict[UUID, list[FinishedCall]] = {}
            for call in batch:
                by_organization.setdefault(call.caller.organization_id, []).append(call)
            left = [call for found in by_organization.items() for call in await self._write(*found)]
            if left:
                room = self._capacity - len(self._waiting)
                self.dropped += max(0, len(left) - room)
                self._waiting.extendleft(reversed(left[:room]))
                break
        if self.dropped > self._told:
            log.warning("calls were left out of the log of API calls", number=self.dropped - self._told)
            self._told = self.dropped

    async def _write(self, organization_id: UUID, calls: list[FinishedCall]) -> list[FinishedCall]:
        """Stores calls of one organization; gives those that may be stored later."""
        rows = [_row(call) for call in calls]
        try:
            async with self._engine.database.transaction(organization_id) as connection:
                await store.insert(connection, organization_id, rows)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            # Such as those of an organization that is gone. They would fail again.
            self.dropped += len(rows)
            log.warning("calls cannot be stored in the log of API calls", error=str(error))
        except psycopg.Error as error:
            log.warning("the log of API calls cannot be written now", error=str(error))
            return calls
        return []


def _query(raw: bytes) -> str | None:
    if not raw:
        return None
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(raw.decode("latin-1"), keep_blank_values=True, errors="replace"):
        found.setdefault(clean_text(name), []).append(value)
    single = {name: values[0] if len(values) == 1 else values for name, values in found.items()}
    return msgspec.json.encode(clean(single)).decode()


def _row(call: FinishedCall) -> CallRow:
    connection, action = call.caller.connection, call.operation.action
    return CallRow(
        request_id=call.request_id,
        timestamp=call.started_at,
        method=call.operation.method,
        path=clean_text(call.path),
        template=call.operation.path,
        query=_query(call.query_string),
        operation_id=call.operation.operation_id,
        action=None if action is None else action.name,
        status_code=call.status,
        duration_ms=round(call.seconds * 1000, 3),
        key_id=call.caller.key_id,
        connection_id=None if connection is None else str(connection.id),
        integration_name=None if connection is None else connection.integration_name,
        integration_type=None if connection is None else connection.vertical,
        origin=call.origin,
        error=None if call.error is None else clean_text(call.error),
        request_body=clean_body(call.request_body),
        response_body=clean_body(call.response_body),
    )
