"""Storing what a sync fetched: orders the store knows already against new ones, through the one upsert."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg

from bench.database import Account, accounts, insert_account, order_id
from bench.orders import make_order
from bench.report import Report, median
from crossdock.contract.wms.orders import ORDERS, Order
from crossdock.platform.database import Database
from crossdock.records import store

ROUNDS = 5
ORDERS_A_ROUND = 4000
PAGE = 500
"""Records of one transaction, as a sync stores a page it fetched."""


def new_account() -> Account:
    """Another connection of the first organization."""
    name = uuid4().hex
    return replace(accounts()[0], connection_id=str(UUID(name)), access_token=f"cdt_bench_{name}")


async def upsert_pages(database: Database, account: Account, records: Sequence[Order]) -> tuple[float, int]:
    """Stores the records page by page; gives the seconds, and how many were unchanged."""
    unchanged = 0
    started = time.perf_counter()
    for first in range(0, len(records), PAGE):
        now = datetime.now(UTC)
        async with database.transaction(UUID(account.organization_id)) as connection:
            saved = await store.upsert(
                connection,
                organization_id=UUID(account.organization_id),
                connection_id=UUID(account.connection_id),
                resource=ORDERS,
                records=records[first : first + PAGE],
                now=now,
                fetched_at=now,
            )
        unchanged += saved.unchanged
    return time.perf_counter() - started, unchanged


async def measure(report: Report, url: str) -> None:
    """The same orders twice, each round for a connection of its own. Orders are made before the clock starts."""
    orders = [make_order(number, order_id(number)) for number in range(ORDERS_A_ROUND)]
    database = Database(url, pool_size=2)
    await database.open()
    new, unchanged = list[float](), list[float]()
    try:
        for _ in range(ROUNDS):
            account = new_account()
            with psycopg.connect(url) as connection:
                insert_account(connection, account)
            seconds, known = await upsert_pages(database, account, orders)
            new.append(seconds)
            seconds, known_again = await upsert_pages(database, account, orders)
            unchanged.append(seconds)
            if (known, known_again) != (0, len(orders)):
                raise AssertionError(f"{known} of the new and {known_again} of the known orders counted as unchanged")
    finally:
        await database.close()
    report.section(f"Ingest of {ORDERS_A_ROUND:,} orders, {PAGE} a transaction")
    report.line(f"new        {ORDERS_A_ROUND / median(new):9,.0f} orders/s")
    report.line(f"unchanged  {ORDERS_A_ROUND / median(unchanged):9,.0f} orders/s")
    ratios = [slow / fast for slow, fast in zip(new, unchanged, strict=True)]
    report.ratio("Ingest of unchanged orders / of new ones", ratios, at_least=3.0)
