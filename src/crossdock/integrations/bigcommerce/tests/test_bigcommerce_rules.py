"""How a store is reached, what its quota means, and what changes that take a moment look like."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.integrations.bigcommerce import client, goods, refunds
from crossdock.integrations.bigcommerce.models import Quote
from crossdock.integrations.bigcommerce.tests.fake import FakeBigCommerce
from crossdock.integrations.kit import exchanges
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.kit.webhooks import Delivery

pytestmark = pytest.mark.anyio
ADDRESSES = [
    ("abc123", "abc123"),
    (" ABC123 ", "abc123"),
    ("https://api.bigcommerce.com/stores/abc123/v3/", "abc123"),
    ("stores/abc123", "abc123"),
    ("https://store-abc123.mybigcommerce.com/manage/dashboard", "abc123"),
]


def answer(body: Any, status: int = 422, **headers: str) -> VendorAnswer:
    shown = {name.replace("_", "-"): value for name, value in headers.items()}
    return VendorAnswer(status, shown, json.dumps(body).encode(), "https://api.bigcommerce.com/")


@pytest.mark.parametrize(("typed", "expected"), ADDRESSES)
def test_store_hash(typed: str, expected: str) -> None:
    """People paste what the control panel shows them."""
    assert client.store_of(client.BigCommerceCredentials(store_hash=typed, access_token="test-token")) == expected


@pytest.mark.parametrize("typed", ["", "/", "my shop", "../v3", "shop.example.com"])
def test_what_is_no_store_hash(typed: str) -> None:
    """It becomes a part of the address that the token is sent to."""
    with pytest.raises(InvalidBody) as caught:
        client.store_of(client.BigCommerceCredentials(store_hash=typed, access_token="test-token"))
    assert "store_hash" in str(caught.value.extra())


WORDS: list[tuple[Any, str | None]] = [
    ({"status": 422, "title": "Invalid", "errors": {"price": "must be a number"}}, "Invalid: must be a number"),
    ([{"status": 404, "message": "The requested resource was not found."}], "The requested resource was not found."),
    ({"data": [{"status": 422, "title": "Too much", "errors": {}}]}, "Too much"),
    ({"error": "The credentials are invalid."}, "The credentials are invalid."),
    ([], None),
    ({}, None),
    ("a page", None),
    (7, None),
]


@pytest.mark.parametrize(("body", "words"), WORDS)
def test_words_of_a_refusal(body: Any, words: str | None) -> None:
    """Whoever has to repair a request needs the store's own words."""
    found = client.words_of(answer(body))
    assert (found.message if found else None) == words


def test_an_answer_that_is_no_json_has_no_words() -> None:
    assert client.words_of(VendorAnswer(502, {}, b"<html>", "https://api.bigcommerce.com/")) is None


def test_what_is_left_of_the_quota() -> None:
    """Other apps use it up too, so our own count alone would run into refusals."""
    found = client.rate_of(answer({}, x_rate_limit_requests_left="35", x_rate_limit_time_reset_ms="15000"))
    assert found is not None
    assert found.available == 35
    assert client.rate_of(answer({})) is None
    assert client.rate_of(answer({}, x_rate_limit_requests_left="many")) is None


def test_an_empty_quota_holds_until_its_window_ends() -> None:
    """Each request before that would be refused, and hold up those of the merchant's other apps."""
    found = client.rate_of(answer({}, x_rate_limit_requests_left="0", x_rate_limit_time_reset_ms="9000"))
    rate = client.BUDGET.rate("")
    assert found is not None
    assert found.available is not None
    assert rate is not None
    assert (rate.size - found.available) * rate.interval_seconds == pytest.approx(9)


@pytest.mark.parametrize(("looks", "shown"), [(1, 45), (9, 40)])
async def test_a_change_that_takes_a_moment(monkeypatch: pytest.MonkeyPatch, looks: int, shown: int) -> None:
    """The answer shows the new level once the store has it, and what is there when that takes too long."""
    monkeypatch.setattr(goods, "PAUSE_SECONDS", 0)
    fake = FakeBigCommerce()
    fake.looks_until_applied = looks
    body = {"quantity": 5, "adjustment_type": "increase", "warehouse_id": "1", "reason": "received"}
    made = await exchanges.run(fake.connect(), exchanges.as_call(("11-211",), body, fake.now, "adjust_inventory"))
    assert made["record"]["inventory_by_warehouse_id"]["1"] == shown
    assert fake.violations == []


