"""Orders of a shop over HTTP: read, shipped, paid back, and placed in a buyer's stead."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest

from crossdock.accounts import service as accounts
from crossdock.contract.statuses import CART_ORDER_STATUSES
from crossdock.platform.engine import Engine
from tests.api.client import Account, Caller, violations

pytestmark = pytest.mark.anyio

ORDERS = "/cart/orders"
STATUSES = set(CART_ORDER_STATUSES) - {"other"}


@pytest.fixture
async def fresh(account: Account) -> Account:
    """The account of this module with its shop at the start."""
    answer = await account.organization.post("/sandbox/generate-sandbox/cart")
    assert answer.status_code == 200
    return account


async def events_after(engine: Engine, account: Account, sequence: int) -> list[tuple[str, str, str]]:
    """Resource, id and change of every event since."""
    rows = await engine.database.rows(
        account.organization_id,
        "select resource, record_id, change from events where sequence > %s order by sequence",
        [sequence],
    )
    return [tuple(row) for row in rows]


async def last_event(engine: Engine, account: Account) -> int:
    rows = await engine.database.rows(account.organization_id, "select coalesce(max(sequence), 0) from events", [])
    return int(rows[0][0])


async def order(caller: Caller, identifier: str) -> dict[str, Any]:
    answer = await caller.get(f"{ORDERS}/{identifier}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


class TestList:
    async def test_orders_of_every_status(self, reader: Account) -> None:
        found = (await reader.shop.get(ORDERS)).json()["data"]
        assert len(found) == 60
        assert {record["status"] for record in found} == STATUSES
        assert {record["trackstar_tags"] for record in found} == {None}

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ({"status": "confirmed"}, 4),
            ({"status[nin]": "fulfilled,cancelled"}, 16),
            ({"order_number": "order_number_7"}, 1),
            ({"order_number[in]": "order_number_7,order_number_8"}, 2),
            ({"order_number[contains]": "number_5"}, 11),
            ({"warehouse_customer_id": "x"}, 0),
        ],
    )
    async def test_filters(self, reader: Account, query: dict[str, str], count: int) -> None:
        assert len(await reader.shop.ids(ORDERS, query)) == count

    async def test_amounts_add_up(self, reader: Account) -> None:
        """A total that its parts do not explain cannot be booked."""
        for record in (await reader.shop.get(ORDERS)).json()["data"]:
            lines = [
                line["unit_price"] * line["quantity"] - line["discount"] + line["tax"] for line in record["line_items"]
            ]
            assert round(sum(lines) + record["total_shipping"], 2) == record["total_price"]
            assert round(sum(line["tax"] for line in record["line_items"]), 2) == record["total_tax"]

    async def test_products_of_orders_are_those_of_the_list(self, reader: Account) -> None:
        known = await reader.shop.ids("/cart/products")
        for record in (await reader.shop.get(ORDERS)).json()["data"]:
            assert {line["product_id"] for line in record["line_items"]} <= known
            assert {line["parent_product_id"] for line in record["line_items"]} <= known


class TestSingle:
    async def test_it_is_the_one_of_the_list(self, reader: Account) -> None:
        [listed] = (await reader.shop.get(ORDERS, {"ids[in]": "order_id_4"})).json()["data"]
        assert await order(reader.shop, "order_id_4") == listed
        assert [one["status"] for one in listed["shipping_groups"]] == ["shipped", "shipped"]

    async def test_unknown(self, reader: Account) -> None:
        answer = await reader.shop.get(f"{ORDERS}/nothing")
        assert (answer.status_code, answer.json()["id"]) == (404, "nothing")


class TestTags:
    async def test_they_stay_when_the_order_changes(self, fresh: Account) -> None:
        tagged = await fresh.shop.put(f"{ORDERS}/order_id_47/trackstar-tags", {"trackstar_tags": ["rush"]})
        assert tagged.json()["data"]["trackstar_tags"] == ["rush"]
        shipped = await fresh.shop.post(f"{ORDERS}/order_id_47/shipments", {})
        assert shipped.json()["data"]["trackstar_tags"] == ["rush"]


class TestCreateShipment:
    async def test_everything_that_is_left(self, fresh: Account, engine: Engine) -> None:
        """The shop tells the buyer the parcel's number, and offers the stock no longer."""
        before = await last_event(engine, fresh)
        record = await order(fresh.shop, "order_id_47")
        stock = {one["id"]: one for one in (await fresh.shop.get("/cart/products")).json()["data"]}
        body = {
            "tracking_number": "1Z999",
            "tracking_url": "https://example.com/1Z999",
            "carrier_name": "UPS",
            "shipping_method_name": "Ground",
        }
        answer = await fresh.shop.post(f"{ORDERS}/order_id_47/shipments", body)
        said = answer.json()
        assert answer.status_code == 200, said
        assert (said["id"], said["unused_fields"]) == ("order_id_47", [])
        assert (said["data"]["status"], said["data"]["carrier_name"]) == ("fulfilled", "UPS")
        [shipment] = said["data"]["shipments"]
        assert {name: shipment[name] for name in body} == body
        assert await order(fresh.shop, "order_id_47") == said["data"]
        for line in record["line_items"]:
            after = (await fresh.shop.get(f"/cart/products/{line['product_id']}")).json()["data"]
            earlier = stock[line["product_id"]]
            assert after["inventory"] == earlier["inventory"] - line["quantity"]
            promised = earlier["additional_fields"]["committed"] - line["quantity"]
            assert after["additional_fields"]["committed"] == promised
        noted = await events_after(engine, fresh, before)
        assert ("cart/orders", "order_id_47", "updated") in noted
        products = {identifier for resource, identifier, _ in noted if resource == "cart/products"}
        assert products == {line["product_id"] for line in record["line_items"]}

    async def test_a_part(self, fresh: Account) -> None:
        [line, *_] = (await order(fresh.shop, "order_id_47"))["line_items"]
        part = {"line_items": [{"line_item_id": line["line_item_id"], "quantity": 1}]}
        said = (await fresh.shop.post(f"{ORDERS}/order_id_47/shipments", part)).json()
        assert (said["data"]["status"], said["data"]["raw_status"]) == ("partially_fulfilled", "part_shipped")
        part["line_items"][0]["quantity"] = line["quantity"]
        refused = await fresh.shop.post(f"{ORDERS}/order_id_47/shipments", part)
        assert (refused.status_code, refused.json()["origin"]) == (409, "integration")
        assert "left to ship" in refused.json()["error"]

    async def test_a_repeated_key_ships_once(self, fresh: Account) -> None:
        first = await fresh.shop.post(f"{ORDERS}/order_id_47/shipments", {}, "once")
        again = await fresh.shop.post(f"{ORDERS}/order_id_47/shipments", {}, "once")
        assert (first.status_code, again.json()) == (200, first.json())
        assert again.headers["idempotent-replayed"] == "true"

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"tracking_number": ""}, "tracking_number"),
            ({"tracking_number": None}, "tracking_number"),
            ({"carrier": "UPS"}, "carrier"),
            ({"line_items": []}, "line_items"),
            ({"line_items": [{"line_item_id": "a", "quantity": 0}]}, "line_items.0.quantity"),
            ({"line_items": [{"line_item_id": "a"}]}, "line_items.0.quantity"),
        ],
    )
    async def test_what_is_refused_before_the_shop_hears_of_it(self, reader: Account, body: Any, field: str) -> None:
        answer = await reader.shop.post(f"{ORDERS}/order_id_47/shipments", body)
        assert list(violations(answer)) == [field]

    async def test_unknown(self, reader: Account) -> None:
        assert (await reader.shop.post(f"{ORDERS}/nothing/shipments", {})).status_code == 404


