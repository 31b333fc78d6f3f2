"""From BigCommerce's shapes to cart records. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from crossdock.contract.cart import orders
from crossdock.contract.cart.products import Product
from crossdock.contract.cart.warehouses import Warehouse
from crossdock.contract.errors import UnexpectedShape
from crossdock.contract.records import Measurements, ShipToAddress, WarehouseAddress
from crossdock.contract.statuses import CartOrderStatus
from crossdock.integrations.bigcommerce.models import (
    Address,
    BigOrder,
    BigProduct,
    BigRefund,
    Identity,
    Location,
    OrderLine,
    Parcel,
    StockItem,
    Store,
    Variant,
)
from crossdock.integrations.kit import measures
from crossdock.integrations.kit.mapping import moment, money, text_or_none

ShowPage = Callable[[str], str]
"""Gives the address of a page of the control panel."""
PARTIALLY_REFUNDED = 14
# https://developer.bigcommerce.com/docs/rest-management/orders/order-status. Stores give the words
# names of their own, so the number counts.
STATUSES: dict[int, CartOrderStatus] = {
    0: "open",  # Incomplete: the buyer reached the payment page and left.
    1: "open",  # Pending
    2: "fulfilled",  # Shipped
    3: "partially_fulfilled",  # Partially Shipped
    4: "cancelled",  # Refunded
    5: "cancelled",  # Cancelled
    6: "cancelled",  # Declined
    7: "open",  # Awaiting Payment
    8: "processing",  # Awaiting Pickup
    9: "processing",  # Awaiting Shipment
    10: "fulfilled",  # Completed
    11: "confirmed",  # Awaiting Fulfillment
    12: "exception",  # Manual Verification Required
    13: "exception",  # Disputed
}
NONE, BY_PRODUCT, BY_VARIANT = "none", "product", "variant"
"""How a product's stock is counted."""
# The words that stores have been seen to use; the specification has an example of each only. How many of our unit one
# of the store is.


@dataclass(frozen=True)
class Stock:
    """Inventory items by what they count."""

    variants: Mapping[int, StockItem]
    products: Mapping[int, StockItem]

    @staticmethod
    def of(items: Sequence[StockItem]) -> Stock:
        """The items, which name the variant, the product or both."""
        variants = {item.identity.variant_id: item for item in items if item.identity.variant_id is not None}
        products = {
            item.identity.product_id: item
            for item in items
            if item.identity.product_id is not None and item.identity.variant_id is None
        }
        return Stock(variants, products)

    def item(self, product: BigProduct, variant: Variant) -> StockItem | None:
        """What counts a variant; None where nothing does, or where several variants share it."""
        if product.inventory_tracking == BY_VARIANT:
            return self.variants.get(variant.id)
        if product.inventory_tracking == BY_PRODUCT and len(product.variants) == 1:
            return self.products.get(product.id) or self.variants.get(variant.id)
        return None

    def shared(self, product: BigProduct) -> StockItem | None:
        """What counts all variants of a product together."""
        return self.products.get(product.id) if product.inventory_tracking == BY_PRODUCT else None


def variant_key(product_id: int, variant_id: int) -> str:
    """Our id of a variant. Products and variants have series of their own, so the number alone would be ambiguous."""
    return f"{product_id}-{variant_id}"


def identity_of(key: str) -> Identity | None:
    """What an id of ours stands for: a product, or a variant of it."""
    product, dash, variant = key.partition("-")
    parts = [product, variant] if dash else [product]
    if not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    return Identity(product_id=int(product), variant_id=int(variant) if dash else None)


def parent_record(product: BigProduct, page: ShowPage) -> Product:
    """A product, which has neither price nor stock: its variants have."""
    return Product(
        id=str(product.id),
        created_date=moment(product.date_created),
        updated_date=moment(product.date_modified),
        name=product.name,
        sku=text_or_none(product.sku),
        gtin=text_or_none(product.gtin) or text_or_none(product.upc),
        parent_product_id=str(product.id),
        active=_offered(product),
        image_url=_picture(product),
        external_system_url=page(f"products/edit/{product.id}"),
        additional_fields=_facts(product),
    )


