"""The adapters of the sandbox: facts on top, then one short method an action."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from typing import Annotated, Any, ClassVar, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import Adjustment, BodyPart, MeasurementsBody, WriteBody, choices
from crossdock.contract.cart import products as cart_products
from crossdock.contract.cart import warehouses as cart_warehouses
from crossdock.contract.errors import UnexpectedShape
from crossdock.contract.records import Record
from crossdock.contract.values import timestamp_text
from crossdock.contract.wms import inventory, products, warehouses
from crossdock.integrations.kit.adapter import (
    Adapter,
    Applied,
    Attempt,
    BatchFailed,
    BatchWritten,
    Incremental,
    LineOutcome,
    NotApplied,
    Page,
    Settlement,
    VendorMessage,
    Window,
    implements,
    settles,
)
from crossdock.integrations.kit.auth import Credentials, bearer, credential
from crossdock.integrations.kit.client import segment
from crossdock.integrations.kit.paging import by_cursor
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.sandbox.cart import mapping as shop
from crossdock.integrations.sandbox.cart.models import (
    ShopLevelsSet,
    ShopProduct,
    ShopStockChange,
    ShopStockChanged,
    ShopWarehouse,
)
from crossdock.integrations.sandbox.mapping import given, signed
from crossdock.integrations.sandbox.models import SandboxAccount, SandboxPage, SandboxProblem
from crossdock.integrations.sandbox.wms import mapping as warehouse
from crossdock.integrations.sandbox.wms.models import (
    SandboxAdjusted,
    SandboxAdjustment,
    SandboxBin,
    SandboxItem,
    SandboxProduct,
    SandboxWarehouse,
)

R = TypeVar("R", bound=Record)
V = TypeVar("V")

PAGE_SIZE = 100
LOOK_BACK = timedelta(minutes=1)
"""The vendor stamps a change when it is made, but shows it only once it is stored; nothing takes longer than this."""
CHANGED = Incremental(by="changedSince")


class SandboxCredentials(Credentials, kw_only=True, frozen=True):
    """The key of a sandbox account."""

    api_key: Annotated[str, credential("API key", "Given when the sandbox is generated.", secret=True)]


class SandboxBase(Adapter):
    """What both products of the vendor have in common."""

    slug = "sandbox"
    # The vendor is described in README.md of this folder and nowhere else.
    docs_url = ""
    auth = bearer("api_key")
    credentials_type = SandboxCredentials
    in_process = "sandbox"
    root: ClassVar[str]
    """Where the addresses of the product begin."""

    @property
    def base_url(self) -> str:
        return "http://sandbox.internal"

    async def check(self) -> dict[str, Any]:
        answer = await self.client.get("/v1/account")
        account: SandboxAccount = answer.json(SandboxAccount)
        return {"account_id": account.id}

    def read_error(self, answer: VendorAnswer) -> VendorMessage | None:
        try:
            problem = msgspec.json.decode(answer.body, type=SandboxProblem)
        except msgspec.DecodeError:
            return None
        return VendorMessage(problem.message, problem.code)

    async def walk(
        self, name: str, kind: type[V], window: Window, convert: Callable[[V], Sequence[R]]
    ) -> AsyncIterator[Page[R]]:
        """The pages of a list. What was removed is named in the list itself."""
        since = None if window.start is None else timestamp_text(window.start - LOOK_BACK)

        async def fetch(after: str | None) -> tuple[list[SandboxPage[V]], str | None]:
            params = {"changedSince": since, "size": PAGE_SIZE, "after": after}
            answer = await self.client.get(f"{self.root}/{name}", params)
            page: SandboxPage[V] = answer.json(SandboxPage[kind])  # type: ignore[valid-type]
            return [page], page.next

        async for pages, following in by_cursor(fetch, start=window.cursor):
            for page in pages:
                records = [record for item in page.data for record in convert(item)]
                yield Page(records, following, page.removed)

    async def look_up(self, name: str, kind: type[V], **having: str) -> V | None:
        """The one entry of a list that has these values."""
        answer = await self.client.get(f"{self.root}/{name}", having)
        page: SandboxPage[V] = answer.json(SandboxPage[kind])  # type: ignore[valid-type]
        return page.data[0] if page.data else None


class AdjustInventory(WriteBody, kw_only=True):
    """A change of one item's stock in a warehouse. Without a location, the warehouse chooses where."""

    quantity: Annotated[int, Meta(ge=0)]
    adjustment_type: Adjustment
    warehouse_id: Annotated[str, choices("warehouses")]
    location_id: Annotated[str | UnsetType, choices("warehouse_locations")] = UNSET


