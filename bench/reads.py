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
from pathlib import Path
from uuid import UUID

import bench
from bench.client import Client, Load, Outcome, request
from bench.database import Place
from bench.report import Report, median
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
    asked = query.parse(b"", ORDERS, UUID(place.account.connection_id), {})
    return f"{ORDERS.path}?limit={limit}&page_token={query.make_token(asked.fingerprint, place.seq)}"


def _fastapi_page_path(place: Place, limit: int) -> str:
    return f"{ORDERS.path}?limit={limit}&page_token={place.seq}"


def _requests(paths: Sequence[tuple[Place, str]], count: int) -> list[bytes]:
    made = [request(path, place.account.api_key, place.account.access_token) for place, path in paths]
    return [made[number % len(made)] for number in range(count)]


@dataclass
class _Contender:
    """One of the three, with the requests it gets; `count` is how many make up a round."""

    served: Served
    paths: list[tuple[Place, str]]
    count: int = 0

    def run(self, client: Client, count: int) -> Outcome:
        return client.run(Load(self.served.port, _requests(self.paths, count), IN_FLIGHT))

    def calibrate(self, client: Client) -> None:
        """Warms the server up and finds out how many requests fill a round."""
        self.run(client, 2 * IN_FLIGHT)
        count = 4 * IN_FLIGHT
        while (outcome := self.run(client, count)).seconds < ROUND_SECONDS / 4:
            count *= 3
        self.count = max(2 * IN_FLIGHT, int(outcome.per_second * ROUND_SECONDS))


def same_answers(ours: Served, fastapi: Served, places: Sequence[Place]) -> None:
    """Proves that both serve the same records, or the comparison would mean nothing."""
    for place in places:
        path = f"{ORDERS.path}/{place.identifier}"
        mine, theirs = (json.loads(item.get(place, path)) for item in (ours, fastapi))
        pages = (ours.get(place, page_path(place, 100)), fastapi.get(place, _fastapi_page_path(place, 100)))
        mine_page, their_page = (json.loads(page) for page in pages)
        if mine != theirs or mine_page["data"] != their_page["data"] or len(mine_page["data"]) != 100:
            raise AssertionError(f"the two applications answer differently for {place}")


def compare(
    report: Report,
    title: str,
    goal: float,
    contenders: Mapping[str, _Contender],
    client: Client,
) -> None:
    """Measures the contenders in turns and prints how many times as fast the first is as the others."""
    for contender in contenders.values():
        contender.calibrate(client)
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    waits: dict[str, list[float]] = {name: [] for name in contenders}
    size = 0
    for turn in range(ROUNDS):
        names = list(contenders)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            outcome = contenders[name].run(client, contenders[name].count)
            rates[name].append(outcome.per_second)
            waits[name].append(median(outcome.latencies))
            if name == "ours":
                size = outcome.body_bytes // contenders[name].count
    report.section(f"{title} (bodies of {size:,} bytes, {IN_FLIGHT} in flight)")
    for name in contenders:
        report.line(
            f"{name:<8} {median(rates[name]):9,.1f} requests/s, median wait {median(waits[name]) * 1000:8.2f} ms"
        )
    ratios = [mine / other for mine, other in zip(rates["ours"], rates["fastapi"], strict=True)]
    report.ratio("ours / FastAPI with pydantic", ratios, at_least=goal)
    report.ratio("static body / ours", [a / b for a, b in zip(rates["static"], rates["ours"], strict=True)])


def measure(
    report: Report, environment: Mapping[str, str], places: Sequence[Place], ends: Sequence[Place], folder: Path
) -> None:
    """Pages of 1,000 and of 100, single records, and what paging deeply costs. `ends` precede the last pages."""
    with (
        Client() as client,
        server("ours", environment, folder / "ours.log") as ours,
        server("fastapi", environment, folder / "fastapi.log") as fastapi,
    ):
        same_answers(ours, fastapi, places[:20])
        for limit, goal in ((1000, 6.0), (100, 5.0)):
            mine = [(place, page_path(place, limit)) for place in places]
            theirs = [(place, _fastapi_page_path(place, limit)) for place in places]
            title = f"Pages of {limit:,}"
            _compare_with_static(report, title, goal, (ours, mine), (fastapi, theirs), client, environment, folder)
        single = [(place, f"{ORDERS.path}/{place.identifier}") for place in places]
        both = (ours, single), (fastapi, single)
        _compare_with_static(report, "Single records", 1.2, *both, client, environment, folder)
        _deep(report, ours, ends, client)


def _compare_with_static(
    report: Report,
    title: str,
    goal: float,
    ours: tuple[Served, list[tuple[Place, str]]],
    fastapi: tuple[Served, list[tuple[Place, str]]],
    client: Client,
    environment: Mapping[str, str],
    folder: Path,
) -> None:
    place, path = ours[1][0]
    body = folder / "static.json"
    body.write_bytes(ours[0].get(place, path))
    with server("static", {**environment, "BENCH_STATIC_BODY": str(body)}, folder / "static.log") as static:
        contenders = {
            "ours": _Contender(*ours),
            "fastapi": _Contender(*fastapi),
            "static": _Contender(static, [(place, "/")]),
        }
        compare(report, title, goal, contenders, client)


def _deep(report: Report, ours: Served, ends: Sequence[Place], client: Client) -> None:
    """The last page of each connection against its first, both full."""
    for place in ends:
        last = json.loads(ours.get(place, page_path(place, DEEP_LIMIT)))
        if last["next_token"] is not None or len(last["data"]) != DEEP_LIMIT:
            raise AssertionError(f"not the last page: {place}")
    first = _Contender(ours, [(place, f"{ORDERS.path}?limit={DEEP_LIMIT}") for place in ends])
    last_pages = _Contender(ours, [(place, page_path(place, DEEP_LIMIT)) for place in ends])
    first.calibrate(client)
    rounds = []
    for turn in range(ROUNDS):
        both = [first, last_pages] if turn % 2 else [last_pages, first]
        seconds = {id(item): item.run(client, first.count).seconds for item in both}
        rounds.append(seconds[id(last_pages)] / seconds[id(first)])
    report.section(f"Deep paging, pages of {DEEP_LIMIT}")
    report.ratio("time of the last page / of the first", rounds, at_most=1.5)
