"""What the warehouse system's orders mean in ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crossdock.contract.records import ShipToAddress
from crossdock.contract.statuses import WmsOrderStatus
from crossdock.contract.wms import orders
from crossdock.integrations.kit.mapping import moment, money
from crossdock.integrations.sandbox.mapping import to_address, to_measurements
from crossdock.integrations.sandbox.models import SandboxSize
from crossdock.integrations.sandbox.wms.order_models import (
    SandboxChannel,
    SandboxFile,
    SandboxOrder,
    SandboxPack,
    SandboxPackage,
    SandboxPackedItem,
    SandboxRecipient,
    SandboxShipment,
)

STATUSES: dict[str, WmsOrderStatus] = {
    "new": "open",
    "released": "confirmed",
    "in_work": "processing",
    "picked": "picked",
    "packed": "packed",
    "part_shipped": "partially_fulfilled",
    "shipped": "fulfilled",
    "waiting_for_stock": "backordered",
    "on_hold": "exception",
    "cancelled": "cancelled",
}
_PICKED = frozenset({"picked", "packed", "part_shipped", "shipped"})


def to_channel(found: SandboxChannel) -> orders.Channel:
    """Where orders are sold."""
    return orders.Channel(
        id=found.id,
        warehouse_customer_id=found.client_id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        name=found.name,
    )


def to_order(found: SandboxOrder) -> orders.Order:
    """An order. The vendor knows carriers by name, so the name is also the id."""
    return orders.Order(
        id=found.id,
        warehouse_customer_id=found.client_id,
        warehouse_id=found.warehouse_id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        reference_id=found.shop_order_id or found.id,
        order_number=found.number,
        status=STATUSES.get(found.state, "other"),
        raw_status=found.state,
        channel=found.channel_id,
        channel_object=orders.OrderChannel(channel_id=found.channel_id, channel_name=found.channel_name),
        type="b2b" if found.trading_partner else "d2c",
        trading_partner=found.trading_partner,
        shipping_method=found.shipping_method_id,
        service_level=found.service_level,
        shipping_method_id=found.shipping_method_id,
        shipping_method_name=found.shipping_method_name,
        carrier_id=found.carrier,
        carrier_name=found.carrier,
        invoice_currency_code=found.currency,
        total_price=money(found.total),
        total_tax=money(found.tax),
        total_discount=money(found.discount),
        total_shipping=money(found.shipping),
        ship_to_address=_to_recipient(found.recipient),
        line_items=[
            orders.OrderLineItem(
                product_id=line.product_id,
                sku=line.sku,
                quantity=line.units,
                unit_price=money(line.price),
                is_picked=found.state in _PICKED,
                discount_amount=money(line.discount),
            )
            for line in found.lines
        ],
        shipments=[_to_shipment(shipment, found.recipient) for shipment in found.shipments],
        additional_fields={"files": [_to_file(file) for file in found.files]} if found.files else {},
    )


def to_packs(found: SandboxOrder) -> orders.OrderPacks:
    """The boxes of an order that have not left yet."""
    return orders.OrderPacks(
        packs=[_to_pack(pack) for pack in found.packs],
        carrier=found.carrier,
        carrier_id=found.carrier,
        carrier_name=found.carrier,
        shipping_method=found.shipping_method_name,
        shipping_method_id=found.shipping_method_id,
        shipping_method_name=found.shipping_method_name,
        ship_to_address=_to_recipient(found.recipient),
        order_line_items=[
            orders.OrderPackOrderLineItem(product_id=line.product_id, sku=line.sku, quantity=line.units)
            for line in found.lines
        ],
    )


def _to_pack(pack: SandboxPack) -> orders.OrderPack:
    return orders.OrderPack(
        pack_id=pack.id,
        measurements=to_measurements(pack.size),
        line_items=[
            orders.OrderPackLineItem(inventory_item_id=item.item_id, sku=item.sku, quantity=item.units)
            for item in pack.items
        ],
    )


def _to_shipment(shipment: SandboxShipment, recipient: SandboxRecipient) -> orders.OrderShipment:
    """A shipment; what it cost stands at its first box, so that a sum over all boxes is right."""
    return orders.OrderShipment(
        shipment_id=shipment.id,
        warehouse_id=shipment.warehouse_id,
        shipped_date=moment(shipment.shipped_at),
        raw_status="shipped",
        status="shipped",
        shipping_method=shipment.shipping_method_id,
        line_items=_summed(item for package in shipment.packages for item in package.items),
        ship_to_address=_to_recipient(recipient),
        ship_from_address=to_address(shipment.ship_from),
        packages=[_to_package(package, shipment, index == 0) for index, package in enumerate(shipment.packages)],
    )


def _summed(items: Iterable[SandboxPackedItem]) -> list[orders.ShipmentLineItem]:
    """Units of each item over all boxes and lots, those of a kit apart from those sold alone."""
    units: dict[tuple[str, str, str | None], int] = {}
    for item in items:
        key = (item.item_id, item.sku, item.kit_id)
        units[key] = units.get(key, 0) + item.units
    return [
        orders.ShipmentLineItem(inventory_item_id=item_id, sku=sku, quantity=count, parent_product_id=kit_id)
        for (item_id, sku, kit_id), count in units.items()
    ]


def _to_package(package: SandboxPackage, shipment: SandboxShipment, bears_cost: bool) -> orders.Package:
    return orders.Package(
        package_id=package.id,
        package_name=_box_name(package.size),
        tracking_number=package.tracking_number,
        tracking_url=package.tracking_url,
        shipping_method=shipment.shipping_method_id,
        carrier=shipment.carrier,
        shipping_method_id=shipment.shipping_method_id,
        shipping_method_name=shipment.shipping_method_name,
        carrier_id=shipment.carrier,
        carrier_name=shipment.carrier,
        shipping_cost=money(shipment.cost) if bears_cost else None,
        measurements=to_measurements(package.size),
        line_items=[
            orders.PackageLineItem(
                inventory_item_id=item.item_id,
                sku=item.sku,
                quantity=item.units,
                lot_id=item.lot_id,
                expiration_date=None if item.expires_at is None else moment(item.expires_at),
                parent_product_id=item.kit_id,
            )
            for item in package.items
        ],
    )


def _box_name(size: SandboxSize | None) -> str | None:
    """What the box is called: its sides."""
    return None if size is None else f"{size.length:f}x{size.width:f}x{size.height:f}"


def _to_recipient(found: SandboxRecipient) -> ShipToAddress:
    return ShipToAddress(
        full_name=found.name,
        company=found.company,
        address1=found.address.street,
        address2=found.address.street2,
        city=found.address.city,
        state=found.address.region,
        postal_code=found.address.postal_code,
        country=found.address.country,
        phone_number=found.phone,
        email_address=found.email,
    )


def _to_file(file: SandboxFile) -> dict[str, Any]:
    """A file; our orders have no field for them."""
    return {"id": file.id, "name": file.name, "size_bytes": file.size_bytes, "url": file.link}
