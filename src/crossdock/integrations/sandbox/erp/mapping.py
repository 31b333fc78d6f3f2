"""What the ERP's shapes mean in ours, and how addresses, lots and bins go out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from msgspec import UNSET, UnsetType

from crossdock.contract.bodies import MeasurementsBody
from crossdock.contract.erp import inventory, master_data, purchasing, sales
from crossdock.contract.erp.shapes import Address, AddressBody, BinAllocation, LotAllocation, MovedLineItem
from crossdock.integrations.kit.mapping import moment, money
from crossdock.integrations.sandbox.erp.models import (
    SandboxContact,
    SandboxCustomer,
    SandboxEmployee,
    SandboxItem,
    SandboxLevel,
    SandboxLocation,
    SandboxMovedLine,
    SandboxMovement,
    SandboxOrder,
    SandboxOrderLine,
    SandboxPackage,
    SandboxStock,
    SandboxSupplier,
)
from crossdock.integrations.sandbox.mapping import given, to_measurements

Moved = TypeVar("Moved", bound=MovedLineItem)

PURCHASE_STATUSES: Mapping[str, purchasing.PurchaseOrderStatus] = {
    "requested": "pending_approval",
    "sent": "pending_supplier",
    "confirmed": "open",
    "part_received": "partially_received",
    "received": "received",
    "closed_short": "closed",
    "void": "cancelled",
}
SALES_STATUSES: Mapping[str, sales.SalesOrderStatus] = {
    "draft": "pending_approval",
    "released": "open",
    "part_shipped": "partially_fulfilled",
    "shipped": "fulfilled",
    "closed_short": "closed",
    "void": "cancelled",
}
RECEIPT_STATUSES: Mapping[str, purchasing.ReceiptStatus] = {"posted": "received"}
SHIPMENT_STATUSES: Mapping[str, sales.ShipmentStatus] = {"posted": "shipped"}


def _maybe(value: datetime | None) -> datetime | None:
    return None if value is None else moment(value)


def to_address(contact: SandboxContact | None) -> Address | None:
    """A postal address; none when the ERP knows none."""
    if contact is None:
        return None
    return Address(
        full_name=contact.name,
        company=contact.company,
        address1=contact.street,
        address2=contact.street2,
        address3=contact.street3,
        city=contact.city,
        state=contact.region,
        postal_code=contact.postal_code,
        country=contact.country,
        phone_number=contact.phone,
        email_address=contact.email,
    )


def from_address(body: AddressBody | UnsetType) -> dict[str, Any] | UnsetType:
    """A postal address as the ERP takes it."""
    if isinstance(body, UnsetType):
        return UNSET
    return given(
        {
            "name": body.full_name,
            "company": body.company,
            "street": body.address1,
            "street2": body.address2,
            "street3": body.address3,
            "city": body.city,
            "region": body.state,
            "postalCode": body.postal_code,
            "country": body.country,
            "phone": body.phone_number,
            "email": body.email_address,
        }
    )


def from_measurements(size: MeasurementsBody | UnsetType) -> dict[str, Any] | UnsetType:
    """Size and weight as the ERP takes them: amounts as text."""
    if isinstance(size, UnsetType):
        return UNSET
    return {
        "length": str(size.length),
        "width": str(size.width),
        "height": str(size.height),
        "unit": size.unit,
        "weight": str(size.weight),
        "weightUnit": size.weight_unit,
    }


# -- master data ---------------------------------------------------------------------------------------------------


def to_location(found: SandboxLocation) -> master_data.Location:
    """A place; its bins and whether it keeps stock have no field of their own."""
    return master_data.Location(
        id=found.id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        name=found.name,
        code=found.code,
        type=found.type,
        parent_location_id=found.parent_id,
        full_path=found.path,
        address=to_address(found.address),
        active=found.active,
        additional_fields={
            "keeps_stock": found.keeps_stock,
            "bins": [{"bin_id": place.id, "bin_name": place.name} for place in found.bins],
        },
    )


def to_customer(found: SandboxCustomer) -> master_data.Customer:
    """Somebody who buys; without an address for goods they go where the invoices go."""
    return master_data.Customer(
        id=found.id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        customer_number=found.number,
        name=found.name,
        email=found.email,
        phone=found.phone,
        billing_address=to_address(found.billing),
        shipping_address=to_address(found.shipping or found.billing),
        currency_code=found.currency,
        active=found.active,
        additional_fields={
            "discount_percent": money(found.discount_percent),
            "tax_percent": money(found.tax_percent),
        },
    )


def to_employee(found: SandboxEmployee) -> master_data.Employee:
    """Somebody who works there. A limit that is missing means that the person may not do it at all."""
    return master_data.Employee(
        id=found.id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        employee_number=found.number,
        name=found.name,
        email=found.email,
        phone=found.phone,
        title=found.job,
        purchase_order_limit=money(found.order_limit),
        purchase_order_approval_limit=money(found.approval_limit),
        active=found.active,
    )


def to_vendor(found: SandboxSupplier) -> master_data.Vendor:
    """Somebody who is bought from."""
    return master_data.Vendor(
        id=found.id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        vendor_number=found.number,
        name=found.name,
        email=found.email,
        phone=found.phone,
        address=to_address(found.address),
        currency_code=found.currency,
        active=found.active,
        additional_fields={"tax_percent": money(found.tax_percent)},
    )


def to_item(found: SandboxItem) -> master_data.Item:
    """Something that is bought and sold."""
    return master_data.Item(
        id=found.id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        name=found.name,
        sku=found.sku,
        description=found.description,
        active=found.active,
        type=found.type,
        gtin=found.barcode,
        unit_price=money(found.price),
        unit_cost=money(found.cost),
        measurements=to_measurements(found.size),
    )


# -- stock ---------------------------------------------------------------------------------------------------------


def to_inventory(found: SandboxStock) -> inventory.Inventory:
    """Stock of one item. What is on order and what sales orders still wait for have no field of their own."""
    return inventory.Inventory(
        id=found.id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        sku=found.sku,
        item_id=found.item_id,
        name=found.name,
        active=found.active,
        unit_cost=money(found.unit_cost),
        onhand=Decimal(sum(level.on_hand for level in found.levels)),
        committed=Decimal(sum(level.committed for level in found.levels)),
        available=Decimal(sum(level.available for level in found.levels)),
        inventory_by_location_id={level.location_id: _to_level(level) for level in found.levels},
        lots=[
            inventory.InventoryLot(
                lot_id=lot.number,
                lot_number=lot.number,
                onhand=Decimal(lot.on_hand),
                committed=Decimal(lot.committed),
                available=Decimal(lot.on_hand - lot.committed),
                expiration_date=moment(lot.expires_at),
                location_id=lot.location_id,
            )
            for lot in found.lots
        ],
        bins=[
            inventory.InventoryBin(
                bin_id=place.bin_id,
                bin_name=place.name,
                lot_id=place.lot,
                onhand=Decimal(place.on_hand),
                committed=Decimal(place.committed),
                available=Decimal(place.on_hand - place.committed),
                location_id=place.location_id,
            )
            for place in found.bins
        ],
        vendors=[
            inventory.InventoryVendor(
                vendor_id=source.supplier_id,
                vendor_name=source.supplier_name,
                vendor_sku=source.supplier_sku,
                unit_cost=money(source.cost),
            )
            for source in found.sources
        ],
        additional_fields={
            "on_order": sum(level.on_order for level in found.levels),
            "backordered": sum(level.backordered for level in found.levels),
            "on_order_by_location_id": {level.location_id: level.on_order for level in found.levels},
        },
    )


def _to_level(level: SandboxLevel) -> inventory.InventoryAtLocation:
    return inventory.InventoryAtLocation(
        onhand=Decimal(level.on_hand), committed=Decimal(level.committed), available=Decimal(level.available)
    )


# -- purchasing ----------------------------------------------------------------------------------------------------


def to_purchase_order(found: SandboxOrder) -> purchasing.PurchaseOrder:
    """An order placed with a vendor."""
    return purchasing.PurchaseOrder(
        id=found.id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        purchase_order_number=found.number,
        status=PURCHASE_STATUSES.get(found.state, "other"),
        raw_status=found.state,
        vendor_id=found.supplier_id,
        employee_id=found.employee_id,
        location_id=found.location_id,
        order_date=moment(found.ordered_at),
        expected_date=_maybe(found.expected_at),
        currency_code=found.currency,
        total_price=money(found.total),
        bill_to_address=to_address(found.bill_to),
        ship_to_address=to_address(found.ship_to),
        reference_id=found.external_reference,
        memo=found.memo,
        line_items=[_to_purchase_line(line, found.expected_at) for line in found.lines],
    )


def _to_purchase_line(line: SandboxOrderLine, expected_at: datetime | None) -> purchasing.PurchaseOrderLineItem:
    return purchasing.PurchaseOrderLineItem(
        line_item_id=line.id,
        item_id=line.item_id,
        sku=line.sku,
        description=line.description,
        quantity=Decimal(line.units),
        received_quantity=Decimal(line.done),
        unit_cost=money(line.price),
        tax=money(line.tax),
        expected_date=_maybe(expected_at),
        is_closed=line.closed,
        location_id=line.location_id,
    )


def to_receipt(found: SandboxMovement) -> purchasing.PurchaseOrderReceipt:
    """Goods that arrived."""
    return purchasing.PurchaseOrderReceipt(
        id=found.id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        purchase_order_id=found.order_id,
        receipt_number=found.number,
        status=RECEIPT_STATUSES.get(found.state, "other"),
        raw_status=found.state,
        received_date=_maybe(found.received_at),
        location_id=found.location_id,
        vendor_id=found.supplier_id,
        line_items=[_to_moved(purchasing.ReceiptLineItem, line) for line in found.lines],
    )


def _to_moved(kind: type[Moved], line: SandboxMovedLine) -> Moved:
    return kind(
        line_item_id=line.line_id,
        item_id=line.item_id,
        sku=line.sku,
        quantity=Decimal(line.units),
        location_id=line.location_id,
        lots=_to_lots(line),
        bins=_to_bins(line),
    )


def _to_lots(line: SandboxMovedLine) -> list[LotAllocation]:
    """The units of a line by lot, each lot once."""
    units: dict[str, int] = {}
    for move in line.moves:
        if move.lot is not None:
            units[move.lot] = units.get(move.lot, 0) + move.units
    expiry = {move.lot: move.expires_at for move in line.moves}
    return [
        LotAllocation(lot_id=lot, quantity=Decimal(count), expiration_date=_maybe(expiry[lot]), lot_number=lot)
        for lot, count in units.items()
    ]


def _to_bins(line: SandboxMovedLine) -> list[BinAllocation]:
    return [
        BinAllocation(bin_id=move.bin_id, quantity=Decimal(move.units), lot_id=move.lot)
        for move in line.moves
        if move.bin_id is not None
    ]


# -- sales ---------------------------------------------------------------------------------------------------------


def to_sales_order(found: SandboxOrder) -> sales.SalesOrder:
    """An order of a customer."""
    return sales.SalesOrder(
        id=found.id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        order_number=found.number,
        status=SALES_STATUSES.get(found.state, "other"),
        raw_status=found.state,
        customer_id=found.customer_id,
        location_id=found.location_id,
        employee_id=found.employee_id,
        order_date=moment(found.ordered_at),
        required_ship_date=_maybe(found.ship_by),
        currency_code=found.currency,
        subtotal=money(found.subtotal),
        total_tax=money(found.tax),
        total_discount=money(found.discount),
        total_shipping=money(found.shipping),
        total_price=money(found.total),
        bill_to_address=to_address(found.bill_to),
        ship_to_address=to_address(found.ship_to),
        reference_id=found.external_reference,
        memo=found.memo,
        line_items=[_to_sales_line(line) for line in found.lines],
    )


def _to_sales_line(line: SandboxOrderLine) -> sales.SalesOrderLineItem:
    return sales.SalesOrderLineItem(
        line_item_id=line.id,
        item_id=line.item_id,
        sku=line.sku,
        description=line.description,
        quantity=Decimal(line.units),
        fulfilled_quantity=Decimal(line.done),
        unit_price=money(line.price),
        discount=money(line.discount),
        tax=money(line.tax),
        is_closed=line.closed,
        location_id=line.location_id,
    )


def to_shipment(found: SandboxMovement) -> sales.SalesOrderShipment:
    """Goods that left."""
    return sales.SalesOrderShipment(
        id=found.id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        sales_order_id=found.order_id,
        shipment_number=found.number,
        status=SHIPMENT_STATUSES.get(found.state, "other"),
        raw_status=found.state,
        shipped_date=_maybe(found.shipped_at),
        location_id=found.location_id,
        carrier_name=found.carrier,
        shipping_method_name=found.service,
        line_items=[_to_moved(sales.SalesOrderShipmentLineItem, line) for line in found.lines],
        packages=[_to_package(parcel, found.carrier) for parcel in found.packages],
    )


def _to_package(parcel: SandboxPackage, carrier: str | None) -> sales.ShipmentPackage:
    return sales.ShipmentPackage(
        package_id=parcel.id,
        tracking_number=parcel.tracking_number,
        tracking_url=parcel.tracking_url,
        carrier_name=carrier,
        measurements=to_measurements(parcel.size) if parcel.size else None,
    )
