"""Asks connected systems for their webhooks, takes messages in, and stores what they come down to.

A message is kept in a row before it is answered, and worked off by whichever worker claims the row. What it names is
asked for anew, so a message that comes twice or late does nothing, and no older record replaces a newer one.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from uuid import UUID, uuid4

import structlog

from crossdock.connections import permissions
from crossdock.connections import service as connections
from crossdock.connections import store as connection_store
from crossdock.connections.secrets import ConnectionGone
from crossdock.contract.catalogue import READ_OF
from crossdock.contract.errors import AdapterError, NotSupported, RateLimited, VendorRejected, VendorUnavailable
from crossdock.contract.records import Record
from crossdock.contract.resources import Resource
from crossdock.integrations import registry
from crossdock.integrations.kit.adapter import Adapter
from crossdock.integrations.kit.budget import Priority
from crossdock.integrations.kit.webhooks import Delivery, Incoming, Subscription
from crossdock.platform.database import Connection
from crossdock.platform.engine import Engine
from crossdock.platform.sealing import MasterKey
from crossdock.records import store as records
from crossdock.vendor_webhooks import store
from crossdock.vendor_webhooks.store import Claim, DeliveryClaim, SubscriptionRow

log = structlog.get_logger(__name__)

PATH = "/vendor-webhooks"
GIVE_UP_AFTER = 8
"""Failures in a row after which a message is given up; the next sync reads what it was about."""
KEPT = timedelta(days=7)
"""How long the id of a message is remembered."""
_SECRET = "vendor webhook secret"  # noqa: S105 - what a sealed value is for
_UNSUBSCRIBE_SECONDS = 10.0
_MAX_KEY_LENGTH = 200
_AT_ONCE = 5
_PRUNED_AT_ONCE = 5000


class Received(Enum):
    """What became of a message that came in."""

    REFUSED = "refused"
    UNKNOWN = "unknown"
    KEPT = "kept"
    REPEATED = "repeated"


# -- addresses -----------------------------------------------------------------------------------------------------


def _derived(master_key: MasterKey, purpose: str, row_id: UUID, generation: int) -> str:
    key = master_key.derive(f"vendor webhooks: {purpose}")
    digest = hashlib.blake2b(row_id.bytes + generation.to_bytes(8, "big"), key=key, digest_size=24).digest()
    return base64.urlsafe_b64encode(digest).decode()


def address(engine: Engine, row: SubscriptionRow) -> str:
    """Where a system sends its messages; nobody can guess it."""
    token = _derived(engine.master_key, "address", row.connection_id, row.generation)
    return f"{row.wanted_url}{PATH}/{row.connection_id.hex}/{token}"


def _secret(engine: Engine, row: SubscriptionRow) -> str:
    return _derived(engine.master_key, "signature", row.connection_id, row.generation)


# -- asking for them -----------------------------------------------------------------------------------------------


async def want_everywhere(engine: Engine) -> None:
    """Makes it due to ask for webhooks that connections of an older version, or at another address, do without."""
    for adapter in registry.adapters():
        url = connections.webhook_url(engine, adapter)
        if url is None:
            continue
        async with engine.database.system() as system:
            wanted = await store.want_everywhere(system, adapter.vertical, adapter.slug, url)
        if wanted:
            log.info("webhooks to ask for", integration=f"{adapter.vertical}/{adapter.slug}", connections=wanted)


async def claim_subscriptions(engine: Engine, limit: int = _AT_ONCE) -> list[Claim]:
    """Claims subscriptions that are due."""
    async with engine.database.system() as system:
        return await store.claim_subscriptions(system, limit)


async def subscribe(engine: Engine, claim: Claim) -> None:
    """Asks one system for its webhooks."""
    row = await _find(engine, claim.connection_id)
    if row is None:
        return
    adapter_type = connections.adapter_of(row.vertical, row.integration_name)
    wanted = Subscription(address(engine, row), _secret(engine, row), sorted(adapter_type.receivers))
    try:
        adapter = await connections.open_adapter(engine, row.organization_id, row.connection_id, adapter_type)
    except ConnectionGone:
        return
    try:
        made = await adapter.subscribe(wanted)
    except AdapterError as error:
        said = permissions.hide_secrets(adapter, error.message).replace(wanted.secret, "***")
        log.warning("webhooks could not be asked for", connection_id=str(row.connection_id), error=said)
        async with engine.database.transaction(row.organization_id) as connection:
            await store.not_subscribed(connection, claim, said, again=not isinstance(error, NotSupported))
        return
    async with engine.database.transaction(row.organization_id) as connection:
        sealed = None if made.secret is None else await _seal(engine, connection, row, made.secret)
        kept = await store.subscribed(connection, claim, made.reference, sealed)
    superfluous = row.reference if kept else made.reference
    if superfluous is not None and (not kept or superfluous != made.reference):
        await _unsubscribe(adapter, superfluous)


async def _seal(engine: Engine, connection: Connection, row: SubscriptionRow, secret: str) -> bytes:
    sealed = await connection_store.get_sealed(connection, row.connection_id)
    if sealed is None:
        raise ConnectionGone
    key = engine.master_key.open_data_key(row.organization_id, row.connection_id, sealed.wrapped_key)
    return key.seal(_SECRET, secret.encode())


async def _find(engine: Engine, connection_id: UUID) -> SubscriptionRow | None:
    async with engine.database.system() as system:
        return await store.find(system, connection_id)


async def _unsubscribe(adapter: Adapter, reference: str) -> None:
    try:
        async with asyncio.timeout(_UNSUBSCRIBE_SECONDS):
            await adapter.unsubscribe(reference)
    except (AdapterError, TimeoutError) as error:
        # Its messages are refused from now on, and systems give up on an address that refuses.
        log.warning("a subscription was left behind", integration=adapter.slug, error=str(error))


async def unsubscribe(engine: Engine, connection_id: UUID) -> None:
    """Ends the subscription of a connection that is about to be removed, as far as its system lets us."""
    row = await _find(engine, connection_id)
    adapter_type = None if row is None else registry.find(row.vertical, row.integration_name)
    if row is None or row.reference is None or adapter_type is None:
        return
    adapter = await connections.open_adapter(engine, row.organization_id, connection_id, adapter_type)
    await _unsubscribe(adapter, row.reference)


def answer_challenge(engine: Engine, row: SubscriptionRow, query: Mapping[str, str]) -> bytes | None:
    """What proves to a system that an address is ours; None when it asks nothing of the kind."""
    webhooks = connections.adapter_of(row.vertical, row.integration_name).webhooks
    if webhooks is None or webhooks.challenge is None:
        return None
    return webhooks.challenge.answer(query, address(engine, row), _secret(engine, row))


# -- taking them in ------------------------------------------------------------------------------------------------


async def find_sender(engine: Engine, connection_id: UUID, token: str) -> SubscriptionRow | None:
    """Whose address this is; None when it was never given out, or is good no more."""
    row = await _find(engine, connection_id)
    if row is None:
        return None
    expected = _derived(engine.master_key, "address", connection_id, row.generation)
    return row if hmac.compare_digest(expected.encode(), token.encode()) else None


async def take(engine: Engine, row: SubscriptionRow, message: Incoming) -> Received:
    """Verifies a message and keeps it. Nothing is done with one that nobody proves to have sent."""
    connection_id = row.connection_id
    adapter = connections.adapter_of(row.vertical, row.integration_name)
    if adapter.webhooks is None:
        return Received.REFUSED
    async with engine.database.transaction(row.organization_id) as connection:
        secret = await _opened_secret(engine, connection, row)
        if not adapter.webhooks.verifier.accepts(message, secret, engine.now()):
            return Received.REFUSED
        topic = adapter.webhooks.topic(message)
        if topic not in adapter.receivers:
            log.info("a webhook that nobody listens to", integration=adapter.slug, topic=topic[:200])
            await store.count(connection, connection_id, unknown=True)
            return Received.UNKNOWN
        kept = await store.add_delivery(
            connection,
            organization_id=row.organization_id,
            connection_id=connection_id,
            delivery_id=uuid4(),
            topic=topic,
            key=_key(adapter.webhooks.delivery_id(message)),
            body=message.body,
            headers={name: message.headers.get(name, "") for name in adapter.webhooks.kept_headers},
            received_at=engine.now(),
        )
        await store.count(connection, connection_id, unknown=False)
    if kept:
        await engine.wake()
    return Received.KEPT if kept else Received.REPEATED


def _key(given: str | None) -> str | None:
    """The system's id of a message as it can be stored; of a long one its hash."""
    if not given:
        return None
    plain = given.replace("\0", "")
    return plain if len(plain) <= _MAX_KEY_LENGTH else hashlib.sha256(plain.encode()).hexdigest()


