"""Tryton as a warehouse system: products and kits, stock by location and batch, corrections of stock, warehouses."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import Adjustment, MeasurementsBody, WriteBody, choices, plain_text, vendor_only
from crossdock.contract.errors import InvalidBody, NeedsReconnect, VendorRejected
from crossdock.contract.wms import inventory, products, warehouses
from crossdock.integrations.kit.adapter import (
    Adapter,
    Applied,
    Attempt,
    Incremental,
    NotApplied,
    Page,
    Runtime,
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
from crossdock.integrations.tryton import kits, mapping
from crossdock.integrations.tryton.adjustment import Adjustments, choose_place
from crossdock.integrations.tryton.client import Domain, TrytonAPI, typed
from crossdock.integrations.tryton.kits import CreateKit, UpdateKit
from crossdock.integrations.tryton.models import (
    KIT_MODULE,
    LOT_MODULE,
    MEASUREMENTS_MODULE,
    NewTemplate,
    TrytonComponentProduct,
    TrytonProduct,
    TrytonRow,
    TrytonUnit,
    TrytonWarehouse,
)
from crossdock.integrations.tryton.stock import StockReader, products_changed_since

PRODUCTS_AT_ONCE = 500
OVERLAP = timedelta(minutes=5)
"""Read again before the window: Tryton dates a change when its transaction begins, not when it becomes visible, and
its clock is not ours."""
STOCKED: Domain = [["type", "=", "goods"]]
LISTED: Domain = [["type", "in", ["goods", "kit"]]]
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.S)


class TrytonCredentials(Credentials, kw_only=True, frozen=True):
    """Where Tryton is, and the key of a user of it."""

    base_url: Annotated[
        str,
        credential("Server address", "Where your Tryton server answers.", example="https://tryton.example.com"),
    ]
    database: Annotated[str, credential("Database", "Name of the Tryton database.", example="production")]
    application_key: Annotated[
        str,
        credential(
            "Application key",
            "Key of a user application of type REST API. The user needs a current company and the groups Stock and "
            "Product Administration.",
            secret=True,
        ),
    ]


class AdjustInventory(WriteBody, kw_only=True):
    """A change of stock, made as an inventory document in Tryton."""

    quantity: Annotated[int, Meta(ge=1)]
    adjustment_type: Adjustment
    warehouse_id: Annotated[str, choices("warehouses")]
    location_id: Annotated[
        str | UnsetType,
        Meta(
            description="Storage location to change the stock in. Left out, units are added where the warehouse picks "
            "or stores, and taken from there or from the location that holds most."
        ),
    ] = UNSET
    lot_id: Annotated[
        str | UnsetType,
        vendor_only("Batch to change the stock of; required for goods that are kept in batches."),
    ] = UNSET


class _ErrorBody(msgspec.Struct):
    """The answer to a user error: what a person would read in Tryton's client."""

    message: str
    description: str = ""


