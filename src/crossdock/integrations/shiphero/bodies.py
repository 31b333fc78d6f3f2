"""From write bodies to ShipHero's inputs. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec import UnsetType

from crossdock.contract.bodies import MeasurementsBody
from crossdock.contract.values import LengthUnit, WeightUnit
from crossdock.contract.wms.order_bodies import ShipToAddressBody
from crossdock.integrations.shiphero.mapping import Units

# One of each in the unit that the others are counted in: centimetres and grams, by their definitions.
_LENGTHS: Mapping[LengthUnit, Decimal] = {"cm": Decimal(1), "in": Decimal("2.54")}
_WEIGHTS: Mapping[WeightUnit, Decimal] = {
    "kg": Decimal(1000),
    "oz": Decimal("28.349523125"),
    "lb": Decimal("453.59237"),
}
_DIGITS = Decimal("0.0001")


def text(value: str | UnsetType) -> str | None:
    """An optional text."""
    return None if isinstance(value, UnsetType) else value


def money(value: Decimal | UnsetType) -> str | None:
    """An optional amount, as ShipHero writes them."""
    return None if isinstance(value, UnsetType) else format(value, "f")


def dimensions(given: MeasurementsBody | UnsetType, units: Units) -> dict[str, str] | None:
    """Sizes in the units of the account."""
    if isinstance(given, UnsetType):
        return None
    length, weight = _LENGTHS[given.unit] / _LENGTHS[units.length], _WEIGHTS[given.weight_unit] / _WEIGHTS[units.weight]
    return {
        "length": _shown(given.length, length),
        "width": _shown(given.width, length),
        "height": _shown(given.height, length),
        "weight": _shown(given.weight, weight),
    }


def _shown(value: Decimal, factor: Decimal) -> str:
    if factor == 1:
        return format(value, "f")
    return format((value * factor).quantize(_DIGITS).normalize(), "f")


def order_address(given: ShipToAddressBody) -> dict[str, Any]:
    """An address of an order. ShipHero keeps names in two parts; the last word is the second."""
    before, _, last = (text(given.full_name) or "").rpartition(" ")
    made = {
        "first_name": before or last,
        "last_name": last if before else "",
        "company": text(given.company),
        "address1": text(given.address1),
        "address2": text(given.address2),
        "city": text(given.city),
        "state": text(given.state),
        "zip": text(given.postal_code),
        "country": text(given.country),
    }
    return {name: value for name, value in made.items() if value}
