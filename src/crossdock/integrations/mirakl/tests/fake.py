"""A marketplace with one shop, which holds every request and answer against Mirakl's specification of its API."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from crossdock.contract.cart import orders, products
from crossdock.contract.resources import Resource
from crossdock.contract.values import timestamp_text
from crossdock.integrations.kit.fake import Call, Reply, RestFake, offset, serves
from crossdock.integrations.kit.fake.schemas import Schemas
from crossdock.integrations.kit.fake.specification import Specification
from crossdock.integrations.kit.transport import VendorRequest
from crossdock.integrations.mirakl.adapter import Mirakl
from crossdock.integrations.mirakl.tests import seed
from crossdock.integrations.mirakl.tests.order_desk import OrderDesk
from crossdock.integrations.mirakl.tests.scenes import SCENES
from crossdock.integrations.mirakl.tests.stock_desk import StockDesk

KEY, SITE = "test-shop-key", "https://market.example.com"


class FakeMirakl(StockDesk, OrderDesk, RestFake):
    """Offers with their exports and imports of stock, orders, shipments and refunds."""

    adapter = Mirakl
    specifications = (
        Specification("mirakl/mmp-seller.trimmed.openapi.json", "A", overlay=Path(__file__).parent / "overlay.yaml"),
    )
    credentials = {"marketplace_url": SITE, "api_key": KEY, "shop_id": "2000"}
    wrong_credentials = {"marketplace_url": SITE, "api_key": "test-wrong", "shop_id": "2000"}
    scenes = SCENES
    passthrough = {"method": "GET", "path": "/offers", "params": {"max": "1"}}

    def __init__(self) -> None:
        super().__init__()
        self.schemas = Schemas(self.specifications[0].document())
        self.site = SITE
        made = self.now - timedelta(days=20)
        self.offers = seed.offers(self.schemas)
        self.touched = dict.fromkeys(self.offers, made)
        self.orders = seed.orders(self.schemas, made)

    def crowd(self) -> None:
        """More offers and orders than fit on a page."""
        made = self.now - timedelta(days=40)
        for number in range(3001, 3106):
            self.offers[number] = seed.offer(self.schemas, number, f"CARD-{number}", f"Card {number}", price=2)
            self.touched[number] = made
            name = f"Order_{number}-A"
            lines = [seed.line(self.schemas, f"{name}-1", (number, f"CARD-{number}"), 1, 2)]
            self.orders[name] = seed.order(self.schemas, name, made, lines)

    def admits(self, request: VendorRequest) -> bool:
        return request.headers.get("Authorization") == KEY

    def problem(self, status: int) -> Reply:
        words = {401: "Unauthorized", 403: "Forbidden", 429: "Too many requests"}
        return refusal(status, words.get(status, "Internal error"))

    def changes(self, call: Call) -> bool:
        """An export changes nothing of the shop."""
        return super().changes(call) and call.path != "/api/offers/export/async"

    def held(self, resource: Resource) -> set[str]:
        return set(self.orders) if resource is orders.ORDERS else {str(number) for number in self.offers}

    def change(self, resource: Resource) -> set[str]:
        self.pass_time(hours=1)
        if resource is orders.ORDERS:
            self.orders["Order_3-A"] |= {"order_state": "CANCELED", "last_updated_date": timestamp_text(self.now)}
            return {"Order_3-A"}
        if resource is products.PRODUCTS:
            self.offers[2130]["quantity"] -= 1
            self.touched[2130] = self.now
            return {"2130"}
        return set()

    def drop_offer(self) -> None:
        """A merchant takes an offer away, and another one is sold."""
        self.change(products.PRODUCTS)
        del self.offers[2132]
        self.touched[2132] = self.now

    @serves("GET", "/api/platform/configuration")
    def platform(self, call: Call) -> Reply:
        made = seed.filled(self.schemas, seed.PLATFORM, {})
        made["features"]["shipment"]["multi_shipment"] = self.several
        return Reply(made)

    @serves("GET", "/api/offers")
    def list_offers(self, call: Call) -> Reply:
        found = sorted(self.offers.values(), key=lambda item: (item["product_title"], item["offer_id"]))
        page, _ = offset(call, found, size="max")
        return Reply({"offers": page, "total_count": len(found)})

    @serves("GET", "/api/offers/{offer}")
    def one_offer(self, call: Call) -> Reply:
        number = call.params["offer"]
        if number not in self.offers:
            return refusal(404, f"Offer with identifier '{number}' not found")
        return Reply(self.offers[number])


def refusal(status: int, message: str) -> Reply:
    """How Mirakl says no."""
    return Reply({"message": message, "status": status}, status)
