"""What the fake begins with, as the API writes it. Times are those of the warehouse, in Los Angeles."""

from __future__ import annotations

from typing import Any

TEA, GARDEN = 5, 9
CUSTOMERS: dict[int, dict[str, Any]] = {
    TEA: {"companyInfo": {"companyName": "Tea House", "name": "Ana", "emailAddress": "ana@tea.example.com"}},
    GARDEN: {"companyInfo": {"companyName": "", "name": "Garden Company"}, "externalId": "GARDEN"},
}
WEST, EAST = 1, 2
FACILITIES: dict[int, dict[str, Any]] = {
    WEST: {
        "name": "West",
        "code": "LAX",
        "timeZoneName": "Pacific Standard Time",
        "contact": {
            "address1": "1 Harbor Way",
            "city": "Long Beach",
            "state": "CA",
            "zip": "90802",
            "country": "US",
        },
    },
    EAST: {"name": "East", "timeZoneName": "Eastern Standard Time"},
}
LOCATIONS: dict[int, tuple[int, dict[str, Any]]] = {
    301: (WEST, {"name": "A-01", "field1": "A", "field2": "01", "locationTypeIdentifier": {"id": 1, "name": "Shelf"}}),
    302: (WEST, {"field1": "Q", "field2": "09", "quarantinable": True, "nonPickable": True}),
    303: (EAST, {"name": "B-01", "field1": "B", "field2": "01"}),
}
EACH = {"id": 1, "name": "Each"}
TEA_BOX, MUG, GIFT, SEEDS = 11, 12, 13, 21
ITEMS: dict[int, tuple[int, dict[str, Any]]] = {
    TEA_BOX: (
        TEA,
        {
            "sku": "TEA-1",
            "upc": "4006381333931",
            "description": "Green tea",
            "cost": 2.35,
            "price": 10.9,
            "countryOfManufacture": "JP",
            "harmonizedCode": "090210",
            "options": {
                "inventoryUnit": {
                    "unitIdentifier": EACH,
                    "imperial": {"length": 4, "width": 3.5, "height": 6, "weight": 0.55},
                }
            },
        },
    ),
    MUG: (TEA, {"sku": "MUG-1", "description": "", "price": 0}),
    GIFT: (
        TEA,
        {
            "sku": "GIFT",
            "description": "Gift set",
            "kit": {
                "components": [
                    {"itemIdentifier": {"id": TEA_BOX, "sku": "TEA-1"}, "qty": 2},
                    {"itemIdentifier": {"id": MUG, "sku": "MUG-1"}, "qty": 1},
                    {"nonSkuMaterial": "Ribbon", "qty": 1},
                ]
            },
        },
    ),
    SEEDS: (GARDEN, {"sku": "SEED", "description": "Seeds"}),
}
CARRIERS: list[dict[str, Any]] = [
    {
        "name": "UPS",
        "displayName": "United Parcel Service",
        "scacCode": "UPSN",
        "shipmentServices": [{"code": "03", "description": "UPS Ground"}, {"code": "02", "description": ""}],
    },
    {"name": "Pickup", "description": "Customer picks up"},
]
