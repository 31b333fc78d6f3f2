"""Endpoints as their owners manage them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest
import standardwebhooks

from crossdock.contract.events import EVENTS
from crossdock.webhooks import service
from tests.api.client import Account, Caller, DepotConnection, violations
from tests.kit.loopback import Received, http
from tests.webhooks.conftest import Hooks, Receiver

pytestmark = pytest.mark.anyio
URL = "https://example.com/hooks"


@pytest.fixture
def owner(depot_connection: DepotConnection) -> Caller:
    return depot_connection.caller.with_(token=None)


async def _made(owner: Caller, **given: Any) -> dict[str, Any]:
    answer = await owner.post("/webhook-endpoints", {"url": URL, **given})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _patch(owner: Caller, endpoint: dict[str, Any], body: dict[str, Any]) -> httpx.Response:
    return await owner.send("PATCH", f"/webhook-endpoints/{endpoint['id']}", json=body)


class TestCreate:
    async def test_it_is_there_with_what_was_given(self, owner: Caller, depot_connection: DepotConnection) -> None:
        given = {
            "description": "orders",
            "event_types": ["inventory.updated", "inventory.deleted"],
            "connection_ids": [str(depot_connection.connection_id)],
            "customer_ids": ["42"],
            "environment": "production",
            "transformation": "function handler(webhook) { return webhook }",
        }
        made = await _made(owner, **given)
        assert made["secret"].startswith("whsec_")
        assert {name: made["data"][name] for name in given} == given
        assert made["data"]["status"] == "active"
        assert (await owner.get(f"/webhook-endpoints/{made['data']['id']}")).json() == {"data": made["data"]}
        assert (await owner.get("/webhook-endpoints")).json()["data"] == [made["data"]]

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"url": "ftp://example.com"}, "url"),
            ({"url": "http://169.254.169.254/latest"}, "url"),
            ({"url": "http://user:secret@example.com/"}, "url"),
            ({"event_types": ["order.eaten"]}, "event_types.0"),
            ({"connection_ids": [str(uuid4())]}, "connection_ids"),
            ({"connection_ids": ["x"]}, "connection_ids.0"),
            ({"environment": "staging"}, "environment"),
            ({"transformation": "x" * 70_000}, "transformation"),
            ({"surprise": 1}, "surprise"),
        ],
    )
    async def test_what_can_never_work_is_refused_by_its_field(
        self, owner: Caller, given: dict[str, Any], field: str
    ) -> None:
        answer = await owner.post("/webhook-endpoints", {"url": URL, **given})
        assert list(violations(answer)) == [field]

    async def test_a_refused_address_says_why(self, owner: Caller) -> None:
        answer = await owner.post("/webhook-endpoints", {"url": "http://10.0.0.8/"})
        assert "private" in violations(answer)["url"][0]


class TestPaging:
    async def test_each_comes_once(self, owner: Caller) -> None:
        made = [(await _made(owner))["data"]["id"] for _ in range(5)]
        found = [item["id"] async for page in owner.pages("/webhook-endpoints", limit=2) for item in page]
        assert found == made

    async def test_a_bad_token_is_refused(self, owner: Caller) -> None:
        assert "page_token" in violations(await owner.get("/webhook-endpoints", {"page_token": "x"}), "query")


class TestOwnership:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", ""),
            ("PATCH", ""),
            ("DELETE", ""),
            ("GET", "/secret"),
            ("POST", "/rotate-secret"),
            ("POST", "/test"),
            ("POST", "/replay"),
            ("GET", "/deliveries"),
            ("GET", "/deliveries/evt_1"),
        ],
    )
    async def test_an_endpoint_of_another_organization_is_unknown(
        self, owner: Caller, reader: Account, method: str, path: str
    ) -> None:
        """Its secret would let a stranger forge messages."""
        made = (await _made(owner))["data"]
        body = {"missed": True} if path == "/replay" else {} if method in ("PATCH", "POST") else None
        answer = await reader.organization.send(method, f"/webhook-endpoints/{made['id']}{path}", json=body)
        assert answer.status_code == 404
        assert (await owner.get(f"/webhook-endpoints/{made['id']}")).status_code == 200

    async def test_a_read_only_key_does_not_see_the_secret(self, reader: Account) -> None:
        made = (await _made(reader.organization))["data"]
        looking = reader.organization.with_(key=reader.read_key)
        assert (await looking.get(f"/webhook-endpoints/{made['id']}")).status_code == 200
        assert (await looking.get(f"/webhook-endpoints/{made['id']}/secret")).status_code == 403


class TestUpdate:
    async def test_what_is_left_out_stays(self, owner: Caller) -> None:
        made = (await _made(owner, description="a", customer_ids=["1"]))["data"]
        changed = (await _patch(owner, made, {"customer_ids": None, "event_types": ["order.created"]})).json()["data"]
        assert changed == {
            **made,
            "customer_ids": None,
            "event_types": ["order.created"],
            "updated_date": changed["updated_date"],
        }

    async def test_a_bad_address_is_refused(self, owner: Caller) -> None:
        made = (await _made(owner))["data"]
        assert "url" in violations(await _patch(owner, made, {"url": "http://[::1]/"}))

    async def test_a_paused_endpoint_gets_everything_once_it_is_resumed(
        self, hooks: Hooks, owner: Caller, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        made = (await _made(owner, url=receiver.url))["data"]
        assert (await _patch(owner, made, {"paused": True})).json()["data"]["status"] == "paused"
        await depot_connection.adjust("a")
        await hooks.drain()
        assert receiver.got == []
        await _patch(owner, made, {"paused": False})
        await hooks.drain()
        assert receiver.told() == ["inventory.updated"]

    async def test_one_that_is_enabled_again_begins_anew_and_can_ask_for_the_rest(
        self, hooks: Hooks, owner: Caller, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        made = (await _made(owner, url=receiver.url))["data"]
        shown = (await _patch(owner, made, {"disabled": True})).json()["data"]
        assert (shown["status"], shown["disabled_reason"]) == ("disabled", service.BY_HAND)
        await depot_connection.adjust("a")
        refused = await owner.post(f"/webhook-endpoints/{made['id']}/replay", {"missed": True})
        assert refused.status_code == 400
        await _patch(owner, made, {"disabled": False})
        await depot_connection.adjust("b")
        await hooks.drain()
        assert [message["data"]["id"] for message in receiver.messages] == ["b"]
        answer = await owner.post(f"/webhook-endpoints/{made['id']}/replay", {"missed": True})
        assert answer.json() == {"queued": 1}
        await hooks.drain()
        assert [message["data"]["id"] for message in receiver.messages] == ["b", "a"]


class TestDelete:
    async def test_nothing_more_is_sent(
        self, hooks: Hooks, owner: Caller, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        made = (await _made(owner, url=receiver.url))["data"]
        await depot_connection.adjust("a")
        answer = await owner.send("DELETE", f"/webhook-endpoints/{made['id']}")
        assert answer.json() == {"id": made["id"], "object": "webhook_endpoint", "deleted": True}
        await hooks.drain()
        assert receiver.got == []
        assert (await owner.get(f"/webhook-endpoints/{made['id']}")).status_code == 404


class TestSecret:
    async def test_it_is_shown_again(self, owner: Caller) -> None:
        made = await _made(owner)
        answer = await owner.get(f"/webhook-endpoints/{made['data']['id']}/secret")
        assert answer.json() == {"secret": made["secret"], "old_secret_until": None}

    async def test_it_lies_sealed(self, owner: Caller, hooks: Hooks) -> None:
        """A stolen copy of the database must not be enough to forge messages."""
        made = await _made(owner)
        rows = await hooks.run_sql("select e::text as text from webhook_endpoints e")
        secret = made["secret"].removeprefix("whsec_").encode()
        assert rows
        assert not any(made["secret"] in row["text"] or secret.hex() in row["text"] for row in rows)

    async def test_for_a_day_both_secrets_verify(
        self, hooks: Hooks, owner: Caller, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        made = await _made(owner, url=receiver.url)
        path = f"/webhook-endpoints/{made['data']['id']}"
        rotated = (await owner.post(f"{path}/rotate-secret")).json()
        assert rotated["old_secret_until"]
        await depot_connection.adjust("a")
        await hooks.drain()
        [request] = receiver.got
        for secret in (made["secret"], rotated["secret"]):
            standardwebhooks.Webhook(secret).verify(request.body, request.headers)
        await hooks.run_sql("update webhook_endpoints set old_secret_until = now() - interval '1 second'")
        assert (await owner.get(f"{path}/secret")).json() == {"secret": rotated["secret"], "old_secret_until": None}
        await depot_connection.adjust("a")
        await hooks.drain()
        standardwebhooks.Webhook(rotated["secret"]).verify(receiver.got[1].body, receiver.got[1].headers)
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            standardwebhooks.Webhook(made["secret"]).verify(receiver.got[1].body, receiver.got[1].headers)


class TestTestMessage:
    @pytest.mark.parametrize("event_type", ["connection.created", "order.updated", "connection-error.updated"])
    async def test_an_example_is_sent_signed(self, owner: Caller, receiver: Receiver, event_type: str) -> None:
        made = await _made(owner, url=receiver.url)
        path = f"/webhook-endpoints/{made['data']['id']}/test"
        said = (await owner.post(path, {"event_type": event_type})).json()
        assert said["delivered"] is True
        assert said["attempt"]["status_code"] == 200
        [request] = receiver.got
        standardwebhooks.Webhook(made["secret"]).verify(request.body, request.headers)
        assert request.headers["svix-id"] == said["message_id"]
        assert receiver.told() == [event_type]

    async def test_a_failure_is_told(self, owner: Caller, receiver: Receiver) -> None:
        async def fail(_: Received) -> bytes:
            return http(500, "our database is down", content_type="text/plain")

        receiver.respond = fail
        made = (await _made(owner, url=receiver.url))["data"]
        said = (await owner.post(f"/webhook-endpoints/{made['id']}/test")).json()
        assert said["delivered"] is False
        assert said["attempt"]["error"] == "the receiver answered 500"
        assert said["attempt"]["response_head"].endswith("our database is down")

    async def test_an_unknown_event_has_no_example(self, owner: Caller) -> None:
        made = (await _made(owner))["data"]
        answer = await owner.post(f"/webhook-endpoints/{made['id']}/test", {"event_type": "order.eaten"})
        assert "event_type" in violations(answer)

    def test_every_published_event_has_an_example_that_fits(self) -> None:
        """A receiver is built against these before there is any traffic."""
        import jsonschema_rs

        from crossdock.platform.openapi import document

        whole = document()
        for name, item in whole["webhooks"].items():
            schema = item["post"]["requestBody"]["content"]["application/json"]["schema"]
            jsonschema_rs.Draft202012Validator({**schema, "components": whole["components"]}).validate(
                service.example_of(name)
            )
        assert set(whole["webhooks"]) <= set(EVENTS)


class TestDeliveryLog:
    async def test_it_says_what_became_of_each_event(
        self, hooks: Hooks, owner: Caller, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        answers = [http(503, "busy", content_type="text/plain"), http(200, "thanks", content_type="text/plain")]

        async def respond(_: Received) -> bytes:
            return answers.pop(0)

        receiver.respond = respond
        made = (await _made(owner, url=receiver.url))["data"]
        await depot_connection.adjust("a")
        await hooks.drain()
        path = f"/webhook-endpoints/{made['id']}/deliveries"
        [waiting] = (await owner.get(path)).json()["data"]
        assert (waiting["state"], waiting["attempts"], waiting["record_id"]) == ("pending", 1, "a")
        assert waiting["next_attempt_date"]
        await hooks.all_due()
        await hooks.drain()
        one = (await owner.get(f"{path}/{waiting['event_id']}")).json()
        assert one["data"]["state"] == "delivered"
        assert one["data"]["message_id"] == receiver.got[0].headers["svix-id"] == receiver.got[1].headers["svix-id"]
        assert [attempt["status_code"] for attempt in one["attempts"]] == [503, 200]
        assert one["attempts"][0]["response_head"].endswith("busy")
        assert all(attempt["duration_ms"] > 0 and attempt["url"] == receiver.url for attempt in one["attempts"])

    async def test_filters_and_pages(
        self, hooks: Hooks, owner: Caller, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        made = (await _made(owner, url=receiver.url))["data"]
        for item in ("a", "b", "a"):
            await depot_connection.adjust(item)
        await hooks.drain()
        path = f"/webhook-endpoints/{made['id']}/deliveries"
        every = [item["event_id"] async for page in owner.pages(path, limit=2) for item in page]
        assert len(every) == len(set(every)) == 3
        for query, count in (
            ({"record_id": "a"}, 2),
            ({"state": "delivered"}, 3),
            ({"state": "failed"}, 0),
            ({"event_type": "inventory.updated"}, 3),
            ({"connection_id": str(depot_connection.connection_id)}, 3),
        ):
            assert (await owner.get(path, query)).json()["total_count"] == count, query
        assert "state" in violations(await owner.get(path, {"state": "lost"}), "query")
        assert "connection_id" in violations(await owner.get(path, {"connection_id": "x"}), "query")
        assert (await owner.get(f"{path}/evt_999999")).status_code == 404


class TestReplay:
    async def test_one_event_a_span_and_what_was_missed(
        self, hooks: Hooks, owner: Caller, depot_connection: DepotConnection, receiver: Receiver
    ) -> None:
        await depot_connection.adjust("a")
        made = (await _made(owner, url=receiver.url, event_types=["inventory.updated"]))["data"]
        await depot_connection.adjust("b")
        await hooks.drain()
        path = f"/webhook-endpoints/{made['id']}/replay"
        deliveries = (await owner.get(f"/webhook-endpoints/{made['id']}/deliveries")).json()["data"]
        for body, count in (
            ({"event_id": deliveries[0]["event_id"]}, 1),
            ({"since": "2020-01-01T00:00:00Z"}, 2),
            ({"since": "2020-01-01T00:00:00Z", "until": "2020-01-02T00:00:00Z"}, 0),
            ({"missed": True}, 0),
        ):
            before = len(receiver.got)
            assert (await owner.post(path, body)).json() == {"queued": count}, body
            await hooks.drain()
            assert len(receiver.got) - before == count
        assert len({request.headers["svix-id"] for request in receiver.got}) == 2

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({}, 422),
            ({"event_id": "evt_1", "missed": True}, 422),
            ({"event_id": "evt_99999"}, 404),
            ({"event_id": "nonsense"}, 404),
            ({"since": "yesterday"}, 422),
        ],
    )
    async def test_what_cannot_be_replayed(self, owner: Caller, body: dict[str, Any], status: int) -> None:
        made = (await _made(owner))["data"]
        assert (await owner.post(f"/webhook-endpoints/{made['id']}/replay", body)).status_code == status
