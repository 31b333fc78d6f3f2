"""Scalar types shared by every record and write body."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import Meta, Raw, json

Vertical = Literal["wms", "cart", "carrier", "freight", "erp"]
"""The kind of system a connection belongs to; the first segment of every record path."""

VERTICALS: tuple[Vertical, ...] = ("wms", "cart", "carrier", "freight", "erp")

Timestamp = Annotated[datetime, Meta(tz=True)]
"""A moment in UTC, whole seconds, written `2026-01-01T00:00:00Z`."""

LengthUnit = Literal["cm", "in"]
WeightUnit = Literal["kg", "oz", "lb"]

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1


class PlainDecimal(Decimal):
    """A decimal whose ordinary text would carry an exponent; encoded in full digits instead."""


def plain_decimal(value: Decimal) -> Decimal:
    """The same number, in a form that is served without an exponent."""
    if "E" in str(value):
        return PlainDecimal(format(value, "f"))
    return value


def encode_special(value: Any) -> Any:
    """msgspec hook for the one type of ours it does not know."""
    if isinstance(value, PlainDecimal):
        return Raw(format(value, "f").encode())
    raise NotImplementedError(f"cannot encode {type(value).__name__}")


ENCODER = json.Encoder(enc_hook=encode_special, decimal_format="number")
"""Encodes records and answers: decimals as JSON numbers, times in UTC with Z."""


def whole_seconds(moment: datetime) -> datetime:
    """The moment in UTC without fractions, the only precision the contract serves."""
    return moment.astimezone(UTC).replace(microsecond=0)


def timestamp_text(moment: datetime) -> str:
    """The moment as the contract writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
