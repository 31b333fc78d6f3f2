"""What eBay says, and what becomes of it: the usual, zero, empty, missing, unknown, other zones."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.contract.cart.orders import RefundLineItem
from crossdock.contract.errors import InvalidBody, UnexpectedShape, VendorRejected
from crossdock.integrations.ebay import mapping, refunds, stock
from crossdock.integrations.ebay.models import (
    Distribution,
    EbayGroup,
    EbayItem,
    EbayLocation,
    EbayOffer,
    EbayOrder,
    OrderLine,
    Package,
    Parcel,
    ShipTo,
)

SITE = "https://www.ebay.com"
NOON = "2026-11-20T12:00:00.000Z"


def item(**facts: Any) -> EbayItem:
    return msgspec.convert({"sku": "A", **facts}, EbayItem)


def offer(**facts: Any) -> EbayOffer:
    known = {"offerId": "1", "sku": "A", "status": "PUBLISHED", "format": "FIXED_PRICE", "availableQuantity": 5}
    return msgspec.convert({**known, **facts}, EbayOffer)


def money(value: str) -> dict[str, str]:
    return {"value": value, "currency": "EUR"}


def line(**facts: Any) -> dict[str, Any]:
    return {"lineItemId": "1", "sku": "A", "quantity": 2, "lineItemCost": money("10.00"), **facts}


def order(**facts: Any) -> EbayOrder:
    known = {
        "orderId": "7",
        "creationDate": NOON,
        "lastModifiedDate": NOON,
        "orderPaymentStatus": "PAID",
        "orderFulfillmentStatus": "NOT_STARTED",
        "lineItems": [line()],
        "pricingSummary": {"total": money("10.00")},
    }
    return msgspec.convert({**known, **facts}, EbayOrder)


@pytest.mark.parametrize(
    ("payment", "fulfilment", "cancel", "status", "raw"),
    [
        ("PENDING", "NOT_STARTED", None, "open", "PENDING, NOT_STARTED"),
        ("PAID", "NOT_STARTED", None, "confirmed", "PAID, NOT_STARTED"),
        ("FAILED", "NOT_STARTED", None, "exception", "FAILED, NOT_STARTED"),
        ("PARTIALLY_REFUNDED", "NOT_STARTED", None, "confirmed", "PARTIALLY_REFUNDED, NOT_STARTED"),
        ("FULLY_REFUNDED", "NOT_STARTED", None, "cancelled", "FULLY_REFUNDED, NOT_STARTED"),
        ("PAID", "IN_PROGRESS", None, "partially_fulfilled", "PAID, IN_PROGRESS"),
        ("PAID", "FULFILLED", None, "fulfilled", "PAID, FULFILLED"),
        ("FULLY_REFUNDED", "FULFILLED", None, "fulfilled", "FULLY_REFUNDED, FULFILLED"),
        ("PAID", "NOT_STARTED", "CANCELED", "cancelled", "PAID, NOT_STARTED, cancel CANCELED"),
        ("PAID", "NOT_STARTED", "IN_PROGRESS", "confirmed", "PAID, NOT_STARTED, cancel IN_PROGRESS"),
        ("PAID", "TELEPORTED", None, "other", "PAID, TELEPORTED"),
        ("BARTERED", "NOT_STARTED", None, "other", "BARTERED, NOT_STARTED"),
        ("", "", None, "other", ""),
    ],
)
def test_statuses(payment: str, fulfilment: str, cancel: str | None, status: str, raw: str) -> None:
    """A status that is guessed ships what was cancelled."""
    cancelled = {"cancelStatus": {"cancelState": cancel}} if cancel else {}
    found = order(orderPaymentStatus=payment, orderFulfillmentStatus=fulfilment, **cancelled)
    record = mapping.order_record(found, [], SITE)
    assert (record.status, record.raw_status) == (status, raw)


@pytest.mark.parametrize(
    ("package", "sides", "unit", "weight", "weight_unit"),
    [
        ({}, (None, None, None), None, None, None),
        (
            {"dimensions": {"length": 2, "width": 1.5, "height": 0, "unit": "FEET"}},
            (24, 18, 0),
            "in",
            None,
            None,
        ),
        (
            {"dimensions": {"length": 0.1, "unit": "METER"}, "weight": {"value": 130, "unit": "GRAM"}},
            (10, None, None),
            "cm",
            "0.13",
            "kg",
        ),
        ({"weight": {"value": 0, "unit": "OUNCE"}}, (None, None, None), None, "0", "oz"),
        ({"weight": {"value": 0.1, "unit": "POUND"}}, (None, None, None), None, "0.1", "lb"),
        (
            {"dimensions": {"length": 3, "unit": "CUBIT"}, "weight": {"value": 3, "unit": "STONE"}},
            (None, None, None),
            None,
            None,
            None,
        ),
    ],
)
def test_measurements(package: Any, sides: Any, unit: Any, weight: str | None, weight_unit: Any) -> None:
    """Feet that count as inches send a wardrobe as a letter."""
    found = mapping.measurements(msgspec.json.decode(msgspec.json.encode(package), type=Package))
    assert (found.length, found.width, found.height) == sides
    assert found.unit == unit
    assert found.weight == (None if weight is None else Decimal(weight))
    assert found.weight_unit == weight_unit


class TestProducts:
    def test_an_item_with_nothing_filled_in(self) -> None:
        record = mapping.product_record(item(), [], None, SITE)
        assert (record.name, record.parent_product_id, record.active) == ("A", "A", False)
        told = (record.price, record.inventory, record.gtin, record.external_system_url)
        assert told == (None, None, None, None)
        assert record.created_date == datetime(1970, 1, 1, tzinfo=UTC)

    def test_a_variation_is_named_after_its_group_and_options(self) -> None:
        group = EbayGroup(title="Mug")
        found = item(groupIds=["MUG", "GIFTS"], product={"aspects": {"Color": ["Red"], "Size": ["L", "XL"]}})
        record = mapping.product_record(found, [], group, SITE)
        assert (record.name, record.parent_product_id) == ("Mug - Red, L, XL", "group:MUG")
        assert record.additional_fields["inventory_item_group_keys"] == ["MUG", "GIFTS"]

    def test_older_items_name_their_groups_in_another_field(self) -> None:
        assert mapping.product_record(item(inventoryItemGroupKeys=["M"]), [], None, SITE).parent_product_id == "group:M"

    @pytest.mark.parametrize(
        ("codes", "gtin"),
        [
            ({"upc": ["Does not apply"], "isbn": ["9783161484100"]}, "9783161484100"),
            ({"ean": ["4006381333931"], "upc": ["036000291452"]}, "4006381333931"),
            ({"ean": ["Nicht zutreffend"]}, None),
            ({"ean": []}, None),
        ],
    )
    def test_codes(self, codes: dict[str, list[str]], gtin: str | None) -> None:
        """Sellers write "Does not apply" where a product has no code."""
        assert mapping.product_record(item(product=codes), [], None, SITE).gtin == gtin

    @pytest.mark.parametrize(
        ("offers", "price", "active"),
        [
            ([{"pricingSummary": {"price": money("0.00")}}], "0.00", True),
            ([{"pricingSummary": {}}], None, True),
            ([{"status": "UNPUBLISHED", "pricingSummary": {"price": money("5.10")}}], "5.10", False),
            (
                [
                    {"format": "AUCTION", "status": "PUBLISHED", "pricingSummary": {}},
                    {"pricingSummary": {"price": money("19.99")}},
                ],
                "19.99",
                True,
            ),
            ([{"listing": {"listingStatus": "ENDED"}}], None, False),
            ([{"listing": {"listingStatus": "OUT_OF_STOCK"}}], None, True),
            ([{"listing": {"listingStatus": "A_NEW_ONE"}}], None, False),
        ],
    )
    def test_prices_and_listings(self, offers: list[dict[str, Any]], price: str | None, active: bool) -> None:
        record = mapping.product_record(item(), [offer(**facts) for facts in offers], None, SITE)
        assert record.price == (None if price is None else Decimal(price))
        assert record.active is active

    def test_a_price_that_is_no_number_is_not_guessed(self) -> None:
        with pytest.raises(UnexpectedShape):
            mapping.product_record(item(), [offer(pricingSummary={"price": money("free")})], None, SITE)

    def test_zero_stock_is_not_unknown_stock(self) -> None:
        container = {"quantity": 0, "availabilityDistributions": [{"merchantLocationKey": "m", "quantity": 0}]}
        found = item(availability={"shipToLocationAvailability": container})
        record = mapping.product_record(found, [], None, SITE)
        assert (record.inventory, record.inventory_by_warehouse_id) == (0, {"m": 0})


def test_a_location_with_hardly_anything() -> None:
    record = mapping.warehouse_record(EbayLocation(merchant_location_key="m"))
    assert (record.id, record.code, record.name, record.active) == ("m", "m", None, False)
    assert record.address.country is None


class TestOrders:
    @pytest.mark.parametrize(
        ("facts", "unit_price", "discount", "tax"),
        [
            ({}, "5.00", "0", None),
            ({"quantity": 0}, None, "0", None),
            ({"quantity": 3}, "3.3333", "0", None),
            ({"lineItemCost": money("0.0")}, "0.0", "0", None),
            ({"discountedLineItemCost": money("8.50")}, "5.00", "1.50", None),
            ({"taxes": [{"amount": money("0.70")}, {"amount": money("0.10")}]}, "5.00", "0", "0.80"),
        ],
    )
    def test_amounts_of_a_line(self, facts: Any, unit_price: str | None, discount: str, tax: str | None) -> None:
        found = mapping.order_line(msgspec.convert(line(**facts), OrderLine))
        assert found.unit_price == (None if unit_price is None else Decimal(unit_price))
        assert found.discount == Decimal(discount)
        assert found.tax == (None if tax is None else Decimal(tax))

    def test_a_listing_without_a_sku_is_no_product(self) -> None:
        found = mapping.order_line(msgspec.convert(line(sku=None), OrderLine))
        assert found.product_id is found.product_sku is None

    @pytest.mark.parametrize(
        ("told", "moment"),
        [
            ("2026-11-20T12:00:00.999Z", datetime(2026, 11, 20, 12, tzinfo=UTC)),
            ("2026-11-20T12:00:00+02:00", datetime(2026, 11, 20, 10, tzinfo=UTC)),
            ("2026-11-20T12:00:00", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ],
    )
    def test_times(self, told: str, moment: datetime) -> None:
        assert mapping.order_record(order(lastModifiedDate=told), [], SITE).updated_date == moment

    def test_a_time_that_is_none_is_not_guessed(self) -> None:
        with pytest.raises(UnexpectedShape):
            mapping.order_record(order(lastModifiedDate="yesterday"), [], SITE)

    @pytest.mark.parametrize(
        ("pricing", "lines", "tax", "discount", "shipping"),
        [
            ({}, [line()], None, None, None),
            ({"tax": money("1.00")}, [line()], "1.00", None, None),
            ({"tax": money("1.00")}, [line(taxes=[{"amount": money("2.00")}])], "2.00", None, None),
            ({"priceDiscount": money("-3.00")}, [line()], None, "3.00", None),
            ({"deliveryCost": money("0.0")}, [line()], None, None, "0.0"),
            ({"deliveryCost": money("5.00"), "deliveryDiscount": money("-2.00")}, [line()], None, None, "3.00"),
        ],
    )
    def test_totals(self, pricing: Any, lines: Any, tax: Any, discount: Any, shipping: Any) -> None:
        """eBay writes discounts below zero, and its total of taxes leaves out those it collects itself."""
        found = order(pricingSummary={"total": money("10.00"), **pricing}, lineItems=lines)
        record = mapping.order_record(found, [], SITE)
        told = (record.total_tax, record.total_discount, record.total_shipping)
        assert told == tuple(None if value is None else Decimal(value) for value in (tax, discount, shipping))

    def test_an_order_that_tells_nothing_more(self) -> None:
        record = mapping.order_record(order(), [], SITE)
        told = (record.ship_to_address.full_name, record.requested_shipping_method, record.latest_ship_date)
        assert told == (None, None, None)
        assert record.shipments == []

    def test_the_first_line_due_says_when_to_ship(self) -> None:
        days = ["2026-11-25T00:00:00.000Z", "2026-11-24T00:00:00.000Z", None]
        lines = [line(lineItemFulfillmentInstructions={"shipByDate": day}) for day in days]
        due = mapping.order_record(order(lineItems=lines), [], SITE).latest_ship_date
        assert due == datetime(2026, 11, 24, tzinfo=UTC)

    def test_parcels_without_a_number_are_told_apart(self) -> None:
        """eBay gives all of them the same id, and the second would replace the first."""
        plain = Parcel(fulfillment_id="999", shipped_date=NOON)
        numbered = Parcel(fulfillment_id="1Z", shipment_tracking_number="1Z", shipping_carrier_code="UPS")
        record = mapping.order_record(order(), [plain, numbered, plain], SITE)
        assert [one.shipment_id for one in record.shipments] == ["999", "1Z", "999-2"]
        assert [one.status for one in record.shipments] == ["shipped", "open", "shipped"]
        assert record.shipments[1].shipped_date is None

    def test_a_parcel_with_a_line_of_another_order(self) -> None:
        found = msgspec.convert({"fulfillmentId": "1", "lineItems": [{"lineItemId": "x", "quantity": 1}]}, Parcel)
        (part,) = mapping.order_record(order(), [found], SITE).shipments[0].line_items
        assert (part.line_item_id, part.product_id, part.quantity) == ("x", None, 1)

    def test_refunds_of_order_and_lines_are_shown_once(self) -> None:
        one = {"refundId": "r1", "amount": money("2.00"), "refundStatus": "REFUNDED"}
        other = {"refundId": "r2"}
        found = order(paymentSummary={"refunds": [one]}, lineItems=[line(refunds=[one, other])])
        shown = mapping.order_record(found, [], SITE).additional_fields["refunds"]
        assert [(refund["id"], refund["amount"]) for refund in shown] == [("r1", Decimal("2.00")), ("r2", None)]


def level(total: int | None, **places: int) -> ShipTo:
    listed = [Distribution(merchant_location_key=key, quantity=units) for key, units in places.items()]
    return ShipTo(quantity=total, availability_distributions=listed)


class TestStock:
    @pytest.mark.parametrize(
        ("before", "units", "kind", "place", "after"),
        [
            (level(5), 2, "increase", None, level(7)),
            (level(None), 2, "increase", None, level(2)),
            (level(5), 5, "decrease", None, level(0)),
            (level(5), 0, "exact", None, level(0)),
            (level(6, m=6), 2, "decrease", None, level(4, m=4)),
            (level(8, m=6, e=2), 0, "exact", "e", level(6, m=6, e=0)),
            (level(8, m=6, e=2), 3, "increase", "n", level(11, m=6, e=2, n=3)),
            (level(0), 3, "exact", "m", level(3, m=3)),
            # Sold in the meantime: eBay took it from the total alone.
            (level(7, m=6, e=2), 1, "increase", "e", level(8, m=6, e=3)),
        ],
    )
    def test_levels(self, before: ShipTo, units: int, kind: Any, place: str | None, after: ShipTo) -> None:
        assert stock.changed(before, units, kind, msgspec.UNSET if place is None else place) == after

    @pytest.mark.parametrize(
        ("before", "units", "kind", "place", "field"),
        [
            (level(5), 6, "decrease", None, "quantity"),
            (level(None), 1, "decrease", None, "quantity"),
            (level(8, m=6, e=2), 3, "decrease", "e", "quantity"),
            (level(8, m=6, e=2), 3, "decrease", None, "warehouse_id"),
            (level(5), 1, "increase", "m", "warehouse_id"),
        ],
    )
    def test_what_cannot_be(self, before: ShipTo, units: int, kind: Any, place: str | None, field: str) -> None:
        with pytest.raises(stock.Unfit) as caught:
            stock.changed(before, units, kind, msgspec.UNSET if place is None else place)
        assert caught.value.field == field

    @pytest.mark.parametrize(
        ("shown", "before", "after", "limit"),
        [
            (5, 5, 9, 9),
            (5, 5, 0, 0),
            (3, 5, 9, None),
            (3, 5, 2, 2),
            (7, 5, 6, 6),
            (None, 5, 9, None),
            (5, 5, 5, None),
        ],
    )
    def test_limits_of_listings(self, shown: int | None, before: int, after: int, limit: int | None) -> None:
        """A listing that still shows the old stock sells what is not there; one that is limited on purpose stays so."""
        found = stock.Change("A", level(before), level(after), [offer(availableQuantity=shown)])
        assert found.limits() == ([] if limit is None else [{"offerId": "1", "availableQuantity": limit}])

    @pytest.mark.parametrize("facts", [{"status": "UNPUBLISHED"}, {"format": "AUCTION"}])
    def test_other_offers_are_left_alone(self, facts: dict[str, str]) -> None:
        assert stock.Change("A", level(5), level(9), [offer(**facts)]).limits() == []

    def test_calls_hold_no_more_than_ebay_takes(self) -> None:
        def change(number: int, offers: int) -> stock.Change:
            listed = [offer(offerId=f"{number}-{at}") for at in range(offers)]
            return stock.Change(str(number), level(5), level(6), listed)

        parts = list(stock.calls([*(change(at, 0) for at in range(26)), *(change(30 + at, 2) for at in range(13))]))
        assert [len(part) for part in parts] == [25, 13, 1]
        assert list(stock.calls([])) == []


class TestRefunds:
    @pytest.mark.parametrize(
        ("lines", "amount", "sent"),
        [
            (None, None, {"orderLevelRefundAmount": money("10.00")}),
            (None, "0.5", {"orderLevelRefundAmount": money("0.50")}),
            ([{"quantity": 1}], None, {"refundItems": [{"lineItemId": "1", "refundAmount": money("5.00")}]}),
            (
                [{"quantity": 0, "amount": Decimal(2)}],
                "2",
                {"refundItems": [{"lineItemId": "1", "refundAmount": money("2.00")}]},
            ),
        ],
    )
    def test_what_is_sent(self, lines: Any, amount: str | None, sent: dict[str, Any]) -> None:
        assert refunds.request(order(), _asked(lines), _amount(amount)) == sent

    def test_a_third_of_a_line_is_rounded(self) -> None:
        found = order(lineItems=[line(quantity=3)])
        sent = refunds.request(found, _asked([{"quantity": 2}]), msgspec.UNSET)
        assert sent["refundItems"][0]["refundAmount"] == money("6.67")

    @pytest.mark.parametrize(
        ("lines", "amount", "field"),
        [
            (None, "10.01", "amount"),
            (None, "0", "amount"),
            (None, "1.005", "amount"),
            ([{"quantity": 3}], None, "line_items.0.quantity"),
            ([{"quantity": 0}], None, "line_items.0.amount"),
            ([{"quantity": 1, "restock": True}], None, "line_items.0.restock"),
            ([{"quantity": 1, "line_item_id": "9"}], None, "line_items.0.line_item_id"),
            ([{"quantity": 1}], "4", "amount"),
        ],
    )
    def test_what_cannot_be_paid_back(self, lines: Any, amount: str | None, field: str) -> None:
        with pytest.raises(InvalidBody) as caught:
            refunds.request(order(), _asked(lines), _amount(amount))
        assert field in caught.value.extra()["detail"]["json"]

    def test_refunds_that_failed_leave_the_money(self) -> None:
        made = [
            {"refundId": "1", "amount": money("4.00"), "refundStatus": "REFUNDED"},
            {"refundId": "2", "amount": money("4.00"), "refundStatus": "FAILED"},
            {"refundId": "3", "refundStatus": "PENDING"},
        ]
        assert refunds.left_of(order(paymentSummary={"refunds": made})) == Decimal("6.00")

    def test_nothing_left(self) -> None:
        made = {"refundId": "1", "amount": money("10.00"), "refundStatus": "PENDING"}
        with pytest.raises(VendorRejected):
            refunds.request(order(paymentSummary={"refunds": [made]}), msgspec.UNSET, msgspec.UNSET)

    @pytest.mark.parametrize(
        ("reason", "note", "sent"),
        [
            (None, None, {"reasonForRefund": "OTHER_ADJUSTMENT"}),
            ("item not received", None, {"reasonForRefund": "ITEM_NOT_RECEIVED"}),
            ("BUYER_CANCEL", "As agreed", {"reasonForRefund": "BUYER_CANCEL", "comment": "As agreed"}),
            ("late", "Sorry", {"reasonForRefund": "OTHER_ADJUSTMENT", "comment": "late; Sorry"}),
            ("", "", {"reasonForRefund": "OTHER_ADJUSTMENT"}),
        ],
    )
    def test_reasons(self, reason: str | None, note: str | None, sent: dict[str, str]) -> None:
        assert refunds.reason_and_comment(reason, note) == sent

    def test_a_comment_that_is_too_long(self) -> None:
        with pytest.raises(InvalidBody):
            refunds.reason_and_comment("x" * 101, None)


def _asked(lines: list[dict[str, Any]] | None) -> Any:
    if lines is None:
        return msgspec.UNSET
    return [RefundLineItem(**{"line_item_id": "1", **facts}) for facts in lines]


def _amount(text: str | None) -> Any:
    return msgspec.UNSET if text is None else Decimal(text)


def test_amounts_are_the_texts_that_were_sent() -> None:
    """A float would make 0.1 and 0.2 into more than 0.3."""
    assert mapping.order_record(order(pricingSummary={"total": money("0.30")}), [], SITE).total_price == Decimal("0.30")
