"""The part of the fake shop that sells: orders, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crossdock.integrations.magento.tests import seed

OFFLINE = frozenset({"checkmo"})
"""Payment methods without a provider."""
ZERO, CENT = Decimal(0), Decimal("0.01")


class Refused(Exception):
    """Something the shop does not do."""


class SalesDesk:
    """Orders with their invoices, shipments and credit memos."""

    def __init__(self, stock: list[dict[str, Any]], now: Callable[[], str]) -> None:
        self.orders: dict[int, dict[str, Any]] = {}
        self.invoices: list[dict[str, Any]] = []
        self.shipments: list[dict[str, Any]] = []
        self.memos: list[dict[str, Any]] = []
        self._stock = stock
        self._now = now
        self._next = 7000

    def add(self, number: int, time: str, **facts: Any) -> None:
        """An order, invoiced where it is paid, and shipped where its lines say so."""
        items = [{**line} for line in facts.pop("items")]
        order = seed.order(number, items=items, created_at=time, updated_at=time, **facts)
        self.orders[number] = order
        if order["total_paid"]:
            self.invoices.append(
                {
                    "entity_id": number + 200,
                    "order_id": number,
                    "state": 2,
                    "total_qty": sum(line["qty_invoiced"] for line in items),
                    "base_grand_total": order["base_grand_total"],
                    "base_total_refunded": ZERO,
                    "items": [],
                    **({} if order["payment"]["method"] in OFFLINE else {"transaction_id": f"tx-{number}"}),
                }
            )
        shipped = [line for line in items if line["qty_shipped"]]
        if shipped:
            tracks = [("94001", "United States Postal Service", "usps"), ("1Z999AA1", "UPS", "ups")]
            made = self._shipment(number, time, "default", [(line, line["qty_shipped"]) for line in shipped])
            made["tracks"] = [self._track(made, *track) for track in tracks]

    def hold(self, number: int) -> None:
        """Somebody puts an order on hold."""
        self._touch(self.orders[number], state="holded", status="on_hold")

    def split_invoice(self, number: int) -> None:
        """An order was invoiced in two parts."""
        whole = next(invoice for invoice in self.invoices if invoice["order_id"] == number)
        whole["base_grand_total"] -= 10
        self.invoices.append({**whole, "entity_id": self._new(), "base_grand_total": Decimal(10)})

    def ship(self, number: int, body: dict[str, Any]) -> int:
        """Ships lines of an order, or all that is left, from one source."""
        order = self._order(number)
        if order["state"] in ("canceled", "closed", "holded", "complete"):
            raise Refused("Shipment Document Validation Error(s):\nA shipment cannot be created in this state")
        left = {line["item_id"]: self._left(line) for line in order["items"] if "parent_item_id" not in line}
        asked = {item["order_item_id"]: item["qty"] for item in body["items"]} if "items" in body else left
        if any(units > left.get(line, 0) for line, units in asked.items()) or not any(asked.values()):
            raise Refused("You can't create a shipment without products.")
        source = body.get("arguments", {}).get("extension_attributes", {}).get("source_code", "default")
        lines = [(line, asked[line["item_id"]]) for line in order["items"] if asked.get(line["item_id"])]
        rows = [(self._row(line["sku"], source), units) for line, units in lines if not line["is_virtual"]]
        if any(row is None or row["quantity"] < units for row, units in rows):
            raise Refused("Not all of your products are available in the requested quantity.")
        for row, units in rows:
            row["quantity"] -= units
        made = self._shipment(number, self._now(), source, lines)
        made["tracks"] = [
            self._track(made, item["track_number"], item["title"], item["carrier_code"])
            for item in body.get("tracks", [])
        ]
        made["comments"] = [self._comment(made["entity_id"], body["comment"])] if "comment" in body else []
        for line, units in lines:
            line["qty_shipped"] += units
        done = not any(self._left(line) for line in order["items"] if "parent_item_id" not in line)
        paid = order["total_paid"] >= order["grand_total"]
        self._touch(order, **({"state": "complete", "status": "complete"} if done and paid else {}))
        return int(made["entity_id"])

    def refund_invoice(self, number: int, body: dict[str, Any]) -> int:
        """Pays back by the payment of an invoice."""
        invoice = next((one for one in self.invoices if one["entity_id"] == number), None)
        if invoice is None:
            raise Refused("The entity that was requested doesn't exist.")
        if "transaction_id" not in invoice:
            raise Refused("We can't create creditmemo for the invoice.")
        made = self._refund(invoice["order_id"], body)
        invoice["base_total_refunded"] += self.memos[-1]["grand_total"]
        return made

    def refund(self, number: int, body: dict[str, Any]) -> int:
        """Notes what was paid back by hand."""
        if any("transaction_id" in invoice for invoice in self.invoices if invoice["order_id"] == number):
            raise Refused("An order that was paid online is paid back by its invoice.")
        return self._refund(number, body)

    def _refund(self, number: int, body: dict[str, Any]) -> int:
        """Makes a credit memo; without lines, of everything, and without an amount for it, of all shipping."""
        order = self._order(number)
        left = {
            line["item_id"]: line["qty_ordered"] - line["qty_refunded"]
            for line in order["items"]
            if "parent_item_id" not in line
        }
        asked = {item["order_item_id"]: item["qty"] for item in body["items"]} if "items" in body else left
        if any(units > left.get(line, 0) for line, units in asked.items()):
            raise Refused("We found an invalid quantity to refund item.")
        arguments = body.get("arguments", {})
        shipping = Decimal(str(arguments.get("shipping_amount", order["shipping_amount"])))
        rate = order["shipping_tax_amount"] / order["shipping_amount"] if order["shipping_amount"] else ZERO
        total = sum((_gross(line, asked[line["item_id"]]) for line in order["items"] if line["item_id"] in asked), ZERO)
        total += (shipping * (1 + rate)).quantize(CENT, ROUND_HALF_UP)
        total += Decimal(str(arguments.get("adjustment_positive", 0)))
        total -= Decimal(str(arguments.get("adjustment_negative", 0)))
        back = order.get("total_refunded", ZERO)
        if total <= 0:
            raise Refused("The credit memo's total must be positive.")
        if total > order["total_paid"] - back:
            raise Refused(f"The most money available to refund is ${order['total_paid'] - back}.")
        made: dict[str, Any] = {"entity_id": self._new(), "order_id": number, "grand_total": total}
        made |= {"items": [], "comments": []}
        if "comment" in body:
            made["comments"] = [self._comment(made["entity_id"], body["comment"])]
        self.memos.append(made)
        returned = arguments.get("extension_attributes", {}).get("return_to_stock_items", [])
        for line in order["items"]:
            line["qty_refunded"] += asked.get(line["item_id"], 0)
            if line["item_id"] in returned:
                self._row(line["sku"], "default")["quantity"] += asked[line["item_id"]]
        gone = back + total == order["total_paid"]
        closed = {"state": "closed", "status": "closed"} if gone else {}
        self._touch(order, total_refunded=back + total, **closed)
        return int(made["entity_id"])

    def _order(self, number: int) -> dict[str, Any]:
        if number not in self.orders:
            raise Refused("The entity that was requested doesn't exist.")
        return self.orders[number]

    @staticmethod
    def _left(line: dict[str, Any]) -> int:
        units = line["qty_ordered"] - line["qty_canceled"] - max(line["qty_shipped"], line["qty_refunded"])
        return 0 if line["is_virtual"] else int(units)

    def _row(self, sku: str, source: str) -> Any:
        return next((row for row in self._stock if (row["sku"], row["source_code"]) == (sku, source)), None)

    def _shipment(self, order: int, time: str, source: str, lines: list[tuple[dict[str, Any], Any]]) -> dict[str, Any]:
        made: dict[str, Any] = {
            "entity_id": self._new(),
            "order_id": order,
            "created_at": time,
            "updated_at": time,
            "items": [
                {"order_item_id": line["item_id"], "product_id": line["product_id"], "sku": line["sku"], "qty": units}
                for line, units in lines
            ],
            "tracks": [],
            "comments": [],
            "extension_attributes": {"source_code": source},
        }
        self.shipments.append(made)
        return made

    def _track(self, shipment: dict[str, Any], number: str, title: str, carrier: str) -> dict[str, Any]:
        return {
            "entity_id": self._new(),
            "order_id": shipment["order_id"],
            "parent_id": shipment["entity_id"],
            "weight": 0,
            "qty": 0,
            "description": "",
            "track_number": number,
            "title": title,
            "carrier_code": carrier,
        }

    def _comment(self, parent: int, given: dict[str, Any]) -> dict[str, Any]:
        return {"entity_id": self._new(), "parent_id": parent, "is_customer_notified": 0, **given}

    def _touch(self, order: dict[str, Any], **changed: Any) -> None:
        order |= {**changed, "updated_at": self._now()}

    def _new(self) -> int:
        self._next += 1
        return self._next


def _gross(line: dict[str, Any], units: Any) -> Decimal:
    whole = line["row_total"] - line["discount_amount"] + line["tax_amount"]
    return Decimal(whole * units / line["qty_ordered"]).quantize(CENT, ROUND_HALF_UP)
