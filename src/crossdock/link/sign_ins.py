"""Signing in from a browser: proving what a customer typed, or what a system's own page granted.

A sign-in is kept with its link token until it is finished, credentials and tokens sealed. Until then the link token is
not spent, so a wrong password, a refused grant or a look at the permissions costs nothing.
"""

from __future__ import annotations

import secrets as random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import msgspec

from crossdock.accounts import store as accounts
from crossdock.connections import policy, sandboxes, secrets
from crossdock.connections import service as connections
from crossdock.connections import store as connection_store
from crossdock.connections.permissions import Permission, hide_secrets
from crossdock.connections.service import Proof
from crossdock.contract.errors import AdapterError, InvalidBody, NeedsReconnect, RequestRefused, bad_request
from crossdock.contract.values import whole_seconds
from crossdock.contract.webhooks_admin import InstallFailedData
from crossdock.integrations.kit.adapter import Adapter
from crossdock.integrations.kit.auth import Credentials, MemoryTokens, OAuth2Code, Obtain, Token, new_verifier
from crossdock.link import offers, store
from crossdock.link.offers import Offer
from crossdock.link.store import SignInRow
from crossdock.platform.database import Connection
from crossdock.platform.engine import Engine
from crossdock.platform.sealing import DataKey, hash_token
from crossdock.platform.settings import oauth_variables
from crossdock.webhooks import events
from crossdock.webhooks.events import Subject

_VERIFIER = "verifier"
DENIED = "access_denied"
"""What RFC 6749 calls it when a person says no."""


class SignInRefused(RequestRefused):
    """The sign-in cannot go on in this state; the message tells the customer what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(409, message)


class SignInTokens(MemoryTokens):
    """The token of a sign-in. A renewed one is kept at once, because systems that rotate them end the old one."""

    def __init__(self, engine: Engine, row: SignInRow) -> None:
        self._engine, self._row, self._key = engine, row, key_of(engine, row)
        super().__init__(token_of(engine, row))

    async def renew(self, stale: Token | None, obtain: Obtain) -> Token:
        renewed = await super().renew(stale, obtain)
        kept = replace(self._row, sealed_token=secrets.seal_token(self._key, renewed))
        async with self._engine.database.transaction(self._row.organization_id) as connection:
            await store.save_outcome(connection, kept)
        return renewed


def key_of(engine: Engine, row: SignInRow) -> DataKey:
    """The key that the credentials of a sign-in are sealed with."""
    if row.wrapped_key is None:
        raise LookupError("the sign-in has nothing sealed")
    return engine.master_key.open_data_key(row.organization_id, row.id, row.wrapped_key)


def credentials_of(engine: Engine, row: SignInRow, adapter: type[Adapter]) -> Credentials:
    """The credentials of a sign-in."""
    if row.sealed_credentials is None:
        raise LookupError("the sign-in has no credentials")
    opened: Credentials = secrets.open_credentials(
        key_of(engine, row), row.sealed_credentials, adapter.credentials_type
    )
    return opened


def token_of(engine: Engine, row: SignInRow) -> Token | None:
    """The token that a sign-in got from the system."""
    return None if row.sealed_token is None else secrets.open_token(key_of(engine, row), row.sealed_token)


def proof_of(me: str | None, permissions: str | None, token: Token | None) -> Proof:
    """What a sign-in proved, as it is kept."""
    return Proof(me, msgspec.json.decode(permissions or "[]", type=list[Permission]), token)


async def switched_off(
    connection: Connection, offer: Offer, adapter: type[Adapter], extra: Sequence[str]
) -> list[str] | None:
    """The list of the connection that is about to be made; None when it follows the organization's."""
    magic = offer.magic
    if magic is None:
        return await policy.for_new_connection(connection, adapter, extra, ())
    off = [*extra, *(magic.disabled_functions or ())]
    return await policy.for_new_connection(connection, adapter, off, magic.enabled_functions or ())


def is_sandbox(adapter: type[Adapter]) -> bool:
    """Whether choosing it is all there is to do."""
    return adapter.slug == sandboxes.SLUG


# -- choosing ------------------------------------------------------------------------------------------------------


async def _chosen(
    engine: Engine, link_token: str, vertical: str, name: str, disabled_functions: Sequence[str]
) -> tuple[Offer, type[Adapter], SignInRow]:
    """What a link token offers, the integration a customer chose of it, and the sign-in that begins."""
    offer = await offers.find_offer(engine, link_token)
    adapter = next((item for item in offer.adapters if (item.vertical, item.slug) == (vertical, name.lower())), None)
    if adapter is None:
        raise InvalidBody.field("integration_name", "This link does not offer it.")
    extra = policy.checked_names(vertical, disabled_functions, "disabled_functions")
    organization_id = offer.token.organization_id
    if offer.connection is None:
        # Said now rather than when everything has been typed.
        async with engine.database.transaction(organization_id) as connection:
            await switched_off(connection, offer, adapter, extra)
    row = SignInRow(
        token_hash=offer.token.token_hash,
        organization_id=organization_id,
        id=uuid4(),
        vertical=adapter.vertical,
        integration_name=adapter.slug,
        disabled_functions=extra or None,
    )
    return offer, adapter, row


