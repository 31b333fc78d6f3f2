"""From Shopify's shapes to cart records. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crossdock.contract.cart import orders
from crossdock.contract.cart.orders import FulfilmentStatus
from crossdock.contract.cart.products import Product
from crossdock.contract.cart.warehouses import Warehouse
from crossdock.contract.errors import UnexpectedShape
from crossdock.contract.records import Measurements, ShipToAddress, WarehouseAddress
from crossdock.contract.statuses import CartOrderStatus
from crossdock.integrations.kit import measures
from crossdock.integrations.kit.mapping import moment, money, text_or_none
from crossdock.integrations.shopify.models import (
    Address,
    Group,
    Level,
    Media,
    MoneyBag,
    Parcel,
    ShopifyLine,
    ShopifyLocation,
    ShopifyOrder,
    ShopifyProduct,
    ShopifyVariant,
)

AVAILABLE, ON_HAND, COMMITTED = "available", "on_hand", "committed"
DEFAULT_TITLE = "Default Title"
"""What Shopify calls the only variant of a product without options."""
PAID = frozenset({"PAID", "AUTHORIZED", "PARTIALLY_PAID", "PARTIALLY_REFUNDED"})
# https://shopify.dev/docs/api/admin-graphql/2026-10/enums/OrderDisplayFulfillmentStatus
STATUSES: dict[str, CartOrderStatus] = {
    # Nothing is done yet; an order that is paid counts as confirmed.
    "UNFULFILLED": "open",
    "OPEN": "open",
    "SCHEDULED": "confirmed",
    "IN_PROGRESS": "processing",
    "PENDING_FULFILLMENT": "processing",
    "PARTIALLY_FULFILLED": "partially_fulfilled",
    "FULFILLED": "fulfilled",
    "FULFILLMENT_NOT_REQUIRED": "fulfilled",
    "ON_HOLD": "exception",
    "REQUEST_DECLINED": "exception",
    "RESTOCKED": "cancelled",
}
GROUP_STATUSES: dict[str, FulfilmentStatus] = {
    "OPEN": "open",
    "IN_PROGRESS": "open",
    "SCHEDULED": "open",
    "ON_HOLD": "open",
    "INCOMPLETE": "open",
    "CLOSED": "shipped",
    "CANCELLED": "cancelled",
}
PARCEL_STATUSES: dict[str, FulfilmentStatus] = {
    "OPEN": "open",
    "PENDING": "open",
    "SUCCESS": "shipped",
    "CANCELLED": "cancelled",
}


def number(gid: str) -> str:
    """The number in a global id, which is what the shop's pages and webhooks show."""
    found = gid.partition("?")[0].rpartition("/")[2]
    if not found.isdecimal():
        raise UnexpectedShape(f"not a global id: {gid!r}")
    return found


def gid(kind: str, value: str) -> str:
    """A global id."""
    return f"gid://shopify/{kind}/{value}"


def page(shop: str, kind: str, gid: str) -> str:
    """The page of a record in the shop's administration."""
    return f"https://admin.shopify.com/store/{shop}/{kind}/{number(gid)}"


def parent_record(product: ShopifyProduct, shop: str) -> Product:
    """A product, which has neither price nor stock: its variants have."""
    return Product(
        id=number(product.id),
        created_date=moment(product.created_at),
        updated_date=moment(product.updated_at),
        name=product.title,
        parent_product_id=number(product.id),
        active=product.status == "ACTIVE",
        image_url=_picture(product.featured_media),
        tags=product.tags,
        categories=[product.product_type] if product.product_type else [],
        external_system_url=page(shop, "products", product.id),
        additional_fields=_product_facts(product),
    )


def _product_facts(product: ShopifyProduct) -> dict[str, Any]:
    return {"status": product.status, "handle": product.handle, "vendor": text_or_none(product.vendor)}


def variant_record(variant: ShopifyVariant, product: ShopifyProduct, shop: str, levels: list[Level]) -> Product:
    """A variant. Its inventory is what can be sold; what lies there and what is promised stands beside."""
    item = variant.inventory_item
    tracked = {number(level.location.id): level for level in levels} if item.tracked else {}
    picture = _picture(variant.media.nodes[0]) if variant.media.nodes else None
    sizes = measurements(variant)
    return Product(
        id=number(variant.id),
        created_date=moment(variant.created_at),
        # A sale moves a level without touching the variant.
        updated_date=moment(max([variant.updated_at, item.updated_at, *(level.updated_at for level in levels)])),
        name=product.title if variant.title == DEFAULT_TITLE else f"{product.title} - {variant.title}",
        sku=text_or_none(variant.sku),
        gtin=text_or_none(variant.barcode),
        parent_product_id=number(product.id),
        is_kit=variant.requires_components,
        active=product.status == "ACTIVE",
        image_url=picture or _picture(product.featured_media),
        price=money(variant.price),
        unit_cost=money(item.unit_cost.amount) if item.unit_cost else None,
        inventory=sum(level.units(AVAILABLE) for level in tracked.values()) if item.tracked else None,
        inventory_by_warehouse_id={place: level.units(AVAILABLE) for place, level in sorted(tracked.items())},
        measurements=sizes,
        tags=product.tags,
        categories=[product.product_type] if product.product_type else [],
        external_system_url=f"{page(shop, 'products', product.id)}/variants/{number(variant.id)}",
        additional_fields=_product_facts(product) | _variant_facts(variant, tracked),
    )


