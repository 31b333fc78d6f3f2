"""The adapter against a small Vendure on the wire: long lists, large batches, and others changing the same stock."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from crossdock.contract.cart import products, warehouses
from crossdock.contract.errors import NeedsReconnect, VendorUnavailable
from crossdock.integrations.kit.adapter import Page, Runtime, Window
from crossdock.integrations.kit.batches import BatchFailed
from crossdock.integrations.kit.client import VendorClient
from crossdock.integrations.kit.transport import AnswerLost, VendorAnswer, VendorRequest
from crossdock.integrations.vendure import Vendure, adapter
from crossdock.integrations.vendure.client import TOKEN_HEADER, VendureCredentials

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TIME = "2026-01-01T00:00:00.000Z"
SHOP = {
    "globalSettings": {"trackInventory": True, "serverConfig": {"moneyStrategyPrecision": 2}},
    "activeChannel": {"code": "__default_channel__", "defaultCurrencyCode": "USD", "pricesIncludeTax": False},
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class VendureOnTheWire:
    """Answers the adapter's documents from products with one variant each, all numbered alike."""

    def __init__(self, count: int, *, locations: int = 1) -> None:
        self.ids = [str(number) for number in range(1, count + 1)]
        self.locations = [str(number) for number in range(1, locations + 1)]
        self.stock: dict[str, int] = dict.fromkeys(self.ids, 100)
        self.ledger: dict[str, list[int]] = {identifier: [] for identifier in self.ids}
        self.sent: list[str] = []
        self.session_ended = False
        self.before: Callable[[str], None] = lambda operation: None

    async def send(self, request: VendorRequest) -> VendorAnswer:
        body = json.loads(request.body or b"{}")
        operation = body["query"].split("(")[0].split()[1]
        self.sent.append(operation)
        await asyncio.sleep(0)
        self.before(operation)
        headers = {TOKEN_HEADER: "test-session"} if operation == "Login" else {}
        if self.session_ended and operation != "Login":
            forbidden = {"message": "not authorized", "path": ["products"], "extensions": {"code": "FORBIDDEN"}}
            return self._answer({"errors": [forbidden], "data": None}, {TOKEN_HEADER: ""})
        return self._answer({"data": getattr(self, f"on_{operation}")(**body["variables"])}, headers)

    def _answer(self, body: Any, headers: dict[str, str]) -> VendorAnswer:
        return VendorAnswer(200, headers, json.dumps(body).encode(), "https://shop.example.com/admin-api")

    def on_Login(self, username: str, password: str) -> Any:  # noqa: N802 - named like the operation
        return {"login": {"__typename": "CurrentUser"}}

    def on_Products(self, skip: int, take: int) -> Any:  # noqa: N802
        found = [self._product(item) | {"variants": [self._variant(item)]} for item in self.ids[skip : skip + take]]
        return SHOP | {"products": {"totalItems": len(self.ids), "items": found}}

    def on_StockLocations(self, skip: int, take: int) -> Any:  # noqa: N802
        place = {"createdAt": TIME, "updatedAt": TIME, "name": "Place", "description": ""}
        found = [place | {"id": identifier} for identifier in self.locations[skip : skip + take]]
        return {"stockLocations": {"totalItems": len(self.locations), "items": found}}

    def on_VariantsToAdjust(self, ids: list[str], take: int) -> Any:  # noqa: N802
        found = [self._adjusted(identifier, seen=0) for identifier in ids if identifier in self.stock]
        return SHOP | {"productVariants": {"items": found[:take]}}

    def on_SetLevels(self, levels: list[Any]) -> Any:  # noqa: N802
        return {"updateProductVariants": self._set(levels)}

    def on_ShiftLevel(self, nothing: list[Any], level: list[Any], seen: int) -> Any:  # noqa: N802
        before = [self._adjusted(item["id"], seen) for item in nothing]
        self.before("between")
        self._set(level)
        return {"before": before, "after": [self._adjusted(item["id"], seen) for item in level]}

    def _set(self, levels: list[Any]) -> list[Any]:
        for item in levels:
            self.adjust(item["id"], item["stockLevels"][0]["stockOnHand"] - self.stock[item["id"]])
        return [self._adjusted(item["id"], seen=0) for item in levels]

    def adjust(self, identifier: str, units: int) -> None:
        """An adjustment as Vendure notes it: one that changes nothing leaves no trace."""
        self.stock[identifier] += units
        if units:
            self.ledger[identifier].append(units)

    def sell(self, identifier: str, units: int) -> None:
        """A sale is in Vendure's ledger too, and is not an adjustment."""
        self.stock[identifier] -= units

    def _adjusted(self, identifier: str, seen: int) -> dict[str, Any]:
        entries = [{"id": str(at), "quantity": units} for at, units in enumerate(self.ledger[identifier])]
        movements = {"totalItems": len(entries), "items": entries[seen:]}
        return self._variant(identifier) | {"product": self._product(identifier), "stockMovements": movements}

    def _product(self, identifier: str) -> dict[str, Any]:
        return {
            "id": identifier,
            "createdAt": TIME,
            "updatedAt": TIME,
            "enabled": True,
            "name": f"Product {identifier}",
            "slug": f"product-{identifier}",
            "featuredAsset": None,
            "facetValues": [],
            "collections": [],
        }

    def _variant(self, identifier: str) -> dict[str, Any]:
        level = {"stockLocationId": "1", "stockOnHand": self.stock[identifier], "stockAllocated": 0, "updatedAt": TIME}
        return {
            "id": identifier,
            "createdAt": TIME,
            "updatedAt": TIME,
            "enabled": True,
            "sku": f"SKU-{identifier}",
            "name": f"Product {identifier}",
            "currencyCode": "USD",
            "prices": [{"currencyCode": "USD", "price": 100}],
            "trackInventory": "TRUE",
            "featuredAsset": None,
            "facetValues": [],
            "options": [],
            "stockLevels": [level],
        }


