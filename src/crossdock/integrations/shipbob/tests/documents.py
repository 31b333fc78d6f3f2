"""What ShipBob answers with, as its specification has it."""

from __future__ import annotations

from typing import Any

MADE = "2026-10-21T12:00:00.1234567+00:00"
CICERO, MORENO, CLOSED = 8, 10, 4
TEA, POT, SET, GIFT = 101, 102, 103, 104
"""Variants; the inventory item of each is its number and 400 more, where it has one."""
CHANNEL, READ_ONLY = 100102, 100101


def variant(number: int, sku: str, **given: Any) -> dict[str, Any]:
    """A SKU in use, with an inventory item of its own."""
    return {
        "id": number,
        "sku": sku,
        "name": None,
        "status": "Active",
        "created_on": MADE,
        "updated_on": MADE,
        "is_digital": False,
        "gtin": None,
        "upc": None,
        "customs": {"country_code_of_origin": None, "hs_tariff_code": None, "is321_eligible": True},
        "inventory": {"inventory_id": number + 400, "on_hand_qty": 0},
        "bundle_definition": None,
        "channel_metadata": [],
        **given,
    }


def product(number: int, name: str, *variants: dict[str, Any], kind: str = "Regular") -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "type": kind,
        "created_on": MADE,
        "updated_on": MADE,
        "variants": list(variants),
    }


def listing(price: float, currency: str = "USD") -> dict[str, Any]:
    """A variant in a shop."""
    return {"channel_id": CHANNEL, "price": price, "currency": currency, "legacy_product_id": 900, "id": 1}


def item(number: int, sku: str, name: str, **given: Any) -> dict[str, Any]:
    return {
        "inventory_id": number,
        "sku": sku,
        "name": name,
        "barcode": None,
        "is_lot": False,
        "dimensions": {"length": 4.5, "width": 3, "height": 2, "unit": "inches"},
        "weight": {"value": 8.25, "unit": "oz"},
        "variant": {"is_active": True, "is_bundle": False, "is_digital": False},
        **given,
    }


def place(location: int, onhand: int, committed: int, awaiting: int = 0) -> dict[str, Any]:
    return {
        "location_id": location,
        "on_hand_quantity": onhand,
        "committed_quantity": committed,
        "fulfillable_quantity": onhand - committed,
        "awaiting_quantity": awaiting,
        "internal_transfer_quantity": 0,
    }


def level(number: int, places: list[dict[str, Any]], exception: int = 0) -> dict[str, Any]:
    """The level of an item in all places together."""
    total = {name: sum(found[f"{name}_quantity"] for found in places) for name in ("on_hand", "committed", "awaiting")}
    fulfillable = total["on_hand"] - total["committed"]
    return {
        "inventory_id": number,
        **{f"total_{name}_quantity": value for name, value in total.items()},
        "total_fulfillable_quantity": fulfillable,
        "total_sellable_quantity": fulfillable - exception,
        "total_exception_quantity": exception,
        "total_backordered_quantity": 0,
        "total_internal_transfer_quantity": 0,
    }


def location(number: int, name: str, code: str, *, active: bool = True) -> dict[str, Any]:
    street = {"address1": f"{number} Warehouse Rd", "city": name, "state": "IL", "country": "USA", "zip_code": "60804"}
    return {
        "id": number,
        "name": name,
        "abbreviation": code,
        "timezone": "Central Standard Time",
        "is_active": active,
        "access_granted": True,
        "is_receiving_enabled": active,
        "is_shipping_enabled": active,
        "region": {"id": 1, "name": "Central"},
        "services": [
            {"service_type": "Returns", "enabled": True, "address": {**street, "address1": "1 Returns Way"}},
            {"service_type": "Receiving", "enabled": True, "address": street},
        ],
    }


RECIPIENT = {
    "name": "Ada Lovelace",
    "email": "ada@example.com",
    "phone_number": "555-555-5555",
    "address": {"address1": "12 Main St", "city": "Denver", "state": "CO", "country": "US", "zip_code": "80014"},
}


def shipment(number: int, order_id: int, status: str, *units: tuple[int, str, int], **given: Any) -> dict[str, Any]:
    """A shipment of (variant, SKU, quantity)."""
    return {
        "id": number,
        "order_id": order_id,
        "created_date": MADE,
        "last_update_at": MADE,
        "actual_fulfillment_date": None,
        "status": status,
        "status_details": [],
        "location": {"id": CICERO, "name": "Cicero (IL)"},
        "ship_option": "Standard",
        "require_signature": False,
        "measurements": {"length_in": 0, "width_in": 0, "depth_in": 0, "total_weight_oz": 0},
        "package_material_type": "Unknown",
        "recipient": RECIPIENT,
        "products": [
            {
                "id": of,
                "sku": sku,
                "inventory_items": [{"id": of + 400, "quantity": quantity, "lot": None, "expiration_date": None}],
            }
            for of, sku, quantity in units
        ],
        "tracking": {},
        **given,
    }


LEFT: dict[str, Any] = {
    "actual_fulfillment_date": "2026-10-22T15:30:00Z",
    "last_update_at": "2026-10-22T15:31:00Z",
    "measurements": {"length_in": 10, "width_in": 8, "depth_in": 4, "total_weight_oz": 24},
    "package_material_type": "Box",
    "invoice_amount": 7.95,
    "invoice_currency_code": "USD",
    "tracking": {
        "carrier": "USPS",
        "carrier_service": "Priority",
        "tracking_number": "9400100000000000000000",
        "tracking_url": "https://tracking.example.com/9400100000000000000000",
    },
}
"""What a shipment has once it is on its way."""


def order(number: int, status: str, *shipments: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {
        "id": number,
        "created_date": MADE,
        "purchase_date": MADE,
        "status": status,
        "type": "DTC",
        "reference_id": f"web-{number}",
        "order_number": f"#{number}",
        "channel": {"id": CHANNEL, "name": "Web shop"},
        "financials": {"total_price": 29.5},
        "shipping_method": "Standard",
        "recipient": RECIPIENT,
        "products": [{"id": 900, "reference_id": "TEA", "sku": "TEA", "quantity": 2, "unit_price": 12.25}],
        "tags": [],
        "shipments": list(shipments),
        **given,
    }
