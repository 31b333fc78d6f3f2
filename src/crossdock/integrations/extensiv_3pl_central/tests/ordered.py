"""Orders in the fake: stock is promised to them, and leaves when they are confirmed."""

from __future__ import annotations

import copy
from collections import Counter
from datetime import datetime
from typing import Any

from crossdock.integrations.extensiv_3pl_central import client
from crossdock.integrations.extensiv_3pl_central.tests import lists, seed
from crossdock.integrations.extensiv_3pl_central.tests.goods import ZONE, refusal
from crossdock.integrations.extensiv_3pl_central.tests.stocked import CUSTOMER_FACTS, Stocked
from crossdock.integrations.kit.fake import Call, Reply, SpecificationViolation, serves

LINES = f"{client.REL}orders/item"


class Ordered(Stocked):
    """What is to be sent, and what has left."""

    def __init__(self) -> None:
        self.orders: dict[int, dict[str, Any]] = {}
        self.versions: dict[int, int] = {}
        super().__init__()
        for key, (owner, place, facts, lines) in copy.deepcopy(seed.ORDERS).items():
            self.new_order(key, owner, place, facts, lines, self.made)
        self._leave(702, self.yesterday(), None)
        content = {"packageContentId": 1, "packageId": 81, "orderItemId": 70200, "qty": 2, "lotNumber": "L-7"}
        self.orders[702]["readOnly"]["packages"] = [
            {
                "packageId": 81,
                "packageDefIdentifier": {"id": 3, "name": "12x9x4"},
                "trackingNumber": "1Z999AA10123456784",
                "length": 12,
                "width": 9,
                "height": 4,
                "weight": 1.5,
                "packageContents": [content],
            }
        ]
        self._call_off(703)

    def new_order(
        self, key: int, owner: int, place: int, facts: dict[str, Any], lines: dict[int, int], moment: str
    ) -> None:
        shown = [self._order_line(key * 100 + at, place, *line) for at, line in enumerate(lines.items())]
        own = {
            "orderId": key,
            "status": 0,
            "isClosed": False,
            "pickStarted": False,
            "packStarted": False,
            "fullyAllocated": all(line["readOnly"]["fullyAllocated"] for line in shown),
            "creationDate": moment,
            "lastModifiedDate": moment,
            **self.sides(owner, place),
        }
        self.orders[key] = {"readOnly": own, **facts, "_embedded": {LINES: shown}}
        self.versions[key] = 1

    def _order_line(self, key: int, place: int, item: int, units: int) -> dict[str, Any]:
        """A line, with units of receipts that are free promised to it, or none when they do not suffice."""
        found, missing, taken = [], units, self.promised()
        for number, held in self.receipts.items():
            free = held["left"] - taken[number]
            if (held["item"], held["place"]) == (item, place) and not held["more"].get("onHold") and free > 0:
                found.append({"receiveItemId": number, "qty": min(free, missing)})
                missing -= found[-1]["qty"]
            if not missing:
                break
        own = {"orderItemId": key, "fullyAllocated": not missing, "allocations": [] if missing else found}
        return {"readOnly": own, "itemIdentifier": self.named(item), "qty": units}

    def lines(self, key: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.orders[key]["_embedded"][LINES]
        return found

    def _open(self) -> list[int]:
        return [key for key, order in self.orders.items() if order["readOnly"]["status"] == 0]

    def promised(self) -> Counter[int]:
        found: Counter[int] = Counter()
        for line in (line for key in self._open() for line in self.lines(key)):
            for part in line["readOnly"]["allocations"]:
                found[part["receiveItemId"]] += part["qty"]
        return found

    def waiting(self) -> Counter[tuple[int, int]]:
        found: Counter[tuple[int, int]] = Counter()
        for key in self._open():
            place = self.orders[key]["readOnly"]["facilityIdentifier"]["id"]
            for line in self.lines(key):
                if not line["readOnly"]["fullyAllocated"]:
                    found[line["itemIdentifier"]["id"], place] += line["qty"]
        return found

    def touch_order(self, key: int, **own: Any) -> None:
        self.orders[key]["readOnly"] |= {**own, "lastModifiedDate": self.text(self.now)}
        self.versions[key] += 1

    def _leave(self, key: int, moment: str, tracking: str | None) -> None:
        for line in self.lines(key):
            for part in line["readOnly"]["allocations"]:
                self.receipts[part["receiveItemId"]]["left"] -= part["qty"]
        if tracking is not None:
            self.orders[key]["routingInfo"] = {**self.orders[key].get("routingInfo", {}), "trackingNumber": tracking}
        self.touch_order(key, status=1, isClosed=True, processDate=moment, shipDate=moment)

    def _call_off(self, key: int) -> None:
        for line in self.lines(key):
            line["readOnly"] |= {"allocations": [], "fullyAllocated": False}
        self.touch_order(key, status=2, fullyAllocated=False)

    def crowd_orders(self) -> None:
        for key in range(20001, 20003 + client.ORDERS_PER_PAGE):
            facts = {"referenceNum": f"SO-{key}", "shipTo": {"name": f"Buyer {key}"}}
            self.new_order(key, seed.GARDEN, seed.EAST, facts, {seed.SEEDS: 1000}, self.made)

    def meddle(self) -> None:
        """Somebody else changes what is changed just before the next change arrives, once."""
        self.meddles = 1

    def _tag(self, key: int) -> str:
        return f'W/"{key}-{self.versions[key]}"'

    def _guard(self, call: Call) -> Reply | None:
        """What stands against a change of an order."""
        key = call.params["orderId"]
        if key not in self.orders:
            return refusal(404, "DoesNotExist", "There is no such order")
        if self.meddles:
            self.meddles -= 1
            self.orders[key]["shippingNotes"] = "Leave at the door"
            self.touch_order(key)
        if "if-match" not in call.headers:
            return refusal(428, "Required", "If-Match is required")
        if call.headers["if-match"] != self._tag(key):
            return refusal(412, "Conflict", "The resource was changed")
        codes = {1: "OrderConfirmed", 2: "OrderCanceled"}
        status = self.orders[key]["readOnly"]["status"]
        return refusal(403, codes[status], "The order is not open") if status in codes else None

    @serves("GET", "/orders")
    def list_orders(self, call: Call) -> Any:
        if (call.query.get("detail"), call.query.get("itemdetail")) != ("All", "All"):
            raise SpecificationViolation("without detail and itemdetail orders have no lines")
        return lists.hal("orders/order", *lists.page(call, list(self.orders.values()), 1000))

    @serves("GET", "/orders/{orderId}")
    def one_order(self, call: Call) -> Reply:
        key = call.params["orderId"]
        if key not in self.orders:
            return refusal(404, "DoesNotExist", "There is no such order")
        return Reply(self.orders[key], headers={"etag": self._tag(key)})

    @serves("POST", "/orders")
    def add_order(self, call: Call) -> Reply:
        body = call.body
        owner, place = body["customerIdentifier"]["id"], body["facilityIdentifier"]["id"]
        if owner not in self.customers or place not in self.facilities:
            return refusal(400, "DoesNotExist", "A customer or facility does not exist", ModelType="OrderCreate")
        same = [key for key, order in self.orders.items() if order.get("referenceNum") == body["referenceNum"]]
        if any(self.orders[key]["readOnly"]["customerIdentifier"]["id"] == owner for key in same):
            wrong = [{"Name": "ReferenceNum", "Value": body["referenceNum"]}]
            return refusal(400, "Duplicate", "The order exists", Properties=wrong)
        lines: dict[int, int] = {}
        for line in body["orderItems"]:
            item = self.find_item(owner, line["itemIdentifier"])
            if item is None:
                wrong = [{"Name": "ItemIdentifier", "Value": str(line["itemIdentifier"])}]
                return refusal(400, "DoesNotExist", "The item does not exist", Properties=wrong)
            lines[item] = lines.get(item, 0) + line["qty"]
        key = self.new_id()
        facts = {name: value for name, value in body.items() if name not in (*CUSTOMER_FACTS, "orderItems")}
        self.new_order(key, owner, place, facts, lines, self.text(self.now))
        return Reply(self.orders[key], 201, {"etag": self._tag(key)})

    @serves("PUT", "/orders/{orderId}")
    def change_order(self, call: Call) -> Reply:
        if (against := self._guard(call)) is not None:
            return against
        key, body = call.params["orderId"], call.body
        if body.get("_embedded") != self.orders[key]["_embedded"]:
            raise SpecificationViolation("nobody says what becomes of lines that are left out or changed")
        self.orders[key] = {**body, "readOnly": self.orders[key]["readOnly"]}
        self.touch_order(key)
        return Reply(self.orders[key], headers={"etag": self._tag(key)})

    @serves("POST", "/orders/{orderId}/canceler")
    def cancel(self, call: Call) -> Reply:
        if (against := self._guard(call)) is not None:
            return against
        self._call_off(call.params["orderId"])
        return Reply(None, 204)

    @serves("POST", "/orders/{orderId}/confirmer")
    def confirm(self, call: Call) -> Reply:
        if (against := self._guard(call)) is not None:
            return against
        key = call.params["orderId"]
        if not self.orders[key]["readOnly"]["fullyAllocated"]:
            return refusal(403, "NotFullyAllocated", "The order is not fully allocated")
        moment = call.body.get("confirmDate", self.text(self.now))
        if datetime.fromisoformat(moment).replace(tzinfo=ZONE) > self.now:
            return refusal(403, "DateInFuture", "ConfirmDate must not be in the future")
        self._leave(key, moment, call.body.get("trackingNumber"))
        return Reply(None, 204)
