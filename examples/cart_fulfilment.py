"""An order of a shop: a buyer places it, it is shipped in two parts, and one line is paid back.

    python examples/cart_fulfilment.py

It works on the shop sandbox, which is put back to its start first. Its buyer is simulated.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from client import Client, Server, expect, one, run

ORDERS = "/cart/orders"
FIRST, SECOND = "COF-DECAF-250", "MUG-BLUE"
UNITS = {FIRST: 3, SECOND: 2}


def variants(client: Client) -> dict[str, dict[str, Any]]:
    """The two products by SKU."""
    return {product["sku"]: product for product in client.every("/cart/products") if product["sku"] in UNITS}


def moved(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """By how much stock, and what of it is promised, have changed."""
    return {
        sku: (
            after[sku]["inventory"] - before[sku]["inventory"],
            after[sku]["additional_fields"]["committed"] - before[sku]["additional_fields"]["committed"],
        )
        for sku in UNITS
    }


def place(client: Client, before: dict[str, Any]) -> dict[str, Any]:
    """A buyer pays for 3 of one product and 2 of another."""
    lines = [{"product_id": before[sku]["id"], "quantity": units} for sku, units in UNITS.items()]
    order: dict[str, Any] = client.ok("POST", "/sandbox/simulate/cart/orders", {"line_items": lines}).data
    expect(order["status"] == "confirmed", "the order is confirmed", order)
    stored = client.ok("GET", one(f"{ORDERS}/{{}}", order["id"])).data
    expect(stored == order, "it can be read at once", stored)
    now = moved(before, variants(client))
    expect(now == {FIRST: (0, 3), SECOND: (0, 2)}, "its units are promised and still there", now)
    return order


def ship(client: Client, order: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Two units leave, then everything that is left."""
    path = one(f"{ORDERS}/{{}}/shipments", order["id"])
    line_id = order["line_items"][0]["line_item_id"]
    part = {"line_items": [{"line_item_id": line_id, "quantity": 2}], "tracking_number": "1Z-A", "carrier_name": "UPS"}
    answer = client.ok("POST", path, part).data
    expect(answer["status"] == "partially_fulfilled", "a part of the order has left", answer)
    now = moved(before, variants(client))
    expect(now == {FIRST: (-2, 1), SECOND: (0, 2)}, f"2 of {FIRST} are gone, the rest is promised", now)
    too_many = {"line_items": [{"line_item_id": line_id, "quantity": 2}]}
    client.refused("POST", path, too_many, "shipping 2 where 1 is left")
    whole: dict[str, Any] = client.ok("POST", path, {"tracking_number": "1Z-B", "carrier_name": "UPS"}).data
    expect(whole["status"] == "fulfilled", "the order is fulfilled", whole)
    now = moved(before, variants(client))
    expect(now == {FIRST: (-3, 0), SECOND: (-2, 0)}, "everything is gone and nothing is promised", now)
    sent: dict[str, dict[str, int]] = {}
    for shipment in whole["shipments"]:
        units = sent.setdefault(shipment["tracking_number"], {})
        for line in shipment["line_items"]:
            units[line["product_sku"]] = units.get(line["product_sku"], 0) + line["quantity"]
    expect(sent == {"1Z-A": {FIRST: 2}, "1Z-B": {FIRST: 1, SECOND: 2}}, "each parcel says what is in it", sent)
    return whole


def pay_back(client: Client, order: dict[str, Any], before: dict[str, Any]) -> None:
    """The second line comes back: its money to the buyer, its units to the shelf."""
    path = one(f"{ORDERS}/{{}}/refund", order["id"])
    [line] = [line for line in order["line_items"] if line["product_sku"] == SECOND]
    price, discount, tax = (Decimal(str(line[name])) for name in ("unit_price", "discount", "tax"))
    paid = float(price * line["quantity"] - discount + tax)
    body = {
        "line_items": [{"line_item_id": line["line_item_id"], "quantity": 2, "restock": True}],
        "reason": "unwanted",
    }
    answer = client.ok("POST", path, body).data
    refunded = answer["additional_fields"]["amount_refunded"]
    expect(refunded == paid, f"{paid} is paid back: price and tax of the line", refunded)
    expect(answer["status"] == "fulfilled", "the order stays fulfilled", answer)
    now = moved(before, variants(client))
    expect(now == {FIRST: (-3, 0), SECOND: (0, 0)}, f"{SECOND} can be sold again", now)
    client.refused("POST", path, {"amount": answer["total_price"]}, "paying back more than is left")
    rest = client.ok("POST", path, {}).data["additional_fields"]["amount_refunded"]
    expect(rest == answer["total_price"], "the rest makes it the whole price", rest)


def walk(server: Server) -> None:
    client = server.sandbox("cart")
    before = variants(client)
    order = ship(client, place(client, before), before)
    pay_back(client, order, before)


if __name__ == "__main__":
    raise SystemExit(run(__doc__, walk))
