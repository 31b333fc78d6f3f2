"""The depot as a server: real state, and faults on demand."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from crossdock.contract.values import timestamp_text
from tests.kit.loopback import Answer, Loopback, Received, http, serve

KEY = "depot-key"
HALF = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 400\r\n\r\n{"id": "it'
"""The beginning of an answer whose rest never comes."""
HTML = http(200, "<html>Down for maintenance</html>", "text/html")
NOTHING: Answer = None
"""The connection is closed without an answer."""


def refusal(status: int, message: str = "the depot says no", code: str = "NO", **headers: str) -> bytes:
    """A refusal in the depot's own words."""
    return http(status, json.dumps({"message": message, "code": code}), **headers)


@dataclass
class Fault:
    """What goes wrong with the next requests of one method and path."""

    method: str
    path: str
    answer: Answer = None
    applies: bool = False
    """Whether the request is carried out although its answer is not the usual one."""
    hold: asyncio.Event | None = None
    """Nothing is answered before this is set."""
    times: int = 1
    met: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class DepotServer:
    """The state of one depot."""

    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    kits: dict[str, dict[str, Any]] = field(default_factory=dict)
    applied: dict[str, str] = field(default_factory=dict)
    """Item by the reference of an adjustment that took effect."""
    effects: list[str] = field(default_factory=list)
    """Every effect in order; what a merchant would find on the shelves."""
    removed: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    page_size: int = 3
    loopback: Loopback = field(default_factory=lambda: Loopback(""))
    _holds: list[asyncio.Event] = field(default_factory=list)
    _under_way: set[asyncio.Task[Any]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return self.loopback.url

    @property
    def requests(self) -> list[str]:
        """Method and path of everything received, without the query."""
        return [f"{each.method} {each.path.partition('?')[0]}" for each in self.loopback.received]

    def stock(self, *ids: str, onhand: int = 10, **facts: Any) -> None:
        """Puts goods on the shelves, or changes them."""
        for identifier in ids:
            old = self.items.get(identifier, {"made": _now()})
            new = {"sku": f"sku {identifier}", "onhand": onhand, "changed": _now(), **facts}
            self.items[identifier] = {**old, "id": identifier, **new}

    def fail(self, method: str, path: str, answer: Answer = None, **facts: Any) -> Fault:
        """Lets the next request of this method and path go wrong."""
        fault = Fault(method, path, answer, **facts)
        if fault.hold is not None:
            self._holds.append(fault.hold)
        self.faults.append(fault)
        return fault

    async def respond(self, request: Received) -> Answer:
        task = asyncio.current_task()
        if task is not None:
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return await self._respond(request)

    async def let_go(self) -> None:
        """Answers whatever is held, so that nothing outlives the test."""
        for hold in self._holds:
            hold.set()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _respond(self, request: Received) -> Answer:
        path = unquote(urlsplit(request.path).path)
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}
        target = unquote(request.path)
        fault = next((one for one in self.faults if one.method == request.method and target.startswith(one.path)), None)
        if fault is None:
            return self._answer(request, path, query)
        fault.times -= 1
        if fault.times == 0:
            self.faults.remove(fault)
        usual = self._answer(request, path, query) if fault.applies else None
        fault.met.set()
        if fault.hold is not None:
            await fault.hold.wait()
            return usual if fault.answer is None else fault.answer
        return fault.answer

    def _answer(self, request: Received, path: str, query: dict[str, str]) -> bytes:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return refusal(401, "unknown key", "KEY")
        match request.method, path.strip("/").split("/"):
            case "GET", ["account"]:
                return http(200, "{}")
            case "GET", ["items"]:
                return self._page(query)
            case "GET", ["kits"]:
                return http(200, json.dumps(list(self.kits.values())))
            case "GET", ["adjustments", reference]:
                item = self.applied.get(reference)
                return http(200, json.dumps(self.items[item])) if item else refusal(404, "no such adjustment")
            case "POST", ["adjustments"]:
                return self._adjust(json.loads(request.body))
            case "POST", ["kits"]:
                return self._create_kit(json.loads(request.body)["sku"])
            case "PUT", ["kits", kit]:
                return self._rename_kit(str(kit), json.loads(request.body)["sku"])
        return refusal(404, "no such address")

    def _page(self, query: dict[str, str]) -> bytes:
        number, size, since = int(query["page"]), self.page_size, query.get("since", "")
        found = [item for item in self.items.values() if item["changed"] >= since]
        start = number * size
        following = number + 1 if start + size < len(found) else None
        page = {"items": found[start : start + size], "removed": self.removed, "next": following}
        return http(200, json.dumps(page))

    def _adjust(self, sent: dict[str, Any]) -> bytes:
        item = self.items.get(sent["item"])
        if item is None:
            return refusal(404, "no such item", "ITEM")
        if item["onhand"] + sent["change"] < 0:
            return refusal(422, "not enough on the shelf", "STOCK")
        self.stock(item["id"], onhand=item["onhand"] + sent["change"])
        self.applied[sent["reference"]] = item["id"]
        self.effects.append(f"{item['id']} {sent['change']:+d}")
        return http(200, json.dumps(self.items[item["id"]]))

    def _create_kit(self, sku: str) -> bytes:
        identifier = f"kit {len(self.kits)}"
        kit = {"id": identifier, "sku": sku, "onhand": 0, "made": _now(), "changed": _now()}
        self.kits[identifier] = kit
        self.effects.append(f"kit {sku}")
        return http(200, json.dumps(kit))

    def _rename_kit(self, kit: str, sku: str) -> bytes:
        self.kits[kit] |= {"sku": sku, "changed": _now()}
        self.effects.append(f"{kit} is now {sku}")
        return http(200, json.dumps(self.kits[kit]))


def _now() -> str:
    return timestamp_text(datetime.now(UTC))


@contextlib.asynccontextmanager
async def running_depot() -> AsyncIterator[DepotServer]:
    """A depot that answers on loopback."""
    depot = DepotServer()
    async with serve(depot.respond) as loopback:
        depot.loopback = loopback
        try:
            yield depot
        finally:
            await depot.let_go()
