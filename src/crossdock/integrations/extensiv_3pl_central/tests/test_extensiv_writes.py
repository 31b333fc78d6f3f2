"""What goes out when goods, receivers and stock are written."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from crossdock.contract.bodies import MeasurementsBody
from crossdock.contract.errors import InvalidBody
from crossdock.integrations.extensiv_3pl_central import product_bodies, receiving_bodies, stock_writes
from crossdock.integrations.extensiv_3pl_central.models import StockDetail
from crossdock.integrations.extensiv_3pl_central.product_bodies import CreateKit, CreateProduct, KitPart, UpdateKit
from crossdock.integrations.extensiv_3pl_central.receiving_bodies import (
    LINES,
    InboundLine,
    ReceivedLine,
    ReceiveInboundShipment,
    UpdateInboundShipment,
)

ZONE = ZoneInfo("America/Los_Angeles")
TEA = {
    "readOnly": {"receiveItemId": 51, "expectedQty": 9},
    "itemIdentifier": {"id": 11, "sku": "TEA"},
    "qty": 4,
    "lotNumber": "L-7",
    "locationInfo": {"locationId": 9, "display": "Dock"},
}
MUG = {"readOnly": {"receiveItemId": 52}, "itemIdentifier": {"id": 12, "sku": "MUG"}, "qty": 1}
FREE = {"itemIdentifier": {"id": 11}, "onHand": 9, "available": 9}


def receiver(*lines: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {"readOnly": {"receiverId": 5}, "_links": {"self": 1}, **facts, "_embedded": {"other": [], LINES: [*lines]}}


def wanted(**units: int) -> UpdateInboundShipment:
    return UpdateInboundShipment(line_items=[InboundLine(sku=s, expected_quantity=n) for s, n in units.items()])


def came(*lines: tuple[str, int], spot: str = "301") -> ReceiveInboundShipment:
    named = [ReceivedLine(sku=sku, quantity=units) for sku, units in lines]
    return ReceiveInboundShipment(line_items=named, warehouse_location_id=spot)


def refused(error: pytest.ExceptionInfo[InvalidBody]) -> list[str]:
    return list(error.value.violations["json"])


class TestReceivers:
    def test_what_is_not_changed_goes_back(self) -> None:
        """Extensiv replaces a receiver as a whole, so lots, charges and remarks would be gone."""
        before = receiver(TEA, poNum="PO-1", notes="Two pallets", billing={"billingCharges": [1]})
        moment = datetime(2026, 7, 1, 6, tzinfo=UTC)
        body = UpdateInboundShipment(purchase_order_number="PO-2", expected_arrival_date=moment)
        made = receiving_bodies.changed(before, body, ZONE)
        assert made == {
            "readOnly": {"receiverId": 5},
            "poNum": "PO-2",
            "expectedDate": "2026-06-30T23:00:00",
            "notes": "Two pallets",
            "billing": {"billingCharges": [1]},
            "_embedded": before["_embedded"],
        }

    def test_lines_keep_their_numbers_and_new_ones_have_none(self) -> None:
        """A line without its number would be announced twice."""
        before = receiver(TEA, MUG)
        made = receiving_bodies.changed(before, wanted(CUP=2, MUG=1, TEA=6), ZONE)
        new = {"readOnly": {"receiveItemId": 0}, "itemIdentifier": {"sku": "CUP"}, "qty": 2}
        assert made["_embedded"] == {"other": [], LINES: [{**TEA, "qty": 6}, MUG, new]}
        assert before == receiver(TEA, MUG)

    def test_a_receiver_without_lines_gets_some(self) -> None:
        made = receiving_bodies.changed({"readOnly": {}, "_embedded": None}, wanted(CUP=2), ZONE)
        assert [line["qty"] for line in made["_embedded"][LINES]] == [2]

    @pytest.mark.parametrize(
        ("lines", "body", "field"),
        [
            ([TEA, MUG], wanted(TEA=1), "line_items"),
            ([TEA, TEA], wanted(TEA=1), "line_items"),
            ([], UpdateInboundShipment(line_items=[InboundLine(sku="A", expected_quantity=1)] * 2), "line_items.1.sku"),
        ],
    )
    def test_what_nobody_can_mean_is_refused_by_name(self, lines: Any, body: Any, field: str) -> None:
        with pytest.raises(InvalidBody) as error:
            receiving_bodies.changed(receiver(*lines), body, ZONE)
        assert refused(error) == [field]

    def test_goods_are_taken_in_as_counted_and_where_they_were_put(self) -> None:
        made = receiving_bodies.arrived(receiver(TEA, MUG), came(("MUG", 1), ("TEA", 8)))
        place = {"locationId": 301}
        assert made["_embedded"][LINES] == [{**TEA, "qty": 8, "locationInfo": place}, {**MUG, "locationInfo": place}]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            (came(("TEA", 4)), "line_items"),
            (came(("TEA", 4), ("MUG", 1), ("CUP", 1)), "line_items.2.sku"),
            (came(("TEA", 4), ("MUG", 1), ("TEA", 1)), "line_items.2.sku"),
            (came(("TEA", 4), ("MUG", 1), spot="A-01"), "warehouse_location_id"),
        ],
    )
    def test_what_was_not_counted_is_not_taken_in(self, body: Any, field: str) -> None:
        """Confirming takes in every line with the units that stand there, arrived or not."""
        with pytest.raises(InvalidBody) as error:
            receiving_bodies.arrived(receiver(TEA, MUG), body)
        assert refused(error) == [field]


class TestItems:
    @pytest.mark.parametrize(
        ("size", "expected"),
        [
            (("1.5", "2", "0", "in", "3", "lb"), ("1.5", "2", "0", "3")),
            (("2.54", "10", "0.1", "cm", "1", "kg"), ("1", "3.937", "0.0394", "2.2046")),
            (("1", "1", "1", "in", "8", "oz"), ("1", "1", "1", "0.5")),
        ],
    )
    def test_sizes_are_in_inches_and_pounds(self, size: Any, expected: Any) -> None:
        """A number in another unit would be believed all the same."""
        length, width, height, unit, weight, weight_unit = size
        given = {"length": length, "width": width, "height": height, "unit": unit}
        body = msgspec.convert({**given, "weight": weight, "weight_unit": weight_unit}, MeasurementsBody, strict=False)
        made = product_bodies.imperial(body)
        assert made == dict(zip(("length", "width", "height", "weight"), map(Decimal, expected), strict=True))

    def test_what_is_left_out_is_not_sent(self) -> None:
        made = product_bodies.new_item(CreateProduct(sku="CUP", name="Cup"))
        assert made == {
            "sku": "CUP",
            "description": "Cup",
            "options": {"inventoryUnit": {"unitIdentifier": {"name": "Each"}}},
        }

    def test_a_kit_is_made_of_items(self) -> None:
        parts = [KitPart(inventory_item_id="11", sku="TEA", unit_quantity=2), KitPart(sku="MUG", unit_quantity=1)]
        made = product_bodies.new_item(CreateKit(sku="DUO", name="Duo", inventory_items=parts))
        assert made["kit"]["components"] == [
            {"itemIdentifier": {"id": 11}, "qty": 2},
            {"itemIdentifier": {"sku": "MUG"}, "qty": 1},
        ]

    def test_a_changed_kit_keeps_what_no_record_shows(self) -> None:
        """Its ribbon and the qualifiers of its parts would be lost."""
        tea = {"itemIdentifier": {"id": 11, "sku": "TEA"}, "qualifier": "Green", "qty": 2}
        mug = {"itemIdentifier": {"id": 12, "sku": "MUG"}, "qty": 1}
        ribbon = {"nonSkuMaterial": "Ribbon", "qty": 1}
        before = {"itemId": 13, "sku": "GIFT", "kit": {"materialNotes": "Wrap", "components": [tea, ribbon, mug]}}
        parts = [KitPart(sku="CUP", unit_quantity=1), KitPart(inventory_item_id="11", unit_quantity=3)]
        made = product_bodies.changed_item(before, UpdateKit(name="Gift", inventory_items=parts))
        new = {"itemIdentifier": {"sku": "CUP"}, "qty": 1}
        kit = {"materialNotes": "Wrap", "components": [new, {**tea, "qty": 3}, ribbon]}
        assert made == {"itemId": 13, "sku": "GIFT", "description": "Gift", "kit": kit}

    @pytest.mark.parametrize(
        ("part", "field"),
        [
            (KitPart(unit_quantity=1), "inventory_items.0"),
            (KitPart(inventory_item_id="A", unit_quantity=1), "inventory_items.0.inventory_item_id"),
        ],
    )
    def test_a_part_has_a_name(self, part: KitPart, field: str) -> None:
        with pytest.raises(InvalidBody) as error:
            product_bodies.new_item(CreateKit(sku="K", name="K", inventory_items=[part]))
        assert refused(error) == [field]


class TestStock:
    @pytest.mark.parametrize(
        ("details", "units", "expected"),
        [
            ([], 1, []),
            ([{"available": 0}], 1, []),
            ([{"available": 2}], 2, [(1, -2)]),
            ([{"available": 2}], 3, [(1, -2)]),
            ([{"available": -1}, {"available": 3}], 2, [(2, -2)]),
            (
                [{"receivedDate": "2026-03-02T08:00:00"}, {"receivedDate": "2026-03-01T08:00:00"}],
                10,
                [(2, -9), (1, -1)],
            ),
            ([{"isOnHold": True}, {"quarantined": True}, {}], 4, [(3, -4)]),
        ],
    )
    def test_units_are_taken_from_the_oldest_free_receipts(self, details: Any, units: int, expected: Any) -> None:
        """Units that an order was promised would be missing when it is picked."""
        held = [
            msgspec.convert({**FREE, **line, "receiveItemId": at}, StockDetail) for at, line in enumerate(details, 1)
        ]
        found = stock_writes.taken(held, units)
        assert [(line["receiveItemId"], line["qty"]) for line in found] == expected
