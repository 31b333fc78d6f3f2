"""How records are stored, measured against the alternatives: docs/decisions/record-tables.md.

One table a resource with a column a filter, against one table of all resources whose filter columns serve every
resource in turn. Bodies kept in line and uncompressed, against what PostgreSQL does by itself. On tables of their own,
filled from the orders, without HTTP in between.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

from bench.database import accounts
from bench.report import Report
from crossdock.contract.wms.orders import ORDERS

RESOURCES = 5
OWNERS = 5
"""Connections that have records of every resource."""
PAGE = 500
PAGES = 3
"""Pages of each connection and resource."""
ROUNDS = 5

_SHARED = (
    "organization_id, connection_id, id, body, content_length, fingerprint, created_date, updated_date, "
    "trackstar_created_date, trackstar_updated_date"
)
_OWN: LiteralString = "warehouse_customer_id, status, channel, type, order_number, reference_id, required_ship_date"
_SLOTS: LiteralString = "text_1, text_2, text_3, text_4, text_5, text_6, time_1"
_MORE_SLOTS: LiteralString = (
    "text_7 text, text_8 text, time_2 timestamptz, time_3 timestamptz, boolean_1 boolean, boolean_2 boolean, "
    "number_1 numeric, number_2 numeric"
)


@dataclass(frozen=True)
class Layout:
    """One way to store: the table of a resource, and what narrows that table to it."""

    name: str
    table: Callable[[int], str]
    shared: bool = False
    filters: LiteralString = _OWN

    def scope(self, resource: int) -> str:
        return f"resource = 'resource_{resource}' and " if self.shared else ""


SEPARATE = Layout("one table a resource", lambda resource: f"bench_separate_{resource}")
SHARED = Layout("one table", lambda _resource: "bench_shared", shared=True, filters=_SLOTS)
COMPRESSED = Layout("compressed bodies", lambda resource: f"bench_compressed_{resource}")


def _create(database: psycopg.Connection[Any], layout: Layout) -> None:
    if layout.shared:
        slots = ", ".join(
            f"{slot} {'timestamptz' if slot.startswith('time') else 'text'}" for slot in _SLOTS.split(", ")
        )
        database.execute(
            f"create table bench_shared (like {ORDERS.table} including defaults including identity including storage, "
            f"resource text not null, {slots}, {_MORE_SLOTS}, primary key (connection_id, resource, id))"
        )
        for column in _OWN.split(", "):
            database.execute(f"alter table bench_shared drop column {column}")
        database.execute("alter table bench_shared set (toast_tuple_target = 8160)")
        database.execute("create unique index on bench_shared (connection_id, resource, seq) where deleted_at is null")
        database.execute("create index on bench_shared (connection_id, resource, trackstar_updated_date)")
        return
    for resource in range(RESOURCES):
        table = layout.table(resource)
        database.execute(f"create table {table} (like {ORDERS.table} including all)")
        if layout is COMPRESSED:
            database.execute(f"alter table {table} alter column body set storage extended")
        else:
            # LIKE copies how a column is stored, but not this.
            database.execute(f"alter table {table} set (toast_tuple_target = 8160)")


def _fill(database: psycopg.Connection[Any], layout: Layout, resource: int) -> float:
    """Stores the records of one resource, a page a transaction, connections in turns; gives the seconds."""
    name, value = (", resource", f", 'resource_{resource}'") if layout.shared else ("", "")
    statement = (
        f"insert into {layout.table(resource)} ({_SHARED}, {layout.filters}{name}) "
        f"select {_SHARED}, {_OWN}{value} from {ORDERS.table} where connection_id = %s and deleted_at is null "
        "order by seq limit %s offset %s"
    )
    started = time.perf_counter()
    for page in range(PAGES):
        for account in accounts()[:OWNERS]:
            database.execute(statement, [account.connection_id, PAGE, page * PAGE])
    return time.perf_counter() - started


def _read(database: psycopg.Connection[Any], layout: Layout, limit: int, narrowed: bool, dice: random.Random) -> float:
    """Reads pages that begin anywhere; gives the seconds of one."""
    cursor = database.cursor(binary=True)
    column = layout.filters.split(", ")[1]
    condition = f" and {column} = 'fulfilled'" if narrowed else ""
    count = 8000 // limit
    seconds = 0.0
    for _ in range(count):
        resource, account = dice.randrange(RESOURCES), dice.choice(accounts()[:OWNERS])
        scope = f"from {layout.table(resource)} where {layout.scope(resource)}connection_id = %s and deleted_at is null"
        first = cursor.execute(f"select min(seq) {scope}", [account.connection_id]).fetchone()
        if first is None:
            raise LookupError(layout.name)
        after = first[0] + dice.randrange(PAGE // 5)
        statement = f"select seq, body {scope} and seq > %s{condition} order by seq limit {limit}"
        started = time.perf_counter()
        rows = cursor.execute(statement, [account.connection_id, after]).fetchall()
        seconds += time.perf_counter() - started
        if len(rows) != limit:
            raise AssertionError(f"{layout.name}: {len(rows)} rows instead of {limit}")
    return seconds / count


def _bytes(database: psycopg.Connection[Any], layout: Layout) -> int:
    tables = {layout.table(resource) for resource in range(RESOURCES)}
    sizes = (database.execute("select pg_total_relation_size(%s::regclass)", [table]).fetchone() for table in tables)
    return sum(row[0] for row in sizes if row is not None)


def _ratios(chosen: Sequence[float], other: Sequence[float]) -> list[float]:
    return [theirs / ours for ours, theirs in zip(chosen, other, strict=True)]


def measure(report: Report, url: str) -> None:
    """Prints how many times the alternatives take of what the chosen layout takes."""
    layouts = (SEPARATE, SHARED, COMPRESSED)
    with psycopg.connect(url, autocommit=True) as database:
        for layout in layouts:
            _create(database, layout)
        filled: dict[str, list[float]] = {layout.name: [] for layout in layouts}
        for resource in range(RESOURCES):
            for layout in layouts[resource % 3 :] + layouts[: resource % 3]:
                filled[layout.name].append(_fill(database, layout, resource))
        for layout in layouts:
            for table in sorted({layout.table(resource) for resource in range(RESOURCES)}):
                database.execute(f"vacuum (analyze) {table}")
        rows = RESOURCES * OWNERS * PAGE * PAGES
        report.section(f"Tables of {rows:,} records; times the alternative takes of the chosen layout's time")
        for other, label in ((SHARED, "one table of all resources"), (COMPRESSED, "bodies as PostgreSQL stores them")):
            report.line(f"{label}, against one table a resource with bodies in line and uncompressed:")
            report.ratio("  storing new records", _ratios(filled[SEPARATE.name], filled[other.name]))
            for limit, narrowed in ((1000, False), (100, False), (100, True)):
                times: dict[str, list[float]] = {SEPARATE.name: [], other.name: []}
                for turn in range(ROUNDS):
                    for layout in (SEPARATE, other) if turn % 2 else (other, SEPARATE):
                        dice = random.Random(turn)  # noqa: S311 - places to read, not a secret
                        times[layout.name].append(_read(database, layout, limit, narrowed, dice))
                shown = f"  a page of {limit:,}" + (" of one status" if narrowed else "")
                report.ratio(shown, _ratios(times[SEPARATE.name], times[other.name]))
            report.line(f"  bytes {_bytes(database, other) / _bytes(database, SEPARATE):53.2f}")
        for layout in layouts:
            for table in sorted({layout.table(resource) for resource in range(RESOURCES)}):
                database.execute(f"drop table {table}")
