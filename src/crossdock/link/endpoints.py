"""The endpoints of link tokens, auth codes and magic links."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from msgspec import UNSET, UnsetType

from crossdock.connections import policy
from crossdock.connections.store import ConnectionRow
from crossdock.contract.errors import InvalidBody, not_found
from crossdock.contract.management import link as contract
from crossdock.contract.management import magic_links as magic_contract
from crossdock.contract.management.link import LinkTokenAnswer
from crossdock.contract.management.magic_links import (
    DEFAULT_DAYS,
    CreateMagicLink,
    MagicLink,
    MagicLinkAnswer,
    MagicLinksAnswer,
)
from crossdock.contract.management.shapes import Deleted
from crossdock.contract.values import Vertical, whole_seconds
from crossdock.link import offers, service, store
from crossdock.link.store import MagicLinkRow
from crossdock.platform.http import Call, Endpoint, Reply, reply

T = TypeVar("T")
MAGIC_PATH = "/link/magic"
"""Where the hosted page of a magic link lies."""


def _given(value: T | UnsetType) -> T | None:
    """A field that was sent with something in it; older clients send an empty text for nothing."""
    return None if isinstance(value, UnsetType) or value == "" else value


async def create_link_token(call: Call) -> Reply:
    """A token for the browser."""
    given = contract.LINK_TOKEN_FORM.read(await call.body(), optional=True)
    organization_id = call.authorized.caller.organization_id
    wanted = _given(given.connection_id)
    known = None if wanted is None else await offers.find_connection(call.engine, organization_id, wanted)
    token = await offers.create_token(
        call.engine,
        organization_id,
        customer_id=_given(given.customer_id),
        connection_id=None if known is None else known.id,
    )
    return reply(LinkTokenAnswer(link_token=token))


async def exchange_auth_code(call: Call) -> Reply:
    """A connection for a code."""
    given = contract.EXCHANGE_FORM.read(await call.body())
    answer = await service.exchange(
        call.engine,
        call.authorized.caller.organization_id,
        given.auth_code,
        customer_id=_given(given.customer_id),
        connection_id=_given(given.connection_id),
    )
    return reply(answer)


# -- magic links ---------------------------------------------------------------------------------------------------


def _shown(call: Call, row: MagicLinkRow) -> MagicLink:
    return MagicLink(
        id=row.id.hex,
        expires_at=whole_seconds(row.expires_at),
        integration_type=cast(Vertical, row.integration_type),
        integration_allow_list=row.integration_allow_list,
        integration_block_list=row.integration_block_list,
        integrations_with_endpoints=row.integrations_with_endpoints,
        customer_id=row.customer_id,
        url=f"{call.base_url}{MAGIC_PATH}/{row.id.hex}",
        connection_id=None if row.connection_id is None else str(row.connection_id),
        disabled_functions=row.disabled_functions,
        enabled_functions=row.enabled_functions,
    )


_LISTS = (
    "integration_allow_list",
    "integration_block_list",
    "integrations_with_endpoints",
    "disabled_functions",
    "enabled_functions",
)
_EXCLUSIVE = (
    ("integration_allow_list", "integration_block_list"),
    ("integration_allow_list", "integrations_with_endpoints"),
)
_NOT_ANEW = "Not together with connection_id: a connection is signed in anew as it is."


def _refuse_exclusive(given: CreateMagicLink, known: ConnectionRow | None) -> None:
    """Names every option that does not go together with another one."""
    wrong: dict[str, list[str]] = {}
    if known is not None:
        for name in (*_LISTS, "customer_id"):
            if _given(getattr(given, name)):
                wrong.setdefault(name, []).append(_NOT_ANEW)
        if _given(given.integration_type) not in (None, known.vertical):
            wrong["integration_type"] = [f"The connection is one of {known.vertical}."]
    for one, other in _EXCLUSIVE:
        if _given(getattr(given, one)) and _given(getattr(given, other)):
            wrong.setdefault(one, []).append(f"Not together with {other}.")
            wrong.setdefault(other, []).append(f"Not together with {one}.")
    if wrong:
        raise InvalidBody({"json": wrong})


def _names(given: CreateMagicLink, vertical: str) -> dict[str, list[str] | None]:
    """The lists of a link; an empty one counts as none."""
    found: dict[str, list[str] | None] = {}
    for name in _LISTS:
        values: list[str] | None = _given(getattr(given, name)) or None
        if values and name.endswith(("_functions", "_endpoints")):
            values = policy.checked_names(vertical, values, name)
        found[name] = values
    return found


async def create_magic_link(call: Call) -> Reply:
    """A new link."""
    given = magic_contract.CREATE_FORM.read(await call.body())
    organization_id = call.authorized.caller.organization_id
    wanted = _given(given.connection_id)
    known = None if wanted is None else await offers.find_connection(call.engine, organization_id, wanted)
    _refuse_exclusive(given, known)
    vertical = known.vertical if known is not None else _given(given.integration_type) or "wms"
    now = call.engine.now()
    lists: dict[str, Any] = _names(given, vertical)
    row = MagicLinkRow(
        id=uuid4(),
        organization_id=organization_id,
        created_at=now,
        expires_at=now + timedelta(days=DEFAULT_DAYS if given.link_duration is UNSET else given.link_duration),
        integration_type=vertical,
        connection_id=None if known is None else known.id,
        customer_id=_given(given.customer_id),
        **lists,
    )
    await service.create_magic_link(call.engine, row)
    return reply(MagicLinkAnswer(magic_link=_shown(call, row)))


async def get_magic_links(call: Call) -> Reply:
    """Every link."""
    async with call.engine.database.transaction(call.authorized.caller.organization_id) as transaction:
        rows = await store.list_magic_links(transaction)
    return reply(MagicLinksAnswer(magic_links=[_shown(call, row) for row in rows]))


def _link_id(call: Call) -> UUID:
    try:
        return UUID(call.path["magic_link_id"])
    except ValueError:
        raise not_found(call.path["magic_link_id"]) from None


async def get_magic_link(call: Call) -> Reply:
    """One link."""
    async with call.engine.database.transaction(call.authorized.caller.organization_id) as transaction:
        row = await store.find_magic_link(transaction, _link_id(call))
    if row is None:
        raise not_found(call.path["magic_link_id"])
    return reply(MagicLinkAnswer(magic_link=_shown(call, row)))


async def delete_magic_link(call: Call) -> Reply:
    """Ends a link."""
    link_id = _link_id(call)
    async with call.engine.database.transaction(call.authorized.caller.organization_id) as transaction:
        found = await store.delete_magic_link(transaction, link_id)
    if not found:
        raise not_found(call.path["magic_link_id"])
    return reply(Deleted(id=link_id.hex, object="magic_link"))


ENDPOINTS: dict[str, Endpoint] = {
    contract.CREATE_LINK_TOKEN.operation_id: create_link_token,
    contract.EXCHANGE_AUTH_CODE.operation_id: exchange_auth_code,
    magic_contract.GET_MAGIC_LINKS.operation_id: get_magic_links,
    magic_contract.CREATE_MAGIC_LINK.operation_id: create_magic_link,
    magic_contract.GET_MAGIC_LINK.operation_id: get_magic_link,
    magic_contract.DELETE_MAGIC_LINK.operation_id: delete_magic_link,
}
