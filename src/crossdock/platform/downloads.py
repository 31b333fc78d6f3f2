"""Addresses that give one file to whoever holds them, for twenty minutes.

The address says which file of which organization it is for, encrypted and authenticated, so nothing is stored for it
and nobody can make one up or change it.
"""

from __future__ import annotations

import base64
import binascii
import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from crossdock.contract.errors import forbidden, not_found
from crossdock.platform.engine import Engine
from crossdock.platform.sealing import MasterKey

VALID = timedelta(minutes=20)
"""How long an address serves."""
_PATH = "/downloads"
_PURPOSE = b"crossdock downloads"


@dataclass(frozen=True)
class Download:
    """A file as it is handed out."""

    body: bytes
    file_name: str
    media_type: str


Source = Callable[[Engine, UUID, str], Awaitable[Download | None]]
"""Gives the file that a reference of an organization names; None when it is gone."""


class _Ticket(msgspec.Struct, array_like=True, frozen=True):
    """What an address carries."""

    kind: str
    organization_id: UUID
    reference: str
    expires_at: datetime


@functools.lru_cache(maxsize=8)
def _cipher(master_key: MasterKey) -> AESSIV:
    """Made once: a page of files takes an address a record."""
    return AESSIV(master_key.derive("downloads"))


class Addresses:
    """Makes the addresses of one answer: files of the source `kind`, which serve for `VALID` from now.

    What they have in common is worked out once, because a page may hold a thousand.
    """

    def __init__(self, engine: Engine, base_url: str, kind: str, organization_id: UUID) -> None:
        self.expires_at = engine.now() + VALID
        self._kind = kind
        self._organization_id = organization_id
        self._cipher = _cipher(engine.master_key)
        self._start = f"{base_url.rstrip('/')}{_PATH}/"

    def of(self, reference: str) -> str:
        """The address of the file `reference`."""
        ticket = _Ticket(self._kind, self._organization_id, reference, self.expires_at)
        sealed = self._cipher.encrypt(msgspec.msgpack.encode(ticket), [_PURPOSE])
        return self._start + base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def address(engine: Engine, base_url: str, kind: str, organization_id: UUID, reference: str) -> str:
    """An address for the file `reference` of the source `kind`; it serves for `VALID` from now."""
    return Addresses(engine, base_url, kind, organization_id).of(reference)


def _open(engine: Engine, token: str) -> _Ticket | None:
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        plain = _cipher(engine.master_key).decrypt(sealed, [_PURPOSE])
    except (ValueError, binascii.Error, InvalidTag):
        return None
    return msgspec.msgpack.decode(plain, type=_Ticket)


async def fetch(engine: Engine, sources: Mapping[str, Source], token: str) -> Download:
    """The file of an address; 404 when it was never given out or its file is gone, 403 when it is past its time."""
    ticket = _open(engine, token)
    if ticket is None or ticket.kind not in sources:
        raise not_found(token)
    if engine.now() >= ticket.expires_at:
        raise forbidden("This download address has expired; ask for a new one")
    found = await sources[ticket.kind](engine, ticket.organization_id, ticket.reference)
    if found is None:
        raise not_found(ticket.reference)
    return found


def route(engine: Engine, sources: Mapping[str, Source]) -> HTTPRouteHandler:
    """The route that hands files out. It needs no key: the address is the permission."""

    @get(f"{_PATH}/{{token:str}}")
    async def download(token: FromPath[str]) -> ASGIResponse:
        """One file."""
        found = await fetch(engine, sources, token)
        headers = {
            "content-disposition": f"attachment; filename*=UTF-8''{quote(found.file_name, safe='')}",
            "cache-control": "private, no-store",
            # A file of a connected system is never run as a page of this server.
            "x-content-type-options": "nosniff",
            "content-security-policy": "sandbox",
        }
        return ASGIResponse(body=found.body, headers=headers, media_type=found.media_type)

    return download
