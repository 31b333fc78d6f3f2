"""Files of connected systems: the addresses they are handed out with, and fetching them when one is called.

Nothing of a file is stored here. A record that stands for one is stored like any other; its address is made while it is
served, so that it is fresh each time and never counts as a change.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import msgspec

from crossdock.connections import service as connections
from crossdock.connections import store as connection_store
from crossdock.contract.catalogue import READ_OF, RESOURCE_BY_KEY
from crossdock.contract.errors import VendorRejected, disabled
from crossdock.contract.resources import Resource
from crossdock.contract.values import timestamp_text
from crossdock.platform import downloads
from crossdock.platform.downloads import Download
from crossdock.platform.engine import Engine
from crossdock.records import store

KIND = "record"
"""The kind of these files among all that are handed out."""


class _Stored(msgspec.Struct):
    """What of a stored record is needed to hand its file out."""

    file_name: str


def with_addresses(
    engine: Engine,
    base_url: str,
    organization_id: UUID,
    connection_id: UUID,
    resource: Resource,
    records: Iterable[tuple[str, bytes]],
) -> list[bytes]:
    """The stored bodies of records, given with their ids, each with an address of its file."""
    owner = f"{connection_id.hex} {resource.key} "
    addresses = downloads.Addresses(engine, base_url, KIND, organization_id, owner)
    # Without the fraction of its second, so that an address never ends before the time that is shown.
    ends = b',"download_url_expires_at":"%b"}' % timestamp_text(addresses.expires_at).encode()
    shown = []
    for record_id, body in records:
        # An address holds no character that JSON would have to escape.
        shown.append(b'%b,"download_url":"%b"%b' % (body[:-1], addresses.of(record_id).encode(), ends))
    return shown


async def fetch(engine: Engine, organization_id: UUID, reference: str) -> Download | None:
    """The file of a record, from the connected system; None when either no longer has it."""
    # An id may hold any character, blanks too, so it comes last.
    owner, key, record_id = reference.split(" ", 2)
    connection_id, resource = UUID(owner), RESOURCE_BY_KEY[key]
    async with engine.database.transaction(organization_id) as connection:
        row = await connection_store.get_connection(connection, connection_id)
        body = await store.get_body(connection, connection_id, resource, record_id)
    if row is None or body is None:
        return None
    action = READ_OF[resource.key]
    if action.name in (row.switched_off):
        raise disabled(action.name)
    adapter_type = connections.adapter_of(row.vertical, row.integration_name)
    adapter = await connections.open_adapter(engine, organization_id, row.id, adapter_type)
    try:
        content = await adapter.download(resource, record_id)
    except VendorRejected as error:
        if error.status == 404:
            return None
        raise
    stored = msgspec.json.decode(body, type=_Stored)
    return Download(content.body, stored.file_name, content.media_type)
