"""What Mirakl's fields mean: the usual, zero, empty, missing, unknown, other zones."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.contract.cart.orders import RefundLineItem
from crossdock.contract.errors import InvalidBody, UnexpectedShape, VendorRejected
from crossdock.integrations.kit.mapping import moment
from crossdock.integrations.mirakl import client, mapping, refunds, shipping, stock
from crossdock.integrations.mirakl.models import Offer, Order, Reason, Shipment
from crossdock.integrations.mirakl.refunds import RefundOrder

ADDRESS = {"firstname": "Ann", "lastname": "Buyer", "street_1": "1 Main Street", "country_iso_code": "FRA"}


def offer(**facts: Any) -> Offer:
    usual = {"offer_id": 7, "shop_sku": "A", "product_sku": "P", "product_title": "Tea", "active": True}
    return msgspec.convert({**usual, "currency_iso_code": "EUR", "quantity": 3, "price": 1, **facts}, Offer)


def line(number: int = 1, **facts: Any) -> dict[str, Any]:
    usual = {"order_line_id": f"O-{number}", "order_line_state": "SHIPPING", "offer_id": 7, "offer_sku": "A"}
    return {**usual, "quantity": 3, "price": 30, "price_unit": 10, "shipping_price": 6, **facts}


def order(*lines: dict[str, Any], **facts: Any) -> Order:
    usual = {
        "order_id": "O",
        "commercial_id": "C",
        "order_state": "SHIPPING",
        "order_tax_mode": "TAX_EXCLUDED",
        "created_date": "2026-03-29T01:30:00Z",
        "last_updated_date": "2026-10-25T03:30:00.999+02:00",
        "currency_iso_code": "EUR",
        "price": 30,
        "shipping_price": 6,
        "total_price": 36,
        "customer": {"customer_id": "B", "shipping_address": ADDRESS, "billing_address": ADDRESS},
        "order_lines": list(lines) or [line()],
    }
    # Through JSON, as a real answer comes.
    return msgspec.json.decode(json.dumps({**usual, **facts}), type=Order)


OFFERS: list[tuple[dict[str, Any], str, Any]] = [
    ({}, "id", "7"),
    ({}, "parent_product_id", "7"),
    ({"price": 0}, "price", Decimal(0)),
    ({"price": None}, "price", None),
    ({"quantity": 0}, "inventory", 0),
    ({"warehouses": None}, "inventory_by_warehouse_id", {}),
    ({"warehouses": [{"code": "B", "quantity": 0}]}, "inventory_by_warehouse_id", {"B": 0}),
    ({"shop_sku": ""}, "sku", None),
    ({"active": False}, "active", False),
    ({"product_references": None}, "gtin", None),
    ({"product_references": [{"reference": "1", "reference_type": "MPN"}]}, "gtin", None),
    (
        {
            "product_references": [
                {"reference": "5", "reference_type": "UPC"},
                {"reference": "1", "reference_type": "ean"},
                {"reference": "2", "reference_type": "EAN"},
            ]
        },
        "gtin",
        "1",
    ),
    ({"category_label": None}, "categories", []),
    ({}, "updated_date", moment("1970-01-01T00:00:00Z")),
]


@pytest.mark.parametrize(("facts", "field", "expected"), OFFERS)
def test_offer(facts: dict[str, Any], field: str, expected: Any) -> None:
    assert getattr(mapping.product_record(offer(**facts)), field) == expected


@pytest.mark.parametrize("written", ["0.1", "1234567.89", "49.90", "10"])
def test_amounts_do_not_drift(written: str) -> None:
    """Mirakl writes amounts as numbers; read as floats, a cent would come and go."""
    text = '{"offer_id":7,"shop_sku":"A","product_sku":"P","product_title":"T","active":true,"currency_iso_code":"EUR",'
    found = msgspec.json.decode(f'{text}"quantity":1,"price":{written}}}', type=Offer)
    assert str(mapping.product_record(found).price) == written


STATUSES = [
    ("STAGING", "open"),
    ("WAITING_ACCEPTANCE", "open"),
    ("WAITING_DEBIT", "open"),
    ("WAITING_DEBIT_PAYMENT", "open"),
    ("SHIPPING", "confirmed"),
    ("SHIPPED", "fulfilled"),
    ("TO_COLLECT", "fulfilled"),
    ("RECEIVED", "fulfilled"),
    ("CLOSED", "fulfilled"),
    ("REFUSED", "cancelled"),
    ("CANCELED", "cancelled"),
    ("WAITING_REFUND", "other"),
    ("", "other"),
]


@pytest.mark.parametrize(("raw", "status"), STATUSES)
def test_status(raw: str, status: str) -> None:
    """What is not known is not guessed."""
    made = mapping.order_record(order(order_state=raw))
    assert (made.status, made.raw_status) == (status, raw)


TAXES = [{"code": "VAT", "amount": 3.3}, {"code": "CITY", "amount": 0.1}]
ORDERS: list[tuple[dict[str, Any], dict[str, Any], str, Any]] = [
    ({}, {}, "total_price", Decimal(36)),
    ({"taxes": TAXES, "shipping_taxes": [{"code": "VAT", "amount": 0.6}]}, {}, "total_price", Decimal("40.0")),
    ({"taxes": TAXES}, {"order_tax_mode": "TAX_INCLUDED"}, "total_price", Decimal(36)),
    ({"taxes": TAXES}, {"order_tax_mode": "TAX_INCLUDED"}, "total_tax", Decimal("3.4")),
    ({"taxes": None}, {}, "total_tax", Decimal(0)),
    ({}, {"promotions": None}, "total_discount", None),
    ({}, {"promotions": {"total_deduced_amount": 0}}, "total_discount", Decimal(0)),
    ({}, {}, "created_date", moment("2026-03-29T01:30:00Z")),
    ({}, {}, "updated_date", moment("2026-10-25T01:30:00Z")),
    ({}, {"shipping_deadline": None}, "latest_ship_date", None),
    ({}, {"commercial_id": ""}, "order_number", None),
    ({}, {}, "shipments", []),
    ({}, {}, "shipping_groups", []),
]


@pytest.mark.parametrize(("on_line", "on_order", "field", "expected"), ORDERS)
def test_order(on_line: dict[str, Any], on_order: dict[str, Any], field: str, expected: Any) -> None:
    """Whether amounts have taxes in them is a setting of the marketplace; what the buyer pays is not."""
    assert getattr(mapping.order_record(order(line(**on_line), **on_order)), field) == expected


def test_an_address_that_is_not_shown_yet_is_empty() -> None:
    """Some marketplaces show it after the order is accepted only; until then the order still has to come."""
    made = mapping.order_record(order(customer={"customer_id": "B"}))
    assert (made.ship_to_address.full_name, made.ship_to_address.country) == (None, None)


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(UnexpectedShape):
        mapping.order_record(order(created_date="yesterday"))


OWN: list[tuple[dict[str, Any], dict[str, Any], str | None]] = [
    ({}, {}, None),
    ({}, {"shipping_tracking": "1Z"}, "open"),
    ({"shipped_date": "2026-10-01T00:00:00Z"}, {}, "shipped"),
    ({"order_line_state": "RECEIVED"}, {"order_state": "RECEIVED"}, "shipped"),
    ({"order_line_state": "CLOSED"}, {"order_state": "CLOSED"}, None),
]


@pytest.mark.parametrize(("on_line", "on_order", "status"), OWN)
def test_shipment_of_a_whole_order(on_line: dict[str, Any], on_order: dict[str, Any], status: str | None) -> None:
    found = mapping.order_record(order(line(**on_line), **on_order)).shipments
    assert [one.status for one in found] == ([status] if status else [])


PARCELS = [
    ("SHIPPING", "open", "confirmed"),
    ("SHIPMENT_PREPARED", "open", "confirmed"),
    ("SHIPPED", "shipped", "partially_fulfilled"),
    ("CANCELED", "cancelled", "confirmed"),
    ("LOST_AT_SEA", "other", "confirmed"),
]


def parcel(status: str, **facts: Any) -> Shipment:
    lines = [{"order_line_id": "O-1", "quantity": 2}]
    usual = {"id": "S", "order_id": "O", "status": status, "created_date": "2026-10-01T00:00:00Z"}
    return msgspec.convert({**usual, "shipment_lines": lines, **facts}, Shipment)


@pytest.mark.parametrize(("raw", "status", "whole"), PARCELS)
def test_shipment_of_a_divided_order(raw: str, status: str, whole: str) -> None:
    made = mapping.order_record(order(), [parcel(raw)])
    assert (made.shipments[0].status, made.shipments[0].raw_status, made.status) == (status, raw, whole)


@pytest.mark.parametrize(("raw", "left"), [("SHIPPED", 1), ("SHIPPING", 1), ("CANCELED", 3)])
def test_units_in_a_shipment_are_not_sent_again(raw: str, left: int) -> None:
    assert shipping.left_of(order(), [parcel(raw)]) == {"O-1": left}


def test_a_line_that_is_not_to_be_shipped_is_left_out() -> None:
    """A canceled line would make Mirakl refuse the whole shipment."""
    assert shipping.left_of(order(line(1, order_line_state="CANCELED"), line(2)), []) == {"O-2": 3}


VAT = {"taxes": [{"code": "VAT", "amount": 6}], "shipping_taxes": [{"code": "VAT", "amount": 1.2}]}
EARLIER = {
    "refunds": [
        {
            "id": "1",
            "created_date": "2026-10-01T00:00:00Z",
            "quantity": 1,
            "amount": 10,
            "taxes": [{"code": "VAT", "amount": 2}],
        }
    ]
}
CANCELED = {"cancelations": [{"id": "2", "created_date": "2026-10-01T00:00:00Z", "quantity": 1, "amount": 10}]}
ONE = RefundLineItem(line_item_id="O-1", quantity=1)
REFUNDS: list[tuple[dict[str, Any], dict[str, Any], RefundOrder, tuple[str, str, str | None]]] = [
    (VAT, {}, RefundOrder(), ("30", "6", "6")),
    ({**VAT, **EARLIER}, {}, RefundOrder(), ("20", "6", "4")),
    ({**VAT, **CANCELED}, {}, RefundOrder(), ("20", "6", "6")),
    (VAT, {}, RefundOrder(line_items=[ONE]), ("10.00", "0", "2.00")),
    ({}, {}, RefundOrder(line_items=[ONE]), ("10.00", "0", None)),
    (VAT, {"order_tax_mode": "TAX_INCLUDED"}, RefundOrder(line_items=[ONE]), ("10.00", "0", "2.00")),
    (VAT, {}, RefundOrder(shipping_amount=Decimal("3.60")), ("0", "3.00", "0.00")),
    (
        {"price": 100, "taxes": [{"code": "VAT", "amount": 10}]},
        {"currency_iso_code": "JPY"},
        RefundOrder(line_items=[ONE]),
        ("34", "0", "3"),
    ),
]


@pytest.mark.parametrize(("on_line", "on_order", "asked", "expected"), REFUNDS)
def test_refund(
    on_line: dict[str, Any], on_order: dict[str, Any], asked: RefundOrder, expected: tuple[str, str, str | None]
) -> None:
    """What the buyer gets back is what was paid, whether taxes are in the amounts or beside them."""
    found = order(line(**on_line), **on_order)
    [made] = refunds.asked(found, asked)
    shown = made.shown(found, "15")
    taxes = [str(tax["amount"]) for tax in shown.get("taxes", [])]
    amounts = [Decimal(shown["amount"]), Decimal(shown["shipping_amount"])]
    assert amounts == [Decimal(expected[0]), Decimal(expected[1])]
    assert [Decimal(tax) for tax in taxes] == ([] if expected[2] is None else [Decimal(expected[2])])


REFUSED: list[tuple[RefundOrder, str]] = [
    (RefundOrder(line_items=[RefundLineItem(line_item_id="O-9", quantity=1)]), "line_items.0.line_item_id"),
    (RefundOrder(line_items=[ONE, ONE]), "line_items.1.line_item_id"),
    (RefundOrder(line_items=[RefundLineItem(line_item_id="O-1", quantity=4)]), "line_items.0.quantity"),
    (RefundOrder(line_items=[RefundLineItem(line_item_id="O-1", quantity=1, restock=True)]), "line_items.0.restock"),
    (
        RefundOrder(line_items=[RefundLineItem(line_item_id="O-1", quantity=1, amount=Decimal("30.01"))]),
        "line_items.0.amount",
    ),
    (RefundOrder(shipping_amount=Decimal("6.01")), "shipping_amount"),
]


@pytest.mark.parametrize(("asked", "field"), REFUSED)
def test_too_much_is_not_paid_back(asked: RefundOrder, field: str) -> None:
    with pytest.raises(InvalidBody) as error:
        refunds.asked(order(), asked)
    assert list(error.value.violations["json"]) == [field]


def test_nothing_left_is_said() -> None:
    paid = {"id": "1", "created_date": "2026-10-01T00:00:00Z", "quantity": 3, "amount": 30, "shipping_amount": 6}
    with pytest.raises(VendorRejected):
        refunds.asked(order(line(refunds=[paid])), RefundOrder())


OTHERS = Reason(code="1", label="Fraud", type="REFUND", is_shop_right=False)
OWN_REASON = Reason(code="15", label="Out of stock", type="REFUND", is_shop_right=True)


@pytest.mark.parametrize("wanted", [msgspec.UNSET, "15", "out of STOCK"])
def test_reason(wanted: Any) -> None:
    assert refunds.reason_of([OTHERS, OWN_REASON], wanted) == "15"


def test_a_reason_of_the_operator_is_not_the_shop_s() -> None:
    with pytest.raises(InvalidBody):
        refunds.reason_of([OTHERS, OWN_REASON], "Fraud")
    with pytest.raises(VendorRejected):
        refunds.reason_of([OTHERS], msgspec.UNSET)


REPORTS = [
    ('"error-line";"error-message";"offer-sku";"quantity";"warehouse-code"\n"1";"No";"A;""1""";"2";"X"\n', "X"),
    ('error-line,error-message,offer-sku,quantity\n1,No,"A;""1""",2\n', ""),
]


