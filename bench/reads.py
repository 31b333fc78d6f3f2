"""Reads over HTTP: Crossdock, FastAPI with pydantic, and a static body, on the same rows and with the same client."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import bench
from bench.client import Client, Load, Outcome, request
from bench.database import Place
from bench.report import Report, median
from bench.servers import STATIC_BODY
from crossdock.contract.wms.orders import ORDERS
from crossdock.platform.guarded_process import GuardedProcess
from crossdock.platform.process_guard import Order, StopStep
from crossdock.records import query

IN_FLIGHT = 4
"""Requests under way at a time: enough to keep a server busy, few enough for two cores."""
ROUNDS = 5
ROUND_SECONDS = 1.2
"""How long one server is measured within a round; the number of requests follows from it."""
DEEP_LIMIT = 100
START_SECONDS = 60


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Served:
    """A server that answers."""

    name: str
    port: int

    def get(self, place: Place, path: str) -> bytes:
        """One body, by the ordinary way."""
        headers = {
            "x-trackstar-api-key": place.account.api_key,
            "x-trackstar-access-token": place.account.access_token,
        }
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310 - loopback
            body: bytes = answer.read()
            return body


@contextlib.contextmanager
def server(name: str, environment: Mapping[str, str], log: Path) -> Iterator[Served]:
    """Runs one of `bench.servers` until the block ends."""
    port = free_port()
    argv = (sys.executable, "-m", "bench.servers", name, str(port))
    root = str(Path(bench.__file__).parent.parent)
    order = Order(argv=argv, stop_steps=(StopStep(signal.SIGTERM, 20),), log=str(log))
    process = GuardedProcess(name, order, env={**os.environ, **environment, "PYTHONPATH": root})
    try:
        _wait_for(port, process, log)
        yield Served(name, port)
    finally:
        process.stop()


def _wait_for(port: int, process: GuardedProcess, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{process.name} does not answer:\n{log.read_text()[-3000:]}")


def page_path(place: Place, limit: int) -> str:
    """The path of Crossdock's page that follows a row."""
    asked = query.parse(b"", ORDERS, UUID(place.account.connection_id), {}, datetime.now(UTC))
    return f"{ORDERS.path}?limit={limit}&page_token={query.make_token(asked.fingerprint, place.seq)}"


@dataclass
class Contender:
    """A server with the requests it gets; `count` of them make up a round."""

    served: Served
    paths: Sequence[tuple[Place, str]]
    count: int = 0

    def run(self, client: Client, count: int) -> Outcome:
        made = [request(path, place.account.api_key, place.account.access_token) for place, path in self.paths]
        requests = [made[number % len(made)] for number in range(count)]
        return client.run(Load(self.served.port, requests, IN_FLIGHT))

    def calibrate(self, client: Client) -> None:
        """Warms the server up and finds out how many requests fill a round."""
        self.run(client, 2 * IN_FLIGHT)
        count = 4 * IN_FLIGHT
        while (outcome := self.run(client, count)).seconds < ROUND_SECONDS / 4:
            count *= 3
        self.count = max(2 * IN_FLIGHT, int(outcome.per_second * ROUND_SECONDS))


@dataclass(frozen=True)
class Comparison:
    """One kind of read: its paths at Crossdock and at the FastAPI applications, in the same order."""

    title: str
    goal: float
    ours: Sequence[tuple[Place, str]]
    theirs: Sequence[tuple[Place, str]]


def comparisons(places: Sequence[Place]) -> list[Comparison]:
    """What is compared, and how many times as fast as FastAPI Crossdock should be."""
    found = []
    for limit, goal in ((1000, 6.0), (100, 5.0)):
        ours = [(place, page_path(place, limit)) for place in places]
        theirs = [(place, f"{ORDERS.path}?limit={limit}&page_token={place.seq}") for place in places]
        found.append(Comparison(f"Pages of {limit:,}", goal, ours, theirs))
    single = [(place, f"{ORDERS.path}/{place.identifier}") for place in places]
    return [*found, Comparison("Single records", 1.2, single, single)]


