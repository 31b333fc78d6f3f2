"""From Magento's shapes to cart records. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any

from crossdock.contract.cart import orders
from crossdock.contract.cart.products import Product
from crossdock.contract.cart.warehouses import Warehouse
from crossdock.contract.errors import UnexpectedShape
from crossdock.contract.records import Measurements, ShipToAddress, WarehouseAddress
from crossdock.contract.statuses import CartOrderStatus
from crossdock.integrations.kit import measures
from crossdock.integrations.kit.mapping import NO_DATE, moment, money, text_or_none, whole_units
from crossdock.integrations.magento.models import (
    Category,
    MagentoOrder,
    MagentoProduct,
    MagentoShipment,
    OrderAddress,
    OrderItem,
    Source,
    SourceItem,
    Track,
)

Pages = Callable[[str], str | None]
"""Makes the address of a page of the administration."""
# https://experienceleague.adobe.com/en/docs/commerce-admin/stores-sales/order-management/orders/order-status
# By the state, which is Magento's own; the words of `status` are each shop's.
STATES: dict[str, CartOrderStatus] = {
    "new": "open",
    "pending_payment": "open",
    # Paid, or partly shipped.
    "processing": "confirmed",
    "payment_review": "exception",
    "holded": "exception",
    "complete": "fulfilled",
    # Everything was paid back.
    "closed": "cancelled",
    "canceled": "cancelled",
}
CONFIGURABLE, BUNDLE, GROUPED = "configurable", "bundle", "grouped"
PARENT_TYPES = frozenset({CONFIGURABLE, GROUPED})
"""Types that are not bought themselves."""
STOCKLESS_TYPES = PARENT_TYPES | {BUNDLE}
HIDDEN = 1
"""The visibility of products that are not shown by themselves, as variants are."""
ENABLED = 1
GTIN_ATTRIBUTES = ("gtin", "ean", "upc", "isbn", "barcode")
"""Codes under which shops keep the trade item number; Magento itself has no such attribute."""


@dataclass(frozen=True)
class Shop:
    """What has to be known to read a product."""

    weight_unit: str = ""
    currency: str | None = None
    media_url: str = ""
    categories: Mapping[int, Category] = field(default_factory=dict)


def product_record(
    product: MagentoProduct, parent_id: int | None, stock: Sequence[SourceItem], shop: Shop, page: Pages
) -> Product:
    """A product. Without a parent it is its own."""
    stockless = product.type_id in STOCKLESS_TYPES
    dynamic = product.type_id == BUNDLE and product.attribute("price_type") == "0"
    by_source = {} if stockless else {item.source_code: item.quantity for item in stock}
    whole = all(units == units.to_integral_value() for units in by_source.values())
    return Product(
        id=str(product.id),
        created_date=_time(product.created_at or product.updated_at),
        updated_date=_time(product.updated_at or product.created_at),
        name=product.name or product.sku,
        sku=text_or_none(product.sku),
        gtin=product.attribute(*GTIN_ATTRIBUTES),
        parent_product_id=str(parent_id or product.id),
        is_kit=product.type_id == BUNDLE,
        active=product.status == ENABLED,
        image_url=_image(product, shop),
        price=None if product.type_id in PARENT_TYPES or dynamic else money(product.price),
        unit_cost=None if product.type_id in PARENT_TYPES else money(product.attribute("cost")),
        inventory=whole_units(sum(by_source.values(), Decimal(0))) if by_source and whole else None,
        inventory_by_warehouse_id={code: int(units) for code, units in by_source.items()} if whole else {},
        measurements=_measurements(product, shop),
        categories=_categories(product, shop),
        external_system_url=page(f"catalog/product/edit/id/{product.id}"),
        additional_fields=_facts(product, shop) | ({} if whole else {"stock": by_source}),
    )


def _time(value: str | None) -> datetime:
    if value is None:
        raise UnexpectedShape("Magento shows a record without any date")
    return moment(value, UTC)


def _image(product: MagentoProduct, shop: Shop) -> str | None:
    """The picture that lists show, or the first."""
    pictures = [item for item in product.media_gallery_entries or () if item.file and not item.disabled]
    main = next((item for item in pictures if "image" in (item.types or ())), pictures[0] if pictures else None)
    return f"{shop.media_url}catalog/product{main.file}" if main and shop.media_url else None


def _measurements(product: MagentoProduct, shop: Shop) -> Measurements:
    return measures.measurements(None, None, None, None, money(product.weight), shop.weight_unit)


def _categories(product: MagentoProduct, shop: Shop) -> list[str]:
    """The path of the deepest category; root categories are not shown to buyers."""
    held = [shop.categories.get(int(link.category_id)) for link in product.extension_attributes.category_links or ()]
    deepest = max((item for item in held if item is not None), key=lambda item: item.level, default=None)
    if deepest is None:
        return []
    path = [shop.categories.get(int(part)) for part in deepest.path.split("/") if part.isdecimal()]
    return [item.name for item in path if item is not None and item.level >= 2]


def _facts(product: MagentoProduct, shop: Shop) -> dict[str, Any]:
    """What Magento says of a product beyond the record's fields."""
    return {
        "type": product.type_id,
        "visibility": product.visibility,
        "special_price": money(product.attribute("special_price")),
        "url_key": product.attribute("url_key"),
        "currency": shop.currency,
    }


