"""From WooCommerce's shapes to cart records. No I/O."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import msgspec

from crossdock.contract.cart import orders
from crossdock.contract.cart.products import Product
from crossdock.contract.errors import UnexpectedShape
from crossdock.contract.records import Measurements, ShipToAddress
from crossdock.contract.statuses import CartOrderStatus
from crossdock.integrations.kit import measures
from crossdock.integrations.kit.mapping import moment, money, text_or_none, whole_units
from crossdock.integrations.woocommerce.models import (
    TRACKING,
    Address,
    BillingAddress,
    OrderLine,
    Stocked,
    TrackingItem,
    WooOrder,
    WooProduct,
    WooVariation,
)

# https://woocommerce.com/document/managing-orders/order-statuses/
STATUSES: dict[str, CartOrderStatus] = {
    "checkout-draft": "open",
    "pending": "open",
    # Paid, or to be paid on delivery, and to be shipped.
    "processing": "confirmed",
    # Waits for a payment that a person has to confirm.
    "on-hold": "exception",
    "failed": "exception",
    "completed": "fulfilled",
    "cancelled": "cancelled",
    "refunded": "cancelled",
    "trash": "cancelled",
}
PARENT_TYPES = frozenset({"variable", "grouped"})
"""Types that are not bought themselves."""
BUNDLE_TYPES = frozenset({"bundle"})
# How many of our unit one unit of the shop is.
_UNIT_PRICE = Decimal("0.0001")


@dataclass(frozen=True)
class Shop:
    """What has to be known to read a record; units are None where the key may not read the shop's settings."""

    site: str
    weight_unit: str | None = None
    dimension_unit: str | None = None

    def page(self, post_id: int) -> str:
        """The page of a record in the shop's administration."""
        return f"{self.site}/wp-admin/post.php?post={post_id}&action=edit"


def product_record(product: WooProduct, shop: Shop) -> Product:
    """A product. One with variations has neither price nor stock; any other is its own parent."""
    parent = product.type in PARENT_TYPES
    return Product(
        id=str(product.id),
        created_date=created(product),
        updated_date=updated(product),
        name=html.unescape(product.name),
        sku=text_or_none(product.sku),
        gtin=text_or_none(product.global_unique_id),
        parent_product_id=str(product.id),
        is_kit=product.type in BUNDLE_TYPES,
        active=product.status == "publish",
        image_url=product.images[0].src if product.images else None,
        price=None if parent else amount(product.price),
        inventory=None if parent else stock(product),
        measurements=measurements(product, shop),
        tags=[html.unescape(tag.name) for tag in product.tags],
        categories=[html.unescape(category.name) for category in product.categories],
        external_system_url=shop.page(product.id),
        additional_fields=facts(product) | {"type": product.type},
    )


def variation_record(variation: WooVariation, parent: WooProduct, shop: Shop) -> Product:
    """A variation, under its parent's name, tags and categories."""
    options = [html.unescape(item.option) for item in variation.attributes if item.option]
    name = html.unescape(parent.name)
    picture = variation.image.src if variation.image else None
    return Product(
        id=str(variation.id),
        created_date=created(variation),
        updated_date=updated(variation),
        name=f"{name} - {', '.join(options)}" if options else name,
        sku=text_or_none(variation.sku),
        gtin=text_or_none(variation.global_unique_id),
        parent_product_id=str(parent.id),
        active=variation.status == "publish" and parent.status == "publish",
        image_url=picture or (parent.images[0].src if parent.images else None),
        price=amount(variation.price),
        inventory=stock(variation),
        measurements=measurements(variation, shop),
        tags=[html.unescape(tag.name) for tag in parent.tags],
        categories=[html.unescape(category.name) for category in parent.categories],
        external_system_url=shop.page(parent.id),
        additional_fields=facts(variation)
        | {"type": "variation", "options": {item.name: html.unescape(item.option) for item in variation.attributes}},
    )


def created(found: Stocked | WooOrder) -> datetime:
    """When it was made; a draft that was never published has only the time of its last change."""
    return _time(found.date_created_gmt or found.date_modified_gmt)


def updated(found: Stocked | WooOrder) -> datetime:
    """When it last changed."""
    return _time(found.date_modified_gmt or found.date_created_gmt)


def _time(value: str | None) -> datetime:
    if value is None:
        raise UnexpectedShape("WooCommerce shows a record without any date")
    # Fields whose name ends in _gmt are in UTC and do not say so.
    return moment(value, UTC)


def amount(value: str) -> Decimal | None:
    """An amount, or None where the field is empty."""
    return money(text_or_none(value))


def stock(found: Stocked) -> int | None:
    """Units in stock; None where the shop does not count them, or counts them at the parent."""
    if found.manage_stock is not True or found.stock_quantity is None:
        return None
    return whole_units(found.stock_quantity)


def facts(found: Stocked) -> dict[str, Any]:
    """What WooCommerce says of a product beyond the record's fields."""
    shown: dict[str, Any] = {
        "status": found.status,
        "stock_status": found.stock_status,
        "manage_stock": found.manage_stock,
        "backorders_allowed": found.backorders_allowed,
        "regular_price": amount(found.regular_price),
        "sale_price": amount(found.sale_price),
    }
    if found.manage_stock == "parent":
        shown["stock_of_parent"] = found.stock_quantity
    return shown


def measurements(found: Stocked, shop: Shop) -> Measurements:
    """Size and weight, where they are filled in and the shop's units are known."""
    size = found.dimensions
    sides = (amount(size.length), amount(size.width), amount(size.height))
    return measures.measurements(*sides, shop.dimension_unit, amount(found.weight), shop.weight_unit)


