"""How a customer's system is connected from a browser.

The host asks for a link token. With it, and with nothing else, the browser's modal finds out what it may offer and
hands over the credentials that the customer typed (`complete`). They are proven at once; the auth code that comes back
is what the host trades for the connection (`exchange`), which is made only then. A sign-in for a connection that exists
takes effect at once, and so does one that began at a magic link, because nobody is there to trade a code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from crossdock.accounts import store as accounts
from crossdock.connections import policy, sandboxes, secrets
from crossdock.connections import service as connections
from crossdock.connections import store as connection_store
from crossdock.connections.permissions import Permission
from crossdock.connections.service import Proof
from crossdock.connections.store import ConnectionRow
from crossdock.contract.errors import AdapterError, InvalidBody, bad_request, not_found
from crossdock.contract.management.link import ExchangeAnswer
from crossdock.contract.switches import spelled
from crossdock.contract.values import whole_seconds
from crossdock.contract.webhooks_admin import InstallFailedData
from crossdock.integrations import registry
from crossdock.integrations.kit.adapter import Adapter
from crossdock.integrations.kit.auth import Credentials
from crossdock.link import store
from crossdock.link.store import AuthCodeRow, LinkTokenRow, MagicLinkRow
from crossdock.platform.database import Connection
from crossdock.platform.engine import Engine
from crossdock.platform.sealing import hash_token, new_auth_code, new_link_token
from crossdock.webhooks import events
from crossdock.webhooks.events import Subject

TOKEN_LIFE = timedelta(minutes=30)
CODE_LIFE = timedelta(minutes=10)


@dataclass(frozen=True)
class Offer:
    """What a link token lets a customer do: the integrations to choose from, or the one to sign in to anew."""

    token: LinkTokenRow
    magic: MagicLinkRow | None
    connection: ConnectionRow | None
    adapters: Sequence[type[Adapter]]


@dataclass(frozen=True)
class Completed:
    """A sign-in that went through: with a code to trade, or with a connection that needs none."""

    integration_name: str
    auth_code: str | None = None
    connection_id: UUID | None = None
    permissions: Sequence[Permission] = ()
    """What the customer's credentials are allowed to do; empty for a sandbox, which is made with all rights."""


# -- beginning -----------------------------------------------------------------------------------------------------


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


async def open_magic_link(engine: Engine, link_id: UUID) -> str:
    """A link token for whoever follows a magic link; 404 when there is none, 400 when it has ended."""
    async with engine.database.system() as connection:
        found = await store.find_magic_link(connection, link_id)
    if found is None:
        raise not_found(link_id.hex)
    if found.expires_at <= engine.now():
        raise bad_request("This link has expired; ask for a new one")
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
        raise bad_request("Invalid or expired link token")
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


# -- signing in ----------------------------------------------------------------------------------------------------


async def complete(
    engine: Engine,
    link_token: str,
    vertical: str,
    integration_name: str,
    credentials: dict[str, Any],
    *,
    disabled_functions: Sequence[str] = (),
) -> Completed:
    """Proves what a customer typed. The link token is spent only when it goes through, so a typing error costs nothing.

    `disabled_functions` are switched off for the new connection beside those of the organization. The sandbox needs no
    credentials.
    """
    offer = await find_offer(engine, link_token)
    adapter = registry.find(vertical, integration_name)
    if adapter is None or adapter not in offer.adapters:
        raise InvalidBody.field("integration_name", "This link does not offer it.")
    extra = policy.checked_names(vertical, disabled_functions, "disabled_functions")
    if adapter.slug == sandboxes.SLUG and not credentials:
        return await _complete_sandbox(engine, offer, adapter, extra)
    typed = connections.parse_credentials(adapter, credentials)
    try:
        proof = await connections.prove(engine, adapter, typed, await _off(engine, offer, adapter, extra))
    except AdapterError as error:
        await _note_failure(engine, offer, adapter, error)
        raise
    async with engine.database.transaction(offer.token.organization_id) as connection:
        await _spend(connection, offer.token)
        if offer.connection is not None:
            await connections.reinstall(engine, connection, offer.connection, typed, proof.me, proof.permissions)
            await _set_customer(connection, offer.connection.id, offer.token.customer_id)
            done = await _coded(engine, connection, offer, adapter, connection_id=offer.connection.id)
        elif offer.magic is not None:
            off = await _switched_off(connection, adapter, offer.magic, extra)
            made, _ = await connections.add(
                engine,
                connection,
                organization_id=offer.token.organization_id,
                adapter=adapter,
                credentials=typed,
                me=proof.me,
                permissions=proof.permissions,
                customer_id=offer.token.customer_id,
                disabled_functions=off,
            )
            done = Completed(adapter.slug, connection_id=made.id)
        else:
            await policy.for_new_connection(connection, adapter, extra, ())
            done = await _coded(engine, connection, offer, adapter, extra=extra, proven=(typed, proof))
    await engine.wake()
    return replace(done, permissions=proof.permissions)


