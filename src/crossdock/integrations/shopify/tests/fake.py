"""A Shopify shop that holds every document and answer against the Admin schema.

Beside the schema it holds the rules that the schema's own descriptions state: inventory changes need a key and say what
they change from, a call costs at most 1,000 points, connections want `first`.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from crossdock.contract.cart import orders, products, warehouses
from crossdock.contract.resources import Resource
from crossdock.integrations.kit.fake import Reply, Specification, SpecificationViolation
from crossdock.integrations.kit.fake.graphql import Document, connection, resolves
from crossdock.integrations.kit.transport import VendorRequest
from crossdock.integrations.kit.webhooks import Incoming
from crossdock.integrations.shopify.adapter import Shopify
from crossdock.integrations.shopify.mapping import gid, number
from crossdock.integrations.shopify.tests.costs import MOST, Pricing
from crossdock.integrations.shopify.tests.scenes import SCENES
from crossdock.integrations.shopify.tests.shelf import CURRENCY, Shelf, text

TOKEN, SECRET = "test-shpat-token", "test-api-secret"
SCOPES = (
    "write_products",
    "write_inventory",
    "read_locations",
    "write_orders",
    "write_merchant_managed_fulfillment_orders",
)
_FILTER = re.compile(r"updated_at:>='(?P<since>[^']+)'|product_ids:(?P<products>[\d,]+)")


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and value.endswith("Z") and bool(datetime.fromisoformat(value))


def _is_amount(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"-?\d+(\.\d+)?", value))


class FakeShopify(Shelf):
    """Answers, rules, and what happens in the shop."""

    adapter = Shopify
    specifications = (
        Specification("shopify/admin_2026-10.trimmed.graphql", "A", base="/admin/api/2026-10/graphql.json"),
    )
    credentials = {"shop": "tea-and-pots.myshopify.com", "access_token": TOKEN, "api_secret": SECRET}
    wrong_credentials = {"shop": "tea-and-pots.myshopify.com", "access_token": "test-wrong-token"}
    scalars = {"DateTime": _is_time, "Money": _is_amount, "Decimal": _is_amount}
    scenes = SCENES
    passthrough = {
        "method": "POST",
        "path": "/admin/api/2026-10/graphql.json",
        "data": {"query": "{ shop { currencyCode } }"},
    }

    def crowd(self) -> None:
        """More of everything than fits on a page, also of lines, parcels and levels inside."""
        for key in range(2001, 2071):
            self.products[key] = self._product(key, title=f"Card {key}")
            self.variants[key + 1000] = self._variant(key + 1000, product=key, stock={1001: (key, 0)})
        for key in range(1101, 1112):
            self.locations[key] = self._location(key, name=f"Store {key}")
            self.variants[22]["stock"][key] = (1, 0)
        for key in range(8001, 8008):
            self.orders[key] = self._order(
                key,
                lines={key * 100 + n: (22, 4, "1.00", "0.00", "0.00") for n in range(12)},
                groups={key * 100 + n: (1001, [key * 100 + n]) for n in range(5)}
                | {key * 100 + 50: (1001, [key * 100 + n for n in range(5, 12)])},
            )
            self.refunded[key] = []
        for _ in range(4):
            self._ship(8001, 1, {})

    def admits(self, request: VendorRequest) -> bool:
        return request.headers.get("x-shopify-access-token") == TOKEN

    def problem(self, status: int) -> Reply:
        if status == 401:
            return Reply(
                {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}, 401
            )
        if status == 403:
            return self._coded("Access denied for this field.", "ACCESS_DENIED")
        if status == 429:
            return self._coded("Throttled", "THROTTLED")
        return Reply({"errors": "Internal Server Error"}, status)

    def _coded(self, message: str, code: str) -> Reply:
        cost = {"requestedQueryCost": 303, "throttleStatus": _throttle(300)}
        return Reply({"errors": [{"message": message, "extensions": {"code": code}}], "extensions": {"cost": cost}})

    def extensions(self, document: Document) -> dict[str, Any]:
        asked = Pricing(self.schema, document.text, document.variables).cost()
        if asked > MOST:
            raise SpecificationViolation(f"the document costs {asked} points; a call may cost {MOST}")
        cost = {"requestedQueryCost": asked, "actualQueryCost": -(-asked // 2), "throttleStatus": _throttle(1990)}
        return {"cost": cost}

    def held(self, resource: Resource) -> set[str]:
        if resource is warehouses.WAREHOUSES:
            return {str(key) for key in self.locations}
        if resource is orders.ORDERS:
            return {str(key) for key in self.orders}
        return {str(key) for key in (*self.products, *self.variants)}

    def change(self, resource: Resource) -> set[str]:
        self.pass_time(hours=1)
        if resource is orders.ORDERS:
            self._touch(self.orders[501], displayFulfillmentStatus="ON_HOLD")
            return {"501"}
        if resource is warehouses.WAREHOUSES:
            self._touch(self.locations[1002], name="Bethlehem")
            return {"1002"}
        # A sale: the level moves, and with it the product.
        units, committed = self.variants[23]["stock"][1001]
        self._stock(23, 1001, units - 1, committed + 1)
        return {"23"}

    def sell(self) -> None:
        """What `change` does to goods."""
        self.change(products.PRODUCTS)

    # Queries

    @resolves("QueryRoot", "shop")
    def shop(self) -> Any:
        return {"name": "Tea and Pots", "myshopifyDomain": "tea-and-pots.myshopify.com", "currencyCode": CURRENCY}

    @resolves("QueryRoot", "currentAppInstallation")
    def installation(self) -> Any:
        return {"accessScopes": [{"handle": handle} for handle in SCOPES]}

    @resolves("QueryRoot", "products")
    def list_products(self, query: str | None = None, sortKey: str = "", **page: Any) -> Any:  # noqa: N803
        return self._list(list(self.products.values()), query, page)

    @resolves("QueryRoot", "productVariants")
    def list_variants(self, query: str | None = None, sortKey: str = "", **page: Any) -> Any:  # noqa: N803
        return self._list([self._variant_node(key) for key in self.variants], query, page)

    @resolves("QueryRoot", "locations")
    def list_locations(
        self,
        includeInactive: bool = False,  # noqa: N803
        includeLegacy: bool = False,  # noqa: N803
        sortKey: str = "",  # noqa: N803
        **page: Any,
    ) -> Any:
        return self._list([item for item in self.locations.values() if includeInactive or item["isActive"]], None, page)

    @resolves("QueryRoot", "nodes")
    def nodes(self, ids: list[str]) -> Any:
        return [
            self._variant_node(int(number(item))) if int(number(item)) in self.variants else None
            for item in ids
            if "/ProductVariant/" in item
        ]

    @resolves("QueryRoot", "inventoryItem")
    def inventory_item(self, id: str) -> Any:
        return self._variant_node(int(number(id)) - 100000)["inventoryItem"]

    @resolves("QueryRoot", "orders")
    def list_orders(self, query: str | None = None, sortKey: str = "", **page: Any) -> Any:  # noqa: N803
        return self._list([self._order_node(key) for key in self.orders], query, page)

    @resolves("QueryRoot", "order")
    def one_order(self, id: str) -> Any:
        key = int(number(id))
        return self._order_node(key) if key in self.orders else None

    @resolves("QueryRoot", "fulfillment")
    def one_parcel(self, id: str) -> Any:
        return next(p for order in self.orders.values() for p in order["parcels"] if p["id"] == id)

    @resolves("QueryRoot", "fulfillmentOrder")
    def one_group(self, id: str) -> Any:
        for key, order in self.orders.items():
            if int(number(id)) in order["groups"]:
                return self._group_node(key, int(number(id)))
        return None

    @resolves("QueryRoot", "product")
    def one_product(self, id: str) -> Any:
        return self.products.get(int(number(id)))

    @resolves("QueryRoot", "location")
    def one_location(self, id: str) -> Any:
        return self.locations.get(int(number(id)))

    @resolves("QueryRoot", "webhookSubscriptions")
    def list_hooks(self, first: int, uri: str, **page: Any) -> Any:
        return connection([hook for hook in self.hooks.values() if hook["uri"] == uri])(first=first)

    @resolves("Mutation", "webhookSubscriptionCreate")
    def add_hook(self, topic: str, webhookSubscription: dict[str, Any]) -> Any:  # noqa: N803
        if any((hook["topic"], hook["uri"]) == (topic, webhookSubscription["uri"]) for hook in self.hooks.values()):
            error = {"field": ["callbackUrl"], "message": "Address for this topic has already been taken"}
            return {"webhookSubscription": None, "userErrors": [error]}
        made = {"id": gid("WebhookSubscription", self.new_id()), "topic": topic, **webhookSubscription}
        self.hooks[made["id"]] = made
        return {"webhookSubscription": made, "userErrors": []}

    @resolves("Mutation", "webhookSubscriptionDelete")
    def drop_hook(self, id: str) -> Any:
        if self.hooks.pop(id, None) is None:
            error = {"field": ["id"], "message": "Webhook subscription does not exist"}
            return {"deletedWebhookSubscriptionId": None, "userErrors": [error]}
        return {"deletedWebhookSubscriptionId": id, "userErrors": []}

    def subscribed(self) -> list[str]:
        known = {topic.upper().replace("/", "_"): topic for topic in self.adapter.receivers}
        return sorted(known[hook["topic"]] for hook in self.hooks.values())

    def tell(self, resource: Resource, changed: set[str]) -> list[Incoming]:
        bodies = {
            warehouses.WAREHOUSES: ("locations/update", {"id": 1002}),
            orders.ORDERS: ("orders/updated", {"id": 501}),
            products.PRODUCTS: ("inventory_levels/update", {"inventory_item_id": 100023, "location_id": 1001}),
        }
        topic, told = bodies[resource]
        if topic not in self.subscribed():
            return []
        body = json.dumps({**told, "admin_graphql_api_id": "gid://shopify/x/1"}).encode()
        digest = hmac.new(SECRET.encode(), body, "sha256").digest()
        headers = {
            "topic": topic,
            "hmac-sha256": base64.b64encode(digest).decode(),
            "webhook-id": f"b54557e4-{len(self.calls)}",
        }
        return [Incoming({f"x-shopify-{name}": value for name, value in headers.items()}, body)]

    def _list(self, found: list[dict[str, Any]], query: str | None, page: dict[str, Any]) -> Any:
        """A page of a list in the order of ids, filtered as the search would."""
        if query is not None:
            matched = _FILTER.fullmatch(query)
            if matched is None:
                raise SpecificationViolation(f"this fake does not search for {query!r}")
            if matched["since"]:
                found = [item for item in found if item["updatedAt"] >= matched["since"]]
            else:
                wanted = {gid("Product", value) for value in matched["products"].split(",")}
                found = [item for item in found if item["product"]["id"] in wanted]
        found = sorted(found, key=lambda item: int(number(item["id"])))
        return connection(found)(**{k: v for k, v in page.items() if k in ("first", "after")})

    # Mutations

    @resolves("Mutation", "inventoryAdjustQuantities")
    def adjust(self, input: dict[str, Any]) -> Any:
        def act() -> Any:
            return self._change_stock(input, input["changes"], lambda there, change: there + change["delta"])

        return self._once("inventoryAdjustQuantities", input, act)

    @resolves("Mutation", "inventorySetQuantities")
    def set_quantities(self, input: dict[str, Any]) -> Any:
        def act() -> Any:
            return self._change_stock(input, input["quantities"], lambda _, change: change["quantity"])

        return self._once("inventorySetQuantities", input, act)

    def _change_stock(
        self, asked: dict[str, Any], changes: list[dict[str, Any]], result: Callable[[int, dict[str, Any]], int]
    ) -> Any:
        if asked["name"] != "available":
            raise SpecificationViolation(f"this fake does not change {asked['name']}")
        planned = []
        for at, change in enumerate(changes):
            if "changeFromQuantity" not in change:
                raise SpecificationViolation("changeFromQuantity is mandatory, if only as null")
            variant, place = int(number(change["inventoryItemId"])) - 100000, int(number(change["locationId"]))
            if place not in self.variants[variant]["stock"]:
                return _refused("INVALID_LOCATION", "The item is not stocked at the location.", at)
            units, committed = self.variants[variant]["stock"][place]
            if change["changeFromQuantity"] not in (None, units):
                return _refused("CHANGE_FROM_QUANTITY_STALE", "The quantity has changed since it was read.", at)
            planned.append((variant, place, result(units, change), committed))
        for variant, place, after, committed in planned:
            self._stock(variant, place, after, committed)
        return {"inventoryAdjustmentGroup": {"id": gid("InventoryAdjustmentGroup", self.new_id())}, "userErrors": []}

    @resolves("Mutation", "fulfillmentCreate")
    def create_fulfillment(self, fulfillment: dict[str, Any], message: str | None = None) -> Any:
        asked = fulfillment["lineItemsByFulfillmentOrder"]
        wanted = {int(number(item["fulfillmentOrderId"])): item.get("fulfillmentOrderLineItems") for item in asked}
        key = next(k for k, order in self.orders.items() if set(wanted) <= set(order["groups"]))
        order = self.orders[key]
        if len({order["groups"][group]["location"] for group in wanted}) > 1:
            error = {"field": ["fulfillment"], "message": "All fulfillment orders must be at the same location."}
            return {"fulfillment": None, "userErrors": [error]}
        parts: dict[int, int] = {}
        for group, lines in wanted.items():
            left = order["groups"][group]["left"]
            chosen = left if lines is None else {int(number(line["id"])) - 50000: line["quantity"] for line in lines}
            for line, units in dict(chosen).items():
                if units > left[line]:
                    error = {"field": ["fulfillment"], "message": "Invalid fulfillment order line item quantity."}
                    return {"fulfillment": None, "userErrors": [error]}
                left[line] -= units
                parts[line] = parts.get(line, 0) + units
        place = order["groups"][next(iter(wanted))]["location"]
        made = self._parcel(key, place, parts, fulfillment.get("trackingInfo") or {})
        return {"fulfillment": made, "userErrors": []}

    @resolves("Mutation", "refundCreate")
    def create_refund(self, input: dict[str, Any]) -> Any:
        return self._once("refundCreate", input, lambda: self._refund(input))

    def _refund(self, asked: dict[str, Any]) -> Any:
        key = int(number(asked["orderId"]))
        total = sum((Decimal(item["amount"]) for item in asked.get("transactions") or []), Decimal(0))
        if total > self._rest(key):
            error = {"field": ["transactions"], "message": "Refund amount is greater than the maximum refundable."}
            return {"refund": None, "userErrors": [error]}
        for line in asked.get("refundLineItems") or []:
            if line.get("restockType") == "RETURN":
                variant = self.orders[key]["lines"][int(number(line["lineItemId"]))][0]
                place = int(number(line["locationId"]))
                units, committed = self.variants[variant]["stock"][place]
                self._stock(variant, place, units + line["quantity"], committed)
        made = {"id": gid("Refund", self.new_id()), "createdAt": text(self.now), "total": total}
        self.refunded[key].append(made)
        status = "REFUNDED" if self._rest(key) == 0 else "PARTIALLY_REFUNDED"
        self._touch(self.orders[key], displayFinancialStatus=status)
        return {"refund": made, "userErrors": []}

    def _once(self, root: str, asked: Any, act: Callable[[], Any]) -> Any:
        """Carries a change out once a key, as its description promises."""
        directives = self.document.directives(root) if self.document else {}
        key = directives.get("idempotent", {}).get("key")
        if not key or not str(key).strip():
            raise SpecificationViolation(f"{root} needs @idempotent(key:) since 2026-04")
        if key in self.answered:
            before, answer = self.answered[key]
            return answer if before == asked else _refused("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "Another input.", 0)
        answer = act()
        self.answered[key] = (asked, answer)
        return answer


def _throttle(available: float) -> dict[str, float]:
    return {"maximumAvailable": 2000.0, "currentlyAvailable": available, "restoreRate": 100.0}


def _refused(code: str, message: str, at: int) -> dict[str, Any]:
    error = {"code": code, "message": message, "field": ["input", str(at)]}
    return {"inventoryAdjustmentGroup": None, "refund": None, "userErrors": [error]}
