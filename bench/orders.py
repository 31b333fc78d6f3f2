"""Synthetic orders: the same every time, in the shapes and sizes that warehouse systems have them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from crossdock.contract.records import Measurements, ShipToAddress, WarehouseAddress, encode_record
from crossdock.contract.wms.orders import (
    Order,
    OrderChannel,
    OrderLineItem,
    OrderShipment,
    Package,
    PackageLineItem,
    ShipmentLineItem,
)

TEMPLATES = 1000
"""Different orders; a million is made of them by giving each its own identifier."""
PLACEHOLDER = "@identifier@"
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)

_STATUSES = ("open", "processing", "picked", "fulfilled", "fulfilled", "exception", "cancelled")
_CHANNELS = ("shopify", "amazon", "wholesale", "web")
_STREETS = ("Main Street", "Lindenstraße", "Avenue de la République", "North Harbor Boulevard")
_CITIES = (("New York", "NY", "10001"), ("Berlin", "BE", "10115"), ("Lyon", "ARA", "69002"), ("Austin", "TX", "73301"))
_NAMES = ("Ada Lovelace", "Jürgen Großmann", "María José Fernández", "Chen Wei", "Oluwaseun Adeyemi")
_SHIP_FROM = WarehouseAddress(
    address1="1200 Distribution Way", city="Bethlehem", state="PA", postal_code="18015", country="United States"
)


def _address(dice: random.Random) -> ShipToAddress:
    city, state, postal_code = dice.choice(_CITIES)
    name = dice.choice(_NAMES)
    return ShipToAddress(
        full_name=name,
        address1=f"{dice.randrange(1, 2000)} {dice.choice(_STREETS)}",
        address2=dice.choice((None, "Apt 4B")),
        city=city,
        state=state,
        postal_code=postal_code,
        country="United States",
        phone_number="+1 212 555 0100",
        email_address=f"{name.split()[0].lower()}@example.com",
    )


def _shipment(
    dice: random.Random, identifier: str, address: ShipToAddress, skus: list[str], shipped: datetime
) -> OrderShipment:
    tracking = f"1Z999AA1{dice.randrange(10**10):010d}"
    return OrderShipment(
        shipment_id=f"shp-{identifier}",
        warehouse_id="warehouse-1",
        shipped_date=shipped,
        raw_status="SHIPPED",
        status="shipped",
        shipping_method="ups_ground",
        line_items=[ShipmentLineItem(inventory_item_id=f"item-{sku}", sku=sku, quantity=1) for sku in skus],
        ship_to_address=address,
        ship_from_address=_SHIP_FROM,
        packages=[
            Package(
                package_id=f"pkg-{identifier}",
                package_name="12x9x4",
                tracking_number=tracking,
                tracking_url=f"https://www.ups.com/track?tracknum={tracking}",
                shipping_method_id="ups_ground",
                shipping_method_name="UPS Ground",
                carrier_id="ups",
                carrier_name="UPS",
                scac="UPSN",
                shipping_cost=Decimal(dice.randrange(400, 2000)) / 100,
                measurements=Measurements(
                    length=Decimal(12),
                    width=Decimal(9),
                    height=Decimal(4),
                    unit="in",
                    weight=Decimal("2.5"),
                    weight_unit="lb",
                ),
                line_items=[PackageLineItem(inventory_item_id=f"item-{sku}", sku=sku, quantity=1) for sku in skus],
            )
        ],
    )


def make_order(number: int, identifier: str) -> Order:
    """One order; `number` settles everything but its identifier."""
    dice = random.Random(number)  # noqa: S311 - synthetic data, not a secret
    status = _STATUSES[number % len(_STATUSES)]
    created = FIRST_DAY + timedelta(seconds=number * 7919 % (300 * 86400))
    address = _address(dice)
    skus = [f"SKU-{dice.randrange(5000):05d}" for _ in range(dice.choice((1, 1, 2, 3)))]
    lines = [
        OrderLineItem(
            product_id=f"product-{sku}",
            sku=sku,
            quantity=dice.randrange(1, 5),
            unit_price=Decimal(dice.randrange(500, 20000)) / 100,
            is_picked=status in ("picked", "fulfilled"),
            discount_amount=Decimal(0),
        )
        for sku in skus
    ]
    shipped = status == "fulfilled"
    return Order(
        id=identifier,
        warehouse_customer_id=f"customer-{number % 7}",
        warehouse_id="warehouse-1",
        created_date=created,
        updated_date=created + timedelta(hours=5),
        reference_id=f"ref-{identifier}",
        order_number=f"#{identifier}",
        status=status,  # type: ignore[arg-type]
        raw_status=status.upper(),
        channel=_CHANNELS[number % 4],
        channel_object=OrderChannel(channel_id=_CHANNELS[number % 4], channel_name=_CHANNELS[number % 4].title()),
        type="b2b" if number % 9 == 0 else "d2c",
        shipping_method="ups_ground",
        service_level="Standard",
        shipping_method_id="ups_ground",
        shipping_method_name="UPS Ground",
        carrier_id="ups",
        carrier_name="UPS",
        scac="UPSN",
        is_third_party_freight=False,
        total_price=sum((line.unit_price or Decimal(0)) * line.quantity for line in lines) + Decimal("5.99"),
        total_tax=Decimal("1.75"),
        total_discount=Decimal(0),
        total_shipping=Decimal("5.99"),
        ship_to_address=address,
        line_items=lines,
        tags=["priority", "gift:yes"] if number % 5 == 0 else [],
        required_ship_date=created + timedelta(days=2),
        saturday_delivery=False,
        signature_required=number % 6 == 0,
        shipments=[_shipment(dice, identifier, address, skus, created + timedelta(days=1))] if shipped else [],
        external_system_url=f"https://wms.example.com/orders/{identifier}",
        additional_fields={"batch": f"B-{number % 50}", "hold": False},
    )


@dataclass(frozen=True)
class Template:
    """An order whose encoded content takes any identifier without being encoded again."""

    order: Order
    pieces: tuple[bytes, ...]

    def content(self, identifier: str) -> bytes:
        """What the store would encode for this order with this identifier."""
        return identifier.encode().join(self.pieces)


def templates() -> Iterator[Template]:
    """The orders that bulk data is made of."""
    for number in range(TEMPLATES):
        order = make_order(number, PLACEHOLDER)
        yield Template(order, tuple(encode_record(order).split(PLACEHOLDER.encode())))
