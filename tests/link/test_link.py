"""Connecting from a browser: link token, sign-in, auth code, connection."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from crossdock.connections import policy
from crossdock.contract.errors import InvalidBody, NeedsReconnect, RequestRefused
from crossdock.link import offers, service
from crossdock.platform.engine import Engine
from crossdock.platform.sealing import hash_token
from tests.api.client import Account, Caller, DepotConnection, open_account, violations
from tests.api.depot_server import KEY
from tests.link.signing_in import complete

pytestmark = pytest.mark.anyio

TOKEN, EXCHANGE = "/link/token", "/link/exchange"


async def _token(caller: Caller, **body: Any) -> str:
    answer = await caller.post(TOKEN, body)
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["link_token"]
    return str(answer.json()["link_token"])


@pytest.fixture
def organization(depot_connection: DepotConnection) -> Caller:
    """The organization of the depot, without a token."""
    return depot_connection.caller.with_(token=None)


def _typed(connection: DepotConnection, key: str = KEY) -> dict[str, Any]:
    return {"url": connection.depot.url, "key": key}


async def _sign_in(connection: DepotConnection, link_token: str, key: str = KEY) -> str:
    done = await complete(connection.engine, link_token, "wms", "depot", _typed(connection, key))
    assert done.auth_code is not None
    return done.auth_code


class TestToken:
    async def test_it_is_made_without_a_body(self, reader: Account) -> None:
        for content in (None, b"{}", b'{"connection_id": "", "customer_id": null}'):
            answer = await reader.organization.send("POST", TOKEN, content=content)
            assert answer.status_code == 200
            assert answer.json()["link_token"]

    async def test_only_a_hash_is_stored(self, engine: Engine, reader: Account) -> None:
        token = await _token(reader.organization)
        async with engine.database.transaction(reader.organization_id) as connection:
            cursor = await connection.execute("select l::text as row, token_hash from link_tokens l")
            rows = await cursor.fetchall()
        assert hash_token(token) in [row["token_hash"] for row in rows]
        assert not [row for row in rows if token in row["row"]]

    async def test_a_connection_of_somebody_else_is_a_404(self, reader: Account, account: Account) -> None:
        for identifier in (account.wms.connection_id, "not-an-id"):
            answer = await reader.organization.post(TOKEN, {"connection_id": identifier})
            assert answer.status_code == 404
            assert answer.json()["id"] == identifier

    @pytest.mark.parametrize(("body", "field"), [({"connection_id": None}, "connection_id"), ({"x": 1}, "x")])
    async def test_a_wrong_body_is_refused(self, reader: Account, body: object, field: str) -> None:
        assert set(violations(await reader.organization.post(TOKEN, body))) == {field}


class TestSignIn:
    async def test_a_typing_error_costs_nothing(self, depot_connection: DepotConnection, organization: Caller) -> None:
        """A customer who mistypes a password must not have to begin again."""
        token = await _token(organization)
        with pytest.raises(NeedsReconnect):
            await _sign_in(depot_connection, token, "wrong")
        with pytest.raises(InvalidBody) as caught:
            await complete(depot_connection.engine, token, "wms", "depot", {"url": "x"})
        assert list(caught.value.violations["json"]) == ["key"]
        with pytest.raises(InvalidBody):
            await complete(depot_connection.engine, token, "wms", "unheard-of", {})
        assert await _sign_in(depot_connection, token)

    async def test_a_link_token_serves_once(self, depot_connection: DepotConnection, organization: Caller) -> None:
        token = await _token(organization)
        done = await asyncio.gather(*(_sign_in(depot_connection, token) for _ in range(3)), return_exceptions=True)
        assert [isinstance(item, str) for item in done].count(True) == 1
        with pytest.raises(RequestRefused, match="Invalid or expired link token"):
            await _sign_in(depot_connection, token)

    async def test_it_ends(self, depot_connection: DepotConnection, organization: Caller) -> None:
        token = await _token(organization)
        code = await _sign_in(depot_connection, await _token(organization))
        engine = depot_connection.engine
        async with engine.database.transaction(depot_connection.organization_id) as connection:
            for table, life in (("link_tokens", offers.TOKEN_LIFE), ("auth_codes", service.CODE_LIFE)):
                cursor = await connection.execute(
                    f"update {table} set expires_at = expires_at - %s returning expires_at - now() as left",
                    (life,),
                )
                assert all(row["left"] < timedelta(seconds=0) for row in await cursor.fetchall())
        with pytest.raises(RequestRefused, match="Invalid or expired link token"):
            await offers.find_offer(engine, token)
        assert (await organization.post(EXCHANGE, {"auth_code": code})).status_code == 400
        await service.forget_old(engine)
        async with engine.database.transaction(depot_connection.organization_id) as connection:
            for table in ("link_tokens", "auth_codes"):
                cursor = await connection.execute(f"select 1 from {table}")
                assert await cursor.fetchone() is None

    async def test_no_credential_is_stored_in_the_clear(
        self, depot_connection: DepotConnection, organization: Caller
    ) -> None:
        await _sign_in(depot_connection, await _token(organization))
        async with depot_connection.engine.database.transaction(depot_connection.organization_id) as connection:
            cursor = await connection.execute("select sealed_credentials, a::text as row from auth_codes a")
            [row] = await cursor.fetchall()
        assert KEY.encode() not in row["sealed_credentials"]
        assert KEY not in row["row"]


class TestExchange:
    async def test_a_code_becomes_a_connection(self, depot_connection: DepotConnection, organization: Caller) -> None:
        code = await _sign_in(depot_connection, await _token(organization, customer_id="c-1"))
        assert len((await organization.get("/connections")).json()["data"]) == 1
        answer = await organization.post(EXCHANGE, {"auth_code": code})
        said = answer.json()
        assert answer.status_code == 200
        assert (said["integration_name"], said["customer_id"]) == ("depot", "c-1")
        assert said["available_actions"] == said["available_endpoints"]
        shown = (await organization.get(f"/connections/{said['connection_id']}")).json()["data"][0]
        assert shown["available_actions"] == said["available_actions"]
        assert shown["me"] == {"depot": "north"}
        assert shown["historical_sync_completed"] == {"get_inventory": False, "get_products": False}
        depot_connection.depot.stock("a")
        made = DepotConnection(
            depot_connection.engine,
            depot_connection.depot,
            depot_connection.organization_id,
            UUID(said["connection_id"]),
            organization.with_(token=said["access_token"]),
        )
        await made.sync()
        assert await made.stored() == {"a": 10}

    async def test_the_customer_named_last_counts(
        self, depot_connection: DepotConnection, organization: Caller
    ) -> None:
        code = await _sign_in(depot_connection, await _token(organization, customer_id="first"))
        said = (await organization.post(EXCHANGE, {"auth_code": code, "customer_id": "second"})).json()
        assert said["customer_id"] == "second"

    async def test_a_code_serves_once_and_only_its_organization(
        self, depot_connection: DepotConnection, organization: Caller, reader: Account
    ) -> None:
        code = await _sign_in(depot_connection, await _token(organization))
        refused = {"error": "Invalid or expired auth code", "origin": "trackstar"}
        stranger = await reader.organization.post(EXCHANGE, {"auth_code": code})
        assert (stranger.status_code, stranger.json()) == (400, refused)
        answers = await asyncio.gather(*(organization.post(EXCHANGE, {"auth_code": code}) for _ in range(3)))
        assert sorted(answer.status_code for answer in answers) == [200, 400, 400]
        assert len((await organization.get("/connections")).json()["data"]) == 2
        again = await organization.post(EXCHANGE, {"auth_code": code})
        assert (again.status_code, again.json()) == (400, refused)

    async def test_signing_in_anew_keeps_id_token_and_records(
        self, depot_connection: DepotConnection, organization: Caller
    ) -> None:
        """A customer with a new password must not lose the history of their shop."""
        depot_connection.depot.stock("a")
        await depot_connection.sync()
        engine, known = depot_connection.engine, str(depot_connection.connection_id)
        async with engine.database.transaction(depot_connection.organization_id) as connection:
            await connection.execute(
                "insert into connection_errors (connection_id, kind, subject, functions, organization_id, "
                "error_message, preventing_sync) "
                "values (%s, 'credentials', '', array['get_products'], %s, 'Invalid Depot credentials', true)",
                (depot_connection.connection_id, depot_connection.organization_id),
            )
        token = await _token(organization, connection_id=known)
        offer = await offers.find_offer(engine, token)
        assert [adapter.slug for adapter in offer.adapters] == ["depot"]
        code = await _sign_in(depot_connection, token)
        assert (await depot_connection.shown())["errors"] == []
        said = (await organization.post(EXCHANGE, {"auth_code": code})).json()
        assert (said["connection_id"], said["access_token"]) == (known, depot_connection.caller.token)
        assert said["customer_id"] == "customer of the depot"
        assert await depot_connection.stored() == {"a": 10}
        assert (await depot_connection.shown())["historical_sync_completed"]["get_inventory"] is True

    async def test_the_older_way_to_sign_in_anew(
        self, depot_connection: DepotConnection, organization: Caller, account: Account
    ) -> None:
        known = str(depot_connection.connection_id)
        code = await _sign_in(depot_connection, await _token(organization))
        other = {"auth_code": code, "connection_id": account.wms.connection_id}
        assert (await organization.post(EXCHANGE, other)).status_code == 404
        said = (await organization.post(EXCHANGE, {"auth_code": code, "connection_id": known})).json()
        assert (said["connection_id"], said["access_token"]) == (known, depot_connection.caller.token)
        assert len((await organization.get("/connections")).json()["data"]) == 1

    async def test_a_connection_of_another_integration_is_refused_and_the_code_kept(
        self, engine: Engine, http: httpx.AsyncClient
    ) -> None:
        made = await open_account(engine, http)
        token = await _token(made.organization)
        done = await complete(engine, token, "cart", "sandbox", {})
        wrong = {"auth_code": done.auth_code, "connection_id": made.wms.connection_id}
        assert set(violations(await made.organization.post(EXCHANGE, wrong))) == {"connection_id"}
        assert (await made.organization.post(EXCHANGE, {"auth_code": done.auth_code})).status_code == 200

    async def test_more_can_be_switched_off_but_nothing_on(
        self, depot_connection: DepotConnection, organization: Caller
    ) -> None:
        engine = depot_connection.engine
        await policy.set_for_organization(engine, depot_connection.organization_id, "wms", ["create_kit"])
        done = await complete(
            engine,
            await _token(organization),
            "wms",
            "depot",
            _typed(depot_connection),
            disabled_functions=["adjust_inventory"],
        )
        said = (await organization.post(EXCHANGE, {"auth_code": done.auth_code})).json()
        assert said["available_actions"] == ["get_inventory", "get_products", "update_kit"]

    @pytest.mark.parametrize("body", [{}, {"auth_code": None}, {"auth_code": 1}])
    async def test_a_wrong_body_is_refused(self, reader: Account, body: object) -> None:
        assert set(violations(await reader.organization.post(EXCHANGE, body))) == {"auth_code"}


class TestSandbox:
    async def test_choosing_it_needs_no_credentials_and_makes_its_data_anew(
        self, engine: Engine, http: httpx.AsyncClient
    ) -> None:
        """Whoever tries the flow out wants a shop to look at without knowing anybody's password."""
        made = await open_account(engine, http)
        item = "/wms/inventory/inventory_item_id_0"
        before = (await made.warehouse.get(item)).json()["data"]["onhand"]
        body = {"quantity": 5, "adjustment_type": "increase", "warehouse_id": "warehouse_id_0"}
        await made.warehouse.put(f"{item}/adjust", body)
        token = await _token(made.organization, customer_id="tester")
        done = await complete(engine, token, "wms", "sandbox", {})
        assert done.integration_name == "sandbox"
        said = (await made.organization.post(EXCHANGE, {"auth_code": done.auth_code})).json()
        assert (said["connection_id"], said["access_token"]) == (made.wms.connection_id, made.wms.access_token)
        assert said["customer_id"] == "tester"
        assert (await made.warehouse.get(item)).json()["data"]["onhand"] == before

    async def test_it_can_be_signed_in_to_anew(self, engine: Engine, http: httpx.AsyncClient) -> None:
        made = await open_account(engine, http)
        token = await _token(made.organization, connection_id=made.cart.connection_id)
        done = await complete(engine, token, "cart", "sandbox", {})
        said = (await made.organization.post(EXCHANGE, {"auth_code": done.auth_code})).json()
        assert said["access_token"] == made.cart.access_token
