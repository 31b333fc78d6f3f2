"""The message of an event: its identifier and its body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crossdock.contract.values import ENCODER
from crossdock.platform.settings import Settings
from crossdock.webhooks.differences import decode, previous_attributes
from crossdock.webhooks.events import EventRow
from crossdock.webhooks.lane_store import DueDelivery, Place

_PREFIX = "evt_"


def event_id(sequence: int) -> str:
    """The identifier of an event within its organization."""
    return f"{_PREFIX}{sequence}"


def sequence_of(identifier: str) -> int | None:
    """The number in an identifier; None when it is not one."""
    digits = identifier.removeprefix(_PREFIX)
    usable = identifier.startswith(_PREFIX) and digits.isascii() and digits.isdigit() and len(digits) <= 18
    return int(digits) if usable else None


def message_id(organization_id: UUID, sequence: int) -> str:
    """What receivers tell messages apart by: the same on every attempt and at every endpoint."""
    return f"msg_{organization_id.hex}_{sequence}"


@dataclass(frozen=True)
class Message:
    """What is sent. `event` is the envelope as JSON."""

    id: str
    event_type: str
    body: bytes


def places_of(event: EventRow) -> list[Place]:
    """The versions of records that the message of an event is made of."""
    if event.resource is None or event.connection_id is None or event.record_id is None or event.version is None:
        return []
    newest = (event.resource, event.connection_id, event.record_id, event.version)
    if event.change != "updated":
        return [newest]
    return [newest, (event.resource, event.connection_id, event.record_id, event.version - 1)]


def data_url(settings: Settings, sequence: int) -> str:
    """Where a truncated event is asked for."""
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    return f"{base.rstrip('/')}/webhook-events/{event_id(sequence)}/data"


def build(organization_id: UUID, due: DueDelivery, found: Mapping[Place, bytes], settings: Settings) -> Message | None:
    """The message of a delivery; None when the log or the store no longer holds what it is made of."""
    event = due.event
    if event is None or event.event_type is None:
        return None
    identifier = message_id(organization_id, event.sequence)
    if event.payload is not None:
        return Message(identifier, event.event_type, event.payload)
    places = places_of(event)
    if any(place not in found for place in places) or due.integration_name is None:
        return None
    about = {
        "connection_id": str(event.connection_id),
        "customer_id": due.customer_id,
        "event_type": event.event_type,
        "integration_name": due.integration_name,
        "integration_type": due.integration_type,
    }
    body = _joined(about, [found[place] for place in places])
    if len(body) > settings.webhook_max_bytes:
        body = _truncated(about, event, [found[place] for place in places], settings)
    return Message(identifier, event.event_type, body)


def _joined(about: Mapping[str, Any], bodies: Sequence[bytes]) -> bytes:
    """The envelope around the stored text of the record, which is not decoded for it."""
    head = ENCODER.encode(about)[:-1]
    return b'%b,"data":%b%b}' % (head, bodies[0], _previous(bodies))


def _previous(bodies: Sequence[bytes]) -> bytes:
    if len(bodies) < 2:
        return b""
    previous = previous_attributes(decode(bodies[1]), decode(bodies[0]))
    return b',"previous_attributes":' + ENCODER.encode(previous)


def _truncated(about: Mapping[str, Any], event: EventRow, bodies: Sequence[bytes], settings: Settings) -> bytes:
    """Only the record's id, and where the rest is. Old values that are too large themselves are left out."""
    said = {
        **about,
        "data": {"id": event.record_id},
        "data_truncated": True,
        "data_url": data_url(settings, event.sequence),
    }
    head, previous = ENCODER.encode(said)[:-1], _previous(bodies)
    if len(head) + len(previous) >= settings.webhook_max_bytes:
        previous = b',"previous_attributes":{}'
    return b"%b%b}" % (head, previous)
