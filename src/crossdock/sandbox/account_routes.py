"""Addresses of the account itself: who a key belongs to, and further keys that may do less."""

from __future__ import annotations

from uuid import UUID, uuid4

import msgspec
from litestar import Response, delete, get, post, put
from litestar.handlers import HTTPRouteHandler

from crossdock.sandbox import accounts, store
from crossdock.sandbox.api import AnyRequest, answer, body_of, vendor_of
from crossdock.sandbox.documents import RequestPart, Text
from crossdock.sandbox.problems import missing
from crossdock.sandbox.store import Product

_KEYS = "/v1/account/keys"


class AccountFacts(msgspec.Struct, kw_only=True):
    """Who a key belongs to, and what it may do; `rights` is left out of a key that may do everything."""

    id: str
    product: Product
    rights: list[str] | msgspec.UnsetType = msgspec.UNSET


class KeyRights(RequestPart, kw_only=True, frozen=True):
    """What a key may do: `orders.read`, `orders.write` and so on, by the lists of the addresses."""

    rights: list[Text]


class KeyMade(msgspec.Struct, kw_only=True):
    """A new key. It is shown this once."""

    id: str
    key: str
    rights: list[str]


class KeyChanged(msgspec.Struct, kw_only=True):
    """A key as it is now."""

    id: str
    rights: list[str]


@get("/v1/account")
async def show_account(request: AnyRequest) -> Response[bytes]:
    """The account of the key."""
    account = await vendor_of(request).account(request)
    rights = msgspec.UNSET if account.rights is None else sorted(account.rights)
    return answer(AccountFacts(id=account.id.hex, product=account.product, rights=rights))


@post(_KEYS)
async def post_key(request: AnyRequest) -> Response[bytes]:
    """Makes a key that may do only what it says."""
    vendor = vendor_of(request)
    account = await vendor.account(request)
    wanted = await body_of(request, KeyRights)
    key_id, key = uuid4(), accounts.new_key()
    async with vendor.database.transaction(account.organization_id) as connection:
        await store.add_key(connection, account, key_id, accounts.key_hash(key), wanted.rights)
    return answer(KeyMade(id=key_id.hex, key=key, rights=wanted.rights), 201)


@put(f"{_KEYS}/{{identifier:str}}")
async def put_key(request: AnyRequest) -> Response[bytes]:
    """Says anew what a key may do."""
    vendor = vendor_of(request)
    account = await vendor.account(request)
    wanted = await body_of(request, KeyRights)
    key_id = _key_id(request)
    async with vendor.database.transaction(account.organization_id) as connection:
        if not await store.change_key(connection, account, key_id, wanted.rights):
            raise missing("key", key_id.hex)
    return answer(KeyChanged(id=key_id.hex, rights=wanted.rights))


@delete(f"{_KEYS}/{{identifier:str}}", status_code=200)
async def delete_key(request: AnyRequest) -> Response[bytes]:
    """Ends a key."""
    vendor = vendor_of(request)
    account = await vendor.account(request)
    key_id = _key_id(request)
    async with vendor.database.transaction(account.organization_id) as connection:
        if not await store.delete_key(connection, account, key_id):
            raise missing("key", key_id.hex)
    return answer({"id": key_id.hex})


def _key_id(request: AnyRequest) -> UUID:
    try:
        return UUID(request.path_params["identifier"])
    except ValueError:
        raise missing("key", request.path_params["identifier"]) from None


ROUTES: list[HTTPRouteHandler] = [show_account, post_key, put_key, delete_key]
