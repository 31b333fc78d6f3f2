"""Offers and orders of a made-up shop. What no test cares about is filled in where the specification requires it."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any

from crossdock.contract.values import timestamp_text
from crossdock.integrations.kit.fake.schemas import Schemas

NEUTRAL: dict[str, Any] = {"boolean": False, "integer": 0, "number": 0, "array": [], "string": ""}
SOME_DAY = "2026-01-01T00:00:00Z"
OFFER, ORDER = "OF22_Response_200", "OR11_Response_200_Orders"
LINE, CUSTOMER = f"{ORDER}_OrderLines", f"{ORDER}_Customer"
REFUND, PLATFORM = f"{LINE}_Refunds", "PC01_Response_200"


def filled(schemas: Schemas, name: str, facts: dict[str, Any]) -> dict[str, Any]:
    """An object of a schema with what it requires, and facts in place of the neutral values."""
    return {**_object(schemas, schemas.at(f"#/components/schemas/{name}")), **facts}


def _object(schemas: Schemas, schema: dict[str, Any]) -> dict[str, Any]:
    return {name: _neutral(schemas, schema["properties"][name]) for name in schema.get("required", [])}


def _neutral(schemas: Schemas, schema: Any) -> Any:
    schema = schemas.resolve(schema)
    if schema.get("type") == "object":
        return _object(schemas, schema)
    return SOME_DAY if schema.get("format") == "date-time" else NEUTRAL[schema["type"]]


def offers(schemas: Schemas) -> dict[int, dict[str, Any]]:
    """A usual offer, one in two warehouses with a discount, one without stock, and one that is hidden."""
    make = functools.partial(offer, schemas)
    stores = [{"code": "LYON", "quantity": 7}, {"code": "PARIS", "quantity": 5}]
    discount = {"discount_price": 49.9, "origin_price": 59.9, "start_date": "2026-11-01T00:00:00Z"}
    made = [
        make(2130, "TEAPOT", "Teapot", price=12.5, quantity=40),
        make(2131, "LAMP-1", "Desk lamp", price=49.9, quantity=12, warehouses=stores, discount=discount),
        make(2132, 'MUG "BLUE"; 2', "Mug", price=4, quantity=0),
        make(2133, "CHAIR", "Chair", price=0.1, quantity=3, active=False, inactivity_reasons=["SHOP_NOT_OPEN"]),
    ]
    return {one["offer_id"]: one for one in made}


def offer(schemas: Schemas, number: int, sku: str, title: str, **facts: Any) -> dict[str, Any]:
    """An offer that can be bought."""
    usual = {
        "offer_id": number,
        "shop_sku": sku,
        "product_sku": f"MKP{number}",
        "product_title": title,
        "product_brand": "Example",
        "product_references": [{"reference": f"400{number:010}", "reference_type": "EAN"}],
        "active": True,
        "category_code": "3016100",
        "category_label": "Household",
        "currency_iso_code": "EUR",
        "leadtime_to_ship": 2,
        "logistic_class": {"code": "M", "label": "Medium"},
        "state_code": "11",
    }
    return filled(schemas, OFFER, {**usual, **facts})


def line(schemas: Schemas, number: str, product: tuple[int, str], units: int, price: float, **facts: Any) -> Any:
    """A line of an order, taxed at a fifth."""
    whole = round(units * price, 2)
    usual = {
        "order_line_id": number,
        "order_line_state": "SHIPPING",
        "offer_id": product[0],
        "offer_sku": product[1],
        "quantity": units,
        "price_unit": price,
        "price": whole,
        "shipping_price": 4,
        "total_price": whole + 4,
        "taxes": [{"code": "VAT", "rate": 20, "amount": round(whole / 5, 2), "tax_calculation_rule": "PROPORTIONAL"}],
        "shipping_taxes": [
            {"code": "VAT", "rate": 20, "amount": 0.8, "tax_calculation_rule": "PROPORTIONAL"},
        ],
    }
    return filled(schemas, LINE, {**usual, **facts})


def order(schemas: Schemas, number: str, made: datetime, lines: list[Any], **facts: Any) -> dict[str, Any]:
    """An order to be shipped."""
    address = {
        "firstname": "Ann",
        "lastname": "Buyer",
        "company": "Example Ltd",
        "street_1": "1 Main Street",
        "street_2": "Flat 2",
        "city": "Paris",
        "zip_code": "75001",
        "country": "France",
        "country_iso_code": "FRA",
    }
    customer = {
        "customer_id": "C-7",
        "firstname": "Ann",
        "lastname": "Buyer",
        "billing_address": address,
        "shipping_address": {**address, "additional_info": "Ring twice"},
    }
    usual = {
        "order_id": number,
        "commercial_id": number.rpartition("-")[0],
        "order_state": "SHIPPING",
        "order_tax_mode": "TAX_EXCLUDED",
        "created_date": timestamp_text(made),
        "last_updated_date": timestamp_text(made),
        "currency_iso_code": "EUR",
        "customer": filled(schemas, CUSTOMER, customer),
        "customer_notification_email": "relay+7@notification.example.com",
        "order_lines": lines,
        "price": round(sum(one["price"] for one in lines), 2),
        "shipping_price": round(sum(one["shipping_price"] for one in lines), 2),
        "total_price": round(sum(one["total_price"] for one in lines), 2),
        "shipping_type_code": "STD",
        "shipping_type_label": "Standard",
        "shipping_deadline": "2026-11-25T22:59:59.999Z",
    }
    return filled(schemas, ORDER, {**usual, **facts})


def orders(schemas: Schemas, made: datetime) -> dict[str, dict[str, Any]]:
    """An order to be shipped with taxes beside its amounts, one with taxes in them, and one to be accepted."""
    teapot, lamp = (2130, "TEAPOT"), (2131, "LAMP-1")
    first = [
        line(schemas, "Order_1-A-1", teapot, 3, 12.5, shipping_from={"warehouse": {"code": "LYON"}}),
        line(schemas, "Order_1-A-2", lamp, 1, 49.9, shipping_from={"warehouse": {"code": "PARIS"}}),
    ]
    waiting = {"order_line_state": "WAITING_ACCEPTANCE"}
    all_made = [
        order(schemas, "Order_1-A", made, first),
        order(schemas, "Order_2-A", made, [line(schemas, "Order_2-A-1", teapot, 1, 15)], order_tax_mode="TAX_INCLUDED"),
        order(
            schemas,
            "Order_3-A",
            made,
            [line(schemas, "Order_3-A-1", lamp, 2, 49.9, **waiting)],
            order_state="WAITING_ACCEPTANCE",
        ),
    ]
    return {one["order_id"]: one for one in all_made}
