"""What the shapes of all these operations have in common."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from crossdock.contract.operations import path_parameter
from crossdock.contract.schemas import JSONSchema, struct_schema
from crossdock.contract.values import VERTICALS

DEPRECATED = {"deprecated": True}
"""Marks a field that is served for older clients only."""


def closed(struct: type[msgspec.Struct], title: str) -> JSONSchema:
    """The schema of a body or answer that has no other fields."""
    return {**struct_schema(struct, title), "additionalProperties": False}


INTEGRATION_TYPE = path_parameter("integration_type", "A vertical.", {"type": "string", "enum": list(VERTICALS)})


class Updated(msgspec.Struct, kw_only=True):
    """What was changed."""

    id: Annotated[str, Meta(description="Identifier of what was changed.", examples=["example-id-123"])]
    object: Annotated[str, Meta(description="What kind of thing it is.", examples=["connection"])]
    updated: Annotated[bool, Meta(description="Always true: the change has been made.", examples=[True])] = True


class Deleted(msgspec.Struct, kw_only=True):
    """What was removed."""

    id: Annotated[str, Meta(description="Identifier of what was removed.", examples=["example-id-123"])]
    object: Annotated[str, Meta(description="What kind of thing it was.", examples=["connection"])]
    deleted: Annotated[bool, Meta(description="Always true: it is gone.", examples=[True])] = True


def always(struct: type[msgspec.Struct], title: str) -> JSONSchema:
    """The schema of an answer whose every field is there."""
    schema = closed(struct, title)
    return {**schema, "required": sorted(schema["properties"])}
