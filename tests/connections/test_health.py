"""The health of a connection: one problem a cause, told of exactly, blocking only what it has to, and mended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from crossdock.connections import problems
from crossdock.link import service as link
from crossdock.link import sign_ins
from tests.api.client import connected_depot
from tests.api.depot_server import KEY, refusal, running_depot
from tests.syncs.worker import Office, OrderDepot, Workplace, office

pytestmark = pytest.mark.anyio

BLOCKED = "Invalid Order Depot credentials"


@pytest.fixture
async def desk(workplace: Workplace) -> AsyncIterator[Office]:
    """A connection that reads orders, stock and products, all of them synced once."""
    async with office(workplace) as made:
        for function in ("get_orders", "get_inventory", "get_products"):
            await made.connection.sync(function)
        await made.change("delete from events")
        made.connection.depot.loopback.received.clear()
        yield made


async def _told(desk: Office) -> list[tuple[str, list[str]]]:
    """What subscribers were told of problems: the event and the endpoints it names."""
    log = (await desk.connection.caller.with_(token=None).get("/events")).json()["data"]
    return [
        (item["event_type"].removeprefix("connection-error."), item["data"]["affected_endpoints"])
        for item in log
        if item["event_type"].startswith("connection-error.")
    ]


async def _problems(desk: Office) -> dict[str, list[str]]:
    shown = await desk.connection.shown()
    return {item["error_message"]: [one["endpoint"] for one in item["affected_endpoints"]] for item in shown["errors"]}


async def _make_due(desk: Office) -> None:
    await desk.change("update sync_schedules set due_at = now()")


class TestCredentials:
    """A merchant who ends a key must not find the account locked because of us, and needs one message, not ten."""

    async def test_it_is_one_problem_of_everything_that_is_read(self, desk: Office) -> None:
        desk.connection.depot.fail("GET", "/", refusal(401), times=1000)
        await desk.connection.sync("get_inventory")
        await desk.connection.sync("get_products")
        everything = ["GET /wms/inventory", "GET /wms/orders", "GET /wms/products"]
        assert await _problems(desk) == {BLOCKED: everything}
        shown = await desk.connection.shown()
        assert {one["preventing_sync"] for one in shown["errors"][0]["affected_endpoints"]} == {True}
        assert {item["sync_status"] for item in shown["sync_schedules"]} == {"error"}
        assert await _told(desk) == [("created", everything)]

    async def test_one_function_tries_and_the_others_wait(self, desk: Office) -> None:
        depot = desk.connection.depot
        depot.fail("GET", "/", refusal(401), times=1000)
        await desk.connection.sync("get_inventory")
        for _ in range(3):
            depot.loopback.received.clear()
            # Time passes until the next of them is due.
            await desk.change(
                "update sync_schedules set due_at = due_at - (select min(due_at) - now() from sync_schedules)"
            )
            await desk.work()
            assert depot.requests == ["GET /items", "GET /account"]

    async def test_a_new_job_waits_as_well(self, desk: Office) -> None:
        job = await desk.ask()
        desk.connection.depot.fail("GET", "/", refusal(401), times=1000)
        await desk.connection.sync("get_inventory")
        desk.connection.depot.loopback.received.clear()
        await desk.work()
        assert desk.connection.depot.requests == []
        assert await desk.status(job) == "open"

    async def test_it_goes_on_by_itself_when_they_are_taken_again(self, desk: Office) -> None:
        desk.connection.depot.fail("GET", "/", refusal(401), times=1000)
        await desk.connection.sync("get_inventory")
        desk.connection.depot.faults.clear()
        desk.connection.depot.stock("late")
        await desk.connection.sync("get_inventory")
        assert await _problems(desk) == {}
        assert [event for event, _ in await _told(desk)] == ["created", "deleted"]
        await desk.work()
        assert "late" in await desk.orders()

    async def test_what_is_stored_is_still_read(self, desk: Office) -> None:
        """Reads never touch the connected system, so what it refuses does not empty an application's screens."""
        before = await desk.orders()
        desk.connection.depot.fail("GET", "/", refusal(401), times=1000)
        await desk.connection.sync("get_orders")
        assert await desk.orders() == before != set()
        desk.connection.depot.fail("POST", "/", refusal(401), times=9)
        answer = await desk.connection.adjust("a")
        assert (answer.status_code, answer.json()["origin"]) == (403, "integration")
        assert answer.json()["error"] == BLOCKED