def _sealed(engine: Engine, row: SignInRow, credentials: Credentials) -> tuple[SignInRow, DataKey]:
    key, wrapped = engine.master_key.new_data_key(row.organization_id, row.id)
    return replace(row, wrapped_key=wrapped, sealed_credentials=secrets.seal_credentials(key, credentials)), key


async def sign_in(
    engine: Engine,
    link_token: str,
    vertical: str,
    integration_name: str,
    credentials: dict[str, Any],
    *,
    disabled_functions: Sequence[str] = (),
) -> None:
    """Proves what a customer typed, and keeps it for the rest of the sign-in. The sandbox needs nothing typed.

    `disabled_functions` are switched off for the new connection beside those of the organization.
    """
    offer, adapter, row = await _chosen(engine, link_token, vertical, integration_name, disabled_functions)
    if is_sandbox(adapter) and not credentials:
        await _save(engine, replace(row, proven=True))
        return
    if isinstance(adapter.auth, OAuth2Code):
        raise SignInRefused(f"{adapter.display_name} is signed in to on its own page")
    typed = connections.parse_credentials(adapter, credentials)
    try:
        proof = await connections.prove(engine, adapter, typed, None)
    except AdapterError as error:
        # A system may repeat what was typed, and this goes to subscribers.
        await _note_failure(
            engine, offer, adapter, hide_secrets(connections.unbound(engine, adapter, typed), error.message)
        )
        raise
    row, key = _sealed(engine, row, typed)
    await _save(engine, _proven(row, key, proof))


def _proven(row: SignInRow, key: DataKey, proof: Proof) -> SignInRow:
    token = proof.vendor_token
    return replace(
        row, proven=True, me=proof.me, sealed_token=None if token is None else secrets.seal_token(key, token)
    )


async def _save(engine: Engine, row: SignInRow) -> None:
    async with engine.database.transaction(row.organization_id) as connection:
        await store.save_sign_in(connection, row)


async def _note_failure(engine: Engine, offer: Offer, adapter: type[Adapter], message: str) -> None:
    """Tells the organization's subscribers that a customer tried and did not get through."""
    token, now = offer.token, engine.now()
    subject = Subject(
        token.organization_id, token.connection_id, adapter.slug, adapter.vertical, token.customer_id, is_sandbox=False
    )
    said = InstallFailedData(
        error_message=message,
        integration_name=adapter.slug,
        customer_id=token.customer_id,
        magic_link_id=None if token.magic_link_id is None else str(token.magic_link_id),
        created_date=whole_seconds(now),
    )
    async with engine.database.transaction(token.organization_id) as connection:
        await events.add_admin(connection, subject, "install.failed", said, now=now)


# -- at the system's own page --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Departure:
    """Where a person grants access, and the secret that their browser keeps meanwhile."""

    authorize_url: str
    browser_secret: str


def _scheme(adapter: type[Adapter]) -> OAuth2Code:
    if not isinstance(adapter.auth, OAuth2Code):
        raise SignInRefused(f"{adapter.display_name} is signed in to with credentials")
    return adapter.auth


def missing_application(engine: Engine, adapter: type[Adapter]) -> str | None:
    """What whoever runs this installation has to set before the integration can be signed in to; None when nothing."""
    if not isinstance(adapter.auth, OAuth2Code) or adapter.slug in engine.oauth_applications:
        return None
    if adapter.auth.id_field in adapter.credentials_type.__struct_fields__:
        return None
    identifier, secret = oauth_variables(adapter.slug)
    return (
        f"{adapter.display_name} cannot be connected here yet: it needs an OAuth application, which whoever runs this "
        f"service names in {identifier} and {secret}."
    )


async def depart(
    engine: Engine,
    link_token: str,
    vertical: str,
    integration_name: str,
    credentials: dict[str, Any],
    *,
    redirect_uri: str,
    browser_secret: str | None = None,
    disabled_functions: Sequence[str] = (),
) -> Departure:
    """Begins a sign-in at the system's own page. What was typed, such as the name of a shop, is kept until they are
    back. `browser_secret` is what the browser keeps already for another one."""
    _, adapter, row = await _chosen(engine, link_token, vertical, integration_name, disabled_functions)
    scheme = _scheme(adapter)
    typed = connections.parse_credentials(adapter, credentials)
    application = scheme.application(typed, engine.oauth_applications.get(adapter.slug))
    if application is None:
        raise SignInRefused(missing_application(engine, adapter) or "The OAuth application is missing.")
    state, verifier = random.token_urlsafe(32), new_verifier()
    browser_secret = browser_secret or random.token_urlsafe(32)
    row, key = _sealed(engine, row, typed)
    row = replace(
        row,
        state_hash=hash_token(state),
        browser_hash=hash_token(browser_secret),
        redirect_uri=redirect_uri,
        sealed_verifier=key.seal(_VERIFIER, verifier.encode()),
    )
    url = scheme.authorization(typed, application, redirect_uri=redirect_uri, state=state, verifier=verifier)
    if not url.startswith(("https://", "http://")):
        raise InvalidBody.field("credentials", "Not the address of a web page.")
    await _save(engine, row)
    return Departure(url, browser_secret)