def variant_record(product: BigProduct, variant: Variant, stock: Stock, store: Store, page: ShowPage) -> Product:
    """A variant. BigCommerce keeps no dates of it; what it does not say itself is the product's."""
    item, shared = stock.item(product, variant), stock.shared(product)
    levels = {str(level.location_id): level for level in item.locations} if item else {}
    options = {option.option_display_name: option.label for option in variant.option_values}
    cost = variant.cost_price if variant.cost_price is not None else product.cost_price
    only = len(product.variants) == 1
    return Product(
        id=variant_key(product.id, variant.id),
        created_date=moment(product.date_created),
        updated_date=moment(product.date_modified),
        name=f"{product.name} - {', '.join(options.values())}" if options else product.name,
        sku=text_or_none(variant.sku) or (text_or_none(product.sku) if only else None),
        gtin=text_or_none(variant.gtin) or text_or_none(variant.upc),
        parent_product_id=str(product.id),
        active=_offered(product) and not variant.purchasing_disabled,
        image_url=text_or_none(variant.image_url) or _picture(product),
        price=money(_first(variant.calculated_price, variant.price, product.price)),
        unit_cost=money(cost),
        inventory=sum(level.total_inventory_onhand for level in levels.values()) if item else None,
        inventory_by_warehouse_id={place: level.total_inventory_onhand for place, level in sorted(levels.items())},
        measurements=measurements(product, variant, store),
        external_system_url=page(f"products/edit/{product.id}"),
        additional_fields=_facts(product)
        | {
            "options": options,
            "base_price": money(variant.price),
            "sale_price": money(variant.sale_price),
            "retail_price": money(variant.retail_price),
            "available_by_warehouse_id": {place: level.available_to_sell for place, level in sorted(levels.items())},
        }
        | ({"stock_of_product": _on_hand(shared)} if shared and not item else {}),
    )


def _on_hand(item: StockItem) -> int:
    return sum(level.total_inventory_onhand for level in item.locations)


def _first(*amounts: Decimal | None) -> Decimal | None:
    return next((amount for amount in amounts if amount is not None), None)


def _offered(product: BigProduct) -> bool:
    return product.is_visible and product.availability != "disabled"


def _picture(product: BigProduct) -> str | None:
    return text_or_none(product.primary_image.url_standard) if product.primary_image else None


def _facts(product: BigProduct) -> dict[str, Any]:
    return {
        "type": product.type,
        "availability": product.availability,
        "is_visible": product.is_visible,
        "inventory_tracking": product.inventory_tracking,
        "category_ids": [str(number) for number in product.categories],
    }


def measurements(product: BigProduct, variant: Variant, store: Store) -> Measurements:
    """Size and weight, where they are filled in; zero means that nobody did. The depth is the length."""
    length, width, height, weight = (
        _first(own, of_product) or None
        for own, of_product in (
            (variant.depth, product.depth),
            (variant.width, product.width),
            (variant.height, product.height),
            (variant.weight, product.weight),
        )
    )
    return measures.measurements(length, width, height, store.dimension_units, weight, store.weight_units)


def warehouse_record(location: Location, page: ShowPage) -> Warehouse:
    """A location."""
    address = location.address
    return Warehouse(
        id=str(location.id),
        created_date=moment(location.created_at),
        updated_date=moment(location.updated_at),
        name=text_or_none(location.label),
        code=text_or_none(location.code),
        address=WarehouseAddress(
            address1=text_or_none(address.address1),
            address2=text_or_none(address.address2),
            city=text_or_none(address.city),
            state=text_or_none(address.state),
            postal_code=text_or_none(address.zip),
            country=text_or_none(address.country_code),
        )
        if address
        else WarehouseAddress(),
        active=location.enabled,
        external_system_url=page("settings/locations"),
        additional_fields={
            "type": location.type_id,
            "managed_by_external_source": location.managed_by_external_source,
            "time_zone": location.time_zone,
        },
    )


def mail_time(value: str) -> datetime | None:
    """A time as in RFC 2822, or None where the field is empty."""
    if not value:
        return None
    try:
        found = parsedate_to_datetime(value)
    except ValueError:
        raise UnexpectedShape(f"not a date and time as in RFC 2822: {value!r}") from None
    return moment(found, UTC)


def order_record(
    order: BigOrder, parcels: Sequence[Parcel], refunds: Sequence[BigRefund], page: ShowPage
) -> orders.Order:
    """An order with its shipments and refunds, which are lists of their own."""
    created = mail_time(order.date_created)
    if created is None:
        raise UnexpectedShape(f"order {order.id} has no date")
    way = order.consignments.shipping[0] if order.consignments.shipping else None
    shipped = [shipment(order, parcel) for parcel in sorted(parcels, key=lambda item: item.id)]
    last = shipped[-1] if shipped else None
    return orders.Order(
        id=str(order.id),
        order_number=str(order.id),
        created_date=created,
        updated_date=mail_time(order.date_modified) or created,
        status=status_of(order),
        raw_status=text_or_none(order.status) or str(order.status_id),
        requested_shipping_method=text_or_none(way.shipping_method) if way else None,
        shipping_method_name=last.shipping_method_name if last else None,
        carrier_name=last.carrier_name if last else None,
        # What the shopper pays in; the other code is only what prices were shown in.
        invoice_currency_code=text_or_none(order.default_currency_code) or text_or_none(order.currency_code),
        total_price=money(order.total_inc_tax),
        total_tax=money(order.total_tax),
        total_discount=money(order.discount_amount + order.coupon_discount),
        total_shipping=money(order.shipping_cost_inc_tax),
        ship_to_address=ship_to(way) if way else ShipToAddress(),
        bill_to_address=bill_to(order.billing_address),
        line_items=[order_line(line) for line in order.lines],
        shipments=shipped,
        external_system_url=page(f"orders/{order.id}"),
        additional_fields=order_facts(order, refunds),
    )


