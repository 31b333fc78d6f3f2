"""The sandbox connections of an organization: one a vertical, always the same, with data that can be put back."""

from __future__ import annotations

import asyncio
from uuid import UUID

import psycopg

from crossdock.connections import secrets, service, store
from crossdock.connections.store import ConnectionRow
from crossdock.contract.errors import VendorUnavailable, not_found
from crossdock.contract.management.sandboxes import SandboxAnswer
from crossdock.integrations import registry
from crossdock.integrations.kit.adapter import Adapter
from crossdock.platform.engine import Engine
from crossdock.sandbox import accounts
from crossdock.syncs import schedules
from crossdock.syncs import service as syncs

SLUG = "sandbox"
_WAIT_SECONDS = 20.0


async def generate(engine: Engine, organization_id: UUID, vertical: str) -> SandboxAnswer:
    """Makes the sandbox of a vertical or puts its data back, and syncs it before it answers."""
    adapter = registry.find(vertical, SLUG)
    if adapter is None:
        raise not_found(vertical)
    async with engine.database.transaction(organization_id) as connection:
        row = await store.find_sandbox(connection, vertical)
    if row is None:
        row = await _make(engine, organization_id, adapter)
    else:
        key = await _key_of(engine, row, adapter)
        await accounts.reset(engine.database, organization_id, adapter.vertical, api_key=key)
    for implementation in adapter.implementations.values():
        if implementation.action.is_read:
            await _resync(engine, row, implementation.action.name)
    actions = service.available_actions(adapter, row.switched_off)
    return SandboxAnswer(
        access_token=await service.access_token(engine, row),
        connection_id=str(row.id),
        integration_name=row.integration_name,
        customer_id=row.customer_id,
        available_actions=actions,
        available_endpoints=actions,
    )


async def _make(engine: Engine, organization_id: UUID, adapter: type[Adapter]) -> ConnectionRow:
    key = await accounts.reset(engine.database, organization_id, adapter.vertical)
    credentials = service.parse_credentials(adapter, {"api_key": key})
    try:
        row, _ = await service.create(
            engine, organization_id=organization_id, adapter=adapter, credentials=credentials, is_sandbox=True
        )
    except psycopg.errors.UniqueViolation:
        # Someone else made it at the same moment. Its key counts, and the vendor must know that one again.
        async with engine.database.transaction(organization_id) as connection:
            found = await store.find_sandbox(connection, adapter.vertical)
        if found is None:
            raise
        known = await _key_of(engine, found, adapter)
        await accounts.reset(engine.database, organization_id, adapter.vertical, api_key=known)
        return found
    return row


async def _key_of(engine: Engine, row: ConnectionRow, adapter: type[Adapter]) -> str:
    async with engine.database.transaction(row.organization_id) as connection:
        sealed = await store.get_sealed(connection, row.id)
    if sealed is None:
        raise secrets.ConnectionGone
    data_key = engine.master_key.open_data_key(row.organization_id, row.id, sealed.wrapped_key)
    key: str = secrets.open_credentials(data_key, sealed.sealed_credentials, adapter.credentials_type).api_key
    return key


async def _resync(engine: Engine, row: ConnectionRow, function_name: str) -> None:
    """Reads everything anew, after a run that is under way has ended."""
    deadline = asyncio.get_running_loop().time() + _WAIT_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        async with engine.database.transaction(row.organization_id) as connection:
            due = await schedules.claim_one(connection, row.id, function_name)
        if due is not None:
            await syncs.run(engine, due, replace=True)
            return
        await asyncio.sleep(0.05)
    raise VendorUnavailable(f"{function_name} of the sandbox is busy; try again", may_have_applied=False)
