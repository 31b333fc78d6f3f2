"""Addresses that give one file to whoever holds them, for twenty minutes.

The address says which file of which organization it is for and until when, with a code that only the master key makes,
so nothing is stored for it and nobody can make one up or change it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

import msgspec
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
_CODE_BYTES = 16
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


@dataclass(frozen=True)
class Download:
    """A file as it is handed out."""

    body: bytes
    file_name: str
    media_type: str


Source = Callable[[Engine, UUID, str], Awaitable[Download | None]]
"""Gives the file that a reference of an organization names; None when it is gone."""


class _Ticket(msgspec.Struct, array_like=True, frozen=True):
    """What the addresses of one answer have in common."""

    kind: str
    organization_id: UUID
    expires_at: datetime
    start: str
    """How every reference begins."""


def _code(master_key: MasterKey, ticket: bytes) -> hashlib.blake2b:
    """The code of a ticket, still without the file's reference.

    Its length goes first, so that no ticket can lend its end to a reference.
    """
    key = master_key.derive("downloads")
    return hashlib.blake2b(len(ticket).to_bytes(4) + ticket, digest_size=_CODE_BYTES, key=key)


class Addresses:
    """Makes the addresses of one answer: files of the source `kind`, which serve for `VALID` from now.

    What they have in common is worked out once, because a page may hold a thousand; so is the `start` of references.
    """

    def __init__(self, engine: Engine, base_url: str, kind: str, organization_id: UUID, start: str = "") -> None:
        self.expires_at = engine.now() + VALID
        ticket = msgspec.msgpack.encode(_Ticket(kind, organization_id, self.expires_at, start))
        self._code = _code(engine.master_key, ticket)
        self._start = f"{base_url.rstrip('/')}{_PATH}/{_text(ticket)}."

    def of(self, reference: str) -> str:
        """The address of a file, by what its reference has behind the `start`."""
        named = reference.encode()
        code = self._code.copy()
        code.update(named)
        return self._start + _text(code.digest() + named)


def _text(plain: bytes) -> str:
    # What base64.urlsafe_b64encode does, without its three calls.
    return binascii.b2a_base64(plain, newline=False).translate(_URL_SAFE).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def address(engine: Engine, base_url: str, kind: str, organization_id: UUID, reference: str) -> str:
    """An address for the file `reference` of the source `kind`; it serves for `VALID` from now."""
    return Addresses(engine, base_url, kind, organization_id).of(reference)


def _open(engine: Engine, token: str) -> tuple[_Ticket, str] | None:
    """What an address was made of; None when it was not made here."""
    try:
        ticket, signed = (_bytes(part) for part in token.split("."))
    except (ValueError, binascii.Error):
        return None
    code = _code(engine.master_key, ticket)
    code.update(signed[_CODE_BYTES:])
    if not hmac.compare_digest(code.digest(), signed[:_CODE_BYTES]):
        return None
    found = msgspec.msgpack.decode(ticket, type=_Ticket)
    return found, found.start + signed[_CODE_BYTES:].decode()


async def fetch(engine: Engine, sources: Mapping[str, Source], token: str) -> Download:
    """The file of an address; 404 when it was never given out or its file is gone, 403 when it is past its time."""
    opened = _open(engine, token)
    if opened is None or opened[0].kind not in sources:
        raise not_found(token)
    ticket, reference = opened
    if engine.now() >= ticket.expires_at:
        raise forbidden("This download address has expired; ask for a new one")
    found = await sources[ticket.kind](engine, ticket.organization_id, reference)
    if found is None:
        raise not_found(reference)
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
