"""Events and the versions of records that they are about, in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crossdock.contract.resources import Resource
from crossdock.platform.database import Connection


@dataclass(frozen=True)
class EventRow:
    """An event with the connection it is about."""

    connection_id: UUID
    resource: str
    record_id: str
    version: int
    change: str
    customer_id: str | None
    integration_name: str
    vertical: str
    created_at: datetime


async def get_event(connection: Connection, organization_id: UUID, sequence: int) -> EventRow | None:
    """The event with this number, also when its connection was removed."""
    cursor = await connection.execute(
        "select e.connection_id, e.resource, e.record_id, e.version, e.change, c.customer_id, c.integration_name, "
        "c.vertical, e.created_at from events e join connections c on c.id = e.connection_id "
        "where e.organization_id = %s and e.sequence = %s",
        (organization_id, sequence),
    )
    row = await cursor.fetchone()
    return EventRow(**row) if row else None


async def get_version(
    connection: Connection, connection_id: UUID, resource: Resource, record_id: str, version: int
) -> bytes | None:
    """A record as it was served at one of its versions."""
    cursor = await connection.execute(
        f"select body from {resource.table} where connection_id = %(connection)s and id = %(id)s "
        "and version = %(version)s union all select body from record_versions where connection_id = %(connection)s "
        "and resource = %(resource)s and id = %(id)s and version = %(version)s",
        {"connection": connection_id, "resource": resource.key, "id": record_id, "version": version},
        binary=True,
    )
    row = await cursor.fetchone()
    return row["body"] if row else None
