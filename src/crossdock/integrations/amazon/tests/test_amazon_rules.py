"""What a table cannot say: walks beyond a search's end, feeds that answer later, tokens, places and limits."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from crossdock.contract.cart import orders, products
from crossdock.contract.errors import InvalidBody, UnexpectedShape, VendorRejected, VendorUnavailable
from crossdock.integrations.amazon import client
from crossdock.integrations.amazon.adapter import Amazon
from crossdock.integrations.amazon.goods import AdjustInventory
from crossdock.integrations.amazon.sales import CreateOrderShipment, package_number
from crossdock.integrations.amazon.tests import seed
from crossdock.integrations.amazon.tests.fake import FakeAmazon
from crossdock.integrations.amazon.tests.scenes import MANY, MANY_REFUSED
from crossdock.integrations.kit.adapter import Attempt, NotApplied, Window
from crossdock.integrations.kit.batches import BatchWritten
from crossdock.integrations.kit.client import Effect
from crossdock.integrations.kit.transport import VendorAnswer

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(bool(FakeAmazon.missing()), reason="the specifications of Amazon are not on this machine"),
]
BATCH = products.BATCH_ADJUST_INVENTORY
REFERENCE = "5eed0000000000000000000000000001"


def connect(fake: FakeAmazon) -> Any:
    return fake.connect(reference=REFERENCE)


def lines(body: dict[str, Any]) -> products.BatchAdjustInventoryBody:
    return products.BatchAdjustInventoryBody(
        line_items=[products.BatchAdjustInventoryLine(**line) for line in body["line_items"]]
    )


def attempt_of(fake: FakeAmazon, body: dict[str, Any]) -> Attempt:
    return Attempt((), lines(body), REFERENCE, fake.now)


async def skus(fake: FakeAmazon, cursor: str | None = None) -> list[str]:
    pages = connect(fake).read_pages(products.GET_PRODUCTS, Window(None, fake.now, cursor))
    return [record.id async for page in pages for record in page.records]


class TestLongLists:
    async def test_a_list_longer_than_a_search_is_read_to_its_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A seller with more than 1,000 listings would otherwise see the oldest 1,000 of them."""
        monkeypatch.setattr(client, "LISTINGS_REACH", 40)
        fake = FakeAmazon()
        fake.reach = 40
        for number in range(100):
            made = client.time_text(fake.now - timedelta(days=9) + timedelta(minutes=number))
            fake.listings[f"X-{number}"] = seed.listing(f"X-{number}", "X", made, stock={"DEFAULT": 1})
        found = await skus(fake)
        assert set(found) == set(fake.listings)
        # A stretch begins with what the last one ended with.
        assert len(found) - len(fake.listings) <= 2

    async def test_what_cannot_be_read_to_its_end_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """More listings of one second than a search shows have no way past them; silence would hide the rest."""
        monkeypatch.setattr(client, "LISTINGS_REACH", 20)
        fake = FakeAmazon()
        fake.reach = 20
        made = client.time_text(fake.now - timedelta(days=9))
        fake.listings = {f"X-{at}": seed.listing(f"X-{at}", "X", made) for at in range(50)}
        with pytest.raises(UnexpectedShape):
            await skus(fake)


