"""Passthrough: what the unified schema has no word for can still be done, with the credentials that are stored."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from crossdock.integrations.kit.budget import Budget
from tests.api.client import Account, DepotConnection, violations
from tests.api.depot_server import HALF, KEY, DepotServer, refusal
from tests.api.vendors.depot import Depot
from tests.kit.loopback import http as answer_with

pytestmark = pytest.mark.anyio


async def _pass(connection: DepotConnection, **body: Any) -> httpx.Response:
    return await connection.caller.post("/wms/passthrough", {"method": "GET", "path": "/account", **body})


class TestAnswers:
    async def test_the_call_goes_out_with_the_stored_credentials(self, depot_connection: DepotConnection) -> None:
        answer = await _pass(depot_connection)
        assert answer.status_code == 200
        said = answer.json()
        assert (said["status_code"], said["body"]) == (200, {})
        assert said["headers"] == {"content-type": "application/json"}
        assert KEY not in answer.text

    async def test_a_refusal_of_the_system_is_a_success(self, depot_connection: DepotConnection) -> None:
        """Its own status and words are what the caller asked for."""
        answer = await _pass(depot_connection, path="/nowhere")
        assert answer.status_code == 200
        assert answer.json()["status_code"] == 404
        assert answer.json()["body"] == {"message": "no such address", "code": "NO"}

    async def test_a_server_error_is_passed_on_and_not_tried_again(
        self, depot_connection: DepotConnection, depot: DepotServer
    ) -> None:
        depot.fail("GET", "/account", refusal(503), times=5)
        before = len(depot.requests)
        assert (await _pass(depot_connection)).json()["status_code"] == 503
        assert len(depot.requests) == before + 1

    @pytest.mark.parametrize(
        ("sent", "body"),
        [
            (answer_with(200, b"", "text/plain"), None),
            (answer_with(200, "<html>é</html>", "text/html; charset=utf-8"), "<html>é</html>"),
            (answer_with(200, "é".encode("latin-1"), "text/plain; charset=ISO-8859-1"), "é"),
            (answer_with(200, b"\xff\xfe\x00", "application/pdf"), base64.b64encode(b"\xff\xfe\x00").decode()),
            (answer_with(200, "[1, null]", "text/plain"), [1, None]),
            (answer_with(200, '{"broken', "application/json"), '{"broken'),
        ],
    )
    async def test_bodies_of_every_kind(
        self, depot_connection: DepotConnection, depot: DepotServer, sent: bytes, body: Any
    ) -> None:
        depot.fail("GET", "/account", sent)
        assert (await _pass(depot_connection)).json()["body"] == body

    async def test_numbers_keep_their_digits(self, depot_connection: DepotConnection, depot: DepotServer) -> None:
        text = '{"price": 1.10000000000000000001, "id": 123456789012345678901234567890}'
        depot.fail("GET", "/account", answer_with(200, text))
        assert text in (await _pass(depot_connection)).text

    async def test_headers_without_cookies_and_secrets(
        self, depot_connection: DepotConnection, depot: DepotServer
    ) -> None:
        headers = {"Set_Cookie": "session=1", "X_Auth_Token": "s", "WWW_Authenticate": "Bearer", "Link": "<n>"}
        depot.fail("GET", "/account", answer_with(200, "{}", **headers))
        assert (await _pass(depot_connection)).json()["headers"] == {"content-type": "application/json", "link": "<n>"}


class TestRequests:
    @pytest.mark.parametrize(
        "path",
        ["/goods/a%2Fb", "/goods/", "/goods//x", "/goods/../account/.", "/goods?a=[1]&b=%5B2%5D", "/goods/(1);v=%zz"],
    )
    async def test_the_path_goes_out_letter_by_letter(
        self, depot_connection: DepotConnection, depot: DepotServer, path: str
    ) -> None:
        """A slash more or less, or another way to write a letter, is another address at many systems."""
        await _pass(depot_connection, path=path)
        assert depot.loopback.received[-1].path == path

    async def test_parameters_are_added_to_those_of_the_path(
        self, depot_connection: DepotConnection, depot: DepotServer
    ) -> None:
        params = {"page": 2, "all": True, "tag": ["a", "b&c"], "none": None, "é": "ü"}
        await _pass(depot_connection, path="/goods?x=1", params=params)
        wanted = "/goods?x=1&page=2&all=true&tag=a&tag=b%26c&%C3%A9=%C3%BC"
        assert depot.loopback.received[-1].path == wanted

    @pytest.mark.parametrize(("method", "sent"), [("POST", True), ("PUT", True), ("PATCH", True), ("DELETE", False)])
    async def test_a_body_goes_with_writes_only(
        self, depot_connection: DepotConnection, depot: DepotServer, method: str, sent: bool
    ) -> None:
        await _pass(depot_connection, method=method, path="/x", data={"a": [1, "é"]})
        received = depot.loopback.received[-1]
        assert received.method == method
        assert (json.loads(received.body) == {"a": [1, "é"]}) if sent else (received.body == b"")
        assert ("content-type" in received.headers) is sent

    async def test_headers_of_the_caller_are_put_on_top(
        self, depot_connection: DepotConnection, depot: DepotServer
    ) -> None:
        headers = {"X-Extra": "1", "AUTHORIZATION": "Bearer other", "Accept": "text/csv"}
        answer = await _pass(depot_connection, headers=headers)
        received = depot.loopback.received[-1]
        assert {name: received.headers[name.lower()] for name in headers} == headers
        assert answer.json()["status_code"] == 401

    async def test_a_write_takes_effect_there(self, depot_connection: DepotConnection, depot: DepotServer) -> None:
        depot.stock("a", onhand=1)
        data = {"reference": "mine", "item": "a", "change": 4}
        await _pass(depot_connection, method="POST", path="/adjustments", data=data)
        assert depot.items["a"]["onhand"] == 5
        assert await depot_connection.stored() == {}


class TestRefused:
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"method": "TRACE"}, "method"),
            ({"path": "account"}, "path"),
            ({"path": "https://example.com/"}, "path"),
            ({"path": "@example.com/"}, "path"),
            ({"path": "/a b"}, "path"),
            ({"path": "/a\r\nHost: x"}, "path"),
            ({"path": "/é"}, "path"),
            ({"path": "/a#b"}, "path"),
            ({"headers": {"X-A": "1\r\nHost: x"}}, "headers.X-A"),
            ({"headers": {"Host": "internal"}}, "headers.Host"),
            ({"headers": {"content-LENGTH": "1"}}, "headers.content-LENGTH"),
            ({"params": {"a": {"b": 1}}}, "params.a"),
            ({"url": "/account"}, "url"),
        ],
    )
    async def test_what_cannot_be_sent_is_named_and_nothing_goes_out(
        self, depot_connection: DepotConnection, depot: DepotServer, body: dict[str, Any], field: str
    ) -> None:
        before = len(depot.requests)
        assert field in violations(await _pass(depot_connection, **body))
        assert len(depot.requests) == before

    async def test_a_system_without_plain_http(
        self, depot_connection: DepotConnection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Depot, "plain_http", False)
        answer = await _pass(depot_connection)
        assert (answer.status_code, answer.json()["error"]) == (
            501,
            "Endpoint passthrough is not implemented for Depot",
        )

    async def test_a_token_of_the_other_vertical(self, reader: Account) -> None:
        answer = await reader.shop.post("/wms/passthrough", {"method": "GET", "path": "/v1/account"})
        assert answer.status_code == 501

    async def test_a_read_only_key(self, reader: Account) -> None:
        caller = reader.warehouse.with_(key=reader.read_key)
        answer = await caller.post("/wms/passthrough", {"method": "GET", "path": "/v1/account"})
        assert answer.status_code == 403

    async def test_an_answer_that_never_came_is_an_error(
        self, depot_connection: DepotConnection, depot: DepotServer
    ) -> None:
        """A 200 would say that the call was made."""
        depot.fail("GET", "/account", HALF)
        answer = await _pass(depot_connection)
        assert (answer.status_code, answer.json()["origin"]) == (502, "integration")

    async def test_it_counts_against_the_budget_of_the_system(
        self, depot_connection: DepotConnection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The system would block a merchant whose calls come too fast, however they are made."""
        monkeypatch.setattr(Depot, "budget", Budget(1, 3600, "the test"))
        assert (await _pass(depot_connection)).status_code == 200
        assert (await _pass(depot_connection)).status_code == 429

    async def test_private_addresses_stay_out_of_reach(
        self, depot_connection: DepotConnection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Depot, "base_url", property(lambda _self: "http://169.254.169.254"))
        answer = await _pass(depot_connection, path="/latest/meta-data")
        assert answer.status_code == 502
        assert "link-local" in answer.json()["error"]


class TestSandbox:
    @pytest.mark.parametrize(("vertical", "place"), [("wms", "warehouses"), ("cart", "products")])
    async def test_the_sandbox_vendor_answers(self, reader: Account, vertical: str, place: str) -> None:
        caller = reader.warehouse if vertical == "wms" else reader.shop
        body = {"method": "GET", "path": f"/v1/{vertical}/{place}", "params": {"size": 1}}
        answer = await caller.post(f"/{vertical}/passthrough", body)
        assert answer.status_code == 200
        assert answer.json()["status_code"] == 200
        assert len(answer.json()["body"]["data"]) == 1
