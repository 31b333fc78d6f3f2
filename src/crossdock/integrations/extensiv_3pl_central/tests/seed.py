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

# Receivers: kind, status, customer, facility, facts, lines. A line is an item, units and what else is known of it.
Lines = list[tuple[int, int, dict[str, Any]]]
RECEIVERS: dict[int, tuple[int, int, int, int, dict[str, Any], Lines]] = {
    501: (
        0,
        1,
        TEA,
        WEST,
        {
            "referenceNum": "IN-501",
            "poNum": "PO-9",
            "arrivalDate": "2026-11-01T09:30:00",
            "expectedDate": "2026-10-31T00:00:00",
            "carrier": "UPS Freight",
            "trackingNumber": "1ZIN501",
            "notes": "Two pallets",
        },
        [
            (
                TEA_BOX,
                40,
                {
                    "lotNumber": "L-7",
                    "expirationDate": "2027-05-01T00:00:00",
                    "cost": 2.35,
                    "location": 301,
                    "supplierIdentifier": {"id": 77, "name": "Kyoto Tea"},
                },
            ),
            (MUG, 8, {"location": 301, "supplierIdentifier": {"id": 77, "name": "Kyoto Tea"}}),
        ],
    ),
    502: (2, 0, TEA, WEST, {"referenceNum": "ASN-502", "expectedDate": "2026-12-01T00:00:00"}, [(TEA_BOX, 20, {})]),
    503: (
        1,
        1,
        TEA,
        WEST,
        {"referenceNum": "RMA-503", "arrivalDate": "2026-11-05T10:00:00", "trackingNumber": "1ZRMA"},
        [(MUG, 2, {"onHold": True, "onHoldReason": "damaged", "location": 302})],
    ),
    504: (1, 0, TEA, WEST, {"referenceNum": "RMA-504", "notes": "Too small"}, [(TEA_BOX, 1, {})]),
    505: (
        0,
        1,
        GARDEN,
        EAST,
        {"referenceNum": "ASN-505", "arrivalDate": "2026-11-03T08:00:00"},
        [(SEEDS, 100, {"expected": 120, "location": 303, "externalId": "SEED-SUPPLIER"})],
    ),
    507: (0, 0, TEA, WEST, {"referenceNum": "IN-507", "poNum": "PO-12"}, [(TEA_BOX, 12, {}), (MUG, 3, {})]),
    506: (0, 2, GARDEN, EAST, {"referenceNum": "IN-506"}, [(SEEDS, 5, {})]),
}
# Adjustments: facility, notes, and the receipts of items whose units change.
ADJUSTMENTS: dict[int, tuple[int, str, dict[int, int]]] = {
    601: (WEST, "Broken on the shelf", {TEA_BOX: -1}),
    602: (EAST, "", {SEEDS: 5}),
}
ANN = {
    "name": "Ann Lee",
    "companyName": "",
    "address1": "12 Oak St",
    "address2": "Apt 4",
    "city": "Portland",
    "state": "OR",
    "zip": "97201",
    "country": "US",
    "phoneNumber": "555-0100",
    "emailAddress": "ann@example.com",
}
UPS = {"carrier": "UPS", "mode": "03", "scacCode": "UPSN"}
# Orders: customer, facility, facts, lines as items and units.
ORDERS: dict[int, tuple[int, int, dict[str, Any], dict[int, int]]] = {
    701: (
        TEA,
        WEST,
        {
            "referenceNum": "SO-701",
            "poNum": "PO-31",
            "billingCode": "Prepaid",
            "notes": "Gift",
            "routingInfo": UPS,
            "shipTo": ANN,
            "shipCancelDate": "2026-12-02T00:00:00",
            "fulfillInvInfo": {
                "fulfillInvShippingAndHandling": 4.95,
                "fulfillInvTax": 0,
                "fulfillInvDiscountAmount": 1.1,
            },
            "savedElements": [{"name": "Source", "value": "Web"}],
        },
        {TEA_BOX: 3, MUG: 1},
    ),
    702: (TEA, WEST, {"referenceNum": "SO-702", "routingInfo": UPS, "shipTo": ANN}, {TEA_BOX: 2}),
    703: (TEA, WEST, {"referenceNum": "SO-703", "shipTo": {"companyName": "Tea House"}}, {MUG: 1}),
    704: (
        GARDEN,
        EAST,
        {
            "referenceNum": "SO-704",
            "billingCode": "BillThirdParty",
            "routingInfo": {"carrier": "Pickup", "account": "TP-1"},
            "shipTo": {"name": "Buyer", "retailerInfo": {"nameKey": {"name": "Target"}}},
        },
        {SEEDS: 500},
    ),
}
