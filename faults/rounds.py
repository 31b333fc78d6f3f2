"""The rounds: what happens in each comes from the seed, and after each the invariants are checked."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import random
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import psycopg
from psycopg.rows import dict_row

from crossdock.accounts import service as accounts
from crossdock.connections import service as connections
from crossdock.contract.events import EVENTS, SUBSCRIBABLE
from crossdock.platform import settings as settings_module
from crossdock.platform.database import Database
from crossdock.platform.engine import Engine
from crossdock.platform.sealing import MasterKey
from crossdock.platform.settings import variable
from crossdock.webhooks import service as webhooks
from faults import vendor as vendor_module
from faults.checks import broken
from faults.clients import Merchant
from faults.evidence import (
    Endpoint,
    Evidence,
    Key,
    Operation,
    Organization,
    Stored,
    foreign_rows,
    read_events,
    read_store,
    read_writes,
    written_down,
)
from faults.installation import LEASE_SECONDS, WORKERS, Installation, running_installation
from faults.receivers import FAULTS as RECEIVER_FAULTS
from faults.receivers import Receiver, Receivers, running_receivers
from faults.stall import MeteredStall, Stall
from faults.stall.adapter import StallCredentials
from faults.vendor import Plan, Vendor, running_vendor

GOODS = 20
SETTLE_SECONDS = 60.0
"""How long everything may take to come to an end once nothing goes wrong any more."""
READS = ("get_inventory", "get_orders", "get_products")


@dataclass
class Listener:
    """One endpoint of an organization."""

    receiver: Receiver
    organization_id: UUID
    types: frozenset[str]
    began: int


@dataclass
class Arena:
    """Everything that lives through all rounds."""

    seed: int
    installation: Installation
    engine: Engine
    vendor: Vendor
    receivers: Receivers
    session: aiohttp.ClientSession
    organizations: dict[str, tuple[UUID, str]] = field(default_factory=dict)
    merchants: list[Merchant] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    snapshot: dict[Key, Stored] = field(default_factory=dict)
    checked: dict[UUID, int] = field(default_factory=dict)
    """Up to which event each organization has been looked at."""
    totals: dict[str, int] = field(default_factory=dict)

    def count(self, what: str, times: int = 1) -> None:
        self.totals[what] = self.totals.get(what, 0) + times

    # -- whoever takes part --------------------------------------------------------------------------------------------

    async def open_organization(self, name: str) -> None:
        identifier = await accounts.create_organization(self.engine.database, name)
        key = await accounts.create_key(self.engine.database, identifier, "rounds")
        self.organizations[name] = (identifier, key)
        self.secrets[f"the key of {name}"] = key
        self.checked[identifier] = 0
        for number, types in enumerate((None, sorted(SUBSCRIBABLE))):
            receiver, url = self.receivers.add(f"{name}-{number}", random.Random(f"{self.seed} {name} {number}"))
            row, receiver.secret = await webhooks.create(self.engine, identifier, {"url": url, "event_types": types})
            self.secrets[f"the secret of {receiver.name}"] = receiver.secret.removeprefix("whsec_")
            self.listeners.append(Listener(receiver, row.organization_id, frozenset(types or EVENTS), 0))

    async def connect(self, organization: str, *, metered: bool = False) -> Merchant:
        """A new connection of an organization; its first sync is due at once."""
        organization_id, api_key = self.organizations[organization]
        name = f"{organization}-{len(self.merchants)}"
        account = self.vendor.open_account(name, f"planted-{secrets.token_hex(16)}", GOODS)
        row, token = await connections.create(
            self.engine,
            organization_id=organization_id,
            adapter=MeteredStall if metered else Stall,
            credentials=StallCredentials(url=self.vendor.url, key=account.key),
            customer_id=f"{name}-customer",
        )
        self.secrets |= {f"the credentials of {name}": account.key, f"the token of {name}": token}
        made = Merchant(name, organization_id, str(row.id), api_key, token, account, self.installation.address, metered)
        self.merchants.append(made)
        return made

    # -- the end of a round --------------------------------------------------------------------------------------------

    async def replace_newest(self, organization: str) -> None:
        """A new connection, whose first sync comes among faults; the one before it rests from now on.

        What is stored of a resting one is looked at as long as the rounds go on.
        """
        for merchant in self.merchants[2:]:
            merchant.rests = True
            async with self.database() as connection:
                await connection.execute(
                    "update sync_schedules set paused = true where connection_id = %s", (merchant.connection,)
                )
        await self.connect(organization)

    @property
    def active(self) -> list[Merchant]:
        return [merchant for merchant in self.merchants if not merchant.rests]

    @contextlib.asynccontextmanager
    async def database(self) -> AsyncIterator[psycopg.AsyncConnection[dict[str, Any]]]:
        """The database as its owner sees it."""
        async with await psycopg.AsyncConnection.connect(
            self.installation.url, autocommit=True, row_factory=dict_row
        ) as connection:
            yield connection

    async def settle(self) -> list[str]:
        """Waits until nothing is under way any more; says what still is when that takes too long."""
        until = time.monotonic() + SETTLE_SECONDS
        await self.installation.wait_for_api()
        async with self.database() as connection:
            # Writes come first: one that is settled late changes what a sync has to find.
            left = await self._wait(connection, until, _open_writes)
            # A run that is under way may have asked before the last change, so each function runs once more after it.
            cursor = await connection.execute("select clock_timestamp() as now")
            row = await cursor.fetchone()
            begun = row and row["now"]
            for merchant in self.active:
                while (await merchant.call(self.session, "POST", "/connections/sync", {}))[0] != 200:
                    self.installation.tend()
                    if time.monotonic() > until:
                        return [*left, f"{merchant.name}: no sync can be asked for"]
                    await asyncio.sleep(0.2)

            async def syncs(connection: psycopg.AsyncConnection[dict[str, Any]]) -> list[str]:
                await connection.execute(
                    "update sync_schedules set due_at = now() where lease_until is null and due_at > now() "
                    "and not paused and (last_crawl_start is null or last_crawl_start < %s)",
                    (begun,),
                )
                return await _open_syncs(connection, begun)

            left += await self._wait(connection, until, syncs)
            left += await self._wait(connection, until, _open_lanes)
        return left

    async def _wait(
        self,
        connection: psycopg.AsyncConnection[dict[str, Any]],
        until: float,
        look: Callable[[psycopg.AsyncConnection[dict[str, Any]]], Awaitable[list[str]]],
    ) -> list[str]:
        while (left := await look(connection)) and time.monotonic() < until:
            self.installation.tend()
            await asyncio.sleep(0.05)
        return left

    async def gather(self, operations: list[Operation], unsettled: list[str]) -> Evidence:
        """What everybody has noted since the round before."""
        async with self.database() as connection:
            stored = await read_store(connection)
            organizations = [
                await self._organization(connection, name, identifier, stored)
                for name, (identifier, _) in self.organizations.items()
            ]
            writes = await read_writes(connection)
            texts = await written_down(connection)
        leaks = await foreign_rows(self.installation.url, [each.id for each in organizations])
        texts |= self.installation.everything_said()
        texts |= {f"errors shown to {merchant.name}": " ".join(merchant.pages) for merchant in self.merchants}
        return Evidence(
            organizations=organizations,
            snapshot=self.snapshot,
            stored=stored,
            accounts={merchant.connection: merchant.account.copied() for merchant in self.merchants},
            metered={each.connection: list(each.account.arrivals) for each in self.merchants if each.metered},
            operations=operations,
            writes=writes,
            tags={
                (merchant.connection, "wms/inventory", identifier): tags
                for merchant in self.merchants
                for identifier, tags in merchant.tags.items()
            },
            missing=[said for merchant in self.merchants for said in merchant.missing],
            leaks=[*leaks, *(said for merchant in self.merchants for said in merchant.leaks)],
            texts=texts,
            secrets={**self.secrets, "the master key": self.installation.master_key},
            unsettled=unsettled,
        )

    async def _organization(
        self,
        connection: psycopg.AsyncConnection[dict[str, Any]],
        name: str,
        identifier: UUID,
        stored: dict[Key, Stored],
    ) -> Organization:
        before = self.checked[identifier]
        events, last = await read_events(connection, identifier, before, stored)
        endpoints = [
            Endpoint(each.receiver.name, each.types, each.began, list(each.receiver.receipts))
            for each in self.listeners
            if each.organization_id == identifier
        ]
        return Organization(identifier, name, before, last, events, endpoints)

    def go_on_from(self, evidence: Evidence) -> None:
        """The next round begins where this one ended."""
        self.snapshot = evidence.stored
        for organization in evidence.organizations:
            self.checked[organization.id] = organization.last
            self.count("events", len(organization.events))
        for listener in self.listeners:
            self.count("messages", len(listener.receiver.receipts))
            listener.receiver.receipts.clear()
        for merchant in self.merchants:
            merchant.account.arrivals[:] = merchant.account.arrivals[-vendor_module.PAGE * 10 :]
            merchant.pages.clear()


async def _rows(connection: psycopg.AsyncConnection[dict[str, Any]], query: str, *values: Any) -> list[str]:
    cursor = await connection.execute(query, values)
    return [" ".join(str(value) for value in row.values()) async for row in cursor]


async def _open_writes(connection: psycopg.AsyncConnection[dict[str, Any]]) -> list[str]:
    return await _rows(
        connection, "select 'write', id, action, state from writes where state in ('sending', 'uncertain')"
    )


async def _open_syncs(connection: psycopg.AsyncConnection[dict[str, Any]], begun: Any) -> list[str]:
    return await _rows(
        connection,
        "select 'sync', connection_id, function_name, failures, last_crawl_start from sync_schedules "
        "where not paused and (lease_until is not null or last_crawl_start is null or last_crawl_start < %s "
        "or last_crawl_end is null or last_crawl_end < last_crawl_start)",
        begun,
    )


async def _open_lanes(connection: psycopg.AsyncConnection[dict[str, Any]]) -> list[str]:
    return await _rows(
        connection,
        "select 'lane', l.endpoint_id, l.position, c.last, e.disabled_reason from webhook_lanes l "
        "join event_counters c using (organization_id) join webhook_endpoints e on e.id = l.endpoint_id "
        "where l.position < c.last or exists (select 1 from webhook_deliveries d "
        "where d.endpoint_id = l.endpoint_id and d.state = 'pending')",
    )


# -- one round -------------------------------------------------------------------------------------------------------


@dataclass
class Round:
    """One round of an arena: what is thrown for it, and what came of it."""

    arena: Arena
    number: int
    dice: random.Random = field(init=False)
    struck: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = self._dice("")

    def _dice(self, whose: str) -> random.Random:
        """Each has dice of its own: who throws first depends on the machine."""
        return random.Random(f"{self.arena.seed}/{self.number}/{whose}")

    async def run(self) -> Evidence:
        """Lets everything happen at once, then waits until it has come to an end."""
        arena, dice = self.arena, self.dice
        if self.number % 10 == 0:
            await arena.replace_newest(dice.choice(["north", "south"]))
        known = {each.name: self._known(each) for each in arena.active}
        until = time.monotonic() + SETTLE_SECONDS
        operations: list[Operation] = []
        self._plan()
        strikes, calm = self._strikes(), dice.uniform(1.2, 1.6)
        async with asyncio.TaskGroup() as aside:
            others = [aside.create_task(self._tend())]
            for merchant in arena.active:
                strangers = [name for name in arena.organizations if not merchant.name.startswith(name)]
                others.append(aside.create_task(merchant.read_on(arena.session, known[merchant.name], strangers)))
            async with asyncio.TaskGroup() as group:
                for merchant in arena.active:
                    own = self._dice(merchant.name)
                    for operation in merchant.new_operations(own, str(self.number)):
                        operations.append(operation)
                        group.create_task(self._carry_out(merchant, operation, own.uniform(0, 1.2), until))
                    group.create_task(self._live(merchant))
                for at, strike in strikes:
                    group.create_task(self._strike(at, strike))
                group.create_task(self._calm(calm))
            for task in others:
                task.cancel()
        for merchant, other in zip(arena.active, reversed(arena.active), strict=True):
            if merchant.organization_id != other.organization_id:
                await merchant.peep(arena.session, other)
        return await arena.gather(operations, await arena.settle())

    def _known(self, merchant: Merchant) -> set[str]:
        """The goods that are stored when the round begins."""
        return {
            identifier
            for (connection, resource, identifier), item in self.arena.snapshot.items()
            if connection == merchant.connection and resource == "wms/inventory" and not item.deleted
        }

    def _plan(self) -> None:
        """What goes wrong at the vendor and at the endpoints, until the calm."""
        dice, vendor = self.dice, self.arena.vendor
        vendor.dice = self._dice("vendor")
        if dice.random() < 0.8:
            kinds = dice.sample(vendor_module.FAULTS, dice.randrange(1, 5))
            vendor.plan = Plan(dice.choice([0.1, 0.3, 0.6]), tuple(kinds))
            self.struck.append(f"vendor {vendor.plan.share:.0%} {'/'.join(kinds)}")
        for listener in self.arena.listeners:
            if dice.random() < 0.5:
                kinds = dice.sample(RECEIVER_FAULTS, dice.randrange(1, 4))
                listener.receiver.plan = Plan(dice.choice([0.2, 0.5, 1.0]), tuple(kinds))
                self.struck.append(f"{listener.receiver.name} {listener.receiver.plan.share:.0%} {'/'.join(kinds)}")

    def _strikes(self) -> list[tuple[float, str]]:
        dice = self.dice
        chances = {"kill api": 0.3, "kill below api": 0.1, "restart postgres": 0.25}
        for name in WORKERS:
            chances |= {f"kill {name}": 0.3, f"freeze {name}": 0.1}
        return [(dice.uniform(0.1, 1.4), strike) for strike, chance in chances.items() if dice.random() < chance]

    async def _strike(self, at: float, strike: str) -> None:
        installation = self.arena.installation
        await asyncio.sleep(at)
        self.struck.append(strike)
        self.arena.count(strike)
        match strike.rsplit(" ", 1):
            case ["restart", _]:
                await asyncio.to_thread(installation.restart_postgres)
            case ["kill below", name]:
                installation.kill_below(name)
            case ["kill", name]:
                installation.kill(name)
            case ["freeze", name]:
                # Long enough for its leases to end.
                installation.freeze(name)
                await asyncio.sleep(LEASE_SECONDS + at / 2)
                installation.freeze(name, thaw=True)

    async def _calm(self, at: float) -> None:
        """Nothing goes wrong any more at vendor and endpoints."""
        await asyncio.sleep(at)
        for kind, times in self.arena.vendor.struck.items():
            self.arena.count(f"vendor {kind}", times)
        self.arena.vendor.struck.clear()
        self.arena.vendor.plan = None
        for listener in self.arena.listeners:
            listener.receiver.plan = None

    async def _tend(self) -> None:
        while True:
            self.arena.installation.tend()
            await asyncio.sleep(0.1)

    async def _carry_out(self, merchant: Merchant, operation: Operation, at: float, until: float) -> None:
        await asyncio.sleep(at)
        await merchant.carry_out(self.arena.session, operation, lambda: time.monotonic() < until)
        self.arena.count("writes")

    async def _live(self, merchant: Merchant) -> None:
        """What happens at the vendor without us, and somebody who asks for a sync."""
        account, dice = merchant.account, self._dice(f"life of {merchant.name}")
        for _ in range(dice.randrange(3, 8)):
            await asyncio.sleep(dice.uniform(0, 0.35))
            goods = sorted(account.things["goods"])
            match dice.choice(["stock", "stock", "good", "kit", "order", "sync", "sync", "away"]):
                case "stock":
                    identifier = dice.choice(goods)
                    account.put("goods", identifier, onhand=dice.randrange(1000))
                case "good":
                    account.put("goods", onhand=dice.randrange(1000))
                case "kit":
                    account.put(
                        "kits", dice.choice(sorted(account.things["kits"])), name=f"{merchant.name}-kit {dice.random()}"
                    )
                case "order":
                    account.put("orders")
                case "away" if len(goods) > GOODS // 2:
                    account.take_away(dice.choice(goods))
                case _:
                    await merchant.call(self.arena.session, "POST", "/connections/sync", {})


@contextlib.asynccontextmanager
async def running_arena(folder: Path, seed: int) -> AsyncIterator[Arena]:
    """Two organizations that everything happens to. Their processes end with the context."""
    async with (
        running_installation(folder) as installation,
        running_vendor(random.Random(seed)) as vendor,
        running_receivers() as receivers,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True)) as session,
    ):
        given = {variable("allowed_networks"): "127.0.0.0/8"}
        engine = Engine(
            settings_module.load(given),
            Database(installation.url, pool_size=2),
            MasterKey(base64.b64decode(installation.master_key)),
        )
        await engine.open()
        try:
            arena = Arena(seed, installation, engine, vendor, receivers, session)
            for name in ("north", "south"):
                await arena.open_organization(name)
            await arena.connect("north")
            await arena.connect("south", metered=True)
            yield arena
        finally:
            await engine.close()


async def play(arena: Arena, number: int) -> tuple[list[str], str, Evidence]:
    """One round: what it broke, what happened in it, and what everybody noted."""
    begun = time.monotonic()
    played = Round(arena, number)
    evidence = await played.run()
    wrong = broken(evidence)
    arena.go_on_from(evidence)
    return wrong, f"{time.monotonic() - begun:5.1f} s  {'; '.join(played.struck)}", evidence
