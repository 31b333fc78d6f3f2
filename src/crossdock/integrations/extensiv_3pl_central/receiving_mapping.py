"""From Extensiv's receivers to inbound shipments and returns. No I/O."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from crossdock.contract.statuses import ReceivingStatus
from crossdock.contract.wms import inbound_shipments, returns
from crossdock.contract.wms.products import Supplier
from crossdock.integrations.extensiv_3pl_central import client
from crossdock.integrations.extensiv_3pl_central.mapping import UNDATED, facts, item_id, latest, sku_of, when_or_none
from crossdock.integrations.extensiv_3pl_central.models import ZERO
from crossdock.integrations.extensiv_3pl_central.receiving_models import Receiver, ReceiverLine
from crossdock.integrations.kit.mapping import money, text_or_none, whole_units

STATUSES: dict[int, tuple[str, ReceivingStatus]] = {
    client.OPEN: ("Open", "open"),
    client.CLOSED: ("Closed", "received"),
    client.CANCELED: ("Canceled", "cancelled"),
}


def has_arrived(found: Receiver) -> bool:
    """Whether its quantities are what arrived; until then, and of an announcement, they are what is expected."""
    own = found.read_only
    if own.receiver_type == client.ANNOUNCED or own.status == client.CANCELED:
        return False
    return own.status == client.CLOSED or bool(found.arrival_date)


def status_of(found: Receiver) -> ReceivingStatus:
    """The status; one that is open is being received once it is there."""
    code = found.read_only.status
    status = STATUSES.get(code, ("", "other"))[1] if code is not None else "other"
    return "receiving" if status == "open" and has_arrived(found) else status


def raw_status(found: Receiver) -> str | None:
    code = found.read_only.status
    return None if code is None else STATUSES.get(code, (str(code), ""))[0]


def expected(line: ReceiverLine) -> int:
    """docs, inventory/receiveritem: what was announced stands apart only once an announcement has become a receipt."""
    units = line.read_only.expected_qty if line.read_only.expected_qty is not None else line.qty
    return whole_units(units or ZERO)


def received(line: ReceiverLine, found: Receiver) -> int:
    return whole_units(line.qty or ZERO) if has_arrived(found) else 0


def still_to_come(found: Receiver) -> dict[tuple[int, int], int]:
    """Units that are expected and have not arrived, by item and facility."""
    place = found.read_only.facility_identifier
    total: dict[tuple[int, int], int] = {}
    if place is None or found.read_only.status != client.OPEN or found.read_only.receiver_type == client.RETURNED:
        return total
    for line in found.lines:
        number = line.item_identifier.id if line.item_identifier else None
        missing = expected(line) - received(line, found)
        if number is not None and missing > 0:
            total[number, place.id] = total.get((number, place.id), 0) + missing
    return total


def _named(line: ReceiverLine) -> str:
    return item_id(line.item_identifier, str(line.read_only.receive_item_id or ""))


def inbound_record(found: Receiver, zone: ZoneInfo) -> inbound_shipments.InboundShipment:
    own = found.read_only
    made = when_or_none(own.creation_date, zone) or UNDATED
    supplier = _supplier(found)
    return inbound_shipments.InboundShipment(
        id=str(own.receiver_id),
        warehouse_customer_id=str(own.customer_identifier.id) if own.customer_identifier else None,
        created_date=made,
        updated_date=max(made, latest(own.last_modified_date, zone=zone)),
        purchase_order_number=text_or_none(found.po_num) or text_or_none(found.reference_num),
        status=status_of(found),
        raw_status=raw_status(found),
        supplier=supplier.supplier_name,
        supplier_object=supplier,
        expected_arrival_date=when_or_none(found.expected_date, zone),
        warehouse_id=str(own.facility_identifier.id) if own.facility_identifier else None,
        line_items=[
            inbound_shipments.InboundShipmentLineItem(
                inventory_item_id=_named(line),
                sku=sku_of(line.item_identifier),
                expected_quantity=expected(line),
                received_quantity=received(line, found),
                unit_cost=money(line.cost),
                external_id=text_or_none(line.external_id),
            )
            for line in found.lines
        ],
        receipts=_receipts(found, zone),
        tracking_numbers=[found.tracking_number] if found.tracking_number else [],
        notes=[found.notes] if found.notes else [],
        additional_fields=_facts(found),
    )


def _facts(found: Receiver) -> dict[str, object]:
    return facts(
        reference=found.reference_num,
        external_id=found.external_id,
        receipt_advice_number=found.receipt_advice_number,
        is_announcement=found.read_only.receiver_type == client.ANNOUNCED or None,
        carrier=found.carrier,
        scac=found.scac_code,
        bill_of_lading=found.bill_of_lading,
        trailer_number=found.trailer_number,
        on_hold=[
            facts(sku=sku_of(line.item_identifier), reason=line.on_hold_reason) for line in found.lines if line.on_hold
        ],
    )


def _supplier(found: Receiver) -> Supplier:
    """Who sends the goods, when all lines name the same."""
    known = {(item.id, item.name) for line in found.lines if (item := line.supplier_identifier) is not None}
    if len(known) != 1:
        return Supplier()
    number, name = known.pop()
    return Supplier(supplier_id=str(number), supplier_name=text_or_none(name))


def _receipts(found: Receiver, zone: ZoneInfo) -> list[inbound_shipments.Receipt]:
    """A receiver is one arrival."""
    moment = found.arrival_date or found.read_only.last_modified_date or found.read_only.creation_date
    arrived = when_or_none(moment, zone)
    lines = [(line, received(line, found)) for line in found.lines]
    if arrived is None or not any(units for _, units in lines):
        return []
    return [
        inbound_shipments.Receipt(
            id=str(found.read_only.receiver_id),
            arrived_date=arrived,
            line_items=[
                inbound_shipments.ReceiptLineItem(
                    inventory_item_id=_named(line), sku=sku_of(line.item_identifier), quantity=units
                )
                for line, units in lines
                if units
            ],
        )
    ]


def return_record(found: Receiver, zone: ZoneInfo) -> returns.Return:
    own = found.read_only
    made = when_or_none(own.creation_date, zone) or UNDATED
    return returns.Return(
        id=str(own.receiver_id),
        warehouse_customer_id=str(own.customer_identifier.id) if own.customer_identifier else None,
        created_date=made,
        updated_date=max(made, latest(own.last_modified_date, zone=zone)),
        status=status_of(found),
        raw_status=raw_status(found),
        notes=[found.notes] if found.notes else [],
        line_items=[
            returns.ReturnLineItem(
                inventory_item_id=_named(line),
                sku=sku_of(line.item_identifier),
                expected_quantity=expected(line),
                received_quantity=received(line, found),
            )
            for line in found.lines
        ],
        shipments=_parcels(found, zone),
        additional_fields=facts(purchase_order_number=found.po_num, **_facts(found)),
    )


def _parcels(found: Receiver, zone: ZoneInfo) -> list[returns.ReturnShipment]:
    """A return comes in one delivery, which is there once anything is known of it."""
    if not (found.tracking_number or has_arrived(found)):
        return []
    place = found.read_only.facility_identifier
    return [
        returns.ReturnShipment(
            tracking_number=text_or_none(found.tracking_number),
            arrived_date=when_or_none(found.arrival_date, zone) if has_arrived(found) else None,
            warehouse_id=str(place.id) if place else None,
            carrier=text_or_none(found.carrier),
            carrier_id=text_or_none(found.carrier),
            carrier_name=text_or_none(found.carrier),
            scac=text_or_none(found.scac_code),
            line_items=[
                returns.ReturnShipmentLineItem(
                    inventory_item_id=_named(line),
                    sku=sku_of(line.item_identifier),
                    quantity=expected(line),
                    receiving_details=_details(line, found),
                )
                for line in found.lines
            ],
        )
    ]


def _details(line: ReceiverLine, found: Receiver) -> list[returns.ReceivingDetail]:
    units = received(line, found)
    condition = (text_or_none(line.on_hold_reason) or "on hold") if line.on_hold else None
    return [returns.ReceivingDetail(quantity=units, condition=condition)] if units else []
