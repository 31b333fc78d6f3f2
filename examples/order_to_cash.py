"""Buying and selling in an ERP: goods are ordered and received, sold and shipped, and every total is checked.

    python examples/order_to_cash.py

It works on the ERP sandbox, which is put back to its start first.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from client import Client, Server, expect, one, run

PURCHASES, RECEIPTS = "/erp/purchase-orders", "/erp/purchase-order-receipts"
SALES, SHIPMENTS = "/erp/sales-orders", "/erp/sales-order-shipments"
SKU, OTHER_SKU = "GRD-HAND", "MUG-BLUE"
PRICE, SHIPPING = Decimal("33.335"), Decimal("12.50")


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def percent(record: dict[str, Any], name: str) -> Decimal:
    return Decimal(str(record["additional_fields"][name])) / 100


def stock(client: Client, place: str, sku: str = SKU) -> tuple[int, int, int, int]:
    """On hand, committed, available and on order of an item at a location."""
    [card] = client.every("/erp/inventory", sku=sku)
    here = card["inventory_by_location_id"][place]
    expect(here["onhand"] == here["committed"] + here["available"], "stock adds up", here, quiet=True)
    coming = card["additional_fields"]["on_order_by_location_id"][place]
    return here["onhand"], here["committed"], here["available"], coming


def moved(before: tuple[int, ...], after: tuple[int, ...]) -> list[int]:
    return [now - then for then, now in zip(before, after, strict=True)]


def item_id(client: Client, sku: str) -> str:
    [item] = client.every("/erp/items", sku=sku)
    found: str = item["id"]
    return found


def buy(client: Client, place: str) -> None:
    """10 units are ordered; 6 of them arrive, then the others."""
    before = stock(client, place)
    vendor = next(vendor for vendor in client.every("/erp/vendors") if vendor["additional_fields"]["tax_percent"] == 0)
    lines = [
        {"item_id": item_id(client, SKU), "quantity": 10, "unit_cost": 31},
        {"item_id": item_id(client, OTHER_SKU), "quantity": 3, "unit_cost": 1.005},
    ]
    order = client.ok("POST", PURCHASES, {"vendor_id": vendor["id"], "location_id": place, "line_items": lines}).data
    costs = 10 * Decimal(31) + cents(3 * Decimal("1.005"))
    expect(Decimal(str(order["total_price"])) == costs, f"the order costs {costs}: each line to the cent", order)
    expect(moved(before, stock(client, place)) == [0, 0, 0, 10], "10 units are on order")
    line_id = order["line_items"][0]["line_item_id"]
    for units, arrived in ((6, 6), (4, 10)):
        body = {"purchase_order_id": order["id"], "line_items": [{"line_item_id": line_id, "quantity": units}]}
        receipt = client.ok("POST", RECEIPTS, body).data
        expect(receipt["status"] == "received", f"{units} units have arrived", receipt)
        now = moved(before, stock(client, place))
        expect(now == [arrived, 0, arrived, 10 - arrived], f"{arrived} are in stock, {10 - arrived} on order", now)
    stored = client.ok("GET", one(f"{PURCHASES}/{{}}", order["id"])).data
    expect(stored["status"] == "partially_received", "the order still waits for its other line", stored)
    counted = [line["received_quantity"] for line in stored["line_items"]]
    expect(counted == [10, 0], "and has counted what came", counted)
    client.refused("POST", RECEIPTS, body, "receiving more than was ordered")


def sell(client: Client, place: str, customer_id: str, units: int) -> dict[str, Any]:
    """A sales order whose totals are those of its customer's conditions."""
    customer = client.ok("GET", one("/erp/customers/{}", customer_id)).data
    line = {"item_id": item_id(client, SKU), "quantity": units, "unit_price": float(PRICE)}
    body = {"customer_id": customer_id, "location_id": place, "line_items": [line]}
    order: dict[str, Any] = client.ok("POST", SALES, body).data
    gross = cents(units * PRICE)
    discount = cents(gross * percent(customer, "discount_percent"))
    tax = cents((gross - discount) * percent(customer, "tax_percent"))
    expected = [gross, discount, tax, SHIPPING, gross - discount + tax + SHIPPING]
    names = ("subtotal", "total_discount", "total_tax", "total_shipping", "total_price")
    found = [Decimal(str(order[name])) for name in names]
    print(f"    {customer['name']}: {gross} - {discount} + {tax} tax + {SHIPPING} shipping = {expected[-1]}")
    expect(found == expected, "every total is right to the cent", [str(amount) for amount in found])
    return order


def ship(client: Client, place: str, order: dict[str, Any], before: tuple[int, ...]) -> None:
    """Three units leave, then the last two."""
    line_id = order["line_items"][0]["line_item_id"]
    for units, left, status in ((3, 2, "partially_fulfilled"), (2, 0, "fulfilled")):
        line = {"line_item_id": line_id, "quantity": units}
        body = {"sales_order_id": order["id"], "line_items": [line], "packages": [{"tracking_number": f"1Z-{units}"}]}
        shipment = client.ok("POST", SHIPMENTS, body).data
        expect(shipment["packages"][0]["tracking_number"] == f"1Z-{units}", f"{units} units are on their way", shipment)
        stored = client.ok("GET", one(f"{SALES}/{{}}", order["id"])).data
        expect(stored["status"] == status, f"the order is {status}", stored)
        counted = stored["line_items"][0]["fulfilled_quantity"]
        expect(counted == 5 - left, f"its line has counted {5 - left}", counted)
        now = moved(before, stock(client, place))
        expect(now == [left - 5, left, -5, 0], f"{5 - left} units are gone, {left} still committed", now)


def walk(server: Server) -> None:
    client = server.sandbox("erp")
    place = client.every("/erp/inventory", sku=SKU)[0]["inventory_by_location_id"]
    here = min(place)
    buy(client, here)

    before = stock(client, here)
    order = sell(client, here, "customer_id_5", 5)
    expect(moved(before, stock(client, here)) == [0, 5, -5, 0], "5 units are committed")
    ship(client, here, order, before)
    client.refused("PUT", one(f"{SALES}/{{}}/cancel", order["id"]), None, "cancelling what was shipped")

    before = stock(client, here)
    second = sell(client, here, "customer_id_2", 4)
    expect(moved(before, stock(client, here)) == [0, 4, -4, 0], "4 units are committed to another customer")
    cancelled = client.ok("PUT", one(f"{SALES}/{{}}/cancel", second["id"])).data
    expect(cancelled["status"] == "cancelled", "who thinks better of it", cancelled)
    expect(stock(client, here) == before, "and all of it is as it was")


if __name__ == "__main__":
    raise SystemExit(run(__doc__, walk))
