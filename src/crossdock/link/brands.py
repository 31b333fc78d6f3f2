"""How an organization's connect window looks: its logo and its colour."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from uuid import UUID

from crossdock.contract.errors import InvalidBody
from crossdock.link import brand_store
from crossdock.link.brand_store import BrandRow
from crossdock.platform.database import Connection

MAX_LOGO_BYTES = 200_000
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"RIFF", "image/webp"),
    (b"<svg", "image/svg+xml"),
    (b"<?xml", "image/svg+xml"),
)
"""How pictures begin."""


@dataclass(frozen=True)
class Brand:
    """What a window shows; None is the usual look."""

    color: str | None = None
    logo_uri: str | None = None


async def find(connection: Connection) -> Brand:
    """The look of the organization."""
    row = await brand_store.find(connection)
    if row is None:
        return Brand()
    if row.logo is None or row.logo_type is None:
        return Brand(row.color)
    return Brand(row.color, f"data:{row.logo_type};base64,{base64.b64encode(row.logo).decode()}")


async def save(connection: Connection, organization_id: UUID, color: str | None, logo: bytes | None) -> None:
    """Replaces the look of the organization; None goes back to the usual one."""
    if color is not None and not _COLOR.fullmatch(color):
        raise InvalidBody.field("color", "Not a colour such as #3b82f6.")
    kind = None
    if logo is not None:
        kind = next((name for start, name in _KINDS if logo.lstrip().startswith(start)), None)
        if kind is None:
            raise InvalidBody.field("logo", "Not a PNG, JPEG, WebP or SVG picture.")
        if len(logo) > MAX_LOGO_BYTES:
            raise InvalidBody.field("logo", f"Larger than {MAX_LOGO_BYTES} bytes.")
    await brand_store.save(connection, organization_id, BrandRow(color, logo, kind))
