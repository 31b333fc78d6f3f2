"""What the shop's orders mean in ours, and our writes in its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import UNSET, UnsetType

from crossdock.contract.cart import orders
from crossdock.contract.cart.orders import FulfilmentStatus
from crossdock.contract.management.simulations import SimulateCartOrderBody, SimulateCartProductBody
from crossdock.contract.records import ShipToAddress
from crossdock.contract.statuses import CartOrderStatus
from crossdock.integrations.kit.mapping import moment, money
from crossdock.integrations.sandbox.cart.order_models import (
    ShopCustomer,
    ShopGroup,
    ShopOrder,
    ShopOrderLine,
    ShopShipment,
)
from crossdock.integrations.sandbox.mapping import given

STATUSES: dict[str, CartOrderStatus] = {
    "placed": "open",
    "payment_review": "exception",
    "paid": "confirmed",
    "packing": "processing",
    "waiting_for_stock": "backordered",
    "part_shipped": "partially_fulfilled",
    "fulfilled": "fulfilled",
    # Nothing was shipped and nothing will be.
    "refunded": "cancelled",
    "cancelled": "cancelled",
}
GROUP_STATUSES: dict[str, FulfilmentStatus] = {
    "open": "open",
    # There is no word of ours for a part.
    "part_shipped": "open",
    "shipped": "shipped",
    "cancelled": "cancelled",
}
SHIPPED: FulfilmentStatus = "shipped"


def to_order(found: ShopOrder) -> orders.Order:
    """An order. What was paid and paid back has no field of its own."""
    last = found.shipments[-1] if found.shipments else None
    lines = {line.id: line for line in found.lines}
    return orders.Order(
        id=found.id,
        order_number=found.number,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        status=STATUSES.get(found.state, "other"),
        raw_status=found.state,
        requested_shipping_method=found.service,
        shipping_method_name=last.service if last else None,
        carrier_name=last.carrier if last else None,
        invoice_currency_code=found.currency,
        total_price=money(found.total),
        total_tax=money(_sum(line.tax for line in found.lines)),
        total_discount=money(_sum(line.discount for line in found.lines)),
        total_shipping=money(found.shipping),
        ship_to_address=to_ship_to(found.customer),
        bill_to_address=to_bill_to(found.customer),
        earliest_ship_date=moment(found.ship_after),
        latest_ship_date=moment(found.ship_before),
        line_items=[to_line(line) for line in found.lines],
        shipping_groups=[to_group(group, found.lines) for group in found.groups],
        shipments=[to_shipment(shipment, lines) for shipment in found.shipments],
        tags=found.tags,
        additional_fields=payments(found),
    )


def _sum(amounts: Any) -> Decimal:
    return sum(amounts, Decimal("0.00"))


def to_ship_to(customer: ShopCustomer) -> ShipToAddress:
    """Where the goods go."""
    return ShipToAddress(
        full_name=customer.name,
        company=customer.company,
        address1=customer.address.street,
        city=customer.address.city,
        state=customer.address.region,
        postal_code=customer.address.postal_code,
        country=customer.address.country,
        phone_number=customer.phone,
        email_address=customer.email,
    )


def to_bill_to(customer: ShopCustomer) -> orders.BillToAddress:
    """The shop knows one address, so the invoice goes there too."""
    return orders.BillToAddress(
        full_name=customer.name,
        address1=customer.address.street,
        city=customer.address.city,
        state=customer.address.region,
        postal_code=customer.address.postal_code,
        country=customer.address.country,
    )


def to_line(line: ShopOrderLine) -> orders.OrderLineItem:
    """A product ordered. A parent product has no SKU in this shop."""
    return orders.OrderLineItem(
        line_item_id=line.id,
        product_id=line.variant_id,
        product_sku=line.sku,
        parent_product_id=line.product_id,
        quantity=line.units,
        unit_price=money(line.price),
        discount=money(line.discount),
        tax=money(line.tax),
    )


def to_group(group: ShopGroup, lines: Sequence[ShopOrderLine]) -> orders.ShippingGroup:
    """The lines that one warehouse ships."""
    return orders.ShippingGroup(
        shipping_group_id=group.id,
        created_date=moment(group.created_at),
        updated_date=moment(group.updated_at),
        raw_status=group.state,
        status=GROUP_STATUSES.get(group.state, "other"),
        warehouse_id=group.warehouse_id,
        line_items=[
            orders.ShippingGroupLineItem(
                line_item_id=line.id,
                product_id=line.variant_id,
                product_sku=line.sku,
                parent_product_id=line.product_id,
                quantity=line.units,
            )
            for line in lines
            if line.group_id == group.id
        ],
    )


def to_shipment(shipment: ShopShipment, lines: Mapping[str, ShopOrderLine]) -> orders.Shipment:
    """Goods that left one warehouse together. The shop knows them only once they are gone."""
    return orders.Shipment(
        shipment_id=shipment.id,
        raw_status=SHIPPED,
        status=SHIPPED,
        warehouse_id=shipment.warehouse_id,
        shipped_date=moment(shipment.shipped_at),
        shipping_method_name=shipment.service,
        carrier_name=shipment.carrier,
        tracking_number=shipment.tracking_number,
        tracking_url=shipment.tracking_url,
        line_items=[
            orders.ShipmentLineItem(
                line_item_id=part.line_id,
                product_id=lines[part.line_id].variant_id,
                product_sku=lines[part.line_id].sku,
                parent_product_id=lines[part.line_id].product_id,
                quantity=part.units,
            )
            for part in shipment.lines
        ],
    )


def payments(found: ShopOrder) -> dict[str, Any]:
    """What was paid and what was paid back, with the units it was for."""
    shown: dict[str, Any] = {
        "amount_paid": money(found.paid),
        "amount_refunded": money(_sum(refund.total for refund in found.refunds)),
    }
    if found.refunds:
        shown["refunds"] = [
            {
                "id": refund.id,
                "created_date": moment(refund.created_at),
                "amount": money(refund.total),
                "shipping_amount": money(refund.shipping),
                "reason": refund.reason,
                "note": refund.note,
            }
            for refund in found.refunds
        ]
    refunded = {line.id: line.refunded for line in found.lines if line.refunded}
    if refunded:
        shown["refunded_quantities"] = refunded
    return shown


def from_refund(body: orders.RefundOrderBody) -> dict[str, Any]:
    """A refund in the shop's words."""
    lines = body.line_items
    return given(
        {
            "lines": UNSET if isinstance(lines, UnsetType) else [_refund_line(line) for line in lines],
            "amount": _amount(body.amount),
            "shipping": _amount(body.shipping_amount),
            "reason": body.reason,
            "note": body.note,
        }
    )


