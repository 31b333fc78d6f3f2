"""What the warehouse charges for work and room. Prices are in US dollars."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from crossdock.sandbox.wms.documents import Order, Shipment
from crossdock.sandbox.wms.work_documents import Charge, ChargeType, Subject, subject_of

PER_DOCUMENT: Mapping[ChargeType, Decimal] = {
    "pick": Decimal("1.10"),
    "pack": Decimal("0.95"),
    "goods_in": Decimal("5.00"),
    "return_handling": Decimal("1.50"),
}
PER_UNIT: Mapping[ChargeType, Decimal] = {
    "pick": Decimal("0.30"),
    "pack": Decimal("0.12"),
    "goods_in": Decimal("0.20"),
    "return_handling": Decimal("0.25"),
    "storage": Decimal("9.50"),
}
"""The unit of storage is a bin in use, for 30 days."""
PER_PACKAGE = {
    "shipping_method_id_0": Decimal("7.40"),
    "shipping_method_id_1": Decimal("14.90"),
    "shipping_method_id_2": Decimal("27.50"),
}
_OTHER_METHOD = Decimal("9.00")


def charge_for(kind: ChargeType, subject: Subject, units: int, at: datetime, number: int) -> Charge:
    """The charge for units that were handled, or bins that were in use; `number` is the next one."""
    amount = PER_DOCUMENT.get(kind, Decimal("0.00")) + PER_UNIT[kind] * units
    return charge_of(kind, subject, amount, at, number)


def charge_of(kind: ChargeType, subject: Subject, amount: Decimal, at: datetime, number: int) -> Charge:
    """A charge of this amount."""
    return Charge(
        id=f"charge_id_{number}",
        created_at=at,
        updated_at=at,
        type=kind,
        subject_kind=subject.kind,
        subject_id=subject.id,
        amount=amount,
    )


def for_shipment(order: Order, shipment: Shipment, at: datetime, number: int) -> list[Charge]:
    """What a shipment costs: the work, and the carrier, whose price counts where it is known."""
    subject = subject_of(order)
    units = sum(item.units for package in shipment.packages for item in package.items)
    price = PER_PACKAGE.get(shipment.shipping_method_id or "", _OTHER_METHOD) * len(shipment.packages)
    return [
        charge_for("pick", subject, units, at, number),
        charge_for("pack", subject, units, at, number + 1),
        charge_of("shipping", subject, price if shipment.cost is None else shipment.cost, at, number + 2),
    ]