async def _off(engine: Engine, offer: Offer, adapter: type[Adapter], extra: Sequence[str]) -> list[str]:
    """What is switched off for the connection that this sign-in is about; nobody needs a permission for it."""
    if offer.connection is not None:
        return offer.connection.switched_off
    async with engine.database.transaction(offer.token.organization_id) as connection:
        own = await (
            policy.for_new_connection(connection, adapter, extra, ())
            if offer.magic is None
            else _switched_off(connection, adapter, offer.magic, extra)
        )
        return await accounts.get_disabled(connection, adapter.vertical) if own is None else own


async def _note_failure(engine: Engine, offer: Offer, adapter: type[Adapter], error: AdapterError) -> None:
    """Tells the organization's subscribers that a customer tried and did not get through."""
    token, now = offer.token, engine.now()
    subject = Subject(
        token.organization_id, token.connection_id, adapter.slug, adapter.vertical, token.customer_id, is_sandbox=False
    )
    said = InstallFailedData(
        error_message=error.message,
        integration_name=adapter.slug,
        customer_id=token.customer_id,
        magic_link_id=None if token.magic_link_id is None else str(token.magic_link_id),
        created_date=whole_seconds(now),
    )
    async with engine.database.transaction(token.organization_id) as connection:
        await events.add_admin(connection, subject, "install.failed", said, now=now)


async def _spend(connection: Connection, token: LinkTokenRow) -> None:
    if not await store.use_token(connection, token.token_hash):
        raise bad_request("Invalid or expired link token")


async def _set_customer(connection: Connection, connection_id: UUID, customer_id: str | None) -> None:
    if customer_id is not None:
        await connection_store.update_connection(connection, connection_id, {"customer_id": customer_id})


async def _switched_off(
    connection: Connection, adapter: type[Adapter], magic: MagicLinkRow, extra: Sequence[str]
) -> list[str] | None:
    off = [*extra, *(magic.disabled_functions or ())]
    return await policy.for_new_connection(connection, adapter, off, magic.enabled_functions or ())


async def _coded(
    engine: Engine,
    connection: Connection,
    offer: Offer,
    adapter: type[Adapter],
    *,
    connection_id: UUID | None = None,
    extra: Sequence[str] = (),
    proven: tuple[Credentials, Proof] | None = None,
) -> Completed:
    """Notes a sign-in under a new auth code. One that began at a magic link gets none: nobody would trade it."""
    if offer.magic is not None:
        return Completed(adapter.slug, connection_id=connection_id)
    code, identifier = new_auth_code(), uuid4()
    organization_id = offer.token.organization_id
    wrapped, sealed, me, permissions = None, None, None, None
    if proven is not None:
        key, wrapped = engine.master_key.new_data_key(organization_id, identifier)
        sealed, me = secrets.seal_credentials(key, proven[0]), proven[1].me
        permissions = msgspec.json.encode(proven[1].permissions).decode()
    row = AuthCodeRow(
        code_hash=hash_token(code),
        organization_id=organization_id,
        id=identifier,
        vertical=adapter.vertical,
        integration_name=adapter.slug,
        connection_id=connection_id,
        customer_id=offer.token.customer_id,
        disabled_functions=list(extra) or None,
        me=me,
        permissions=permissions,
        wrapped_key=wrapped,
        sealed_credentials=sealed,
        expires_at=engine.now() + CODE_LIFE,
    )
    await store.insert_code(connection, row)
    return Completed(adapter.slug, auth_code=code, connection_id=connection_id)


async def _complete_sandbox(engine: Engine, offer: Offer, adapter: type[Adapter], extra: Sequence[str]) -> Completed:
    """A sandbox is made when its code is traded, or at once for a magic link. One that exists stays as it is."""
    async with engine.database.transaction(offer.token.organization_id) as connection:
        await _spend(connection, offer.token)
        if offer.connection is not None:
            await _set_customer(connection, offer.connection.id, offer.token.customer_id)
            return await _coded(engine, connection, offer, adapter, connection_id=offer.connection.id)
        if offer.magic is None:
            await policy.for_new_connection(connection, adapter, extra, ())
            return await _coded(engine, connection, offer, adapter, extra=extra)
        off = await _switched_off(connection, adapter, offer.magic, extra)
    made = await _make_sandbox(engine, offer.token.organization_id, adapter, offer.token.customer_id, off)
    return Completed(adapter.slug, connection_id=made.id)


async def _make_sandbox(
    engine: Engine,
    organization_id: UUID,
    adapter: type[Adapter],
    customer_id: str | None,
    disabled_functions: list[str] | None,
) -> ConnectionRow:
    """The organization's sandbox with fresh data, as this sign-in wants it."""
    made = await sandboxes.generate(engine, organization_id, adapter.vertical)
    changes: dict[str, Any] = {} if customer_id is None else {"customer_id": customer_id}
    if disabled_functions is not None:
        changes["disabled_functions"] = disabled_functions
    await connections.update(engine, organization_id, UUID(made.connection_id), changes)
    return await find_connection(engine, organization_id, made.connection_id)


