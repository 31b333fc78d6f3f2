"""The stall as a server: the state of several accounts, a log of what happened there, and faults while there is a
plan for them."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import json
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from crossdock.contract.values import timestamp_text
from faults.wire import Exchange, answer, serve

PAGE = 6
KINDS = {"goods": "inventory", "orders": "orders", "kits": "products"}
"""What the stall calls things, and what the resource is called."""
FAULTS = (
    "busy",
    "broken",
    "unavailable",
    "gateway",
    "half",
    "nothing",
    "garbage",
    "slow",
    "slow after",
    "silent",
    "again",
)
"""Ways in which a request can go wrong. Whether a write is carried out nevertheless is thrown where it may be."""


@dataclass
class Account:
    """One customer of the stall."""

    name: str
    key: str
    things: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    gone: dict[str, str] = field(default_factory=dict)
    """When goods were taken away, by id; what is back is no longer among them."""
    ever_gone: set[str] = field(default_factory=set)
    applied: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Kind and id of what a write touched, by its reference."""
    effects: list[tuple[str, str]] = field(default_factory=list)
    """Reference and the client's own name of every write that took effect, in order."""
    arrivals: list[float] = field(default_factory=list)
    under_way: dict[str, list[Exchange]] = field(default_factory=dict)
    """Requests for a list that are being answered."""
    crowded: list[str] = field(default_factory=list)
    """Lists that two runs read at once."""
    numbers: int = 0

    def new_id(self, kind: str) -> str:
        self.numbers += 1
        return f"{self.name}-{kind}-{self.numbers:06d}"

    def put(self, kind: str, identifier: str | None = None, **facts: Any) -> dict[str, Any]:
        """Makes or changes a thing."""
        identifier = identifier or self.new_id(kind)
        old = self.things[kind].get(identifier, {"made": _now(), "onhand": 0, "name": f"{identifier}-name"})
        self.things[kind][identifier] = {**old, **facts, "id": identifier, "changed": _now()}
        self.gone.pop(identifier, None)
        return self.things[kind][identifier]

    def take_away(self, identifier: str) -> None:
        """A good leaves the catalogue."""
        self.things["goods"].pop(identifier)
        self.gone[identifier] = _now()
        self.ever_gone.add(identifier)

    def copied(self) -> Account:
        """As it is now; what happens later does not change it."""
        return replace(
            self,
            things=copy.deepcopy(self.things),
            effects=list(self.effects),
            arrivals=list(self.arrivals),
            crowded=list(self.crowded),
            under_way={},
        )

    def shown(self) -> dict[tuple[str, str], tuple[str, int]]:
        """Name and stock of everything, by resource and id."""
        return {
            (KINDS[kind], identifier): (thing["name"], thing["onhand"])
            for kind, things in self.things.items()
            for identifier, thing in things.items()
        }


@dataclass
class Plan:
    """Which share of the requests goes wrong, and how."""

    share: float
    faults: tuple[str, ...]


