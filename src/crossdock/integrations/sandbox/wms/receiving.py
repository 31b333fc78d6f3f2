"""Inbound shipments and returns of the warehouse system."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import BodyPart, WriteBody, choices, vendor_only
from crossdock.contract.management.simulations import SIMULATE_RECEIVE_RETURN
from crossdock.contract.values import Timestamp
from crossdock.contract.wms import inbound_shipments, returns
from crossdock.integrations.kit.adapter import (
    Attempt,
    Page,
    Settlement,
    Window,
    Written,
    implements,
    settles,
    simulates,
)
from crossdock.integrations.kit.client import segment
from crossdock.integrations.sandbox.base import CHANGED, each
from crossdock.integrations.sandbox.mapping import given
from crossdock.integrations.sandbox.wms import receiving_mapping as receiving
from crossdock.integrations.sandbox.wms.receiving_models import (
    SandboxInboundShipment,
    SandboxReturn,
    SandboxSupplierAccount,
)
from crossdock.integrations.sandbox.wms.requests import Requests

Units = Annotated[int, Meta(ge=1, le=1_000_000)]


class InboundLine(BodyPart, kw_only=True):
    """An item to announce. The same item twice is added up."""

    sku: Annotated[str, choices("inventory", "sku")]
    expected_quantity: Units
    unit_cost: Annotated[
        Decimal | UnsetType,
        vendor_only(
            "What one unit costs, in US dollars.",
            examples=[4.6],
            extra_json_schema={"minimum": 0, "maximum": 1_000_000_000},
        ),
    ] = UNSET
    external_id: Annotated[
        str | UnsetType, vendor_only("Name of the line in another system, such as the supplier's SKU.")
    ] = UNSET


InboundLines = Annotated[list[InboundLine], Meta(min_length=1)]


class CreateInboundShipment(WriteBody, kw_only=True):
    """Goods to announce. A supplier is one of the account, by id or by name."""

    warehouse_id: Annotated[str, choices("warehouses")]
    supplier: inbound_shipments.DeprecatedSupplier | UnsetType = UNSET
    supplier_object: inbound_shipments.SupplierChoice | UnsetType = UNSET
    purchase_order_number: str | UnsetType = UNSET
    expected_arrival_date: Timestamp | UnsetType = UNSET
    tracking_number: str | UnsetType = UNSET
    line_items: InboundLines


class UpdateInboundShipment(WriteBody, kw_only=True):
    """New values of an inbound shipment; what is left out stays as it is, and the lines are replaced as a whole."""

    warehouse_id: Annotated[str | UnsetType, choices("warehouses")] = UNSET
    supplier: inbound_shipments.DeprecatedSupplier | UnsetType = UNSET
    supplier_object: inbound_shipments.SupplierChoice | UnsetType = UNSET
    purchase_order_number: str | UnsetType = UNSET
    expected_arrival_date: Timestamp | UnsetType = UNSET
    tracking_number: str | UnsetType = UNSET
    line_items: InboundLines | UnsetType = UNSET


class ReceiptLine(BodyPart, kw_only=True):
    """Units of one item that arrived. The same item twice is added up."""

    sku: Annotated[str, choices("inventory", "sku")]
    quantity: Units


class ReceiveInboundShipment(WriteBody, kw_only=True):
    """Goods that arrived. Without a location, each item goes where it is picked."""

    warehouse_id: Annotated[str | UnsetType, choices("warehouses")] = UNSET
    warehouse_location_id: Annotated[str | UnsetType, choices("warehouse_locations")] = UNSET
    line_items: Annotated[list[ReceiptLine], Meta(min_length=1)]


class ReturnLine(BodyPart, kw_only=True):
    """Units of one item that come back. The same item twice is added up."""

    sku: Annotated[str, choices("inventory", "sku")]
    quantity: Units
    return_reason: Annotated[
        str | UnsetType,
        vendor_only("Why they come back; `damaged` sends them to quarantine.", examples=["no longer wanted"]),
    ] = UNSET


ReturnLines = Annotated[list[ReturnLine], Meta(min_length=1)]


class CreateReturn(WriteBody, kw_only=True):
    """Goods to take back: of each item at most what was shipped with the order and is in no other return."""

    order_id: Annotated[str, choices("orders")]
    warehouse_id: Annotated[str, choices("warehouses")]
    line_items: ReturnLines


class UpdateReturn(WriteBody, kw_only=True):
    """New values of a return that nobody has sent yet; the lines are replaced as a whole."""

    order_id: Annotated[str | UnsetType, choices("orders")] = UNSET
    warehouse_id: Annotated[str | UnsetType, choices("warehouses")] = UNSET
    line_items: ReturnLines | UnsetType = UNSET


class Receiving(Requests):
    """Goods that come, from suppliers and from buyers."""

    @implements(inbound_shipments.GET_INBOUND_SHIPMENTS, mode=CHANGED)
    async def get_inbound_shipments(self, window: Window) -> AsyncIterator[Page[inbound_shipments.InboundShipment]]:
        convert = each(receiving.to_inbound_shipment)
        async for page in self.walk("inbound-shipments", SandboxInboundShipment, window, convert):
            yield page

    @implements(inbound_shipments.GET_INBOUND_SHIPMENT_SUPPLIERS, mode=CHANGED)
    async def get_inbound_shipment_suppliers(
        self, window: Window
    ) -> AsyncIterator[Page[inbound_shipments.InboundShipmentSupplier]]:
        async for page in self.walk("suppliers", SandboxSupplierAccount, window, each(receiving.to_supplier)):
            yield page

    @implements(inbound_shipments.CREATE_INBOUND_SHIPMENT, CreateInboundShipment, needs=["inbound-shipments.write"])
    async def create_inbound_shipment(self, body: CreateInboundShipment) -> Written[inbound_shipments.InboundShipment]:
        return await self.ask("POST", "inbound-shipments", inbound_shipments.INBOUND_SHIPMENTS, _inbound(body))

    @implements(inbound_shipments.UPDATE_INBOUND_SHIPMENT, UpdateInboundShipment, needs=["inbound-shipments.write"])
    async def update_inbound_shipment(
        self, inbound_shipment_id: str, body: UpdateInboundShipment
    ) -> Written[inbound_shipments.InboundShipment]:
        path = f"inbound-shipments/{segment(inbound_shipment_id)}"
        return await self.ask("PATCH", path, inbound_shipments.INBOUND_SHIPMENTS, _inbound(body))

    @implements(inbound_shipments.RECEIVE_INBOUND_SHIPMENT, ReceiveInboundShipment, needs=["inbound-shipments.write"])
    async def receive_inbound_shipment(
        self, inbound_shipment_id: str, body: ReceiveInboundShipment
    ) -> Written[inbound_shipments.InboundShipment]:
        receipt = {
            "warehouseId": body.warehouse_id,
            "binId": body.warehouse_location_id,
            "lines": [{"sku": line.sku, "units": line.quantity} for line in body.line_items],
        }
        path = f"inbound-shipments/{segment(inbound_shipment_id)}/receipts"
        return await self.ask("POST", path, inbound_shipments.INBOUND_SHIPMENTS, receipt)

    @settles(
        inbound_shipments.CREATE_INBOUND_SHIPMENT,
        inbound_shipments.UPDATE_INBOUND_SHIPMENT,
        inbound_shipments.RECEIVE_INBOUND_SHIPMENT,
    )
    async def settle_inbound_shipment(self, attempt: Attempt) -> Settlement:
        return await self.ask_again(attempt, inbound_shipments.INBOUND_SHIPMENTS)

    @implements(returns.GET_RETURNS, mode=CHANGED)
    async def get_returns(self, window: Window) -> AsyncIterator[Page[returns.Return]]:
        async for page in self.walk("returns", SandboxReturn, window, each(receiving.to_return)):
            yield page

    @implements(returns.CREATE_RETURN, CreateReturn, needs=["returns.write"])
    async def create_return(self, body: CreateReturn) -> Written[returns.Return]:
        return await self.ask("POST", "returns", returns.RETURNS, _return(body))

    @implements(returns.UPDATE_RETURN, UpdateReturn, needs=["returns.write"])
    async def update_return(self, return_id: str, body: UpdateReturn) -> Written[returns.Return]:
        return await self.ask("PATCH", f"returns/{segment(return_id)}", returns.RETURNS, _return(body))

    @implements(returns.CANCEL_RETURN, needs=["returns.write"])
    async def cancel_return(self, return_id: str) -> Written[returns.Return]:
        return await self.ask("POST", f"returns/{segment(return_id)}/cancel", returns.RETURNS)

    @settles(returns.CREATE_RETURN, returns.UPDATE_RETURN, returns.CANCEL_RETURN)
    async def settle_return(self, attempt: Attempt) -> Settlement:
        return await self.ask_again(attempt, returns.RETURNS)

    @simulates(SIMULATE_RECEIVE_RETURN.operation_id)
    async def receive_return(self, return_id: str) -> Written[returns.Return]:
        return await self.ask("POST", f"returns/{segment(return_id)}/receipt", returns.RETURNS)


def _inbound(body: CreateInboundShipment | UpdateInboundShipment) -> dict[str, Any]:
    """An inbound shipment as the vendor takes it. The deprecated supplier counts where the object is left out."""
    named, lines, expected = body.supplier_object, body.line_items, body.expected_arrival_date
    supplier: Any = {"name": body.supplier} if isinstance(body.supplier, str) else UNSET
    if not isinstance(named, UnsetType):
        supplier = given({"id": named.supplier_id, "name": named.supplier_name})
    return {
        "warehouseId": body.warehouse_id,
        "supplier": supplier,
        "purchaseOrder": body.purchase_order_number,
        "expectedAt": expected.isoformat() if isinstance(expected, datetime) else UNSET,
        "trackingNumber": body.tracking_number,
        "lines": UNSET if isinstance(lines, UnsetType) else [_inbound_line(line) for line in lines],
    }


def _inbound_line(line: InboundLine) -> dict[str, Any]:
    cost = line.unit_cost
    return given(
        {
            "sku": line.sku,
            "units": line.expected_quantity,
            "unitCost": str(cost) if isinstance(cost, Decimal) else UNSET,
            "externalId": line.external_id,
        }
    )


def _return(body: CreateReturn | UpdateReturn) -> dict[str, Any]:
    lines = body.line_items
    return {
        "orderId": body.order_id,
        "warehouseId": body.warehouse_id,
        "lines": UNSET
        if isinstance(lines, UnsetType)
        else [given({"sku": line.sku, "units": line.quantity, "reason": line.return_reason}) for line in lines],
    }
