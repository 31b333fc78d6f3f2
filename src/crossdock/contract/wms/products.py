"""Catalogue products and kits of a warehouse system."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract import filters
from crossdock.contract.actions import read, write
from crossdock.contract.bodies import BodyPart, MeasurementsBody, Tags, WriteBody
from crossdock.contract.records import (
    AdditionalFields,
    CreatedDate,
    ExternalURL,
    Part,
    Record,
    UpdatedDate,
)
from crossdock.contract.resources import Resource


class ProductInventoryItem(Part, kw_only=True, frozen=True):
    """An inventory item behind a product, or a component of a kit."""

    inventory_item_id: Annotated[
        str, Meta(description="Id of the item; the `id` of the inventory list.", examples=["inv_id"])
    ]
    sku: Annotated[str | None, Meta(description="SKU of the item.", examples=["sku1"])] = None
    unit_quantity: Annotated[int, Meta(description="Units of the item in one product.", examples=[1])]


class Supplier(Part, kw_only=True, frozen=True):
    """Who supplies the product."""

    supplier_id: Annotated[str | None, Meta(description="The supplier's id.", examples=["supplier_id"])] = None
    supplier_name: Annotated[str | None, Meta(description="The supplier's name.", examples=["supplier_name"])] = None


class SupplierProduct(Part, kw_only=True, frozen=True):
    """One supplier's listing of the product."""

    supplier_id: Annotated[str, Meta(description="The supplier's id.", examples=["sup_id"])]
    supplier_name: Annotated[str, Meta(description="The supplier's name.", examples=["sup_name"])]
    external_id: Annotated[
        str | None, Meta(description="The supplier's own id of the product.", examples=["ext_id"])
    ] = None
    unit_cost: Annotated[
        Decimal | None,
        Meta(
            description="What the supplier charges for one unit. Served as a number; clients made for older answers "
            "also know a text.",
            examples=[1],
            extra_json_schema={"type": ["string", "number", "null"]},
        ),
    ] = None


class Product(Record, kw_only=True):
    """A catalogue product; a kit when it is made of other items."""

    id: Annotated[str, Meta(description="The product's identifier in the connected system.", examples=["product_id"])]
    warehouse_customer_id: Annotated[
        str | None,
        Meta(description="Merchant that owns the product, where one system holds several.", examples=["customer_id"]),
    ] = None
    created_date: CreatedDate
    updated_date: UpdatedDate
    name: Annotated[str, Meta(description="Name of the product.", examples=["name"])]
    sku: Annotated[str | None, Meta(description="Stock keeping unit.", examples=["sku"])] = None
    gtin: Annotated[str | None, Meta(description="Global trade item number: UPC, EAN or ISBN.", examples=["gtin"])] = (
        None
    )
    unit_price: Annotated[
        Decimal | None, Meta(description="Selling price of one unit, in the account's currency.", examples=[10.99])
    ] = None
    inventory_items: Annotated[
        list[ProductInventoryItem], Meta(description="The items that make up one unit of the product.")
    ] = []
    is_kit: Annotated[bool, Meta(description="Whether it is made of other items.", examples=[True])] = False
    active: Annotated[bool, Meta(description="Whether it is in use.", examples=[True])] = True
    supplier: Annotated[
        str | None,
        Meta(
            description="Deprecated: read `supplier_object`.",
            examples=["supplier"],
            extra_json_schema={"deprecated": True},
        ),
    ] = None
    supplier_object: Annotated[Supplier, Meta(description="The main supplier.")] = Supplier()
    country_of_origin: Annotated[str | None, Meta(description="Where it is made.", examples=["USA"])] = None
    harmonized_code: Annotated[str | None, Meta(description="Customs tariff code.", examples=["123456"])] = None
    supplier_products: Annotated[list[SupplierProduct], Meta(description="Listings by supplier.")] = []
    external_system_url: ExternalURL = None
    additional_fields: AdditionalFields = {}


ProductGTIN = Annotated[str, Meta(description="Global trade item number.", examples=["gtin"])]
ProductMeasurements = Annotated[MeasurementsBody, Meta(description="Size and weight of one unit.")]


class CreateProductBody(WriteBody, kw_only=True):
    """A new product."""

    sku: Annotated[str, Meta(description="SKU of the product.", examples=["sku"])]
    name: Annotated[str, Meta(description="Name of the product.", examples=["name"])]
    gtin: ProductGTIN
    measurements: ProductMeasurements
    trackstar_tags: Tags | UnsetType = UNSET


class UpdateProductBody(WriteBody, kw_only=True):
    """New values of a product; what is left out stays."""

    sku: Annotated[str | UnsetType, Meta(description="SKU of the product.", examples=["sku"])] = UNSET
    name: Annotated[str | UnsetType, Meta(description="Name of the product.", examples=["name"])] = UNSET
    gtin: ProductGTIN | UnsetType = UNSET
    measurements: ProductMeasurements | UnsetType = UNSET
    trackstar_tags: Tags | UnsetType = UNSET


class KitItemBody(BodyPart, kw_only=True):
    """A component of a kit. Which of id and SKU identifies it depends on the integration."""

    inventory_item_id: Annotated[
        str, Meta(description="Id of the component's inventory item.", examples=["inventory_item_id"])
    ]
    sku: Annotated[str, Meta(description="SKU of the component.", examples=["sku"])]
    unit_quantity: Annotated[int, Meta(description="Units of it in one kit.", examples=[1], ge=1)]


class CreateKitBody(WriteBody, kw_only=True):
    """A new kit."""

    sku: Annotated[str, Meta(description="SKU of the kit.", examples=["sku"])]
    name: Annotated[str | UnsetType, Meta(description="Name of the kit.", examples=["name"])] = UNSET
    gtin: Annotated[str | UnsetType, Meta(description="Global trade item number.", examples=["gtin"])] = UNSET
    measurements: Annotated[MeasurementsBody | UnsetType, Meta(description="Size and weight of one kit.")] = UNSET
    inventory_items: Annotated[list[KitItemBody], Meta(description="What one kit is made of.")]
    trackstar_tags: Tags | UnsetType = UNSET


class UpdateKitBody(CreateKitBody, kw_only=True):
    """The new state of a kit; the component list replaces the old one."""


PRODUCTS = Resource(
    vertical="wms",
    name="products",
    path="/wms/products",
    id_param="product_id",
    singular="product",
    title="Products",
    event="product",
    schema_name="WmsProductApiItemSchema",
    record=Product,
    filters=(filters.text("warehouse_customer_id"), filters.text("sku")),
    taggable=True,
    full_first_sync=True,
)
GET_PRODUCTS = read(PRODUCTS)
CREATE_PRODUCT = write(
    "create_product",
    "POST",
    "/wms/products",
    PRODUCTS,
    "Create Product",
    body=CreateProductBody,
    description="Adds a product to the catalogue, and an item to keep stock of.",
)
UPDATE_PRODUCT = write(
    "update_product",
    "PUT",
    "/wms/products/{product_id}",
    PRODUCTS,
    "Update Product",
    body=UpdateProductBody,
    description="Changes a product and the item behind it.",
)
CREATE_KIT = write(
    "create_kit",
    "POST",
    "/wms/kits",
    PRODUCTS,
    "Create Kit",
    body=CreateKitBody,
    description="Makes a product out of other items. Kits are read with the products, `is_kit` true.",
)
UPDATE_KIT = write(
    "update_kit",
    "PUT",
    "/wms/kits/{kit_id}",
    PRODUCTS,
    "Update Kit",
    body=UpdateKitBody,
    description="Changes a kit; the component list is replaced as a whole.",
)
