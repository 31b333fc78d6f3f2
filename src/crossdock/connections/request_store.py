"""Requests for integrations in the database."""

from __future__ import annotations

from uuid import UUID

import msgspec

from crossdock.contract.management.integration_requests import CreateIntegrationRequest, IntegrationRequest
from crossdock.platform.database import Connection


async def insert(
    connection: Connection, organization_id: UUID, made: IntegrationRequest, given: CreateIntegrationRequest
) -> None:
    """A new request: what is answered, and what only the database keeps."""
    row = {"organization_id": organization_id, **msgspec.structs.asdict(made)}
    for name in ("website_url", "api_docs_url", "contact_email", "notes"):
        row[name] = getattr(given, name) or None
    marks = ", ".join(["%s"] * len(row))
    await connection.execute(f"insert into integration_requests ({', '.join(row)}) values ({marks})", [*row.values()])
