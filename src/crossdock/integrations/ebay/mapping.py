"""From eBay's shapes to cart records. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from urllib.parse import quote

from crossdock.contract.cart import orders
from crossdock.contract.cart.products import Product
from crossdock.contract.cart.warehouses import Warehouse
from crossdock.contract.records import Measurements, ShipToAddress, WarehouseAddress
from crossdock.contract.statuses import CartOrderStatus
from crossdock.integrations.ebay.models import (
    Amount,
    Contact,
    EbayGroup,
    EbayItem,
    EbayLocation,
    EbayOffer,
    EbayOrder,
    OrderLine,
    Package,
    Parcel,
    Refunded,
)
from crossdock.integrations.kit import measures
from crossdock.integrations.kit.mapping import NO_DATE, moment, money, text_or_none

GROUP = "group:"
"""What ids of parents begin with: sellers make up SKUs and keys of groups, so both may have the same text."""
FIXED_PRICE, PUBLISHED = "FIXED_PRICE", "PUBLISHED"
# https://developer.ebay.com/api-docs/sell/inventory/types/slr:ListingStatusEnum; an older listing has none.
LIVE_LISTINGS = frozenset({"ACTIVE", "OUT_OF_STOCK", None})
# https://developer.ebay.com/api-docs/sell/fulfillment/types/sel:CancelStateEnum
CANCELLED = "CANCELED"
# https://developer.ebay.com/api-docs/sell/fulfillment/types/sel:OrderPaymentStatusEnum, of orders that nothing was
# sent of; the others go by the next table.
UNSENT_STATUSES: dict[str, CartOrderStatus] = {
    "PENDING": "open",
    "FAILED": "exception",
    "PAID": "confirmed",
    "PARTIALLY_REFUNDED": "confirmed",
    "FULLY_REFUNDED": "cancelled",
}
# https://developer.ebay.com/api-docs/sell/fulfillment/types/sel:OrderFulfillmentStatus
SENT_STATUSES: dict[str, CartOrderStatus] = {"IN_PROGRESS": "partially_fulfilled", "FULFILLED": "fulfilled"}
NOT_STARTED = "NOT_STARTED"
# How many of our unit one unit of eBay is.
# https://developer.ebay.com/api-docs/sell/inventory/types/slr:LengthUnitOfMeasureEnum
# https://developer.ebay.com/api-docs/sell/inventory/types/slr:WeightUnitOfMeasureEnum
_UNIT_PRICE = Decimal("0.0001")


def product_record(item: EbayItem, offers: Sequence[EbayOffer], group: EbayGroup | None, site: str) -> Product:
    """A product, or a variation of the first group it is in."""
    offer = main_offer(offers)
    product = item.product
    options = [", ".join(values) for values in product.aspects.values() if values]
    name = product.title or (f"{group.title} - {', '.join(options)}" if group and group.title and options else "")
    codes = [*product.ean, *product.upc, *product.isbn]
    return Product(
        id=item.sku,
        created_date=NO_DATE,
        updated_date=NO_DATE,
        name=name or (group.title if group else "") or item.sku,
        sku=item.sku,
        gtin=next((code for code in codes if code.isdecimal()), None),
        parent_product_id=f"{GROUP}{item.groups[0]}" if item.groups else item.sku,
        active=any(is_live(one) for one in offers),
        image_url=product.image_urls[0] if product.image_urls else None,
        price=money(offer.pricing_summary.price.value) if offer and offer.pricing_summary.price else None,
        inventory=item.stock.quantity,
        inventory_by_warehouse_id={
            place.merchant_location_key: place.quantity for place in item.stock.availability_distributions
        },
        measurements=measurements(item.package_weight_and_size),
        categories=_category_path(offer),
        external_system_url=listing_url(offer, site),
        additional_fields=_product_facts(item, offers, offer),
    )


def group_record(key: str, group: EbayGroup) -> Product:
    """The parent of variations."""
    return Product(
        id=f"{GROUP}{key}",
        created_date=NO_DATE,
        updated_date=NO_DATE,
        name=group.title or key,
        parent_product_id=f"{GROUP}{key}",
        image_url=group.image_urls[0] if group.image_urls else None,
        additional_fields={"inventory_item_group_key": key},
    )


def main_offer(offers: Sequence[EbayOffer]) -> EbayOffer | None:
    """The offer that says price and listing: a published one with a fixed price before all others."""
    return min(offers, key=lambda one: (one.status != PUBLISHED, one.format != FIXED_PRICE), default=None)


def is_live(offer: EbayOffer) -> bool:
    """Whether buyers can see it."""
    return offer.status == PUBLISHED and offer.listing.listing_status in LIVE_LISTINGS


def listing_url(offer: EbayOffer | None, site: str) -> str | None:
    """The page of the listing."""
    if offer is None or offer.listing.listing_id is None:
        return None
    return f"{site}/itm/{quote(offer.listing.listing_id, safe='')}"


def _category_path(offer: EbayOffer | None) -> list[str]:
    """The seller's own category, as a path from the root; eBay's is a number, which is among the additional fields."""
    if offer is None or not offer.store_category_names:
        return []
    return [part for part in offer.store_category_names[0].split("/") if part]


def _product_facts(item: EbayItem, offers: Sequence[EbayOffer], offer: EbayOffer | None) -> dict[str, Any]:
    price = offer.pricing_summary.price if offer else None
    shown: dict[str, Any] = {
        "condition": item.condition,
        "brand": item.product.brand,
        "mpn": item.product.mpn,
        "epid": item.product.epid,
        "aspects": item.product.aspects or None,
        "currency": price.currency if price else None,
        "category_id": offer.category_id if offer else None,
        "offers": [
            {
                "offer_id": one.offer_id,
                "marketplace_id": one.marketplace_id,
                "format": one.format,
                "status": one.status,
                "available_quantity": one.available_quantity,
                "listing_id": one.listing.listing_id,
                "listing_status": one.listing.listing_status,
                "listing_on_hold": one.listing.listing_on_hold,
            }
            for one in offers
        ],
    }
    if len(item.groups) > 1:
        shown["inventory_item_group_keys"] = item.groups
    return shown


def measurements(package: Package) -> Measurements:
    """Size and weight of the parcel; a unit that is not known makes them unknown too."""
    size, weight = package.dimensions, package.weight
    return measures.measurements(size.length, size.width, size.height, size.unit, weight.value, weight.unit)


def warehouse_record(found: EbayLocation) -> Warehouse:
    """A location of the seller."""
    address = found.location.address
    return Warehouse(
        id=found.merchant_location_key,
        created_date=NO_DATE,
        updated_date=NO_DATE,
        name=text_or_none(found.name),
        code=found.merchant_location_key,
        address=WarehouseAddress(
            address1=text_or_none(address.address_line1),
            address2=text_or_none(address.address_line2),
            city=text_or_none(address.city),
            state=text_or_none(address.state_or_province),
            postal_code=text_or_none(address.postal_code),
            country=text_or_none(address.country),
        ),
        active=found.merchant_location_status == "ENABLED",
        additional_fields={
            "location_types": found.location_types,
            "location_id": found.location.location_id,
            "phone": text_or_none(found.phone),
        },
    )


def order_status(order: EbayOrder) -> CartOrderStatus:
    """How far an order is; what eBay may say one day stays `other`."""
    if order.cancel_status.cancel_state == CANCELLED:
        return "cancelled"
    if order.order_fulfillment_status == NOT_STARTED:
        return UNSENT_STATUSES.get(order.order_payment_status, "other")
    return SENT_STATUSES.get(order.order_fulfillment_status, "other")


def raw_status(order: EbayOrder) -> str:
    """eBay's two statuses, and that of a cancellation where somebody asked for one."""
    words = [order.order_payment_status, order.order_fulfillment_status]
    if order.cancel_status.cancel_state != "NONE_REQUESTED":
        words.append(f"cancel {order.cancel_status.cancel_state}")
    return ", ".join(word for word in words if word)


