"""Keeping secrets: an envelope around stored credentials, and hashes for look-up.

Each connection has a data key of its own, wrapped by the master key. Everything is AES-256-GCM and bound to
organization, connection and purpose, so a sealed value moved to another row does not open. The id of the master key is
stored beside the wrapped key, so that a later version can change the master key row by row.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crossdock.platform.start_errors import StartRefused

KEY_BYTES = 32
_NONCE_BYTES = 12


class SealBroken(Exception):
    """A sealed value does not open with this key for this owner: it was altered, moved, or sealed with another key."""


def hash_token(token: str) -> bytes:
    """What is stored of a key or token. They are random and long, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).digest()


def new_api_key() -> str:
    """A new API key of an organization."""
    return f"cdk_{secrets.token_urlsafe(32)}"


def new_access_token() -> str:
    """A new access token of a connection."""
    return f"cdt_{secrets.token_urlsafe(32)}"


def new_link_token() -> str:
    """A new token that lets a browser connect one system."""
    return f"cdl_{secrets.token_urlsafe(32)}"


def new_auth_code() -> str:
    """A new code that a finished sign-in is traded for."""
    return f"cdc_{secrets.token_urlsafe(32)}"


def _seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def _open(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
    except InvalidTag:
        raise SealBroken("a stored secret does not open; it was altered or sealed with another master key") from None


@dataclass(frozen=True)
class DataKey:
    """The key of one connection, opened."""

    organization_id: UUID
    connection_id: UUID
    _key: bytes

    def _bound(self, purpose: str) -> bytes:
        return self.organization_id.bytes + self.connection_id.bytes + purpose.encode()

    def seal(self, purpose: str, plain: bytes) -> bytes:
        """The value sealed for one purpose of this connection."""
        return _seal(self._key, plain, self._bound(purpose))

    def open(self, purpose: str, sealed: bytes) -> bytes:
        """The value again; `SealBroken` when it does not belong here."""
        return _open(self._key, sealed, self._bound(purpose))


class MasterKey:
    """The key that wraps every data key."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise StartRefused(f"the master key must be {KEY_BYTES} bytes in base64, not {len(key)}")
        self._key = key
        self.id = hashlib.sha256(b"crossdock master key id" + key).hexdigest()[:16]

    def proof(self) -> bytes:
        """A value that only this key makes, to recognise it by."""
        return hmac.new(self._key, b"crossdock master key", "sha256").digest()

    def derive(self, purpose: str) -> bytes:
        """A key for one purpose of the whole installation."""
        return hmac.new(self._key, purpose.encode(), "sha256").digest()

    def new_data_key(self, organization_id: UUID, connection_id: UUID) -> tuple[DataKey, bytes]:
        """A new key of a connection, and its wrapped form to store."""
        key = os.urandom(KEY_BYTES)
        return DataKey(organization_id, connection_id, key), _seal(
            self._key, key, self._owner(organization_id, connection_id)
        )

    def open_data_key(self, organization_id: UUID, connection_id: UUID, wrapped: bytes) -> DataKey:
        """The key of a connection from its wrapped form."""
        key = _open(self._key, wrapped, self._owner(organization_id, connection_id))
        return DataKey(organization_id, connection_id, key)

    @staticmethod
    def _owner(organization_id: UUID, connection_id: UUID) -> bytes:
        return organization_id.bytes + connection_id.bytes


def _decode(text: str, source: str) -> MasterKey:
    try:
        return MasterKey(base64.b64decode(text.strip(), validate=True))
    except binascii.Error:
        raise StartRefused(f"{source} is not base64") from None


def load_master_key(configured: str, folder: Path) -> MasterKey:
    """The master key of the settings, or the one in the data folder, made there once."""
    if configured:
        return _decode(configured, "CROSSDOCK_MASTER_KEY")
    path = folder / "master.key"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _decode(path.read_text(), str(path))
    with os.fdopen(descriptor, "w") as file:
        file.write(base64.b64encode(os.urandom(KEY_BYTES)).decode() + "\n")
    return _decode(path.read_text(), str(path))
