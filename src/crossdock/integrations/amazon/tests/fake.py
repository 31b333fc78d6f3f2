"""A seller on Amazon whose requests and answers are held against the public specifications.

Beside them it holds what Amazon documents elsewhere: the log-in that trades a refresh token, documents of feeds at an
address of another host, and that a search ends after a number of listings.
"""

from __future__ import annotations

import copy
import gzip
import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from crossdock.contract.cart.orders import ORDERS
from crossdock.contract.cart.products import PRODUCTS
from crossdock.contract.cart.warehouses import WAREHOUSES
from crossdock.contract.resources import Resource
from crossdock.integrations.amazon import client
from crossdock.integrations.amazon.adapter import Amazon
from crossdock.integrations.amazon.tests import seed
from crossdock.integrations.amazon.tests.scenes import SCENES
from crossdock.integrations.kit.fake import Call, Reply, RestFake, Specification, SpecificationViolation, serves
from crossdock.integrations.kit.transport import VendorAnswer, VendorRequest

REFRESH, ACCESS, CLIENT, SECRET = "test-refresh-token", "test-access-token", "test-client-id", "test-client-secret"
SELLER = "A2EXAMPLE7SELLER"
FILES = "feed-documents.example.com"
LOGIN_PATH = urlsplit(client.LOGIN).path
FILE_PATH = "/documents/{id}"
SPECIFICATIONS = (
    "listingsItems_2021-08-01",
    "fbaInventory",
    "supplySources_2020-07-01",
    "sellers",
    "orders_2026-01-01",
    "ordersV0",
    "feeds_2021-06-30",
)
REFUSED = "MUG-1"
"""A listing whose stock Amazon does not let change."""


