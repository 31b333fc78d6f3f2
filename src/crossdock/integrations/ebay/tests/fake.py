"""The account of a seller at eBay that holds every request and answer against eBay's own specifications.

Beside them it holds what they leave to their descriptions: the scopes of a token, pages, filters, and levels.
"""

from __future__ import annotations

import base64
import copy
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

from crossdock.contract.cart.orders import ORDERS
from crossdock.contract.cart.products import PRODUCTS
from crossdock.contract.cart.warehouses import WAREHOUSES
from crossdock.contract.resources import Resource
from crossdock.integrations.ebay import client
from crossdock.integrations.ebay.adapter import Ebay
from crossdock.integrations.ebay.tests import seed
from crossdock.integrations.ebay.tests.office import Office, Refused, amount
from crossdock.integrations.ebay.tests.post import TOPICS, Post
from crossdock.integrations.ebay.tests.scenes import SCENES
from crossdock.integrations.kit.fake import Call, Reply, RestFake, SpecificationViolation, offset, serves
from crossdock.integrations.kit.fake.specification import Specification
from crossdock.integrations.kit.fake.vendor import path_of
from crossdock.integrations.kit.transport import VendorRequest
from crossdock.integrations.kit.webhooks import Incoming

HERE = Path(__file__).parent
APP, CERT, REFRESH = "test-app-id", "test-cert-id", "test-refresh-token"
USER, APPLICATION = "test-user-token", "test-application-token"
SELL = f"{client.APPLICATION_SCOPE}/sell"
SCOPES = {
    USER: {
        f"{SELL}.inventory",
        f"{SELL}.fulfillment",
        f"{SELL}.finances",
        f"{client.APPLICATION_SCOPE}/commerce.notification.subscription",
    },
    APPLICATION: {client.APPLICATION_SCOPE},
}
HOST = client.HOSTS["production"]
MOST_ITEMS, MOST_ORDERS, MOST_OTHERS = 200, 200, 100
_FILTER = re.compile(r"(creationdate|lastmodifieddate):\[([^\].]+\.\d{3}Z)\.\.([^\]]*)\]")


def _specification(file: str, base: str, overlay: str = "") -> Specification:
    return Specification(f"ebay/{file}_oas3.json", "A", base=base, overlay=HERE / overlay if overlay else None)


