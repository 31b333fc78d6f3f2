"""What somebody else does at a connected system, done at the sandbox of an organization: a buyer who orders, for one.

It goes through the adapter, and what came of it is stored like the outcome of a write, so that it is read and heard of
at once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec

from crossdock.connections import sandboxes, service, store
from crossdock.connections.store import ConnectionRow
from crossdock.contract.judge import Judge, decode
from crossdock.contract.management.cart_simulations import SIMULATIONS, Simulation
from crossdock.integrations import registry
from crossdock.integrations.kit.adapter import Adapter
from crossdock.platform.engine import Engine
from crossdock.platform.http import Call, Reply
from crossdock.records import writes


async def simulate(call: Call, simulation: Simulation, judge: Judge) -> Reply:
    """Does it at the organization's sandbox and answers with the record that came of it."""
    raw = await call.body()
    given = decode(raw) if raw else {}
    judge.check(given)
    known = {item.encode_name for item in msgspec.structs.fields(simulation.body)}
    body = msgspec.convert({name: value for name, value in given.items() if name in known}, simulation.body)
    unused = [name for name in given if name not in known]
    work = _carry_out(call.engine, call.authorized.caller.organization_id, simulation, body, unused)
    return Reply(await call.engine.finish(work))


async def _carry_out(
    engine: Engine, organization_id: UUID, simulation: Simulation, body: Any, unused: list[str]
) -> bytes:
    adapter_type, row = await _sandbox(engine, organization_id, simulation.resource.vertical)
    adapter = await service.open_adapter(engine, organization_id, row.id, adapter_type)
    outcome = await adapter.simulate(simulation.operation.operation_id, body)
    outcome = replace(outcome, unused_fields=[*outcome.unused_fields, *unused])
    return await writes.store_change(engine, organization_id, row.id, simulation.resource, outcome)


async def _sandbox(engine: Engine, organization_id: UUID, vertical: str) -> tuple[type[Adapter], ConnectionRow]:
    """The organization's sandbox of a vertical; made now when it has none yet."""
    adapter = registry.find(vertical, sandboxes.SLUG)
    if adapter is None:
        raise LookupError(f"there is no {vertical} sandbox")
    row = await _find(engine, organization_id, vertical)
    if row is None:
        await sandboxes.generate(engine, organization_id, vertical)
        row = await _find(engine, organization_id, vertical)
    if row is None:
        raise LookupError(f"the {vertical} sandbox of {organization_id} was removed while it was used")
    return adapter, row


async def _find(engine: Engine, organization_id: UUID, vertical: str) -> ConnectionRow | None:
    async with engine.database.transaction(organization_id) as connection:
        return await store.find_sandbox(connection, vertical)


def _endpoint(simulation: Simulation) -> Callable[[Call], Awaitable[Reply]]:
    judge = Judge(simulation.operation.body or {})

    async def endpoint(call: Call) -> Reply:
        return await simulate(call, simulation, judge)

    return endpoint


ENDPOINTS: Mapping[str, Callable[[Call], Awaitable[Reply]]] = {
    simulation.operation.operation_id: _endpoint(simulation) for simulation in SIMULATIONS
}
