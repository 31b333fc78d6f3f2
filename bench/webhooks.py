"""Webhooks: how many are delivered a second, how soon after the commit, and what an endpoint that hangs does to others.

The worker is the one users run, in a process of its own; so is the receiver. Each figure stands beside a control: the
same messages posted to the same receiver by aiohttp alone, without a database, a signature or a log. Runs by itself as
`python -m bench.webhooks`.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import psycopg
import structlog

from bench.database import Account, insert_account, order_id
from bench.orders import make_order
from bench.report import Report, median
from crossdock.contract.records import encode_record
from crossdock.contract.wms.orders import ORDERS
from crossdock.platform import settings as settings_module
from crossdock.platform.database import Database
from crossdock.platform.embedded_postgres import EmbeddedPostgres
from crossdock.platform.engine import Engine
from crossdock.platform.migrate import migrate
from crossdock.platform.sealing import MasterKey
from crossdock.platform.settings import variable
from crossdock.records import store
from crossdock.webhooks import service

ROUNDS = 3
MESSAGES = 6000
IN_FLIGHT = 32
"""As many as one endpoint gets at a time."""
PER_SECOND = 100
SECONDS = 15
_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Sink:
    """The receiver."""

    base: str
    session: aiohttp.ClientSession

    async def received(self) -> list[tuple[str, float]]:
        async with self.session.get(f"{self.base}/received") as answer:
            return [(name, moment) for name, moment in await answer.json(content_type=None)]

    async def forget(self) -> None:
        async with self.session.get(f"{self.base}/forget") as answer:
            await answer.read()

    async def wait_for(self, count: int) -> list[tuple[str, float]]:
        """What was received, once it is so many."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while len(found := await self.received()) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(found)} of {count} messages came")
            await asyncio.sleep(0.2)
        return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def _process(*words: str, environment: Mapping[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", *words],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
        if process.poll() is not None:
            raise RuntimeError(f"{words[0]} has ended by itself")
    finally:
        process.terminate()
        process.wait(30)


@contextlib.asynccontextmanager
async def _sink() -> AsyncIterator[Sink]:
    port = _free_port()
    with _process("bench.sink", str(port), environment={}):
        async with aiohttp.ClientSession() as session:
            sink = Sink(f"http://127.0.0.1:{port}", session)
            for _ in range(100):
                try:
                    await sink.forget()
                    break
                except aiohttp.ClientConnectorError:
                    await asyncio.sleep(0.1)
            yield sink


@dataclass(frozen=True)
class Shop:
    """An organization with one connection, whose orders change."""

    engine: Engine
    account: Account

    @property
    def organization_id(self) -> UUID:
        return UUID(self.account.organization_id)

    async def save(self, first: int, count: int) -> None:
        """New orders, in one transaction."""
        orders = [make_order(number, order_id(number)) for number in range(first, first + count)]
        async with self.engine.database.transaction(self.organization_id) as connection:
            await store.upsert(
                connection,
                organization_id=self.organization_id,
                connection_id=UUID(self.account.connection_id),
                resource=ORDERS,
                records=orders,
                now=datetime.now(UTC),
            )

    async def made(self) -> list[int]:
        """The numbers of the events that orders were made, in their order."""
        async with self.engine.database.transaction(self.organization_id) as connection:
            cursor = await connection.execute("select sequence from events where change = 'created' order by sequence")
            return [row["sequence"] for row in await cursor.fetchall()]

    async def subscribe(self, url: str, **given: Any) -> UUID:
        row, _ = await service.create(self.engine, self.organization_id, {"url": url, **given})
        return row.id


@contextlib.asynccontextmanager
async def _shop(url: str, key: MasterKey) -> AsyncIterator[Shop]:
    name = uuid4()
    account = Account(str(uuid4()), str(name), f"cdk_bench_{name}", f"cdt_bench_{name}")
    with psycopg.connect(url) as connection:
        insert_account(connection, account)
    engine = Engine(settings_module.load({variable("allowed_networks"): "127.0.0.0/8"}), Database(url), key)
    await engine.open()
    try:
        yield Shop(engine, account)
    finally:
        await engine.close()


# -- how many ------------------------------------------------------------------------------------------------------


async def _delivered_per_second(shop: Shop, sink: Sink) -> float:
    """Everything waits until the endpoint is resumed; the clock runs from the first message to the last."""
    endpoint = await shop.subscribe(f"{sink.base}/ok", event_types=["order.created"], paused=True)
    for first in range(0, MESSAGES, 500):
        await shop.save(first, 500)
    await sink.forget()
    await service.update(shop.engine, shop.organization_id, endpoint, {"paused": False})
    moments = [moment for _, moment in await sink.wait_for(MESSAGES)]
    await service.delete(shop.engine, shop.organization_id, endpoint)
    return len(moments) / (max(moments) - min(moments))


async def _posted_per_second(sink: Sink) -> float:
    """The control: bodies of the same size, as fast as aiohttp posts them with as many in flight."""
    bodies = [encode_record(make_order(number, order_id(number))) for number in range(100)]
    await sink.forget()
    numbers = iter(range(MESSAGES))

    async def post() -> None:
        for number in numbers:
            headers = {"svix-id": f"msg_control_{number}"}
            async with sink.session.post(f"{sink.base}/ok", data=bodies[number % 100], headers=headers) as answer:
                await answer.read()

    await asyncio.gather(*(post() for _ in range(IN_FLIGHT)))
    moments = [moment for _, moment in await sink.received()]
    return len(moments) / (max(moments) - min(moments))


# -- how soon ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Delays:
    """Milliseconds from commit to arrival."""

    p50: float
    p99: float

    @classmethod
    def of(cls, milliseconds: list[float]) -> Delays:
        cuts = statistics.quantiles(milliseconds, n=100)
        return cls(cuts[49], cuts[98])


async def _delays(shop: Shop, sink: Sink) -> Delays:
    """Orders come one by one, so many a second, each in a transaction of its own."""
    await sink.forget()
    before = len(await shop.made())
    count = PER_SECOND * SECONDS
    committed: list[float] = []
    begun = time.monotonic()
    for number in range(count):
        await asyncio.sleep(max(0.0, begun + number / PER_SECOND - time.monotonic()))
        await shop.save(1_000_000 + before + number, 1)
        committed.append(time.monotonic())
    arrived = {int(name.rsplit("_", 1)[1]): moment for name, moment in await sink.wait_for(count)}
    sequences = (await shop.made())[before:]
    return Delays.of([(arrived[number] - moment) * 1000 for number, moment in zip(sequences, committed, strict=True)])


async def _posting_delays(sink: Sink) -> Delays:
    """The control: a POST from its sending to its arrival, at the same pace."""
    await sink.forget()
    body = encode_record(make_order(0, order_id(0)))
    sent: list[float] = []
    begun = time.monotonic()
    for number in range(PER_SECOND * SECONDS // 3):
        await asyncio.sleep(max(0.0, begun + number / PER_SECOND - time.monotonic()))
        sent.append(time.monotonic())
        async with sink.session.post(f"{sink.base}/ok", data=body, headers={"svix-id": f"msg_{number}"}) as answer:
            await answer.read()
    arrived = {int(name.rsplit("_", 1)[1]): moment for name, moment in await sink.received()}
    return Delays.of([(arrived[number] - moment) * 1000 for number, moment in enumerate(sent)])


async def _measure(report: Report, url: str, key: MasterKey, environment: Mapping[str, str]) -> None:
    async with _sink() as sink, _shop(url, key) as shop:
        with _process("crossdock.cli", "worker", environment=environment):
            rates, controls = list[float](), list[float]()
            for _ in range(ROUNDS):
                async with _shop(url, key) as other:
                    rates.append(await _delivered_per_second(other, sink))
                controls.append(await _posted_per_second(sink))
            report.section(f"Webhooks: {MESSAGES:,} messages to one endpoint, signed and with a log of attempts")
            report.line(f"plain posts  {median(controls):9,.0f} a second (control)")
            report.ratio("Deliveries a second", rates, at_least=1000)
            report.ratio("Deliveries / plain posts", [a / b for a, b in zip(rates, controls, strict=True)])

            control = await _posting_delays(sink)
            endpoint = await shop.subscribe(f"{sink.base}/ok", event_types=["order.created"])
            await _delays(shop, sink)
            alone = await _delays(shop, sink)
            hanging = await shop.subscribe(f"{sink.base}/hang", event_types=["order.created"])
            beside = await _delays(shop, sink)
            for identifier in (endpoint, hanging):
                await service.delete(shop.engine, shop.organization_id, identifier)
            report.section(f"Webhooks: milliseconds from commit to arrival, {PER_SECOND} events a second")
            report.line(f"plain posts  p50 {control.p50:.1f}, p99 {control.p99:.1f} (control, from sending)")
            report.ratio("p50, ms", [alone.p50], at_most=50)
            report.ratio("p99, ms", [alone.p99], at_most=250)
            report.ratio("p99 beside an endpoint that hangs, ms", [beside.p99])
            report.ratio("p99 beside an endpoint that hangs / alone", [beside.p99 / alone.p99], at_most=2.0)


def measure(report: Report, url: str, folder: Path) -> None:
    """Delivers to a receiver on this machine."""
    secret = base64.b64encode(os.urandom(32)).decode()
    environment = {
        variable("database_url"): url,
        variable("data"): str(folder),
        variable("master_key"): secret,
        variable("allowed_networks"): "127.0.0.0/8",
    }
    asyncio.run(_measure(report, url, MasterKey(base64.b64decode(secret)), environment))


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    report = Report()
    with (
        tempfile.TemporaryDirectory(prefix="crossdock-bench-") as name,
        EmbeddedPostgres(Path(name) / "data") as server,
    ):
        migrate(server.url)
        measure(report, server.url, Path(name))
    report.section(f"goals missed: {', '.join(report.missed)}" if report.missed else "every goal met")


if __name__ == "__main__":
    main()
