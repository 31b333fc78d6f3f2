"""Whole events: what a subscriber gets that was told of one too large to send."""

from __future__ import annotations

from typing import Any

import httpx
import jsonschema_rs
import pytest

from crossdock.platform.openapi import document
from crossdock.webhooks.messages import data_url
from tests.api.client import Account, Caller, DepotConnection

pytestmark = pytest.mark.anyio


async def _address(caller: Caller, event_id: str) -> httpx.Response:
    return await caller.get(f"/webhook-events/{event_id}/data")


async def _event(caller: Caller, sequence: int) -> dict[str, Any]:
    """The event as a subscriber fetches it: `data_url` with a key, then `download_url` without one."""
    answer = await caller.get(data_url("http://crossdock.test/", sequence))
    assert answer.status_code == 200, answer.text
    fetched = await caller.http.get(answer.json()["download_url"])
    assert fetched.headers["content-type"] == "application/json"
    found: dict[str, Any] = fetched.json()
    schema = document()["webhooks"][found["event_type"]]["post"]["requestBody"]["content"]["application/json"]["schema"]
    whole = {**schema, "components": document()["components"]}
    jsonschema_rs.Draft202012Validator(whole, validate_formats=True).validate(found)
    return found


class TestEventData:
    async def test_each_event_holds_the_record_as_it_was_then(self, depot_connection: DepotConnection) -> None:
        """A subscriber that is late must not be given later data under an earlier event."""
        depot, caller = depot_connection.depot, depot_connection.caller
        depot.stock("a", onhand=1)
        await depot_connection.sync()
        for quantity in (2, 3):
            await depot_connection.adjust("a", quantity=quantity)
        created, first, second = [await _event(caller, number) for number in (2, 4, 5)]
        assert [event["event_type"] for event in (created, first, second)] == [
            "inventory.created",
            "inventory.updated",
            "inventory.updated",
        ]
        assert [event["data"]["onhand"] for event in (created, first, second)] == [1, 3, 6]
        assert "previous_attributes" not in created
        assert (first["previous_attributes"]["onhand"], second["previous_attributes"]["onhand"]) == (1, 3)
        assert second["connection_id"] == str(depot_connection.connection_id)
        assert second["customer_id"] == "customer of the depot"
        assert (second["integration_name"], second["integration_type"]) == ("depot", "wms")
        stored = await caller.get("/wms/inventory/a")
        assert second["data"] == stored.json()["data"]

    async def test_a_record_that_is_gone_keeps_its_events(self, depot_connection: DepotConnection) -> None:
        depot, caller = depot_connection.depot, depot_connection.caller
        depot.stock("a", onhand=1)
        await depot_connection.sync()
        depot.removed = ["a"]
        await depot_connection.sync()
        assert (await _event(caller, 2))["data"]["onhand"] == 1
        answer = await caller.http.get((await _address(caller, "evt_4")).json()["download_url"])
        assert answer.json()["event_type"] == "inventory.deleted"
        assert answer.json()["data"]["onhand"] == 1

    async def test_an_event_about_the_connection_has_no_record(self, depot_connection: DepotConnection) -> None:
        assert (await _event(depot_connection.caller, 1))["event_type"] == "connection.created"

    async def test_an_event_of_another_organization_is_unknown(
        self, depot_connection: DepotConnection, reader: Account
    ) -> None:
        assert (await _address(reader.organization, "evt_20")).status_code == 200
        assert (await _address(depot_connection.caller, "evt_20")).status_code == 404

    @pytest.mark.parametrize(
        "event_id", ["evt_0", "evt_9999999", "evt_-1", "1", "evt_1%2F", "evt_" + "9" * 40, "evt_٣"]
    )
    async def test_an_unknown_event(self, reader: Account, event_id: str) -> None:
        answer = await _address(reader.organization, event_id)
        assert answer.status_code == 404
        assert answer.json()["id"]

    async def test_a_read_only_key_may_fetch(self, reader: Account) -> None:
        assert (await _address(reader.organization.with_(key=reader.read_key), "evt_1")).status_code == 200
