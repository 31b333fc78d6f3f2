"""The write bodies of the ERP, and how they go out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import BodyPart, MeasurementsBody, WriteBody, choices
from crossdock.contract.erp.shapes import AddressBody
from crossdock.contract.values import Timestamp
from crossdock.integrations.sandbox.erp.mapping import from_address, from_measurements
from crossdock.integrations.sandbox.mapping import given

Units = Annotated[int, Meta(ge=1, le=1_000_000)]
Money = Annotated[Decimal, Meta(extra_json_schema={"minimum": 0, "maximum": 1_000_000})]
ItemID = Annotated[str, choices("items")]
LocationID = Annotated[str | UnsetType, choices("locations")]
Currency = Literal["USD"]


class LotUnits(BodyPart, kw_only=True):
    """Units of one lot, named by its number. The expiry counts when the lot is new."""

    lot_number: str
    quantity: Units
    expiration_date: Timestamp | UnsetType = UNSET


class BinUnits(BodyPart, kw_only=True):
    """Units in one bin. The lot is its number; it may be left out when it is clear."""

    bin_id: str
    quantity: Units
    lot_id: str | UnsetType = UNSET


class MovedLine(BodyPart, kw_only=True):
    """Units of one order line. Lots and bins, when given, have to add up to the quantity."""

    line_item_id: str
    quantity: Units
    location_id: LocationID = UNSET
    lots: list[LotUnits] | UnsetType = UNSET
    bins: list[BinUnits] | UnsetType = UNSET


MovedLines = Annotated[list[MovedLine], Meta(min_length=1)]


class PurchaseLine(BodyPart, kw_only=True):
    """An item to order. Without a cost it is the item's own."""

    item_id: ItemID
    quantity: Units
    unit_cost: Money | UnsetType = UNSET
    location_id: LocationID = UNSET


PurchaseLines = Annotated[list[PurchaseLine], Meta(min_length=1)]


class UpdatePurchaseOrder(WriteBody, kw_only=True):
    """New values of a purchase order; what is left out stays. A line for an item that is on the order stays the same
    line."""

    vendor_id: Annotated[str | UnsetType, choices("vendors")] = UNSET
    purchase_order_number: str | UnsetType = UNSET
    employee_id: Annotated[str | UnsetType, choices("employees")] = UNSET
    location_id: LocationID = UNSET
    order_date: Timestamp | UnsetType = UNSET
    expected_date: Timestamp | UnsetType = UNSET
    currency_code: Currency | UnsetType = UNSET
    bill_to_address: AddressBody | UnsetType = UNSET
    ship_to_address: AddressBody | UnsetType = UNSET
    memo: str | UnsetType = UNSET
    line_items: PurchaseLines | UnsetType = UNSET


class CreatePurchaseOrder(UpdatePurchaseOrder, kw_only=True):
    """A new purchase order. With an employee it waits for approval when their limits do not cover its total."""

    vendor_id: Annotated[str, choices("vendors")]
    line_items: PurchaseLines


class CreateReceipt(WriteBody, kw_only=True):
    """Goods that arrived for a purchase order; no more than it has open."""

    purchase_order_id: str
    received_date: Timestamp | UnsetType = UNSET
    location_id: LocationID = UNSET
    line_items: MovedLines


class SalesLine(BodyPart, kw_only=True):
    """An item to sell. Without a price it is the item's own."""

    item_id: ItemID
    quantity: Units
    unit_price: Money | UnsetType = UNSET
    location_id: LocationID = UNSET


SalesLines = Annotated[list[SalesLine], Meta(min_length=1)]


class UpdateSalesOrder(WriteBody, kw_only=True):
    """New values of a sales order; what is left out stays. A line for an item that is on the order stays the same
    line."""

    customer_id: Annotated[str | UnsetType, choices("customers")] = UNSET
    order_number: str | UnsetType = UNSET
    location_id: LocationID = UNSET
    order_date: Timestamp | UnsetType = UNSET
    required_ship_date: Timestamp | UnsetType = UNSET
    currency_code: Currency | UnsetType = UNSET
    bill_to_address: AddressBody | UnsetType = UNSET
    ship_to_address: AddressBody | UnsetType = UNSET
    memo: str | UnsetType = UNSET
    line_items: SalesLines | UnsetType = UNSET