def answer(row: SubscriptionRow) -> bytes:
    """What a message that was taken is answered with."""
    webhooks = connections.adapter_of(row.vertical, row.integration_name).webhooks
    return b"{}" if webhooks is None else webhooks.answer


async def _opened_secret(engine: Engine, connection: Connection, row: SubscriptionRow) -> str:
    if row.sealed_secret is None:
        return _secret(engine, row)
    sealed = await connection_store.get_sealed(connection, row.connection_id)
    if sealed is None:
        raise ConnectionGone
    key = engine.master_key.open_data_key(row.organization_id, row.connection_id, sealed.wrapped_key)
    return key.open(_SECRET, row.sealed_secret).decode()


# -- working them off ----------------------------------------------------------------------------------------------


async def drain(engine: Engine) -> None:
    """Works off messages until none is due."""
    while claims := await claim_deliveries(engine):
        for claim in claims:
            await work_off(engine, claim)


async def claim_deliveries(engine: Engine, limit: int = _AT_ONCE) -> list[DeliveryClaim]:
    """Claims messages that are due."""
    async with engine.database.system() as system:
        return await store.claim_deliveries(system, limit)


async def work_off(engine: Engine, claim: DeliveryClaim) -> None:
    """Finds out what a message comes down to, and stores it."""
    async with engine.database.transaction(claim.organization_id) as connection:
        row = await connection_store.get_connection(connection, claim.connection_id)
        ready = await store.first_syncs(connection, claim.connection_id)
    if row is None:
        return
    adapter_type = connections.adapter_of(row.vertical, row.integration_name)
    wanted = {name for name in ready if name not in row.switched_off}
    try:
        if claim.topic not in adapter_type.receivers:
            raise NotSupported(f"{claim.topic} is not listened to any more")
        adapter = await connections.open_adapter(
            engine, claim.organization_id, claim.connection_id, adapter_type, priority=Priority.SYNC
        )
        asked_at = engine.now()
        delivery = Delivery(claim.topic, claim.body, claim.headers)
        if not await adapter.proves(delivery):
            raise VendorRejected("the system did not send this message")
        found = await adapter.receive(delivery)
    except ConnectionGone:
        return
    except AdapterError as error:
        await _note_failure(engine, claim, error)
        return
    except BaseException as error:
        # A bug or a shutdown: the message stays, and the error goes up.
        await _postpone(engine, claim, type(error).__name__)
        raise
    told: dict[Resource, tuple[list[Record], list[str]]] = {}
    for change in found:
        if READ_OF[change.resource.key].name in wanted:
            present, gone = told.setdefault(change.resource, ([], []))
            present += change.records
            gone += change.deleted
    async with engine.database.transaction(claim.organization_id) as connection:
        if not await store.lock_delivery(connection, claim):
            return
        await store.finish_delivery(connection, claim)
        await records.upsert_told(
            connection,
            organization_id=claim.organization_id,
            connection_id=claim.connection_id,
            told=told,
            now=engine.now(),
            asked_at=asked_at,
        )


async def _note_failure(engine: Engine, claim: DeliveryClaim, error: AdapterError) -> None:
    passing = isinstance(error, RateLimited | VendorUnavailable) and claim.attempts + 1 < GIVE_UP_AFTER
    log.warning(
        "a webhook could not be worked off", connection_id=str(claim.connection_id), topic=claim.topic, again=passing
    )
    if passing:
        await _postpone(engine, claim, type(error).__name__)
        return
    async with engine.database.transaction(claim.organization_id) as connection:
        await store.finish_delivery(connection, claim, type(error).__name__)


async def _postpone(engine: Engine, claim: DeliveryClaim, error: str) -> None:
    async with engine.database.transaction(claim.organization_id) as connection:
        await store.postpone_delivery(connection, claim, error)


async def forget_old(engine: Engine) -> None:
    """Forgets messages that were worked off long ago."""
    more = True
    while more:
        async with engine.database.system() as system:
            more = await store.delete_old(system, engine.now() - KEPT, _PRUNED_AT_ONCE)