class TestPermissions:
    async def test_a_call_that_is_not_allowed_is_one_problem_of_those_that_make_it(self, desk: Office) -> None:
        depot = desk.connection.depot
        message = f"Missing Order Depot permissions for URL: {depot.url}/items."
        stock, orders = "GET /wms/inventory", "GET /wms/orders"
        depot.fail("GET", "/items", refusal(403, "no right"), times=1000)
        await desk.connection.sync("get_inventory")
        assert await _problems(desk) == {message: [stock]}
        await desk.connection.sync("get_orders")
        assert await _problems(desk) == {message: [stock, orders]}
        await desk.connection.sync("get_orders")
        await desk.connection.sync("get_products")
        shown = await desk.connection.shown()
        assert {item["function_name"]: item["sync_status"] for item in shown["sync_schedules"]} == {
            "get_inventory": "warn",
            "get_orders": "warn",
            "get_products": "enabled",
        }
        depot.faults.clear()
        await desk.connection.sync("get_inventory")
        assert await _problems(desk) == {message: [orders]}
        await desk.connection.sync("get_orders")
        assert await _problems(desk) == {}
        assert await _told(desk) == [
            ("created", [stock]),
            ("updated", [stock, orders]),
            ("updated", [orders]),
            ("deleted", [orders]),
        ]

    async def test_reads_of_what_is_not_allowed_answer_with_what_is_stored(self, desk: Office) -> None:
        before = await desk.orders()
        desk.connection.depot.fail("GET", "/items", refusal(403), times=1000)
        await desk.connection.sync("get_orders")
        assert await desk.orders() == before
        assert desk.connection.depot.requests == ["GET /items"]

    async def test_calls_that_name_records_do_not_pile_up(self, desk: Office) -> None:
        """A report that asks for every order by its id would fill the screen with what is one thing to the merchant."""
        connection = desk.connection
        async with connection.engine.database.transaction(connection.organization_id) as transaction:
            for number in range(problems.MOST_CALLS + 3):
                await problems.note(
                    transaction,
                    organization_id=connection.organization_id,
                    connection_id=connection.connection_id,
                    problem=problems.of_missing("Depot", f"https://depot/orders/{number}", ["get_orders"]),
                    now=connection.engine.now(),
                )
        shown = await _problems(desk)
        assert len(shown) == problems.MOST_CALLS
        assert [url for url in shown if url.endswith(("/0.", "/1.", "/2."))] == []
        assert [event for event, _ in await _told(desk)].count("deleted") == 3


class TestFailures:
    async def test_a_function_may_have_several_problems(self, desk: Office) -> None:
        """A system that is down for a minute does not make a missing permission good."""
        depot = desk.connection.depot
        for answer in (refusal(403), refusal(500, "down"), refusal(502, "still down")):
            depot.fail("GET", "/items", answer, times=1000)
            await desk.connection.sync("get_orders")
            depot.faults.clear()
        missing = f"Missing Order Depot permissions for URL: {depot.url}/items."
        assert await _problems(desk) == {missing: ["GET /wms/orders"], "still down": ["GET /wms/orders"]}
        assert [event for event, _ in await _told(desk)] == ["created", "created", "updated"]

    async def test_every_event_says_which_call_it_was_without_its_parameters(self, desk: Office) -> None:
        for answer in (refusal(403), refusal(500), b"HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\n[]"):
            desk.connection.depot.fail("GET", "/items", answer, times=2)
            await desk.connection.sync("get_orders")
            desk.connection.depot.faults.clear()
        log = (await desk.connection.caller.with_(token=None).get("/events")).json()["data"]
        urls = {item["data"]["failed_url"] for item in log if item["event_type"].startswith("connection-error.")}
        assert urls == {f"{desk.connection.depot.url}/items"}

    async def test_a_key_that_the_system_repeats_is_not_passed_on(self, desk: Office) -> None:
        desk.connection.depot.fail("GET", "/items", refusal(500, f"key {KEY} broke me"), times=1000)
        await desk.connection.sync("get_orders")
        assert await _problems(desk) == {"key *** broke me": ["GET /wms/orders"]}


class TestReinstall:
    async def test_a_refused_system_that_is_signed_in_anew_is_complete_again(self, workplace: Workplace) -> None:
        """Whatever changed while the key was dead is there, under the same id and token."""
        async with (
            running_depot() as depot,
            connected_depot(workplace.engine, workplace.http, depot, OrderDepot) as connection,
        ):
            desk = Office(connection, workplace.worker)
            depot.stock(*"abcdefg")
            await desk.work()
            assert await desk.orders() == set("abcdefg")
            depot.fail("GET", "/", refusal(401), times=10_000)
            for _ in range(4):
                await _make_due(desk)
                await desk.work()
            depot.stock("b", onhand=99)
            depot.stock("new")
            assert list(await _problems(desk)) == [BLOCKED]

            depot.faults.clear()
            depot.fail("GET", "/kits", refusal(403), times=10_000)
            organization = connection.caller.with_(token=None)
            asked = await organization.post("/link/token", {"connection_id": str(connection.connection_id)})
            token = asked.json()["link_token"]
            credentials = {"url": depot.url, "key": KEY}
            await sign_ins.sign_in(workplace.engine, token, "wms", "order-depot", credentials)
            permissions = await sign_ins.check_permissions(workplace.engine, token)
            done = await link.finish(workplace.engine, token)
            missing: dict[str, Any] = {row.action: row.failed_url for row in permissions if row.outcome == "missing"}
            assert missing == {"get_products": f"{depot.url}/kits"}
            assert await _problems(desk) == {
                f"Missing Order Depot permissions for URL: {depot.url}/kits.": ["GET /wms/products"]
            }
            assert [event for event, _ in await _told(desk)] == ["created", "deleted", "created"]
            depot.faults.clear()
            await desk.work()
            traded = (await organization.post("/link/exchange", {"auth_code": done.auth_code})).json()
            assert traded["connection_id"] == str(connection.connection_id)
            assert traded["access_token"] == connection.caller.token
            assert await desk.orders() == {*"abcdefg", "new"}
            assert (await connection.stored())["b"] == 99
            assert await _problems(desk) == {}
            await connection.caller.send("DELETE", "/connections")