def _refund_line(line: orders.RefundLineItem) -> dict[str, Any]:
    return given(
        {
            "lineId": line.line_item_id,
            "units": line.quantity,
            "amount": _amount(line.amount),
            "restock": line.restock,
        }
    )


def _amount(value: Decimal | UnsetType) -> str | UnsetType:
    """The shop takes amounts as text."""
    return UNSET if isinstance(value, UnsetType) else format(value, "f")


def from_simulated_order(body: SimulateCartOrderBody) -> dict[str, Any]:
    """An order to place in a buyer's stead, in the shop's words."""
    lines, to = body.line_items, body.ship_to_address
    customer: dict[str, Any] | UnsetType = UNSET
    if not isinstance(to, UnsetType):
        address = {
            "street": to.address1,
            "city": to.city,
            "region": to.state,
            "postalCode": to.postal_code,
            "country": to.country,
        }
        who = {"name": to.full_name, "email": to.email_address, "phone": to.phone_number, "company": to.company}
        customer = {**given(who), "address": given(address)}
    return given(
        {
            "lines": UNSET
            if isinstance(lines, UnsetType)
            else [given({"variantId": line.product_id, "units": line.quantity}) for line in lines],
            "customer": customer,
            "service": body.requested_shipping_method,
            "paid": body.paid,
        }
    )


def from_simulated_product(body: SimulateCartProductBody) -> dict[str, Any]:
    """A product to put up for sale, in the shop's words."""
    return given(
        {
            "name": body.name,
            "sku": body.sku,
            "barcode": body.gtin,
            "price": _amount(body.price),
            "cost": _amount(body.unit_cost),
            "units": body.inventory,
            "imageUrl": body.image_url,
            "tags": body.tags,
            "category": body.categories,
            "active": body.active,
        }
    )
