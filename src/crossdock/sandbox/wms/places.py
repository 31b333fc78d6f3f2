"""What several parts of the seed have to agree on: what a product is made of, and where an item is picked."""

from __future__ import annotations

from collections.abc import Sequence

from crossdock.sandbox.goods import BUNDLES, GOODS
from crossdock.sandbox.wms.documents import Bin, Component


def number_of(identifier: str) -> int:
    """The number at the end of an id of the seed."""
    return int(identifier.rsplit("_", 1)[1])


def components_of(product_id: str) -> list[Component]:
    """What one unit of a product is made of."""
    product = number_of(product_id)
    parts = ((product, 1),) if product < len(GOODS) else BUNDLES[product - len(GOODS)].parts
    return [Component(item_id=f"inventory_item_id_{good}", sku=GOODS[good].sku, units=units) for good, units in parts]


def picking_bin(item_id: str, bins: Sequence[Bin]) -> Bin:
    """Where an item is picked, of the bins of one warehouse."""
    picking = [place for place in bins if place.use == "pick"]
    return picking[number_of(item_id) % len(picking)]


def bins_in(bins: Sequence[Bin], warehouse_id: str) -> list[Bin]:
    """The bins of one warehouse."""
    return [place for place in bins if place.warehouse_id == warehouse_id]
