"""Products of a shop and the stock it offers."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.actions import Answer, read, write
from crossdock.contract.bodies import Adjustment, BodyPart, WriteBody
from crossdock.contract.records import (
    AdditionalFields,
    CreatedDate,
    ExternalURL,
    Measurements,
    Record,
    UpdatedDate,
)
from crossdock.contract.resources import Resource


class Product(Record, kw_only=True):
    """A product of a shop: a parent, or a variant that can be bought. Prices and stock count on variants only."""

    id: Annotated[str, Meta(description="The product's identifier in the shop.", examples=["product_id"])]
    created_date: CreatedDate
    updated_date: UpdatedDate
    name: Annotated[str, Meta(description="Name shown to buyers.", examples=["product_name"])]
    sku: Annotated[str | None, Meta(description="Stock keeping unit.", examples=["sku"])] = None
    gtin: Annotated[str | None, Meta(description="Global trade item number.", examples=["gtin"])] = None
    parent_product_id: Annotated[str, Meta(description="The parent's id; a parent names itself.")]
    is_kit: Annotated[bool, Meta(description="Whether it is a bundle.", examples=[True])] = False
    active: Annotated[bool, Meta(description="Whether it can be bought.", examples=[True])] = True
    image_url: Annotated[
        str | None, Meta(description="Address of its picture.", examples=["https://example.com/image.jpg"])
    ] = None
    price: Annotated[
        Decimal | None, Meta(description="Price of one unit, in the shop's currency; variants only.", examples=[10])
    ] = None
    unit_cost: Annotated[
        Decimal | None, Meta(description="Cost of one unit, in the shop's currency; variants only.", examples=[10])
    ] = None
    inventory: Annotated[
        int | None, Meta(description="Units in stock, all warehouses; variants only.", examples=[10])
    ] = None
    inventory_by_warehouse_id: Annotated[
        dict[str, Annotated[int, Meta(description="Units there.", examples=[5])]],
        Meta(description="Units in stock by warehouse id.", examples=[{"warehouse_id_1": 6, "warehouse_id_2": 4}]),
    ] = {}
    measurements: Annotated[Measurements, Meta(description="Size and weight of one unit.")] = Measurements()
    tags: Annotated[
        list[str],
        Meta(description="The shop's own tags; a keyed tag is written `key:value`.", examples=[["tag_0"]]),
    ] = []
    categories: Annotated[
        list[str],
        Meta(description="Category path from the root, or one product type.", examples=[["Apparel", "Shoes"]]),
    ] = []
    external_system_url: ExternalURL = None
    additional_fields: AdditionalFields = {}


class AdjustInventoryBody(WriteBody, kw_only=True):
    """A change of one variant's stock."""

    quantity: Annotated[
        int,
        Meta(description="Units to add or remove, or the level to reach when the type is `exact`.", examples=[1], ge=0),
    ]
    adjustment_type: Annotated[Adjustment, Meta(description="What `quantity` means.", examples=["increase"])]
    warehouse_id: Annotated[str, Meta(description="Warehouse to change the stock in.")]


class BatchAdjustInventoryLine(BodyPart, kw_only=True):
    """The stock level of one product."""

    product_id: Annotated[str, Meta(description="The product to change; a variant, not a parent.")]
    quantity: Annotated[int, Meta(description="Units on hand after the change.", examples=[1])]
    warehouse_id: Annotated[str | UnsetType, Meta(description="Warehouse to set the level in.")] = UNSET


class BatchAdjustInventoryBody(WriteBody, kw_only=True):
    """Exact stock levels of many products."""

    line_items: Annotated[list[BatchAdjustInventoryLine], Meta(description="One level a line.", min_length=1)]


PRODUCTS = Resource(
    vertical="cart",
    name="products",
    path="/cart/products",
    id_param="product_id",
    singular="product",
    title="Products",
    event="cart-product",
    schema_name="CartProductApiItemSchema",
    record=Product,
    taggable=True,
    full_first_sync=True,
)
GET_PRODUCTS = read(PRODUCTS)
ADJUST_INVENTORY = write(
    "adjust_inventory",
    "PUT",
    "/cart/products/{product_id}/adjust-inventory",
    PRODUCTS,
    "Adjust Inventory for Product",
    body=AdjustInventoryBody,
    description="Changes the stock of one variant. A parent product holds no stock and is refused.",
)
BATCH_ADJUST_INVENTORY = write(
    "batch_adjust_inventory",
    "PUT",
    "/cart/products/batch-adjust-inventory",
    PRODUCTS,
    "Batch Adjust Inventory for Cart Products",
    body=BatchAdjustInventoryBody,
    answer=Answer.RECORDS,
    varies=False,
    description="Sets exact stock levels. Systems do not promise all or nothing: when a line fails, the error says for "
    "every line whether it was applied.",
)