def order_record(order: EbayOrder, parcels: Sequence[Parcel], site: str) -> orders.Order:
    """An order with what was sent of it."""
    pricing = order.pricing_summary
    start = order.fulfillment_start_instructions[0] if order.fulfillment_start_instructions else None
    step = start.shipping_step if start else None
    lines = {line.line_item_id: line for line in order.line_items}
    due = [line.line_item_fulfillment_instructions.ship_by_date for line in order.line_items]
    return orders.Order(
        id=order.order_id,
        order_number=order.order_id,
        created_date=moment(order.creation_date),
        updated_date=moment(order.last_modified_date),
        status=order_status(order),
        raw_status=raw_status(order),
        requested_shipping_method=text_or_none(step.shipping_service_code) if step else None,
        shipping_method_id=text_or_none(step.shipping_service_code) if step else None,
        carrier_name=_carrier(parcels) or (text_or_none(step.shipping_carrier_code) if step else None),
        invoice_currency_code=text_or_none(pricing.total.currency),
        total_price=money(pricing.total.value),
        total_tax=_total_tax(order),
        total_discount=_positive(pricing.price_discount),
        total_shipping=_sum(pricing.delivery_cost, pricing.delivery_discount),
        ship_to_address=ship_to(step.ship_to if step else Contact()),
        bill_to_address=bill_to(order.buyer.buyer_registration_address),
        latest_ship_date=min((moment(day) for day in due if day), default=None),
        line_items=[order_line(line) for line in order.line_items],
        shipments=[shipment(parcel, at, parcels, lines) for at, parcel in enumerate(parcels)],
        external_system_url=f"{site}/mesh/ord/details?orderid={quote(order.order_id, safe='')}",
        additional_fields=order_facts(order),
    )


