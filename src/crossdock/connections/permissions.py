"""What credentials are allowed to do at a connected system, action by action.

Reads are tried out with a cheap request; of writes the system says it or nobody knows. Finding out never fails: what
could not be found out is `unknown`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any, Literal

import msgspec
import structlog

from crossdock.contract.actions import Action
from crossdock.contract.errors import AdapterError, CrossdockError, NeedsReconnect
from crossdock.integrations.kit.adapter import Adapter

log = structlog.get_logger(__name__)

Outcome = Literal["granted", "missing", "unknown"]
_HIDDEN = "***"


class Permission(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one action is allowed. `failed_url` is the call, or the right, that is missing."""

    action: str
    endpoint: str
    outcome: Outcome
    reason: str | None = None
    failed_url: str | None = None


def missing_text(display_name: str, failed_url: str) -> str:
    """What the contract says of a missing permission."""
    return f"Missing {display_name} permissions for URL: {failed_url}."


async def probe(
    adapter: Adapter, *, disabled: Collection[str] = (), concurrency: int = 4, seconds: float = 20
) -> list[Permission]:
    """One row for each action of the adapter, by name; actions that are switched off are left out.

    At most `concurrency` actions are tried out at a time, and all of them together take at most `seconds`. The
    credentials are good already: `Adapter.check` has gone through.
    """
    actions = sorted((item.action for item in adapter.implementations.values()), key=lambda action: action.name)
    wanted = [action for action in actions if action.name not in disabled]
    gate = asyncio.Semaphore(concurrency)
    asked = asyncio.create_task(_rights(adapter))

    async def find_out(action: Action) -> Permission:
        async with gate:
            # Shielded, because they are asked once for all actions.
            return await _find_out(adapter, action, await asyncio.shield(asked))

    tasks = [asyncio.create_task(find_out(action)) for action in wanted]
    try:
        await asyncio.wait([*tasks, asked], timeout=seconds)
    finally:
        for task in (*tasks, asked):
            task.cancel()
        await asyncio.gather(*tasks, asked, return_exceptions=True)
    return [_outcome(adapter, action, task) for action, task in zip(wanted, tasks, strict=True)]


async def _rights(adapter: Adapter) -> Collection[str] | None:
    try:
        return await adapter.rights()
    except CrossdockError as error:
        log.warning("the rights of credentials cannot be read", integration=adapter.slug, error=error.message)
        return None


async def _find_out(adapter: Adapter, action: Action, rights: Collection[str] | None) -> Permission:
    needs = adapter.implementations[action.key].needs
    lacking = [] if rights is None else [name for name in needs if name not in rights]
    if lacking:
        return _missing(adapter, action, ", ".join(lacking))
    try:
        tried = await adapter.probe(action)
    except AdapterError as error:
        # A system that takes the credentials at one address and refuses them at another means the address.
        if adapter.forbids(error) or isinstance(error, NeedsReconnect):
            return _missing(adapter, action, failed_url(adapter, error))
        return _unknown(action, hide_secrets(adapter, error.message), failed_url(adapter, error))
    if tried or (rights is not None and needs):
        return Permission(action=action.name, endpoint=action.url, outcome="granted")
    return _unknown(action, f"{adapter.display_name} does not say before it is tried.")


def _missing(adapter: Adapter, action: Action, where: str) -> Permission:
    reason = missing_text(adapter.display_name, where)
    return Permission(action=action.name, endpoint=action.url, outcome="missing", reason=reason, failed_url=where)


def _unknown(action: Action, reason: str, where: str | None = None) -> Permission:
    return Permission(action=action.name, endpoint=action.url, outcome="unknown", reason=reason, failed_url=where)


def _outcome(adapter: Adapter, action: Action, task: asyncio.Task[Permission]) -> Permission:
    if task.cancelled():
        return _unknown(action, f"{adapter.display_name} did not answer in time.")
    error = task.exception()
    if error is None:
        return task.result()
    # A mistake of an adapter must not keep a customer from connecting; a sync meets it again.
    log.error("an action could not be tried out", integration=adapter.slug, action=action.key, exc_info=error)
    return _unknown(action, "It could not be tried out.")


def failed_url(adapter: Adapter, error: AdapterError) -> str:
    """The call that an error is about; where none is known, the system's address."""
    return hide_secrets(adapter, error.failed_url or adapter.base_url)


def hide_secrets(adapter: Adapter, text: str) -> str:
    """A text without the credentials, which some systems repeat and others have in their addresses."""
    for name in secret_fields(adapter.credentials_type):
        value = getattr(adapter.credentials, name)
        if isinstance(value, str) and value:
            text = text.replace(value, _HIDDEN)
    return text


def secret_fields(kind: Any) -> list[str]:
    """The fields of credentials that nobody may see."""
    return [
        item.name
        for item in msgspec.structs.fields(kind)
        if any((getattr(part, "extra", None) or {}).get("secret") for part in getattr(item.type, "__metadata__", ()))
    ]
