"""Which functions are switched off: the organization's list for a vertical, and a connection's own in its place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from crossdock.accounts import store as accounts
from crossdock.accounts.store import CallerConnection
from crossdock.connections import service, store
from crossdock.contract.errors import InvalidBody, bad_request, unauthorized
from crossdock.contract.switches import OLD_NAMES, functions_of, spelled, unmet_needs
from crossdock.integrations import registry
from crossdock.integrations.kit.adapter import Adapter
from crossdock.platform.database import Connection
from crossdock.platform.engine import Engine
from crossdock.syncs import schedules


def checked_names(vertical: str, names: Sequence[str], field: str) -> list[str]:
    """Names of functions as they are today; `InvalidBody` lists those that the vertical has not."""
    known = {*functions_of(vertical), *OLD_NAMES}
    strange = {f"{field}.{place}": name for place, name in enumerate(names) if name not in known}
    if strange:
        raise InvalidBody({"json": {where: [f"{vertical} has no function {name}."] for where, name in strange.items()}})
    return spelled(names)


def known_to(adapters: Sequence[type[Adapter]]) -> set[str]:
    """What any of these integrations can do."""
    return {name for adapter in adapters for name in adapter.action_names()}


def refuse_unmet_needs(vertical: str, known: Collection[str], off: Collection[str]) -> None:
    """400 when a function that stays on needs one that would be off."""
    unmet = unmet_needs(vertical, known, off)
    if unmet:
        said = "; ".join(f"{name} refers to what {other} reads" for name, other in unmet)
        others = ", ".join(sorted({name for name, _ in unmet}))
        raise bad_request(f"Functions that stay enabled need what would be disabled: {said}. Disable {others} too.")


async def set_for_connection(
    engine: Engine, organization_id: UUID, connection: CallerConnection, names: Sequence[str] | None
) -> None:
    """Replaces the list of one connection; None goes back to the organization's."""
    adapter = service.adapter_of(connection.vertical, connection.integration_name)
    off = None
    if names is not None:
        off = checked_names(adapter.vertical, names, "disabled_functions")
        refuse_unmet_needs(adapter.vertical, adapter.action_names(), off)
    async with engine.database.transaction(organization_id) as transaction:
        if not await store.update_connection(transaction, connection.id, {"disabled_functions": off}):
            raise unauthorized("Invalid access token")
        await schedules.stop_disabled(transaction, adapter.vertical, connection.id)
    await engine.wake()


async def set_for_organization(engine: Engine, organization_id: UUID, vertical: str, names: Sequence[str]) -> list[str]:
    """Replaces what an organization has switched off in a vertical; gives the list as it is kept."""
    off = checked_names(vertical, names, "disabled_functions")
    refuse_unmet_needs(vertical, known_to(registry.of_vertical(vertical)), off)
    async with engine.database.transaction(organization_id) as connection:
        await accounts.set_disabled(connection, organization_id, vertical, off)
        await schedules.stop_disabled(connection, vertical)
    await engine.wake()
    return off


async def of_organization(engine: Engine, organization_id: UUID, vertical: str) -> list[str]:
    """What an organization has switched off in a vertical."""
    async with engine.database.transaction(organization_id) as connection:
        return await accounts.get_disabled(connection, vertical)


async def for_new_connection(
    connection: Connection, adapter: type[Adapter], extra_off: Sequence[str], back_on: Sequence[str]
) -> list[str] | None:
    """The list of a connection that is about to be made; None when it follows the organization's."""
    if not extra_off and not back_on:
        return None
    off = spelled({*await accounts.get_disabled(connection, adapter.vertical)} - {*back_on} | {*extra_off})
    refuse_unmet_needs(adapter.vertical, adapter.action_names(), off)
    return off
