"""A ShipBob account that holds every request and answer against the specification of 2026-01."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from crossdock.contract.resources import Resource
from crossdock.contract.values import timestamp_text
from crossdock.contract.wms import inventory, orders, products, warehouses
from crossdock.integrations.kit.fake import Call, Reply, RestFake, Specification, numbered, offset, serves
from crossdock.integrations.kit.transport import VendorRequest
from crossdock.integrations.shipbob.adapter import ShipBob
from crossdock.integrations.shipbob.base import CHANNEL_HEADER
from crossdock.integrations.shipbob.tests import documents as made
from crossdock.integrations.shipbob.tests.scenes import SCENES

TOKEN = "test-token"
WAITING = frozenset({"Processing", "Exception", "OnHold"})
"""Shipments that can be cancelled."""


class FakeShipBob(RestFake):
    """Products with variants and a bundle, stock in two fulfillment centers, orders and their shipments."""

    adapter = ShipBob
    specifications = (
        Specification("shipbob/openapi-2026-01.json", "A", overlay=Path(__file__).parent / "overlay.yaml"),
    )
    credentials = {"access_token": TOKEN}
    wrong_credentials = {"access_token": "test-wrong"}
    scenes = SCENES
    passthrough = {"method": "GET", "path": "/order", "params": {"Limit": "1"}}

    def __init__(self) -> None:
        super().__init__()
        self.scopes = ["orders_read", "products_read", "inventory_read", "locations_read", "channels_read"]
        self.write_scopes = ["orders_write"]
        self.locations = [
            made.location(made.CICERO, "Cicero (IL)", "ORD-1"),
            made.location(made.MORENO, "Moreno Valley (CA)", "ONT-1"),
            made.location(made.CLOSED, "Bethlehem (PA)", "ABE-1", active=False),
        ]
        self.products = {found["id"]: found for found in _products()}
        self.items = {found["inventory_id"]: found for found in _items()}
        self.places: dict[int, list[dict[str, Any]]] = {
            501: [made.place(made.CICERO, 40, 12), made.place(made.MORENO, 6, 0, awaiting=24)],
            502: [made.place(made.CICERO, 0, 0)],
        }
        self.orders = {found["id"]: found for found in _orders()}
        self.touched = {number: datetime.fromisoformat(made.MADE) for number in self.orders}
        self._next = 900

    def crowd(self) -> None:
        """More of everything than fits on a page."""
        for number in range(2000, 2260):
            self.products[number] = made.product(number, f"Card {number}", made.variant(number, f"CARD-{number}"))
            self.items[number + 400] = made.item(number + 400, f"CARD-{number}", f"Card {number}")
            self.places[number + 400] = [made.place(made.CICERO, number, 0)]
            self.orders[number] = made.order(number, "Processing", made.shipment(number, number, "Processing"))
            self.touched[number] = datetime.fromisoformat(made.MADE)

    def admits(self, request: VendorRequest) -> bool:
        return request.headers.get("authorization") == f"Bearer {TOKEN}"

    def problem(self, status: int) -> Reply:
        # https://developer.shipbob.com/rate-limit
        if status == 429:
            words = {"statusCode": 429, "message": "Rate limit is exceeded. Try again in 25 seconds."}
            return Reply(words, 429, {"x-remaining-calls": "0"})
        return Reply(status=status, text="")

    def held(self, resource: Resource) -> set[str]:
        found: dict[str, Iterable[int]] = {
            warehouses.WAREHOUSES.key: [place["id"] for place in self.locations],
            products.PRODUCTS.key: [one["id"] for product in self.products.values() for one in product["variants"]],
            inventory.INVENTORY.key: self.items,
            orders.ORDERS.key: self.orders,
        }
        return {str(number) for number in found[resource.key]}

    def change(self, resource: Resource) -> set[str]:
        self.pass_time(hours=1)
        if resource is orders.ORDERS:
            return self._send(701)
        if resource is products.PRODUCTS:
            self.products[11]["updated_on"] = timestamp_text(self.now)
            self.products[11]["variants"][0]["status"] = "Inactive"
            return {str(made.TEA)}
        if resource is inventory.INVENTORY:
            self.places[501][0] = made.place(made.CICERO, 39, 12)
            return {"501"}
        return set()

    def change_products(self) -> None:
        """What `change` does to products."""
        self.change(products.PRODUCTS)

    def change_orders(self) -> None:
        """What `change` does to orders."""
        self.change(orders.ORDERS)

    def take_writing_away(self) -> None:
        """The token may only read from now on."""
        self.write_scopes = []

    def _send(self, number: int) -> set[str]:
        found = self.orders[number]
        left = {"actual_fulfillment_date": timestamp_text(self.now), "last_update_at": timestamp_text(self.now)}
        found["shipments"][0] |= {**made.LEFT, **left, "status": "Completed"}
        found["status"] = "Fulfilled"
        self.touched[number] = self.now
        return {str(number)}

    @serves("GET", "/2026-01/channel")
    def list_channels(self, call: Call) -> Any:
        own = {"id": made.CHANNEL, "name": "Token of the shop", "application_name": "SMA"}
        default = {"id": made.READ_ONLY, "name": "ShipBob Default", "application_name": "ShipBob"}
        found = [{**default, "scopes": self.scopes}, {**own, "scopes": [*self.scopes, *self.write_scopes]}]
        # One to a page, so that nobody takes the first page for all.
        items, following = offset(call, found, start="Cursor", size="RecordsPerPage", default=1, most=50)
        return {"items": items, "next": self._link("/channel", call, following), "prev": None}

    @serves("GET", "/2026-01/location")
    def list_locations(self, call: Call) -> Any:
        return [place for place in self.locations if place["is_active"] or call.query.get("IncludeInactive")]

    @serves("GET", "/2026-01/product")
    def list_products(self, call: Call) -> Any:
        found = list(self.products.values())
        if "LastUpdatedTimestamp" in call.query:
            since = datetime.fromisoformat(call.query["LastUpdatedTimestamp"])
            found = [one for one in found if datetime.fromisoformat(one["updated_on"]) > since]
        if "Search" in call.query:
            word = call.query["Search"].lower()
            found = [one for one in found if any(word in kind["sku"].lower() for kind in one["variants"])]
        return self._listed("/product", call, found)

    @serves("GET", "/2026-01/product/{productId}")
    def one_product(self, call: Call) -> Any:
        found = self.products.get(int(call.params["productId"]))
        return Reply({"title": "Not Found", "status": 404}, 404) if found is None else found

    @serves("GET", "/2026-01/inventory")
    def list_items(self, call: Call) -> Any:
        return self._listed("/inventory", call, list(self.items.values()))

    @serves("GET", "/2026-01/inventory-level")
    def list_levels(self, call: Call) -> Any:
        levels = [made.level(number, self.places[number], exception=3) for number in self._asked(call)]
        return self._listed("/inventory-level", call, levels)

    @serves("GET", "/2026-01/inventory-level/locations")
    def list_places(self, call: Call) -> Any:
        found = [{"inventory_id": number, "locations": self.places[number]} for number in self._asked(call)]
        return self._listed("/inventory-level/locations", call, found)

    @serves("GET", "/2026-01/order")
    def list_orders(self, call: Call) -> Any:
        found = sorted(self.orders.values(), key=lambda one: int(one["id"]))
        if call.query.get("SortOrder") != "Oldest":
            found.reverse()
        if "LastUpdateStartDate" in call.query:
            since = datetime.fromisoformat(call.query["LastUpdateStartDate"])
            found = [one for one in found if self.touched[one["id"]] > since]
        if "ReferenceIds" in call.query:
            wanted = call.query["ReferenceIds"].split(",")
            found = [one for one in found if one["reference_id"] in wanted]
        items, _ = numbered(call, found, page="Page", size="Limit", default=50, most=250)
        return items

    @serves("GET", "/2026-01/order/{orderId}")
    def one_order(self, call: Call) -> Any:
        found = self.orders.get(int(call.params["orderId"]))
        return Reply(status=404, text="") if found is None else found

    @serves("POST", "/2026-01/order")
    def add_order(self, call: Call) -> Any:
        if refused := self._refused_channel(call):
            return refused
        body = call.body
        if any(one["reference_id"] == body["reference_id"] for one in self.orders.values()):
            return Reply({"": ["Cannot insert order with existing ReferenceId"]}, 422)
        self._next += 1
        made_at = timestamp_text(self.now)
        parcel = made.shipment(self._next, self._next, "Processing", created_date=made_at, last_update_at=made_at)
        parcel["location"] = {"id": body.get("location_id", made.MORENO)}
        kept = {name: body.get(name) for name in ("reference_id", "type", "shipping_method", "recipient", "financials")}
        kept |= {"order_number": body.get("order_number") or body["reference_id"], "purchase_date": None}
        lines = [_line(self._next + at, line) for at, line in enumerate(body["products"])]
        self.orders[self._next] = made.order(
            self._next, "Processing", parcel, **kept, created_date=made_at, products=lines
        )
        self.touched[self._next] = self.now
        return Reply(self.orders[self._next], 201)

    @serves("POST", "/2026-01/order/{orderId}:cancel")
    def cancel_order(self, call: Call) -> Any:
        found = self.orders.get(int(call.params["orderId"]))
        if found is None:
            return Reply(status=404, text="")
        if refused := self._refused_channel(call):
            return refused
        results = []
        for parcel in found["shipments"]:
            can = parcel["status"] in WAITING
            reason = None if can else "Shipment has already left"
            results.append({"action": "Cancel", "shipment_id": parcel["id"], "is_success": can, "reason": reason})
            if can:
                parcel |= {"status": "Cancelled", "last_update_at": timestamp_text(self.now)}
                self.touched[found["id"]] = self.now
        done = [result["is_success"] for result in results]
        status = "Success" if all(done) else "PartialSuccess" if any(done) else "Failure"
        found["status"] = "Cancelled" if all(done) else found["status"]
        return {"order_id": found["id"], "order": found, "status": status, "canceled_shipment_results": results}

    def _refused_channel(self, call: Call) -> Reply | None:
        allowed = call.headers.get(CHANNEL_HEADER) == str(made.CHANNEL) and self.write_scopes
        return None if allowed else Reply(status=403, text="")

    def _asked(self, call: Call) -> list[int]:
        """The items whose levels are asked for. One that was never in stock has none."""
        wanted = [int(number) for number in call.query["InventoryIds"].split(",")]
        return [number for number in wanted if number in self.places]

    def _listed(self, path: str, call: Call, found: Sequence[dict[str, Any]]) -> dict[str, Any]:
        items, following = offset(call, found, start="Cursor", size="PageSize", default=50, most=250)
        following_link = self._link(path, call, following)
        return {"items": items, "first": None, "prev": None, "next": following_link, "last": None}

    @staticmethod
    def _link(path: str, call: Call, following: int | None) -> str | None:
        return None if following is None else f"{path}?{urlencode({**call.query, 'Cursor': following})}"


def _line(number: int, asked: dict[str, Any]) -> dict[str, Any]:
    """A line of a new order, whose SKU names the product."""
    price = asked.get("unit_price")
    sku = asked["reference_id"]
    return {"id": number, "reference_id": sku, "sku": sku, "quantity": asked["quantity"], "unit_price": price}


def _products() -> list[dict[str, Any]]:
    parts = [
        {"product_id": 11, "variant_id": made.TEA, "variant_sku": "TEA", "variant_name": None, "quantity": 2},
        {"product_id": 12, "variant_id": made.POT, "variant_sku": "POT", "variant_name": None, "quantity": 1},
        {"product_id": 99, "variant_id": 999, "variant_sku": "GONE", "variant_name": None, "quantity": 1},
    ]
    customs = {"country_code_of_origin": "JP", "hs_tariff_code": "0902.10", "is321_eligible": True}
    return [
        made.product(
            11,
            "Sencha",
            made.variant(
                made.TEA, "TEA", gtin="4006381333931", customs=customs, channel_metadata=[made.listing(12.25)]
            ),
        ),
        made.product(12, "Teapot", made.variant(made.POT, "POT", name="Red", upc="036000291452")),
        made.product(
            13,
            "Tea for two",
            made.variant(made.SET, "SET", bundle_definition=parts, inventory={}),
            kind="Bundle",
        ),
        made.product(14, "Gift card", made.variant(made.GIFT, "GIFT", is_digital=True, inventory={})),
    ]


def _items() -> list[dict[str, Any]]:
    return [
        made.item(501, "TEA", "Sencha", barcode="4006381333931", is_lot=True),
        made.item(502, "POT", "Teapot - Red", weight={"value": 0.8, "unit": "stone"}),
        made.item(503, "OLD", "Mug", variant={"is_active": False, "is_bundle": False, "is_digital": False}),
    ]


def _orders() -> list[dict[str, Any]]:
    held = {"status_details": [{"id": 303, "name": "OutOfStock", "description": "No Stock On Hand For Sku"}]}
    return [
        made.order(701, "Processing", made.shipment(801, 701, "Processing", (made.TEA, "TEA", 2))),
        made.order(702, "Fulfilled", made.shipment(802, 702, "Completed", (made.TEA, "TEA", 2), **made.LEFT)),
        made.order(
            703,
            "PartiallyFulfilled",
            made.shipment(803, 703, "Completed", (made.TEA, "TEA", 1), **made.LEFT),
            made.shipment(804, 703, "Exception", (made.POT, "POT", 1), **held),
        ),
    ]
