"""Items as the API shows them: with the quantities that follow from their stock."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from crossdock.sandbox.documents import Part, Size
from crossdock.sandbox.wms.documents import Item
from crossdock.sandbox.wms.stock import Level, levels


class LotShown(Part, kw_only=True, frozen=True):
    """Units of one lot in one warehouse."""

    lot_id: str
    warehouse_id: str
    expires_at: datetime
    units: int


class BinShown(Part, kw_only=True, frozen=True):
    """Units in one bin, all lots."""

    bin_id: str
    warehouse_id: str
    units: int


class ItemShown(Part, kw_only=True, frozen=True):
    """An item with the quantities that follow from its stock."""

    id: str
    created_at: datetime
    updated_at: datetime
    client_id: str
    sku: str
    name: str
    active: bool
    unit_cost: Decimal | None
    size: Size | None
    substitute_skus: list[str]
    levels: list[Level]
    bins: list[BinShown]
    lots: list[LotShown]


def show_item(item: Item) -> ItemShown:
    """An item as the API shows it."""
    bins: dict[tuple[str, str], int] = {}
    lots: dict[tuple[str, str], int] = {}
    for part in item.stock:
        place = (part.bin_id, part.warehouse_id)
        bins[place] = bins.get(place, 0) + part.units
        if part.lot_id is not None:
            batch = (part.lot_id, part.warehouse_id)
            lots[batch] = lots.get(batch, 0) + part.units
    expiry = {lot.id: lot.expires_at for lot in item.lots}
    return ItemShown(
        id=item.id,
        created_at=item.created_at,
        updated_at=item.updated_at,
        client_id=item.client_id,
        sku=item.sku,
        name=item.name,
        active=item.active,
        unit_cost=item.unit_cost,
        size=item.size,
        substitute_skus=item.substitute_skus,
        levels=levels(item),
        bins=[BinShown(bin_id=place, warehouse_id=where, units=units) for (place, where), units in bins.items()],
        lots=[
            LotShown(lot_id=lot, warehouse_id=where, expires_at=expiry[lot], units=units)
            for (lot, where), units in lots.items()
        ],
    )
