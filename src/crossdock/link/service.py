"""Finishing a sign-in, and trading its code for the connection.

The host asks for a link token. With it, and with nothing else, the browser finds out what it may offer (`offers`) and
signs in (`sign_ins`). Finishing spends the link token and gives an auth code, which is what the host trades for the
connection (`exchange`); it is made only then. A sign-in for a connection that exists takes effect when it is finished,
and so does one that began at a magic link, because nobody is there to trade a code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from crossdock.connections import policy, sandboxes, secrets
from crossdock.connections import service as connections
from crossdock.connections import store as connection_store
from crossdock.connections.store import ConnectionRow
from crossdock.contract.errors import InvalidBody, bad_request
from crossdock.contract.management.link import ExchangeAnswer
from crossdock.contract.switches import spelled
from crossdock.integrations import registry
from crossdock.integrations.kit.adapter import Adapter
from crossdock.link import offers, sign_ins, store
from crossdock.link.offers import Offer
from crossdock.link.sign_ins import SignInRefused
from crossdock.link.store import AuthCodeRow, MagicLinkRow, SignInRow
from crossdock.platform.database import Connection
from crossdock.platform.engine import Engine
from crossdock.platform.sealing import hash_token, new_auth_code

CODE_LIFE = timedelta(minutes=10)


@dataclass(frozen=True)
class Completed:
    """A sign-in that went through: with a code to trade, or with a connection that needs none."""

    integration_name: str
    auth_code: str | None = None
    connection_id: UUID | None = None


# -- finishing -----------------------------------------------------------------------------------------------------


async def finish(engine: Engine, link_token: str) -> Completed:
    """Ends a sign-in that went through. The link token is spent with it."""
    offer = await offers.find_offer(engine, link_token)
    async with engine.database.transaction(offer.token.organization_id) as connection:
        if not await store.use_token(connection, offer.token.token_hash):
            raise offers.token_refused()
        row = await store.take_sign_in(connection, offer.token.token_hash)
        if row is None or not row.proven:
            raise SignInRefused("Nobody has signed in yet")
        adapter = connections.adapter_of(row.vertical, row.integration_name)
        if row.sealed_credentials is None:
            done = await _finish_sandbox(engine, connection, offer, adapter, row)
        else:
            done = await _finish_proven(engine, connection, offer, adapter, row)
    if done is None:
        off = row.disabled_functions if offer.magic is None else await _magic_off(engine, offer, adapter, row)
        made = await engine.finish(_make_sandbox(engine, row.organization_id, adapter, offer.token.customer_id, off))
        done = Completed(adapter.slug, connection_id=made.id)
    await engine.wake()
    return done


async def _finish_proven(
    engine: Engine, connection: Connection, offer: Offer, adapter: type[Adapter], row: SignInRow
) -> Completed:
    typed = sign_ins.credentials_of(engine, row, adapter)
    proof = sign_ins.proof_of(row.me, row.permissions, sign_ins.token_of(engine, row))
    if offer.connection is not None:
        await connections.reinstall(engine, connection, offer.connection, typed, proof)
        await _set_customer(connection, offer.connection.id, offer.token.customer_id)
        return await _coded(engine, connection, offer, row, connection_id=offer.connection.id)
    off = await sign_ins.switched_off(connection, offer, adapter, row.disabled_functions or ())
    if offer.magic is None:
        return await _coded(engine, connection, offer, row)
    made, _ = await connections.add(
        engine,
        connection,
        organization_id=row.organization_id,
        adapter=adapter,
        credentials=typed,
        proof=proof,
        customer_id=offer.token.customer_id,
        disabled_functions=off,
    )
    return Completed(adapter.slug, connection_id=made.id)


async def _finish_sandbox(
    engine: Engine, connection: Connection, offer: Offer, adapter: type[Adapter], row: SignInRow
) -> Completed | None:
    """A sandbox is made when its code is traded; None for a magic link, where it is made at once. One that exists
    stays as it is."""
    if offer.connection is not None:
        await _set_customer(connection, offer.connection.id, offer.token.customer_id)
        return await _coded(engine, connection, offer, row, connection_id=offer.connection.id)
    return await _coded(engine, connection, offer, row) if offer.magic is None else None


async def _magic_off(engine: Engine, offer: Offer, adapter: type[Adapter], row: SignInRow) -> list[str] | None:
    async with engine.database.transaction(row.organization_id) as connection:
        return await sign_ins.switched_off(connection, offer, adapter, row.disabled_functions or ())


async def _set_customer(connection: Connection, connection_id: UUID, customer_id: str | None) -> None:
    if customer_id is not None:
        await connection_store.update_connection(connection, connection_id, {"customer_id": customer_id})


async def _coded(
    engine: Engine, connection: Connection, offer: Offer, row: SignInRow, *, connection_id: UUID | None = None
) -> Completed:
    """Notes a sign-in under a new auth code. One that began at a magic link gets none: nobody would trade it."""
    if offer.magic is not None:
        return Completed(row.integration_name, connection_id=connection_id)
    code = new_auth_code()
    # What a connection that exists needs has been given to it; a code of its own keeps none of it.
    kept = row if connection_id is None else None
    await store.insert_code(
        connection,
        AuthCodeRow(
            code_hash=hash_token(code),
            organization_id=row.organization_id,
            id=row.id,
            vertical=row.vertical,
            integration_name=row.integration_name,
            connection_id=connection_id,
            customer_id=offer.token.customer_id,
            disabled_functions=row.disabled_functions,
            me=None if kept is None else kept.me,
            permissions=None if kept is None else kept.permissions,
            wrapped_key=None if kept is None else kept.wrapped_key,
            sealed_credentials=None if kept is None else kept.sealed_credentials,
            sealed_token=None if kept is None else kept.sealed_token,
            expires_at=engine.now() + CODE_LIFE,
        ),
    )
    return Completed(row.integration_name, auth_code=code, connection_id=connection_id)


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
    return await offers.find_connection(engine, organization_id, made.connection_id)


# -- trading -------------------------------------------------------------------------------------------------------


async def exchange(
    engine: Engine, organization_id: UUID, auth_code: str, *, customer_id: str | None, connection_id: str | None
) -> ExchangeAnswer:
    """Trades an auth code for its connection.

    `connection_id` is the older way to sign in anew: the credentials of the code become that connection's.
    """
    known = None if connection_id is None else await offers.find_connection(engine, organization_id, connection_id)
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
        token = None if code.sealed_token is None else secrets.open_token(key, code.sealed_token)
        proof = sign_ins.proof_of(code.me, code.permissions, token)
        if known is not None:
            await connections.reinstall(engine, connection, known, typed, proof)
            connection_id = known.id
        else:
            made, _ = await connections.add(
                engine,
                connection,
                organization_id=code.organization_id,
                adapter=adapter,
                credentials=typed,
                proof=proof,
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
