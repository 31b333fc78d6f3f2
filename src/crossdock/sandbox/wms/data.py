"""The seed of the warehouse system: the same for every account, its dates counted back from the reset.

Stock is made to fit the orders: what open orders still wait for is allocated, and lies in the bins beside what is
available. No value is random.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from crossdock.sandbox.documents import Address, Document, Size
from crossdock.sandbox.goods import BUNDLES, GOODS, SUPPLIERS, Bundle, Good, barcode, dates
from crossdock.sandbox.wms import order_data
from crossdock.sandbox.wms.documents import (
    Bin,
    BinUnits,
    BinUse,
    Channel,
    Item,
    ItemLot,
    Product,
    ShippingMethod,
    Supplier,
    Warehouse,
)
from crossdock.sandbox.wms.inbound_data import inbound_shipments, suppliers
from crossdock.sandbox.wms.ledger_data import arrivals, comings_back, dispatches, ledger
from crossdock.sandbox.wms.places import components_of, picking_bin
from crossdock.sandbox.wms.return_data import quarantined, returns
from crossdock.sandbox.wms.work_data import activities, charges, clients

WAREHOUSES = (
    (
        "ABE-1",
        "Bethlehem (PA)",
        Address(street="2400 Commerce Way", city="Bethlehem", region="PA", postal_code="18015", country="US"),
    ),
    (
        "RNO-1",
        "Reno (NV)",
        Address(street="815 Longley Lane", city="Reno", region="NV", postal_code="89502", country="US"),
    ),
)
BIN_USES: tuple[BinUse, ...] = ("pick",) * 6 + ("bulk",) * 2 + ("quarantine",)
PICK_BIN_HOLDS = 40
"""Units kept at hand in a picking bin; the rest lies in bulk."""
_SOLD_OUT = (8, 1)
"""The kettle has nothing available in the second warehouse."""
_SHIPPING_METHODS = (("Ground", "UPS"), ("Two-day air", "FedEx"), ("Overnight", "FedEx"))
_CHANNELS = (("channel_A", "Web shop"), ("channel_B", "Wholesale"), ("channel_C", "Marketplace"))


def seed(now: datetime) -> Iterator[Document]:
    """Every document of a fresh account."""
    bins = list(_bins(now))
    warehouses, methods, channels = list(_warehouses(now)), list(_shipping_methods(now)), list(_channels(now))
    orders = list(order_data.orders(now, warehouses, methods, channels))
    returned = list(returns(now, orders))
    items = list(_items(now, bins, order_data.allocations(orders), quarantined(returned)))
    inbound = list(inbound_shipments(now, items, bins))
    yield from warehouses
    yield from bins
    yield from items
    yield from _products(now)
    yield from methods
    yield from channels
    yield from clients(now)
    yield from suppliers(now)
    yield from orders
    yield from returned
    yield from inbound
    yield from ledger(now, items, bins, [*dispatches(orders, bins), *arrivals(inbound), *comings_back(returned, bins)])
    yield from activities(now, orders, inbound, returned)
    yield from charges(now, items, orders, inbound, returned)


def _warehouses(now: datetime) -> Iterator[Warehouse]:
    for number, (code, name, address) in enumerate(WAREHOUSES):
        created, updated = dates(now, number)
        yield Warehouse(
            id=f"warehouse_id_{number}", created_at=created, updated_at=updated, code=code, name=name, address=address
        )


def _bins(now: datetime) -> Iterator[Bin]:
    for number in range(len(WAREHOUSES) * len(BIN_USES)):
        warehouse, place = divmod(number, len(BIN_USES))
        use = BIN_USES[place]
        created, updated = dates(now, number)
        depth, weight = ("60", "80") if use == "pick" else ("120", "900")
        yield Bin(
            id=f"location_id_{number}",
            created_at=created,
            updated_at=updated,
            warehouse_id=f"warehouse_id_{warehouse}",
            name=f"{use[0].upper()}-{place + 1:02d}",
            use=use,
            size=Size(length=Decimal(depth), width=Decimal(80), height=Decimal(60), weight=Decimal(weight)),
        )


def _items(
    now: datetime,
    bins: Sequence[Bin],
    allocated: Mapping[tuple[str, str], int],
    set_apart: Mapping[tuple[str, str], int],
) -> Iterator[Item]:
    for number, good in enumerate(GOODS):
        created, updated = dates(now, number)
        item = Item(
            id=f"inventory_item_id_{number}",
            created_at=created,
            updated_at=updated,
            sku=good.sku,
            name=good.name,
            active=good.active,
            unit_cost=Decimal(good.cost),
            size=good.size,
            substitute_skus=list(good.substitutes),
            lots=_lots(number, good, now),
        )
        for warehouse in range(1 if number == order_data.KEPT_IN_FIRST_ONLY else len(WAREHOUSES)):
            where = f"warehouse_id_{warehouse}"
            promised = allocated.get((item.id, where), 0)
            if promised:
                item.allocated[where] = promised
            item.expected[where] = 24 * ((number + warehouse) % 3)
            here = [place for place in bins if place.warehouse_id == where]
            apart = (number + warehouse) % 4 + set_apart.get((item.id, where), 0)
            item.stock += _stock(number, warehouse, promised, apart, here, [lot.id for lot in item.lots])
        yield item


def _lots(number: int, good: Good, now: datetime) -> list[ItemLot]:
    """Two lots of a good that expires: an older one at hand, a newer one in bulk."""
    if good.shelf_life_days is None:
        return []
    day = now.replace(hour=0, minute=0, second=0)
    ends = (day + timedelta(days=good.shelf_life_days * share // 4) for share in (1, 3))
    return [ItemLot(id=f"lot_id_{number}_{index}", expires_at=end) for index, end in enumerate(ends)]


def _stock(
    number: int, warehouse: int, promised: int, apart: int, bins: Sequence[Bin], lots: Sequence[str]
) -> list[BinUnits]:
    available = 0 if (number, warehouse) == _SOLD_OUT else 20 + (number * 37 + warehouse * 53) % 140
    at_hand = min(promised + available, PICK_BIN_HOLDS)
    picking, bulk, quarantine = (
        [place for place in bins if place.use == use] for use in ("pick", "bulk", "quarantine")
    )
    older, newer = (lots[0], lots[-1]) if lots else (None, None)
    parts = (
        (picking_bin(f"inventory_item_id_{number}", picking), older, at_hand),
        (bulk[number % len(bulk)], newer, promised + available - at_hand),
        (quarantine[0], older, apart),
    )
    return [
        BinUnits(
            bin_id=place.id,
            warehouse_id=place.warehouse_id,
            lot_id=lot,
            quarantined=place.use == "quarantine",
            units=units,
        )
        for place, lot, units in parts
        if units
    ]


def _products(now: datetime) -> Iterator[Product]:
    entries: list[Good | Bundle] = [*GOODS, *BUNDLES]
    for number, entry in enumerate(entries):
        created, updated = dates(now, number)
        product = Product(
            id=f"product_id_{number}",
            created_at=created,
            updated_at=updated,
            type="kit" if isinstance(entry, Bundle) else "single",
            sku=entry.sku,
            name=entry.name,
            barcode=barcode(number),
            price=Decimal(entry.price),
            components=components_of(f"product_id_{number}"),
        )
        if isinstance(entry, Good):
            product.active = entry.active
            product.size = entry.size
            product.supplier = Supplier(id=f"supplier_id_{entry.supplier}", name=SUPPLIERS[entry.supplier])
            product.origin_country = entry.origin
            product.tariff_code = entry.tariff_code
        yield product


def _shipping_methods(now: datetime) -> Iterator[ShippingMethod]:
    for number, (name, carrier) in enumerate(_SHIPPING_METHODS):
        created, updated = dates(now, number)
        yield ShippingMethod(
            id=f"shipping_method_id_{number}", created_at=created, updated_at=updated, name=name, carrier=carrier
        )


def _channels(now: datetime) -> Iterator[Channel]:
    for number, (identifier, name) in enumerate(_CHANNELS):
        created, updated = dates(now, number)
        yield Channel(id=identifier, created_at=created, updated_at=updated, name=name)
