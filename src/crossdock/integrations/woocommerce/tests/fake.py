"""A WooCommerce shop that holds every request and answer against the plugin's specification.

Its clock is two hours ahead of UTC, as a shop's may be: fields without `_gmt` are in that time.
"""

from __future__ import annotations

import base64
import copy
import hmac
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from crossdock.contract.cart import orders, products
from crossdock.contract.resources import Resource
from crossdock.integrations.kit.fake import Call, Reply, RestFake, SpecificationViolation, numbered, serves
from crossdock.integrations.kit.fake.specification import Specification
from crossdock.integrations.kit.transport import VendorRequest
from crossdock.integrations.kit.webhooks import Incoming
from crossdock.integrations.woocommerce.adapter import WooCommerce
from crossdock.integrations.woocommerce.refunds import ORIGINAL_LINE
from crossdock.integrations.woocommerce.tests.scenes import SCENES
from crossdock.integrations.woocommerce.tests.seed import order_document, product_document, variation_document

ZONE = timedelta(hours=2)
KEY, SECRET = "test-consumer-key", "test-consumer-secret"
SETTINGS = {"woocommerce_weight_unit": "g", "woocommerce_dimension_unit": "mm"}
WAYS_BACK = frozenset({"stripe"})
"""Payment methods that can pay money back by themselves."""
_PAGES = ("page", "per_page", "orderby", "order")


