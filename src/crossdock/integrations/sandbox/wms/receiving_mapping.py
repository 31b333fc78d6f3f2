"""What inbound shipments, returns, the ledger, work and charges mean in ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast, get_args

from crossdock.contract.records import Record, WarehouseAddress
from crossdock.contract.resources import Resource
from crossdock.contract.statuses import ReceivingStatus
from crossdock.contract.wms import billing, customers, inbound_shipments, inventory, labor, products, returns
from crossdock.contract.wms import ledger as ledgers
from crossdock.contract.wms import shipping_methods as methods
from crossdock.integrations.kit.adapter import Related
from crossdock.integrations.kit.mapping import moment, money
from crossdock.integrations.sandbox.mapping import to_address
from crossdock.integrations.sandbox.wms.mapping import to_inventory_item, to_product
from crossdock.integrations.sandbox.wms.receiving_models import (
    SandboxActivity,
    SandboxCharge,
    SandboxClient,
    SandboxInboundShipment,
    SandboxLedgerEntry,
    SandboxOutcome,
    SandboxReturn,
    SandboxReturnParcel,
    SandboxShippingMethod,
    SandboxSupplierAccount,
)

INBOUND_STATUSES: Mapping[str, ReceivingStatus] = {
    "announced": "open",
    "on_the_way": "in-transit",
    "unloading": "receiving",
    "stored": "received",
    "cancelled": "cancelled",
}
RETURN_STATUSES: Mapping[str, ReceivingStatus] = {
    "announced": "open",
    "on_the_way": "in-transit",
    "unpacking": "receiving",
    "done": "received",
    "cancelled": "cancelled",
}
LEDGER_TYPES: Mapping[str, ledgers.LedgerEventType] = {
    "correction": "adjustment",
    "goods_in": "inbound_receipt",
    "customer_return": "return_receipt",
    "dispatch": "order_shipment",
}
TASKS: Mapping[str, labor.ActivityType] = {"pick": "pick", "pack": "pack", "unload": "receive", "store": "put_away"}
_WORKED_ON = get_args(labor.WorkedOn)


def to_inbound_shipment(found: SandboxInboundShipment) -> inbound_shipments.InboundShipment:
    """Goods that a supplier sends."""
    supplier = found.supplier
    return inbound_shipments.InboundShipment(
        id=found.id,
        warehouse_customer_id=found.client_id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        purchase_order_number=found.purchase_order,
        status=INBOUND_STATUSES.get(found.state, "other"),
        raw_status=found.state,
        supplier=supplier.name if supplier else None,
        supplier_object=products.Supplier(supplier_id=supplier.id, supplier_name=supplier.name)
        if supplier
        else products.Supplier(),
        expected_arrival_date=_moment_or_none(found.expected_at),
        warehouse_id=found.warehouse_id,
        line_items=[
            inbound_shipments.InboundShipmentLineItem(
                inventory_item_id=line.item_id,
                sku=line.sku,
                expected_quantity=line.units,
                received_quantity=line.received,
                unit_cost=money(line.unit_cost),
                external_id=line.external_id,
            )
            for line in found.lines
        ],
        receipts=[
            inbound_shipments.Receipt(
                id=receipt.id,
                arrived_date=moment(receipt.arrived_at),
                line_items=[
                    inbound_shipments.ReceiptLineItem(inventory_item_id=line.item_id, sku=line.sku, quantity=line.units)
                    for line in receipt.lines
                ],
            )
            for receipt in found.receipts
        ],
        ship_from_address=to_address(found.ship_from) if found.ship_from else WarehouseAddress(),
        tracking_numbers=found.tracking_numbers,
        notes=found.notes,
    )


def to_supplier(found: SandboxSupplierAccount) -> inbound_shipments.InboundShipmentSupplier:
    """Who sends goods."""
    return inbound_shipments.InboundShipmentSupplier(
        id=found.id,
        name=found.name,
        warehouse_customer_id=found.client_id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
    )


def to_return(found: SandboxReturn) -> returns.Return:
    """Goods that come back."""
    return returns.Return(
        id=found.id,
        warehouse_customer_id=found.client_id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        status=RETURN_STATUSES.get(found.state, "other"),
        raw_status=found.state,
        order_id=found.order_id,
        notes=found.notes,
        line_items=[
            returns.ReturnLineItem(
                inventory_item_id=line.item_id,
                sku=line.sku,
                expected_quantity=line.units,
                received_quantity=line.received,
                restocked_quantity=line.restocked,
                return_reason=line.reason,
            )
            for line in found.lines
        ],
        shipments=[_to_return_shipment(parcel, found.warehouse_id) for parcel in found.parcels],
        additional_fields={"warehouse_id": found.warehouse_id},
    )


def _to_return_shipment(found: SandboxReturnParcel, warehouse_id: str) -> returns.ReturnShipment:
    return returns.ReturnShipment(
        tracking_number=found.tracking_number,
        shipped_date=_moment_or_none(found.sent_at),
        arrived_date=_moment_or_none(found.arrived_at),
        warehouse_id=warehouse_id,
        carrier=found.carrier,
        carrier_name=found.carrier,
        shipping_cost=money(found.cost),
        line_items=[
            returns.ReturnShipmentLineItem(
                inventory_item_id=line.item_id,
                sku=line.sku,
                quantity=line.units,
                receiving_details=[
                    returns.ReceivingDetail(quantity=state.units, condition=state.condition, disposition=state.placed)
                    for state in line.states
                ],
            )
            for line in found.lines
        ],
    )


def to_ledger_entry(found: SandboxLedgerEntry) -> ledgers.InventoryLedgerEntry:
    """A change of stock. An opening balance is none of the kinds that the contract names."""
    return ledgers.InventoryLedgerEntry(
        id=found.id,
        warehouse_customer_id=found.client_id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        entry_date=moment(found.created_at),
        inventory_item_id=found.item_id,
        sku=found.sku,
        quantity=found.units,
        raw_event_type=found.type,
        event_type=LEDGER_TYPES.get(found.type, "other"),
        reason=found.note,
        object_id=found.cause_id,
        object_type=found.cause_kind,
        warehouse_id=found.warehouse_id,
        location_id=found.bin_id,
        additional_fields={"lot_id": found.lot_id} if found.lot_id else {},
    )


def to_bill(found: SandboxCharge) -> billing.Bill:
    """A charge."""
    amount = money(found.amount)
    if amount is None:
        raise TypeError("a charge has an amount")
    return billing.Bill(
        id=found.id,
        warehouse_customer_id=found.client_id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        object_id=found.subject_id,
        object_type=found.subject_kind,
        charge_type=found.type,
        amount=amount,
        currency_code=found.currency,
    )


def to_labor_activity(found: SandboxActivity) -> labor.LaborActivity:
    """Work of one person."""
    known = found.subject_kind in _WORKED_ON
    return labor.LaborActivity(
        id=found.id,
        warehouse_customer_id=found.client_id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        user_id=found.worker_id,
        user_first_name=found.first_name,
        user_last_name=found.last_name,
        warehouse_id=found.warehouse_id,
        activity_type=TASKS[found.task],
        activity_start_time=moment(found.started_at),
        activity_end_time=_moment_or_none(found.ended_at),
        associated_object_type=cast(labor.WorkedOn, found.subject_kind) if known else None,
        associated_object_id=found.subject_id if known else None,
        quantity=found.units,
    )


def to_customer(found: SandboxClient) -> customers.WarehouseCustomer:
    """A merchant."""
    return customers.WarehouseCustomer(
        id=found.id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        name=found.name,
    )


def to_shipping_method(found: SandboxShippingMethod) -> methods.ShippingMethod:
    """A way to send parcels. The vendor knows carriers by name only."""
    return methods.ShippingMethod(
        id=found.id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        name=found.name,
        carrier=found.carrier,
        carrier_name=found.carrier,
    )


_RECORDS: tuple[tuple[Resource, Callable[[SandboxOutcome], list[Any]], Callable[[Any], Record]], ...] = (
    (inbound_shipments.INBOUND_SHIPMENTS, lambda found: found.inbound_shipments, to_inbound_shipment),
    (returns.RETURNS, lambda found: found.returns, to_return),
    (products.PRODUCTS, lambda found: found.products, to_product),
    (inventory.INVENTORY, lambda found: found.items, to_inventory_item),
    (ledgers.INVENTORY_LEDGER, lambda found: found.ledger, to_ledger_entry),
    (billing.BILLS, lambda found: found.charges, to_bill),
)


def split(found: SandboxOutcome, about: Resource) -> tuple[Any, list[Related]]:
    """The record a request was about, and the others that it made or changed."""
    records = {resource: [convert(item) for item in pick(found)] for resource, pick, convert in _RECORDS}
    record, *records[about] = records[about]
    return record, [Related(resource, others) for resource, others in records.items() if others]


def _moment_or_none(value: datetime | None) -> datetime | None:
    return None if value is None else moment(value)
