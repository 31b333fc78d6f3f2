"""Goods, receivers and stock that are written in the fake."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any

from crossdock.integrations.extensiv_3pl_central import client
from crossdock.integrations.extensiv_3pl_central.tests import seed
from crossdock.integrations.extensiv_3pl_central.tests.goods import ZONE, refusal, unguarded
from crossdock.integrations.extensiv_3pl_central.tests.ordered import Ordered
from crossdock.integrations.extensiv_3pl_central.tests.stocked import tagged
from crossdock.integrations.kit.fake import Call, Reply, SpecificationViolation, serves

RECEIVED = f"{client.REL}inventory/receiveritem"


class Written(Ordered):
    """What others than the warehouse write."""

    def _unknown_parts(self, owner: int, kit: dict[str, Any] | None) -> list[dict[str, Any]]:
        """Components that are no items of the customer; those that are get all of their names."""
        wrong = []
        for part in (kit or {}).get("components", []):
            if "itemIdentifier" in part:
                item = self.find_item(owner, part["itemIdentifier"])
                if item is None:
                    wrong.append(part["itemIdentifier"])
                else:
                    part["itemIdentifier"] = self.named(item)
        return wrong

    def _refused_item(self, owner: int, body: dict[str, Any], key: int | None) -> Reply | None:
        if any(item["sku"] == body["sku"] and item["itemId"] != key for item in self.items_of(owner)):
            wrong = [{"Name": "Sku", "Value": body["sku"]}]
            return refusal(400, "Duplicate", "The item exists", Properties=wrong)
        unknown = self._unknown_parts(owner, body.get("kit"))
        return refusal(400, "DoesNotExist", f"The item does not exist: {unknown[0]}") if unknown else None

    @serves("POST", "/customers/{customerId}/items")
    def add_item(self, call: Call) -> Reply:
        owner, body = call.params["customerId"], copy.deepcopy(call.body)
        if owner not in self.customers:
            return refusal(404, "DoesNotExist", "There is no such customer")
        unit = body["options"]["inventoryUnit"]["unitIdentifier"]
        if unit != {"name": seed.EACH["name"]}:
            return refusal(400, "DoesNotExist", f"There is no unit {unit}")
        unit["id"] = seed.EACH["id"]
        if (against := self._refused_item(owner, body, None)) is not None:
            return against
        key = self.new_id()
        self.new_item(key, owner, **body)
        self.items[key]["readOnly"] |= dict.fromkeys(("creationDate", "lastModifiedDate"), self.text(self.now))
        return tagged(self.items[key], 201)

    def _item(self, call: Call) -> dict[str, Any] | None:
        key = call.params["itemId"]
        known = key in self.items and self.owner(key) == call.params["customerId"]
        return self.items[key] if known else None

    @serves("GET", "/customers/{customerId}/items/{itemId}")
    def one_item(self, call: Call) -> Reply:
        found = self._item(call)
        return refusal(404, "DoesNotExist", "There is no such item") if found is None else tagged(found)

    @serves("PUT", "/customers/{customerId}/items/{itemId}")
    def change_item(self, call: Call) -> Reply:
        found, body = self._item(call), copy.deepcopy(call.body)
        if found is None:
            return refusal(404, "DoesNotExist", "There is no such item")
        if self.meddles:
            self.meddles -= 1
            found["description2"] = "Fragile"
        key = call.params["itemId"]
        against = unguarded(call, found) or self._refused_item(call.params["customerId"], body, key)
        if against is not None:
            return against
        self.items[key] = {**body, "readOnly": {**found["readOnly"], "lastModifiedDate": self.text(self.now)}}
        return tagged(self.items[key])

    def _receiver_guard(self, call: Call) -> Reply | None:
        """What stands against a change of a receiver."""
        key = call.params["receiverId"]
        if key not in self.receivers:
            return refusal(404, "DoesNotExist", "There is no such receiver")
        if self.meddles:
            self.meddles -= 1
            self.touch_receiver(key, notes="Call ahead")
        codes = {1: "OrderConfirmed", 2: "OrderCanceled"}
        status = self.receivers[key]["readOnly"]["status"]
        if (against := unguarded(call, self.receivers[key])) is not None:
            return against
        return refusal(403, codes[status], "The receiver is not open") if status in codes else None

    @serves("PUT", "/inventory/receivers/{receiverId}")
    def change_receiver(self, call: Call) -> Reply:
        if (against := self._receiver_guard(call)) is not None:
            return against
        key, body = call.params["receiverId"], copy.deepcopy(call.body)
        before, lines = self.receivers[key], body["_embedded"][RECEIVED]
        kept = {line["readOnly"]["receiveItemId"] for line in before["_embedded"][RECEIVED]}
        if kept - {line["readOnly"]["receiveItemId"] for line in lines}:
            raise SpecificationViolation("nobody says what becomes of lines that are left out")
        own = before["readOnly"]
        for line in lines:
            item = self.find_item(own["customerIdentifier"]["id"], line["itemIdentifier"])
            if item is None or not self._may_lie(line, own["facilityIdentifier"]["id"]):
                return refusal(400, "DoesNotExist", f"The item or location does not exist: {line['itemIdentifier']}")
            line["itemIdentifier"] = self.named(item)
            line["readOnly"]["receiveItemId"] = line["readOnly"]["receiveItemId"] or self.new_id()
        self.receivers[key] = {**body, "readOnly": own}
        self.touch_receiver(key)
        return tagged(self.receivers[key])

    def _may_lie(self, line: dict[str, Any], place: int) -> bool:
        """Whether the location of a line, when it names one, is in the facility."""
        spot = line.get("locationInfo", {}).get("locationId")
        return spot is None or self.locations.get(spot, {}).get("facilityIdentifier", {}).get("id") == place

    @serves("POST", "/inventory/receivers/{receiverId}/confirmer")
    def take_in(self, call: Call) -> Reply:
        if (against := self._receiver_guard(call)) is not None:
            return against
        key, moment = call.params["receiverId"], call.body["arrivalDate"]
        if datetime.fromisoformat(moment).replace(tzinfo=ZONE) > self.now:
            return refusal(403, "DateInFuture", "ArrivalDate must not be in the future")
        self.touch_receiver(key, arrivalDate=moment)
        found = self.receivers[key]
        found["readOnly"]["status"] = 1
        place = found["readOnly"]["facilityIdentifier"]["id"]
        for line in found["_embedded"][RECEIVED]:
            more = {"location": line["locationInfo"]["locationId"]} if "locationInfo" in line else {}
            item, number = line["itemIdentifier"]["id"], line["readOnly"]["receiveItemId"]
            self.receive(number, item, place, line["qty"], found, more)
        return Reply(None, 204)

    @serves("POST", "/inventory/receivers/{receiverId}/canceler")
    def call_off_receiver(self, call: Call) -> Reply:
        if (against := self._receiver_guard(call)) is not None:
            return against
        self.touch_receiver(call.params["receiverId"])
        self.receivers[call.params["receiverId"]]["readOnly"]["status"] = 2
        return Reply(None, 204)

    @serves("POST", "/inventory/adjustments")
    def add_adjustment(self, call: Call) -> Reply:
        body, changes = call.body, {}
        owner, place, promised = body["customerId"], body["facilityId"], self.promised()
        for line in body["_embedded"]["item"]:
            number = line.get("receiveItemId")
            if line["qty"] < 0:
                held = self.receipts.get(number or 0)
                if held is None or held["place"] != place or held["left"] - promised[number] < -line["qty"]:
                    return refusal(400, "QuantityNotAvailable", "There are not so many units")
            else:
                item = self.find_item(owner, line["itemIdentifier"])
                if item is None or "locationInfo" not in line or not self._may_lie(line, place):
                    return refusal(400, "DoesNotExist", "The item or location does not exist")
                number = self.new_id()
                spot = {"location": line["locationInfo"]["locationId"]}
                self.receive(number, item, place, 0, {"arrivalDate": self.text(self.now)}, spot)
                self.receipts[number]["units"] = line["qty"]
            changes[number] = line["qty"]
        key = self.new_id()
        facts = {name: body[name] for name in ("referenceNum", "notes") if name in body}
        self.new_adjustment(key, owner, place, facts, changes, self.text(self.now))
        return tagged(self.adjustments[key], 201)
