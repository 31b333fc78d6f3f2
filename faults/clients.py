"""Clients of the API: writers that repeat a write until they know what became of it, and readers that miss nothing."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aiohttp

from faults.evidence import Answered, Operation
from faults.vendor import Account

_TIMEOUT = aiohttp.ClientTimeout(total=5)
_OPEN = frozenset({0, 409, 429, 500, 502, 503, 504})
"""After these a write is sent again under its key."""


@dataclass
class Merchant:
    """One connection as its user sees it."""

    name: str
    organization_id: UUID
    connection: str
    api_key: str
    token: str
    account: Account
    address: str
    metered: bool = False
    """Whether the vendor publishes a rate for it."""
    rests: bool = False
    """Whether nothing happens to it any more."""
    operations: list[Operation] = field(default_factory=list)
    tags: dict[str, Any] = field(default_factory=dict)
    """The tags of goods that were acknowledged last."""
    missing: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    """Errors as they were shown."""

    @property
    def headers(self) -> dict[str, str]:
        return {"x-trackstar-api-key": self.api_key, "x-trackstar-access-token": self.token}

    async def call(
        self, session: aiohttp.ClientSession, method: str, path: str, body: Any = None, key: str | None = None
    ) -> tuple[int, str]:
        """Status and text of an answer; 0 where none came."""
        headers = self.headers if key is None else {**self.headers, "idempotency-key": key}
        try:
            async with session.request(
                method, f"{self.address}{path}", json=body, headers=headers, timeout=_TIMEOUT
            ) as answer:
                text = await answer.text()
        except (aiohttp.ClientError, TimeoutError):
            return 0, ""
        if answer.status >= 400:
            self.pages.append(text)
        return answer.status, text

    # -- writing -------------------------------------------------------------------------------------------------------

    async def send(self, session: aiohttp.ClientSession, operation: Operation) -> Answered:
        """Sends a write once, and notes the answer."""
        before = self._effects_of(operation)
        status, text = await self.call(session, operation.method, operation.path, operation.body, operation.key)
        answered = Answered(status, text, self._effects_of(operation) - before)
        operation.answers.append(answered)
        return answered

    def _effects_of(self, operation: Operation) -> int:
        return sum(client == operation.client for _, client in self.account.effects)

    async def carry_out(
        self, session: aiohttp.ClientSession, operation: Operation, patience: Callable[[], bool]
    ) -> None:
        """Sends a write, with its key until there is a last word. Without a key it is sent once."""
        self.operations.append(operation)
        if operation.twins:
            await asyncio.gather(*(self.send(session, operation) for _ in range(operation.twins + 1)))
        else:
            await self.send(session, operation)
        while operation.key is not None and patience():
            if operation.answers[-1].status not in _OPEN:
                break
            await asyncio.sleep(0.25)
            await self.send(session, operation)
        if operation.key is not None and operation.acknowledged:
            # Whoever asks once more gets the same answer, and no second effect.
            await self.send(session, operation)
            while operation.answers[-1].status in _OPEN and patience():
                await asyncio.sleep(0.2)
                await self.send(session, operation)
        if operation.is_tagging and operation.acknowledged:
            self.tags[operation.path.split("/")[3]] = operation.body["trackstar_tags"]

    def new_operations(self, dice: random.Random, round_name: str) -> list[Operation]:
        """The writes of one round."""
        goods = sorted(self.account.things["goods"])
        found = []
        for number in range(dice.randrange(4, 9)):
            client = f"{self.name}-{round_name}-{number}"
            key = f"key {client}" if dice.random() < 0.8 else None
            match dice.choice(["adjust", "adjust", "adjust", "order", "tag"]):
                case "adjust":
                    path = f"/wms/inventory/{dice.choice(goods)}/adjust"
                    change = {
                        "quantity": dice.randrange(1, 9),
                        "adjustment_type": dice.choice(["increase", "decrease"]),
                    }
                    operation = Operation(client, self.connection, "PUT", path, {**change, "note": client}, key)
                case "order":
                    body: dict[str, Any] = {"reference_id": client, "order_number": f"{self.name}-order {number}"}
                    operation = Operation(client, self.connection, "POST", "/wms/orders", body, key)
                case _:
                    # Tags of one good come from one client at a time, so that there is a last one.
                    path = f"/wms/inventory/{goods.pop(dice.randrange(len(goods)))}/trackstar-tags"
                    body = {"trackstar_tags": [f"tag {client}"]}
                    operation = Operation(client, self.connection, "PUT", path, body, f"key {client}")
            operation.twins = dice.choice([0, 0, 1, 2]) if operation.key is not None else 0
            found.append(operation)
        return found

    # -- reading -------------------------------------------------------------------------------------------------------

    async def read_on(self, session: aiohttp.ClientSession, known: set[str], others: list[str]) -> None:
        """Walks through all goods again and again; what was there before must be there each time."""
        while True:
            found = await self._walk(session, others)
            if found is not None:
                gone = known - found - self.account.ever_gone
                self.missing += [
                    f"{self.name}: {identifier} is not in the list any more" for identifier in sorted(gone)
                ]
            await asyncio.sleep(0.15)

    async def _walk(self, session: aiohttp.ClientSession, others: list[str]) -> set[str] | None:
        """The ids of all goods; None when the walk was broken off."""
        found: set[str] = set()
        token = ""
        while True:
            status, text = await self.call(session, "GET", f"/wms/inventory?limit=12{token}")
            if status != 200:
                return None
            self.leaks += [f"{self.name} read something of {other}" for other in others if f"{other}-" in text]
            said = json.loads(text)
            for record in said["data"]:
                found.add(record["id"])
                if not record["name"] or not record["sku"]:
                    self.missing.append(f"{self.name}: {record['id']} is blank")
            if said["next_token"] is None:
                return found
            token = f"&page_token={said['next_token']}"

    async def peep(self, session: aiohttp.ClientSession, other: Merchant) -> None:
        """Asks for what belongs to somebody else."""
        identifier = next(iter(other.account.things["goods"]))
        status, _ = await self.call(session, "GET", f"/wms/inventory/{identifier}")
        if status == 200:
            self.leaks.append(f"{self.name} could read {identifier}")
        mixed = {"x-trackstar-api-key": self.api_key, "x-trackstar-access-token": other.token}
        async with session.get(f"{self.address}/wms/inventory", headers=mixed, timeout=_TIMEOUT) as answer:
            if answer.status == 200 and other.organization_id != self.organization_id:
                self.leaks.append(f"the key of {self.name} opened the connection of {other.name}")