class KitItem(BodyPart, kw_only=True):
    """A component of a kit. The SKU may be left out; when it is sent, it must be that item's."""

    inventory_item_id: Annotated[str, choices("inventory")]
    sku: str | UnsetType = UNSET
    unit_quantity: Annotated[int, Meta(ge=1, le=1_000_000)]


KitItems = Annotated[list[KitItem], Meta(min_length=1)]


class CreateKit(WriteBody, kw_only=True):
    """A new kit. Without a name it is called by its SKU."""

    sku: str
    name: str | UnsetType = UNSET
    gtin: str | UnsetType = UNSET
    measurements: MeasurementsBody | UnsetType = UNSET
    inventory_items: KitItems


class UpdateKit(WriteBody, kw_only=True):
    """New values of a kit; what is left out stays as it is, and the component list is replaced as a whole."""

    sku: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    gtin: str | UnsetType = UNSET
    measurements: MeasurementsBody | UnsetType = UNSET
    inventory_items: KitItems | UnsetType = UNSET


class Sandbox(SandboxBase):
    """The warehouse system."""

    display_name = "Sandbox"
    vertical = "wms"
    description = "A warehouse system to try things on: two warehouses with real state, filled with example data."
    root = "/v1/wms"

    @implements(warehouses.GET_WAREHOUSES, mode=CHANGED)
    async def get_warehouses(self, window: Window) -> AsyncIterator[Page[warehouses.Warehouse]]:
        async for page in self.walk("warehouses", SandboxWarehouse, window, _each(warehouse.to_warehouse)):
            yield page

    @implements(warehouses.GET_WAREHOUSE_LOCATIONS, mode=CHANGED)
    async def get_warehouse_locations(self, window: Window) -> AsyncIterator[Page[warehouses.WarehouseLocation]]:
        async for page in self.walk("bins", SandboxBin, window, _each(warehouse.to_location)):
            yield page

    @implements(inventory.GET_INVENTORY, mode=CHANGED)
    async def get_inventory(self, window: Window) -> AsyncIterator[Page[inventory.InventoryItem]]:
        async for page in self.walk("items", SandboxItem, window, _each(warehouse.to_inventory_item)):
            yield page

    @implements(products.GET_PRODUCTS, mode=CHANGED)
    async def get_products(self, window: Window) -> AsyncIterator[Page[products.Product]]:
        async for page in self.walk("products", SandboxProduct, window, _each(warehouse.to_product)):
            yield page

    @implements(inventory.ADJUST_INVENTORY, AdjustInventory)
    async def adjust_inventory(self, inventory_id: str, body: AdjustInventory) -> inventory.InventoryItem:
        adjustment = {
            "reference": self.reference,
            "itemId": inventory_id,
            "warehouseId": body.warehouse_id,
            "binId": body.location_id,
            "change": signed(body.quantity, body.adjustment_type),
        }
        answer = await self.client.post(f"{self.root}/adjustments", given(adjustment))
        adjusted: SandboxAdjusted = answer.json(SandboxAdjusted)
        return warehouse.to_inventory_item(adjusted.item)

    @settles(inventory.ADJUST_INVENTORY)
    async def settle_adjust_inventory(self, attempt: Attempt) -> Settlement:
        made = await self.look_up("adjustments", SandboxAdjustment, reference=attempt.reference)
        if made is None:
            return NotApplied()
        answer = await self.client.get(f"{self.root}/items/{segment(made.item_id)}")
        item: SandboxItem = answer.json(SandboxItem)
        return Applied(warehouse.to_inventory_item(item))

    @implements(products.CREATE_KIT, CreateKit)
    async def create_kit(self, body: CreateKit) -> products.Product:
        answer = await self.client.post(f"{self.root}/kits", self._kit(body))
        made: SandboxProduct = answer.json(SandboxProduct)
        return warehouse.to_product(made)

    @implements(products.UPDATE_KIT, UpdateKit)
    async def update_kit(self, kit_id: str, body: UpdateKit) -> products.Product:
        answer = await self.client.request("PATCH", f"{self.root}/kits/{segment(kit_id)}", json=self._kit(body))
        changed: SandboxProduct = answer.json(SandboxProduct)
        return warehouse.to_product(changed)

    @settles(products.CREATE_KIT)
    async def settle_create_kit(self, attempt: Attempt) -> Settlement:
        return await self._settle_kit(attempt)

    @settles(products.UPDATE_KIT)
    async def settle_update_kit(self, attempt: Attempt) -> Settlement:
        return await self._settle_kit(attempt)

    async def _settle_kit(self, attempt: Attempt) -> Settlement:
        """A kit names the references of every request that made or changed it."""
        found = await self.look_up("products", SandboxProduct, reference=attempt.reference)
        return NotApplied() if found is None else Applied(warehouse.to_product(found))

    def _kit(self, body: CreateKit | UpdateKit) -> dict[str, Any]:
        items, size = body.inventory_items, body.measurements
        return given(
            {
                "reference": self.reference,
                "sku": body.sku,
                "name": body.name,
                "barcode": body.gtin,
                "size": UNSET if isinstance(size, UnsetType) else warehouse.from_measurements(size),
                "components": UNSET if isinstance(items, UnsetType) else [_component(item) for item in items],
            }
        )