def warehouse_record(source: Source, page: Pages) -> Warehouse:
    """A source. Magento keeps no dates of it."""
    return Warehouse(
        id=source.source_code,
        created_date=NO_DATE,
        updated_date=NO_DATE,
        name=text_or_none(source.name),
        code=source.source_code,
        address=WarehouseAddress(
            address1=text_or_none(source.street),
            city=text_or_none(source.city),
            state=text_or_none(source.region),
            postal_code=text_or_none(source.postcode),
            country=text_or_none(source.country_id),
        ),
        active=source.enabled,
        external_system_url=page(f"inventory/source/edit/source_code/{source.source_code}"),
        additional_fields={"description": text_or_none(source.description)},
    )


def order_record(order: MagentoOrder, shipments: Sequence[MagentoShipment], page: Pages) -> orders.Order:
    """An order with what was shipped of it."""
    tops = lines_of(order)
    parcels = [parcel for shipment in shipments for parcel in shipment_records(order, shipment)]
    assignment = next(iter(order.extension_attributes.shipping_assignments or ()), None)
    shipping = assignment.shipping if assignment else None
    address = shipping.address if shipping else None
    carrier = next((item for item in reversed(parcels) if item.carrier_name), None)
    return orders.Order(
        id=str(order.entity_id),
        order_number=order.increment_id,
        created_date=_time(order.created_at or order.updated_at),
        updated_date=_time(order.updated_at or order.created_at),
        status=status(order),
        raw_status=order.status or order.state,
        requested_shipping_method=text_or_none(order.shipping_description),
        shipping_method_id=text_or_none(shipping.method) if shipping else None,
        shipping_method_name=text_or_none(order.shipping_description),
        carrier_id=carrier.carrier_id if carrier else None,
        carrier_name=carrier.carrier_name if carrier else None,
        invoice_currency_code=order.order_currency_code,
        total_price=money(order.grand_total),
        total_tax=money(order.tax_amount),
        # Reductions are negative there.
        total_discount=None if order.discount_amount is None else money(abs(order.discount_amount)),
        total_shipping=money(order.shipping_amount),
        ship_to_address=_ship_to(address, order.customer_email) if address else ShipToAddress(),
        bill_to_address=_bill_to(order.billing_address) if order.billing_address else orders.BillToAddress(),
        line_items=[_line(item, order) for item in tops],
        shipments=parcels,
        external_system_url=page(f"sales/order/view/order_id/{order.entity_id}"),
        additional_fields=_order_facts(order, tops),
    )


def lines_of(order: MagentoOrder) -> list[OrderItem]:
    """What was ordered, without the variants and components below it."""
    return [item for item in order.items if item.parent_item_id is None]


def below(order: MagentoOrder, item: OrderItem) -> list[OrderItem]:
    """The variant of a configurable product, or the components of a bundle."""
    return [child for child in order.items if child.parent_item_id == item.item_id]


def variant_of(order: MagentoOrder, item: OrderItem) -> OrderItem:
    """What is taken from the shelf for a line."""
    return next(iter(below(order, item)), item) if item.product_type == CONFIGURABLE else item


def status(order: MagentoOrder) -> CartOrderStatus:
    """By the state; while an order is processed, what was shipped says more."""
    found = STATES.get(order.state or "", "other")
    if found != "confirmed":
        return found
    open_units = shipped = Decimal(0)
    for item in lines_of(order):
        parts = below(order, item) if item.product_type == BUNDLE and not item.qty_shipped else [item]
        for part in parts:
            shipped += part.qty_shipped
            open_units += Decimal(0) if part.is_virtual else max(Decimal(0), left_to_ship(part))
    if not shipped:
        return found
    return "partially_fulfilled" if open_units else "fulfilled"


def left_to_ship(item: OrderItem) -> Decimal:
    """Units that were neither shipped nor called off."""
    return item.qty_ordered - item.qty_canceled - max(item.qty_shipped, item.qty_refunded)


def units(value: Decimal) -> int:
    """A quantity as whole units; a part of one, as of goods by the metre, counts as one."""
    return int(value.to_integral_value(ROUND_CEILING))


