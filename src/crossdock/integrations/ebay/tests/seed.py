"""What the account of the fake holds at first, as eBay's shapes have it."""

from __future__ import annotations

from typing import Any

LOCATIONS: dict[str, dict[str, Any]] = {
    "main": {
        "name": "Bethlehem",
        "merchantLocationStatus": "ENABLED",
        "locationTypes": ["WAREHOUSE"],
        "location": {
            "locationId": "a1b2",
            "address": {
                "addressLine1": "1 Dock Rd",
                "city": "Bethlehem",
                "stateOrProvince": "PA",
                "postalCode": "18015",
                "country": "US",
            },
        },
    },
    "east": {
        "merchantLocationStatus": "ENABLED",
        "locationTypes": ["WAREHOUSE"],
        "location": {"address": {"postalCode": "07001", "country": "US"}},
    },
    "shop": {
        "name": "Corner shop",
        "phone": "+1 555 0100",
        "merchantLocationStatus": "DISABLED",
        "locationTypes": ["STORE"],
        "location": {"address": {"addressLine1": "2 Main St", "city": "Easton", "country": "US"}},
    },
}
ITEMS: dict[str, dict[str, Any]] = {
    "TEA-11": {
        "product": {
            "title": "Green tea, 100 g",
            "imageUrls": ["https://i.example.com/tea.jpg"],
            "ean": ["4006381333931"],
            "brand": "Leaf",
            "aspects": {"Brand": ["Leaf"]},
        },
        "condition": "NEW",
        "availability": {"shipToLocationAvailability": {"quantity": 40}},
        "packageWeightAndSize": {
            "dimensions": {"length": 10.5, "width": 8, "height": 4, "unit": "CENTIMETER"},
            "weight": {"value": 130, "unit": "GRAM"},
        },
    },
    "MUG-RED": {
        "product": {"aspects": {"Color": ["Red"]}},
        "groupIds": ["MUG"],
        "availability": {"shipToLocationAvailability": {"quantity": 5}},
    },
    "MUG-BLUE": {
        "product": {"title": "Mug, blue", "aspects": {"Color": ["Blue"]}},
        "groupIds": ["MUG"],
        "availability": {
            "shipToLocationAvailability": {
                "quantity": 8,
                "availabilityDistributions": [
                    {
                        "merchantLocationKey": "main",
                        "quantity": 6,
                        "fulfillmentTime": {"unit": "BUSINESS_DAY", "value": 2},
                    },
                    {"merchantLocationKey": "east", "quantity": 2},
                ],
            }
        },
    },
    "BOOK 7/A": {
        "product": {"title": "Atlas", "isbn": ["9783161484100"]},
        "availability": {"shipToLocationAvailability": {"quantity": 10}},
    },
    "MUG": {"product": {"title": "Plain mug"}},
}
GROUPS: dict[str, dict[str, Any]] = {
    "MUG": {
        "title": "Mug",
        "aspects": {"Material": ["Clay"]},
        "imageUrls": ["https://i.example.com/mug.jpg"],
        "variantSKUs": ["MUG-RED", "MUG-BLUE"],
    }
}
OFFERS: list[dict[str, Any]] = [
    {"sku": "TEA-11", "price": "21.99", "availableQuantity": 40, "listing": "110001"},
    {"sku": "MUG-RED", "price": "9.50", "availableQuantity": 5, "listing": "110002"},
    {"sku": "MUG-BLUE", "price": "9.50", "availableQuantity": 8, "listing": "110002"},
    {"sku": "BOOK 7/A", "price": "30.00", "availableQuantity": 3, "listing": "110003"},
    {"sku": "BOOK 7/A", "price": "1.00", "availableQuantity": 1, "listing": None, "format": "AUCTION"},
]
BUYER = {
    "username": "buyer-1",
    "buyerRegistrationAddress": {
        "fullName": "Ada Buyer",
        "contactAddress": {"addressLine1": "5 Elm St", "city": "Trenton", "postalCode": "08601", "countryCode": "US"},
    },
}
SHIP_TO = {
    "fullName": "Ada Buyer",
    "companyName": "Buyer Ltd",
    "contactAddress": {
        "addressLine1": "5 Elm St",
        "addressLine2": "Rear",
        "city": "Trenton",
        "stateOrProvince": "NJ",
        "postalCode": "08601",
        "countryCode": "US",
    },
    "primaryPhone": {"phoneNumber": "555 0111"},
    "email": "ada@example.com",
}
TWO_LINES = [
    {"id": "10001", "sku": "TEA-11", "units": 3, "cost": "65.97", "discounted": "60.00", "collected": "4.20"},
    {"id": "10002", "sku": "MUG-RED", "units": 1, "cost": "9.50"},
]
ORDERS: dict[str, dict[str, Any]] = {
    "17-00001-00001": {"lines": TWO_LINES, "delivery": ("6.00", "-1.50")},
    "17-00001-00002": {
        "lines": [{"id": "10003", "sku": "BOOK 7/A", "units": 1, "cost": "30.00"}],
        "payment": "PENDING",
    },
    "17-00001-00003": {"lines": [{"id": "10004", "sku": "MUG-BLUE", "units": 2, "cost": "19.00"}], "sent": True},
    "17-00001-00004": {
        "lines": [{"id": "10005", "sku": None, "units": 1, "cost": "7.00"}],
        "payment": "FULLY_REFUNDED",
        "cancel": "CANCELED",
    },
}