class FakeWooCommerce(RestFake):
    """Products with variations, orders and their refunds."""

    adapter = WooCommerce
    specifications = (
        Specification(
            "woocommerce/wc-v3.openapi.json", "B", base="/wp-json/wc/v3", overlay=Path(__file__).parent / "overlay.yaml"
        ),
    )
    credentials = {"store_url": "https://shop.example.com", "consumer_key": KEY, "consumer_secret": SECRET}
    wrong_credentials = {"store_url": "https://shop.example.com", "consumer_key": KEY, "consumer_secret": "test-wrong"}
    scenes = SCENES
    passthrough = {"method": "GET", "path": "/orders", "params": {"per_page": "1"}}

    def __init__(self) -> None:
        super().__init__()
        made = self.now - timedelta(days=30)
        self.settings_hidden = False
        self.products: dict[int, dict[str, Any]] = {}
        self.variations: dict[int, dict[str, Any]] = {}
        self.parents: dict[int, int] = {}
        self.orders: dict[int, dict[str, Any]] = {}
        self.refunds: dict[int, list[dict[str, Any]]] = {}
        self.hooks: dict[int, dict[str, Any]] = {}
        self._next = 900
        for number, facts in copy.deepcopy(product_document.SEED).items():
            self.products[number] = self._dated(product_document.make(number, **facts), made)
        for number, (parent, facts) in copy.deepcopy(variation_document.SEED).items():
            self.variations[number] = self._dated(variation_document.make(number, **facts), made)
            self.parents[number] = parent
            self.products[parent]["variations"].append(number)
        for number, facts in copy.deepcopy(order_document.SEED).items():
            self.orders[number] = self._dated(order_document.make(number, **facts), made)
            self.refunds[number] = []

    def crowd(self) -> None:
        """More products and orders than fit on a page."""
        made = self.now - timedelta(days=40)
        for number in range(1001, 1131):
            self.products[number] = self._dated(product_document.make(number, name=f"Card {number}"), made)
            self.orders[number + 1000] = self._dated(order_document.make(number + 1000), made)
            self.refunds[number + 1000] = []

    def admits(self, request: VendorRequest) -> bool:
        pair = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {pair}"

    def problem(self, status: int) -> Reply:
        words = {
            401: ("woocommerce_rest_cannot_view", "Sorry, you cannot list resources."),
            403: ("rest_forbidden", "Sorry, you are not allowed to do that."),
            429: ("too_many_requests", "Too many requests."),
        }
        return refusal(status, *words.get(status, ("internal_server_error", "There has been a critical error.")))

    def held(self, resource: Resource) -> set[str]:
        found: Iterable[int] = self.orders if resource is orders.ORDERS else [*self.products, *self.variations]
        return {str(number) for number in found}

    def change(self, resource: Resource) -> set[str]:
        self.pass_time(hours=1)
        if resource is orders.ORDERS:
            self._touch(self.orders[501], status="on-hold")
            return {"501"}
        if resource is products.PRODUCTS:
            # A sale: the variation changes, and its parent does not.
            self._touch(self.variations[32], stock_quantity=self.variations[32]["stock_quantity"] - 1)
            self._touch(self.products[11], regular_price="23.00", price="23.00")
            return {"32", "11"}
        return set()

    def change_goods(self) -> None:
        """What `change` does to goods."""
        self.change(products.PRODUCTS)

    @serves("GET", "/products")
    def list_products(self, call: Call) -> Reply:
        wanted = call.query.get("type")
        found = [item for item in self.products.values() if wanted in (None, item["type"])]
        return self._page(call, found)

    @serves("GET", "/products/{id}")
    def one_product(self, call: Call) -> Reply:
        number = call.params["id"]
        if number in self.products:
            return Reply(self.products[number])
        if number in self.variations:
            shown = dict(self.variations[number])
            parent = self.products[self.parents[number]]
            shown |= {"type": "variation", "parent_id": parent["id"], "name": parent["name"]}
            image = shown.pop("image", None)
            return Reply({**shown, "images": [image] if image else []})
        return refusal(404, "woocommerce_rest_product_invalid_id", "Invalid ID.")

    @serves("PUT", "/products/{id}")
    def change_product(self, call: Call) -> Reply:
        number = call.params["id"]
        if number in self.variations:
            where = "/products/&lt;product_id&gt;/variations/&lt;id&gt;"
            words = f"To manipulate product variations you should use the {where} endpoint."
            return refusal(404, "woocommerce_rest_invalid_product_id", words)
        if number not in self.products:
            return refusal(400, "woocommerce_rest_product_invalid_id", "Invalid ID.")
        return Reply(self._write(self.products[number], call.body))

    @serves("GET", "/products/{product_id}/variations")
    def list_variations(self, call: Call) -> Reply:
        parent = call.params["product_id"]
        return self._page(call, [item for number, item in self.variations.items() if self.parents[number] == parent])

    @serves("GET", "/products/{product_id}/variations/{id}")
    def one_variation(self, call: Call) -> Reply:
        found = self._variation(call)
        return found if isinstance(found, Reply) else Reply(found)

    @serves("PUT", "/products/{product_id}/variations/{id}")
    def change_variation(self, call: Call) -> Reply:
        found = self._variation(call)
        return found if isinstance(found, Reply) else Reply(self._write(found, call.body))

    @serves("POST", "/products/batch")
    def change_products(self, call: Call) -> Reply:
        return self._batch(call.body, self.products)

    @serves("POST", "/products/{product_id}/variations/batch")
    def change_variations(self, call: Call) -> Reply:
        parent = call.params["product_id"]
        own = {number: item for number, item in self.variations.items() if self.parents[number] == parent}
        return self._batch(call.body, own)

    @serves("GET", "/settings/{group_id}/{id}")
    def setting(self, call: Call) -> Reply:
        name = call.params["id"]
        if self.settings_hidden:
            return refusal(403, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        if name not in SETTINGS:
            return refusal(404, "rest_setting_setting_invalid", "Invalid setting.")
        return Reply({"id": name, "type": "select", "value": SETTINGS[name], "group_id": call.params["group_id"]})

    @serves("GET", "/orders")
    def list_orders(self, call: Call) -> Reply:
        return self._page(call, list(self.orders.values()))

    @serves("GET", "/orders/{id}")
    def one_order(self, call: Call) -> Reply:
        if call.params["id"] not in self.orders:
            return refusal(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
        return Reply(self.orders[call.params["id"]])

    @serves("PUT", "/orders/{id}")
    def change_order(self, call: Call) -> Reply:
        order = self.orders[call.params["id"]]
        self._meta(order, call.body.get("meta_data", []))
        self._touch(order, status=call.body.get("status", order["status"]))
        return Reply(order)

    @serves("GET", "/orders/{order_id}/refunds")
    def list_refunds(self, call: Call) -> Reply:
        return self._page(call, self.refunds[call.params["order_id"]])

    @serves("POST", "/orders/{order_id}/refunds")
    def refund(self, call: Call) -> Reply:
        order, body = self.orders[call.params["order_id"]], call.body
        amount, code = Decimal(body["amount"]), "woocommerce_rest_cannot_create_order_refund"
        rest = Decimal(order["total"]) + sum(Decimal(item["total"]) for item in order["refunds"])
        if not 0 < amount <= rest:
            return refusal(500, code, "Invalid refund amount.")
        if body.get("api_refund", True) and order["payment_method"] not in WAYS_BACK:
            return refusal(500, code, "The payment gateway for this order does not support automatic refunds.")
        made = self._dated({"id": self.new_id(), "amount": str(amount), "reason": body.get("reason", "")}, self.now)
        del made["date_modified"], made["date_modified_gmt"]
        made |= {"refunded_by": 1, "refunded_payment": body.get("api_refund", True), "meta_data": []}
        made |= self._refunded(order, body)
        self._meta(made, body.get("meta_data", []))
        self.refunds[order["id"]].append(made)
        order["refunds"].append({"id": made["id"], "reason": made["reason"], "total": f"-{amount}"})
        self._touch(order, status="refunded" if amount == rest else order["status"])
        return Reply(made)

    @serves("GET", "/webhooks")
    def list_hooks(self, call: Call) -> Reply:
        return self._page(call, [{k: v for k, v in hook.items() if k != "secret"} for hook in self.hooks.values()])

    @serves("POST", "/webhooks")
    def add_hook(self, call: Call) -> Reply:
        made = self._dated({"id": self.new_id(), **call.body}, self.now)
        self.hooks[made["id"]] = made
        return Reply({name: value for name, value in made.items() if name != "secret"})

    @serves("DELETE", "/webhooks/{id}")
    def drop_hook(self, call: Call) -> Reply:
        if call.query.get("force") is not True:
            raise SpecificationViolation("webhooks cannot be trashed, so force has to be true")
        found = self.hooks.pop(call.params["id"], None)
        if found is None:
            return refusal(404, "woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.")
        return Reply({name: value for name, value in found.items() if name != "secret"})

    def subscribed(self) -> list[str]:
        return sorted(hook["topic"] for hook in self.hooks.values())

    def tell(self, resource: Resource, changed: set[str]) -> list[Incoming]:
        noun = "order" if resource is orders.ORDERS else "product"
        hooks = [hook for hook in self.hooks.values() if hook["topic"] == f"{noun}.updated"]
        told = []
        for hook, number in ((hook, number) for hook in hooks for number in sorted(changed)):
            found = self.orders if noun == "order" else {**self.products, **self.variations}
            body = json.dumps(found[int(number)]).encode()
            digest = hmac.new(hook["secret"].encode(), body, "sha256").digest()
            signature = base64.b64encode(digest).decode()
            headers = {"topic": f"{noun}.updated", "signature": signature, "delivery-id": number}
            told.append(Incoming({f"x-wc-webhook-{name}": value for name, value in headers.items()}, body))
        return told

    def _refunded(self, order: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        """The lines of a refund, negative as the plugin shows them; units go back into stock."""
        made: dict[str, list[dict[str, Any]]] = {"line_items": [], "shipping_lines": []}
        for asked in body.get("line_items", []):
            kind = next((k for k in made if any(line["id"] == asked["id"] for line in order[k])), None)
            if kind is None:
                continue
            line = next(line for line in order[kind] if line["id"] == asked["id"])
            taxes = [{"id": tax["id"], "total": f"-{tax['refund_total']}"} for tax in asked.get("refund_tax", [])]
            back = {"id": self.new_id(), "total": f"-{asked.get('refund_total', 0)}", "taxes": taxes}
            back["meta_data"] = [{"id": self.new_id(), "key": ORIGINAL_LINE, "value": str(line["id"])}]
            if kind == "line_items":
                back |= {"product_id": line["product_id"], "variation_id": line["variation_id"]}
                back["quantity"] = -asked.get("quantity", 0)
                if body.get("api_restock", True):
                    self._restock(line, asked.get("quantity", 0))
            made[kind].append(back)
        return made

    def _restock(self, line: dict[str, Any], units: int) -> None:
        found = self.variations.get(line["variation_id"]) or self.products[line["product_id"]]
        if found["manage_stock"] is True:
            self._touch(found, stock_quantity=found["stock_quantity"] + units)

    def _page(self, call: Call, found: list[dict[str, Any]]) -> Reply:
        """A page of a list, filtered and in the order asked for."""
        query = call.query
        if "modified_after" in query:
            gmt = query.get("dates_are_gmt", False)
            name = "date_modified_gmt" if gmt else "date_modified"
            found = [item for item in found if item[name] > _local(query["modified_after"])]
        if "include" in query:
            found = [item for item in found if item["id"] in query["include"]]
        unknown = set(query) - {*_PAGES, "modified_after", "dates_are_gmt", "include", "type"}
        if unknown:
            raise SpecificationViolation(f"this fake does not filter by {sorted(unknown)}")
        by_id = query.get("orderby") == "id"
        found.sort(
            key=lambda item: item["id"] if by_id else item["date_created_gmt"], reverse=query.get("order") != "asc"
        )
        items, pages = numbered(call, found)
        return Reply(items, headers={"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(pages)})

    def _variation(self, call: Call) -> dict[str, Any] | Reply:
        number = call.params["id"]
        if self.parents.get(number) != call.params["product_id"]:
            return refusal(404, "woocommerce_rest_product_variation_invalid_id", "Invalid ID.")
        return self.variations[number]

    def _batch(self, body: dict[str, Any], known: dict[int, dict[str, Any]]) -> Reply:
        done: list[dict[str, Any]] = []
        for line in body["update"]:
            if line["id"] in known:
                done.append(self._write(known[line["id"]], line))
            else:
                error = {
                    "code": "woocommerce_rest_product_invalid_id",
                    "message": "Invalid ID.",
                    "data": {"status": 400},
                }
                done.append({"id": line["id"], "error": error})
        return Reply({"update": done})

    def _write(self, found: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        """Carries out a change of stock; without stock management the plugin takes it and does nothing."""
        changed = {}
        if found["manage_stock"] is True:
            if "stock_quantity" in body:
                changed["stock_quantity"] = body["stock_quantity"]
            elif "inventory_delta" in body:
                changed["stock_quantity"] = found["stock_quantity"] + body["inventory_delta"]
        self._meta(found, body.get("meta_data", []))
        return self._touch(found, **changed)

    def _meta(self, found: dict[str, Any], given: list[dict[str, Any]]) -> None:
        for entry in given:
            known = next((item for item in found["meta_data"] if item["key"] == entry["key"]), None)
            if known is None:
                found["meta_data"].append({"id": self.new_id(), **entry})
            else:
                known["value"] = entry["value"]

    def _touch(self, found: dict[str, Any], **changed: Any) -> dict[str, Any]:
        found |= changed
        found["date_modified"], found["date_modified_gmt"] = self._times(self.now)
        return found

    def _dated(self, found: dict[str, Any], moment: datetime) -> dict[str, Any]:
        found["date_created"], found["date_created_gmt"] = self._times(moment)
        found["date_modified"], found["date_modified_gmt"] = self._times(moment)
        return found

    @staticmethod
    def _times(moment: datetime) -> tuple[str, str]:
        return (moment + ZONE).strftime("%Y-%m-%dT%H:%M:%S"), moment.strftime("%Y-%m-%dT%H:%M:%S")

    def new_id(self) -> int:
        """An id that nothing has yet."""
        self._next += 1
        return self._next


def refusal(status: int, code: str, message: str) -> Reply:
    """A refusal as WordPress words it."""
    return Reply({"code": code, "message": message, "data": {"status": status}}, status)


def _local(text: str) -> str:
    """The time of a filter as the database compares it. With a zone, WordPress would move it by the shop's."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        moment += ZONE
    return moment.strftime("%Y-%m-%dT%H:%M:%S")
