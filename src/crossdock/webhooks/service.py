"""Managing endpoints: making, changing, secrets, test messages, and sending again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from crossdock.contract.errors import InvalidBody
from crossdock.contract.events import SUBSCRIBABLE
from crossdock.integrations.kit.addresses import AddressGuard, AddressRefused
from crossdock.platform.database import Connection
from crossdock.platform.engine import Engine
from crossdock.webhooks import signing, store
from crossdock.webhooks.store import EndpointRow


async def create(engine: Engine, organization_id: UUID, given: Mapping[str, Any]) -> tuple[EndpointRow, str]:
    """A new endpoint and its secret; it gets the events from now on."""
    now = engine.now()
    values: dict[str, Any] = {
        "description": None,
        "event_types": None,
        "connection_ids": None,
        "customer_ids": None,
        "environment": None,
        "transformation": None,
        "paused": False,
        **given,
    }
    row = EndpointRow(
        id=uuid4(),
        organization_id=organization_id,
        disabled_at=None,
        disabled_reason=None,
        created_at=now,
        updated_at=now,
        **values,
    )
    secret = signing.new_secret()
    key, wrapped = engine.master_key.new_data_key(organization_id, row.id)
    async with engine.database.transaction(organization_id) as connection:
        await check(engine, connection, row)
        await store.insert(
            connection,
            row,
            master_key_id=engine.master_key.id,
            wrapped_key=wrapped,
            sealed_secret=signing.seal(key, secret),
        )
    return row, secret


async def check(engine: Engine, connection: Connection, row: EndpointRow) -> None:
    """Refuses an endpoint that could never get anything, naming the field."""
    try:
        AddressGuard(engine.settings.networks()).check_url(row.url)
    except AddressRefused as error:
        raise InvalidBody.field("url", str(error)) from None
    strange = sorted(set(row.event_types or ()) - SUBSCRIBABLE)
    if strange:
        raise InvalidBody.field("event_types", f"There is no event called {', '.join(strange)}.")
    wanted = set(row.connection_ids or ())
    unknown = wanted - await store.connections_known(connection, sorted(wanted))
    if unknown:
        raise InvalidBody.field("connection_ids", f"There is no connection {', '.join(map(str, sorted(unknown)))}.")
