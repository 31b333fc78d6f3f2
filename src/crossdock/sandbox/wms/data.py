"""The seed of the warehouse system: the same for every account, its dates counted back from the reset.

Stock is made to fit the orders: what open orders still wait for is allocated, and lies in the bins beside what is
available. No value is random.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    Order,
    Product,
    Return,
    ReturnLine,
    ReturnState,
    ShippingMethod,
    Supplier,
    Warehouse,
)

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
_RETURN_STATES: tuple[ReturnState, ...] = ("announced", "on_the_way", "unpacking", "done", "cancelled")
_RETURN_REASONS = ("damaged", "wrong item", "no longer wanted")
_SHIPPING_METHODS = (("Ground", "UPS"), ("Two-day air", "FedEx"), ("Overnight", "FedEx"))
_CHANNELS = (("channel_A", "Web shop"), ("channel_B", "Wholesale"), ("channel_C", "Marketplace"))


def seed(now: datetime) -> Iterator[Document]:
    """Every document of a fresh account."""
    bins = list(_bins(now))
    warehouses, methods, channels = list(_warehouses(now)), list(_shipping_methods(now)), list(_channels(now))
    orders = list(order_data.orders(now, warehouses, methods, channels))
    yield from warehouses
    yield from bins
    yield from _items(now, bins, order_data.allocations(orders))
    yield from _products(now)
    yield from methods
    yield from channels
    yield from orders
    yield from _returns(now, orders)


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


def _items(now: datetime, bins: Sequence[Bin], allocated: dict[tuple[str, str], int]) -> Iterator[Item]:
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
            item.stock += _stock(number, warehouse, promised, here, [lot.id for lot in item.lots])
        yield item


def _lots(number: int, good: Good, now: datetime) -> list[ItemLot]:
    """Two lots of a good that expires: an older one at hand, a newer one in bulk."""
    if good.shelf_life_days is None:
        return []
    day = now.replace(hour=0, minute=0, second=0)
    ends = (day + timedelta(days=good.shelf_life_days * share // 4) for share in (1, 3))
    return [ItemLot(id=f"lot_id_{number}_{index}", expires_at=end) for index, end in enumerate(ends)]


def _stock(number: int, warehouse: int, promised: int, bins: Sequence[Bin], lots: Sequence[str]) -> list[BinUnits]:
    available = 0 if (number, warehouse) == _SOLD_OUT else 20 + (number * 37 + warehouse * 53) % 140
    at_hand = min(promised + available, PICK_BIN_HOLDS)
    picking, bulk, quarantine = (
        [place for place in bins if place.use == use] for use in ("pick", "bulk", "quarantine")
    )
    older, newer = (lots[0], lots[-1]) if lots else (None, None)
    parts = (
        (picking[number % len(picking)], older, at_hand),
        (bulk[number % len(bulk)], newer, promised + available - at_hand),
        (quarantine[0], older, (number + warehouse) % 4),
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
            components=order_data.components(number),
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


def _returns(now: datetime, orders: Sequence[Order]) -> Iterator[Return]:
    shipped = [order for order in orders if order.state == "shipped"]
    for number, state in enumerate(_RETURN_STATES):
        order = shipped[-5 * (number + 1)]
        created = order.updated_at + timedelta(days=3)
        line = order.lines[0]
        yield Return(
            id=f"return_id_{number}",
            created_at=min(created, now - timedelta(days=1)),
            updated_at=min(created + timedelta(days=2), now),
            order_id=order.id,
            warehouse_id=order.warehouse_id,
            state=state,
            lines=[
                ReturnLine(
                    product_id=line.product_id,
                    sku=line.sku,
                    units=line.units,
                    received=line.units if state == "done" else 0,
                    reason=_RETURN_REASONS[number % len(_RETURN_REASONS)],
                )
            ],
        )