class FakeEbay(RestFake):
    """Products with offers and locations, orders with parcels and refunds, messages about orders."""

    adapter = Ebay
    specifications = (
        _specification("sell_inventory_v1", client.INVENTORY, "overlay_inventory.yaml"),
        _specification("sell_fulfillment_v1", client.FULFILLMENT),
        _specification("commerce_notification_v1", client.NOTIFICATION, "overlay_notification.yaml"),
    )
    credentials = {
        "client_id": APP,
        "client_secret": CERT,
        "refresh_token": REFRESH,
        "alert_email": "ops@example.com",
    }
    wrong_credentials = {**credentials, "refresh_token": "test-wrong"}
    passthrough = {"method": "GET", "path": f"{client.INVENTORY}/location"}
    silent = (PRODUCTS, WAREHOUSES)
    scenes = SCENES

    def __init__(self) -> None:
        super().__init__()
        self.items = copy.deepcopy(seed.ITEMS)
        self.groups = copy.deepcopy(seed.GROUPS)
        self.locations = copy.deepcopy(seed.LOCATIONS)
        self.offers: dict[str, dict[str, Any]] = {}
        for facts in seed.OFFERS:
            self.add_offer(**facts)
        self.office = Office(self.now_text, f"{HOST}{client.FULFILLMENT}")
        for number, facts in copy.deepcopy(seed.ORDERS).items():
            self.office.add(number, self._past(), **facts)
        self.post = Post(HOST)

    def crowd(self) -> None:
        """More of everything than fits on a page."""
        for number in range(103):
            sku = f"CARD-{number:03}"
            item: dict[str, Any] = {"availability": {"shipToLocationAvailability": {"quantity": number}}}
            self.items[sku] = {**item, "product": {"title": f"Card {number}"}}
            self.add_offer(sku, "4.00", f"11012345{number:04}")
            self.locations[f"bin-{number:03}"] = copy.deepcopy(seed.LOCATIONS["east"])
            line = {"id": f"2{number:04}", "sku": sku, "units": 1, "cost": "3.00"}
            self.office.add(f"18-00001-{number:05}", self._past(), lines=[line], sent=number < 3)
        # One group has variations on both pages.
        self.items["CARD-102"]["groupIds"] = ["MUG"]

    def add_offer(self, sku: str, price: str, listing: str | None, **facts: Any) -> None:
        number = str(5001 + len(self.offers))
        self.offers[number] = {
            "offerId": number,
            "sku": sku,
            "marketplaceId": "EBAY_US",
            "format": "FIXED_PRICE",
            "categoryId": "38184",
            "status": "PUBLISHED" if listing else "UNPUBLISHED",
            "pricingSummary": {"price": amount(price)},
            "storeCategoryNames": ["/Kitchen/Drinks"],
            **facts,
        }
        if listing:
            self.offers[number]["listing"] = {"listingId": listing, "listingStatus": "ACTIVE", "soldQuantity": 1}

    def check_request(self, request: VendorRequest) -> Call:
        if path_of(request) != client.TOKEN:
            return super().check_request(request)
        form = {name: values[0] for name, values in parse_qs((request.body or b"").decode()).items()}
        wanted = {"refresh_token": {"refresh_token"}, "client_credentials": {"scope"}}.get(form.get("grant_type", ""))
        if request.method != "POST" or wanted is None or set(form) != {"grant_type", *wanted}:
            raise SpecificationViolation(f"a token is not asked for like this: {sorted(form)}")
        headers = {name.lower(): value for name, value in request.headers.items()}
        return Call("POST", client.TOKEN, headers=headers, body=form)

    def admits(self, request: VendorRequest) -> bool:
        return path_of(request) == client.TOKEN or self._token(request.headers) in SCOPES

    @staticmethod
    def _token(headers: Any) -> str:
        shown = {name.lower(): value for name, value in headers.items()}.get("authorization", "")
        return str(shown).removeprefix("Bearer ")

    def changes(self, call: Call) -> bool:
        return call.path not in (client.TOKEN, "/bulk_get_inventory_item") and super().changes(call)

    def answer(self, call: Call) -> Reply:
        if call.path == client.TOKEN:
            return self._grant(call)
        if not self._scopes_of(call) & SCOPES[self._token(call.headers)]:
            return refusal(403, 1100, "Insufficient permissions to fulfill the request.")
        try:
            return super().answer(call)
        except Refused as error:
            return refusal(error.status, error.code, error.message)

    def _grant(self, call: Call) -> Reply:
        pair = base64.b64encode(f"{APP}:{CERT}".encode()).decode()
        if call.headers.get("authorization") != f"Basic {pair}":
            return Reply({"error": "invalid_client", "error_description": "client authentication failed"}, 401)
        if call.body["grant_type"] == "client_credentials":
            return Reply({"access_token": APPLICATION, "expires_in": 7200})
        if call.body["refresh_token"] != REFRESH:
            words = "the provided authorization refresh token is invalid or was issued to another client"
            return Reply({"error": "invalid_grant", "error_description": words}, 400)
        return Reply({"access_token": USER, "expires_in": 7200})

    def _scopes_of(self, call: Call) -> set[str]:
        """The scopes that the specification names for an operation; one of them is enough."""
        for one in self.specifications:
            item = one.document()["paths"].get(call.path, {})
            if call.method.lower() in item:
                return {scope for entry in item[call.method.lower()]["security"] for scope in entry["api_auth"]}
        raise SpecificationViolation(f"no specification has {call.method} {call.path}")

    def problem(self, status: int) -> Reply:
        words = {
            401: (1001, "Invalid access token"),
            403: (1100, "Insufficient permissions to fulfill the request."),
            429: (2001, "Too many requests. The request limit has been reached for the resource."),
        }
        return refusal(status, *words.get(status, (25001, "A system error has occurred.")))

    def held(self, resource: Resource) -> set[str]:
        if resource is PRODUCTS:
            return set(self.items) | {f"group:{key}" for key in self.groups}
        return set(self.locations) if resource is WAREHOUSES else set(self.office.orders)

    def change(self, resource: Resource) -> set[str]:
        self.pass_time(hours=1)
        if resource is ORDERS:
            self.office.pay("17-00001-00002")
            return {"17-00001-00002"}
        if resource is WAREHOUSES:
            self.locations["east"]["name"] = "East, new hall"
            return {"east"}
        self.items["TEA-11"]["availability"]["shipToLocationAvailability"]["quantity"] = 7
        return {"TEA-11"}

    def change_orders(self) -> None:
        """What `change` does to orders."""
        self.change(ORDERS)

    def subscribed(self) -> list[str]:
        return self.post.topics()

    def tell(self, resource: Resource, changed: set[str]) -> list[Incoming]:
        if "ORDER_CONFIRMATION" not in self.post.topics():
            return []
        return [self.post.message("ORDER_CONFIRMATION", {"orderId": key}, self.now_text()) for key in sorted(changed)]

    @serves("GET", "/inventory_item")
    def list_items(self, call: Call) -> Any:
        shown = [self._item(sku) for sku in self.items]
        page, more = _numbered(call, shown, MOST_ITEMS, 25, f"{client.INVENTORY}/inventory_item")
        return {"inventoryItems": page, "size": -(-len(shown) // int(call.query.get("limit", 25))), **more}

    @serves("GET", "/inventory_item/{sku}")
    def one_item(self, call: Call) -> Any:
        return self._item(call.params["sku"])

    def _item(self, sku: str) -> dict[str, Any]:
        if sku not in self.items:
            raise Refused(404, 25710, "We didn't find the resource/entity you are requesting.")
        return {"sku": sku, "locale": "en_US", **self.items[sku]}

    @serves("POST", "/bulk_get_inventory_item")
    def several_items(self, call: Call) -> Any:
        asked = [given["sku"] for given in call.body["requests"]]
        if not 1 <= len(asked) <= 25 or len(set(asked)) < len(asked):
            raise Refused(400, 25708, "A call takes up to 25 different SKUs.")
        made = [self._one_of_several(sku) for sku in asked]
        return Reply({"responses": made}, 207 if any(one["statusCode"] >= 400 for one in made) else 200)

    def _one_of_several(self, sku: str) -> dict[str, Any]:
        if sku not in self.items:
            return _failed(sku, 25702, f"SKU {sku} is not available in the system")
        item = self._item(sku)
        # This call names the groups in another field than the others.
        groups = {"inventoryItemGroupKeys": item.pop("groupIds")} if "groupIds" in item else {}
        return {"sku": sku, "statusCode": 200, "inventoryItem": {**item, **groups}}

    @serves("GET", "/inventory_item_group/{inventoryItemGroupKey}")
    def one_group(self, call: Call) -> Any:
        key = call.params["inventoryItemGroupKey"]
        if key not in self.groups:
            raise Refused(400, 25705, f"The Inventory Item Group named {key} could not be found.")
        return {"inventoryItemGroupKey": key, **self.groups[key]}

    @serves("GET", "/offer")
    def list_offers(self, call: Call) -> Any:
        if "sku" not in call.query:
            raise Refused(400, 25709, "Invalid value for sku.")
        found = [offer for offer in self.offers.values() if offer["sku"] == call.query["sku"]]
        if not found:
            raise Refused(404, 25713, "This Offer is not available.")
        page, more = _numbered(call, found, MOST_OTHERS, 100, f"{client.INVENTORY}/offer")
        return {"offers": page, **more}

    @serves("GET", "/location")
    def list_locations(self, call: Call) -> Any:
        shown = [{"merchantLocationKey": key, **facts} for key, facts in self.locations.items()]
        page, more = _counted(call, shown, MOST_OTHERS, 100, f"{client.INVENTORY}/location")
        return {"locations": page, **more}

    @serves("GET", "/location/{merchantLocationKey}")
    def one_location(self, call: Call) -> Any:
        key = call.params["merchantLocationKey"]
        if key not in self.locations:
            raise Refused(404, 25804, "Input error. The location was not found.")
        return {"merchantLocationKey": key, **self.locations[key]}

    @serves("POST", "/bulk_update_price_quantity")
    def set_levels(self, call: Call) -> Any:
        requests = call.body["requests"]
        offers = [offer for given in requests for offer in given.get("offers", ())]
        if not 1 <= len(requests) <= 25 or len(offers) > 25:
            raise Refused(400, 25002, "A call takes up to 25 SKUs and offers.")
        made = [outcome for given in requests for outcome in self._set_level(given)]
        return Reply({"responses": made}, 207 if any(one["statusCode"] >= 400 for one in made) else 200)

    def _set_level(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        sku, container = given["sku"], given["shipToLocationAvailability"]
        places = container.get("availabilityDistributions", [])
        if sku not in self.items:
            return [_failed(sku, 25702, f"{sku} could not be found or is not available in the system.")]
        if container["quantity"] < 0 or any(place["quantity"] < 0 for place in places):
            return [_failed(sku, 25709, "Invalid value for quantity.")]
        if any(place["merchantLocationKey"] not in self.locations for place in places):
            return [_failed(sku, 25709, "Invalid value for merchantLocationKey.")]
        self.items[sku].setdefault("availability", {})["shipToLocationAvailability"] = copy.deepcopy(container)
        made: list[dict[str, Any]] = [{"sku": sku, "statusCode": 200}]
        for limit in given.get("offers", ()):
            offer = self.offers[limit["offerId"]]
            if offer["sku"] != sku or offer.get("listing", {}).get("listingOnHold"):
                made.append({**_failed(sku, 25096, "This listing is on hold."), "offerId": limit["offerId"]})
                continue
            offer["availableQuantity"] = limit["availableQuantity"]
            made.append({"sku": sku, "offerId": limit["offerId"], "statusCode": 200})
        return made

    @serves("GET", "/order")
    def list_orders(self, call: Call) -> Any:
        found = list(self.office.orders.values())
        if "filter" in call.query:
            field, start, end = self._filter(call.query["filter"])
            of = "created" if field == "creationdate" else "changed"
            found = [order for order in found if start <= order[of] <= end]
        shown = [self.office.shown(order, taxes="fieldGroups" in call.query) for order in found]
        page, more = _counted(call, shown, MOST_ORDERS, 50, f"{client.FULFILLMENT}/order")
        return {"orders": page, **more}

    def _filter(self, text: str) -> tuple[str, str, str]:
        matched = _FILTER.fullmatch(text)
        if matched is None:
            raise Refused(400, 30800, f"Invalid filter value {text}")
        start, end = datetime.fromisoformat(matched[2]), matched[3] or self.now_text()
        if start > self.now or end > self.now_text():
            raise Refused(400, 30850, "Start and end dates can't be in the future")
        if start < self.now - timedelta(days=730):
            raise Refused(400, 30830, "Time range between start date and end date must be within '2' years.")
        return matched[1], matched[2], end

    @serves("GET", "/order/{orderId}")
    def one_order(self, call: Call) -> Any:
        return self.office.shown(self.office.find(call.params["orderId"]), taxes="fieldGroups" in call.query)

    @serves("GET", "/order/{orderId}/shipping_fulfillment")
    def list_parcels(self, call: Call) -> Any:
        parcels = self.office.find(call.params["orderId"])["parcels"]
        return {"fulfillments": parcels, "total": len(parcels)}

    @serves("POST", "/order/{orderId}/shipping_fulfillment")
    def send_parcel(self, call: Call) -> Any:
        number = call.params["orderId"]
        made = self.office.send(number, call.body)
        place = f"{HOST}{client.FULFILLMENT}/order/{number}/shipping_fulfillment/{made}"
        return Reply({}, 201, {"location": place})

    @serves("POST", "/order/{order_id}/issue_refund")
    def pay_back(self, call: Call) -> Any:
        return self.office.refund(call.params["order_id"], call.body)

    @serves("GET", "/config")
    def show_config(self, call: Call) -> Any:
        if self.post.alert_email is None:
            raise Refused(404, 195026, "Configuration Not Found.")
        return {"alertEmail": self.post.alert_email}

    @serves("PUT", "/config")
    def change_config(self, call: Call) -> Any:
        self.post.alert_email = call.body["alertEmail"]
        return Reply(None, 204)

    @serves("GET", "/topic/{topic_id}")
    def one_topic(self, call: Call) -> Any:
        topic = call.params["topic_id"]
        if topic not in TOPICS:
            raise Refused(404, 195002, "Invalid or missing topic id.")
        payload = {"schemaVersion": TOPICS[topic], "format": ["JSON"], "deliveryProtocol": "HTTPS", "deprecated": False}
        return {"topicId": topic, "status": "ENABLED", "supportedPayloads": [payload]}

    @serves("GET", "/destination")
    def list_destinations(self, call: Call) -> Any:
        return {"destinations": list(self.post.destinations.values()), "total": len(self.post.destinations)}

    @serves("POST", "/destination")
    def make_destination(self, call: Call) -> Any:
        return Reply({}, 201, self.post.address("destination", self.post.put_destination(call.body)))

    @serves("PUT", "/destination/{destination_id}")
    def change_destination(self, call: Call) -> Any:
        self.post.put_destination(call.body, call.params["destination_id"])
        return Reply(None, 204)

    @serves("DELETE", "/destination/{destination_id}")
    def drop_destination(self, call: Call) -> Any:
        self.post.drop_destination(call.params["destination_id"])
        return Reply(None, 204)

    @serves("GET", "/subscription")
    def list_subscriptions(self, call: Call) -> Any:
        return {"subscriptions": list(self.post.subscriptions.values()), "total": len(self.post.subscriptions)}

    @serves("POST", "/subscription")
    def make_subscription(self, call: Call) -> Any:
        return Reply({}, 201, self.post.address("subscription", self.post.put_subscription(call.body)))

    @serves("PUT", "/subscription/{subscription_id}")
    def change_subscription(self, call: Call) -> Any:
        self.post.put_subscription(call.body, call.params["subscription_id"])
        return Reply(None, 204)

    @serves("DELETE", "/subscription/{subscription_id}")
    def drop_subscription(self, call: Call) -> Any:
        if self.post.subscriptions.pop(call.params["subscription_id"], None) is None:
            raise Refused(404, 195013, "Invalid subscription Id.")
        return Reply(None, 204)

    @serves("GET", "/public_key/{public_key_id}")
    def one_key(self, call: Call) -> Any:
        if call.params["public_key_id"] != self.post.key_id:
            raise Refused(404, 195001, "The specified key id is invalid.")
        return self.post.public_key()

    def now_text(self) -> str:
        """The present time as eBay writes it."""
        return self.now.strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def _past(self) -> str:
        return (self.now - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def refusal(status: int, code: int, message: str) -> Reply:
    """A refusal as eBay words it."""
    error = {"errorId": code, "domain": "API", "category": "REQUEST", "message": message}
    return Reply({"errors": [error]}, status)


def _failed(sku: str, code: int, message: str) -> dict[str, Any]:
    error = {"errorId": code, "domain": "API_INVENTORY", "category": "REQUEST", "message": message}
    return {"sku": sku, "statusCode": 400, "errors": [error]}


def _counted(
    call: Call, found: list[dict[str, Any]], most: int, default: int, path: str
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """A page of a list whose offset counts records."""
    page, following = offset(call, found, default=default, most=most)
    size = int(call.query.get("limit", default))
    return page, _around(call, path, size, following, len(found)) | {"offset": int(call.query.get("offset", 0))}


def _numbered(
    call: Call, found: list[dict[str, Any]], most: int, default: int, path: str
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """A page of a list whose offset counts pages, from 0."""
    size, page = int(call.query.get("limit", default)), int(call.query.get("offset", 0))
    if not 1 <= size <= most or page < 0:
        raise SpecificationViolation(f"limit={size}, offset={page}: a page has 1 to {most} items")
    rest = found[page * size :]
    return rest[:size], _around(call, path, size, page + 1 if len(rest) > size else None, len(found))


def _around(call: Call, path: str, size: int, following: int | None, total: int) -> dict[str, Any]:
    """What stands around a page; the address of the next one has all parameters of this one."""
    others = {name: value for name, value in call.query.items() if name not in ("limit", "offset")}
    query = "&".join(f"{name}={quote(str(value))}" for name, value in others.items())
    shown: dict[str, Any] = {"href": f"{HOST}{path}", "limit": size, "total": total}
    if following is not None:
        shown["next"] = f"{HOST}{path}?limit={size}&offset={following}{'&' + query if query else ''}"
    return shown
