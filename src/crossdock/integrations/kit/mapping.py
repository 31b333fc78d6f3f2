"""Conversions every mapping needs: times, money and text as the contract wants them."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation

from crossdock.contract.errors import UnexpectedShape
from crossdock.contract.values import plain_decimal, whole_seconds

NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)
"""The date of records that a system keeps no date of; the contract wants one."""


def moment(value: str | datetime, zone: tzinfo = UTC) -> datetime:
    """A time in UTC and whole seconds; `zone` is what the system means when it names none."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise UnexpectedShape(f"not a date and time: {value!r}") from None
    if value.tzinfo is None:
        value = value.replace(tzinfo=zone)
    return whole_seconds(value)


def money(value: str | int | Decimal | None) -> Decimal | None:
    """An amount exactly as the system wrote it; floats are not taken, they have drifted already."""
    if value is None:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise UnexpectedShape(f"not an amount: {value!r}") from None
    if not number.is_finite():
        raise UnexpectedShape(f"not an amount: {value!r}")
    return plain_decimal(number)


def minor_units(value: int, digits: int = 2) -> Decimal:
    """An amount given in the smallest unit of its currency."""
    return plain_decimal(Decimal(value).scaleb(-digits))


def text_or_none(value: str | None) -> str | None:
    """The text, or None when it is empty."""
    return value or None


def whole_units(value: int | float | Decimal) -> int:
    """A quantity in whole units; a fraction is refused rather than rounded."""
    number = Decimal(str(value))
    if number != number.to_integral_value():
        raise UnexpectedShape(f"a quantity of {value} is not a whole number of units")
    return int(number)