def _variant_facts(variant: ShopifyVariant, levels: Mapping[str, Level]) -> dict[str, Any]:
    return {
        "inventory_item_id": number(variant.inventory_item.id),
        "tracked": variant.inventory_item.tracked,
        "inventory_policy": variant.inventory_policy,
        "compare_at_price": money(variant.compare_at_price),
        "options": {option.name: option.value for option in variant.selected_options},
        "on_hand_by_warehouse_id": {place: level.units(ON_HAND) for place, level in sorted(levels.items())},
        "committed_by_warehouse_id": {place: level.units(COMMITTED) for place, level in sorted(levels.items())},
    }


def measurements(variant: ShopifyVariant) -> Measurements:
    """The weight; Shopify keeps no size of a variant. Zero means that nobody filled it in."""
    weight = variant.inventory_item.measurement.weight
    if weight is None:
        return Measurements()
    return measures.measurements(None, None, None, None, weight.value or None, weight.unit)


def _picture(media: Media | None) -> str | None:
    return media.preview.image.url if media and media.preview and media.preview.image else None


def warehouse_record(location: ShopifyLocation, shop: str) -> Warehouse:
    """A location. Shopify has no code of it."""
    return Warehouse(
        id=number(location.id),
        created_date=moment(location.created_at),
        updated_date=moment(location.updated_at),
        name=location.name,
        address=WarehouseAddress(
            address1=text_or_none(location.address.address1),
            address2=text_or_none(location.address.address2),
            city=text_or_none(location.address.city),
            state=text_or_none(location.address.province),
            postal_code=text_or_none(location.address.zip),
            country=text_or_none(location.address.country),
        ),
        active=location.is_active,
        external_system_url=page(shop, "settings/locations", location.id),
        additional_fields={
            "ships_inventory": location.ships_inventory,
            "fulfills_online_orders": location.fulfills_online_orders,
        },
    )


def status_of(order: ShopifyOrder) -> CartOrderStatus:
    """How far an order is."""
    if order.cancelled_at is not None:
        return "cancelled"
    found = STATUSES.get(order.display_fulfillment_status, "other")
    return "confirmed" if found == "open" and order.display_financial_status in PAID else found


def order_record(order: ShopifyOrder, shop: str) -> orders.Order:
    """An order in the shop's currency."""
    lines = {line.id: line for line in order.line_items.nodes}
    parcels = [shipment(parcel, lines) for parcel in order.fulfillments]
    last = next((parcel for parcel in reversed(parcels) if parcel.status == "shipped"), None)
    shipping = order.shipping_line
    return orders.Order(
        id=number(order.id),
        order_number=order.name,
        created_date=moment(order.created_at),
        updated_date=moment(order.updated_at),
        status=status_of(order),
        raw_status=order.display_fulfillment_status,
        requested_shipping_method=shipping.title if shipping else None,
        shipping_method_id=text_or_none(shipping.code) if shipping else None,
        shipping_method_name=shipping.title if shipping else None,
        carrier_id=text_or_none(shipping.carrier_identifier) if shipping else None,
        carrier_name=last.carrier_name if last else None,
        invoice_currency_code=order.currency_code,
        total_price=_amount(order.total_price_set),
        total_tax=_amount(order.total_tax_set),
        total_discount=_amount(order.total_discounts_set),
        total_shipping=_amount(order.total_shipping_price_set),
        ship_to_address=ship_to(order),
        bill_to_address=bill_to(order.billing_address),
        latest_ship_date=_latest(order),
        line_items=[order_line(line) for line in order.line_items.nodes],
        shipping_groups=[group_record(group, lines) for group in order.fulfillment_orders.nodes],
        shipments=parcels,
        tags=order.tags,
        external_system_url=page(shop, "orders", order.id),
        additional_fields={
            "financial_status": order.display_financial_status,
            "cancelled_date": None if order.cancelled_at is None else moment(order.cancelled_at),
            "amount_refunded": _amount(order.total_refunded_set),
            "note": text_or_none(order.note),
        },
    )