class TestRefund:
    async def test_a_line_then_shipping_then_the_rest(self, fresh: Account) -> None:
        record = await order(fresh.shop, "order_id_40")
        line = record["line_items"][1]
        body = {"line_items": [{"line_item_id": line["line_item_id"], "quantity": 1}], "reason": "damaged"}
        said = (await fresh.shop.post(f"{ORDERS}/order_id_40/refund", body)).json()
        price, discount, tax = (Decimal(str(line[name])) for name in ("unit_price", "discount", "tax"))
        half = float(((price * 2 - discount + tax) / 2).quantize(Decimal("0.01"), ROUND_HALF_UP))
        assert said["data"]["additional_fields"]["amount_refunded"] == half
        said = (await fresh.shop.post(f"{ORDERS}/order_id_40/refund", {"shipping_amount": 4.9})).json()
        assert said["data"]["additional_fields"]["amount_refunded"] == round(half + 4.9, 2)
        said = (await fresh.shop.post(f"{ORDERS}/order_id_40/refund", {})).json()
        assert said["data"]["additional_fields"]["amount_refunded"] == record["total_price"]
        assert said["data"]["status"] == "fulfilled"
        assert await order(fresh.shop, "order_id_40") == said["data"]
        refused = await fresh.shop.post(f"{ORDERS}/order_id_40/refund", {})
        assert (refused.status_code, refused.json()["origin"]) == (409, "integration")

    async def test_restocked_units_can_be_sold_again(self, fresh: Account) -> None:
        line = (await order(fresh.shop, "order_id_40"))["line_items"][0]
        product = f"/cart/products/{line['product_id']}"
        before = (await fresh.shop.get(product)).json()["data"]["inventory"]
        body = {"line_items": [{"line_item_id": line["line_item_id"], "quantity": 1, "restock": True}]}
        assert (await fresh.shop.post(f"{ORDERS}/order_id_40/refund", body)).status_code == 200
        assert (await fresh.shop.get(product)).json()["data"]["inventory"] == before + 1

    async def test_an_unshipped_order_ends(self, fresh: Account) -> None:
        said = (await fresh.shop.post(f"{ORDERS}/order_id_48/refund", {"note": "changed her mind"})).json()
        assert (said["data"]["status"], said["data"]["raw_status"]) == ("cancelled", "refunded")

    async def test_never_more_than_was_paid(self, reader: Account) -> None:
        answer = await reader.shop.post(f"{ORDERS}/order_id_40/refund", {"amount": 35.1})
        assert (answer.status_code, answer.json()["origin"]) == (409, "integration")

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"amount": -1}, "amount"),
            ({"amount": "5"}, "amount"),
            ({"shipping_amount": -0.5}, "shipping_amount"),
            ({"line_items": [{"line_item_id": "a", "quantity": -1}]}, "line_items.0.quantity"),
            ({"line_items": [{"quantity": 1}]}, "line_items.0.line_item_id"),
            ({"reason": "none"}, "reason"),
            ({"colour": "red"}, "colour"),
        ],
    )
    async def test_what_is_refused_before_the_shop_hears_of_it(self, reader: Account, body: Any, field: str) -> None:
        assert list(violations(await reader.shop.post(f"{ORDERS}/order_id_40/refund", body))) == [field]