def _carrier(parcels: Sequence[Parcel]) -> str | None:
    return text_or_none(parcels[-1].shipping_carrier_code) if parcels else None


def _positive(amount: Amount | None) -> Decimal | None:
    """A discount, which eBay writes below zero."""
    return None if amount is None else money(abs(Decimal(amount.value)))


def _sum(*amounts: Amount | None) -> Decimal | None:
    told = [Decimal(amount.value) for amount in amounts if amount is not None]
    return money(sum(told, Decimal(0))) if told else None


def _total_tax(order: EbayOrder) -> Decimal | None:
    """Taxes of all lines. The order's own figure leaves out what eBay collects by itself."""
    taxes = [tax.amount for line in order.line_items for tax in line.taxes]
    return _sum(*taxes) if taxes else _sum(order.pricing_summary.tax)


def order_line(line: OrderLine) -> orders.OrderLineItem:
    """A line. A listing without a SKU was made outside of the Inventory API, so it is no product of the list."""
    whole = Decimal(line.line_item_cost.value)
    paid = line.discounted_line_item_cost
    return orders.OrderLineItem(
        line_item_id=line.line_item_id,
        product_id=text_or_none(line.sku),
        product_sku=text_or_none(line.sku),
        quantity=line.quantity,
        unit_price=unit_price(whole, line.quantity),
        discount=money(whole - Decimal(paid.value)) if paid else money(Decimal(0)),
        tax=_sum(*(tax.amount for tax in line.taxes)),
    )


def unit_price(whole: Decimal, quantity: int) -> Decimal | None:
    """The price of one unit before discounts; eBay tells that of all."""
    if not quantity:
        return None
    exact = whole / quantity
    rounded = exact.quantize(_UNIT_PRICE, ROUND_HALF_EVEN)
    return money(rounded.quantize(whole) if rounded.quantize(whole) == exact else rounded)