@dataclass
class Vendor:
    """All accounts, by key."""

    dice: random.Random
    accounts: dict[str, Account] = field(default_factory=dict)
    plan: Plan | None = None
    url: str = ""
    struck: dict[str, int] = field(default_factory=dict)
    """How often each fault has struck."""

    def open_account(self, name: str, key: str, goods: int) -> Account:
        account = Account(name, key)
        for _ in range(goods):
            account.put("goods", onhand=100)
        for _ in range(goods // 3):
            account.put("orders")
            account.put("kits")
        self.accounts[key] = account
        return account

    async def respond(self, exchange: Exchange) -> None:
        account = self.accounts.get(exchange.headers.get("authorization", "").removeprefix("Bearer "))
        if account is None:
            await exchange.send(_refused(401, "unknown key"))
            return
        account.arrivals.append(time.monotonic())
        kind = urlsplit(exchange.target).path.strip("/") if exchange.method == "GET" else ""
        if kind in KINDS:
            await self._note_crowd(account, kind, exchange)
        try:
            await self._respond(account, exchange)
        finally:
            if kind in KINDS:
                account.under_way[kind].remove(exchange)

    async def _note_crowd(self, account: Account, kind: str, exchange: Exchange) -> None:
        # A caller that has hung up may not have been noticed yet.
        for _ in range(3):
            await asyncio.sleep(0)
        others = account.under_way.setdefault(kind, [])
        if any(not other.left for other in others):
            account.crowded.append(kind)
        others.append(exchange)

    async def _respond(self, account: Account, exchange: Exchange) -> None:
        plan = self.plan
        fault = self.dice.choice(plan.faults) if plan is not None and self.dice.random() < plan.share else None
        if fault is None:
            await exchange.send(self._carry_out(account, exchange))
            return
        self.struck[fault] = self.struck.get(fault, 0) + 1
        await self._go_wrong(fault, account, exchange)

    async def _go_wrong(self, fault: str, account: Account, exchange: Exchange) -> None:
        match fault:
            case "busy":
                await exchange.send(_refused(429, "too many", retry_after=str(self.dice.randrange(2))))
            case "broken":
                await exchange.send(answer(500, f"<h1>Stall</h1>{exchange.headers['authorization']}", "text/html"))
            case "unavailable":
                await exchange.send(_refused(503, "the stall is closed"))
            case "slow":
                await asyncio.sleep(self.dice.uniform(0.1, 0.6))
                await exchange.send(self._carry_out(account, exchange))
            case "slow after":
                said = self._carry_out(account, exchange)
                await asyncio.sleep(self.dice.uniform(0.1, 0.6))
                await exchange.send(said)
            case "again":
                await exchange.send(self._carry_out(account, exchange, again=True))
            case _:
                applies = exchange.method == "GET" or self.dice.random() < 0.5
                usual = self._carry_out(account, exchange) if applies else answer(200, "{}" * 40)
                await self._lose(fault, usual, exchange)

    async def _lose(self, fault: str, usual: bytes, exchange: Exchange) -> None:
        """The answer does not come, or not as it was."""
        match fault:
            case "gateway":
                await exchange.send(_refused(502, "nobody knows"))
            case "half":
                await exchange.send(usual[: usual.index(b"\r\n\r\n") + 4 + len(usual) // 4])
            case "garbage":
                await exchange.send(answer(200, "<html>Down for maintenance</html>", "text/html"))
            case "silent":
                await asyncio.sleep(self.dice.uniform(1.2, 2.0))

    # -- what the stall does -------------------------------------------------------------------------------------------

    def _carry_out(self, account: Account, exchange: Exchange, *, again: bool = False) -> bytes:
        parts = urlsplit(exchange.target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        match exchange.method, unquote(parts.path).strip("/").split("/"):
            case "GET", ["account"]:
                return answer(200, "{}")
            case "GET", ["effects", reference]:
                return self._effect(account, str(reference))
            case "GET", [kind] if kind in KINDS:
                return self._page(account, str(kind), query, again=again)
            case "POST", ["adjustments"]:
                return self._adjust(account, json.loads(exchange.body))
            case "POST", ["orders"]:
                return self._order(account, json.loads(exchange.body))
        return _refused(404, "no such address")

    def _effect(self, account: Account, reference: str) -> bytes:
        if reference not in account.applied:
            return _refused(404, "nothing of that kind happened")
        kind, identifier = account.applied[reference]
        return answer(200, json.dumps(account.things[kind].get(identifier) or self._removed(identifier)))

    def _removed(self, identifier: str) -> dict[str, Any]:
        """What is left of a good that was changed and then taken away."""
        return {"id": identifier, "name": f"{identifier}-name", "made": _now(), "changed": _now()}

    def _page(self, account: Account, kind: str, query: dict[str, str], *, again: bool) -> bytes:
        after, since = query.get("after", ""), query.get("since", "")
        fresh = sorted(
            identifier
            for identifier, thing in account.things[kind].items()
            if thing["changed"] >= since and identifier > after
        )
        chosen = fresh[:PAGE]
        following = chosen[-1] if len(fresh) > PAGE else None
        if again and following is not None:
            # Whoever follows it gets the same page once more.
            following = after
        gone = [identifier for identifier, moment in account.gone.items() if moment >= since] if kind == "goods" else []
        page = {"found": [account.things[kind][identifier] for identifier in chosen], "gone": gone, "next": following}
        return answer(200, json.dumps(page))

    def _adjust(self, account: Account, sent: dict[str, Any]) -> bytes:
        good = account.things["goods"].get(sent["good"])
        if good is None:
            return _refused(404, "no such good")
        account.put("goods", sent["good"], onhand=good["onhand"] + sent["change"])
        account.applied[sent["reference"]] = ("goods", sent["good"])
        account.effects.append((sent["reference"], sent["client"]))
        return answer(200, json.dumps(account.things["goods"][sent["good"]]))

    def _order(self, account: Account, sent: dict[str, Any]) -> bytes:
        made = account.put("orders", client=sent["client"], name=sent["name"])
        account.applied[sent["reference"]] = ("orders", made["id"])
        account.effects.append((sent["reference"], sent["client"]))
        return answer(200, json.dumps(made))


def _refused(status: int, message: str, **headers: str) -> bytes:
    return answer(status, json.dumps({"message": message}), **headers)


def _now() -> str:
    return timestamp_text(datetime.now(UTC))


@contextlib.asynccontextmanager
async def running_vendor(dice: random.Random) -> AsyncIterator[Vendor]:
    """A stall that answers on loopback."""
    vendor = Vendor(dice)
    async with serve(vendor.respond) as url:
        vendor.url = url
        yield vendor
