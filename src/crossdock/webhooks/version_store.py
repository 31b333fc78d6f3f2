"""The kept versions of records, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from crossdock.contract.catalogue import RESOURCE_BY_KEY
from crossdock.platform.database import Connection

Place = tuple[str, UUID, str, int]
"""A version of a record: resource, connection, id, version."""


async def bodies(connection: Connection, places: Sequence[Place]) -> dict[Place, bytes]:
    """The records as they were served at these versions: the newest lies in its table, the others in the history."""
    found: dict[Place, bytes] = {}
    by_resource: dict[str, list[Place]] = {}
    for place in places:
        by_resource.setdefault(place[0], []).append(place)
    for key, wanted in by_resource.items():
        arrays = ([item[1] for item in wanted], [item[2] for item in wanted], [item[3] for item in wanted])
        cursor = await connection.execute(
            f"select r.connection_id, r.id, r.version, r.body from {RESOURCE_BY_KEY[key].table} r "
            "join unnest(%s::uuid[], %s::text[], %s::integer[]) as u(connection_id, id, version) "
            "using (connection_id, id, version) union all "
            "select v.connection_id, v.id, v.version, v.body from record_versions v "
            "join unnest(%s::uuid[], %s::text[], %s::integer[]) as u(connection_id, id, version) "
            "using (connection_id, id, version) where v.resource = %s",
            (*arrays, *arrays, key),
            binary=True,
        )
        for row in await cursor.fetchall():
            found[key, row["connection_id"], row["id"], row["version"]] = row["body"]
    return found
