"""Making connections, opening them for work, and showing their state."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from crossdock.accounts import store as accounts
from crossdock.accounts.store import CallerConnection
from crossdock.connections import problems, secrets, store
from crossdock.connections.budgets import StoredBudget
from crossdock.connections.permissions import Permission, probe
from crossdock.connections.store import ConnectionRow, ErrorRow, ScheduleRow, SealedRow
from crossdock.contract.actions import Action
from crossdock.contract.errors import InvalidBody, not_found, unauthorized
from crossdock.contract.management.connections import (
    AffectedEndpoint,
    ConnectionAnswer,
    ConnectionProblem,
    ConnectionsAnswer,
    SyncSchedule,
)
from crossdock.contract.values import Vertical, whole_seconds
from crossdock.contract.webhooks_admin import ConnectionCreatedData
from crossdock.integrations import registry
from crossdock.integrations.kit.adapter import Adapter, Runtime
from crossdock.integrations.kit.auth import Credentials, MemoryTokens, Token, TokenStore
from crossdock.integrations.kit.budget import Priority, RateBudget
from crossdock.integrations.kit.client import VendorClient
from crossdock.platform import page_tokens
from crossdock.platform.database import Connection
from crossdock.platform.engine import Engine
from crossdock.platform.sealing import hash_token, new_access_token
from crossdock.syncs import schedules
from crossdock.vendor_webhooks import store as subscriptions
from crossdock.webhooks import events

_INSIDE = "http://crossdock.internal"
"""What systems inside this process call this server."""


def parse_credentials(adapter: type[Adapter], given: dict[str, Any]) -> Credentials:
    """Credentials as the adapter declares them; `InvalidBody` names what is missing, unknown or of the wrong type."""
    violations: dict[str, list[str]] = {}
    fields = {item.encode_name: item for item in msgspec.structs.fields(adapter.credentials_type)}
    for name in given:
        if name not in fields:
            violations[name] = ["Unknown field."]
    for name, item in fields.items():
        if item.required and not given.get(name):
            violations[name] = ["Missing data for required field."]
    if violations:
        raise InvalidBody({"json": violations})
    try:
        return msgspec.convert(given, adapter.credentials_type)
    except msgspec.ValidationError as error:
        raise InvalidBody.field("credentials", str(error)) from None


async def create(
    engine: Engine,
    *,
    organization_id: UUID,
    adapter: type[Adapter],
    credentials: Credentials,
    customer_id: str | None = None,
    is_sandbox: bool = False,
) -> tuple[ConnectionRow, str]:
    """Proves the credentials, stores the connection, and makes its first sync due. Gives it and its access token."""
    async with engine.database.transaction(organization_id) as connection:
        off = await accounts.get_disabled(connection, adapter.vertical)
    # A generated sandbox is read as a whole right away, which shows the same.
    proof = await prove(engine, adapter, credentials, None if is_sandbox else off)
    async with engine.database.transaction(organization_id) as connection:
        return await add(
            engine,
            connection,
            organization_id=organization_id,
            adapter=adapter,
            credentials=credentials,
            proof=proof,
            customer_id=customer_id,
            is_sandbox=is_sandbox,
        )


def unbound(
    engine: Engine, adapter: type[Adapter], credentials: Credentials, tokens: TokenStore | None = None
) -> Adapter:
    """The adapter of credentials that belong to no connection yet, ready to talk."""
    client = VendorClient(
        engine.transport(adapter.in_process),
        tokens=tokens,
        timeout_seconds=engine.settings.vendor_timeout_seconds,
        application=engine.oauth_applications.get(adapter.slug),
    )
    return adapter(credentials, Runtime(client, engine.now))


@dataclass(frozen=True)
class Proof:
    """What a system says of credentials that it takes: of the account, as JSON, and what they are allowed to do.

    `vendor_token` is the token they were traded for, where the system gives one.
    """

    me: str | None
    permissions: Sequence[Permission] = ()
    vendor_token: Token | None = None


async def prove(
    engine: Engine,
    adapter: type[Adapter],
    credentials: Credentials,
    disabled: Collection[str] | None = (),
    token: Token | None = None,
) -> Proof:
    """Asks the system whether it takes the credentials, and what they are allowed to do of what is not `disabled`.

    With None for `disabled` the second question is not asked. `token` is one that was granted for them already.
    """
    tokens = MemoryTokens(token)
    opened = unbound(engine, adapter, credentials, tokens)
    me = msgspec.json.encode(await opened.check()).decode()
    found = () if disabled is None else await probe_permissions(engine, opened, disabled)
    return Proof(me, found, await tokens.current())


async def probe_permissions(engine: Engine, adapter: Adapter, disabled: Collection[str]) -> list[Permission]:
    """What credentials that are proven are allowed to do of what is not `disabled`."""
    return await probe(
        adapter,
        disabled=disabled,
        concurrency=engine.settings.permission_check_concurrency,
        seconds=engine.settings.permission_check_seconds,
    )


async def add(
    engine: Engine,
    connection: Connection,
    *,
    organization_id: UUID,
    adapter: type[Adapter],
    credentials: Credentials,
    proof: Proof,
    customer_id: str | None = None,
    is_sandbox: bool = False,
    disabled_functions: list[str] | None = None,
) -> tuple[ConnectionRow, str]:
    """Stores a connection whose credentials are proven, with what they do not allow, and makes its first sync due."""
    row = ConnectionRow(
        id=uuid4(),
        organization_id=organization_id,
        vertical=adapter.vertical,
        integration_name=adapter.slug,
        customer_id=customer_id,
        created_at=whole_seconds(engine.now()),
        last_used=None,
        times_used=0,
        webhooks_disabled=False,
        me=proof.me,
        disabled_functions=disabled_functions,
        is_sandbox=is_sandbox,
        switched_off=disabled_functions or [],
    )
    token = new_access_token()
    key, wrapped = engine.master_key.new_data_key(organization_id, row.id)
    sealed = SealedRow(
        wrapped_key=wrapped,
        sealed_credentials=secrets.seal_credentials(key, credentials),
        sealed_access_token=key.seal(secrets.ACCESS_TOKEN, token.encode()),
        sealed_token=None if proof.vendor_token is None else secrets.seal_token(key, proof.vendor_token),
        token_version=0,
    )
    await store.insert_connection(
        connection, row=row, token_hash=hash_token(token), master_key_id=engine.master_key.id, sealed=sealed
    )
    await schedules.create(connection, organization_id=organization_id, connection_id=row.id, adapter=adapter)
    await _want_webhooks(engine, connection, row, adapter)
    await events.add_admin(
        connection,
        await events.subject_of(connection, row.id),
        "connection.created",
        ConnectionCreatedData(created_date=row.created_at),
        now=engine.now(),
    )
    await _note_missing(engine, connection, row, adapter, proof.permissions)
    return row, token


def webhook_url(engine: Engine, adapter: type[Adapter]) -> str | None:
    """Where the systems of an integration reach this server with their webhooks; None when they do not."""
    if adapter.webhooks is None or not adapter.receivers:
        return None
    if adapter.in_process is not None:
        return _INSIDE
    return engine.settings.public_url.rstrip("/") or None


async def _want_webhooks(engine: Engine, connection: Connection, row: ConnectionRow, adapter: type[Adapter]) -> None:
    url = webhook_url(engine, adapter)
    if url is not None:
        await subscriptions.want(connection, row.organization_id, row.id, url)


async def _note_missing(
    engine: Engine, connection: Connection, row: ConnectionRow, adapter: type[Adapter], found: Sequence[Permission]
) -> None:
    for problem in problems.of_permissions(adapter.display_name, found):
        await problems.note(
            connection,
            organization_id=row.organization_id,
            connection_id=row.id,
            problem=problem,
            now=engine.now(),
            everything=True,
        )


async def reinstall(
    engine: Engine,
    connection: Connection,
    row: ConnectionRow,
    credentials: Credentials,
    proof: Proof,
) -> None:
    """Gives a connection new, proven credentials. Its id, token and data stay, its problems are forgotten but for what
    the new credentials do not allow, and every function goes on where it stopped; a first sync runs only where none has
    gone through."""
    sealed = await store.get_sealed(connection, row.id)
    if sealed is None:
        raise secrets.ConnectionGone
    key = engine.master_key.open_data_key(row.organization_id, row.id, sealed.wrapped_key)
    held = None if proof.vendor_token is None else secrets.seal_token(key, proof.vendor_token)
    await schedules.make_due(connection, row.id, None)
    await store.replace_credentials(connection, row.id, secrets.seal_credentials(key, credentials), held)
    await store.update_connection(connection, row.id, {"me": proof.me})
    adapter = adapter_of(row.vertical, row.integration_name)
    await _want_webhooks(engine, connection, row, adapter)
    missing = problems.of_permissions(adapter.display_name, proof.permissions)
    await problems.clear_all(connection, row.id, now=engine.now(), but=missing)
    await _note_missing(engine, connection, row, adapter, proof.permissions)


async def update(engine: Engine, organization_id: UUID, connection_id: UUID, changes: dict[str, Any]) -> None:
    """New facts of a connection, by column."""
    if not changes:
        return
    async with engine.database.transaction(organization_id) as connection:
        if not await store.update_connection(connection, connection_id, changes):
            raise unauthorized("Invalid access token")


async def access_token(engine: Engine, row: ConnectionRow) -> str:
    """The access token of a connection, to show it again."""
    async with engine.database.transaction(row.organization_id) as connection:
        sealed = await store.get_sealed(connection, row.id)
    if sealed is None:
        raise secrets.ConnectionGone
    key = engine.master_key.open_data_key(row.organization_id, row.id, sealed.wrapped_key)
    return key.open(secrets.ACCESS_TOKEN, sealed.sealed_access_token).decode()


def adapter_of(vertical: str, integration_name: str) -> type[Adapter]:
    """The adapter of a stored connection."""
    found = registry.find(vertical, integration_name)
    if found is None:
        raise LookupError(f"this version has no {vertical} integration called {integration_name}")
    return found


async def open_adapter(
    engine: Engine,
    organization_id: UUID,
    connection_id: UUID,
    adapter: type[Adapter],
    reference: str = "",
    *,
    priority: Priority = Priority.LIVE,
) -> Adapter:
    """The adapter of a connection, ready to talk. `reference` is the id of the write at hand; `priority` says whose
    requests go first."""
    async with engine.database.transaction(organization_id) as connection:
        sealed = await store.get_sealed(connection, connection_id)
    if sealed is None:
        raise secrets.ConnectionGone
    key = engine.master_key.open_data_key(organization_id, connection_id, sealed.wrapped_key)
    credentials = secrets.open_credentials(key, sealed.sealed_credentials, adapter.credentials_type)
    tokens: TokenStore = secrets.StoredTokens(engine, organization_id, connection_id)
    budget: RateBudget | None = None
    if adapter.in_process is None:
        budget = StoredBudget(engine, organization_id, connection_id, adapter.budget, priority)
    client = VendorClient(
        engine.transport(adapter.in_process),
        tokens=tokens,
        budget=budget,
        timeout_seconds=engine.settings.vendor_timeout_seconds,
        application=engine.oauth_applications.get(adapter.slug),
    )
    return adapter(credentials, Runtime(client, engine.now, reference))


def available_actions(adapter: type[Adapter], disabled: Sequence[str]) -> list[str]:
    """What a connection can do: what its integration supports, less what is switched off."""
    off = set(disabled)
    return [name for name in adapter.action_names() if name not in off]


def is_disabled(connection: CallerConnection, action: Action) -> bool:
    """Whether an action is switched off for the connection."""
    return action.name in connection.disabled_functions


def _whole(moment: datetime | None) -> datetime | None:
    return None if moment is None else whole_seconds(moment)


def _status(row: ScheduleRow, errors: Sequence[ErrorRow], now: datetime, off: Sequence[str]) -> str:
    if row.function_name in off:
        return "disabled"
    if row.paused:
        return "paused"
    if errors:
        return "error" if any(error.preventing_sync for error in errors) else "warn"
    return "in_progress" if _running(row, now) else "enabled"


def _running(row: ScheduleRow, now: datetime) -> bool:
    return row.lease_until is not None and row.lease_until > now


def _schedule(row: ScheduleRow, errors: Sequence[ErrorRow], now: datetime, off: Sequence[str]) -> SyncSchedule:
    return SyncSchedule(
        function_name=row.function_name,
        latest_sync=_whole(row.last_crawl_end),
        last_crawl_start=_whole(row.last_crawl_start),
        last_crawl_end=_whole(row.last_crawl_end),
        latest_data=_whole(row.latest_data),
        sync_frequency=row.frequency_seconds,
        in_progress=_running(row, now),
        sync_status=_status(row, [item for item in errors if row.function_name in item.functions], now, off),
    )


def _problem(row: ErrorRow, vertical: str) -> ConnectionProblem:
    return ConnectionProblem(
        error_message=row.error_message,
        affected_endpoints=[
            AffectedEndpoint(endpoint=endpoint, preventing_sync=row.preventing_sync)
            for endpoint in problems.endpoints_of(row, vertical)
        ],
        first_seen=whole_seconds(row.first_seen),
        last_seen=whole_seconds(row.last_seen),
    )


def _answer(
    row: ConnectionRow, schedules_: list[ScheduleRow], errors: list[ErrorRow], usage: tuple[int, datetime | None]
) -> ConnectionAnswer:
    adapter = adapter_of(row.vertical, row.integration_name)
    actions = available_actions(adapter, row.switched_off)
    now = datetime.now(UTC)
    vertical: Vertical = adapter.vertical
    return ConnectionAnswer(
        connection_id=str(row.id),
        integration_name=row.integration_name,
        integration_display_name=adapter.display_name,
        integration_type=vertical,
        customer_id=row.customer_id,
        created_at=whole_seconds(row.created_at),
        last_used=_whole(usage[1] or row.last_used),
        times_used=row.times_used + usage[0],
        latest_sync=_whole(max((item.last_crawl_end for item in schedules_ if item.last_crawl_end), default=None)),
        sync_schedules=[_schedule(item, errors, now, row.switched_off) for item in schedules_],
        historical_sync_completed={item.function_name: item.first_completed_at is not None for item in schedules_},
        errors=[_problem(item, row.vertical) for item in errors],
        available_actions=actions,
        available_endpoints=actions,
        webhooks_disabled=row.webhooks_disabled,
        me=None if row.me is None else msgspec.json.decode(row.me),
        disabled_functions=row.disabled_functions,
    )


async def _answers(engine: Engine, connection: Any, rows: list[ConnectionRow]) -> list[ConnectionAnswer]:
    ids = [row.id for row in rows]
    found_schedules = await store.schedules_of(connection, ids)
    found_errors = await store.errors_of(connection, ids)
    return [
        _answer(
            row,
            [item for item in found_schedules if item.connection_id == row.id],
            [item for item in found_errors if item.connection_id == row.id],
            engine.usage.get(row.id, (0, None)),
        )
        for row in rows
    ]


async def show_one(engine: Engine, organization_id: UUID, connection_id: str) -> ConnectionAnswer:
    """One connection of the organization; dashed or plain identifiers both do."""
    try:
        identifier = UUID(connection_id)
    except ValueError:
        raise not_found(connection_id) from None
    async with engine.database.transaction(organization_id) as connection:
        row = await store.get_connection(connection, identifier)
        if row is None:
            raise not_found(connection_id)
        return (await _answers(engine, connection, [row]))[0]


async def show_page(engine: Engine, organization_id: UUID, page_token: str | None, limit: int) -> ConnectionsAnswer:
    """A page of the organization's connections."""
    after = page_tokens.read(page_token) if page_token else None
    async with engine.database.transaction(organization_id) as connection:
        rows = await store.list_connections(connection, after, limit + 1)
        more = len(rows) > limit
        shown = await _answers(engine, connection, rows[:limit])
    token = page_tokens.make((rows[limit - 1].created_at, rows[limit - 1].id)) if more else None
    return ConnectionsAnswer(data=shown, next_token=token, total_count=len(shown))


async def show_by_token(engine: Engine, organization_id: UUID, token: str) -> ConnectionsAnswer:
    """The one connection a token belongs to, as a page; empty when it is none of the organization's."""
    async with engine.database.transaction(organization_id) as connection:
        row = await store.find_by_token(connection, hash_token(token))
        shown = [] if row is None else await _answers(engine, connection, [row])
    return ConnectionsAnswer(data=shown, next_token=None, total_count=len(shown))