def status_of(order: BigOrder) -> CartOrderStatus:
    """How far an order is. One that was paid back in part says only by its units what was shipped of it."""
    if order.status_id != PARTIALLY_REFUNDED:
        return STATUSES.get(order.status_id, "other")
    if order.items_total and order.items_shipped >= order.items_total:
        return "fulfilled"
    return "partially_fulfilled" if order.items_shipped else "confirmed"


def order_line(line: OrderLine) -> orders.OrderLineItem:
    """A product ordered. Lines that were typed in by hand, and gift certificates, have none."""
    return orders.OrderLineItem(
        line_item_id=str(line.id),
        product_id=_bought(line),
        product_sku=text_or_none(line.sku),
        parent_product_id=str(line.product_id) if line.product_id else None,
        quantity=line.quantity,
        unit_price=money(line.price_ex_tax),
        discount=money(sum((item.amount for item in line.applied_discounts), Decimal("0.0000"))),
        tax=money(line.total_tax),
    )


def _bought(line: OrderLine) -> str | None:
    return variant_key(line.product_id, line.variant_id) if line.product_id and line.variant_id else None


def shipment(order: BigOrder, parcel: Parcel) -> orders.Shipment:
    """A shipment; BigCommerce makes one when goods have left."""
    lines = {line.id: line for line in order.lines}
    carrier = parcel.shipping_provider_display_name or parcel.tracking_carrier or parcel.shipping_provider
    return orders.Shipment(
        shipment_id=str(parcel.id),
        raw_status="shipped",
        status="shipped",
        shipped_date=mail_time(parcel.date_created),
        shipping_method_name=text_or_none(parcel.shipping_method),
        carrier_name=text_or_none(carrier),
        tracking_number=text_or_none(parcel.tracking_number),
        tracking_url=text_or_none(parcel.tracking_link) or text_or_none(parcel.generated_tracking_link),
        line_items=[
            _shipped_line(lines.get(item.order_product_id), item.order_product_id, item.quantity)
            for item in parcel.items
        ],
    )


def _shipped_line(line: OrderLine | None, line_id: int, quantity: int) -> orders.ShipmentLineItem:
    return orders.ShipmentLineItem(
        line_item_id=str(line_id),
        product_id=_bought(line) if line else None,
        product_sku=text_or_none(line.sku) if line else None,
        parent_product_id=str(line.product_id) if line and line.product_id else None,
        quantity=quantity,
    )


def _full_name(address: Address) -> str | None:
    return text_or_none(f"{address.first_name} {address.last_name}".strip())


def ship_to(address: Address) -> ShipToAddress:
    """Where the goods go."""
    return ShipToAddress(
        full_name=_full_name(address),
        company=text_or_none(address.company),
        address1=text_or_none(address.street_1),
        address2=text_or_none(address.street_2),
        city=text_or_none(address.city),
        state=text_or_none(address.state),
        postal_code=text_or_none(address.zip),
        country=text_or_none(address.country),
        phone_number=text_or_none(address.phone),
        email_address=text_or_none(address.email),
    )


def bill_to(address: Address) -> orders.BillToAddress:
    """Where the invoice goes."""
    return orders.BillToAddress(
        full_name=_full_name(address),
        address1=text_or_none(address.street_1),
        address2=text_or_none(address.street_2),
        city=text_or_none(address.city),
        state=text_or_none(address.state),
        postal_code=text_or_none(address.zip),
        country=text_or_none(address.country),
    )


def order_facts(order: BigOrder, refunds: Sequence[BigRefund]) -> dict[str, Any]:
    """Payment, refunds and remarks. BigCommerce's own `refunded_amount` is always 0, so refunds are added up."""
    shown: dict[str, Any] = {
        "status_id": order.status_id,
        "payment_method": text_or_none(order.payment_method),
        "payment_status": text_or_none(order.payment_status),
        "amount_refunded": money(sum((refund.total_amount for refund in refunds), Decimal(0))),
        "customer_message": text_or_none(order.customer_message or ""),
        "staff_notes": text_or_none(order.staff_notes or ""),
        "channel_id": None if order.channel_id is None else str(order.channel_id),
        "order_source": order.order_source,
        "external_order_id": text_or_none(order.external_order_id or order.external_id or ""),
        "addresses": len(order.consignments.shipping),
    }
    if refunds:
        shown["refunds"] = [
            {
                "id": str(one.id),
                "amount": money(one.total_amount),
                "reason": text_or_none(one.reason or ""),
                "declined": any(payment.is_declined for payment in one.payments),
            }
            for one in refunds
        ]
    return shown
