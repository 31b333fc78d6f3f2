"""Goods come back: a return is announced, changed and received, and the stock and the ledger follow.

    python examples/returns.py

It works on the warehouse sandbox, which is put back to its start first. Its dock is played by a simulated arrival.
"""

from __future__ import annotations

from typing import Any

from client import Client, Server, booked, expect, moved, one, run, stock_of

RETURNS = "/wms/returns"
GOOD, BROKEN = "DRP-CERAMIC", "MUG-BLUE"
LEVELS = ("onhand", "committed", "unfulfillable", "fulfillable")


def shipped_order(client: Client) -> dict[str, Any]:
    """An order that has left: 3 units of one item, 2 of another."""
    lines = []
    for sku, units in ((GOOD, 3), (BROKEN, 2)):
        [product] = client.every("/wms/products", sku=sku)
        lines.append({"product_id": product["id"], "quantity": units})
    order = client.ok("POST", "/wms/orders", {"order_number": "WALK-BACK", "line_items": lines}).data
    left: dict[str, Any] = client.ok("POST", one("/wms/orders/{}/shipments", order["id"]), {}).data
    expect(left["status"] == "fulfilled", "the order has left", left)
    return left


def coming_back(order: dict[str, Any], units: int) -> dict[str, Any]:
    """The body of a return of one item."""
    lines = [{"sku": GOOD, "quantity": units}]
    return {"order_id": order["id"], "warehouse_id": order["warehouse_id"], "line_items": lines}


def announced(client: Client, order: dict[str, Any]) -> dict[str, Any]:
    """A return, first too large, then as it should be, then with the reasons of the buyer."""
    client.refused("POST", RETURNS, coming_back(order, 4), "sending back more than was shipped")
    back = client.ok("POST", RETURNS, coming_back(order, 1)).data
    expect((back["status"], back["order_id"]) == ("open", order["id"]), "the return is announced", back)
    lines = [
        {"sku": GOOD, "quantity": 2, "return_reason": "too small"},
        {"sku": BROKEN, "quantity": 1, "return_reason": "damaged"},
    ]
    changed: dict[str, Any] = client.ok("PUT", one(f"{RETURNS}/{{}}", back["id"]), {"line_items": lines}).data
    said = [(line["sku"], line["expected_quantity"], line["return_reason"]) for line in changed["line_items"]]
    expected = [(GOOD, 2, "too small"), (BROKEN, 1, "damaged")]
    expect(said == expected, "2 and 1 units are expected, each with its reason", said)
    return changed


def received(client: Client, back: dict[str, Any]) -> None:
    """It arrives: good units can be sold again, damaged ones cannot."""
    before = {sku: stock_of(client, sku) for sku in (GOOD, BROKEN)}
    path = one("/sandbox/simulate/returns/{}/receive", back["id"])
    arrived = client.ok("PUT", path).data
    expect(arrived["status"] == "received", "the return has arrived", arrived)
    counted = [(line["received_quantity"], line["restocked_quantity"]) for line in arrived["line_items"]]
    expect(counted == [(2, 2), (1, 0)], "all arrived; what is damaged was not put back", counted)
    now = moved(before[GOOD], stock_of(client, GOOD), *LEVELS)
    expect(now == [2, 0, 0, 2], f"2 of {GOOD} can be sold again", now)
    now = moved(before[BROKEN], stock_of(client, BROKEN), *LEVELS)
    expect(now == [1, 0, 1, 0], f"1 of {BROKEN} lies in quarantine", now)
    entries = booked(client, back["id"], "return_receipt")
    expect(entries == {GOOD: 2, BROKEN: 1}, "the ledger has every unit", entries)
    client.refused("PUT", path, None, "receiving it twice")
    client.refused("PUT", one(f"{RETURNS}/{{}}/cancel", back["id"]), None, "cancelling what has arrived")


def walk(server: Server) -> None:
    client = server.sandbox("wms")
    order = shipped_order(client)
    back = announced(client, order)
    received(client, back)

    client.refused("POST", RETURNS, coming_back(order, 2), "sending back 2 when 1 is still out")
    before = stock_of(client, GOOD)
    last = client.ok("POST", RETURNS, coming_back(order, 1)).data
    cancelled = client.ok("PUT", one(f"{RETURNS}/{{}}/cancel", last["id"])).data
    expect(cancelled["status"] == "cancelled", "the buyer keeps the last one", cancelled)
    expect(moved(before, stock_of(client, GOOD), *LEVELS) == [0, 0, 0, 0], "a return called off moves no stock")
    again = client.ok("POST", RETURNS, coming_back(order, 1)).data
    expect(again["status"] == "open", "and leaves the unit free to come back after all", again)


if __name__ == "__main__":
    raise SystemExit(run(__doc__, walk))