class CreateSalesOrder(UpdateSalesOrder, kw_only=True):
    """A new sales order. Stock is promised to it at once; what is missing waits for the next receipt."""

    customer_id: Annotated[str, choices("customers")]
    line_items: SalesLines


class ShippedPackage(BodyPart, kw_only=True):
    """One parcel."""

    tracking_number: str | UnsetType = UNSET
    measurements: MeasurementsBody | UnsetType = UNSET


class CreateShipment(WriteBody, kw_only=True):
    """Goods of a sales order that leave; no more than is promised to it."""

    sales_order_id: str
    shipped_date: Timestamp | UnsetType = UNSET
    location_id: LocationID = UNSET
    carrier_name: str | UnsetType = UNSET
    shipping_method_name: str | UnsetType = UNSET
    line_items: MovedLines
    packages: list[ShippedPackage] | UnsetType = UNSET


def from_purchase_order(body: UpdatePurchaseOrder) -> dict[str, Any]:
    """A purchase order, or what changes of it. Every order of this ERP is in its one currency."""
    return given(
        {
            "supplierId": body.vendor_id,
            "number": body.purchase_order_number,
            "employeeId": body.employee_id,
            "locationId": body.location_id,
            "orderedAt": body.order_date,
            "expectedAt": body.expected_date,
            "billTo": from_address(body.bill_to_address),
            "shipTo": from_address(body.ship_to_address),
            "memo": body.memo,
            "lines": _lines(body.line_items),
        }
    )


def from_sales_order(body: UpdateSalesOrder) -> dict[str, Any]:
    """A sales order, or what changes of it. Every order of this ERP is in its one currency."""
    return given(
        {
            "customerId": body.customer_id,
            "number": body.order_number,
            "locationId": body.location_id,
            "orderedAt": body.order_date,
            "shipBy": body.required_ship_date,
            "billTo": from_address(body.bill_to_address),
            "shipTo": from_address(body.ship_to_address),
            "memo": body.memo,
            "lines": _lines(body.line_items),
        }
    )


def _lines(lines: Sequence[PurchaseLine | SalesLine] | UnsetType) -> list[dict[str, Any]] | UnsetType:
    if isinstance(lines, UnsetType):
        return UNSET
    return [
        given(
            {
                "itemId": line.item_id,
                "units": line.quantity,
                "price": _text(line.unit_cost if isinstance(line, PurchaseLine) else line.unit_price),
                "locationId": line.location_id,
            }
        )
        for line in lines
    ]


def _text(amount: Decimal | UnsetType) -> str | UnsetType:
    return UNSET if isinstance(amount, UnsetType) else str(amount)


def from_moved_lines(lines: Sequence[MovedLine]) -> list[dict[str, Any]]:
    """Lines of a receipt or a shipment."""
    return [
        given(
            {
                "lineId": line.line_item_id,
                "units": line.quantity,
                "locationId": line.location_id,
                "lots": UNSET if isinstance(line.lots, UnsetType) else [_lot(lot) for lot in line.lots],
                "bins": UNSET if isinstance(line.bins, UnsetType) else [_bin(place) for place in line.bins],
            }
        )
        for line in lines
    ]


def _lot(lot: LotUnits) -> dict[str, Any]:
    return given({"number": lot.lot_number, "units": lot.quantity, "expiresAt": lot.expiration_date})


def _bin(place: BinUnits) -> dict[str, Any]:
    return given({"binId": place.bin_id, "units": place.quantity, "lot": place.lot_id})


def from_packages(packages: Sequence[ShippedPackage] | UnsetType) -> list[dict[str, Any]] | UnsetType:
    """The parcels of a shipment."""
    if isinstance(packages, UnsetType):
        return UNSET
    return [
        given({"trackingNumber": parcel.tracking_number, "size": from_measurements(parcel.measurements)})
        for parcel in packages
    ]
