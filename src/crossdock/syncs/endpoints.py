"""The endpoints of schedules and on-demand syncs."""

from __future__ import annotations

from uuid import UUID, uuid4

from crossdock.accounts import store as accounts
from crossdock.connections import policy, service
from crossdock.contract.actions import Action
from crossdock.contract.catalogue import ACTION_BY_KEY
from crossdock.contract.errors import InvalidBody, bad_request, disabled, not_found
from crossdock.contract.management import on_demand_syncs as contract
from crossdock.contract.management import schedules as schedule_contract
from crossdock.contract.management import sync_settings as settings_contract
from crossdock.contract.management.on_demand_syncs import CreateSyncJob, SyncJob, SyncJobsAnswer
from crossdock.contract.management.shapes import Updated
from crossdock.contract.management.sync_settings import SyncSettings
from crossdock.contract.operations import MAX_PAGE
from crossdock.contract.values import whole_seconds
from crossdock.platform import page_tokens
from crossdock.platform.http import Call, Endpoint, Reply, reply
from crossdock.records import query
from crossdock.syncs import jobs, schedules
from crossdock.syncs.jobs import JobRow

_LIST_PARAMETERS = frozenset(item.name for item in contract.LIST_ON_DEMAND_SYNCS.parameters if item.place == "query")


def _shown(row: JobRow) -> SyncJob:
    return SyncJob(
        id=row.id.hex,
        connection_id=str(row.connection_id),
        function_name=row.function_name,
        status=row.status,
        requested_start_time=whole_seconds(row.requested_start_time),
        requested_end_time=whole_seconds(row.requested_end_time),
        created_at=whole_seconds(row.created_at),
    )


def _job_id(call: Call) -> UUID:
    """The job of the path; dashed and plain identifiers both do."""
    try:
        return UUID(call.path["sync_job_id"])
    except ValueError:
        raise not_found(call.path["sync_job_id"]) from None


def _checked_action(call: Call, function_name: str) -> Action:
    """The read that a job is to run; 400 when this connection does not offer it on demand, or has it switched off."""
    connection = call.authorized.connection
    adapter = service.adapter_of(connection.vertical, connection.integration_name)
    action = ACTION_BY_KEY.get(f"{connection.vertical}/{function_name}")
    if action is None or not action.resource.on_demand or not adapter.can(action):
        raise bad_request(f"On-demand sync is not enabled for {connection.integration_name} {function_name}")
    if service.is_disabled(connection, action):
        raise bad_request(disabled(function_name).message)
    return action


def _check_span(given: CreateSyncJob) -> None:
    for name in ("start_time", "end_time"):
        if not contract.EARLIEST <= getattr(given, name).year <= contract.LATEST:
            raise InvalidBody.field(name, f"Must lie between {contract.EARLIEST} and {contract.LATEST}.")
    if given.end_time <= given.start_time:
        raise InvalidBody.field("end_time", "Must be after start_time.")


async def create_on_demand_sync(call: Call) -> Reply:
    """Asks for a span of the past."""
    given = contract.CREATE_FORM.read(await call.body())
    _check_span(given)
    action = _checked_action(call, given.function_name)
    connection = call.authorized.connection
    row = JobRow(
        id=uuid4(),
        connection_id=connection.id,
        function_name=action.name,
        status="open",
        requested_start_time=given.start_time,
        requested_end_time=given.end_time,
        created_at=call.engine.now(),
    )
    async with call.engine.database.transaction(call.authorized.caller.organization_id) as transaction:
        await jobs.insert(transaction, call.authorized.caller.organization_id, row)
    await call.engine.wake()
    return reply(_shown(row))