class FakeAmazon(RestFake):
    """Listings, stock in Amazon's warehouses, places, orders and feeds of one seller."""

    adapter = Amazon
    specifications = tuple(Specification(f"amazon/{name}.json", "A") for name in SPECIFICATIONS)
    credentials = {
        "refresh_token": REFRESH,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "seller_id": SELLER,
        "marketplace": "US",
    }
    wrong_credentials = {**credentials, "refresh_token": "test-wrong-token"}
    passthrough = {"method": "GET", "path": "/sellers/v1/marketplaceParticipations"}
    scenes = SCENES
    reach = client.LISTINGS_REACH

    def __init__(self) -> None:
        super().__init__()
        made = client.time_text(self.now - timedelta(days=20))
        self.sells_here = True
        self.compressed = False
        self.refused = {REFUSED}
        self.listings = seed.listings(made)
        self.held_by_amazon = {"POT-1": seed.held("POT-1", made, 15)}
        self.sources = {
            key: {"supplySourceId": key, "createdAt": made, "updatedAt": made, **facts}
            for key, facts in copy.deepcopy(seed.SOURCES).items()
        }
        self.orders = seed.orders(made)
        self.documents: dict[str, Any] = {}
        self.feeds: dict[str, dict[str, Any]] = {}
        self.inputs: dict[str, str] = {}
        self._next = 100

    @property
    def text_now(self) -> str:
        return client.time_text(self.now)

    def crowd(self) -> None:
        """More of everything than fits on a page."""
        made = client.time_text(self.now - timedelta(days=10))
        for number in range(101, 123):
            sku = f"CARD-{number}"
            held = number < 104
            stock: dict[str, int | None] = {seed.NETWORK: None} if held else {"DEFAULT": number}
            self.listings[sku] = seed.listing(sku, f"Card {number}", made, kind="CARD", stock=stock)
            if held:
                self.held_by_amazon[sku] = seed.held(sku, made, number)
            source = f"source-{number}"
            self.sources[source] = {**copy.deepcopy(self.sources[seed.EAST]), "supplySourceId": source}
        for number in range(1001, 1101):
            key = f"902-{number:07}-0000001"
            self.orders[key] = seed.order(key, "UNSHIPPED", made, (seed.item(str(number), "TEA-RED", 1, "12.99"),))

    # -- the way in ----------------------------------------------------------------------------------------------------

    def check_request(self, request: VendorRequest) -> Call:
        parts = urlsplit(request.url)
        if request.url == client.LOGIN:
            form = dict(parse_qsl((request.body or b"").decode()))
            wanted = {"grant_type", "refresh_token", "client_id", "client_secret"}
            if request.method != "POST" or set(form) != wanted or form["grant_type"] != "refresh_token":
                raise SpecificationViolation("a token is asked for with POST and a form with the refresh token")
            return Call("POST", LOGIN_PATH, body=form)
        if parts.hostname == FILES:
            if any(name.lower() == "x-amz-access-token" for name in request.headers):
                raise SpecificationViolation("the access token went to another host")
            name = parts.path.rpartition("/")[2]
            body = json.loads(request.body) if request.body else None
            return Call(request.method, FILE_PATH, {"id": name}, body=body)
        if f"https://{parts.netloc}" != client.host("na"):
            raise SpecificationViolation(f"{parts.netloc} is not the host of the region")
        return super().check_request(request)

    def admits(self, request: VendorRequest) -> bool:
        if request.url == client.LOGIN:
            form = dict(parse_qsl((request.body or b"").decode()))
            return (form["refresh_token"], form["client_id"], form["client_secret"]) == (REFRESH, CLIENT, SECRET)
        given = {name.lower(): value for name, value in request.headers.items()}
        return urlsplit(request.url).hostname == FILES or given.get("x-amz-access-token") == ACCESS

    def answer(self, call: Call) -> Reply:
        if call.path == LOGIN_PATH:
            return Reply({"access_token": ACCESS, "expires_in": 3600})
        if call.path == FILE_PATH:
            return self._file(call)
        return super().answer(call)

    async def send(self, request: VendorRequest) -> VendorAnswer:
        answer = await super().send(request)
        if self.compressed and request.method == "GET" and urlsplit(request.url).hostname == FILES:
            return VendorAnswer(answer.status, answer.headers, gzip.compress(answer.body), answer.url)
        return answer

    def changes(self, call: Call) -> bool:
        """A token, and a document that no feed names, change nothing for the seller."""
        quiet = (LOGIN_PATH, FILE_PATH, "/feeds/2021-06-30/documents")
        return super().changes(call) and call.path not in quiet

    def problem(self, status: int) -> Reply:
        words = {401: "Unauthorized", 403: "AccessDenied", 429: "QuotaExceeded", 503: "ServiceUnavailable"}
        return refusal(status, words.get(status, "InternalFailure"), f"Refused with {status}")

    # -- what happens --------------------------------------------------------------------------------------------------

    def held(self, resource: Resource) -> set[str]:
        found = {
            PRODUCTS.key: set(self.listings),
            ORDERS.key: set(self.orders),
            WAREHOUSES.key: {"DEFAULT", seed.NETWORK, *self.sources},
        }
        return found[resource.key]

    def change(self, resource: Resource) -> set[str]:
        self.pass_time(hours=1)
        if resource is PRODUCTS:
            # A sale of the seller's own stock, and one that Amazon shipped, which does not touch the listing.
            self._set("TEA-RED", "DEFAULT", 39)
            held = self.held_by_amazon["POT-1"]
            held["inventoryDetails"]["fulfillableQuantity"] -= 1
            held["lastUpdatedTime"] = self.text_now
            return {"TEA-RED", "POT-1"}
        if resource is ORDERS:
            order = self.orders[seed.PENDING]
            order["fulfillment"]["fulfillmentStatus"] = "UNSHIPPED"
            order["lastUpdatedTime"] = self.text_now
            return {seed.PENDING}
        self.sources[seed.EAST] |= {"alias": "Bethlehem (PA)", "updatedAt": self.text_now}
        return {seed.EAST}

    def sell(self) -> None:
        self.change(PRODUCTS)

    def hide_buyers(self) -> None:
        """As for an application that may not see buyers."""
        for order in self.orders.values():
            order.pop("recipient", None)
            order.pop("buyer", None)

    def work_off(self) -> None:
        """Amazon works off the feeds that wait, and reports of each."""
        for key, feed in self.feeds.items():
            if feed["processingStatus"] != "IN_QUEUE":
                continue
            content = self.documents[self.inputs[key]]
            issues = []
            for message in content["messages"]:
                if message["sku"] in self.refused:
                    issues.append({"messageId": message["messageId"], **ISSUE})
                    continue
                self._patch(message["sku"], message["patches"])
            total = len(content["messages"])
            report = f"test-report-{key}"
            self.documents[report] = {
                "header": {"sellerId": SELLER, "version": "2.0", "feedId": key},
                "issues": issues,
                "summary": {
                    "errors": len(issues),
                    "warnings": 0,
                    "messagesProcessed": total,
                    "messagesAccepted": total - len(issues),
                    "messagesInvalid": len(issues),
                },
            }
            feed |= {"processingStatus": "DONE", "resultFeedDocumentId": report}

    def _set(self, sku: str, channel: str, units: int) -> None:
        listing = self.listings[sku]
        entries = listing["fulfillmentAvailability"]
        entry = next((item for item in entries if item["fulfillmentChannelCode"] == channel), None)
        if entry is None:
            entries.append({"fulfillmentChannelCode": channel, "quantity": units})
        else:
            entry["quantity"] = units
        for summary in listing["summaries"]:
            summary["lastUpdatedDate"] = self.text_now

    def _patch(self, sku: str, patches: list[dict[str, Any]]) -> None:
        for patch in patches:
            if (patch["op"], patch["path"]) != ("merge", "/attributes/fulfillment_availability"):
                raise SpecificationViolation(f"this fake merges stock only, not {patch['op']} {patch['path']}")
            for value in patch["value"]:
                self._set(sku, value["fulfillment_channel_code"], value["quantity"])

    # -- account and places --------------------------------------------------------------------------------------------

    @serves("GET", "/sellers/v1/marketplaceParticipations")
    def participations(self, call: Call) -> Any:
        place = {
            "id": seed.MARKETPLACE if self.sells_here else "A2EUQ1WTGCTBG2",
            "name": "Amazon.com" if self.sells_here else "Amazon.ca",
            "countryCode": "US" if self.sells_here else "CA",
            "defaultCurrencyCode": "USD",
            "defaultLanguageCode": "en_US",
            "domainName": "www.amazon.com",
        }
        participation = {"isParticipating": True, "hasSuspendedListings": False}
        return {"payload": [{"marketplace": place, "participation": participation, "storeName": "Tea House"}]}

    @serves("GET", "/supplySources/2020-07-01/supplySources")
    def list_sources(self, call: Call) -> Any:
        kept = ("alias", "supplySourceId", "supplySourceCode", "address")
        shown = [{name: item[name] for name in kept} for item in self.sources.values()]
        page, token = paged(shown, call.query.get("nextPageToken"), int(call.query.get("pageSize", 10)))
        return {"supplySources": page} | ({"nextPageToken": token} if token else {})

    @serves("GET", "/supplySources/2020-07-01/supplySources/{supplySourceId}")
    def one_source(self, call: Call) -> Any:
        found = self.sources.get(call.params["supplySourceId"])
        return found or refusal(404, "NotFound", "No such supply source")

    # -- listings ------------------------------------------------------------------------------------------------------

    @serves("GET", "/listings/2021-08-01/items/{sellerId}")
    def search_listings(self, call: Call) -> Any:
        if call.params["sellerId"] != SELLER:
            return refusal(403, "Unauthorized", "Access to requested resource is denied.")
        if call.query["marketplaceIds"] != [seed.MARKETPLACE]:
            raise SpecificationViolation("this seller is in one store")
        found = list(self.listings.values())
        if "identifiers" in call.query:
            if call.query.get("identifiersType") != "SKU":
                raise SpecificationViolation("identifiers need their type")
            found = [item for item in found if item["sku"] in call.query["identifiers"]]
        if after := call.query.get("lastUpdatedAfter"):
            found = [item for item in found if changed_at(item) >= datetime.fromisoformat(after)]
        if (call.query.get("sortBy"), call.query.get("sortOrder")) == ("lastUpdatedDate", "ASC"):
            found.sort(key=changed_at)
        page, token = paged(found[: self.reach], call.query.get("pageToken"), int(call.query.get("pageSize", 10)))
        shown = [self._included(item, call) for item in page]
        made: dict[str, Any] = {"numberOfResults": len(found), "items": shown}
        return made | ({"pagination": {"nextToken": token}} if token else {})

    def _included(self, item: dict[str, Any], call: Call) -> dict[str, Any]:
        wanted = call.query.get("includedData", ["summaries"])
        return {name: value for name, value in item.items() if name in ("sku", *wanted)}

    @serves("GET", "/listings/2021-08-01/items/{sellerId}/{sku}")
    def one_listing(self, call: Call) -> Any:
        found = self.listings.get(call.params["sku"])
        if found is None:
            return refusal(404, "NOT_FOUND", f"SKU '{call.params['sku']}' not found in marketplace {seed.MARKETPLACE}")
        return self._included(found, call)

    @serves("PATCH", "/listings/2021-08-01/items/{sellerId}/{sku}")
    def patch_listing(self, call: Call) -> Any:
        sku = call.params["sku"]
        if call.body["productType"] != self.listings[sku]["productTypes"][0]["productType"]:
            raise SpecificationViolation("the type of product is another one")
        made = {"sku": sku, "submissionId": "f1dc2914-75dd-11ea-bc55-0242ac130003", "issues": []}
        if sku in self.refused:
            return made | {"status": "INVALID", "issues": [ISSUE]}
        self._patch(sku, call.body["patches"])
        return made | {"status": "ACCEPTED"}

    @serves("GET", "/fba/inventory/v1/summaries")
    def stock_summaries(self, call: Call) -> Any:
        if call.query.get("granularityId") != seed.MARKETPLACE or call.query.get("details") is not True:
            raise SpecificationViolation("quantities want details, and the store")
        found = list(self.held_by_amazon.values())
        if since := call.query.get("startDateTime"):
            found = [item for item in found if item["lastUpdatedTime"] > since]
        elif "sellerSkus" in call.query:
            found = [item for item in found if item["sellerSku"] in call.query["sellerSkus"]]
        elif "sellerSku" in call.query:
            found = [item for item in found if item["sellerSku"] == call.query["sellerSku"]]
        page, token = paged(found, call.query.get("nextToken"), 50)
        granularity = {"granularityType": "Marketplace", "granularityId": seed.MARKETPLACE}
        made: dict[str, Any] = {"payload": {"granularity": granularity, "inventorySummaries": page}}
        return made | ({"pagination": {"nextToken": token}} if token else {})

    # -- orders --------------------------------------------------------------------------------------------------------

    @serves("GET", "/orders/2026-01-01/orders")
    def search_orders(self, call: Call) -> Any:
        if ("createdAfter" in call.query) == ("lastUpdatedAfter" in call.query):
            raise SpecificationViolation("exactly one of createdAfter and lastUpdatedAfter")
        after, before = call.query["lastUpdatedAfter"], call.query.get("lastUpdatedBefore")
        if before is not None and datetime.fromisoformat(before) > self.now - timedelta(minutes=2):
            return refusal(400, "InvalidInput", "lastUpdatedBefore is less than two minutes ago")
        found = [
            item
            for item in self.orders.values()
            if after <= item["lastUpdatedTime"] and (before is None or item["lastUpdatedTime"] <= before)
        ]
        size = int(call.query.get("maxResultsPerPage", 100))
        if not 1 <= size <= 100:
            raise SpecificationViolation("a page has 1 to 100 orders")
        page, token = paged(found, call.query.get("paginationToken"), size)
        made: dict[str, Any] = {"orders": [shown(item, call) for item in page], "lastUpdatedBefore": self.text_now}
        return made | ({"pagination": {"nextToken": token}} if token else {})

    @serves("GET", "/orders/2026-01-01/orders/{orderId}")
    def one_order(self, call: Call) -> Any:
        found = self.orders.get(call.params["orderId"])
        return {"order": shown(found, call)} if found else refusal(404, "NotFound", "The order does not exist")

    @serves("POST", "/orders/v0/orders/{orderId}/shipmentConfirmation")
    def confirm(self, call: Call) -> Reply:
        order, sent = self.orders[call.params["orderId"]], call.body["packageDetail"]
        if sent["carrierCode"] == "Other" and not sent.get("carrierName"):
            return refusal(400, "InvalidInput", "carrierName is required when carrierCode is Other")
        if not sent["packageReferenceId"].isdecimal():
            return refusal(400, "InvalidInput", "packageReferenceId must be a positive number")
        lines = {item["orderItemId"]: item["fulfillment"] for item in order["orderItems"]}
        for item in sent["orderItems"]:
            left = lines[item["orderItemId"]]
            if item["quantity"] > left["quantityUnfulfilled"]:
                return refusal(400, "InvalidInput", "More than was ordered")
        for item in sent["orderItems"]:
            lines[item["orderItemId"]]["quantityUnfulfilled"] -= item["quantity"]
            lines[item["orderItemId"]]["quantityFulfilled"] += item["quantity"]
        package = {
            "packageReferenceId": sent["packageReferenceId"],
            "createdTime": self.text_now,
            "packageStatus": {"status": "SHIPPED"},
            "carrier": sent.get("carrierName", sent["carrierCode"]),
            "shipTime": sent["shipDate"],
            "trackingNumber": sent["trackingNumber"],
            "packageItems": [{name: item[name] for name in ("orderItemId", "quantity")} for item in sent["orderItems"]],
        }
        if "shippingMethod" in sent:
            package["shippingService"] = sent["shippingMethod"]
        order["packages"].append(package)
        left = sum(item["quantityUnfulfilled"] for item in lines.values())
        order["fulfillment"]["fulfillmentStatus"] = "PARTIALLY_SHIPPED" if left else "SHIPPED"
        order["lastUpdatedTime"] = self.text_now
        return Reply(status=204)

    # -- feeds ---------------------------------------------------------------------------------------------------------

    def _file(self, call: Call) -> Reply:
        name = call.params["id"]
        if call.method == "PUT":
            self.documents[name] = call.body
            return Reply(text="")
        return Reply(self.documents[name])

    @serves("POST", "/feeds/2021-06-30/documents")
    def new_document(self, call: Call) -> Reply:
        self._next += 1
        return Reply(place_of(f"test-document-{self._next}"), 201)

    @serves("GET", "/feeds/2021-06-30/documents/{feedDocumentId}")
    def one_document(self, call: Call) -> Any:
        shown = place_of(call.params["feedDocumentId"])
        return shown | {"compressionAlgorithm": "GZIP"} if self.compressed else shown

    @serves("POST", "/feeds/2021-06-30/feeds")
    def new_feed(self, call: Call) -> Reply:
        name = call.body["inputFeedDocumentId"]
        if name not in self.documents:
            return refusal(400, "InvalidInput", "The feed document was not uploaded")
        self._next += 1
        key = str(self._next)
        self.inputs[key] = name
        self.feeds[key] = {
            "feedId": key,
            "feedType": call.body["feedType"],
            "marketplaceIds": call.body["marketplaceIds"],
            "createdTime": self.text_now,
            "processingStatus": "IN_QUEUE",
        }
        return Reply({"feedId": key}, 202)

    @serves("GET", "/feeds/2021-06-30/feeds")
    def list_feeds(self, call: Call) -> Any:
        since, until = call.query["createdSince"], call.query["createdUntil"]
        found = [
            feed
            for feed in self.feeds.values()
            if feed["feedType"] in call.query["feedTypes"] and since <= feed["createdTime"] <= until
        ]
        return {"feeds": found[: int(call.query.get("pageSize", 10))]}


