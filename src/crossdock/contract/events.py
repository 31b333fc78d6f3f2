"""Names of the events a subscriber can receive, and which of them a change implies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import msgspec
from msgspec import inspect

from crossdock.contract.catalogue import RESOURCES
from crossdock.contract.records import Record
from crossdock.contract.resources import Resource
from crossdock.contract.webhooks_admin import ADMIN

ADMIN_EVENTS = tuple(event.name for event in ADMIN)
ADMIN_BY_NAME = {event.name: event for event in ADMIN}


def record_events() -> tuple[str, ...]:
    """The events of every resource of the contract, in its own spelling."""
    return tuple(
        resource.event_name(change) for resource in RESOURCES for change in (*resource.changes, *resource.more_events)
    )


EVENTS = (*ADMIN_EVENTS, *record_events())

DELETED = "deleted"
DELETED_EVENTS = tuple(resource.event_name(DELETED) for resource in RESOURCES if resource.changes)
"""Noted in the log. The contract has no webhook for them, so only an endpoint that asks for one by name gets it."""
ENDPOINT_DISABLED = "webhook-endpoint.disabled"
"""Ours too: an endpoint was switched off because it kept failing, or answered that it is gone."""
EXTRA_EVENTS = (*DELETED_EVENTS, ENDPOINT_DISABLED)
SUBSCRIBABLE = frozenset((*EVENTS, *EXTRA_EVENTS))


def event_type(resource: Resource, change: str) -> str | None:
    """The name of the event of a change; None where a resource has no events."""
    return resource.event_name(change) if resource.changes else None


@dataclass(frozen=True)
class AddedPart:
    """An event that a change implies: a part with a new `key` has come into the list `field`."""

    change: str
    field: str
    key: str

    def keys_of(self, record: Record) -> set[str]:
        return {getattr(part, self.key) for part in getattr(record, self.field)}

    def keys_in(self, body: bytes) -> set[str]:
        """The same of a stored record."""
        return {part[self.key] for part in msgspec.json.decode(body).get(self.field) or ()}


def _part(resource: Resource, change: str) -> AddedPart:
    """`cart-shipment.created` is about `shipments`, whose parts go by `shipment_id` or plain `id`."""
    noun = change.rpartition(".")[0].rpartition("-")[2]
    if resource.record is None:
        raise TypeError(f"{resource.key} has no record")
    record = inspect.type_info(resource.record)
    assert isinstance(record, inspect.StructType)  # noqa: S101 - for the type checker; records are Structs
    names: set[str] = set()
    for field in record.fields:
        if field.name == f"{noun}s":
            kind: inspect.Type = field.type
            while isinstance(kind, inspect.Metadata | inspect.ListType):
                kind = kind.type if isinstance(kind, inspect.Metadata) else kind.item_type
            assert isinstance(kind, inspect.StructType)  # noqa: S101 - as above
            names = {part.name for part in kind.fields}
    for key in (f"{noun}_id", "id"):
        if key in names:
            return AddedPart(change, f"{noun}s", key)
    raise TypeError(f"{resource.key} has no list that {change} could be about")


@cache
def added_parts(resource: Resource) -> tuple[AddedPart, ...]:
    """The events that changes of a resource may imply."""
    return tuple(_part(resource, change) for change in resource.more_events)


def implied(resource: Resource, record: Record, old_body: bytes | None) -> Iterator[str]:
    """The further changes that a stored record has gone through; one each, however many parts were added."""
    for part in added_parts(resource):
        before = set() if old_body is None else part.keys_in(old_body)
        if part.keys_of(record) - before:
            yield part.change