async def test_a_batch_that_takes_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer shows levels that were reached, not those of before."""
    monkeypatch.setattr(goods, "PAUSE_SECONDS", 0)
    fake = FakeBigCommerce()
    fake.looks_until_applied = 2
    body = {"line_items": [{"product_id": "11-211", "quantity": 7, "warehouse_id": "1"}]}
    made = await exchanges.run(fake.connect(), exchanges.as_call((), body, fake.now, "batch_adjust_inventory"))
    assert [one["inventory_by_warehouse_id"] for one in made["records"]] == [{"1": 7, "2": 5}]


async def test_a_line_without_a_warehouse_is_for_the_only_one() -> None:
    fake = FakeBigCommerce()
    fake.locations = {1: fake.locations[1]}
    fake.stock = {("product", 11): {1: (40, 3)}}
    body = {"line_items": [{"product_id": "11-211", "quantity": 7}]}
    made = await exchanges.run(fake.connect(), exchanges.as_call((), body, fake.now, "batch_adjust_inventory"))
    assert [one["inventory_by_warehouse_id"] for one in made["records"]] == [{"1": 7}]


async def _refunded(fake: FakeBigCommerce, order_id: str, body: dict[str, Any]) -> Any:
    made = await exchanges.run(fake.connect(), exchanges.as_call((order_id,), body, fake.now, "refund_order"))
    return made["record"]["additional_fields"]["amount_refunded"]


def _items(fake: FakeBigCommerce, order_id: int) -> list[tuple[str, int, float]]:
    last = fake.desk.orders[order_id]["refunds"][-1]
    return [(one["item_type"], one["item_id"], float(one["requested_amount"])) for one in last["items"]]


async def test_shipping_of_several_addresses() -> None:
    """Each address has paid its own share, and no more than that may go back for it."""
    fake = FakeBigCommerce()
    assert await _refunded(fake, "503", {"shipping_amount": 5}) == 5
    assert _items(fake, 503) == [("SHIPPING", 703, 4), ("SHIPPING", 704, 1)]
    assert await _refunded(fake, "503", {"shipping_amount": 5}) == 10
    assert _items(fake, 503) == [("SHIPPING", 704, 5)]
    with pytest.raises(InvalidBody):
        await _refunded(fake, "503", {"shipping_amount": 1})


async def test_everything_after_an_amount_without_lines() -> None:
    """All lines would come to more than what is left by then."""
    fake = FakeBigCommerce()
    assert await _refunded(fake, "501", {"amount": 4}) == 4
    assert await _refunded(fake, "501", {}) == 54
    assert _items(fake, 501) == [("ORDER", 501, 50)]
    with pytest.raises(VendorRejected):
        await _refunded(fake, "501", {})


async def test_an_amount_below_its_lines_is_refused() -> None:
    with pytest.raises(InvalidBody) as caught:
        await _refunded(FakeBigCommerce(), "501", {"amount": 1, "line_items": [{"line_item_id": "601", "quantity": 1}]})
    assert "4.95" in str(caught.value.extra())


async def test_a_sale_in_between_is_not_lost() -> None:
    """An increase is added to what is there by then."""
    fake = FakeBigCommerce()
    adapter = fake.connect()
    before = fake.adjust

    def sold_first(call: Any) -> Any:
        fake.stock["product", 11][1] = (30, 3)
        return before(call)

    fake.adjust = sold_first  # type: ignore[method-assign]
    body = {"quantity": 5, "adjustment_type": "increase", "warehouse_id": "1", "reason": "received"}
    made = await exchanges.run(adapter, exchanges.as_call(("11-211",), body, fake.now, "adjust_inventory"))
    assert made["record"]["inventory_by_warehouse_id"]["1"] == 35


async def _heard(fake: FakeBigCommerce, scope: str, data: dict[str, Any]) -> list[tuple[set[str], set[str]]]:
    delivery = Delivery(scope, json.dumps({"scope": scope, "data": data}).encode())
    changed = await fake.connect().receive(delivery)
    return [({one.id for one in told.records}, set(told.deleted)) for told in changed]  # type: ignore[attr-defined]


SKU = {"type": "sku", "id": 1}
MESSAGES: list[tuple[str, dict[str, Any], list[tuple[set[str], set[str]]]]] = [
    ("store/product/created", {"type": "product", "id": 11}, [({"11", "11-211"}, set())]),
    ("store/product/deleted", {"type": "product", "id": 99}, [(set(), {"99"})]),
    ("store/product/inventory/updated", {"type": "product", "id": 11}, [({"11", "11-211"}, set())]),
    ("store/sku/updated", {**SKU, "sku": {"product_id": 11, "variant_id": 211}}, [({"11", "11-211"}, set())]),
    (
        "store/sku/deleted",
        {**SKU, "sku": {"product_id": 11, "variant_id": 299}},
        [({"11", "11-211"}, set()), (set(), {"11-299"})],
    ),
    ("store/sku/inventory/updated", SKU, []),
    ("store/shipment/created", {"type": "shipment", "id": 3, "orderId": 501}, [({"501"}, set())]),
    ("store/order/archived", {"type": "order", "id": 999}, [(set(), {"999"})]),
    ("store/order/refund/created", {"type": "order", "id": 502, "refund": {"refund_id": 3}}, [({"502"}, set())]),
]


@pytest.mark.parametrize(("scope", "data", "expected"), MESSAGES)
async def test_messages(scope: str, data: dict[str, Any], expected: list[tuple[set[str], set[str]]]) -> None:
    """A message that is misread leaves old stock or a gone order in the merchant's lists."""
    assert await _heard(FakeBigCommerce(), scope, data) == expected


