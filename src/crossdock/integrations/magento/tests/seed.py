"""What is in the fake shop."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

D = Decimal
STORE = {
    "id": 1,
    "code": "default",
    "website_id": 1,
    "locale": "en_US",
    "base_currency_code": "USD",
    "default_display_currency_code": "USD",
    "timezone": "America/Denver",
    "weight_unit": "kgs",
    "base_url": "http://shop.example.com/",
    "base_link_url": "http://shop.example.com/",
    "base_static_url": "http://shop.example.com/static/",
    "base_media_url": "http://shop.example.com/media/",
    "secure_base_url": "https://shop.example.com/",
    "secure_base_link_url": "https://shop.example.com/",
    "secure_base_static_url": "https://shop.example.com/static/",
    "secure_base_media_url": "https://shop.example.com/media/",
}
CATEGORIES = [
    {"id": 1, "parent_id": 0, "name": "Root Catalog", "level": 0, "path": "1"},
    {"id": 2, "parent_id": 1, "name": "Default Category", "level": 1, "path": "1/2"},
    {"id": 20, "parent_id": 2, "name": "Kitchen", "level": 2, "path": "1/2/20"},
    {"id": 21, "parent_id": 20, "name": "Tea", "level": 3, "path": "1/2/20/21"},
]
SOURCES: dict[str, dict[str, Any]] = {
    "default": {"name": "Default Source", "enabled": True, "country_id": "US", "postcode": "00000"},
    "east": {
        "name": "East",
        "enabled": True,
        "description": "Second floor",
        "country_id": "US",
        "region": "Pennsylvania",
        "city": "Bethlehem",
        "street": "1 Mill Street",
        "postcode": "18015",
    },
    "old": {"name": "Old hall", "enabled": False, "country_id": "US", "postcode": "00000"},
}
PRODUCTS: dict[int, dict[str, Any]] = {
    11: {
        "sku": "TEA-11",
        "name": "Sencha",
        "price": D("21.99"),
        "weight": D("0.25"),
        "categories": ["20", "21"],
        "custom_attributes": [
            {"attribute_code": "cost", "value": "9.500000"},
            {"attribute_code": "ean", "value": "4006381333931"},
            {"attribute_code": "special_price", "value": "19.990000"},
            {"attribute_code": "category_ids", "value": ["20", "21"]},
        ],
        "picture": "/t/e/tea.jpg",
    },
    12: {"sku": "GIFT", "name": "Gift card", "price": D(10), "type_id": "virtual"},
    13: {"sku": "MUG", "name": "Mug", "price": D(0), "type_id": "configurable", "children": [31, 32]},
    14: {
        "sku": "SET",
        "name": "Tea set",
        "price": D(0),
        "type_id": "bundle",
        "custom_attributes": [{"attribute_code": "price_type", "value": "0"}],
    },
    15: {"sku": "OUT", "name": "Sold out", "price": D("4.5"), "status": 2},
    16: {"sku": "RIBBON", "name": "Ribbon by the metre", "price": D("0.8")},
    31: {"sku": "MUG-RED", "name": "Mug, red", "price": D(10), "visibility": 1},
    32: {"sku": "MUG-BLUE,L", "name": "Mug, blue, large", "price": D(12), "visibility": 1},
}
STOCK: list[tuple[str, str, Decimal, int]] = [
    ("TEA-11", "default", D(40), 1),
    ("TEA-11", "east", D(5), 1),
    ("OUT", "default", D(0), 0),
    ("RIBBON", "default", D("2.5"), 1),
    ("MUG-RED", "default", D(8), 1),
    ("MUG-BLUE,L", "default", D(3), 1),
]


def product(number: int, **facts: Any) -> dict[str, Any]:
    """A product; simple and shown by itself unless said otherwise."""
    extension: dict[str, Any] = {"website_ids": [1]}
    if "categories" in facts:
        links = facts.pop("categories")
        extension["category_links"] = [{"position": 0, "category_id": number} for number in links]
    if "children" in facts:
        extension["configurable_product_links"] = facts.pop("children")
    picture = facts.pop("picture", None)
    entry = {"id": 7, "media_type": "image", "label": "", "position": 1, "disabled": False, "types": ["image"]}
    return {
        "id": number,
        "attribute_set_id": 4,
        "status": 1,
        "visibility": 4,
        "type_id": "simple",
        "product_links": [],
        "options": [],
        "media_gallery_entries": [{**entry, "file": picture}] if picture else [],
        "tier_prices": [],
        "custom_attributes": [],
        "extension_attributes": extension,
        **facts,
    }


def item(number: int, product_id: int, sku: str, quantity: int, price: str = "0", **facts: Any) -> dict[str, Any]:
    """A line of an order."""
    return {
        "item_id": number,
        "product_id": product_id,
        "product_type": "simple",
        "sku": sku,
        "name": sku,
        "is_virtual": 0,
        "price": D(price),
        "row_total": D(price) * quantity,
        "discount_amount": D(0),
        "discount_tax_compensation_amount": D(0),
        "tax_amount": D(0),
        "qty_ordered": quantity,
        "qty_canceled": 0,
        "qty_invoiced": quantity,
        "qty_shipped": 0,
        "qty_refunded": 0,
        **facts,
    }


ORDERS: dict[int, dict[str, Any]] = {
    501: {
        "grand_total": D("63.88"),
        "tax_amount": D("5.9"),
        "discount_amount": D(-1),
        "shipping_amount": D(5),
        "shipping_tax_amount": D("0.5"),
        "items": [
            item(601, 11, "TEA-11", 2, "21.99", tax_amount=D("4.4")),
            item(602, 13, "MUG-RED", 1, "10", product_type="configurable", discount_amount=D(1), tax_amount=D(1)),
            item(603, 31, "MUG-RED", 1, parent_item_id=602),
        ],
        "customer_note": "Ring twice",
    },
    502: {"state": "canceled", "status": "canceled", "items": [item(611, 11, "TEA-11", 1, "21.99", qty_canceled=1)]},
    503: {"state": "new", "status": "pending", "total_paid": D(0), "items": [item(621, 11, "TEA-11", 100, "21.99")]},
    504: {
        "state": "complete",
        "status": "shipped_to_buyer",
        "items": [item(631, 11, "TEA-11", 3, "21.99", qty_shipped=3)],
    },
    506: {"payment_method": "checkmo", "items": [item(651, 11, "TEA-11", 1, "21.99")]},
    505: {"order_currency_code": "EUR", "items": [item(641, 12, "GIFT", 1, "10", is_virtual=1)]},
}


def order(number: int, **facts: Any) -> dict[str, Any]:
    """An order that is paid, with flat shipping, unless said otherwise."""
    address = {
        "firstname": "Ada",
        "lastname": "Brunner",
        "company": "Brunner & Co",
        "street": ["12 Hill Road", "Floor 3"],
        "city": "Denver",
        "region": "Colorado",
        "region_code": "CO",
        "postcode": "80202",
        "country_id": "US",
        "telephone": "+1 303 555 0100",
        "email": "ada@example.com",
    }
    total = facts.get("grand_total", sum((line["row_total"] for line in facts["items"]), D(0)))
    method = facts.pop("payment_method", "braintree")
    shipping = {"address": {**address, "address_type": "shipping"}, "method": "flatrate_flatrate"}
    return {
        "entity_id": number,
        "increment_id": f"000000{number}",
        "state": "processing",
        "status": "processing",
        "customer_email": "ada@example.com",
        "base_currency_code": "USD",
        "order_currency_code": "USD",
        "grand_total": total,
        "base_grand_total": total,
        "tax_amount": D(0),
        "discount_amount": D(0),
        "shipping_amount": D(0),
        "shipping_tax_amount": D(0),
        "shipping_description": "Flat Rate - Fixed",
        "total_paid": total,
        "store_name": "Main Website",
        "billing_address": {**address, "address_type": "billing"},
        "payment": {"account_status": "", "additional_information": [], "cc_last4": "", "method": method},
        "extension_attributes": {"shipping_assignments": [{"shipping": shipping, "items": []}]},
        **facts,
    }