def same_answers(ours: Served, others: Sequence[Served], compared: Comparison) -> None:
    """Proves that all serve the same records, or the comparison would mean nothing."""
    for mine, theirs in list(zip(compared.ours, compared.theirs, strict=True))[:5]:
        expected = json.loads(ours.get(*mine))["data"]
        if not expected:
            raise AssertionError(f"{compared.title}: nothing is served at {mine[1]}")
        for other in others:
            if json.loads(other.get(*theirs))["data"] != expected:
                raise AssertionError(f"{compared.title}: {other.name} answers differently at {theirs[1]}")


def compare(report: Report, compared: Comparison, contenders: Mapping[str, Contender], client: Client) -> None:
    """Measures the contenders in turns and prints how Crossdock does against each."""
    for contender in contenders.values():
        contender.calibrate(client)
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    waits: dict[str, list[float]] = {name: [] for name in contenders}
    size = 0
    for turn in range(ROUNDS):
        names = list(contenders)
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            outcome = contenders[name].run(client, contenders[name].count)
            rates[name].append(outcome.per_second)
            waits[name].append(median(outcome.latencies))
            size = outcome.body_bytes // contenders[name].count
    report.section(f"{compared.title}, {size:,} bytes each, {IN_FLIGHT} requests in flight")
    for name in contenders:
        report.line(
            f"{name:<15} {median(rates[name]):9,.1f} a second, median wait {median(waits[name]) * 1000:8.2f} ms"
        )

    def ratio(one: str, other: str) -> list[float]:
        return [a / b for a, b in zip(rates[one], rates[other], strict=True)]

    report.ratio(f"{compared.title}: Crossdock / FastAPI", ratio("ours", "fastapi"), at_least=compared.goal)
    report.ratio("  / FastAPI on Crossdock's database module", ratio("ours", "fastapi_shared"))
    report.ratio("  / static body", ratio("ours", "static"))


def measure(
    report: Report, environment: Mapping[str, str], places: Sequence[Place], ends: Sequence[Place], folder: Path
) -> None:
    """Pages of 1,000 and of 100, single records, and what paging deeply costs. `ends` precede the last pages."""
    names = ("ours", "fastapi", "fastapi_shared")
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(Client())
        ours, *others = (stack.enter_context(server(name, environment, folder / f"{name}.log")) for name in names)
        for compared in comparisons(places):
            same_answers(ours, others, compared)
            place, path = compared.ours[0]
            body = folder / "static.json"
            body.write_bytes(ours.get(place, path))
            with server("static", {**environment, STATIC_BODY: str(body)}, folder / "static.log") as static:
                contenders = {"ours": Contender(ours, compared.ours)}
                contenders |= {other.name: Contender(other, compared.theirs) for other in others}
                contenders["static"] = Contender(static, [(place, "/")])
                compare(report, compared, contenders, client)
        _deep(report, ours, ends, client)


def _deep(report: Report, ours: Served, ends: Sequence[Place], client: Client) -> None:
    """The last page of each connection against its first, both full."""
    for place in ends:
        last = json.loads(ours.get(place, page_path(place, DEEP_LIMIT)))
        if last["next_token"] is not None or len(last["data"]) != DEEP_LIMIT:
            raise AssertionError(f"not the last page: {place}")
    first = Contender(ours, [(place, f"{ORDERS.path}?limit={DEEP_LIMIT}") for place in ends])
    deep = Contender(ours, [(place, page_path(place, DEEP_LIMIT)) for place in ends])
    first.calibrate(client)
    rounds = []
    for turn in range(ROUNDS):
        if turn % 2:
            seconds = first.run(client, first.count).seconds
            rounds.append(deep.run(client, first.count).seconds / seconds)
        else:
            seconds = deep.run(client, first.count).seconds
            rounds.append(seconds / first.run(client, first.count).seconds)
    report.section(f"Deep paging, {DEEP_LIMIT} records a page")
    report.ratio("Time of the last page / of the first", rounds, at_most=1.5)
