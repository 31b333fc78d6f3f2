"""What is in the fake shop."""

from __future__ import annotations

from typing import Any

LOCATIONS: dict[int, dict[str, Any]] = {
    1001: {"name": "Denver"},
    1002: {"name": "Bethlehem (PA)"},
    1003: {"name": "Old store", "isActive": False},
}
PRODUCTS: dict[int, dict[str, Any]] = {
    11: {"title": "Sencha", "productType": "Tea", "tags": ["new", "season:spring"]},
    12: {"title": "Teapot"},
    13: {"title": "Sampler", "status": "DRAFT"},
}
VARIANTS: dict[int, dict[str, Any]] = {
    21: {"product": 11, "sku": "TEA", "barcode": "4006381333931", "weight": ("GRAMS", 250.0), "stock": {1001: (40, 3)}},
    22: {"product": 12, "title": "Black", "sku": "POT-B", "price": "35.00", "stock": {1001: (12, 0), 1002: (0, 2)}},
    23: {
        "product": 12,
        "title": "Red",
        "sku": "",
        "price": "37.50",
        "compareAtPrice": "40.00",
        "stock": {1001: (3, 0)},
    },
    24: {"product": 13, "tracked": False, "requiresComponents": True, "stock": {1001: (0, 0)}},
}
# Lines are (variant, units, unit price, discount, tax); groups are (location, lines).
ORDERS: dict[int, dict[str, Any]] = {
    501: {
        "lines": {601: (22, 2, "35.00", "2.00", "5.10"), 602: (21, 1, "12.00", "0.00", "0.90")},
        "groups": {701: (1001, [601]), 702: (1002, [602])},
        "displayFinancialStatus": "PAID",
        "note": "Ring twice",
        "tags": ["wholesale"],
    },
    502: {
        "lines": {603: (21, 1, "12.00", "0.00", "0.00")},
        "groups": {703: (1001, [603])},
        "cancelledAt": "2026-11-02T08:00:00Z",
    },
    503: {
        "lines": {604: (None, 1, "5.00", "0.00", "0.00")},
        "groups": {704: (1001, [604])},
        "displayFinancialStatus": "PAID",
        "shippingAddress": None,
        "shippingLine": None,
    },
}
