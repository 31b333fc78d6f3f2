"""The look of each organization's connect window in the database."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from crossdock.platform.database import Connection


@dataclass(frozen=True)
class BrandRow:
    """A look as stored."""

    color: str | None
    logo: bytes | None
    logo_type: str | None


async def find(connection: Connection) -> BrandRow | None:
    """The look of the organization."""
    cursor = await connection.execute("select color, logo, logo_type from brands", binary=True)
    row = await cursor.fetchone()
    return BrandRow(**row) if row else None


async def save(connection: Connection, organization_id: UUID, row: BrandRow) -> None:
    """Replaces the look of the organization."""
    await connection.execute(
        "insert into brands (organization_id, color, logo, logo_type) values (%s, %s, %s, %s) "
        "on conflict (organization_id) do update set color = excluded.color, logo = excluded.logo, "
        "logo_type = excluded.logo_type",
        (organization_id, row.color, row.logo, row.logo_type),
    )
