"""What to write to make or change a kit. A kit is a product of type `kit` with components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import BodyPart, MeasurementsBody, WriteBody
from crossdock.contract.errors import InvalidBody
from crossdock.integrations.tryton.mapping import LENGTH_UNITS, WEIGHT_UNITS, gtin_of, per_kit
from crossdock.integrations.tryton.models import TrytonComponentProduct, TrytonProduct

UNIT = "product.uom_unit"
ISBN_10_CHARACTERS = 10


class KitItem(BodyPart, kw_only=True):
    """A component of a kit, by its inventory item."""

    inventory_item_id: str
    sku: str | UnsetType = UNSET
    unit_quantity: Annotated[int, Meta(ge=1)]


class CreateKit(WriteBody, kw_only=True):
    """A new kit in Tryton: a product of type kit with one variant, sold in pieces."""

    sku: str
    name: str
    gtin: str | UnsetType = UNSET
    measurements: MeasurementsBody | UnsetType = UNSET
    inventory_items: Annotated[list[KitItem], Meta(min_length=1)]


class UpdateKit(WriteBody, kw_only=True):
    """What to change of a kit; what is left out stays. The name is shared by all variants of its product."""

    sku: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    gtin: str | UnsetType = UNSET
    measurements: MeasurementsBody | UnsetType = UNSET
    inventory_items: Annotated[list[KitItem], Meta(min_length=1)] | UnsetType = UNSET


def components(items: Sequence[KitItem], found: Mapping[str, TrytonComponentProduct]) -> list[dict[str, Any]]:
    """The components to write. Raises InvalidBody for an item that Tryton does not have, or has under another SKU."""
    problems: dict[str, list[str]] = {}
    values = []
    for index, item in enumerate(items):
        product = found.get(item.inventory_item_id)
        if product is None:
            problems[f"inventory_items.{index}.inventory_item_id"] = ["Tryton has no such inventory item."]
            continue
        if item.sku is not UNSET and item.sku != product.code:
            problems[f"inventory_items.{index}.sku"] = [f"The SKU of this item is {product.code}."]
        values.append({"product": product.id, "quantity": item.unit_quantity, "unit": product.default_uom.id})
    if problems:
        raise InvalidBody({"json": problems})
    return values


def new_kit(
    body: CreateKit, parts: list[dict[str, Any]], size: MeasurementsBody | UnsetType, units: Mapping[str, int]
) -> dict[str, Any]:
    """The template to create, with its one variant."""
    variant: dict[str, Any] = {"suffix_code": body.sku}
    if body.gtin is not UNSET:
        variant["identifiers"] = [["create", [_identifier(body.gtin)]]]
    return {
        "name": body.name,
        "type": "kit",
        "default_uom": units[UNIT],
        # A kit costs what its parts cost, and Tryton takes no other method for one.
        "cost_price_method": "fixed",
        "products": [["create", [variant]]],
        "components": [["create", parts]],
        **_measures(size, units),
    }


def changed_kit(
    body: UpdateKit,
    row: TrytonProduct,
    parts: list[dict[str, Any]],
    size: MeasurementsBody | UnsetType,
    units: Mapping[str, int],
) -> dict[str, Any]:
    """What to write to the template, the variant included, so that Tryton takes all of it or nothing."""
    values: dict[str, Any] = _measures(size, units)
    variant: dict[str, Any] = {}
    if body.name is not UNSET:
        values["name"] = body.name
    if body.sku is not UNSET:
        values |= _renumbered(body.sku, row, variant)
    if body.gtin is not UNSET:
        known = gtin_of(row)
        number = _identifier(body.gtin)
        variant["identifiers"] = [["create", [number]]] if known is None else [["write", [known.id], number]]
    if parts and (row.components or len(row.template.products) > 1):
        # Components of the template belong to all its variants, so one of several gets its own.
        parts = [{**part, "parent_template": row.template.id} for part in parts]
        variant["components"] = _replaced([part.id for part in row.components], parts)
    elif parts:
        values["components"] = _replaced([part.id for part in row.template.components], parts)
    if variant:
        values["products"] = [["write", [row.id], variant]]
    return values


def is_as_asked(body: CreateKit | UpdateKit, row: TrytonProduct) -> bool:
    """Whether a kit is what a body asks for, as far as can be read back without its measurements."""
    asked = {
        "sku": (body.sku, row.code),
        "name": (body.name, row.template.name),
        "gtin": (body.gtin, number.code if (number := gtin_of(row)) else None),
    }
    if any(wanted is not UNSET and wanted != found for wanted, found in asked.values()):
        return False
    if body.inventory_items is UNSET:
        return True
    wanted_parts = sorted((item.inventory_item_id, float(item.unit_quantity)) for item in body.inventory_items)
    return wanted_parts == sorted((str(part.product.id), per_kit(part)) for part in row.parts)


def _renumbered(sku: str, row: TrytonProduct, variant: dict[str, Any]) -> dict[str, Any]:
    """Sets the SKU, which in Tryton is the code of the template followed by the suffix of the variant."""
    prefix = row.template.code or ""
    if sku.startswith(prefix):
        variant["suffix_code"] = sku.removeprefix(prefix)
        return {}
    if len(row.template.products) > 1:
        raise InvalidBody.field("sku", f"The SKUs of this product's variants all start with {prefix}.")
    variant["suffix_code"] = sku
    return {"code": None}


def _replaced(old: list[int], new: list[dict[str, Any]]) -> list[list[Any]]:
    return [*([["delete", old]] if old else []), ["create", new]]


def _identifier(gtin: str) -> dict[str, str]:
    """Tryton checks the digit of a number by its type; its EAN covers the GTINs of 8, 12, 13 and 14 digits."""
    return {"type": "isbn" if len(gtin) == ISBN_10_CHARACTERS else "ean", "code": gtin}


def _measures(given: MeasurementsBody | UnsetType, units: Mapping[str, int]) -> dict[str, Any]:
    if given is UNSET:
        return {}
    length_unit = units[_xml_id(LENGTH_UNITS, given.unit)]
    values: dict[str, Any] = {"weight": given.weight, "weight_uom": units[_xml_id(WEIGHT_UNITS, given.weight_unit)]}
    for name in ("length", "width", "height"):
        values |= {name: getattr(given, name), f"{name}_uom": length_unit}
    return values


def _xml_id(names: Mapping[str | None, Any], unit: str) -> str:
    return next(found for found, name in names.items() if name == unit and found is not None)