class Tryton(Adapter):
    slug = "tryton"
    display_name = "Tryton"
    vertical = "wms"
    description = "Open-source business software with stock, lots and kits, for companies of any size."
    docs_url = "https://docs.tryton.org/latest/server/topics/user_application.html"
    auth = bearer("application_key")
    credentials_type = TrytonCredentials
    credentials: TrytonCredentials

    def __init__(self, credentials: TrytonCredentials, runtime: Runtime) -> None:
        super().__init__(credentials, runtime)
        self._api = TrytonAPI(self.client)
        self._stock = StockReader(self._api)

    @property
    def base_url(self) -> str:
        return f"{self.credentials.base_url.rstrip('/')}/{segment(self.credentials.database)}"

    async def check(self) -> dict[str, Any]:
        try:
            preferences = await self._api.preferences()
        except VendorRejected as error:
            # Without the database there is no route, whatever the key.
            if error.status not in (404, 405):
                raise
            database = self.credentials.database
            raise NeedsReconnect(f"There is no Tryton database called {database} at this address.") from error
        await self._require_company()
        await self._api.search("stock.move", TrytonRow, [], limit=1)
        return {"company": preferences.company_name, "database": self.credentials.database}

    def read_error(self, answer: VendorAnswer) -> VendorMessage | None:
        """User errors are JSON; everything else is a page of HTML with one paragraph of text."""
        if answer.headers.get("content-type", "").startswith("application/json"):
            found: _ErrorBody = answer.json(_ErrorBody)
            return VendorMessage("\n".join(text for text in (found.message, found.description) if text))
        paragraph = _PARAGRAPH.search(answer.body.decode(errors="replace"))
        return VendorMessage(html.unescape(paragraph[1]).strip()) if paragraph else None

    # Reads

    @implements(products.GET_PRODUCTS, mode=Incremental(by="last_modified_at"))
    async def get_products(self, window: Window) -> AsyncIterator[Page[products.Product]]:
        await self._require_company()
        domain = list(LISTED)
        if window.start is not None:
            domain.append(products_changed_since(window.start - OVERLAP, await self._api.modules()))
        walk = self._api.walk("product.product", TrytonProduct, domain, after=window.cursor, size=PRODUCTS_AT_ONCE)
        async for rows, cursor in walk:
            yield Page([mapping.product(row, self._url(row)) for row in rows], cursor)

    @implements(
        inventory.GET_INVENTORY,
        # Deleting leaves no trace that a key could read.
        mode=Incremental(by="last_modified_at of stock.move, products and lots", full_every=timedelta(days=1)),
    )
    async def get_inventory(self, window: Window) -> AsyncIterator[Page[inventory.InventoryItem]]:
        await self._require_company()
        if window.start is None:
            walk = self._api.walk("product.product", TrytonProduct, STOCKED, after=window.cursor, size=PRODUCTS_AT_ONCE)
            async for rows, cursor in walk:
                yield Page(await self._items(rows), cursor)
            return
        since = window.start - OVERLAP
        changed = await self._stock.changed_since(since, self.now().date())
        domain = [*STOCKED, products_changed_since(since, await self._api.modules())]
        changed |= {row.id for row in await self._api.every("product.product", TrytonRow, domain)}
        left = sorted(number for number in changed if number > int(window.cursor or 0))
        for first in range(0, len(left), PRODUCTS_AT_ONCE):
            numbers = left[first : first + PRODUCTS_AT_ONCE]
            wanted: Domain = [*STOCKED, ["id", "in", numbers]]
            rows = await self._api.search("product.product", TrytonProduct, wanted)
            cursor = str(numbers[-1]) if numbers[-1] != left[-1] else None
            yield Page(await self._items(rows), cursor)

    @implements(warehouses.GET_WAREHOUSES, mode=Incremental(by="last_modified_at"))
    async def get_warehouses(self, window: Window) -> AsyncIterator[Page[warehouses.Warehouse]]:
        domain: Domain = [["type", "=", "warehouse"]]
        if window.start is not None:
            since = typed(window.start - OVERLAP)
            paths = ("", "address.")
            domain.append(["OR", *([f"{path}last_modified_at", ">=", since] for path in paths)])
        async for rows, cursor in self._api.walk("stock.location", TrytonWarehouse, domain, after=window.cursor):
            yield Page([mapping.warehouse(row) for row in rows], cursor)

    @implements(
        warehouses.GET_WAREHOUSE_LOCATIONS,
        mode=Snapshot(because="moving a zone to another warehouse moves everything below it without touching it"),
    )
    async def get_warehouse_locations(self, window: Window) -> AsyncIterator[Page[warehouses.WarehouseLocation]]:
        layout = await self._stock.layout()
        yield Page(
            [
                mapping.warehouse_location(layout.locations[number], warehouse)
                for number, warehouse in sorted(layout.warehouse_of.items())
                if number != warehouse
            ]
        )

    # Writes

    @implements(inventory.ADJUST_INVENTORY, AdjustInventory)
    async def adjust_inventory(self, inventory_id: str, body: AdjustInventory) -> inventory.InventoryItem:
        await self._require_company()
        row = await self._product(inventory_id, STOCKED)
        lot = await self._lot(row, plain_text(body.lot_id))
        delta = body.quantity if body.adjustment_type == "increase" else -body.quantity
        layout = await self._stock.layout()
        held = await self._stock.by_location(row.id, lot)
        place = choose_place(layout, body.warehouse_id, plain_text(body.location_id), held, delta)
        await Adjustments(self._api).change(row.id, lot, place, delta, self.reference)
        return (await self._items([row]))[0]

    @settles(inventory.ADJUST_INVENTORY)
    async def settle_adjust_inventory(self, attempt: Attempt) -> Settlement:
        row = await self._product(attempt.ids[0], STOCKED)
        if not await Adjustments(self._api).was_applied(row.id, attempt.sent_at, attempt.reference):
            return NotApplied()
        return Applied((await self._items([row]))[0])

    @implements(products.CREATE_KIT, CreateKit)
    async def create_kit(self, body: CreateKit) -> Written[products.Product]:
        await self._require_kits()
        size, unused = await self._measurements(body)
        parts = kits.components(body.inventory_items, await self._component_products(body.inventory_items))
        values = kits.new_kit(body, parts, size, await self._units())
        made = await self._api.create("product.template", values, NewTemplate, "products")
        row = await self._product(str(made.products[0]), LISTED)
        return Written(mapping.product(row, self._url(row)), unused)

    @settles(products.CREATE_KIT)
    async def settle_create_kit(self, attempt: Attempt) -> Settlement:
        """Codes of active products are unique, so a kit that is as asked under this SKU is the one, or as good."""
        domain: Domain = [["type", "=", "kit"], ["code", "=", attempt.body.sku], ["active", "=", True]]
        rows = await self._api.search("product.product", TrytonProduct, domain)
        return self._settled_kit(attempt, rows)

    @implements(products.UPDATE_KIT, UpdateKit)
    async def update_kit(self, kit_id: str, body: UpdateKit) -> Written[products.Product]:
        await self._require_kits()
        row = await self._kit(kit_id)
        size, unused = await self._measurements(body)
        parts = []
        if body.inventory_items is not UNSET:
            parts = kits.components(body.inventory_items, await self._component_products(body.inventory_items))
        units = {} if size is UNSET else await self._units()
        values = kits.changed_kit(body, row, parts, size, units)
        if values:
            await self._api.update("product.template", row.template.id, values)
        row = await self._kit(kit_id)
        return Written(mapping.product(row, self._url(row)), unused)

    @settles(products.UPDATE_KIT)
    async def settle_update_kit(self, attempt: Attempt) -> Settlement:
        """Writing the same state once more changes nothing, so a kit that is not as asked may be written again."""
        return self._settled_kit(attempt, [await self._kit(attempt.ids[0])])

    # What the actions share

    async def _require_company(self) -> None:
        """Tryton answers every stock as zero to a user who works for no company, so nothing may be read then."""
        if await self._api.company() is None:
            raise NeedsReconnect("The Tryton user of this key has no current company, so it cannot see any stock.")

    async def _require_kits(self) -> None:
        if KIT_MODULE not in await self._api.modules():
            raise VendorRejected(f"The module {KIT_MODULE} is not activated in this Tryton database.", status=409)

    def _url(self, row: TrytonProduct) -> str:
        """The page of the variant in Tryton's web client, written as Tryton writes it in its mails."""
        server = self.credentials.base_url.rstrip("/")
        return f"{server}/#{segment(self.credentials.database)}/model/product.product/{row.id}"

    async def _items(self, rows: Sequence[TrytonProduct]) -> list[inventory.InventoryItem]:
        layout = await self._stock.layout()
        stock = await self._stock.of([row.id for row in rows])
        today = self.now().date()
        return [mapping.inventory_item(row, stock[row.id], layout, today, self._url(row)) for row in rows]

    async def _product(self, number: str, kinds: Domain) -> TrytonProduct:
        domain: Domain = [["id", "=", mapping.record_id(number)], *kinds]
        rows = await self._api.search("product.product", TrytonProduct, domain)
        if not rows:
            raise VendorRejected(f"Tryton has no such product: {number}", status=404)
        return rows[0]

    async def _kit(self, number: str) -> TrytonProduct:
        row = await self._product(number, LISTED)
        if row.type != "kit":
            raise InvalidBody.field("kit_id", "That product is not a kit.", "path")
        return row

    async def _lot(self, row: TrytonProduct, given: str | None) -> int | None:
        """The batch to count. Units counted without one would belong to none, so goods in batches need it."""
        if given is not None:
            lot = mapping.record_id(given)
            domain: Domain = [["product", "=", row.id], ["id", "=", lot]]
            if LOT_MODULE in await self._api.modules() and await self._api.search("stock.lot", TrytonRow, domain):
                return lot
            raise InvalidBody.field("lot_id", "The item has no such batch.")
        if row.lot_required or await self._stock.has_lots(row.id):
            raise InvalidBody.field("lot_id", "This item is kept in batches; name the one to change.")
        return None

    async def _component_products(self, items: Sequence[kits.KitItem]) -> dict[str, TrytonComponentProduct]:
        numbers = sorted({mapping.record_id(item.inventory_item_id) for item in items})
        domain: Domain = [*STOCKED, ["id", "in", numbers]]
        rows = await self._api.search("product.product", TrytonComponentProduct, domain)
        return {str(row.id): row for row in rows}

    async def _units(self) -> dict[str, int]:
        """Ids of the units of measure that every Tryton has, by their fixed names."""
        rows = await self._api.every("product.uom", TrytonUnit, [])
        return {row.xml_id: row.id for row in rows if row.xml_id}

    async def _measurements(self, body: CreateKit | UpdateKit) -> tuple[MeasurementsBody | UnsetType, list[str]]:
        """The measurements to write, none where Tryton has no fields for them, and the names of what is left out."""
        if body.measurements is UNSET or MEASUREMENTS_MODULE in await self._api.modules():
            return body.measurements, []
        return UNSET, ["measurements"]

    def _settled_kit(self, attempt: Attempt, rows: Sequence[TrytonProduct]) -> Settlement:
        for row in rows:
            if kits.is_as_asked(attempt.body, row):
                return Applied(mapping.product(row, self._url(row)))
        return NotApplied()
