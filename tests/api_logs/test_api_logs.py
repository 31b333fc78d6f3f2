"""The log of API calls: who supports a customer finds out there what was called and what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
import time_machine
from psycopg_pool import PoolTimeout

from crossdock.api_logs import service, store
from crossdock.api_logs.recorder import CallRecorder
from crossdock.api_logs.redaction import MAX_BODY_BYTES, REMOVED, clean, clean_body
from crossdock.platform import app as application
from crossdock.platform.engine import Engine
from tests.api.client import Account, Caller, client_of, engine_like, open_account, violations

pytestmark = pytest.mark.anyio


@dataclass
class Logged:
    """An organization at a server whose log of calls the test empties itself."""

    account: Account
    engine: Engine
    recorder: CallRecorder

    async def entries(self, **params: str) -> list[dict[str, Any]]:
        """What the API shows of the calls until now."""
        await self.recorder.flush()
        answer = await self.account.organization.get("/api-logs", params)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["data"]
        return found


@asynccontextmanager
async def _server(engine: Engine, **settings: Any) -> AsyncIterator[tuple[Engine, CallRecorder, httpx.AsyncClient]]:
    made: list[CallRecorder] = []

    class Known(CallRecorder):
        def __init__(self, own: Engine) -> None:
            super().__init__(own)
            made.append(self)

    changed = engine_like(engine, **settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(application, "CallRecorder", Known)
        app = application.make_app(changed)
    async with client_of(app) as client:
        yield changed, made[0], client


@pytest.fixture
async def logged(engine: Engine) -> AsyncIterator[Logged]:
    async with _server(engine) as (own, recorder, client):
        yield Logged(await open_account(engine, client), own, recorder)


@pytest.fixture
async def verbose(engine: Engine) -> AsyncIterator[Logged]:
    async with _server(engine, api_log_bodies="all") as (own, recorder, client):
        yield Logged(await open_account(engine, client), own, recorder)


class TestEntries:
    async def test_a_read_is_told_in_full(self, logged: Logged) -> None:
        answer = await logged.account.warehouse.get("/wms/inventory?limit=2&sku[contains]=MUG")
        [entry] = await logged.entries()
        connection_id = logged.account.wms.connection_id
        assert entry.pop("id").startswith("log_")
        assert entry.pop("duration_ms") > 0
        assert entry.pop("timestamp").endswith("Z")
        assert entry == {
            "request_id": answer.headers["x-request-id"],
            "method": "GET",
            "path": "/wms/inventory",
            "query": {"limit": "2", "sku[contains]": "MUG"},
            "action": "get_inventory",
            "status_code": 200,
            "connection_id": connection_id,
            "integration_name": "sandbox",
            "integration_type": "wms",
            "customer_id": None,
            "origin": None,
            "error": None,
            "request_body": None,
            "response_body": None,
        }

    async def test_a_refusal_has_its_words_and_whose_they_are(self, logged: Logged) -> None:
        await logged.account.warehouse.put("/wms/inventory/inventory_item_id_0/adjust", {"quantity": "many"})
        [entry] = await logged.entries()
        assert (entry["status_code"], entry["error"], entry["origin"]) == (422, "Validation error", "trackstar")

    async def test_a_call_with_a_wrong_token_is_known_by_its_key(self, logged: Logged) -> None:
        """The most frequent mistake of a new user has to be findable."""
        await logged.account.warehouse.with_(token="wrong").get("/wms/inventory")
        [entry] = await logged.entries()
        assert (entry["status_code"], entry["error"]) == (401, "Invalid access token")
        assert entry["connection_id"] is None

    async def test_an_id_is_shown_as_it_was_sent(self, logged: Logged) -> None:
        await logged.account.warehouse.get("/wms/inventory/a%2Fb%00")
        [entry] = await logged.entries()
        assert entry["path"] == "/wms/inventory/a%2Fb%00"

    async def test_nobody_is_noted_without_a_key(self, logged: Logged) -> None:
        await Caller(logged.account.http, "wrong").get("/connections")
        await logged.account.http.get("/healthz")
        assert await logged.entries() == []

    async def test_another_organization_sees_none_of_it(self, logged: Logged, reader: Account) -> None:
        answer = await logged.account.warehouse.get("/wms/inventory")
        await logged.recorder.flush()
        other = reader.organization.with_(http=logged.account.http)
        found = await other.get("/api-logs", {"request_id": answer.headers["x-request-id"]})
        assert found.json()["data"] == []

    async def test_a_read_only_key_may_look(self, logged: Logged) -> None:
        await logged.account.warehouse.get("/wms/warehouses")
        await logged.recorder.flush()
        found = await logged.account.organization.with_(key=logged.account.read_key).get("/api-logs")
        assert found.json()["total_count"] == 1


class TestSecrets:
    async def test_bodies_are_kept_only_when_asked_for(self, logged: Logged) -> None:
        await logged.account.warehouse.put("/wms/inventory/inventory_item_id_0/adjust", {"quantity": "many"})
        [entry] = await logged.entries()
        assert (entry["request_body"], entry["response_body"]) == (None, None)

    async def test_kept_bodies_have_no_secret(self, verbose: Logged) -> None:
        body = {"trackstar_tags": [{"api_key": "hunter2"}, f"see {verbose.account.key}"]}
        await verbose.account.warehouse.put("/wms/inventory/inventory_item_id_0/trackstar-tags", body)
        await verbose.account.organization.post("/sandbox/generate-sandbox/wms")
        await verbose.account.organization.get("/connections", {"access_token": verbose.account.wms.access_token})
        listed, made, tagged = await verbose.entries()
        assert tagged["request_body"] == {"trackstar_tags": [{"api_key": REMOVED}, f"see {REMOVED}"]}
        assert tagged["response_body"]["id"] == "inventory_item_id_0"
        assert made["response_body"]["access_token"] == REMOVED
        assert listed["query"] == {"access_token": REMOVED}
        shown = str([listed, made, tagged])
        assert not any(secret in shown for secret in (verbose.account.key, verbose.account.wms.access_token, "hunter2"))

    async def test_bodies_of_errors_alone(self, engine: Engine) -> None:
        async with _server(engine, api_log_bodies="errors") as (own, recorder, client):
            logged = Logged(await open_account(engine, client), own, recorder)
            for quantity in (1, "many"):
                sent = {"quantity": quantity, "adjustment_type": "increase", "warehouse_id": "warehouse_id_0"}
                await logged.account.warehouse.put("/wms/inventory/inventory_item_id_0/adjust", sent)
            refused, made = await logged.entries()
        assert refused["request_body"]["quantity"] == "many"
        assert refused["response_body"]["error"] == "Validation error"
        assert made["request_body"] is None

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ({"password": "x", "Client-Secret": 1, "refreshToken": ["a", "b"], "authCode": "c"}, {REMOVED}),
            ({"appKey": "x", "x-api-key": "y", "key": "z", "set-cookie": "w", "Authorization": {"a": "b"}}, {REMOVED}),
        ],
    )
    def test_names_of_secrets(self, given: dict[str, Any], kept: set[str]) -> None:
        assert set(clean(given).values()) == kept

    @pytest.mark.parametrize("name", ["sku", "keyword", "monkey", "postcode", "barcode", "inventory_id"])
    def test_names_of_nothing_secret(self, name: str) -> None:
        """What is not secret has to stay, or the log is no help."""
        assert clean({name: "x"}) == {name: "x"}

    def test_long_and_strange_bodies_do_not_fill_the_log(self) -> None:
        assert clean_body(b'"' + b"x" * MAX_BODY_BYTES + b'"') == f'"{MAX_BODY_BYTES + 2} bytes, too many to keep"'
        assert clean_body(b"\xff\x00") == '"2 bytes that are not JSON"'
        assert clean_body(b"") is clean_body(None) is None


class TestSearch:
    async def _calls(self, logged: Logged) -> None:
        warehouse, shop = logged.account.warehouse, logged.account.shop
        await warehouse.get("/wms/inventory", {"limit": "1"})
        await warehouse.get("/wms/inventory/nothing-there")
        await shop.get("/cart/products", {"limit": "1"})
        await warehouse.put("/wms/inventory/inventory_item_id_0/trackstar-tags", {"trackstar_tags": ["x"]})
        await logged.recorder.flush()

    @pytest.mark.parametrize(
        ("params", "paths"),
        [
            ({"method": "PUT"}, ["/wms/inventory/inventory_item_id_0/trackstar-tags"]),
            ({"status_code": "404"}, ["/wms/inventory/nothing-there"]),
            ({"status_code[gte]": "400"}, ["/wms/inventory/nothing-there"]),
            ({"path": "/cart"}, ["/cart/products"]),
            ({"search": "NOTHING-there"}, ["/wms/inventory/nothing-there"]),
            ({"action": "get_products"}, ["/cart/products"]),
            ({"origin": "trackstar"}, ["/wms/inventory/nothing-there"]),
            ({"timestamp[lte]": "2020-01-01T00:00:00Z"}, []),
            ({"integration_name": "sandbox", "path": "/wms/inventory/n"}, ["/wms/inventory/nothing-there"]),
        ],
    )
    async def test_filters(self, logged: Logged, params: dict[str, str], paths: list[str]) -> None:
        await self._calls(logged)
        assert [entry["path"] for entry in await logged.entries(**params)] == paths

    async def test_one_connection(self, logged: Logged) -> None:
        await self._calls(logged)
        entries = await logged.entries(connection_id=logged.account.cart.connection_id)
        assert [entry["integration_type"] for entry in entries] == ["cart"]

    async def test_pages_come_newest_first_and_each_call_once(self, logged: Logged) -> None:
        await self._calls(logged)
        whole = [
            entry["id"] async for page in logged.account.organization.pages("/api-logs", limit=3) for entry in page
        ]
        assert len(whole) == len(set(whole)) == 4
        assert whole == sorted(whole, key=lambda name: -int(name.removeprefix("log_")))

    async def test_facets_count_what_the_filters_leave(self, logged: Logged) -> None:
        await self._calls(logged)
        answer = await logged.account.organization.get("/api-logs/facets", {"path": "/wms"})
        found = answer.json()["data"]
        assert found["method"] == [{"value": "GET", "count": 2}, {"value": "PUT", "count": 1}]
        assert found["status_code"] == [{"value": "200", "count": 2}, {"value": "404", "count": 1}]
        assert found["integration_name"] == [{"value": "sandbox", "count": 3}]
        assert found["connection_id"] == [{"value": logged.account.wms.connection_id, "count": 3}]
        assert found["action"] == [{"value": "get_inventory", "count": 3}]
        assert found["origin"] == [{"value": "trackstar", "count": 1}]

    @pytest.mark.parametrize(
        ("path", "name"),
        [
            ("/api-logs?color=red", "color"),
            ("/api-logs?ids[in]=a", "ids[in]"),
            ("/api-logs?status_code=often", "status_code"),
            ("/api-logs?timestamp[gte]=yesterday", "timestamp[gte]"),
            ("/api-logs?page_token=x", "page_token"),
            ("/api-logs?limit=0", "limit"),
            ("/api-logs/facets?limit=1", "limit"),
        ],
    )
    async def test_a_parameter_that_cannot_be_used_is_named(self, reader: Account, path: str, name: str) -> None:
        assert name in violations(await reader.organization.get(path), "query")

    async def test_a_token_of_another_search_is_refused(self, logged: Logged) -> None:
        await self._calls(logged)
        first = await logged.account.organization.get("/api-logs", {"limit": "1"})
        params = {"limit": "1", "search": "wms", "page_token": first.json()["next_token"]}
        assert "page_token" in violations(await logged.account.organization.get("/api-logs", params), "query")


class TestRecorder:
    async def test_too_many_waiting_calls_are_counted_not_waited_for(
        self, engine: Engine, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A database that is behind must not slow calls down or fill the memory."""
        async with _server(engine) as (_, recorder, client):
            recorder._capacity = 2
            caller = account.warehouse.with_(http=client)
            for _ in range(5):
                assert (await caller.get("/wms/warehouses")).status_code == 200
            assert recorder.dropped == 3
            await recorder.flush()
            assert recorder.dropped == 3

    async def test_calls_wait_while_the_database_is_away(
        self, engine: Engine, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with _server(engine) as (_, recorder, client):
            caller = account.warehouse.with_(http=client)
            answer = await caller.get("/wms/warehouses")
            with monkeypatch.context() as patch:
                patch.setattr(store, "insert", _fails(PoolTimeout("no connection")))
                await recorder.flush()
            await recorder.flush()
            assert recorder.dropped == 0
            found = await caller.get("/api-logs", {"request_id": answer.headers["x-request-id"]})
            assert found.json()["total_count"] == 1

    async def test_calls_that_can_never_be_stored_do_not_hold_up_others(
        self, engine: Engine, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with _server(engine) as (_, recorder, client):
            await account.warehouse.with_(http=client).get("/wms/warehouses")
            with monkeypatch.context() as patch:
                patch.setattr(store, "insert", _fails(psycopg.errors.ForeignKeyViolation("gone")))
                await recorder.flush()
            assert recorder.dropped == 1
            assert not recorder._waiting

    async def test_old_calls_are_forgotten_and_newer_ones_stay(self, logged: Logged) -> None:
        days = logged.engine.settings.api_log_days
        with time_machine.travel(logged.engine.now() - timedelta(days=days, minutes=1), tick=False):
            await logged.account.warehouse.get("/wms/warehouses")
        await logged.account.warehouse.get("/wms/inventory")
        assert len(await logged.entries()) == 2
        assert await service.forget_old(logged.engine) >= 1
        assert [entry["path"] for entry in await logged.entries(path="/wms")] == ["/wms/inventory"]


def _fails(error: Exception) -> Any:
    async def insert(*_arguments: Any) -> None:
        raise error

    return insert
