"""A BigCommerce store that holds every request and answer against the vendor's own specifications."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from crossdock.contract.cart import orders, products, warehouses
from crossdock.contract.resources import Resource
from crossdock.integrations.bigcommerce.adapter import BigCommerce
from crossdock.integrations.bigcommerce.mapping import variant_key
from crossdock.integrations.bigcommerce.tests import seed
from crossdock.integrations.bigcommerce.tests.sales_desk import Refused, SalesDesk
from crossdock.integrations.bigcommerce.tests.scenes import SCENES
from crossdock.integrations.kit.fake import Call, Reply, RestFake, SpecificationViolation, numbered, serves
from crossdock.integrations.kit.fake.specification import Specification
from crossdock.integrations.kit.transport import VendorRequest
from crossdock.integrations.kit.webhooks import Incoming

TOKEN = "test-token"
TYPE = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes"
OVERLAYS = Path(__file__).parent / "overlays"
MOST = 250
QUOTES = "/orders/{order_id}/payment_actions/refund_quotes"


def _specification(file: str, version: str, overlay: str | None = None) -> Specification:
    path = OVERLAYS / f"{overlay}.yaml" if overlay else None
    return Specification(f"bigcommerce/{file}.yml", "A", base=f"/stores/test-store/{version}", overlay=path)


class FakeBigCommerce(RestFake):
    """Products in several locations, orders with shipments and refunds, and webhooks."""

    adapter = BigCommerce
    specifications = (
        _specification("orders.v2.oas2", "v2", "orders_v2"),
        _specification("store_information.v2", "v2"),
        _specification("orders.v3", "v3", "orders_v3"),
        _specification("products_catalog.v3", "v3", "products_v3"),
        _specification("inventory.v3", "v3", "inventory_v3"),
        _specification("locations.v3", "v3"),
        _specification("webhooks.v3", "v3", "webhooks_v3"),
    )
    credentials = {"store_hash": "test-store", "access_token": TOKEN}
    wrong_credentials = {"store_hash": "test-store", "access_token": "test-wrong"}
    passthrough = {"method": "GET", "path": "/v2/store"}
    silent = (warehouses.WAREHOUSES,)
    scenes = SCENES

    def __init__(self) -> None:
        super().__init__()
        self._next = 9000
        self.hooks: dict[int, dict[str, Any]] = {}
        self.products: dict[int, dict[str, Any]] = {}
        self.variants: dict[int, dict[str, Any]] = {}
        self.stock = copy.deepcopy(seed.STOCK)
        self.looks_until_applied = 0
        """How often stock is still shown as it was after a change."""
        self._pending: list[tuple[tuple[str, int], int, int]] = []
        past = self.now - timedelta(days=30)
        self.locations = {
            number: {"id": number, "enabled": True, **facts, "updated": past}
            for number, facts in copy.deepcopy(seed.LOCATIONS).items()
        }
        self.desk = SalesDesk(lambda: self.now, self.new_id)
        for number, facts in copy.deepcopy(seed.PRODUCTS).items():
            self.products[number] = {**seed.product(number, **facts), "modified": past}
        for number, facts in copy.deepcopy(seed.VARIANTS).items():
            self.variants[number] = seed.variant(number, **facts)
        for number, facts in seed.ORDERS.items():
            self.desk.add(number, past, **facts)

    def crowd(self) -> None:
        """More products, orders and locations than fit on a page."""
        past = self.now - timedelta(days=40)
        for number in range(1001, 1001 + MOST):
            facts = {"name": f"Card {number}", "inventory_tracking": "product"}
            self.products[number] = {**seed.product(number, **facts), "modified": past}
            self.variants[number + 5000] = seed.variant(number + 5000, product_id=number)
            self.stock["product", number] = {1: (number, 0)}
            lines = [(number + 10000, 11, 211, 1, "4.50", "0", number)]
            self.desk.add(number, past, status_id=11, lines=lines, addresses={number: "1.00"}, payment="Credit Card")
            self.locations[number] = {"id": number, "enabled": True, "label": f"Shop {number}", "updated": past}

    def new_id(self) -> int:
        """An id that nothing has yet."""
        self._next += 1
        return self._next

    def admits(self, request: VendorRequest) -> bool:
        return request.headers.get("x-auth-token") == TOKEN

    def changes(self, call: Call) -> bool:
        return super().changes(call) and call.path != QUOTES

    def problem(self, status: int) -> Reply:
        if status == 401:
            return Reply({"error": "The credentials are invalid."}, status)
        words = {403: "You don't have a required scope to access the endpoint", 429: "Too many requests"}
        headers = {"X-Rate-Limit-Requests-Left": "0", "X-Rate-Limit-Time-Reset-Ms": "9000"} if status == 429 else {}
        return Reply({"status": status, "title": words.get(status, "Internal error"), "type": TYPE}, status, headers)

    def held(self, resource: Resource) -> set[str]:
        if resource is orders.ORDERS:
            return {str(number) for number in self.desk.orders}
        if resource is warehouses.WAREHOUSES:
            return {str(number) for number in self.locations}
        variants = {variant_key(item["product_id"], number) for number, item in self.variants.items()}
        return {str(number) for number in self.products} | variants

    def change(self, resource: Resource) -> set[str]:
        self.pass_time(hours=1)
        if resource is orders.ORDERS:
            self.desk.set_status(501, 9)
            return {"501"}
        if resource is warehouses.WAREHOUSES:
            self.locations[2] |= {"label": "Flensburg", "updated": self.now}
            return {"2"}
        if resource is products.PRODUCTS:
            # A sale leaves the date of the product as it was.
            units, kept_back = self.stock["variant", 212][1]
            self.stock["variant", 212][1] = (units - 1, kept_back)
            self.products[11] |= {"price": self.products[11]["price"] + 0.25, "modified": self.now}
            return {"11", "11-211", "12-212"}
        return set()

    @serves("GET", "/store")
    def store(self, call: Call) -> Any:
        return seed.STORE

    @serves("GET", "/catalog/products")
    def list_products(self, call: Call) -> Reply:
        query = call.query
        found = [self.products[number] for number in sorted(self.products)]
        if "id:greater" in query:
            found = [item for item in found if item["id"] > query["id:greater"]]
        if "id:in" in query:
            found = [item for item in found if item["id"] in query["id:in"]]
        _only(query, {"id:greater", "id:in", "include", "sort", "direction"})
        return self._page(call, [self._product(item, query.get("include", [])) for item in found])

    @serves("GET", "/catalog/products/{product_id}")
    def one_product(self, call: Call) -> Reply:
        found = self.products.get(call.params["product_id"])
        if found is None:
            return _refusal(404, "The resource was not found.")
        return Reply({"data": self._product(found, call.query.get("include", [])), "meta": {}})

    @serves("GET", "/inventory/items")
    def list_items(self, call: Call) -> Reply:
        if self._pending:
            self._apply_later()
        wanted = call.query.get("product_id:in")
        numbers = None if wanted is None else {int(part) for part in wanted.split(",")}
        found = [item for item in self._items() if numbers is None or item["identity"]["product_id"] in numbers]
        return self._page(call, found)

    @serves("POST", "/inventory/adjustments/relative")
    def adjust(self, call: Call) -> Reply:
        changes = []
        for item in call.body["items"]:
            key = self._counted(item)
            if isinstance(key, Reply):
                return key
            units = self.stock.get(key, {}).get(item["location_id"], (None, 0))[0]
            if units is None:
                words = f"Items with identity: [{key[0]}_id {key[1]}] requires absolute adjustment before relative"
                return _refusal(422, words)
            changes.append((key, item["location_id"], units + item["quantity"]))
        return self._set(changes)

    @serves("PUT", "/inventory/adjustments/absolute")
    def set_levels(self, call: Call) -> Reply:
        changes = []
        for item in call.body["items"]:
            key = self._counted(item)
            if isinstance(key, Reply):
                return key
            changes.append((key, item["location_id"], item["quantity"]))
        return self._set(changes)

    @serves("GET", "/inventory/locations")
    def list_locations(self, call: Call) -> Reply:
        _only(call.query, set())
        return self._page(call, [_location(item) for item in self.locations.values()])

    @serves("GET", "/orders")
    def list_orders(self, call: Call) -> Reply:
        query = call.query
        numbers = [number for number in sorted(self.desk.orders) if number >= query.get("min_id", 0)]
        if "min_date_modified" in query:
            start = datetime.fromisoformat(query["min_date_modified"])
            numbers = [number for number in numbers if self.desk.orders[number]["modified"] >= start]
        _only(query, {"min_id", "min_date_modified", "include", "consignment_structure"})
        part, _ = numbered(call, numbers, size="limit", default=50, most=MOST)
        if not part:
            return Reply(None, 204)
        return Reply([self.desk.shown(number, whole=_whole(call)) for number in part])

    @serves("GET", "/orders/{order_id}")
    def one_order(self, call: Call) -> Reply:
        number = call.params["order_id"]
        if number not in self.desk.orders:
            return Reply([{"status": 404, "message": "The requested resource was not found."}], 404)
        return Reply(self.desk.shown(number, whole=_whole(call)))

    @serves("GET", "/orders/{order_id}/shipments")
    def list_parcels(self, call: Call) -> Reply:
        part, _ = numbered(
            call, self.desk.orders[call.params["order_id"]]["parcels"], size="limit", default=50, most=MOST
        )
        return Reply(part) if part else Reply(None, 204)

    @serves("POST", "/orders/{order_id}/shipments")
    def ship(self, call: Call) -> Reply:
        return Reply(self.desk.ship(call.params["order_id"], call.body), 201)

    @serves("GET", "/orders/payment_actions/refunds")
    def list_refunds(self, call: Call) -> Reply:
        wanted = call.query["order_id:in"]
        found = [one for number in sorted(wanted) for one in self.desk.orders[number]["refunds"]]
        return self._page(call, found)

    @serves("POST", QUOTES)
    def quote(self, call: Call) -> Reply:
        try:
            return Reply({"data": self.desk.quote(call.params["order_id"], call.body["items"]), "meta": {}}, 201)
        except Refused as error:
            return _refusal(422, str(error))

    @serves("POST", "/orders/{order_id}/payment_actions/refunds")
    def refund(self, call: Call) -> Reply:
        try:
            return Reply({"data": self.desk.refund(call.params["order_id"], call.body), "meta": {}}, 201)
        except Refused as error:
            return Reply({"data": [{"status": 422, "title": str(error), "type": TYPE, "errors": {}}]}, 422)

    @serves("GET", "/hooks")
    def list_hooks(self, call: Call) -> Reply:
        wanted = call.query.get("destination")
        return self._page(call, [hook for hook in self.hooks.values() if wanted in (None, hook["destination"])])

    @serves("POST", "/hooks")
    def add_hook(self, call: Call) -> Reply:
        at = int(self.now.timestamp())
        made = {"id": self.new_id(), "client_id": "test-client", "store_hash": "test-store", **call.body}
        self.hooks[made["id"]] = {**made, "created_at": at, "updated_at": at}
        return Reply({"data": self.hooks[made["id"]], "meta": {}})

    @serves("DELETE", "/hooks/{webhook_id}")
    def drop_hook(self, call: Call) -> Reply:
        found = self.hooks.pop(call.params["webhook_id"], None)
        return _refusal(404, "The resource was not found.") if found is None else Reply({"data": found, "meta": {}})

    def subscribed(self) -> list[str]:
        return sorted(hook["scope"] for hook in self.hooks.values())

    def tell(self, resource: Resource, changed: set[str]) -> list[Incoming]:
        told = []
        for key in sorted(changed):
            product, _, variant = key.partition("-")
            if resource is orders.ORDERS:
                scope, data = "store/order/updated", {"type": "order", "id": int(key)}
            elif variant:
                counted = {"product_id": int(product), "variant_id": int(variant), "method": "relative", "value": -1}
                scope, data = "store/sku/inventory/order/updated", {"type": "sku", "id": 1, "inventory": counted}
            else:
                scope, data = "store/product/updated", {"type": "product", "id": int(product)}
            told += [self.message(hook, scope, data) for hook in self.hooks.values() if hook["scope"] == scope]
        return told

    def message(self, hook: dict[str, Any], scope: str, data: dict[str, Any]) -> Incoming:
        """A message as it is sent to a webhook."""
        at = int(self.now.timestamp())
        body = {"created_at": at, "store_id": "1025646", "producer": "stores/test-store", "scope": scope, "data": data}
        headers = {name.lower(): value for name, value in hook["headers"].items()}
        return Incoming(headers, json.dumps({**body, "hash": "352e4afc6dd3fc85"}).encode())

    def _page(self, call: Call, found: Sequence[dict[str, Any]]) -> Reply:
        items, pages = numbered(call, found, size="limit", default=50, most=MOST)
        page = {"total": len(found), "count": len(items), "current_page": int(call.query.get("page", 1))}
        return Reply(
            {"data": items, "meta": {"pagination": {**page, "total_pages": pages}}},
            headers={"X-Rate-Limit-Requests-Left": "140", "X-Rate-Limit-Time-Reset-Ms": "15000"},
        )

    def _product(self, product: dict[str, Any], include: Iterable[str]) -> dict[str, Any]:
        """A product as a list shows it."""
        made = {name: value for name, value in product.items() if name != "modified"}
        made |= {"date_created": "2026-01-05T08:00:00+00:00", "date_modified": _time(product["modified"])}
        mine = [item for item in self.variants.values() if item["product_id"] == product["id"]]
        counted = [
            level[0] - level[1] for key in self._keys(product, mine) for level in self.stock.get(key, {}).values()
        ]
        made["inventory_level"] = sum(counted)
        if "primary_image" in include and product["id"] == 12:
            made["primary_image"] = {"id": 1, "product_id": 12, "url_standard": "https://tea.example.com/pot.jpg"}
        if "variants" in include:
            made["variants"] = [
                {**item, "calculated_price": product["price"] if item["price"] is None else item["price"]}
                for item in mine
            ]
        return made

    def _keys(self, product: dict[str, Any], variants: Sequence[dict[str, Any]]) -> list[tuple[str, int]]:
        if product["inventory_tracking"] == "product":
            return [("product", product["id"])]
        return [("variant", item["id"]) for item in variants]

    def _items(self) -> list[dict[str, Any]]:
        made = []
        for (kind, number), levels in self.stock.items():
            identity: dict[str, Any] = {"product_id": number}
            if kind == "variant":
                variant = self.variants[number]
                identity = {"product_id": variant["product_id"], "variant_id": number, "sku": variant["sku"]}
            places = [
                {
                    "location_id": place,
                    "location_name": self.locations[place]["label"],
                    "location_enabled": self.locations[place]["enabled"],
                    "total_inventory_onhand": units,
                    "available_to_sell": units - kept_back,
                    "settings": {"safety_stock": kept_back, "is_in_stock": True, "warning_level": 0},
                }
                for place, (units, kept_back) in levels.items()
            ]
            made.append({"identity": identity, "locations": places})
        return made

    def _counted(self, item: dict[str, Any]) -> tuple[str, int] | Reply:
        """What a change is about, if it is named as it is counted."""
        if item["location_id"] not in self.locations:
            return _refusal(422, f"[Location {item['location_id']} does not exist]")
        if "variant_id" in item:
            variant = self.variants[item["variant_id"]]
            if self.products[variant["product_id"]]["inventory_tracking"] == "variant":
                return ("variant", variant["id"])
            words = f"[Item with variant_id {variant['id']} is tracked by product, please update stock by product id]"
            return _refusal(422, words)
        if self.products[item["product_id"]]["inventory_tracking"] != "product":
            return _refusal(422, f"[Item with product_id {item['product_id']} is not tracked by product]")
        return ("product", item["product_id"])

    def _set(self, changes: list[tuple[tuple[str, int], int, int]]) -> Reply:
        if any(units < 0 for _, _, units in changes):
            return _refusal(422, "Stock cannot be negative")
        self._pending = changes
        if not self.looks_until_applied:
            self._apply_later()
        return Reply({"transaction_id": f"transaction-{self.new_id()}"})

    def _apply_later(self) -> None:
        """Carries out what was asked for, once it was looked at often enough."""
        if self.looks_until_applied:
            self.looks_until_applied -= 1
            return
        for key, place, units in self._pending:
            levels = self.stock.setdefault(key, {})
            levels[place] = (units, levels.get(place, (0, 0))[1])
        self._pending = []


def _whole(call: Call) -> bool:
    return "consignments.line_items" in call.query.get("include", [])


def _only(query: Any, known: set[str]) -> None:
    unknown = set(query) - known - {"page", "limit"}
    if unknown:
        raise SpecificationViolation(f"this fake does not filter by {sorted(unknown)}")


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _location(item: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in item.items() if name != "updated"}
    address = {"address1": "Kai 1", "city": item["label"], "zip": "20095", "country_code": "DE"}
    return {
        "type_id": "PHYSICAL",
        **shown,
        "time_zone": "Europe/Berlin",
        "address": address,
        "created_at": "2026-01-05T08:00:00Z",
        "updated_at": item["updated"].strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _refusal(status: int, words: str) -> Reply:
    """A refusal as version 3 words it."""
    return Reply({"status": status, "title": words, "type": TYPE}, status)
