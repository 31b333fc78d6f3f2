"""Loading orders against dlt: the same data into the same PostgreSQL, new and with one in a hundred changed.

Once as normalized records into the store, once as a warehouse system's own JSON through its adapter, as a sync runs.
dlt loads plain objects that are there already. It is in the dependency group `bench`, which `make bench` installs.
"""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import msgspec
import psycopg

from bench.database import insert_account, order_id
from bench.ingest import new_account, upsert_pages
from bench.orders import make_order
from bench.processor import Meter
from bench.report import Report
from crossdock.accounts import service as accounts
from crossdock.connections import sandboxes, service
from crossdock.contract.records import encode_record
from crossdock.contract.wms.orders import Order
from crossdock.integrations.kit.transport import VendorAnswer, VendorRequest
from crossdock.integrations.sandbox import Sandbox
from crossdock.platform.app import mount_servers
from crossdock.platform.database import Database
from crossdock.platform.engine import Engine
from crossdock.platform.migrate import migrate
from crossdock.platform.sealing import KEY_BYTES, MasterKey
from crossdock.platform.settings import Settings
from crossdock.syncs import schedules
from crossdock.syncs import service as syncs

ORDERS = 100_000
CHANGED_EACH = 100
PAGE = 100
FUNCTION = "get_orders"


@dataclass(frozen=True)
class Seconds:
    """What each load took of the processor, here and in the database."""

    new: float
    changed: float


def _dlt(url: str, meter: Meter, folder: str, name: str, loads: Sequence[Sequence[Any]]) -> Seconds:
    """Loads the same table twice, merging by id."""
    parts = urlsplit(url)
    host = parse_qs(parts.query).get("host", [parts.hostname])[0] or "localhost"
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "CRITICAL"}
    import dlt
    from dlt.destinations import postgres

    logging.getLogger("dlt").setLevel(logging.CRITICAL)
    credentials = {
        # It takes no folder of a socket for a host, but passes on what follows the question mark.
        "host": "localhost",
        "query": {"host": host},
        "port": parts.port or 5432,
        "username": parts.username,
        "password": parts.password or "none",
        "database": parts.path.lstrip("/"),
    }
    pipeline = dlt.pipeline(
        pipeline_name=name, destination=postgres(credentials=credentials), dataset_name=name, pipelines_dir=folder
    )
    resource: Any = dlt.resource
    took = []
    for items in loads:
        started = meter.seconds()
        pipeline.run(resource(items, name="orders", primary_key="id", write_disposition="merge"))
        took.append(meter.seconds() - started)
    with psycopg.connect(url) as connection:
        row = connection.execute(f"select count(*) from {name}.orders").fetchone()
    if row != (len(loads[0]),):
        raise AssertionError(f"dlt stored {row} of {len(loads[0])} orders")
    return Seconds(*took)


def _normalized(orders: int) -> tuple[list[Order], list[Order]]:
    new = [make_order(number, order_id(number)) for number in range(orders)]
    changed = [
        msgspec.structs.replace(order, raw_status="CHANGED") if number % CHANGED_EACH == 0 else order
        for number, order in enumerate(new)
    ]
    return new, changed


async def _store(url: str, meter: Meter, loads: Sequence[Sequence[Order]]) -> Seconds:
    account = new_account()
    with psycopg.connect(url) as connection:
        insert_account(connection, account)
    database = Database(url, pool_size=2)
    await database.open()
    try:
        took = []
        for records in loads:
            started = meter.seconds()
            _, unchanged = await upsert_pages(database, account, records)
            took.append(meter.seconds() - started)
            expected = len(records) - len(records[::CHANGED_EACH]) if len(took) > 1 else 0
            if unchanged != expected:
                raise AssertionError(f"{unchanged} records counted as unchanged instead of {expected}")
    finally:
        await database.close()
    return Seconds(*took)


