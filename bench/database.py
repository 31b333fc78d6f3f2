"""The database that is measured: the embedded PostgreSQL as users get it, filled with orders of many connections."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from bench.orders import FIRST_DAY, PLACEHOLDER, templates
from crossdock.contract.wms.orders import ORDERS
from crossdock.platform.migrate import migrate
from crossdock.platform.sealing import hash_token
from crossdock.records.store import compose, fingerprint_of

CONNECTIONS = 20
ORGANIZATIONS = 4
SYNC_PAGE = 500
"""Orders of one connection that lie side by side, as a sync page leaves them."""

_COLUMNS = {
    "organization_id": "uuid",
    "connection_id": "uuid",
    "id": "text",
    "body": "bytea",
    "content_length": "int4",
    "fingerprint": "bytea",
    "created_date": "timestamptz",
    "updated_date": "timestamptz",
    "trackstar_created_date": "timestamptz",
    "trackstar_updated_date": "timestamptz",
    **{item.name: "timestamptz" if item.kind.value == "time" else "text" for item in ORDERS.columns},
}


@dataclass(frozen=True)
class Account:
    """One connection and what its caller sends."""

    organization_id: str
    connection_id: str
    api_key: str
    access_token: str


def accounts() -> list[Account]:
    """Every connection; the organizations share them out."""
    found = []
    for number in range(CONNECTIONS):
        organization = number % ORGANIZATIONS
        found.append(
            Account(
                organization_id=str(UUID(int=1 << 64 | organization)),
                connection_id=str(UUID(int=2 << 64 | number)),
                api_key=f"cdk_bench_{organization}",
                access_token=f"cdt_bench_{number}",
            )
        )
    return found


def order_id(number: int) -> str:
    """The identifier of an order within its connection."""
    return f"order-{number:08d}"


def insert_account(database: psycopg.Connection[Any], account: Account, vertical: str = "wms") -> None:
    """An organization, its key and one connection, unless they are there."""
    organization = account.organization_id
    database.execute("insert into organizations (id, name) values (%s, 'bench') on conflict do nothing", [organization])
    database.execute("insert into event_counters (organization_id) values (%s) on conflict do nothing", [organization])
    database.execute(
        "insert into api_keys (id, organization_id, name, hint, key_hash, access) "
        "values (gen_random_uuid(), %s, 'bench', 'cdk_benc', %s, 'full') on conflict do nothing",
        [organization, hash_token(account.api_key)],
    )
    database.execute(
        "insert into connections (id, organization_id, vertical, integration_name, token_hash) "
        "values (%s, %s, %s, 'bench', %s)",
        [account.connection_id, organization, vertical, hash_token(account.access_token)],
    )


FILL_SETTINGS = {"fsync": "off", "wal_level": "minimal", "max_wal_senders": "0", "maintenance_work_mem": "256MB"}
"""For the server while it is filled. It is started anew with its own settings before anything is measured."""


def fill(url: str, orders: int) -> None:
    """Migrates the database and fills it. Indexes are made when the rows are there."""
    migrate(url)
    with psycopg.connect(url) as database:
        for account in accounts():
            insert_account(database, account)
        indexes = _take_indexes(database)
        # COPY into a table emptied in the same transaction skips the write-ahead log and leaves nothing to vacuum.
        database.execute(f"truncate {ORDERS.table}")
        with (
            database.cursor() as cursor,
            cursor.copy(f"copy {ORDERS.table} ({', '.join(_COLUMNS)}) from stdin (format binary, freeze)") as copy,
        ):
            copy.set_types(list(_COLUMNS.values()))
            for row in _rows(orders):
                copy.write_row(row)
        for statement in indexes:
            database.execute(statement)
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("vacuum (analyze)")


def _take_indexes(database: psycopg.Connection[Any]) -> list[LiteralString]:
    """Drops the indexes of the table and gives the statements that make them again."""
    keys = database.execute(
        "select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = %s::regclass and contype = 'p'",
        [ORDERS.table],
    ).fetchall()
    made = [f"alter table {ORDERS.table} add constraint {name} {definition}" for name, definition in keys]
    for name, _ in keys:
        database.execute(f"alter table {ORDERS.table} drop constraint {name}")
    rows = database.execute(
        "select indexname, indexdef from pg_indexes where schemaname = 'public' and tablename = %s", [ORDERS.table]
    ).fetchall()
    for name, definition in rows:
        made.append(definition)
        database.execute(f"drop index {name}")
    if len(made) < 2:
        raise LookupError(f"{ORDERS.table} has lost its indexes")
    return made


def _rows(orders: int) -> Iterator[tuple[Any, ...]]:
    """All rows: connections take turns, one sync page each."""
    made = [
        (template, [getattr(template.order, item.name) for item in ORDERS.columns], template.order)
        for template in templates()
    ]
    each = orders // CONNECTIONS
    for first in range(0, each, SYNC_PAGE):
        for place, account in enumerate(accounts()):
            owner = (UUID(account.organization_id), UUID(account.connection_id))
            for number in range(first, min(first + SYNC_PAGE, each)):
                template, columns, order = made[(number + place * 37) % len(made)]
                identifier = order_id(number)
                content = template.content(identifier)
                body = compose(ORDERS, content, None, FIRST_DAY, FIRST_DAY)
                yield (
                    *owner,
                    identifier,
                    body,
                    len(content),
                    fingerprint_of(content),
                    order.created_date,
                    order.updated_date,
                    FIRST_DAY,
                    FIRST_DAY,
                    *(value.replace(PLACEHOLDER, identifier) if isinstance(value, str) else value for value in columns),
                )


@dataclass(frozen=True)
class Place:
    """A row to read: whose it is, its number in the table and its identifier."""

    account: Account
    seq: int
    identifier: str


def places(url: str, orders: int, count: int, room: int) -> list[Place]:
    """Random rows, the same for the same database, each followed by at least `room` others of its connection."""
    dice = random.Random(4711)  # noqa: S311 - synthetic data, not a secret
    each = orders // CONNECTIONS
    everyone = accounts()
    found = []
    with psycopg.connect(url) as database:
        for _ in range(count):
            account = dice.choice(everyone)
            identifier = order_id(dice.randrange(max(1, each - room)))
            row = database.execute(
                f"select seq from {ORDERS.table} where connection_id = %s and id = %s",
                [account.connection_id, identifier],
            ).fetchone()
            if row is None:
                raise LookupError(identifier)
            found.append(Place(account, row[0], identifier))
    return found


def before_last_pages(url: str, limit: int) -> list[Place]:
    """For each connection the row that its last `limit` rows follow."""
    found = []
    with psycopg.connect(url) as database:
        for account in accounts():
            row = database.execute(
                f"select seq, id from {ORDERS.table} where connection_id = %s and deleted_at is null "
                "order by seq desc offset %s limit 1",
                [account.connection_id, limit],
            ).fetchone()
            if row is None:
                raise LookupError(f"{account.connection_id} has not {limit} orders")
            found.append(Place(account, *row))
    return found


def size_of(url: str) -> dict[str, int]:
    """Bytes of the orders table, its indexes and its average body."""
    with psycopg.connect(url) as database:
        row = database.execute(
            f"select pg_table_size('{ORDERS.table}'), pg_indexes_size('{ORDERS.table}'), "
            f"(select avg(length(body))::int from {ORDERS.table} tablesample system (0.5))"
        ).fetchone()
    if row is None:
        raise LookupError(ORDERS.table)
    return dict(zip(("table", "indexes", "body"), row, strict=True))
