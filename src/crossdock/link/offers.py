"""What a link token lets a browser offer: which systems a customer may choose, or the one to sign in to anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from crossdock.connections import policy, sandboxes
from crossdock.connections import service as connections
from crossdock.connections import store as connection_store
from crossdock.connections.store import ConnectionRow
from crossdock.contract.errors import RequestRefused, bad_request, not_found
from crossdock.contract.values import VERTICALS, Vertical
from crossdock.integrations import registry
from crossdock.integrations.kit.adapter import Adapter
from crossdock.link import store
from crossdock.link.store import LinkTokenRow, MagicLinkRow
from crossdock.platform.engine import Engine
from crossdock.platform.sealing import hash_token, new_link_token

TOKEN_LIFE = timedelta(minutes=30)


@dataclass(frozen=True)
class Offer:
    """What a link token lets a customer do: the integrations to choose from, or the one to sign in to anew."""

    token: LinkTokenRow
    magic: MagicLinkRow | None
    connection: ConnectionRow | None
    adapters: Sequence[type[Adapter]]


def token_refused() -> RequestRefused:
    """The one answer to a link token that does not serve: unknown, used and ended ones are not told apart."""
    return bad_request("Invalid or expired link token")


def link_refused() -> RequestRefused:
    """The one answer to a magic link that does not serve: unknown, removed and ended ones are not told apart."""
    return RequestRefused(404, "This link has expired; ask for a new one")


async def find_connection(engine: Engine, organization_id: UUID, connection_id: str) -> ConnectionRow:
    """A connection by the id a caller sent; 404 when the organization has none."""
    try:
        identifier = UUID(connection_id)
    except ValueError:
        raise not_found(connection_id) from None
    async with engine.database.transaction(organization_id) as connection:
        row = await connection_store.get_connection(connection, identifier)
    if row is None:
        raise not_found(connection_id)
    return row


async def create_token(
    engine: Engine,
    organization_id: UUID,
    *,
    customer_id: str | None = None,
    connection_id: UUID | None = None,
    magic_link_id: UUID | None = None,
) -> str:
    """A new link token; it is shown this once."""
    token = new_link_token()
    row = LinkTokenRow(
        token_hash=hash_token(token),
        organization_id=organization_id,
        connection_id=connection_id,
        customer_id=customer_id,
        magic_link_id=magic_link_id,
        expires_at=engine.now() + TOKEN_LIFE,
    )
    async with engine.database.transaction(organization_id) as connection:
        await store.insert_token(connection, row)
    return token


async def find_magic_link(engine: Engine, link_id: UUID) -> MagicLinkRow:
    """A magic link that still serves; 404 when it has ended or never was."""
    async with engine.database.system() as connection:
        found = await store.find_magic_link(connection, link_id)
    if found is None or found.expires_at <= engine.now():
        raise link_refused()
    return found


async def open_magic_link(engine: Engine, link_id: UUID) -> str:
    """A link token for whoever follows a magic link; 404 when it has ended or never was."""
    found = await find_magic_link(engine, link_id)
    return await create_token(
        engine,
        found.organization_id,
        customer_id=found.customer_id,
        connection_id=found.connection_id,
        magic_link_id=found.id,
    )


async def find_offer(engine: Engine, link_token: str) -> Offer:
    """What a link token offers; 400 when it no longer serves."""
    async with engine.database.system() as system:
        token = await store.find_token(system, hash_token(link_token))
    if token is None:
        raise token_refused()
    magic, row = None, None
    async with engine.database.transaction(token.organization_id) as connection:
        if token.magic_link_id is not None:
            magic = await store.find_magic_link(connection, token.magic_link_id)
        if token.connection_id is not None:
            row = await connection_store.get_connection(connection, token.connection_id)
    if row is not None:
        return Offer(token, magic, row, [connections.adapter_of(row.vertical, row.integration_name)])
    found = registry.adapters() if magic is None else [item for item in registry.adapters() if _offered(magic, item)]
    return Offer(token, magic, None, found)


def _offered(magic: MagicLinkRow, adapter: type[Adapter]) -> bool:
    """Whether a magic link offers an integration."""
    if adapter.vertical != magic.integration_type:
        return False
    if magic.integration_allow_list is not None and adapter.slug not in magic.integration_allow_list:
        return False
    if magic.integration_block_list is not None and adapter.slug in magic.integration_block_list:
        return False
    return set(magic.integrations_with_endpoints or ()) <= set(adapter.action_names())


@dataclass(frozen=True)
class Wish:
    """What the page around the connect window wants to be offered. It narrows what the link token offers."""

    vertical: Vertical
    allow: Sequence[str] = ()
    block: Sequence[str] = ()
    able_to: Sequence[str] = ()
    sandbox: bool = False
    chosen: str | None = None


def vertical_of(offer: Offer, wish: Wish) -> Vertical:
    """The vertical to choose from; a magic link and a connection that exists have settled it."""
    settled = offer.magic.integration_type if offer.magic else offer.connection.vertical if offer.connection else None
    return next((vertical for vertical in VERTICALS if vertical == settled), wish.vertical)


def narrowed(offer: Offer, wish: Wish) -> list[type[Adapter]]:
    """The integrations to show, by name. Allow and block list cancel each other out.

    A sandbox is for whoever builds the page, so it is shown only where it is asked for.
    """
    if offer.connection is not None:
        return list(offer.adapters)
    vertical = vertical_of(offer, wish)
    both = bool(wish.allow) and bool(wish.block)
    allow = set() if both else {name.lower() for name in wish.allow}
    block = set() if both else {name.lower() for name in wish.block}
    able_to = set(policy.checked_names(vertical, wish.able_to, "integrations_with_endpoints"))
    asked_for = allow | {*(offer.magic.integration_allow_list or () if offer.magic else ())}
    if wish.chosen:
        asked_for.add(wish.chosen.lower())
    found = [
        item
        for item in offer.adapters
        if item.vertical == vertical
        and (not allow or item.slug in allow)
        and item.slug not in block
        and able_to <= set(item.action_names())
        and (item.slug != sandboxes.SLUG or wish.sandbox or item.slug in asked_for)
    ]
    return sorted(found, key=lambda item: item.display_name.lower())
