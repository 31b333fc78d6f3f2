"""Page tokens of lists that are ordered by when their entries were made."""

from __future__ import annotations

import base64
import binascii
import struct
from datetime import UTC, datetime
from uuid import UUID

from crossdock.contract.errors import invalid_query

_TOKEN = struct.Struct(">q16s")
Place = tuple[datetime, UUID]
"""A place in the order: when the entry was made, and its identifier."""


def make(place: Place) -> str:
    """The token of the page that follows this entry."""
    moment, identifier = place
    return base64.urlsafe_b64encode(_TOKEN.pack(round(moment.timestamp() * 1_000_000), identifier.bytes)).decode()


def read(token: str) -> Place:
    """The place in a page token; 422 when it is none."""
    try:
        microseconds, identifier = _TOKEN.unpack(base64.b64decode(token, altchars=b"-_", validate=True))
        return datetime.fromtimestamp(microseconds / 1_000_000, UTC), UUID(bytes=identifier)
    except (ValueError, binascii.Error, struct.error, OverflowError, OSError):
        raise invalid_query("page_token", "Not a valid page token.") from None
