"""What the shapes of all these operations have in common."""

from __future__ import annotations

import msgspec

from crossdock.contract.operations import path_parameter
from crossdock.contract.schemas import JSONSchema, struct_schema
from crossdock.contract.values import VERTICALS

DEPRECATED = {"deprecated": True}
"""Marks a field that is served for older clients only."""


def closed(struct: type[msgspec.Struct], title: str) -> JSONSchema:
    """The schema of a body or answer that has no other fields."""
    return {**struct_schema(struct, title), "additionalProperties": False}


INTEGRATION_TYPE = path_parameter("integration_type", "A vertical.", {"type": "string", "enum": list(VERTICALS)})
