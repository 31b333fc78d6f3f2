"""Nothing of one organization is visible to another, whatever a query forgets."""

from __future__ import annotations

from uuid import UUID, uuid4

import psycopg
import pytest

from crossdock.contract.catalogue import STORED
from crossdock.migrations.tables import COLUMN_TYPES
from crossdock.platform.database import APP_ROLE, Database

pytestmark = pytest.mark.anyio

UNOWNED = {"alembic_version", "master_keys"}
"""Tables that belong to the installation, not to an organization."""


def _tables(url: str) -> list[tuple[str, bool, bool, bool]]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "select c.relname, c.relrowsecurity, c.relforcerowsecurity, "
            "exists (select 1 from pg_policy p where p.polrelid = c.oid) "
            "from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace order by 1"
        ).fetchall()


def test_every_table_of_an_organization_is_protected(database_url: str) -> None:
    """One unprotected table would show a merchant's data to another company."""
    tables = _tables(database_url)
    assert len(tables) > len(STORED)
    assert [name for name, on, forced, policy in tables if name not in UNOWNED and not (on and forced and policy)] == []


async def test_another_organization_sees_nothing(database: Database, organization_id: UUID) -> None:
    async with database.transaction(organization_id) as connection:
        await connection.execute(
            "insert into connections (id, organization_id, vertical, integration_name, token_hash) "
            "values (%s, %s, 'wms', 'sandbox', %s)",
            (uuid4(), organization_id, uuid4().bytes),
        )
    count = "select count(*) from connections"
    assert (await database.rows(organization_id, count))[0][0] == 1
    assert (await database.rows(uuid4(), count))[0][0] == 0


async def test_no_organization_sees_nothing(database_url: str, organization_id: UUID) -> None:
    """A query outside a transaction of an organization must not fall back to everything."""
    with psycopg.connect(database_url) as connection:
        connection.execute(f"set role {APP_ROLE}")
        row = connection.execute("select count(*) from organizations").fetchone()
        assert row == (0,)


async def test_writing_for_another_organization_is_refused(database: Database, organization_id: UUID) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.transaction(organization_id) as connection:
            await connection.execute("insert into event_counters (organization_id) values (%s)", (uuid4(),))


def test_record_tables_have_the_columns_of_their_filters(database_url: str) -> None:
    """A filter without its column would answer 500."""
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("select table_name, column_name from information_schema.columns").fetchall()
    found = {(table, column) for table, column in rows}
    wanted = {(resource.table, item.name) for resource in STORED for item in resource.columns}
    assert wanted
    assert {item.kind.value for resource in STORED for item in resource.columns} <= set(COLUMN_TYPES)
    assert wanted - found == set()