class TestSimulateOrder:
    PATH = "/sandbox/simulate/cart/orders"

    async def test_without_a_body(self, fresh: Account, engine: Engine) -> None:
        before = await last_event(engine, fresh)
        answer = await fresh.organization.post(self.PATH)
        said = answer.json()
        assert answer.status_code == 200, said
        assert (said["id"], said["data"]["status"], said["unused_fields"]) == ("order_id_60", "confirmed", [])
        assert await order(fresh.shop, "order_id_60") == said["data"]
        noted = await events_after(engine, fresh, before)
        assert ("cart/orders", "order_id_60", "created") in noted
        assert any(resource == "cart/products" for resource, _, _ in noted), "its stock is promised"

    async def test_with_everything(self, fresh: Account) -> None:
        body = {
            "line_items": [{"product_id": "product_id_9", "quantity": 2}, {"product_id": "product_id_12"}],
            "ship_to_address": {"full_name": "John Doe", "city": "New York"},
            "requested_shipping_method": "Express",
            "paid": False,
            "total_price": 1,
        }
        said = (await fresh.organization.post(self.PATH, body)).json()
        assert said["unused_fields"] == ["total_price"]
        record = said["data"]
        assert (record["status"], record["requested_shipping_method"]) == ("open", "Express")
        assert [line["quantity"] for line in record["line_items"]] == [2, 1]
        assert record["ship_to_address"]["full_name"] == "John Doe"
        assert record["ship_to_address"]["address1"], "what was left out is invented"

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"line_items": []}, "line_items"),
            ({"line_items": [{"product_id": "a", "quantity": 0}]}, "line_items.0.quantity"),
            ({"ship_to_address": {"town": "x"}}, "ship_to_address.town"),
            ({"paid": None}, "paid"),
        ],
    )
    async def test_a_body_that_cannot_be_used(self, reader: Account, body: Any, field: str) -> None:
        assert list(violations(await reader.organization.post(self.PATH, body))) == [field]

    async def test_an_unknown_product(self, reader: Account) -> None:
        answer = await reader.organization.post(self.PATH, {"line_items": [{"product_id": "nothing"}]})
        assert (answer.status_code, answer.json()["origin"]) == (404, "integration")

    async def test_a_read_only_key(self, reader: Account) -> None:
        assert (await Caller(reader.http, reader.read_key).post(self.PATH)).status_code == 403

    async def test_an_organization_without_a_sandbox_gets_one(self, engine: Engine, http: httpx.AsyncClient) -> None:
        organization_id = await accounts.create_organization(engine.database, f"new {uuid4().hex[:6]}")
        caller = Caller(http, await accounts.create_key(engine.database, organization_id, "full"))
        assert (await caller.post(self.PATH)).json()["id"] == "order_id_60"
        assert (await caller.post(self.PATH)).json()["id"] == "order_id_61"


class TestSimulateProduct:
    PATH = "/sandbox/simulate/cart/products"

    async def test_it_can_be_ordered_at_once(self, fresh: Account) -> None:
        said = (await fresh.organization.post(self.PATH, {"name": "Enamel mug", "price": 12.5, "inventory": 3})).json()
        record = said["data"]
        assert (record["name"], record["price"], record["inventory"]) == ("Enamel mug - One size", 12.5, 3)
        assert (await fresh.shop.get(f"/cart/products/{said['id']}")).json()["data"] == record
        parent = (await fresh.shop.get(f"/cart/products/{record['parent_product_id']}")).json()["data"]
        assert (parent["name"], parent["inventory"]) == ("Enamel mug", None)
        body = {"line_items": [{"product_id": said["id"], "quantity": 3}]}
        ordered = (await fresh.organization.post(TestSimulateOrder.PATH, body)).json()
        assert ordered["data"]["line_items"][0]["unit_price"] == 12.5

    async def test_a_sku_is_given_once(self, fresh: Account) -> None:
        answer = await fresh.organization.post(self.PATH, {"sku": "MUG-BLUE"})
        assert (answer.status_code, answer.json()["origin"]) == (409, "integration")
