"""What both products of the vendor answer with; only fields that are read."""

from __future__ import annotations

from decimal import Decimal
from typing import Generic, Literal, TypeVar

import msgspec

T = TypeVar("T")


class SandboxPart(msgspec.Struct, kw_only=True, frozen=True, rename="camel"):
    """An object as the vendor writes it: camel case, amounts as text, times in UTC."""


class SandboxPage(SandboxPart, Generic[T], kw_only=True, frozen=True):
    """One page of a list; `next` is the id to go on after."""

    data: list[T]
    removed: list[str]
    next: str | None = None


class SandboxProblem(SandboxPart, kw_only=True, frozen=True):
    """A refusal."""

    code: str
    message: str


class SandboxAccount(SandboxPart, kw_only=True, frozen=True):
    """Who a key belongs to."""

    id: str
    product: str
    rights: list[str] | None = None
    """What the key may do; None when it may do everything."""


class SandboxHook(SandboxPart, kw_only=True, frozen=True):
    """Somebody whom the vendor tells of changes."""

    id: str


class SandboxMessage(SandboxPart, kw_only=True, frozen=True):
    """What the vendor tells: which document changed."""

    document_id: str


class SandboxAddress(SandboxPart, kw_only=True, frozen=True):
    """A postal address."""

    street: str
    city: str
    region: str
    postal_code: str
    country: str


class SandboxSize(SandboxPart, kw_only=True, frozen=True):
    """Size and weight of one unit."""

    length: Decimal
    width: Decimal
    height: Decimal
    unit: Literal["cm", "in"]
    weight: Decimal
    weight_unit: Literal["kg", "oz", "lb"]
