"""Sizes and weights, in whatever unit a system keeps them, as the contract wants them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

from crossdock.contract.records import Measurements
from crossdock.contract.values import LengthUnit, WeightUnit, plain_decimal

U = TypeVar("U")
LENGTHS: Mapping[str, tuple[LengthUnit, Decimal]] = {
    **dict.fromkeys(("in", "inch", "inches"), ("in", Decimal(1))),
    **dict.fromkeys(("ft", "foot", "feet"), ("in", Decimal(12))),
    **dict.fromkeys(("yd", "yard"), ("in", Decimal(36))),
    **dict.fromkeys(("mm", "millimeter", "millimetre"), ("cm", Decimal("0.1"))),
    **dict.fromkeys(("cm", "centimeter", "centimetre"), ("cm", Decimal(1))),
    **dict.fromkeys(("m", "meter", "metre"), ("cm", Decimal(100))),
}
WEIGHTS: Mapping[str, tuple[WeightUnit, Decimal]] = {
    **dict.fromkeys(("oz", "ounce"), ("oz", Decimal(1))),
    **dict.fromkeys(("lb", "pound"), ("lb", Decimal(1))),
    **dict.fromkeys(("g", "gram"), ("kg", Decimal("0.001"))),
    **dict.fromkeys(("kg", "kilogram"), ("kg", Decimal(1))),
    **dict.fromkeys(("t", "tonne"), ("kg", Decimal(1000))),
}
"""By names in small letters; an `s` at their end is left out."""


def _known(units: Mapping[str, tuple[U, Decimal]], name: str | None) -> tuple[U, Decimal] | None:
    plain = (name or "").strip().lower().rstrip(".")
    return units.get(plain) or units.get(plain.removesuffix("s"))


def _scaled(value: Decimal | None, unit: tuple[U, Decimal] | None) -> Decimal | None:
    if value is None or unit is None:
        return None
    return plain_decimal(value if unit[1] == 1 else value * unit[1])


def length_in(value: Decimal | None, unit: str | None) -> tuple[Decimal | None, LengthUnit | None]:
    """A length and the unit of ours that it is in; nothing where the system's unit is not known."""
    known = _known(LENGTHS, unit)
    found = _scaled(value, known)
    return found, known[0] if known and found is not None else None


def weight_in(value: Decimal | None, unit: str | None) -> tuple[Decimal | None, WeightUnit | None]:
    """A weight and the unit of ours that it is in; nothing where the system's unit is not known."""
    known = _known(WEIGHTS, unit)
    found = _scaled(value, known)
    return found, known[0] if known and found is not None else None


def measurements(
    length: Decimal | None,
    width: Decimal | None,
    height: Decimal | None,
    unit: str | None,
    weight: Decimal | None,
    weight_unit: str | None,
) -> Measurements:
    """Size and weight. A number in a unit that nobody knows is left out: it would be read as another one's.

    Systems that write 0 for what nobody measured pass None for it.
    """
    known = _known(LENGTHS, unit)
    sides = [_scaled(side, known) for side in (length, width, height)]
    heavy, heavy_unit = weight_in(weight, weight_unit)
    return Measurements(
        length=sides[0],
        width=sides[1],
        height=sides[2],
        unit=known[0] if known and any(side is not None for side in sides) else None,
        weight=heavy,
        weight_unit=heavy_unit,
    )
