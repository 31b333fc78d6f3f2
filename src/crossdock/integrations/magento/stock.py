"""The rules of changing stock. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Literal

from msgspec import UnsetType

from crossdock.contract.errors import InvalidBody
from crossdock.integrations.magento.mapping import STOCKLESS_TYPES
from crossdock.integrations.magento.models import MagentoProduct, SourceItem

PARENT_REFUSED = "A parent product or bundle holds no stock of its own; adjust one of its parts."
NO_SOURCE = "The product has stock in no warehouse yet; name one."
SEVERAL_SOURCES = "The product has stock in several warehouses; name one of: {}."
UNKNOWN_SOURCE = "Not a warehouse of the shop."
FOR_SALE = 1
_QUERY_LENGTH = 3000
"""Characters of SKUs in one address; web servers refuse addresses from about 8,000 on."""


def check_countable(product: MagentoProduct, field: str, location: Literal["path", "json"]) -> None:
    """Refuses a product that has no stock to change."""
    if product.type_id in STOCKLESS_TYPES:
        raise InvalidBody.field(field, PARENT_REFUSED, location)


def source_for(rows: Sequence[SourceItem], wanted: str | UnsetType) -> str | None:
    """The source that a change is about: the one named, or the only one. Raises ValueError where that is not clear."""
    if not isinstance(wanted, UnsetType):
        return wanted
    codes = [row.source_code for row in rows]
    if len(codes) != 1:
        raise ValueError(SEVERAL_SOURCES.format(", ".join(codes)) if codes else NO_SOURCE)
    return codes[0]


def level(row: SourceItem | None, quantity: int, kind: str) -> Decimal:
    """The units to set for a change, as the shop only takes levels."""
    there = row.quantity if row else Decimal(0)
    if kind == "exact":
        return Decimal(quantity)
    if kind == "increase":
        return there + quantity
    if quantity > there:
        raise InvalidBody.field("quantity", f"Only {there.normalize():f} in stock; stock cannot go below zero.")
    return there - quantity


def entry(sku: str, source: str, row: SourceItem | None, units: Decimal) -> dict[str, Any]:
    """A level as Magento takes it. What was out of stock and comes in is for sale again; else that stays as it is."""
    came_in = units > 0 and (row is None or row.quantity <= 0)
    status = FOR_SALE if row is None or came_in else row.status
    return {"sku": sku, "source_code": source, "quantity": units, "status": status}


def batches(skus: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Condition and value of the searches that find these SKUs; one with a comma goes alone, as lists part there."""
    part: list[str] = []
    length = 0
    for sku in dict.fromkeys(skus):
        if "," in sku:
            yield "eq", sku
            continue
        if part and (length + len(sku) > _QUERY_LENGTH or len(part) == 100):
            yield "in", ",".join(part)
            part, length = [], 0
        part.append(sku)
        length += len(sku) + 1
    if part:
        yield "in", ",".join(part)
