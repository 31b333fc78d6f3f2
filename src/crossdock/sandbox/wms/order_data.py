"""The seeded orders. Those of the past are finished; the recent ones stand in every state there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from crossdock.sandbox.goods import BUNDLES, DAYS_SHOWN, GOODS, Bundle, Good
from crossdock.sandbox.wms.documents import (
    HOLDING_STOCK,
    Channel,
    DeliveryAddress,
    Order,
    OrderLine,
    OrderState,
    Package,
    PackLine,
    Recipient,
    Shipment,
    ShipmentLine,
    ShippingMethod,
    Warehouse,
)
from crossdock.sandbox.wms.packing import needed, next_box, pack, pack_of
from crossdock.sandbox.wms.places import components_of

ORDERS = 100
KEPT_IN_FIRST_ONLY = 9
"""The hand grinder is kept in the first warehouse only."""
_PAST_ORDERS = 70
"""Orders old enough to be finished."""
_RECENT_STATES: tuple[OrderState, ...] = (
    "new",
    "released",
    "in_work",
    "picked",
    "packed",
    "part_shipped",
    "new",
    "waiting_for_stock",
    "on_hold",
    "shipped",
)
_PEOPLE = ("Ada Brunner", "Milo Okafor", "Ines Carvalho", "Jonas Lindqvist", "Priya Raman", "Theo Novak", "Lena Marsh")
_TOWNS = (("Denver", "CO", "80202"), ("Austin", "TX", "78701"), ("Portland", "OR", "97204"), ("Albany", "NY", "12207"))
_WHOLESALE, _RETAILER = "channel_B", "Brew & Bean Stores"
_SHIPPING = Decimal("4.90")
_SHIPPED_FREE_FROM = Decimal(50)
_SIZES = {f"inventory_item_id_{number}": good.size for number, good in enumerate(GOODS)}


def orders(
    now: datetime, warehouses: Sequence[Warehouse], methods: Sequence[ShippingMethod], channels: Sequence[Channel]
) -> Iterator[Order]:
    """Every seeded order, the oldest first."""
    for number in range(ORDERS):
        lines = _lines(number, _state(number))
        in_first = number % 3 != 2 or any(line.sku == GOODS[KEPT_IN_FIRST_ONLY].sku for line in lines)
        yield _order(
            number,
            now,
            lines,
            warehouses[0 if in_first else 1],
            methods[number % len(methods)],
            channels[number % len(channels)],
        )


def allocations(found: Sequence[Order]) -> dict[tuple[str, str], int]:
    """Units promised to orders, by item and warehouse: what lines of orders in work have not shipped yet."""
    promised: dict[tuple[str, str], int] = {}
    for order in found:
        if order.state in HOLDING_STOCK:
            for item_id, units in needed(order.lines).items():
                key = (item_id, order.warehouse_id)
                promised[key] = promised.get(key, 0) + units
    return promised


def _state(number: int) -> OrderState:
    if number >= _PAST_ORDERS:
        return _RECENT_STATES[number % len(_RECENT_STATES)]
    if number % 10 == 3:
        return "cancelled"
    return "on_hold" if number % 23 == 7 else "shipped"


def _order(
    number: int,
    now: datetime,
    lines: list[OrderLine],
    warehouse: Warehouse,
    method: ShippingMethod,
    channel: Channel,
) -> Order:
    placed = now - timedelta(days=DAYS_SHOWN) + number * timedelta(days=DAYS_SHOWN) / (ORDERS + 1)
    placed = placed.replace(microsecond=0)
    goods = sum((line.price * line.units for line in lines), Decimal(0))
    shipping = Decimal(0) if goods >= _SHIPPED_FREE_FROM else _SHIPPING
    order = Order(
        id=f"order_id_{number}",
        created_at=placed,
        updated_at=min(placed + timedelta(hours=1), now),
        number=f"order_number_{number}",
        shop_order_id=f"shop_order_id_{number}",
        channel_id=channel.id,
        channel_name=channel.name,
        trading_partner=_RETAILER if channel.id == _WHOLESALE else None,
        state=_state(number),
        warehouse_id=warehouse.id,
        shipping_method_id=method.id,
        shipping_method_name=method.name,
        carrier=method.carrier,
        recipient=_recipient(number),
        lines=lines,
        total=goods + shipping,
        shipping=shipping,
    )
    sent = [PackLine(line=index, units=line.shipped) for index, line in enumerate(lines) if line.shipped]
    if sent:
        order.updated_at = min(placed + timedelta(days=2), now)
        order.shipments = [_shipment(number, order, warehouse, sent)]
    if order.state == "packed":
        pack(order, _SIZES)
    return order


def _shipment(number: int, order: Order, warehouse: Warehouse, sent: list[PackLine]) -> Shipment:
    tracking = f"1Z999AA1{number:010d}"
    packed = pack_of(order, sent, next_box(order), _SIZES)
    box = Package(id=packed.id, tracking_number=tracking, size=packed.size, items=packed.items)
    return Shipment(
        id=f"shipment_id_{number}",
        tracking_number=tracking,
        shipped_at=order.updated_at,
        warehouse_id=warehouse.id,
        ship_from=warehouse.address,
        shipping_method_id=order.shipping_method_id,
        shipping_method_name=order.shipping_method_name,
        carrier=order.carrier,
        lines=[ShipmentLine(product_id=order.lines[entry.line].product_id, units=entry.units) for entry in sent],
        packages=[box],
    )


def _lines(number: int, state: OrderState) -> list[OrderLine]:
    entries: list[Good | Bundle] = [*GOODS, *BUNDLES]
    lines = []
    for index in range(1 + number % 3):
        product = (number * 7 + index * 5) % len(entries)
        # Something is left of a part shipment, even where there is one line.
        units = 1 + (number + index) % 3 + (state == "part_shipped")
        # A part shipment has sent the first line and nothing of the others, or one unit of a single line.
        part = units if index == 0 and number % 3 else min(1, units - 1) if index == 0 else 0
        shipped = units if state == "shipped" else part if state == "part_shipped" else 0
        entry = entries[product]
        lines.append(
            OrderLine(
                product_id=f"product_id_{product}",
                sku=entry.sku,
                units=units,
                shipped=shipped,
                price=Decimal(entry.price),
                kit=isinstance(entry, Bundle),
                parts=components_of(f"product_id_{product}"),
            )
        )
    return lines


def _recipient(number: int) -> Recipient:
    name = _PEOPLE[number % len(_PEOPLE)]
    city, region, postal_code = _TOWNS[number % len(_TOWNS)]
    return Recipient(
        name=name,
        email=f"{name.lower().replace(' ', '.')}@example.com",
        address=DeliveryAddress(
            street=f"{100 + number} Maple Street", city=city, region=region, postal_code=postal_code, country="US"
        ),
    )
