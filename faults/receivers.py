"""Subscribers: endpoints on loopback that note every message, and what they answered to it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from faults.vendor import Plan
from faults.wire import Exchange, answer, serve

FAULTS = ("busy", "broken", "half", "nothing", "slow", "silent")


@dataclass(frozen=True)
class Receipt:
    """One message as it came in."""

    sequence: int
    message_id: str
    body: dict[str, Any]
    accepted: bool
    """Whether a whole answer of success went back."""
    genuine: bool
    """Whether the signature fits."""


@dataclass
class Receiver:
    """One endpoint. It takes everything unless its plan says otherwise."""

    name: str
    dice: random.Random
    secret: str = ""
    plan: Plan | None = None
    receipts: list[Receipt] = field(default_factory=list)

    async def respond(self, exchange: Exchange) -> None:
        plan = self.plan
        fault = self.dice.choice(plan.faults) if plan is not None and self.dice.random() < plan.share else None
        # Noted before the answer goes out: one that is lost on the way was accepted all the same.
        self._note(exchange, accepted=fault in (None, "slow"))
        match fault:
            case "busy":
                await exchange.send(answer(429, "{}", retry_after="1"))
            case "broken":
                await exchange.send(answer(self.dice.choice([500, 502, 503, 301, 404])))
            case "half":
                await exchange.send(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\nhalf of it")
            case "silent":
                await asyncio.sleep(self.dice.uniform(1.2, 2.0))
            case None | "slow":
                await asyncio.sleep(0 if fault is None else self.dice.uniform(0.1, 0.5))
                await exchange.send(answer(200))

    def _note(self, exchange: Exchange, *, accepted: bool) -> None:
        try:
            Webhook(self.secret).verify(exchange.body, exchange.headers)
            genuine = True
        except WebhookVerificationError:
            genuine = False
        name = exchange.headers.get("webhook-id", "")
        sequence = int(name.rpartition("_")[2] or 0)
        self.receipts.append(Receipt(sequence, name, json.loads(exchange.body), accepted, genuine))


@dataclass
class Receivers:
    """Every endpoint of the rounds, behind one address."""

    by_name: dict[str, Receiver] = field(default_factory=dict)
    url: str = ""

    async def respond(self, exchange: Exchange) -> None:
        await self.by_name[exchange.target.strip("/")].respond(exchange)

    def add(self, name: str, dice: random.Random) -> tuple[Receiver, str]:
        """A new endpoint and its address; its secret is set as soon as it is known."""
        self.by_name[name] = Receiver(name, dice)
        return self.by_name[name], f"{self.url}/{name}"


@contextlib.asynccontextmanager
async def running_receivers() -> AsyncIterator[Receivers]:
    """Endpoints that answer on loopback."""
    receivers = Receivers()
    async with serve(receivers.respond) as url:
        receivers.url = url
        yield receivers
