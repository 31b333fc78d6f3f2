"""What the fake shop holds, and how it shows it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from crossdock.integrations.kit.fake.graphql import GraphQLFake, connection
from crossdock.integrations.shopify.mapping import gid, number
from crossdock.integrations.shopify.tests import seed

CURRENCY = "USD"


def text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def bag(amount: Decimal) -> dict[str, Any]:
    return {"shopMoney": {"amount": str(amount.quantize(Decimal("0.01")))}}


def quantities(units: int, committed: int) -> Callable[[list[str]], list[dict[str, Any]]]:
    """The states of stock at a location; what lies there is what can be sold and what is promised."""
    known = {"available": units, "committed": committed, "on_hand": units + committed}
    return lambda names: [{"name": name, "quantity": known[name]} for name in names]


class Shelf(GraphQLFake):
    """Products with variants, stock at locations, orders with what is sent and paid back."""

    def __init__(self) -> None:
        super().__init__()
        self.before = self.now - timedelta(days=30)
        self.locations = {key: self._location(key, **facts) for key, facts in copy.deepcopy(seed.LOCATIONS).items()}
        self.products = {key: self._product(key, **facts) for key, facts in copy.deepcopy(seed.PRODUCTS).items()}
        self.variants = {key: self._variant(key, **facts) for key, facts in copy.deepcopy(seed.VARIANTS).items()}
        self.orders = {key: self._order(key, **facts) for key, facts in copy.deepcopy(seed.ORDERS).items()}
        self.refunded: dict[int, list[dict[str, Any]]] = {key: [] for key in self.orders}
        self.answered: dict[str, tuple[Any, Any]] = {}
        """What was answered to each key, with what was asked."""
        self.hooks: dict[str, dict[str, Any]] = {}
        self._next = 9000
        self._ship(503, 1, {"company": "UPS", "number": "1Z503", "url": "https://tracking.example.com/1Z503"})

    def new_id(self) -> str:
        """An id that nothing has yet."""
        self._next += 1
        return str(self._next)

    def _touch(self, found: dict[str, Any], **changed: Any) -> None:
        found |= {**changed, "updatedAt": text(self.now)}

    def _stock(self, variant: int, place: int, units: int, committed: int) -> None:
        self.variants[variant]["stock"][place] = (units, committed)
        self.variants[variant]["moved"][place] = text(self.now)
        self._touch(self.products[self.variants[variant]["product"]])

    def _times(self) -> dict[str, Any]:
        return {"createdAt": text(self.before), "updatedAt": text(self.before)}

    def _location(self, key: int, **facts: Any) -> dict[str, Any]:
        address = {"address1": "12 Hill Road", "address2": None, "city": "Denver", "province": "Colorado"}
        return {
            "id": gid("Location", str(key)),
            "isActive": True,
            "fulfillsOnlineOrders": True,
            "shipsInventory": True,
            "address": {**address, "zip": "80202", "country": "United States", "phone": ""},
            **self._times(),
            **facts,
        }

    def _product(self, key: int, **facts: Any) -> dict[str, Any]:
        return {
            "__typename": "Product",
            "id": gid("Product", str(key)),
            "handle": facts["title"].lower().replace(" ", "-"),
            "status": "ACTIVE",
            "tags": [],
            "productType": "",
            "vendor": "Tea and Pots",
            "featuredMedia": {
                "__typename": "MediaImage",
                "preview": {"image": {"url": f"https://cdn.example/{key}.jpg"}},
            },
            **self._times(),
            **facts,
        }

    def _variant(self, key: int, **facts: Any) -> dict[str, Any]:
        made = {"title": "Default Title", "sku": None, "barcode": None, "price": "12.00", "compareAtPrice": None}
        return {
            **made,
            "tracked": True,
            "requiresComponents": False,
            "weight": None,
            "moved": {},
            **facts,
            "stock": dict(facts["stock"]),
        }

    def _variant_node(self, key: int) -> dict[str, Any]:
        facts, times = self.variants[key], self._times()
        weight = facts["weight"]
        levels = [
            {
                "id": gid("InventoryLevel", str(place)),
                "updatedAt": facts["moved"].get(place, times["updatedAt"]),
                "location": {"id": gid("Location", str(place))},
                "quantities": lambda names, units=units, committed=committed: [
                    {
                        "name": name,
                        "quantity": {"available": units, "committed": committed}.get(name, units + committed),
                    }
                    for name in names
                ],
            }
            for place, (units, committed) in facts["stock"].items()
        ]
        item = {
            "id": gid("InventoryItem", str(key + 100000)),
            "tracked": facts["tracked"],
            "updatedAt": times["updatedAt"],
            "unitCost": {"amount": "4.25"},
            "measurement": {"weight": {"unit": weight[0], "value": weight[1]} if weight else None},
            "inventoryLevels": connection(levels),
            "variants": connection([{"id": gid("ProductVariant", str(key))}]),
        }
        plain = ("title", "sku", "barcode", "price", "compareAtPrice", "requiresComponents")
        return {
            "__typename": "ProductVariant",
            "id": gid("ProductVariant", str(key)),
            "inventoryPolicy": "DENY",
            "media": connection([]),
            "selectedOptions": [{"name": "Title", "value": facts["title"]}],
            "product": self.products[facts["product"]],
            "inventoryItem": item,
            **times,
            **{name: facts[name] for name in plain},
        }

    def _order(self, key: int, **facts: Any) -> dict[str, Any]:
        address = {
            "name": "Ada Brunner",
            "company": None,
            "address1": "12 Hill Road",
            "address2": None,
            "city": "Denver",
        }
        whole = {**address, "province": "Colorado", "zip": "80202", "country": "United States", "phone": None}
        lines = facts.pop("lines")
        groups = {
            group: {"location": place, "left": {line: lines[line][1] for line in own}}
            for group, (place, own) in facts.pop("groups").items()
        }
        return {
            "id": gid("Order", str(key)),
            "name": f"#{key}",
            "cancelledAt": None,
            "email": "ada@example.com",
            "phone": "+13035550100",
            "note": None,
            "tags": [],
            "currencyCode": CURRENCY,
            "displayFulfillmentStatus": "UNFULFILLED",
            "displayFinancialStatus": "PENDING",
            "shippingAddress": whole,
            "billingAddress": whole,
            "shippingLine": {"title": "Standard", "code": "std", "carrierIdentifier": None},
            **self._times(),
            **facts,
            "lines": lines,
            "groups": groups,
            "parcels": [],
        }

    def _total(self, key: int) -> Decimal:
        found = self.orders[key]["lines"].values()
        goods = sum((Decimal(p) * n - Decimal(d) + Decimal(t) for _, n, p, d, t in found), Decimal(0))
        return goods + Decimal("10.00")

    def _rest(self, key: int) -> Decimal:
        back: Decimal = sum((item["total"] for item in self.refunded[key]), Decimal(0))
        return self._total(key) - back

    def _order_node(self, key: int) -> dict[str, Any]:
        facts = self.orders[key]
        lines = facts["lines"].values()
        return {
            **facts,
            "totalPriceSet": bag(self._total(key)),
            "totalTaxSet": bag(sum((Decimal(tax) for *_, tax in lines), Decimal("0.00"))),
            "totalDiscountsSet": bag(sum((Decimal(discount) for *_, discount, _ in lines), Decimal("0.00"))),
            "totalShippingPriceSet": bag(Decimal("10.00")),
            "totalRefundedSet": bag(self._total(key) - self._rest(key)),
            "lineItems": connection([self._line_node(key, line) for line in facts["lines"]]),
            "fulfillments": lambda first=None, query=None: facts["parcels"][:first],
            "fulfillmentsCount": {"count": len(facts["parcels"])},
            "fulfillmentOrders": connection([self._group_node(key, group) for group in facts["groups"]]),
            "refunds": lambda first=None: self.refunded[key][:first],
            "suggestedRefund": lambda **asked: self._suggest(key, **asked),
        }

    def _line_node(self, key: int, line: int) -> dict[str, Any]:
        variant, units, price, discount, tax = self.orders[key]["lines"][line]
        node = self._variant_node(variant) if variant else None
        return {
            "id": gid("LineItem", str(line)),
            "quantity": units,
            "sku": node["sku"] if node else None,
            "variant": node,
            "product": node["product"] if node else None,
            "originalUnitPriceSet": bag(Decimal(price)),
            "totalDiscountSet": bag(Decimal(discount)),
            "taxLines": lambda first=None: [{"priceSet": bag(Decimal(tax))}],
        }

    def _group_node(self, key: int, group: int) -> dict[str, Any]:
        order = self.orders[key]
        facts = order["groups"][group]
        left = sum(facts["left"].values())
        lines = [
            {
                "id": gid("FulfillmentOrderLineItem", str(line + 50000)),
                "totalQuantity": order["lines"][line][1],
                "remainingQuantity": units,
                "lineItem": {"id": gid("LineItem", str(line))},
            }
            for line, units in facts["left"].items()
        ]
        return {
            "id": gid("FulfillmentOrder", str(group)),
            "status": "CANCELLED" if order["cancelledAt"] else "IN_PROGRESS" if left else "CLOSED",
            "fulfillBy": None,
            "assignedLocation": {"location": {"id": gid("Location", str(facts["location"]))}},
            "lineItems": connection(lines),
            "createdAt": order["createdAt"],
            "updatedAt": order["updatedAt"],
        }

    def _ship(self, key: int, units: int, tracking: dict[str, str]) -> None:
        """A person ships units of the first line that has any left."""
        for facts in self.orders[key]["groups"].values():
            line = next((line for line, left in facts["left"].items() if left >= units), None)
            if line is not None:
                facts["left"][line] -= units
                self._parcel(key, facts["location"], {line: units}, tracking)
                return

    def _parcel(self, key: int, place: int, parts: dict[int, int], tracking: dict[str, str]) -> dict[str, Any]:
        lines = [
            {
                "id": gid("FulfillmentLineItem", self.new_id()),
                "quantity": n,
                "lineItem": {"id": gid("LineItem", str(line))},
            }
            for line, n in parts.items()
            if n
        ]
        info = {"company": None, "number": None, "url": None, **tracking}
        made = {
            "id": gid("Fulfillment", self.new_id()),
            "status": "SUCCESS",
            "createdAt": text(self.now),
            "location": {"id": gid("Location", str(place))},
            "trackingInfo": lambda first=None: [info][:first] if tracking else [],
            "fulfillmentLineItems": connection(lines),
        }
        order = self.orders[key]
        order["parcels"].append(made)
        left = sum(units for group in order["groups"].values() for units in group["left"].values())
        self._touch(order, displayFulfillmentStatus="PARTIALLY_FULFILLED" if left else "FULFILLED")
        return made

    def _suggest(self, key: int, **asked: Any) -> dict[str, Any]:
        """What lines and shipping come to, each unit with its share of discount and tax."""
        total, chosen = Decimal("0.00"), asked.get("refundLineItems") or []
        for item in chosen:
            _, units, price, discount, tax = self.orders[key]["lines"][int(number(item["lineItemId"]))]
            total += (Decimal(price) * units - Decimal(discount) + Decimal(tax)) * item["quantity"] / units
        shipping = Decimal(asked.get("shippingAmount") or 0)
        lines = [{"quantity": item["quantity"], "lineItem": {"id": item["lineItemId"]}} for item in chosen]
        total += shipping
        if asked.get("suggestFullRefund"):
            total = self._rest(key)
            found = self.orders[key]["lines"].items()
            lines = [{"quantity": facts[1], "lineItem": {"id": gid("LineItem", str(line))}} for line, facts in found]
        payment = {"id": gid("OrderTransaction", str(key + 70000))}
        transaction = {"gateway": "shopify_payments", "parentTransaction": payment, "amountSet": bag(total)}
        return {
            "amountSet": bag(total),
            "maximumRefundableSet": bag(self._rest(key)),
            "refundLineItems": lines,
            "shipping": {"amountSet": bag(shipping)},
            "suggestedTransactions": [{**transaction, "maximumRefundableSet": bag(self._rest(key))}],
        }
