"""Purchase orders, receipts, kits, bills and work: what is refused before it is half done, and what numbers mean."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.integrations.kit.adapter import Attempt
from crossdock.integrations.kit.mapping import moment
from crossdock.integrations.kit.transport import VendorAnswer, VendorRequest
from crossdock.integrations.shiphero import purchases, work
from crossdock.integrations.shiphero.goods import UpdateKit
from crossdock.integrations.shiphero.purchases import (
    CreateInboundShipment,
    ExpectedLine,
    ReceiveInboundShipment,
)
from crossdock.integrations.shiphero.receiving_models import Purchase
from crossdock.integrations.shiphero.tests.documents import gid
from crossdock.integrations.shiphero.tests.fake import FakeShipHero
from crossdock.integrations.shiphero.tests.seed import MERCHANT, PRIMARY

specified = pytest.mark.skipif(bool(FakeShipHero.missing()), reason="the schema of ShipHero is not beside this project")
LINE = {"id": "L1", "sku": "TEA", "quantity": 3, "quantity_received": 1, "product": {"product": {"id": "P1"}}}
LID = {**LINE, "id": "L2", "sku": "LID"}
REFERENCE = "5eed"


def purchase(*lines: dict[str, Any], **facts: Any) -> Purchase:
    listed = {"edges": [{"node": line} for line in lines], "pageInfo": {"hasNextPage": False}}
    made = {"id": "PO1", "po_number": "7", "created_at": "2026-03-01T10:00:00", "warehouse_id": "W1", **facts}
    return msgspec.convert({**made, "line_items": listed}, Purchase)


def lines(*given: tuple[str, int]) -> list[ExpectedLine]:
    return [ExpectedLine(sku=sku, expected_quantity=units) for sku, units in given]


def arrived(*given: tuple[str, int], **more: Any) -> ReceiveInboundShipment:
    told = [{"sku": sku, "quantity": units} for sku, units in given]
    return msgspec.convert({"line_items": told, **more}, ReceiveInboundShipment)


class TestChangingLines:
    def test_all_lines_with_their_new_units(self) -> None:
        found = purchases.expected(purchase(LINE, LID), lines(("LID", 4), ("TEA", 9)))
        assert found == {"LID": 4, "TEA": 9}

    @pytest.mark.parametrize(
        ("there", "given", "problem"),
        [
            ((LINE, LID), (("TEA", 1),), "line_items"),
            ((LINE,), (("TEA", 1), ("POT", 1)), "line_items.1.sku"),
            ((LINE,), (("TEA", 1), ("TEA", 2)), "line_items.1.sku"),
            ((LINE, {**LINE, "id": "L9"}), (("TEA", 1),), "line_items.0.sku"),
            ((LINE, {**LID, "sku": None}), (("TEA", 1),), "line_items"),
        ],
        ids=["one is missing", "one is new", "named twice", "there twice", "without a SKU"],
    )
    def test_what_shiphero_would_leave_as_it_is(
        self, there: tuple[dict[str, Any], ...], given: tuple[tuple[str, int], ...], problem: str
    ) -> None:
        """A line that silently stays brings goods that nobody wants any more."""
        with pytest.raises(InvalidBody) as caught:
            purchases.expected(purchase(*there), lines(*given))
        assert set(caught.value.violations["json"]) == {problem}


class TestWhatArrived:
    def test_units_of_one_sku_are_added_up(self) -> None:
        found = purchases.taken_in(purchase(LINE, LID), arrived(("TEA", 1), ("LID", 2), ("TEA", 3), warehouse_id="W1"))
        assert [(line.id, units) for line, units in found] == [("L1", 4), ("L2", 2)]

    @pytest.mark.parametrize(
        ("line", "problem"),
        [
            ({**LINE, "sku": "POT"}, "line_items.0.sku"),
            ({**LINE, "product": None}, "line_items.0.sku"),
            ({**LINE, "product": {"product": None}}, "line_items.0.sku"),
        ],
        ids=["another SKU", "not kept there", "deleted"],
    )
    def test_a_line_that_cannot_be_added_is_refused_before_any_is(self, line: dict[str, Any], problem: str) -> None:
        """Found out in the middle, the lines before it would be in stock already."""
        with pytest.raises(InvalidBody) as caught:
            purchases.taken_in(purchase(line, LID), arrived(("TEA", 1), ("LID", 1)))
        assert set(caught.value.violations["json"]) == {problem}

    @pytest.mark.parametrize("status", ["closed", "Canceled", "cancelled"])
    def test_nothing_goes_into_a_purchase_order_that_is_over(self, status: str) -> None:
        with pytest.raises(VendorRejected):
            purchases.taken_in(purchase(LINE, fulfillment_status=status), arrived(("TEA", 1)))

    @pytest.mark.parametrize("status", [None, "pending", "Our own status"])
    def test_any_other_status_takes_goods(self, status: str | None) -> None:
        assert purchases.taken_in(purchase(LINE, fulfillment_status=status), arrived(("TEA", 1)))


def test_what_a_purchase_order_costs() -> None:
    """A sum in floats would be off by fractions of a cent, and ShipHero's by what it was told."""
    told = [{"sku": "A", "expected_quantity": 3, "unit_cost": 0.1}, {"sku": "B", "expected_quantity": 2}]
    given = {"purchase_order_number": "7", "warehouse_id": "W1", "expected_arrival_date": "2026-12-24T23:30:00-05:00"}
    body = msgspec.convert({**given, "line_items": told}, CreateInboundShipment, strict=False)
    body.line_items[0].unit_cost = Decimal("0.10")
    asked = purchases.new_purchase(body, None, "")
    assert (asked["subtotal"], asked["total_price"], asked["po_date"]) == ("0.30", "0.30", "2026-12-25T04:30:00")
    assert asked["partner_order_number"] is None
    assert all("vendor_id" not in line for line in asked["line_items"])


