"""From ShipHero's orders to ours. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from crossdock.contract.records import ShipToAddress
from crossdock.contract.statuses import WmsOrderStatus
from crossdock.contract.wms import orders
from crossdock.integrations.kit.mapping import NO_DATE, text_or_none
from crossdock.integrations.shiphero.mapping import (
    Units,
    amount,
    facts,
    latest,
    measurements,
    page_of,
    when,
    when_or_none,
)
from crossdock.integrations.shiphero.models import (
    Address,
    Label,
    Line,
    OrderAddress,
    ShipHeroOrder,
    Shipment,
    ShipmentLine,
)
from crossdock.integrations.shiphero.order_bodies import left, warehouse_of

# Accounts add statuses of their own, which are `other` here.
STATUSES: dict[str, WmsOrderStatus] = {
    "pending": "open",
    "unfulfilled": "open",
    "processing": "processing",
    "partially_fulfilled": "partially_fulfilled",
    "partial": "partially_fulfilled",
    "fulfilled": "fulfilled",
    "canceled": "cancelled",
    "cancelled": "cancelled",
    "backorder": "backordered",
    "on hold": "exception",
    "on_hold": "exception",
}
VOIDED = frozenset({"void", "voided", "cancelled", "canceled"})
"""Statuses of labels that were called off."""


def order_status(order: ShipHeroOrder) -> WmsOrderStatus:
    """The status, which for an order that waits also depends on what holds it up."""
    status = STATUSES.get((order.fulfillment_status or "").lower(), "other")
    if status != "open":
        return status
    held = order.holds
    if held is not None and any(getattr(held, name) for name in held.__struct_fields__):
        return "exception"
    lines = order.line_items.nodes
    if any(line.quantity_shipped for line in lines):
        return "partially_fulfilled"
    if any(line.backorder_quantity for line in lines) and not any(line.quantity_allocated for line in lines):
        return "backordered"
    return "open"


def order_record(order: ShipHeroOrder, units: Units) -> orders.Order:
    sent_with = order.shipping_lines
    account = order.third_party_shipper.account_number if order.third_party_shipper else None
    made = when_or_none(order.order_date) or when_or_none(order.updated_at) or NO_DATE
    parcels = [item for item in order.shipments or [] if item is not None]
    return orders.Order(
        id=order.id,
        warehouse_customer_id=order.account_id,
        warehouse_id=warehouse_of(order),
        created_date=made,
        updated_date=max(made, latest(order.updated_at)) if order.updated_at else made,
        reference_id=order.partner_order_id or order.id,
        order_number=order.order_number or order.partner_order_id or order.id,
        status=order_status(order),
        raw_status=text_or_none(order.fulfillment_status),
        channel=text_or_none(order.shop_name),
        channel_object=orders.OrderChannel(
            channel_id=text_or_none(order.shop_name), channel_name=text_or_none(order.shop_name)
        ),
        shipping_method=text_or_none(sent_with.method) if sent_with else None,
        service_level=text_or_none(sent_with.title) if sent_with else None,
        shipping_method_id=text_or_none(sent_with.method) if sent_with else None,
        shipping_method_name=text_or_none(sent_with.method) if sent_with else None,
        carrier_id=text_or_none(sent_with.carrier) if sent_with else None,
        carrier_name=text_or_none(sent_with.carrier) if sent_with else None,
        is_third_party_freight=True if account else None,
        third_party_freight_account_number=text_or_none(account),
        invoice_currency_code=order.currency or "USD",
        total_price=amount(order.total_price),
        total_tax=amount(order.total_tax),
        total_discount=amount(order.total_discounts),
        total_shipping=amount(sent_with.price) if sent_with else None,
        ship_to_address=_buyer(order.shipping_address, order.email),
        line_items=[_line(line) for line in order.line_items.nodes],
        tags=order.tags or [],
        required_ship_date=when_or_none(order.required_ship_date),
        saturday_delivery=order.saturday_delivery,
        signature_required=order.require_signature,
        shipments=[_shipment(parcel, units) for parcel in parcels],
        external_system_url=page_of("orders", order.legacy_id),
        additional_fields=_facts(order),
    )


def _facts(order: ShipHeroOrder) -> dict[str, object]:
    holds = order.holds
    names = [name for name in holds.__struct_fields__ if getattr(holds, name)] if holds else []
    return facts(
        legacy_id=order.legacy_id,
        source=order.source,
        profile=order.profile,
        holds=names,
        hold_until_date=order.hold_until_date,
        priority=order.priority_flag or None,
        incoterms=order.incoterms,
        packing_note=order.packing_note,
        gift_note=order.gift_note,
    )


def _line(line: Line) -> orders.OrderLineItem:
    discount = amount(line.promotion_discount)
    return orders.OrderLineItem(
        product_id=line.product.id if line.product else line.sku or line.id,
        sku=text_or_none(line.sku),
        quantity=line.quantity,
        unit_price=amount(line.price),
        is_picked=line.quantity > 0 and left(line) == 0,
        discount_amount=discount if discount is not None else Decimal(0),
    )


def _buyer(address: OrderAddress | None, email: str | None) -> ShipToAddress:
    if address is None:
        return ShipToAddress(email_address=text_or_none(email))
    return ShipToAddress(
        full_name=" ".join(part for part in (address.first_name, address.last_name) if part) or None,
        company=text_or_none(address.company),
        address1=text_or_none(address.address1),
        address2=text_or_none(address.address2),
        city=text_or_none(address.city),
        state=text_or_none(address.state),
        postal_code=text_or_none(address.zip),
        country=text_or_none(address.country),
        phone_number=text_or_none(address.phone),
        email_address=text_or_none(address.email) or text_or_none(email),
    )


def _recipient(address: Address | None) -> ShipToAddress:
    if address is None:
        return ShipToAddress()
    return ShipToAddress(
        full_name=text_or_none(address.name),
        address1=text_or_none(address.address1),
        address2=text_or_none(address.address2),
        city=text_or_none(address.city),
        state=text_or_none(address.state),
        postal_code=text_or_none(address.zip),
        country=text_or_none(address.country),
        phone_number=text_or_none(address.phone),
    )


def _shipment(shipment: Shipment, units: Units) -> orders.OrderShipment:
    labels = [item for item in shipment.shipping_labels or [] if item is not None]
    states = [(label.status or "").lower() for label in labels]
    called_off = bool(states) and all(state in VOIDED for state in states)
    lines = shipment.line_items.nodes
    return orders.OrderShipment(
        shipment_id=shipment.id,
        warehouse_id=shipment.warehouse_id or "",
        shipped_date=when(shipment.created_date),
        raw_status=", ".join(dict.fromkeys(label.status for label in labels if label.status)) or None,
        status="cancelled" if called_off else "shipped",
        shipping_method=next((label.shipping_method for label in labels if label.shipping_method), None),
        line_items=[
            orders.ShipmentLineItem(inventory_item_id=_item(line), sku=_sku(line), quantity=line.quantity)
            for line in lines
        ],
        ship_to_address=_recipient(shipment.address),
        packages=[_package(label, lines, units) for label in labels],
    )


def _item(line: ShipmentLine) -> str:
    """The item that was sent; where its product is gone, whatever names it."""
    if line.line_item is not None and line.line_item.product is not None:
        return line.line_item.product.id
    return _sku(line) or line.line_item_id or "unknown"


def _sku(line: ShipmentLine) -> str | None:
    return text_or_none(line.line_item.sku) if line.line_item else None


def _package(label: Label, lines: Sequence[ShipmentLine], units: Units) -> orders.Package:
    return orders.Package(
        package_id=label.id,
        package_name=text_or_none(label.box_name),
        tracking_number=text_or_none(label.tracking_number),
        tracking_url=text_or_none(label.tracking_url),
        shipping_method=text_or_none(label.shipping_method),
        carrier=text_or_none(label.carrier),
        shipping_method_id=text_or_none(label.shipping_method),
        shipping_method_name=text_or_none(label.shipping_name),
        carrier_id=text_or_none(label.carrier),
        carrier_name=text_or_none(label.carrier),
        shipping_cost=amount(label.cost),
        measurements=measurements(label.dimensions, units),
        line_items=[
            orders.PackageLineItem(inventory_item_id=_item(line), sku=_sku(line), quantity=line.quantity)
            for line in lines
            if line.shipping_label_id == label.id
        ],
    )
