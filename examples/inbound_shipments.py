"""Goods on their way in: a shipment is announced, arrives in two parts, and becomes stock at a location.

    python examples/inbound_shipments.py

It works on the warehouse sandbox, which is put back to its start first.
"""

from __future__ import annotations

from typing import Any

from client import Client, Server, booked, expect, moved, one, run, stock_of

INBOUND = "/wms/inbound-shipments"
SKU = "MUG-BLUE"
LEVELS = ("onhand", "fulfillable", "awaiting")


def at(item: dict[str, Any], location_id: str) -> int:
    """Units of an item at one location."""
    return sum(place["quantity"] for place in item["locations"] if place["location_id"] == location_id)


def announce(client: Client, warehouse_id: str, before: dict[str, Any]) -> dict[str, Any]:
    """What a supplier sends; it is awaited from then on."""
    suppliers = client.every(f"{INBOUND}/suppliers")
    print(f"    suppliers: {', '.join(supplier['name'] for supplier in suppliers)}")
    [supplier] = [supplier for supplier in suppliers if supplier["name"] == "Kiln & Clay Works"]
    body = {
        "supplier_object": {"supplier_id": supplier["id"], "supplier_name": supplier["name"]},
        "purchase_order_number": "WALK-PO",
        "expected_arrival_date": "2035-10-10T08:00:00Z",
        "warehouse_id": warehouse_id,
        "line_items": [{"sku": SKU, "expected_quantity": 6}],
    }
    made: dict[str, Any] = client.ok("POST", INBOUND, body).data
    expect(made["status"] == "open", "the shipment is announced", made)
    expect(made["supplier_object"]["supplier_id"] == supplier["id"], "with its supplier", made)
    now = moved(before, stock_of(client, SKU), *LEVELS)
    expect(now == [0, 0, 6], "6 units are awaited, none is there", now)
    more = {"line_items": [{"sku": SKU, "expected_quantity": 8}], "tracking_number": "1Z-IN"}
    changed = client.ok("PUT", one(f"{INBOUND}/{{}}", made["id"]), more).data
    expect(changed["status"] == "in-transit", "with a tracking number it is on its way", changed)
    now = moved(before, stock_of(client, SKU), *LEVELS)
    expect(now == [0, 0, 8], "the supplier sends 8 instead, and 8 are awaited", now)
    return made


def receive(client: Client, shipment_id: str, location_id: str, units: int) -> dict[str, Any]:
    """Units arrive and are put to a location."""
    body = {"warehouse_location_id": location_id, "line_items": [{"sku": SKU, "quantity": units}]}
    arrived: dict[str, Any] = client.ok("PUT", one(f"{INBOUND}/{{}}/receive", shipment_id), body).data
    return arrived


def walk(server: Server) -> None:
    client = server.sandbox("wms")
    before = stock_of(client, SKU)
    warehouse_id = client.every("/wms/warehouses")[0]["id"]
    places = client.every(one("/wms/warehouses/{}/locations", warehouse_id))
    first, second = (place["id"] for place in places[4:6])
    shipment_id = announce(client, warehouse_id, before)["id"]

    part = receive(client, shipment_id, first, 3)
    expect(part["status"] == "receiving", "a part has arrived", part)
    counted = [(line["expected_quantity"], line["received_quantity"]) for line in part["line_items"]]
    expect(counted == [(8, 3)], "3 of 8 units are counted", counted)
    now = stock_of(client, SKU)
    expect(moved(before, now, *LEVELS) == [3, 3, 5], "3 units can be sold, 5 are still awaited", now)
    expect(at(now, first) == at(before, first) + 3, f"the 3 units lie at {first}", now["locations"])

    whole = receive(client, shipment_id, second, 5)
    expect(whole["status"] == "received", "everything has arrived", whole)
    units = [[line["quantity"] for line in receipt["line_items"]] for receipt in whole["receipts"]]
    expect(units == [[3], [5]], "there are two receipts, of 3 and 5 units", whole["receipts"])
    now = stock_of(client, SKU)
    expect(moved(before, now, *LEVELS) == [8, 8, 0], "8 units can be sold, none is awaited", now)
    expect(at(now, second) == at(before, second) + 5, f"the other 5 lie at {second}", now["locations"])
    old, new = (item["inventory_by_warehouse_id"][warehouse_id] for item in (before, now))
    expect(moved(old, new, *LEVELS) == [8, 8, 0], "and all of them in the warehouse that was announced", new)

    entries = booked(client, shipment_id, "inbound_receipt")
    expect(entries == {SKU: 8}, "the ledger has 8 units", entries)
    stored = client.ok("GET", one(f"{INBOUND}/{{}}", shipment_id)).data
    expect(stored == whole, "the stored shipment is what was answered", stored)
    line = {"line_items": [{"sku": SKU, "quantity": 1}]}
    client.refused("PUT", one(f"{INBOUND}/{{}}/receive", shipment_id), line, "receiving more of a closed shipment")


if __name__ == "__main__":
    raise SystemExit(run(__doc__, walk))
