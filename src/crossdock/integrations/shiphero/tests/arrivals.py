"""Purchase orders, vendors and returns of the fake account."""

from __future__ import annotations

from typing import Any

from crossdock.integrations.kit.fake.graphql import GraphQLRefusal, resolves
from crossdock.integrations.shiphero.tests import seed
from crossdock.integrations.shiphero.tests.answers import Answers
from crossdock.integrations.shiphero.tests.documents import by_cursor, gid, number, text

VENDORS = {41: "Tea Traders", 42: None}
# Lines are (product, units, received, price).
PURCHASES: dict[int, dict[str, Any]] = {
    61: {"po_number": "PO-61", "lines": {611: (11, 20, 5, "4.50"), 612: (14, 4, 0, "9.00")}},
    62: {"po_number": "PO-62", "fulfillment_status": "closed", "lines": {621: (11, 1, 1, None)}, "vendor": None},
}
# Lines are (product, units, received, restocked).
RETURNS: dict[int, dict[str, Any]] = {
    71: {"order": 901, "lines": {711: (11, 1, 1, 1)}, "status": "warehouse_complete", "labels": ["1Z71"]},
    72: {"order": 903, "lines": {721: (12, 1, 0, 0)}, "status": "pending", "labels": []},
}


class Arrivals(Answers):
    """What is on its way in."""

    warehouses: dict[int, dict[str, Any]]

    def fill(self) -> None:
        self.purchase_lines: dict[int, list[dict[str, Any]]] = {}
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
        self.purchase_lines[key] = [self._purchase_line(line, *told) for line, told in lines.items()]
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
            "line_items": by_cursor(self.purchase_lines[key]),
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
                {"tracking_number": shown, "carrier": "ups", "cost": "6.10", "created_date": None, "dimensions": size}
                for shown in labels
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

    @resolves("Mutation", "purchase_order_create")
    def create_purchase(self, data: dict[str, Any]) -> Any:
        key, place = self.new_number(), number(data["warehouse_id"])
        vendor = self.vendors.get(number(data["vendor_id"])) if "vendor_id" in data else None
        if "vendor_id" in data and vendor is None:
            raise self.unknown("vendor")
        acting = {"customer_account_id": data["customer_account_id"]} if "customer_account_id" in data else {}
        lines: dict[int, Any] = {}
        for asked in data["line_items"]:
            product = self.by_sku({**acting, "sku": asked["sku"]})
            if place not in self.products[product]["stock"]:
                raise GraphQLRefusal(f"Product with sku {asked['sku']} is not in the warehouse", code=3)
            lines[self.new_number()] = (product, asked["quantity"], 0, asked["price"])
        texts = "po_number partner_order_number fulfillment_status po_date warehouse_id tracking_number subtotal"
        told = {name: data.get(name) for name in (*texts.split(), "total_price")}
        made = self._purchase(key, lines, **told)
        made |= {"created_at": text(self.now), "vendor": vendor}
        self.purchases[key] = made | {"account_id": data.get("customer_account_id", made["account_id"])}
        for line in self.purchase_lines[key]:
            line["updated_at"] = text(self.now)
            self._expect(line, place)
        return self.answered("purchase_order_create", purchase_order=self.purchases[key])

    def _expect(self, line: dict[str, Any], place: int) -> None:
        """What a line still brings, as the stock of its warehouse shows it."""
        inbounds = self.products[number(line["product"]["product"]["id"])]["inbounds"].setdefault(place, [])
        inbounds[:] = [item for item in inbounds if item["id"] != gid("Inbound", number(line["id"]))]
        units = {name: line[name] for name in ("quantity", "quantity_received")}
        inbounds.append(
            {"id": gid("Inbound", number(line["id"])), "status": "pending", "quantity_rejected": 0, **units}
        )

    @resolves("Mutation", "purchase_order_update")
    def update_purchase(self, data: dict[str, Any]) -> Any:
        key = number(data["po_id"])
        purchase = self.purchases[key]
        self.mine(data, number(purchase["account_id"]), "purchase_order")
        for asked in data.get("line_items") or []:
            lines = [line for line in self.purchase_lines[key] if line["sku"] == asked["sku"]]
            if len(lines) != 1:
                raise GraphQLRefusal(f"The purchase order has no single line with sku {asked['sku']}", code=3)
            lines[0].update({**asked, "updated_at": text(self.now)})
            self._expect(lines[0], number(purchase["warehouse_id"]))
        purchase |= {name: data[name] for name in ("po_date", "tracking_number") if name in data}
        return self.answered("purchase_order_update", purchase_order=purchase)

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

    @resolves("Mutation", "return_create")
    def create_return(self, data: dict[str, Any]) -> Any:
        order = self.orders[number(data["order_id"])]
        self.mine(data, order["owner"], "order")
        if number(data["warehouse_id"]) not in self.warehouses:
            raise self.unknown("warehouse")
        lines = {}
        for asked in data["line_items"]:
            [(product, units)] = [
                (product, units)
                for product, units, _ in order["lines"].values()
                if self.products[product]["sku"] == asked["sku"]
            ]
            if asked["quantity"] > units:
                raise GraphQLRefusal(f"The order has only {units} of {asked['sku']}", code=3)
            lines[self.new_number()] = (product, asked["quantity"], 0, 0)
        key = self.new_number()
        labels = [data["tracking_number"]] if "tracking_number" in data else []
        made = self._return(key, number(data["order_id"]), lines, "pending", labels)
        for line, asked in zip(made["line_items"], data["line_items"], strict=True):
            line |= {"reason": asked["return_reason"], "updated_at": text(self.now), "condition": None}
            line["warehouse_id"] = data["warehouse_id"]
        made |= {"reason": data["return_reason"], "partner_id": data.get("partner_id"), "created_at": text(self.now)}
        self.returns[key] = made | {"account_id": gid("CustomerAccount", order["owner"])}
        return self.answered("return_create", **{"return": self.returns[key]})

    @resolves("Query", "return")
    def one_return(self, id: str) -> Any:
        if gid("Return", number(id)) != id or number(id) not in self.returns:
            raise self.unknown("return")
        return self.answered("return", data=self.returns[number(id)])
