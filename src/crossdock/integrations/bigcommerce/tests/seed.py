"""What is in the fake store."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

STORE: dict[str, Any] = {
    "id": "test-store",
    "domain": "tea.example.com",
    "secure_url": "https://tea.example.com",
    "name": "Tea and Pots",
    "currency": "EUR",
    "plan_name": "Standard",
    "weight_units": "Grams",
    "dimension_units": "Centimeters",
    "timezone": {"name": "Europe/Berlin", "raw_offset": 3600, "dst_offset": 7200, "dst_correction": True},
}
LOCATIONS: dict[int, dict[str, Any]] = {
    1: {"code": "BC-LOCATION-1", "label": "Hamburg"},
    2: {"code": "NORTH", "label": "Kiel", "managed_by_external_source": True},
    3: {"code": "OLD", "label": "Old store", "enabled": False},
}
PRODUCTS: dict[int, dict[str, Any]] = {
    11: {"name": "Sencha", "sku": "TEA", "price": 4.5, "weight": 250, "depth": 10, "inventory_tracking": "product"},
    12: {"name": "Teapot", "price": 35, "cost_price": 12.25, "inventory_tracking": "variant", "categories": [3, 7]},
    13: {"name": "Card", "sku": "CARD", "price": 2, "is_visible": False, "inventory_tracking": "none"},
    14: {"name": "Scarf", "price": 20, "inventory_tracking": "product"},
}
VARIANTS: dict[int, dict[str, Any]] = {
    211: {"product_id": 11, "sku": "TEA", "upc": "4006381333931"},
    212: {"product_id": 12, "sku": "POT-B", "price": 36.5, "option": ("Color", "Black"), "weight": 800},
    213: {"product_id": 12, "sku": "POT-R", "option": ("Color", "Red"), "purchasing_disabled": True},
    214: {"product_id": 13, "sku": "CARD"},
    215: {"product_id": 14, "sku": "SCARF-S", "option": ("Size", "S")},
    216: {"product_id": 14, "sku": "SCARF-L", "option": ("Size", "L")},
}
# By what is counted, a product or a variant: units on hand and safety stock by location.
STOCK: dict[tuple[str, int], dict[int, tuple[int, int]]] = {
    ("product", 11): {1: (40, 3), 2: (5, 0)},
    ("variant", 212): {1: (12, 0), 2: (0, 0)},
    ("variant", 213): {1: (3, 0)},
    ("product", 14): {1: (7, 0)},
}
# Lines are (id, product, variant, units, price of one without tax, discount, address). Tax is a tenth.
ORDERS: dict[int, dict[str, Any]] = {
    501: {
        "status_id": 11,
        "lines": [(601, 11, 211, 2, "4.50", "0", 701), (602, 12, 212, 1, "36.50", "5.50", 701)],
        "addresses": {701: "10.00"},
        "payment": "Credit Card",
    },
    502: {
        "status_id": 5,
        "lines": [(603, 12, 213, 1, "35.00", "0", 702)],
        "addresses": {702: "5.00"},
        "payment": "Manual",
    },
    503: {
        "status_id": 11,
        "lines": [(604, 11, 211, 3, "4.50", "0", 703), (605, 12, 212, 1, "36.50", "0", 704)],
        "addresses": {703: "4.00", 704: "6.00"},
        "payment": "Cash on Delivery",
    },
    504: {"status_id": 10, "lines": [(606, 0, 0, 1, "15.00", "0", 0)], "addresses": {}, "payment": "Old Gateway"},
}
STATUSES = {
    2: "Shipped",
    3: "Partially Shipped",
    4: "Refunded",
    5: "Cancelled",
    9: "Awaiting Shipment",
    10: "Completed",
    11: "Awaiting Fulfillment",
    14: "Partially Refunded",
}
WAYS_BACK: dict[str, list[dict[str, Any]]] = {
    "Credit Card": [
        {"provider_id": "authorizenet", "provider_description": "Authorize.net", "offline": False},
        {"provider_id": "storecredit", "provider_description": "Store Credit", "offline": False},
        {"provider_id": "custom", "provider_description": "Custom", "offline": True},
    ],
    "Cash on Delivery": [
        {"provider_id": "cod", "provider_description": "Cash on Delivery", "offline": True, "offline_provider": True},
        {"provider_id": "storecredit", "provider_description": "Store Credit", "offline": False},
    ],
    "Old Gateway": [
        {"provider_id": "storecredit", "provider_description": "Store Credit", "offline": False},
        {"provider_id": "custom", "provider_description": "Custom", "offline": True, "offline_reason": "Too long ago"},
    ],
}
BUYER: dict[str, Any] = {
    "first_name": "Jane",
    "last_name": "Doe",
    "company": "",
    "street_1": "Hauptstr. 1",
    "street_2": "",
    "city": "Hamburg",
    "state": "Hamburg",
    "zip": "20095",
    "country": "Germany",
    "country_iso2": "DE",
    "phone": "",
    "email": "jane@example.com",
}


def product(number: int, **facts: Any) -> dict[str, Any]:
    """A product as the catalogue shows it."""
    return {
        "id": number,
        "name": f"Product {number}",
        "type": "physical",
        "sku": "",
        "weight": 0,
        "width": 0,
        "depth": 0,
        "height": 0,
        "price": 0,
        "cost_price": 0,
        "categories": [],
        "inventory_tracking": "none",
        "is_visible": True,
        "availability": "available",
        "upc": "",
        "gtin": "",
        **facts,
    }


def variant(number: int, **facts: Any) -> dict[str, Any]:
    """A variant as its product shows it; what is its product's is null."""
    option = facts.pop("option", None)
    shown: dict[str, Any] = {
        "id": number,
        "sku": "",
        "upc": "",
        "gtin": "",
        "price": None,
        "cost_price": None,
        "sale_price": None,
        "retail_price": None,
        "weight": None,
        "width": None,
        "depth": None,
        "height": None,
        "purchasing_disabled": False,
        "image_url": "",
        "option_values": [],
        **facts,
    }
    if option:
        name, label = option
        shown["option_values"] = [{"id": number, "option_id": 5, "option_display_name": name, "label": label}]
    return shown


