"""From Mirakl's shapes to cart records. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from crossdock.contract.cart import orders
from crossdock.contract.cart.products import Product
from crossdock.contract.records import ShipToAddress
from crossdock.contract.statuses import CartOrderStatus
from crossdock.integrations.kit.mapping import NO_DATE, moment, money, text_or_none
from crossdock.integrations.mirakl.models import Address, Offer, Order, OrderLine, Shipment, Tax

# https://help.mirakl.com/bundle/sellers/page/topics/Mirakl/mmp/Seller/manage_orders/order_statuses.htm
STATUSES: dict[str, CartOrderStatus] = {
    # Being made; not to be shipped yet.
    "STAGING": "open",
    # The shop has to accept it.
    "WAITING_ACCEPTANCE": "open",
    # Accepted; the buyer has to pay.
    "WAITING_DEBIT": "open",
    "WAITING_DEBIT_PAYMENT": "open",
    # Paid, and to be shipped.
    "SHIPPING": "confirmed",
    "SHIPPED": "fulfilled",
    "TO_COLLECT": "fulfilled",
    "RECEIVED": "fulfilled",
    "CLOSED": "fulfilled",
    "REFUSED": "cancelled",
    "CANCELED": "cancelled",
}
SHIPPING = "SHIPPING"
"""The only status in which an order can be shipped."""
SENT = frozenset({"SHIPPED", "TO_COLLECT", "RECEIVED"})
"""Statuses of orders, lines and shipments that have left."""
SHIPMENT_STATUSES: dict[str, orders.FulfilmentStatus] = {
    "SHIPPING": "open",
    "READY_FOR_PICK_UP": "open",
    "SHIPMENT_PREPARED": "open",
    "SHIPPED": "shipped",
    "TO_COLLECT": "shipped",
    "RECEIVED": "shipped",
    "CLOSED": "shipped",
    "CANCELED": "cancelled",
}
GTIN_TYPES = ("EAN", "GTIN", "UPC", "ISBN")
TAX_EXCLUDED = "TAX_EXCLUDED"


def product_record(offer: Offer) -> Product:
    """An offer: what can be bought of the shop. It is its own parent."""
    identifier = str(offer.offer_id)
    return Product(
        id=identifier,
        created_date=NO_DATE,
        updated_date=NO_DATE,
        name=offer.product_title,
        sku=text_or_none(offer.shop_sku),
        gtin=gtin(offer),
        parent_product_id=identifier,
        active=offer.active,
        price=money(offer.price),
        inventory=offer.quantity,
        inventory_by_warehouse_id={store.code: store.quantity for store in offer.stores},
        categories=[offer.category_label] if offer.category_label else [],
        additional_fields=offer_facts(offer),
    )


def gtin(offer: Offer) -> str | None:
    """The first number of the product that is one of world trade."""
    found = {item.reference_type.upper(): item.reference for item in reversed(offer.product_references or [])}
    return next((found[kind] for kind in GTIN_TYPES if kind in found), None)


def offer_facts(offer: Offer) -> dict[str, Any]:
    """What Mirakl says of an offer beyond the record's fields."""
    shown: dict[str, Any] = {
        "product_sku": offer.product_sku,
        "brand": text_or_none(offer.product_brand),
        "currency": offer.currency_iso_code,
        "condition_code": text_or_none(offer.state_code),
        "category_code": text_or_none(offer.category_code),
        "channels": offer.channels or None,
        "inactivity_reasons": offer.inactivity_reasons or None,
        "lead_time_to_ship_days": offer.leadtime_to_ship,
        "logistic_class": offer.logistic_class.code if offer.logistic_class else None,
        "min_order_quantity": offer.min_order_quantity,
        "max_order_quantity": offer.max_order_quantity,
        "package_quantity": offer.package_quantity,
        "msrp": money(offer.msrp),
    }
    if offer.discount:
        shown |= {
            "origin_price": money(offer.discount.origin_price),
            "discount_start_date": _time_text(offer.discount.start_date),
            "discount_end_date": _time_text(offer.discount.end_date),
        }
    return {name: value for name, value in shown.items() if value not in (None, "")}


def _time_text(value: str | None) -> datetime | None:
    return None if value is None else moment(value)