def _amount(bag: MoneyBag | None) -> Decimal | None:
    return None if bag is None else money(bag.shop_money.amount)


def _latest(order: ShopifyOrder) -> Any:
    due = [group.fulfill_by for group in order.fulfillment_orders.nodes if group.fulfill_by is not None]
    return moment(min(due)) if due else None


def ship_to(order: ShopifyOrder) -> ShipToAddress:
    """Where the goods go. The e-mail is the buyer's, as is the telephone when the address has none."""
    address = order.shipping_address
    if address is None:
        return ShipToAddress(phone_number=text_or_none(order.phone), email_address=text_or_none(order.email))
    return ShipToAddress(
        full_name=text_or_none(address.name),
        company=text_or_none(address.company),
        address1=text_or_none(address.address1),
        address2=text_or_none(address.address2),
        city=text_or_none(address.city),
        state=text_or_none(address.province),
        postal_code=text_or_none(address.zip),
        country=text_or_none(address.country),
        phone_number=text_or_none(address.phone or order.phone),
        email_address=text_or_none(order.email),
    )


def bill_to(address: Address | None) -> orders.BillToAddress:
    """Where the invoice goes."""
    if address is None:
        return orders.BillToAddress()
    return orders.BillToAddress(
        full_name=text_or_none(address.name),
        address1=text_or_none(address.address1),
        address2=text_or_none(address.address2),
        city=text_or_none(address.city),
        state=text_or_none(address.province),
        postal_code=text_or_none(address.zip),
        country=text_or_none(address.country),
    )


def order_line(line: ShopifyLine) -> orders.OrderLineItem:
    """A product ordered; the variant is missing when it was deleted since, or never was in the catalogue."""
    return orders.OrderLineItem(
        line_item_id=number(line.id),
        product_id=_number_or_none(line.variant.id if line.variant else None),
        product_sku=text_or_none(line.sku),
        parent_product_id=_number_or_none(line.product.id if line.product else None),
        quantity=line.quantity,
        unit_price=_amount(line.original_unit_price_set),
        discount=_amount(line.total_discount_set),
        tax=money(sum((tax.price_set.shop_money.amount for tax in line.tax_lines), Decimal("0.00"))),
    )


def _number_or_none(value: str | None) -> str | None:
    return None if value is None else number(value)


def group_record(group: Group, lines: Mapping[str, ShopifyLine]) -> orders.ShippingGroup:
    """A fulfillment order: what one location is to ship."""
    place = group.assigned_location.location
    return orders.ShippingGroup(
        shipping_group_id=number(group.id),
        created_date=moment(group.created_at),
        updated_date=moment(group.updated_at),
        raw_status=group.status,
        status=GROUP_STATUSES.get(group.status, "other"),
        warehouse_id=number(place.id) if place else None,
        line_items=[
            orders.ShippingGroupLineItem(
                line_item_id=number(part.line_item.id),
                product_id=_variant_of(lines.get(part.line_item.id)),
                product_sku=_sku_of(lines.get(part.line_item.id)),
                parent_product_id=_product_of(lines.get(part.line_item.id)),
                quantity=part.total_quantity,
            )
            for part in group.line_items.nodes
        ],
    )


def shipment(parcel: Parcel, lines: Mapping[str, ShopifyLine]) -> orders.Shipment:
    """A fulfillment: what left together."""
    tracking = parcel.tracking_info[0] if parcel.tracking_info else None
    return orders.Shipment(
        shipment_id=number(parcel.id),
        raw_status=parcel.status,
        status=PARCEL_STATUSES.get(parcel.status, "other"),
        warehouse_id=number(parcel.location.id) if parcel.location else None,
        shipped_date=moment(parcel.created_at),
        carrier_name=text_or_none(tracking.company) if tracking else None,
        tracking_number=text_or_none(tracking.number) if tracking else None,
        tracking_url=text_or_none(tracking.url) if tracking else None,
        line_items=[
            orders.ShipmentLineItem(
                line_item_id=number(part.line_item.id),
                product_id=_variant_of(lines.get(part.line_item.id)),
                product_sku=_sku_of(lines.get(part.line_item.id)),
                parent_product_id=_product_of(lines.get(part.line_item.id)),
                quantity=part.quantity or 0,
            )
            for part in parcel.fulfillment_line_items.nodes
        ],
    )


def _variant_of(line: ShopifyLine | None) -> str | None:
    return number(line.variant.id) if line and line.variant else None


def _product_of(line: ShopifyLine | None) -> str | None:
    return number(line.product.id) if line and line.product else None


def _sku_of(line: ShopifyLine | None) -> str | None:
    return text_or_none(line.sku) if line else None
