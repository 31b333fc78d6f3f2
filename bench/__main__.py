"""`python -m bench [--orders N]`: mapping, reads, ingest, storage, webhooks and syncs, as ratios within this run.

A temporary PostgreSQL with the settings users get is filled with orders of 20 connections and measured with them.
Absolute figures say something about this machine only and are never goals. A missed goal does not make the command
fail, an error does. With less than the million orders the goals mean less too; `--orders 60000` is the least.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
import time
from pathlib import Path

import structlog

from bench import database, idle, ingest, mapping, reads, resources, schedules, syncs, tables, webhooks
from bench.report import Report
from crossdock.platform.embedded_postgres import EmbeddedPostgres
from crossdock.platform.migrate import migrate
from crossdock.platform.settings import variable

ORDERS = 1_000_000
FEWEST_ORDERS = 60_000
"""So that each connection has room for a full page after a random row, and for the pages of the storage comparison."""
PLACES = 200
PARTS = ("mapping", "store", "syncs")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--orders", type=int, default=ORDERS, help=f"orders to fill in, at least {FEWEST_ORDERS:,}")
    parser.add_argument("--loaded", type=int, default=syncs.ORDERS, help="orders to load against dlt")
    parser.add_argument(
        "--only",
        choices=PARTS,
        help="store: reads, lists, ingest and webhooks; syncs: loading, "
        "schedules and an idle server; mapping: of every vendor with a fake",
    )
    arguments = parser.parse_args()
    orders: int = arguments.orders
    if orders < FEWEST_ORDERS:
        parser.error(f"--orders must be at least {FEWEST_ORDERS}")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    started = time.perf_counter()
    report = Report()
    with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as name:
        folder = Path(name)
        wanted = (arguments.only,) if arguments.only else PARTS
        if "mapping" in wanted:
            mapping.measure(report)
        if "store" in wanted:
            _fill(report, folder, orders)
            with EmbeddedPostgres(folder / "data") as server:
                _measure(report, server.url, folder, orders)
        if "syncs" in wanted:
            _measure_syncs(report, folder, arguments.loaded)
    report.section(f"Done in {time.perf_counter() - started:.0f} s; " + _summary(report.missed))


def _fill(report: Report, folder: Path, orders: int) -> None:
    started = time.perf_counter()
    with EmbeddedPostgres(folder / "data", settings=database.FILL_SETTINGS) as server:
        database.fill(server.url, orders)
        sizes = database.size_of(server.url)
    report.section(
        f"{orders:,} orders of {database.CONNECTIONS} connections, filled in {time.perf_counter() - started:.0f} s"
    )
    report.line(
        f"{sizes['body']:,} bytes a body, {sizes['table'] / 1e9:.2f} GB in all, indexes {sizes['indexes'] / 1e9:.2f} GB"
    )


def _measure(report: Report, url: str, folder: Path, orders: int) -> None:
    environment = {
        variable("database_url"): url,
        variable("data"): str(folder / "keys"),
        variable("reads_per_second"): "1000000",
    }
    (folder / "keys").mkdir()
    places = database.places(url, orders, PLACES, 1000)
    ends = database.before_last_pages(url, reads.DEEP_LIMIT)
    reads.measure(report, environment, places, ends, folder)
    resources.measure(report, url, environment, folder)
    asyncio.run(ingest.measure(report, url))
    tables.measure(report, url)
    webhooks.measure(report, url, folder / "keys")


def _measure_syncs(report: Report, folder: Path, loaded: int) -> None:
    """What needs a database of its own: workers claim whatever is due."""
    with EmbeddedPostgres(folder / "syncs") as server:
        syncs.measure(report, server.url, loaded)
    with EmbeddedPostgres(folder / "schedules") as server:
        migrate(server.url)
        schedules.measure(report, server.url, folder / "schedules")
    idle.measure(report, folder / "idle")


def _summary(missed: list[str]) -> str:
    return f"goals missed: {', '.join(missed)}" if missed else "every goal met"


if __name__ == "__main__":
    main()
