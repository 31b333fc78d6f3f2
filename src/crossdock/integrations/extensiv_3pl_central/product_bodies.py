"""What Extensiv takes when goods and kits are written, and how it goes out. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import BodyPart, MeasurementsBody, WriteBody, vendor_only
from crossdock.contract.errors import InvalidBody
from crossdock.contract.values import plain_decimal
from crossdock.integrations.extensiv_3pl_central import client
from crossdock.integrations.extensiv_3pl_central.receiving_bodies import MERCHANT

INCHES = {"in": Decimal(1), "cm": 1 / Decimal("2.54")}
POUNDS = {"lb": Decimal(1), "oz": 1 / Decimal(16), "kg": 1 / Decimal("0.45359237")}
_STEP = Decimal("0.0001")
UNIT = Annotated[str, vendor_only("Unit that stock is counted in, by its name in Extensiv; `Each` when left out.")]


class CreateProduct(WriteBody, kw_only=True):
    """A new item."""

    sku: str
    name: str
    gtin: str | UnsetType = UNSET
    measurements: MeasurementsBody | UnsetType = UNSET
    unit: UNIT | UnsetType = UNSET
    warehouse_customer_id: MERCHANT | UnsetType = UNSET


class UpdateProduct(WriteBody, kw_only=True):
    """New values of an item. Its size stays."""

    sku: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    gtin: str | UnsetType = UNSET


class KitPart(BodyPart, kw_only=True):
    """A component, by the id of its item or its SKU."""

    inventory_item_id: str | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    unit_quantity: Annotated[int, Meta(ge=1, le=1_000_000)]


Parts = Annotated[list[KitPart], Meta(min_length=1, max_length=500)]


class CreateKit(WriteBody, kw_only=True):
    """A new item that is put together from others."""

    sku: str
    name: str
    gtin: str | UnsetType = UNSET
    measurements: MeasurementsBody | UnsetType = UNSET
    inventory_items: Parts
    unit: UNIT | UnsetType = UNSET
    warehouse_customer_id: MERCHANT | UnsetType = UNSET


class UpdateKit(WriteBody, kw_only=True):
    """New values of a kit. Material without a SKU stays in it."""

    sku: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    gtin: str | UnsetType = UNSET
    inventory_items: Parts | UnsetType = UNSET


def _facts(body: CreateProduct | UpdateProduct | CreateKit | UpdateKit) -> dict[str, Any]:
    given = {"sku": body.sku, "description": body.name, "upc": body.gtin}
    return {name: value for name, value in given.items() if not isinstance(value, UnsetType)}


def imperial(size: MeasurementsBody) -> dict[str, Decimal]:
    """A size in inches and pounds."""
    inch, pound = INCHES[size.unit], POUNDS[size.weight_unit]
    sides = {"length": size.length * inch, "width": size.width * inch, "height": size.height * inch}
    found = {**sides, "weight": size.weight * pound}
    return {name: plain_decimal(value.quantize(_STEP)) for name, value in found.items()}


def new_item(body: CreateProduct | CreateKit) -> dict[str, Any]:
    """The item as Extensiv takes it."""
    unit = client.DEFAULT_UNIT if isinstance(body.unit, UnsetType) else body.unit
    counted: dict[str, Any] = {"unitIdentifier": {"name": unit}}
    if not isinstance(body.measurements, UnsetType):
        counted["imperial"] = imperial(body.measurements)
    made = {**_facts(body), "options": {"inventoryUnit": counted}}
    if isinstance(body, CreateKit):
        made["kit"] = {client.KIT_NOTES: body.name, "components": _components(body.inventory_items)}
    return made


def _components(parts: Sequence[KitPart]) -> list[dict[str, Any]]:
    return [{"itemIdentifier": _identifier(part, at), "qty": part.unit_quantity} for at, part in enumerate(parts)]


def _identifier(part: KitPart, at: int) -> dict[str, Any]:
    if not isinstance(part.inventory_item_id, UnsetType):
        number = client.number_in(part.inventory_item_id)
        if number is None:
            raise InvalidBody.field(f"inventory_items.{at}.inventory_item_id", "There is no such item.")
        return {"id": number}
    if not isinstance(part.sku, UnsetType):
        return {"sku": part.sku}
    raise InvalidBody.field(f"inventory_items.{at}", "A component is named by inventory_item_id or sku.")


def changed_item(item: dict[str, Any], body: UpdateProduct | UpdateKit) -> dict[str, Any]:
    """The whole item as it shall be: Extensiv replaces it, so what is not changed goes back as it was read.

    Components that are in it already, in the same number, go back as they were read too, with all their names.
    """
    made = client.sent_back(item) | _facts(body)
    if isinstance(body, UpdateKit) and not isinstance(body.inventory_items, UnsetType):
        kit = made.get("kit") or {}
        before = kit.get("components") or []
        material = [part for part in before if not _is_stock(part)]
        there = [part for part in before if _is_stock(part)]
        wanted = [_as_it_was(part, there) for part in _components(body.inventory_items)]
        made["kit"] = {**kit, "components": [*wanted, *material]}
    return made


def _is_stock(part: dict[str, Any]) -> bool:
    known = part.get("itemIdentifier") or {}
    return bool(known.get("id") or known.get("sku"))


def _as_it_was(part: dict[str, Any], there: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A component as it is in the kit already, with its new number; as it was sent when it is not there."""
    names = part["itemIdentifier"].items()
    found = next((known for known in there if names <= known["itemIdentifier"].items()), None)
    return part if found is None else {**found, "qty": part["qty"]}