def order_record(order: Order, parcels: Sequence[Shipment] | None = None) -> orders.Order:
    """An order. `parcels` are those of a marketplace that divides orders into shipments, and None of another."""
    shipments = _own_shipment(order) if parcels is None else [shipment(parcel, order) for parcel in parcels]
    return orders.Order(
        id=order.order_id,
        order_number=text_or_none(order.commercial_id),
        created_date=moment(order.created_date),
        updated_date=moment(order.last_updated_date),
        status=order_status(order, shipments),
        raw_status=order.order_state,
        requested_shipping_method=text_or_none(order.shipping_type_label),
        shipping_method_id=text_or_none(order.shipping_type_code),
        shipping_method_name=text_or_none(order.shipping_type_label),
        carrier_id=text_or_none(order.shipping_carrier_code),
        carrier_name=text_or_none(order.shipping_company),
        invoice_currency_code=order.currency_iso_code,
        total_price=money(total_price(order)),
        total_tax=money(total_tax(order)),
        total_discount=money(order.promotions.total_deduced_amount) if order.promotions else None,
        total_shipping=money(order.shipping_price),
        ship_to_address=ship_to(order),
        bill_to_address=bill_to(order),
        latest_ship_date=None if order.shipping_deadline is None else moment(order.shipping_deadline),
        line_items=[order_line(line) for line in order.order_lines],
        shipping_groups=shipping_groups(order),
        shipments=shipments,
        additional_fields=order_facts(order),
    )


def order_status(order: Order, shipments: Iterable[orders.Shipment]) -> CartOrderStatus:
    """Our word for the state; one that is still to be shipped may have parcels on their way."""
    if order.order_state == SHIPPING and any(found.status == "shipped" for found in shipments):
        return "partially_fulfilled"
    return STATUSES.get(order.order_state, "other")


def amount_of(taxes: Sequence[Tax] | None) -> Decimal:
    """The sum of taxes."""
    return sum((tax.amount for tax in taxes or ()), Decimal(0))


def total_tax(order: Order) -> Decimal:
    """The taxes on goods and on shipping."""
    lines = order.order_lines
    return sum((amount_of(line.taxes) + amount_of(line.shipping_taxes) for line in lines), Decimal(0))


def total_price(order: Order) -> Decimal:
    """What the buyer pays. Whether Mirakl's amounts have taxes in them is a setting of the marketplace."""
    return order.total_price + (total_tax(order) if order.order_tax_mode == TAX_EXCLUDED else 0)


def order_line(line: OrderLine) -> orders.OrderLineItem:
    """A part of the order; `discount` is what promotions took off the line."""
    promotions = sum((item.deduced_amount for item in line.promotions or ()), Decimal(0))
    return orders.OrderLineItem(
        line_item_id=line.order_line_id,
        product_id=str(line.offer_id),
        product_sku=text_or_none(line.offer_sku),
        parent_product_id=str(line.offer_id),
        parent_product_sku=text_or_none(line.offer_sku),
        quantity=line.quantity,
        unit_price=money(line.price_unit),
        discount=money(promotions),
        tax=money(amount_of(line.taxes)),
    )


def shipping_groups(order: Order) -> list[orders.ShippingGroup]:
    """The lines by the warehouse that ships them, of lines that name one."""
    by_place: dict[str, list[OrderLine]] = {}
    for line in order.order_lines:
        if line.warehouse:
            by_place.setdefault(line.warehouse, []).append(line)
    return [
        orders.ShippingGroup(
            shipping_group_id=f"{order.order_id}/{place}",
            raw_status=lines[0].order_line_state,
            status=SHIPMENT_STATUSES.get(lines[0].order_line_state or ""),
            warehouse_id=place,
            line_items=[
                orders.ShippingGroupLineItem(
                    line_item_id=line.order_line_id,
                    product_id=str(line.offer_id),
                    product_sku=text_or_none(line.offer_sku),
                    parent_product_id=str(line.offer_id),
                    quantity=line.quantity,
                )
                for line in lines
            ],
        )
        for place, lines in by_place.items()
    ]


def _own_shipment(order: Order) -> list[orders.Shipment]:
    """The one shipment of an order that is not divided; it has no id of its own, so it has the order's."""
    sent = [line for line in order.order_lines if line.shipped_date or line.order_line_state in SENT]
    if not sent and not order.shipping_tracking:
        return []
    dates = [moment(line.shipped_date) for line in sent if line.shipped_date]
    places = {line.warehouse for line in sent}
    return [
        orders.Shipment(
            shipment_id=order.order_id,
            raw_status=order.order_state,
            status="shipped" if sent else "open",
            warehouse_id=places.pop() if len(places) == 1 else None,
            shipped_date=max(dates, default=None),
            shipping_method_id=text_or_none(order.shipping_type_code),
            shipping_method_name=text_or_none(order.shipping_type_label),
            carrier_id=text_or_none(order.shipping_carrier_code),
            carrier_name=text_or_none(order.shipping_company),
            tracking_number=text_or_none(order.shipping_tracking),
            tracking_url=text_or_none(order.shipping_tracking_url),
            line_items=[_shipped(line, line.quantity) for line in sent or order.order_lines],
        )
    ]


