"""Receivers, stock and its adjustments in the fake."""

from __future__ import annotations

import copy
from collections import Counter
from datetime import timedelta
from typing import Any

from crossdock.integrations.extensiv_3pl_central import client
from crossdock.integrations.extensiv_3pl_central.tests import lists, seed
from crossdock.integrations.extensiv_3pl_central.tests.goods import Goods, refusal, tag_of
from crossdock.integrations.kit.fake import Call, Reply, SpecificationViolation, serves

CUSTOMER_FACTS = ("customerIdentifier", "facilityIdentifier")


def tagged(document: dict[str, Any], status: int = 200) -> Reply:
    """A state with its ETag."""
    return Reply(document, status, {"etag": tag_of(document)})


class Stocked(Goods):
    """What came in, and what is left of it."""

    def __init__(self) -> None:
        super().__init__()
        self._next = 9000
        self.receivers: dict[int, dict[str, Any]] = {}
        self.receipts: dict[int, dict[str, Any]] = {}
        """Lines that were received, by their number: item, place, units, units that are left."""
        self.adjustments: dict[int, dict[str, Any]] = {}
        for key, (kind, status, owner, place, facts, lines) in copy.deepcopy(seed.RECEIVERS).items():
            self.new_receiver(key, kind, status, owner, place, facts, lines)
        for key, (place, notes, changes) in copy.deepcopy(seed.ADJUSTMENTS).items():
            self.adjust(key, place, notes, changes, self.made)

    def new_id(self) -> int:
        self._next += 1
        return self._next

    def sides(self, owner: int, place: int) -> dict[str, Any]:
        """Whose something is, and where."""
        shown = {"id": owner, "name": self.customers[owner]["companyInfo"].get("companyName", "")}
        return {
            "customerIdentifier": shown,
            "facilityIdentifier": {"id": place, "name": self.facilities[place]["name"]},
        }

    def named(self, item: int) -> dict[str, Any]:
        return {"id": item, "sku": self.items[item]["sku"]}

    def new_receiver(
        self, key: int, kind: int, status: int, owner: int, place: int, facts: dict[str, Any], lines: seed.Lines
    ) -> None:
        own = {
            "receiverId": key,
            "receiverType": kind,
            "status": status,
            "creationDate": self.made,
            "lastModifiedDate": self.made,
            **self.sides(owner, place),
        }
        shown = [self._line(key, number, item, units, more) for number, (item, units, more) in enumerate(lines)]
        document = {"readOnly": own, **facts, "_embedded": {f"{client.REL}inventory/receiveritem": shown}}
        self.receivers[key] = document
        if status == 1:
            for number, (item, units, more) in enumerate(lines):
                self.receive(key * 100 + number, item, place, units, document, more)

    def _line(self, key: int, number: int, item: int, units: int, more: dict[str, Any]) -> dict[str, Any]:
        own: dict[str, Any] = {"receiveItemId": key * 100 + number}
        if "expected" in more:
            own["expectedQty"] = more["expected"]
        kept = {name: value for name, value in more.items() if name not in ("expected", "location")}
        return {"readOnly": own, "itemIdentifier": self.named(item), "qty": units, **kept}

    def receive(
        self, key: int, item: int, place: int, units: int, receiver: dict[str, Any], more: dict[str, Any]
    ) -> None:
        self.receipts[key] = {
            "item": item,
            "place": place,
            "units": units,
            "left": units,
            "since": receiver.get("arrivalDate", self.made),
            "more": more,
        }

    def adjust(self, key: int, place: int, notes: str, changes: dict[int, int], moment: str) -> None:
        """Adds units to the first receipts of items, or takes them from there."""
        receipts = {}
        for item, units in changes.items():
            receipts[next(number for number, held in self.receipts.items() if held["item"] == item)] = units
        facts = {"referenceNum": f"ADJ-{key}", "notes": notes}
        self.new_adjustment(key, self.owner(next(iter(changes))), place, facts, receipts, moment)

    def new_adjustment(
        self, key: int, owner: int, place: int, facts: dict[str, Any], changes: dict[int, int], moment: str
    ) -> None:
        """Adds units to receipts, or takes them."""
        lines = []
        for receipt, units in changes.items():
            held = self.receipts[receipt]
            held["left"] += units
            lines.append({"receiveItemId": receipt, "itemIdentifier": self.named(held["item"]), "qty": units})
        own = {
            "adjustmentId": key,
            "status": 1,
            "subType": 0,
            "processDate": moment,
            "creationDate": moment,
            "lastModifiedDate": moment,
            **self.sides(owner, place),
        }
        self.adjustments[key] = {"readOnly": own, **facts, "_embedded": {"item": lines}}

    def entries(self) -> list[str]:
        """Ids of the ledger."""
        return [
            f"{key}-{line['receiveItemId']}" for key, a in self.adjustments.items() for line in a["_embedded"]["item"]
        ]

    def promised(self) -> Counter[int]:
        """Units of receipts that are promised to open orders."""
        raise NotImplementedError

    def waiting(self) -> Counter[tuple[int, int]]:
        """Units of items in facilities that open orders still have to be promised."""
        raise NotImplementedError

    def crowd_stock(self) -> None:
        """Lists of several pages of everything that is received, adjusted, or left."""
        for key in range(10001, 10003 + client.RECEIVERS_PER_PAGE):
            self.new_receiver(key, 0, 0, seed.GARDEN, seed.EAST, {"referenceNum": f"IN-{key}"}, [(seed.SEEDS, 1, {})])
            self.new_receiver(
                key + 1000, 1, 0, seed.GARDEN, seed.EAST, {"referenceNum": f"R-{key}"}, [(seed.SEEDS, 1, {})]
            )
            self.adjust(key + 2000, seed.EAST, f"Count {key}", {seed.SEEDS: 1}, self.made)
        for number in range(client.STOCK_PER_PAGE + 3):
            more = {"qualifier": f"Q{number}", "location": 303}
            self.receive(2_000_000 + number, 2001, seed.EAST, 1, {}, more)

    def touch_receiver(self, key: int, **facts: Any) -> None:
        self.receivers[key] |= facts
        self.receivers[key]["readOnly"]["lastModifiedDate"] = self.text(self.now)

    @serves("GET", "/inventory/receivers")
    def list_receivers(self, call: Call) -> Any:
        wanted = call.query.get("receivertype")
        if wanted not in (None, "0", "1", "2"):
            raise SpecificationViolation(f"this fake has no receivers of type {wanted}")
        kinds = [item for item in self.receivers.values() if wanted in (None, str(item["readOnly"]["receiverType"]))]
        if (call.query.get("detail"), call.query.get("itemdetail")) != ("All", "All"):
            kinds = [{name: value for name, value in item.items() if name != "_embedded"} for item in kinds]
        return lists.hal("inventory/receiver", *lists.page(call, kinds, 500))

    @serves("GET", "/inventory/receivers/{receiverId}")
    def one_receiver(self, call: Call) -> Reply:
        found = self.receivers.get(call.params["receiverId"])
        return refusal(404, "DoesNotExist", "There is no such receiver") if found is None else tagged(found)

    @serves("POST", "/inventory/receivers")
    def add_receiver(self, call: Call) -> Reply:
        body, key = call.body, self.new_id()
        owner, place = body["customerIdentifier"]["id"], body["facilityIdentifier"]["id"]
        if owner not in self.customers or place not in self.facilities:
            return refusal(400, "DoesNotExist", "A customer or facility does not exist", ModelType="ReceiverCreate")
        lines: seed.Lines = []
        for line in body["receiveItems"]:
            item = self.find_item(owner, line["itemIdentifier"])
            if item is None:
                wrong = [{"Name": "ItemIdentifier", "Value": line["itemIdentifier"]["sku"]}]
                return refusal(400, "DoesNotExist", "The item does not exist", Properties=wrong)
            lines.append((item, line["qty"], {}))
        facts = {
            name: value for name, value in body.items() if name not in (*CUSTOMER_FACTS, "receiveItems", "isReturn")
        }
        self.new_receiver(key, 1 if body.get("isReturn") else 2, 0, owner, place, facts, lines)
        made = self.receivers[key]["readOnly"]
        made["creationDate"] = made["lastModifiedDate"] = self.text(self.now)
        return tagged(self.receivers[key], 201)

    def find_item(self, owner: int, identifier: dict[str, Any]) -> int | None:
        """The item of a customer that an id or a SKU names."""
        for item in self.items_of(owner):
            if (
                identifier.get("id", item["itemId"]) == item["itemId"]
                and identifier.get("sku", item["sku"]) == item["sku"]
            ):
                return int(item["itemId"])
        return None

    @serves("GET", "/inventory/adjustments")
    def list_adjustments(self, call: Call) -> Any:
        return lists.hal("inventory/adjustment", *lists.page(call, list(self.adjustments.values()), 500))

    @serves("GET", "/inventory/stocksummaries")
    def list_summaries(self, call: Call) -> Any:
        if "sort" in call.query:
            raise SpecificationViolation("stock summaries cannot be sorted")
        shown, total = lists.page(call, self._summaries(), 500)
        return {"totalResults": total, "summaries": shown}

    def _summaries(self) -> list[dict[str, Any]]:
        groups: dict[tuple[int, str, int], list[int]] = {}
        for key, held in self.receipts.items():
            groups.setdefault((held["item"], held["more"].get("qualifier", ""), held["place"]), []).append(key)
        taken, waiting = self.promised(), self.waiting()
        return [self._summary(*group, keys, taken, waiting[group[0], group[2]]) for group, keys in groups.items()]

    def _summary(
        self, item: int, qualifier: str, place: int, keys: list[int], taken: Counter[int], waiting: int
    ) -> dict[str, Any]:
        held = [self.receipts[key] for key in keys]
        free = [key for key in keys if not self.receipts[key]["more"].get("onHold")]
        onhand, total = sum(one["left"] for one in held), sum(one["units"] for one in held)
        promised = sum(taken[key] for key in keys)
        return {
            "itemIdentifier": self.named(item),
            "qualifier": qualifier,
            "totalReceived": total,
            "allocated": promised + total - onhand,
            "available": sum(self.receipts[key]["left"] - taken[key] for key in free),
            "onHold": sum(one["left"] for one in held if one["more"].get("onHold")),
            "onHand": onhand,
            "orderedNotAllocated": waiting,
            "facilityId": place,
        }

    @serves("GET", "/inventory/stockdetails")
    def list_details(self, call: Call) -> Any:
        owner, place = call.query["customerid"], call.query["facilityid"]
        taken = self.promised()
        shown = [
            self._detail(key, held, taken[key])
            for key, held in self.receipts.items()
            if held["place"] == place and self.owner(held["item"]) == owner
        ]
        return lists.hal("item", *lists.page(call, shown, 500))

    def _detail(self, key: int, held: dict[str, Any], taken: int) -> dict[str, Any]:
        spot, more = held["more"].get("location"), held["more"]
        shown = {
            "receiveItemId": key,
            "itemIdentifier": self.named(held["item"]),
            "received": held["units"],
            "available": held["left"] - taken,
            "isOnHold": more.get("onHold", False),
            "onHand": held["left"],
            "receivedDate": held["since"],
        }
        shown |= {name: more[name] for name in ("lotNumber", "expirationDate", "qualifier") if name in more}
        if spot is not None:
            place = {"id": held["place"], "name": self.facilities[held["place"]]["name"]}
            name = self.locations[spot].get("name", "")
            shown["locationIdentifier"] = {"id": spot, "nameKey": {"facilityIdentifier": place, "name": name}}
        return shown

    def yesterday(self) -> str:
        return self.text(self.now - timedelta(days=1))
