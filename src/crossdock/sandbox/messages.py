"""Webhooks of the vendor: one signed message for each document that a request made or changed.

A message names its document and does not hold it. It is sent once, after the change is stored and before the request is
answered; what does not arrive is not sent again, and readers of changes find it all the same.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import uuid4

import msgspec
import structlog

from crossdock.integrations.kit.transport import AnswerLost, NotSent, Transport, VendorRequest
from crossdock.sandbox.store import Account, Hook

log = structlog.get_logger(__name__)

_SECONDS = 5.0


class Message(msgspec.Struct, kw_only=True, rename="camel"):
    """What a hook is told: `order.changed` and the like, and which one."""

    id: str
    topic: str
    account_id: str
    document_id: str
    at: datetime


def topic_of(kind: str) -> str:
    """What messages about a kind of document are called."""
    return f"{kind}.changed"


class Messenger:
    """Sends messages; without a way out nobody is told anything."""

    def __init__(self, transport: Transport | None) -> None:
        self._transport = transport

    async def tell(
        self, account: Account, hooks: Sequence[Hook], changed: Collection[tuple[str, str]], now: datetime
    ) -> None:
        """Tells every hook what changed of what it wants to know."""
        if self._transport is None:
            return
        for hook in hooks:
            for kind, identifier in changed:
                if topic_of(kind) in hook.topics:
                    await self._send(self._transport, account, hook, topic_of(kind), identifier, now)

    async def _send(
        self, transport: Transport, account: Account, hook: Hook, topic: str, identifier: str, now: datetime
    ) -> None:
        message = Message(id=uuid4().hex, topic=topic, account_id=account.id.hex, document_id=identifier, at=now)
        body = msgspec.json.encode(message)
        sent_at = str(int(now.timestamp()))
        signature = hmac.new(hook.secret.encode(), sent_at.encode() + b"." + body, "sha256").hexdigest()
        headers = {
            "content-type": "application/json",
            "sandbox-topic": topic,
            "sandbox-delivery": message.id,
            "sandbox-time": sent_at,
            "sandbox-signature": f"v1={signature}",
        }
        try:
            answer = await transport.send(VendorRequest("POST", hook.url, headers, body, _SECONDS))
        except (NotSent, AnswerLost) as error:
            log.warning("sandbox.message_lost", topic=topic, error=str(error))
            return
        if answer.status >= 300:
            log.warning("sandbox.message_refused", topic=topic, status=answer.status)
