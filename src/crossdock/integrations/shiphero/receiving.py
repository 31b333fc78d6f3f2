"""Goods that arrive: purchase orders and who delivers them, and returns."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import msgspec

from crossdock.contract.statuses import ReceivingStatus
from crossdock.contract.wms import inbound_shipments, returns
from crossdock.contract.wms.products import Supplier
from crossdock.integrations.kit.adapter import Page, Snapshot, Window, implements
from crossdock.integrations.kit.mapping import NO_DATE, text_or_none
from crossdock.integrations.shiphero import arrival_queries, queries
from crossdock.integrations.shiphero.base import ShipHeroBase
from crossdock.integrations.shiphero.mapping import (
    Units,
    amount,
    facts,
    latest,
    measurements,
    page_of,
    when,
    when_or_none,
)
from crossdock.integrations.shiphero.models import whole
from crossdock.integrations.shiphero.receiving_models import Purchase, PurchaseLine, ReturnLine, ShipHeroReturn, Vendor

Purchases = AsyncIterator[tuple[list[Purchase], str | None]]
Returns = AsyncIterator[tuple[list[ShipHeroReturn], str | None]]
# Free texts as well; accounts may have others.
PURCHASE_STATUSES: dict[str, ReceivingStatus] = {
    "pending": "open",
    "open": "open",
    "ordered": "open",
    "in transit": "in-transit",
    "in_transit": "in-transit",
    "arrived": "receiving",
    "partially_received": "receiving",
    "received": "received",
    "closed": "received",
    "canceled": "cancelled",
    "cancelled": "cancelled",
}
RETURN_STATUSES: dict[str, ReceivingStatus] = {
    "pending": "open",
    "open": "open",
    "in transit": "in-transit",
    "partially_received": "receiving",
    "warehouse_complete": "received",
    "received": "received",
    "complete": "received",
    "completed": "received",
    "canceled": "cancelled",
    "cancelled": "cancelled",
}


class Receiving(ShipHeroBase):
    """Reading what arrives."""

    @implements(
        inbound_shipments.GET_INBOUND_SHIPMENTS,
        mode=Snapshot(because="purchase orders can be filtered by their own dates only, not by that of their change"),
    )
    async def get_inbound_shipments(self, window: Window) -> AsyncIterator[Page[inbound_shipments.InboundShipment]]:
        async for found, following in self.purchases({}, window.cursor):
            yield Page([purchase_record(item) for item in found], following)

    async def purchases(self, asked: Mapping[str, str | None], start: str | None = None) -> Purchases:
        """Pages of purchase orders."""
        given = {"first": arrival_queries.PURCHASES_PER_PAGE, **asked}
        async for found, following in self.walk(arrival_queries.PURCHASES, "purchase_orders", Purchase, given, start):
            yield [await self._complete_purchase(item) for item in found], following

    async def purchase(self, purchase_id: str) -> Purchase:
        """A purchase order with all of its lines."""
        found = await self.one(arrival_queries.PURCHASE_BY_ID, "purchase_order", purchase_id, Purchase)
        return await self._complete_purchase(found)

    async def purchase_now(self, purchase_id: str) -> inbound_shipments.InboundShipment:
        """A purchase order as it is now."""
        return purchase_record(await self.purchase(purchase_id))

    async def _complete_purchase(self, purchase: Purchase) -> Purchase:
        lines = await self.rest(
            purchase.line_items,
            arrival_queries.PURCHASE_LINES,
            {"id": purchase.id},
            PurchaseLine,
            ("purchase_order", "data", "line_items"),
        )
        return msgspec.structs.replace(purchase, line_items=whole(lines))

    @implements(
        inbound_shipments.GET_INBOUND_SHIPMENT_SUPPLIERS,
        mode=Snapshot(because="vendors cannot be filtered by the time of their change"),
    )
    async def get_inbound_shipment_suppliers(
        self, window: Window
    ) -> AsyncIterator[Page[inbound_shipments.InboundShipmentSupplier]]:
        asked = {"first": queries.ENTRIES_PER_PAGE}
        async for found, following in self.walk(arrival_queries.VENDORS, "vendors", Vendor, asked, window.cursor):
            yield Page([supplier_record(vendor) for vendor in found], following)

    @implements(
        returns.GET_RETURNS,
        mode=Snapshot(because="returns can be filtered by when they were made only, not by the time of their change"),
    )
    async def get_returns(self, window: Window) -> AsyncIterator[Page[returns.Return]]:
        async for found, following in self.returns_of({}, window.cursor):
            yield Page([return_record(item, self.units) for item in found], following)

    async def returns_of(self, asked: Mapping[str, str | None], start: str | None = None) -> Returns:
        """Pages of returns."""
        given = {"first": queries.ENTRIES_PER_PAGE, **asked}
        async for found, following in self.walk(arrival_queries.RETURNS, "returns", ShipHeroReturn, given, start):
            yield found, following

    async def return_now(self, return_id: str) -> returns.Return:
        """A return as it is now."""
        found = await self.one(arrival_queries.RETURN_BY_ID, "return", return_id, ShipHeroReturn)
        return return_record(found, self.units)


def purchase_status(found: Purchase) -> ReceivingStatus:
    """The status; one that waits is being received once anything is there."""
    status = PURCHASE_STATUSES.get((found.fulfillment_status or "").lower(), "other")
    if status in ("open", "in-transit") and any(line.quantity_received for line in found.line_items.nodes):
        return "receiving"
    return status


def purchase_record(found: Purchase) -> inbound_shipments.InboundShipment:
    lines = found.line_items.nodes
    vendor = found.vendor
    return inbound_shipments.InboundShipment(
        id=found.id,
        warehouse_customer_id=found.account_id,
        created_date=when(found.created_at),
        updated_date=latest(
            found.created_at, found.arrived_at, found.date_closed, *(line.updated_at for line in lines)
        ),
        purchase_order_number=text_or_none(found.po_number),
        status=purchase_status(found),
        raw_status=text_or_none(found.fulfillment_status),
        supplier=text_or_none(vendor.name) if vendor else None,
        supplier_object=Supplier(supplier_id=vendor.id, supplier_name=text_or_none(vendor.name))
        if vendor
        else Supplier(),
        expected_arrival_date=when_or_none(found.po_date),
        warehouse_id=found.warehouse_id,
        line_items=[
            inbound_shipments.InboundShipmentLineItem(
                inventory_item_id=product_of(line) or line.sku or line.id,
                sku=text_or_none(line.sku),
                expected_quantity=line.quantity or 0,
                received_quantity=line.quantity_received or 0,
                unit_cost=amount(line.price),
                external_id=text_or_none(line.vendor_sku),
            )
            for line in lines
        ],
        tracking_numbers=[found.tracking_number] if found.tracking_number else [],
        notes=[note for note in (found.po_note, found.packing_note) if note],
        external_system_url=page_of("purchase-orders", found.legacy_id),
        additional_fields=facts(
            legacy_id=found.legacy_id,
            partner_order_number=found.partner_order_number,
            shipping_carrier=found.shipping_carrier,
            arrived_at=found.arrived_at,
            subtotal=found.subtotal,
            total_price=found.total_price,
        ),
    )


def product_of(line: PurchaseLine) -> str | None:
    """The item that a line is about, while ShipHero lists it."""
    return line.product.product.id if line.product and line.product.product else None


def supplier_record(found: Vendor) -> inbound_shipments.InboundShipmentSupplier:
    made = when_or_none(found.created_at) or NO_DATE
    return inbound_shipments.InboundShipmentSupplier(
        id=found.id,
        name=text_or_none(found.name),
        warehouse_customer_id=found.account_id,
        created_date=made,
        updated_date=made,
    )


def return_record(found: ShipHeroReturn, units: Units) -> returns.Return:
    lines = [line for line in found.line_items or [] if line is not None]
    return returns.Return(
        id=found.id,
        warehouse_customer_id=found.account_id,
        created_date=when(found.created_at),
        updated_date=latest(found.created_at, *(line.updated_at for line in lines)),
        status=RETURN_STATUSES.get((found.status or "").lower(), "other"),
        raw_status=text_or_none(found.status),
        order_id=found.order_id,
        notes=[found.reason] if found.reason else [],
        line_items=[
            returns.ReturnLineItem(
                inventory_item_id=_returned(line),
                sku=_sku(line),
                expected_quantity=line.quantity,
                received_quantity=line.quantity_received,
                restocked_quantity=line.restock,
                return_reason=text_or_none(line.reason),
            )
            for line in lines
        ],
        shipments=_parcels(found, lines, units),
        external_system_url=page_of("returns", found.legacy_id),
        additional_fields=facts(legacy_id=found.legacy_id, partner_id=found.partner_id),
    )


def _parcels(found: ShipHeroReturn, lines: list[ReturnLine], units: Units) -> list[returns.ReturnShipment]:
    """The labels, each a parcel; what is inside is known when there is only one."""
    labels = [label for label in found.labels or [] if label is not None]
    inside = [
        returns.ReturnShipmentLineItem(
            inventory_item_id=_returned(line),
            sku=_sku(line),
            quantity=line.quantity or 0,
            receiving_details=[
                returns.ReceivingDetail(quantity=line.quantity_received, condition=text_or_none(line.condition))
            ]
            if line.quantity_received
            else [],
        )
        for line in lines
    ]
    places = {line.warehouse_id for line in lines if line.warehouse_id}
    return [
        returns.ReturnShipment(
            tracking_number=text_or_none(label.tracking_number),
            warehouse_id=next(iter(places)) if len(places) == 1 else None,
            carrier=text_or_none(label.carrier),
            carrier_id=text_or_none(label.carrier),
            carrier_name=text_or_none(label.carrier),
            shipping_cost=amount(label.cost),
            measurements=measurements(label.dimensions, units),
            line_items=inside if len(labels) == 1 else [],
        )
        for label in labels
    ]


def _returned(line: ReturnLine) -> str:
    """The item that comes back; where its product is gone, whatever names it."""
    if line.line_item is not None and line.line_item.product is not None:
        return line.line_item.product.id
    return _sku(line) or line.id


def _sku(line: ReturnLine) -> str | None:
    return text_or_none(line.line_item.sku) if line.line_item else None
