"""Purchase orders, vendors and returns of the fake account."""

from __future__ import annotations

from typing import Any

from crossdock.integrations.kit.fake.graphql import resolves
from crossdock.integrations.shiphero.tests import seed
from crossdock.integrations.shiphero.tests.answers import Answers
from crossdock.integrations.shiphero.tests.documents import by_cursor, gid, number

VENDORS = {41: "Tea Traders", 42: None}
# Lines are (product, units, received, price).
PURCHASES: dict[int, dict[str, Any]] = {
    61: {"po_number": "PO-61", "lines": {611: (11, 20, 5, "4.50"), 612: (12, 4, 0, "9.00")}},
    62: {"po_number": "PO-62", "fulfillment_status": "closed", "lines": {621: (11, 1, 1, None)}, "vendor": None},
}
# Lines are (product, units, received, restocked).
RETURNS: dict[int, dict[str, Any]] = {
    71: {"order": 901, "lines": {711: (11, 1, 1, 1)}, "status": "warehouse_complete", "labels": ["1Z71"]},
    72: {"order": 903, "lines": {721: (12, 1, 0, 0)}, "status": "pending", "labels": []},
}


class Arrivals(Answers):
    """What is on its way in."""

    def fill(self) -> None:
        self.vendors = {key: self._vendor(key, name) for key, name in VENDORS.items()}
        self.purchases = {key: self._purchase(key, **facts) for key, facts in PURCHASES.items()}
        self.returns = {key: self._return(key, **facts) for key, facts in RETURNS.items()}

    def crowd_arrivals(self) -> None:
        """More than fits on a page, also of lines inside."""
        for key in range(4001, 4111):
            self.vendors[key] = self._vendor(key, f"Vendor {key}")
            self.returns[key] = self._return(key, order=901, lines={key * 10: (11, 1, 0, 0)}, status="?", labels=[])
        for key in range(4001, 4045):
            lines = {key * 100 + at: (2001 + at, 1, 0, "1.00") for at in range(25 if key == 4001 else 1)}
            self.purchases[key] = self._purchase(key, po_number=str(key), lines=lines)

    def _vendor(self, key: int, name: str | None) -> dict[str, Any]:
        account = gid("CustomerAccount", seed.ACCOUNT)
        return {"id": gid("Vendor", key), "name": name, "account_id": account, "created_at": self.before}

    def _purchase(self, key: int, lines: dict[int, Any], **facts: Any) -> dict[str, Any]:
        texts = "partner_order_number arrived_at date_closed tracking_number po_note packing_note shipping_carrier"
        made = dict.fromkeys(texts.split()) | {
            "id": gid("PurchaseOrder", key),
            "legacy_id": key,
            "account_id": gid("CustomerAccount", seed.ACCOUNT),
            "fulfillment_status": "pending",
            "created_at": self.before,
            "po_date": "2026-12-01T00:00:00",
            "warehouse_id": gid("Warehouse", seed.PRIMARY),
            "vendor": {"id": gid("Vendor", 41), "name": "Tea Traders"},
            "subtotal": "126.00",
            "total_price": "130.00",
            "line_items": by_cursor([self._purchase_line(line, *told) for line, told in lines.items()]),
        }
        return made | facts

    def _purchase_line(self, line: int, product: int, units: int, received: int, price: str | None) -> dict[str, Any]:
        return {
            "id": gid("PurchaseOrderLineItem", line),
            "sku": self.products[product]["sku"] if product in self.products else "GONE",
            "quantity": units,
            "quantity_received": received,
            "price": price,
            "vendor_sku": f"V-{product}",
            "partner_line_item_id": None,
            "updated_at": self.before,
            "product": {"product": {"id": gid("Product", product)}} if product in self.products else None,
        }

    def _return(
        self, key: int, order: int, lines: dict[int, tuple[int, int, int, int]], status: str, labels: list[str]
    ) -> dict[str, Any]:
        size = {"height": "1.00", "length": "2.00", "width": "3.00", "weight": "4.00"}
        return {
            "id": gid("Return", key),
            "legacy_id": key,
            "account_id": gid("CustomerAccount", seed.ACCOUNT),
            "created_at": self.before,
            "order_id": gid("Order", order),
            "status": status,
            "reason": "Wrong size",
            "partner_id": None,
            "labels": [
                {"tracking_number": text, "carrier": "ups", "cost": "6.10", "created_date": None, "dimensions": size}
                for text in labels
            ],
            "line_items": [
                {
                    "id": gid("ReturnItem", line),
                    "quantity": units,
                    "quantity_received": received,
                    "restock": restocked,
                    "reason": "Too small",
                    "condition": "good",
                    "updated_at": self.before,
                    "warehouse_id": gid("Warehouse", seed.PRIMARY),
                    "line_item": {"sku": self.products[product]["sku"], "product": {"id": gid("Product", product)}},
                }
                for line, (product, units, received, restocked) in lines.items()
            ],
        }

    @resolves("Query", "purchase_orders")
    def list_purchases(self, created_from: str | None = None, customer_account_id: str | None = None) -> Any:
        found = [
            purchase for purchase in self.purchases.values() if customer_account_id in (None, purchase["account_id"])
        ]
        return self.listed("purchase_orders", self.since(found, "created_at", created_from, None))

    @resolves("Query", "purchase_order")
    def one_purchase(self, id: str) -> Any:
        if gid("PurchaseOrder", number(id)) != id or number(id) not in self.purchases:
            raise self.unknown("purchase_order")
        return self.answered("purchase_order", data=self.purchases[number(id)])

    @resolves("Query", "vendors")
    def list_vendors(self) -> Any:
        return self.listed("vendors", list(self.vendors.values()))

    @resolves("Query", "returns")
    def list_returns(self, order_id: str | None = None, customer_account_id: str | None = None) -> Any:
        found = [
            item
            for item in self.returns.values()
            if order_id in (None, item["order_id"]) and customer_account_id in (None, item["account_id"])
        ]
        return self.listed("returns", found)

    @resolves("Query", "return")
    def one_return(self, id: str) -> Any:
        if gid("Return", number(id)) != id or number(id) not in self.returns:
            raise self.unknown("return")
        return self.answered("return", data=self.returns[number(id)])
