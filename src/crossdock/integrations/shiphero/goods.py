"""New products and kits, and changing what a kit is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import BodyPart, MeasurementsBody, WriteBody, choices, vendor_only
from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.contract.wms import products
from crossdock.contract.wms.inventory import INVENTORY
from crossdock.integrations.kit.adapter import (
    Applied,
    Attempt,
    NotApplied,
    Related,
    Settlement,
    Written,
    implements,
    settles,
)
from crossdock.integrations.shiphero import client, mapping, queries
from crossdock.integrations.shiphero.bodies import dimensions, text
from crossdock.integrations.shiphero.catalogue import Catalogue
from crossdock.integrations.shiphero.mapping import when
from crossdock.integrations.shiphero.models import ShipHeroProduct, Warehouse
from crossdock.integrations.shiphero.stock import StockKeeping

_TWICE = "This SKU is named twice."
_UNKNOWN = "The account has no product with this SKU."
_MERCHANTS = "ShipHero takes kits of the account's own products only, and this one is a merchant's."


class NewGoods(WriteBody, kw_only=True):
    """What can be said of anything new."""

    sku: str
    gtin: str | UnsetType = UNSET
    measurements: MeasurementsBody | UnsetType = UNSET
    warehouse_ids: Annotated[
        list[str] | UnsetType,
        vendor_only("Warehouses to keep it in; left out, all of the account.", examples=[["V2FyZWhvdXNlOjc2NzMz"]]),
    ] = UNSET


class CreateProduct(NewGoods, kw_only=True):
    """A new product, of which nothing is there yet."""

    name: str
    warehouse_customer_id: Annotated[
        str | UnsetType,
        vendor_only("Merchant that owns it; left out, the account itself.", examples=["Q3VzdG9tZXJBY2NvdW50OjcwMDI="]),
        choices("warehouse_customers"),
    ] = UNSET


class Component(BodyPart, kw_only=True):
    """A part of a kit, by its SKU."""

    sku: str
    unit_quantity: Annotated[int, Meta(ge=1, le=1_000_000)]


Components = Annotated[list[Component], Meta(min_length=1, max_length=500)]


class CreateKit(NewGoods, kw_only=True):
    """A new kit of products that are there."""

    name: str | UnsetType = UNSET
    inventory_items: Components


class UpdateKit(WriteBody, kw_only=True):
    """New values of a kit. Components replace the old ones. ShipHero knows a kit by its SKU, so that stays."""

    name: str | UnsetType = UNSET
    gtin: str | UnsetType = UNSET
    measurements: MeasurementsBody | UnsetType = UNSET
    inventory_items: Components | UnsetType = UNSET


class Goods(Catalogue, StockKeeping):
    """Products and kits."""

    @implements(products.CREATE_PRODUCT, CreateProduct)
    async def create_product(self, body: CreateProduct) -> Written[products.Product]:
        return await self._new(await self._make(body, body.name, text(body.warehouse_customer_id)))

    @settles(products.CREATE_PRODUCT)
    async def settle_create_product(self, attempt: Attempt) -> Settlement:
        """No two products have the same SKU, so one that was made since is ours."""
        body: CreateProduct = attempt.body
        made = await self._made_since(attempt, text(body.warehouse_customer_id))
        return NotApplied() if made is None else await self._found(made)

    @implements(products.CREATE_KIT, CreateKit)
    async def create_kit(self, body: CreateKit) -> Written[products.Product]:
        await self._known(body.inventory_items)
        made = await self._make(body, text(body.name) or body.sku, None)
        await self._build(body.sku, body.inventory_items)
        return await self._new(made)

    @settles(products.CREATE_KIT)
    async def settle_create_kit(self, attempt: Attempt) -> Settlement:
        """One without all of its components is half made, and neither there nor to be made again."""
        made = await self._made_since(attempt, None)
        if made is None:
            return NotApplied()
        return await self._found(made) if _parts(made) == _wanted(attempt.body.inventory_items) else None

    @implements(products.UPDATE_KIT, UpdateKit)
    async def update_kit(self, kit_id: str, body: UpdateKit) -> products.Product:
        kit = await self.product(kit_id)
        if not kit.kit:
            raise VendorRejected(f"{client.NAME} has no kit {kit_id}", status=404)
        owner = await self.customer(kit.account_id)
        wanted = {} if isinstance(body.inventory_items, UnsetType) else _wanted(body.inventory_items)
        there = _parts(kit)
        added = (
            []
            if not wanted
            else [item for item in body.inventory_items or () if there.get(item.sku) != wanted[item.sku]]
        )
        gone = [sku for sku, units in there.items() if wanted and wanted.get(sku) != units]
        if (added or gone) and owner is not None:
            raise InvalidBody.field("inventory_items", _MERCHANTS)
        await self._known(added)
        await self.change_product(kit, body.name, body.gtin, body.measurements)
        if gone:
            removed = [{"sku": sku} for sku in gone]
            await self.change(queries.REMOVE_COMPONENTS, {"sku": kit.sku, "components": removed})
        if added:
            await self._build(kit.sku or "", added)
        return mapping.product_record(await self.product(kit_id))

    @settles(products.UPDATE_KIT)
    async def settle_update_kit(self, attempt: Attempt) -> Settlement:
        """Sending the same values again changes nothing, so only whether they are there counts."""
        body: UpdateKit = attempt.body
        kit = await self.product(attempt.ids[0])
        if not isinstance(body.measurements, UnsetType):
            return None
        same = isinstance(body.inventory_items, UnsetType) or _parts(kit) == _wanted(body.inventory_items)
        named = text(body.name) in (None, kit.name) and text(body.gtin) in (None, kit.barcode)
        return Applied(mapping.product_record(kit)) if same and named else NotApplied()

    async def _make(self, body: NewGoods, name: str, owner: str | None) -> str:
        """Makes a product, of which there is nothing yet, and gives its id."""
        places = body.warehouse_ids
        if isinstance(places, UnsetType):
            data = await self.ask(queries.WAREHOUSES, {}, dict[str, Any])
            known = self.read(self.inside(data, ("account", "data", "warehouses")), list[Warehouse])
            places = [warehouse.id for warehouse in known]
        asked: dict[str, Any] = {
            "sku": body.sku,
            "name": name,
            "customer_account_id": owner,
            "barcode": text(body.gtin),
            "dimensions": dimensions(body.measurements, self.units),
            "warehouse_products": [{"warehouse_id": place, "on_hand": 0} for place in places],
        }
        made = await self.change(queries.CREATE_PRODUCT, asked)
        return self.read(made["product"], dict[str, str])["id"]

    async def _build(self, sku: str, parts: Sequence[Component]) -> None:
        components = [{"sku": item.sku, "quantity": item.unit_quantity} for item in parts]
        await self.change(queries.BUILD_KIT, {"sku": sku, "components": components})

    async def _new(self, product_id: str) -> Written[products.Product]:
        """A product as it is now, with its item."""
        record = mapping.product_record(await self.product(product_id))
        return Written(record, related=[Related(INVENTORY, await self.stock_of([product_id]))])

    async def _found(self, product: ShipHeroProduct) -> Applied[products.Product]:
        return Applied(mapping.product_record(product), [Related(INVENTORY, await self.stock_of([product.id]))])

    async def _with_sku(self, sku: str, owner: str | None) -> ShipHeroProduct | None:
        """The product of the account, or of a merchant, with a SKU."""
        asked = {"sku": sku, "customer": owner, "first": queries.SAME_SKU_PER_PAGE}
        owner = owner or await self.account_id()
        async for found, _ in self.walk(queries.PRODUCTS_BY_SKU, "products", ShipHeroProduct, asked):
            for product in found:
                if product.sku == sku and product.account_id == owner:
                    return product
        return None

    async def _made_since(self, attempt: Attempt, owner: str | None) -> ShipHeroProduct | None:
        """The product that an attempt was to make, when it is there and was not there before."""
        found = await self._with_sku(attempt.body.sku, owner)
        earliest = (attempt.sent_at - client.CLOCK_SLACK).replace(microsecond=0)
        return found if found is not None and when(found.created_at) >= earliest else None

    async def _known(self, parts: Sequence[Component]) -> None:
        """Refuses components that are not there: ShipHero would, with the kit made already."""
        problems: dict[str, list[str]] = {}
        seen: set[str] = set()
        for at, item in enumerate(parts):
            if item.sku in seen:
                problems[f"inventory_items.{at}.sku"] = [_TWICE]
            elif await self._with_sku(item.sku, None) is None:
                problems[f"inventory_items.{at}.sku"] = [_UNKNOWN]
            seen.add(item.sku)
        if problems:
            raise InvalidBody({"json": problems})


def _parts(kit: ShipHeroProduct) -> dict[str | None, int]:
    return {item.sku: item.quantity or 1 for item in kit.kit_components or []}


def _wanted(parts: Sequence[Component]) -> dict[str | None, int]:
    return {item.sku: item.unit_quantity for item in parts}