def shipment(parcel: Parcel, at: int, parcels: Sequence[Parcel], lines: dict[str, OrderLine]) -> orders.Shipment:
    """A parcel. Parcels without a tracking number all have the same id at eBay, so their place is added."""
    same = sum(other.fulfillment_id == parcel.fulfillment_id for other in parcels[:at])
    sent = [(part, lines.get(part.line_item_id)) for part in parcel.line_items]
    return orders.Shipment(
        shipment_id=f"{parcel.fulfillment_id}-{same + 1}" if same else parcel.fulfillment_id,
        raw_status="shipped" if parcel.shipped_date else None,
        status="shipped" if parcel.shipped_date else "open",
        shipped_date=moment(parcel.shipped_date) if parcel.shipped_date else None,
        carrier_name=text_or_none(parcel.shipping_carrier_code),
        tracking_number=text_or_none(parcel.shipment_tracking_number),
        line_items=[
            orders.ShipmentLineItem(
                line_item_id=part.line_item_id,
                product_id=text_or_none(line.sku) if line else None,
                product_sku=text_or_none(line.sku) if line else None,
                quantity=part.quantity,
            )
            for part, line in sent
        ],
    )


def ship_to(contact: Contact) -> ShipToAddress:
    """Where the goods go; eBay hides it some time after the sale."""
    address = contact.contact_address
    return ShipToAddress(
        full_name=text_or_none(contact.full_name),
        company=text_or_none(contact.company_name),
        address1=text_or_none(address.address_line1),
        address2=text_or_none(address.address_line2),
        city=text_or_none(address.city),
        state=text_or_none(address.state_or_province),
        postal_code=text_or_none(address.postal_code),
        country=text_or_none(address.country_code),
        phone_number=text_or_none(contact.primary_phone.phone_number),
        email_address=text_or_none(contact.email),
    )


def bill_to(contact: Contact) -> orders.BillToAddress:
    """The buyer's own address."""
    address = contact.contact_address
    return orders.BillToAddress(
        full_name=text_or_none(contact.full_name),
        address1=text_or_none(address.address_line1),
        address2=text_or_none(address.address_line2),
        city=text_or_none(address.city),
        state=text_or_none(address.state_or_province),
        postal_code=text_or_none(address.postal_code),
        country=text_or_none(address.country_code),
    )


def refunds_of(order: EbayOrder) -> list[Refunded]:
    """Refunds of the order and of its lines, each once."""
    found: dict[str, Refunded] = {}
    listed = [*order.payment_summary.refunds, *(refund for line in order.line_items for refund in line.refunds)]
    for at, refund in enumerate(listed):
        found.setdefault(refund.refund_id or f"#{at}", refund)
    return list(found.values())


def order_facts(order: EbayOrder) -> dict[str, Any]:
    """Payment, refunds, the buyer's name and remark, and what the listings are."""
    start = order.fulfillment_start_instructions[0] if order.fulfillment_start_instructions else None
    paid = order.payment_summary.payments[0] if order.payment_summary.payments else None
    shown: dict[str, Any] = {
        "payment_status": order.order_payment_status,
        "buyer_username": order.buyer.username,
        "buyer_note": text_or_none(order.buyer_checkout_notes),
        "sales_record_reference": order.sales_record_reference,
        "payment_method": paid.payment_method if paid else None,
        "paid_date": moment(paid.payment_date) if paid and paid.payment_date else None,
        "pickup_location": start.pickup_step.merchant_location_key if start else None,
        "listings": {line.line_item_id: line.legacy_item_id for line in order.line_items if line.legacy_item_id},
    }
    refunds = refunds_of(order)
    if refunds:
        shown["refunds"] = [
            {
                "id": refund.refund_id,
                "amount": money(refund.amount.value) if refund.amount else None,
                "status": refund.refund_status,
            }
            for refund in refunds
        ]
    return shown