class TestFeeds:
    async def _sent(self, body: dict[str, Any]) -> FakeAmazon:
        fake = FakeAmazon()
        fake.crowd()
        adapter = connect(fake)
        with pytest.raises(VendorUnavailable) as raised:
            await adapter.run_write(BATCH, (), lines(body))
        assert raised.value.may_have_applied
        assert adapter.client.effect is Effect.DONE
        return fake

    async def test_a_feed_that_is_worked_off_is_settled(self) -> None:
        """Amazon may take hours; until then nobody may send the levels again, and then everybody sees them."""
        fake = await self._sent(MANY)
        sent = attempt_of(fake, MANY)
        assert await connect(fake).settle(BATCH, sent) is None
        fake.pass_time(hours=3)
        assert await connect(fake).settle(BATCH, sent) is None
        fake.work_off()
        settled = await connect(fake).settle(BATCH, sent)
        assert isinstance(settled, BatchWritten)
        found = {record.id: record for record in settled.records}
        assert set(found) == {line["product_id"] for line in MANY["line_items"]}
        assert found["TEA-RED"].inventory == 11

    async def test_levels_that_were_sold_since_do_not_hide_it(self) -> None:
        """Its report says that every line was taken, whatever happened to the stock afterwards."""
        fake = await self._sent(MANY)
        sent = attempt_of(fake, MANY)
        fake.work_off()
        fake.sell()
        assert isinstance(await connect(fake).settle(BATCH, sent), BatchWritten)

    async def test_a_feed_with_a_refused_line_stays_open(self) -> None:
        """Some lines took effect and some did not: neither answer would be true."""
        fake = await self._sent(MANY_REFUSED)
        sent = attempt_of(fake, MANY_REFUSED)
        fake.work_off()
        assert await connect(fake).settle(BATCH, sent) is None

    async def test_a_feed_that_took_no_line_did_nothing(self) -> None:
        fake = await self._sent(MANY)
        sent = attempt_of(fake, MANY)
        for line in MANY["line_items"]:
            fake.refused.add(line["product_id"])
        fake.work_off()
        assert isinstance(await connect(fake).settle(BATCH, sent), NotApplied)

    async def test_a_feed_that_was_never_made_did_nothing(self) -> None:
        """Only after a while: Amazon's own list of feeds may be late."""
        fake = FakeAmazon()
        fake.crowd()
        sent = attempt_of(fake, MANY)
        assert await connect(fake).settle(BATCH, sent) is None
        fake.pass_time(hours=1)
        assert isinstance(await connect(fake).settle(BATCH, sent), NotApplied)

    async def test_two_feeds_at_once_are_not_guessed_at(self) -> None:
        """The report of somebody else's feed says nothing of ours."""
        fake = await self._sent(MANY)
        sent = attempt_of(fake, MANY)
        with pytest.raises(VendorUnavailable):
            await connect(fake).run_write(BATCH, (), lines(MANY_REFUSED))
        fake.work_off()
        fake.sell()
        assert await connect(fake).settle(BATCH, sent) is None

    async def test_a_report_may_be_compressed(self) -> None:
        fake = await self._sent(MANY)
        sent = attempt_of(fake, MANY)
        fake.work_off()
        fake.sell()
        fake.compressed = True
        assert isinstance(await connect(fake).settle(BATCH, sent), BatchWritten)


class TestStock:
    async def _adjust(self, fake: FakeAmazon, sku: str, place: str, kind: Any = "exact") -> Any:
        body = AdjustInventory(quantity=9, adjustment_type=kind, warehouse_id=place)
        return (await connect(fake).run_write(products.ADJUST_INVENTORY, (sku,), body)).record

    async def test_a_supply_source_has_a_level_of_its_own(self) -> None:
        """Setting one place must leave the stock of the others alone."""
        made = await self._adjust(FakeAmazon(), "TEA-GREEN", seed.EAST)
        assert made.inventory_by_warehouse_id == {"DEFAULT": 6, seed.EAST: 9}

    async def test_a_place_without_a_level_begins_at_zero(self) -> None:
        made = await self._adjust(FakeAmazon(), "TEA-RED", seed.EAST, "increase")
        assert made.inventory_by_warehouse_id == {"DEFAULT": 40, seed.EAST: 9}

    async def test_stock_in_amazons_warehouses_is_not_ours_to_set(self) -> None:
        fake = FakeAmazon()
        with pytest.raises(InvalidBody):
            await self._adjust(fake, "POT-1", seed.NETWORK)
        assert fake.calls == []

    @pytest.mark.parametrize(("waited", "expected"), [(10, type(None)), (60, NotApplied)])
    async def test_an_untouched_listing_proves_something_after_a_while(self, waited: int, expected: type) -> None:
        """Amazon shows a change it has accepted a little later; called off too early it would be made twice."""
        fake = FakeAmazon()
        body = AdjustInventory(quantity=1, adjustment_type="increase", warehouse_id="DEFAULT")
        sent = Attempt(("TEA-RED",), body, REFERENCE, fake.now)
        fake.pass_time(minutes=waited)
        assert isinstance(await connect(fake).settle(products.ADJUST_INVENTORY, sent), expected)

    async def test_a_sku_with_a_comma_is_found(self) -> None:
        """In a list it would read as two others."""
        fake = FakeAmazon()
        made = client.time_text(fake.now - timedelta(days=9))
        fake.listings["TEA,1"] = seed.listing("TEA,1", "Tea", made, stock={seed.NETWORK: None})
        fake.held_by_amazon["TEA,1"] = seed.held("TEA,1", made, 3)
        found = await connect(fake).listings(["TEA,1", "TEA-RED", "NOTHING,1"])
        assert set(found) == {"TEA,1", "TEA-RED"}
        [record] = await connect(fake).records([found["TEA,1"]])
        assert record.inventory == 3