class _Replay:
    """A warehouse system that answers at once with pages that are ready."""

    def __init__(self, orders: Sequence[dict[str, Any]]) -> None:
        self._pages = []
        for first in range(0, len(orders), PAGE):
            following = str(first + PAGE) if first + PAGE < len(orders) else None
            page = {"data": orders[first : first + PAGE], "removed": [], "next": following}
            self._pages.append(msgspec.json.encode(page))

    async def send(self, request: VendorRequest) -> VendorAnswer:
        after = parse_qs(urlsplit(request.url).query).get("after", ["0"])[0]
        headers = {"content-type": "application/json"}
        return VendorAnswer(200, headers, self._pages[int(after) // PAGE], request.url)


async def _vendor_orders(engine: Engine, organization_id: UUID, connection_id: UUID, count: int) -> list[Any]:
    """Orders in the vendor's own JSON, as many as wanted, made of those that a new sandbox holds."""
    adapter = await service.open_adapter(engine, organization_id, connection_id, Sandbox)
    seeds = (await adapter.client.get("/v1/wms/orders", {"size": PAGE})).json()["data"]
    return [{**seeds[number % len(seeds)], "id": f"replayed_{number}"} for number in range(count)]


async def _prepare(engine: Engine) -> tuple[UUID, UUID]:
    organization_id = await accounts.create_organization(engine.database, "bench")
    made = await sandboxes.generate(engine, organization_id, "wms")
    connection_id = UUID(made.connection_id)
    async with engine.database.transaction(organization_id) as connection:
        await connection.execute("update sync_schedules set first_completed_at = null, latest_data = null")
    return organization_id, connection_id


def _as_changed(orders: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for number, order in enumerate(orders):
        yield {**order, "number": f"changed {number}"} if number % CHANGED_EACH == 0 else order


async def _sync(
    engine: Engine, meter: Meter, organization_id: UUID, connection_id: UUID, loads: Sequence[Any]
) -> Seconds:
    """The same orders as two runs of a sync, through the adapter."""
    took = []
    for orders in loads:
        engine.servers["sandbox"] = _Replay(orders)
        async with engine.database.transaction(organization_id) as connection:
            due = await schedules.claim_one(connection, connection_id, FUNCTION)
        if due is None:
            raise LookupError("the connection is busy")
        started = meter.seconds()
        run = await syncs.run(engine, due)
        took.append(meter.seconds() - started)
        expected = (len(orders), 0) if len(took) == 1 else (0, len(orders[::CHANGED_EACH]))
        if run is None or (run.count.created, run.count.changed) != expected:
            raise AssertionError(f"the run did {run and run.count}, {run and run.error}")
    return Seconds(*took)


async def _through_the_adapter(url: str, meter: Meter, count: int) -> tuple[Seconds, list[list[Any]]]:
    engine = Engine(Settings(), Database(url, pool_size=4), MasterKey(os.urandom(KEY_BYTES)))
    mount_servers(engine)
    await engine.open()
    try:
        organization_id, connection_id = await _prepare(engine)
        new = await _vendor_orders(engine, organization_id, connection_id, count)
        loads = [new, list(_as_changed(new))]
        return await _sync(engine, meter, organization_id, connection_id, loads), loads
    finally:
        await engine.close()


def measure(report: Report, url: str, orders: int = ORDERS) -> None:
    """One round each, as dlt takes minutes."""
    migrate(url)
    meter = Meter(url)
    report.section(f"Loading {orders:,} orders, against dlt with the same data and PostgreSQL, by processor time")
    with tempfile.TemporaryDirectory(prefix="crossdock-bench-dlt-") as folder:
        new, changed = _normalized(orders)
        ours = asyncio.run(_store(url, meter, [new, changed]))
        plain = [[msgspec.json.decode(encode_record(order)) for order in load] for load in (new, changed)]
        theirs = _dlt(url, meter, folder, "bench_normalized", plain)
        _say(report, "store", orders, ours, theirs, (3, 15))
        del new, changed, plain
        ours, loads = asyncio.run(_through_the_adapter(url, meter, orders))
        theirs = _dlt(url, meter, folder, "bench_vendor", loads)
        _say(report, "sync through the adapter", orders, ours, theirs, (2, 3))


def _say(report: Report, what: str, orders: int, ours: Seconds, theirs: Seconds, goals: tuple[float, float]) -> None:
    for name, own, other, goal in (
        ("new", ours.new, theirs.new, goals[0]),
        ("one in a hundred changed", ours.changed, theirs.changed, goals[1]),
    ):
        report.line(f"{what}, {name}: {orders / own:,.0f} orders a second of a core, dlt {orders / other:,.0f}")
        report.ratio(f"{what}, {name} / dlt", [other / own], at_least=goal)
