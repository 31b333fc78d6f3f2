"""Every change is kept and numbered: what webhooks and increments are made of."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from tests.api.client import DepotConnection

pytestmark = pytest.mark.anyio


async def _events(connection: DepotConnection) -> list[dict[str, Any]]:
    async with connection.engine.database.transaction(connection.organization_id) as transaction:
        cursor = await transaction.execute(
            "select sequence, kind, record_id, version, change, first_sync from events order by sequence"
        )
        return list(await cursor.fetchall())


async def _changes(connection: DepotConnection) -> list[dict[str, Any]]:
    """The events about records."""
    return [event for event in await _events(connection) if event["kind"] == "record"]


def _told(events: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [(event["change"], event["record_id"], event["version"]) for event in events]


class TestEvents:
    async def test_each_change_makes_one_and_nothing_else_does(self, depot_connection: DepotConnection) -> None:
        depot, caller = depot_connection.depot, depot_connection.caller
        depot.stock("a", "b")
        await depot_connection.sync()
        await depot_connection.sync()
        assert sorted(_told(await _changes(depot_connection))) == [("created", "a", 1), ("created", "b", 1)]
        assert all(event["first_sync"] for event in await _changes(depot_connection))

        depot.stock("b", onhand=3)
        await depot_connection.sync()
        await depot_connection.adjust("a", quantity=2)
        await caller.put("/wms/inventory/a/trackstar-tags", {"trackstar_tags": ["x"]})
        await caller.post("/wms/kits", {"sku": "K", "trackstar_tags": ["new"]})
        depot.removed = ["b"]
        await depot_connection.sync()
        events = (await _changes(depot_connection))[2:]
        assert _told(events) == [
            ("updated", "b", 2),
            ("updated", "a", 2),
            ("updated", "a", 3),
            ("created", "kit 0", 1),
            ("deleted", "b", 3),
        ]
        assert not any(event["first_sync"] for event in events)

    async def test_the_sequence_has_no_gap_when_many_write_at_once(self, depot_connection: DepotConnection) -> None:
        """A reader that has seen number 7 must be able to rely on having seen 1 to 6."""
        items = [f"i{number}" for number in range(8)]
        depot_connection.depot.stock(*items)
        await depot_connection.sync()
        answers = await asyncio.gather(
            *(depot_connection.adjust(item) for item in items),
            *(depot_connection.adjust("unknown") for _ in range(4)),
            depot_connection.sync("get_products"),
        )
        assert sorted(answer.status_code for answer in answers if answer is not None) == [200] * 8 + [404] * 4
        numbers = [event["sequence"] for event in await _events(depot_connection)]
        # Sixteen changes of records; before them the connection was made, and two first syncs have ended.
        assert numbers == list(range(1, 20))

    async def test_a_write_that_failed_makes_none(self, depot_connection: DepotConnection) -> None:
        depot_connection.depot.stock("a")
        await depot_connection.sync()
        answer = await depot_connection.caller.put(
            "/wms/inventory/a/adjust", {"quantity": 99, "adjustment_type": "decrease"}
        )
        assert answer.status_code == 422
        assert answer.json()["origin"] == "integration"
        assert len(await _changes(depot_connection)) == 1


async def test_the_history_and_the_store_hold_every_version(depot_connection: DepotConnection) -> None:
    """An event names a version; its text must still be there when the webhook goes out."""
    depot_connection.depot.stock("a")
    await depot_connection.sync()
    for quantity in (1, 2, 3):
        await depot_connection.adjust("a", quantity=quantity)
    await depot_connection.caller.put("/wms/inventory/a/trackstar-tags", {"trackstar_tags": ["t"]})
    async with depot_connection.engine.database.transaction(depot_connection.organization_id) as transaction:
        cursor = await transaction.execute(
            "select version, body from record_versions union all "
            "select version, body from wms_inventory order by version"
        )
        bodies = {row["version"]: msgspec.json.decode(bytes(row["body"])) for row in await cursor.fetchall()}
    assert [(version, body["onhand"], body["trackstar_tags"]) for version, body in bodies.items()] == [
        (1, 10, None),
        (2, 11, None),
        (3, 13, None),
        (4, 16, None),
        (5, 16, ["t"]),
    ]
    events = await _changes(depot_connection)
    assert {event["version"] for event in events} == set(bodies)
