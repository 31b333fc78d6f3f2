"""Depot: a small warehouse system that only these tests know. Its server is `tests/api/depot_server.py`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import Adjustment, Tags, WriteBody, vendor_only
from crossdock.contract.values import timestamp_text
from crossdock.contract.wms import inventory, products
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
from crossdock.integrations.kit.client import segment
from crossdock.integrations.kit.transport import VendorAnswer


class DepotCredentials(Credentials, kw_only=True, frozen=True):
    """Where a depot answers, and its key."""

    url: Annotated[str, credential("Address", "Where the depot answers.")]
    key: Annotated[str, credential("Key", "From its settings page.", secret=True)]


class DepotItem(msgspec.Struct, frozen=True):
    """A good on the depot's shelves."""

    id: str
    sku: str
    onhand: int
    made: datetime
    changed: datetime
    customer: str | None = None
    active: bool = True


class DepotPage(msgspec.Struct, frozen=True):
    """Goods, and the number of the next page."""

    items: list[DepotItem]
    removed: list[str] = []
    next: int | None = None


class DepotProblem(msgspec.Struct, frozen=True):
    """A refusal."""

    message: str
    code: str


class AdjustInventory(WriteBody, kw_only=True):
    """A change of stock. The depot has one warehouse and no bins, so a location has no effect."""

    quantity: Annotated[int, Meta(ge=0)]
    adjustment_type: Adjustment
    location_id: str | UnsetType = UNSET
    note: Annotated[str | UnsetType, vendor_only("Written into the depot's journal.")] = UNSET


class CreateKit(WriteBody, kw_only=True):
    """A new kit."""

    sku: str
    name: str | UnsetType = UNSET
    trackstar_tags: Tags | UnsetType = UNSET


class UpdateKit(WriteBody, kw_only=True):
    """A new SKU of a kit."""

    sku: str


class Depot(Adapter):
    """A system that can be asked about an adjustment by its reference, but not about a kit."""

    slug = "depot"
    display_name = "Depot"
    vertical = "wms"
    description = "A warehouse system of the tests."
    docs_url = ""
    auth = bearer("key")
    credentials_type = DepotCredentials

    @property
    def base_url(self) -> str:
        return str(self.credentials.url)

    async def check(self) -> dict[str, Any]:
        await self.client.get("/account")
        return {"depot": "north"}

    def read_error(self, answer: VendorAnswer) -> VendorMessage | None:
        try:
            problem = msgspec.json.decode(answer.body, type=DepotProblem)
        except msgspec.DecodeError:
            return None
        return VendorMessage(problem.message, problem.code)

    @implements(inventory.GET_INVENTORY, mode=Incremental(by="since"))
    async def get_inventory(self, window: Window) -> AsyncIterator[Page[inventory.InventoryItem]]:
        since = None if window.start is None else timestamp_text(window.start)
        number = int(window.cursor or 0)
        while True:
            answer = await self.client.get("/items", {"page": number, "since": since})
            page: DepotPage = answer.json(DepotPage)
            following = None if page.next is None else str(page.next)
            yield Page([_item(entry) for entry in page.items], following, page.removed)
            if page.next is None:
                return
            number = page.next

    @implements(products.GET_PRODUCTS, mode=Snapshot(because="the depot does not say what has changed"))
    async def get_products(self, window: Window) -> AsyncIterator[Page[products.Product]]:
        answer = await self.client.get("/kits")
        yield Page([_kit(entry) for entry in answer.json(list[DepotItem])])

    @implements(inventory.ADJUST_INVENTORY, AdjustInventory)
    async def adjust_inventory(self, inventory_id: str, body: AdjustInventory) -> Written[inventory.InventoryItem]:
        change = body.quantity if body.adjustment_type == "increase" else -body.quantity
        sent = {"reference": self.reference, "item": inventory_id, "change": change}
        answer = await self.client.post("/adjustments", sent)
        unused = () if body.location_id is UNSET else ("location_id",)
        return Written(_item(answer.json(DepotItem)), unused)

    @settles(inventory.ADJUST_INVENTORY)
    async def settle_adjust_inventory(self, attempt: Attempt) -> Settlement:
        answer = await self.client.get(f"/adjustments/{segment(attempt.reference)}", allow=frozenset({404}))
        return NotApplied() if answer.status == 404 else Applied(_item(answer.json(DepotItem)))

    @implements(products.CREATE_KIT, CreateKit)
    async def create_kit(self, body: CreateKit) -> products.Product:
        answer = await self.client.post("/kits", {"sku": body.sku})
        return _kit(answer.json(DepotItem))

    @implements(products.UPDATE_KIT, UpdateKit)
    async def update_kit(self, kit_id: str, body: UpdateKit) -> products.Product:
        answer = await self.client.put(f"/kits/{segment(kit_id)}", {"sku": body.sku})
        return _kit(answer.json(DepotItem))


def _item(entry: DepotItem) -> inventory.InventoryItem:
    return inventory.InventoryItem(
        id=entry.id,
        warehouse_customer_id=entry.customer,
        created_date=entry.made,
        updated_date=entry.changed,
        name=entry.sku.title(),
        sku=entry.sku or None,
        active=entry.active,
        awaiting=0,
        onhand=entry.onhand,
        committed=0,
        unfulfillable=0,
        fulfillable=entry.onhand,
        sellable=entry.onhand,
    )


def _kit(entry: DepotItem) -> products.Product:
    return products.Product(
        id=entry.id,
        created_date=entry.made,
        updated_date=entry.changed,
        name=entry.sku,
        sku=entry.sku,
        is_kit=True,
    )
