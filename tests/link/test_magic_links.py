"""Magic links: what they offer, what they refuse, and the connection they make without anybody trading a code."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from crossdock.connections import policy
from crossdock.contract.errors import RequestRefused
from crossdock.link import offers
from tests.api.client import Account, Caller, DepotConnection, violations
from tests.api.depot_server import KEY
from tests.link.signing_in import complete

pytestmark = pytest.mark.anyio

LINKS = "/magic-links"


async def _make(caller: Caller, **body: Any) -> dict[str, Any]:
    answer = await caller.post(LINKS, body)
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["magic_link"]
    found: dict[str, Any] = answer.json()["magic_link"]
    return found


async def _offered(connection: DepotConnection, link: dict[str, Any]) -> set[str]:
    token = await offers.open_magic_link(connection.engine, UUID(link["id"]))
    return {adapter.slug for adapter in (await offers.find_offer(connection.engine, token)).adapters}


@pytest.fixture
def organization(depot_connection: DepotConnection) -> Caller:
    """The organization of the depot, without a token."""
    return depot_connection.caller.with_(token=None)


class TestCreate:
    async def test_it_lasts_two_weeks_and_offers_warehouses_unless_told_otherwise(self, account: Account) -> None:
        made = await _make(account.organization)
        assert made["url"] == f"http://crossdock.test/link/magic/{made['id']}"
        assert made["integration_type"] == "wms"
        assert {name: value for name, value in made.items() if value is None}.keys() == {
            *("integration_allow_list", "integration_block_list", "integrations_with_endpoints", "customer_id"),
            *("connection_id", "disabled_functions", "enabled_functions"),
        }
        longer = await _make(account.organization, link_duration=15)
        assert longer["expires_at"] > made["expires_at"]

    async def test_options_are_kept(self, account: Account) -> None:
        options = {
            "integration_type": "cart",
            "integration_block_list": ["shopify"],
            "integrations_with_endpoints": ["get_products"],
            "customer_id": "c-1",
            "disabled_functions": ["adjust_inventory"],
            "enabled_functions": ["get_warehouses"],
        }
        made = await _make(account.organization, **options)
        assert {name: made[name] for name in options} == options

    @pytest.mark.parametrize(
        ("body", "fields"),
        [
            (
                {"integration_allow_list": ["a"], "integration_block_list": ["b"]},
                {"integration_allow_list", "integration_block_list"},
            ),
            (
                {"integration_allow_list": ["a"], "integrations_with_endpoints": ["get_orders"]},
                {"integration_allow_list", "integrations_with_endpoints"},
            ),
            ({"link_duration": 0}, {"link_duration"}),
            ({"link_duration": 10**9}, {"link_duration"}),
            ({"integration_type": "bank"}, {"integration_type"}),
            ({"disabled_functions": ["get_everything"]}, {"disabled_functions.0"}),
            ({"integration_type": "cart", "enabled_functions": ["create_kit"]}, {"enabled_functions.0"}),
            ({"integration_allow_list": None}, {"integration_allow_list"}),
            ({"colour": "red"}, {"colour"}),
        ],
    )
    async def test_a_wrong_body_is_refused(self, account: Account, body: object, fields: set[str]) -> None:
        assert set(violations(await account.organization.post(LINKS, body))) == fields

    async def test_signing_in_anew_excludes_every_other_option(self, account: Account) -> None:
        body = {
            "connection_id": account.wms.connection_id,
            "integration_type": "cart",
            "customer_id": "x",
            "disabled_functions": ["get_products"],
            "link_duration": 3,
        }
        refused = violations(await account.organization.post(LINKS, body))
        assert set(refused) == {"integration_type", "customer_id", "disabled_functions"}
        made = await _make(account.organization, connection_id=account.cart.connection_id, customer_id=None)
        assert (made["connection_id"], made["integration_type"]) == (account.cart.connection_id, "cart")
        answer = await account.organization.post(LINKS, {"connection_id": str(uuid4())})
        assert answer.status_code == 404

    async def test_what_another_function_needs_stays_on(self, account: Account) -> None:
        answer = await account.organization.post(LINKS, {"disabled_functions": ["get_warehouses"]})
        assert answer.status_code == 400
        assert "get_warehouse_locations" in answer.json()["error"]


class TestList:
    async def test_all_of_the_organization_and_no_others(self, organization: Caller, account: Account) -> None:
        mine = [(await _make(organization))["id"] for _ in range(2)]
        theirs = (await _make(account.organization))["id"]
        answer = await organization.get(LINKS)
        assert list(answer.json()) == ["magic_links"]
        assert [link["id"] for link in answer.json()["magic_links"]] == mine
        assert (await organization.get(f"{LINKS}/{theirs}")).status_code == 404


class TestOne:
    async def test_it_is_shown_as_it_was_made(self, account: Account) -> None:
        made = await _make(account.organization, customer_id="c-2")
        assert (await account.organization.get(f"{LINKS}/{made['id']}")).json() == {"magic_link": made}
        dashed = str(UUID(made["id"]))
        assert (await account.organization.get(f"{LINKS}/{dashed}")).json() == {"magic_link": made}

    async def test_an_unknown_one_is_a_404(self, account: Account) -> None:
        for identifier in ("0" * 32, "not-an-id"):
            answer = await account.organization.get(f"{LINKS}/{identifier}")
            assert answer.status_code == 404
            assert answer.json()["id"] == identifier


class TestDelete:
    async def test_it_ends_at_once(self, depot_connection: DepotConnection, organization: Caller) -> None:
        made = await _make(organization)
        begun = await offers.open_magic_link(depot_connection.engine, UUID(made["id"]))
        answer = await organization.send("DELETE", f"{LINKS}/{made['id']}")
        assert answer.json() == {"id": made["id"], "object": "magic_link", "deleted": True}
        assert (await organization.send("DELETE", f"{LINKS}/{made['id']}")).status_code == 404
        for token_or_link in (
            offers.find_offer(depot_connection.engine, begun),
            offers.open_magic_link(depot_connection.engine, UUID(made["id"])),
        ):
            with pytest.raises(RequestRefused):
                await token_or_link


class TestFollow:
    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({}, {"depot", "sandbox", "tryton"}),
            ({"integration_type": "cart"}, {"sandbox", "vendure"}),
            ({"integration_allow_list": ["depot", "unheard-of"]}, {"depot"}),
            ({"integration_block_list": ["tryton"]}, {"depot", "sandbox"}),
            ({"integrations_with_endpoints": ["get_warehouse_locations"]}, {"sandbox", "tryton"}),
        ],
    )
    async def test_it_offers_what_its_options_leave(
        self,
        depot_connection: DepotConnection,
        organization: Caller,
        options: dict[str, Any],
        expected: set[str],
    ) -> None:
        assert expected == await _offered(depot_connection, await _make(organization, **options)) & {
            *("depot", "sandbox", "tryton", "vendure")
        }

    async def test_it_makes_the_connection_with_its_options(
        self, depot_connection: DepotConnection, organization: Caller
    ) -> None:
        engine = depot_connection.engine
        await policy.set_for_organization(engine, depot_connection.organization_id, "wms", ["create_kit", "update_kit"])
        switched = {"disabled_functions": ["adjust_inventory"], "enabled_functions": ["update_kit"]}
        made = await _make(organization, customer_id="c-3", **switched)
        token = await offers.open_magic_link(engine, UUID(made["id"]))
        typed = {"url": depot_connection.depot.url, "key": KEY}
        done = await complete(engine, token, "wms", "depot", typed)
        assert done.auth_code is None
        shown = (await organization.get(f"/connections/{done.connection_id}")).json()["data"][0]
        assert shown["customer_id"] == "c-3"
        assert shown["disabled_functions"] == ["adjust_inventory", "create_kit"]

    async def test_it_signs_in_anew(self, depot_connection: DepotConnection, organization: Caller) -> None:
        made = await _make(organization, connection_id=str(depot_connection.connection_id))
        token = await offers.open_magic_link(depot_connection.engine, UUID(made["id"]))
        typed = {"url": depot_connection.depot.url, "key": KEY}
        done = await complete(depot_connection.engine, token, "wms", "depot", typed)
        assert (done.auth_code, done.connection_id) == (None, depot_connection.connection_id)

    async def test_the_sandbox_is_there_at_once(self, depot_connection: DepotConnection, organization: Caller) -> None:
        made = await _make(organization, integration_allow_list=["sandbox"], customer_id="c-4")
        token = await offers.open_magic_link(depot_connection.engine, UUID(made["id"]))
        done = await complete(depot_connection.engine, token, "wms", "sandbox", {})
        shown = (await organization.get(f"/connections/{done.connection_id}")).json()["data"][0]
        assert (shown["integration_name"], shown["customer_id"]) == ("sandbox", "c-4")

    async def test_after_its_time_a_new_one_must_be_asked_for(
        self, depot_connection: DepotConnection, organization: Caller
    ) -> None:
        made = await _make(organization)
        async with depot_connection.engine.database.transaction(depot_connection.organization_id) as connection:
            await connection.execute("update magic_links set expires_at = now() - interval '1 second'")
        with pytest.raises(RequestRefused, match="This link has expired; ask for a new one"):
            await offers.open_magic_link(depot_connection.engine, UUID(made["id"]))
        assert len((await organization.get(LINKS)).json()["magic_links"]) == 1
