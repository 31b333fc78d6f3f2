"""Drains the lane of one endpoint, round by round.

A round is one transaction: it notes what came of the messages sent since the last one, turns new events into
deliveries, and takes what is due. Messages are sent between rounds, those of one record one after the other. A round
works only while the lane's lease is this worker's, so a lane that another has taken over is left at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

import structlog

from crossdock.platform.database import Connection
from crossdock.platform.engine import Engine
from crossdock.webhooks import event_data, events, lane_store, messages, retries, signing, store, version_store
from crossdock.webhooks.deliver import Attempt, Outcome, Sender, Target
from crossdock.webhooks.lane_store import Claim, DueDelivery, LaneState, Settlement
from crossdock.webhooks.messages import Limit, Message

log = structlog.get_logger(__name__)

EVENTS_A_ROUND = 2000
"""How many events a round looks at."""
FETCHED = 512
"""How many deliveries are in memory at a time at most."""
FIRST_FETCHED = 64
LOADED_BYTES = 4 * 1024 * 1024
"""About how much the messages in memory may weigh: the larger they are, the fewer are fetched."""
GATHER_SECONDS = 0.01
"""How long a round waits for more to note once something is there, so that a busy lane makes few transactions."""
LINGER_SECONDS = 2.0
"""How long a lane without work is kept, because the next event is likely to come soon."""

Work = tuple[DueDelivery, Message]


def _room_for(work: Sequence[Work]) -> int:
    """How many messages like these may be in memory."""
    average = sum(len(message.body) for _, message in work) / len(work)
    return max(1, min(FETCHED, int(LOADED_BYTES / (average + 1))))


class Lane:
    """The lane of one endpoint while this process has its lease."""

    def __init__(self, engine: Engine, sender: Sender, claim: Claim) -> None:
        self.claim = claim
        self._engine = engine
        self._sender = sender
        self._room = asyncio.Semaphore(engine.settings.webhook_concurrency)
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._loaded = 0
        self._fetched = FIRST_FETCHED
        self._current: dict[int, DueDelivery] = {}
        self._settlements: list[Settlement] = []
        self._news = asyncio.Event()
        self._log = log.bind(endpoint_id=str(claim.endpoint_id))

    def wake(self) -> None:
        """There may be new events."""
        self._news.set()

    @property
    def woken(self) -> bool:
        """Whether there may be news that it has not looked for."""
        return self._news.is_set()

    async def run(self) -> None:
        """Works until there is nothing left to do, or the lane is no longer ours."""
        try:
            while await self._round():
                pass
        finally:
            await self._stop()

    async def _round(self) -> bool:
        """One round, and what is to be waited for after it; false at the end."""
        self._news.clear()
        # Both are taken at the same moment: what is no longer busy is among the settlements, and not fetched again.
        busy, settlements = list(self._busy), list(self._settlements)
        # In a pipeline only what is read at once costs a round trip.
        async with (
            self._engine.database.transaction(self.claim.organization_id) as connection,
            connection.pipeline(),
        ):
            state = await lane_store.begin_round(connection, self.claim)
            await lane_store.settle(connection, self.claim, settlements)
            if state is None or await self._judge_health(connection, state, settlements):
                return False
            position = await lane_store.fan_out(connection, state, EVENTS_A_ROUND)
            room = self._fetched - self._loaded
            due = await lane_store.fetch_due(connection, state.endpoint, busy, room) if room > 0 else []
            work = await self._build(connection, due)
        # Not before the transaction has gone through: otherwise they are noted with the next one.
        del self._settlements[: len(settlements)]
        self._start(state, work)
        more = position < state.last or len(due) == room
        self._fetched = _room_for(work) if work else self._fetched
        return True if more and self._loaded <= self._fetched // 2 else await self._wait()

    async def _wait(self) -> bool:
        """Waits for something to note or to send; false when nothing comes."""
        if self._busy or self._settlements:
            if not self._settlements:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), self.claim.lease_seconds / 4)
            if self._busy:
                await asyncio.sleep(GATHER_SECONDS)
            return True
        try:
            await asyncio.wait_for(self._news.wait(), LINGER_SECONDS)
        except TimeoutError:
            return False
        return True

    # -- sending ---------------------------------------------------------------------------------------------------

    async def _build(self, connection: Connection, due: Sequence[DueDelivery]) -> list[Work]:
        """The messages of deliveries. One that cannot or may not be sent is settled at once."""
        places = [place for item in due if item.event is not None for place in messages.places_of(item.event)]
        found = await version_store.bodies(connection, places)
        serve = event_data.serving(self._engine, self.claim.organization_id)
        limit = Limit(self._engine.settings.webhook_max_bytes, self._engine.public_url)
        work = []
        for item in due:
            body = None
            if item.event is not None and not item.held_back:
                body = messages.whole(item.event, found, serve, limit)
            if body is None:
                self._settle_unsent(item)
            else:
                work.append((item, Message(messages.message_id(self.claim.organization_id, item.sequence), body)))
        return work

    def _settle_unsent(self, item: DueDelivery) -> None:
        self._settlements.append(
            Settlement(sequence=item.sequence, record_key=item.record_key, state="cancelled", attempts=item.attempts)
        )

    def _start(self, state: LaneState, work: Sequence[Work]) -> None:
        now = self._engine.now()
        secrets = signing.open_secrets(self._engine.master_key, state.endpoint, state.secrets, now)
        target = Target(state.endpoint.url, secrets, state.endpoint.transformation)
        ordered = sorted(work, key=lambda item: (item[0].record_key, item[0].sequence))
        groups = [list(group) for _, group in groupby(ordered, key=lambda item: item[0].record_key)]
        # What came first is sent first, as far as the order of records allows.
        for group in sorted(groups, key=lambda items: items[0][0].sequence):
            key = group[0][0].record_key
            task = asyncio.create_task(self._send_group(target, group))
            self._busy[key] = task
            self._loaded += len(group)
            task.add_done_callback(functools.partial(self._group_ended, key, len(group)))

    async def _send_group(self, target: Target, group: Sequence[Work]) -> None:
        """The messages of one record, in order, up to the first that has to be tried again."""
        for item, message in group:
            async with self._room:
                self._current[item.record_key] = item
                attempt = await self._sender.send(target, message, self._engine.now())
            settlement = self._settlement(item, attempt)
            self._settlements.append(settlement)
            self._news.set()
            if settlement.state == "pending" or attempt.outcome is Outcome.GONE:
                return

    def _group_ended(self, key: int, loaded: int, task: asyncio.Task[None]) -> None:
        self._busy.pop(key, None)
        self._loaded -= loaded
        item = self._current.pop(key, None)
        if not task.cancelled() and (error := task.exception()) is not None and item is not None:
            self._log.error("a message could not be sent because of a mistake of ours", exc_info=error)
            attempt = Attempt(Outcome.FAILED, "", self._engine.now(), error="an internal error")
            self._settlements.append(self._settlement(item, attempt))
        self._news.set()

    def _settlement(self, item: DueDelivery, attempt: Attempt) -> Settlement:
        attempts = item.attempts + 1
        delay = None
        if attempt.outcome is Outcome.FAILED:
            delay = retries.delay_seconds(
                attempts - item.earlier_attempts, attempt.wished_seconds, self._engine.settings.webhook_retry_seconds
            )
        states = {Outcome.DELIVERED: "delivered", Outcome.CANCELLED: "cancelled"}
        return Settlement(
            sequence=item.sequence,
            record_key=item.record_key,
            state="pending" if delay is not None else states.get(attempt.outcome, "failed"),
            attempts=attempts,
            retry_seconds=delay or 0.0,
            attempted_at=attempt.attempted_at,
            duration_ms=attempt.duration_ms,
            url=attempt.url,
            status=attempt.status,
            error=attempt.error,
            response_head=attempt.response_head,
        )

    # -- health ----------------------------------------------------------------------------------------------------

    async def _judge_health(self, connection: Connection, state: LaneState, settlements: Sequence[Settlement]) -> bool:
        """Notes whether the endpoint works; true when it has been switched off."""
        made = [item for item in settlements if item.attempted_at is not None and item.state != "cancelled"]
        if not made:
            return False
        if any(item.status == 410 for item in made):
            await self._disable(connection, state, "it answered 410 Gone")
            return True
        works = any(item.state == "delivered" for item in made)
        if works != (state.failing_since is None):
            await lane_store.note_health(connection, state.endpoint.id, works=works)
        limit = timedelta(days=self._engine.settings.webhook_disable_days)
        if works or state.failing_since is None or self._engine.now() - state.failing_since < limit:
            return False
        await self._disable(connection, state, f"it has only failed since {state.failing_since:%Y-%m-%d %H:%M} UTC")
        return True

    async def _disable(self, connection: Connection, state: LaneState, reason: str) -> None:
        now = self._engine.now()
        self._log.warning("a webhook endpoint is switched off", url=state.endpoint.url, reason=reason)
        changes = {"disabled_at": now, "disabled_reason": reason, "updated_at": now}
        await store.update(connection, state.endpoint.id, changes)
        said = {"endpoint_id": str(state.endpoint.id), "url": state.endpoint.url, "reason": reason}
        await events.add_endpoint_disabled(connection, self.claim.organization_id, said, now=now)

    # -- ending ----------------------------------------------------------------------------------------------------

    async def _stop(self) -> None:
        """Gives the lane back. What was under way is due again, which a receiver tells by the message's id."""
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        async with self._engine.database.transaction(self.claim.organization_id) as connection:
            await lane_store.settle(connection, self.claim, self._settlements)
            await lane_store.release(connection, self.claim)
