"""What is wrong with a connection, and telling its subscribers when that changes.

One cause is one problem, however many functions it touches: credentials that are no longer taken touch all of them, a
call that is not allowed touches those that make it. What else goes wrong with a function is a problem of that function
alone. A problem is gone once none of its functions meets it any more, which a run that goes through shows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from crossdock.connections import permissions, store
from crossdock.connections.permissions import Permission
from crossdock.connections.store import ErrorRow
from crossdock.contract.catalogue import ACTION_BY_KEY
from crossdock.contract.errors import AdapterError, NeedsReconnect, UnexpectedShape
from crossdock.contract.values import whole_seconds
from crossdock.contract.webhooks_admin import ConnectionErrorData
from crossdock.integrations.kit.adapter import Adapter
from crossdock.platform.database import Connection
from crossdock.webhooks import events
from crossdock.webhooks.differences import previous_attributes
from crossdock.webhooks.events import Subject

Kind = Literal["credentials", "permission", "failure"]
MOST_CALLS = 10
"""Calls that are not allowed which one function is shown with; the one met longest ago is left out."""
_ONLY_ONE = ""
"""Subject of the problem of the credentials: there is one at most."""


@dataclass(frozen=True)
class Problem:
    """Something that functions met. Two with the same kind and subject have the same cause."""

    kind: Kind
    subject: str
    message: str
    failed_url: str
    functions: tuple[str, ...]
    preventing_sync: bool = False


def of_credentials(adapter: Adapter, error: AdapterError, functions: Collection[str]) -> Problem:
    """Credentials that the system no longer takes. `functions` are all that are read of the connection."""
    text = NeedsReconnect.credentials(adapter.display_name).message
    where = permissions.failed_url(adapter, error)
    return Problem("credentials", _ONLY_ONE, text, where, tuple(sorted(functions)), preventing_sync=True)


def of_missing(display_name: str, failed_url: str, functions: Collection[str]) -> Problem:
    """A call that the credentials do not allow."""
    text = permissions.missing_text(display_name, failed_url)
    return Problem("permission", failed_url, text, failed_url, tuple(sorted(functions)))


def of_failure(adapter: Adapter, error: AdapterError, function_name: str) -> Problem:
    """Anything else that a run met. What the adapter cannot read stays away until the adapter is mended."""
    return Problem(
        "failure",
        function_name,
        permissions.hide_secrets(adapter, error.message),
        permissions.failed_url(adapter, error),
        (function_name,),
        preventing_sync=isinstance(error, UnexpectedShape),
    )


def of_permissions(display_name: str, found: Sequence[Permission]) -> list[Problem]:
    """One problem for each call that is not allowed."""
    by_url: dict[str, list[str]] = {}
    for row in found:
        if row.outcome == "missing" and row.failed_url:
            by_url.setdefault(row.failed_url, []).append(row.action)
    return [of_missing(display_name, url, actions) for url, actions in by_url.items()]


async def note(
    connection: Connection,
    *,
    organization_id: UUID,
    connection_id: UUID,
    problem: Problem,
    now: datetime,
    everything: bool = False,
) -> None:
    """Notes that functions met a problem. Subscribers hear of a new or changed one. Call it last.

    `everything` says that all functions were looked at, so that those it does not name have the problem no longer.
    """
    before = await store.lock_error(connection, connection_id, problem.kind, problem.subject)
    functions = sorted({*problem.functions, *(() if before is None or everything else before.functions)})
    after = ErrorRow(
        connection_id=connection_id,
        kind=problem.kind,
        subject=problem.subject,
        functions=functions,
        error_message=problem.message,
        preventing_sync=problem.preventing_sync,
        failed_url=problem.failed_url,
        first_seen=now if before is None else before.first_seen,
        last_seen=now,
        updated_at=now,
    )
    if before is not None and _told(before) == _told(after):
        after = msgspec.structs.replace(after, updated_at=before.updated_at)
    await store.save_error(connection, organization_id, after)
    if before is None:
        await _tell(connection, "connection-error.created", after, now)
    elif after.updated_at != before.updated_at:
        await _tell(connection, "connection-error.updated", after, now, before)
    if before is None and problem.kind == "permission":
        await _leave_oldest(connection, after, now)


async def _leave_oldest(connection: Connection, newest: ErrorRow, now: datetime) -> None:
    """Keeps a function whose calls name records from gathering a problem for each of them."""
    for name in newest.functions:
        rows = await store.lock_errors_of_function(connection, newest.connection_id, name)
        met = sorted((row for row in rows if row.kind == "permission"), key=lambda row: row.last_seen, reverse=True)
        for row in met[MOST_CALLS:]:
            await _leave(connection, row, name, now)


def _told(row: ErrorRow) -> tuple[Any, ...]:
    """What of a problem counts as a change; where it was met last does not."""
    return row.functions, row.error_message, row.preventing_sync


async def clear(connection: Connection, connection_id: UUID, function_name: str, *, now: datetime) -> bool:
    """Notes that a function works again, so that the credentials do too. Subscribers hear of it when it had a problem.

    Call it last. Gives whether it was the credentials.
    """
    found = await store.lock_errors_of_function(connection, connection_id, function_name)
    for row in found:
        await _leave(connection, row, function_name, now)
    return any(row.kind == "credentials" for row in found)


async def _leave(connection: Connection, row: ErrorRow, function_name: str, now: datetime) -> None:
    """Takes a function off a problem. Credentials that one function can use are good for all."""
    left = [name for name in row.functions if name != function_name]
    if row.kind == "credentials" or not left:
        await _forget(connection, row, now)
        return
    after = msgspec.structs.replace(row, functions=left, updated_at=now)
    await store.update_functions(connection, after)
    await _tell(connection, "connection-error.updated", after, now, row)


async def clear_all(connection: Connection, connection_id: UUID, *, now: datetime, but: Sequence[Problem] = ()) -> None:
    """Forgets every problem of a connection, as it has new credentials, `but` for those met again. Call it last."""
    met = {(problem.kind, problem.subject) for problem in but}
    for row in await store.errors_of(connection, [connection_id]):
        if (row.kind, row.subject) not in met:
            await _forget(connection, row, now)


async def _forget(connection: Connection, row: ErrorRow, now: datetime) -> None:
    if await store.delete_error(connection, row):
        await _tell(connection, "connection-error.deleted", row, now)


async def _tell(
    connection: Connection, event_type: str, row: ErrorRow, now: datetime, before: ErrorRow | None = None
) -> None:
    subject = await events.subject_of(connection, row.connection_id)
    said = _data(row, subject)
    previous = None if before is None else previous_attributes(_plain(_data(before, subject)), _plain(said))
    await events.add_admin(connection, subject, event_type, said, now=now, previous=previous)


def endpoints_of(row: ErrorRow, vertical: str) -> list[str]:
    """The calls of this API that a problem touches. An action that this version no longer has is left out."""
    found = [ACTION_BY_KEY.get(f"{vertical}/{name}") for name in row.functions]
    return [action.url for action in found if action is not None]


def _data(row: ErrorRow, subject: Subject) -> ConnectionErrorData:
    return ConnectionErrorData(
        error_message=row.error_message,
        failed_url=row.failed_url,
        affected_endpoints=endpoints_of(row, subject.integration_type),
        integration_name=subject.integration_name,
        created_date=whole_seconds(row.first_seen),
        updated_date=whole_seconds(row.updated_at),
        last_seen=whole_seconds(row.last_seen),
    )


def _plain(data: ConnectionErrorData) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(data)
    return plain
