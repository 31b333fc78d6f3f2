"""The message of an event: its identifier, and its body put together from the versions of records that are kept.

The id of an event is `evt_` and its number in the sequence of its organization. It is no secret, because every look-up
is within the organization of a key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crossdock.contract.values import ENCODER
from crossdock.webhooks.differences import decode, previous_attributes
from crossdock.webhooks.events import EventRow
from crossdock.webhooks.version_store import Place

_EVENT_ID = re.compile(r"evt_([1-9][0-9]{0,17})", re.ASCII)


def event_id(sequence: int) -> str:
    """The id of an event, from its number."""
    return f"evt_{sequence}"


def sequence_of(identifier: str) -> int | None:
    """The number in an id; None when it is not one."""
    found = _EVENT_ID.fullmatch(identifier)
    return int(found[1]) if found else None


def message_id(organization_id: UUID, sequence: int) -> str:
    """What receivers tell messages apart by: the same on every attempt and at every endpoint."""
    return f"msg_{organization_id.hex}_{sequence}"


def data_url(base_url: str, sequence: int) -> str:
    """Where a subscriber asks for an event that was too large to send."""
    return f"{base_url.rstrip('/')}/webhook-events/{event_id(sequence)}/data"


@dataclass(frozen=True)
class Message:
    """What is sent: the envelope as JSON, under an id."""

    id: str
    body: bytes


def places_of(event: EventRow) -> list[Place]:
    """The versions of records that the message of an event is made of."""
    if event.resource is None or event.connection_id is None or event.record_id is None or event.version is None:
        return []
    newest = (event.resource, event.connection_id, event.record_id, event.version)
    if event.change != "updated":
        return [newest]
    return [newest, (event.resource, event.connection_id, event.record_id, event.version - 1)]


@dataclass(frozen=True)
class Limit:
    """How large a message may be, and where this server is reached for the rest."""

    max_bytes: int
    base_url: str


Serve = Callable[[EventRow, bytes], bytes]
"""Makes a stored body what a read of the record would answer."""


def whole(event: EventRow, found: Mapping[Place, bytes], serve: Serve, limit: Limit | None = None) -> bytes | None:
    """The message of an event; None when what it is made of is no longer kept.

    One that is larger than the limit says only which record it is about, and where the rest is.
    """
    if event.payload is not None:
        return event.payload
    bodies = [found.get(place) for place in places_of(event)]
    kept = [body for body in bodies if body is not None]
    if event.event_type is None or event.integration_name is None or not kept or len(kept) < len(bodies):
        return None
    about = {
        "connection_id": str(event.connection_id),
        "customer_id": event.customer_id,
        "event_type": event.event_type,
        "integration_name": event.integration_name,
        "integration_type": event.integration_type,
    }
    previous = _previous(kept)
    # The stored text of the record goes in without being decoded.
    body = b'%b,"data":%b%b}' % (ENCODER.encode(about)[:-1], serve(event, kept[0]), previous)
    if limit is None or len(body) <= limit.max_bytes:
        return body
    return _truncated(about, event, previous, limit)


def _previous(bodies: Sequence[bytes]) -> bytes:
    if len(bodies) < 2:
        return b""
    return b',"previous_attributes":' + ENCODER.encode(previous_attributes(decode(bodies[1]), decode(bodies[0])))


def _truncated(about: Mapping[str, Any], event: EventRow, previous: bytes, limit: Limit) -> bytes:
    said = {
        **about,
        "data": {"id": event.record_id},
        "data_truncated": True,
        "data_url": data_url(limit.base_url, event.sequence),
    }
    head = ENCODER.encode(said)[:-1]
    if len(head) + len(previous) >= limit.max_bytes:
        # The old values are too large themselves; the whole event has them.
        previous = b',"previous_attributes":{}' if previous else b""
    return b"%b%b}" % (head, previous)
