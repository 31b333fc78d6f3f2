"""Accounts of the vendor: opening one, bringing it back to the seed, and finding it by its key."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid5

from crossdock.platform.database import Database
from crossdock.sandbox import store
from crossdock.sandbox.carrier import data as carrier_data
from crossdock.sandbox.cart import data as cart_data
from crossdock.sandbox.documents import Document
from crossdock.sandbox.erp import data as erp_data
from crossdock.sandbox.freight import data as freight_data
from crossdock.sandbox.store import Account, Objects, Product
from crossdock.sandbox.wms import data as wms_data

SEEDS: Mapping[Product, Callable[[datetime], Iterator[Document]]] = {
    "wms": wms_data.seed,
    "cart": cart_data.seed,
    "erp": erp_data.seed,
    "carrier": carrier_data.seed,
    "freight": freight_data.seed,
}
_KEY_PREFIX = "sbx_"


def account_id(organization_id: UUID, product: Product) -> UUID:
    """The account of an organization; it keeps its id over every reset."""
    return uuid5(organization_id, product)


async def reset(
    database: Database,
    organization_id: UUID,
    product: Product,
    *,
    api_key: str | None = None,
    now: datetime | None = None,
) -> str:
    """Opens the account or brings all its data back to the seed, and gives its API key.

    A new key is made unless `api_key` says which to keep, so that readers at work are not locked out. Dates of the seed
    count back from `now`. A reset of an existing account counts as a change of every document at that moment.
    """
    key = api_key or new_key()
    moment = (now or datetime.now(UTC)).replace(microsecond=0)
    account = Account(account_id(organization_id, product), organization_id, product)
    async with database.transaction(organization_id) as connection:
        made = await store.put_account(connection, account, key_hash(key))
        await Objects(connection, account).replace_all(SEEDS[product](moment), None if made else moment)
    return key


def new_key() -> str:
    """A key that nobody has."""
    return _KEY_PREFIX + secrets.token_urlsafe(32)


async def find_by_key(database: Database, key: str) -> Account | None:
    """The account a key opens."""
    async with database.system() as connection:
        return await store.find_account(connection, key_hash(key))


def key_hash(key: str) -> bytes:
    """What is stored of a key. Keys are long and random, so a fast hash is enough."""
    return hashlib.sha256(key.encode()).digest()
