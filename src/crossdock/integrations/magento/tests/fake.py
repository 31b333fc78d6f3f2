"""A Magento shop that holds every request and answer against the vendor's own schema."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from crossdock.contract.cart import orders, warehouses
from crossdock.contract.resources import Resource
from crossdock.integrations.kit.fake import Call, Reply, RestFake, SpecificationViolation, serves
from crossdock.integrations.kit.fake.specification import Specification
from crossdock.integrations.kit.transport import VendorRequest
from crossdock.integrations.magento.adapter import Magento
from crossdock.integrations.magento.tests import seed
from crossdock.integrations.magento.tests.sales_desk import Refused, SalesDesk
from crossdock.integrations.magento.tests.scenes import SCENES

CONSUMER, CONSUMER_SECRET = "test-consumer-key", "test-consumer-secret"
TOKEN, TOKEN_SECRET = "test-access-token", "test-token-secret"
LARGEST_PAGE = 300
_FILTER = re.compile(r"searchCriteria\[filterGroups\]\[(\d+)\]\[filters\]\[0\]\[(field|value|conditionType)\]")
_CONDITIONS: dict[str, Callable[[Any, str], bool]] = {
    "eq": lambda held, asked: _same(held, asked),
    "in": lambda held, asked: any(_same(held, part) for part in asked.split(",")),
    "gt": lambda held, asked: int(held) > int(asked),
    "gteq": lambda held, asked: str(held) >= asked,
}


class FakeMagento(RestFake):
    """Products in several sources, orders with invoices, shipments and credit memos."""

    adapter = Magento
    specifications = (
        Specification(
            "magento/admin-schema-2.4.9.yaml", "A", base="/rest/all", overlay=Path(__file__).parent / "overlay.yaml"
        ),
    )
    credentials = {
        "store_url": "https://shop.example.com",
        "access_token": TOKEN,
        "consumer_key": CONSUMER,
        "consumer_secret": CONSUMER_SECRET,
        "access_token_secret": TOKEN_SECRET,
        "admin_url": "https://shop.example.com/admin_x1y2",
    }
    wrong_credentials = {**credentials, "access_token_secret": "test-wrong"}
    passthrough = {"method": "GET", "path": "/store/storeConfigs"}
    scenes = SCENES

    def __init__(self) -> None:
        super().__init__()
        self.products: dict[int, dict[str, Any]] = {}
        self.sources = {code: {"source_code": code, **facts} for code, facts in copy.deepcopy(seed.SOURCES).items()}
        self.stock: list[dict[str, Any]] = []
        self.desk = SalesDesk(self.stock, self.now_text)
        self._nonces: set[str] = set()
        for number, facts in copy.deepcopy(seed.PRODUCTS).items():
            self._add_product(number, **facts)
        for sku, source, units, status in seed.STOCK:
            self._add_stock(sku, source, units, status)
        for number, facts in copy.deepcopy(seed.ORDERS).items():
            self.desk.add(number, self._past(), **facts)

    def crowd(self) -> None:
        """More products and orders than fit on a page."""
        for number in range(1001, 1131):
            self._add_product(number, sku=f"CARD-{number}", name=f"Card {number}", price=Decimal(3))
            self._add_stock(f"CARD-{number}", "default", Decimal(number), 1)
            self.desk.add(number + 1000, self._past(), items=[seed.item(number, 11, "TEA-11", 1, "21.99")])

    def admits(self, request: VendorRequest) -> bool:
        shown = request.headers.get("authorization", "")
        if not shown.startswith("OAuth "):
            return shown == f"Bearer {TOKEN}"
        given = {name: unquote(value) for name, value in re.findall(r'(\w+)="([^"]*)"', shown)}
        signature = given.pop("oauth_signature", "")
        if given["oauth_nonce"] in self._nonces or given["oauth_consumer_key"] != CONSUMER:
            return False
        self._nonces.add(given["oauth_nonce"])
        url = urlsplit(request.url)
        pairs = [(_code(n), _code(v)) for n, v in [*parse_qsl(url.query), *given.items()]]
        listed = _code("&".join("=".join(pair) for pair in sorted(pairs)))
        text = f"{request.method}&{_code(f'https://{url.netloc}{url.path}')}&{listed}"
        made = hmac.new(f"{CONSUMER_SECRET}&{TOKEN_SECRET}".encode(), text.encode(), hashlib.sha256)
        return base64.b64encode(made.digest()).decode() == signature and given["oauth_token"] == TOKEN

    def problem(self, status: int) -> Reply:
        words = {
            401: "The signature is invalid. Verify and try again.",
            403: "You are not allowed to do that.",
            429: "Too many requests.",
        }
        return refusal(status, words.get(status, "Internal Error. Details are available in Magento log file."))

    def held(self, resource: Resource) -> set[str]:
        if resource is warehouses.WAREHOUSES:
            return set(self.sources)
        return {str(number) for number in (self.desk.orders if resource is orders.ORDERS else self.products)}

    def change(self, resource: Resource) -> set[str]:
        self.pass_time(hours=1)
        if resource is orders.ORDERS:
            self.desk.hold(501)
            return {"501"}
        if resource is warehouses.WAREHOUSES:
            self.sources["east"]["name"] = "East, new hall"
            return {"east"}
        # Another system sets a level, which leaves no trace at the product.
        self.row("MUG-RED", "default")["quantity"] = Decimal(7)
        return {"31"}

    def change_orders(self) -> None:
        """What `change` does to orders."""
        self.change(orders.ORDERS)

    def row(self, sku: str, source: str) -> dict[str, Any]:
        """The stock of a SKU in a source."""
        return next(row for row in self.stock if (row["sku"], row["source_code"]) == (sku, source))

    @serves("GET", "/V1/store/storeConfigs")
    def store_configs(self, call: Call) -> Any:
        return copy.deepcopy([seed.STORE])

    @serves("GET", "/V1/categories/list")
    def categories(self, call: Call) -> Any:
        return self._search(call, copy.deepcopy(seed.CATEGORIES), "id")

    @serves("GET", "/V1/products")
    def list_products(self, call: Call) -> Any:
        return self._search(call, list(self.products.values()), "id")

    @serves("GET", "/V1/inventory/sources")
    def list_sources(self, call: Call) -> Any:
        return self._search(call, list(self.sources.values()))

    @serves("GET", "/V1/inventory/source-items")
    def source_items(self, call: Call) -> Any:
        return self._search(call, self.stock)

    @serves("POST", "/V1/inventory/source-items")
    def set_source_items(self, call: Call) -> Any:
        skus = {product["sku"] for product in self.products.values()}
        for given in call.body["sourceItems"]:
            if given["sku"] not in skus or given["source_code"] not in self.sources or "status" not in given:
                return refusal(400, "Could not save Source Item")
        for given in call.body["sourceItems"]:
            known = [row for row in self.stock if all(row[n] == given[n] for n in ("sku", "source_code"))]
            units = Decimal(str(given["quantity"]))
            if known:
                known[0] |= {"quantity": units, "status": given["status"]}
            else:
                self._add_stock(given["sku"], given["source_code"], units, given["status"])
        return []

    @serves("GET", "/V1/orders")
    def list_orders(self, call: Call) -> Any:
        return self._search(call, list(self.desk.orders.values()), "entity_id")

    @serves("GET", "/V1/orders/{id}")
    def one_order(self, call: Call) -> Any:
        found = self.desk.orders.get(call.params["id"])
        return found or refusal(404, "The entity that was requested doesn't exist. Verify the entity and try again.")

    @serves("GET", "/V1/shipments")
    def list_shipments(self, call: Call) -> Any:
        return self._search(call, self.desk.shipments, "entity_id")

    @serves("GET", "/V1/invoices")
    def list_invoices(self, call: Call) -> Any:
        return self._search(call, self.desk.invoices, "entity_id")

    @serves("GET", "/V1/creditmemos")
    def list_memos(self, call: Call) -> Any:
        return self._search(call, self.desk.memos, "entity_id")

    @serves("POST", "/V1/order/{orderId}/ship")
    def ship(self, call: Call) -> Any:
        return self._done(lambda: self.desk.ship(call.params["orderId"], call.body))

    @serves("POST", "/V1/order/{orderId}/refund")
    def refund_order(self, call: Call) -> Any:
        return self._done(lambda: self.desk.refund(call.params["orderId"], call.body))

    @serves("POST", "/V1/invoice/{invoiceId}/refund")
    def refund_invoice(self, call: Call) -> Any:
        return self._done(lambda: self.desk.refund_invoice(call.params["invoiceId"], call.body))

    @staticmethod
    def _done(work: Callable[[], int]) -> Any:
        try:
            return work()
        except Refused as error:
            return refusal(400, str(error))

    def _search(self, call: Call, found: list[dict[str, Any]], number: str = "") -> dict[str, Any]:
        """A page of a list; behind the last one comes the last one again, as Magento has it."""
        groups: dict[str, dict[str, str]] = {}
        for name, value in call.query.items():
            if matched := _FILTER.fullmatch(name):
                groups.setdefault(matched[1], {})[matched[2]] = value
        for asked in groups.values():
            field = number if asked["field"] == "entity_id" else asked["field"]
            holds = _CONDITIONS[asked.get("conditionType", "eq")]
            found = [row for row in found if holds(row[field], asked["value"])]
        sort = call.query["searchCriteria[sortOrders][0][field]"]
        if sort != "source_item_id":
            found = sorted(found, key=lambda row: row[number if sort == "entity_id" else sort])
        size = call.query["searchCriteria[pageSize]"]
        if not 1 <= size <= LARGEST_PAGE:
            raise SpecificationViolation(f"a page has 1 to {LARGEST_PAGE} items")
        page = min(call.query.get("searchCriteria[currentPage]", 1), max(1, -(-len(found) // size)))
        filters = [
            {"filters": [{"field": g["field"], "value": g["value"], "condition_type": g.get("conditionType", "eq")}]}
            for g in groups.values()
        ]
        return {
            "items": found[(page - 1) * size : page * size],
            "search_criteria": {"filter_groups": filters, "page_size": size, "current_page": page},
            "total_count": len(found),
        }

    def _add_product(self, number: int, **facts: Any) -> None:
        times = {"created_at": self._past(), "updated_at": self._past()}
        self.products[number] = seed.product(number, **times, **facts)

    def _add_stock(self, sku: str, source: str, units: Decimal, status: int) -> None:
        self.stock.append({"sku": sku, "source_code": source, "quantity": units, "status": status})

    def now_text(self) -> str:
        """The present time as Magento writes it, in UTC."""
        return self.now.strftime("%Y-%m-%d %H:%M:%S")

    def _past(self) -> str:
        return (self.now - timedelta(days=30)).strftime("%Y-%m-%d %H:%M:%S")


def refusal(status: int, message: str) -> Reply:
    """A refusal as Magento words it."""
    return Reply({"message": message}, status)


def _same(held: Any, asked: str) -> bool:
    return str(held).casefold() == asked.casefold()


def _code(text: str) -> str:
    return quote(text, safe="-._~")
