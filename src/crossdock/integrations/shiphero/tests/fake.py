"""A ShipHero account that holds every document and answer against the public schema.

Beside the schema it holds what ShipHero documents elsewhere: a token is traded for another that the API takes, a call
may cost 4,004 credits, lists want `first`, and whoever acts for a merchant says so.
"""

from __future__ import annotations

import copy
import json
from datetime import datetime, timedelta
from typing import Any

from graphql import GraphQLError

from crossdock.contract.resources import Resource
from crossdock.contract.wms.billing import BILLS
from crossdock.contract.wms.customers import WAREHOUSE_CUSTOMERS
from crossdock.contract.wms.inbound_shipments import INBOUND_SHIPMENT_SUPPLIERS, INBOUND_SHIPMENTS
from crossdock.contract.wms.inventory import INVENTORY
from crossdock.contract.wms.labor import LABOR_ACTIVITIES
from crossdock.contract.wms.ledger import INVENTORY_LEDGER
from crossdock.contract.wms.orders import ORDERS
from crossdock.contract.wms.products import PRODUCTS
from crossdock.contract.wms.returns import RETURNS
from crossdock.contract.wms.warehouses import WAREHOUSE_LOCATIONS, WAREHOUSES
from crossdock.integrations.kit.fake import Call, Reply, Specification, SpecificationViolation
from crossdock.integrations.kit.fake.graphql import Document, GraphQLFake, GraphQLRefusal, resolves
from crossdock.integrations.kit.fake.vendor import path_of
from crossdock.integrations.kit.transport import VendorRequest
from crossdock.integrations.shiphero import client
from crossdock.integrations.shiphero.adapter import ShipHero
from crossdock.integrations.shiphero.mapping import ledger_id
from crossdock.integrations.shiphero.models import Ref, StockChange
from crossdock.integrations.shiphero.tests import seed
from crossdock.integrations.shiphero.tests.arrivals import Arrivals
from crossdock.integrations.shiphero.tests.costs import MOST, charges
from crossdock.integrations.shiphero.tests.documents import PLAIN, by_cursor, gid, number, text
from crossdock.integrations.shiphero.tests.hooks import Hooks
from crossdock.integrations.shiphero.tests.scenes import SCENES
from crossdock.integrations.shiphero.tests.shelf import Shelf
from crossdock.integrations.shiphero.tests.toil import Toil

REFRESH, ACCESS = "test-refresh-token", "test-access-token"


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is None


