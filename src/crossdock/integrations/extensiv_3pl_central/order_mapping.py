"""From Extensiv's orders to ours. No I/O."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

from crossdock.contract.errors import UnexpectedShape
from crossdock.contract.records import ShipToAddress
from crossdock.contract.statuses import WmsOrderStatus
from crossdock.contract.wms import orders
from crossdock.integrations.extensiv_3pl_central import client
from crossdock.integrations.extensiv_3pl_central.mapping import (
    UNDATED,
    facts,
    item_id,
    latest,
    measurements,
    method_id,
    sku_of,
    when_or_none,
)
from crossdock.integrations.extensiv_3pl_central.models import ZERO, Size
from crossdock.integrations.extensiv_3pl_central.order_models import (
    ExtensivOrder,
    Line,
    OrderFacts,
    Package,
    PackageContent,
    Person,
    Routing,
)
from crossdock.integrations.kit.mapping import money, text_or_none, whole_units

STATUSES: dict[int, tuple[str, WmsOrderStatus]] = {
    client.OPEN: ("Open", "open"),
    client.CLOSED: ("Closed", "fulfilled"),
    client.CANCELED: ("Canceled", "cancelled"),
}
TYPES: dict[str, orders.OrderType] = {"b2b": "b2b", "d2c": "d2c"}
"""docs, orders/order: orderType; others, such as AmazonFBA, are none of ours."""
THIRD_PARTY = frozenset({"billthirdparty", "thirdparty", "third party", "fedexthirdparty", "upsthirdparty"})
"""docs and clients: billing codes that let somebody else's freight account pay."""
PREPAID = frozenset({"prepaid", "sender"})


def status_code(own: OrderFacts) -> int | None:
    """The status; older answers only say whether an order is closed."""
    if own.status is None and own.is_closed is not None:
        return client.CLOSED if own.is_closed else client.OPEN
    return own.status


def order_status(own: OrderFacts) -> WmsOrderStatus:
    """The status, which for an open order also depends on how far the warehouse is with it."""
    code = status_code(own)
    found = STATUSES.get(code, ("", "other"))[1] if code is not None else "other"
    if found != "open":
        return found
    if own.on_hold_date:
        return "exception"
    if own.pack_done_date:
        return "packed"
    if own.pick_done_date:
        return "picked"
    return "processing" if own.pick_started or own.pack_started else "open"


def raw_status(own: OrderFacts) -> str | None:
    code = status_code(own)
    return None if code is None else STATUSES.get(code, (str(code), ""))[0]


def order_record(order: ExtensivOrder, zone: ZoneInfo) -> orders.Order:
    own, routing, money_of = order.read_only, order.routing_info or Routing(), order.fulfill_inv_info
    made = when_or_none(own.creation_date or own.process_date, zone) or UNDATED
    billing = (order.billing_code or "").lower()
    method = method_id(text_or_none(routing.carrier), text_or_none(routing.mode))
    retailer = order.ship_to.retailer_info if order.ship_to else None
    return orders.Order(
        id=str(own.order_id),
        warehouse_customer_id=str(own.customer_identifier.id) if own.customer_identifier else None,
        warehouse_id=str(own.facility_identifier.id) if own.facility_identifier else None,
        created_date=made,
        updated_date=max(made, latest(own.last_modified_date, zone=zone)),
        reference_id=order.reference_num or str(own.order_id),
        order_number=order.reference_num or str(own.order_id),
        status=order_status(own),
        raw_status=raw_status(own),
        type=TYPES.get((order.order_type or "").lower()),
        trading_partner=text_or_none(retailer.name_key.name) if retailer and retailer.name_key else None,
        shipping_method=method,
        shipping_method_id=method,
        carrier_id=text_or_none(routing.carrier),
        carrier_name=text_or_none(routing.carrier),
        scac=text_or_none(routing.scac_code),
        is_third_party_freight=billing in THIRD_PARTY if billing else None,
        third_party_freight_account_number=text_or_none(routing.account) if billing in THIRD_PARTY else None,
        first_party_freight_account_number=text_or_none(routing.account) if billing in PREPAID else None,
        total_tax=money(money_of.fulfill_inv_tax) if money_of else None,
        total_discount=money(money_of.fulfill_inv_discount_amount) if money_of else None,
        total_shipping=money(money_of.fulfill_inv_shipping_and_handling) if money_of else None,
        ship_to_address=recipient(order.ship_to),
        line_items=[_line(line, own) for line in order.lines],
        required_ship_date=when_or_none(order.ship_cancel_date, zone),
        saturday_delivery=order.parcel_option.saturday_delivery_flag if order.parcel_option else None,
        shipments=_shipments(order, zone),
        additional_fields=_facts(order, routing),
    )


