"""What is in the fake account, and how it moves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crossdock.integrations.shiphero.tests import seed
from crossdock.integrations.shiphero.tests.documents import PLAIN, Documents, gid, text

EMPTY = dict.fromkeys(("barcode", "country_of_manufacture", "tariff_code"), None) | {
    "kit": False,
    "kit_build": False,
    "price": "1.00",
    "value": "0.50",
    "tags": [],
    "owner": seed.ACCOUNT,
    "dimensions": {"height": "0.00", "length": "0.00", "width": "0.00", "weight": "0.00"},
}


class State(Documents):
    """Locations, products with stock, its log, orders and parcels."""

    now: datetime
    before: str
    log: list[dict[str, Any]]
    _next: int

    def new_location(self, key: int, warehouse: int, **facts: Any) -> dict[str, Any]:
        made = {
            "id": gid("Location", key),
            "legacy_id": key,
            "warehouse_id": gid("Warehouse", warehouse),
            "zone": None,
            "type": None,
            "pickable": True,
            "sellable": True,
            "is_cart": False,
            "created_at": self.before,
            "last_counted": None,
            "dimensions": None,
        }
        return made | facts

    def new_product(self, sku: str, name: str, stock: dict[int, Any], **facts: Any) -> dict[str, Any]:
        made = {"sku": sku, "name": name, "stock": dict(stock), "created_at": self.before, "updated_at": self.before}
        own: dict[str, Any] = {"components": {}, "inbounds": {}, "places": {}}
        made |= {"stock_updated_at": dict.fromkeys(stock, self.before)}
        return {**EMPTY, **own, **made, **facts, "places": {k: dict(v) for k, v in facts.get("places", {}).items()}}

    def new_order(self, **facts: Any) -> dict[str, Any]:
        names = ["profile", "required_ship_date", "hold_until_date", "incoterms", "packing_note", "gift_note"]
        made: dict[str, Any] = dict.fromkeys(names, None) | {
            "owner": seed.ACCOUNT,
            "shop_name": "web.example.com",
            "source": "api",
            "fulfillment_status": "pending",
            "order_date": self.before,
            "updated_at": self.before,
            "currency": "USD",
            "email": "ada@example.com",
            "saturday_delivery": False,
            "require_signature": False,
            "priority_flag": False,
            "tags": [],
            "holds": {},
            "shipping_lines": dict(seed.SHIPPING),
            "shipping_address": dict(seed.ADDRESS),
            "warehouse": seed.PRIMARY,
            "allocated": True,
            "parcels": [],
        }
        return made | facts

    def new_number(self) -> int:
        self._next += 1
        return self._next

    def note(
        self, key: int, place: int, before: int, units: int, reason: str | None, location: int | None, at: str
    ) -> None:
        """An entry in the log of stock."""
        facts = self.products[key]
        self.log.append(
            {
                "created_at": at,
                "account_id": gid("CustomerAccount", facts["owner"]),
                "sku": facts["sku"],
                "warehouse_id": gid("Warehouse", place),
                "location_id": gid("Location", location) if location else None,
                "user_id": gid("User", 1),
                "previous_on_hand": before,
                "change_in_on_hand": units,
                "reason": reason,
                "cycle_counted": False,
                "product": {"id": gid("Product", key)},
            }
        )

    def move(self, key: int, place: int, units: int, reason: str | None, location: int | None = None) -> None:
        facts = self.products[key]
        onhand, *others = facts["stock"][place]
        facts["stock"][place] = (onhand + units, *others)
        facts["stock_updated_at"][place] = text(self.now)
        places = facts["places"].setdefault(place, {})
        if location or places:
            at = location or next(iter(places))
            there, lot = places.get(at, (0, None))
            places[at] = (there + units, lot)
        if units:
            self.note(key, place, onhand, units, reason, location, text(self.now))

    def send_goods(
        self, key: int, place: int, lines: dict[int, int], label: Any, address: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Units leave, and with them the stock that was promised."""
        order = self.orders[key]
        parcel = {
            "number": self.new_number(),
            "created_date": text(self.now),
            "warehouse": place,
            "lines": lines,
            "label": label,
            "address": address or {"name": "Ada Lovelace", **PLAIN},
        }
        for line, units in lines.items():
            product = order["lines"][line][0]
            stock = self.products[product]["stock"]
            if place in stock:
                onhand, allocated, *others = stock[place]
                stock[place] = (onhand, max(0, allocated - units), *others)
                self.move(product, place, -units, f"Order {order['order_number']} shipped")
        order["parcels"].append(parcel)
        wanted = sum(units for _, units, _ in order["lines"].values())
        if sum(sum(item["lines"].values()) for item in order["parcels"]) >= wanted:
            order["fulfillment_status"] = "fulfilled"
        return parcel
