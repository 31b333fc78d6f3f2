"""What Extensiv's fields mean: the usual, zero, empty, missing, unknown, other zones."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from crossdock.contract.errors import InvalidBody, UnexpectedShape
from crossdock.contract.wms.order_bodies import ShipToAddressBody
from crossdock.integrations.extensiv_3pl_central import client, mapping, order_bodies, order_mapping, receiving_mapping
from crossdock.integrations.extensiv_3pl_central.models import (
    Adjustment,
    Carriers,
    Customer,
    Item,
    Location,
    Size,
    StockDetail,
    StockSummary,
)
from crossdock.integrations.extensiv_3pl_central.order_models import ExtensivOrder
from crossdock.integrations.extensiv_3pl_central.receiving_models import Receiver
from crossdock.integrations.kit.mapping import moment
from crossdock.integrations.kit.transport import VendorAnswer

ZONE = ZoneInfo("America/Los_Angeles")
ITEM = {"itemId": 11, "readOnly": {"creationDate": "2026-03-01T10:00:00"}, "sku": "TEA", "description": "Tea"}
SUMMARY = {"itemIdentifier": {"id": 11}, "facilityId": 1}
DETAIL = {"receiveItemId": 1, "itemIdentifier": {"id": 11}, "onHand": 2}
LINE = {"readOnly": {"orderItemId": 70}, "itemIdentifier": {"id": 11, "sku": "TEA"}, "qty": 3}
OWN = {"orderId": 7, "status": 0, "creationDate": "2026-03-01T10:00:00"}
LEFT = {"status": 1, "shipDate": "2026-03-02T10:00:00"}


def item(**facts: Any) -> Item:
    return msgspec.convert({**ITEM, **facts}, Item)


def product(**facts: Any) -> Any:
    return mapping.product_record(item(**facts), 5, ZONE)


def stock(*rows: dict[str, Any], details: list[dict[str, Any]] | None = None, awaited: Any = None) -> Any:
    summaries = [msgspec.convert({**SUMMARY, **row}, StockSummary) for row in rows]
    lines = [(1, msgspec.convert({**DETAIL, **line}, StockDetail)) for line in details or []]
    return mapping.inventory_record(item(), 5, summaries, lines, awaited or {}, ZONE)


def order(own: dict[str, Any] | None = None, *lines: dict[str, Any], **facts: Any) -> Any:
    made = {"readOnly": {**OWN, **(own or {})}, **facts, "_embedded": {f"{client.REL}orders/item": list(lines)}}
    return order_mapping.order_record(msgspec.convert(made, ExtensivOrder), ZONE)


def receiver(own: dict[str, Any], *lines: dict[str, Any], **facts: Any) -> Receiver:
    known = {"receiverId": 5, "facilityIdentifier": {"id": 1}, "creationDate": "2026-03-01T10:00:00"}
    made = {"readOnly": {**known, **own}, **facts, "_embedded": {f"{client.REL}inventory/receiveritem": list(lines)}}
    return msgspec.convert(made, Receiver)


@pytest.mark.parametrize(
    ("facts", "field", "expected"),
    [
        ({}, "name", "Tea"),
        ({"description": ""}, "name", "TEA"),
        ({"description": None, "sku": None}, "name", "11"),
        ({"sku": ""}, "sku", None),
        ({"upc": ""}, "gtin", None),
        ({"price": 0}, "unit_price", Decimal(0)),
        ({}, "unit_price", None),
        ({}, "active", True),
        ({"readOnly": {"deactivated": True}}, "active", False),
        ({"readOnly": {}}, "created_date", mapping.UNDATED),
        ({}, "created_date", moment("2026-03-01T18:00:00Z")),
        ({"readOnly": {"creationDate": "2026-07-01T10:00:00.123"}}, "created_date", moment("2026-07-01T17:00:00Z")),
        ({"readOnly": {"creationDate": "2026-07-01T10:00:00+02:00"}}, "created_date", moment("2026-07-01T08:00:00Z")),
        ({}, "is_kit", False),
        ({"kit": {"components": []}}, "is_kit", False),
        ({"kit": {"components": [{"nonSkuMaterial": "Box", "qty": 1}]}}, "is_kit", False),
        ({"kit": {"components": [{"itemIdentifier": {"id": 12}, "qty": 2}]}}, "is_kit", True),
    ],
)
def test_a_product_says_what_extensiv_says(facts: dict[str, Any], field: str, expected: Any) -> None:
    """A wrong name or zone is shown to the merchant as it is."""
    assert getattr(product(**facts), field) == expected


def test_money_does_not_drift() -> None:
    """A price that went through a float is wrong in its last digit."""
    found = msgspec.json.decode(
        b'{"itemId": 1, "readOnly": {}, "price": 0.1000000000000000055, "cost": 1.10}', type=Item
    )
    assert mapping.product_record(found, 5, ZONE).unit_price == Decimal("0.1000000000000000055")
    assert str(found.cost) == "1.10"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, (0, 0, 0, 0, 0)),
        ({"onHand": 10, "available": 10}, (10, 0, 0, 10, 10)),
        ({"onHand": 10, "available": 6, "onHold": 1}, (10, 3, 1, 6, 6)),
        # What is allocated counts what has left, so it must not be taken for what is promised.
        ({"onHand": 10, "available": 10, "allocated": 900, "totalReceived": 910}, (10, 0, 0, 10, 10)),
        ({"onHand": 10, "available": 6, "onHold": 1, "orderedNotAllocated": 2}, (10, 3, 1, 6, 4)),
        ({"onHand": 10, "available": 6, "orderedNotAllocated": 50}, (10, 4, 0, 6, 0)),
        # Where what is free counts what is on hold too, the sum still has to be what is there.
        ({"onHand": 10, "available": 10, "onHold": 4}, (10, 0, 4, 6, 6)),
    ],
)
def test_quantities_add_up(row: dict[str, Any], expected: tuple[int, ...]) -> None:
    """Units that are sold twice, or never offered."""
    found = stock(row)
    shown = (found.onhand, found.committed, found.unfulfillable, found.fulfillable, found.sellable)
    assert shown == expected
    assert found.onhand == found.committed + found.unfulfillable + found.fulfillable


def test_stock_is_the_sum_of_qualifiers_and_facilities() -> None:
    """An item in two colours and two places has the units of all."""
    found = stock(
        {"qualifier": "Red", "onHand": 4, "available": 4},
        {"qualifier": "Blue", "onHand": 2, "available": 1},
        {"facilityId": 2, "onHand": 5, "available": 5},
        awaited={(11, 1): 3, (11, 3): 7, (12, 1): 99},
    )
    assert found.onhand == 11
    assert found.awaiting == 10
    assert {key: part.onhand for key, part in found.inventory_by_warehouse_id.items()} == {"1": 6, "2": 5, "3": 0}
    assert found.additional_fields["onhand_by_qualifier"] == {"Red": "4", "Blue": "2"}


def test_half_units_are_not_rounded() -> None:
    """A rounded quantity would promise a unit that is not there."""
    with pytest.raises(UnexpectedShape, match="whole number"):
        stock({"onHand": 2.5})


def test_lots_and_locations_hold_what_is_left() -> None:
    """A batch that is empty or ends earlier than shown is sold past its date."""
    there = {"lotNumber": "L", "expirationDate": "2027-01-02T00:00:00", "locationIdentifier": {"id": 3}}
    found = stock(
        {"onHand": 5, "available": 5},
        details=[
            there,
            {**there, "receiveItemId": 2, "onHand": 3, "expirationDate": "2027-01-01T00:00:00"},
            {**there, "receiveItemId": 3, "onHand": 0, "lotNumber": "GONE"},
            {"receiveItemId": 4, "onHand": 1, "lotNumber": ""},
        ],
    )
    assert [(lot.lot_id, lot.onhand, lot.expiration_date) for lot in found.lots] == [
        ("L", 5, moment("2027-01-01T08:00:00Z"))
    ]
    assert [(place.location_id, place.quantity) for place in found.locations] == [("3", 5)]


@pytest.mark.parametrize(
    ("own", "status", "raw"),
    [
        ({"status": 0}, "open", "Open"),
        ({"status": 1, "shipDate": "2026-03-02T10:00:00"}, "fulfilled", "Closed"),
        ({"status": 2}, "cancelled", "Canceled"),
        ({"status": 9}, "other", "9"),
        ({"status": None}, "other", None),
        ({"status": None, "isClosed": False}, "open", "Open"),
        ({"status": 0, "pickStarted": True}, "processing", "Open"),
        ({"status": 0, "packStarted": True}, "processing", "Open"),
        ({"status": 0, "pickDoneDate": "2026-03-01T11:00:00", "pickStarted": True}, "picked", "Open"),
        ({"status": 0, "packDoneDate": "2026-03-01T12:00:00", "pickDoneDate": "2026-03-01T11:00:00"}, "packed", "Open"),
        ({"status": 0, "onHoldDate": "2026-03-01T12:00:00"}, "exception", "Open"),
        ({"status": 2, "onHoldDate": "2026-03-01T12:00:00"}, "cancelled", "Canceled"),
    ],
)
def test_an_order_is_as_far_as_the_warehouse_is(own: dict[str, Any], status: str, raw: str | None) -> None:
    """A merchant who sees the wrong status sends twice, or not at all."""
    found = order(own)
    assert (found.status, found.raw_status) == (status, raw)


@pytest.mark.parametrize(
    ("facts", "field", "expected"),
    [
        ({"referenceNum": ""}, "reference_id", "7"),
        ({"referenceNum": "A"}, "order_number", "A"),
        ({"orderType": "D2C"}, "type", "d2c"),
        ({"orderType": "AmazonFBA"}, "type", None),
        ({"routingInfo": {"carrier": "UPS", "mode": "03"}}, "shipping_method_id", "UPS:03"),
        ({"routingInfo": {"carrier": "Pickup"}}, "shipping_method_id", "Pickup:"),
        ({"routingInfo": {"carrier": "", "mode": ""}}, "shipping_method_id", None),
        ({}, "shipping_method_id", None),
        ({}, "is_third_party_freight", None),
        ({"billingCode": "BillThirdParty", "routingInfo": {"account": "9"}}, "third_party_freight_account_number", "9"),
        ({"billingCode": "Prepaid", "routingInfo": {"account": "9"}}, "first_party_freight_account_number", "9"),
        ({"billingCode": "Prepaid"}, "is_third_party_freight", False),
        ({"fulfillInvInfo": {"fulfillInvTax": 0}}, "total_tax", Decimal(0)),
        ({"fulfillInvInfo": {}}, "total_shipping", None),
        ({"shipCancelDate": "2026-12-01T00:00:00"}, "required_ship_date", moment("2026-12-01T08:00:00Z")),
        ({"shipTo": {"retailerInfo": {"nameKey": {"name": "Target"}}}}, "trading_partner", "Target"),
    ],
)
def test_an_order_says_what_extensiv_says(facts: dict[str, Any], field: str, expected: Any) -> None:
    assert getattr(order(**facts), field) == expected


def test_what_left_has_its_boxes() -> None:
    """Without the tracking number of the box, the buyer cannot follow it."""
    packed = {"packageId": 8, "trackingNumber": "1Z8", "packageContents": [{"orderItemId": 70, "qty": 2}]}
    plain = {"packageId": 9, "trackingNumber": "", "packageContents": [{"orderItemId": 99, "qty": 1}]}
    [shipment] = order(
        {**LEFT, "packages": [packed, plain]}, LINE, routingInfo={"carrier": "UPS", "trackingNumber": "1ZALL"}
    ).shipments
    assert [(box.package_id, box.tracking_number) for box in shipment.packages] == [("8", "1Z8"), ("9", "1ZALL")]
    assert [(part.inventory_item_id, part.quantity) for part in shipment.packages[0].line_items] == [("11", 2)]
    assert shipment.shipped_date == moment("2026-03-02T18:00:00Z")
    assert [line.is_picked for line in order(LEFT, LINE).line_items] == [True]


def test_an_order_that_has_not_left_has_no_shipment() -> None:
    """A box that is only packed would be reported as sent."""
    packed = {"packages": [{"packageId": 8, "trackingNumber": "1Z8"}]}
    assert order(packed, LINE).shipments == []
    assert order({**packed, "status": 2}, LINE).shipments == []
    assert order(LEFT, LINE).shipments[0].packages == []
    with pytest.raises(UnexpectedShape, match="when order 7 left"):
        order({"status": 1}, LINE)


@pytest.mark.parametrize(
    ("picked", "expected"),
    [([], False), ([{"properlyPickedPrimary": 2}], False), ([{"properlyPickedPrimary": 3}], True)],
)
def test_a_line_is_picked_when_all_of_it_is(picked: list[dict[str, Any]], expected: bool) -> None:
    line = {**LINE, "readOnly": {"orderItemId": 70, "allocations": picked}}
    assert [found.is_picked for found in order({}, line).line_items] == [expected]


RECEIVED = {"itemIdentifier": {"id": 11}, "qty": 5}


@pytest.mark.parametrize(
    ("own", "facts", "line", "status", "expected", "received", "missing"),
    [
        ({"status": 0, "receiverType": 2}, {}, RECEIVED, "open", 5, 0, 5),
        ({"status": 0, "receiverType": 2}, {"arrivalDate": "2026-03-02T10:00:00"}, RECEIVED, "open", 5, 0, 5),
        ({"status": 0, "receiverType": 0}, {}, RECEIVED, "open", 5, 0, 5),
        ({"status": 0, "receiverType": 0}, {"arrivalDate": "2026-03-02T10:00:00"}, RECEIVED, "receiving", 5, 5, 0),
        ({"status": 1, "receiverType": 0}, {}, RECEIVED, "received", 5, 5, 0),
        ({"status": 1}, {}, {**RECEIVED, "readOnly": {"expectedQty": 8}}, "received", 8, 5, 0),
        ({"status": 1}, {}, {**RECEIVED, "readOnly": {"expectedQty": 0}}, "received", 0, 5, 0),
        ({"status": 2}, {"arrivalDate": "2026-03-02T10:00:00"}, RECEIVED, "cancelled", 5, 0, 0),
        ({"status": 7}, {}, RECEIVED, "other", 5, 0, 0),
        ({"status": None}, {}, {"itemIdentifier": {"id": 11}}, "other", 0, 0, 0),
    ],
)
def test_goods_count_once_they_are_there(
    own: dict[str, Any],
    facts: dict[str, Any],
    line: dict[str, Any],
    status: str,
    expected: int,
    received: int,
    missing: int,
) -> None:
    """What is only announced and counts as received is sold before it is there."""
    found = receiver(own, line, **facts)
    record = receiving_mapping.inbound_record(found, ZONE)
    [shown] = record.line_items
    assert (record.status, shown.expected_quantity, shown.received_quantity) == (status, expected, received)
    assert [part.line_items[0].quantity for part in record.receipts] == ([received] if received else [])
    assert sum(receiving_mapping.still_to_come(found).values()) == missing


def test_a_return_shows_what_state_it_came_in() -> None:
    """Damaged goods that look sound are sold again."""
    line = {**RECEIVED, "onHold": True, "onHoldReason": "damaged"}
    found = receiver({"status": 1, "receiverType": 1}, line, arrivalDate="2026-03-02T10:00:00")
    [parcel] = receiving_mapping.return_record(found, ZONE).shipments
    assert parcel.line_items[0].receiving_details[0].condition == "damaged"
    assert parcel.arrived_date == moment("2026-03-02T18:00:00Z")
    assert receiving_mapping.return_record(receiver({"status": 0, "receiverType": 1}), ZONE).shipments == []
    assert receiving_mapping.still_to_come(receiver({"status": 0, "receiverType": 1}, RECEIVED)) == {}


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (None, None),
        (datetime(2026, 7, 1, 12, tzinfo=UTC), "2026-07-01T05:00:00"),
        (datetime(2026, 12, 1, 12, tzinfo=UTC), "2026-12-01T04:00:00"),
        # 01:50 before clocks go back at 02:00: what changes 20 minutes later says 01:10.
        (datetime(2026, 11, 1, 8, 50, tzinfo=UTC), "2026-11-01T00:50:00"),
        (datetime(2026, 11, 1, 9, 50, tzinfo=UTC), "2026-11-01T01:50:00"),
        (datetime(2026, 3, 8, 9, 50, tzinfo=UTC), "2026-03-08T01:50:00"),
    ],
)
def test_changes_are_asked_for_in_the_time_of_the_warehouse(start: datetime | None, expected: str | None) -> None:
    """A change in the hour that clocks go through twice would be missed for good."""
    condition = client.since(start, ZONE)
    assert condition == (None if expected is None else f"{client.CHANGED}=ge={expected}")


def test_texts_in_conditions_cannot_end_them() -> None:
    """A reference with a semicolon would ask for something else."""
    assert client.value("a;b (c)*,=!") == "a%3Bb%20%28c%29%2A%2C%3D%21"
    assert client.rql(None, "") is None
    assert client.rql("a==1", None, "b==2") == "a==1;b==2"


@pytest.mark.parametrize(
    ("text", "expected"), [("7", 7), ("", None), ("x", None), ("7/8", None), ("٧", None), ("-1", None)]
)
def test_an_id_is_a_number(text: str, expected: int | None) -> None:
    """Anything else in the path would ask for another resource."""
    assert client.number_in(text) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", None),
        (b"Server Error", None),
        (b"{}", None),
        (b'{"Message": "invalid_client"}', "invalid_client"),
        (b'{"ErrorCode": "InUse"}', "InUse"),
        (
            b'{"ErrorCode": "Duplicate", "Hint": "There is one", "Properties": [{"Name": "ReferenceNum"}]}',
            "There is one (ReferenceNum)",
        ),
        (b'{"ErrorCode": "NotParsable", "Hint": "rql: gorp", "Parameters": ["rql"]}', "rql: gorp"),
    ],
)
def test_refusals_are_passed_on_in_their_own_words(body: bytes, expected: str | None) -> None:
    found = client.words_of(VendorAnswer(400, {}, body, "https://secure-wms.com/x"))
    assert (None if found is None else found.message) == expected


def test_carriers_come_in_either_shape() -> None:
    """Documentation and a public client disagree about where they stand."""
    one = {"name": "UPS", "shipmentServices": [{"code": "03", "description": "Ground"}, {}]}
    for given in ({"resourceList": [one]}, {"_embedded": {"any": [one, one]}}):
        found = mapping.method_records(msgspec.convert(given, Carriers).all)
        assert [(item.id, item.name) for item in found] == [("UPS:03", "Ground"), ("UPS:", "UPS:")]
    assert mapping.method_records(Carriers().all) == []


@pytest.mark.parametrize(
    ("company", "external", "expected"),
    [
        ({"companyName": "Tea"}, "T", "Tea"),
        ({"companyName": "", "name": "Ann"}, "T", "Ann"),
        (None, "T", "T"),
        ({}, None, "5"),
    ],
)
def test_a_customer_has_a_name(company: dict[str, Any] | None, external: str | None, expected: str) -> None:
    made = {"readOnly": {"customerId": 5}, "companyInfo": company, "externalId": external}
    assert mapping.customer_record(msgspec.convert(made, Customer), ZONE).name == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [({"name": "A-1"}, "A-1"), ({"name": "", "field1": "A", "field3": "2"}, "A 2"), ({}, None)],
)
def test_a_location_is_named_by_its_fields(facts: dict[str, Any], expected: str | None) -> None:
    assert mapping.location_record(msgspec.convert({"locationId": 3, **facts}, Location), 1).name == expected


def test_zero_is_no_size() -> None:
    """Extensiv shows zero for what nobody measured."""
    assert mapping.measurements(Size(length=Decimal(0), weight=Decimal("1.5"))).unit is None
    found = mapping.measurements(Size(length=Decimal(2), weight=Decimal(0)))
    assert (found.length, found.unit) == (Decimal(2), "in")
    assert (found.weight, found.weight_unit) == (None, None)


def test_an_adjustment_without_its_lines_is_no_empty_one() -> None:
    """Entries that are left out would make the ledger wrong without anybody noticing."""
    own = {"adjustmentId": 6, "processDate": "2026-03-01T10:00:00"}
    with pytest.raises(UnexpectedShape, match="without its lines"):
        mapping.ledger_records(msgspec.convert({"readOnly": own}, Adjustment), ZONE)
    lines = [{"itemIdentifier": {"id": 11}, "qty": -2}, {"itemIdentifier": {"id": 11}, "qty": 1, "receiveItemId": 9}]
    found = mapping.ledger_records(msgspec.convert({"readOnly": own, "_embedded": {"item": lines}}, Adjustment), ZONE)
    assert [(entry.id, entry.quantity, entry.reason) for entry in found] == [("6-1", -2, None), ("6-9", 1, None)]
    assert found[0].entry_date == moment("2026-03-01T18:00:00Z")
    called_off = msgspec.convert({"readOnly": {**own, "status": 2}, "_embedded": {"item": lines}}, Adjustment)
    assert [entry.quantity for entry in mapping.ledger_records(called_off, ZONE)] == [0, 0]


def test_a_changed_order_keeps_everything_else() -> None:
    """Extensiv replaces an order as a whole: what is not sent back is lost."""
    before: dict[str, Any] = {
        "readOnly": {"orderId": 7},
        "poNum": "PO",
        "routingInfo": {"carrier": "UPS", "mode": "03", "account": "9"},
        "shipTo": {"name": "Ann", "address2": "Apt 4", "phoneNumber": "1", "emailAddress": ""},
        "_embedded": {"lines": [1]},
        "_links": {"self": {}},
    }
    body = order_bodies.UpdateOrder(
        shipping_method_id="FedEx:2D", ship_to_address=ShipToAddressBody(full_name="Bob", city="Salem")
    )
    assert order_bodies.changed_order(before, body) == {
        "readOnly": {"orderId": 7},
        "poNum": "PO",
        "routingInfo": {"carrier": "FedEx", "mode": "2D", "account": "9"},
        "shipTo": {"name": "Bob", "city": "Salem", "phoneNumber": "1"},
        "_embedded": {"lines": [1]},
    }
    assert before["shipTo"]["name"] == "Ann"


@pytest.mark.parametrize(
    ("warehouse", "line", "field"),
    [
        ("x", {"sku": "TEA"}, "warehouse_id"),
        ("1", {"product_id": "x"}, "line_items.0.product_id"),
        ("1", {}, "line_items.0"),
    ],
)
def test_a_body_that_cannot_be_meant_is_refused_by_name(warehouse: str, line: dict[str, str], field: str) -> None:
    made = {
        "reference_id": "R",
        "ship_to_address": {},
        "warehouse_id": warehouse,
        "line_items": [{**line, "quantity": 1}],
    }
    with pytest.raises(InvalidBody) as error:
        order_bodies.new_order(msgspec.convert(made, order_bodies.CreateOrder), 5)
    assert list(error.value.violations["json"]) == [field]
