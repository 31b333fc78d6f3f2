"""The endpoints of events."""

from __future__ import annotations

from crossdock.contract.management.webhook_events import GET_WEBHOOK_EVENT_DATA, WebhookDataAnswer
from crossdock.platform.downloads import Source
from crossdock.platform.http import Call, Endpoint, Reply, reply
from crossdock.webhooks import event_data


async def get_webhook_event_data(call: Call) -> Reply:
    """Where an event can be fetched from."""
    address = await event_data.download_address(
        call.engine, call.base_url, call.authorized.caller.organization_id, call.path["event_id"]
    )
    return reply(WebhookDataAnswer(download_url=address))


ENDPOINTS: dict[str, Endpoint] = {GET_WEBHOOK_EVENT_DATA.operation_id: get_webhook_event_data}
DOWNLOAD_SOURCES: dict[str, Source] = {event_data.KIND: event_data.download}
