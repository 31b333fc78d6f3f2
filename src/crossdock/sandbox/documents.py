"""What the documents of both products have in common."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

Text = Annotated[str, Meta(min_length=1, pattern="^[^\\x00]*$")]
"""Text that can be stored: not empty and without a NUL."""


class Document(msgspec.Struct, kw_only=True, rename="camel"):
    """Something with an identifier of its own, stored as it is here. Subclasses name their `kind` in the store."""

    kind: ClassVar[str]
    title: ClassVar[str]
    """What messages call it."""

    id: str
    created_at: datetime
    updated_at: datetime


class Part(msgspec.Struct, kw_only=True, frozen=True, rename="camel"):
    """An object inside a document."""


class RequestPart(msgspec.Struct, kw_only=True, frozen=True, rename="camel", forbid_unknown_fields=True):
    """An object of a request; what it does not know it refuses."""


class Address(Part, kw_only=True, frozen=True):
    """A postal address."""

    street: str
    city: str
    region: str
    postal_code: str
    country: str


class Size(RequestPart, kw_only=True, frozen=True):
    """Size and weight of one unit."""

    length: Decimal
    width: Decimal
    height: Decimal
    unit: Literal["cm", "in"] = "cm"
    weight: Decimal
    weight_unit: Literal["kg", "oz", "lb"] = "kg"
