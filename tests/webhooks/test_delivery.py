"""From a change to the message at a receiver."""

from __future__ import annotations

import pytest
import standardwebhooks
import svix.webhooks

from tests.api.client import DepotConnection
from tests.webhooks.conftest import Hooks, Receiver

pytestmark = pytest.mark.anyio


class TestMessages:
    async def test_a_change_reaches_its_subscriber(
        self, hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        await hooks.subscribe(receiver.url)
        await depot_connection.adjust("a", quantity=2)
        await hooks.drain()
        [message] = receiver.messages
        stored = (await depot_connection.caller.get("/wms/inventory/a")).json()["data"]
        assert message == {
            "connection_id": str(depot_connection.connection_id),
            "customer_id": "customer of the depot",
            "event_type": "inventory.updated",
            "integration_name": "depot",
            "integration_type": "wms",
            "data": stored,
            "previous_attributes": message["previous_attributes"],
        }
        assert message["previous_attributes"]["onhand"] == stored["onhand"] - 2
        assert await hooks.deliveries() == [("delivered", 1)]

    async def test_official_verifiers_accept_it_and_no_other(
        self, hooks: Hooks, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        _, secret = await hooks.subscribe(receiver.url)
        await depot_connection.adjust("a")
        await hooks.drain()
        [request] = receiver.got
        for library in (svix.webhooks, standardwebhooks):
            verifier = library.Webhook(secret)
            verifier.verify(request.body, request.headers)
            with pytest.raises(library.WebhookVerificationError):
                verifier.verify(request.body.replace(b"inventory", b"inventorx"), request.headers)
            with pytest.raises(library.WebhookVerificationError):
                library.Webhook("whsec_" + "A" * 43 + "=").verify(request.body, request.headers)