def connect(wire: VendureOnTheWire) -> Vendure:
    credentials = VendureCredentials(base_url="https://shop.example.com", username="a", password="test-b")
    return Vendure(credentials, Runtime(VendorClient(wire, attempts=1), lambda: NOW))


async def read(found: Vendure, cursor: str | None = None) -> list[Page[products.Product]]:
    return [page async for page in found.get_products(Window(None, NOW, cursor))]


def variants_of(pages: list[Page[products.Product]]) -> list[str]:
    return [record.id for page in pages for record in page.records if record.id != record.parent_product_id]


def adjustment(kind: Any, quantity: int) -> adapter.AdjustInventory:
    return adapter.AdjustInventory(quantity=quantity, adjustment_type=kind)


def batch(count: int) -> products.BatchAdjustInventoryBody:
    lines = [products.BatchAdjustInventoryLine(product_id=str(number), quantity=7) for number in range(1, count + 1)]
    return products.BatchAdjustInventoryBody(line_items=lines)


class TestReading:
    async def test_every_product_of_a_long_catalogue_comes_once(self) -> None:
        wire = VendureOnTheWire(120)
        pages = await read(connect(wire))
        assert variants_of(pages) == wire.ids
        assert [page.cursor for page in pages] == ["50/120", "100/120", None]

    async def test_an_interrupted_walk_goes_on_where_it_stopped(self) -> None:
        """A restart would read a large catalogue from the start each time and never end."""
        wire = VendureOnTheWire(120)
        assert variants_of(await read(connect(wire), "100/120")) == wire.ids[100:]
        assert wire.sent.count("Products") == 1

    async def test_products_deleted_behind_the_walk_hide_no_other(self) -> None:
        """The products after the deleted ones move up past the walk; a replacing sync would delete them here."""
        wire = VendureOnTheWire(120)

        def delete(operation: str) -> None:
            if operation == "Products" and wire.sent.count("Products") == 2:
                del wire.ids[:5]

        wire.before = delete
        found = variants_of(await read(connect(wire)))
        assert set(wire.ids) <= set(found)

    async def test_products_deleted_before_a_resumed_walk_hide_no_other(self) -> None:
        wire = VendureOnTheWire(120)
        wire.ids = wire.ids[10:]
        assert variants_of(await read(connect(wire), "50/120"))[0] == "51"

    async def test_an_empty_shop_has_no_products(self) -> None:
        assert variants_of(await read(connect(VendureOnTheWire(0)))) == []

    async def test_a_catalogue_that_was_emptied_meanwhile_ends_the_walk(self) -> None:
        assert variants_of(await read(connect(VendureOnTheWire(0)), "50/120")) == []

    async def test_all_locations_of_a_large_chain_come(self) -> None:
        wire = VendureOnTheWire(1, locations=230)
        found = [page async for page in connect(wire).get_warehouses(Window(None, NOW))]
        records: list[warehouses.Warehouse] = [record for page in found for record in page.records]
        assert [record.id for record in records] == wire.locations

    async def test_a_session_that_keeps_ending_asks_for_a_reconnect(self) -> None:
        """It would log in for ever, and nobody would hear of it."""
        wire = VendureOnTheWire(1)
        wire.session_ended = True
        with pytest.raises(NeedsReconnect):
            await read(connect(wire))
        assert wire.sent == ["Login", "Products", "Login", "Products"]