# -- trading -------------------------------------------------------------------------------------------------------


async def exchange(
    engine: Engine, organization_id: UUID, auth_code: str, *, customer_id: str | None, connection_id: str | None
) -> ExchangeAnswer:
    """Trades an auth code for its connection.

    `connection_id` is the older way to sign in anew: the credentials of the code become that connection's.
    """
    known = None if connection_id is None else await find_connection(engine, organization_id, connection_id)
    code_hash = hash_token(auth_code)
    async with engine.database.transaction(organization_id) as connection:
        code = await store.use_code(connection, code_hash)
        if code is None:
            raise bad_request("Invalid or expired auth code")
        adapter = connections.adapter_of(code.vertical, code.integration_name)
        if known is not None and (known.vertical, known.integration_name) != (code.vertical, code.integration_name):
            raise InvalidBody.field("connection_id", f"A connection of {known.integration_name}, not of this sign-in.")
        named = customer_id if customer_id is not None else code.customer_id
        row = await _settle(engine, connection, code, adapter, known, named)
    if row is None:
        row = await _trade_for_sandbox(engine, code, adapter, named)
    await engine.wake()
    actions = connections.available_actions(adapter, row.switched_off)
    return ExchangeAnswer(
        access_token=await connections.access_token(engine, row),
        connection_id=str(row.id),
        integration_name=row.integration_name,
        customer_id=row.customer_id,
        available_actions=actions,
        available_endpoints=actions,
    )


async def _settle(
    engine: Engine,
    connection: Connection,
    code: AuthCodeRow,
    adapter: type[Adapter],
    known: ConnectionRow | None,
    customer_id: str | None,
) -> ConnectionRow | None:
    """The connection a code stands for, as it is now; None when it is a sandbox, which takes more than one step."""
    connection_id = code.connection_id
    if connection_id is None and (code.wrapped_key is None or code.sealed_credentials is None):
        return None
    if connection_id is not None and known is not None and known.id != connection_id:
        raise InvalidBody.field("connection_id", "Not the connection that was signed in anew.")
    if code.wrapped_key is not None and code.sealed_credentials is not None:
        key = engine.master_key.open_data_key(code.organization_id, code.id, code.wrapped_key)
        typed = secrets.open_credentials(key, code.sealed_credentials, adapter.credentials_type)
        permissions = msgspec.json.decode(code.permissions or "[]", type=list[Permission])
        if known is not None:
            await connections.reinstall(engine, connection, known, typed, code.me, permissions)
            connection_id = known.id
        else:
            made, _ = await connections.add(
                engine,
                connection,
                organization_id=code.organization_id,
                adapter=adapter,
                credentials=typed,
                me=code.me,
                permissions=permissions,
                disabled_functions=await policy.for_new_connection(
                    connection, adapter, code.disabled_functions or (), ()
                ),
            )
            connection_id = made.id
    if connection_id is None:
        raise LookupError("an auth code stands for nothing")
    await _set_customer(connection, connection_id, customer_id)
    row = await connection_store.get_connection(connection, connection_id)
    if row is None:
        raise secrets.ConnectionGone
    return row


async def _trade_for_sandbox(
    engine: Engine, code: AuthCodeRow, adapter: type[Adapter], customer_id: str | None
) -> ConnectionRow:
    try:
        async with engine.database.transaction(code.organization_id) as connection:
            off = await policy.for_new_connection(connection, adapter, code.disabled_functions or (), ())
        work = _make_sandbox(engine, code.organization_id, adapter, customer_id, off)
        return await engine.finish(work)
    except BaseException:
        async with engine.database.transaction(code.organization_id) as connection:
            await store.give_back_code(connection, code.code_hash)
        raise


# -- magic links ---------------------------------------------------------------------------------------------------


async def create_magic_link(engine: Engine, row: MagicLinkRow) -> None:
    """Keeps a magic link; 400 when what it switches off and on does not go together."""
    vertical_adapters = registry.of_vertical(row.integration_type)
    async with engine.database.transaction(row.organization_id) as connection:
        if row.disabled_functions or row.enabled_functions:
            before = await policy.of_organization(engine, row.organization_id, row.integration_type)
            off = spelled({*before} - {*(row.enabled_functions or ())} | {*(row.disabled_functions or ())})
            policy.refuse_unmet_needs(row.integration_type, policy.known_to(vertical_adapters), off)
        await store.insert_magic_link(connection, row)


async def forget_old(engine: Engine) -> None:
    """Forgets tokens and codes that no longer serve."""
    async with engine.database.system() as connection:
        await store.delete_ended(connection)
