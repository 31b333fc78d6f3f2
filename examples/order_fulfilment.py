"""An order of a warehouse from its first line to the last parcel, and what becomes of the stock on the way.

    python examples/order_fulfilment.py

It works on the warehouse sandbox, which is put back to its start first.
"""

from __future__ import annotations

import uuid
from typing import Any

from client import Client, Server, booked, expect, moved, one, run, stock_of

ORDERS = "/wms/orders"
SKU = "DRP-CERAMIC"
LEVELS = ("onhand", "committed", "fulfillable")


def place(client: Client, number: str, units: int) -> dict[str, Any]:
    """A new order of one product."""
    [product] = client.every("/wms/products", sku=SKU)
    body = {
        "order_number": number,
        "reference_id": f"shop-{number}",
        "channel_object": {"channel_id": "channel_A"},
        "ship_to_address": {"full_name": "Ada Brunner", "address1": "1 Road", "city": "Denver", "country": "US"},
        "line_items": [{"product_id": product["id"], "quantity": units, "unit_price": 32.5}],
    }
    order: dict[str, Any] = client.ok("POST", ORDERS, body, idempotency_key=str(uuid.uuid4())).data
    expect(order["status"] == "open", f"order {number} is open", order)
    return order


def change(client: Client, order: dict[str, Any], before: dict[str, Any]) -> None:
    """Fewer units, another city, and on to the shelves."""
    line = {"product_id": order["line_items"][0]["product_id"], "quantity": 4, "unit_price": 32.5}
    body = {"line_items": [line], "ship_to_address": {"city": "Boulder"}, "status": "processing"}
    changed = client.ok("PUT", one(f"{ORDERS}/{{}}", order["id"]), body).data
    expect(changed["status"] == "processing", "the order is being worked on", changed)
    expect([part["quantity"] for part in changed["line_items"]] == [4], "its line has 4 units now", changed)
    expect(changed["ship_to_address"]["city"] == "Boulder", "it goes to Boulder", changed)
    now = moved(before, stock_of(client, SKU), *LEVELS)
    expect(now == [0, 4, -4], "4 units are promised instead of 6", now)


def attach(client: Client, order: dict[str, Any]) -> None:
    """A file goes with the order; it is sent as a form."""
    content = b"%PDF-1.4 a packing slip"
    boundary = uuid.uuid4().hex
    head = 'Content-Disposition: form-data; name="file"; filename="slip.pdf"\r\nContent-Type: application/pdf'
    form = f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + f"\r\n--{boundary}--\r\n".encode()
    path = one(f"{ORDERS}/{{}}", order["id"])
    client.ok("POST", f"{path}/file", form, content_type=f"multipart/form-data; boundary={boundary}")
    [file] = client.ok("GET", path).data["additional_fields"]["files"]
    expect((file["name"], file["size_bytes"]) == ("slip.pdf", len(content)), "slip.pdf is with the order", file)


def ship(client: Client, order: dict[str, Any], before: dict[str, Any]) -> None:
    """3 units leave, then what is left."""
    path = one(f"{ORDERS}/{{}}/shipments", order["id"])
    line = {"product_id": order["line_items"][0]["product_id"], "quantity": 3}
    part = client.ok("POST", path, {"line_items": [line], "tracking_number": "1Z-PART"}).data
    expect(part["status"] == "partially_fulfilled", "a part of the order has left", part)
    now = moved(before, stock_of(client, SKU), *LEVELS)
    expect(now == [-3, 1, -4], "3 units are gone, 1 is still promised", now)
    whole = client.ok("POST", path, {"tracking_number": "1Z-REST"}).data
    expect(whole["status"] == "fulfilled", "the order is fulfilled", whole)
    packages = [package for shipment in whole["shipments"] for package in shipment["packages"]]
    numbers = [package["tracking_number"] for package in packages]
    expect(numbers == ["1Z-PART", "1Z-REST"], "both parcels have their tracking numbers", numbers)
    units = [part["quantity"] for package in packages for part in package["line_items"]]
    expect(units == [3, 1], "3 units are in the first, 1 is in the second", units)
    now = moved(before, stock_of(client, SKU), *LEVELS)
    expect(now == [-4, 0, -4], "all 4 units are gone and nothing is promised", now)
    entries = booked(client, order["id"], "order_shipment")
    expect(entries == {SKU: -4}, "the ledger says so too", entries)


def walk(server: Server) -> None:
    client = server.sandbox("wms")
    before = stock_of(client, SKU)
    order = place(client, "WALK-1", 6)
    now = moved(before, stock_of(client, SKU), *LEVELS)
    expect(now == [0, 6, -6], "6 units are promised, and none has moved", now)
    change(client, order, before)
    attach(client, order)
    ship(client, order, before)
    [found] = client.every(ORDERS, order_number="WALK-1", status="fulfilled")
    expect(found["id"] == order["id"], "the list finds it by number and status", found)

    after = stock_of(client, SKU)
    client.refused("PUT", one(f"{ORDERS}/{{}}/cancel", order["id"]), None, "cancelling what has left")
    second = place(client, "WALK-2", 5)
    now = moved(after, stock_of(client, SKU), *LEVELS)
    expect(now == [0, 5, -5], "the second order holds 5 units", now)
    cancelled = client.ok("PUT", one(f"{ORDERS}/{{}}/cancel", second["id"])).data
    expect(cancelled["status"] == "cancelled", "the second order is cancelled", cancelled)
    now = moved(after, stock_of(client, SKU), *LEVELS)
    expect(now == [0, 0, 0], "its units are free again", now)


if __name__ == "__main__":
    raise SystemExit(run(__doc__, walk))
