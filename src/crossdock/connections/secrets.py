"""Opening what is sealed for a connection, and keeping its token where every process sees it."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import msgspec

from crossdock.connections import store
from crossdock.contract.errors import RequestRefused, VendorUnavailable
from crossdock.integrations.kit.auth import Obtain, Token
from crossdock.platform.engine import Engine
from crossdock.platform.sealing import DataKey

CREDENTIALS, ACCESS_TOKEN, TOKEN = "credentials", "access token", "token"
RENEWAL_SECONDS = 45.0
"""How long one process may take to renew a token before another may try."""
_POLL_SECONDS = 0.1


class ConnectionGone(RequestRefused):
    """The connection was removed while work for it was under way; its token is refused from then on."""

    def __init__(self) -> None:
        super().__init__(401, "Invalid access token")


class StoredTokens:
    """The token of one connection, sealed in the database. Of many callers one renews; the others wait for it."""

    def __init__(self, engine: Engine, organization_id: UUID, connection_id: UUID) -> None:
        self._engine = engine
        self._organization_id = organization_id
        self._connection_id = connection_id

    async def current(self) -> Token | None:
        token, _, _ = await self._load()
        return token

    async def _load(self) -> tuple[Token | None, int, DataKey]:
        async with self._engine.database.transaction(self._organization_id) as connection:
            row = await store.get_sealed(connection, self._connection_id)
        if row is None:
            raise ConnectionGone
        key = self._engine.master_key.open_data_key(self._organization_id, self._connection_id, row.wrapped_key)
        token = None if row.sealed_token is None else open_token(key, row.sealed_token)
        return token, row.token_version, key

    async def renew(self, stale: Token | None, obtain: Obtain) -> Token:
        deadline = asyncio.get_running_loop().time() + 2 * RENEWAL_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            token, version, key = await self._load()
            if token is not None and token != stale:
                return token
            async with self._engine.database.transaction(self._organization_id) as connection:
                claimed = await store.claim_renewal(connection, self._connection_id, version, RENEWAL_SECONDS)
            if claimed:
                return await self._renew(token, version, key, obtain)
            await asyncio.sleep(_POLL_SECONDS)
        raise VendorUnavailable("the token could not be renewed in time", may_have_applied=False)

    async def _renew(self, token: Token | None, version: int, key: DataKey, obtain: Obtain) -> Token:
        try:
            renewed = await obtain(token)
        except BaseException:
            async with self._engine.database.transaction(self._organization_id) as connection:
                await store.release_renewal(connection, self._connection_id)
            raise
        sealed = seal_token(key, renewed)
        async with self._engine.database.transaction(self._organization_id) as connection:
            await store.save_token(connection, self._connection_id, version, sealed)
        return renewed


def seal_token(key: DataKey, token: Token) -> bytes:
    """A token of the connected system as stored."""
    return key.seal(TOKEN, msgspec.json.encode(token))


def open_token(key: DataKey, sealed: bytes) -> Token:
    """A token of the connected system again."""
    return msgspec.json.decode(key.open(TOKEN, sealed), type=Token)


def seal_credentials(key: DataKey, credentials: Any) -> bytes:
    """Credentials as stored."""
    return key.seal(CREDENTIALS, msgspec.json.encode(credentials))


def open_credentials(key: DataKey, sealed: bytes, kind: type[Any]) -> Any:
    """Credentials again."""
    return msgspec.json.decode(key.open(CREDENTIALS, sealed), type=kind)