def shipment(parcel: Shipment, order: Order) -> orders.Shipment:
    """A shipment of an order that is divided into several."""
    known = {line.order_line_id: line for line in order.order_lines}
    tracking, place = parcel.tracking, parcel.shipping_from
    lines = [
        _shipped(known.get(line.order_line_id or ""), line.quantity, line.order_line_id, line.offer_sku)
        for line in parcel.shipment_lines or ()
    ]
    return orders.Shipment(
        shipment_id=parcel.id,
        raw_status=parcel.status,
        status=SHIPMENT_STATUSES.get(parcel.status, "other"),
        warehouse_id=place.warehouse.code if place and place.warehouse else None,
        shipped_date=None if parcel.shipped_date is None else moment(parcel.shipped_date),
        carrier_id=text_or_none(tracking.carrier_code) if tracking else None,
        carrier_name=text_or_none(tracking.carrier_name) if tracking else None,
        tracking_number=text_or_none(tracking.tracking_number) if tracking else None,
        tracking_url=text_or_none(tracking.tracking_url) if tracking else None,
        line_items=lines,
    )


def _shipped(
    line: OrderLine | None, units: int, line_id: str | None = None, sku: str | None = None
) -> orders.ShipmentLineItem:
    product = None if line is None else str(line.offer_id)
    return orders.ShipmentLineItem(
        line_item_id=line_id if line is None else line.order_line_id,
        product_id=product,
        product_sku=text_or_none(sku if line is None else line.offer_sku),
        parent_product_id=product,
        parent_product_sku=text_or_none(sku if line is None else line.offer_sku),
        quantity=units,
    )


def _full_name(address: Address) -> str | None:
    return text_or_none(f"{address.firstname or ''} {address.lastname or ''}".strip())


def ship_to(order: Order) -> ShipToAddress:
    """Where the goods go; hidden by some marketplaces until the order is accepted. The e-mail is a relay's."""
    address = order.customer.shipping_address or Address()
    return ShipToAddress(
        full_name=_full_name(address),
        company=text_or_none(address.company),
        address1=text_or_none(address.street_1),
        address2=text_or_none(address.street_2),
        address3=text_or_none(address.additional_info),
        city=text_or_none(address.city),
        state=text_or_none(address.state),
        postal_code=text_or_none(address.zip_code),
        country=text_or_none(address.country_iso_code or address.country),
        phone_number=text_or_none(address.phone or address.phone_secondary),
        email_address=text_or_none(order.customer_notification_email),
    )


def bill_to(order: Order) -> orders.BillToAddress:
    """Where the invoice goes."""
    address = order.customer.billing_address or Address()
    return orders.BillToAddress(
        full_name=_full_name(address),
        address1=text_or_none(address.street_1),
        address2=text_or_none(address.street_2),
        city=text_or_none(address.city),
        state=text_or_none(address.state),
        postal_code=text_or_none(address.zip_code),
        country=text_or_none(address.country_iso_code or address.country),
    )


def order_facts(order: Order) -> dict[str, Any]:
    """The buyer, payment, commission and refunds."""
    references = order.references
    refunds = [(line, refund) for line in order.order_lines for refund in line.refunds or ()]
    shown: dict[str, Any] = {
        "customer_id": order.customer.customer_id,
        "customer_name": text_or_none(f"{order.customer.firstname or ''} {order.customer.lastname or ''}".strip()),
        "customer_locale": order.customer.locale,
        "channel": order.channel.code if order.channel else None,
        "customer_reference": references.order_reference_for_customer if references else None,
        "seller_reference": references.order_reference_for_seller if references else None,
        "tax_mode": order.order_tax_mode,
        "reason_code": order.order_state_reason_code,
        "payment_type": order.payment_type,
        "payment_workflow": order.payment_workflow,
        "paid_date": _time_text(order.customer_debited_date),
        "total_commission": money(order.total_commission),
        "shipping_zone": order.shipping_zone_code,
        "pickup_point_id": order.shipping_pudo_id,
        "has_incident": order.has_incident,
        "fully_refunded": order.fully_refunded,
        "refunds": [
            {
                "id": refund.id,
                "line_item_id": line.order_line_id,
                "amount": money(refund.amount),
                "shipping_amount": money(refund.shipping_amount),
                "quantity": refund.quantity,
                "reason_code": refund.reason_code,
                "status": refund.refund_state,
            }
            for line, refund in refunds
        ]
        or None,
    }
    return {name: value for name, value in shown.items() if value not in (None, "")}
