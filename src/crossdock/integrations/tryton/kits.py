"""What to write to make or change a kit. A kit is a product of type `kit` with components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import BodyPart, MeasurementsBody, WriteBody
from crossdock.contract.errors import InvalidBody
from crossdock.integrations.tryton.mapping import LENGTH_UNITS, WEIGHT_UNITS, gtin_of
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
    inventory_items: Annotated[list[KitItem] | UnsetType, Meta(min_length=1)] = UNSET
