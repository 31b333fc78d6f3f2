"""Customers, their goods, facilities and locations of the fake."""

from __future__ import annotations

import copy
import json
import zlib
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crossdock.integrations.extensiv_3pl_central import client
from crossdock.integrations.extensiv_3pl_central.tests import lists, seed
from crossdock.integrations.kit.fake import Call, Reply, RestFake, serves

ZONE = ZoneInfo("America/Los_Angeles")


def refusal(status: int, code: str, hint: str, **more: Any) -> Reply:
    """A refusal as https://3w.extensiv.com/Rels/exceptions has them."""
    return Reply({"$type": "WMS.V2.Generic.Models.Exceptions", "ErrorCode": code, "Hint": hint, **more}, status)


def tag_of(document: dict[str, Any]) -> str:
    """The ETag of a state; any other state has another."""
    return f'W/"{zlib.crc32(json.dumps(document, sort_keys=True).encode()):08x}"'


def unguarded(call: Call, document: dict[str, Any]) -> Reply | None:
    """What stands against a change of a state."""
    if "if-match" not in call.headers:
        return refusal(428, "Required", "If-Match is required")
    changed = call.headers["if-match"] != tag_of(document)
    return refusal(412, "Conflict", "The resource was changed") if changed else None


class Goods(RestFake):
    """What there is."""

    def __init__(self) -> None:
        super().__init__()
        self.meddles = 0
        """How many times somebody else changes something just before a change arrives."""
        self.made = self.text(self.now - timedelta(days=30))
        self.customers = {key: self._customer(key, facts) for key, facts in copy.deepcopy(seed.CUSTOMERS).items()}
        self.facilities = {
            key: {"facilityId": key, "deactivated": False, **facts}
            for key, facts in copy.deepcopy(seed.FACILITIES).items()
        }
        self.locations = {
            key: self._location(key, place, facts) for key, (place, facts) in copy.deepcopy(seed.LOCATIONS).items()
        }
        self.items: dict[int, dict[str, Any]] = {}
        for key, (owner, facts) in copy.deepcopy(seed.ITEMS).items():
            self.new_item(key, owner, **facts)

    def text(self, moment: datetime) -> str:
        """A time as the API writes it."""
        return moment.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M:%S")

    def _customer(self, key: int, facts: dict[str, Any]) -> dict[str, Any]:
        places = [{"id": place, "name": known["name"]} for place, known in seed.FACILITIES.items()]
        own = {"customerId": key, "creationDate": self.made, "deactivated": False}
        return {"readOnly": own, "facilities": places, **facts}

    def _location(self, key: int, place: int, facts: dict[str, Any]) -> dict[str, Any]:
        held = {"id": place, "name": seed.FACILITIES[place]["name"]}
        return {"locationId": key, "facilityIdentifier": held, "deactivated": False, "hasInventory": True, **facts}

    def new_item(self, key: int, owner: int, **facts: Any) -> None:
        own = {
            "customerIdentifier": {"id": owner},
            "itemId": key,
            "creationDate": self.made,
            "lastModifiedDate": self.made,
            "deactivated": False,
        }
        self.items[key] = {"readOnly": own, "itemId": key, **facts}

    def owner(self, item: int) -> int:
        return int(self.items[item]["readOnly"]["customerIdentifier"]["id"])

    def items_of(self, customer: int) -> list[dict[str, Any]]:
        return [item for key, item in self.items.items() if self.owner(key) == customer]

    def crowd_goods(self) -> None:
        """More of everything than fits on a page."""
        for key in range(1001, 1003 + client.CUSTOMERS_PER_PAGE):
            self.customers[key] = self._customer(key, {"companyInfo": {"companyName": f"Shop {key}"}})
        for key in range(2001, 2003 + client.ITEMS_PER_PAGE):
            self.new_item(key, seed.GARDEN, sku=f"CARD-{key}", description=f"Card {key}")
        for key in range(4001, 4003 + client.PLACES_PER_PAGE):
            self.locations[key] = self._location(key, seed.EAST, {"name": f"C-{key}"})

    @serves("GET", "/customers")
    def list_customers(self, call: Call) -> Any:
        return lists.hal("customers/customer", *lists.page(call, list(self.customers.values()), 100))

    @serves("GET", "/customers/{customerId}/items")
    def list_items(self, call: Call) -> Any:
        if call.params["customerId"] not in self.customers:
            return refusal(404, "DoesNotExist", "There is no such customer")
        return lists.hal("customers/item", *lists.page(call, self.items_of(call.params["customerId"]), 100))

    @serves("GET", "/properties/facilities")
    def list_facilities(self, call: Call) -> Any:
        return lists.hal("properties/facility", *lists.page(call, list(self.facilities.values()), 500))

    @serves("GET", "/properties/facilities/{id}/locations")
    def list_locations(self, call: Call) -> Any:
        held = [item for item in self.locations.values() if item["facilityIdentifier"]["id"] == call.params["id"]]
        return lists.hal("properties/location", *lists.page(call, held, 500))

    @serves("GET", "/properties/carriers")
    def list_carriers(self, call: Call) -> Any:
        services = {"defaultBillingCodes": [{"code": "Prepaid"}], "defaultShipmentServices": []}
        return {**services, "_embedded": {f"{client.REL}properties/carrier": copy.deepcopy(seed.CARRIERS)}}
