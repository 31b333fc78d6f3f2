"""The adapter against a small Tryton on the wire: long lists, and others changing the same stock."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from crossdock.contract.errors import NeedsReconnect, UnexpectedShape, VendorRejected, VendorUnavailable
from crossdock.integrations.kit.adapter import Applied, Attempt, NotApplied, Runtime, Window
from crossdock.integrations.kit.client import Effect, VendorClient
from crossdock.integrations.kit.transport import AnswerLost, VendorAnswer, VendorRequest
from crossdock.integrations.tryton import Tryton, adapter
from crossdock.integrations.tryton.adapter import AdjustInventory, TrytonCredentials

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
MOMENT = {"__class__": "datetime", "year": 2026, "month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0}
UNIT = {"id": 1, "symbol": "u", "factor": 1.0, "xml_id": "product.uom_unit"}
WAREHOUSE, STORAGE = 10, 12


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class TrytonOnTheWire:
    """Products 1 to `count` and one warehouse with one place; inventory documents as Tryton carries them out."""

    def __init__(self, count: int = 1) -> None:
        self.products = list(range(1, count + 1))
        self.stock: dict[int, float] = {}
        self.documents: dict[int, dict[str, Any]] = {}
        self.notes: list[dict[str, Any]] = []
        self.moves: list[str] = []
        self.sent: list[tuple[str, Any]] = []
        self.before: Callable[[str], None] = lambda path: None
        self.answer_instead: dict[str, VendorAnswer] = {}

    async def send(self, request: VendorRequest) -> VendorAnswer:
        path = request.url.partition("/rest/model/")[2].partition("?")[0]
        body = json.loads(request.body or b"null")
        self.sent.append((path, body))
        self.before(path)
        if path in self.answer_instead:
            return self.answer_instead[path]
        model, _, action = path.partition("/")
        if action == "search_read":
            return reply(self._search(model, body))
        if action == "get_preferences":
            return reply({"language": "en", "company": 1, "company.rec_name": "Harbour Goods"})
        return self._change(request.method, model, action, body)

    def _search(self, model: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        domain = body["domain"]
        rows = [row for row in self._rows(model) if all(fits(row, clause) for clause in domain)]
        return rows[: body.get("limit", len(rows))]

    def _rows(self, model: str) -> list[dict[str, Any]]:
        if model == "product.product":
            return [product(number) | {"quantity": self.stock.get(number, 0)} for number in self.products]
        if model == "stock.location":
            held = next(iter(self.stock.values()), 0)
            return [warehouse(), storage() | {"quantity": held}]
        if model == "stock.inventory":
            return [{"id": number, **document} for number, document in self.documents.items()]
        if model == "ir.note":
            return self.notes
        if model == "stock.move":
            return [move(index, origin) for index, origin in enumerate(self.moves)]
        return []

    def _change(self, method: str, model: str, action: str, body: Any) -> VendorAnswer:
        if model == "stock.inventory" and not action:
            number = len(self.documents) + 1
            line = body["lines"][0][1][0]
            expected = self.stock.get(line["product"], 0)
            document = {"state": "draft", "lines": [number], "product": line["product"], "expected": expected}
            self.documents[number] = document
            return reply({"id": number, "lines": [{"id": number, "expected_quantity": expected}]})
        if model == "ir.note":
            self.notes.append({"id": len(self.notes) + 1, **body})
            return reply({"id": len(self.notes)})
        number = int(action.split("/")[0])
        if model == "stock.inventory.line":
            self.documents[number]["counted"] = body["quantity"]
            return reply({"id": number})
        if method == "DELETE":
            if self.documents[number]["state"] != "draft":
                return reply({"message": "It is done.", "description": ""}, 400)
            del self.documents[number]
            return VendorAnswer(204, {}, b"", "")
        if number not in self.documents:
            return VendorAnswer(404, {"content-type": "text/html"}, b"<p>Not there</p>", "")
        self.confirm(number)
        return reply({"id": number})

    def confirm(self, number: int) -> None:
        document = self.documents[number]
        document["state"] = "done"
        change = document["counted"] - document["expected"]
        self.stock[document["product"]] = self.stock.get(document["product"], 0) + change
        self.moves.append(f"stock.inventory.line,{number}")


def reply(value: Any, status: int = 200) -> VendorAnswer:
    return VendorAnswer(status, {"content-type": "application/json"}, json.dumps(value).encode(), "http://t/x")


def page(text: str, status: int = 200) -> VendorAnswer:
    return VendorAnswer(status, {"content-type": "text/html"}, text.encode(), "http://t/x")


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "in": lambda found, wanted: found in wanted,
}


def fits(row: dict[str, Any], clause: list[Any]) -> bool:
    """Whether a row fits one clause of a domain; the small Tryton keeps no times, so all has changed by those."""
    if clause[0] == "OR" or clause[0] not in row:
        return True
    name, comparison, wanted = clause
    return COMPARE[comparison](row[name], wanted)


def product(number: int) -> dict[str, Any]:
    template = {"id": 1, "name": "Mug", "code": None, "active": 1, "products": [number], "last_modified_at": MOMENT}
    facts = {"id": number, "code": f"SKU-{number}", "type": "goods", "active": 1}
    prices = {"list_price_used": None, "cost_price": {"__class__": "Decimal", "decimal": "4.20"}}
    nested = {"template.": template, "default_uom.": UNIT, "identifiers.": []}
    return {**facts, **prices, **nested, "create_date": MOMENT, "last_modified_at": MOMENT}


def move(number: int, origin: str) -> dict[str, Any]:
    places = {"from_location": 4, "to_location": STORAGE, "state": "done", "origin": origin}
    return {"id": number, "product": 1, "internal_quantity": 5.0, "last_modified_at": MOMENT, **places}


def location(number: int, kind: str, parent: int | None) -> dict[str, Any]:
    facts = {"id": number, "name": "Place", "code": "P", "type": kind, "parent": parent, "active": 1}
    zones = {"input_location": STORAGE, "storage_location": STORAGE, "picking_location": None}
    return {**facts, **zones, "create_date": MOMENT, "last_modified_at": MOMENT, "address.": None}


def warehouse() -> dict[str, Any]:
    return location(WAREHOUSE, "warehouse", None) | {"quantity": 0}


def storage() -> dict[str, Any]:
    return location(STORAGE, "storage", WAREHOUSE)


def connect(wire: TrytonOnTheWire, reference: str = "") -> Tryton:
    credentials = TrytonCredentials(base_url="https://tryton.example.com/", database="mine", application_key="test-key")
    return Tryton(credentials, Runtime(VendorClient(wire, attempts=1), lambda: NOW, reference))


def change(units: int) -> AdjustInventory:
    kind: Any = "increase" if units > 0 else "decrease"
    return AdjustInventory(quantity=abs(units), adjustment_type=kind, warehouse_id=str(WAREHOUSE))


class TestLongLists:
    async def test_every_product_comes_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A catalogue longer than a page would otherwise be cut off, or never end."""
        monkeypatch.setattr(adapter, "PRODUCTS_AT_ONCE", 3)
        wire = TrytonOnTheWire(7)
        pages = [found async for found in connect(wire).get_products(Window(None, NOW))]
        assert [[int(record.id) for record in found.records] for found in pages] == [[1, 2, 3], [4, 5, 6], [7]]
        assert [found.cursor for found in pages] == ["3", "6", None]

    async def test_resuming_asks_only_for_the_rest(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(adapter, "PRODUCTS_AT_ONCE", 3)
        wire = TrytonOnTheWire(7)
        pages = [found async for found in connect(wire).get_inventory(Window(None, NOW, cursor="3"))]
        assert [int(record.id) for found in pages for record in found.records] == [4, 5, 6, 7]

    async def test_changed_stock_is_resumed_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(adapter, "PRODUCTS_AT_ONCE", 2)
        wire = TrytonOnTheWire(5)
        pages = [found async for found in connect(wire).get_inventory(Window(NOW, NOW, cursor="1"))]
        assert [[int(record.id) for record in found.records] for found in pages] == [[2, 3], [4, 5]]
        assert [found.cursor for found in pages] == ["3", None]


class TestAdjusting:
    async def test_a_move_in_between_does_not_falsify_the_change(self) -> None:
        """Two people correcting the same shelf at once must both be right."""
        wire = TrytonOnTheWire()
        wire.stock[1] = 10

        def sell_before_confirming(path: str) -> None:
            if path.endswith("/confirm"):
                wire.stock[1] -= 4

        wire.before = sell_before_confirming
        await connect(wire, "r1").adjust_inventory("1", change(5))
        assert wire.stock[1] == 11

    async def test_a_refused_step_leaves_no_draft(self) -> None:
        """A draft left behind could be confirmed by hand, long after the caller was told it failed."""
        wire = TrytonOnTheWire()
        wire.answer_instead["ir.note"] = reply({"message": "No notes here.", "description": ""}, 400)
        made = connect(wire, "r1")
        with pytest.raises(VendorRejected, match=r"No notes here\."):
            await made.adjust_inventory("1", change(5))
        assert (wire.documents, wire.stock, made.client.effect) == ({}, {}, Effect.NONE)

    async def test_a_server_error_on_confirming_leaves_no_draft(self) -> None:
        """Tryton rolls a failed request back, so a plain server error means that nothing happened."""
        wire = TrytonOnTheWire()
        wire.answer_instead["stock.inventory/1/confirm"] = page("<p>database is locked</p>", 500)
        with pytest.raises(VendorUnavailable, match="database is locked") as failed:
            await connect(wire, "r1").adjust_inventory("1", change(5))
        assert not failed.value.may_have_applied
        assert wire.documents == {}

    async def test_a_proxys_page_is_no_confirmation(self) -> None:
        """A login page of something in between, served with status 200, changed no stock."""
        wire = TrytonOnTheWire()
        wire.answer_instead["stock.inventory/1/confirm"] = page("<html>Please sign in</html>")
        with pytest.raises(UnexpectedShape):
            await connect(wire, "r1").adjust_inventory("1", change(5))
        assert wire.stock == {}


class TestSettling:
    async def lose_the_confirmation(self, wire: TrytonOnTheWire, *, carried_out: bool) -> Attempt:
        def lose(path: str) -> None:
            if path.endswith("/confirm"):
                if carried_out:
                    wire.confirm(1)
                raise AnswerLost("no answer in time")

        wire.before = lose
        made = connect(wire, "r1")
        with pytest.raises(VendorUnavailable) as failed:
            await made.adjust_inventory("1", change(5))
        assert failed.value.may_have_applied
        assert made.client.effect is Effect.MAYBE
        wire.before = lambda path: None
        return Attempt(("1",), change(5), "r1", NOW)

    async def test_carried_out(self) -> None:
        wire = TrytonOnTheWire()
        attempt = await self.lose_the_confirmation(wire, carried_out=True)
        settled = await connect(wire).settle_adjust_inventory(attempt)
        assert isinstance(settled, Applied)
        assert wire.stock[1] == 5

    async def test_never_arrived(self) -> None:
        wire = TrytonOnTheWire()
        attempt = await self.lose_the_confirmation(wire, carried_out=False)
        assert isinstance(await connect(wire).settle_adjust_inventory(attempt), NotApplied)
        assert (wire.stock, wire.documents) == ({}, {})

    async def test_a_confirmation_that_arrives_while_settling_counts(self) -> None:
        """Told that nothing happened, the caller would repeat the change, and stock would be wrong by it twice."""
        wire = TrytonOnTheWire()
        attempt = await self.lose_the_confirmation(wire, carried_out=False)

        def confirm_before_deleting(path: str) -> None:
            if path == "stock.inventory/1" and not wire.moves:
                wire.confirm(1)

        wire.before = confirm_before_deleting
        assert isinstance(await connect(wire).settle_adjust_inventory(attempt), Applied)
        assert wire.stock[1] == 5

    async def test_someone_elses_document_is_not_ours(self) -> None:
        wire = TrytonOnTheWire()
        attempt = await self.lose_the_confirmation(wire, carried_out=True)
        other = Attempt(attempt.ids, attempt.body, "r2", NOW)
        assert isinstance(await connect(wire).settle_adjust_inventory(other), NotApplied)

    async def test_an_unreachable_tryton_settles_nothing(self) -> None:
        wire = TrytonOnTheWire()
        attempt = await self.lose_the_confirmation(wire, carried_out=False)
        wire.answer_instead["stock.inventory/1"] = page("<p>Bad gateway</p>", 502)
        with pytest.raises(VendorUnavailable):
            await connect(wire).settle_adjust_inventory(attempt)


class TestRefusals:
    @pytest.mark.parametrize("answered", [{"language": "en"}, {"language": "en", "company": None}])
    async def test_a_user_without_company_reads_no_stock(self, answered: dict[str, Any]) -> None:
        """Tryton tells such a user that every stock is zero, which would empty the merchant's shop."""
        wire = TrytonOnTheWire(3)
        wire.answer_instead["res.user/get_preferences"] = reply(answered)
        with pytest.raises(NeedsReconnect, match="no current company"):
            _ = [found async for found in connect(wire).get_inventory(Window(None, NOW))]

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (reply({"message": "A user error.", "description": ""}, 400), "A user error."),
            (reply({"message": "Why", "description": "Because"}, 400), "Why\nBecause"),
            (
                page("<h1>Forbidden</h1>\n<p>You don&#39;t have\nthe permission</p>", 403),
                "You don't have\nthe permission",
            ),
            (page("", 403), "Tryton answered 403"),
        ],
    )
    async def test_trytons_words_are_passed_on(self, answer: VendorAnswer, words: str) -> None:
        wire = TrytonOnTheWire()
        wire.answer_instead["stock.location/search_read"] = answer
        with pytest.raises(VendorRejected) as refused:
            _ = [found async for found in connect(wire).get_warehouses(Window(None, NOW))]
        assert refused.value.message == words

    async def test_half_an_answer_is_no_list(self) -> None:
        """A truncated list would read as products that are gone."""
        wire = TrytonOnTheWire()
        wire.answer_instead["product.product/search_read"] = VendorAnswer(200, {}, b'[{"id": 1, ', "http://t/x")
        with pytest.raises(UnexpectedShape):
            _ = [found async for found in connect(wire).get_products(Window(None, NOW))]

    async def test_a_missing_field_is_refused(self) -> None:
        """A number that is left out must not be taken for none."""
        wire = TrytonOnTheWire()
        wire.answer_instead["product.product/search_read"] = reply([{"id": 1, "code": "A"}])
        with pytest.raises(UnexpectedShape):
            _ = [found async for found in connect(wire).get_products(Window(None, NOW))]