def _line(item: OrderItem, order: MagentoOrder) -> orders.OrderLineItem:
    bought = variant_of(order, item)
    return orders.OrderLineItem(
        line_item_id=str(item.item_id),
        product_id=_id(bought.product_id),
        product_sku=text_or_none(bought.sku),
        parent_product_id=_id(item.product_id),
        quantity=units(item.qty_ordered),
        unit_price=money(item.price),
        discount=money(abs(item.discount_amount)),
        tax=money(item.tax_amount),
    )


def _id(number: int | None) -> str | None:
    """The product is missing when it was deleted since."""
    return str(number) if number else None


def _name(address: OrderAddress) -> str | None:
    parts = (address.prefix, address.firstname, address.middlename, address.lastname, address.suffix)
    return text_or_none(" ".join(part for part in parts if part))


def _street(address: OrderAddress) -> tuple[str | None, str | None, str | None]:
    """Three lines; what is left over goes into the third."""
    lines = [line for line in address.street or () if line]
    first, second = [*lines, "", ""][:2]
    return text_or_none(first), text_or_none(second), text_or_none(" ".join(lines[2:]))


def _ship_to(address: OrderAddress, email: str | None) -> ShipToAddress:
    first, second, third = _street(address)
    return ShipToAddress(
        full_name=_name(address),
        company=text_or_none(address.company),
        address1=first,
        address2=second,
        address3=third,
        city=text_or_none(address.city),
        state=text_or_none(address.region),
        postal_code=text_or_none(address.postcode),
        country=text_or_none(address.country_id),
        phone_number=text_or_none(address.telephone),
        email_address=text_or_none(address.email or email),
    )


def _bill_to(address: OrderAddress) -> orders.BillToAddress:
    first, second, third = _street(address)
    return orders.BillToAddress(
        full_name=_name(address),
        address1=first,
        address2=second,
        address3=third,
        city=text_or_none(address.city),
        state=text_or_none(address.region),
        postal_code=text_or_none(address.postcode),
        country=text_or_none(address.country_id),
    )


def shipment_records(order: MagentoOrder, shipment: MagentoShipment) -> list[orders.Shipment]:
    """A shipment with its first parcel, and one more for each other parcel: which lines are in which is not said."""
    tracks = [track for track in shipment.tracks or () if track.track_number]
    main = tracks[0] if tracks else None
    found = [_parcel(shipment, str(shipment.entity_id), main, _shipped_lines(order, shipment))]
    for at, track in enumerate(tracks[1:], 2):
        found.append(_parcel(shipment, f"{shipment.entity_id}-{track.entity_id or at}", track, []))
    return found


def _parcel(
    shipment: MagentoShipment, shipment_id: str, track: Track | None, lines: list[orders.ShipmentLineItem]
) -> orders.Shipment:
    return orders.Shipment(
        shipment_id=shipment_id,
        raw_status="shipped",
        status="shipped",
        warehouse_id=text_or_none(shipment.extension_attributes.source_code),
        shipped_date=None if shipment.created_at is None else moment(shipment.created_at, UTC),
        carrier_id=text_or_none(track.carrier_code) if track else None,
        carrier_name=text_or_none(track.title) if track else None,
        tracking_number=text_or_none(track.track_number) if track else None,
        line_items=lines,
    )


def _shipped_lines(order: MagentoOrder, shipment: MagentoShipment) -> list[orders.ShipmentLineItem]:
    """What is in a shipment. Where it lists a configurable product and its variant, they are the same goods."""
    by_id = {item.item_id: item for item in order.items}
    listed = {item.order_item_id for item in shipment.items or ()}
    found = []
    for item in shipment.items or ():
        ordered = by_id.get(item.order_item_id)
        if ordered is not None and ordered.parent_item_id in listed:
            continue
        top = by_id.get(ordered.parent_item_id or ordered.item_id) if ordered else None
        goods = variant_of(order, ordered) if ordered else None
        found.append(
            orders.ShipmentLineItem(
                line_item_id=str(top.item_id) if top else None,
                product_id=_id(goods.product_id if goods else item.product_id),
                product_sku=text_or_none(goods.sku if goods else item.sku or ""),
                parent_product_id=_id(top.product_id) if top else None,
                quantity=units(item.qty),
            )
        )
    return found


def _order_facts(order: MagentoOrder, tops: Sequence[OrderItem]) -> dict[str, Any]:
    """Payment, refunds and what else the shop knows."""
    fractions = {str(item.item_id): item.qty_ordered for item in tops if item.qty_ordered % 1}
    shown: dict[str, Any] = {
        "state": order.state,
        "store": text_or_none(order.store_name),
        "payment_method": order.payment.method if order.payment else None,
        "amount_paid": money(order.total_paid),
        "amount_refunded": money(order.total_refunded),
        "coupon_code": text_or_none(order.coupon_code),
        "customer_note": text_or_none(order.customer_note),
    }
    return shown | ({"exact_quantities": fractions} if fractions else {})
