"""Managing endpoints: making, changing, secrets, test messages, and sending again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from crossdock.contract import webhooks as contract
from crossdock.contract.catalogue import STORED
from crossdock.contract.errors import InvalidBody, bad_request, not_found
from crossdock.contract.events import SUBSCRIBABLE
from crossdock.contract.schemas import JSONSchema, record_schema
from crossdock.contract.values import ENCODER
from crossdock.documents.examples import example
from crossdock.integrations.kit.addresses import AddressGuard, AddressRefused
from crossdock.platform.database import Connection
from crossdock.platform.engine import Engine
from crossdock.webhooks import events, lane_store, messages, signing, store
from crossdock.webhooks.deliver import Attempt, Sender, Target
from crossdock.webhooks.messages import Message
from crossdock.webhooks.store import EndpointRow
from crossdock.webhooks.transform import Transformer

BY_HAND = "it was disabled by hand"


async def find(engine: Engine, organization_id: UUID, endpoint_id: UUID) -> EndpointRow:
    """An endpoint of the organization; 404 when it has none with this id."""
    async with engine.database.transaction(organization_id) as connection:
        row = await store.find(connection, endpoint_id)
    if row is None:
        raise not_found(str(endpoint_id))
    return row


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
        await _check(engine, connection, row)
        await store.insert(
            connection,
            row,
            master_key_id=engine.master_key.id,
            wrapped_key=wrapped,
            sealed_secret=signing.seal(key, secret),
        )
    return row, secret


async def _check(engine: Engine, connection: Connection, row: EndpointRow) -> None:
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


async def update(
    engine: Engine,
    organization_id: UUID,
    endpoint_id: UUID,
    changes: Mapping[str, Any],
    *,
    disabled: bool | None = None,
) -> EndpointRow:
    """Changes an endpoint. One that is enabled again goes on with the next event, one that is resumed where it was."""
    now = engine.now()
    async with engine.database.transaction(organization_id) as connection:
        row = await store.lock(connection, endpoint_id)
        if row is None:
            raise not_found(str(endpoint_id))
        sets: dict[str, Any] = {**changes, "updated_at": now}
        if disabled is True and row.disabled_at is None:
            sets |= {"disabled_at": now, "disabled_reason": BY_HAND}
        if disabled is False and row.disabled_at is not None:
            sets |= {"disabled_at": None, "disabled_reason": None}
            await store.skip_to_now(connection, endpoint_id)
        changed = msgspec.structs.replace(row, **sets)
        await _check(engine, connection, changed)
        await store.update(connection, endpoint_id, sets)
        await store.wake(connection, organization_id, endpoint_id)
    return changed


async def delete(engine: Engine, organization_id: UUID, endpoint_id: UUID) -> None:
    """Removes an endpoint with everything that was noted of it."""
    async with engine.database.transaction(organization_id) as connection:
        if not await store.delete(connection, endpoint_id):
            raise not_found(str(endpoint_id))


# -- secrets -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Secret:
    """The secret of an endpoint, and until when the one before signs too."""

    secret: str
    old_until: datetime | None


async def secret_of(engine: Engine, organization_id: UUID, endpoint_id: UUID) -> Secret:
    """The secret, to show it again."""
    row = await find(engine, organization_id, endpoint_id)
    now = engine.now()
    async with engine.database.transaction(organization_id) as connection:
        sealed = await store.secrets(connection, endpoint_id)
    found = signing.open_secrets(engine.master_key, row, sealed, now)
    return Secret(found[0], sealed.old_secret_until if len(found) > 1 else None)


async def rotate(engine: Engine, organization_id: UUID, endpoint_id: UUID) -> Secret:
    """A new secret. The one before signs too for a while; one that is older stops at once."""
    secret, until = signing.new_secret(), engine.now() + signing.OVERLAP
    async with engine.database.transaction(organization_id) as connection:
        if await store.lock(connection, endpoint_id) is None:
            raise not_found(str(endpoint_id))
        sealed = await store.secrets(connection, endpoint_id)
        key = engine.master_key.open_data_key(organization_id, endpoint_id, sealed.wrapped_key)
        await store.replace_secret(connection, endpoint_id, signing.seal(key, secret), until)
    return Secret(secret, until)


# -- test messages -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tested:
    """A test message and what came of it."""

    message_id: str
    attempt: Attempt


def example_of(event_type: str) -> dict[str, Any]:
    """An example of an event, which fits its published schema."""
    found = next((item for item in contract.webhooks() if item.name == event_type), None)
    if found is None:
        raise InvalidBody.field("event_type", "There is no example of this event.")
    records = {f"#/components/schemas/{resource.schema_name}": resource for resource in STORED}

    def referenced(_path: tuple[str, ...], schema: JSONSchema) -> Any:
        resource = records.get(schema.get("$ref", ""))
        return None if resource is None else example(record_schema(resource), whole=True)

    made: dict[str, Any] = example(found.schema, referenced)
    return made


async def test(engine: Engine, organization_id: UUID, endpoint_id: UUID, event_type: str) -> Tested:
    """Sends an example of an event, once, also to an endpoint that is paused or disabled."""
    row = await find(engine, organization_id, endpoint_id)
    message = Message(f"msg_test_{uuid4().hex}", ENCODER.encode(example_of(event_type)))
    now = engine.now()
    async with engine.database.transaction(organization_id) as connection:
        sealed = await store.secrets(connection, endpoint_id)
    target = Target(row.url, signing.open_secrets(engine.master_key, row, sealed, now), row.transformation)
    transformer = Transformer()
    try:
        sender = Sender(engine.network, transformer, engine.settings.webhook_timeout_seconds)
        return Tested(message.id, await sender.send(target, message, now))
    finally:
        await transformer.close()


# -- sending again -------------------------------------------------------------------------------------------------


async def replay(
    engine: Engine,
    organization_id: UUID,
    endpoint_id: UUID,
    *,
    event_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    missed: bool = False,
) -> int:
    """Makes events due again; gives how many."""
    sequence = None
    if event_id is not None:
        sequence = messages.sequence_of(event_id)
        if sequence is None:
            raise not_found(event_id)
    elif since is None and not missed:
        raise InvalidBody.field("since", "Name an event, a time, or ask for what was missed.")
    async with engine.database.transaction(organization_id) as connection:
        row = await store.lock(connection, endpoint_id)
        if row is None:
            raise not_found(str(endpoint_id))
        if row.disabled_at is not None:
            raise bad_request("This endpoint is disabled; enable it first")
        if sequence is not None and await events.get(connection, organization_id, sequence) is None:
            raise not_found(event_id or "")
        queued = await lane_store.add_again(
            connection, row, first=sequence, last=sequence, since=since, until=until, missed_only=missed
        )
        await store.wake(connection, organization_id, endpoint_id)
    return queued