ISSUE = {
    "code": "18299",
    "message": "The stock of this listing cannot be changed.",
    "severity": "ERROR",
    "attributeNames": ["fulfillment_availability"],
    "categories": ["INVALID_ATTRIBUTE"],
}


def refusal(status: int, code: str, message: str) -> Reply:
    return Reply({"errors": [{"code": code, "message": message, "details": ""}]}, status)


def place_of(name: str) -> dict[str, Any]:
    """Where the content of a document is put, and where it lies."""
    return {"feedDocumentId": name, "url": f"https://{FILES}/documents/{name}"}


def changed_at(item: dict[str, Any]) -> datetime:
    """When a listing changed; one that is not in the store yet comes first."""
    return datetime.fromisoformat(item["summaries"][0]["lastUpdatedDate"] if item["summaries"] else "2000-01-01T00:00Z")


def shown(order: dict[str, Any], call: Call) -> dict[str, Any]:
    """An order with the data sets that are asked for."""
    sets = ("buyer", "recipient", "proceeds", "fulfillment", "packages")
    hidden = {name for name in sets if name.upper() not in call.query.get("includedData", [])}
    return {name: value for name, value in order.items() if name not in hidden}


def paged(found: list[Any], token: str | None, size: int) -> tuple[list[Any], str | None]:
    """A page, and the token of the next one."""
    start = int(token.rpartition("-")[2]) if token else 0
    following = start + size
    return found[start:following], f"test-page-{following}" if following < len(found) else None
