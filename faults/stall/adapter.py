"""A small warehouse system: goods and orders by change, kits as a whole, and writes that can be asked about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import Adjustment, Tags, WriteBody, vendor_only
from crossdock.contract.values import timestamp_text
from crossdock.contract.wms import inventory, orders, products
from crossdock.integrations.kit.adapter import (
    Adapter,
    Applied,
    Attempt,
    Incremental,
    NotApplied,
    Page,
    Settlement,
    Snapshot,
    VendorMessage,
    Window,
    Written,
    implements,
    settles,
)
from crossdock.integrations.kit.auth import Credentials, bearer, credential
from crossdock.integrations.kit.budget import Budget
from crossdock.integrations.kit.client import segment
from crossdock.integrations.kit.transport import VendorAnswer

REQUESTS, PER_SECONDS = 24, 2.0
"""What the metered stall allows."""


class StallCredentials(Credentials, kw_only=True, frozen=True):
    """Where a stall answers, and its key."""

    url: Annotated[str, credential("Address", "Where the stall answers.")]
    key: Annotated[str, credential("Key", "From its owner.", secret=True)]


class Thing(msgspec.Struct, frozen=True):
    """A good, a kit or an order of the stall."""

    id: str
    name: str
    made: datetime
    changed: datetime
    onhand: int = 0
    client: str = ""


class Things(msgspec.Struct, frozen=True):
    """A page, what is gone, and the place to go on from."""

    found: list[Thing]
    gone: list[str] = []
    next: str | None = None


class Problem(msgspec.Struct, frozen=True):
    """A refusal."""

    message: str


class AdjustInventory(WriteBody, kw_only=True):
    """A change of stock."""

    quantity: Annotated[int, Meta(ge=0)]
    adjustment_type: Adjustment
    note: Annotated[str | UnsetType, vendor_only("Written into the stall's journal.")] = UNSET


class CreateOrder(WriteBody, kw_only=True):
    """A new order."""

    reference_id: str
    order_number: str
    trackstar_tags: Tags | UnsetType = UNSET


class Stall(Adapter):
    """Everything it does can be asked about by the reference of the write."""

    slug = "stall"
    display_name = "Stall"
    vertical = "wms"
    description = "A warehouse system of the fault rounds."
    docs_url = ""
    auth = bearer("key")
    credentials_type = StallCredentials

    @property
    def base_url(self) -> str:
        return str(self.credentials.url)

    async def check(self) -> dict[str, Any]:
        await self.client.get("/account")
        return {}

    def read_error(self, answer: VendorAnswer) -> VendorMessage | None:
        try:
            return VendorMessage(msgspec.json.decode(answer.body, type=Problem).message)
        except msgspec.DecodeError:
            return None

    @implements(inventory.GET_INVENTORY, mode=Incremental(by="since"))
    async def get_inventory(self, window: Window) -> AsyncIterator[Page[inventory.InventoryItem]]:
        async for page in self._walk("goods", window):
            yield Page([good(thing) for thing in page.found], page.next, page.gone)

    @implements(orders.GET_ORDERS, mode=Incremental(by="since"))
    async def get_orders(self, window: Window) -> AsyncIterator[Page[orders.Order]]:
        async for page in self._walk("orders", window):
            yield Page([order(thing) for thing in page.found], page.next)

    @implements(products.GET_PRODUCTS, mode=Snapshot(because="the stall does not say which kits have changed"))
    async def get_products(self, window: Window) -> AsyncIterator[Page[products.Product]]:
        async for page in self._walk("kits", Window(None, window.end, window.cursor)):
            yield Page([kit(thing) for thing in page.found], page.next)

    async def _walk(self, kind: str, window: Window) -> AsyncIterator[Things]:
        since = None if window.start is None else timestamp_text(window.start)
        after = window.cursor or ""
        while True:
            page: Things = (await self.client.get(f"/{kind}", {"after": after, "since": since})).json(Things)
            yield page
            if page.next is None:
                return
            after = page.next

    @implements(inventory.ADJUST_INVENTORY, AdjustInventory)
    async def adjust_inventory(self, inventory_id: str, body: AdjustInventory) -> Written[inventory.InventoryItem]:
        change = body.quantity if body.adjustment_type == "increase" else -body.quantity
        sent = {"reference": self.reference, "good": inventory_id, "change": change, "client": body.note or ""}
        return Written(good((await self.client.post("/adjustments", sent)).json(Thing)))

    @settles(inventory.ADJUST_INVENTORY)
    async def settle_adjust_inventory(self, attempt: Attempt) -> Settlement:
        thing = await self._asked(attempt)
        return NotApplied() if thing is None else Applied(good(thing))

    @implements(orders.CREATE_ORDER, CreateOrder)
    async def create_order(self, body: CreateOrder) -> orders.Order:
        sent = {"reference": self.reference, "client": body.reference_id, "name": body.order_number}
        return order((await self.client.post("/orders", sent)).json(Thing))

    @settles(orders.CREATE_ORDER)
    async def settle_create_order(self, attempt: Attempt) -> Settlement:
        thing = await self._asked(attempt)
        return NotApplied() if thing is None else Applied(order(thing))

    async def _asked(self, attempt: Attempt) -> Thing | None:
        """What a write has made or changed; None when it never took effect."""
        answer = await self.client.get(f"/effects/{segment(attempt.reference)}", allow=frozenset({404}))
        return None if answer.status == 404 else answer.json(Thing)


class MeteredStall(Stall):
    """A stall that publishes how many requests it takes."""

    slug = "metered-stall"
    display_name = "Metered Stall"
    budget = Budget(REQUESTS, PER_SECONDS, "faults/vendor.py")


def good(thing: Thing) -> inventory.InventoryItem:
    return inventory.InventoryItem(
        id=thing.id,
        created_date=thing.made,
        updated_date=thing.changed,
        name=thing.name,
        sku=thing.name,
        awaiting=0,
        onhand=thing.onhand,
        committed=0,
        unfulfillable=0,
        fulfillable=thing.onhand,
        sellable=thing.onhand,
    )


def order(thing: Thing) -> orders.Order:
    return orders.Order(
        id=thing.id,
        created_date=thing.made,
        updated_date=thing.changed,
        reference_id=thing.client or thing.id,
        order_number=thing.name,
        status="open",
        raw_status="open",
    )


def kit(thing: Thing) -> products.Product:
    return products.Product(
        id=thing.id, created_date=thing.made, updated_date=thing.changed, name=thing.name, sku=thing.name, is_kit=True
    )