async def arrive(engine: Engine, *, state: str, browser_secret: str, code: str | None, error: str | None) -> str | None:
    """Takes what the system's page sent back. Gives what went wrong in words for the customer; None when it went well.

    A state that is unknown, used, ended or of another browser is refused, always in the same words.
    """
    state_hash = hash_token(state)
    async with engine.database.system() as system:
        organization_id = await store.find_organization_by_state(system, state_hash)
    row = None
    if organization_id is not None:
        async with engine.database.transaction(organization_id) as connection:
            row = await store.take_state(connection, state_hash, hash_token(browser_secret))
    if row is None:
        raise bad_request("This sign-in has ended or began in another browser; go back and try again")
    adapter = connections.adapter_of(row.vertical, row.integration_name)
    try:
        outcome = await _redeemed(engine, row, adapter, code, error)
    except AdapterError as refused:
        outcome = replace(row, problem=refused.message)
        await _note_failure(engine, await _offer_of(engine, row), adapter, refused.message)
    async with engine.database.transaction(row.organization_id) as connection:
        await store.save_outcome(connection, outcome)
    return outcome.problem


async def _redeemed(
    engine: Engine, row: SignInRow, adapter: type[Adapter], code: str | None, error: str | None
) -> SignInRow:
    name = adapter.display_name
    if error == DENIED:
        raise NeedsReconnect(f"Access was not granted at {name}")
    if code is None or row.redirect_uri is None or row.sealed_verifier is None:
        raise NeedsReconnect(f"{name} ended the sign-in ({error or 'without a code'})")
    key, typed = key_of(engine, row), credentials_of(engine, row, adapter)
    verifier = key.open(_VERIFIER, row.sealed_verifier).decode()
    session = connections.unbound(engine, adapter, typed).client.session()
    token = await _scheme(adapter).redeem(session, code=code, verifier=verifier, redirect_uri=row.redirect_uri)
    return _proven(row, key, await connections.prove(engine, adapter, typed, None, token))


async def _offer_of(engine: Engine, row: SignInRow) -> Offer:
    async with engine.database.transaction(row.organization_id) as connection:
        token = await store.get_token(connection, row.token_hash)
    if token is None:
        raise offers.token_refused()
    return Offer(token, None, None, ())


# -- what it brought -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """How far the sign-in of a link token is."""

    waiting: bool
    problem: str | None


async def progress(engine: Engine, link_token: str) -> Progress:
    """How far a sign-in at the system's own page is."""
    _, row = await _under_way(engine, link_token)
    return Progress(waiting=not row.proven and row.problem is None, problem=row.problem)


async def _under_way(engine: Engine, link_token: str) -> tuple[Offer, SignInRow]:
    offer = await offers.find_offer(engine, link_token)
    async with engine.database.transaction(offer.token.organization_id) as connection:
        row = await store.find_sign_in(connection, offer.token.token_hash)
    if row is None:
        raise SignInRefused("Nobody has signed in yet")
    return offer, row


async def check_permissions(engine: Engine, link_token: str) -> list[Permission]:
    """What the credentials of a sign-in may do, asked of the system itself; what is switched off is not asked about."""
    offer, row = await _under_way(engine, link_token)
    if not row.proven:
        raise SignInRefused("Nobody has signed in yet")
    adapter = connections.adapter_of(row.vertical, row.integration_name)
    off = await _off_in_effect(engine, offer, row, adapter)
    found = await connections.probe_permissions(engine, await _opened(engine, row, adapter), off)
    async with engine.database.transaction(row.organization_id) as connection:
        await store.save_permissions(connection, row, msgspec.json.encode(found).decode())
    return found


async def _off_in_effect(engine: Engine, offer: Offer, row: SignInRow, adapter: type[Adapter]) -> list[str]:
    """What is switched off for the connection that this sign-in is about; nobody needs a permission for it."""
    if offer.connection is not None:
        return offer.connection.switched_off
    async with engine.database.transaction(row.organization_id) as connection:
        own = await switched_off(connection, offer, adapter, row.disabled_functions or ())
        return await accounts.get_disabled(connection, row.vertical) if own is None else own


async def _opened(engine: Engine, row: SignInRow, adapter: type[Adapter]) -> Adapter:
    if row.sealed_credentials is not None:
        return connections.unbound(engine, adapter, credentials_of(engine, row, adapter), SignInTokens(engine, row))
    sandbox = await _sandbox(engine, row.organization_id, row.vertical)
    return await connections.open_adapter(engine, row.organization_id, sandbox, adapter)


async def _sandbox(engine: Engine, organization_id: UUID, vertical: str) -> UUID:
    """The organization's sandbox; made now when it has none yet."""
    async with engine.database.transaction(organization_id) as connection:
        found = await connection_store.find_sandbox(connection, vertical)
    if found is not None:
        return found.id
    made = await engine.finish(sandboxes.generate(engine, organization_id, vertical))
    return UUID(made.connection_id)