class FakeShipHero(Hooks, Shelf, Toil, Arrivals, GraphQLFake):
    """Products with stock in warehouses, the log of its changes, orders and what is sent of them."""

    adapter = ShipHero
    specifications = (Specification("shiphero/shiphero_2023-02.graphql", "B", base="/graphql"),)
    passthrough = {"method": "POST", "path": "/graphql", "data": {"query": "{ account { data { email } } }"}}
    credentials = {"refresh_token": REFRESH}
    wrong_credentials = {"refresh_token": "test-wrong-token"}
    scalars = {"ISODateTime": _is_time}
    scenes = SCENES

    def __init__(self) -> None:
        super().__init__()
        self.before = text(self.now - timedelta(days=6))
        self.customers = {
            key: {"id": gid("CustomerAccount", key), "legacy_id": key, **facts}
            for key, facts in copy.deepcopy(seed.CUSTOMERS).items()
        }
        self.warehouses = {
            key: {
                "id": gid("Warehouse", key),
                "legacy_id": key,
                "profile": "default",
                "address": {"name": "Gate 3", **PLAIN},
                **facts,
            }
            for key, facts in copy.deepcopy(seed.WAREHOUSES).items()
        }
        self.locations = {key: self.new_location(key, **facts) for key, facts in copy.deepcopy(seed.LOCATIONS).items()}
        self.lots = copy.deepcopy(seed.LOTS)
        self.products = {key: self.new_product(**facts) for key, facts in copy.deepcopy(seed.PRODUCTS).items()}
        self.orders = {key: self.new_order(**facts) for key, facts in copy.deepcopy(seed.ORDERS).items()}
        self.log: list[dict[str, Any]] = []
        self.hooks = {}
        self._next = 5000
        self.fill()
        self.begin()
        self.note(11, seed.PRIMARY, 0, 40, "Purchase order 41 received", 301, self.before)
        self.note(12, seed.PRIMARY, 8, -3, "Cycle count", 301, self.before)
        inbound = {"status": "pending", "quantity": 20, "quantity_received": 5, "quantity_rejected": 1}
        self.products[11]["inbounds"][seed.PRIMARY] = [
            {"id": gid("Inbound", 1), **inbound},
            {"id": gid("Inbound", 2), **inbound, "status": "closed"},
        ]

    def crowd(self) -> None:
        """More of everything than fits on a page, also of lines, parcels, places and expected goods inside."""
        for key in range(2001, 2061):
            self.products[key] = self.new_product(
                sku=f"CARD-{key}", name=f"Card {key}", stock={seed.EAST: (key, 0, 0, 0)}, places={}
            )
        self.crowd_arrivals()
        self.crowd_work()
        for key in range(401, 541):
            self.locations[key] = self.new_location(key, warehouse=seed.EAST, name=f"B-{key}")
        self.products[2001]["places"] = {seed.EAST: dict.fromkeys(range(401, 531), (1, None))}
        self.products[2001]["inbounds"] = {
            seed.EAST: [
                {
                    "id": gid("Inbound", key),
                    "status": "pending",
                    "quantity": 1,
                    "quantity_received": 0,
                    "quantity_rejected": 0,
                }
                for key in range(30)
            ]
        }
        for key in range(9000, 9120):
            self.customers[key] = {
                "id": gid("CustomerAccount", key),
                "legacy_id": key,
                "username": f"Shop {key}",
                "email": None,
                "status": "active",
            }
            self.note(2001, seed.EAST, key, 1, f"Adjusted {key}", None, self.before)
        for key in range(1501, 1530):
            lines = {key * 100 + at: (2001 + at, 1, "1.00") for at in range(25 if key < 1503 else 1)}
            self.orders[key] = self.new_order(
                order_number=str(key), partner_order_id=f"c-{key}", lines=lines, totals=("1.00", "0.00", "0.00")
            )
        self.ship(1501)

    def check_request(self, request: VendorRequest) -> Call:
        if path_of(request) != client.REFRESH:
            return super().check_request(request)
        body = json.loads(request.body or b"{}")
        if request.method != "POST" or set(body) != {"refresh_token"}:
            raise SpecificationViolation("a token is asked for with POST and the refresh token alone")
        return Call("POST", client.REFRESH, body=body)

    def answer(self, call: Call) -> Reply:
        if call.path == client.REFRESH:
            return Reply({"access_token": ACCESS, "expires_in": 2419200})
        return super().answer(call)

    def admits(self, request: VendorRequest) -> bool:
        if path_of(request) == client.REFRESH:
            return bool(json.loads(request.body or b"{}")["refresh_token"] == REFRESH)
        return {name.lower(): value for name, value in request.headers.items()}.get("authorization") == (
            f"Bearer {ACCESS}"
        )

    def problem(self, status: int) -> Reply:
        return Reply({"errors": [{"message": f"Refused with {status}", "code": status}], "data": None}, status)

    def check_document(self, document: Document) -> None:
        self._charges = charges(self.schema, document.text, document.variables)
        if sum(self._charges.values()) > MOST:
            raise SpecificationViolation(f"the document costs {self._charges}; a call may cost {MOST}")

    def _error(self, error: GraphQLError) -> dict[str, Any]:
        """ShipHero writes the code beside the message."""
        shown = super()._error(error)
        return {**shown.pop("extensions", {}), **shown}

    def held(self, resource: Resource) -> set[str]:
        if resource is INVENTORY_LEDGER:
            return {self._ledger_id(entry) for entry in self.log}
        if resource in (BILLS, LABOR_ACTIVITIES):
            return self.charge_ids() if resource is BILLS else self.work_ids()
        kinds = {
            WAREHOUSES.key: ("Warehouse", self.warehouses),
            WAREHOUSE_LOCATIONS.key: ("Location", self.locations),
            WAREHOUSE_CUSTOMERS.key: ("CustomerAccount", self.customers),
            PRODUCTS.key: ("Product", self.products),
            INVENTORY.key: ("Product", self.products),
            ORDERS.key: ("Order", self.orders),
            INBOUND_SHIPMENTS.key: ("PurchaseOrder", self.purchases),
            INBOUND_SHIPMENT_SUPPLIERS.key: ("Vendor", self.vendors),
            RETURNS.key: ("Return", self.returns),
        }
        kind, found = kinds[resource.key]
        return {gid(kind, key) for key in found}

    def change(self, resource: Resource) -> set[str]:
        if resource is ORDERS:
            self.release()
            return {gid("Order", 903)}
        if resource is PRODUCTS:
            self.rename()
            return {gid("Product", 12)}
        if resource in (INVENTORY, INVENTORY_LEDGER):
            self.sell()
            return {gid("Product", 12)} if resource is INVENTORY else {self._ledger_id(self.log[-1])}
        if resource is LABOR_ACTIVITIES:
            return {self.work()}
        self.pass_time(hours=1)
        if resource is BILLS:
            self.bills[81]["charges"][0]["amount"] = "119.00"
            return {f"{gid('Bill', 81)}-{gid('FeeCategoryTotal', 812)}"}
        if resource is WAREHOUSES:
            self.warehouses[seed.EAST]["company_alias"] = "Bethlehem (PA)"
            return {gid("Warehouse", seed.EAST)}
        if resource is WAREHOUSE_CUSTOMERS:
            self.customers[seed.MERCHANT]["username"] = "Tea, Pots and Cups"
            return {gid("CustomerAccount", seed.MERCHANT)}
        if resource is INBOUND_SHIPMENTS:
            self.purchases[61]["tracking_number"] = "1Z61"
            return {gid("PurchaseOrder", 61)}
        if resource is INBOUND_SHIPMENT_SUPPLIERS:
            self.vendors[42]["name"] = "Cups and Co"
            return {gid("Vendor", 42)}
        if resource is RETURNS:
            self.returns[72]["status"] = "cancelled"
            return {gid("Return", 72)}
        self.locations[301]["zone"] = "B"
        return {gid("Location", 301)}

    def rename(self) -> None:
        """Somebody gives a product another name."""
        self.pass_time(hours=1)
        self.products[12] |= {"name": "Teapot, large", "updated_at": text(self.now)}

    def sell(self) -> None:
        """A unit leaves, which is dated in its warehouse only."""
        self.pass_time(hours=1)
        self.move(12, seed.PRIMARY, -1, "Order 1003 shipped", 301)

    def release(self) -> None:
        """Somebody takes an order off hold."""
        self.pass_time(hours=1)
        self.orders[903] |= {"holds": {}, "updated_at": text(self.now)}

    def work(self) -> str:
        """Somebody picks something."""
        self.pass_time(hours=1)
        self.picks[93] = self.new_work("Pick", 93, text(self.now))
        return gid("Pick", 93)

    def ship(self, key: int) -> None:
        """The warehouse sends everything of an order."""
        order = self.orders[key]
        self.send_goods(key, order["warehouse"], {line: facts[1] for line, facts in order["lines"].items()}, None)

    def _ledger_id(self, entry: dict[str, Any]) -> str:
        return ledger_id(StockChange(**{**entry, "product": Ref(id=entry["product"]["id"])}))

    # Queries

    @resolves("Query", "account")
    def account(self) -> Any:
        account = {
            "id": gid("CustomerAccount", seed.ACCOUNT),
            "legacy_id": seed.ACCOUNT,
            "email": "logistics@example.com",
            "username": "Example Logistics",
            "status": "active",
            "is_3pl": True,
            "warehouses": list(self.warehouses.values()),
            "customers": by_cursor(list(self.customers.values())),
        }
        return self.answered("account", data=account)

    @resolves("Query", "locations")
    def list_locations(self) -> Any:
        return self.listed("locations", list(self.locations.values()))

    @resolves("Query", "products")
    def list_products(
        self,
        updated_from: str | None = None,
        updated_to: str | None = None,
        sku: str | None = None,
        customer_account_id: str | None = None,
    ) -> Any:
        found = [
            self.product_node(key)
            for key, facts in self.products.items()
            if sku in (None, facts["sku"]) and customer_account_id in (None, gid("CustomerAccount", facts["owner"]))
        ]
        return self.listed("products", self.since(found, "updated_at", updated_from, updated_to))

    @resolves("Query", "product")
    def one_product(self, id: str) -> Any:
        if number(id) not in self.products or gid("Product", number(id)) != id:
            raise GraphQLRefusal("Product not found", code=client.NOT_FOUND, operation="product")
        return self.answered("product", data=self.product_node(number(id)))

    @resolves("Query", "warehouse_products")
    def list_stock(
        self,
        sku: str | None = None,
        warehouse_id: str | None = None,
        customer_account_id: str | None = None,
        updated_from: str | None = None,
        updated_to: str | None = None,
    ) -> Any:
        found = [
            self.stock_node(key, place)
            for key, facts in self.products.items()
            for place in facts["stock"]
            if sku in (None, facts["sku"]) and warehouse_id in (None, gid("Warehouse", place))
        ]
        return self.listed("warehouse_products", self.since(found, "updated_at", updated_from, updated_to))

    @resolves("Query", "inventory_changes")
    def list_changes(
        self,
        date_from: str | None = None,
        date_to: str | None = None,
        sku: str | None = None,
        warehouse_id: str | None = None,
        customer_account_id: str | None = None,
    ) -> Any:
        found = [
            {"at": at, **entry}
            for at, entry in enumerate(self.log)
            if sku in (None, entry["sku"]) and warehouse_id in (None, entry["warehouse_id"])
        ]
        return self.listed("inventory_changes", self.since(found, "created_at", date_from, date_to), "at")

    @resolves("Query", "orders")
    def list_orders(
        self,
        updated_from: str | None = None,
        updated_to: str | None = None,
        partner_order_id: str | None = None,
        customer_account_id: str | None = None,
    ) -> Any:
        found = [
            self.order_node(key)
            for key, facts in self.orders.items()
            if partner_order_id in (None, facts["partner_order_id"])
        ]
        return self.listed("orders", self.since(found, "updated_at", updated_from, updated_to))

    @resolves("Query", "order")
    def one_order(self, id: str) -> Any:
        if number(id) not in self.orders or gid("Order", number(id)) != id:
            raise GraphQLRefusal("Order not found", code=client.NOT_FOUND, operation="order")
        return self.answered("order", data=self.order_node(number(id)))

    @resolves("Query", "shipment")
    def one_shipment(self, id: str) -> Any:
        [found] = [
            self.shipment_node(key, parcel)
            for key, facts in self.orders.items()
            for parcel in facts["parcels"]
            if gid("Shipment", parcel["number"]) == id
        ]
        return self.answered("shipment", data=found)

    # Mutations

    @resolves("Mutation", "inventory_add")
    def add(self, data: dict[str, Any]) -> Any:
        return self._adjust("inventory_add", data, lambda there: there + data["quantity"])

    @resolves("Mutation", "inventory_remove")
    def remove(self, data: dict[str, Any]) -> Any:
        return self._adjust("inventory_remove", data, lambda there: there - data["quantity"])

    @resolves("Mutation", "inventory_replace")
    def replace(self, data: dict[str, Any]) -> Any:
        return self._adjust("inventory_replace", data, lambda there: data["quantity"])

    def _adjust(self, root: str, data: dict[str, Any], result: Any) -> Any:
        key, place = self.by_sku(data), number(data["warehouse_id"])
        there = self.products[key]["stock"][place][0]
        after = result(there)
        if after < 0:
            raise GraphQLRefusal("Not enough inventory to remove", code=3, operation=root)
        location = number(data["location_id"]) if "location_id" in data else None
        self.move(key, place, after - there, data.get("reason"), location)
        return self.answered(root, warehouse_product=self.stock_node(key, place))

    @resolves("Mutation", "order_create")
    def create_order(self, data: dict[str, Any]) -> Any:
        lines = {}
        for line in data["line_items"]:
            found = [key for key, facts in self.products.items() if facts["sku"] == line["sku"]]
            if not found:
                raise GraphQLRefusal(f"Product with sku {line['sku']} doesn't exist", code=3)
            lines[self.new_number()] = (found[0], line["quantity"], line["price"])
        owner = data.get("customer_account_id")
        key = self.new_number()
        names = ("order_number", "partner_order_id", "shop_name", "currency", "shipping_lines")
        self.orders[key] = self.new_order(
            lines=lines,
            owner=number(owner) if owner else seed.ACCOUNT,
            totals=tuple(data.get(name, "0.00") for name in ("total_price", "total_tax", "total_discounts")),
            shipping_address=dict.fromkeys(seed.ADDRESS) | data["shipping_address"],
            order_date=text(self.now),
            updated_at=text(self.now),
            **{name: data.get(name) for name in names},
        )
        self.orders[key]["shipping_lines"] = dict.fromkeys(seed.SHIPPING) | (data.get("shipping_lines") or {})
        return self.answered("order_create", order=self.order_node(key))

    def _order_of(self, data: dict[str, Any]) -> dict[str, Any]:
        order = self.orders[number(data["order_id"])]
        self.mine(data, order["owner"], "order")
        return order

    @resolves("Mutation", "order_update")
    def update_order(self, data: dict[str, Any]) -> Any:
        order = self._order_of(data)
        total, tax, discounts = order["totals"]
        order["totals"] = (
            data.get("total_price", total),
            data.get("total_tax", tax),
            data.get("total_discounts", discounts),
        )
        for name, parts in (("shipping_lines", seed.SHIPPING), ("shipping_address", seed.ADDRESS)):
            if name in data:
                order[name] = dict.fromkeys(parts) | data[name]
        order |= {name: data[name] for name in ("order_number", "partner_order_id") if name in data}
        order["updated_at"] = text(self.now)
        return self.answered("order_update", order=self.order_node(number(data["order_id"])))

    @resolves("Mutation", "order_cancel")
    def cancel_order(self, data: dict[str, Any]) -> Any:
        order = self._order_of(data)
        if order["parcels"]:
            raise GraphQLRefusal("The order has completed shipments", code=3, operation="order_cancel")
        order |= {"fulfillment_status": "canceled", "allocated": False, "updated_at": text(self.now)}
        return self.answered("order_cancel", order=self.order_node(number(data["order_id"])))

    @resolves("Mutation", "shipment_create")
    def create_shipment(self, data: dict[str, Any]) -> Any:
        order, key = self._order_of(data), number(data["order_id"])
        lines = {number(item["line_item_id"]): item["quantity"] for item in data["line_items"]}
        label = None
        for given in data.get("labels") or []:
            label = {
                "id": gid("ShippingLabel", self.new_number()),
                "status": "valid",
                "box_name": None,
                **dict.fromkeys(("tracking_number", "tracking_url")),
                **{name: value for name, value in given.items() if name not in ("address", "label", "line_item_ids")},
            }
            label["dimensions"] = dict.fromkeys(("height", "length", "width", "weight")) | given["dimensions"]
        address = dict.fromkeys(("name", *PLAIN)) | data["address"]
        parcel = self.send_goods(key, number(data["warehouse_id"]), lines, label, address)
        order["updated_at"] = text(self.now)
        return self.answered("shipment_create", shipment=self.shipment_node(key, parcel))