@pytest.mark.parametrize(("report", "warehouse"), REPORTS)
def test_report(report: str, warehouse: str) -> None:
    """A reason on the wrong line would tell a merchant that the wrong stock was set."""
    assert stock.refusals(report) == {('A;"1"', warehouse): "No"}


@pytest.mark.parametrize("report", ["", "oops", "<html></html>"])
def test_a_report_of_another_shape_names_no_line(report: str) -> None:
    assert stock.refusals(report) == {}


def test_a_file_quotes_what_is_awkward() -> None:
    levels = [stock.Level("B", 0, "X"), stock.Level('A;"1"', 5, None)]
    lines = stock.file_of(levels).splitlines()
    assert lines[1:] == ['"A;""1""";"5";"";"UPDATE"', '"B";"0";"X";"UPDATE"']


ADDRESSES = [
    ("https://example.mirakl.net", "https://example.mirakl.net"),
    (" example.mirakl.net/mmp/shop/order ", "https://example.mirakl.net"),
    ("https://market.example.com/api/", "https://market.example.com"),
]


@pytest.mark.parametrize(("typed", "site"), ADDRESSES)
def test_marketplace_address(typed: str, site: str) -> None:
    assert client.site(client.MiraklCredentials(marketplace_url=typed, api_key="test-key")) == site


@pytest.mark.parametrize("typed", ["http://example.mirakl.net", "", "https://"])
def test_an_address_that_cannot_serve_is_refused(typed: str) -> None:
    """Over plain http the key would be readable by anybody on the way."""
    with pytest.raises(InvalidBody):
        client.site(client.MiraklCredentials(marketplace_url=typed, api_key="test-key"))


@pytest.mark.parametrize(("typed", "number"), [("", None), (" 2000 ", 2000)])
def test_shop(typed: str, number: int | None) -> None:
    assert client.shop(client.MiraklCredentials(marketplace_url="x.example", api_key="k", shop_id=typed)) == number


def test_a_shop_is_a_number() -> None:
    with pytest.raises(InvalidBody):
        client.shop(client.MiraklCredentials(marketplace_url="x.example", api_key="k", shop_id="my shop"))