class Between:
    """Lets something happen at the vendor before its first change."""

    def __init__(self, fake: FakeShipHero, happens: Any) -> None:
        self.fake, self.happens = fake, happens

    async def send(self, request: VendorRequest) -> VendorAnswer:
        if b"inventory_add" in (request.body or b"") and self.happens is not None:
            happens, self.happens = self.happens, None
            happens()
        return await self.fake.send(request)


@specified
@pytest.mark.anyio
class TestReceiving:
    async def test_what_others_do_in_the_meantime_stays(self) -> None:
        """A receipt that writes over another one loses goods that are there."""
        fake = FakeShipHero()

        def others() -> None:
            fake.purchase_lines[61][0]["quantity_received"] += 2
            fake.move(11, PRIMARY, 2, "Purchase order PO-61 received", 301)

        adapter: Any = fake.connect(transport=Between(fake, others), reference=REFERENCE)
        written = await adapter.receive_inbound_shipment(gid("PurchaseOrder", 61), arrived(("TEA", 3)))
        assert written.record.line_items[0].received_quantity == 5 + 2 + 3
        [stock] = written.related[0].records
        assert stock.inventory_by_warehouse_id[gid("Warehouse", PRIMARY)].onhand == 40 + 2 + 3

    async def test_a_receipt_of_which_a_part_is_in_stock_stays_open(self) -> None:
        """Sent again, it would put that part into stock twice."""
        fake = FakeShipHero()
        adapter: Any = fake.connect()
        fake.move(11, PRIMARY, 3, f"Purchase order PO-61 received [{REFERENCE}]", 301)
        body = arrived(("TEA", 3), ("LID", 1))
        attempt = Attempt((gid("PurchaseOrder", 61),), body, REFERENCE, fake.now)
        assert await adapter.settle_receive_inbound_shipment(attempt) is None

    @pytest.mark.parametrize("names", [("Tea Traders", "Tea Traders"), ("A", None)], ids=["two", "none"])
    async def test_a_vendor_is_named_without_doubt(self, names: tuple[str | None, str | None]) -> None:
        fake = FakeShipHero()
        fake.vendors[41]["name"], fake.vendors[42]["name"] = names
        told = {"supplier_object": {"supplier_name": "Tea Traders"}, "purchase_order_number": "7"}
        given = {**told, "warehouse_id": "W1", "line_items": [{"sku": "TEA", "expected_quantity": 1}]}
        adapter: Any = fake.connect()
        with pytest.raises(InvalidBody):
            await adapter.create_inbound_shipment(msgspec.convert(given, CreateInboundShipment))
        assert not any(fake.changes(call) for call in fake.calls)