class TestAdjusting:
    async def test_the_only_location_is_used_without_naming_it(self) -> None:
        wire = VendureOnTheWire(1)
        record = await connect(wire).adjust_inventory("1", adjustment("exact", 4))
        assert (record.inventory, wire.stock["1"]) == (4, 4)

    async def test_many_writers_of_one_process_lose_nothing(self) -> None:
        wire = VendureOnTheWire(1)
        found = connect(wire)
        units = [3, -2, 1, 1, -5, 4, 2, -1]
        bodies = [adjustment("increase" if number > 0 else "decrease", abs(number)) for number in units]
        await asyncio.gather(*(found.adjust_inventory("1", body) for body in bodies))
        assert wire.stock["1"] == 100 + sum(units)
        assert wire.sent.count("ShiftLevel") == len(units)  # one after the other, so that none has to mend

    @pytest.mark.parametrize("moment", ["ShiftLevel", "between"])
    async def test_a_sale_in_the_middle_of_an_increase_is_kept(self, moment: str) -> None:
        """Setting the level that was planned would bring sold units back."""
        wire = VendureOnTheWire(1)

        def sell(operation: str) -> None:
            if operation == moment and wire.sent.count("ShiftLevel") == 1:
                wire.sell("1", 2)

        wire.before = sell
        record = await connect(wire).adjust_inventory("1", adjustment("increase", 10))
        assert (record.inventory, wire.stock["1"]) == (108, 108)

    async def test_another_system_adding_the_same_units_is_not_taken_for_ours(self) -> None:
        wire = VendureOnTheWire(1)

        def receive(operation: str) -> None:
            if operation == "ShiftLevel" and wire.sent.count("ShiftLevel") == 1:
                wire.adjust("1", 10)

        wire.before = receive
        await connect(wire).adjust_inventory("1", adjustment("increase", 10))
        assert wire.stock["1"] == 120

    async def test_stock_that_never_stands_still_ends_openly(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """An adjustment that cannot be completed must not be reported as done or as not done."""
        monkeypatch.setattr(adapter, "SHIFT_PAUSE_SECONDS", 0)
        wire = VendureOnTheWire(1)
        wire.before = lambda operation: wire.sell("1", 1) if operation == "ShiftLevel" else None
        with pytest.raises(VendorUnavailable, match="Others kept changing the same stock") as failed:
            await connect(wire).adjust_inventory("1", adjustment("increase", 10))
        assert failed.value.may_have_applied
        assert wire.sent.count("ShiftLevel") == adapter.SHIFT_ATTEMPTS


class TestBatches:
    async def test_a_large_batch_goes_out_in_parts(self) -> None:
        wire = VendureOnTheWire(250)
        written = await connect(wire).batch_adjust_inventory(batch(250))
        assert [record.id for record in written.records] == wire.ids
        assert set(wire.stock.values()) == {7}
        assert wire.sent.count("SetLevels") == 3

    async def test_a_part_without_an_answer_is_uncertain_and_the_rest_is_not_sent(self) -> None:
        wire = VendureOnTheWire(250)

        def lose(operation: str) -> None:
            if operation == "SetLevels" and wire.sent.count("SetLevels") == 2:
                raise AnswerLost("gone")

        wire.before = lose
        with pytest.raises(BatchFailed) as failed:
            await connect(wire).batch_adjust_inventory(batch(250))
        outcomes = [item.outcome for item in failed.value.lines]
        assert outcomes == ["applied"] * 100 + ["uncertain"] * 100 + ["refused"] * 50
        assert [getattr(record, "id", None) for record in failed.value.records] == wire.ids[:100]

    async def test_an_unknown_product_in_a_late_part_stops_the_batch_before_anything_is_sent(self) -> None:
        wire = VendureOnTheWire(240)
        with pytest.raises(BatchFailed) as failed:
            await connect(wire).batch_adjust_inventory(batch(241))
        assert {item.outcome for item in failed.value.lines} == {"refused"}
        assert failed.value.lines[240].error == "Vendure has no product variant 241"
        assert "SetLevels" not in wire.sent
