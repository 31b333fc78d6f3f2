"""One attempt: sign a message, send it once, and say what came of it."""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from standardwebhooks import Webhook

from crossdock import __version__
from crossdock.integrations.kit.transport import AnswerLost, NotSent, Transport, VendorAnswer, VendorRequest
from crossdock.webhooks import signing
from crossdock.webhooks.messages import Message
from crossdock.webhooks.retries import wished_seconds
from crossdock.webhooks.transform import Transformer, TransformFailed

HEAD_BYTES = 1024
"""How much of an answer's body is kept."""
_SHOWN_HEADERS = ("content-type", "content-length", "location", "retry-after", "server", "date")
_GONE = 410


class Outcome(Enum):
    """What an attempt came to."""

    DELIVERED = "delivered"
    FAILED = "failed"
    GONE = "gone"
    """The receiver wants no more messages."""
    CANCELLED = "cancelled"
    """The transformation did not want it to be sent."""


@dataclass(frozen=True)
class Attempt:
    """One attempt and what came of it. `response_head` is the status line, some headers and the body's beginning."""

    outcome: Outcome
    url: str
    attempted_at: datetime
    duration_ms: float = 0.0
    status: int | None = None
    error: str | None = None
    response_head: str | None = None
    wished_seconds: float | None = None


@dataclass(frozen=True)
class Target:
    """Where messages go: address, secrets, and the transformation on the way."""

    url: str
    secrets: Sequence[str]
    transformation: str | None = None

    @functools.cached_property
    def signers(self) -> list[Webhook]:
        """One a secret, made once for all messages to it."""
        return [Webhook(secret) for secret in self.secrets]


class Sender:
    """Sends messages through the guarded transport."""

    def __init__(self, transport: Transport, transformer: Transformer, timeout_seconds: float) -> None:
        self._transport = transport
        self._transformer = transformer
        self._timeout = timeout_seconds

    async def send(self, target: Target, message: Message, now: datetime) -> Attempt:
        """One attempt. It never raises for what a receiver or a transformation does."""
        url, body = target.url, message.body
        if target.transformation is not None:
            try:
                changed = await self._transformer.run(target.transformation, url, message.body)
            except TransformFailed as error:
                return Attempt(Outcome.FAILED, url, now, error=f"the transformation failed: {error}")
            if changed.cancelled:
                return Attempt(Outcome.CANCELLED, url, now, error="the transformation cancelled it")
            url, body = changed.url, changed.body
        return await self._post(url, body, target, message, now)

    async def _post(self, url: str, body: bytes, target: Target, message: Message, now: datetime) -> Attempt:
        request = VendorRequest(
            "POST",
            url,
            {
                "content-type": "application/json",
                "user-agent": f"Crossdock-Webhooks/{__version__}",
                **signing.headers(target.signers, message.id, body, now),
            },
            body,
            self._timeout,
            keep_bytes=HEAD_BYTES,
        )
        started = time.perf_counter()
        try:
            answer = await self._transport.send(request)
        except (NotSent, AnswerLost) as error:
            return Attempt(Outcome.FAILED, url, now, _since(started), error=str(error))
        return _judged(answer, url, now, _since(started))


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _judged(answer: VendorAnswer, url: str, now: datetime, duration_ms: float) -> Attempt:
    if 200 <= answer.status < 300:
        outcome = Outcome.DELIVERED
    else:
        outcome = Outcome.GONE if answer.status == _GONE else Outcome.FAILED
    return Attempt(
        outcome,
        url,
        now,
        duration_ms,
        answer.status,
        None if outcome is Outcome.DELIVERED else f"the receiver answered {answer.status}",
        _head(answer),
        wished_seconds(answer.headers.get("retry-after"), now),
    )


def _head(answer: VendorAnswer) -> str:
    """The beginning of an answer as text that the database can hold."""
    lines = [f"{name}: {answer.headers[name]}" for name in _SHOWN_HEADERS if name in answer.headers]
    body = answer.body[:HEAD_BYTES].decode(errors="replace")
    return "\n".join([f"HTTP {answer.status}", *lines, "", body]).replace("\0", "\ufffd")