class TestOrders:
    async def test_a_span_of_the_past_names_its_end(self) -> None:
        fake = FakeAmazon()
        span = Window(fake.now - timedelta(days=30), fake.now - timedelta(days=15))
        pages = connect(fake).read_pages(orders.GET_ORDERS, span)
        assert [record.id async for page in pages for record in page.records]
        assert fake.calls[-1].query["lastUpdatedBefore"] == client.time_text(span.end)

    async def test_an_end_that_is_now_is_left_open(self) -> None:
        """Amazon refuses an end that is not two minutes back, and the sync would never succeed."""
        fake = FakeAmazon()
        pages = connect(fake).read_pages(orders.GET_ORDERS, Window(fake.now - timedelta(days=30), fake.now))
        assert [record.id async for page in pages for record in page.records]
        assert "lastUpdatedBefore" not in fake.calls[-1].query

    async def test_a_parcel_is_looked_for_before_it_is_called_off(self) -> None:
        fake = FakeAmazon()
        body = CreateOrderShipment(tracking_number="1Z9", carrier_name="UPS")
        sent = Attempt((seed.OPEN,), body, REFERENCE, fake.now)
        fake.pass_time(hours=1)
        settled = await connect(fake).settle(orders.CREATE_ORDER_SHIPMENT, sent)
        assert isinstance(settled, NotApplied)

    async def test_amazon_ships_from_its_own_warehouses_itself(self) -> None:
        body = CreateOrderShipment(tracking_number="1Z9", carrier_name="UPS", warehouse_id=seed.NETWORK)
        with pytest.raises(InvalidBody):
            await connect(FakeAmazon()).run_write(orders.CREATE_ORDER_SHIPMENT, (seed.OPEN,), body)

    @pytest.mark.parametrize("reference", ["", "0" * 32, REFERENCE, "f" * 32])
    def test_a_package_has_a_positive_number(self, reference: str) -> None:
        assert int(package_number(reference)) > 0


def answer(status: int, **said: str) -> VendorAnswer:
    body = json.dumps({"errors": [{"code": "Unauthorized", "message": "", **said}]}).encode()
    return VendorAnswer(status, {"content-type": "application/json"}, body, "https://api.example.com/")


class TestAccess:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            (answer(401), True),
            (answer(403, details="The access token you provided has expired."), True),
            (answer(403, details="The access token you provided is revoked, malformed or invalid."), True),
            (answer(403, message="Access to requested resource is denied."), False),
            (answer(400, details="The page token has expired."), False),
            (VendorAnswer(403, {}, b"<Error>Request has expired</Error>", "https://files.example.com/"), False),
        ],
    )
    def test_a_token_that_ended_is_told_from_a_right_that_is_missing(self, given: VendorAnswer, expected: bool) -> None:
        """Amazon says 403 to both: one wants a new token, the other a role that only the seller can give."""
        assert client.token_ended(given) is expected

    async def test_another_sellers_id_is_refused(self) -> None:
        fake = FakeAmazon()
        other: Any = fake.connect(credentials={**fake.credentials, "seller_id": "SOMEBODY"})
        with pytest.raises(VendorRejected) as raised:
            await other.listings(["TEA-RED"])
        assert other.forbids(raised.value)

    def test_every_operation_with_a_rate_has_a_bucket(self) -> None:
        """A request without one would be answered 429 until the seller's other tools stop too."""
        assert Amazon.budget is not None
        assert set(Amazon.budget.buckets) == set(client.RATES)
        plans = _published_plans()
        assert {name: plans[name] for name in client.RATES} == {
            name: (rate.requests, rate.burst) for name, rate in client.RATES.items()
        }


def _published_plans() -> dict[str, tuple[float, float]]:
    """Rate and burst of every operation, as their descriptions say."""
    found: dict[str, tuple[float, float]] = {}
    for specification in FakeAmazon.specifications:
        for item in specification.document()["paths"].values():
            for operation in item.values():
                if not isinstance(operation, dict) or "| ---- | ---- |" not in operation.get("description", ""):
                    continue
                row = operation["description"].split("| ---- | ---- |", 1)[1].strip().splitlines()[0]
                rate, burst = (part.strip() for part in row.strip("| ").split("|"))
                found[operation["operationId"]] = (float(rate), float(burst))
    return found
