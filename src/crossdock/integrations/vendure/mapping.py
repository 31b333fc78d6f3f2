"""From Vendure's shapes to cart records. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from crossdock.contract.cart.products import Product
from crossdock.contract.cart.warehouses import Warehouse
from crossdock.integrations.kit.mapping import minor_units, moment, text_or_none
from crossdock.integrations.vendure.models import (
    Asset,
    FacetValue,
    ProductWithVariants,
    Shop,
    VendureProduct,
    VendureStockLocation,
    VendureVariant,
)

PARENT_PREFIX = "product-"
"""Vendure numbers products and variants separately, so that both have an id 1. A variant keeps its id."""

TRACKING = {"TRUE": True, "FALSE": False}
"""`trackInventory` of a variant; `INHERIT` follows the shop."""


def parent_id(product: VendureProduct) -> str:
    """The id of a product's record."""
    return f"{PARENT_PREFIX}{product.id}"


def is_parent(product_id: str) -> bool:
    """Whether an id is that of a parent record."""
    return product_id.startswith(PARENT_PREFIX)


def tracks_inventory(variant: VendureVariant, shop: Shop) -> bool:
    """Whether Vendure counts the variant's stock."""
    return TRACKING.get(variant.track_inventory, shop.global_settings.track_inventory)


def product_records(product: ProductWithVariants, shop: Shop) -> list[Product]:
    """A product as a parent record and one record a variant."""
    return [parent_record(product), *(variant_record(variant, product, shop) for variant in product.variants)]


def parent_record(product: VendureProduct) -> Product:
    """The record of a product, which has neither price nor stock of its own."""
    return Product(
        id=parent_id(product),
        created_date=moment(product.created_at),
        updated_date=moment(product.updated_at),
        name=product.name,
        parent_product_id=parent_id(product),
        active=product.enabled,
        image_url=picture(product.featured_asset),
        tags=tags(product.facet_values),
        categories=categories(product),
        additional_fields={"vendure_product_id": product.id, "slug": product.slug},
    )


def variant_record(variant: VendureVariant, product: VendureProduct, shop: Shop) -> Product:
    """The record of a variant. Where Vendure does not count its stock, the record states none."""
    tracked = tracks_inventory(variant, shop)
    levels = sorted(variant.stock_levels, key=lambda level: level.stock_location_id) if tracked else []
    return Product(
        id=variant.id,
        created_date=moment(variant.created_at),
        # An order changes a stock level without touching the variant.
        updated_date=moment(max([variant.updated_at, *(level.updated_at for level in variant.stock_levels)])),
        name=variant.name,
        sku=text_or_none(variant.sku),
        parent_product_id=parent_id(product),
        active=variant.enabled and product.enabled,
        image_url=picture(variant.featured_asset) or picture(product.featured_asset),
        price=price(variant, shop),
        inventory=sum(level.stock_on_hand for level in levels) if tracked else None,
        inventory_by_warehouse_id={level.stock_location_id: level.stock_on_hand for level in levels},
        tags=tags([*product.facet_values, *variant.facet_values]),
        categories=categories(product),
        additional_fields=variant_facts(variant, shop, tracked=tracked),
    )


def variant_facts(variant: VendureVariant, shop: Shop, *, tracked: bool) -> dict[str, Any]:
    """What Vendure says of a variant beyond the record's fields."""
    allocated = {level.stock_location_id: level.stock_allocated for level in variant.stock_levels}
    return {
        "currency": variant.currency_code,
        "price_includes_tax": shop.active_channel.prices_include_tax,
        "track_inventory": tracked,
        "allocated_by_warehouse_id": dict(sorted(allocated.items())) if tracked else {},
        "options": dict(sorted((option.group.name, option.name) for option in variant.options)),
    }


def price(variant: VendureVariant, shop: Shop) -> Decimal | None:
    """The price the shopkeeper entered, in the currency the variant is sold in."""
    digits = shop.global_settings.server_config.money_strategy_precision
    return next(
        (minor_units(item.price, digits) for item in variant.prices if item.currency_code == variant.currency_code),
        None,
    )


def picture(asset: Asset | None) -> str | None:
    """Address of an asset's preview."""
    return asset.preview if asset else None


def tags(values: Iterable[FacetValue]) -> list[str]:
    """Facet values as `facet:value`, by their codes, which do not change with the language."""
    return sorted({f"{value.facet.code}:{value.code}" for value in values})


def categories(product: VendureProduct) -> list[str]:
    """The path of the deepest collection that holds the product, without Vendure's hidden root."""
    paths = [[crumb.name for crumb in collection.breadcrumbs[1:]] for collection in product.collections]
    return min(paths, key=lambda path: (-len(path), path), default=[])


def warehouse_record(location: VendureStockLocation) -> Warehouse:
    """A stock location; Vendure keeps no address and no code of it, and cannot switch it off."""
    return Warehouse(
        id=location.id,
        created_date=moment(location.created_at),
        updated_date=moment(location.updated_at),
        name=text_or_none(location.name),
        additional_fields={"description": location.description} if location.description else {},
    )
