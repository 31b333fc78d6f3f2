"""Orders and what is sent of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, UnsetType

from crossdock.contract.bodies import WriteBody, choices, plain_text, vendor_only
from crossdock.contract.cart import orders
from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.contract.values import Timestamp
from crossdock.integrations.amazon import client, order_mapping
from crossdock.integrations.amazon.base import AmazonBase
from crossdock.integrations.amazon.mapping import DEFAULT, by_amazon
from crossdock.integrations.amazon.models import AmazonOrder, OneOrder, OrderItem, Orders
from crossdock.integrations.kit.adapter import (
    Applied,
    Attempt,
    Incremental,
    NotApplied,
    Page,
    Settlement,
    Window,
    implements,
    settles,
)
from crossdock.integrations.kit.client import segment
from crossdock.integrations.kit.paging import by_cursor

ORDERS = "/orders/2026-01-01/orders"
INCLUDED = "BUYER,RECIPIENT,PROCEEDS,FULFILLMENT,PACKAGES"
SHIPPABLE = frozenset({"UNSHIPPED", "PARTIALLY_SHIPPED"})


class CreateOrderShipment(WriteBody, kw_only=True):
    """A package that was sent; everything that is left of the order, unless lines are named."""

    tracking_number: str
    carrier_name: str
    shipping_method_name: str | UnsetType = UNSET
    line_items: Annotated[
        list[orders.ShippedLine] | UnsetType,
        vendor_only("Lines in the package; left out, all that is still to be sent."),
    ] = UNSET
    shipped_date: Annotated[
        Timestamp | UnsetType,
        vendor_only("When the package left; left out, now.", examples=["2022-05-06T01:02:03Z"]),
    ] = UNSET
    warehouse_id: Annotated[
        str | UnsetType, vendor_only("Supply source that sent it; left out, none is named."), choices("warehouses")
    ] = UNSET


class Sales(AmazonBase):
    """What buyers ordered, and what became of it."""

    @implements(orders.GET_ORDERS, mode=Incremental(by="lastUpdatedAfter", until="lastUpdatedBefore"))
    async def get_orders(self, window: Window) -> AsyncIterator[Page[orders.Order]]:
        start = window.start or window.end - client.OLDEST_ORDERS
        # An end may only be named when it has passed for a while; an open end is now anyway.
        settled = window.end <= self.now() - client.SETTLED_BEFORE
        query: dict[str, str | int | None] = {
            "marketplaceIds": self.place.id,
            "lastUpdatedAfter": client.time_text(start),
            "lastUpdatedBefore": client.time_text(window.end) if settled else None,
            "includedData": INCLUDED,
            "maxResultsPerPage": client.ORDERS_PER_PAGE,
        }

        async def fetch(token: str | None) -> tuple[list[AmazonOrder], str | None]:
            # https://developer-docs.amazon.com/sp-api/reference/searchorders-1
            answer = await self.client.get(ORDERS, {**query, "paginationToken": token}, bucket=client.SEARCH_ORDERS)
            found: Orders = answer.json(Orders)
            return found.orders, found.pagination.next_token

        async for found, following in by_cursor(fetch, start=window.cursor):
            yield Page([order_mapping.order_record(order, self.place) for order in found], following)

    @implements(orders.CREATE_ORDER_SHIPMENT, CreateOrderShipment)
    async def create_order_shipment(self, order_id: str, body: CreateOrderShipment) -> orders.Order:
        order = await self._order(order_id)
        _check_shippable(order)
        sent = {
            "marketplaceId": order.sales_channel.marketplace_id or self.place.id,
            "packageDetail": self._package(order, body),
        }
        # https://developer-docs.amazon.com/sp-api/reference/confirmshipment
        path = f"/orders/v0/orders/{segment(order_id)}/shipmentConfirmation"
        await self.client.post(path, sent, bucket=client.CONFIRM_SHIPMENT)
        return order_mapping.order_record(await self._order(order_id), self.place)

    @settles(orders.CREATE_ORDER_SHIPMENT)
    async def settle_create_order_shipment(self, attempt: Attempt) -> Settlement:
        order = await self._order(attempt.ids[0])
        wanted = package_number(attempt.reference)
        for package in order.packages:
            if package.package_reference_id == wanted or package.tracking_number == attempt.body.tracking_number:
                return Applied(order_mapping.order_record(order, self.place))
        return NotApplied() if self.now() - attempt.sent_at > client.PROCESSING else None

    def _package(self, order: AmazonOrder, body: CreateOrderShipment) -> dict[str, Any]:
        """A package as Amazon takes it."""
        known = {name.lower(): name for name in client.CARRIERS}.get(body.carrier_name.strip().lower())
        shipped: datetime = self.now() if isinstance(body.shipped_date, UnsetType) else body.shipped_date
        made: dict[str, Any] = {
            "packageReferenceId": package_number(self.reference),
            "carrierCode": known or client.OTHER_CARRIER,
            "trackingNumber": body.tracking_number,
            "shipDate": client.time_text(shipped),
            "orderItems": _units(order, body.line_items),
        }
        if known is None:
            made["carrierName"] = body.carrier_name
        if method := plain_text(body.shipping_method_name):
            made["shippingMethod"] = method
        if source := plain_text(body.warehouse_id):
            if by_amazon(source):
                raise InvalidBody.field("warehouse_id", "Amazon ships from there by itself.")
            if source != DEFAULT:
                made["shipFromSupplySourceId"] = source
        return made

    async def _order(self, order_id: str) -> AmazonOrder:
        # https://developer-docs.amazon.com/sp-api/reference/getorder-1
        answer = await self.client.get(
            f"{ORDERS}/{segment(order_id)}", {"includedData": INCLUDED}, bucket=client.GET_ORDER
        )
        found: OneOrder = answer.json(OneOrder)
        return found.order


def package_number(reference: str) -> str:
    """A number of a package that its write can be found by; Amazon takes only positive numbers."""
    return str(int(reference[:13] or "1", 16) or 1)


def _check_shippable(order: AmazonOrder) -> None:
    """Refuses orders that the seller does not ship, or not now."""
    fulfillment = order.fulfillment
    if fulfillment is not None and fulfillment.fulfilled_by == "AMAZON":
        raise VendorRejected(f"Amazon ships order {order.order_id} itself")
    if fulfillment is not None and fulfillment.fulfillment_status not in SHIPPABLE:
        raise VendorRejected(
            f"Order {order.order_id} is {fulfillment.fulfillment_status}, so nothing of it can be shipped"
        )


def _units(order: AmazonOrder, lines: Sequence[orders.ShippedLine] | UnsetType) -> list[dict[str, Any]]:
    """What is in a package. Raises InvalidBody for lines that the order does not have, or not so many units of."""
    left: dict[str, OrderItem] = {item.order_item_id: item for item in order.order_items}
    if isinstance(lines, UnsetType):
        return [{"orderItemId": key, "quantity": item.left} for key, item in left.items() if item.left > 0]
    problems: dict[str, list[str]] = {}
    wanted: dict[str, int] = {}
    for at, line in enumerate(lines):
        found = left.get(line.line_item_id)
        wanted[line.line_item_id] = wanted.get(line.line_item_id, 0) + line.quantity
        if found is None:
            problems[f"line_items.{at}.line_item_id"] = ["Not a line of this order."]
        elif wanted[line.line_item_id] > found.left:
            problems[f"line_items.{at}.quantity"] = [f"Only {found.left} of the line are left to ship."]
    if problems:
        raise InvalidBody({"json": problems})
    return [{"orderItemId": key, "quantity": units} for key, units in wanted.items()]