async def list_on_demand_syncs(call: Call) -> Reply:
    """A page of the connection's jobs."""
    given = query.plain(call.query_string, _LIST_PARAMETERS)
    limit = query.parse_limit(given["limit"]) if "limit" in given else MAX_PAGE
    before = page_tokens.read(given["page_token"]) if given.get("page_token") else None
    async with call.engine.database.transaction(call.authorized.caller.organization_id) as transaction:
        rows = await jobs.find_page(transaction, call.authorized.connection.id, before, limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    token = page_tokens.make((rows[-1].created_at, rows[-1].id)) if more else None
    return reply(SyncJobsAnswer(data=[_shown(row) for row in rows], next_token=token, total_count=len(rows)))


async def get_on_demand_sync(call: Call) -> Reply:
    """One job."""
    async with call.engine.database.transaction(call.authorized.caller.organization_id) as transaction:
        row = await jobs.get(transaction, call.authorized.connection.id, _job_id(call))
    if row is None:
        raise not_found(call.path["sync_job_id"])
    return reply(_shown(row))


async def cancel_on_demand_sync(call: Call) -> Reply:
    """Ends an open job."""
    contract.CANCEL_FORM.read(await call.body(), optional=True)
    connection_id, job_id = call.authorized.connection.id, _job_id(call)
    async with call.engine.database.transaction(call.authorized.caller.organization_id) as transaction:
        cancelled = await jobs.cancel(transaction, connection_id, job_id)
        row = await jobs.get(transaction, connection_id, job_id)
    if row is None:
        raise not_found(call.path["sync_job_id"])
    if not cancelled:
        raise bad_request(f"Only an open on-demand sync can be cancelled; this one is {row.status}")
    await call.engine.wake()
    return reply(_shown(row))


async def _toggle(call: Call, function_name: str | None) -> Reply:
    given = schedule_contract.TOGGLE_FORM.read(await call.body())
    connection_id = call.authorized.connection.id
    async with call.engine.database.transaction(call.authorized.caller.organization_id) as transaction:
        found = await schedules.set_paused(transaction, connection_id, given.paused, function_name)
    if not found and function_name is not None:
        raise not_found(function_name)
    if not given.paused:
        await call.engine.wake()
    return reply(Updated(id=str(connection_id), object="connection"))


async def update_schedule(call: Call) -> Reply:
    """How often a function is synced."""
    given = schedule_contract.UPDATE_FORM.read(await call.body())
    connection_id, name = call.authorized.connection.id, call.path["function_name"]
    async with call.engine.database.transaction(call.authorized.caller.organization_id) as transaction:
        if not await schedules.set_frequency(transaction, connection_id, name, given.sync_frequency):
            raise not_found(name)
    await call.engine.wake()
    return reply(Updated(id=str(connection_id), object="connection"))


async def get_sync_settings(call: Call) -> Reply:
    """What holds for all connections."""
    async with call.engine.database.transaction(call.authorized.caller.organization_id) as transaction:
        days = await accounts.get_first_sync_days(transaction)
    return reply(SyncSettings(first_sync_days=days or call.engine.settings.first_sync_days))


async def update_sync_settings(call: Call) -> Reply:
    """New settings for all connections."""
    given = settings_contract.UPDATE_FORM.read(await call.body())
    async with call.engine.database.transaction(call.authorized.caller.organization_id) as transaction:
        await accounts.set_first_sync_days(transaction, given.first_sync_days)
    return await get_sync_settings(call)


async def toggle_schedule(call: Call) -> Reply:
    """Pauses or resumes one schedule."""
    return await _toggle(call, call.path["function_name"])


async def toggle_all_schedules(call: Call) -> Reply:
    """Pauses or resumes every schedule."""
    return await _toggle(call, None)


async def update_disabled_functions(call: Call) -> Reply:
    """Says which functions of the connection are off."""
    given = schedule_contract.DISABLED_FORM.read(await call.body())
    connection = call.authorized.connection
    organization_id = call.authorized.caller.organization_id
    await policy.set_for_connection(call.engine, organization_id, connection, given.disabled_functions)
    return reply(Updated(id=str(connection.id), object="connection"))


ENDPOINTS: dict[str, Endpoint] = {
    contract.CREATE_ON_DEMAND_SYNC.operation_id: create_on_demand_sync,
    contract.LIST_ON_DEMAND_SYNCS.operation_id: list_on_demand_syncs,
    contract.GET_ON_DEMAND_SYNC.operation_id: get_on_demand_sync,
    contract.CANCEL_ON_DEMAND_SYNC.operation_id: cancel_on_demand_sync,
    schedule_contract.UPDATE_SCHEDULE.operation_id: update_schedule,
    settings_contract.GET_SYNC_SETTINGS.operation_id: get_sync_settings,
    settings_contract.UPDATE_SYNC_SETTINGS.operation_id: update_sync_settings,
    schedule_contract.TOGGLE_SCHEDULE.operation_id: toggle_schedule,
    schedule_contract.TOGGLE_ALL.operation_id: toggle_all_schedules,
    schedule_contract.UPDATE_DISABLED_FUNCTIONS.operation_id: update_disabled_functions,
}