class AdjustCartInventory(WriteBody, kw_only=True):
    """A change of one variant's stock; the shop chooses the warehouse."""

    quantity: Annotated[int, Meta(ge=0)]
    adjustment_type: Adjustment


class CartSandbox(SandboxBase):
    """The shop."""

    display_name = "Cart Sandbox"
    vertical = "cart"
    description = "A shop to try things on: products with variants and stock in two places, filled with example data."
    root = "/v1/cart"

    @implements(cart_warehouses.GET_WAREHOUSES, mode=CHANGED)
    async def get_warehouses(self, window: Window) -> AsyncIterator[Page[cart_warehouses.Warehouse]]:
        async for page in self.walk("warehouses", ShopWarehouse, window, _each(shop.to_warehouse)):
            yield page

    @implements(cart_products.GET_PRODUCTS, mode=CHANGED)
    async def get_products(self, window: Window) -> AsyncIterator[Page[cart_products.Product]]:
        async for page in self.walk("products", ShopProduct, window, shop.to_records):
            yield page

    @implements(cart_products.ADJUST_INVENTORY, AdjustCartInventory)
    async def adjust_inventory(self, product_id: str, body: AdjustCartInventory) -> cart_products.Product:
        change = {
            "reference": self.reference,
            "variantId": product_id,
            "change": signed(body.quantity, body.adjustment_type),
        }
        answer = await self.client.post(f"{self.root}/stock-changes", change)
        changed: ShopStockChanged = answer.json(ShopStockChanged)
        return _variant([changed.product], product_id)

    @settles(cart_products.ADJUST_INVENTORY)
    async def settle_adjust_inventory(self, attempt: Attempt) -> Settlement:
        made = await self.look_up("stock-changes", ShopStockChange, reference=attempt.reference)
        if made is None:
            return NotApplied()
        found = await self.look_up("products", ShopProduct, variantId=made.variant_id)
        return Applied(_variant([found] if found else [], made.variant_id))

    @implements(cart_products.BATCH_ADJUST_INVENTORY, cart_products.BatchAdjustInventoryBody)
    async def batch_adjust_inventory(
        self, body: cart_products.BatchAdjustInventoryBody
    ) -> BatchWritten[cart_products.Product]:
        lines = [
            given({"variantId": line.product_id, "units": line.quantity, "warehouseId": line.warehouse_id})
            for line in body.line_items
        ]
        answer = await self.client.put(f"{self.root}/stock-levels", {"lines": lines})
        result: ShopLevelsSet = answer.json(ShopLevelsSet)
        outcomes = [
            LineOutcome(number, line.variant_id, "applied" if line.applied else "refused", line.message)
            for number, line in enumerate(result.lines)
        ]
        records = [_variant(result.products, line.variant_id) for line in result.lines if line.applied]
        refused = [line for line in outcomes if line.outcome == "refused"]
        if refused:
            message = f"{len(refused)} of {len(outcomes)} lines were refused: {refused[0].error}"
            raise BatchFailed(message, lines=outcomes, records=records)
        return BatchWritten(records)


def _each(convert: Callable[[V], R]) -> Callable[[V], list[R]]:
    """For lists whose entries are one record each."""
    return lambda item: [convert(item)]


def _component(item: KitItem) -> dict[str, Any]:
    return given({"itemId": item.inventory_item_id, "sku": item.sku, "units": item.unit_quantity})


def _variant(found: Sequence[ShopProduct], variant_id: str) -> cart_products.Product:
    """The record of one variant among these products."""
    for product in found:
        for variant in product.variants:
            if variant.id == variant_id:
                return shop.to_variant(product, variant)
    raise UnexpectedShape(f"the shop changed {variant_id} without showing it")
