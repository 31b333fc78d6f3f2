"""Orders of the fake store: what is shipped of them and what goes back."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

from crossdock.integrations.bigcommerce.tests import seed

CENT = Decimal("0.01")


class Refused(Exception):
    """What the store answers with status 422."""


class SalesDesk:
    """Holds orders and carries out shipments and refunds."""

    def __init__(self, now: Callable[[], datetime], new_id: Callable[[], int]) -> None:
        self.orders: dict[int, dict[str, Any]] = {}
        self._now = now
        self._new_id = new_id

    def add(self, number: int, made: datetime, **facts: Any) -> None:
        """An order of some time ago."""
        self.orders[number] = {**seed.order(number, **copy.deepcopy(facts)), "created": made, "modified": made}

    def shown(self, number: int, *, whole: bool) -> dict[str, Any]:
        """An order as the list shows it; `whole` with its lines."""
        order = self.orders[number]
        dates = {
            "date_created": format_datetime(order["created"]),
            "date_modified": format_datetime(order["modified"]),
        }
        made = {**order["shown"], **dates}
        if not whole:
            where = f"/orders/{number}/consignments"
            return {
                **made,
                "consignments": {"url": f"https://api.bigcommerce.com/stores/x/v2{where}", "resource": where},
            }
        shipping = []
        for address, way in order["ways"].items():
            lines = [line for line in order["lines"] if line["order_address_id"] == address]
            shipping.append({**way, "line_items": lines})
        rest = [line for line in order["lines"] if not line["order_address_id"]]
        downloads = [{"recipient_email": seed.BUYER["email"], "line_items": rest}] if rest else []
        ways = {"pickups": [], "shipping": shipping, "downloads": downloads, "email": {"gift_certificates": []}}
        return {**made, "consignments": ways}

    def set_status(self, number: int, status: int) -> None:
        """The order has another status from now on."""
        order = self.orders[number]
        order["shown"] |= {"status_id": status, "status": seed.STATUSES[status]}
        order["modified"] = self._now()

    def ship(self, number: int, body: dict[str, Any]) -> dict[str, Any]:
        """A shipment to one address."""
        order = self.orders[number]
        lines = {line["id"]: line for line in order["lines"]}
        for item in body["items"]:
            line = lines.get(item["order_product_id"])
            if line is None or line["order_address_id"] != body["order_address_id"]:
                raise Refused("The item is not of this address.")
            if item["quantity"] > line["quantity"] - line["quantity_shipped"]:
                raise Refused("The quantity exceeds what is left to ship.")
            line["quantity_shipped"] += item["quantity"]
        made = {
            "id": self._new_id(),
            "order_id": number,
            "date_created": format_datetime(self._now()),
            "tracking_carrier": "",
            "shipping_provider_display_name": body.get("shipping_provider", "").upper(),
            "generated_tracking_link": "",
            **body,
            "items": [{**item, "product_id": lines[item["order_product_id"]]["product_id"]} for item in body["items"]],
        }
        order["parcels"].append(made)
        sent = sum(line["quantity_shipped"] for line in order["lines"])
        order["shown"]["items_shipped"] = sent
        self.set_status(number, 2 if sent == order["shown"]["items_total"] else 3)
        return made

    def quote(self, number: int, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """What lines come to, and how it can go back."""
        order = self.orders[number]
        total = sum((self._worth(order, item) for item in items), Decimal(0)).quantize(CENT)
        if total > self._rest(order):
            raise Refused("The refund exceeds what is left of the order.")
        methods = [[{**way, "amount": total}] for way in seed.WAYS_BACK[order["shown"]["payment_method"]]]
        return {"order_id": number, "total_refund_amount": total, "refund_methods": methods}

    def refund(self, number: int, body: dict[str, Any]) -> dict[str, Any]:
        """Pays back what was quoted."""
        order = self.orders[number]
        quoted = self.quote(number, body["items"])
        total: Decimal = quoted["total_refund_amount"]
        if sum((Decimal(str(one["amount"])) for one in body["payments"]), Decimal(0)) != total:
            raise Refused("The payments do not match the amount of the refund.")
        known = {way[0]["provider_id"]: way[0]["offline"] for way in quoted["refund_methods"]}
        if any(known.get(one["provider_id"]) != one["offline"] for one in body["payments"]):
            raise Refused("The payment cannot go back like this.")
        lines = {line["id"]: line for line in order["lines"]}
        made = {
            "id": self._new_id(),
            "order_id": number,
            "created": self._now().strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "reason": body["items"][0].get("reason", ""),
            "total_amount": total,
            "total_tax": 0,
            "uses_merchant_override_values": False,
            "items": [self._refunded(order, item) for item in body["items"]],
            "payments": [{"id": self._new_id(), "is_declined": False, **one} for one in body["payments"]],
        }
        for item in body["items"]:
            if item["item_type"] == "PRODUCT":
                lines[item["item_id"]]["quantity_refunded"] += item["quantity"]
        order["refunds"].append(made)
        whole = not self._rest(order)
        order["shown"]["payment_status"] = "refunded" if whole else "partially refunded"
        self.set_status(number, 4 if whole else 14)
        return made

    def _refunded(self, order: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
        kept: dict[str, Any] = {name: item[name] for name in ("item_type", "item_id", "reason") if name in item}
        if "quantity" in item:
            kept |= {"quantity": item["quantity"], "adjustments": item.get("adjustments", [])}
        return {**kept, "requested_amount": self._worth(order, item)}

    def _rest(self, order: dict[str, Any]) -> Decimal:
        back = sum((Decimal(one["total_amount"]) for one in order["refunds"]), Decimal(0))
        return Decimal(order["shown"]["total_inc_tax"]).quantize(CENT) - back

    def _worth(self, order: dict[str, Any], item: dict[str, Any]) -> Decimal:
        """What an item of a refund comes to."""
        if item["item_type"] != "PRODUCT":
            return Decimal(str(item["amount"]))
        line = next((line for line in order["lines"] if line["id"] == item["item_id"]), None)
        if line is None or item["quantity"] > line["quantity"] - line["quantity_refunded"]:
            raise Refused("The quantity exceeds what is left to refund.")
        less = sum((Decimal(str(one["amount"])) for one in item.get("adjustments", [])), Decimal(0))
        whole: Decimal = Decimal(line["discounted_total_inc_tax"])
        units, all_units = Decimal(item["quantity"]), Decimal(line["quantity"])
        return (whole * units / all_units).quantize(CENT) + less
