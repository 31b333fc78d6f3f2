"""From Amazon's orders to cart orders. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from crossdock.contract.cart import orders
from crossdock.contract.records import ShipToAddress
from crossdock.contract.statuses import CartOrderStatus
from crossdock.integrations.amazon.client import Marketplace
from crossdock.integrations.amazon.models import Address, AmazonOrder, Breakdown, Buyer, OrderItem, Package
from crossdock.integrations.kit.mapping import moment, money, text_or_none

STATUSES: Mapping[str, CartOrderStatus] = {
    # Placed, and not paid for yet.
    "PENDING_AVAILABILITY": "open",
    "PENDING": "open",
    "UNSHIPPED": "confirmed",
    "PARTIALLY_SHIPPED": "partially_fulfilled",
    "SHIPPED": "fulfilled",
    "CANCELLED": "cancelled",
    "UNFULFILLABLE": "exception",
}
PACKAGE_STATUSES: Mapping[str, orders.FulfilmentStatus] = {
    "PENDING": "open",
    "SHIPPED": "shipped",
    "IN_TRANSIT": "shipped",
    "DELIVERED": "shipped",
    "CANCELLED": "cancelled",
}
TAX, DISCOUNT, SHIPPING = "TAX", "DISCOUNT", "SHIPPING"


def amount(breakdowns: Sequence[Breakdown], kind: str) -> Decimal | None:
    """A part of what the seller gets; None where Amazon names no such part."""
    found = [Decimal(item.subtotal.amount) for item in breakdowns if item.type == kind]
    return money(sum(found, Decimal(0))) if found else None


def order_record(order: AmazonOrder, place: Marketplace) -> orders.Order:
    """An order with the packages that the seller sent."""
    fulfillment, proceeds = order.fulfillment, order.proceeds
    breakdowns = proceeds.breakdowns if proceeds else []
    parcels = [shipment(package, order) for package in order.packages]
    last = parcels[-1] if parcels else None
    total = proceeds.grand_total if proceeds else None
    window = fulfillment.ship_by_window if fulfillment else None
    status = fulfillment.fulfillment_status if fulfillment else None
    return orders.Order(
        id=order.order_id,
        order_number=order.order_id,
        created_date=moment(order.created_time),
        updated_date=moment(order.last_updated_time),
        status=STATUSES.get(status or "", "other"),
        raw_status=status,
        requested_shipping_method=fulfillment.fulfillment_service_level if fulfillment else None,
        shipping_method_name=last.shipping_method_name if last else None,
        carrier_name=last.carrier_name if last else None,
        invoice_currency_code=total.currency_code if total else currency(order),
        total_price=money(total.amount) if total else None,
        total_tax=amount(breakdowns, TAX),
        total_discount=_reduction(breakdowns),
        total_shipping=amount(breakdowns, SHIPPING),
        ship_to_address=ship_to(order.recipient.delivery_address if order.recipient else None, order.buyer),
        bill_to_address=orders.BillToAddress(
            full_name=text_or_none(order.buyer.buyer_name or "") if order.buyer else None
        ),
        earliest_ship_date=moment(window.earliest_date_time) if window and window.earliest_date_time else None,
        latest_ship_date=moment(window.latest_date_time) if window and window.latest_date_time else None,
        line_items=[order_line(item) for item in order.order_items],
        shipments=parcels,
        external_system_url=f"https://{place.seller_pages}/orders-v3/order/{quote(order.order_id)}",
        additional_fields=facts(order),
    )


def currency(order: AmazonOrder) -> str | None:
    """The currency of the prices, where Amazon gives no total, as of orders that are not paid for."""
    prices = [item.product.price.unit_price for item in order.order_items if item.product.price]
    return next((price.currency_code for price in prices if price), None)


def _reduction(breakdowns: Sequence[Breakdown]) -> Decimal | None:
    """What was taken off. Amazon counts it as proceeds below zero."""
    found = amount(breakdowns, DISCOUNT)
    return None if found is None else abs(found)


def order_line(item: OrderItem) -> orders.OrderLineItem:
    """A product ordered; products are named by their SKU."""
    sku = text_or_none(item.product.seller_sku)
    parts = item.proceeds.breakdowns if item.proceeds else []
    unit = item.product.price.unit_price if item.product.price else None
    return orders.OrderLineItem(
        line_item_id=item.order_item_id,
        product_id=sku,
        product_sku=sku,
        quantity=item.quantity_ordered,
        unit_price=money(unit.amount) if unit else None,
        discount=_reduction(parts),
        tax=amount(parts, TAX),
    )


def shipment(package: Package, order: AmazonOrder) -> orders.Shipment:
    """A package of the seller."""
    skus = {item.order_item_id: text_or_none(item.product.seller_sku) for item in order.order_items}
    status = package.package_status.status if package.package_status else None
    return orders.Shipment(
        shipment_id=package.package_reference_id,
        raw_status=status,
        status=PACKAGE_STATUSES.get(status or "", "other"),
        shipped_date=moment(package.ship_time) if package.ship_time else None,
        shipping_method_name=text_or_none(package.shipping_service),
        carrier_name=text_or_none(package.carrier),
        tracking_number=text_or_none(package.tracking_number),
        line_items=[
            orders.ShipmentLineItem(
                line_item_id=item.order_item_id,
                product_id=skus.get(item.order_item_id),
                product_sku=skus.get(item.order_item_id),
                quantity=item.quantity,
            )
            for item in package.package_items
        ],
    )


def ship_to(address: Address | None, buyer: Buyer | None) -> ShipToAddress:
    """Where the goods go; empty where the application may not see buyers."""
    email = text_or_none(buyer.buyer_email) if buyer else None
    if address is None:
        return ShipToAddress(email_address=email)
    return ShipToAddress(
        full_name=text_or_none(address.name),
        company=text_or_none(address.company_name),
        address1=text_or_none(address.address_line1),
        address2=text_or_none(address.address_line2),
        address3=text_or_none(address.address_line3),
        city=text_or_none(address.city),
        state=text_or_none(address.state_or_region),
        postal_code=text_or_none(address.postal_code),
        country=text_or_none(address.country_code),
        phone_number=text_or_none(address.phone),
        email_address=email,
    )


def facts(order: AmazonOrder) -> dict[str, Any]:
    """What Amazon says of an order beyond the record's fields."""
    due = order.fulfillment.deliver_by_window if order.fulfillment else None
    return {
        "fulfilled_by": order.fulfillment.fulfilled_by if order.fulfillment else None,
        "sales_channel": order.sales_channel.channel_name,
        "programs": order.programs,
        "purchase_order_number": order.buyer.buyer_purchase_order_number if order.buyer else None,
        "deliver_by": moment(due.latest_date_time) if due and due.latest_date_time else None,
        "titles": {item.order_item_id: item.product.title for item in order.order_items if item.product.title},
    }