async def test_an_archived_order_is_gone() -> None:
    """It is in no list any more, and would stay as it was for ever."""
    fake = FakeBigCommerce()
    fake.desk.orders[501]["shown"]["is_deleted"] = True
    assert await _heard(fake, "store/order/archived", {"type": "order", "id": 501}) == [(set(), {"501"})]


def _quote(*ways: list[dict[str, Any]]) -> Quote:
    return msgspec.convert({"total_refund_amount": 5, "refund_methods": list(ways)}, Quote)


CARD = [{"provider_id": "card", "amount": 5}]
BOTH = [{"provider_id": "card", "amount": 3}, {"provider_id": "gift", "amount": 2}]
CREDIT = [{"provider_id": "storecredit", "amount": 5}]
BY_HAND = [{"provider_id": "custom", "amount": 5, "offline": True}]
CASH = [{"provider_id": "cod", "amount": 5, "offline": True, "offline_provider": True}]
WAYS: list[tuple[list[list[dict[str, Any]]], Any, list[str] | None]] = [
    ([CREDIT, BY_HAND, CARD], msgspec.UNSET, ["card"]),
    ([CREDIT, BOTH], msgspec.UNSET, ["card", "gift"]),
    ([CREDIT, CASH], msgspec.UNSET, ["cod"]),
    ([CREDIT, BY_HAND], msgspec.UNSET, None),
    ([[], CREDIT, BY_HAND], "custom", ["custom"]),
    ([CARD], "cash", None),
]


@pytest.mark.parametrize(("offered", "asked", "expected"), WAYS)
def test_the_way_back(offered: Any, asked: Any, expected: list[str] | None) -> None:
    """A refund that is only noted, without anybody having asked for that, would leave the buyer without the money."""
    if expected is None:
        with pytest.raises(InvalidBody) as caught:
            refunds.way_back(_quote(*offered), asked)
        assert "refund_method" in str(caught.value.extra())
        return
    assert [one.provider_id for one in refunds.way_back(_quote(*offered), asked)] == expected


def test_no_way_back() -> None:
    with pytest.raises(VendorRejected):
        refunds.way_back(_quote(), msgspec.UNSET)
