"""What the shop's, the carrier's and the forwarder's words mean in ours, case by case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, get_args

import msgspec
import pytest

from crossdock.contract.cart import orders
from crossdock.contract.management.simulations import SimulateCartOrderBody, SimulateCartProductBody
from crossdock.contract.records import encode_record
from crossdock.contract.statuses import CART_ORDER_STATUSES, FREIGHT_STATUSES
from crossdock.integrations.sandbox.carrier import mapping as carrier
from crossdock.integrations.sandbox.carrier.models import CarrierCharge
from crossdock.integrations.sandbox.cart import order_mapping as shop
from crossdock.integrations.sandbox.cart.order_models import ShopOrder
from crossdock.integrations.sandbox.freight import mapping as freight
from crossdock.integrations.sandbox.freight.models import FreightConsignment
from crossdock.sandbox.cart.order_documents import GroupState, OrderState
from crossdock.sandbox.freight.documents import State

ADDRESS = {"street": "1 Road", "city": "C", "region": "", "postalCode": "1", "country": "US"}
LINE = {
    "id": "l",
    "groupId": "g",
    "productId": "p",
    "variantId": "v",
    "sku": "S",
    "title": "T",
    "units": 2,
    "price": "10.10",
    "discount": "0.20",
    "tax": "0.00",
    "shipped": 1,
    "refunded": 0,
}
ORDER: dict[str, Any] = {
    "id": "o",
    "createdAt": "2026-01-01T00:00:00Z",
    "updatedAt": "2026-01-02T00:00:00Z",
    "number": "n",
    "state": "part_shipped",
    "customer": {"name": "N", "email": "e", "address": ADDRESS},
    "service": "Standard",
    "shipAfter": "2026-01-01T00:00:00Z",
    "shipBefore": "2026-01-03T02:00:00+02:00",
    "currency": "USD",
    "lines": [LINE],
    "groups": [
        {
            "id": "g",
            "warehouseId": "w",
            "createdAt": "2026-01-01T00:00:00Z",
            "updatedAt": "2026-01-01T00:00:00Z",
            "state": "part_shipped",
        }
    ],
    "shipping": "4.90",
    "total": "24.90",
    "paid": "24.90",
    "shipments": [
        {
            "id": "s",
            "warehouseId": "w",
            "shippedAt": "2026-01-02T00:00:00Z",
            "carrier": "UPS",
            "lines": [{"lineId": "l", "units": 1}],
        }
    ],
    "refunds": [],
    "tags": ["gift"],
}


def order(**changes: Any) -> orders.Order:
    return shop.to_order(msgspec.convert({**ORDER, **changes}, ShopOrder))


class TestShop:
    @pytest.mark.parametrize("state", get_args(OrderState))
    def test_every_state_has_a_status(self, state: str) -> None:
        """A state without one would be shown as `other`, and an application could do nothing with it."""
        found = order(state=state)
        assert found.status == shop.STATUSES[state]
        assert found.status in CART_ORDER_STATUSES
        assert found.raw_status == state

    def test_an_unknown_state_is_other(self) -> None:
        found = order(state="teleported", groups=[{**ORDER["groups"][0], "state": "teleported"}])
        assert (found.status, found.raw_status) == ("other", "teleported")
        assert (found.shipping_groups[0].status, found.shipping_groups[0].raw_status) == ("other", "teleported")

    def test_every_group_state_has_a_status(self) -> None:
        assert set(get_args(GroupState)) == set(shop.GROUP_STATUSES)

    @pytest.mark.parametrize(
        ("field", "expected"),
        [
            ("order_number", "n"),
            ("requested_shipping_method", "Standard"),
            ("carrier_name", "UPS"),
            ("shipping_method_name", None),
            ("total_price", Decimal("24.90")),
            ("total_tax", Decimal("0.00")),
            ("total_discount", Decimal("0.20")),
            ("total_shipping", Decimal("4.90")),
            ("latest_ship_date", datetime(2026, 1, 3, tzinfo=UTC)),
            ("tags", ["gift"]),
            ("additional_fields", {"amount_paid": Decimal("24.90"), "amount_refunded": Decimal("0.00")}),
        ],
    )
    def test_fields_of_an_order(self, field: str, expected: Any) -> None:
        assert getattr(order(), field) == expected

    def test_an_order_without_anything(self) -> None:
        found = order(shipments=[], lines=[], groups=[], total="0", tags=[])
        assert (found.carrier_name, found.line_items, found.shipments, found.shipping_groups) == (None, [], [], [])
        assert found.total_price == 0

    def test_parts_name_the_line_and_its_product(self) -> None:
        found = order()
        [shipped] = found.shipments[0].line_items
        assert (shipped.line_item_id, shipped.product_id, shipped.product_sku, shipped.quantity) == ("l", "v", "S", 1)
        [grouped] = found.shipping_groups[0].line_items
        assert (grouped.line_item_id, grouped.parent_product_id, grouped.quantity) == ("l", "p", 2)

    def test_refunds_are_shown(self) -> None:
        refund = {"id": "r", "createdAt": "2026-01-03T00:00:00Z", "total": "5.00", "shipping": "0.00", "reason": "late"}
        shown = order(refunds=[refund], lines=[{**LINE, "refunded": 1}]).additional_fields
        assert shown["amount_refunded"] == Decimal("5.00")
        assert shown["refunds"][0]["reason"] == "late"
        assert shown["refunded_quantities"] == {"l": 1}

    def test_a_record_can_be_served(self) -> None:
        assert b'"total_discount":0.20' in encode_record(order())

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({}, {}),
            ({"amount": 5}, {"amount": "5"}),
            ({"amount": 1e-7}, {"amount": "0.0000001"}),
            ({"shipping_amount": 3.5, "note": "n"}, {"shipping": "3.5", "note": "n"}),
            (
                {"line_items": [{"line_item_id": "l", "quantity": 0, "restock": False}]},
                {"lines": [{"lineId": "l", "units": 0, "restock": False}]},
            ),
        ],
    )
    def test_a_refund_in_the_shops_words(self, body: Any, expected: Any) -> None:
        assert shop.from_refund(msgspec.convert(body, orders.RefundOrderBody)) == expected

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({}, {}),
            ({"paid": False}, {"paid": False}),
            ({"line_items": [{"product_id": "v"}]}, {"lines": [{"variantId": "v"}]}),
            (
                {"ship_to_address": {"full_name": "N", "city": "C"}},
                {"customer": {"name": "N", "address": {"city": "C"}}},
            ),
        ],
    )
    def test_an_order_in_a_buyers_stead(self, body: Any, expected: Any) -> None:
        assert shop.from_simulated_order(msgspec.convert(body, SimulateCartOrderBody)) == expected

    def test_a_product_in_a_merchants_stead(self) -> None:
        body = {"price": 18.5, "inventory": 0, "categories": ["A"], "gtin": "1"}
        expected = {"price": "18.5", "units": 0, "category": ["A"], "barcode": "1"}
        assert shop.from_simulated_product(msgspec.convert(body, SimulateCartProductBody)) == expected


class TestCarrier:
    def test_a_charge_without_a_parcel(self) -> None:
        """A fee of the account has no tracking number; a made-up one would be counted to a shipment."""
        zone = timezone(timedelta(hours=-5))
        found = carrier.to_line_item(
            CarrierCharge(
                id="c",
                created_at=datetime(2026, 1, 1, tzinfo=UTC),
                updated_at=datetime(2026, 1, 1, tzinfo=UTC),
                invoice_number="i",
                account="a",
                arose_at=datetime(2026, 1, 1, 23, 0, 0, 5, tzinfo=zone),
                tracking_number=None,
                reference=None,
                code="GSR",
                description="Refund",
                gross=Decimal("-10.00"),
                net=Decimal("-8.80"),
                currency="USD",
                row={"Charge Code": "GSR"},
            )
        )
        assert found.tracking_number is None
        assert found.transaction_date == datetime(2026, 1, 2, 4, tzinfo=UTC)
        assert (found.gross_cost, found.net_cost) == (Decimal("-10.00"), Decimal("-8.80"))
        assert found.raw == {"Charge Code": "GSR"}


CONSIGNMENT: dict[str, Any] = {
    "id": "f",
    "createdAt": "2026-01-01T00:00:00Z",
    "updatedAt": "2026-01-02T00:00:00Z",
    "number": "n",
    "state": "transshipment",
    "mode": "ocean",
    "carrier": {"name": "Line", "scac": "LINE"},
    "bookingNumber": "b",
    "billOfLading": "l",
    "shipper": {"name": "S", "address": ADDRESS},
    "consignee": {"name": "C", "address": {**ADDRESS, "region": "PA"}},
    "legs": [{"origin": "A", "destination": "B", "vessel": "V"}, {"origin": "B", "destination": "C", "vessel": "W"}],
    "milestones": [
        {"event": "booked", "place": "A", "plannedAt": "2026-01-01T00:00:00Z", "happenedAt": "2026-01-01T00:00:00Z"},
        {
            "event": "departed",
            "place": "A",
            "leg": 0,
            "plannedAt": "2026-01-02T00:00:00Z",
            "happenedAt": "2026-01-03T00:00:00Z",
        },
        {
            "event": "arrived",
            "place": "B",
            "leg": 0,
            "plannedAt": "2026-01-04T00:00:00Z",
            "happenedAt": "2026-01-05T00:00:00Z",
        },
        {"event": "departed", "place": "B", "leg": 1, "plannedAt": "2026-01-06T00:00:00Z"},
        {"event": "arrived", "place": "C", "leg": 1, "plannedAt": "2026-01-08T00:00:00Z"},
    ],
    "containers": [{"id": "c", "number": "CSQU3054383", "type": "40HC", "seal": "s"}],
    "goods": [{"sku": "S", "units": 240, "purchaseOrder": "PO"}],
}


class TestFreight:
    @pytest.mark.parametrize("state", get_args(State))
    def test_every_state_has_a_status(self, state: str) -> None:
        found = freight.to_shipment(msgspec.convert({**CONSIGNMENT, "state": state}, FreightConsignment))
        assert found.status == freight.STATUSES[state] != "other"
        assert found.status in FREIGHT_STATUSES

    def test_an_unknown_state_is_other(self) -> None:
        found = freight.to_shipment(msgspec.convert({**CONSIGNMENT, "state": "lost"}, FreightConsignment))
        assert (found.status, found.raw_status) == ("other", "lost")

    def test_it_departs_with_the_first_leg_and_arrives_with_the_last(self) -> None:
        """An arrival at the port between two legs is not the arrival."""
        found = freight.to_shipment(msgspec.convert(CONSIGNMENT, FreightConsignment))
        day = [
            None if at is None else at.day
            for at in (
                found.estimated_departure_date,
                found.actual_departure_date,
                found.estimated_arrival_date,
                found.actual_arrival_date,
            )
        ]
        assert day == [2, 3, 8, None]
        assert found.origin_address is not None
        assert found.origin_address.state is None
        assert found.containers[0].container_number == "CSQU3054383"
        assert found.line_items[0].quantity == 240

    def test_one_that_never_left(self) -> None:
        never = {**CONSIGNMENT, "state": "cancelled", "milestones": CONSIGNMENT["milestones"][:1]}
        found = freight.to_shipment(msgspec.convert(never, FreightConsignment))
        assert (found.estimated_departure_date, found.estimated_arrival_date) == (None, None)
