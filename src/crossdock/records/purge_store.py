"""Removing what is stored of a connection that is no more, a batch at a time."""

from __future__ import annotations

from uuid import UUID

from crossdock.contract.catalogue import STORED
from crossdock.platform.database import Connection

BATCH = 5000
"""Rows one transaction removes, so that none runs into the time limit of a statement."""
TABLES = (
    *(resource.table for resource in STORED),
    *("record_versions", "writes", "vendor_budgets", "connection_errors", "on_demand_syncs"),
    *("vendor_subscriptions", "vendor_deliveries"),
    *("sync_absences", "sync_runs"),
)
"""Everything that is kept of a connection beside its own row and its events."""


async def purge_batch(connection: Connection, table: str, connection_id: UUID) -> bool:
    """Removes one batch of rows of a table; whether there may be more."""
    cursor = await connection.execute(
        f"delete from {table} where ctid = any(array(select ctid from {table} where connection_id = %s limit %s))",
        (connection_id, BATCH),
    )
    return cursor.rowcount == BATCH
