"""The event log over HTTP: whoever follows it misses nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from crossdock.contract.catalogue import RESOURCE_BY_KEY
from crossdock.contract.events import EVENTS, EXTRA_EVENTS, added_parts, implied
from crossdock.contract.records import encode_record
from crossdock.contract.webhooks_admin import ConnectionCreatedData
from crossdock.contract.wms.orders import Order, OrderShipment
from crossdock.platform.engine import Engine
from crossdock.records import store
from crossdock.webhooks import events, tasks
from tests.api.client import Account, Caller, DepotConnection, violations
from tests.kit.loopback import http as status

pytestmark = pytest.mark.anyio


async def _read(caller: Caller, **query: str) -> dict[str, Any]:
    answer = await caller.get("/events", query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


class TestReading:
    async def test_it_tells_what_happened(self, depot_connection: DepotConnection) -> None:
        depot, caller = depot_connection.depot, depot_connection.caller.with_(token=None)
        depot.stock("a")
        await depot_connection.sync()
        await depot_connection.adjust("a")
        depot.removed = ["a"]
        await depot_connection.sync()
        said = await _read(caller)
        assert [(item["event_type"], item["change"], item["version"]) for item in said["data"]] == [
            ("connection.created", None, None),
            ("inventory.created", "created", 1),
            ("connection.historical-sync-completed", None, None),
            ("inventory.updated", "updated", 2),
            ("inventory.deleted", "deleted", 3),
        ]
        assert [item["first_sync"] for item in said["data"]] == [False, True, False, False, False]
        assert [item["sequence"] for item in said["data"]] == [1, 2, 3, 4, 5]
        assert said["data"][3] == {
            "id": "evt_4",
            "sequence": 4,
            "kind": "record",
            "event_type": "inventory.updated",
            "connection_id": str(depot_connection.connection_id),
            "customer_id": "customer of the depot",
            "resource": "wms/inventory",
            "record_id": "a",
            "change": "updated",
            "version": 2,
            "first_sync": False,
            "created_date": said["data"][3]["created_date"],
            "data": None,
        }
        assert list(said["data"][0]["data"]) == ["created_date"]
        assert (said["next_cursor"], said["has_more"], said["total_count"]) == ("5", False, 5)
        assert (await _read(caller, after="5"))["data"] == []

    async def test_filters_and_pages(self, depot_connection: DepotConnection) -> None:
        caller = depot_connection.caller.with_(token=None)
        depot_connection.depot.stock("a", "b")
        await depot_connection.sync()
        for item in ("a", "b", "a"):
            await depot_connection.adjust(item)
        page = await _read(caller, limit="2")
        assert (page["total_count"], page["has_more"], page["next_cursor"]) == (2, True, "2")
        for query, count in (
            ({"type": "inventory.updated"}, 3),
            ({"record_id": "a"}, 3),
            ({"record_id": "a", "type": "inventory.updated"}, 2),
            ({"connection_id": str(depot_connection.connection_id)}, 7),
        ):
            found = await _read(caller, **query)
            assert found["total_count"] == count, query
            # The cursor goes past what did not fit, so that nobody looks at it twice.
            assert found["next_cursor"] == "7"

    @pytest.mark.parametrize("query", [{"after": "x"}, {"after": "-1"}, {"connection_id": "x"}, {"surprise": "1"}])
    async def test_a_bad_question_is_refused(self, reader: Account, query: dict[str, str]) -> None:
        assert list(violations(await reader.organization.get("/events", query), "query")) == list(query)

    async def test_another_organization_sees_its_own(self, depot_connection: DepotConnection, reader: Account) -> None:
        mine = await _read(depot_connection.caller.with_(token=None))
        assert {item["connection_id"] for item in mine["data"]} == {str(depot_connection.connection_id)}
        assert str(depot_connection.connection_id) not in str(await _read(reader.organization))

    async def test_a_rare_event_is_found_however_long_the_log(
        self, depot_connection: DepotConnection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(events, "_LOOKED_AT", 2)
        caller = depot_connection.caller.with_(token=None)
        depot_connection.depot.stock(*"abcde")
        await depot_connection.sync()
        found, cursor, more = [], "0", True
        while more:
            page = await _read(caller, type="connection.historical-sync-completed", after=cursor)
            found += page["data"]
            cursor, more = page["next_cursor"], page["has_more"]
        assert [item["sequence"] for item in found] == [7]


async def test_a_follower_misses_nothing_while_many_write(depot_connection: DepotConnection) -> None:
    """Rows get their numbers and become visible at different moments; a reader must not step over a late one."""
    items = [f"i{number}" for number in range(12)]
    depot_connection.depot.stock(*items)
    await depot_connection.sync()
    caller = depot_connection.caller.with_(token=None)
    seen: list[int] = []
    cursor = "0"
    writing = asyncio.gather(*(depot_connection.adjust(item) for item in items), depot_connection.sync("get_products"))
    while not writing.done():
        page = await _read(caller, after=cursor, limit="3")
        seen += [item["sequence"] for item in page["data"]]
        cursor = page["next_cursor"]
        await asyncio.sleep(0)
    await writing
    more = True
    while more:
        page = await _read(caller, after=cursor)
        seen += [item["sequence"] for item in page["data"]]
        cursor, more = page["next_cursor"], page["has_more"]
    assert seen == list(range(1, len(seen) + 1))
    # The connection was made, twelve items were met and changed, and two first syncs have ended.
    assert len(seen) == 1 + 12 + 12 + 2


class TestRetention:
    async def test_old_events_go_and_an_old_cursor_is_told_so(self, depot_connection: DepotConnection) -> None:
        """A follower that was away too long must learn that it has missed something."""
        engine, caller = depot_connection.engine, depot_connection.caller.with_(token=None)
        depot_connection.depot.stock("a")
        await depot_connection.sync()
        await depot_connection.adjust("a")
        old = engine.now() - timedelta(days=31)
        async with engine.database.transaction(depot_connection.organization_id) as connection:
            await connection.execute("update events set created_at = %s where sequence <= 3", (old,))
            await connection.execute("update record_versions set replaced_at = %s", (old,))
        await tasks.prune(engine)
        answer = await caller.get("/events", {"after": "1"})
        assert answer.status_code == 410
        assert answer.json()["oldest_cursor"] == "3"
        kept = await _read(caller, after="3")
        assert [item["sequence"] for item in kept["data"]] == [4]
        assert (await _read(caller))["data"] == kept["data"]
        # Its old version is gone with the events of that time, so the whole event cannot be put together any more.
        assert (await caller.get("/webhook-events/evt_4/data")).status_code == 404


DAY = datetime(2026, 1, 1, tzinfo=UTC)


def _order(*shipments: str) -> Order:
    return Order(
        id="o",
        created_date=DAY,
        updated_date=DAY,
        reference_id="o",
        order_number="o",
        status="open",
        shipments=[
            OrderShipment(shipment_id=name, warehouse_id="w", shipped_date=DAY, status="shipped") for name in shipments
        ],
    )


class TestImpliedEvents:
    def test_a_new_shipment_is_one_however_many_came(self) -> None:
        orders = RESOURCE_BY_KEY["wms/orders"]
        old = encode_record(_order("1"))
        assert list(implied(orders, _order("1", "2", "3"), old)) == ["shipment.created"]
        assert list(implied(orders, _order("1"), old)) == []
        assert list(implied(orders, _order(), old)) == []
        assert list(implied(orders, _order("1"), None)) == ["shipment.created"]

    def test_each_resource_that_has_such_events_has_the_list_they_are_about(self) -> None:
        found = [resource for resource in RESOURCE_BY_KEY.values() if resource.more_events and resource.record]
        assert found
        assert all(len(added_parts(resource)) == len(resource.more_events) for resource in found)

    async def test_it_follows_the_change_in_the_sequence(
        self, depot_connection: DepotConnection, http: httpx.AsyncClient
    ) -> None:
        engine, organization_id = depot_connection.engine, depot_connection.organization_id
        for shipments in ((), ("1",), ("1",)):
            async with engine.database.transaction(organization_id) as connection:
                await store.upsert(
                    connection,
                    organization_id=organization_id,
                    connection_id=depot_connection.connection_id,
                    resource=RESOURCE_BY_KEY["wms/orders"],
                    records=[_order(*shipments)],
                    now=engine.now(),
                )
        said = await _read(Caller(http, depot_connection.caller.key), record_id="o")
        assert [(item["event_type"], item["version"]) for item in said["data"]] == [
            ("order.created", 1),
            ("order.updated", 2),
            ("order.shipment.created", 2),
        ]


class TestAdminEvents:
    async def test_the_payload_must_be_the_declared_one(self, engine: Engine, account: Account) -> None:
        """A wrong payload would be found by a subscriber, long after."""
        async with engine.database.transaction(account.organization_id) as connection:
            subject = await events.subject_of(connection, UUID(account.wms.connection_id))
            made = ConnectionCreatedData(created_date=engine.now())
            with pytest.raises(TypeError):
                await events.add_admin(connection, subject, "connection.deleted", made, now=engine.now())
            with pytest.raises(TypeError):
                await events.add_admin(connection, subject, "connection.created", made, now=engine.now(), previous={})


def test_names_of_our_own_events_are_not_those_of_the_contract() -> None:
    assert not set(EVENTS) & set(EXTRA_EVENTS)
    assert len(set(EXTRA_EVENTS)) == len(EXTRA_EVENTS)


async def test_a_schedule_that_keeps_failing_is_told_of_once(depot_connection: DepotConnection) -> None:
    """Somebody who is told each time stops reading, and nobody told would sell what is not there."""
    depot_connection.depot.stock("a")
    await depot_connection.sync()
    depot_connection.depot.fail("GET", "/items", status(500), times=1000)
    for _ in range(10):
        await depot_connection.sync()
    said = await _read(depot_connection.caller.with_(token=None), type="connection.schedule-stuck")
    assert [item["data"]["function_name"] for item in said["data"]] == ["get_inventory"]
    assert said["data"][0]["data"]["latest_data"]