def order_record(order: WooOrder, shop: Shop) -> orders.Order:
    """An order with the parcels that a tracking plugin, or we, noted on it."""
    shipping = order.shipping_lines[0] if order.shipping_lines else None
    parcels = [shipment(item) for item in tracking_items(order)]
    last = parcels[-1] if parcels else None
    return orders.Order(
        id=str(order.id),
        order_number=order.number,
        created_date=created(order),
        updated_date=updated(order),
        status=STATUSES.get(order.status, "other"),
        raw_status=order.status,
        requested_shipping_method=text_or_none(html.unescape(shipping.method_title)) if shipping else None,
        shipping_method_id=text_or_none(shipping.method_id) if shipping else None,
        shipping_method_name=text_or_none(html.unescape(shipping.method_title)) if shipping else None,
        carrier_name=last.carrier_name if last else None,
        invoice_currency_code=order.currency,
        total_price=money(order.total),
        total_tax=money(order.total_tax),
        total_discount=money(order.discount_total),
        total_shipping=money(order.shipping_total),
        ship_to_address=ship_to(order.shipping, order.billing),
        bill_to_address=bill_to(order.billing),
        line_items=[order_line(line) for line in order.line_items],
        shipments=parcels,
        external_system_url=shop.page(order.id),
        additional_fields=order_facts(order),
    )


def order_line(line: OrderLine) -> orders.OrderLineItem:
    """A product ordered; the product is missing when it was deleted since."""
    bought = line.variation_id or line.product_id
    subtotal, total = Decimal(line.subtotal or 0), Decimal(line.total or 0)
    return orders.OrderLineItem(
        line_item_id=str(line.id),
        product_id=str(bought) if bought else None,
        product_sku=text_or_none(line.sku),
        parent_product_id=str(line.product_id) if line.product_id else None,
        quantity=whole_units(line.quantity),
        unit_price=unit_price(subtotal, line.quantity),
        discount=money(subtotal - total),
        tax=amount(line.total_tax),
    )


def unit_price(subtotal: Decimal, quantity: Decimal) -> Decimal | None:
    """The price of one unit before discounts. WooCommerce's own `price` is a float, and after them."""
    if not quantity:
        return None
    exact = subtotal / quantity
    rounded = exact.quantize(_UNIT_PRICE, ROUND_HALF_EVEN)
    # As many digits as the shop's amounts have, unless more are needed.
    return money(rounded.quantize(subtotal) if rounded.quantize(subtotal) == exact else rounded)


def _full_name(address: Address) -> str | None:
    return text_or_none(f"{address.first_name} {address.last_name}".strip())


def ship_to(address: Address, billing: BillingAddress) -> ShipToAddress:
    """Where the goods go. The shop keeps the buyer's e-mail, and mostly the telephone, with the invoice."""
    return ShipToAddress(
        full_name=_full_name(address),
        company=text_or_none(address.company),
        address1=text_or_none(address.address_1),
        address2=text_or_none(address.address_2),
        city=text_or_none(address.city),
        state=text_or_none(address.state),
        postal_code=text_or_none(address.postcode),
        country=text_or_none(address.country),
        phone_number=text_or_none(address.phone or billing.phone),
        email_address=text_or_none(billing.email),
    )


def bill_to(address: BillingAddress) -> orders.BillToAddress:
    """Where the invoice goes."""
    return orders.BillToAddress(
        full_name=_full_name(address),
        address1=text_or_none(address.address_1),
        address2=text_or_none(address.address_2),
        city=text_or_none(address.city),
        state=text_or_none(address.state),
        postal_code=text_or_none(address.postcode),
        country=text_or_none(address.country),
    )


def tracking_items(order: WooOrder) -> list[TrackingItem]:
    """The parcels noted on an order; anything else in that field is not ours to read."""
    found = next((item.value for item in order.meta_data if item.key == TRACKING), None)
    entries = list(found.values()) if isinstance(found, dict) else found
    if not isinstance(entries, list):
        return []
    try:
        return msgspec.convert(entries, list[TrackingItem])
    except msgspec.ValidationError:
        return []


def shipment(item: TrackingItem) -> orders.Shipment:
    """A parcel. The plugins do not say which lines are in it."""
    return orders.Shipment(
        shipment_id=item.tracking_id or item.tracking_number,
        raw_status="shipped",
        status="shipped",
        shipped_date=shipped_date(item.date_shipped),
        carrier_name=text_or_none(item.tracking_provider or item.custom_tracking_provider),
        tracking_number=text_or_none(item.tracking_number),
        tracking_url=text_or_none(item.custom_tracking_link),
    )


def shipped_date(value: str | int) -> datetime | None:
    """A day in seconds of Unix time."""
    return datetime.fromtimestamp(int(value), UTC) if str(value).isdecimal() else None


def order_facts(order: WooOrder) -> dict[str, Any]:
    """Payment, refunds and the buyer's remark."""
    shown: dict[str, Any] = {
        "amount_refunded": money(-sum((Decimal(item.total) for item in order.refunds), Decimal("0.00"))),
        "payment_method": text_or_none(order.payment_method_title),
        "paid_date": None if order.date_paid_gmt is None else moment(order.date_paid_gmt),
        "customer_note": text_or_none(order.customer_note),
    }
    if order.refunds:
        shown["refunds"] = [
            {"id": str(item.id), "amount": money(-Decimal(item.total)), "reason": text_or_none(item.reason or "")}
            for item in order.refunds
        ]
    return shown
