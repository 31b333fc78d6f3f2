"""Files of connected systems: the addresses they are handed out with, and fetching them when one is called.

Nothing of a file is stored here. A record that stands for one is stored like any other; its address is made while it is
served, so that it is fresh each time and never counts as a change.
"""

from __future__ import annotations

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

    id: str
    file_name: str


class _Reference(msgspec.Struct, array_like=True):
    """Which file an address is for."""

    connection_id: UUID
    resource: str
    record_id: str


def with_address(
    engine: Engine, base_url: str, organization_id: UUID, connection_id: UUID, resource: Resource, body: bytes
) -> bytes:
    """The stored body of a record with an address of its file."""
    record_id = msgspec.json.decode(body, type=_Stored).id
    reference = msgspec.json.encode(_Reference(connection_id, resource.key, record_id)).decode()
    # Taken before the address is made, so that the address never ends before the time that is shown.
    ends = timestamp_text(engine.now() + downloads.VALID)
    address = downloads.address(engine, base_url, KIND, organization_id, reference)
    shown = b',"download_url":%b,"download_url_expires_at":"%b"}'
    return body[:-1] + shown % (msgspec.json.encode(address), ends.encode())


async def fetch(engine: Engine, organization_id: UUID, reference: str) -> Download | None:
    """The file of a record, from the connected system; None when either no longer has it."""
    wanted = msgspec.json.decode(reference, type=_Reference)
    resource = RESOURCE_BY_KEY[wanted.resource]
    async with engine.database.transaction(organization_id) as connection:
        row = await connection_store.get_connection(connection, wanted.connection_id)
        body = await store.get_body(connection, wanted.connection_id, resource, wanted.record_id)
    if row is None or body is None:
        return None
    action = READ_OF[resource.key]
    if action.name in (row.switched_off):
        raise disabled(action.name)
    adapter_type = connections.adapter_of(row.vertical, row.integration_name)
    adapter = await connections.open_adapter(engine, organization_id, row.id, adapter_type)
    try:
        content = await adapter.download(resource, wanted.record_id)
    except VendorRejected as error:
        if error.status == 404:
            return None
        raise
    stored = msgspec.json.decode(body, type=_Stored)
    return Download(content.body, stored.file_name, content.media_type)