@specified
@pytest.mark.anyio
class TestKits:
    async def test_a_kit_of_a_merchant_is_left_alone(self) -> None:
        """The schema lets nobody say whose kit it is, so the components of another one could change."""
        fake = FakeShipHero()
        fake.products[13]["owner"] = MERCHANT
        adapter: Any = fake.connect()
        parts = [{"sku": "TEA", "unit_quantity": 1}]
        with pytest.raises(InvalidBody):
            await adapter.update_kit(gid("Product", 13), msgspec.convert({"inventory_items": parts}, UpdateKit))
        renamed = await adapter.update_kit(gid("Product", 13), UpdateKit(name="Set"))
        assert (renamed.name, fake.products[13]["components"]) == ("Set", {11: 2, 12: 1})

    async def test_components_that_stay_are_not_touched(self) -> None:
        """A component that is removed for a moment is missing from the orders of that moment."""
        fake = FakeShipHero()
        fake.products[13]["components"] = {11: 2, 14: 1}
        adapter: Any = fake.connect()
        parts = [{"sku": "TEA", "unit_quantity": 2}, {"sku": "LID", "unit_quantity": 2}]
        await adapter.update_kit(gid("Product", 13), msgspec.convert({"inventory_items": parts}, UpdateKit))
        sent = [call.body["variables"]["data"] for call in fake.calls if fake.changes(call)]
        assert [part["sku"] for data in sent for part in data["components"]] == ["LID", "LID"]
        assert fake.products[13]["components"] == {11: 2, 14: 2}


def bill(**charge: Any) -> Any:
    listed = {"edges": [{"node": charge}], "pageInfo": {"hasNextPage": False}}
    return msgspec.convert({"id": "B1", "created_at": "2026-03-01T10:00:00", "totals": listed}, work.ShipHeroBill)


@pytest.mark.parametrize(
    ("charge", "identifier", "kind", "amount"),
    [
        ({"id": "F1", "category": "storage", "label": "Storage", "amount": "7.10"}, "B1-F1", "storage", "7.10"),
        ({"id": "F1", "category": "", "label": "Storage", "amount": 7.1}, "B1-F1", "Storage", "7.1"),
        ({"id": None, "category": "picking", "amount": 7}, "B1-picking", "picking", "7"),
        ({"id": "F1", "amount": "0.00"}, "B1-F1", "other", "0"),
        ({"id": "F1", "amount": "-2.50"}, "B1-F1", "other", "-2.50"),
        ({"id": "F1", "amount": ""}, "B1-F1", "other", "0"),
    ],
)
def test_a_charge(charge: dict[str, Any], identifier: str, kind: str, amount: str) -> None:
    [found] = work.charges_of(bill(**charge))
    assert (found.id, found.charge_type, found.amount) == (identifier, kind, Decimal(amount))
    assert (found.object_id, found.object_type) == ("B1", "bill")


def test_a_charge_without_an_amount_is_none() -> None:
    assert work.charges_of(bill(id="F1", category="storage", amount=None)) == []


def test_work_of_somebody_unknown() -> None:
    """People who have left the account still count in what was done."""
    found = work.activity(msgspec.convert({"id": "K1", "created_at": "2026-03-01T10:00:00"}, work.Work), "pack")
    assert (found.user_id, found.associated_object_type, found.quantity) == ("unknown", None, None)
    assert found.activity_start_time == found.activity_end_time == moment("2026-03-01T10:00:00Z")
