"""What the fake account shows of its state."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

from crossdock.integrations.kit.fake.graphql import connection
from crossdock.integrations.shiphero.tests.seed import ADDRESS

PLAIN = {key: ADDRESS[key] for key in ("address1", "address2", "city", "state", "country", "zip", "phone")}


def gid(kind: str, number: int) -> str:
    """An id as ShipHero makes them."""
    return base64.b64encode(f"{kind}:{number}".encode()).decode()


def number(identifier: str) -> int:
    """The number in an id; 0 for a text that is none."""
    try:
        return int(base64.b64decode(identifier).decode().partition(":")[2])
    except ValueError:
        return 0


def text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def cursor_of(node: dict[str, Any], key: str = "id") -> str:
    return f"after {node[key]}"


def by_cursor(nodes: list[dict[str, Any]], key: str = "id") -> Any:
    """A list of the API."""
    return connection(nodes, key=lambda node: cursor_of(node, key), most=100)


class Documents:
    """Nodes of the schema, made from the state."""

    products: dict[int, dict[str, Any]]
    orders: dict[int, dict[str, Any]]
    lots: dict[int, dict[str, Any]]

    def product_node(self, key: int) -> dict[str, Any]:
        facts = self.products[key]
        return {
            "id": gid("Product", key),
            "legacy_id": key,
            "account_id": gid("CustomerAccount", facts["owner"]),
            **{
                name: facts[name]
                for name in (
                    "sku",
                    "name",
                    "barcode",
                    "created_at",
                    "updated_at",
                    "dimensions",
                    "kit",
                    "kit_build",
                    "country_of_manufacture",
                    "tariff_code",
                    "tags",
                )
            },
            "images": [{"src": f"https://images.example.com/{key}.jpg", "position": 1}],
            "vendors": [{"vendor_id": gid("Vendor", 41), "vendor_sku": f"V-{key}", "price": "4.00"}],
            "kit_components": [
                {"id": gid("KitComponent", item), "sku": self.products[item]["sku"], "quantity": units}
                for item, units in facts["components"].items()
            ],
            "components": [
                {"id": gid("Product", item), "sku": self.products[item]["sku"]} for item in facts["components"]
            ],
            "warehouse_products": [self.stock_node(key, place) for place in facts["stock"]],
        }

    def stock_node(self, key: int, place: int) -> dict[str, Any]:
        facts = self.products[key]
        onhand, allocated, unusable, reserve = facts["stock"][place]
        return {
            "id": gid("WarehouseProduct", key * 100000 + place),
            "warehouse_id": gid("Warehouse", place),
            "active": True,
            "price": facts["price"],
            "value": facts["value"],
            "value_currency": "USD",
            "updated_at": facts["stock_updated_at"][place],
            "on_hand": onhand,
            "allocated": allocated,
            "available": onhand - allocated - unusable,
            "backorder": 0,
            "non_sellable_quantity": unusable,
            "reserve_inventory": reserve,
            "inbounds": by_cursor(facts["inbounds"].get(place, [])),
            "locations": by_cursor(
                [
                    {
                        "id": gid("ItemLocation", location),
                        "location_id": gid("Location", location),
                        "quantity": units,
                        "expiration_lot": {"id": gid("Lot", lot), **self.lots[lot]} if lot else None,
                    }
                    for location, (units, lot) in facts["places"].get(place, {}).items()
                ]
            ),
            "product": lambda: self.product_node(key),
        }

    def order_node(self, key: int) -> dict[str, Any]:
        facts = self.orders[key]
        total, tax, discounts = facts["totals"]
        names = (
            "order_number",
            "partner_order_id",
            "shop_name",
            "source",
            "profile",
            "fulfillment_status",
            "order_date",
            "updated_at",
            "required_ship_date",
            "hold_until_date",
            "currency",
            "email",
            "saturday_delivery",
            "require_signature",
            "priority_flag",
            "incoterms",
            "packing_note",
            "gift_note",
            "tags",
            "shipping_lines",
            "shipping_address",
        )
        holds = ["address_hold", "client_hold", "fraud_hold", "operator_hold", "payment_hold", "shipping_method_hold"]
        place = facts["warehouse"]
        return {
            "id": gid("Order", key),
            "legacy_id": key,
            "account_id": gid("CustomerAccount", facts["owner"]),
            **{name: facts[name] for name in names},
            "total_price": total,
            "total_tax": tax,
            "total_discounts": discounts,
            "holds": {name: facts["holds"].get(name, False) for name in holds},
            "third_party_shipper": None,
            "allocations": [{"warehouse_id": gid("Warehouse", place)}] if facts["allocated"] else [],
            "line_items": by_cursor([self._line_node(key, line) for line in facts["lines"]]),
            "shipments": [self.shipment_node(key, parcel) for parcel in facts["parcels"]],
        }

    def _line_node(self, key: int, line: int) -> dict[str, Any]:
        facts = self.orders[key]
        product, units, price = facts["lines"][line]
        sent = sum(parcel["lines"].get(line, 0) for parcel in facts["parcels"])
        over = facts["fulfillment_status"] == "canceled"
        return {
            "id": gid("LineItem", line),
            "sku": self.products[product]["sku"],
            "quantity": units,
            "price": price,
            "promotion_discount": None,
            "quantity_allocated": units - sent if facts["allocated"] else 0,
            "quantity_shipped": sent,
            "quantity_pending_fulfillment": 0 if over else units - sent,
            "backorder_quantity": 0,
            "product": {"id": gid("Product", product)},
        }

    def shipment_node(self, key: int, parcel: dict[str, Any]) -> dict[str, Any]:
        label = parcel["label"]
        lines = [
            {
                "id": gid("ShipmentLineItem", parcel["number"] * 1000 + at),
                "quantity": units,
                "line_item_id": gid("LineItem", line),
                "shipping_label_id": label["id"] if label else None,
                "line_item": {
                    "sku": self.products[self.orders[key]["lines"][line][0]]["sku"],
                    "product": {"id": gid("Product", self.orders[key]["lines"][line][0])},
                },
            }
            for at, (line, units) in enumerate(parcel["lines"].items())
        ]
        return {
            "id": gid("Shipment", parcel["number"]),
            "order_id": gid("Order", key),
            "created_date": parcel["created_date"],
            "warehouse_id": gid("Warehouse", parcel["warehouse"]),
            "address": parcel["address"],
            "line_items": by_cursor(lines),
            "shipping_labels": [label] if label else [],
        }
