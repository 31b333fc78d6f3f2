"""Orders, their shipments and refunds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crossdock.contract.values import timestamp_text
from crossdock.integrations.kit.fake import Call, Reply, offset, serves
from crossdock.integrations.kit.fake.schemas import Schemas
from crossdock.integrations.kit.fake.vendor import FakeVendor
from crossdock.integrations.mirakl.tests import seed

REASONS = (
    ("14", "Item not received", "INCIDENT_OPEN", True),
    ("16", "Fraud", "REFUND", False),
    ("15", "Out of stock", "REFUND", True),
    ("17", "Item damaged", "REFUND", True),
)
PARCELS_PER_PAGE = 1
"""So that every second parcel is on another page."""
TOKEN = "test-page-"


class OrderDesk(FakeVendor):
    """A marketplace that takes one shipment for a whole order, unless `several` says otherwise."""

    orders: dict[str, dict[str, Any]]
    schemas: Schemas

    def __init__(self) -> None:
        super().__init__()
        self.several = False
        self.shipments: dict[str, dict[str, Any]] = {}

    def divide(self) -> None:
        """Switches on several shipments, with one sent already and one in preparation."""
        self.several = True
        for number, (status, units) in enumerate((("SHIPPED", 1), ("SHIPMENT_PREPARED", 1)), 1):
            made = self._parcel("Order_1-A", [{"order_line_id": "Order_1-A-1", "quantity": units}], status)
            made["created_date"] = made["last_updated_date"] = timestamp_text(self.now.replace(day=number))
            made["tracking"] = {"carrier_code": "UPS", "carrier_name": "UPS", "tracking_number": f"1Z{number}"}

    def deliver(self) -> None:
        """The carrier delivers a parcel, which changes the shipment and not the order."""
        self.divide()
        self.pass_time(hours=1)
        self.shipments["parcel-1"] |= {"status": "RECEIVED", "last_updated_date": timestamp_text(self.now)}

    @serves("GET", "/api/orders")
    def list_orders(self, call: Call) -> Reply:
        found = sorted(self.orders.values(), key=lambda item: (item["created_date"], item["order_id"]))
        if "order_ids" in call.query:
            found = [item for item in found if item["order_id"] in call.query["order_ids"].split(",")]
        if "start_update_date" in call.query:
            since = datetime.fromisoformat(call.query["start_update_date"])
            found = [item for item in found if datetime.fromisoformat(item["last_updated_date"]) >= since]
        page, _ = offset(call, found, size="max")
        return Reply({"orders": page, "total_count": len(found)})

    @serves("PUT", "/api/orders/{order_id}/tracking")
    def track(self, call: Call) -> Reply:
        order, given = self.orders[call.params["order_id"]], call.body
        if not given.get("carrier_code") and not given.get("carrier_name"):
            return _refusal("The carrier code or the carrier name is required")
        names = {
            "shipping_carrier_code": "carrier_code",
            "shipping_company": "carrier_name",
            "shipping_tracking": "tracking_number",
            "shipping_tracking_url": "carrier_url",
        }
        order |= {ours: given[theirs] for ours, theirs in names.items() if theirs in given}
        self._touch(order)
        return Reply(status=204)

    @serves("PUT", "/api/orders/{order_id}/ship")
    def ship(self, call: Call) -> Reply:
        order = self.orders[call.params["order_id"]]
        order["order_state"] = "SHIPPED"
        for line in order["order_lines"]:
            line |= {"order_line_state": "SHIPPED", "shipped_date": timestamp_text(self.now)}
        self._touch(order)
        return Reply(status=204)

    @serves("GET", "/api/shipments")
    def list_shipments(self, call: Call) -> Reply:
        since = datetime.fromisoformat(call.query.get("last_updated_from", seed.SOME_DAY))
        found = [item for item in self.shipments.values() if datetime.fromisoformat(item["last_updated_date"]) >= since]
        if "order_id" in call.query:
            found = [item for item in found if item["order_id"] in call.query["order_id"]]
        start = int(call.query.get("page_token", f"{TOKEN}0").removeprefix(TOKEN))
        following = start + PARCELS_PER_PAGE
        more = {"next_page_token": f"{TOKEN}{following}"} if following < len(found) else {}
        return Reply({"data": found[start:following], **more})

    @serves("POST", "/api/shipments")
    def add_shipments(self, call: Call) -> Reply:
        made, errors = [], []
        for given in call.body["shipments"]:
            code = given.get("shipping_from", {}).get("warehouse", {}).get("code")
            if code not in (None, "LYON", "PARIS"):
                errors.append({"order_id": given["order_id"], "message": f"Warehouse '{code}' not found"})
                continue
            parcel = self._parcel(given["order_id"], given["shipment_lines"], "SHIPPED")
            parcel["shipped_date"] = timestamp_text(self.now)
            parcel |= {name: given[name] for name in ("tracking", "shipping_from") if name in given}
            made.append(parcel)
            self._close_if_sent(given["order_id"])
        return Reply({"shipment_success": made, "shipment_errors": errors}, 201)

    def _parcel(self, order_id: str, lines: list[dict[str, Any]], status: str) -> dict[str, Any]:
        number, when = f"parcel-{len(self.shipments) + 1}", timestamp_text(self.now)
        self.shipments[number] = {
            "id": number,
            "order_id": order_id,
            "status": status,
            "status_customer_debit": "NO_DEBIT",
            "created_date": when,
            "last_updated_date": when,
            "shipment_lines": lines,
        }
        return self.shipments[number]

    def _close_if_sent(self, order_id: str) -> None:
        order = self.orders[order_id]
        sent = [line for item in self.shipments.values() for line in item["shipment_lines"] if _is_sent(item, order_id)]
        for line in order["order_lines"]:
            units = sum(item["quantity"] for item in sent if item["order_line_id"] == line["order_line_id"])
            if units >= line["quantity"]:
                line["order_line_state"] = "SHIPPED"
        if all(line["order_line_state"] == "SHIPPED" for line in order["order_lines"]):
            order["order_state"] = "SHIPPED"
        self._touch(order)

    @serves("GET", "/api/reasons")
    def reasons(self, call: Call) -> Reply:
        names = ("code", "label", "type", "is_shop_right")
        found = [dict(zip(names, reason, strict=True)) for reason in REASONS]
        return Reply({"reasons": found, "total_count": len(found)})

    @serves("PUT", "/api/orders/refund")
    def refund(self, call: Call) -> Reply:
        lines = {
            line["order_line_id"]: (order, line) for order in self.orders.values() for line in order["order_lines"]
        }
        made = []
        for given in call.body["refunds"]:
            order, line = lines[given["order_line_id"]]
            if order["order_tax_mode"] != call.body["order_tax_mode"]:
                return _refusal("The tax mode is not that of the order")
            if order["order_state"] == "WAITING_ACCEPTANCE":
                return _refusal("The order line cannot be refunded in its current state")
            number = f"refund-{sum(len(other['refunds']) for _, other in lines.values()) + 1}"
            shared = {key: given[key] for key in ("amount", "shipping_amount", "quantity", "reason_code")}
            taxes = {key: given.get(key, []) for key in ("taxes", "shipping_taxes")}
            facts = {"id": number, "created_date": timestamp_text(self.now), "refund_state": "WAITING_REFUND"}
            facts |= {"state": "WAITING_REFUND", "order_refund_id": "group-1"}
            line["refunds"] = [*line["refunds"], seed.filled(self.schemas, seed.REFUND, {**facts, **shared, **taxes})]
            made.append(
                {**shared, "order_line_id": given["order_line_id"], "refund_id": number, "order_refund_id": "group-1"}
            )
            self._touch(order)
        return Reply({"order_tax_mode": call.body["order_tax_mode"], "refunds": made})

    def _touch(self, order: dict[str, Any]) -> None:
        order["last_updated_date"] = timestamp_text(self.now)


def _is_sent(parcel: dict[str, Any], order_id: str) -> bool:
    return bool(parcel["order_id"] == order_id and parcel["status"] == "SHIPPED")


def _refusal(message: str) -> Reply:
    return Reply({"message": message, "status": 400}, 400)
