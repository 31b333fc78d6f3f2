"""What somebody else does at a connected system, done at a sandbox: a buyer who orders, a warehouse that ships.

It goes through the adapter, and what came of it is stored like the outcome of a write, so that it is read and heard of
at once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import msgspec

from crossdock.connections import sandboxes, service, store
from crossdock.connections.store import ConnectionRow
from crossdock.contract.bodies import WriteBody
from crossdock.contract.errors import InvalidBody, no_body_taken, not_found
from crossdock.contract.judge import Judge, decode
from crossdock.contract.management.simulations import SIMULATIONS, Simulation
from crossdock.integrations import registry
from crossdock.integrations.kit.adapter import Adapter, Written
from crossdock.platform.engine import Engine
from crossdock.platform.http import Call, Reply
from crossdock.records import query, writes
from crossdock.records import store as records


async def simulate(call: Call, simulation: Simulation, judge: Judge) -> Reply:
    """Does it at the organization's sandbox and answers with the record that came of it."""
    ids = [call.path[name] for name in simulation.operation.path_parameters]
    switches = _read_switches(call.query_string, simulation.switches)
    body, unused = await _read_body(call, simulation, judge)
    given = [*ids] if body is None else [*ids, body]

    def step(adapter: Adapter) -> Awaitable[Written[Any]]:
        return adapter.simulate(simulation.operation.operation_id, *given, **switches)

    work = _carry_out(call.engine, call.authorized.caller.organization_id, simulation, ids, step, unused)
    return Reply(await call.engine.finish(work))


async def _read_body(call: Call, simulation: Simulation, judge: Judge) -> tuple[WriteBody | None, list[str]]:
    """The body, and what of it has no effect."""
    raw = await call.body()
    if simulation.body is None:
        if raw:
            raise no_body_taken()
        return None, []
    given = decode(raw) if raw else {}
    judge.check(given)
    known = {item.encode_name for item in msgspec.structs.fields(simulation.body)}
    body = msgspec.convert({name: value for name, value in given.items() if name in known}, simulation.body)
    return body, [name for name in given if name not in known]


def _read_switches(query_string: bytes, names: Sequence[str]) -> dict[str, bool]:
    given = query.merge(query.parse_pairs(query_string))
    violations = {name: ["Unknown field."] for name in sorted(set(given) - set(names))}
    for name in names:
        if given.get(name, "false") not in ("true", "false"):
            violations[name] = ["Not a valid boolean."]
    if violations:
        raise InvalidBody({"query": violations})
    return {name: given.get(name) == "true" for name in names}


async def _carry_out(
    engine: Engine,
    organization_id: UUID,
    simulation: Simulation,
    ids: Sequence[str],
    step: Callable[[Adapter], Awaitable[Written[Any]]],
    unused: list[str],
) -> bytes:
    adapter_type, row = await _sandbox(engine, organization_id, simulation.resource.vertical, ids)
    async with engine.database.transaction(organization_id) as connection:
        for record_id in ids:
            if await records.get_body(connection, row.id, simulation.resource, record_id) is None:
                raise not_found(record_id)
    outcome = await step(await service.open_adapter(engine, organization_id, row.id, adapter_type, uuid4().hex))
    outcome = replace(outcome, unused_fields=[*outcome.unused_fields, *unused])
    return await writes.store_change(engine, organization_id, row.id, simulation.resource, outcome)


async def _sandbox(
    engine: Engine, organization_id: UUID, vertical: str, ids: Sequence[str]
) -> tuple[type[Adapter], ConnectionRow]:
    """The organization's sandbox of a vertical, made now if need be; 404 if there is none yet and a record is named."""
    adapter = registry.find(vertical, sandboxes.SLUG)
    if adapter is None:
        raise LookupError(f"there is no {vertical} sandbox")
    row = await _find(engine, organization_id, vertical)
    if row is None and ids:
        raise not_found(ids[-1])
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