def _facts(order: ExtensivOrder, routing: Routing) -> dict[str, object]:
    own = order.read_only
    return facts(
        purchase_order_number=order.po_num,
        external_id=order.external_id,
        order_type=order.order_type,
        description=order.description,
        notes=order.notes,
        shipping_notes=order.shipping_notes,
        billing_code=order.billing_code,
        invoice_number=order.invoice_number,
        fully_allocated=own.fully_allocated,
        on_hold_reason=own.on_hold_reason,
        earliest_ship_date=order.earliest_ship_date,
        master_bill_of_lading=order.master_bill_of_lading_id,
        bill_of_lading=routing.bill_of_lading,
        load_number=routing.load_number,
        trailer_number=routing.trailer_number,
        seal_number=routing.seal_number,
        saved_elements={item.name: item.value for item in order.saved_elements or [] if item.name},
    )


def _line(line: Line, own: OrderFacts) -> orders.OrderLineItem:
    units = line.qty or ZERO
    taken = sum((part.properly_picked_primary or ZERO for part in line.read_only.allocations or []), ZERO)
    done = bool(own.pick_done_date) or status_code(own) == client.CLOSED
    return orders.OrderLineItem(
        product_id=item_id(line.item_identifier),
        sku=sku_of(line.item_identifier),
        quantity=whole_units(units),
        is_picked=done or 0 < units <= taken,
    )


def recipient(found: Person | None) -> ShipToAddress:
    if found is None:
        return ShipToAddress()
    return ShipToAddress(
        full_name=text_or_none(found.name),
        company=text_or_none(found.company_name),
        address1=text_or_none(found.address1),
        address2=text_or_none(found.address2),
        city=text_or_none(found.city),
        state=text_or_none(found.state),
        postal_code=text_or_none(found.zip),
        country=text_or_none(found.country),
        phone_number=text_or_none(found.phone_number),
        email_address=text_or_none(found.email_address),
    )


def _shipments(order: ExtensivOrder, zone: ZoneInfo) -> list[orders.OrderShipment]:
    """An order leaves as a whole when it is confirmed."""
    own = order.read_only
    if status_code(own) != client.CLOSED:
        return []
    left = own.ship_date or own.process_date or own.last_modified_date
    if left is None:
        raise UnexpectedShape(f"{client.NAME} does not say when order {own.order_id} left")
    routing = order.routing_info or Routing()
    return [
        orders.OrderShipment(
            shipment_id=str(own.order_id),
            warehouse_id=str(own.facility_identifier.id) if own.facility_identifier else "",
            shipped_date=when_or_none(left, zone) or UNDATED,
            raw_status=raw_status(own),
            status="shipped",
            shipping_method=method_id(text_or_none(routing.carrier), text_or_none(routing.mode)),
            line_items=[
                orders.ShipmentLineItem(
                    inventory_item_id=item_id(line.item_identifier),
                    sku=sku_of(line.item_identifier),
                    quantity=whole_units(line.qty or ZERO),
                )
                for line in order.lines
            ],
            ship_to_address=recipient(order.ship_to),
            packages=_packages(order, routing, zone),
        )
    ]


def _packages(order: ExtensivOrder, routing: Routing, zone: ZoneInfo) -> list[orders.Package]:
    """The boxes; an order without any that has a tracking number is one."""
    lines = {line.read_only.order_item_id: line for line in order.lines if line.read_only.order_item_id}
    packed = order.read_only.packages or []
    if packed:
        return [_package(item, lines, routing, zone) for item in packed]
    if not routing.tracking_number:
        return []
    return [_box(str(order.read_only.order_id), routing.tracking_number, routing, [])]


def _package(found: Package, lines: dict[int, Line], routing: Routing, zone: ZoneInfo) -> orders.Package:
    kind = found.package_def_identifier
    inside = [_content(item, lines, zone) for item in found.package_contents or []]
    size = Size(length=found.length, width=found.width, height=found.height, weight=found.weight)
    # What a parcel has no number of its own for, went with the order's.
    number = text_or_none(found.tracking_number) or text_or_none(routing.tracking_number)
    return _box(str(found.package_id), number, routing, inside, kind.name if kind else None, size)


def _box(
    identifier: str,
    tracking: str | None,
    routing: Routing,
    inside: list[orders.PackageLineItem],
    name: str | None = None,
    size: Size | None = None,
) -> orders.Package:
    method = method_id(text_or_none(routing.carrier), text_or_none(routing.mode))
    return orders.Package(
        package_id=identifier,
        package_name=text_or_none(name),
        tracking_number=tracking,
        shipping_method=method,
        carrier=text_or_none(routing.carrier),
        shipping_method_id=method,
        carrier_id=text_or_none(routing.carrier),
        carrier_name=text_or_none(routing.carrier),
        scac=text_or_none(routing.scac_code),
        measurements=measurements(size),
        line_items=inside,
    )


def _content(found: PackageContent, lines: dict[int, Line], zone: ZoneInfo) -> orders.PackageLineItem:
    line = lines.get(found.order_item_id or 0)
    return orders.PackageLineItem(
        inventory_item_id=item_id(line.item_identifier if line else None, str(found.order_item_id or "")),
        sku=sku_of(line.item_identifier) if line else None,
        quantity=whole_units(found.qty if found.qty is not None else Decimal(0)),
        lot_id=text_or_none(found.lot_number),
        expiration_date=when_or_none(found.expiration_date, zone),
    )