def text(value: Decimal) -> str:
    """An amount as version 2 writes it."""
    return f"{value:.4f}"


def line(entry: tuple[int, int, int, int, str, str, int], order_id: int) -> dict[str, Any]:
    """A line of an order, with a tenth of tax on what is left after the discount."""
    number, product_id, variant_id, units, price, less, address = entry
    net, discount = Decimal(price), Decimal(less)
    tax = (net * units - discount) / 10
    shown: dict[str, Any] = {
        "id": number,
        "order_id": order_id,
        "product_id": product_id,
        "order_address_id": address,
        "name": f"Line {number}",
        "sku": VARIANTS[variant_id]["sku"] if variant_id else "",
        "type": "physical" if address else "digital",
        "quantity": units,
        "quantity_shipped": 0,
        "quantity_refunded": 0,
        "price_ex_tax": text(net),
        "total_ex_tax": text(net * units),
        "total_inc_tax": text(net * units + tax),
        "total_tax": text(tax),
        "discounted_total_inc_tax": text(net * units - discount + tax),
        "applied_discounts": [],
    }
    if discount:
        shown["applied_discounts"] = [
            {"id": "coupon", "amount": text(discount), "name": "Coupon", "code": "TEA", "target": "product"}
        ]
    return shown | ({"variant_id": variant_id} if variant_id else {})


def order(number: int, **facts: Any) -> dict[str, Any]:
    """An order with everything that belongs to it, as the fake keeps it."""
    lines = [line(entry, number) for entry in facts["lines"]]
    shipping = sum((Decimal(cost) for cost in facts["addresses"].values()), Decimal(0))
    tax = sum((Decimal(item["total_tax"]) for item in lines), Decimal(0))
    gross = sum((Decimal(item["discounted_total_inc_tax"]) for item in lines), Decimal(0))
    ways = {
        address: {**BUYER, "id": address, "shipping_method": "Flat Rate", "cost_inc_tax": float(cost)}
        for address, cost in facts["addresses"].items()
    }
    return {
        "shown": {
            "id": number,
            "status_id": facts["status_id"],
            "status": STATUSES[facts["status_id"]],
            "date_shipped": "",
            "currency_code": "USD",
            "default_currency_code": "EUR",
            "total_inc_tax": text(gross + shipping),
            "total_tax": text(tax),
            "discount_amount": "0.0000",
            "coupon_discount": text(sum((Decimal(entry[5]) for entry in facts["lines"]), Decimal(0))),
            "shipping_cost_inc_tax": text(shipping),
            "refunded_amount": "0.0000",
            "items_total": sum(item["quantity"] for item in lines),
            "items_shipped": 0,
            "payment_method": facts["payment"],
            "payment_status": "captured",
            "customer_message": "",
            "staff_notes": "",
            "order_source": "www",
            "channel_id": 1,
            "external_id": None,
            "external_order_id": "",
            "is_deleted": False,
            "billing_address": {**BUYER, "form_fields": []},
        },
        "lines": lines,
        "ways": ways,
        "parcels": [],
        "refunds": [],
    }
