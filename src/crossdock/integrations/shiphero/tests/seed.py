"""What is in the fake account."""

from __future__ import annotations

from typing import Any

ACCOUNT, MERCHANT, OTHER_MERCHANT = 7001, 7002, 7003
PRIMARY, EAST = 76733, 76734
CUSTOMERS: dict[int, dict[str, Any]] = {
    MERCHANT: {"username": "Tea and Pots", "email": "tea@example.com", "status": "active"},
    OTHER_MERCHANT: {"username": None, "email": "cups@example.com", "status": "active"},
}
WAREHOUSES: dict[int, dict[str, Any]] = {
    PRIMARY: {"identifier": "Primary", "company_name": "Example Logistics", "company_alias": "Denver"},
    EAST: {"identifier": "East", "company_name": None, "company_alias": None},
}
LOCATIONS: dict[int, dict[str, Any]] = {
    301: {"warehouse": PRIMARY, "name": "A-01", "zone": "A", "type": {"name": "Bin"}},
    302: {"warehouse": PRIMARY, "name": "A-02", "zone": "A", "type": None, "sellable": False},
    303: {"warehouse": EAST, "name": "Dock", "zone": None, "type": {"name": "Pallet"}, "created_at": None},
}
# Stock is by warehouse: units there, promised, not for sale, reserved; then units by location.
PRODUCTS: dict[int, dict[str, Any]] = {
    11: {
        "sku": "TEA",
        "name": "Sencha",
        "barcode": "4006381333931",
        "stock": {PRIMARY: (40, 3, 2, 5), EAST: (10, 0, 0, 0)},
        "places": {PRIMARY: {301: (38, 501), 302: (2, None)}, EAST: {303: (10, None)}},
        "price": "12.00",
        "value": "4.5000",
        "tags": ["new"],
        "dimensions": {"height": "4.00", "length": "6.50", "width": "3.00", "weight": "8.80"},
        "country_of_manufacture": "JP",
        "tariff_code": "0902.10",
    },
    12: {
        "sku": "POT",
        "name": "Teapot",
        "stock": {PRIMARY: (5, 2, 0, 0)},
        "places": {PRIMARY: {301: (5, None)}},
        "price": "35.00",
        "value": "",
        "owner": MERCHANT,
    },
    13: {
        "sku": "SET",
        "name": "Tea set",
        "stock": {PRIMARY: (0, 0, 0, 0)},
        "places": {},
        "kit": True,
        "components": {11: 2, 12: 1},
    },
    14: {
        "sku": "LID",
        "name": "Lid",
        "stock": {PRIMARY: (7, 0, 0, 0)},
        "places": {PRIMARY: {301: (7, None)}},
    },
}
LOTS: dict[int, dict[str, Any]] = {501: {"name": "L-2026", "expires_at": "2027-06-30T00:00:00"}}
# Lines are (product, units, price); `sent` is by line.
ORDERS: dict[int, dict[str, Any]] = {
    901: {
        "order_number": "1001",
        "partner_order_id": "web-1001",
        "lines": {9011: (11, 2, "12.00"), 9012: (12, 1, "35.00")},
        "totals": ("64.00", "5.00", "0.00"),
        "tags": ["gift"],
    },
    902: {
        "order_number": "1002",
        "partner_order_id": "web-1002",
        "lines": {9021: (11, 1, "12.00")},
        "totals": ("12.00", "0.00", "0.00"),
        "fulfillment_status": "canceled",
        "allocated": False,
    },
    903: {
        "order_number": "1003",
        "partner_order_id": None,
        "lines": {9031: (12, 1, "35.00")},
        "totals": ("35.00", "0.00", "0.00"),
        "holds": {"fraud_hold": True},
        "shipping_lines": None,
        "owner": MERCHANT,
    },
}
ADDRESS = {
    "first_name": "Ada Maria",
    "last_name": "Lovelace",
    "company": "Engines Ltd",
    "address1": "12 Main St",
    "address2": "",
    "city": "Denver",
    "state": "CO",
    "country": "US",
    "zip": "80202",
    "phone": "555-0100",
    "email": "ada@example.com",
}
SHIPPING = {"title": "Standard", "carrier": "ups", "method": "ups_ground", "price": "5.00"}
