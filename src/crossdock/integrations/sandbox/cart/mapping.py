"""What the shop's shapes mean in ours."""

from __future__ import annotations

from crossdock.contract.cart import products, warehouses
from crossdock.integrations.kit.mapping import moment, money, text_or_none
from crossdock.integrations.sandbox.cart.models import ShopProduct, ShopVariant, ShopWarehouse
from crossdock.integrations.sandbox.mapping import to_address, to_measurements


def to_warehouse(found: ShopWarehouse) -> warehouses.Warehouse:
    """A place whose stock the shop offers."""
    return warehouses.Warehouse(
        id=found.id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        name=found.name,
        code=found.code,
        address=to_address(found.address),
        active=found.active,
    )


def to_records(found: ShopProduct) -> list[products.Product]:
    """A product and its variants: one record each, the parent first."""
    return [to_parent(found), *(to_variant(found, variant) for variant in found.variants)]


def to_parent(found: ShopProduct) -> products.Product:
    """The parent, which has neither price nor stock."""
    return products.Product(
        id=found.id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        name=found.name,
        parent_product_id=found.id,
        active=found.active,
        image_url=found.image_url,
        tags=found.tags,
        categories=found.category,
    )


def to_variant(parent: ShopProduct, found: ShopVariant) -> products.Product:
    """A variant, shown under its parent's name, picture, tags and category, and only while the parent is active.

    Its inventory is what lies in stock. What is promised to orders has no field of its own.
    """
    committed = {where: units for where, units in found.committed.items() if units}
    return products.Product(
        id=found.id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        name=f"{parent.name} - {found.title}",
        sku=found.sku,
        gtin=text_or_none(found.barcode),
        parent_product_id=parent.id,
        active=parent.active and found.active,
        image_url=parent.image_url,
        price=money(found.price),
        unit_cost=money(found.cost),
        inventory=sum(found.stock.values()),
        inventory_by_warehouse_id=found.stock,
        measurements=to_measurements(found.size),
        tags=parent.tags,
        categories=parent.category,
        additional_fields={"committed": sum(committed.values()), "committed_by_warehouse_id": committed},
    )
