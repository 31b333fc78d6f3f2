"""Write bodies: the base body of an action, and the variant an integration makes of it.

A variant picks from the base body. A field that is present is supported; one without a default is required for that
system; one that is absent is refused by name. A field the base body does not have is marked with `vendor_only`.
Descriptions and examples are taken over from the base body unless the variant gives its own.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.values import LengthUnit, WeightUnit

Tags = Annotated[
    list[Any] | None,
    Meta(
        description="Your own tags for the record, kept only here. Each is a text or an object with exactly one key.",
        examples=[["tag1", "tag2", {"tag3": "value3"}]],
        extra={"tags": True},
    ),
]

BASE_TITLE = "Base Schema"
TAGS_FIELD = "trackstar_tags"


class WriteBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The body of a write. Optional fields are `UNSET` when the caller left them out; none is ever null."""


class BodyPart(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An object inside a write body."""


class MeasurementsBody(BodyPart, kw_only=True):
    """Size and weight of one unit; send all six or leave the object out."""

    length: Annotated[Decimal, Meta(description="Length, in `unit`.", examples=[1.5])]
    width: Annotated[Decimal, Meta(description="Width, in `unit`.", examples=[1.5])]
    height: Annotated[Decimal, Meta(description="Height, in `unit`.", examples=[1.5])]
    unit: Annotated[LengthUnit, Meta(description="Unit of the three lengths.", examples=["in"])]
    weight: Annotated[Decimal, Meta(description="Weight, in `weight_unit`.", examples=[2.5])]
    weight_unit: Annotated[WeightUnit, Meta(description="Unit of the weight.", examples=["lb"])]


class TrackstarTagsBody(WriteBody, kw_only=True):
    """Replaces the tags of one record."""

    trackstar_tags: Annotated[
        list[Any],
        Meta(
            description="The complete new list; an empty one removes every tag. "
            "Each tag is a text or an object with exactly one key.",
            examples=[["tag1", "tag2", {"tag3": "value3"}]],
            extra={"tags": True},
        ),
    ]


def vendor_only(description: str, **facts: Any) -> Meta:
    """Marks a field that only this integration has; the description is required."""
    return Meta(description=description, extra={"vendor_only": True}, **facts)


def choices(resource: str, field: str = "id") -> Meta:
    """Marks a field whose allowed values are those of the account: `field` of its stored records of `resource`."""
    return Meta(extra={"choices": {"resource": resource, "field": field}})


def at_least_one() -> Meta:
    """Marks an object in which any field says enough, and one of them has to be there."""
    return Meta(extra={"at_least_one": True})


def plain_text(value: str | UnsetType) -> str | None:
    """An optional text field as the value or None."""
    return None if value is UNSET else value


Adjustment = Literal["increase", "decrease"]
ExactAdjustment = Literal["increase", "decrease", "exact"]
