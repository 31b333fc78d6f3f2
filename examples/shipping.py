"""Shipping box by box: a method is chosen, the order is packed, and each pack leaves with its own tracking number.

    python examples/shipping.py

It works on the warehouse sandbox, which is put back to its start first.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from client import Client, Server, booked, expect, moved, one, run, stock_of

ORDERS = "/wms/orders"
SKU, UNITS = "OAT-BAR-1L", 8


def place(client: Client) -> dict[str, Any]:
    """An order that goes by the method named Two-day air."""
    methods = client.every("/wms/shipping-methods")
    print(f"    methods: {', '.join(method['name'] for method in methods)}")
    [method] = [method for method in methods if method["name"] == "Two-day air"]
    [product] = client.every("/wms/products", sku=SKU)
    body = {
        "order_number": "WALK-SHIP",
        "shipping_method_id": method["id"],
        "line_items": [{"product_id": product["id"], "quantity": UNITS}],
    }
    order: dict[str, Any] = client.ok("POST", ORDERS, body).data
    chosen = (order["shipping_method_name"], order["carrier_name"])
    expect(chosen == (method["name"], method["carrier_name"]), "the order goes by that method and its carrier", chosen)
    return order


def packs_of(client: Client, order: dict[str, Any]) -> dict[str, int]:
    """Units by pack; they are asked of the warehouse at this moment."""
    found = client.ok("GET", one(f"{ORDERS}/{{}}/packs", order["id"])).data["packs"]
    return {pack["pack_id"]: sum(line["quantity"] for line in pack["line_items"]) for pack in found}


def pack(client: Client, order: dict[str, Any]) -> dict[str, int]:
    """The warehouse packs it when it is told so."""
    expect(packs_of(client, order) == {}, "nothing is packed yet")
    packed = client.ok("PUT", one(f"{ORDERS}/{{}}", order["id"]), {"status": "packed"}).data
    expect(packed["status"] == "packed", "the order is packed", packed)
    packs = packs_of(client, order)
    expect(len(packs) > 1, f"it takes {len(packs)} packs", packs)
    expect(sum(packs.values()) == UNITS, f"they hold all {UNITS} units", packs)
    return packs


def ship(client: Client, order: dict[str, Any], packs: dict[str, int]) -> dict[str, Any]:
    """One pack after the other leaves; the order as it is after the last."""
    path = one(f"{ORDERS}/{{}}/shipments", order["id"])
    left = dict(packs)
    answer: dict[str, Any] = {}
    for number, pack_id in enumerate(packs, 1):
        tracking = f"1Z-BOX-{number}"
        body = {"packages": [{"package_id": pack_id, "tracking_number": tracking}], "shipping_cost": 11.5}
        answer = client.ok("POST", path, body).data
        del left[pack_id]
        expect(packs_of(client, order) == left, f"packs left: {len(left)}", left)
        status = "partially_fulfilled" if left else "fulfilled"
        expect(answer["status"] == status, f"the order is {status}", answer)
        [package] = answer["shipments"][-1]["packages"]
        expect(package["tracking_number"] == tracking, f"the parcel is {tracking}", package)
        expect(package["shipping_method_name"] == "Two-day air", "and goes by the method of the order", package)
        units = sum(line["quantity"] for line in package["line_items"])
        expect(units == packs[pack_id], f"with the {units} units of its pack", package)
    return answer


def by_lot(item: dict[str, Any], warehouse_id: str) -> dict[str, int]:
    return {lot["lot_id"]: lot["onhand"] for lot in item["lots"] if lot["warehouse_id"] == warehouse_id}


def in_locations(item: dict[str, Any], warehouse_id: str) -> int:
    """Units in all locations of a warehouse."""
    return sum(place["quantity"] for place in item["locations"] if place["warehouse_id"] == warehouse_id)


def check_stock(client: Client, order: dict[str, Any], before: dict[str, Any]) -> None:
    """What the parcels hold is exactly what is missing: in all, by lot, and on the shelves."""
    after, place = stock_of(client, SKU), order["warehouse_id"]
    now = moved(before, after, "onhand", "committed", "fulfillable")
    expect(now == [-UNITS, 0, -UNITS], f"{UNITS} units are gone and nothing is promised", now)
    sent: Counter[str] = Counter()
    for shipment in order["shipments"]:
        for package in shipment["packages"]:
            for line in package["line_items"]:
                sent[line["lot_id"]] += line["quantity"]
    old, new = by_lot(before, place), by_lot(after, place)
    gone = {lot: units - new.get(lot, 0) for lot, units in old.items() if units != new.get(lot, 0)}
    expect(gone == dict(sent), "the lots lost what the parcels name", [gone, sent])
    dates = {lot["lot_id"]: lot["expiration_date"] for lot in before["lots"]}
    expect(min(old, key=dates.__getitem__) in gone, "the lot that expires first went first", [old, gone])
    shelves = in_locations(after, place) - in_locations(before, place)
    expect(shelves == -UNITS, f"{UNITS} units are missing on the shelves of {place}", shelves)
    entries = booked(client, order["id"], "order_shipment")
    expect(entries == {SKU: -UNITS}, "the ledger has them all", entries)


def walk(server: Server) -> None:
    client = server.sandbox("wms")
    before = stock_of(client, SKU)
    order = place(client)
    shipped = ship(client, order, pack(client, order))
    check_stock(client, shipped, before)
    client.refused("POST", one(f"{ORDERS}/{{}}/shipments", order["id"]), {}, "shipping it once more")


if __name__ == "__main__":
    raise SystemExit(run(__doc__, walk))
